/* SPDX-License-Identifier: Apache-2.0 */
/* Windowed registers: calls, returns, overflow and underflow, MOVSP, ROTW. ISA RM, 4.7.1 and 8.1. */
#include "tests/isa/asm/kit.h"
SUITE

/* A frame whose registers have somewhere to go, as a run-time's start-up code makes it. Uses a2, a3. */
        .macro  root_frame
        mov     a2, a1
        addi    a1, a1, -64
        addi    a3, a1, -12
        s32i    a2, a3, 0
        .endm

TEST(call4_rotates_by_one_pane)
        movi    a6, 5
        movi    a7, 7
        call4   add_two
        ASSERT_EQ(a6, 12)
        ASSERT_SR(windowbase, 0)
        ASSERT_SR(windowstart, 1)

TEST(call8_rotates_by_two_panes)
        movi    a10, 5
        movi    a11, 7
        call8   add_two
        ASSERT_EQ(a10, 12)
        ASSERT_SR(windowbase, 0)
        ASSERT_SR(windowstart, 1)

TEST(call12_rotates_by_three_panes)
        movi    a14, 5
        movi    a15, 7
        call12  add_two
        ASSERT_EQ(a14, 12)
        ASSERT_SR(windowbase, 0)
        ASSERT_SR(windowstart, 1)

TEST(callx_calls_what_a_register_holds)
        movi    a2, add_two
        movi    a6, 1
        movi    a7, 2
        callx4  a2
        ASSERT_EQ(a6, 3)
        movi    a2, add_two
        movi    a10, 3
        movi    a11, 4
        callx8  a2
        ASSERT_EQ(a10, 7)
        movi    a2, add_two
        movi    a14, 5
        movi    a15, 6
        callx12 a2
        ASSERT_EQ(a14, 11)

TEST(callx_may_take_the_register_that_gets_the_return_address)
        movi    a10, 3
        movi    a11, 4
        movi    a8, add_two
        callx8  a8
        ASSERT_EQ(a10, 7)

TEST(the_return_address_holds_the_size_of_the_window)
        call4   where
1:      movi    a2, 1b
        slli    a3, a2, 2
        srli    a3, a3, 2
        ASSERT_EQ_REG(a6, a3)
        ASSERT_EQ(a7, 1)
        call8   where
        ASSERT_EQ(a11, 2)
        call12  where
        mov     a2, a15
        ASSERT_EQ(a2, 3)

TEST(entry_moves_the_stack_and_marks_its_window)
        mov     a3, a1
        call8   see_window
        sub     a2, a3, a10             /* a1 of the callee */
        ASSERT_EQ(a2, 32760)
        ASSERT_EQ(a11, 2)
        ASSERT_EQ(a12, 5)
        ASSERT_EQ(a13, 2)

TEST(call4_recursion_spills_and_fills)
        root_frame
        movi    a6, 40
        call4   sum4
        ASSERT_EQ(a6, 820)
        ASSERT_SR(windowstart, 1)
        movi    a2, RECORD
        l32i    a3, a2, REC_OVERFLOWS
        l32i    a4, a2, REC_UNDERFLOWS
        ASSERT_EQ_REG(a3, a4)
        ASSERT_EQ(a3, 41 - (AR_COUNT / 4 - 1))

TEST(call8_recursion_spills_and_fills)
        root_frame
        movi    a10, 40
        call8   sum8
        ASSERT_EQ(a10, 820)
        movi    a2, RECORD
        l32i    a3, a2, REC_OVERFLOWS + 4
        l32i    a4, a2, REC_UNDERFLOWS + 4
        ASSERT_EQ_REG(a3, a4)
        ASSERT_EQ(a3, 41 - (AR_COUNT / 8 - 1))

TEST(call12_recursion_spills_and_fills)
        root_frame
        movi    a14, 40
        call12  sum12
        mov     a2, a14
        ASSERT_EQ(a2, 820)
        movi    a2, RECORD
        l32i    a3, a2, REC_OVERFLOWS + 8
        l32i    a4, a2, REC_UNDERFLOWS + 8
        ASSERT_EQ_REG(a3, a4)

TEST(sizes_mix)
        root_frame
        movi    a10, 30
        call8   mixed
        ASSERT_EQ(a10, 30)

/* The kit's handler loads the caller, and MOVSP is tried again. The save area moves with the stack pointer. */
TEST(movsp_raises_alloca_when_the_caller_is_in_memory)
        root_frame
        movi    a3, 0x1234
        call4   allocates_after_a_spill
        ASSERT_EQ(a6, 1)
        ASSERT_EQ(a3, 0x1234)
        ASSERT_RECORD(REC_CAUSE, CAUSE_ALLOCA)

TEST(movsp_moves_when_the_caller_is_in_registers)
        call4   allocates
        ASSERT_EQ(a6, 64)
        ASSERT_RECORD(REC_COUNT, 0)

TEST(rotw_moves_the_window_either_way)
        movi    a4, 44
        movi    a8, 88
        rotw    1
        mov     a5, a0                  /* a9 of window 0 */
        rotw    1
        mov     a6, a0                  /* a14 of window 0 */
        rotw    -2
        ASSERT_EQ(a9, 44)
        movi    a4, 44
        movi    a8, 88
        rotw    2
        addi    a1, a0, 1               /* a9 of window 0 */
        rotw    -2
        ASSERT_EQ(a9, 89)
        ASSERT_SR(windowbase, 0)

TEST(rotw_wraps_around)
        rotw    -1
        rsr     a0, windowbase
        movi    a1, room
        s32i    a0, a1, 0
        rotw    1
        ASSERT_WORD(room, AR_COUNT / 4 - 1)

TEST(l32e_and_s32e_reach_below_a_register)
        movi    a2, room + 64
        movi    a3, 0x11223344
        s32e    a3, a2, -64
        addi    a3, a3, 1
        s32e    a3, a2, -4
        ASSERT_WORD(room, 0x11223344)
        ASSERT_WORD(room + 60, 0x11223345)
        l32e    a4, a2, -64
        ASSERT_EQ(a4, 0x11223344)
        l32e    a4, a2, -4
        ASSERT_EQ(a4, 0x11223345)

TEST(without_woe_windowed_calls_are_illegal)
        movi    a2, PS_UM
        wsr     a2, ps
        rsync
        RAISES(CAUSE_ILLEGAL, .byte 0x36, 0x41, 0x00)   /* ENTRY a1, 32; the assembler wants it aligned */
        RAISES(CAUSE_ILLEGAL, _retw)
        RAISES(CAUSE_ILLEGAL, retw.n)

TEST(return_to_a_window_of_size_0_is_illegal)
        movi    a0, 0
        RAISES(CAUSE_ILLEGAL, _retw)

/* The nearest frame below is `distance` panes away, and the return address says another number. */
        .macro  wrong_return distance, size
        movi    a2, 1 | 1 << (AR_COUNT / 4 - \distance)
        wsr     a2, windowstart
        rsync
        movi    a0, \size << 30
        RAISES(CAUSE_ILLEGAL, _retw)
        RAISES(CAUSE_ILLEGAL, retw.n)
        movi    a2, 1
        wsr     a2, windowstart
        rsync
        .endm
TEST(return_to_another_window_than_the_callers_is_illegal)
        wrong_return 1, 2
        wrong_return 1, 3
        wrong_return 2, 1
        wrong_return 2, 3
        wrong_return 3, 1
        wrong_return 3, 2

/* ENTRY a4, 32: the stack pointer of a caller is in its first pane. */
TEST(entry_takes_a0_to_a3_only)
        RAISES(CAUSE_ILLEGAL, .byte 0x36, 0x44, 0x00)

TEST(exception_mode_has_no_windowed_calls)
        movi    a2, PS_TEST | PS_EXCM
        wsr     a2, ps
        rsync
        RAISES(CAUSE_ILLEGAL, .byte 0x36, 0x41, 0x00)
        ASSERT_RECORD(REC_VECTOR, VECTOR_DOUBLE)
        RAISES(CAUSE_ILLEGAL, _retw)

/* In exception mode handlers may touch what they like. */
TEST(exception_mode_checks_no_windows)
        movi    a2, PS_TEST | PS_EXCM
        movi    a3, 0b1111
        wsr     a2, ps
        wsr     a3, windowstart
        rsync
        movi    a4, 1
        movi    a8, 2
        movi    a12, 3
        movi    a3, 1
        wsr     a3, windowstart
        movi    a2, PS_TEST
        wsr     a2, ps
        rsync
        ASSERT_EQ(a8, 2)
        ASSERT_RECORD(REC_OVERFLOWS, 0)
        ASSERT_RECORD(REC_OVERFLOWS + 4, 0)
        ASSERT_RECORD(REC_OVERFLOWS + 8, 0)

/* RFWO gives up the present window, RFWU takes it; both go back to the one in PS.OWB. */
        .macro  window_return instruction, before, after
        movi    a4, 1f
        wsr     a4, epc1
        movi    a4, PS_TEST | PS_EXCM   /* OWB = 0 */
        wsr     a4, ps
        movi    a4, \before
        wsr     a4, windowstart
        rsync
        rotw    2
        \instruction
1:      rsr     a2, windowbase
        rsr     a3, windowstart
        movi    a4, 1
        wsr     a4, windowstart
        rsync
        rsr     a4, ps
        ASSERT_EQ(a2, 0)
        ASSERT_EQ(a3, \after)
        ASSERT_EQ(a4, PS_TEST)
        .endm
TEST(rfwo_gives_up_the_window)
        window_return rfwo, 0b101, 0b001
TEST(rfwu_takes_the_window)
        window_return rfwu, 0b001, 0b101

/* A frame's size is how far the next one is: which handler spills it, from any distance. */
        .macro  spills start, register, overflow
        movi    a2, RECORD
        movi    a3, 0
        s32i    a3, a2, REC_OVERFLOWS + 4 * \overflow
        movi    a5, room + 256          /* stack pointers for whichever handler, in exception mode */
        mov     a9, a5
        mov     a13, a5
        rotw    2
        mov     a9, a5                  /* a17, so to speak */
        rotw    -2
        addi    a2, a5, -64
        addi    a3, a5, -12
        s32i    a2, a3, 0
        movi    a4, \start
        wsr     a4, windowstart
        rsync
        mov     a3, \register
        movi    a3, 1
        wsr     a3, windowstart
        rsync
        movi    a2, RECORD
        l32i    a3, a2, REC_OVERFLOWS + 4 * \overflow
        ASSERT_EQ(a3, 1)
        .endm
TEST(the_distance_to_the_next_frame_is_the_size)
        spills  0b0111, a4, 0
        spills  0b1011, a4, 1
        spills  0b10011, a4, 2
        spills  0b1101, a8, 0
        spills  0b10101, a8, 1
        spills  0b11001, a12, 0

/* Windows 0, 2 and 3 hold frames; the one in window 2 was called by call4 from window 3's point of view. */
TEST(touching_a_frame_above_spills_it_first)
        movi    a8, 0x88
        movi    a13, room + 128
        movi    a4, 0b1101
        wsr     a4, windowstart
        rsync
        mov     a5, a8
        rsr     a6, windowstart
        movi    a4, 1
        wsr     a4, windowstart
        rsync
        ASSERT_EQ(a6, 0b1001)
        ASSERT_WORD(room + 112, 0x88)
        ASSERT_RECORD(REC_OVERFLOWS, 1)

SUITE_END

        .data
        .align  16
room:   .space  512

        .text
        .align  4
add_two:
        entry   a1, 32
        add     a2, a2, a3
        retw.n

        .align  4
where:                                  /* a2: return address, 30 bits; a3: size in its top bits */
        entry   a1, 32
        slli    a2, a0, 2
        srli    a2, a2, 2
        extui   a3, a0, 30, 2
        _retw

        .align  4
see_window:                             /* a2: a1; a3: window; a4: windowstart; a5: CALLINC */
        entry   a1, 32760
        mov     a2, a1
        rsr     a3, windowbase
        rsr     a4, windowstart
        rsr     a5, ps
        extui   a5, a5, 16, 2
        _retw

        .align  4
sum4:   entry   a1, 32
        beqz    a2, 1f
        addi    a6, a2, -1
        call4   sum4
        add     a2, a2, a6
1:      retw.n

        .align  4
sum8:   entry   a1, 48
        beqz    a2, 1f
        addi    a10, a2, -1
        call8   sum8
        add     a2, a2, a10
1:      retw.n

        .align  4
sum12:  entry   a1, 64
        beqz    a2, 1f
        addi    a14, a2, -1
        call12  sum12
        add     a2, a2, a14
1:      retw.n

        .align  4
mixed:  entry   a1, 64
        beqz    a2, 1f
        extui   a3, a2, 0, 1
        beqz    a3, 2f
        addi    a6, a2, -1
        call4   mixed
        addi    a2, a6, 1
        _retw
2:      addi    a14, a2, -1
        call12  mixed
        addi    a2, a14, 1
1:      retw

        .align  4
spill:  entry   a1, 32                  /* makes all other frames go to memory */
        movi    a10, 20
        call8   sum8
        _retw

        .align  4
allocates_after_a_spill:
        entry   a1, 48
        call8   spill
        addi    a3, a1, -64
        movsp   a1, a3
        movi    a2, 1
        _retw

        .align  4
allocates:
        entry   a1, 48
        mov     a4, a1
        addi    a3, a1, -64
        movsp   a1, a3
        sub     a2, a4, a1
        _retw
