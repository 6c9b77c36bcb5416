/* SPDX-License-Identifier: Apache-2.0 */
/* A core's life: create, reset, run, wait. */
#include <stdlib.h>

#include "cpu_iss/engine.h"

/* --- Create and reset ------------------------------------------------------------------------------------------- */

void xt_reset(struct xt_cpu *cpu)
{
    xt_leave_block(cpu);
    memset(cpu->ar, 0, sizeof cpu->ar);
    memset(cpu->sr, 0, sizeof cpu->sr);
    memset(cpu->ur, 0, sizeof cpu->ur);
    memset(cpu->fetch_attribute, 2, sizeof cpu->fetch_attribute);
    memset(cpu->data_attribute, 2, sizeof cpu->data_attribute);
    memset(cpu->write_done, 0, sizeof cpu->write_done);
    xt_fp_reset(&cpu->fpu);
    cpu->w = cpu->ar;
    cpu->sr[XT_SR_ps] = XT_PS_RESET;
    cpu->sr[XT_SR_windowstart] = 1;
    cpu->sr[XT_SR_vecbase] = UINT32_C(0x40000000);
    cpu->sr[XT_SR_atomctl] = 0x28;
    cpu->sr[XT_SR_prid] = cpu->config.prid;
    cpu->sr[XT_SR_configid0] = UINT32_C(0xc2bcfffe); /* facts 1.1 */
    cpu->sr[XT_SR_configid1] = UINT32_C(0x1cc5fe96);
    cpu->ccount_offset = 0 - (uint32_t)xt_now(cpu);
    cpu->attention = cpu->attention & XT_ATTENTION_STALLED;
    cpu->exit_code = 0;
    cpu->is_break_told = false;
    cpu->nested_exceptions = 0;
    for (unsigned n = 0; n < XT_TIMERS; n++)
        xt_timers_changed(cpu, n, xt_now(cpu));
    xt_perfmon_reset(cpu);
    xt_drop_pages(cpu);
    xt_fetch_reset(cpu);
    xt_arrive(cpu, cpu->config.reset_pc);
    uint32_t lines = cpu->lines;
    cpu->lines = 0;
    xt_set_interrupts(cpu, lines);
    xt_ps_changed(cpu);
}

struct xt_cpu *xt_create(const struct xt_config *config, const struct xt_host *host)
{
    struct xt_cpu *cpu = calloc(1, sizeof *cpu);
    if (!cpu)
        return NULL;
    cpu->config = *config;
    cpu->host = *host;
    cpu->owns_pool = !config->pool;
    cpu->pool = config->pool ? config->pool : xt_pool_create();
    cpu->scratch = malloc(XT_SCRATCH_SIZE);
    if (!cpu->pool || !cpu->scratch) {
        if (cpu->owns_pool)
            xt_pool_destroy(cpu->pool);
        free(cpu->scratch);
        free(cpu);
        return NULL;
    }
    cpu->next_in_pool = cpu->pool->cpus;
    cpu->pool->cpus = cpu;
    xt_reset(cpu);
    return cpu;
}

void xt_destroy(struct xt_cpu *cpu)
{
    if (!cpu)
        return;
    struct xt_cpu **link = &cpu->pool->cpus;
    while (*link != cpu)
        link = &(*link)->next_in_pool;
    *link = cpu->next_in_pool;
    if (cpu->owns_pool)
        xt_pool_destroy(cpu->pool);
    xt_mem_fini(cpu);
    free(cpu->coverage);
    free(cpu->scratch);
    free(cpu);
}

/* --- Running ---------------------------------------------------------------------------------------------------- */

static void trace_state(struct xt_cpu *cpu)
{
    bool is_running = !(cpu->attention & (XT_ATTENTION_WAITING | XT_ATTENTION_STALLED | XT_ATTENTION_DEAD));
    unsigned level = xt_current_level(cpu);
    if (!cpu->trace || !cpu->trace->state)
        return;
    if (cpu->traced_running == is_running && cpu->traced_level == level)
        return;
    cpu->traced_running = is_running;
    cpu->traced_level = level;
    xt_fp_leave(&cpu->fpu);
    cpu->trace->state(cpu->trace->ctx, is_running, level, xt_now(cpu));
}

/* Deals with what asks for attention between two instructions. True: the run ends, *stop says why. */
static bool attend(struct xt_cpu *cpu, enum xt_stop *stop)
{
    if (cpu->attention & XT_ATTENTION_WATCH) {
        xt_unattend(cpu, XT_ATTENTION_WATCH);
        *stop = XT_STOP_WATCHPOINT;
        return true;
    }
    if (cpu->attention & XT_ATTENTION_EXIT) {
        *stop = XT_STOP_EXIT;
        return true;
    }
    if (cpu->attention & (XT_ATTENTION_DEAD | XT_ATTENTION_STALLED)) {
        *stop = XT_STOP_HALTED;
        return true;
    }
    if (cpu->attention & XT_ATTENTION_INTERRUPT) {
        xt_unattend(cpu, XT_ATTENTION_WAITING);
        xt_take_interrupt(cpu);
    }
    *stop = XT_STOP_WAITING;
    return cpu->attention & XT_ATTENTION_WAITING;
}

/* Finds the block for pc and accounts for getting there. False: a fetch exception was raised; try again. */
static bool enter(struct xt_cpu *cpu)
{
    const struct xt_block *block = xt_find_block(cpu);
    if (!block)
        return false;
    if (cpu->is_restored) {
        bool is_same = cpu->restored.resume < block->count &&
                       block->pc + block->ops[cpu->restored.resume].pc_off == cpu->restored.pc;
        if (!is_same) { /* memory is not what it was */
            xt_leave_block(cpu);
            return false;
        }
        cpu->is_restored = false;
        cpu->block = block;
        cpu->resume = cpu->restored.resume;
        return true;
    }
    if (block->is_cached)
        xt_enter_lines(cpu, block);
    cpu->block = block;
    cpu->resume = 0;
    cpu->offset = 0;
    if (!cpu->falls)
        cpu->cycle += block->entry_wait;
    else if (cpu->carry)
        xt_carry_in(cpu, block);
    return true;
}

static bool is_at_breakpoint(struct xt_cpu *cpu)
{
    if (cpu->is_break_told) {
        cpu->is_break_told = false;
        return false;
    }
    uint32_t pc = xt_pc(cpu);
    for (unsigned n = 0; n < cpu->breakpoints; n++)
        if (cpu->breakpoint[n] == pc) {
            cpu->is_break_told = true;
            return true;
        }
    return false;
}

static void trace_control(struct xt_cpu *cpu)
{
    if (!cpu->falls && cpu->resume == 0 && cpu->trace && cpu->trace->control) {
        xt_fp_leave(&cpu->fpu);
        cpu->trace->control(cpu->trace->ctx, cpu->block->pc, xt_now(cpu));
    }
    cpu->falls = true; /* told */
}

/* The fast engine may have it if nothing can happen before the block's end. */
static bool can_run_fast(const struct xt_cpu *cpu)
{
    const struct xt_block *block = cpu->block;
    uint64_t end = cpu->cycle + block->max_cycles;
    return cpu->resume == 0 && !(cpu->attention & XT_ATTENTION_STEP) && !(block->needs & cpu->deny) &&
           end <= cpu->hard && end <= cpu->next_match && block != cpu->scratch;
}

static enum xt_stop run(struct xt_cpu *cpu)
{
    enum xt_stop stop;
    for (;;) {
        xt_timers_due(cpu, xt_now(cpu));
        if (XT_UNLIKELY(cpu->attention)) {
            bool ends = attend(cpu, &stop);
            trace_state(cpu);
            if (ends)
                return stop;
        }
        if (xt_now(cpu) >= cpu->soft || xt_now(cpu) >= cpu->hard)
            return XT_STOP_HORIZON;
        uint64_t before = xt_now(cpu);
        if (!cpu->block && (!enter(cpu) || xt_now(cpu) != before))
            continue;
        if (XT_UNLIKELY(cpu->attention & XT_ATTENTION_TRACE))
            trace_control(cpu);
        if (XT_UNLIKELY(cpu->breakpoints) && is_at_breakpoint(cpu))
            return XT_STOP_BREAKPOINT;
        bool is_fast = can_run_fast(cpu);
        cpu->is_executing = true;
        if (is_fast)
            xt_run_fast(cpu);
        else
            xt_step_op(cpu);
        cpu->is_executing = false;
        if (XT_UNLIKELY(cpu->block == cpu->scratch))
            xt_leave_block(cpu);
    }
}

enum xt_stop xt_run(struct xt_cpu *cpu, uint64_t soft, uint64_t hard)
{
    cpu->soft = soft;
    cpu->hard = hard;
    xt_update_limit(cpu);
    enum xt_stop stop = run(cpu);
    xt_fp_leave(&cpu->fpu);
    return stop;
}

/* Gets ready to execute an instruction. False: *stop says what happened instead. */
static bool prepare_step(struct xt_cpu *cpu, enum xt_stop *stop)
{
    for (;;) {
        uint64_t taken = cpu->stats.interrupts, before = xt_now(cpu);
        xt_timers_due(cpu, before);
        bool ends = cpu->attention && attend(cpu, stop);
        trace_state(cpu);
        if (ends)
            return false;
        *stop = XT_STOP_STEPPED;
        if (cpu->stats.interrupts != taken)
            return false;
        if (cpu->block)
            return true;
        if (!enter(cpu))
            return false;
        if (xt_now(cpu) == before)
            return true;
    }
}

enum xt_stop xt_step(struct xt_cpu *cpu)
{
    enum xt_stop stop;
    cpu->soft = UINT64_MAX;
    cpu->hard = UINT64_MAX;
    cpu->is_break_told = false;
    xt_update_limit(cpu);
    if (!prepare_step(cpu, &stop))
        return stop;
    if (cpu->attention & XT_ATTENTION_TRACE)
        trace_control(cpu);
    cpu->is_executing = true;
    xt_step_op(cpu);
    cpu->is_executing = false;
    if (cpu->block == cpu->scratch)
        xt_leave_block(cpu);
    xt_fp_leave(&cpu->fpu);
    if (cpu->attention & (XT_ATTENTION_WATCH | XT_ATTENTION_EXIT))
        attend(cpu, &stop);
    return stop;
}

void xt_limit(struct xt_cpu *cpu, uint64_t cycle)
{
    cpu->soft = cycle < cpu->soft ? cycle : cpu->soft;
    cpu->hard = cycle < cpu->hard ? cycle : cpu->hard;
    xt_update_limit(cpu);
}

/* --- Time, waiting, stalling ------------------------------------------------------------------------------------ */

uint64_t xt_cycles(const struct xt_cpu *cpu)
{
    return xt_now(cpu);
}

void xt_skip_to(struct xt_cpu *cpu, uint64_t cycle)
{
    uint64_t now = xt_now(cpu);
    if (cycle <= now)
        return;
    cpu->cycle += cycle - now;
    cpu->stats.idle_cycles += cycle - now;
    xt_timers_due(cpu, cycle);
}

void xt_set_stalled(struct xt_cpu *cpu, bool stalled)
{
    if (stalled)
        xt_attend(cpu, XT_ATTENTION_STALLED);
    else
        xt_unattend(cpu, XT_ATTENTION_STALLED);
}

bool xt_is_stalled(const struct xt_cpu *cpu)
{
    return cpu->attention & XT_ATTENTION_STALLED;
}

bool xt_is_waiting(const struct xt_cpu *cpu)
{
    return cpu->attention & XT_ATTENTION_WAITING;
}

uint32_t xt_exit_code(const struct xt_cpu *cpu)
{
    return cpu->exit_code;
}

uint32_t xt_pc(const struct xt_cpu *cpu)
{
    if (cpu->is_restored)
        return cpu->restored.pc;
    return cpu->block ? cpu->block->pc + cpu->block->ops[cpu->resume].pc_off : cpu->pc;
}

void xt_set_pc(struct xt_cpu *cpu, uint32_t pc)
{
    xt_leave_block(cpu);
    xt_arrive(cpu, pc);
    cpu->is_break_told = false;
    cpu->nested_exceptions = 0;
}

uint32_t xt_ps(const struct xt_cpu *cpu)
{
    return cpu->sr[XT_SR_ps];
}

unsigned xt_interrupt_level(const struct xt_cpu *cpu)
{
    return xt_current_level(cpu);
}

void xt_get_stats(const struct xt_cpu *cpu, struct xt_stats *stats)
{
    *stats = cpu->stats;
    stats->instructions = cpu->instructions + (cpu->is_restored ? cpu->restored.resume : cpu->resume);
    stats->stall_cycles = cpu->stall_cycles + (cpu->is_restored ? cpu->restored.stall
                                               : cpu->block     ? cpu->block->ops[cpu->resume].stall
                                                                : 0u);
    stats->blocks_translated = cpu->pool->translated;
}

void xt_set_trace(struct xt_cpu *cpu, const struct xt_trace *trace)
{
    cpu->trace = trace;
    cpu->traced_running = false;
    cpu->traced_level = UINT32_MAX;
    xt_stepping_changed(cpu);
}

const uint64_t *xt_coverage(struct xt_cpu *cpu)
{
    if (!cpu->coverage) {
        cpu->coverage = calloc(ISA_ROWS, sizeof *cpu->coverage);
        xt_stepping_changed(cpu);
    }
    return cpu->coverage;
}
