/* SPDX-License-Identifier: Apache-2.0 */
/* From registers to what goes over the line. */
#include <string.h>

#include "peripherals/spi/spi_priv.h"

#define REG_FILE "peripherals/spi/spi_regs.def"
#define REG_PREFIX SPI
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

/* --- Clock and lines -------------------------------------------------------------------------------------------- */

uint32_t spi_clock_divider(const struct spi *spi)
{
    const struct dev *dev = &spi->dev;
    if (reg_get(dev, SPI_CLOCK_CLK_EQU_SYSCLK))
        return 1;
    return (reg_get(dev, SPI_CLOCK_CLKDIV_PRE) + 1) * (reg_get(dev, SPI_CLOCK_CLKCNT_N) + 1);
}

/* How many lines data and address use. FASTRD_MODE lets the bits of CTRL count. */
static void set_lines(const struct dev *dev, struct spi_plan *plan)
{
    bool fast = reg_get(dev, SPI_CTRL_FASTRD_MODE);
    bool qio = fast && reg_get(dev, SPI_CTRL_FREAD_QIO), dio = fast && reg_get(dev, SPI_CTRL_FREAD_DIO);
    bool quad = fast && reg_get(dev, SPI_CTRL_FREAD_QUAD), dual = fast && reg_get(dev, SPI_CTRL_FREAD_DUAL);
    bool write_qio = reg_get(dev, SPI_USER_FWRITE_QIO), write_dio = reg_get(dev, SPI_USER_FWRITE_DIO);
    plan->read_lines = qio || quad ? 4 : dio || dual ? 2 : 1;
    plan->write_lines = write_qio || reg_get(dev, SPI_USER_FWRITE_QUAD)   ? 4
                        : write_dio || reg_get(dev, SPI_USER_FWRITE_DUAL) ? 2
                                                                          : 1;
    plan->address_lines = qio || write_qio ? 4 : dio || write_dio ? 2 : 1;
}

static void set_timing(const struct spi *spi, struct spi_plan *plan)
{
    const struct dev *dev = &spi->dev;
    plan->divider = spi_clock_divider(spi);
    plan->apb_hz = dev_hz(dev, CLOCK_APB);
    if (plan->apb_hz == 0) /* stopped: nobody can have asked */
        plan->apb_hz = 1000000;
    plan->setup = reg_get(dev, SPI_USER_CS_SETUP) ? reg_get(dev, SPI_CTRL2_SETUP_TIME) + 1 : 0;
    plan->hold = reg_get(dev, SPI_USER_CS_HOLD) ? reg_get(dev, SPI_CTRL2_HOLD_TIME) + 1 : 0;
    /* CPOL and CPHA by these two bits: ESP-IDF, spi_ll_master_set_mode. */
    unsigned idle_high = reg_get(dev, SPI_PIN_CK_IDLE_EDGE), out_edge = reg_get(dev, SPI_USER_CK_OUT_EDGE);
    plan->mode = idle_high << 1 | (idle_high ^ out_edge);
}

/* --- User transactions ------------------------------------------------------------------------------------------ */

static void put_big_endian(uint8_t *bytes, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(word >> (24 - 8 * i));
}

/* The command goes out from bit 7 of its low byte; the address from bit 31, its bits below the 32nd from SLV_WR_STATUS
 * (ESP-IDF, spi_ll_set_command and spi_ll_set_address). */
static void plan_user(struct spi *spi, struct spi_plan *plan)
{
    const struct dev *dev = &spi->dev;
    set_lines(dev, plan);
    if (reg_get(dev, SPI_USER_USR_COMMAND)) {
        uint32_t value = reg_get(dev, SPI_USER2_USR_COMMAND_VALUE);
        plan->command[0] = (uint8_t)value;
        plan->command[1] = (uint8_t)(value >> 8);
        plan->command_bits = reg_get(dev, SPI_USER2_USR_COMMAND_BITLEN) + 1;
    }
    if (reg_get(dev, SPI_USER_USR_ADDR)) {
        put_big_endian(&plan->address[0], reg_word(dev, SPI_ADDR));
        put_big_endian(&plan->address[4], reg_word(dev, SPI_SLV_WR_STATUS));
        plan->address_bits = reg_get(dev, SPI_USER1_USR_ADDR_BITLEN) + 1;
    }
    if (reg_get(dev, SPI_USER_USR_DUMMY))
        plan->dummy_clocks = reg_get(dev, SPI_USER1_USR_DUMMY_CYCLELEN) + 1;
    if (reg_get(dev, SPI_USER_USR_MOSI))
        plan->mosi_bits = reg_get(dev, SPI_MOSI_DLEN_USR_MOSI_DBITLEN) + 1;
    if (reg_get(dev, SPI_USER_USR_MISO))
        plan->miso_bits = reg_get(dev, SPI_MISO_DLEN_USR_MISO_DBITLEN) + 1;
    plan->both = reg_get(dev, SPI_USER_DOUTDIN);
    if (plan->both && plan->mosi_bits)
        plan->miso_bits = plan->miso_bits ? plan->mosi_bits : 0;
}

/* --- Flash commands of the controller's own --------------------------------------------------------------------- */

enum { FLASH_ADDRESS_BITS = 24 };

static void plan_flash(const struct dev *dev, struct spi_plan *plan, uint8_t command, bool has_address)
{
    plan->address_lines = plan->read_lines = plan->write_lines = 1;
    plan->command[0] = command;
    plan->command_bits = 8;
    if (has_address) {
        put_big_endian(plan->address, reg_word(dev, SPI_ADDR) << 8);
        plan->address_bits = FLASH_ADDRESS_BITS;
    }
}

/* The count of bytes in ADDR 31:24; 0 is none. */
static uint32_t flash_bits(const struct dev *dev)
{
    uint32_t bytes = reg_word(dev, SPI_ADDR) >> 24;
    return 8 * (bytes > 64 ? 64 : bytes);
}

/* Mode bits are part of the dummy clocks. Clocks: data sheets of the chips; facts 2.4. */
static void plan_read(const struct dev *dev, struct spi_plan *plan)
{
    set_lines(dev, plan);
    bool fast = reg_get(dev, SPI_CTRL_FASTRD_MODE);
    unsigned address_lines = plan->address_lines, read_lines = plan->read_lines;
    uint8_t command = !fast                ? 0x03
                      : address_lines == 4 ? 0xEB
                      : address_lines == 2 ? 0xBB
                      : read_lines == 4    ? 0x6B
                      : read_lines == 2    ? 0x3B
                                           : 0x0B;
    plan_flash(dev, plan, command, true);
    plan->address_lines = address_lines;
    plan->read_lines = read_lines;
    plan->dummy_clocks = !fast ? 0 : address_lines == 4 ? 6 : address_lines == 2 ? 4 : 8;
    if (address_lines > 1) { /* mode bits 0: no continuous read */
        plan->address_bits += 8;
        plan->dummy_clocks -= 8 / address_lines;
    }
    plan->miso_bits = flash_bits(dev);
}

static void plan_write_status(const struct dev *dev, struct spi_plan *plan)
{
    plan_flash(dev, plan, 0x01, false);
    plan->status[0] = (uint8_t)reg_word(dev, SPI_RD_STATUS);
    plan->status[1] = (uint8_t)(reg_word(dev, SPI_RD_STATUS) >> 8);
    plan->literal = plan->status;
    plan->mosi_bits = reg_get(dev, SPI_CTRL_WRSR_2B) ? 16 : 8;
}

static void plan_read_bytes(const struct dev *dev, struct spi_plan *plan, uint8_t command, uint32_t bits)
{
    plan_flash(dev, plan, command, false);
    plan->miso_bits = bits;
}

/* RES reads the electronic signature behind three idle bytes when RESANDRES is set, which is its reset value. */
static void plan_release(const struct dev *dev, struct spi_plan *plan)
{
    plan_flash(dev, plan, 0xAB, false);
    if (!reg_get(dev, SPI_CTRL_RESANDRES))
        return;
    plan->dummy_clocks = 24;
    plan->miso_bits = 8;
}

/* Commands that are nothing but a byte, or a byte and an address. */
struct flash_command {
    uint32_t place; /* field of CMD */
    uint8_t code;
    bool has_address;
};

static const struct flash_command plain_commands[] = {
    {SPI_CMD_FLASH_WREN, 0x06, false}, {SPI_CMD_FLASH_WRDI, 0x04, false}, {SPI_CMD_FLASH_PP, 0x02, true},
    {SPI_CMD_FLASH_SE, 0x20, true},    {SPI_CMD_FLASH_BE, 0xD8, true},    {SPI_CMD_FLASH_CE, 0x60, false},
    {SPI_CMD_FLASH_DP, 0xB9, false},   {SPI_CMD_FLASH_HPM, 0xA3, false},  {SPI_CMD_FLASH_PES, 0x75, false},
    {SPI_CMD_FLASH_PER, 0x7A, false},
};

static void plan_command(struct spi *spi, struct spi_plan *plan, uint32_t command)
{
    const struct dev *dev = &spi->dev;
    for (unsigned i = 0; i < sizeof plain_commands / sizeof plain_commands[0]; i++)
        if (command == REG_PLACE_MASK(plain_commands[i].place))
            plan_flash(dev, plan, plain_commands[i].code, plain_commands[i].has_address);
    if (command == REG_PLACE_MASK(SPI_CMD_FLASH_READ))
        plan_read(dev, plan);
    else if (command == REG_PLACE_MASK(SPI_CMD_FLASH_RDID))
        plan_read_bytes(dev, plan, 0x9F, 24);
    else if (command == REG_PLACE_MASK(SPI_CMD_FLASH_RDSR))
        plan_read_bytes(dev, plan, 0x05, 8);
    else if (command == REG_PLACE_MASK(SPI_CMD_FLASH_WRSR))
        plan_write_status(dev, plan);
    else if (command == REG_PLACE_MASK(SPI_CMD_FLASH_RES))
        plan_release(dev, plan);
    else if (command == REG_PLACE_MASK(SPI_CMD_FLASH_PP))
        plan->mosi_bits = flash_bits(dev);
    else if (command == REG_PLACE_MASK(SPI_CMD_FLASH_HPM))
        plan->dummy_clocks = 24;
    plan->into_status = command == REG_PLACE_MASK(SPI_CMD_FLASH_RDSR);
}

static bool is_write(uint32_t command)
{
    return command &
           (REG_PLACE_MASK(SPI_CMD_FLASH_PP) | REG_PLACE_MASK(SPI_CMD_FLASH_SE) | REG_PLACE_MASK(SPI_CMD_FLASH_BE) |
            REG_PLACE_MASK(SPI_CMD_FLASH_CE) | REG_PLACE_MASK(SPI_CMD_FLASH_WRSR));
}

bool spi_make_plan(struct spi *spi, uint32_t command)
{
    struct spi_plan *plan = &spi->plan;
    memset(plan, 0, sizeof *plan);
    set_timing(spi, plan);
    if (command == REG_PLACE_MASK(SPI_CMD_USR))
        plan_user(spi, plan);
    else
        plan_command(spi, plan, command);
    plan->until_idle = is_write(command) && reg_get(&spi->dev, SPI_CTRL_WAIT_FLASH_IDLE_EN);
    return plan->command_bits || plan->address_bits || plan->dummy_clocks || plan->mosi_bits || plan->miso_bits;
}

/* --- Lines of the caches ---------------------------------------------------------------------------------------- */

/* What a request of a cache costs beside its clocks, in clocks of APB: it crosses to the controller, waits for the
 * arbiter, and its last word crosses back. Not published: a choice within the 10 to 20 that facts 2.4 leaves open,
 * which moves no published figure by more than 2 % (docs/accuracy.md, "Cache misses"). */
enum { LINE_OVERHEAD_CYCLES = 12 };

static uint32_t flash_clocks(const struct spi *spi, uint32_t bits)
{
    const struct dev *dev = &spi->dev;
    struct spi_plan plan = {0};
    set_lines(dev, &plan);
    uint32_t address = reg_get(dev, SPI_USER1_USR_ADDR_BITLEN) + 1;
    uint32_t dummy = reg_get(dev, SPI_USER_USR_DUMMY) ? reg_get(dev, SPI_USER1_USR_DUMMY_CYCLELEN) + 1 : 0;
    bool is_fast = reg_get(dev, SPI_CTRL_FASTRD_MODE);
    return 8 + address / (is_fast ? plan.address_lines : 1) + dummy + bits / plan.read_lines;
}

static uint32_t ram_clocks(const struct spi *spi, bool is_write_back, uint32_t bits)
{
    const struct dev *dev = &spi->dev;
    uint32_t lines = reg_get(dev, SPI_CACHE_SCTRL_USR_SRAM_QIO)   ? 4
                     : reg_get(dev, SPI_CACHE_SCTRL_USR_SRAM_DIO) ? 2
                                                                  : 1;
    uint32_t command = is_write_back ? reg_get(dev, SPI_SRAM_DWR_CMD_CACHE_SRAM_USR_WR_CMD_BITLEN)
                                     : reg_get(dev, SPI_SRAM_DRD_CMD_CACHE_SRAM_USR_RD_CMD_BITLEN);
    bool has_dummy = is_write_back ? reg_get(dev, SPI_CACHE_SCTRL_USR_WR_SRAM_DUMMY)
                                   : reg_get(dev, SPI_CACHE_SCTRL_USR_RD_SRAM_DUMMY);
    uint32_t dummy = has_dummy ? reg_get(dev, SPI_CACHE_SCTRL_SRAM_DUMMY_CYCLELEN) + 1 : 0;
    uint32_t address = reg_get(dev, SPI_CACHE_SCTRL_SRAM_ADDR_BITLEN) + 1;
    return (command + 1 + address + bits) / lines + dummy;
}

sim_time spi_line_time(const struct spi *spi, enum spi_line what, unsigned bytes)
{
    const struct dev *dev = &spi->dev;
    struct spi_plan plan = {0};
    set_timing(spi, &plan);
    uint32_t clocks =
        what == SPI_LINE_FLASH ? flash_clocks(spi, 8 * bytes) : ram_clocks(spi, what == SPI_LINE_RAM_WRITE, 8 * bytes);
    /* DATE 31: flash at APB's full rate beside slower external RAM (ESP-IDF, psram_cache_init). */
    uint32_t divider = what == SPI_LINE_FLASH && reg_get(dev, SPI_DATE_CLK_DIV) & 2 ? 1 : plan.divider;
    uint64_t cycles = (uint64_t)(clocks + plan.setup + plan.hold) * divider + LINE_OVERHEAD_CYCLES;
    return bits_muldiv(cycles, SIM_PS_PER_S, plan.apb_hz);
}

/* --- As a boot loader leaves it --------------------------------------------------------------------------------- */

/* Address and dummy bits: ESP-IDF, spi_reg.h's SPI0_R_..., which the ROM uses as well. */
void spi_boot_flash(struct spi *spi, enum spi_flash_mode mode, unsigned divider)
{
    struct dev *dev = &spi->dev;
    bool is_io = mode == SPI_FLASH_QIO || mode == SPI_FLASH_DIO;
    reg_put(dev, SPI_CTRL_FASTRD_MODE, mode != SPI_FLASH_SLOW);
    reg_put(dev, SPI_CTRL_FREAD_QIO, mode == SPI_FLASH_QIO);
    reg_put(dev, SPI_CTRL_FREAD_QUAD, mode == SPI_FLASH_QOUT);
    reg_put(dev, SPI_CTRL_FREAD_DIO, mode == SPI_FLASH_DIO);
    reg_put(dev, SPI_CTRL_FREAD_DUAL, mode == SPI_FLASH_DOUT);
    reg_put(dev, SPI_USER_USR_DUMMY, mode != SPI_FLASH_SLOW);
    reg_put(dev, SPI_USER1_USR_ADDR_BITLEN, mode == SPI_FLASH_QIO ? 31 : is_io ? 27 : 23);
    reg_put(dev, SPI_USER1_USR_DUMMY_CYCLELEN, mode == SPI_FLASH_QIO ? 3 : is_io ? 1 : 7);
    reg_put(dev, SPI_CLOCK_CLK_EQU_SYSCLK, divider <= 1);
    if (divider > 1) {
        reg_put(dev, SPI_CLOCK_CLKDIV_PRE, 0);
        reg_put(dev, SPI_CLOCK_CLKCNT_N, divider - 1);
        reg_put(dev, SPI_CLOCK_CLKCNT_H, divider / 2 - 1);
        reg_put(dev, SPI_CLOCK_CLKCNT_L, divider - 1);
    }
    reg_put(dev, SPI_CACHE_FCTRL_CACHE_REQ_EN, 1);
}
