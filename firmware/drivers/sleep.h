/* SPDX-License-Identifier: Apache-2.0 */
/* Light and deep sleep, as ESP-IDF leads the chip into them (rtc_sleep.c). Choose what wakes, then sleep. */
#ifndef VESPER_FIRMWARE_DRIVERS_SLEEP_H
#define VESPER_FIRMWARE_DRIVERS_SLEEP_H

#include <stdbool.h>
#include <stdint.h>

/* Bits of sleep_wake_cause, in the order of RTC_CNTL's WAKEUP_STATE. */
enum sleep_wake {
    SLEEP_WAKE_EXT0 = 1 << 0,
    SLEEP_WAKE_EXT1 = 1 << 1,
    SLEEP_WAKE_GPIO = 1 << 2,
    SLEEP_WAKE_TIMER = 1 << 3,
    SLEEP_WAKE_UART0 = 1 << 6
};

/* So many microseconds after this call. */
void sleep_wake_by_timer(uint32_t us);

/* RTC pads by their own numbers (0..17). A level of one pad; any of some is high, or all are low. */
void sleep_wake_by_ext0(unsigned rtc_pad, bool high);
void sleep_wake_by_ext1(uint32_t rtc_pads, bool any_high);

/* From light sleep only: a pad's level; rising edges that UART0 sees, 3 and more. */
void sleep_wake_by_gpio(unsigned pad, bool high);
void sleep_wake_by_uart0(unsigned edges);

/* Code in RTC fast memory (section .rtc.text) that runs first after deep sleep; when it returns the program starts. For
 * the next deep sleep only. NULL: none. */
void sleep_set_wake_stub(void (*stub)(void));

/* Until something wakes; both cores stand still. False: it was rejected. The console must be drained. */
bool sleep_light(void);

/* Ends in a reset with cause 5. RTC memories keep their content. */
void sleep_deep(void) __attribute__((noreturn));

/* What woke the chip last, as bits; which RTC pads did by EXT1. */
uint32_t sleep_wake_cause(void);
uint32_t sleep_ext1_pads(void);

#endif
