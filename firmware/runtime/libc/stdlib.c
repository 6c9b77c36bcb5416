/* SPDX-License-Identifier: Apache-2.0 */
/* stdlib.h but for the heap (malloc.c). */
#include <stdlib.h>

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "firmware/runtime/panic.h"
#include "firmware/runtime/platform.h"

int errno;

void exit(int status)
{
    platform_exit(status);
}

void abort(void)
{
    panic("abort");
}

void assertion_failed(const char *condition, const char *file, int line)
{
    panic("%s:%d: assertion failed: %s", file, line, condition);
}

int abs(int value)
{
    return value < 0 ? -value : value;
}

long labs(long value)
{
    return value < 0 ? -value : value;
}

static int digit_value(char c)
{
    if (isdigit(c))
        return c - '0';
    return isalpha(c) ? tolower(c) - 'a' + 10 : INT_MAX;
}

/* Sign and digits; limits: the largest magnitude without and with a minus. */
static unsigned long parse(const char *text, char **end, int base, unsigned long limit, unsigned long limit_negative,
                           bool *negative)
{
    const char *at = text;
    while (isspace(*at))
        at++;
    *negative = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    bool hex = at[0] == '0' && (at[1] == 'x' || at[1] == 'X') && isxdigit(at[2]);
    if ((base == 0 || base == 16) && hex) {
        base = 16;
        at += 2;
    } else if (base == 0) {
        base = *at == '0' ? 8 : 10;
    }
    unsigned long most = *negative ? limit_negative : limit, value = 0;
    const char *first = at;
    bool overflow = false;
    for (; digit_value(*at) < base; at++) {
        unsigned long digit = (unsigned long)digit_value(*at), radix = (unsigned long)base;
        overflow = overflow || value > (most - digit) / radix;
        value = value * radix + digit;
    }
    if (end)
        *end = (char *)(at == first ? text : at);
    if (overflow)
        errno = ERANGE;
    return overflow ? most : value;
}

long strtol(const char *text, char **end, int base)
{
    bool negative;
    unsigned long value = parse(text, end, base, LONG_MAX, (unsigned long)LONG_MAX + 1, &negative);
    return (long)(negative ? 0 - value : value);
}

unsigned long strtoul(const char *text, char **end, int base)
{
    bool negative;
    unsigned long value = parse(text, end, base, ULONG_MAX, ULONG_MAX, &negative);
    return negative ? 0 - value : value;
}

int atoi(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

long atol(const char *text)
{
    return strtol(text, NULL, 10);
}

static uint32_t random_state = 1;

void srand(unsigned seed)
{
    random_state = seed ? seed : 1;
}

/* Marsaglia's xorshift32: reproducible, not for secrets. The chip's generator is firmware/drivers/rng.h. */
int rand(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return (int)(random_state & RAND_MAX);
}

static void swap(char *a, char *b, size_t size)
{
    while (size--) {
        char kept = *a;
        *a++ = *b;
        *b++ = kept;
    }
}

/* Heap sort: no recursion, no worst case. */
static void sift_down(char *base, size_t root, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    for (size_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && compare(base + child * size, base + (child + 1) * size) < 0)
            child++;
        if (compare(base + root * size, base + child * size) >= 0)
            return;
        swap(base + root * size, base + child * size, size);
    }
}

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
    for (size_t root = count / 2; root--;)
        sift_down(base, root, count, size, compare);
    for (size_t last = count; last-- > 1;) {
        swap(base, (char *)base + last * size, size);
        sift_down(base, 0, last, size, compare);
    }
}
