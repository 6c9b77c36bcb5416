/* SPDX-License-Identifier: Apache-2.0 */
/* Division. ISA RM, 4.3.5: QUOU, QUOS, REMU, REMS. */
#include "tests/isa/asm/kit.h"
SUITE

#define S32(x) (((x) ^ 0x80000000) - 0x80000000)

/* The assembler divides with 64 bits, towards zero like the core. */
TEST(quotients_and_remainders)
        .irp    x, 0, 1, 7, 100, 0x7fffffff, 0x80000001, 0xffffff9c, 0xffffffff
        .irp    y, 1, 2, 7, 100, 0x7fffffff, 0x80000000, 0xfffffff9, 0xffffffff
        OP3(quou, \x, \y, \x / \y)
        OP3(remu, \x, \y, \x % \y)
        OP3(quos, \x, \y, U32(S32(\x) / S32(\y)))
        OP3(rems, \x, \y, U32(S32(\x) % S32(\y)))
        .endr
        .endr

TEST(signs_of_quotient_and_remainder)
        OP3(quos, -7, 2, -3)
        OP3(rems, -7, 2, -1)
        OP3(quos, 7, -2, -3)
        OP3(rems, 7, -2, 1)
        OP3(quos, -7, -2, 3)
        OP3(rems, -7, -2, -1)

TEST(the_one_quotient_that_overflows)
        OP3(quos, 0x80000000, 0xffffffff, 0x80000000)
        OP3(rems, 0x80000000, 0xffffffff, 0)

TEST(division_by_zero_raises_an_exception_and_writes_nothing)
        movi    a2, 5
        movi    a3, 0
        movi    a4, 0x77
        RAISES(CAUSE_DIVIDE, quou a4, a2, a3)
        RAISES(CAUSE_DIVIDE, quos a4, a2, a3)
        RAISES(CAUSE_DIVIDE, remu a4, a2, a3)
        RAISES(CAUSE_DIVIDE, rems a4, a2, a3)
        ASSERT_EQ(a4, 0x77)
        RAISES(CAUSE_DIVIDE, quou a3, a3, a3)
        ASSERT_EQ(a3, 0)
SUITE_END
