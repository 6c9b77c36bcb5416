// SPDX-License-Identifier: Apache-2.0
// The caches of flash and external RAM: what they hold, what a line costs, and what a core's program feels of it.
#include <gtest/gtest.h>

#include <cstring>

#include "bus/cache.h"
#include "bus/map.h"
#include "tests/support/xt_bench.h"

namespace
{

constexpr uint32_t DROM = 0x3F400000, RAM = 0x3F800000, IROM = 0x400D0000;
constexpr uint32_t WAY = BUS_CACHE_SETS * BUS_CACHE_LINE; // addresses this far apart share a set
constexpr sim_time FLASH_LINE = SIM_US(4), RAM_READ = SIM_US(2), RAM_WRITE = SIM_US(1);

class Caches : public ::testing::Test
{
  protected:
    struct clock_tree clocks = {};
    struct dev_env env = {};
    struct bus_map *map = nullptr;
    sim_time now = SIM_MS(1), others_busy_until = 0;

    void SetUp() override
    {
        clock_tree_init(&clocks);
        env.clocks = &clocks;
        struct bus_map_config config = {};
        config.flash_size = config.psram_size = 0x400000;
        config.lines = {
            this,
            [](void *, enum bus_line line, sim_time) {
                return line == BUS_LINE_FLASH ? FLASH_LINE : line == BUS_LINE_RAM_READ ? RAM_READ : RAM_WRITE;
            },
            [](void *ctx, sim_time) { return static_cast<Caches *>(ctx)->others_busy_until; }};
        map = bus_map_create(&config, &env);
        ASSERT_NE(map, nullptr);
        for (unsigned core = 0; core < 2; core++) {
            bus_map_set_cache(map, core, true, 0);
            for (unsigned page = 0; page < 64; page++) {
                bus_map_set_page(map, core, page, page);        // DROM0
                bus_map_set_page(map, core, 64 + page, page);   // IRAM0
                bus_map_set_page(map, core, 1152 + page, page); // the lower half of external RAM
                bus_map_set_page(map, core, 1216 + page, 64 + page);
            }
        }
    }
    void TearDown() override
    {
        bus_map_destroy(map);
    }
    sim_time cost(uint32_t address, bool write = false, enum bus_initiator who = BUS_PRO_CPU, unsigned size = 4)
    {
        struct bus_access access = {};
        access.address = address;
        access.size = (uint8_t)size;
        access.write = write;
        access.time = now;
        struct bus_port *port = bus_map_port(map, who);
        EXPECT_EQ(port->access(port->ctx, &access), BUS_OK);
        now += access.cost;
        return access.cost;
    }
};

TEST_F(Caches, AFirstAccessFetchesTheLineAndTheNextOnesFindIt)
{
    EXPECT_EQ(cost(DROM + 0x40), FLASH_LINE);
    EXPECT_EQ(cost(DROM + 0x40), 0u);
    EXPECT_EQ(cost(DROM + 0x5C), 0u);
    EXPECT_EQ(cost(DROM + 0x60), FLASH_LINE);
    EXPECT_EQ(cost(DROM + 0x7E, false, BUS_PRO_CPU, 4), FLASH_LINE) << "half of it in the next line";
    uint64_t fills, write_backs;
    bus_map_cache_counts(map, 0, &fills, &write_backs);
    EXPECT_EQ(fills, 3u);
    EXPECT_EQ(write_backs, 0u);
}

TEST_F(Caches, CodeAndDataOfACoreShareOneCacheAndEachCoreHasItsOwn)
{
    EXPECT_EQ(cost(IROM), FLASH_LINE);
    EXPECT_EQ(cost(IROM, false, BUS_APP_CPU), FLASH_LINE);
    for (unsigned i = 0; i < 2; i++) // other addresses, same set
        cost(DROM + IROM % WAY + i * WAY);
    EXPECT_EQ(cost(IROM), FLASH_LINE) << "pushed out by data";
    EXPECT_EQ(cost(IROM, false, BUS_APP_CPU), 0u);
}

TEST_F(Caches, OfTwoWaysTheOneUsedLessRecentlyGoes)
{
    cost(DROM);
    cost(DROM + WAY);
    cost(DROM); // now the second is the older one
    cost(DROM + 2 * WAY);
    EXPECT_EQ(cost(DROM), 0u);
    EXPECT_EQ(cost(DROM + WAY), FLASH_LINE);
}

TEST_F(Caches, HoldThirtyTwoKilobytes)
{
    for (uint32_t at = 0; at < 2 * WAY; at += BUS_CACHE_LINE)
        cost(DROM + at);
    for (uint32_t at = 0; at < 2 * WAY; at += BUS_CACHE_LINE)
        ASSERT_EQ(cost(DROM + at), 0u) << at;
}

TEST_F(Caches, FlushForgetsAll)
{
    cost(DROM);
    bus_map_flush_cache(map, 1);
    EXPECT_EQ(cost(DROM), 0u);
    bus_map_flush_cache(map, 0);
    EXPECT_EQ(cost(DROM), FLASH_LINE);
}

TEST_F(Caches, WriteBackWhatWasStoredWhenTheLineGoes)
{
    EXPECT_EQ(cost(RAM, true), RAM_READ) << "a store fetches the rest of the line";
    EXPECT_EQ(cost(RAM + WAY), RAM_READ);
    EXPECT_EQ(cost(RAM + 2 * WAY), RAM_READ + RAM_WRITE);
    EXPECT_EQ(cost(RAM + 3 * WAY), RAM_READ) << "that one was only read";
}

TEST_F(Caches, ShareTheLinesToTheChipsWithEachOtherAndWithSpi1)
{
    const sim_time start = now;
    EXPECT_EQ(cost(DROM), FLASH_LINE);
    now = start + FLASH_LINE / 4;
    EXPECT_EQ(cost(DROM, false, BUS_APP_CPU), 2 * FLASH_LINE - FLASH_LINE / 4) << "waits for the first one's";
    now = start - SIM_US(100);
    EXPECT_EQ(cost(DROM + WAY, false, BUS_APP_CPU), FLASH_LINE) << "a core that is behind came before it";
    now = start + SIM_US(100);
    others_busy_until = now + SIM_US(7);
    EXPECT_EQ(cost(DROM + 0x1000), SIM_US(7) + FLASH_LINE);
}

TEST_F(Caches, InLowHighModeEachHoldsOneHalfOfExternalRam)
{
    bus_map_set_ram_mode(map, BUS_RAM_LOW_HIGH);
    EXPECT_EQ(cost(RAM), RAM_READ);
    EXPECT_EQ(cost(RAM, false, BUS_APP_CPU), 0u) << "both cores go through PRO's";
    EXPECT_EQ(cost(RAM + 0x200000, false, BUS_PRO_CPU), RAM_READ);
    EXPECT_EQ(cost(RAM + 0x200000, false, BUS_APP_CPU), 0u);
    struct bus_dmi low, high;
    struct bus_port *port = bus_map_port(map, BUS_PRO_CPU);
    ASSERT_TRUE(port->dmi(port->ctx, RAM + 0x1FFFFC, &low));
    ASSERT_TRUE(port->dmi(port->ctx, RAM + 0x200000, &high));
    EXPECT_NE(low.cache, high.cache);
    EXPECT_EQ(low.last, RAM + 0x1FFFFF) << "a direct pointer knows one cache";
    EXPECT_EQ(high.first, RAM + 0x200000);
}

TEST_F(Caches, InternalMemoryHasNone)
{
    struct bus_dmi dmi;
    struct bus_port *port = bus_map_port(map, BUS_PRO_CPU);
    ASSERT_TRUE(port->dmi(port->ctx, 0x3FFB0000, &dmi));
    EXPECT_EQ(dmi.cache, nullptr);
    ASSERT_TRUE(port->dmi(port->ctx, IROM, &dmi));
    EXPECT_NE(dmi.cache, nullptr);
    EXPECT_EQ(cost(0x3FFB0000), 0u);
}

// --- a program behind a cache

class CachedProgram : public ::testing::Test
{
  protected:
    struct bus_cache cache = {};
    xt_bench bench;

    static constexpr uint64_t LINE_CYCLES = 912; // 3.8 us at 240 MHz

    void SetUp() override
    {
        cache.fill = [](void *, uint32_t, uint32_t, sim_time) { return SIM_NS(3800); };
        bench.cache = &cache;
        bench.clock.hz = 240000000;
        bench.memory_changed();
    }
    uint64_t cycles_until(const char *label)
    {
        const uint64_t begin = bench.cycles();
        while (bench.pc() != bench.label(label))
            bench.steps(1);
        return bench.cycles() - begin;
    }
};

TEST_F(CachedProgram, PaysForEachLineOnce)
{
    std::string text = "loop_: ";
    for (unsigned i = 0; i < 40; i++) // 120 bytes
        text += "addi a2, a2, 1; ";
    bench.load(text + "addi a3, a3, -1; bnez a3, loop_; end: j end");
    bench.set("a3", 2);
    const uint64_t both = cycles_until("end");
    EXPECT_EQ(cache.fills, 4u) << "126 bytes from the begin of a line";
    bench.set("a3", 2);
    xt_set_pc(bench.cpu, xt_bench::START);
    const uint64_t again = cycles_until("end");
    EXPECT_EQ(cache.fills, 4u);
    EXPECT_EQ(both - again, 4 * LINE_CYCLES);
}

TEST_F(CachedProgram, FetchesTheNextLineForAnInstructionThatEndsInIt)
{
    const std::string nops = "nop; nop; nop; nop; nop; nop; nop; nop; nop; ";
    bench.load("nop.n; " + nops + "nop; end: j end"); // the last nop: bytes 29 to 31
    cycles_until("end");
    EXPECT_EQ(cache.fills, 1u);
    bus_cache_flush(&cache);
    bench.load("nop.n; nop.n; " + nops + "nop; end: j end"); // bytes 31, 32, 33
    xt_set_pc(bench.cpu, xt_bench::START);
    cycles_until("end");
    EXPECT_EQ(cache.fills, 1 + 2u);
    bus_cache_flush(&cache);
    bench.load("nop.n; nop.n; nop; nop; nop; nop; nop; nop; nop; nop; start: beqz a2, start; nop; end: j end");
    bench.set("a2", 0);
    xt_set_pc(bench.cpu, xt_bench::START);
    bench.steps(20);
    EXPECT_EQ(cache.fills, 3 + 1u) << "not for one behind a branch that is taken";
}

TEST_F(CachedProgram, LoadsAndStoresWaitForTheirLines)
{
    bench.load("l32i a3, a2, 0; l32i a4, a2, 28; l8ui a5, a2, 32; s32i a3, a2, 64; l32i a6, a2, 64; end: j end");
    bench.set("a2", xt_bench::DATA);
    bench.set_word(xt_bench::DATA, 0x12345678);
    cycles_until("end");
    EXPECT_EQ(cache.fills, 1 + 3u) << "one of code, three of data";
    EXPECT_EQ(bench.get("a6"), 0x12345678u);
    const uint32_t set = xt_bench::DATA / BUS_CACHE_LINE % BUS_CACHE_SETS;
    EXPECT_EQ(cache.set[set].dirty, 0);
    EXPECT_NE(cache.set[set + 2].dirty, 0);
}

// --- Page sizes
// --------------------------------------------------------------------------------------------------------

class Pages : public Caches
{
  protected:
    struct bus_mem *ram = nullptr, *flash = nullptr;

    void SetUp() override
    {
        Caches::SetUp();
        ram = bus_map_bank(map, BUS_BANK_PSRAM);
        flash = bus_map_bank(map, BUS_BANK_FLASH);
        for (uint32_t at = 0; at < ram->size; at += 4) {
            memcpy(ram->bytes + at, &at, 4);
            memcpy(flash->bytes + at, &at, 4);
        }
    }
    uint32_t load(uint32_t address, bool *legal = nullptr)
    {
        struct bus_access access = {};
        access.address = address;
        access.size = 4;
        access.time = now;
        struct bus_port *port = bus_map_port(map, BUS_PRO_CPU);
        EXPECT_EQ(port->access(port->ctx, &access), BUS_OK);
        uint32_t where;
        bool illegal = bus_map_illegal(map, 0, &where);
        EXPECT_TRUE(!illegal || where == address);
        bus_map_clear_illegal(map, 0, now);
        if (legal)
            *legal = !illegal;
        return access.value;
    }
};

TEST_F(Pages, OfExternalRamMayBeSmallerDownToTwoKilobytes)
{
    for (unsigned mode = 0; mode <= 4; mode++) {
        uint32_t size = 0x8000u >> mode, span = 128 * size;
        bus_map_set_page_modes(map, 0, 0, mode);
        bus_map_set_page(map, 0, 1152 + 3, 200);
        EXPECT_EQ(load(RAM + 3 * size - 4), 3 * size - 4) << mode;
        if (200 * size < ram->size) {
            EXPECT_EQ(load(RAM + 3 * size + 8), 200 * size + 8) << mode;
            uint32_t low = 3 * size - 2; // two bytes of each page
            EXPECT_EQ(load(RAM + low), (low - 2) >> 16 | (200 * size & 0xFFFF) << 16) << mode;
        }
        bool legal;
        load(RAM + span - 4, &legal);
        EXPECT_TRUE(legal) << mode;
        if (mode > 0) {
            EXPECT_EQ(load(RAM + span, &legal), 0u);
            EXPECT_FALSE(legal) << "the table has no entry for what is behind 128 pages; mode " << mode;
        }
        bus_map_set_page(map, 0, 1152 + 3, 3);
    }
}

TEST_F(Pages, OfFlashMayBeSmallerAndEachCoreHasItsOwnSize)
{
    bus_map_set_page_modes(map, 0, 2, 0);
    bus_map_set_page(map, 0, 5, 17);
    EXPECT_EQ(load(DROM + 5 * 0x4000 + 0x10), 17u * 0x4000 + 0x10);
    bool legal;
    load(DROM + 64 * 0x4000, &legal);
    EXPECT_FALSE(legal);
    struct bus_access access = {};
    access.address = DROM + 5 * 0x10000;
    access.size = 4;
    access.time = now;
    struct bus_port *app = bus_map_port(map, BUS_APP_CPU);
    EXPECT_EQ(app->access(app->ctx, &access), BUS_OK);
    EXPECT_EQ(access.value, 5u * 0x10000);
}

TEST_F(Pages, SmallerThanTheMapsGiveNoDirectPointers)
{
    struct bus_port *port = bus_map_port(map, BUS_PRO_CPU);
    struct bus_dmi dmi;
    bus_map_set_page_modes(map, 0, 0, 2);
    EXPECT_TRUE(port->dmi(port->ctx, RAM, &dmi)) << "8 KB";
    bus_map_set_page_modes(map, 0, 0, 3);
    EXPECT_FALSE(port->dmi(port->ctx, RAM, &dmi)) << "4 KB";
}

} // namespace
