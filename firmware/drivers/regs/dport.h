/* SPDX-License-Identifier: Apache-2.0 */
/* DPORT_<REGISTER> and DPORT_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_DPORT_H
#define VESPER_FIRMWARE_DRIVERS_REGS_DPORT_H

#define REG_FILE "peripherals/dport/dport_regs.def"
#define REG_PREFIX DPORT
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
