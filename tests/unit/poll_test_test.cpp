// SPDX-License-Identifier: Apache-2.0
// What a loop waits for, read from its instructions: as compilers write tests of a register.
#include "sc_top/node/poll_test.h"

#include <gtest/gtest.h>

#include "tests/support/xt_bench.h"

namespace
{

const reg_field fields[] = {{"BUSY", 0, 1, REG_RO, 0, ""}, {"STATE", 8, 3, REG_RO, 0, ""}};

struct loop {
    const char *about, *code, *text;
};

class PollTest : public ::testing::TestWithParam<loop>
{
  protected:
    xt_bench bench;
    // The text for the load at label `load`; the core stands there, too.
    std::string test_at_load(const char *code, uint32_t return_address = 0)
    {
        xt_assembler assembler;
        assembler.assemble(code, xt_bench::CODE + 0x1000);
        bench.load(code);
        bench.set("pc", assembler.labels.at("load"));
        bench.set("a10", 0x300); // as code before the loop has left it
        char text[320];
        reg_desc reg = {};
        reg.fields = fields;
        reg.field_count = 2;
        poll_find_test(bench.cpu, assembler.labels.at("load"), return_address, &reg, text, sizeof text);
        return text;
    }
};

TEST_P(PollTest, IsReadFromTheCode)
{
    EXPECT_EQ(test_at_load(GetParam().code), GetParam().text) << GetParam().about;
}

INSTANTIATE_TEST_SUITE_P(
    Of, PollTest,
    ::testing::Values(
        loop{"a bit", "load: l32i a8, a9, 0; bbsi a8, 0, load", ", until bit 0 (BUSY) is 0"},
        loop{"a bit, and on", "load: l32i a8, a9, 0; bbsi a8, 0, on; j load; on: nop", ", until bit 0 (BUSY) is 1"},
        loop{"the sign", "load: l32i a8, a9, 0; bgez a8, load", ", until bit 31 is 1"},
        loop{"all of it", "load: l32i a8, a9, 0; memw; bnez a8, load", ", until bits 0 to 31 (BUSY, STATE) are 0"},
        loop{"a field", "load: l32i.n a8, a9, 0; extui a8, a8, 8, 3; bnei a8, 5, load",
             ", until bits 8 to 10 (STATE) are 0x5"},
        loop{"a field that leaves a value", "load: l32i a8, a9, 0; extui a8, a8, 8, 3; beqi a8, 2, load",
             ", until bits 8 to 10 (STATE) are no longer 0x2"},
        loop{"one of several bits", "load: l32i a8, a9, 0; bnone a8, a10, load",
             ", until one of bits 8 to 9 (STATE) is 1"},
        loop{"several bits", "load: l32i a8, a9, 0; movi a10, 0x101; ball a8, a10, on; j load; on: nop",
             ", until all of bits 0x00000101 (BUSY, STATE) are 1"},
        loop{"a mask, then nothing left", "load: l32i a8, a9, 0; movi a10, 0x700; and a8, a8, a10; bnez a8, load",
             ", until bits 8 to 10 (STATE) are 0"},
        loop{"a mask and a value",
             "load: l32i a8, a9, 0; movi a10, 0x700; and a8, a8, a10; movi a11, 0x300;"
             "bne a8, a11, load",
             ", until bits 8 to 10 (STATE) are 0x3"},
        loop{"an upper part by shifting", "load: l32i a8, a9, 0; srli a8, a8, 8; bgeui a8, 16, on; j load; on: nop",
             ", until bits 8 to 31 (STATE) are at least 0x10"},
        loop{"a byte of it", "load: l8ui a8, a9, 0; beqz a8, load", ", until one of bits 0 to 7 (BUSY) is 1"},
        loop{"a constant from memory",
             "j load; .align 4; word: .word 0x10000; load: l32i a8, a9, 0; l32r a10, word;"
             "bany a8, a10, load",
             ", until bit 16 is 0"},
        loop{"no test", "load: l32i a8, a9, 0; call8 load", ""}));

TEST_F(PollTest, GoesOnInTheCallerOfTheFunctionThatReads)
{
    const char *code = "j load; back: extui a10, a10, 8, 3; beqz a10, back; nop; load: l32i a2, a2, 0; retw";
    xt_assembler assembler;
    assembler.assemble(code, xt_bench::CODE + 0x1000);
    uint32_t a0 = (assembler.labels.at("back") & 0x3FFFFFFF) | 2u << 30;
    EXPECT_EQ(test_at_load(code, a0), ", until one of bits 8 to 10 (STATE) is 1");
}

class PollPlace : public PollTest
{
  protected:
    uint32_t word = xt_bench::DATA + 0x100;
    poll_place place = {};
    bool find(const char *code, unsigned steps)
    {
        bench.load(code);
        bench.set("a9", word - 4);
        bench.steps(steps);
        return poll_find_place(bench.cpu, &place);
    }
};

TEST_F(PollPlace, IsTheLockThatALoopTriesToTake)
{
    bench.set_word(word, 0xABAB);
    ASSERT_TRUE(find("movi a10, 0; wsr.scompare1 a10; back: movi a8, 1; s32c1i a8, a9, 4; bnez a8, back", 5));
    EXPECT_TRUE(place.is_lock);
    EXPECT_EQ(place.address, word);
    EXPECT_EQ(place.value, 0xABABu);
}

TEST_F(PollPlace, IsTheFlagThatALoopReads)
{
    ASSERT_TRUE(find("back: memw; l32i a8, a9, 4; beqz a8, back", 5));
    EXPECT_FALSE(place.is_lock);
    EXPECT_EQ(place.address, word);
}

TEST_F(PollPlace, IsNotSeenWhereALoopCalls)
{
    EXPECT_FALSE(find("back: l32i a8, a9, 4; call8 f; j back; .align 4; f: entry a1, 32; retw", 1));
    EXPECT_FALSE(find("halt: j halt", 3));
}

} // namespace
