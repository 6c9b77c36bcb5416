/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts and timers: levels, masks, priorities, WAITI. ISA RM, 4.4.4 to 4.4.6; the ESP32's numbers: facts 1.3. */
#include "tests/isa/asm/kit.h"

/* Enough instructions for a pending interrupt to be taken. */
        .macro  a_moment
        rsync
        .rept   8
        nop
        .endr
        .endm

SUITE

TEST(a_software_interrupt_of_level_1_is_an_exception)
        movi    a2, 1 << INT_SOFT1
        wsr     a2, intenable
        rsync
1:      wsr     a2, intset
        a_moment
        ASSERT_RECORD(REC_COUNT, 1)
        ASSERT_RECORD(REC_VECTOR, VECTOR_USER)
        ASSERT_RECORD(REC_CAUSE, CAUSE_INTERRUPT)
        ASSERT_RECORD(REC_PS, PS_TEST | PS_EXCM)
        movi    a4, RECORD
        l32i    a4, a4, REC_PENDING
        and     a4, a4, a2
        ASSERT_EQ_REG(a4, a2)
        ASSERT_SR(ps, PS_TEST)

TEST(intclear_withdraws_it)
        movi    a2, 1 << INT_SOFT1
        wsr     a2, intset
        rsync
        rsr     a3, interrupt
        and     a3, a3, a2
        ASSERT_EQ_REG(a3, a2)
        wsr     a2, intclear
        rsync
        rsr     a3, interrupt
        and     a3, a3, a2
        ASSERT_EQ(a3, 0)
        wsr     a2, intenable
        a_moment
        ASSERT_RECORD(REC_COUNT, 0)

TEST(a_disabled_interrupt_waits)
        movi    a2, 1 << INT_SOFT1
        wsr     a2, intset
        a_moment
        ASSERT_RECORD(REC_COUNT, 0)
        wsr     a2, intenable
        a_moment
        ASSERT_RECORD(REC_COUNT, 1)

TEST(a_higher_level_has_its_own_vector_and_registers)
        movi    a2, 1 << INT_SOFT3
        wsr     a2, intenable
        wsr     a2, intset
        a_moment
        ASSERT_RECORD(REC_VECTOR, VECTOR_LEVEL(3))
        ASSERT_RECORD(REC_EPS, PS_TEST)
        ASSERT_RECORD(REC_PS, PS_TEST | PS_EXCM | 3)
        ASSERT_SR(ps, PS_TEST)

TEST(intlevel_masks)
        rsil    a3, 3
        ASSERT_EQ(a3, PS_TEST)
        ASSERT_SR(ps, PS_TEST | 3)
        movi    a2, 1 << INT_SOFT3 | 1 << INT_SOFT1
        wsr     a2, intenable
        wsr     a2, intset
        a_moment
        ASSERT_RECORD(REC_COUNT, 0)
        rsil    a3, 2
        a_moment
        ASSERT_EQ(a3, PS_TEST | 3)
        ASSERT_RECORD(REC_COUNT, 1)
        ASSERT_RECORD(REC_VECTOR, VECTOR_LEVEL(3))

TEST(excm_masks_up_to_its_level)
        movi    a2, PS_TEST | PS_EXCM
        wsr     a2, ps
        rsync
        movi    a2, 1 << INT_SOFT3 | 1 << INT_SOFT1
        wsr     a2, intenable
        wsr     a2, intset
        a_moment
        ASSERT_RECORD(REC_COUNT, 0)
        movi    a2, PS_TEST
        wsr     a2, ps
        a_moment
        ASSERT_RECORD(REC_COUNT, 1)

TEST(the_highest_level_goes_first)
        movi    a2, 1 << INT_SOFT3 | 1 << INT_SOFT1
        wsr     a2, intset
        rsync
        wsr     a2, intenable
        a_moment
        ASSERT_RECORD(REC_LOG, VECTOR_LEVEL(3))

TEST(xsr_of_intenable_takes_effect)
        movi    a2, 1 << INT_SOFT1
        wsr     a2, intset
        mov     a3, a2
        xsr     a3, intenable
        a_moment
        ASSERT_EQ(a3, 0)
        ASSERT_RECORD(REC_COUNT, 1)

#ifndef TARGET_DE233                    /* its timers have other numbers; dc233c's prove the tests */
/* CCOMPARE n matches: the interrupt is pending from then on, until CCOMPARE is written. */
        .macro  timer   n, number, vector
TEST(timer\n)
        rsr     a3, ccount
        addi    a3, a3, 100
        addi    a3, a3, 100
        wsr     a3, ccompare\n
        movi    a2, 1 << \number
        wsr     a2, intenable
        rsync
1:      movi    a4, RECORD
        l32i    a4, a4, REC_COUNT
        beqz    a4, 1b
        ASSERT_RECORD(REC_VECTOR, \vector)
        movi    a4, RECORD
        l32i    a4, a4, REC_CCOUNT
        bltu    a3, a4, 2f
        UNREACHABLE                     /* not before its time */
2:      rsr     a4, interrupt
        and     a4, a4, a2
        ASSERT_EQ_REG(a4, a2)
        wsr     a3, ccompare\n
        esync
        rsr     a4, interrupt
        and     a4, a4, a2
        ASSERT_EQ(a4, 0)
        .endm

        timer   0, INT_TIMER0, VECTOR_USER
        timer   1, INT_TIMER1, VECTOR_LEVEL(3)
        timer   2, INT_TIMER2, VECTOR_LEVEL(5)

TEST(waiti_sleeps_until_an_interrupt)
        rsr     a3, ccount
        movi    a4, 20000
        add     a3, a3, a4
        wsr     a3, ccompare0
        movi    a2, 1 << INT_TIMER0
        wsr     a2, intenable
        rsync
        waiti   0
        ASSERT_RECORD(REC_COUNT, 1)
        movi    a4, RECORD
        l32i    a4, a4, REC_CCOUNT
        bltu    a3, a4, 1f
        UNREACHABLE
1:      ASSERT_SR(ps, PS_TEST)

TEST(waiti_sets_the_level)
        rsr     a3, ccount
        movi    a4, 20000
        add     a3, a3, a4
        wsr     a3, ccompare1
        movi    a2, 1 << INT_TIMER1
        wsr     a2, intenable
        rsync
        waiti   2
        ASSERT_RECORD(REC_VECTOR, VECTOR_LEVEL(3))
        ASSERT_RECORD(REC_EPS, PS_TEST | 2)
        ASSERT_SR(ps, PS_TEST | 2)

#endif

TEST(waiti_goes_on_when_an_interrupt_is_pending)
        rsil    a3, 15
        movi    a2, 1 << INT_SOFT1
        wsr     a2, intset
        wsr     a2, intenable
        rsync
        waiti   0
        ASSERT_RECORD(REC_COUNT, 1)

/* The instruction that an interrupt comes before is done once. */
TEST(interrupts_do_not_lose_or_repeat_instructions)
        movi    a5, 0
        movi    a6, 200
        movi    a7, 0
1:      rsr     a3, ccount
        addi    a3, a3, 40
        add     a3, a3, a7
        wsr     a3, ccompare0
        movi    a2, 1 << INT_TIMER0
        wsr     a2, intenable
        .rept   24
        addi    a5, a5, 1
        .endr
        addi    a7, a7, 1
        extui   a7, a7, 0, 5
        addi    a6, a6, -1
        bnez    a6, 1b
        ASSERT_EQ(a5, 4800)

SUITE_END
