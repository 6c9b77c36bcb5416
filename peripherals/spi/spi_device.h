/* SPDX-License-Identifier: Apache-2.0 */
/* What a chip at an SPI bus looks like to the controller: flash, external RAM, display, sensor.
 *
 * A transaction is: select, any number of transfers, deselect. A transfer is a run of clocks during which the lines
 * keep their roles: the command, the address, idle clocks, data. Bits stand in bytes as they go over the line, the
 * first in bit 7 of byte 0; with 2 or 4 lines a clock carries so many bits, the highest line's first. A transfer need
 * not end at a byte; the next one may go on in the middle of the device's. */
#ifndef VESPER_PERIPHERALS_SPI_SPI_DEVICE_H
#define VESPER_PERIPHERALS_SPI_SPI_DEVICE_H

#include <stdint.h>

#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

struct spi_transfer {
    const uint8_t *out; /* from the controller; NULL: it drives nothing */
    uint8_t *in;        /* to the controller; all ones before the call, as a line that nobody drives; NULL: not read */
    uint32_t bits;      /* clocks times lines */
    unsigned lines;     /* that carry data one way: 1, 2 or 4 */
    unsigned mode;      /* 0..3: CPOL and CPHA */
    sim_time start;     /* of the first clock */
    sim_time period;    /* of a clock */
};

/* Without `in` and `out`: idle ("dummy") clocks. A controller sends more of them than the chip asks for when pads and
 * wires delay what it reads; as they do not here, a device takes what follows as its first bits of data all the same.
 */

struct spi_device {
    void *ctx;
    void (*select)(void *ctx, sim_time now); /* may be NULL */
    void (*transfer)(void *ctx, const struct spi_transfer *transfer);
    void (*deselect)(void *ctx, sim_time now); /* may be NULL; here commands take effect */
};

#ifdef __cplusplus
}
#endif
#endif
