/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the address map, shared by map*.c only. */
#ifndef VESPER_BUS_MAP_PRIV_H
#define VESPER_BUS_MAP_PRIV_H

#include "bus/cache.h"
#include "bus/map.h"

/* The address space is a radix tree: 1024 sections of 4 MB, of 512 pages of 8 KB. A page says for each initiator which
 * row of the map, or which attached target, is there. */
enum {
    MAP_PAGE_SHIFT = 13,
    MAP_PAGE = 1 << MAP_PAGE_SHIFT,
    MAP_SECTION_SHIFT = 22,
    MAP_SECTIONS = 1 << (32 - MAP_SECTION_SHIFT),
    MAP_SECTION_PAGES = 1 << (MAP_SECTION_SHIFT - MAP_PAGE_SHIFT),
    MAP_WINDOW_PAGE = 2048, /* the smallest of an MMU */
    MAP_CODE_NONE = 0,
    MAP_CODE_REGION = 1,   /* + row */
    MAP_CODE_TARGET = 128, /* + target number; targets outside peripheral space */
    MAP_TARGETS = 127,
    MAP_LISTENERS = 4
};

/* Peripheral space, in slots of 256 bytes, by device address. */
enum { MAP_SLOT = 256, MAP_SLOTS = 0x80000 / MAP_SLOT };
#define MAP_PERIPHERALS UINT32_C(0x3FF00000)

struct map_section {
    uint8_t page[BUS_INITIATORS][MAP_SECTION_PAGES];
};

struct map_core {
    struct dev mmu; /* first: the hooks find their core by it */
    struct bus_map *map;
    unsigned core;
    bool remapped;
    bool cache_enabled;
    unsigned cache_masks;
    uint8_t flash_mode, ram_mode; /* of pages */
    bool illegal;
    uint32_t illegal_address;
    struct bus_cache cache;
};

struct map_initiator {
    struct bus_map *map;
    enum bus_initiator who;
    struct bus_port port;
    uint64_t errors[BUS_ERROR_ACCESS + 1];
};

struct bus_map {
    struct dev_env *env;
    struct line *cache_illegal;
    struct bus_line_port lines;
    sim_time line_start, line_end; /* when the last line was on its way */
    enum bus_ram_mode ram_mode;
    struct bus_flash_filter flash_filter;
    bool decrypts;
    uint8_t *is_plain; /* one for each sector: the bank FLASH_PLAIN holds it */
    struct map_section *section[MAP_SECTIONS];
    struct bus_mem bank[BUS_BANK_COUNT];
    struct map_core core[2];
    struct map_initiator initiator[BUS_INITIATORS];
    uint8_t slot[MAP_SLOTS]; /* target number + 1, 0: nothing */
    struct bus_target target[MAP_TARGETS];
    unsigned targets;
    struct bus_mmio mmio;
    struct {
        void (*changed)(void *ctx, enum bus_initiator who, uint32_t first, uint32_t last);
        void *ctx;
    } listener[MAP_LISTENERS];
    unsigned listeners;
    char source[96]; /* "node0.bus", for messages */
};

/* What stands at an address for an initiator. */
static inline uint8_t map_code(const struct bus_map *map, enum bus_initiator who, uint32_t address)
{
    const struct map_section *section = map->section[address >> MAP_SECTION_SHIFT];
    return section ? section->page[who][(address >> MAP_PAGE_SHIFT) & (MAP_SECTION_PAGES - 1)] : MAP_CODE_NONE;
}

static inline const struct bus_region *map_region_at(const struct bus_map *map, enum bus_initiator who,
                                                     uint32_t address)
{
    uint8_t code = map_code(map, who, address);
    return code >= MAP_CODE_REGION && code < MAP_CODE_TARGET ? bus_map_region(code - MAP_CODE_REGION) : NULL;
}

/* The core whose MMU table and cache an initiator goes through. */
static inline const struct map_core *map_core_of(const struct bus_map *map, enum bus_initiator who)
{
    return &map->core[who == BUS_APP_CPU];
}

/* What the bus and the memory of this class need for an access that starts at `time`. */
sim_time map_cost(const struct clock_tree *clocks, enum bus_cost cost, bool write, sim_time time);

/* The same in cycles of the CPU clock, without the wait for an edge: for direct pointers. */
unsigned map_cost_cycles(const struct clock_tree *clocks, enum bus_cost cost, bool write);

/* map_window.c: the MMU tables as devices, attached at their addresses. */
enum sim_status map_mmu_init(struct bus_map *map);

/* Where the page of a window that holds `address` begins in the bank; false: closed, unmapped or beyond the bank. */
bool map_window_page(const struct bus_map *map, enum bus_initiator who, const struct bus_region *region,
                     uint32_t address, uint32_t *offset);
uint32_t map_window_page_size(const struct map_core *core, const struct bus_region *region);

/* Sees to it that the bank FLASH_PLAIN holds the sectors of [offset, offset + length). */
void map_window_decrypt(struct bus_map *map, uint32_t offset, uint32_t length);

/* The cache between an initiator and a window; NULL: none. */
struct bus_cache *map_window_cache(struct bus_map *map, enum bus_initiator who, const struct bus_region *region,
                                   uint32_t address);

/* Notes the access for the guest's panic handler and raises the interrupt. */
void map_window_illegal(struct bus_map *map, enum bus_initiator who, uint32_t address, sim_time time);

/* Tells the listeners. */
void map_changed(struct bus_map *map, enum bus_initiator who, uint32_t first, uint32_t last);

/* map_access.c: the functions of a port; ctx is a struct map_initiator. */
enum bus_result map_port_access(void *ctx, struct bus_access *access);
enum bus_result map_port_debug(void *ctx, struct bus_access *access);
bool map_port_dmi(void *ctx, uint32_t address, struct bus_dmi *dmi);

#endif
