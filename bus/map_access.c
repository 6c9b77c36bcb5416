/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding and carrying out accesses, debug accesses and grants of direct pointers. */
#include <string.h>

#include "bus/map_priv.h"

/* --- Decoding --------------------------------------------------------------------------------------------------- */

static uint32_t region_offset(const struct bus_region *region, uint32_t address)
{
    uint32_t n = address - region->first;
    if (region->view != BUS_VIEW_REVERSED)
        return region->place + n;
    uint32_t size = region->last - region->first + 1;
    return region->place + (size - 4 - (n & ~UINT32_C(3))) + (n & 3);
}

static enum bus_result check_width(const struct bus_region *region, const struct bus_access *access)
{
    bool aligned = (access->address & (access->size - 1u)) == 0;
    if (region->kind == BUS_KIND_PORT)
        return aligned ? BUS_OK : BUS_ERROR_WIDTH;
    return region->view == BUS_VIEW_PLAIN || (aligned && access->size == 4) ? BUS_OK : BUS_ERROR_WIDTH;
}

static enum bus_result check_rights(const struct bus_region *region, const struct bus_access *access)
{
    if (access->fetch && !(region->rights & BUS_RIGHT_FETCH))
        return BUS_ERROR_ADDRESS; /* the data bus is no place to fetch from */
    if (access->write && !(region->rights & BUS_RIGHT_WRITE))
        return BUS_ERROR_ACCESS;
    return BUS_OK;
}

/* The cores see different words in some places of ROM 0: each its own variables. */
static enum bus_bank bank_of(const struct bus_map *map, enum bus_initiator who, const struct bus_region *region)
{
    if (region->bank == BUS_BANK_FLASH && map->decrypts)
        return BUS_BANK_FLASH_PLAIN;
    bool has_own = region->bank == BUS_BANK_ROM0 && who == BUS_APP_CPU && map->bank[BUS_BANK_ROM0_APP].size;
    return has_own ? BUS_BANK_ROM0_APP : region->bank;
}

static void find_memory(struct bus_map *map, enum bus_initiator who, uint32_t address, struct bus_hit *hit)
{
    const struct bus_region *region = hit->region;
    if (region->kind == BUS_KIND_WINDOW) {
        uint32_t size = map_window_page_size(map_core_of(map, who), region);
        if (!map_window_page(map, who, region, address, &hit->offset))
            return;
        if (region->bank == BUS_BANK_FLASH && map->decrypts)
            map_window_decrypt(map, hit->offset, size);
        hit->offset += (address - region->first) % size;
    } else {
        hit->offset = region_offset(region, address);
    }
    hit->mem = &map->bank[bank_of(map, who, region)];
}

static void find_target(const struct bus_map *map, uint32_t address, struct bus_hit *hit)
{
    uint32_t device = address - hit->region->first + hit->region->place;
    unsigned slot = map->slot[(device - MAP_PERIPHERALS) / MAP_SLOT];
    hit->target = (int)slot - 1;
    if (hit->target < 0)
        return;
    const struct bus_target *target = &map->target[hit->target];
    hit->offset = device - target->first;
    if (device > target->last)
        hit->target = -1; /* the rest of the last slot */
}

enum bus_result bus_map_decode(struct bus_map *map, enum bus_initiator who, const struct bus_access *access,
                               struct bus_hit *hit)
{
    uint8_t code = map_code(map, who, access->address);
    *hit = (struct bus_hit){.target = -1};
    if (code == MAP_CODE_NONE)
        return BUS_ERROR_ADDRESS;
    if (code >= MAP_CODE_TARGET) {
        hit->target = code - MAP_CODE_TARGET;
        hit->offset = access->address - map->target[hit->target].first;
        return BUS_OK;
    }
    hit->region = bus_map_region(code - MAP_CODE_REGION);
    enum bus_result result = check_rights(hit->region, access);
    if (result == BUS_OK)
        result = check_width(hit->region, access);
    if (result != BUS_OK)
        return result;
    hit->cost = map_cost(map->env->clocks, hit->region->cost, access->write, access->time);
    if (hit->region->kind == BUS_KIND_PORT)
        find_target(map, access->address, hit);
    else
        find_memory(map, who, access->address, hit);
    return BUS_OK;
}

/* --- Carrying out ----------------------------------------------------------------------------------------------- */

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "guest memory is kept in the guest's order");

static void memory_access(struct bus_mem *mem, uint32_t offset, struct bus_access *access)
{
    if (access->write) {
        memcpy(mem->bytes + offset, &access->value, access->size);
        bus_mem_wrote(mem, offset, access->size);
    } else {
        access->value = 0;
        memcpy(&access->value, mem->bytes + offset, access->size);
    }
}

void bus_map_note_error(struct bus_map *map, enum bus_initiator who, const struct bus_access *access,
                        enum bus_result result)
{
    const char *what = access->fetch ? "fetch" : access->write ? "store" : "load";
    map->initiator[who].errors[result]++;
    log_once(map->env->log, LOG_GUEST, access->time, map->source,
             (uint64_t)(access->address >> MAP_PAGE_SHIFT) << 8 | (unsigned)who << 4 | result,
             "%s: %s of %u byte%s at 0x%08x: %s", bus_initiator_name(who), what, access->size,
             access->size == 1 ? "" : "s", (unsigned)access->address, bus_result_text(result));
}

/* Peripheral space where no device is: hardware answers, with nothing. */
static enum bus_result empty_access(struct bus_map *map, struct bus_access *access)
{
    log_once(map->env->log, LOG_UNIMPL, access->time, map->source, access->address >> 12,
             "no device at 0x%08x (%s 0x%08x)", (unsigned)access->address, access->write ? "write of" : "read as",
             access->write ? (unsigned)access->value : 0u);
    if (!access->write)
        access->value = 0;
    return BUS_OK;
}

static enum bus_result target_access(struct map_initiator *initiator, const struct bus_hit *hit,
                                     struct bus_access *access)
{
    struct bus_map *map = initiator->map;
    if (hit->target < 0)
        return empty_access(map, access);
    const struct bus_target *target = &map->target[hit->target];
    if (target->port) {
        access->cost = 0;
        enum bus_result result = target->port->access(target->port->ctx, access);
        access->cost += hit->cost;
        if (result != BUS_OK)
            bus_map_note_error(initiator->map, initiator->who, access, result);
        return result;
    }
    if (access->write)
        dev_write(target->dev, hit->offset, access->size, access->value, access->time);
    else
        access->value = dev_read(target->dev, hit->offset, access->size, access->time);
    return BUS_OK;
}

/* What the cache in front of a window adds. */
static sim_time window_cost(struct map_initiator *initiator, const struct bus_hit *hit, const struct bus_access *access)
{
    if (!hit->region || hit->region->kind != BUS_KIND_WINDOW)
        return 0;
    struct bus_cache *cache = map_window_cache(initiator->map, initiator->who, hit->region, access->address);
    return cache ? bus_cache_touch(cache, access->address, access->size, access->write, access->time) : 0;
}

/* The bytes of an unaligned access that runs over the end of what it began in: all of them, or none. */
static enum bus_result split_access(struct map_initiator *initiator, struct bus_access *access)
{
    struct bus_hit hit[4];
    struct bus_access byte = *access;
    byte.size = 1;
    access->cost = 0;
    for (unsigned i = 0; i < access->size; i++) {
        byte.address = access->address + i;
        enum bus_result result = bus_map_decode(initiator->map, initiator->who, &byte, &hit[i]);
        if (result == BUS_OK && !hit[i].mem)
            result = BUS_ERROR_ADDRESS;
        if (result != BUS_OK) {
            bus_map_note_error(initiator->map, initiator->who, &byte, result);
            return result;
        }
        if (hit[i].cost > access->cost)
            access->cost = hit[i].cost;
    }
    uint32_t value = 0;
    access->cost += window_cost(initiator, &hit[0], access);
    for (unsigned i = 0; i < access->size; i++) {
        byte.value = access->value >> (8 * i);
        memory_access(hit[i].mem, hit[i].offset, &byte);
        value |= (byte.value & 0xFF) << (8 * i);
    }
    if (!access->write)
        access->value = value;
    return BUS_OK;
}

/* Regions end at multiples of MAP_PAGE, pages of windows at those of MAP_WINDOW_PAGE, and so may what follows on. */
static bool runs_over(const struct bus_hit *hit, const struct bus_access *access)
{
    return hit->region && hit->region->kind != BUS_KIND_PORT &&
           (access->address & (MAP_WINDOW_PAGE - 1)) + access->size > MAP_WINDOW_PAGE;
}

enum bus_result bus_map_access(struct bus_map *map, enum bus_initiator who, struct bus_access *access)
{
    struct map_initiator *initiator = &map->initiator[who];
    struct bus_hit hit;
    sim_assert(access->size == 1 || access->size == 2 || access->size == 4);
    access->initiator = (uint8_t)who;
    enum bus_result result = bus_map_decode(map, who, access, &hit);
    access->cost = hit.cost;
    if (result != BUS_OK) {
        bus_map_note_error(initiator->map, initiator->who, access, result);
        return result;
    }
    if (runs_over(&hit, access))
        return split_access(initiator, access);
    if (hit.mem) {
        access->cost += window_cost(initiator, &hit, access);
        memory_access(hit.mem, hit.offset, access);
        return BUS_OK;
    }
    if (hit.region && hit.region->kind == BUS_KIND_WINDOW) {
        map_window_illegal(map, who, access->address, access->time);
        if (!access->write)
            access->value = 0;
        return BUS_OK;
    }
    return target_access(initiator, &hit, access);
}

enum bus_result map_port_access(void *ctx, struct bus_access *access)
{
    struct map_initiator *initiator = ctx;
    const struct bus_mmio *mmio = &initiator->map->mmio;
    if (mmio->access) {
        uint8_t code = map_code(initiator->map, initiator->who, access->address);
        bool is_target = code >= MAP_CODE_TARGET ||
                         (code != MAP_CODE_NONE && bus_map_region(code - MAP_CODE_REGION)->kind == BUS_KIND_PORT);
        if (is_target) {
            access->initiator = (uint8_t)initiator->who;
            return mmio->access(mmio->ctx, access);
        }
    }
    return bus_map_access(initiator->map, initiator->who, access);
}

/* --- Debug ------------------------------------------------------------------------------------------------------ */

static enum bus_result debug_target_byte(const struct bus_target *target, uint32_t offset, struct bus_access *byte)
{
    if (target->port)
        return target->port->debug ? target->port->debug(target->port->ctx, byte) : BUS_ERROR_ADDRESS;
    uint32_t word = dev_peek(target->dev, offset & ~UINT32_C(3));
    unsigned shift = (offset & 3) * 8;
    if (byte->write)
        dev_poke(target->dev, offset & ~UINT32_C(3), bits_set(word, shift, 8, byte->value));
    else
        byte->value = bits_get(word, shift, 8);
    return BUS_OK;
}

/* One byte, without rights, widths or costs: what is there is what a debugger sees. */
static enum bus_result debug_byte(struct map_initiator *initiator, struct bus_access *byte)
{
    struct bus_map *map = initiator->map;
    uint8_t code = map_code(map, initiator->who, byte->address);
    struct bus_hit hit = {.target = -1};
    if (code == MAP_CODE_NONE)
        return BUS_ERROR_ADDRESS;
    if (code >= MAP_CODE_TARGET)
        return debug_target_byte(&map->target[code - MAP_CODE_TARGET], 0, byte);
    hit.region = bus_map_region(code - MAP_CODE_REGION);
    if (hit.region->kind == BUS_KIND_PORT) {
        find_target(map, byte->address, &hit);
        return hit.target < 0 ? BUS_ERROR_ADDRESS : debug_target_byte(&map->target[hit.target], hit.offset, byte);
    }
    find_memory(map, initiator->who, byte->address, &hit);
    if (!hit.mem)
        return BUS_ERROR_ADDRESS;
    memory_access(hit.mem, hit.offset, byte);
    return BUS_OK;
}

enum bus_result map_port_debug(void *ctx, struct bus_access *access)
{
    struct map_initiator *initiator = ctx;
    uint32_t value = 0;
    access->cost = 0;
    for (unsigned i = 0; i < access->size; i++) {
        struct bus_access byte = *access;
        byte.address = access->address + i;
        byte.size = 1;
        byte.value = access->value >> (8 * i) & 0xFF;
        enum bus_result result = debug_byte(initiator, &byte);
        if (result != BUS_OK)
            return result;
        value |= (byte.value & 0xFF) << (8 * i);
    }
    if (!access->write)
        access->value = value;
    return BUS_OK;
}

/* --- Direct pointers -------------------------------------------------------------------------------------------- */

/* May a grant that covers `inner` go on into the page at `address`? */
static bool continues(struct bus_map *map, enum bus_initiator who, const struct bus_region *inner,
                      uint32_t inner_address, uint32_t address, uint32_t expected_offset)
{
    const struct bus_region *region = map_region_at(map, who, address);
    if (!region || region->bank != inner->bank || region->kind != inner->kind || region->view != inner->view ||
        region->rights != inner->rights || region->cost != inner->cost)
        return false;
    struct bus_hit hit = {.region = region, .target = -1};
    find_memory(map, who, address, &hit);
    return hit.mem && hit.offset == expected_offset &&
           map_window_cache(map, who, region, address) == map_window_cache(map, who, inner, inner_address);
}

/* Pages grow a grant in both directions as long as the host bytes go on (a 4 MB window is at most 512 steps, once a
 * grant). */
static void grow(struct bus_map *map, enum bus_initiator who, const struct bus_region *region, struct bus_dmi *dmi)
{
    bool reversed = region->view == BUS_VIEW_REVERSED;
    uint32_t step = MAP_PAGE;
    while (dmi->last != UINT32_MAX) {
        uint32_t next = dmi->last + 1, distance = next - dmi->first;
        if (!continues(map, who, region, dmi->first, next, reversed ? dmi->offset - distance : dmi->offset + distance))
            break;
        dmi->last += step;
    }
    while (dmi->first != 0) {
        uint32_t next = dmi->first - step, offset = reversed ? dmi->offset + step : dmi->offset - step;
        if (!continues(map, who, region, dmi->last, next, offset))
            break;
        dmi->first = next;
        dmi->offset = offset;
    }
}

static uint8_t wait_cycles(const struct bus_map *map, const struct bus_region *region, bool write)
{
    unsigned cycles = map_cost_cycles(map->env->clocks, region->cost, write);
    return (uint8_t)(cycles > UINT8_MAX ? UINT8_MAX : cycles);
}

bool map_port_dmi(void *ctx, uint32_t address, struct bus_dmi *dmi)
{
    struct map_initiator *initiator = ctx;
    struct bus_map *map = initiator->map;
    uint8_t code = map_code(map, initiator->who, address);
    if (code >= MAP_CODE_TARGET) {
        struct bus_port *port = map->target[code - MAP_CODE_TARGET].port;
        return port && port->dmi && port->dmi(port->ctx, address, dmi);
    }
    struct bus_hit hit = {.region = map_region_at(map, initiator->who, address), .target = -1};
    if (!hit.region || hit.region->kind == BUS_KIND_PORT)
        return false;
    if (hit.region->kind == BUS_KIND_WINDOW &&
        map_window_page_size(map_core_of(map, initiator->who), hit.region) < MAP_PAGE)
        return false;
    uint32_t page = address & ~(uint32_t)(MAP_PAGE - 1);
    find_memory(map, initiator->who, page, &hit);
    if (!hit.mem)
        return false;
    *dmi = (struct bus_dmi){
        .first = page,
        .last = page + (MAP_PAGE - 1),
        .read = true,
        .write = hit.region->rights & BUS_RIGHT_WRITE,
        .fetch = hit.region->rights & BUS_RIGHT_FETCH,
        .word_only = hit.region->view != BUS_VIEW_PLAIN,
        .reversed = hit.region->view == BUS_VIEW_REVERSED,
        .load_wait = wait_cycles(map, hit.region, false),
        .store_wait = wait_cycles(map, hit.region, true),
        .fetch_wait = wait_cycles(map, hit.region, false),
        .mem = hit.mem,
        .offset = hit.offset,
        .cache = map_window_cache(map, initiator->who, hit.region, address),
    };
    grow(map, initiator->who, hit.region, dmi);
    dmi->host = hit.mem->bytes + dmi->offset;
    return true;
}
