/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/apps/abi/workload.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define NOINLINE __attribute__((noinline, noclone))

static uint32_t rotate(uint32_t value, unsigned left)
{
    return value << left | value >> (32 - left);
}

NOINLINE uint32_t recurse(uint32_t n, uint32_t a, uint32_t b, uint32_t c)
{
    if (n == 0)
        return a ^ b ^ c;
    uint32_t r = recurse(n - 1, b + n, c * 3, a - n);
    return rotate(r, 5) ^ (a + n) ^ b * c; /* keeps the compiler from making it a loop */
}

static uint32_t run_recurse(void)
{
    return recurse(500, 1, 2, 3);
}

NOINLINE static uint32_t ackermann(uint32_t m, uint32_t n)
{
    return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static uint32_t run_ackermann(void)
{
    return ackermann(2, 40);
}

static uint32_t run_call4(void)
{
    return sum_by_call4(300);
}

static uint32_t run_call12(void)
{
    return sum_by_call12(300);
}

/* Ten arguments, four of them on the stack, some of 64 bits. */
NOINLINE static int64_t ten(int a, int b, int64_t c, int d, int e, int f, int64_t g, int h, int i, int j)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j;
}

static uint32_t run_arguments(void)
{
    int64_t sum = ten(1, -2, 3000000000ll, 4, -5, 6, -7000000000ll, 8, 9, -10);
    return (uint32_t)sum ^ (uint32_t)(sum >> 32);
}

struct big {
    int value[20];
};

NOINLINE static struct big twist(struct big big, int factor)
{
    for (int i = 0; i < 20; i++)
        big.value[i] = big.value[i] * factor + i;
    return big;
}

static uint32_t run_structs(void)
{
    struct big big;
    uint32_t hash = 0;
    for (int i = 0; i < 20; i++)
        big.value[i] = i * i;
    big = twist(twist(big, 3), -7);
    for (int i = 0; i < 20; i++)
        hash = rotate(hash, 7) + (uint32_t)big.value[i];
    return hash;
}

/* The stack pointer moves (MOVSP) while callers' frames are spilled, and while they are not. */
NOINLINE static uint32_t arrays(uint32_t n)
{
    unsigned char array[n * 7 + 1];
    for (uint32_t i = 0; i < sizeof array; i++)
        array[i] = (unsigned char)(i * n);
    uint32_t r = n ? arrays(n - 1) : recurse(40, 1, 2, 3);
    for (uint32_t i = 0; i < sizeof array; i++)
        r = r * 33 + array[i];
    return r;
}

static uint32_t run_arrays(void)
{
    return arrays(30);
}

NOINLINE static uint32_t alloca_after_spill(uint32_t n)
{
    uint32_t r = recurse(30, n, n + 1, n + 2);
    unsigned char *bytes = __builtin_alloca(n + 16);
    memset(bytes, (int)n, n + 16);
    r += recurse(30, bytes[0], bytes[n], bytes[n + 15]);
    return r + bytes[n / 2];
}

NOINLINE static uint32_t alloca_chain(uint32_t n, uint32_t k)
{
    uint32_t r = n ? alloca_chain(n - 1, k + 1) : alloca_after_spill(k);
    return r + alloca_after_spill(n + k);
}

static uint32_t run_alloca(void)
{
    return alloca_chain(20, 5);
}

/* Varargs, 64-bit division, floating point in software: everything that printf leans on. */
static uint32_t run_printf(void)
{
    char text[200];
    uint32_t hash = 0;
    int length =
        snprintf(text, sizeof text, "%d %5u|%-5d|%05d %x %#X %o %s %.3s %c %% %lld %llu %llx [%8.3f] [%-9.2f] %f", -42,
                 7u, 8, -9, 0xbeefu, 0xcafeu, 8u, "text", "truncated", 'c', -1234567890123ll, 18446744073709551615ull,
                 0x123456789abcdefull, 3.14159, -2.5, 1e-3);
    for (int i = 0; i < length; i++)
        hash = rotate(hash, 5) ^ (unsigned char)text[i];
    return hash;
}

static uint32_t run_loops(void)
{
    uint32_t sum = 0;
    for (uint32_t n = 0; n < 100; n++)
        sum += loop_turns(n * 4);
    return sum;
}

/* Compare-and-set, whose register SCOMPARE1 handlers use too. */
static uint32_t run_atomics(void)
{
    static uint32_t word;
    static uint8_t byte;
    word = byte = 0;
    for (uint32_t i = 0; i < 2000; i++) {
        __atomic_fetch_add(&word, i, __ATOMIC_SEQ_CST);
        __sync_fetch_and_add(&byte, 3);
    }
    return word + byte;
}

/* longjmp from the depths, with and without alloca, nested, and with values kept in registers over setjmp. */
NOINLINE static void dive(jmp_buf state, uint32_t depth, int value)
{
    char *bytes = __builtin_alloca(depth % 7 * 16 + 1);
    bytes[0] = (char)depth;
    if (depth > 0)
        dive(state, depth - 1, value + bytes[0] % 2);
    if (value > 0)
        longjmp(state, value);
}

NOINLINE static uint32_t jump_once(uint32_t a, uint32_t b, uint32_t depth)
{
    jmp_buf state;
    uint32_t kept = a * 77 + b;
    int value = setjmp(state);
    if (value == 0)
        dive(state, depth, 3);
    return rotate(kept, 3) + (uint32_t)value + recurse(20, a, b, kept);
}

NOINLINE static uint32_t jump_after_alloca(uint32_t n)
{
    jmp_buf state;
    volatile uint32_t tries = 0;
    uint32_t kept = n * 5;
    int value = setjmp(state);
    if (value < 3) {
        tries += 1;
        char *bytes = __builtin_alloca(n + 40); /* moves the save area that setjmp copied */
        memset(bytes, 0x5A, n + 40);
        recurse(30, n, 1, 2);
        longjmp(state, value + 1);
    }
    return kept + tries * 1000;
}

static uint32_t run_jumps(void)
{
    volatile uint32_t sum = 0;
    for (uint32_t depth = 0; depth < 40; depth++)
        sum = rotate(sum, 1) + jump_once(depth, sum, depth) + jump_after_alloca(depth);
    jmp_buf state;
    int zero = setjmp(state); /* longjmp(0) arrives as 1 */
    if (zero == 0)
        longjmp(state, 0);
    return sum + (uint32_t)zero;
}

/* Results: this file compiled by GCC 12 for x86-64, at -O0 and -O2 alike, the recursions by hand-written calls as
 * n * (n + 1) / 2. */
const struct workload workloads[] = {
    {"recursion by call8", run_recurse, 0x1dee42b2},
    {"Ackermann's function", run_ackermann, 83},
    {"recursion by call4", run_call4, 45150},
    {"recursion by call12", run_call12, 45150},
    {"ten arguments", run_arguments, 0x502f8fb3},
    {"structures by value", run_structs, 0x6210ddb3},
    {"arrays of variable length", run_arrays, 0x5b81b9b0},
    {"alloca", run_alloca, 0x8fe3d546},
    {"printf", run_printf, 0xda9d150d},
    {"zero-overhead loops", run_loops, 19800},
    {"atomic operations", run_atomics, 1999000 + 2000 * 3 % 256},
    {"longjmp", run_jumps, 0x1cd43bd4},
};
const unsigned workload_count = sizeof workloads / sizeof workloads[0];
