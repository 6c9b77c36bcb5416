/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions of architecture XEA2. ISA RM, sections 4.4.1 (exceptions), 4.7.1 (windows), 4.7.6 (debug); facts 1.4. */
#include <inttypes.h>

#include "cpu_iss/engine.h"

/* A core that takes one exception after the other without ever executing an instruction will do so for good: a vector
 * that cannot be fetched, a double exception vector that faults at once. */
static void count_nesting(struct xt_cpu *cpu, enum xt_cause cause, uint32_t pc, uint32_t address)
{
    if (cpu->instructions != cpu->nested_at) {
        cpu->nested_at = cpu->instructions;
        cpu->nested_exceptions = 0;
    }
    if (++cpu->nested_exceptions < XT_NESTED_EXCEPTIONS)
        return;
    xt_attend(cpu, XT_ATTENTION_DEAD);
    log_at(cpu->host.log, LOG_GUEST, LOG_ERROR, clock_time(cpu->host.clock, cpu->cycle), cpu->host.name,
           "exceptions without end: cause %d at pc 0x%08" PRIx32 ", address 0x%08" PRIx32 ", vectors at 0x%08" PRIx32
           "; the core is halted",
           cause, pc, address, cpu->sr[XT_SR_vecbase]);
}

static void trace_exception(struct xt_cpu *cpu, unsigned cause, uint32_t pc, uint32_t address)
{
    if (cpu->trace && cpu->trace->exception) {
        xt_fp_leave(&cpu->fpu);
        cpu->trace->exception(cpu->trace->ctx, cause, pc, address, cpu->cycle);
    }
}

static void enter_vector(struct xt_cpu *cpu, enum xt_vector vector, unsigned cost)
{
    cpu->cycle += cost;
    xt_arrive(cpu, cpu->sr[XT_SR_vecbase] + vector);
    xt_ps_changed(cpu);
}

/* The general exception: user, kernel or double vector. pc is the instruction's own, and the core is between blocks or
 * has given up the block. */
static void raise_general(struct xt_cpu *cpu, enum xt_cause cause, uint32_t pc, uint32_t address)
{
    uint32_t ps = cpu->sr[XT_SR_ps];
    enum xt_vector vector = ps & XT_PS_UM ? XT_VECTOR_USER : XT_VECTOR_KERNEL;
    cpu->sr[XT_SR_exccause] = cause;
    if (ps & XT_PS_EXCM) {
        cpu->sr[XT_SR_depc] = pc;
        vector = XT_VECTOR_DOUBLE;
    } else {
        cpu->sr[XT_SR_epc1] = pc;
    }
    cpu->sr[XT_SR_ps] = ps | XT_PS_EXCM;
    if (cause != XT_CAUSE_LEVEL1_INTERRUPT) {
        cpu->stats.exceptions++;
        count_nesting(cpu, cause, pc, address);
    }
    trace_exception(cpu, cause, pc, address);
    enter_vector(cpu, vector, XT_COST_EXCEPTION);
}

void xt_raise(struct xt_cpu *cpu, const struct xt_op *op, enum xt_cause cause)
{
    uint32_t pc = xt_op_pc(cpu, op);
    xt_abandon(cpu, op);
    raise_general(cpu, cause, pc, cpu->sr[XT_SR_excvaddr]);
}

void xt_raise_address(struct xt_cpu *cpu, const struct xt_op *op, enum xt_cause cause, uint32_t address)
{
    cpu->sr[XT_SR_excvaddr] = address;
    xt_raise(cpu, op, cause);
}

void xt_raise_fetch(struct xt_cpu *cpu, enum xt_cause cause, uint32_t address)
{
    cpu->sr[XT_SR_excvaddr] = address;
    raise_general(cpu, cause, cpu->pc, address);
}

bool xt_debug_is_open(const struct xt_cpu *cpu)
{
    return xt_current_level(cpu) < XT_DEBUG_LEVEL;
}

void xt_raise_debug(struct xt_cpu *cpu, const struct xt_op *op, uint32_t cause)
{
    uint32_t pc = xt_op_pc(cpu, op), ps = cpu->sr[XT_SR_ps];
    xt_abandon(cpu, op);
    cpu->sr[XT_SR_epc1 + XT_DEBUG_LEVEL - 1] = pc;
    cpu->sr[XT_SR_eps2 + XT_DEBUG_LEVEL - 2] = ps;
    cpu->sr[XT_SR_debugcause] = cause;
    cpu->sr[XT_SR_ps] = (ps & ~XT_PS_INTLEVEL) | XT_PS_EXCM | XT_DEBUG_LEVEL;
    cpu->stats.exceptions++;
    trace_exception(cpu, 64 + XT_DEBUG_LEVEL, pc, 0);
    enter_vector(cpu, XT_VECTOR_LEVEL2 + 0x40 * (XT_DEBUG_LEVEL - 2), XT_COST_EXCEPTION);
}

void xt_raise_interrupt(struct xt_cpu *cpu, unsigned level)
{
    uint32_t pc = cpu->pc, ps = cpu->sr[XT_SR_ps];
    if (level == 1) {
        raise_general(cpu, XT_CAUSE_LEVEL1_INTERRUPT, pc, 0);
        return;
    }
    cpu->sr[XT_SR_epc1 + level - 1] = pc;
    cpu->sr[XT_SR_eps2 + level - 2] = ps;
    cpu->sr[XT_SR_ps] = (ps & ~XT_PS_INTLEVEL) | XT_PS_EXCM | level;
    trace_exception(cpu, 64 + level, pc, 0);
    enter_vector(cpu, XT_VECTOR_LEVEL2 + 0x40 * (level - 2), XT_COST_EXCEPTION);
}

static void raise_window(struct xt_cpu *cpu, const struct xt_op *op, uint32_t base, enum xt_vector vector)
{
    uint32_t pc = xt_op_pc(cpu, op), ps = cpu->sr[XT_SR_ps];
    xt_abandon(cpu, op);
    cpu->sr[XT_SR_epc1] = pc;
    cpu->sr[XT_SR_ps] = (ps & ~XT_PS_OWB) | XT_PS_EXCM | cpu->sr[XT_SR_windowbase] << XT_PS_OWB_LSB;
    xt_rotate(cpu, base);
    enter_vector(cpu, vector, XT_COST_WINDOW);
}

/* The handler saves the nearest window ahead; how much of it there is to save depends on where the next one starts. */
void xt_raise_overflow(struct xt_cpu *cpu, const struct xt_op *op, unsigned quads)
{
    uint32_t ahead = xt_windows_ahead(cpu);
    unsigned distance = 1;
    while (distance < quads && !(ahead >> distance & 1))
        distance++;
    uint32_t beyond = ahead >> distance;
    enum xt_vector vector = beyond & 2 ? XT_VECTOR_OVERFLOW4 : beyond & 4 ? XT_VECTOR_OVERFLOW8 : XT_VECTOR_OVERFLOW12;
    cpu->stats.window_overflows++;
    raise_window(cpu, op, (cpu->sr[XT_SR_windowbase] + distance) & 15, vector);
}

/* The handler fills the caller's window, whose size is in its return address. */
void xt_raise_underflow(struct xt_cpu *cpu, const struct xt_op *op, unsigned quads)
{
    static const enum xt_vector vector[] = {0, XT_VECTOR_UNDERFLOW4, XT_VECTOR_UNDERFLOW8, XT_VECTOR_UNDERFLOW12};
    cpu->stats.window_underflows++;
    raise_window(cpu, op, (cpu->sr[XT_SR_windowbase] - quads) & 15, vector[quads]);
}

/* ISA RM, order of exceptions of one instruction: privilege, then windows, then the coprocessor. */
void xt_raise_denied(struct xt_cpu *cpu, const struct xt_op *op)
{
    unsigned denied = op->needs & cpu->deny;
    if (denied & XT_NEEDS_RING0)
        xt_raise(cpu, op, XT_CAUSE_PRIVILEGED);
    else if (denied & XT_NEEDS_WINDOW)
        xt_raise_overflow(cpu, op, denied & XT_NEEDS_QUAD3 ? 3 : denied & XT_NEEDS_QUAD2 ? 2 : 1);
    else
        xt_raise(cpu, op, XT_CAUSE_COPROCESSOR0);
}
