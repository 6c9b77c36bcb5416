/* SPDX-License-Identifier: Apache-2.0 */
/* What the eFuses say about this chip, and its random numbers. */
#ifndef VESPER_FIRMWARE_DRIVERS_CHIP_H
#define VESPER_FIRMWARE_DRIVERS_CHIP_H

#include <stdbool.h>
#include <stdint.h>

/* The base address, which is that of the Wi-Fi station; false: the CRC does not match. */
bool chip_mac(uint8_t mac[6]);

/* 0..3 */
unsigned chip_revision(void);

/* 32 random bits. Waits until the generator has had time for new ones: 16 cycles of the APB clock. */
uint32_t chip_random(void);

#endif
