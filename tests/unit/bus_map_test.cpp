/* SPDX-License-Identifier: Apache-2.0 */
/* The ESP32's memory system as its initiators see it. */
#include "bus/base/rng.h"
#include "bus/map.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace
{

const uint32_t DRAM = 0x3FFAE000, DRAM_END = 0x40000000, SRAM1 = 0x3FFE0000, SRAM1_CODE = 0x400A0000;
const uint32_t IRAM = 0x40080000, ROM0 = 0x40000000, DROM = 0x3F400000, IROM = 0x400D0000, PSRAM = 0x3F800000;

/* A device with one plain word; the number of reads shows. */
uint32_t count_reads(struct dev *dev, unsigned, uint32_t stored);

#define REG_FILE "tests/unit/bus_map_test_regs.def"
#define REG_PREFIX TOY
#define REG_TABLE toy_regs
#define REG_BLOCK "TOY"
#define REG_SOURCE "none"
#define REG_SIZE 0x80
#include "bus/reg_expand.h"

uint32_t count_reads(struct dev *dev, unsigned, uint32_t stored)
{
    reg_put_word(dev, TOY_COUNT, stored + 1);
    return stored + 1;
}

const struct dev_ops toy_ops = {&toy_regs, nullptr, nullptr, nullptr};

struct change {
    enum bus_initiator who;
    uint32_t first, last;
    bool operator==(const change &o) const
    {
        return who == o.who && first == o.first && last == o.last;
    }
};

class BusMap : public ::testing::Test
{
  protected:
    struct clock_tree clocks;
    struct dev_env env = {};
    struct line cache_illegal = {};
    struct bus_map *map = nullptr;
    struct dev toy;
    std::vector<std::string> messages;
    std::vector<change> changes;
    sim_time now = 0;

    void SetUp() override
    {
        clock_tree_init(&clocks);
        set_cpu_hz(240000000, 80000000);
        env.clocks = &clocks;
        env.scope = "node0";
        env.log = log_create(
            [](void *ctx, const struct log_record *r) {
                static_cast<std::vector<std::string> *>(ctx)->push_back(std::string(log_class_name(r->class_)) + " " +
                                                                        r->source + ": " + r->text);
            },
            &messages, LOG_DEBUG);
        struct bus_map_config config = {};
        config.flash_size = 0x400000;
        config.psram_size = 0x400000;
        config.cache_illegal = &cache_illegal;
        map = bus_map_create(&config, &env);
        ASSERT_NE(map, nullptr);
        ASSERT_EQ(dev_init(&toy, &toy_ops, "toy", &env), SIM_OK);
        ASSERT_EQ(bus_map_attach(map, 0x3FF44000, &toy), SIM_OK);
        bus_map_listen(
            map,
            [](void *ctx, enum bus_initiator who, uint32_t first, uint32_t last) {
                static_cast<std::vector<change> *>(ctx)->push_back({who, first, last});
            },
            &changes);
    }
    void TearDown() override
    {
        bus_map_destroy(map);
        dev_fini(&toy);
        log_destroy(env.log);
    }
    void set_cpu_hz(uint64_t cpu, uint64_t apb)
    {
        clock_tree_set(&clocks, CLOCK_CPU, 0, cpu);
        clock_tree_set(&clocks, CLOCK_APB, 0, apb);
    }
    struct bus_access make(uint32_t address, unsigned size, bool write, uint32_t value) const
    {
        struct bus_access a = {};
        a.address = address;
        a.size = (uint8_t)size;
        a.write = write;
        a.value = value;
        a.time = now;
        return a;
    }
    enum bus_result store(uint32_t address, uint32_t value, unsigned size = 4, enum bus_initiator who = BUS_PRO_CPU)
    {
        struct bus_access a = make(address, size, true, value);
        struct bus_port *port = bus_map_port(map, who);
        enum bus_result result = port->access(port->ctx, &a);
        cost = a.cost;
        return result;
    }
    enum bus_result load(uint32_t address, unsigned size = 4, enum bus_initiator who = BUS_PRO_CPU)
    {
        struct bus_access a = make(address, size, false, 0xDEADBEEF);
        struct bus_port *port = bus_map_port(map, who);
        enum bus_result result = port->access(port->ctx, &a);
        loaded = a.value;
        cost = a.cost;
        return result;
    }
    enum bus_result fetch(uint32_t address, enum bus_initiator who = BUS_PRO_CPU)
    {
        struct bus_access a = make(address, 4, false, 0);
        a.fetch = true;
        struct bus_port *port = bus_map_port(map, who);
        enum bus_result result = port->access(port->ctx, &a);
        loaded = a.value;
        return result;
    }
    uint32_t word(uint32_t address, enum bus_initiator who = BUS_PRO_CPU)
    {
        EXPECT_EQ(load(address, 4, who), BUS_OK) << std::hex << address;
        return loaded;
    }
    enum bus_result debug(uint32_t address, unsigned size, bool write, uint32_t value,
                          enum bus_initiator who = BUS_DEBUG)
    {
        struct bus_access a = make(address, size, write, value);
        struct bus_port *port = bus_map_port(map, who);
        enum bus_result result = port->debug(port->ctx, &a);
        loaded = a.value;
        return result;
    }
    bool grant(uint32_t address, struct bus_dmi *dmi, enum bus_initiator who = BUS_PRO_CPU)
    {
        struct bus_port *port = bus_map_port(map, who);
        return port->dmi(port->ctx, address, dmi);
    }
    uint32_t loaded = 0;
    sim_time cost = 0;
};

/* --- Internal memory ---------------------------------------------------------------------------------------------- */

TEST_F(BusMap, DramTakesEverySizeAtEveryAlignment)
{
    for (uint32_t base : {DRAM, SRAM1 - 8, SRAM1, DRAM_END - 8})
        for (unsigned size : {1u, 2u, 4u})
            for (uint32_t at = base; at + size <= base + 8; at++) {
                ASSERT_EQ(store(at, 0x87654321, size), BUS_OK);
                ASSERT_EQ(load(at, size), BUS_OK);
                ASSERT_EQ(loaded, 0x87654321 & bits_mask(size * 8));
                ASSERT_EQ(cost, 0u);
            }
}

TEST_F(BusMap, AnUnalignedWordAcrossTwoBanksIsOneAccess)
{
    ASSERT_EQ(store(SRAM1 - 2, 0x44332211), BUS_OK);
    EXPECT_EQ(word(SRAM1 - 4), 0x22110000u);
    EXPECT_EQ(word(SRAM1), 0x00004433u);
    EXPECT_EQ(word(SRAM1 - 2), 0x44332211u);
}

TEST_F(BusMap, AWordAcrossTheEndOfMemoryFailsAndWritesNothing)
{
    EXPECT_EQ(store(0x50001FFE, 0xFFFFFFFF), BUS_ERROR_ADDRESS);
    EXPECT_EQ(word(0x50001FFC), 0u);
    EXPECT_EQ(load(0x50001FFF, 2), BUS_ERROR_ADDRESS);
    EXPECT_EQ(load(DRAM_END - 2), BUS_ERROR_WIDTH) << "the rest would lie in ROM 0, on the other bus";
    EXPECT_EQ(store(DRAM_END - 2, 0xFFFFFFFF), BUS_ERROR_ACCESS);
    EXPECT_EQ(word(DRAM_END - 4), 0u);
}

/* ESP32 TRM, Internal SRAM 1: 0x3FFE0000 and 0x400BFFFC are the same word, 0x3FFE0004 and 0x400BFFF8, and so on. */
TEST_F(BusMap, Sram1CountsItsWordsDownOnTheInstructionBus)
{
    store(0x3FFE0000, 0x11111111);
    store(0x3FFE0004, 0x22222222);
    store(0x3FFFFFFC, 0x33333333);
    EXPECT_EQ(word(0x400BFFFC), 0x11111111u);
    EXPECT_EQ(word(0x400BFFF8), 0x22222222u);
    EXPECT_EQ(word(0x400A0000), 0x33333333u);
    for (uint32_t n = 0; n < 0x20000; n += 4) {
        ASSERT_EQ(store(SRAM1_CODE + n, n ^ 0xA5A5A5A5), BUS_OK);
        ASSERT_EQ(word(0x3FFFFFFC - n), n ^ 0xA5A5A5A5);
    }
}

TEST_F(BusMap, BytesKeepTheirOrderWithinAReversedWord)
{
    store(0x3FFE0000, 0x44332211);
    for (unsigned i = 0; i < 4; i++) {
        ASSERT_EQ(debug(0x400BFFFC + i, 1, false, 0), BUS_OK);
        EXPECT_EQ(loaded, 0x11u * (i + 1));
    }
}

TEST_F(BusMap, TheInstructionBusCarriesOnlyAlignedWords)
{
    for (uint32_t base : {ROM0, 0x40060000u, 0x40070000u, 0x40078000u, IRAM, SRAM1_CODE, 0x400C0000u}) {
        EXPECT_EQ(load(base, 4), BUS_OK);
        EXPECT_EQ(load(base, 2), BUS_ERROR_WIDTH);
        EXPECT_EQ(load(base, 1), BUS_ERROR_WIDTH);
        EXPECT_EQ(load(base + 2, 4), BUS_ERROR_WIDTH);
    }
    EXPECT_EQ(store(IRAM, 0xFF, 1), BUS_ERROR_WIDTH);
    EXPECT_EQ(word(IRAM), 0u) << "a refused access has no effect";
}

TEST_F(BusMap, OnlyTheInstructionBusCanBeFetchedFrom)
{
    for (uint32_t address : {ROM0, 0x40060000u, 0x40070000u, IRAM, SRAM1_CODE, 0x400C0000u, 0x50000000u})
        EXPECT_EQ(fetch(address), BUS_OK) << std::hex << address;
    for (uint32_t address : {DRAM, SRAM1, 0x3FF80000u, 0x3FF90000u, 0x3FF44000u, 0x60004000u})
        EXPECT_EQ(fetch(address), BUS_ERROR_ADDRESS) << std::hex << address;
}

TEST_F(BusMap, RomRefusesStoresButTheLoaderFillsIt)
{
    EXPECT_EQ(debug(ROM0 + 0x400, 4, true, 0x12345678), BUS_OK);
    EXPECT_EQ(word(ROM0 + 0x400), 0x12345678u);
    EXPECT_EQ(store(ROM0 + 0x400, 0), BUS_ERROR_ACCESS);
    EXPECT_EQ(word(ROM0 + 0x400), 0x12345678u);
    EXPECT_EQ(debug(0x40065000, 4, true, 0x0BADCAFE), BUS_OK);
    EXPECT_EQ(word(0x3FF95000), 0x0BADCAFEu) << "ROM 1 is on both buses";
    EXPECT_EQ(store(0x3FF95000, 0), BUS_ERROR_ACCESS);
}

/* The manual says so of both buses; MicroPython on ESP-IDF reads it on the data bus of the APP CPU. */
TEST_F(BusMap, RtcFastMemoryIsCodeOfTheProCpuAlone)
{
    EXPECT_EQ(store(0x3FF80010, 0x1234), BUS_OK);
    EXPECT_EQ(word(0x400C0010), 0x1234u);
    EXPECT_EQ(load(0x3FF80010, 4, BUS_APP_CPU), BUS_OK);
    EXPECT_EQ(load(0x400C0010, 4, BUS_APP_CPU), BUS_ERROR_ADDRESS);
    EXPECT_EQ(store(0x50000010, 0x5678, 4, BUS_APP_CPU), BUS_OK) << "RTC SLOW is both cores'";
    EXPECT_EQ(word(0x50000010), 0x5678u);
}

TEST_F(BusMap, DmaSeesSram1AndSram2ByTheirDataAddresses)
{
    EXPECT_EQ(store(DRAM, 1, 4, BUS_DMA), BUS_OK);
    EXPECT_EQ(store(DRAM_END - 4, 1, 4, BUS_DMA), BUS_OK);
    for (uint32_t address : {IRAM, SRAM1_CODE, ROM0, 0x3FF90000u, 0x3FF80000u, 0x50000000u, 0x3FF44000u, DROM, PSRAM})
        EXPECT_EQ(load(address, 4, BUS_DMA), BUS_ERROR_ADDRESS) << std::hex << address;
}

TEST_F(BusMap, NothingAnswersBetweenTheRegions)
{
    for (uint32_t address : {0u, 0x20000000u, 0x3F3FFFFCu, 0x3FC00000u, 0x3FF82000u, 0x3FFA0000u, 0x3FFADFFCu,
                             0x400C2000u, 0x400CFFFCu, 0x40C00000u, 0x50002000u, 0x60040000u, 0xFFFFFFFCu})
        EXPECT_EQ(load(address), BUS_ERROR_ADDRESS) << std::hex << address;
}

/* --- Guest errors ---------------------------------------------------------------------------------------------------
 */

TEST_F(BusMap, AGuestErrorIsSaidOncePerPageAndCounted)
{
    load(0x20000000);
    load(0x20000004);
    store(0x20002000, 0, 2, BUS_APP_CPU);
    load(IRAM + 1, 1);
    EXPECT_EQ(messages,
              (std::vector<std::string>{
                  "guest node0.bus: PRO CPU: load of 4 bytes at 0x20000000: nothing answers there",
                  "guest node0.bus: APP CPU: store of 2 bytes at 0x20002000: nothing answers there",
                  "guest node0.bus: PRO CPU: load of 1 byte at 0x40080001: the bus carries only aligned 32-bit words",
              }));
    EXPECT_EQ(bus_map_errors(map, BUS_PRO_CPU, BUS_ERROR_ADDRESS), 2u);
    EXPECT_EQ(bus_map_errors(map, BUS_APP_CPU, BUS_ERROR_ADDRESS), 1u);
    EXPECT_EQ(bus_map_errors(map, BUS_PRO_CPU, BUS_ERROR_WIDTH), 1u);
}

TEST_F(BusMap, TheDebuggerMakesNoNoise)
{
    EXPECT_EQ(debug(0x20000000, 4, false, 0), BUS_ERROR_ADDRESS);
    EXPECT_TRUE(messages.empty());
    EXPECT_EQ(bus_map_errors(map, BUS_DEBUG, BUS_ERROR_ADDRESS), 0u);
}

/* --- Remap ----------------------------------------------------------------------------------------------------------
 */

TEST_F(BusMap, RemapShowsSram1InPlaceOfTheFirst32KBOfRom0)
{
    debug(ROM0, 4, true, 0xAAAAAAAA);
    debug(ROM0 + 0x8000, 4, true, 0xBBBBBBBB);
    store(0x400B0000, 0xCCCCCCCC);
    bus_map_set_remap(map, 0, true);
    EXPECT_EQ(word(ROM0), 0xCCCCCCCCu);
    EXPECT_EQ(word(ROM0 + 0x8000), 0xBBBBBBBBu) << "the rest of ROM 0 stays";
    EXPECT_EQ(load(0x400B0000), BUS_ERROR_ADDRESS) << "not at its own place meanwhile";
    EXPECT_EQ(load(0x400AFFFC), BUS_OK);
    EXPECT_EQ(load(0x400B8000), BUS_OK);
    EXPECT_EQ(word(0x3FFEFFFC), 0xCCCCCCCCu) << "the data bus still has it";
    EXPECT_EQ(store(ROM0 + 0x7FFC, 0xDDDDDDDD), BUS_OK);
    EXPECT_EQ(word(0x3FFE8000), 0xDDDDDDDDu);
    EXPECT_EQ(word(ROM0, BUS_APP_CPU), 0xAAAAAAAAu) << "each core has its own bit";

    bus_map_set_remap(map, 0, false);
    EXPECT_EQ(word(ROM0), 0xAAAAAAAAu);
    EXPECT_EQ(word(0x400B0000), 0xCCCCCCCCu);
}

TEST_F(BusMap, RemapTellsWhoeverHoldsDirectPointers)
{
    bus_map_set_remap(map, 1, true);
    EXPECT_EQ(changes,
              (std::vector<change>{{BUS_APP_CPU, 0x40000000, 0x40007FFF}, {BUS_APP_CPU, 0x400B0000, 0x400B7FFF}}));
    changes.clear();
    bus_map_set_remap(map, 1, true);
    EXPECT_TRUE(changes.empty());
}

/* --- Flash and external RAM -----------------------------------------------------------------------------------------
 */

TEST_F(BusMap, AfterPowerOnTheWindowsAreClosed)
{
    EXPECT_EQ(load(DROM), BUS_OK) << "no exception: the interrupt is how hardware tells";
    EXPECT_EQ(loaded, 0u);
    EXPECT_TRUE(cache_illegal.level);
    uint32_t address = 0;
    EXPECT_TRUE(bus_map_illegal(map, 0, &address));
    EXPECT_EQ(address, DROM);
    EXPECT_FALSE(bus_map_illegal(map, 1, &address));
    bus_map_clear_illegal(map, 0, 0);
    EXPECT_FALSE(cache_illegal.level);
    EXPECT_EQ(messages.size(), 1u);
}

TEST_F(BusMap, ALoaderShowsFlashToBothCores)
{
    struct bus_mem *flash = bus_map_bank(map, BUS_BANK_FLASH);
    for (uint32_t i = 0; i < flash->size; i++)
        flash->bytes[i] = (uint8_t)(i ^ i >> 8 ^ i >> 16);
    ASSERT_EQ(bus_map_show_flash(map, DROM + 0x20, 0x10020, 0x20000), SIM_OK);
    ASSERT_EQ(bus_map_show_flash(map, IROM + 0x18, 0x50018, 0x1000), SIM_OK);
    for (enum bus_initiator who : {BUS_PRO_CPU, BUS_APP_CPU}) {
        for (uint32_t n : {0u, 0x20u, 0xFFFFu, 0x10000u, 0x2001Fu}) {
            ASSERT_EQ(load(DROM + n, 1, who), BUS_OK);
            EXPECT_EQ(loaded, flash->bytes[0x10000 + n]);
        }
        uint32_t expected = 0;
        memcpy(&expected, flash->bytes + 0x50018, 4);
        EXPECT_EQ(fetch(IROM + 0x18, who), BUS_OK);
        EXPECT_EQ(loaded, expected);
    }
    EXPECT_EQ(load(IROM + 0x18, 1), BUS_ERROR_WIDTH);
    EXPECT_EQ(store(DROM + 0x20, 0), BUS_ERROR_ACCESS) << "flash is not written through the cache";
}

TEST_F(BusMap, FlashIsShownOnlyWhereItCanBe)
{
    EXPECT_EQ(bus_map_show_flash(map, DROM + 0x20, 0x10000, 16), SIM_BAD_VALUE) << "offsets in the page differ";
    EXPECT_EQ(bus_map_show_flash(map, IRAM, 0, 16), SIM_BAD_VALUE);
    EXPECT_EQ(bus_map_show_flash(map, PSRAM, 0, 16), SIM_BAD_VALUE);
    EXPECT_EQ(bus_map_show_flash(map, DROM, 0x3F0000, 0x10001), SIM_BAD_VALUE) << "beyond the flash";
    EXPECT_EQ(bus_map_show_flash(map, DROM, 0x400000, 1), SIM_BAD_VALUE);
    EXPECT_EQ(bus_map_show_flash(map, 0x3F7F0000, 0, 0x10001), SIM_BAD_VALUE) << "beyond the window";
    EXPECT_EQ(bus_map_show_flash(map, DROM, 0, 0), SIM_BAD_VALUE);
    EXPECT_EQ(bus_map_show_flash(map, DROM, 0x3F0000, 0x10000), SIM_OK);
}

TEST_F(BusMap, TheGuestMapsPagesThroughTheTablesOfEachCore)
{
    struct bus_mem *flash = bus_map_bank(map, BUS_BANK_FLASH);
    flash->bytes[0x30004] = 0x42;
    bus_map_set_cache(map, 0, true, 0);
    bus_map_set_cache(map, 1, true, 0);
    EXPECT_EQ(word(0x3FF10000 + 4 * 77) & 0x100, 0x100u) << "invalid after power-on";
    changes.clear();
    EXPECT_EQ(store(0x3FF10000 + 4 * 77, 3), BUS_OK);
    EXPECT_EQ(changes,
              (std::vector<change>{{BUS_PRO_CPU, 0x400D0000, 0x400DFFFF}, {BUS_DEBUG, 0x400D0000, 0x400DFFFF}}));
    EXPECT_EQ(word(0x400D0004), 0x42u);
    EXPECT_EQ(word(0x400D0004, BUS_APP_CPU), 0u);
    EXPECT_EQ(store(0x3FF12000 + 4 * 77, 3), BUS_OK) << "either core writes either table";
    EXPECT_EQ(word(0x400D0004, BUS_APP_CPU), 0x42u);
    EXPECT_EQ(store(0x3FF12000 + 4 * 77, 0x100), BUS_OK);
    EXPECT_EQ(word(0x400D0004, BUS_APP_CPU), 0u);
}

TEST_F(BusMap, APageBeyondTheFlashIsNotThere)
{
    bus_map_set_cache(map, 0, true, 0);
    bus_map_set_page(map, 0, 0, 0x3F);
    EXPECT_EQ(load(DROM), BUS_OK);
    EXPECT_FALSE(cache_illegal.level);
    bus_map_set_page(map, 0, 0, 0x40);
    EXPECT_EQ(load(DROM), BUS_OK);
    EXPECT_TRUE(cache_illegal.level);
}

TEST_F(BusMap, EachBusHasItsMask)
{
    const struct {
        uint32_t address;
        unsigned bit;
    } window[] = {{IROM, 0}, {0x40400000, 1}, {0x40800000, 2}, {PSRAM, 3}, {DROM, 4}};
    for (unsigned entry = 0; entry < BUS_MMU_ENTRIES; entry++)
        bus_map_set_page(map, 0, entry, 0);
    for (auto &closed : window) {
        bus_map_set_cache(map, 0, true, 1u << closed.bit);
        for (auto &w : window) {
            struct bus_dmi dmi;
            EXPECT_EQ(grant(w.address, &dmi), w.bit != closed.bit) << std::hex << w.address;
        }
    }
}

TEST_F(BusMap, ExternalRamHas32KBPagesAndTakesBytes)
{
    bus_map_set_cache(map, 1, true, 0);
    bus_map_set_page(map, 1, 1152, 5);
    bus_map_set_page(map, 1, 1153, 2);
    EXPECT_EQ(store(PSRAM + 0x7FFE, 0x44332211, 4, BUS_APP_CPU), BUS_OK) << "unaligned, across two pages";
    struct bus_mem *psram = bus_map_bank(map, BUS_BANK_PSRAM);
    EXPECT_EQ(psram->bytes[5 * 0x8000 + 0x7FFE], 0x11);
    EXPECT_EQ(psram->bytes[5 * 0x8000 + 0x7FFF], 0x22);
    EXPECT_EQ(psram->bytes[2 * 0x8000], 0x33);
    EXPECT_EQ(psram->bytes[2 * 0x8000 + 1], 0x44);
}

TEST_F(BusMap, AResetClosesCachesAndRemapAndPowerOnForgetsPages)
{
    bus_map_show_flash(map, DROM, 0, 16);
    bus_map_set_remap(map, 0, true);
    bus_map_reset(map, DEV_RESET_SYSTEM, 0);
    struct bus_dmi dmi;
    EXPECT_FALSE(grant(DROM, &dmi));
    EXPECT_EQ(load(0x400B0000), BUS_OK);
    bus_map_set_cache(map, 0, true, 0);
    EXPECT_TRUE(grant(DROM, &dmi)) << "the table is a memory";
    bus_map_reset(map, DEV_RESET_POWER_ON, 0);
    bus_map_set_cache(map, 0, true, 0);
    EXPECT_FALSE(grant(DROM, &dmi));
}

/* --- Devices --------------------------------------------------------------------------------------------------------
 */

TEST_F(BusMap, ADeviceAnswersOnApbAndOnItsAhbAlias)
{
    EXPECT_EQ(store(0x3FF44000, 0x12345678), BUS_OK);
    EXPECT_EQ(word(0x60004000), 0x12345678u);
    EXPECT_EQ(store(0x60004001, 0xAA, 1, BUS_APP_CPU), BUS_OK);
    EXPECT_EQ(word(0x3FF44000), 0x1234AA78u);
    EXPECT_EQ(load(0x3FF44002, 2), BUS_OK);
    EXPECT_EQ(loaded, 0x1234u);
}

TEST_F(BusMap, TheDeviceSeesTheInitiatorsLocalTime)
{
    now = SIM_US(7);
    word(0x3FF44000);
    EXPECT_EQ(toy.now, SIM_US(7));
}

TEST_F(BusMap, AnUnalignedDeviceAccessIsRefused)
{
    EXPECT_EQ(load(0x3FF44002, 4), BUS_ERROR_WIDTH);
    EXPECT_EQ(load(0x3FF44001, 2), BUS_ERROR_WIDTH);
    EXPECT_EQ(load(0x60004003, 4), BUS_ERROR_WIDTH);
}

TEST_F(BusMap, TheDebuggerPeeksAndPokesWithoutHooks)
{
    EXPECT_EQ(debug(0x3FF44004, 4, false, 0), BUS_OK);
    EXPECT_EQ(debug(0x60004004, 4, false, 0), BUS_OK);
    EXPECT_EQ(loaded, 0u);
    EXPECT_EQ(word(0x3FF44004), 1u) << "only the guest's read counts";
    EXPECT_EQ(debug(0x3FF44002, 1, true, 0x77), BUS_OK);
    EXPECT_EQ(word(0x3FF44000), 0x00770000u);
}

TEST_F(BusMap, EmptyPeripheralSpaceReadsZeroAndIsReportedOnce)
{
    EXPECT_EQ(store(0x3FF5C000, 5), BUS_OK);
    EXPECT_EQ(load(0x3FF5C004), BUS_OK);
    EXPECT_EQ(loaded, 0u);
    EXPECT_EQ(load(0x3FF44080), BUS_OK) << "behind the last register, in the device's slot";
    EXPECT_EQ(messages, (std::vector<std::string>{
                            "unimpl node0.bus: no device at 0x3ff5c000 (write of 0x00000005)",
                            "unimpl node0.bus: no device at 0x3ff44080 (read as 0x00000000)",
                        }));
}

TEST_F(BusMap, TwoDevicesCannotShareAPlace)
{
    EXPECT_EQ(bus_map_attach(map, 0x3FF44000, &toy), SIM_BUSY);
    EXPECT_EQ(bus_map_attach(map, 0x3FF10000, &toy), SIM_BUSY) << "the MMU tables are devices too";
    EXPECT_EQ(bus_map_attach(map, 0x3FF44080, &toy), SIM_BAD_VALUE);
    EXPECT_EQ(bus_map_attach(map, 0x3FF80000, &toy), SIM_BAD_VALUE);
    EXPECT_EQ(bus_map_attach(map, 0x20000000, &toy), SIM_BAD_VALUE);
    EXPECT_EQ(bus_map_attach(map, 0x3FF7FF00, &toy), SIM_OK) << "the last slot";
    ASSERT_EQ(bus_map_target_count(map), 4u);
    EXPECT_STREQ(bus_map_target(map, 2)->name, "toy");
    EXPECT_EQ(bus_map_target(map, 2)->first, 0x3FF44000u);
    EXPECT_EQ(bus_map_target(map, 2)->last, 0x3FF4407Fu);
}

struct foreign {
    struct bus_access last;
    uint8_t bytes[0x2000];
    struct bus_port port = {this, access, dmi, access};
    static enum bus_result access(void *ctx, struct bus_access *a)
    {
        auto *self = static_cast<foreign *>(ctx);
        self->last = *a;
        a->value = 0x600D;
        a->cost = 111;
        return a->address == 0x70000004 ? BUS_ERROR_ACCESS : BUS_OK;
    }
    static bool dmi(void *ctx, uint32_t, struct bus_dmi *d)
    {
        *d = {};
        d->host = static_cast<foreign *>(ctx)->bytes;
        return true;
    }
};

TEST_F(BusMap, AnybodyMayAnswerWhereNothingIs)
{
    foreign f = {};
    ASSERT_EQ(bus_map_attach_port(map, "mine", 0x70000000, 0x70001FFF, &f.port), SIM_OK);
    EXPECT_EQ(word(0x70000010, BUS_APP_CPU), 0x600Du);
    EXPECT_EQ(f.last.address, 0x70000010u);
    EXPECT_EQ(f.last.initiator, BUS_APP_CPU);
    EXPECT_EQ(cost, 111u);
    EXPECT_EQ(load(0x70000004), BUS_ERROR_ACCESS);
    EXPECT_EQ(messages.size(), 1u);
    struct bus_dmi dmi;
    EXPECT_TRUE(grant(0x70000000, &dmi));
    EXPECT_EQ(dmi.host, f.bytes);
    EXPECT_EQ(load(0x70000000, 4, BUS_DMA), BUS_ERROR_ADDRESS);
    EXPECT_EQ(debug(0x70000000, 1, false, 0), BUS_OK);

    EXPECT_EQ(bus_map_attach_port(map, "x", 0x70000000, 0x70001FFF, &f.port), SIM_BUSY);
    EXPECT_EQ(bus_map_attach_port(map, "x", IRAM, IRAM + 0x1FFF, &f.port), SIM_BUSY);
    EXPECT_EQ(bus_map_attach_port(map, "x", 0x70003000, 0x70004FFF, &f.port), SIM_BAD_VALUE);
    EXPECT_EQ(bus_map_attach_port(map, "apb", 0x3FF69000, 0x3FF69FFF, &f.port), SIM_OK);
    EXPECT_EQ(word(0x60029004), 0x600Du) << "also by way of AHB";
    EXPECT_GT(cost, 111u) << "plus the bus";
}

TEST_F(BusMap, TheMmioHookTakesOverDevicesAndNothingElse)
{
    struct hook {
        struct bus_map *map;
        std::vector<uint32_t> seen;
    } h = {map, {}};
    const struct bus_mmio mmio = {&h, [](void *ctx, struct bus_access *a) {
                                      auto *self = static_cast<hook *>(ctx);
                                      self->seen.push_back(a->address);
                                      return bus_map_access(self->map, (enum bus_initiator)a->initiator, a);
                                  }};
    bus_map_set_mmio(map, &mmio);
    store(0x3FF44000, 0x99, 4, BUS_APP_CPU);
    EXPECT_EQ(word(0x60004000), 0x99u);
    word(0x3FF5C000);
    store(DRAM, 1);
    load(0x20000000);
    debug(0x3FF44000, 4, false, 0);
    EXPECT_EQ(h.seen, (std::vector<uint32_t>{0x3FF44000, 0x60004000, 0x3FF5C000}));
    bus_map_set_mmio(map, nullptr);
    word(0x3FF44000);
    EXPECT_EQ(h.seen.size(), 3u);
}

/* --- Costs ----------------------------------------------------------------------------------------------------------
 */

/* CPU cycles from one access to the next for an endless loop of `overhead` cycles and one access, at 240 MHz. */
unsigned cycles_per_access(struct bus_map *map, const struct clock_domain *cpu, uint32_t address, bool write,
                           unsigned overhead)
{
    struct bus_port *port = bus_map_port(map, BUS_PRO_CPU);
    uint64_t cycle = 0;
    const unsigned rounds = 1000;
    for (unsigned i = 0; i < rounds; i++) {
        struct bus_access a = {};
        a.address = address;
        a.size = 4;
        a.write = write;
        a.time = clock_time(cpu, cycle);
        EXPECT_EQ(port->access(port->ctx, &a), BUS_OK);
        cycle = clock_cycles(cpu, a.time + a.cost) + 1 + overhead;
    }
    return (unsigned)((cycle + rounds / 2) / rounds);
}

/* Measured on hardware: 12.1 cycles for each read of GPIO_IN, 24.2 for a set and a clear (real-hardware-numbers.csv).
 */
TEST_F(BusMap, ApbAccessesTake12CyclesOf240MHzInATightLoop)
{
    for (unsigned overhead : {0u, 1u, 2u}) {
        EXPECT_EQ(cycles_per_access(map, &clocks.clock[CLOCK_CPU], 0x3FF44000, false, overhead), 12u) << overhead;
        EXPECT_EQ(cycles_per_access(map, &clocks.clock[CLOCK_CPU], 0x3FF44000, true, overhead), 12u) << overhead;
    }
}

TEST_F(BusMap, TheApbPartScalesWithTheApbClock)
{
    set_cpu_hz(160000000, 80000000);
    load(0x3FF44000);
    EXPECT_EQ(cost, SIM_PS(37500));
    now = clock_time(&clocks.clock[CLOCK_CPU], 1);
    load(0x3FF44000);
    EXPECT_EQ(cost, SIM_PS(43750)) << "one CPU cycle to the next APB edge";
    set_cpu_hz(40000000, 40000000);
    now = SIM_US(1);
    load(0x3FF44000);
    EXPECT_EQ(cost, SIM_NS(75));
}

TEST_F(BusMap, DportRunsOnTheCpuClock)
{
    load(0x3FF10000);
    EXPECT_EQ(cost, SIM_PS(12500)) << "3 cycles of 240 MHz";
    set_cpu_hz(80000000, 80000000);
    load(0x3FF10000);
    EXPECT_EQ(cost, SIM_PS(37500));
}

TEST_F(BusMap, RtcMemoriesAreSlowAndSayBothWays)
{
    struct bus_dmi dmi;
    load(0x3FF80000);
    EXPECT_EQ(cost, SIM_NS(50)) << "12 cycles";
    ASSERT_TRUE(grant(0x3FF80000, &dmi));
    EXPECT_EQ(dmi.load_wait, 12);
    load(0x50000000);
    EXPECT_EQ(cost, SIM_PS(87500)) << "21 cycles";
    ASSERT_TRUE(grant(0x50000000, &dmi));
    EXPECT_EQ(dmi.load_wait, 21);
    EXPECT_EQ(dmi.store_wait, 21);
    EXPECT_EQ(dmi.fetch_wait, 21);
}

TEST_F(BusMap, AChangeOfClockVoidsPointersWhoseWaitsItChanges)
{
    clock_tree_set(&clocks, CLOCK_CPU, SIM_US(1), 80000000);
    for (const change &c : changes)
        EXPECT_TRUE(c.first == 0x3FF80000 || c.first == 0x400C0000 || c.first == 0x50000000);
    EXPECT_EQ(changes.size(), 3u + 2 + 3) << "PRO and debugger, and all but RTC FAST's code also for APP";
    struct bus_dmi dmi;
    ASSERT_TRUE(grant(0x50000000, &dmi));
    EXPECT_EQ(dmi.load_wait, 7);
}

/* --- Direct pointers ------------------------------------------------------------------------------------------------
 */

TEST_F(BusMap, OneGrantCoversAllOfDram)
{
    struct bus_dmi dmi;
    for (uint32_t address : {DRAM, SRAM1 - 1, SRAM1, DRAM_END - 1}) {
        ASSERT_TRUE(grant(address, &dmi));
        EXPECT_EQ(dmi.first, DRAM);
        EXPECT_EQ(dmi.last, DRAM_END - 1);
        EXPECT_EQ(dmi.host, bus_map_bank(map, BUS_BANK_SRAM21)->bytes);
        EXPECT_TRUE(dmi.read && dmi.write && !dmi.fetch && !dmi.word_only && !dmi.reversed);
    }
    EXPECT_TRUE(grant(DRAM, &dmi, BUS_DMA));
}

TEST_F(BusMap, AGrantOfTheInstructionBusStatesItsRules)
{
    struct bus_dmi dmi;
    ASSERT_TRUE(grant(0x40090000, &dmi));
    EXPECT_EQ(dmi.first, 0x40070000u) << "the cache pools and IRAM are one memory";
    EXPECT_EQ(dmi.last, 0x4009FFFFu);
    EXPECT_TRUE(dmi.fetch && dmi.word_only && !dmi.reversed && dmi.write);
    ASSERT_TRUE(grant(SRAM1_CODE + 0x100, &dmi));
    EXPECT_EQ(dmi.first, SRAM1_CODE);
    EXPECT_EQ(dmi.last, 0x400BFFFFu);
    EXPECT_TRUE(dmi.reversed && dmi.word_only && dmi.fetch);
    ASSERT_TRUE(grant(ROM0, &dmi));
    EXPECT_FALSE(dmi.write);
    EXPECT_EQ(dmi.last, 0x4005FFFFu);
}

TEST_F(BusMap, RemappedGrantsEndAtTheRemap)
{
    struct bus_dmi dmi;
    bus_map_set_remap(map, 0, true);
    ASSERT_TRUE(grant(ROM0, &dmi));
    EXPECT_EQ(dmi.last, 0x40007FFFu);
    EXPECT_TRUE(dmi.reversed && dmi.write);
    ASSERT_TRUE(grant(ROM0 + 0x8000, &dmi));
    EXPECT_EQ(dmi.first, 0x40008000u);
    ASSERT_TRUE(grant(SRAM1_CODE, &dmi));
    EXPECT_EQ(dmi.last, 0x400AFFFFu);
    EXPECT_FALSE(grant(0x400B0000, &dmi));
    ASSERT_TRUE(grant(0x400B8000, &dmi));
    EXPECT_EQ(dmi.first, 0x400B8000u);
}

TEST_F(BusMap, FlashPagesThatFollowEachOtherAreOneGrant)
{
    bus_map_show_flash(map, DROM, 0x100000, 0x30000);
    bus_map_set_page(map, 0, 2, 7);
    struct bus_dmi dmi;
    ASSERT_TRUE(grant(DROM + 0x12345, &dmi));
    EXPECT_EQ(dmi.first, DROM);
    EXPECT_EQ(dmi.last, DROM + 0x1FFFF);
    EXPECT_EQ(dmi.offset, 0x100000u);
    ASSERT_TRUE(grant(DROM + 0x20000, &dmi));
    EXPECT_EQ(dmi.first, DROM + 0x20000);
    EXPECT_EQ(dmi.offset, 0x70000u);
    ASSERT_TRUE(grant(DROM, &dmi, BUS_APP_CPU));
    EXPECT_EQ(dmi.last, DROM + 0x2FFFF) << "the APP CPU's table still has them in a row";
}

TEST_F(BusMap, DevicesAndHolesGrantNothing)
{
    struct bus_dmi dmi;
    for (uint32_t address : {0u, 0x3FF44000u, 0x60004000u, 0x3FF10000u, 0x400C2000u, DROM})
        EXPECT_FALSE(grant(address, &dmi)) << std::hex << address;
    EXPECT_FALSE(cache_illegal.level) << "asking is not touching";
}

/* Whoever follows a grant must see what an access sees: every word of every granted page, for every initiator. */
TEST_F(BusMap, GrantsAndAccessesAgreeEverywhere)
{
    for (unsigned b = 0; b < BUS_BANK_COUNT; b++) {
        struct bus_mem *mem = bus_map_bank(map, (enum bus_bank)b);
        for (uint32_t i = 0; mem && i < mem->size; i += 4) {
            uint32_t v = i * 2654435761u + b;
            memcpy(mem->bytes + i, &v, 4);
        }
    }
    for (unsigned core = 0; core < 2; core++) {
        bus_map_set_cache(map, core, true, 0);
        for (unsigned entry = 0; entry < 256; entry++)
            bus_map_set_page(map, core, entry, (entry * 7 + core) % 64);
        for (unsigned entry = 1152; entry < 1280; entry++)
            bus_map_set_page(map, core, entry, entry % 3 ? entry - 1152 : 0x100);
    }
    bus_map_set_remap(map, 1, true);
    unsigned compared = 0;
    for (unsigned who = 0; who < BUS_INITIATORS; who++)
        for (uint32_t address = 0x3F000000; address < 0x60002000; address += 0x1FFC) {
            struct bus_dmi dmi;
            if (!grant(address, &dmi, (enum bus_initiator)who))
                continue;
            ASSERT_TRUE(dmi.first <= address && address <= dmi.last);
            uint32_t n = address - dmi.first, direct;
            memcpy(&direct, dmi.reversed ? dmi.host - n : dmi.host + n, 4);
            ASSERT_EQ(word(address, (enum bus_initiator)who), direct) << std::hex << address << " " << who;
            uint32_t in_mem = dmi.reversed ? dmi.offset - n : dmi.offset + n;
            ASSERT_EQ(memcmp(dmi.mem->bytes + in_mem, &direct, 4), 0);
            compared++;
        }
    EXPECT_GT(compared, 5000u);
}

TEST_F(BusMap, AStoreThroughAnyAliasReachesTheCodeThatWasTranslated)
{
    struct bus_dmi dmi;
    ASSERT_TRUE(grant(0x400A1000, &dmi));
    std::vector<uint32_t> heard;
    bus_mem_listen(
        dmi.mem,
        [](void *ctx, struct bus_mem *, uint32_t offset, uint32_t) {
            static_cast<std::vector<uint32_t> *>(ctx)->push_back(offset);
        },
        &heard);
    uint32_t offset = dmi.offset - (0x400A1000 - dmi.first);
    bus_mem_mark_code(dmi.mem, offset, 4);
    store(0x3FFFFFFC - 0x1000, 0, 1, BUS_DMA);
    ASSERT_EQ(heard.size(), 1u);
    EXPECT_EQ(heard[0], offset & ~63u);
    bus_mem_mark_code(dmi.mem, offset, 4);
    debug(0x400A1000, 1, true, 0);
    EXPECT_EQ(heard.size(), 2u) << "a debugger's write counts too";
}

/* A guest may do anything, in any state of the map; it gets a result, and grants stay true. */
TEST_F(BusMap, NothingThatAGuestDoesBreaksTheMap)
{
    struct rng rng;
    rng_init(&rng, 1, 0, "map.anything");
    std::vector<uint32_t> edges;
    for (unsigned n = 0; n < bus_map_region_count(); n++)
        for (uint32_t edge : {bus_map_region(n)->first, bus_map_region(n)->last + 1})
            edges.push_back(edge);
    unsigned long results[4] = {};
    for (int i = 0; i < 300000; i++) {
        uint32_t address = edges[rng_below(&rng, (uint32_t)edges.size())] + rng_below(&rng, 32) - 16;
        if (rng_below(&rng, 4) == 0)
            address = rng_u32(&rng);
        if (rng_below(&rng, 8) == 0)
            address = 0x3FF10000 + (rng_u32(&rng) & 0x3FFF); /* MMU tables */
        auto who = (enum bus_initiator)rng_below(&rng, BUS_INITIATORS);
        struct bus_access a = make(address, 1u << rng_below(&rng, 3), rng_below(&rng, 2), rng_u32(&rng));
        a.fetch = !a.write && rng_below(&rng, 3) == 0;
        struct bus_port *port = bus_map_port(map, who);
        struct bus_dmi dmi;
        if (rng_below(&rng, 16) == 0)
            port->debug(port->ctx, &a);
        else
            results[port->access(port->ctx, &a)]++;
        if (port->dmi(port->ctx, address, &dmi)) {
            ASSERT_TRUE(dmi.first <= address && address <= dmi.last);
            uint32_t span = dmi.last - dmi.first;
            ASSERT_LE(dmi.reversed ? dmi.offset : dmi.offset + span, dmi.mem->size - 1);
            ASSERT_TRUE(!dmi.reversed || dmi.offset >= span - 3);
        }
        switch (rng_below(&rng, 200)) {
        case 0:
            bus_map_set_remap(map, rng_below(&rng, 2), rng_below(&rng, 2));
            break;
        case 1:
            bus_map_set_cache(map, rng_below(&rng, 2), rng_below(&rng, 4) > 0, rng_below(&rng, 64) & rng_u32(&rng));
            break;
        case 2:
            bus_map_set_page(map, rng_below(&rng, 2), rng_below(&rng, BUS_MMU_ENTRIES), rng_u32(&rng));
            break;
        default:
            break;
        }
    }
    for (unsigned long count : results)
        EXPECT_GT(count, 1000u) << "each kind of result was reached";
}

} // namespace
