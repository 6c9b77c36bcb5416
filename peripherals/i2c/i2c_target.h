/* SPDX-License-Identifier: Apache-2.0 */
/* The target's side of an I2C bus, bit by bit: follows SCL and SDA, finds START, STOP and addresses, acknowledges, and
 * pulls SDA low where a 0 is to be said. It serves board parts (peripherals/parts/i2c_bus.h) and the I2C controller's
 * slave mode. Source: NXP UM10204, I2C-bus specification, chapter 3.1.
 *
 * A target changes SDA a fixed time after the falling edge of SCL, within UM10204's data valid time of every mode up to
 * 1 MHz. It does not stretch the clock. */
#ifndef VESPER_PERIPHERALS_I2C_I2C_TARGET_H
#define VESPER_PERIPHERALS_I2C_I2C_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/evq.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From SCL's falling edge to a change of SDA. UM10204, table 11: tVD;DAT at most 450 ns at 1 MHz. */
#define I2C_TARGET_DATA_VALID SIM_NS(200)

struct i2c_target_ops {
    /* Somebody is addressed with 7 bits: is it this target? */
    bool (*address)(void *ctx, unsigned address, bool read, sim_time now);
    /* A byte from the master; returns whether it is acknowledged. */
    bool (*write)(void *ctx, uint8_t byte, sim_time now);
    /* The next byte for the master. */
    uint8_t (*read)(void *ctx, sim_time now);
    /* STOP or a repeated START after this target was addressed. May be NULL. */
    void (*stop)(void *ctx, sim_time now);
    /* SDA is to be pulled low, or let go. */
    void (*pull)(void *ctx, bool low, sim_time now);
};

enum i2c_target_state {
    I2C_TARGET_IDLE, /* no START yet, or somebody else is addressed */
    I2C_TARGET_ADDRESS,
    I2C_TARGET_WRITE,
    I2C_TARGET_READ,
    I2C_TARGET_ACK_OUT, /* this target's acknowledge bit */
    I2C_TARGET_ACK_IN   /* the master's */
};

struct i2c_target {
    const struct i2c_target_ops *ops;
    void *ctx;
    struct evq *evq;
    struct evq_event change; /* of SDA, still to come */
    bool scl, sda;           /* as they are */
    bool low, low_next;      /* this target pulls SDA; will pull it when `change` is due */
    enum i2c_target_state state;
    bool reading; /* direction after ACK_OUT */
    bool addressed;
    bool acknowledged; /* by the master */
    uint8_t shift;
    unsigned bits; /* of `shift`, received or sent */
};

/* Both wires high. ops, ctx, evq: borrowed. */
void i2c_target_init(struct i2c_target *target, const struct i2c_target_ops *ops, void *ctx, struct evq *evq);
/* Lets go of SDA and waits for a START. */
void i2c_target_reset(struct i2c_target *target, sim_time now);
void i2c_target_fini(struct i2c_target *target);

/* A wire changed. */
void i2c_target_scl(struct i2c_target *target, bool level, sim_time now);
void i2c_target_sda(struct i2c_target *target, bool level, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
