// SPDX-License-Identifier: Apache-2.0
// A core runs programs: by blocks, in slices or instruction by instruction, always with the same outcome at the same
// cycle; up to horizons; and notices when its code changes.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <tuple>

#include "cpu_iss/block.h"
#include "tests/support/captured_log.h"
#include "tests/support/xt_bench.h"
#include "tests/support/xt_vectors.h"

namespace
{

// A bit of everything that takes time: loops with interlocks across blocks, calls through more windows than there are,
// memory, division, floating point.
const char *const mixture = "j start; .align 4; base: .word 0x3ffc0000\n"
                            "start: entry a1, 64; addi a3, a1, -16; s32i a1, a3, 4; movi a2, 1; wsr.cpenable a2\n"
                            "again: movi a10, 9; call8 fib; l32r a2, base; movi a3, 8; mov.n a4, a10; wfr f0, a4\n"
                            "loop a3, filled; s32i a4, a2, 0; addi a2, a2, 4; addx8 a4, a4, a10\n"
                            "filled: l32r a2, base; movi a5, 8; movi a6, 0\n"
                            "loop a5, summed; l32i a7, a2, 0; addi a2, a2, 4; add a6, a6, a7; float.s f1, a7, 3\n"
                            "madd.s f0, f1, f1\n"
                            "summed: rfr a7, f0; quou a8, a6, a4; mula.aa.ll a8, a6; xor a6, a6, a7\n"
                            "short: l16ui a9, a2, -0+0; addi a5, a5, 0; bnez a9, short_2\n"
                            "short_2: addi a6, a6, 1; bbci a6, 0, again; l8ui a9, a2, 3; add a9, a9, a9; j again\n"
                            ".align 4\n"
                            "fib: entry a1, 32; blti a2, 2, leaf; addi a10, a2, -1; call8 fib; mov.n a3, a10\n"
                            "addi a10, a2, -2; call8 fib; add a2, a3, a10\n"
                            "leaf: retw.n\n";

struct machine : xt_bench {
    using xt_bench::xt_bench;
    void start(const char *text)
    {
        load(window_vectors, CODE);
        load(text);
    }
    // All that a program can see.
    std::vector<uint32_t> state()
    {
        std::vector<uint32_t> values;
        for (unsigned n = 0; xt_reg_name(n); n++) {
            values.emplace_back();
            xt_reg_get(cpu, n, &values.back());
        }
        values.insert(values.end(), reinterpret_cast<uint32_t *>(data.bytes),
                      reinterpret_cast<uint32_t *>(data.bytes + data.size));
        return values;
    }
};

TEST(xt_core, adds_up_in_a_loop)
{
    xt_bench bench;
    bench.load("movi a2, 0; movi a3, 100\n"
               "again: add a2, a2, a3; addi a3, a3, -1; bnez a3, again\n"
               "halt: j halt");
    EXPECT_TRUE(bench.run_to("halt"));
    EXPECT_EQ(bench.a(2), 5050u);
}

TEST(xt_core, zero_overhead_loops_nest_by_branches_around_them)
{
    xt_bench bench;
    bench.load("movi a2, 0; movi a3, 10; movi a4, 7\n"
               "outer: mov.n a5, a4; loop a5, inner_end\n"
               "addi a2, a2, 1; nop.n\n"
               "inner_end: addi a3, a3, -1; bnez a3, outer\n"
               "halt: j halt");
    EXPECT_TRUE(bench.run_to("halt"));
    EXPECT_EQ(bench.a(2), 70u);
}

// Two loops share code: the end of one lies in the middle of what was one block before.
TEST(xt_core, a_loop_may_end_where_code_ran_straight_before)
{
    xt_bench bench;
    bench.load("movi a2, 0; movi a3, 0; movi a4, 5; j body\n"
               "loop_: movi a3, 1; loop a4, end\n"
               "body: addi a2, a2, 1; addi a2, a2, 16\n"
               "end: addi a2, a2, 64\n"
               "beqz a3, loop_; halt: j halt");
    EXPECT_TRUE(bench.run_to("halt"));
    EXPECT_EQ(bench.a(2), (17u + 64) + (5 * 17u + 64));
}

TEST(xt_core, hundreds_of_loops_are_no_problem)
{
    xt_bench bench;
    std::string text = "movi a2, 0; movi a3, 3; movi a5, 2\nagain:";
    for (int n = 0; n < 400; n++)
        text += "loop a3, e" + std::to_string(n) + "; addi a2, a2, 1; nop; e" + std::to_string(n) + ":\n";
    bench.load(text + "addi a5, a5, -1; beqz a5, halt; j again; halt: j halt");
    EXPECT_TRUE(bench.run_to("halt", 10000000));
    EXPECT_EQ(bench.a(2), 2 * 400 * 3u);
}

TEST(xt_core, running_and_stepping_are_the_same_to_the_cycle)
{
    machine fast, slow;
    fast.start(mixture);
    slow.start(mixture);
    xt_run(fast.cpu, 200000, UINT64_MAX);
    while (xt_cycles(slow.cpu) < xt_cycles(fast.cpu))
        xt_step(slow.cpu);
    EXPECT_EQ(slow.cycles(), fast.cycles());
    EXPECT_EQ(slow.state(), fast.state());
    EXPECT_EQ(slow.stats().instructions, fast.stats().instructions);
    EXPECT_EQ(slow.stats().stall_cycles, fast.stats().stall_cycles);
    EXPECT_GT(fast.stats().window_overflows, 100u);
    EXPECT_GT(fast.stats().window_underflows, 100u);
    EXPECT_GT(fast.stats().stall_cycles, 1000u);
}

TEST(xt_core, how_a_run_is_sliced_does_not_matter)
{
    std::mt19937 random(1);
    machine whole, sliced;
    whole.start(mixture);
    sliced.start(mixture);
    uint64_t end = 100000;
    for (uint64_t now = 0; now < end;) {
        now = std::min<uint64_t>(end, now + random() % 300);
        bool is_hard = random() & 1;
        EXPECT_EQ(xt_run(sliced.cpu, now, is_hard ? now : UINT64_MAX), XT_STOP_HORIZON);
    }
    xt_run(sliced.cpu, end, end);
    xt_run(whole.cpu, end, end);
    EXPECT_EQ(sliced.cycles(), whole.cycles());
    EXPECT_EQ(sliced.state(), whole.state());
    EXPECT_EQ(sliced.stats().instructions, whole.stats().instructions);
}

TEST(xt_core, no_instruction_starts_at_or_after_the_hard_horizon)
{
    machine reference;
    reference.start(mixture);
    // When each instruction issues, as a tracer sees it.
    std::vector<uint64_t> issues;
    xt_trace trace{};
    trace.ctx = &issues;
    trace.instruction = [](void *ctx, uint32_t, uint64_t cycle) {
        static_cast<std::vector<uint64_t> *>(ctx)->push_back(cycle);
    };
    xt_set_trace(reference.cpu, &trace);
    xt_run(reference.cpu, 3000, UINT64_MAX);
    for (uint64_t hard = 1; hard < 2500; hard += 7) {
        machine bench;
        bench.start(mixture);
        EXPECT_EQ(xt_run(bench.cpu, UINT64_MAX, hard), XT_STOP_HORIZON);
        uint64_t issued = bench.stats().instructions + bench.stats().window_overflows +
                          bench.stats().window_underflows; // those are issued twice
        ASSERT_LT(issues[issued - 1], hard);
        ASSERT_GE(issues[issued], hard);
        ASSERT_GE(bench.cycles(), hard);
    }
}

TEST(xt_core, the_soft_horizon_is_overrun_by_a_block_at_most)
{
    machine bench;
    bench.start(mixture);
    for (uint64_t soft = 1; soft < 5000; soft += 13) {
        EXPECT_EQ(xt_run(bench.cpu, soft, UINT64_MAX), XT_STOP_HORIZON);
        EXPECT_GE(bench.cycles(), soft);
        EXPECT_LT(bench.cycles(), soft + 120);
    }
}

TEST(xt_core, an_access_may_lower_the_horizon_of_its_own_run)
{
    xt_bench bench;
    uint64_t asked = 0;
    bench.device = [&](bus_access &access) {
        asked = xt_cycles(bench.cpu);
        EXPECT_EQ(clock_cycles(&bench.clock, access.time), asked);
        xt_limit(bench.cpu, asked + 5);
        return BUS_OK;
    };
    bench.set("a2", xt_bench::DEVICE);
    bench.load("nop; s32i a3, a2, 0; nop; nop; nop; nop; nop; nop; nop; nop; nop; nop; nop; halt: j halt");
    EXPECT_EQ(xt_run(bench.cpu, 1000000, 1000000), XT_STOP_HORIZON);
    EXPECT_EQ(asked, 1u);
    EXPECT_EQ(bench.cycles(), asked + 5);
}

// --- Code that changes --------------------------------------------------------------------------------------------

TEST(xt_core, an_instruction_may_rewrite_the_next_one)
{
    xt_bench bench;
    // The word at `victim` becomes movi a2, 2 (24 bits) and the first byte of what follows stays.
    bench.load("j start; .align 4; code: .word victim; new: .word 0\n"
               "start: l32r a3, code; l32r a4, new; movi a5, 2\n"
               "again: s32i a4, a3, 0; .align 4; victim: movi a2, 1; nop; add a6, a6, a2; addi a5, a5, -1\n"
               "bnez a5, again; halt: j halt");
    uint32_t old = bench.word(bench.label("victim"));
    bench.set_word(bench.label("new"), (old & 0xff000000) | xt_assembler::word("movi", {2, 2}));
    EXPECT_TRUE(bench.run_to("halt"));
    EXPECT_EQ(bench.a(6), 4u) << "both rounds ran the new instruction";
}

TEST(xt_core, code_changes_in_every_round_of_a_loop)
{
    xt_bench bench;
    // The immediate of a MOVI is its own third byte and counts up.
    bench.load("j start; .align 4; code: .word victim\n"
               "start: l32r a3, code; movi a4, 0; movi a6, 0; movi a5, 100\n"
               "again: s8i a4, a3, 2; addi a4, a4, 1\n"
               "j victim; .align 4; .space 61; .align 4; victim: movi a2, 0; add a6, a6, a2; addi a5, a5, -1\n"
               "beqz a5, halt; j again; halt: j halt");
    EXPECT_TRUE(bench.run_to("halt"));
    EXPECT_EQ(bench.a(6), 99u * 100 / 2);
}

TEST(xt_core, a_debugger_or_dma_may_write_code_between_runs)
{
    xt_bench bench;
    bench.load("again: movi a2, 1; j again");
    bench.run(100);
    EXPECT_EQ(bench.a(2), 1u);
    bench.load("again: movi a2, 2; j again");
    bench.run(100);
    EXPECT_EQ(bench.a(2), 2u);
}

TEST(xt_core, a_write_by_the_other_core_reaches_this_ones_code)
{
    xt_bench bench;
    bench.load("again: movi a2, 1; j again");
    bench.load("s32i a3, a2, 0; halt: j halt", xt_bench::START + 0x2000);
    struct xt_cpu *other = xt_create(&bench.config, &bench.host);
    uint32_t word = bench.word(xt_bench::START);
    xt_set_pc(other, bench.label("halt") - 3);
    // The other core has written to the page before there was code in it, and so has a direct pointer.
    xt_reg_set(other, static_cast<unsigned>(xt_reg_number("ps")), 0x40000);
    xt_reg_set(other, static_cast<unsigned>(xt_reg_number("a2")), xt_bench::START + 0x100);
    xt_run(other, 50, UINT64_MAX);
    bench.run(100);
    EXPECT_EQ(bench.a(2), 1u);
    xt_reg_set(other, static_cast<unsigned>(xt_reg_number("a2")), xt_bench::START);
    xt_reg_set(other, static_cast<unsigned>(xt_reg_number("a3")),
               (word & 0xff000000) | xt_assembler::word("movi", {2, 7}));
    xt_set_pc(other, bench.label("halt") - 3);
    xt_run(other, 200, UINT64_MAX);
    bench.run(100);
    EXPECT_EQ(bench.a(2), 7u);
    xt_destroy(other);
}

TEST(xt_core, a_change_of_the_map_drops_pointers_and_code)
{
    xt_bench bench;
    bench.load("again: movi a2, 1; j again");
    bench.run(100);
    // Behind the core's back, as a remapped window would.
    uint32_t word = xt_assembler::word("movi", {2, 3});
    std::memcpy(bench.code.bytes + (xt_bench::START - xt_bench::CODE), &word, 3);
    bench.run(100);
    EXPECT_EQ(bench.a(2), 1u);
    bench.memory_changed();
    bench.run(100);
    EXPECT_EQ(bench.a(2), 3u);
}

TEST(xt_core, memory_without_direct_pointers_runs_the_same)
{
    machine direct, bus;
    bus.gives_pointers = false;
    direct.start(mixture);
    bus.start(mixture);
    xt_run(direct.cpu, UINT64_MAX, 20000);
    xt_run(bus.cpu, UINT64_MAX, 20000);
    EXPECT_EQ(bus.stats().instructions, direct.stats().instructions) << "it has no costs here either";
    EXPECT_EQ(bus.state(), direct.state());
}

// --- Translations ---------------------------------------------------------------------------------------------------

struct pool_holder {
    std::unique_ptr<xt_pool, void (*)(xt_pool *)> pool;
    explicit pool_holder(size_t size) : pool(xt_pool_create_sized(size), xt_pool_destroy)
    {
    }
};

TEST(xt_core, cores_with_the_same_code_share_translations)
{
    pool_holder holder(1 << 20);
    machine first(nullptr, holder.pool.get()), second(nullptr, holder.pool.get());
    first.start(mixture);
    second.start(mixture);
    first.run(20000);
    uint64_t translated = first.stats().blocks_translated;
    EXPECT_GT(translated, 10u);
    second.run(20000);
    EXPECT_EQ(second.stats().blocks_translated, translated);
    EXPECT_EQ(second.state(), first.state());
}

// Found by fuzz_code: a core that was within a block lost the waits for results and for code that it had before it.
TEST(xt_core, what_a_neighbour_does_to_the_pool_costs_no_cycle)
{
    const char *text = "quou a3, a4, a5; mull a6, a4, a5; add a7, a6, a6; add a7, a7, a6; nop; nop; e: j e";
    for (unsigned steps = 1; steps < 6; steps++) {
        pool_holder small(4 << 10);
        machine core(nullptr, small.pool.get()), neighbour(nullptr, small.pool.get()), alone;
        for (machine *m : {&core, &alone}) {
            m->code_fetch_wait = 2;
            m->load(text);
            m->set("a5", 3);
            m->steps(steps);
        }
        neighbour.start(mixture);
        neighbour.run(5000);
        core.steps(8 - steps);
        alone.steps(8 - steps);
        EXPECT_EQ(core.cycles(), alone.cycles()) << steps;
        EXPECT_EQ(core.stats().stall_cycles, alone.stats().stall_cycles) << steps;
        EXPECT_EQ(core.stats().instructions, alone.stats().instructions) << steps;
    }
}

TEST(xt_core, a_full_pool_forgets_and_goes_on)
{
    pool_holder small(4 << 10); // two or three blocks
    machine cramped(nullptr, small.pool.get()), neighbour(nullptr, small.pool.get()), roomy;
    cramped.start(mixture);
    neighbour.start(mixture);
    roomy.start(mixture);
    for (int n = 1; n <= 200; n++) {
        xt_run(cramped.cpu, UINT64_MAX, n * 101);
        xt_run(neighbour.cpu, UINT64_MAX, n * 57);
    }
    roomy.run(1);
    while (roomy.stats().instructions < cramped.stats().instructions)
        roomy.steps(1);
    EXPECT_GT(small.pool->flushes, 10u);
    EXPECT_EQ(cramped.stats().instructions, roomy.stats().instructions);
    EXPECT_EQ(cramped.a(1), roomy.a(1));
    EXPECT_EQ(cramped.pc(), roomy.pc());
}

// --- Snapshots -----------------------------------------------------------------------------------

TEST(xt_core, a_restored_core_goes_on_cycle_for_cycle)
{
    for (uint64_t at = 500; at < 1500; at += 97) {
        machine original, copy;
        original.start(mixture);
        copy.start("halt: j halt");
        copy.run(50);
        xt_run(original.cpu, at, at);
        std::vector<uint8_t> image(xt_save(original.cpu, nullptr, 0));
        ASSERT_EQ(xt_save(original.cpu, image.data(), image.size()), image.size());
        ASSERT_EQ(xt_restore(copy.cpu, image.data(), image.size()), SIM_OK);
        copy.write(xt_bench::CODE, original.code.bytes, original.code.size);
        copy.write(xt_bench::DATA, original.data.bytes, original.data.size);
        EXPECT_EQ(copy.pc(), original.pc());
        EXPECT_EQ(copy.cycles(), original.cycles());
        EXPECT_EQ(copy.state(), original.state());
        xt_run(original.cpu, UINT64_MAX, 20000);
        xt_run(copy.cpu, UINT64_MAX, 20000);
        EXPECT_EQ(copy.cycles(), original.cycles());
        EXPECT_EQ(copy.state(), original.state());
        EXPECT_EQ(copy.stats().instructions, original.stats().instructions);
    }
}

TEST(xt_core, foreign_bytes_are_no_snapshot)
{
    xt_bench bench;
    std::vector<uint8_t> image(xt_save(bench.cpu, nullptr, 0));
    EXPECT_EQ(xt_restore(bench.cpu, image.data(), image.size()), SIM_BAD_FORMAT);
    xt_save(bench.cpu, image.data(), image.size());
    EXPECT_EQ(xt_restore(bench.cpu, image.data(), image.size() - 1), SIM_BAD_FORMAT);
    EXPECT_EQ(xt_restore(bench.cpu, image.data(), image.size()), SIM_OK);
}

// --- Reset, stalling, the end --------------------------------------------------------------------

TEST(xt_core, reset_is_architectural_and_time_goes_on)
{
    xt_bench bench;
    bench.load("movi a2, 5; halt: j halt");
    bench.run(1000);
    uint64_t cycles = bench.cycles();
    xt_reset(bench.cpu);
    EXPECT_EQ(bench.cycles(), cycles);
    EXPECT_EQ(bench.pc(), xt_bench::START);
    EXPECT_EQ(bench.get("ps"), 0x1fu);
    EXPECT_EQ(bench.get("windowstart"), 1u);
    EXPECT_EQ(bench.get("vecbase"), 0x40000000u);
    EXPECT_EQ(bench.get("atomctl"), 0x28u);
    EXPECT_EQ(bench.get("prid"), 0xCDCDu);
    EXPECT_EQ(bench.get("configid0"), 0xC2BCFFFEu);
    EXPECT_EQ(bench.get("configid1"), 0x1CC5FE96u);
    EXPECT_EQ(bench.get("ccount"), 0u);
    EXPECT_EQ(bench.a(2), 0u);
}

TEST(xt_core, a_stalled_core_does_nothing_until_it_is_let_go)
{
    xt_bench bench;
    bench.load("movi a2, 5; halt: j halt");
    xt_set_stalled(bench.cpu, true);
    EXPECT_EQ(bench.run(100), XT_STOP_HALTED);
    EXPECT_EQ(bench.pc(), xt_bench::START);
    xt_skip_to(bench.cpu, 1000);
    EXPECT_EQ(bench.cycles(), 1000u);
    EXPECT_EQ(bench.stats().idle_cycles, 1000u);
    xt_set_stalled(bench.cpu, false);
    EXPECT_EQ(bench.run(100), XT_STOP_HORIZON);
    EXPECT_EQ(bench.a(2), 5u);
}

TEST(xt_core, time_does_not_go_backward)
{
    xt_bench bench;
    xt_skip_to(bench.cpu, 1000);
    xt_skip_to(bench.cpu, 10);
    EXPECT_EQ(bench.cycles(), 1000u);
}

TEST(xt_core, an_exception_loop_halts_the_core_with_one_message)
{
    captured_log log;
    xt_bench bench(log);
    bench.set("vecbase", 0x20000000); // nothing there: the vector itself cannot be fetched
    bench.load("movi a3, 7; ill");
    EXPECT_EQ(bench.run(1000000), XT_STOP_HALTED);
    EXPECT_EQ(bench.run(1000000), XT_STOP_HALTED);
    EXPECT_EQ(bench.a(3), 7u) << "registers are left for inspection";
    EXPECT_EQ(bench.get("epc1"), xt_bench::START + 3);
    ASSERT_EQ(log.lines.size(), 1u);
    EXPECT_NE(log.text().find("exceptions without end"), std::string::npos) << log.text();
    xt_reset(bench.cpu);
    bench.reset();
    EXPECT_EQ(xt_step(bench.cpu), XT_STOP_STEPPED) << "reset brings it back";
}

TEST(xt_core, a_handler_that_faults_later_is_not_the_end)
{
    xt_bench bench;
    bench.load("nop; ill", xt_bench::CODE + 0x300);
    bench.load("nop; ill", xt_bench::CODE + 0x3c0);
    bench.load("ill");
    EXPECT_EQ(bench.run(10000), XT_STOP_HORIZON) << "it executes something each time: a watchdog's business";
}

TEST(xt_core, semihosting_calls_go_to_the_host)
{
    static uint32_t seen[4];
    xt_bench bench;
    xt_host host = bench.host;
    host.simcall = [](void *, const uint32_t argument[4], uint32_t *result, uint32_t *error) {
        if (argument[0] == 4)
            std::memcpy(seen, argument, sizeof seen);
        *result = 42;
        *error = 2;
        return argument[0] == 4;
    };
    xt_config config = bench.config;
    xt_cpu *cpu = xt_create(&config, &host);
    std::swap(cpu, bench.cpu);
    bench.reset();
    bench.load("movi a2, 4; movi a3, 1; movi a4, 2; movi a5, 3; simcall; mov.n a6, a2; mov.n a7, a3\n"
               "movi a2, 99; simcall; mov.n a8, a2; movi a2, 1; movi a3, 17; simcall; nop");
    EXPECT_EQ(bench.run(1000), XT_STOP_EXIT);
    EXPECT_EQ(xt_exit_code(bench.cpu), 17u);
    EXPECT_EQ(bench.a(6), 42u);
    EXPECT_EQ(bench.a(7), 2u);
    EXPECT_EQ(bench.a(8), 99u) << "a call that is not served changes nothing";
    EXPECT_EQ(seen[1], 1u);
    std::swap(cpu, bench.cpu);
    xt_destroy(cpu);
}

} // namespace
