/* SPDX-License-Identifier: Apache-2.0 */
/* The double-precision accelerator, which only the LX6 has: one plain use of each instruction. Software arithmetic in
 * full is in f64_test.cpp; what is certain and what inferred, in cpu_iss/f64.h. */
#include "tests/isa/asm/kit.h"

#define COMPARE_ADD 4
#define COMPARE_LT 5
#define COMPARE_EQ 7
#define STEP_DIVIDE 2
#define ROUND_SEEK 1

SUITE

#ifdef TARGET_LX6
        .macro  compare x_hi, x_lo, y_hi, y_lo, operation, want
        movi    a2, \x_hi
        movi    a3, \x_lo
        movi    a4, \y_hi
        movi    a5, \y_lo
        f64cmpl a6, a3, a5
        f64cmph a6, a2, a4, \operation
        kit_assert_eq a6, \want, __LINE__
        .endm

TEST(comparisons)
        compare 0x3ff80000, 0, 0x40020000, 0, COMPARE_LT, 1     /* 1.5 < 2.25 */
        compare 0x40020000, 0, 0x3ff80000, 0, COMPARE_LT, 0
        compare 0x3ff80000, 1, 0x3ff80000, 2, COMPARE_LT, 1     /* in the last place */
        compare 0xbff80000, 1, 0xbff80000, 2, COMPARE_LT, 0
        compare 0x80000000, 0, 0x00000000, 0, COMPARE_EQ, 1     /* -0 is 0 */
        compare 0x7ff80000, 0, 0x7ff80000, 0, COMPARE_EQ, 0     /* NaN */

TEST(carries_go_from_word_to_word)
        movi    a2, -1
        movi    a3, 5
        movi    a4, 1
        movi    a5, 7
        f64addc a2, a4, 1, 0            /* 5:ffffffff + 7:1 */
        f64addc a3, a5, 0, 0
        ASSERT_EQ(a2, 0)
        ASSERT_EQ(a3, 13)
        f64subc a2, a4, 1, 0            /* and back */
        f64subc a3, a5, 0, 0
        ASSERT_EQ(a2, -1)
        ASSERT_EQ(a3, 5)

TEST(fields_of_the_high_word)
        movi    a2, 0xc0080001
        f64sig  a3, a2
        ASSERT_EQ(a3, 0x00180001)
        movi    a4, 0x3ff
        f64sexp a3, a2, a4
        ASSERT_EQ(a3, 0xbff80001)

TEST(the_work_register)
        movi    a2, 0x11111111
        movi    a3, 0x22222222
        wf64r   a2, a3, 0
        rf64r   a4, 1
        ASSERT_EQ(a4, 0x11111111)
        rf64r   a4, 0
        ASSERT_EQ(a4, 0x22222222)
        wf64r   a2, a3, 1
        rf64r   a4, 1
        ASSERT_EQ(a4, 0x22222222)

/* 1.5 + 2.25: the smaller significand is shifted by what F64CMPH left in SAR, then added, then rounded and packed. */
TEST(a_sum)
        movi    a2, 0x40020000          /* the larger */
        movi    a3, 0
        movi    a4, 0x3ff80000
        movi    a5, 0
        f64cmpl a6, a3, a5
        f64cmph a6, a2, a4, COMPARE_ADD
        f64sig  a7, a2
        f64sig  a8, a4
        src     a9, a8, a5
        srl     a8, a8
        f64addc a3, a9, 1, 0
        f64addc a7, a8, 0, 0
        f64rnd  a6, a7, a3, ROUND_SEEK
        ASSERT_EQ(a6, 0x400e0000)       /* 3.75 */
        rf64r   a4, 0
        ASSERT_EQ(a4, 0)

/* 7 / 2, three bits before the point: quotient bits come in from the right. */
TEST(division_steps)
        movi    a2, 0
        movi    a3, 7
        wf64r   a2, a3, 0
        movi    a6, 0
        movi    a4, 0
        movi    a5, 4                   /* 2, shifted to where the first quotient bit is decided */
        f64iter a6, a4, a5, STEP_DIVIDE, 0
        f64iter a6, a4, a5, STEP_DIVIDE, 0
        f64iter a6, a4, a5, STEP_DIVIDE, 1
        ASSERT_EQ(a6, 7)                /* 1.11 in binary: 7 / 4 */

TEST(normalizing)
        movi    a2, 100
        wur.f64s a2                     /* exponent */
        movi    a2, 0x00010000
        movi    a3, 0x80000000
        f64norm a4, a2, a3, 0
        ASSERT_EQ(a4, 0x00100008)       /* by four */
        ASSERT_SR(sar, 4)
#endif

SUITE_END
