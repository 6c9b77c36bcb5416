/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors, start and reports of the directed tests; see kit.h. Code here uses only what every core has and is tested
 * least: no loops, no windowed calls. */
#include "tests/isa/asm/kit.h"

/* --- Vectors ----------------------------------------------------------------------------------------------------- */
        .section .vectors, "ax"
        .align  1024
        .global kit_vectors
kit_vectors:

/* Window exceptions as the windowed ABI has them (ISA RM, 8.1), and a count, for which an overflow handler uses
 * registers that it has stored and an underflow handler those that it has yet to load. */
        .macro  count counter, a, b
        movi    \a, RECORD + REC_OVERFLOWS
        l32i    \b, \a, 4 * \counter
        addi    \b, \b, 1
        s32i    \b, \a, 4 * \counter
        .endm

        .org    kit_vectors + 0x000
        s32e    a0, a5, -16
        s32e    a1, a5, -12
        s32e    a2, a5, -8
        s32e    a3, a5, -4
        count   0, a0, a1
        rfwo

        .org    kit_vectors + 0x040
        count   3, a0, a1
        l32e    a0, a5, -16
        l32e    a1, a5, -12
        l32e    a2, a5, -8
        l32e    a3, a5, -4
        rfwu

        .org    kit_vectors + 0x080
        s32e    a0, a9, -16
        l32e    a0, a1, -12
        s32e    a1, a9, -12
        s32e    a2, a9, -8
        s32e    a3, a9, -4
        s32e    a4, a0, -32
        s32e    a5, a0, -28
        s32e    a6, a0, -24
        s32e    a7, a0, -20
        count   1, a0, a1
        rfwo

        .org    kit_vectors + 0x0c0
        count   4, a0, a1
        l32e    a0, a9, -16
        l32e    a1, a9, -12
        l32e    a2, a9, -8
        l32e    a7, a1, -12
        l32e    a3, a9, -4
        l32e    a4, a7, -32
        l32e    a5, a7, -28
        l32e    a6, a7, -24
        l32e    a7, a7, -20
        rfwu

        .org    kit_vectors + 0x100
        s32e    a0, a13, -16
        l32e    a0, a1, -12
        s32e    a1, a13, -12
        s32e    a2, a13, -8
        s32e    a3, a13, -4
        s32e    a4, a0, -48
        s32e    a5, a0, -44
        s32e    a6, a0, -40
        s32e    a7, a0, -36
        s32e    a8, a0, -32
        s32e    a9, a0, -28
        s32e    a10, a0, -24
        s32e    a11, a0, -20
        count   2, a0, a1
        rfwo

        .org    kit_vectors + 0x140
        count   5, a0, a1
        l32e    a0, a13, -16
        l32e    a1, a13, -12
        l32e    a2, a13, -8
        l32e    a11, a1, -12
        l32e    a3, a13, -4
        l32e    a4, a11, -48
        l32e    a5, a11, -44
        l32e    a6, a11, -40
        l32e    a7, a11, -36
        l32e    a8, a11, -32
        l32e    a9, a11, -28
        l32e    a10, a11, -24
        l32e    a11, a11, -20
        rfwu

/* Interrupts of level n, debug exceptions, NMI. */
        .irp    n, 2, 3, 4, 5, 6, 7
        .org    kit_vectors + 0x180 + (\n - 2) * 0x40
        wsr     a0, excsave\n
        movi    a0, RECORD
        l32i    a0, a0, REC_HOOK
        beqz    a0, 1f
        jx      a0
1:      j       kit_level\n
        .endr

        .irp    offset, 0x300, 0x340, 0x3c0
        .org    kit_vectors + \offset
        wsr     a0, excsave1
        movi    a0, RECORD
        s32i    a2, a0, REC_SAVE + 4
        movi    a2, \offset
        j       kit_exception
        .endr
        .org    kit_vectors + 0x400

/* --- Handlers ---------------------------------------------------------------------------------------------------- */
        .text

/* Fills RECORD; a0 is RECORD, a2 is the vector, a3 is used. */
        .macro  record  pc, eps
        s32i    a2, a0, REC_VECTOR
        l32i    a3, a0, REC_COUNT
        extui   a2, a3, 0, 4
        addx4   a2, a2, a0
        addi    a3, a3, 1
        s32i    a3, a0, REC_COUNT
        l32i    a3, a0, REC_VECTOR
        s32i    a3, a2, REC_LOG
        rsr     a3, exccause
        s32i    a3, a0, REC_CAUSE
        rsr     a3, excvaddr
        s32i    a3, a0, REC_VADDR
        rsr     a3, ps
        s32i    a3, a0, REC_PS
        rsr     a3, debugcause
        s32i    a3, a0, REC_DEBUG
        rsr     a3, interrupt
        s32i    a3, a0, REC_PENDING
        rsr     a3, intenable
        s32i    a3, a0, REC_ENABLED
        rsr     a3, ccount
        s32i    a3, a0, REC_CCOUNT
        rsr     a3, \pc
        s32i    a3, a0, REC_PC
        rsr     a3, \eps
        s32i    a3, a0, REC_EPS
        .endm

/* User, kernel and double exceptions, and interrupts of level 1. */
        .align  4
kit_exception:
        s32i    a3, a0, REC_SAVE + 8
        l32i    a3, a0, REC_HOOK
        beqz    a3, 1f
        jx      a3                      /* a0 RECORD, a2 vector; originals in EXCSAVE1 and REC_SAVE */
1:      movi    a3, VECTOR_DOUBLE
        beq     a2, a3, kit_double
        record  epc1, ps
        rsr     a2, exccause
        l32i    a3, a0, REC_RESUME
        bnez    a3, 2f
        beqi    a2, CAUSE_INTERRUPT, kit_interrupt
        beqi    a2, CAUSE_ALLOCA, kit_alloca
        j       kit_unexpected
2:      wsr     a3, epc1
        movi    a2, 0
        s32i    a2, a0, REC_RESUME
        l32i    a3, a0, REC_RESUME_PS
        beqz    a3, kit_return
        movi    a2, PS_EXCM
        or      a3, a3, a2
        wsr     a3, ps
        rsync
        movi    a2, 0
        s32i    a2, a0, REC_RESUME_PS
        j       kit_return

kit_interrupt:
        movi    a2, 0
        wsr     a2, intenable
kit_return:
        l32i    a2, a0, REC_SAVE + 4
        l32i    a3, a0, REC_SAVE + 8
        rsr     a0, excsave1
        rfe

kit_double:
        record  depc, ps
        l32i    a3, a0, REC_RESUME
        beqz    a3, kit_unexpected
        wsr     a3, depc
        movi    a2, 0
        s32i    a2, a0, REC_RESUME
        l32i    a2, a0, REC_SAVE + 4
        l32i    a3, a0, REC_SAVE + 8
        rsr     a0, excsave1
        rfde

/* MOVSP found the caller's frame in the stack. Its save area, below a1, must follow a1; so step back into the caller's
 * window as the hardware does for an underflow, and let the underflow handler load the frame. MOVSP is then tried
 * again. The caller's size is in the top bits of the return address. */
kit_alloca:
        l32i    a2, a0, REC_SAVE + 4
        l32i    a3, a0, REC_SAVE + 8
        rsr     a0, excsave1
        rsr     a0, windowbase
        rotw    -1                      /* that a0 is a4 now */
        rsr     a2, ps
        slli    a3, a4, 8
        extui   a4, a2, 8, 4
        slli    a4, a4, 8
        xor     a2, a2, a4
        or      a2, a2, a3
        wsr     a2, ps                  /* OWB is the window of MOVSP */
        rsr     a4, excsave1
        rsync
        bbci    a4, 31, 4f
        rotw    -1
        bbci    a8, 30, 8f
        rotw    -1
        j       kit_vectors + 0x140
4:      j       kit_vectors + 0x040
8:      j       kit_vectors + 0x0c0

/* Level n: a debug exception must be expected, an interrupt is always welcome; all interrupts are then disabled. */
        .irp    n, 2, 3, 4, 5, 6, 7
        .align  4
kit_level\n:
        movi    a0, RECORD
        s32i    a2, a0, REC_SAVE + 16 * (\n - 1) + 4
        s32i    a3, a0, REC_SAVE + 16 * (\n - 1) + 8
        movi    a2, VECTOR_LEVEL(\n)
        record  epc\n, eps\n
        l32i    a3, a0, REC_RESUME
        .if     \n == 6
        beqz    a3, 2f
        .else
        beqz    a3, 1f
        .endif
        wsr     a3, epc\n
        movi    a2, 0
        s32i    a2, a0, REC_RESUME
1:      movi    a2, 0
        wsr     a2, intenable
        l32i    a2, a0, REC_SAVE + 16 * (\n - 1) + 4
        l32i    a3, a0, REC_SAVE + 16 * (\n - 1) + 8
        rsr     a0, excsave\n
        rfi     \n
2:      j       kit_unexpected
        .endr

/* --- Start and end of a test ------------------------------------------------------------------------------------- */

        .section .reset, "ax"
        j       1f
        .align  4
0:      .word   kit_start
        .global kit_reset
kit_reset:
1:      l32r    a0, 0b
        jx      a0

        .text
        .align  4
kit_start:
        movi    a2, kit_vectors
        wsr     a2, vecbase
        movi    a2, 0
        movi    a3, kit_failures
        s32i    a2, a3, 0
        movi    a3, kit_name
        s32i    a2, a3, 0
        j       kit_suite_start

/* Ends the test before and begins the one named a2, whose successor is at a3; a2 = 0: ends the suite. Brings the core
 * from any state into that of kit.h. */
        .align  4
        .global kit_begin
kit_begin:
        wsr     a0, excsave1
        wsr     a2, excsave2
        wsr     a3, excsave3
        movi    a2, 0x1f
        wsr     a2, ps
        rsync
        movi    a2, 0
        wsr     a2, windowbase
        rsync
        movi    a2, 1
        wsr     a2, windowstart
        rsync
#ifdef TARGET_LX6
        movi    a2, 2                   /* all regions: everything allowed */
        movi    a3, 0
        movi    a4, 8
        movi    a5, 1
        slli    a5, a5, 29
1:      witlb   a2, a3
        wdtlb   a2, a3
        add     a3, a3, a5
        addi    a4, a4, -1
        bnez    a4, 1b
        isync
        dsync
        movi    a3, 0x60000000          /* interrupt lines, tests/flat/flat_machine.h */
        s32i    a4, a3, 0
#endif
        movi    a1, kit_stack
        movi    a2, 0
        wsr     a2, lcount
        wsr     a2, intenable
        wsr     a2, ibreakenable
        wsr     a2, dbreakc0
        wsr     a2, dbreakc1
        wsr     a2, icountlevel
        movi    a3, -1
        wsr     a3, intclear
        movi    a3, kit_vectors
        wsr     a3, vecbase
        movi    a3, 0xff
        wsr     a3, cpenable
        movi    a3, 0x15
        wsr     a3, atomctl
        rsr     a3, ccount
        addi    a3, a3, -1
        wsr     a3, ccompare0
        wsr     a3, ccompare1
        wsr     a3, ccompare2
        movi    a3, RECORD
        movi    a4, RECORD + REC_WINDOWS_END
1:      s32i    a2, a3, 0
        addi    a3, a3, 4
        bne     a3, a4, 1b

        movi    a5, kit_name            /* "ok <name>" for the one before */
        l32i    a6, a5, 0
        beqz    a6, 2f
        movi    a7, kit_has_failed
        l32i    a7, a7, 0
        bnez    a7, 2f
        movi    a2, kit_ok
        call0   kit_print
        mov     a2, a6
        call0   kit_print
        movi    a2, kit_newline
        call0   kit_print
2:      rsr     a6, excsave2
        movi    a5, kit_name
        s32i    a6, a5, 0
        movi    a5, kit_next
        rsr     a4, excsave3
        s32i    a4, a5, 0
        movi    a5, kit_has_failed
        movi    a4, 0
        s32i    a4, a5, 0
        beqz    a6, kit_exit
        rsr     a0, excsave1
        movi    a2, PS_TEST
        wsr     a2, ps
        rsync
        ret

/* The status is how many tests failed. */
kit_exit:
        movi    a2, kit_failures
        l32i    a3, a2, 0
        movi    a2, 1                   /* exit */
        simcall
1:      j       1b

/* "FAIL <name> <file>:<line>: 0x<a2>, not 0x<a3>"; a4 is the line. */
        .align  4
        .global kit_fail
kit_fail:
        movi    a5, 0x1f
        wsr     a5, ps
        rsync
        mov     a8, a2
        mov     a9, a3
        mov     a10, a4
        call0   kit_print_place
        mov     a2, a10
        call0   kit_print_decimal
        movi    a2, kit_colon
        call0   kit_print
        mov     a2, a8
        call0   kit_print_hex
        movi    a2, kit_not
        call0   kit_print
        mov     a2, a9
        call0   kit_print_hex
        j       kit_failed

/* "FAIL <name> <file>:0: exception ..."; in a handler, a0 is RECORD. */
kit_unexpected:
        movi    a5, 0x1f
        wsr     a5, ps
        rsync
        mov     a8, a0
        call0   kit_print_place
        movi    a2, kit_exception_text
        call0   kit_print
        .irp    field, REC_VECTOR, REC_CAUSE, REC_PC, REC_VADDR, REC_DEBUG
        movi    a2, kit_space
        call0   kit_print
        l32i    a2, a8, \field
        call0   kit_print_hex
        .endr
kit_failed:
        movi    a2, kit_newline
        call0   kit_print
        movi    a2, kit_failures
        l32i    a3, a2, 0
        addi    a3, a3, 1
        s32i    a3, a2, 0
        movi    a2, kit_has_failed
        s32i    a3, a2, 0
        movi    a2, kit_next
        l32i    a2, a2, 0
        jx      a2

/* --- Printing: a2..a7 are used, a8 and above are not; call0 only --------------------------------------------------- */
        .align  4
kit_print_place:
        mov     a7, a0
        mov     a11, a7
        movi    a2, kit_fail_text
        call0   kit_print
        movi    a2, kit_name
        l32i    a2, a2, 0
        call0   kit_print
        movi    a2, kit_space
        call0   kit_print
        movi    a2, kit_suite_name
        call0   kit_print
        movi    a2, kit_colon_only
        call0   kit_print
        mov     a0, a11
        ret

/* The string at a2. a6 is kept. */
        .align  4
kit_print:
        mov     a4, a2
        mov     a3, a2
1:      l8ui    a5, a3, 0
        addi    a3, a3, 1
        bnez    a5, 1b
        sub     a5, a3, a4
        addi    a5, a5, -1
        movi    a3, 1
        movi    a2, 4                   /* write(1, a4, a5) */
        simcall
        ret

        .align  4
kit_print_hex:
        mov     a7, a0
        movi    a3, kit_number
        addi    a4, a3, 8
        movi    a5, 0
        s8i     a5, a4, 0
1:      addi    a4, a4, -1
        extui   a5, a2, 0, 4
        srli    a2, a2, 4
        movi    a6, kit_digits
        add     a6, a6, a5
        l8ui    a5, a6, 0
        s8i     a5, a4, 0
        bne     a4, a3, 1b
        movi    a2, kit_number
        call0   kit_print
        mov     a0, a7
        ret

/* a2 < 10000, by subtraction: division is under test. */
        .align  4
kit_print_decimal:
        mov     a7, a0
        movi    a3, kit_number
        movi    a6, kit_powers
1:      l32i    a4, a6, 0
        movi    a5, '0'
2:      bltu    a2, a4, 3f
        sub     a2, a2, a4
        addi    a5, a5, 1
        j       2b
3:      s8i     a5, a3, 0
        addi    a3, a3, 1
        addi    a6, a6, 4
        bnei    a4, 1, 1b
        movi    a5, 0
        s8i     a5, a3, 0
        movi    a2, kit_number
        call0   kit_print
        mov     a0, a7
        ret

        .section .rodata
kit_ok: .asciz  "ok "
kit_fail_text: .asciz "FAIL "
kit_space: .asciz " "
kit_colon_only: .asciz ":"
kit_colon: .asciz ": 0x"
kit_not: .asciz ", not 0x"
kit_newline: .asciz "\n"
kit_exception_text: .asciz "0: exception (vector, EXCCAUSE, pc, EXCVADDR, DEBUGCAUSE)"
kit_digits: .ascii "0123456789abcdef"
        .align  4
kit_powers: .word 1000, 100, 10, 1

        .data
        .align  4
kit_name: .word 0
kit_next: .word 0
kit_has_failed: .word 0
kit_failures: .word 0
kit_number: .space 12
