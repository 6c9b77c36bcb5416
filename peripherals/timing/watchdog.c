/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/timing/watchdog.h"

#include <string.h>

void watchdog_init(struct watchdog *dog, const struct clock_domain *clock)
{
    memset(dog, 0, sizeof *dog);
    dog->clock = clock;
    dog->setup.divider = 1;
}

static uint64_t stage_ticks(const struct watchdog *dog, unsigned stage)
{
    uint32_t ticks = dog->setup.stage[stage].ticks;
    return ticks ? ticks : 1;
}

static unsigned stage_after(unsigned stage)
{
    return (stage + 1) % WATCHDOG_STAGES;
}

/* Whole ticks since `origin`. A core that lags behind its sibling may look at a time before it: none, then. */
static uint64_t ticks_passed(const struct watchdog *dog, sim_time now)
{
    uint64_t cycle = clock_cycles(dog->clock, now);
    if (!dog->setup.running || cycle <= dog->origin)
        return 0;
    return (cycle - dog->origin) / dog->setup.divider;
}

unsigned watchdog_stage(const struct watchdog *dog, sim_time now, uint64_t *ticks)
{
    unsigned stage = dog->stage;
    uint64_t round = 0;
    for (unsigned i = 0; i < WATCHDOG_STAGES; i++)
        round += stage_ticks(dog, i);
    *ticks = (dog->ticks + ticks_passed(dog, now)) % round;
    while (*ticks >= stage_ticks(dog, stage)) {
        *ticks -= stage_ticks(dog, stage);
        stage = stage_after(stage);
    }
    return stage;
}

/* Makes the beginning of the present tick the origin. */
static void settle(struct watchdog *dog, sim_time now)
{
    uint64_t passed = ticks_passed(dog, now);
    dog->stage = watchdog_stage(dog, now, &dog->ticks);
    dog->origin += passed * dog->setup.divider;
}

void watchdog_configure(struct watchdog *dog, const struct watchdog_setup *setup, sim_time now)
{
    bool goes_on = dog->setup.running && setup->running;
    if (goes_on)
        settle(dog, now);
    uint32_t old_divider = dog->setup.divider;
    dog->setup = *setup;
    if (!goes_on) {
        watchdog_feed(dog, now);
        return;
    }
    if (setup->divider != old_divider)
        dog->origin = clock_cycles(dog->clock, now);
    /* A stage that is now overdue ends with this tick. */
    if (dog->ticks >= stage_ticks(dog, dog->stage))
        dog->ticks = stage_ticks(dog, dog->stage) - 1;
}

void watchdog_feed(struct watchdog *dog, sim_time now)
{
    dog->stage = 0;
    dog->ticks = 0;
    dog->origin = clock_cycles(dog->clock, now);
}

sim_time watchdog_deadline(const struct watchdog *dog, unsigned noticed, sim_time now)
{
    if (!dog->setup.running)
        return SIM_TIME_NEVER;
    uint64_t ticks;
    unsigned stage = watchdog_stage(dog, now, &ticks);
    sim_u128 cycle = (sim_u128)ticks_passed(dog, now) - ticks;
    for (unsigned i = 0; i < WATCHDOG_STAGES; i++, stage = stage_after(stage)) {
        cycle += stage_ticks(dog, stage);
        if (!(noticed >> dog->setup.stage[stage].action & 1))
            continue;
        cycle = cycle * dog->setup.divider + dog->origin;
        return cycle <= UINT64_MAX ? clock_deadline(dog->clock, (uint64_t)cycle) : SIM_TIME_NEVER;
    }
    return SIM_TIME_NEVER;
}

enum watchdog_action watchdog_expire(struct watchdog *dog, sim_time now)
{
    settle(dog, now);
    return dog->setup.stage[(dog->stage + WATCHDOG_STAGES - 1) % WATCHDOG_STAGES].action;
}

const char *watchdog_action_name(enum watchdog_action action)
{
    static const char *const names[] = {"off", "interrupt", "CPU reset", "system reset", "chip reset"};
    return (unsigned)action < sizeof names / sizeof names[0] ? names[action] : "?";
}

sim_time watchdog_reset_length(unsigned field)
{
    static const uint16_t ns[8] = {100, 200, 300, 400, 500, 800, 1600, 3200};
    return SIM_NS(ns[field & 7]);
}
