/* SPDX-License-Identifier: Apache-2.0 */
/* Receive control: the noise floor. Software measures it in two ways. One clears and starts, waits for READY for at
 * most 10 ms, and reads the value (check_noise_floor). The other asks for an up-to-date estimate with a pulse on LATCH
 * and reads it at once (noise_check_loop): it gets the last measurement and starts the next one. */
#include "peripherals/baseband/baseband_priv.h"

static void baseband_noise_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/baseband/agc_regs.def"
#define REG_PREFIX AGC
#define REG_TABLE agc_regs
#define REG_BLOCK "AGC"
#define REG_SOURCE "public reverse engineering; facts 5.6"
#define REG_SIZE 0xc00
#include "bus/reg_expand.h"

static bool rises(uint32_t old, uint32_t written, uint32_t place)
{
    return !reg_field_of(old, place) && reg_field_of(written, place);
}

static void measure(struct baseband *bb, sim_time now)
{
    baseband_survey_start(bb, BASEBAND_SURVEY_NOISE, BASEBAND_NOISE_LOOKS, BASEBAND_NOISE_INTERVAL, now);
}

static void baseband_noise_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct baseband *bb = baseband_of_part(dev);
    (void)index;
    if (rises(old, written, AGC_NOISE_CLEAR)) {
        reg_put(dev, AGC_NOISE_READY, 0);
        baseband_survey_stop(bb, BASEBAND_SURVEY_NOISE);
    }
    if (rises(old, written, AGC_NOISE_START)) {
        reg_put(dev, AGC_NOISE_READY, 0);
        measure(bb, dev->now);
    } else if (rises(old, written, AGC_NOISE_LATCH)) {
        measure(bb, dev->now);
    }
}

static void show(struct baseband *bb, int quarters)
{
    reg_put(&bb->agc.dev, AGC_NOISE_FLOOR_VALUE, (uint32_t)(quarters + 1024));
}

void baseband_noise_measured(struct baseband *bb, sim_time now)
{
    (void)now;
    show(bb, bb->survey[BASEBAND_SURVEY_NOISE].lowest);
    reg_put(&bb->agc.dev, AGC_NOISE_READY, 1);
}

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct baseband *bb = baseband_of_part(dev);
    (void)kind;
    baseband_survey_stop(bb, BASEBAND_SURVEY_NOISE);
    show(bb, (int)(4 * BASEBAND_THERMAL_DBM));
}

static const struct dev_ops ops = {
    .regs = &agc_regs, .reset = reset, .read_gap = baseband_read_gap, .write_gap = baseband_write_gap};

enum sim_status baseband_agc_init(struct baseband *bb, struct dev_env *env)
{
    return dev_init(&bb->agc.dev, &ops, "agc", env);
}
