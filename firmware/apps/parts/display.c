/* SPDX-License-Identifier: Apache-2.0 */
/* An ST7789 on SPI2, through the GPIO matrix: commands from the controller's buffer, pixels by DMA with an interrupt
 * for each transaction, two buffers in turn, as ESP-IDF's spi_master and esp_lcd do it. */
#include "firmware/apps/parts/parts.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/gpio.h"
#include "firmware/drivers/regs/dport.h"
#include "firmware/drivers/spi.h"

enum { SCLK = 21, MOSI = 22, CS = 33, DC = 32, RESET = 4, HSPICLK = 8, HSPID = 10, HSPICS0 = 11 };
enum { BLOCK_SPI2 = 1 << 6, BLOCK_SPI_DMA = 1 << 22 };
enum { WIDTH = 240, HEIGHT = 320, ROWS = 16, BYTES = WIDTH * ROWS * 2, PIECES = 2, PIECE = BYTES / PIECES };
enum {
    SWRESET = 0x01,
    SLPOUT = 0x11,
    INVON = 0x21,
    DISPON = 0x29,
    CASET = 0x2A,
    RASET = 0x2B,
    RAMWR = 0x2C,
    COLMOD = 0x3A
};

struct descriptor {
    uint32_t control;
    const void *buffer;
    struct descriptor *next;
};

static uint16_t band[2][WIDTH * ROWS];
static struct descriptor list[2][PIECES];
static volatile unsigned done;

static void finished(void *ctx)
{
    (void)ctx;
    hw_set(BASE_spi2, SPI_SLAVE_TRANS_DONE, 0);
    done++;
}

static void send(uint8_t command, const uint8_t *parameters, size_t count)
{
    gpio_set(DC, false);
    spi_transact(BASE_spi2, &(struct spi_transaction){.out = &command, .out_size = 1});
    gpio_set(DC, true);
    if (count)
        spi_transact(BASE_spi2, &(struct spi_transaction){.out = parameters, .out_size = count});
}

static void begin_device(void)
{
    block_enable(BLOCK_SPI2);
    block_enable(BLOCK_SPI_DMA);
    hw_set(BASE_dport, DPORT_SPI_DMA_CHAN_SEL_SPI2_DMA_CHAN_SEL, 1);
    gpio_route_output(SCLK, HSPICLK);
    gpio_route_output(MOSI, HSPID);
    gpio_route_output(CS, HSPICS0);
    gpio_make_output(DC);
    gpio_make_output(RESET);
    spi_set_divider(BASE_spi2, 2); /* 40 MHz */
    hw_set(BASE_spi2, SPI_USER_CS_SETUP, 1);
    hw_set(BASE_spi2, SPI_USER_CS_HOLD, 1);
    gpio_set(RESET, false);
    delay_us(20);
    gpio_set(RESET, true);
}

static void begin_panel(void)
{
    send(SWRESET, NULL, 0);
    delay_us(120); /* hardware wants 120 ms */
    send(SLPOUT, NULL, 0);
    send(COLMOD, (const uint8_t[]){0x55}, 1);
    send(INVON, NULL, 0);
    send(DISPON, NULL, 0);
    send(CASET, (const uint8_t[]){0, 0, 0, WIDTH - 1}, 4);
    send(RASET, (const uint8_t[]){0, 0, (HEIGHT - 1) >> 8, (HEIGHT - 1) & 0xFF}, 4);
}

/* A disc of yellow on a blend of red and blue; the test has the same formula. */
static void draw(uint16_t *pixel, unsigned first_row)
{
    for (unsigned y = first_row; y < first_row + ROWS; y++)
        for (unsigned x = 0; x < WIDTH; x++) {
            int dx = (int)x - 120, dy = (int)y - 160;
            unsigned color = dx * dx + dy * dy < 80 * 80 ? 0xFFE0 : (x >> 3) << 11 | (y >> 4) << 5 | ((x ^ y) & 31);
            *pixel++ = (uint16_t)(color << 8 | color >> 8);
        }
}

static void start_band(unsigned which)
{
    uint32_t resets = hw_field(SPI_DMA_CONF_IN_RST, 1) | hw_field(SPI_DMA_CONF_OUT_RST, 1) |
                      hw_field(SPI_DMA_CONF_AHBM_RST, 1) | hw_field(SPI_DMA_CONF_AHBM_FIFO_RST, 1);
    for (unsigned i = 0; i < PIECES; i++) {
        bool is_last = i == PIECES - 1;
        list[which][i] =
            (struct descriptor){1u << 31 | (uint32_t)is_last << 30 | PIECE << 12 | PIECE,
                                (const uint8_t *)band[which] + i * PIECE, is_last ? NULL : &list[which][i + 1]};
    }
    uint32_t conf = hw_read(BASE_spi2 + SPI_DMA_CONF) & ~resets;
    hw_write(BASE_spi2 + SPI_DMA_CONF, conf | resets);
    hw_write(BASE_spi2 + SPI_DMA_CONF, conf | hw_field(SPI_DMA_CONF_OUT_DATA_BURST_EN, 1));
    hw_write(BASE_spi2 + SPI_MOSI_DLEN, BYTES * 8 - 1);
    __asm__ volatile("memw" ::: "memory");
    hw_write(BASE_spi2 + SPI_DMA_IN_LINK, hw_field(SPI_DMA_IN_LINK_INLINK_START, 1)); /* as ESP-IDF: no list */
    hw_write(BASE_spi2 + SPI_DMA_OUT_LINK,
             hw_field(SPI_DMA_OUT_LINK_OUTLINK_START, 1) | ((uint32_t)&list[which][0] & 0xFFFFF));
    hw_write(BASE_spi2 + SPI_CMD, hw_field(SPI_CMD_USR, 1));
}

void try_display(struct checks *checks)
{
    begin_device();
    begin_panel();
    send(RAMWR, NULL, 0);
    hw_set(BASE_spi2, SPI_USER_USR_MOSI, 1);
    hw_set(BASE_spi2, SPI_SLAVE_TRANS_DONE, 0);
    hw_set(BASE_spi2, SPI_SLAVE_INT_EN, 0x10);
    check_true(checks, "SPI2 has an interrupt", interrupt_connect(SOURCE_SPI2, 1, finished, NULL) >= 0);
    uint32_t begin = ccount(), busy = 0;
    for (unsigned n = 0; n < HEIGHT / ROWS; n++) {
        draw(band[n % 2], n * ROWS); /* while the last one is on the line */
        while (done < n)
            ;
        busy = ccount();
        start_band(n % 2);
    }
    while (done < HEIGHT / ROWS)
        ;
    uint32_t cycles = ccount() - busy;
    interrupt_disconnect(SOURCE_SPI2);
    printf("display: %u bands of %u bytes in %u us, the last one in %u us\n", HEIGHT / ROWS, BYTES,
           (unsigned)((ccount() - begin) / 240), (unsigned)(cycles / 240));
    /* 61,440 clocks at 40 MHz */
    check_true(checks, "a band takes 1,536 us on the line", cycles / 240 >= 1536 && cycles / 240 < 1545);
    check_equal(checks, "DMA has sent its list", hw_read(BASE_spi2 + SPI_OUT_EOF_DES_ADDR),
                (uint32_t)&list[(HEIGHT / ROWS - 1) % 2][PIECES - 1]);
}
