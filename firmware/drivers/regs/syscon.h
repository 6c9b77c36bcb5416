/* SPDX-License-Identifier: Apache-2.0 */
/* SYSCON_<REGISTER> and SYSCON_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_SYSCON_H
#define VESPER_FIRMWARE_DRIVERS_REGS_SYSCON_H

#define REG_FILE "peripherals/syscon/syscon_regs.def"
#define REG_PREFIX SYSCON
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
