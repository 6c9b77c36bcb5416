/* SPDX-License-Identifier: Apache-2.0 */
/* LEDC_<REGISTER> and LEDC_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_LEDC_H
#define VESPER_FIRMWARE_DRIVERS_REGS_LEDC_H

#define REG_FILE "peripherals/ledc/ledc_regs.def"
#define REG_PREFIX LEDC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
