/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks that no ESP32 has, on a node's bus: RTL (sc_top/rtl). To be called between node_create and node_power_on. */
#ifndef VESPER_SC_TOP_NODE_NODE_BLOCK_H
#define VESPER_SC_TOP_NODE_NODE_BLOCK_H

#include "bus/dev.h"
#include "bus/intmatrix.h"
#include "sc_top/node/node.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NODE_BLOCKS = 16 };

struct node_block {
    const char *name;     /* borrowed */
    uint32_t first, last; /* in peripheral space, bounds at multiples of 256 */
    struct bus_port *port;
    void *ctx;
    void (*reset)(void *ctx, sim_time now); /* with every reset of the digital core, not for power-on */
};

/* SIM_BUSY: *taken is the name of what is there already, or NULL when the node has NODE_BLOCKS of them; SIM_BAD_VALUE:
 * not in peripheral space. Copied. */
enum sim_status node_attach(struct node *node, const struct node_block *block, const char **taken);

/* What its devices get: events, clocks, DMA, log, trace. */
struct dev_env *node_env(struct node *node);

/* The line of an interrupt source for a block; NULL when a device or another block has it, whose name is *taken. */
struct line *node_take_interrupt(struct node *node, enum intmatrix_source source, const char *name, const char **taken);

/* Pads and the matrix: peripherals/gpio/gpio.h. */
struct gpio;
struct gpio *node_gpio(struct node *node);

#ifdef __cplusplus
}
#endif
#endif
