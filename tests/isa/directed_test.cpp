// SPDX-License-Identifier: Apache-2.0
// The directed tests of asm/: each suite on Vesper's core in every way that the core can run, and on QEMU's cores,
// which proves the tests rather than the core.
#include <cstdlib>

#include "cpu_iss/isa.h"

#include "tests/isa/directed.h"

namespace
{

using directed::judge;
using directed::tests_in;

constexpr uint64_t MAX_CYCLES = 50'000'000;

struct on_lx6 : testing::TestWithParam<std::string> {
    directed::image_ptr image;

    void SetUp() override
    {
        std::string path = directed::program(GetParam(), "lx6");
        if (path.empty())
            GTEST_SKIP() << "guest programs are not built: VESPER_FIRMWARE is off";
        image = directed::load(path);
        ASSERT_TRUE(image);
        ASSERT_FALSE(tests_in(image.get()).empty());
    }

    void check(flat_machine &machine, flat_machine::end end)
    {
        judge(machine.console, tests_in(image.get()));
        EXPECT_EQ(end, flat_machine::end::exited) << "pc " << std::hex << xt_pc(machine.cpu());
        EXPECT_EQ(machine.status(), 0u);
    }
};

TEST_P(on_lx6, passes)
{
    flat_machine machine;
    ASSERT_TRUE(machine.load(*image));
    check(machine, machine.run(MAX_CYCLES));
}

TEST_P(on_lx6, passes_in_short_slices)
{
    flat_machine machine;
    ASSERT_TRUE(machine.load(*image));
    check(machine, machine.run(MAX_CYCLES, 7));
}

TEST_P(on_lx6, passes_without_direct_pointers)
{
    flat_machine machine;
    machine.gives_pointers = false;
    ASSERT_TRUE(machine.load(*image));
    check(machine, machine.run(MAX_CYCLES));
}

// Counting coverage makes the core step. All that the guest can see, its clock included, must stay the same.
TEST_P(on_lx6, takes_as_long_step_by_step)
{
    flat_machine blocks, steps;
    ASSERT_TRUE(blocks.load(*image));
    ASSERT_TRUE(steps.load(*image));
    xt_coverage(steps.cpu());
    blocks.run(MAX_CYCLES);
    check(steps, steps.run(MAX_CYCLES));
    EXPECT_EQ(xt_cycles(blocks.cpu()), xt_cycles(steps.cpu()));
    struct xt_stats a, b;
    xt_get_stats(blocks.cpu(), &a);
    xt_get_stats(steps.cpu(), &b);
    EXPECT_EQ(a.instructions, b.instructions);
    EXPECT_EQ(a.stall_cycles, b.stall_cycles);
}

INSTANTIATE_TEST_SUITE_P(directed, on_lx6, testing::ValuesIn(directed::suites()),
                         [](const auto &suite) { return suite.param; });

// --- QEMU ------------------------------------------------------------------------------------------------------------

struct on_qemu : testing::TestWithParam<std::tuple<std::string, std::string>> {
};

TEST_P(on_qemu, passes)
{
    auto [suite, target] = GetParam();
    std::string core = target == "de233" ? "de233_fpu" : target;
    std::string path = directed::program(suite, target);
    if (path.empty())
        GTEST_SKIP() << "there is no qemu-system-xtensa here, or guest programs are not built";
    directed::image_ptr image = directed::load(path);
    ASSERT_TRUE(image);
    std::set<std::string> expected = tests_in(image.get());
    ASSERT_FALSE(expected.empty());
    std::string command = std::string("timeout 60 ") + VESPER_QEMU + " -M sim -cpu " + core +
                          " -semihosting -display none -monitor none -serial none -kernel " + path + " 2>&1";
    FILE *pipe = popen(command.c_str(), "r");
    ASSERT_TRUE(pipe);
    std::string output;
    std::array<char, 4096> buffer;
    for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        output.append(buffer.data(), n);
    int status = pclose(pipe);
    judge(output, expected);
    EXPECT_EQ(status, 0);
}

// Suites and cores, without those of which a core has nothing.
std::vector<std::tuple<std::string, std::string>> pairs()
{
    std::vector<std::tuple<std::string, std::string>> all;
    for (const std::string &suite : directed::suites())
        for (const char *target : {"dc233c", "de233"}) {
            std::string path = directed::program(suite, target);
            directed::image_ptr image = path.empty() ? nullptr : directed::load(path);
            if (!image || !tests_in(image.get()).empty())
                all.emplace_back(suite, target);
        }
    return all;
}

INSTANTIATE_TEST_SUITE_P(directed, on_qemu, testing::ValuesIn(pairs()),
                         [](const auto &suite) { return std::get<0>(suite.param) + "_" + std::get<1>(suite.param); });

// --- Coverage --------------------------------------------------------------------------------------------------------

TEST(coverage, the_suites_execute_every_row_of_the_instruction_table)
{
    std::vector<uint64_t> executed(ISA_ROWS);
    for (const std::string &suite : directed::suites()) {
        std::string path = directed::program(suite, "lx6");
        if (path.empty())
            GTEST_SKIP() << "guest programs are not built: VESPER_FIRMWARE is off";
        directed::image_ptr image = directed::load(path);
        ASSERT_TRUE(image);
        flat_machine machine;
        ASSERT_TRUE(machine.load(*image));
        const uint64_t *counts = xt_coverage(machine.cpu());
        machine.run(MAX_CYCLES);
        for (unsigned row = 0; row < ISA_ROWS; row++)
            executed[row] += counts[row];
    }
    std::vector<unsigned> rows(ISA_OPTIONS), covered(ISA_OPTIONS);
    unsigned all = 0;
    for (unsigned row = 0; row < ISA_ROWS; row++) {
        unsigned option = isa_row_at(row)->option;
        rows[option]++;
        if (executed[row]) {
            covered[option]++;
            all++;
        } else {
            ADD_FAILURE() << isa_row_at(row)->name << " is not executed by any test";
        }
    }
    for (unsigned option = 0; option < ISA_OPTIONS; option++)
        std::printf("%-12s %3u of %3u rows\n", isa_option_name(static_cast<isa_option>(option)), covered[option],
                    rows[option]);
    std::printf("%-12s %3u of %3u rows: %.1f %%\n", "all", all, static_cast<unsigned>(ISA_ROWS),
                100.0 * all / ISA_ROWS);
}

} // namespace
