/* SPDX-License-Identifier: Apache-2.0 */
/* What PHY calibration measures through the analog I2C master's registers: the sign of the transmit mixer's direct
 * current, the power detector, and the supply. */
#include "peripherals/i2c_ana/i2c_ana_priv.h"

#define REG_FILE "peripherals/i2c_ana/i2c_ana_regs.def"
#define REG_PREFIX I2C_ANA
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

static bool is_high(const struct i2c_ana *i2c, unsigned branch)
{
    return i2c->port.tx_dc_is_high && i2c->port.tx_dc_is_high(i2c->port.ctx, branch);
}

/* --- Comparators ------------------------------------------------------------------------------------------------- */

void i2c_ana_tx_dc_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct i2c_ana *i2c = (struct i2c_ana *)dev; /* first member */
    (void)index;
    if (reg_field_of(old, I2C_ANA_TX_DC_START) || !reg_field_of(written, I2C_ANA_TX_DC_START))
        return;
    i2c->compared = dev->now + I2C_ANA_COMPARISON;
    reg_put(dev, I2C_ANA_TX_DC_I_HIGH, is_high(i2c, 0));
    reg_put(dev, I2C_ANA_TX_DC_Q_HIGH, is_high(i2c, 1));
}

uint32_t i2c_ana_tx_dc_read(struct dev *dev, unsigned index, uint32_t stored)
{
    const struct i2c_ana *i2c = (struct i2c_ana *)dev;
    bool done = reg_field_of(stored, I2C_ANA_TX_DC_START) && dev->now >= i2c->compared;
    (void)index;
    return bits_set(stored, REG_PLACE_LSB(I2C_ANA_TX_DC_DONE), 1, done);
}

/* --- Converter --------------------------------------------------------------------------------------------------- */

enum { RESULTS = 8 };

/* Which input each conversion of a start has, as ROM's get_fm_sar_dout takes them: pairs, the first of unknown meaning.
 * Levels are guesses; software looks at (detector - zero) / (reference - zero). */
enum { LEVEL_ZERO = 100, LEVEL_REFERENCE = 500, LEVEL_FULL = 1300, LEVEL_3V3 = 1650 };

static unsigned level(const struct i2c_ana *i2c, unsigned conversion)
{
    unsigned amplitude = i2c->port.tx_amplitude ? i2c->port.tx_amplitude(i2c->port.ctx) : 0;
    if (reg_get(&i2c->dev, I2C_ANA_SAR_SOURCE_SUPPLY))
        return LEVEL_3V3;
    switch (conversion / 2) {
    case 1:
        return LEVEL_ZERO + amplitude * (LEVEL_FULL - LEVEL_ZERO) / 1000;
    case 2:
        return LEVEL_REFERENCE;
    default:
        return LEVEL_ZERO;
    }
}

/* Bits 7:0 start at 21 and count 256 for 279 steps of the level;
 * ROM's read_sar_dout takes that back, and the inversion. */
static uint32_t code_of(unsigned level)
{
    unsigned low = 21 + ((level & 0xff) * 256 + 139) / 279;
    return 0xfff ^ ((level & 0x700) | low);
}

void i2c_ana_sar_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct i2c_ana *i2c = (struct i2c_ana *)dev;
    (void)index;
    if (reg_field_of(old, I2C_ANA_SAR_START) || !reg_field_of(written, I2C_ANA_SAR_START))
        return;
    i2c->converted = dev->now + RESULTS * I2C_ANA_CONVERSION;
    for (unsigned i = 0; i < RESULTS; i++)
        reg_put_at(dev, I2C_ANA_SAR_RESULT_CODE, i, 4, code_of(level(i2c, i)));
}

/* Conversions still to come, at most what the field holds. */
uint32_t i2c_ana_sar_read(struct dev *dev, unsigned index, uint32_t stored)
{
    const struct i2c_ana *i2c = (struct i2c_ana *)dev;
    sim_time left = i2c->converted > dev->now ? i2c->converted - dev->now : 0;
    sim_time conversions = (left + I2C_ANA_CONVERSION - 1) / I2C_ANA_CONVERSION;
    (void)index;
    return bits_set(stored, REG_PLACE_LSB(I2C_ANA_SAR_STATE), 3, conversions < 7 ? (uint32_t)conversions : 7);
}
