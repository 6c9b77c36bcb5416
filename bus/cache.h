/* SPDX-License-Identifier: Apache-2.0 */
/* A core's cache of flash and external RAM: which lines it holds, for their time. The bytes themselves are always read
 * and written in the memory: two caches that hold the same line of external RAM never disagree here.
 *
 * 32 KB in 512 sets of two lines of 32 bytes (facts 2.2). Tags are virtual addresses, since software must flush when it
 * changes a page [inferred]; the line that was used less recently goes [inferred: replacement is not published]; stores
 * allocate and are written back.
 *
 * A core asks bus_cache_hit for each line that it enters; the rest is slow. */
#ifndef VESPER_BUS_CACHE_H
#define VESPER_BUS_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BUS_CACHE_LINE = 32, BUS_CACHE_LINE_SHIFT = 5, BUS_CACHE_SETS = 512, BUS_CACHE_WAYS = 2 };

struct bus_cache_set {
    uint32_t line[BUS_CACHE_WAYS]; /* address / BUS_CACHE_LINE, 0: none */
    uint8_t recent;                /* which was used last */
    uint8_t dirty;                 /* bit n: way n must be written back */
};

struct bus_cache {
    struct bus_cache_set set[BUS_CACHE_SETS];
    uint64_t fills, write_backs;

    /* How long a line takes to come, and before it one at `evicted` to go if that is not 0, from `now` on. */
    void *ctx;
    sim_time (*fill)(void *ctx, uint32_t address, uint32_t evicted, sim_time now);
};

/* Forgets all lines, also dirty ones: what they held is in memory. */
void bus_cache_flush(struct bus_cache *cache);

/* Fetches the line of an address that bus_cache_hit did not find, for a store if is_write; returns how long it takes.
 */
sim_time bus_cache_miss(struct bus_cache *cache, uint32_t address, bool is_write, sim_time now);

/* Whether the line is there; it is then the one used last. */
static inline bool bus_cache_hit(struct bus_cache *cache, uint32_t address)
{
    uint32_t line = address >> BUS_CACHE_LINE_SHIFT;
    struct bus_cache_set *set = &cache->set[line & (BUS_CACHE_SETS - 1)];
    if (set->line[set->recent] == line)
        return true;
    if (set->line[set->recent ^ 1] != line)
        return false;
    set->recent ^= 1;
    return true;
}

/* As bus_cache_hit, for a store. */
static inline bool bus_cache_hit_store(struct bus_cache *cache, uint32_t address)
{
    struct bus_cache_set *set = &cache->set[(address >> BUS_CACHE_LINE_SHIFT) & (BUS_CACHE_SETS - 1)];
    if (!bus_cache_hit(cache, address))
        return false;
    set->dirty |= (uint8_t)(1u << set->recent);
    return true;
}

/* The whole of it, for accesses of `size` bytes: 0 on a hit. */
sim_time bus_cache_touch(struct bus_cache *cache, uint32_t address, unsigned size, bool is_write, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
