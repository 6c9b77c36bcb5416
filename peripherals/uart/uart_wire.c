/* SPDX-License-Identifier: Apache-2.0 */
/* A character on a wire as a function of time. All times come from one count of ticks, so that a long transfer does not
 * drift; edges are made only for those who watch. */
#include "peripherals/uart/uart_priv.h"

static unsigned end_of_bit(unsigned half)
{
    return (half / 2 + 1) * 2;
}

sim_time uart_wire_time(const struct uart_wire *wire, unsigned half)
{
    return clock_time(&wire->ticks, wire->base_tick + (uint64_t)(half - wire->base_half) * wire->half_ticks);
}

uint64_t uart_wire_end_tick(const struct uart_wire *wire)
{
    return wire->base_tick + (uint64_t)(wire->halves - wire->base_half) * wire->half_ticks;
}

uint64_t uart_wire_next_cycle(const struct uart_wire *wire, sim_time now)
{
    uint64_t tick = clock_cycles(&wire->ticks, now);
    if (clock_time(&wire->ticks, tick) < now)
        tick++;
    return (tick + UART_TICKS - 1) / UART_TICKS * UART_TICKS;
}

int uart_wire_half(const struct uart_wire *wire, sim_time now)
{
    uint64_t tick = clock_cycles(&wire->ticks, now);
    if (wire->halves == 0)
        return -1;
    if (tick < wire->base_tick) /* before the character, or in the bit that keeps its old length */
        return (int)wire->base_half - 1;
    uint64_t half = wire->base_half + (tick - wire->base_tick) / wire->half_ticks;
    return (int)(half < wire->halves ? half : wire->halves);
}

bool uart_wire_level(const struct uart_wire *wire, unsigned half)
{
    unsigned bit = half / 2;
    if (bit >= wire->count)
        return true;
    return bit < 32 && bits_test(wire->bits, bit);
}

bool uart_wire_level_at(const struct uart_wire *wire, sim_time now)
{
    int half = uart_wire_half(wire, now);
    return half < 0 || uart_wire_level(wire, (unsigned)half);
}

/* ---- Waveform ---------------------------------------------------------------------------------------------------- */

static void put_level(struct uart_wire *wire, sim_time now)
{
    trace_change(wire->uart->dev.env->trace, wire->signal, now, wire->level != wire->inverted);
    line_set(wire->line, wire->level != wire->inverted, now);
}

static void make_edge(struct uart_wire *wire, bool level, sim_time now)
{
    struct uart *uart = wire->uart;
    wire->level = level;
    put_level(wire, now);
    if (wire == &uart->host.wire)
        uart_rx_edge(uart, level, now);
}

static void schedule_edge(struct uart_wire *wire, sim_time now)
{
    int now_half = uart_wire_half(wire, now);
    sim_time at = SIM_TIME_NEVER;
    for (unsigned half = (unsigned)(now_half + 1); half < wire->halves && at == SIM_TIME_NEVER; half++)
        if (uart_wire_level(wire, half) != wire->level)
            at = uart_wire_time(wire, half);
    evq_arm(wire->uart->dev.env->evq, &wire->edge, at);
}

static void show(struct uart_wire *wire, sim_time now)
{
    if (!wire->watchers) {
        evq_cancel(wire->uart->dev.env->evq, &wire->edge);
        if (!wire->level) /* do not leave a level behind that would last */
            make_edge(wire, true, now);
        return;
    }
    bool level = uart_wire_level_at(wire, now);
    if (level != wire->level)
        make_edge(wire, level, now);
    schedule_edge(wire, now);
}

static void edge_due(void *ctx, sim_time now)
{
    show(ctx, now);
}

void uart_wire_set_watcher(struct uart_wire *wire, enum uart_watcher who, bool watches, sim_time now)
{
    bool looked = wire->watchers != 0;
    wire->watchers = watches ? wire->watchers | who : wire->watchers & ~(unsigned)who;
    if (!looked && wire->watchers) {
        wire->level = uart_wire_level_at(wire, now);
        put_level(wire, now);
    }
    show(wire, now);
}

bool uart_wire_shows(void *ctx, sim_time now)
{
    const struct uart_wire *wire = ctx;
    return uart_wire_level_at(wire, now) != wire->inverted;
}

void uart_wire_watch(void *ctx, bool watched, sim_time now)
{
    uart_wire_set_watcher(ctx, UART_WATCH_PAD, watched, now);
}

/* ---- Characters -------------------------------------------------------------------------------------------------- */

void uart_wire_send(struct uart_wire *wire, uint64_t tick, uint32_t bits, unsigned count, unsigned halves)
{
    const struct uart *uart = wire->uart;
    wire->base_tick = tick;
    wire->base_half = 0;
    wire->half_ticks = uart_half_ticks(uart);
    wire->bits = bits;
    wire->count = count;
    wire->halves = halves;
    show(wire, uart->dev.now);
}

void uart_wire_set_rate(struct uart_wire *wire, uint32_t half_ticks, sim_time now)
{
    int half = uart_wire_half(wire, now);
    if (half_ticks == wire->half_ticks)
        return;
    if (half >= 0) {
        unsigned boundary = end_of_bit((unsigned)half);
        if (boundary > wire->halves)
            boundary = wire->halves;
        wire->base_tick += (uint64_t)(boundary - wire->base_half) * wire->half_ticks;
        wire->base_half = boundary;
    }
    wire->half_ticks = half_ticks;
    show(wire, now);
}

void uart_wire_set_clock(struct uart_wire *wire, uint64_t hz, sim_time now)
{
    if (wire->ticks.hz == hz * UART_TICKS)
        return;
    /* A core may be behind the sibling that changed the clock last. */
    clock_set_hz(&wire->ticks, now < wire->ticks.epoch_time ? wire->ticks.epoch_time : now, hz * UART_TICKS);
    show(wire, now);
}

void uart_wire_invert(struct uart_wire *wire, bool inverted, sim_time now)
{
    if (wire->inverted == inverted)
        return;
    wire->inverted = inverted;
    put_level(wire, now);
}

void uart_wire_reset(struct uart_wire *wire, sim_time now)
{
    wire->halves = 0;
    wire->count = 0;
    wire->half_ticks = uart_half_ticks(wire->uart);
    if (!wire->level)
        make_edge(wire, true, now);
    evq_cancel(wire->uart->dev.env->evq, &wire->edge);
}

void uart_wire_init(struct uart_wire *wire, struct uart *uart, const char *signal)
{
    const struct dev_env *env = uart->dev.env;
    char scope[96];
    dev_path(&uart->dev, scope, sizeof scope);
    wire->uart = uart;
    wire->level = true;
    wire->half_ticks = uart_half_ticks(uart);
    clock_init(&wire->ticks, uart_clock_hz(uart) * UART_TICKS);
    evq_event_init(&wire->edge, edge_due, wire, EVQ_PHASE_DEVICE);
    wire->signal = trace_declare(env->trace, scope, signal, TRACE_WIRE, 1);
    wire->watchers = wire->signal ? UART_WATCH_TRACE : 0;
    trace_change(env->trace, wire->signal, 0, true);
}
