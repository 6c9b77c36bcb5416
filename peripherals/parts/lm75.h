/* SPDX-License-Identifier: Apache-2.0 */
/* LM75 temperature sensor on I2C. Source: NXP LM75B data sheet, chapter 7: pointer, temperature in steps of 1/8 K,
 * configuration, hysteresis and limit; converts every 100 ms. Not modelled: the OS output. */
#ifndef VESPER_PERIPHERALS_PARTS_LM75_H
#define VESPER_PERIPHERALS_PARTS_LM75_H

#include "peripherals/i2c/i2c_part.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Conversions begin with power and repeat after this. */
#define LM75_CONVERSION SIM_MS(100)

struct lm75_config {
    void *ctx;
    double (*celsius)(void *ctx, sim_time now); /* what it measures; -55 to 125, beyond that the limit */
};

struct lm75 {
    struct lm75_config config;
    uint16_t reg[4]; /* temperature, configuration (upper byte), hysteresis, limit */
    uint8_t pointer;
    unsigned bytes; /* of this transfer */
};

/* config: copied. */
void lm75_init(struct lm75 *lm75, const struct lm75_config *config);
/* The part for i2c_bus_attach; lm75 stays in place. address: 0x48 to 0x4F, as its pins are wired. */
struct i2c_part lm75_part(struct lm75 *lm75, unsigned address);

#ifdef __cplusplus
}
#endif
#endif
