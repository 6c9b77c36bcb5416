/* SPDX-License-Identifier: Apache-2.0 */
/* The chip's side of the line: commands, addresses, idle clocks, data. */
#include "peripherals/flash_chip/flash_chip.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "peripherals/flash_chip/flash_chip_priv.h"

static const struct flash_part parts[] = {
#define FLASH_PART(name, id, size, quad_enable, program, sector, block_32k, block_64k, chip)                           \
    {#name, id, size, FLASH_QE_##quad_enable, program, sector, block_32k, block_64k, chip},
#include "peripherals/flash_chip/flash_parts.def"
#undef FLASH_PART
};

static const struct flash_command commands[] = {
#define FLASH_COMMAND(name, code, address_lines, idle_clocks, data_lines, effect, flags)                               \
    {#name, code, address_lines, idle_clocks, data_lines, FLASH_EFFECT_##effect, FLAGS_##flags},
#define FLAGS_0 0
#define FLAGS_BUSY FLAG_BUSY
#define FLAGS_SLEEP FLAG_SLEEP
#define FLAGS_QUAD FLAG_QUAD
#define FLAGS_MODE FLAG_MODE
#define FLAGS_QUAD_MODE (FLAG_QUAD | FLAG_MODE)
#include "peripherals/flash_chip/flash_commands.def"
#undef FLASH_COMMAND
};

enum { PARTS = sizeof parts / sizeof parts[0], COMMANDS = sizeof commands / sizeof commands[0], ADDRESS_BITS = 24 };

const struct flash_part *flash_part_at(unsigned n)
{
    return n < PARTS ? &parts[n] : NULL;
}

const struct flash_part *flash_part_named(const char *name)
{
    for (unsigned n = 0; n < PARTS; n++)
        if (strcasecmp(parts[n].name, name) == 0)
            return &parts[n];
    return NULL;
}

const struct flash_part *flash_part_of_size(uint32_t size)
{
    for (unsigned n = 0; n < PARTS; n++)
        if (UINT32_C(1) << parts[n].size_log2 == size)
            return &parts[n];
    return NULL;
}

sim_time flash_chip_busy_until(const struct flash_chip *chip)
{
    return chip->busy && !chip->suspended ? chip->job.start + chip->job.duration : 0;
}

static void say_once(struct flash_chip *chip, uint64_t key, sim_time now, const char *what)
{
    if (chip->env->log)
        log_once(chip->env->log, LOG_GUEST, now, chip->name, key, "%s", what);
}

/* --- Stages ----------------------------------------------------------------------------------------------------- */

static void enter_data(struct flash_chip *chip)
{
    chip->stage = FLASH_STAGE_DATA;
    chip->shift = chip->shift_bits = 0;
    chip->answer_bits = 0;
    chip->data_count = 0;
}

static void enter_idle(struct flash_chip *chip)
{
    chip->idle_left = chip->current->idle_clocks;
    chip->mode_bits = 0;
    chip->mode_count = 0;
    if (chip->idle_left)
        chip->stage = FLASH_STAGE_IDLE;
    else
        enter_data(chip);
}

static void enter_address(struct flash_chip *chip)
{
    chip->shift = chip->shift_bits = 0;
    chip->address = 0;
    if (chip->current->address_lines)
        chip->stage = FLASH_STAGE_ADDRESS;
    else
        enter_idle(chip);
}

static bool is_taken(struct flash_chip *chip, const struct flash_command *command, sim_time now)
{
    if (!command->name) {
        say_once(chip, command->code, now, "a command that the chip does not know is ignored");
        return false;
    }
    if (chip->asleep && !(command->flags & FLAG_SLEEP))
        return false;
    if (now < flash_chip_busy_until(chip) && !(command->flags & FLAG_BUSY)) {
        say_once(chip, 0x100u | command->code, now, "a command is ignored while the chip is busy");
        return false;
    }
    if (command->flags & FLAG_QUAD && !flash_quad_is_enabled(chip)) {
        say_once(chip, 0x200u | command->code, now, "a command on four lines is ignored while QE is 0");
        return false;
    }
    return true;
}

static void got_command(struct flash_chip *chip, uint8_t code, sim_time now)
{
    const struct flash_command *command = &chip->command[code];
    bool was_reset_enabled = chip->reset_enabled;
    chip->reset_enabled = false;
    if (!is_taken(chip, command, now)) {
        chip->stage = FLASH_STAGE_DEAF;
        return;
    }
    chip->reset_enabled = was_reset_enabled && command->effect == FLASH_EFFECT_RESET;
    chip->current = command;
    enter_address(chip);
}

/* --- Answers ---------------------------------------------------------------------------------------------------- */

static uint8_t status_1(const struct flash_chip *chip, sim_time now)
{
    unsigned busy = now < flash_chip_busy_until(chip) ? FLASH_STATUS_BUSY : 0;
    return (uint8_t)(chip->status[0] | busy | (chip->write_enabled ? FLASH_STATUS_WEL : 0));
}

static uint8_t status_2(const struct flash_chip *chip)
{
    return (uint8_t)(chip->status[1] | (chip->suspended ? FLASH_STATUS_SUS : 0));
}

static uint8_t next_byte(struct flash_chip *chip, sim_time now)
{
    uint32_t n = chip->data_count, id = chip->config.part->id;
    switch (chip->current->effect) {
    case FLASH_EFFECT_READ:
        return chip->config.bytes[(chip->address + n) & ((UINT32_C(1) << chip->config.part->size_log2) - 1)];
    case FLASH_EFFECT_READ_STATUS_1:
        return status_1(chip, now);
    case FLASH_EFFECT_READ_STATUS_2:
        return status_2(chip);
    case FLASH_EFFECT_READ_STATUS_3:
        return chip->status[2];
    case FLASH_EFFECT_READ_JEDEC_ID:
        return (uint8_t)(id >> (16 - 8 * (n % 3)));
    case FLASH_EFFECT_READ_MANUFACTURER:
        return (chip->address + n) % 2 == 0 ? (uint8_t)(id >> 16) : (uint8_t)(id - 1);
    case FLASH_EFFECT_RELEASE:
        return (uint8_t)(id - 1); /* the electronic signature is the capacity less 1 */
    case FLASH_EFFECT_READ_UNIQUE_ID:
        return chip->config.unique_id[n % FLASH_UNIQUE_ID_SIZE];
    case FLASH_EFFECT_READ_SFDP:
        return chip->address + n < FLASH_SFDP_SIZE ? chip->sfdp[chip->address + n] : 0xFF;
    default:
        return 0xFF;
    }
}

static void got_byte(struct flash_chip *chip, uint8_t byte)
{
    if (chip->current->effect == FLASH_EFFECT_PROGRAM) /* the last 256 bytes count, and they wrap in the page */
        chip->incoming[(chip->address + chip->data_count) % FLASH_PAGE] = byte;
    else if (chip->data_count < 2)
        chip->incoming[chip->data_count] = byte;
    chip->data_count++;
}

/* --- Clocks ----------------------------------------------------------------------------------------------------- */

/* Bits that came in with one clock. */
static void clock_in(struct flash_chip *chip, unsigned bits, unsigned lines, bool driven, sim_time now)
{
    switch (chip->stage) {
    case FLASH_STAGE_COMMAND:
        chip->shift = chip->shift << lines | bits;
        chip->shift_bits += lines;
        if (lines != 1)
            chip->stage = FLASH_STAGE_DEAF;
        else if (chip->shift_bits == 8)
            got_command(chip, (uint8_t)chip->shift, now);
        break;
    case FLASH_STAGE_ADDRESS:
        if (lines != chip->current->address_lines) {
            say_once(chip, 0x300u | chip->current->code, now, "an address comes on the wrong number of lines");
            chip->stage = FLASH_STAGE_DEAF;
            break;
        }
        chip->shift = chip->shift << lines | bits;
        chip->shift_bits += lines;
        if (chip->shift_bits >= ADDRESS_BITS) {
            chip->address = chip->shift & ((UINT32_C(1) << ADDRESS_BITS) - 1);
            memset(chip->incoming, 0xFF, sizeof chip->incoming);
            enter_idle(chip);
        }
        break;
    case FLASH_STAGE_IDLE:
        if (driven && chip->mode_count < 8) {
            chip->mode_bits = (uint8_t)((unsigned)chip->mode_bits << lines | bits);
            chip->mode_count += lines;
        }
        if (--chip->idle_left == 0)
            enter_data(chip);
        break;
    case FLASH_STAGE_DATA:
        if (lines != chip->current->data_lines)
            break;
        chip->shift = chip->shift << lines | bits;
        chip->shift_bits += lines;
        if (chip->shift_bits == 8) {
            got_byte(chip, (uint8_t)chip->shift);
            chip->shift = chip->shift_bits = 0;
        }
        break;
    default:
        break;
    }
}

static bool gives_data(const struct flash_chip *chip)
{
    return chip->stage == FLASH_STAGE_DATA &&
           (chip->current->effect <= FLASH_EFFECT_READ_SFDP || chip->current->effect == FLASH_EFFECT_RELEASE) &&
           chip->current->data_lines;
}

/* Bits that go out with one clock: ones while nothing is driven. */
static unsigned clock_out(struct flash_chip *chip, unsigned lines, sim_time now)
{
    unsigned ones = (1u << lines) - 1;
    if (!gives_data(chip))
        return ones;
    if (lines != chip->current->data_lines) {
        say_once(chip, 0x400u | chip->current->code, now, "data is read on the wrong number of lines");
        return ones;
    }
    if (chip->answer_bits == 0) {
        chip->answer = next_byte(chip, now);
        chip->answer_bits = 8;
        chip->data_count++;
    }
    chip->answer_bits -= lines;
    return (unsigned)chip->answer >> chip->answer_bits & ones;
}

/* Whole bytes of the array at once: all but the first ones of a read are. */
static bool read_fast(struct flash_chip *chip, const struct spi_transfer *transfer)
{
    if (transfer->out || !transfer->in || !gives_data(chip) || chip->current->effect != FLASH_EFFECT_READ ||
        transfer->lines != chip->current->data_lines || chip->answer_bits || transfer->bits % 8)
        return false;
    for (uint32_t i = 0; i < transfer->bits / 8; i++) {
        transfer->in[i] = next_byte(chip, transfer->start);
        chip->data_count++;
    }
    return true;
}

static void on_transfer(void *ctx, const struct spi_transfer *transfer)
{
    struct flash_chip *chip = ctx;
    unsigned lines = transfer->lines, ones = (1u << lines) - 1;
    if (!transfer->out && !transfer->in && chip->stage != FLASH_STAGE_IDLE)
        return; /* idle clocks beyond what the chip asks for */
    if (read_fast(chip, transfer))
        return;
    for (uint32_t bit = 0; bit < transfer->bits; bit += lines) {
        sim_time now = transfer->start + bit / lines * transfer->period;
        unsigned shift = 8 - bit % 8 - lines;
        if (transfer->in) {
            unsigned value = clock_out(chip, lines, now);
            transfer->in[bit / 8] = (uint8_t)((transfer->in[bit / 8] & ~(ones << shift)) | value << shift);
        }
        bool driven = transfer->out != NULL;
        if (driven || chip->stage == FLASH_STAGE_IDLE)
            clock_in(chip, driven ? (unsigned)transfer->out[bit / 8] >> shift & ones : ones, lines, driven, now);
        if (!driven && !transfer->in && chip->stage != FLASH_STAGE_IDLE)
            break;
    }
}

/* --- Chip select ------------------------------------------------------------------------------------------------ */

static void on_select(void *ctx, sim_time now)
{
    struct flash_chip *chip = ctx;
    (void)now;
    chip->stage = FLASH_STAGE_COMMAND;
    chip->shift = chip->shift_bits = 0;
    chip->data_count = 0;
    chip->current = chip->continuous;
    if (chip->continuous)
        enter_address(chip);
}

/* M5-4 = 1, 0: the next read needs no command. */
static void note_mode(struct flash_chip *chip)
{
    const struct flash_command *command = chip->current;
    bool is_known = command && command->flags & FLAG_MODE && chip->mode_count >= 4;
    unsigned high = chip->mode_count >= 8 ? (unsigned)chip->mode_bits >> 4 : chip->mode_bits;
    bool goes_on = is_known && (high & 3) == 2;
    chip->continuous = goes_on ? command : NULL;
}

/* A write is carried out only when chip select rises at a byte's end, and a command without data right behind it. */
static bool is_complete(const struct flash_chip *chip)
{
    const struct flash_command *command = chip->current;
    if (chip->stage == FLASH_STAGE_DATA && chip->shift_bits == 0)
        return true;
    return chip->stage == FLASH_STAGE_IDLE && command->effect == FLASH_EFFECT_RELEASE;
}

static void on_deselect(void *ctx, sim_time now)
{
    struct flash_chip *chip = ctx;
    note_mode(chip);
    if (chip->current && is_complete(chip))
        flash_execute(chip, chip->current, now);
    chip->current = NULL;
    chip->stage = FLASH_STAGE_DEAF;
}

/* --- Life ------------------------------------------------------------------------------------------------------- */

enum sim_status flash_chip_init(struct flash_chip *chip, const struct flash_chip_config *config, const char *name,
                                struct dev_env *env)
{
    memset(chip, 0, sizeof *chip);
    sim_assert(config->part && config->bytes);
    chip->port =
        (struct spi_device){.ctx = chip, .select = on_select, .transfer = on_transfer, .deselect = on_deselect};
    chip->env = env;
    chip->config = *config;
    snprintf(chip->name, sizeof chip->name, "%s.%s", env->scope ? env->scope : "node", name);
    for (unsigned n = 0; n < 256; n++)
        chip->command[n].code = (uint8_t)n;
    for (unsigned n = 0; n < COMMANDS; n++)
        chip->command[commands[n].code] = commands[n];
    flash_make_sfdp(config->part, chip->sfdp);
    rng_init(&chip->rng, env->seed, env->node, "flash_chip");
    chip->stage = FLASH_STAGE_DEAF;
    flash_job_init(chip);
    return SIM_OK;
}

void flash_chip_fini(struct flash_chip *chip)
{
    if (chip->env && chip->env->evq)
        evq_cancel(chip->env->evq, &chip->done);
}
