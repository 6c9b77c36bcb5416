/* SPDX-License-Identifier: Apache-2.0 */
/* Conditional branches, jumps and calls without windows. ISA RM, 6. */
#include "tests/isa/asm/kit.h"
SUITE

/* op a2, a3, label with a2 = x, a3 = y goes to the label if and only if `taken`. */
#define BRANCH(op, x, y, taken) branch2 op, (x), (y), (taken), __LINE__
#define BRANCHI(op, x, imm, taken) branchi op, (x), imm, (taken), __LINE__
#define BRANCHZ(op, x, taken) branchz op, (x), (taken), __LINE__
        .macro  branch2 op, x, y, taken, line
        movi    a2, \x
        movi    a3, \y
        movi    a4, 1
        \op     a2, a3, 1f
        movi    a4, 0
1:      kit_assert_eq a4, \taken, \line
        .endm
        .macro  branchi op, x, imm, taken, line
        movi    a2, \x
        movi    a4, 1
        \op     a2, \imm, 1f
        movi    a4, 0
1:      kit_assert_eq a4, \taken, \line
        .endm
        .macro  branchz op, x, taken, line
        movi    a2, \x
        movi    a4, 1
        \op     a2, 1f
        movi    a4, 0
1:      kit_assert_eq a4, \taken, \line
        .endm

TEST(equality)
        .irp    x, 0, 1, 0x80000000, 0xffffffff
        .irp    y, 0, 1, 0x80000000, 0xffffffff
        BRANCH(beq, \x, \y, (\x == \y) & 1)
        BRANCH(bne, \x, \y, (\x != \y) & 1)
        .endr
        .endr

/* The assembler's own numbers have 64 bits: x with its sign there. */
#define SIGNED(x) (((x) ^ 0x80000000) - 0x80000000)
TEST(order_signed_and_unsigned)
        .irp    x, 0, 1, 0x7fffffff, 0x80000000, 0xffffffff
        .irp    y, 0, 1, 0x7fffffff, 0x80000000, 0xffffffff
        BRANCH(blt, \x, \y, (SIGNED(\x) < SIGNED(\y)) & 1)
        BRANCH(bge, \x, \y, (SIGNED(\x) >= SIGNED(\y)) & 1)
        BRANCH(bltu, \x, \y, (\x < \y) & 1)
        BRANCH(bgeu, \x, \y, (\x >= \y) & 1)
        .endr
        .endr

TEST(comparison_with_zero)
        .irp    x, 0, 1, 0x7fffffff, 0x80000000, 0xffffffff
        BRANCHZ(_beqz, \x, (\x == 0) & 1)
        BRANCHZ(_bnez, \x, (\x != 0) & 1)
        BRANCHZ(bltz, \x, (\x >> 31) & 1)
        BRANCHZ(bgez, \x, ((\x >> 31) & 1) ^ 1)
        .endr

/* Each constant that the four bits can stand for, and its neighbours. */
TEST(comparison_with_signed_constants)
        .irp    c, -1, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 32, 64, 128, 256
        .irp    d, -1, 0, 1
        BRANCHI(beqi, \c + \d, \c, (\d == 0) & 1)
        BRANCHI(bnei, \c + \d, \c, (\d != 0) & 1)
        BRANCHI(blti, \c + \d, \c, (\d < 0) & 1)
        BRANCHI(bgei, \c + \d, \c, (\d >= 0) & 1)
        .endr
        .endr
        BRANCHI(blti, 0x80000000, 1, 1)
        BRANCHI(bgei, 0x80000000, -1, 0)

TEST(comparison_with_unsigned_constants)
        .irp    c, 32768, 65536, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 32, 64, 128, 256
        .irp    d, -1, 0, 1
        BRANCHI(bltui, \c + \d, \c, (\d < 0) & 1)
        BRANCHI(bgeui, \c + \d, \c, (\d >= 0) & 1)
        .endr
        .endr
        BRANCHI(bltui, 0xffffffff, 32768, 0)
        BRANCHI(bgeui, 0xffffffff, 65536, 1)

TEST(masks)
        .irp    x, 0, 0xf0, 0xff, 0x80000001
        .irp    y, 0, 0x0f, 0x30, 0x80000000
        BRANCH(bnone, \x, \y, ((\x & \y) == 0) & 1)
        BRANCH(bany, \x, \y, ((\x & \y) != 0) & 1)
        BRANCH(ball, \x, \y, ((\x & \y) == \y) & 1)
        BRANCH(bnall, \x, \y, ((\x & \y) != \y) & 1)
        .endr
        .endr

TEST(single_bits)
        .irp    bit, 0, 1, 15, 16, 31
        BRANCHI(bbsi, 1 << \bit, \bit, 1)
        BRANCHI(bbsi, U32(~(1 << \bit)), \bit, 0)
        BRANCHI(bbci, 1 << \bit, \bit, 0)
        BRANCHI(bbci, U32(~(1 << \bit)), \bit, 1)
        BRANCH(bbs, 1 << \bit, \bit, 1)
        BRANCH(bbs, U32(~(1 << \bit)), \bit, 0)
        BRANCH(bbc, 1 << \bit, \bit, 0)
        BRANCH(bbc, U32(~(1 << \bit)), \bit, 1)
        .endr

TEST(the_number_of_a_bit_has_five_bits)
        BRANCH(bbs, 0x8, 0xffffffe3, 1)
        BRANCH(bbc, 0x8, 0x23, 0)

TEST(short_branches_on_zero)
        .irp    x, 0, 1, 0x80000000
        BRANCHZ(_beqz.n, \x, (\x == 0) & 1)
        BRANCHZ(_bnez.n, \x, (\x != 0) & 1)
        .endr

TEST(farthest_branches_backward)
        movi    a2, 1
        movi    a5, 0
        j       1f
2:      addi    a5, a5, 1               /* 124 bytes before the branch */
        j       3f
        .org    2b + 124
1:      bnei    a2, 2, 2b
        UNREACHABLE
3:      j       1f
2:      addi    a5, a5, 1               /* 2044 bytes before it */
        j       3f
        .org    2b + 2044
1:      bgez    a2, 2b
        UNREACHABLE
3:      ASSERT_EQ(a5, 2)

TEST(farthest_branches_forward)
        movi    a2, 1
4:      bnei    a2, 2, 5f
        UNREACHABLE
        .org    4b + 131
5:
6:      bgez    a2, 7f
        UNREACHABLE
        .org    6b + 2051
7:      movi    a2, 0
8:      _beqz.n a2, 9f
        UNREACHABLE
        .org    8b + 67
9:

TEST(j_goes_both_ways_and_far)
        movi    a2, 0
        j       3f
        .org    . + 1
1:      addi    a2, a2, 1
        j       4f
        .space  100000
3:      j       1b
        UNREACHABLE
4:      ASSERT_EQ(a2, 1)

TEST(jx_goes_anywhere)
        movi    a2, 1f
        jx      a2
        UNREACHABLE
        .org    . + 1
1:      movi    a2, 2f
        jx      a2
        UNREACHABLE
2:

TEST(call0_leaves_the_return_address)
        movi    a0, 0
5:      _call0  6f
        UNREACHABLE
        .align  4
6:      movi    a3, 5b + 3
        ASSERT_EQ_REG(a0, a3)

TEST(call0_and_ret)
        movi    a2, 5
        _call0  double
        ASSERT_EQ(a2, 10)
        movi    a3, double
        callx0  a3
        ASSERT_EQ(a2, 20)
        movi    a0, double_n
        callx0  a0                      /* reads a0 before it writes it */
        ASSERT_EQ(a2, 40)
        j       1f
        .align  4
double: _add    a2, a2, a2
        _ret
        .align  4
double_n:
        add.n   a2, a2, a2
        ret.n
1:

TEST(callx0_leaves_the_return_address)
        movi    a2, 1f
        callx0  a2
2:      UNREACHABLE
1:      movi    a3, 2b
        ASSERT_EQ_REG(a0, a3)
SUITE_END
