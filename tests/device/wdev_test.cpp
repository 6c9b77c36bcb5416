/* SPDX-License-Identifier: Apache-2.0 */
/* The random number generator, the TSF timers, and the block around them. */
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

class Tsf : public ::testing::Test
{
  protected:
    enum { LATCH = 1, LOAD0 = 1 << 6, LOAD1 = 1 << 7 };
    device_bench bench;
    struct wdev wdev = {};

    void SetUp() override
    {
        ASSERT_EQ(wdev_init(&wdev, "wdev", &bench.env), SIM_OK);
    }
    void TearDown() override
    {
        wdev_fini(&wdev);
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&wdev.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&wdev.dev, offset, 4, bench.now);
    }
    uint64_t latched(unsigned n)
    {
        static const uint32_t low[3] = {RNG_TSF0_LO, RNG_TSF1_LO, RNG_TSF2_LO};
        write(RNG_TSF_CTRL, LATCH << n);
        return read(low[n]) | (uint64_t)read(low[n] + 4) << 32;
    }
};

TEST_F(Tsf, CountsMicrosecondsWhileEnabled)
{
    bench.run_to(SIM_MS(1));
    EXPECT_EQ(latched(0), 0u);
    write(RNG_TSF0_CONF, 1u << 31);
    bench.run_for(SIM_US(250));
    EXPECT_EQ(latched(0), 250u);
    EXPECT_EQ(latched(1), 0u);
    write(RNG_TSF0_CONF, 0);
    bench.run_for(SIM_US(250));
    EXPECT_EQ(latched(0), 250u);
    EXPECT_EQ(latched(2), 1500u) << "no enable bit is known: counts from reset on";
    EXPECT_TRUE(bench.is_idle()) << "nothing ticks";
}

TEST_F(Tsf, ShowsWhatWasLatchedUntilItIsLatchedAgain)
{
    write(RNG_TSF1_CONF, 1u << 31);
    bench.run_for(SIM_US(10));
    EXPECT_EQ(latched(1), 10u);
    bench.run_for(SIM_US(10));
    EXPECT_EQ(read(RNG_TSF1_LO), 10u);
    EXPECT_EQ(read(RNG_TSF_CTRL), 0u) << "so that or-ing a bit in triggers nothing else";
    EXPECT_EQ(latched(1), 20u);
}

TEST_F(Tsf, IsLoadedWith64Bits)
{
    write(RNG_TSF0_CONF, 1u << 31);
    write(RNG_TSF0_LOAD_LO, 0xFFFFFFFF);
    write(RNG_TSF0_LOAD_HI, 0x12);
    EXPECT_EQ(latched(0), 0u) << "not before it is told to";
    write(RNG_TSF_CTRL, LOAD0);
    EXPECT_EQ(latched(0), 0x12FFFFFFFFu);
    bench.run_for(SIM_US(1));
    EXPECT_EQ(latched(0), 0x1300000000u);
    write(RNG_TSF1_LOAD_LO, 5);
    write(RNG_TSF_CTRL, LOAD1);
    EXPECT_EQ(latched(1), 5u);
    EXPECT_EQ(latched(0), 0x1300000000u);
}

TEST_F(Tsf, HasTheErrorOfTheCrystal)
{
    bench.set_hz(CLOCK_XTAL, 39999200); /* 20 ppm slow */
    write(RNG_TSF0_CONF, 1u << 31);
    bench.run_for(SIM_S(1));
    EXPECT_EQ(latched(0), 999980u);
}

TEST_F(Tsf, StartsAnewAfterAReset)
{
    write(RNG_TSF0_CONF, 1u << 31);
    bench.run_for(SIM_MS(1));
    dev_reset(&wdev.dev, DEV_RESET_SYSTEM, bench.now);
    bench.run_for(SIM_MS(1));
    EXPECT_EQ(latched(0), 0u);
    EXPECT_EQ(latched(2), 1000u);
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
