/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of peripherals/flash_chip share. */
#ifndef VESPER_PERIPHERALS_FLASH_CHIP_FLASH_CHIP_PRIV_H
#define VESPER_PERIPHERALS_FLASH_CHIP_FLASH_CHIP_PRIV_H

#include "peripherals/flash_chip/flash_chip.h"

enum { FLAG_BUSY = 1, FLAG_SLEEP = 2, FLAG_QUAD = 4, FLAG_MODE = 8 };

/* flash_job.c: what happens when the chip is deselected, and afterwards. */
void flash_job_init(struct flash_chip *chip);
void flash_execute(struct flash_chip *chip, const struct flash_command *command, sim_time now);
bool flash_quad_is_enabled(const struct flash_chip *chip);

/* flash_sfdp.c */
void flash_make_sfdp(const struct flash_part *part, uint8_t sfdp[FLASH_SFDP_SIZE]);

#endif
