/* SPDX-License-Identifier: Apache-2.0 */
/* RTC_CNTL: why the chip was reset, resetting it, time in slow clock cycles, stalling a core; TIMG0's measurement of
 * the slow clock. */
#ifndef VESPER_FIRMWARE_DRIVERS_RTC_H
#define VESPER_FIRMWARE_DRIVERS_RTC_H

#include <stdbool.h>
#include <stdint.h>

/* Of core 0 or 1, and in words. */
unsigned rtc_reset_cause(unsigned core);
const char *rtc_reset_cause_name(unsigned cause);

void rtc_reset_system(void) __attribute__((noreturn));

/* Cycles of the slow clock since power-on; takes up to one of them. */
uint64_t rtc_time(void);

/* Frequency of the slow clock, measured over this many cycles against the crystal. */
uint32_t rtc_measure_slow_hz(uint32_t cycles);

/* The other core, or a core itself, stands still until released. */
void rtc_stall_core(unsigned core, bool stalled);

#endif
