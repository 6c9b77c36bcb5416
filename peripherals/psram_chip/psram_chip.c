/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/psram_chip/psram_chip.h"

#include <stdio.h>
#include <string.h>

enum psram_effect {
    PSRAM_READ_ID,
    PSRAM_READ,
    PSRAM_WRITE,
    PSRAM_ENTER_QPI,
    PSRAM_EXIT_QPI,
    PSRAM_RESET_ENABLE,
    PSRAM_RESET,
    PSRAM_NOTHING
};

/* lines: of address and data in SPI mode; in QPI mode all goes on four. idle: clocks behind the address. */
struct psram_command {
    uint8_t code;
    bool has_address;
    uint8_t lines, idle;
    enum psram_effect effect;
};

static const struct psram_command commands[] = {
    {0x9F, true, 1, 0, PSRAM_READ_ID},    {0x03, true, 1, 0, PSRAM_READ},      {0x0B, true, 1, 8, PSRAM_READ},
    {0xEB, true, 4, 6, PSRAM_READ},       {0x02, true, 1, 0, PSRAM_WRITE},     {0x38, true, 4, 0, PSRAM_WRITE},
    {0x35, false, 1, 0, PSRAM_ENTER_QPI}, {0xF5, false, 1, 0, PSRAM_EXIT_QPI}, {0x66, false, 1, 0, PSRAM_RESET_ENABLE},
    {0x99, false, 1, 0, PSRAM_RESET},     {0xC0, false, 1, 0, PSRAM_NOTHING},
};

enum { COMMANDS = sizeof commands / sizeof commands[0], ADDRESS_BITS = 24, DELAY_BITS = 2 };

/* Manufacturer, known good die, and the extended id, whose first byte has the density in its top bits: 16, 32, 64 Mbit.
 * ESP-IDF takes 32 Mbit with the rest 0 for an early chip that needs another clock. */
static uint8_t id_byte(const struct psram_chip *chip, uint32_t n)
{
    const uint8_t density = chip->config.size >> 23 ? 2 : chip->config.size >> 22 ? 1 : 0;
    const uint8_t id[8] = {0x0D, 0x5D, (uint8_t)(density << 5 | 5), 0x51, 0x2A, 0x7B, 0x13, 0x94};
    return id[n % sizeof id];
}

bool psram_chip_size_is_made(uint32_t size)
{
    return size == UINT32_C(2) << 20 || size == UINT32_C(4) << 20 || size == UINT32_C(8) << 20;
}

/* --- Stages ----------------------------------------------------------------------------------------------------- */

static void enter_data(struct psram_chip *chip)
{
    chip->stage = PSRAM_DATA;
    chip->shift_bits = chip->answer_bits = 0;
    chip->count = 0;
}

static void enter_idle(struct psram_chip *chip)
{
    chip->idle_left = chip->current->idle;
    if (chip->idle_left)
        chip->stage = PSRAM_IDLE;
    else
        enter_data(chip);
}

static void got_command(struct psram_chip *chip, uint8_t code, sim_time now)
{
    chip->shift = chip->shift_bits = 0;
    if (chip->qpi && code == 0)
        return; /* the delay */
    chip->current = NULL;
    for (unsigned n = 0; n < COMMANDS; n++)
        if (commands[n].code == code)
            chip->current = &commands[n];
    if (!chip->current) {
        log_once(chip->env->log, LOG_GUEST, now, chip->name, code, "command 0x%02x is ignored: unknown", code);
        chip->stage = PSRAM_DEAF;
    } else if (chip->current->has_address) {
        chip->stage = PSRAM_ADDRESS;
    } else {
        enter_data(chip);
    }
}

static unsigned lines_of(const struct psram_chip *chip)
{
    return chip->qpi ? 4 : chip->stage == PSRAM_COMMAND ? 1 : chip->current->lines;
}

static uint8_t *cell(struct psram_chip *chip)
{
    return &chip->config.bytes[(chip->address + chip->count) & (chip->config.size - 1)];
}

static void got_byte(struct psram_chip *chip, uint8_t byte)
{
    if (chip->current->effect == PSRAM_WRITE) {
        *cell(chip) = byte;
        if (chip->config.written)
            chip->config.written(chip->config.ctx, (chip->address + chip->count) & (chip->config.size - 1), 1);
    }
    chip->count++;
}

/* --- Clocks ----------------------------------------------------------------------------------------------------- */

static void clock_in(struct psram_chip *chip, unsigned bits, unsigned lines, sim_time now)
{
    if (chip->stage == PSRAM_IDLE) {
        if (--chip->idle_left == 0)
            enter_data(chip);
        return;
    }
    if (chip->stage == PSRAM_DEAF || lines != lines_of(chip)) {
        chip->stage = PSRAM_DEAF;
        return;
    }
    chip->shift = chip->shift << lines | bits;
    chip->shift_bits += lines;
    if (chip->stage == PSRAM_COMMAND && chip->shift_bits == 8) {
        got_command(chip, (uint8_t)chip->shift, now);
    } else if (chip->stage == PSRAM_ADDRESS && chip->shift_bits == ADDRESS_BITS) {
        chip->address = chip->shift & ((UINT32_C(1) << ADDRESS_BITS) - 1);
        enter_idle(chip);
    } else if (chip->stage == PSRAM_DATA && chip->shift_bits == 8) {
        got_byte(chip, (uint8_t)chip->shift);
        chip->shift = chip->shift_bits = 0;
    }
}

static unsigned clock_out(struct psram_chip *chip, unsigned lines)
{
    unsigned ones = (1u << lines) - 1;
    if (chip->stage != PSRAM_DATA || lines != lines_of(chip) || chip->current->effect > PSRAM_READ)
        return ones;
    if (chip->answer_bits == 0) {
        chip->answer = chip->current->effect == PSRAM_READ_ID ? id_byte(chip, chip->count) : *cell(chip);
        chip->count++;
        chip->answer_bits = 8;
    }
    chip->answer_bits -= lines;
    return (unsigned)chip->answer >> chip->answer_bits & ones;
}

static void on_transfer(void *ctx, const struct spi_transfer *transfer)
{
    struct psram_chip *chip = ctx;
    unsigned lines = transfer->lines, ones = (1u << lines) - 1;
    bool is_delay = chip->stage == PSRAM_COMMAND && chip->shift_bits == 0 && transfer->bits == DELAY_BITS;
    if (is_delay || (!transfer->out && !transfer->in && chip->stage != PSRAM_IDLE))
        return;
    for (uint32_t bit = 0; bit < transfer->bits; bit += lines) {
        sim_time now = transfer->start + bit / lines * transfer->period;
        unsigned shift = 8 - bit % 8 - lines;
        if (transfer->in) {
            unsigned value = clock_out(chip, lines);
            transfer->in[bit / 8] = (uint8_t)((transfer->in[bit / 8] & ~(ones << shift)) | value << shift);
        }
        if (transfer->out || chip->stage == PSRAM_IDLE)
            clock_in(chip, transfer->out ? (unsigned)transfer->out[bit / 8] >> shift & ones : ones, lines, now);
        if (!transfer->out && !transfer->in && chip->stage != PSRAM_IDLE)
            break;
    }
}

/* --- Chip select ------------------------------------------------------------------------------------------------ */

static void on_select(void *ctx, sim_time now)
{
    struct psram_chip *chip = ctx;
    (void)now;
    chip->stage = PSRAM_COMMAND;
    chip->current = NULL;
    chip->shift = chip->shift_bits = 0;
}

static void on_deselect(void *ctx, sim_time now)
{
    struct psram_chip *chip = ctx;
    (void)now;
    bool is_complete = chip->current && chip->stage == PSRAM_DATA;
    enum psram_effect effect = is_complete ? chip->current->effect : PSRAM_NOTHING;
    if (effect == PSRAM_ENTER_QPI)
        chip->qpi = true;
    else if (effect == PSRAM_EXIT_QPI || (effect == PSRAM_RESET && chip->reset_enabled))
        chip->qpi = false;
    chip->reset_enabled = effect == PSRAM_RESET_ENABLE;
    chip->stage = PSRAM_DEAF;
}

void psram_chip_power_cut(struct psram_chip *chip)
{
    chip->qpi = chip->reset_enabled = false;
    chip->stage = PSRAM_DEAF;
}

enum sim_status psram_chip_init(struct psram_chip *chip, const struct psram_chip_config *config, const char *name,
                                struct dev_env *env)
{
    memset(chip, 0, sizeof *chip);
    if (!psram_chip_size_is_made(config->size) || !config->bytes)
        return SIM_BAD_VALUE;
    chip->port =
        (struct spi_device){.ctx = chip, .select = on_select, .transfer = on_transfer, .deselect = on_deselect};
    chip->env = env;
    chip->config = *config;
    chip->stage = PSRAM_DEAF;
    snprintf(chip->name, sizeof chip->name, "%s.%s", env->scope ? env->scope : "node", name);
    return SIM_OK;
}
