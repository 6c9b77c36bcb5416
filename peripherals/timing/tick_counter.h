/* SPDX-License-Identifier: Apache-2.0 */
/* A hardware counter behind a prescaler, as a function of time: nothing ticks. It counts `divider` cycles of a clock
 * domain as one tick, up or down, and wraps at its width. Since it is kept in clock cycles, a change of the clock's
 * frequency moves deadlines but never the count.
 *
 * TIMG's timers, LACT and the FRC timers are made of it. */
#ifndef VESPER_PERIPHERALS_TIMING_TICK_COUNTER_H
#define VESPER_PERIPHERALS_TIMING_TICK_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/clock.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tick_counter {
    const struct clock_domain *clock; /* borrowed */
    uint64_t mask;                    /* 2^width - 1 */
    uint64_t value;                   /* at cycle `origin` */
    uint64_t origin;                  /* a cycle at which a tick began */
    uint32_t divider;                 /* cycles a tick, > 0 */
    bool up;
    bool running;
};

/* Stopped at 0, counting up by 1 each cycle; width 1..64 bits. */
void tick_counter_init(struct tick_counter *counter, const struct clock_domain *clock, unsigned width);

uint64_t tick_counter_value(const struct tick_counter *counter, sim_time now);

/* Loads the count. The prescaler goes on undisturbed. */
void tick_counter_load(struct tick_counter *counter, uint64_t value, sim_time now);

/* Starts with a whole tick ahead, or stops, which forgets the part of a tick that has passed. */
void tick_counter_run(struct tick_counter *counter, bool running, sim_time now);

void tick_counter_direction(struct tick_counter *counter, bool up, sim_time now);

/* The cycles of the present tick that have passed stay counted; a tick that is thereby overdue ends with the next
 * cycle. divider > 0. */
void tick_counter_divide(struct tick_counter *counter, uint32_t divider, sim_time now);

/* When the count has made `ticks` more steps: with 0, when the present tick began. SIM_TIME_NEVER while it is stopped
 * or when that lies beyond simulated time. */
sim_time tick_counter_after(const struct tick_counter *counter, uint64_t ticks, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
