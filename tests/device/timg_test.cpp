/* SPDX-License-Identifier: Apache-2.0 */
/* The timer group as its driver sees it: registers in, interrupts, measured clocks out, at exact times. */
#include "tests/support/timg_bench.h"

namespace
{

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
