/* SPDX-License-Identifier: Apache-2.0 */
/* Timers: LACT of group 0 as ESP-IDF's esp_timer uses it, timer 1 of group 1 as gptimer does, once down and alone, then
 * up with reload; and a pad's interrupt by edge and level as gpio_install_isr_service has it. */
#include "firmware/apps/parts/parts.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/gpio.h"
#include "firmware/drivers/regs/timg.h"

enum { TICKS_PER_US = 2, LACT_BIT = 1 << 3, T1_BIT = 1 << 1, PAD = 12 };
enum { T1 = BASE_timg1 + 0x24 }; /* as timer 0 is at BASE_timg1 */

static volatile unsigned lact_alarms, t1_alarms, rises, lows;
static volatile uint32_t lact_at, t1_at;

/* --- LACT --------------------------------------------------------------------------------------------------------- */

static uint32_t lact_now(void)
{
    hw_write(BASE_timg0 + TIMG_LACTUPDATE, 1);
    return hw_read(BASE_timg0 + TIMG_LACTLO);
}

static void lact_alarm(void *ctx)
{
    (void)ctx;
    lact_at = lact_now();
    hw_write(BASE_timg0 + TIMG_INT_CLR_TIMERS, LACT_BIT);
    lact_alarms++;
}

static void set_lact_alarm(uint32_t at)
{
    hw_set(BASE_timg0, TIMG_LACTCONFIG_LACT_ALARM_EN, 0);
    hw_write(BASE_timg0 + TIMG_LACTALARMLO, at);
    hw_write(BASE_timg0 + TIMG_LACTALARMHI, 0);
    hw_set(BASE_timg0, TIMG_LACTCONFIG_LACT_ALARM_EN, 1);
}

static void try_lact(struct checks *checks)
{
    hw_write(BASE_timg0 + TIMG_LACTCONFIG, 0);
    hw_write(BASE_timg0 + TIMG_LACTLOADLO, 0);
    hw_write(BASE_timg0 + TIMG_LACTLOADHI, 0);
    hw_write(BASE_timg0 + TIMG_LACTALARMLO, UINT32_MAX);
    hw_write(BASE_timg0 + TIMG_LACTALARMHI, UINT32_MAX);
    hw_write(BASE_timg0 + TIMG_LACTLOAD, 1);
    hw_set(BASE_timg0, TIMG_INT_ENA_TIMERS_LACT_INT_ENA, 1);
    hw_write(BASE_timg0 + TIMG_LACTCONFIG,
             hw_field(TIMG_LACTCONFIG_LACT_DIVIDER, 80 / TICKS_PER_US) | hw_field(TIMG_LACTCONFIG_LACT_INCREASE, 1) |
                 hw_field(TIMG_LACTCONFIG_LACT_LEVEL_INT_EN, 1) | hw_field(TIMG_LACTCONFIG_LACT_EN, 1));
    check_true(checks, "LACT has an interrupt", interrupt_connect(SOURCE_TG0_LACT_LEVEL, 2, lact_alarm, NULL) >= 0);
    uint32_t at = lact_now() + 100 * TICKS_PER_US;
    set_lact_alarm(at);
    while (lact_alarms == 0)
        ;
    check_true(checks, "LACT's alarm is in time", lact_at >= at && lact_at - at < 5 * TICKS_PER_US);
    set_lact_alarm(lact_at - 10); /* it has been passed */
    delay_us(5);
    check_equal(checks, "an alarm that was passed comes at once", lact_alarms, 2);
    interrupt_disconnect(SOURCE_TG0_LACT_LEVEL);
    hw_write(BASE_timg0 + TIMG_LACTCONFIG, 0);
}

/* --- Timer 1 of group 1 ------------------------------------------------------------------------------------------- */

static uint32_t t1_now(void)
{
    hw_write(T1 + TIMG_TUPDATE, 1);
    return hw_read(T1 + TIMG_TLO);
}

static void t1_alarm(void *ctx)
{
    (void)ctx;
    t1_at = t1_now();
    hw_write(BASE_timg1 + TIMG_INT_CLR_TIMERS, T1_BIT);
    t1_alarms++;
    if (hw_get(T1, TIMG_TCONFIG_AUTORELOAD)) /* gptimer arms it again then */
        hw_set(T1, TIMG_TCONFIG_ALARM_EN, 1);
}

static void start_t1(uint32_t from, uint32_t alarm, bool up, bool reloads)
{
    hw_write(T1 + TIMG_TCONFIG, 0);
    hw_write(T1 + TIMG_TLOADLO, from);
    hw_write(T1 + TIMG_TLOADHI, 0);
    hw_write(T1 + TIMG_TLOAD, 1);
    hw_write(T1 + TIMG_TALARMLO, alarm);
    hw_write(T1 + TIMG_TALARMHI, 0);
    hw_set(BASE_timg1, TIMG_INT_ENA_TIMERS_T1_INT_ENA, 1);
    hw_write(T1 + TIMG_TCONFIG, hw_field(TIMG_TCONFIG_DIVIDER, 80) | hw_field(TIMG_TCONFIG_INCREASE, up) |
                                    hw_field(TIMG_TCONFIG_AUTORELOAD, reloads) |
                                    hw_field(TIMG_TCONFIG_LEVEL_INT_EN, 1) | hw_field(TIMG_TCONFIG_ALARM_EN, 1) |
                                    hw_field(TIMG_TCONFIG_EN, 1));
}

static void try_t1(struct checks *checks)
{
    check_true(checks, "T1 has an interrupt", interrupt_connect(SOURCE_TG1_T1_LEVEL, 1, t1_alarm, NULL) >= 0);
    start_t1(100, 40, false, false);
    while (t1_alarms == 0)
        ;
    check_true(checks, "T1 counts down to its alarm", t1_at <= 40 && t1_at > 30);
    t1_alarms = 0;
    uint32_t begin = ccount();
    start_t1(0, 50, true, true);
    while (t1_alarms < 4)
        ;
    uint32_t us = (ccount() - begin) / 240;
    check_true(checks, "T1 reloads every 50 us", us >= 200 && us < 210);
    interrupt_disconnect(SOURCE_TG1_T1_LEVEL);
    hw_write(T1 + TIMG_TCONFIG, 0);
}

/* --- A pad -------------------------------------------------------------------------------------------------------- */

static void rose(unsigned pad)
{
    (void)pad;
    rises++;
}

static void is_low(unsigned pad)
{
    lows++;
    gpio_set(pad, true); /* what asks is over */
}

static void try_pad(struct checks *checks)
{
    gpio_make_output(PAD);
    gpio_set(PAD, false);
    gpio_attach(PAD, GPIO_RISING, rose);
    for (unsigned i = 0; i < 6; i++)
        gpio_set(PAD, i % 2 == 0);
    delay_us(2);
    check_equal(checks, "rising edges", rises, 3);
    gpio_set(PAD, true);
    gpio_attach(PAD, GPIO_LOW, is_low);
    gpio_set(PAD, false);
    delay_us(2);
    unsigned seen = lows; /* the request is there again before the handler ends what asks */
    delay_us(2);
    check_true(checks, "a low level, and then no more", seen >= 1 && seen <= 2 && lows == seen);
    gpio_attach(PAD, GPIO_OFF, NULL);
}

void try_timers(struct checks *checks)
{
    try_lact(checks);
    try_t1(checks);
    try_pad(checks);
}
