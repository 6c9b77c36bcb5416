/* SPDX-License-Identifier: Apache-2.0 */
/* TIMG_<REGISTER> and TIMG_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_TIMG_H
#define VESPER_FIRMWARE_DRIVERS_REGS_TIMG_H

#define REG_FILE "peripherals/timg/timg_regs.def"
#define REG_PREFIX TIMG
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
