/* SPDX-License-Identifier: Apache-2.0 */
/* An AT25 EEPROM on SPI3's own pads with its chip select, and a MAX31855 beside it with one that software drives. */
#include <string.h>

#include "firmware/apps/parts/parts.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/gpio.h"
#include "firmware/drivers/regs/spi.h"
#include "firmware/drivers/spi.h"

enum { SCLK = 18, MISO = 19, MOSI = 23, EEPROM_CS = 5, SENSOR_CS = 15, BLOCK_SPI3 = 1 << 16 };
enum { WRITE = 2, READ = 3, RDSR = 5, WREN = 6, BUSY = 1 };
enum { ADDRESS = 0x340, COUNT = 32 };

static uint8_t status(void)
{
    uint8_t value = 0;
    spi_transact(BASE_spi3,
                 &(struct spi_transaction){.command = RDSR, .has_command = true, .in = &value, .in_size = 1});
    return value;
}

static void try_eeprom(struct checks *checks)
{
    static uint8_t out[COUNT] __attribute__((aligned(4))), in[COUNT] __attribute__((aligned(4)));
    for (unsigned i = 0; i < COUNT; i++)
        out[i] = (uint8_t)(7 * i + 1);
    spi_transact(BASE_spi3, &(struct spi_transaction){.command = WREN, .has_command = true});
    check_equal(checks, "EEPROM is enabled for writing", status(), 2);
    struct spi_transaction write = {.command = WRITE, .has_command = true, .address = ADDRESS, .address_bits = 16};
    write.out = out;
    write.out_size = COUNT;
    spi_transact(BASE_spi3, &write);
    uint32_t begin = ccount();
    while (status() & BUSY)
        ;
    uint32_t us = (ccount() - begin) / 240;
    check_true(checks, "EEPROM writes for 5 ms", us > 4900 && us < 5100);
    struct spi_transaction read = {.command = READ, .has_command = true, .address = ADDRESS, .address_bits = 16};
    read.in = in;
    read.in_size = COUNT;
    spi_transact(BASE_spi3, &read);
    check_true(checks, "EEPROM read back", memcmp(in, out, COUNT) == 0);
    memset(in, 0, COUNT);
    spi_transact_dma(BASE_spi3, &read);
    check_true(checks, "EEPROM read back by DMA", memcmp(in, out, COUNT) == 0);
}

static void try_thermocouple(struct checks *checks)
{
    uint8_t value[4];
    hw_set(BASE_spi3, SPI_PIN_CS0_DIS, 1);
    gpio_make_output(SENSOR_CS);
    gpio_set(SENSOR_CS, false);
    spi_transact(BASE_spi3, &(struct spi_transaction){.in = value, .in_size = 4});
    gpio_set(SENSOR_CS, true);
    check_equal(checks, "quarters of a degree", (uint32_t)value[0] << 6 | value[1] >> 2, 4 * 321 + 1);
    gpio_make_input(SENSOR_CS, GPIO_PULL_NONE);
}

/* The same by turning the pads, as soft SPI does. */
static void try_by_hand(struct checks *checks)
{
    uint32_t value = 0;
    gpio_make_output(SCLK);
    gpio_make_input(MISO, GPIO_PULL_NONE);
    gpio_make_output(SENSOR_CS);
    gpio_set(SCLK, false);
    gpio_set(SENSOR_CS, false);
    for (unsigned i = 0; i < 32; i++) {
        gpio_set(SCLK, true);
        value = value << 1 | gpio_get(MISO);
        gpio_set(SCLK, false);
    }
    gpio_set(SENSOR_CS, true);
    check_equal(checks, "quarters of a degree, by hand", value >> 18, 4 * 321 + 1);
}

void try_spi_parts(struct checks *checks)
{
    block_enable(BLOCK_SPI3);
    pad_use_native(SCLK);
    pad_use_native(MISO);
    pad_use_native(MOSI);
    pad_use_native(EEPROM_CS);
    spi_set_divider(BASE_spi3, 16); /* 5 MHz */
    gpio_make_output(SENSOR_CS);
    gpio_set(SENSOR_CS, true);
    try_eeprom(checks);
    try_thermocouple(checks);
    try_by_hand(checks);
}
