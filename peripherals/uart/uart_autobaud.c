/* SPDX-License-Identifier: Apache-2.0 */
/* Measurement of pulses on RXD, from which software finds the sender's rate. */
#include "peripherals/uart/uart_priv.h"

#define REG_FILE "peripherals/uart/uart_regs.def"
#define REG_PREFIX UART
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

void uart_autobaud_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct uart *uart = uart_of(dev);
    bool enabled = reg_field_of(written, UART_AUTOBAUD_EN);
    (void)index;
    if (enabled && !reg_field_of(old, UART_AUTOBAUD_EN)) {
        uart->autobaud.seen_edge = uart->autobaud.seen_rise = uart->autobaud.seen_fall = false;
        reg_put(dev, UART_LOWPULSE_MIN_CNT, UINT32_MAX);
        reg_put(dev, UART_HIGHPULSE_MIN_CNT, UINT32_MAX);
        reg_put(dev, UART_POSPULSE_POSEDGE_MIN_CNT, UINT32_MAX);
        reg_put(dev, UART_NEGPULSE_NEGEDGE_MIN_CNT, UINT32_MAX);
        reg_put(dev, UART_RXD_CNT_RXD_EDGE_CNT, 0);
    }
    uart_wire_set_watcher(&uart->host.wire, UART_WATCH_AUTOBAUD, enabled, dev->now);
}

static void note_shortest(struct dev *dev, uint32_t place, uint64_t cycles)
{
    if (cycles < reg_get(dev, place))
        reg_put(dev, place, (uint32_t)cycles);
}

/* Stores `time` and returns the cycles since the last one; UINT64_MAX: there was none. */
static uint64_t cycles_since(const struct uart *uart, bool *seen, sim_time *last, sim_time time)
{
    uint64_t cycles = UINT64_MAX;
    if (*seen && time >= *last)
        cycles = bits_muldiv(time - *last, uart_clock_hz(uart), SIM_PS_PER_S);
    *seen = true;
    *last = time;
    return cycles;
}

void uart_autobaud_edge(struct uart *uart, bool level, sim_time time)
{
    struct dev *dev = &uart->dev;
    struct uart_autobaud *seen = &uart->autobaud;
    uint32_t edges = reg_get(dev, UART_RXD_CNT_RXD_EDGE_CNT);
    if (!reg_get(dev, UART_AUTOBAUD_EN))
        return;
    uint64_t pulse = cycles_since(uart, &seen->seen_edge, &seen->edge, time);
    if (pulse < reg_get(dev, UART_AUTOBAUD_GLITCH_FILT)) {
        /* Neither of its edges counts, and the long pulse around it is lost. */
        reg_put(dev, UART_RXD_CNT_RXD_EDGE_CNT, edges - 1);
        seen->seen_edge = seen->seen_rise = seen->seen_fall = false;
        uart->dev.now = time;
        uart_update(uart, UART_GLITCH_DET);
        return;
    }
    if (edges < bits_mask(10))
        reg_put(dev, UART_RXD_CNT_RXD_EDGE_CNT, edges + 1);
    note_shortest(dev, level ? UART_LOWPULSE_MIN_CNT : UART_HIGHPULSE_MIN_CNT, pulse);
    if (level)
        note_shortest(dev, UART_POSPULSE_POSEDGE_MIN_CNT, cycles_since(uart, &seen->seen_rise, &seen->rise, time));
    else
        note_shortest(dev, UART_NEGPULSE_NEGEDGE_MIN_CNT, cycles_since(uart, &seen->seen_fall, &seen->fall, time));
}
