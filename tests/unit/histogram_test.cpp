// SPDX-License-Identifier: Apache-2.0
// Counting by bins, and what quantiles of logarithmic bins are worth.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "bus/base/rng.h"
#include "sc_top/out/histogram.h"

namespace
{

struct counted {
    histogram bins = {};
    ~counted()
    {
        histogram_free(&bins);
    }
};

TEST(Histogram, KeepsCountsWhileItsRangeGrowsInBothDirections)
{
    counted h;
    for (int bin : {-62, -61, -62, 5, -300, 40, 5, 5})
        histogram_add(&h.bins, bin);
    EXPECT_EQ(h.bins.total, 8u);
    EXPECT_EQ(histogram_count(&h.bins, -62), 2u);
    EXPECT_EQ(histogram_count(&h.bins, -61), 1u);
    EXPECT_EQ(histogram_count(&h.bins, 5), 3u);
    EXPECT_EQ(histogram_count(&h.bins, -300), 1u);
    EXPECT_EQ(histogram_count(&h.bins, 6), 0u);
    EXPECT_EQ(histogram_count(&h.bins, 1 << 30), 0u) << "outside what there is";
    EXPECT_EQ(histogram_least(&h.bins), -300);
    EXPECT_EQ(histogram_greatest(&h.bins), 40);
}

TEST(Histogram, MergedItIsAsIfAllHadBeenCountedInOne)
{
    counted a, b, all;
    for (int bin : {-5, 3, 3}) {
        histogram_add(&a.bins, bin);
        histogram_add(&all.bins, bin);
    }
    for (int bin : {-50, 3, 70}) {
        histogram_add(&b.bins, bin);
        histogram_add(&all.bins, bin);
    }
    histogram_merge(&a.bins, &b.bins);
    EXPECT_EQ(a.bins.total, 6u);
    for (int bin = -60; bin < 80; bin++)
        EXPECT_EQ(histogram_count(&a.bins, bin), histogram_count(&all.bins, bin)) << bin;
    EXPECT_EQ(b.bins.total, 3u) << "the other one stays";
}

TEST(Histogram, AQuantileIsTheValueOfTheNearestRank)
{
    counted h;
    for (int value = 1; value <= 10; value++)
        histogram_add(&h.bins, value);
    EXPECT_EQ(histogram_quantile(&h.bins, 500), 5);
    EXPECT_EQ(histogram_quantile(&h.bins, 501), 6);
    EXPECT_EQ(histogram_quantile(&h.bins, 950), 10);
    EXPECT_EQ(histogram_quantile(&h.bins, 900), 9);
    EXPECT_EQ(histogram_quantile(&h.bins, 0), 1);
    EXPECT_EQ(histogram_quantile(&h.bins, 1000), 10);
}

TEST(Histogram, LogarithmicBinsHaveNoGapsAndAMiddleThatIsNearEveryValue)
{
    int last = -1;
    for (uint64_t v = 0; v < 100000; v++) {
        int bin = histogram_log_bin(v);
        ASSERT_TRUE(bin == last || bin == last + 1) << v;
        last = bin;
    }
    for (unsigned shift = 0; shift < 64; shift++)
        for (uint64_t offset : {UINT64_C(0), UINT64_C(1), UINT64_C(0x123456789ABCDEF)}) {
            uint64_t v = (UINT64_C(1) << shift) + (offset & ((UINT64_C(1) << shift) - 1));
            auto middle = (double)histogram_log_middle(histogram_log_bin(v));
            EXPECT_LE(std::abs(middle - (double)v), (double)v / 128) << v;
        }
}

TEST(Histogram, QuantilesOfManyTimesAreWithinTheStatedError)
{
    counted h;
    std::vector<uint64_t> values;
    struct rng rng;
    rng_init(&rng, 1, 0, "test");
    for (int i = 0; i < 20000; i++)
        values.push_back(1 + (rng_u64(&rng) >> (20 + rng_u64(&rng) % 40)));
    for (uint64_t v : values)
        histogram_add(&h.bins, histogram_log_bin(v));
    std::sort(values.begin(), values.end());
    for (unsigned per_mille : {1u, 100u, 500u, 950u, 990u, 999u}) {
        auto exact = (double)values[(values.size() * per_mille + 999) / 1000 - 1];
        auto told = (double)histogram_log_middle(histogram_quantile(&h.bins, per_mille));
        EXPECT_LE(std::abs(told - exact), exact / 128) << per_mille;
    }
}

} // namespace
