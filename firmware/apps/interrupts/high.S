/* SPDX-License-Identifier: Apache-2.0 */
/* Handlers of levels 4, 5 and 7: take back cross-core interrupt 1, 2 or 3 and count (firmware/runtime/high.S). */
        .macro  handler level, offset
        .align  4
        .global on_level_\level
        .type   on_level_\level, @function
on_level_\level:
        movi    a2, 0x3FF000DC + \offset        /* DPORT_CPU_INTR_FROM_CPU_n */
        movi    a3, 0
        s32i    a3, a2, 0
        memw
        l32i    a3, a2, 0               /* it has arrived */
        movi    a2, high_counts
        l32i    a3, a2, 4 * \level
        addi    a3, a3, 1
        s32i    a3, a2, 4 * \level
        ret
        .size   on_level_\level, . - on_level_\level
        .endm

        .text
        handler 4, 4
        handler 5, 8
        handler 7, 12
