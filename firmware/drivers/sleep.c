/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/sleep.h"

#include <stddef.h>

#include "firmware/drivers/clock.h"
#include "firmware/drivers/hw.h"
#include "firmware/drivers/regs/gpio.h"
#include "firmware/drivers/regs/rtc_cntl.h"
#include "firmware/drivers/regs/rtc_io.h"
#include "firmware/drivers/regs/uart.h"
#include "firmware/drivers/rtc.h"

enum { GPIO_INT_LOW = 4, GPIO_INT_HIGH = 5 };
enum { CRC_WORDS_LESS_1 = 0x7FF }; /* all of RTC fast memory */

/* ESP-IDF, rtc.h: waiting times in sleep, in slow clock cycles. */
enum {
    SHORTEST_SLEEP = 2,
    CRYSTAL_WAIT = 20,
    CRYSTAL_WAIT_LIGHT = 150,
    CK8M_WAIT = 20,
    CK8M_WAIT_LIGHT = 4,
    DOMAIN = 1
};

static bool chosen; /* since reset or the last sleep: what was enabled before, RTC_CNTL remembers */

static void enable(uint32_t sources)
{
    uint32_t enabled = chosen ? hw_get(BASE_rtc_cntl, RTC_CNTL_WAKEUP_STATE_WAKEUP_ENA) : 0;
    chosen = true;
    hw_set(BASE_rtc_cntl, RTC_CNTL_WAKEUP_STATE_WAKEUP_ENA, enabled | sources);
}

void sleep_wake_by_timer(uint32_t us)
{
    uint64_t alarm = rtc_time() + (uint64_t)us * rtc_measure_slow_hz(64) / 1000000;
    hw_write(BASE_rtc_cntl + RTC_CNTL_SLP_TIMER0, (uint32_t)alarm);
    hw_write(BASE_rtc_cntl + RTC_CNTL_SLP_TIMER1, hw_field(RTC_CNTL_SLP_TIMER1_SLP_VAL_HI, (uint32_t)(alarm >> 32)) |
                                                      hw_field(RTC_CNTL_SLP_TIMER1_MAIN_TIMER_ALARM_EN, 1));
    enable(SLEEP_WAKE_TIMER);
}

/* The pads that have one word of their own each, TOUCH_PAD0 to 7: RTC pads 10 to 17. */
static void make_rtc_input(unsigned rtc_pad)
{
    uint32_t base = BASE_rtc_io + 4 * (rtc_pad - 10);
    if (rtc_pad < 10 || rtc_pad > 17)
        return;
    hw_set(base, RTC_IO_TOUCH_PAD0_MUX_SEL, 1);
    hw_set(base, RTC_IO_TOUCH_PAD0_FUN_IE, 1);
}

void sleep_wake_by_ext0(unsigned rtc_pad, bool high)
{
    make_rtc_input(rtc_pad);
    hw_set(BASE_rtc_io, RTC_IO_EXT_WAKEUP0_SEL, rtc_pad);
    hw_set(BASE_rtc_cntl, RTC_CNTL_EXT_WAKEUP_CONF_EXT_WAKEUP0_LV, high);
    enable(SLEEP_WAKE_EXT0);
}

void sleep_wake_by_ext1(uint32_t rtc_pads, bool any_high)
{
    for (unsigned pad = 0; pad < 18; pad++)
        if (rtc_pads >> pad & 1)
            make_rtc_input(pad);
    hw_set(BASE_rtc_cntl, RTC_CNTL_EXT_WAKEUP1_SEL, rtc_pads);
    hw_set(BASE_rtc_cntl, RTC_CNTL_EXT_WAKEUP_CONF_EXT_WAKEUP1_LV, any_high);
    hw_set(BASE_rtc_cntl, RTC_CNTL_EXT_WAKEUP1_STATUS_CLR, 1);
    enable(SLEEP_WAKE_EXT1);
}

void sleep_wake_by_gpio(unsigned pad, bool high)
{
    hw_set(BASE_gpio + 4 * pad, GPIO_PIN_INT_TYPE, high ? GPIO_INT_HIGH : GPIO_INT_LOW);
    hw_set(BASE_gpio + 4 * pad, GPIO_PIN_WAKEUP_ENABLE, 1);
    enable(SLEEP_WAKE_GPIO);
}

void sleep_wake_by_uart0(unsigned edges)
{
    hw_set(BASE_uart0, UART_SLEEP_CONF_ACTIVE_THRESHOLD, edges > 2 ? edges - 2 : 1);
    enable(SLEEP_WAKE_UART0);
}

static uint32_t fast_memory_crc(void)
{
    uint32_t conf =
        hw_field(RTC_CNTL_MEM_CONF_RTC_MEM_CRC_LEN, CRC_WORDS_LESS_1) | hw_field(RTC_CNTL_MEM_CONF_RTC_MEM_PID_CONF, 1);
    hw_write(BASE_rtc_cntl + RTC_CNTL_MEM_CONF, conf);
    hw_write(BASE_rtc_cntl + RTC_CNTL_MEM_CONF, conf | hw_field(RTC_CNTL_MEM_CONF_RTC_MEM_CRC_START, 1));
    while (!hw_get(BASE_rtc_cntl, RTC_CNTL_MEM_CONF_RTC_MEM_CRC_FINISH))
        ;
    hw_write(BASE_rtc_cntl + RTC_CNTL_MEM_CONF, conf);
    return hw_read(BASE_rtc_cntl + RTC_CNTL_MEM_CRC_RES);
}

void sleep_set_wake_stub(void (*stub)(void))
{
    hw_write(BASE_rtc_cntl + RTC_CNTL_STORE6, stub ? (uint32_t)stub : 0);
}

/* Whatever is forced to have power would have it in sleep, too. */
static void prepare(bool deep)
{
    const uint32_t base = BASE_rtc_cntl;
    hw_set(base, RTC_CNTL_TIMER5_MIN_SLP_VAL, SHORTEST_SLEEP);
    hw_set(base, RTC_CNTL_TIMER1_CK8M_WAIT, deep ? CK8M_WAIT : CK8M_WAIT_LIGHT);
    hw_set(base, RTC_CNTL_TIMER1_XTL_BUF_WAIT, deep ? CRYSTAL_WAIT : CRYSTAL_WAIT_LIGHT);
    hw_write(base + RTC_CNTL_TIMER3, hw_field(RTC_CNTL_TIMER3_ROM_RAM_POWERUP_TIMER, DOMAIN) |
                                         hw_field(RTC_CNTL_TIMER3_ROM_RAM_WAIT_TIMER, DOMAIN) |
                                         hw_field(RTC_CNTL_TIMER3_WIFI_POWERUP_TIMER, DOMAIN) |
                                         hw_field(RTC_CNTL_TIMER3_WIFI_WAIT_TIMER, DOMAIN));
    hw_write(base + RTC_CNTL_TIMER4, hw_field(RTC_CNTL_TIMER4_DG_WRAP_POWERUP_TIMER, DOMAIN) |
                                         hw_field(RTC_CNTL_TIMER4_DG_WRAP_WAIT_TIMER, DOMAIN) |
                                         hw_field(RTC_CNTL_TIMER4_POWERUP_TIMER, DOMAIN) |
                                         hw_field(RTC_CNTL_TIMER4_WAIT_TIMER, DOMAIN));
    hw_set(base, RTC_CNTL_PWC_FASTMEM_PD_EN, 0);
    hw_set(base, RTC_CNTL_PWC_SLOWMEM_PD_EN, 0);
    hw_set(base, RTC_CNTL_PWC_PD_EN, 0);
    hw_set(base, RTC_CNTL_DIG_PWC_DG_WRAP_FORCE_PU, 0);
    hw_set(base, RTC_CNTL_DIG_PWC_DG_WRAP_PD_EN, deep);
    hw_write(base + RTC_CNTL_INT_CLR, 3); /* woken, rejected */
}

static bool go(void)
{
    hw_set(BASE_rtc_cntl, RTC_CNTL_STATE0_SLEEP_EN, 1);
    while ((hw_read(BASE_rtc_cntl + RTC_CNTL_INT_RAW) & 3) == 0)
        ;
    chosen = false;
    return !hw_get(BASE_rtc_cntl, RTC_CNTL_INT_RAW_SLP_REJECT_INT_RAW);
}

bool sleep_light(void)
{
    uint32_t mhz = clock_cpu_hz() / 1000000;
    prepare(false);
    clock_set_cpu_mhz(CLOCK_XTAL_HZ / 1000000);
    bool slept = go();
    clock_set_cpu_mhz(mhz);
    return slept;
}

void sleep_deep(void)
{
    prepare(true);
    clock_set_cpu_mhz(CLOCK_XTAL_HZ / 1000000);
    hw_write(BASE_rtc_cntl + RTC_CNTL_STORE7, fast_memory_crc());
    for (;;)
        go();
}

uint32_t sleep_wake_cause(void)
{
    return hw_get(BASE_rtc_cntl, RTC_CNTL_WAKEUP_STATE_WAKEUP_CAUSE);
}

uint32_t sleep_ext1_pads(void)
{
    return hw_read(BASE_rtc_cntl + RTC_CNTL_EXT_WAKEUP1_STATUS);
}
