/* SPDX-License-Identifier: Apache-2.0 */
/* Miscellaneous operations. ISA RM, 4.3.7: NSA, NSAU, MIN, MAX, MINU, MAXU, SEXT, CLAMPS. */
#include "tests/isa/asm/kit.h"
SUITE

TEST(nsau_counts_leading_zeros)
        OP2(nsau, 0, 32)
        .irp    bit, 0, 1, 15, 16, 30, 31
        OP2(nsau, 1 << \bit, 31 - \bit)
        OP2(nsau, (2 << \bit) - 1, 31 - \bit)
        .endr

TEST(nsa_counts_redundant_sign_bits)
        OP2(nsa, 0, 31)
        OP2(nsa, 0xffffffff, 31)
        OP2(nsa, 0x80000000, 0)
        .irp    bit, 0, 1, 15, 16, 30
        OP2(nsa, 1 << \bit, 30 - \bit)
        OP2(nsa, U32(~(1 << \bit)), 30 - \bit)
        .endr

#define SIGNED(x) (((x) ^ 0x80000000) - 0x80000000)
TEST(minimum_and_maximum)
        .irp    x, 0, 1, 0x7fffffff, 0x80000000, 0xffffffff
        .irp    y, 0, 2, 0x7fffffff, 0x80000000, 0xffffffff
        .if     SIGNED(\x) < SIGNED(\y)
        OP3(min, \x, \y, \x)
        OP3(max, \x, \y, \y)
        .else
        OP3(min, \x, \y, \y)
        OP3(max, \x, \y, \x)
        .endif
        .if     \x < \y
        OP3(minu, \x, \y, \x)
        OP3(maxu, \x, \y, \y)
        .else
        OP3(minu, \x, \y, \y)
        OP3(maxu, \x, \y, \x)
        .endif
        .endr
        .endr

TEST(sext_copies_a_bit_upwards)
        .irp    bit, 7, 8, 14, 15, 21, 22
        OPI(sext, 1 << \bit, \bit, U32(-(1 << \bit)))
        OPI(sext, U32(~(1 << \bit)), \bit, (1 << \bit) - 1)
        OPI(sext, 0xffffffff, \bit, 0xffffffff)
        OPI(sext, 0x12345678, \bit, U32(((0x12345678 & ((2 << \bit) - 1)) ^ (1 << \bit)) - (1 << \bit)))
        .endr

TEST(clamps_limits_to_a_signed_field)
        .irp    bit, 7, 8, 15, 16, 22
        OPI(clamps, (1 << \bit) - 1, \bit, (1 << \bit) - 1)
        OPI(clamps, 1 << \bit, \bit, (1 << \bit) - 1)
        OPI(clamps, 0x7fffffff, \bit, (1 << \bit) - 1)
        OPI(clamps, U32(-(1 << \bit)), \bit, U32(-(1 << \bit)))
        OPI(clamps, U32(-(1 << \bit) - 1), \bit, U32(-(1 << \bit)))
        OPI(clamps, 0x80000000, \bit, U32(-(1 << \bit)))
        OPI(clamps, 0, \bit, 0)
        OPI(clamps, 0xffffffff, \bit, 0xffffffff)
        .endr
SUITE_END
