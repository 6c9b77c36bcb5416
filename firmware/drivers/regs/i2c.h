/* SPDX-License-Identifier: Apache-2.0 */
/* I2C_<REGISTER> and I2C_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_I2C_H
#define VESPER_FIRMWARE_DRIVERS_REGS_I2C_H

#define REG_FILE "peripherals/i2c/i2c_regs.def"
#define REG_PREFIX I2C
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
