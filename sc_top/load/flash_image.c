/* SPDX-License-Identifier: Apache-2.0 */
/* Espressif's application image: header, segments, checksum, hash. Source: shared facts, section 3.3; ESP-IDF,
 * "App Image Format". */
#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "sc_top/load/image_parts.h"

enum {
    APP_MAGIC = 0xE9,
    APP_HEADER_SIZE = 24,
    APP_SEGMENT_HEADER_SIZE = 8,
    APP_SEGMENTS_MAX = 16,
    APP_CHIP_ESP32 = 0,
    APP_CHECKSUM_SEED = 0xEF,
    APP_HASH_SIZE = 32,
    APP_PAGE = 0x10000,           /* of the flash cache's MMU */
    APP_PADDING_END = 0x10000000, /* segments below are for no memory: bootloader_support, esp_image_format.c */
};

/* Offsets in the header. */
enum {
    APP_SEGMENT_COUNT = 1,
    APP_ENTRY = 4,
    APP_CHIP_ID = 12,
    APP_HASH_APPENDED = 23,
};

/* An image being read: `base` is where it begins in the file, `at` where reading has come to. */
struct app {
    const struct image_reader *reader;
    size_t base, at;
    uint8_t checksum;
};

/* The windows through which flash is seen: shared facts, 2.1. */
static bool is_flash_mapped(uint32_t address)
{
    return (address >= 0x3F400000 && address < 0x3F800000) || (address >= 0x400D0000 && address < 0x40C00000);
}

static const char *chip_name(unsigned id)
{
    switch (id) {
    case 2:
        return "ESP32-S2";
    case 5:
        return "ESP32-C3";
    case 9:
        return "ESP32-S3";
    case 12:
        return "ESP32-C2";
    case 13:
        return "ESP32-C6";
    case 16:
        return "ESP32-H2";
    case 18:
        return "ESP32-P4";
    default:
        return "unknown";
    }
}

static enum sim_status read_segment(struct app *app)
{
    const struct image_reader *reader = app->reader;
    struct image *image = reader->image;
    if (!image_has(reader, app->at, APP_SEGMENT_HEADER_SIZE))
        return image_bad(reader, app->at, "the file ends within a segment header");
    uint32_t address = image_u32(reader, app->at), length = image_u32(reader, app->at + 4);
    size_t data = app->at + APP_SEGMENT_HEADER_SIZE;
    if (!image_has(reader, data, length))
        return image_bad(reader, app->at,
                         "segment 0x%08" PRIx32 " of %" PRIu32 " bytes runs past the end of the file at 0x%zx", address,
                         length, image->file_size);
    if (is_flash_mapped(address) && (data - app->base) % APP_PAGE != address % APP_PAGE)
        return image_bad(reader, app->at,
                         "segment 0x%08" PRIx32 " is to be mapped from flash, but its place 0x%zx in the image differs "
                         "in the low 16 bits",
                         address, data - app->base);
    for (size_t i = 0; i < length; i++)
        app->checksum ^= image->file[data + i];
    app->at = data + length;
    /* What esptool and Zephyr insert so that mapped segments come to lie at their place. */
    if (address >= APP_PADDING_END && length != 0)
        image->segments[image->segment_count++] = (struct image_segment){
            .address = address, .size = length, .file_size = length, .bytes = image->file + data, .file_offset = data};
    return SIM_OK;
}

static enum sim_status check_checksum(struct app *app)
{
    const struct image_reader *reader = app->reader;
    size_t place = app->base + ((app->at - app->base) | 15); /* the last byte of a 16-byte row */
    if (!image_has(reader, place, 1))
        return image_bad(reader, app->at, "the file ends before the checksum at 0x%zx", place);
    if (reader->image->file[place] != app->checksum)
        return image_bad(reader, place, "checksum 0x%02x; the segments add up to 0x%02x", reader->image->file[place],
                         app->checksum);
    app->at = place + 1;
    return SIM_OK;
}

static enum sim_status check_hash(struct app *app)
{
    const struct image_reader *reader = app->reader;
    const uint8_t *file = reader->image->file;
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (!file[app->base + APP_HASH_APPENDED])
        return SIM_OK;
    if (!image_has(reader, app->at, APP_HASH_SIZE))
        return image_bad(reader, app->at, "the file ends within the SHA-256 that its header announces");
    if (!EVP_Digest(file + app->base, app->at - app->base, hash, &length, EVP_sha256(), NULL) ||
        length != APP_HASH_SIZE)
        return image_no_memory(reader);
    if (memcmp(hash, file + app->at, APP_HASH_SIZE) != 0)
        return image_bad(reader, app->at, "SHA-256 %02x%02x%02x%02x...; the image's is %02x%02x%02x%02x...",
                         file[app->at], file[app->at + 1], file[app->at + 2], file[app->at + 3], hash[0], hash[1],
                         hash[2], hash[3]);
    return SIM_OK;
}

enum sim_status image_read_app_at(const struct image_reader *reader, size_t base)
{
    struct image *image = reader->image;
    struct app app = {.reader = reader, .base = base, .at = base + APP_HEADER_SIZE, .checksum = APP_CHECKSUM_SEED};
    if (!image_has(reader, base, APP_HEADER_SIZE))
        return image_bad(reader, base, "the file ends within the image header of %d bytes", APP_HEADER_SIZE);
    unsigned magic = image->file[base], count = image->file[base + APP_SEGMENT_COUNT];
    if (magic != APP_MAGIC)
        return image_bad(reader, base, "image magic 0x%02x; expected 0x%02x", magic, APP_MAGIC);
    if (count == 0 || count > APP_SEGMENTS_MAX)
        return image_bad(reader, base + APP_SEGMENT_COUNT, "%u segments; expected 1 to %d", count, APP_SEGMENTS_MAX);
    unsigned chip = image_u16(reader, base + APP_CHIP_ID);
    if (chip != APP_CHIP_ESP32)
        return image_bad(reader, base + APP_CHIP_ID, "image for chip %u (%s); expected 0 (ESP32)", chip,
                         chip_name(chip));
    image->entry = image_u32(reader, base + APP_ENTRY);
    SIM_TRY(image_alloc_segments(reader, count));
    for (unsigned i = 0; i < count; i++)
        SIM_TRY(read_segment(&app));
    SIM_TRY(check_checksum(&app));
    return check_hash(&app);
}

enum sim_status image_read_app(const struct image_reader *reader)
{
    reader->image->kind = IMAGE_APP;
    reader->image->flash_offset = IMAGE_APP_FLASH_OFFSET;
    return image_read_app_at(reader, 0);
}
