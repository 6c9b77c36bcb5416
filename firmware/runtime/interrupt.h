/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts and exceptions as calls of C functions, for each core on its own: everything here concerns the core that
 * calls it. Handlers of levels 1 to 3 run on the interrupted stack with the floating-point unit off; a handler is
 * interrupted only by higher levels. Levels 4, 5 and the NMI take assembler routines: high.S. */
#ifndef VESPER_FIRMWARE_RUNTIME_INTERRUPT_H
#define VESPER_FIRMWARE_RUNTIME_INTERRUPT_H

#include <stdint.h>

#include "firmware/runtime/xtensa.h"

/* What was interrupted. A handler may change it. */
struct interrupt_frame {
    uint32_t pc, ps;
    uint32_t a[16];
    uint32_t sar, lbeg, lend, lcount, scompare1, br, cpenable;
    uint32_t cause, vaddr; /* EXCCAUSE, EXCVADDR; 4 for interrupts of any level */
    uint32_t level;        /* at which the handler runs */
};

typedef void (*interrupt_fn)(void *ctx);
typedef void (*exception_fn)(struct interrupt_frame *frame);

enum { INTERRUPT_NONE = -1 };

/* A handler for one of the core's 32 interrupts (levels 1 to 3), and its bit in INTENABLE. Edge and software
 * interrupts are cleared before the handler is called, a timer by writing its CCOMPARE, a level by its device. */
void interrupt_attach(unsigned number, interrupt_fn handler, void *ctx);
void interrupt_detach(unsigned number);

void interrupt_enable(uint32_t mask);
void interrupt_disable(uint32_t mask);

/* For levels 4, 5 and 7 (NMI); NULL: panic. The interrupt itself is enabled with interrupt_enable. */
void interrupt_set_high(unsigned level, void (*assembler_handler)(void));

/* Called for exceptions with this cause (0..63), instead of a panic; NULL: panic again. */
void exception_attach(unsigned cause, exception_fn handler);

/* A free interrupt among `candidates` (bits), i.e. one without a handler; INTERRUPT_NONE if there is none. */
int interrupt_find_free(uint32_t candidates);

/* The interrupts of a level 1..7, as bits. */
uint32_t interrupts_of_level(unsigned level);

#endif
