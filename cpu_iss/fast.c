/* SPDX-License-Identifier: Apache-2.0 */
/* The fast engine: direct threaded code over blocks. Each op of a block holds the address of the label below that
 * executes it; the label's code ends with the jump to the next op's. Labels are made from the instruction table, so
 * that a row without an exec function does not compile. */
#include "cpu_iss/exec_all.h"

/* Labels as values, and jumps to them, are GNU C. */
#pragma GCC diagnostic ignored "-Wpedantic"

#define NEXT()                                                                                                         \
    do {                                                                                                               \
        op++;                                                                                                          \
        goto * op->handler;                                                                                            \
    } while (0)

#define RUN_ALU(id)                                                                                                    \
    exec_##id(cpu, w, op);                                                                                             \
    NEXT();
#define RUN_PLAIN(id) RUN_ALU(id)

#define RUN_TRAP(id)                                                                                                   \
    if (XT_UNLIKELY(!exec_##id(cpu, w, op)))                                                                           \
        return NULL;                                                                                                   \
    NEXT();
#define RUN_TIMED(id) RUN_TRAP(id)
#define RUN_LOAD(id) RUN_TRAP(id)
#define RUN_STORE(id) RUN_TRAP(id)
#define RUN_ATOMIC(id) RUN_TRAP(id)
/* Goes on to the end of the block. */
#define RUN_SYSTEM(id) RUN_TRAP(id)

#define RUN_BRANCH(id)                                                                                                 \
    if (exec_##id(cpu, w, op))                                                                                         \
        goto taken;                                                                                                    \
    NEXT();
#define RUN_LOOP(id) RUN_BRANCH(id)

#define RUN_JUMP(id)                                                                                                   \
    if (XT_UNLIKELY(!exec_##id(cpu, w, op)))                                                                           \
        return NULL;                                                                                                   \
    goto jumped;
#define RUN_CALL(id) RUN_JUMP(id)
#define RUN_RETURN(id) RUN_JUMP(id)

#define RUN_ENTRY(id)                                                                                                  \
    if (XT_UNLIKELY(!exec_##id(cpu, w, op)))                                                                           \
        return NULL;                                                                                                   \
    w = cpu->w;                                                                                                        \
    if (XT_UNLIKELY(op->x & cpu->deny))                                                                                \
        goto refuse;                                                                                                   \
    NEXT();

/* Runs cpu->block from its start, and goes on until a block is not at hand or may not run just so. Without a cpu:
 * returns the labels. */
static const void *const *run(struct xt_cpu *cpu)
{
    static const void *const handlers[ISA_ROWS + XT_PSEUDO_ROWS] = {
#define OP(id, ...) [ISA_##id] = &&do_##id,
#include "cpu_iss/isa/lx6.def"
        [ISA_ROWS + XT_ROW_ILLEGAL] = &&do_illegal,
        [ISA_ROWS + XT_ROW_END] = &&do_end,
    };
    if (!cpu)
        return handlers;

    const struct xt_block *block = cpu->block;
    const struct xt_op *op = block->ops;
    const struct xt_cached *cached;
    uint32_t *w = cpu->w;
    uint32_t pc;
    goto * op->handler;

#define OP(id, name, slot, bits, flags, option, kind, ...) do_##id : RUN_##kind(id)
#include "cpu_iss/isa/lx6.def"

do_illegal:
    xt_raise(cpu, op, XT_CAUSE_ILLEGAL);
    return NULL;

do_end:
    xt_abandon(cpu, op);
    pc = xt_fall(cpu, block->pc + op->pc_off);
    if (XT_UNLIKELY(block->has_carry | cpu->carry))
        xt_carry_out(cpu, block);
    cached = &cpu->cache[xt_cache_index(pc)];
    if (XT_UNLIKELY(cached->pc != pc))
        goto fall_unknown;
    block = cached->block;
    if (XT_UNLIKELY(cpu->carry))
        xt_carry_in(cpu, block);
    cpu->falls = true;
    goto enter;

taken:
    pc = op->imm;
    xt_retire(cpu, op, op->cost);
    goto arrived;
jumped:
    pc = cpu->pc;
    xt_retire(cpu, op, op->cost);
arrived:
    cached = &cpu->cache[xt_cache_index(pc)];
    cpu->carry = 0;
    cpu->falls = false;
    if (XT_UNLIKELY(cached->pc != pc))
        goto jump_unknown;
    block = cached->block;
    cpu->cycle += block->entry_wait;
enter:
    if (block->is_cached)
        xt_enter_lines(cpu, block);
    cpu->block = block;
    if (XT_UNLIKELY(cpu->cycle + block->max_cycles > cpu->limit || block->needs & cpu->deny))
        return NULL;
    w = cpu->w;
    op = block->ops;
    goto * op->handler;

refuse:
    xt_leave_after(cpu, op);
    return NULL;

jump_unknown:
    xt_arrive(cpu, pc);
    return NULL;

fall_unknown:
    cpu->falls = true;
    cpu->pc = pc;
    cpu->block = NULL;
    cpu->is_stale = false;
    return NULL;
}

void xt_run_fast(struct xt_cpu *cpu)
{
    run(cpu);
}

const void *const *xt_fast_handlers(void)
{
    return run(NULL);
}
