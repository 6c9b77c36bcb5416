/* SPDX-License-Identifier: Apache-2.0 */
/* Branches, jumps, calls without windows, and zero-overhead loops. ISA RM, chapter 6; sections 4.3.2 (loops). */
#ifndef VESPER_CPU_ISS_EXEC_BRANCH_H
#define VESPER_CPU_ISS_EXEC_BRANCH_H

#include "cpu_iss/exec.h"

/* s, t: registers; k: the constant. */
#define BRANCH_IF(id, condition)                                                                                       \
    XT_EXEC_BOOL(id)                                                                                                   \
    {                                                                                                                  \
        uint32_t s = w[op->s], t = w[op->t], k = op->k;                                                                \
        (void)t;                                                                                                       \
        (void)k;                                                                                                       \
        return (condition);                                                                                            \
    }
/* clang-format off */
BRANCH_IF(beqz, s == 0)
BRANCH_IF(bnez, s != 0)
BRANCH_IF(bltz, s >> 31)
BRANCH_IF(bgez, !(s >> 31))
BRANCH_IF(beqz_n, s == 0)
BRANCH_IF(bnez_n, s != 0)
BRANCH_IF(beqi, s == k)
BRANCH_IF(bnei, s != k)
BRANCH_IF(blti, (int32_t)s < (int32_t)k)
BRANCH_IF(bgei, (int32_t)s >= (int32_t)k)
BRANCH_IF(bltui, s < k)
BRANCH_IF(bgeui, s >= k)
BRANCH_IF(beq, s == t)
BRANCH_IF(bne, s != t)
BRANCH_IF(blt, (int32_t)s < (int32_t)t)
BRANCH_IF(bge, (int32_t)s >= (int32_t)t)
BRANCH_IF(bltu, s < t)
BRANCH_IF(bgeu, s >= t)
BRANCH_IF(bany, (s & t) != 0)
BRANCH_IF(bnone, (s & t) == 0)
BRANCH_IF(ball, (~s & t) == 0)
BRANCH_IF(bnall, (~s & t) != 0)
BRANCH_IF(bbc, !(s >> (t & 31) & 1))
BRANCH_IF(bbs, s >> (t & 31) & 1)
BRANCH_IF(bbci, !(s >> k & 1))
BRANCH_IF(bbsi, s >> k & 1)
/* clang-format on */
#undef BRANCH_IF

XT_EXEC_BOOL(bf)
{
    return !xt_br(cpu, op->s);
}

XT_EXEC_BOOL(bt)
{
    return xt_br(cpu, op->s);
}

XT_EXEC_BOOL(j)
{
    cpu->pc = op->imm;
    return true;
}

XT_EXEC_BOOL(jx)
{
    cpu->pc = w[op->s];
    return true;
}

XT_EXEC_BOOL(call0)
{
    w[0] = xt_op_next_pc(cpu, op);
    cpu->pc = op->imm;
    return true;
}

XT_EXEC_BOOL(callx0)
{
    uint32_t target = w[op->s];
    w[0] = xt_op_next_pc(cpu, op);
    cpu->pc = target;
    return true;
}

XT_EXEC_BOOL(ret)
{
    cpu->pc = w[0];
    return true;
}

XT_EXEC_BOOL(ret_n)
{
    cpu->pc = w[0];
    return true;
}

/* A loop of zero rounds: LOOP does 2^32 of them, the others skip the body. */
static inline bool xt_loop(struct xt_cpu *cpu, const struct xt_op *op, uint32_t count, bool skips)
{
    cpu->cycle += !skips && count != 1 ? XT_COST_LOOP_BACK : 0;
    cpu->sr[XT_SR_lcount] = count - 1;
    cpu->sr[XT_SR_lbeg] = xt_op_next_pc(cpu, op);
    if (XT_UNLIKELY(cpu->sr[XT_SR_lend] != op->imm))
        xt_loop_end_is(cpu, op->imm);
    return skips;
}

XT_EXEC_BOOL(loop)
{
    return xt_loop(cpu, op, w[op->s], false);
}

XT_EXEC_BOOL(loopnez)
{
    return xt_loop(cpu, op, w[op->s], w[op->s] == 0);
}

XT_EXEC_BOOL(loopgtz)
{
    return xt_loop(cpu, op, w[op->s], (int32_t)w[op->s] <= 0);
}

#endif
