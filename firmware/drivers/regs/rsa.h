/* SPDX-License-Identifier: Apache-2.0 */
/* RSA_<REGISTER> and RSA_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_RSA_H
#define VESPER_FIRMWARE_DRIVERS_REGS_RSA_H

#define REG_FILE "peripherals/rsa/rsa_regs.def"
#define REG_PREFIX RSA
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
