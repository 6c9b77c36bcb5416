/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/uart.h"

#include "firmware/drivers/clock.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/regs/uart.h"

enum {
    BITS_8 = 3,      /* CONF0.BIT_NUM */
    STOP_BITS_1 = 1, /* CONF0.STOP_BIT_NUM */
    RX_FULL = 64,    /* bytes at which the handler fetches them in any case */
    RX_TIMEOUT = 2,  /* characters, about, after which it fetches fewer */
    TX_EMPTY = 32    /* bytes below which it brings more */
};

struct ring {
    uint8_t *bytes;
    uint32_t size;
    volatile uint32_t head, tail; /* bytes put in and taken out since ever */
};

struct buffered {
    struct ring received, to_send;
    uint32_t base;
};

static struct buffered buffered[UART_COUNT];
static bool is_waking[UART_COUNT];

static const enum interrupt_source sources[UART_COUNT] = {SOURCE_UART0, SOURCE_UART1, SOURCE_UART2};

static uint32_t base_of(unsigned uart)
{
    static const uint32_t base[UART_COUNT] = {BASE_uart0, BASE_uart1, BASE_uart2};
    return base[uart % UART_COUNT];
}

void uart_drain(unsigned uart)
{
    uint32_t base = base_of(uart);
    while (hw_get(base, UART_STATUS_TXFIFO_CNT) != 0 || hw_get(base, UART_STATUS_ST_UTX_OUT) != 0)
        ;
}

/* Divider in sixteenths, rounded to the nearest. */
void uart_init(unsigned uart, uint32_t baud)
{
    uint32_t base = base_of(uart), sixteenths = (16 * clock_apb_hz() + baud / 2) / baud;
    uart_drain(uart);
    hw_write(base + UART_CLKDIV,
             hw_field(UART_CLKDIV_CLKDIV, sixteenths / 16) | hw_field(UART_CLKDIV_FRAG, sixteenths % 16));
    hw_write(base + UART_CONF0, hw_field(UART_CONF0_BIT_NUM, BITS_8) | hw_field(UART_CONF0_STOP_BIT_NUM, STOP_BITS_1) |
                                    hw_field(UART_CONF0_TICK_REF_ALWAYS_ON, 1));
}

static bool has_room(uint32_t base)
{
    return hw_get(base, UART_STATUS_TXFIFO_CNT) < UART_FIFO_BYTES - 1;
}

static void send_byte(uint32_t base, uint8_t byte)
{
    hw_write(HW_AHB(base) + UART_FIFO, byte);
}

static uint8_t fetch_byte(uint32_t base)
{
    return (uint8_t)hw_read(HW_AHB(base) + UART_FIFO);
}

void uart_write(unsigned uart, const void *bytes, size_t length)
{
    const uint8_t *byte = bytes;
    uint32_t base = base_of(uart);
    while (length--) {
        while (!has_room(base))
            ;
        send_byte(base, *byte++);
    }
}

size_t uart_read(unsigned uart, void *bytes, size_t size)
{
    uint8_t *byte = bytes;
    uint32_t base = base_of(uart);
    size_t taken = 0;
    while (taken < size && hw_get(base, UART_STATUS_RXFIFO_CNT) != 0)
        byte[taken++] = fetch_byte(base);
    if (is_waking[uart % UART_COUNT] && hw_get(base, UART_STATUS_RXFIFO_CNT) == 0) {
        hw_write(base + UART_INT_CLR, hw_field(UART_INT_CLR_RXFIFO_FULL_INT_CLR, 1));
        hw_set(base, UART_INT_ENA_RXFIFO_FULL_INT_ENA, 1);
    }
    return taken;
}

/* The request stays until somebody reads: until then it is enough to have been woken. */
static void on_input(void *ctx)
{
    hw_set(*(const uint32_t *)ctx, UART_INT_ENA_RXFIFO_FULL_INT_ENA, 0);
}

void uart_wake_by_input(unsigned uart)
{
    struct buffered *b = &buffered[uart % UART_COUNT];
    b->base = base_of(uart);
    hw_write(b->base + UART_CONF1, hw_field(UART_CONF1_RXFIFO_FULL_THRHD, 1));
    interrupt_connect(sources[uart % UART_COUNT], 1, on_input, &b->base);
    is_waking[uart % UART_COUNT] = true;
    hw_write(b->base + UART_INT_ENA, hw_field(UART_INT_ENA_RXFIFO_FULL_INT_ENA, 1));
}

/* ---- Buffered --------------------------------------------------------------------------------------------------- */

static uint32_t used(const struct ring *ring)
{
    return ring->head - ring->tail;
}

static uint32_t room(const struct ring *ring)
{
    return ring->size - used(ring);
}

static void put(struct ring *ring, uint8_t byte)
{
    ring->bytes[ring->head & (ring->size - 1)] = byte;
    ring->head++;
}

static uint8_t take(struct ring *ring)
{
    uint8_t byte = ring->bytes[ring->tail & (ring->size - 1)];
    ring->tail++;
    return byte;
}

static void enable(uint32_t base, uint32_t place, bool on)
{
    hw_set(base, place, on);
}

static void fetch_all(struct buffered *b)
{
    while (room(&b->received) > 0 && hw_get(b->base, UART_STATUS_RXFIFO_CNT) != 0)
        put(&b->received, fetch_byte(b->base));
    bool full = room(&b->received) == 0; /* the FIFO keeps the rest, until somebody reads */
    enable(b->base, UART_INT_ENA_RXFIFO_FULL_INT_ENA, !full);
    enable(b->base, UART_INT_ENA_RXFIFO_TOUT_INT_ENA, !full);
}

static void send_all(struct buffered *b)
{
    while (used(&b->to_send) > 0 && has_room(b->base))
        send_byte(b->base, take(&b->to_send));
    enable(b->base, UART_INT_ENA_TXFIFO_EMPTY_INT_ENA, used(&b->to_send) > 0);
}

/* FULL and EMPTY come back after clearing while their condition holds, so moving bytes comes first. */
static void on_interrupt(void *ctx)
{
    struct buffered *b = ctx;
    uint32_t status = hw_read(b->base + UART_INT_ST);
    fetch_all(b);
    send_all(b);
    hw_write(b->base + UART_INT_CLR, status);
}

void uart_begin_buffered(unsigned uart, const struct uart_buffers *buffers)
{
    struct buffered *b = &buffered[uart % UART_COUNT];
    *b = (struct buffered){.received = {.bytes = buffers->rx, .size = buffers->rx_size},
                           .to_send = {.bytes = buffers->tx, .size = buffers->tx_size},
                           .base = base_of(uart)};
    hw_write(b->base + UART_CONF1,
             hw_field(UART_CONF1_RXFIFO_FULL_THRHD, RX_FULL) | hw_field(UART_CONF1_TXFIFO_EMPTY_THRHD, TX_EMPTY) |
                 hw_field(UART_CONF1_RX_TOUT_THRHD, RX_TIMEOUT) | hw_field(UART_CONF1_RX_TOUT_EN, 1));
    hw_write(b->base + UART_INT_ENA, 0);
    hw_write(b->base + UART_INT_CLR, UINT32_MAX);
    interrupt_connect(sources[uart % UART_COUNT], 1, on_interrupt, b);
    hw_write(b->base + UART_INT_ENA,
             hw_field(UART_INT_ENA_RXFIFO_FULL_INT_ENA, 1) | hw_field(UART_INT_ENA_RXFIFO_TOUT_INT_ENA, 1));
}

size_t uart_buffered_read(unsigned uart, void *bytes, size_t size)
{
    struct buffered *b = &buffered[uart % UART_COUNT];
    uint8_t *byte = bytes;
    size_t taken = 0;
    while (taken < size && used(&b->received) > 0)
        byte[taken++] = take(&b->received);
    if (taken > 0) {
        uint32_t ps = mask_interrupts();
        fetch_all(b);
        restore_interrupts(ps);
    }
    return taken;
}

size_t uart_buffered_write(unsigned uart, const void *bytes, size_t length)
{
    struct buffered *b = &buffered[uart % UART_COUNT];
    const uint8_t *byte = bytes;
    size_t taken = 0;
    while (taken < length && room(&b->to_send) > 0)
        put(&b->to_send, byte[taken++]);
    uint32_t ps = mask_interrupts();
    send_all(b);
    restore_interrupts(ps);
    return taken;
}

size_t uart_buffered_count(unsigned uart)
{
    return used(&buffered[uart % UART_COUNT].received);
}

size_t uart_buffered_room(unsigned uart)
{
    return room(&buffered[uart % UART_COUNT].to_send);
}
