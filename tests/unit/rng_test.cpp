/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/base/rng.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

namespace
{

struct known_answer {
    std::array<uint32_t, 4> counter;
    std::array<uint32_t, 2> key;
    std::array<uint32_t, 4> out;
};

/* The three vectors for philox4x32-10 that the authors publish (Random123, kat_vectors). */
const known_answer known_answers[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

TEST(Rng, PhiloxKnownAnswers)
{
    for (const known_answer &k : known_answers) {
        std::array<uint32_t, 4> out;
        rng_philox4x32(k.counter.data(), k.key.data(), out.data());
        EXPECT_EQ(out, k.out);
    }
}

std::vector<uint32_t> draw(uint64_t seed, uint32_t node, const char *purpose, size_t count)
{
    struct rng rng;
    rng_init(&rng, seed, node, purpose);
    std::vector<uint32_t> values;
    for (size_t i = 0; i < count; i++)
        values.push_back(rng_u32(&rng));
    return values;
}

TEST(Rng, SameNameSameNumbers)
{
    EXPECT_EQ(draw(1, 2, "mac.backoff", 100), draw(1, 2, "mac.backoff", 100));
    EXPECT_EQ(draw(1, 2, std::string("mac.backoff").c_str(), 4), draw(1, 2, "mac.backoff", 4)) << "only bytes count";
}

TEST(Rng, SeedNodeAndPurposeEachGiveAnotherStream)
{
    std::set<std::vector<uint32_t>> streams;
    size_t made = 0;
    for (uint64_t seed : {UINT64_C(0), UINT64_C(1), UINT64_C(1) << 32, UINT64_MAX})
        for (uint32_t node : {0u, 1u, 1000u, RNG_NO_NODE})
            for (const char *purpose : {"", "rng", "mac.backoff", "mac.backofg"}) {
                streams.insert(draw(seed, node, purpose, 4));
                made++;
            }
    EXPECT_EQ(streams.size(), made);
}

TEST(Rng, UseOfOneStreamDoesNotDisturbAnother)
{
    struct rng a, b;
    rng_init(&a, 7, 0, "a");
    rng_init(&b, 7, 0, "b");
    std::vector<uint32_t> mixed;
    for (int i = 0; i < 50; i++) {
        mixed.push_back(rng_u32(&a));
        for (int k = 0; k < i % 5; k++)
            rng_u32(&b);
    }
    EXPECT_EQ(mixed, draw(7, 0, "a", 50));
}

TEST(Rng, A64BitDrawIsTwo32BitDrawsLowFirst)
{
    struct rng rng;
    rng_init(&rng, 3, 4, "x");
    std::vector<uint32_t> words = draw(3, 4, "x", 2);
    EXPECT_EQ(rng_u64(&rng), words[0] | (uint64_t)words[1] << 32);
}

TEST(Rng, BelowStaysBelowAndReachesEveryValue)
{
    struct rng rng;
    rng_init(&rng, 1, 1, "below");
    for (uint32_t bound : {1u, 2u, 3u, 7u, 32u}) {
        std::set<uint32_t> seen;
        for (int i = 0; i < 2000; i++)
            seen.insert(rng_below(&rng, bound));
        EXPECT_EQ(seen.size(), bound);
        EXPECT_EQ(*seen.rbegin(), bound - 1);
    }
    for (int i = 0; i < 1000; i++)
        EXPECT_LT(rng_below(&rng, 0x80000001), 0x80000001u);
}

double chi_squared(const std::vector<unsigned> &cells, double expected)
{
    double sum = 0;
    for (unsigned n : cells)
        sum += (n - expected) * (n - expected) / expected;
    return sum;
}

/* 2^32 values onto three quarters as many: what does not draw again gives every third value twice as often. Limits are
 * those that chance exceeds once in 10000 (and the seed is fixed). */
TEST(Rng, BelowIsUniform)
{
    struct rng rng;
    rng_init(&rng, 1, 1, "uniform");
    std::vector<unsigned> range(16), remainder(3);
    for (int i = 0; i < 160000; i++) {
        uint32_t value = rng_below(&rng, 0xC0000000);
        range[value / 0x0C000000]++;
        remainder[value % 3]++;
    }
    EXPECT_LT(chi_squared(range, 160000.0 / 16), 44.3) << "15 degrees of freedom";
    EXPECT_LT(chi_squared(remainder, 160000.0 / 3), 18.4) << "2 degrees of freedom";
}

} // namespace
