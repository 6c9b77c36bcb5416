// SPDX-License-Identifier: Apache-2.0
// The mask ROM: what is read from its file, how cores start in it, and what is said when there is none. The ROM here is
// a few instructions of our own; Espressif's is put to the test by tests/system/real_firmware_test.py.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sc_top/load/rom.h"
#include "sc_top/node/node.h"
#include "tests/support/captured_log.h"
#include "tests/support/guest.h"

namespace
{

constexpr uint32_t DPORT = 0x3FF00000, RTC_CNTL = 0x3FF48000, RTC_SLOW = 0x50000000;
constexpr uint32_t VARIABLE_PRO = 0x3FFE01E0, VARIABLE_APP = 0x3FFE40F0; // ROM's clock variable, of each core

struct rom_deleter {
    void operator()(struct rom *r) const
    {
        rom_destroy(r);
    }
};
using rom_ptr = std::unique_ptr<struct rom, rom_deleter>;

uint8_t *copy_of(const std::vector<uint8_t> &bytes)
{
    auto *copy = static_cast<uint8_t *>(malloc(bytes.size() + 1));
    std::copy(bytes.begin(), bytes.end(), copy);
    return copy;
}

rom_ptr parse(const std::vector<uint8_t> &file, std::string *said = nullptr)
{
    captured_log log;
    struct rom *rom = nullptr;
    enum sim_status status = rom_parse("rom.bin", copy_of(file), file.size(), log, &rom);
    EXPECT_EQ(status == SIM_OK, rom != nullptr);
    if (said)
        *said = log.text();
    else
        EXPECT_EQ(log.text(), "");
    return rom_ptr(rom);
}

std::vector<uint8_t> raw_rom(const guest &code)
{
    std::vector<uint8_t> file(ROM_0_SIZE + ROM_1_SIZE);
    std::copy(code.raw().begin(), code.raw().end(), file.begin());
    return file;
}

uint32_t word_of(const uint8_t *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, 4);
    return word;
}

// An ELF file with sections and no program headers: as far as the reader of a ROM looks.
class elf_file
{
  public:
    void section(const char *name, uint32_t flags, uint32_t address, const std::vector<uint32_t> &words)
    {
        sections.push_back({name, flags, address, words});
    }
    std::vector<uint8_t> bytes() const
    {
        std::vector<uint8_t> file(52);
        std::string names(1, '\0');
        std::vector<uint32_t> headers(10); // the null section
        for (const auto &s : sections) {
            add_header(&headers, static_cast<uint32_t>(names.size()), 1, s.flags, s.address,
                       static_cast<uint32_t>(file.size()), static_cast<uint32_t>(4 * s.words.size()));
            names += s.name + std::string(1, '\0');
            append(&file, s.words.data(), 4 * s.words.size());
        }
        add_header(&headers, static_cast<uint32_t>(names.size()), 3, 0, 0, static_cast<uint32_t>(file.size()),
                   static_cast<uint32_t>(names.size() + 10));
        names += std::string(".shstrtab") + '\0';
        append(&file, names.data(), names.size());
        file.resize((file.size() + 3) & ~size_t{3});
        auto table = static_cast<uint32_t>(file.size());
        append(&file, headers.data(), 4 * headers.size());
        const uint8_t ident[] = {0x7F, 'E', 'L', 'F', 1, 1, 1};
        const uint16_t half[] = {2, 94}, sizes[] = {52,
                                                    32,
                                                    0,
                                                    40,
                                                    static_cast<uint16_t>(headers.size() / 10),
                                                    static_cast<uint16_t>(headers.size() / 10 - 1)};
        const uint32_t rest[] = {1, 0x40000400, 0, table, 0};
        memcpy(file.data(), ident, sizeof ident);
        memcpy(file.data() + 16, half, sizeof half);
        memcpy(file.data() + 20, rest, sizeof rest);
        memcpy(file.data() + 40, sizes, sizeof sizes);
        return file;
    }

  private:
    struct one {
        std::string name;
        uint32_t flags, address;
        std::vector<uint32_t> words;
    };
    std::vector<one> sections;

    static void append(std::vector<uint8_t> *file, const void *data, size_t size)
    {
        const auto *from = static_cast<const uint8_t *>(data);
        file->insert(file->end(), from, from + size);
    }
    static void add_header(std::vector<uint32_t> *headers, uint32_t name, uint32_t type, uint32_t flags,
                           uint32_t address, uint32_t offset, uint32_t size)
    {
        const uint32_t header[10] = {name, type, flags, address, offset, size, 0, 0, 4, 0};
        headers->insert(headers->end(), header, header + 10);
    }
};

TEST(rom_file, sections_of_an_elf_file_come_to_lie_where_they_are_linked)
{
    elf_file elf;
    elf.section(".text", 6, 0x40000400, {0x11111111});
    elf.section(".rodata", 2, 0x3FF96000, {0x22222222});
    elf.section(".code1", 6, 0x40065000, {0x33333333});
    rom_ptr rom = parse(elf.bytes());
    ASSERT_TRUE(rom);
    EXPECT_EQ(word_of(rom->bytes + 0x400), 0x11111111u);
    EXPECT_EQ(word_of(rom->bytes + ROM_0_SIZE + 0x6000), 0x22222222u) << "ROM 1 on the data bus";
    EXPECT_EQ(word_of(rom->bytes + ROM_0_SIZE + 0x5000), 0x33333333u) << "ROM 1 on the instruction bus";
}

TEST(rom_file, variables_come_to_lie_where_reset_code_copies_them_from)
{
    elf_file elf;
    elf.section(".text", 6, 0x40000400, {0x11111111});
    elf.section(".table", 2, 0x4000D588, {VARIABLE_PRO, VARIABLE_PRO + 4, 0x4000F0D0, 1});
    elf.section(".data_etsc_pro", 1, VARIABLE_PRO, {13, 0, 0, 0});
    elf.section(".data_etsc_app", 1, VARIABLE_APP, {99, 0, 0, 0});
    rom_ptr rom = parse(elf.bytes());
    ASSERT_TRUE(rom);
    EXPECT_EQ(word_of(rom->bytes + 0xF0D0), 13u);
}

TEST(rom_file, the_app_cpu_sees_addresses_of_its_own_variables)
{
    elf_file elf;
    elf.section(".text", 6, 0x40000400, {VARIABLE_PRO, 0x3FFE000C, 0x3FFE3F20, 0x3FFE3F24});
    rom_ptr rom = parse(elf.bytes());
    ASSERT_TRUE(rom);
    EXPECT_EQ(word_of(rom->app + 0x400), VARIABLE_APP);
    EXPECT_EQ(word_of(rom->app + 0x404), 0x3FFE000Cu) << "shared by both";
    EXPECT_EQ(word_of(rom->app + 0x408), 0x3FFE7E30u) << "the stack";
    EXPECT_EQ(word_of(rom->app + 0x40C), 0x3FFE3F24u);
}

TEST(rom_file, what_is_no_rom_is_refused)
{
    std::string said;
    EXPECT_FALSE(parse({}, &said));
    EXPECT_EQ(said, "host rom.bin: offset 0x0: the file ends here; expected an ELF file, or ROM 0 (0x60000 bytes) and "
                    "ROM 1 (up to 0x10000)");
    EXPECT_FALSE(parse(std::vector<uint8_t>(ROM_0_SIZE + ROM_1_SIZE + 1), &said));
    EXPECT_FALSE(parse(std::vector<uint8_t>(ROM_0_SIZE + ROM_1_SIZE), &said));
    EXPECT_EQ(said, "host rom.bin: offset 0x0: nothing at the reset vector 0x40000400; expected an ESP32's ROM");
    EXPECT_FALSE(parse({0x7F, 'E', 'L', 'F', 1, 1, 1}, &said));
    std::vector<uint8_t> cut = elf_file().bytes();
    cut.resize(cut.size() - 1);
    EXPECT_FALSE(parse(cut, &said));
}

TEST(rom_file, functions_have_names_without_a_file)
{
    uint32_t offset = 1;
    EXPECT_STREQ(rom_name(nullptr, 0x40007D54, &offset), "ets_printf");
    EXPECT_EQ(offset, 0u);
    EXPECT_STREQ(rom_name(nullptr, 0x40007D56, &offset), "ets_printf");
    EXPECT_EQ(offset, 2u);
    EXPECT_EQ(rom_name(nullptr, 0x40080000, &offset), nullptr);
}

class rom_node
{
  public:
    captured_log log;
    struct image *image;
    rom_ptr rom;
    struct node *node = nullptr;
    std::vector<std::string> incidents;

    rom_node(struct image *content, rom_ptr given, bool boots,
             const std::function<void(struct node_config *)> &change = nullptr)
        : image(content), rom(std::move(given))
    {
        struct node_config config = {};
        config.name = "node0";
        config.image = image;
        config.rom = rom.get();
        config.boot_rom = boots;
        config.chip_revision = 3;
        config.strap = 0x13;
        config.cores = 2;
        config.cpu_hz = 40000000;
        config.flash_size = 1 << 20;
        config.quantum = SIM_US(1);
        config.log = log;
        config.observer.ctx = this;
        config.observer.incident = [](void *ctx, enum node_incident kind, unsigned, const char *text, sim_time) {
            if (kind == NODE_ROM_CALL)
                static_cast<rom_node *>(ctx)->incidents.emplace_back(text);
        };
        if (change)
            change(&config);
        EXPECT_EQ(node_create(&config, &node), SIM_OK) << log.text();
        EXPECT_EQ(node_power_on(node), SIM_OK);
    }
    ~rom_node()
    {
        node_destroy(node);
        image_destroy(image);
    }
    rom_node(const rom_node &) = delete;
    rom_node &operator=(const rom_node &) = delete;

    // As the PRO CPU's.
    uint32_t access(uint32_t address, bool write, uint32_t value = 0) const
    {
        struct bus_access access = {};
        access.address = address;
        access.size = 4;
        access.write = write;
        access.value = value;
        access.time = node_now(node);
        struct bus_port *port = bus_map_port(node_map(node), BUS_PRO_CPU);
        EXPECT_EQ(port->access(port->ctx, &access), BUS_OK);
        return access.value;
    }
    void store(uint32_t address, uint32_t value) const
    {
        access(address, true, value);
    }
    uint32_t load(uint32_t address) const
    {
        return access(address, false);
    }
    void run_for(sim_time duration) const
    {
        node_run(node, node_now(node) + duration);
    }
    const uint8_t *flash() const
    {
        uint32_t size;
        return node_flash_bytes(node, &size);
    }
    uint32_t word(uint32_t address) const
    {
        uint32_t value = 0;
        EXPECT_TRUE(xt_mem_read(node_core(node, 0), address, &value, 4));
        return value;
    }
};

struct image *chip(const std::vector<uint8_t> &content)
{
    auto *image = static_cast<struct image *>(calloc(1, sizeof(struct image)));
    image->kind = IMAGE_CHIP;
    image->path = strdup("chip.bin");
    image->file = copy_of(content);
    image->file_size = content.size();
    return image;
}

// Stores the address of the running core's own variable in that variable; then lets the other core go.
guest program_for_both_cores()
{
    guest g(ROM_0_ADDRESS);
    g.li(2, VARIABLE_PRO);
    g.op("s32i", {2, 2, 0});
    g.poke(DPORT + 0x30, 1); // APPCPU_CTRL_B: clock
    g.poke(DPORT + 0x2C, 0); // APPCPU_CTRL_A: out of reset
    g.forever();
    return g;
}

TEST(rom_boot, both_cores_start_at_the_reset_vector_and_have_their_own_variables)
{
    rom_node board(chip({0xFF}), parse(raw_rom(program_for_both_cores())), true);
    node_run(board.node, SIM_US(100));
    EXPECT_EQ(board.word(VARIABLE_PRO), VARIABLE_PRO);
    EXPECT_EQ(board.word(VARIABLE_APP), VARIABLE_APP);
}

TEST(rom_boot, the_other_reset_vector_is_in_rtc_memory)
{
    guest g(ROM_0_ADDRESS);
    g.poke(RTC_SLOW, 0xFFFF06);                // j to itself
    g.poke(RTC_CNTL + 0x34, 1 << 12);          // RESET_STATE: APP CPU's vector as it was, PRO CPU's the other
    g.poke(RTC_CNTL + 0x00, UINT32_C(1) << 5); // OPTIONS0: reset of the PRO CPU
    g.forever();
    rom_node board(chip({0xFF}), parse(raw_rom(g)), true);
    node_run(board.node, SIM_MS(2));
    EXPECT_EQ(xt_pc(node_core(board.node, 0)), RTC_SLOW);
}

TEST(rom_boot, flash_boot_is_watched_over)
{
    guest g(ROM_0_ADDRESS);
    g.forever();
    rom_node board(chip({0xFF}), parse(raw_rom(g)), true);
    node_run(board.node, SIM_S(2));
    struct node_counts counts;
    node_get_counts(board.node, &counts);
    EXPECT_GT(counts.resets, 0u) << "nobody feeds the watchdogs that are on after reset";
}

TEST(rom_missing, a_call_of_the_rom_is_named_and_ends_the_core)
{
    guest g;
    g.li(8, 0x40007D54);
    g.op("callx8", {8});
    g.forever();
    rom_node board(g.image(), rom_ptr(rom_create_missing()), false);
    node_run(board.node, SIM_MS(1));
    ASSERT_EQ(board.incidents.size(), 1u);
    EXPECT_EQ(board.incidents[0], "called ets_printf at 0x40007d54 of the mask ROM from 0x40080806");
    EXPECT_EQ(node_get_state(board.node), NODE_DEAD);
}

TEST(rom_missing, a_program_that_the_node_loads_finds_the_roms_variables)
{
    std::vector<uint8_t> file = raw_rom(program_for_both_cores());
    auto put = [&](uint32_t place, std::vector<uint32_t> words) {
        memcpy(file.data() + place, words.data(), 4 * words.size());
    };
    put(0xD588, {0x3FFE0440, 0x3FFE0448, 0x4000F0E0, 1});
    put(0xF0E0, {0x12345678, 0x9ABCDEF0});
    guest g;
    g.forever();
    rom_node board(g.image(), parse(file), false);
    node_run(board.node, SIM_US(10));
    EXPECT_EQ(board.word(0x3FFE0444), 0x9ABCDEF0u);
    EXPECT_EQ(board.word(VARIABLE_PRO), 40u) << "ticks of the CPU clock in a microsecond";
}

// --- Flash encryption ------------------------------------------------------------------------------------------------

constexpr uint32_t MMU_PRO = 0x3FF10000, DROM = 0x3F400000, SPI1 = 0x3FF42000, FLASH_CRYPT = 0x3FF5B000;
constexpr uint32_t SPI_DECRYPT = 1 << 12, SPI_ENCRYPT = 1 << 8; // DPORT's SLAVE_SPI_CONFIG

// espsecure.py encrypt_flash_data -k KEY -a 0x1000 --flash_crypt_conf 15: 32 bytes 7 n + 3, key 00 to 1f.
constexpr uint8_t CIPHER[32] = {0xbe, 0xc9, 0xba, 0x38, 0xf4, 0x2c, 0xb1, 0x14, 0x66, 0x17, 0x67,
                                0x0c, 0xc5, 0x96, 0x2e, 0x8b, 0x20, 0x67, 0xa4, 0x72, 0x5d, 0xc4,
                                0xdb, 0x79, 0x06, 0x74, 0x7b, 0x88, 0xa4, 0xbb, 0xb2, 0x77};
constexpr uint32_t PLAIN_0 = 0x18110A03, CIPHER_0 = 0x38BAC9BE;

class encrypted_node : public rom_node
{
  public:
    // strap: 0x13 boots from flash, 0x03 waits for a download. count: FLASH_CRYPT_CNT. options: of eFuse block 0,
    // word 6.
    encrypted_node(uint32_t strap, unsigned count, uint32_t options = 0)
        : rom_node(chip(content()), parse(raw_rom(idle())), true, [&](struct node_config *config) {
              config->strap = strap;
              config->fuses[0][0] = count << 20;
              config->fuses[0][5] = UINT32_C(15) << 28;
              config->fuses[0][6] = options;
              for (unsigned i = 0; i < 32; i++)
                  config->fuses[1][i / 4] |= (31 - i) << 8 * (i % 4);
          })
    {
        run_for(SIM_US(10));
        store(MMU_PRO, 0);                                    // flash from 0 on at DROM
        store(DPORT + 0x44, load(DPORT + 0x44) & ~(1u << 4)); // CACHE_CTRL1: DROM0 open
        store(DPORT + 0x40, load(DPORT + 0x40) | 1u << 3);    // CACHE_CTRL: enable
    }
    void spi(uint32_t command)
    {
        store(SPI1, command);
        run_for(SIM_US(50));
    }

  private:
    static std::vector<uint8_t> content()
    {
        std::vector<uint8_t> bytes(0x2000, 0xFF);
        std::copy(std::begin(CIPHER), std::end(CIPHER), bytes.begin() + 0x1000);
        return bytes;
    }
    static guest idle()
    {
        guest g(ROM_0_ADDRESS);
        g.forever();
        return g;
    }
};

TEST(flash_encryption, is_on_while_an_odd_number_of_bits_of_the_counter_is_burnt)
{
    EXPECT_EQ(encrypted_node(0x13, 0).load(DROM + 0x1000), CIPHER_0);
    EXPECT_EQ(encrypted_node(0x13, 1).load(DROM + 0x1000), PLAIN_0);
    EXPECT_EQ(encrypted_node(0x13, 3).load(DROM + 0x1000), CIPHER_0);
    EXPECT_EQ(encrypted_node(0x13, 0x7F).load(DROM + 0x1000), PLAIN_0);
}

TEST(flash_encryption, concerns_the_caches_and_not_what_software_reads_from_the_chip)
{
    encrypted_node board(0x13, 1);
    board.store(SPI1 + 0x1C, UINT32_C(1) << 31 | 1u << 30 | 1u << 28); // USER: command, address, MISO
    board.store(SPI1 + 0x20, UINT32_C(23) << 26);                      // USER1: 24 bits of address
    board.store(SPI1 + 0x24, UINT32_C(7) << 28 | 0x03);                // USER2: read
    board.store(SPI1 + 0x2C, 31);                                      // MISO_DLEN
    board.store(SPI1 + 0x04, UINT32_C(0x1000) << 8);
    board.spi(1u << 18); // USR
    EXPECT_EQ(board.load(SPI1 + 0x80), CIPHER_0);
    EXPECT_EQ(board.load(DROM + 0x1000), PLAIN_0);
}

TEST(flash_encryption, in_download_mode_is_software_s_choice_unless_fuses_deny_it)
{
    encrypted_node open(0x03, 1);
    EXPECT_EQ(open.load(DROM + 0x1000), CIPHER_0);
    open.store(DPORT + 0xC8, SPI_DECRYPT);
    EXPECT_EQ(open.load(DROM + 0x1000), PLAIN_0);
    open.store(DPORT + 0xC8, 0);
    EXPECT_EQ(open.load(DROM + 0x1000), CIPHER_0);

    encrypted_node no_decrypt(0x03, 1, 1 << 8);
    no_decrypt.store(DPORT + 0xC8, SPI_DECRYPT);
    EXPECT_EQ(no_decrypt.load(DROM + 0x1000), CIPHER_0);

    encrypted_node no_cache(0x03, 1, 1 << 9);
    no_cache.store(DPORT + 0xC8, SPI_DECRYPT);
    EXPECT_EQ(no_cache.load(DROM + 0x1000), 0u) << "DISABLE_DL_CACHE";
}

// As the ROM's SPI_Encrypt_Write does it: the words to be written go to the encryption block, the plain ones to SPI1.
TEST(flash_encryption, of_what_is_written_goes_by_the_encryption_block)
{
    encrypted_node board(0x13, 1);
    board.load(DROM + 0x1800); // in use before it is written
    const uint32_t address = 0x1000 + 0x800;
    for (int pass = 0; pass < 2; pass++) { // first to see what it must look like there
        board.store(DPORT + 0xC8, pass ? SPI_ENCRYPT : 0);
        board.store(FLASH_CRYPT + 0x24, address);
        for (unsigned i = 0; i < 8; i++) {
            board.store(FLASH_CRYPT + 4 * i, 0x01010101 * (i + 1));
            board.store(SPI1 + 0x80 + 4 * i, 0x01010101 * (i + 1));
        }
        board.store(FLASH_CRYPT + 0x20, 1);
        EXPECT_EQ(board.load(FLASH_CRYPT + 0x28), 1u);
        if (pass == 0)
            continue;
        board.spi(UINT32_C(1) << 30); // FLASH_WREN
        board.store(SPI1 + 0x04, UINT32_C(32) << 24 | address);
        board.spi(UINT32_C(1) << 25); // FLASH_PP
        board.run_for(SIM_MS(3));
    }
    EXPECT_NE(board.flash()[address], 1);
    EXPECT_NE(board.flash()[address], 0xFF);
    for (unsigned i = 0; i < 8; i++)
        EXPECT_EQ(board.load(DROM + address + 4 * i), 0x01010101 * (i + 1)) << i;
}

// --- Loss of power ---------------------------------------------------------------------------------------------------

// Copies a word of RTC memory to the next one and puts a note in its place.
guest note_maker()
{
    guest g(ROM_0_ADDRESS);
    g.li(2, RTC_SLOW);
    g.op("l32i", {3, 2, 0});
    g.op("s32i", {3, 2, 4}); // what was there
    g.li(3, 7);
    g.op("s32i", {3, 2, 0});
    g.forever();
    return g;
}

TEST(supply, that_fails_leaves_a_sector_half_erased_and_internal_memory_empty)
{
    std::vector<uint8_t> content(0x20000, 0x5A);
    rom_node board(chip(content), parse(raw_rom(note_maker())), true);
    board.run_for(SIM_MS(1));
    board.store(SPI1 + 0x04, 0x10000);
    board.store(SPI1, UINT32_C(1) << 30); // FLASH_WREN
    board.run_for(SIM_MS(1));
    board.store(SPI1, UINT32_C(1) << 24); // FLASH_SE
    board.run_for(SIM_MS(10));            // of about 45
    EXPECT_EQ(board.flash()[0x10000], 0x5A) << "what an erase does appears when it is over";
    EXPECT_EQ(board.word(RTC_SLOW), 7u);
    node_set_supply(board.node, 0, node_now(board.node));
    board.run_for(SIM_MS(1));
    EXPECT_EQ(board.word(RTC_SLOW), 0u);
    unsigned old = 0, erased = 0;
    for (uint32_t i = 0; i < 4096; i++) {
        old += board.flash()[0x10000 + i] == 0x5A;
        erased += board.flash()[0x10000 + i] == 0xFF;
    }
    EXPECT_LT(old, 4000u);
    EXPECT_LT(erased, 4000u);
    EXPECT_EQ(board.flash()[0xFFFF], 0x5A) << "the neighbours are as they were";
    EXPECT_EQ(board.flash()[0x11000], 0x5A);
    std::vector<uint8_t> after(board.flash(), board.flash() + content.size());

    board.run_for(SIM_S(20)); // longer than any watchdog waits
    struct node_counts counts;
    node_get_counts(board.node, &counts);
    EXPECT_EQ(counts.resets, 0u) << "nobody resets what is off";
    EXPECT_TRUE(std::equal(after.begin(), after.end(), board.flash()));

    node_set_supply(board.node, 3300, node_now(board.node));
    board.run_for(SIM_US(100));
    node_get_counts(board.node, &counts);
    EXPECT_EQ(counts.resets, 1u);
    EXPECT_EQ(board.word(RTC_SLOW), 7u) << "the program has started again";
    EXPECT_EQ(board.word(RTC_SLOW + 4), 0u);
    EXPECT_EQ(board.load(RTC_CNTL + 0x34) & 0x3F, 1u) << "power-on";
}

TEST(supply, that_only_sinks_is_the_brown_out_detector_s_business)
{
    guest g(ROM_0_ADDRESS);
    g.forever();
    rom_node board(chip({0xFF}), parse(raw_rom(g)), true);
    board.run_for(SIM_MS(1));
    node_set_supply(board.node, 2100, node_now(board.node));
    board.run_for(SIM_MS(1));
    struct node_counts counts;
    node_get_counts(board.node, &counts);
    EXPECT_EQ(counts.resets, 0u) << "it is off after reset";
    EXPECT_EQ(node_get_state(board.node), NODE_ACTIVE);
}

} // namespace
