/* SPDX-License-Identifier: Apache-2.0 */
/* SPI controllers as masters: transactions of up to 64 bytes from the controller's buffer, and longer ones by DMA.
 * `base` is BASE_spi1, BASE_spi2 or BASE_spi3. */
#ifndef VESPER_FIRMWARE_DRIVERS_SPI_H
#define VESPER_FIRMWARE_DRIVERS_SPI_H

#include <stddef.h>

#include "firmware/drivers/hw.h"
#include "firmware/drivers/regs/spi.h"

enum spi_lines { SPI_ONE, SPI_DUAL_DATA, SPI_DUAL, SPI_QUAD_DATA, SPI_QUAD }; /* _DATA: the address goes by one line */

/* Phases in the order in which they are sent; what has 0 bits is left out. */
struct spi_transaction {
    uint8_t command;
    bool has_command;
    uint32_t address; /* right-aligned */
    unsigned address_bits, dummy_clocks;
    const void *out;
    void *in;
    size_t out_size, in_size; /* bytes */
    enum spi_lines lines;
};

/* Sends and waits. At most 64 bytes each way. */
void spi_transact(uint32_t base, const struct spi_transaction *transaction);

/* The same with out and in, at most 4092 bytes each, word-aligned and in internal memory, moved by DMA. */
void spi_transact_dma(uint32_t base, const struct spi_transaction *transaction);

/* APB / divider; 1 to 64. */
void spi_set_divider(uint32_t base, unsigned divider);

/* One of CMD's own flash commands. */
void spi_flash_command(uint32_t base, uint32_t place);

#endif
