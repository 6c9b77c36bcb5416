/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/parts/at24.h"

#include <string.h>

static bool at24_start(void *ctx, bool read, sim_time now)
{
    struct at24 *at24 = ctx;
    (void)read;
    if (now < at24->ready)
        return false;
    at24->bytes = 0;
    at24->latched_bytes = 0;
    return true;
}

static bool at24_write(void *ctx, uint8_t byte, sim_time now)
{
    struct at24 *at24 = ctx;
    (void)now;
    if (at24->bytes < 2) {
        at24->address = at24->bytes++ == 0 ? (uint32_t)byte << 8 : at24->address | byte;
        at24->address &= at24->config.size - 1;
        return true;
    }
    uint32_t mask = at24->config.page - 1, place = at24->address & mask;
    at24->latched[place] = byte;
    at24->latched_bytes |= UINT64_C(1) << place;
    at24->address = (at24->address & ~mask) | ((place + 1) & mask);
    return true;
}

static uint8_t at24_read(void *ctx, sim_time now)
{
    struct at24 *at24 = ctx;
    uint8_t byte = at24->config.memory[at24->address];
    (void)now;
    at24->address = (at24->address + 1) & (at24->config.size - 1);
    return byte;
}

/* What was latched is seen at once: until the write cycle is over, the part answers nobody. */
static void at24_stop(void *ctx, sim_time now)
{
    struct at24 *at24 = ctx;
    uint8_t *page = at24->config.memory + (at24->address & ~(at24->config.page - 1));
    if (!at24->latched_bytes)
        return;
    for (unsigned i = 0; i < at24->config.page; i++)
        if (at24->latched_bytes >> i & 1)
            page[i] = at24->latched[i];
    at24->latched_bytes = 0;
    at24->ready = now + AT24_WRITE_CYCLE;
}

void at24_init(struct at24 *at24, const struct at24_config *config)
{
    memset(at24, 0, sizeof *at24);
    at24->config = *config;
}

struct i2c_part at24_part(struct at24 *at24, unsigned address)
{
    static const struct i2c_part_ops ops = {
        .start = at24_start, .write = at24_write, .read = at24_read, .stop = at24_stop};
    return (struct i2c_part){&ops, at24, address};
}
