/* SPDX-License-Identifier: Apache-2.0 */
/* Light and deep sleep as RTC_CNTL leads into them and out again, with the wake-up sources, as ESP-IDF's rtc_sleep.c
 * programs them; GPIO's part: held pads and pads that wake; the CRC over RTC fast memory; the supply. */
#include <gtest/gtest.h>

#include <algorithm>

#include "bus/base/crc32.h"
#include "peripherals/gpio/gpio.h"
#include "peripherals/rtc_cntl/rtc_cntl.h"
#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/rtc_cntl/rtc_cntl_regs.def"
#define REG_PREFIX RTC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/gpio/gpio_regs.def"
#define REG_PREFIX GPIO
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/gpio/rtc_io_regs.def"
#define REG_PREFIX RTC_IO
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/gpio/io_mux_regs.def"
#define REG_PREFIX IO_MUX
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

sim_time slow(uint64_t cycles)
{
    return bits_muldiv_up(cycles, SIM_PS_PER_S, 150000);
}

struct change {
    std::string what;
    sim_time time;
    bool operator==(const change &other) const
    {
        return what == other.what && time == other.time;
    }
};

std::ostream &operator<<(std::ostream &out, const change &c)
{
    return out << c.what << " at " << c.time;
}

class Sleep : public ::testing::Test
{
  protected:
    device_bench bench;
    reset_recorder resets;
    struct rtc_cntl rtc;
    struct gpio gpio;
    probe irq;
    std::vector<change> changes;
    struct rtc_sleep_power power = {};
    std::vector<uint32_t> memory = std::vector<uint32_t>(2048);

    void SetUp() override
    {
        const struct gpio_config pads = {0x13};
        ASSERT_EQ(gpio_init(&gpio, &pads, "gpio", &bench.env), SIM_OK);
        struct rtc_cntl_config config = {};
        config.reset = resets.port();
        struct rtc_cntl_port *port = &config.port;
        port->ctx = this;
        port->sleep = [](void *ctx, const struct rtc_sleep_power *p, sim_time now) {
            self(ctx)->power = *p;
            self(ctx)->changes.push_back({p->deep ? "deep" : "light", now});
            if (p->deep) /* the node resets the digital core */
                dev_reset(&self(ctx)->rtc.dev, DEV_RESET_SYSTEM, now);
        };
        port->wake = [](void *ctx, bool deep, sim_time now) {
            self(ctx)->changes.push_back({deep ? "reset" : "awake", now});
        };
        port->rtc_levels = [](void *ctx, sim_time now) { return gpio_rtc_levels(&self(ctx)->gpio, now); };
        port->ext0_pad = [](void *ctx) { return gpio_ext0_pad(&self(ctx)->gpio); };
        port->gpio_wakes = [](void *ctx, sim_time now) { return gpio_wakes(&self(ctx)->gpio, now); };
        port->watch = [](void *ctx, uint32_t rtc_pads, bool by_gpio, sim_time now) {
            struct gpio *g = &self(ctx)->gpio;
            const struct gpio_wake wake = {gpio_rtc_pads(rtc_pads) | (by_gpio ? gpio_wake_pads(g) : 0), pads_changed,
                                           ctx};
            gpio_watch_wake(g, &wake, now);
        };
        port->hold = [](void *ctx, uint32_t rtc_pads, bool digital, sim_time now) {
            gpio_hold(&self(ctx)->gpio, rtc_pads, digital, now);
        };
        port->fast_memory = [](void *ctx, unsigned word) { return self(ctx)->memory.at(word); };
        ASSERT_EQ(rtc_cntl_init(&rtc, &config, "rtc_cntl", &bench.env), SIM_OK);
        rtc.irq = &irq.line;
        /* As ESP-IDF's rtc_init and rtc_sleep_init: nothing is forced to have power, the shortest sleep is 2 cycles. */
        put(RTC_DIG_PWC_DG_WRAP_FORCE_PU, 0);
        put(RTC_TIMER5_MIN_SLP_VAL, 2);
        put(RTC_TIMER1_XTL_BUF_WAIT, 20);
        put(RTC_TIMER1_CK8M_WAIT, 4);
        write(RTC_TIMER3, 1u << 25 | 1u << 16 | 1u << 9 | 1u);
        write(RTC_TIMER4, 1u << 25 | 1u << 16 | 1u << 9 | 1u);
        put(RTC_WAKEUP_STATE_WAKEUP_ENA, 0);
    }
    void TearDown() override
    {
        rtc_cntl_fini(&rtc);
        gpio_fini(&gpio);
    }

    static Sleep *self(void *ctx)
    {
        return static_cast<Sleep *>(ctx);
    }
    static void pads_changed(void *ctx, sim_time now)
    {
        rtc_cntl_pads_changed(&self(ctx)->rtc, now);
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&rtc.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&rtc.dev, offset, 4, bench.now);
    }
    static void put_in(struct dev *dev, uint32_t place, uint32_t field, sim_time now)
    {
        uint32_t offset = REG_PLACE_OFFSET(place), word = dev_read(dev, offset, 4, now);
        dev_write(dev, offset, 4, bits_set(word, REG_PLACE_LSB(place), REG_PLACE_WIDTH(place), field), now);
    }
    void put(uint32_t place, uint32_t field)
    {
        put_in(&rtc.dev, place, field, bench.now);
    }
    uint32_t get(uint32_t place)
    {
        return reg_field_of(read(REG_PLACE_OFFSET(place)), place);
    }
    void alarm_at(uint64_t cycle)
    {
        write(RTC_SLP_TIMER0, (uint32_t)cycle);
        write(RTC_SLP_TIMER1, 1u << 16 | (uint32_t)(cycle >> 32));
    }
    void wake_by(unsigned source)
    {
        put(RTC_WAKEUP_STATE_WAKEUP_ENA, 1u << source);
    }
    void sleep(bool deep)
    {
        put(RTC_DIG_PWC_DG_WRAP_PD_EN, deep);
        put(RTC_STATE0_SLEEP_EN, 1);
    }
    uint32_t cause()
    {
        return get(RTC_WAKEUP_STATE_WAKEUP_CAUSE);
    }
    uint64_t hz(enum clock_id id)
    {
        return bench.clocks.clock[id].hz;
    }
    void drive(unsigned pad, enum gpio_drive level)
    {
        gpio_drive(&gpio, pad, level, bench.now);
    }
    void input_of_rtc(uint32_t enable)
    {
        put_in(&gpio.rtc_io.dev, enable, 1, bench.now);
    }
};

/* Cycle 0 + 1 and CPU_STALL_WAIT's 1; the alarm; then CK8M_WAIT, XTL_BUF_WAIT and 7. */
TEST_F(Sleep, LightSleepByTheTimer)
{
    wake_by(RTC_WAKE_TIMER);
    alarm_at(15000);
    put(RTC_INT_ENA_SLP_WAKEUP_INT_ENA, 1);
    sleep(false);
    EXPECT_TRUE(rtc_cntl_sleeps(&rtc));
    EXPECT_EQ(hz(CLOCK_CPU), 40000000u) << "the cores go on for a moment";
    bench.run_to(slow(2));
    EXPECT_EQ(hz(CLOCK_CPU), 0u);
    EXPECT_EQ(hz(CLOCK_APB), 0u);
    EXPECT_EQ(hz(CLOCK_RTC_SLOW), 150000u);
    bench.run_to(SIM_S(1));
    EXPECT_EQ(changes, (std::vector<change>{{"light", slow(2)}, {"awake", slow(15000 + 4 + 20 + 7)}}));
    EXPECT_EQ(hz(CLOCK_CPU), 40000000u);
    EXPECT_EQ(cause(), 1u << RTC_WAKE_TIMER);
    EXPECT_TRUE(irq.level());
    EXPECT_EQ(get(RTC_STATE0_SLEEP_EN), 0u);
    EXPECT_EQ(rtc.sleep.times[0], 1u);
    EXPECT_EQ(rtc.sleep.spent[0], slow(15031) - slow(2));
    EXPECT_TRUE(resets.requests.empty());
    EXPECT_EQ(bench.signals.changes["node0.rtc_cntl.sleep"].back().second, "awake");
}

/* ESP-IDF leaves ALARM_EN alone. */
TEST_F(Sleep, TheTimerWakesWithoutItsInterrupt)
{
    wake_by(RTC_WAKE_TIMER);
    write(RTC_SLP_TIMER0, 15000);
    sleep(false);
    bench.run_to(SIM_S(1));
    EXPECT_EQ(changes.at(1), (change{"awake", slow(15031)}));
    EXPECT_EQ(get(RTC_INT_RAW_MAIN_TIMER_INT_RAW), 0u);
}

TEST_F(Sleep, NothingHappensInIt)
{
    wake_by(RTC_WAKE_TIMER);
    alarm_at(150000 * UINT64_C(3600));
    sleep(false);
    bench.run_to(slow(10));
    EXPECT_EQ(evq_next_time(bench.env.evq), SIM_S(3600)) << "the alarm is next";
    EXPECT_EQ(clock_cycles(&bench.clocks.clock[CLOCK_APB], SIM_S(3000)),
              clock_cycles(&bench.clocks.clock[CLOCK_APB], slow(2)));
}

TEST_F(Sleep, DeepSleepEndsInAReset)
{
    wake_by(RTC_WAKE_TIMER);
    alarm_at(1500);
    write(RTC_STORE0, 77);
    sleep(true);
    bench.run_to(SIM_S(1));
    EXPECT_EQ(changes, (std::vector<change>{{"deep", slow(2)}, {"reset", slow(1531)}}));
    EXPECT_FALSE(power.fast_memory_lost);
    EXPECT_FALSE(power.slow_memory_lost);
    EXPECT_EQ(read(RTC_STORE0), 77u);
    EXPECT_EQ(cause(), 1u << RTC_WAKE_TIMER);
    EXPECT_EQ(rtc.sleep.times[1], 1u);
}

TEST_F(Sleep, IsOnlyDeepWithoutForcedPower)
{
    put(RTC_DIG_PWC_DG_WRAP_FORCE_PU, 1);
    wake_by(RTC_WAKE_TIMER);
    alarm_at(1500);
    sleep(true);
    bench.run_to(slow(2));
    EXPECT_EQ(changes.at(0).what, "light");
}

TEST_F(Sleep, RtcMemoriesLosePowerWhenAllowed)
{
    put(RTC_PWC_SLOWMEM_PD_EN, 1);
    put(RTC_PWC_FASTMEM_PD_EN, 1);
    put(RTC_PWC_FASTMEM_FORCE_PU, 0);
    sleep(true);
    bench.run_to(slow(2));
    EXPECT_TRUE(power.fast_memory_lost);
    EXPECT_FALSE(power.slow_memory_lost) << "forced to have power";
}

TEST_F(Sleep, TheSlowestDomainDecidesHowLongWakingTakes)
{
    wake_by(RTC_WAKE_TIMER);
    alarm_at(1500);
    put(RTC_TIMER4_DG_WRAP_WAIT_TIMER, 300);
    put(RTC_TIMER4_DG_WRAP_POWERUP_TIMER, 50);
    sleep(true);
    bench.run_to(SIM_S(1));
    EXPECT_EQ(changes.at(1), (change{"reset", slow(1850)}));
}

TEST_F(Sleep, LastsAtLeastTheShortestTime)
{
    put(RTC_TIMER5_MIN_SLP_VAL, 128);
    wake_by(RTC_WAKE_TIMER);
    alarm_at(3);
    sleep(false);
    bench.run_to(SIM_S(1));
    EXPECT_EQ(changes.at(1), (change{"awake", slow(2 + 128 + 31)}));
}

TEST_F(Sleep, WithoutASourceLastsForever)
{
    alarm_at(1500); /* fires, and does not wake */
    sleep(false);
    bench.run_to(SIM_S(1));
    EXPECT_EQ(changes.size(), 1u);
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(Sleep, Ext0WakesByALevel)
{
    put_in(&gpio.rtc_io.dev, RTC_IO_EXT_WAKEUP0_SEL, 7, bench.now); /* GPIO26 */
    input_of_rtc(RTC_IO_PAD_DAC2_PDAC2_FUN_IE);
    drive(26, GPIO_HIGH);
    put(RTC_EXT_WAKEUP_CONF_EXT_WAKEUP0_LV, 0);
    wake_by(RTC_WAKE_EXT0);
    sleep(true);
    bench.run_to(SIM_MS(10));
    EXPECT_EQ(changes.size(), 1u) << "high";
    EXPECT_TRUE(bench.is_idle());
    drive(26, GPIO_LOW);
    bench.run_to(SIM_S(1));
    EXPECT_EQ(changes.at(1), (change{"reset", slow(1531)}));
    EXPECT_EQ(cause(), 1u << RTC_WAKE_EXT0);
}

TEST_F(Sleep, Ext0NeedsTheRtcPeripheralsPower)
{
    put_in(&gpio.rtc_io.dev, RTC_IO_EXT_WAKEUP0_SEL, 7, bench.now);
    input_of_rtc(RTC_IO_PAD_DAC2_PDAC2_FUN_IE);
    wake_by(RTC_WAKE_EXT0);
    put(RTC_PWC_PD_EN, 1);
    sleep(true);
    bench.run_to(SIM_S(1));
    EXPECT_EQ(changes.size(), 1u) << "low, as asked for, but nobody looks";
}

TEST_F(Sleep, Ext1WakesByAnyHighPadAndSaysWhich)
{
    input_of_rtc(RTC_IO_TOUCH_PAD0_FUN_IE); /* GPIO4, RTC pad 10 */
    input_of_rtc(RTC_IO_TOUCH_PAD7_FUN_IE); /* GPIO27, RTC pad 17 */
    put(RTC_EXT_WAKEUP1_SEL, 1u << 10 | 1u << 17);
    put(RTC_EXT_WAKEUP_CONF_EXT_WAKEUP1_LV, 1);
    wake_by(RTC_WAKE_EXT1);
    drive(4, GPIO_LOW);
    drive(27, GPIO_LOW);
    sleep(true);
    bench.run_to(SIM_MS(1));
    drive(27, GPIO_HIGH);
    bench.run_to(SIM_S(1));
    EXPECT_EQ(changes.at(1).what, "reset");
    EXPECT_EQ(cause(), 1u << RTC_WAKE_EXT1);
    EXPECT_EQ(read(RTC_EXT_WAKEUP1_STATUS), 1u << 17);
    put(RTC_EXT_WAKEUP1_STATUS_CLR, 1);
    EXPECT_EQ(read(RTC_EXT_WAKEUP1_STATUS), 0u);
}

TEST_F(Sleep, Ext1WakesWhenAllPadsAreLow)
{
    input_of_rtc(RTC_IO_TOUCH_PAD0_FUN_IE);
    input_of_rtc(RTC_IO_TOUCH_PAD7_FUN_IE);
    put(RTC_EXT_WAKEUP1_SEL, 1u << 10 | 1u << 17);
    wake_by(RTC_WAKE_EXT1);
    drive(4, GPIO_HIGH);
    drive(27, GPIO_HIGH);
    sleep(false);
    bench.run_to(SIM_MS(1));
    drive(27, GPIO_LOW);
    bench.run_to(SIM_MS(2));
    EXPECT_EQ(changes.size(), 1u);
    drive(4, GPIO_LOW);
    bench.run_to(SIM_MS(3));
    EXPECT_EQ(changes.at(1).what, "awake");
}

TEST_F(Sleep, GpioWakesFromLightSleepOnly)
{
    put_in(&gpio.io_mux.dev, IO_MUX_GPIO21_FUN_IE, 1, bench.now);
    dev_write(&gpio.dev, GPIO_PIN + 4 * 21, 4, 1u << 10 | 4u << 7, bench.now); /* wakes, level low */
    drive(21, GPIO_HIGH);
    wake_by(RTC_WAKE_GPIO);
    sleep(false);
    bench.run_to(SIM_MS(1));
    drive(21, GPIO_LOW);
    bench.run_to(SIM_MS(2));
    EXPECT_EQ(changes.at(1).what, "awake");
    EXPECT_EQ(cause(), 1u << RTC_WAKE_GPIO);

    drive(21, GPIO_HIGH);
    sleep(true);
    bench.run_to(SIM_MS(3));
    drive(21, GPIO_LOW);
    bench.run_to(SIM_S(1));
    EXPECT_EQ(changes.size(), 3u) << "deep sleep goes on";
}

TEST_F(Sleep, GpioMayRejectIt)
{
    put_in(&gpio.io_mux.dev, IO_MUX_GPIO21_FUN_IE, 1, bench.now);
    dev_write(&gpio.dev, GPIO_PIN + 4 * 21, 4, 1u << 10 | 5u << 7, bench.now); /* level high */
    drive(21, GPIO_HIGH);
    wake_by(RTC_WAKE_GPIO);
    put(RTC_SLP_REJECT_CONF_GPIO_REJECT_EN, 1);
    put(RTC_SLP_REJECT_CONF_LIGHT_SLP_REJECT_EN, 1);
    sleep(false);
    EXPECT_FALSE(rtc_cntl_sleeps(&rtc));
    EXPECT_EQ(get(RTC_INT_RAW_SLP_REJECT_INT_RAW), 1u);
    EXPECT_EQ(get(RTC_SLP_REJECT_CONF_REJECT_CAUSE), 1u);
    EXPECT_EQ(get(RTC_STATE0_SLEEP_EN), 0u);
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(Sleep, UartsWakeWhenToldTo)
{
    wake_by(RTC_WAKE_UART1);
    sleep(false);
    bench.run_to(SIM_MS(1));
    rtc_cntl_uart_wakes(&rtc, 0, bench.now);
    bench.run_to(SIM_MS(2));
    EXPECT_EQ(changes.size(), 1u);
    rtc_cntl_uart_wakes(&rtc, 1, bench.now);
    bench.run_to(SIM_MS(3));
    EXPECT_EQ(cause(), 1u << RTC_WAKE_UART1);
}

TEST_F(Sleep, SourcesWithoutModelAreReported)
{
    put(RTC_WAKEUP_STATE_WAKEUP_ENA, 1u << RTC_WAKE_TOUCH | 1u << RTC_WAKE_ULP);
    const uint64_t before = log_count(bench.env.log, LOG_UNIMPL);
    sleep(false);
    bench.run_to(SIM_MS(1));
    EXPECT_EQ(log_count(bench.env.log, LOG_UNIMPL), before + 2);
}

TEST_F(Sleep, TheWatchdogPausesOrEndsIt)
{
    write(RTC_WDTCONFIG1, 1500);
    write(RTC_WDTCONFIG0, 1u << 31 | 3u << 28 | 1u << 7); /* system reset after 10 ms, pauses */
    wake_by(RTC_WAKE_TIMER);
    alarm_at(15000);
    sleep(false);
    bench.run_to(slow(15031));
    EXPECT_TRUE(resets.requests.empty());
    bench.run_to(SIM_MS(200));
    ASSERT_EQ(resets.requests.size(), 1u);
    EXPECT_EQ(resets.requests[0].start, slow(15031 + 1498)) << "two cycles had passed before sleep";

    write(RTC_WDTCONFIG0, 0);
    write(RTC_WDTCONFIG0, 1u << 31 | 3u << 28);
    alarm_at(1u << 30);
    changes.clear();
    sleep(false);
    bench.run_to(SIM_MS(211));
    ASSERT_EQ(resets.requests.size(), 2u);
    dev_reset(&rtc.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_FALSE(rtc_cntl_sleeps(&rtc));
    EXPECT_EQ(changes.back().what, "awake");
    EXPECT_EQ(hz(CLOCK_CPU), 40000000u);
}

TEST_F(Sleep, PowerOnEndsIt)
{
    sleep(true);
    bench.run_to(SIM_MS(1));
    dev_reset(&rtc.dev, DEV_RESET_POWER_ON, bench.now);
    EXPECT_FALSE(rtc_cntl_sleeps(&rtc));
    EXPECT_EQ(hz(CLOCK_APB), 40000000u);
    EXPECT_TRUE(bench.is_idle());
}

/* ---- Hold ------------------------------------------------------------------------------------------------------ */

class Hold : public Sleep
{
  protected:
    bool level(unsigned pad)
    {
        return gpio_level(&gpio, pad, bench.now);
    }
    void output(unsigned pad, bool high)
    {
        dev_write(&gpio.dev, GPIO_FUNC_OUT_SEL_CFG + 4 * pad, 4, 256, bench.now);
        dev_write(&gpio.dev, GPIO_ENABLE_W1TS, 4, 1u << pad, bench.now);
        dev_write(&gpio.dev, high ? GPIO_OUT_W1TS : GPIO_OUT_W1TC, 4, 1u << pad, bench.now);
    }
    void reset_pads()
    {
        dev_reset(&gpio.dev, DEV_RESET_SYSTEM, bench.now);
        dev_reset(&gpio.io_mux.dev, DEV_RESET_SYSTEM, bench.now);
        dev_reset(&gpio.rtc_io.dev, DEV_RESET_SYSTEM, bench.now);
    }
};

TEST_F(Hold, AnRtcPadKeepsItsLevelOverReset)
{
    output(25, true);
    output(27, true);
    put_in(&gpio.rtc_io.dev, RTC_IO_PAD_DAC1_PDAC1_HOLD, 1, bench.now);
    dev_write(&gpio.dev, GPIO_OUT_W1TC, 4, 1u << 25, bench.now);
    EXPECT_TRUE(level(25)) << "GPIO has no say any more";
    reset_pads();
    EXPECT_TRUE(level(25));
    EXPECT_FALSE(level(27)) << "not held";
    put_in(&gpio.rtc_io.dev, RTC_IO_PAD_DAC1_PDAC1_HOLD, 0, bench.now);
    EXPECT_FALSE(level(25));
}

TEST_F(Hold, OtherPadsHaveBitsOfTheirOwn)
{
    output(5, true);
    output(18, true);
    dev_write(&gpio.rtc_io.dev, RTC_IO_DIG_PAD_HOLD, 4, 1u << 8, bench.now); /* GPIO5 */
    reset_pads();
    EXPECT_TRUE(level(5));
    EXPECT_FALSE(level(18));
}

TEST_F(Hold, ForceHoldsRtcPads)
{
    output(25, true);
    put(RTC_HOLD_FORCE_PDAC1_HOLD_FORCE, 1);
    reset_pads();
    EXPECT_TRUE(level(25));
    put(RTC_HOLD_FORCE_PDAC1_HOLD_FORCE, 0);
    EXPECT_FALSE(level(25));
}

/* ESP-IDF's gpio_deep_sleep_hold_en. */
TEST_F(Hold, DeepSleepHoldsAllOtherPadsUntilTheyAreLetGo)
{
    output(18, true);
    output(25, true);
    put(RTC_DIG_ISO_DG_PAD_FORCE_UNHOLD, 0);
    put(RTC_DIG_ISO_DG_PAD_AUTOHOLD_EN, 1);
    wake_by(RTC_WAKE_TIMER);
    alarm_at(1500);
    sleep(true);
    bench.run_to(SIM_MS(1));
    reset_pads();
    EXPECT_TRUE(level(18));
    EXPECT_FALSE(level(25)) << "an RTC pad";
    bench.run_to(SIM_S(1));
    EXPECT_EQ(get(RTC_DIG_ISO_DG_PAD_AUTOHOLD), 1u);
    EXPECT_TRUE(level(18)) << "until software clears it";
    put(RTC_DIG_ISO_CLR_DG_PAD_AUTOHOLD, 1);
    EXPECT_FALSE(level(18));
}

/* ---- CRC, supply ----------------------------------------------------------------------------------------------- */

TEST_F(Sleep, ComputesACrcOverFastMemory)
{
    std::vector<uint8_t> bytes;
    for (uint32_t i = 0; i < memory.size(); i++)
        memory[i] = i * 2654435761u;
    for (uint32_t i = 16; i < 16 + 100; i++)
        for (int shift = 0; shift < 32; shift += 8)
            bytes.push_back((uint8_t)(memory[i] >> shift));
    const uint32_t conf = 99u << 20 | 16u << 9;
    write(RTC_MEM_CONF, conf);
    EXPECT_TRUE(bench.is_idle());
    write(RTC_MEM_CONF, conf | 1u << 8);
    EXPECT_EQ(get(RTC_MEM_CONF_RTC_MEM_CRC_FINISH), 0u);
    EXPECT_EQ(bench.run_to_next_event(), SIM_US(10)) << "100 cycles of 10 MHz";
    EXPECT_EQ(get(RTC_MEM_CONF_RTC_MEM_CRC_FINISH), 1u);
    EXPECT_EQ(read(RTC_MEM_CRC_RES), crc32_extend(0, bytes.data(), bytes.size()));
    write(RTC_MEM_CONF, conf);
    write(RTC_MEM_CONF, conf | 1u << 8);
    EXPECT_EQ(get(RTC_MEM_CONF_RTC_MEM_CRC_FINISH), 0u) << "again";
}

TEST_F(Sleep, TheBrownOutDetectorHasEightThresholds)
{
    const unsigned mv[] = {2430, 2480, 2580, 2620, 2670, 2700, 2770, 2800};
    put(RTC_BROWN_OUT_ENA, 1);
    for (uint32_t n = 0; n < 8; n++) {
        put(RTC_BROWN_OUT_DBROWN_OUT_THRES, n);
        rtc_cntl_set_supply(&rtc, mv[n], bench.now);
        EXPECT_EQ(get(RTC_BROWN_OUT_DET), 0u) << mv[n];
        rtc_cntl_set_supply(&rtc, mv[n] - 1, bench.now);
        EXPECT_EQ(get(RTC_BROWN_OUT_DET), 1u) << mv[n];
    }
}

} // namespace
