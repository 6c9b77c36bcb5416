/* SPDX-License-Identifier: Apache-2.0 */
/* Shifts and the shift amount register. ISA RM, 4.3.11 and 6: SSL, SSR, SSAI, SSA8L, SSA8B, SLL, SRL, SRA, SRC, SLLI,
 * SRLI, SRAI. */
#include "tests/isa/asm/kit.h"
SUITE

TEST(ssr_and_ssl_use_five_bits)
        .irp    amount, 0, 1, 7, 16, 31, 32, 33, 0xffffffff
        movi    a2, \amount
        ssr     a2
        ASSERT_SR(sar, \amount & 31)
        ssl     a2
        ASSERT_SR(sar, 32 - (\amount & 31))
        .endr

TEST(ssai_sets_the_amount)
        .irp    amount, 0, 1, 15, 16, 31
        ssai    \amount
        ASSERT_SR(sar, \amount)
        .endr

TEST(ssa8_turns_an_address_into_an_amount)
        .irp    address, 0, 1, 2, 3, 4, 0xffffffff
        movi    a2, \address
        ssa8l   a2
        ASSERT_SR(sar, (\address & 3) * 8)
        ssa8b   a2
        ASSERT_SR(sar, 32 - (\address & 3) * 8)
        .endr

/* sar through WSR, since SSR cannot say 32 */
TEST(sll_srl_sra_src_shift_by_0_to_32)
        .irp    sar, 0, 1, 8, 16, 31, 32
        movi    a2, \sar
        wsr     a2, sar
        rsync
        .irp    x, 0x00000001, 0x80000000, 0xffffffff, 0x12345678, 0x9abcdef0
        OP2(sll, \x, U32(\x << (32 - \sar)))
        OP2(srl, \x, \x >> \sar)
        OP2(sra, \x, U32((\x >> \sar) | ((0 - ((\x >> 31) & 1)) << (32 - \sar))))
        OP3(src, \x, 0x0f1e2d3c, U32((\x << (32 - \sar)) | (0x0f1e2d3c >> \sar)))
        .endr
        .endr

#ifdef TARGET_LX6                       /* QEMU shifts right by 0 here */
TEST(an_amount_of_32)
        movi    a5, 0
        ssl     a5
        ASSERT_SR(sar, 32)
        OP2(sll, 0x89abcdef, 0x89abcdef)
        OP2(srl, 0x89abcdef, 0)
        OP2(sra, 0x89abcdef, -1)
        OP2(sra, 0x12345678, 0)
        OP3(src, 0x89abcdef, 0x12345678, 0x89abcdef)
        ssa8b   a5
        ASSERT_SR(sar, 32)
#endif

TEST(src_of_a_register_with_itself_rotates)
        ssai    12
        OP3(src, 0x12345678, 0x12345678, 0x67812345)

TEST(slli_shifts_by_1_to_31)
        .irp    amount, 1, 2, 15, 16, 17, 31
        OPI(slli, 0x89abcdef, \amount, U32(0x89abcdef << \amount))
        .endr

TEST(srli_shifts_by_0_to_15)
        .irp    amount, 0, 1, 8, 15
        OPI(srli, 0x89abcdef, \amount, 0x89abcdef >> \amount)
        .endr

TEST(srai_shifts_by_0_to_31_and_keeps_the_sign)
        .irp    amount, 0, 1, 8, 15, 16, 30, 31
        OPI(srai, 0x7654abcd, \amount, 0x7654abcd >> \amount)
        OPI(srai, 0x89abcdef, \amount, U32(-((0x100000000 - 0x89abcdef + (1 << \amount) - 1) >> \amount)))
        .endr

TEST(immediate_shifts_leave_the_amount_register)
        ssai    5
        movi    a2, 0x100
        slli    a3, a2, 9
        srli    a3, a2, 9
        srai    a3, a2, 9
        extui   a3, a2, 9, 3
        ASSERT_SR(sar, 5)

TEST(unaligned_words_by_ssa8l_and_src)
        movi    a2, 1f + 3
        srli    a3, a2, 2
        slli    a3, a3, 2
        l32i    a4, a3, 0
        l32i    a5, a3, 4
        ssa8l   a2
        src     a6, a5, a4
        ASSERT_EQ(a6, 0x77665544)
        .section .rodata
        .align  4
1:      .byte   0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88
        .text
SUITE_END
