/* SPDX-License-Identifier: Apache-2.0 */
/* A serial pseudo-static RAM (ESP-PSRAM32, ESP-PSRAM64, APS6404L) behind peripherals/spi/spi_device.h: what ESP-IDF's
 * driver sends to it by SPI1 while it starts. The caches reach its memory by the map, with SPI0's timing.
 *
 * Modelled: identification, reads and writes in SPI and QPI mode, entering and leaving QPI, reset. What the chip holds
 * is the map's bank of external RAM. Not modelled: burst lengths and pages (a burst goes on over their ends), refresh.
 *
 * ESP-IDF delays the chip's clock by two cycles against chip select (its GPIO matrix loop) and sends two clocks first
 * to make up for it. As nothing is delayed here, two leading bits alone, or a leading zero byte in QPI, are passed
 * over.
 *
 * Source: data sheet of APS6404L-3SQR; ESP-IDF, esp_psram_impl_quad.c (commands, identification). */
#ifndef VESPER_PERIPHERALS_PSRAM_CHIP_PSRAM_CHIP_H
#define VESPER_PERIPHERALS_PSRAM_CHIP_PSRAM_CHIP_H

#include "bus/dev.h"
#include "peripherals/spi/spi_device.h"

#ifdef __cplusplus
extern "C" {
#endif

struct psram_chip_config {
    uint8_t *bytes; /* size bytes, borrowed */
    uint32_t size;  /* 2, 4 or 8 MB */
    void *ctx;
    void (*written)(void *ctx, uint32_t offset, uint32_t length); /* may be NULL */
};

struct psram_command;

struct psram_chip {
    struct spi_device port; /* what a controller is given */
    struct dev_env *env;
    char name[64];
    struct psram_chip_config config;
    bool qpi, reset_enabled;

    /* The transaction under way. */
    enum psram_stage { PSRAM_COMMAND, PSRAM_ADDRESS, PSRAM_IDLE, PSRAM_DATA, PSRAM_DEAF } stage;
    const struct psram_command *current;
    uint32_t shift, address, count;
    unsigned shift_bits, idle_left, answer_bits;
    uint8_t answer;
};

/* False: there is no such chip. */
bool psram_chip_size_is_made(uint32_t size);

/* env: borrowed. */
enum sim_status psram_chip_init(struct psram_chip *chip, const struct psram_chip_config *config, const char *name,
                                struct dev_env *env);

/* Power fails and comes back: SPI mode; what the memory holds then is nobody's guess, and is kept here. */
void psram_chip_power_cut(struct psram_chip *chip);

#ifdef __cplusplus
}
#endif
#endif
