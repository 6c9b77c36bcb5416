/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of division and square root: what each is for, and that the sequences built of them round correctly. Bit
 * for bit against silicon: fp_silicon_test.cpp. */
#include "tests/support/fp_reference.h"

#include <gtest/gtest.h>

namespace
{

using fp::agree;
using fp::Outcome;
using fp::to_bits;
using fp::to_float;

const uint32_t one = 0x3f800000, infinity = 0x7f800000;

class FpSteps : public ::testing::Test
{
  protected:
    void TearDown() override
    {
        xt_fp_leave(&fpu);
    }

    struct xt_fpu fpu = {};
};

/* The ROMs' rule: the mean of the function at both ends of an interval, rounded to eight bits. */
double entry(double from, double to, double (*function)(double))
{
    return std::floor(256 * (function(from) + function(to)) / 2 + 0.5);
}

TEST_F(FpSteps, ReciprocalEstimatesFollowOneRule)
{
    for (uint32_t i = 0; i < 128; i++) {
        double expected = entry(1 + i / 128.0, 1 + (i + 1) / 128.0, [](double x) { return 1 / x; });
        if (i == 127)
            expected = 129; /* not 128: measured */
        for (uint32_t low : {0x0000u, 0xffffu}) {
            uint32_t x = one | i << 16 | low;
            EXPECT_EQ(to_float(xt_fp_recip0(&fpu, x)), expected / 256) << i;
            EXPECT_EQ(to_float(xt_fp_div0(x)), expected / 256) << i;
            EXPECT_EQ(to_float(xt_fp_div0(x + 0x00800000)), expected / 512) << i;
        }
    }
}

TEST_F(FpSteps, ReciprocalRootEstimatesFollowTheSameRule)
{
    for (uint32_t i = 0; i < 64; i++)
        for (uint32_t binade : {0u, 1u}) {
            double from = (1 + binade) * (1 + i / 64.0), to = (1 + binade) * (1 + (i + 1) / 64.0);
            double expected = entry(from, to, [](double x) { return 1 / std::sqrt(x); }) / 256;
            uint32_t x = (one | i << 17) + (binade << 23);
            EXPECT_EQ(to_float(xt_fp_rsqrt0(&fpu, x)), expected) << i;
            EXPECT_EQ(to_float(xt_fp_sqrt0(x)), expected) << i;
        }
}

/* Hence seven good bits for all numbers whose result is normal; subnormal operands are normalized first. */
TEST_F(FpSteps, EstimatesAreGoodToSevenBits)
{
    for (uint32_t x = 1; x < 0x7e800000; x += 49999) {
        double value = to_float(x);
        if (x > 0x00200000) {
            ASSERT_NEAR(to_float(xt_fp_recip0(&fpu, x)) * value, 1, 0.0082) << std::hex << x;
        }
        ASSERT_NEAR(to_float(xt_fp_rsqrt0(&fpu, x)) * std::sqrt(value), 1, 0.0082) << std::hex << x;
        ASSERT_EQ(to_float(xt_fp_recip0(&fpu, x | 0x80000000)), -to_float(xt_fp_recip0(&fpu, x)));
    }
}

TEST_F(FpSteps, EstimatesOfCornersAnswerThemselves)
{
    EXPECT_EQ(xt_fp_recip0(&fpu, 0), infinity);
    EXPECT_EQ(xt_fp_recip0(&fpu, 0x80000000), 0xff800000u);
    EXPECT_EQ(xt_fp_fsr(&fpu), uint32_t(XT_FP_DIVIDE_BY_ZERO));
    EXPECT_EQ(xt_fp_recip0(&fpu, infinity), 0u);
    EXPECT_EQ(xt_fp_recip0(&fpu, 0x001fffff), infinity) << "1/x is beyond the largest number";
    EXPECT_EQ(xt_fp_rsqrt0(&fpu, infinity), 0u);
    EXPECT_EQ(xt_fp_rsqrt0(&fpu, 0x80000000), 0xff800000u);
    xt_fp_set_fsr(&fpu, 0);
    EXPECT_TRUE(xt_fp_is_nan(xt_fp_rsqrt0(&fpu, 0xbf800000)));
    EXPECT_EQ(xt_fp_fsr(&fpu), uint32_t(XT_FP_INVALID));
}

TEST_F(FpSteps, Nexp01BringsMagnitudesIntoOneToFourAndNegates)
{
    fp::Random random(1);
    for (unsigned i = 0; i < 100000; i++) {
        uint32_t x = random.next() & 0x7fffffff;
        if ((x & infinity) == infinity || x == 0)
            continue;
        float y = to_float(xt_fp_nexp01(x));
        ASSERT_LE(y, -1.0f);
        ASSERT_GT(y, -4.0f);
        int exponent = std::ilogb(to_float(x) / -y);
        ASSERT_EQ(exponent & 1, 0) << "divided by an even power of two";
        ASSERT_EQ(std::ldexp(-y, exponent), to_float(x)) << "exactly";
    }
}

/* MKDADJ.S and MKSADJ.S alone decide Divide-by-zero and Invalid, from the operands. */
TEST_F(FpSteps, AdjustmentsRaiseWhatTheOperandsDeserve)
{
    auto flags = [&](uint32_t dividend, uint32_t divisor) {
        return fp::on_unit(&fpu, 0, [&] { return xt_fp_mkdadj(&fpu, divisor, dividend); }).flags;
    };
    EXPECT_EQ(flags(one, 0), uint32_t(XT_FP_DIVIDE_BY_ZERO));
    EXPECT_EQ(flags(infinity, 0), 0u) << "exact";
    EXPECT_EQ(flags(0, 0), uint32_t(XT_FP_INVALID));
    EXPECT_EQ(flags(infinity, infinity), uint32_t(XT_FP_INVALID));
    EXPECT_EQ(flags(0x7f800001, one), uint32_t(XT_FP_INVALID));
    EXPECT_EQ(flags(0x7fc00000, 0), 0u);
    EXPECT_EQ(fp::on_unit(&fpu, 0, [&] { return xt_fp_mksadj(&fpu, 0xbf800000); }).flags, uint32_t(XT_FP_INVALID));
    EXPECT_EQ(fp::on_unit(&fpu, 0, [&] { return xt_fp_mksadj(&fpu, 0x80000000); }).flags, 0u);
}

const unsigned count = 300000; /* in each of the four modes */

TEST_F(FpSteps, DivisionRoundsCorrectlyWithItsFlags)
{
    fp::Random random(2);
    for (unsigned mode = 0; mode < 4; mode++)
        for (unsigned i = 0; i < count; i++) {
            uint32_t x = random.operand(), y = random.operand();
            Outcome actual = fp::on_unit(&fpu, mode, [&] { return fp::divide(&fpu, x, y); });
            volatile float a = to_float(x), b = to_float(y);
            Outcome expected = fp::on_host(mode, [&]() -> float { return a / b; });
            ASSERT_TRUE(agree(actual, expected))
                << std::hex << "mode " << mode << ' ' << x << " / " << y << " = " << actual.bits << " flags "
                << actual.flags << ", host " << expected.bits << " flags " << expected.flags;
        }
}

TEST_F(FpSteps, SquareRootRoundsCorrectlyWithItsFlags)
{
    fp::Random random(3);
    for (unsigned mode = 0; mode < 4; mode++)
        for (unsigned i = 0; i < count; i++) {
            uint32_t x = random.operand();
            if (i % 8)
                x &= 0x7fffffff;
            Outcome actual = fp::on_unit(&fpu, mode, [&] { return fp::square_root(&fpu, x); });
            volatile float a = to_float(x);
            Outcome expected = fp::on_host(mode, [&]() -> float { return std::sqrt(a); });
            ASSERT_TRUE(agree(actual, expected))
                << std::hex << "mode " << mode << " sqrt " << x << " = " << actual.bits << " flags " << actual.flags
                << ", host " << expected.bits << " flags " << expected.flags;
        }
}

TEST_F(FpSteps, ANanOperandComesOutOfADivision)
{
    EXPECT_EQ(fp::divide(&fpu, one, 0x7fd5aa55), 0x7fd5aa55u ^ 0x80000000u) << "negated on its way by NEXP01.S";
    EXPECT_TRUE(xt_fp_is_nan(fp::divide(&fpu, 0x7fd5aa55, one)));
    EXPECT_EQ(fp::divide(&fpu, 0, 0), uint32_t(XT_FP_DEFAULT_NAN));
}

/* The reciprocal sequences (two Newton steps) do not round correctly, on silicon neither: within one unit. */
TEST_F(FpSteps, ReciprocalSequencesAreWithinOneUnit)
{
    fp::Random random(4);
    for (unsigned i = 0; i < 1000000; i++) {
        uint32_t x = 0x00800000 + random.next() % 0x7d800000;
        uint32_t y = xt_fp_recip0(&fpu, x);
        for (int step = 0; step < 2; step++)
            y = xt_fp_maddn(&fpu, y, y, xt_fp_msub(&fpu, one, x, y));
        uint32_t root = xt_fp_rsqrt0(&fpu, x);
        for (int step = 0; step < 2; step++) {
            uint32_t error = xt_fp_msub(&fpu, one, xt_fp_mul(&fpu, x, root), root);
            root = xt_fp_maddn(&fpu, root, xt_fp_mul(&fpu, xt_fp_const(3), root), error);
        }
        ASSERT_LE(std::abs(int32_t(y - to_bits(float(1 / double(to_float(x)))))), 1) << std::hex << x;
        ASSERT_LE(std::abs(int32_t(root - to_bits(float(1 / std::sqrt(double(to_float(x))))))), 1) << std::hex << x;
    }
}

} // namespace
