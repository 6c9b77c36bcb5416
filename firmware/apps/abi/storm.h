/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts at irregular times, at all levels that have one without help from a peripheral: CCOMPARE0 at level 1,
 * CCOMPARE1 at level 3, CCOMPARE2 at level 5, and software interrupts raised from within handlers. */
#ifndef VESPER_FIRMWARE_APPS_ABI_STORM_H
#define VESPER_FIRMWARE_APPS_ABI_STORM_H

#include <stdint.h>

struct storm_counts {
    uint32_t level1, level3, level5, software1, software3;
    uint32_t nested;       /* level 3 within level 1 */
    uint32_t wrong_result; /* of the work that handlers do */
    uint32_t wrong_state;  /* level, or a loop, or the processor status that a handler found */
};

/* Interrupts come about every `period` cycles. */
void storm_begin(uint32_t period);
void storm_end(struct storm_counts *counts);

#endif
