/* SPDX-License-Identifier: Apache-2.0 */
/* Small pieces of work of one kind each, with results that are known in advance. Those above the line need no more
 * than QEMU's dc233c has; the others are the LX6's own. */
#ifndef VESPER_FIRMWARE_APPS_BENCH_KERNELS_H
#define VESPER_FIRMWARE_APPS_BENCH_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* kernels.c */
uint32_t bench_integer(uint32_t rounds);                           /* shifts, additions, a multiplication: no memory */
uint32_t bench_recursion(uint32_t n);                              /* Fibonacci's number n, by calls alone */
uint32_t bench_divide(uint32_t rounds);                            /* 32-bit quotients and remainders */
uint32_t bench_sort(uint32_t *words, size_t count, uint32_t seed); /* fills, sorts by qsort, hashes */
uint32_t bench_crc(const uint8_t *bytes, size_t count);            /* CRC-32, bit by bit: loads and branches */
uint32_t bench_text(uint32_t rounds); /* printf to memory and back: calls, 64-bit division */

/* kernels.S */
uint32_t bench_zero_overhead_loop(uint32_t rounds);                      /* LOOP around four additions */
int32_t bench_mac16(const int16_t *a, const int16_t *b, uint32_t count); /* MULA.DD with loads; count: multiple of 4 */

/* kernels_fp.S: float values as their bits, since the compiler's ABI has no floating-point registers. */
uint32_t bench_dot_product(const float *a, const float *b, uint32_t count); /* LSIP and MADD.S */

#endif
