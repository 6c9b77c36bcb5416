/* SPDX-License-Identifier: Apache-2.0 */
/* Translated code: blocks of predecoded instructions with their static timing, and the pool that holds them.
 *
 * A block runs from its pc over instructions that follow each other in memory, past branches that are not taken, up to
 * an instruction that always goes somewhere else or changes what the ones behind it mean. It depends on nothing but the
 * bytes at its pc (and on where loops may end), so that all cores with the same pool share it. Which core may run which
 * block at which pc is that core's own knowledge (xt_cpu.cache).
 *
 * Private to cpu_iss, and the seam for another engine: run ops with exec functions one by one, or compile blocks. */
#ifndef VESPER_CPU_ISS_BLOCK_H
#define VESPER_CPU_ISS_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct isa_decoder;
struct xt_cpu;

enum {
    XT_BLOCK_OPS = 48,
    XT_BLOCK_BYTES = XT_BLOCK_OPS * 3,
    XT_CARRY_DEPTH = 3 /* the longest result latency less one */
};

/* What an instruction needs and a core may have to refuse. The first three: registers a4-a7, a8-a11, a12-a15. */
enum { XT_NEEDS_QUAD1 = 1, XT_NEEDS_QUAD2 = 2, XT_NEEDS_QUAD3 = 4, XT_NEEDS_CP0 = 8, XT_NEEDS_RING0 = 16 };
#define XT_NEEDS_WINDOW (XT_NEEDS_QUAD1 | XT_NEEDS_QUAD2 | XT_NEEDS_QUAD3)

/* What is no row of the table. */
enum { XT_ROW_ILLEGAL, XT_ROW_END, XT_PSEUDO_ROWS };

struct xt_op {
    const void *handler; /* of the fast engine */
    uint32_t imm;        /* the label of a branch, else the first number */
    uint32_t k;          /* the next number */
    uint8_t r, s, t;     /* registers by field; mw in r, my in t */
    uint8_t x;           /* mx; ENTRY: needs of what follows */
    uint16_t row;        /* enum isa_row_id, or ISA_ROWS + XT_ROW_... */
    uint16_t cycle;      /* of issue, from the block's start */
    uint16_t stall;      /* interlock cycles up to here, own ones included */
    uint8_t pc_off;
    uint8_t index;
    uint8_t cost;   /* cycles from issue to the next instruction if the block is left here */
    uint8_t needs;  /* XT_NEEDS_... */
    uint8_t length; /* bytes */
    uint8_t kind;   /* enum isa_kind */
};

struct xt_block {
    uint32_t pc;
    uint16_t max_cycles;                /* that it may take without waits: the longest way out */
    uint8_t needs;                      /* of the instructions up to the first ENTRY */
    uint8_t entry_wait;                 /* when entered by a jump */
    bool has_carry;                     /* carry_out is not empty */
    uint8_t cut;                        /* bytes there were, if that is why it ends; 0: it ends by itself */
    uint8_t length;                     /* bytes */
    uint8_t count;                      /* instructions; ops[count] is the end */
    uint8_t fetch_wait;                 /* part of the key: cycles for each word fetched */
    bool is_cached;                     /* part of the key: comes through a cache; begins in one line of it */
    bool is_in_two_lines;               /* and its last instruction ends in the next */
    uint64_t use[XT_CARRY_DEPTH];       /* registers read in cycle 0, 1, 2 before the block writes them */
    uint64_t carry_out[XT_CARRY_DEPTH]; /* registers ready 1, 2, 3 cycles after its end */
    struct xt_block *next;              /* with the same hash */
    uint8_t bytes[XT_BLOCK_BYTES];
    struct xt_op ops[];
};

struct xt_pool {
    struct isa_decoder *decoder;
    const void *const *handlers; /* of the fast engine, by row */
    struct xt_block **hash;
    uint8_t *arena;
    size_t arena_size, arena_used;
    uint64_t translated, flushes;
    struct xt_cpu *cpus; /* that may hold pointers to blocks */
};

/* From where code comes, as far as it matters for its time. */
struct xt_code_source {
    unsigned fetch_wait;
    bool is_cached;
};

/* Finds or makes the block for at most `length` bytes of code at pc; `length` >= the first instruction's, which is 1
 * for an illegal one. What it returns lives until the pool is full and forgets everything; its cores are told then. */
const struct xt_block *xt_pool_block(struct xt_pool *pool, uint32_t pc, const uint8_t *bytes, unsigned length,
                                     struct xt_code_source source);

/* As xt_pool_block for the first instruction alone, into the caller's storage of XT_SCRATCH_SIZE bytes. */
#define XT_SCRATCH_SIZE (sizeof(struct xt_block) + 2 * sizeof(struct xt_op))
const struct xt_block *xt_scratch_block(struct xt_pool *pool, struct xt_block *scratch, uint32_t pc,
                                        const uint8_t *bytes, unsigned length, struct xt_code_source source);

/* xt_pool_create with a smaller arena: for tests of a full pool. */
struct xt_pool *xt_pool_create_sized(size_t arena_size);

#ifdef __cplusplus
}
#endif
#endif
