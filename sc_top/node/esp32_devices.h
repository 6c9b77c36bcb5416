/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of an ESP32 as one struct, from the rows of esp32_node.def. */
#ifndef VESPER_SC_TOP_NODE_ESP32_DEVICES_H
#define VESPER_SC_TOP_NODE_ESP32_DEVICES_H

#include "peripherals/aes/aes.h"
#include "peripherals/baseband/baseband.h"
#include "peripherals/dport/dport.h"
#include "peripherals/efuse/efuse.h"
#include "peripherals/flash_crypt/flash_crypt.h"
#include "peripherals/frc/frc.h"
#include "peripherals/gpio/gpio.h"
#include "peripherals/i2c/i2c.h"
#include "peripherals/i2c_ana/i2c_ana.h"
#include "peripherals/ledc/ledc.h"
#include "peripherals/open_eth/open_eth.h"
#include "peripherals/rng/wdev.h"
#include "peripherals/rsa/rsa.h"
#include "peripherals/rtc_cntl/rtc_cntl.h"
#include "peripherals/sens/sens.h"
#include "peripherals/sha/sha.h"
#include "peripherals/spi/spi.h"
#include "peripherals/stored/stored.h"
#include "peripherals/syscon/syscon.h"
#include "peripherals/timg/timg.h"
#include "peripherals/uart/uart.h"
#include "peripherals/wifi_mac/wifi_mac.h"

struct esp32_devices {
#define DEVICE(name, type, base) struct type name;
#include "sc_top/node/esp32_node.def"
};

#endif
