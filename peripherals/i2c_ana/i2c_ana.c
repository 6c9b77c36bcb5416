/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/i2c_ana/i2c_ana.h"

#include <string.h>

#include "peripherals/i2c_ana/i2c_ana_priv.h"

static void i2c_ana_host_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void i2c_ana_channel_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/i2c_ana/i2c_ana_regs.def"
#define REG_PREFIX I2C_ANA
#define REG_TABLE i2c_ana_regs
#define REG_BLOCK "I2C_ANA"
#define REG_SOURCE "public reverse engineering; facts 5.6"
#define REG_SIZE 0x400
#include "bus/reg_expand.h"

/* Bits that the analog side drives. */
struct answer {
    uint8_t host, block, reg, ones;
};
static const struct answer answers[] = {
    {3, 0x6D, 3, 0x80}, /* audio PLL: calibration done (OR_CAL_END) */
    {1, 0x62, 7, 0x80}, /* RF PLL: locked (facts 5.6, row 7) */
};

static struct i2c_ana_block *find(struct i2c_ana *i2c, unsigned host, unsigned address)
{
    for (unsigned i = 0; i < I2C_ANA_BLOCKS; i++)
        if (i2c->block[i].used && i2c->block[i].host == host && i2c->block[i].address == address)
            return &i2c->block[i];
    return NULL;
}

static struct i2c_ana_block *find_or_add(struct i2c_ana *i2c, unsigned host, unsigned address)
{
    struct i2c_ana_block *block = find(i2c, host, address);
    for (unsigned i = 0; i < I2C_ANA_BLOCKS && !block; i++) {
        if (i2c->block[i].used)
            continue;
        block = &i2c->block[i];
        block->used = true;
        block->host = (uint8_t)host;
        block->address = (uint8_t)address;
    }
    return block;
}

static uint8_t read_byte(struct i2c_ana *i2c, unsigned host, unsigned address, unsigned reg)
{
    const struct i2c_ana_block *block = find(i2c, host, address);
    uint8_t value = block ? block->value[reg] : 0;
    for (unsigned i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (answers[i].host == host && answers[i].block == address && answers[i].reg == reg)
            value |= answers[i].ones;
    return value;
}

/* f = XTAL * (4 + sdm2 + sdm1 / 2^8 + sdm0 / 2^16) / (2 * (output divider + 2)), facts 4.7. */
static void update_apll(struct i2c_ana *i2c)
{
    enum { APLL_HOST = 3, APLL_BLOCK = 0x6D, OUTPUT_DIV = 4, SDM2 = 7, SDM1 = 8, SDM0 = 9 };
    static const uint8_t untouched[256] = {0};
    const struct i2c_ana_block *block = find(i2c, APLL_HOST, APLL_BLOCK);
    const uint8_t *apll = block ? block->value : untouched;
    struct clock_tree *clocks = i2c->dev.env->clocks;
    uint64_t factor = (UINT64_C(4) + (apll[SDM2] & 0x3F)) << 16 | (uint64_t)apll[SDM1] << 8 | (uint64_t)apll[SDM0];
    uint64_t divider = 2 * ((apll[OUTPUT_DIV] & 0x1F) + UINT64_C(2));
    clocks->select.apll_hz = clocks->clock[CLOCK_XTAL].hz * factor / (divider << 16);
    clock_tree_select(clocks, i2c->dev.now);
}

static void i2c_ana_host_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct i2c_ana *i2c = (struct i2c_ana *)dev;
    uint32_t address = reg_field_of(written, I2C_ANA_HOST_BLOCK), reg = reg_field_of(written, I2C_ANA_HOST_REG);
    (void)old;
    if (!reg_field_of(written, I2C_ANA_HOST_WRITE)) {
        reg_put_at(dev, I2C_ANA_HOST_DATA, index, 4, read_byte(i2c, index, address, reg));
        return;
    }
    struct i2c_ana_block *block = find_or_add(i2c, index, address);
    if (!block) {
        dev_say_once(dev, LOG_UNIMPL, I2C_ANA_HOST, "too many analog blocks: a write was forgotten");
        return;
    }
    block->value[reg] = (uint8_t)reg_field_of(written, I2C_ANA_HOST_DATA);
    update_apll(i2c);
}

static void i2c_ana_channel_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    const struct i2c_ana *i2c = (struct i2c_ana *)dev;
    (void)index, (void)old;
    reg_put(dev, I2C_ANA_CHANNEL_DONE, reg_field_of(written, I2C_ANA_CHANNEL_START));
    if (i2c->port.tuned)
        i2c->port.tuned(i2c->port.ctx, 2400 + reg_field_of(written, I2C_ANA_CHANNEL_CODE) / 2, dev->now);
}

/* The analog blocks keep their bytes over a system reset. */
static void reset(struct dev *dev, enum dev_reset kind)
{
    struct i2c_ana *i2c = (struct i2c_ana *)dev;
    i2c->compared = i2c->converted = dev->now;
    if (kind != DEV_RESET_POWER_ON)
        return;
    memset(i2c->block, 0, sizeof i2c->block);
    update_apll(i2c);
}

static const struct dev_ops ops = {.regs = &i2c_ana_regs, .reset = reset};

enum sim_status i2c_ana_init(struct i2c_ana *i2c, const char *name, struct dev_env *env)
{
    memset(i2c, 0, sizeof *i2c);
    return dev_init(&i2c->dev, &ops, name, env);
}

void i2c_ana_fini(struct i2c_ana *i2c)
{
    dev_fini(&i2c->dev);
}
