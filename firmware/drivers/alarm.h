/* SPDX-License-Identifier: Apache-2.0 */
/* An alarm by CCOMPARE0 of the core that calls alarm_init: it ends the core's sleep, and that is all. */
#ifndef VESPER_FIRMWARE_DRIVERS_ALARM_H
#define VESPER_FIRMWARE_DRIVERS_ALARM_H

#include <stdint.h>

/* Again after a change of the clock. */
void alarm_init(void);

/* In so many microseconds from now, instead of an alarm set before; at most 10 s, for CCOUNT wraps. */
void alarm_set(uint32_t us);

#endif
