/* SPDX-License-Identifier: Apache-2.0 */
/* The memories on the board beside the chip: flash and external RAM. They know no reset but loss of power. And the
 * caches' way to them: SPI0, whose lines are SPI1's as well. */
#include "bus/base/rng.h"
#include "bus/cache.h"
#include "sc_top/node/node_priv.h"

static void flash_written(void *ctx, uint32_t offset, uint32_t length)
{
    struct node *node = ctx;
    bus_map_flash_written(node->map, offset, length);
}

/* Any sizes of memory will do for a program that is only mapped; a chip has one of those that are made. */
static enum sim_status init_flash(struct node *node)
{
    if (!node->flash)
        return SIM_OK;
    const char *name = node->config.flash_part;
    uint32_t size = flash_content_size(node->flash);
    const struct flash_part *part = name && *name ? flash_part_named(name) : flash_part_of_size(size);
    if (name && *name && (!part || UINT32_C(1) << part->size_log2 != size)) {
        log_at(node->config.log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, node->name,
               "flash chip %s: no such part, or not of %u bytes", name, (unsigned)size);
        return SIM_BAD_VALUE;
    }
    struct flash_chip_config config = {.part = part, .bytes = node->flash_view, .ctx = node, .written = flash_written};
    struct rng rng;
    rng_init(&rng, node->config.seed, node->config.number, "flash.unique_id");
    for (unsigned i = 0; i < FLASH_UNIQUE_ID_SIZE; i++)
        config.unique_id[i] = (uint8_t)rng_u32(&rng);
    return config.part ? flash_chip_init(&node->flash_chip, &config, "flash", &node->env) : SIM_OK;
}

static void psram_written(void *ctx, uint32_t offset, uint32_t length)
{
    struct node *node = ctx;
    bus_mem_wrote(bus_map_bank(node->map, BUS_BANK_PSRAM), offset, length);
}

static enum sim_status init_psram(struct node *node)
{
    struct bus_mem *bank = bus_map_bank(node->map, BUS_BANK_PSRAM);
    if (!bank)
        return SIM_OK;
    const struct psram_chip_config config = {
        .bytes = bank->bytes, .size = bank->size, .ctx = node, .written = psram_written};
    return psram_chip_init(&node->psram_chip, &config, "psram", &node->env);
}

/* --- Lines of the caches ---------------------------------------------------------------------------------------- */

static sim_time line_duration(void *ctx, enum bus_line line, sim_time now)
{
    struct node *node = ctx;
    static const enum spi_line of[] = {
        [BUS_LINE_FLASH] = SPI_LINE_FLASH,
        [BUS_LINE_RAM_READ] = SPI_LINE_RAM_READ,
        [BUS_LINE_RAM_WRITE] = SPI_LINE_RAM_WRITE,
    };
    if (line == BUS_LINE_FLASH && node->flash_chip.config.part && now < flash_chip_busy_until(&node->flash_chip))
        log_once(node->config.log, LOG_GUEST, now, node->flash_chip.name, 0x1000,
                 "a cache reads while the chip is busy erasing or programming: hardware would read ones");
    return spi_line_time(&node->devices.spi0, of[line], BUS_CACHE_LINE);
}

static sim_time lines_busy_until(void *ctx, sim_time now)
{
    const struct node *node = ctx;
    (void)now;
    return spi_busy_until(&node->devices.spi1);
}

static void decrypt_flash(void *ctx, uint32_t offset, const uint8_t *cipher, uint8_t *plain, uint32_t length)
{
    struct node *node = ctx;
    flash_crypt_decrypt(&node->devices.flash_crypt, offset, cipher, plain, length);
}

struct bus_flash_filter node_flash_filter(struct node *node)
{
    return (struct bus_flash_filter){.ctx = node, .decrypt = decrypt_flash};
}

struct bus_line_port node_chip_lines(struct node *node)
{
    return (struct bus_line_port){.ctx = node, .duration = line_duration, .busy_until = lines_busy_until};
}

/* --- Boot ------------------------------------------------------------------------------------------------------- */

enum { BOOTLOADER = 0x1000, IMAGE_MAGIC = 0xE9 };

/* The header that ROM and boot loader go by: the boot loader's, or the application's if it is alone. An ELF file has
 * none, and gets what ESP-IDF builds by default: DIO at 40 MHz. Facts 3.3. */
static const uint8_t *boot_header(const struct node *node)
{
    const struct image *image = node->config.image;
    if (!node->flash_view || image->kind == IMAGE_ELF)
        return NULL;
    const uint8_t *header = node->flash_view + (image->kind == IMAGE_APP ? image->flash_offset : BOOTLOADER);
    return header[0] == IMAGE_MAGIC ? header : NULL;
}

void node_chips_boot(struct node *node)
{
    const uint8_t *header = boot_header(node);
    enum spi_flash_mode mode = header && header[2] <= SPI_FLASH_SLOW ? (enum spi_flash_mode)header[2] : SPI_FLASH_DIO;
    unsigned speed = header ? header[3] & 0xF : 0;
    unsigned divider = speed == 0xF ? 1 : speed <= 2 ? speed + 2 : 2;
    spi_boot_flash(&node->devices.spi0, mode, divider);
    spi_boot_flash(&node->devices.spi1, mode, divider);
}

/* --- Life ------------------------------------------------------------------------------------------------------- */

enum sim_status node_chips_init(struct node *node)
{
    SIM_TRY(init_flash(node));
    return init_psram(node);
}

const uint8_t *node_flash_bytes(const struct node *node, uint32_t *size)
{
    *size = node->flash_view ? flash_content_size(node->flash) : 0;
    return node->flash_view;
}

void node_chips_power_cut(struct node *node, sim_time now)
{
    if (node->flash_chip.config.part)
        flash_chip_power_cut(&node->flash_chip, now);
    psram_chip_power_cut(&node->psram_chip);
}

void node_chips_fini(struct node *node)
{
    flash_chip_fini(&node->flash_chip);
}
