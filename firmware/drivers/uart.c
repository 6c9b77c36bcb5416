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
    TX_EMPTY = 32,   /* bytes below which it brings more */
    BUFFER = 512     /* a power of 2 */
};

struct ring {
    uint8_t bytes[BUFFER];
    volatile uint32_t head, tail; /* bytes put in and taken out since ever */
};

static struct ring received, to_send;
static unsigned buffered_uart;

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
    return taken;
}

/* ---- Buffered --------------------------------------------------------------------------------------------------- */

static uint32_t used(const struct ring *ring)
{
    return ring->head - ring->tail;
}

static void enable(uint32_t base, uint32_t place, bool on)
{
    hw_set(base, place, on);
}

static void fetch_all(uint32_t base)
{
    while (hw_get(base, UART_STATUS_RXFIFO_CNT) != 0 && used(&received) < BUFFER)
        received.bytes[received.head++ % BUFFER] = fetch_byte(base);
    bool full = used(&received) == BUFFER; /* the FIFO keeps the rest, until somebody reads */
    enable(base, UART_INT_ENA_RXFIFO_FULL_INT_ENA, !full);
    enable(base, UART_INT_ENA_RXFIFO_TOUT_INT_ENA, !full);
}

static void send_all(uint32_t base)
{
    while (used(&to_send) > 0 && has_room(base))
        send_byte(base, to_send.bytes[to_send.tail++ % BUFFER]);
    enable(base, UART_INT_ENA_TXFIFO_EMPTY_INT_ENA, used(&to_send) > 0);
}

/* FULL and EMPTY come back after clearing while their condition holds, so moving bytes comes first. */
static void on_interrupt(void *ctx)
{
    uint32_t base = base_of(buffered_uart);
    uint32_t status = hw_read(base + UART_INT_ST);
    (void)ctx;
    fetch_all(base);
    send_all(base);
    hw_write(base + UART_INT_CLR, status);
}

void uart_begin_buffered(unsigned uart)
{
    static const enum interrupt_source source[UART_COUNT] = {SOURCE_UART0, SOURCE_UART1, SOURCE_UART2};
    uint32_t base = base_of(uart);
    buffered_uart = uart;
    hw_write(base + UART_CONF1,
             hw_field(UART_CONF1_RXFIFO_FULL_THRHD, RX_FULL) | hw_field(UART_CONF1_TXFIFO_EMPTY_THRHD, TX_EMPTY) |
                 hw_field(UART_CONF1_RX_TOUT_THRHD, RX_TIMEOUT) | hw_field(UART_CONF1_RX_TOUT_EN, 1));
    hw_write(base + UART_INT_ENA, 0);
    hw_write(base + UART_INT_CLR, UINT32_MAX);
    interrupt_connect(source[uart % UART_COUNT], 1, on_interrupt, NULL);
    hw_write(base + UART_INT_ENA,
             hw_field(UART_INT_ENA_RXFIFO_FULL_INT_ENA, 1) | hw_field(UART_INT_ENA_RXFIFO_TOUT_INT_ENA, 1));
}

size_t uart_buffered_read(void *bytes, size_t size)
{
    uint8_t *byte = bytes;
    size_t taken = 0;
    while (taken < size && used(&received) > 0)
        byte[taken++] = received.bytes[received.tail++ % BUFFER];
    if (taken > 0) {
        uint32_t ps = mask_interrupts();
        fetch_all(base_of(buffered_uart));
        restore_interrupts(ps);
    }
    return taken;
}

size_t uart_buffered_write(const void *bytes, size_t length)
{
    const uint8_t *byte = bytes;
    size_t taken = 0;
    while (taken < length && used(&to_send) < BUFFER)
        to_send.bytes[to_send.head++ % BUFFER] = byte[taken++];
    uint32_t ps = mask_interrupts();
    send_all(base_of(buffered_uart));
    restore_interrupts(ps);
    return taken;
}
