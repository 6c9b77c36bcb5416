/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/base/clock.h"
#include "bus/clock_tree.h"

#include <gtest/gtest.h>

#include <vector>

namespace
{

const uint64_t frequencies[] = {240000000, 160000000, 80000000, 40000000, 8000000, 1000000, 150000, 32768, 31250, 1};

TEST(Clock, AtPowerOnNoCycleHasPassed)
{
    struct clock_domain clock;
    clock_init(&clock, 240000000);
    EXPECT_EQ(clock_cycles(&clock, 0), 0u);
    EXPECT_EQ(clock_time(&clock, 0), 0u);
}

TEST(Clock, ThreeCyclesOf240MHzAre12500Picoseconds)
{
    struct clock_domain clock;
    clock_init(&clock, 240000000);
    EXPECT_EQ(clock_time(&clock, 1), 4167u) << "a cycle begins at the first whole picosecond after its edge";
    EXPECT_EQ(clock_time(&clock, 2), 8334u);
    EXPECT_EQ(clock_time(&clock, 3), 12500u);
}

TEST(Clock, DoesNotDriftInTenHours)
{
    for (uint64_t hz : frequencies) {
        struct clock_domain clock;
        clock_init(&clock, hz);
        const uint64_t ten_hours = 36000;
        EXPECT_EQ(clock_time(&clock, hz * ten_hours), SIM_S(ten_hours)) << hz;
        EXPECT_EQ(clock_cycles(&clock, SIM_S(ten_hours)), hz * ten_hours) << hz;
        EXPECT_EQ(clock_cycles(&clock, SIM_S(ten_hours) - 1), hz * ten_hours - 1) << hz;
    }
}

TEST(Clock, CycleAndTimeAreInverse)
{
    for (uint64_t hz : frequencies) {
        struct clock_domain clock;
        clock_init(&clock, hz);
        for (uint64_t n = 0; n < 1000; n++) {
            uint64_t cycle = n * n * n; /* up to 1e9 cycles */
            if (cycle > hz * 3600)
                break;
            ASSERT_EQ(clock_cycles(&clock, clock_time(&clock, cycle)), cycle) << hz;
            if (cycle > 0) {
                ASSERT_EQ(clock_cycles(&clock, clock_time(&clock, cycle) - 1), cycle - 1) << hz;
            }
        }
    }
}

TEST(Clock, ChangeOfFrequencyStartsAnEpoch)
{
    struct clock_domain clock;
    clock_init(&clock, 40000000);
    clock_set_hz(&clock, SIM_US(1), 240000000);
    EXPECT_EQ(clock_cycles(&clock, SIM_US(1)), 40u) << "cycles go on counting";
    EXPECT_EQ(clock_cycles(&clock, SIM_US(2)), 280u);
    EXPECT_EQ(clock_time(&clock, 280), SIM_US(2));
    EXPECT_EQ(clock_time(&clock, 10), SIM_US(1)) << "cycles before the epoch count as the epoch";
    EXPECT_EQ(clock_cycles(&clock, SIM_NS(5)), 40u);
}

TEST(Clock, ThousandChangesLoseLessThanACycleEach)
{
    struct clock_domain clock;
    clock_init(&clock, 240000000);
    for (uint64_t i = 1; i <= 1000; i++)
        clock_set_hz(&clock, SIM_US(i), i % 2 ? 160000000 : 240000000);
    /* 500 us at each frequency; changes fall on whole cycles here, so nothing at all may be lost. */
    EXPECT_EQ(clock_cycles(&clock, SIM_US(1000)), 500u * 240 + 500u * 160);
}

TEST(ClockTree, StartsFromTheCrystal)
{
    struct clock_tree tree;
    clock_tree_init(&tree);
    EXPECT_EQ(tree.clock[CLOCK_CPU].hz, 40000000u);
    EXPECT_EQ(tree.clock[CLOCK_APB].hz, 40000000u);
    EXPECT_EQ(tree.clock[CLOCK_XTAL].hz, 40000000u);
    EXPECT_EQ(tree.clock[CLOCK_REF_TICK].hz, 1000000u);
    EXPECT_EQ(tree.clock[CLOCK_RTC_SLOW].hz, 150000u);
    EXPECT_EQ(tree.clock[CLOCK_RTC_FAST].hz, 10000000u) << "XTAL / 4";
}

struct heard_change {
    int who;
    enum clock_id id;
    sim_time at;
    uint64_t hz;
};

struct listener {
    int who;
    struct clock_tree *tree;
    std::vector<heard_change> *heard;
    static void changed(void *ctx, enum clock_id id, sim_time at)
    {
        auto *self = static_cast<listener *>(ctx);
        self->heard->push_back({self->who, id, at, self->tree->clock[id].hz});
    }
};

TEST(ClockTree, TellsEveryListenerInOrderOnceTheNewFrequencyShows)
{
    struct clock_tree tree;
    clock_tree_init(&tree);
    std::vector<heard_change> heard;
    listener first = {1, &tree, &heard}, second = {2, &tree, &heard};
    clock_tree_listen(&tree, listener::changed, &first);
    clock_tree_listen(&tree, listener::changed, &second);

    clock_tree_set(&tree, CLOCK_APB, SIM_US(3), 80000000);
    ASSERT_EQ(heard.size(), 2u);
    EXPECT_EQ(heard[0].who, 1);
    EXPECT_EQ(heard[1].who, 2);
    for (const heard_change &change : heard) {
        EXPECT_EQ(change.id, CLOCK_APB);
        EXPECT_EQ(change.at, SIM_US(3));
        EXPECT_EQ(change.hz, 80000000u);
    }
    EXPECT_EQ(clock_cycles(&tree.clock[CLOCK_APB], SIM_US(4)), 3u * 40 + 80);

    clock_tree_set(&tree, CLOCK_APB, SIM_US(5), 80000000);
    EXPECT_EQ(heard.size(), 2u) << "setting the same frequency is not a change";
}

TEST(ClockTree, AChangeBeforeThePresentEpochCountsAsTheEpoch)
{
    struct clock_tree tree;
    clock_tree_init(&tree);
    clock_tree_set(&tree, CLOCK_CPU, SIM_US(2), 80000000);
    clock_tree_set(&tree, CLOCK_CPU, SIM_US(1), 240000000);
    EXPECT_EQ(tree.clock[CLOCK_CPU].epoch_time, SIM_US(2));
    EXPECT_EQ(clock_cycles(&tree.clock[CLOCK_CPU], SIM_US(3)), 80u + 240);
}

TEST(Clock, ADeadlineBeyondSimulatedTimeIsNever)
{
    struct clock_domain clock;
    clock_init(&clock, 80000000);
    EXPECT_EQ(clock_deadline(&clock, 80000000), SIM_S(1));
    EXPECT_EQ(clock_deadline(&clock, UINT64_MAX), SIM_TIME_NEVER);
    clock_set_hz(&clock, SIM_S(2), 40000000);
    EXPECT_EQ(clock_deadline(&clock, 240000000), SIM_S(4));
    EXPECT_EQ(clock_deadline(&clock, 1), SIM_S(2)) << "cycles before the epoch count as the epoch";
}

TEST(ClockTree, TheCpuClockFollowsTheSelectionsOfThreeDevices)
{
    struct row {
        enum clock_source source;
        uint8_t cpu_period;
        uint16_t pre_div;
        uint64_t cpu, apb;
    };
    const row rows[] = {
        {CLOCK_FROM_XTAL, 0, 0, 40000000, 40000000}, {CLOCK_FROM_XTAL, 2, 1, 20000000, 20000000},
        {CLOCK_FROM_PLL, 0, 0, 80000000, 80000000},  {CLOCK_FROM_PLL, 1, 0, 160000000, 80000000},
        {CLOCK_FROM_PLL, 2, 3, 240000000, 80000000}, {CLOCK_FROM_8M, 0, 0, 8000000, 8000000},
        {CLOCK_FROM_8M, 0, 3, 2000000, 2000000},     {CLOCK_FROM_APLL, 0, 0, 30000000, 15000000},
        {CLOCK_FROM_APLL, 1, 0, 60000000, 30000000},
    };
    struct clock_tree tree;
    clock_tree_init(&tree);
    sim_time at = 0;
    for (const row &row : rows) {
        tree.select = {row.source, row.cpu_period, row.pre_div, 120000000, false};
        clock_tree_select(&tree, at += SIM_US(1));
        EXPECT_EQ(tree.clock[CLOCK_CPU].hz, row.cpu);
        EXPECT_EQ(tree.clock[CLOCK_APB].hz, row.apb);
    }
}

} // namespace
