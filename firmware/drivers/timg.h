/* SPDX-License-Identifier: Apache-2.0 */
/* The four 64-bit timers: TIMG0 T0, T1, TIMG1 T0, T1 are 0..3. */
#ifndef VESPER_FIRMWARE_DRIVERS_TIMG_H
#define VESPER_FIRMWARE_DRIVERS_TIMG_H

#include "firmware/drivers/hw.h"
#include "firmware/runtime/interrupt.h"

enum { TIMER_COUNT = 4 };

/* Counts up from 0, one tick for each microsecond (APB clock / 80, or / 40). */
void timer_start(unsigned timer);
uint64_t timer_read(unsigned timer);

/* Calls the handler every `us` microseconds on this core, at level 1, from now on; the timer starts at 0 and counts to
 * `us` again and again. */
void timer_every(unsigned timer, uint32_t us, interrupt_fn handler, void *ctx);
void timer_stop(unsigned timer);

#endif
