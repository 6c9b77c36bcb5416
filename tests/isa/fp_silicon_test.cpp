/* SPDX-License-Identifier: Apache-2.0 */
/* Against silicon. The lightplayer project (github.com/PhotomancerArt/lightplayer) ran grids of operands on chips and
 * published a digest over every result and its FSR, in lp-xt/lp-xt-emu/tests/fixtures/fp/captures: families-esp32v3.txt
 * from an ESP32 (LX6, chip revision 3), helpers2.txt from an ESP32-S3, whose FPU is the same. Here the unit goes over
 * the same grids. A digest is one number, so a failure says only which grid; the other tests say what. */
#include "tests/support/fp_reference.h"

#include <gtest/gtest.h>

#include <functional>

namespace
{

uint32_t mix(uint32_t x)
{
    x = (x ^ x >> 16) * 0x7feb352d;
    x = (x ^ x >> 15) * 0x846ca68b;
    return x ^ x >> 16;
}

class FpSilicon : public ::testing::Test
{
  protected:
    void TearDown() override
    {
        xt_fp_leave(&fpu);
    }

    /* One row: clears the flags, computes, digests result and flags. */
    template <typename Operation> void row(Operation f, unsigned mode = 0)
    {
        fp::Outcome outcome = fp::on_unit(&fpu, mode, f);
        digest = mix(digest ^ rows++);
        digest = mix(digest ^ outcome.bits) + outcome.flags;
    }

    uint32_t add_sub_mul(unsigned which, uint32_t a, uint32_t b)
    {
        return which == 0 ? xt_fp_add(&fpu, a, b) : which == 1 ? xt_fp_sub(&fpu, a, b) : xt_fp_mul(&fpu, a, b);
    }

    struct xt_fpu fpu = {};
    uint32_t digest = 0x811c9dc5, rows = 0;
};

uint32_t number(uint32_t sign, uint32_t exponent, uint32_t fraction)
{
    return sign << 31 | exponent << 23 | fraction;
}

/* --- the ESP32 itself --- */

/* Sums, differences and products with operands half a unit apart, a tie and its neighbours, in all modes. */
TEST_F(FpSilicon, Rounding)
{
    for (unsigned operation = 0; operation < 3; operation++)
        for (unsigned mode = 0; mode < 4; mode++)
            for (uint32_t exponent : {127, 130, 100, 150, 60, 200})
                for (uint32_t fraction : {0, 1, 0x400000, 0x7fffff, 2, 3})
                    for (uint32_t sign : {0, 1})
                        for (uint32_t beside : {0, -1, 1}) {
                            uint32_t a = number(sign, exponent, fraction);
                            uint32_t b = number(sign, exponent - 24, 0) + beside;
                            row([&] { return add_sub_mul(operation, a, b); }, mode);
                        }
    EXPECT_EQ(rows, 2592u);
    EXPECT_EQ(digest, 0x2fbcc489u);
}

TEST_F(FpSilicon, NanPayloads)
{
    const uint32_t nans[] = {0x7fc00000, 0x7fd5aa55, 0xffc00000, 0x7f800001, 0x7fa5a5a5, 0xff800001};
    const uint32_t one = 0x3f800000, inf = 0x7f800000, minus_inf = 0xff800000, minus_zero = 0x80000000;
    const std::function<uint32_t(uint32_t, uint32_t)> operations[] = {
        [&](uint32_t a, uint32_t b) { return xt_fp_add(&fpu, a, b); },
        [&](uint32_t a, uint32_t b) { return xt_fp_sub(&fpu, a, b); },
        [&](uint32_t a, uint32_t b) { return xt_fp_mul(&fpu, a, b); },
        [&](uint32_t a, uint32_t b) { return xt_fp_madd(&fpu, one, a, b); },
        [&](uint32_t a, uint32_t b) { return xt_fp_msub(&fpu, one, a, b); },
        [&](uint32_t a, uint32_t b) { return xt_fp_oeq(&fpu, a, b); },
        [&](uint32_t a, uint32_t b) { return xt_fp_olt(&fpu, a, b); },
        [&](uint32_t a, uint32_t b) { return xt_fp_ole(&fpu, a, b); },
        [&](uint32_t a, uint32_t b) { return xt_fp_ueq(&fpu, a, b); },
        [&](uint32_t a, uint32_t b) { return xt_fp_ult(&fpu, a, b); },
        [&](uint32_t a, uint32_t b) { return xt_fp_ule(&fpu, a, b); },
        [&](uint32_t a, uint32_t b) { return xt_fp_un(&fpu, a, b); },
    };
    for (const auto &operation : operations)
        for (unsigned i = 0; i < 6; i++)
            for (uint32_t partner : {0x3f800000u, 0x40490fdbu, 0xc0000000u}) {
                row([&] { return operation(nans[i], partner); });
                row([&] { return operation(partner, nans[i]); });
                row([&] { return operation(nans[i], nans[(i + 1) % 6]); });
            }
    const struct {
        unsigned operation;
        uint32_t a, b;
    } undefined[] = {{0, inf, minus_inf},  {0, minus_inf, inf}, {1, inf, inf},     {1, minus_inf, minus_inf},
                     {2, inf, 0},          {2, 0, inf},         {2, minus_inf, 0}, {2, 0, minus_inf},
                     {2, inf, minus_zero}, {2, minus_zero, inf}};
    for (const auto &u : undefined)
        row([&] { return operations[u.operation](u.a, u.b); });
    EXPECT_EQ(rows, 658u);
    EXPECT_EQ(digest, 0x7daac259u);
}

TEST_F(FpSilicon, SignedZeros)
{
    for (uint32_t zero : {0u, 0x80000000u}) {
        row([&] { return xt_fp_neg(zero); });
        row([&] { return xt_fp_abs(zero); });
        row([&] { return zero; }); /* MOV.S */
    }
    for (unsigned operation = 0; operation < 6; operation++)
        for (uint32_t zero : {0u, 0x80000000u})
            for (uint32_t partner : {0x00000000u, 0x80000000u, 0x3f800000u, 0xbf800000u, 0x7f800000u, 0xff800000u,
                                     0x00800000u, 0x80800000u})
                for (bool is_swapped : {false, true}) {
                    uint32_t a = is_swapped ? partner : zero, b = is_swapped ? zero : partner;
                    row([&]() -> uint32_t {
                        switch (operation) {
                        case 3:
                            return xt_fp_oeq(&fpu, a, b);
                        case 4:
                            return xt_fp_olt(&fpu, a, b);
                        case 5:
                            return xt_fp_ole(&fpu, a, b);
                        default:
                            return add_sub_mul(operation, a, b);
                        }
                    });
                }
    for (uint32_t zero : {0u, 0x80000000u})
        for (auto convert : {xt_fp_trunc, xt_fp_round, xt_fp_floor, xt_fp_ceil})
            row([&] { return convert(&fpu, zero, 0); });
    EXPECT_EQ(rows, 206u);
    EXPECT_EQ(digest, 0xaacf1700u);
}

TEST_F(FpSilicon, EstimatesDivisionsAndRoots)
{
    const std::function<uint32_t(uint32_t)> estimates[] = {
        [&](uint32_t x) { return xt_fp_recip0(&fpu, x); }, [&](uint32_t x) { return xt_fp_rsqrt0(&fpu, x); },
        [&](uint32_t x) { return xt_fp_sqrt0(x); }, [&](uint32_t x) { return xt_fp_div0(x); }};
    for (const auto &estimate : estimates)
        for (uint32_t exponent = 126; exponent < 130; exponent++)
            for (uint32_t step = 0; step < 64; step++)
                row([&] { return estimate(number(0, exponent, step << 17)); });
    const uint32_t values[] = {0x3f800000, 0x40000000, 0x3f000000, 0x40800000, 0x3f800001, 0x3f7fffff,
                               0x7f7fffff, 0x00800000, 0x00000001, 0x00000000, 0x80000000, 0x7f800000,
                               0xff800000, 0x7fc00000, 0xc0490fdb, 0x40490fdb};
    for (uint32_t dividend : values)
        for (uint32_t divisor : values)
            row([&] { return fp::divide(&fpu, dividend, divisor); });
    for (uint32_t value : values)
        row([&] { return fp::square_root(&fpu, value); });
    EXPECT_EQ(rows, 1296u);
    EXPECT_EQ(digest, 0x233ee7ceu);
}

TEST_F(FpSilicon, Conversions)
{
    const unsigned scales[] = {0, 1, 4, 15};
    for (uint32_t integer :
         {0x00000000u, 0x00000001u, 0xffffffffu, 0x00000002u, 0xfffffffeu, 0x7fffffffu, 0x80000000u, 0x00ffffffu,
          0x01000000u, 0x01000001u, 0x01000003u, 0x075bcd15u, 0xf8a432ebu, 0x40000000u, 0xc0000000u, 0x000000ffu})
        for (auto convert : {xt_fp_float, xt_fp_ufloat})
            for (unsigned scale : scales)
                row([&] { return convert(&fpu, integer, scale); });
    for (uint32_t value : {0x00000000u, 0x80000000u, 0x3f000000u, 0xbf000000u, 0x3fc00000u, 0xbfc00000u, 0x40200000u,
                           0xc0200000u, 0x3ff33333u, 0xbff33333u, 0x4f000000u, 0xcf000000u, 0x4effffffu, 0x7149f2cau,
                           0xf149f2cau, 0x7f800000u, 0xff800000u, 0x7fc00000u, 0x00000001u, 0x4f800000u})
        for (auto convert : {xt_fp_trunc, xt_fp_utrunc, xt_fp_round, xt_fp_floor, xt_fp_ceil})
            for (unsigned scale : scales)
                row([&] { return convert(&fpu, value, scale); });
    EXPECT_EQ(rows, 528u);
    EXPECT_EQ(digest, 0xc04200dau);
}

/* --- the steps, on an ESP32-S3 --- */

const uint32_t step_sources[] = {0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x40000000, 0x3f000000,
                                 0x40490fdb, 0xc0490fdb, 0x3eaaaaab, 0x3f800001, 0x3fffffff, 0x00800000,
                                 0x00800001, 0x7f7fffff, 0x7f000000, 0x5f000000, 0x1f800000, 0x00000001,
                                 0x007fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0x7fd5aa55, 0x7f800001};
const uint32_t step_destinations[] = {0x00000000, 0x3f800000, 0x40400000, 0xbf000000, 0x7fc00000, 0x12345678};

class FpSiliconStep : public FpSilicon
{
  protected:
    template <typename Operation> uint32_t over_pairs(Operation f)
    {
        for (uint32_t r : step_destinations)
            for (uint32_t s : step_sources)
                row([&] { return f(r, s); });
        return digest;
    }

    template <typename Operation> uint32_t over_triples(Operation f)
    {
        const uint32_t values[] = {0x3f800000, 0x3f800001, 0x3f800800, 0xbf801000, 0x40000000, 0xc0000000,
                                   0x3f000000, 0x40490fdb, 0x3eaaaaab, 0x7f7fffff, 0x00800000, 0x00000001,
                                   0x80000000, 0x7f800000, 0xff800000, 0x7fc00000};
        for (uint32_t r : {0x00000000u, 0x3f800000u, 0xbf800000u, 0x3f800001u, 0x33800000u, 0x7fc00000u})
            for (uint32_t s : values)
                for (uint32_t t : values)
                    row([&] { return f(r, s, t); });
        return digest;
    }
};

TEST_F(FpSiliconStep, Nexp01)
{
    EXPECT_EQ(over_pairs([](uint32_t, uint32_t s) { return xt_fp_nexp01(s); }), 0x5b36a56au);
}

TEST_F(FpSiliconStep, Mksadj)
{
    EXPECT_EQ(over_pairs([&](uint32_t, uint32_t s) { return xt_fp_mksadj(&fpu, s); }), 0x549cd6dbu);
}

TEST_F(FpSiliconStep, Mkdadj)
{
    EXPECT_EQ(over_pairs([&](uint32_t r, uint32_t s) { return xt_fp_mkdadj(&fpu, r, s); }), 0xe7b329e2u);
}

TEST_F(FpSiliconStep, Addexp)
{
    EXPECT_EQ(over_pairs(xt_fp_addexp), 0xd459a2ceu);
}

TEST_F(FpSiliconStep, Addexpm)
{
    EXPECT_EQ(over_pairs(xt_fp_addexpm), 0x0196dfaau);
}

TEST_F(FpSiliconStep, Maddn)
{
    EXPECT_EQ(over_triples([&](uint32_t r, uint32_t s, uint32_t t) { return xt_fp_maddn(&fpu, r, s, t); }),
              0x304641d0u);
}

TEST_F(FpSiliconStep, Divn)
{
    EXPECT_EQ(over_triples([&](uint32_t r, uint32_t s, uint32_t t) { return xt_fp_divn(&fpu, r, s, t); }), 0xc631d422u);
}

/* Every scale that DIVN.S can meet, class codes and wrapping included. */
TEST_F(FpSiliconStep, DivnOverAllScales)
{
    for (uint32_t r = 0; r < 256; r += 4)
        for (uint32_t t = 0; t < 256; t += 4)
            row([&] { return xt_fp_divn(&fpu, number(0, r, 0), 0, number(0, t, 0)); });
    EXPECT_EQ(digest, 0x9bb38187u);
}

TEST_F(FpSiliconStep, DivnOverSigns)
{
    for (uint32_t r_sign : {0, 1})
        for (uint32_t t_sign : {0, 1})
            for (uint32_t r = 96; r < 256; r += 16)
                for (uint32_t t = 96; t < 256; t += 16)
                    row([&] { return xt_fp_divn(&fpu, number(r_sign, r, 0), 0, number(t_sign, t, 0)); });
    EXPECT_EQ(digest, 0x062e4720u);
}

TEST_F(FpSiliconStep, DivnWithARemainder)
{
    for (uint32_t r = 0; r < 256; r += 16)
        for (uint32_t t = 0; t < 256; t += 16)
            row([&] { return xt_fp_divn(&fpu, number(0, r, 0), 0x33800000, number(0, t, 0)); });
    EXPECT_EQ(digest, 0x683bcf42u);
}

const uint32_t nans_and_one[] = {0x7fc11111, 0xffc22222, 0x7f833333, 0x3f800000};

TEST_F(FpSiliconStep, MaddOfNans)
{
    for (uint32_t r : nans_and_one)
        for (uint32_t s : nans_and_one)
            for (uint32_t t : nans_and_one)
                row([&] { return xt_fp_madd(&fpu, r, s, t); });
    EXPECT_EQ(digest, 0x1b698d13u);
}

TEST_F(FpSiliconStep, MaddnOfNans)
{
    for (uint32_t r : nans_and_one)
        for (uint32_t s : nans_and_one)
            for (uint32_t t : nans_and_one)
                row([&] { return xt_fp_maddn(&fpu, r, s, t); });
    EXPECT_EQ(digest, 0xb573882fu);
}

TEST_F(FpSiliconStep, DivnOfNans)
{
    for (uint32_t r : {0xafc00000u, 0x2fc00000u, 0x3f800000u})
        for (uint32_t s : {0x7fc11111u, 0xffc22222u, 0x7f833333u, 0x33800000u})
            for (uint32_t t : {0x8fc00000u, 0x4f800000u, 0x3f800000u, 0xc3800000u})
                row([&] { return xt_fp_divn(&fpu, r, s, t); });
    EXPECT_EQ(digest, 0xb604e8c8u);
}

} // namespace
