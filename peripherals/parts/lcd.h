/* SPDX-License-Identifier: Apache-2.0 */
/* Colour displays on SPI: ILI9341 and ST7789 with a panel of up to 240 by 320 pixels, as wired on common modules.
 * Sources: ILITEK ILI9341 data sheet, chapters 7.1 (serial interface), 8 (commands), 9 (memory map); Sitronix ST7789V
 * data sheet, chapters 8 and 9. Serial interface with a data/command pin, which is looked at with the last bit of each
 * byte.
 *
 * Modelled: frame memory of 240 by 320 pixels; CASET, RASET, RAMWR, RAMRD and their continuations with the window's
 * wrap; MADCTL's MY, MX, MV and BGR; COLMOD with 16 and 18 bits a pixel, 12 on ST7789; sleep, display on and off,
 * normal and partial mode, inversion, idle mode's 8 colours, vertical scrolling; the read commands of identification,
 * status, power mode, MADCTL, COLMOD and image mode; reset by command and by pin. Modules differ in their panels: those
 * of ILI9341 need BGR set for true colours, those of ST7789 (IPS) need inversion on.
 *
 * Other commands are taken with their parameters, and change nothing that can be seen. Commands take effect at once:
 * the 5 ms and 120 ms that software must wait after reset and sleep out are up to it. Not modelled: gamma curves,
 * brightness, the tearing line, RGB and parallel interfaces, nine-bit transfers. */
#ifndef VESPER_PERIPHERALS_PARTS_LCD_H
#define VESPER_PERIPHERALS_PARTS_LCD_H

#include <stdbool.h>

#include "peripherals/spi/spi_device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LCD_COLUMNS = 240, LCD_ROWS = 320 };

enum lcd_chip { LCD_ILI9341, LCD_ST7789 };

struct lcd_config {
    enum lcd_chip chip;
    void *ctx;
    bool (*is_data)(void *ctx, sim_time now); /* level of the data/command pin */
    void (*changed)(void *ctx, sim_time now); /* what the panel shows may have changed; NULL: nobody wants to know */
};

struct lcd {
    struct spi_device port; /* for spi_attach */
    struct lcd_config config;
    uint32_t memory[LCD_ROWS][LCD_COLUMNS]; /* 0xRRGGBB as written */

    /* the byte on the line */
    uint8_t byte;
    unsigned bits;

    uint8_t command, parameter[6];
    unsigned parameters; /* of the command so far */
    unsigned left_bits;  /* pixel data that do not fill a pixel yet: their number, and themselves */
    uint32_t left;

    /* what it answers to a read command, and how many bits of it are out; the first ones may be idle clocks */
    uint8_t answer[8];
    unsigned answer_bits, answered, idle_bits;
    unsigned read_index; /* the next read begins with this byte */

    uint16_t first_column, last_column, first_row, last_row; /* window, as addressed */
    uint16_t column, row;                                    /* next pixel */
    uint16_t top_fixed, scrolling, scroll_start;             /* rows: VSCRDEF, VSCRSADD */
    uint16_t partial_first, partial_last;
    uint8_t madctl, colmod;
    bool awake, on, inverted, idle, partial;
};

/* config: copied. */
void lcd_init(struct lcd *lcd, const struct lcd_config *config);
/* The reset pin, or power. The frame memory keeps what it has. */
void lcd_reset(struct lcd *lcd, sim_time now);

/* What the panel shows at a place, 0xRRGGBB: column 0..239 and row 0..319 from the corner of address 0,0 with MADCTL 0.
 */
uint32_t lcd_shown(const struct lcd *lcd, unsigned column, unsigned row);

#ifdef __cplusplus
}
#endif
#endif
