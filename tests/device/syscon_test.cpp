/* SPDX-License-Identifier: Apache-2.0 */
/* SYSCON: the clocks that it divides, and the revision that it shows. */
#include "peripherals/syscon/syscon.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/syscon/syscon_regs.def"
#define REG_PREFIX SYSCON
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

class Syscon : public ::testing::Test
{
  protected:
    device_bench bench;
    std::unique_ptr<struct syscon> syscon;

    void SetUp() override
    {
        build(3);
    }
    void TearDown() override
    {
        syscon_fini(syscon.get());
    }
    void build(unsigned revision)
    {
        const struct syscon_config config = {revision};
        clock_tree_init(&bench.clocks);
        syscon = std::make_unique<struct syscon>();
        ASSERT_EQ(syscon_init(syscon.get(), &config, "syscon", &bench.env), SIM_OK);
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&syscon->dev, offset, 4, value, bench.now);
    }
    uint64_t hz(enum clock_id id) const
    {
        return bench.clocks.clock[id].hz;
    }
    /* As RTC_CNTL does it. */
    void run_cpu_from(enum clock_source source)
    {
        bench.clocks.select.source = source;
        clock_tree_select(&bench.clocks, bench.now);
    }
};

TEST_F(Syscon, ClocksStartAsAfterPowerOn)
{
    EXPECT_EQ(hz(CLOCK_CPU), 40000000u);
    EXPECT_EQ(hz(CLOCK_APB), 40000000u);
    EXPECT_EQ(hz(CLOCK_REF_TICK), 1000000u);
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(Syscon, DateShowsRevisionThree)
{
    EXPECT_EQ(dev_read(&syscon->dev, SYSCON_DATE, 4, 0), 0x96042000u);
    for (unsigned revision = 0; revision < 3; revision++) {
        syscon_fini(syscon.get());
        build(revision);
        EXPECT_EQ(dev_read(&syscon->dev, SYSCON_DATE, 4, 0), 0x16042000u) << "revision " << revision;
    }
}

TEST_F(Syscon, TheDividerSlowsTheCpuAndApbDown)
{
    write(SYSCON_SYSCLK_CONF, 3);
    EXPECT_EQ(hz(CLOCK_CPU), 10000000u);
    EXPECT_EQ(hz(CLOCK_APB), 10000000u);
    EXPECT_EQ(hz(CLOCK_REF_TICK), 250000u) << "unless software adapts XTAL_TICK_NUM";
    write(SYSCON_XTAL_TICK_CONF, 9);
    EXPECT_EQ(hz(CLOCK_REF_TICK), 1000000u);
    dev_reset(&syscon->dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_EQ(hz(CLOCK_CPU), 40000000u);
    EXPECT_EQ(hz(CLOCK_REF_TICK), 1000000u);
}

TEST_F(Syscon, RefTickStays1MegahertzWhenTheCpuChangesToThePll)
{
    run_cpu_from(CLOCK_FROM_PLL);
    EXPECT_EQ(hz(CLOCK_APB), 80000000u);
    EXPECT_EQ(hz(CLOCK_REF_TICK), 1000000u) << "divided by 80 now";
    write(SYSCON_XTAL_TICK_CONF, 0);
    EXPECT_EQ(hz(CLOCK_REF_TICK), 1000000u) << "another source's divider";
    write(SYSCON_PLL_TICK_CONF, 39);
    EXPECT_EQ(hz(CLOCK_REF_TICK), 2000000u);
}

TEST_F(Syscon, EachSourceHasItsTick)
{
    write(SYSCON_CK8M_TICK_CONF, 7);
    run_cpu_from(CLOCK_FROM_8M);
    EXPECT_EQ(hz(CLOCK_APB), 8000000u);
    EXPECT_EQ(hz(CLOCK_REF_TICK), 1000000u);
    write(SYSCON_APLL_TICK_CONF, 4);
    run_cpu_from(CLOCK_FROM_APLL);
    EXPECT_EQ(hz(CLOCK_REF_TICK), hz(CLOCK_APB) / 5);
}

TEST_F(Syscon, TheAdcControllerIsKeptAndReported)
{
    write(SYSCON_APB_SARADC_FSM, 0x12345678);
    EXPECT_EQ(dev_read(&syscon->dev, SYSCON_APB_SARADC_FSM, 4, 0), 0x12345678u);
    EXPECT_NE(bench.log.text().find("APB_SARADC_FSM"), std::string::npos);
}

} // namespace
