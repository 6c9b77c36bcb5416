/* SPDX-License-Identifier: Apache-2.0 */
/* Sleeps in each way there is and checks what it finds on waking. It remembers in RTC memory how far it is: deep sleep
 * ends in a reset. What wakes from outside is up to the scenario (scenarios/sleep.toml):
 *
 *   GPIO4  is 0, then 1      from deep sleep by EXT0
 *   GPIO27 is 0, then 1      from deep sleep by EXT1
 *   GPIO18 is 1, then 0      from light sleep
 *   UART0  hears something   from light sleep */
#include <stdio.h>

#include "firmware/apps/check.h"
#include "firmware/drivers/gpio.h"
#include "firmware/drivers/rtc.h"
#include "firmware/drivers/sleep.h"
#include "firmware/drivers/uart.h"
#include "firmware/runtime/xtensa.h"

enum { EXT0_RTC_PAD = 10 /* GPIO4 */, EXT1_RTC_PAD = 17 /* GPIO27 */, WAKE_PAD = 18 };
enum { RESET_POWER_ON = 1, RESET_DEEP_SLEEP = 5 };
enum { LIGHT_US = 20000, DEEP_US = 50000 };
#define MARK 0x600DF00Du
#define SRAM_WORD ((volatile uint32_t *)0x3FFFFF00) /* the heap's far end */

/* Loaded with the program, and left alone after deep sleep. */
static struct {
    uint32_t stage;
    uint32_t slept_at; /* low half of the RTC time */
    struct checks checks;
} memory __attribute__((section(".rtc.data"))) = {0};

static volatile uint32_t stub_runs __attribute__((section(".rtc.data"))) = 0;

/* Runs before anything is loaded: nothing but RTC memory may be used. */
static void __attribute__((section(".rtc.text"), noinline)) stub(void)
{
    stub_runs++;
}

static void say_where(const char *what)
{
    printf("sleep   stage %u: %s\n", (unsigned)memory.stage, what);
    uart_drain(0);
}

static void sleep_on(void)
{
    memory.stage++;
    memory.slept_at = (uint32_t)rtc_time();
    *SRAM_WORD = MARK;
    sleep_deep();
}

/* Cycles of the slow clock as microseconds, near enough. */
static uint32_t us_since(uint32_t begin)
{
    return ((uint32_t)rtc_time() - begin) * 20 / 3;
}

/* Returns how long it took, in microseconds. */
static uint32_t check_light(const char *what, uint32_t cause)
{
    uint32_t cycles = ccount(), begin = (uint32_t)rtc_time();
    *SRAM_WORD = MARK;
    check_true(&memory.checks, what, sleep_light());
    uint32_t us = us_since(begin);
    check_equal(&memory.checks, "wake-up cause", sleep_wake_cause(), cause);
    check_equal(&memory.checks, "SRAM after light sleep", *SRAM_WORD, MARK);
    check_true(&memory.checks, "the core stood still", ccount() - cycles < 240000);
    printf("sleep   light: %s, cause 0x%x\n", what, (unsigned)sleep_wake_cause());
    uart_drain(0);
    return us;
}

static void woken_from_deep_sleep(uint32_t cause)
{
    struct checks *checks = &memory.checks;
    check_equal(checks, "reset cause", rtc_reset_cause(0), RESET_DEEP_SLEEP);
    check_equal(checks, "wake-up cause", sleep_wake_cause(), cause);
    check_true(checks, "SRAM forgets", *SRAM_WORD != MARK);
    printf("sleep   deep: reset cause %u (%s), wake-up cause 0x%x\n", rtc_reset_cause(0),
           rtc_reset_cause_name(rtc_reset_cause(0)), (unsigned)sleep_wake_cause());
}

static void first(void)
{
    check_equal(&memory.checks, "reset cause", rtc_reset_cause(0), RESET_POWER_ON);
    sleep_wake_by_timer(LIGHT_US);
    uint32_t us = check_light("timer", SLEEP_WAKE_TIMER);
    check_true(&memory.checks, "20 ms of light sleep", us >= LIGHT_US && us < LIGHT_US + 2000);
    say_where("deep sleep by the timer");
    sleep_wake_by_timer(DEEP_US);
    sleep_on();
}

static void second(void)
{
    uint32_t us = us_since(memory.slept_at);
    woken_from_deep_sleep(SLEEP_WAKE_TIMER);
    check_true(&memory.checks, "50 ms of deep sleep", us >= DEEP_US - 1000 && us < DEEP_US + 3000);
    check_equal(&memory.checks, "no wake stub has run", stub_runs, 0);
    say_where("again, with a wake stub");
    sleep_set_wake_stub(stub);
    sleep_wake_by_timer(DEEP_US);
    sleep_on();
}

static void third(void)
{
    woken_from_deep_sleep(SLEEP_WAKE_TIMER);
    check_equal(&memory.checks, "the wake stub has run", stub_runs, 1);
    say_where("until GPIO4 is high (EXT0)");
    sleep_wake_by_ext0(EXT0_RTC_PAD, true);
    sleep_on();
}

static void fourth(void)
{
    woken_from_deep_sleep(SLEEP_WAKE_EXT0);
    check_equal(&memory.checks, "the wake stub runs once", stub_runs, 1);
    say_where("until GPIO27 is high (EXT1)");
    sleep_wake_by_ext1(1u << EXT1_RTC_PAD, true);
    sleep_on();
}

static void fifth(void)
{
    woken_from_deep_sleep(SLEEP_WAKE_EXT1);
    check_equal(&memory.checks, "pads of EXT1", sleep_ext1_pads(), 1u << EXT1_RTC_PAD);
    gpio_make_input(WAKE_PAD, GPIO_PULL_NONE);
    say_where("light sleep until GPIO18 is low");
    sleep_wake_by_gpio(WAKE_PAD, false);
    check_light("GPIO18", SLEEP_WAKE_GPIO);
    say_where("light sleep until UART0 hears something");
    sleep_wake_by_uart0(3);
    check_light("UART0", SLEEP_WAKE_UART0);
}

int main(void)
{
    static void (*const stages[])(void) = {first, second, third, fourth, fifth};
    if (rtc_reset_cause(0) != RESET_DEEP_SLEEP)
        printf("\nVesper: light and deep sleep\n");
    if (memory.stage < sizeof stages / sizeof stages[0])
        stages[memory.stage]();
    return check_summary(&memory.checks, "sleep");
}
