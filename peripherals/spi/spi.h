/* SPDX-License-Identifier: Apache-2.0 */
/* The SPI controllers: SPI0 (reads of the caches), SPI1 (flash commands of software), SPI2 (HSPI) and SPI3 (VSPI).
 * Source: ESP32 TRM, chapter "SPI Controller"; ESP-IDF, spi_reg.h and how its drivers and the ROM use it;
 * facts 4.8, 4.9.
 *
 * Modelled, as master: user transactions with command, address, dummy, MOSI and MISO phases, half and full duplex, on
 * 1, 2 or 4 lines, both bit orders, both halves of the buffer; setup and hold of chip select; the clock; the built-in
 * flash commands; DMA by linked lists in both directions with its interrupts; TRANS_DONE; the chip selects' lines with
 * their polarity. A transaction takes the time of its clocks. For the caches, SPI0 tells how long a line takes as its
 * registers stand.
 *
 * Chosen: what is sent is taken from the buffer, and what is received appears in it, when the transaction ends; DMA
 * moves SPI_CHUNK bytes at a time, each when its last bit is on the line. DMA reads and writes memory at those times
 * and costs the cores nothing. The controller starts SPI_START_CYCLES of APB after CMD is written.
 *
 * Not modelled: slave mode and CRC (kept and reported), edges of clock and data on pads, delays of pads, T_PP_TIME and
 * T_ERASE_TIME, the loopback tests of DMA. SPI_DMA_CHAN_SEL: each controller has a DMA channel of its own. */
#ifndef VESPER_PERIPHERALS_SPI_SPI_H
#define VESPER_PERIPHERALS_SPI_SPI_H

#include "bus/dev.h"
#include "peripherals/spi/spi_device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    SPI_CHIP_SELECTS = 3,
    SPI_ANY_SELECT = SPI_CHIP_SELECTS, /* place of a device that sees all transfers and finds its select elsewhere */
    SPI_CHUNK = 64,
    SPI_START_CYCLES = 4 /* inferred: synchronisers and the state machine's steps before chip select falls */
};

enum spi_phase { SPI_PHASE_HEADER, SPI_PHASE_MOSI, SPI_PHASE_MISO, SPI_PHASE_BOTH, SPI_PHASE_END };

/* What a transaction is going to do, fixed when it starts. */
struct spi_plan {
    uint8_t command[2], address[8];
    unsigned command_bits, address_bits, dummy_clocks;
    unsigned address_lines, read_lines, write_lines;
    uint32_t mosi_bits, miso_bits;
    bool both;              /* MOSI and MISO at once */
    bool into_status;       /* RDSR: what is read goes to RD_STATUS */
    bool until_idle;        /* wait for the flash chip to be ready before the next one */
    const uint8_t *literal; /* what is sent instead of the buffer, or NULL */
    uint8_t status[2];
    unsigned mode;
    uint32_t divider; /* APB cycles of a clock */
    uint64_t apb_hz;  /* when it started: a transaction in sleep or at a change of clock goes on as it was */
    unsigned setup, hold;
};

/* One direction of DMA. */
struct spi_link {
    bool active;
    uint32_t descriptor; /* in use, 0: none */
    uint32_t next;       /* that will be used then */
    uint32_t buffer;
    uint32_t size, done; /* of the buffer; how much of it is used */
    bool eof;
};

/* Something between the buffer and the line that may send other bytes than the buffer's: flash encryption. first: from
 * the start of the data. False: the buffer's are sent. */
struct spi_source {
    void *ctx;
    bool (*fetch)(void *ctx, uint32_t first, uint8_t *bytes, unsigned count);
};

struct spi {
    struct dev dev;
    struct line *irq, *dma_irq;
    struct line *chip_select[SPI_CHIP_SELECTS]; /* of SPI2 and SPI3: set by the node, NULL: not connected */
    unsigned number;
    const struct spi_device *device[SPI_CHIP_SELECTS + 1];
    struct spi_source source; /* set by the node; fetch NULL: none */

    uint32_t command; /* bit of CMD that is being executed, 0: none */
    struct spi_plan plan;
    enum spi_phase phase; /* the next one to be on the line */
    uint32_t sent, received;
    unsigned selected;           /* bit n: device n */
    sim_time line_time;          /* up to which the line has been played */
    sim_time end;                /* of the transaction */
    struct evq_event step, fall; /* fall: chip selects become active */
    struct spi_link out, in;
    trace_id busy_signal;
};

/* number: 0..3. name, env: borrowed. SIM_NO_MEMORY. */
enum sim_status spi_init(struct spi *spi, unsigned number, const char *name, struct dev_env *env);
void spi_fini(struct spi *spi);

/* Puts a device, borrowed, at a chip select, or at SPI_ANY_SELECT; NULL takes it away. SIM_BUSY: somebody is there. */
enum sim_status spi_attach(struct spi *spi, unsigned chip_select, const struct spi_device *device);

/* Until when software's transaction keeps the lines busy; for the caches, which share SPI1's lines. */
static inline sim_time spi_busy_until(const struct spi *spi)
{
    return spi->command ? spi->end : 0;
}

/* How long SPI0 needs, as its registers stand, for a line of a cache. */
enum spi_line { SPI_LINE_FLASH, SPI_LINE_RAM_READ, SPI_LINE_RAM_WRITE };
sim_time spi_line_time(const struct spi *spi, enum spi_line what, unsigned bytes);

/* As a boot loader leaves SPI0 and SPI1: mode and speed as in an image's header. */
enum spi_flash_mode { SPI_FLASH_QIO, SPI_FLASH_QOUT, SPI_FLASH_DIO, SPI_FLASH_DOUT, SPI_FLASH_FAST, SPI_FLASH_SLOW };
void spi_boot_flash(struct spi *spi, enum spi_flash_mode mode, unsigned divider);

#ifdef __cplusplus
}
#endif
#endif
