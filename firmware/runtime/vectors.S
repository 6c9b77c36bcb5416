/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors, to which VECBASE points. Offsets: facts 1.4.
 *
 * The windowed ABI's save areas (Xtensa ISA RM, "Windowed Register Option"): a frame's a0..a3 go to the 16 bytes below
 * the stack pointer of the function that it called; a4..a7 (after call8) or a4..a11 (after call12) go below the save
 * area at the upper end of its own frame, which is found through its caller's stack pointer. */
#include "firmware/runtime/core.h"

        /* Each vector has a name of its own for waveforms and call stacks. */
        .macro  vector name, offset
        .org    _vectors + \offset
        .global \name
        .type   \name, @function
\name:
        .endm

        .section .vectors, "ax"
        .global _vectors
        .balign 1024
_vectors:

        vector  window_overflow_4, 0x000  /* overflow of a frame that did call4; its callee's a1 is now a5 */
        s32e    a0, a5, -16
        s32e    a1, a5, -12
        s32e    a2, a5, -8
        s32e    a3, a5, -4
        rfwo

        vector  window_underflow_4, 0x040 /* underflow back to a frame that did call4 */
        l32e    a0, a5, -16
        l32e    a1, a5, -12
        l32e    a2, a5, -8
        l32e    a3, a5, -4
        rfwu

        vector  window_overflow_8, 0x080  /* overflow, call8; the callee's a1 is a9 */
        s32e    a0, a9, -16
        l32e    a0, a1, -12             /* the caller's stack pointer */
        s32e    a1, a9, -12
        s32e    a2, a9, -8
        s32e    a3, a9, -4
        s32e    a4, a0, -32
        s32e    a5, a0, -28
        s32e    a6, a0, -24
        s32e    a7, a0, -20
        rfwo

        vector  window_underflow_8, 0x0c0 /* underflow, call8 */
        l32e    a1, a9, -12
        l32e    a0, a9, -16
        l32e    a7, a1, -12
        l32e    a2, a9, -8
        l32e    a4, a7, -32
        l32e    a3, a9, -4
        l32e    a5, a7, -28
        l32e    a6, a7, -24
        l32e    a7, a7, -20
        rfwu

        vector  window_overflow_12, 0x100 /* overflow, call12; the callee's a1 is a13 */
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
        rfwo

        vector  window_underflow_12, 0x140 /* underflow, call12 */
        l32e    a1, a13, -12
        l32e    a0, a13, -16
        l32e    a11, a1, -12
        l32e    a2, a13, -8
        l32e    a4, a11, -48
        l32e    a3, a13, -4
        l32e    a5, a11, -44
        l32e    a6, a11, -40
        l32e    a7, a11, -36
        l32e    a8, a11, -32
        l32e    a9, a11, -28
        l32e    a10, a11, -24
        l32e    a11, a11, -20
        rfwu

        vector  vector_level_2, 0x180     /* level 2 */
        wsr     a0, excsave2
        j       interrupt_entry_2

        vector  vector_level_3, 0x1c0     /* level 3 */
        wsr     a0, excsave3
        j       interrupt_entry_3

        vector  vector_level_4, 0x200     /* level 4 */
        wsr     a0, excsave4
        j       interrupt_entry_4

        vector  vector_level_5, 0x240     /* level 5 */
        wsr     a0, excsave5
        j       interrupt_entry_5

        vector  vector_debug, 0x280       /* level 6: debug exceptions, nobody's but a debugger's */
        wsr     a0, excsave6
        movi.n  a0, 6
        j       panic_entry

        vector  vector_nmi, 0x2c0         /* NMI */
        wsr     a0, excsave7
        j       interrupt_entry_7

        vector  vector_kernel, 0x300      /* kernel: PS.UM is never 0 here, but a program may have cleared it */
        wsr     a0, excsave1
        rsr     a0, exccause
        bnei    a0, EXCCAUSE_ALLOCA, 1f /* gas: conditional branches must stay in their section */
        j       alloca_entry
1:      j       exception_entry

        vector  vector_user, 0x340        /* user: level-1 interrupts and exceptions */
        wsr     a0, excsave1
        rsr     a0, exccause
        bnei    a0, EXCCAUSE_ALLOCA, 1f
        j       alloca_entry
1:      j       exception_entry

        vector  vector_double, 0x3c0      /* double exception: DEPC is where, EPC1 where the first one was */
        wsr     a0, excsave6
        movi.n  a0, 0
        j       panic_entry
        .org    _vectors + 0x400
