/* SPDX-License-Identifier: Apache-2.0 */
/* Locks between the cores, by S32C1I, in internal data RAM. A lock that an interrupt handler takes too must be taken
 * with interrupts masked (the _masked pair), or a core would wait for itself. */
#ifndef VESPER_FIRMWARE_RUNTIME_SPINLOCK_H
#define VESPER_FIRMWARE_RUNTIME_SPINLOCK_H

#include "firmware/runtime/xtensa.h"

struct spinlock {
    volatile uint32_t owner; /* 0 free, else core + 1 */
};

static inline bool spinlock_try(struct spinlock *lock)
{
    bool taken = compare_and_set(&lock->owner, 0, core_id() + 1) == 0;
    memw();
    return taken;
}

/* Looks by plain loads until the lock seems free: S32C1I keeps the bus from the owner. */
static inline void spinlock_take(struct spinlock *lock)
{
    while (!spinlock_try(lock))
        while (lock->owner != 0)
            ;
}

static inline void spinlock_give(struct spinlock *lock)
{
    memw();
    lock->owner = 0;
}

static inline uint32_t spinlock_take_masked(struct spinlock *lock)
{
    uint32_t ps = mask_interrupts();
    spinlock_take(lock);
    return ps;
}

static inline void spinlock_give_masked(struct spinlock *lock, uint32_t ps)
{
    spinlock_give(lock);
    restore_interrupts(ps);
}

#endif
