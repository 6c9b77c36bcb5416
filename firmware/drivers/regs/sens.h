/* SPDX-License-Identifier: Apache-2.0 */
/* SENS_<REGISTER> and SENS_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_SENS_H
#define VESPER_FIRMWARE_DRIVERS_REGS_SENS_H

#define REG_FILE "peripherals/sens/sens_regs.def"
#define REG_PREFIX SENS
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
