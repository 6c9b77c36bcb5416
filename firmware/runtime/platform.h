/* SPDX-License-Identifier: Apache-2.0 */
/* What the runtime needs of the machine around the core: the ESP32 (firmware/drivers/board.c), or the bare layout in
 * which QEMU runs the same code (firmware/bench_sim/sim.c). */
#ifndef VESPER_FIRMWARE_RUNTIME_PLATFORM_H
#define VESPER_FIRMWARE_RUNTIME_PLATFORM_H

#include <stddef.h>

/* Before main, with interrupts masked: clocks, watchdogs, console. */
void platform_init(void);

/* After main. */
void platform_exit(int status) __attribute__((noreturn));

/* Bytes to the console; returns when they are on their way. */
void platform_console_write(const char *text, size_t length);

/* A panic begins: no other core runs, and the console takes output without interrupts or locks. */
void platform_panic_begin(void);

/* A panic has been printed. */
void platform_panic_end(void) __attribute__((noreturn));

#endif
