/* SPDX-License-Identifier: Apache-2.0 */
/* The OpenCores Ethernet MAC and its PHY, driven as ESP-IDF's openeth driver and as Linux's ethoc do. */
#include <gtest/gtest.h>

#include "bus/base/crc32.h"
#include "tests/support/open_eth_bench.h"

namespace
{

using namespace open_eth_bench_registers;

constexpr uint32_t RXEN = 1, TXEN = 2, BRO = 8, IAM = 16, PRO = 32, LOOPBCK = 128, FULLD = 1024, RST = 1 << 11,
                   CRCEN = 1 << 13, HUGEN = 1 << 14, PAD = 1 << 15, RECSMALL = 1 << 16;
constexpr uint32_t TX_LAST = OPEN_ETH_TX_WRAP, RX_LAST = OPEN_ETH_RX_WRAP;
constexpr uint32_t TX_BUFFER = dma_memory::base + 0x100, RX_BUFFER = dma_memory::base + 0x4000;
const bytes own = {0x24, 0x0A, 0xC4, 1, 2, 3}, other = {2, 0, 0, 0, 0, 9},
            everybody = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
const sim_time bit_100 = SIM_NS(10), bit_10 = SIM_NS(100);

bytes frame_to(const bytes &to, size_t size, uint8_t fill = 0xA5)
{
    bytes frame = to;
    frame.insert(frame.end(), other.begin(), other.end());
    frame.insert(frame.end(), {0x88, 0xB5});
    while (frame.size() < size)
        frame.push_back((uint8_t)(fill + frame.size()));
    return frame;
}

class OpenEth : public ::testing::Test, public open_eth_bench
{
  protected:
    // The driver's way: descriptors first, then a reset, the split, the address, and on.
    void start(uint32_t mode = RXEN | TXEN, unsigned tx = 1, unsigned rx = 4)
    {
        for (unsigned i = 0; i < rx; i++)
            set_descriptor(tx + i, OPEN_ETH_RX_EMPTY | OPEN_ETH_RX_IRQ | (i + 1 == rx ? RX_LAST : 0u),
                           RX_BUFFER + 1600 * i);
        set_bits(ETH_MODER, RST);
        write(ETH_MODER, read(ETH_MODER) & ~RST);
        write(ETH_TX_BD_NUM, tx);
        write(ETH_MAC_ADDR0, 0xC4010203);
        write(ETH_MAC_ADDR1, 0x240A);
        set_bits(ETH_MODER, mode);
        set_bits(ETH_INT_MASK, OPEN_ETH_INT_RXB);
    }
    void receive(const bytes &frame)
    {
        open_eth_receive(&eth, frame.data(), (unsigned)frame.size(), bench.now + SIM_US(10));
        bench.run_for(SIM_US(10));
    }
};

// --- what drivers look at first

TEST_F(OpenEth, ResetsToTheSpecificationsValues)
{
    EXPECT_EQ(read(ETH_MODER), 0xA000u) << "or ESP-IDF refuses to start";
    EXPECT_EQ(read(ETH_PACKETLEN), 0x00400600u);
    EXPECT_EQ(read(ETH_COLLCONF), 0x000F003Fu);
    EXPECT_EQ(read(ETH_TX_BD_NUM), 0x40u);
    EXPECT_EQ(read(ETH_MIIMODER), 0x64u);
    EXPECT_EQ(read(ETH_MAC_ADDR0), 0u) << "the driver then takes the address from eFuse";
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(OpenEth, ResetByModerKeepsDescriptorsThatEspIdfHasWrittenBefore)
{
    set_descriptor(1, OPEN_ETH_RX_EMPTY, RX_BUFFER);
    write(ETH_TX_BD_NUM, 1);
    write(ETH_INT_MASK, 0x7F);
    set_bits(ETH_MODER, RST | TXEN);
    EXPECT_EQ(read(ETH_MODER), 0xA000u);
    EXPECT_EQ(read(ETH_INT_MASK), 0u);
    EXPECT_EQ(read(ETH_TX_BD_NUM), 0x40u);
    EXPECT_EQ(descriptor(1), (uint32_t)OPEN_ETH_RX_EMPTY);
}

TEST_F(OpenEth, KeepsItsSplitWhenToldMoreDescriptorsThanThereAre)
{
    write(ETH_TX_BD_NUM, 0x80);
    EXPECT_EQ(read(ETH_TX_BD_NUM), 0x80u);
    write(ETH_TX_BD_NUM, 0x81);
    EXPECT_EQ(read(ETH_TX_BD_NUM), 0x80u);
}

TEST_F(OpenEth, TakesAPresetAddress)
{
    auto config = open_eth_typical();
    std::copy(own.begin(), own.end(), config.mac);
    open_eth_bench preset(config);
    EXPECT_EQ(preset.read(ETH_MAC_ADDR0), 0xC4010203u);
    EXPECT_EQ(preset.read(ETH_MAC_ADDR1), 0x240Au);
}

// --- the PHY

TEST_F(OpenEth, HasADp83848WithALinkAt100FullDuplex)
{
    EXPECT_EQ(phy_read(ETH_PHY_ID1), 0x2000);
    EXPECT_EQ(phy_read(ETH_PHY_ID2), 0x5C90);
    EXPECT_EQ(phy_read(ETH_PHY_BMSR) & 0x24, 0x24) << "negotiated, link";
    EXPECT_EQ(phy_read(ETH_PHY_PHYSTS) & 7, 5) << "link, 100 Mbit/s, full duplex";
    EXPECT_EQ(phy_read(ETH_PHY_ANLPAR), 0x45E1);
    EXPECT_EQ(read(ETH_MIISTATUS) & 1, 0u) << "LINKFAIL";
}

TEST_F(OpenEth, LeavesTheManagementBusAtOnesWhereThereIsNoPhy)
{
    for (unsigned address = 0; address < 32; address++)
        if (address != 1) {
            EXPECT_EQ(phy_read(ETH_PHY_BMCR, address), 0xFFFF);
        }
}

TEST_F(OpenEth, ShowsBusyAsLongAsMdcRuns)
{
    phy_read(ETH_PHY_ID1);
    EXPECT_EQ(read(ETH_MIISTATUS) & 2, 2u);
    bench.run_for(SIM_US(80) - 1);
    EXPECT_EQ(read(ETH_MIISTATUS) & 2, 2u) << "64 bits at 80 MHz / 100";
    bench.run_for(1);
    EXPECT_EQ(read(ETH_MIISTATUS) & 2, 0u);
}

TEST_F(OpenEth, ScansAPhyRegister)
{
    write(ETH_MIIADDRESS, ETH_PHY_BMSR << 8 | 1);
    write(ETH_MIICOMMAND, 1);
    EXPECT_EQ(read(ETH_MIISTATUS) & 6, 6u) << "busy, and not yet valid";
    bench.run_for(SIM_MS(1));
    EXPECT_EQ(read(ETH_MIISTATUS) & 7, 2u) << "busy as long as it scans";
    open_eth_plug(&eth, false, bench.now);
    EXPECT_EQ(read(ETH_MIIRX_DATA) & 4, 0u);
    EXPECT_EQ(read(ETH_MIISTATUS) & 1, 1u) << "LINKFAIL";
}

TEST_F(OpenEth, LatchesALostLinkUntilTheStatusHasBeenRead)
{
    open_eth_plug(&eth, false, bench.now);
    open_eth_plug(&eth, true, bench.now);
    EXPECT_EQ(phy_read(ETH_PHY_BMSR) & 4, 0);
    EXPECT_EQ(phy_read(ETH_PHY_BMSR) & 4, 4);
}

TEST_F(OpenEth, NegotiatesForAsLongAsItIsTold)
{
    auto config = open_eth_typical();
    config.phy.negotiation = SIM_MS(1500);
    open_eth_bench slow(config);
    slow.bench.run_to(SIM_MS(1499));
    EXPECT_EQ(slow.phy_read(ETH_PHY_BMSR) & 0x24, 0);
    slow.bench.run_to(SIM_MS(1500));
    slow.phy_read(ETH_PHY_BMSR);
    EXPECT_EQ(slow.phy_read(ETH_PHY_BMSR) & 0x24, 0x24);
    slow.phy_write(ETH_PHY_BMCR, 0x3300); // restart
    slow.phy_read(ETH_PHY_BMSR);
    EXPECT_EQ(slow.phy_read(ETH_PHY_BMSR) & 0x24, 0);
    slow.bench.run_for(SIM_MS(1500));
    slow.phy_read(ETH_PHY_BMSR);
    EXPECT_EQ(slow.phy_read(ETH_PHY_BMSR) & 0x24, 0x24);
}

TEST_F(OpenEth, AgreesOnTheBestThatBothEndsCanDo)
{
    phy_write(ETH_PHY_ANAR, 0x0061); // 10 Mbit/s only
    phy_write(ETH_PHY_BMCR, 0x1200);
    EXPECT_EQ(phy_read(ETH_PHY_PHYSTS) & 7, 7) << "link, 10 Mbit/s, full duplex";
    phy_write(ETH_PHY_BMCR, 0x2000); // by hand: 100, half duplex
    EXPECT_EQ(phy_read(ETH_PHY_PHYSTS) & 7, 1);
    phy_write(ETH_PHY_BMCR, 0x0800);
    EXPECT_EQ(phy_read(ETH_PHY_PHYSTS) & 1, 0) << "powered down";
    phy_write(ETH_PHY_BMCR, 0x8000);
    EXPECT_EQ(phy_read(ETH_PHY_BMCR), 0x3100) << "its reset is over at once";
    EXPECT_EQ(phy_read(ETH_PHY_PHYSTS) & 7, 5);
}

// --- sending

TEST_F(OpenEth, SendsAtLineRate)
{
    start();
    const bytes frame = frame_to(everybody, 1514);
    send(0, frame, OPEN_ETH_TX_IRQ | OPEN_ETH_TX_WRAP, TX_BUFFER);
    EXPECT_NE(descriptor(0) & OPEN_ETH_TX_READY, 0u) << "the MAC has it until it has left";
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].frame, frame);
    EXPECT_EQ(sent[0].start, bench.now);
    EXPECT_EQ(sent[0].end - sent[0].start, (8 + 1514 + 4) * 8 * bit_100) << "preamble, frame, FCS";
    EXPECT_EQ(bench.run_to_next_event(), sent[0].end);
    EXPECT_EQ(descriptor(0) & 0xFFFF, (uint32_t)(OPEN_ETH_TX_IRQ | OPEN_ETH_TX_WRAP));
    EXPECT_EQ(read(ETH_INT_SOURCE), (uint32_t)OPEN_ETH_INT_TXB);
}

TEST_F(OpenEth, SendsTenTimesSlowerAt10MbitPerSecond)
{
    start();
    phy_write(ETH_PHY_BMCR, 0x0100);
    send(0, frame_to(everybody, 100), OPEN_ETH_TX_WRAP, TX_BUFFER);
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].end - sent[0].start, (8 + 100 + 4) * 8 * bit_10);
}

TEST_F(OpenEth, LeavesAGapOf96BitTimesBetweenFrames)
{
    start(RXEN | TXEN | FULLD, 3);
    write(ETH_IPGT, 0x15); // the recommended value for full duplex
    for (unsigned i = 0; i < 3; i++)
        send(i, frame_to(everybody, 200, (uint8_t)i), i == 2 ? TX_LAST : 0u, TX_BUFFER + 400 * i);
    bench.run_for(SIM_MS(1));
    ASSERT_EQ(sent.size(), 3u);
    for (unsigned i = 1; i < 3; i++) {
        EXPECT_EQ(sent[i].start - sent[i - 1].end, 96 * bit_100);
        EXPECT_EQ(sent[i].frame, frame_to(everybody, 200, (uint8_t)i));
    }
}

TEST_F(OpenEth, PadsShortFramesAndAddsTheirCrc)
{
    start();
    bytes frame = frame_to(other, 20);
    send(0, frame, OPEN_ETH_TX_WRAP, TX_BUFFER);
    ASSERT_EQ(sent.size(), 1u);
    frame.resize(60);
    EXPECT_EQ(sent[0].frame, frame);
    EXPECT_EQ(sent[0].end - sent[0].start, (8 + 64) * 8 * bit_100);
}

TEST_F(OpenEth, SendsSoftwaresOwnCrcOnlyIfItIsRight)
{
    start();
    write(ETH_MODER, (read(ETH_MODER) & ~(CRCEN | PAD)));
    bytes frame = frame_to(other, 80);
    const uint32_t fcs = crc32_extend(0, frame.data(), frame.size());
    bytes with_fcs = frame;
    for (int i = 0; i < 4; i++)
        with_fcs.push_back((uint8_t)(fcs >> 8 * i));
    send(0, with_fcs, OPEN_ETH_TX_WRAP, TX_BUFFER);
    bench.run_for(SIM_MS(1));
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].frame, frame);
    with_fcs.back() ^= 1;
    send(0, with_fcs, OPEN_ETH_TX_WRAP, TX_BUFFER);
    bench.run_for(SIM_MS(1));
    EXPECT_EQ(sent.size(), 1u) << "a switch throws it away";
    EXPECT_EQ(eth.counts.tx_bad_fcs, 1u);
    send(0, frame, OPEN_ETH_TX_WRAP | OPEN_ETH_TX_CRC | OPEN_ETH_TX_PAD, TX_BUFFER);
    EXPECT_EQ(sent.size(), 2u) << "by frame";
}

TEST_F(OpenEth, CutsFramesAtMaxflUnlessTheyMayBeHuge)
{
    start();
    write(ETH_PACKETLEN, 0x00400100);
    send(0, frame_to(other, 400), OPEN_ETH_TX_WRAP, TX_BUFFER);
    bench.run_for(SIM_MS(1));
    EXPECT_EQ(sent.back().frame.size(), 252u);
    set_bits(ETH_MODER, HUGEN);
    send(0, frame_to(other, 400), OPEN_ETH_TX_WRAP, TX_BUFFER);
    EXPECT_EQ(sent.back().frame.size(), 400u);
}

TEST_F(OpenEth, SendsWhatEspIdfWritesIntoADescriptorThatIsStillBusy)
{
    start();
    for (uint8_t i = 0; i < 5; i++)
        send(0, frame_to(everybody, 1000, i), OPEN_ETH_TX_WRAP | OPEN_ETH_TX_IRQ, TX_BUFFER);
    bench.run_to(sent[0].end);
    EXPECT_NE(descriptor(0) & OPEN_ETH_TX_READY, 0u) << "more frames of this descriptor are to leave";
    bench.run_to(SIM_MS(10));
    ASSERT_EQ(sent.size(), 5u);
    for (uint8_t i = 0; i < 5; i++)
        EXPECT_EQ(sent[i].frame, frame_to(everybody, 1000, i));
    EXPECT_EQ(descriptor(0) & OPEN_ETH_TX_READY, 0u);
}

TEST_F(OpenEth, KeepsADescriptorReadyUntilThereIsRoomForItsFrame)
{
    const unsigned count = 2 * OPEN_ETH_TX_FRAMES;
    start(RXEN | TXEN, count);
    for (unsigned i = 0; i < count; i++)
        send(i, frame_to(everybody, 1000, (uint8_t)i), i + 1 == count ? TX_LAST : 0u, TX_BUFFER + 1000 * i);
    bench.run_for(SIM_MS(10));
    ASSERT_EQ(sent.size(), count);
    for (unsigned i = 0; i < count; i++)
        EXPECT_EQ(sent[i].frame, frame_to(everybody, 1000, (uint8_t)i));
}

TEST_F(OpenEth, StartsAtDescriptor0WhenTheTransmitterIsSwitchedOn)
{
    start(RXEN, 2);
    send(0, frame_to(other, 60), 0, TX_BUFFER);
    EXPECT_TRUE(sent.empty());
    set_bits(ETH_MODER, TXEN);
    EXPECT_EQ(sent.size(), 1u);
    bench.run_for(SIM_MS(1));
    write(ETH_MODER, read(ETH_MODER) & ~TXEN);
    send(0, frame_to(other, 61), 0, TX_BUFFER);
    set_bits(ETH_MODER, TXEN);
    ASSERT_EQ(sent.size(), 2u);
    EXPECT_EQ(sent[1].frame.size(), 61u);
}

TEST_F(OpenEth, ReportsABufferOutsideMemoryAsAnUnderrun)
{
    start();
    set_bits(ETH_INT_MASK, OPEN_ETH_INT_TXE);
    set_descriptor(0, 100u << 16 | OPEN_ETH_TX_READY | OPEN_ETH_TX_IRQ | OPEN_ETH_TX_WRAP, 0x10);
    bench.run_for(SIM_MS(1));
    EXPECT_TRUE(sent.empty());
    EXPECT_EQ(descriptor(0) & (OPEN_ETH_TX_READY | OPEN_ETH_TX_UNDERRUN), (uint32_t)OPEN_ETH_TX_UNDERRUN);
    EXPECT_TRUE(irq.level());
    EXPECT_NE(bench.log.text().find("buffer is not in memory"), std::string::npos);
}

TEST_F(OpenEth, LosesFramesWithoutACableAndSaysSoInHalfDuplex)
{
    start();
    open_eth_plug(&eth, false, bench.now);
    send(0, frame_to(other, 60), OPEN_ETH_TX_WRAP, TX_BUFFER);
    bench.run_for(SIM_MS(1));
    EXPECT_TRUE(sent.empty());
    EXPECT_EQ(eth.counts.tx_no_link, 1u);
    EXPECT_EQ(descriptor(0) & OPEN_ETH_TX_STATUS, (uint32_t)OPEN_ETH_TX_CARRIER_LOST);
}

// --- receiving

TEST_F(OpenEth, StoresAFrameWithItsFcsAndInterrupts)
{
    start();
    const bytes frame = frame_to(own, 300);
    receive(frame);
    EXPECT_EQ(irq.rises(), std::vector<sim_time>{SIM_US(10)});
    EXPECT_EQ(descriptor(1), 304u << 16 | OPEN_ETH_RX_IRQ);
    EXPECT_EQ(stored(RX_BUFFER, 300), frame);
    const bytes all = stored(RX_BUFFER, 304);
    EXPECT_EQ(crc32_extend(0, all.data(), all.size()), 0x2144DF1Cu) << "a right FCS";
    write(ETH_INT_SOURCE, OPEN_ETH_INT_RXB);
    EXPECT_FALSE(irq.level());
}

TEST_F(OpenEth, FillsTheRingAndThenSaysBusy)
{
    start();
    set_bits(ETH_INT_MASK, OPEN_ETH_INT_BUSY);
    for (uint8_t i = 0; i < 4; i++)
        receive(frame_to(own, 60, i));
    write(ETH_INT_SOURCE, 0x7F);
    receive(frame_to(own, 60, 77));
    EXPECT_EQ(read(ETH_INT_SOURCE), (uint32_t)OPEN_ETH_INT_BUSY);
    EXPECT_TRUE(irq.level());
    EXPECT_EQ(eth.counts.rx_no_descriptor, 1u);
    for (unsigned i = 0; i < 4; i++)
        EXPECT_EQ(stored(RX_BUFFER + 1600 * i, 60), frame_to(own, 60, (uint8_t)i));
    set_descriptor(1, OPEN_ETH_RX_EMPTY | OPEN_ETH_RX_IRQ, RX_BUFFER);
    receive(frame_to(own, 60, 78));
    EXPECT_EQ(stored(RX_BUFFER, 60), frame_to(own, 60, 78)) << "after WRAP the first one comes again";
}

TEST_F(OpenEth, PadsWhatIsTooShortForALine)
{
    start();
    receive(frame_to(own, 42));
    EXPECT_EQ(descriptor(1) >> 16, 64u);
}

TEST_F(OpenEth, TakesOnlyFramesForItsAddress)
{
    start();
    receive(frame_to(other, 60));
    EXPECT_EQ(eth.counts.rx_filtered, 1u);
    receive(frame_to(everybody, 60));
    receive(frame_to(own, 60));
    EXPECT_EQ(eth.counts.rx_frames, 2u);
    set_bits(ETH_MODER, BRO);
    receive(frame_to(everybody, 60));
    EXPECT_EQ(eth.counts.rx_filtered, 2u) << "broadcast rejected";
    set_bits(ETH_MODER, PRO);
    receive(frame_to(other, 60));
    EXPECT_EQ(descriptor(3) & OPEN_ETH_RX_MISS, (uint32_t)OPEN_ETH_RX_MISS);
}

TEST_F(OpenEth, LooksUpMulticastAddressesInTheHashTable)
{
    const bytes addresses[] = {{0x01, 0x00, 0x5E, 0, 0, 1}, {0x01, 0x00, 0x5E, 0, 0, 0xFB}, {0x33, 0x33, 0, 0, 0, 1}};
    for (const bytes &address : addresses) {
        uint32_t crc = ~0u; // most significant bit first, as in the specification's generator
        for (uint8_t byte : address)
            for (int bit = 0; bit < 8; bit++) {
                bool feedback = (crc >> 31) ^ ((byte >> bit) & 1);
                crc = crc << 1 ^ (feedback ? 0x04C11DB7u : 0);
            }
        const unsigned entry = crc >> 26;
        start();
        const uint64_t before = eth.counts.rx_frames;
        write(ETH_HASH0, entry < 32 ? ~(1u << entry) : ~0u);
        write(ETH_HASH1, entry < 32 ? ~0u : ~(1u << (entry - 32)));
        receive(frame_to(address, 60));
        EXPECT_EQ(eth.counts.rx_frames, before) << "every entry but its own";
        write(ETH_HASH0, entry < 32 ? 1u << entry : 0);
        write(ETH_HASH1, entry < 32 ? 0 : 1u << (entry - 32));
        receive(frame_to(address, 60));
        EXPECT_EQ(eth.counts.rx_frames, before + 1);
    }
}

TEST_F(OpenEth, LooksUpIndividualAddressesTooWithIam)
{
    start();
    write(ETH_HASH0, ~0u);
    write(ETH_HASH1, ~0u);
    receive(frame_to(other, 60));
    EXPECT_EQ(eth.counts.rx_frames, 0u);
    set_bits(ETH_MODER, IAM);
    receive(frame_to(other, 60));
    EXPECT_EQ(eth.counts.rx_frames, 1u);
}

TEST_F(OpenEth, CutsAndMarksFramesAboveMaxfl)
{
    start();
    set_bits(ETH_INT_MASK, OPEN_ETH_INT_RXE);
    write(ETH_PACKETLEN, 0x00400064);
    receive(frame_to(own, 200));
    EXPECT_EQ(descriptor(1), 100u << 16 | OPEN_ETH_RX_IRQ | OPEN_ETH_RX_TOO_LONG);
    EXPECT_EQ(read(ETH_INT_SOURCE), (uint32_t)OPEN_ETH_INT_RXE);
    set_bits(ETH_MODER, HUGEN);
    receive(frame_to(own, 200));
    EXPECT_EQ(descriptor(2), 204u << 16 | OPEN_ETH_RX_IRQ);
}

TEST_F(OpenEth, DropsFramesBelowMinflUnlessTold)
{
    start();
    write(ETH_PACKETLEN, 0x00800600);
    receive(frame_to(own, 100));
    EXPECT_EQ(eth.counts.rx_length, 1u);
    set_bits(ETH_MODER, RECSMALL);
    receive(frame_to(own, 100));
    EXPECT_EQ(descriptor(1) & OPEN_ETH_RX_SHORT, (uint32_t)OPEN_ETH_RX_SHORT);
}

TEST_F(OpenEth, HearsNothingWhileOffOrWithoutACable)
{
    start(TXEN);
    receive(frame_to(own, 60));
    set_bits(ETH_MODER, RXEN);
    open_eth_plug(&eth, false, bench.now);
    receive(frame_to(own, 60));
    EXPECT_EQ(eth.counts.rx_off, 2u);
    EXPECT_EQ(eth.counts.rx_frames, 0u);
}

TEST_F(OpenEth, MarksABufferOutsideMemoryAsAnOverrun)
{
    start();
    set_descriptor(1, OPEN_ETH_RX_EMPTY, 0x10);
    receive(frame_to(own, 60));
    EXPECT_EQ(descriptor(1) & 0xFFFF, (uint32_t)OPEN_ETH_RX_OVERRUN);
    EXPECT_EQ(eth.counts.dma_errors, 1u);
}

TEST_F(OpenEth, StoresAtAnyAlignment)
{
    start();
    for (uint32_t shift = 0; shift < 4; shift++) {
        set_descriptor(1 + shift, OPEN_ETH_RX_EMPTY | (shift == 3 ? RX_LAST : 0u), RX_BUFFER + shift);
        receive(frame_to(own, 101));
        EXPECT_EQ(stored(RX_BUFFER + shift, 101), frame_to(own, 101));
    }
}

// --- flow control, loopback, interrupts

TEST_F(OpenEth, StopsSendingWhenTheOtherEndAsksForAPause)
{
    start();
    write(ETH_CTRLMODER, 2);
    bytes pause = {0x01, 0x80, 0xC2, 0, 0, 1};
    pause.insert(pause.end(), other.begin(), other.end());
    pause.insert(pause.end(), {0x88, 0x08, 0, 1, 0, 100});
    receive(pause);
    EXPECT_EQ(read(ETH_INT_SOURCE), (uint32_t)OPEN_ETH_INT_RXC);
    EXPECT_EQ(eth.counts.rx_frames, 0u) << "not stored";
    send(0, frame_to(other, 60), OPEN_ETH_TX_WRAP, TX_BUFFER);
    EXPECT_TRUE(sent.empty());
    bench.run_for(SIM_MS(2));
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].start, SIM_US(10) + 100 * 512 * bit_100);
    write(ETH_CTRLMODER, 1);
    receive(pause);
    EXPECT_EQ(descriptor(1) & OPEN_ETH_RX_CONTROL, (uint32_t)OPEN_ETH_RX_CONTROL) << "PASSALL";
}

TEST_F(OpenEth, AsksTheOtherEndForAPause)
{
    start();
    write(ETH_TXCTRL, 1u << 16 | 0x1234);
    EXPECT_TRUE(sent.empty()) << "without TXFLOW";
    write(ETH_CTRLMODER, 4);
    write(ETH_TXCTRL, 1u << 16 | 0x1234);
    bench.run_for(SIM_MS(1));
    ASSERT_EQ(sent.size(), 1u);
    bytes expected = {0x01, 0x80, 0xC2, 0, 0, 1};
    expected.insert(expected.end(), own.begin(), own.end());
    expected.insert(expected.end(), {0x88, 0x08, 0, 1, 0x12, 0x34});
    expected.resize(60);
    EXPECT_EQ(sent[0].frame, expected);
    EXPECT_EQ(read(ETH_INT_SOURCE), (uint32_t)OPEN_ETH_INT_TXC);
}

TEST_F(OpenEth, LoopsBackInTheMacAndInThePhy)
{
    start(RXEN | TXEN | LOOPBCK);
    send(0, frame_to(own, 99), OPEN_ETH_TX_WRAP, TX_BUFFER);
    bench.run_for(SIM_MS(1));
    EXPECT_EQ(stored(RX_BUFFER, 99), frame_to(own, 99));
    write(ETH_MODER, read(ETH_MODER) & ~LOOPBCK);
    phy_write(ETH_PHY_BMCR, 0x6100);
    send(0, frame_to(own, 98), OPEN_ETH_TX_WRAP, TX_BUFFER);
    bench.run_for(SIM_MS(1));
    EXPECT_EQ(stored(RX_BUFFER + 1600, 98), frame_to(own, 98));
    EXPECT_TRUE(sent.empty());
}

TEST_F(OpenEth, InterruptsOnlyForWhatIsUnmasked)
{
    start();
    send(0, frame_to(other, 60), OPEN_ETH_TX_WRAP | OPEN_ETH_TX_IRQ, TX_BUFFER);
    bench.run_for(SIM_MS(1));
    EXPECT_FALSE(irq.level()) << "TXB is masked";
    set_bits(ETH_INT_MASK, OPEN_ETH_INT_TXB);
    EXPECT_TRUE(irq.level());
    write(ETH_INT_SOURCE, OPEN_ETH_INT_TXB);
    EXPECT_FALSE(irq.level());
}

TEST_F(OpenEth, DoesNothingByItselfWhenIdle)
{
    start();
    send(0, frame_to(other, 60), OPEN_ETH_TX_WRAP, TX_BUFFER);
    receive(frame_to(own, 60));
    bench.run_for(SIM_MS(1));
    EXPECT_TRUE(bench.is_idle());
}

} // namespace
