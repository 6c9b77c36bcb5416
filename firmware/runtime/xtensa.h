/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions of the core that C has no words for. */
#ifndef VESPER_FIRMWARE_RUNTIME_XTENSA_H
#define VESPER_FIRMWARE_RUNTIME_XTENSA_H

#include <stdbool.h>
#include <stdint.h>

#include "firmware/runtime/core.h"

/* Special registers by name: RSR(ccount), WSR(ccompare0, value). Synchronisation is the user's, see below. */
#define RSR(name)                                                                                                      \
    ({                                                                                                                 \
        uint32_t rsr_value_;                                                                                           \
        __asm__ volatile("rsr %0, " #name : "=a"(rsr_value_) : : "memory");                                            \
        rsr_value_;                                                                                                    \
    })
#define WSR(name, value) __asm__ volatile("wsr %0, " #name : : "a"((uint32_t)(value)) : "memory")

static inline void rsync(void)
{
    __asm__ volatile("rsync" : : : "memory");
}

static inline void esync(void)
{
    __asm__ volatile("esync" : : : "memory");
}

static inline void memw(void)
{
    __asm__ volatile("memw" : : : "memory");
}

/* Cycles of this core since reset; wraps after 17.9 s at 240 MHz. */
static inline uint32_t ccount(void)
{
    return RSR(ccount);
}

/* 0 PRO CPU, 1 APP CPU: bit 13 of the processor id 0xCDCD or 0xABAB. */
static inline unsigned core_id(void)
{
#if CORE_COUNT > 1
    return RSR(prid) >> 13 & 1;
#else
    return 0;
#endif
}

/* Raises the interrupt level to EXCM_LEVEL, so that no C handler runs on this core; returns what restore_interrupts
 * takes. Pairs nest. */
static inline uint32_t mask_interrupts(void)
{
    uint32_t ps;
    __asm__ volatile("rsil %0, 3" : "=a"(ps) : : "memory");
    return ps;
}

static inline void restore_interrupts(uint32_t ps)
{
    __asm__ volatile("wsr %0, ps\n\trsync" : : "a"(ps) : "memory");
}

static inline unsigned interrupt_level(void)
{
    return RSR(ps) & PS_INTLEVEL_MASK;
}

/* Sleeps until an interrupt, with all levels enabled. */
static inline void wait_for_interrupt(void)
{
    __asm__ volatile("waiti 0" : : : "memory");
}

/* If *word is `expected`, makes it `desired`; returns what it was. Internal data RAM only (S32C1I). */
static inline uint32_t compare_and_set(volatile uint32_t *word, uint32_t expected, uint32_t desired)
{
    __asm__ volatile("wsr %2, scompare1\n\ts32c1i %0, %1, 0" : "+a"(desired) : "a"(word), "a"(expected) : "memory");
    return desired;
}

#endif
