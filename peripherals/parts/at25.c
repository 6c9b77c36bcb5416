/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/parts/at25.h"

#include <string.h>

enum { WRSR = 1, WRITE = 2, READ = 3, WRDI = 4, RDSR = 5, WREN = 6 };
enum { BUSY = 1 << 0, WRITE_ENABLED = 1 << 1, PROTECTION = 3 << 2, WRITABLE_STATUS = 0x8C };
enum { HEADER_BITS = 24 }; /* command and address */

static bool is_busy(const struct at25 *at25, sim_time now)
{
    return now < at25->ready;
}

/* BP1 and BP0: nothing, the upper quarter, the upper half, all. */
static bool is_protected(const struct at25 *at25, uint32_t address)
{
    static const uint8_t quarters[] = {0, 1, 2, 4};
    uint32_t part = quarters[(at25->status & PROTECTION) >> 2];
    return address >= at25->config.size - at25->config.size / 4 * part;
}

static void latch(struct at25 *at25, uint8_t byte)
{
    uint32_t mask = at25->config.page - 1, place = at25->address & mask;
    at25->latched[place] = byte;
    at25->latched_bytes[place / 64] |= UINT64_C(1) << place % 64;
    at25->address = (at25->address & ~mask) | ((place + 1) & mask);
}

static void take_byte(struct at25 *at25, uint8_t byte)
{
    unsigned place = (at25->bits + 7) / 8 - 1;
    bool has_address = at25->command == READ || at25->command == WRITE;
    if (place == 0)
        at25->command = byte;
    else if (has_address && place <= 2)
        at25->address = (at25->address << 8 | byte) & (at25->config.size - 1);
    else if (at25->command == WRITE)
        latch(at25, byte);
    else if (at25->command == WRSR && place == 1)
        at25->latched[0] = byte;
}

/* Bit of the answer that is on the line with clock `clock` of the selection. */
static bool answer_bit(struct at25 *at25, unsigned clock, sim_time now)
{
    uint8_t byte = 0xFF;
    if (clock < 8)
        return true;
    if (at25->command == RDSR)
        byte = (uint8_t)(is_busy(at25, now) ? at25->status | BUSY : at25->status);
    else if (at25->command == READ && clock >= HEADER_BITS && !is_busy(at25, now))
        byte = at25->config.memory[(at25->address + (clock - HEADER_BITS) / 8) & (at25->config.size - 1)];
    return byte >> (7 - clock % 8) & 1;
}

static void transfer(void *ctx, const struct spi_transfer *transfer)
{
    struct at25 *at25 = ctx;
    if (transfer->lines != 1 || (!transfer->out && !transfer->in))
        return; /* it has no idle clocks */
    for (uint32_t i = 0; i < transfer->bits; i++) {
        sim_time now = transfer->start + i * transfer->period;
        uint8_t mask = (uint8_t)(0x80 >> i % 8);
        bool out = !transfer->out || (transfer->out[i / 8] & mask);
        if (transfer->in && !answer_bit(at25, at25->bits, now))
            transfer->in[i / 8] &= (uint8_t)~mask;
        at25->shifted = (uint8_t)(at25->shifted << 1 | out);
        if (++at25->bits % 8 == 0)
            take_byte(at25, at25->shifted);
    }
}

static void select(void *ctx, sim_time now)
{
    struct at25 *at25 = ctx;
    (void)now;
    at25->bits = 0;
    at25->command = 0;
    at25->address = 0;
    memset(at25->latched_bytes, 0, sizeof at25->latched_bytes);
}

static void program(struct at25 *at25)
{
    uint32_t first = at25->address & ~(at25->config.page - 1);
    for (uint32_t i = 0; i < at25->config.page; i++)
        if (at25->latched_bytes[i / 64] >> i % 64 & 1 && !is_protected(at25, first + i))
            at25->config.memory[first + i] = at25->latched[i];
}

/* Commands that change something take effect here, when they ended with a whole byte. */
static void deselect(void *ctx, sim_time now)
{
    struct at25 *at25 = ctx;
    bool may_write = at25->status & WRITE_ENABLED, is_whole = at25->bits % 8 == 0;
    if (is_busy(at25, now) || at25->bits == 0 || !is_whole)
        return;
    if (at25->command == WREN || at25->command == WRDI)
        at25->status = (uint8_t)((at25->status & ~WRITE_ENABLED) | (at25->command == WREN ? WRITE_ENABLED : 0));
    bool writes = at25->command == WRITE && at25->bits > HEADER_BITS, sets = at25->command == WRSR && at25->bits == 16;
    if (!may_write || (!writes && !sets))
        return;
    if (writes)
        program(at25);
    else
        at25->status = at25->latched[0] & WRITABLE_STATUS;
    at25->status &= (uint8_t)~WRITE_ENABLED;
    at25->ready = now + AT25_WRITE;
}

void at25_init(struct at25 *at25, const struct at25_config *config)
{
    memset(at25, 0, sizeof *at25);
    at25->config = *config;
    at25->port = (struct spi_device){.ctx = at25, .select = select, .transfer = transfer, .deselect = deselect};
}
