/* SPDX-License-Identifier: Apache-2.0 */
/* RTC_CNTL as a device: resets, stall, interrupts, brown-out. Sleep is in rtc_sleep.c. */
#include "peripherals/rtc_cntl/rtc_cntl.h"

#include <string.h>

#include "peripherals/rtc_cntl/rtc_cntl_priv.h"

#define REG_FILE "peripherals/rtc_cntl/rtc_cntl_regs.def"
#define REG_PREFIX RTC_CNTL
#define REG_TABLE rtc_cntl_regs
#define REG_BLOCK "RTC_CNTL"
#define REG_SOURCE "ESP32 TRM, chapters Reset and Clock, Watchdog Timers, Low-Power Management"
#define REG_SIZE 0x140
#include "bus/reg_expand.h"

/* ---- Interrupts ------------------------------------------------------------------------------------------------ */

static uint32_t pending(const struct dev *dev)
{
    return reg_word(dev, RTC_CNTL_INT_RAW) & reg_word(dev, RTC_CNTL_INT_ENA);
}

static void update_irq(struct rtc_cntl *rtc)
{
    line_set(rtc->irq, pending(&rtc->dev) != 0, rtc->dev.now);
}

void rtc_interrupt(struct rtc_cntl *rtc, enum rtc_interrupt interrupt)
{
    reg_put_word(&rtc->dev, RTC_CNTL_INT_RAW, reg_word(&rtc->dev, RTC_CNTL_INT_RAW) | 1u << interrupt);
    update_irq(rtc);
}

void rtc_int_ena_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_irq(rtc_of(dev));
}

uint32_t rtc_int_st_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    return pending(dev);
}

void rtc_int_clr_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    reg_put_word(dev, RTC_CNTL_INT_RAW, reg_word(dev, RTC_CNTL_INT_RAW) & ~written);
    update_irq(rtc_of(dev));
    rtc_wdt_schedule(rtc_of(dev)); /* its next interrupt can be noticed again */
}

/* ---- Resets and stall ------------------------------------------------------------------------------------------ */

static void ask_for_reset(struct rtc_cntl *rtc, enum reset_kind kind, enum reset_cause cause, unsigned cores)
{
    const struct reset_request request = {.kind = kind, .cause = cause, .cores = cores, .start = rtc->dev.now};
    reset_ask(&rtc->config.reset, &request);
}

/* A core stands still while its two fields together hold 0x86 (TRM; facts 4.7). */
static bool has_stall_code(const struct dev *dev, unsigned core)
{
    static const uint32_t c0[] = {RTC_CNTL_OPTIONS0_SW_STALL_PROCPU_C0, RTC_CNTL_OPTIONS0_SW_STALL_APPCPU_C0};
    static const uint32_t c1[] = {RTC_CNTL_SW_CPU_STALL_SW_STALL_PROCPU_C1, RTC_CNTL_SW_CPU_STALL_SW_STALL_APPCPU_C1};
    return (reg_get(dev, c1[core]) << 2 | reg_get(dev, c0[core])) == 0x86;
}

static void update_stall(struct rtc_cntl *rtc)
{
    const struct rtc_cntl_port *port = &rtc->config.port;
    for (unsigned core = 0; core < RTC_CNTL_CORES; core++) {
        bool stalled = has_stall_code(&rtc->dev, core);
        if (stalled == rtc->stalled[core])
            continue;
        rtc->stalled[core] = stalled;
        if (port->stall)
            port->stall(port->ctx, core, stalled, rtc->dev.now);
    }
}

void rtc_stall_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_stall(rtc_of(dev));
}

void rtc_options_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct rtc_cntl *rtc = rtc_of(dev);
    unsigned cores = 0;
    (void)index, (void)old;
    update_stall(rtc);
    if (reg_field_of(written, RTC_CNTL_OPTIONS0_SW_PROCPU_RST))
        cores |= RESET_CORE_PRO;
    if (reg_field_of(written, RTC_CNTL_OPTIONS0_SW_APPCPU_RST))
        cores |= RESET_CORE_APP;
    if (reg_field_of(written, RTC_CNTL_OPTIONS0_SW_SYS_RST))
        ask_for_reset(rtc, RESET_SYSTEM, RESET_CAUSE_SW_SYSTEM, 0);
    else if (cores)
        ask_for_reset(rtc, RESET_CORES, RESET_CAUSE_SW_CPU, cores);
}

static uint32_t cause_place(unsigned core)
{
    sim_assert(core < RTC_CNTL_CORES);
    return core ? RTC_CNTL_RESET_STATE_RESET_CAUSE_APPCPU : RTC_CNTL_RESET_STATE_RESET_CAUSE_PROCPU;
}

void rtc_cntl_set_reset_cause(struct rtc_cntl *rtc, unsigned core, enum reset_cause cause)
{
    reg_put(&rtc->dev, cause_place(core), (uint32_t)cause);
}

enum reset_cause rtc_cntl_reset_cause(const struct rtc_cntl *rtc, unsigned core)
{
    return (enum reset_cause)reg_get(&rtc->dev, cause_place(core));
}

uint32_t rtc_cntl_reset_vector(const struct rtc_cntl *rtc, unsigned core)
{
    sim_assert(core < RTC_CNTL_CORES);
    bool rom = reg_get(&rtc->dev, core ? RTC_CNTL_RESET_STATE_APPCPU_STAT_VECTOR_SEL
                                       : RTC_CNTL_RESET_STATE_PROCPU_STAT_VECTOR_SEL);
    return rom ? UINT32_C(0x40000400) : UINT32_C(0x50000000);
}

/* ---- Brown-out ------------------------------------------------------------------------------------------------- */

/* Of DBROWN_OUT_THRES, +/- 50 mV. Source: ESP-IDF, Kconfig of the brown-out detector. */
static unsigned threshold_mv(const struct rtc_cntl *rtc)
{
    static const uint16_t mv[8] = {2430, 2480, 2580, 2620, 2670, 2700, 2770, 2800};
    return mv[reg_get(&rtc->dev, RTC_CNTL_BROWN_OUT_DBROWN_OUT_THRES)];
}

static void update_brown_out(struct rtc_cntl *rtc)
{
    struct dev *dev = &rtc->dev;
    bool was = reg_get(dev, RTC_CNTL_BROWN_OUT_DET);
    bool is = rtc->supply_mv < threshold_mv(rtc) && reg_get(dev, RTC_CNTL_BROWN_OUT_ENA);
    reg_put(dev, RTC_CNTL_BROWN_OUT_DET, is);
    if (is && !was)
        rtc_interrupt(rtc, RTC_INT_BROWN_OUT);
    if (!is || !reg_get(dev, RTC_CNTL_BROWN_OUT_RST_ENA)) {
        evq_cancel(dev->env->evq, &rtc->brown_out);
    } else if (!evq_is_scheduled(&rtc->brown_out)) {
        const struct clock_domain *slow = rtc_slow_clock(rtc);
        uint64_t wait = reg_get(dev, RTC_CNTL_BROWN_OUT_RST_WAIT);
        evq_arm(dev->env->evq, &rtc->brown_out, clock_deadline(slow, clock_cycles(slow, dev->now) + 1 + wait));
    }
}

static void brown_out_resets(void *ctx, sim_time now)
{
    struct rtc_cntl *rtc = ctx;
    rtc->dev.now = now;
    ask_for_reset(rtc, RESET_CHIP, RESET_CAUSE_BROWN_OUT, 0);
}

void rtc_brown_out_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_brown_out(rtc_of(dev));
}

void rtc_cntl_set_supply(struct rtc_cntl *rtc, unsigned millivolts, sim_time now)
{
    rtc->dev.now = now;
    rtc->supply_mv = millivolts;
    update_brown_out(rtc);
}

/* ---- Device ---------------------------------------------------------------------------------------------------- */

/* A system reset passes by, but for sleep: the whole block lies in the RTC domain. */
static void reset(struct dev *dev, enum dev_reset kind)
{
    struct rtc_cntl *rtc = rtc_of(dev);
    rtc_sleep_reset(rtc);
    if (kind != DEV_RESET_POWER_ON)
        return;
    evq_cancel(dev->env->evq, &rtc->crc_done);
    rtc_sleep_update_hold(rtc);
    for (unsigned core = 0; core < RTC_CNTL_CORES; core++)
        rtc_cntl_set_reset_cause(rtc, core, RESET_CAUSE_POWER_ON);
    rtc_clock_power_on(rtc);
    rtc_wdt_power_on(rtc);
    update_stall(rtc);
    update_brown_out(rtc);
    update_irq(rtc);
}

static const struct dev_ops ops = {.regs = &rtc_cntl_regs, .reset = reset};

static void trace_clocks(struct rtc_cntl *rtc)
{
    const struct dev_env *env = rtc->dev.env;
    trace_change(env->trace, rtc->cpu_hz_signal, rtc->dev.now, env->clocks->clock[CLOCK_CPU].hz);
    trace_change(env->trace, rtc->apb_hz_signal, rtc->dev.now, env->clocks->clock[CLOCK_APB].hz);
    trace_change(env->trace, rtc->slow_hz_signal, rtc->dev.now, env->clocks->clock[CLOCK_RTC_SLOW].hz);
}

static void clock_changed(void *ctx, enum clock_id id, sim_time at)
{
    struct rtc_cntl *rtc = ctx;
    rtc->dev.now = at;
    trace_clocks(rtc);
    if (id == CLOCK_RTC_SLOW) {
        rtc_clock_slow_changed(rtc);
        rtc_wdt_schedule(rtc);
    }
}

static void declare_signals(struct rtc_cntl *rtc)
{
    const struct trace_sink *trace = rtc->dev.env->trace;
    char scope[96];
    dev_path(&rtc->dev, scope, sizeof scope);
    rtc->cpu_hz_signal = trace_declare(trace, scope, "cpu_hz", TRACE_BITS, 32);
    rtc->apb_hz_signal = trace_declare(trace, scope, "apb_hz", TRACE_BITS, 32);
    rtc->slow_hz_signal = trace_declare(trace, scope, "slow_hz", TRACE_BITS, 32);
    rtc->sleep_signal = trace_declare(trace, scope, "sleep", TRACE_TEXT, 0);
    rtc->stage_signal = trace_declare(trace, scope, "wdt_stage", TRACE_TEXT, 0);
}

enum sim_status rtc_cntl_init(struct rtc_cntl *rtc, const struct rtc_cntl_config *config, const char *name,
                              struct dev_env *env)
{
    memset(rtc, 0, sizeof *rtc);
    rtc->config = *config;
    rtc->supply_mv = 3300;
    SIM_TRY(dev_init(&rtc->dev, &ops, name, env));
    evq_event_init(&rtc->brown_out, brown_out_resets, rtc, EVQ_PHASE_DEVICE);
    rtc_clock_init(rtc);
    rtc_wdt_init(rtc);
    declare_signals(rtc);
    rtc_sleep_init(rtc);
    clock_tree_listen(env->clocks, clock_changed, rtc);
    dev_reset(&rtc->dev, DEV_RESET_POWER_ON, 0);
    trace_clocks(rtc);
    return SIM_OK;
}

void rtc_cntl_fini(struct rtc_cntl *rtc)
{
    struct evq *evq = rtc->dev.env->evq;
    rtc_clock_fini(rtc);
    rtc_sleep_fini(rtc);
    evq_cancel(evq, &rtc->dog_event);
    evq_cancel(evq, &rtc->brown_out);
    dev_fini(&rtc->dev);
}
