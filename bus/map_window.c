/* SPDX-License-Identifier: Apache-2.0 */
/* Windows on flash and external RAM: MMU tables, caches, illegal accesses. A hit costs nothing.
 * Source: facts 2.2 and 2.3; ESP32 TRM, "External Memory" and "Cache". */
#include "bus/map_priv.h"

#include <string.h>

static void mmu_entry_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "bus/mmu_regs.def"
#define REG_PREFIX MMU
#define REG_TABLE mmu_regs
#define REG_BLOCK "MMU"
#define REG_SOURCE "ESP32 TRM, chapter System and Memory; ESP-IDF mmu_ll.h"
#define REG_SIZE (4 * BUS_MMU_ENTRIES)
#include "bus/reg_expand.h"

uint32_t map_window_page_size(const struct map_core *core, const struct bus_region *region)
{
    return region->bank == BUS_BANK_PSRAM ? (uint32_t)BUS_PSRAM_PAGE >> core->ram_mode
                                          : (uint32_t)BUS_FLASH_PAGE >> core->flash_mode;
}

static uint32_t window_entries(const struct bus_region *region)
{
    return (region->last - region->first + 1) / (region->bank == BUS_BANK_PSRAM ? BUS_PSRAM_PAGE : BUS_FLASH_PAGE);
}

static bool window_is_open(const struct map_core *core, const struct bus_region *region)
{
    return core->cache_enabled && !(core->cache_masks >> region->mask_bit & 1);
}

/* Direct pointers of the initiators that go through this core's table are void in [first, last]. */
static void core_changed(struct map_core *core, const struct bus_region *region, uint32_t first, uint32_t last)
{
    for (unsigned who = 0; who < BUS_INITIATORS; who++)
        if (region->initiators >> who & 1 && map_core_of(core->map, (enum bus_initiator)who) == core)
            map_changed(core->map, (enum bus_initiator)who, first, last);
}

static void mmu_entry_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct map_core *core = (struct map_core *)dev;
    (void)written;
    if (reg_word(dev, index * 4) == old)
        return;
    for (unsigned n = 0; n < bus_map_region_count(); n++) {
        const struct bus_region *region = bus_map_region(n);
        if (region->kind != BUS_KIND_WINDOW || index < region->place)
            continue;
        uint32_t size = map_window_page_size(core, region), page = index - region->place;
        if (page >= window_entries(region))
            continue;
        if (window_is_open(core, region))
            core_changed(core, region, region->first + page * size, region->first + page * size + size - 1);
    }
}

/* After power-on every entry has changed. */
static void mmu_reset(struct dev *dev, enum dev_reset kind)
{
    struct map_core *core = (struct map_core *)dev;
    if (kind != DEV_RESET_POWER_ON)
        return;
    for (unsigned n = 0; n < bus_map_region_count(); n++) {
        const struct bus_region *region = bus_map_region(n);
        if (region->kind == BUS_KIND_WINDOW)
            core_changed(core, region, region->first, region->last);
    }
}

/* --- Caches ----------------------------------------------------------------------------------------------------- */

/* The lines of both caches share the way to the chips. The cores run one after the other: one that is behind its
 * sibling does not wait for a line that was asked for later. */
static sim_time line_fill(void *ctx, uint32_t address, uint32_t evicted, sim_time now)
{
    struct map_core *core = ctx;
    struct bus_map *map = core->map;
    const struct bus_line_port *lines = &map->lines;
    const struct bus_region *region = map_region_at(map, BUS_PRO_CPU, address);
    enum bus_line line = region && region->bank == BUS_BANK_PSRAM ? BUS_LINE_RAM_READ : BUS_LINE_FLASH;
    sim_time length = lines->duration(lines->ctx, line, now), start = now;
    if (evicted)
        length += lines->duration(lines->ctx, BUS_LINE_RAM_WRITE, now);
    if (lines->busy_until) {
        sim_time free = lines->busy_until(lines->ctx, now);
        start = free > start ? free : start;
    }
    if (start < map->line_end && start + length > map->line_start)
        start = map->line_end;
    map->line_start = start;
    map->line_end = start + length;
    return map->line_end - now;
}

struct bus_cache *map_window_cache(struct bus_map *map, enum bus_initiator who, const struct bus_region *region,
                                   uint32_t address)
{
    if (!map->lines.duration || region->kind != BUS_KIND_WINDOW || who == BUS_DEBUG)
        return NULL;
    if (region->bank == BUS_BANK_PSRAM && map->ram_mode == BUS_RAM_LOW_HIGH)
        return &map->core[address - region->first > (region->last - region->first) / 2].cache;
    return &map->core[who == BUS_APP_CPU].cache;
}

void bus_map_flush_cache(struct bus_map *map, unsigned core)
{
    sim_assert(core < 2);
    bus_cache_flush(&map->core[core].cache);
}

void bus_map_set_ram_mode(struct bus_map *map, enum bus_ram_mode mode)
{
    if (map->ram_mode == mode)
        return;
    map->ram_mode = mode;
    for (unsigned n = 0; n < bus_map_region_count(); n++) {
        const struct bus_region *region = bus_map_region(n);
        if (region->kind == BUS_KIND_WINDOW && region->bank == BUS_BANK_PSRAM)
            bus_map_invalidate(map, region->first, region->last);
    }
}

void bus_map_cache_counts(const struct bus_map *map, unsigned core, uint64_t *fills, uint64_t *write_backs)
{
    sim_assert(core < 2);
    *fills = map->core[core].cache.fills;
    *write_backs = map->core[core].cache.write_backs;
}

/* --- MMU tables ------------------------------------------------------------------------------------------------- */

static const struct dev_ops mmu_ops = {.regs = &mmu_regs, .reset = mmu_reset};

enum sim_status map_mmu_init(struct bus_map *map)
{
    static const char *const name[2] = {"mmu_pro", "mmu_app"};
    for (unsigned i = 0; i < 2; i++) {
        struct map_core *core = &map->core[i];
        core->map = map;
        core->core = i;
        core->cache_masks = bits_mask(6);
        core->cache.ctx = core;
        core->cache.fill = line_fill;
        SIM_TRY(dev_init(&core->mmu, &mmu_ops, name[i], map->env));
        SIM_TRY(bus_map_attach(map, UINT32_C(0x3FF10000) + i * mmu_regs.size, &core->mmu));
    }
    return SIM_OK;
}

bool map_window_page(const struct bus_map *map, enum bus_initiator who, const struct bus_region *region,
                     uint32_t address, uint32_t *offset)
{
    const struct map_core *core = map_core_of(map, who);
    uint32_t size = map_window_page_size(core, region), page = (address - region->first) / size;
    if (page >= window_entries(region) || !window_is_open(core, region))
        return false;
    uint32_t entry = reg_word(&core->mmu, (region->place + page) * 4);
    if (reg_field_of(entry, MMU_ENTRY_INVALID))
        return false;
    *offset = reg_field_of(entry, MMU_ENTRY_PAGE) * size;
    return *offset < map->bank[region->bank].size;
}

void map_window_illegal(struct bus_map *map, enum bus_initiator who, uint32_t address, sim_time time)
{
    struct map_core *core = &map->core[who == BUS_APP_CPU];
    core->illegal = true;
    core->illegal_address = address;
    log_once(map->env->log, LOG_GUEST, time, map->source, (uint64_t)1 << 40 | address >> 16,
             "%s touched 0x%08x: cache off, bus closed or no page mapped there; reads 0", bus_initiator_name(who),
             (unsigned)address);
    line_set(map->cache_illegal, true, time);
}

bool bus_map_illegal(const struct bus_map *map, unsigned core, uint32_t *address)
{
    sim_assert(core < 2);
    *address = map->core[core].illegal_address;
    return map->core[core].illegal;
}

void bus_map_clear_illegal(struct bus_map *map, unsigned core, sim_time time)
{
    sim_assert(core < 2);
    map->core[core].illegal = false;
    line_set(map->cache_illegal, map->core[1 - core].illegal, time);
}

void bus_map_set_cache(struct bus_map *map, unsigned index, bool enabled, unsigned masks)
{
    sim_assert(index < 2);
    struct map_core *core = &map->core[index];
    struct map_core before = {.cache_enabled = core->cache_enabled, .cache_masks = core->cache_masks};
    core->cache_enabled = enabled;
    core->cache_masks = masks & bits_mask(6);
    for (unsigned n = 0; n < bus_map_region_count(); n++) {
        const struct bus_region *region = bus_map_region(n);
        if (region->kind == BUS_KIND_WINDOW && window_is_open(&before, region) != window_is_open(core, region))
            core_changed(core, region, region->first, region->last);
    }
}

void bus_map_set_page_modes(struct bus_map *map, unsigned index, unsigned flash, unsigned ram)
{
    sim_assert(index < 2 && flash <= 3 && ram <= 4);
    struct map_core *core = &map->core[index];
    const bool changed[] = {core->flash_mode != flash, core->ram_mode != ram};
    core->flash_mode = (uint8_t)flash;
    core->ram_mode = (uint8_t)ram;
    for (unsigned n = 0; n < bus_map_region_count(); n++) {
        const struct bus_region *region = bus_map_region(n);
        if (region->kind == BUS_KIND_WINDOW && changed[region->bank == BUS_BANK_PSRAM])
            core_changed(core, region, region->first, region->last);
    }
}

/* --- Decryption ------------------------------------------------------------------------------------------------- */

void map_window_decrypt(struct bus_map *map, uint32_t offset, uint32_t length)
{
    for (uint32_t n = offset / BUS_FLASH_SECTOR; n <= (offset + length - 1) / BUS_FLASH_SECTOR; n++) {
        uint32_t place = n * BUS_FLASH_SECTOR;
        if (map->is_plain[n])
            continue;
        map->is_plain[n] = true;
        map->flash_filter.decrypt(map->flash_filter.ctx, place, map->bank[BUS_BANK_FLASH].bytes + place,
                                  map->bank[BUS_BANK_FLASH_PLAIN].bytes + place, BUS_FLASH_SECTOR);
    }
}

void bus_map_decrypt_flash(struct bus_map *map, bool on)
{
    struct bus_mem *plain = &map->bank[BUS_BANK_FLASH_PLAIN];
    if (!plain->size || (!on && !map->decrypts))
        return;
    map->decrypts = on;
    memset(map->is_plain, 0, plain->size / BUS_FLASH_SECTOR);
    bus_mem_wrote(plain, 0, plain->size);
    for (unsigned n = 0; n < bus_map_region_count(); n++) {
        const struct bus_region *region = bus_map_region(n);
        if (region->kind == BUS_KIND_WINDOW && region->bank == BUS_BANK_FLASH)
            bus_map_invalidate(map, region->first, region->last);
    }
}

/* Sectors that nobody has looked at wait until somebody does. */
void bus_map_flash_written(struct bus_map *map, uint32_t offset, uint32_t length)
{
    bus_mem_wrote(&map->bank[BUS_BANK_FLASH], offset, length);
    if (!map->decrypts)
        return;
    for (uint32_t n = offset / BUS_FLASH_SECTOR; n <= (offset + length - 1) / BUS_FLASH_SECTOR; n++) {
        if (!map->is_plain[n])
            continue;
        map->is_plain[n] = false;
        map_window_decrypt(map, n * BUS_FLASH_SECTOR, BUS_FLASH_SECTOR);
        bus_mem_wrote(&map->bank[BUS_BANK_FLASH_PLAIN], n * BUS_FLASH_SECTOR, BUS_FLASH_SECTOR);
    }
}

void bus_map_set_page(struct bus_map *map, unsigned core, unsigned entry, uint32_t value)
{
    sim_assert(core < 2 && entry < BUS_MMU_ENTRIES);
    dev_write(&map->core[core].mmu, entry * 4, 4, value, map->core[core].mmu.now);
}

enum sim_status bus_map_show_flash(struct bus_map *map, uint32_t address, uint32_t flash_offset, uint32_t length)
{
    const struct bus_region *region = map_region_at(map, BUS_PRO_CPU, address);
    uint32_t flash_size = map->bank[BUS_BANK_FLASH].size;
    if (!region || region->kind != BUS_KIND_WINDOW || region->bank != BUS_BANK_FLASH || length == 0)
        return SIM_BAD_VALUE;
    if (length - 1 > region->last - address || (address ^ flash_offset) % BUS_FLASH_PAGE != 0)
        return SIM_BAD_VALUE;
    if (flash_offset >= flash_size || length > flash_size - flash_offset)
        return SIM_BAD_VALUE;
    uint32_t first = (address - region->first) / BUS_FLASH_PAGE;
    uint32_t last = (address + (length - 1) - region->first) / BUS_FLASH_PAGE;
    for (unsigned core = 0; core < 2; core++) {
        for (uint32_t page = first; page <= last; page++)
            bus_map_set_page(map, core, region->place + page, flash_offset / BUS_FLASH_PAGE + (page - first));
        bus_map_set_cache(map, core, true, map->core[core].cache_masks & ~(1u << region->mask_bit));
    }
    return SIM_OK;
}
