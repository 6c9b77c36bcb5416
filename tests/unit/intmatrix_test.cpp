/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/intmatrix.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace
{

const unsigned PRO = 0, APP = 1;
const unsigned internal_inputs[] = {6, 7, 11, 15, 16, 29};

struct change {
    unsigned core;
    uint32_t levels;
    sim_time time;
    bool operator==(const change &o) const
    {
        return core == o.core && levels == o.levels && time == o.time;
    }
};

class Intmatrix : public ::testing::Test
{
  protected:
    struct intmatrix m;
    std::vector<change> heard;
    void SetUp() override
    {
        const struct intmatrix_out out = {&heard, [](void *ctx, unsigned core, uint32_t levels, sim_time time) {
                                              static_cast<std::vector<change> *>(ctx)->push_back({core, levels, time});
                                          }};
        intmatrix_init(&m, &out, nullptr, "node0");
    }
    void set(enum intmatrix_source source, bool level, sim_time time = 0)
    {
        line_set(intmatrix_input(&m, source), level, time);
    }
};

TEST_F(Intmatrix, Has71SourcesOf69NumbersForEachCore)
{
    EXPECT_EQ(INTMATRIX_SOURCE_COUNT, 71);
    for (unsigned core : {PRO, APP}) {
        std::vector<int> seen(INTMATRIX_NUMBERS);
        for (int i = 0; i < INTMATRIX_SOURCE_COUNT; i++)
            if (intmatrix_source_reaches((enum intmatrix_source)i, core))
                seen.at(intmatrix_source_number((enum intmatrix_source)i))++;
        EXPECT_EQ(seen, std::vector<int>(INTMATRIX_NUMBERS, 1)) << "core " << core;
    }
    EXPECT_STREQ(intmatrix_source_name(INTMATRIX_UART0), "UART0");
    EXPECT_EQ(intmatrix_source_number(INTMATRIX_UART0), 34u);
    EXPECT_EQ(intmatrix_source_number(INTMATRIX_CACHE_IA), 68u);
}

TEST_F(Intmatrix, AfterResetEverySourceIsDisconnected)
{
    for (int i = 0; i < INTMATRIX_SOURCE_COUNT; i++)
        set((enum intmatrix_source)i, true);
    EXPECT_TRUE(heard.empty());
    EXPECT_EQ(intmatrix_levels(&m, PRO), 0u);
    EXPECT_EQ(intmatrix_routed(&m, APP, 68), 16u);
}

TEST_F(Intmatrix, EverySourceReachesEveryExternalInputOfItsCores)
{
    for (unsigned core : {PRO, APP})
        for (int i = 0; i < INTMATRIX_SOURCE_COUNT; i++) {
            auto source = (enum intmatrix_source)i;
            if (!intmatrix_source_reaches(source, core))
                continue;
            for (unsigned input = 0; input < 32; input++) {
                bool internal = INTMATRIX_INTERNAL_INPUTS >> input & 1;
                intmatrix_route(&m, core, intmatrix_source_number(source), input, 0);
                set(source, true);
                ASSERT_EQ(intmatrix_levels(&m, core), internal ? 0 : UINT32_C(1) << input);
                ASSERT_EQ(intmatrix_levels(&m, 1 - core), 0u);
                set(source, false);
                ASSERT_EQ(intmatrix_levels(&m, core), 0u);
            }
            intmatrix_route(&m, core, intmatrix_source_number(source), 16, 0);
        }
}

TEST_F(Intmatrix, TheSixInternalInputsDisconnect)
{
    uint32_t mask = 0;
    for (unsigned input : internal_inputs)
        mask |= UINT32_C(1) << input;
    EXPECT_EQ(mask, INTMATRIX_INTERNAL_INPUTS);
}

TEST_F(Intmatrix, SourcesThatShareAnInputAreOred)
{
    intmatrix_route(&m, PRO, 34, 5, 0);
    intmatrix_route(&m, PRO, 35, 5, 0);
    set(INTMATRIX_UART0, true, 10);
    set(INTMATRIX_UART1, true, 20);
    set(INTMATRIX_UART0, false, 30);
    set(INTMATRIX_UART1, false, 40);
    EXPECT_EQ(heard, (std::vector<change>{{PRO, 0x20, 10}, {PRO, 0, 40}})) << "the input changes twice, not four times";
}

TEST_F(Intmatrix, OneSourceMayReachBothCoresOnDifferentInputs)
{
    intmatrix_route(&m, PRO, 24, 2, 0);
    intmatrix_route(&m, APP, 24, 31, 0);
    set(INTMATRIX_FROM_CPU_0, true, 7);
    EXPECT_EQ(heard, (std::vector<change>{{PRO, 0x4, 7}, {APP, 0x80000000, 7}}));
}

TEST_F(Intmatrix, RoutingARaisedSourceMovesItAtOnce)
{
    intmatrix_route(&m, PRO, 22, 3, 0);
    set(INTMATRIX_GPIO_PRO, true, 1);
    intmatrix_route(&m, PRO, 22, 4, 2);
    intmatrix_route(&m, PRO, 22, 16, 3);
    intmatrix_route(&m, PRO, 22, 16, 4);
    EXPECT_EQ(heard, (std::vector<change>{{PRO, 0x8, 1}, {PRO, 0x10, 2}, {PRO, 0, 3}}));
}

TEST_F(Intmatrix, ConnectingARaisedSourceRaisesTheInput)
{
    set(INTMATRIX_UART0, true, 1);
    intmatrix_route(&m, APP, 34, 30, 2);
    EXPECT_EQ(heard, (std::vector<change>{{APP, 0x40000000, 2}}));
}

TEST_F(Intmatrix, GpioHasItsOwnWiresForEachCore)
{
    intmatrix_route(&m, PRO, 22, 8, 0);
    intmatrix_route(&m, APP, 22, 9, 0);
    set(INTMATRIX_GPIO_APP, true, 1);
    EXPECT_EQ(intmatrix_levels(&m, PRO), 0u);
    EXPECT_EQ(intmatrix_levels(&m, APP), 0x200u);
    EXPECT_EQ(intmatrix_status(&m, PRO, 0), 0u);
    EXPECT_EQ(intmatrix_status(&m, APP, 0), 1u << 22);
}

TEST_F(Intmatrix, StatusWordsShowRawLevelsWhateverTheRoute)
{
    set(INTMATRIX_WIFI_MAC, true);
    set(INTMATRIX_SPI3, true);
    set(INTMATRIX_I2S0, true);
    set(INTMATRIX_CACHE_IA, true);
    for (unsigned core : {PRO, APP}) {
        EXPECT_EQ(intmatrix_status(&m, core, 0), 0x80000001u);
        EXPECT_EQ(intmatrix_status(&m, core, 1), 0x00000001u);
        EXPECT_EQ(intmatrix_status(&m, core, 2), 0x00000010u);
    }
    set(INTMATRIX_SPI3, false);
    EXPECT_EQ(intmatrix_status(&m, PRO, 0), 1u);
}

TEST_F(Intmatrix, ResetDropsRoutesAndInputs)
{
    intmatrix_route(&m, APP, 36, 12, 0);
    set(INTMATRIX_UART2, true, 1);
    intmatrix_reset(&m, 9);
    EXPECT_EQ(heard.back(), (change{APP, 0, 9}));
    EXPECT_EQ(intmatrix_routed(&m, APP, 36), 16u);
    set(INTMATRIX_UART2, false, 10);
    intmatrix_route(&m, APP, 36, 12, 11);
    EXPECT_EQ(heard.size(), 2u);
}

TEST(IntmatrixTrace, EachSourceIsAWireAndEachCoreAVector)
{
    struct recorder {
        std::vector<std::string> names, changes;
    } r;
    const struct trace_sink sink = {
        &r,
        [](void *ctx, const char *scope, const char *name, enum trace_kind, unsigned width) {
            auto *self = static_cast<recorder *>(ctx);
            self->names.push_back(std::string(scope) + "." + name + "/" + std::to_string(width));
            return (trace_id)self->names.size();
        },
        [](void *ctx, trace_id id, sim_time time, uint64_t value) {
            auto *self = static_cast<recorder *>(ctx);
            self->changes.push_back(self->names[id - 1] + "=" + std::to_string(value) + "@" + std::to_string(time));
        },
        nullptr};
    struct intmatrix m;
    intmatrix_init(&m, nullptr, &sink, "node7");
    EXPECT_EQ(r.names.size(), 73u);
    intmatrix_route(&m, PRO, 34, 5, 1);
    line_set(intmatrix_input(&m, INTMATRIX_UART0), true, 2);
    EXPECT_EQ(r.changes,
              (std::vector<std::string>{"node7.intmatrix.UART0/1=1@2", "node7.intmatrix.cpu0_inputs/32=32@2"}));
}

} // namespace
