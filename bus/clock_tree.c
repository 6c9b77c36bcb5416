/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/clock_tree.h"

#include <string.h>

/* ESP32 TRM, chapter "Reset and Clock": the CPU starts from the crystal, APB follows it; the RC oscillators run. */
void clock_tree_init(struct clock_tree *tree)
{
    static const uint64_t hz[CLOCK_COUNT] = {
        [CLOCK_CPU] = 40000000,    [CLOCK_APB] = 40000000,    [CLOCK_REF_TICK] = 1000000,
        [CLOCK_XTAL] = 40000000,   [CLOCK_RTC_SLOW] = 150000, [CLOCK_RTC_FAST] = 10000000,
        [CLOCK_OSC_150K] = 150000, [CLOCK_OSC_32K] = 32768,   [CLOCK_OSC_8M] = 8000000,
    };
    memset(tree, 0, sizeof *tree);
    tree->select.apll_hz = 40000000;
    for (unsigned id = 0; id < CLOCK_COUNT; id++)
        clock_init(&tree->clock[id], hz[id]);
}

void clock_tree_listen(struct clock_tree *tree, clock_change_fn fn, void *ctx)
{
    sim_assert(tree->listeners < CLOCK_TREE_LISTENERS);
    tree->listener[tree->listeners].fn = fn;
    tree->listener[tree->listeners++].ctx = ctx;
}

void clock_tree_set(struct clock_tree *tree, enum clock_id id, sim_time at, uint64_t hz)
{
    struct clock_domain *clock = &tree->clock[id];
    if (clock->hz == hz)
        return;
    if (at < clock->epoch_time)
        at = clock->epoch_time;
    clock_set_hz(clock, at, hz);
    for (unsigned i = 0; i < tree->listeners; i++)
        tree->listener[i].fn(tree->listener[i].ctx, id, at);
}

void clock_tree_select(struct clock_tree *tree, sim_time at)
{
    static const uint8_t pll_cpu_factor[] = {2, 4, 6, 6};
    uint64_t xtal = tree->clock[CLOCK_XTAL].hz;
    const struct clock_select *select = &tree->select;
    uint64_t divider = select->pre_div + UINT64_C(1);
    uint64_t cpu = 0, apb = 0;
    switch (select->source) {
    case CLOCK_FROM_XTAL:
        apb = cpu = xtal / divider;
        break;
    case CLOCK_FROM_PLL:
        cpu = xtal * pll_cpu_factor[select->cpu_period & 3];
        apb = xtal * 2;
        break;
    case CLOCK_FROM_8M:
        apb = cpu = tree->clock[CLOCK_OSC_8M].hz / divider;
        break;
    case CLOCK_FROM_APLL:
        cpu = select->apll_hz / (select->cpu_period ? 2 : 4);
        apb = cpu / 2;
        break;
    }
    if (select->stopped)
        cpu = apb = 0;
    clock_tree_set(tree, CLOCK_CPU, at, cpu);
    clock_tree_set(tree, CLOCK_APB, at, apb);
}
