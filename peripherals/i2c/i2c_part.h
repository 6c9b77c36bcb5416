/* SPDX-License-Identifier: Apache-2.0 */
/* What a part on an I2C bus looks like: a sensor, a memory. Bytes only; the bus (i2c_bus.h) does the bits. */
#ifndef VESPER_PERIPHERALS_I2C_I2C_PART_H
#define VESPER_PERIPHERALS_I2C_I2C_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

struct i2c_part_ops {
    /* The part is addressed; returns whether it acknowledges. NULL: it does. */
    bool (*start)(void *ctx, bool read, sim_time now);
    /* A byte from the master; returns whether it is acknowledged. */
    bool (*write)(void *ctx, uint8_t byte, sim_time now);
    /* The next byte for the master. */
    uint8_t (*read)(void *ctx, sim_time now);
    /* STOP, or a repeated START. May be NULL. */
    void (*stop)(void *ctx, sim_time now);
};

struct i2c_part {
    const struct i2c_part_ops *ops;
    void *ctx;
    unsigned address; /* 7 bits */
};

#ifdef __cplusplus
}
#endif
#endif
