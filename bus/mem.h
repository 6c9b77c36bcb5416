/* SPDX-License-Identifier: Apache-2.0 */
/* A bank of memory and what is known about code in it.
 *
 * Cores translate code once and must learn when somebody (either core, DMA, a debugger, through any alias) writes over
 * it. Each bank therefore keeps one bit for each 64-byte line that holds translated code. A writer calls
 * bus_mem_wrote(), which costs one test where there is no code. */
#ifndef VESPER_BUS_MEM_H
#define VESPER_BUS_MEM_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BUS_MEM_CODE_LINE = 64, BUS_MEM_LISTENERS = 4 };

struct bus_mem {
    const char *name; /* borrowed */
    uint8_t *bytes;
    bool bytes_are_borrowed;
    uint32_t size;                 /* multiple of BUS_MEM_CODE_LINE */
    uint32_t *code_line;           /* bit n: translated code in bytes [64n, 64n + 64) */
    uint32_t code_first, code_end; /* bounds of all marked lines, in bytes; first >= end when there are none */
    struct {
        void (*code_written)(void *ctx, struct bus_mem *mem, uint32_t offset, uint32_t length);
        void (*code_marked)(void *ctx, struct bus_mem *mem, uint32_t offset, uint32_t length); /* may be NULL */
        void *ctx;
    } listener[BUS_MEM_LISTENERS];
    unsigned listeners;
};

/* Zeroed memory. Fails without memory. */
enum sim_status bus_mem_init(struct bus_mem *mem, const char *name, uint32_t size);

/* As bus_mem_init in memory of the caller's, which keeps its content and outlives the bank. */
enum sim_status bus_mem_init_at(struct bus_mem *mem, const char *name, uint8_t *bytes, uint32_t size);
void bus_mem_fini(struct bus_mem *mem);

/* Calls code_written, in the order of listening, after a write to marked lines; the marks are then gone. The range
 * given is that of the whole lines from the first to the last hit: what was translated from them is no longer tracked.
 */
void bus_mem_listen(struct bus_mem *mem,
                    void (*code_written)(void *ctx, struct bus_mem *mem, uint32_t offset, uint32_t length), void *ctx);

/* As bus_mem_listen; and code_marked is called when lines become marked that were not: whoever writes through a direct
 * pointer without looking at the marks must look from now on. The range is that of the whole lines. */
void bus_mem_listen_marks(struct bus_mem *mem,
                          void (*code_written)(void *ctx, struct bus_mem *mem, uint32_t offset, uint32_t length),
                          void (*code_marked)(void *ctx, struct bus_mem *mem, uint32_t offset, uint32_t length),
                          void *ctx);

/* Removes the listeners with this ctx. Not from within a listener. */
void bus_mem_unlisten(struct bus_mem *mem, void *ctx);

/* True when any line of [offset, offset + length), length > 0, is marked. */
bool bus_mem_has_code(const struct bus_mem *mem, uint32_t offset, uint32_t length);

/* Notes that bytes [offset, offset + length) have been translated. */
void bus_mem_mark_code(struct bus_mem *mem, uint32_t offset, uint32_t length);

/* The slow half of bus_mem_wrote. */
void bus_mem_code_written(struct bus_mem *mem, uint32_t offset, uint32_t length);

/* To be called after each write to [offset, offset + length), length > 0. */
static inline void bus_mem_wrote(struct bus_mem *mem, uint32_t offset, uint32_t length)
{
    if (offset < mem->code_end && offset + length > mem->code_first)
        bus_mem_code_written(mem, offset, length);
}

#ifdef __cplusplus
}
#endif
#endif
