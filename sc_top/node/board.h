/* SPDX-License-Identifier: Apache-2.0 */
/* The board around the chip: voltages at pads, and I2C parts on pairs of pads. */
#ifndef VESPER_SC_TOP_NODE_BOARD_H
#define VESPER_SC_TOP_NODE_BOARD_H

#include "peripherals/gpio/gpio.h"
#include "peripherals/i2c/i2c_bus.h"
#include "peripherals/parts/at24.h"
#include "peripherals/parts/lm75.h"

#ifdef __cplusplus
extern "C" {
#endif

struct node;

/* A node's board: zero-initialised with the node. */
struct node_board {
    bool analog[GPIO_PADS]; /* a voltage was given */
    double volts[GPIO_PADS];
    double celsius; /* of the chip */
    struct board_bus *buses;
};

/* Puts a voltage on a pad from now on, for the analog-to-digital converters. */
void node_set_volts(struct node *node, unsigned pad, double volts);

/* The voltage at a pad: what was given, else what the DAC says, else the supply or 0 by its level. */
double node_volts(struct node *node, unsigned pad, sim_time now);

/* Puts an I2C part on two pads, which get pull-up resistors. SIM_BUSY: its address is taken there; SIM_BAD_VALUE: no
 * such pads or address, or one of the pads belongs to another bus; SIM_NO_MEMORY. The part lives as long as the node.
 */
enum sim_status node_attach_lm75(struct node *node, unsigned sda, unsigned scl, unsigned address, double celsius);
/* size: a power of two, 256 to 65536. content: borrowed for the call; the rest is 0xFF. */
enum sim_status node_attach_at24(struct node *node, unsigned sda, unsigned scl, unsigned address, uint32_t size,
                                 const uint8_t *content, size_t content_size);

void node_board_fini(struct node *node);

#ifdef __cplusplus
}
#endif
#endif
