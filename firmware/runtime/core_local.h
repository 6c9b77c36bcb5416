/* SPDX-License-Identifier: Apache-2.0 */
/* What each core has for itself. Assembler finds it through MISC0; the offsets are those of core.h. */
#ifndef VESPER_FIRMWARE_RUNTIME_CORE_LOCAL_H
#define VESPER_FIRMWARE_RUNTIME_CORE_LOCAL_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/runtime/core.h"

enum {
#define PANIC_SR(name) PANIC_##name,
#include "firmware/runtime/panic_registers.def"
    PANIC_SR_COUNT
};

struct core_local {
    void (*high_handler[3])(void); /* levels 4, 5, NMI: assembler */
    uint32_t unused0;
    uint32_t high_saved[3][8];
    uint32_t panic_stack; /* upper end */
    uint32_t panic_depth;
    uint32_t unused1[2];
    uint32_t panic_sr[PANIC_SR_COUNT];
    uint32_t unused2[(LOCAL_PANIC_AR - LOCAL_PANIC_SR) / 4 - PANIC_SR_COUNT];
    uint32_t panic_ar[64]; /* from the window that failed on */
} __attribute__((aligned(256)));

_Static_assert(offsetof(struct core_local, high_handler) == LOCAL_HIGH_HANDLER, "core.h");
_Static_assert(offsetof(struct core_local, high_saved) == LOCAL_HIGH_SAVED, "core.h");
_Static_assert(offsetof(struct core_local, panic_stack) == LOCAL_PANIC_STACK, "core.h");
_Static_assert(offsetof(struct core_local, panic_depth) == LOCAL_PANIC_DEPTH, "core.h");
_Static_assert(offsetof(struct core_local, panic_sr) == LOCAL_PANIC_SR, "core.h");
_Static_assert(offsetof(struct core_local, panic_ar) == LOCAL_PANIC_AR, "core.h");
_Static_assert(sizeof(struct core_local) == LOCAL_SIZE, "core.h");

extern struct core_local core_local[CORE_COUNT];

#endif
