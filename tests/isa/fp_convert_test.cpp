/* SPDX-License-Identifier: Apache-2.0 */
/* FLOAT.S, UFLOAT.S, ROUND.S, TRUNC.S, FLOOR.S, CEIL.S, UTRUNC.S with every scale, against the host's doubles, in which
 * a scaled float and a 32-bit integer are exact. */
#include "tests/support/fp_reference.h"

#include <gtest/gtest.h>

namespace
{

using fp::Outcome;

class FpConvert : public ::testing::Test
{
  protected:
    void TearDown() override
    {
        xt_fp_leave(&fpu);
    }

    struct xt_fpu fpu = {};
};

const unsigned count = 1000000;

TEST_F(FpConvert, IntegersRoundByTheModeAndScaleDown)
{
    fp::Random random(1);
    for (unsigned i = 0; i < count; i++) {
        unsigned mode = i % 4, scale = i / 4 % 16;
        uint32_t integer = random.next() >> random.next() % 32;
        volatile double scaled = std::ldexp(double(int32_t(integer)), -int(scale));
        Outcome expected = fp::on_host(mode, [&] { return float(scaled); });
        Outcome actual = fp::on_unit(&fpu, mode, [&] { return xt_fp_float(&fpu, integer, scale); });
        ASSERT_EQ(actual.bits, expected.bits) << integer << ' ' << scale << ' ' << mode;
        ASSERT_EQ(actual.flags, expected.flags) << integer << ' ' << scale << ' ' << mode;

        volatile double scaled_unsigned = std::ldexp(double(integer), -int(scale));
        expected = fp::on_host(mode, [&] { return float(scaled_unsigned); });
        actual = fp::on_unit(&fpu, mode, [&] { return xt_fp_ufloat(&fpu, integer, scale); });
        ASSERT_EQ(actual.bits, expected.bits) << integer << ' ' << scale << ' ' << mode;
        ASSERT_EQ(actual.flags, expected.flags) << integer << ' ' << scale << ' ' << mode;
    }
}

/* What a signed conversion should give for the exact value `rounded`, which came from `exact`. */
Outcome saturate(double exact, double rounded)
{
    if (std::isnan(exact))
        return {0x7fffffff, XT_FP_INVALID};
    if (rounded > 2147483647.0)
        return {0x7fffffff, XT_FP_INVALID};
    if (rounded < -2147483648.0)
        return {0x80000000, XT_FP_INVALID};
    return {uint32_t(int32_t(rounded)), rounded != exact ? uint32_t(XT_FP_INEXACT) : 0};
}

TEST_F(FpConvert, ToIntegerScalesUpRoundsAndSaturates)
{
    fp::Random random(2);
    for (unsigned i = 0; i < count; i++) {
        unsigned scale = i % 16, mode = i / 16 % 4; /* FCR.RM must not matter here */
        uint32_t bits = random.operand();
        if (i % 3 == 0) /* around the integers */
            bits = (bits & 0x807fffff) | (120 - scale + random.next() % 42) << 23;
        double exact = std::ldexp(double(fp::to_float(bits)), int(scale));
        auto check = [&](auto convert, double rounded, const char *name) {
            Outcome expected = saturate(exact, rounded);
            Outcome actual = fp::on_unit(&fpu, mode, [&] { return convert(&fpu, bits, scale); });
            ASSERT_EQ(actual.bits, expected.bits) << name << std::hex << ' ' << bits << " scale " << scale;
            ASSERT_EQ(actual.flags, expected.flags) << name << std::hex << ' ' << bits << " scale " << scale;
        };
        check(xt_fp_round, std::nearbyint(exact), "round");
        check(xt_fp_trunc, std::trunc(exact), "trunc");
        check(xt_fp_floor, std::floor(exact), "floor");
        check(xt_fp_ceil, std::ceil(exact), "ceil");
    }
}

TEST_F(FpConvert, UnsignedTruncationWrapsNegativesAsTheSignedOneWould)
{
    fp::Random random(3);
    for (unsigned i = 0; i < count; i++) {
        unsigned scale = i % 16;
        uint32_t bits = random.operand();
        if (i % 3 == 0)
            bits = (bits & 0x807fffff) | (120 - scale + random.next() % 42) << 23;
        double exact = std::ldexp(double(fp::to_float(bits)), int(scale)), rounded = std::trunc(exact);
        Outcome expected = {uint32_t(0), rounded != exact ? uint32_t(XT_FP_INEXACT) : 0};
        if (std::isnan(exact) || rounded > 4294967295.0)
            expected = {0xffffffff, XT_FP_INVALID};
        else if (rounded <= -1)
            expected = {rounded < -2147483648.0 ? 0x80000000 : uint32_t(int32_t(rounded)), XT_FP_INVALID};
        else
            expected.bits = uint32_t(rounded);
        Outcome actual = fp::on_unit(&fpu, i / 16 % 4, [&] { return xt_fp_utrunc(&fpu, bits, scale); });
        ASSERT_EQ(actual.bits, expected.bits) << std::hex << bits << " scale " << scale;
        ASSERT_EQ(actual.flags, expected.flags) << std::hex << bits << " scale " << scale;
    }
}

TEST_F(FpConvert, TiesGoToEven)
{
    const struct {
        float value;
        int32_t expected;
    } ties[] = {{0.5f, 0}, {1.5f, 2}, {2.5f, 2}, {-0.5f, 0}, {-1.5f, -2}, {-2.5f, -2}};
    for (auto tie : ties)
        EXPECT_EQ(int32_t(xt_fp_round(&fpu, fp::to_bits(tie.value), 0)), tie.expected) << tie.value;
}

} // namespace
