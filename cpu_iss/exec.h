/* SPDX-License-Identifier: Apache-2.0 */
/* What instructions do: one function exec_<id> for each row of isa/lx6.def, in the exec_*.h by option. Both engines are
 * made of these, and a JIT would call those that it does not compile.
 *
 *   static inline void exec_<id>(struct xt_cpu *cpu, uint32_t *w, const struct xt_op *op)    kinds ALU, PLAIN
 *   static inline bool exec_<id>(struct xt_cpu *cpu, uint32_t *w, const struct xt_op *op)    all other kinds
 *
 * w[n] is register an; registers are op->r, s, t (mw in r, mx in x, my in t) and numbers op->imm and op->k (block.h).
 * The registers that the instruction names may be used: windows, coprocessor and ring were checked. What the functions
 * return, by kind:
 *
 *   TRAP LOAD STORE ATOMIC TIMED ENTRY   true: go on with the next op; false: the block was left
 *   BRANCH LOOP                  true: control goes to op->imm
 *   JUMP CALL RETURN             true: control goes to cpu->pc; false: an exception was raised
 *   SYSTEM                       true: go on behind the instruction, in a new block; false: the block was left
 */
#ifndef VESPER_CPU_ISS_EXEC_H
#define VESPER_CPU_ISS_EXEC_H

#include "cpu_iss/engine.h"

/* A few rows have no use for one of their arguments. */
#define XT_EXEC_VOID(id)                                                                                               \
    static inline void exec_##id(__attribute__((unused)) struct xt_cpu *cpu, __attribute__((unused)) uint32_t *w,      \
                                 __attribute__((unused)) const struct xt_op *op)
#define XT_EXEC_BOOL(id)                                                                                               \
    static inline bool exec_##id(__attribute__((unused)) struct xt_cpu *cpu, __attribute__((unused)) uint32_t *w,      \
                                 __attribute__((unused)) const struct xt_op *op)

/* Booleans are bits of BR. */
static inline bool xt_br(const struct xt_cpu *cpu, unsigned n)
{
    return cpu->sr[XT_SR_br] >> n & 1;
}

static inline void xt_set_br(struct xt_cpu *cpu, unsigned n, bool value)
{
    cpu->sr[XT_SR_br] = (cpu->sr[XT_SR_br] & ~(UINT32_C(1) << n)) | (uint32_t)value << n;
}

#endif
