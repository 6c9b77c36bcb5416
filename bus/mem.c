/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/mem.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_PER_WORD = 32 };

static enum sim_status init(struct bus_mem *mem, const char *name, uint8_t *bytes, uint32_t size)
{
    uint32_t lines = size / BUS_MEM_CODE_LINE;
    mem->name = name;
    mem->bytes = bytes;
    mem->size = size;
    mem->code_first = size;
    mem->code_line = calloc((lines + LINES_PER_WORD - 1) / LINES_PER_WORD, sizeof *mem->code_line);
    if (mem->bytes && mem->code_line)
        return SIM_OK;
    bus_mem_fini(mem);
    return SIM_NO_MEMORY;
}

enum sim_status bus_mem_init(struct bus_mem *mem, const char *name, uint32_t size)
{
    memset(mem, 0, sizeof *mem);
    sim_assert(size > 0 && size % BUS_MEM_CODE_LINE == 0);
    return init(mem, name, calloc(size, 1), size);
}

enum sim_status bus_mem_init_at(struct bus_mem *mem, const char *name, uint8_t *bytes, uint32_t size)
{
    memset(mem, 0, sizeof *mem);
    sim_assert(bytes && size > 0 && size % BUS_MEM_CODE_LINE == 0);
    mem->bytes_are_borrowed = true;
    return init(mem, name, bytes, size);
}

void bus_mem_fini(struct bus_mem *mem)
{
    if (!mem->bytes_are_borrowed)
        free(mem->bytes);
    free(mem->code_line);
    memset(mem, 0, sizeof *mem);
}

void bus_mem_listen(struct bus_mem *mem,
                    void (*code_written)(void *ctx, struct bus_mem *mem, uint32_t offset, uint32_t length), void *ctx)
{
    bus_mem_listen_marks(mem, code_written, NULL, ctx);
}

void bus_mem_listen_marks(struct bus_mem *mem,
                          void (*code_written)(void *ctx, struct bus_mem *mem, uint32_t offset, uint32_t length),
                          void (*code_marked)(void *ctx, struct bus_mem *mem, uint32_t offset, uint32_t length),
                          void *ctx)
{
    sim_assert(mem->listeners < BUS_MEM_LISTENERS);
    mem->listener[mem->listeners].code_written = code_written;
    mem->listener[mem->listeners].code_marked = code_marked;
    mem->listener[mem->listeners++].ctx = ctx;
}

void bus_mem_unlisten(struct bus_mem *mem, void *ctx)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < mem->listeners; i++)
        if (mem->listener[i].ctx != ctx)
            mem->listener[kept++] = mem->listener[i];
    mem->listeners = kept;
}

static bool line_is_marked(const struct bus_mem *mem, uint32_t line)
{
    return mem->code_line[line / LINES_PER_WORD] >> (line % LINES_PER_WORD) & 1;
}

void bus_mem_mark_code(struct bus_mem *mem, uint32_t offset, uint32_t length)
{
    if (length == 0)
        return;
    sim_assert(offset < mem->size && length <= mem->size - offset);
    uint32_t first = offset / BUS_MEM_CODE_LINE, last = (offset + length - 1) / BUS_MEM_CODE_LINE;
    bool is_new = false;
    for (uint32_t line = first; line <= last; line++) {
        is_new |= !line_is_marked(mem, line);
        mem->code_line[line / LINES_PER_WORD] |= UINT32_C(1) << (line % LINES_PER_WORD);
    }
    if (first * BUS_MEM_CODE_LINE < mem->code_first)
        mem->code_first = first * BUS_MEM_CODE_LINE;
    if ((last + 1) * BUS_MEM_CODE_LINE > mem->code_end)
        mem->code_end = (last + 1) * BUS_MEM_CODE_LINE;
    for (unsigned i = 0; is_new && i < mem->listeners; i++)
        if (mem->listener[i].code_marked)
            mem->listener[i].code_marked(mem->listener[i].ctx, mem, first * BUS_MEM_CODE_LINE,
                                         (last + 1 - first) * BUS_MEM_CODE_LINE);
}

bool bus_mem_has_code(const struct bus_mem *mem, uint32_t offset, uint32_t length)
{
    if (offset >= mem->code_end || offset + length <= mem->code_first)
        return false;
    for (uint32_t line = offset / BUS_MEM_CODE_LINE; line <= (offset + length - 1) / BUS_MEM_CODE_LINE; line++)
        if (line_is_marked(mem, line))
            return true;
    return false;
}

/* Keeps the bounds tight: data beside code that is gone must not pay for it. */
static void shrink_bounds(struct bus_mem *mem)
{
    while (mem->code_first < mem->code_end && !line_is_marked(mem, mem->code_first / BUS_MEM_CODE_LINE))
        mem->code_first += BUS_MEM_CODE_LINE;
    while (mem->code_first < mem->code_end && !line_is_marked(mem, mem->code_end / BUS_MEM_CODE_LINE - 1))
        mem->code_end -= BUS_MEM_CODE_LINE;
    if (mem->code_first >= mem->code_end) {
        mem->code_first = mem->size;
        mem->code_end = 0;
    }
}

void bus_mem_code_written(struct bus_mem *mem, uint32_t offset, uint32_t length)
{
    uint32_t end_line = (offset + length - 1) / BUS_MEM_CODE_LINE + 1;
    uint32_t hit_first = UINT32_MAX, hit_end = 0;
    for (uint32_t line = offset / BUS_MEM_CODE_LINE; line < end_line; line++) {
        if (!line_is_marked(mem, line))
            continue;
        mem->code_line[line / LINES_PER_WORD] &= ~(UINT32_C(1) << (line % LINES_PER_WORD));
        if (hit_first == UINT32_MAX)
            hit_first = line;
        hit_end = line + 1;
    }
    if (hit_end == 0)
        return;
    shrink_bounds(mem);
    for (unsigned i = 0; i < mem->listeners; i++)
        mem->listener[i].code_written(mem->listener[i].ctx, mem, hit_first * BUS_MEM_CODE_LINE,
                                      (hit_end - hit_first) * BUS_MEM_CODE_LINE);
}
