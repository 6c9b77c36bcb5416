/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of division and square root. LX6 has neither instruction; libgcc and newlib compose them:
 *
 *   estimate   RECIP0.S, RSQRT0.S of the number itself; DIV0.S, SQRT0.S of the number brought into [1, 4)
 *   refine     NEXP01.S brings an operand into [1, 4) and negates it; MADDN.S iterates without touching flags
 *   scale      MKDADJ.S, MKSADJ.S compute what NEXP01.S took away, or that the result is 0, infinite or a NaN, and
 *              raise the flags that only the operands decide (Divide-by-zero, Invalid); ADDEXPM.S and ADDEXP.S lay
 *              that into the exponents of quotient and reciprocal
 *   finish     DIVN.S adds quotient + remainder * reciprocal, applies the scale, rounds once
 *
 * The scale A is a 10-bit number, since two binary32 exponents differ by up to 553 when subnormal. It travels as two
 * 5-bit halves, each times 8 in the exponent of a float: the factor 8 keeps them apart from the small exponents -3..4
 * that quotient and reciprocal have of their own. Codes 384..391 are no scale but a result: bit 2 NaN, bit 1 infinity,
 * bit 0 sign.
 *
 * Sources: the ISA RM of 2011 has none of these. Estimates: all bits of 60 exhaustive sweeps (2^23 fractions each) of
 * lightplayer's captures/tables.txt. The rest: every rule below was read from captures/helpers2.txt (12,401 rows);
 * what those rows leave open is said where it arises. The same registers as Max Filippov's account of NEXP01.S,
 * MKDADJ.S and DIV0.S in an early Xtensa QEMU (BSD), where they overlap. */
#include "cpu_iss/fp.h"

#include "cpu_iss/fp_soft.h"

enum { BIAS = 127, FRACTION_BITS = 23 };

/* The three ROMs hold the result's leading eight bits, the mean of the function at both ends of the interval that the
 * index stands for, rounded: 1/x over 128 intervals of [1, 2), 1/sqrt(x) over 64 of [1, 2) and 64 of [2, 4). One entry
 * does not follow: the last reciprocal is 129, not 128. */
static const uint8_t reciprocals[128] = {
    255, 253, 251, 249, 247, 245, 244, 242, 240, 238, 237, 235, 233, 232, 230, 228, 227, 225, 224, 222, 221, 219,
    218, 216, 215, 213, 212, 211, 209, 208, 207, 205, 204, 203, 202, 200, 199, 198, 197, 196, 194, 193, 192, 191,
    190, 189, 188, 187, 186, 185, 184, 183, 182, 181, 180, 179, 178, 177, 176, 175, 174, 173, 172, 171, 170, 169,
    168, 168, 167, 166, 165, 164, 163, 163, 162, 161, 160, 159, 159, 158, 157, 156, 156, 155, 154, 153, 153, 152,
    151, 151, 150, 149, 149, 148, 147, 147, 146, 145, 145, 144, 143, 143, 142, 142, 141, 140, 140, 139, 139, 138,
    137, 137, 136, 136, 135, 135, 134, 133, 133, 132, 132, 131, 131, 130, 130, 129, 129, 129};

/* [0] of [1, 2), [1] of [2, 4). */
static const uint8_t reciprocal_roots[2][64] = {
    {255, 253, 251, 249, 247, 246, 244, 242, 241, 239, 237, 236, 234, 233, 231, 230, 228, 227, 225, 224, 223, 221,
     220, 219, 218, 216, 215, 214, 213, 212, 211, 210, 208, 207, 206, 205, 204, 203, 202, 201, 200, 199, 198, 198,
     197, 196, 195, 194, 193, 192, 191, 191, 190, 189, 188, 187, 187, 186, 185, 184, 184, 183, 182, 181},
    {180, 179, 178, 176, 175, 174, 172, 171, 170, 169, 168, 167, 166, 165, 163, 162, 161, 160, 159, 158, 158, 157,
     156, 155, 154, 153, 152, 151, 151, 150, 149, 148, 147, 147, 146, 145, 144, 144, 143, 142, 142, 141, 140, 140,
     139, 138, 138, 137, 137, 136, 135, 135, 134, 134, 133, 132, 132, 131, 131, 130, 130, 129, 129, 128}};

/* A number's exponent and fraction, subnormals normalized: exponent down to -149. Field 255 counts as 128; a zero as
 * 1.0, of which NEXP01.S and DIV0.S make ordinary numbers. */
struct parts {
    int exponent;
    uint32_t fraction; /* 23 bits */
};

static struct parts split(uint32_t bits)
{
    if (xt_fp_is_zero(bits))
        return (struct parts){.exponent = 0, .fraction = 0};
    struct xt_fp_number n = xt_fp_unpack(bits);
    return (struct parts){.exponent = n.exponent, .fraction = (uint32_t)(n.significand >> 39) & 0x007fffff};
}

/* ROM entry as a float's bits 22..16. */
static uint32_t rom_fraction(uint8_t entry)
{
    return (uint32_t)(entry & 0x7f) << 16;
}

static uint8_t reciprocal(struct parts p)
{
    return reciprocals[p.fraction >> (FRACTION_BITS - 7)];
}

static uint8_t reciprocal_root(struct parts p)
{
    return reciprocal_roots[p.exponent & 1][p.fraction >> (FRACTION_BITS - 6)];
}

static uint32_t make(uint32_t sign, int exponent, uint32_t fraction)
{
    return sign | (uint32_t)(exponent + BIAS) << FRACTION_BITS | fraction;
}

static void raise_for_signalling(struct xt_fpu *fpu, uint32_t bits)
{
    if (xt_fp_is_signalling(bits))
        fpu->fsr |= XT_FP_INVALID;
}

/* Out of range it saturates to infinity, and truncates to a subnormal, without a flag. Of a NaN it leaves the ROM's
 * eight bits as payload. That RECIP0.S and RSQRT0.S raise Divide-by-zero and Invalid is from Cadence's DSP libraries,
 * which rely on it; the captures do not show flags of estimates. */
uint32_t xt_fp_recip0(struct xt_fpu *fpu, uint32_t fs)
{
    uint32_t sign = fs & XT_FP_SIGN;
    struct parts p = split(fs);
    uint32_t significand = (uint32_t)reciprocal(p) << 16;
    raise_for_signalling(fpu, fs);
    if (xt_fp_is_nan(fs))
        return sign | XT_FP_INFINITY | significand >> 1;
    if (xt_fp_is_infinity(fs))
        return sign;
    if (xt_fp_is_zero(fs)) {
        fpu->fsr |= XT_FP_DIVIDE_BY_ZERO;
        return sign | XT_FP_INFINITY;
    }
    int field = BIAS - 1 - p.exponent;
    if (field > 254)
        return sign | XT_FP_INFINITY;
    if (field <= 0)
        return sign | significand >> (1 - field);
    return make(sign, field - BIAS, significand & 0x007fffff);
}

uint32_t xt_fp_rsqrt0(struct xt_fpu *fpu, uint32_t fs)
{
    uint32_t sign = fs & XT_FP_SIGN;
    struct parts p = split(fs);
    uint32_t fraction = rom_fraction(reciprocal_root(p));
    raise_for_signalling(fpu, fs);
    if (xt_fp_is_zero(fs)) {
        fpu->fsr |= XT_FP_DIVIDE_BY_ZERO;
        return sign | XT_FP_INFINITY;
    }
    if (xt_fp_is_nan(fs))
        return sign | XT_FP_DEFAULT_NAN | fraction;
    if (sign) {
        fpu->fsr |= XT_FP_INVALID;
        return sign | XT_FP_DEFAULT_NAN | fraction;
    }
    if (xt_fp_is_infinity(fs))
        return 0;
    int half = (p.exponent - (p.exponent & 1)) / 2;
    return make(sign, -half - 1, fraction);
}

/* Of x in [1, 4) and its sign; infinities and NaNs are numbers of binade 128 to it. */
uint32_t xt_fp_div0(uint32_t fs)
{
    struct parts p = split(fs);
    return make(fs & XT_FP_SIGN, -1 - (p.exponent & 1), rom_fraction(reciprocal(p)));
}

uint32_t xt_fp_sqrt0(uint32_t fs)
{
    struct parts p = split(fs);
    if (xt_fp_is_zero(fs))
        p.exponent = 1; /* measured: a zero reads the first entry of [2, 4) */
    return make(fs & XT_FP_SIGN, -1, rom_fraction(reciprocal_root(p)));
}

/* -x brought into (-4, -1] or [1, 4) by an even power of two; zeros and infinities count as one, a NaN stays (and does
 * not become quiet). */
uint32_t xt_fp_nexp01(uint32_t fs)
{
    if (xt_fp_is_nan(fs))
        return xt_fp_neg(fs);
    if (xt_fp_is_infinity(fs))
        return make(~fs & XT_FP_SIGN, 0, 0);
    struct parts p = split(fs);
    return make(~fs & XT_FP_SIGN, p.exponent & 1, p.fraction);
}

enum { CLASS = 384, CLASS_NEGATIVE = 1, CLASS_INFINITY = 2, CLASS_NAN = 4, SCALE_MASK = 0x3ff };

/* A scale as MKDADJ.S and MKSADJ.S hand it to ADDEXP.S (low half, in the exponent) and ADDEXPM.S (high half, in bits
 * 21..14 of the fraction; bit 22 is a sign that it flips). */
static uint32_t encode_scale(int scale)
{
    uint32_t low = (uint32_t)scale & 31, high = (uint32_t)scale >> 5 & 31;
    return ((low * 8 + BIAS) & 0xff) << FRACTION_BITS | ((high * 8 + BIAS) & 0xff) << 14;
}

static int even_exponent(uint32_t bits)
{
    int exponent = split(bits).exponent;
    return exponent - (exponent & 1);
}

uint32_t xt_fp_mkdadj(struct xt_fpu *fpu, uint32_t fr, uint32_t fs)
{
    int sign = (fr ^ fs) & XT_FP_SIGN ? CLASS_NEGATIVE : 0;
    raise_for_signalling(fpu, fr);
    raise_for_signalling(fpu, fs);
    if (xt_fp_is_nan(fr) || xt_fp_is_nan(fs))
        return encode_scale(CLASS | CLASS_NAN | sign);
    if ((xt_fp_is_zero(fr) && xt_fp_is_zero(fs)) || (xt_fp_is_infinity(fr) && xt_fp_is_infinity(fs))) {
        fpu->fsr |= XT_FP_INVALID;
        return encode_scale(CLASS | CLASS_NAN | sign);
    }
    if (xt_fp_is_zero(fr) && !xt_fp_is_infinity(fs))
        fpu->fsr |= XT_FP_DIVIDE_BY_ZERO;
    if (xt_fp_is_zero(fr) || xt_fp_is_infinity(fs))
        return encode_scale(CLASS | CLASS_INFINITY | sign);
    if (xt_fp_is_zero(fs) || xt_fp_is_infinity(fr))
        return encode_scale(CLASS | sign);
    return encode_scale(even_exponent(fs) - even_exponent(fr));
}

uint32_t xt_fp_mksadj(struct xt_fpu *fpu, uint32_t fs)
{
    raise_for_signalling(fpu, fs);
    if (xt_fp_is_nan(fs))
        return encode_scale(CLASS | CLASS_NAN);
    if (xt_fp_is_zero(fs))
        return encode_scale(CLASS | (fs >> 31 ? CLASS_NEGATIVE : 0));
    if (fs & XT_FP_SIGN) {
        fpu->fsr |= XT_FP_INVALID;
        return encode_scale(CLASS | CLASS_NAN);
    }
    if (xt_fp_is_infinity(fs))
        return encode_scale(CLASS | CLASS_INFINITY);
    return encode_scale(even_exponent(fs) / 2);
}

/* Exponent fields add modulo 256, whatever they stand for. */
static uint32_t add_exponent(uint32_t bits, uint32_t field)
{
    uint32_t sum = (xt_fp_exponent_field(bits) + field - BIAS) & 0xff;
    return (bits & ~XT_FP_INFINITY) | sum << FRACTION_BITS;
}

uint32_t xt_fp_addexp(uint32_t fr, uint32_t fs)
{
    return add_exponent(fr, xt_fp_exponent_field(fs)) ^ (fs & XT_FP_SIGN);
}

uint32_t xt_fp_addexpm(uint32_t fr, uint32_t fs)
{
    return add_exponent(fr, fs >> 14 & 0xff) ^ (fs << 9 & XT_FP_SIGN);
}

/* What ADDEXP.S and ADDEXPM.S put together, taken apart: the exponent is 8 * half_scale + own, own in -3..4. Such an
 * operand always has its hidden bit, so that not even 0 is a zero. */
struct scaled {
    struct xt_fp_number number;
    int half_scale;
};

static struct scaled split_scaled(uint32_t bits)
{
    int exponent = (int)((xt_fp_exponent_field(bits) + 256 - BIAS + 3) & 0xff);
    exponent -= exponent & 0x80 ? 256 : 0; /* plus 3, as a signed byte */
    int half_scale = (exponent - (exponent & 7)) / 8;
    uint64_t significand = (uint64_t)(xt_fp_fraction_field(bits) | 0x00800000) << 39;
    return (struct scaled){
        .number = {.is_negative = bits >> 31, .exponent = (exponent & 7) - 3, .significand = significand},
        .half_scale = half_scale};
}

/* In class 6 and 7, which no step makes, the result is a zero. */
static uint32_t result_of_class(unsigned class)
{
    uint32_t sign = class & CLASS_NEGATIVE ? XT_FP_SIGN : 0;
    switch (class & ~(unsigned)CLASS_NEGATIVE) {
    case CLASS_NAN:
        return XT_FP_DEFAULT_NAN;
    case CLASS_INFINITY:
        return sign | XT_FP_INFINITY;
    default:
        return sign;
    }
}

/* 2^exponent times the scale. The exponent field is 10 bits wide here, so that a scale beyond the class codes has
 * wrapped into an underflow. */
static int apply_scale(int exponent, unsigned scale)
{
    int field = (exponent + BIAS + (int)scale) & SCALE_MASK;
    return (field & 0x200 ? field - 0x400 : field) - BIAS;
}

/* An exponent below all subnormals raises flags even if there is no number to shift out. */
static void raise_for_vanishing(struct xt_fpu *fpu, int exponent)
{
    if (exponent < -BIAS - FRACTION_BITS)
        fpu->fsr |= XT_FP_UNDERFLOW | XT_FP_INEXACT;
}

/* A sum of exactly zero, which no sequence produces, has no leading bit to normalize: its exponent ends 50 below the
 * quotient's, and the hidden bit appears there if the result is a normal number. */
static uint32_t scaled_zero(struct xt_fpu *fpu, bool is_negative, int exponent, unsigned rounding)
{
    struct xt_fp_number n = {.is_negative = is_negative, .exponent = exponent, .significand = UINT64_C(1) << 62};
    if (exponent > -BIAS)
        return xt_fp_pack(n, rounding, &fpu->fsr);
    raise_for_vanishing(fpu, exponent);
    return is_negative ? XT_FP_SIGN : 0;
}

/* (fr + fs * ft) * 2^A, rounded once by FCR.RM. fs is the remainder, a plain float: it may be zero, its infinity counts
 * as 2^128, and if it is a NaN then an operand was one, and it becomes the result. */
uint32_t xt_fp_divn(struct xt_fpu *fpu, uint32_t fr, uint32_t fs, uint32_t ft)
{
    unsigned rounding = fpu->fcr & XT_FCR_RM_MASK;
    struct scaled quotient = split_scaled(fr), factor = split_scaled(ft);
    unsigned scale = (unsigned)(quotient.half_scale * 32 + (factor.half_scale & 31)) & SCALE_MASK;
    bool is_class = (scale & ~7U) == CLASS;
    if (xt_fp_is_nan(fs)) {
        if (!is_class)
            raise_for_vanishing(fpu, apply_scale(quotient.number.exponent, scale));
        return xt_fp_quiet(fs);
    }
    if (is_class)
        return result_of_class(scale & 7);
    struct xt_fp_number sum = xt_fp_multiply_add(quotient.number, xt_fp_unpack(fs), factor.number, rounding);
    if (!sum.significand)
        return scaled_zero(fpu, sum.is_negative, apply_scale(quotient.number.exponent - 50, scale), rounding);
    sum.exponent = apply_scale(sum.exponent, scale);
    return xt_fp_pack(sum, rounding, &fpu->fsr);
}
