/* SPDX-License-Identifier: Apache-2.0 */
/* Special, user and external registers, synchronisation, exceptions, interrupts, debug, region protection. ISA RM,
 * chapters 4 to 6. */
#ifndef VESPER_CPU_ISS_EXEC_SPECIAL_H
#define VESPER_CPU_ISS_EXEC_SPECIAL_H

#include "cpu_iss/exec.h"

/* --- RSR, WSR, XSR: made from the list of registers -------------------------------------------------------------- */

/* ACCHI has eight bits and a sign. */
static inline void xt_sr_set_acchi(struct xt_cpu *cpu, uint32_t value)
{
    cpu->sr[XT_SR_acchi] = (uint32_t)bits_sext(value, 8);
}

static inline void xt_sr_store(struct xt_cpu *cpu, unsigned number, uint32_t mask, uint32_t value)
{
    cpu->sr[number] = (cpu->sr[number] & ~mask) | (value & mask);
}

#define RSR_PLAIN(id, mask)                                                                                            \
    XT_EXEC_VOID(rsr_##id)                                                                                             \
    {                                                                                                                  \
        w[op->t] = cpu->sr[XT_SR_##id];                                                                                \
    }
#define RSR_TIMED(id, mask)                                                                                            \
    XT_EXEC_BOOL(rsr_##id)                                                                                             \
    {                                                                                                                  \
        w[op->t] = xt_sr_get(cpu, XT_SR_##id, xt_op_now(cpu, op));                                                     \
        return true;                                                                                                   \
    }
#define WSR_PLAIN(id, mask)                                                                                            \
    XT_EXEC_VOID(wsr_##id)                                                                                             \
    {                                                                                                                  \
        xt_sr_store(cpu, XT_SR_##id, mask, w[op->t]);                                                                  \
    }
#define WSR_ALU(id, mask)                                                                                              \
    XT_EXEC_VOID(wsr_##id)                                                                                             \
    {                                                                                                                  \
        xt_sr_set_##id(cpu, w[op->t]);                                                                                 \
    }
#define WSR_SYSTEM(id, mask)                                                                                           \
    XT_EXEC_BOOL(wsr_##id)                                                                                             \
    {                                                                                                                  \
        xt_sr_set(cpu, XT_SR_##id, w[op->t], xt_op_now(cpu, op));                                                      \
        return true;                                                                                                   \
    }
#define XSR_PLAIN(id, mask)                                                                                            \
    XT_EXEC_VOID(xsr_##id)                                                                                             \
    {                                                                                                                  \
        uint32_t value = w[op->t];                                                                                     \
        w[op->t] = cpu->sr[XT_SR_##id];                                                                                \
        xt_sr_store(cpu, XT_SR_##id, mask, value);                                                                     \
    }
#define XSR_ALU(id, mask)                                                                                              \
    XT_EXEC_VOID(xsr_##id)                                                                                             \
    {                                                                                                                  \
        uint32_t value = w[op->t];                                                                                     \
        w[op->t] = cpu->sr[XT_SR_##id];                                                                                \
        xt_sr_set_##id(cpu, value);                                                                                    \
    }
/* The register is written before the setter, which may turn the window. */
#define XSR_SYSTEM(id, mask)                                                                                           \
    XT_EXEC_BOOL(xsr_##id)                                                                                             \
    {                                                                                                                  \
        uint32_t value = w[op->t];                                                                                     \
        w[op->t] = xt_sr_get(cpu, XT_SR_##id, xt_op_now(cpu, op));                                                     \
        xt_sr_set(cpu, XT_SR_##id, value, xt_op_now(cpu, op));                                                         \
        return true;                                                                                                   \
    }
#define SR_RWX(n, id, option, mask, get, set) RSR_##get(id, mask) WSR_##set(id, mask) XSR_##set(id, mask)
#define SR_RW(n, id, option, mask, get, set) RSR_##get(id, mask) WSR_##set(id, mask)
#define SR_R(n, id, option, mask, get, set) RSR_##get(id, mask)
#define SR_W(n, id, option, mask, get, set) WSR_##set(id, mask)
#include "cpu_iss/isa/lx6_sr.def"
#undef RSR_PLAIN
#undef RSR_TIMED
#undef WSR_PLAIN
#undef WSR_ALU
#undef WSR_SYSTEM
#undef XSR_PLAIN
#undef XSR_ALU
#undef XSR_SYSTEM

/* --- RUR, WUR --------------------------------------------------------------------------------------------------- */

static inline uint32_t xt_ur_get_fcr(struct xt_cpu *cpu)
{
    return cpu->fpu.fcr;
}

static inline void xt_ur_set_fcr(struct xt_cpu *cpu, uint32_t value)
{
    xt_fp_set_fcr(&cpu->fpu, value);
}

static inline uint32_t xt_ur_get_fsr(struct xt_cpu *cpu)
{
    return xt_fp_fsr(&cpu->fpu);
}

static inline void xt_ur_set_fsr(struct xt_cpu *cpu, uint32_t value)
{
    xt_fp_set_fsr(&cpu->fpu, value);
}

#define RUR_PLAIN(id) w[op->r] = cpu->ur[XT_UR_##id]
#define RUR_ALU(id) w[op->r] = xt_ur_get_##id(cpu)
#define WUR_PLAIN(id) cpu->ur[XT_UR_##id] = w[op->t]
#define WUR_ALU(id) xt_ur_set_##id(cpu, w[op->t])
#define UR(n, id, option, mask, get, set)                                                                              \
    XT_EXEC_VOID(rur_##id)                                                                                             \
    {                                                                                                                  \
        RUR_##get(id);                                                                                                 \
    }                                                                                                                  \
    XT_EXEC_VOID(wur_##id)                                                                                             \
    {                                                                                                                  \
        WUR_##set(id);                                                                                                 \
    }
#include "cpu_iss/isa/lx6_ur.def"
#undef RUR_PLAIN
#undef RUR_ALU
#undef WUR_PLAIN
#undef WUR_ALU

/* --- External registers ----------------------------------------------------------------------------------------- */

XT_EXEC_BOOL(rer)
{
    xt_begin_call(cpu, op);
    uint32_t value = xt_external_read(cpu, w[op->s]);
    xt_end_call(cpu);
    w[op->t] = value;
    return true;
}

XT_EXEC_BOOL(wer)
{
    xt_begin_call(cpu, op);
    xt_external_write(cpu, w[op->s], w[op->t]);
    xt_end_call(cpu);
    return true;
}

/* --- Synchronisation: instructions take effect in order, so there is nothing left to do ------------------------- */

XT_EXEC_BOOL(isync)
{
    return true;
}

XT_EXEC_BOOL(rsync)
{
    return true;
}

XT_EXEC_VOID(esync)
{
}

XT_EXEC_VOID(dsync)
{
}

XT_EXEC_VOID(excw)
{
}

/* --- Exceptions and interrupts ---------------------------------------------------------------------------------- */

/* ILL, SYSCALL, and what needs the debug unit's stopped state, which a running core is not in. */
#define RAISES(id, cause)                                                                                              \
    XT_EXEC_BOOL(id)                                                                                                   \
    {                                                                                                                  \
        xt_raise(cpu, op, cause);                                                                                      \
        return false;                                                                                                  \
    }
RAISES(ill, XT_CAUSE_ILLEGAL)
RAISES(ill_n, XT_CAUSE_ILLEGAL)
RAISES(syscall, XT_CAUSE_SYSCALL)
RAISES(rfdo, XT_CAUSE_ILLEGAL)
RAISES(rfdd, XT_CAUSE_ILLEGAL)
RAISES(lddr32_p, XT_CAUSE_ILLEGAL)
RAISES(sddr32_p, XT_CAUSE_ILLEGAL)
#undef RAISES

static inline bool xt_break(struct xt_cpu *cpu, const struct xt_op *op, uint32_t cause)
{
    if (!xt_debug_is_open(cpu))
        return true;
    xt_raise_debug(cpu, op, cause);
    return false;
}

XT_EXEC_BOOL(break_)
{
    return xt_break(cpu, op, XT_DEBUG_BREAK);
}

XT_EXEC_BOOL(break_n)
{
    return xt_break(cpu, op, XT_DEBUG_BREAK_N);
}

/* Goes on at pc with another PS. */
static inline bool xt_resume_with(struct xt_cpu *cpu, const struct xt_op *op, uint32_t pc, uint32_t ps)
{
    xt_retire(cpu, op, op->cost);
    xt_arrive(cpu, pc);
    cpu->sr[XT_SR_ps] = ps;
    xt_ps_changed(cpu);
    return false;
}

XT_EXEC_BOOL(rfe)
{
    return xt_resume_with(cpu, op, cpu->sr[XT_SR_epc1], cpu->sr[XT_SR_ps] & ~XT_PS_EXCM);
}

XT_EXEC_BOOL(rfde)
{
    return xt_resume_with(cpu, op, cpu->sr[XT_SR_depc], cpu->sr[XT_SR_ps]);
}

XT_EXEC_BOOL(rfi)
{
    if (op->imm < 2 || op->imm > 7) {
        xt_raise(cpu, op, XT_CAUSE_ILLEGAL);
        return false;
    }
    return xt_resume_with(cpu, op, cpu->sr[XT_SR_epc1 + op->imm - 1], cpu->sr[XT_SR_eps2 + op->imm - 2]);
}

static inline void xt_set_level(struct xt_cpu *cpu, uint32_t level)
{
    cpu->sr[XT_SR_ps] = (cpu->sr[XT_SR_ps] & ~XT_PS_INTLEVEL) | level;
    xt_ps_changed(cpu);
}

XT_EXEC_BOOL(rsil)
{
    w[op->t] = cpu->sr[XT_SR_ps];
    xt_set_level(cpu, op->imm);
    return true;
}

XT_EXEC_BOOL(waiti)
{
    xt_set_level(cpu, op->imm);
    xt_attend(cpu, XT_ATTENTION_WAITING);
    return true;
}

/* Semihosting as Tensilica's simulator has it: a2 is the call, 1 is exit with the code in a3. */
XT_EXEC_BOOL(simcall)
{
    enum { SIMCALL_EXIT = 1 };
    if (!cpu->host.simcall)
        return true;
    const uint32_t argument[4] = {w[2], w[3], w[4], w[5]};
    if (argument[0] == SIMCALL_EXIT) {
        cpu->exit_code = argument[1];
        xt_attend(cpu, XT_ATTENTION_EXIT);
        return true;
    }
    uint32_t result = 0, error = 0;
    xt_begin_call(cpu, op);
    bool is_served = cpu->host.simcall(cpu->host.ctx, argument, &result, &error);
    xt_end_call(cpu);
    if (is_served) {
        w[2] = result;
        w[3] = error;
    }
    return true;
}

/* --- Region protection: eight regions of 512 MB, mapped to themselves. ISA RM, section 4.6.3 --------------------- */

enum { XT_REGION_LSB = 29 };
#define XT_REGION_MASK UINT32_C(0xe0000000)

#define READ_TLB(id, value)                                                                                            \
    XT_EXEC_BOOL(id)                                                                                                   \
    {                                                                                                                  \
        uint32_t address = w[op->s], region = address >> XT_REGION_LSB;                                                \
        (void)region;                                                                                                  \
        w[op->t] = (value);                                                                                            \
        return true;                                                                                                   \
    }
READ_TLB(ritlb0, address &XT_REGION_MASK)
READ_TLB(rdtlb0, address &XT_REGION_MASK)
READ_TLB(ritlb1, (address & XT_REGION_MASK) | cpu->fetch_attribute[region])
READ_TLB(rdtlb1, (address & XT_REGION_MASK) | cpu->data_attribute[region])
/* Probing finds every address, in the one entry of its region. */
READ_TLB(pitlb, (address & XT_REGION_MASK) | 1)
READ_TLB(pdtlb, (address & XT_REGION_MASK) | 1)
#undef READ_TLB

XT_EXEC_BOOL(witlb)
{
    cpu->fetch_attribute[w[op->s] >> XT_REGION_LSB] = w[op->t] & 15;
    xt_drop_blocks(cpu);
    return true;
}

XT_EXEC_BOOL(wdtlb)
{
    cpu->data_attribute[w[op->s] >> XT_REGION_LSB] = w[op->t] & 15;
    xt_drop_pages(cpu);
    return true;
}

/* The entries are always valid: nothing to invalidate. */
XT_EXEC_BOOL(iitlb)
{
    return true;
}

XT_EXEC_BOOL(idtlb)
{
    return true;
}

#endif
