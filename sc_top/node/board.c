/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/node/board.h"

#include <stdlib.h>
#include <string.h>

#include "sc_top/node/node_priv.h"

/* --- Voltages ---------------------------------------------------------------------------------------------------- */

enum { DAC1_PAD = 25, DAC2_PAD = 26 };

void node_set_volts(struct node *node, unsigned pad, double volts)
{
    if (pad >= GPIO_PADS)
        return;
    node->board.analog[pad] = true;
    node->board.volts[pad] = volts;
}

double node_volts(struct node *node, unsigned pad, sim_time now)
{
    uint8_t code;
    if (node->board.analog[pad])
        return node->board.volts[pad];
    if ((pad == DAC1_PAD || pad == DAC2_PAD) && gpio_dac_code(&node->devices.gpio, pad, &code))
        return sens_dac_volts(&node->devices.sens, pad - DAC1_PAD, code, now);
    return gpio_level(&node->devices.gpio, pad, now) ? SENS_SUPPLY : 0;
}

/* --- I2C --------------------------------------------------------------------------------------------------------- */

struct board_part {
    struct board_part *next;
    struct lm75 lm75;
    double celsius;
    struct at24 at24;
    uint8_t memory[];
};

struct board_bus {
    struct board_bus *next;
    struct node *node;
    unsigned sda, scl;
    struct i2c_bus bus;
    struct board_part *parts;
};

static void pull_sda(void *ctx, bool low, sim_time now)
{
    const struct board_bus *bus = ctx;
    gpio_drive(&bus->node->devices.gpio, bus->sda, low ? GPIO_LOW : GPIO_PULL_HIGH, now);
}

static struct board_bus *find_bus(struct node *node, unsigned sda, unsigned scl, enum sim_status *status)
{
    *status = SIM_OK;
    for (struct board_bus *bus = node->board.buses; bus; bus = bus->next) {
        if (bus->sda == sda && bus->scl == scl)
            return bus;
        if (bus->sda == sda || bus->scl == scl || bus->sda == scl || bus->scl == sda)
            *status = SIM_BAD_VALUE;
    }
    return NULL;
}

static struct board_bus *find_or_add_bus(struct node *node, unsigned sda, unsigned scl, enum sim_status *status)
{
    struct gpio *gpio = &node->devices.gpio;
    struct board_bus *bus = find_bus(node, sda, scl, status);
    if (bus || *status != SIM_OK)
        return bus;
    if (sda >= GPIO_PADS || scl >= GPIO_PADS || sda == scl) {
        *status = SIM_BAD_VALUE;
        return NULL;
    }
    bus = calloc(1, sizeof *bus);
    if (!bus) {
        *status = SIM_NO_MEMORY;
        return NULL;
    }
    bus->node = node;
    bus->sda = sda;
    bus->scl = scl;
    bus->next = node->board.buses;
    node->board.buses = bus;
    i2c_bus_init(&bus->bus, &(struct i2c_bus_port){bus, pull_sda}, node->evq);
    gpio_drive(gpio, sda, GPIO_PULL_HIGH, node->now);
    gpio_drive(gpio, scl, GPIO_PULL_HIGH, node->now);
    gpio_watch(gpio, scl, i2c_bus_scl, &bus->bus);
    gpio_watch(gpio, sda, i2c_bus_sda, &bus->bus);
    return bus;
}

static enum sim_status attach(struct board_bus *bus, struct board_part *part, const struct i2c_part *what)
{
    enum sim_status status = i2c_bus_attach(&bus->bus, what);
    if (status != SIM_OK) {
        free(part);
        return status;
    }
    part->next = bus->parts;
    bus->parts = part;
    return SIM_OK;
}

static double celsius_of(void *ctx, sim_time now)
{
    (void)now;
    return ((const struct board_part *)ctx)->celsius;
}

enum sim_status node_attach_lm75(struct node *node, unsigned sda, unsigned scl, unsigned address, double celsius)
{
    enum sim_status status;
    struct board_bus *bus = find_or_add_bus(node, sda, scl, &status);
    if (!bus)
        return status;
    struct board_part *part = calloc(1, sizeof *part);
    if (!part)
        return SIM_NO_MEMORY;
    part->celsius = celsius;
    lm75_init(&part->lm75, &(struct lm75_config){part, celsius_of});
    const struct i2c_part what = lm75_part(&part->lm75, address);
    return attach(bus, part, &what);
}

enum sim_status node_attach_at24(struct node *node, unsigned sda, unsigned scl, unsigned address, uint32_t size,
                                 const uint8_t *content, size_t content_size)
{
    enum sim_status status;
    if (size < 256 || size > 65536 || (size & (size - 1)) || content_size > size)
        return SIM_BAD_VALUE;
    struct board_bus *bus = find_or_add_bus(node, sda, scl, &status);
    if (!bus)
        return status;
    struct board_part *part = calloc(1, sizeof *part + size);
    if (!part)
        return SIM_NO_MEMORY;
    memset(part->memory, 0xFF, size);
    if (content_size)
        memcpy(part->memory, content, content_size);
    at24_init(&part->at24, &(struct at24_config){part->memory, size, size > 8192 ? 64 : 32});
    const struct i2c_part what = at24_part(&part->at24, address);
    return attach(bus, part, &what);
}

void node_board_fini(struct node *node)
{
    node_board_spi_fini(node);
    while (node->board.buses) {
        struct board_bus *bus = node->board.buses;
        node->board.buses = bus->next;
        while (bus->parts) {
            struct board_part *part = bus->parts;
            bus->parts = part->next;
            free(part);
        }
        i2c_bus_fini(&bus->bus);
        free(bus);
    }
}
