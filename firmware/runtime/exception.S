/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions, and interrupts of levels 1 to 3, as calls of C functions with the windowed ABI.
 *
 * The interrupted function keeps its window. Its registers and what else C code may change go into a frame
 * (FRAME_..., core.h) below its stack; then its window, with a1 moved down to that frame, calls C by call4. Why this
 * is right at any instruction:
 *
 * 1. The 16 bytes below a stack pointer are the save area for the caller's a0..a3. They have to lie below whatever a1
 *    is when the caller's frame spills. So they are copied along with a1, both ways, exactly as MOVSP makes software
 *    do it. Whether the caller was spilled before, is spilled meanwhile or never is makes no difference: what is
 *    copied needlessly is nobody's.
 * 2. a4..a15 may belong to other functions' frames, older ones, around which the register file has wrapped. They are
 *    touched only after PS.EXCM is 0 again, so the usual overflow exceptions move such frames out of the way first.
 *    EPC1, EXCCAUSE, EXCVADDR, which an overflow exception overwrites, are in the frame by then.
 * 3. Only call4 will do. A frame that did call8 or call12 spills a4..a11 into its own stack frame, which has room for
 *    them only if that function itself uses such calls. For the same reason all of a4..a15 are saved here.
 * 4. PS comes back as it was, CALLINC included: between a CALL and the ENTRY it leads to, an interrupt is harmless.
 * 5. From the vector to point 2, and after the return from C, PS.EXCM masks levels 1 to 3; so those levels interrupt
 *    each other only inside C, when EPC1 and EXCSAVE are no longer needed. Levels above touch no window and no stack.
 *
 * C code that is called here finds the floating-point unit disabled, since its registers are not saved. */
#include "firmware/runtime/core.h"

        .text

/* Saves the interrupted function's state. Level 1: exceptions and interrupts; a0 is in EXCSAVE<level>. */
        .macro  save_interrupted level, ps
        mov     a0, a1
        addi    a1, a1, -FRAME_TOTAL
        s32i    a0, a1, FRAME_A + 4
        s32i    a2, a1, FRAME_A + 8
        s32i    a3, a1, FRAME_A + 12
        rsr     a2, excsave\level
        s32i    a2, a1, FRAME_A
        rsr     a2, epc\level
        s32i    a2, a1, FRAME_PC
        rsr     a2, \ps
        s32i    a2, a1, FRAME_PS

        addi    a0, a1, -16             /* point 1 */
        l32i    a2, a1, FRAME_SIZE + 0
        l32i    a3, a1, FRAME_SIZE + 4
        s32i    a2, a0, 0
        s32i    a3, a0, 4
        l32i    a2, a1, FRAME_SIZE + 8
        l32i    a3, a1, FRAME_SIZE + 12
        s32i    a2, a0, 8
        s32i    a3, a0, 12
        .endm

/* The rest, with window exceptions on (point 2), and what C code may rely on. a0 becomes the interrupted function's
 * own again: it is what a backtrace follows, and what spills if this window does. */
        .macro  save_rest
        s32i    a4, a1, FRAME_A + 16
        s32i    a5, a1, FRAME_A + 20
        s32i    a6, a1, FRAME_A + 24
        s32i    a7, a1, FRAME_A + 28
        s32i    a8, a1, FRAME_A + 32
        s32i    a9, a1, FRAME_A + 36
        s32i    a10, a1, FRAME_A + 40
        s32i    a11, a1, FRAME_A + 44
        s32i    a12, a1, FRAME_A + 48
        s32i    a13, a1, FRAME_A + 52
        s32i    a14, a1, FRAME_A + 56
        s32i    a15, a1, FRAME_A + 60
        rsr     a4, sar
        rsr     a5, lbeg
        s32i    a4, a1, FRAME_SAR
        s32i    a5, a1, FRAME_LBEG
        rsr     a4, lend
        rsr     a5, lcount
        s32i    a4, a1, FRAME_LEND
        s32i    a5, a1, FRAME_LCOUNT
        rsr     a4, scompare1
        s32i    a4, a1, FRAME_SCOMPARE1
#if CORE_HAS_FPU
        rsr     a5, br
        rsr     a4, cpenable
        s32i    a5, a1, FRAME_BR
        s32i    a4, a1, FRAME_CPENABLE
#endif
        movi    a4, 0
        wsr     a4, lcount              /* the interrupted loop may end in a function that C calls now */
#if CORE_HAS_FPU
        wsr     a4, cpenable
#endif
        rsync
        l32i    a0, a1, FRAME_A
        .endm

/* C has returned. Leaves the state but for a0..a3, with PS.EXCM set. */
        .macro  restore_rest
        l32i    a4, a1, FRAME_SAR
        l32i    a5, a1, FRAME_LBEG
        wsr     a4, sar
        wsr     a5, lbeg
        l32i    a4, a1, FRAME_LEND
        l32i    a5, a1, FRAME_SCOMPARE1
        wsr     a4, lend
        wsr     a5, scompare1
#if CORE_HAS_FPU
        l32i    a4, a1, FRAME_BR
        l32i    a5, a1, FRAME_CPENABLE
        wsr     a4, br
        wsr     a5, cpenable
#endif
        l32i    a4, a1, FRAME_A + 16
        l32i    a5, a1, FRAME_A + 20
        l32i    a6, a1, FRAME_A + 24
        l32i    a7, a1, FRAME_A + 28
        l32i    a8, a1, FRAME_A + 32
        l32i    a9, a1, FRAME_A + 36
        l32i    a10, a1, FRAME_A + 40
        l32i    a11, a1, FRAME_A + 44
        l32i    a12, a1, FRAME_A + 48
        l32i    a13, a1, FRAME_A + 52
        l32i    a14, a1, FRAME_A + 56
        l32i    a15, a1, FRAME_A + 60
        movi    a2, PS_WOE | PS_UM | PS_EXCM
        wsr     a2, ps
        rsync
        l32i    a2, a1, FRAME_LCOUNT
        wsr     a2, lcount
        isync
        .endm

        .macro  restore_interrupted level, ps
        addi    a0, a1, -16             /* point 1, back */
        l32i    a2, a0, 0
        l32i    a3, a0, 4
        s32i    a2, a1, FRAME_SIZE + 0
        s32i    a3, a1, FRAME_SIZE + 4
        l32i    a2, a0, 8
        l32i    a3, a0, 12
        s32i    a2, a1, FRAME_SIZE + 8
        s32i    a3, a1, FRAME_SIZE + 12
        l32i    a2, a1, FRAME_PC
        wsr     a2, epc\level
        l32i    a2, a1, FRAME_PS
        wsr     a2, \ps
        rsync
        l32i    a0, a1, FRAME_A
        l32i    a2, a1, FRAME_A + 8
        l32i    a3, a1, FRAME_A + 12
        l32i    a1, a1, FRAME_A + 4
        .endm

        .global interrupt_entries_begin
interrupt_entries_begin:
        .align  4
        .global exception_entry
        .type   exception_entry, @function
exception_entry:
        save_interrupted 1, ps
        rsr     a2, exccause
        rsr     a3, excvaddr
        s32i    a2, a1, FRAME_CAUSE
        s32i    a3, a1, FRAME_VADDR
        l32i    a3, a1, FRAME_PS        /* exceptions run at the level where they happened, interrupts at level 1 */
        extui   a3, a3, 0, 4
        addi    a2, a2, -EXCCAUSE_INTERRUPT
        bnez    a2, 1f
        movi    a3, 1
1:      s32i    a3, a1, FRAME_LEVEL
        movi    a2, PS_WOE | PS_UM
        or      a2, a2, a3
        wsr     a2, ps
        rsync
        save_rest
        mov     a6, a1
        call4   exception_dispatch
        restore_rest
        restore_interrupted 1, ps
        rfe
        .size   exception_entry, . - exception_entry

        .macro  interrupt_entry level
        .align  4
        .global interrupt_entry_\level
        .type   interrupt_entry_\level, @function
interrupt_entry_\level:
        save_interrupted \level, eps\level
        movi    a2, EXCCAUSE_INTERRUPT
        movi    a3, \level
        s32i    a2, a1, FRAME_CAUSE
        s32i    a3, a1, FRAME_LEVEL
        movi    a2, PS_WOE | PS_UM | \level
        wsr     a2, ps
        rsync
        save_rest
        mov     a6, a1
        call4   interrupt_dispatch
        restore_rest
        restore_interrupted \level, eps\level
        rfi     \level
        .size   interrupt_entry_\level, . - interrupt_entry_\level
        .endm

        interrupt_entry 2
        interrupt_entry 3
        .global interrupt_entries_end
interrupt_entries_end:

/* MOVSP found its caller's frame spilled: the save area has to follow the stack pointer. Steps back into the caller's
 * window as the hardware does for an underflow, and lets the underflow handler reload the frame; then MOVSP runs
 * again. The size of the step is in the two top bits of the return address. a0 is in EXCSAVE1. */
        .align  4
        .global alloca_entry
        .type   alloca_entry, @function
alloca_entry:
        rsr     a0, windowbase
        slli    a0, a0, PS_OWB_SHIFT
        rotw    -1                      /* that a0 is now a4; a0..a3 belong to the caller or are dead: it is spilled */
        rsr     a2, ps
        extui   a3, a2, PS_OWB_SHIFT, 4
        slli    a3, a3, PS_OWB_SHIFT
        xor     a2, a2, a3
        or      a2, a2, a4              /* PS.OWB: to where RFWU returns */
        wsr     a2, ps
        rsr     a4, excsave1
        rsync
        bbci    a4, 31, 4f
        rotw    -1
        bbci    a8, 30, 8f
        rotw    -1
        j       window_underflow_12
4:      j       window_underflow_4
8:      j       window_underflow_8
        .size   alloca_entry, . - alloca_entry
