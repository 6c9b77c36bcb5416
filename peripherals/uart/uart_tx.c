/* SPDX-License-Identifier: Apache-2.0 */
/* The transmitter: data from the FIFO, then a break if one is asked for, then a pause. */
#include "peripherals/uart/uart_priv.h"

#define REG_FILE "peripherals/uart/uart_regs.def"
#define REG_PREFIX UART
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

static unsigned capacity(const struct uart *uart)
{
    unsigned blocks = reg_get(&uart->dev, UART_MEM_CONF_TX_SIZE);
    return 128 * (blocks == 0 ? 1 : blocks > 8 ? 8 : blocks);
}

static void schedule(struct uart *uart, sim_time at)
{
    evq_schedule(uart->dev.env->evq, &uart->tx.event, at);
}

static bool may_send_data(const struct uart *uart)
{
    const struct dev *dev = &uart->dev;
    if (reg_get(dev, UART_CONF0_TX_FLOW_EN) && uart_ctsn(uart))
        return false;
    if (reg_get(dev, UART_FLOW_CONF_FORCE_XOFF))
        return false;
    return !(uart->tx.stopped && reg_get(dev, UART_FLOW_CONF_SW_FLOW_CON_EN));
}

static void send_character(struct uart *uart, uint8_t byte, uint64_t tick)
{
    struct uart_tx *tx = &uart->tx;
    unsigned count;
    uint32_t bits = uart_encode(uart, byte, &count);
    tx->state = UART_TX_DATA;
    tx->byte = byte;
    uart_wire_send(&tx->wire, tick, bits, count, uart_character_halves(uart));
    trace_change(uart->dev.env->trace, uart->tx_byte_signal, clock_time(&tx->wire.ticks, tick), byte);
    schedule(uart, uart_wire_time(&tx->wire, tx->wire.halves));
    if (uart_loops_back(uart))
        uart_rx_loop_back(uart);
}

/* A break of 0 bits takes no time on the wire, but is sent. */
static void send_break(struct uart *uart, uint64_t tick)
{
    struct uart_tx *tx = &uart->tx;
    unsigned count = reg_get(&uart->dev, UART_IDLE_CONF_TX_BRK_NUM);
    tx->state = UART_TX_BREAK;
    tx->break_due = false;
    uart_wire_send(&tx->wire, tick, 0, count, 2 * count);
    schedule(uart, uart_wire_time(&tx->wire, tx->wire.halves));
    if (uart_loops_back(uart) && count > 0)
        uart_rx_loop_back(uart);
}

/* Starts what is to be sent next at `tick`; false: nothing may be sent. */
static bool send_next(struct uart *uart, uint64_t tick)
{
    struct uart_tx *tx = &uart->tx;
    if (tx->flow_due) {
        tx->flow_due = false;
        send_character(uart, tx->flow_char, tick);
        return true;
    }
    if (uart_fifo_count(&tx->fifo) > 0) {
        if (!may_send_data(uart))
            return false;
        tx->break_due = reg_get(&uart->dev, UART_CONF0_TXD_BRK);
        send_character(uart, tx->fifo.memory[tx->fifo.read++ % UART_MEMORY], tick);
        return true;
    }
    if (tx->break_due) {
        send_break(uart, tick);
        return true;
    }
    return false;
}

void uart_tx_go_on(struct uart *uart)
{
    const struct uart_tx *tx = &uart->tx;
    /* Flow control does not wait for a pause to end. */
    bool is_free = tx->state == UART_TX_IDLE || (tx->state == UART_TX_PAUSE && tx->flow_due);
    if (is_free && send_next(uart, uart_wire_next_cycle(&uart->tx.wire, uart->dev.now)))
        uart_update(uart, 0);
}

/* TRM, IDLE_CONF: TX_IDLE_NUM bit times between the end of the last data and the next transfer. */
static sim_time pause_end(const struct uart *uart)
{
    uint64_t halves = 2 * (uint64_t)reg_get(&uart->dev, UART_IDLE_CONF_TX_IDLE_NUM);
    return clock_time(&uart->tx.wire.ticks, uart->tx.pause_tick + halves * uart->tx.wire.half_ticks);
}

static void pause_over(struct uart *uart)
{
    uart->tx.state = UART_TX_IDLE;
    uart_update(uart, UART_TX_BRK_IDLE_DONE);
    uart_tx_go_on(uart);
}

static void begin_pause(struct uart *uart, uint64_t tick)
{
    uart->tx.state = UART_TX_PAUSE;
    uart->tx.pause_tick = tick;
    if (pause_end(uart) <= uart->dev.now)
        pause_over(uart);
    else
        schedule(uart, pause_end(uart));
}

static void character_over(struct uart *uart)
{
    struct uart_tx *tx = &uart->tx;
    uint64_t tick = uart_wire_end_tick(&tx->wire);
    const struct uart_port *port = &uart->host.port;
    enum uart_tx_state sent = tx->state;
    uint32_t interrupts = sent == UART_TX_BREAK ? UART_TX_BRK_DONE : 0;
    bool more = false;
    if (sent == UART_TX_DATA && port->tx)
        port->tx(port->ctx, tx->byte, uart->dev.now);
    if (sent == UART_TX_BREAK && port->tx_break)
        port->tx_break(port->ctx, uart->dev.now);
    if (sent == UART_TX_DATA && uart_fifo_count(&tx->fifo) == 0 && !tx->flow_due)
        interrupts |= UART_TX_DONE;
    tx->state = UART_TX_IDLE;
    more = send_next(uart, tick);
    bool drained = uart_fifo_count(&tx->fifo) == 0;
    uart_update(uart, interrupts);
    if (!more && drained && tx->state == UART_TX_IDLE)
        begin_pause(uart, tick);
}

static void event_due(void *ctx, sim_time now)
{
    struct uart *uart = ctx;
    uart->dev.now = now;
    if (uart->tx.state == UART_TX_PAUSE)
        pause_over(uart);
    else
        character_over(uart);
}

void uart_tx_push(struct uart *uart, uint8_t byte)
{
    struct uart_fifo *fifo = &uart->tx.fifo;
    if (reg_get(&uart->dev, UART_CONF0_TXFIFO_RST))
        return;
    if (uart_fifo_count(fifo) >= capacity(uart)) {
        dev_say_once(&uart->dev, LOG_GUEST, UART_FIFO, "a byte written into a full TX FIFO is lost");
        return;
    }
    fifo->memory[fifo->written++ % UART_MEMORY] = byte;
    uart_tx_go_on(uart);
}

void uart_tx_send_flow_char(struct uart *uart, uint8_t flow_char)
{
    uart->tx.flow_due = true;
    uart->tx.flow_char = flow_char;
    uart_tx_go_on(uart);
}

/* The end of what is under way has moved: the rate, the clock or the pause's length changed. */
void uart_tx_rate_changed(struct uart *uart)
{
    struct uart_tx *tx = &uart->tx;
    if (tx->state == UART_TX_PAUSE)
        schedule(uart, pause_end(uart));
    else if (tx->state != UART_TX_IDLE)
        schedule(uart, uart_wire_time(&tx->wire, tx->wire.halves));
}

void uart_tx_reset(struct uart *uart)
{
    struct uart_tx *tx = &uart->tx;
    tx->fifo.read = tx->fifo.written = 0;
    tx->state = UART_TX_IDLE;
    tx->break_due = tx->stopped = tx->flow_due = tx->xoff_is_sent = false;
    evq_cancel(uart->dev.env->evq, &tx->event);
    uart_wire_reset(&tx->wire, uart->dev.now);
}

void uart_tx_init(struct uart *uart)
{
    uart_wire_init(&uart->tx.wire, uart, "txd");
    evq_event_init(&uart->tx.event, event_due, uart, EVQ_PHASE_DEVICE);
}
