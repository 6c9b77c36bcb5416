/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/bench_sim/work.h"

#include <string.h>

#include "firmware/apps/bench/kernels.h"

enum {
    INTEGER_ROUNDS = 50000000,
    FIBONACCI = 32,
    MIXED_ROUNDS = 15,
    MIXED_WORDS = 1024,
    MEMORY_ROUNDS = 1000,
    MEMORY_BYTES = 32768
};

uint32_t work_nothing(void)
{
    return 0;
}

uint32_t work_integer(void)
{
    return bench_integer(INTEGER_ROUNDS);
}

uint32_t work_recursion(void)
{
    return bench_recursion(FIBONACCI);
}

uint32_t work_memory(void)
{
    static uint32_t from[MEMORY_BYTES / 4], to[MEMORY_BYTES / 4];
    uint32_t hash = 0;
    for (uint32_t i = 0; i < MEMORY_BYTES / 4; i++)
        from[i] = i * 2654435761u;
    for (uint32_t round = 0; round < MEMORY_ROUNDS; round++) {
        from[round] ^= hash;
        memcpy(to, from, sizeof to);
        hash = hash * 31 + bench_crc((const uint8_t *)&to[round], 1024);
    }
    return hash;
}

uint32_t work_mixed(void)
{
    static uint32_t words[MIXED_WORDS];
    uint32_t hash = 0;
    for (uint32_t round = 1; round <= MIXED_ROUNDS; round++) {
        hash = hash * 31 + bench_sort(words, MIXED_WORDS, round);
        hash = hash * 31 + bench_crc((const uint8_t *)words, sizeof words);
        hash = hash * 31 + bench_text(100);
        hash = hash * 31 + bench_divide(2000);
    }
    return hash;
}
