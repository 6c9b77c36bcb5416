/* SPDX-License-Identifier: Apache-2.0 */
/* The clock of the cores and of the APB. After power-on both are the crystal's 40 MHz. */
#ifndef VESPER_FIRMWARE_DRIVERS_CLOCK_H
#define VESPER_FIRMWARE_DRIVERS_CLOCK_H

#include <stdint.h>

enum { CLOCK_XTAL_HZ = 40000000 };

/* 40 from the crystal; 80, 160 or 240 from the PLL, with the APB at 80 MHz. Devices that divide the APB clock are to be
 * set anew by who uses them. */
void clock_set_cpu_mhz(unsigned mhz);

/* As the registers say, so right after a reset too. */
uint32_t clock_cpu_hz(void);
uint32_t clock_apb_hz(void);

/* Spins on CCOUNT. */
void delay_us(uint32_t us);

#endif
