/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of handlers, and what the entries of exception.S call. */
#include "firmware/runtime/interrupt.h"

#include <stddef.h>

#include "firmware/runtime/core_local.h"
#include "firmware/runtime/panic.h"

_Static_assert(offsetof(struct interrupt_frame, pc) == FRAME_PC, "core.h");
_Static_assert(offsetof(struct interrupt_frame, ps) == FRAME_PS, "core.h");
_Static_assert(offsetof(struct interrupt_frame, a) == FRAME_A, "core.h");
_Static_assert(offsetof(struct interrupt_frame, sar) == FRAME_SAR, "core.h");
_Static_assert(offsetof(struct interrupt_frame, lcount) == FRAME_LCOUNT, "core.h");
_Static_assert(offsetof(struct interrupt_frame, cpenable) == FRAME_CPENABLE, "core.h");
_Static_assert(offsetof(struct interrupt_frame, level) == FRAME_LEVEL, "core.h");
_Static_assert(sizeof(struct interrupt_frame) == FRAME_SIZE, "core.h");

enum { INTERRUPT_COUNT = 32 };

struct handler {
    interrupt_fn fn;
    void *ctx;
};

static struct handler interrupt_handlers[CORE_COUNT][INTERRUPT_COUNT];
static exception_fn exception_handlers[CORE_COUNT][EXCCAUSE_COUNT];

void exception_dispatch(struct interrupt_frame *frame); /* called by exception.S */
void interrupt_dispatch(struct interrupt_frame *frame);

uint32_t interrupts_of_level(unsigned level)
{
    static const uint32_t mask[8] = {
        0, INTERRUPTS_LEVEL_1, INTERRUPTS_LEVEL_2, INTERRUPTS_LEVEL_3, INTERRUPTS_LEVEL_4, INTERRUPTS_LEVEL_5,
        0, INTERRUPTS_LEVEL_7};
    return level < 8 ? mask[level] : 0;
}

/* The highest number first; looks again after each, since a handler may take a while. */
void interrupt_dispatch(struct interrupt_frame *frame)
{
    uint32_t mine = interrupts_of_level(frame->level);
    uint32_t pending;
    while ((pending = RSR(interrupt) & RSR(intenable) & mine) != 0) {
        unsigned number = 31u - (unsigned)__builtin_clz(pending);
        const struct handler *handler = &interrupt_handlers[core_id()][number];
        if (!handler->fn)
            panic("interrupt %u without a handler", number);
        WSR(intclear, (1u << number) & (INTERRUPTS_EDGE | INTERRUPTS_SOFTWARE));
        handler->fn(handler->ctx);
    }
}

void exception_dispatch(struct interrupt_frame *frame)
{
    if (frame->cause == EXCCAUSE_INTERRUPT) {
        interrupt_dispatch(frame);
        return;
    }
    exception_fn handler = exception_handlers[core_id()][frame->cause % EXCCAUSE_COUNT];
    if (handler)
        handler(frame);
    else
        panic_from(frame);
}

void interrupt_attach(unsigned number, interrupt_fn handler, void *ctx)
{
    uint32_t ps = mask_interrupts();
    interrupt_handlers[core_id()][number % INTERRUPT_COUNT] = (struct handler){handler, ctx};
    WSR(intenable, RSR(intenable) | 1u << number % INTERRUPT_COUNT);
    restore_interrupts(ps);
}

void interrupt_detach(unsigned number)
{
    uint32_t ps = mask_interrupts();
    interrupt_disable(1u << number % INTERRUPT_COUNT);
    interrupt_handlers[core_id()][number % INTERRUPT_COUNT] = (struct handler){NULL, NULL};
    restore_interrupts(ps);
}

/* INTENABLE is read and written with all interrupts masked but the highest, whose handlers leave it alone. */
void interrupt_enable(uint32_t mask)
{
    uint32_t ps = mask_interrupts();
    WSR(intenable, RSR(intenable) | mask);
    restore_interrupts(ps);
}

void interrupt_disable(uint32_t mask)
{
    uint32_t ps = mask_interrupts();
    WSR(intenable, RSR(intenable) & ~mask);
    rsync();
    restore_interrupts(ps);
}

void interrupt_set_high(unsigned level, void (*assembler_handler)(void))
{
    core_local[core_id()].high_handler[level == 7 ? 2 : level - 4] = assembler_handler;
}

void exception_attach(unsigned cause, exception_fn handler)
{
    exception_handlers[core_id()][cause % EXCCAUSE_COUNT] = handler;
}

int interrupt_find_free(uint32_t candidates)
{
    for (unsigned number = 0; number < INTERRUPT_COUNT; number++)
        if ((candidates >> number & 1) && !interrupt_handlers[core_id()][number].fn)
            return (int)number;
    return INTERRUPT_NONE;
}
