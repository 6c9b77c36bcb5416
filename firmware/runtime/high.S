/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts of levels 4 and 5, and the NMI. PS.EXCM does not mask them, so they come between any two instructions,
 * also within a window overflow: no C, no stack, no CALLn. A handler (interrupt_set_high) is an assembler routine that
 * is called by CALLX0 and may use a0 and a2..a5; a5 is the core's struct core_local. Without one, it is a panic. */
#include "firmware/runtime/core.h"

        .text

        .macro  high_entry level, index
        .set    saved, LOCAL_HIGH_SAVED + 32 * \index
        .align  4
        .global interrupt_entry_\level
        .type   interrupt_entry_\level, @function
interrupt_entry_\level:
        rsr     a0, misc0
        s32i    a2, a0, saved + 8
        l32i    a2, a0, LOCAL_HIGH_HANDLER + 4 * \index
        beqz    a2, 1f
        s32i    a3, a0, saved + 12
        s32i    a4, a0, saved + 16
        s32i    a5, a0, saved + 20
        mov     a5, a0
        callx0  a2
        rsr     a0, misc0
        l32i    a2, a0, saved + 8
        l32i    a3, a0, saved + 12
        l32i    a4, a0, saved + 16
        l32i    a5, a0, saved + 20
        rsr     a0, excsave\level
        rfi     \level

1:      l32i    a2, a0, saved + 8
        rsr     a0, excsave\level
        wsr     a0, excsave6
        movi    a0, \level
        j       panic_entry
        .size   interrupt_entry_\level, . - interrupt_entry_\level
        .endm

        high_entry 4, 0
        high_entry 5, 1
        high_entry 7, 2
