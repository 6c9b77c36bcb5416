/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks whose registers have names and keep what is written, and do nothing: those of stored_blocks.def, until each is
 * modelled. Firmware that uses one is reported by register name (class "unimpl"). */
#ifndef VESPER_PERIPHERALS_STORED_STORED_H
#define VESPER_PERIPHERALS_STORED_STORED_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

enum stored_block {
#define STORED_BLOCK(id) STORED_##id,
#include "peripherals/stored/stored_blocks.def"
#undef STORED_BLOCK
    STORED_BLOCK_COUNT
};

struct stored {
    struct dev dev;
};

enum sim_status stored_init(struct stored *stored, enum stored_block block, const char *name, struct dev_env *env);
void stored_fini(struct stored *stored);

#ifdef __cplusplus
}
#endif
#endif
