/* SPDX-License-Identifier: Apache-2.0 */
/* EEPROM on SPI with two bytes of address: AT25080 to AT25512, 25LC080 to 25LC512. Source: Microchip 25LC256 data
 * sheet, chapter 2: READ, WRITE within a page, WREN, WRDI, RDSR, WRSR with block protection; a write takes AT25_WRITE,
 * during which only RDSR is answered. Modes 0 and 3. Not modelled: the pins HOLD and WP. */
#ifndef VESPER_PERIPHERALS_PARTS_AT25_H
#define VESPER_PERIPHERALS_PARTS_AT25_H

#include <stdbool.h>

#include "peripherals/spi/spi_device.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AT25_WRITE SIM_MS(5)

enum { AT25_PAGE_MAX = 128 };

struct at25_config {
    uint8_t *memory; /* borrowed */
    uint32_t size;   /* a power of two, 1024 to 65536 */
    unsigned page;   /* a power of two, up to AT25_PAGE_MAX */
};

struct at25 {
    struct spi_device port; /* for spi_attach */
    struct at25_config config;
    uint8_t shifted; /* byte on the line */
    unsigned bits;   /* of this selection */
    uint8_t command, status;
    uint32_t address;
    uint8_t latched[AT25_PAGE_MAX];
    uint64_t latched_bytes[AT25_PAGE_MAX / 64];
    sim_time ready; /* the last write ends */
};

/* config: copied. */
void at25_init(struct at25 *at25, const struct at25_config *config);

#ifdef __cplusplus
}
#endif
#endif
