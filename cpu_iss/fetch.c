/* SPDX-License-Identifier: Apache-2.0 */
/* From an address to the block that may run there. */
#include "cpu_iss/engine.h"

enum { REGION_LSB = 29, REGION_SIZE = 1 << 29, LOOP_ENDS_MAX = XT_LOOP_ENDS * 3 / 4 };

/* --- What this core may run where -------------------------------------------------------------------------------- */

static void clear_cache(struct xt_cpu *cpu)
{
    for (unsigned n = 0; n < XT_CACHE_SIZE; n++)
        cpu->cache[n] = (struct xt_cached){.pc = xt_cache_index(0) == n};
}

/* The code is what it was: a core within a block finds the same again and goes on there, as if restored. */
void xt_blocks_are_gone(struct xt_cpu *cpu)
{
    clear_cache(cpu);
    if (!cpu->block || cpu->block == cpu->scratch)
        return;
    cpu->restored.pc = xt_pc(cpu);
    cpu->restored.resume = cpu->resume;
    cpu->restored.stall = cpu->block->ops[cpu->resume].stall;
    cpu->pc = cpu->block->pc;
    cpu->block = NULL;
    cpu->is_restored = true;
}

void xt_drop_blocks(struct xt_cpu *cpu)
{
    clear_cache(cpu);
    if (cpu->is_executing)
        cpu->is_stale = true;
    else
        xt_leave_block(cpu);
}

/* Loop ends are few and fixed in the program. Each that has ever been in LEND stays an end of blocks, so that nested
 * loops, which change LEND all the time, change nothing here. */
static uint32_t *loop_end_slot(struct xt_cpu *cpu, uint32_t lend)
{
    uint32_t n = lend * UINT32_C(0x9e3779b1) >> 24;
    while (cpu->loop_end[n] != 0 && cpu->loop_end[n] != lend)
        n = (n + 1) % XT_LOOP_ENDS;
    return &cpu->loop_end[n];
}

void xt_loop_end_is(struct xt_cpu *cpu, uint32_t lend)
{
    cpu->sr[XT_SR_lend] = lend;
    uint32_t *slot = loop_end_slot(cpu, lend);
    if (lend == 0 || *slot == lend)
        return;
    if (cpu->loop_ends == LOOP_ENDS_MAX) {
        memset(cpu->loop_end, 0, sizeof cpu->loop_end);
        cpu->loop_ends = 0;
        slot = loop_end_slot(cpu, lend);
    }
    *slot = lend;
    cpu->loop_ends++;
    for (unsigned n = 0; n < XT_CACHE_SIZE; n++) {
        struct xt_cached *cached = &cpu->cache[n];
        if (cached->block && lend - cached->pc - 1 < cached->block->length - 1u)
            *cached = (struct xt_cached){.pc = xt_cache_index(0) == n};
    }
}

void xt_fetch_reset(struct xt_cpu *cpu)
{
    memset(cpu->loop_end, 0, sizeof cpu->loop_end);
    cpu->loop_ends = 0;
    xt_drop_blocks(cpu);
}

/* Bytes at pc up to the first loop end behind the first instruction. */
static unsigned cut_at_loop_end(const struct xt_cpu *cpu, uint32_t pc, unsigned first, unsigned length)
{
    for (unsigned n = 0; n < XT_LOOP_ENDS; n++) {
        uint32_t distance = cpu->loop_end[n] - pc;
        if (cpu->loop_end[n] && distance >= first && distance < length)
            length = distance;
    }
    return length;
}

/* --- Bytes ------------------------------------------------------------------------------------------------------ */

static bool is_fetch_allowed(const struct xt_cpu *cpu, uint32_t address)
{
    static const uint16_t allowed = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6;
    return allowed >> cpu->fetch_attribute[address >> REGION_LSB] & 1;
}

static unsigned copy_code(const struct bus_dmi *grant, uint32_t pc, uint8_t *bytes, unsigned length)
{
    uint32_t there = grant->last - pc + 1, region = REGION_SIZE - (pc & (REGION_SIZE - 1));
    if (there != 0 && there < length)
        length = there;
    if (region < length)
        length = region;
    if (!grant->reversed) {
        memcpy(bytes, xt_grant_host(grant, pc), length);
        return length;
    }
    for (unsigned n = 0; n < length; n++)
        bytes[n] = *xt_grant_host(grant, pc + n);
    return length;
}

static void mark_code(const struct bus_dmi *grant, uint32_t pc, unsigned length)
{
    if (!grant->reversed) {
        uint32_t offset = xt_grant_offset(grant, pc) + (pc & 3);
        bus_mem_mark_code(grant->mem, offset, length);
        return;
    }
    for (uint32_t word = pc & ~UINT32_C(3); word - pc + 3 < length + 3; word += 4)
        bus_mem_mark_code(grant->mem, xt_grant_offset(grant, word), 4);
}

static bool raise_fetch_error(struct xt_cpu *cpu, uint32_t address)
{
    bool is_local = address >= UINT32_C(0x3f400000) && address < UINT32_C(0x40c00000);
    xt_raise_fetch(cpu, is_local ? XT_CAUSE_FETCH_ERROR : XT_CAUSE_FETCH_PIF_ADDRESS, address);
    return false;
}

/* Between blocks. */
static void wait_for_line(struct xt_cpu *cpu, struct bus_cache *cache, uint32_t address)
{
    sim_time cost = bus_cache_miss(cache, address, false, clock_time(cpu->host.clock, cpu->cycle));
    unsigned cycles = xt_bus_cycles(cpu, cost);
    cpu->cycle += cycles;
    cpu->stats.wait_cycles += cycles;
}

void xt_lines_missing(struct xt_cpu *cpu, const struct xt_block *block)
{
    struct bus_cache *cache = cpu->code_cache;
    uint32_t last = block->pc + block->length - 1;
    if (!bus_cache_hit(cache, block->pc))
        wait_for_line(cpu, cache, block->pc);
    if (block->is_in_two_lines && !bus_cache_hit(cache, last))
        wait_for_line(cpu, cache, last);
}

/* One byte of code, by direct pointer or over the bus. False: the exception was raised. */
static bool fetch_byte(struct xt_cpu *cpu, uint32_t address, bool is_new_word, uint8_t *byte)
{
    if (!is_fetch_allowed(cpu, address)) {
        xt_raise_fetch(cpu, XT_CAUSE_FETCH_PROHIBITED, address);
        return false;
    }
    const struct bus_dmi *grant = xt_grant(cpu, address);
    if (grant && grant->fetch) {
        if (grant->cache && !bus_cache_hit(grant->cache, address))
            wait_for_line(cpu, grant->cache, address);
        *byte = *xt_grant_host(grant, address);
        return true;
    }
    struct bus_access access = {.address = address & ~UINT32_C(3), .size = 4, .fetch = true};
    access.initiator = cpu->config.initiator;
    access.time = clock_time(cpu->host.clock, cpu->cycle);
    if (cpu->host.bus->access(cpu->host.bus->ctx, &access) != BUS_OK)
        return raise_fetch_error(cpu, address);
    if (is_new_word) {
        unsigned cycles = xt_bus_cycles(cpu, access.cost);
        cpu->cycle += cycles;
        cpu->stats.wait_cycles += cycles;
    }
    *byte = (uint8_t)(access.value >> (8 * (address & 3)));
    return true;
}

/* Code that cannot be watched for changes, or that lies in two memories, is translated each time it runs. */
static const struct xt_block *find_unwatched(struct xt_cpu *cpu)
{
    uint8_t bytes[4] = {0};
    unsigned needed = 1;
    xt_fp_leave(&cpu->fpu);
    for (unsigned n = 0; n < needed; n++) {
        uint32_t address = cpu->pc + n;
        if (!fetch_byte(cpu, address, n == 0 || (address & 3) == 0, &bytes[n]))
            return NULL;
        if (n == 0 && isa_length(bytes[0]))
            needed = isa_length(bytes[0]);
    }
    return xt_scratch_block(cpu->pool, cpu->scratch, cpu->pc, bytes, needed, (struct xt_code_source){0});
}

const struct xt_block *xt_find_block(struct xt_cpu *cpu)
{
    uint32_t pc = cpu->pc;
    struct xt_cached *cached = &cpu->cache[xt_cache_index(pc)];
    if (cached->pc == pc)
        return cached->block;
    uint8_t bytes[XT_BLOCK_BYTES] = {0};
    const struct bus_dmi *grant = is_fetch_allowed(cpu, pc) ? xt_grant(cpu, pc) : NULL;
    if (!grant || !grant->fetch || !grant->mem)
        return find_unwatched(cpu);
    unsigned length = copy_code(grant, pc, bytes, sizeof bytes);
    unsigned first = isa_length(bytes[0]) ? isa_length(bytes[0]) : 1;
    if (length < first)
        return find_unwatched(cpu);
    length = cut_at_loop_end(cpu, pc, first, length);
    const struct xt_code_source source = {.fetch_wait = grant->fetch_wait, .is_cached = grant->cache != NULL};
    const struct xt_block *block = xt_pool_block(cpu->pool, pc, bytes, length, source);
    if (grant->cache)
        cpu->code_cache = grant->cache;
    mark_code(grant, pc, block->length);
    *cached = (struct xt_cached){.pc = pc, .block = block};
    return block;
}
