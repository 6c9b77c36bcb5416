// SPDX-License-Identifier: Apache-2.0
// How a station finds, joins and leaves an access point, and what both say meanwhile.
#include "rf_channel/elements.h"
#include "tests/support/bss_bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using bss::Bss;
using testing::ElementsAre;

namespace
{

struct elements elements_of(const bss::Heard &frame, size_t fixed)
{
    struct elements e;
    EXPECT_TRUE(elements_parse(frame.mpdu.data() + MPDU_HEADER + fixed, frame.mpdu.size() - MPDU_HEADER - fixed, &e));
    return e;
}

uint64_t timestamp(const bss::Heard &beacon)
{
    uint64_t t = 0;
    for (unsigned i = 0; i < 8; i++)
        t |= (uint64_t)beacon.mpdu[MPDU_HEADER + i] << 8 * i;
    return t;
}

} // namespace

TEST(Beacon, StandsOnTheGridOf102400UsAtItsOwnOffsetAndCarriesTheTimeOfItsOwnTimestamp)
{
    Bss net(1);
    auto config = Bss::open_network();
    config.beacon_offset = SIM_US(5000);
    net.start_ap(config);
    net.run(SIM_S(2));
    auto beacons = net.heard(MPDU_MANAGEMENT, MPDU_BEACON);
    ASSERT_EQ(beacons.size(), 20u);
    for (size_t n = 0; n < beacons.size(); n++) {
        sim_time tbtt = SIM_US(5000) + n * SIM_US(102400);
        EXPECT_GE(beacons[n].start, tbtt);
        EXPECT_LE(beacons[n].start, tbtt + SIM_US(9)) << "on an idle medium at the next slot boundary";
        // Preamble and PLCP header 192 us, MAC header 24 bytes at 1 Mbit/s.
        EXPECT_EQ(timestamp(beacons[n]), (beacons[n].start - SIM_US(5000)) / SIM_US(1) + 192 + 192);
    }
}

TEST(Beacon, KeepsToTheGridWhenTheAccessPointIsSwitchedOnLater)
{
    Bss net(1);
    net.run(SIM_MS(250));
    net.start_ap(Bss::open_network());
    net.run(SIM_MS(250));
    auto beacons = net.heard(MPDU_MANAGEMENT, MPDU_BEACON);
    ASSERT_EQ(beacons.size(), 2u);
    EXPECT_LE(beacons[0].start - SIM_US(3 * 102400), SIM_US(9));
    EXPECT_EQ(timestamp(beacons[0]), beacons[0].start / SIM_US(1) + 384);
}

TEST(Beacon, WaitsForABusyMediumAndItsTimestampFollows)
{
    Bss net(2);
    net.start_ap(Bss::open_network());
    static const struct rf_radio_ops silent = {};
    auto *other = rf_radio_attach(net.medium, 1, 1, &silent, nullptr);
    net.run(SIM_US(102300));
    std::vector<uint8_t> foreign(500, 0x08);
    rf_radio_transmit(other, {RF_RATE_DSSS_1, false}, 504, foreign.data(), 20);
    net.run(SIM_MS(20));
    auto beacons = net.heard(MPDU_MANAGEMENT, MPDU_BEACON);
    ASSERT_EQ(beacons.size(), 2u);
    EXPECT_GT(beacons[1].start, SIM_US(102300 + 192 + 504 * 8));
    EXPECT_EQ(timestamp(beacons[1]), beacons[1].start / SIM_US(1) + 384);
}

TEST(Beacon, OfThe60BytesOfTheReferenceTakes672UsAndTheReferencesShareOfTheAir)
{
    // ns-3's 802.11b beacon of 60 bytes (shared/reference/ns3_beacon.csv) has an SSID of 9 characters and no TIM. Ours
    // has the TIM that the standard demands, 6 bytes: with an SSID of 3 characters it has the same size.
    for (unsigned n_ap : {1u, 2u, 5u, 10u}) {
        Bss net(n_ap);
        for (unsigned n = 0; n < n_ap; n++) {
            auto config = Bss::open_network();
            strcpy(config.ssid, "abc");
            config.standard = AP_STANDARD_B;
            config.data_mode = {RF_RATE_CCK_11, false};
            config.beacon_offset = n * SIM_MS(7);
            net.start_ap(config, n);
        }
        net.run(SIM_S(60));
        sim_time used = 0;
        for (auto &beacon : net.heard(MPDU_MANAGEMENT, MPDU_BEACON)) {
            EXPECT_EQ(beacon.mpdu.size() + MPDU_FCS, 60u);
            EXPECT_EQ(beacon.airtime, SIM_US(672));
            used += beacon.airtime;
        }
        EXPECT_NEAR((double)used / 60e12, 0.0065632 * n_ap, 0.0065632 * n_ap * 0.001);
    }
}

TEST(Beacon, GrowsWithWhatTheNetworkOffers)
{
    // SSID of 9 characters: 60 bytes of ns-3 and the TIM; ERP and four more rates for g; RSN; HT and WMM for n.
    auto size_of = [](enum ap_standard standard, const char *passphrase) {
        Bss net(1);
        auto config = Bss::open_network();
        strcpy(config.ssid, "ninechars");
        strcpy(config.passphrase, passphrase);
        config.standard = standard;
        config.data_mode = {RF_RATE_DSSS_1, false};
        net.start_ap(config);
        net.run(SIM_MS(10));
        return net.air.at(0).mpdu.size() + MPDU_FCS;
    };
    EXPECT_EQ(size_of(AP_STANDARD_B, ""), 60u + 6);
    EXPECT_EQ(size_of(AP_STANDARD_G, ""), 73u + 6);
    EXPECT_EQ(size_of(AP_STANDARD_G, "12345678"), 73u + 6 + 22);
    EXPECT_EQ(size_of(AP_STANDARD_N, ""), 73u + 6 + 28 + 24 + 26);
}

TEST(Probe, IsAnsweredWhenItAsksForThisNetworkOrForAny)
{
    Bss net(3);
    net.start_ap(Bss::open_network());
    auto config = Bss::open_client();
    config.start = SIM_MS(20); // not at the same moment as the first beacon
    net.join(1, config);
    auto other = Bss::open_client();
    strcpy(other.ssid, "elsewhere");
    other.start = SIM_MS(300);
    net.join(2, other);
    net.run(SIM_MS(600));
    EXPECT_EQ(net.counts().probes, 1u);
    auto responses = net.heard(MPDU_MANAGEMENT, MPDU_PROBE_RESPONSE);
    ASSERT_EQ(responses.size(), 1u);
    auto e = elements_of(responses[0], 12);
    EXPECT_EQ(std::string(e.ssid, e.ssid + e.ssid_size), "vesper");
    EXPECT_EQ(e.channel, 1u);
    EXPECT_EQ(e.tim, nullptr) << "only beacons have a TIM";
    EXPECT_EQ(net.members[1].state(), STA_CLIENT_SCANNING);
}

TEST(Association, GoesThroughItsStatesAndGivesAnAid)
{
    Bss net(2);
    net.start_ap(Bss::open_network());
    auto &member = net.join(1, Bss::open_client());
    net.run(SIM_S(1));
    using S = std::pair<enum sta_client_state, unsigned>;
    EXPECT_THAT(member.states, ElementsAre(S{STA_CLIENT_SCANNING, 0}, S{STA_CLIENT_AUTHENTICATING, 0},
                                           S{STA_CLIENT_ASSOCIATING, 0}, S{STA_CLIENT_CONNECTED, 0}));
    using E = std::pair<enum ap_station_state, unsigned>;
    EXPECT_THAT(net.events,
                ElementsAre(E{AP_STATION_AUTHENTICATED, 0}, E{AP_STATION_ASSOCIATED, 0}, E{AP_STATION_AUTHORIZED, 0}));
    EXPECT_EQ(sta_client_aid(member.client), net.info(1).aid);
    EXPECT_EQ(net.info(1).aid, 1u);
    EXPECT_EQ(ap_station_count(net.ap), 1u);
    // The client's TSF is the access point's, but for the time of flight and the microsecond.
    net.run(SIM_MS(777));
    EXPECT_NEAR((double)sta_client_tsf(member.client, evq_now(net.q)), (double)ap_tsf(net.ap, evq_now(net.q)), 2.0);
}

TEST(Association, ByPassiveScanOverAllChannelsFindsTheStrongerOfTwo)
{
    Bss net(3);
    auto near = Bss::open_network(), far = Bss::open_network();
    near.station.channel = 11;
    far.station.channel = 6;
    net.start_ap(near, 0);
    net.start_ap(far, 2);
    net.loss(2, 1, 85);
    auto config = Bss::open_client();
    config.channels = 0x1fff;
    config.active = false;
    auto &member = net.join(1, config);
    net.run(SIM_S(3));
    ASSERT_EQ(member.state(), STA_CLIENT_CONNECTED);
    EXPECT_EQ(memcmp(sta_client_bssid(member.client), bss::node_address(0).data(), 6), 0);
    EXPECT_EQ(rf_radio_channel(dcf_radio(station_dcf(sta_client_radio(member.client)))), 11u);
    EXPECT_EQ(net.heard(MPDU_MANAGEMENT, MPDU_PROBE_REQUEST).size(), 0u);
}

TEST(Association, IsRefusedWhenTheTableIsFull)
{
    Bss net(4);
    auto config = Bss::open_network();
    config.max_stations = 2;
    net.start_ap(config);
    for (unsigned node = 1; node < 4; node++)
        net.join(node, Bss::open_client());
    net.run(SIM_S(5));
    EXPECT_EQ(ap_station_count(net.ap), 2u);
    EXPECT_GT(net.counts().refused, 0u);
    sta_client_disconnect(net.members[0].client); // makes room
    sta_client_disconnect(net.members[1].client);
    net.run(SIM_S(5));
    EXPECT_EQ(net.members[2].state(), STA_CLIENT_CONNECTED);
}

TEST(Association, OfManyStationsAtOnceGivesEachItsOwnAid)
{
    constexpr unsigned N = 40;
    Bss net(N + 1);
    net.start_ap(Bss::secure_network());
    for (unsigned node = 1; node <= N; node++)
        net.join(node, Bss::secure_client());
    net.run(SIM_S(12));
    std::vector<bool> taken(N + 1);
    for (auto &member : net.members) {
        EXPECT_EQ(member.state(), STA_CLIENT_CONNECTED) << member.node;
        unsigned aid = sta_client_aid(member.client);
        ASSERT_TRUE(aid >= 1 && aid <= N);
        EXPECT_FALSE(taken[aid]);
        taken[aid] = true;
    }
    EXPECT_EQ(ap_station_count(net.ap), N);
}

TEST(Leaving, ADeauthenticationOfTheClientFreesItsPlace)
{
    Bss net(2);
    net.start_ap(Bss::open_network());
    auto &member = net.join(1, Bss::open_client());
    net.run(SIM_S(1));
    sta_client_disconnect(member.client);
    net.run(SIM_MS(100));
    EXPECT_EQ(ap_station_count(net.ap), 0u);
    EXPECT_EQ(net.events.back(), (std::pair<enum ap_station_state, unsigned>{AP_STATION_GONE, AP_REASON_LEAVING}));
    EXPECT_EQ(member.state(), STA_CLIENT_OFF);
    sta_client_connect(member.client);
    net.run(SIM_S(1));
    EXPECT_EQ(member.state(), STA_CLIENT_CONNECTED);
}

TEST(Leaving, AStationSentAwayComesBack)
{
    Bss net(2);
    net.start_ap(Bss::open_network());
    auto &member = net.join(1, Bss::open_client());
    net.run(SIM_S(1));
    ap_deauthenticate(net.ap, bss::node_address(1).data(), AP_REASON_UNSPECIFIED);
    net.run(SIM_MS(100));
    EXPECT_EQ(member.state(), STA_CLIENT_SCANNING);
    EXPECT_EQ(member.states.back().second, (unsigned)AP_REASON_UNSPECIFIED);
    net.run(SIM_S(2));
    EXPECT_EQ(member.state(), STA_CLIENT_CONNECTED);
    EXPECT_EQ(sta_client_get_counts(member.client)->connections, 2u);
}

TEST(Leaving, ASilentStationIsAskedAndStaysOrGoes)
{
    Bss net(3);
    auto config = Bss::open_network();
    config.inactivity = SIM_S(3);
    config.buffer_lifetime = SIM_S(1);
    net.start_ap(config);
    net.join(1, Bss::open_client());
    auto &lost = net.join(2, Bss::open_client());
    net.run(SIM_S(1));
    ASSERT_EQ(ap_station_count(net.ap), 2u);
    net.separate(0, 2); // carried out of reach
    net.run(SIM_S(15));
    EXPECT_EQ(ap_station_count(net.ap), 1u) << "the other answers Null frames";
    EXPECT_EQ(net.events.back().second, (unsigned)AP_REASON_INACTIVITY);
    EXPECT_EQ(net.members[0].state(), STA_CLIENT_CONNECTED);
    EXPECT_EQ(lost.state(), STA_CLIENT_SCANNING);
    EXPECT_GE(sta_client_get_counts(lost.client)->beacons_lost, 10u);
}

TEST(Leaving, AClientThatLosesTheBeaconsReconnectsWhenTheyAreBack)
{
    Bss net(2);
    net.start_ap(Bss::secure_network());
    auto &member = net.join(1, Bss::secure_client());
    net.run(SIM_S(1));
    ASSERT_EQ(member.state(), STA_CLIENT_CONNECTED);
    net.separate(0, 1);
    net.run(SIM_S(2));
    EXPECT_EQ(member.state(), STA_CLIENT_SCANNING);
    net.loss(0, 1, 70);
    net.loss(1, 0, 70);
    net.run(SIM_S(4));
    EXPECT_EQ(member.state(), STA_CLIENT_CONNECTED);
    EXPECT_TRUE(member.send(bss::HOST, "again"));
    net.run(SIM_MS(50));
    ASSERT_EQ(net.port.size(), 1u);
    EXPECT_EQ(bss::text_of(net.port[0]), "again");
}

TEST(Protection, IsSwitchedOnWhileAStationWithoutOfdmIsHere)
{
    Bss net(3);
    net.start_ap(Bss::open_network());
    auto &modern = net.join(1, Bss::open_client());
    net.run(SIM_S(1));
    auto before = elements_of(net.heard(MPDU_MANAGEMENT, MPDU_BEACON).back(), 12);
    EXPECT_EQ(before.erp, 0);
    auto old_config = Bss::open_client();
    old_config.standard = AP_STANDARD_B;
    old_config.data_mode = {RF_RATE_CCK_11, false};
    old_config.station.mac.slot = SIM_US(20);
    auto &old = net.join(2, old_config);
    net.run(SIM_S(1));
    ASSERT_EQ(old.state(), STA_CLIENT_CONNECTED);
    auto with = net.heard(MPDU_MANAGEMENT, MPDU_BEACON).back();
    EXPECT_EQ(elements_of(with, 12).erp, ERP_NON_ERP_PRESENT | ERP_USE_PROTECTION);
    EXPECT_EQ(mpdu_le16(&with.mpdu[MPDU_HEADER + 10]) & CAPABILITY_SHORT_SLOT, 0);
    net.air.clear();
    modern.send(bss::HOST, "protected");
    net.run(SIM_MS(20));
    ASSERT_GE(net.heard(MPDU_CONTROL, MPDU_CONTROL_CTS).size(), 1u) << "CTS-to-self before OFDM";
    sta_client_disconnect(old.client);
    net.run(SIM_MS(500));
    EXPECT_EQ(elements_of(net.heard(MPDU_MANAGEMENT, MPDU_BEACON).back(), 12).erp, 0);
}

TEST(ClassErrors, AStationThatIsNotAssociatedIsToldSo)
{
    Bss net(2);
    net.start_ap(Bss::open_network());
    auto config = station_defaults();
    auto own = bss::node_address(1);
    memcpy(config.address, own.data(), own.size());
    static const struct station_ops NONE = {};
    auto *stranger = station_create(net.medium, 1, &config, &NONE, nullptr, nullptr);
    struct mpdu_header header = {};
    header.type = MPDU_DATA;
    header.flags = MPDU_FLAG_TO_DS;
    memcpy(header.address[0], bss::node_address(0).data(), 6);
    memcpy(header.address[1], own.data(), 6);
    memcpy(header.address[2], bss::HOST.data(), 6);
    uint8_t mpdu[MPDU_HEADER + 16] = {};
    mpdu_make_header(mpdu, &header);
    struct station_frame frame = {};
    frame.mpdu = mpdu;
    frame.bytes = sizeof mpdu;
    frame.queue = 2;
    frame.mode = {RF_RATE_OFDM_6, false};
    station_send(stranger, &frame);
    net.run(SIM_MS(50));
    auto deauths = net.heard(MPDU_MANAGEMENT, MPDU_DEAUTH);
    ASSERT_EQ(deauths.size(), 1u);
    EXPECT_EQ(mpdu_le16(&deauths[0].mpdu[MPDU_HEADER]), AP_REASON_CLASS3);
    EXPECT_TRUE(net.port.empty());
    station_destroy(stranger);
}
