/* SPDX-License-Identifier: Apache-2.0 */
/* Output to the console, and to memory. Conversions: d i u x X o c s p f F % with flags - + space 0 #, width and
 * precision (also *), lengths hh h l ll z t j. Not there: e g a n, wide characters, input, files. */
#ifndef VESPER_GUEST_STDIO_H
#define VESPER_GUEST_STDIO_H

#include <stdarg.h>
#include <stddef.h>

#define EOF (-1)

int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int vprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));
int sprintf(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
int snprintf(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int vsprintf(char *text, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
int vsnprintf(char *text, size_t size, const char *format, va_list args) __attribute__((format(printf, 3, 0)));
int putchar(int character);
int puts(const char *text);

#endif
