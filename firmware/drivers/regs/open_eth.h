/* SPDX-License-Identifier: Apache-2.0 */
/* OPEN_ETH_<REGISTER> and OPEN_ETH_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_OPEN_ETH_H
#define VESPER_FIRMWARE_DRIVERS_REGS_OPEN_ETH_H

#define REG_FILE "peripherals/open_eth/open_eth_regs.def"
#define REG_PREFIX OPEN_ETH
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
