/* SPDX-License-Identifier: Apache-2.0 */
/* Serial Flash Discoverable Parameters: a header, one parameter header and the basic table of 16 words. JESD216B. */
#include <string.h>

#include "peripherals/flash_chip/flash_chip_priv.h"

enum { TABLE = 16, TABLE_WORDS = 16 };

static void put(uint8_t *sfdp, unsigned word, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        sfdp[TABLE + 4 * word + i] = (uint8_t)(value >> (8 * i));
}

/* Typical erase time: 5 bits of count - 1, 2 bits of unit (1, 16, 128 ms, 1 s). */
static uint32_t erase_time(uint32_t us)
{
    static const uint32_t unit_us[4] = {1000, 16000, 128000, 1000000};
    for (unsigned unit = 0; unit < 4; unit++) {
        uint32_t count = (us + unit_us[unit] - 1) / unit_us[unit];
        if (count <= 32)
            return unit << 5 | (count ? count - 1 : 0);
    }
    return 0x7F;
}

/* Typical page program time: 5 bits of count - 1 and a unit of 8 or 64 us. */
static uint32_t program_time(uint32_t us)
{
    return us <= 256 ? (us + 7) / 8 - 1 : 1u << 5 | ((us + 63) / 64 - 1);
}

/* Typical chip erase time: 5 bits of count - 1 and a unit of 16, 256 ms, 4, 64 s. */
static uint32_t chip_time(uint32_t us)
{
    static const uint32_t unit_ms[4] = {16, 256, 4000, 64000};
    for (unsigned unit = 0; unit < 4; unit++) {
        uint32_t count = (us / 1000 + unit_ms[unit] - 1) / unit_ms[unit];
        if (count <= 32)
            return unit << 5 | (count ? count - 1 : 0);
    }
    return 0x7F;
}

void flash_make_sfdp(const struct flash_part *part, uint8_t sfdp[FLASH_SFDP_SIZE])
{
    static const uint8_t header[TABLE] = {
        'S',  'F',  'D',  'P',         0x06,  0x01, 0x00, 0xFF, /* 1.6, one parameter header */
        0x00, 0x06, 0x01, TABLE_WORDS, TABLE, 0x00, 0x00, 0xFF};
    memset(sfdp, 0xFF, FLASH_SFDP_SIZE);
    memcpy(sfdp, header, sizeof header);
    for (unsigned word = 0; word < TABLE_WORDS; word++)
        put(sfdp, word, 0);
    put(sfdp, 0, 0xFFF120E5);                           /* 4 KB by 0x20; all four fast reads; 3 bytes */
    put(sfdp, 1, (UINT32_C(8) << part->size_log2) - 1); /* bits - 1 */
    put(sfdp, 2, 0x6B08EB44);                           /* EB: 4 idle, 2 mode clocks; 6B: 8 idle */
    put(sfdp, 3, 0xBB803B08);                           /* 3B: 8 idle; BB: 4 mode clocks */
    put(sfdp, 4, 0xFFFFFFEE);                           /* neither 2-2-2 nor 4-4-4 */
    put(sfdp, 5, 0xFFFFFFFF);
    put(sfdp, 6, 0xFFFFFFFF);
    put(sfdp, 7, 0x520F200C); /* 4 KB by 20, 32 KB by 52 */
    put(sfdp, 8, 0x0000D810); /* 64 KB by D8 */
    put(sfdp, 9,
        5 | erase_time(part->sector_us) << 4 | erase_time(part->block_32k_us) << 11 |
            erase_time(part->block_64k_us) << 18); /* longest: 12 times the typical */
    put(sfdp, 10, 1 | 8u << 4 | program_time(part->program_us) << 8 | chip_time(part->chip_us) << 24);
    put(sfdp, 11, 0x00000000);
    put(sfdp, 12, 0x757A757A); /* suspend and resume */
    put(sfdp, 13, 0x00D5AB00); /* power-down by B9, release by AB */
    put(sfdp, 14, part->quad_enable == FLASH_QE_SR1_6 ? 2u << 20 : 5u << 20);
    put(sfdp, 15, 0x00001000); /* reset by 66, 99 */
}
