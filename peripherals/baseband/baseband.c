/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/baseband/baseband.h"

#include <string.h>

#include "peripherals/baseband/baseband_priv.h"

static void baseband_cca_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/baseband/bb_regs.def"
#define REG_PREFIX BB
#define REG_TABLE bb_regs
#define REG_BLOCK "BB"
#define REG_SOURCE "Espressif's SVD; public reverse engineering; facts 5.5, 5.6"
#define REG_SIZE 0x1000
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/baseband/nrx_regs.def"
#define REG_PREFIX NRX
#define REG_TABLE nrx_regs
#define REG_BLOCK "NRX"
#define REG_SOURCE "Espressif's SVD; a public trace"
#define REG_SIZE 0x400
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/baseband/fe2_regs.def"
#define REG_PREFIX FE2
#define REG_TABLE fe2_regs
#define REG_BLOCK "FE2"
#define REG_SOURCE "public reverse engineering; a public trace"
#define REG_SIZE 0x1000
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/baseband/chipv7_regs.def"
#define REG_PREFIX CHIPV7
#define REG_TABLE chipv7_regs
#define REG_BLOCK "CHIPV7"
#define REG_SOURCE "a public trace"
#define REG_SIZE 0x1000
#include "bus/reg_expand.h"

/* --- Words that are not known ------------------------------------------------------------------------------------ */

uint32_t baseband_read_gap(struct dev *dev, uint32_t offset)
{
    dev_say_once(dev, LOG_UNIMPL, offset, "read of a word of the PHY that is not known: as written, at first 0");
    return reg_word(dev, offset);
}

void baseband_write_gap(struct dev *dev, uint32_t offset, uint32_t value)
{
    dev_say_once(dev, LOG_UNIMPL, offset, "write to a word of the PHY that is not known: kept, without effect");
    reg_put_word(dev, offset, value);
}

/* --- How long the channel is busy -------------------------------------------------------------------------------- */

/* PERIOD is taken to count samples, 12.5 ns each: a guess. A look takes at least its way to the air and back. */
static void baseband_cca_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct baseband *bb = (struct baseband *)dev; /* first member */
    sim_time period = (sim_time)reg_field_of(written, BB_CCA_CONTROL_PERIOD) * BASEBAND_SAMPLE;
    sim_time looks = period / (2 * BASEBAND_LATENCY);
    (void)index;
    if (reg_field_of(old, BB_CCA_CONTROL_START) || !reg_field_of(written, BB_CCA_CONTROL_START))
        return;
    looks = looks < 1 ? 1 : looks > BASEBAND_CCA_LOOKS ? BASEBAND_CCA_LOOKS : looks;
    reg_put(dev, BB_CCA_COUNT_DONE, 0);
    baseband_survey_start(bb, BASEBAND_SURVEY_CCA, (unsigned)looks, period / looks, dev->now);
}

void baseband_cca_measured(struct baseband *bb, sim_time now)
{
    const struct baseband_survey *survey = &bb->survey[BASEBAND_SURVEY_CCA];
    uint64_t period = reg_get(&bb->dev, BB_CCA_CONTROL_PERIOD);
    (void)now;
    reg_put(&bb->dev, BB_CCA_COUNT_BUSY, (uint32_t)(period * survey->busy / survey->taken));
    reg_put(&bb->dev, BB_CCA_COUNT_DONE, 1);
}

/* --- The device -------------------------------------------------------------------------------------------------- */

static void reset(struct dev *dev, enum dev_reset kind)
{
    (void)kind;
    baseband_survey_stop((struct baseband *)dev, BASEBAND_SURVEY_CCA);
}

static const struct dev_ops bb_ops = {
    .regs = &bb_regs, .reset = reset, .read_gap = baseband_read_gap, .write_gap = baseband_write_gap};
static const struct dev_ops nrx_ops = {
    .regs = &nrx_regs, .read_gap = baseband_read_gap, .write_gap = baseband_write_gap};
static const struct dev_ops fe2_ops = {
    .regs = &fe2_regs, .read_gap = baseband_read_gap, .write_gap = baseband_write_gap};
static const struct dev_ops chipv7_ops = {
    .regs = &chipv7_regs, .read_gap = baseband_read_gap, .write_gap = baseband_write_gap};

enum sim_status baseband_init(struct baseband *bb, const char *name, struct dev_env *env)
{
    memset(bb, 0, sizeof *bb);
    bb->agc.bb = bb->nrx.bb = bb->fe.bb = bb->fe2.bb = bb->chipv7.bb = bb;
    SIM_TRY(dev_init(&bb->dev, &bb_ops, name, env));
    SIM_TRY(baseband_agc_init(bb, env));
    SIM_TRY(dev_init(&bb->nrx.dev, &nrx_ops, "nrx", env));
    SIM_TRY(baseband_fe_init(bb, env));
    SIM_TRY(dev_init(&bb->fe2.dev, &fe2_ops, "fe2", env));
    SIM_TRY(dev_init(&bb->chipv7.dev, &chipv7_ops, "chipv7", env));
    baseband_survey_init(bb, BASEBAND_SURVEY_NOISE, baseband_noise_measured);
    baseband_survey_init(bb, BASEBAND_SURVEY_CCA, baseband_cca_measured);
    baseband_chip_init(&bb->chip, env);
    dev_reset(&bb->agc.dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void baseband_fini(struct baseband *bb)
{
    dev_fini(&bb->dev);
    dev_fini(&bb->agc.dev);
    dev_fini(&bb->nrx.dev);
    dev_fini(&bb->fe.dev);
    dev_fini(&bb->fe2.dev);
    dev_fini(&bb->chipv7.dev);
}

void baseband_connect(struct baseband *bb, const struct baseband_air *air)
{
    bb->air = *air;
}
