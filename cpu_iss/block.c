/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu_iss/block.h"

#include <stdlib.h>
#include <string.h>

#include "bus/cache.h"
#include "cpu_iss/engine.h"
#include "cpu_iss/isa.h"

enum {
    HASH_SIZE = 1 << 15,
    ARENA_SIZE = 64 << 20, /* touched as it fills */
    MAX_CYCLES = 1000,     /* keeps cycle offsets in 16 bits whatever fetching costs */
    DIVIDE_CYCLES = 11,    /* what a division may take beyond the table: facts 6.1, 2 to 13 */
    SOURCES = 64           /* registers of the scoreboard: below */
};

/* --- The scoreboard --------------------------------------------------------------------------------------------- */

/* Registers by number, so that a set of them is a word. */
enum { REG_AR = 0, REG_MR = 16, REG_BR = 20, REG_FR = 36, REG_ACC = 52 };

struct scoreboard {
    unsigned time;           /* when the next instruction could issue */
    unsigned stall;          /* cycles lost so far */
    unsigned ready[SOURCES]; /* when a result can be used */
    uint64_t written;
    uint32_t last_word; /* last word fetched */
};

/* The registers that an operand stands for. */
static uint64_t registers_of(const struct isa_operand_use *use, uint32_t value)
{
    switch (isa_operand_at(use->operand)->file) {
    case ISA_FILE_AR:
        return UINT64_C(1) << (REG_AR + value);
    case ISA_FILE_MR:
        return UINT64_C(1) << (REG_MR + value);
    case ISA_FILE_FR:
        return UINT64_C(1) << (REG_FR + value);
    case ISA_FILE_BRF: {
        uint64_t group = use->operand == ISA_OPERAND_bs4 ? 0xf : use->operand == ISA_OPERAND_bs8 ? 0xff : 1;
        return group << (REG_BR + value);
    }
    default:
        return 0;
    }
}

static unsigned result_latency(const struct isa_timing *timing, unsigned file)
{
    switch (file) {
    case ISA_FILE_AR:
        return timing->ar;
    case ISA_FILE_MR:
        return timing->mr;
    case ISA_FILE_BRF:
        return timing->br;
    default:
        return timing->fr;
    }
}

/* MAC16 instructions accumulate without waiting for each other; only an SR access waits for the accumulator. */
static bool reads_accumulator(const struct isa_row *row)
{
    return row->option == ISA_OPTION_MAC16 && row->latency == ISA_LATENCY_sr_read;
}

/* Lets an instruction issue: sets the op's cycle and stall, and notes what it reads early and writes. */
static void issue(struct scoreboard *board, struct xt_block *block, struct xt_op *op, const struct isa_row *row,
                  const uint32_t *values)
{
    const struct isa_timing *timing = isa_timing_of((enum isa_latency)row->latency);
    uint64_t reads = 0;
    for (unsigned n = 0; n < ISA_MAX_OPERANDS; n++)
        if (row->use[n].access & ISA_READ)
            reads |= registers_of(&row->use[n], values[n]);
    if (reads_accumulator(row))
        reads |= UINT64_C(1) << REG_ACC;
    unsigned start = board->time;
    for (uint64_t left = reads; left; left &= left - 1) {
        unsigned ready = board->ready[__builtin_ctzll(left)];
        start = ready > start ? ready : start;
    }
    if (start < XT_CARRY_DEPTH)
        block->use[start] |= reads & ~board->written;
    board->stall += start - board->time;
    op->cycle = (uint16_t)start;
    op->stall = (uint16_t)board->stall;
    board->time = start + timing->issue;
    for (unsigned n = 0; n < ISA_MAX_OPERANDS; n++) {
        if (!(row->use[n].access & ISA_WRITE))
            continue;
        uint64_t writes = registers_of(&row->use[n], values[n]);
        if (!writes)
            continue;
        board->written |= writes;
        unsigned latency = result_latency(timing, isa_operand_at(row->use[n].operand)->file);
        board->ready[__builtin_ctzll(writes)] = start + latency;
    }
    if (timing->acc > 1) {
        board->written |= UINT64_C(1) << REG_ACC;
        board->ready[REG_ACC] = start + timing->acc;
    }
}

/* Registers that are still on their way when the block ends. */
static void note_carry(const struct scoreboard *board, struct xt_block *block)
{
    for (unsigned n = 0; n < SOURCES; n++) {
        if (board->ready[n] <= board->time)
            continue;
        unsigned delay = board->ready[n] - board->time;
        delay = delay > XT_CARRY_DEPTH ? XT_CARRY_DEPTH : delay;
        block->carry_out[delay - 1] |= UINT64_C(1) << n;
        block->has_carry = true;
    }
}

/* --- Operands --------------------------------------------------------------------------------------------------- */

static void set_register(struct xt_op *op, unsigned field, uint32_t value)
{
    switch (field) {
    case ISA_FIELD_r:
    case ISA_FIELD_w:
        op->r = (uint8_t)value;
        break;
    case ISA_FIELD_s:
        op->s = (uint8_t)value;
        break;
    case ISA_FIELD_t:
    case ISA_FIELD_y:
        op->t = (uint8_t)value;
        break;
    default:
        op->x = (uint8_t)value;
        break;
    }
}

/* Labels go to imm and other numbers to k behind it; without a label they fill imm, then k. */
static void set_operands(struct xt_op *op, const struct isa_row *row, const uint32_t *values)
{
    uint32_t numbers[2] = {0, 0};
    unsigned count = 0;
    bool has_label = false;
    for (unsigned n = 0; n < ISA_MAX_OPERANDS && row->use[n].operand != ISA_OPERAND_none; n++) {
        const struct isa_operand *operand = isa_operand_at(row->use[n].operand);
        if (operand->file != ISA_FILE_NONE) {
            if (!operand->is_hidden)
                set_register(op, operand->field, values[n]);
        } else if (operand->is_relative) {
            op->imm = values[n];
            has_label = true;
        } else if (count < 2) {
            numbers[count++] = values[n];
        }
    }
    if (has_label) {
        op->k = numbers[0];
    } else {
        op->imm = numbers[0];
        op->k = numbers[1];
    }
}

static bool is_privileged(const struct isa_row *row)
{
    static const uint16_t ids[] = {
#define PRIVILEGED(id) ISA_##id,
#include "cpu_iss/isa/lx6_privileged.def"
    };
    uint32_t opcode = row->encoding & 0xff000f;
    if (row->length == 3 && (opcode == 0x030000 || opcode == 0x130000 || opcode == 0x610000))
        return bits_get(row->encoding, 8, 8) >= 64;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (isa_row_at(ids[i]) == row)
            return true;
    return false;
}

static uint8_t needs_of(const struct isa_row *row, const uint32_t *values)
{
    unsigned needs = row->option == ISA_OPTION_FP ? XT_NEEDS_CP0 : 0;
    if (is_privileged(row))
        needs |= XT_NEEDS_RING0;
    for (unsigned n = 0; n < ISA_MAX_OPERANDS; n++)
        if (isa_operand_at(row->use[n].operand)->file == ISA_FILE_AR && values[n] >= 4)
            needs |= (unsigned)XT_NEEDS_QUAD1 << (values[n] / 4 - 1);
    return (uint8_t)needs;
}

/* --- Blocks ----------------------------------------------------------------------------------------------------- */

static uint32_t word_at(const uint8_t *bytes, unsigned length)
{
    uint32_t word = 0;
    for (unsigned i = 0; i < length && i < 3; i++)
        word |= (uint32_t)bytes[i] << (8 * i);
    return word;
}

/* Wait for the words that an instruction is the first to touch. */
static void fetch(struct scoreboard *board, uint32_t pc, unsigned length, unsigned wait)
{
    for (uint32_t word = pc / 4; word != (pc + length - 1) / 4 + 1; word++) {
        if (word == board->last_word)
            continue;
        board->last_word = word;
        board->time += wait;
    }
}

static const struct isa_row *add_op(const struct xt_pool *pool, struct scoreboard *board, struct xt_block *block,
                                    struct xt_op *op, uint32_t word)
{
    uint32_t pc = block->pc + block->length;
    enum isa_row_id id = isa_decode(pool->decoder, word);
    memset(op, 0, sizeof *op);
    op->pc_off = block->length;
    op->index = block->count;
    if (id == ISA_NONE) {
        op->row = ISA_ROWS + XT_ROW_ILLEGAL;
        op->kind = ISA_KIND_SYSTEM;
        op->length = 1;
        op->cycle = (uint16_t)board->time;
        op->stall = (uint16_t)board->stall;
        op->cost = 1;
        board->time++;
    } else {
        const struct isa_row *row = isa_row_at(id);
        const struct isa_timing *timing = isa_timing_of((enum isa_latency)row->latency);
        uint32_t values[ISA_MAX_OPERANDS] = {0};
        for (unsigned n = 0; n < ISA_MAX_OPERANDS && row->use[n].operand != ISA_OPERAND_none; n++)
            values[n] = isa_operand_value(row, n, word, pc);
        op->row = (uint16_t)id;
        op->kind = row->kind;
        op->length = row->length;
        op->needs = needs_of(row, values);
        set_operands(op, row, values);
        fetch(board, pc, row->length, block->fetch_wait);
        issue(board, block, op, row, values);
        op->cost = row->kind == ISA_KIND_SYSTEM || !timing->transfer ? timing->issue : timing->transfer;
    }
    op->handler = pool->handlers[op->row];
    block->length = (uint8_t)(block->length + op->length);
    block->count++;
    return id == ISA_NONE ? NULL : isa_row_at(id);
}

static void add_end(const struct xt_pool *pool, const struct scoreboard *board, struct xt_block *block,
                    struct xt_op *op)
{
    memset(op, 0, sizeof *op);
    op->row = ISA_ROWS + XT_ROW_END;
    op->handler = pool->handlers[op->row];
    op->cycle = (uint16_t)board->time;
    op->stall = (uint16_t)board->stall;
    op->pc_off = block->length;
    op->index = block->count;
    note_carry(board, block);
}

/* ENTRY turns the window: what was known of address registers is of other registers then. */
static void turn_window(struct scoreboard *board)
{
    for (unsigned n = REG_AR; n < REG_MR; n++)
        board->ready[n] = 0;
    board->written |= bits_mask(REG_MR - REG_AR);
}

/* What is needed behind each ENTRY goes into it; what is needed up to the first, into the block. */
static void sum_needs(struct xt_block *block)
{
    uint8_t needs = 0;
    for (unsigned n = block->count; n-- > 0;) {
        struct xt_op *op = &block->ops[n];
        if (op->row == ISA_entry) {
            op->x = needs;
            needs = 0;
        }
        needs |= op->needs;
    }
    block->needs = needs;
}

/* The next instruction begins in another line of the cache, which may have to be fetched first; or ends in it, and is
 * perhaps not reached. */
static bool leaves_line(const struct xt_block *block, unsigned needed, bool has_branch)
{
    uint32_t next = block->length + (has_branch ? needed - 1 : 0);
    return block->is_cached && block->count && (block->pc ^ (block->pc + next)) >= BUS_CACHE_LINE;
}

static void translate(const struct xt_pool *pool, struct xt_block *block, const uint8_t *bytes, unsigned length,
                      unsigned max_ops)
{
    struct scoreboard board = {.last_word = UINT32_MAX};
    unsigned longest = 0, varying = 0;
    bool has_branch = false;
    for (;;) {
        if (block->count == max_ops || board.time > MAX_CYCLES)
            break;
        unsigned left = length - block->length;
        unsigned needed = left ? isa_length(bytes[block->length]) : 1;
        if (leaves_line(block, needed ? needed : 1, has_branch))
            break;
        if (needed > left) {
            block->cut = (uint8_t)length;
            break;
        }
        struct xt_op *op = &block->ops[block->count];
        const struct isa_row *row = add_op(pool, &board, block, op, word_at(&bytes[block->length], left));
        unsigned out = (unsigned)op->cycle + op->cost;
        longest = out > longest ? out : longest;
        varying += row && row->kind == ISA_KIND_LOOP ? XT_COST_LOOP_BACK : 0;
        if (!row || (isa_kind_ends_block((enum isa_kind)row->kind) && row->kind != ISA_KIND_BRANCH))
            break;
        varying += row->latency == ISA_LATENCY_div ? DIVIDE_CYCLES : 0;
        if (row->kind == ISA_KIND_ENTRY)
            turn_window(&board);
        has_branch |= row->kind == ISA_KIND_BRANCH;
    }
    add_end(pool, &board, block, &block->ops[block->count]);
    longest = board.time > longest ? board.time : longest;
    block->max_cycles = (uint16_t)(longest + varying);
    sum_needs(block);
    block->entry_wait = (block->pc & 3) + block->ops[0].length > 4 ? XT_COST_STRADDLE : 0;
    block->is_in_two_lines = block->is_cached && (block->pc ^ (block->pc + block->length - 1)) >= BUS_CACHE_LINE;
    memcpy(block->bytes, bytes, block->length);
}

static void start_block(struct xt_block *block, uint32_t pc, struct xt_code_source source)
{
    memset(block, 0, sizeof *block);
    block->pc = pc;
    block->fetch_wait = (uint8_t)source.fetch_wait;
    block->is_cached = source.is_cached;
}

/* --- The pool --------------------------------------------------------------------------------------------------- */

struct xt_pool *xt_pool_create(void)
{
    return xt_pool_create_sized(ARENA_SIZE);
}

struct xt_pool *xt_pool_create_sized(size_t arena_size)
{
    struct xt_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    pool->arena_size = arena_size;
    pool->arena = malloc(arena_size);
    pool->hash = calloc(HASH_SIZE, sizeof *pool->hash);
    pool->decoder = isa_decoder_create();
    pool->handlers = xt_fast_handlers();
    if (pool->arena && pool->hash && pool->decoder)
        return pool;
    xt_pool_destroy(pool);
    return NULL;
}

void xt_pool_destroy(struct xt_pool *pool)
{
    if (!pool)
        return;
    isa_decoder_destroy(pool->decoder);
    free(pool->hash);
    free(pool->arena);
    free(pool);
}

static uint32_t hash_of(uint32_t pc, const uint8_t *bytes, unsigned length)
{
    uint32_t hash = (pc ^ word_at(bytes, length)) * UINT32_C(0x9e3779b1);
    return hash >> 17;
}

static bool is_block_of(const struct xt_block *block, uint32_t pc, const uint8_t *bytes, unsigned length,
                        struct xt_code_source source)
{
    if (block->pc != pc || block->fetch_wait != source.fetch_wait || block->is_cached != source.is_cached ||
        block->length > length)
        return false;
    return (block->cut == 0 || block->cut == length) && memcmp(block->bytes, bytes, block->length) == 0;
}

/* Room for the largest block there is. A full pool forgets everything: that is rare, and cheap to make up for. */
static struct xt_block *allocate(struct xt_pool *pool)
{
    size_t size = sizeof(struct xt_block) + (XT_BLOCK_OPS + 1) * sizeof(struct xt_op);
    if (pool->arena_used + size > pool->arena_size) {
        for (struct xt_cpu *cpu = pool->cpus; cpu; cpu = cpu->next_in_pool)
            xt_blocks_are_gone(cpu);
        memset(pool->hash, 0, HASH_SIZE * sizeof(pool->hash[0]));
        pool->arena_used = 0;
        pool->flushes++;
    }
    return (struct xt_block *)(void *)(pool->arena + pool->arena_used);
}

const struct xt_block *xt_pool_block(struct xt_pool *pool, uint32_t pc, const uint8_t *bytes, unsigned length,
                                     struct xt_code_source source)
{
    length = length > XT_BLOCK_BYTES ? XT_BLOCK_BYTES : length;
    uint32_t hash = hash_of(pc, bytes, length);
    for (struct xt_block *block = pool->hash[hash]; block; block = block->next)
        if (is_block_of(block, pc, bytes, length, source))
            return block;
    struct xt_block *block = allocate(pool);
    start_block(block, pc, source);
    translate(pool, block, bytes, length, XT_BLOCK_OPS);
    block->next = pool->hash[hash];
    pool->hash[hash] = block;
    size_t size = sizeof *block + (block->count + 1u) * sizeof block->ops[0];
    pool->arena_used += (size + 15) & ~(size_t)15;
    pool->translated++;
    return block;
}

const struct xt_block *xt_scratch_block(struct xt_pool *pool, struct xt_block *scratch, uint32_t pc,
                                        const uint8_t *bytes, unsigned length, struct xt_code_source source)
{
    start_block(scratch, pc, source);
    translate(pool, scratch, bytes, length, 1);
    return scratch;
}
