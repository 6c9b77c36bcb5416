/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/parts/lcd.h"

#include <string.h>

#include "bus/base/bits.h"

/* Commands of both chips; the names are those of the data sheets. */
enum {
    SWRESET = 0x01,
    RDDID = 0x04,
    RDDST = 0x09,
    RDDPM = 0x0A,
    RDDMADCTL = 0x0B,
    RDDCOLMOD = 0x0C,
    RDDIM = 0x0D,
    RDDSDR = 0x0F,
    SLPIN = 0x10,
    SLPOUT = 0x11,
    PTLON = 0x12,
    NORON = 0x13,
    INVOFF = 0x20,
    INVON = 0x21,
    DISPOFF = 0x28,
    DISPON = 0x29,
    CASET = 0x2A,
    RASET = 0x2B,
    RAMWR = 0x2C,
    RAMRD = 0x2E,
    PTLAR = 0x30,
    VSCRDEF = 0x33,
    MADCTL = 0x36,
    VSCRSADD = 0x37,
    IDMOFF = 0x38,
    IDMON = 0x39,
    COLMOD = 0x3A,
    RAMWRC = 0x3C,
    RAMRDC = 0x3E,
    RDID1 = 0xDA,
    RDID2 = 0xDB,
    RDID3 = 0xDC,
    RDID4 = 0xD3,
    SPI_READ = 0xD9 /* ILI9341 */
};

enum { MADCTL_BGR = 1 << 3, MADCTL_MV = 1 << 5, MADCTL_MX = 1 << 6, MADCTL_MY = 1 << 7 };
enum { FORMAT_12 = 3, FORMAT_16 = 5, FORMAT_18 = 6 };
enum { WHITE = 0xFFFFFF };

static void changed(const struct lcd *lcd, sim_time now)
{
    if (lcd->config.changed)
        lcd->config.changed(lcd->config.ctx, now);
}

/* --- Frame memory ------------------------------------------------------------------------------------------------ */

static unsigned columns_of(const struct lcd *lcd)
{
    return lcd->madctl & MADCTL_MV ? LCD_ROWS : LCD_COLUMNS;
}

static unsigned rows_of(const struct lcd *lcd)
{
    return lcd->madctl & MADCTL_MV ? LCD_COLUMNS : LCD_ROWS;
}

/* The pixel at the pointer; NULL: the window goes beyond the memory. */
static uint32_t *pixel(struct lcd *lcd)
{
    unsigned x = lcd->madctl & MADCTL_MV ? lcd->row : lcd->column;
    unsigned y = lcd->madctl & MADCTL_MV ? lcd->column : lcd->row;
    if (x >= LCD_COLUMNS || y >= LCD_ROWS)
        return NULL;
    return &lcd->memory[lcd->madctl & MADCTL_MY ? LCD_ROWS - 1 - y : y]
                       [lcd->madctl & MADCTL_MX ? LCD_COLUMNS - 1 - x : x];
}

static void to_window_start(struct lcd *lcd)
{
    lcd->column = lcd->first_column;
    lcd->row = lcd->first_row;
    lcd->left_bits = 0;
}

static void advance(struct lcd *lcd)
{
    if (lcd->column++ < lcd->last_column)
        return;
    lcd->column = lcd->first_column;
    if (lcd->row++ >= lcd->last_row)
        lcd->row = lcd->first_row;
}

/* A channel of few bits fills its byte by repetition, so that all ones are white. */
static uint32_t channel(uint32_t value, unsigned bits)
{
    return bits == 4 ? value * 0x11 : bits == 5 ? value << 3 | value >> 2 : value << 2 | value >> 4;
}

static uint32_t color_of(uint32_t value, unsigned bits)
{
    switch (bits) {
    case 12:
        return channel(value >> 8 & 0xF, 4) << 16 | channel(value >> 4 & 0xF, 4) << 8 | channel(value & 0xF, 4);
    case 16:
        return channel(value >> 11 & 0x1F, 5) << 16 | channel(value >> 5 & 0x3F, 6) << 8 | channel(value & 0x1F, 5);
    default: /* six bits at the upper end of each byte */
        return channel(value >> 18 & 0x3F, 6) << 16 | channel(value >> 10 & 0x3F, 6) << 8 |
               channel(value >> 2 & 0x3F, 6);
    }
}

static void write_pixels(struct lcd *lcd, uint8_t byte)
{
    unsigned format = lcd->colmod & 7;
    unsigned bits = format == FORMAT_16 ? 16 : format == FORMAT_12 && lcd->config.chip == LCD_ST7789 ? 12 : 24;
    lcd->left = lcd->left << 8 | byte;
    lcd->left_bits += 8;
    if (lcd->left_bits < bits)
        return;
    lcd->left_bits -= bits;
    uint32_t *place = pixel(lcd);
    if (place)
        *place = color_of(lcd->left >> lcd->left_bits, bits);
    advance(lcd);
}

/* A pixel to be read: three bytes, whatever COLMOD says. */
static void answer_pixel(struct lcd *lcd)
{
    const uint32_t *place = pixel(lcd);
    uint32_t color = place ? *place : 0;
    for (unsigned i = 0; i < 3; i++)
        lcd->answer[i] = (uint8_t)(color >> (16 - 8 * i) & 0xFC);
    lcd->answer_bits = 24;
    lcd->answered = 0;
    advance(lcd);
}

/* --- What is answered --------------------------------------------------------------------------------------------- */

static uint32_t status(const struct lcd *lcd)
{
    return (uint32_t)lcd->awake << 31 | (uint32_t)(lcd->madctl & 0xFC) << 23 | (uint32_t)(lcd->colmod & 7) << 20 |
           (uint32_t)lcd->idle << 19 | (uint32_t)lcd->partial << 18 | (uint32_t)lcd->awake << 17 |
           (uint32_t)!lcd->partial << 16 | (uint32_t)lcd->inverted << 13 | (uint32_t)lcd->on << 10;
}

static uint8_t power_mode(const struct lcd *lcd)
{
    return (uint8_t)(lcd->awake << 7 | lcd->idle << 6 | lcd->partial << 5 | lcd->awake << 4 | !lcd->partial << 3 |
                     lcd->on << 2);
}

/* `idle` clocks come first; SPI_READ may skip bytes. */
static void answer(struct lcd *lcd, uint32_t value, unsigned bytes, unsigned idle)
{
    for (unsigned i = 0; i < bytes; i++)
        lcd->answer[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
    bool skips = lcd->read_index > 0 && lcd->read_index <= bytes;
    lcd->answered = skips ? 8 * (lcd->read_index - 1) : 0;
    lcd->idle_bits = skips ? 0 : idle;
    lcd->answer_bits = 8 * bytes;
    lcd->read_index = 0;
}

static void answer_command(struct lcd *lcd)
{
    bool is_st = lcd->config.chip == LCD_ST7789;
    uint32_t id = is_st ? 0x858552 : 0;
    switch (lcd->command) {
    case RDDID:
        answer(lcd, id, 3, 1);
        break;
    case RDDST:
        answer(lcd, status(lcd), 4, 1);
        break;
    case RDDPM:
        answer(lcd, power_mode(lcd), 1, 0);
        break;
    case RDDMADCTL:
        answer(lcd, lcd->madctl, 1, 0);
        break;
    case RDDCOLMOD:
        answer(lcd, lcd->colmod, 1, 0);
        break;
    case RDDIM:
        answer(lcd, is_st ? (uint32_t)lcd->inverted << 5 : 0, 1, 0);
        break;
    case RDDSDR:
        answer(lcd, lcd->awake ? 0xC0 : 0, 1, 0);
        break;
    case RDID1:
    case RDID2:
    case RDID3:
        answer(lcd, id >> 8 * (unsigned)(RDID3 - lcd->command) & 0xFF, 1, 0);
        break;
    case RDID4:
        if (!is_st)
            answer(lcd, 0x009341, 3, 8);
        break;
    case RAMRD:
    case RAMRDC:
        answer_pixel(lcd);
        lcd->idle_bits = 8;
        break;
    default:
        break;
    }
}

/* --- Commands ----------------------------------------------------------------------------------------------------- */

static void take_command(struct lcd *lcd, sim_time now)
{
    switch (lcd->command) {
    case SWRESET:
        lcd_reset(lcd, now);
        return;
    case SLPIN:
    case SLPOUT:
        lcd->awake = lcd->command == SLPOUT;
        break;
    case PTLON:
    case NORON:
        lcd->partial = lcd->command == PTLON;
        lcd->scroll_start = lcd->partial ? lcd->scroll_start : 0;
        break;
    case INVOFF:
    case INVON:
        lcd->inverted = lcd->command == INVON;
        break;
    case DISPOFF:
    case DISPON:
        lcd->on = lcd->command == DISPON;
        break;
    case IDMOFF:
    case IDMON:
        lcd->idle = lcd->command == IDMON;
        break;
    case RAMWR:
    case RAMRD:
        to_window_start(lcd);
        break;
    default:
        break;
    }
    answer_command(lcd);
    if (lcd->command >= SLPIN && lcd->command < CASET)
        changed(lcd, now);
}

/* A pair of parameters. */
static uint16_t pair(const struct lcd *lcd, unsigned place)
{
    return (uint16_t)(lcd->parameter[place] << 8 | lcd->parameter[place + 1]);
}

static uint16_t at_most(uint16_t value, unsigned limit)
{
    return value > limit ? (uint16_t)limit : value;
}

static void take_four(struct lcd *lcd)
{
    switch (lcd->command) {
    case CASET:
        lcd->first_column = pair(lcd, 0);
        lcd->last_column = at_most(pair(lcd, 2), columns_of(lcd) - 1);
        break;
    case RASET:
        lcd->first_row = pair(lcd, 0);
        lcd->last_row = at_most(pair(lcd, 2), rows_of(lcd) - 1);
        break;
    case PTLAR:
        lcd->partial_first = pair(lcd, 0);
        lcd->partial_last = pair(lcd, 2);
        break;
    case VSCRDEF:
        lcd->top_fixed = at_most(pair(lcd, 0), LCD_ROWS);
        lcd->scrolling = at_most(pair(lcd, 2), LCD_ROWS - lcd->top_fixed);
        break;
    default:
        break;
    }
}

static void take_parameter(struct lcd *lcd, uint8_t byte, sim_time now)
{
    if (lcd->command == RAMWR || lcd->command == RAMWRC) {
        write_pixels(lcd, byte);
        return;
    }
    if (lcd->parameters == sizeof lcd->parameter)
        return;
    lcd->parameter[lcd->parameters++] = byte;
    if (lcd->parameters == 1 && lcd->command == MADCTL)
        lcd->madctl = byte;
    else if (lcd->parameters == 1 && lcd->command == COLMOD)
        lcd->colmod = byte;
    else if (lcd->parameters == 1 && lcd->command == SPI_READ && lcd->config.chip == LCD_ILI9341)
        lcd->read_index = byte & 0x10 ? byte & 0xF : 0;
    else if (lcd->parameters == 2 && lcd->command == VSCRSADD)
        lcd->scroll_start = pair(lcd, 0);
    else if (lcd->parameters == 4)
        take_four(lcd);
    else
        return;
    changed(lcd, now);
}

static void take_byte(struct lcd *lcd, uint8_t byte, bool is_data, sim_time now)
{
    if (is_data) {
        take_parameter(lcd, byte, now);
        return;
    }
    lcd->command = byte;
    lcd->parameters = 0;
    take_command(lcd, now);
}

/* --- The line ----------------------------------------------------------------------------------------------------- */

static bool next_answer_bit(struct lcd *lcd)
{
    if (lcd->idle_bits > 0) {
        lcd->idle_bits--;
        return true;
    }
    if (lcd->answered == lcd->answer_bits && (lcd->command == RAMRD || lcd->command == RAMRDC))
        answer_pixel(lcd);
    if (lcd->answered >= lcd->answer_bits)
        return true; /* nobody drives the line */
    bool bit = lcd->answer[lcd->answered / 8] >> (7 - lcd->answered % 8) & 1;
    lcd->answered++;
    return bit;
}

static void answer_bits(struct lcd *lcd, uint8_t *in, uint32_t bits)
{
    for (uint32_t i = 0; i < bits; i++)
        if (!next_answer_bit(lcd))
            in[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
}

static void take_bits(struct lcd *lcd, const uint8_t *out, uint32_t bits, sim_time now)
{
    bool is_data = lcd->config.is_data(lcd->config.ctx, now), is_drawing = false;
    for (uint32_t i = 0; i < bits;) {
        unsigned n = lcd->bits == 0 && bits - i >= 8 && i % 8 == 0 ? 8 : 1;
        lcd->byte = (uint8_t)(n == 8 ? out[i / 8] : lcd->byte << 1 | (out[i / 8] >> (7 - i % 8) & 1));
        lcd->bits = (lcd->bits + n) % 8;
        i += n;
        if (lcd->bits != 0)
            continue;
        take_byte(lcd, lcd->byte, is_data, now);
        is_drawing = is_drawing || (is_data && (lcd->command == RAMWR || lcd->command == RAMWRC));
    }
    if (is_drawing)
        changed(lcd, now);
}

static void transfer(void *ctx, const struct spi_transfer *transfer)
{
    struct lcd *lcd = ctx;
    sim_time end = transfer->start + transfer->period * (transfer->bits / transfer->lines);
    bool is_answering = lcd->answered < lcd->answer_bits;
    if (transfer->lines != 1)
        return;
    if (!transfer->out && !transfer->in)
        lcd->idle_bits -= transfer->bits < lcd->idle_bits ? transfer->bits : lcd->idle_bits;
    else if (is_answering && transfer->in)
        answer_bits(lcd, transfer->in, transfer->bits);
    else if (transfer->out)
        take_bits(lcd, transfer->out, transfer->bits, end);
}

static void deselect(void *ctx, sim_time now)
{
    struct lcd *lcd = ctx;
    (void)now;
    lcd->bits = 0;
    lcd->answer_bits = lcd->answered = lcd->idle_bits = 0;
}

/* --- The panel ---------------------------------------------------------------------------------------------------- */

static bool is_in_partial_area(const struct lcd *lcd, unsigned row)
{
    bool behind_first = row >= lcd->partial_first, before_last = row <= lcd->partial_last;
    return lcd->partial_first <= lcd->partial_last ? behind_first && before_last : behind_first || before_last;
}

static unsigned scrolled_row(const struct lcd *lcd, unsigned row)
{
    if (row < lcd->top_fixed || row >= (unsigned)lcd->top_fixed + lcd->scrolling || lcd->scroll_start < lcd->top_fixed)
        return row;
    return lcd->top_fixed + (row - lcd->top_fixed + lcd->scroll_start - lcd->top_fixed) % lcd->scrolling;
}

static uint32_t swap_red_and_blue(uint32_t color)
{
    return color >> 16 | (color & 0xFF00) | (color & 0xFF) << 16;
}

/* Modules with ILI9341 have their panel mirrored and with blue first; those with ST7789 have one that is inverted. */
uint32_t lcd_shown(const struct lcd *lcd, unsigned column, unsigned row)
{
    bool is_ili = lcd->config.chip == LCD_ILI9341;
    if (!lcd->awake || !lcd->on || (lcd->partial && !is_in_partial_area(lcd, row)))
        return 0;
    uint32_t color = lcd->memory[scrolled_row(lcd, row)][is_ili ? LCD_COLUMNS - 1 - column : column];
    if (lcd->idle)
        color = (color >> 7 & 0x010101) * 0xFF;
    if (!(lcd->madctl & MADCTL_BGR) == is_ili)
        color = swap_red_and_blue(color);
    return lcd->inverted == is_ili ? color ^ WHITE : color;
}

/* --- Life --------------------------------------------------------------------------------------------------------- */

void lcd_reset(struct lcd *lcd, sim_time now)
{
    lcd->madctl = 0;
    lcd->colmod = FORMAT_18 << 4 | FORMAT_18;
    lcd->awake = lcd->on = lcd->inverted = lcd->idle = lcd->partial = false;
    lcd->first_column = lcd->first_row = lcd->partial_first = 0;
    lcd->last_column = LCD_COLUMNS - 1;
    lcd->last_row = lcd->partial_last = LCD_ROWS - 1;
    lcd->top_fixed = lcd->scroll_start = 0;
    lcd->scrolling = LCD_ROWS;
    lcd->command = 0;
    lcd->parameters = 0;
    lcd->read_index = 0;
    deselect(lcd, now);
    to_window_start(lcd);
    changed(lcd, now);
}

void lcd_init(struct lcd *lcd, const struct lcd_config *config)
{
    memset(lcd, 0, sizeof *lcd);
    lcd->config = *config;
    lcd->config.changed = NULL; /* there is nothing to see yet */
    lcd->port = (struct spi_device){.ctx = lcd, .transfer = transfer, .deselect = deselect};
    lcd_reset(lcd, 0);
    lcd->config.changed = config->changed;
}
