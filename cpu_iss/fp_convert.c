/* SPDX-License-Identifier: Apache-2.0 */
/* Conversions between binary32 and 32-bit integers with a scale. The scale only changes an exponent, so it can neither
 * round nor overflow by itself. */
#include "cpu_iss/fp.h"

#include "cpu_iss/fp_soft.h"

static uint32_t from_magnitude(struct xt_fpu *fpu, bool is_negative, uint32_t magnitude, unsigned scale)
{
    struct xt_fp_number n = {.is_negative = is_negative, .exponent = 62 - (int)scale, .significand = magnitude};
    return xt_fp_pack(xt_fp_normalize(n), fpu->fcr & XT_FCR_RM_MASK, &fpu->fsr);
}

uint32_t xt_fp_float(struct xt_fpu *fpu, uint32_t as, unsigned scale)
{
    bool is_negative = as >> 31;
    return from_magnitude(fpu, is_negative, is_negative ? 0 - as : as, scale);
}

uint32_t xt_fp_ufloat(struct xt_fpu *fpu, uint32_t as, unsigned scale)
{
    return from_magnitude(fpu, false, as, scale);
}

/* |fs| * 2^scale rounded to an integer; anything of 2^32 or above comes back as 2^32. */
static uint64_t to_magnitude(uint32_t fs, unsigned scale, unsigned rounding, bool *is_inexact)
{
    const uint64_t too_large = UINT64_C(1) << 32;
    struct xt_fp_number n = xt_fp_unpack(fs);
    int exponent = n.exponent + (int)scale; /* the value is significand * 2^(exponent - 62) */
    *is_inexact = false;
    if (!n.significand)
        return 0;
    if (exponent >= 32)
        return too_large;
    if (exponent < -1) { /* below one half */
        *is_inexact = true;
        return rounding == (n.is_negative ? XT_FP_DOWNWARD : XT_FP_UPWARD);
    }
    int fraction_bits = 62 - exponent; /* 31..63 */
    uint64_t integer = fraction_bits > 62 ? 0 : n.significand >> fraction_bits;
    uint64_t fraction = n.significand & ((UINT64_C(1) << fraction_bits) - 1);
    uint64_t half = UINT64_C(1) << (fraction_bits - 1);
    *is_inexact = fraction != 0;
    switch (rounding) {
    case XT_FP_NEAREST_EVEN:
        return integer + (fraction > half || (fraction == half && (integer & 1)));
    case XT_FP_UPWARD:
        return integer + (*is_inexact && !n.is_negative);
    case XT_FP_DOWNWARD:
        return integer + (*is_inexact && n.is_negative);
    default:
        return integer;
    }
}

static uint32_t to_signed(struct xt_fpu *fpu, uint32_t fs, unsigned scale, unsigned rounding)
{
    bool is_inexact, is_negative = fs >> 31;
    if (xt_fp_is_nan(fs)) {
        fpu->fsr |= XT_FP_INVALID;
        return INT32_MAX;
    }
    uint64_t magnitude = to_magnitude(fs, scale, rounding, &is_inexact);
    if (magnitude > (uint64_t)INT32_MAX + is_negative) {
        fpu->fsr |= XT_FP_INVALID;
        return (uint32_t)INT32_MAX + is_negative;
    }
    fpu->fsr |= is_inexact ? (uint32_t)XT_FP_INEXACT : 0;
    return is_negative ? 0 - (uint32_t)magnitude : (uint32_t)magnitude;
}

uint32_t xt_fp_round(struct xt_fpu *fpu, uint32_t fs, unsigned scale)
{
    return to_signed(fpu, fs, scale, XT_FP_NEAREST_EVEN);
}

uint32_t xt_fp_trunc(struct xt_fpu *fpu, uint32_t fs, unsigned scale)
{
    return to_signed(fpu, fs, scale, XT_FP_TOWARD_ZERO);
}

uint32_t xt_fp_floor(struct xt_fpu *fpu, uint32_t fs, unsigned scale)
{
    return to_signed(fpu, fs, scale, XT_FP_DOWNWARD);
}

uint32_t xt_fp_ceil(struct xt_fpu *fpu, uint32_t fs, unsigned scale)
{
    return to_signed(fpu, fs, scale, XT_FP_UPWARD);
}

uint32_t xt_fp_utrunc(struct xt_fpu *fpu, uint32_t fs, unsigned scale)
{
    bool is_inexact, is_negative = fs >> 31;
    uint64_t magnitude = xt_fp_is_nan(fs) ? UINT64_MAX : to_magnitude(fs, scale, XT_FP_TOWARD_ZERO, &is_inexact);
    if (magnitude == UINT64_MAX || (!is_negative && magnitude > UINT32_MAX)) {
        fpu->fsr |= XT_FP_INVALID;
        return UINT32_MAX;
    }
    if (is_negative && magnitude) {
        fpu->fsr |= XT_FP_INVALID;
        return magnitude > UINT32_C(1) << 31 ? UINT32_C(1) << 31 : 0 - (uint32_t)magnitude;
    }
    fpu->fsr |= is_inexact ? (uint32_t)XT_FP_INEXACT : 0;
    return (uint32_t)magnitude;
}
