/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/efuse/efuse.h"

#include <stdlib.h>
#include <string.h>

static void efuse_cmd_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t efuse_int_st_read(struct dev *dev, unsigned index, uint32_t stored);
static void efuse_int_ena_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void efuse_int_clr_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/efuse/efuse_regs.def"
#define REG_PREFIX EFUSE
#define REG_TABLE efuse_regs
#define REG_BLOCK "EFUSE"
#define REG_SOURCE "ESP32 TRM, chapter eFuse Controller"
#define REG_SIZE 0x200
#include "bus/reg_expand.h"

enum { OP_CODE_READ = 0x5AA5, OP_CODE_PROGRAM = 0x5A5A };
enum { CODING_NONE, CODING_3_OF_4, CODING_REPEAT }; /* 3 is reserved, and counts as none */

static const sim_time read_time = SIM_US(10), program_time = SIM_US(10), burn_time_of_a_bit = SIM_US(10);

static const uint32_t rdata[EFUSE_BLOCKS] = {EFUSE_BLK0_RDATA0, EFUSE_BLK1_RDATA, EFUSE_BLK2_RDATA, EFUSE_BLK3_RDATA0};
static const uint32_t wdata[EFUSE_BLOCKS] = {EFUSE_BLK0_WDATA0, EFUSE_BLK1_WDATA, EFUSE_BLK2_WDATA, EFUSE_BLK3_WDATA0};

static struct efuse *efuse_of(struct dev *dev)
{
    return (struct efuse *)dev; /* first member */
}

static unsigned words_of(unsigned block)
{
    return block == 0 ? 7 : EFUSE_WORDS;
}

/* ---- Protection -------------------------------------------------------------------------------------------------- */

/* Fields of block 0 by the bit of WR_DIS that protects them, in masks of their words. */
static const struct {
    uint8_t wr_dis, word;
    uint32_t mask;
} write_protection[] = {
    {0, 0, 0x000F0000},  /* RD_DIS */
    {1, 0, 0x0000FFFF},  /* WR_DIS */
    {2, 0, 0x0FF00000},  /* FLASH_CRYPT_CNT, UART_DOWNLOAD_DIS */
    {3, 1, 0xFFFFFFFF},  /* MAC */
    {3, 2, 0x00FFFFFF},  /* MAC, MAC_CRC */
    {3, 3, 0x0000000B},  /* DISABLE_APP_CPU, DISABLE_BT, DIS_CACHE */
    {3, 5, 0x00C00000},  /* VOL_LEVEL_HP_INV */
    {4, 4, 0x00001FFF},  /* CLK8M_FREQ, ADC_VREF */
    {5, 4, 0x0001C000},  /* XPD_SDIO, TIEH, FORCE */
    {6, 5, 0x000FFFFF},  /* SPI_PAD_CONFIG of CLK, Q, D, CS0 */
    {10, 3, 0x00004000}, /* BLK3_PART_RESERVE */
    {10, 5, 0xF0000000}, /* FLASH_CRYPT_CONFIG */
    {10, 6, 0x00000403}, /* CODING_SCHEME, KEY_STATUS */
    {12, 6, 0x00000010}, /* ABS_DONE_0 */
    {13, 6, 0x00000020}, /* ABS_DONE_1 */
    {14, 6, 0x00000040}, /* JTAG_DISABLE */
    {15, 6, 0x00000384}, /* CONSOLE_DEBUG_DISABLE, DISABLE_DL_ENCRYPT, _DECRYPT, _CACHE */
};

/* Blocks 1, 2, 3 have bits 7, 8, 9 of WR_DIS and bits 0, 1, 2 of RD_DIS. */
static uint32_t write_protected(const struct efuse *efuse, unsigned block, unsigned word)
{
    uint32_t wr_dis = reg_field_of(efuse->fuse[0][0], EFUSE_BLK0_WDATA0_WR_DIS), mask = 0;
    if (block > 0)
        return bits_test(wr_dis, 6 + block) ? UINT32_MAX : 0;
    for (size_t i = 0; i < sizeof write_protection / sizeof write_protection[0]; i++)
        if (write_protection[i].word == word && bits_test(wr_dis, write_protection[i].wr_dis))
            mask |= write_protection[i].mask;
    return mask;
}

static uint32_t read_protected(const struct efuse *efuse, unsigned block, unsigned word)
{
    static const uint32_t of_block_0[EFUSE_WORDS] = {[3] = 0x00004000, [5] = 0xF0000000, [6] = 0x00000403};
    uint32_t rd_dis = reg_field_of(efuse->fuse[0][0], EFUSE_BLK0_WDATA0_RD_DIS);
    if (block > 0)
        return bits_test(rd_dis, block - 1) ? UINT32_MAX : 0;
    return bits_test(rd_dis, 3) ? of_block_0[word] : 0;
}

/* ---- Commands ---------------------------------------------------------------------------------------------------- */

/* 3/4: six bytes, their exclusive or, and the sum of their numbers of ones times 1 to 6. */
static bool fits_code(const uint8_t group[8])
{
    uint8_t all = 0;
    unsigned ones = 0;
    for (unsigned i = 0; i < 6; i++) {
        all ^= group[i];
        ones += (i + 1) * (unsigned)__builtin_popcount(group[i]);
    }
    return all == group[6] && (uint8_t)ones == group[7];
}

static void take_group(const uint32_t *words, unsigned group, uint8_t bytes[8])
{
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(words[2 * group + i / 4] >> 8 * (i % 4));
}

/* Returns a bit for each group whose code does not fit. */
static uint32_t decode_3_of_4(const uint32_t fuse[EFUSE_WORDS], uint32_t data[EFUSE_WORDS])
{
    uint32_t warnings = 0;
    memset(data, 0, EFUSE_WORDS * sizeof data[0]);
    for (unsigned group = 0; group < 4; group++) {
        uint8_t bytes[8];
        take_group(fuse, group, bytes);
        warnings |= (uint32_t)!fits_code(bytes) << group;
        for (unsigned i = 0; i < 6; i++)
            data[(6 * group + i) / 4] |= (uint32_t)bytes[i] << 8 * ((6 * group + i) % 4);
    }
    return warnings;
}

/* The second half repeats the first; a fuse that was burnt in either counts. */
static uint32_t decode_repeat(const uint32_t fuse[EFUSE_WORDS], uint32_t data[EFUSE_WORDS])
{
    uint32_t warnings = 0;
    for (unsigned word = 0; word < EFUSE_WORDS; word++)
        data[word] = word < 4 ? fuse[word] | fuse[word + 4] : 0;
    for (unsigned word = 0; word < 4; word++)
        warnings |= (uint32_t)(fuse[word] != fuse[word + 4]) << word;
    return warnings;
}

static uint32_t decode(const struct efuse *efuse, unsigned block, uint32_t data[EFUSE_WORDS])
{
    const uint32_t *fuse = efuse->fuse[block];
    switch (block == 0 ? CODING_NONE : reg_field_of(efuse->fuse[0][6], EFUSE_BLK0_WDATA6_CODING_SCHEME)) {
    case CODING_3_OF_4:
        return decode_3_of_4(fuse, data);
    case CODING_REPEAT:
        return decode_repeat(fuse, data);
    default:
        memcpy(data, fuse, EFUSE_WORDS * sizeof data[0]);
        return 0;
    }
}

static void load_flash_crypt(struct efuse *efuse)
{
    struct efuse_flash_crypt *crypt = &efuse->flash_crypt;
    uint32_t scheme = reg_field_of(efuse->fuse[0][6], EFUSE_BLK0_WDATA6_CODING_SCHEME);
    (void)decode(efuse, 1, crypt->key);
    crypt->is_short = scheme == CODING_3_OF_4;
    crypt->config = reg_field_of(efuse->fuse[0][5], EFUSE_BLK0_WDATA5_FLASH_CRYPT_CONFIG);
    crypt->is_on = __builtin_parity(reg_field_of(efuse->fuse[0][0], EFUSE_BLK0_WDATA0_FLASH_CRYPT_CNT));
    if (efuse->loaded)
        efuse->loaded(efuse->ctx);
}

static void read_fuses(struct efuse *efuse)
{
    uint32_t warnings = 0;
    for (unsigned block = 0; block < EFUSE_BLOCKS; block++) {
        uint32_t data[EFUSE_WORDS], found = decode(efuse, block, data);
        if (block > 0 && !read_protected(efuse, block, 0))
            warnings |= found << 4 * (block - 1);
        for (unsigned word = 0; word < words_of(block); word++)
            reg_put_word(&efuse->dev, rdata[block] + 4 * word, data[word] & ~read_protected(efuse, block, word));
    }
    reg_put(&efuse->dev, EFUSE_DEC_STATUS_DEC_WARNINGS, warnings);
    load_flash_crypt(efuse);
}

/* The bits that a program command would burn now. */
static uint32_t bits_to_burn(const struct efuse *efuse, unsigned block, unsigned word)
{
    return reg_word(&efuse->dev, wdata[block] + 4 * word) & ~write_protected(efuse, block, word);
}

static void program_fuses(struct efuse *efuse)
{
    uint32_t burnt[EFUSE_BLOCKS][EFUSE_WORDS] = {0};
    for (unsigned block = 0; block < EFUSE_BLOCKS; block++)
        for (unsigned word = 0; word < words_of(block); word++)
            burnt[block][word] = bits_to_burn(efuse, block, word);
    for (unsigned block = 0; block < EFUSE_BLOCKS; block++)
        for (unsigned word = 0; word < words_of(block); word++)
            efuse->fuse[block][word] |= burnt[block][word];
}

static sim_time time_to_program(const struct efuse *efuse)
{
    uint64_t bits = 0;
    for (unsigned block = 0; block < EFUSE_BLOCKS; block++)
        for (unsigned word = 0; word < words_of(block); word++)
            bits += (unsigned)__builtin_popcount(bits_to_burn(efuse, block, word));
    return program_time + bits * burn_time_of_a_bit;
}

static void update_irq(struct efuse *efuse)
{
    const struct dev *dev = &efuse->dev;
    line_set(efuse->irq, (reg_word(dev, EFUSE_INT_RAW) & reg_word(dev, EFUSE_INT_ENA)) != 0, dev->now);
}

static void command_done(void *ctx, sim_time now)
{
    struct efuse *efuse = ctx;
    struct dev *dev = &efuse->dev;
    dev->now = now;
    if (reg_get(dev, EFUSE_CMD_PGM_CMD)) {
        program_fuses(efuse);
        reg_put(dev, EFUSE_INT_RAW_PGM_DONE_INT_RAW, 1);
    } else {
        read_fuses(efuse);
        reg_put(dev, EFUSE_INT_RAW_READ_DONE_INT_RAW, 1);
    }
    reg_put_word(dev, EFUSE_CMD, 0);
    update_irq(efuse);
}

static void efuse_cmd_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct efuse *efuse = efuse_of(dev);
    uint32_t op_code = reg_get(dev, EFUSE_CONF_OP_CODE);
    (void)index;
    if (evq_is_scheduled(&efuse->done)) {
        reg_put_word(dev, EFUSE_CMD, old);
        return;
    }
    bool program = reg_field_of(written, EFUSE_CMD_PGM_CMD) && op_code == OP_CODE_PROGRAM;
    bool read = reg_field_of(written, EFUSE_CMD_READ_CMD) && op_code == OP_CODE_READ;
    reg_put(dev, EFUSE_CMD_PGM_CMD, program);
    reg_put(dev, EFUSE_CMD_READ_CMD, read);
    if (program || read)
        evq_schedule(dev->env->evq, &efuse->done, dev->now + (program ? time_to_program(efuse) : read_time));
}

static uint32_t efuse_int_st_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    return reg_word(dev, EFUSE_INT_RAW) & reg_word(dev, EFUSE_INT_ENA);
}

static void efuse_int_ena_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    update_irq(efuse_of(dev));
}

static void efuse_int_clr_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old;
    reg_put_word(dev, EFUSE_INT_RAW, reg_word(dev, EFUSE_INT_RAW) & ~written);
    update_irq(efuse_of(dev));
}

/* ---- Device ------------------------------------------------------------------------------------------------------ */

uint8_t efuse_mac_crc(const uint8_t mac[6])
{
    unsigned crc = 0;
    for (unsigned i = 0; i < 6; i++) {
        crc ^= mac[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0x8C : crc >> 1;
    }
    return (uint8_t)crc;
}

/* ---- Content by name --------------------------------------------------------------------------------------------- */

static bool parse_hex(const char *text, uint32_t words[EFUSE_WORDS])
{
    size_t digits = strlen(text);
    if (digits == 0 || digits % 2 != 0 || digits > 8 * EFUSE_WORDS)
        return false;
    for (size_t i = 0; i < digits; i++) {
        const char *known = "0123456789abcdef", *place = strchr(known, text[i] | 0x20);
        if (!place || !*place || (text[i] < '0'))
            return false;
        words[i / 8] |= (uint32_t)(place - known) << 8 * (i / 2 % 4) << (i % 2 ? 0 : 4);
    }
    return true;
}

static bool place_field(struct efuse_config *config, const char *name, size_t length, uint32_t value)
{
    for (unsigned i = 0; i < efuse_regs.reg_count && efuse_regs.regs[i].offset < EFUSE_BLK0_WDATA0; i++) {
        const struct reg_desc *reg = &efuse_regs.regs[i];
        for (unsigned f = 0; f < reg->field_count; f++) {
            const struct reg_field *field = &reg->fields[f];
            const char *known = strncmp(field->name, "RD_", 3) == 0 ? field->name + 3 : field->name;
            if (strlen(known) != length || strncmp(known, name, length) != 0)
                continue;
            if (value & ~bits_mask(field->width))
                return false;
            config->fuses[0][reg->offset / 4] |= value << field->lsb;
            return true;
        }
    }
    return false;
}

bool efuse_config_set(struct efuse_config *config, const char *text)
{
    const char *equals = strchr(text, '=');
    char *end;
    if (!equals)
        return false;
    if (strncmp(text, "BLK", 3) == 0 && text[3] >= '1' && text[3] <= '3' && equals == text + 4) {
        uint32_t words[EFUSE_WORDS] = {0};
        if (!parse_hex(equals + 1, words))
            return false;
        for (unsigned word = 0; word < EFUSE_WORDS; word++)
            config->fuses[text[3] - '0'][word] |= words[word];
        return true;
    }
    unsigned long value = strtoul(equals + 1, &end, 0);
    return equals[1] && !*end && value <= UINT32_MAX &&
           place_field(config, text, (size_t)(equals - text), (uint32_t)value);
}

struct efuse_config efuse_typical(const uint8_t mac[6])
{
    struct efuse_config config = {.chip_revision = 3, .ck8m_freq = 85};
    memcpy(config.mac, mac, sizeof config.mac);
    return config;
}

static uint32_t placed(uint32_t place, uint32_t field)
{
    return bits_set(0, REG_PLACE_LSB(place), REG_PLACE_WIDTH(place), field);
}

/* facts 3.6: revisions 0, 1, 2, 3 are 000, 001, 011, 111 in {SYSCON's DATE bit 31, CHIP_VER_REV2, CHIP_VER_REV1}. */
static void burn_in_factory(struct efuse *efuse, const struct efuse_config *config)
{
    const uint8_t *mac = config->mac;
    uint32_t(*fuse)[EFUSE_WORDS] = efuse->fuse;
    memcpy(fuse, config->fuses, sizeof efuse->fuse);
    fuse[0][1] |= (uint32_t)mac[2] << 24 | (uint32_t)mac[3] << 16 | (uint32_t)mac[4] << 8 | mac[5];
    fuse[0][2] |= placed(EFUSE_BLK0_RDATA2_RD_MAC_1, (uint32_t)mac[0] << 8 | mac[1]) |
                  placed(EFUSE_BLK0_RDATA2_RD_MAC_CRC, efuse_mac_crc(mac));
    fuse[0][3] |= placed(EFUSE_BLK0_RDATA3_RD_DISABLE_APP_CPU, config->single_core) |
                  placed(EFUSE_BLK0_RDATA3_RD_DISABLE_BT, config->no_bluetooth) |
                  placed(EFUSE_BLK0_RDATA3_RD_CHIP_PACKAGE, config->package) |
                  placed(EFUSE_BLK0_RDATA3_RD_CHIP_PACKAGE_4BIT, config->package >> 3) |
                  placed(EFUSE_BLK0_RDATA3_RD_CHIP_VER_REV1, config->chip_revision >= 1);
    fuse[0][4] |= placed(EFUSE_BLK0_RDATA4_RD_CLK8M_FREQ, config->ck8m_freq) |
                  placed(EFUSE_BLK0_RDATA4_RD_ADC_VREF, config->adc_vref);
    fuse[0][5] |= placed(EFUSE_BLK0_RDATA5_RD_CHIP_VER_REV2, config->chip_revision >= 2) |
                  placed(EFUSE_BLK0_RDATA5_RD_WAFER_VERSION_MINOR, config->chip_minor);
}

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct efuse *efuse = efuse_of(dev);
    (void)kind;
    evq_cancel(dev->env->evq, &efuse->done);
    read_fuses(efuse);
    update_irq(efuse);
}

static const struct dev_ops ops = {.regs = &efuse_regs, .reset = reset};

enum sim_status efuse_init(struct efuse *efuse, const struct efuse_config *config, const char *name,
                           struct dev_env *env)
{
    sim_assert(config->chip_revision <= 3 && config->chip_minor <= 3 && config->package <= 15);
    memset(efuse, 0, sizeof *efuse);
    SIM_TRY(dev_init(&efuse->dev, &ops, name, env));
    burn_in_factory(efuse, config);
    evq_event_init(&efuse->done, command_done, efuse, EVQ_PHASE_DEVICE);
    dev_reset(&efuse->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void efuse_fini(struct efuse *efuse)
{
    evq_cancel(efuse->dev.env->evq, &efuse->done);
    dev_fini(&efuse->dev);
}
