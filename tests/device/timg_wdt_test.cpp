/* SPDX-License-Identifier: Apache-2.0 */
/* The main watchdog of a timer group: stages, write protection, flash boot, resets and their causes. */
#include "tests/support/timg_bench.h"

namespace
{

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

} // namespace
