/* SPDX-License-Identifier: Apache-2.0 */
/* printf and its family: one formatter, which hands pieces of text to a sink. */
#include <stdio.h>

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "firmware/runtime/platform.h"

enum { CONSOLE_CHUNK = 128, NUMBER_TEXT = 32, FRACTION_MAX = 17 };

struct sink {
    char *text;      /* memory, or a chunk on its way to the console */
    size_t room;     /* characters that fit */
    size_t used;     /* characters in it */
    size_t produced; /* characters in all, whether they fitted or not */
    bool console;
};

struct conversion {
    bool left, plus, space, zero, alternate;
    int width, precision; /* precision -1: not given */
    int length;           /* -2 hh, -1 h, 0, 1 l, 2 ll */
    char letter;
};

static void put(struct sink *sink, char c)
{
    sink->produced++;
    if (sink->console && sink->used == sink->room) {
        platform_console_write(sink->text, sink->used);
        sink->used = 0;
    }
    if (sink->used < sink->room)
        sink->text[sink->used++] = c;
}

static void put_many(struct sink *sink, char c, int count)
{
    while (count-- > 0)
        put(sink, c);
}

/* prefix: sign or 0x, before zeros that fill the width; zeros: further ones that the precision asks for. */
static void put_field(struct sink *sink, const struct conversion *conversion, const char *prefix, int zeros,
                      const char *text, size_t length)
{
    int fill = conversion->width - (int)(strlen(prefix) + length) - zeros;
    if (!conversion->left && !conversion->zero)
        put_many(sink, ' ', fill);
    while (*prefix)
        put(sink, *prefix++);
    if (!conversion->left && conversion->zero)
        put_many(sink, '0', fill);
    put_many(sink, '0', zeros);
    while (length--)
        put(sink, *text++);
    if (conversion->left)
        put_many(sink, ' ', fill);
}

/* Digits of value, ending at `end`; returns where they begin. */
static char *digits_of(uint64_t value, unsigned base, bool upper, char *end)
{
    const char *digit = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    while (value > UINT32_MAX) {
        *--end = digit[value % base];
        value /= base;
    }
    for (uint32_t low = (uint32_t)value; low; low /= base)
        *--end = digit[low % base];
    return end;
}

static const char *sign_of(const struct conversion *conversion, bool negative)
{
    return negative ? "-" : conversion->plus ? "+" : conversion->space ? " " : "";
}

static void put_integer(struct sink *sink, struct conversion *conversion, uint64_t value, bool negative)
{
    char text[NUMBER_TEXT];
    char *end = text + sizeof text;
    char letter = conversion->letter;
    unsigned base = letter == 'o' ? 8 : letter == 'x' || letter == 'X' || letter == 'p' ? 16 : 10;
    const char *prefix = letter == 'd' || letter == 'i' ? sign_of(conversion, negative) : "";
    if (letter == 'p' || (conversion->alternate && base == 16 && value))
        prefix = letter == 'X' ? "0X" : "0x";
    char *first = digits_of(value, base, letter == 'X', end);
    int length = (int)(end - first);
    int zeros = conversion->precision < 0 ? length == 0 : conversion->precision - length;
    if (conversion->alternate && base == 8 && zeros <= 0)
        zeros = 1;
    if (conversion->precision >= 0)
        conversion->zero = false;
    put_field(sink, conversion, prefix, zeros > 0 ? zeros : 0, first, (size_t)length);
}

/* Integer part in 64 bits, fraction as a multiple of 2^-60: exact for numbers below 2^63 whose last bit is 2^-60 or
 * more; bits below that are cut off. Halves are rounded up. */
static void put_float(struct sink *sink, struct conversion *conversion, double value)
{
    enum { FRACTION_BITS = 60, EXPONENT_BIAS = 1075 };
    union {
        double value;
        uint64_t bits;
    } raw = {.value = value};
    bool negative = raw.bits >> 63;
    int exponent = (int)(raw.bits >> 52 & 0x7FF);
    uint64_t mantissa = raw.bits & ((UINT64_C(1) << 52) - 1);
    const char *sign = sign_of(conversion, negative);
    if (exponent == 0x7FF || exponent - EXPONENT_BIAS > 10) {
        conversion->zero = false;
        put_field(sink, conversion, sign, 0, exponent == 0x7FF ? mantissa ? "nan" : "inf" : ">1e19",
                  exponent == 0x7FF ? 3 : 5);
        return;
    }
    mantissa |= exponent ? UINT64_C(1) << 52 : 0;
    int shift = exponent - EXPONENT_BIAS; /* the number is mantissa * 2^shift */
    uint64_t whole = shift >= 0 ? mantissa << shift : shift > -53 ? mantissa >> -shift : 0;
    uint64_t part = shift >= 0 ? 0 : shift > -53 ? mantissa & ((UINT64_C(1) << -shift) - 1) : mantissa;
    int up = FRACTION_BITS + shift;
    part = up >= 0 ? part << up : up > -64 ? part >> -up : 0;

    char text[NUMBER_TEXT + FRACTION_MAX];
    char *end = text + sizeof text;
    int precision = conversion->precision < 0 ? 6 : conversion->precision;
    int shown = precision < FRACTION_MAX ? precision : FRACTION_MAX;
    char fraction[FRACTION_MAX + 1];
    for (int i = 0; i < shown; i++) {
        part *= 10;
        fraction[i] = (char)('0' + (part >> FRACTION_BITS));
        part &= (UINT64_C(1) << FRACTION_BITS) - 1;
    }
    bool carry = part >> (FRACTION_BITS - 1);
    for (int i = shown; carry && i--;) {
        carry = fraction[i] == '9';
        fraction[i] = carry ? '0' : (char)(fraction[i] + 1);
    }
    char *first = end - shown;
    memcpy(first, fraction, (size_t)shown);
    if (shown || conversion->alternate)
        *--first = '.';
    char *point = first;
    first = digits_of(whole + carry, 10, false, first);
    if (first == point)
        *--first = '0';
    put_field(sink, conversion, sign, 0, first, (size_t)(end - first));
    put_many(sink, '0', precision - shown);
}

static const char *parse_conversion(const char *format, struct conversion *conversion, va_list *args)
{
    *conversion = (struct conversion){.precision = -1};
    for (;; format++) {
        if (*format == '-')
            conversion->left = true;
        else if (*format == '+')
            conversion->plus = true;
        else if (*format == ' ')
            conversion->space = true;
        else if (*format == '0')
            conversion->zero = true;
        else if (*format == '#')
            conversion->alternate = true;
        else
            break;
    }
    if (*format == '*') {
        conversion->width = va_arg(*args, int);
        format++;
        if (conversion->width < 0) {
            conversion->left = true;
            conversion->width = -conversion->width;
        }
    }
    for (; isdigit(*format); format++)
        conversion->width = conversion->width * 10 + (*format - '0');
    if (*format == '.') {
        conversion->precision = 0;
        if (*++format == '*') {
            conversion->precision = va_arg(*args, int);
            format++;
        }
        for (; isdigit(*format); format++)
            conversion->precision = conversion->precision * 10 + (*format - '0');
    }
    for (;; format++) {
        if (*format == 'h')
            conversion->length--;
        else if (*format == 'l')
            conversion->length++;
        else if (*format == 'j')
            conversion->length = 2;
        else if (*format != 'z' && *format != 't')
            break;
    }
    conversion->letter = *format;
    return *format ? format + 1 : format;
}

static int64_t signed_argument(int length, va_list *args)
{
    if (length >= 2)
        return va_arg(*args, int64_t);
    int value = va_arg(*args, int); /* long and int are the same here */
    return length == -1 ? (short)value : length <= -2 ? (signed char)value : value;
}

static uint64_t unsigned_argument(int length, va_list *args)
{
    if (length >= 2)
        return va_arg(*args, uint64_t);
    unsigned value = va_arg(*args, unsigned);
    return length == -1 ? (unsigned short)value : length <= -2 ? (unsigned char)value : value;
}

static void convert(struct sink *sink, struct conversion *conversion, va_list *args)
{
    switch (conversion->letter) {
    case 'd':
    case 'i': {
        int64_t value = signed_argument(conversion->length, args);
        put_integer(sink, conversion, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
        break;
    }
    case 'u':
    case 'o':
    case 'x':
    case 'X':
        put_integer(sink, conversion, unsigned_argument(conversion->length, args), false);
        break;
    case 'p':
        put_integer(sink, conversion, (uintptr_t)va_arg(*args, void *), false);
        break;
    case 'c': {
        char c = (char)va_arg(*args, int);
        put_field(sink, conversion, "", 0, &c, 1);
        break;
    }
    case 's': {
        const char *text = va_arg(*args, const char *);
        text = text ? text : "(null)";
        put_field(sink, conversion, "", 0, text,
                  strnlen(text, conversion->precision < 0 ? SIZE_MAX : (size_t)conversion->precision));
        break;
    }
    case 'f':
    case 'F':
        put_float(sink, conversion, va_arg(*args, double));
        break;
    default: /* also %% */
        if (conversion->letter)
            put(sink, conversion->letter);
        break;
    }
}

static int format_to(struct sink *sink, const char *format, va_list args)
{
    va_list rest;
    va_copy(rest, args);
    while (*format) {
        struct conversion conversion;
        if (*format != '%') {
            put(sink, *format++);
            continue;
        }
        format = parse_conversion(format + 1, &conversion, &rest);
        convert(sink, &conversion, &rest);
    }
    va_end(rest);
    return (int)sink->produced;
}

int vsnprintf(char *text, size_t size, const char *format, va_list args)
{
    struct sink sink = {.text = text, .room = size ? size - 1 : 0};
    int produced = format_to(&sink, format, args);
    if (size)
        text[sink.used] = 0;
    return produced;
}

int vprintf(const char *format, va_list args)
{
    char chunk[CONSOLE_CHUNK];
    struct sink sink = {.text = chunk, .room = sizeof chunk, .console = true};
    int produced = format_to(&sink, format, args);
    platform_console_write(chunk, sink.used);
    return produced;
}

int vsprintf(char *text, const char *format, va_list args)
{
    return vsnprintf(text, INT_MAX, format, args);
}

int printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int produced = vprintf(format, args);
    va_end(args);
    return produced;
}

int snprintf(char *text, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int produced = vsnprintf(text, size, format, args);
    va_end(args);
    return produced;
}

int sprintf(char *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int produced = vsnprintf(text, INT_MAX, format, args);
    va_end(args);
    return produced;
}

int putchar(int character)
{
    char c = (char)character;
    platform_console_write(&c, 1);
    return (unsigned char)c;
}

int puts(const char *text)
{
    return printf("%s\n", text);
}
