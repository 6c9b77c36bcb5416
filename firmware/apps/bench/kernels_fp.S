/* SPDX-License-Identifier: Apache-2.0 */
        .text

/* uint32_t bench_dot_product(const float *a, const float *b, uint32_t count): bits of the sum of products, one fused
 * multiplication and addition after the other, in order. */
        .align  4
        .global bench_dot_product
        .type   bench_dot_product, @function
bench_dot_product:
        entry   a1, 16
        const.s f0, 0
        loopnez a4, 1f
        lsip    f1, a2, 4
        lsip    f2, a3, 4
        madd.s  f0, f1, f2
1:      rfr     a2, f0
        retw
        .size   bench_dot_product, . - bench_dot_product
