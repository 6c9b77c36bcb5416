/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupt inputs: every one of the ESP32's 26, level, edge and NMI. Facts 1.4; ISA RM, 4.4.4 and 4.4.5. The lines are
 * those of the test device, tests/flat/flat_machine.h: Vesper's machine only. */
#include "tests/isa/asm/kit.h"
SUITE

#ifdef TARGET_LX6
#define DEVICE 0x60000000
#define LINES 0x00
#define NEXT_LINES 0x04
#define DELAY 0x08

/* Enough instructions for a pending interrupt to be taken. */
        .macro  a_moment
        rsync
        .rept   8
        nop
        .endr
        .endm

/* The device's lines are those of mask, which may be negative; a14, a15 are used. */
        .macro  set_lines mask
        movi    a14, DEVICE
        movi    a15, \mask
        s32i    a15, a14, LINES
        memw
        .endm

        .macro  is_pending mask, want
        rsr     a13, interrupt
        movi    a14, \mask
        and     a13, a13, a14
        ASSERT_EQ(a13, \want)
        .endm

/* A level input is pending as long as its line is high, whatever is written to INTCLEAR. */
        .macro  level_input number, vector
TEST(level_input_\number)
        set_lines (1 << \number)
        is_pending (1 << \number), (1 << \number)
        a_moment
        ASSERT_RECORD(REC_COUNT, 0)     /* it is not enabled */
        movi    a2, 1 << \number
        wsr     a2, intenable
        a_moment
        ASSERT_RECORD(REC_COUNT, 1)
        ASSERT_RECORD(REC_VECTOR, \vector)
        ASSERT_RECORD(REC_ENABLED, 1 << \number)
        wsr     a2, intclear
        is_pending (1 << \number), (1 << \number)
        set_lines 0
        is_pending (1 << \number), 0
        wsr     a2, intenable
        a_moment
        ASSERT_RECORD(REC_COUNT, 1)
        .endm

        .irp    n, 0, 1, 2, 3, 4, 5, 8, 9, 12, 13, 17, 18
        level_input \n, VECTOR_USER
        .endr
        .irp    n, 19, 20, 21
        level_input \n, (VECTOR_LEVEL(2))
        .endr
        .irp    n, 23, 27
        level_input \n, (VECTOR_LEVEL(3))
        .endr
        .irp    n, 24, 25
        level_input \n, (VECTOR_LEVEL(4))
        .endr
        .irp    n, 26, 31
        level_input \n, (VECTOR_LEVEL(5))
        .endr

/* An edge input stays pending after a pulse, until INTCLEAR; a line that stays high makes no second edge. */
        .macro  edge_input number, vector
TEST(edge_input_\number)
        set_lines (1 << \number)
        set_lines 0
        is_pending (1 << \number), (1 << \number)
        movi    a2, 1 << \number
        wsr     a2, intenable
        a_moment
        ASSERT_RECORD(REC_COUNT, 1)
        ASSERT_RECORD(REC_VECTOR, \vector)
        is_pending (1 << \number), (1 << \number)
        wsr     a2, intclear
        is_pending (1 << \number), 0
        set_lines (1 << \number)
        wsr     a2, intclear
        is_pending (1 << \number), 0
        set_lines (1 << \number)
        is_pending (1 << \number), 0
        wsr     a2, intenable
        a_moment
        ASSERT_RECORD(REC_COUNT, 1)
        .endm

        edge_input 10, VECTOR_USER
        edge_input 22, (VECTOR_LEVEL(3))
        edge_input 28, (VECTOR_LEVEL(4))
        edge_input 30, (VECTOR_LEVEL(4))

/* Neither INTENABLE nor PS masks it. One edge is one interrupt. */
TEST(nmi_cannot_be_masked)
        movi    a2, PS_TEST | PS_EXCM | 6
        wsr     a2, ps
        rsync
        set_lines (1 << 14)
        a_moment
        ASSERT_RECORD(REC_COUNT, 1)
        ASSERT_RECORD(REC_VECTOR, VECTOR_LEVEL(7))
        ASSERT_RECORD(REC_EPS, PS_TEST | PS_EXCM | 6)
        ASSERT_RECORD(REC_PS, PS_TEST | PS_EXCM | 7)
        ASSERT_RECORD(REC_ENABLED, 0)
        ASSERT_SR(ps, PS_TEST | PS_EXCM | 6)
        set_lines 0
        a_moment
        ASSERT_RECORD(REC_COUNT, 1)
        set_lines (1 << 14)
        a_moment
        ASSERT_RECORD(REC_COUNT, 2)

/* Numbers that have no input: timers, software, profiling. */
TEST(inner_interrupts_have_no_line)
        movi    a2, 1 << 6 | 1 << 7 | 1 << 11 | 1 << 15 | 1 << 16 | 1 << 29
        movi    a3, DEVICE
        s32i    a2, a3, LINES
        memw
        is_pending (1 << 6 | 1 << 7 | 1 << 11 | 1 << 15 | 1 << 16 | 1 << 29), 0

TEST(intset_is_for_software_interrupts)
        movi    a2, ~(1 << 7 | 1 << 29)
        wsr     a2, intset
        rsync
        rsr     a3, interrupt
        ASSERT_EQ(a3, 0)

/* One of each level: the kit's handlers disable everything, so that one at a time is taken. */
TEST(levels_go_from_the_highest)
#define ALL_LEVELS (1 << 0 | 1 << 19 | 1 << 23 | 1 << 24 | 1 << 26)
        movi    a2, ALL_LEVELS
        .irp    done, 0, 26, 24, 23, 19
        .if     \done
        movi    a3, ~(1 << \done)
        and     a2, a2, a3
        .endif
        movi    a4, DEVICE
        s32i    a2, a4, LINES
        memw
        movi    a3, ALL_LEVELS
        wsr     a3, intenable
        a_moment
        .endr
        ASSERT_RECORD(REC_COUNT, 5)
        ASSERT_RECORD(REC_LOG, VECTOR_LEVEL(5))
        ASSERT_RECORD(REC_LOG + 4, VECTOR_LEVEL(4))
        ASSERT_RECORD(REC_LOG + 8, VECTOR_LEVEL(3))
        ASSERT_RECORD(REC_LOG + 12, VECTOR_LEVEL(2))
        ASSERT_RECORD(REC_LOG + 16, VECTOR_USER)

/* PS.INTLEVEL n lets only higher levels through. */
        .macro  masked_by level, number
        rsil    a3, \level
        movi    a2, 1 << \number
        movi    a4, DEVICE
        s32i    a2, a4, LINES
        memw
        wsr     a2, intenable
        a_moment
        ASSERT_RECORD(REC_COUNT, \level - 1)
        rsil    a3, \level - 1
        a_moment
        ASSERT_RECORD(REC_COUNT, \level)
        .endm

TEST(intlevel_masks_every_level)
        masked_by 1, 0
        masked_by 2, 19
        masked_by 3, 23
        masked_by 4, 24
        masked_by 5, 26

/* EXCM masks levels 1 to 3 only: 4 and 5 come even in an exception's handler. */
TEST(excm_does_not_mask_high_levels)
        movi    a2, PS_TEST | PS_EXCM
        wsr     a2, ps
        rsync
        set_lines (1 << 0 | 1 << 19 | 1 << 23)
        movi    a2, -1
        wsr     a2, intenable
        a_moment
        ASSERT_RECORD(REC_COUNT, 0)
        set_lines (1 << 24)
        a_moment
        ASSERT_RECORD(REC_VECTOR, VECTOR_LEVEL(4))
        ASSERT_RECORD(REC_EPS, PS_TEST | PS_EXCM)

TEST(a_higher_level_interrupts_a_handler)
        movi    a2, RECORD
        movi    a3, level_2_handler
        s32i    a3, a2, REC_HOOK
        movi    a6, 0
        movi    a2, 1 << 19 | 1 << 26
        wsr     a2, intenable
        set_lines (1 << 19)
        a_moment
        ASSERT_EQ(a6, 1)                /* the handler has gone on to its end */
        ASSERT_RECORD(REC_COUNT, 1)
        ASSERT_RECORD(REC_VECTOR, VECTOR_LEVEL(5))
        ASSERT_RECORD(REC_EPS, PS_TEST | PS_EXCM | 2)
        ASSERT_SR(ps, PS_TEST)

/* The return address is that of the instruction after WAITI. */
TEST(a_line_ends_waiti)
        movi    a2, 1 << 23
        wsr     a2, intenable
        movi    a3, DEVICE
        s32i    a2, a3, NEXT_LINES
        movi    a4, 5000
        rsr     a5, ccount
        s32i    a4, a3, DELAY
        memw
        waiti   0
1:      movi    a6, RECORD
        l32i    a6, a6, REC_CCOUNT
        sub     a6, a6, a5
        bgeu    a6, a4, 2f
        UNREACHABLE
2:      ASSERT_RECORD(REC_VECTOR, VECTOR_LEVEL(3))
        ASSERT_RECORD(REC_PC, 1b)

SUITE_END

        .align  4
level_2_handler:
        movi    a0, RECORD
        s32i    a2, a0, REC_SAVE + 0x80
        movi    a2, 0
        s32i    a2, a0, REC_HOOK        /* the kit handles the next one */
        movi    a0, DEVICE
        movi    a2, 1 << 26
        s32i    a2, a0, LINES
        a_moment
        movi    a2, 0
        s32i    a2, a0, LINES
        memw
        addi    a6, a6, 1
        movi    a0, RECORD
        l32i    a2, a0, REC_SAVE + 0x80
        rsr     a0, excsave2
        rfi     2
#else
SUITE_END
#endif
