/* SPDX-License-Identifier: Apache-2.0 */
/* I2C0 with an LM75 and an AT24 on two open-drain pads: commands, FIFO and interrupts as ESP-IDF's driver uses them. */
#include <string.h>

#include "firmware/apps/parts/parts.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/gpio.h"
#include "firmware/drivers/regs/gpio.h"
#include "firmware/drivers/regs/i2c.h"

enum { SDA = 13, SCL = 14, SIGNAL_SCL = 29, SIGNAL_SDA = 30, BLOCK_I2C0 = 1 << 7 };
enum { LM75 = 0x48, AT24 = 0x50, NOBODY = 0x33 };
enum { RSTART, WRITE, READ, STOP, END };
enum { END_DETECT = 1 << 3, TRANS_COMPLETE = 1 << 7, TIME_OUT = 1 << 8, ACK_ERR = 1 << 10 };
enum { CHECK_ACK = 1, SEND_NACK = 1, FIFO = 32 };

static volatile uint32_t raised;
static unsigned commands;

static void happened(void *ctx)
{
    (void)ctx;
    uint32_t status = hw_read(BASE_i2c0 + I2C_INT_ST);
    hw_write(BASE_i2c0 + I2C_INT_CLR, status);
    raised |= status;
}

static void open_drain(unsigned pad, unsigned signal)
{
    hw_set(BASE_gpio + 4 * pad, GPIO_PIN_PAD_DRIVER, 1);
    gpio_route_input(pad, signal, GPIO_PULL_UP);
    gpio_route_output(pad, signal);
}

static void begin(void)
{
    block_enable(BLOCK_I2C0);
    open_drain(SDA, SIGNAL_SDA);
    open_drain(SCL, SIGNAL_SCL);
    hw_write(BASE_i2c0 + I2C_CTR,
             hw_field(I2C_CTR_SDA_FORCE_OUT, 1) | hw_field(I2C_CTR_SCL_FORCE_OUT, 1) | hw_field(I2C_CTR_MS_MODE, 1));
    hw_write(BASE_i2c0 + I2C_SCL_LOW_PERIOD, 100 - 1); /* 400 kHz */
    hw_write(BASE_i2c0 + I2C_SCL_HIGH_PERIOD, 100 - 8);
    hw_write(BASE_i2c0 + I2C_SCL_START_HOLD, 100);
    hw_write(BASE_i2c0 + I2C_SCL_RSTART_SETUP, 100);
    hw_write(BASE_i2c0 + I2C_SCL_STOP_HOLD, 100);
    hw_write(BASE_i2c0 + I2C_SCL_STOP_SETUP, 100);
    hw_write(BASE_i2c0 + I2C_SDA_HOLD, 50);
    hw_write(BASE_i2c0 + I2C_SDA_SAMPLE, 50);
    hw_write(BASE_i2c0 + I2C_TO, 32000);
    hw_write(BASE_i2c0 + I2C_INT_ENA, END_DETECT | TRANS_COMPLETE | TIME_OUT | ACK_ERR);
}

static void queue(unsigned code, unsigned bytes, bool checks_ack, bool sends_nack)
{
    hw_write(BASE_i2c0 + I2C_COMD + 4 * commands++,
             hw_field(I2C_COMD_OP_CODE, code) | hw_field(I2C_COMD_BYTE_NUM, bytes) |
                 hw_field(I2C_COMD_ACK_CHECK_EN, checks_ack) | hw_field(I2C_COMD_ACK_VALUE, sends_nack));
}

static void put(uint32_t byte)
{
    hw_write(HW_AHB(BASE_i2c0) + I2C_DATA, byte);
}

/* What ended it. */
static uint32_t run(void)
{
    raised = 0;
    commands = 0;
    hw_set(BASE_i2c0, I2C_CTR_TRANS_START, 1);
    while (!raised)
        ;
    uint32_t first = raised;
    while (first & ACK_ERR && !(raised & TRANS_COMPLETE)) /* the STOP behind it */
        ;
    return first;
}

static void reset_fifo(void)
{
    hw_set(BASE_i2c0, I2C_FIFO_CONF_TX_FIFO_RST, 1);
    hw_set(BASE_i2c0, I2C_FIFO_CONF_TX_FIFO_RST, 0);
    hw_set(BASE_i2c0, I2C_FIFO_CONF_RX_FIFO_RST, 1);
    hw_set(BASE_i2c0, I2C_FIFO_CONF_RX_FIFO_RST, 0);
}

/* Writes `header`, then reads behind a repeated START. */
static uint32_t write_read(unsigned address, const uint8_t *header, unsigned header_size, uint8_t *in, unsigned size)
{
    reset_fifo();
    put(address << 1);
    for (unsigned i = 0; i < header_size; i++)
        put(header[i]);
    put(address << 1 | 1);
    queue(RSTART, 0, false, false);
    queue(WRITE, 1 + header_size, CHECK_ACK, false);
    queue(RSTART, 0, false, false);
    queue(WRITE, 1, CHECK_ACK, false);
    if (size > 1)
        queue(READ, size - 1, false, false);
    queue(READ, 1, false, SEND_NACK);
    queue(STOP, 0, false, false);
    uint32_t end = run();
    for (unsigned i = 0; i < size && end == TRANS_COMPLETE; i++)
        in[i] = (uint8_t)hw_read(BASE_i2c0 + I2C_DATA);
    return end;
}

static uint32_t probe(unsigned address)
{
    reset_fifo();
    put(address << 1);
    queue(RSTART, 0, false, false);
    queue(WRITE, 1, CHECK_ACK, false);
    queue(STOP, 0, false, false);
    return run();
}

static void try_lm75(struct checks *checks)
{
    uint8_t value[2] = {0};
    check_equal(checks, "LM75 answers", write_read(LM75, (const uint8_t[]){0}, 1, value, 2), TRANS_COMPLETE);
    check_equal(checks, "eighths of a degree", (uint32_t)value[0] << 3 | value[1] >> 5, 21 * 8 + 4);
    check_true(checks, "nobody answers elsewhere", probe(NOBODY) & ACK_ERR);
}

/* A page in two parts, since the FIFO is as long as the page; END holds the bus in between. */
static void try_at24(struct checks *checks)
{
    uint8_t out[FIFO], in[FIFO];
    const uint8_t address[2] = {0x01, 0x40};
    for (unsigned i = 0; i < FIFO; i++)
        out[i] = (uint8_t)(0xA0 ^ 3 * i);
    reset_fifo();
    put(AT24 << 1);
    put(address[0]);
    put(address[1]);
    for (unsigned i = 0; i < FIFO / 2; i++)
        put(out[i]);
    queue(RSTART, 0, false, false);
    queue(WRITE, 3 + FIFO / 2, CHECK_ACK, false);
    queue(END, 0, false, false);
    check_equal(checks, "AT24: END", run(), END_DETECT);
    for (unsigned i = FIFO / 2; i < FIFO; i++)
        put(out[i]);
    queue(WRITE, FIFO / 2, CHECK_ACK, false);
    queue(STOP, 0, false, false);
    check_equal(checks, "AT24: STOP", run(), TRANS_COMPLETE);
    unsigned refused = 0;
    while (probe(AT24) & ACK_ERR)
        refused++;
    check_true(checks, "AT24 is busy for a while", refused > 10);
    check_equal(checks, "AT24 answers", write_read(AT24, address, 2, in, FIFO), TRANS_COMPLETE);
    check_true(checks, "AT24 read back", memcmp(in, out, FIFO) == 0);
}

void try_i2c(struct checks *checks)
{
    begin();
    check_true(checks, "I2C0 has an interrupt", interrupt_connect(SOURCE_I2C0, 1, happened, NULL) >= 0);
    try_lm75(checks);
    try_at24(checks);
    interrupt_disconnect(SOURCE_I2C0);
}
