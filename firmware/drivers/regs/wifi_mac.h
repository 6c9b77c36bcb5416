/* SPDX-License-Identifier: Apache-2.0 */
/* WIFI_MAC_<REGISTER> and WIFI_MAC_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_WIFI_MAC_H
#define VESPER_FIRMWARE_DRIVERS_REGS_WIFI_MAC_H

#define REG_FILE "peripherals/wifi_mac/wifi_mac_regs.def"
#define REG_PREFIX WIFI_MAC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
