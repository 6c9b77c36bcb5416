/* SPDX-License-Identifier: Apache-2.0 */
/* RTC_CNTL: which oscillator drives what, and the time that the slow clock counts. */
#include "peripherals/rtc_cntl/rtc_cntl_priv.h"

#define REG_FILE "peripherals/rtc_cntl/rtc_cntl_regs.def"
#define REG_PREFIX RTC_CNTL
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

#define RTC_TIME_MASK ((UINT64_C(1) << 48) - 1)

/* ---- Clock selection ------------------------------------------------------------------------------------------- */

enum { SLOW_FROM_150K, SLOW_FROM_32K, SLOW_FROM_8M };

static uint64_t slow_hz(const struct rtc_cntl *rtc)
{
    const struct clock_domain *clock = rtc->dev.env->clocks->clock;
    switch (reg_get(&rtc->dev, RTC_CNTL_CLK_CONF_ANA_CLK_RTC_SEL)) {
    case SLOW_FROM_32K:
        return clock[CLOCK_OSC_32K].hz;
    case SLOW_FROM_8M:
        return clock[CLOCK_OSC_8M].hz / (UINT64_C(128) << reg_get(&rtc->dev, RTC_CNTL_CLK_CONF_CK8M_DIV));
    default: /* 3 is reserved */
        return clock[CLOCK_OSC_150K].hz;
    }
}

static uint64_t fast_hz(const struct rtc_cntl *rtc)
{
    const struct clock_domain *clock = rtc->dev.env->clocks->clock;
    return reg_get(&rtc->dev, RTC_CNTL_CLK_CONF_FAST_CLK_RTC_SEL) ? clock[CLOCK_OSC_8M].hz : clock[CLOCK_XTAL].hz / 4;
}

static void apply_selection(struct rtc_cntl *rtc)
{
    struct clock_tree *clocks = rtc->dev.env->clocks;
    sim_time now = rtc->dev.now;
    clock_tree_set(clocks, CLOCK_RTC_SLOW, now, slow_hz(rtc));
    clock_tree_set(clocks, CLOCK_RTC_FAST, now, fast_hz(rtc));
    clocks->select.source = (enum clock_source)reg_get(&rtc->dev, RTC_CNTL_CLK_CONF_SOC_CLK_SEL);
    clock_tree_select(clocks, now);
}

static void switch_clocks(void *ctx, sim_time now)
{
    struct rtc_cntl *rtc = ctx;
    rtc->dev.now = now;
    apply_selection(rtc);
}

void rtc_clk_conf_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct rtc_cntl *rtc = rtc_of(dev);
    (void)index, (void)old, (void)written;
    if (!evq_is_scheduled(&rtc->clock_switch))
        evq_schedule(dev->env->evq, &rtc->clock_switch, rtc_next_slow_cycle(rtc));
}

/* ---- RTC time -------------------------------------------------------------------------------------------------- */

uint64_t rtc_cntl_time(const struct rtc_cntl *rtc, sim_time now)
{
    uint64_t cycle = clock_cycles(rtc_slow_clock(rtc), now);
    return cycle > rtc->time_origin ? (cycle - rtc->time_origin) & RTC_TIME_MASK : 0;
}

static void time_becomes_valid(void *ctx, sim_time now)
{
    struct rtc_cntl *rtc = ctx;
    struct dev *dev = &rtc->dev;
    dev->now = now;
    uint64_t time = rtc_cntl_time(rtc, now);
    reg_put(dev, RTC_CNTL_TIME0_TIME_LO, (uint32_t)time);
    reg_put(dev, RTC_CNTL_TIME1_TIME_HI, (uint32_t)(time >> 32));
    reg_put(dev, RTC_CNTL_TIME_UPDATE_TIME_VALID, 1);
    rtc_interrupt(rtc, RTC_INT_TIME_VALID);
}

void rtc_time_update_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct rtc_cntl *rtc = rtc_of(dev);
    (void)index, (void)old;
    if (!reg_field_of(written, RTC_CNTL_TIME_UPDATE_TIME_UPDATE))
        return;
    reg_put(dev, RTC_CNTL_TIME_UPDATE_TIME_VALID, 0);
    evq_schedule(dev->env->evq, &rtc->time_valid, rtc_next_slow_cycle(rtc));
}

static uint64_t alarm_value(const struct rtc_cntl *rtc)
{
    return (uint64_t)reg_get(&rtc->dev, RTC_CNTL_SLP_TIMER1_SLP_VAL_HI) << 32 |
           reg_get(&rtc->dev, RTC_CNTL_SLP_TIMER0_SLP_VAL_LO);
}

/* ALARM_EN is about the interrupt; a wake-up by the timer does without (ESP-IDF never sets it). */
void rtc_alarm_schedule(struct rtc_cntl *rtc)
{
    const struct dev *dev = &rtc->dev;
    sim_time at = SIM_TIME_NEVER;
    if (reg_get(dev, RTC_CNTL_SLP_TIMER1_MAIN_TIMER_ALARM_EN) || rtc->sleep.phase == RTC_ASLEEP) {
        at = clock_deadline(rtc_slow_clock(rtc), rtc->time_origin + alarm_value(rtc));
        if (at < dev->now)
            at = dev->now;
    }
    evq_arm(dev->env->evq, &rtc->alarm, at);
}

static void alarm_due(void *ctx, sim_time now)
{
    struct rtc_cntl *rtc = ctx;
    rtc->dev.now = now;
    if (reg_get(&rtc->dev, RTC_CNTL_SLP_TIMER1_MAIN_TIMER_ALARM_EN))
        rtc_interrupt(rtc, RTC_INT_MAIN_TIMER);
    rtc_sleep_source_changed(rtc);
}

bool rtc_alarm_is_due(const struct rtc_cntl *rtc, sim_time now)
{
    return rtc_cntl_time(rtc, now) >= alarm_value(rtc);
}

void rtc_alarm_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    rtc_alarm_schedule(rtc_of(dev));
}

/* The slow clock runs at another frequency from dev->now on. A switch by CLK_CONF falls on a cycle of the old clock,
 * and what waits for that very cycle stays; the rest moves. */
void rtc_clock_slow_changed(struct rtc_cntl *rtc)
{
    struct evq *evq = rtc->dev.env->evq;
    if (evq_is_scheduled(&rtc->alarm))
        rtc_alarm_schedule(rtc);
    if (evq_is_scheduled(&rtc->time_valid) && rtc->time_valid.time > rtc->dev.now)
        evq_schedule(evq, &rtc->time_valid, rtc_next_slow_cycle(rtc));
    if (evq_is_scheduled(&rtc->clock_switch) && rtc->clock_switch.time > rtc->dev.now)
        evq_schedule(evq, &rtc->clock_switch, rtc_next_slow_cycle(rtc));
}

/* ---- Life ------------------------------------------------------------------------------------------------------ */

void rtc_clock_init(struct rtc_cntl *rtc)
{
    evq_event_init(&rtc->clock_switch, switch_clocks, rtc, EVQ_PHASE_CLOCK);
    evq_event_init(&rtc->time_valid, time_becomes_valid, rtc, EVQ_PHASE_DEVICE);
    evq_event_init(&rtc->alarm, alarm_due, rtc, EVQ_PHASE_DEVICE);
}

void rtc_clock_power_on(struct rtc_cntl *rtc)
{
    rtc_clock_fini(rtc);
    apply_selection(rtc);
    rtc->time_origin = clock_cycles(rtc_slow_clock(rtc), rtc->dev.now);
}

void rtc_clock_fini(struct rtc_cntl *rtc)
{
    struct evq *evq = rtc->dev.env->evq;
    evq_cancel(evq, &rtc->clock_switch);
    evq_cancel(evq, &rtc->time_valid);
    evq_cancel(evq, &rtc->alarm);
}
