/* SPDX-License-Identifier: Apache-2.0 */
/* The group as a device: timers, interrupts, reset. */
#include "peripherals/timg/timg.h"

#include <stdio.h>
#include <string.h>

#include "peripherals/timg/timg_priv.h"

#define REG_FILE "peripherals/timg/timg_regs.def"
#define REG_PREFIX TIMG
#define REG_TABLE timg_regs
#define REG_BLOCK "TIMG"
#define REG_SOURCE "ESP32 TRM, chapters 64-bit Timers and Watchdog Timers"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

/* The registers of a timer apart from its configuration, from its TLO or LACTLO on: the same row for all three. */
enum timer_reg { REG_LO = 0x00, REG_HI = 0x04, REG_ALARM = 0x0c, REG_LOAD = 0x14 };

struct timer_place {
    enum timg_unit unit;
    uint32_t config, body;
    const char *name;
};

static const struct timer_place places[TIMG_TIMERS] = {
    {TIMG_T0, TIMG_TCONFIG, TIMG_TLO, "t0"},
    {TIMG_T1, TIMG_TCONFIG + 0x24, TIMG_TLO + 0x24, "t1"},
    {TIMG_LACT, TIMG_LACTCONFIG, TIMG_LACTLO, "lact"},
};

static const struct timer_place *place_of(const struct timg_timer *timer)
{
    return &places[timer - timer->timg->timer];
}

static uint64_t read_pair(const struct timg_timer *timer, enum timer_reg reg)
{
    const struct dev *dev = &timer->timg->dev;
    uint32_t offset = place_of(timer)->body + (uint32_t)reg;
    return (uint64_t)reg_word(dev, offset + 4) << 32 | reg_word(dev, offset);
}

/* ---- Interrupts ------------------------------------------------------------------------------------------------ */

static void update_levels(struct timg *timg)
{
    uint32_t active = reg_word(&timg->dev, TIMG_INT_RAW_TIMERS) & reg_word(&timg->dev, TIMG_INT_ENA_TIMERS);
    for (unsigned unit = 0; unit < TIMG_UNITS; unit++)
        line_set(timg->level[unit], bits_test(active, unit), timg->dev.now);
}

void timg_interrupt(struct timg *timg, enum timg_unit unit, bool level, bool edge)
{
    struct dev *dev = &timg->dev;
    if (level)
        reg_put_word(dev, TIMG_INT_RAW_TIMERS, reg_word(dev, TIMG_INT_RAW_TIMERS) | 1u << unit);
    update_levels(timg);
    if (edge && bits_test(reg_word(dev, TIMG_INT_ENA_TIMERS), unit)) {
        const struct clock_domain *apb = &dev->env->clocks->clock[CLOCK_APB];
        line_set(timg->edge[unit], true, dev->now);
        evq_schedule(dev->env->evq, &timg->pulse_end, clock_time(apb, clock_cycles(apb, dev->now) + 1));
    }
}

static void pulse_ends(void *ctx, sim_time now)
{
    struct timg *timg = ctx;
    for (unsigned unit = 0; unit < TIMG_UNITS; unit++)
        line_set(timg->edge[unit], false, now);
}

void timg_int_ena_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_levels(timg_of(dev));
}

uint32_t timg_int_st_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    return reg_word(dev, TIMG_INT_RAW_TIMERS) & reg_word(dev, TIMG_INT_ENA_TIMERS);
}

void timg_int_clr_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    reg_put_word(dev, TIMG_INT_RAW_TIMERS, reg_word(dev, TIMG_INT_RAW_TIMERS) & ~written);
    update_levels(timg_of(dev));
    timg_wdt_schedule(timg_of(dev)); /* its next interrupt can be noticed again */
}

/* ---- Timers ---------------------------------------------------------------------------------------------------- */

static void trace_timer(struct timg_timer *timer)
{
    const struct dev *dev = &timer->timg->dev;
    if (!timer->count_signal && !timer->armed_signal)
        return;
    trace_change(dev->env->trace, timer->count_signal, dev->now, tick_counter_value(&timer->counter, dev->now));
    trace_change(dev->env->trace, timer->armed_signal, dev->now, evq_is_scheduled(&timer->alarm));
}

/* Ticks until the alarm; 0: the count has reached or passed it. */
static uint64_t ticks_to_alarm(const struct timg_timer *timer, sim_time now)
{
    uint64_t count = tick_counter_value(&timer->counter, now), alarm = read_pair(timer, REG_ALARM);
    if (timer->counter.up)
        return count < alarm ? alarm - count : 0;
    return count > alarm ? count - alarm : 0;
}

static void schedule_alarm(struct timg_timer *timer)
{
    const struct dev *dev = &timer->timg->dev;
    uint32_t config = reg_word(dev, place_of(timer)->config);
    sim_time at = SIM_TIME_NEVER;
    if (timer->counter.running && reg_field_of(config, TIMG_TCONFIG_ALARM_EN)) {
        uint64_t ticks = ticks_to_alarm(timer, dev->now);
        at = ticks ? tick_counter_after(&timer->counter, ticks, dev->now) : dev->now;
    }
    evq_arm(dev->env->evq, &timer->alarm, at);
    trace_timer(timer);
}

static void alarm_due(void *ctx, sim_time now)
{
    struct timg_timer *timer = ctx;
    struct dev *dev = &timer->timg->dev;
    uint32_t config = reg_word(dev, place_of(timer)->config);
    dev->now = now;
    trace_timer(timer);
    reg_put_word(dev, place_of(timer)->config, config & ~REG_PLACE_MASK(TIMG_TCONFIG_ALARM_EN));
    if (reg_field_of(config, TIMG_TCONFIG_AUTORELOAD))
        tick_counter_load(&timer->counter, read_pair(timer, REG_LOAD), now);
    schedule_alarm(timer);
    timg_interrupt(timer->timg, timer->unit, reg_field_of(config, TIMG_TCONFIG_LEVEL_INT_EN),
                   reg_field_of(config, TIMG_TCONFIG_EDGE_INT_EN));
}

/* TRM: 0 divides by 65536, 1 and 2 by 2. */
static uint32_t timer_divider(uint32_t field)
{
    if (field == 0)
        return 65536;
    return field == 1 ? 2 : field;
}

static void configure(struct timg_timer *timer)
{
    const struct dev *dev = &timer->timg->dev;
    uint32_t config = reg_word(dev, place_of(timer)->config);
    tick_counter_divide(&timer->counter, timer_divider(reg_field_of(config, TIMG_TCONFIG_DIVIDER)), dev->now);
    tick_counter_direction(&timer->counter, reg_field_of(config, TIMG_TCONFIG_INCREASE), dev->now);
    tick_counter_run(&timer->counter, reg_field_of(config, TIMG_TCONFIG_EN), dev->now);
    schedule_alarm(timer);
}

static void latch(struct timg_timer *timer)
{
    struct dev *dev = &timer->timg->dev;
    uint32_t offset = place_of(timer)->body;
    uint64_t count = tick_counter_value(&timer->counter, dev->now);
    reg_put_word(dev, offset + REG_LO, (uint32_t)count);
    reg_put_word(dev, offset + REG_HI, (uint32_t)(count >> 32));
    trace_timer(timer);
}

static void load(struct timg_timer *timer)
{
    tick_counter_load(&timer->counter, read_pair(timer, REG_LOAD), timer->timg->dev.now);
    schedule_alarm(timer);
}

void timg_timer_config_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)old, (void)written;
    configure(&timg_of(dev)->timer[index]);
}

void timg_timer_update_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)old, (void)written;
    latch(&timg_of(dev)->timer[index]);
}

void timg_timer_alarm_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)old, (void)written;
    schedule_alarm(&timg_of(dev)->timer[index]);
}

void timg_timer_load_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)old, (void)written;
    load(&timg_of(dev)->timer[index]);
}

/* LACT is the third timer of the group. */
enum { LACT = 2 };

void timg_lact_config_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    if (reg_field_of(written, TIMG_LACTCONFIG_LACT_RTC_ONLY))
        dev_say_once(dev, LOG_UNIMPL, TIMG_LACTCONFIG_LACT_RTC_ONLY,
                     "LACT counts APB cycles: RTC_ONLY is not modelled");
    configure(&timg_of(dev)->timer[LACT]);
}

void timg_lact_update_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    latch(&timg_of(dev)->timer[LACT]);
}

void timg_lact_alarm_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    schedule_alarm(&timg_of(dev)->timer[LACT]);
}

void timg_lact_load_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    load(&timg_of(dev)->timer[LACT]);
}

/* ---- Device ---------------------------------------------------------------------------------------------------- */

/* Counts are kept in cycles and need no care; only the times of what is ahead have moved. */
static void clock_changed(void *ctx, enum clock_id id, sim_time at)
{
    struct timg *timg = ctx;
    timg->dev.now = at;
    timg_cali_clock_changed(timg, id);
    if (id != CLOCK_APB)
        return;
    for (unsigned i = 0; i < TIMG_TIMERS; i++)
        schedule_alarm(&timg->timer[i]);
    timg_wdt_schedule(timg);
}

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct timg *timg = timg_of(dev);
    (void)kind;
    for (unsigned i = 0; i < TIMG_TIMERS; i++) {
        tick_counter_init(&timg->timer[i].counter, &dev->env->clocks->clock[CLOCK_APB], 64);
        configure(&timg->timer[i]);
    }
    evq_cancel(dev->env->evq, &timg->pulse_end);
    pulse_ends(timg, dev->now);
    update_levels(timg);
    timg_wdt_reset(timg);
    timg_cali_reset(timg);
}

static const struct dev_ops ops = {.regs = &timg_regs, .reset = reset};

static void declare_signals(struct timg *timg)
{
    const struct dev_env *env = timg->dev.env;
    char scope[96], name[32];
    dev_path(&timg->dev, scope, sizeof scope);
    for (unsigned i = 0; i < TIMG_TIMERS; i++) {
        snprintf(name, sizeof name, "%s_count", places[i].name);
        timg->timer[i].count_signal = trace_declare(env->trace, scope, name, TRACE_BITS, 64);
        snprintf(name, sizeof name, "%s_armed", places[i].name);
        timg->timer[i].armed_signal = trace_declare(env->trace, scope, name, TRACE_WIRE, 1);
    }
    timg->stage_signal = trace_declare(env->trace, scope, "wdt_stage", TRACE_TEXT, 0);
}

enum sim_status timg_init(struct timg *timg, const struct timg_config *config, const char *name, struct dev_env *env)
{
    sim_assert(config->group <= 1);
    memset(timg, 0, sizeof *timg);
    timg->config = *config;
    SIM_TRY(dev_init(&timg->dev, &ops, name, env));
    for (unsigned i = 0; i < TIMG_TIMERS; i++) {
        timg->timer[i].timg = timg;
        timg->timer[i].unit = places[i].unit;
        evq_event_init(&timg->timer[i].alarm, alarm_due, &timg->timer[i], EVQ_PHASE_DEVICE);
    }
    evq_event_init(&timg->pulse_end, pulse_ends, timg, EVQ_PHASE_DEVICE);
    timg_wdt_init(timg);
    timg_cali_init(timg);
    declare_signals(timg);
    clock_tree_listen(env->clocks, clock_changed, timg);
    dev_reset(&timg->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void timg_fini(struct timg *timg)
{
    struct evq *evq = timg->dev.env->evq;
    for (unsigned i = 0; i < TIMG_TIMERS; i++)
        evq_cancel(evq, &timg->timer[i].alarm);
    evq_cancel(evq, &timg->pulse_end);
    evq_cancel(evq, &timg->dog_event);
    evq_cancel(evq, &timg->calibration.done);
    dev_fini(&timg->dev);
}
