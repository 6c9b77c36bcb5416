/* SPDX-License-Identifier: Apache-2.0 */
/* EFUSE_<REGISTER> and EFUSE_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_EFUSE_H
#define VESPER_FIRMWARE_DRIVERS_REGS_EFUSE_H

#define REG_FILE "peripherals/efuse/efuse_regs.def"
#define REG_PREFIX EFUSE
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
