// SPDX-License-Identifier: Apache-2.0
// Exceptions: vectors, causes, double exceptions, privilege, region protection, windows. ISA RM, chapter 4; facts 1.4,
// 1.5.
#include <gtest/gtest.h>

#include "tests/support/xt_bench.h"

namespace
{

enum { WOE = 0x40000, UM = 0x20, EXCM = 0x10 };

struct exceptions : testing::Test {
    xt_bench bench;
    static constexpr uint32_t KERNEL = xt_bench::CODE + 0x300, USER = xt_bench::CODE + 0x340,
                              DOUBLE = xt_bench::CODE + 0x3c0;

    // Loads and executes the program's first instruction.
    void first(const std::string &text)
    {
        bench.load(text);
        bench.set("pc", xt_bench::START);
        bench.steps(1);
    }
    void expect_exception(uint32_t cause, const std::string &text)
    {
        bench.set("ps", WOE);
        bench.set("exccause", 63);
        first(text);
        EXPECT_EQ(bench.pc(), +KERNEL) << text;
        EXPECT_EQ(bench.get("exccause"), cause) << text;
        EXPECT_EQ(bench.get("epc1"), xt_bench::START) << text;
        EXPECT_EQ(bench.get("ps"), uint32_t(WOE | EXCM)) << text;
    }
};

TEST_F(exceptions, each_cause_goes_to_the_kernel_vector)
{
    expect_exception(0, "ill");
    expect_exception(0, "ill.n");
    expect_exception(0, ".byte 0x0e");
    expect_exception(0, ".word 0x000fffff");
    expect_exception(1, "syscall");
    expect_exception(6, "quou a2, a3, a4");
    expect_exception(6, "rems a2, a3, a4");
    expect_exception(32, "add.s f0, f1, f2");
    expect_exception(32, "rur.fcr a2");
    expect_exception(0, "rfdo 1");
    expect_exception(0, "rfdd");
    expect_exception(0, "lddr32.p a2");
    expect_exception(0, "sddr32.p a2");
    expect_exception(0, "rfi 1");
    expect_exception(0, "retw");
    expect_exception(0, "entry a4, 16");
}

TEST_F(exceptions, user_mode_has_its_own_vector)
{
    bench.set("ps", UM);
    first("ill");
    EXPECT_EQ(bench.pc(), +USER);
    EXPECT_EQ(bench.get("ps"), uint32_t(UM | EXCM));
}

TEST_F(exceptions, an_exception_in_exception_mode_is_double)
{
    bench.set("ps", EXCM);
    bench.set("epc1", 0x1234);
    first("syscall");
    EXPECT_EQ(bench.pc(), +DOUBLE);
    EXPECT_EQ(bench.get("depc"), xt_bench::START);
    EXPECT_EQ(bench.get("epc1"), 0x1234u) << "the first exception's place is kept";
    EXPECT_EQ(bench.get("exccause"), 1u);
    bench.load("rfde", DOUBLE);
    bench.steps(1);
    EXPECT_EQ(bench.pc(), xt_bench::START);
    EXPECT_EQ(bench.get("ps"), uint32_t(EXCM));
}

TEST_F(exceptions, rfe_returns_and_leaves_exception_mode)
{
    bench.load("rfe", KERNEL);
    bench.set("ps", 0);
    first("ill");
    bench.set("epc1", xt_bench::START + 0x40);
    bench.steps(1);
    EXPECT_EQ(bench.pc(), xt_bench::START + 0x40);
    EXPECT_EQ(bench.get("ps"), 0u);
}

TEST_F(exceptions, vectors_move_with_vecbase)
{
    bench.set("vecbase", xt_bench::CODE + 0x7ff);
    EXPECT_EQ(bench.get("vecbase"), xt_bench::CODE + 0x400) << "multiples of 1 KB";
    first("ill");
    EXPECT_EQ(bench.pc(), xt_bench::CODE + 0x700);
}

TEST_F(exceptions, an_exception_in_mid_block_keeps_what_came_before)
{
    bench.load("h: j h", KERNEL);
    bench.load("movi a2, 1; movi a3, 2; quou a4, a2, a5; movi a6, 3; e: j e");
    bench.run(50);
    EXPECT_EQ(bench.a(3), 2u);
    EXPECT_EQ(bench.a(6), 0u);
    EXPECT_EQ(bench.get("epc1"), xt_bench::START + 6);
    EXPECT_EQ(bench.stats().exceptions, 1u);
}

// --- Rings ---------------------------------------------------------------------------------------

TEST_F(exceptions, ring_one_may_not_execute_privileged_instructions)
{
    for (const char *text : {"rfe", "rfwo", "rsil a2, 1", "waiti 0", "rotw 1", "l32e a2, a1, -16", "s32e a2, a1, -16",
                             "rsr.ps a2", "wsr.intenable a2", "xsr.excsave1 a2", "rer a2, a3", "wer a2, a3",
                             "witlb a2, a3", "rdtlb1 a2, a3", "rfi 2", "rfde", "iitlb a2", "pitlb a2, a3"}) {
        bench.set("ps", 0x40);
        first(text);
        EXPECT_EQ(bench.pc(), +KERNEL) << text;
        EXPECT_EQ(bench.get("exccause"), 8u) << text;
    }
}

TEST_F(exceptions, ring_one_may_use_the_unprivileged_registers)
{
    for (const char *text : {"rsr.sar a2", "wsr.br a2", "xsr.scompare1 a2", "rsr.lbeg a2", "rsr.acclo a2",
                             "rur.threadptr a2", "rsr.m0 a2"}) {
        bench.set("ps", 0x40);
        first(text);
        EXPECT_EQ(bench.pc(), xt_bench::START + 3) << text;
    }
}

TEST_F(exceptions, exception_mode_runs_in_ring_zero)
{
    bench.set("ps", 0x50);
    first("rsr.ps a2");
    EXPECT_EQ(bench.a(2), 0x50u);
}

// --- Region protection ---------------------------------------------------------------------------

TEST_F(exceptions, attributes_of_a_region_allow_and_prohibit)
{
    // fetch, load and store by attribute: facts 1.5
    const bool may_fetch[16] = {0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const bool may_access[16] = {1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0};
    for (uint32_t attribute = 0; attribute < 16; attribute++) {
        bench.load("wdtlb a3, a2; wsr.excsave1 a2; l32i a4, a2, 0; s32i a4, a2, 0; witlb a3, a5; nop");
        bench.load("h: j h", KERNEL);
        bench.set("ps", 0);
        bench.set("pc", xt_bench::START);
        bench.set("a2", xt_bench::DATA + 64);
        bench.set("a3", attribute);
        bench.steps(2);
        bench.steps(1);
        EXPECT_EQ(bench.pc() == KERNEL, !may_access[attribute]) << "load, attribute " << attribute;
        if (!may_access[attribute]) {
            EXPECT_EQ(bench.get("exccause"), 28u);
            EXPECT_EQ(bench.get("excvaddr"), xt_bench::DATA + 64);
        }
        bench.set("ps", 0);
        bench.set("pc", xt_bench::START + 9);
        bench.steps(1);
        EXPECT_EQ(bench.pc() == KERNEL, !may_access[attribute]) << "store, attribute " << attribute;
        EXPECT_EQ(bench.get("exccause") == 29, !may_access[attribute]);
        // The region of the code itself; its vectors are there too, so look at the registers only.
        bench.set("ps", 0);
        bench.set("pc", xt_bench::START + 12);
        bench.set("a5", xt_bench::CODE);
        bench.set("exccause", 0);
        bench.steps(2);
        EXPECT_EQ(bench.get("exccause") == 20, !may_fetch[attribute]) << "fetch, attribute " << attribute;
        if (!may_fetch[attribute]) {
            EXPECT_EQ(bench.get("epc1"), xt_bench::START + 15);
            EXPECT_EQ(bench.get("excvaddr"), xt_bench::START + 15);
        }
        bench.reset();
    }
}

TEST_F(exceptions, entries_read_back)
{
    bench.load("movi a2, 5; movi a3, 0x60; slli a3, a3, 24; wdtlb a2, a3; rdtlb0 a4, a3; rdtlb1 a5, a3; pdtlb a6, a3\n"
               "ritlb1 a7, a3; idtlb a3; rdtlb1 a8, a3");
    bench.set("ps", 0);
    bench.steps(10);
    EXPECT_EQ(bench.a(4), 0x60000000u);
    EXPECT_EQ(bench.a(5), 0x60000005u);
    EXPECT_EQ(bench.a(6), 0x60000001u);
    EXPECT_EQ(bench.a(7), 0x60000002u) << "the instruction side has its own, as reset left it";
    EXPECT_EQ(bench.a(8), 0x60000005u) << "invalidation does nothing";
}

// --- Windows -------------------------------------------------------------------------------------

// Which handler runs depends on where the next window starts behind the one that must go.
TEST_F(exceptions, use_of_a_callers_registers_overflows)
{
    const struct {
        const char *text;
        uint32_t start; // WINDOWSTART; the present window is 0
        uint32_t base, vector;
    } cases[] = {
        {"mov.n a4, a0", 0x0007, 1, 0x000},   {"mov.n a8, a0", 0x000d, 2, 0x000},
        {"mov.n a8, a0", 0x0015, 2, 0x080},   {"mov.n a8, a0", 0x0025, 2, 0x100},
        {"mov.n a12, a0", 0x0019, 3, 0x000},  {"mov.n a12, a0", 0x0029, 3, 0x080},
        {"mov.n a0, a12", 0x0049, 3, 0x100},  {"add a0, a5, a12", 0x0013, 1, 0x100},
        {"l32i a9, a1, 0", 0x0023, 1, 0x100}, {"call8 there", 0x0025, 2, 0x100},
        {"call12 there", 0x0019, 3, 0x000},
    };
    bench.load("there:", xt_bench::START + 0x100);
    for (auto &c : cases) {
        bench.set("windowbase", 0);
        bench.set("windowstart", c.start);
        bench.set("ps", WOE);
        first(c.text);
        EXPECT_EQ(bench.pc(), xt_bench::CODE + c.vector) << c.text;
        EXPECT_EQ(bench.get("windowbase"), c.base) << c.text;
        EXPECT_EQ(bench.get("epc1"), xt_bench::START) << c.text;
        EXPECT_EQ(bench.get("ps"), uint32_t(WOE | EXCM)) << "OWB is 0";
    }
    EXPECT_EQ(bench.stats().window_overflows, 11u);
}

TEST_F(exceptions, registers_of_the_free_quads_may_be_used)
{
    bench.set("windowstart", 0x0009);
    first("mov.n a11, a0");
    EXPECT_EQ(bench.pc(), xt_bench::START + 2);
    bench.set("windowstart", 0x0003);
    bench.set("ps", 0);
    first("mov.n a4, a0");
    EXPECT_EQ(bench.pc(), xt_bench::START + 2) << "without WOE nothing is checked";
    bench.set("ps", WOE | EXCM);
    first("mov.n a4, a0");
    EXPECT_EQ(bench.pc(), xt_bench::START + 2) << "nor in exception mode";
}

TEST_F(exceptions, the_file_is_a_ring)
{
    for (uint32_t base = 0; base < 16; base++) {
        for (unsigned n = 0; n < 64; n++)
            bench.set("ar" + std::to_string(n), 1000 + n);
        bench.set("windowbase", base);
        for (unsigned n = 0; n < 16; n++) {
            EXPECT_EQ(bench.a(n), 1000 + (4 * base + n) % 64);
            bench.set("a" + std::to_string(n), 2000 + n);
        }
        for (unsigned n = 0; n < 16; n++)
            EXPECT_EQ(bench.get("ar" + std::to_string((4 * base + n) % 64)), 2000 + n) << "base " << base;
        bench.set("windowbase", (base + 5) % 16);
        for (unsigned n = 0; n < 16; n++)
            EXPECT_EQ(bench.get("ar" + std::to_string((4 * base + n) % 64)), 2000 + n);
    }
}

TEST_F(exceptions, entry_checks_the_callees_first_registers)
{
    bench.set("windowstart", 0x0005);
    bench.set("ps", WOE | 2 << 16);
    first("entry a1, 32");
    EXPECT_EQ(bench.pc(), xt_bench::CODE + 0x100) << "one window more is 14 quads away";
    EXPECT_EQ(bench.get("windowbase"), 2u);
    EXPECT_EQ(bench.get("ps") & 0x30000, 2u << 16) << "CALLINC stays for the second try";
}

TEST_F(exceptions, a_return_to_a_spilled_window_underflows)
{
    for (uint32_t quads = 1; quads <= 3; quads++) {
        bench.set("windowbase", 6);
        bench.set("windowstart", 1 << 6);
        bench.set("ps", WOE);
        bench.set("a0", quads << 30 | 0x81234);
        first("retw.n");
        EXPECT_EQ(bench.pc(), xt_bench::CODE + 0x40 + 0x80 * (quads - 1));
        EXPECT_EQ(bench.get("windowbase"), 6 - quads);
        EXPECT_EQ(bench.get("ps"), uint32_t(WOE | EXCM | 6 << 8));
        EXPECT_EQ(bench.get("epc1"), xt_bench::START);
    }
}

TEST_F(exceptions, a_return_that_contradicts_the_windows_is_illegal)
{
    bench.set("windowbase", 6);
    bench.set("windowstart", 1 << 6 | 1 << 5);
    bench.set("a0", 2u << 30);
    expect_exception(0, "retw.n");
}

TEST_F(exceptions, moving_the_stack_pointer_needs_the_caller_in_the_file)
{
    bench.set("windowbase", 6);
    bench.set("windowstart", 1 << 6);
    expect_exception(5, "movsp a1, a2");
    bench.set("windowstart", 1 << 6 | 1 << 3);
    bench.set("ps", WOE);
    bench.set("a2", 77);
    first("movsp a1, a2");
    EXPECT_EQ(bench.a(1), 77u);
}

// --- Fetching ------------------------------------------------------------------------------------

TEST_F(exceptions, a_jump_to_nowhere_is_a_fetch_error)
{
    bench.set("ps", 0);
    bench.set("a2", 0x40400000);
    first("jx a2");
    bench.steps(1);
    EXPECT_EQ(bench.pc(), +KERNEL);
    EXPECT_EQ(bench.get("exccause"), 2u);
    EXPECT_EQ(bench.get("excvaddr"), 0x40400000u);
    EXPECT_EQ(bench.get("epc1"), 0x40400000u);
    bench.set("ps", 0);
    bench.set("pc", 0x70000000);
    bench.steps(1);
    EXPECT_EQ(bench.get("exccause"), 14u) << "outside the local memories it is a PIF address error";
}

TEST_F(exceptions, an_instruction_across_the_end_of_memory_faults_at_the_missing_byte)
{
    uint32_t end = xt_bench::CODE + xt_bench::CODE_SIZE;
    bench.load("nop.n; .byte 0, 0x10", end - 4); // a 24-bit ADD whose last byte is missing
    bench.set("ps", 0);
    bench.set("pc", end - 4);
    bench.load("h: j h", KERNEL);
    bench.run(50);
    EXPECT_EQ(bench.get("exccause"), 2u);
    EXPECT_EQ(bench.get("epc1"), end - 2);
    EXPECT_EQ(bench.get("excvaddr"), end);
}

TEST_F(exceptions, the_tracer_hears_of_them)
{
    struct heard {
        unsigned cause = 0;
        uint32_t pc = 0;
    } heard;
    xt_trace trace{};
    trace.ctx = &heard;
    trace.exception = [](void *ctx, unsigned cause, uint32_t pc, uint32_t, uint64_t) {
        static_cast<struct heard *>(ctx)->cause = cause;
        static_cast<struct heard *>(ctx)->pc = pc;
    };
    xt_set_trace(bench.cpu, &trace);
    first("syscall");
    EXPECT_EQ(heard.cause, 1u);
    EXPECT_EQ(heard.pc, xt_bench::START);
}

} // namespace
