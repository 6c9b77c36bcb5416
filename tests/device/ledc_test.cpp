/* SPDX-License-Identifier: Apache-2.0 */
/* LED PWM: periods and duty as the registers have them, changes of duty, interrupts, and edges at their picosecond. */
#include "peripherals/ledc/ledc.h"

#include <gtest/gtest.h>

#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/ledc/ledc_regs.def"
#define REG_PREFIX LEDC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

using edges = std::vector<std::pair<sim_time, bool>>;

class Ledc : public ::testing::Test
{
  protected:
    device_bench bench;
    probe irq, pin;
    struct ledc ledc;

    void SetUp() override
    {
        bench.set_hz(CLOCK_APB, 80000000);
        ASSERT_EQ(ledc_init(&ledc, "ledc", &bench.env), SIM_OK);
        ledc.irq = &irq.line;
        for (struct ledc_channel &channel : ledc.channel)
            channel.out = nullptr;
    }
    void TearDown() override
    {
        ledc_fini(&ledc);
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&ledc.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&ledc.dev, offset, 4, bench.now);
    }
    sim_time cycles(uint64_t n)
    {
        return bits_muldiv_up(n, SIM_PS_PER_S, 80000000);
    }
    /* Timer 0 at high speed from APB. divider: 256ths. */
    void start_timer(unsigned bits, uint32_t divider)
    {
        write(LEDC_HSTIMER0_CONF, 1u << 24);
        write(LEDC_HSTIMER0_CONF, 1u << 25 | divider << 5 | bits);
    }
    /* Channel 0 at high speed. duty: sixteenths. */
    void start_channel(uint32_t hpoint, uint32_t duty)
    {
        write(LEDC_HSCH0_HPOINT, hpoint);
        write(LEDC_HSCH0_DUTY, duty);
        write(LEDC_HSCH0_CONF0, 1u << 2);
        write(LEDC_HSCH0_CONF1, 1u << 31 | 1u << 30 | 1u << 20 | 1u << 10);
    }
    void look()
    {
        ledc.channel[0].out = &pin.line;
        ledc_channel_watch(&ledc.channel[0], true, bench.now);
    }
};

TEST_F(Ledc, FiveKilohertzAtAQuarter)
{
    start_timer(13, 2 * 256); /* 8192 counts of 25 ns: 204.8 us */
    start_channel(0, 2048 << 4);
    EXPECT_FALSE(ledc_channel_level(&ledc.channel[0], bench.now)) << "duty begins with the next period";
    look();
    bench.run_to(SIM_US(620));
    EXPECT_EQ(pin.edges, (edges{{SIM_NS(204800), true},
                                {SIM_NS(204800 + 51200), false},
                                {SIM_NS(409600), true},
                                {SIM_NS(409600 + 51200), false},
                                {SIM_NS(614400), true}}));
    EXPECT_EQ(read(LEDC_HSCH0_DUTY_R), 2048u << 4);
    EXPECT_EQ(read(LEDC_HSTIMER0_VALUE), (620000u - 614400) / 25);
}

TEST_F(Ledc, NobodyLooksNobodyWorks)
{
    start_timer(13, 2 * 256);
    start_channel(0, 2048 << 4);
    bench.run_to(SIM_MS(1));
    EXPECT_TRUE(bench.is_idle());
    EXPECT_TRUE(ledc_channel_level(&ledc.channel[0], SIM_NS(1024000 + 100)));
    EXPECT_FALSE(ledc_channel_level(&ledc.channel[0], SIM_NS(1024000 + 51200)));
}

TEST_F(Ledc, AFractionalDividerNeverDrifts)
{
    start_timer(4, 3 * 256 + 77); /* 3.30 cycles a count, 16 counts */
    start_channel(4, 8 << 4);
    look();
    bench.run_to(cycles(100 * 16 * (3 * 256 + 77) / 256));
    ASSERT_GT(pin.edges.size(), 190u);
    for (uint64_t period = 1; period < 99; period++) {
        const uint64_t rise = (period * 16 + 4) * (3 * 256 + 77), fall = rise + 8 * (3 * 256 + 77);
        EXPECT_EQ(pin.edges[2 * (period - 1)], (std::pair<sim_time, bool>(cycles((rise + 255) / 256), true)));
        EXPECT_EQ(pin.edges[2 * (period - 1) + 1], (std::pair<sim_time, bool>(cycles((fall + 255) / 256), false)));
    }
}

TEST_F(Ledc, FractionsOfDutyLengthenSomeOfSixteenPeriods)
{
    start_timer(4, 256);
    start_channel(0, (4 << 4) + 3);
    look();
    bench.run_to(cycles(16 * 32));
    unsigned long_ones = 0;
    for (size_t i = 2 * 15; i + 1 < 2 * 31; i += 2) {
        const sim_time width = pin.edges[i + 1].first - pin.edges[i].first;
        EXPECT_TRUE(width == cycles(4) || width == cycles(5));
        long_ones += width == cycles(5);
    }
    EXPECT_EQ(long_ones, 3u);
}

TEST_F(Ledc, FullDutyIsAlwaysHigh)
{
    start_timer(4, 256);
    start_channel(0, 16 << 4);
    look();
    bench.run_to(cycles(16 * 10));
    EXPECT_EQ(pin.edges, (edges{{cycles(16), true}}));
}

TEST_F(Ledc, AFadeEndsWithAnInterrupt)
{
    start_timer(8, 256); /* 3.2 us */
    write(LEDC_HSCH0_DUTY, 10 << 4);
    write(LEDC_HSCH0_CONF0, 1u << 2);
    write(LEDC_INT_ENA, 1u << 8);
    write(LEDC_HSCH0_CONF1, 1u << 31 | 1u << 30 | 5u << 20 | 2u << 10 | 7); /* 5 times 7 counts up, each 2 periods */
    bench.run_to(SIM_NS(3200));
    EXPECT_EQ(read(LEDC_HSCH0_DUTY_R), 10u << 4);
    bench.run_to(SIM_NS(3200 * 3));
    EXPECT_EQ(read(LEDC_HSCH0_DUTY_R), 17u << 4);
    EXPECT_FALSE(irq.level());
    bench.run_to(SIM_MS(1));
    EXPECT_EQ(read(LEDC_HSCH0_DUTY_R), 45u << 4);
    EXPECT_EQ(irq.rises(), std::vector<sim_time>{SIM_NS(3200 * 11)});
    EXPECT_EQ(read(LEDC_HSCH0_CONF1) >> 31, 0u) << "DUTY_START clears itself";
    EXPECT_EQ(read(LEDC_INT_ST), 1u << 8);
    write(LEDC_INT_CLR, 1u << 8);
    EXPECT_FALSE(irq.level());

    write(LEDC_HSCH0_DUTY, 45 << 4);
    write(LEDC_HSCH0_CONF1, 1u << 31 | 5u << 20 | 1u << 10 | 7); /* and down */
    bench.run_to(SIM_MS(2));
    EXPECT_EQ(read(LEDC_HSCH0_DUTY_R), 10u << 4);
}

TEST_F(Ledc, ATimerInterruptsWhenItBeginsAnew)
{
    start_timer(8, 256);
    bench.run_to(SIM_US(10));
    EXPECT_EQ(read(LEDC_INT_RAW), 1u);
    EXPECT_TRUE(bench.is_idle()) << "nobody is told";
    write(LEDC_INT_CLR, 1);
    EXPECT_EQ(read(LEDC_INT_RAW), 0u);
    write(LEDC_INT_ENA, 1);
    bench.run_to(SIM_US(20));
    EXPECT_EQ(irq.rises(), std::vector<sim_time>{SIM_NS(3200 * 4)});
}

TEST_F(Ledc, ATimerPausesAndStartsAgain)
{
    start_timer(8, 256);
    bench.run_to(cycles(100));
    write(LEDC_HSTIMER0_CONF, 1u << 25 | 1u << 23 | 256u << 5 | 8);
    bench.run_to(cycles(150));
    EXPECT_EQ(read(LEDC_HSTIMER0_VALUE), 100u);
    write(LEDC_HSTIMER0_CONF, 1u << 25 | 256u << 5 | 8);
    bench.run_to(cycles(160));
    EXPECT_EQ(read(LEDC_HSTIMER0_VALUE), 110u);
    write(LEDC_HSTIMER0_CONF, 1u << 25 | 1u << 24 | 256u << 5 | 8);
    bench.run_to(cycles(200));
    EXPECT_EQ(read(LEDC_HSTIMER0_VALUE), 0u);
}

TEST_F(Ledc, LowSpeedTakesOverWhenToldTo)
{
    write(LEDC_CONF, 1);
    write(LEDC_LSTIMER0_CONF, 1u << 25 | 256u << 5 | 4);
    bench.run_to(cycles(8));
    EXPECT_EQ(read(LEDC_LSTIMER0_VALUE), 0u) << "width 0 still";
    write(LEDC_LSTIMER0_CONF, 1u << 26 | 1u << 25 | 256u << 5 | 4);
    bench.run_to(cycles(16));
    EXPECT_EQ(read(LEDC_LSTIMER0_VALUE), 8u);
    write(LEDC_LSCH0_DUTY, 4 << 4);
    write(LEDC_LSCH0_CONF1, 1u << 31 | 1u << 20 | 1u << 10);
    write(LEDC_LSCH0_CONF0, 1u << 2);
    bench.run_to(cycles(100));
    EXPECT_EQ(read(LEDC_LSCH0_DUTY_R), 0u);
    write(LEDC_LSCH0_CONF0, 1u << 4 | 1u << 2);
    bench.run_to(cycles(200));
    EXPECT_EQ(read(LEDC_LSCH0_DUTY_R), 4u << 4);
}

TEST_F(Ledc, LowSpeedRunsFrom8MHzToo)
{
    write(LEDC_LSTIMER0_CONF, 1u << 26 | 1u << 25 | 256u << 5 | 10);
    bench.run_to(SIM_US(10));
    EXPECT_EQ(read(LEDC_LSTIMER0_VALUE), 80u);
}

TEST_F(Ledc, PeriodsFollowTheClock)
{
    start_timer(8, 256);
    start_channel(0, 128 << 4);
    bench.run_to(SIM_NS(3200));
    look();
    bench.set_hz(CLOCK_APB, 40000000);
    bench.run_to(SIM_NS(3200 + 6400));
    EXPECT_EQ(pin.edges, (edges{{SIM_NS(3200), true}, {SIM_NS(3200 + 3200), false}, {SIM_NS(3200 + 6400), true}}));
    bench.set_hz(CLOCK_APB, 0);
    EXPECT_TRUE(bench.is_idle()) << "in light sleep";
}

TEST_F(Ledc, WithoutOutputThePadHasItsIdleLevel)
{
    start_timer(8, 256);
    start_channel(0, 128 << 4);
    look();
    bench.run_to(SIM_NS(3300));
    EXPECT_TRUE(pin.level());
    write(LEDC_HSCH0_CONF0, 0);
    EXPECT_FALSE(pin.level());
    write(LEDC_HSCH0_CONF0, 1u << 3);
    EXPECT_TRUE(pin.level());
    bench.run_to(SIM_MS(1));
    EXPECT_TRUE(bench.is_idle());
}

} // namespace
