/* SPDX-License-Identifier: Apache-2.0 */
/* UART0-2, 8N1. Polled, or with a buffer each way that an interrupt handler serves. */
#ifndef VESPER_FIRMWARE_DRIVERS_UART_H
#define VESPER_FIRMWARE_DRIVERS_UART_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/drivers/hw.h"

enum { UART_COUNT = 3, UART_FIFO_BYTES = 128 };

/* Waits until what is being sent is out, then sets rate and format. Again after each change of the APB clock. */
void uart_init(unsigned uart, uint32_t baud);

/* Waits until everything is on the wire, the last stop bit too. */
void uart_drain(unsigned uart);

/* Polled: returns when all bytes are in the FIFO. */
void uart_write(unsigned uart, const void *bytes, size_t length);

/* Polled: takes what is there, at most size bytes. */
size_t uart_read(unsigned uart, void *bytes, size_t size);

/* The caller's memory; sizes are powers of 2. */
struct uart_buffers {
    uint8_t *rx, *tx;
    uint32_t rx_size, tx_size;
};

/* From now on an interrupt of level 1 on this core moves bytes between FIFOs and buffers. */
void uart_begin_buffered(unsigned uart, const struct uart_buffers *buffers);

/* As many bytes as the buffers have, or have room for, right now; never wait. Callers on the core of the interrupt. */
size_t uart_buffered_read(unsigned uart, void *bytes, size_t size);
size_t uart_buffered_write(unsigned uart, const void *bytes, size_t length);
/* Also with interrupts masked, before sleep. */
size_t uart_buffered_count(unsigned uart); /* bytes that can be read */
size_t uart_buffered_room(unsigned uart);  /* bytes that can be written */

/* For polled UARTs: what comes in ends the core's sleep, from now until uart_read has taken it and after that again. */
void uart_wake_by_input(unsigned uart);

#endif
