/* SPDX-License-Identifier: Apache-2.0 */
/* ADD.S, SUB.S, MUL.S, MADD.S, MSUB.S, MADDN.S and the comparisons against the host's IEEE 754, in all rounding modes,
 * with their flags; and what IEEE leaves to the implementation: NaNs. */
#include "tests/support/fp_reference.h"

#include <gtest/gtest.h>

namespace
{

using fp::agree;
using fp::Outcome;
using fp::to_float;

const uint32_t quiet1 = 0x7fc11111, quiet2 = 0xffc22222, quiet3 = 0x7fc33333, signalling = 0x7f855555;
const uint32_t one = 0x3f800000, infinity = 0x7f800000, minus_infinity = 0xff800000, default_nan = 0x7fc00000;

class FpArith : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        xt_fp_reset(&fpu);
    }

    void TearDown() override
    {
        xt_fp_leave(&fpu);
    }

    /* Compares `count` random operations a mode; unit(r, s, t) is the instruction, host the expression. */
    template <typename Unit, typename Host> void compare(unsigned count, Unit unit, Host host)
    {
        fp::Random random(count);
        for (unsigned mode = 0; mode < 4; mode++)
            for (unsigned i = 0; i < count; i++) {
                uint32_t r = random.operand(), s = random.operand(), t = random.operand();
                if (i % 4 == 0) /* cancellation */
                    t = (s ^ 0x80000000) + (random.next() & 3);
                Outcome actual = fp::on_unit(&fpu, mode, [&] { return unit(r, s, t); });
                volatile float x = to_float(r), y = to_float(s), z = to_float(t);
                Outcome expected = fp::on_host(mode, [&]() -> float { return host(x, y, z); });
                if (xt_fp_is_nan(r) && std::isnan(y * z) && !std::isnan(y) && !std::isnan(z))
                    continue; /* IEEE 754 leaves open whether infinity * 0 + NaN is invalid; there is a test below */
                ASSERT_TRUE(agree(actual, expected))
                    << std::hex << "mode " << mode << " operands " << r << ' ' << s << ' ' << t << ": " << actual.bits
                    << " flags " << actual.flags << ", host " << expected.bits << " flags " << expected.flags;
            }
    }

    struct xt_fpu fpu = {};
};

const unsigned count = 300000; /* in each of the four modes */

TEST_F(FpArith, AddsAsIeee)
{
    compare(
        count, [&](uint32_t, uint32_t s, uint32_t t) { return xt_fp_add(&fpu, s, t); },
        [](float, float s, float t) { return s + t; });
}

TEST_F(FpArith, SubtractsAsIeee)
{
    compare(
        count, [&](uint32_t, uint32_t s, uint32_t t) { return xt_fp_sub(&fpu, s, t); },
        [](float, float s, float t) { return s - t; });
}

TEST_F(FpArith, MultipliesAsIeee)
{
    compare(
        count, [&](uint32_t, uint32_t s, uint32_t t) { return xt_fp_mul(&fpu, s, t); },
        [](float, float s, float t) { return s * t; });
}

TEST_F(FpArith, MultiplyAddRoundsOnce)
{
    compare(
        count, [&](uint32_t r, uint32_t s, uint32_t t) { return xt_fp_madd(&fpu, r, s, t); },
        [](float r, float s, float t) { return std::fma(s, t, r); });
}

TEST_F(FpArith, MultiplySubtractRoundsOnce)
{
    compare(
        count, [&](uint32_t r, uint32_t s, uint32_t t) { return xt_fp_msub(&fpu, r, s, t); },
        [](float r, float s, float t) { return std::fma(-s, t, r); });
}

/* fr + fs * ft a hair beside the middle of two floats: the product in double, then rounded twice, would be wrong. */
TEST_F(FpArith, MultiplyAddRoundsOnceBesideTies)
{
    fp::Random random(5);
    for (unsigned mode = 0; mode < 4; mode++)
        for (unsigned i = 0; i < count; i++) {
            uint32_t s = (random.next() & 0x807fffff) | 127u << 23, t = (random.next() & 0x007fffff) | 127u << 23;
            uint32_t r = (random.next() & 0x80000000) | (127 + random.next() % 60) << 23;
            if (random.next() & 1)
                s &= 0xff800000, t &= 0xff800000, r |= 1, r += (random.next() % 3) << 23;
            Outcome actual = fp::on_unit(&fpu, mode, [&] { return xt_fp_madd(&fpu, r, s, t); });
            volatile float x = to_float(r), y = to_float(s), z = to_float(t);
            Outcome expected = fp::on_host(mode, [&]() -> float { return std::fma(y, z, x); });
            ASSERT_TRUE(agree(actual, expected)) << std::hex << mode << ' ' << r << ' ' << s << ' ' << t;
        }
}

/* The integer code is what runs on hosts without SSE; here it must not differ from the SSE instructions in a single
 * bit, NaNs included. */
TEST_F(FpArith, IntegerCodeAndHostInstructionsAreTheSame)
{
    fp::Random random(6);
    for (unsigned i = 0; i < 1000000; i++) {
        unsigned mode = i % 4;
        uint32_t r = random.operand(), s = random.operand(), t = random.operand();
        auto same = [&](auto fast, auto soft) {
            Outcome a = fp::on_unit(&fpu, mode, fast), b = fp::on_unit(&fpu, mode, soft);
            return a.bits == b.bits && a.flags == b.flags;
        };
        ASSERT_TRUE(same([&] { return xt_fp_add(&fpu, s, t); }, [&] { return xt_fp_add_soft(&fpu, s, t); }));
        ASSERT_TRUE(same([&] { return xt_fp_sub(&fpu, s, t); }, [&] { return xt_fp_sub_soft(&fpu, s, t); }));
        ASSERT_TRUE(same([&] { return xt_fp_mul(&fpu, s, t); }, [&] { return xt_fp_mul_soft(&fpu, s, t); }));
        ASSERT_TRUE(same([&] { return xt_fp_madd(&fpu, r, s, t); }, [&] { return xt_fp_madd_soft(&fpu, r, s, t); }));
        ASSERT_TRUE(same([&] { return xt_fp_msub(&fpu, r, s, t); }, [&] { return xt_fp_msub_soft(&fpu, r, s, t); }));
    }
}

/* With the Inexact flag up it may run on the host, else it may not: both must give the same and raise nothing. */
TEST_F(FpArith, MaddnRoundsToNearestInAnyModeAndRaisesNothing)
{
    fp::Random random(7);
    for (unsigned i = 0; i < 4 * count; i++) {
        uint32_t r = random.operand(), s = random.operand(), t = random.operand();
        if (i % 4 == 0)
            t = s, r = xt_fp_neg(xt_fp_mul_soft(&fpu, s, t)) + (random.next() & 3);
        Outcome nearest = fp::on_unit(&fpu, XT_FP_NEAREST_EVEN, [&] { return xt_fp_madd_soft(&fpu, r, s, t); });
        uint32_t before = i & 1 ? uint32_t(XT_FP_INEXACT) : 0;
        xt_fp_set_fcr(&fpu, i / 2 % 4);
        xt_fp_set_fsr(&fpu, before);
        ASSERT_EQ(xt_fp_maddn(&fpu, r, s, t), nearest.bits) << std::hex << r << ' ' << s << ' ' << t;
        ASSERT_EQ(xt_fp_fsr(&fpu), before) << std::hex << r << ' ' << s << ' ' << t;
    }
}

/* The flag may still be in the host's register when the first of them comes. */
TEST_F(FpArith, MaddnSeesInexactBeforeItIsRead)
{
    xt_fp_set_fsr(&fpu, 0);
    xt_fp_add(&fpu, one, 1);
    EXPECT_EQ(xt_fp_maddn(&fpu, one, 0x3f800001, 0x3f800001), 0x40000001u);
    EXPECT_EQ(xt_fp_fsr(&fpu), uint32_t(XT_FP_INEXACT));
}

TEST_F(FpArith, TheLastNanOperandWinsAndBecomesQuiet)
{
    EXPECT_EQ(xt_fp_add(&fpu, quiet1, quiet2), quiet2);
    EXPECT_EQ(xt_fp_sub(&fpu, quiet1, quiet2), quiet2) << "and keeps its sign";
    EXPECT_EQ(xt_fp_mul(&fpu, quiet1, quiet2), quiet2);
    EXPECT_EQ(xt_fp_add(&fpu, quiet1, one), quiet1);
    EXPECT_EQ(xt_fp_add(&fpu, one, signalling), signalling | 0x00400000);
}

TEST_F(FpArith, AnAccumulatorNanOutranksTheFactors)
{
    EXPECT_EQ(xt_fp_madd(&fpu, quiet1, quiet2, quiet3), quiet1);
    EXPECT_EQ(xt_fp_madd(&fpu, one, quiet2, quiet3), quiet3);
    EXPECT_EQ(xt_fp_madd(&fpu, one, quiet2, one), quiet2);
    EXPECT_EQ(xt_fp_msub(&fpu, one, quiet2, one), quiet2);
    EXPECT_EQ(xt_fp_maddn(&fpu, quiet1, quiet2, quiet3), quiet1);
}

TEST_F(FpArith, InfinityTimesZeroIsInvalidEvenBesideANan)
{
    Outcome outcome = fp::on_unit(&fpu, 0, [&] { return xt_fp_madd(&fpu, quiet1, infinity, 0); });
    EXPECT_EQ(outcome.bits, quiet1);
    EXPECT_EQ(outcome.flags, uint32_t(XT_FP_INVALID));
}

TEST_F(FpArith, OnlySignallingNansRaiseInvalid)
{
    EXPECT_EQ(fp::on_unit(&fpu, 0, [&] { return xt_fp_add(&fpu, quiet1, one); }).flags, 0u);
    EXPECT_EQ(fp::on_unit(&fpu, 0, [&] { return xt_fp_add(&fpu, signalling, one); }).flags, uint32_t(XT_FP_INVALID));
    EXPECT_EQ(fp::on_unit(&fpu, 0, [&] { return xt_fp_abs(signalling); }).flags, 0u);
}

TEST_F(FpArith, AnOperationWithoutAnswerGivesTheDefaultNan)
{
    EXPECT_EQ(xt_fp_add(&fpu, infinity, minus_infinity), default_nan);
    EXPECT_EQ(xt_fp_sub(&fpu, minus_infinity, minus_infinity), default_nan);
    EXPECT_EQ(xt_fp_mul(&fpu, 0, minus_infinity), default_nan);
    EXPECT_EQ(xt_fp_madd(&fpu, one, infinity, 0x80000000), default_nan);
    EXPECT_EQ(xt_fp_msub(&fpu, infinity, infinity, one), default_nan);
}

TEST_F(FpArith, FlagsStayUntilSoftwareClearsThem)
{
    xt_fp_add(&fpu, infinity, minus_infinity);
    xt_fp_mul(&fpu, 0x00800000, 0x3f7fffff);
    xt_fp_leave(&fpu); /* the core leaves for a bus access */
    xt_fp_mul(&fpu, 0x7f000000, 0x7f000000);
    xt_fp_add(&fpu, one, one); /* exact: raises nothing, clears nothing */
    EXPECT_EQ(xt_fp_fsr(&fpu), uint32_t(XT_FP_INVALID | XT_FP_UNDERFLOW | XT_FP_OVERFLOW | XT_FP_INEXACT));
    EXPECT_EQ(xt_fp_fsr(&fpu), uint32_t(XT_FP_INVALID | XT_FP_UNDERFLOW | XT_FP_OVERFLOW | XT_FP_INEXACT));
    xt_fp_set_fsr(&fpu, XT_FP_DIVIDE_BY_ZERO);
    EXPECT_EQ(xt_fp_fsr(&fpu), uint32_t(XT_FP_DIVIDE_BY_ZERO));
}

/* Between runs the guest's rounding and flags must not show in the host's arithmetic, nor the host's in the guest's. */
TEST_F(FpArith, HostAndGuestDoNotSeeEachOther)
{
    volatile float tiny = 1e-30f, big = 1.0f;
    std::fesetround(FE_UPWARD);
    std::feclearexcept(FE_ALL_EXCEPT);
    xt_fp_set_fcr(&fpu, XT_FP_DOWNWARD);
    uint32_t before = xt_fp_add(&fpu, one, 0x00000001);
    xt_fp_leave(&fpu);
    volatile float on_host = big + tiny;
    std::feclearexcept(FE_ALL_EXCEPT);
    uint32_t after = xt_fp_add(&fpu, one, 0x80000001);
    xt_fp_leave(&fpu);
    int host_flags = std::fetestexcept(FE_ALL_EXCEPT);
    std::fesetround(FE_TONEAREST);
    EXPECT_EQ(before, one);
    EXPECT_EQ(fp::to_bits(on_host), one + 1);
    EXPECT_EQ(after, one - 1);
    EXPECT_EQ(host_flags, 0);
}

TEST_F(FpArith, ControlAndStatusKeepTheirDefinedBitsOnly)
{
    xt_fp_set_fcr(&fpu, 0xffffffff);
    xt_fp_set_fsr(&fpu, 0xffffffff);
    EXPECT_EQ(fpu.fcr, 0x7fu);
    EXPECT_EQ(xt_fp_fsr(&fpu), 0xf80u);
}

TEST_F(FpArith, SignOperationsTouchTheSignAlone)
{
    for (uint32_t bits : {0u, 0x80000000u, signalling, quiet2, 0xbf800000u, minus_infinity}) {
        EXPECT_EQ(xt_fp_abs(bits), bits & 0x7fffffff);
        EXPECT_EQ(xt_fp_neg(bits), bits ^ 0x80000000);
    }
}

TEST_F(FpArith, ConstTakesTwoBitsOfItsImmediate)
{
    for (unsigned immediate = 0; immediate < 16; immediate++) {
        const float constants[4] = {0, 1, 2, 0.5f};
        EXPECT_EQ(xt_fp_const(immediate), fp::to_bits(constants[immediate % 4]));
    }
}

TEST_F(FpArith, ComparisonsKnowAboutUnordered)
{
    fp::Random random(8);
    for (unsigned i = 0; i < 1000000; i++) {
        uint32_t s = random.operand(), t = i % 8 ? random.operand() : s ^ (random.next() & 0x80000000);
        float x = to_float(s), y = to_float(t);
        bool is_unordered = xt_fp_is_nan(s) || xt_fp_is_nan(t);
        uint32_t quiet = xt_fp_is_signalling(s) || xt_fp_is_signalling(t) ? uint32_t(XT_FP_INVALID) : 0;
        uint32_t loud = is_unordered ? uint32_t(XT_FP_INVALID) : 0;
        auto expect = [&](auto predicate, bool answer, uint32_t flags, const char *name) {
            Outcome outcome = fp::on_unit(&fpu, 0, [&] { return predicate(&fpu, s, t); });
            ASSERT_EQ(outcome.bits, uint32_t(answer)) << name << std::hex << ' ' << s << ' ' << t;
            ASSERT_EQ(outcome.flags, flags) << name << std::hex << ' ' << s << ' ' << t;
        };
        expect(xt_fp_un, is_unordered, quiet, "un");
        expect(xt_fp_oeq, x == y, quiet, "oeq");
        expect(xt_fp_ueq, is_unordered || x == y, quiet, "ueq");
        expect(xt_fp_olt, x < y, loud, "olt");
        expect(xt_fp_ult, is_unordered || x < y, quiet, "ult");
        expect(xt_fp_ole, x <= y, loud, "ole");
        expect(xt_fp_ule, is_unordered || x <= y, quiet, "ule");
    }
}

} // namespace
