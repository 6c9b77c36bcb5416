/* SPDX-License-Identifier: Apache-2.0 */
/* The board around the chip: voltages at pads, I2C parts on pairs of pads, SPI parts with their pads. */
#ifndef VESPER_SC_TOP_NODE_BOARD_H
#define VESPER_SC_TOP_NODE_BOARD_H

#include "peripherals/gpio/gpio.h"
#include "peripherals/i2c/i2c_bus.h"
#include "peripherals/parts/at24.h"
#include "peripherals/parts/at25.h"
#include "peripherals/parts/lcd.h"
#include "peripherals/parts/lm75.h"
#include "peripherals/parts/max31855.h"

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
    struct board_spi_part *spi_parts;
    struct board_spi_clock *spi_clocks;
    struct board_spi_master *spi_masters; /* SPI2 and SPI3; NULL: no parts */
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

/* The pads of an SPI part, which gets a pull-up resistor at its chip select. It takes part in a transfer while its chip
 * select is low, be that the controller's line or a GPIO: of SPI2 or SPI3, whose clock is on its clock pad, through
 * IO_MUX or the matrix; or of software that turns the pads bit by bit. */
struct node_spi_pads {
    unsigned sclk, mosi, miso, cs;
};

/* SIM_BUSY: another part has this chip select, or the data pad belongs to a UART's host end; SIM_BAD_VALUE: no such
 * pads or size; SIM_NO_MEMORY. The part lives as long as the node. */
enum sim_status node_attach_max31855(struct node *node, const struct node_spi_pads *pads, double celsius);
/* size: a power of two, 1024 to 65536. content: as above. */
enum sim_status node_attach_at25(struct node *node, const struct node_spi_pads *pads, uint32_t size,
                                 const uint8_t *content, size_t content_size);

/* A display. Frames are told at the multiples of `interval` at which there is something new, or with interval 0 when
 * nothing has changed for NODE_FRAME_QUIET; and by node_frames_finish when something has changed since. */
#define NODE_FRAME_QUIET SIM_MS(20)
struct node_display {
    enum lcd_chip chip;
    unsigned dc, reset; /* pads; reset >= GPIO_PADS: not wired */
    sim_time interval;
    void *ctx;
    void (*frame)(void *ctx, const struct lcd *lcd, sim_time time);
};
enum sim_status node_attach_display(struct node *node, const struct node_spi_pads *pads,
                                    const struct node_display *display);
void node_frames_finish(struct node *node, sim_time time);

void node_board_fini(struct node *node);
void node_board_spi_fini(struct node *node);

#ifdef __cplusplus
}
#endif
#endif
