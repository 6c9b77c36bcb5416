// SPDX-License-Identifier: Apache-2.0
// A core runs programs: arithmetic, loops, calls through windows, exceptions.
#include <gtest/gtest.h>

#include "tests/support/xt_bench.h"

namespace
{

TEST(xt_core, adds_up_in_a_loop)
{
    xt_bench bench;
    bench.load("movi a2, 0; movi a3, 100\n"
               "again: add a2, a2, a3; addi a3, a3, -1; bnez a3, again\n"
               "halt: j halt");
    EXPECT_TRUE(bench.run_to("halt"));
    EXPECT_EQ(bench.a(2), 5050u);
}

TEST(xt_core, zero_overhead_loops_nest)
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

} // namespace
