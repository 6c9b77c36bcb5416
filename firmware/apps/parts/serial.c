/* SPDX-License-Identifier: Apache-2.0 */
/* UART1 with both its wires on one pad through the GPIO matrix: thresholds and time-out, break, escape sequence,
 * measured rate, and the echo that RS485 takes away; UART2 in its own loop, clocked by REF_TICK. */
#include <string.h>

#include "firmware/apps/parts/parts.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/gpio.h"
#include "firmware/drivers/regs/uart.h"
#include "firmware/drivers/uart.h"

enum { PAD = 27, U1TXD = 17, BAUD = 921600, BIT = 80000000 / BAUD /* cycles */ };
enum { FULL = 1 << 0, BREAK = 1 << 7, TIME_OUT = 1 << 8, BREAK_SENT = 1 << 12, SENT = 1 << 14 };
enum { ESCAPE = 1 << 18 };

static volatile uint32_t raised;

static void happened(void *ctx)
{
    (void)ctx;
    uint32_t status = hw_read(BASE_uart1 + UART_INT_ST);
    raised |= status;
    hw_write(BASE_uart1 + UART_INT_ENA, hw_read(BASE_uart1 + UART_INT_ENA) & ~status);
    hw_write(BASE_uart1 + UART_INT_CLR, status);
}

static void expect(uint32_t interrupts)
{
    raised = 0;
    hw_write(BASE_uart1 + UART_INT_CLR, UINT32_MAX);
    hw_write(BASE_uart1 + UART_INT_ENA, interrupts);
}

static void await(struct checks *checks, const char *what, uint32_t interrupts)
{
    uint32_t begin = ccount();
    while ((raised & interrupts) != interrupts && ccount() - begin < 240 * 2000)
        ;
    check_equal(checks, what, raised & interrupts, interrupts);
}

static void empty(unsigned uart)
{
    uint8_t byte;
    while (uart_read(uart, &byte, 1))
        ;
}

static void try_thresholds(struct checks *checks)
{
    char in[8] = {0};
    hw_set(BASE_uart1, UART_CONF1_RXFIFO_FULL_THRHD, 4);
    hw_set(BASE_uart1, UART_CONF1_RX_TOUT_THRHD, 2);
    hw_set(BASE_uart1, UART_CONF1_RX_TOUT_EN, 1);
    expect(FULL | TIME_OUT | SENT);
    uart_write(1, "abcdef", 6);
    await(checks, "UART1: full, time-out, sent", FULL | TIME_OUT | SENT);
    check_equal(checks, "UART1: bytes", uart_read(1, in, sizeof in), 6);
    check_true(checks, "UART1: what they are", memcmp(in, "abcdef", 6) == 0);
}

static void try_break(struct checks *checks)
{
    expect(BREAK | BREAK_SENT);
    hw_set(BASE_uart1, UART_IDLE_CONF_TX_BRK_NUM, 12);
    hw_set(BASE_uart1, UART_CONF0_TXD_BRK, 1);
    uart_write(1, "x", 1);
    await(checks, "UART1: break", BREAK | BREAK_SENT);
    hw_set(BASE_uart1, UART_CONF0_TXD_BRK, 0);
    uart_drain(1);
    empty(1);
}

/* Pauses in cycles of the UART's clock. */
static void try_escape(struct checks *checks)
{
    hw_write(BASE_uart1 + UART_AT_CMD_PRECNT, 20 * BIT);
    hw_write(BASE_uart1 + UART_AT_CMD_POSTCNT, 20 * BIT);
    hw_write(BASE_uart1 + UART_AT_CMD_GAPTOUT, 15 * BIT);
    hw_write(BASE_uart1 + UART_AT_CMD_CHAR,
             hw_field(UART_AT_CMD_CHAR_AT_CMD_CHAR, '#') | hw_field(UART_AT_CMD_CHAR_CHAR_NUM, 3));
    delay_us(40);
    expect(ESCAPE);
    uart_write(1, "###", 3);
    await(checks, "UART1: escape sequence", ESCAPE);
    empty(1);
}

static void try_rate(struct checks *checks)
{
    hw_write(BASE_uart1 + UART_AUTOBAUD, 0);
    hw_write(BASE_uart1 + UART_AUTOBAUD, hw_field(UART_AUTOBAUD_EN, 1) | hw_field(UART_AUTOBAUD_GLITCH_FILT, 8));
    uart_write(1, "UU", 2);
    uart_drain(1);
    uint32_t low = hw_read(BASE_uart1 + UART_LOWPULSE), high = hw_read(BASE_uart1 + UART_HIGHPULSE);
    hw_write(BASE_uart1 + UART_AUTOBAUD, 0);
    check_true(checks, "UART1: a low bit", low + 1 >= BIT - 1 && low + 1 <= BIT + 1);
    check_true(checks, "UART1: a high bit", high + 1 >= BIT - 1 && high + 1 <= BIT + 1);
    empty(1);
}

/* uart_ll_set_mode_rs485_half_duplex: what is sent does not come back. */
static void try_rs485(struct checks *checks)
{
    hw_write(BASE_uart1 + UART_RS485_CONF,
             hw_field(UART_RS485_CONF_RS485_EN, 1) | hw_field(UART_RS485_CONF_RS485RXBY_TX_EN, 1));
    uart_write(1, "abc", 3);
    uart_drain(1);
    delay_us(20);
    check_equal(checks, "UART1: no echo", hw_get(BASE_uart1, UART_STATUS_RXFIFO_CNT), 0);
    hw_set(BASE_uart1, UART_RS485_CONF_RS485TX_RX_EN, 1);
    uart_write(1, "abc", 3);
    uart_drain(1);
    delay_us(20);
    check_equal(checks, "UART1: echo", hw_get(BASE_uart1, UART_STATUS_RXFIFO_CNT), 3);
    hw_write(BASE_uart1 + UART_RS485_CONF, 0);
    empty(1);
}

static void try_ref_tick(struct checks *checks)
{
    uint8_t byte = 0;
    uart_init(2, 115200);
    hw_write(BASE_uart2 + UART_CLKDIV, 104); /* 1 MHz / 9600 */
    hw_set(BASE_uart2, UART_CONF0_TICK_REF_ALWAYS_ON, 0);
    hw_set(BASE_uart2, UART_CONF0_LOOPBACK, 1);
    uint32_t begin = ccount();
    uart_write(2, "U", 1);
    while (!uart_read(2, &byte, 1))
        ;
    uint32_t us = (ccount() - begin) / 240;
    check_equal(checks, "UART2: loop", byte, 'U');
    check_true(checks, "UART2: 9.5 bits of 104 us", us > 980 && us < 1100);
}

void try_serial(struct checks *checks)
{
    block_enable(1 << 5);
    block_enable(1 << 23);
    gpio_route_input(PAD, U1TXD, GPIO_PULL_UP);
    gpio_route_output(PAD, U1TXD);
    uart_init(1, BAUD);
    delay_us(20); /* the pad was low before its transmitter drove it: a character */
    empty(1);
    check_true(checks, "UART1 has an interrupt", interrupt_connect(SOURCE_UART1, 1, happened, NULL) >= 0);
    try_thresholds(checks);
    try_break(checks);
    try_escape(checks);
    try_rate(checks);
    try_rs485(checks);
    interrupt_disconnect(SOURCE_UART1);
    try_ref_tick(checks);
}
