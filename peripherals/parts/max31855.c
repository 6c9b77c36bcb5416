/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/parts/max31855.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static uint32_t field(double celsius, double steps, unsigned lsb, unsigned width)
{
    int value = (int)floor(celsius * steps);
    return ((uint32_t)value & ((1u << width) - 1)) << lsb;
}

static void select(void *ctx, sim_time now)
{
    struct max31855 *max31855 = ctx;
    const struct max31855_config *config = &max31855->config;
    sim_time converted = now / MAX31855_CONVERSION * MAX31855_CONVERSION;
    double celsius = config->celsius(config->ctx, converted);
    bool is_open = !(celsius >= -270 && celsius <= 1800);
    max31855->clocks = 0;
    max31855->value = field(fmin(fmax(config->chip(config->ctx, converted), -55), 125), 16, 4, 12);
    max31855->value |= is_open ? UINT32_C(0x7FFC0000) | 1u << 16 | 1 : field(celsius, 4, 18, 14);
}

static void transfer(void *ctx, const struct spi_transfer *transfer)
{
    struct max31855 *max31855 = ctx;
    for (uint32_t i = 0; i < transfer->bits; i++) {
        bool bit = max31855->clocks < 32 && max31855->value >> (31 - max31855->clocks) & 1;
        max31855->clocks++;
        if (transfer->in && transfer->lines == 1 && !bit)
            transfer->in[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
    }
}

void max31855_init(struct max31855 *max31855, const struct max31855_config *config)
{
    memset(max31855, 0, sizeof *max31855);
    max31855->config = *config;
    max31855->port = (struct spi_device){.ctx = max31855, .select = select, .transfer = transfer};
}
