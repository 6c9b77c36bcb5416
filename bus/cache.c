/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/cache.h"

#include <string.h>

void bus_cache_flush(struct bus_cache *cache)
{
    memset(cache->set, 0, sizeof cache->set);
}

sim_time bus_cache_miss(struct bus_cache *cache, uint32_t address, bool is_write, sim_time now)
{
    uint32_t line = address >> BUS_CACHE_LINE_SHIFT, evicted = 0;
    struct bus_cache_set *set = &cache->set[line & (BUS_CACHE_SETS - 1)];
    unsigned way = set->recent ^ 1u;
    if (set->dirty >> way & 1) {
        evicted = set->line[way] << BUS_CACHE_LINE_SHIFT;
        cache->write_backs++;
    }
    set->line[way] = line;
    set->recent = (uint8_t)way;
    set->dirty = (uint8_t)((set->dirty & ~(1u << way)) | (unsigned)is_write << way);
    cache->fills++;
    return cache->fill(cache->ctx, line << BUS_CACHE_LINE_SHIFT, evicted, now);
}

sim_time bus_cache_touch(struct bus_cache *cache, uint32_t address, unsigned size, bool is_write, sim_time now)
{
    sim_time cost = 0;
    uint32_t last = address + size - 1;
    for (;;) {
        bool is_hit = is_write ? bus_cache_hit_store(cache, address) : bus_cache_hit(cache, address);
        if (!is_hit)
            cost += bus_cache_miss(cache, address, is_write, now + cost);
        if ((address ^ last) < BUS_CACHE_LINE)
            return cost;
        address = last;
    }
}
