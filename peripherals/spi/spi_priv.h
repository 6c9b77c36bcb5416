/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of peripherals/spi share. */
#ifndef VESPER_PERIPHERALS_SPI_SPI_PRIV_H
#define VESPER_PERIPHERALS_SPI_SPI_PRIV_H

#include "peripherals/spi/spi.h"

/* Interrupts of DMA: bits of DMA_INT_*. */
enum {
    SPI_DMA_IN_EMPTY = 1 << 0,
    SPI_DMA_OUT_ERROR = 1 << 1,
    SPI_DMA_IN_ERROR = 1 << 2,
    SPI_DMA_IN_DONE = 1 << 3,
    SPI_DMA_IN_ERR_EOF = 1 << 4,
    SPI_DMA_IN_SUC_EOF = 1 << 5,
    SPI_DMA_OUT_DONE = 1 << 6,
    SPI_DMA_OUT_EOF = 1 << 7,
    SPI_DMA_OUT_TOTAL_EOF = 1 << 8
};

/* spi_user.c: fills in the plan from the registers, for CMD's bit `command`; false: there is nothing to do on the line.
 */
bool spi_make_plan(struct spi *spi, uint32_t command);
uint32_t spi_clock_divider(const struct spi *spi);

/* spi_line.c: plays a transaction. */
void spi_line_begin(struct spi *spi, sim_time now);
void spi_line_abort(struct spi *spi);
void spi_line_deselect(struct spi *spi, sim_time now);
void spi_step(void *ctx, sim_time now);
void spi_line_fall(void *ctx, sim_time now);
void spi_line_rest(struct spi *spi, sim_time now); /* chip selects inactive, as their polarity says */

/* spi.c */
void spi_finished(struct spi *spi, sim_time now);
void spi_dma_raise(struct spi *spi, uint32_t interrupts);

/* spi_dma.c: bytes from and to memory. What is not there is sent as 0, and what has no room is lost. */
void spi_dma_start_out(struct spi *spi, uint32_t descriptor);
void spi_dma_start_in(struct spi *spi, uint32_t descriptor);
void spi_dma_fetch(struct spi *spi, uint8_t *bytes, unsigned count);
void spi_dma_store(struct spi *spi, const uint8_t *bytes, unsigned count);
void spi_dma_end_in(struct spi *spi);

static inline uint8_t spi_reverse(uint8_t byte)
{
    byte = (uint8_t)((byte & 0xF0) >> 4 | (byte & 0x0F) << 4);
    byte = (uint8_t)((byte & 0xCC) >> 2 | (byte & 0x33) << 2);
    return (uint8_t)((byte & 0xAA) >> 1 | (byte & 0x55) << 1);
}

#endif
