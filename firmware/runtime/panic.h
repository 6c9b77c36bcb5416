/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a program that cannot go on: cause, registers and call stack on the console, then the core stands still
 * with all interrupts masked, and so does the other one. A watchdog that the program has started goes on running. */
#ifndef VESPER_FIRMWARE_RUNTIME_PANIC_H
#define VESPER_FIRMWARE_RUNTIME_PANIC_H

#include "firmware/runtime/interrupt.h"

/* By the program's own decision. */
void panic(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* By an exception that nobody handles. */
void panic_from(struct interrupt_frame *frame) __attribute__((noreturn));

const char *exception_name(uint32_t cause);

#endif
