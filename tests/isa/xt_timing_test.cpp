// SPDX-License-Identifier: Apache-2.0
// The pipeline's rules one by one, in cycles between two reads of CCOUNT: facts 6.1. Then the published runs that
// depend on the core alone: the perfmon loop and the window spill (facts 6.2).
#include <gtest/gtest.h>

#include "tests/support/figure.h"
#include "tests/support/xt_bench.h"
#include "tests/support/xt_vectors.h"

namespace
{

struct timing : testing::Test {
    xt_bench bench;
    uint32_t base = xt_bench::DATA + 0x1000;

    // Cycles from the issue of the code's first instruction to that of the one behind it, by either engine. The code
    // begins at a word's begin.
    uint32_t cycles_of(const std::string &code, const std::string &elsewhere = "")
    {
        uint32_t by_engine[2];
        for (bool steps : {false, true}) {
            bench.reset();
            bench.load(window_vectors, xt_bench::CODE);
            bench.load(".align 4; nop; nop; nop; rsr.ccount a14; " + code +
                       "\nrsr.ccount a15; halt: j halt; .align 4\n" + elsewhere);
            bench.set("a2", base);
            bench.set("a3", 7);
            bench.set("a4", 3);
            bench.set("cpenable", 1);
            bench.set("windowstart", 1);
            if (steps)
                for (int n = 0; n < 5000 && bench.pc() != bench.label("halt"); n++)
                    bench.steps(1);
            else
                EXPECT_TRUE(bench.run_to("halt", 20000)) << code;
            by_engine[steps] = bench.a(15) - bench.a(14) - 1;
        }
        EXPECT_EQ(by_engine[0], by_engine[1]) << code;
        return by_engine[0];
    }
};

TEST_F(timing, plain_instructions_take_a_cycle)
{
    EXPECT_EQ(cycles_of("add a5, a3, a4"), 1u);
    EXPECT_EQ(cycles_of("add a5, a3, a4; add a5, a5, a5; slli a6, a5, 2; sext a6, a6, 7; extui a7, a6, 2, 3"), 5u)
        << "results go on to the next instruction";
    EXPECT_EQ(cycles_of("movi a5, 1; movi.n a6, 2; mov.n a7, a6; nop; nop.n"), 5u);
}

TEST_F(timing, a_loaded_word_can_be_used_after_two_bubbles)
{
    EXPECT_EQ(cycles_of("l32i a5, a2, 0; add a6, a5, a5"), 2 + 2u);
    EXPECT_EQ(cycles_of("l32i a5, a2, 0; nop; add a6, a5, a5"), 3 + 1u);
    EXPECT_EQ(cycles_of("l32i a5, a2, 0; nop; nop; add a6, a5, a5"), 4u);
    EXPECT_EQ(cycles_of("l8ui a5, a2, 0; l16si a6, a2, 0; add a6, a5, a6"), 3 + 2u);
    EXPECT_EQ(cycles_of("l32i a5, a2, 0; s32i a5, a2, 4"), 2 + 2u) << "also for storing it";
    EXPECT_EQ(cycles_of("l32i a5, a2, 0; movi a5, 1; add a6, a5, a5"), 3u) << "unless it was overwritten";
}

TEST_F(timing, stores_take_a_cycle)
{
    EXPECT_EQ(cycles_of("s32i a3, a2, 0; s8i a3, a2, 4; l32i a5, a2, 8"), 3u);
}

TEST_F(timing, products_have_a_latency_of_two)
{
    EXPECT_EQ(cycles_of("mull a5, a3, a4; mull a6, a3, a4; mul16u a7, a3, a4; muluh a8, a3, a4"), 4u);
    EXPECT_EQ(cycles_of("mull a5, a3, a4; add a6, a5, a5"), 2 + 1u);
    EXPECT_EQ(cycles_of("mulsh a5, a3, a4; nop; add a6, a5, a5"), 3u);
}

TEST_F(timing, division_takes_two_to_thirteen_cycles_by_the_quotients_size)
{
    EXPECT_EQ(cycles_of("quou a5, a4, a3"), 2u);
    EXPECT_EQ(cycles_of("movi a5, -1; movi a6, 1; quou a7, a5, a6"), 2 + 13u);
    EXPECT_EQ(cycles_of("movi a5, -1; movi a6, 1; quos a7, a5, a6"), 2 + 2u) << "by magnitude";
    uint32_t before = 2;
    for (int shift = 0; shift < 32; shift++) {
        uint32_t cycles = cycles_of("movi a8, " + std::to_string(shift) +
                                    "; ssl a8; movi a5, 1; sll a5, a5; movi a6, 1\n" + "remu a7, a5, a6") -
                          5;
        EXPECT_GE(cycles, before);
        EXPECT_LE(cycles, 13u);
        before = cycles;
    }
    EXPECT_EQ(before, 13u);
}

TEST_F(timing, a_taken_branch_costs_three_bubbles)
{
    EXPECT_EQ(cycles_of("beqz a3, there; there: nop"), 2u) << "not taken";
    EXPECT_EQ(cycles_of("bnez a3, there; .align 4; there: nop"), 4 + 1u);
    EXPECT_EQ(cycles_of("j there; .align 4; there: nop"), 4 + 1u);
}

TEST_F(timing, a_target_in_two_words_costs_one_more)
{
    EXPECT_EQ(cycles_of("bnez a3, there; .align 4; nop.n; there: nop"), 4 + 1 + 1u);
    EXPECT_EQ(cycles_of("bnez a3, there; .align 4; nop.n; there: nop.n"), 4 + 1u) << "a narrow one fits";
    EXPECT_EQ(cycles_of("bnez a3, there; .align 4; .byte 0; there: nop"), 4 + 1u);
}

// What is returned to lies in one word here, behind three bytes of call.
TEST_F(timing, jumps_through_registers_and_returns_take_six)
{
    EXPECT_EQ(cycles_of("nop; call0 f; nop.n", "f: ret"), 1 + 4 + 6 + 1u);
    EXPECT_EQ(cycles_of("nop; call0 f; mov.n a7, a0; addi a7, a7, 11; jx a7; .byte 0, 0, 0; nop", "f: ret"),
              1 + 4 + 6 + 1 + 1 + 6 + 1u);
}

TEST_F(timing, a_windowed_call_and_return)
{
    EXPECT_EQ(cycles_of("nop; call8 f; nop.n", "f: entry a1, 32; retw.n"), 1 + 4 + 1 + 6 + 1u);
}

TEST_F(timing, a_loop_costs_its_set_up_and_a_bubble_if_it_goes_round)
{
    EXPECT_EQ(cycles_of("movi a5, 10; loop a5, end; addi a6, a6, 1; addi a7, a7, 1; end: nop"), 1 + 2 + 10 * 2 + 1u);
    EXPECT_EQ(cycles_of("movi a5, 2; loop a5, end; addi a6, a6, 1; addi a7, a7, 1; end: nop"), 1 + 2 + 2 * 2 + 1u);
    EXPECT_EQ(cycles_of("movi a5, 1; loop a5, end; addi a6, a6, 1; addi a7, a7, 1; end: nop"), 1 + 1 + 2 + 1u);
    EXPECT_EQ(cycles_of("movi a5, 1; loopgtz a5, end; addi a6, a6, 1; end: nop"), 1 + 1 + 1 + 1u);
}

TEST_F(timing, a_loop_of_no_round_is_skipped_like_a_taken_branch)
{
    EXPECT_EQ(cycles_of("movi a5, 0; loopnez a5, end; addi a6, a6, 1; .align 4; end: nop"), 1 + 4 + 1u);
    EXPECT_EQ(cycles_of("movi a5, -3; loopgtz a5, end; addi a6, a6, 1; .align 4; end: nop"), 1 + 4 + 1u);
}

TEST_F(timing, interlocks_reach_from_round_to_round)
{
    EXPECT_EQ(cycles_of("movi a5, 10; loop a5, end; add a6, a7, a7; l32i a7, a2, 0; end: nop"),
              1 + 2 + 10 * 2 + 9 * 2 + 1u)
        << "the load at the end feeds the add at the beginning, nine times";
    EXPECT_EQ(cycles_of("movi a5, 10; loop a5, end; madd.s f0, f1, f2; end: nop"), 1 + 2 + 1 + 9 * 4 + 1u)
        << "accumulation of one-instruction rounds";
    EXPECT_EQ(cycles_of("movi a5, 10; loop a5, end; madd.s f0, f1, f2; nop; end: nop"), 1 + 2 + 2 + 9 * 4 + 1u);
    EXPECT_EQ(cycles_of("movi a5, 10; loop a5, end; madd.s f0, f1, f2; nop; nop; nop; end: nop"), 1 + 2 + 10 * 4 + 1u);
}

TEST_F(timing, a_result_may_pass_through_a_short_block)
{
    // The loop's end cuts the code into blocks of one instruction.
    EXPECT_EQ(
        cycles_of("movi a5, 1; loop a5, end; madd.s f0, f1, f2; end: loop a5, end2; nop; end2: madd.s f0, f1, f2"),
        1 + 1 + 1 + 1 + 1 + 1 + 1u)
        << "issued three cycles later, so one bubble";
}

TEST_F(timing, floating_point)
{
    EXPECT_EQ(cycles_of("add.s f0, f1, f2; mul.s f3, f1, f2; madd.s f4, f1, f2"), 3u);
    EXPECT_EQ(cycles_of("add.s f0, f1, f2; mul.s f3, f0, f2"), 1 + 4u);
    EXPECT_EQ(cycles_of("madd.s f0, f1, f2; madd.s f0, f3, f4"), 1 + 4u) << "the accumulator too";
    EXPECT_EQ(cycles_of("lsi f1, a2, 0; mul.s f3, f1, f2"), 2u) << "no bubble behind a load";
    EXPECT_EQ(cycles_of("mov.s f1, f2; abs.s f3, f1; neg.s f4, f3"), 3u);
    EXPECT_EQ(cycles_of("olt.s b0, f1, f2; movt a5, a3, b0"), 2 + 2u);
    EXPECT_EQ(cycles_of("lsip f1, a2, 4; addi a2, a2, 4"), 2u) << "the address is updated at once";
}

TEST_F(timing, mac16)
{
    EXPECT_EQ(cycles_of("mula.aa.ll a3, a4; mula.aa.ll a3, a4; mula.aa.hh a3, a4"), 3u);
    EXPECT_EQ(cycles_of("ldinc m0, a2; mula.dd.ll m0, m2"), 2 + 2u);
    EXPECT_EQ(cycles_of("ldinc m0, a2; ldinc m2, a2; ldinc m1, a2"), 3u);
    EXPECT_EQ(cycles_of("mula.aa.ll a3, a4; rsr.acclo a5"), 2 + 1u);
}

TEST_F(timing, the_floating_point_units_other_ways_in_and_out)
{
    EXPECT_EQ(cycles_of("madd.s f0, f1, f2; ssi f0, a2, 0"), 1 + 4u) << "a store waits for its data";
    EXPECT_EQ(cycles_of("float.s f0, a3, 0; add.s f1, f0, f0"), 1 + 3u);
    EXPECT_EQ(cycles_of("trunc.s a5, f0, 0; add a6, a5, a5"), 1 + 3u);
    EXPECT_EQ(cycles_of("wfr f0, a3; add.s f1, f0, f0"), 1 + 2u);
    EXPECT_EQ(cycles_of("rfr a5, f0; add a6, a5, a5"), 1 + 2u);
    EXPECT_EQ(cycles_of("div0.s f0, f1; maddn.s f2, f0, f1"), 1 + 4u) << "steps of a division";
}

TEST_F(timing, literals_are_loads)
{
    EXPECT_EQ(cycles_of("j over; .align 4; literal: .word 5; over: l32r a5, literal; add a6, a5, a5"), 4 + 1 + 3u);
}

TEST_F(timing, special_registers)
{
    EXPECT_EQ(cycles_of("rsr.sar a5; nop; add a6, a5, a5"), 3u);
    EXPECT_EQ(cycles_of("rsr.sar a5; add a6, a5, a5"), 1 + 2u);
    EXPECT_EQ(cycles_of("wsr.sar a3; xsr.sar a4; add a6, a4, a4"), 2 + 2u);
    EXPECT_EQ(cycles_of("rur.threadptr a5; wur.threadptr a3"), 2u);
}

TEST_F(timing, waiting_for_the_pipeline)
{
    EXPECT_EQ(cycles_of("isync"), 3u);
    EXPECT_EQ(cycles_of("rsync; esync; dsync"), 9u);
    EXPECT_EQ(cycles_of("memw; extw"), 2u) << "with nothing in the write buffer";
    EXPECT_EQ(cycles_of("rsil a5, 3"), 3u);
}

TEST_F(timing, compare_and_swap_is_a_load_a_store_and_a_replay)
{
    EXPECT_EQ(cycles_of("wsr.scompare1 a3; s32c1i a4, a2, 0"), 1 + 6u);
}

TEST_F(timing, data_in_two_words_costs_one_more)
{
    EXPECT_EQ(cycles_of("l32i a5, a2, 0; l16ui a6, a2, 2"), 2u);
    EXPECT_EQ(cycles_of("addi a2, a2, 1; l32i a5, a2, 0"), 1 + 2u);
    EXPECT_EQ(cycles_of("addi a2, a2, 1; l16ui a5, a2, 0"), 1 + 1u) << "in one word";
    EXPECT_EQ(cycles_of("addi a2, a2, 1; s16i a3, a2, 2"), 1 + 2u);
}

TEST_F(timing, code_with_wait_states)
{
    bench.code_fetch_wait = 2;
    bench.memory_changed();
    EXPECT_EQ(cycles_of("nop; nop; nop; nop"), 4 * 3u) << "each word fetched waits two cycles, narrow or not";
    EXPECT_EQ(cycles_of("nop; nop.n; nop.n; nop; nop.n; nop; nop; nop.n"), 16u + 6 - 2);
}

// From the issue of the instruction that traps to that of the first one behind the handler's RFWO or RFWU.
TEST_F(timing, a_window_exception_takes_about_twenty_cycles)
{
    bench.load("entry a1, 64; addi a3, a1, -16; s32i a1, a3, 4; movi a10, 10; call8 down; halt: j halt; .align 4\n"
               "down: entry a1, 32; beqz a2, bottom; addi a10, a2, -1; call8 down; bottom: retw.n\n");
    bench.load(window_vectors, xt_bench::CODE);
    uint64_t begin = 0;
    while (bench.pc() != bench.label("halt")) {
        bool was_in_handler = bench.pc() < xt_bench::START;
        uint64_t before = bench.cycles();
        bench.steps(1);
        bool is_in_handler = bench.pc() < xt_bench::START;
        if (!was_in_handler && is_in_handler)
            begin = before;
        if (was_in_handler && !is_in_handler) {
            EXPECT_GE(bench.cycles() - begin, 19u);
            EXPECT_LE(bench.cycles() - begin, 22u);
        }
    }
    EXPECT_EQ(bench.stats().window_overflows, 4u) << "12 windows of 8 registers, of which 8 fit";
    EXPECT_EQ(bench.stats().window_underflows, 4u);
}

TEST_F(timing, exceptions_and_interrupts_take_five_cycles_to_their_handler)
{
    bench.load("rsr.ccount a13; rfe", xt_bench::CODE + 0x300);
    bench.load("rsr.ccount a14; ill; halt: j halt");
    bench.steps(3);
    EXPECT_EQ(bench.a(13) - bench.a(14), 1 + 5u);
}

// --- Published runs ------------------------------------------------------------------------------

// ESP-IDF's perfmon example: 743 and 750 cycles in two runs, 417 instructions retired, 100 taken branches, one stall of
// L32R (real-hardware-numbers.csv). The counters start and stop by a WER in a function of its own, called by
// xtensa_perfmon_start and _stop; in between xtensa_perfmon_exec calls back through a pointer in a structure. With the
// callback's loop compiled as a count up to a constant that is loaded in every round, that is 417 instructions.
TEST_F(timing, the_perfmon_loop)
{
    bench.load(
        "j start; .align 4; parameters: .word work, 0; pgm: .word 0x101000\n"
        "start: entry a1, 64; addi a3, a1, -16; s32i a1, a3, 4; movi a10, 0; call8 exec; halt: j halt; .align 4\n"
        "exec: entry a1, 32; addi a3, a2, 0; call8 perfmon_start; l32i a10, a3, 4; l32i a8, a3, 0; callx8 a8\n"
        "call8 perfmon_stop; retw.n; .align 4\n"
        "perfmon_start: entry a1, 32; movi.n a11, 1; l32r a10, pgm; call8 eri_write; retw.n; .align 4\n"
        "perfmon_stop: entry a1, 32; movi.n a11, 0; l32r a10, pgm; call8 eri_write; retw.n; .align 4\n"
        "eri_write: entry a1, 32; write: wer a3, a2; written: retw.n; .align 4\n"
        "work: entry a1, 32; movi.n a8, 0; j test; .align 4\n"
        "body: nop; addi.n a8, a8, 1; test: movi a9, 99; bge a9, a8, body; retw.n\n");
    bench.load(window_vectors, xt_bench::CODE);
    while (bench.pc() != bench.label("exec") + 3)
        bench.steps(1);
    bench.set("a2", bench.label("parameters"));
    while (bench.pc() != bench.label("written"))
        bench.steps(1);
    uint64_t instructions = bench.stats().instructions, cycles = bench.cycles();
    while (bench.pc() != bench.label("write"))
        bench.steps(1);
    EXPECT_EQ(bench.stats().instructions - instructions, 417u);
    EXPECT_GE(bench.cycles() - cycles, 743u);
    EXPECT_LE(bench.cycles() - cycles, 750u);
    print_figure("perfmon", "perfmon loop", static_cast<double>(bench.cycles() - cycles), 743, 750, "cycles");
}

// The spill macro of Xtensa's run-times: 145 cycles with a mostly full register file, 10 instructions of its own and
// six or seven overflows of eight registers (author's measurement on an ESP32, xt_asm_utils.h).
TEST_F(timing, spilling_all_windows)
{
    bench.load("entry a1, 64; addi a3, a1, -16; s32i a1, a3, 4; movi a10, 6; call8 down; halt: j halt; .align 4\n"
               "down: entry a1, 32; beqz a2, bottom; addi a10, a2, -1; call8 down; retw.n; .align 4\n"
               "bottom: and a12, a12, a12; rotw 3; and a12, a12, a12; rotw 3; and a12, a12, a12; rotw 3\n"
               "and a12, a12, a12; rotw 3; and a12, a12, a12; rotw 4\n"
               "spilled: nop; j spilled");
    bench.load(window_vectors, xt_bench::CODE);
    while (bench.pc() != bench.label("bottom"))
        bench.steps(1);
    uint64_t overflows = bench.stats().window_overflows, cycles = bench.cycles();
    while (bench.pc() != bench.label("spilled"))
        bench.steps(1);
    EXPECT_EQ(bench.stats().window_overflows - overflows, 7u);
    EXPECT_EQ(bench.get("windowstart"), 1u << bench.get("windowbase"));
    EXPECT_NEAR(static_cast<double>(bench.cycles() - cycles), 145, 145 * 0.02);
    print_figure("spill", "spill of all windows", static_cast<double>(bench.cycles() - cycles), 145, 145, "cycles");
}

// A loop of one store to set and one to clear a pin: 24.2 cycles a round; reading a pin: 12.1 (facts 6.3). The bus
// answers as bus/access_cost.def has it: three clocks of 80 MHz from the next edge of that clock.
struct apb : timing {
    apb()
    {
        bench.device = [this](bus_access &access) {
            const sim_time apb_period = SIM_PS(12500);
            sim_time edge = (access.time + apb_period - 1) / apb_period * apb_period;
            access.cost = edge + 3 * apb_period - access.time;
            access.value = 0;
            return BUS_OK;
        };
        bench.set("a2", xt_bench::DEVICE);
    }
    double cycles_per_round(const std::string &body)
    {
        bench.load("movi a5, 100; loop a5, end; " + body + "; end: nop; halt: j halt");
        EXPECT_TRUE(bench.run_to("halt"));
        return static_cast<double>(bench.cycles()) / 100;
    }
};

TEST_F(apb, setting_and_clearing_a_pin)
{
    EXPECT_NEAR(cycles_per_round("memw; s32i a3, a2, 8; memw; s32i a3, a2, 12"), 24.2, 0.5);
}

TEST_F(apb, reading_a_pin)
{
    EXPECT_NEAR(cycles_per_round("memw; l32i a3, a2, 0"), 12.1, 0.25);
}

} // namespace
