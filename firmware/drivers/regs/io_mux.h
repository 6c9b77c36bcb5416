/* SPDX-License-Identifier: Apache-2.0 */
/* IO_MUX_<REGISTER> and IO_MUX_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_IO_MUX_H
#define VESPER_FIRMWARE_DRIVERS_REGS_IO_MUX_H

#define REG_FILE "peripherals/gpio/io_mux_regs.def"
#define REG_PREFIX IO_MUX
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
