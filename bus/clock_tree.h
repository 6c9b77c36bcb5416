/* SPDX-License-Identifier: Apache-2.0 */
/* The ESP32's clocks as devices see them. RTC_CNTL, DPORT and SYSCON decide; everybody else reads, and may listen.
 * Source: ESP32 TRM, chapter "Reset and Clock". */
#ifndef VESPER_BUS_CLOCK_TREE_H
#define VESPER_BUS_CLOCK_TREE_H

#include <stdbool.h>

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
    CLOCK_RTC_FAST, /* XTAL / 4 or 8 MHz RC */
    CLOCK_OSC_150K, /* the oscillators from which RTC_CNTL selects, and which TIMG0 measures: RC 150 kHz, */
    CLOCK_OSC_32K,  /* crystal 32768 Hz, */
    CLOCK_OSC_8M,   /* RC 8 MHz */
    CLOCK_COUNT
};

enum { CLOCK_TREE_LISTENERS = 16 };

/* `id` changed its frequency at time `at`; the tree already shows the new one. */
typedef void (*clock_change_fn)(void *ctx, enum clock_id id, sim_time at);

/* What RTC_CNTL_CLK_CONF.SOC_CLK_SEL selects. */
enum clock_source { CLOCK_FROM_XTAL, CLOCK_FROM_PLL, CLOCK_FROM_8M, CLOCK_FROM_APLL };

/* The fields that together make the CPU clock, each of which belongs to another device. */
struct clock_select {
    enum clock_source source; /* RTC_CNTL: CLK_CONF.SOC_CLK_SEL */
    uint8_t cpu_period;       /* DPORT: CPU_PER_CONF.CPUPERIOD_SEL, 0..3 */
    uint16_t pre_div;         /* SYSCON: SYSCLK_CONF.PRE_DIV_CNT, 0..1023; XTAL and 8 MHz are divided by this + 1 */
    uint64_t apll_hz;         /* analog I2C: what the audio PLL is set to, > 0 */
    bool stopped;             /* RTC_CNTL: the chip sleeps; CPU and APB stand still, and with APB REF_TICK */
};

struct clock_tree {
    struct clock_domain clock[CLOCK_COUNT];
    struct clock_select select;
    unsigned listeners;
    struct {
        clock_change_fn fn;
        void *ctx;
    } listener[CLOCK_TREE_LISTENERS];
};

/* The frequencies after power-on: CPU and APB at XTAL 40 MHz, RTC slow 150 kHz, RTC fast XTAL / 4. */
void clock_tree_init(struct clock_tree *tree);

void clock_tree_listen(struct clock_tree *tree, clock_change_fn fn, void *ctx);

/* Starts a new epoch of one clock and tells the listeners in their order; no effect when hz is what it was. 0: it
 * stands still. An `at` before the clock's present epoch (from a core that is behind its sibling) counts as that epoch.
 */
void clock_tree_set(struct clock_tree *tree, enum clock_id id, sim_time at, uint64_t hz);

/* A device changed its field of tree->select: sets CLOCK_CPU and then CLOCK_APB to what all of them mean.
 *
 *   source  CPU                                    APB
 *   XTAL    XTAL / (pre_div + 1)                   as CPU
 *   PLL     80, 160, 240 MHz for cpu_period 0..2   80 MHz
 *   8M      8 MHz / (pre_div + 1)                  as CPU
 *   APLL    APLL / 4, / 2 for cpu_period 0, 1      CPU / 2
 *
 * The PLL is taken to be set to 320 or 480 MHz as cpu_period needs it; being locked to the crystal it shares its error.
 * cpu_period 3 is reserved and counts as 2 (PLL) or 1 (APLL); more than 1 is reserved for the APLL. */
void clock_tree_select(struct clock_tree *tree, sim_time at);

#ifdef __cplusplus
}
#endif
#endif
