/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of cpu_iss offer each other. Private to cpu_iss.
 *
 * Functions that take an op are called while it executes. Those that leave the block account for its time and for the
 * instructions before it; afterwards cpu->block is NULL and cpu->pc is where the core goes on. */
#ifndef VESPER_CPU_ISS_ENGINE_H
#define VESPER_CPU_ISS_ENGINE_H

#include "cpu_iss/xt_cpu.h"

/* --- Time and place --------------------------------------------------------------------------------------------- */

static inline uint64_t xt_op_now(const struct xt_cpu *cpu, const struct xt_op *op)
{
    return cpu->cycle + op->cycle;
}

static inline uint32_t xt_op_pc(const struct xt_cpu *cpu, const struct xt_op *op)
{
    return cpu->block->pc + op->pc_off;
}

static inline uint32_t xt_op_next_pc(const struct xt_cpu *cpu, const struct xt_op *op)
{
    return xt_op_pc(cpu, op) + op->length;
}

/* Around calls out of the core while op executes: whoever is called sees the core at op, and the host's own floating
 * point. */
static inline void xt_begin_call(struct xt_cpu *cpu, const struct xt_op *op)
{
    xt_fp_leave(&cpu->fpu);
    cpu->offset = op->cycle;
    cpu->resume = op->index;
}

static inline void xt_end_call(struct xt_cpu *cpu)
{
    cpu->offset = 0;
    cpu->resume = 0;
}

/* The block is left: op was executed and the next instruction issues `cost` cycles behind it. */
static inline void xt_retire(struct xt_cpu *cpu, const struct xt_op *op, unsigned cost)
{
    cpu->cycle += op->cycle + cost;
    cpu->instructions += op->index + 1u;
    cpu->stall_cycles += op->stall;
}

/* The block is left without executing op. */
static inline void xt_abandon(struct xt_cpu *cpu, const struct xt_op *op)
{
    cpu->cycle += op->cycle;
    cpu->instructions += op->index;
    cpu->stall_cycles += op->stall;
}

/* The core is between blocks, at pc. */
static inline void xt_arrive(struct xt_cpu *cpu, uint32_t pc)
{
    cpu->pc = pc;
    cpu->block = NULL;
    cpu->resume = 0;
    cpu->offset = 0;
    cpu->carry = 0;
    cpu->falls = false;
    cpu->is_restored = false;
    cpu->is_stale = false;
}

/* Where control falls to when it reaches pc from below: the loop's begin if pc is its end. ISA RM, Loop Option. */
static inline uint32_t xt_fall(struct xt_cpu *cpu, uint32_t pc)
{
    if (XT_UNLIKELY(pc == cpu->sr[XT_SR_lend]) && cpu->sr[XT_SR_lcount] != 0 && !(cpu->sr[XT_SR_ps] & XT_PS_EXCM)) {
        cpu->sr[XT_SR_lcount]--;
        return cpu->sr[XT_SR_lbeg];
    }
    return pc;
}

/* --- State that depends on other state -------------------------------------------------------------------------- */

static inline unsigned xt_current_level(const struct xt_cpu *cpu)
{
    uint32_t ps = cpu->sr[XT_SR_ps];
    unsigned level = ps & XT_PS_INTLEVEL;
    return ps & XT_PS_EXCM && level < XT_EXCM_LEVEL ? XT_EXCM_LEVEL : level;
}

/* WINDOWSTART turned so that bit n is the quad n behind the present window. */
static inline uint32_t xt_windows_ahead(const struct xt_cpu *cpu)
{
    uint32_t start = cpu->sr[XT_SR_windowstart];
    return (start | start << 16) >> cpu->sr[XT_SR_windowbase] & 0xffff;
}

/* Which quads of registers belong to a caller's caller: a quad is free if no window starts in it or before it. */
static inline void xt_windows_changed(struct xt_cpu *cpu)
{
    static const uint8_t denied[8] = {0, 7, 6, 7, 4, 7, 6, 7};
    uint8_t deny = cpu->deny & (uint8_t)~XT_NEEDS_WINDOW;
    if ((cpu->sr[XT_SR_ps] & (XT_PS_WOE | XT_PS_EXCM)) == XT_PS_WOE)
        deny |= denied[xt_windows_ahead(cpu) >> 1 & 7];
    cpu->deny = deny;
}

/* Moves the window to `base`. The file is a ring, but w[] shall not wrap: for the last three positions the first quads
 * are moved to behind the end, and back when the window leaves. */
static inline void xt_rotate(struct xt_cpu *cpu, uint32_t base)
{
    enum { QUAD = 16, LAST = XT_AR / 4 - 4 };
    uint32_t old = cpu->sr[XT_SR_windowbase];
    if (XT_UNLIKELY(old > LAST)) {
        memcpy(&cpu->ar[0], &cpu->ar[XT_AR], QUAD);
        if (old > LAST + 1)
            memcpy(&cpu->ar[4], &cpu->ar[XT_AR + 4], QUAD);
        if (old > LAST + 2)
            memcpy(&cpu->ar[8], &cpu->ar[XT_AR + 8], QUAD);
    }
    if (XT_UNLIKELY(base > LAST)) {
        memcpy(&cpu->ar[XT_AR], &cpu->ar[0], QUAD);
        if (base > LAST + 1)
            memcpy(&cpu->ar[XT_AR + 4], &cpu->ar[4], QUAD);
        if (base > LAST + 2)
            memcpy(&cpu->ar[XT_AR + 8], &cpu->ar[8], QUAD);
    }
    cpu->sr[XT_SR_windowbase] = base;
    cpu->w = &cpu->ar[base * 4];
}

/* Physical address register n. */
static inline uint32_t *xt_ar(struct xt_cpu *cpu, unsigned n)
{
    bool is_moved = 4 * cpu->sr[XT_SR_windowbase] + 16 > XT_AR + n;
    return &cpu->ar[is_moved ? XT_AR + n : n];
}

/* state.c */
void xt_update_limit(struct xt_cpu *cpu);
void xt_attend(struct xt_cpu *cpu, unsigned reasons);            /* sets bits of attention */
void xt_unattend(struct xt_cpu *cpu, unsigned reasons);          /* clears them */
void xt_ps_changed(struct xt_cpu *cpu);                          /* PS, CPENABLE */
void xt_stepping_changed(struct xt_cpu *cpu);                    /* IBREAK, ICOUNT, breakpoints, tracing */
void xt_leave_after(struct xt_cpu *cpu, const struct xt_op *op); /* op was executed; stop in front of the next */
void xt_leave_block(struct xt_cpu *cpu);                         /* between instructions: keeps the place as a pc */

static inline uint64_t xt_now(const struct xt_cpu *cpu)
{
    return cpu->cycle + cpu->offset;
}

/* --- Exceptions and interrupts: exception.c, interrupt.c -------------------------------------------------------- */

/* These leave the block. */
void xt_raise(struct xt_cpu *cpu, const struct xt_op *op, enum xt_cause cause);
void xt_raise_address(struct xt_cpu *cpu, const struct xt_op *op, enum xt_cause cause, uint32_t address);
void xt_raise_debug(struct xt_cpu *cpu, const struct xt_op *op, uint32_t cause);
void xt_raise_overflow(struct xt_cpu *cpu, const struct xt_op *op, unsigned quads);
void xt_raise_underflow(struct xt_cpu *cpu, const struct xt_op *op, unsigned quads);
/* Between blocks, at cpu->pc. */
void xt_raise_interrupt(struct xt_cpu *cpu, unsigned level);
void xt_raise_fetch(struct xt_cpu *cpu, enum xt_cause cause, uint32_t address);

/* What an op needs and must not have: raises the exception for it. */
void xt_raise_denied(struct xt_cpu *cpu, const struct xt_op *op);

/* Takes the pending interrupt; between instructions. False: there is none. */
bool xt_take_interrupt(struct xt_cpu *cpu);
void xt_interrupts_changed(struct xt_cpu *cpu);
void xt_timers_due(struct xt_cpu *cpu, uint64_t now); /* matches up to now become pending */
void xt_timers_changed(struct xt_cpu *cpu, unsigned timer, uint64_t now);
bool xt_debug_is_open(const struct xt_cpu *cpu); /* debug exceptions are taken at the current level */

/* --- Memory: mem.c ---------------------------------------------------------------------------------------------- */

/* How an access ended. After XT_LEAVE it is complete, but the block must be left behind this instruction; the state is
 * set for that. After XT_FAULT the exception has been raised. */
enum xt_done { XT_FAULT, XT_DONE, XT_LEAVE };

enum xt_done xt_load_slow(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, unsigned size, uint32_t *value);
enum xt_done xt_store_slow(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, unsigned size, uint32_t value);
/* S32RI: waits until device stores have gone out, then stores a word. */
enum xt_done xt_store_release(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, uint32_t value);
enum xt_done xt_compare_and_swap(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address, uint32_t *value);
/* MEMW: waits until device stores have gone out. */
enum xt_done xt_drain(struct xt_cpu *cpu, const struct xt_op *op);

/* Grants: who answers at an address with plain memory. NULL: nobody. The pointer holds until the next call. */
const struct bus_dmi *xt_grant(struct xt_cpu *cpu, uint32_t address);
uint8_t *xt_grant_host(const struct bus_dmi *grant, uint32_t address);
uint32_t xt_grant_offset(const struct bus_dmi *grant, uint32_t address); /* in grant->mem, of the address's word */
unsigned xt_bus_cycles(const struct xt_cpu *cpu, sim_time cost);

/* fetch.c: the block to run at cpu->pc. NULL: a fetch exception was raised. */
const struct xt_block *xt_find_block(struct xt_cpu *cpu);

/* Waits for the lines of a cached block, and makes them the ones used last. Between blocks. */
void xt_lines_missing(struct xt_cpu *cpu, const struct xt_block *block);

static inline void xt_enter_lines(struct xt_cpu *cpu, const struct xt_block *block)
{
    if (XT_UNLIKELY(!bus_cache_hit(cpu->code_cache, block->pc)) || block->is_in_two_lines)
        xt_lines_missing(cpu, block);
}

/* Where cpu->cache has the block of a pc. */
static inline unsigned xt_cache_index(uint32_t pc)
{
    return (pc ^ pc >> 11) & (XT_CACHE_SIZE - 1);
}

void xt_drop_blocks(struct xt_cpu *cpu);                /* forgets which blocks may run where */
void xt_blocks_are_gone(struct xt_cpu *cpu);            /* the pool forgets its blocks */
void xt_drop_pages(struct xt_cpu *cpu);                 /* forgets direct pointers, not grants */
void xt_loop_end_is(struct xt_cpu *cpu, uint32_t lend); /* blocks must end there from now on */
void xt_fetch_reset(struct xt_cpu *cpu);
void xt_mem_fini(struct xt_cpu *cpu);

/* --- Registers: special.c, external.c --------------------------------------------------------------------------- */

/* Special registers that are more than a stored word. True: go on with the next instruction, false: block was left. */
uint32_t xt_sr_get(struct xt_cpu *cpu, unsigned number, uint64_t now);
void xt_sr_set(struct xt_cpu *cpu, unsigned number, uint32_t value, uint64_t now);
uint32_t xt_external_read(struct xt_cpu *cpu, uint32_t number);
void xt_external_write(struct xt_cpu *cpu, uint32_t number, uint32_t value);
void xt_perfmon_reset(struct xt_cpu *cpu);

/* --- Engines ---------------------------------------------------------------------------------------------------- */

/* fast.c: runs cpu->block and what follows until something needs attention. */
void xt_run_fast(struct xt_cpu *cpu);
const void *const *xt_fast_handlers(void);

/* step.c: executes the instruction at ops[resume] of cpu->block. */
void xt_step_op(struct xt_cpu *cpu);

/* Executes op, of any kind, and says what its exec function said; see exec.h. */
typedef bool (*xt_exec_fn)(struct xt_cpu *cpu, uint32_t *w, const struct xt_op *op);
xt_exec_fn xt_exec(unsigned row); /* enum isa_row_id, or ISA_ROWS + XT_ROW_ILLEGAL */

/* carry.c: results that are still on their way from block to block. */
void xt_carry_out(struct xt_cpu *cpu, const struct xt_block *from); /* when `from` was run to its end */
void xt_carry_in(struct xt_cpu *cpu, const struct xt_block *to);    /* before `to` */

#endif
