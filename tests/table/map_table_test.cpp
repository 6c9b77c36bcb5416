/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold for every row of the address map and of the access costs, whatever the rows are. */
#include "bus/map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace
{

std::vector<const struct bus_region *> rows()
{
    std::vector<const struct bus_region *> all;
    for (unsigned n = 0; n < bus_map_region_count(); n++)
        all.push_back(bus_map_region(n));
    return all;
}

class MapTable : public ::testing::Test
{
  protected:
    struct clock_tree clocks;
    struct dev_env env = {};
    struct bus_map *map;
    MapTable()
    {
        clock_tree_init(&clocks);
        env.clocks = &clocks;
        struct bus_map_config config = {};
        config.flash_size = 0x400000;
        config.psram_size = 0x400000;
        map = bus_map_create(&config, &env);
    }
    ~MapTable() override
    {
        bus_map_destroy(map);
    }
};

TEST_F(MapTable, NamesAreUniqueAndTextsAreThere)
{
    std::set<std::string> names;
    for (auto r : rows()) {
        EXPECT_TRUE(names.insert(r->name).second) << r->name;
        EXPECT_STRNE(r->text, "") << r->name;
    }
    EXPECT_EQ(bus_map_region(bus_map_region_count()), nullptr);
}

TEST_F(MapTable, BoundsAreWholePages)
{
    for (auto r : rows()) {
        EXPECT_LT(r->first, r->last) << r->name;
        EXPECT_EQ(r->first % 0x2000, 0u) << r->name;
        EXPECT_EQ(r->last % 0x2000, 0x1FFFu) << r->name;
    }
}

TEST_F(MapTable, OnlyRemapsOverlap)
{
    for (auto a : rows())
        for (auto b : rows()) {
            bool apart = a->last < b->first || b->last < a->first;
            if (a == b || a->kind == BUS_KIND_REMAP || b->kind == BUS_KIND_REMAP)
                continue;
            EXPECT_TRUE(apart) << a->name << " and " << b->name;
        }
}

TEST_F(MapTable, EveryPartLiesInsideItsBank)
{
    for (auto r : rows()) {
        if (r->kind != BUS_KIND_MEMORY && r->kind != BUS_KIND_REMAP)
            continue;
        struct bus_mem *mem = bus_map_bank(map, r->bank);
        ASSERT_NE(mem, nullptr) << r->name;
        EXPECT_LE(r->place + (r->last - r->first) + 1, mem->size) << r->name;
    }
}

TEST_F(MapTable, EveryByteOfEveryBankIsSeenSomewhere)
{
    for (unsigned bank = 0; bank < BUS_BANK_FLASH; bank++) {
        if (!bus_map_bank(map, (enum bus_bank)bank))
            continue; /* what the APP CPU sees instead of ROM 0, if anything */
        std::vector<bool> seen(bus_map_bank(map, (enum bus_bank)bank)->size);
        for (auto r : rows())
            if (r->kind == BUS_KIND_MEMORY && r->bank == bank)
                std::fill_n(seen.begin() + r->place, r->last - r->first + 1, true);
        EXPECT_EQ(std::count(seen.begin(), seen.end(), false), 0) << bus_bank_name((enum bus_bank)bank);
    }
}

TEST_F(MapTable, SizesAreThoseOfTheDataSheet)
{
    uint32_t rom = bus_map_bank(map, BUS_BANK_ROM0)->size + bus_map_bank(map, BUS_BANK_ROM1)->size;
    uint32_t sram = bus_map_bank(map, BUS_BANK_SRAM0)->size + bus_map_bank(map, BUS_BANK_SRAM21)->size;
    EXPECT_EQ(rom, 448u * 1024);
    EXPECT_EQ(sram, 520u * 1024);
    EXPECT_EQ(bus_map_bank(map, BUS_BANK_RTC_FAST)->size, 8u * 1024);
    EXPECT_EQ(bus_map_bank(map, BUS_BANK_RTC_SLOW)->size, 8u * 1024);
}

TEST_F(MapTable, WindowsStayInsideTheMmuTable)
{
    for (auto r : rows()) {
        if (r->kind != BUS_KIND_WINDOW)
            continue;
        uint32_t page = r->bank == BUS_BANK_PSRAM ? BUS_PSRAM_PAGE : BUS_FLASH_PAGE;
        EXPECT_LE(r->place + (r->last - r->first + 1) / page, (uint32_t)BUS_MMU_ENTRIES) << r->name;
        EXPECT_LT(r->mask_bit, 6u) << r->name;
    }
}

/* Every page of the map answers its initiators, and nobody else; a probe is a word read or a fetch. */
TEST_F(MapTable, EveryPageAnswersExactlyItsInitiators)
{
    for (auto r : rows()) {
        if (r->kind == BUS_KIND_REMAP)
            continue;
        for (uint32_t address = r->first; address - 1 < r->last; address += 0x2000)
            for (unsigned who = 0; who < BUS_INITIATORS; who++) {
                struct bus_access access = {};
                struct bus_hit hit;
                access.address = address;
                access.size = 4;
                enum bus_result expected = r->initiators >> who & 1 ? BUS_OK : BUS_ERROR_ADDRESS;
                ASSERT_EQ(bus_map_decode(map, (enum bus_initiator)who, &access, &hit), expected) << r->name << who;
                ASSERT_EQ(hit.region, expected == BUS_OK ? r : nullptr);
                if (expected == BUS_OK && !(r->rights & BUS_RIGHT_FETCH)) {
                    access.fetch = true;
                    ASSERT_EQ(bus_map_decode(map, (enum bus_initiator)who, &access, &hit), BUS_ERROR_ADDRESS);
                }
            }
    }
}

TEST_F(MapTable, EveryCostHasAClockAndASource)
{
    for (unsigned i = 0; i < BUS_COST_COUNT; i++) {
        const struct bus_access_cost *row = bus_cost_row((enum bus_cost)i);
        EXPECT_STRNE(row->source, "") << row->name;
        EXPECT_LT(row->clock, CLOCK_COUNT);
    }
}

} // namespace
