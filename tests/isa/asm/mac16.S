/* SPDX-License-Identifier: Apache-2.0 */
/* MAC16. ISA RM, 4.3.6: products of 16-bit halves, a 40-bit accumulator, four 32-bit registers, loads beside it. */
#include "tests/isa/asm/kit.h"
SUITE

#define S16(x) ((((x) & 0xffff) ^ 0x8000) - 0x8000)

/* ACCHI reads as the sign-extended top byte. */
        .macro  assert_acc value, line
        rsr     a5, acclo
        kit_assert_eq a5, U32(\value), \line
        rsr     a5, acchi
        kit_assert_eq a5, U32((((\value) >> 32 & 0xff) ^ 0x80) - 0x80), \line
        .endm
#define ASSERT_ACC(value) assert_acc (value), __LINE__

        .macro  set_acc value
        movi    a5, U32(\value)
        wsr     a5, acclo
        movi    a5, (\value >> 32) & 0xff
        wsr     a5, acchi
        .endm

/* The halves that `ll`, `hl`, ... choose: the first letter is the first factor's. */
        .macro  halves what, x, y
        \what   ll, S16(\x), S16(\y)
        \what   hl, S16(\x >> 16), S16(\y)
        \what   lh, S16(\x), S16(\y >> 16)
        \what   hh, S16(\x >> 16), S16(\y >> 16)
        .endm

        .macro  pairs what
        halves  \what, 0x00010002, 0x00030004
        halves  \what, 0x7fff8000, 0x80007fff
        halves  \what, 0xffff1234, 0xfedc0001
        halves  \what, 0x80008000, 0x80008000
        .endm

/* Operands in a2 and a3, m0 and m2. */
        .macro  operands x, y
        movi    a2, \x
        movi    a3, \y
        wsr     a2, m0
        wsr     a3, m2
        .endm

/* ACC = -5 before; the four ways to name the factors give the same. */
        .macro  check halves, x, y
        set_acc 0xfffffffffb
        mul.aa.\halves a2, a3
        ASSERT_ACC(\x * \y)
        mul.ad.\halves a2, m2
        ASSERT_ACC(\x * \y)
        mul.da.\halves m0, a3
        ASSERT_ACC(\x * \y)
        mul.dd.\halves m0, m2
        ASSERT_ACC(\x * \y)
        set_acc 0x17fffffff
        mula.aa.\halves a2, a3
        ASSERT_ACC(0x17fffffff + \x * \y)
        mula.ad.\halves a2, m2
        ASSERT_ACC(0x17fffffff + 2 * \x * \y)
        mula.da.\halves m0, a3
        ASSERT_ACC(0x17fffffff + 3 * \x * \y)
        mula.dd.\halves m0, m2
        ASSERT_ACC(0x17fffffff + 4 * \x * \y)
        muls.aa.\halves a2, a3
        ASSERT_ACC(0x17fffffff + 3 * \x * \y)
        muls.ad.\halves a2, m2
        ASSERT_ACC(0x17fffffff + 2 * \x * \y)
        muls.da.\halves m0, a3
        ASSERT_ACC(0x17fffffff + \x * \y)
        muls.dd.\halves m0, m2
        muls.dd.\halves m0, m2
        ASSERT_ACC(0x17fffffff - \x * \y)
        umul.aa.\halves a2, a3
        ASSERT_ACC((\x & 0xffff) * (\y & 0xffff))
        .endm

        .macro  check_pair x, y
        operands \x, \y
        halves  check, \x, \y
        .endm

TEST(products_of_small_numbers)
        check_pair 0x00010002, 0x00030004
TEST(products_of_the_extremes)
        check_pair 0x7fff8000, 0x80007fff
TEST(products_of_mixed_signs)
        check_pair 0xffff1234, 0xfedc0001
TEST(products_of_the_least_numbers)
        check_pair 0x80008000, 0x80008000

TEST(the_accumulator_wraps_at_40_bits)
        movi    a2, 0x7fff
        movi    a3, 0x7fff
        set_acc 0x7fffffffff
        mula.aa.ll a2, a3
        ASSERT_ACC(0x8000000000 + 0x3fff0000)
        set_acc 0x8000000000
        muls.aa.ll a2, a3
        ASSERT_ACC(0x7fffffffff - 0x3fff0000)

TEST(every_mac_register)
        movi    a2, 11
        wsr     a2, m0
        movi    a2, 13
        wsr     a2, m1
        movi    a2, 17
        wsr     a2, m2
        movi    a2, 19
        wsr     a2, m3
        mul.dd.ll m0, m2
        ASSERT_ACC(11 * 17)
        mul.dd.ll m1, m2
        ASSERT_ACC(13 * 17)
        mul.dd.ll m0, m3
        ASSERT_ACC(11 * 19)
        mul.dd.ll m1, m3
        ASSERT_ACC(13 * 19)
        ASSERT_SR(m0, 11)
        ASSERT_SR(m1, 13)
        ASSERT_SR(m2, 17)
        ASSERT_SR(m3, 19)

        .data
        .align  4
table:  .word   0x00020003, 0x00040005, 0x00060007, 0x00080009
        .text

TEST(ldinc_and_lddec_move_the_pointer_first)
        movi    a2, table - 4
        ldinc   m0, a2
        ASSERT_SR(m0, 0x00020003)
        ldinc   m1, a2
        ldinc   m2, a2
        ldinc   m3, a2
        ASSERT_SR(m1, 0x00040005)
        ASSERT_SR(m2, 0x00060007)
        ASSERT_SR(m3, 0x00080009)
        movi    a3, table + 12
        ASSERT_EQ_REG(a2, a3)
        lddec   m0, a2
        ASSERT_SR(m0, 0x00060007)
        addi    a3, a3, -4
        ASSERT_EQ_REG(a2, a3)
        lddec   m3, a2
        ASSERT_SR(m3, 0x00040005)

/* Load and multiply in one: the factors are those before the load. */
        .macro  with_load halves, x, y
        .irp    way, ldinc, lddec
        set_acc 100
        movi    a2, 0x0007fffa
        wsr     a2, m0
        movi    a3, 0xfff50003
        wsr     a3, m2
        movi    a4, table + 4
        mula.dd.\halves\().\way m0, a4, m0, m2
        ASSERT_ACC(100 + \x * \y)
        .ifc    \way, ldinc
        ASSERT_SR(m0, 0x00060007)
        ASSERT_EQ(a4, table + 8)
        .else
        ASSERT_SR(m0, 0x00020003)
        ASSERT_EQ(a4, table)
        .endif
        movi    a2, 0x0007fffa
        wsr     a2, m1
        mula.da.\halves\().\way m3, a4, m1, a3
        ASSERT_ACC(100 + 2 * \x * \y)
        .ifc    \way, ldinc
        ASSERT_SR(m3, 0x00080009)
        ASSERT_EQ(a4, table + 12)
        .else
        ASSERT_EQ(a4, table - 4)
        .endif
        .endr
        .endm
        .data
        .word   0
        .text
TEST(multiply_and_load_beside_it)
        halves  with_load, 0x0007fffa, 0xfff50003

TEST(the_pointer_may_be_a_factor)
        movi    a4, table
        set_acc 0
        movi    a2, 3
        wsr     a2, m0
        mula.da.ll.ldinc m1, a4, m0, a4
        movi    a6, table               /* as it was */
        slli    a6, a6, 16
        srai    a6, a6, 16
        addx2   a6, a6, a6
        rsr     a5, acclo
        ASSERT_EQ_REG(a5, a6)
        ASSERT_SR(m1, 0x00040005)
        ASSERT_EQ(a4, table + 4)

TEST(a_fault_leaves_pointer_and_accumulator)
#ifdef TARGET_LX6
        set_acc 55
        movi    a2, 3
        wsr     a2, m0
        wsr     a2, m2
        movi    a4, 0x90000000          /* nothing is there */
        RAISES(15, mula.dd.ll.ldinc m0, a4, m0, m2)
        ASSERT_ACC(55)
        ASSERT_EQ(a4, 0x90000000)
        ASSERT_SR(m0, 3)
#endif
SUITE_END
