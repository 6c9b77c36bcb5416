/* SPDX-License-Identifier: Apache-2.0 */
/* Two wires of a board with I2C parts on them. It follows the wires, so it serves the chip's controllers and software
 * that makes the bits by itself. */
#ifndef VESPER_PERIPHERALS_I2C_I2C_BUS_H
#define VESPER_PERIPHERALS_I2C_I2C_BUS_H

#include "bus/base/status.h"
#include "peripherals/i2c/i2c_part.h"
#include "peripherals/i2c/i2c_target.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { I2C_BUS_PARTS = 16 };

struct i2c_bus_port {
    void *ctx;
    /* A part pulls SDA low, or lets it go. */
    void (*pull_sda)(void *ctx, bool low, sim_time now);
};

struct i2c_bus {
    struct i2c_bus_port port;
    struct i2c_target target;
    struct i2c_part part[I2C_BUS_PARTS];
    unsigned parts;
    const struct i2c_part *addressed;
};

/* No parts. evq: borrowed. */
void i2c_bus_init(struct i2c_bus *bus, const struct i2c_bus_port *port, struct evq *evq);
void i2c_bus_fini(struct i2c_bus *bus);

/* SIM_BUSY: another part has this address. SIM_BAD_VALUE: not 7 bits, or no more room. part: copied. */
enum sim_status i2c_bus_attach(struct i2c_bus *bus, const struct i2c_part *part);

/* A wire changed; line_fn's, with a struct i2c_bus *. */
void i2c_bus_scl(void *bus, bool level, sim_time now);
void i2c_bus_sda(void *bus, bool level, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
