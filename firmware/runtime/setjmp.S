/* SPDX-License-Identifier: Apache-2.0 */
/* setjmp and longjmp for the windowed ABI.
 *
 * In memory, a frame is its a0..a3 below its callee's stack pointer, and a4..a11, as far as its call keeps them, below
 * its caller's (vectors.S). setjmp sends all windows there and copies what belongs to its caller C; also the save area
 * below C's stack pointer, since C may move that pointer by alloca. longjmp drops all windows, puts the copy back and
 * returns as setjmp would: the underflow handler reloads C.
 *
 * jmp_buf: 0 C's a0..a3; 16 the save area below C's stack pointer; 32 C's a4..a11; 64 setjmp's return address, with
 * the size of C's call in the two top bits; 68 setjmp's stack pointer. */
#include "firmware/runtime/core.h"

        .text

/* void spill_windows(void): all frames but the caller's are in memory afterwards.
 * Calls itself by call12, which steps three quads of the register file on, until it has been round: with Q quads and
 * this function in quad 1 after the caller's quad 0, call k is in quad 1 + 3k and by naming a14 claims quad 4 + 3k,
 * which has to be Q - 1 or more. An interrupt does no more harm than between any calls. */
#define QUADS (CORE_AR_COUNT / 4)
        .align  4
        .global spill_windows
        .type   spill_windows, @function
spill_windows:
        entry   a1, 48
        movi    a14, (QUADS - 5 + 2) / 3
        call12  1f
        retw
        .align  4
1:      entry   a1, 48
        addi    a14, a2, -1
        beqz    a14, 2f
        call12  1b
2:      retw
        .size   spill_windows, . - spill_windows

/* Copies four words; changes a7. */
        .macro  copy4 to, to_offset, from, from_offset
        .irp    word, 0, 4, 8, 12
        l32i    a7, \from, \from_offset + \word
        s32i    a7, \to, \to_offset + \word
        .endr
        .endm

/* Where C keeps its a4..a11, from the size of its call (in the top bits of a4) and the stack pointer of its own caller
 * (a5): address to a5, words to a4. Changes a6. */
        .macro  find_extra_area
        extui   a4, a4, 30, 2
        addi    a4, a4, -1              /* call4, call8, call12: 0, 1, 2 quads */
        slli    a6, a4, 4
        sub     a5, a5, a6
        addi    a5, a5, -16
        slli    a4, a4, 2
        .endm

        .align  4
        .global setjmp
        .type   setjmp, @function
setjmp: entry   a1, 32
        call4   spill_windows
        s32i    a0, a2, 64
        s32i    a1, a2, 68
        addi    a3, a1, -16
        copy4   a2, 0, a3, 0
        l32i    a3, a2, 4               /* C's stack pointer */
        addi    a3, a3, -16
        copy4   a2, 16, a3, 0
        mov     a4, a0
        l32i    a5, a2, 20              /* that of C's caller */
        find_extra_area
        addi    a3, a2, 32
        loopnez a4, 1f
        l32i    a7, a5, 0
        s32i    a7, a3, 0
        addi    a5, a5, 4
        addi    a3, a3, 4
1:      movi    a2, 0
        retw
        .size   setjmp, . - setjmp

        .align  4
        .global longjmp
        .type   longjmp, @function
longjmp:
        entry   a1, 16
        rsr     a4, windowbase
        ssl     a4
        movi    a5, 1
        sll     a5, a5
        wsr     a5, windowstart
        rsync
        l32i    a1, a2, 68              /* first, so that an interrupt spares what is written below it */
        addi    a4, a1, -16
        copy4   a4, 0, a2, 0
        l32i    a4, a2, 4
        addi    a4, a4, -16
        copy4   a4, 0, a2, 16
        l32i    a0, a2, 64
        mov     a4, a0
        l32i    a5, a2, 20
        find_extra_area
        addi    a2, a2, 32
        loopnez a4, 1f
        l32i    a7, a2, 0
        s32i    a7, a5, 0
        addi    a5, a5, 4
        addi    a2, a2, 4
1:      movi    a2, 1
        movnez  a2, a3, a3
        retw
        .size   longjmp, . - longjmp
