/* SPDX-License-Identifier: Apache-2.0 */
/* SHA_<REGISTER> and SHA_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_SHA_H
#define VESPER_FIRMWARE_DRIVERS_REGS_SHA_H

#define REG_FILE "peripherals/sha/sha_regs.def"
#define REG_PREFIX SHA
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
