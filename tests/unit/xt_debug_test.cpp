// SPDX-License-Identifier: Apache-2.0
// Debugging: the guest's own IBREAK, DBREAK, ICOUNT and BREAK, a debugger's break- and watchpoints and registers, call
// stacks, tracers, performance counters.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/xt_bench.h"
#include "tests/support/xt_vectors.h"

namespace
{

enum { ICOUNT = 1, IBREAK = 2, DBREAK = 4, BREAK = 8, BREAK_N = 16 };
constexpr uint32_t VECTOR = xt_bench::CODE + 0x280;

struct debug : testing::Test {
    xt_bench bench;
    uint32_t base = xt_bench::DATA + 0x1000;
    debug()
    {
        bench.load("h: j h", VECTOR);
        bench.set("ps", 0);
        bench.set("a2", base);
    }
    void expect_stopped(uint32_t cause, uint32_t pc)
    {
        EXPECT_EQ(bench.pc(), VECTOR);
        EXPECT_EQ(bench.get("debugcause"), cause);
        EXPECT_EQ(bench.get("epc6"), pc);
        EXPECT_EQ(bench.get("ps") & 0x1f, 0x16u);
    }
};

TEST_F(debug, break_instructions_trap)
{
    bench.load("break 1, 2");
    bench.steps(1);
    expect_stopped(BREAK, xt_bench::START);
    EXPECT_EQ(bench.get("eps6"), 0u);
    bench.load("break.n 0", xt_bench::START + 16);
    bench.set("ps", 0);
    bench.set("pc", xt_bench::START + 16);
    bench.steps(1);
    expect_stopped(BREAK_N, xt_bench::START + 16);
}

TEST_F(debug, break_instructions_do_nothing_at_the_debug_level)
{
    bench.load("break 1, 2; break.n 0");
    bench.set("ps", 6);
    bench.steps(2);
    EXPECT_EQ(bench.pc(), xt_bench::START + 5);
}

TEST_F(debug, ibreak_stops_in_front_of_the_instruction)
{
    bench.load("movi a3, 1; movi a4, 2; target: movi a5, 3; e: j e");
    bench.set("ibreaka1", bench.label("target"));
    bench.run(50);
    EXPECT_EQ(bench.pc(), bench.label("e")) << "it is not enabled";
    bench.set("pc", xt_bench::START);
    bench.set("a5", 0);
    bench.set("ibreakenable", 2);
    bench.run(50);
    expect_stopped(IBREAK, bench.label("target"));
    EXPECT_EQ(bench.a(4), 2u);
    EXPECT_EQ(bench.a(5), 0u);
}

TEST_F(debug, icount_counts_to_minus_one)
{
    bench.load("movi a3, 1; movi a4, 2; movi a5, 3; movi a6, 4; e: j e");
    bench.set("icount", UINT32_MAX - 3);
    bench.set("icountlevel", 1);
    bench.run(50);
    expect_stopped(ICOUNT, xt_bench::START + 9);
    EXPECT_EQ(bench.a(5), 3u);
    EXPECT_EQ(bench.a(6), 0u);
}

TEST_F(debug, icount_does_not_count_above_its_level)
{
    bench.load("movi a3, 1; movi a4, 2; e: j e");
    bench.set("ps", 2);
    bench.set("icount", 0);
    bench.set("icountlevel", 2);
    bench.run(50);
    EXPECT_EQ(bench.get("icount"), 0u);
}

TEST_F(debug, dbreak_watches_loads_or_stores_of_a_range)
{
    // Compared bits: all but the low four, so sixteen bytes.
    bench.set("dbreaka1", base + 32);
    for (uint32_t control : {0x40000030u, 0x80000030u, 0xc0000030u, 0x00000030u})
        for (uint32_t offset : {28u, 32u, 44u, 48u})
            for (bool is_store : {false, true}) {
                bench.load(std::string(is_store ? "s32i" : "l32i") + " a3, a2, " + std::to_string(offset) + "; e: j e");
                bench.set("dbreakc1", control);
                bench.set("ps", 0);
                bench.set("pc", xt_bench::START);
                bench.run(5);
                bool hits = offset >= 32 && offset < 48 && control >> (is_store ? 31 : 30) & 1;
                EXPECT_EQ(bench.pc() == VECTOR, hits) << control << " " << offset << " " << is_store;
                bench.run(1);
                bool is_right = !hits || bench.get("debugcause") == (DBREAK | 1u << 8);
                EXPECT_TRUE(is_right);
            }
}

TEST_F(debug, dbreak_sees_pages_that_were_in_use_before)
{
    bench.load("s32i a3, a2, 0; e: j e");
    bench.run(20);
    bench.set("dbreaka0", base);
    bench.set("dbreakc0", 0x8000003f);
    bench.set("pc", xt_bench::START);
    bench.set("a3", 9);
    bench.run(20);
    expect_stopped(DBREAK, xt_bench::START);
    EXPECT_EQ(bench.word(base), 0u) << "the store has not happened";
}

// --- A debugger ----------------------------------------------------------------------------------

TEST_F(debug, a_breakpoint_stops_before_its_instruction_and_lets_go_on)
{
    bench.load("movi a3, 5; again: addi a3, a3, -1; bnez a3, again; e: j e");
    ASSERT_EQ(xt_break_add(bench.cpu, bench.label("again")), SIM_OK);
    for (uint32_t left = 5; left > 0; left--) {
        EXPECT_EQ(bench.run(1000), XT_STOP_BREAKPOINT);
        EXPECT_EQ(bench.pc(), bench.label("again"));
        EXPECT_EQ(bench.a(3), left);
    }
    EXPECT_EQ(bench.run(1000), XT_STOP_HORIZON);
    EXPECT_EQ(xt_break_remove(bench.cpu, bench.label("again")), SIM_OK);
    EXPECT_EQ(xt_break_remove(bench.cpu, bench.label("again")), SIM_NOT_FOUND);
}

TEST_F(debug, stepping_passes_breakpoints)
{
    bench.load("movi a3, 5; movi a4, 6; movi a5, 7; e: j e");
    xt_break_add(bench.cpu, xt_bench::START);
    EXPECT_EQ(bench.run(10), XT_STOP_BREAKPOINT);
    EXPECT_EQ(xt_step(bench.cpu), XT_STOP_STEPPED);
    EXPECT_EQ(bench.pc(), xt_bench::START + 3);
    bench.set("pc", xt_bench::START);
    EXPECT_EQ(bench.run(10), XT_STOP_BREAKPOINT) << "arriving again stops again";
}

TEST_F(debug, a_watchpoint_stops_behind_the_access)
{
    bench.load("s32i a3, a2, 0; l32i a4, a2, 4; s8i a3, a2, 5; movi a6, 1; e: j e");
    ASSERT_EQ(xt_watch_add(bench.cpu, base + 4, 4, XT_WATCH_WRITE), SIM_OK);
    EXPECT_EQ(bench.run(100), XT_STOP_WATCHPOINT);
    EXPECT_EQ(bench.pc(), xt_bench::START + 9);
    EXPECT_EQ(bench.a(6), 0u);
    EXPECT_EQ(bench.run(20), XT_STOP_HORIZON);
    EXPECT_EQ(bench.a(6), 1u);
    EXPECT_EQ(xt_watch_remove(bench.cpu, base + 4, 4, XT_WATCH_READ), SIM_NOT_FOUND);
    EXPECT_EQ(xt_watch_remove(bench.cpu, base + 4, 4, XT_WATCH_WRITE), SIM_OK);
    xt_watch_add(bench.cpu, base + 4, 1, XT_WATCH_READ);
    bench.set("pc", xt_bench::START);
    EXPECT_EQ(bench.run(100), XT_STOP_WATCHPOINT);
    EXPECT_EQ(bench.pc(), xt_bench::START + 6);
    EXPECT_EQ(xt_watch_add(bench.cpu, 0, 0, XT_WATCH_READ), SIM_BAD_VALUE);
}

TEST_F(debug, registers_have_the_numbers_of_espressifs_gdb)
{
    const struct {
        const char *name;
        int number;
    } known[] = {{"pc", 0},          {"ar0", 1},      {"ar63", 64},      {"lbeg", 65},      {"windowbase", 69},
                 {"ps", 73},         {"f0", 87},      {"fsr", 104},      {"mmid", 105},     {"ddr", 109},
                 {"epc1", 116},      {"depc", 123},   {"excsave1", 130}, {"cpenable", 137}, {"interrupt", 138},
                 {"intenable", 141}, {"ccount", 145}, {"excvaddr", 149}, {"misc3", 156},    {"a0", 157},
                 {"a15", 172},       {"b0", 173},     {"b15", 188}};
    for (auto &reg : known) {
        EXPECT_EQ(xt_reg_number(reg.name), reg.number) << reg.name;
        EXPECT_STREQ(xt_reg_name(static_cast<unsigned>(reg.number)), reg.name);
    }
    uint32_t value;
    EXPECT_EQ(xt_reg_number("r0"), -1);
    EXPECT_EQ(xt_reg_name(189), nullptr);
    EXPECT_FALSE(xt_reg_get(bench.cpu, 189, &value));
    EXPECT_FALSE(xt_reg_set(bench.cpu, 189, 0));
}

TEST_F(debug, registers_keep_what_is_written_within_their_bits)
{
    const std::set<std::string> others = {"pc",         "ps",        "configid0", "configid1",   "prid",
                                          "ccount",     "interrupt", "intset",    "intclear",    "intenable",
                                          "windowbase", "fcr",       "fsr",       "icountlevel", "ibreakenable"};
    for (unsigned n = 0; xt_reg_name(n); n++) {
        std::string name = xt_reg_name(n);
        if (others.count(name))
            continue;
        bench.set(name, 0xffffffff);
        uint32_t mask = bench.get(name);
        EXPECT_NE(mask, 0u) << name;
        bench.set(name, 0x5aa5a55a);
        uint32_t expected = name == "acchi" ? 0x5a : 0x5aa5a55a & mask;
        EXPECT_EQ(bench.get(name), expected) << name;
        bench.set(name, 0);
        EXPECT_EQ(bench.get(name), 0u) << name;
    }
    EXPECT_FALSE(xt_reg_set(bench.cpu, static_cast<unsigned>(xt_reg_number("prid")), 0));
}

TEST_F(debug, memory_is_read_and_written_without_side_effects)
{
    uint8_t bytes[6] = {1, 2, 3, 4, 5, 6}, back[6];
    EXPECT_TRUE(xt_mem_write(bench.cpu, base + 1, bytes, 6));
    EXPECT_TRUE(xt_mem_read(bench.cpu, base + 1, back, 6));
    EXPECT_EQ(0, memcmp(bytes, back, 6));
    EXPECT_FALSE(xt_mem_read(bench.cpu, 0x10, back, 1));
    EXPECT_EQ(bench.cycles(), 0u);
}

// --- Call stacks ---------------------------------------------------------------------------------

TEST(backtrace, walks_live_and_spilled_windows)
{
    xt_bench bench;
    bench.load(window_vectors, xt_bench::CODE);
    // 12 calls deep with eight registers each: at most seven frames fit into 64 registers.
    bench.load("entry a1, 32; addi a3, a1, -16; s32i a1, a3, 4; movi a10, 12; call8 down; halt: j halt; .align 4\n"
               "down: entry a1, 48; beqz a2, bottom; addi a10, a2, -1; inner: call8 down; retw.n\n"
               "bottom: j bottom");
    ASSERT_TRUE(bench.run_to("bottom"));
    EXPECT_GT(bench.stats().window_overflows, 3u);
    xt_frame frames[20];
    size_t count = xt_backtrace(bench.cpu, frames, 20);
    ASSERT_EQ(count, 14u);
    EXPECT_EQ(frames[0].pc, bench.label("bottom"));
    EXPECT_EQ(frames[0].sp, bench.a(1));
    for (size_t n = 1; n < 13; n++) {
        EXPECT_EQ(frames[n].pc, bench.label("inner")) << n;
        EXPECT_EQ(frames[n].sp, frames[n - 1].sp + 48) << n;
    }
    EXPECT_EQ(frames[13].pc, bench.label("halt") - 3);
    EXPECT_EQ(xt_backtrace(bench.cpu, frames, 5), 5u);
}

TEST(backtrace, stops_where_the_stack_makes_no_sense)
{
    xt_bench bench;
    xt_frame frames[10];
    bench.set("a0", 0x80001234);
    bench.set("a1", 0x12345678);
    EXPECT_EQ(xt_backtrace(bench.cpu, frames, 10), 1u);
    bench.set("a0", 0);
    EXPECT_EQ(xt_backtrace(bench.cpu, frames, 10), 1u);
}

// --- Tracers -------------------------------------------------------------------------------------

struct tracer {
    std::vector<uint32_t> controls, instructions;
    std::vector<std::pair<bool, unsigned>> states;
    xt_trace hooks{};
    tracer()
    {
        hooks.ctx = this;
        hooks.control = [](void *ctx, uint32_t pc, uint64_t) { static_cast<tracer *>(ctx)->controls.push_back(pc); };
        hooks.state = [](void *ctx, bool running, unsigned level, uint64_t) {
            static_cast<tracer *>(ctx)->states.emplace_back(running, level);
        };
    }
};

TEST_F(debug, a_tracer_hears_of_every_jump_and_of_no_fall)
{
    tracer tracer;
    bench.load("movi a3, 2; again: addi a3, a3, -1; bnez a3, again; loop a2, end; nop; end: call0 f; e: j e\n"
               ".align 4; f: ret");
    bench.set("a2", 3);
    xt_set_trace(bench.cpu, &tracer.hooks);
    bench.run_to("e");
    bench.run(2);
    std::vector<uint32_t> expected = {xt_bench::START, bench.label("again"), bench.label("f"), bench.label("e")};
    EXPECT_EQ(tracer.controls, expected);
    xt_set_trace(bench.cpu, nullptr);
}

TEST_F(debug, tracing_changes_neither_state_nor_time)
{
    tracer tracer;
    tracer.hooks.instruction = [](void *ctx, uint32_t pc, uint64_t) {
        static_cast<struct tracer *>(ctx)->instructions.push_back(pc);
    };
    xt_bench plain;
    for (xt_bench *each : {&bench, &plain}) {
        each->load("again: addi a3, a3, 1; l32i a4, a2, 0; add a4, a4, a3; s32i a4, a2, 0; bbci a3, 2, again; j again");
        each->set("a2", base);
        each->set("ps", 0);
    }
    xt_set_trace(bench.cpu, &tracer.hooks);
    xt_run(bench.cpu, 5000, 5000);
    xt_run(plain.cpu, 5000, 5000);
    EXPECT_EQ(bench.a(3), plain.a(3));
    EXPECT_EQ(bench.cycles(), plain.cycles());
    EXPECT_EQ(tracer.instructions.size(), plain.stats().instructions);
}

TEST_F(debug, a_tracer_sees_the_core_sleep_and_its_level)
{
    tracer tracer;
    bench.load("rsil a3, 2; waiti 3; nop; e: j e");
    xt_set_trace(bench.cpu, &tracer.hooks);
    bench.run(100);
    bench.run(100);
    std::vector<std::pair<bool, unsigned>> expected = {{true, 0}, {true, 2}, {false, 3}};
    EXPECT_EQ(tracer.states, expected);
}

TEST_F(debug, coverage_counts_rows)
{
    const uint64_t *counts = xt_coverage(bench.cpu);
    bench.load("movi a3, 3; again: addi a3, a3, -1; bnez a3, again; e: nop; j e");
    bench.run_to("e");
    EXPECT_EQ(counts[ISA_movi], 1u);
    EXPECT_EQ(counts[ISA_addi], 3u);
    EXPECT_EQ(counts[ISA_bnez], 3u);
    EXPECT_EQ(counts[ISA_ret], 0u);
}

// --- Performance counters ------------------------------------------------------------------------

TEST_F(debug, performance_counters_count_what_they_are_told)
{
    // PMCTRL0 counts cycles (0), PMCTRL1 retired instructions (2).
    bench.load("j start; .align 4; ctrl0: .word 0x101100; ctrl1: .word 0x101104; pgm: .word 0x101000\n"
               "pm0: .word 0x101080; pm1: .word 0x101084\n"
               "start: movi a3, 0x200; l32r a4, ctrl1; wer a3, a4; movi a3, 0; l32r a4, ctrl0; wer a3, a4\n"
               "l32r a5, pgm; l32r a6, pm0; l32r a7, pm1; movi a3, 1; wer a3, a5\n"
               "begin: movi a8, 100; again: addi a8, a8, -1; bnez a8, again\n"
               "end: rer a10, a6; rer a11, a7; e: j e");
    ASSERT_TRUE(bench.run_to("begin"));
    ASSERT_TRUE(bench.run_to("e"));
    EXPECT_EQ(bench.a(11), 1 + 1 + 100 * 2 + 1u) << "from the WER that started it to the RER that reads";
    EXPECT_NEAR(bench.a(10), 100 * 2 + 99 * 3, 10);
}

TEST_F(debug, no_debugger_is_attached)
{
    bench.load("j start; .align 4; ocd: .word 0x10200c; start: l32r a4, ocd; movi a3, -1; rer a3, a4; e: j e");
    bench.run_to("e");
    EXPECT_EQ(bench.a(3), 0u);
}

TEST_F(debug, other_external_registers_are_the_hosts)
{
    static uint32_t store;
    xt_host host = bench.host;
    host.external_register = [](void *, uint32_t number, bool write, uint32_t *value) {
        if (number != 0x1234)
            return false;
        if (write)
            store = *value;
        else
            *value = store;
        return true;
    };
    xt_cpu *cpu = xt_create(&bench.config, &host);
    std::swap(cpu, bench.cpu);
    bench.reset();
    bench.load("addmi a4, a4, 0x1200; addi a4, a4, 0x34; movi a3, 77; wer a3, a4; movi a3, 0; rer a3, a4; e: j e");
    bench.run_to("e");
    EXPECT_EQ(bench.a(3), 77u);
    std::swap(cpu, bench.cpu);
    xt_destroy(cpu);
}

} // namespace
