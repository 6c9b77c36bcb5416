/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the UART share: hooks named in uart_regs.def, and calls between its files. */
#ifndef VESPER_PERIPHERALS_UART_UART_PRIV_H
#define VESPER_PERIPHERALS_UART_UART_PRIV_H

#include "peripherals/uart/uart.h"

static inline struct uart *uart_of(struct dev *dev)
{
    return (struct uart *)dev; /* first member */
}

/* Ticks of the wires' clock in one cycle of the UART's clock. */
enum { UART_TICKS = 32 };

/* uart.c */
uint32_t uart_fifo_read(struct dev *dev, unsigned index, uint32_t stored);
void uart_fifo_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
uint32_t uart_int_st_read(struct dev *dev, unsigned index, uint32_t stored);
void uart_int_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void uart_int_clr_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void uart_rate_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void uart_conf0_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void uart_conf1_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void uart_flow_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void uart_idle_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void uart_rs485_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
uint32_t uart_status_read(struct dev *dev, unsigned index, uint32_t stored);
uint32_t uart_mem_tx_status_read(struct dev *dev, unsigned index, uint32_t stored);
uint32_t uart_mem_rx_status_read(struct dev *dev, unsigned index, uint32_t stored);
uint32_t uart_mem_cnt_status_read(struct dev *dev, unsigned index, uint32_t stored);

/* Sets raw interrupt bits and brings everything that follows from the present state up to date: level-like interrupts,
 * the interrupt line, RTS, DTR, XON/XOFF. 0: only the latter. */
void uart_update(struct uart *uart, uint32_t interrupts);

uint64_t uart_clock_hz(const struct uart *uart);
uint32_t uart_half_ticks(const struct uart *uart);
bool uart_loops_back(const struct uart *uart);
bool uart_ctsn(const struct uart *uart); /* as the transmitter sees it: 0 may send */
bool uart_rtsn(const struct uart *uart);

/* Half bits of the present format: before the stop bits, and with them. */
unsigned uart_format_halves(const struct uart *uart);
unsigned uart_character_halves(const struct uart *uart);

static inline unsigned uart_fifo_count(const struct uart_fifo *fifo)
{
    return fifo->written - fifo->read;
}

/* The levels of a character in the present format, start bit first; *count: how many, less stop bits. */
uint32_t uart_encode(const struct uart *uart, uint8_t byte, unsigned *count);

/* uart_wire.c */
enum uart_watcher { UART_WATCH_TRACE = 1, UART_WATCH_PAD = 2, UART_WATCH_AUTOBAUD = 4 };
void uart_wire_init(struct uart_wire *wire, struct uart *uart, const char *signal);
void uart_wire_reset(struct uart_wire *wire, sim_time now);

/* The tick of the first cycle of the UART's clock that does not begin before `now`. */
uint64_t uart_wire_next_cycle(const struct uart_wire *wire, sim_time now);

/* Puts a character on the wire from a tick on, at the present rate. */
void uart_wire_send(struct uart_wire *wire, uint64_t tick, uint32_t bits, unsigned count, unsigned halves);
sim_time uart_wire_time(const struct uart_wire *wire, unsigned half);
uint64_t uart_wire_end_tick(const struct uart_wire *wire);

/* Half bits of the character begun by `now`; -1: it has not, or there is none. */
int uart_wire_half(const struct uart_wire *wire, sim_time now);

/* Without inversion. */
bool uart_wire_level(const struct uart_wire *wire, unsigned half);
bool uart_wire_level_at(const struct uart_wire *wire, sim_time now);

/* The rest of the character has half bits of this length. The bit that is under way keeps its own. */
void uart_wire_set_rate(struct uart_wire *wire, uint32_t half_ticks, sim_time now);
void uart_wire_set_clock(struct uart_wire *wire, uint64_t hz, sim_time now);
void uart_wire_invert(struct uart_wire *wire, bool inverted, sim_time now);
void uart_wire_set_watcher(struct uart_wire *wire, enum uart_watcher who, bool watches, sim_time now);

/* What ST_UTX_OUT and ST_URX_OUT show in this half bit of a character. */
unsigned uart_fsm_state(const struct uart *uart, unsigned half);

/* uart_tx.c */
void uart_tx_init(struct uart *uart);
void uart_tx_reset(struct uart *uart);
void uart_tx_push(struct uart *uart, uint8_t byte);
void uart_tx_go_on(struct uart *uart); /* something that may let it send has changed */
void uart_tx_send_flow_char(struct uart *uart, uint8_t flow_char);
void uart_tx_rate_changed(struct uart *uart);

/* uart_rx.c */
void uart_rx_init(struct uart *uart);
void uart_rx_reset(struct uart *uart);
uint8_t uart_rx_pop(struct uart *uart);
void uart_rx_go_on(struct uart *uart); /* the host end may be allowed to send */
void uart_rx_loop_back(struct uart *uart);
void uart_rx_schedule_timeout(struct uart *uart);
void uart_rx_rate_changed(struct uart *uart);
void uart_rx_edge(struct uart *uart, bool level, sim_time time);
bool uart_rxd(const struct uart *uart, sim_time now);
unsigned uart_rx_fsm(const struct uart *uart, sim_time now);

/* uart_autobaud.c */
void uart_autobaud_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void uart_autobaud_edge(struct uart *uart, bool level, sim_time time);

/* uart_at.c */
void uart_at_init(struct uart *uart);
void uart_at_begins(struct uart *uart, sim_time start);
void uart_at_received(struct uart *uart, uint8_t byte, sim_time start, sim_time end);

#endif
