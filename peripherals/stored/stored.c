/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/stored/stored.h"

#include <string.h>

#define REG_FILE "peripherals/stored/rmt_regs.def"
#define REG_PREFIX RMT
#define REG_TABLE rmt_regs
#define REG_BLOCK "RMT"
#define REG_SOURCE "Espressif's SVD; ESP32 TRM, chapter Remote Control Peripheral"
#define REG_SIZE 0x1000
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/stored/pcnt_regs.def"
#define REG_PREFIX PCNT
#define REG_TABLE pcnt_regs
#define REG_BLOCK "PCNT"
#define REG_SOURCE "Espressif's SVD; ESP32 TRM, chapter Pulse Count Controller"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/stored/mcpwm_regs.def"
#define REG_PREFIX MCPWM
#define REG_TABLE mcpwm_regs
#define REG_BLOCK "MCPWM"
#define REG_SOURCE "Espressif's SVD; ESP32 TRM, chapter Motor Control PWM"
#define REG_SIZE 0x200
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/stored/i2s_regs.def"
#define REG_PREFIX I2S
#define REG_TABLE i2s_regs
#define REG_BLOCK "I2S"
#define REG_SOURCE "Espressif's SVD; ESP32 TRM, chapter I2S"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/stored/sdhost_regs.def"
#define REG_PREFIX SDHOST
#define REG_TABLE sdhost_regs
#define REG_BLOCK "SDHOST"
#define REG_SOURCE "Espressif's SVD; ESP32 TRM, chapter SD/MMC Host Controller"
#define REG_SIZE 0x900
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/stored/twai_regs.def"
#define REG_PREFIX TWAI
#define REG_TABLE twai_regs
#define REG_BLOCK "TWAI"
#define REG_SOURCE "Espressif's SVD; ESP32 TRM, chapter Two-wire Automotive Interface"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/stored/uhci_regs.def"
#define REG_PREFIX UHCI
#define REG_TABLE uhci_regs
#define REG_BLOCK "UHCI"
#define REG_SOURCE "Espressif's SVD; ESP32 TRM, chapter UART Controller, UHCI DMA"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/stored/slc_regs.def"
#define REG_PREFIX SLC
#define REG_TABLE slc_regs
#define REG_BLOCK "SLC"
#define REG_SOURCE "Espressif's SVD; ESP32 TRM, chapter SDIO Slave Controller"
#define REG_SIZE 0x200
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/stored/slchost_regs.def"
#define REG_PREFIX SLCHOST
#define REG_TABLE slchost_regs
#define REG_BLOCK "SLCHOST"
#define REG_SOURCE "Espressif's SVD; ESP32 TRM, chapter SDIO Slave Controller"
#define REG_SIZE 0x200
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/stored/hinf_regs.def"
#define REG_PREFIX HINF
#define REG_TABLE hinf_regs
#define REG_BLOCK "HINF"
#define REG_SOURCE "Espressif's SVD; ESP32 TRM, chapter SDIO Slave Controller"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/stored/gpio_sd_regs.def"
#define REG_PREFIX GPIO_SD
#define REG_TABLE gpio_sd_regs
#define REG_BLOCK "GPIO_SD"
#define REG_SOURCE "Espressif's SVD; ESP32 TRM, chapter IO_MUX and GPIO Matrix, sigma-delta"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/stored/rtc_i2c_regs.def"
#define REG_PREFIX RTC_I2C
#define REG_TABLE rtc_i2c_regs
#define REG_BLOCK "RTC_I2C"
#define REG_SOURCE "Espressif's SVD; ESP32 TRM, chapter ULP Coprocessor, RTC_I2C"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

#define REG_FILE "peripherals/stored/bt_regs.def"
#define REG_PREFIX BT
#define REG_TABLE bt_regs
#define REG_BLOCK "BT"
#define REG_SOURCE "undocumented; offsets as firmware uses them"
#define REG_SIZE 0x1000
#include "bus/reg_expand.h"

static const struct dev_ops ops[STORED_BLOCK_COUNT] = {
    [STORED_RMT] = {.regs = &rmt_regs},         [STORED_PCNT] = {.regs = &pcnt_regs},
    [STORED_MCPWM] = {.regs = &mcpwm_regs},     [STORED_I2S] = {.regs = &i2s_regs},
    [STORED_SDHOST] = {.regs = &sdhost_regs},   [STORED_TWAI] = {.regs = &twai_regs},
    [STORED_UHCI] = {.regs = &uhci_regs},       [STORED_SLC] = {.regs = &slc_regs},
    [STORED_SLCHOST] = {.regs = &slchost_regs}, [STORED_HINF] = {.regs = &hinf_regs},
    [STORED_GPIO_SD] = {.regs = &gpio_sd_regs}, [STORED_RTC_I2C] = {.regs = &rtc_i2c_regs},
    [STORED_BT] = {.regs = &bt_regs},
};

enum sim_status stored_init(struct stored *stored, enum stored_block block, const char *name, struct dev_env *env)
{
    memset(stored, 0, sizeof *stored);
    SIM_TRY(dev_init(&stored->dev, &ops[block], name, env));
    dev_reset(&stored->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void stored_fini(struct stored *stored)
{
    dev_fini(&stored->dev);
}
