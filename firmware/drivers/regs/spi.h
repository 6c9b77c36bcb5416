/* SPDX-License-Identifier: Apache-2.0 */
/* SPI_<REGISTER> and SPI_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_SPI_H
#define VESPER_FIRMWARE_DRIVERS_REGS_SPI_H

#define REG_FILE "peripherals/spi/spi_regs.def"
#define REG_PREFIX SPI
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
