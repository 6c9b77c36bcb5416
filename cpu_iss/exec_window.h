/* SPDX-License-Identifier: Apache-2.0 */
/* Windowed Register Option: calls, ENTRY, RETW, MOVSP, and what the overflow and underflow handlers use. ISA RM,
 * section 4.7.1 and chapter 6. */
#ifndef VESPER_CPU_ISS_EXEC_WINDOW_H
#define VESPER_CPU_ISS_EXEC_WINDOW_H

#include "cpu_iss/exec_mem.h"

/* The callee's a0 has the window increment in the bits that the call does not change in the PC. */
static inline bool xt_call(struct xt_cpu *cpu, uint32_t *w, const struct xt_op *op, uint32_t quads, uint32_t target)
{
    w[4 * quads] = quads << 30 | (xt_op_next_pc(cpu, op) & UINT32_C(0x3fffffff));
    cpu->sr[XT_SR_ps] = (cpu->sr[XT_SR_ps] & ~XT_PS_CALLINC) | quads << XT_PS_CALLINC_LSB;
    cpu->pc = target;
    return true;
}

#define CALLS(quads, id, idx)                                                                                          \
    XT_EXEC_BOOL(id)                                                                                                   \
    {                                                                                                                  \
        return xt_call(cpu, w, op, quads, op->imm);                                                                    \
    }                                                                                                                  \
    XT_EXEC_BOOL(idx)                                                                                                  \
    {                                                                                                                  \
        return xt_call(cpu, w, op, quads, w[op->s]);                                                                   \
    }
CALLS(1, call4, callx4)
CALLS(2, call8, callx8)
CALLS(3, call12, callx12)
#undef CALLS

static inline bool xt_windows_are_on(const struct xt_cpu *cpu)
{
    return (cpu->sr[XT_SR_ps] & (XT_PS_WOE | XT_PS_EXCM)) == XT_PS_WOE;
}

XT_EXEC_BOOL(entry)
{
    uint32_t quads = (cpu->sr[XT_SR_ps] & XT_PS_CALLINC) >> XT_PS_CALLINC_LSB;
    if (XT_UNLIKELY(!xt_windows_are_on(cpu) || op->s > 3)) {
        xt_raise(cpu, op, XT_CAUSE_ILLEGAL);
        return false;
    }
    if (XT_UNLIKELY(quads && cpu->deny & XT_NEEDS_QUAD1 << (quads - 1))) {
        xt_raise_overflow(cpu, op, quads);
        return false;
    }
    uint32_t stack = w[op->s] - op->imm;
    uint32_t base = (cpu->sr[XT_SR_windowbase] + quads) & 15;
    xt_rotate(cpu, base);
    cpu->w[op->s] = stack;
    cpu->sr[XT_SR_windowstart] |= UINT32_C(1) << base;
    xt_windows_changed(cpu);
    return true;
}

/* How far back the nearest window before the present one starts, up to 3; 0: none is that near. */
static inline unsigned xt_nearest_window_back(const struct xt_cpu *cpu)
{
    uint32_t back = xt_windows_ahead(cpu) >> 13; /* bit 2: one quad back, bit 0: three */
    return back & 4 ? 1 : back & 2 ? 2 : back & 1 ? 3 : 0;
}

static inline bool xt_return_window(struct xt_cpu *cpu, uint32_t *w, const struct xt_op *op)
{
    uint32_t quads = w[0] >> 30, old = cpu->sr[XT_SR_windowbase];
    unsigned nearest = xt_nearest_window_back(cpu);
    if (XT_UNLIKELY(quads == 0 || (nearest != 0 && nearest != quads) || !xt_windows_are_on(cpu))) {
        xt_raise(cpu, op, XT_CAUSE_ILLEGAL);
        return false;
    }
    if (XT_UNLIKELY(nearest == 0)) {
        xt_raise_underflow(cpu, op, quads);
        return false;
    }
    cpu->pc = (xt_op_pc(cpu, op) & UINT32_C(0xc0000000)) | (w[0] & UINT32_C(0x3fffffff));
    cpu->sr[XT_SR_windowstart] &= ~(UINT32_C(1) << old);
    xt_rotate(cpu, (old - quads) & 15);
    xt_windows_changed(cpu);
    return true;
}

XT_EXEC_BOOL(retw)
{
    return xt_return_window(cpu, w, op);
}

XT_EXEC_BOOL(retw_n)
{
    return xt_return_window(cpu, w, op);
}

XT_EXEC_BOOL(movsp)
{
    if (XT_UNLIKELY(xt_nearest_window_back(cpu) == 0)) {
        xt_raise(cpu, op, XT_CAUSE_ALLOCA);
        return false;
    }
    w[op->t] = w[op->s];
    return true;
}

XT_EXEC_BOOL(rotw)
{
    xt_rotate(cpu, (cpu->sr[XT_SR_windowbase] + op->imm) & 15);
    xt_windows_changed(cpu);
    return true;
}

/* Returns from the handlers: the window is handed over and the interrupted instruction starts again. */
static inline bool xt_return_from_window_handler(struct xt_cpu *cpu, const struct xt_op *op)
{
    uint32_t ps = cpu->sr[XT_SR_ps];
    xt_retire(cpu, op, op->cost);
    cpu->sr[XT_SR_ps] = ps & ~XT_PS_EXCM;
    xt_rotate(cpu, (ps & XT_PS_OWB) >> XT_PS_OWB_LSB);
    xt_ps_changed(cpu);
    xt_arrive(cpu, cpu->sr[XT_SR_epc1]);
    return false;
}

XT_EXEC_BOOL(rfwo)
{
    cpu->sr[XT_SR_windowstart] &= ~(UINT32_C(1) << cpu->sr[XT_SR_windowbase]);
    return xt_return_from_window_handler(cpu, op);
}

XT_EXEC_BOOL(rfwu)
{
    cpu->sr[XT_SR_windowstart] |= UINT32_C(1) << cpu->sr[XT_SR_windowbase];
    return xt_return_from_window_handler(cpu, op);
}

/* L32E, S32E access memory with the rights of PS.RING even in exception mode. Rings have no rights of their own under
 * region protection, so they are plain accesses. */
XT_EXEC_BOOL(l32e)
{
    uint32_t value;
    enum xt_done done = xt_load32(cpu, op, w[op->s] + op->imm, &value);
    if (XT_UNLIKELY(done == XT_FAULT))
        return false;
    w[op->t] = value;
    return done == XT_DONE;
}

XT_EXEC_BOOL(s32e)
{
    return xt_store32(cpu, op, w[op->s] + op->imm, w[op->t]) == XT_DONE;
}

#endif
