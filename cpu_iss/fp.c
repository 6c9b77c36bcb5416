/* SPDX-License-Identifier: Apache-2.0 */
/* State, FCR and FSR, integer forms of the arithmetic, and comparisons. */
#include "cpu_iss/fp.h"

#include "cpu_iss/fp_soft.h"

void xt_fp_reset(struct xt_fpu *fpu)
{
    xt_fp_leave(fpu);
    memset(fpu, 0, sizeof *fpu);
}

#if XT_FP_ON_HOST
/* MXCSR: flags IE 0, DE 1, ZE 2, OE 3, UE 4, PE 5; DAZ 6; exception masks 12..7; rounding 14..13; FTZ 15 (Intel SDM
 * volume 1, 10.2.3). */
enum { MXCSR_MASKED = 0x1f80, MXCSR_ROUNDING = 13 };

static void load_mxcsr(uint32_t value)
{
    __asm__ volatile("ldmxcsr %0" : : "m"(value) : "memory");
}

static uint32_t store_mxcsr(void)
{
    uint32_t value;
    __asm__ volatile("stmxcsr %0" : "=m"(value) : : "memory");
    return value;
}

/* RM counts nearest, zero, up, down; MXCSR nearest, down, up, zero. */
static uint32_t host_rounding(uint32_t fcr)
{
    static const uint8_t rounding[4] = {0, 3, 2, 1};
    return (uint32_t)rounding[fcr & XT_FCR_RM_MASK] << MXCSR_ROUNDING;
}

static void fold_flags(struct xt_fpu *fpu)
{
    uint32_t raised = store_mxcsr();
    fpu->fsr |= ((raised & 0x01) ? (uint32_t)XT_FP_INVALID : 0) | ((raised & 0x08) ? (uint32_t)XT_FP_OVERFLOW : 0) |
                ((raised & 0x10) ? (uint32_t)XT_FP_UNDERFLOW : 0) | ((raised & 0x20) ? (uint32_t)XT_FP_INEXACT : 0);
}

bool xt_fp_fold_inexact(struct xt_fpu *fpu)
{
    if (fpu->is_entered)
        fold_flags(fpu);
    return fpu->fsr & XT_FP_INEXACT;
}

void xt_fp_enter_host(struct xt_fpu *fpu)
{
    fpu->host_control = store_mxcsr();
    load_mxcsr(MXCSR_MASKED | host_rounding(fpu->fcr));
    fpu->is_entered = true;
}

void xt_fp_leave_host(struct xt_fpu *fpu)
{
    fold_flags(fpu);
    load_mxcsr(fpu->host_control);
    fpu->is_entered = false;
}
#else
/* Nothing is ever taken over here. */
void xt_fp_enter_host(struct xt_fpu *fpu)
{
    (void)fpu;
}

void xt_fp_leave_host(struct xt_fpu *fpu)
{
    fpu->is_entered = false;
}
#endif

uint32_t xt_fp_fsr(struct xt_fpu *fpu)
{
    xt_fp_leave(fpu);
    return fpu->fsr;
}

void xt_fp_set_fsr(struct xt_fpu *fpu, uint32_t value)
{
    xt_fp_leave(fpu);
    fpu->fsr = value & XT_FSR_MASK;
}

void xt_fp_set_fcr(struct xt_fpu *fpu, uint32_t value)
{
    xt_fp_leave(fpu);
    fpu->fcr = value & XT_FCR_MASK;
}

uint32_t xt_fp_pick_nan2(uint32_t fs, uint32_t ft)
{
    if (xt_fp_is_nan(ft))
        return xt_fp_quiet(ft);
    return xt_fp_is_nan(fs) ? xt_fp_quiet(fs) : XT_FP_DEFAULT_NAN;
}

/* fr + fs * ft when one of them is infinite or a NaN. */
static uint32_t multiply_add_special(uint32_t fr, uint32_t fs, uint32_t ft, uint32_t *flags)
{
    bool is_infinite = xt_fp_is_infinity(fs) || xt_fp_is_infinity(ft);
    bool is_undefined = is_infinite && (xt_fp_is_zero(fs) || xt_fp_is_zero(ft));
    if (is_undefined || xt_fp_is_signalling(fr) || xt_fp_is_signalling(fs) || xt_fp_is_signalling(ft))
        *flags |= XT_FP_INVALID;
    if (xt_fp_is_nan(fr))
        return xt_fp_quiet(fr);
    if (is_undefined || xt_fp_is_nan(fs) || xt_fp_is_nan(ft))
        return xt_fp_pick_nan2(fs, ft);
    uint32_t product = XT_FP_INFINITY | ((fs ^ ft) & XT_FP_SIGN);
    if (!is_infinite)
        return fr;
    if (xt_fp_is_infinity(fr) && fr != product) {
        *flags |= XT_FP_INVALID;
        return XT_FP_DEFAULT_NAN;
    }
    return product;
}

static bool is_special(uint32_t bits)
{
    return (bits & XT_FP_INFINITY) == XT_FP_INFINITY;
}

static uint32_t multiply_add(uint32_t fr, uint32_t fs, uint32_t ft, unsigned rounding, uint32_t *flags)
{
    if (is_special(fr) || is_special(fs) || is_special(ft))
        return multiply_add_special(fr, fs, ft, flags);
    return xt_fp_pack(xt_fp_multiply_add(xt_fp_unpack(fr), xt_fp_unpack(fs), xt_fp_unpack(ft), rounding), rounding,
                      flags);
}

static unsigned rounding_mode(const struct xt_fpu *fpu)
{
    return fpu->fcr & XT_FCR_RM_MASK;
}

uint32_t xt_fp_madd_soft(struct xt_fpu *fpu, uint32_t fr, uint32_t fs, uint32_t ft)
{
    return multiply_add(fr, fs, ft, rounding_mode(fpu), &fpu->fsr);
}

uint32_t xt_fp_msub_soft(struct xt_fpu *fpu, uint32_t fr, uint32_t fs, uint32_t ft)
{
    return xt_fp_madd_soft(fpu, fr, xt_fp_is_nan(fs) ? fs : fs ^ XT_FP_SIGN, ft);
}

uint32_t xt_fp_maddn_soft(uint32_t fr, uint32_t fs, uint32_t ft)
{
    uint32_t ignored = 0;
    return multiply_add(fr, fs, ft, XT_FP_NEAREST_EVEN, &ignored);
}

/* As 1 * fs + ft; but ft outranks fs. */
uint32_t xt_fp_add_soft(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)
{
    const uint32_t one = UINT32_C(0x3f800000);
    return xt_fp_madd_soft(fpu, ft, fs, one);
}

uint32_t xt_fp_sub_soft(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)
{
    return xt_fp_add_soft(fpu, fs, xt_fp_is_nan(ft) ? ft : ft ^ XT_FP_SIGN);
}

/* A zero of the product's sign leaves the product as it is, -0 and rounding included. */
uint32_t xt_fp_mul_soft(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)
{
    return xt_fp_madd_soft(fpu, (fs ^ ft) & XT_FP_SIGN, fs, ft);
}

uint32_t xt_fp_const(unsigned immediate)
{
    static const uint32_t constants[4] = {0x00000000, 0x3f800000, 0x40000000, 0x3f000000};
    return constants[immediate & 3];
}

/* Orders all numbers but NaNs as their bit patterns' two's complement, with -0 equal to +0. */
static int32_t order(uint32_t bits)
{
    int32_t magnitude = (int32_t)(bits & 0x7fffffff);
    return bits & XT_FP_SIGN ? -magnitude : magnitude;
}

static bool is_unordered_quiet(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)
{
    bool is_unordered = xt_fp_is_nan(fs) || xt_fp_is_nan(ft);
    if (__builtin_expect(is_unordered, 0) && (xt_fp_is_signalling(fs) || xt_fp_is_signalling(ft)))
        fpu->fsr |= XT_FP_INVALID;
    return is_unordered;
}

static bool is_unordered_signalling(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)
{
    bool is_unordered = xt_fp_is_nan(fs) || xt_fp_is_nan(ft);
    if (__builtin_expect(is_unordered, 0))
        fpu->fsr |= XT_FP_INVALID;
    return is_unordered;
}

bool xt_fp_un(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)
{
    return is_unordered_quiet(fpu, fs, ft);
}

bool xt_fp_oeq(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)
{
    return !is_unordered_quiet(fpu, fs, ft) && order(fs) == order(ft);
}

bool xt_fp_ueq(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)
{
    return is_unordered_quiet(fpu, fs, ft) || order(fs) == order(ft);
}

bool xt_fp_olt(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)
{
    return !is_unordered_signalling(fpu, fs, ft) && order(fs) < order(ft);
}

bool xt_fp_ult(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)
{
    return is_unordered_quiet(fpu, fs, ft) || order(fs) < order(ft);
}

bool xt_fp_ole(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)
{
    return !is_unordered_signalling(fpu, fs, ft) && order(fs) <= order(ft);
}

bool xt_fp_ule(struct xt_fpu *fpu, uint32_t fs, uint32_t ft)
{
    return is_unordered_quiet(fpu, fs, ft) || order(fs) <= order(ft);
}
