// SPDX-License-Identifier: Apache-2.0
// Channel access in RTL, counted by hand. Beside the model: beside_model_test.
#include <algorithm>
#include <random>
#include <unistd.h>

#include <gtest/gtest.h>

#include "Vchannel_access.h"
#include "Vcontention_window.h"
#include "tests/rtl/rtl_bench.h"

namespace
{

// ---- The block alone, as in silicon: dt = 1, a unit is a microsecond ----

class ChannelAccess : public ::testing::Test
{
  protected:
    rtl_bench<Vchannel_access> rtl{"channel_access"};
    static constexpr unsigned SLOT = 9, SIFS = 10, TURNAROUND = 5, DIFS = SIFS + 2 * SLOT;
    unsigned now = 0;

    ChannelAccess()
    {
        rtl->slot = SLOT;
        rtl->sifs = SIFS;
        rtl->turnaround = TURNAROUND;
        rtl->edca = 1;
        rtl->cw_min = 15;
        rtl->cw_max = 1023;
        rtl->rst = 1;
        rtl.clock();
        rtl->rst = 0;
        rtl->dt = 1;
        rtl->idle = 1;
        rtl->busy = 0;
        event();
    }
    // A clock that takes no time.
    void event()
    {
        rtl->dt = 0;
        rtl.clock();
        rtl->dt = 1;
        rtl->start = rtl->cancel = rtl->draw = 0;
        rtl->nav_load = rtl->eifs_load = rtl->restart = 0;
    }
    void pass(unsigned time)
    {
        for (unsigned i = 0; i < time; i++) {
            rtl.clock();
            now++;
        }
    }
    void queue(unsigned n, unsigned aifsn, unsigned slots)
    {
        rtl->start = 1u << n;
        rtl->aifsn = aifsn;
        rtl->slots = slots;
        event();
    }
    void medium(bool busy)
    {
        rtl->idle = !busy;
        event();
        rtl->busy = busy;
        event();
    }
    unsigned left(unsigned n)
    {
        return rtl->left[n * 15 / 32] >> n * 15 % 32 & 0x7fff;
    }
    // Time of the boundary that is granted next.
    unsigned granted_at(unsigned limit = 5000)
    {
        for (unsigned i = 0; i < limit; i++) {
            rtl.clock();
            now++;
            if (rtl->grant)
                return now + rtl->to_boundary;
        }
        return 0;
    }
};

TEST_F(ChannelAccess, WaitsAnInterframeSpaceAndItsSlots)
{
    queue(1, 2, 3);
    EXPECT_EQ(granted_at(), DIFS + 3 * SLOT);
    EXPECT_EQ(rtl->granted, 1u << 1);
    EXPECT_EQ(rtl->collided, 0u);
    EXPECT_EQ(rtl->waiting, 0u);
}

TEST_F(ChannelAccess, AnnouncesWhenItWillDecide)
{
    queue(0, 3, 4);
    ASSERT_TRUE(rtl->wait_known);
    EXPECT_EQ(rtl->wait_time, 0u);
    rtl->ask = 1;
    rtl.settle();
    EXPECT_EQ(rtl->wait_time, SIFS + 3 * SLOT + 4 * SLOT - TURNAROUND);
    pass(20);
    EXPECT_EQ(rtl->wait_time, SIFS + 3 * SLOT + 4 * SLOT - TURNAROUND - 20);
}

TEST_F(ChannelAccess, KeepsWhatItHasCountedWhileTheMediumIsBusy)
{
    queue(0, 2, 5);
    pass(DIFS + 2 * SLOT - TURNAROUND - 1); // boundaries at DIFS and a slot later; the next is just not decided for
    medium(true);
    EXPECT_EQ(left(0), 3u); // EDCA: the boundaries that have gone by
    pass(1000);
    EXPECT_EQ(left(0), 3u);
    medium(false);
    unsigned idle = now;
    EXPECT_EQ(granted_at(), idle + DIFS + 3 * SLOT);
}

TEST_F(ChannelAccess, WithoutEdcaTheSlotOfTheFrameDoesNotCount)
{
    rtl->edca = 0;
    queue(0, 2, 5);
    pass(DIFS + 2 * SLOT - TURNAROUND - 1);
    medium(true);
    EXPECT_EQ(left(0), 4u);
}

TEST_F(ChannelAccess, ABoundaryLessThanATurnaroundAheadIsDecidedFor)
{
    queue(0, 2, 5);
    pass(DIFS + 2 * SLOT - TURNAROUND);
    medium(true);
    EXPECT_EQ(left(0), 2u);
}

TEST_F(ChannelAccess, TheNavIsAsGoodAsEnergy)
{
    rtl->nav_load = 1;
    rtl->ahead = 300;
    event();
    queue(0, 2, 0);
    EXPECT_TRUE(rtl->nav_busy);
    EXPECT_EQ(granted_at(), 300 + DIFS);
    EXPECT_FALSE(rtl->nav_busy);
}

TEST_F(ChannelAccess, EifsIsClearedByAnIntactFrame)
{
    rtl->eifs_load = 1;
    rtl->ahead = 400;
    event();
    queue(0, 2, 0);
    pass(100);
    medium(true);
    rtl->eifs_load = 1;
    rtl->ahead = 0;
    event();
    medium(false);
    unsigned idle = now;
    EXPECT_EQ(granted_at(), idle + DIFS);
}

TEST_F(ChannelAccess, TheFirstOfQueuesWithTheSameBoundaryWins)
{
    queue(3, 2, 4);
    queue(1, 3, 3);
    queue(4, 2, 6);
    EXPECT_EQ(granted_at(), DIFS + 4 * SLOT);
    EXPECT_EQ(rtl->granted, 1u << 1);
    EXPECT_EQ(rtl->collided, 1u << 3);
    EXPECT_EQ(rtl->waiting, 1u << 4);
    EXPECT_EQ(left(4), 1u); // its slots up to the boundary, that one included
}

TEST_F(ChannelAccess, AFrameThatFindsTheMediumIdleWaitsForTheNextBoundary)
{
    pass(DIFS + 100 * SLOT + 1);
    unsigned since = now;
    queue(0, 2, 0);
    EXPECT_EQ(granted_at(), since + SLOT - 1);
    rtl->idle = 0;
    event();
    rtl->whole_ifs = 1;
    rtl->idle = 1;
    event();
    pass(1000);
    since = now;
    queue(0, 2, 0);
    EXPECT_EQ(granted_at(), since + DIFS);
}

TEST_F(ChannelAccess, ACancelledFrameSaysWhatWasLeft)
{
    queue(0, 2, 9);
    pass(DIFS + 3 * SLOT + 1);
    rtl->cancel = 1;
    event();
    EXPECT_EQ(left(0), 5u);
    EXPECT_EQ(rtl->waiting, 0u);
    EXPECT_FALSE(rtl->wait_known);
    EXPECT_EQ(granted_at(500), 0u);
}

TEST_F(ChannelAccess, ItsClockMayStopWhenNothingIsToCount)
{
    EXPECT_TRUE(rtl->clk_request);
    pass(SIFS + 20 * SLOT);
    EXPECT_FALSE(rtl->clk_request);
    queue(0, 2, 1);
    EXPECT_TRUE(rtl->clk_request);
    medium(true);
    EXPECT_FALSE(rtl->clk_request);
}

TEST_F(ChannelAccess, DrawsFromAWindowThatDoublesAndComesBack)
{
    EXPECT_EQ(rtl->windows[0] & 0x7fff, 15u);
    rtl->random = 0x7fff;
    for (unsigned cw : {31u, 63u, 127u, 255u, 511u, 1023u, 1023u}) {
        rtl->failed = 1;
        event();
        rtl->failed = 0;
        EXPECT_EQ(rtl->windows[0] & 0x7fff, cw);
    }
    rtl->draw = 1;
    queue(0, 2, 3);
    EXPECT_EQ(left(0), 1023u);
    rtl->succeeded = 1;
    event();
    rtl->succeeded = 0;
    EXPECT_EQ(rtl->windows[0] & 0x7fff, 15u);
    rtl->random = 0x5a;
    rtl->draw = 1;
    queue(1, 2, 3);
    EXPECT_EQ(left(1), 0xau);
}

// In picoseconds, all queues at once, however the clock comes: five counts by a formula.
TEST_F(ChannelAccess, AnyStepsLeadToTheSameBoundary)
{
    std::mt19937_64 random(3);
    for (int round = 0; round < 150; round++) {
        std::uint64_t slot = (round % 2 ? 9 : 20) * 1000000 + random() % 1000, sifs = 10000000 + random() % 50000000;
        rtl->idle = 0;
        event();
        rtl->slot = std::uint32_t(slot);
        rtl->sifs = std::uint32_t(sifs);
        rtl->turnaround = std::uint32_t(random() % 9000000);
        rtl->busy = 1;
        event();
        rtl->busy = 0;
        rtl->idle = 1;
        event();
        std::uint64_t hold[2] = {random() >> (28 + random() % 30), random() >> (28 + random() % 30)};
        rtl->nav_load = 1;
        rtl->ahead = hold[0];
        event();
        rtl->eifs_load = 1;
        rtl->ahead = hold[1];
        event();
        std::uint64_t boundary[5], first = ~std::uint64_t(0);
        for (unsigned n = 0; n < 5; n++) {
            unsigned aifsn = 1 + random() % 15, slots = unsigned(random() >> (49 + random() % 10)) & 0x7fff;
            queue(n, aifsn, slots);
            boundary[n] = std::max(hold[0], hold[1]) + sifs + (aifsn + slots) * slot;
            first = std::min(first, boundary[n]);
        }
        rtl->ask = 1;
        rtl.settle();
        ASSERT_EQ(rtl->wait_time, first - rtl->turnaround);
        std::uint64_t time = 0, steps = 0, decision = first - rtl->turnaround;
        while (time < decision) {
            // Long waits in as long steps as there may be.
            std::uint64_t step = ++steps > 2000 ? slot - 1 : 1 + random() % (slot - 1);
            rtl->dt = std::uint32_t(std::min(step, decision - time));
            time += rtl->dt;
            rtl.clock();
            ASSERT_FALSE(rtl->grant) << decision - time << " ps too early";
        }
        rtl->ask = 0;
        event();
        ASSERT_TRUE(rtl->grant);
        EXPECT_EQ(time + rtl->to_boundary, first);
        for (unsigned n = 0, winner = 5; n < 5; n++) {
            bool arrived = boundary[n] == first;
            EXPECT_EQ(rtl->granted >> n & 1, arrived && winner == 5);
            EXPECT_EQ(rtl->collided >> n & 1, arrived && winner != 5);
            winner = arrived ? std::min(winner, n) : winner;
            rtl->cancel = 1u << n;
            event();
        }
    }
}

TEST(ContentionWindow, IsThatOfTheStandardAtEverySize)
{
    rtl_bench<Vcontention_window> rtl("contention_window");
    for (unsigned low = 0; low < 15; low++)
        for (unsigned high = low; high <= 15; high++) {
            rtl->cw_min = (1u << low) - 1;
            rtl->cw_max = (1u << high) - 1;
            rtl->restart = 1;
            rtl.clock();
            rtl->restart = 0;
            unsigned expected = (1u << low) - 1;
            for (int round = 0; round < 17; round++) {
                ASSERT_EQ(rtl->cw, expected) << low << " to " << high;
                rtl->random = 0x2cb5 * (round + 1) & 0x7fff;
                rtl.settle();
                EXPECT_EQ(rtl->slots, rtl->random & expected);
                rtl->widen = 1;
                rtl.clock();
                rtl->widen = 0;
                expected = std::min(2 * expected + 1, (1u << high) - 1);
            }
        }
}

} // namespace
