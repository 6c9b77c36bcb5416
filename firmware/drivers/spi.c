/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/spi.h"

#include <string.h>

enum { BUFFER = 64, EOF_BIT = 1 << 30, LENGTH_LSB = 12 };

/* A list of one. Facts 4.9. */
struct descriptor {
    uint32_t control;
    const void *buffer;
    struct descriptor *next;
};

void spi_set_divider(uint32_t base, unsigned divider)
{
    uint32_t n = divider - 1;
    if (divider == 1)
        hw_write(base + SPI_CLOCK, hw_field(SPI_CLOCK_CLK_EQU_SYSCLK, 1));
    else
        hw_write(base + SPI_CLOCK, hw_field(SPI_CLOCK_CLKCNT_N, n) | hw_field(SPI_CLOCK_CLKCNT_H, divider / 2 - 1) |
                                       hw_field(SPI_CLOCK_CLKCNT_L, n));
}

static void set_lines(uint32_t base, enum spi_lines lines)
{
    uint32_t read = hw_read(base + SPI_CTRL) & ~(hw_field(SPI_CTRL_FREAD_DUAL, 1) | hw_field(SPI_CTRL_FREAD_DIO, 1) |
                                                 hw_field(SPI_CTRL_FREAD_QUAD, 1) | hw_field(SPI_CTRL_FREAD_QIO, 1));
    uint32_t write = hw_read(base + SPI_USER) & ~(hw_field(SPI_USER_FWRITE_DUAL, 1) | hw_field(SPI_USER_FWRITE_DIO, 1) |
                                                  hw_field(SPI_USER_FWRITE_QUAD, 1) | hw_field(SPI_USER_FWRITE_QIO, 1));
    static const uint32_t reads[] = {0, SPI_CTRL_FREAD_DUAL, SPI_CTRL_FREAD_DIO, SPI_CTRL_FREAD_QUAD,
                                     SPI_CTRL_FREAD_QIO};
    static const uint32_t writes[] = {0, SPI_USER_FWRITE_DUAL, SPI_USER_FWRITE_DIO, SPI_USER_FWRITE_QUAD,
                                      SPI_USER_FWRITE_QIO};
    if (lines != SPI_ONE) {
        read |= hw_field(reads[lines], 1);
        write |= hw_field(writes[lines], 1);
    }
    hw_write(base + SPI_CTRL, read | hw_field(SPI_CTRL_FASTRD_MODE, 1));
    hw_write(base + SPI_USER, write);
}

static void set_phases(uint32_t base, const struct spi_transaction *t)
{
    set_lines(base, t->lines);
    uint32_t user = hw_read(base + SPI_USER) & ~(UINT32_C(0x1F) << 27 | hw_field(SPI_USER_DOUTDIN, 1));
    user |= hw_field(SPI_USER_USR_COMMAND, t->has_command) | hw_field(SPI_USER_USR_ADDR, t->address_bits > 0) |
            hw_field(SPI_USER_USR_DUMMY, t->dummy_clocks > 0) | hw_field(SPI_USER_USR_MOSI, t->out_size > 0) |
            hw_field(SPI_USER_USR_MISO, t->in_size > 0);
    hw_write(base + SPI_USER, user);
    hw_write(base + SPI_USER1, hw_field(SPI_USER1_USR_ADDR_BITLEN, t->address_bits - 1) |
                                   hw_field(SPI_USER1_USR_DUMMY_CYCLELEN, t->dummy_clocks - 1));
    hw_write(base + SPI_USER2,
             hw_field(SPI_USER2_USR_COMMAND_BITLEN, 7) | hw_field(SPI_USER2_USR_COMMAND_VALUE, t->command));
    if (t->address_bits)
        hw_write(base + SPI_ADDR, t->address << (32 - t->address_bits));
    hw_write(base + SPI_MOSI_DLEN, t->out_size * 8 - 1);
    hw_write(base + SPI_MISO_DLEN, t->in_size * 8 - 1);
}

static void run(uint32_t base, uint32_t place)
{
    hw_write(base + SPI_CMD, hw_field(place, 1));
    while (hw_read(base + SPI_CMD))
        ;
}

void spi_flash_command(uint32_t base, uint32_t place)
{
    run(base, place);
}

void spi_transact(uint32_t base, const struct spi_transaction *t)
{
    uint32_t buffer[BUFFER / 4];
    set_phases(base, t);
    memcpy(buffer, t->out, t->out_size);
    for (size_t i = 0; i < (t->out_size + 3) / 4; i++)
        hw_write(base + SPI_W + 4 * i, buffer[i]);
    run(base, SPI_CMD_USR);
    for (size_t i = 0; i < (t->in_size + 3) / 4; i++)
        buffer[i] = hw_read(base + SPI_W + 4 * i);
    memcpy(t->in, buffer, t->in_size);
}

void spi_transact_dma(uint32_t base, const struct spi_transaction *t)
{
    struct descriptor out = {UINT32_C(1) << 31 | EOF_BIT | (uint32_t)t->out_size << LENGTH_LSB | t->out_size, t->out,
                             NULL};
    struct descriptor in = {UINT32_C(1) << 31 | ((t->in_size + 3) & ~(size_t)3), t->in, NULL};
    set_phases(base, t);
    uint32_t resets = hw_field(SPI_DMA_CONF_IN_RST, 1) | hw_field(SPI_DMA_CONF_OUT_RST, 1) |
                      hw_field(SPI_DMA_CONF_AHBM_RST, 1) | hw_field(SPI_DMA_CONF_AHBM_FIFO_RST, 1);
    uint32_t conf = hw_read(base + SPI_DMA_CONF);
    hw_write(base + SPI_DMA_CONF, conf | resets);
    hw_write(base + SPI_DMA_CONF, conf & ~resets);
    __asm__ volatile("memw" ::: "memory");
    if (t->out_size)
        hw_write(base + SPI_DMA_OUT_LINK, hw_field(SPI_DMA_OUT_LINK_OUTLINK_START, 1) | ((uint32_t)&out & 0xFFFFF));
    if (t->in_size)
        hw_write(base + SPI_DMA_IN_LINK, hw_field(SPI_DMA_IN_LINK_INLINK_START, 1) | ((uint32_t)&in & 0xFFFFF));
    run(base, SPI_CMD_USR);
    hw_write(base + SPI_DMA_CONF, conf | resets); /* the descriptors are gone when this function is left */
    hw_write(base + SPI_DMA_CONF, conf & ~resets);
}
