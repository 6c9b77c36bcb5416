/* SPDX-License-Identifier: Apache-2.0 */
/* The timer group as its driver sees it: registers in, interrupts, resets and measured clocks out, at exact times. */
#include "peripherals/timg/timg.h"

#include <gtest/gtest.h>

#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/timg/timg_regs.def"
#define REG_PREFIX TIMG
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

/* A timer's registers, counted from its configuration register; the same for T0 (0x00) and T1 (0x24). */
enum timer_base : uint32_t { T0 = 0, T1 = 0x24 };

const uint32_t enable = 1u << 31, up = 1u << 30, autoreload = 1u << 29, edge_int = 1u << 12, level_int = 1u << 11,
               alarm_on = 1u << 10;

uint32_t divided_by(uint32_t divider)
{
    return divider << 13;
}

class TimerGroup : public ::testing::Test
{
  protected:
    device_bench bench;
    reset_recorder resets;
    struct timg timg;
    probe level[TIMG_UNITS], edge[TIMG_UNITS];

    void SetUp() override
    {
        build(0, false);
        bench.set_hz(CLOCK_APB, 80000000);
    }
    void build(unsigned group, bool flash_boot)
    {
        const struct timg_config config = {group, flash_boot, resets.port()};
        ASSERT_EQ(timg_init(&timg, &config, group ? "timg1" : "timg0", &bench.env), SIM_OK);
        for (unsigned unit = 0; unit < TIMG_UNITS; unit++) {
            timg.level[unit] = &level[unit].line;
            timg.edge[unit] = &edge[unit].line;
        }
    }
    void rebuild(unsigned group, bool flash_boot)
    {
        timg_fini(&timg);
        build(group, flash_boot);
    }
    void TearDown() override
    {
        timg_fini(&timg);
    }

    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&timg.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&timg.dev, offset, 4, bench.now);
    }
    void load(timer_base timer, uint64_t value)
    {
        write(TIMG_TLOADLO + timer, (uint32_t)value);
        write(TIMG_TLOADHI + timer, (uint32_t)(value >> 32));
        write(TIMG_TLOAD + timer, 1);
    }
    void set_alarm(timer_base timer, uint64_t value)
    {
        write(TIMG_TALARMLO + timer, (uint32_t)value);
        write(TIMG_TALARMHI + timer, (uint32_t)(value >> 32));
    }
    uint64_t count(timer_base timer)
    {
        write(TIMG_TUPDATE + timer, 1);
        return (uint64_t)read(TIMG_THI + timer) << 32 | read(TIMG_TLO + timer);
    }
};

/* ---- Timers ---------------------------------------------------------------------------------------------------- */

TEST_F(TimerGroup, NothingHappensUntilSomebodyStartsSomething)
{
    EXPECT_TRUE(bench.is_idle());
    EXPECT_EQ(read(TIMG_TCONFIG), 0x60002000u);
    EXPECT_EQ(read(TIMG_TCONFIG + T1), 0x60002000u);
    EXPECT_EQ(read(TIMG_LACTCONFIG), 0x60002300u);
    EXPECT_EQ(read(TIMG_WDTCONFIG0), 0x0004C000u);
    EXPECT_EQ(read(TIMG_RTCCALICFG), 0x00013000u);
    bench.run_to(SIM_S(1));
    EXPECT_EQ(count(T0), 0u);
}

TEST_F(TimerGroup, TheDividerFieldSelectsCyclesPerTick)
{
    const struct {
        uint32_t field, cycles;
    } rows[] = {{0, 65536}, {1, 2}, {2, 2}, {3, 3}, {80, 80}, {40000, 40000}, {65535, 65535}};
    for (const auto &row : rows) {
        SCOPED_TRACE(row.field);
        const sim_time start = bench.now, tick = row.cycles * SIM_PS(12500);
        write(TIMG_INT_ENA_TIMERS, 1);
        load(T0, 0);
        set_alarm(T0, 1000);
        write(TIMG_TCONFIG, enable | up | divided_by(row.field) | level_int | alarm_on);

        bench.run_to(start + tick - 1);
        EXPECT_EQ(count(T0), 0u);
        bench.run_to(start + tick);
        EXPECT_EQ(count(T0), 1u);
        EXPECT_EQ(evq_next_time(bench.env.evq), start + 1000 * tick) << "only the alarm is an event";
        bench.run_to(start + 1000 * tick);
        EXPECT_EQ(level[TIMG_T0].rises().back(), start + 1000 * tick);

        write(TIMG_TCONFIG, 0);
        write(TIMG_INT_CLR_TIMERS, 1);
    }
}

TEST_F(TimerGroup, CountsDown)
{
    load(T1, 1000);
    set_alarm(T1, 400);
    write(TIMG_INT_ENA_TIMERS, 2);
    write(TIMG_TCONFIG + T1, enable | divided_by(80) | level_int | alarm_on);
    bench.run_to(SIM_US(1));
    EXPECT_EQ(count(T1), 999u);
    bench.run_to(SIM_US(1000));
    EXPECT_EQ(level[TIMG_T1].rises(), std::vector<sim_time>{SIM_US(600)});
    EXPECT_EQ(count(T1), 0u) << "an alarm without auto-reload does not stop the counter";
    bench.run_for(SIM_US(1));
    EXPECT_EQ(count(T1), UINT64_MAX);
}

TEST_F(TimerGroup, AStoppedTimerKeepsItsCountAndStartsWithAWholeTick)
{
    write(TIMG_TCONFIG, enable | up | divided_by(80));
    bench.run_to(239 * SIM_PS(12500)); /* one cycle before the third tick */
    write(TIMG_TCONFIG, up | divided_by(80));
    bench.run_for(SIM_US(50));
    EXPECT_EQ(count(T0), 2u);
    write(TIMG_TCONFIG, enable | up | divided_by(80));
    bench.run_for(SIM_US(1) - 1);
    EXPECT_EQ(count(T0), 2u);
    bench.run_for(1);
    EXPECT_EQ(count(T0), 3u);
}

TEST_F(TimerGroup, TheCountIsReadThroughALatch)
{
    load(T0, UINT64_C(0x1FFFFFFFF));
    write(TIMG_TCONFIG, enable | up | divided_by(80));
    EXPECT_EQ(count(T0), UINT64_C(0x1FFFFFFFF));
    bench.run_for(SIM_US(1));
    EXPECT_EQ(read(TIMG_TLO), 0xFFFFFFFFu) << "nothing moves without TUPDATE";
    EXPECT_EQ(read(TIMG_THI), 1u);
    EXPECT_EQ(count(T0), UINT64_C(0x200000000)) << "both halves are of the same moment";
}

TEST_F(TimerGroup, AnAlarmThatHasBeenPassedFiresAtOnce)
{
    load(T0, 5000);
    set_alarm(T0, 100);
    write(TIMG_INT_ENA_TIMERS, 1);
    bench.run_to(SIM_US(7));
    write(TIMG_TCONFIG, enable | up | divided_by(80) | level_int | alarm_on);
    bench.run_for(0);
    EXPECT_EQ(level[TIMG_T0].rises(), std::vector<sim_time>{SIM_US(7)});
}

TEST_F(TimerGroup, CountingDownAnAlarmAboveTheCountHasBeenPassed)
{
    load(T0, 100);
    set_alarm(T0, 400);
    write(TIMG_INT_ENA_TIMERS, 1);
    write(TIMG_TCONFIG, enable | divided_by(80) | level_int | alarm_on);
    bench.run_for(0);
    EXPECT_TRUE(level[TIMG_T0].level());
}

TEST_F(TimerGroup, AnAlarmDisarmsItself)
{
    set_alarm(T0, 10);
    write(TIMG_TCONFIG, enable | up | divided_by(80) | level_int | alarm_on);
    bench.run_to(SIM_US(10));
    EXPECT_EQ(read(TIMG_TCONFIG), enable | up | divided_by(80) | level_int);
    EXPECT_TRUE(bench.is_idle());
    EXPECT_EQ(count(T0), 10u) << "the counter goes on from the alarm value";
}

TEST_F(TimerGroup, AutoReloadStartsFromTheLoadValue)
{
    load(T0, 40);
    set_alarm(T0, 100);
    write(TIMG_TCONFIG, enable | up | autoreload | divided_by(80) | level_int | alarm_on);
    bench.run_to(SIM_US(60));
    EXPECT_EQ(count(T0), 40u);
    bench.run_to(SIM_US(75));
    EXPECT_EQ(count(T0), 55u);
}

TEST_F(TimerGroup, APeriodicAlarmDoesNotDriftInAnHour)
{
    /* 26 MHz has no whole number of picoseconds in a cycle: 7 * 37143 cycles are 10000038461.5 ps. */
    bench.set_hz(CLOCK_APB, 26000000);
    const uint64_t cycles = 7 * 37143;
    load(T0, 0);
    set_alarm(T0, 37143);
    write(TIMG_INT_ENA_TIMERS, 1);
    const uint32_t config = enable | up | autoreload | divided_by(7) | level_int | alarm_on;
    write(TIMG_TCONFIG, config);
    uint64_t alarms = 0;
    while (bench.run_to_next_event() < SIM_S(3600)) {
        alarms++;
        ASSERT_EQ(bench.now, bits_muldiv_up(alarms * cycles, SIM_PS_PER_S, 26000000)) << alarms;
        ASSERT_TRUE(level[TIMG_T0].level());
        write(TIMG_INT_CLR_TIMERS, 1); /* what the interrupt handler does */
        write(TIMG_TCONFIG, config);
    }
    EXPECT_EQ(alarms, UINT64_C(3600) * 26000000 / cycles);
}

TEST_F(TimerGroup, AChangeOfTheApbClockKeepsTheCountAndMovesTheAlarm)
{
    set_alarm(T0, 2000);
    write(TIMG_INT_ENA_TIMERS, 1);
    write(TIMG_TCONFIG, enable | up | divided_by(80) | level_int | alarm_on);
    bench.run_to(SIM_US(500));
    bench.set_hz(CLOCK_APB, 40000000);
    EXPECT_EQ(count(T0), 500u);
    bench.run_for(SIM_US(10));
    EXPECT_EQ(count(T0), 505u);
    bench.run_to(SIM_S(1));
    EXPECT_EQ(level[TIMG_T0].rises(), std::vector<sim_time>{SIM_US(500) + SIM_US(3000)});
}

TEST_F(TimerGroup, AnAlarmBeyondSimulatedTimeIsNoEvent)
{
    set_alarm(T0, UINT64_MAX);
    write(TIMG_TCONFIG, enable | up | divided_by(0) | level_int | alarm_on);
    EXPECT_TRUE(bench.is_idle());
    bench.run_to(SIM_S(10));
    EXPECT_EQ(count(T0), UINT64_C(800000000) / 65536);
}

/* ---- Interrupts ------------------------------------------------------------------------------------------------ */

TEST_F(TimerGroup, ALevelInterruptStaysUntilCleared)
{
    set_alarm(T0, 1);
    write(TIMG_TCONFIG, enable | up | divided_by(80) | level_int | alarm_on);
    bench.run_to(SIM_US(5));
    EXPECT_EQ(read(TIMG_INT_RAW_TIMERS), 1u);
    EXPECT_EQ(read(TIMG_INT_ST_TIMERS), 0u) << "not enabled";
    EXPECT_FALSE(level[TIMG_T0].level());
    write(TIMG_INT_ENA_TIMERS, 0xF);
    EXPECT_EQ(read(TIMG_INT_ST_TIMERS), 1u);
    EXPECT_TRUE(level[TIMG_T0].level());
    write(TIMG_INT_CLR_TIMERS, 0xE);
    EXPECT_TRUE(level[TIMG_T0].level()) << "somebody else's bit";
    write(TIMG_INT_CLR_TIMERS, 0x1);
    EXPECT_EQ(read(TIMG_INT_RAW_TIMERS), 0u);
    EXPECT_FALSE(level[TIMG_T0].level());
    EXPECT_EQ(edge[TIMG_T0].edges.size(), 0u);
}

TEST_F(TimerGroup, AnEdgeInterruptIsAPulseOfOneApbCycle)
{
    write(TIMG_INT_ENA_TIMERS, 0xF);
    set_alarm(T1, 3);
    write(TIMG_TCONFIG + T1, enable | up | divided_by(80) | edge_int | alarm_on);
    bench.run_to(SIM_US(5));
    const std::vector<std::pair<sim_time, bool>> pulse = {{SIM_US(3), true}, {SIM_US(3) + 12500, false}};
    EXPECT_EQ(edge[TIMG_T1].edges, pulse);
    EXPECT_EQ(level[TIMG_T1].edges.size(), 0u);
    EXPECT_EQ(read(TIMG_INT_RAW_TIMERS), 0u);
}

TEST_F(TimerGroup, AnAlarmWithoutInterruptTypeInterruptsNobody)
{
    write(TIMG_INT_ENA_TIMERS, 0xF);
    set_alarm(T0, 1);
    write(TIMG_TCONFIG, enable | up | divided_by(80) | alarm_on);
    bench.run_to(SIM_US(5));
    EXPECT_EQ(read(TIMG_INT_RAW_TIMERS), 0u);
    EXPECT_EQ(read(TIMG_TCONFIG) & alarm_on, 0u);
}

/* ---- LACT ------------------------------------------------------------------------------------------------------ */

TEST_F(TimerGroup, LactServesAsMicrosecondClock)
{
    write(TIMG_INT_ENA_TIMERS, 8);
    write(TIMG_LACTLOADLO, 0);
    write(TIMG_LACTLOADHI, 0);
    write(TIMG_LACTLOAD, 1);
    write(TIMG_LACTALARMLO, 3000);
    write(TIMG_LACTALARMHI, 0);
    write(TIMG_LACTCONFIG, enable | up | divided_by(40) | level_int | alarm_on); /* 2 ticks a microsecond */
    bench.run_to(SIM_US(1000));
    write(TIMG_LACTUPDATE, 1);
    EXPECT_EQ(read(TIMG_LACTLO), 2000u);
    EXPECT_EQ(read(TIMG_LACTHI), 0u);

    /* The APB clock falls to 40 MHz, and the driver adjusts the divider so that ticks stay half microseconds. */
    bench.set_hz(CLOCK_APB, 40000000);
    write(TIMG_LACTCONFIG, enable | up | divided_by(20) | level_int | alarm_on);
    bench.run_to(SIM_US(2000));
    EXPECT_EQ(level[TIMG_LACT].rises(), std::vector<sim_time>{SIM_US(1500)});
    write(TIMG_LACTUPDATE, 1);
    EXPECT_EQ(read(TIMG_LACTLO), 4000u);
}

TEST_F(TimerGroup, ANewDividerKeepsThePartOfATickThatHasPassed)
{
    write(TIMG_LACTCONFIG, enable | up | divided_by(40));
    bench.run_to(SIM_NS(12 * 25)); /* 24 cycles of the first tick */
    write(TIMG_LACTCONFIG, enable | up | divided_by(30));
    bench.run_for(SIM_NS(75) - 1); /* 30 cycles less a bit */
    write(TIMG_LACTUPDATE, 1);
    EXPECT_EQ(read(TIMG_LACTLO), 0u);
    bench.run_for(1);
    write(TIMG_LACTUPDATE, 1);
    EXPECT_EQ(read(TIMG_LACTLO), 1u);
}

TEST_F(TimerGroup, ATickThatANewDividerMakesOverdueEndsWithTheNextCycle)
{
    write(TIMG_LACTCONFIG, enable | up | divided_by(40));
    bench.run_to(35 * SIM_PS(12500));
    write(TIMG_LACTCONFIG, enable | up | divided_by(20));
    write(TIMG_LACTUPDATE, 1);
    EXPECT_EQ(read(TIMG_LACTLO), 0u);
    bench.run_for(SIM_PS(12500));
    write(TIMG_LACTUPDATE, 1);
    EXPECT_EQ(read(TIMG_LACTLO), 1u);
    bench.run_for(SIM_NS(250) - 1);
    write(TIMG_LACTUPDATE, 1);
    EXPECT_EQ(read(TIMG_LACTLO), 1u) << "and the next tick is a whole one";
}

TEST_F(TimerGroup, LactInRtcModeIsReportedAsNotModelled)
{
    write(TIMG_LACTCONFIG, enable | up | 1u << 7);
    EXPECT_EQ(bench.log.text(), "unimpl node0.timg0: LACT counts APB cycles: RTC_ONLY is not modelled");
}

/* ---- Main watchdog --------------------------------------------------------------------------------------------- */

const uint32_t key = 0x50D83AA1;

enum action : uint32_t { off, interrupt, cpu_reset, system_reset };

class MainWatchdog : public TimerGroup
{
  protected:
    /* Ticks of 0.5 ms, as ESP-IDF uses it. */
    void start(std::vector<action> actions, std::vector<uint32_t> ticks, uint32_t more = 0)
    {
        uint32_t config = enable | 1u << 21 | more;
        for (unsigned stage = 0; stage < 4; stage++) {
            config |= (stage < actions.size() ? actions[stage] : off) << (29 - 2 * stage);
            write(TIMG_WDTCONFIG2 + 4 * stage, stage < ticks.size() ? ticks[stage] : 1);
        }
        write(TIMG_WDTCONFIG1, 40000u << 16);
        write(TIMG_INT_ENA_TIMERS, 4);
        write(TIMG_WDTCONFIG0, config);
    }
};

TEST_F(MainWatchdog, StagesFollowOneAnother)
{
    start({interrupt, off, interrupt, system_reset}, {100, 50, 30, 20});
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(50));
    EXPECT_TRUE(level[TIMG_WDT].level());
    write(TIMG_INT_CLR_TIMERS, 4);
    EXPECT_FALSE(level[TIMG_WDT].level());
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(50 + 25 + 15)) << "stage 1 is off and passes in silence";
    EXPECT_TRUE(level[TIMG_WDT].level());
    EXPECT_TRUE(resets.requests.empty());
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(50 + 25 + 15 + 10));
    ASSERT_EQ(resets.requests.size(), 1u);
    EXPECT_EQ(resets.requests[0].kind, RESET_SYSTEM);
    EXPECT_EQ(resets.requests[0].cause, RESET_CAUSE_TG0_WDT_SYSTEM);
    EXPECT_EQ(resets.requests[0].start, SIM_MS(100));
    EXPECT_EQ(resets.requests[0].length, SIM_NS(100)) << "length code 0";
}

TEST_F(MainWatchdog, AfterTheLastStageComesTheFirst)
{
    start({interrupt}, {10, 20, 30, 40});
    for (uint64_t round = 0; round < 5; round++) {
        EXPECT_EQ(bench.run_to_next_event(), SIM_MS(5) + round * SIM_MS(50));
        write(TIMG_INT_CLR_TIMERS, 4);
    }
}

TEST_F(MainWatchdog, AnInterruptThatIsStillPendingCostsNoEvent)
{
    start({interrupt}, {1, 1, 1, 1});
    bench.run_to_next_event();
    EXPECT_TRUE(bench.is_idle()) << "nobody could notice the next one";
    bench.run_to(SIM_MS(11));
    write(TIMG_INT_CLR_TIMERS, 4);
    EXPECT_EQ(bench.run_to_next_event(), SIM_US(12500)) << "rounds of 2 ms, stage 0 ends at 0.5 ms of each";
}

TEST_F(MainWatchdog, FeedingGoesBackToTheBeginning)
{
    start({interrupt, system_reset}, {100, 100});
    for (unsigned i = 0; i < 10; i++) {
        bench.run_for(SIM_MS(49));
        write(TIMG_WDTFEED, 1);
    }
    EXPECT_FALSE(level[TIMG_WDT].level());
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(490 + 50));
    bench.run_for(SIM_MS(30));
    write(TIMG_WDTFEED, 1); /* in stage 1 */
    write(TIMG_INT_CLR_TIMERS, 4);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(570 + 50));
    EXPECT_TRUE(resets.requests.empty());
}

TEST_F(MainWatchdog, LockedRegistersIgnoreWrites)
{
    start({system_reset}, {100});
    write(TIMG_WDTWPROTECT, 0);
    const uint32_t before[] = {read(TIMG_WDTCONFIG0), read(TIMG_WDTCONFIG1), read(TIMG_WDTCONFIG2)};
    bench.run_to(SIM_MS(20));
    write(TIMG_WDTCONFIG0, 0);
    write(TIMG_WDTCONFIG1, 0);
    for (unsigned stage = 0; stage < 4; stage++)
        write(TIMG_WDTCONFIG2 + 4 * stage, 0xFFFFFFFF);
    write(TIMG_WDTFEED, 1);
    EXPECT_EQ(read(TIMG_WDTCONFIG0), before[0]);
    EXPECT_EQ(read(TIMG_WDTCONFIG1), before[1]);
    EXPECT_EQ(read(TIMG_WDTCONFIG2), before[2]);
    EXPECT_EQ(read(TIMG_WDTCONFIG5), 1u);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(50)) << "nor has it been fed";
    EXPECT_EQ(resets.requests.size(), 1u);

    write(TIMG_WDTWPROTECT, key);
    write(TIMG_WDTCONFIG0, 0);
    EXPECT_EQ(read(TIMG_WDTCONFIG0), 0u);
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(MainWatchdog, EachGroupResetsItsOwnCpu)
{
    const unsigned cores[] = {RESET_CORE_PRO, RESET_CORE_APP};
    for (unsigned group = 0; group < 2; group++) {
        rebuild(group, false);
        resets.requests.clear();
        start({cpu_reset}, {4}, 6u << 18); /* length code 6 */
        bench.run_to_next_event();
        ASSERT_EQ(resets.requests.size(), 1u);
        EXPECT_EQ(resets.requests[0].kind, RESET_CORES);
        EXPECT_EQ(resets.requests[0].cause, RESET_CAUSE_TG_WDT_CPU);
        EXPECT_EQ(resets.requests[0].cores, cores[group]);
        EXPECT_EQ(resets.requests[0].length, SIM_NS(1600));
    }
}

TEST_F(MainWatchdog, TheSecondGroupHasItsOwnResetCause)
{
    rebuild(1, false);
    start({system_reset}, {4});
    bench.run_to_next_event();
    ASSERT_EQ(resets.requests.size(), 1u);
    EXPECT_EQ(resets.requests[0].cause, RESET_CAUSE_TG1_WDT_SYSTEM);
}

TEST_F(MainWatchdog, FlashBootIsProtectedByGroup0Alone)
{
    rebuild(1, true);
    EXPECT_TRUE(bench.is_idle());
    rebuild(0, true);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(325)) << "26 million APB cycles of 12.5 ns";
    ASSERT_EQ(resets.requests.size(), 1u);
    EXPECT_EQ(resets.requests[0].kind, RESET_SYSTEM);
    EXPECT_EQ(resets.requests[0].cause, RESET_CAUSE_TG0_WDT_SYSTEM);

    dev_reset(&timg.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_EQ(evq_next_time(bench.env.evq), SIM_MS(650)) << "protected again after the reset";
    write(TIMG_WDTCONFIG0, 0); /* what a boot loader does */
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(MainWatchdog, FlashBootTakesTwiceAsLongFromTheCrystal)
{
    bench.set_hz(CLOCK_APB, 40000000);
    rebuild(0, true);
    bench.run_to(SIM_MS(100));
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(650));
}

TEST_F(MainWatchdog, AChangeOfTheApbClockMovesTheStage)
{
    start({system_reset}, {100});
    bench.run_to(SIM_MS(20));
    bench.set_hz(CLOCK_APB, 40000000);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(20 + 60));
}

TEST_F(MainWatchdog, AnEdgeInterruptPulses)
{
    start({interrupt}, {10}, 1u << 22);
    bench.run_to(SIM_MS(5));
    EXPECT_EQ(edge[TIMG_WDT].rises(), std::vector<sim_time>{SIM_MS(5)});
    EXPECT_TRUE(level[TIMG_WDT].level());
}

TEST_F(MainWatchdog, AStageMadeShorterThanItHasLastedEndsWithTheTick)
{
    start({interrupt}, {100});
    bench.run_to(SIM_MS(30));
    write(TIMG_WDTCONFIG2, 10);
    EXPECT_EQ(bench.run_to_next_event(), SIM_US(30500));
}

TEST_F(MainWatchdog, ANewConfigurationKeepsThePartOfATickThatHasPassed)
{
    start({interrupt}, {100});
    bench.run_to(SIM_US(30250));
    write(TIMG_WDTCONFIG3, 7);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(50));
}

TEST_F(MainWatchdog, ANewPrescalerKeepsTheTicksThatHavePassed)
{
    start({interrupt}, {100});
    bench.run_to(SIM_US(20250)); /* 40 ticks of 0.5 ms and a half */
    write(TIMG_WDTCONFIG1, 8000u << 16);
    EXPECT_EQ(bench.run_to_next_event(), SIM_US(20250 + 60 * 100));
}

TEST_F(MainWatchdog, Prescaler0Is65536AndAnEmptyStageLastsATick)
{
    start({off, interrupt}, {0, 9});
    write(TIMG_WDTCONFIG1, 0);
    EXPECT_EQ(bench.run_to_next_event(), 10 * 65536 * SIM_PS(12500));
}

TEST_F(MainWatchdog, TheStageIsASignal)
{
    start({interrupt, interrupt, off, off}, {10, 20});
    bench.run_to(SIM_MS(5));
    write(TIMG_INT_CLR_TIMERS, 4);
    bench.run_to(SIM_MS(15));
    write(TIMG_WDTFEED, 1);
    std::vector<std::string> texts;
    for (const auto &change : bench.signals.changes["node0.timg0.wdt_stage"])
        if (texts.empty() || texts.back() != change.second)
            texts.push_back(change.second);
    EXPECT_EQ(texts, (std::vector<std::string>{"off", "stage 0", "stage 1", "stage 2", "stage 0"}));
}

/* ---- Measuring slow clocks ------------------------------------------------------------------------------------- */

class Calibration : public TimerGroup
{
  protected:
    const uint32_t start_bit = 1u << 31, ready = 1u << 15;

    void measure(uint32_t selection, uint32_t cycles)
    {
        write(TIMG_RTCCALICFG, selection << 13 | cycles << 16);
        write(TIMG_RTCCALICFG, selection << 13 | cycles << 16 | start_bit);
    }
    uint32_t value()
    {
        return read(TIMG_RTCCALICFG1) >> 7;
    }
};

TEST_F(Calibration, Counts40MHzOver1024CyclesOf150kHz)
{
    bench.run_to(SIM_US(1)); /* the next edge of 150 kHz comes at 6.67 us */
    measure(0, 1024);
    EXPECT_EQ(read(TIMG_RTCCALICFG) & ready, 0u);
    const sim_time done = bits_muldiv_up(1025, SIM_PS_PER_S, 150000);
    EXPECT_EQ(bench.run_to_next_event(), done) << "6.83 ms, as on the chip";
    EXPECT_EQ(read(TIMG_RTCCALICFG) & ready, ready);
    EXPECT_NEAR(value(), 1024 * 40e6 / 150e3, 1);
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(Calibration, Counts40MHzOver1000CyclesOfTheWatchCrystal)
{
    measure(2, 1000);
    EXPECT_EQ(bench.run_to_next_event(), bits_muldiv_up(1001, SIM_PS_PER_S, 32768));
    EXPECT_NEAR(value(), 1000 * 40e6 / 32768, 1);
}

TEST_F(Calibration, MeasuresWhateverTheRtcRunsFrom)
{
    bench.set_hz(CLOCK_RTC_SLOW, 32768);
    measure(0, 1000);
    bench.run_to_next_event();
    EXPECT_NEAR(value(), 1000 * 40e6 / 32768, 1);
}

TEST_F(Calibration, ASecondMeasurementNeedsARisingStartBit)
{
    measure(0, 100);
    bench.run_to_next_event();
    write(TIMG_RTCCALICFG, 200u << 16 | start_bit);
    EXPECT_TRUE(bench.is_idle());
    EXPECT_EQ(read(TIMG_RTCCALICFG) & ready, ready);
    measure(0, 200);
    EXPECT_EQ(read(TIMG_RTCCALICFG) & ready, 0u);
    bench.run_to_next_event();
    EXPECT_NEAR(value(), 200 * 40e6 / 150e3, 1);
}

TEST_F(Calibration, AClockThatChangesMeanwhileMovesTheEnd)
{
    measure(0, 1000);
    bench.run_to(SIM_MS(2)); /* 300 cycles, of which the first is waited for */
    bench.set_hz(CLOCK_RTC_SLOW, 31250);
    const uint64_t left = 1001 - 300;
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(2) + bits_muldiv_up(left, SIM_PS_PER_S, 31250));
    EXPECT_NEAR(value(), 299 * 40e6 / 150e3 + left * 40e6 / 31250, 2);
}

TEST_F(Calibration, SinceResetItCyclesOver8MHzBy256)
{
    bench.run_to(SIM_MS(1));
    EXPECT_EQ(value(), 1280u) << "40 MHz in one cycle of 31250 Hz: ROM code finds the crystal's frequency by it";
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(TimerGroup, AResetEndsAPulse)
{
    write(TIMG_INT_ENA_TIMERS, 0xF);
    set_alarm(T0, 1);
    write(TIMG_TCONFIG, enable | up | divided_by(80) | edge_int | alarm_on);
    bench.run_to(SIM_US(1));
    EXPECT_TRUE(edge[TIMG_T0].level());
    dev_reset(&timg.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_FALSE(edge[TIMG_T0].level());
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(TimerGroup, AResetStopsEverything)
{
    write(TIMG_INT_ENA_TIMERS, 0xF);
    set_alarm(T0, 1);
    set_alarm(T1, 1000);
    write(TIMG_TCONFIG, enable | up | divided_by(80) | level_int | alarm_on);
    write(TIMG_TCONFIG + T1, enable | up | divided_by(80) | level_int | alarm_on);
    write(TIMG_RTCCALICFG, 100u << 16 | 1u << 31);
    bench.run_to(SIM_US(2));
    EXPECT_TRUE(level[TIMG_T0].level());
    dev_reset(&timg.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_FALSE(level[TIMG_T0].level());
    EXPECT_TRUE(bench.is_idle());
    EXPECT_EQ(count(T1), 0u);
    EXPECT_EQ(read(TIMG_TCONFIG), 0x60002000u);
}

} // namespace
