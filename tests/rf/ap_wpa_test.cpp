// SPDX-License-Identifier: Apache-2.0
// WPA2-PSK between an access point and its clients: handshakes, secrecy, replays, new group keys.
#include "rf_channel/wpa.h"
#include "tests/support/bss_bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

using bss::Bss;
using testing::ElementsAre;

namespace
{

constexpr size_t BODY = MPDU_HEADER + 8; // behind LLC/SNAP

bool is_eapol(const bss::Heard &frame)
{
    return (frame.mpdu[0] >> 2 & 3) == MPDU_DATA && !frame.flag(MPDU_FLAG_PROTECTED) && frame.mpdu.size() > BODY &&
           frame.mpdu[MPDU_HEADER + 6] == 0x88 && frame.mpdu[MPDU_HEADER + 7] == 0x8e;
}

std::vector<struct wpa_eapol> eapols(const Bss &net)
{
    std::vector<struct wpa_eapol> out;
    for (auto &frame : net.air) {
        struct wpa_eapol e;
        if (is_eapol(frame) && wpa_parse_eapol(&frame.mpdu[BODY], frame.mpdu.size() - BODY, &e))
            out.push_back(e);
    }
    return out;
}

bool contains(const bss::bytes &haystack, const std::string &needle)
{
    return std::search(haystack.begin(), haystack.end(), needle.begin(), needle.end()) != haystack.end();
}

struct Secure : Bss {
    explicit Secure(unsigned clients = 1, struct ap_config config = secure_network(), uint64_t run_seed = 1)
        : Bss(clients + 2, run_seed)
    {
        start_ap(config);
        for (unsigned node = 1; node <= clients; node++) {
            auto client = secure_client();
            client.start = SIM_MS(20) * node;
            join(node, client);
        }
        run(SIM_S(1));
        for (auto &member : members)
            EXPECT_EQ(member.state(), STA_CLIENT_CONNECTED);
    }
    // Another radio that says again what was on the air.
    void replay(const bss::bytes &mpdu, unsigned node)
    {
        static const struct rf_radio_ops silent = {};
        auto *radio = rf_radio_attach(medium, node, 1, &silent, nullptr);
        rf_radio_transmit(radio, {RF_RATE_OFDM_6, false}, (unsigned)mpdu.size() + MPDU_FCS, mpdu.data(), 20);
        run(SIM_MS(10));
    }
};

} // namespace

TEST(Handshake, HasFourMessagesWithTheBitsOf12_7_6)
{
    Secure net;
    auto m = eapols(net);
    ASSERT_EQ(m.size(), 4u);
    EXPECT_EQ(m[0].info, 0x008a); // version 2, pairwise, ACK
    EXPECT_EQ(m[1].info, 0x010a); // MIC
    EXPECT_EQ(m[2].info, 0x13ca); // install, ACK, MIC, secure, encrypted
    EXPECT_EQ(m[3].info, 0x030a); // MIC, secure
    EXPECT_EQ(memcmp(m[0].nonce, m[2].nonce, WPA_NONCE), 0);
    EXPECT_EQ(m[0].replay, m[1].replay);
    EXPECT_EQ(m[2].replay, m[3].replay);
    EXPECT_GT(m[2].replay, m[0].replay);
    EXPECT_EQ(net.counts().handshakes, 1u);
}

TEST(Handshake, DrawsItsNoncesFromTheSeed)
{
    Secure a(1, Bss::secure_network(), 5), again(1, Bss::secure_network(), 5), other(1, Bss::secure_network(), 6);
    EXPECT_EQ(memcmp(eapols(a)[0].nonce, eapols(again)[0].nonce, WPA_NONCE), 0);
    EXPECT_NE(memcmp(eapols(a)[0].nonce, eapols(other)[0].nonce, WPA_NONCE), 0);
    EXPECT_NE(memcmp(eapols(a)[0].nonce, eapols(a)[1].nonce, WPA_NONCE), 0);
}

TEST(Handshake, AndAllThatFollowsIsTheSameInEveryRunWithTheSameSeed)
{
    auto play = [](uint64_t seed) {
        Secure net(5, Bss::secure_network(), seed);
        for (auto &member : net.members)
            member.send(bss::ALL, "from " + std::to_string(member.node));
        net.run(SIM_S(1));
        std::vector<std::pair<sim_time, bss::bytes>> air;
        for (auto &frame : net.air)
            air.emplace_back(frame.start, frame.mpdu);
        return air;
    };
    auto once = play(3);
    EXPECT_GT(once.size(), 60u);
    EXPECT_EQ(once, play(3));
    EXPECT_NE(once, play(4));
}

TEST(Handshake, WithAWrongPassphraseFailsOnBothSidesAndNoDataPass)
{
    Bss net(2);
    net.start_ap(Bss::secure_network("correct horse"));
    auto config = Bss::secure_client("wrong horse");
    config.retry_pause = SIM_S(60);
    auto &member = net.join(1, config);
    net.run(SIM_S(3));
    EXPECT_EQ(member.state(), STA_CLIENT_HANDSHAKE);
    EXPECT_FALSE(member.send(bss::HOST, "let me in"));
    net.inject(bss::node_address(1), "for nobody");
    net.run(SIM_S(7));
    EXPECT_EQ(net.counts().mic_failures, 4u);
    EXPECT_EQ(net.counts().handshake_failures, 1u);
    EXPECT_EQ(net.counts().handshakes, 0u);
    EXPECT_EQ(net.counts().no_destination, 1u);
    EXPECT_EQ(sta_client_get_counts(member.client)->handshake_failures, 1u);
    EXPECT_EQ(member.states.back().second, (unsigned)AP_REASON_HANDSHAKE_TIMEOUT);
    EXPECT_EQ(ap_station_count(net.ap), 0u);
}

TEST(Handshake, AClientJoinsOnlyNetworksOfItsOwnKind)
{
    Bss net(4);
    net.start_ap(Bss::secure_network(), 0);
    auto open_config = Bss::open_network();
    strcpy(open_config.ssid, "open");
    net.start_ap(open_config, 1);
    auto careless = Bss::open_client();
    auto careful = Bss::secure_client();
    strcpy(careful.ssid, "open");
    net.join(2, careless);
    net.join(3, careful);
    net.run(SIM_S(3));
    EXPECT_EQ(net.members[0].state(), STA_CLIENT_SCANNING) << "an open client does not enter a secured network";
    EXPECT_EQ(net.members[1].state(), STA_CLIENT_SCANNING) << "and a secured one no open network";
}

TEST(Handshake, SurvivesTheLossOfAnyMessage)
{
    for (unsigned lost = 0; lost < 4; lost++) {
        Bss net(2);
        net.start_ap(Bss::secure_network());
        auto &member = net.join(1, Bss::secure_client());
        // Out of reach when the message stands in its sender's queue, for longer than its retries last.
        auto *sender = lost % 2 == 0 ? ap_radio(net.ap) : sta_client_radio(member.client);
        auto waits = [&] { return station_queued(sender, 2) > 0; };
        for (unsigned turn = 0; turn <= lost / 2; turn++) {
            while (waits())
                evq_run(net.q, evq_next_time(net.q));
            while (!waits())
                evq_run(net.q, evq_next_time(net.q));
        }
        net.separate(0, 1);
        net.run(SIM_MS(60));
        net.loss(0, 1, 70);
        net.loss(1, 0, 70);
        net.run(SIM_S(8));
        ASSERT_EQ(member.state(), STA_CLIENT_CONNECTED) << "message " << lost + 1;
        EXPECT_EQ(net.info(1).state, AP_STATION_AUTHORIZED);
        EXPECT_GE(eapols(net).back().replay, 3u) << "one message was made anew";
        EXPECT_TRUE(member.send(bss::HOST, "through"));
        net.inject(bss::node_address(1), "back");
        net.run(SIM_MS(20));
        EXPECT_EQ(net.port.size(), 1u);
        EXPECT_THAT(member.texts(), ElementsAre("back"));
    }
}

TEST(Secrecy, NothingOfTheDataIsReadableOnTheAir)
{
    Secure net(2);
    net.air.clear();
    net.members[0].send(bss::HOST, "secret one");
    net.members[0].send(bss::node_address(2), "secret two");
    net.inject(bss::ALL, "secret three");
    net.run(SIM_MS(50));
    EXPECT_EQ(net.port.size(), 1u);
    EXPECT_THAT(net.members[1].texts(), testing::UnorderedElementsAre("secret two", "secret three"));
    for (auto &frame : net.air) {
        EXPECT_FALSE(contains(frame.mpdu, "secret"));
        bool is_data = (frame.mpdu[0] >> 2 & 3) == MPDU_DATA;
        EXPECT_EQ(frame.flag(MPDU_FLAG_PROTECTED), is_data);
    }
}

TEST(Secrecy, AReplayedFrameIsNoticedAndDropped)
{
    Secure net(2);
    net.air.clear();
    net.members[0].send(bss::HOST, "pay 100");
    net.run(SIM_MS(20));
    auto recorded = net.heard(MPDU_DATA, MPDU_DATA_PLAIN).at(0).mpdu;
    recorded[22] = (uint8_t)(recorded[22] + 0x50); // a sequence number that is no duplicate's; CCMP does not cover it
    net.replay(recorded, 3);
    EXPECT_EQ(net.port.size(), 1u);
    EXPECT_EQ(net.counts().replays, 1u);
}

TEST(Secrecy, AChangedFrameAndOneInTheClearAreDropped)
{
    Secure net(2);
    net.air.clear();
    net.members[0].send(bss::HOST, "pay 100");
    net.run(SIM_MS(20));
    auto forged = net.heard(MPDU_DATA, MPDU_DATA_PLAIN).at(0).mpdu;
    forged[22] = (uint8_t)(forged[22] + 0x50);
    forged[MPDU_HEADER]++; // next packet number
    forged[forged.size() - 12] ^= 1;
    net.replay(forged, 3);
    EXPECT_EQ(net.counts().undecryptable, 1u);
    EXPECT_EQ(net.port.size(), 1u);
    EXPECT_EQ(net.counts().replays, 0u);
    net.members[0].send(bss::HOST, "next"); // the forgery has not moved the replay counter
    net.run(SIM_MS(20));
    EXPECT_EQ(net.port.size(), 2u);
}

TEST(Secrecy, ARepeatedMessage3DoesNotBeginPacketNumbersAnew)
{
    Secure net(2);
    net.members[0].send(bss::HOST, "first");
    net.run(SIM_MS(20));
    bss::bytes m3;
    for (auto &frame : net.air)
        if (is_eapol(frame) && frame.flag(MPDU_FLAG_FROM_DS) && frame.mpdu[4 + 5] == 1)
            m3 = frame.mpdu;
    ASSERT_FALSE(m3.empty());
    m3[22] = (uint8_t)(m3[22] + 0x70);
    net.replay(m3, 3);
    EXPECT_GE(sta_client_get_counts(net.members[0].client)->replays, 1u);
    net.air.clear();
    net.members[0].send(bss::HOST, "second");
    net.run(SIM_MS(20));
    auto data = net.heard(MPDU_DATA, MPDU_DATA_PLAIN).at(0).mpdu;
    EXPECT_EQ(data[MPDU_HEADER], 2) << "packet number";
    EXPECT_EQ(net.port.size(), 2u);
}

TEST(GroupKey, IsReplacedForAllWhileTheOldOneStillWorks)
{
    Secure net(3);
    net.inject(bss::ALL, "old");
    net.run(SIM_MS(20));
    ap_rekey_group(net.ap);
    net.inject(bss::ALL, "between");
    net.run(SIM_MS(100));
    EXPECT_EQ(net.counts().group_rekeys, 1u);
    net.air.clear();
    net.inject(bss::ALL, "new");
    net.run(SIM_MS(20));
    for (auto &member : net.members)
        EXPECT_THAT(member.texts(), ElementsAre("old", "between", "new"));
    auto data = net.heard(MPDU_DATA, MPDU_DATA_PLAIN).at(0).mpdu;
    EXPECT_EQ(data[MPDU_HEADER + 3] >> 6, 2) << "key ID";
    ap_rekey_group(net.ap);
    net.run(SIM_MS(100));
    net.inject(bss::ALL, "newest");
    net.run(SIM_MS(20));
    EXPECT_EQ(net.members[2].texts().back(), "newest");
    EXPECT_EQ(net.counts().group_rekeys, 2u);
}

TEST(GroupKey, IsReplacedByTheClockAndAStationThatDoesNotAnswerIsSentAway)
{
    auto config = Bss::secure_network();
    config.group_rekey = SIM_S(2);
    Secure net(2, config);
    net.separate(0, 2);
    net.run(SIM_S(7));
    EXPECT_GE(net.counts().group_rekeys, 1u);
    EXPECT_EQ(ap_station_count(net.ap), 1u);
    EXPECT_EQ(net.events.back().second, (unsigned)AP_REASON_GROUP_TIMEOUT);
    net.inject(bss::ALL, "still");
    net.run(SIM_MS(20));
    EXPECT_THAT(net.members[0].texts(), ElementsAre("still"));
}
