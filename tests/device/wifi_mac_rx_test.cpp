/* SPDX-License-Identifier: Apache-2.0 */
/* Reception by the Wi-Fi MAC: the chain of buffers, the header before a frame, filters, and what is acknowledged. */
#include "tests/device/wifi_mac_bench.h"

#include <algorithm>

namespace
{

enum { BLOCK_UNICAST = 1, CHECK_BSSID = 2, BLOCK_GROUP = 4, SCAN = 0x10, ANY = 0x100, PROMISCUOUS = 0x8000 };
enum { FROM_DS = 2, TO_DS = 1 };

class WifiMacRx : public wifi_mac_bench
{
  protected:
    void SetUp() override
    {
        wifi_mac_bench::SetUp();
        run_mac();
        set_bank(WMAC_RA_LOW, 0, our_address);
        start_reception();
        bench.run_for(SIM_US(100));
        air.asked.clear();
    }
    bool acknowledges()
    {
        return !air.asked.empty() && air.asked.back().second == "acknowledge " + std::to_string(frames);
    }
    // Whether a frame is stored; leaves a fresh chain.
    bool stores(const bytes &mpdu)
    {
        start_reception();
        air.asked.clear();
        receive(mpdu);
        return is_filled(0);
    }
};

TEST_F(WifiMacRx, AFrameForUsIsStoredReportedAndAcknowledged)
{
    bytes frame = data_frame(our_address, peer_address, 21);
    sim_time end = bench.now;
    receive(frame);
    ASSERT_TRUE(is_filled(0));
    EXPECT_EQ(received(0, frame.size()), frame);
    EXPECT_EQ(length(0), 28u + 48u) << "header and 45 bytes, up to a word";
    EXPECT_EQ(memory.get(rx_descriptor(0)) >> 31, 1u) << "the owner bit stays";
    EXPECT_EQ(read(WMAC_RX_LAST), rx_descriptor(0));
    EXPECT_EQ(read(WMAC_RX_NEXT), rx_descriptor(1));
    EXPECT_EQ(read(WMAC_INT_STATUS), 0x01000020u);
    EXPECT_EQ(irq.rises(), std::vector<sim_time>{end + WIFI_MAC_LATENCY});
    EXPECT_TRUE(acknowledges());
    EXPECT_EQ(air.asked.back().first, end + 2 * WIFI_MAC_LATENCY) << "well before SIFS is over";
    EXPECT_EQ(read(WMAC_STAT_RX_SUCCESS), 1u);
}

TEST_F(WifiMacRx, TheHeaderSaysHowTheFrameCame)
{
    bench.run_for(SIM_MS(3));
    bytes frame = data_frame(our_address, peer_address);
    receive(frame);
    uint32_t header = rx_buffer(0);
    EXPECT_EQ((int)(memory.get(header) & 0xFF) - 96, -60) << "RSSI";
    EXPECT_EQ(memory.get(header) >> 8 & 0x1F, 0x0Cu) << "54 Mbit/s";
    EXPECT_EQ(memory.get(header) >> 14 & 3, 0u) << "802.11g";
    EXPECT_EQ(memory.get(header) >> 28, 1u) << "interface 0";
    EXPECT_EQ((int8_t)memory.get(header + 8), -95) << "noise floor";
    EXPECT_EQ(memory.get(header + 8) >> 16 & 0xF, 6u) << "channel";
    EXPECT_EQ(memory.get(header + 12), 3100u) << "microseconds of MAC time at its end";
    EXPECT_EQ(memory.get(header + 24) & 0xFFF, frame.size() + 4) << "with FCS";
    EXPECT_EQ(memory.get(header + 24) >> 24, 0u) << "good";
}

TEST_F(WifiMacRx, An80211nFrameHasItsMcsInTheSecondWord)
{
    bytes mpdu = data_frame(our_address, peer_address);
    struct wifi_mac_frame frame = arriving(mpdu);
    frame.rate = {WIFI_MAC_HT, 5, true};
    receive(frame);
    EXPECT_EQ(memory.get(rx_buffer(0)) >> 14 & 3, 1u);
    EXPECT_EQ(memory.get(rx_buffer(0) + 4) & 0x7F, 5u);
    EXPECT_EQ(memory.get(rx_buffer(0) + 4) >> 31, 1u) << "short guard interval";
}

TEST_F(WifiMacRx, SignalsThatFitNoByteAreClipped)
{
    bytes mpdu = data_frame(our_address, peer_address);
    struct wifi_mac_frame frame = arriving(mpdu);
    frame.rssi_dbm = 1000;
    frame.noise_dbm = -1000;
    receive(frame);
    EXPECT_EQ(memory.get(rx_buffer(0)) & 0xFF, 127u);
    EXPECT_EQ((int8_t)memory.get(rx_buffer(0) + 8), -128);
}

TEST_F(WifiMacRx, DirectPointersGiveTheSameBytes)
{
    for (unsigned body : {0u, 1u, 2u, 3u, 200u}) {
        start_reception();
        std::fill(memory.content.begin() + 0x8000, memory.content.end(), (uint8_t)0xEE);
        bytes before = memory.content;
        memory.port.dmi = nullptr;
        receive(data_frame(our_address, peer_address, body));
        bytes words = memory.content;
        memory.content = before;
        memory.give_pointers();
        write(WMAC_RX_BASE, rx_descriptor(0));
        receive(data_frame(our_address, peer_address, body));
        size_t stamp = rx_buffer(0) + 12 - dma_memory::base; /* the second came a little later */
        std::copy_n(words.begin() + stamp, 4, memory.content.begin() + stamp);
        EXPECT_EQ(memory.content, words) << body;
    }
}

/* --- The chain ------------------------------------------------------------------------------------------------------
 */

TEST_F(WifiMacRx, WhenTheChainHasEndedFramesAreLostAndNotAcknowledged)
{
    bytes frame = data_frame(our_address, peer_address);
    for (unsigned n = 0; n < 3; n++)
        receive(frame);
    EXPECT_TRUE(is_filled(2));
    EXPECT_EQ(read(WMAC_RX_NEXT), (uint32_t)NONE);
    EXPECT_EQ(read(WMAC_STAT_FULL), 0u);
    air.asked.clear();
    receive(frame);
    EXPECT_FALSE(acknowledges());
    EXPECT_EQ(read(WMAC_STAT_FULL), 1u);
    EXPECT_EQ(bench.log.text(), "");
}

TEST_F(WifiMacRx, AReturnedBufferIsFoundByReload)
{
    bytes frame = data_frame(our_address, peer_address);
    for (unsigned n = 0; n < 3; n++)
        receive(frame);
    empty_descriptor(0, 0);
    memory.put(rx_descriptor(2) + 8, rx_descriptor(0));
    set(WMAC_RX_CTRL, 1);
    EXPECT_EQ(read(WMAC_RX_CTRL) & 1, 0u) << "done";
    EXPECT_EQ(read(WMAC_RX_NEXT), rx_descriptor(0));
    receive(frame);
    EXPECT_TRUE(is_filled(0));
}

TEST_F(WifiMacRx, ABufferReturnedBeforeTheChainEndsNeedsNothing)
{
    bytes frame = data_frame(our_address, peer_address);
    receive(frame);
    empty_descriptor(0, 0);
    memory.put(rx_descriptor(2) + 8, rx_descriptor(0));
    for (unsigned n = 0; n < 3; n++)
        receive(frame);
    EXPECT_TRUE(is_filled(0));
    EXPECT_EQ(read(WMAC_STAT_FULL), 0u);
}

TEST_F(WifiMacRx, AClosedRingIsSafe)
{
    memory.put(rx_descriptor(2) + 8, rx_descriptor(0));
    bytes first = data_frame(our_address, peer_address, 30);
    receive(first);
    for (unsigned n = 0; n < 4; n++)
        receive(data_frame(our_address, peer_address, 10));
    EXPECT_EQ(received(0, first.size()), first) << "what has not been read is not overwritten";
    EXPECT_EQ(read(WMAC_STAT_FULL), 2u);
}

TEST_F(WifiMacRx, ABaseAmongFilledDescriptorsStartsBehindThem)
{
    bytes frame = data_frame(our_address, peer_address);
    receive(frame);
    receive(frame);
    write(WMAC_RX_BASE, rx_descriptor(1)); /* the driver has taken the first frame only */
    set(WMAC_RX_CTRL, 1);
    EXPECT_EQ(read(WMAC_RX_NEXT), rx_descriptor(2));
    receive(frame);
    EXPECT_TRUE(is_filled(2));
    write(WMAC_RX_BASE, rx_descriptor(2));
    EXPECT_EQ(read(WMAC_RX_NEXT), (uint32_t)NONE);
    empty_descriptor(0, 0);
    memory.put(rx_descriptor(2) + 8, rx_descriptor(0));
    set(WMAC_RX_CTRL, 1);
    EXPECT_EQ(read(WMAC_RX_NEXT), rx_descriptor(0)) << "and goes on from the last of them";
}

TEST_F(WifiMacRx, ABaseInARingOfFilledDescriptorsComesToAnEnd)
{
    memory.put(rx_descriptor(2) + 8, rx_descriptor(0));
    for (unsigned n = 0; n < 3; n++)
        receive(data_frame(our_address, peer_address));
    write(WMAC_RX_BASE, rx_descriptor(0));
    receive(data_frame(our_address, peer_address));
    EXPECT_EQ(read(WMAC_STAT_FULL), 1u);
}

TEST_F(WifiMacRx, ADescriptorOfTheCpuStopsReception)
{
    memory.put(rx_descriptor(0), 1600);
    receive(data_frame(our_address, peer_address));
    EXPECT_FALSE(is_filled(0));
    EXPECT_EQ(read(WMAC_STAT_FULL), 1u);
    EXPECT_FALSE(acknowledges());
}

TEST_F(WifiMacRx, AFrameLongerThanTheBufferIsLostAndSaid)
{
    memory.put(rx_descriptor(0), 0x80000000 | 71);
    receive(data_frame(our_address, peer_address, 20));
    EXPECT_FALSE(is_filled(0));
    EXPECT_FALSE(acknowledges());
    EXPECT_EQ(bench.log.text(), "guest node0.wifi_mac: a received frame is lost: buffer is smaller than the frame");
    memory.put(rx_descriptor(0), 0x80000000 | 72);
    receive(data_frame(our_address, peer_address, 20));
    EXPECT_TRUE(is_filled(0));
}

TEST_F(WifiMacRx, ChainsIntoNowhereAreSaidOnce)
{
    write(WMAC_RX_BASE, 0x3FFB0002);
    for (unsigned n = 0; n < 3; n++)
        receive(data_frame(our_address, peer_address));
    EXPECT_EQ(bench.log.text(), "guest node0.wifi_mac: receive chain: address is not word-aligned");
    write(WMAC_RX_BASE, 0);
    EXPECT_EQ(read(WMAC_RX_NEXT), (uint32_t)NONE);
    set(WMAC_RX_CTRL, 1);
    receive(data_frame(our_address, peer_address));
    EXPECT_EQ(read(WMAC_STAT_FULL), 4u);
}

TEST_F(WifiMacRx, NothingIsStoredWhileReceptionIsOffOrTheMacStopped)
{
    clear(WMAC_RX_CTRL, 1u << 31);
    receive(data_frame(our_address, peer_address));
    EXPECT_FALSE(is_filled(0));
    EXPECT_FALSE(acknowledges());
    set(WMAC_RX_CTRL, 1u << 31);
    set(WMAC_CTRL, 1);
    receive(data_frame(our_address, peer_address));
    EXPECT_FALSE(is_filled(0));
}

TEST_F(WifiMacRx, ABadFcsIsCountedAndDropped)
{
    bytes mpdu = data_frame(our_address, peer_address);
    struct wifi_mac_frame frame = arriving(mpdu);
    frame.good = false;
    receive(frame);
    EXPECT_FALSE(is_filled(0));
    EXPECT_EQ(read(WMAC_STAT_RX_END), 1u);
    EXPECT_EQ(read(WMAC_STAT_RX_SUCCESS), 0u);
}

/* --- Filters --------------------------------------------------------------------------------------------------------
 */

TEST_F(WifiMacRx, AnInterfaceThatNobodySetUpAcceptsNothing)
{
    write(WMAC_RA_LOW + 0x24, 0);
    EXPECT_FALSE(stores(data_frame(our_address, peer_address)));
    EXPECT_FALSE(stores(data_frame(everybody, peer_address)));
}

TEST_F(WifiMacRx, FramesForOthersAreAcceptedWhenUnicastIsNotBlockedButNotAcknowledged)
{
    EXPECT_FALSE(stores(data_frame(peer_address, access_point)));
    write(WMAC_FILTER, BLOCK_GROUP);
    EXPECT_TRUE(stores(data_frame(peer_address, access_point)));
    EXPECT_FALSE(acknowledges());
    EXPECT_TRUE(stores(data_frame(our_address, access_point)));
    EXPECT_TRUE(acknowledges());
}

TEST_F(WifiMacRx, MaskBitsThatAreZeroAreNotCompared)
{
    write(WMAC_RA_MASK_HIGH, 0x100FF); /* not the last byte */
    mac_address sibling = our_address;
    sibling[5] = 0x77;
    EXPECT_TRUE(stores(data_frame(sibling, peer_address)));
    EXPECT_TRUE(acknowledges());
    sibling[4] = 0x77;
    EXPECT_FALSE(stores(data_frame(sibling, peer_address)));
}

TEST_F(WifiMacRx, EveryInterfaceThatMatchesIsInTheHeader)
{
    set_bank(WMAC_RA_LOW, 2, our_address);
    EXPECT_TRUE(stores(data_frame(our_address, peer_address)));
    EXPECT_EQ(memory.get(rx_buffer(0)) >> 28, 5u);
}

TEST_F(WifiMacRx, BroadcastsNeedTheirCellOrAnOpenFilter)
{
    bytes from_cell = frame_of(0x08, FROM_DS, everybody, access_point, peer_address);
    bytes from_other = frame_of(0x08, FROM_DS, everybody, peer_address, access_point);
    EXPECT_FALSE(stores(from_cell));
    set_bank(WMAC_BSSID_LOW, 0, access_point);
    EXPECT_TRUE(stores(from_cell));
    EXPECT_FALSE(acknowledges()) << "never for a group";
    EXPECT_FALSE(stores(from_other));
    EXPECT_TRUE(stores(frame_of(0xD0, 0, everybody, peer_address, everybody))) << "BSSID broadcast, as ESP-NOW's";
    write(WMAC_FILTER, BLOCK_UNICAST);
    EXPECT_TRUE(stores(from_other)) << "groups are not blocked";
}

TEST_F(WifiMacRx, GroupsOtherThanBroadcastNeedAnOpenFilter)
{
    const mac_address group = {0x01, 0x00, 0x5E, 0, 0, 1};
    set_bank(WMAC_BSSID_LOW, 0, access_point);
    EXPECT_FALSE(stores(frame_of(0x08, FROM_DS, group, access_point, peer_address)));
    write(WMAC_FILTER, BLOCK_UNICAST);
    EXPECT_TRUE(stores(frame_of(0x08, FROM_DS, group, access_point, peer_address)));
}

TEST_F(WifiMacRx, OnesOwnBroadcastFromTheAccessPointIsRefused)
{
    set_bank(WMAC_BSSID_LOW, 0, access_point);
    EXPECT_FALSE(stores(frame_of(0x08, FROM_DS, everybody, access_point, our_address)));
}

TEST_F(WifiMacRx, TheBssidOfFramesForUsCanBeChecked)
{
    set_bank(WMAC_BSSID_LOW, 0, access_point);
    bytes from_cell = frame_of(0x08, FROM_DS, our_address, access_point, peer_address);
    bytes from_other = frame_of(0x08, FROM_DS, our_address, peer_address, access_point);
    EXPECT_TRUE(stores(from_other));
    write(WMAC_FILTER, BLOCK_UNICAST | CHECK_BSSID | BLOCK_GROUP);
    EXPECT_TRUE(stores(from_cell));
    EXPECT_FALSE(stores(from_other));
    EXPECT_FALSE(acknowledges());
}

TEST_F(WifiMacRx, AnAccessPointIsAddressedByItsBssid)
{
    set_bank(WMAC_BSSID_LOW, 1, access_point);
    set_bank(WMAC_RA_LOW, 1, access_point);
    EXPECT_TRUE(stores(frame_of(0x08, TO_DS, access_point, peer_address, everybody)));
    EXPECT_EQ(memory.get(rx_buffer(0)) >> 28, 2u);
    EXPECT_TRUE(acknowledges());
}

TEST_F(WifiMacRx, ScanningAdmitsBeaconsAndProbes)
{
    bytes beacon = frame_of(0x80, 0, everybody, access_point, access_point);
    bytes probe = frame_of(0x40, 0, everybody, peer_address, everybody);
    bytes data = data_frame(everybody, access_point);
    EXPECT_FALSE(stores(beacon));
    write(WMAC_FILTER, BLOCK_UNICAST | BLOCK_GROUP | SCAN);
    EXPECT_TRUE(stores(beacon));
    EXPECT_TRUE(stores(probe));
    EXPECT_FALSE(stores(data));
    write(WMAC_FILTER, BLOCK_UNICAST | BLOCK_GROUP | ANY);
    EXPECT_TRUE(stores(data));
}

TEST_F(WifiMacRx, ControlFramesPassByKind)
{
    static const unsigned kinds[9] = {7, 8, 9, 10, 11, 12, 13, 14, 15};
    for (unsigned kind : kinds) {
        bytes frame = frame_of((uint8_t)(kind << 4 | 4), 0, our_address, peer_address, everybody, 0);
        frame.resize(kind == 12 || kind == 13 ? 10 : 16);
        write(WMAC_CONTROL_FILTER, ~(1u << (16 + kind)) & 0xFF800000);
        EXPECT_FALSE(stores(frame)) << kind;
        write(WMAC_CONTROL_FILTER, 1u << (16 + kind));
        EXPECT_TRUE(stores(frame)) << kind;
        frame[9] = 0x55;
        EXPECT_FALSE(stores(frame)) << "for somebody else";
    }
}

TEST_F(WifiMacRx, PromiscuousModeStoresEverythingAndAcknowledgesOnlyWhatIsOurs)
{
    write(WMAC_FILTER + 12, (read(WMAC_FILTER + 12) & ~0xFu) | 0x80E0);
    EXPECT_TRUE(stores(data_frame(peer_address, access_point)));
    EXPECT_FALSE(acknowledges());
    EXPECT_EQ(read(WMAC_INT_STATUS), 4u);
    EXPECT_EQ(memory.get(rx_buffer(0)) >> 28, 0u);
    write(WMAC_INT_CLEAR, 4);
    EXPECT_TRUE(stores(data_frame(our_address, access_point)));
    EXPECT_TRUE(acknowledges());
    EXPECT_EQ(read(WMAC_INT_STATUS), 0x01000020u);
    bytes ack = {0xD4, 0, 0, 0, 1, 2, 3, 4, 5, 6};
    EXPECT_FALSE(stores(ack)) << "control frames as CONTROL_FILTER of interface 3 says";
    write(WMAC_CONTROL_FILTER + 12, 1u << 29);
    EXPECT_TRUE(stores(ack));
}

TEST_F(WifiMacRx, FramesTooShortForTheirKindAreDropped)
{
    write(WMAC_FILTER + 12, 0x80E0);
    write(WMAC_CONTROL_FILTER + 12, 0xFF800000);
    for (size_t size = 0; size < 24; size++) {
        bytes frame = data_frame(our_address, peer_address);
        frame.resize(size);
        EXPECT_FALSE(stores(frame)) << size;
    }
    EXPECT_FALSE(stores(bytes(30, 0xFF))) << "no such type";
}

TEST_F(WifiMacRx, ReceivedRtsAndCtsAreCounted)
{
    receive(frame_of(0xB4, 0, our_address, peer_address, everybody, 0));
    receive(bytes{0xC4, 0, 0, 0, 1, 2, 3, 4, 5, 6});
    EXPECT_EQ(read(WMAC_STAT_RTS), 1u);
    EXPECT_EQ(read(WMAC_STAT_CTS), 1u);
}

} // namespace
