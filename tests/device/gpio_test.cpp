/* SPDX-License-Identifier: Apache-2.0 */
/* Pads as firmware, the board and other devices see them: levels, routes, interrupts. */
#include "peripherals/gpio/gpio.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "peripherals/uart/uart.h"
#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/gpio/gpio_regs.def"
#define REG_PREFIX GPIO
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/gpio/io_mux_regs.def"
#define REG_PREFIX IO_MUX
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/gpio/rtc_io_regs.def"
#define REG_PREFIX RTC_IO
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/uart/uart_regs.def"
#define REG_PREFIX UART
#include "bus/reg_expand.h"

typedef std::vector<std::pair<sim_time, bool>> edges;

const uint32_t app = 1, app_nmi = 2, pro = 4, pro_nmi = 8, sdio = 16; /* PIN.INT_ENA */
enum interrupt_type : uint32_t { off, rising, falling, any_edge, low, high };

/* A peripheral's output whose waveform costs something. */
struct lazy_wave {
    bool level = true;
    std::vector<bool> wanted;

    struct gpio_source source(const void *owner = nullptr)
    {
        struct gpio_source source = {};
        source.ctx = this;
        source.level = [](void *ctx, sim_time) { return static_cast<lazy_wave *>(ctx)->level; };
        source.watch = [](void *ctx, bool on, sim_time) { static_cast<lazy_wave *>(ctx)->wanted.push_back(on); };
        source.owner = owner;
        return source;
    }
};

class Gpio : public ::testing::Test
{
  protected:
    device_bench bench;
    std::unique_ptr<struct gpio> gpio;
    probe irq[GPIO_IRQS];

    void SetUp() override
    {
        build(nullptr);
    }
    void TearDown() override
    {
        gpio_fini(gpio.get());
    }
    void build(const struct trace_sink *trace)
    {
        const struct gpio_config config = {0x13};
        bench.env.trace = trace;
        gpio = std::make_unique<struct gpio>();
        ASSERT_EQ(gpio_init(gpio.get(), &config, "gpio", &bench.env), SIM_OK);
        for (unsigned i = 0; i < GPIO_IRQS; i++)
            gpio->irq[i] = &irq[i].line;
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&gpio->dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&gpio->dev, offset, 4, bench.now);
    }
    static void set(struct dev *dev, uint32_t place, uint32_t field, sim_time now)
    {
        uint32_t offset = REG_PLACE_OFFSET(place);
        uint32_t word = bits_set(dev_peek(dev, offset), REG_PLACE_LSB(place), REG_PLACE_WIDTH(place), field);
        dev_write(dev, offset, 4, word, now);
    }
    void mux(uint32_t place, uint32_t field)
    {
        set(&gpio->io_mux.dev, place, field, bench.now);
    }
    void rtc(uint32_t place, uint32_t field)
    {
        set(&gpio->rtc_io.dev, place, field, bench.now);
    }
    void pin(unsigned pad, enum interrupt_type type, uint32_t to, bool open_drain = false)
    {
        write(GPIO_PIN + 4 * pad, (uint32_t)open_drain << 2 | type << 7 | to << 13);
    }
    void route_out(unsigned pad, uint32_t signal, uint32_t flags = 0)
    {
        write(GPIO_FUNC_OUT_SEL_CFG + 4 * pad, signal | flags);
    }
    void route_in(uint32_t signal, uint32_t from, uint32_t flags = 0)
    {
        write(GPIO_FUNC_IN_SEL_CFG + 4 * signal, from | 1u << 7 | flags);
    }
    void output(unsigned pad)
    {
        write(GPIO_ENABLE_W1TS, 1u << pad);
    }
    void drive(unsigned pad, enum gpio_drive drive)
    {
        gpio_drive(gpio.get(), pad, drive, bench.now);
    }
    bool wire(unsigned pad)
    {
        return gpio_level(gpio.get(), pad, bench.now);
    }
    bool input(unsigned pad)
    {
        return pad < 32 ? bits_test(read(GPIO_IN), pad) : bits_test(read(GPIO_IN1), pad - 32);
    }
    void clear_status()
    {
        write(GPIO_STATUS_W1TC, UINT32_MAX);
        write(GPIO_STATUS1_W1TC, UINT32_MAX);
    }
};

const uint32_t invert_out = 1u << 9, enabled_by_register = 1u << 10, invert_enable = 1u << 11, invert_in = 1u << 6;

/* ---- Levels ------------------------------------------------------------------------------------------------------ */

TEST_F(Gpio, AfterResetPadsShowTheirPulls)
{
    EXPECT_EQ(read(GPIO_STRAP), 0x13u);
    for (unsigned pad : {0u, 1u, 3u, 5u, 14u, 15u})
        EXPECT_TRUE(wire(pad)) << pad << " is pulled up";
    for (unsigned pad : {2u, 4u, 12u, 13u, 18u, 25u, 34u})
        EXPECT_FALSE(wire(pad)) << pad << " is pulled down or floats";
    EXPECT_EQ(read(GPIO_FUNC_OUT_SEL_CFG), 0x100u);
    EXPECT_EQ(bench.log.text(), "");
}

TEST_F(Gpio, OutputsFollowOutWhereEnabled)
{
    write(GPIO_OUT, 1u << 18 | 1u << 19);
    EXPECT_FALSE(wire(18)) << "not enabled";
    write(GPIO_ENABLE, 1u << 18 | 1u << 21);
    EXPECT_TRUE(wire(18));
    EXPECT_FALSE(wire(19));
    EXPECT_FALSE(wire(21));
    write(GPIO_OUT_W1TS, 1u << 21);
    EXPECT_TRUE(wire(21));
    EXPECT_EQ(read(GPIO_OUT), 1u << 18 | 1u << 19 | 1u << 21);
    write(GPIO_OUT_W1TC, 1u << 18);
    EXPECT_FALSE(wire(18));
    write(GPIO_ENABLE_W1TC, 1u << 21);
    EXPECT_FALSE(wire(21));
    EXPECT_EQ(read(GPIO_ENABLE), 1u << 18);
    EXPECT_EQ(read(GPIO_OUT_W1TS), 0u) << "triggers read as 0";
}

TEST_F(Gpio, TheUpperPadsHaveRegistersOfTheirOwn)
{
    write(GPIO_ENABLE1_W1TS, 3);
    write(GPIO_OUT1_W1TS, 0xFFFFFF02);
    EXPECT_EQ(read(GPIO_OUT1), 2u);
    EXPECT_FALSE(wire(32));
    EXPECT_TRUE(wire(33));
    write(GPIO_OUT1, 1);
    EXPECT_TRUE(wire(32));
    EXPECT_FALSE(wire(33));
    write(GPIO_ENABLE1_W1TC, 1);
    EXPECT_FALSE(wire(32));
}

TEST_F(Gpio, Pads34To39AreInputsOnly)
{
    write(GPIO_ENABLE1, 0xff);
    write(GPIO_OUT1, 0xff);
    EXPECT_TRUE(wire(33));
    for (unsigned pad = 34; pad < 40; pad++)
        EXPECT_FALSE(wire(pad)) << pad;
}

TEST_F(Gpio, InReadsPadsWhoseInputIsEnabled)
{
    drive(18, GPIO_HIGH);
    drive(25, GPIO_HIGH);
    EXPECT_TRUE(input(18));
    EXPECT_FALSE(input(25)) << "the input of pad 25 is off after reset";
    mux(IO_MUX_GPIO25_FUN_IE, 1);
    EXPECT_TRUE(input(25));
    mux(IO_MUX_GPIO34_FUN_IE, 1);
    drive(34, GPIO_HIGH);
    EXPECT_EQ(read(GPIO_IN1), 4u);
    output(18);
    drive(18, GPIO_RELEASED);
    EXPECT_FALSE(input(18)) << "reads back its own output";
}

TEST_F(Gpio, PullsDecideOverReleasedPads)
{
    mux(IO_MUX_GPIO18_FUN_WPU, 1);
    EXPECT_TRUE(wire(18));
    drive(18, GPIO_PULL_LOW);
    EXPECT_FALSE(wire(18)) << "a resistor on the board is stronger than the chip's";
    drive(18, GPIO_RELEASED);
    mux(IO_MUX_GPIO18_FUN_WPU, 0);
    EXPECT_FALSE(wire(18));
    drive(18, GPIO_PULL_HIGH);
    EXPECT_TRUE(wire(18));
    output(18);
    EXPECT_FALSE(wire(18)) << "an output is stronger than any resistor";
}

TEST_F(Gpio, OpenDrainDrivesLowOnly)
{
    pin(18, off, 0, true);
    output(18);
    drive(18, GPIO_PULL_HIGH);
    EXPECT_FALSE(wire(18));
    write(GPIO_OUT_W1TS, 1u << 18);
    EXPECT_TRUE(wire(18));
    drive(18, GPIO_LOW);
    EXPECT_FALSE(wire(18)) << "somebody else on the bus";
    EXPECT_EQ(bench.log.text(), "") << "which is no conflict";
}

TEST_F(Gpio, AnOutputAgainstTheOutsideIsReportedOnce)
{
    output(18);
    drive(18, GPIO_LOW);
    EXPECT_EQ(bench.log.text(), "");
    drive(18, GPIO_HIGH);
    EXPECT_TRUE(wire(18)) << "the outside wins";
    write(GPIO_OUT_W1TS, 1u << 18);
    write(GPIO_OUT_W1TC, 1u << 18);
    EXPECT_EQ(bench.log.text(), "guest node0.gpio: pad 18 is an output and is driven from outside to the other level");
}

TEST_F(Gpio, TheOutsideSeesEveryChangeWithItsTime)
{
    probe seen;
    gpio_watch(
        gpio.get(), 18, [](void *ctx, bool level, sim_time time) { line_set((struct line *)ctx, level, time); },
        &seen.line);
    output(18);
    for (unsigned n = 1; n <= 3; n++) {
        bench.now = SIM_NS(100 * n);
        write(n & 1 ? GPIO_OUT_W1TS : GPIO_OUT_W1TC, 1u << 18);
    }
    EXPECT_EQ(seen.edges, (edges{{SIM_NS(100), true}, {SIM_NS(200), false}, {SIM_NS(300), true}}));
}

TEST_F(Gpio, SystemResetReleasesThePads)
{
    output(18);
    write(GPIO_OUT, 1u << 18);
    dev_reset(&gpio->dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_FALSE(wire(18));
    EXPECT_EQ(read(GPIO_STRAP), 0x13u);
    drive(18, GPIO_HIGH);
    dev_reset(&gpio->dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_TRUE(input(18)) << "the outside goes on driving";
}

/* ---- Interrupts -------------------------------------------------------------------------------------------------- */

TEST_F(Gpio, EdgesLatch)
{
    pin(18, rising, pro);
    pin(19, falling, pro);
    pin(21, any_edge, pro);
    for (unsigned pad : {18u, 19u, 21u})
        drive(pad, GPIO_HIGH);
    EXPECT_EQ(read(GPIO_STATUS), 1u << 18 | 1u << 21);
    clear_status();
    EXPECT_EQ(read(GPIO_STATUS), 0u) << "edges do not come back";
    EXPECT_FALSE(irq[GPIO_IRQ_PRO].level());
    for (unsigned pad : {18u, 19u, 21u})
        drive(pad, GPIO_LOW);
    EXPECT_EQ(read(GPIO_STATUS), 1u << 19 | 1u << 21);
    EXPECT_TRUE(irq[GPIO_IRQ_PRO].level());
}

TEST_F(Gpio, LevelsComeBackWhileTheyHold)
{
    drive(18, GPIO_HIGH);
    pin(18, high, pro);
    EXPECT_TRUE(irq[GPIO_IRQ_PRO].level()) << "at once";
    clear_status();
    EXPECT_TRUE(irq[GPIO_IRQ_PRO].level());
    drive(18, GPIO_LOW);
    EXPECT_TRUE(irq[GPIO_IRQ_PRO].level()) << "latched";
    clear_status();
    EXPECT_FALSE(irq[GPIO_IRQ_PRO].level());
    pin(18, low, pro);
    EXPECT_TRUE(irq[GPIO_IRQ_PRO].level());
}

TEST_F(Gpio, EachCoreAndItsNmiHaveAnEnable)
{
    const std::pair<uint32_t, uint32_t> outputs[GPIO_IRQS] = {
        {app, GPIO_ACPU_INT}, {app_nmi, GPIO_ACPU_NMI_INT}, {pro, GPIO_PCPU_INT}, {pro_nmi, GPIO_PCPU_NMI_INT}};
    for (unsigned n = 0; n < GPIO_IRQS; n++) {
        SCOPED_TRACE(n);
        pin(18, rising, outputs[n].first);
        drive(18, GPIO_HIGH);
        for (unsigned other = 0; other < GPIO_IRQS; other++) {
            EXPECT_EQ(irq[other].level(), other == n);
            EXPECT_EQ(read(outputs[other].second), other == n ? 1u << 18 : 0u);
        }
        drive(18, GPIO_LOW);
        clear_status();
    }
    pin(18, rising, sdio);
    drive(18, GPIO_HIGH);
    EXPECT_EQ(read(GPIO_CPUSDIO_INT), 1u << 18);
}

TEST_F(Gpio, UpperPadsInterruptToo)
{
    mux(IO_MUX_GPIO35_FUN_IE, 1);
    pin(35, rising, pro | app_nmi);
    drive(35, GPIO_HIGH);
    EXPECT_EQ(read(GPIO_STATUS1), 8u);
    EXPECT_EQ(read(GPIO_PCPU_INT1), 8u);
    EXPECT_EQ(read(GPIO_ACPU_NMI_INT1), 8u);
    EXPECT_EQ(read(GPIO_ACPU_INT1), 0u);
    EXPECT_TRUE(irq[GPIO_IRQ_PRO].level());
    EXPECT_TRUE(irq[GPIO_IRQ_APP_NMI].level());
    write(GPIO_STATUS1_W1TC, 8);
    EXPECT_FALSE(irq[GPIO_IRQ_PRO].level());
}

TEST_F(Gpio, StatusLatchesWithoutEnableAndSoftwareMaySetIt)
{
    pin(18, rising, 0);
    drive(18, GPIO_HIGH);
    EXPECT_EQ(read(GPIO_STATUS), 1u << 18);
    EXPECT_FALSE(irq[GPIO_IRQ_PRO].level());
    pin(18, rising, pro);
    EXPECT_TRUE(irq[GPIO_IRQ_PRO].level());
    clear_status();
    write(GPIO_STATUS_W1TS, 1u << 18);
    EXPECT_TRUE(irq[GPIO_IRQ_PRO].level());
}

TEST_F(Gpio, OwnOutputsInterruptAsWell)
{
    pin(18, any_edge, pro);
    output(18);
    bench.now = SIM_US(1);
    write(GPIO_OUT_W1TS, 1u << 18);
    EXPECT_EQ(irq[GPIO_IRQ_PRO].edges, (edges{{SIM_US(1), true}}));
}

/* ---- Matrix ------------------------------------------------------------------------------------------------------ */

TEST_F(Gpio, AnOutputSignalCanGoToSeveralPads)
{
    struct line *signal = gpio_signal_out(gpio.get(), 79, false, nullptr);
    route_out(18, 79);
    route_out(19, 79, invert_out);
    EXPECT_FALSE(wire(18));
    EXPECT_TRUE(wire(19));
    line_set(signal, true, bench.now);
    EXPECT_TRUE(wire(18));
    EXPECT_FALSE(wire(19));
    route_out(18, 0x100);
    EXPECT_FALSE(wire(18)) << "back to OUT";
}

TEST_F(Gpio, OutputEnableComesFromThePeripheralOrFromEnable)
{
    struct line *signal = gpio_signal_out(gpio.get(), 29, true, nullptr);
    struct line *enable = gpio_signal_out_enable(gpio.get(), 29);
    route_out(18, 29);
    EXPECT_TRUE(wire(18));
    line_set(enable, false, bench.now);
    EXPECT_FALSE(wire(18)) << "released, and nothing pulls";
    route_out(18, 29, invert_enable);
    EXPECT_TRUE(wire(18));
    route_out(18, 29, enabled_by_register);
    EXPECT_FALSE(wire(18));
    output(18);
    EXPECT_TRUE(wire(18));
    line_set(signal, false, bench.now);
    EXPECT_FALSE(wire(18));
}

TEST_F(Gpio, ASignalWithoutAPeripheralDrivesNothing)
{
    drive(18, GPIO_PULL_HIGH);
    route_out(18, 200);
    EXPECT_TRUE(wire(18));
    EXPECT_EQ(bench.log.text(), "");
}

TEST_F(Gpio, ABoardCanAskWhoIsConnectedWithWhom)
{
    EXPECT_EQ(gpio_signal_at(gpio.get(), 18), -1) << "OUT";
    route_out(18, 63);
    EXPECT_EQ(gpio_signal_at(gpio.get(), 18), 63);
    EXPECT_EQ(gpio_pad_of(gpio.get(), 64), -1) << "its pad has another function";
    route_in(64, 19);
    EXPECT_EQ(gpio_pad_of(gpio.get(), 64), 19);
    route_in(64, 0x38);
    EXPECT_EQ(gpio_pad_of(gpio.get(), 64), -1) << "a constant";
}

TEST_F(Gpio, AnInputSignalComesFromAPadAConstantOrNowhere)
{
    probe signal;
    auto follow = [](void *ctx, bool level, sim_time time) { line_set((struct line *)ctx, level, time); };
    gpio_signal_in(gpio.get(), 83, false, follow, &signal.line);
    route_in(83, 18);
    drive(18, GPIO_HIGH);
    EXPECT_TRUE(signal.level());
    route_in(83, 18, invert_in);
    EXPECT_FALSE(signal.level());
    route_in(83, 0x38);
    EXPECT_TRUE(signal.level()) << "constant 1";
    route_in(83, 0x30);
    EXPECT_FALSE(signal.level()) << "constant 0";
    route_in(83, 0x30, invert_in);
    EXPECT_TRUE(signal.level());
    write(GPIO_FUNC_IN_SEL_CFG + 4 * 83, 18);
    EXPECT_FALSE(signal.level()) << "IO_MUX, which has no pad for it";
}

TEST_F(Gpio, AnUnroutedInputShowsWhatItsPeripheralWants)
{
    std::vector<bool> told;
    gpio_signal_in(
        gpio.get(), 17, true,
        [](void *ctx, bool level, sim_time) { static_cast<std::vector<bool> *>(ctx)->push_back(level); }, &told);
    EXPECT_TRUE(told.empty());
    mux(IO_MUX_GPIO9_MCU_SEL, 4); /* U1RXD */
    EXPECT_TRUE(told.empty()) << "pulled up as well";
    drive(9, GPIO_LOW);
    EXPECT_EQ(told, std::vector<bool>{false});
    mux(IO_MUX_GPIO9_MCU_SEL, 0);
    EXPECT_EQ(told, (std::vector<bool>{false, true}));
}

TEST_F(Gpio, FunctionsWithoutAModelAreReported)
{
    mux(IO_MUX_GPIO0_MCU_SEL, 1); /* CLK_OUT1 */
    EXPECT_EQ(bench.log.text(), "unimpl node0.io_mux: a pad's function has no model behind it");
}

/* ---- RTC_IO ------------------------------------------------------------------------------------------------------ */

TEST_F(Gpio, RtcPadsHaveTheirPullsInRtcIo)
{
    EXPECT_TRUE(wire(0)) << "RUE of TOUCH_PAD1 is set after power-on";
    mux(IO_MUX_GPIO0_FUN_WPU, 0);
    EXPECT_TRUE(wire(0));
    rtc(RTC_IO_TOUCH_PAD1_RUE, 0);
    EXPECT_FALSE(wire(0));
    rtc(RTC_IO_PAD_DAC1_PDAC1_RUE, 1);
    EXPECT_TRUE(wire(25));
}

TEST_F(Gpio, RtcIoTakesPadsOver)
{
    struct {
        unsigned rtc_pad, pad;
        uint32_t mux_sel, input;
    } const pads[] = {{6, 25, RTC_IO_PAD_DAC1_PDAC1_MUX_SEL, RTC_IO_PAD_DAC1_PDAC1_FUN_IE},
                      {8, 33, RTC_IO_XTAL_32K_PAD_X32N_MUX_SEL, RTC_IO_XTAL_32K_PAD_X32N_FUN_IE},
                      {9, 32, RTC_IO_XTAL_32K_PAD_X32P_MUX_SEL, RTC_IO_XTAL_32K_PAD_X32P_FUN_IE},
                      {17, 27, RTC_IO_TOUCH_PAD7_MUX_SEL, RTC_IO_TOUCH_PAD7_FUN_IE}};
    for (const auto &p : pads) {
        SCOPED_TRACE(p.pad);
        const uint32_t bit = 1u << (14 + p.rtc_pad);
        rtc(p.mux_sel, 1);
        rtc(p.input, 1);
        dev_write(&gpio->rtc_io.dev, RTC_IO_ENABLE_W1TS, 4, bit, bench.now);
        EXPECT_FALSE(wire(p.pad));
        dev_write(&gpio->rtc_io.dev, RTC_IO_OUT_W1TS, 4, bit, bench.now);
        EXPECT_TRUE(wire(p.pad));
        EXPECT_TRUE(dev_read(&gpio->rtc_io.dev, RTC_IO_IN, 4, bench.now) & bit);
        dev_reset(&gpio->rtc_io.dev, DEV_RESET_SYSTEM, bench.now);
        EXPECT_TRUE(wire(p.pad)) << "the RTC domain keeps it";
        dev_write(&gpio->rtc_io.dev, RTC_IO_OUT_W1TC, 4, bit, bench.now);
        EXPECT_FALSE(wire(p.pad));
        rtc(p.mux_sel, 0);
    }
}

TEST_F(Gpio, RtcPadsCanBeOpenDrain)
{
    const uint32_t bit = 1u << (14 + 17);
    rtc(RTC_IO_TOUCH_PAD7_MUX_SEL, 1);
    dev_write(&gpio->rtc_io.dev, RTC_IO_PIN + 4 * 17, 4, 4, bench.now);
    dev_write(&gpio->rtc_io.dev, RTC_IO_ENABLE, 4, bit, bench.now);
    dev_write(&gpio->rtc_io.dev, RTC_IO_OUT, 4, bit, bench.now);
    EXPECT_FALSE(wire(27)) << "released, and nothing pulls";
    drive(27, GPIO_PULL_HIGH);
    EXPECT_TRUE(wire(27));
    dev_write(&gpio->rtc_io.dev, RTC_IO_OUT, 4, 0, bench.now);
    EXPECT_FALSE(wire(27));
}

/* ---- Waveforms that cost something ------------------------------------------------------------------------------- */

TEST_F(Gpio, AWaveformIsWantedOnlyWhereItMatters)
{
    lazy_wave wave;
    struct gpio_source source = wave.source();
    gpio_signal_out(gpio.get(), 17, true, &source);
    route_out(18, 17);
    EXPECT_TRUE(wave.wanted.empty()) << "a pad nobody looks at";

    pin(18, falling, pro);
    EXPECT_EQ(wave.wanted, std::vector<bool>{true}) << "an interrupt";
    pin(18, off, 0);
    EXPECT_EQ(wave.wanted, (std::vector<bool>{true, false}));

    gpio_signal_in(
        gpio.get(), 198, true, [](void *, bool, sim_time) {}, this);
    route_in(198, 18);
    EXPECT_EQ(wave.wanted, (std::vector<bool>{true, false, true})) << "another peripheral's input";
    route_in(198, 0x38);
    EXPECT_EQ(wave.wanted.back(), false);

    gpio_watch(
        gpio.get(), 18, [](void *, bool, sim_time) {}, this);
    EXPECT_EQ(wave.wanted.back(), true) << "somebody outside";
}

TEST_F(Gpio, AWaveformThatNobodyWatchesIsAskedForItsLevel)
{
    lazy_wave wave;
    struct gpio_source source = wave.source();
    gpio_signal_out(gpio.get(), 17, true, &source);
    route_out(18, 17);
    EXPECT_TRUE(input(18));
    wave.level = false;
    EXPECT_FALSE(input(18));
    EXPECT_FALSE(wire(18));
}

TEST_F(Gpio, ABoardPartsOwnInputDoesNotWantItsWaveform)
{
    lazy_wave wave;
    int uart = 0, other = 0;
    struct gpio_source source = wave.source(&uart);
    gpio_board_wire(gpio.get(), 3, &source);
    gpio_signal_in(
        gpio.get(), 14, true, [](void *, bool, sim_time) {}, &uart);
    EXPECT_TRUE(wave.wanted.empty());
    gpio_signal_in(
        gpio.get(), 39, false, [](void *, bool, sim_time) {}, &other);
    route_in(39, 3);
    EXPECT_EQ(wave.wanted, std::vector<bool>{true}) << "a pulse counter does";
}

TEST_F(Gpio, EveryPadIsASignal)
{
    gpio_fini(gpio.get());
    build(&bench.signals.sink);
    bench.now = SIM_US(3);
    output(18);
    write(GPIO_OUT_W1TS, 1u << 18);
    typedef std::vector<std::pair<sim_time, std::string>> changes;
    EXPECT_EQ(bench.signals.changes["node0.gpio.gpio18"], (changes{{0, "0"}, {SIM_US(3), "1"}}));
    EXPECT_EQ(bench.signals.names.size(), 34u) << "pads 20, 24 and 28 to 31 do not exist";
}

/* ---- With a UART ------------------------------------------------------------------------------------------------- */

class GpioWithUart : public Gpio
{
  protected:
    std::unique_ptr<struct uart> uart;

    void SetUp() override
    {
        bench.set_hz(CLOCK_APB, 80000000);
        connect(nullptr);
    }
    void TearDown() override
    {
        uart_fini(uart.get());
        Gpio::TearDown();
    }
    /* As a node does it: UART0 on signals 14 to 16, its host end at pad 3. */
    void connect(const struct trace_sink *trace)
    {
        build(trace);
        uart = std::make_unique<struct uart>();
        ASSERT_EQ(uart_init(uart.get(), 0, "uart0", &bench.env), SIM_OK);
        dev_write(&uart->dev, UART_CLKDIV, 4, 800, bench.now); /* bits of 10 us */
        struct gpio_source out = {&uart->tx.wire, uart_wire_shows, uart_wire_watch, nullptr};
        struct gpio_source in = {&uart->host.wire, uart_wire_shows, uart_wire_watch, uart.get()};
        uart->tx.wire.line = gpio_signal_out(gpio.get(), 14, true, &out);
        uart->host.wire.line = gpio_board_wire(gpio.get(), 3, &in);
        gpio_signal_in(gpio.get(), 14, true, uart_rxd_changed, uart.get());
        gpio_signal_in(gpio.get(), 15, true, uart_cts_changed, uart.get());
    }
    void send(uint8_t byte)
    {
        dev_write(&uart->dev, UART_FIFO, 4, byte, bench.now);
    }
    char received()
    {
        return (char)dev_read(&uart->dev, UART_FIFO, 4, bench.now);
    }
    unsigned bytes_waiting()
    {
        return reg_field_of(dev_read(&uart->dev, UART_STATUS, 4, bench.now), UART_STATUS_RXFIFO_CNT);
    }
    unsigned events_until_idle()
    {
        unsigned events = 0;
        for (; !bench.is_idle(); events++)
            bench.run_to_next_event();
        return events;
    }
};

TEST_F(GpioWithUart, ItsBitsCanBeReadAtThePadAtNoCost)
{
    send(0x0F);
    bench.run_to(SIM_US(5));
    EXPECT_FALSE(input(1)) << "start bit";
    bench.run_to(SIM_US(15));
    EXPECT_TRUE(input(1));
    bench.run_to(SIM_US(85));
    EXPECT_FALSE(input(1));
    EXPECT_EQ(events_until_idle(), 2u) << "end of the character, end of the pause";
    EXPECT_TRUE(input(1));
}

TEST_F(GpioWithUart, AReceivedCharacterCostsOneEventAlthoughThePadShowsIt)
{
    uart_receive(uart.get(), 'U', 0, bench.now);
    bench.run_to(SIM_US(5));
    EXPECT_FALSE(input(3));
    bench.run_to(SIM_US(15));
    EXPECT_TRUE(input(3));
    EXPECT_EQ(events_until_idle(), 1u);
    EXPECT_EQ(received(), 'U');
}

TEST_F(GpioWithUart, AnInterruptOnThePadSeesTheStartBit)
{
    pin(3, falling, pro);
    bench.run_to(SIM_US(1));
    uart_receive(uart.get(), 'U', 0, bench.now);
    events_until_idle();
    EXPECT_EQ(irq[GPIO_IRQ_PRO].rises(), std::vector<sim_time>{SIM_US(1)});
    EXPECT_EQ(received(), 'U') << "received once";
    EXPECT_EQ(bytes_waiting(), 0u);
}

TEST_F(GpioWithUart, AWireFromTxToRxOutsideIsALoop)
{
    mux(IO_MUX_GPIO16_MCU_SEL, 2);
    route_in(14, 1); /* U0RXD from the pad that shows U0TXD */
    send('x');
    bench.run_to(SIM_US(95));
    EXPECT_EQ(bytes_waiting(), 1u);
    EXPECT_EQ(received(), 'x');
}

TEST_F(GpioWithUart, BitBangedCharactersAreReceived)
{
    drive(3, GPIO_HIGH);
    for (char level : std::string("0100000101")) { /* 'A', least significant bit first */
        drive(3, level == '1' ? GPIO_HIGH : GPIO_LOW);
        bench.run_for(SIM_US(10));
    }
    EXPECT_EQ(received(), 'A');
}

TEST_F(GpioWithUart, TheTracedPadShowsTheBits)
{
    TearDown();
    clock_tree_init(&bench.clocks);
    bench.set_hz(CLOCK_APB, 80000000);
    connect(&bench.signals.sink);
    send(0x55);
    events_until_idle();
    const auto &seen = bench.signals.changes["node0.gpio.gpio1"];
    ASSERT_GE(seen.size(), 10u);
    for (unsigned bit = 0; bit < 10; bit++) {
        const auto &edge = seen.at(seen.size() - 10 + bit);
        EXPECT_EQ(edge.first, SIM_US(10 * bit));
        EXPECT_EQ(edge.second, bit & 1 ? "1" : "0");
    }
}

} // namespace
