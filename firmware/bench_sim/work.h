/* SPDX-License-Identifier: Apache-2.0 */
/* The work of the speed benchmark: long enough to be timed, the same program for QEMU and for our core. */
#ifndef VESPER_FIRMWARE_BENCH_SIM_WORK_H
#define VESPER_FIRMWARE_BENCH_SIM_WORK_H

#include <stdint.h>

#define WORK_INTEGER_RESULT 0xcf480ab2
#define WORK_RECURSION_RESULT 2178309
#define WORK_MIXED_RESULT 0x82f2e90a

uint32_t work_integer(void); /* a loop of additions, shifts and a multiplication, no memory: 600 million instructions */
uint32_t work_recursion(void); /* Fibonacci by call8: windows overflow and underflow all the time */
uint32_t work_mixed(void);     /* sorting through a function pointer, CRC, printf to memory, division */

#endif
