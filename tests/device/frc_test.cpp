/* SPDX-License-Identifier: Apache-2.0 */
/* The FRC timers: one counts down to 0, one up to its alarm, at exact times of an 80 MHz APB clock. */
#include "peripherals/frc/frc.h"

#include <gtest/gtest.h>

#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/frc/frc_regs.def"
#define REG_PREFIX FRC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

const uint32_t enable = 0x80, autoload = 0x40, by_256 = 4 << 1, by_16 = 2 << 1, level_int = 1, pending = 0x100;
const sim_time cycle = SIM_PS(12500);

class FrcTimers : public ::testing::Test
{
  protected:
    device_bench bench;
    struct frc frc;
    probe irq[FRC_TIMERS];

    void SetUp() override
    {
        bench.set_hz(CLOCK_APB, 80000000);
        ASSERT_EQ(frc_init(&frc, "frc", &bench.env), SIM_OK);
        for (unsigned i = 0; i < FRC_TIMERS; i++)
            frc.irq[i] = &irq[i].line;
    }
    void TearDown() override
    {
        frc_fini(&frc);
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&frc.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&frc.dev, offset, 4, bench.now);
    }
};

TEST_F(FrcTimers, DoNothingAfterReset)
{
    EXPECT_TRUE(bench.is_idle());
    bench.run_to(SIM_S(1));
    EXPECT_EQ(read(FRC_TIMER1_COUNT), 0u);
    EXPECT_EQ(read(FRC_TIMER2_COUNT), 0u);
}

TEST_F(FrcTimers, Timer1CountsDownAndInterruptsAt0)
{
    const struct {
        uint32_t prescaler;
        sim_time tick;
    } rows[] = {{0, cycle}, {by_16, 16 * cycle}, {by_256, 256 * cycle}};
    for (const auto &row : rows) {
        const sim_time start = bench.now;
        write(FRC_TIMER1_LOAD, 1000);
        write(FRC_TIMER1_CTRL, enable | row.prescaler | level_int);
        EXPECT_EQ(read(FRC_TIMER1_COUNT), 1000u);
        bench.run_for(10 * row.tick);
        EXPECT_EQ(read(FRC_TIMER1_COUNT), 990u);
        EXPECT_EQ(bench.run_to_next_event(), start + 1000 * row.tick);
        EXPECT_EQ(irq[0].rises().back(), start + 1000 * row.tick);
        EXPECT_EQ(read(FRC_TIMER1_CTRL) & pending, pending);
        write(FRC_TIMER1_INT, 1);
        EXPECT_FALSE(irq[0].level());
        EXPECT_EQ(read(FRC_TIMER1_CTRL) & pending, 0u);
        bench.run_for(row.tick);
        EXPECT_EQ(read(FRC_TIMER1_COUNT), 0x7FFFFFu) << "23 bits, without AUTOLOAD";
        write(FRC_TIMER1_CTRL, 0);
    }
}

TEST_F(FrcTimers, Timer1WithAutoloadIsPeriodic)
{
    write(FRC_TIMER1_LOAD, 5000);
    write(FRC_TIMER1_CTRL, enable | autoload | by_16 | level_int);
    for (uint64_t n = 1; n <= 1000; n++) {
        ASSERT_EQ(bench.run_to_next_event(), n * SIM_MS(1));
        ASSERT_TRUE(irq[0].level());
        write(FRC_TIMER1_INT, 1);
    }
}

TEST_F(FrcTimers, Timer2InterruptsWhenItEqualsItsAlarm)
{
    write(FRC_TIMER2_ALARM, 80);
    write(FRC_TIMER2_LOAD, 0);
    write(FRC_TIMER2_CTRL, enable | level_int);
    EXPECT_EQ(bench.run_to_next_event(), SIM_US(1));
    EXPECT_TRUE(irq[1].level());
    write(FRC_TIMER2_INT, 1);
    bench.run_for(SIM_US(1));
    EXPECT_EQ(read(FRC_TIMER2_COUNT), 160u) << "it goes on counting";
}

TEST_F(FrcTimers, AnAlarmThatHasBeenPassedWaitsForTheNextTurn)
{
    write(FRC_TIMER2_LOAD, 100);
    write(FRC_TIMER2_ALARM, 99);
    write(FRC_TIMER2_CTRL, enable | level_int);
    EXPECT_EQ(bench.run_to_next_event(), ((UINT64_C(1) << 32) - 1) * cycle);
}

TEST_F(FrcTimers, AnEdgeInterruptIsAPulseOfOneApbCycle)
{
    write(FRC_TIMER2_ALARM, 8);
    write(FRC_TIMER2_CTRL, enable);
    bench.run_to(SIM_US(1));
    const std::vector<std::pair<sim_time, bool>> pulse = {{8 * cycle, true}, {9 * cycle, false}};
    EXPECT_EQ(irq[1].edges, pulse);
}

TEST_F(FrcTimers, AChangeOfTheApbClockKeepsTheCount)
{
    write(FRC_TIMER2_ALARM, 800);
    write(FRC_TIMER2_CTRL, enable | level_int);
    bench.run_to(SIM_US(5));
    bench.set_hz(CLOCK_APB, 40000000);
    EXPECT_EQ(read(FRC_TIMER2_COUNT), 400u);
    EXPECT_EQ(bench.run_to_next_event(), SIM_US(15));
}

TEST_F(FrcTimers, AResetStopsThem)
{
    write(FRC_TIMER1_LOAD, 10);
    write(FRC_TIMER1_CTRL, enable | autoload | level_int);
    write(FRC_TIMER2_CTRL, enable | level_int);
    bench.run_to(SIM_US(1));
    EXPECT_TRUE(irq[0].level());
    dev_reset(&frc.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_FALSE(irq[0].level());
    EXPECT_TRUE(bench.is_idle());
    EXPECT_EQ(read(FRC_TIMER2_COUNT), 0u);
}

TEST_F(FrcTimers, CountsAreSignals)
{
    write(FRC_TIMER1_LOAD, 1000);
    const auto &changes = bench.signals.changes["node0.frc.timer1_count"];
    ASSERT_FALSE(changes.empty());
    EXPECT_EQ(changes.back().second, "1000");
}

} // namespace
