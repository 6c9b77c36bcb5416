/* SPDX-License-Identifier: Apache-2.0 */
/* The random number generator, and the block around it. */
#include "peripherals/rng/wdev.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/rng/rng_regs.def"
#define REG_PREFIX RNG
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

/* The first numbers that a node with this seed reads. */
std::vector<uint32_t> numbers(uint64_t seed, uint32_t node, unsigned count, bool reset_between = false)
{
    device_bench bench;
    bench.env.seed = seed;
    bench.env.node = node;
    struct wdev wdev;
    EXPECT_EQ(wdev_init(&wdev, "wdev", &bench.env), SIM_OK);
    std::vector<uint32_t> result;
    for (unsigned n = 0; n < count; n++) {
        if (reset_between && n == count / 2)
            dev_reset(&wdev.dev, DEV_RESET_SYSTEM, bench.now);
        result.push_back(dev_read(&wdev.dev, RNG_DATA, 4, bench.now));
    }
    EXPECT_EQ(bench.log.text(), "");
    EXPECT_TRUE(bench.is_idle());
    wdev_fini(&wdev);
    return result;
}

TEST(Rng, EveryReadIsANewNumber)
{
    std::vector<uint32_t> read = numbers(1, 0, 1000);
    EXPECT_EQ(std::set<uint32_t>(read.begin(), read.end()).size(), 1000u);
}

TEST(Rng, EveryBitIsFair)
{
    std::vector<uint32_t> read = numbers(7, 0, 10000);
    for (unsigned bit = 0; bit < 32; bit++) {
        unsigned ones = 0;
        for (uint32_t number : read)
            ones += bits_test(number, bit);
        EXPECT_NEAR(ones, 5000, 250) << "bit " << bit << ", five standard deviations";
    }
}

TEST(Rng, NumbersFollowFromSeedAndNode)
{
    EXPECT_EQ(numbers(1, 0, 10), numbers(1, 0, 10));
    EXPECT_NE(numbers(1, 0, 10), numbers(2, 0, 10));
    EXPECT_NE(numbers(1, 0, 10), numbers(1, 1, 10));
}

TEST(Rng, AResetDoesNotBringNumbersBack)
{
    EXPECT_EQ(numbers(1, 0, 10, true), numbers(1, 0, 10));
}

TEST(Rng, ADebuggerTakesNoNumber)
{
    device_bench bench;
    struct wdev wdev;
    ASSERT_EQ(wdev_init(&wdev, "wdev", &bench.env), SIM_OK);
    uint32_t first = dev_read(&wdev.dev, RNG_DATA, 4, 0);
    EXPECT_EQ(dev_peek(&wdev.dev, RNG_DATA), first);
    EXPECT_EQ(dev_peek(&wdev.dev, RNG_DATA), first);
    uint32_t second = dev_read(&wdev.dev, RNG_DATA, 4, 0);
    EXPECT_EQ((std::vector<uint32_t>{first, second}), numbers(1, 0, 2));
    dev_write(&wdev.dev, RNG_DATA, 4, 0x12345678, 0);
    EXPECT_EQ(dev_peek(&wdev.dev, RNG_DATA), second) << "it cannot be written";
    wdev_fini(&wdev);
}

TEST(Rng, UnknownWordsKeepWhatIsWrittenAndSaySoOnce)
{
    device_bench bench;
    struct wdev wdev;
    ASSERT_EQ(wdev_init(&wdev, "wdev", &bench.env), SIM_OK);
    for (unsigned n = 0; n < 3; n++) {
        dev_write(&wdev.dev, 0x148, 4, 0xC0FFEE, 0);
        EXPECT_EQ(dev_read(&wdev.dev, 0x148, 4, 0), 0xC0FFEEu);
        dev_write(&wdev.dev, 0x149, 1, 0x11, 0);
        EXPECT_EQ(dev_read(&wdev.dev, 0x148, 4, 0), 0xC011EEu);
    }
    EXPECT_EQ(bench.log.text(), "unimpl node0.wdev: write to a word of WDEV that is not known: kept, without effect");
    wdev_fini(&wdev);
}

} // namespace
