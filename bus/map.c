/* SPDX-License-Identifier: Apache-2.0 */
/* Building the address map from its rows, and everything that changes it. Accesses: map_access.c. */
#include "bus/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/map_priv.h"

enum {
    INITIATORS_PRO = 1 << BUS_PRO_CPU | 1 << BUS_DEBUG,
    INITIATORS_APP = 1 << BUS_APP_CPU,
    INITIATORS_CPUS = INITIATORS_PRO | INITIATORS_APP,
    INITIATORS_ALL = INITIATORS_CPUS | 1 << BUS_DMA
};

static const struct bus_region regions[] = {
#define MEMORY(kind, id, first, last, bank, entry, mask_bit, view, rights, initiators, cost, text)                     \
    {#id,                                                                                                              \
     first,                                                                                                            \
     last,                                                                                                             \
     BUS_KIND_##kind,                                                                                                  \
     BUS_BANK_##bank,                                                                                                  \
     entry,                                                                                                            \
     BUS_VIEW_##view,                                                                                                  \
     BUS_RIGHTS_##rights,                                                                                              \
     INITIATORS_##initiators,                                                                                          \
     mask_bit,                                                                                                         \
     BUS_COST_##cost,                                                                                                  \
     text},
#define REGION(id, first, last, bank, offset, view, rights, initiators, cost, text)                                    \
    MEMORY(MEMORY, id, first, last, bank, offset, 0, view, rights, initiators, cost, text)
#define REMAP(id, first, last, bank, offset, view, rights, initiators, cost, text)                                     \
    MEMORY(REMAP, id, first, last, bank, offset, 0, view, rights, initiators, cost, text)
#define WINDOW(id, first, last, bank, entry, mask_bit, view, rights, initiators, cost, text)                           \
    MEMORY(WINDOW, id, first, last, bank, entry, mask_bit, view, rights, initiators, cost, text)
#define PORT(id, first, last, device, cost, text)                                                                      \
    {                                                                                                                  \
        #id,                                                                                                           \
        first,                                                                                                         \
        last,                                                                                                          \
        BUS_KIND_PORT,                                                                                                 \
        BUS_BANK_COUNT,                                                                                                \
        device,                                                                                                        \
        BUS_VIEW_PLAIN,                                                                                                \
        BUS_RIGHTS_RW,                                                                                                 \
        INITIATORS_CPUS,                                                                                               \
        0,                                                                                                             \
        BUS_COST_##cost,                                                                                               \
        text},
#include "bus/esp32_map.def"
};

enum { REGION_COUNT = sizeof regions / sizeof regions[0] };
_Static_assert(REGION_COUNT < MAP_CODE_TARGET - MAP_CODE_REGION, "rows must fit the page codes");

static const struct {
    const char *name;
    uint32_t size;
} banks[BUS_BANK_COUNT] = {
#define BANK(id, size, text) {#id, size},
#include "bus/esp32_map.def"
};

unsigned bus_map_region_count(void)
{
    return REGION_COUNT;
}

const struct bus_region *bus_map_region(unsigned n)
{
    return n < REGION_COUNT ? &regions[n] : NULL;
}

const char *bus_bank_name(enum bus_bank bank)
{
    return (unsigned)bank < BUS_BANK_COUNT ? banks[bank].name : "-";
}

const char *bus_result_text(enum bus_result result)
{
    static const char *const text[] = {"ok", "nothing answers there", "the bus carries only aligned 32-bit words",
                                       "the target refuses"};
    return (unsigned)result < sizeof text / sizeof text[0] ? text[result] : "?";
}

const char *bus_initiator_name(enum bus_initiator who)
{
    static const char *const name[BUS_INITIATORS] = {"PRO CPU", "APP CPU", "DMA", "debugger"};
    return (unsigned)who < BUS_INITIATORS ? name[who] : "?";
}

/* --- Pages ------------------------------------------------------------------------------------------------------ */

/* Writes `code` into the pages of [first, last] for the initiators of the mask. */
static enum sim_status set_pages(struct bus_map *map, uint32_t first, uint32_t last, unsigned initiators, uint8_t code)
{
    sim_assert(first % MAP_PAGE == 0 && last % MAP_PAGE == MAP_PAGE - 1 && first < last);
    for (uint32_t page = first >> MAP_PAGE_SHIFT; page <= last >> MAP_PAGE_SHIFT; page++) {
        struct map_section **section = &map->section[page / MAP_SECTION_PAGES];
        if (!*section)
            *section = calloc(1, sizeof **section);
        if (!*section)
            return SIM_NO_MEMORY;
        for (unsigned who = 0; who < BUS_INITIATORS; who++)
            if (initiators >> who & 1)
                (*section)->page[who][page % MAP_SECTION_PAGES] = code;
    }
    return SIM_OK;
}

static uint8_t region_code(const struct bus_region *region)
{
    return (uint8_t)(MAP_CODE_REGION + (region - regions));
}

static enum sim_status build_pages(struct bus_map *map)
{
    for (const struct bus_region *r = regions; r < regions + REGION_COUNT; r++)
        if (r->kind != BUS_KIND_REMAP)
            SIM_TRY(set_pages(map, r->first, r->last, r->initiators, region_code(r)));
    return SIM_OK;
}

static enum sim_status create_banks(struct bus_map *map, const struct bus_map_config *config)
{
    for (unsigned i = 0; i < BUS_BANK_COUNT; i++) {
        uint32_t size = banks[i].size;
        if (i == BUS_BANK_FLASH)
            size = config->flash_size;
        if (i == BUS_BANK_PSRAM)
            size = config->psram_size;
        if (i == BUS_BANK_FLASH_PLAIN && config->flash_filter.decrypt)
            size = config->flash_size;
        if (i == BUS_BANK_ROM0_APP && config->rom_app)
            size = banks[BUS_BANK_ROM0].size;
        if (size && i == BUS_BANK_FLASH && config->flash_bytes)
            SIM_TRY(bus_mem_init_at(&map->bank[i], banks[i].name, config->flash_bytes, size));
        else if (i == BUS_BANK_ROM0 && config->rom_bytes)
            SIM_TRY(bus_mem_init_at(&map->bank[i], banks[i].name, config->rom_bytes, size));
        else if (i == BUS_BANK_ROM1 && config->rom_bytes)
            SIM_TRY(bus_mem_init_at(&map->bank[i], banks[i].name, config->rom_bytes + banks[BUS_BANK_ROM0].size, size));
        else if (i == BUS_BANK_ROM0_APP && config->rom_app)
            SIM_TRY(bus_mem_init_at(&map->bank[i], banks[i].name, config->rom_app, size));
        else if (size)
            SIM_TRY(bus_mem_init(&map->bank[i], banks[i].name, size));
    }
    return SIM_OK;
}

/* --- Creation --------------------------------------------------------------------------------------------------- */

void map_changed(struct bus_map *map, enum bus_initiator who, uint32_t first, uint32_t last)
{
    for (unsigned i = 0; i < map->listeners; i++)
        map->listener[i].changed(map->listener[i].ctx, who, first, last);
}

void bus_map_invalidate(struct bus_map *map, uint32_t first, uint32_t last)
{
    for (unsigned who = 0; who < BUS_INITIATORS; who++)
        map_changed(map, (enum bus_initiator)who, first, last);
}

/* Direct pointers carry waits in CPU cycles, which mean another time now. */
static void clock_changed(void *ctx, enum clock_id id, sim_time at)
{
    struct bus_map *map = ctx;
    (void)at;
    if (id != CLOCK_CPU && id != CLOCK_APB)
        return;
    for (const struct bus_region *r = regions; r < regions + REGION_COUNT; r++) {
        if (r->kind != BUS_KIND_MEMORY || r->cost == BUS_COST_INTERNAL)
            continue;
        for (unsigned who = 0; who < BUS_INITIATORS; who++)
            if (r->initiators >> who & 1)
                map_changed(map, (enum bus_initiator)who, r->first, r->last);
    }
}

struct bus_map *bus_map_create(const struct bus_map_config *config, struct dev_env *env)
{
    sim_assert(env && env->clocks);
    sim_assert(config->flash_size % BUS_FLASH_PAGE == 0 && config->psram_size % BUS_PSRAM_PAGE == 0);
    struct bus_map *map = calloc(1, sizeof *map);
    if (!map)
        return NULL;
    map->env = env;
    map->cache_illegal = config->cache_illegal;
    map->lines = config->lines;
    map->flash_filter = config->flash_filter;
    snprintf(map->source, sizeof map->source, "%s.bus", env->scope ? env->scope : "node");
    for (unsigned who = 0; who < BUS_INITIATORS; who++) {
        struct map_initiator *initiator = &map->initiator[who];
        initiator->map = map;
        initiator->who = (enum bus_initiator)who;
        initiator->port = (struct bus_port){
            .ctx = initiator, .access = map_port_access, .dmi = map_port_dmi, .debug = map_port_debug};
    }
    map->is_plain = calloc(config->flash_size / BUS_FLASH_SECTOR + 1, 1);
    if (!map->is_plain || create_banks(map, config) != SIM_OK || build_pages(map) != SIM_OK ||
        map_mmu_init(map) != SIM_OK) {
        bus_map_destroy(map);
        return NULL;
    }
    clock_tree_listen(env->clocks, clock_changed, map);
    return map;
}

void bus_map_destroy(struct bus_map *map)
{
    if (!map)
        return;
    for (unsigned i = 0; i < 2; i++)
        dev_fini(&map->core[i].mmu);
    for (unsigned i = 0; i < BUS_BANK_COUNT; i++)
        bus_mem_fini(&map->bank[i]);
    for (unsigned i = 0; i < MAP_SECTIONS; i++)
        free(map->section[i]);
    free(map->is_plain);
    free(map);
}

struct bus_port *bus_map_port(struct bus_map *map, enum bus_initiator who)
{
    sim_assert((unsigned)who < BUS_INITIATORS);
    return &map->initiator[who].port;
}

struct bus_mem *bus_map_bank(struct bus_map *map, enum bus_bank bank)
{
    sim_assert((unsigned)bank < BUS_BANK_COUNT);
    return map->bank[bank].size ? &map->bank[bank] : NULL;
}

/* --- Attaching -------------------------------------------------------------------------------------------------- */

static enum sim_status attach_in_slots(struct bus_map *map, const struct bus_target *target)
{
    uint32_t first = (target->first - MAP_PERIPHERALS) / MAP_SLOT, last = (target->last - MAP_PERIPHERALS) / MAP_SLOT;
    if (target->first % MAP_SLOT != 0 || last >= MAP_SLOTS)
        return SIM_BAD_VALUE;
    for (uint32_t slot = first; slot <= last; slot++)
        if (map->slot[slot])
            return SIM_BUSY;
    for (uint32_t slot = first; slot <= last; slot++)
        map->slot[slot] = (uint8_t)(map->targets + 1);
    return SIM_OK;
}

static enum sim_status attach_in_pages(struct bus_map *map, const struct bus_target *target)
{
    if (target->first % MAP_PAGE != 0 || target->last % MAP_PAGE != MAP_PAGE - 1)
        return SIM_BAD_VALUE;
    for (uint32_t page = target->first >> MAP_PAGE_SHIFT; page <= target->last >> MAP_PAGE_SHIFT; page++) {
        for (unsigned who = 0; who < BUS_INITIATORS; who++)
            if (map_code(map, (enum bus_initiator)who, page << MAP_PAGE_SHIFT) != MAP_CODE_NONE)
                return SIM_BUSY;
    }
    return set_pages(map, target->first, target->last, INITIATORS_CPUS, (uint8_t)(MAP_CODE_TARGET + map->targets));
}

static bool in_peripherals(uint32_t address)
{
    return address >= MAP_PERIPHERALS && address - MAP_PERIPHERALS < MAP_SLOTS * MAP_SLOT;
}

static enum sim_status attach(struct bus_map *map, const struct bus_target *target)
{
    if (target->first > target->last || map->targets == MAP_TARGETS)
        return SIM_BAD_VALUE;
    if (in_peripherals(target->first) != in_peripherals(target->last))
        return SIM_BAD_VALUE;
    if (in_peripherals(target->first))
        SIM_TRY(attach_in_slots(map, target));
    else
        SIM_TRY(attach_in_pages(map, target));
    map->target[map->targets++] = *target;
    bus_map_invalidate(map, target->first, target->last);
    return SIM_OK;
}

enum sim_status bus_map_attach(struct bus_map *map, uint32_t base, struct dev *dev)
{
    if (!in_peripherals(base))
        return SIM_BAD_VALUE;
    const struct bus_target target = {
        .name = dev->name, .first = base, .last = base + dev->ops->regs->size - 1, .dev = dev};
    return attach(map, &target);
}

enum sim_status bus_map_attach_port(struct bus_map *map, const char *name, uint32_t first, uint32_t last,
                                    struct bus_port *port)
{
    const struct bus_target target = {.name = name, .first = first, .last = last, .port = port};
    return attach(map, &target);
}

unsigned bus_map_target_count(const struct bus_map *map)
{
    return map->targets;
}

const struct bus_target *bus_map_target(const struct bus_map *map, unsigned n)
{
    return n < map->targets ? &map->target[n] : NULL;
}

void bus_map_set_mmio(struct bus_map *map, const struct bus_mmio *mmio)
{
    map->mmio = mmio ? *mmio : (struct bus_mmio){0};
}

void bus_map_listen(struct bus_map *map,
                    void (*changed)(void *ctx, enum bus_initiator who, uint32_t first, uint32_t last), void *ctx)
{
    sim_assert(map->listeners < MAP_LISTENERS);
    map->listener[map->listeners].changed = changed;
    map->listener[map->listeners++].ctx = ctx;
}

/* --- Remap and reset -------------------------------------------------------------------------------------------- */

/* The words of a REMAP row at their own place on the instruction bus. */
static void hide_or_show_original(struct bus_map *map, enum bus_initiator who, const struct bus_region *remap,
                                  bool remapped)
{
    const struct bus_region *own = regions;
    while (!(own->kind == BUS_KIND_MEMORY && own->bank == remap->bank && own->view == remap->view))
        own++;
    uint32_t size = remap->last - remap->first + 1;
    uint32_t first = own->last - (remap->place - own->place) - size + 1; /* both are reversed */
    (void)set_pages(map, first, first + size - 1, 1u << who, remapped ? MAP_CODE_NONE : region_code(own));
    map_changed(map, who, first, first + size - 1);
}

static const struct bus_region *region_under(const struct bus_region *remap)
{
    const struct bus_region *under = regions;
    while (!(under->kind == BUS_KIND_MEMORY && remap->first >= under->first && remap->last <= under->last))
        under++;
    return under;
}

/* All pages involved exist since creation, so that set_pages cannot fail here. */
void bus_map_set_remap(struct bus_map *map, unsigned core, bool remapped)
{
    sim_assert(core < 2);
    if (map->core[core].remapped == remapped)
        return;
    map->core[core].remapped = remapped;
    for (const struct bus_region *r = regions; r < regions + REGION_COUNT; r++) {
        if (r->kind != BUS_KIND_REMAP)
            continue;
        for (unsigned who = 0; who < BUS_INITIATORS; who++) {
            if (!(r->initiators >> who & 1) || map_core_of(map, (enum bus_initiator)who)->core != core)
                continue;
            (void)set_pages(map, r->first, r->last, 1u << who, region_code(remapped ? r : region_under(r)));
            map_changed(map, (enum bus_initiator)who, r->first, r->last);
            hide_or_show_original(map, (enum bus_initiator)who, r, remapped);
        }
    }
}

void bus_map_reset(struct bus_map *map, enum dev_reset kind, sim_time now)
{
    for (unsigned core = 0; core < 2; core++) {
        bus_map_set_remap(map, core, false);
        bus_map_set_cache(map, core, false, bits_mask(6));
        bus_map_flush_cache(map, core);
        bus_map_clear_illegal(map, core, now);
        dev_reset(&map->core[core].mmu, kind, now);
    }
}

uint64_t bus_map_errors(const struct bus_map *map, enum bus_initiator who, enum bus_result result)
{
    sim_assert((unsigned)who < BUS_INITIATORS && (unsigned)result <= BUS_ERROR_ACCESS);
    return map->initiator[who].errors[result];
}
