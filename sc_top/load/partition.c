/* SPDX-License-Identifier: Apache-2.0 */
/* The content of a flash chip: its partition table, and the application that a stock bootloader would choose.
 * Source: shared facts, section 3.4; ESP-IDF, "Partition Tables" and "Over The Air Updates". */
#include <inttypes.h>
#include <openssl/evp.h>
#include <string.h>

#include "sc_top/load/image_parts.h"

enum {
    TABLE_OFFSET = 0x8000,
    TABLE_SIZE = 0xC00,
    ENTRY_SIZE = 32,
    OTA_SECTOR = 0x1000,
    OTA_SLOTS = 16,
};

enum { TYPE_APP = 0, TYPE_DATA = 1 };
enum { SUBTYPE_FACTORY = 0x00, SUBTYPE_OTA_0 = 0x10, SUBTYPE_OTADATA = 0x00 };
enum { FLAG_ENCRYPTED = 1 };

/* What matters for the choice; offset 0 where there is no such partition. */
struct table {
    uint32_t factory;
    uint32_t ota[OTA_SLOTS];
    unsigned ota_count;
    uint32_t otadata;
    size_t entries;
};

bool image_is_flash(const struct image_reader *reader)
{
    return image_has(reader, TABLE_OFFSET, ENTRY_SIZE) && image_u16(reader, TABLE_OFFSET) == 0x50AA;
}

static enum sim_status check_md5(const struct image_reader *reader, size_t at)
{
    const uint8_t *file = reader->image->file;
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (!EVP_Digest(file + TABLE_OFFSET, at - TABLE_OFFSET, hash, &length, EVP_md5(), NULL) || length != 16)
        return image_no_memory(reader);
    if (memcmp(hash, file + at + 16, 16) != 0)
        return image_bad(reader, at + 16, "MD5 of the partition table does not match its entries");
    return SIM_OK;
}

static enum sim_status read_entry(const struct image_reader *reader, size_t at, struct table *table)
{
    const uint8_t *entry = reader->image->file + at;
    unsigned type = entry[2], subtype = entry[3];
    uint32_t offset = image_u32(reader, at + 4), flags = image_u32(reader, at + 28);
    table->entries++;
    if (type == TYPE_DATA && subtype == SUBTYPE_OTADATA)
        table->otadata = offset;
    if (type != TYPE_APP)
        return SIM_OK;
    if (flags & FLAG_ENCRYPTED)
        return image_unsupported(reader, at + 28, "partition '%.16s' is encrypted; flash encryption is not supported",
                                 (const char *)entry + 12);
    if (offset % IMAGE_APP_FLASH_OFFSET != 0 || offset == 0)
        return image_bad(reader, at + 4, "application partition at 0x%" PRIx32 "; expected a multiple of 64 KB",
                         offset);
    if (subtype == SUBTYPE_FACTORY)
        table->factory = offset;
    if (subtype >= SUBTYPE_OTA_0 && subtype < SUBTYPE_OTA_0 + OTA_SLOTS) {
        table->ota[subtype - SUBTYPE_OTA_0] = offset;
        table->ota_count++;
    }
    return SIM_OK;
}

static enum sim_status read_table(const struct image_reader *reader, struct table *table)
{
    size_t end = TABLE_OFFSET + TABLE_SIZE;
    for (size_t at = TABLE_OFFSET; at < end; at += ENTRY_SIZE) {
        if (!image_has(reader, at, ENTRY_SIZE))
            return image_bad(reader, reader->image->file_size, "the file ends within the partition table");
        unsigned magic = image_u16(reader, at);
        if (magic == 0xFFFF)
            return SIM_OK;
        if (magic == 0xEBEB) {
            SIM_TRY(check_md5(reader, at));
            continue;
        }
        if (magic != 0x50AA)
            return image_bad(reader, at, "partition table entry begins with 0x%04x; expected aa 50, eb eb or ff ff",
                             magic);
        SIM_TRY(read_entry(reader, at, table));
    }
    return SIM_OK;
}

/* CRC-32 as zlib's, over the sequence number alone; bitwise, since it runs twice a load. */
static uint32_t otadata_crc(const uint8_t *bytes, size_t length)
{
    uint32_t crc = 0; /* the ROM's crc32_le is called with UINT32_MAX, which it inverts */
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

/* The valid sequence number of a sector of otadata, or 0. */
static uint32_t otadata_sequence(const struct image_reader *reader, size_t at)
{
    if (!image_has(reader, at, ENTRY_SIZE))
        return 0;
    uint32_t sequence = image_u32(reader, at);
    bool valid = sequence != UINT32_MAX && image_u32(reader, at + 28) == otadata_crc(reader->image->file + at, 4);
    return valid ? sequence : 0;
}

static uint32_t choose_app(const struct image_reader *reader, const struct table *table)
{
    uint32_t sequence = 0;
    if (table->otadata && table->ota_count) {
        uint32_t first = otadata_sequence(reader, table->otadata);
        uint32_t second = otadata_sequence(reader, (size_t)table->otadata + OTA_SECTOR);
        sequence = first > second ? first : second;
    }
    if (sequence)
        return table->ota[(sequence - 1) % table->ota_count];
    return table->factory ? table->factory : table->ota[0];
}

enum sim_status image_read_flash(const struct image_reader *reader)
{
    struct table table = {0};
    reader->image->kind = IMAGE_FLASH;
    SIM_TRY(read_table(reader, &table));
    uint32_t app = choose_app(reader, &table);
    if (app == 0)
        return image_bad(reader, TABLE_OFFSET, "none of the %zu partitions is an application that could start",
                         table.entries);
    return image_read_app_at(reader, app);
}
