/* SPDX-License-Identifier: Apache-2.0 */
/* A board full of parts, driven through the registers in the way of ESP-IDF's drivers: display, EEPROMs and sensors on
 * SPI and I2C, LED PWM with fades, analog converters, UARTs, timers, eFuses. */
#include "firmware/apps/parts/parts.h"

#include "firmware/drivers/chip.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/regs/dport.h"
#include "firmware/drivers/regs/efuse.h"
#include "firmware/drivers/regs/io_mux.h"
#include "firmware/drivers/uart.h"

void block_enable(uint32_t bit)
{
    uint32_t clocks = BASE_dport + DPORT_PERIP_CLK_EN, resets = BASE_dport + DPORT_PERIP_RST_EN;
    hw_write(clocks, dport_read(clocks) | bit);
    hw_write(resets, dport_read(resets) | bit);
    hw_write(resets, dport_read(resets) & ~bit);
}

void pad_use_native(unsigned pad)
{
    uint32_t offset = pad == 5 ? 0x6C : pad == 18 ? 0x70 : pad == 19 ? 0x74 : 0x8C; /* facts 4.4 */
    uint32_t base = BASE_io_mux + offset - REG_PLACE_OFFSET(IO_MUX_GPIO0_MCU_SEL);
    hw_set(base, IO_MUX_GPIO0_MCU_SEL, 1);
    hw_set(base, IO_MUX_GPIO0_FUN_IE, 1);
}

/* Block 3 is the user's. Codes of operations as ESP-IDF's esp_efuse_utility.c writes them. */
void try_efuse(struct checks *checks)
{
    enum { PROGRAM = 0x5A5A, READ = 0x5AA5, START_READ = 1, START_PROGRAM = 2 };
    uint32_t before = hw_read(BASE_efuse + EFUSE_BLK3_RDATA0 + 4);
    hw_write(BASE_efuse + EFUSE_BLK3_WDATA0 + 4, 0xC0DE);
    hw_write(BASE_efuse + EFUSE_CONF, PROGRAM);
    hw_write(BASE_efuse + EFUSE_CMD, START_PROGRAM);
    while (hw_read(BASE_efuse + EFUSE_CMD))
        ;
    hw_write(BASE_efuse + EFUSE_BLK3_WDATA0 + 4, 0);
    check_equal(checks, "eFuse shows the old word", hw_read(BASE_efuse + EFUSE_BLK3_RDATA0 + 4), before);
    hw_write(BASE_efuse + EFUSE_CONF, READ);
    hw_write(BASE_efuse + EFUSE_CMD, START_READ);
    while (hw_read(BASE_efuse + EFUSE_CMD))
        ;
    check_equal(checks, "eFuse was burnt", hw_read(BASE_efuse + EFUSE_BLK3_RDATA0 + 4), before | 0xC0DE);
}

int main(void)
{
    struct checks checks = {0, 0};
    clock_set_cpu_mhz(240);
    uart_init(0, 115200);
    printf("parts: chip of revision %u\n", chip_revision());
    try_pwm(&checks);
    try_display(&checks);
    try_spi_parts(&checks);
    try_i2c(&checks);
    try_analog(&checks);
    try_serial(&checks);
    try_timers(&checks);
    try_efuse(&checks);
    return check_summary(&checks, "parts");
}
