// SPDX-License-Identifier: Apache-2.0
// Programs from files: what is accepted, what lands where, and that every broken file gives one message that says where
// it is broken. Files are built here byte by byte, so that each test breaks exactly one thing.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <openssl/evp.h>

#include "sc_top/load/image.h"
#include "tests/support/captured_log.h"

namespace
{

using bytes = std::vector<uint8_t>;

void put16(bytes &out, size_t at, unsigned value)
{
    for (size_t i = 0; i < 2; i++)
        out.at(at + i) = static_cast<uint8_t>(value >> (8 * i));
}

void put32(bytes &out, size_t at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        out.at(at + i) = static_cast<uint8_t>(value >> (8 * i));
}

struct loaded {
    captured_log log;
    enum sim_status status;
    struct image *image = nullptr;

    explicit loaded(const bytes &content, const struct image_memory *memory = nullptr)
    {
        auto *copy = static_cast<uint8_t *>(malloc(content.size() + 1));
        if (!content.empty())
            memcpy(copy, content.data(), content.size());
        status = image_parse("prog", copy, content.size(), memory, log, &image);
    }
    ~loaded()
    {
        image_destroy(image);
    }
    // What everybody may rely on: either an image and no message, or one message and no image.
    bool consistent() const
    {
        return status == SIM_OK ? image && log.lines.empty() : !image && log.lines.size() == 1;
    }
};

#define EXPECT_REJECTED(content, message)                                                                              \
    do {                                                                                                               \
        loaded result(content);                                                                                        \
        EXPECT_EQ(result.status, SIM_BAD_FORMAT);                                                                      \
        EXPECT_TRUE(result.consistent());                                                                              \
        EXPECT_EQ(result.log.text(), std::string("host prog: ") + (message));                                          \
    } while (0)

// --- ELF ------------------------------------------------------------------------------------------------------------

struct segment {
    uint32_t address, file_size, size;
};

constexpr size_t ELF_HEADER = 52, PROGRAM_HEADER = 32;

bytes make_elf(uint32_t entry, const std::vector<segment> &segments)
{
    size_t data = ELF_HEADER + segments.size() * PROGRAM_HEADER;
    bytes out(data);
    const uint8_t ident[] = {0x7F, 'E', 'L', 'F', 1, 1, 1};
    std::copy(std::begin(ident), std::end(ident), out.begin());
    put16(out, 16, 2);  // ET_EXEC
    put16(out, 18, 94); // EM_XTENSA
    put32(out, 20, 1);
    put32(out, 24, entry);
    put32(out, 28, ELF_HEADER);
    put16(out, 40, ELF_HEADER);
    put16(out, 42, PROGRAM_HEADER);
    put16(out, 44, static_cast<unsigned>(segments.size()));
    put16(out, 46, 40); // section headers: none, but their size is checked by libelf
    for (size_t i = 0; i < segments.size(); i++) {
        size_t at = ELF_HEADER + i * PROGRAM_HEADER;
        put32(out, at, 1); // PT_LOAD
        put32(out, at + 4, static_cast<uint32_t>(data));
        put32(out, at + 8, segments[i].address);
        put32(out, at + 12, 0xDEAD0000); // physical address: not used
        put32(out, at + 16, segments[i].file_size);
        put32(out, at + 20, segments[i].size);
        out.resize(out.size() + segments[i].file_size, static_cast<uint8_t>(0xA0 + i));
        data = out.size();
    }
    return out;
}

const std::vector<segment> TWO = {{0x40080000, 16, 16}, {0x3FFB0000, 8, 32}};

bytes good_elf()
{
    return make_elf(0x40080004, TWO);
}

bytes changed(bytes content, const std::function<void(bytes &)> &change)
{
    change(content);
    return content;
}

TEST(elf, segments_are_taken_at_their_virtual_addresses_in_order)
{
    loaded elf(good_elf());
    ASSERT_EQ(elf.status, SIM_OK) << elf.log.text();
    EXPECT_TRUE(elf.consistent());
    EXPECT_EQ(elf.image->kind, IMAGE_ELF);
    EXPECT_EQ(elf.image->entry, 0x40080004u);
    ASSERT_EQ(elf.image->segment_count, 2u);
    EXPECT_EQ(elf.image->segments[0].address, 0x3FFB0000u);
    EXPECT_EQ(elf.image->segments[0].file_size, 8u);
    EXPECT_EQ(elf.image->segments[0].size, 32u) << "the rest is .bss";
    EXPECT_EQ(elf.image->segments[0].bytes[0], 0xA1);
    EXPECT_EQ(elf.image->segments[1].address, 0x40080000u);
    EXPECT_EQ(elf.image->segments[1].bytes[15], 0xA0);
}

TEST(elf, headers_of_the_file_are_no_part_of_the_program)
{
    bytes content = make_elf(0x40080004, TWO);
    uint32_t headers = ELF_HEADER + 2 * PROGRAM_HEADER;
    put32(content, ELF_HEADER + 4, 0); // the first segment begins with the file
    put32(content, ELF_HEADER + 8, 0x40080000 - headers);
    put32(content, ELF_HEADER + 16, headers + 16);
    put32(content, ELF_HEADER + 20, headers + 24);
    loaded elf(content);
    ASSERT_EQ(elf.status, SIM_OK) << elf.log.text();
    EXPECT_TRUE(elf.consistent());
    EXPECT_EQ(elf.image->segments[1].address, 0x40080000u);
    EXPECT_EQ(elf.image->segments[1].file_size, 16u);
    EXPECT_EQ(elf.image->segments[1].size, 24u);
    EXPECT_EQ(elf.image->segments[1].bytes[0], 0xA0);
}

TEST(elf, foreign_files_are_named_with_what_was_expected)
{
    EXPECT_REJECTED(bytes{}, "offset 0x0: the file is empty; expected an ELF file or a flash image");
    EXPECT_REJECTED(bytes({'#', '!'}),
                    "offset 0x0: found byte 0x23; expected an ELF file (7f 45 4c 46), an application "
                    "image (e9) or a flash image (partition table at 0x8000)");
    EXPECT_REJECTED(changed(good_elf(), [](bytes &b) { b[4] = 2; }), "offset 0x4: ELF class 2; expected 1 (32-bit)");
    EXPECT_REJECTED(changed(good_elf(), [](bytes &b) { b[5] = 2; }),
                    "offset 0x5: ELF data encoding 2; expected 1 (little-endian)");
    EXPECT_REJECTED(changed(good_elf(), [](bytes &b) { put16(b, 18, 243); }),
                    "offset 0x12: ELF machine 243; expected 94 (Xtensa)");
    EXPECT_REJECTED(changed(good_elf(), [](bytes &b) { put16(b, 16, 1); }),
                    "offset 0x10: ELF type 1; expected 2 (a linked executable)");
}

TEST(elf, cut_anywhere_it_is_rejected_with_one_message)
{
    bytes whole = good_elf();
    for (size_t length = 0; length < whole.size(); length++) {
        loaded cut(bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
        EXPECT_EQ(cut.status, SIM_BAD_FORMAT) << length;
        EXPECT_TRUE(cut.consistent()) << length << ": " << cut.log.text();
    }
    EXPECT_REJECTED(bytes(whole.begin(), whole.begin() + 20),
                    "offset 0x14: the file ends within the ELF header of 52 bytes");
    EXPECT_REJECTED(bytes(whole.begin(), whole.begin() + 60),
                    "offset 0x1c: 2 program headers at 0x34 run past the end of the file at 0x3c");
    EXPECT_REJECTED(bytes(whole.begin(), whole.end() - 1),
                    "offset 0x54: segment 0x3ffb0000 needs bytes 0x84..0x8c; the file ends at 0x8b");
}

TEST(elf, segments_must_make_sense)
{
    EXPECT_REJECTED(make_elf(0x40080000, {{0x40080000, 16, 8}}),
                    "offset 0x34: segment 0x40080000: 16 bytes in the file, but only 8 in memory");
    EXPECT_REJECTED(make_elf(0x40080000, {{0x40080000, 16, 16}, {0x4008000C, 4, 4}}),
                    "offset 0x84: segment 0x4008000c..0x4008000f overlaps segment 0x40080000..0x4008000f");
    EXPECT_REJECTED(make_elf(0x40080000, {{0xFFFFFFF0, 16, 32}}),
                    "offset 0x54: segment 0xfffffff0 of 32 bytes runs past the end of the address space");
    EXPECT_REJECTED(make_elf(0x40081000, TWO), "offset 0x0: entry point 0x40081000 lies in none of the 2 segments");
    EXPECT_REJECTED(make_elf(0x40080000, {}), "offset 0x2c: no program headers; expected a linked executable");
    EXPECT_REJECTED(changed(good_elf(), [](bytes &b) { put32(b, 52, 4), put32(b, 84, 4); }),
                    "offset 0x34: none of the 2 program headers is a segment to load");
}

TEST(elf, neighbours_do_not_overlap)
{
    loaded elf(make_elf(0x40080000, {{0x40080000, 16, 16}, {0x40080010, 4, 4}}));
    EXPECT_EQ(elf.status, SIM_OK) << elf.log.text();
}

TEST(elf, a_segment_outside_memory_is_rejected)
{
    struct image_memory only_iram = {nullptr, [](void *, uint32_t address, uint32_t size) {
                                         return address >= 0x40080000 && address + (size - 1) < 0x400A0000;
                                     }};
    loaded elf(good_elf(), &only_iram);
    EXPECT_EQ(elf.status, SIM_BAD_FORMAT);
    EXPECT_EQ(elf.log.text(), "host prog: offset 0x84: segment 0x3ffb0000..0x3ffb001f is not in the ESP32's memory");
    EXPECT_TRUE(elf.consistent());
}

// A section for code, symbols and their names, behind the segments.
bytes elf_with_symbols()
{
    bytes out = good_elf();
    struct symbol {
        const char *name;
        uint32_t value, size;
        unsigned info, section;
    };
    const symbol symbols[] = {
        {"", 0, 0, 0, 0},
        {"main", 0x40080004, 4, 0x12, 1},      // global function
        {"_start", 0x40080000, 0, 0x10, 1},    // label in code, no size
        {".L5", 0x40080002, 0, 0x00, 1},       // the assembler's own
        {"counter", 0x3FFB0000, 4, 0x11, 2},   // data
        {"also_main", 0x40080004, 4, 0x02, 1}, // local function at the same place
        {"undefined", 0x40080008, 0, 0x12, 0}, // elsewhere
        {"table", 0x40080008, 4, 0x01, 1},     // object
    };
    bytes names(1), table;
    for (const symbol &s : symbols) {
        size_t at = table.size();
        table.resize(at + 16);
        put32(table, at, *s.name ? static_cast<uint32_t>(names.size()) : 0);
        put32(table, at + 4, s.value);
        put32(table, at + 8, s.size);
        table[at + 12] = static_cast<uint8_t>(s.info);
        put16(table, at + 14, s.section);
        for (const char *c = s.name; *c; c++)
            names.push_back(static_cast<uint8_t>(*c));
        names.push_back(0);
    }
    size_t names_at = out.size();
    out.insert(out.end(), names.begin(), names.end());
    out.resize((out.size() + 3) & ~size_t{3});
    size_t table_at = out.size();
    out.insert(out.end(), table.begin(), table.end());
    size_t headers = out.size();
    out.resize(headers + 5 * 40);
    auto section = [&](size_t n, uint32_t type, uint32_t flags, size_t at, size_t size, uint32_t link, uint32_t entry) {
        size_t h = headers + n * 40;
        put32(out, h + 4, type);
        put32(out, h + 8, flags);
        put32(out, h + 16, static_cast<uint32_t>(at));
        put32(out, h + 20, static_cast<uint32_t>(size));
        put32(out, h + 24, link);
        put32(out, h + 32, 4);
        put32(out, h + 36, entry);
    };
    section(1, 1, 6, 116, 16, 0, 0); // .text: alloc, exec
    section(2, 1, 3, 132, 8, 0, 0);  // .data
    section(3, 2, 0, table_at, table.size(), 4, 16);
    section(4, 3, 0, names_at, names.size(), 0, 0);
    put32(out, 32, static_cast<uint32_t>(headers));
    put16(out, 48, 5);
    put16(out, 50, 4);
    return out;
}

TEST(elf, functions_and_labels_of_code_name_addresses)
{
    loaded elf(elf_with_symbols());
    ASSERT_EQ(elf.status, SIM_OK) << elf.log.text();
    ASSERT_EQ(elf.image->symbol_count, 2u);
    uint32_t offset = 99;
    const struct image_symbol *symbol = image_symbol_at(elf.image, 0x40080006, &offset);
    ASSERT_TRUE(symbol);
    EXPECT_STREQ(symbol->name, "main") << "a global name goes before a local one";
    EXPECT_EQ(offset, 2u);
    EXPECT_STREQ(image_symbol_at(elf.image, 0x40080003, nullptr)->name, "_start") << "a label reaches to the next one";
    EXPECT_EQ(image_symbol_at(elf.image, 0x40080008, nullptr), nullptr) << "behind main's four bytes";
    EXPECT_EQ(image_symbol_at(elf.image, 0x3FFB0000, nullptr), nullptr);
}

TEST(elf, damage_to_symbols_costs_only_the_symbols)
{
    bytes whole = elf_with_symbols();
    size_t headers = whole.size() - 5 * 40;
    bytes no_names = whole;
    put32(no_names, headers + 4 * 40 + 20, 0x7FFFFFFF);
    loaded elf(no_names);
    ASSERT_EQ(elf.status, SIM_OK) << elf.log.text();
    EXPECT_EQ(elf.image->symbol_count, 0u);
}

TEST(elf, a_file_cut_behind_its_segments_is_cut_all_the_same)
{
    bytes whole = elf_with_symbols();
    EXPECT_REJECTED(bytes(whole.begin(), whole.end() - 1),
                    "offset 0x20: 5 section headers at 0x140 run past the end of the file at 0x207");
}

// --- Application images --------------------------------------------------------------------------

struct app_segment {
    uint32_t address;
    bytes data;
};

bytes make_app(uint32_t entry, const std::vector<app_segment> &segments, bool hash = true)
{
    bytes out(24);
    out[0] = 0xE9;
    out[1] = static_cast<uint8_t>(segments.size());
    put32(out, 4, entry);
    out[8] = 0xEE;
    out[23] = hash;
    uint8_t checksum = 0xEF;
    for (const app_segment &s : segments) {
        size_t at = out.size();
        out.resize(at + 8);
        put32(out, at, s.address);
        put32(out, at + 4, static_cast<uint32_t>(s.data.size()));
        out.insert(out.end(), s.data.begin(), s.data.end());
        for (uint8_t byte : s.data)
            checksum ^= byte;
    }
    out.resize(out.size() | 15);
    out.push_back(checksum);
    if (hash) {
        uint8_t digest[32];
        EVP_Digest(out.data(), out.size(), digest, nullptr, EVP_sha256(), nullptr);
        out.insert(out.end(), digest, digest + 32);
    }
    return out;
}

const std::vector<app_segment> APP = {{0x40080000, {1, 2, 3, 4}}, {0, {9, 9, 9, 9}}, {0x3FFB0000, {5, 6, 7, 8}}};

TEST(app_image, segments_checksum_and_hash_are_read)
{
    loaded app(make_app(0x40080000, APP));
    ASSERT_EQ(app.status, SIM_OK) << app.log.text();
    EXPECT_EQ(app.image->kind, IMAGE_APP);
    EXPECT_EQ(app.image->entry, 0x40080000u);
    EXPECT_EQ(app.image->flash_offset, 0x10000u);
    ASSERT_EQ(app.image->segment_count, 2u) << "address 0 is padding";
    EXPECT_EQ(app.image->segments[0].bytes[3], 8);
    EXPECT_EQ(app.image->segments[1].file_offset, 32u);
    loaded without(make_app(0x40080000, APP, false));
    EXPECT_EQ(without.status, SIM_OK) << without.log.text();
}

TEST(app_image, segments_below_all_memory_are_padding_as_for_the_bootloader)
{
    loaded app(make_app(0x40080000, {{0x00000020, {1, 2, 3, 4}}, {0x40080000, {5, 6, 7, 8}}, {0x0FFFFFFF, {9}}}));
    ASSERT_EQ(app.status, SIM_OK) << app.log.text();
    ASSERT_EQ(app.image->segment_count, 1u);
    EXPECT_EQ(app.image->segments[0].address, 0x40080000u);
}

TEST(app_image, every_kind_of_damage_is_found)
{
    bytes good = make_app(0x40080000, APP);
    size_t hash_at = good.size() - 32;
    EXPECT_REJECTED(changed(good, [](bytes &b) { b[1] = 17; }), "offset 0x1: 17 segments; expected 1 to 16");
    EXPECT_REJECTED(changed(good, [](bytes &b) { b[1] = 0; }), "offset 0x1: 0 segments; expected 1 to 16");
    EXPECT_REJECTED(changed(good, [](bytes &b) { b[12] = 9; }),
                    "offset 0xc: image for chip 9 (ESP32-S3); expected 0 (ESP32)");
    EXPECT_REJECTED(changed(good, [](bytes &b) { b[32] ^= 0x10; }),
                    "offset 0x3f: checksum 0xe7; the segments add up to 0xf7");
    EXPECT_REJECTED(changed(good, [](bytes &b) { put32(b, 28, 4000); }),
                    "offset 0x18: segment 0x40080000 of 4000 bytes runs past the end of the file at 0x60");
    loaded bad_hash(changed(good, [&](bytes &b) { b[hash_at] ^= 1; }));
    EXPECT_EQ(bad_hash.status, SIM_BAD_FORMAT);
    EXPECT_NE(bad_hash.log.text().find("offset 0x40: SHA-256 "), std::string::npos) << bad_hash.log.text();
    // Two changes that leave the checksum right are caught by the hash.
    EXPECT_EQ(loaded(changed(good, [](bytes &b) { b[32] ^= 1, b[33] ^= 1; })).status, SIM_BAD_FORMAT);
    for (size_t length = 1; length < good.size(); length++) {
        loaded cut(bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length)));
        EXPECT_EQ(cut.status, SIM_BAD_FORMAT) << length;
        EXPECT_TRUE(cut.consistent()) << length;
    }
}

TEST(app_image, mapped_segments_must_lie_where_their_page_puts_them)
{
    EXPECT_REJECTED(
        make_app(0x400D0020, {{0x400D0000, {1, 2, 3, 4}}}),
        "offset 0x18: segment 0x400d0000 is to be mapped from flash, but its place 0x20 in the image differs "
        "in the low 16 bits");
    loaded app(make_app(0x400D0020, {{0x400D0020, {1, 2, 3, 4}}}));
    EXPECT_EQ(app.status, SIM_OK) << app.log.text();
}

// --- Flash images --------------------------------------------------------------------------------

void put_partition(bytes &flash, unsigned n, unsigned type, unsigned subtype, uint32_t offset)
{
    size_t at = 0x8000 + 32u * n;
    put16(flash, at, 0x50AA);
    flash[at + 2] = static_cast<uint8_t>(type);
    flash[at + 3] = static_cast<uint8_t>(subtype);
    put32(flash, at + 4, offset);
    put32(flash, at + 8, 0x10000);
    put32(flash, at + 28, 0);
}

void put_at(bytes &flash, size_t at, const bytes &content)
{
    std::copy(content.begin(), content.end(), flash.begin() + static_cast<std::ptrdiff_t>(at));
}

// otadata at 0xD000, factory at 0x10000, two OTA slots behind it; each entry point tells which it is.
bytes make_flash()
{
    bytes flash(0x40000, 0xFF);
    put_partition(flash, 0, 1, 0, 0xD000);
    put_partition(flash, 1, 0, 0x00, 0x10000);
    put_partition(flash, 2, 0, 0x10, 0x20000);
    put_partition(flash, 3, 0, 0x11, 0x30000);
    for (uint32_t i = 0; i < 3; i++)
        put_at(flash, 0x10000 * (i + 1), make_app(0x40080000 + i, {{0x40080000, {1, 2, 3, 4}}}));
    return flash;
}

void put_md5(bytes &flash, unsigned n)
{
    size_t at = 0x8000 + 32u * n;
    put16(flash, at, 0xEBEB);
    EVP_Digest(flash.data() + 0x8000, at - 0x8000, flash.data() + at + 16, nullptr, EVP_md5(), nullptr);
}

// CRC-32 of sequence numbers 1 and 2, as esptool's gen_otadata writes them.
const uint32_t OTA_CRC[] = {0, 0x4743989A, 0x55F63774};

void put_ota_sequence(bytes &flash, size_t sector, uint32_t sequence)
{
    put32(flash, 0xD000 + 0x1000 * sector, sequence);
    put32(flash, 0xD000 + 0x1000 * sector + 28, OTA_CRC[sequence]);
}

TEST(flash_image, the_factory_application_starts_without_ota_data)
{
    bytes flash = make_flash();
    put_md5(flash, 4);
    loaded image(flash);
    ASSERT_EQ(image.status, SIM_OK) << image.log.text();
    EXPECT_EQ(image.image->kind, IMAGE_FLASH);
    EXPECT_EQ(image.image->entry, 0x40080000u);
    EXPECT_EQ(image.image->flash_offset, 0u);
    EXPECT_EQ(image.image->segments[0].file_offset, 0x10020u);
}

TEST(flash_image, the_highest_valid_ota_sequence_chooses_the_slot)
{
    bytes flash = make_flash();
    put_ota_sequence(flash, 0, 1);
    EXPECT_EQ(loaded(flash).image->entry, 0x40080001u);
    put_ota_sequence(flash, 1, 2);
    EXPECT_EQ(loaded(flash).image->entry, 0x40080002u);
    flash[0xE000 + 28] ^= 1; // sequence 2's CRC broken: 1 is in force again
    EXPECT_EQ(loaded(flash).image->entry, 0x40080001u);
}

TEST(flash_image, the_table_is_checked)
{
    bytes flash = make_flash();
    put_md5(flash, 4);
    EXPECT_REJECTED(changed(flash, [](bytes &b) { b[0x800C] ^= 1; }),
                    "offset 0x8090: MD5 of the partition table does not match its entries");
    EXPECT_REJECTED(changed(make_flash(), [](bytes &b) { b[0x8040] = 0x12; }),
                    "offset 0x8040: partition table entry begins with 0x5012; expected aa 50, eb eb or ff ff");
    EXPECT_REJECTED(changed(make_flash(), [](bytes &b) { put32(b, 0x8024, 0x11000); }),
                    "offset 0x8024: application partition at 0x11000; expected a multiple of 64 KB");
    EXPECT_REJECTED(changed(make_flash(), [](bytes &b) { std::fill(b.begin() + 0x8020, b.begin() + 0x8080, 0xFF); }),
                    "offset 0x8000: none of the 1 partitions is an application that could start");
    EXPECT_REJECTED(changed(make_flash(), [](bytes &b) { b[0x10000] = 0xFF; }),
                    "offset 0x10000: image magic 0xff; expected 0xe9");
    loaded encrypted(changed(make_flash(), [](bytes &b) { b[0x803C] = 1; }));
    EXPECT_EQ(encrypted.status, SIM_UNSUPPORTED);
    EXPECT_TRUE(encrypted.consistent());
}

// --- Files ----------------------------------------------------------------------------------------------------------

TEST(image_file, what_is_no_readable_file_is_said_so)
{
    captured_log log;
    struct image *image = nullptr;
    EXPECT_EQ(image_load("/nowhere/prog.elf", nullptr, log, &image), SIM_NOT_FOUND);
    EXPECT_EQ(image_load("/tmp", nullptr, log, &image), SIM_BAD_VALUE);
    EXPECT_EQ(log.text(), "host /nowhere/prog.elf: No such file or directory|host /tmp: not a regular file");
    EXPECT_EQ(image, nullptr);
}

} // namespace
