/* SPDX-License-Identifier: Apache-2.0 */
/* The ESP32's clocks as devices see them. RTC_CNTL and DPORT decide; everybody else reads, and may listen.
 * Source: ESP32 TRM, chapter "Reset and Clock". */
#ifndef VESPER_BUS_CLOCK_TREE_H
#define VESPER_BUS_CLOCK_TREE_H

#include "bus/base/clock.h"
#include "bus/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum clock_id {
    CLOCK_CPU,      /* both cores */
    CLOCK_APB,      /* 80 MHz when the CPU runs from the PLL, else the CPU clock */
    CLOCK_REF_TICK, /* 1 MHz */
    CLOCK_XTAL,     /* 40 MHz */
    CLOCK_RTC_SLOW, /* 150 kHz RC, 32768 Hz crystal or 8 MHz / 256 */
    CLOCK_RTC_FAST, /* 8 MHz RC or XTAL / 4 */
    CLOCK_COUNT
};

enum { CLOCK_TREE_LISTENERS = 16 };

/* `id` changed its frequency at time `at`; the tree already shows the new one. */
typedef void (*clock_change_fn)(void *ctx, enum clock_id id, sim_time at);

struct clock_tree {
    struct clock_domain clock[CLOCK_COUNT];
    unsigned listeners;
    struct {
        clock_change_fn fn;
        void *ctx;
    } listener[CLOCK_TREE_LISTENERS];
};

/* The frequencies after power-on: CPU and APB at XTAL 40 MHz, RTC slow 150 kHz, RTC fast 8 MHz. */
void clock_tree_init(struct clock_tree *tree);

void clock_tree_listen(struct clock_tree *tree, clock_change_fn fn, void *ctx);

/* Starts a new epoch of one clock and tells the listeners in their order; no effect when hz is what it was. An `at`
 * before the clock's present epoch (from a core that is behind its sibling) counts as that epoch. */
void clock_tree_set(struct clock_tree *tree, enum clock_id id, sim_time at, uint64_t hz);

#ifdef __cplusplus
}
#endif
#endif
