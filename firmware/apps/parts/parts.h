/* SPDX-License-Identifier: Apache-2.0 */
/* What tries the peripherals of a board, file by file; the board is that of tests/system/parts_test.py. */
#ifndef VESPER_FIRMWARE_APPS_PARTS_PARTS_H
#define VESPER_FIRMWARE_APPS_PARTS_PARTS_H

#include "firmware/apps/check.h"
#include "firmware/drivers/hw.h"

/* Block of DPORT's PERIP_CLK_EN and PERIP_RST_EN: clock on, reset and out of it, as ESP-IDF's
 * periph_module_enable. */
void block_enable(uint32_t bit);

/* A pad's native function in IO_MUX; the pad is 5, 18, 19 or 23. */
void pad_use_native(unsigned pad);

void try_display(struct checks *checks);
void try_spi_parts(struct checks *checks);
void try_i2c(struct checks *checks);
void try_pwm(struct checks *checks);
void try_analog(struct checks *checks);
void try_serial(struct checks *checks);
void try_timers(struct checks *checks);
void try_efuse(struct checks *checks);

#endif
