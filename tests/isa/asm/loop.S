/* SPDX-License-Identifier: Apache-2.0 */
/* Zero-overhead loops. ISA RM, 4.3.2: LOOP, LOOPNEZ, LOOPGTZ, LBEG, LEND, LCOUNT. */
#include "tests/isa/asm/kit.h"
SUITE

TEST(loop_sets_the_registers)
        movi    a2, 5
1:      loop    a2, 3f
2:      rsr     a3, lcount
        _bnez   a3, 4f                  /* out of the first turn */
3:      UNREACHABLE
4:      ASSERT_EQ(a3, 4)
        ASSERT_SR(lbeg, 2b)
        ASSERT_SR(lend, 3b)
        ASSERT_SR(lcount, 4)

TEST(loop_runs_the_body_that_many_times)
        .irp    count, 1, 2, 3, 100
        movi    a2, \count
        movi    a3, 0
        loop    a2, 1f
        _addi   a3, a3, 1
1:      ASSERT_EQ(a3, \count)
        ASSERT_SR(lcount, 0)
        .endr

TEST(loop_of_none_is_a_loop_of_four_thousand_millions)
        movi    a2, 0
        movi    a3, 0
        loop    a2, 1f
        addi.n  a3, a3, 1
        beqi    a3, 10, 2f
        nop
1:      UNREACHABLE
2:      rsr     a4, lcount
        ASSERT_EQ(a4, 0xffffffff - 9)

TEST(loopnez_skips_a_loop_of_none)
        movi    a2, 0
        movi    a3, 7
        loopnez a2, 1f
        movi    a3, 8
        nop
1:      ASSERT_EQ(a3, 7)
        ASSERT_SR(lcount, 0xffffffff)
        .irp    count, 1, 3
        movi    a2, \count
        movi    a3, 0
        loopnez a2, 1f
        addi.n  a3, a3, 1
1:      ASSERT_EQ(a3, \count)
        .endr

TEST(loopgtz_skips_loops_of_less_than_one)
        .irp    count, 0, -1, 0x80000000
        movi    a2, \count
        movi    a3, 7
        loopgtz a2, 1f
        movi    a3, 8
        nop
1:      ASSERT_EQ(a3, 7)
        .endr
        .irp    count, 1, 4
        movi    a2, \count
        movi    a3, 0
        loopgtz a2, 1f
        addi.n  a3, a3, 1
1:      ASSERT_EQ(a3, \count)
        .endr

/* A loop's end may stand at any alignment, behind a long or a short instruction. */
        .macro  body before, shorts, longs
        .if     \shorts + \longs
        movi    a2, 3
        movi    a3, 0
        j       1f
        .align  4
1:      .rept   \before
        nop.n
        .endr
        loop    a2, 2f
        .rept   \shorts
        addi.n  a3, a3, 1
        .endr
        .rept   \longs
        _addi   a3, a3, 16
        .endr
2:      ASSERT_EQ(a3, 3 * (\shorts + 16 * \longs))
        .endif
        .endm
TEST(bodies_of_all_lengths_and_alignments)
        .irp    before, 0, 1, 2, 3
        .irp    shorts, 0, 1, 2, 3, 4
        body    \before, \shorts, 0
        body    \before, \shorts, 1
        body    \before, \shorts, 2
        body    \before, \shorts, 3
        .endr
        .endr

TEST(a_long_body)
        movi    a2, 10
        movi    a3, 0
        loop    a2, 1f
        .rept   80
        _addi   a3, a3, 1
        .endr
1:      ASSERT_EQ(a3, 800)

TEST(branches_within_the_body)
        movi    a2, 10
        movi    a3, 0
        movi    a4, 0
        loop    a2, 3f
        addi    a4, a4, 1
        bbci    a4, 0, 1f               /* even turns */
        addi    a3, a3, 1
        j       2f
1:      addi    a3, a3, 16
2:      _nop
3:      ASSERT_EQ(a3, 5 + 5 * 16)

TEST(a_branch_not_taken_may_be_last)
        movi    a2, 10
        movi    a3, 0
        loop    a2, 1f
        addi    a3, a3, 1
        beqi    a3, 256, 2f
1:      ASSERT_EQ(a3, 10)
2:
TEST(a_branch_out_leaves_the_count)
        movi    a2, 10
        movi    a3, 0
        loop    a2, 1f
        addi    a3, a3, 1
        beqi    a3, 4, 2f
        nop
1:      UNREACHABLE
2:      ASSERT_SR(lcount, 6)

/* The end is where control falls to; who jumps there does not loop. */
TEST(a_jump_to_the_end_leaves_the_loop)
        movi    a2, 10
        movi    a3, 0
        loop    a2, 1f
        addi    a3, a3, 1
        beqi    a3, 4, 1f
        nop
1:      ASSERT_EQ(a3, 4)
        ASSERT_SR(lcount, 6)

TEST(a_jump_into_the_body_loops_again)
        movi    a2, 3
        movi    a3, 0
        loop    a2, 2f
1:      addi    a3, a3, 1
        bnei    a3, 2, 3f
        j       4f
3:      nop
2:      ASSERT_EQ(a3, 4)
        j       5f
4:      j       1b
5:

TEST(a_backward_branch_within_the_body_does_not_count)
        movi    a2, 3
        movi    a3, 0
        loop    a2, 2f
        movi    a4, 4
1:      addi    a3, a3, 1
        addi    a4, a4, -1
        bnez    a4, 1b
2:      ASSERT_EQ(a3, 12)

TEST(a_call_within_the_body)
        movi    a2, 5
        movi    a3, 0
        loop    a2, 1f
        call0   2f
        addi    a3, a3, 1
1:      ASSERT_EQ(a3, 55)
        j       3f
        .align  4
2:      addi    a3, a3, 10
        ret
3:

TEST(nested_loops_save_the_registers)
        movi    a2, 4
        movi    a3, 0
        loop    a2, 2f
        rsr     a5, lbeg
        rsr     a6, lend
        rsr     a7, lcount
        movi    a8, 6
        loop    a8, 1f
        addi    a3, a3, 1
1:      wsr     a5, lbeg
        wsr     a6, lend
        wsr     a7, lcount
        isync
        nop
2:      ASSERT_EQ(a3, 24)

TEST(a_loop_made_by_writing_the_registers)
        movi    a2, 1f
        wsr     a2, lbeg
        movi    a2, 2f
        wsr     a2, lend
        movi    a2, 6
        wsr     a2, lcount
        isync
        movi    a3, 0
1:      addi    a3, a3, 1
        nop
2:      ASSERT_EQ(a3, 7)

TEST(lcount_written_in_the_body)
        movi    a2, 100
        movi    a3, 0
        loop    a2, 1f
        addi    a3, a3, 1
        bnei    a3, 5, 2f
        movi    a4, 2
        wsr     a4, lcount
        isync
2:      nop
1:      ASSERT_EQ(a3, 7)

/* The same code must not loop any more once LEND is elsewhere, and must again when it is back. */
TEST(lend_moves_while_the_code_stays)
        movi    a7, 3
        movi    a6, 2f
4:      movi    a3, 0
        movi    a2, 1f
        wsr     a2, lbeg
        wsr     a6, lend
        movi    a2, 1
        wsr     a2, lcount
        isync
1:      addi    a3, a3, 1
        addi    a3, a3, 16
2:      addi    a3, a3, 32
        addi    a3, a3, 64
3:      addi    a7, a7, -1
        beqi    a7, 1, 5f
        beqz    a7, 6f
        ASSERT_EQ(a3, 2 * 17 + 96)
        movi    a6, 3b
        j       4b
5:      ASSERT_EQ(a3, 2 * (17 + 96))
        ASSERT_SR(lcount, 0)
        movi    a6, 2b
        j       4b
6:

TEST(excm_stops_loops)
        movi    a2, 5
        movi    a3, 0
        rsr     a4, ps
        movi    a5, PS_EXCM
        or      a5, a5, a4
        loop    a2, 1f
        wsr     a5, ps
        rsync
        addi    a3, a3, 1
1:      wsr     a4, ps
        rsync
        ASSERT_EQ(a3, 1)
        ASSERT_SR(lcount, 4)

TEST(an_exception_in_the_body_comes_back_into_the_loop)
        movi    a2, 5
        movi    a3, 0
        movi    a5, 0
        loop    a2, 1f
        addi    a3, a3, 1
        movi    a6, RECORD
        movi    a7, 2f
        s32i    a7, a6, REC_RESUME
        syscall
2:      addi    a5, a5, 1
1:      ASSERT_EQ(a3, 5)
        ASSERT_EQ(a5, 5)
        ASSERT_RECORD(REC_COUNT, 5)

TEST(loads_and_stores_as_last_instructions)
        movi    a2, 8
        movi    a3, 3f
        movi    a4, 4f
        loop    a2, 1f
        l8ui    a5, a3, 0
        addi    a3, a3, 1
        addi    a4, a4, 1
        s8i     a5, a4, 0
1:      movi    a4, 4f
        l32i    a5, a4, 4
        ASSERT_EQ(a5, 0x36353433)
        movi    a2, 8
        movi    a3, 3f
        movi    a6, 0
        loop    a2, 1f
        addi    a6, a6, 1
        addi    a3, a3, 1
        l8ui    a5, a3, 0
1:      ASSERT_EQ(a5, '7' + 1)
        .section .rodata
        .align  4
3:      .ascii  "012345678"
        .data
        .align  4
4:      .space  16
        .text

TEST(the_instruction_before_the_end_may_be_far_from_the_begin)
        movi    a2, 2
        movi    a3, 0
        loop    a2, 1f
        j       2f
        .space  200
2:      addi    a3, a3, 1
        j       3f
        .space  30
3:      nop
1:      ASSERT_EQ(a3, 2)
SUITE_END
