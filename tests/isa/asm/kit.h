/* SPDX-License-Identifier: Apache-2.0 */
/* Macros of the directed tests. A file of tests is
 *
 *     #include "tests/isa/asm/kit.h"
 *     SUITE
 *     TEST(add_wraps)
 *         movi    a2, -1
 *         addi    a3, a2, 2
 *         ASSERT_EQ(a3, 1)
 *     SUITE_END
 *
 * Each test starts with window 0, PS = WOE | UM, interrupts, debug registers and loops off, and a stack in a1; all other
 * registers are undefined. A failed assertion is printed with file, line and values, and the next test goes on.
 * Assertions use a14 and a15 of the current window. The same files run on Vesper's LX6 (TARGET_LX6) and, where QEMU has
 * the option, on its cores (TARGET_DC233C, TARGET_DE233), which proves the tests themselves.
 *
 * Exceptions: RAISES(cause, instruction) passes if the instruction raises that EXCCAUSE, with EPC1 on it, and goes on
 * behind it. Interrupts and debug exceptions are recorded at RECORD, too; see kit.S. */
#ifndef VESPER_TESTS_ISA_ASM_KIT_H
#define VESPER_TESTS_ISA_ASM_KIT_H

/* --- What the target has ----------------------------------------------------------------------------------------- */
#if defined TARGET_LX6
#define AR_COUNT 64
#define HAS_BOOLEAN 1
#define HAS_FP 1
#define HAS_UNALIGNED 1
#define INT_TIMER0 6
#define INT_TIMER1 15
#define INT_TIMER2 16
#define INT_SOFT1 7
#define INT_SOFT3 29
#elif defined TARGET_DC233C || defined TARGET_DE233
#define AR_COUNT 32
#define HAS_BOOLEAN defined TARGET_DE233
#define HAS_FP defined TARGET_DE233
#define HAS_UNALIGNED 0
#define INT_TIMER0 6
#define INT_TIMER1 10
#define INT_TIMER2 13
#define INT_SOFT1 7
#define INT_SOFT3 11
#else
#error "which core?"
#endif

#define PS_EXCM 0x10
#define PS_UM 0x20
#define PS_RING(n) ((n) << 6)
#define PS_CALLINC(n) ((n) << 16)
#define PS_WOE 0x40000
#define PS_TEST (PS_WOE | PS_UM)

#define CAUSE_ILLEGAL 0
#define CAUSE_SYSCALL 1
#define CAUSE_FETCH_ERROR 2
#define CAUSE_LOAD_STORE_ERROR 3
#define CAUSE_INTERRUPT 4
#define CAUSE_ALLOCA 5
#define CAUSE_DIVIDE 6
#define CAUSE_PRIVILEGED 8
#define CAUSE_UNALIGNED 9
#define CAUSE_FETCH_PIF_ADDRESS 14
#define CAUSE_LOAD_STORE_PIF_ADDRESS 15
#define CAUSE_FETCH_PROHIBITED 20
#define CAUSE_LOAD_PROHIBITED 28
#define CAUSE_STORE_PROHIBITED 29
#define CAUSE_COPROCESSOR0 32

#define VECTOR_LEVEL(n) (0x180 + ((n)-2) * 0x40)
#define VECTOR_KERNEL 0x300
#define VECTOR_USER 0x340
#define VECTOR_DOUBLE 0x3c0

/* --- What the vectors leave behind: words at RECORD, an address that MOVI can load ------------------------------- */
#define RECORD 0x600
#define REC_RESUME 0x00    /* in: where to go on after the next exception; 0: none is expected */
#define REC_RESUME_PS 0x04 /* in: PS to go on with, if not 0 */
#define REC_COUNT 0x08     /* exceptions and interrupts so far */
#define REC_VECTOR 0x0c    /* of the last one: offset from VECBASE, */
#define REC_CAUSE 0x10     /* EXCCAUSE, */
#define REC_PC 0x14        /* EPC1, DEPC or EPCn, */
#define REC_VADDR 0x18     /* EXCVADDR, */
#define REC_PS 0x1c        /* PS in the handler, */
#define REC_EPS 0x20       /* EPSn, */
#define REC_DEBUG 0x24     /* DEBUGCAUSE, */
#define REC_PENDING 0x28   /* INTERRUPT, */
#define REC_ENABLED 0x2c   /* INTENABLE, which is 0 afterwards, */
#define REC_CCOUNT 0x30    /* CCOUNT */
#define REC_HOOK 0x34      /* in: handler of the test's own, entered with a0 in EXCSAVE<level>, if not 0 */
#define REC_LOG 0x40       /* vectors in the order of entry, 16 words, then over again */
#define REC_END 0x80
#define REC_OVERFLOWS 0x80 /* window exceptions so far: overflow 4, 8, 12, underflow 4, 8, 12 */
#define REC_UNDERFLOWS 0x8c
#define REC_WINDOWS_END 0x98
#define REC_SAVE 0x100 /* the handlers' own: 16 bytes for each level */

/* --- Structure --------------------------------------------------------------------------------------------------- */
#define SUITE kit_suite __FILE__
#define TEST(name) kit_test name
#define SUITE_END kit_suite_end
#define ASSERT_EQ(reg, want) kit_assert_eq reg, (want), __LINE__
#define ASSERT_EQ_REG(reg, other) kit_assert_eq_reg reg, other, __LINE__
#define ASSERT_SR(sr, want) kit_assert_sr sr, (want), __LINE__
#define ASSERT_UR(ur, want) kit_assert_ur ur, (want), __LINE__
#define ASSERT_WORD(address, want) kit_assert_word (address), (want), __LINE__
#define ASSERT_RECORD(field, want) kit_assert_word (RECORD + field), (want), __LINE__
/* Control must not come here. */
#define UNREACHABLE kit_unreachable __LINE__
/* The instruction raises EXCCAUSE cause. */
#define RAISES(cause, ...)                                                                                             \
    kit_expect;                                                                                                        \
    96:__VA_ARGS__;                                                                                                    \
    kit_raised cause, __LINE__
/* The instruction raises a debug exception with this DEBUGCAUSE. */
#define DEBUGS(cause, ...)                                                                                             \
    kit_expect;                                                                                                        \
    96:__VA_ARGS__;                                                                                                    \
    kit_debugged cause, __LINE__
/* Two-operand and one-operand instructions: op a4, x, y = want. */
#define OP3(op, x, y, want) kit_op3 op, (x), (y), (want), __LINE__
#define OP2(op, x, want) kit_op2 op, (x), (want), __LINE__
/* The same with an immediate. */
#define OPI(op, x, imm, want) kit_opi op, (x), imm, (want), __LINE__

#define U32(x) ((x) & 0xffffffff)

        .macro  kit_suite file
        .section .rodata
        .global kit_suite_name
kit_suite_name:
        .asciz  "\file"
        .text
        .align  4
        .global kit_suite_start
kit_suite_start:
        .endm

        .macro  kit_test name
        .section .rodata
97:     .asciz  "\name"
        .text
99:     movi    a2, 97b
        movi    a3, 99f
        call0   kit_begin
        .global test_\name
test_\name:
        .endm

        .macro  kit_suite_end
99:     movi    a2, 0
        movi    a3, 0
        call0   kit_begin
        .endm

        .macro  kit_assert_eq reg, want, line
        movi    a15, \want
        kit_assert_eq_reg \reg, a15, \line
        .endm

        .macro  kit_assert_eq_reg reg, other, line
        beq     \reg, \other, 98f
        mov     a14, \reg
        mov     a3, \other
        mov     a2, a14
        movi    a4, \line
        j       kit_fail
98:
        .endm

        .macro  kit_assert_sr sr, want, line
        rsr     a14, \sr
        kit_assert_eq a14, \want, \line
        .endm

        .macro  kit_assert_ur ur, want, line
        rur.\ur a14
        kit_assert_eq a14, \want, \line
        .endm

        .macro  kit_assert_word address, want, line
        movi    a14, \address
        l32i    a14, a14, 0
        kit_assert_eq a14, \want, \line
        .endm

        .macro  kit_unreachable line
        movi    a2, 0
        movi    a3, 0
        movi    a4, \line
        j       kit_fail
        .endm

        .macro  kit_expect
        movi    a14, RECORD
        movi    a15, 95f
        s32i    a15, a14, REC_RESUME
        movi    a15, -1
        s32i    a15, a14, REC_VECTOR
        .endm

        .macro  kit_raised cause, line
95:     kit_assert_word RECORD + REC_CAUSE, \cause, \line
        kit_assert_word RECORD + REC_PC, 96b, \line
        movi    a14, RECORD
        l32i    a14, a14, REC_VECTOR
        bgez    a14, 98f                /* still -1: nothing was raised */
        kit_unreachable \line
98:
        .endm

        .macro  kit_debugged cause, line
95:     kit_assert_word RECORD + REC_VECTOR, VECTOR_LEVEL(6), \line
        kit_assert_word RECORD + REC_DEBUG, \cause, \line
        kit_assert_word RECORD + REC_PC, 96b, \line
        .endm

        .macro  kit_op3 op, x, y, want, line
        movi    a2, \x
        movi    a3, \y
        movi    a4, 0x5a5a5a5a
        \op     a4, a2, a3
        kit_assert_eq a4, \want, \line
        .endm

        .macro  kit_op2 op, x, want, line
        movi    a2, \x
        movi    a4, 0x5a5a5a5a
        \op     a4, a2
        kit_assert_eq a4, \want, \line
        .endm

        .macro  kit_opi op, x, imm, want, line
        movi    a2, \x
        movi    a4, 0x5a5a5a5a
        \op     a4, a2, \imm
        kit_assert_eq a4, \want, \line
        .endm

/* No transformations: a test shall consist of the instructions that it names. MOVI of a large number still becomes
 * L32R, and a label's distance is the assembler's business. */
        .text
#endif
