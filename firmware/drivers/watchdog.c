/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/watchdog.h"

#include "firmware/drivers/clock.h"
#include "firmware/drivers/hw.h"
#include "firmware/drivers/regs/rtc_cntl.h"
#include "firmware/drivers/regs/timg.h"

enum { KEY = 0x50D83AA1, RTC_SLOW_HZ = 150000, LONGEST_RESET = 7 };

static uint32_t group_of(enum watchdog dog)
{
    return dog == WATCHDOG_TIMG0 ? BASE_timg0 : BASE_timg1;
}

static void set_locked(enum watchdog dog, bool locked)
{
    uint32_t protect = dog == WATCHDOG_RTC ? BASE_rtc_cntl + RTC_CNTL_WDTWPROTECT : group_of(dog) + TIMG_WDTWPROTECT;
    hw_write(protect, locked ? 0 : KEY);
}

static void configure(enum watchdog dog, uint32_t value)
{
    hw_write(dog == WATCHDOG_RTC ? BASE_rtc_cntl + RTC_CNTL_WDTCONFIG0 : group_of(dog) + TIMG_WDTCONFIG0, value);
}

void watchdog_stop(enum watchdog dog)
{
    set_locked(dog, false);
    configure(dog, 0);
    set_locked(dog, true);
}

void watchdog_end_flash_boot(void)
{
    watchdog_stop(WATCHDOG_RTC);
    watchdog_stop(WATCHDOG_TIMG0);
}

static void start_timg(enum watchdog dog, uint32_t ms, uint32_t first, uint32_t second)
{
    uint32_t group = group_of(dog);
    hw_write(group + TIMG_WDTCONFIG1, hw_field(TIMG_WDTCONFIG1_WDT_CLK_PRESCALE, clock_apb_hz() / 2000)); /* 0.5 ms */
    hw_write(group + TIMG_WDTCONFIG2, 2 * ms);
    hw_write(group + TIMG_WDTCONFIG3, 2 * ms);
    configure(dog, hw_field(TIMG_WDTCONFIG0_WDT_STG0, first) | hw_field(TIMG_WDTCONFIG0_WDT_STG1, second) |
                       hw_field(TIMG_WDTCONFIG0_WDT_SYS_RESET_LENGTH, LONGEST_RESET) |
                       hw_field(TIMG_WDTCONFIG0_WDT_CPU_RESET_LENGTH, LONGEST_RESET) |
                       hw_field(TIMG_WDTCONFIG0_WDT_LEVEL_INT_EN, 1) | hw_field(TIMG_WDTCONFIG0_WDT_EN, 1));
}

static void start_rtc(uint32_t ms, uint32_t first, uint32_t second)
{
    hw_write(BASE_rtc_cntl + RTC_CNTL_WDTCONFIG1, ms * (RTC_SLOW_HZ / 1000));
    hw_write(BASE_rtc_cntl + RTC_CNTL_WDTCONFIG2, ms * (RTC_SLOW_HZ / 1000));
    configure(WATCHDOG_RTC,
              hw_field(RTC_CNTL_WDTCONFIG0_WDT_STG0, first) | hw_field(RTC_CNTL_WDTCONFIG0_WDT_STG1, second) |
                  hw_field(RTC_CNTL_WDTCONFIG0_WDT_SYS_RESET_LENGTH, LONGEST_RESET) |
                  hw_field(RTC_CNTL_WDTCONFIG0_WDT_CPU_RESET_LENGTH, LONGEST_RESET) |
                  hw_field(RTC_CNTL_WDTCONFIG0_WDT_PROCPU_RESET_EN, 1) |
                  hw_field(RTC_CNTL_WDTCONFIG0_WDT_APPCPU_RESET_EN, 1) |
                  hw_field(RTC_CNTL_WDTCONFIG0_WDT_LEVEL_INT_EN, 1) | hw_field(RTC_CNTL_WDTCONFIG0_WDT_EN, 1));
}

void watchdog_start(enum watchdog dog, uint32_t ms, enum watchdog_action first, enum watchdog_action second)
{
    watchdog_stop(dog);
    set_locked(dog, false);
    if (dog == WATCHDOG_RTC)
        start_rtc(ms, first, second);
    else
        start_timg(dog, ms, first, second);
    set_locked(dog, true);
    watchdog_feed(dog);
}

void watchdog_feed(enum watchdog dog)
{
    set_locked(dog, false);
    if (dog == WATCHDOG_RTC)
        hw_write(BASE_rtc_cntl + RTC_CNTL_WDTFEED, hw_field(RTC_CNTL_WDTFEED_WDT_FEED, 1));
    else
        hw_write(group_of(dog) + TIMG_WDTFEED, 1);
    set_locked(dog, true);
}
