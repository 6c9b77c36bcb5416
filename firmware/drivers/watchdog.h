/* SPDX-License-Identifier: Apache-2.0 */
/* Watchdogs: the main ones of TIMG0 and TIMG1, and the RTC's. */
#ifndef VESPER_FIRMWARE_DRIVERS_WATCHDOG_H
#define VESPER_FIRMWARE_DRIVERS_WATCHDOG_H

#include <stdint.h>

enum watchdog { WATCHDOG_TIMG0, WATCHDOG_TIMG1, WATCHDOG_RTC };

/* As the stages' configuration has them; CHIP for the RTC's only. */
enum watchdog_action { WATCHDOG_OFF, WATCHDOG_INTERRUPT, WATCHDOG_CPU, WATCHDOG_SYSTEM, WATCHDOG_CHIP };

/* After reset two of them wait for a program that was loaded from flash. It has been. */
void watchdog_end_flash_boot(void);

/* `first` happens `ms` after the last feed, and `second` as long after that, unless it is WATCHDOG_OFF. */
void watchdog_start(enum watchdog dog, uint32_t ms, enum watchdog_action first, enum watchdog_action second);
void watchdog_feed(enum watchdog dog);
void watchdog_stop(enum watchdog dog);

#endif
