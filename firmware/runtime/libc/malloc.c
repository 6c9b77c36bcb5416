/* SPDX-License-Identifier: Apache-2.0 */
/* The heap: one list of blocks in order of address, first fit, neighbours that are free join. Simple and compact; the
 * time of malloc grows with the number of blocks. */
#include <stdlib.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "firmware/runtime/spinlock.h"

extern char _heap_start[], _heap_last[]; /* linker script; multiples of 8, the latter 8 bytes before the end */

enum { ALIGNMENT = 8, SMALLEST = 16 };

struct block {
    uint32_t size; /* with this header; bit 0: in use */
    uint32_t previous_size;
};

static struct spinlock heap_lock;
static bool heap_ready;

static uint32_t size_of(const struct block *block)
{
    return block->size & ~1u;
}

static bool in_use(const struct block *block)
{
    return block->size & 1;
}

static struct block *next_of(struct block *block)
{
    return (struct block *)((char *)block + size_of(block));
}

static struct block *first_block(void)
{
    return (struct block *)_heap_start;
}

/* Ends the list: in use, of no size. */
static struct block *last_block(void)
{
    return (struct block *)_heap_last;
}

static void set_size(struct block *block, uint32_t size, bool used)
{
    block->size = size | used;
    next_of(block)->previous_size = size;
}

static void prepare(void)
{
    if (heap_ready)
        return;
    heap_ready = true;
    *last_block() = (struct block){.size = 1};
    set_size(first_block(), (uint32_t)((char *)last_block() - _heap_start), false);
}

static void *take(struct block *block, uint32_t size)
{
    uint32_t rest = size_of(block) - size;
    if (rest >= SMALLEST) {
        set_size(block, size, true);
        set_size(next_of(block), rest, false);
    } else {
        block->size |= 1;
    }
    return block + 1;
}

static uint32_t block_size_for(size_t size)
{
    return (uint32_t)(size + sizeof(struct block) + ALIGNMENT - 1) & ~(uint32_t)(ALIGNMENT - 1);
}

void *malloc(size_t size)
{
    void *memory = NULL;
    if (size == 0 || size > (size_t)(_heap_last - _heap_start))
        return NULL;
    uint32_t needed = block_size_for(size);
    uint32_t ps = spinlock_take_masked(&heap_lock);
    prepare();
    for (struct block *block = first_block(); block != last_block() && !memory; block = next_of(block))
        if (!in_use(block) && size_of(block) >= needed)
            memory = take(block, needed);
    spinlock_give_masked(&heap_lock, ps);
    return memory;
}

void free(void *memory)
{
    if (!memory)
        return;
    uint32_t ps = spinlock_take_masked(&heap_lock);
    struct block *block = (struct block *)memory - 1;
    set_size(block, size_of(block), false);
    struct block *next = next_of(block);
    if (!in_use(next))
        set_size(block, size_of(block) + size_of(next), false);
    if (block != first_block()) {
        struct block *previous = (struct block *)((char *)block - block->previous_size);
        if (!in_use(previous))
            set_size(previous, size_of(previous) + size_of(block), false);
    }
    spinlock_give_masked(&heap_lock, ps);
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    void *memory = malloc(bytes);
    return memory ? memset(memory, 0, bytes) : NULL;
}

void *realloc(void *memory, size_t size)
{
    if (!memory)
        return malloc(size);
    size_t old = size_of((struct block *)memory - 1) - sizeof(struct block);
    if (size <= old && size > 0)
        return memory;
    void *larger = malloc(size);
    if (larger)
        memcpy(larger, memory, old < size ? old : size);
    if (larger || size == 0)
        free(memory);
    return larger;
}
