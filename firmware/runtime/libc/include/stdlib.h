/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VESPER_GUEST_STDLIB_H
#define VESPER_GUEST_STDLIB_H

#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX 0x7FFFFFFF

/* One heap for both cores; may be called from interrupt handlers. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);
void free(void *memory);

/* Says so and stops this core. */
void exit(int status) __attribute__((noreturn));
void abort(void) __attribute__((noreturn));

int abs(int value);
long labs(long value);
int atoi(const char *text);
long atol(const char *text);
long strtol(const char *text, char **end, int base);
unsigned long strtoul(const char *text, char **end, int base);

int rand(void);
void srand(unsigned seed);
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));

#endif
