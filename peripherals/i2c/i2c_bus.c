/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/i2c/i2c_bus.h"

#include <string.h>

static bool bus_address(void *ctx, unsigned address, bool read, sim_time now)
{
    struct i2c_bus *bus = ctx;
    bus->addressed = NULL;
    for (unsigned i = 0; i < bus->parts; i++)
        if (bus->part[i].address == address)
            bus->addressed = &bus->part[i];
    if (!bus->addressed)
        return false;
    const struct i2c_part *part = bus->addressed;
    return !part->ops->start || part->ops->start(part->ctx, read, now);
}

static bool bus_write(void *ctx, uint8_t byte, sim_time now)
{
    const struct i2c_part *part = ((struct i2c_bus *)ctx)->addressed;
    return part->ops->write(part->ctx, byte, now);
}

static uint8_t bus_read(void *ctx, sim_time now)
{
    const struct i2c_part *part = ((struct i2c_bus *)ctx)->addressed;
    return part->ops->read(part->ctx, now);
}

static void bus_stop(void *ctx, sim_time now)
{
    const struct i2c_part *part = ((struct i2c_bus *)ctx)->addressed;
    if (part->ops->stop)
        part->ops->stop(part->ctx, now);
}

static void bus_pull(void *ctx, bool low, sim_time now)
{
    const struct i2c_bus *bus = ctx;
    bus->port.pull_sda(bus->port.ctx, low, now);
}

static const struct i2c_target_ops target_ops = {
    .address = bus_address, .write = bus_write, .read = bus_read, .stop = bus_stop, .pull = bus_pull};

void i2c_bus_init(struct i2c_bus *bus, const struct i2c_bus_port *port, struct evq *evq)
{
    memset(bus, 0, sizeof *bus);
    bus->port = *port;
    i2c_target_init(&bus->target, &target_ops, bus, evq);
}

void i2c_bus_fini(struct i2c_bus *bus)
{
    i2c_target_fini(&bus->target);
}

enum sim_status i2c_bus_attach(struct i2c_bus *bus, const struct i2c_part *part)
{
    if (part->address > 0x7F || bus->parts == I2C_BUS_PARTS)
        return SIM_BAD_VALUE;
    for (unsigned i = 0; i < bus->parts; i++)
        if (bus->part[i].address == part->address)
            return SIM_BUSY;
    bus->part[bus->parts++] = *part;
    return SIM_OK;
}

void i2c_bus_scl(void *ctx, bool level, sim_time now)
{
    i2c_target_scl(&((struct i2c_bus *)ctx)->target, level, now);
}

void i2c_bus_sda(void *ctx, bool level, sim_time now)
{
    i2c_target_sda(&((struct i2c_bus *)ctx)->target, level, now);
}
