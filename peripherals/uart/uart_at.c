/* SPDX-License-Identifier: Apache-2.0 */
/* The AT escape sequence: CHAR_NUM times the same character, with pauses before and after, and short ones within.
 * Pauses count in cycles of the UART's clock (ESP-IDF, uart_enable_pattern_det_baud_intr). */
#include "peripherals/uart/uart_priv.h"

#define REG_FILE "peripherals/uart/uart_regs.def"
#define REG_PREFIX UART
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

static uint64_t cycles_between(const struct uart *uart, sim_time from, sim_time to)
{
    return to <= from ? 0 : bits_muldiv(to - from, uart_clock_hz(uart), SIM_PS_PER_S);
}

/* A character starts: the pause after the sequence, if one is awaited, was too short. */
void uart_at_begins(struct uart *uart, sim_time start)
{
    struct uart_rx *rx = &uart->rx;
    if (evq_is_scheduled(&rx->at_event) && rx->at_event.time > start) {
        evq_cancel(uart->dev.env->evq, &rx->at_event);
        rx->at_count = 0;
    }
}

void uart_at_received(struct uart *uart, uint8_t byte, sim_time start, sim_time end)
{
    const struct dev *dev = &uart->dev;
    struct uart_rx *rx = &uart->rx;
    uint64_t pause = cycles_between(uart, rx->at_last, start);
    rx->at_last = end;
    if (byte != reg_get(dev, UART_AT_CMD_CHAR_AT_CMD_CHAR)) {
        rx->at_count = 0;
        return;
    }
    if (rx->at_count > 0 && pause <= reg_get(dev, UART_AT_CMD_GAPTOUT_RX_GAP_TOUT))
        rx->at_count++;
    else
        rx->at_count = pause >= reg_get(dev, UART_AT_CMD_PRECNT_PRE_IDLE_NUM);
    if (rx->at_count > 0 && rx->at_count == reg_get(dev, UART_AT_CMD_CHAR_CHAR_NUM) && uart_clock_hz(uart) > 0) {
        uint64_t cycles = reg_get(dev, UART_AT_CMD_POSTCNT_POST_IDLE_NUM);
        evq_schedule(dev->env->evq, &rx->at_event, end + bits_muldiv_up(cycles, SIM_PS_PER_S, uart_clock_hz(uart)));
    }
}

static void pause_over(void *ctx, sim_time now)
{
    struct uart *uart = ctx;
    uart->dev.now = now;
    uart->rx.at_count = 0;
    uart_update(uart, UART_AT_CMD_CHAR_DET);
}

void uart_at_init(struct uart *uart)
{
    evq_event_init(&uart->rx.at_event, pause_over, uart, EVQ_PHASE_DEVICE);
}
