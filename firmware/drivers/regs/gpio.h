/* SPDX-License-Identifier: Apache-2.0 */
/* GPIO_<REGISTER> and GPIO_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_GPIO_H
#define VESPER_FIRMWARE_DRIVERS_REGS_GPIO_H

#define REG_FILE "peripherals/gpio/gpio_regs.def"
#define REG_PREFIX GPIO
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
