/* SPDX-License-Identifier: Apache-2.0 */
/* The receiver, and the host end that feeds it. A character comes from the host end or from the own transmitter as a
 * whole, or from the pin as edges; all three end in the levels in the middle of its bits. */
#include "peripherals/uart/uart_priv.h"

#define REG_FILE "peripherals/uart/uart_regs.def"
#define REG_PREFIX UART
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

static unsigned capacity(const struct uart *uart)
{
    unsigned blocks = reg_get(&uart->dev, UART_MEM_CONF_RX_SIZE);
    return 128 * (blocks == 0 ? 1 : blocks > 8 ? 8 : blocks);
}

static sim_time ticks_after(const struct uart *uart, sim_time start, uint64_t ticks)
{
    uint64_t hz = uart_clock_hz(uart) * UART_TICKS;
    return hz ? start + bits_muldiv_up(ticks, SIM_PS_PER_S, hz) : SIM_TIME_NEVER;
}

/* ---- Time-out ---------------------------------------------------------------------------------------------------- */

/* ESP-IDF, uart_ll_set_rx_tout: the unit is 8 bit times, but with REF_TICK an eighth of one. */
void uart_rx_schedule_timeout(struct uart *uart)
{
    const struct dev *dev = &uart->dev;
    struct uart_rx *rx = &uart->rx;
    uint64_t threshold = reg_get(dev, UART_CONF1_RX_TOUT_THRHD) | reg_get(dev, UART_MEM_CONF_RX_TOUT_THRHD_H3) << 7;
    uint64_t bit = 2 * (uint64_t)uart_half_ticks(uart);
    uint64_t ticks = reg_get(dev, UART_CONF0_TICK_REF_ALWAYS_ON) ? threshold * 8 * bit : threshold * bit / 8;
    bool counts = reg_get(dev, UART_CONF1_RX_TOUT_EN) && !rx->timed_out && rx->source == UART_RX_NOTHING;
    evq_arm(dev->env->evq, &rx->timeout, counts ? ticks_after(uart, rx->end, ticks) : SIM_TIME_NEVER);
}

static void timeout_due(void *ctx, sim_time now)
{
    struct uart *uart = ctx;
    uart->dev.now = now;
    uart->rx.timed_out = true;
    if (uart_fifo_count(&uart->rx.fifo) > 0)
        uart_update(uart, UART_RXFIFO_TOUT);
}

/* ---- Characters -------------------------------------------------------------------------------------------------- */

static void begin(struct uart *uart, enum uart_rx_source source, sim_time start)
{
    struct uart_rx *rx = &uart->rx;
    rx->source = source;
    rx->start = start;
    rx->sample_half = uart_format_halves(uart) + 1;
    uart_at_begins(uart, start);
    if (evq_is_scheduled(&rx->timeout) && rx->timeout.time > start)
        evq_cancel(uart->dev.env->evq, &rx->timeout);
}

/* The interrupt of an XON or XOFF, 0: this byte is neither. */
static uint32_t flow_control(struct uart *uart, uint8_t byte)
{
    const struct dev *dev = &uart->dev;
    if (!reg_get(dev, UART_FLOW_CONF_SW_FLOW_CON_EN))
        return 0;
    if (byte == reg_get(dev, UART_SWFC_CONF_XON_CHAR)) {
        uart->tx.stopped = false;
        return UART_SW_XON;
    }
    if (byte == reg_get(dev, UART_SWFC_CONF_XOFF_CHAR)) {
        uart->tx.stopped = true;
        return UART_SW_XOFF;
    }
    return 0;
}

static uint32_t store(struct uart *uart, uint8_t byte)
{
    struct uart_fifo *fifo = &uart->rx.fifo;
    if (reg_get(&uart->dev, UART_CONF0_RXFIFO_RST))
        return 0;
    if (uart_fifo_count(fifo) >= capacity(uart))
        return UART_RXFIFO_OVF;
    fifo->memory[fifo->written++ % UART_MEMORY] = byte;
    return 0;
}

/* samples: level in the middle of each bit, start bit first; sample_half / 2 is the stop bit's place. */
static void receive(struct uart *uart, uint32_t samples)
{
    const struct dev *dev = &uart->dev;
    struct uart_rx *rx = &uart->rx;
    unsigned stop = rx->sample_half / 2, count;
    uint8_t byte = (uint8_t)bits_get(samples, 1, 5 + reg_get(dev, UART_CONF0_BIT_NUM));
    uint32_t errors = 0;
    if (!bits_test(samples, stop))
        errors = bits_get(samples, 0, stop) ? UART_FRM_ERR : UART_BRK_DET;
    if (errors != UART_BRK_DET && (uart_encode(uart, byte, &count) ^ samples) & bits_mask(stop))
        errors |= UART_PARITY_ERR;
    uint32_t interrupts = errors;
    uint32_t flow = errors ? 0 : flow_control(uart, byte);
    bool drop = (errors && reg_get(dev, UART_CONF0_ERR_WR_MASK)) || (flow && reg_get(dev, UART_FLOW_CONF_XONOFF_DEL));
    if (!drop)
        interrupts |= store(uart, byte);
    trace_change(dev->env->trace, uart->rx_byte_signal, dev->now, byte);

    rx->source = UART_RX_NOTHING;
    rx->end = ticks_after(uart, dev->now, uart_half_ticks(uart));
    rx->timed_out = false;
    uart_at_received(uart, byte, rx->start, rx->end);
    uart_update(uart, interrupts | flow);
    uart_rx_schedule_timeout(uart);
    uart_rx_go_on(uart);
    if (flow)
        uart_tx_go_on(uart);
}

uint8_t uart_rx_pop(struct uart *uart)
{
    struct uart_fifo *fifo = &uart->rx.fifo;
    if (uart_fifo_count(fifo) == 0)
        return fifo->memory[fifo->read % UART_MEMORY];
    return fifo->memory[fifo->read++ % UART_MEMORY];
}

/* ---- From the host end or the own transmitter -------------------------------------------------------------------- */

static uint32_t samples_of(const struct uart_wire *wire, unsigned sample_half)
{
    uint32_t samples = 0;
    for (unsigned half = 1; half <= sample_half; half += 2)
        samples |= (uint32_t)uart_wire_level(wire, half) << (half / 2);
    return samples;
}

static void host_sends(struct uart *uart, uint8_t byte, unsigned faults, uint64_t tick)
{
    unsigned count, halves = uart_character_halves(uart);
    uint32_t bits = uart_encode(uart, byte, &count);
    if (faults & UART_FAULT_PARITY && reg_get(&uart->dev, UART_CONF0_PARITY_EN))
        bits ^= 1u << (count - 1);
    if (faults & UART_FAULT_BREAK) {
        bits = 0;
        count += 2;
        halves += 4;
    } else if (faults & UART_FAULT_FRAME) {
        count += 1;
        halves += 2;
    }
    uart_wire_send(&uart->host.wire, tick, bits, count, halves);
}

void uart_rx_go_on(struct uart *uart)
{
    struct uart_host *host = &uart->host;
    struct uart_rx *rx = &uart->rx;
    struct uart_wire *wire = &host->wire;
    bool full = uart->untimed && uart_fifo_count(&rx->fifo) >= capacity(uart);
    bool held = full || (reg_get(&uart->dev, UART_CONF1_RX_FLOW_EN) && uart_rtsn(uart));
    bool stopped = uart_clock_hz(uart) == 0; /* the chip sleeps */
    if (host->read == host->written || rx->source != UART_RX_NOTHING || held || stopped || uart_loops_back(uart))
        return;
    unsigned place = host->read++ % UART_HOST_QUEUE;
    uart_wire_set_clock(wire, uart_clock_hz(uart), uart->dev.now);
    uint64_t tick = uart_wire_next_cycle(wire, uart->dev.now);
    if (tick < uart_wire_end_tick(wire)) /* the last character's stop bit is not over */
        tick = uart_wire_end_tick(wire);
    begin(uart, UART_RX_HOST, clock_time(&wire->ticks, tick));
    host_sends(uart, host->queue[place].byte, host->queue[place].faults, tick);
    evq_schedule(uart->dev.env->evq, &rx->event, uart_wire_time(wire, rx->sample_half));
    if (host->refused) {
        host->refused = false;
        if (host->port.room)
            host->port.room(host->port.ctx, uart->dev.now);
    }
}

bool uart_receive(struct uart *uart, uint8_t byte, unsigned faults, sim_time time)
{
    struct uart_host *host = &uart->host;
    if (host->written - host->read == UART_HOST_QUEUE) {
        host->refused = true;
        return false;
    }
    unsigned place = host->written++ % UART_HOST_QUEUE;
    host->queue[place].byte = byte;
    host->queue[place].faults = (uint8_t)faults;
    sim_time now = uart->dev.now; /* it may be called from a hook */
    uart->dev.now = time;
    uart_rx_go_on(uart);
    uart->dev.now = now;
    return true;
}

void uart_rx_loop_back(struct uart *uart)
{
    struct uart_rx *rx = &uart->rx;
    const struct uart_wire *wire = &uart->tx.wire;
    if (rx->source != UART_RX_NOTHING)
        return;
    begin(uart, UART_RX_LOOPBACK, uart_wire_time(wire, 0));
    evq_schedule(uart->dev.env->evq, &rx->event, uart_wire_time(wire, rx->sample_half));
}

/* ---- From the pin ------------------------------------------------------------------------------------------------ */

static sim_time sample_time(const struct uart_rx *rx, unsigned half)
{
    return rx->start + bits_muldiv_up((uint64_t)half * rx->half_ticks, SIM_PS_PER_S, rx->ticks_hz);
}

/* The wire had this level from the last sample until `time`. */
static void take_samples(struct uart_rx *rx, bool level, sim_time time)
{
    while (2 * rx->sampled + 1 <= rx->sample_half && sample_time(rx, 2 * rx->sampled + 1) < time)
        rx->samples |= (uint32_t)level << rx->sampled++;
}

/* With RS485 the receiver is off while the transmitter sends, unless it is told otherwise: no echo. */
static bool is_deaf(const struct uart *uart)
{
    const struct dev *dev = &uart->dev;
    bool sends = uart->tx.state == UART_TX_DATA || uart->tx.state == UART_TX_BREAK;
    return sends && reg_get(dev, UART_RS485_CONF_RS485_EN) && !reg_get(dev, UART_RS485_CONF_RS485TX_RX_EN);
}

static void begin_from_pin(struct uart *uart, sim_time time)
{
    struct uart_rx *rx = &uart->rx;
    rx->sampled = 0;
    rx->samples = 0;
    rx->half_ticks = uart_half_ticks(uart);
    rx->ticks_hz = uart_clock_hz(uart) * UART_TICKS;
    begin(uart, UART_RX_PIN, time);
    evq_schedule(uart->dev.env->evq, &rx->event, sample_time(rx, rx->sample_half));
}

void uart_rx_edge(struct uart *uart, bool level, sim_time time)
{
    struct uart_rx *rx = &uart->rx;
    if (level == rx->level)
        return;
    rx->level = level;
    if (uart_clock_hz(uart) == 0)
        return;
    uart_autobaud_edge(uart, level, time);
    if (uart_loops_back(uart))
        return;
    if (rx->source == UART_RX_PIN) {
        take_samples(rx, !level, time);
        if (level && rx->sampled == 0) /* a start bit that may be too short: look at its middle */
            evq_schedule(uart->dev.env->evq, &rx->event, sample_time(rx, 1));
    } else if (rx->source == UART_RX_NOTHING && !level && !is_deaf(uart)) {
        begin_from_pin(uart, time);
    }
}

static void pin_event(struct uart *uart)
{
    struct uart_rx *rx = &uart->rx;
    take_samples(rx, rx->level, uart->dev.now + 1);
    if (bits_test(rx->samples, 0)) {
        rx->source = UART_RX_NOTHING;
        uart_update(uart, UART_GLITCH_DET);
        uart_rx_schedule_timeout(uart);
        uart_rx_go_on(uart);
    } else if (2 * rx->sampled > rx->sample_half) {
        receive(uart, rx->samples);
    } else {
        evq_schedule(uart->dev.env->evq, &rx->event, sample_time(rx, rx->sample_half));
    }
}

/* ---- State ------------------------------------------------------------------------------------------------------- */

static void event_due(void *ctx, sim_time now)
{
    struct uart *uart = ctx;
    struct uart_rx *rx = &uart->rx;
    uart->dev.now = now;
    if (rx->source == UART_RX_PIN)
        pin_event(uart);
    else
        receive(uart, samples_of(rx->source == UART_RX_HOST ? &uart->host.wire : &uart->tx.wire, rx->sample_half));
}

void uart_rx_rate_changed(struct uart *uart)
{
    struct uart_rx *rx = &uart->rx;
    const struct uart_wire *wire = &uart->tx.wire;
    if (rx->source == UART_RX_LOOPBACK && rx->sample_half >= wire->base_half)
        evq_schedule(uart->dev.env->evq, &rx->event, uart_wire_time(wire, rx->sample_half));
    uart_rx_schedule_timeout(uart);
    uart_rx_go_on(uart);
}

bool uart_rxd(const struct uart *uart, sim_time now)
{
    const struct uart_wire *wire = uart_loops_back(uart) ? &uart->tx.wire : &uart->host.wire;
    int half = uart_wire_half(wire, now);
    if (half >= 0 && (unsigned)half < wire->halves)
        return uart_wire_level(wire, (unsigned)half);
    return uart_loops_back(uart) || uart->rx.level;
}

unsigned uart_rx_fsm(const struct uart *uart, sim_time now)
{
    const struct uart_rx *rx = &uart->rx;
    int half = -1;
    if (rx->source == UART_RX_HOST)
        half = uart_wire_half(&uart->host.wire, now);
    else if (rx->source == UART_RX_LOOPBACK)
        half = uart_wire_half(&uart->tx.wire, now);
    else if (rx->source == UART_RX_PIN && now >= rx->start)
        half = (int)(bits_muldiv(now - rx->start, rx->ticks_hz, SIM_PS_PER_S) / rx->half_ticks);
    return half < 0 ? 0 : uart_fsm_state(uart, (unsigned)half);
}

/* The host end's queue lies outside the chip and is kept; a character on its way is lost. */
void uart_rx_reset(struct uart *uart)
{
    struct uart_rx *rx = &uart->rx;
    rx->fifo.read = rx->fifo.written = 0;
    rx->source = UART_RX_NOTHING;
    rx->end = 0;
    rx->timed_out = true;
    rx->level = rx->rxd;
    rx->at_count = 0;
    evq_cancel(uart->dev.env->evq, &rx->event);
    evq_cancel(uart->dev.env->evq, &rx->timeout);
    evq_cancel(uart->dev.env->evq, &rx->at_event);
    uart_wire_reset(&uart->host.wire, uart->dev.now);
}

void uart_rx_init(struct uart *uart)
{
    uart->rx.rxd = true;
    uart->rx.level = true;
    uart_wire_init(&uart->host.wire, uart, "rxd");
    evq_event_init(&uart->rx.event, event_due, uart, EVQ_PHASE_DEVICE);
    evq_event_init(&uart->rx.timeout, timeout_due, uart, EVQ_PHASE_DEVICE);
    uart_at_init(uart);
}
