/* SPDX-License-Identifier: Apache-2.0 */
/* Floating point between registers (its loads and stores are in exec_mem.h), the double-precision accelerator, and
 * EXPSTATE. What the operations compute: fp.h, f64.h. */
#ifndef VESPER_CPU_ISS_EXEC_FP_H
#define VESPER_CPU_ISS_EXEC_FP_H

#include "cpu_iss/exec.h"
#include "cpu_iss/f64.h"
#include "cpu_iss/fp.h"

/* --- Floating-Point Coprocessor --------------------------------------------------------------------------------- */

/* fr from fr, fs, ft and the unit. */
#define FP_OP(id, expression)                                                                                          \
    XT_EXEC_VOID(id)                                                                                                   \
    {                                                                                                                  \
        struct xt_fpu *fpu = &cpu->fpu;                                                                                \
        uint32_t *f = fpu->f;                                                                                          \
        f[op->r] = (expression);                                                                                       \
    }
FP_OP(add_s, xt_fp_add(fpu, f[op->s], f[op->t]))
FP_OP(sub_s, xt_fp_sub(fpu, f[op->s], f[op->t]))
FP_OP(mul_s, xt_fp_mul(fpu, f[op->s], f[op->t]))
FP_OP(madd_s, xt_fp_madd(fpu, f[op->r], f[op->s], f[op->t]))
FP_OP(msub_s, xt_fp_msub(fpu, f[op->r], f[op->s], f[op->t]))
FP_OP(maddn_s, xt_fp_maddn(fpu, f[op->r], f[op->s], f[op->t]))
FP_OP(divn_s, xt_fp_divn(fpu, f[op->r], f[op->s], f[op->t]))
FP_OP(mov_s, f[op->s])
FP_OP(abs_s, xt_fp_abs(f[op->s]))
FP_OP(neg_s, xt_fp_neg(f[op->s]))
FP_OP(const_s, xt_fp_const(op->imm))
FP_OP(div0_s, xt_fp_div0(f[op->s]))
FP_OP(recip0_s, xt_fp_recip0(fpu, f[op->s]))
FP_OP(sqrt0_s, xt_fp_sqrt0(f[op->s]))
FP_OP(rsqrt0_s, xt_fp_rsqrt0(fpu, f[op->s]))
FP_OP(nexp01_s, xt_fp_nexp01(f[op->s]))
FP_OP(mksadj_s, xt_fp_mksadj(fpu, f[op->s]))
FP_OP(mkdadj_s, xt_fp_mkdadj(fpu, f[op->r], f[op->s]))
FP_OP(addexp_s, xt_fp_addexp(f[op->r], f[op->s]))
FP_OP(addexpm_s, xt_fp_addexpm(f[op->r], f[op->s]))
FP_OP(wfr, w[op->s])
FP_OP(float_s, xt_fp_float(fpu, w[op->s], op->imm))
FP_OP(ufloat_s, xt_fp_ufloat(fpu, w[op->s], op->imm))
FP_OP(moveqz_s, w[op->t] == 0 ? f[op->s] : f[op->r])
FP_OP(movnez_s, w[op->t] != 0 ? f[op->s] : f[op->r])
FP_OP(movltz_s, w[op->t] >> 31 ? f[op->s] : f[op->r])
FP_OP(movgez_s, w[op->t] >> 31 ? f[op->r] : f[op->s])
FP_OP(movf_s, xt_br(cpu, op->t) ? f[op->r] : f[op->s])
FP_OP(movt_s, xt_br(cpu, op->t) ? f[op->s] : f[op->r])
#undef FP_OP

/* ar from fs. */
#define FP_TO_AR(id, expression)                                                                                       \
    XT_EXEC_VOID(id)                                                                                                   \
    {                                                                                                                  \
        struct xt_fpu *fpu = &cpu->fpu;                                                                                \
        uint32_t s = fpu->f[op->s];                                                                                    \
        w[op->r] = (expression);                                                                                       \
    }
FP_TO_AR(rfr, s)
FP_TO_AR(round_s, xt_fp_round(fpu, s, op->imm))
FP_TO_AR(trunc_s, xt_fp_trunc(fpu, s, op->imm))
FP_TO_AR(floor_s, xt_fp_floor(fpu, s, op->imm))
FP_TO_AR(ceil_s, xt_fp_ceil(fpu, s, op->imm))
FP_TO_AR(utrunc_s, xt_fp_utrunc(fpu, s, op->imm))
#undef FP_TO_AR

#define FP_COMPARE(id)                                                                                                 \
    XT_EXEC_VOID(id##_s)                                                                                               \
    {                                                                                                                  \
        struct xt_fpu *fpu = &cpu->fpu;                                                                                \
        xt_set_br(cpu, op->r, xt_fp_##id(fpu, fpu->f[op->s], fpu->f[op->t]));                                          \
    }
FP_COMPARE(un)
FP_COMPARE(oeq)
FP_COMPARE(ueq)
FP_COMPARE(olt)
FP_COMPARE(ult)
FP_COMPARE(ole)
FP_COMPARE(ule)
#undef FP_COMPARE

/* --- Double-precision accelerator ------------------------------------------------------------------------------- */

/* F64R and F64S are user registers, and plain words to RUR and WUR. */
static inline struct xt_f64 xt_f64_state(const struct xt_cpu *cpu)
{
    return (struct xt_f64){.r_lo = cpu->ur[XT_UR_f64r_lo], .r_hi = cpu->ur[XT_UR_f64r_hi], .s = cpu->ur[XT_UR_f64s]};
}

static inline void xt_set_f64_state(struct xt_cpu *cpu, struct xt_f64 f64)
{
    cpu->ur[XT_UR_f64r_lo] = f64.r_lo;
    cpu->ur[XT_UR_f64r_hi] = f64.r_hi;
    cpu->ur[XT_UR_f64s] = f64.s;
}

#define F64_OP(id, statement)                                                                                          \
    XT_EXEC_VOID(id)                                                                                                   \
    {                                                                                                                  \
        struct xt_f64 f64 = xt_f64_state(cpu);                                                                         \
        statement;                                                                                                     \
        xt_set_f64_state(cpu, f64);                                                                                    \
    }
F64_OP(f64iter, w[op->r] = xt_f64_iter(&f64, w[op->r], w[op->s], w[op->t], op->imm, op->k))
F64_OP(f64rnd, w[op->r] = xt_f64_rnd(&f64, w[op->s], w[op->t], op->imm))
F64_OP(f64addc, w[op->t] = xt_f64_addc(&f64, w[op->t], w[op->s], op->imm, op->k))
F64_OP(f64subc, w[op->t] = xt_f64_subc(&f64, w[op->t], w[op->s], op->imm, op->k))
F64_OP(f64cmpl, w[op->r] = xt_f64_cmpl(&f64, w[op->s], w[op->t]))
F64_OP(f64cmph, w[op->r] = xt_f64_cmph(&f64, w[op->s], w[op->t], op->imm, &cpu->sr[XT_SR_sar]))
F64_OP(f64norm, w[op->r] = xt_f64_norm(&f64, w[op->s], w[op->t], op->imm, &cpu->sr[XT_SR_sar]))
F64_OP(wf64r, xt_f64_write(&f64, w[op->s], w[op->t], op->imm))
#undef F64_OP

XT_EXEC_VOID(f64sig)
{
    w[op->t] = xt_f64_sig(w[op->s]);
}

XT_EXEC_VOID(f64sexp)
{
    w[op->r] = xt_f64_sexp(w[op->s], w[op->t]);
}

XT_EXEC_VOID(rf64r)
{
    struct xt_f64 f64 = xt_f64_state(cpu);
    w[op->t] = xt_f64_read(&f64, op->imm);
}

/* --- Exported state and import wires ---------------------------------------------------------------------------- */

/* The ESP32 leaves the import wires open as far as is published: they read 0. The meaning of the operands is read from
 * the names, and from WR_MASK_GPIO_OUT of the ESP32-S2, which has the same form: at value, as mask [inferred]. */
XT_EXEC_VOID(read_impwire)
{
    w[op->t] = 0;
}

XT_EXEC_BOOL(setb_expstate)
{
    cpu->ur[XT_UR_expstate] |= UINT32_C(1) << op->imm;
    return true;
}

XT_EXEC_BOOL(clrb_expstate)
{
    cpu->ur[XT_UR_expstate] &= ~(UINT32_C(1) << op->imm);
    return true;
}

XT_EXEC_BOOL(wrmsk_expstate)
{
    uint32_t mask = w[op->s];
    cpu->ur[XT_UR_expstate] = (cpu->ur[XT_UR_expstate] & ~mask) | (w[op->t] & mask);
    return true;
}

#endif
