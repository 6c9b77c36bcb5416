/* SPDX-License-Identifier: Apache-2.0 */
/* The LX6's double-precision accelerator: integer instructions on AR pairs that shorten software arithmetic on doubles,
 * with a 64-bit work register F64R and a status register F64S.
 *
 * What is known, and how
 *   Encodings, operands in and out, and which of F64R, F64S, SAR each instruction reads and writes: the core
 *   description that Espressif publishes (xtensa-modules). Names and numbers of the operations of F64CMPH, modes of
 *   F64RND, operators of F64ITER, and every bit of F64S: Tensilica's dfpemu_fp.h, as found in public copies of the
 *   ESP32's headers. Use of F64CMPL and F64CMPH for comparing: Cadence's dfpemu_cmp_inline.h (MIT).
 * What is not
 *   No manual describes the instructions, and no published code uses them: not the ROM's libgcc (rev 3), nor libgcc of
 *   GCC 14.2 in an ESP-IDF 5.5 image (both searched). So comparing is certain; all else below marked [inferred] is the
 *   plain reading of those names that makes correct software arithmetic possible. tests/isa/f64_test.cpp has it: sum,
 *   difference, product, quotient and root, correctly rounded. */
#ifndef VESPER_CPU_ISS_F64_H
#define VESPER_CPU_ISS_F64_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xt_f64 {
    uint32_t r_lo, r_hi; /* F64R */
    uint32_t s;          /* F64S */
};

/* F64S. Between F64CMPL and F64CMPH, CARRY0 and A_LARGER compare the low words, A_ZERO and B_ZERO say that one is zero
 * [inferred]. After F64CMPH with XT_F64_TEST the low six bits class the operands, else bits 10..0 are an exponent. */
enum xt_f64_status {
    XT_F64_A_ZERO = 1 << 0,
    XT_F64_B_ZERO = 1 << 1,
    XT_F64_A_INFINITE = 1 << 2,
    XT_F64_B_INFINITE = 1 << 3,
    XT_F64_A_NAN = 1 << 4,
    XT_F64_B_NAN = 1 << 5,
    XT_F64_EXPONENT = 0x7ff,
    XT_F64_SIGN = 1 << 11,        /* of the result */
    XT_F64_A_SUBNORMAL = 1 << 12, /* the operand */
    XT_F64_B_SUBNORMAL = 1 << 13,
    XT_F64_RETURN_A = 1 << 14, /* the result is A: B is zero or too small to matter */
    XT_F64_RETURN_B = 1 << 15, /* the result is B with the sign in XT_F64_SIGN */
    XT_F64_A_LARGER = 1 << 16, /* in magnitude */
    XT_F64_SUBTRACT = 1 << 17, /* magnitudes are to be subtracted */
    XT_F64_CARRY0 = 1 << 18,
    XT_F64_CARRY1 = 1 << 19,
    XT_F64_NEAR = 1 << 20,          /* subtraction of exponents at most one apart: may cancel */
    XT_F64_LONG_PRE = 1 << 21,      /* sum: alignment by 32 or more */
    XT_F64_SUBNORMAL_OUT = 1 << 21, /* product: the result may be subnormal */
    XT_F64_LONG_POST = 1 << 22,     /* F64NORM: by 32 or more */
    XT_F64_MAY_UNDERFLOW = 1 << 22, /* quotient */
    XT_F64_MAKE_ZERO = 1 << 27,     /* the result, which F64RND makes */
    XT_F64_MAKE_INFINITY = 1 << 28,
    XT_F64_MAKE_NAN = 1 << 29,
    XT_F64_SIMPLEX = 1 << 30 /* one of these three */
};
#define XT_F64_COMPLEX UINT32_C(0x80000000) /* the plain course does not apply: see the other bits */

enum xt_f64_operation { /* of F64CMPH */
                        XT_F64_SUB,
                        XT_F64_MUL,
                        XT_F64_SQRT,
                        XT_F64_DIV,
                        XT_F64_ADD,
                        XT_F64_LT,
                        XT_F64_LE,
                        XT_F64_EQ,
                        XT_F64_GT,
                        XT_F64_GE,
                        XT_F64_NE,
                        XT_F64_TEST
};

enum xt_f64_rounding {                    /* of F64RND */
                       XT_F64_SHIFT_DOWN, /* by one, exponent as it is */
                       XT_F64_SEEK,       /* leading bit within one place, exponent follows */
                       XT_F64_ROUND_ONLY
};

enum xt_f64_iteration { XT_F64_ROOT_LOW, XT_F64_ROOT_HIGH, XT_F64_DIVIDE }; /* of F64ITER */

/* Begins with the low words of A (as) and B (at); the result is their difference [inferred]. */
uint32_t xt_f64_cmpl(struct xt_f64 *f64, uint32_t as, uint32_t at);

/* Goes on with the high words. Comparisons: 1 or 0, IEEE's answer (a NaN is not equal to anything). Others [inferred]:
 * the new F64S, whose sign bit XT_F64_COMPLEX a branch can test; F64R becomes 0; *sar is by how much the smaller
 * operand of a sum must be shifted right, modulo 32, or 1 for a root of a number with an odd exponent. Operations
 * 12..15: as TEST. */
uint32_t xt_f64_cmph(struct xt_f64 *f64, uint32_t as, uint32_t at, unsigned operation, uint32_t *sar);

/* The significand's high word: fraction and, unless the number is subnormal or zero, the hidden bit 20 [inferred]. */
uint32_t xt_f64_sig(uint32_t as);

/* The high word as with exponent field at [inferred]. */
uint32_t xt_f64_sexp(uint32_t as, uint32_t at);

/* at plus or minus as and a carry, which is CARRY0 or CARRY1 by `carry`, left there for the next word. Bit 0 of `zero`:
 * no carry comes in; bit 1: as counts as zero [inferred]. */
uint32_t xt_f64_addc(struct xt_f64 *f64, uint32_t at, uint32_t as, unsigned zero, unsigned carry);
uint32_t xt_f64_subc(struct xt_f64 *f64, uint32_t at, uint32_t as, unsigned zero, unsigned carry);

/* The significand as:at shifted left until bit 52 leads, but not below the least exponent: mode 0 its high word, mode 1
 * its low word, and the exponent in F64S is lowered. *sar is the shift modulo 32 [inferred]. */
uint32_t xt_f64_norm(struct xt_f64 *f64, uint32_t as, uint32_t at, unsigned mode, uint32_t *sar);

/* Rounds the significand as:at, behind whose point F64R goes on, to nearest even; packs it with F64S's sign and
 * exponent into F64R and gives the high word. MAKE_ZERO, MAKE_INFINITY, MAKE_NAN override [inferred]. */
uint32_t xt_f64_rnd(struct xt_f64 *f64, uint32_t as, uint32_t at, unsigned mode);

/* One step of a restoring recurrence on the remainder F64R, which then doubles unless is_last [inferred].
 *   DIVIDE     divisor as:at; the next quotient bit goes into ar from the right
 *   ROOT_HIGH  root ar:as, bit at of the high word is tried and may be added to ar
 *   ROOT_LOW   root as:ar, the same for the low word */
uint32_t xt_f64_iter(struct xt_f64 *f64, uint32_t ar, uint32_t as, uint32_t at, unsigned operation, unsigned is_last);

/* RF64R: the high or low word. WF64R: both, as high and at low, or exchanged if `is_exchanged` [inferred]. */
uint32_t xt_f64_read(const struct xt_f64 *f64, unsigned is_high);
void xt_f64_write(struct xt_f64 *f64, uint32_t as, uint32_t at, unsigned is_exchanged);

#ifdef __cplusplus
}
#endif
#endif
