/* SPDX-License-Identifier: Apache-2.0 */
/* The core as this runtime needs to know it; for C and assembler.
 * Sources: Xtensa ISA Reference Manual, chapters 4 and 5 (PS, exceptions, windows); ESP32 configuration: facts 1.2-1.4.
 * GUEST_sim is the layout of QEMU's cores dc233c and de233_fpu, on which the runtime can be tried without our
 * simulator; their interrupts are those of Debian's qemu-system-xtensa. */
#ifndef VESPER_FIRMWARE_RUNTIME_CORE_H
#define VESPER_FIRMWARE_RUNTIME_CORE_H

#define PS_INTLEVEL_MASK 0xF
#define PS_EXCM 0x10
#define PS_UM 0x20
#define PS_OWB_SHIFT 8
#define PS_CALLINC_1 0x10000
#define PS_WOE 0x40000

#define EXCM_LEVEL 3 /* PS.EXCM masks interrupts up to here, and C handlers exist up to here */

#define EXCCAUSE_ILLEGAL 0
#define EXCCAUSE_SYSCALL 1
#define EXCCAUSE_FETCH_ERROR 2
#define EXCCAUSE_LOAD_STORE_ERROR 3
#define EXCCAUSE_INTERRUPT 4
#define EXCCAUSE_ALLOCA 5
#define EXCCAUSE_DIVIDE 6
#define EXCCAUSE_FETCH_PROHIBITED 20
#define EXCCAUSE_LOAD_PROHIBITED 28
#define EXCCAUSE_STORE_PROHIBITED 29
#define EXCCAUSE_COPROCESSOR_0 32
#define EXCCAUSE_COUNT 64

#ifdef GUEST_esp32
#define CORE_COUNT 2
#define CORE_AR_COUNT 64
#define CORE_ATOMCTL 0x15 /* as the ESP32's ROM sets it; S32C1I on internal memory works with any value */
#define CORE_HAS_FPU 1
#define INTERRUPTS_LEVEL_1 0x000637FF
#define INTERRUPTS_LEVEL_2 0x00380000
#define INTERRUPTS_LEVEL_3 0x28C08800
#define INTERRUPTS_LEVEL_4 0x53000000
#define INTERRUPTS_LEVEL_5 0x84010000
#define INTERRUPTS_LEVEL_7 0x00004000
#define INTERRUPTS_EDGE 0x50400400     /* external, latched: cleared through INTCLEAR */
#define INTERRUPTS_SOFTWARE 0x20000080 /* raised through INTSET, cleared through INTCLEAR */
#define INTERRUPTS_EXTERNAL 0xDFFE773F /* what the interrupt matrix drives */
#define INTERRUPT_TIMER_0 6            /* level 1: CCOMPARE0 */
#define INTERRUPT_TIMER_1 15           /* level 3 */
#define INTERRUPT_TIMER_2 16           /* level 5 */
#define INTERRUPT_SOFTWARE_1 7         /* level 1 */
#define INTERRUPT_SOFTWARE_3 29        /* level 3 */
#else
#define CORE_COUNT 1
#define CORE_AR_COUNT 32
#define CORE_ATOMCTL 0x15 /* S32C1I as a bus transaction for any memory; else QEMU raises LoadStoreError */
#define CORE_HAS_FPU 0
#define INTERRUPTS_LEVEL_1 0x001F80FF
#define INTERRUPTS_LEVEL_2 0x00000100
#define INTERRUPTS_LEVEL_3 0x00200E00
#define INTERRUPTS_LEVEL_4 0x00001000
#define INTERRUPTS_LEVEL_5 0x00002000
#define INTERRUPTS_LEVEL_7 0x00004000
#define INTERRUPTS_EDGE 0
#define INTERRUPTS_SOFTWARE 0x00000880
#define INTERRUPTS_EXTERNAL 0
#define INTERRUPT_TIMER_0 6
#define INTERRUPT_TIMER_1 10
#define INTERRUPT_TIMER_2 13
#define INTERRUPT_SOFTWARE_1 7
#define INTERRUPT_SOFTWARE_3 11
#endif

/* What each core has for itself: struct core_local (core_local.h), whose address is in MISC0. Offsets for assembler. */
#define LOCAL_HIGH_HANDLER 0  /* 3 words: level 4, level 5, NMI */
#define LOCAL_HIGH_SAVED 16   /* 3 times 8 words: a0, a2..a5 of what was interrupted */
#define LOCAL_PANIC_STACK 112 /* its upper end */
#define LOCAL_PANIC_DEPTH 116
#define LOCAL_PANIC_SR 128 /* special registers, in the order of panic_registers.def */
#define LOCAL_PANIC_AR 256 /* all ARs, from the current window on; a multiple of 256 */
#define LOCAL_SIZE 512

/* What an interrupt or exception leaves on the stack: struct interrupt_frame (interrupt.h). The 16 bytes above it, just
 * below the interrupted function's stack pointer, are that function's save area for its caller. */
#define FRAME_PC 0
#define FRAME_PS 4
#define FRAME_A 8 /* a0..a15 */
#define FRAME_SAR 72
#define FRAME_LBEG 76
#define FRAME_LEND 80
#define FRAME_LCOUNT 84
#define FRAME_SCOMPARE1 88
#define FRAME_BR 92
#define FRAME_CPENABLE 96
#define FRAME_CAUSE 100
#define FRAME_VADDR 104
#define FRAME_LEVEL 108
#define FRAME_SIZE 112
#define FRAME_TOTAL 128 /* with the save area */

#endif
