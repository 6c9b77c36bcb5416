/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that GCC calls for __sync and __atomic built-ins and C11 atomics: the stock compiler is one for a core
 * without S32C1I. Loads and stores up to 4 bytes it does by itself. Smaller objects are changed within their word;
 * 8-byte objects under a lock, so they must be accessed by these functions only.
 * The names are those of built-ins, hence the assembler labels. */
#include "firmware/runtime/spinlock.h"

#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define AND(a, b) ((a) & (b))
#define OR(a, b) ((a) | (b))
#define XOR(a, b) ((a) ^ (b))
#define NAND(a, b) (~((a) & (b)))
#define SET(a, b) (b)

/* ---- 1, 2 and 4 bytes ------------------------------------------------------------------------------------------- */

/* Replaces `bits` bits of memory, if they are `expected`, within the word that S32C1I works on. Returns what they were
 * (and so whether it was done), or tries again when the rest of the word has changed meanwhile. */
static uint32_t exchange_if(volatile void *object, unsigned bits, uint32_t expected, uint32_t desired)
{
    volatile uint32_t *word = (volatile uint32_t *)((uintptr_t)object & ~(uintptr_t)3);
    unsigned shift = ((uintptr_t)object & 3) * 8;
    uint32_t mask = (bits == 32 ? UINT32_MAX : (1u << bits) - 1) << shift;
    for (;;) {
        uint32_t before = *word, found = (before & mask) >> shift;
        if (found != expected)
            return found;
        uint32_t after = (before & ~mask) | (desired << shift & mask);
        if (compare_and_set(word, before, after) == before)
            return expected;
    }
}

#define FETCH(type, size, name, operation)                                                                             \
    type atomic_fetch_##name##_##size(volatile void *object, type operand,                                             \
                                      int order) __asm__("__atomic_fetch_" #name "_" #size);                           \
    type atomic_fetch_##name##_##size(volatile void *object, type operand, int order)                                  \
    {                                                                                                                  \
        (void)order;                                                                                                   \
        type old, found = *(volatile type *)object;                                                                    \
        memw();                                                                                                        \
        do {                                                                                                           \
            old = found;                                                                                               \
            found = (type)exchange_if(object, 8 * size, old, (type)operation(old, operand));                           \
        } while (found != old);                                                                                        \
        memw();                                                                                                        \
        return old;                                                                                                    \
    }                                                                                                                  \
    type atomic_##name##_fetch_##size(volatile void *object, type operand,                                             \
                                      int order) __asm__("__atomic_" #name "_fetch_" #size);                           \
    type atomic_##name##_fetch_##size(volatile void *object, type operand, int order)                                  \
    {                                                                                                                  \
        type old = atomic_fetch_##name##_##size(object, operand, order);                                               \
        return (type)operation(old, operand);                                                                          \
    }                                                                                                                  \
    type sync_fetch_and_##name##_##size(volatile void *object,                                                         \
                                        type operand) __asm__("__sync_fetch_and_" #name "_" #size);                    \
    type sync_fetch_and_##name##_##size(volatile void *object, type operand)                                           \
    {                                                                                                                  \
        return atomic_fetch_##name##_##size(object, operand, __ATOMIC_SEQ_CST);                                        \
    }                                                                                                                  \
    type sync_##name##_and_fetch_##size(volatile void *object,                                                         \
                                        type operand) __asm__("__sync_" #name "_and_fetch_" #size);                    \
    type sync_##name##_and_fetch_##size(volatile void *object, type operand)                                           \
    {                                                                                                                  \
        return atomic_##name##_fetch_##size(object, operand, __ATOMIC_SEQ_CST);                                        \
    }

#define EXCHANGE(type, size)                                                                                           \
    type atomic_exchange_##size(volatile void *object, type desired, int order) __asm__("__atomic_exchange_" #size);   \
    type atomic_exchange_##size(volatile void *object, type desired, int order)                                        \
    {                                                                                                                  \
        (void)order;                                                                                                   \
        type old, found = *(volatile type *)object;                                                                    \
        memw();                                                                                                        \
        do {                                                                                                           \
            old = found;                                                                                               \
            found = (type)exchange_if(object, 8 * size, old, desired);                                                 \
        } while (found != old);                                                                                        \
        memw();                                                                                                        \
        return old;                                                                                                    \
    }                                                                                                                  \
    type sync_lock_test_and_set_##size(volatile void *object,                                                          \
                                       type desired) __asm__("__sync_lock_test_and_set_" #size);                       \
    type sync_lock_test_and_set_##size(volatile void *object, type desired)                                            \
    {                                                                                                                  \
        return atomic_exchange_##size(object, desired, __ATOMIC_ACQUIRE);                                              \
    }                                                                                                                  \
    bool atomic_compare_exchange_##size(volatile void *object, void *expected, type desired, int success,              \
                                        int failure) __asm__("__atomic_compare_exchange_" #size);                      \
    bool atomic_compare_exchange_##size(volatile void *object, void *expected, type desired, int success, int failure) \
    {                                                                                                                  \
        (void)success, (void)failure;                                                                                  \
        type wanted = *(type *)expected;                                                                               \
        memw();                                                                                                        \
        type found = (type)exchange_if(object, 8 * size, wanted, desired);                                             \
        memw();                                                                                                        \
        *(type *)expected = found;                                                                                     \
        return found == wanted;                                                                                        \
    }                                                                                                                  \
    type sync_val_compare_and_swap_##size(volatile void *object, type expected,                                        \
                                          type desired) __asm__("__sync_val_compare_and_swap_" #size);                 \
    type sync_val_compare_and_swap_##size(volatile void *object, type expected, type desired)                          \
    {                                                                                                                  \
        (void)atomic_compare_exchange_##size(object, &expected, desired, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);          \
        return expected;                                                                                               \
    }                                                                                                                  \
    bool sync_bool_compare_and_swap_##size(volatile void *object, type expected,                                       \
                                           type desired) __asm__("__sync_bool_compare_and_swap_" #size);               \
    bool sync_bool_compare_and_swap_##size(volatile void *object, type expected, type desired)                         \
    {                                                                                                                  \
        return atomic_compare_exchange_##size(object, &expected, desired, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);         \
    }

#define ALL(type, size)                                                                                                \
    FETCH(type, size, add, ADD)                                                                                        \
    FETCH(type, size, sub, SUB)                                                                                        \
    FETCH(type, size, and, AND)                                                                                        \
    FETCH(type, size, or, OR)                                                                                          \
    FETCH(type, size, xor, XOR)                                                                                        \
    FETCH(type, size, nand, NAND)                                                                                      \
    EXCHANGE(type, size)

ALL(uint8_t, 1)
ALL(uint16_t, 2)
ALL(uint32_t, 4)

/* ---- 8 bytes ---------------------------------------------------------------------------------------------------- */

static struct spinlock wide_lock;

#define WIDE(name, operation)                                                                                          \
    uint64_t atomic_fetch_##name##_8(volatile void *object, uint64_t operand,                                          \
                                     int order) __asm__("__atomic_fetch_" #name "_8");                                 \
    uint64_t atomic_fetch_##name##_8(volatile void *object, uint64_t operand, int order)                               \
    {                                                                                                                  \
        (void)order;                                                                                                   \
        uint32_t ps = spinlock_take_masked(&wide_lock);                                                                \
        uint64_t old = *(volatile uint64_t *)object;                                                                   \
        *(volatile uint64_t *)object = operation(old, operand);                                                        \
        spinlock_give_masked(&wide_lock, ps);                                                                          \
        return old;                                                                                                    \
    }

WIDE(add, ADD)
WIDE(sub, SUB)
WIDE(and, AND)
WIDE(or, OR)
WIDE(xor, XOR)
WIDE(nand, NAND)

uint64_t atomic_exchange_8(volatile void *object, uint64_t desired, int order) __asm__("__atomic_exchange_8");
uint64_t atomic_exchange_8(volatile void *object, uint64_t desired, int order)
{
    (void)order;
    uint32_t ps = spinlock_take_masked(&wide_lock);
    uint64_t old = *(volatile uint64_t *)object;
    *(volatile uint64_t *)object = desired;
    spinlock_give_masked(&wide_lock, ps);
    return old;
}

uint64_t atomic_load_8(const volatile void *object, int order) __asm__("__atomic_load_8");
uint64_t atomic_load_8(const volatile void *object, int order)
{
    (void)order;
    uint32_t ps = spinlock_take_masked(&wide_lock);
    uint64_t value = *(const volatile uint64_t *)object;
    spinlock_give_masked(&wide_lock, ps);
    return value;
}

void atomic_store_8(volatile void *object, uint64_t value, int order) __asm__("__atomic_store_8");
void atomic_store_8(volatile void *object, uint64_t value, int order)
{
    (void)atomic_exchange_8(object, value, order);
}

bool atomic_compare_exchange_8(volatile void *object, void *expected, uint64_t desired, int success,
                               int failure) __asm__("__atomic_compare_exchange_8");
bool atomic_compare_exchange_8(volatile void *object, void *expected, uint64_t desired, int success, int failure)
{
    (void)success, (void)failure;
    uint32_t ps = spinlock_take_masked(&wide_lock);
    uint64_t found = *(volatile uint64_t *)object;
    bool same = found == *(uint64_t *)expected;
    if (same)
        *(volatile uint64_t *)object = desired;
    else
        *(uint64_t *)expected = found;
    spinlock_give_masked(&wide_lock, ps);
    return same;
}
