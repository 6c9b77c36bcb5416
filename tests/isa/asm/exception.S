/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions: causes, vectors, what is saved, and the way back. ISA RM, 4.4.1. */
#include "tests/isa/asm/kit.h"
SUITE

TEST(illegal_instructions)
        RAISES(CAUSE_ILLEGAL, ill)
        RAISES(CAUSE_ILLEGAL, ill.n)
        RAISES(CAUSE_ILLEGAL, .byte 0x00, 0x00, 0x00)
        ASSERT_RECORD(REC_COUNT, 3)

TEST(syscall)
        RAISES(CAUSE_SYSCALL, syscall)

TEST(user_mode_has_a_vector_of_its_own)
        RAISES(CAUSE_SYSCALL, syscall)
        ASSERT_RECORD(REC_VECTOR, VECTOR_USER)
        ASSERT_RECORD(REC_PS, PS_TEST | PS_EXCM)
        movi    a2, PS_WOE
        wsr     a2, ps
        rsync
        RAISES(CAUSE_SYSCALL, syscall)
        ASSERT_RECORD(REC_VECTOR, VECTOR_KERNEL)
        ASSERT_RECORD(REC_PS, PS_WOE | PS_EXCM)

TEST(rfe_clears_excm_and_keeps_the_rest)
        movi    a2, PS_TEST | 3
        wsr     a2, ps
        rsync
        RAISES(CAUSE_SYSCALL, syscall)
        ASSERT_SR(ps, PS_TEST | 3)

TEST(division_by_zero)
        movi    a2, 17
        movi    a3, 0
        movi    a4, 99
        RAISES(CAUSE_DIVIDE, quos a4, a2, a3)
        RAISES(CAUSE_DIVIDE, quou a4, a2, a3)
        RAISES(CAUSE_DIVIDE, rems a4, a2, a3)
        RAISES(CAUSE_DIVIDE, remu a4, a2, a3)
        ASSERT_EQ(a4, 99)

/* Synchronizing accesses are never split. */
TEST(unaligned_synchronizing_accesses)
        movi    a2, words + 1
        movi    a3, 0x77
        wsr     a3, scompare1
        RAISES(CAUSE_UNALIGNED, l32ai a3, a2, 0)
        ASSERT_RECORD(REC_VADDR, words + 1)
        RAISES(CAUSE_UNALIGNED, s32ri a3, a2, 4)
        ASSERT_RECORD(REC_VADDR, words + 5)
        RAISES(CAUSE_UNALIGNED, s32c1i a3, a2, 8)
        ASSERT_RECORD(REC_VADDR, words + 9)
        ASSERT_EQ(a3, 0x77)
        ASSERT_WORD(words, 0x03020100)
        ASSERT_WORD(words + 4, 0x07060504)
        ASSERT_WORD(words + 8, 0x0b0a0908)

#if HAS_UNALIGNED
TEST(other_unaligned_accesses_are_done_by_hardware)
        movi    a2, words + 1
        l32i    a3, a2, 0
        ASSERT_EQ(a3, 0x04030201)
        l16ui   a3, a2, 2
        ASSERT_EQ(a3, 0x0403)
        l16si   a3, a2, 6
        ASSERT_EQ(a3, 0x0807)
        movi    a4, room + 3
        movi    a3, 0x11223344
        s32i    a3, a4, 0
        ASSERT_WORD(room, 0x44000000)
        ASSERT_WORD(room + 4, 0x00112233)
        s16i    a3, a4, 4
        ASSERT_WORD(room + 4, 0x44112233)
        ASSERT_WORD(room + 8, 0x00000033)
        ASSERT_RECORD(REC_COUNT, 0)
#else
TEST(other_unaligned_accesses_raise)
        movi    a2, words + 1
        RAISES(CAUSE_UNALIGNED, l32i a3, a2, 0)
        RAISES(CAUSE_UNALIGNED, l16ui a3, a2, 0)
        RAISES(CAUSE_UNALIGNED, s16i a3, a2, 0)
        ASSERT_RECORD(REC_VADDR, words + 1)
#endif

TEST(coprocessors_that_are_off)
#if HAS_FP
        movi    a2, 0
        wsr     a2, cpenable
        rsync
        RAISES(CAUSE_COPROCESSOR0, add.s f0, f1, f2)
        RAISES(CAUSE_COPROCESSOR0, wfr f0, a2)
        movi    a3, words
        RAISES(CAUSE_COPROCESSOR0, lsi f0, a3, 0)
        RAISES(CAUSE_COPROCESSOR0, rur.fcr a4)
#endif

/* With PS.EXCM set, an exception is a double one: DEPC instead of EPC1, and RFDE returns. */
TEST(double_exceptions)
        movi    a2, 0x12345678
        wsr     a2, epc1
        movi    a2, PS_TEST | PS_EXCM
        wsr     a2, ps
        rsync
        RAISES(CAUSE_ILLEGAL, ill)
        ASSERT_RECORD(REC_VECTOR, VECTOR_DOUBLE)
        ASSERT_RECORD(REC_PS, PS_TEST | PS_EXCM)
        ASSERT_SR(epc1, 0x12345678)
        ASSERT_SR(ps, PS_TEST | PS_EXCM)

TEST(rfi_restores_pc_and_ps_of_its_level)
        .irp    n, 2, 3, 4, 5, 6, 7
        movi    a2, 1f
        wsr     a2, epc\n
        movi    a2, PS_TEST | PS_CALLINC(1) | \n
        wsr     a2, eps\n
        rsync
        rfi     \n
        UNREACHABLE
1:      rsr     a3, ps
        ASSERT_EQ_REG(a3, a2)
        .endr

TEST(rfe_goes_to_epc1)
        movi    a2, 1f
        wsr     a2, epc1
        movi    a2, PS_TEST | PS_EXCM
        wsr     a2, ps
        rsync
        rfe
        UNREACHABLE
1:      ASSERT_SR(ps, PS_TEST)

TEST(an_exception_ends_the_instruction_before_it_has_an_effect)
        movi    a3, words + 2
        movi    a2, words
        mov     a5, a2
        wsr     a5, scompare1
        RAISES(CAUSE_UNALIGNED, l32ai a3, a3, 0)
        ASSERT_EQ(a3, words + 2)

TEST(exceptions_move_with_vecbase)
        movi    a2, RECORD
        movi    a3, moved
        s32i    a3, a2, REC_RESUME
        rsr     a4, vecbase
        movi    a3, other_vectors
        wsr     a3, vecbase
        rsync
        syscall
        UNREACHABLE
moved:  rsr     a5, epc1
        wsr     a4, vecbase
        movi    a2, PS_TEST
        wsr     a2, ps
        rsync

TEST(loops_do_not_loop_in_handlers)
        movi    a2, 3
        movi    a3, 0
        movi    a5, RECORD
        loop    a2, 2f
        movi    a4, 1f
        s32i    a4, a5, REC_RESUME
        syscall
1:      addi    a3, a3, 1
2:      ASSERT_EQ(a3, 3)
        ASSERT_RECORD(REC_COUNT, 3)

/* At the last instruction of a body: the round is not over, so LCOUNT stays. */
TEST(an_exception_at_the_end_of_a_loop_keeps_lcount)
        movi    a5, RECORD
        movi    a4, 3f
        s32i    a4, a5, REC_RESUME
        movi    a2, 5
        loop    a2, 2f
        nop
1:      syscall
2:      UNREACHABLE
3:      ASSERT_SR(lcount, 4)
        ASSERT_RECORD(REC_PC, 1b)
        movi    a2, 0
        wsr     a2, lcount

/* An exception that comes up in a handler before EPC1 is saved loses nothing: DEPC has its place. */
TEST(a_double_exception_keeps_what_the_first_one_left)
        RAISES(CAUSE_SYSCALL, syscall)
        movi    a2, PS_TEST | PS_EXCM
        wsr     a2, ps
        rsync
        rsr     a3, epc1
        movi    a5, 0
        RAISES(CAUSE_DIVIDE, quou a4, a2, a5)
        rsr     a4, epc1
        ASSERT_EQ_REG(a3, a4)
        ASSERT_RECORD(REC_VECTOR, VECTOR_DOUBLE)

#ifdef TARGET_LX6
/* Where no memory is: the core's own memories and PIF have causes of their own. facts 1.4, 1.5. */
        .macro  unanswered address, data_cause, fetch_cause
        movi    a2, \address
        movi    a3, 7
        RAISES(\data_cause, l32i a3, a2, 4)
        ASSERT_RECORD(REC_VADDR, \address + 4)
        RAISES(\data_cause, s8i a3, a2, 5)
        ASSERT_RECORD(REC_VADDR, \address + 5)
        ASSERT_EQ(a3, 7)
        movi    a4, RECORD
        movi    a5, 1f
        s32i    a5, a4, REC_RESUME
        jx      a2
        UNREACHABLE
1:      ASSERT_RECORD(REC_CAUSE, \fetch_cause)
        ASSERT_RECORD(REC_PC, \address)
        .endm

TEST(nothing_answers)
        unanswered 0x5f000000, CAUSE_LOAD_STORE_PIF_ADDRESS, CAUSE_FETCH_PIF_ADDRESS
        unanswered 0x3f900000, CAUSE_LOAD_STORE_ERROR, CAUSE_FETCH_ERROR

/* Nobody locks the bus that leads to peripherals. */
TEST(s32c1i_is_for_memory)
        movi    a2, 0x3ff40000
        movi    a3, 7
        RAISES(CAUSE_LOAD_STORE_ERROR, s32c1i a3, a2, 0)
        ASSERT_EQ(a3, 7)

TEST(atomctl_can_forbid_s32c1i_off_the_core)
        movi    a2, 0
        wsr     a2, atomctl
        movi    a2, words
        RAISES(CAUSE_LOAD_STORE_ERROR, s32c1i a3, a2, 0)

/* A field of two bits for each kind of memory, which the region's attribute chooses: write-through, write-back, bypass.
 * Modes 1 (on the bus) and 2 (in the core) swap alike, others do not. Facts 1.3. */
        .macro  atomctl_field attribute, field
        movi    a2, words
        movi    a3, \attribute
        wdtlb   a3, a2
        dsync
        .irp    mode, 1, 2
        movi    a3, \mode << \field
        wsr     a3, atomctl
        l32i    a4, a2, 0
        wsr     a4, scompare1
        movi    a3, 77
        s32c1i  a3, a2, 0
        ASSERT_EQ_REG(a3, a4)
        ASSERT_WORD(words, 77)
        s32i    a4, a2, 0
        .endr
        movi    a3, 0x3f & ~(3 << \field)
        wsr     a3, atomctl
        RAISES(CAUSE_LOAD_STORE_ERROR, s32c1i a3, a2, 0)
        .endm
TEST(atomctl_has_a_field_for_each_kind_of_memory)
        atomctl_field 2, 0
        atomctl_field 1, 2
        atomctl_field 4, 4

/* Region protection: attribute 15 allows nothing. ISA RM, 4.6.3. */
TEST(regions_without_access)
        movi    a2, 0x80000000
        movi    a3, 15
        wdtlb   a3, a2
        dsync
        RAISES(CAUSE_LOAD_PROHIBITED, l32i a4, a2, 8)
        ASSERT_RECORD(REC_VADDR, 0x80000008)
        RAISES(CAUSE_STORE_PROHIBITED, s32i a4, a2, 12)
        ASSERT_RECORD(REC_VADDR, 0x8000000c)
        witlb   a3, a2
        isync
        movi    a4, RECORD
        movi    a5, 1f
        s32i    a5, a4, REC_RESUME
        jx      a2
        UNREACHABLE
1:      ASSERT_RECORD(REC_CAUSE, CAUSE_FETCH_PROHIBITED)
        ASSERT_RECORD(REC_PC, 0x80000000)

#define ALIAS 0x20000000                /* of the RAM: tests/flat/flat_machine.h */

/* What each attribute allows: fetches, loads, stores. Facts 1.5. */
        .macro  attribute value, fetch, load, store
        movi    a3, \value
        movi    a2, ALIAS + room
        wdtlb   a3, a2
        dsync
        movi    a4, 0x5a
        .if     \load
        l32i    a4, a2, 0
        .else
        RAISES(CAUSE_LOAD_PROHIBITED, l32i a4, a2, 0)
        ASSERT_EQ(a4, 0x5a)
        .endif
        .if     \store
        s32i    a3, a2, 0
        ASSERT_WORD(room, \value)
        .else
        movi    a5, room
        l32i    a5, a5, 0
        RAISES(CAUSE_STORE_PROHIBITED, s32i a3, a2, 0)
        ASSERT_RECORD(REC_VADDR, ALIAS + room)
        movi    a6, room
        l32i    a6, a6, 0
        ASSERT_EQ_REG(a5, a6)
        .endif
        movi    a2, ALIAS + only_returns
        witlb   a3, a2
        isync
        .if     \fetch
        callx0  a2
        .else
        movi    a4, RECORD
        movi    a5, 1f
        s32i    a5, a4, REC_RESUME
        jx      a2
        UNREACHABLE
1:      ASSERT_RECORD(REC_CAUSE, CAUSE_FETCH_PROHIBITED)
        ASSERT_RECORD(REC_PC, ALIAS + only_returns)
        ASSERT_RECORD(REC_VADDR, ALIAS + only_returns)
        .endif
        .endm

TEST(attributes_of_regions)
        attribute 0, 0, 1, 1
        attribute 1, 1, 1, 1
        attribute 2, 1, 1, 1
        attribute 3, 1, 0, 0
        .irp    n, 4, 5, 6
        attribute \n, 1, 1, 1
        .endr
        .irp    n, 7, 8, 9, 10, 11, 12, 13
        attribute \n, 0, 0, 0
        .endr
        attribute 14, 0, 1, 1
        attribute 15, 0, 0, 0

/* A change takes effect on code that has been run, and on memory that has been accessed. */
TEST(a_region_is_closed_and_opened_again)
        .rept   2
        attribute 2, 1, 1, 1
        attribute 15, 0, 0, 0
        .endr

/* Misaligned: the first half would be allowed. */
TEST(an_access_across_two_regions_is_checked_in_both)
        movi    a3, 15
        movi    a2, 0x40000000
        wdtlb   a3, a2
        dsync
        addi    a2, a2, -2
        movi    a4, 0x5a
        RAISES(CAUSE_LOAD_PROHIBITED, l32i a4, a2, 0)
        ASSERT_EQ(a4, 0x5a)
        RAISES(CAUSE_STORE_PROHIBITED, s32i a4, a2, 0)

/* The instruction RAM is on a bus that carries only aligned words. Facts 1.4. */
#define WORDS 0x40000000
TEST(a_bus_of_words)
        movi    a2, WORDS + words
        movi    a4, 0x5a
        l32i    a3, a2, 4
        ASSERT_EQ(a3, 0x07060504)
        RAISES(CAUSE_LOAD_STORE_ERROR, l8ui a4, a2, 0)
        RAISES(CAUSE_LOAD_STORE_ERROR, l16ui a4, a2, 0)
        RAISES(CAUSE_LOAD_STORE_ERROR, l16si a4, a2, 2)
        ASSERT_RECORD(REC_VADDR, WORDS + words + 2)
        addi    a2, a2, 1
        RAISES(CAUSE_LOAD_STORE_ERROR, l32i a4, a2, 4)
        ASSERT_RECORD(REC_VADDR, WORDS + words + 5)
        RAISES(CAUSE_LOAD_STORE_ERROR, s8i a4, a2, 0)
        RAISES(CAUSE_LOAD_STORE_ERROR, s16i a4, a2, 2)
        RAISES(CAUSE_LOAD_STORE_ERROR, s32i a4, a2, 0)
        ASSERT_EQ(a4, 0x5a)
        ASSERT_WORD(words, 0x03020100)
        ASSERT_WORD(words + 4, 0x07060504)

/* With PS.RING not 0, what belongs to the system is privileged; the last one leads back to ring 0. */
TEST(privileged_instructions)
        movi    a2, PS_TEST | PS_RING(1)
        wsr     a2, ps
        rsync
        .irp    sr, ps, vecbase, intenable, epc1, excsave1, windowbase, windowstart, ccount, ibreaka0, cpenable, icount
        RAISES(CAUSE_PRIVILEGED, rsr a4, \sr)
        RAISES(CAUSE_PRIVILEGED, wsr a4, \sr)
        RAISES(CAUSE_PRIVILEGED, xsr a4, \sr)
        .endr
        RAISES(CAUSE_PRIVILEGED, rsil a4, 0)
        RAISES(CAUSE_PRIVILEGED, waiti 0)
        RAISES(CAUSE_PRIVILEGED, rfe)
        RAISES(CAUSE_PRIVILEGED, rfde)
        RAISES(CAUSE_PRIVILEGED, rfi 2)
        RAISES(CAUSE_PRIVILEGED, rfwo)
        RAISES(CAUSE_PRIVILEGED, rfwu)
        RAISES(CAUSE_PRIVILEGED, rotw 1)
        RAISES(CAUSE_PRIVILEGED, l32e a4, a2, -4)
        RAISES(CAUSE_PRIVILEGED, s32e a4, a2, -4)
        RAISES(CAUSE_PRIVILEGED, witlb a4, a2)
        RAISES(CAUSE_PRIVILEGED, wdtlb a4, a2)
        RAISES(CAUSE_PRIVILEGED, ritlb0 a4, a2)
        RAISES(CAUSE_PRIVILEGED, pdtlb a4, a2)
        rsr     a4, sar                 /* these are the user's */
        wsr     a4, sar
        rur.threadptr a4
        rsr     a4, lcount
        rsr     a4, scompare1
        movi    a3, RECORD
        movi    a4, PS_TEST
        s32i    a4, a3, REC_RESUME_PS
        RAISES(CAUSE_PRIVILEGED, rsr a4, ps)
        ASSERT_SR(ps, PS_TEST)
        ASSERT_RECORD(REC_COUNT, 3 * 11 + 14 + 1)

TEST(regions_are_read_back)
        movi    a2, 0xa0001234
        movi    a3, 4
        witlb   a3, a2
        movi    a3, 1
        wdtlb   a3, a2
        isync
        ritlb0  a4, a2
        ASSERT_EQ(a4, 0xa0000000)
        rdtlb0  a4, a2
        ASSERT_EQ(a4, 0xa0000000)
        ritlb1  a4, a2
        ASSERT_EQ(a4, 0xa0000004)
        rdtlb1  a4, a2
        ASSERT_EQ(a4, 0xa0000001)
        pitlb   a4, a2
        ASSERT_EQ(a4, 0xa0000001)
        pdtlb   a4, a2
        ASSERT_EQ(a4, 0xa0000001)
        iitlb   a2                      /* nothing to invalidate */
        idtlb   a2
        ritlb1  a4, a2
        ASSERT_EQ(a4, 0xa0000004)

/* What only a debugger's stopped core may do. */
TEST(instructions_of_the_stopped_state)
        RAISES(CAUSE_ILLEGAL, rfdo 0)
        RAISES(CAUSE_ILLEGAL, rfdd)
        movi    a2, words
        RAISES(CAUSE_ILLEGAL, lddr32.p a2)
        RAISES(CAUSE_ILLEGAL, sddr32.p a2)
        ASSERT_EQ(a2, words)

/* External registers: the debug module's are there, others read as 0. */
TEST(external_registers)
        movi    a2, 0x12345
        rer     a3, a2
        ASSERT_EQ(a3, 0)
        wer     a3, a2
        ASSERT_RECORD(REC_COUNT, 0)
#endif

SUITE_END

        .align  1024
other_vectors:
        .org    other_vectors + VECTOR_USER
        movi    a2, moved
        jx      a2

        .align  4
only_returns:
        ret

        .data
        .align  4
words:  .byte   0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
        .align  4
room:   .space  64
