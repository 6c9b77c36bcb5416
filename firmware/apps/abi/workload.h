/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of work that lean on the windowed ABI. Each gives a number that is known in advance. */
#ifndef VESPER_FIRMWARE_APPS_ABI_WORKLOAD_H
#define VESPER_FIRMWARE_APPS_ABI_WORKLOAD_H

#include <stdint.h>

struct workload {
    const char *name;
    uint32_t (*run)(void);
    uint32_t result; /* of the same C functions on another machine */
};

extern const struct workload workloads[];
extern const unsigned workload_count;

/* Recursion by call4 and by call12: 1 + ... + n. calls.S */
uint32_t sum_by_call4(uint32_t n);
uint32_t sum_by_call12(uint32_t n);

/* n, counted by a zero-overhead loop, but for n = 1 by its body alone. calls.S */
uint32_t loop_turns(uint32_t n);

/* Recursion by call8 with arguments and a hash of them. */
uint32_t recurse(uint32_t n, uint32_t a, uint32_t b, uint32_t c);

#endif
