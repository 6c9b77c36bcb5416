/* SPDX-License-Identifier: Apache-2.0 */
/* RTC_CNTL: clocks, RTC time, resets and their causes, CPU stall, the RTC watchdog and the brown-out detector; and the
 * analog I2C master, through which the audio PLL is set. */
#include "peripherals/rtc_cntl/rtc_cntl.h"

#include <gtest/gtest.h>

#include "peripherals/i2c_ana/i2c_ana.h"
#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/rtc_cntl/rtc_cntl_regs.def"
#define REG_PREFIX RTC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

struct stall_event {
    unsigned core;
    bool stalled;
    sim_time time;
};

sim_time slow_cycles(uint64_t cycles, uint64_t hz = 150000)
{
    return bits_muldiv_up(cycles, SIM_PS_PER_S, hz);
}

class RtcCntl : public ::testing::Test
{
  protected:
    device_bench bench;
    reset_recorder resets;
    std::vector<stall_event> stalls;
    struct rtc_cntl rtc;
    probe irq;

    void SetUp() override
    {
        build(false);
    }
    void build(bool flash_boot)
    {
        struct rtc_cntl_config config = {};
        config.flash_boot = flash_boot;
        config.reset = resets.port();
        config.port.ctx = this;
        config.port.stall = [](void *ctx, unsigned core, bool stalled, sim_time now) {
            static_cast<RtcCntl *>(ctx)->stalls.push_back({core, stalled, now});
        };
        ASSERT_EQ(rtc_cntl_init(&rtc, &config, "rtc_cntl", &bench.env), SIM_OK);
        rtc.irq = &irq.line;
    }
    void rebuild(bool flash_boot)
    {
        rtc_cntl_fini(&rtc);
        build(flash_boot);
    }
    void TearDown() override
    {
        rtc_cntl_fini(&rtc);
    }

    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&rtc.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&rtc.dev, offset, 4, bench.now);
    }
    void put(uint32_t place, uint32_t field)
    {
        uint32_t word = read(REG_PLACE_OFFSET(place));
        write(REG_PLACE_OFFSET(place), bits_set(word, REG_PLACE_LSB(place), REG_PLACE_WIDTH(place), field));
    }
    uint32_t get(uint32_t place)
    {
        return reg_field_of(read(REG_PLACE_OFFSET(place)), place);
    }
    uint64_t hz(enum clock_id id)
    {
        return bench.clocks.clock[id].hz;
    }
};

/* ---- Clocks ---------------------------------------------------------------------------------------------------- */

TEST_F(RtcCntl, StartsFromTheCrystalAnd150kHz)
{
    EXPECT_EQ(hz(CLOCK_CPU), 40000000u);
    EXPECT_EQ(hz(CLOCK_APB), 40000000u);
    EXPECT_EQ(hz(CLOCK_RTC_SLOW), 150000u);
    EXPECT_EQ(hz(CLOCK_RTC_FAST), 10000000u);
    EXPECT_EQ(read(RTC_CLK_CONF), 0x00002210u);
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(RtcCntl, AClockSelectionTakesEffectWithTheNextSlowCycle)
{
    bench.clocks.select.cpu_period = 2; /* DPORT */
    bench.run_to(SIM_US(10));
    put(RTC_CLK_CONF_SOC_CLK_SEL, CLOCK_FROM_PLL);
    EXPECT_EQ(hz(CLOCK_CPU), 40000000u);
    EXPECT_EQ(bench.run_to_next_event(), slow_cycles(2)) << "13.33 us, the second cycle of 150 kHz";
    EXPECT_EQ(hz(CLOCK_CPU), 240000000u);
    EXPECT_EQ(hz(CLOCK_APB), 80000000u);
    EXPECT_EQ(bench.signals.changes["node0.rtc_cntl.cpu_hz"].back().second, "240000000");
    put(RTC_CLK_CONF_SOC_CLK_SEL, CLOCK_FROM_8M);
    bench.run_to_next_event();
    EXPECT_EQ(hz(CLOCK_CPU), 8000000u);
    EXPECT_EQ(hz(CLOCK_APB), 8000000u);
}

TEST_F(RtcCntl, TheSlowClockHasThreeSources)
{
    const struct {
        uint32_t selection, division;
        uint64_t hz;
    } rows[] = {{1, 1, 32768}, {2, 1, 31250}, {2, 0, 62500}, {2, 3, 7812}, {0, 1, 150000}};
    for (const auto &row : rows) {
        put(RTC_CLK_CONF_CK8M_DIV, row.division);
        put(RTC_CLK_CONF_ANA_CLK_RTC_SEL, row.selection);
        bench.run_for(SIM_MS(1));
        EXPECT_EQ(hz(CLOCK_RTC_SLOW), row.hz);
    }
}

TEST_F(RtcCntl, TheFastClockHasTwoSources)
{
    put(RTC_CLK_CONF_FAST_CLK_RTC_SEL, 1);
    bench.run_for(SIM_US(10));
    EXPECT_EQ(hz(CLOCK_RTC_FAST), 8000000u);
    put(RTC_CLK_CONF_FAST_CLK_RTC_SEL, 0);
    bench.run_for(SIM_US(10));
    EXPECT_EQ(hz(CLOCK_RTC_FAST), 10000000u);
}

/* ---- RTC time -------------------------------------------------------------------------------------------------- */

class RtcTime : public RtcCntl
{
  protected:
    uint64_t latched()
    {
        return (uint64_t)read(RTC_TIME1) << 32 | read(RTC_TIME0);
    }
};

TEST_F(RtcTime, IsValidWithTheNextSlowCycle)
{
    bench.run_to(SIM_MS(10)); /* 1500 cycles, on the edge */
    write(RTC_TIME_UPDATE, 1u << 31);
    EXPECT_EQ(read(RTC_TIME_UPDATE), 0u) << "not valid yet, and the trigger reads as 0";
    bench.run_to(slow_cycles(1501) - 1);
    EXPECT_EQ(get(RTC_TIME_UPDATE_TIME_VALID), 0u);
    bench.run_for(1);
    EXPECT_EQ(get(RTC_TIME_UPDATE_TIME_VALID), 1u);
    EXPECT_EQ(latched(), 1501u);
    EXPECT_EQ(get(RTC_INT_RAW_TIME_VALID_INT_RAW), 1u);
    bench.run_for(SIM_MS(1));
    EXPECT_EQ(latched(), 1501u) << "a latch";
    EXPECT_TRUE(bench.is_idle());
    write(RTC_TIME_UPDATE, 1u << 31);
    EXPECT_EQ(get(RTC_TIME_UPDATE_TIME_VALID), 0u) << "the next latch is another one";
}

TEST_F(RtcTime, GoesOnWhenTheSlowClockChanges)
{
    bench.run_to(SIM_S(1));
    put(RTC_CLK_CONF_ANA_CLK_RTC_SEL, 1);
    bench.run_to_next_event(); /* cycle 150001 */
    const sim_time changed = bench.now;
    bench.run_to(changed + SIM_S(1));
    write(RTC_TIME_UPDATE, 1u << 31);
    bench.run_to_next_event();
    EXPECT_EQ(latched(), 150001u + 32768 + 1);
}

TEST_F(RtcTime, TheEdgeThatSwitchesTheSlowClockIsStillAnEdge)
{
    bench.run_to(SIM_US(1));
    put(RTC_CLK_CONF_ANA_CLK_RTC_SEL, 1);
    write(RTC_TIME_UPDATE, 1u << 31);
    bench.run_to(slow_cycles(1));
    EXPECT_EQ(hz(CLOCK_RTC_SLOW), 32768u);
    EXPECT_EQ(get(RTC_TIME_UPDATE_TIME_VALID), 1u);
    EXPECT_EQ(latched(), 1u);
}

TEST_F(RtcTime, HasAnAlarm)
{
    put(RTC_INT_ENA_MAIN_TIMER_INT_ENA, 1);
    write(RTC_SLP_TIMER0, 15000);
    write(RTC_SLP_TIMER1, 1u << 16);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(100));
    EXPECT_TRUE(irq.level());
    EXPECT_EQ(read(RTC_INT_ST), 1u << 8);
    write(RTC_INT_CLR, 1u << 8);
    EXPECT_FALSE(irq.level());
    EXPECT_TRUE(bench.is_idle());

    bench.run_to(SIM_MS(200));
    write(RTC_SLP_TIMER1, 1u << 16);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(200)) << "passed already";
    dev_write(&rtc.dev, RTC_SLP_TIMER1, 4, 1u << 16, SIM_MS(250)); /* by a core that is ahead of the events */
    EXPECT_EQ(evq_next_time(bench.env.evq), SIM_MS(250)) << "not before it was armed";
}

TEST_F(RtcTime, AnAlarmMovesWithTheSlowClock)
{
    write(RTC_SLP_TIMER0, 15001);
    write(RTC_SLP_TIMER1, 1u << 16);
    bench.run_to(SIM_MS(50));
    put(RTC_CLK_CONF_ANA_CLK_RTC_SEL, 2);
    bench.run_to_next_event(); /* cycle 7501 */
    const sim_time changed = bench.now;
    EXPECT_EQ(bench.run_to_next_event(), changed + slow_cycles(7500, 31250));
}

TEST_F(RtcTime, RunsThroughASystemResetAndStartsAgainAtPowerOn)
{
    bench.run_to(SIM_S(1));
    dev_reset(&rtc.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_EQ(rtc_cntl_time(&rtc, bench.now), 150000u);
    dev_reset(&rtc.dev, DEV_RESET_POWER_ON, bench.now);
    EXPECT_EQ(rtc_cntl_time(&rtc, bench.now), 0u);
    EXPECT_EQ(rtc_cntl_time(&rtc, bench.now + SIM_MS(1)), 150u);
}

TEST_F(RtcTime, PowerOnForgetsWhatWasUnderWay)
{
    write(RTC_TIME_UPDATE, 1u << 31);
    write(RTC_SLP_TIMER0, 15000);
    write(RTC_SLP_TIMER1, 1u << 16);
    put(RTC_CLK_CONF_SOC_CLK_SEL, CLOCK_FROM_PLL);
    dev_reset(&rtc.dev, DEV_RESET_POWER_ON, bench.now);
    EXPECT_TRUE(bench.is_idle());
}

/* ---- Resets ---------------------------------------------------------------------------------------------------- */

TEST_F(RtcCntl, AfterPowerOnBothCoresSayPowerOn)
{
    EXPECT_EQ(read(RTC_RESET_STATE), 0x3000u | RESET_CAUSE_POWER_ON << 6 | RESET_CAUSE_POWER_ON);
    EXPECT_EQ(rtc_cntl_reset_vector(&rtc, 0), 0x40000400u);
    write(RTC_RESET_STATE, 1u << 13); /* APP starts in RTC slow memory; causes are read-only */
    EXPECT_EQ(read(RTC_RESET_STATE), 0x2000u | RESET_CAUSE_POWER_ON << 6 | RESET_CAUSE_POWER_ON);
    EXPECT_EQ(rtc_cntl_reset_vector(&rtc, 0), 0x40000400u);
    EXPECT_EQ(rtc_cntl_reset_vector(&rtc, 1), 0x50000000u);
}

TEST_F(RtcCntl, TheNodeWritesCausesForEachCore)
{
    rtc_cntl_set_reset_cause(&rtc, 0, RESET_CAUSE_RTC_WDT_CHIP);
    rtc_cntl_set_reset_cause(&rtc, 1, RESET_CAUSE_APP_BY_PRO);
    EXPECT_EQ(read(RTC_RESET_STATE), 0x3000u | 14u << 6 | 16u);
    EXPECT_EQ(rtc_cntl_reset_cause(&rtc, 0), RESET_CAUSE_RTC_WDT_CHIP);
    EXPECT_EQ(rtc_cntl_reset_cause(&rtc, 1), RESET_CAUSE_APP_BY_PRO);
}

TEST_F(RtcCntl, SoftwareResetsTheSystem)
{
    bench.run_to(SIM_US(3));
    put(RTC_OPTIONS0_SW_SYS_RST, 1);
    ASSERT_EQ(resets.requests.size(), 1u);
    EXPECT_EQ(resets.requests[0].kind, RESET_SYSTEM);
    EXPECT_EQ(resets.requests[0].cause, RESET_CAUSE_SW_SYSTEM);
    EXPECT_EQ(resets.requests[0].start, SIM_US(3));
    EXPECT_EQ(read(RTC_OPTIONS0), 0x1C492000u) << "a trigger, not a state";
}

TEST_F(RtcCntl, SoftwareResetsCores)
{
    put(RTC_OPTIONS0_SW_APPCPU_RST, 1);
    put(RTC_OPTIONS0_SW_PROCPU_RST, 1);
    ASSERT_EQ(resets.requests.size(), 2u);
    EXPECT_EQ(resets.requests[0].kind, RESET_CORES);
    EXPECT_EQ(resets.requests[0].cause, RESET_CAUSE_SW_CPU);
    EXPECT_EQ(resets.requests[0].cores, (unsigned)RESET_CORE_APP);
    EXPECT_EQ(resets.requests[1].cores, (unsigned)RESET_CORE_PRO);
}

TEST_F(RtcCntl, TheRtcDomainSurvivesASystemReset)
{
    const uint32_t stores[] = {RTC_STORE0, RTC_STORE1, RTC_STORE2, RTC_STORE3,
                               RTC_STORE4, RTC_STORE5, RTC_STORE6, RTC_STORE7};
    for (uint32_t store : stores)
        write(store, 0xCAFE0000u | store);
    bench.clocks.select.cpu_period = 1;
    put(RTC_CLK_CONF_SOC_CLK_SEL, CLOCK_FROM_PLL);
    bench.run_to(SIM_US(10));
    rtc_cntl_set_reset_cause(&rtc, 0, RESET_CAUSE_SW_SYSTEM);

    dev_reset(&rtc.dev, DEV_RESET_SYSTEM, bench.now);
    for (uint32_t store : stores)
        EXPECT_EQ(read(store), 0xCAFE0000u | store);
    EXPECT_EQ(rtc_cntl_reset_cause(&rtc, 0), RESET_CAUSE_SW_SYSTEM);
    EXPECT_EQ(hz(CLOCK_CPU), 160000000u) << "the CPU goes on from the PLL";

    dev_reset(&rtc.dev, DEV_RESET_POWER_ON, bench.now);
    for (uint32_t store : stores)
        EXPECT_EQ(read(store), 0u);
    EXPECT_EQ(rtc_cntl_reset_cause(&rtc, 0), RESET_CAUSE_POWER_ON);
    EXPECT_EQ(hz(CLOCK_CPU), 40000000u);
}

TEST_F(RtcCntl, TheStallCodeIs0x86InTwoHalves)
{
    bench.run_to(SIM_US(1));
    put(RTC_SW_CPU_STALL_SW_STALL_APPCPU_C1, 0x21);
    EXPECT_TRUE(stalls.empty());
    put(RTC_OPTIONS0_SW_STALL_APPCPU_C0, 1);
    EXPECT_TRUE(stalls.empty()) << "the wrong half";
    put(RTC_OPTIONS0_SW_STALL_APPCPU_C0, 2);
    ASSERT_EQ(stalls.size(), 1u);
    EXPECT_EQ(stalls[0].core, 1u);
    EXPECT_TRUE(stalls[0].stalled);
    EXPECT_EQ(stalls[0].time, SIM_US(1));
    put(RTC_SW_CPU_STALL_SW_STALL_PROCPU_C1, 0x21);
    put(RTC_OPTIONS0_SW_STALL_PROCPU_C0, 2);
    ASSERT_EQ(stalls.size(), 2u);
    EXPECT_EQ(stalls[1].core, 0u);

    dev_reset(&rtc.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_TRUE(rtc.stalled[0] && rtc.stalled[1]) << "kept with the RTC domain";
    put(RTC_SW_CPU_STALL_SW_STALL_APPCPU_C1, 0);
    ASSERT_EQ(stalls.size(), 3u);
    EXPECT_EQ(stalls[2].core, 1u);
    EXPECT_FALSE(stalls[2].stalled);
}

/* ---- RTC watchdog ---------------------------------------------------------------------------------------------- */

enum action : uint32_t { off, interrupt, cpu_reset, system_reset, chip_reset };

class RtcWatchdog : public RtcCntl
{
  protected:
    const uint32_t level_int = 1u << 17, pro_reset = 1u << 9, app_reset = 1u << 8;

    void start(std::vector<action> actions, std::vector<uint32_t> ticks, uint32_t more = 0)
    {
        uint32_t config = 1u << 31 | level_int | more;
        for (unsigned stage = 0; stage < 4; stage++) {
            config |= (stage < actions.size() ? actions[stage] : off) << (28 - 3 * stage);
            write(RTC_WDTCONFIG1 + 4 * stage, stage < ticks.size() ? ticks[stage] : 1);
        }
        write(RTC_INT_ENA, 1u << 3);
        write(RTC_WDTCONFIG0, config);
    }
};

TEST_F(RtcWatchdog, StagesFollowOneAnotherInSlowCycles)
{
    start({interrupt, cpu_reset, system_reset, chip_reset}, {1500, 150, 300, 450}, pro_reset | 4u << 14 | 5u << 11);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(10));
    EXPECT_TRUE(irq.level());
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(11));
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(13));
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(16));
    ASSERT_EQ(resets.requests.size(), 3u);
    EXPECT_EQ(resets.requests[0].kind, RESET_CORES);
    EXPECT_EQ(resets.requests[0].cause, RESET_CAUSE_RTC_WDT_CPU);
    EXPECT_EQ(resets.requests[0].cores, (unsigned)RESET_CORE_PRO);
    EXPECT_EQ(resets.requests[0].length, SIM_NS(500));
    EXPECT_EQ(resets.requests[1].kind, RESET_SYSTEM);
    EXPECT_EQ(resets.requests[1].cause, RESET_CAUSE_RTC_WDT_SYSTEM);
    EXPECT_EQ(resets.requests[1].length, SIM_NS(800));
    EXPECT_EQ(resets.requests[2].kind, RESET_CHIP);
    EXPECT_EQ(resets.requests[2].cause, RESET_CAUSE_RTC_WDT_CHIP);
    write(RTC_INT_CLR, 1u << 3);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(26)) << "stage 0 again";
}

TEST_F(RtcWatchdog, ACpuResetReachesTheCoresThatAreEnabled)
{
    const struct {
        uint32_t enable;
        unsigned cores;
    } rows[] = {{0, 0}, {pro_reset, RESET_CORE_PRO}, {app_reset, RESET_CORE_APP}, {pro_reset | app_reset, 3}};
    for (const auto &row : rows) {
        resets.requests.clear();
        write(RTC_WDTCONFIG0, 0);
        start({cpu_reset}, {150}, row.enable);
        bench.run_to_next_event();
        ASSERT_EQ(resets.requests.size(), row.cores ? 1u : 0u);
        if (row.cores) {
            EXPECT_EQ(resets.requests[0].cores, row.cores);
        }
    }
}

TEST_F(RtcWatchdog, FeedingGoesBackToTheBeginning)
{
    start({system_reset}, {15000});
    bench.run_to(SIM_MS(90));
    write(RTC_WDTFEED, 1u << 31);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(190));
}

TEST_F(RtcWatchdog, LockedRegistersIgnoreWrites)
{
    start({system_reset}, {15000});
    const uint32_t config = read(RTC_WDTCONFIG0);
    write(RTC_WDTWPROTECT, 1);
    bench.run_to(SIM_MS(50));
    write(RTC_WDTCONFIG0, 0);
    write(RTC_WDTCONFIG1, 1);
    write(RTC_WDTFEED, 1u << 31);
    EXPECT_EQ(read(RTC_WDTCONFIG0), config);
    EXPECT_EQ(read(RTC_WDTCONFIG1), 15000u);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(100));
    write(RTC_WDTWPROTECT, 0x50D83AA1);
    write(RTC_WDTCONFIG0, 0);
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(RtcWatchdog, AnInterruptThatIsStillPendingCostsNoEvent)
{
    start({interrupt}, {150, 150, 150, 150});
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(1));
    EXPECT_TRUE(bench.is_idle()) << "nobody could notice the next one";
    bench.run_to(SIM_MS(8));
    write(RTC_INT_CLR, 1u << 3);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(9));
}

TEST_F(RtcWatchdog, GoesOnOverASystemReset)
{
    start({system_reset, chip_reset}, {15000, 15000});
    bench.run_to_next_event();
    dev_reset(&rtc.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(200));
    ASSERT_EQ(resets.requests.size(), 2u);
    EXPECT_EQ(resets.requests[1].kind, RESET_CHIP);
    dev_reset(&rtc.dev, DEV_RESET_POWER_ON, bench.now);
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(RtcWatchdog, ProtectsFlashBoot)
{
    rebuild(true);
    EXPECT_EQ(bench.run_to_next_event(), slow_cycles(128000)) << "853 ms";
    ASSERT_EQ(resets.requests.size(), 1u);
    EXPECT_EQ(resets.requests[0].kind, RESET_CHIP);
    EXPECT_EQ(resets.requests[0].cause, RESET_CAUSE_RTC_WDT_CHIP);
    write(RTC_WDTCONFIG0, 0);
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(RtcWatchdog, MovesWithTheSlowClock)
{
    start({system_reset}, {15001});
    bench.run_to(SIM_MS(50));
    put(RTC_CLK_CONF_ANA_CLK_RTC_SEL, 1);
    bench.run_to_next_event(); /* cycle 7501 */
    const sim_time changed = bench.now;
    EXPECT_EQ(bench.run_to_next_event(), changed + slow_cycles(7500, 32768));
}

/* ---- Brown-out ------------------------------------------------------------------------------------------------- */

TEST_F(RtcCntl, ALowSupplyInterruptsAndThenResets)
{
    put(RTC_INT_ENA_BROWN_OUT_INT_ENA, 1);
    rtc_cntl_set_supply(&rtc, 2400, bench.now);
    EXPECT_EQ(get(RTC_BROWN_OUT_DET), 0u) << "the detector is off";
    put(RTC_BROWN_OUT_RST_WAIT, 149);
    put(RTC_BROWN_OUT_RST_ENA, 1);
    put(RTC_BROWN_OUT_ENA, 1);
    EXPECT_EQ(get(RTC_BROWN_OUT_DET), 1u);
    EXPECT_TRUE(irq.level());
    write(RTC_INT_CLR, 1u << 7);
    put(RTC_BROWN_OUT_PD_RF_ENA, 1);
    EXPECT_FALSE(irq.level()) << "one interrupt for each fall";
    EXPECT_EQ(bench.run_to_next_event(), SIM_MS(1));
    ASSERT_EQ(resets.requests.size(), 1u);
    EXPECT_EQ(resets.requests[0].kind, RESET_CHIP);
    EXPECT_EQ(resets.requests[0].cause, RESET_CAUSE_BROWN_OUT);
}

TEST_F(RtcCntl, ASupplyThatRecoversInTimeResetsNothing)
{
    write(RTC_BROWN_OUT, 1u << 30 | 1u << 26 | 149u << 16);
    rtc_cntl_set_supply(&rtc, 2400, bench.now);
    rtc_cntl_set_supply(&rtc, 3300, bench.now + SIM_US(100));
    EXPECT_TRUE(bench.is_idle());
    EXPECT_EQ(get(RTC_BROWN_OUT_DET), 0u);
    EXPECT_EQ(get(RTC_INT_RAW_BROWN_OUT_INT_RAW), 1u) << "software still hears of it";
}

/* ---- Analog I2C ------------------------------------------------------------------------------------------------ */

class AnalogI2c : public RtcCntl
{
  protected:
    struct i2c_ana i2c;

    void SetUp() override
    {
        RtcCntl::SetUp();
        ASSERT_EQ(i2c_ana_init(&i2c, "i2c_ana", &bench.env), SIM_OK);
    }
    void TearDown() override
    {
        i2c_ana_fini(&i2c);
        RtcCntl::TearDown();
    }
    void put_byte(unsigned host, uint32_t block, uint32_t reg, uint32_t data)
    {
        dev_write(&i2c.dev, 4 * host, 4, block | reg << 8 | data << 16 | 1u << 24, bench.now);
    }
    uint32_t get_byte(unsigned host, uint32_t block, uint32_t reg)
    {
        dev_write(&i2c.dev, 4 * host, 4, block | reg << 8, bench.now);
        uint32_t word = dev_read(&i2c.dev, 4 * host, 4, bench.now);
        EXPECT_EQ(word & 1u << 25, 0u) << "not busy";
        return word >> 16 & 0xFF;
    }
};

TEST_F(AnalogI2c, KeepsBytesByHostBlockAndRegister)
{
    put_byte(4, 0x66, 11, 0xC3); /* BBPLL for 480 MHz */
    put_byte(4, 0x66, 9, 0x74);
    put_byte(1, 0x66, 11, 0x11);
    EXPECT_EQ(get_byte(4, 0x66, 11), 0xC3u);
    EXPECT_EQ(get_byte(4, 0x66, 9), 0x74u);
    EXPECT_EQ(get_byte(1, 0x66, 11), 0x11u);
    EXPECT_EQ(get_byte(4, 0x66, 10), 0u);
    dev_reset(&i2c.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_EQ(get_byte(4, 0x66, 11), 0xC3u);
    dev_reset(&i2c.dev, DEV_RESET_POWER_ON, bench.now);
    EXPECT_EQ(get_byte(4, 0x66, 11), 0u);
}

TEST_F(AnalogI2c, PllsReportThatTheyHaveSettled)
{
    EXPECT_EQ(get_byte(3, 0x6D, 3), 0x80u);
    put_byte(3, 0x6D, 3, 0x05);
    EXPECT_EQ(get_byte(3, 0x6D, 3), 0x85u);
    EXPECT_EQ(get_byte(1, 0x62, 7), 0x80u);
}

TEST_F(AnalogI2c, TheCpuRunsFromTheAudioPll)
{
    put_byte(3, 0x6D, 7, 6);    /* sdm2 */
    put_byte(3, 0x6D, 8, 0x80); /* sdm1: half */
    put_byte(3, 0x6D, 9, 0);
    put_byte(3, 0x6D, 4, 1); /* output divider */
    put(RTC_CLK_CONF_SOC_CLK_SEL, CLOCK_FROM_APLL);
    bench.run_to_next_event();
    EXPECT_EQ(hz(CLOCK_CPU), 70000000u / 4) << "40 MHz * 10.5 / 6 = 70 MHz";
    EXPECT_EQ(hz(CLOCK_APB), 70000000u / 8);
    put_byte(3, 0x6D, 4, 0);
    EXPECT_EQ(hz(CLOCK_CPU), 105000000u / 4);
}

TEST_F(AnalogI2c, MoreBlocksThanTheChipHasAreReported)
{
    for (uint32_t block = 0; block <= I2C_ANA_BLOCKS; block++)
        put_byte(0, block, 0, 1);
    EXPECT_EQ(bench.log.text(), "unimpl node0.i2c_ana: too many analog blocks: a write was forgotten");
    EXPECT_EQ(get_byte(0, I2C_ANA_BLOCKS - 1, 0), 1u);
    EXPECT_EQ(get_byte(0, I2C_ANA_BLOCKS, 0), 0u);
}

TEST_F(AnalogI2c, TheRadiosFrequencyIsSetInHalfMegahertzAbove2400)
{
    std::vector<unsigned> tuned;
    i2c.port.ctx = &tuned;
    i2c.port.tuned = [](void *ctx, unsigned mhz, sim_time) {
        static_cast<std::vector<unsigned> *>(ctx)->push_back(mhz);
    };
    for (uint32_t channel : {1u, 6u, 13u})
        dev_write(&i2c.dev, 0xC4, 1, 10 * channel + 14, bench.now);
    dev_write(&i2c.dev, 0xC4, 4, 0xFFFFFF00 | 168, bench.now);
    EXPECT_EQ(tuned, (std::vector<unsigned>{2412, 2437, 2472, 2484}));
    EXPECT_EQ(dev_read(&i2c.dev, 0x168, 4, bench.now) >> 31, 0u) << "settled";
}

} // namespace
