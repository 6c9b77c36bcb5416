/* SPDX-License-Identifier: Apache-2.0 */
/* FRC_<REGISTER> and FRC_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_FRC_H
#define VESPER_FIRMWARE_DRIVERS_REGS_FRC_H

#define REG_FILE "peripherals/frc/frc_regs.def"
#define REG_PREFIX FRC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
