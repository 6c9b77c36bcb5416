/* SPDX-License-Identifier: Apache-2.0 */
/* string.h. Copies go by words; from word to word, when both sides are at the same place in one, that is also what the
 * instruction bus needs: IRAM takes nothing but aligned words. */
#include <string.h>

#include <stdbool.h>
#include <stdint.h>

static bool word_aligned(const void *a, const void *b)
{
    return (((uintptr_t)a | (uintptr_t)b) & 3) == 0;
}

/* Both sides at different places in a word: whole words are read, and put together by the funnel shift. `to` is
 * aligned, `from` is not. */
static void copy_shifted(uint32_t *to, const char *from, size_t words)
{
    const uint32_t *f = (const uint32_t *)((uintptr_t)from & ~(uintptr_t)3);
    uint32_t last = *f++;
    for (; words >= 4; words -= 4, f += 4, to += 4) {
        uint32_t a = f[0], b = f[1], c = f[2], d = f[3];
        __asm__("ssa8l %5\n\tsrc %0, %1, %0\n\tsrc %1, %2, %1\n\tsrc %2, %3, %2\n\tsrc %3, %4, %3"
                : "+&r"(last), "+&r"(a), "+&r"(b), "+&r"(c)
                : "r"(d), "r"(from));
        to[0] = last, to[1] = a, to[2] = b, to[3] = c;
        last = d;
    }
    for (; words > 0; words--) {
        uint32_t next = *f++, word;
        __asm__("ssa8l %3\n\tsrc %0, %1, %2" : "=r"(word) : "r"(next), "r"(last), "r"(from));
        *to++ = word;
        last = next;
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    char *t = to;
    const char *f = from;
    if ((((uintptr_t)t ^ (uintptr_t)f) & 3) == 0) {
        for (; ((uintptr_t)t & 3) && size; size--)
            *t++ = *f++;
        uint32_t *tw = (uint32_t *)t;
        const uint32_t *fw = (const uint32_t *)f;
        for (; size >= 16; size -= 16, tw += 4, fw += 4) {
            uint32_t a = fw[0], b = fw[1], c = fw[2], d = fw[3];
            tw[0] = a, tw[1] = b, tw[2] = c, tw[3] = d;
        }
        for (; size >= 4; size -= 4)
            *tw++ = *fw++;
        t = (char *)tw;
        f = (const char *)fw;
    } else if (size >= 16) {
        for (; (uintptr_t)t & 3; size--)
            *t++ = *f++;
        copy_shifted((uint32_t *)t, f, size / 4);
        t += size & ~(size_t)3;
        f += size & ~(size_t)3;
        size &= 3;
    }
    while (size--)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    char *t = to;
    const char *f = from;
    if (t <= f || t >= f + size)
        return memcpy(to, from, size);
    if (word_aligned(t, f) && size % 4 == 0) {
        uint32_t *tw = to;
        const uint32_t *fw = from;
        for (size_t i = size / 4; i--;)
            tw[i] = fw[i];
        return to;
    }
    while (size--)
        t[size] = f[size];
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    char *t = to;
    uint32_t word = (unsigned char)byte * 0x01010101u;
    while (((uintptr_t)t & 3) && size) {
        *t++ = (char)byte;
        size--;
    }
    uint32_t *w = (uint32_t *)t;
    for (; size >= 4; size -= 4)
        *w++ = word;
    for (t = (char *)w; size; size--)
        *t++ = (char)byte;
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a, *y = b;
    for (; size--; x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memchr(const void *bytes, int byte, size_t size)
{
    const unsigned char *b = bytes;
    for (; size--; b++)
        if (*b == (unsigned char)byte)
            return (void *)b;
    return NULL;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

size_t strnlen(const char *text, size_t size)
{
    size_t length = 0;
    while (length < size && text[length])
        length++;
    return length;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t size)
{
    for (; size--; a++, b++)
        if (*a != *b || !*a)
            return (unsigned char)*a - (unsigned char)*b;
    return 0;
}

char *strcpy(char *restrict to, const char *restrict from)
{
    char *t = to;
    while ((*t++ = *from++))
        ;
    return to;
}

char *strncpy(char *restrict to, const char *restrict from, size_t size)
{
    size_t i = 0;
    for (; i < size && from[i]; i++)
        to[i] = from[i];
    for (; i < size; i++)
        to[i] = 0;
    return to;
}

char *strcat(char *restrict to, const char *restrict from)
{
    strcpy(to + strlen(to), from);
    return to;
}

char *strncat(char *restrict to, const char *restrict from, size_t size)
{
    char *end = to + strlen(to);
    size_t length = strnlen(from, size);
    memcpy(end, from, length);
    end[length] = 0;
    return to;
}

char *strchr(const char *text, int character)
{
    for (;; text++) {
        if (*text == (char)character)
            return (char *)text;
        if (!*text)
            return NULL;
    }
}

char *strrchr(const char *text, int character)
{
    const char *last = NULL;
    for (;; text++) {
        if (*text == (char)character)
            last = text;
        if (!*text)
            return (char *)last;
    }
}

char *strstr(const char *text, const char *part)
{
    size_t length = strlen(part);
    for (;; text++) {
        if (strncmp(text, part, length) == 0)
            return (char *)text;
        if (!*text)
            return NULL;
    }
}

static size_t span(const char *text, const char *set, bool members)
{
    size_t length = 0;
    while (text[length] && (strchr(set, text[length]) != NULL) == members)
        length++;
    return length;
}

size_t strspn(const char *text, const char *set)
{
    return span(text, set, true);
}

size_t strcspn(const char *text, const char *set)
{
    return span(text, set, false);
}
