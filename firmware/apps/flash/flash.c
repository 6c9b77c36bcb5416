/* SPDX-License-Identifier: Apache-2.0 */
/* The flash chip and the ways to it: commands of the controller and by hand, on one to four lines, by DMA, and through
 * the cache, with code that is executed from there. The program itself is in IRAM and works on flash behind 2 MB. */
#include <string.h>

#include "firmware/apps/check.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/regs/dport.h"
#include "firmware/drivers/spi.h"
#include "firmware/runtime/interrupt.h"

enum { AREA = 0x200000, SECTOR = 4096, PAGE = 256, MMU_PRO = 0x3FF10000, WINDOW = 0x3F500000, WINDOW_PAGE = 16 };
enum { BUSY = 1, WEL = 2 };

static struct checks checks;

/* ---- Commands by hand ------------------------------------------------------------------------------------------- */

static void command(uint8_t code)
{
    const struct spi_transaction t = {.has_command = true, .command = code};
    spi_transact(BASE_spi1, &t);
}

static void read_by(uint8_t code, uint32_t address, unsigned dummy_clocks, void *to, size_t size)
{
    const struct spi_transaction t = {.has_command = true,
                                      .command = code,
                                      .address = address,
                                      .address_bits = 24,
                                      .dummy_clocks = dummy_clocks,
                                      .in = to,
                                      .in_size = size};
    spi_transact(BASE_spi1, &t);
}

static uint8_t status(uint8_t code)
{
    uint8_t value;
    const struct spi_transaction t = {.has_command = true, .command = code, .in = &value, .in_size = 1};
    spi_transact(BASE_spi1, &t);
    return value;
}

static uint32_t wait_ready(void)
{
    uint32_t begin = ccount();
    while (status(0x05) & BUSY)
        ;
    return (ccount() - begin) / (clock_cpu_hz() / 1000000);
}

static void at(uint8_t code, uint32_t address)
{
    const struct spi_transaction t = {.has_command = true, .command = code, .address = address, .address_bits = 24};
    command(0x06);
    spi_transact(BASE_spi1, &t);
}

static void program(uint32_t address, const void *from, size_t size)
{
    const struct spi_transaction t = {
        .has_command = true, .command = 0x02, .address = address, .address_bits = 24, .out = from, .out_size = size};
    command(0x06);
    spi_transact(BASE_spi1, &t);
    wait_ready();
}

/* ---- Who is there ----------------------------------------------------------------------------------------------- */

static void check_identity(void)
{
    uint8_t id[3], unique[8], sfdp[8];
    const struct spi_transaction t = {.has_command = true, .command = 0x9F, .in = id, .in_size = 3};
    spi_transact(BASE_spi1, &t);
    uint32_t by_hand = (uint32_t)id[0] | (uint32_t)id[1] << 8 | (uint32_t)id[2] << 16;
    hw_write(BASE_spi1 + SPI_W, 0);
    spi_flash_command(BASE_spi1, SPI_CMD_FLASH_RDID);
    check_equal(&checks, "id by the controller's command", hw_read(BASE_spi1 + SPI_W) & 0xFFFFFF, by_hand);
    check_true(&checks, "capacity", id[2] >= 20 && id[2] <= 24);
    read_by(0x5A, 0, 8, sfdp, sizeof sfdp);
    check_true(&checks, "SFDP", memcmp(sfdp, "SFDP", 4) == 0);
    const struct spi_transaction u = {
        .has_command = true, .command = 0x4B, .dummy_clocks = 32, .in = unique, .in_size = sizeof unique};
    spi_transact(BASE_spi1, &u);
    bool is_blank = true;
    for (unsigned i = 0; i < sizeof unique; i++)
        is_blank = is_blank && unique[i] == 0xFF;
    check_true(&checks, "unique id", !is_blank);
    printf("flash: id %02x %02x %02x\n", id[0], id[1], id[2]);
}

/* ---- Erase, program, read --------------------------------------------------------------------------------------- */

static uint8_t pattern[SECTOR] __attribute__((aligned(4)));
static uint8_t back[SECTOR] __attribute__((aligned(4)));

static void fill_pattern(uint32_t seed)
{
    for (unsigned i = 0; i < sizeof pattern; i++) {
        seed = seed * 1664525 + 1013904223;
        pattern[i] = (uint8_t)(seed >> 24);
    }
}

static void read_back(uint32_t address, size_t size)
{
    memset(back, 0, sizeof back);
    for (size_t done = 0; done < size; done += 64)
        read_by(0x03, address + done, 0, back + done, size - done < 64 ? size - done : 64);
}

static void check_erase_and_program(void)
{
    fill_pattern(1);
    at(0x20, AREA);
    check_true(&checks, "busy while erasing", status(0x05) & BUSY);
    uint32_t us = wait_ready();
    check_true(&checks, "a sector takes 30 to 100 ms", us > 30000 && us < 100000);
    read_back(AREA, PAGE);
    check_true(&checks, "erased", back[0] == 0xFF && back[PAGE - 1] == 0xFF);
    for (unsigned i = 0; i < SECTOR; i += 64)
        program(AREA + i, pattern + i, 64);
    read_back(AREA, SECTOR);
    check_true(&checks, "programmed", memcmp(back, pattern, SECTOR) == 0);
    uint8_t zero = 0, half = 0xF0;
    program(AREA + 5, &half, 1);
    read_back(AREA, 64);
    check_equal(&checks, "bits are only cleared", back[5], pattern[5] & half);
    const struct spi_transaction t = {
        .has_command = true, .command = 0x02, .address = AREA, .address_bits = 24, .out = &zero, .out_size = 1};
    spi_transact(BASE_spi1, &t); /* without write enable */
    check_equal(&checks, "no write enable", status(0x05) & BUSY, 0);
}

/* The ROM's and ESP-IDF's legacy driver's way. */
static void check_controller_commands(void)
{
    uint32_t base = BASE_spi1;
    hw_write(base + SPI_ADDR, AREA + SECTOR);
    spi_flash_command(base, SPI_CMD_FLASH_WREN);
    spi_flash_command(base, SPI_CMD_FLASH_RDSR);
    check_equal(&checks, "RDSR after WREN", hw_get(base, SPI_RD_STATUS_STATUS), WEL);
    spi_flash_command(base, SPI_CMD_FLASH_SE);
    do
        spi_flash_command(base, SPI_CMD_FLASH_RDSR);
    while (hw_get(base, SPI_RD_STATUS_STATUS) & BUSY);
    hw_write(base + SPI_W, 0x64636261);
    hw_write(base + SPI_ADDR, 4u << 24 | (AREA + SECTOR));
    spi_flash_command(base, SPI_CMD_FLASH_WREN);
    spi_flash_command(base, SPI_CMD_FLASH_PP);
    wait_ready();
    static const struct {
        const char *name;
        enum spi_lines lines;
    } modes[] = {{"READ, one line", SPI_ONE},
                 {"READ, dual out", SPI_DUAL_DATA},
                 {"READ, dual I/O", SPI_DUAL},
                 {"READ, quad out", SPI_QUAD_DATA},
                 {"READ, quad I/O", SPI_QUAD}};
    for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        const struct spi_transaction set = {.has_command = true, .command = 0xFF, .lines = modes[i].lines};
        spi_transact(base, &set); /* leaves CTRL as the mode wants it */
        hw_write(base + SPI_W, 0);
        hw_write(base + SPI_ADDR, 4u << 24 | (AREA + SECTOR));
        spi_flash_command(base, SPI_CMD_FLASH_READ);
        check_equal(&checks, modes[i].name, hw_read(base + SPI_W), 0x64636261);
    }
}

static void check_dma(void)
{
    fill_pattern(2);
    at(0x20, AREA + 2 * SECTOR);
    wait_ready();
    for (unsigned i = 0; i < 4 * PAGE; i += PAGE) {
        const struct spi_transaction t = {.has_command = true,
                                          .command = 0x32, /* a page on four lines */
                                          .address = AREA + 2 * SECTOR + i,
                                          .address_bits = 24,
                                          .out = pattern + i,
                                          .out_size = PAGE,
                                          .lines = SPI_QUAD_DATA};
        command(0x06);
        spi_transact_dma(BASE_spi1, &t);
        wait_ready();
    }
    memset(back, 0, sizeof back);
    const struct spi_transaction t = {.has_command = true,
                                      .command = 0xEB,
                                      .address = (AREA + 2 * SECTOR) << 8,
                                      .address_bits = 32,
                                      .dummy_clocks = 4,
                                      .in = back,
                                      .in_size = 4 * PAGE,
                                      .lines = SPI_QUAD};
    spi_transact_dma(BASE_spi1, &t);
    check_true(&checks, "by DMA, there and back", memcmp(back, pattern, 4 * PAGE) == 0);
}

static void check_suspend(void)
{
    fill_pattern(2);
    at(0x20, AREA + 3 * SECTOR);
    delay_us(1000);
    command(0x75);
    delay_us(30);
    check_equal(&checks, "not busy while suspended", status(0x05) & BUSY, 0);
    check_equal(&checks, "suspended", status(0x35) >> 7, 1);
    read_back(AREA + 2 * SECTOR, 64);
    check_true(&checks, "read while suspended", memcmp(back, pattern, 64) == 0);
    command(0x7A);
    check_true(&checks, "goes on", wait_ready() > 1000);
    check_equal(&checks, "no longer suspended", status(0x35) >> 7, 0);
}

/* ---- Through the cache ------------------------------------------------------------------------------------------ */

static void flush_cache(void)
{
    hw_set(BASE_dport, DPORT_PRO_CACHE_CTRL_PRO_CACHE_FLUSH_ENA, 0);
    hw_set(BASE_dport, DPORT_PRO_CACHE_CTRL_PRO_CACHE_FLUSH_ENA, 1);
    while (!hw_get(BASE_dport, DPORT_PRO_CACHE_CTRL_PRO_CACHE_FLUSH_DONE))
        ;
}

static void set_page(unsigned entry, uint32_t value)
{
    hw_write(MMU_PRO + 4 * entry, value);
}

static void check_window(void)
{
    fill_pattern(1);
    hw_set(BASE_dport, DPORT_PRO_CACHE_CTRL_PRO_CACHE_ENABLE, 0);
    set_page(WINDOW_PAGE, AREA >> 16);
    set_page(WINDOW_PAGE + 1, 0x100);
    hw_set(BASE_dport, DPORT_PRO_CACHE_CTRL1_PRO_CACHE_MASK_DROM0, 0);
    flush_cache();
    hw_set(BASE_dport, DPORT_PRO_CACHE_CTRL_PRO_CACHE_ENABLE, 1);
    const uint8_t *window = (const uint8_t *)WINDOW;
    check_true(&checks, "seen through the cache", memcmp(window + 64, pattern + 64, SECTOR - 64) == 0);
    at(0x20, AREA);
    wait_ready();
    flush_cache();
    check_equal(&checks, "and so is what changed", *(const volatile uint32_t *)window, UINT32_MAX);
    check_equal(&checks, "no page", *(const volatile uint32_t *)(WINDOW + 0x10000), 0);
    check_true(&checks, "is reported", hw_get(BASE_dport, DPORT_PRO_DCACHE_DBUG0_PRO_CACHE_MMU_IA) & 1);
    hw_set(BASE_dport, DPORT_PRO_CACHE_CTRL1_PRO_CACHE_MMU_IA_CLR, 1);
    hw_set(BASE_dport, DPORT_PRO_CACHE_CTRL1_PRO_CACHE_MMU_IA_CLR, 0);
}

__attribute__((noinline, section(".flash.text"))) static uint32_t sum_in_flash(const uint32_t *words, unsigned count)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += words[i] ^ sum << 3;
    return sum;
}

__attribute__((noinline)) static uint32_t sum_in_ram(const uint32_t *words, unsigned count)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < count; i++)
        sum += words[i] ^ sum << 3;
    return sum;
}

static uint32_t time_of(uint32_t (*sum)(const uint32_t *, unsigned), const uint32_t *words, unsigned count,
                        uint32_t *result)
{
    uint32_t (*volatile call)(const uint32_t *, unsigned) = sum; /* neither inlined nor moved */
    uint32_t begin = ccount();
    *result = call(words, count);
    uint32_t end = ccount();
    return end - begin;
}

static void check_code_in_flash(void)
{
    uint32_t in_ram, in_flash;
    const uint32_t *words = (const uint32_t *)pattern;
    uint32_t ram = time_of(sum_in_ram, words, 64, &in_ram);
    ram = time_of(sum_in_ram, words, 64, &in_ram);
    flush_cache();
    uint32_t cold = time_of(sum_in_flash, words, 64, &in_flash), warm = time_of(sum_in_flash, words, 64, &in_flash);
    check_equal(&checks, "the same from flash", in_flash, in_ram);
    check_true(&checks, "hits cost nothing", warm <= ram + ram / 50 + 8 && ram <= warm + warm / 50 + 8);
    check_true(&checks, "misses cost lines", cold > warm + 500);
    flush_cache();
    const uint32_t *window = (const uint32_t *)(WINDOW + 2 * SECTOR);
    uint32_t first = time_of(sum_in_ram, window, 64, &in_ram), second = time_of(sum_in_ram, window, 64, &in_ram);
    printf("flash: %u lines of data: %u cycles each; code: %u cycles cold, %u warm, %u in RAM\n", 8u,
           (unsigned)(first - second) / 8, (unsigned)cold, (unsigned)warm, (unsigned)ram);
    check_true(&checks, "data misses, too", first > second + 8 * 100);
}

/* ---- Interrupts ------------------------------------------------------------------------------------------------- */

static volatile unsigned done, dma_done;

static void on_done(void *ctx)
{
    (void)ctx;
    hw_set(BASE_spi2, SPI_SLAVE_TRANS_DONE, 0);
    done++;
}

static void on_dma(void *ctx)
{
    (void)ctx;
    dma_done |= hw_read(BASE_spi2 + SPI_DMA_INT_ST);
    hw_write(BASE_spi2 + SPI_DMA_INT_CLR, UINT32_MAX);
}

static void check_interrupts(void)
{
    uint8_t out[200] __attribute__((aligned(4)));
    memset(out, 0x5A, sizeof out);
    spi_set_divider(BASE_spi2, 8); /* 10 MHz */
    hw_write(BASE_spi2 + SPI_SLAVE, hw_field(SPI_SLAVE_INT_EN, 0x10));
    hw_write(BASE_spi2 + SPI_DMA_INT_ENA, UINT32_MAX);
    interrupt_connect(SOURCE_SPI2, 1, on_done, NULL);
    interrupt_connect(SOURCE_SPI2_DMA, 1, on_dma, NULL);
    const struct spi_transaction t = {.out = out, .out_size = sizeof out};
    uint32_t begin = ccount();
    spi_transact_dma(BASE_spi2, &t);
    uint32_t us = (ccount() - begin) / (clock_cpu_hz() / 1000000);
    check_equal(&checks, "one transaction, one interrupt", done, 1);
    check_equal(&checks, "OUT_DONE, OUT_EOF, OUT_TOTAL_EOF", dma_done, 0x1C0);
    check_true(&checks, "200 bytes at 10 MHz: 160 us", us >= 160 && us < 175);
    interrupt_disconnect(SOURCE_SPI2);
    interrupt_disconnect(SOURCE_SPI2_DMA);
}

int main(void)
{
    check_identity();
    check_erase_and_program();
    check_controller_commands();
    check_dma();
    check_window();
    check_code_in_flash();
    check_suspend();
    check_interrupts();
    return check_summary(&checks, "flash");
}
