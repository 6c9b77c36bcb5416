/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/rng/wdev.h"

#include <string.h>

static uint32_t wdev_random_read(struct dev *dev, unsigned index, uint32_t stored);
static void wdev_tsf_ctrl_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void wdev_tsf_conf_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/rng/rng_regs.def"
#define REG_PREFIX RNG
#define REG_TABLE rng_regs
#define REG_BLOCK "RNG"
#define REG_SOURCE "ESP32 TRM, chapter Random Number Generator"
#define REG_SIZE 0x1000
#include "bus/reg_expand.h"

static uint32_t wdev_random_read(struct dev *dev, unsigned index, uint32_t stored)
{
    struct wdev *wdev = (struct wdev *)dev; /* first member */
    (void)index, (void)stored;
    reg_put_word(dev, RNG_DATA, rng_u32(&wdev->random));
    return reg_word(dev, RNG_DATA);
}

/* --- TSF timers -------------------------------------------------------------------------------------------------- */

enum { US_CYCLES = 40 /* of the crystal */ };

/* 0 where there is no such register or bit. */
static const struct tsf_place {
    uint32_t latched, conf, load; /* low words; the high one follows */
    uint32_t enable, latch_bit, load_bit;
} tsf_place[WDEV_TSFS] = {
    {RNG_TSF0_LO, RNG_TSF0_CONF, RNG_TSF0_LOAD_LO, RNG_TSF0_CONF_EN, RNG_TSF_CTRL_LATCH_TSF0, RNG_TSF_CTRL_LOAD_TSF0},
    {RNG_TSF1_LO, RNG_TSF1_CONF, RNG_TSF1_LOAD_LO, RNG_TSF1_CONF_EN, RNG_TSF_CTRL_LATCH_TSF1, RNG_TSF_CTRL_LOAD_TSF1},
    {RNG_TSF2_LO, 0, 0, 0, RNG_TSF_CTRL_LATCH_TSF2, 0},
};

static void wdev_tsf_ctrl_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct wdev *wdev = (struct wdev *)dev;
    (void)index, (void)old;
    for (unsigned n = 0; n < WDEV_TSFS; n++) {
        const struct tsf_place *place = &tsf_place[n];
        if (place->load && reg_field_of(written, place->load_bit))
            tick_counter_load(&wdev->tsf[n],
                              reg_word(dev, place->load) | (uint64_t)reg_word(dev, place->load + 4) << 32, dev->now);
        if (!reg_field_of(written, place->latch_bit))
            continue;
        uint64_t value = tick_counter_value(&wdev->tsf[n], dev->now);
        reg_put_word(dev, place->latched, (uint32_t)value);
        reg_put_word(dev, place->latched + 4, (uint32_t)(value >> 32));
    }
}

static void wdev_tsf_conf_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct wdev *wdev = (struct wdev *)dev;
    (void)index, (void)old;
    for (unsigned n = 0; n < WDEV_TSFS; n++)
        if (tsf_place[n].conf && dev->offset == tsf_place[n].conf)
            tick_counter_run(&wdev->tsf[n], reg_field_of(written, tsf_place[n].enable), dev->now);
}

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct wdev *wdev = (struct wdev *)dev;
    (void)kind;
    for (unsigned n = 0; n < WDEV_TSFS; n++) {
        tick_counter_init(&wdev->tsf[n], &dev->env->clocks->clock[CLOCK_XTAL], 64);
        tick_counter_divide(&wdev->tsf[n], US_CYCLES, dev->now);
        tick_counter_run(&wdev->tsf[n], tsf_place[n].conf == 0, dev->now);
    }
}

/* --- The block --------------------------------------------------------------------------------------------------- */

static uint32_t read_gap(struct dev *dev, uint32_t offset)
{
    dev_say_once(dev, LOG_UNIMPL, offset, "read of a word of WDEV that is not known: as written, at first 0");
    return reg_word(dev, offset);
}

static void write_gap(struct dev *dev, uint32_t offset, uint32_t value)
{
    dev_say_once(dev, LOG_UNIMPL, offset, "write to a word of WDEV that is not known: kept, without effect");
    reg_put_word(dev, offset, value);
}

static const struct dev_ops ops = {.regs = &rng_regs, .reset = reset, .read_gap = read_gap, .write_gap = write_gap};

enum sim_status wdev_init(struct wdev *wdev, const char *name, struct dev_env *env)
{
    memset(wdev, 0, sizeof *wdev);
    SIM_TRY(dev_init(&wdev->dev, &ops, name, env));
    rng_init(&wdev->random, env->seed, env->node, "rng.data");
    reset(&wdev->dev, DEV_RESET_POWER_ON);
    return SIM_OK;
}

void wdev_fini(struct wdev *wdev)
{
    dev_fini(&wdev->dev);
}
