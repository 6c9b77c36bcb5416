/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu_iss/fp_soft.h"

enum { BIAS = 127, TOP = 62, FRACTION_SHIFT = TOP - 23 };

struct xt_fp_number xt_fp_normalize(struct xt_fp_number n)
{
    if (n.significand) {
        int shift = __builtin_clzll(n.significand) - (63 - TOP);
        if (shift >= 0)
            n.significand <<= shift;
        else
            n.significand = n.significand >> 1 | (n.significand & 1);
        n.exponent -= shift;
    }
    return n;
}

struct xt_fp_number xt_fp_unpack(uint32_t bits)
{
    unsigned field = xt_fp_exponent_field(bits);
    uint64_t fraction = xt_fp_fraction_field(bits);
    struct xt_fp_number n = {.is_negative = bits >> 31,
                             .exponent = (int)(field ? field : 1) - BIAS,
                             .significand = (fraction | (uint64_t)(field != 0) << 23) << FRACTION_SHIFT};
    return field ? n : xt_fp_normalize(n);
}

/* value / 2^shift with everything that falls out kept as a sticky bit 0. */
static uint64_t shift_right_sticky(uint64_t value, int shift)
{
    if (shift == 0)
        return value;
    if (shift > 63)
        return value != 0;
    return value >> shift | ((value << (64 - shift)) != 0);
}

/* left * right with bit 60 or 61 on top, so that a sum with an addend below 2^61 has room: exponent as for bit 60. */
static struct xt_fp_number multiply(struct xt_fp_number left, struct xt_fp_number right)
{
    uint64_t product = (left.significand >> FRACTION_SHIFT) * (right.significand >> FRACTION_SHIFT); /* 48 bits */
    return (struct xt_fp_number){.is_negative = left.is_negative != right.is_negative,
                                 .exponent = left.exponent + right.exponent,
                                 .significand = product << (TOP - 2 - 46)};
}

struct xt_fp_number xt_fp_multiply_add(struct xt_fp_number addend, struct xt_fp_number left, struct xt_fp_number right,
                                       unsigned rounding)
{
    struct xt_fp_number product = multiply(left, right);
    addend.significand >>= 2; /* exact: the low 39 bits are zero */
    if (!addend.significand || !product.significand) {
        struct xt_fp_number sum = product.significand ? product : addend;
        if (!addend.significand && !product.significand && addend.is_negative != product.is_negative)
            sum.is_negative = rounding == XT_FP_DOWNWARD;
        sum.exponent += 2;
        return xt_fp_normalize(sum);
    }
    /* The number that is shifted right loses bits into the sticky one only if it is so much the smaller that the
     * difference stays within a bit of the larger: then 24 bits and the rounding never reach the sticky bit. */
    struct xt_fp_number sum = addend.exponent > product.exponent ? addend : product;
    addend.significand = shift_right_sticky(addend.significand, sum.exponent - addend.exponent);
    product.significand = shift_right_sticky(product.significand, sum.exponent - product.exponent);
    if (addend.is_negative == product.is_negative) {
        sum.is_negative = addend.is_negative;
        sum.significand = addend.significand + product.significand;
    } else if (addend.significand > product.significand) {
        sum.is_negative = addend.is_negative;
        sum.significand = addend.significand - product.significand;
    } else {
        sum.is_negative = product.is_negative;
        sum.significand = product.significand - addend.significand;
    }
    if (!sum.significand)
        sum.is_negative = rounding == XT_FP_DOWNWARD;
    sum.exponent += 2;
    return xt_fp_normalize(sum);
}

/* What rounding adds below the last bit kept. */
static uint64_t increment(struct xt_fp_number n, unsigned rounding)
{
    const uint64_t half = UINT64_C(1) << (FRACTION_SHIFT - 1);
    switch (rounding) {
    case XT_FP_NEAREST_EVEN:
        return half - 1 + ((n.significand >> FRACTION_SHIFT) & 1);
    case XT_FP_UPWARD:
        return n.is_negative ? 0 : 2 * half - 1;
    case XT_FP_DOWNWARD:
        return n.is_negative ? 2 * half - 1 : 0;
    default:
        return 0;
    }
}

static uint32_t overflow(bool is_negative, unsigned rounding, uint32_t *flags)
{
    bool is_infinite = rounding == XT_FP_NEAREST_EVEN || rounding == (is_negative ? XT_FP_DOWNWARD : XT_FP_UPWARD);
    *flags |= XT_FP_OVERFLOW | XT_FP_INEXACT;
    return (is_negative ? XT_FP_SIGN : 0) | (is_infinite ? XT_FP_INFINITY : XT_FP_INFINITY - 1);
}

uint32_t xt_fp_pack(struct xt_fp_number n, unsigned rounding, uint32_t *flags)
{
    const uint64_t below = (UINT64_C(1) << FRACTION_SHIFT) - 1;
    uint32_t sign = n.is_negative ? XT_FP_SIGN : 0;
    if (!n.significand)
        return sign;
    bool is_tiny = false;
    if (n.exponent < 1 - BIAS) {
        /* Tiny after rounding: even with an unbounded exponent it would not round up to the least normal number. */
        is_tiny = n.exponent < -BIAS || n.significand + increment(n, rounding) < UINT64_C(1) << (TOP + 1);
        n.significand = shift_right_sticky(n.significand, 1 - BIAS - n.exponent);
        n.exponent = 1 - BIAS;
    }
    bool is_inexact = (n.significand & below) != 0;
    uint64_t rounded = (n.significand + increment(n, rounding)) >> FRACTION_SHIFT;
    /* The hidden bit of `rounded` adds one to the exponent field, a carry out of rounding another. */
    int64_t result = ((int64_t)(n.exponent + BIAS - 1) << 23) + (int64_t)rounded;
    if (result >= XT_FP_INFINITY)
        return overflow(n.is_negative, rounding, flags);
    if (is_inexact)
        *flags |= XT_FP_INEXACT | (is_tiny ? (uint32_t)XT_FP_UNDERFLOW : 0);
    return sign | (uint32_t)result;
}
