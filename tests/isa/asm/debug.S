/* SPDX-License-Identifier: Apache-2.0 */
/* Debug option: BREAK, instruction and data breakpoints, single step by ICOUNT. ISA RM, 4.7.6. */
#include "tests/isa/asm/kit.h"

#define CAUSE_ICOUNT 0x01
#define CAUSE_IBREAK 0x02
#define CAUSE_DBREAK(n) (0x04 | (n) << 8)
#define CAUSE_BREAK 0x08
#define CAUSE_BREAK_N 0x10
#define DBREAK_LOAD 0x40000000
#define DBREAK_STORE 0x80000000

/* The debug exception that came by itself: what and where. */
        .macro  came_from cause, place
        ASSERT_RECORD(REC_VECTOR, VECTOR_LEVEL(6))
        ASSERT_RECORD(REC_DEBUG, \cause)
        ASSERT_RECORD(REC_PC, \place)
        .endm

SUITE

TEST(break_instructions)
        DEBUGS(CAUSE_BREAK, break 1, 2)
        ASSERT_RECORD(REC_EPS, PS_TEST)
        ASSERT_RECORD(REC_PS, PS_TEST | PS_EXCM | 6)
        DEBUGS(CAUSE_BREAK_N, break.n 3)
        ASSERT_SR(ps, PS_TEST)

TEST(break_does_nothing_at_the_debug_level)
        rsil    a2, 6
        break   1, 1
        break.n 1
        ASSERT_RECORD(REC_COUNT, 0)

TEST(ibreak_stops_before_the_instruction)
        movi    a2, 2f
        wsr     a2, ibreaka0
        movi    a3, 1
        movi    a4, RECORD
        movi    a5, 3f
        s32i    a5, a4, REC_RESUME
        wsr     a3, ibreakenable
        isync
        movi    a6, 5
2:      movi    a6, 6
3:      came_from CAUSE_IBREAK, 2b
        ASSERT_EQ(a6, 5)

TEST(the_second_ibreak)
        movi    a2, 2f
        wsr     a2, ibreaka1
        movi    a3, 2
        movi    a4, RECORD
        movi    a5, 3f
        s32i    a5, a4, REC_RESUME
        wsr     a3, ibreakenable
        isync
2:      nop
        UNREACHABLE
3:      came_from CAUSE_IBREAK, 2b

TEST(ibreak_is_off_at_the_debug_level)
        rsil    a6, 6
        movi    a2, 2f
        wsr     a2, ibreaka0
        movi    a3, 1
        wsr     a3, ibreakenable
        isync
2:      nop
        ASSERT_RECORD(REC_COUNT, 0)

TEST(dbreak_watches_loads)
        movi    a2, words + 4
        wsr     a2, dbreaka0
        movi    a3, DBREAK_LOAD | 0x3c
        wsr     a3, dbreakc0
        dsync
        movi    a4, words
        l32i    a5, a4, 0
        s32i    a5, a4, 4               /* a store does not count */
        ASSERT_RECORD(REC_COUNT, 0)
        movi    a4, words
        movi    a5, 77
        DEBUGS(CAUSE_DBREAK(0), l32i a5, a4, 4)
        ASSERT_EQ(a5, 77)

TEST(dbreak_watches_stores)
        movi    a2, words + 4
        wsr     a2, dbreaka1
        movi    a3, DBREAK_STORE | 0x3c
        wsr     a3, dbreakc1
        dsync
        movi    a4, words
        movi    a5, 77
        s32i    a5, a4, 0
        l32i    a5, a4, 4
        ASSERT_RECORD(REC_COUNT, 0)
        movi    a4, words
        DEBUGS(CAUSE_DBREAK(1), s32i a4, a4, 4)
        ASSERT_WORD(words, 77)

TEST(dbreak_masks_low_address_bits)
        movi    a2, words
        wsr     a2, dbreaka0
        movi    a3, DBREAK_LOAD | 0x30  /* 16 bytes */
        wsr     a3, dbreakc0
        dsync
        movi    a4, words
        DEBUGS(CAUSE_DBREAK(0), l8ui a5, a4, 15)
        movi    a4, words
        movi    a3, RECORD
        l8ui    a5, a4, 16
        ASSERT_RECORD(REC_COUNT, 1)

TEST(break_reports_the_state_that_it_interrupts)
        movi    a2, PS_TEST | PS_EXCM | 3
        wsr     a2, ps
        rsync
        DEBUGS(CAUSE_BREAK, break 0, 0)
        ASSERT_RECORD(REC_EPS, PS_TEST | PS_EXCM | 3)
        ASSERT_SR(ps, PS_TEST | PS_EXCM | 3)

/* The breakpoint comes before the instruction's own exception. */
TEST(ibreak_on_an_illegal_instruction)
        movi    a2, 2f
        wsr     a2, ibreaka0
        movi    a3, 1
        movi    a4, RECORD
        movi    a5, 3f
        s32i    a5, a4, REC_RESUME
        wsr     a3, ibreakenable
        isync
2:      ill
        UNREACHABLE
3:      came_from CAUSE_IBREAK, 2b
        ASSERT_RECORD(REC_COUNT, 1)

/* Code that has run gets a breakpoint, and loses it. */
TEST(ibreak_comes_and_goes)
        movi    a6, 4
        movi    a7, 0
        movi    a2, 2f
        wsr     a2, ibreaka0
1:      movi    a4, RECORD
        movi    a5, 3f
        s32i    a5, a4, REC_RESUME
        extui   a3, a6, 0, 1
        wsr     a3, ibreakenable
        isync
2:      addi    a7, a7, 1
3:      addi    a6, a6, -1
        bnez    a6, 1b
        ASSERT_EQ(a7, 2)
        ASSERT_RECORD(REC_COUNT, 2)

/* S32C1I loads and stores: either watch stops it before it does anything. */
TEST(dbreak_watches_s32c1i)
        movi    a2, words + 8
        wsr     a2, dbreaka0
        movi    a3, DBREAK_STORE | 0x3c
        wsr     a3, dbreakc0
        dsync
        movi    a4, words
        l32i    a5, a4, 8
        wsr     a5, scompare1
        movi    a6, 99
        DEBUGS(CAUSE_DBREAK(0), s32c1i a6, a4, 8)
        ASSERT_EQ(a6, 99)
        movi    a4, 0
        wsr     a4, dbreakc0
        dsync
        ASSERT_WORD(words + 8, 3)

#if HAS_UNALIGNED
TEST(dbreak_sees_every_byte_of_a_misaligned_access)
        movi    a2, words + 8
        wsr     a2, dbreaka1
        movi    a3, DBREAK_LOAD | 0x3f  /* one byte */
        wsr     a3, dbreakc1
        dsync
        movi    a4, words + 4
        l32i    a5, a4, 0
        ASSERT_RECORD(REC_COUNT, 0)
        movi    a4, words + 5
        DEBUGS(CAUSE_DBREAK(1), l32i a5, a4, 0)
#endif

/* Instructions at ICOUNTLEVEL and above are not counted. */
TEST(icount_leaves_out_high_levels)
        rsil    a2, 2
        movi    a2, -100
        wsr     a2, icount
        movi    a3, 2
        wsr     a3, icountlevel
        isync
        nop
        nop
        rsr     a4, icount
        movi    a3, 0
        wsr     a3, icountlevel
        isync
        ASSERT_EQ(a4, -100)

/* ICOUNT counts instructions below ICOUNTLEVEL; the one that would take it beyond -1 traps instead, and so would the
 * next: the handler ends it. */
TEST(icount_steps)
        movi    a4, RECORD
        movi    a5, stepped
        s32i    a5, a4, REC_HOOK
        movi    a6, 0
        rsil    a2, 1
        movi    a2, -5
        wsr     a2, icount
        movi    a3, 1
        wsr     a3, icountlevel
        isync
        rsil    a2, 0
        addi    a6, a6, 1
        addi    a6, a6, 1
        addi    a6, a6, 1
        addi    a6, a6, 1
1:      addi    a6, a6, 1
        addi    a6, a6, 1
2:      ASSERT_EQ(a9, CAUSE_ICOUNT)
        movi    a7, 1b
        ASSERT_EQ_REG(a8, a7)
        ASSERT_EQ(a6, 6)

TEST(simcall_writes)
        movi    a2, 4
        movi    a3, 1
        movi    a4, words
        movi    a5, 0
        simcall
        ASSERT_EQ(a2, 0)

SUITE_END

        .align  4
stepped:                                /* leaves EPC in a8 and DEBUGCAUSE in a9 */
        rsr     a8, epc6
        rsr     a9, debugcause
        movi    a0, 0
        wsr     a0, icountlevel
        isync
        rsr     a0, excsave6
        rfi     6

        .data
        .align  16
words:  .word   1, 2, 3, 4, 5
