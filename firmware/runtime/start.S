/* SPDX-License-Identifier: Apache-2.0 */
/* From reset, boot ROM or bootloader to C. Nothing is taken for granted about registers but that no interrupt is
 * enabled in INTENABLE or wanted from now on. */
#include "firmware/runtime/core.h"

        .text

/* Registers of the core as this runtime has them. In: nothing. Afterwards WINDOWBASE is 0, so a0..a15 are new ones. */
        .macro  set_up_core
        movi    a2, PS_UM | 15
        wsr     a2, ps                  /* windows off while they are rearranged */
        rsync
        movi    a2, 0
        wsr     a2, windowbase
        rsync
        movi    a2, 1
        wsr     a2, windowstart
        movi    a2, 0
        wsr     a2, intenable
        wsr     a2, lcount
        movi    a2, -1
        wsr     a2, intclear
        movi    a2, _vectors
        wsr     a2, vecbase
        movi    a2, CORE_ATOMCTL
        wsr     a2, atomctl
#if CORE_HAS_FPU
        movi    a2, 1
        wsr     a2, cpenable
#endif
        isync
#ifdef GUEST_esp32
        call0   protect_regions
#endif
        movi    a2, PS_WOE | PS_UM | EXCM_LEVEL
        wsr     a2, ps
        rsync
        movi    a0, 0                   /* the end of every backtrace */
        .endm

#ifdef GUEST_esp32
/* Null and wild pointers become exceptions, and data cannot be executed: regions of 512 MB, attribute 15 no access, 0
 * no fetch, 2 everything (facts 1.5). Regions 2 and 3 hold code and peripherals. Changes a2..a4. */
        .align  4
protect_regions:
        movi    a2, 0x00000000
        movi    a3, 15
        witlb   a3, a2
        wdtlb   a3, a2
        isync
        movi    a4, 0x20000000
        movi    a3, 0
        witlb   a3, a4
        isync
        wdtlb   a3, a4
        movi    a3, 15
        movi    a2, 0x80000000
1:      witlb   a3, a2                  /* 0x80000000, 0xA0000000, 0xC0000000, 0xE0000000 */
        isync
        wdtlb   a3, a2
        add     a2, a2, a4
        bnez    a2, 1b
        dsync
        ret
#endif

/* A store to the 64 lowest bytes of the stack is a debug exception, and thereby a panic. */
        .macro  guard_stack bottom
#ifdef GUEST_esp32
        movi    a2, \bottom
        wsr     a2, dbreaka1
        movi    a2, 0x80000000          /* stores; mask 0: 64 bytes */
        wsr     a2, dbreakc1
        dsync
#endif
        .endm

        .align  4
        .global _start
        .type   _start, @function
_start: set_up_core
        guard_stack _stack_bottom
        movi    a1, _stack_top
        movi    a2, core_local
        wsr     a2, misc0
        movi    a2, _bss_start
        movi    a3, _bss_end
        sub     a4, a3, a2
        srli    a4, a4, 2
        movi    a3, 0
        loopnez a4, 1f
        s32i    a3, a2, 0
        addi    a2, a2, 4
1:      call4   start_first_core        /* does not return */
        .size   _start, . - _start

#if CORE_COUNT > 1
        .align  4
        .global _start_app
        .type   _start_app, @function
_start_app:
        set_up_core
        guard_stack _stack_bottom_app
        movi    a1, _stack_top_app
        movi    a2, core_local + LOCAL_SIZE
        wsr     a2, misc0
        call4   start_second_core       /* does not return */
        .size   _start_app, . - _start_app
#endif
