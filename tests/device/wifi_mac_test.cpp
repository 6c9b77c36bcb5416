/* SPDX-License-Identifier: Apache-2.0 */
/* The Wi-Fi MAC as a whole: start and stop, time, and what the air is told besides frames. */
#include "tests/device/wifi_mac_bench.h"

namespace
{

typedef std::vector<std::string> words;

class WifiMac : public wifi_mac_bench
{
};

TEST_F(WifiMac, IsStoppedUntilSoftwareStartsIt)
{
    EXPECT_EQ(read(WMAC_CTRL), 0x17FFu);
    EXPECT_TRUE(air.asked.empty());
    bench.run_to(SIM_US(5));
    write(WMAC_CTRL, read(WMAC_CTRL) & 0xFFFFE800);
    EXPECT_EQ(air.words(), words{"radio on"});
    EXPECT_EQ(air.asked[0].first, SIM_US(5) + WIFI_MAC_LATENCY) << "a latency later";
    write(WMAC_CTRL, read(WMAC_CTRL) | 0x17FF);
    EXPECT_EQ(air.words().back(), "radio off");
    EXPECT_EQ(read(WMAC_CTRL) & 0x6000, 0u) << "nothing under way";
}

TEST_F(WifiMac, NeedsItsClock)
{
    wifi_mac_clock(&mac, false, bench.now);
    write(WMAC_CTRL, 0);
    EXPECT_TRUE(air.asked.empty());
    wifi_mac_clock(&mac, true, bench.now);
    EXPECT_EQ(air.words(), words{"radio on"});
    wifi_mac_clock(&mac, false, bench.now);
    EXPECT_EQ(air.words().back(), "radio off");
}

TEST_F(WifiMac, InitialisationIsDoneAtOnce)
{
    EXPECT_EQ(read(WMAC_INIT), 0u);
    set(WMAC_INIT, 2);
    EXPECT_EQ(read(WMAC_INIT), 3u);
}

TEST_F(WifiMac, TimeCountsMicrosecondsOfTheCrystal)
{
    bench.run_to(SIM_MS(7));
    EXPECT_EQ(read(WMAC_TIME), 7000u);
    write(WMAC_TIME, 0xFFFFFFFE);
    bench.run_for(SIM_US(3));
    EXPECT_EQ(read(WMAC_TIME), 1u) << "wraps";
}

TEST_F(WifiMac, ACrystalThatIsFastMakesTimeFast)
{
    bench.set_hz(CLOCK_XTAL, 40000400); /* 10 ppm */
    bench.run_to(SIM_S(10));
    EXPECT_EQ(read(WMAC_TIME), 10000100u);
}

TEST_F(WifiMac, AddressesAreToldWhenTheyAreEnabledAndWhenTheyChange)
{
    set_bank(WMAC_RA_LOW, 1, our_address);
    EXPECT_EQ(air.words(), words{"interface 1 is 240ac4000001 where ffffffffffff"}) << "once, complete";
    write(WMAC_RA_MASK_HIGH + 8, 0x100FF);
    EXPECT_EQ(air.words().back(), "interface 1 is 240ac4000001 where ffffffffff00");
    write(WMAC_RA_MASK_HIGH + 8, 0x000FF);
    EXPECT_EQ(air.words().back(), "interface 1 has no address");
    set_bank(WMAC_BSSID_LOW, 1, access_point);
    EXPECT_EQ(air.asked.size(), 3u) << "the air answers for receiver addresses only";
}

TEST_F(WifiMac, TheVendorsTableSaysWhatAnswersEachRate)
{
    static const uint32_t table[8] = {0, 0, 0x03020100, 0x07060500, 0x0B0B0B0B, 0x0B0B0B0B, 0x090B0B0B, 0x09090909};
    for (unsigned i = 0; i < 8; i++)
        write(WMAC_ACK_RATE + 4 * i, table[i]);
    EXPECT_EQ(air.words().back(), "answers: 0>0 1>1 2>2 3>3 5>5 6>6 7>7 8>11 9>11 10>11 11>11 12>11 13>11 14>11 15>11 "
                                  "16>11 17>11 18>11 19>9 20>9 21>9 22>9 23>9");
    dev_reset(&mac.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_EQ(air.words().back(), "standard answers");
}

TEST_F(WifiMac, ChannelsComeAsFrequencies)
{
    for (unsigned channel = 1; channel <= 13; channel++)
        wifi_mac_tuned(&mac, 2407 + 5 * channel, bench.now);
    wifi_mac_tuned(&mac, 2484, bench.now);
    ASSERT_EQ(air.asked.size(), 14u);
    EXPECT_EQ(air.words().front(), "channel 1");
    EXPECT_EQ(air.words().at(12), "channel 13");
    EXPECT_EQ(air.words().back(), "channel 14");
    wifi_mac_tuned(&mac, 2484, bench.now);
    EXPECT_EQ(air.asked.size(), 14u) << "already there";
    wifi_mac_tuned(&mac, 2413, bench.now);
    wifi_mac_tuned(&mac, 2527, bench.now);
    EXPECT_EQ(air.asked.size(), 14u);
    EXPECT_EQ(bench.log.text(), "unimpl node0.wifi_mac: tuned to no channel: stays where it was");
}

TEST_F(WifiMac, BlockAckAgreementsAreOpenedAndClosed)
{
    uint32_t agreement0 = WMAC_BA_CTRL + 7 * 0x20;
    EXPECT_EQ(agreement0, 0x250u);
    write(agreement0 + 4, 0x00C40A24);
    write(agreement0 + 8, 0x0200);
    write(agreement0 + 12, 77);
    write(agreement0, 1u << 31 | 5 << 16);
    EXPECT_EQ(air.words(), words{"block ack with 240ac4000002 tid 5 from 77"});
    write(agreement0, 1u << 31 | 5 << 16);
    EXPECT_EQ(air.asked.size(), 1u);
    write(agreement0, 0);
    EXPECT_EQ(air.words().back(), "no block ack with 240ac4000002 tid 5");
}

TEST_F(WifiMac, AResetTellsTheAirToForget)
{
    run_mac();
    set_bank(WMAC_RA_LOW, 0, our_address);
    write(WMAC_BA_CTRL, 1u << 31);
    air.asked.clear();
    dev_reset(&mac.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_EQ(air.words(), (words{"radio off", "interface 0 has no address", "no block ack with 000000000000 tid 0"}));
    air.asked.clear();
    dev_reset(&mac.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_TRUE(air.asked.empty()) << "nothing to forget any more";
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(WifiMac, RequestsKeepTheirOrderWhenACoreIsBehindItsSibling)
{
    dev_write(&mac.dev, WMAC_CTRL, 4, 0, SIM_NS(900)); /* one core, nearly a quantum ahead */
    set_bank(WMAC_RA_LOW, 0, our_address);             /* the other, at time 0 */
    EXPECT_EQ(air.asked.at(0).first, SIM_NS(900) + WIFI_MAC_LATENCY);
    EXPECT_EQ(air.asked.at(1).first, SIM_NS(900) + WIFI_MAC_LATENCY);
}

TEST_F(WifiMac, CausesInterruptOnlyWhenEnabled)
{
    clear(WMAC_CTRL, 0x17FF);
    prepare(0, data_frame(everybody, our_address));
    enable(0);
    finish(0, WIFI_MAC_OK);
    EXPECT_EQ(read(WMAC_INT_STATUS), 0x80u);
    EXPECT_FALSE(irq.level());
    write(WMAC_INT_ENABLE, 0x80);
    EXPECT_TRUE(irq.level());
    write(WMAC_INT_CLEAR, 0x100);
    EXPECT_TRUE(irq.level());
    write(WMAC_INT_CLEAR, 0x80);
    EXPECT_FALSE(irq.level());
    EXPECT_EQ(read(WMAC_INT_CLEAR), 0u);
}

TEST_F(WifiMac, WhatNobodyUnderstandsKeepsItsValueAndIsSaidOnce)
{
    for (unsigned n = 0; n < 3; n++) {
        write(0x0B0, 0xC0FFEE);
        EXPECT_EQ(read(0x0B0), 0xC0FFEEu);
    }
    EXPECT_EQ(bench.log.text(),
              "unimpl node0.wifi_mac: write to a word of the Wi-Fi MAC that is not known: kept, without effect");
}

TEST_F(WifiMac, KeySlotsKeepTheirKeys)
{
    for (unsigned slot = 0; slot < 25; slot++)
        for (unsigned word = 0; word < 10; word++)
            write(0x1400 + 40 * slot + 4 * word, slot << 8 | word);
    for (unsigned slot = 0; slot < 25; slot++)
        for (unsigned word = 0; word < 10; word++)
            EXPECT_EQ(read(0x1400 + 40 * slot + 4 * word), slot << 8 | word);
}

} // namespace
