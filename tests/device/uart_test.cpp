/* SPDX-License-Identifier: Apache-2.0 */
/* The UART as its driver and its host end see it: bytes and interrupts at exact times. */
#include "tests/device/uart_bench.h"

namespace
{

/* ---- Reset ------------------------------------------------------------------------------------------------------- */

TEST_F(Uart, IdlesHighWithNothingToDoButDataToAskFor)
{
    EXPECT_EQ(read(UART_STATUS), 0xE000C000u);
    EXPECT_EQ(read(UART_INT_RAW), (uint32_t)UART_TXFIFO_EMPTY);
    EXPECT_EQ(read(UART_INT_ST), 0u);
    EXPECT_FALSE(irq.level());
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(Uart, ResetStopsTransmissionAndEmptiesBothFifos)
{
    send("abc");
    type("x");
    bench.run_to(bits(15));
    EXPECT_EQ(get(UART_STATUS_RXFIFO_CNT), 1u);
    dev_reset(&uart->dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_EQ(read(UART_STATUS), 0xE000C000u);
    EXPECT_EQ(get(UART_CLKDIV_CLKDIV), 0x2b6u);
    run_until_idle();
    EXPECT_EQ(host.text(), "a");
    EXPECT_EQ(read(UART_STATUS), 0xE000C000u);
}

/* ---- Transmitter ------------------------------------------------------------------------------------------------- */

TEST_F(Uart, SendsAByteInTenBitTimes)
{
    send("U");
    EXPECT_EQ(get(UART_STATUS_TXFIFO_CNT), 0u) << "it is in the shift register already";
    run_until_idle();
    EXPECT_EQ(host.bytes, (byte_times{{86804688, 'U'}})) << "86.8 us at 115200 baud";
}

TEST_F(Uart, StartsWithTheNextCycleOfItsClock)
{
    bench.run_to(1);
    send("U");
    run_until_idle();
    EXPECT_EQ(host.bytes.at(0).first, 12500u + 86804688u);
}

TEST_F(Uart, ALongTransferDoesNotDrift)
{
    byte_times expected;
    for (unsigned n = 0; n < 1000; n++) {
        write(UART_FIFO, n & 0xff);
        if (n >= 100)
            bench.run_to(bits(10 * (n - 99)));
        expected.emplace_back(bits(10 * (n + 1)), n & 0xff);
    }
    run_until_idle();
    EXPECT_EQ(host.bytes, expected);
    EXPECT_EQ(host.bytes.back().first, 86804687500u) << "a thousand times 86804687.5 ps";
}

TEST_F(Uart, ACharacterCostsOneEvent)
{
    send(std::string(100, 'x'));
    EXPECT_EQ(run_until_idle(), 100u);
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(Uart, TheFifoHolds128BytesAndLosesMore)
{
    send(std::string(1 + 128, 'x'));
    EXPECT_EQ(get(UART_STATUS_TXFIFO_CNT), 128u);
    EXPECT_EQ(bench.log.text(), "");
    send("y");
    EXPECT_EQ(get(UART_STATUS_TXFIFO_CNT), 128u);
    EXPECT_EQ(bench.log.text(), "guest node0.uart0: a byte written into a full TX FIFO is lost");
    run_until_idle();
    EXPECT_EQ(host.text(), std::string(129, 'x'));
}

TEST_F(Uart, TheFifoCanBeEnlargedInBlocksOf128Bytes)
{
    set(UART_MEM_CONF_TX_SIZE, 3);
    send(std::string(1 + 384 + 5, 'x'));
    EXPECT_EQ(get(UART_STATUS_TXFIFO_CNT), 384u & 0xff);
    EXPECT_EQ(get(UART_MEM_CNT_STATUS_TX_MEM_CNT), 384u >> 8);
    run_until_idle();
    EXPECT_EQ(host.bytes.size(), 385u);
}

TEST_F(Uart, FifoResetHoldsTheFifoEmpty)
{
    send("abc");
    set(UART_CONF0_TXFIFO_RST, 1);
    EXPECT_EQ(get(UART_STATUS_TXFIFO_CNT), 0u);
    send("d");
    set(UART_CONF0_TXFIFO_RST, 0);
    send("e");
    run_until_idle();
    EXPECT_EQ(host.text(), "ae") << "what is in the shift register goes out";
}

TEST_F(Uart, TxDoneComesWithTheEndOfTheLastStopBit)
{
    write(UART_INT_ENA, UART_TX_DONE);
    send("ab");
    bench.run_to(bits(20) - 1);
    EXPECT_FALSE(raised(UART_TX_DONE));
    bench.run_to(bits(20));
    EXPECT_TRUE(raised(UART_TX_DONE));
    EXPECT_EQ(irq.edges, (std::vector<std::pair<sim_time, bool>>{{bits(20), true}}));
    EXPECT_EQ(read(UART_INT_ST), (uint32_t)UART_TX_DONE);
    clear(UART_TX_DONE);
    EXPECT_FALSE(irq.level());
}

TEST_F(Uart, TxFifoEmptyIsALevel)
{
    set(UART_CONF1_TXFIFO_EMPTY_THRHD, 2);
    send("abc"); /* one is being sent, two wait */
    clear(UART_TXFIFO_EMPTY);
    EXPECT_FALSE(raised(UART_TXFIFO_EMPTY));
    bench.run_to(bits(10));
    EXPECT_TRUE(raised(UART_TXFIFO_EMPTY)) << "one waits";
    clear(UART_TXFIFO_EMPTY);
    EXPECT_TRUE(raised(UART_TXFIFO_EMPTY)) << "it comes back while its condition holds";
    send("d");
    EXPECT_TRUE(raised(UART_TXFIFO_EMPTY)) << "and is latched";
    clear(UART_TXFIFO_EMPTY);
    EXPECT_FALSE(raised(UART_TXFIFO_EMPTY));
}

struct format {
    const char *name;
    unsigned bit_num, parity_en, parity, stop_num, dl1;
    unsigned half_bits;
};

class UartFormat : public Uart, public ::testing::WithParamInterface<format>
{
};

TEST_P(UartFormat, SetsTheLengthOfACharacter)
{
    const format &f = GetParam();
    set(UART_CONF0_BIT_NUM, f.bit_num);
    set(UART_CONF0_PARITY_EN, f.parity_en);
    set(UART_CONF0_PARITY, f.parity);
    set(UART_CONF0_STOP_BIT_NUM, f.stop_num);
    set(UART_RS485_CONF_DL1_EN, f.dl1);
    send("ab");
    run_until_idle();
    EXPECT_EQ(host.bytes, (byte_times{{halves(f.half_bits), 'a'}, {halves(2 * f.half_bits), 'b'}}));
}

INSTANTIATE_TEST_SUITE_P(Of, UartFormat,
                         ::testing::Values(format{"8N1", 3, 0, 0, 1, 0, 20}, format{"8E1", 3, 1, 0, 1, 0, 22},
                                           format{"8O1", 3, 1, 1, 1, 0, 22}, format{"7E1", 2, 1, 0, 1, 0, 20},
                                           format{"5N1", 0, 0, 0, 1, 0, 14}, format{"6N1", 1, 0, 0, 1, 0, 16},
                                           format{"8N1point5", 3, 0, 0, 2, 0, 21}, format{"8N2", 3, 0, 0, 3, 0, 22},
                                           format{"8N1dl1", 3, 0, 0, 1, 1, 22}),
                         [](const auto &test) { return test.param.name; });

TEST_F(Uart, RefTickIsTheOtherClock)
{
    set(UART_CONF0_TICK_REF_ALWAYS_ON, 0);
    write(UART_CLKDIV, 104 | 3u << 20); /* 1 MHz / 104.1875 */
    send("a");
    run_until_idle();
    EXPECT_EQ(host.bytes.at(0).first, 1041875000u);
}

TEST_F(Uart, ANewDividerHoldsFromTheNextBitOn)
{
    send("ab");
    bench.run_to(bits(3) + 1);
    write(UART_CLKDIV, 2 * 694); /* bits of 17.35 us */
    run_until_idle();
    sim_time fourth = bits(4), slow = 17350000;
    EXPECT_NEAR((double)host.bytes.at(0).first, (double)(fourth + 6 * slow), 12500);
    EXPECT_EQ(host.bytes.at(1).first - host.bytes.at(0).first, 10 * slow);
}

TEST_F(Uart, ASlowerClockStretchesTheRestOfACharacter)
{
    send("a");
    bench.run_to(bits(5));
    bench.set_hz(CLOCK_APB, 40000000);
    run_until_idle();
    EXPECT_NEAR((double)host.bytes.at(0).first, (double)(bits(5) + 2 * bits(5)), 1000);
}

TEST_F(Uart, PausesAfterTheFifoRanEmpty)
{
    set(UART_IDLE_CONF_TX_IDLE_NUM, 25);
    send("ab");
    bench.run_to(bits(20));
    send("c");
    bench.run_to(bits(45) - 1);
    EXPECT_FALSE(raised(UART_TX_BRK_IDLE_DONE));
    bench.run_to(bits(45));
    EXPECT_TRUE(raised(UART_TX_BRK_IDLE_DONE));
    EXPECT_EQ(get(UART_STATUS_ST_UTX_OUT), 1u) << "start bit of c";
    bench.run_to(bits(56));
    EXPECT_EQ(host.text(), "abc");
    EXPECT_NEAR((double)host.bytes.at(2).first, (double)bits(55), 12500);
}

TEST_F(Uart, AShorterPauseEndsThePresentOne)
{
    set(UART_IDLE_CONF_TX_IDLE_NUM, 1000);
    send("a");
    bench.run_to(bits(20));
    send("b");
    bench.run_to(bits(30));
    set(UART_IDLE_CONF_TX_IDLE_NUM, 0);
    bench.run_to(bits(41));
    EXPECT_EQ(host.text(), "ab");
}

TEST_F(Uart, SendsABreakBehindTheData)
{
    set(UART_IDLE_CONF_TX_BRK_NUM, 30);
    set(UART_IDLE_CONF_TX_IDLE_NUM, 5);
    send("ab");
    set(UART_CONF0_TXD_BRK, 1);
    bench.run_to(bits(20));
    EXPECT_TRUE(raised(UART_TX_DONE));
    EXPECT_FALSE(get(UART_STATUS_TXD)) << "the wire is low";
    bench.run_to(bits(50) - 1);
    EXPECT_FALSE(raised(UART_TX_BRK_DONE));
    bench.run_to(bits(50));
    EXPECT_TRUE(raised(UART_TX_BRK_DONE));
    EXPECT_FALSE(raised(UART_TX_BRK_IDLE_DONE));
    EXPECT_TRUE(get(UART_STATUS_TXD));
    EXPECT_EQ(run_until_idle(), 1u) << "one break, then its pause";
    EXPECT_TRUE(raised(UART_TX_BRK_IDLE_DONE));
    EXPECT_EQ(bench.now, bits(55));
    EXPECT_EQ(host.breaks, std::vector<sim_time>{bits(50)});
}

TEST_F(Uart, StatusShowsWhichBitIsBeingSent)
{
    set(UART_CONF0_PARITY_EN, 1);
    set(UART_CONF0_STOP_BIT_NUM, 3);
    send("a");
    const unsigned expected[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0};
    for (unsigned bit = 0; bit < 13; bit++) {
        bench.run_to(bits(bit) + 100);
        EXPECT_EQ(get(UART_STATUS_ST_UTX_OUT), expected[bit]) << "bit " << bit;
    }
}

TEST_F(Uart, StatusShowsDelaysBehindTheStopBit)
{
    struct {
        unsigned dl0, dl1;
        std::vector<unsigned> states;
    } const cases[] = {{1, 0, {11, 13, 0}}, {0, 1, {11, 14, 0}}, {1, 1, {11, 13, 14, 0}}};
    for (const auto &c : cases) {
        sim_time start = bench.now;
        set(UART_RS485_CONF_DL0_EN, c.dl0);
        set(UART_RS485_CONF_DL1_EN, c.dl1);
        send("a");
        for (size_t n = 0; n < c.states.size(); n++) {
            bench.run_to(start + bits(9 + n) + 20000);
            EXPECT_EQ(get(UART_STATUS_ST_UTX_OUT), c.states[n]) << c.dl0 << c.dl1 << " bit " << 9 + n;
        }
    }
}

TEST_F(Uart, CtsHoldsTheNextCharacter)
{
    set(UART_CONF0_TX_FLOW_EN, 1);
    uart_cts_changed(uart.get(), false, 0);
    clear(UART_CTS_CHG);
    send("ab");
    bench.run_to(bits(5));
    uart_cts_changed(uart.get(), true, bench.now);
    EXPECT_TRUE(raised(UART_CTS_CHG));
    EXPECT_TRUE(get(UART_STATUS_CTSN));
    run_until_idle();
    EXPECT_EQ(host.text(), "a") << "the character under way is completed";
    EXPECT_FALSE(raised(UART_TX_DONE)) << "b waits";
    bench.run_to(bits(100));
    uart_cts_changed(uart.get(), false, bench.now);
    run_until_idle();
    EXPECT_EQ(host.text(), "ab");
    EXPECT_NEAR((double)host.bytes.at(1).first, (double)bits(110), 12500);
}

TEST_F(Uart, DsrReportsChanges)
{
    uart_dsr_changed(uart.get(), true, 0);
    EXPECT_TRUE(raised(UART_DSR_CHG));
    EXPECT_TRUE(get(UART_STATUS_DSRN));
    clear(UART_DSR_CHG);
    set(UART_CONF0_DSR_INV, 1);
    EXPECT_TRUE(raised(UART_DSR_CHG));
    EXPECT_FALSE(get(UART_STATUS_DSRN));
}

/* ---- Receiver ---------------------------------------------------------------------------------------------------- */

TEST_F(Uart, ReceivesInTheMiddleOfTheStopBit)
{
    type("A");
    bench.run_to(halves(19) - 1);
    EXPECT_EQ(get(UART_STATUS_RXFIFO_CNT), 0u);
    EXPECT_EQ(get(UART_STATUS_ST_URX_OUT), 11u);
    bench.run_to(halves(19));
    EXPECT_EQ(get(UART_STATUS_RXFIFO_CNT), 1u);
    EXPECT_EQ(get(UART_STATUS_ST_URX_OUT), 0u);
    EXPECT_EQ(read(UART_FIFO), (uint32_t)'A');
    EXPECT_EQ(get(UART_STATUS_RXFIFO_CNT), 0u);
}

TEST_F(Uart, TheHostSendsAtTheRateOfTheWire)
{
    type("ABC");
    bench.run_to(halves(59) - 1);
    EXPECT_EQ(received(), "AB");
    bench.run_to(halves(59));
    EXPECT_EQ(received(), "C");
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(Uart, AReceivedCharacterCostsOneEvent)
{
    type(std::string(100, 'x'));
    EXPECT_EQ(run_until_idle(), 100u);
}

TEST_F(Uart, NarrowReadsTakeAByteToo)
{
    type("AB");
    run_until_idle();
    EXPECT_EQ(dev_read(&uart->dev, UART_FIFO, 1, bench.now), (uint32_t)'A');
    EXPECT_EQ(dev_read(&uart->dev, UART_FIFO, 1, bench.now), (uint32_t)'B');
}

TEST_F(Uart, ADebuggersLookTakesNothing)
{
    type("A");
    run_until_idle();
    dev_peek(&uart->dev, UART_FIFO);
    EXPECT_EQ(received(), "A");
}

TEST_F(Uart, RxFifoFullIsALevel)
{
    set(UART_CONF1_RXFIFO_FULL_THRHD, 2);
    write(UART_INT_ENA, UART_RXFIFO_FULL);
    type("ABC");
    bench.run_to(halves(39) - 1);
    EXPECT_FALSE(irq.level());
    bench.run_to(halves(39));
    EXPECT_TRUE(irq.level());
    clear(UART_RXFIFO_FULL);
    EXPECT_TRUE(irq.level()) << "two bytes still wait";
    read(UART_FIFO);
    EXPECT_TRUE(irq.level()) << "latched";
    clear(UART_RXFIFO_FULL);
    EXPECT_FALSE(irq.level());
    bench.run_to(halves(59));
    EXPECT_TRUE(irq.level());
}

TEST_F(Uart, OverflowLosesTheNewestByte)
{
    type(std::string(127, 'x') + "yz");
    bench.run_to(halves(20 * 128 - 1));
    EXPECT_FALSE(raised(UART_RXFIFO_OVF));
    run_until_idle();
    EXPECT_TRUE(raised(UART_RXFIFO_OVF));
    EXPECT_EQ(get(UART_STATUS_RXFIFO_CNT), 128u);
    EXPECT_EQ(received(), std::string(127, 'x') + "y");
}

TEST_F(Uart, TheReceiveFifoCanBeEnlargedToo)
{
    set(UART_MEM_CONF_RX_SIZE, 2);
    type(std::string(200, 'x'));
    run_until_idle();
    EXPECT_FALSE(raised(UART_RXFIFO_OVF));
    EXPECT_EQ(received().size(), 200u);
}

TEST_F(Uart, MemoryPointersGiveTheCountAsDriversComputeIt)
{
    for (unsigned round = 0; round < 5; round++) {
        type(std::string(100, 'x'));
        run_until_idle();
        uint32_t read_at = get(UART_MEM_RX_STATUS_MEM_RX_RD_ADDR), write_at = get(UART_MEM_RX_STATUS_MEM_RX_WR_ADDR);
        EXPECT_EQ((write_at - read_at) & 127, 100u);
        EXPECT_GE(read_at, 384u);
        EXPECT_LT(write_at, 384u + 128u);
        EXPECT_EQ(received().size(), 100u);
    }
}

TEST_F(Uart, TimeOutCountsInEightBitTimes)
{
    set(UART_CONF1_RX_TOUT_THRHD, 2);
    set(UART_CONF1_RX_TOUT_EN, 1);
    write(UART_INT_ENA, UART_RXFIFO_TOUT);
    type("AB");
    bench.run_to(bits(20) + bits(16) - 1);
    EXPECT_FALSE(irq.level());
    bench.run_to(bits(20) + bits(16) + 12500);
    ASSERT_EQ(irq.rises().size(), 1u) << "once, although characters followed each other";
    EXPECT_NEAR((double)irq.rises()[0], (double)bits(36), 2);
    clear(UART_RXFIFO_TOUT);
    bench.run_to(bits(1000));
    EXPECT_FALSE(irq.level()) << "not again without another character";
    set(UART_CONF1_RX_TOUT_THRHD, 1);
    bench.run_to(bits(1100));
    EXPECT_FALSE(irq.level()) << "nor with another threshold";
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(Uart, TimeOutCountsInEighthsOfABitWithRefTick)
{
    set(UART_CONF0_TICK_REF_ALWAYS_ON, 0);
    write(UART_CLKDIV, 100); /* bits of 100 us */
    set(UART_CONF1_RX_TOUT_THRHD, 80);
    set(UART_CONF1_RX_TOUT_EN, 1);
    type("A");
    bench.run_to(SIM_US(1000) + SIM_US(1000) - 1);
    EXPECT_FALSE(raised(UART_RXFIFO_TOUT));
    bench.run_to(SIM_US(2000));
    EXPECT_TRUE(raised(UART_RXFIFO_TOUT));
}

TEST_F(Uart, NoTimeOutWhenTheFifoWasEmptiedOrTheNextCharacterBegan)
{
    set(UART_CONF1_RX_TOUT_THRHD, 2);
    set(UART_CONF1_RX_TOUT_EN, 1);
    type("A");
    bench.run_to(bits(20));
    EXPECT_EQ(received(), "A");
    run_until_idle();
    EXPECT_FALSE(raised(UART_RXFIFO_TOUT));
    type("B");
    bench.run_for(bits(25)); /* 15 bit times of pause */
    type("C");
    bench.run_for(bits(11));
    EXPECT_FALSE(raised(UART_RXFIFO_TOUT));
    run_until_idle();
    EXPECT_TRUE(raised(UART_RXFIFO_TOUT));
}

TEST_F(Uart, AWrongParityBitIsReportedAndTheByteKept)
{
    set(UART_CONF0_PARITY_EN, 1);
    uart_receive(uart.get(), 'A', 0, bench.now);
    uart_receive(uart.get(), 'B', UART_FAULT_PARITY, bench.now);
    bench.run_to(halves(22));
    EXPECT_FALSE(raised(UART_PARITY_ERR));
    run_until_idle();
    EXPECT_TRUE(raised(UART_PARITY_ERR));
    EXPECT_FALSE(raised(UART_FRM_ERR));
    EXPECT_EQ(received(), "AB");
}

TEST_F(Uart, AMissingStopBitIsAFramingError)
{
    uart_receive(uart.get(), 'A', UART_FAULT_FRAME, bench.now);
    run_until_idle();
    EXPECT_TRUE(raised(UART_FRM_ERR));
    EXPECT_FALSE(raised(UART_BRK_DET));
    EXPECT_EQ(received(), "A");
}

TEST_F(Uart, ABreakIsAZeroWithoutStopBit)
{
    uart_receive(uart.get(), 'A', UART_FAULT_BREAK, bench.now);
    uart_receive(uart.get(), 'B', 0, bench.now);
    run_until_idle();
    EXPECT_TRUE(raised(UART_BRK_DET));
    EXPECT_FALSE(raised(UART_FRM_ERR));
    EXPECT_EQ(received(), std::string("\0B", 2));
}

TEST_F(Uart, BytesWithErrorsCanBeLeftOut)
{
    set(UART_CONF0_ERR_WR_MASK, 1);
    set(UART_CONF0_PARITY_EN, 1);
    uart_receive(uart.get(), 'A', UART_FAULT_PARITY, bench.now);
    uart_receive(uart.get(), 'B', UART_FAULT_FRAME, bench.now);
    uart_receive(uart.get(), 'C', UART_FAULT_BREAK, bench.now);
    uart_receive(uart.get(), 'D', 0, bench.now);
    run_until_idle();
    EXPECT_TRUE(raised(UART_PARITY_ERR | UART_FRM_ERR | UART_BRK_DET));
    EXPECT_EQ(received(), "D");
}

TEST_F(Uart, TheHostIsToldWhenItMaySendMore)
{
    unsigned taken = 0;
    while (uart_receive(uart.get(), 'x', 0, bench.now))
        taken++;
    EXPECT_EQ(taken, UART_HOST_QUEUE + 1u) << "one is on the wire";
    EXPECT_TRUE(host.rooms.empty());
    bench.run_to(halves(19));
    EXPECT_EQ(host.rooms, std::vector<sim_time>{halves(19)});
    EXPECT_TRUE(uart_receive(uart.get(), 'y', 0, bench.now));
    EXPECT_FALSE(uart_receive(uart.get(), 'z', 0, bench.now));
    bench.run_to(halves(20 + 19));
    EXPECT_EQ(host.rooms.size(), 2u);
    bench.run_to(halves(40 + 19));
    EXPECT_EQ(host.rooms.size(), 2u) << "only after it was refused";
}

TEST_F(Uart, RtsStopsTheHost)
{
    set(UART_CONF1_RX_FLOW_THRHD, 3);
    set(UART_CONF1_RX_FLOW_EN, 1);
    EXPECT_FALSE(rts.level()) << "active";
    type("ABCDE");
    run_until_idle();
    EXPECT_TRUE(rts.level());
    EXPECT_EQ(get(UART_STATUS_RXFIFO_CNT), 3u);
    read(UART_FIFO);
    EXPECT_FALSE(rts.level());
    run_until_idle();
    EXPECT_EQ(received(), "BCD");
    run_until_idle();
    EXPECT_EQ(received(), "E");
    set(UART_CONF1_RX_FLOW_EN, 0);
    EXPECT_TRUE(rts.level()) << "SW_RTS decides";
    set(UART_CONF0_SW_RTS, 1);
    EXPECT_FALSE(rts.level());
    set(UART_CONF0_RTS_INV, 1);
    EXPECT_TRUE(rts.level());
}

TEST_F(Uart, LoopbackReceivesWhatItSends)
{
    set(UART_CONF0_LOOPBACK, 1);
    send("loop");
    type("host");
    bench.run_to(halves(19) - 1);
    EXPECT_EQ(get(UART_STATUS_RXFIFO_CNT), 0u);
    EXPECT_NE(get(UART_STATUS_ST_URX_OUT), 0u);
    bench.run_to(halves(19));
    EXPECT_EQ(get(UART_STATUS_RXFIFO_CNT), 1u);
    run_until_idle();
    EXPECT_EQ(received(), "loop");
    set(UART_CONF0_LOOPBACK, 0);
    run_until_idle();
    EXPECT_EQ(received(), "host") << "what the host had to say waits";
}

TEST_F(Uart, LoopbackConnectsRtsToCtsAndDtrToDsr)
{
    set(UART_CONF0_LOOPBACK, 1);
    set(UART_CONF0_TX_FLOW_EN, 1);
    EXPECT_TRUE(get(UART_STATUS_CTSN));
    EXPECT_TRUE(get(UART_STATUS_DSRN));
    send("a");
    run_until_idle();
    EXPECT_EQ(received(), "");
    clear(UART_CTS_CHG | UART_DSR_CHG);
    set(UART_CONF0_SW_RTS, 1);
    EXPECT_FALSE(get(UART_STATUS_CTSN));
    EXPECT_TRUE(raised(UART_CTS_CHG));
    EXPECT_FALSE(raised(UART_DSR_CHG));
    set(UART_CONF0_SW_DTR, 1);
    EXPECT_FALSE(get(UART_STATUS_DSRN));
    EXPECT_TRUE(raised(UART_DSR_CHG));
    run_until_idle();
    EXPECT_EQ(received(), "a");
}

TEST_F(Uart, LoopbackOfABreak)
{
    set(UART_CONF0_LOOPBACK, 1);
    set(UART_IDLE_CONF_TX_BRK_NUM, 12);
    set(UART_CONF0_TXD_BRK, 1);
    run_until_idle();
    EXPECT_TRUE(raised(UART_TX_BRK_DONE | UART_BRK_DET));
    EXPECT_EQ(received(), std::string(1, '\0'));
}

TEST_F(Uart, LoopbackSurvivesAChangeOfTheClock)
{
    set(UART_CONF0_LOOPBACK, 1);
    send("ab");
    bench.run_to(bits(4));
    bench.set_hz(CLOCK_APB, 20000000);
    run_until_idle();
    EXPECT_EQ(received(), "ab");
    EXPECT_FALSE(raised(UART_FRM_ERR));
}

/* ---- Software flow control --------------------------------------------------------------------------------------- */

TEST_F(Uart, XoffStopsTheTransmitterAndXonLetsItGoOn)
{
    set(UART_FLOW_CONF_SW_FLOW_CON_EN, 1);
    set(UART_FLOW_CONF_XONOFF_DEL, 1);
    send("abcd");
    type("A\x13");
    bench.run_to(bits(100));
    EXPECT_TRUE(raised(UART_SW_XOFF));
    EXPECT_EQ(host.text(), "ab") << "b was under way";
    type("\x11");
    run_until_idle();
    EXPECT_TRUE(raised(UART_SW_XON));
    EXPECT_EQ(host.text(), "abcd");
    EXPECT_EQ(received(), "A") << "flow characters are not stored";
}

TEST_F(Uart, AFillingFifoSendsXoffAndAnEmptyingOneXon)
{
    set(UART_SWFC_CONF_XOFF_THRESHOLD, 3);
    set(UART_SWFC_CONF_XON_THRESHOLD, 2);
    set(UART_FLOW_CONF_SW_FLOW_CON_EN, 1);
    type("ABC");
    run_until_idle();
    EXPECT_EQ(host.text(), "");
    type("DE");
    run_until_idle();
    EXPECT_EQ(host.text(), "\x13") << "once";
    read(UART_FIFO);
    read(UART_FIFO);
    read(UART_FIFO);
    run_until_idle();
    EXPECT_EQ(host.text(), "\x13");
    read(UART_FIFO);
    run_until_idle();
    EXPECT_EQ(host.text(), "\x13\x11");
}

TEST_F(Uart, SoftwareCanSendAndForceFlowControl)
{
    set(UART_FLOW_CONF_SEND_XOFF, 1);
    EXPECT_EQ(get(UART_FLOW_CONF_SEND_XOFF), 0u);
    run_until_idle();
    EXPECT_EQ(host.text(), "\x13");
    set(UART_FLOW_CONF_FORCE_XOFF, 1);
    send("a");
    run_until_idle();
    EXPECT_EQ(host.text(), "\x13");
    set(UART_FLOW_CONF_FORCE_XOFF, 0);
    run_until_idle();
    EXPECT_EQ(host.text(), "\x13"
                           "a");
}

/* ---- Unmodelled -------------------------------------------------------------------------------------------------- */

TEST_F(Uart, SaysWhatOfRs485AndIrdaIsNotModelled)
{
    set(UART_RS485_CONF_RS485_EN, 1);
    set(UART_CONF0_IRDA_EN, 1);
    EXPECT_EQ(bench.log.text(), "unimpl node0.uart0: RS485: a transmitter that waits for the receiver is not modelled|"
                                "unimpl node0.uart0: IrDA is not modelled: the wires stay those of a UART");
}

} // namespace
