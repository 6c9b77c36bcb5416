/* SPDX-License-Identifier: Apache-2.0 */
/* DPORT with a real interrupt matrix behind it: routing, cross-core interrupts, start of the APP CPU, CPU frequency,
 * clocks and resets of peripherals, caches. */
#include "peripherals/dport/dport.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/dport/dport_regs.def"
#define REG_PREFIX DPORT
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

struct block_event {
    enum dport_block block;
    bool clocked, in_reset;
};

class Dport : public ::testing::Test
{
  protected:
    device_bench bench;
    struct intmatrix matrix;
    struct dport dport;
    uint32_t levels[INTMATRIX_CORES] = {};
    std::vector<struct dport_app_cpu> app;
    std::vector<block_event> blocks;
    std::vector<std::pair<unsigned, struct dport_cache>> caches;
    std::vector<unsigned> flushes, cleared;
    std::vector<std::pair<unsigned, bool>> remaps;
    bool illegal[2] = {};
    uint32_t illegal_address[2] = {};

    static Dport *self(void *ctx)
    {
        return static_cast<Dport *>(ctx);
    }
    void SetUp() override
    {
        const struct intmatrix_out out = {
            this, [](void *ctx, unsigned core, uint32_t value, sim_time) { self(ctx)->levels[core] = value; }};
        intmatrix_init(&matrix, &out, nullptr, "node0");
        struct dport_port port = {};
        port.ctx = this;
        port.app_cpu = [](void *ctx, const struct dport_app_cpu *state, sim_time) { self(ctx)->app.push_back(*state); };
        port.block = [](void *ctx, enum dport_block block, bool clocked, bool in_reset, sim_time) {
            self(ctx)->blocks.push_back({block, clocked, in_reset});
        };
        port.remap = [](void *ctx, unsigned core, bool remapped, sim_time) {
            self(ctx)->remaps.emplace_back(core, remapped);
        };
        port.cache = [](void *ctx, unsigned core, const struct dport_cache *cache, sim_time) {
            self(ctx)->caches.emplace_back(core, *cache);
        };
        port.cache_flush = [](void *ctx, unsigned core, sim_time) { self(ctx)->flushes.push_back(core); };
        port.illegal_access = [](void *ctx, unsigned core, uint32_t *address) {
            *address = self(ctx)->illegal_address[core];
            return self(ctx)->illegal[core];
        };
        port.clear_illegal_access = [](void *ctx, unsigned core, sim_time) {
            self(ctx)->cleared.push_back(core);
            self(ctx)->illegal[core] = false;
        };
        ASSERT_EQ(dport_init(&dport, &matrix, &port, "dport", &bench.env), SIM_OK);
    }
    void TearDown() override
    {
        dport_fini(&dport);
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&dport.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&dport.dev, offset, 4, bench.now);
    }
    void system_reset()
    {
        dev_reset(&dport.dev, DEV_RESET_SYSTEM, bench.now);
    }
    void raise(enum intmatrix_source source, bool level)
    {
        line_set(intmatrix_input(&matrix, source), level, bench.now);
    }
};

/* ---- Interrupt matrix ------------------------------------------------------------------------------------------ */

uint32_t map_register(unsigned core, unsigned number)
{
    return (core ? 0x218u : 0x104u) + 4 * number;
}

TEST_F(Dport, EverySourceReachesTheInputThatItsMapRegisterNames)
{
    for (unsigned i = 0; i < INTMATRIX_SOURCE_COUNT; i++) {
        auto source = (enum intmatrix_source)i;
        unsigned number = intmatrix_source_number(source);
        for (unsigned core = 0; core < 2; core++) {
            SCOPED_TRACE(std::string(intmatrix_source_name(source)) + " to core " + std::to_string(core));
            bool reaches = intmatrix_source_reaches(source, core);
            EXPECT_EQ(read(map_register(core, number)), 16u);
            write(map_register(core, number), 9);
            raise(source, true);
            EXPECT_EQ(levels[core], reaches ? 1u << 9 : 0u);
            EXPECT_EQ(levels[1 - core], 0u);
            uint32_t status = (core ? DPORT_APP_INTR_STATUS_0 : DPORT_PRO_INTR_STATUS_0) + number / 32 * 4;
            EXPECT_EQ(read(status), reaches ? 1u << number % 32 : 0u);
            write(map_register(core, number), 16);
            EXPECT_EQ(levels[core], 0u);
            raise(source, false);
            EXPECT_EQ(read(status), 0u);
        }
    }
}

TEST_F(Dport, MapRegistersAreNamedAfterTheirSources)
{
    /* A sample across the list: a shifted row would show. */
    EXPECT_EQ(DPORT_PRO_MAC_INTR_MAP, (int)map_register(0, INTMATRIX_WIFI_MAC));
    EXPECT_EQ(DPORT_PRO_TG_T0_LEVEL_INT_MAP, (int)map_register(0, INTMATRIX_TG0_T0_LEVEL));
    EXPECT_EQ(DPORT_PRO_UART_INTR_MAP, (int)map_register(0, INTMATRIX_UART0));
    EXPECT_EQ(DPORT_APP_RTC_CORE_INTR_MAP, (int)map_register(1, INTMATRIX_RTC_CORE));
    EXPECT_EQ(DPORT_APP_TIMER_INT2_MAP, (int)map_register(1, INTMATRIX_FRC_TIMER2));
    EXPECT_EQ(DPORT_APP_CACHE_IA_INT_MAP, (int)map_register(1, INTMATRIX_CACHE_IA));
}

TEST_F(Dport, CrossCoreInterruptsAreLevels)
{
    write(DPORT_PRO_CPU_INTR_FROM_CPU_0_MAP, 2);
    write(DPORT_APP_CPU_INTR_FROM_CPU_1_MAP, 3);
    write(DPORT_CPU_INTR_FROM_CPU_1, 1);
    EXPECT_EQ(levels[0], 0u);
    EXPECT_EQ(levels[1], 1u << 3);
    write(DPORT_CPU_INTR_FROM_CPU_0, 1);
    EXPECT_EQ(levels[0], 1u << 2);
    write(DPORT_CPU_INTR_FROM_CPU_1, 0);
    EXPECT_EQ(levels[1], 0u);
    EXPECT_EQ(read(DPORT_PRO_INTR_STATUS_0), 1u << 24);
    system_reset();
    EXPECT_EQ(levels[0], 0u);
    EXPECT_EQ(read(DPORT_CPU_INTR_FROM_CPU_0), 0u);
    EXPECT_EQ(read(DPORT_PRO_INTR_STATUS_0), 0u);
    EXPECT_EQ(read(DPORT_PRO_CPU_INTR_FROM_CPU_0_MAP), 16u);
    EXPECT_EQ(intmatrix_routed(&matrix, 0, 24), 16u) << "the matrix is reset with its registers";
}

/* ---- Start of the APP CPU -------------------------------------------------------------------------------------- */

TEST_F(Dport, TheAppCpuIsHeldAtPowerOn)
{
    EXPECT_EQ(read(DPORT_APPCPU_CTRL_A), 1u);
    EXPECT_EQ(read(DPORT_APPCPU_CTRL_B), 0u);
    EXPECT_FALSE(dport_app_cpu_executes(&dport.app));
    EXPECT_TRUE(app.empty()) << "nothing has changed yet";
}

/* Facts 3.5: entry address, clock, no stall, reset pulse. */
TEST_F(Dport, StartingTheAppCpuTakesFourSteps)
{
    write(DPORT_APPCPU_CTRL_D, 0x40080400);
    write(DPORT_APPCPU_CTRL_B, 1);
    write(DPORT_APPCPU_CTRL_C, 0);
    write(DPORT_APPCPU_CTRL_A, 1);
    for (const auto &state : app)
        EXPECT_FALSE(dport_app_cpu_executes(&state)) << "it has been in reset all the time";
    bench.run_to(SIM_US(1));
    write(DPORT_APPCPU_CTRL_A, 0);
    ASSERT_EQ(app.size(), 3u) << "only changes are announced";
    EXPECT_TRUE(dport_app_cpu_executes(&app.back()));
    EXPECT_EQ(app.back().boot_address, 0x40080400u);
    EXPECT_EQ(bench.signals.changes["node0.dport.app_cpu_executes"].back(),
              std::make_pair(SIM_US(1), std::string("1")));
}

/* Newer ESP-IDF starts the core first; its ROM code waits for the address. */
TEST_F(Dport, TheBootAddressMayComeLast)
{
    write(DPORT_APPCPU_CTRL_B, 1);
    write(DPORT_APPCPU_CTRL_A, 0);
    EXPECT_TRUE(dport_app_cpu_executes(&app.back()));
    EXPECT_EQ(app.back().boot_address, 0u);
    write(DPORT_APPCPU_CTRL_D, 0x40081000);
    EXPECT_EQ(app.back().boot_address, 0x40081000u);
}

TEST_F(Dport, StallClockAndResetStopTheAppCpu)
{
    write(DPORT_APPCPU_CTRL_B, 1);
    write(DPORT_APPCPU_CTRL_A, 0);
    write(DPORT_APPCPU_CTRL_C, 1);
    EXPECT_TRUE(app.back().stalled);
    EXPECT_FALSE(dport_app_cpu_executes(&app.back()));
    write(DPORT_APPCPU_CTRL_C, 0);
    EXPECT_TRUE(dport_app_cpu_executes(&app.back()));
    write(DPORT_APPCPU_CTRL_B, 0);
    EXPECT_FALSE(dport_app_cpu_executes(&app.back()));
    write(DPORT_APPCPU_CTRL_B, 1);
    system_reset();
    EXPECT_FALSE(dport_app_cpu_executes(&app.back()));
    EXPECT_TRUE(app.back().in_reset);
}

/* ---- CPU frequency --------------------------------------------------------------------------------------------- */

TEST_F(Dport, CpuPeriodSelectsTheFrequencyOfThePll)
{
    bench.clocks.select.source = CLOCK_FROM_PLL; /* RTC_CNTL */
    clock_tree_select(&bench.clocks, bench.now);
    const uint64_t mhz[] = {80, 160, 240};
    for (uint32_t selection = 0; selection < 3; selection++) {
        bench.run_for(SIM_US(1));
        write(DPORT_CPU_PER_CONF, selection);
        EXPECT_EQ(bench.clocks.clock[CLOCK_CPU].hz, mhz[selection] * 1000000);
        EXPECT_EQ(bench.clocks.clock[CLOCK_APB].hz, 80000000u);
    }
    system_reset();
    EXPECT_EQ(bench.clocks.clock[CLOCK_CPU].hz, 80000000u) << "RTC_CNTL still selects the PLL";
}

/* ---- Clocks and resets of peripherals -------------------------------------------------------------------------- */

TEST_F(Dport, WhatBootCodeNeedsIsClockedFromTheStart)
{
    EXPECT_EQ(read(DPORT_PERIP_CLK_EN), 0xF9C1E06Fu);
    EXPECT_TRUE(dport_block_is_clocked(&dport, DPORT_BLOCK_UART0));
    EXPECT_TRUE(dport_block_is_clocked(&dport, DPORT_BLOCK_TIMG0));
    EXPECT_TRUE(dport_block_is_clocked(&dport, DPORT_BLOCK_RNG));
    EXPECT_FALSE(dport_block_is_clocked(&dport, DPORT_BLOCK_LEDC));
    EXPECT_FALSE(dport_block_is_in_reset(&dport, DPORT_BLOCK_UART0));
    EXPECT_TRUE(blocks.empty());
}

TEST_F(Dport, EachBlockHasItsClockAndResetBits)
{
    const struct {
        enum dport_block block;
        uint32_t clock_register, clock_bits, reset_register, reset_bits;
    } rows[] = {
        {DPORT_BLOCK_UART1, DPORT_PERIP_CLK_EN, 1u << 5, DPORT_PERIP_RST_EN, 1u << 5},
        {DPORT_BLOCK_TIMG1, DPORT_PERIP_CLK_EN, 1u << 15, DPORT_PERIP_RST_EN, 1u << 15},
        {DPORT_BLOCK_PWM3, DPORT_PERIP_CLK_EN, 1u << 26, DPORT_PERIP_RST_EN, 1u << 26},
        {DPORT_BLOCK_SHA, DPORT_PERI_CLK_EN, 1u << 1, DPORT_PERI_RST_EN, 1u << 1},
        {DPORT_BLOCK_EMAC, DPORT_WIFI_CLK_EN, 1u << 14, DPORT_CORE_RST_EN, 1u << 7},
    };
    for (const auto &row : rows) {
        SCOPED_TRACE(dport_block_name(row.block));
        write(row.clock_register, 0);
        blocks.clear();
        write(row.clock_register, row.clock_bits);
        ASSERT_EQ(blocks.size(), 1u) << "and nobody else's";
        EXPECT_EQ(blocks[0].block, row.block);
        EXPECT_TRUE(blocks[0].clocked);
        EXPECT_FALSE(blocks[0].in_reset);
        write(row.reset_register, row.reset_bits);
        write(row.reset_register, 0);
        ASSERT_EQ(blocks.size(), 3u);
        EXPECT_EQ(blocks[1].block, row.block);
        EXPECT_TRUE(blocks[1].in_reset);
        EXPECT_FALSE(blocks[2].in_reset);
    }
}

TEST_F(Dport, TheRadioIsClockedWhenAllItsBitsAreSet)
{
    write(DPORT_WIFI_CLK_EN, 0x402);
    EXPECT_FALSE(dport_block_is_clocked(&dport, DPORT_BLOCK_WIFI_MAC));
    write(DPORT_WIFI_CLK_EN, 0x406);
    EXPECT_TRUE(dport_block_is_clocked(&dport, DPORT_BLOCK_WIFI_MAC));
    write(DPORT_CORE_RST_EN, 1u << 2);
    EXPECT_TRUE(dport_block_is_in_reset(&dport, DPORT_BLOCK_WIFI_MAC));
}

TEST_F(Dport, ASystemResetReleasesEveryBlock)
{
    write(DPORT_PERIP_RST_EN, 1u << 2);
    blocks.clear();
    system_reset();
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_EQ(blocks[0].block, DPORT_BLOCK_UART0);
    EXPECT_FALSE(blocks[0].in_reset);
}

TEST_F(Dport, BlockNamesAreUnique)
{
    std::set<std::string> names;
    for (unsigned block = 0; block < DPORT_BLOCK_COUNT; block++)
        EXPECT_TRUE(names.insert(dport_block_name((enum dport_block)block)).second);
}

/* ---- Caches ---------------------------------------------------------------------------------------------------- */

TEST_F(Dport, SoftwareWaitsForTheEndOfAFlush)
{
    const uint32_t controls[] = {DPORT_PRO_CACHE_CTRL, DPORT_APP_CACHE_CTRL};
    for (unsigned core = 0; core < 2; core++) {
        EXPECT_EQ(read(controls[core]), 0x10u);
        write(controls[core], 0x00);
        EXPECT_EQ(read(controls[core]), 0x00u);
        write(controls[core], 0x10);
        EXPECT_EQ(read(controls[core]), 0x30u) << "done";
        ASSERT_EQ(flushes.size(), core + 1u);
        EXPECT_EQ(flushes[core], core);
    }
}

TEST_F(Dport, CachesAreIdle)
{
    EXPECT_EQ(read(DPORT_PRO_DCACHE_DBUG0) >> 7 & 0xFFF, 1u);
    EXPECT_EQ(read(DPORT_APP_DCACHE_DBUG0) >> 7 & 0xFFF, 1u);
}

TEST_F(Dport, EnablingACacheAndOpeningBusesIsAnnounced)
{
    EXPECT_EQ(read(DPORT_APP_CACHE_CTRL1), 0x8FFu);
    write(DPORT_APP_CACHE_CTRL1, 0x8FF & ~0x10u);
    write(DPORT_APP_CACHE_CTRL, 0x08);
    write(DPORT_APP_CACHE_CTRL, 0x0C);
    ASSERT_EQ(caches.size(), 2u) << "the mode bit changes neither";
    EXPECT_EQ(caches[0].first, 1u);
    EXPECT_FALSE(caches[0].second.enabled);
    EXPECT_EQ(caches[0].second.closed, 0x2Fu) << "DROM0 is open";
    EXPECT_TRUE(caches[1].second.enabled);
    system_reset();
    EXPECT_FALSE(caches.back().second.enabled);
    EXPECT_EQ(caches.back().second.closed, 0x3Fu);
}

TEST_F(Dport, RemapIsAnnouncedForEachCore)
{
    write(DPORT_APP_BOOT_REMAP_CTRL, 1);
    write(DPORT_PRO_BOOT_REMAP_CTRL, 1);
    write(DPORT_PRO_BOOT_REMAP_CTRL, 1);
    system_reset();
    const std::vector<std::pair<unsigned, bool>> expected = {{1, true}, {0, true}, {0, false}, {1, false}};
    EXPECT_EQ(remaps, expected);
}

TEST_F(Dport, AnIllegalCacheAccessIsShownAndInterruptsWhenItsBusIsEnabled)
{
    write(DPORT_PRO_CACHE_IA_INT_MAP, 25);
    illegal[0] = true;
    illegal_address[0] = 0x400D1234;
    line_set(&dport.illegal_access, true, SIM_US(2));
    EXPECT_EQ(read(DPORT_PRO_DCACHE_DBUG0), 0x81u);
    EXPECT_EQ(read(DPORT_PRO_DCACHE_DBUG2), 0x00D1234u);
    EXPECT_EQ(read(DPORT_PRO_DCACHE_DBUG3), 1u << 13) << "IRAM0";
    EXPECT_EQ(read(DPORT_APP_DCACHE_DBUG0), 0x80u);
    EXPECT_EQ(levels[0], 0u) << "not enabled";
    write(DPORT_CACHE_IA_INT_EN, 1u << 14);
    EXPECT_EQ(levels[0], 0u) << "DROM0 is another bus";
    write(DPORT_CACHE_IA_INT_EN, 1u << 15);
    EXPECT_EQ(levels[0], 1u << 25);

    write(DPORT_PRO_CACHE_CTRL1, 0x8FF | 1u << 13);
    EXPECT_EQ(cleared, std::vector<unsigned>{0});
    EXPECT_EQ(levels[0], 0u);
    EXPECT_EQ(read(DPORT_PRO_DCACHE_DBUG0), 0x80u);
}

TEST_F(Dport, EachWindowHasItsBus)
{
    const struct {
        uint32_t address, dbug3, app_enable;
    } rows[] = {{0x3F400010, 1u << 14, 1u << 0}, /* DROM0 */
                {0x400D0000, 1u << 13, 1u << 1}, /* IRAM0 */
                {0x40400000, 1u << 12, 1u << 2}, /* IRAM1 */
                {0x40BFFFFC, 1u << 11, 1u << 3}, /* IROM0 */
                {0x3F800000, 1u << 10, 1u << 4}, /* DRAM1 */
                {0x20000000, 0, 0}};
    write(DPORT_APP_CACHE_IA_INT_MAP, 4);
    line_set(&dport.illegal_access, true, bench.now);
    illegal[1] = true;
    for (const auto &row : rows) {
        illegal_address[1] = row.address;
        EXPECT_EQ(read(DPORT_APP_DCACHE_DBUG3), row.dbug3);
        write(DPORT_CACHE_IA_INT_EN, row.app_enable);
        EXPECT_EQ(levels[1], row.app_enable ? 1u << 4 : 0u);
        write(DPORT_CACHE_IA_INT_EN, ~row.app_enable);
        EXPECT_EQ(levels[1], 0u);
    }
}

TEST_F(Dport, WorksWithoutANode)
{
    struct dport bare;
    ASSERT_EQ(dport_init(&bare, &matrix, nullptr, "dport", &bench.env), SIM_OK);
    for (uint32_t offset = 0; offset < 0x5bc; offset += 4) {
        dev_write(&bare.dev, offset, 4, 0xFFFFFFFF, 0);
        dev_read(&bare.dev, offset, 4, 0);
    }
    dev_reset(&bare.dev, DEV_RESET_SYSTEM, 0);
    EXPECT_EQ(dev_read(&bare.dev, DPORT_DATE, 4, 0), 0x01605190u);
    dport_fini(&bare);
}

} // namespace
