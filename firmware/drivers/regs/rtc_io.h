/* SPDX-License-Identifier: Apache-2.0 */
/* RTC_IO_<REGISTER> and RTC_IO_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_RTC_IO_H
#define VESPER_FIRMWARE_DRIVERS_REGS_RTC_IO_H

#define REG_FILE "peripherals/gpio/rtc_io_regs.def"
#define REG_PREFIX RTC_IO
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
