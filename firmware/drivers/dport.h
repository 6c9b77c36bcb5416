/* SPDX-License-Identifier: Apache-2.0 */
/* DPORT: reading it, the interrupt matrix, interrupts from core to core, and starting the APP CPU. */
#ifndef VESPER_FIRMWARE_DRIVERS_DPORT_H
#define VESPER_FIRMWARE_DRIVERS_DPORT_H

#include "firmware/drivers/hw.h"
#include "firmware/runtime/interrupt.h"

/* Reads a register at 0x3FF0xxxx. ESP32 errata: with both cores running such a read may go wrong unless a read of an
 * APB register comes just before it. */
uint32_t dport_read(uint32_t address);

enum interrupt_source {
#define INTMATRIX_SOURCE(name, number, cores) SOURCE_##name = number,
#include "bus/intmatrix.def"
#undef INTMATRIX_SOURCE
};

/* Routes a source to a free interrupt of this level (1 to 3) of this core, and enables it with this handler, which has
 * to make the device take its request back. Returns the interrupt's number, INTERRUPT_NONE if all are taken. */
int interrupt_connect(enum interrupt_source source, unsigned level, interrupt_fn handler, void *ctx);
void interrupt_disconnect(enum interrupt_source source);

/* Routes a source to an interrupt of this core by number, for levels above 3; the rest is done by hand. */
void interrupt_route(enum interrupt_source source, unsigned number);

/* Raises and takes back SOURCE_FROM_CPU_0 + n, n = 0..3, a level. */
void cross_core_raise(unsigned n);
void cross_core_clear(unsigned n);

/* Starts the other core in `fn`; from the PRO CPU only, once. When fn returns, that core sleeps for good. */
void app_cpu_start(void (*fn)(void));

/* Whether the eFuses have left the chip its second core. */
bool app_cpu_exists(void);

#endif
