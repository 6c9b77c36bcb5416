/* SPDX-License-Identifier: Apache-2.0 */
/* AES_<REGISTER> and AES_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_AES_H
#define VESPER_FIRMWARE_DRIVERS_REGS_AES_H

#define REG_FILE "peripherals/aes/aes_regs.def"
#define REG_PREFIX AES
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
