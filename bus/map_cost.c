/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/map_priv.h"

static const struct bus_access_cost rows[BUS_COST_COUNT] = {
#define ACCESS_COST(id, clock, read, write, source) {#id, CLOCK_##clock, read, write, source},
#include "bus/access_cost.def"
#undef ACCESS_COST
};

const struct bus_access_cost *bus_cost_row(enum bus_cost cost)
{
    sim_assert((unsigned)cost < BUS_COST_COUNT);
    return &rows[cost];
}

sim_time map_cost(const struct clock_tree *clocks, enum bus_cost cost, bool write, sim_time time)
{
    const struct bus_access_cost *row = &rows[cost];
    unsigned cycles = write ? row->write : row->read;
    if (cycles == 0)
        return 0;
    const struct clock_domain *clock = &clocks->clock[row->clock];
    /* A core that is behind its sibling may ask for a time before the clock's last change of frequency. */
    sim_time start = time < clock->epoch_time ? clock->epoch_time : time;
    uint64_t edge = clock_cycles(clock, start);
    if (clock_time(clock, edge) < start)
        edge++;
    return clock_time(clock, edge + cycles) - start;
}

unsigned map_cost_cycles(const struct clock_tree *clocks, enum bus_cost cost, bool write)
{
    const struct bus_access_cost *row = &rows[cost];
    unsigned cycles = write ? row->write : row->read;
    return (unsigned)bits_muldiv_up(cycles, clocks->clock[CLOCK_CPU].hz, clocks->clock[row->clock].hz);
}
