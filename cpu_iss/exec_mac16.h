/* SPDX-License-Identifier: Apache-2.0 */
/* MAC16 Option: 16 x 16 bit products into a 40-bit accumulator, with a load of the next factor on the way. ISA RM,
 * section 4.3.7. */
#ifndef VESPER_CPU_ISS_EXEC_MAC16_H
#define VESPER_CPU_ISS_EXEC_MAC16_H

#include "cpu_iss/exec_mem.h"

/* ACCHI holds bits 39..32 sign-extended. */
static inline int64_t xt_acc(const struct xt_cpu *cpu)
{
    return (int64_t)((uint64_t)cpu->sr[XT_SR_acchi] << 32 | cpu->sr[XT_SR_acclo]);
}

static inline void xt_set_acc(struct xt_cpu *cpu, int64_t value)
{
    cpu->sr[XT_SR_acclo] = (uint32_t)value;
    cpu->sr[XT_SR_acchi] = (uint32_t)bits_sext((uint32_t)((uint64_t)value >> 32), 8);
}

static inline uint32_t xt_half(uint32_t value, bool is_high)
{
    return is_high ? value >> 16 : value & 0xffff;
}

static inline int64_t xt_product(uint32_t x, uint32_t y, bool x_high, bool y_high)
{
    return (int16_t)xt_half(x, x_high) * (int16_t)xt_half(y, y_high);
}

/* The four places of factors: mx is m0 or m1, my is m2 or m3. */
#define AS w[op->s]
#define AT w[op->t]
#define MX cpu->sr[XT_SR_m0 + op->x]
#define MY cpu->sr[XT_SR_m0 + op->t]

#define MAC_ONE(id, x_high, y_high, start, sign, x, y)                                                                 \
    XT_EXEC_VOID(id)                                                                                                   \
    {                                                                                                                  \
        xt_set_acc(cpu, (start)sign xt_product(x, y, x_high, y_high));                                                 \
    }
#define MAC_HALVES(id, start, sign, x, y)                                                                              \
    MAC_ONE(id##_ll, false, false, start, sign, x, y)                                                                  \
    MAC_ONE(id##_hl, true, false, start, sign, x, y)                                                                   \
    MAC_ONE(id##_lh, false, true, start, sign, x, y)                                                                   \
    MAC_ONE(id##_hh, true, true, start, sign, x, y)
MAC_HALVES(mul_aa, 0, +, AS, AT)
MAC_HALVES(mul_ad, 0, +, AS, MY)
MAC_HALVES(mul_da, 0, +, MX, AT)
MAC_HALVES(mul_dd, 0, +, MX, MY)
MAC_HALVES(mula_aa, xt_acc(cpu), +, AS, AT)
MAC_HALVES(mula_ad, xt_acc(cpu), +, AS, MY)
MAC_HALVES(mula_da, xt_acc(cpu), +, MX, AT)
MAC_HALVES(mula_dd, xt_acc(cpu), +, MX, MY)
MAC_HALVES(muls_aa, xt_acc(cpu), -, AS, AT)
MAC_HALVES(muls_ad, xt_acc(cpu), -, AS, MY)
MAC_HALVES(muls_da, xt_acc(cpu), -, MX, AT)
MAC_HALVES(muls_dd, xt_acc(cpu), -, MX, MY)
#undef MAC_HALVES
#undef MAC_ONE

#define MAC_UNSIGNED(id, x_high, y_high)                                                                               \
    XT_EXEC_VOID(id)                                                                                                   \
    {                                                                                                                  \
        xt_set_acc(cpu, (int64_t)((uint64_t)xt_half(w[op->s], x_high) * xt_half(w[op->t], y_high)));                   \
    }
MAC_UNSIGNED(umul_aa_ll, false, false)
MAC_UNSIGNED(umul_aa_hl, true, false)
MAC_UNSIGNED(umul_aa_lh, false, true)
MAC_UNSIGNED(umul_aa_hh, true, true)
#undef MAC_UNSIGNED

/* Updates as by step, loads from there into mw; the product is of the old factors. */
static inline bool xt_mac_load(struct xt_cpu *cpu, uint32_t *w, const struct xt_op *op, uint32_t step, bool multiplies,
                               int64_t product)
{
    uint32_t address = w[op->s] + step, value;
    enum xt_done done = xt_load32(cpu, op, address, &value);
    if (XT_UNLIKELY(done == XT_FAULT))
        return false;
    if (multiplies)
        xt_set_acc(cpu, xt_acc(cpu) + product);
    w[op->s] = address;
    cpu->sr[XT_SR_m0 + op->r] = value;
    return done == XT_DONE;
}

#define MAC_LOAD_ONE(id, x_high, y_high, step, x, y)                                                                   \
    XT_EXEC_BOOL(id)                                                                                                   \
    {                                                                                                                  \
        return xt_mac_load(cpu, w, op, step, true, xt_product(x, y, x_high, y_high));                                  \
    }
#define MAC_LOAD(id, dir, step, x, y)                                                                                  \
    MAC_LOAD_ONE(id##_ll_##dir, false, false, step, x, y)                                                              \
    MAC_LOAD_ONE(id##_hl_##dir, true, false, step, x, y)                                                               \
    MAC_LOAD_ONE(id##_lh_##dir, false, true, step, x, y)                                                               \
    MAC_LOAD_ONE(id##_hh_##dir, true, true, step, x, y)
MAC_LOAD(mula_dd, ldinc, 4, MX, MY)
MAC_LOAD(mula_dd, lddec, UINT32_MAX - 3, MX, MY)
MAC_LOAD(mula_da, ldinc, 4, MX, AT)
MAC_LOAD(mula_da, lddec, UINT32_MAX - 3, MX, AT)
#undef MAC_LOAD
#undef MAC_LOAD_ONE

XT_EXEC_BOOL(ldinc)
{
    return xt_mac_load(cpu, w, op, 4, false, 0);
}

XT_EXEC_BOOL(lddec)
{
    return xt_mac_load(cpu, w, op, UINT32_MAX - 3, false, 0);
}

#undef AS
#undef AT
#undef MX
#undef MY

#endif
