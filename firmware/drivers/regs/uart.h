/* SPDX-License-Identifier: Apache-2.0 */
/* UART_<REGISTER> and UART_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_UART_H
#define VESPER_FIRMWARE_DRIVERS_REGS_UART_H

#define REG_FILE "peripherals/uart/uart_regs.def"
#define REG_PREFIX UART
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
