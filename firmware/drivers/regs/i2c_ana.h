/* SPDX-License-Identifier: Apache-2.0 */
/* I2C_ANA_<REGISTER> and I2C_ANA_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_I2C_ANA_H
#define VESPER_FIRMWARE_DRIVERS_REGS_I2C_ANA_H

#define REG_FILE "peripherals/i2c_ana/i2c_ana_regs.def"
#define REG_PREFIX I2C_ANA
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
