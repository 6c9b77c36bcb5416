/* SPDX-License-Identifier: Apache-2.0 */
/* A transaction on the line: chip selects, phases, chunks of data, and when each of them is over. */
#include <string.h>

#include "peripherals/spi/spi_priv.h"

#define REG_FILE "peripherals/spi/spi_regs.def"
#define REG_PREFIX SPI
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

enum { CHUNK_BITS = 8 * SPI_CHUNK, WORDS = 16, HALF = 32, IDLE_POLL_US = 10 };

/* --- Time ------------------------------------------------------------------------------------------------------- */

static sim_time clocks_time(const struct spi *spi, uint64_t clocks)
{
    sim_assert(spi->plan.apb_hz > 0);
    return bits_muldiv(clocks * spi->plan.divider, SIM_PS_PER_S, spi->plan.apb_hz);
}

static uint32_t clocks_of(uint32_t bits, unsigned lines)
{
    return (bits + lines - 1) / lines;
}

static unsigned data_lines(const struct spi_plan *plan, enum spi_phase phase)
{
    return phase == SPI_PHASE_MOSI ? plan->write_lines : phase == SPI_PHASE_MISO ? plan->read_lines : 1;
}

static uint32_t bits_left(const struct spi *spi, enum spi_phase phase)
{
    return phase == SPI_PHASE_MISO ? spi->plan.miso_bits - spi->received : spi->plan.mosi_bits - spi->sent;
}

static uint32_t piece_bits(const struct spi *spi)
{
    uint32_t left = bits_left(spi, spi->phase);
    return left > CHUNK_BITS ? CHUNK_BITS : left;
}

static uint32_t header_clocks(const struct spi_plan *plan)
{
    return plan->setup + plan->command_bits / 1 + clocks_of(plan->address_bits, plan->address_lines) +
           plan->dummy_clocks;
}

static sim_time piece_end(const struct spi *spi)
{
    uint32_t clocks = spi->phase == SPI_PHASE_HEADER ? header_clocks(&spi->plan)
                                                     : clocks_of(piece_bits(spi), data_lines(&spi->plan, spi->phase));
    return spi->line_time + clocks_time(spi, clocks);
}

static uint32_t all_clocks(const struct spi_plan *plan)
{
    uint32_t data = clocks_of(plan->mosi_bits, plan->both ? 1 : plan->write_lines);
    if (!plan->both || !plan->mosi_bits)
        data += clocks_of(plan->miso_bits, plan->both ? 1 : plan->read_lines);
    return header_clocks(plan) + data + plan->hold;
}

/* --- Devices ---------------------------------------------------------------------------------------------------- */

static void show_selects(struct spi *spi, unsigned active, sim_time now)
{
    unsigned inverted = reg_get(&spi->dev, SPI_PIN_MASTER_CS_POL);
    for (unsigned n = 0; n < SPI_CHIP_SELECTS; n++)
        line_set(spi->chip_select[n], (active >> n & 1) == (inverted >> n & 1), now);
}

/* CSn_DIS of those that take part in no transaction. */
static unsigned selects_in_use(const struct spi *spi)
{
    return ~reg_word(&spi->dev, SPI_PIN) & ((1u << SPI_CHIP_SELECTS) - 1);
}

void spi_line_fall(void *ctx, sim_time now)
{
    struct spi *spi = ctx;
    show_selects(spi, selects_in_use(spi), now);
}

void spi_line_rest(struct spi *spi, sim_time now)
{
    show_selects(spi, 0, now);
}

static void line_select(struct spi *spi, sim_time now)
{
    unsigned in_use = selects_in_use(spi);
    for (unsigned n = 0; n <= SPI_ANY_SELECT; n++) {
        const struct spi_device *device = spi->device[n];
        bool is_off = n < SPI_CHIP_SELECTS && !(in_use >> n & 1);
        if (!device || is_off || spi->selected >> n & 1)
            continue;
        spi->selected |= 1u << n;
        if (device->select)
            device->select(device->ctx, now);
    }
}

void spi_line_deselect(struct spi *spi, sim_time now)
{
    for (unsigned n = 0; n <= SPI_ANY_SELECT; n++) {
        const struct spi_device *device = spi->device[n];
        if (spi->selected >> n & 1 && device && device->deselect)
            device->deselect(device->ctx, now);
    }
    spi->selected = 0;
    spi_line_rest(spi, now);
}

/* Every selected device sees what is sent; of several that answer, a 0 wins. Advances the line's time. */
static void transfer(struct spi *spi, const uint8_t *out, uint8_t *in, uint32_t bits, unsigned lines)
{
    unsigned bytes = (bits + 7) / 8;
    uint8_t answer[SPI_CHUNK];
    struct spi_transfer transfer = {.out = out,
                                    .in = in ? answer : NULL,
                                    .bits = bits,
                                    .lines = lines,
                                    .mode = spi->plan.mode,
                                    .start = spi->line_time,
                                    .period = clocks_time(spi, 1)};
    if (bits == 0)
        return;
    if (in)
        memset(in, 0xFF, bytes);
    for (unsigned n = 0; n <= SPI_ANY_SELECT; n++) {
        if (!(spi->selected >> n & 1) || !spi->device[n])
            continue;
        memset(answer, 0xFF, in ? bytes : 0);
        spi->device[n]->transfer(spi->device[n]->ctx, &transfer);
        for (unsigned i = 0; in && i < bytes; i++)
            in[i] &= answer[i];
    }
    spi->line_time += clocks_time(spi, clocks_of(bits, lines));
}

static void play_header(struct spi *spi)
{
    struct spi_plan *plan = &spi->plan;
    line_select(spi, spi->line_time);
    spi->line_time += clocks_time(spi, plan->setup);
    /* The command goes out on one line, whatever the others do. */
    transfer(spi, plan->command, NULL, plan->command_bits, 1);
    transfer(spi, plan->address, NULL, plan->address_bits, plan->address_lines);
    transfer(spi, NULL, NULL, plan->dummy_clocks, 1);
}

/* --- Data ------------------------------------------------------------------------------------------------------- */

/* Byte n of a phase in W0 to W15; it wraps. Byte orders: 1 sends each word from its high byte. */
static unsigned place_in_buffer(uint32_t n, bool high_part, bool big_endian)
{
    unsigned place = (n + (high_part ? HALF : 0)) % (4 * WORDS);
    return big_endian ? place ^ 3 : place;
}

static void fetch(struct spi *spi, uint8_t *bytes, unsigned count)
{
    const struct dev *dev = &spi->dev;
    if (spi->plan.literal) {
        memcpy(bytes, spi->plan.literal, count);
        return;
    }
    if (spi->source.fetch && spi->source.fetch(spi->source.ctx, spi->sent / 8, bytes, count))
        return;
    if (spi->out.active) {
        spi_dma_fetch(spi, bytes, count);
    } else {
        bool high = reg_get(dev, SPI_USER_USR_MOSI_HIGHPART), big_endian = reg_get(dev, SPI_USER_WR_BYTE_ORDER);
        for (unsigned i = 0; i < count; i++) {
            unsigned place = place_in_buffer(spi->sent / 8 + i, high, big_endian);
            bytes[i] = (uint8_t)(reg_word(dev, SPI_W + (place & ~3u)) >> 8 * (place & 3));
        }
    }
    for (unsigned i = 0; reg_get(dev, SPI_CTRL_WR_BIT_ORDER) && i < count; i++)
        bytes[i] = spi_reverse(bytes[i]);
}

static void store(struct spi *spi, uint8_t *bytes, uint32_t bits)
{
    struct dev *dev = &spi->dev;
    unsigned count = (bits + 7) / 8;
    if (bits % 8)
        bytes[count - 1] &= (uint8_t)(0xFF << (8 - bits % 8));
    if (spi->plan.into_status) {
        reg_put(dev, SPI_RD_STATUS_STATUS, bytes[0]);
        return;
    }
    for (unsigned i = 0; reg_get(dev, SPI_CTRL_RD_BIT_ORDER) && i < count; i++)
        bytes[i] = spi_reverse(bytes[i]);
    if (spi->in.active) {
        spi_dma_store(spi, bytes, count);
        return;
    }
    bool high = reg_get(dev, SPI_USER_USR_MISO_HIGHPART), big_endian = reg_get(dev, SPI_USER_RD_BYTE_ORDER);
    for (unsigned i = 0; i < count; i++) {
        unsigned place = place_in_buffer(spi->received / 8 + i, high, big_endian);
        uint32_t word = reg_word(dev, SPI_W + (place & ~3u));
        reg_put_word(dev, SPI_W + (place & ~3u), bits_set(word, 8 * (place & 3), 8, bytes[i]));
    }
}

static void play_data(struct spi *spi)
{
    uint8_t out[SPI_CHUNK] = {0}, in[SPI_CHUNK] = {0};
    uint32_t bits = piece_bits(spi);
    bool sends = spi->phase != SPI_PHASE_MISO;
    bool receives = spi->phase == SPI_PHASE_MISO || (spi->phase == SPI_PHASE_BOTH && spi->plan.miso_bits);
    if (sends)
        fetch(spi, out, (bits + 7) / 8);
    transfer(spi, sends ? out : NULL, receives ? in : NULL, bits, data_lines(&spi->plan, spi->phase));
    if (receives)
        store(spi, in, bits);
    spi->sent += sends ? bits : 0;
    spi->received += receives ? bits : 0;
}

/* --- The transaction -------------------------------------------------------------------------------------------- */

static void next_phase(struct spi *spi)
{
    const struct spi_plan *plan = &spi->plan;
    if (spi->phase != SPI_PHASE_HEADER && bits_left(spi, spi->phase) > 0)
        return;
    if (plan->mosi_bits > spi->sent)
        spi->phase = plan->both ? SPI_PHASE_BOTH : SPI_PHASE_MOSI;
    else if (plan->miso_bits > spi->received)
        spi->phase = SPI_PHASE_MISO;
    else
        spi->phase = SPI_PHASE_END;
}

static bool has_dma(const struct spi *spi)
{
    return (spi->out.active && spi->plan.mosi_bits && !spi->plan.literal) || (spi->in.active && spi->plan.miso_bits);
}

/* Without DMA nobody can see the steps in between: all are played at the end. */
static void schedule(struct spi *spi)
{
    evq_schedule(spi->dev.env->evq, &spi->step,
                 spi->phase == SPI_PHASE_END || !has_dma(spi) ? spi->end : piece_end(spi));
}

void spi_line_begin(struct spi *spi, sim_time now)
{
    sim_assert(spi->plan.apb_hz > 0);
    spi->line_time = now + bits_muldiv(SPI_START_CYCLES, SIM_PS_PER_S, spi->plan.apb_hz);
    spi->end = spi->line_time + clocks_time(spi, all_clocks(&spi->plan));
    spi->phase = SPI_PHASE_HEADER;
    spi->sent = spi->received = 0;
    if (spi->chip_select[0])
        evq_schedule(spi->dev.env->evq, &spi->fall, spi->line_time);
    schedule(spi);
}

void spi_line_abort(struct spi *spi)
{
    evq_cancel(spi->dev.env->evq, &spi->step);
    evq_cancel(spi->dev.env->evq, &spi->fall);
    spi_line_deselect(spi, spi->dev.now);
    spi->phase = SPI_PHASE_END;
    spi->command = 0;
    reg_put_word(&spi->dev, SPI_CMD, 0);
}

/* Reads the chip's status as the controller does with WAIT_FLASH_IDLE_EN. */
static bool flash_is_busy(struct spi *spi)
{
    const uint8_t command = 0x05;
    uint8_t status = 0xFF;
    line_select(spi, spi->line_time);
    transfer(spi, &command, NULL, 8, 1);
    transfer(spi, NULL, &status, 8, 1);
    spi_line_deselect(spi, spi->line_time);
    return status & 1;
}

static void end_transaction(struct spi *spi, sim_time now)
{
    if (spi->in.active && spi->received)
        spi_dma_end_in(spi);
    if (!reg_get(&spi->dev, SPI_PIN_CS_KEEP_ACTIVE))
        spi_line_deselect(spi, now);
    spi_finished(spi, now);
}

void spi_step(void *ctx, sim_time now)
{
    struct spi *spi = ctx;
    spi->dev.now = now;
    while (spi->phase != SPI_PHASE_END && (!has_dma(spi) || piece_end(spi) <= now)) {
        if (spi->phase == SPI_PHASE_HEADER)
            play_header(spi);
        else
            play_data(spi);
        next_phase(spi);
    }
    if (spi->phase != SPI_PHASE_END || now < spi->end) { /* rounding may let pieces go on beyond */
        schedule(spi);
        return;
    }
    if (spi->plan.until_idle) {
        spi_line_deselect(spi, now);
        spi->line_time = now;
        if (flash_is_busy(spi)) {
            spi->end = now + IDLE_POLL_US * (SIM_PS_PER_S / 1000000);
            schedule(spi);
            return;
        }
    }
    end_transaction(spi, now);
}
