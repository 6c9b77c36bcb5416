/* SPDX-License-Identifier: Apache-2.0 */
/* The work of the speed benchmark: long enough to be timed, the same program for QEMU and for our core. */
#ifndef VESPER_FIRMWARE_BENCH_SIM_WORK_H
#define VESPER_FIRMWARE_BENCH_SIM_WORK_H

#include <stdint.h>

#define WORK_NOTHING_RESULT 0
#define WORK_INTEGER_RESULT 0xcf480ab2
#define WORK_RECURSION_RESULT 2178309
#define WORK_MEMORY_RESULT 0xf4d3561d
#define WORK_MIXED_RESULT 0x82f2e90a
#define WORK_FLOAT_RESULT 0x44f0c96e

uint32_t work_nothing(void); /* what every program costs: start of the simulator, start of the guest */
uint32_t work_integer(void); /* a loop of additions, shifts and a multiplication, no memory: 600 million instructions */
uint32_t work_recursion(void); /* Fibonacci by call8: windows overflow and underflow all the time */
uint32_t work_memory(void);    /* copies by words, CRC by bytes */
uint32_t work_mixed(void);     /* sorting through a function pointer, CRC, printf to memory, division */
uint32_t work_float(void);     /* dot products; not on dc233c, which has no floating point */

#endif
