/* SPDX-License-Identifier: Apache-2.0 */
/* The RTC watchdog: registers and actions around peripherals/timing/watchdog.h. It counts slow clock cycles and goes on
 * over system resets: ESP-IDF guards its restart with it. */
#include "peripherals/rtc_cntl/rtc_cntl_priv.h"

#define REG_FILE "peripherals/rtc_cntl/rtc_cntl_regs.def"
#define REG_PREFIX RTC_CNTL
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

static bool is_locked(const struct dev *dev)
{
    return reg_word(dev, RTC_CNTL_WDTWPROTECT) != WATCHDOG_KEY;
}

static bool in_flash_boot(const struct rtc_cntl *rtc)
{
    return rtc->config.flash_boot && reg_get(&rtc->dev, RTC_CNTL_WDTCONFIG0_WDT_FLASHBOOT_MOD_EN);
}

static bool may_interrupt(const struct dev *dev)
{
    return reg_get(dev, RTC_CNTL_WDTCONFIG0_WDT_LEVEL_INT_EN) || reg_get(dev, RTC_CNTL_WDTCONFIG0_WDT_EDGE_INT_EN);
}

static struct watchdog_setup setup_of(const struct rtc_cntl *rtc)
{
    static const uint32_t action[WATCHDOG_STAGES] = {RTC_CNTL_WDTCONFIG0_WDT_STG0, RTC_CNTL_WDTCONFIG0_WDT_STG1,
                                                     RTC_CNTL_WDTCONFIG0_WDT_STG2, RTC_CNTL_WDTCONFIG0_WDT_STG3};
    const struct dev *dev = &rtc->dev;
    struct watchdog_setup setup = {.running = reg_get(dev, RTC_CNTL_WDTCONFIG0_WDT_EN) || in_flash_boot(rtc),
                                   .divider = 1};
    for (unsigned stage = 0; stage < WATCHDOG_STAGES; stage++) {
        setup.stage[stage].ticks = reg_word(dev, RTC_CNTL_WDTCONFIG1 + 4 * stage);
        setup.stage[stage].action = (enum watchdog_action)reg_get(dev, action[stage]);
    }
    /* TRM: flash boot protection resets the RTC domain too when stage 0 expires. */
    if (in_flash_boot(rtc) && setup.stage[0].action == WATCHDOG_OFF)
        setup.stage[0].action = WATCHDOG_RESET_CHIP;
    return setup;
}

static unsigned noticed_actions(const struct dev *dev)
{
    unsigned noticed = 1u << WATCHDOG_RESET_CPU | 1u << WATCHDOG_RESET_SYSTEM | 1u << WATCHDOG_RESET_CHIP;
    if (may_interrupt(dev) && !reg_get(dev, RTC_CNTL_INT_RAW_WDT_INT_RAW))
        noticed |= 1u << WATCHDOG_INTERRUPT;
    return noticed;
}

static void trace_stage(struct rtc_cntl *rtc)
{
    static const char *const names[] = {"stage 0", "stage 1", "stage 2", "stage 3"};
    const struct dev *dev = &rtc->dev;
    uint64_t ticks;
    if (rtc->stage_signal)
        trace_change_text(dev->env->trace, rtc->stage_signal, dev->now,
                          rtc->dog.setup.running ? names[watchdog_stage(&rtc->dog, dev->now, &ticks)] : "off");
}

void rtc_wdt_schedule(struct rtc_cntl *rtc)
{
    const struct dev *dev = &rtc->dev;
    sim_time due = rtc->dog_is_paused ? SIM_TIME_NEVER : watchdog_deadline(&rtc->dog, noticed_actions(dev), dev->now);
    evq_arm(dev->env->evq, &rtc->dog_event, due);
    trace_stage(rtc);
}

static void ask_for_reset(struct rtc_cntl *rtc, enum watchdog_action action)
{
    const struct dev *dev = &rtc->dev;
    uint32_t length = RTC_CNTL_WDTCONFIG0_WDT_SYS_RESET_LENGTH;
    struct reset_request request = {.kind = RESET_CHIP, .cause = RESET_CAUSE_RTC_WDT_CHIP, .start = dev->now};
    if (action == WATCHDOG_RESET_SYSTEM) {
        request.kind = RESET_SYSTEM;
        request.cause = RESET_CAUSE_RTC_WDT_SYSTEM;
    } else if (action == WATCHDOG_RESET_CPU) {
        request.kind = RESET_CORES;
        request.cause = RESET_CAUSE_RTC_WDT_CPU;
        request.cores = (reg_get(dev, RTC_CNTL_WDTCONFIG0_WDT_PROCPU_RESET_EN) ? RESET_CORE_PRO : 0u) |
                        (reg_get(dev, RTC_CNTL_WDTCONFIG0_WDT_APPCPU_RESET_EN) ? RESET_CORE_APP : 0u);
        length = RTC_CNTL_WDTCONFIG0_WDT_CPU_RESET_LENGTH;
        if (!request.cores)
            return;
    }
    request.length = watchdog_reset_length(reg_get(dev, length));
    reset_ask(&rtc->config.reset, &request);
}

static void stage_ends(void *ctx, sim_time now)
{
    struct rtc_cntl *rtc = ctx;
    rtc->dev.now = now;
    enum watchdog_action action = watchdog_expire(&rtc->dog, now);
    if (action == WATCHDOG_INTERRUPT && may_interrupt(&rtc->dev))
        rtc_interrupt(rtc, RTC_INT_WDT);
    rtc_wdt_schedule(rtc);
    if (action == WATCHDOG_RESET_CPU || action == WATCHDOG_RESET_SYSTEM || action == WATCHDOG_RESET_CHIP)
        ask_for_reset(rtc, action);
}

/* While it is paused it counts all the same; then as many cycles are taken back. */
void rtc_wdt_pause(struct rtc_cntl *rtc, bool pause)
{
    uint64_t cycle = clock_cycles(rtc_slow_clock(rtc), rtc->dev.now);
    if (pause == rtc->dog_is_paused)
        return;
    if (pause)
        rtc->dog_paused_at = cycle;
    else
        rtc->dog.origin += cycle - rtc->dog_paused_at;
    rtc->dog_is_paused = pause;
    rtc_wdt_schedule(rtc);
}

/* WDTCONFIG0 to WDTCONFIG4. */
void rtc_wdt_config_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct rtc_cntl *rtc = rtc_of(dev);
    (void)index, (void)written;
    if (is_locked(dev)) {
        reg_put_word(dev, dev->offset, old);
        return;
    }
    struct watchdog_setup setup = setup_of(rtc);
    watchdog_configure(&rtc->dog, &setup, dev->now);
    rtc_wdt_schedule(rtc);
}

void rtc_wdt_feed_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct rtc_cntl *rtc = rtc_of(dev);
    (void)index, (void)old;
    if (is_locked(dev) || !reg_field_of(written, RTC_CNTL_WDTFEED_WDT_FEED))
        return;
    watchdog_feed(&rtc->dog, dev->now);
    rtc_wdt_schedule(rtc);
}

void rtc_wdt_power_on(struct rtc_cntl *rtc)
{
    watchdog_init(&rtc->dog, rtc_slow_clock(rtc));
    struct watchdog_setup setup = setup_of(rtc);
    watchdog_configure(&rtc->dog, &setup, rtc->dev.now);
    rtc_wdt_schedule(rtc);
}

void rtc_wdt_init(struct rtc_cntl *rtc)
{
    watchdog_init(&rtc->dog, rtc_slow_clock(rtc));
    evq_event_init(&rtc->dog_event, stage_ends, rtc, EVQ_PHASE_DEVICE);
}
