/* SPDX-License-Identifier: Apache-2.0 */
/* The UART as a device: registers, interrupts, modem lines, clock, reset. */
#include "peripherals/uart/uart.h"

#include <stdio.h>
#include <string.h>

#include "peripherals/uart/uart_priv.h"

#define REG_FILE "peripherals/uart/uart_regs.def"
#define REG_PREFIX UART
#define REG_TABLE uart_regs
#define REG_BLOCK "UART"
#define REG_SOURCE "ESP32 TRM, chapter UART Controller"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

/* ---- Rate and format --------------------------------------------------------------------------------------------- */

static enum clock_id clock_of(const struct uart *uart)
{
    return reg_get(&uart->dev, UART_CONF0_TICK_REF_ALWAYS_ON) ? CLOCK_APB : CLOCK_REF_TICK;
}

uint64_t uart_clock_hz(const struct uart *uart)
{
    return dev_hz(&uart->dev, clock_of(uart));
}

uint32_t uart_half_ticks(const struct uart *uart)
{
    uint32_t divider = reg_get(&uart->dev, UART_CLKDIV_CLKDIV);
    if (uart->untimed)
        return 1;
    if (divider == 0)
        divider = 1u << 20; /* a down-counter of 20 bits */
    return 16 * divider + reg_get(&uart->dev, UART_CLKDIV_FRAG);
}

static unsigned data_bits(const struct uart *uart)
{
    return 5 + reg_get(&uart->dev, UART_CONF0_BIT_NUM);
}

unsigned uart_format_halves(const struct uart *uart)
{
    return 2 * (1 + data_bits(uart) + reg_get(&uart->dev, UART_CONF0_PARITY_EN));
}

unsigned uart_character_halves(const struct uart *uart)
{
    static const unsigned stop_halves[] = {2, 2, 3, 4};
    const struct dev *dev = &uart->dev;
    unsigned delays = reg_get(dev, UART_RS485_CONF_DL0_EN) + reg_get(dev, UART_RS485_CONF_DL1_EN);
    return uart_format_halves(uart) + stop_halves[reg_get(dev, UART_CONF0_STOP_BIT_NUM)] + 2 * delays;
}

uint32_t uart_encode(const struct uart *uart, uint8_t byte, unsigned *count)
{
    const struct dev *dev = &uart->dev;
    unsigned width = data_bits(uart);
    uint32_t data = byte & bits_mask(width);
    uint32_t parity = (uint32_t)__builtin_parity(data) ^ reg_get(dev, UART_CONF0_PARITY);
    *count = uart_format_halves(uart) / 2;
    return data << 1 | (reg_get(dev, UART_CONF0_PARITY_EN) ? parity << (1 + width) : 0);
}

/* TRM, STATUS: 0 idle, 1 start, 2 to 9 data, 10 parity, 11 and 12 stop, 13 and 14 delays. */
unsigned uart_fsm_state(const struct uart *uart, unsigned half)
{
    const struct dev *dev = &uart->dev;
    unsigned bit = half / 2, width = data_bits(uart), format = uart_format_halves(uart);
    if (half >= uart_character_halves(uart))
        return 0;
    if (bit <= width)
        return 1 + bit;
    if (half < format)
        return 10;
    unsigned delays = reg_get(dev, UART_RS485_CONF_DL0_EN) + reg_get(dev, UART_RS485_CONF_DL1_EN);
    unsigned delay_start = uart_character_halves(uart) - 2 * delays;
    if (half >= delay_start)
        return (reg_get(dev, UART_RS485_CONF_DL0_EN) ? 13 : 14) + (half - delay_start) / 2;
    return 11 + (half - format) / 2;
}

static void rate_changed(struct uart *uart)
{
    struct uart_wire *wire = &uart->tx.wire;
    uart_wire_set_clock(wire, uart_clock_hz(uart), uart->dev.now);
    uart_wire_set_rate(wire, uart_half_ticks(uart), uart->dev.now);
    uart_tx_rate_changed(uart);
    uart_rx_rate_changed(uart);
}

static void clock_changed(void *ctx, enum clock_id id, sim_time at)
{
    struct uart *uart = ctx;
    if (id != clock_of(uart))
        return;
    uart->dev.now = at;
    rate_changed(uart);
}

/* ---- Modem lines ------------------------------------------------------------------------------------------------- */

bool uart_loops_back(const struct uart *uart)
{
    return reg_get(&uart->dev, UART_CONF0_LOOPBACK);
}

bool uart_rtsn(const struct uart *uart)
{
    const struct dev *dev = &uart->dev;
    unsigned threshold = reg_get(dev, UART_CONF1_RX_FLOW_THRHD) | reg_get(dev, UART_MEM_CONF_RX_FLOW_THRHD_H3) << 7;
    if (reg_get(dev, UART_CONF1_RX_FLOW_EN))
        return uart_fifo_count(&uart->rx.fifo) >= threshold;
    return !reg_get(dev, UART_CONF0_SW_RTS);
}

static bool dtrn(const struct uart *uart)
{
    return !reg_get(&uart->dev, UART_CONF0_SW_DTR);
}

bool uart_ctsn(const struct uart *uart)
{
    return uart_loops_back(uart) ? uart_rtsn(uart) : uart->cts != (bool)reg_get(&uart->dev, UART_CONF0_CTS_INV);
}

static bool dsrn(const struct uart *uart)
{
    return uart_loops_back(uart) ? dtrn(uart) : uart->dsr != (bool)reg_get(&uart->dev, UART_CONF0_DSR_INV);
}

static void drive_modem_lines(struct uart *uart)
{
    const struct dev *dev = &uart->dev;
    line_set(uart->rts, uart_rtsn(uart) != (bool)reg_get(dev, UART_CONF0_RTS_INV), dev->now);
    line_set(uart->dtr, dtrn(uart) != (bool)reg_get(dev, UART_CONF0_DTR_INV), dev->now);
}

/* What CTS and DSR have changed to; returns interrupt bits. */
static uint32_t watch_modem_lines(struct uart *uart)
{
    uint32_t interrupts = 0;
    if (uart->ctsn != uart_ctsn(uart))
        interrupts |= UART_CTS_CHG;
    if (uart->dsrn != dsrn(uart))
        interrupts |= UART_DSR_CHG;
    uart->ctsn = uart_ctsn(uart);
    uart->dsrn = dsrn(uart);
    return interrupts;
}

static void modem_line_changed(struct uart *uart, bool *line, bool level, sim_time time)
{
    *line = level;
    uart->dev.now = time;
    uart_update(uart, 0);
}

void uart_cts_changed(void *ctx, bool level, sim_time time)
{
    struct uart *uart = ctx;
    modem_line_changed(uart, &uart->cts, level, time);
}

void uart_dsr_changed(void *ctx, bool level, sim_time time)
{
    struct uart *uart = ctx;
    modem_line_changed(uart, &uart->dsr, level, time);
}

void uart_rxd_changed(void *ctx, bool level, sim_time time)
{
    struct uart *uart = ctx;
    uart->dev.now = time;
    uart->rx.rxd = level;
    uart_rx_edge(uart, level != (bool)reg_get(&uart->dev, UART_CONF0_RXD_INV), time);
}

/* ---- Interrupts -------------------------------------------------------------------------------------------------- */

/* These come back after they were cleared for as long as their condition holds. */
static uint32_t fifo_levels(const struct uart *uart)
{
    const struct dev *dev = &uart->dev;
    unsigned full = reg_get(dev, UART_CONF1_RXFIFO_FULL_THRHD) | reg_get(dev, UART_MEM_CONF_RX_MEM_FULL_THRHD) << 7;
    unsigned empty = reg_get(dev, UART_CONF1_TXFIFO_EMPTY_THRHD) | reg_get(dev, UART_MEM_CONF_TX_MEM_EMPTY_THRHD) << 7;
    uint32_t levels = 0;
    if (uart_fifo_count(&uart->rx.fifo) >= full)
        levels |= UART_RXFIFO_FULL;
    if (uart_fifo_count(&uart->tx.fifo) < empty)
        levels |= UART_TXFIFO_EMPTY;
    return levels;
}

static void send_flow_control(struct uart *uart)
{
    const struct dev *dev = &uart->dev;
    unsigned count = uart_fifo_count(&uart->rx.fifo);
    unsigned xon = reg_get(dev, UART_SWFC_CONF_XON_THRESHOLD) | reg_get(dev, UART_MEM_CONF_XON_THRESHOLD_H2) << 8;
    unsigned xoff = reg_get(dev, UART_SWFC_CONF_XOFF_THRESHOLD) | reg_get(dev, UART_MEM_CONF_XOFF_THRESHOLD_H2) << 8;
    if (!reg_get(dev, UART_FLOW_CONF_SW_FLOW_CON_EN))
        return;
    if (!uart->tx.xoff_is_sent && count > xoff) {
        uart->tx.xoff_is_sent = true;
        uart_tx_send_flow_char(uart, (uint8_t)reg_get(dev, UART_SWFC_CONF_XOFF_CHAR));
    } else if (uart->tx.xoff_is_sent && count < xon) {
        uart->tx.xoff_is_sent = false;
        uart_tx_send_flow_char(uart, (uint8_t)reg_get(dev, UART_SWFC_CONF_XON_CHAR));
    }
}

void uart_update(struct uart *uart, uint32_t interrupts)
{
    struct dev *dev = &uart->dev;
    drive_modem_lines(uart);
    uint32_t modem = watch_modem_lines(uart);
    uint32_t raw = reg_word(dev, UART_INT_RAW) | interrupts | modem | fifo_levels(uart);
    reg_put_word(dev, UART_INT_RAW, raw);
    line_set(uart->irq, (raw & reg_word(dev, UART_INT_ENA)) != 0, dev->now);
    if (modem & UART_CTS_CHG)
        uart_tx_go_on(uart);
    send_flow_control(uart);
    uart_rx_go_on(uart);
}

uint32_t uart_int_st_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    return reg_word(dev, UART_INT_RAW) & reg_word(dev, UART_INT_ENA);
}

void uart_int_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    uart_update(uart_of(dev), 0);
}

void uart_int_clr_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    reg_put_word(dev, UART_INT_RAW, reg_word(dev, UART_INT_RAW) & ~written);
    uart_update(uart_of(dev), 0);
}

/* ---- Registers --------------------------------------------------------------------------------------------------- */

uint32_t uart_fifo_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    struct uart *uart = uart_of(dev);
    uint8_t byte = uart_rx_pop(uart);
    uart_update(uart, 0);
    if (uart->untimed)
        uart_rx_go_on(uart);
    return byte;
}

void uart_fifo_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    uart_tx_push(uart_of(dev), (uint8_t)written);
    uart_update(uart_of(dev), 0);
}

void uart_rate_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    rate_changed(uart_of(dev));
}

static void note_unmodelled_modes(const struct dev *dev)
{
    if (reg_get(dev, UART_CONF0_IRDA_EN))
        dev_say_once(dev, LOG_UNIMPL, UART_CONF0_IRDA_EN, "IrDA is not modelled: the wires stay those of a UART");
    if (reg_get(dev, UART_RS485_CONF_RS485_EN) && !reg_get(dev, UART_RS485_CONF_RS485RXBY_TX_EN))
        dev_say_once(dev, LOG_UNIMPL, UART_RS485_CONF_RS485_EN,
                     "RS485: a transmitter that waits for the receiver is not modelled");
}

void uart_conf0_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct uart *uart = uart_of(dev);
    (void)index;
    note_unmodelled_modes(dev);
    if (reg_get(dev, UART_CONF0_RXFIFO_RST))
        uart->rx.fifo.read = uart->rx.fifo.written = 0;
    if (reg_get(dev, UART_CONF0_TXFIFO_RST))
        uart->tx.fifo.read = uart->tx.fifo.written = 0;
    bool breaks = reg_field_of(written, UART_CONF0_TXD_BRK);
    if (breaks != (bool)reg_field_of(old, UART_CONF0_TXD_BRK))
        uart->tx.break_due = breaks;
    rate_changed(uart);
    uart_wire_invert(&uart->tx.wire, reg_get(dev, UART_CONF0_TXD_INV), dev->now);
    uart_wire_invert(&uart->host.wire, reg_get(dev, UART_CONF0_RXD_INV), dev->now);
    if ((old ^ written) & REG_PLACE_MASK(UART_CONF0_RXD_INV))
        uart_rx_edge(uart, uart->rx.rxd != (bool)reg_get(dev, UART_CONF0_RXD_INV), dev->now);
    uart_update(uart, 0);
    uart_tx_go_on(uart);
    uart_rx_go_on(uart); /* a FIFO that was full is empty, loopback is over */
}

void uart_conf1_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    uart_rx_schedule_timeout(uart_of(dev));
    uart_update(uart_of(dev), 0);
}

void uart_flow_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct uart *uart = uart_of(dev);
    (void)index, (void)old;
    reg_put(dev, UART_FLOW_CONF_SEND_XON, 0);
    reg_put(dev, UART_FLOW_CONF_SEND_XOFF, 0);
    if (reg_field_of(written, UART_FLOW_CONF_FORCE_XON))
        uart->tx.stopped = false;
    if (reg_field_of(written, UART_FLOW_CONF_SEND_XON))
        uart_tx_send_flow_char(uart, (uint8_t)reg_get(dev, UART_SWFC_CONF_XON_CHAR));
    if (reg_field_of(written, UART_FLOW_CONF_SEND_XOFF))
        uart_tx_send_flow_char(uart, (uint8_t)reg_get(dev, UART_SWFC_CONF_XOFF_CHAR));
    uart_update(uart, 0);
    uart_tx_go_on(uart);
}

void uart_idle_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    uart_tx_rate_changed(uart_of(dev));
}

void uart_rs485_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    note_unmodelled_modes(dev);
}

static unsigned tx_fsm(const struct uart *uart)
{
    int half = uart_wire_half(&uart->tx.wire, uart->dev.now);
    if (uart->tx.state == UART_TX_BREAK)
        return half < 0 ? 1 : 2;
    if (uart->tx.state != UART_TX_DATA)
        return 0;
    return half < 0 ? 1 : uart_fsm_state(uart, (unsigned)half);
}

uint32_t uart_status_read(struct dev *dev, unsigned index, uint32_t stored)
{
    const struct uart *uart = uart_of(dev);
    uint32_t status = 0;
    (void)index, (void)stored;
    status |= (uart_fifo_count(&uart->rx.fifo) & 0xff) | uart_rx_fsm(uart, dev->now) << 8;
    status |= (uint32_t)dsrn(uart) << 13 | (uint32_t)uart_ctsn(uart) << 14 | (uint32_t)uart_rxd(uart, dev->now) << 15;
    status |= (uart_fifo_count(&uart->tx.fifo) & 0xff) << 16 | tx_fsm(uart) << 24;
    status |= (uint32_t)dtrn(uart) << 29 | (uint32_t)uart_rtsn(uart) << 30;
    return status | (uint32_t)uart_wire_level_at(&uart->tx.wire, dev->now) << 31;
}

static uint32_t pointers(const struct uart_fifo *fifo, unsigned blocks, unsigned base)
{
    unsigned size = 128 * (blocks ? blocks : 1);
    return (base + fifo->read % size) << 2 | (base + fifo->written % size) << 13;
}

uint32_t uart_mem_tx_status_read(struct dev *dev, unsigned index, uint32_t stored)
{
    const struct uart *uart = uart_of(dev);
    (void)index, (void)stored;
    return pointers(&uart->tx.fifo, reg_get(dev, UART_MEM_CONF_TX_SIZE), 128 * uart->number);
}

uint32_t uart_mem_rx_status_read(struct dev *dev, unsigned index, uint32_t stored)
{
    const struct uart *uart = uart_of(dev);
    (void)index, (void)stored;
    return pointers(&uart->rx.fifo, reg_get(dev, UART_MEM_CONF_RX_SIZE), 384 + 128 * uart->number);
}

uint32_t uart_mem_cnt_status_read(struct dev *dev, unsigned index, uint32_t stored)
{
    const struct uart *uart = uart_of(dev);
    (void)index, (void)stored;
    return uart_fifo_count(&uart->rx.fifo) >> 8 | uart_fifo_count(&uart->tx.fifo) >> 8 << 3;
}

/* ---- Device ------------------------------------------------------------------------------------------------------ */

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct uart *uart = uart_of(dev);
    (void)kind;
    uart_tx_reset(uart);
    uart_rx_reset(uart);
    memset(&uart->autobaud, 0, sizeof uart->autobaud);
    uart_wire_set_watcher(&uart->host.wire, UART_WATCH_AUTOBAUD, false, dev->now);
    uart_wire_set_clock(&uart->tx.wire, uart_clock_hz(uart), dev->now);
    uart_wire_invert(&uart->tx.wire, false, dev->now);
    uart_wire_invert(&uart->host.wire, false, dev->now);
    uart->ctsn = uart_ctsn(uart);
    uart->dsrn = dsrn(uart);
    uart_update(uart, 0);
}

static const struct dev_ops ops = {.regs = &uart_regs, .reset = reset};

enum sim_status uart_init(struct uart *uart, unsigned number, const char *name, struct dev_env *env)
{
    char scope[96];
    sim_assert(number <= 2);
    memset(uart, 0, sizeof *uart);
    uart->number = number;
    uart->cts = true; /* what the matrix shows where nothing is routed: STATUS resets with CTSN high, DSRN low */
    SIM_TRY(dev_init(&uart->dev, &ops, name, env));
    uart_tx_init(uart);
    uart_rx_init(uart);
    dev_path(&uart->dev, scope, sizeof scope);
    uart->tx_byte_signal = trace_declare(env->trace, scope, "tx_byte", TRACE_BITS, 8);
    uart->rx_byte_signal = trace_declare(env->trace, scope, "rx_byte", TRACE_BITS, 8);
    clock_tree_listen(env->clocks, clock_changed, uart);
    dev_reset(&uart->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void uart_set_untimed(struct uart *uart)
{
    uart->untimed = true;
    uart->tx.wire.half_ticks = uart->host.wire.half_ticks = uart_half_ticks(uart);
}

void uart_connect(struct uart *uart, const struct uart_port *port)
{
    uart->host.port = *port;
}

void uart_fini(struct uart *uart)
{
    struct evq *evq = uart->dev.env->evq;
    evq_cancel(evq, &uart->tx.event);
    evq_cancel(evq, &uart->tx.wire.edge);
    evq_cancel(evq, &uart->rx.event);
    evq_cancel(evq, &uart->rx.timeout);
    evq_cancel(evq, &uart->rx.at_event);
    evq_cancel(evq, &uart->host.wire.edge);
    dev_fini(&uart->dev);
}
