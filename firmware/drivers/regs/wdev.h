/* SPDX-License-Identifier: Apache-2.0 */
/* WDEV_<REGISTER> and WDEV_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_WDEV_H
#define VESPER_FIRMWARE_DRIVERS_REGS_WDEV_H

#define REG_FILE "peripherals/rng/rng_regs.def"
#define REG_PREFIX WDEV
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
