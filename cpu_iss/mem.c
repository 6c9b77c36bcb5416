/* SPDX-License-Identifier: Apache-2.0 */
/* Data accesses that do not hit cpu->tlb: first use of a page, devices, slow memory, misalignment, watched pages,
 * errors. Region protection: ISA RM, section 4.6.3, attributes as in facts 1.5. Times: facts 6.3. */
#include <stdlib.h>

#include "cpu_iss/exec_mem.h"

enum { REGION_LSB = 29, PAGE = 1 << XT_PAGE_BITS };

/* --- Direct pointers -------------------------------------------------------------------------------------------- */

static void drop_stores(void *ctx, struct bus_mem *mem, uint32_t offset, uint32_t length)
{
    struct xt_cpu *cpu = ctx;
    uintptr_t first = (uintptr_t)mem->bytes + offset, end = first + length;
    for (unsigned n = 0; n < XT_TLB_SIZE + XT_CACHED_PAGES; n++) {
        struct xt_tlb *entry = n < XT_TLB_SIZE ? &cpu->tlb[n] : &cpu->cached_page[n - XT_TLB_SIZE].page;
        uintptr_t page = entry->bias + entry->store32;
        if (entry->store32 != XT_NO_TAG && page < end && page + PAGE > first)
            entry->store32 = entry->store = XT_NO_TAG;
    }
}

static void code_written(void *ctx, struct bus_mem *mem, uint32_t offset, uint32_t length)
{
    (void)mem;
    (void)offset;
    (void)length;
    xt_drop_blocks(ctx);
}

/* False: there are too many memories to hear of changes in all; this one is then used through the bus only. */
static bool listen(struct xt_cpu *cpu, struct bus_mem *mem)
{
    for (unsigned n = 0; n < cpu->mem_count; n++)
        if (cpu->mems[n] == mem)
            return true;
    if (cpu->mem_count == XT_MEMS)
        return false;
    cpu->mems[cpu->mem_count++] = mem;
    bus_mem_listen_marks(mem, code_written, drop_stores, cpu);
    return true;
}

void xt_mem_fini(struct xt_cpu *cpu)
{
    for (unsigned n = 0; n < cpu->mem_count; n++)
        bus_mem_unlisten(cpu->mems[n], cpu);
}

const struct bus_dmi *xt_grant(struct xt_cpu *cpu, uint32_t address)
{
    for (unsigned n = 0; n < cpu->grants; n++)
        if (address - cpu->grant[n].first <= cpu->grant[n].last - cpu->grant[n].first)
            return &cpu->grant[n];
    uint32_t page = (address >> XT_PAGE_BITS) + 1;
    if (page == cpu->no_memory_page)
        return NULL;
    struct bus_dmi found = {0};
    bool is_memory = cpu->host.bus->dmi && cpu->host.bus->dmi(cpu->host.bus->ctx, address, &found);
    if (!is_memory || (found.mem && !listen(cpu, found.mem))) {
        cpu->no_memory_page = page;
        return NULL;
    }
    struct bus_dmi *grant = &cpu->grant[cpu->grants < XT_GRANTS ? cpu->grants++ : cpu->next_grant++ % XT_GRANTS];
    *grant = found;
    return grant;
}

uint8_t *xt_grant_host(const struct bus_dmi *grant, uint32_t address)
{
    uint32_t distance = address - grant->first;
    return grant->reversed ? grant->host - (distance & ~UINT32_C(3)) + (distance & 3) : grant->host + distance;
}

uint32_t xt_grant_offset(const struct bus_dmi *grant, uint32_t address)
{
    uint32_t distance = (address - grant->first) & ~UINT32_C(3);
    return grant->reversed ? grant->offset - distance : grant->offset + distance;
}

void xt_drop_pages(struct xt_cpu *cpu)
{
    for (unsigned n = 0; n < XT_TLB_SIZE; n++)
        cpu->tlb[n] = (struct xt_tlb){XT_NO_TAG, XT_NO_TAG, XT_NO_TAG, XT_NO_TAG, 0};
    for (unsigned n = 0; n < XT_CACHED_PAGES; n++)
        cpu->cached_page[n].page = (struct xt_tlb){XT_NO_TAG, XT_NO_TAG, XT_NO_TAG, XT_NO_TAG, 0};
}

void xt_memory_changed(struct xt_cpu *cpu, uint32_t first, uint32_t last)
{
    (void)first;
    (void)last;
    cpu->grants = 0;
    cpu->next_grant = 0;
    cpu->no_memory_page = 0;
    xt_drop_pages(cpu);
    xt_drop_blocks(cpu);
}

/* --- Who is allowed, who watches -------------------------------------------------------------------------------- */

static bool is_data_allowed(const struct xt_cpu *cpu, uint32_t address)
{
    static const uint16_t allowed = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 14;
    return allowed >> cpu->data_attribute[address >> REGION_LSB] & 1;
}

/* DBREAKA0 and 1 with the lower address bits that DBREAKC masks out; -1: not hit. ISA RM, section 4.7.6. */
static int data_break(const struct xt_cpu *cpu, uint32_t first, uint32_t last, bool is_write)
{
    for (unsigned n = 0; n < 2; n++) {
        uint32_t control = cpu->sr[XT_SR_dbreakc0 + n], ignored = ~control & 0x3f;
        if (!(control >> (is_write ? 31 : 30) & 1))
            continue;
        uint32_t watched = cpu->sr[XT_SR_dbreaka0 + n] & ~ignored;
        if (watched <= last && first <= (watched | ignored))
            return (int)n;
    }
    return -1;
}

static bool is_watched(const struct xt_cpu *cpu, uint32_t first, uint32_t last, bool is_write)
{
    for (unsigned n = 0; n < cpu->watches; n++) {
        const struct xt_watchpoint *watch = &cpu->watch[n];
        if (watch->first <= last && first <= watch->last && watch->kind & (is_write ? XT_WATCH_WRITE : XT_WATCH_READ))
            return true;
    }
    return false;
}

static struct xt_cached_page *cached_page_of(struct xt_cpu *cpu, uint32_t address)
{
    return &cpu->cached_page[address >> XT_PAGE_BITS & (XT_CACHED_PAGES - 1)];
}

/* Lets the fast path have the page if nothing has to be looked at there. */
static void fill_page(struct xt_cpu *cpu, const struct bus_dmi *grant, uint32_t address)
{
    uint32_t first = address & ~(uint32_t)(PAGE - 1), last = first | (PAGE - 1);
    if (grant->reversed || first < grant->first || last > grant->last || !is_data_allowed(cpu, address))
        return;
    struct xt_tlb entry = {XT_NO_TAG, XT_NO_TAG, XT_NO_TAG, XT_NO_TAG, 0};
    entry.bias = (uintptr_t)xt_grant_host(grant, first) - first;
    if (grant->read && grant->load_wait == 0 && data_break(cpu, first, last, false) < 0 &&
        !is_watched(cpu, first, last, false)) {
        entry.load32 = first;
        entry.load = grant->word_only ? XT_NO_TAG : first;
    }
    bool has_code = grant->mem && bus_mem_has_code(grant->mem, xt_grant_offset(grant, first), PAGE);
    if (grant->write && grant->store_wait == 0 && !has_code && data_break(cpu, first, last, true) < 0 &&
        !is_watched(cpu, first, last, true)) {
        entry.store32 = first;
        entry.store = grant->word_only ? XT_NO_TAG : first;
    }
    if (grant->cache)
        *cached_page_of(cpu, address) = (struct xt_cached_page){entry, grant->cache};
    else
        *xt_tlb_of(cpu, address) = entry;
}

/* --- The way out ------------------------------------------------------------------------------------------------ */

/* To the nearest cycle: costs are whole cycles of some clock, rounded to picoseconds. */
unsigned xt_bus_cycles(const struct xt_cpu *cpu, sim_time cost)
{
    uint64_t product;
    if (XT_LIKELY(!__builtin_mul_overflow(cost, cpu->host.clock->hz, &product) && product < UINT64_MAX / 2))
        return (unsigned)((product + SIM_PS_PER_S / 2) / SIM_PS_PER_S);
    return (unsigned)bits_muldiv(cost, cpu->host.clock->hz, SIM_PS_PER_S);
}

static void wait(struct xt_cpu *cpu, uint64_t cycles)
{
    cpu->cycle += cycles;
    cpu->stats.wait_cycles += cycles;
}

/* Local memories and XLMI lie in these; all else goes out over PIF and has causes of its own. Facts 1.5. */
static bool is_local(uint32_t address)
{
    return address >= UINT32_C(0x3f400000) && address < UINT32_C(0x40c00000);
}

static enum xt_done fail(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, enum bus_result result)
{
    enum xt_cause cause =
        result == BUS_ERROR_ADDRESS && !is_local(address) ? XT_CAUSE_LOAD_STORE_PIF_ADDRESS : XT_CAUSE_LOAD_STORE_ERROR;
    xt_raise_address(cpu, op, cause, address);
    return XT_FAULT;
}

/* After an access: may the block go on? Time has passed, and whoever was accessed may have changed anything. */
static enum xt_done go_on(struct xt_cpu *cpu, const struct xt_op *op)
{
    if (XT_LIKELY(!cpu->is_stale && cpu->cycle + cpu->block->max_cycles <= cpu->limit))
        return XT_DONE;
    xt_leave_after(cpu, op);
    return XT_LEAVE;
}

static enum xt_done drain(struct xt_cpu *cpu, const struct xt_op *op)
{
    uint64_t now = xt_op_now(cpu, op), done = cpu->write_done[XT_WRITE_BUFFER - 1];
    if (done > now)
        wait(cpu, done - now);
    return XT_DONE;
}

enum xt_done xt_drain(struct xt_cpu *cpu, const struct xt_op *op)
{
    drain(cpu, op);
    return go_on(cpu, op);
}

static enum bus_result access_bus(struct xt_cpu *cpu, const struct xt_op *op, struct bus_access *access, uint64_t start)
{
    access->initiator = cpu->config.initiator;
    access->time = clock_time(cpu->host.clock, start);
    access->cost = 0;
    xt_begin_call(cpu, op);
    enum bus_result result = cpu->host.bus->access(cpu->host.bus->ctx, access);
    xt_end_call(cpu);
    return result;
}

static enum xt_done load_device(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, unsigned size,
                                uint32_t *value)
{
    drain(cpu, op);
    struct bus_access access = {.address = address, .size = (uint8_t)size};
    enum bus_result result = access_bus(cpu, op, &access, xt_op_now(cpu, op));
    if (result != BUS_OK)
        return fail(cpu, op, address, result);
    wait(cpu, xt_bus_cycles(cpu, access.cost));
    *value = access.value;
    return XT_DONE;
}

/* A store goes into the write buffer and from there out in order; the core waits only for an entry. */
static enum xt_done store_device(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, unsigned size,
                                 uint32_t value)
{
    uint64_t *done = cpu->write_done, now = xt_op_now(cpu, op);
    if (done[0] > now)
        wait(cpu, done[0] - now);
    now = xt_op_now(cpu, op);
    uint64_t start = done[XT_WRITE_BUFFER - 1] > now ? done[XT_WRITE_BUFFER - 1] : now;
    struct bus_access access = {.address = address, .size = (uint8_t)size, .write = true, .value = value};
    enum bus_result result = access_bus(cpu, op, &access, start);
    if (result != BUS_OK)
        return fail(cpu, op, address, result);
    memmove(&done[0], &done[1], (XT_WRITE_BUFFER - 1) * sizeof done[0]);
    done[XT_WRITE_BUFFER - 1] = start + xt_bus_cycles(cpu, access.cost);
    return XT_DONE;
}

/* --- Loads and stores ------------------------------------------------------------------------------------------- */

static bool is_in_two_words(uint32_t address, unsigned size)
{
    return (address & 3) + size > 4;
}

/* Protection and the guest's own watchpoints. False: the exception was raised. */
static bool may_access(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, unsigned size, bool is_write)
{
    if (!is_data_allowed(cpu, address) || !is_data_allowed(cpu, address + size - 1)) {
        xt_raise_address(cpu, op, is_write ? XT_CAUSE_STORE_PROHIBITED : XT_CAUSE_LOAD_PROHIBITED, address);
        return false;
    }
    int number = data_break(cpu, address, address + size - 1, is_write);
    if (number >= 0 && xt_debug_is_open(cpu)) {
        xt_raise_debug(cpu, op, XT_DEBUG_DBREAK | (uint32_t)number << XT_DEBUG_DBREAK_NUMBER_LSB);
        return false;
    }
    if (cpu->watches && is_watched(cpu, address, address + size - 1, is_write))
        xt_attend(cpu, XT_ATTENTION_WATCH);
    return true;
}

/* Lines that are not in the cache are fetched; stores allocate. */
static void wait_for_line(struct xt_cpu *cpu, const struct xt_op *op, struct bus_cache *cache, uint32_t address,
                          unsigned size, bool is_write)
{
    sim_time now = clock_time(cpu->host.clock, xt_op_now(cpu, op));
    sim_time cost = bus_cache_touch(cache, address, size, is_write, now);
    if (cost)
        wait(cpu, xt_bus_cycles(cpu, cost));
}

static uint32_t tag_of(uint32_t address, unsigned size)
{
    return address & ~((uint32_t)(PAGE - 1) & ~(size - 1));
}

/* Hits in known pages behind a cache: the usual case of programs in flash. */
static bool load_cached(struct xt_cpu *cpu, uint32_t address, unsigned size, uint32_t *value)
{
    struct xt_cached_page *cached = cached_page_of(cpu, address);
    uint32_t tag = size == 4 ? cached->page.load32 : cached->page.load;
    if (tag != tag_of(address, size) || !bus_cache_hit(cached->cache, address))
        return false;
    *value = 0;
    memcpy(value, xt_host_of(&cached->page, address), size);
    return true;
}

static bool store_cached(struct xt_cpu *cpu, uint32_t address, unsigned size, uint32_t value)
{
    struct xt_cached_page *cached = cached_page_of(cpu, address);
    uint32_t tag = size == 4 ? cached->page.store32 : cached->page.store;
    if (tag != tag_of(address, size) || !bus_cache_hit_store(cached->cache, address))
        return false;
    memcpy(xt_host_of(&cached->page, address), &value, size);
    return true;
}

/* What a direct pointer does not serve, the bus does, or says why not: misaligned where only words are carried, writes
 * to ROM, accesses across the end of a memory. */
static enum xt_done load_any(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, unsigned size,
                             uint32_t *value)
{
    const struct bus_dmi *grant = xt_grant(cpu, address);
    bool is_narrow = size < 4 || address & 3, is_in_two = is_in_two_words(address, size);
    if (!grant || !grant->read || (grant->word_only && is_narrow) || grant->last - address < size - 1)
        return load_device(cpu, op, address, size, value);
    uint32_t raw = 0;
    if (grant->cache)
        wait_for_line(cpu, op, grant->cache, address, size, false);
    memcpy(&raw, xt_grant_host(grant, address), size);
    *value = raw;
    wait(cpu, (is_in_two ? 2u : 1u) * grant->load_wait);
    cpu->cycle += is_in_two ? XT_COST_UNALIGNED : 0;
    fill_page(cpu, grant, address);
    return XT_DONE;
}

enum xt_done xt_load_slow(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, unsigned size, uint32_t *value)
{
    if (load_cached(cpu, address, size, value))
        return XT_DONE;
    if (!may_access(cpu, op, address, size, false) || load_any(cpu, op, address, size, value) == XT_FAULT)
        return XT_FAULT;
    return go_on(cpu, op);
}

static enum xt_done store_any(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, unsigned size,
                              uint32_t value)
{
    const struct bus_dmi *grant = xt_grant(cpu, address);
    bool is_narrow = size < 4 || address & 3, is_in_two = is_in_two_words(address, size);
    if (!grant || !grant->write || (grant->word_only && is_narrow) || grant->last - address < size - 1)
        return store_device(cpu, op, address, size, value);
    if (grant->cache)
        wait_for_line(cpu, op, grant->cache, address, size, true);
    memcpy(xt_grant_host(grant, address), &value, size);
    wait(cpu, (is_in_two ? 2u : 1u) * grant->store_wait);
    cpu->cycle += is_in_two ? XT_COST_UNALIGNED : 0;
    if (grant->mem)
        bus_mem_wrote(grant->mem, xt_grant_offset(grant, address) + (address & 3), size);
    fill_page(cpu, grant, address);
    return XT_DONE;
}

enum xt_done xt_store_slow(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, unsigned size, uint32_t value)
{
    if (store_cached(cpu, address, size, value))
        return XT_DONE;
    if (!may_access(cpu, op, address, size, true) || store_any(cpu, op, address, size, value) == XT_FAULT)
        return XT_FAULT;
    return go_on(cpu, op);
}

enum xt_done xt_store_release(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, uint32_t value)
{
    drain(cpu, op);
    return xt_store_slow(cpu, op, address, 4, value);
}

/* XLMI, at which the ESP32's peripherals sit, carries no such pair of accesses. Facts 1.5. */
static bool is_device_port(uint32_t address)
{
    return address >= UINT32_C(0x3ff00000) && address < UINT32_C(0x3ff80000);
}

/* ATOMCTL has two bits for each kind of memory, which off the local memories follows from the region's attribute: 0
 * exception, 1 read-conditional-write on the bus, 2 in the core. ISA RM, section 4.3.13; facts 1.3. */
static bool is_atomic_allowed(const struct xt_cpu *cpu, uint32_t address)
{
    if (is_local(address))
        return !is_device_port(address);
    unsigned attribute = cpu->data_attribute[address >> REGION_LSB];
    unsigned field = attribute == 1 || attribute == 5 ? 2 : attribute == 4 ? 4 : 0;
    unsigned mode = cpu->sr[XT_SR_atomctl] >> field & 3;
    return mode == 1 || mode == 2;
}

enum xt_done xt_compare_and_swap(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, uint32_t *value)
{
    if (!may_access(cpu, op, address, 4, false) || !may_access(cpu, op, address, 4, true))
        return XT_FAULT;
    if (!is_atomic_allowed(cpu, address))
        return fail(cpu, op, address, BUS_ERROR_ACCESS);
    uint32_t old = 0, replacement = *value;
    if (load_any(cpu, op, address, 4, &old) == XT_FAULT)
        return XT_FAULT;
    if (old == cpu->sr[XT_SR_scompare1] && store_any(cpu, op, address, 4, replacement) == XT_FAULT)
        return XT_FAULT;
    *value = old;
    return go_on(cpu, op);
}

/* --- The debugger's view ---------------------------------------------------------------------------------------- */

static bool debug_bytes(struct xt_cpu *cpu, uint32_t address, uint8_t *bytes, size_t length, bool is_write)
{
    struct bus_port *bus = cpu->host.bus;
    for (size_t n = 0; n < length; n++) {
        struct bus_access access = {
            .address = address + (uint32_t)n, .size = 1, .write = is_write, .initiator = cpu->config.initiator};
        access.time = clock_time(cpu->host.clock, xt_now(cpu));
        if (is_write)
            access.value = bytes[n];
        if (!bus->debug || bus->debug(bus->ctx, &access) != BUS_OK)
            return false;
        if (!is_write)
            bytes[n] = (uint8_t)access.value;
    }
    return true;
}

bool xt_mem_read(struct xt_cpu *cpu, uint32_t address, void *bytes, size_t length)
{
    return debug_bytes(cpu, address, bytes, length, false);
}

bool xt_mem_write(struct xt_cpu *cpu, uint32_t address, const void *bytes, size_t length)
{
    uint8_t *source = (uint8_t *)(uintptr_t)bytes; /* only read */
    return debug_bytes(cpu, address, source, length, true);
}
