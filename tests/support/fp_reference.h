/* SPDX-License-Identifier: Apache-2.0 */
/* What the floating-point tests share: operands, the host's IEEE arithmetic as the reference, and the code sequences
 * for division and square root. */
#ifndef VESPER_TESTS_SUPPORT_FP_REFERENCE_H
#define VESPER_TESTS_SUPPORT_FP_REFERENCE_H

#include <cfenv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include "cpu_iss/fp.h"

namespace fp
{

inline float to_float(uint32_t bits)
{
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

inline uint32_t to_bits(float value)
{
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* SplitMix64: the same operands on every machine. */
class Random
{
  public:
    explicit Random(uint64_t seed) : state(seed)
    {
    }

    uint32_t next()
    {
        uint64_t z = state += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return uint32_t((z ^ (z >> 31)) >> 16);
    }

    /* Any bit pattern, but corners and numbers of like size far more often than chance would have it. */
    uint32_t operand()
    {
        uint32_t kind = next() % 8;
        if (kind == 0)
            return corner(next());
        if (kind < 4)
            return next();
        if (kind == 4) /* few significant bits: exact results, ties */
            return (next() & 0xff800000) | (next() & 7) << 20;
        if (kind == 5) /* subnormal or nearly */
            return next() & 0x80ffffff;
        return (next() & 0x807fffff) | (127 - 16 + next() % 32) << 23;
    }

    static uint32_t corner(uint32_t index)
    {
        static const uint32_t corners[] = {
            0x00000000, 0x00000001, 0x00000002, 0x00400000, 0x007fffff, 0x00800000, 0x00800001, 0x00ffffff,
            0x33800000, 0x34000000, 0x3effffff, 0x3f000000, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fc00000,
            0x40000000, 0x40200000, 0x4b000000, 0x4b800001, 0x4effffff, 0x4f000000, 0x4f7fffff, 0x4f800000,
            0x7e800000, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fa5a5a5, 0x7fc00000, 0x7fd5aa55, 0x7fffffff};
        return corners[index % 32] | (index & 0x100 ? 0x80000000 : 0);
    }

  private:
    uint64_t state;
};

const int host_rounding[4] = {FE_TONEAREST, FE_TOWARDZERO, FE_UPWARD, FE_DOWNWARD}; /* in the order of FCR.RM */

inline uint32_t host_flags()
{
    int raised = std::fetestexcept(FE_ALL_EXCEPT);
    return (raised & FE_INVALID ? uint32_t(XT_FP_INVALID) : 0) |
           (raised & FE_DIVBYZERO ? uint32_t(XT_FP_DIVIDE_BY_ZERO) : 0) |
           (raised & FE_OVERFLOW ? uint32_t(XT_FP_OVERFLOW) : 0) |
           (raised & FE_UNDERFLOW ? uint32_t(XT_FP_UNDERFLOW) : 0) |
           (raised & FE_INEXACT ? uint32_t(XT_FP_INEXACT) : 0);
}

struct Outcome {
    uint32_t bits, flags;
};

/* The host computes f with FCR.RM = mode. f reads its operands from volatiles. */
template <typename Operation> Outcome on_host(unsigned mode, Operation f)
{
    Outcome outcome;
    std::fesetround(host_rounding[mode]);
    std::feclearexcept(FE_ALL_EXCEPT);
    volatile float result = f(); /* computed here, not after the flags were read */
    outcome.flags = host_flags();
    outcome.bits = to_bits(result);
    std::fesetround(FE_TONEAREST);
    return outcome;
}

/* The unit computes f from cleared flags. */
template <typename Operation> Outcome on_unit(struct xt_fpu *fpu, unsigned mode, Operation f)
{
    Outcome outcome;
    xt_fp_set_fcr(fpu, mode);
    xt_fp_set_fsr(fpu, 0);
    outcome.bits = f();
    outcome.flags = xt_fp_fsr(fpu);
    return outcome;
}

/* Equal, where any NaN of the host stands for any NaN of the unit: which one is the unit's own rule. */
inline bool agree(Outcome unit, Outcome host)
{
    bool is_same = unit.bits == host.bits || (xt_fp_is_nan(unit.bits) && xt_fp_is_nan(host.bits));
    return is_same && unit.flags == host.flags;
}

/* Division and square root as compilers emit them for this FPU (GCC's libgcc has the same order of operations). Each
 * step is one instruction; x / y: */
inline uint32_t divide(struct xt_fpu *fpu, uint32_t x, uint32_t y)
{
    const uint32_t one = xt_fp_const(1);
    uint32_t minus_y = xt_fp_nexp01(y), minus_x = xt_fp_nexp01(x); /* both now within 1..4 */
    uint32_t estimate = xt_fp_div0(y);
    uint32_t error = xt_fp_maddn(fpu, one, minus_y, estimate);
    uint32_t reciprocal = xt_fp_maddn(fpu, estimate, error, estimate);
    error = xt_fp_maddn(fpu, one, minus_y, reciprocal);
    uint32_t quotient = xt_fp_maddn(fpu, xt_fp_const(0), xt_fp_neg(minus_x), estimate);
    uint32_t scale = xt_fp_mkdadj(fpu, y, x);
    reciprocal = xt_fp_maddn(fpu, reciprocal, error, reciprocal);
    uint32_t remainder = xt_fp_maddn(fpu, xt_fp_neg(minus_x), minus_y, quotient);
    error = xt_fp_maddn(fpu, one, minus_y, reciprocal);
    quotient = xt_fp_maddn(fpu, quotient, remainder, reciprocal);
    reciprocal = xt_fp_maddn(fpu, reciprocal, error, reciprocal);
    remainder = xt_fp_maddn(fpu, xt_fp_neg(minus_x), minus_y, quotient);
    return xt_fp_divn(fpu, xt_fp_addexpm(quotient, scale), remainder, xt_fp_addexp(reciprocal, scale));
}

/* sqrt(x): r approaches 1/sqrt(x), s approaches sqrt(x), h half of r. */
inline uint32_t square_root(struct xt_fpu *fpu, uint32_t x)
{
    const uint32_t zero = xt_fp_const(0), half = xt_fp_const(3);
    uint32_t minus_x = xt_fp_nexp01(x), minus_half_x = xt_fp_addexp(minus_x, half);
    uint32_t r = xt_fp_sqrt0(x);
    uint32_t error = xt_fp_maddn(fpu, half, xt_fp_maddn(fpu, zero, r, r), minus_half_x);
    r = xt_fp_maddn(fpu, r, error, r);
    uint32_t s = xt_fp_maddn(fpu, zero, xt_fp_neg(minus_x), r);
    uint32_t minus_half_xr = xt_fp_maddn(fpu, zero, r, minus_half_x);
    uint32_t h = xt_fp_maddn(fpu, zero, half, r);
    uint32_t remainder = xt_fp_maddn(fpu, minus_x, s, s);
    error = xt_fp_maddn(fpu, half, minus_half_xr, r);
    s = xt_fp_maddn(fpu, s, remainder, xt_fp_neg(h));
    h = xt_fp_maddn(fpu, h, error, h);
    uint32_t scale = xt_fp_mksadj(fpu, x);
    remainder = xt_fp_maddn(fpu, xt_fp_nexp01(x), s, s);
    return xt_fp_divn(fpu, xt_fp_addexpm(s, scale), remainder, xt_fp_addexp(xt_fp_neg(h), scale));
}

} // namespace fp

#endif
