/* SPDX-License-Identifier: Apache-2.0 */
/* Single precision: every instruction with operands whose result one can see by eye. Exactness, rounding and flags over
 * the whole range are the matter of fp_*_test.cpp. ISA RM, 4.3.11; facts 1.2. */
#include "tests/isa/asm/kit.h"

#if HAS_FP
#define F_0_25 0x3e800000
#define F_0_5 0x3f000000
#define F_1 0x3f800000
#define F_1_5 0x3fc00000
#define F_2 0x40000000
#define F_2_25 0x40100000
#define F_2_5 0x40200000
#define F_3 0x40400000
#define F_3_375 0x40580000
#define F_3_75 0x40700000
#define F_4 0x40800000
#define F_NAN 0x7fc00000
#define F_MINUS 0x80000000

/* f0 = op(f1, f2), f0 having been `old`. */
        .macro  binary  op, old, x, y, want
        movi    a2, \old
        wfr     f0, a2
        movi    a2, \x
        wfr     f1, a2
        movi    a2, \y
        wfr     f2, a2
        \op     f0, f1, f2
        rfr     a3, f0
        kit_assert_eq a3, \want, __LINE__
        .endm

        .macro  unary   op, x, want
        movi    a2, F_3
        wfr     f0, a2
        movi    a2, \x
        wfr     f1, a2
        \op     f0, f1
        rfr     a3, f0
        kit_assert_eq a3, \want, __LINE__
        .endm

        .macro  to_int  op, x, scale, want
        movi    a2, \x
        wfr     f1, a2
        \op     a3, f1, \scale
        kit_assert_eq a3, \want, __LINE__
        .endm

        .macro  from_int op, x, scale, want
        movi    a2, \x
        \op     f0, a2, \scale
        rfr     a3, f0
        kit_assert_eq a3, \want, __LINE__
        .endm

/* The results of all comparisons of x with y: bits un, oeq, ueq, olt, ult, ole, ule. */
        .macro  compare x, y, want
        movi    a2, \x
        wfr     f1, a2
        movi    a2, \y
        wfr     f2, a2
        movi    a2, 0
        wsr     a2, br
        un.s    b0, f1, f2
        oeq.s   b1, f1, f2
        ueq.s   b2, f1, f2
        olt.s   b3, f1, f2
        ult.s   b4, f1, f2
        ole.s   b5, f1, f2
        ule.s   b6, f1, f2
        rsr     a3, br
        kit_assert_eq a3, \want, __LINE__
        .endm

/* f0 (was 3) after a conditional move of 1.5. */
        .macro  moved   op, condition, want
        movi    a2, F_3
        wfr     f0, a2
        movi    a2, F_1_5
        wfr     f1, a2
        movi    a2, \condition
        \op     f0, f1, a2
        rfr     a3, f0
        kit_assert_eq a3, \want, __LINE__
        .endm
#endif

SUITE

#if HAS_FP
TEST(arithmetic)
        binary  add.s, 0, F_1_5, F_2_25, F_3_75
        binary  sub.s, 0, F_3_75, F_2_25, F_1_5
        binary  mul.s, 0, F_1_5, F_2_25, F_3_375
        binary  madd.s, F_1, F_1_5, F_1, F_2_5
        binary  msub.s, F_4, F_1_5, F_1, F_2_5

TEST(signs)
        unary   mov.s, F_1_5 | F_MINUS, F_1_5 | F_MINUS
        unary   abs.s, F_1_5 | F_MINUS, F_1_5
        unary   neg.s, F_1_5 | F_MINUS, F_1_5
        unary   neg.s, F_1_5, F_1_5 | F_MINUS

TEST(to_integers)
        to_int  round.s, F_2_5, 0, 2            /* to even */
        to_int  round.s, F_1_5, 0, 2
        to_int  trunc.s, F_2_5 | F_MINUS, 0, -2
        to_int  floor.s, F_2_5 | F_MINUS, 0, -3
        to_int  ceil.s, F_2_5, 0, 3
        to_int  utrunc.s, F_2_5, 0, 2
        to_int  trunc.s, F_2_5, 1, 5            /* times 2 */
        to_int  floor.s, F_2_25, 2, 9

TEST(from_integers)
        from_int float.s, 3, 0, F_3
        from_int float.s, -3, 0, F_3 | F_MINUS
        from_int float.s, 5, 1, F_2_5           /* by 2 */
        from_int ufloat.s, 0x80000000, 0, 0x4f000000

TEST(comparisons)
        compare F_1, F_2, 0b1111000
        compare F_2, F_1, 0b0000000
        compare F_1, F_1, 0b1100110
        compare 0, F_MINUS, 0b1100110           /* -0 equals 0 */
        compare F_NAN, F_1, 0b1010101

TEST(conditional_moves)
        moved   moveqz.s, 0, F_1_5
        moved   moveqz.s, 1, F_3
        moved   movnez.s, 1, F_1_5
        moved   movnez.s, 0, F_3
        moved   movltz.s, -1, F_1_5
        moved   movltz.s, 0, F_3
        moved   movgez.s, 0, F_1_5
        moved   movgez.s, -1, F_3

TEST(moves_by_booleans)
        movi    a2, 0x0002
        wsr     a2, br
        movi    a2, F_1_5
        wfr     f1, a2
        movi    a2, F_3
        wfr     f0, a2
        movt.s  f0, f1, b0
        rfr     a3, f0
        ASSERT_EQ(a3, F_3)
        movf.s  f0, f1, b0
        rfr     a3, f0
        ASSERT_EQ(a3, F_1_5)
        movi    a2, F_3
        wfr     f0, a2
        movf.s  f0, f1, b1
        rfr     a3, f0
        ASSERT_EQ(a3, F_3)
        movt.s  f0, f1, b1
        rfr     a3, f0
        ASSERT_EQ(a3, F_1_5)

TEST(constants)
        const.s f0, 0
        rfr     a3, f0
        ASSERT_EQ(a3, 0)
        const.s f0, 1
        rfr     a3, f0
        ASSERT_EQ(a3, F_1)
        const.s f0, 2
        rfr     a3, f0
        ASSERT_EQ(a3, F_2)
        const.s f0, 3
        rfr     a3, f0
        ASSERT_EQ(a3, F_0_5)

TEST(loads_and_stores)
        movi    a2, values
        lsi     f0, a2, 4
        rfr     a3, f0
        ASSERT_EQ(a3, F_2)
        ssi     f0, a2, 8
        ASSERT_WORD(values + 8, F_2)
        movi    a2, values
        movi    a4, 4
        lsx     f1, a2, a4
        rfr     a3, f1
        ASSERT_EQ(a3, F_2)
        movi    a4, 12
        ssx     f1, a2, a4
        ASSERT_WORD(values + 12, F_2)

/* x / y as the run-time library does it: from a seed by Newton's method, the scale apart. facts 1.2. */
TEST(division_by_steps)
        movi    a2, F_3_375
        wfr     f1, a2
        movi    a2, F_1_5
        wfr     f2, a2
        div0.s  f3, f2
        nexp01.s f4, f2
        const.s f5, 1
        maddn.s f5, f4, f3
        mov.s   f6, f3
        mov.s   f7, f2
        nexp01.s f2, f1
        maddn.s f6, f5, f6
        const.s f5, 1
        const.s f0, 0
        neg.s   f8, f2
        maddn.s f5, f4, f6
        maddn.s f0, f8, f3
        mkdadj.s f7, f1
        maddn.s f6, f5, f6
        maddn.s f8, f4, f0
        const.s f3, 1
        maddn.s f3, f4, f6
        maddn.s f0, f8, f6
        neg.s   f2, f2
        maddn.s f6, f3, f6
        maddn.s f2, f4, f0
        addexpm.s f0, f7
        addexp.s f6, f7
        divn.s  f0, f2, f6
        rfr     a3, f0
        ASSERT_EQ(a3, F_2_25)

#ifdef TARGET_LX6
TEST(loads_and_stores_with_update)
        movi    a2, values
        movi    a4, 8
        lsip    f0, a2, 4               /* then adds */
        rfr     a3, f0
        ASSERT_EQ(a3, F_1)
        ASSERT_EQ(a2, values + 4)
        ssip    f0, a2, 4
        ASSERT_WORD(values + 4, F_1)
        ASSERT_EQ(a2, values + 8)
        movi    a2, values
        lsxp    f1, a2, a4
        ASSERT_EQ(a2, values + 8)
        ssxp    f1, a2, a4
        ASSERT_WORD(values + 8, F_1)
        ASSERT_EQ(a2, values + 16)

/* The seeds are good to seven bits. */
        .macro  seed    op, x, want
        movi    a2, \x
        wfr     f1, a2
        \op     f0, f1
        rfr     a3, f0
        movi    a2, \want
        sub     a3, a3, a2
        abs     a3, a3
        srli    a3, a3, 17
        kit_assert_eq a3, 0, __LINE__
        .endm

TEST(seeds)
        seed    recip0.s, F_1, F_1
        seed    recip0.s, F_4, F_0_25
        seed    rsqrt0.s, F_4, F_0_5
        seed    rsqrt0.s, F_0_25, F_2

/* f1 = 1/sqrt(x) and f7 = sqrt(x) by Newton's method, f8 half of 1/sqrt(x); the scale apart, as in division. */
TEST(square_root_by_steps)
        movi    a2, 0x41100000          /* 9 */
        wfr     f0, a2
        const.s f10, 3
        nexp01.s f2, f0                 /* -x */
        mov.s   f3, f2
        addexp.s f3, f10                /* -x / 2 */
        sqrt0.s f1, f0
        const.s f4, 0
        maddn.s f4, f1, f1
        const.s f5, 3
        maddn.s f5, f4, f3
        maddn.s f1, f5, f1
        neg.s   f6, f2
        const.s f7, 0
        maddn.s f7, f6, f1
        const.s f9, 0
        maddn.s f9, f1, f3
        const.s f8, 0
        maddn.s f8, f10, f1
        mov.s   f11, f2
        maddn.s f11, f7, f7
        const.s f5, 3
        maddn.s f5, f9, f1
        neg.s   f12, f8
        maddn.s f7, f11, f12
        maddn.s f8, f5, f8
        mksadj.s f13, f0
        mov.s   f11, f2
        maddn.s f11, f7, f7
        neg.s   f8, f8
        addexpm.s f7, f13
        addexp.s f8, f13
        divn.s  f7, f11, f8
        rfr     a3, f7
        ASSERT_EQ(a3, F_3)
#endif
#endif

SUITE_END

        .data
        .align  4
values: .word   0x3f800000, 0x40000000, 0, 0
