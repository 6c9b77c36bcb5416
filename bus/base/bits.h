/* SPDX-License-Identifier: Apache-2.0 */
/* Bit fields, sign extension and wide products: the places where C invites undefined behaviour, written once. */
#ifndef VESPER_BUS_BASE_BITS_H
#define VESPER_BUS_BASE_BITS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `width` ones from bit 0; width 0..32. */
static inline uint32_t bits_mask(unsigned width)
{
    return width >= 32 ? UINT32_MAX : (UINT32_C(1) << width) - 1;
}

/* Bits [lsb, lsb + width) of value; lsb 0..31. */
static inline uint32_t bits_get(uint32_t value, unsigned lsb, unsigned width)
{
    return (value >> lsb) & bits_mask(width);
}

/* value with bits [lsb, lsb + width) replaced by the low bits of field. */
static inline uint32_t bits_set(uint32_t value, unsigned lsb, unsigned width, uint32_t field)
{
    uint32_t mask = bits_mask(width) << lsb;
    return (value & ~mask) | ((field << lsb) & mask);
}

static inline bool bits_test(uint32_t value, unsigned bit)
{
    return (value >> bit) & 1;
}

/* The low `width` bits of value as a two's complement number; width 1..32. */
static inline int32_t bits_sext(uint32_t value, unsigned width)
{
    uint32_t sign = UINT32_C(1) << (width - 1);
    uint32_t low = value & bits_mask(width);
    return (int32_t)((low ^ sign) - sign);
}

/* Arithmetic right shift that does not rely on the compiler's choice; shift 0..31. */
static inline uint32_t bits_sra(uint32_t value, unsigned shift)
{
    uint32_t sign = value >> 31 ? UINT32_MAX : 0;
    return shift ? (value >> shift) | (sign << (32 - shift)) : value;
}

/* Not for the guest's 32-bit compiler, which reads this header for the constants of bus/reg.h. */
#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 sim_u128;

/* value / divisor where the quotient fits 64 bits. x86-64 has an instruction for it, which compilers do not use since
 * they cannot know that it fits; their library call made up a sixth of a run that is busy with device registers. */
static inline uint64_t bits_div128(sim_u128 value, uint64_t divisor)
{
#if defined(__x86_64__)
    uint64_t quotient, remainder;
    uint64_t high = (uint64_t)(value >> 64), low = (uint64_t)value;
    if (high >= divisor)
        return (uint64_t)(value / divisor); /* a promise broken: wrong, but not a trap */
    __asm__("divq %4" : "=a"(quotient), "=d"(remainder) : "0"(low), "1"(high), "r"(divisor) : "cc");
    return quotient;
#else
    return (uint64_t)(value / divisor);
#endif
}

/* floor(a * b / divisor) with a 128-bit product; the quotient must fit 64 bits, divisor > 0. */
static inline uint64_t bits_muldiv(uint64_t a, uint64_t b, uint64_t divisor)
{
    return bits_div128((sim_u128)a * b, divisor);
}

/* ceil(a * b / divisor), as bits_muldiv. */
static inline uint64_t bits_muldiv_up(uint64_t a, uint64_t b, uint64_t divisor)
{
    return bits_div128((sim_u128)a * b + (divisor - 1), divisor);
}
#endif

#ifdef __cplusplus
}
#endif
#endif
