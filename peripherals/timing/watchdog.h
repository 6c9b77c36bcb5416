/* SPDX-License-Identifier: Apache-2.0 */
/* The stage machine that the ESP32's main and RTC watchdogs share: four stages follow one another, each after its own
 * number of ticks, each with an action; after the last comes the first again. It is a function of time: an event is
 * due only when a stage ends whose action somebody can notice.
 * Source: ESP32 TRM, chapter "Watchdog Timers"; facts 4.6, 4.7. */
#ifndef VESPER_PERIPHERALS_TIMING_WATCHDOG_H
#define VESPER_PERIPHERALS_TIMING_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/clock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the registers' stage fields hold. */
enum watchdog_action {
    WATCHDOG_OFF,
    WATCHDOG_INTERRUPT,
    WATCHDOG_RESET_CPU,
    WATCHDOG_RESET_SYSTEM,
    WATCHDOG_RESET_CHIP, /* RTC watchdog only */
    WATCHDOG_ACTION_COUNT
};

enum { WATCHDOG_STAGES = 4 };

/* What unlocks the registers of both kinds of watchdog when written to their WPROTECT register. */
#define WATCHDOG_KEY UINT32_C(0x50D83AA1)

struct watchdog_setup {
    bool running;
    uint32_t divider; /* clock cycles a tick, > 0 */
    struct {
        uint32_t ticks;              /* the stage lasts so long; 0 counts as 1 */
        enum watchdog_action action; /* values above the last action count as WATCHDOG_OFF */
    } stage[WATCHDOG_STAGES];
};

struct watchdog {
    const struct clock_domain *clock; /* borrowed */
    struct watchdog_setup setup;
    unsigned stage;  /* 0..3, at cycle `origin` */
    uint64_t ticks;  /* of that stage, then */
    uint64_t origin; /* a cycle at which a tick began */
};

/* Stopped in stage 0. */
void watchdog_init(struct watchdog *dog, const struct clock_domain *clock);

/* From now on with another set-up. Starting begins with stage 0; while it runs, stage and ticks so far are kept. */
void watchdog_configure(struct watchdog *dog, const struct watchdog_setup *setup, sim_time now);

/* Back to the beginning of stage 0. */
void watchdog_feed(struct watchdog *dog, sim_time now);

/* The stage at `now`, and since how many ticks. */
unsigned watchdog_stage(const struct watchdog *dog, sim_time now, uint64_t *ticks);

/* When the next stage ends whose action is in `noticed` (bit n: enum watchdog_action n), or SIM_TIME_NEVER. */
sim_time watchdog_deadline(const struct watchdog *dog, unsigned noticed, sim_time now);

/* At a deadline: moves to the stage that begins now and returns the action of the one that ended. */
enum watchdog_action watchdog_expire(struct watchdog *dog, sim_time now);

/* "off", "interrupt", ... */
const char *watchdog_action_name(enum watchdog_action action);

/* Length of the reset signal that a 3-bit LENGTH field selects. */
sim_time watchdog_reset_length(unsigned field);

#ifdef __cplusplus
}
#endif
#endif
