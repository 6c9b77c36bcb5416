/* SPDX-License-Identifier: Apache-2.0 */
/* DMA of a controller: lists of descriptors, each way. Facts 4.9; ESP-IDF, lldesc.h. */
#include "peripherals/spi/spi_priv.h"

#define REG_FILE "peripherals/spi/spi_regs.def"
#define REG_PREFIX SPI
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

enum { SIZE_LSB = 0, LENGTH_LSB = 12, LENGTH_BITS = 12, EOF_BIT = 30, OWNER_BIT = 31, DESCRIPTORS_MAX = 256 };

/* False: nothing answers there. */
static bool dma_access(struct spi *spi, uint32_t address, bool write, unsigned size, uint32_t *value)
{
    struct bus_port *port = spi->dev.env->dma;
    struct bus_access access = {.address = address,
                                .size = (uint8_t)size,
                                .write = write,
                                .initiator = BUS_DMA,
                                .time = spi->dev.now,
                                .value = *value};
    if (!port || port->access(port->ctx, &access) != BUS_OK)
        return false;
    *value = access.value;
    return true;
}

static bool read_word(struct spi *spi, uint32_t address, uint32_t *value)
{
    *value = 0;
    return address % 4 == 0 && dma_access(spi, address, false, 4, value);
}

/* The next descriptor's words. False: the list has ended, or is broken. */
static bool load_descriptor(struct spi *spi, struct spi_link *link, uint32_t address, uint32_t word[3], uint32_t error)
{
    link->descriptor = 0;
    if (address == 0)
        return false;
    for (unsigned i = 0; i < 3; i++) {
        if (read_word(spi, address + 4 * i, &word[i]))
            continue;
        dev_say_once(&spi->dev, LOG_GUEST, error, "DMA: a descriptor lies where DMA cannot read");
        spi_dma_raise(spi, error);
        return false;
    }
    link->descriptor = address;
    link->next = word[2];
    link->buffer = word[1];
    link->done = 0;
    link->eof = word[0] >> EOF_BIT & 1;
    return true;
}

static void give_back(struct spi *spi, uint32_t descriptor, uint32_t word)
{
    (void)dma_access(spi, descriptor, true, 4, &word);
}

/* --- What is sent ----------------------------------------------------------------------------------------------- */

static bool next_out(struct spi *spi, uint32_t address)
{
    uint32_t word[3];
    if (!load_descriptor(spi, &spi->out, address, word, SPI_DMA_OUT_ERROR))
        return false;
    spi->out.size = bits_get(word[0], LENGTH_LSB, LENGTH_BITS);
    reg_put_word(&spi->dev, SPI_OUTLINK_DSCR, word[2]);
    reg_put_word(&spi->dev, SPI_OUTLINK_DSCR_BF0, word[0]);
    reg_put_word(&spi->dev, SPI_OUTLINK_DSCR_BF1, word[1]);
    return true;
}

void spi_dma_start_out(struct spi *spi, uint32_t descriptor)
{
    spi->out = (struct spi_link){.active = true};
    (void)next_out(spi, descriptor);
}

/* A descriptor has been sent. */
static void end_out(struct spi *spi)
{
    struct spi_link *out = &spi->out;
    uint32_t interrupts = SPI_DMA_OUT_DONE;
    if (reg_get(&spi->dev, SPI_DMA_CONF_OUT_AUTO_WRBACK)) {
        uint32_t word;
        if (read_word(spi, out->descriptor, &word))
            give_back(spi, out->descriptor, word & ~(UINT32_C(1) << OWNER_BIT));
    }
    if (out->eof) {
        interrupts |= SPI_DMA_OUT_EOF;
        reg_put_word(&spi->dev, SPI_OUT_EOF_DES_ADDR, out->descriptor);
        reg_put_word(&spi->dev, SPI_OUT_EOF_BFR_DES_ADDR, out->buffer);
        interrupts |= out->next == 0 ? (uint32_t)SPI_DMA_OUT_TOTAL_EOF : 0;
    }
    spi_dma_raise(spi, interrupts);
    (void)next_out(spi, out->next);
}

void spi_dma_fetch(struct spi *spi, uint8_t *bytes, unsigned count)
{
    struct spi_link *out = &spi->out;
    unsigned empty = 0;
    for (unsigned i = 0; i < count;) {
        bytes[i] = 0;
        if (out->descriptor && out->done == out->size) {
            end_out(spi);
            if (++empty > DESCRIPTORS_MAX) { /* a ring of empty ones */
                dev_say_once(&spi->dev, LOG_GUEST, SPI_OUTLINK_DSCR,
                             "DMA: descriptors without bytes, one after another");
                spi_dma_raise(spi, SPI_DMA_OUT_ERROR);
                out->descriptor = 0;
            }
            continue;
        }
        uint32_t value = 0;
        if (out->descriptor && out->done < out->size) {
            empty = 0;
            if (!dma_access(spi, out->buffer + out->done++, false, 1, &value))
                dev_say_once(&spi->dev, LOG_GUEST, SPI_OUTLINK_DSCR_BF1, "DMA: a buffer lies where DMA cannot read");
        }
        bytes[i++] = (uint8_t)value;
    }
    if (out->descriptor && out->size && out->done == out->size)
        end_out(spi);
}

/* --- What is received ------------------------------------------------------------------------------------------- */

static bool next_in(struct spi *spi, uint32_t address)
{
    uint32_t word[3];
    if (!load_descriptor(spi, &spi->in, address, word, SPI_DMA_IN_ERROR))
        return false;
    spi->in.size = bits_get(word[0], SIZE_LSB, LENGTH_BITS);
    reg_put_word(&spi->dev, SPI_INLINK_DSCR, word[2]);
    reg_put_word(&spi->dev, SPI_INLINK_DSCR_BF0, word[0]);
    reg_put_word(&spi->dev, SPI_INLINK_DSCR_BF1, word[1]);
    return true;
}

void spi_dma_start_in(struct spi *spi, uint32_t descriptor)
{
    spi->in = (struct spi_link){.active = true};
    (void)next_in(spi, descriptor);
}

/* The descriptor is software's again, with how much it holds. */
static void end_in(struct spi *spi, bool eof)
{
    struct spi_link *in = &spi->in;
    uint32_t word;
    if (!read_word(spi, in->descriptor, &word))
        return;
    word = bits_set(word, LENGTH_LSB, LENGTH_BITS, in->done);
    word = bits_set(word, EOF_BIT, 1, eof);
    give_back(spi, in->descriptor, bits_set(word, OWNER_BIT, 1, 0));
    spi_dma_raise(spi, SPI_DMA_IN_DONE);
}

void spi_dma_store(struct spi *spi, const uint8_t *bytes, unsigned count)
{
    struct spi_link *in = &spi->in;
    unsigned full = 0;
    for (unsigned i = 0; i < count;) {
        if (!in->descriptor) {
            spi_dma_raise(spi, SPI_DMA_IN_EMPTY);
            return;
        }
        if (in->done == in->size) { /* only now: the last one is ended by the transaction */
            end_in(spi, false);
            if (++full > DESCRIPTORS_MAX || !next_in(spi, in->next))
                in->descriptor = 0;
            continue;
        }
        full = 0;
        uint32_t value = bytes[i++];
        if (!dma_access(spi, in->buffer + in->done++, true, 1, &value))
            dev_say_once(&spi->dev, LOG_GUEST, SPI_INLINK_DSCR_BF1, "DMA: a buffer lies where DMA cannot write");
    }
}

void spi_dma_end_in(struct spi *spi)
{
    struct spi_link *in = &spi->in;
    if (!in->descriptor)
        return;
    uint32_t descriptor = in->descriptor;
    end_in(spi, true);
    reg_put_word(&spi->dev, SPI_IN_SUC_EOF_DES_ADDR, descriptor);
    spi_dma_raise(spi, SPI_DMA_IN_SUC_EOF);
    (void)next_in(spi, in->next);
}
