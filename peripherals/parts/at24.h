/* SPDX-License-Identifier: Apache-2.0 */
/* AT24C32 and its larger relatives: EEPROMs on I2C with two bytes of address. Source: Microchip AT24C32E data sheet,
 * chapters 6 to 8: page writes that wrap within the page, the write cycle after STOP (5 ms at most; acknowledges
 * nothing), sequential reads that wrap at the end. */
#ifndef VESPER_PERIPHERALS_PARTS_AT24_H
#define VESPER_PERIPHERALS_PARTS_AT24_H

#include "peripherals/i2c/i2c_part.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { AT24_PAGE_MAX = 64 };
#define AT24_WRITE_CYCLE SIM_MS(5)

struct at24_config {
    uint8_t *memory; /* borrowed for good; 0xFF where it is blank */
    uint32_t size;   /* bytes, a power of two up to 65536 */
    unsigned page;   /* bytes, a power of two up to AT24_PAGE_MAX: 32 for the AT24C32 */
};

struct at24 {
    struct at24_config config;
    uint32_t address;
    unsigned bytes; /* of this transfer */
    uint8_t latched[AT24_PAGE_MAX];
    uint64_t latched_bytes; /* bit n: byte n of the page was written */
    sim_time ready;         /* end of the write cycle */
};

/* config: copied. */
void at24_init(struct at24 *at24, const struct at24_config *config);
/* The part for i2c_bus_attach; at24 stays in place. address: 0x50 to 0x57, as its pins are wired. */
struct i2c_part at24_part(struct at24 *at24, unsigned address);

#ifdef __cplusplus
}
#endif
#endif
