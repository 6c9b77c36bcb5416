// SPDX-License-Identifier: Apache-2.0
// Interrupts: levels, masks, edges, the NMI, timers, WAITI. Levels and types of the inputs: facts 1.4.
#include <gtest/gtest.h>

#include "tests/support/xt_bench.h"

namespace
{

// Handlers that note where they were entered: level n sets a15 to n and stays there.
struct interrupts : testing::Test {
    xt_bench bench;

    interrupts()
    {
        const uint32_t vector[8] = {0, 0x300, 0x180, 0x1c0, 0x200, 0x240, 0x280, 0x2c0};
        for (unsigned level = 1; level <= 7; level++) {
            std::string n = std::to_string(level);
            bench.load("movi a15, " + n + "; v" + n + ": j v" + n, xt_bench::CODE + vector[level]);
        }
        bench.load("wait_here: addi a2, a2, 1; j wait_here");
        bench.set("intenable", ~0u & ~0x18040u); // but the timers
    }
    // Sets the lines and runs; the level of the handler that was entered, 0 when none was.
    unsigned raise(uint32_t lines)
    {
        bench.set("a15", 0);
        bench.set("ps", bench.get("ps") & 0xf);
        bench.set("pc", xt_bench::START);
        xt_set_interrupts(bench.cpu, lines);
        bench.run(50);
        return bench.a(15);
    }
};

TEST_F(interrupts, each_input_has_its_level)
{
    const unsigned level[32] = {1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 7, 0,
                                0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 3, 4, 0, 4, 5};
    for (unsigned n = 0; n < 32; n++) {
        bench.set("ps", 0);
        EXPECT_EQ(raise(UINT32_C(1) << n), level[n]) << "interrupt " << n;
        xt_set_interrupts(bench.cpu, 0);
        bench.load("wsr.intclear a3; halt: j halt", xt_bench::START + 0x100);
        bench.set("a3", ~0u);
        bench.set("ps", 0xf);
        bench.set("pc", xt_bench::START + 0x100);
        bench.run(10);
    }
}

TEST_F(interrupts, the_highest_level_goes_first)
{
    EXPECT_EQ(raise(1 << 0 | 1 << 19 | 1 << 23 | 1 << 26), 5u);
}

TEST_F(interrupts, the_level_in_ps_masks_its_own_and_lower_ones)
{
    bench.set("ps", 3);
    EXPECT_EQ(raise(1 << 23), 0u) << "level 3";
    EXPECT_EQ(raise(1 << 24), 4u);
}

TEST_F(interrupts, exception_mode_masks_up_to_level_three)
{
    bench.set("ps", 0x10);
    xt_set_interrupts(bench.cpu, 1 << 23);
    bench.run(50);
    EXPECT_EQ(bench.a(15), 0u);
    xt_set_interrupts(bench.cpu, 1 << 24);
    bench.run(50);
    EXPECT_EQ(bench.a(15), 4u);
}

TEST_F(interrupts, what_is_not_enabled_stays_pending)
{
    bench.set("intenable", 0);
    EXPECT_EQ(raise(1 << 19), 0u);
    EXPECT_EQ(bench.get("interrupt"), 1u << 19);
    bench.load("movi a3, -1; wsr.intenable a3; nop; nop; halt: j halt");
    EXPECT_EQ(raise(1 << 19), 2u);
    EXPECT_EQ(bench.get("epc2"), xt_bench::START + 6) << "the very next instruction does not run";
}

TEST_F(interrupts, a_level_input_follows_its_line)
{
    bench.set("intenable", 0);
    raise(1 << 5);
    EXPECT_EQ(bench.get("interrupt"), 1u << 5);
    xt_set_interrupts(bench.cpu, 0);
    EXPECT_EQ(bench.get("interrupt"), 0u);
}

TEST_F(interrupts, an_edge_input_latches_until_cleared)
{
    bench.set("intenable", 0);
    raise(1 << 10);
    xt_set_interrupts(bench.cpu, 0);
    EXPECT_EQ(bench.get("interrupt"), 1u << 10);
    bench.set("intclear", 1 << 10);
    EXPECT_EQ(bench.get("interrupt"), 0u);
    xt_set_interrupts(bench.cpu, 1 << 10);
    xt_set_interrupts(bench.cpu, 1 << 10);
    bench.set("intclear", 1 << 10);
    EXPECT_EQ(bench.get("interrupt"), 0u) << "no new edge while the line stays up";
}

TEST_F(interrupts, software_sets_and_clears_its_two)
{
    bench.set("intenable", 0);
    bench.set("intset", ~0u);
    EXPECT_EQ(bench.get("interrupt"), UINT32_C(0x20000080));
    bench.set("intclear", 1 << 7);
    EXPECT_EQ(bench.get("interrupt"), UINT32_C(0x20000000));
    bench.set("intenable", UINT32_C(0x20000000));
    bench.set("ps", 0);
    bench.run(50);
    EXPECT_EQ(bench.a(15), 3u);
}

TEST_F(interrupts, the_nmi_knows_neither_mask_nor_level_and_comes_once)
{
    bench.set("intenable", 0);
    bench.set("ps", 0xf);
    EXPECT_EQ(raise(1 << 14), 7u);
    EXPECT_EQ(bench.get("ps") & 0x1f, 0x17u);
    EXPECT_EQ(bench.get("interrupt"), 0u);
}

TEST_F(interrupts, a_high_level_saves_ps_and_pc_in_its_own_registers)
{
    bench.set("ps", 0x40020);
    xt_set_interrupts(bench.cpu, 1 << 26);
    uint32_t pc = bench.pc();
    bench.steps(1);
    EXPECT_EQ(bench.pc(), xt_bench::CODE + 0x240);
    EXPECT_EQ(bench.get("epc5"), pc);
    EXPECT_EQ(bench.get("eps5"), 0x40020u);
    EXPECT_EQ(bench.get("ps"), 0x40035u);
    EXPECT_EQ(bench.stats().interrupts, 1u);
}

TEST_F(interrupts, level_one_is_an_exception_by_mode)
{
    bench.load("movi a15, 11; u: j u", xt_bench::CODE + 0x340);
    bench.set("ps", 0x20);
    xt_set_interrupts(bench.cpu, 1);
    bench.run(50);
    EXPECT_EQ(bench.a(15), 11u) << "user vector";
    EXPECT_EQ(bench.get("exccause"), 4u);
    EXPECT_EQ(bench.get("epc1"), xt_bench::START);
    EXPECT_EQ(bench.stats().exceptions, 0u) << "counted as interrupt";
}

TEST_F(interrupts, rfi_goes_back_and_the_interrupt_may_come_again)
{
    bench.load("addi a14, a14, 1; rfi 5", xt_bench::CODE + 0x240);
    xt_set_interrupts(bench.cpu, 1 << 26);
    bench.set("ps", 0);
    bench.steps(6);
    EXPECT_EQ(bench.a(14), 2u) << "the line is still up";
    xt_set_interrupts(bench.cpu, 0);
    uint32_t before = bench.a(2);
    bench.run(100);
    EXPECT_GT(bench.a(2), before);
}

// --- WAITI ---------------------------------------------------------------------------------------

TEST_F(interrupts, waiti_waits_for_an_interrupt_above_its_level)
{
    bench.load("waiti 2; after: movi a3, 1; halt: j halt");
    EXPECT_EQ(bench.run(1000), XT_STOP_WAITING);
    EXPECT_TRUE(xt_is_waiting(bench.cpu));
    EXPECT_LT(bench.cycles(), 20u) << "waiting takes no instructions";
    xt_set_interrupts(bench.cpu, 1 << 19);
    EXPECT_EQ(bench.run(1000), XT_STOP_WAITING) << "level 2 is masked";
    xt_skip_to(bench.cpu, 5000);
    xt_set_interrupts(bench.cpu, 1 << 19 | 1 << 22);
    EXPECT_EQ(bench.run(100), XT_STOP_HORIZON);
    EXPECT_FALSE(xt_is_waiting(bench.cpu));
    EXPECT_EQ(bench.a(15), 3u);
    EXPECT_EQ(bench.get("epc3"), bench.label("after"));
    EXPECT_GT(bench.stats().idle_cycles, 4900u);
}

// --- Timers --------------------------------------------------------------------------------------

TEST_F(interrupts, ccompare_interrupts_at_its_cycle_and_not_before)
{
    for (uint32_t when = 100; when < 130; when++) {
        xt_bench timer;
        timer.load("movi a15, 1; v: j v", xt_bench::CODE + 0x300);
        timer.load("loop_: addi a2, a2, 1; nop; nop; nop; nop; nop; j loop_");
        timer.set("intenable", 1 << 6);
        timer.set("ccompare0", when);
        EXPECT_EQ(xt_wake_cycle(timer.cpu), when);
        while (timer.a(15) == 0) {
            uint64_t now = timer.cycles();
            bool is_entered = timer.stats().interrupts;
            timer.steps(1);
            if (timer.stats().interrupts && !is_entered) {
                EXPECT_GE(now, when);
                EXPECT_LT(now, when + 4) << "before the next instruction, and the longest takes four cycles";
            }
        }
    }
}

TEST_F(interrupts, a_run_meets_the_same_timer_at_the_same_cycle_as_steps)
{
    for (uint32_t when = 50; when < 90; when++) {
        xt_bench runs, steps;
        for (xt_bench *timer : {&runs, &steps}) {
            timer->load("rsr.ccount a15; v: j v", xt_bench::CODE + 0x300);
            timer->load("loop_: addi a2, a2, 1; addi a4, a1, -4; l32i a3, a4, 0; add a3, a3, a3; j loop_");
            timer->set("intenable", 1 << 6);
            timer->set("ccompare0", when);
        }
        runs.run(200);
        while (steps.a(15) == 0)
            steps.steps(1);
        EXPECT_EQ(runs.a(15), steps.a(15));
        EXPECT_EQ(runs.a(2), steps.a(2));
        EXPECT_EQ(runs.get("epc1"), steps.get("epc1"));
    }
}

TEST_F(interrupts, the_three_timers_have_levels_one_three_and_five)
{
    const unsigned level[3] = {1, 3, 5};
    const uint32_t mask[3] = {1 << 6, 1 << 15, 1 << 16};
    for (unsigned n = 0; n < 3; n++) {
        bench.set("intenable", mask[n]);
        std::string compare = "ccompare" + std::to_string(n);
        bench.set(compare, bench.get("ccount") + 20);
        EXPECT_EQ(raise(0), level[n]);
        EXPECT_EQ(bench.get("interrupt") & mask[n], mask[n]);
        bench.set(compare, 0);
        EXPECT_EQ(bench.get("interrupt") & mask[n], 0u) << "writing CCOMPARE takes the interrupt back";
    }
}

TEST_F(interrupts, time_that_is_skipped_still_matches)
{
    bench.set("intenable", 0);
    bench.set("ccompare1", 1000);
    xt_skip_to(bench.cpu, 999);
    EXPECT_EQ(bench.get("interrupt"), 0u);
    xt_skip_to(bench.cpu, 1000);
    EXPECT_EQ(bench.get("interrupt"), 1u << 15);
}

TEST_F(interrupts, ccount_can_be_written_and_wraps)
{
    bench.set("ccompare0", 5);
    bench.set("ccount", 0xfffffff0);
    EXPECT_EQ(bench.get("interrupt") & 1 << 6, 0u);
    xt_skip_to(bench.cpu, bench.cycles() + 0x14);
    EXPECT_EQ(bench.get("ccount"), 4u);
    EXPECT_EQ(bench.get("interrupt") & 1 << 6, 0u);
    xt_skip_to(bench.cpu, bench.cycles() + 1);
    EXPECT_EQ(bench.get("interrupt") & 1 << 6, 1u << 6);
}

TEST_F(interrupts, waking_is_known_ahead)
{
    EXPECT_EQ(xt_wake_cycle(bench.cpu), UINT64_MAX) << "no timer is enabled";
    bench.set("ccompare0", 500);
    bench.set("ccompare2", 700);
    bench.set("intenable", 1 << 6 | 1 << 16);
    EXPECT_EQ(xt_wake_cycle(bench.cpu), 500u);
    bench.set("ps", 1);
    EXPECT_EQ(xt_wake_cycle(bench.cpu), 700u) << "level 1 is masked";
    bench.load("waiti 1; movi a3, 1; halt: j halt");
    bench.set("pc", xt_bench::START);
    EXPECT_EQ(bench.run(10000), XT_STOP_WAITING);
    xt_skip_to(bench.cpu, xt_wake_cycle(bench.cpu));
    EXPECT_EQ(bench.run(50), XT_STOP_HORIZON);
    EXPECT_EQ(bench.a(15), 5u);
}

TEST_F(interrupts, a_device_may_interrupt_by_the_access_itself)
{
    bench.device = [&](bus_access &access) {
        xt_set_interrupts(bench.cpu, access.value);
        return BUS_OK;
    };
    bench.set("a4", xt_bench::DEVICE);
    bench.set("a5", 1 << 26);
    bench.load("nop; s32i a5, a4, 0; movi a6, 1; halt: j halt");
    bench.set("pc", xt_bench::START);
    bench.run(100);
    EXPECT_EQ(bench.a(15), 5u);
    EXPECT_EQ(bench.a(6), 0u) << "taken before the next instruction";
    EXPECT_EQ(bench.get("epc5"), xt_bench::START + 6);
}

} // namespace
