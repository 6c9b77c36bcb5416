/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a program: keeps all registers as they are, then lets C print them from a stack of its own. */
#include "firmware/runtime/core.h"

        .text

/* In: a0 = 0 double exception, else the level of interrupt whose EPC and EPS tell where; the a0 of what failed is in
 * EXCSAVE6. Uses no window and no stack of the program's, which may be what is broken. */
        .align  4
        .global panic_entry
        .type   panic_entry, @function
panic_entry:
        wsr     a0, misc1
        rsr     a0, misc0
        addmi   a0, a0, LOCAL_PANIC_AR

/* All ARs, four at a time. In each window, a0 is the place to write to and EXCSAVE6 holds what was in a0. */
1:      s32i    a1, a0, 4
        s32i    a2, a0, 8
        s32i    a3, a0, 12
        rsr     a1, excsave6
        s32i    a1, a0, 0
        addi    a1, a0, 16
        extui   a2, a1, 0, 8
        addi    a2, a2, -(4 * CORE_AR_COUNT & 255)
        beqz    a2, 2f                  /* around once: the place is a multiple of 256 bytes */
        wsr     a1, excsave6
        rotw    1
        xsr     a0, excsave6
        j       1b

2:      rsr     a0, misc0
#define PANIC_SR(name)                                                                                                 \
        rsr     a2, name;                                                                                              \
        s32i    a2, a0, LOCAL_PANIC_SR;                                                                                \
        addi    a0, a0, 4;
#include "firmware/runtime/panic_registers.def"

        movi    a2, PS_UM | 5           /* no windows, no interrupts; the NMI may still come */
        wsr     a2, ps
        rsync
        movi    a2, 0
        wsr     a2, windowbase
        rsync
        movi    a2, 1
        wsr     a2, windowstart
        movi    a2, PS_WOE | PS_UM | 5
        wsr     a2, ps
        rsync
        movi    a2, 0
        wsr     a2, lcount
#if CORE_HAS_FPU
        wsr     a2, cpenable
#endif
        rsync
        movi    a0, 0
        rsr     a6, misc0
        rsr     a7, misc1
        l32i    a1, a6, LOCAL_PANIC_STACK
        call4   panic_report            /* (struct core_local *, reason); does not return */
        .size   panic_entry, . - panic_entry
