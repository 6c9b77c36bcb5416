/* SPDX-License-Identifier: Apache-2.0 */
/* MAX31855: thermocouple to digital, read-only on SPI. Source: Maxim data sheet 19-5793: 32 bits from chip select on,
 * temperature of the thermocouple in steps of 1/4 K (bits 31 to 18), fault (16), of the chip in steps of 1/16 K (15 to
 * 4), open circuit (0). What is read is of the last conversion, which begins every 100 ms while it is not selected. */
#ifndef VESPER_PERIPHERALS_PARTS_MAX31855_H
#define VESPER_PERIPHERALS_PARTS_MAX31855_H

#include "peripherals/spi/spi_device.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MAX31855_CONVERSION SIM_MS(100)

struct max31855_config {
    void *ctx;
    double (*celsius)(void *ctx, sim_time now); /* at the thermocouple; beyond -270 to 1800: an open circuit */
    double (*chip)(void *ctx, sim_time now);    /* of the chip */
};

struct max31855 {
    struct spi_device port; /* for spi_attach */
    struct max31855_config config;
    uint32_t value; /* as of chip select */
    unsigned clocks;
};

/* config: copied. */
void max31855_init(struct max31855 *max31855, const struct max31855_config *config);

#ifdef __cplusplus
}
#endif
#endif
