/* SPDX-License-Identifier: Apache-2.0 */
/* Binary32 arithmetic in integers, private to the fp_*.c files: numbers taken apart, an exact multiply-add, and the one
 * place that rounds. */
#ifndef VESPER_CPU_ISS_FP_SOFT_H
#define VESPER_CPU_ISS_FP_SOFT_H

#include "cpu_iss/fp.h"

/* (-1)^sign * significand * 2^(exponent - 62). In normal form bit 62 of a nonzero significand is its highest. Bit 0 may
 * be "sticky": it stands for anything nonzero below bit 1. */
struct xt_fp_number {
    bool is_negative;
    int exponent;
    uint64_t significand;
};

static inline unsigned xt_fp_exponent_field(uint32_t bits)
{
    return (bits >> 23) & 0xff;
}

static inline uint32_t xt_fp_fraction_field(uint32_t bits)
{
    return bits & 0x007fffff;
}

static inline bool xt_fp_is_infinity(uint32_t bits)
{
    return (bits & 0x7fffffff) == XT_FP_INFINITY;
}

static inline bool xt_fp_is_zero(uint32_t bits)
{
    return (bits & 0x7fffffff) == 0;
}

static inline uint32_t xt_fp_quiet(uint32_t nan)
{
    return nan | 0x00400000;
}

/* A zero, subnormal or normal number in normal form. Of an infinity or NaN: as if the exponent field 255 were one more
 * ordinary binade, which is what the step instructions do. */
struct xt_fp_number xt_fp_unpack(uint32_t bits);

/* Normal form; a zero significand stays. */
struct xt_fp_number xt_fp_normalize(struct xt_fp_number n);

/* addend + left * right, exact but for the sticky bit, in normal form. A zero sum of numbers that are not zero is
 * positive, or negative when rounding down (ISA RM by way of IEEE 754, 6.3). */
struct xt_fp_number xt_fp_multiply_add(struct xt_fp_number addend, struct xt_fp_number left, struct xt_fp_number right,
                                       unsigned rounding);

/* Rounds to binary32 and ors what happened into *flags. */
uint32_t xt_fp_pack(struct xt_fp_number n, unsigned rounding, uint32_t *flags);

#endif
