/* SPDX-License-Identifier: Apache-2.0 */
/* The double-precision accelerator. Comparisons are checked as published code uses them. For the rest, this file is the
 * software that the instructions would serve: IEEE addition, subtraction, multiplication, division and square root of
 * doubles from 32-bit words, against the host. */
#include "cpu_iss/f64.h"
#include "tests/support/fp_reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace
{

struct Words {
    uint32_t hi, lo;
};

Words split(double value)
{
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return {uint32_t(bits >> 32), uint32_t(bits)};
}

double join(Words words)
{
    uint64_t bits = uint64_t(words.hi) << 32 | words.lo;
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

bool same(double a, double b)
{
    return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

/* A core that runs double-precision software: the accelerator's state and SAR. */
class Accelerator
{
  public:
    uint32_t compare(double a, double b, unsigned operation)
    {
        Words x = split(a), y = split(b);
        xt_f64_cmpl(&f64, x.lo, y.lo);
        return xt_f64_cmph(&f64, x.hi, y.hi, operation, &sar);
    }

    double add_or_subtract(double a, double b, unsigned operation)
    {
        uint32_t s = compare(a, b, operation);
        Words x = split(a), y = split(b);
        if (s & XT_F64_SIMPLEX)
            return round({0, 0}, XT_F64_ROUND_ONLY);
        if (s & XT_F64_RETURN_A)
            return a;
        if (s & XT_F64_RETURN_B)
            return join({(y.hi & 0x7fffffff) | (s & XT_F64_SIGN) << 20, y.lo});
        Words large = s & XT_F64_A_LARGER ? x : y, small = s & XT_F64_A_LARGER ? y : x;
        Words sum = {xt_f64_sig(large.hi), large.lo}, addend = {xt_f64_sig(small.hi), small.lo};
        Words lost = {0, 0}; /* what the alignment shifts out */
        if (s & XT_F64_LONG_PRE)
            addend = {0, addend.hi}, lost.hi = small.lo;
        lost = {shift_right(addend.lo, lost.hi), shift_right(lost.hi, 0)};
        addend = {addend.hi >> sar, shift_right(addend.hi, addend.lo)};
        if (!(s & XT_F64_SUBTRACT)) {
            sum.lo = xt_f64_addc(&f64, sum.lo, addend.lo, 1, 0);
            sum.hi = xt_f64_addc(&f64, sum.hi, addend.hi, 0, 0);
            xt_f64_write(&f64, lost.hi, lost.lo, 0);
            return round(sum, XT_F64_SEEK);
        }
        lost.lo = xt_f64_subc(&f64, 0, lost.lo, 1, 0);
        lost.hi = xt_f64_subc(&f64, 0, lost.hi, 0, 0);
        sum.lo = xt_f64_subc(&f64, sum.lo, addend.lo, 0, 0);
        sum.hi = xt_f64_subc(&f64, sum.hi, addend.hi, 0, 0);
        if (s & XT_F64_NEAR) {
            /* At most one bit was lost: bring it in, then normalize exactly. */
            if (sum.hi < 1u << 20 && (f64.s & XT_F64_EXPONENT) > 1) {
                sum = {sum.hi << 1 | sum.lo >> 31, sum.lo << 1 | lost.hi >> 31};
                lost.hi = 0;
                f64.s--; /* WUR.F64S */
            }
            uint32_t hi = xt_f64_norm(&f64, sum.hi, sum.lo, 0, &sar);
            sum = {hi, xt_f64_norm(&f64, sum.hi, sum.lo, 1, &sar)};
        }
        xt_f64_write(&f64, lost.hi, lost.lo, 0);
        return round(sum, XT_F64_SEEK);
    }

    /* Of normal numbers with a normal product, else *is_complex. */
    double multiply(double a, double b, bool *is_complex)
    {
        uint32_t s = compare(a, b, XT_F64_MUL);
        if (s & XT_F64_SIMPLEX)
            return round({0, 0}, XT_F64_ROUND_ONLY);
        *is_complex = s & XT_F64_COMPLEX;
        Words x = split(a), y = split(b);
        unsigned __int128 product = significand(x); /* MULL and MULUH */
        product *= significand(y);
        xt_f64_write(&f64, uint32_t(product >> 20), uint32_t(product << 12), 0);
        return round({uint32_t(product >> 84), uint32_t(product >> 52)}, XT_F64_SEEK);
    }

    double divide(double a, double b, bool *is_complex)
    {
        uint32_t s = compare(a, b, XT_F64_DIV);
        if (s & XT_F64_SIMPLEX)
            return round({0, 0}, XT_F64_ROUND_ONLY);
        *is_complex = s & XT_F64_COMPLEX;
        Words x = split(a), y = split(b), quotient = {0, 0};
        uint32_t divisor = xt_f64_sig(y.hi), guard = 0;
        xt_f64_write(&f64, xt_f64_sig(x.hi), x.lo, 0);
        for (int bit = 52; bit >= -2; bit--) {
            uint32_t &word = bit >= 32 ? quotient.hi : bit >= 0 ? quotient.lo : guard;
            word = xt_f64_iter(&f64, word, divisor, y.lo, XT_F64_DIVIDE, bit == -2);
        }
        bool is_exact = xt_f64_read(&f64, 0) == 0 && xt_f64_read(&f64, 1) == 0;
        xt_f64_write(&f64, guard << 30, !is_exact, 0);
        return round(quotient, XT_F64_SEEK);
    }

    double root(double a, bool *is_complex)
    {
        uint32_t s = compare(a, 0, XT_F64_SQRT);
        if (s & XT_F64_SIMPLEX)
            return round({0, 0}, XT_F64_ROUND_ONLY);
        *is_complex = s & XT_F64_COMPLEX;
        Words x = split(a), root = {0, 0};
        uint64_t radicand = significand(x) << sar;
        xt_f64_write(&f64, uint32_t(radicand >> 32), uint32_t(radicand), 0);
        for (uint32_t bit = 1u << 20; bit; bit >>= 1)
            root.hi = xt_f64_iter(&f64, root.hi, root.lo, bit, XT_F64_ROOT_HIGH, 0);
        for (uint32_t bit = 1u << 31; bit; bit >>= 1)
            root.lo = xt_f64_iter(&f64, root.lo, root.hi, bit, XT_F64_ROOT_LOW, bit == 1);
        /* The remainder tells on which side of the middle between two doubles the root is. */
        uint64_t remainder = uint64_t(xt_f64_read(&f64, 1)) << 32 | xt_f64_read(&f64, 0);
        bool is_above = remainder > (uint64_t(root.hi) << 32 | root.lo);
        xt_f64_write(&f64, is_above ? 0x80000000 : 0, remainder != 0, 0);
        return round(root, XT_F64_ROUND_ONLY);
    }

    struct xt_f64 f64 = {};
    uint32_t sar = 0;

  private:
    /* SRC: the low word of high:low shifted right by SAR. */
    uint32_t shift_right(uint32_t high, uint32_t low) const
    {
        return uint32_t((uint64_t(high) << 32 | low) >> sar);
    }

    static uint64_t significand(Words x)
    {
        return uint64_t(xt_f64_sig(x.hi)) << 32 | x.lo;
    }

    double round(Words significand, unsigned mode)
    {
        uint32_t hi = xt_f64_rnd(&f64, significand.hi, significand.lo, mode);
        EXPECT_EQ(hi, xt_f64_read(&f64, 1));
        return join({hi, xt_f64_read(&f64, 0)});
    }
};

/* Doubles of all kinds; pairs often of like size. */
class Operands
{
  public:
    double any()
    {
        static const double corners[] = {0.0, 1.0, 1.5, 0x1p-1022, 0x1p-1074, 0x1.fffffffffffffp1023, INFINITY, NAN};
        uint32_t kind = random.next();
        if (kind % 8 == 0) {
            double value = corners[(kind >> 8) % 8];
            return kind & 0x10000 ? -value : value;
        }
        Words words = {random.next(), random.next()};
        if (kind % 8 < 5)
            words.hi = (words.hi & 0x800fffff) | (1023 - 40 + random.next() % 80) << 20;
        if (kind % 8 == 5)
            words.hi &= 0x801fffff;
        if (kind % 16 == 6)
            words.lo &= 0xff000000;
        return join(words);
    }

    double near(double other)
    {
        Words words = split(other);
        words.lo += random.next() % 8;
        words.hi ^= 0x80000000;
        return join(words);
    }

    fp::Random random{9};
};

const unsigned count = 1000000;

TEST(F64, ComparesAsIeee)
{
    Accelerator core;
    Operands operands;
    for (unsigned i = 0; i < count; i++) {
        double a = operands.any(), b = i % 4 == 0 ? -operands.near(a) : i % 4 == 1 ? operands.any() : a * (i % 3);
        ASSERT_EQ(core.compare(a, b, XT_F64_LT), uint32_t(a < b)) << a << ' ' << b;
        ASSERT_EQ(core.compare(a, b, XT_F64_LE), uint32_t(a <= b)) << a << ' ' << b;
        ASSERT_EQ(core.compare(a, b, XT_F64_EQ), uint32_t(a == b)) << a << ' ' << b;
        ASSERT_EQ(core.compare(a, b, XT_F64_GT), uint32_t(a > b)) << a << ' ' << b;
        ASSERT_EQ(core.compare(a, b, XT_F64_GE), uint32_t(a >= b)) << a << ' ' << b;
        ASSERT_EQ(core.compare(a, b, XT_F64_NE), uint32_t(a != b)) << a << ' ' << b;
    }
}

TEST(F64, TestClassesBothOperands)
{
    Accelerator core;
    EXPECT_EQ(core.compare(0.0, -0.0, XT_F64_TEST), uint32_t(XT_F64_A_ZERO | XT_F64_B_ZERO));
    EXPECT_EQ(core.compare(INFINITY, NAN, XT_F64_TEST), uint32_t(XT_F64_A_INFINITE | XT_F64_B_NAN));
    EXPECT_EQ(core.compare(NAN, -INFINITY, XT_F64_TEST), uint32_t(XT_F64_A_NAN | XT_F64_B_INFINITE));
    EXPECT_EQ(core.compare(1.0, 0x1p-1074, XT_F64_TEST), uint32_t(XT_F64_B_SUBNORMAL));
}

TEST(F64, SoftwareAddsAndSubtracts)
{
    Accelerator core;
    Operands operands;
    for (unsigned i = 0; i < count; i++) {
        double a = operands.any(), b = i % 4 == 0 ? operands.near(a) : operands.any();
        ASSERT_TRUE(same(core.add_or_subtract(a, b, XT_F64_ADD), a + b)) << std::hexfloat << a << ' ' << b;
        ASSERT_TRUE(same(core.add_or_subtract(a, b, XT_F64_SUB), a - b)) << std::hexfloat << a << ' ' << b;
    }
}

TEST(F64, SoftwareMultiplies)
{
    Accelerator core;
    Operands operands;
    for (unsigned i = 0; i < count; i++) {
        double a = operands.any(), b = operands.any();
        bool is_complex = false;
        double product = core.multiply(a, b, &is_complex);
        ASSERT_TRUE(is_complex || same(product, a * b)) << std::hexfloat << a << ' ' << b;
        bool is_subnormal_involved = std::fpclassify(a) == FP_SUBNORMAL || std::fpclassify(b) == FP_SUBNORMAL;
        ASSERT_TRUE(!is_complex || is_subnormal_involved || std::fabs(a * b) <= 0x1p-1021)
            << std::hexfloat << a << ' ' << b;
    }
}

TEST(F64, SoftwareDivides)
{
    Accelerator core;
    Operands operands;
    for (unsigned i = 0; i < count; i++) {
        double a = operands.any(), b = operands.any();
        bool is_complex = false;
        double quotient = core.divide(a, b, &is_complex);
        ASSERT_TRUE(is_complex || same(quotient, a / b)) << std::hexfloat << a << ' ' << b;
        bool is_subnormal_involved = std::fpclassify(a) == FP_SUBNORMAL || std::fpclassify(b) == FP_SUBNORMAL;
        ASSERT_TRUE(!is_complex || is_subnormal_involved || std::fabs(a / b) <= 0x1p-1021)
            << std::hexfloat << a << ' ' << b;
    }
}

TEST(F64, SoftwareTakesRoots)
{
    Accelerator core;
    Operands operands;
    for (unsigned i = 0; i < count / 4; i++) {
        double a = i % 8 ? std::fabs(operands.any()) : operands.any();
        bool is_complex = false;
        double root = core.root(a, &is_complex);
        ASSERT_EQ(is_complex, a > 0 && std::fpclassify(a) == FP_SUBNORMAL) << std::hexfloat << a;
        ASSERT_TRUE(is_complex || same(root, std::sqrt(a))) << std::hexfloat << a;
    }
}

TEST(F64, CarriesFormTwoIndependentChains)
{
    struct xt_f64 f64 = {};
    EXPECT_EQ(xt_f64_addc(&f64, 0xffffffff, 1, 1, 0), 0u);
    EXPECT_EQ(f64.s, uint32_t(XT_F64_CARRY0));
    EXPECT_EQ(xt_f64_subc(&f64, 0, 1, 1, 1), 0xffffffffu);
    EXPECT_EQ(f64.s, uint32_t(XT_F64_CARRY0 | XT_F64_CARRY1));
    EXPECT_EQ(xt_f64_addc(&f64, 5, 7, 2, 0), 6u) << "the carry alone";
    EXPECT_EQ(f64.s, uint32_t(XT_F64_CARRY1));
    EXPECT_EQ(xt_f64_subc(&f64, 5, 7, 3, 1), 5u);
    EXPECT_EQ(f64.s, 0u);
}

TEST(F64, WordsGoInAndOut)
{
    struct xt_f64 f64 = {};
    xt_f64_write(&f64, 0x11111111, 0x22222222, 0);
    EXPECT_EQ(xt_f64_read(&f64, 1), 0x11111111u);
    EXPECT_EQ(xt_f64_read(&f64, 0), 0x22222222u);
    xt_f64_write(&f64, 0x11111111, 0x22222222, 1);
    EXPECT_EQ(xt_f64_read(&f64, 1), 0x22222222u);
    EXPECT_EQ(xt_f64_sig(0xbff80000), 0x00180000u);
    EXPECT_EQ(xt_f64_sig(0x80012345), 0x00012345u);
    EXPECT_EQ(xt_f64_sexp(0xbff80000, 0x3fe), 0xbfe80000u);
}

} // namespace
