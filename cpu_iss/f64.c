/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu_iss/f64.h"

#include <stdbool.h>

enum { BIAS = 1023, EXPONENT_MAX = 2047, HIDDEN_BIT = 52 };

static uint64_t pair(uint32_t high, uint32_t low)
{
    return (uint64_t)high << 32 | low;
}

static uint32_t when(bool condition, uint32_t bits)
{
    return condition ? bits : 0;
}

uint32_t xt_f64_cmpl(struct xt_f64 *f64, uint32_t as, uint32_t at)
{
    f64->s = when(as == 0, XT_F64_A_ZERO) | when(at == 0, XT_F64_B_ZERO) | when(as > at, XT_F64_A_LARGER) |
             when(as < at, XT_F64_CARRY0);
    return as - at;
}

/* An operand as far as its high word and whether the low word is zero tell. */
struct operand {
    uint32_t magnitude; /* of the high word */
    unsigned exponent;  /* field */
    bool is_negative, is_nan, is_infinite, is_zero, is_subnormal;
};

static struct operand look_at(uint32_t high, bool is_low_zero)
{
    struct operand x = {.magnitude = high & 0x7fffffff, .exponent = high >> 20 & 0x7ff, .is_negative = high >> 31};
    bool is_fraction_zero = is_low_zero && (high & 0x000fffff) == 0;
    x.is_nan = x.exponent == EXPONENT_MAX && !is_fraction_zero;
    x.is_infinite = x.exponent == EXPONENT_MAX && is_fraction_zero;
    x.is_zero = x.exponent == 0 && is_fraction_zero;
    x.is_subnormal = x.exponent == 0 && !is_fraction_zero;
    return x;
}

/* -1, 0, 1: |a| below, equal, above |b|. */
static int compare_magnitude(const struct operand *a, const struct operand *b, uint32_t low)
{
    if (a->magnitude != b->magnitude)
        return a->magnitude < b->magnitude ? -1 : 1;
    return low & XT_F64_CARRY0 ? -1 : low & XT_F64_A_LARGER ? 1 : 0;
}

static bool compare(const struct operand *a, const struct operand *b, uint32_t low, unsigned operation)
{
    if (a->is_nan || b->is_nan)
        return operation == XT_F64_NE;
    int order = compare_magnitude(a, b, low);
    if (a->is_zero && b->is_zero)
        order = 0;
    else if (a->is_negative != b->is_negative)
        order = a->is_negative ? -1 : 1;
    else if (a->is_negative)
        order = -order;
    switch (operation) {
    case XT_F64_LT:
        return order < 0;
    case XT_F64_LE:
        return order <= 0;
    case XT_F64_EQ:
        return order == 0;
    case XT_F64_GT:
        return order > 0;
    case XT_F64_GE:
        return order >= 0;
    default:
        return order != 0;
    }
}

static uint32_t known(uint32_t result, bool is_negative)
{
    return XT_F64_COMPLEX | XT_F64_SIMPLEX | result | when(is_negative, XT_F64_SIGN);
}

/* Exponent field of an operand's significand; a subnormal's is that of the least normal number. */
static unsigned effective(const struct operand *x)
{
    return x->exponent ? x->exponent : 1;
}

static uint32_t prepare_sum(const struct operand *a, const struct operand *b, bool is_b_negative, int order,
                            uint32_t *sar)
{
    bool is_subtraction = a->is_negative != is_b_negative;
    if ((a->is_infinite && b->is_infinite && is_subtraction))
        return known(XT_F64_MAKE_NAN, false);
    if (a->is_infinite || b->is_infinite)
        return known(XT_F64_MAKE_INFINITY, a->is_infinite ? a->is_negative : is_b_negative);
    if (a->is_zero && b->is_zero)
        return known(XT_F64_MAKE_ZERO, a->is_negative && is_b_negative);
    if (is_subtraction && order == 0)
        return known(XT_F64_MAKE_ZERO, false);
    const struct operand *larger = order >= 0 ? a : b, *smaller = order >= 0 ? b : a;
    unsigned distance = effective(larger) - effective(smaller);
    *sar = distance & 31;
    uint32_t s = effective(larger) | when(order >= 0 ? a->is_negative : is_b_negative, XT_F64_SIGN) |
                 when(a->is_subnormal, XT_F64_A_SUBNORMAL) | when(b->is_subnormal, XT_F64_B_SUBNORMAL) |
                 when(order > 0, XT_F64_A_LARGER) | when(is_subtraction, XT_F64_SUBTRACT) |
                 when(is_subtraction && distance <= 1, XT_F64_NEAR) | when(distance >= 32, XT_F64_LONG_PRE);
    /* Below half a unit in the last place, even after the subtraction has cost a bit. */
    if (smaller->is_zero || distance > HIDDEN_BIT + 2)
        s |= XT_F64_COMPLEX | (order >= 0 ? XT_F64_RETURN_A : XT_F64_RETURN_B);
    return s;
}

static uint32_t prepare_product(const struct operand *a, const struct operand *b)
{
    bool is_negative = a->is_negative != b->is_negative;
    if ((a->is_infinite && b->is_zero) || (a->is_zero && b->is_infinite))
        return known(XT_F64_MAKE_NAN, false);
    if (a->is_infinite || b->is_infinite)
        return known(XT_F64_MAKE_INFINITY, is_negative);
    if (a->is_zero || b->is_zero)
        return known(XT_F64_MAKE_ZERO, is_negative);
    int exponent = (int)(effective(a) + effective(b)) - BIAS;
    uint32_t s = ((uint32_t)exponent & XT_F64_EXPONENT) | when(is_negative, XT_F64_SIGN);
    if (a->is_subnormal || b->is_subnormal)
        return s | XT_F64_COMPLEX | when(a->is_subnormal, XT_F64_A_SUBNORMAL) |
               when(b->is_subnormal, XT_F64_B_SUBNORMAL);
    if (exponent >= EXPONENT_MAX)
        return known(XT_F64_MAKE_INFINITY, is_negative);
    return s | when(exponent <= 0, XT_F64_COMPLEX | XT_F64_SUBNORMAL_OUT);
}

/* The exponent is that of a quotient of significands in 1..2; below 1 it is one less. */
static uint32_t prepare_quotient(const struct operand *a, const struct operand *b)
{
    bool is_negative = a->is_negative != b->is_negative;
    if ((a->is_infinite && b->is_infinite) || (a->is_zero && b->is_zero))
        return known(XT_F64_MAKE_NAN, false);
    if (a->is_infinite || b->is_zero)
        return known(XT_F64_MAKE_INFINITY, is_negative);
    if (a->is_zero || b->is_infinite)
        return known(XT_F64_MAKE_ZERO, is_negative);
    int exponent = (int)effective(a) - (int)effective(b) + BIAS;
    uint32_t s = ((uint32_t)exponent & XT_F64_EXPONENT) | when(is_negative, XT_F64_SIGN);
    if (a->is_subnormal || b->is_subnormal)
        return s | XT_F64_COMPLEX | when(a->is_subnormal, XT_F64_A_SUBNORMAL) |
               when(b->is_subnormal, XT_F64_B_SUBNORMAL);
    if (exponent > EXPONENT_MAX)
        return known(XT_F64_MAKE_INFINITY, is_negative);
    return s | when(exponent <= 1, XT_F64_COMPLEX | XT_F64_MAY_UNDERFLOW);
}

static uint32_t prepare_root(const struct operand *a, uint32_t *sar)
{
    if (a->is_zero)
        return known(XT_F64_MAKE_ZERO, a->is_negative);
    if (a->is_negative)
        return known(XT_F64_MAKE_NAN, false);
    if (a->is_infinite)
        return known(XT_F64_MAKE_INFINITY, false);
    unsigned exponent = effective(a);
    *sar = ~exponent & 1; /* the bias is odd */
    return (exponent + BIAS) >> 1 | when(a->is_subnormal, XT_F64_COMPLEX | XT_F64_A_SUBNORMAL);
}

static uint32_t classify(const struct operand *a, const struct operand *b)
{
    return when(a->is_zero, XT_F64_A_ZERO) | when(b->is_zero, XT_F64_B_ZERO) | when(a->is_infinite, XT_F64_A_INFINITE) |
           when(b->is_infinite, XT_F64_B_INFINITE) | when(a->is_nan, XT_F64_A_NAN) | when(b->is_nan, XT_F64_B_NAN) |
           when(a->is_subnormal, XT_F64_A_SUBNORMAL) | when(b->is_subnormal, XT_F64_B_SUBNORMAL);
}

static uint32_t prepare(const struct operand *a, const struct operand *b, uint32_t low, unsigned operation,
                        uint32_t *sar)
{
    if (operation >= XT_F64_TEST)
        return classify(a, b);
    if (a->is_nan || (b->is_nan && operation != XT_F64_SQRT))
        return known(XT_F64_MAKE_NAN, false);
    switch (operation) {
    case XT_F64_MUL:
        return prepare_product(a, b);
    case XT_F64_SQRT:
        return prepare_root(a, sar);
    case XT_F64_DIV:
        return prepare_quotient(a, b);
    default:
        return prepare_sum(a, b, b->is_negative != (operation == XT_F64_SUB), compare_magnitude(a, b, low), sar);
    }
}

uint32_t xt_f64_cmph(struct xt_f64 *f64, uint32_t as, uint32_t at, unsigned operation, uint32_t *sar)
{
    struct operand a = look_at(as, f64->s & XT_F64_A_ZERO), b = look_at(at, f64->s & XT_F64_B_ZERO);
    if (operation >= XT_F64_LT && operation <= XT_F64_NE)
        return compare(&a, &b, f64->s, operation);
    *sar = 0;
    f64->s = prepare(&a, &b, f64->s, operation, sar);
    f64->r_lo = f64->r_hi = 0;
    return f64->s;
}

uint32_t xt_f64_sig(uint32_t as)
{
    return (as & 0x000fffff) | when((as & 0x7ff00000) != 0, UINT32_C(1) << 20);
}

uint32_t xt_f64_sexp(uint32_t as, uint32_t at)
{
    return (as & 0x800fffff) | (at & 0x7ff) << 20;
}

static uint64_t carry_in(const struct xt_f64 *f64, unsigned zero, uint32_t flag)
{
    return !(zero & 1) && f64->s & flag;
}

uint32_t xt_f64_addc(struct xt_f64 *f64, uint32_t at, uint32_t as, unsigned zero, unsigned carry)
{
    uint32_t flag = carry ? XT_F64_CARRY1 : XT_F64_CARRY0;
    uint64_t sum = (uint64_t)at + (zero & 2 ? 0 : as) + carry_in(f64, zero, flag);
    f64->s = (f64->s & ~flag) | when(sum >> 32, flag);
    return (uint32_t)sum;
}

uint32_t xt_f64_subc(struct xt_f64 *f64, uint32_t at, uint32_t as, unsigned zero, unsigned carry)
{
    uint32_t flag = carry ? XT_F64_CARRY1 : XT_F64_CARRY0;
    uint64_t difference = (uint64_t)at - (zero & 2 ? 0 : as) - carry_in(f64, zero, flag);
    f64->s = (f64->s & ~flag) | when(difference >> 32, flag);
    return (uint32_t)difference;
}

uint32_t xt_f64_norm(struct xt_f64 *f64, uint32_t as, uint32_t at, unsigned mode, uint32_t *sar)
{
    uint64_t significand = pair(as, at);
    uint32_t exponent = f64->s & XT_F64_EXPONENT;
    uint32_t shift = significand ? (uint32_t)__builtin_clzll(significand) : 64;
    shift = shift > 63 - HIDDEN_BIT ? shift - (63 - HIDDEN_BIT) : 0;
    if (shift >= exponent)
        shift = exponent ? exponent - 1 : 0;
    *sar = shift & 31;
    significand <<= shift;
    if (!(mode & 1))
        return (uint32_t)(significand >> 32);
    f64->s = (f64->s & ~(uint32_t)(XT_F64_EXPONENT | XT_F64_LONG_POST)) | (exponent - shift) |
             when(shift >= 32, XT_F64_LONG_POST);
    return (uint32_t)significand;
}

static uint32_t deliver(struct xt_f64 *f64, uint64_t result)
{
    result |= (uint64_t)(f64->s & XT_F64_SIGN) << 52;
    f64->r_lo = (uint32_t)result;
    f64->r_hi = (uint32_t)(result >> 32);
    return f64->r_hi;
}

uint32_t xt_f64_rnd(struct xt_f64 *f64, uint32_t as, uint32_t at, unsigned mode)
{
    const uint64_t hidden = UINT64_C(1) << HIDDEN_BIT, infinity = (uint64_t)EXPONENT_MAX << HIDDEN_BIT;
    uint64_t significand = pair(as, at), rest = pair(f64->r_hi, f64->r_lo);
    uint64_t exponent = f64->s & XT_F64_EXPONENT;
    if (f64->s & XT_F64_MAKE_NAN)
        return deliver(f64, infinity | hidden >> 1);
    if (f64->s & XT_F64_MAKE_INFINITY)
        return deliver(f64, infinity);
    if (f64->s & XT_F64_MAKE_ZERO)
        return deliver(f64, 0);
    bool is_up = mode == XT_F64_SEEK && significand < hidden && exponent > 1;
    bool is_down = mode == XT_F64_SHIFT_DOWN || (mode == XT_F64_SEEK && significand >= 2 * hidden);
    if (is_up) {
        significand = significand << 1 | rest >> 63;
        rest <<= 1;
        exponent--;
    } else if (is_down) {
        rest = (significand & 1) << 63 | rest >> 1 | (rest & 1);
        significand >>= 1;
        exponent += mode == XT_F64_SEEK;
    }
    const uint64_t half = UINT64_C(1) << 63;
    significand += rest > half || (rest == half && (significand & 1));
    if (significand >= 2 * hidden) {
        significand >>= 1; /* it was all ones and is a power of two */
        exponent++;
    }
    if (significand < hidden)
        return deliver(f64, significand); /* subnormal */
    exponent += exponent == 0;
    /* The hidden bit adds one to the exponent field. */
    return deliver(f64, exponent >= EXPONENT_MAX ? infinity : ((exponent - 1) << HIDDEN_BIT) + significand);
}

uint32_t xt_f64_iter(struct xt_f64 *f64, uint32_t ar, uint32_t as, uint32_t at, unsigned operation, unsigned is_last)
{
    uint64_t remainder = pair(f64->r_hi, f64->r_lo), trial;
    if (operation >= XT_F64_DIVIDE)
        trial = pair(as, at);
    else if (operation == XT_F64_ROOT_HIGH)
        trial = 2 * pair(ar, as) + pair(at, 0);
    else
        trial = 2 * pair(as, ar) + at;
    bool is_in = remainder >= trial;
    remainder -= is_in ? trial : 0;
    remainder <<= is_last ? 0 : 1;
    f64->r_lo = (uint32_t)remainder;
    f64->r_hi = (uint32_t)(remainder >> 32);
    if (operation >= XT_F64_DIVIDE)
        return ar << 1 | is_in;
    return ar + (is_in ? at : 0);
}

uint32_t xt_f64_read(const struct xt_f64 *f64, unsigned is_high)
{
    return is_high ? f64->r_hi : f64->r_lo;
}

void xt_f64_write(struct xt_f64 *f64, uint32_t as, uint32_t at, unsigned is_exchanged)
{
    f64->r_hi = is_exchanged ? at : as;
    f64->r_lo = is_exchanged ? as : at;
}
