/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks of the register list that i2c_ana_measure.c has. */
#ifndef VESPER_PERIPHERALS_I2C_ANA_I2C_ANA_PRIV_H
#define VESPER_PERIPHERALS_I2C_ANA_I2C_ANA_PRIV_H

#include "peripherals/i2c_ana/i2c_ana.h"

uint32_t i2c_ana_tx_dc_read(struct dev *dev, unsigned index, uint32_t stored);
void i2c_ana_tx_dc_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
uint32_t i2c_ana_sar_read(struct dev *dev, unsigned index, uint32_t stored);
void i2c_ana_sar_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#endif
