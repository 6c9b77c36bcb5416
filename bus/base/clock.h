/* SPDX-License-Identifier: Apache-2.0 */
/* A clock: cycles of a frequency against picoseconds, without drift.
 *
 * A period is never rounded and then multiplied: 240 MHz is 12500 ps every 3 cycles, and 4167 ps a cycle would make
 * a simulated second 80 ppm too long. Each change of frequency starts a new epoch, from which cycles and time are
 * converted with a 128-bit product.
 *
 * Cycle n begins at epoch_time + ceil((n - epoch_cycle) * 1e12 / hz); at time t the clock has begun
 * epoch_cycle + floor((t - epoch_time) * hz / 1e12) cycles. Hence clock_cycles(c, clock_time(c, n)) == n.
 *
 * A clock of 0 Hz stands still: further cycles never begin. */
#ifndef VESPER_BUS_BASE_CLOCK_H
#define VESPER_BUS_BASE_CLOCK_H

#include "bus/base/bits.h"
#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

struct clock_domain {
    sim_time epoch_time;
    uint64_t epoch_cycle;
    uint64_t hz; /* 0: it stands still */
};

static inline void clock_init(struct clock_domain *clock, uint64_t hz)
{
    clock->epoch_time = 0;
    clock->epoch_cycle = 0;
    clock->hz = hz;
}

/* Cycles begun by time t; times before the epoch count as the epoch. */
static inline uint64_t clock_cycles(const struct clock_domain *clock, sim_time t)
{
    if (t <= clock->epoch_time)
        return clock->epoch_cycle;
    return clock->epoch_cycle + bits_muldiv(t - clock->epoch_time, clock->hz, SIM_PS_PER_S);
}

/* When cycle n begins; cycles before the epoch count as the epoch. SIM_TIME_NEVER while the clock stands still. */
static inline sim_time clock_time(const struct clock_domain *clock, uint64_t cycle)
{
    if (cycle <= clock->epoch_cycle)
        return clock->epoch_time;
    if (clock->hz == 0)
        return SIM_TIME_NEVER;
    return clock->epoch_time + bits_muldiv_up(cycle - clock->epoch_cycle, SIM_PS_PER_S, clock->hz);
}

/* When cycle n begins, or SIM_TIME_NEVER when that is later than sim_time can say: for deadlines that a guest asks for,
 * such as an alarm 2^64 ticks ahead. */
static inline sim_time clock_deadline(const struct clock_domain *clock, uint64_t cycle)
{
    if (cycle <= clock->epoch_cycle)
        return clock->epoch_time;
    if (clock->hz == 0)
        return SIM_TIME_NEVER;
    sim_u128 time = ((sim_u128)(cycle - clock->epoch_cycle) * SIM_PS_PER_S + (clock->hz - 1)) / clock->hz;
    time += clock->epoch_time;
    return time < SIM_TIME_NEVER ? (sim_time)time : SIM_TIME_NEVER;
}

/* From time t on the clock runs at hz. t must not lie before the present epoch. */
static inline void clock_set_hz(struct clock_domain *clock, sim_time t, uint64_t hz)
{
    uint64_t cycle = clock_cycles(clock, t);
    clock->epoch_time = t;
    clock->epoch_cycle = cycle;
    clock->hz = hz;
}

#ifdef __cplusplus
}
#endif
#endif
