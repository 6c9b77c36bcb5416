/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/timing/tick_counter.h"

void tick_counter_init(struct tick_counter *counter, const struct clock_domain *clock, unsigned width)
{
    counter->clock = clock;
    counter->mask = width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;
    counter->value = 0;
    counter->origin = 0;
    counter->divider = 1;
    counter->up = true;
    counter->running = false;
}

/* Whole ticks since `origin`. A core that lags behind its sibling may look at a time before it: none, then. */
static uint64_t ticks_passed(const struct tick_counter *counter, sim_time now)
{
    uint64_t cycle = clock_cycles(counter->clock, now);
    if (!counter->running || cycle <= counter->origin)
        return 0;
    return (cycle - counter->origin) / counter->divider;
}

uint64_t tick_counter_value(const struct tick_counter *counter, sim_time now)
{
    uint64_t ticks = ticks_passed(counter, now);
    return (counter->up ? counter->value + ticks : counter->value - ticks) & counter->mask;
}

/* Makes the beginning of the present tick the origin. */
static void settle(struct tick_counter *counter, sim_time now)
{
    uint64_t ticks = ticks_passed(counter, now);
    counter->value = tick_counter_value(counter, now);
    counter->origin += ticks * counter->divider;
}

void tick_counter_load(struct tick_counter *counter, uint64_t value, sim_time now)
{
    settle(counter, now);
    counter->value = value & counter->mask;
}

void tick_counter_run(struct tick_counter *counter, bool running, sim_time now)
{
    if (running == counter->running)
        return;
    settle(counter, now);
    counter->running = running;
    counter->origin = clock_cycles(counter->clock, now);
}

void tick_counter_direction(struct tick_counter *counter, bool up, sim_time now)
{
    settle(counter, now);
    counter->up = up;
}

void tick_counter_divide(struct tick_counter *counter, uint32_t divider, sim_time now)
{
    if (divider == counter->divider)
        return;
    settle(counter, now);
    counter->divider = divider;
    uint64_t cycle = clock_cycles(counter->clock, now);
    if (counter->running && cycle >= counter->origin + divider)
        counter->origin = cycle + 1 - divider;
}

sim_time tick_counter_after(const struct tick_counter *counter, uint64_t ticks, sim_time now)
{
    if (!counter->running)
        return SIM_TIME_NEVER;
    sim_u128 cycle = (sim_u128)ticks_passed(counter, now) + ticks;
    cycle = cycle * counter->divider + counter->origin;
    return cycle <= UINT64_MAX ? clock_deadline(counter->clock, (uint64_t)cycle) : SIM_TIME_NEVER;
}
