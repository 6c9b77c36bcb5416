/* SPDX-License-Identifier: Apache-2.0 */
/* Loads and stores. Plain memory that was found before is reached through cpu->tlb; all else is mem.c's. */
#ifndef VESPER_CPU_ISS_EXEC_MEM_H
#define VESPER_CPU_ISS_EXEC_MEM_H

#include "cpu_iss/exec.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "guest memory is accessed as host words: a little-endian host is needed"
#endif

/* Masks out the bits of an address that may vary within a page; misalignment stays. */
#define XT_TAG_OF(address, size) ((address) & ~(UINT32_C(0xfff) & ~(UINT32_C(size) - 1)))

static inline struct xt_tlb *xt_tlb_of(struct xt_cpu *cpu, uint32_t address)
{
    return &cpu->tlb[address >> XT_PAGE_BITS & (XT_TLB_SIZE - 1)];
}

static inline void *xt_host_of(const struct xt_tlb *entry, uint32_t address)
{
    return (void *)(entry->bias + address);
}

#define LOAD_FAST(bits, tag)                                                                                           \
    static inline enum xt_done xt_load##bits(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address,             \
                                             uint32_t *value)                                                          \
    {                                                                                                                  \
        const struct xt_tlb *entry = xt_tlb_of(cpu, address);                                                          \
        if (XT_LIKELY(entry->tag == XT_TAG_OF(address, bits / 8))) {                                                   \
            uint##bits##_t narrow;                                                                                     \
            memcpy(&narrow, xt_host_of(entry, address), sizeof narrow);                                                \
            *value = narrow;                                                                                           \
            return XT_DONE;                                                                                            \
        }                                                                                                              \
        return xt_load_slow(cpu, op, address, bits / 8, value);                                                        \
    }
LOAD_FAST(8, load)
LOAD_FAST(16, load)
LOAD_FAST(32, load32)
#undef LOAD_FAST

#define STORE_FAST(bits, tag)                                                                                          \
    static inline enum xt_done xt_store##bits(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address,            \
                                              uint32_t value)                                                          \
    {                                                                                                                  \
        const struct xt_tlb *entry = xt_tlb_of(cpu, address);                                                          \
        if (XT_LIKELY(entry->tag == XT_TAG_OF(address, bits / 8))) {                                                   \
            uint##bits##_t narrow = (uint##bits##_t)value;                                                             \
            memcpy(xt_host_of(entry, address), &narrow, sizeof narrow);                                                \
            return XT_DONE;                                                                                            \
        }                                                                                                              \
        return xt_store_slow(cpu, op, address, bits / 8, value);                                                       \
    }
STORE_FAST(8, store)
STORE_FAST(16, store)
STORE_FAST(32, store32)
#undef STORE_FAST

#define LOAD(id, bits, address, convert)                                                                               \
    XT_EXEC_BOOL(id)                                                                                                   \
    {                                                                                                                  \
        uint32_t value;                                                                                                \
        enum xt_done done = xt_load##bits(cpu, op, (address), &value);                                                 \
        if (XT_UNLIKELY(done == XT_FAULT))                                                                             \
            return false;                                                                                              \
        w[op->t] = (convert);                                                                                          \
        return done == XT_DONE;                                                                                        \
    }
LOAD(l8ui, 8, w[op->s] + op->imm, value)
LOAD(l16ui, 16, w[op->s] + op->imm, value)
LOAD(l16si, 16, w[op->s] + op->imm, (uint32_t)(int32_t)(int16_t)value)
LOAD(l32i, 32, w[op->s] + op->imm, value)
LOAD(l32i_n, 32, w[op->s] + op->imm, value)
LOAD(l32r, 32, op->imm, value)
#undef LOAD

#define STORE(id, bits)                                                                                                \
    XT_EXEC_BOOL(id)                                                                                                   \
    {                                                                                                                  \
        return xt_store##bits(cpu, op, w[op->s] + op->imm, w[op->t]) == XT_DONE;                                       \
    }
STORE(s8i, 8)
STORE(s16i, 16)
STORE(s32i, 32)
STORE(s32i_n, 32)
/* Not buffered; there is one core's order of accesses only, so a plain store. */
STORE(s32nb, 32)
#undef STORE

/* Acquire and release, and S32C1I, insist on alignment, whatever plain accesses may do: ISA RM, section 4.3.12. */
static inline bool xt_is_aligned(struct xt_cpu *cpu, const struct xt_op *op, uint32_t address)
{
    if (XT_LIKELY((address & 3) == 0))
        return true;
    xt_raise_address(cpu, op, XT_CAUSE_UNALIGNED, address);
    return false;
}

XT_EXEC_BOOL(l32ai)
{
    return xt_is_aligned(cpu, op, w[op->s] + op->imm) && exec_l32i(cpu, w, op);
}

/* Release: earlier accesses must be seen first, so device stores leave the write buffer. */
XT_EXEC_BOOL(s32ri)
{
    if (!xt_is_aligned(cpu, op, w[op->s] + op->imm))
        return false;
    return xt_store_release(cpu, op, w[op->s] + op->imm, w[op->t]) == XT_DONE;
}

/* The word is replaced if it equals SCOMPARE1; its old value comes back in any case. */
XT_EXEC_BOOL(s32c1i)
{
    if (!xt_is_aligned(cpu, op, w[op->s] + op->imm))
        return false;
    uint32_t value = w[op->t];
    enum xt_done done = xt_compare_and_swap(cpu, op, w[op->s] + op->imm, &value);
    if (XT_UNLIKELY(done == XT_FAULT))
        return false;
    w[op->t] = value;
    return done == XT_DONE;
}

XT_EXEC_BOOL(memw)
{
    return xt_drain(cpu, op) == XT_DONE;
}

XT_EXEC_BOOL(extw)
{
    return xt_drain(cpu, op) == XT_DONE;
}

/* --- Floating point: the forms with p access as itself and then add to it
 * ---------------------------------------------- */

#define FP_LOAD(id, reg, distance, updates)                                                                            \
    XT_EXEC_BOOL(id)                                                                                                   \
    {                                                                                                                  \
        uint32_t address = w[op->s] + ((updates) ? 0 : (distance)), value;                                             \
        enum xt_done done = xt_load32(cpu, op, address, &value);                                                       \
        if (XT_UNLIKELY(done == XT_FAULT))                                                                             \
            return false;                                                                                              \
        cpu->fpu.f[reg] = value;                                                                                       \
        if (updates)                                                                                                   \
            w[op->s] += (distance);                                                                                    \
        return done == XT_DONE;                                                                                        \
    }
FP_LOAD(lsi, op->t, op->imm, false)
FP_LOAD(lsip, op->t, op->imm, true)
FP_LOAD(lsx, op->r, w[op->t], false)
FP_LOAD(lsxp, op->r, w[op->t], true)
#undef FP_LOAD

#define FP_STORE(id, reg, distance, updates)                                                                           \
    XT_EXEC_BOOL(id)                                                                                                   \
    {                                                                                                                  \
        uint32_t address = w[op->s] + ((updates) ? 0 : (distance));                                                    \
        enum xt_done done = xt_store32(cpu, op, address, cpu->fpu.f[reg]);                                             \
        if (XT_UNLIKELY(done == XT_FAULT))                                                                             \
            return false;                                                                                              \
        if (updates)                                                                                                   \
            w[op->s] += (distance);                                                                                    \
        return done == XT_DONE;                                                                                        \
    }
FP_STORE(ssi, op->t, op->imm, false)
FP_STORE(ssip, op->t, op->imm, true)
FP_STORE(ssx, op->r, w[op->t], false)
FP_STORE(ssxp, op->r, w[op->t], true)
#undef FP_STORE

#endif
