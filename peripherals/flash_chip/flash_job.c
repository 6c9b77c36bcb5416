/* SPDX-License-Identifier: Apache-2.0 */
/* What a command does once the chip is deselected: status, protection, programming, erasing, power. */
#include <string.h>

#include "peripherals/flash_chip/flash_chip_priv.h"

#define US (SIM_PS_PER_S / 1000000)

/* Microseconds; W25Q32JV, "AC Electrical Characteristics", typical where there is one. */
enum {
    STATUS_US = 10000,
    SAME_STATUS_US = 100,
    SUSPEND_US = 20,
    RELEASE_US = 3,
    RESET_US = 30,
    FIRST_BYTE_NS = 30000,
    NEXT_BYTE_NS = 2500
};

enum { MANUFACTURER_WINBOND = 0xEF };

static void job_done(void *ctx, sim_time now);

void flash_job_init(struct flash_chip *chip)
{
    evq_event_init(&chip->done, job_done, chip, EVQ_PHASE_DEVICE);
    if (chip->config.part->quad_enable == FLASH_QE_SR1_6)
        chip->lasting[0] = FLASH_STATUS_QE_1;
    else
        chip->lasting[1] = FLASH_STATUS_QE_2;
    memcpy(chip->status, chip->lasting, sizeof chip->status);
}

bool flash_quad_is_enabled(const struct flash_chip *chip)
{
    return chip->config.part->quad_enable == FLASH_QE_SR1_6 ? chip->status[0] & FLASH_STATUS_QE_1
                                                            : chip->status[1] & FLASH_STATUS_QE_2;
}

static uint32_t size_of(const struct flash_chip *chip)
{
    return UINT32_C(1) << chip->config.part->size_log2;
}

/* --- Protection ------------------------------------------------------------------------------------------------- */

/* BP2-0 protect 1/64 of the chip, doubling up to all, from the top or (TB) the bottom; with SEC, 4 KB doubling up to 32
 * KB; CMP turns it round. W25Q32JV, "Status Register Memory Protection"; parts with QE in SR1 have neither SEC nor CMP
 * and four BP bits, of which the fourth is in TB's place here. */
static void protected_area(const struct flash_chip *chip, uint32_t *first, uint32_t *end)
{
    uint32_t size = size_of(chip), length;
    uint8_t status = chip->status[0];
    unsigned level = (unsigned)status >> FLASH_STATUS_BP_LSB & 7;
    bool has_more = chip->config.part->quad_enable == FLASH_QE_SR2_1;
    bool small = has_more && status & FLASH_STATUS_SEC, bottom = status & FLASH_STATUS_TB;
    if (level == 0)
        length = 0;
    else if (small && level < 7)
        length = FLASH_SECTOR << (level > 4 ? 3 : level - 1);
    else
        length = level == 7 ? size : size >> (7 - level);
    if (length > size)
        length = size;
    *first = bottom ? 0 : size - length;
    *end = bottom ? length : size;
    if (has_more && chip->status[1] & FLASH_STATUS_CMP) {
        *first = bottom ? length : 0;
        *end = bottom ? size : size - length;
    }
}

static bool is_protected(const struct flash_chip *chip, uint32_t offset, uint32_t length)
{
    uint32_t first, end;
    protected_area(chip, &first, &end);
    return first < end && offset < end && offset + length > first;
}

/* --- The array -------------------------------------------------------------------------------------------------- */

static void tell(struct flash_chip *chip, uint32_t offset, uint32_t length)
{
    if (chip->config.written && length)
        chip->config.written(chip->config.ctx, offset, length);
}

static void program(struct flash_chip *chip, const struct flash_job *job, uint32_t first, uint32_t count)
{
    uint32_t page = job->offset & ~(uint32_t)(FLASH_PAGE - 1);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t place = (job->offset + first + i) % FLASH_PAGE;
        chip->config.bytes[page + place] &= job->page[place];
    }
    tell(chip, page, FLASH_PAGE);
}

static bool is_erase(enum flash_effect effect)
{
    return effect >= FLASH_EFFECT_ERASE_SECTOR && effect <= FLASH_EFFECT_ERASE_CHIP;
}

static void erase(struct flash_chip *chip, const struct flash_job *job)
{
    memset(chip->config.bytes + job->offset, 0xFF, job->length);
    tell(chip, job->offset, job->length);
}

/* --- Jobs ------------------------------------------------------------------------------------------------------- */

static void start(struct flash_chip *chip, enum flash_effect effect, sim_time now, sim_time duration)
{
    chip->busy = true;
    chip->job.effect = effect;
    chip->job.start = now;
    chip->job.duration = duration;
    evq_schedule(chip->env->evq, &chip->done, now + duration);
}

static void job_done(void *ctx, sim_time now)
{
    struct flash_chip *chip = ctx;
    const struct flash_job *job = &chip->job;
    (void)now;
    chip->busy = false;
    chip->write_enabled = false;
    if (job->effect == FLASH_EFFECT_PROGRAM) {
        chip->programs++;
        program(chip, job, 0, job->length);
    } else if (is_erase(job->effect)) {
        chip->erases++;
        erase(chip, job);
    } else if (job->effect == FLASH_EFFECT_WRITE_STATUS_1) {
        for (unsigned i = 0; i < 3; i++)
            chip->status[i] = chip->lasting[i] = (uint8_t)(job->offset >> (8 * i));
    }
}

static void start_program(struct flash_chip *chip, sim_time now)
{
    uint32_t size = size_of(chip), offset = chip->address & (size - 1);
    uint32_t count = chip->data_count < FLASH_PAGE ? chip->data_count : FLASH_PAGE;
    if (!chip->write_enabled || count == 0)
        return;
    if (is_protected(chip, offset & ~(uint32_t)(FLASH_PAGE - 1), FLASH_PAGE)) {
        chip->write_enabled = false;
        return;
    }
    chip->job.offset = offset;
    chip->job.length = count;
    memcpy(chip->job.page, chip->incoming, FLASH_PAGE);
    sim_time by_bytes = (FIRST_BYTE_NS + (sim_time)(count - 1) * NEXT_BYTE_NS) * (US / 1000);
    sim_time page = chip->config.part->program_us * US;
    start(chip, FLASH_EFFECT_PROGRAM, now, by_bytes < page && count < FLASH_PAGE ? by_bytes : page);
}

static void start_erase(struct flash_chip *chip, enum flash_effect effect, sim_time now)
{
    const struct flash_part *part = chip->config.part;
    uint32_t length = size_of(chip), us = part->chip_us;
    if (effect == FLASH_EFFECT_ERASE_SECTOR)
        length = FLASH_SECTOR, us = part->sector_us;
    else if (effect == FLASH_EFFECT_ERASE_BLOCK_32K)
        length = 0x8000, us = part->block_32k_us;
    else if (effect == FLASH_EFFECT_ERASE_BLOCK_64K)
        length = 0x10000, us = part->block_64k_us;
    uint32_t offset = chip->address & (size_of(chip) - 1) & ~(length - 1);
    bool is_chip = effect == FLASH_EFFECT_ERASE_CHIP;
    if (is_chip)
        offset = 0;
    if (!chip->write_enabled)
        return;
    if (is_protected(chip, offset, length)) {
        chip->write_enabled = false;
        return;
    }
    chip->job.offset = offset;
    chip->job.length = length;
    start(chip, effect, now, us * US);
}

/* 01 takes one byte, or two for registers 1 and 2; bits that the chip owns are not written. The ROM and bootloaders up
 * to ESP-IDF 4.2 write the status that is there to unlock the chip: published logs pause for 10 ms at this place with a
 * Winbond chip, and not at all with most others. */
static void start_status(struct flash_chip *chip, unsigned first, sim_time now)
{
    static const uint8_t writable[3] = {0xFC, 0x7F, 0xFC};
    uint8_t value[3];
    unsigned count = first == 0 && chip->data_count >= 2 ? 2 : 1;
    if (chip->data_count == 0 || (!chip->write_enabled && !chip->volatile_enabled))
        return;
    memcpy(value, chip->status, sizeof value);
    for (unsigned i = 0; i < count; i++)
        value[first + i] = chip->incoming[i] & writable[first + i];
    if (chip->volatile_enabled) {
        memcpy(chip->status, value, sizeof value);
        chip->volatile_enabled = false;
        return;
    }
    bool is_quick =
        memcmp(value, chip->status, sizeof value) == 0 && chip->config.part->id >> 16 != MANUFACTURER_WINBOND;
    chip->job.offset = (uint32_t)value[0] | (uint32_t)value[1] << 8 | (uint32_t)value[2] << 16;
    start(chip, FLASH_EFFECT_WRITE_STATUS_1, now, (is_quick ? SAME_STATUS_US : STATUS_US) * US);
}

/* --- Suspend, reset, power -------------------------------------------------------------------------------------- */

static void suspend(struct flash_chip *chip, sim_time now)
{
    sim_time end = chip->job.start + chip->job.duration;
    bool can = chip->job.effect == FLASH_EFFECT_PROGRAM ||
               (is_erase(chip->job.effect) && chip->job.effect != FLASH_EFFECT_ERASE_CHIP);
    if (!chip->busy || chip->suspended || !can || now + SUSPEND_US * US >= end)
        return;
    chip->job.left = end - now;
    chip->suspended = true;
    evq_cancel(chip->env->evq, &chip->done);
}

static void resume(struct flash_chip *chip, sim_time now)
{
    if (!chip->suspended)
        return;
    chip->suspended = false;
    sim_time total = chip->job.duration;
    chip->job.start = now + chip->job.left - total < now + chip->job.left ? now + chip->job.left - total : 0;
    evq_schedule(chip->env->evq, &chip->done, now + chip->job.left);
}

/* A program or erase that ends before its time: see flash_chip.h. */
static void break_off(struct flash_chip *chip, sim_time now)
{
    struct flash_job *job = &chip->job;
    sim_time passed = chip->suspended ? job->duration - job->left : now > job->start ? now - job->start : 0;
    uint64_t permille = passed >= job->duration ? 1000 : bits_muldiv(passed, 1000, job->duration);
    if (job->effect == FLASH_EFFECT_PROGRAM) {
        uint32_t whole = (uint32_t)(job->length * permille / 1000);
        if (whole < job->length) { /* of one byte, some of the bits */
            job->page[(job->offset + whole) % FLASH_PAGE] |= (uint8_t)rng_u32(&chip->rng);
            whole++;
        }
        program(chip, job, 0, whole);
    } else if (is_erase(job->effect)) {
        bool is_clearing = permille < 300;
        for (uint32_t i = 0; i < job->length; i += 4) {
            uint8_t *byte = chip->config.bytes + job->offset + i;
            uint32_t bits = rng_u32(&chip->rng);
            if (permille > 600)
                bits |= rng_u32(&chip->rng);
            for (unsigned n = 0; n < 4; n++)
                byte[n] = (uint8_t)(is_clearing ? byte[n] & bits >> 8 * n : byte[n] | bits >> 8 * n);
        }
        tell(chip, job->offset, job->length);
    }
}

static void stop(struct flash_chip *chip, sim_time now)
{
    if (chip->busy)
        break_off(chip, now);
    evq_cancel(chip->env->evq, &chip->done);
    chip->busy = chip->suspended = chip->asleep = false;
    chip->write_enabled = chip->volatile_enabled = chip->reset_enabled = false;
    chip->continuous = NULL;
    memcpy(chip->status, chip->lasting, sizeof chip->status);
}

void flash_chip_power_cut(struct flash_chip *chip, sim_time now)
{
    stop(chip, now);
    chip->current = NULL;
    chip->stage = FLASH_STAGE_DEAF;
}

/* --- Commands --------------------------------------------------------------------------------------------------- */

static void reset(struct flash_chip *chip, sim_time now)
{
    if (!chip->reset_enabled)
        return;
    stop(chip, now);
    start(chip, FLASH_EFFECT_RESET, now, RESET_US * US);
}

void flash_execute(struct flash_chip *chip, const struct flash_command *command, sim_time now)
{
    enum flash_effect effect = command->effect;
    bool is_write = effect >= FLASH_EFFECT_WRITE_STATUS_1 && effect <= FLASH_EFFECT_ERASE_CHIP;
    if (is_write && (chip->busy && !chip->suspended))
        return;
    if (is_write && chip->suspended)
        return; /* the array is not free yet */
    switch (effect) {
    case FLASH_EFFECT_WRITE_ENABLE:
        chip->write_enabled = true;
        break;
    case FLASH_EFFECT_WRITE_ENABLE_VOLATILE:
        chip->volatile_enabled = true;
        break;
    case FLASH_EFFECT_WRITE_DISABLE:
        chip->write_enabled = false;
        break;
    case FLASH_EFFECT_WRITE_STATUS_1:
    case FLASH_EFFECT_WRITE_STATUS_2:
    case FLASH_EFFECT_WRITE_STATUS_3:
        start_status(chip, (unsigned)effect - FLASH_EFFECT_WRITE_STATUS_1, now);
        break;
    case FLASH_EFFECT_PROGRAM:
        start_program(chip, now);
        break;
    case FLASH_EFFECT_SUSPEND:
        suspend(chip, now);
        break;
    case FLASH_EFFECT_RESUME:
        resume(chip, now);
        break;
    case FLASH_EFFECT_POWER_DOWN:
        chip->asleep = true;
        break;
    case FLASH_EFFECT_RELEASE:
        if (chip->asleep) {
            chip->asleep = false;
            start(chip, FLASH_EFFECT_RELEASE, now, RELEASE_US * US);
        }
        break;
    case FLASH_EFFECT_ENABLE_RESET:
        chip->reset_enabled = true;
        break;
    case FLASH_EFFECT_RESET:
        reset(chip, now);
        break;
    default:
        if (is_erase(effect))
            start_erase(chip, effect, now);
        break;
    }
}
