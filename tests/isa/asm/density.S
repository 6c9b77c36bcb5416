/* SPDX-License-Identifier: Apache-2.0 */
/* 16-bit instructions: the same as their long forms. ISA RM, 4.3.1. BREAK.N is in debug.S, RETW.N in window.S. */
#include "tests/isa/asm/kit.h"
SUITE

TEST(add_n)
        OP3(add.n, 0x7fffffff, 1, 0x80000000)
        OP3(add.n, 0xffffffff, 1, 0)

TEST(addi_n_has_minus_one_in_place_of_zero)
        .irp    imm, -1, 1, 2, 7, 8, 15
        OPI(addi.n, 0x100, \imm, 0x100 + \imm)
        .endr

TEST(mov_n)
        OP2(mov.n, 0x12345678, 0x12345678)

TEST(movi_n_reaches_from_minus_32_to_95)
        .irp    imm, -32, -31, -1, 0, 1, 31, 32, 63, 64, 95
        movi.n  a2, \imm
        ASSERT_EQ(a2, \imm)
        .endr

TEST(l32i_n_and_s32i_n_have_offsets_to_60)
        movi    a2, 1f
        .irp    offset, 0, 4, 32, 60
        movi    a3, 0x1000 + \offset
        s32i.n  a3, a2, \offset
        .endr
        .irp    offset, 0, 4, 32, 60
        l32i.n  a4, a2, \offset
        ASSERT_EQ(a4, 0x1000 + \offset)
        .endr
        ASSERT_WORD(1f + 60, 0x103c)
        .data
        .align  4
1:      .space  64
        .text

TEST(every_register_can_be_named)
        movi.n  a3, 3
        movi.n  a15, 15
        add.n   a15, a15, a3
        mov.n   a13, a15
        addi.n  a12, a13, 1
        mov     a5, a12
        ASSERT_EQ(a5, 19)

TEST(long_and_short_instructions_mix_at_any_alignment)
        movi.n  a2, 0
        .rept   4
        addi.n  a2, a2, 1
        _addi   a2, a2, 16
        .endr
        _addi   a2, a2, 16
        nop.n
        nop.n
        nop.n
        _addi   a2, a2, 16
        ASSERT_EQ(a2, 4 * 17 + 32)

TEST(ill_n_is_illegal)
        RAISES(CAUSE_ILLEGAL, ill.n)
SUITE_END
