/* SPDX-License-Identifier: Apache-2.0 */
/* Arithmetic, logic, shifts, moves: Core Architecture, Code Density and the integer options. ISA RM, chapter 6. */
#ifndef VESPER_CPU_ISS_EXEC_CORE_H
#define VESPER_CPU_ISS_EXEC_CORE_H

#include "cpu_iss/exec.h"

#define ALU3(id, expression)                                                                                           \
    XT_EXEC_VOID(id)                                                                                                   \
    {                                                                                                                  \
        uint32_t s = w[op->s], t = w[op->t];                                                                           \
        w[op->r] = (expression);                                                                                       \
    }
/* clang-format off */
ALU3(and_, s & t)
ALU3(or_, s | t)
ALU3(xor_, s ^ t)
ALU3(add, s + t)
ALU3(addx2, (s << 1) + t)
ALU3(addx4, (s << 2) + t)
ALU3(addx8, (s << 3) + t)
ALU3(sub, s - t)
ALU3(subx2, (s << 1) - t)
ALU3(subx4, (s << 2) - t)
ALU3(subx8, (s << 3) - t)
ALU3(add_n, s + t)
ALU3(min_, (int32_t)s < (int32_t)t ? s : t)
ALU3(max_, (int32_t)s > (int32_t)t ? s : t)
ALU3(minu, s < t ? s : t)
ALU3(maxu, s > t ? s : t)
ALU3(mull, s * t)
ALU3(muluh, (uint32_t)((uint64_t)s * t >> 32))
ALU3(mulsh, (uint32_t)((uint64_t)((int64_t)(int32_t)s * (int32_t)t) >> 32))
ALU3(mul16u, (s & 0xffff) * (t & 0xffff))
ALU3(mul16s, (uint32_t)((int32_t)(int16_t)s * (int16_t)t))
/* clang-format on */
#undef ALU3

#define MOVE_IF(id, condition)                                                                                         \
    XT_EXEC_VOID(id)                                                                                                   \
    {                                                                                                                  \
        uint32_t t = w[op->t];                                                                                         \
        if (condition)                                                                                                 \
            w[op->r] = w[op->s];                                                                                       \
    }
MOVE_IF(moveqz, t == 0)
MOVE_IF(movnez, t != 0)
MOVE_IF(movltz, t >> 31)
MOVE_IF(movgez, !(t >> 31))
#undef MOVE_IF

XT_EXEC_VOID(neg)
{
    w[op->r] = 0 - w[op->t];
}

XT_EXEC_VOID(abs_)
{
    uint32_t t = w[op->t];
    w[op->r] = t >> 31 ? 0 - t : t;
}

XT_EXEC_VOID(addi)
{
    w[op->t] = w[op->s] + op->imm;
}

XT_EXEC_VOID(addmi)
{
    w[op->t] = w[op->s] + op->imm;
}

XT_EXEC_VOID(addi_n)
{
    w[op->r] = w[op->s] + op->imm;
}

XT_EXEC_VOID(movi)
{
    w[op->t] = op->imm;
}

XT_EXEC_VOID(movi_n)
{
    w[op->s] = op->imm;
}

XT_EXEC_VOID(mov_n)
{
    w[op->t] = w[op->s];
}

XT_EXEC_VOID(nop)
{
}

XT_EXEC_VOID(nop_n)
{
}

XT_EXEC_VOID(extui)
{
    w[op->r] = w[op->t] >> op->imm & bits_mask(op->k);
}

/* --- Shifts: SAR holds 0..32 ------------------------------------------------------------------------------------ */

XT_EXEC_VOID(ssr)
{
    cpu->sr[XT_SR_sar] = w[op->s] & 31;
}

XT_EXEC_VOID(ssl)
{
    cpu->sr[XT_SR_sar] = 32 - (w[op->s] & 31);
}

XT_EXEC_VOID(ssa8l)
{
    cpu->sr[XT_SR_sar] = (w[op->s] & 3) * 8;
}

XT_EXEC_VOID(ssa8b)
{
    cpu->sr[XT_SR_sar] = 32 - (w[op->s] & 3) * 8;
}

XT_EXEC_VOID(ssai)
{
    cpu->sr[XT_SR_sar] = op->imm;
}

XT_EXEC_VOID(slli)
{
    w[op->r] = op->imm > 31 ? 0 : w[op->s] << op->imm;
}

XT_EXEC_VOID(srli)
{
    w[op->r] = w[op->t] >> op->imm;
}

XT_EXEC_VOID(srai)
{
    w[op->r] = (uint32_t)((int32_t)w[op->t] >> op->imm);
}

/* 64-bit funnel shifts, so that amounts of 32 and, by WSR, up to 63 need no special case. */
XT_EXEC_VOID(src)
{
    uint64_t pair = (uint64_t)w[op->s] << 32 | w[op->t];
    w[op->r] = (uint32_t)(pair >> cpu->sr[XT_SR_sar]);
}

XT_EXEC_VOID(srl)
{
    w[op->r] = (uint32_t)((uint64_t)w[op->t] >> cpu->sr[XT_SR_sar]);
}

XT_EXEC_VOID(sll)
{
    uint64_t pair = (uint64_t)w[op->s] << 32;
    w[op->r] = (uint32_t)(pair >> cpu->sr[XT_SR_sar]);
}

XT_EXEC_VOID(sra)
{
    w[op->r] = (uint32_t)((int64_t)(int32_t)w[op->t] >> cpu->sr[XT_SR_sar]);
}

/* --- Miscellaneous Operations ----------------------------------------------------------------------------------- */

XT_EXEC_VOID(sext)
{
    w[op->r] = (uint32_t)bits_sext(w[op->s], op->imm + 1);
}

XT_EXEC_VOID(clamps)
{
    int32_t limit = (int32_t)(UINT32_C(1) << op->imm), s = (int32_t)w[op->s];
    w[op->r] = (uint32_t)(s < -limit ? -limit : s > limit - 1 ? limit - 1 : s);
}

XT_EXEC_VOID(nsau)
{
    w[op->t] = w[op->s] ? (uint32_t)__builtin_clz(w[op->s]) : 32;
}

XT_EXEC_VOID(nsa)
{
    uint32_t s = w[op->s], magnitude = s >> 31 ? ~s : s;
    w[op->t] = magnitude ? (uint32_t)__builtin_clz(magnitude) - 1 : 31;
}

/* --- 32-bit Integer Divide -------------------------------------------------------------------------------------- */

/* Small operands take 2 cycles, large ones up to 13 (facts 6.1, data-dependent). The shape in between is not public:
 * one step for three quotient bits is assumed. The table has the 2. */
static inline void xt_divide_time(struct xt_cpu *cpu, uint32_t dividend, uint32_t divisor)
{
    int bits = __builtin_clz(divisor) - __builtin_clz(dividend | 1) + 1;
    if (bits > 1)
        cpu->cycle += ((unsigned)bits + 1) / 3;
}

static inline uint32_t xt_magnitude(uint32_t value)
{
    return value >> 31 ? 0 - value : value;
}

#define DIVIDE(id, unsigned_s, unsigned_t, result)                                                                     \
    XT_EXEC_BOOL(id)                                                                                                   \
    {                                                                                                                  \
        uint32_t s = w[op->s], t = w[op->t];                                                                           \
        if (XT_UNLIKELY(t == 0)) {                                                                                     \
            xt_raise(cpu, op, XT_CAUSE_DIVIDE_BY_ZERO);                                                                \
            return false;                                                                                              \
        }                                                                                                              \
        xt_divide_time(cpu, unsigned_s, unsigned_t);                                                                   \
        w[op->r] = (result);                                                                                           \
        return true;                                                                                                   \
    }
DIVIDE(quou, s, t, s / t)
DIVIDE(remu, s, t, s % t)
/* -2^31 / -1 is -2^31, remainder 0, without a trap. */
DIVIDE(quos, xt_magnitude(s), xt_magnitude(t), t == UINT32_MAX ? 0 - s : (uint32_t)((int32_t)s / (int32_t)t))
DIVIDE(rems, xt_magnitude(s), xt_magnitude(t), t == UINT32_MAX ? 0 : (uint32_t)((int32_t)s % (int32_t)t))
#undef DIVIDE

/* --- Boolean Option --------------------------------------------------------------------------------------------- */

#define BOOLEAN3(id, expression)                                                                                       \
    XT_EXEC_VOID(id)                                                                                                   \
    {                                                                                                                  \
        bool s = xt_br(cpu, op->s), t = xt_br(cpu, op->t);                                                             \
        xt_set_br(cpu, op->r, (expression));                                                                           \
    }
BOOLEAN3(andb, s &&t)
BOOLEAN3(andbc, s && !t)
BOOLEAN3(orb, s || t)
BOOLEAN3(orbc, s || !t)
BOOLEAN3(xorb, s != t)
#undef BOOLEAN3

#define BOOLEAN_GROUP(id, mask, expression)                                                                            \
    XT_EXEC_VOID(id)                                                                                                   \
    {                                                                                                                  \
        uint32_t group = cpu->sr[XT_SR_br] >> op->s & (mask);                                                          \
        xt_set_br(cpu, op->t, (expression));                                                                           \
    }
BOOLEAN_GROUP(any4, 0xf, group != 0)
BOOLEAN_GROUP(all4, 0xf, group == 0xf)
BOOLEAN_GROUP(any8, 0xff, group != 0)
BOOLEAN_GROUP(all8, 0xff, group == 0xff)
#undef BOOLEAN_GROUP

XT_EXEC_VOID(movf)
{
    if (!xt_br(cpu, op->t))
        w[op->r] = w[op->s];
}

XT_EXEC_VOID(movt)
{
    if (xt_br(cpu, op->t))
        w[op->r] = w[op->s];
}

#endif
