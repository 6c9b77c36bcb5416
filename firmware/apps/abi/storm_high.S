/* SPDX-License-Identifier: Apache-2.0 */
/* Level 5: may interrupt a window overflow, so it has nothing but a0 and a2..a5 (firmware/runtime/high.S). Counts, and
 * sets its timer anew. */
        .text
        .align  4
        .global storm_level_5
        .type   storm_level_5, @function
storm_level_5:
        movi    a2, storm_level_5_count
        l32i    a3, a2, 0
        addi    a3, a3, 1
        s32i    a3, a2, 0
        movi    a2, storm_level_5_period
        l32i    a2, a2, 0
        rsr     a3, ccount
        add     a3, a3, a2
        wsr     a3, ccompare2
        esync
        ret
        .size   storm_level_5, . - storm_level_5
