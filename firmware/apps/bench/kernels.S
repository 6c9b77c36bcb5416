/* SPDX-License-Identifier: Apache-2.0 */
/* Loops that the stock compiler does not write. */
        .text

/* uint32_t bench_zero_overhead_loop(uint32_t rounds): four additions a round and not one branch. */
        .align  4
        .global bench_zero_overhead_loop
        .type   bench_zero_overhead_loop, @function
bench_zero_overhead_loop:
        entry   a1, 16
        movi    a3, 0
        movi    a4, 1
        loopnez a2, 1f
        add     a3, a3, a4
        addi    a4, a4, 3
        add     a3, a3, a4
        addi    a4, a4, -2
1:      mov     a2, a3
        retw
        .size   bench_zero_overhead_loop, . - bench_zero_overhead_loop

/* int32_t bench_mac16(const int16_t *a, const int16_t *b, uint32_t count): sum of products. Operands come two to a
 * word: while one pair is multiplied, the next word is loaded. */
        .align  4
        .global bench_mac16
        .type   bench_mac16, @function
bench_mac16:
        entry   a1, 16
        srli    a4, a4, 2               /* two words of each a round */
        movi    a5, 0
        wsr     a5, acclo
        wsr     a5, acchi
        addi    a2, a2, -4              /* LDINC counts up before it loads */
        addi    a3, a3, -4
        ldinc   m0, a2
        ldinc   m2, a3
        loopnez a4, 1f
        mula.dd.ll.ldinc m1, a2, m0, m2
        mula.dd.hh.ldinc m3, a3, m0, m2
        mula.dd.ll.ldinc m0, a2, m1, m3
        mula.dd.hh.ldinc m2, a3, m1, m3
1:      rsr     a2, acclo
        retw
        .size   bench_mac16, . - bench_mac16
