/* SPDX-License-Identifier: Apache-2.0 */
/* The UART at its wires: characters from the pin, waveforms, measured pulses, pauses that mean something. */
#include "tests/device/uart_bench.h"

namespace
{

/* ---- The pin ----------------------------------------------------------------------------------------------------- */

TEST_F(Uart, DecodesThePin)
{
    pin(SIM_US(10), 8680468.75, frame_of(0x5A) + frame_of('Z'));
    run_until_idle();
    EXPECT_EQ(received(), "ZZ");
    EXPECT_EQ(read(UART_INT_RAW), (uint32_t)UART_TXFIFO_EMPTY);
}

TEST_F(Uart, DecodesASenderThatIsALittleOff)
{
    for (double error : {0.97, 1.03}) {
        pin(bench.now + SIM_US(10), 8680468.75 * error, frame_of(0xFF) + frame_of(0x00) + frame_of(0xA5));
        bench.run_for(SIM_US(100));
        EXPECT_EQ(received(), "\xFF" + std::string(1, '\0') + "\xA5") << error;
        EXPECT_FALSE(raised(UART_FRM_ERR));
    }
}

TEST_F(Uart, AtTheWrongRateGarbageAndErrorsArrive)
{
    pin(SIM_US(10), 8680468.75 / 2, frame_of('A') + frame_of('T') + frame_of('\r'));
    bench.run_for(SIM_US(100));
    EXPECT_NE(received(), "AT\r");
}

TEST_F(Uart, AShortLowPulseIsAGlitch)
{
    pin(SIM_US(10), 2000000, "0"); /* less than half a bit */
    uart_rxd_changed(uart.get(), true, bench.now);
    run_until_idle();
    EXPECT_TRUE(raised(UART_GLITCH_DET));
    EXPECT_EQ(received(), "");
    pin(bench.now, 8680468.75, frame_of('A'));
    run_until_idle();
    EXPECT_EQ(received(), "A");
}

TEST_F(Uart, AGlitchDoesNotSwallowTheCharacterBehindIt)
{
    pin(SIM_US(10), 2000000, "0");
    pin(bench.now, 20000000, "1"); /* 20 us of rest: the glitch's character would still be under way */
    pin(bench.now, 8680468.75, frame_of('A'));
    run_until_idle();
    EXPECT_EQ(received(), "A");
}

TEST_F(Uart, ABreakOnThePinIsReceivedOnce)
{
    pin(SIM_US(10), SIM_MS(5), "01");
    run_until_idle();
    EXPECT_TRUE(raised(UART_BRK_DET));
    EXPECT_EQ(received(), std::string(1, '\0'));
}

TEST_F(Uart, InversionAppliesToThePin)
{
    uart_rxd_changed(uart.get(), false, 0);
    dev_reset(&uart->dev, DEV_RESET_SYSTEM, 0);
    write(UART_CLKDIV, divider_115200);
    set(UART_CONF0_RXD_INV, 1);
    std::string levels = frame_of('q');
    for (char &level : levels)
        level = level == '1' ? '0' : '1';
    pin(SIM_US(100), 8680468.75, levels);
    run_until_idle();
    EXPECT_EQ(received(), "q");
}

TEST_F(Uart, TwoUartsTalkOverAWire)
{
    struct uart other;
    ASSERT_EQ(uart_init(&other, 1, "uart1", &bench.env), SIM_OK);
    dev_write(&other.dev, UART_CLKDIV, 4, divider_115200, 0);
    probe wire;
    wire.line.level = true;
    line_listen(&wire.line, uart_rxd_changed, uart.get());
    other.tx.wire.line = &wire.line;
    uart_wire_watch(&other.tx.wire, true, 0);
    for (char c : std::string("hello"))
        dev_write(&other.dev, UART_FIFO, 4, (uint8_t)c, 0);
    bench.run_to(halves(20 * 4 + 19) - 1);
    EXPECT_EQ(get(UART_STATUS_RXFIFO_CNT), 4u);
    bench.run_to(halves(20 * 4 + 19));
    EXPECT_EQ(received(), "hello");
    uart_fini(&other);
}

/* ---- Waveforms --------------------------------------------------------------------------------------------------- */

TEST_F(Uart, WithRs485ThePinIsNotHeardWhileItSends)
{
    set(UART_RS485_CONF_RS485RXBY_TX_EN, 1);
    for (bool hears : {false, true}) {
        set(UART_RS485_CONF_RS485_EN, 1);
        set(UART_RS485_CONF_RS485TX_RX_EN, hears);
        send("s");
        pin(bench.now + SIM_US(1), 8680468.75, frame_of('r'));
        run_until_idle();
        EXPECT_EQ(received(), hears ? "r" : "");
        pin(bench.now + SIM_US(100), 8680468.75, frame_of('r'));
        run_until_idle();
        EXPECT_EQ(received(), "r") << "afterwards all is heard";
    }
}

TEST_F(Uart, TheWatchedWireShowsEveryBitAtItsTime)
{
    probe wire;
    wire.line.level = true;
    uart->tx.wire.line = &wire.line;
    uart_wire_watch(&uart->tx.wire, true, 0);
    send("\x35"); /* start, 1 0 1 0 1 1 0 0, stop */
    run_until_idle();
    const std::vector<std::pair<sim_time, bool>> expected = {{0, false},       {bits(1), true},  {bits(2), false},
                                                             {bits(3), true},  {bits(4), false}, {bits(5), true},
                                                             {bits(7), false}, {bits(9), true}};
    EXPECT_EQ(wire.edges, expected);
}

TEST_F(Uart, AnUnwatchedWireCanBeAskedForItsLevel)
{
    probe wire;
    wire.line.level = true;
    uart->tx.wire.line = &wire.line;
    send("\x35");
    const std::string levels = frame_of(0x35);
    for (unsigned bit = 0; bit < 10; bit++) {
        bench.run_to(bits(bit) + 1);
        EXPECT_EQ(uart_wire_shows(&uart->tx.wire, bench.now), levels[bit] == '1') << "bit " << bit;
    }
    EXPECT_TRUE(wire.edges.empty());
}

TEST_F(Uart, WatchingMayBeginAndEndAnywhere)
{
    probe wire;
    wire.line.level = true;
    uart->tx.wire.line = &wire.line;
    send("\x35");
    bench.run_to(bits(2) + 1000);
    uart_wire_watch(&uart->tx.wire, true, bench.now);
    EXPECT_FALSE(wire.level()) << "the wire is low";
    bench.run_to(bits(4) + 1000);
    uart_wire_watch(&uart->tx.wire, false, bench.now);
    run_until_idle();
    EXPECT_EQ(wire.edges, (std::vector<std::pair<sim_time, bool>>{
                              {bits(2) + 1000, false}, {bits(3), true}, {bits(4), false}, {bits(4) + 1000, true}}))
        << "it is left at idle";
}

TEST_F(Uart, TheWireIdlesLowWhenInverted)
{
    probe wire;
    wire.line.level = true;
    uart->tx.wire.line = &wire.line;
    set(UART_CONF0_TXD_INV, 1);
    EXPECT_FALSE(wire.level());
    EXPECT_TRUE(get(UART_STATUS_TXD)) << "STATUS shows it before the inverter";
}

TEST_F(Uart, SignalsShowBytesAndBits)
{
    rebuild(0, true);
    send("U");
    type("R");
    run_until_idle();
    typedef std::vector<std::pair<sim_time, std::string>> changes;
    EXPECT_EQ(bench.signals.changes["node0.uart0.tx_byte"], (changes{{0, "85"}}));
    EXPECT_EQ(bench.signals.changes["node0.uart0.rx_byte"], (changes{{halves(19), "82"}}));
    EXPECT_EQ(bench.signals.changes["node0.uart0.txd"].size(), 1 + 10u) << "idle, then ten edges of 0x55";
    EXPECT_EQ(bench.signals.changes["node0.uart0.rxd"].back().second, "1");
}

TEST_F(Uart, WatchingChangesNothingElse)
{
    std::string results[2];
    for (int traced = 0; traced < 2; traced++) {
        rebuild(0, traced);
        bench.run_to(SIM_MS(10) * (sim_time)(traced + 1));
        sim_time origin = bench.now;
        host = terminal();
        irq.line.level = false;
        irq.edges.clear();
        write(UART_INT_ENA, UART_TX_DONE | UART_RXFIFO_TOUT | UART_BRK_DET | UART_FRM_ERR);
        set(UART_CONF1_RX_TOUT_THRHD, 1);
        set(UART_CONF1_RX_TOUT_EN, 1);
        send("watch");
        type("me");
        uart_receive(uart.get(), 'x', UART_FAULT_FRAME, bench.now);
        uart_receive(uart.get(), 'x', UART_FAULT_BREAK, bench.now);
        type("again");
        run_until_idle();
        for (const auto &byte : host.bytes)
            results[traced] += std::to_string(byte.first - origin) + " ";
        for (const auto &edge : irq.edges)
            results[traced] += std::to_string(edge.first - origin) + (edge.second ? "/ " : "\\ ");
        results[traced] += std::to_string(read(UART_INT_RAW)) + received();
    }
    EXPECT_EQ(results[0], results[1]);
}

/* ---- Autobaud ---------------------------------------------------------------------------------------------------- */

TEST_F(Uart, AutobaudFindsTheShortestPulses)
{
    set(UART_AUTOBAUD_EN, 1);
    pin(SIM_US(10), 1000000 * 104.0, frame_of('U') + frame_of('a')); /* about 9600 baud */
    EXPECT_EQ(get(UART_LOWPULSE_MIN_CNT), 8320u) << "104 us at 80 MHz";
    EXPECT_EQ(get(UART_HIGHPULSE_MIN_CNT), 8320u);
    EXPECT_EQ(get(UART_POSPULSE_POSEDGE_MIN_CNT), 16640u);
    EXPECT_EQ(get(UART_NEGPULSE_NEGEDGE_MIN_CNT), 16640u);
    EXPECT_EQ(get(UART_RXD_CNT_RXD_EDGE_CNT), 10u + 6u);
    set(UART_AUTOBAUD_EN, 0);
    EXPECT_EQ(get(UART_LOWPULSE_MIN_CNT), 8320u) << "results stay";
    set(UART_AUTOBAUD_EN, 1);
    EXPECT_EQ(get(UART_LOWPULSE_MIN_CNT), 0xFFFFFu) << "until it starts anew";
    EXPECT_EQ(get(UART_RXD_CNT_RXD_EDGE_CNT), 0u);
}

TEST_F(Uart, AutobaudMeasuresTheHostToo)
{
    set(UART_AUTOBAUD_EN, 1);
    type("U");
    run_until_idle();
    EXPECT_EQ(get(UART_LOWPULSE_MIN_CNT), 694u);
    EXPECT_EQ(received(), "U");
}

TEST_F(Uart, AutobaudDoesNotCountGlitches)
{
    set(UART_AUTOBAUD_EN, 1);
    set(UART_AUTOBAUD_GLITCH_FILT, 8);
    pin(SIM_US(10), 50000, "01"); /* 4 cycles */
    EXPECT_EQ(get(UART_RXD_CNT_RXD_EDGE_CNT), 0u);
    EXPECT_EQ(get(UART_LOWPULSE_MIN_CNT), 0xFFFFFu);
    EXPECT_TRUE(raised(UART_GLITCH_DET));
}

/* ---- AT escape sequence ------------------------------------------------------------------------------------------ */

class UartAt : public Uart
{
  protected:
    void SetUp() override
    {
        Uart::SetUp();
        write(UART_AT_CMD_PRECNT, 80000); /* 1 ms */
        write(UART_AT_CMD_POSTCNT, 80000);
        write(UART_AT_CMD_GAPTOUT, 8000); /* 100 us */
        bench.run_to(SIM_MS(5));
    }
};

TEST_F(UartAt, PausesAroundThreePlusesAreRecognised)
{
    sim_time start = bench.now;
    type("+++");
    bench.run_to(start + bits(30) + SIM_MS(1) - 100000);
    EXPECT_FALSE(raised(UART_AT_CMD_CHAR_DET));
    bench.run_to(start + bits(30) + SIM_MS(1) + 100000);
    EXPECT_TRUE(raised(UART_AT_CMD_CHAR_DET));
    EXPECT_EQ(received(), "+++");
}

TEST_F(UartAt, WithoutThePauseBeforeItIsText)
{
    type("a+++");
    bench.run_for(SIM_MS(10));
    EXPECT_FALSE(raised(UART_AT_CMD_CHAR_DET));
}

TEST_F(UartAt, WithoutThePauseAfterItIsText)
{
    type("+++");
    bench.run_for(SIM_US(900));
    type("ATH");
    bench.run_for(SIM_MS(10));
    EXPECT_FALSE(raised(UART_AT_CMD_CHAR_DET));
}

TEST_F(UartAt, WithALongPauseWithinItIsText)
{
    type("++");
    bench.run_for(SIM_US(500));
    type("+");
    bench.run_for(SIM_MS(10));
    EXPECT_FALSE(raised(UART_AT_CMD_CHAR_DET));
}

} // namespace
