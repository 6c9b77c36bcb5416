/* SPDX-License-Identifier: Apache-2.0 */
/* A serial NOR flash chip behind peripherals/spi/spi_device.h.
 *
 * Modelled: the commands of flash_commands.def on 1, 2 and 4 lines, continuous read; identification, unique id, SFDP;
 * status registers with WEL, QE, SUS and the protected area by SEC, TB, BP, CMP; page program with wrap, which only
 * clears bits; erase; typical busy times; suspend and resume; deep power-down; reset; loss of power at any moment.
 *
 * What a program or erase does to the array appears when it is over. When power fails before that, a program has
 * written its first bytes, and one of them in part; an erase leaves bits that nobody can foretell: some cleared by the
 * preconditioning, later some set. Both by the node's seed.
 *
 * Not modelled: QPI, security registers, the HOLD and WP pins, wear, 4-byte addresses.
 * Source: data sheets of W25Q32JV (Winbond) and GD25Q32C (GigaDevice); JEDEC JESD216 (SFDP); facts 4.8. */
#ifndef VESPER_PERIPHERALS_FLASH_CHIP_FLASH_CHIP_H
#define VESPER_PERIPHERALS_FLASH_CHIP_FLASH_CHIP_H

#include "bus/dev.h"
#include "peripherals/spi/spi_device.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { FLASH_PAGE = 256, FLASH_SECTOR = 4096, FLASH_SFDP_SIZE = 80, FLASH_UNIQUE_ID_SIZE = 8 };
enum { FLASH_STATUS_BUSY = 1 << 0, FLASH_STATUS_WEL = 1 << 1, FLASH_STATUS_BP_LSB = 2 };
enum { FLASH_STATUS_TB = 1 << 5, FLASH_STATUS_SEC = 1 << 6, FLASH_STATUS_QE_1 = 1 << 6 };
enum { FLASH_STATUS_QE_2 = 1 << 1, FLASH_STATUS_CMP = 1 << 6, FLASH_STATUS_SUS = 1 << 7 };

struct flash_part {
    const char *name;
    uint32_t id; /* manufacturer, type, capacity */
    unsigned size_log2;
    enum flash_quad_enable { FLASH_QE_SR1_6, FLASH_QE_SR2_1 } quad_enable;
    uint32_t program_us, sector_us, block_32k_us, block_64k_us, chip_us;
};

/* All parts, in order; NULL past the end. */
const struct flash_part *flash_part_at(unsigned n);
/* The part of this name, without regard to case; NULL: none. */
const struct flash_part *flash_part_named(const char *name);
/* The default for a size in bytes, 1 to 16 MB; NULL: none. */
const struct flash_part *flash_part_of_size(uint32_t size);

struct flash_chip_config {
    const struct flash_part *part;
    uint8_t *bytes; /* the array: as many bytes as the part has, borrowed */
    uint8_t unique_id[FLASH_UNIQUE_ID_SIZE];
    void *ctx;
    void (*written)(void *ctx, uint32_t offset, uint32_t length); /* the array changed; may be NULL */
};

/* What a command answers with, or does when the chip is deselected. */
enum flash_effect {
    FLASH_EFFECT_NOTHING,
    FLASH_EFFECT_READ,
    FLASH_EFFECT_READ_STATUS_1,
    FLASH_EFFECT_READ_STATUS_2,
    FLASH_EFFECT_READ_STATUS_3,
    FLASH_EFFECT_READ_MANUFACTURER,
    FLASH_EFFECT_READ_JEDEC_ID,
    FLASH_EFFECT_READ_UNIQUE_ID,
    FLASH_EFFECT_READ_SFDP,
    FLASH_EFFECT_WRITE_ENABLE,
    FLASH_EFFECT_WRITE_ENABLE_VOLATILE,
    FLASH_EFFECT_WRITE_DISABLE,
    FLASH_EFFECT_WRITE_STATUS_1,
    FLASH_EFFECT_WRITE_STATUS_2,
    FLASH_EFFECT_WRITE_STATUS_3,
    FLASH_EFFECT_PROGRAM,
    FLASH_EFFECT_ERASE_SECTOR,
    FLASH_EFFECT_ERASE_BLOCK_32K,
    FLASH_EFFECT_ERASE_BLOCK_64K,
    FLASH_EFFECT_ERASE_CHIP,
    FLASH_EFFECT_SUSPEND,
    FLASH_EFFECT_RESUME,
    FLASH_EFFECT_POWER_DOWN,
    FLASH_EFFECT_RELEASE,
    FLASH_EFFECT_ENABLE_RESET,
    FLASH_EFFECT_RESET
};

struct flash_command {
    const char *name;
    uint8_t code, address_lines, idle_clocks, data_lines;
    enum flash_effect effect;
    unsigned flags;
};

/* What the chip is busy with. */
struct flash_job {
    enum flash_effect effect;
    uint32_t offset, length; /* of the array, or value of status registers */
    sim_time start, duration;
    sim_time left; /* while suspended */
    uint8_t page[FLASH_PAGE];
};

struct flash_chip {
    struct spi_device port; /* what a controller is given */
    struct dev_env *env;
    char name[64];
    struct flash_chip_config config;
    struct flash_command command[256]; /* name NULL: unknown */
    uint8_t sfdp[FLASH_SFDP_SIZE];
    struct rng rng;

    uint8_t status[3];  /* without BUSY, WEL and SUS */
    uint8_t lasting[3]; /* what survives loss of power */
    bool write_enabled, volatile_enabled, reset_enabled, asleep, suspended, busy;
    struct flash_job job;
    struct evq_event done;

    /* The transaction under way. */
    const struct flash_command *current; /* NULL: the command's bits are still coming, or are ignored */
    enum flash_stage {
        FLASH_STAGE_COMMAND,
        FLASH_STAGE_ADDRESS,
        FLASH_STAGE_IDLE,
        FLASH_STAGE_DATA,
        FLASH_STAGE_DEAF
    } stage;
    uint32_t shift; /* bits of the byte or address that is coming in */
    unsigned shift_bits;
    uint32_t address;
    unsigned idle_left;
    uint8_t mode_bits;
    unsigned mode_count;
    uint8_t incoming[FLASH_PAGE];
    uint8_t answer;                         /* byte that is going out */
    unsigned answer_bits;                   /* of it left */
    uint32_t data_count;                    /* whole bytes so far */
    const struct flash_command *continuous; /* the next transaction begins with an address */

    uint64_t erases, programs; /* counted */
};

/* env: borrowed; needs evq. Status registers as delivered: QE set on parts that ESP modules are delivered with. */
enum sim_status flash_chip_init(struct flash_chip *chip, const struct flash_chip_config *config, const char *name,
                                struct dev_env *env);
void flash_chip_fini(struct flash_chip *chip);

/* Power fails, and comes back: whatever is under way stays as far as it has come. */
void flash_chip_power_cut(struct flash_chip *chip, sim_time now);

/* Until when the chip does not answer reads; 0: it does. */
sim_time flash_chip_busy_until(const struct flash_chip *chip);

#ifdef __cplusplus
}
#endif
#endif
