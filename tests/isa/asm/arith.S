/* SPDX-License-Identifier: Apache-2.0 */
/* Core arithmetic and logic. ISA RM, 6: ADD, ADDX2/4/8, SUB, SUBX2/4/8, ADDI, ADDMI, NEG, ABS, AND, OR, XOR, EXTUI,
 * MOVI, conditional moves. An underscore keeps the assembler from choosing another instruction. */
#include "tests/isa/asm/kit.h"
SUITE

TEST(add_wraps)
        OP3(_add, 1, 2, 3)
        OP3(_add, 0xffffffff, 2, 1)
        OP3(_add, 0x7fffffff, 1, 0x80000000)
        OP3(_add, 0x80000000, 0x80000000, 0)

TEST(addx_scales_the_first_operand)
        .irp    x, 0, 1, 0x12345678, 0x80000001, 0xffffffff
        .irp    y, 0, 5, 0xfffffff0
        OP3(addx2, \x, \y, U32(\x * 2 + \y))
        OP3(addx4, \x, \y, U32(\x * 4 + \y))
        OP3(addx8, \x, \y, U32(\x * 8 + \y))
        .endr
        .endr

TEST(sub_wraps)
        OP3(sub, 5, 3, 2)
        OP3(sub, 3, 5, 0xfffffffe)
        OP3(sub, 0x80000000, 1, 0x7fffffff)
        OP3(sub, 0, 0x80000000, 0x80000000)

TEST(subx_scales_the_first_operand)
        .irp    x, 0, 1, 0x12345678, 0x80000001, 0xffffffff
        .irp    y, 0, 5, 0xfffffff0
        OP3(subx2, \x, \y, U32(\x * 2 - \y))
        OP3(subx4, \x, \y, U32(\x * 4 - \y))
        OP3(subx8, \x, \y, U32(\x * 8 - \y))
        .endr
        .endr

TEST(addi_has_eight_signed_bits)
        OPI(_addi, 0, 127, 127)
        OPI(_addi, 0, -128, 0xffffff80)
        OPI(_addi, 0xffffffff, 1, 0)
        OPI(_addi, 128, -128, 0)

TEST(addmi_adds_multiples_of_256)
        OPI(addmi, 1, 0x7f00, 0x7f01)
        OPI(addmi, 0, -0x8000, 0xffff8000)
        OPI(addmi, 0xffffff00, 0x100, 0)

TEST(negation_and_absolute_value_of_the_least_number_are_itself)
        .irp    op, neg, abs
        OP2(\op, 0, 0)
        OP2(\op, 0x80000000, 0x80000000)
        OP2(\op, 0xffffffff, 1)
        .endr
        OP2(neg, 1, 0xffffffff)
        OP2(neg, 0x7fffffff, 0x80000001)
        OP2(abs, 1, 1)
        OP2(abs, 0x7fffffff, 0x7fffffff)
        OP2(abs, 0x80000001, 0x7fffffff)

TEST(logic_works_bit_by_bit)
        .irp    x, 0, 0xffffffff, 0x12345678, 0xaaaa5555
        .irp    y, 0, 0xffffffff, 0x0f0f0f0f, 0x80000001
        OP3(and, \x, \y, \x & \y)
        OP3(_or, \x, \y, \x | \y)
        OP3(xor, \x, \y, \x ^ \y)
        .endr
        .endr

TEST(extui_takes_any_field_of_up_to_16_bits)
        movi    a2, 0x9abcdef5
        .irp    shift, 0, 1, 7, 15, 16, 24, 31
        .irp    bits, 1, 2, 8, 15, 16
        .if     \shift + \bits <= 32    /* what the assembler takes */
        extui   a4, a2, \shift, \bits
        ASSERT_EQ(a4, (0x9abcdef5 >> \shift) & ((1 << \bits) - 1))
        .endif
        .endr
        .endr

TEST(movi_has_twelve_signed_bits)
        .irp    value, 0, 1, -1, 2047, -2048, 127, 128, -32, -33, 96, 1000
        _movi   a2, \value
        ASSERT_EQ(a2, \value)
        .endr

TEST(conditional_moves_look_at_the_third_operand)
        .irp    condition, 0, 1, 0x7fffffff, 0x80000000, 0xffffffff
        movi    a2, 0x1234
        movi    a3, \condition
        .macro  check op, moves
        movi    a4, 0x5678
        \op     a4, a2, a3
        .if     \moves
        ASSERT_EQ(a4, 0x1234)
        .else
        ASSERT_EQ(a4, 0x5678)
        .endif
        .endm
        check   moveqz, (\condition == 0)
        check   movnez, (\condition != 0)
        check   movltz, ((\condition >> 31) & 1)
        check   movgez, (((\condition >> 31) & 1) == 0)
        .purgem check
        .endr

TEST(an_operand_may_be_the_result)
        movi    a2, 7
        _add    a2, a2, a2
        ASSERT_EQ(a2, 14)
        movi    a3, 3
        subx8   a3, a3, a2
        ASSERT_EQ(a3, 10)
        xor     a3, a3, a3
        ASSERT_EQ(a3, 0)
        neg     a2, a2
        ASSERT_EQ(a2, -14)

TEST(nop_changes_nothing)
        movi    a2, 0x11
        _nop
        nop.n
        ASSERT_EQ(a2, 0x11)
SUITE_END
