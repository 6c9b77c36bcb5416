/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/node/memory_regions.h"

const struct bus_region *memory_region_at(uint32_t address)
{
    for (unsigned i = 0; i < bus_map_region_count(); i++) {
        const struct bus_region *region = bus_map_region(i);
        if (address >= region->first && address <= region->last && region->kind != BUS_KIND_REMAP)
            return region;
    }
    return NULL;
}

static bool takes_program(const struct bus_region *region)
{
    if (region->kind == BUS_KIND_WINDOW)
        return region->bank == BUS_BANK_FLASH;
    return region->kind == BUS_KIND_MEMORY && (region->rights & BUS_RIGHT_WRITE);
}

/* A segment may run on over the bound of two regions that follow each other, such as SRAM 2 and SRAM 1. */
static bool memory_holds(void *ctx, uint32_t address, uint32_t size)
{
    (void)ctx;
    for (uint32_t left = size; left > 0;) {
        const struct bus_region *region = memory_region_at(address);
        if (!region || !takes_program(region))
            return false;
        uint32_t here = region->last - address + 1;
        uint32_t step = here < left ? here : left;
        address += step;
        left -= step;
    }
    return true;
}

const struct image_memory node_image_memory = {.ctx = NULL, .holds = memory_holds};
