/* SPDX-License-Identifier: Apache-2.0 */
/* RTC_CNTL_<REGISTER> and RTC_CNTL_<REGISTER>_<FIELD>, from the simulator's own list. For firmware/drivers/hw.h. */
#ifndef VESPER_FIRMWARE_DRIVERS_REGS_RTC_CNTL_H
#define VESPER_FIRMWARE_DRIVERS_REGS_RTC_CNTL_H

#define REG_FILE "peripherals/rtc_cntl/rtc_cntl_regs.def"
#define REG_PREFIX RTC_CNTL
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

#endif
