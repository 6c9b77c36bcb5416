/* SPDX-License-Identifier: Apache-2.0 */
/* Transmit slots of the Wi-Fi MAC, as docs/wifi-mac.md describes them. */
#include "tests/device/wifi_mac_bench.h"

namespace
{

enum { WAIT_ACK = 1 << 24, RTS = 1 << 27, CTS_TO_SELF = 1 << 28 };
enum { COMPLETE = 0x80, COLLISION = 0x100, TIMEOUT = 0x80000 };

class WifiMacTx : public wifi_mac_bench
{
  protected:
    const bytes frame = data_frame(peer_address, our_address);

    void SetUp() override
    {
        wifi_mac_bench::SetUp();
        run_mac();
        bench.run_for(SIM_US(10));
    }
};

TEST_F(WifiMacTx, EnableStartsOneAttemptWithWhatTheRegistersSay)
{
    write(second_page(0x1268, 2), 0x0123002C); /* before prepare: DURATION */
    prepare(2, frame, WAIT_ACK, 0x0C, 0x03000000 | 11 << 12 | 2);
    write(second_page(0x125C, 2), 0x20 | 68 << 8);
    enable(2);
    ASSERT_EQ(air.starts.size(), 1u);
    const auto &started = air.starts[0];
    EXPECT_EQ(started.slot, 2u);
    EXPECT_EQ(started.mpdu, frame);
    EXPECT_EQ(started.attempt.rate.phy, WIFI_MAC_OFDM);
    EXPECT_EQ(wifi_mac_rate_kbps(&started.attempt.rate), 54000u);
    EXPECT_EQ(started.attempt.aifsn, 3u);
    EXPECT_EQ(started.attempt.backoff, 11u);
    EXPECT_EQ(started.attempt.access_limit, SIM_US(2048));
    EXPECT_EQ(started.attempt.answer, WIFI_MAC_ANSWER_ACK);
    EXPECT_EQ(started.attempt.protection, WIFI_MAC_PROTECT_NONE);
    EXPECT_EQ(started.attempt.power_quarter_dbm, 68u) << "17 dBm";
    EXPECT_EQ(started.at, bench.now + WIFI_MAC_LATENCY);
    set(first_page(0xD20, 2), 0);
    EXPECT_EQ(air.starts.size(), 1u) << "writing the same bits again is no second attempt";
}

TEST_F(WifiMacTx, ValidAndEnableAreBothNeeded)
{
    prepare(0, frame);
    set(first_page(0xD20, 0), 1u << 30);
    EXPECT_TRUE(air.starts.empty());
    set(first_page(0xD20, 0), 1u << 31);
    EXPECT_EQ(air.starts.size(), 1u);
    prepare(1, frame);
    set(first_page(0xD20, 1), 1u << 31);
    EXPECT_EQ(air.starts.size(), 1u);
    set(first_page(0xD20, 1), 1u << 30);
    EXPECT_EQ(air.starts.size(), 2u);
}

TEST_F(WifiMacTx, ProtectionAndItsDuration)
{
    prepare(0, frame, WAIT_ACK | RTS);
    write(second_page(0x1268, 0), 0x01F4002C);
    enable(0);
    prepare(1, frame, CTS_TO_SELF);
    enable(1);
    EXPECT_EQ(air.starts.at(0).attempt.protection, WIFI_MAC_PROTECT_RTS);
    EXPECT_EQ(air.starts.at(0).attempt.protection_duration, 500);
    EXPECT_EQ(air.starts.at(1).attempt.protection, WIFI_MAC_PROTECT_CTS_TO_SELF);
    EXPECT_EQ(air.starts.at(1).attempt.answer, WIFI_MAC_ANSWER_NONE);
    EXPECT_EQ(read(WMAC_STAT_TX_RTS), 1u);
    EXPECT_EQ(read(WMAC_STAT_TX_CTS), 1u);
}

TEST_F(WifiMacTx, ABlockAckRequestWaitsForABlockAck)
{
    prepare(2, frame_of(0x84, 0, peer_address, our_address, everybody), WAIT_ACK);
    enable(2);
    EXPECT_EQ(air.starts.at(0).attempt.answer, WIFI_MAC_ANSWER_BLOCK_ACK);
    struct wifi_mac_outcome outcome = {};
    outcome.answered = true;
    outcome.block_ack_start = 0x123;
    outcome.block_ack_bitmap = 0x8000000100000003;
    wifi_mac_finished(&mac, 2, &outcome, bench.now);
    bench.run_for(WIFI_MAC_LATENCY);
    EXPECT_EQ(read(second_page(0x1274, 2)), 0x00000003u);
    EXPECT_EQ(read(second_page(0x1278, 2)), 0x80000001u);
    EXPECT_EQ(read(second_page(0x1284, 2)), 0x123u);
}

TEST_F(WifiMacTx, EveryRateCodeIsTheRateThatIdfCallsSo)
{
    static const uint32_t kbps[32] = {1000,  2000,  5500,  11000, 0,     2000,  5500,  11000, 48000, 24000, 12000,
                                      6000,  54000, 36000, 18000, 9000,  6500,  13000, 19500, 26000, 39000, 52000,
                                      58500, 65000, 7222,  14444, 21667, 28889, 43333, 57778, 65000, 72222};
    for (unsigned code = 0; code < 32; code++) {
        struct wifi_mac_rate rate = {};
        ASSERT_EQ(wifi_mac_rate_of_code(code, &rate), code != 4) << code;
        if (code == 4)
            continue;
        EXPECT_EQ(wifi_mac_rate_kbps(&rate), kbps[code]) << code;
        EXPECT_EQ(wifi_mac_code_of_rate(&rate), code);
        EXPECT_EQ(rate.short_form, (code >= 5 && code <= 7) || code >= 24) << code;
    }
}

/* --- Results --------------------------------------------------------------------------------------------------------
 */

TEST_F(WifiMacTx, AnAcknowledgedFrameCompletesItsSlotWithTheAcksQuality)
{
    prepare(3, frame, WAIT_ACK);
    enable(3);
    finish(3, WIFI_MAC_OK, true, 31.4);
    EXPECT_EQ(read(WMAC_TX_COMPLETE), 1u << 3);
    EXPECT_EQ(read(WMAC_TX_ERROR), 0u);
    EXPECT_EQ(pmd(3), 1u << 24 | 31u << 16);
    EXPECT_FALSE(is_enabled(3));
    EXPECT_EQ(read(WMAC_INT_STATUS), (uint32_t)COMPLETE);
    EXPECT_TRUE(irq.level());
    write(WMAC_TX_COMPLETE_CLEAR, 1u << 3);
    EXPECT_EQ(read(WMAC_TX_COMPLETE), 0u);
    EXPECT_EQ(read(WMAC_TX_COMPLETE_CLEAR), 0u) << "drivers read, or, and write it";
    write(WMAC_INT_CLEAR, read(WMAC_INT_STATUS));
    EXPECT_FALSE(irq.level());
}

TEST_F(WifiMacTx, ABroadcastHasNoAnswerAndNoQuality)
{
    prepare(0, data_frame(everybody, our_address));
    enable(0);
    finish(0, WIFI_MAC_OK);
    EXPECT_EQ(pmd(0), 127u << 16);
}

TEST_F(WifiMacTx, MissingAnswersAreCompletionsWithAnErrorInPmd)
{
    prepare(0, frame, WAIT_ACK);
    enable(0);
    finish(0, WIFI_MAC_NO_ACK);
    EXPECT_EQ(pmd(0) >> 12 & 0xF, 5u);
    prepare(1, frame, WAIT_ACK | RTS);
    enable(1);
    finish(1, WIFI_MAC_NO_CTS);
    EXPECT_EQ(pmd(1) >> 12 & 0xF, 2u);
    EXPECT_EQ(read(WMAC_TX_COMPLETE), 3u);
    EXPECT_EQ(read(WMAC_INT_STATUS), (uint32_t)COMPLETE);
}

TEST_F(WifiMacTx, CollisionAndTimeOutHaveTheirOwnBitsAndInterrupts)
{
    prepare(2, frame, WAIT_ACK);
    prepare(4, frame, WAIT_ACK);
    enable(2);
    enable(4);
    finish(2, WIFI_MAC_COLLISION);
    EXPECT_EQ(read(WMAC_INT_STATUS), (uint32_t)COLLISION);
    finish(4, WIFI_MAC_ACCESS_TIMEOUT);
    EXPECT_EQ(read(WMAC_INT_STATUS), (uint32_t)(COLLISION | TIMEOUT));
    EXPECT_EQ(read(WMAC_TX_ERROR), 1u << 2 | 1u << (16 + 4));
    EXPECT_EQ(read(WMAC_TX_COMPLETE), 0u);
    write(WMAC_TX_ERROR_CLEAR, 1u << 2);
    EXPECT_EQ(read(WMAC_TX_ERROR), 1u << (16 + 4));
}

TEST_F(WifiMacTx, AResultIsVisibleALatencyAfterItHappened)
{
    prepare(0, frame, WAIT_ACK);
    enable(0);
    bench.run_for(SIM_US(500));
    struct wifi_mac_outcome outcome = {};
    wifi_mac_finished(&mac, 0, &outcome, bench.now);
    sim_time happened = bench.now;
    bench.run_for(WIFI_MAC_LATENCY - 1);
    EXPECT_EQ(read(WMAC_TX_COMPLETE), 0u);
    EXPECT_TRUE(is_enabled(0));
    bench.run_for(1);
    EXPECT_EQ(read(WMAC_TX_COMPLETE), 1u);
    EXPECT_EQ(irq.rises(), std::vector<sim_time>{happened + WIFI_MAC_LATENCY});
}

TEST_F(WifiMacTx, ARetryReadsTheFrameAgain)
{
    prepare(0, frame, WAIT_ACK);
    enable(0);
    finish(0, WIFI_MAC_NO_ACK);
    bytes again = frame;
    again[1] |= 8; /* retry */
    memory.put_bytes(dma_memory::base + 0x2000, again);
    set(first_page(0xD20, 0), 1u << 31);
    EXPECT_EQ(air.starts.at(1).mpdu, again);
    EXPECT_EQ(air.starts.at(0).mpdu, frame) << "a started attempt keeps what it has";
}

/* --- Taking back ----------------------------------------------------------------------------------------------------
 */

TEST_F(WifiMacTx, ClearingEnableTakesAWaitingAttemptBackWithoutAReport)
{
    prepare(1, frame, WAIT_ACK);
    enable(1);
    clear(first_page(0xD20, 1), 1u << 31);
    EXPECT_EQ(air.words().back(), "abort 1");
    finish(1, WIFI_MAC_CANCELLED);
    EXPECT_EQ(read(WMAC_TX_COMPLETE) | read(WMAC_TX_ERROR) | read(WMAC_INT_STATUS), 0u);
    enable(1);
    EXPECT_EQ(air.starts.size(), 2u);
}

TEST_F(WifiMacTx, WhatIsOnTheAirEndsWithoutAReportBeforeTheSlotStartsAgain)
{
    prepare(1, frame, WAIT_ACK);
    enable(1);
    clear(first_page(0xD20, 1), 1u << 31);
    set(first_page(0xD20, 1), 1u << 31);
    EXPECT_EQ(air.starts.size(), 1u) << "the air still reads the first frame";
    finish(1, WIFI_MAC_OK, true, 20);
    EXPECT_EQ(read(WMAC_TX_COMPLETE), 0u) << "this was the attempt that software had taken back";
    EXPECT_EQ(air.starts.size(), 2u);
    finish(1, WIFI_MAC_OK, true, 20);
    EXPECT_EQ(read(WMAC_TX_COMPLETE), 2u);
}

TEST_F(WifiMacTx, AStoppedMacKeepsEnabledSlotsAndSaysWhenItIsQuiet)
{
    prepare(0, frame, WAIT_ACK);
    enable(0);
    set(WMAC_CTRL, 0x17FF);
    EXPECT_EQ(air.words().back(), "radio off");
    EXPECT_TRUE(read(WMAC_CTRL) & 1u << 13);
    finish(0, WIFI_MAC_CANCELLED);
    EXPECT_FALSE(read(WMAC_CTRL) & 1u << 13);
    EXPECT_TRUE(is_enabled(0));
    EXPECT_EQ(read(WMAC_TX_ERROR), 0u);
    prepare(1, frame);
    enable(1);
    EXPECT_EQ(air.starts.size(), 1u) << "nothing starts meanwhile";
    clear(WMAC_CTRL, 0x17FF);
    EXPECT_EQ(air.starts.size(), 3u);
}

TEST_F(WifiMacTx, AResultThatCameBeforeTheStopIsReported)
{
    prepare(0, frame, WAIT_ACK);
    enable(0);
    struct wifi_mac_outcome outcome = {};
    wifi_mac_finished(&mac, 0, &outcome, bench.now);
    set(WMAC_CTRL, 0x17FF);
    bench.run_for(WIFI_MAC_LATENCY);
    EXPECT_EQ(read(WMAC_TX_COMPLETE), 1u);
    clear(WMAC_CTRL, 0x17FF);
    EXPECT_EQ(air.starts.size(), 1u) << "not sent twice";
}

TEST_F(WifiMacTx, AResetTakesEverythingBack)
{
    for (unsigned s = 0; s < WIFI_MAC_SLOTS; s++) {
        prepare(s, frame, WAIT_ACK);
        enable(s);
    }
    finish(0, WIFI_MAC_OK);
    EXPECT_TRUE(irq.level());
    dev_reset(&mac.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_FALSE(irq.level());
    EXPECT_EQ(read(WMAC_TX_COMPLETE), 0u);
    for (unsigned s = 1; s < WIFI_MAC_SLOTS; s++)
        finish(s, WIFI_MAC_CANCELLED);
    EXPECT_EQ(read(WMAC_TX_COMPLETE) | read(WMAC_INT_STATUS), 0u);
    EXPECT_TRUE(bench.is_idle());
}

/* --- Descriptors that are wrong -------------------------------------------------------------------------------------
 */

class WifiMacBadFrame : public WifiMacTx
{
  protected:
    void fails_with(const std::string &text)
    {
        enable(0);
        bench.run_for(WIFI_MAC_LATENCY);
        EXPECT_TRUE(air.starts.empty());
        EXPECT_EQ(read(WMAC_TX_COMPLETE), 1u);
        EXPECT_EQ(pmd(0) >> 12 & 0xF, 4u);
        EXPECT_EQ(pmd(0) & 0xFF, 2u);
        EXPECT_FALSE(is_enabled(0));
        EXPECT_EQ(bench.log.text(), "guest node0.wifi_mac: a frame cannot be sent: " + text);
    }
};

TEST_F(WifiMacBadFrame, AChainIsFollowed)
{
    prepare(0, frame);
    uint32_t second = descriptor_of(0) + 0x100, third = second + 16, buffer = dma_memory::base + 0x2000;
    put_descriptor(descriptor_of(0), 0x80000000 | 24 << 12, buffer, second);
    put_descriptor(second, 0x80000000 | 8 << 12, buffer + 24, third);
    put_descriptor(third, 0xC0000000 | 12 << 12, buffer + 32, 0);
    enable(0);
    EXPECT_EQ(air.starts.at(0).mpdu, frame);
}

TEST_F(WifiMacBadFrame, DirectPointersGiveTheSameBytesAndEndWhereMemoryEnds)
{
    memory.give_pointers();
    prepare(0, frame);
    enable(0);
    EXPECT_EQ(air.starts.at(0).mpdu, frame);
    prepare(1, frame);
    memory.put(descriptor_of(1) + 4, dma_memory::base + dma_memory::size - 8);
    enable(1);
    EXPECT_EQ(air.starts.size(), 1u);
}

TEST_F(WifiMacBadFrame, AChainThatHoldsTooLittle)
{
    prepare(0, frame);
    memory.put(descriptor_of(0), 0xC0000000 | 20 << 12 | 1600);
    fails_with("descriptors hold less than PLCP1's length");
}

TEST_F(WifiMacBadFrame, AChainWithoutEnd)
{
    prepare(0, frame);
    put_descriptor(descriptor_of(0), 0x80000000, dma_memory::base, descriptor_of(0));
    fails_with("endless chain of descriptors");
}

TEST_F(WifiMacBadFrame, ADescriptorOfTheCpu)
{
    prepare(0, frame);
    memory.put(descriptor_of(0), memory.get(descriptor_of(0)) & 0x7FFFFFFF);
    fails_with("a descriptor does not belong to the MAC");
}

/* Tasmota's (ESP-IDF 4.4) beacons do. */
TEST_F(WifiMacBadFrame, AFrameMayBeginAtAnyByte)
{
    for (unsigned round = 0; round < 8; round++) {
        if (round == 4)
            memory.give_pointers();
        prepare(0, frame);
        uint32_t from = memory.get(descriptor_of(0) + 4), at = dma_memory::base + 0x3000 + round % 4;
        auto *bytes = memory.content.data();
        memmove(bytes + (at - dma_memory::base), bytes + (from - dma_memory::base), frame.size());
        memory.put(descriptor_of(0) + 4, at);
        enable(0);
        bench.run_for(WIFI_MAC_LATENCY);
        ASSERT_EQ(air.starts.size(), round + 1) << bench.log.text();
        EXPECT_EQ(air.starts.back().mpdu, frame);
        finish(0, WIFI_MAC_OK);
    }
}

TEST_F(WifiMacBadFrame, AnUnalignedDescriptor)
{
    prepare(0, frame);
    write(0xD20, 0x00600000 | ((descriptor_of(0) + 2) & 0xFFFFF));
    fails_with("address is not word-aligned");
}

TEST_F(WifiMacBadFrame, ABufferThatDmaDoesNotReach)
{
    prepare(0, frame);
    memory.put(descriptor_of(0) + 4, 0x40080000);
    fails_with("address is outside of what DMA reaches");
}

TEST_F(WifiMacBadFrame, ABufferThatRunsOutOfMemory)
{
    prepare(0, frame);
    memory.put(descriptor_of(0) + 4, dma_memory::base + dma_memory::size - 8);
    fails_with("no memory at this address");
}

TEST_F(WifiMacBadFrame, ADescriptorNowhere)
{
    prepare(0, frame);
    write(0xD20, 0x00600000 | 0x00100);
    fails_with("address is outside of what DMA reaches");
}

TEST_F(WifiMacBadFrame, ALengthBelowTheShortestFrame)
{
    prepare(0, frame);
    write(0x1258, 13 | 0x0C << 12);
    fails_with("PLCP1's length is too short");
}

TEST_F(WifiMacBadFrame, ARateThatThereIsNot)
{
    prepare(0, frame, 0, 4);
    fails_with("no such rate");
}

TEST_F(WifiMacBadFrame, RtsForAFrameWithoutATransmitter)
{
    prepare(0, bytes(10, 0xD4), RTS);
    fails_with("RTS or CTS-to-self for a frame without a transmitter");
}

/* --- Without a radio ------------------------------------------------------------------------------------------------
 */

class WifiMacAlone : public WifiMacTx
{
  protected:
    bool connected() const override
    {
        return false;
    }
};

TEST_F(WifiMacAlone, NobodyAnswers)
{
    prepare(0, frame, WAIT_ACK);
    prepare(1, frame, WAIT_ACK | RTS);
    prepare(2, data_frame(everybody, our_address));
    for (unsigned s : {0, 1, 2})
        enable(s);
    bench.run_for(SIM_MS(1));
    EXPECT_EQ(read(WMAC_TX_COMPLETE), 7u);
    EXPECT_EQ(pmd(0) >> 12 & 0xF, 5u);
    EXPECT_EQ(pmd(1) >> 12 & 0xF, 2u);
    EXPECT_EQ(pmd(2) >> 12 & 0xF, 0u);
}

TEST_F(WifiMacAlone, AnAttemptCanBeTakenBack)
{
    prepare(0, frame, WAIT_ACK);
    enable(0);
    clear(0xD20, 1u << 31);
    bench.run_for(SIM_MS(1));
    EXPECT_EQ(read(WMAC_TX_COMPLETE), 0u);
    EXPECT_TRUE(bench.is_idle());
}

} // namespace
