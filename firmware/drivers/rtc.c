/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/rtc.h"

#include <stddef.h>

#include "firmware/drivers/clock.h"
#include "firmware/drivers/hw.h"
#include "firmware/drivers/regs/rtc_cntl.h"
#include "firmware/drivers/regs/timg.h"

enum { STALL_C0 = 2, STALL_C1 = 0x21 }; /* together the code 0x86: facts 4.7 */

unsigned rtc_reset_cause(unsigned core)
{
    return hw_get(BASE_rtc_cntl,
                  core ? RTC_CNTL_RESET_STATE_RESET_CAUSE_APPCPU : RTC_CNTL_RESET_STATE_RESET_CAUSE_PROCPU);
}

/* Facts 3.1. */
const char *rtc_reset_cause_name(unsigned cause)
{
    static const char *const name[] = {
        [1] = "power-on",
        [3] = "software, system",
        [4] = "legacy watchdog",
        [5] = "deep sleep",
        [6] = "SDIO",
        [7] = "watchdog of TIMG0, system",
        [8] = "watchdog of TIMG1, system",
        [9] = "RTC watchdog, system",
        [10] = "intrusion",
        [11] = "watchdog of a timer group, CPU",
        [12] = "software, CPU",
        [13] = "RTC watchdog, CPU",
        [14] = "APP CPU by PRO CPU",
        [15] = "brown-out",
        [16] = "RTC watchdog, chip",
    };
    const char *text = cause < sizeof name / sizeof name[0] ? name[cause] : NULL;
    return text ? text : "unknown";
}

void rtc_reset_system(void)
{
    for (;;)
        hw_set(BASE_rtc_cntl, RTC_CNTL_OPTIONS0_SW_SYS_RST, 1);
}

uint64_t rtc_time(void)
{
    hw_set(BASE_rtc_cntl, RTC_CNTL_TIME_UPDATE_TIME_UPDATE, 1);
    while (!hw_get(BASE_rtc_cntl, RTC_CNTL_TIME_UPDATE_TIME_VALID))
        ;
    uint32_t low = hw_read(BASE_rtc_cntl + RTC_CNTL_TIME0);
    return (uint64_t)hw_get(BASE_rtc_cntl, RTC_CNTL_TIME1_TIME_HI) << 32 | low;
}

uint32_t rtc_measure_slow_hz(uint32_t cycles)
{
    enum { RTC_MUX = 0 };
    hw_write(BASE_timg0 + TIMG_RTCCALICFG,
             hw_field(TIMG_RTCCALICFG_RTC_CALI_CLK_SEL, RTC_MUX) | hw_field(TIMG_RTCCALICFG_RTC_CALI_MAX, cycles));
    hw_set(BASE_timg0, TIMG_RTCCALICFG_RTC_CALI_START, 1);
    while (!hw_get(BASE_timg0, TIMG_RTCCALICFG_RTC_CALI_RDY))
        ;
    uint32_t crystal_cycles = hw_get(BASE_timg0, TIMG_RTCCALICFG1_RTC_CALI_VALUE);
    hw_set(BASE_timg0, TIMG_RTCCALICFG_RTC_CALI_START, 0);
    return crystal_cycles ? (uint32_t)((uint64_t)CLOCK_XTAL_HZ * cycles / crystal_cycles) : 0;
}

void rtc_stall_core(unsigned core, bool stalled)
{
    hw_set(BASE_rtc_cntl, core ? RTC_CNTL_SW_CPU_STALL_SW_STALL_APPCPU_C1 : RTC_CNTL_SW_CPU_STALL_SW_STALL_PROCPU_C1,
           stalled ? STALL_C1 : 0);
    hw_set(BASE_rtc_cntl, core ? RTC_CNTL_OPTIONS0_SW_STALL_APPCPU_C0 : RTC_CNTL_OPTIONS0_SW_STALL_PROCPU_C0,
           stalled ? STALL_C0 : 0);
}
