/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/apps/bench/kernels.h"

#include <stdio.h>
#include <stdlib.h>

#define NOINLINE __attribute__((noinline, noclone))

NOINLINE uint32_t bench_integer(uint32_t rounds)
{
    uint32_t a = 1, b = 0x9E3779B9, sum = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        a ^= a << 13;
        a ^= a >> 17;
        a ^= a << 5;
        b = b * 1664525 + 1013904223;
        sum += a ^ (b >> 7);
        sum = sum << 1 | sum >> 31;
    }
    return sum;
}

NOINLINE uint32_t bench_recursion(uint32_t n)
{
    return n < 2 ? n : bench_recursion(n - 1) + bench_recursion(n - 2);
}

/* The stock compiler calls libgcc for these, which has QUOU and REMU. */
NOINLINE uint32_t bench_divide(uint32_t rounds)
{
    uint32_t value = 0xFEDCBA98, sum = 0;
    for (uint32_t i = 1; i <= rounds; i++) {
        sum += value / i + value % i;
        value = value * 69069 + i;
    }
    return sum;
}

static int compare_words(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

NOINLINE uint32_t bench_sort(uint32_t *words, size_t count, uint32_t seed)
{
    uint32_t hash = 0;
    for (size_t i = 0; i < count; i++)
        words[i] = seed = seed * 1664525 + 1013904223;
    qsort(words, count, sizeof *words, compare_words);
    for (size_t i = 0; i < count; i++)
        hash = hash * 31 + words[i];
    return hash;
}

NOINLINE uint32_t bench_crc(const uint8_t *bytes, size_t count)
{
    uint32_t crc = UINT32_MAX;
    while (count--) {
        crc ^= *bytes++;
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
    }
    return ~crc;
}

NOINLINE uint32_t bench_text(uint32_t rounds)
{
    char text[64];
    uint32_t hash = 0;
    uint64_t value = 12345678901234567ull;
    for (uint32_t i = 0; i < rounds; i++) {
        int length = snprintf(text, sizeof text, "%u:%08x:%llu:%s", (unsigned)i, (unsigned)hash,
                              (unsigned long long)value, "text");
        hash = hash * 33 + bench_crc((const uint8_t *)text, (size_t)length) + (uint32_t)strtoul(text, NULL, 10);
        value = value * 7 % 99999999999999997ull;
    }
    return hash;
}
