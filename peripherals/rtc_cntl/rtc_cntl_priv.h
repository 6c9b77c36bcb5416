/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of RTC_CNTL share: hooks named in rtc_cntl_regs.def, and interrupts. */
#ifndef VESPER_PERIPHERALS_RTC_CNTL_RTC_CNTL_PRIV_H
#define VESPER_PERIPHERALS_RTC_CNTL_RTC_CNTL_PRIV_H

#include "peripherals/rtc_cntl/rtc_cntl.h"

/* Bits of the interrupt registers that the model raises. */
enum rtc_interrupt {
    RTC_INT_SLP_WAKEUP = 0,
    RTC_INT_SLP_REJECT = 1,
    RTC_INT_WDT = 3,
    RTC_INT_TIME_VALID = 4,
    RTC_INT_BROWN_OUT = 7,
    RTC_INT_MAIN_TIMER = 8
};

static inline struct rtc_cntl *rtc_of(struct dev *dev)
{
    return (struct rtc_cntl *)dev; /* first member */
}

static inline const struct clock_domain *rtc_slow_clock(const struct rtc_cntl *rtc)
{
    return &rtc->dev.env->clocks->clock[CLOCK_RTC_SLOW];
}

/* When the next cycle of the slow clock begins. */
static inline sim_time rtc_next_slow_cycle(const struct rtc_cntl *rtc)
{
    const struct clock_domain *slow = rtc_slow_clock(rtc);
    return clock_time(slow, clock_cycles(slow, rtc->dev.now) + 1);
}

/* rtc_cntl.c */
void rtc_interrupt(struct rtc_cntl *rtc, enum rtc_interrupt interrupt);
void rtc_options_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void rtc_stall_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void rtc_int_ena_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
uint32_t rtc_int_st_read(struct dev *dev, unsigned index, uint32_t stored);
void rtc_int_clr_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void rtc_brown_out_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

/* rtc_clock.c: clock selection and RTC time */
void rtc_clock_init(struct rtc_cntl *rtc);
void rtc_clock_power_on(struct rtc_cntl *rtc);
void rtc_clock_fini(struct rtc_cntl *rtc);
void rtc_clock_slow_changed(struct rtc_cntl *rtc);
void rtc_alarm_schedule(struct rtc_cntl *rtc);
bool rtc_alarm_is_due(const struct rtc_cntl *rtc, sim_time now);
void rtc_clk_conf_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void rtc_time_update_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void rtc_alarm_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

/* rtc_sleep.c */
void rtc_sleep_init(struct rtc_cntl *rtc);
void rtc_sleep_reset(struct rtc_cntl *rtc);
void rtc_sleep_fini(struct rtc_cntl *rtc);
void rtc_sleep_source_changed(struct rtc_cntl *rtc);
void rtc_sleep_update_hold(struct rtc_cntl *rtc);
void rtc_state_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void rtc_hold_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void rtc_ext1_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void rtc_crc_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

/* rtc_wdt.c */
void rtc_wdt_pause(struct rtc_cntl *rtc, bool pause);
void rtc_wdt_init(struct rtc_cntl *rtc);
void rtc_wdt_power_on(struct rtc_cntl *rtc);
void rtc_wdt_schedule(struct rtc_cntl *rtc);
void rtc_wdt_config_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void rtc_wdt_feed_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#endif
