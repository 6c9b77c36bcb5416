/* SPDX-License-Identifier: Apache-2.0 */
/* The LX6's single-precision floating-point unit, as functions on bit patterns; it knows no instruction words and no
 * core. Operands are named as in the assembler: fr destination (and accumulator), fs and ft sources.
 *
 * What it computes
 *   IEEE 754 binary32 with subnormals, all four rounding modes of FCR.RM, sticky flags in FSR, no traps. A NaN operand
 *   wins in the order fr, ft, fs and comes out quiet with its payload and sign; a NaN made by the operation is
 *   0x7fc00000. A signalling NaN raises Invalid. Tininess is detected after rounding.
 *   Sources: Xtensa ISA Reference Manual, Floating-Point Coprocessor Option (FCR, FSR, conversions); NaN order, flags
 *   and the step instructions as measured on silicon by the lightplayer project (PhotomancerArt/lightplayer, ADR
 *   2026-07-31 and lp-xt-emu/tests/fixtures/fp/captures: ESP32-S3, and the ESP32 itself for arithmetic), compared with
 *   Debian's qemu-system-xtensa -cpu de233_fpu.
 *
 * How the flags get into FSR
 *   On x86-64, add, sub, mul, madd and msub are the host's SSE instructions, which gather flags in MXCSR. The first of
 *   them takes MXCSR over for the guest (xt_fp_enter) and xt_fp_leave gives it back and folds the flags into FSR. The
 *   core must call xt_fp_leave before anything else computes with floating point on this host thread: before a bus
 *   access outside its own memory, a callback, and the end of a run. It costs a compare when nothing was taken over.
 *   All other operations, and all of them on other hosts, are integer code (fp_soft.h) and write FSR at once. Both ways
 *   give the same bits; the host's NaN rules never show. */
#ifndef VESPER_CPU_ISS_FP_H
#define VESPER_CPU_ISS_FP_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* FCR: bits 1..0 rounding mode, bits 6..2 exception enables V Z O U I (stored; this core has no FP exceptions).
 * FSR: bits 11..7 sticky flags. Unlisted bits read as zero. */
#define XT_FCR_RM_MASK UINT32_C(0x3)
#define XT_FCR_MASK UINT32_C(0x7f)
#define XT_FSR_MASK UINT32_C(0xf80)

enum xt_fp_flag { /* as in FSR */
                  XT_FP_INEXACT = 0x080,
                  XT_FP_UNDERFLOW = 0x100,
                  XT_FP_OVERFLOW = 0x200,
                  XT_FP_DIVIDE_BY_ZERO = 0x400,
                  XT_FP_INVALID = 0x800
};

enum xt_fp_rounding { /* as in FCR.RM */
                      XT_FP_NEAREST_EVEN = 0,
                      XT_FP_TOWARD_ZERO = 1,
                      XT_FP_UPWARD = 2,
                      XT_FP_DOWNWARD = 3
};

#define XT_FP_DEFAULT_NAN UINT32_C(0x7fc00000)
#define XT_FP_INFINITY UINT32_C(0x7f800000)
#define XT_FP_SIGN UINT32_C(0x80000000)

struct xt_fpu {
    uint32_t f[16];
    uint32_t fcr;          /* read it here; write it with xt_fp_set_fcr */
    uint32_t fsr;          /* without what the host still holds: use xt_fp_fsr */
    uint32_t host_control; /* the host's own MXCSR while the guest has it */
    bool is_entered;
};

void xt_fp_reset(struct xt_fpu *fpu);
uint32_t xt_fp_fsr(struct xt_fpu *fpu);
void xt_fp_set_fsr(struct xt_fpu *fpu, uint32_t value);
void xt_fp_set_fcr(struct xt_fpu *fpu, uint32_t value);

/* See the head of this file. xt_fp_enter is called by the operations that need it. */
void xt_fp_enter_host(struct xt_fpu *fpu);
void xt_fp_leave_host(struct xt_fpu *fpu);

static inline void xt_fp_enter(struct xt_fpu *fpu)
{
    if (__builtin_expect(!fpu->is_entered, 0))
        xt_fp_enter_host(fpu);
}

static inline void xt_fp_leave(struct xt_fpu *fpu)
{
    /* clang's analyzer believes that a core may be NULL. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    if (__builtin_expect(fpu->is_entered, 0))
        xt_fp_leave_host(fpu);
}

static inline bool xt_fp_is_nan(uint32_t bits)
{
    return (bits & 0x7fffffff) > XT_FP_INFINITY;
}

static inline bool xt_fp_is_signalling(uint32_t bits)
{
    return xt_fp_is_nan(bits) && !(bits & 0x00400000);
}

/* ADD.S, SUB.S, MUL.S. The _soft forms are the same operations in integer code: the whole truth on hosts without SSE,
 * the reference in tests. */
uint32_t xt_fp_add_soft(struct xt_fpu *fpu, uint32_t fs, uint32_t ft);
uint32_t xt_fp_sub_soft(struct xt_fpu *fpu, uint32_t fs, uint32_t ft);
uint32_t xt_fp_mul_soft(struct xt_fpu *fpu, uint32_t fs, uint32_t ft);
/* MADD.S: fr + fs * ft, MSUB.S: fr - fs * ft, rounded once. */
uint32_t xt_fp_madd_soft(struct xt_fpu *fpu, uint32_t fr, uint32_t fs, uint32_t ft);
uint32_t xt_fp_msub_soft(struct xt_fpu *fpu, uint32_t fr, uint32_t fs, uint32_t ft);

/* MADDN.S: fr + fs * ft to nearest whatever FCR.RM says, and no flags. (That it ignores FCR.RM is inferred: it was
 * measured with RM = 0 only, and the division sequences need it for directed rounding.) */
uint32_t xt_fp_maddn_soft(uint32_t fr, uint32_t fs, uint32_t ft);

/* The NaN that comes out when fs or ft is one, or neither (then the operation made it). */
uint32_t xt_fp_pick_nan2(uint32_t fs, uint32_t ft);

#if defined(__x86_64__) && !defined(XT_FP_NO_HOST)
#define XT_FP_ON_HOST 1

/* The instructions themselves, volatile so that none is folded, merged or moved across a change of MXCSR. */
#define XT_FP_HOST2(name, instruction)                                                                                 \
    static inline uint32_t xt_fp_host_##name(uint32_t left, uint32_t right)                                            \
    {                                                                                                                  \
        float x, y;                                                                                                    \
        memcpy(&x, &left, sizeof x);                                                                                   \
        memcpy(&y, &right, sizeof y);                                                                                  \
        __asm__ volatile(instruction " %1, %0" : "+x"(x) : "x"(y));                                                    \
        memcpy(&left, &x, sizeof left);                                                                                \
        return left;                                                                                                   \
    }
XT_FP_HOST2(add, "addss")
XT_FP_HOST2(sub, "subss")
XT_FP_HOST2(mul, "mulss")
#undef XT_FP_HOST2

#define XT_FP_ARITHMETIC2(name)                                                                                        \
    static inline uint32_t xt_fp_##name(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)                                  \
    {                                                                                                                  \
        xt_fp_enter(fpu);                                                                                              \
        uint32_t result = xt_fp_host_##name(fs, ft);                                                                   \
        return __builtin_expect(xt_fp_is_nan(result), 0) ? xt_fp_pick_nan2(fs, ft) : result;                           \
    }
XT_FP_ARITHMETIC2(add)
XT_FP_ARITHMETIC2(sub)
XT_FP_ARITHMETIC2(mul)
#undef XT_FP_ARITHMETIC2

/* fr + fs * ft without a fused instruction: the product of two floats is exact in double, so only the addition and the
 * narrowing round. Rounding twice gives the wrong float only if the double lies exactly between two floats, or if the
 * float is subnormal and so has fewer bits: those are left to the integer code (false), and so are NaNs. A double that
 * was rounded to zero does not exist here, since products are above 2^-299. No flag can be raised in vain: what is
 * inexact, invalid or, after narrowing, out of range would be so with one rounding too. The double's exponent field
 * must be below `end`. */
static inline bool xt_fp_host_multiply_add(uint32_t *fr, uint32_t fs, uint32_t ft, unsigned end)
{
    enum { MIN_NORMAL = 1023 - 126 };
    float accumulator, left, right, result;
    double product, factor, sum;
    uint64_t bits;
    memcpy(&accumulator, fr, sizeof *fr);
    memcpy(&left, &fs, sizeof fs);
    memcpy(&right, &ft, sizeof ft);
    __asm__ volatile("cvtss2sd %1, %0" : "=x"(product) : "x"(left));
    __asm__ volatile("cvtss2sd %1, %0" : "=x"(factor) : "x"(right));
    __asm__ volatile("cvtss2sd %1, %0" : "=x"(sum) : "x"(accumulator));
    __asm__ volatile("mulsd %1, %0" : "+x"(product) : "x"(factor));
    __asm__ volatile("addsd %1, %0" : "+x"(sum) : "x"(product));
    memcpy(&bits, &sum, sizeof bits);
    unsigned exponent = (unsigned)(bits >> 52) & 0x7ff;
    bool is_safe = exponent - MIN_NORMAL < end - MIN_NORMAL && (bits & 0x1fffffff) != 0x10000000;
    if (__builtin_expect(!is_safe && bits << 1 != 0, 0))
        return false;
    __asm__ volatile("cvtsd2ss %1, %0" : "=x"(result) : "x"(sum));
    memcpy(fr, &result, sizeof *fr);
    return true;
}

static inline uint32_t xt_fp_madd(struct xt_fpu *fpu, uint32_t fr, uint32_t fs, uint32_t ft)
{
    uint32_t result = fr;
    xt_fp_enter(fpu);
    bool is_done = xt_fp_host_multiply_add(&result, fs, ft, 0x7ff);
    return __builtin_expect(is_done, 1) ? result : xt_fp_madd_soft(fpu, fr, fs, ft);
}

/* Folds the host's flags if need be. */
bool xt_fp_fold_inexact(struct xt_fpu *fpu);

static inline bool xt_fp_is_inexact_set(struct xt_fpu *fpu)
{
    return __builtin_expect(fpu->fsr & XT_FP_INEXACT, 1) || xt_fp_fold_inexact(fpu);
}

/* Inexact is the only flag that finite operands and a result within range can raise. So if it is set already, as it is
 * for good in nearly every program, the host may compute what must not raise any. */

static inline uint32_t xt_fp_maddn(struct xt_fpu *fpu, uint32_t fr, uint32_t fs, uint32_t ft)
{
    enum { MAX_NORMAL = 1023 + 127 }; /* excluded, since it might round up to infinity */
    uint32_t result = fr;
    bool is_finite = (~fr & XT_FP_INFINITY) && (~fs & XT_FP_INFINITY) && (~ft & XT_FP_INFINITY);
    bool is_quiet = is_finite && !(fpu->fcr & XT_FCR_RM_MASK) && xt_fp_is_inexact_set(fpu);
    if (__builtin_expect(is_quiet, 1)) {
        xt_fp_enter(fpu);
        if (__builtin_expect(xt_fp_host_multiply_add(&result, fs, ft, MAX_NORMAL), 1))
            return result;
    }
    return xt_fp_maddn_soft(fr, fs, ft);
}

static inline uint32_t xt_fp_msub(struct xt_fpu *fpu, uint32_t fr, uint32_t fs, uint32_t ft)
{
    if (__builtin_expect(xt_fp_is_nan(fs), 0)) /* a NaN keeps its sign */
        return xt_fp_msub_soft(fpu, fr, fs, ft);
    return xt_fp_madd(fpu, fr, fs ^ XT_FP_SIGN, ft);
}
#else
#define XT_FP_ON_HOST 0
#define xt_fp_add xt_fp_add_soft
#define xt_fp_sub xt_fp_sub_soft
#define xt_fp_mul xt_fp_mul_soft
#define xt_fp_madd xt_fp_madd_soft
#define xt_fp_msub xt_fp_msub_soft
static inline uint32_t xt_fp_maddn(struct xt_fpu *fpu, uint32_t fr, uint32_t fs, uint32_t ft)
{
    (void)fpu;
    return xt_fp_maddn_soft(fr, fs, ft);
}
#endif

/* ABS.S, NEG.S touch the sign alone, of a NaN too; MOV.S, RFR, WFR, LSI, SSI and the conditional moves just move bits.
 */
static inline uint32_t xt_fp_abs(uint32_t fs)
{
    return fs & ~XT_FP_SIGN;
}

static inline uint32_t xt_fp_neg(uint32_t fs)
{
    return fs ^ XT_FP_SIGN;
}

/* CONST.S: 0, 1, 2 or 1/2; only the two low bits of the immediate count. */
uint32_t xt_fp_const(unsigned immediate);

/* Comparisons. All raise Invalid for a signalling NaN, the ordered less-than ones for any NaN. */
bool xt_fp_un(struct xt_fpu *fpu, uint32_t fs, uint32_t ft);
bool xt_fp_oeq(struct xt_fpu *fpu, uint32_t fs, uint32_t ft);
bool xt_fp_ueq(struct xt_fpu *fpu, uint32_t fs, uint32_t ft);
bool xt_fp_olt(struct xt_fpu *fpu, uint32_t fs, uint32_t ft);
bool xt_fp_ult(struct xt_fpu *fpu, uint32_t fs, uint32_t ft);
bool xt_fp_ole(struct xt_fpu *fpu, uint32_t fs, uint32_t ft);
bool xt_fp_ule(struct xt_fpu *fpu, uint32_t fs, uint32_t ft);

/* FLOAT.S, UFLOAT.S: the integer times 2^-scale, rounded by FCR.RM. scale 0..15. */
uint32_t xt_fp_float(struct xt_fpu *fpu, uint32_t as, unsigned scale);
uint32_t xt_fp_ufloat(struct xt_fpu *fpu, uint32_t as, unsigned scale);

/* fs times 2^scale as a signed integer: ROUND.S to nearest even, TRUNC.S toward zero, FLOOR.S down, CEIL.S up. Out of
 * range gives the nearest representable, a NaN 0x7fffffff, both with Invalid alone. (QEMU adds Overflow and Inexact
 * when the scale leaves binary32; the captures have no such operand.) */
uint32_t xt_fp_round(struct xt_fpu *fpu, uint32_t fs, unsigned scale);
uint32_t xt_fp_trunc(struct xt_fpu *fpu, uint32_t fs, unsigned scale);
uint32_t xt_fp_floor(struct xt_fpu *fpu, uint32_t fs, unsigned scale);
uint32_t xt_fp_ceil(struct xt_fpu *fpu, uint32_t fs, unsigned scale);
/* UTRUNC.S: too large and NaN give 0xffffffff; a negative number of -1 or below gives what TRUNC.S gives, with Invalid.
 * The ISA RM has 0x80000000 for all negatives; silicon does this (ADR named above, section 4). */
uint32_t xt_fp_utrunc(struct xt_fpu *fpu, uint32_t fs, unsigned scale);

/* The steps from which division, square root and their reciprocals are built; see fp_steps.c. */
uint32_t xt_fp_recip0(struct xt_fpu *fpu, uint32_t fs);
uint32_t xt_fp_rsqrt0(struct xt_fpu *fpu, uint32_t fs);
uint32_t xt_fp_div0(uint32_t fs);
uint32_t xt_fp_sqrt0(uint32_t fs);
uint32_t xt_fp_nexp01(uint32_t fs);
uint32_t xt_fp_mkdadj(struct xt_fpu *fpu, uint32_t fr, uint32_t fs);
uint32_t xt_fp_mksadj(struct xt_fpu *fpu, uint32_t fs);
uint32_t xt_fp_addexp(uint32_t fr, uint32_t fs);
uint32_t xt_fp_addexpm(uint32_t fr, uint32_t fs);
uint32_t xt_fp_divn(struct xt_fpu *fpu, uint32_t fr, uint32_t fs, uint32_t ft);

#ifdef __cplusplus
}
#endif
#endif
