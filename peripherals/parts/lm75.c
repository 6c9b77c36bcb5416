/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/parts/lm75.h"

#include <math.h>
#include <string.h>

enum { TEMPERATURE, CONFIGURATION, HYSTERESIS, LIMIT };

static uint16_t measured(const struct lm75 *lm75, sim_time now)
{
    double celsius = lm75->config.celsius(lm75->config.ctx, now / LM75_CONVERSION * LM75_CONVERSION);
    double steps = floor(fmin(fmax(celsius, -55), 125) * 8);
    return (uint16_t)((int)steps * 32); /* 11 bits, at the upper end */
}

static bool is_byte_wide(const struct lm75 *lm75)
{
    return lm75->pointer == CONFIGURATION;
}

static bool lm75_start(void *ctx, bool read, sim_time now)
{
    struct lm75 *lm75 = ctx;
    lm75->bytes = 0;
    /* The temperature does not change while it is read: both bytes are of one conversion. */
    if (read && !(lm75->reg[CONFIGURATION] >> 8 & 1))
        lm75->reg[TEMPERATURE] = measured(lm75, now);
    return true;
}

static bool lm75_write(void *ctx, uint8_t byte, sim_time now)
{
    struct lm75 *lm75 = ctx;
    unsigned place = lm75->bytes++;
    (void)now;
    if (place == 0) {
        lm75->pointer = byte & 3;
        return true;
    }
    uint16_t *reg = &lm75->reg[lm75->pointer];
    if (lm75->pointer == TEMPERATURE || place > (is_byte_wide(lm75) ? 1u : 2u))
        return true; /* read only, or too many: no effect */
    if (place == 1)
        *reg = (uint16_t)((*reg & 0x00FF) | byte << 8);
    else
        *reg = (uint16_t)((*reg & 0xFF00) | (byte & 0x80)); /* 9 bits */
    return true;
}

static uint8_t lm75_read(void *ctx, sim_time now)
{
    struct lm75 *lm75 = ctx;
    bool upper = is_byte_wide(lm75) || lm75->bytes % 2 == 0;
    (void)now;
    lm75->bytes++;
    return (uint8_t)(lm75->reg[lm75->pointer] >> (upper ? 8 : 0));
}

void lm75_init(struct lm75 *lm75, const struct lm75_config *config)
{
    memset(lm75, 0, sizeof *lm75);
    lm75->config = *config;
    lm75->reg[HYSTERESIS] = 75 << 8;
    lm75->reg[LIMIT] = 80 << 8;
}

struct i2c_part lm75_part(struct lm75 *lm75, unsigned address)
{
    static const struct i2c_part_ops ops = {.start = lm75_start, .write = lm75_write, .read = lm75_read};
    return (struct i2c_part){&ops, lm75, address};
}
