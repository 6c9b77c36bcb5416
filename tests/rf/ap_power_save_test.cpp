// SPDX-License-Identifier: Apache-2.0
// Stations that doze: what the access point keeps for them, how they learn of it, and what it saves.
#include "rf_channel/elements.h"
#include "tests/support/bss_bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using bss::Bss;
using testing::ElementsAre;

namespace
{

struct Dozing : Bss {
    explicit Dozing(struct ap_config config = open_network(), struct sta_client_config client = open_client(),
                    unsigned awake = 0)
        : Bss(2 + awake)
    {
        start_ap(config);
        client.power_save = true;
        client.start = SIM_MS(20);
        join(1, client);
        client.power_save = false;
        for (unsigned n = 0; n < awake; n++) {
            client.start += SIM_MS(20);
            join(2 + n, client);
        }
        run(SIM_S(1));
        EXPECT_EQ(members[0].state(), STA_CLIENT_CONNECTED);
        EXPECT_TRUE(info(1).dozing);
        air.clear();
    }
    struct elements beacon(size_t n) const
    {
        auto beacons = heard(MPDU_MANAGEMENT, MPDU_BEACON);
        struct elements e;
        kept.push_back(beacons.at(n).mpdu);
        EXPECT_TRUE(elements_parse(kept.back().data() + 36, kept.back().size() - 36, &e));
        return e;
    }
    bool sleeps() const
    {
        return dcf_get_state(station_dcf(sta_client_radio(members[0].client))) == DCF_STATE_OFF;
    }
    mutable std::deque<bss::bytes> kept; // what the elements point into
};

} // namespace

TEST(Tim, HasABitForEachAidInTheShortestBitmap)
{
    struct elements e;
    for (unsigned aid : {1u, 7u, 8u, 15u, 16u, 300u, 2007u}) {
        uint8_t set[ELEMENTS_AID_BITS / 8] = {};
        set[aid / 8] = (uint8_t)(1 << aid % 8);
        struct body body = {};
        body_put_tim(&body, 1, 3, false, set);
        ASSERT_TRUE(elements_parse(body.bytes, body.size, &e));
        EXPECT_LE(body.size, 2 + 3 + 2u);
        for (unsigned other = 1; other < ELEMENTS_AID_BITS; other++)
            ASSERT_EQ(elements_tim_has(&e, other), other == aid) << aid << " " << other;
        EXPECT_FALSE(elements_tim_has_group(&e));
    }
    uint8_t two[ELEMENTS_AID_BITS / 8] = {};
    two[3] = 1;
    two[200] = 0x80;
    struct body body = {};
    body_put_tim(&body, 0, 3, true, two);
    ASSERT_TRUE(elements_parse(body.bytes, body.size, &e));
    EXPECT_TRUE(elements_tim_has(&e, 24));
    EXPECT_TRUE(elements_tim_has(&e, 1607));
    EXPECT_FALSE(elements_tim_has(&e, 1606));
    EXPECT_TRUE(elements_tim_has_group(&e));
}

TEST(PowerSave, AFrameWaitsForTheTimAndIsFetchedByAPsPoll)
{
    Dozing net;
    net.inject(bss::node_address(1), "wake up");
    net.run(SIM_MS(1));
    EXPECT_EQ(net.info(1).buffered, 1u);
    EXPECT_TRUE(net.heard(MPDU_DATA, MPDU_DATA_PLAIN).empty());
    net.run(SIM_MS(350)); // three beacons: the listen interval
    EXPECT_THAT(net.members[0].texts(), ElementsAre("wake up"));
    auto first = net.beacon(0);
    EXPECT_TRUE(elements_tim_has(&first, net.info(1).aid));
    auto polls = net.heard(MPDU_CONTROL, MPDU_CONTROL_PS_POLL);
    ASSERT_EQ(polls.size(), 1u);
    EXPECT_EQ(polls[0].mpdu.size(), 16u);
    EXPECT_EQ(mpdu_le16(&polls[0].mpdu[2]), 0xc000 | net.info(1).aid);
    auto beacons = net.heard(MPDU_MANAGEMENT, MPDU_BEACON);
    auto last = net.beacon(beacons.size() - 1);
    EXPECT_FALSE(elements_tim_has(&last, net.info(1).aid));
    EXPECT_TRUE(net.info(1).dozing);
}

TEST(PowerSave, MoreDataSaysThatAnotherPollIsWorthIt)
{
    Dozing net;
    for (const char *text : {"a", "b", "c"})
        net.inject(bss::node_address(1), text);
    net.run(SIM_MS(350));
    EXPECT_THAT(net.members[0].texts(), ElementsAre("a", "b", "c"));
    auto data = net.heard(MPDU_DATA, MPDU_DATA_PLAIN);
    ASSERT_EQ(data.size(), 3u);
    EXPECT_TRUE(data[0].flag(MPDU_FLAG_MORE_DATA));
    EXPECT_TRUE(data[1].flag(MPDU_FLAG_MORE_DATA));
    EXPECT_FALSE(data[2].flag(MPDU_FLAG_MORE_DATA));
    EXPECT_EQ(net.counts().polls, 3u);
}

TEST(PowerSave, TheListenIntervalBoundsTheDelayAndTheRadioSleepsMostOfTheTime)
{
    auto client = Bss::open_client();
    client.listen_interval = 10;
    client.skip_dtim = true;
    Dozing net(Bss::open_network(), client);
    auto before = *sta_client_get_counts(net.members[0].client);
    for (unsigned n = 0; n < 10; n++) {
        net.inject(bss::node_address(1), std::to_string(n));
        net.run(SIM_US(1024000));
        EXPECT_EQ(net.members[0].received.size(), n + 1) << "within ten beacons";
    }
    auto after = *sta_client_get_counts(net.members[0].client);
    double awake = (double)(after.awake - before.awake) / (double)SIM_US(10240000);
    EXPECT_LT(awake, 0.02);
    EXPECT_GT(awake, 0.001);
    EXPECT_NEAR((double)(after.beacons - before.beacons), 10, 1);
    EXPECT_TRUE(net.sleeps());
}

TEST(PowerSave, AClientWithSomethingToSayWakesAndGetsWhatWasKept)
{
    auto client = Bss::open_client();
    client.listen_interval = 100;
    client.skip_dtim = true;
    Dozing net(Bss::open_network(), client);
    net.inject(bss::node_address(1), "kept");
    net.run(SIM_MS(30));
    EXPECT_TRUE(net.members[0].received.empty());
    ASSERT_TRUE(net.members[0].send(bss::HOST, "hello"));
    net.run(SIM_MS(20));
    EXPECT_EQ(net.port.size(), 1u);
    EXPECT_THAT(net.members[0].texts(), ElementsAre("kept"));
    EXPECT_EQ(net.counts().polls, 0u);
    EXPECT_FALSE(net.info(1).dozing);
    net.run(SIM_MS(300));
    EXPECT_TRUE(net.info(1).dozing) << "and dozes again when idle";
    EXPECT_TRUE(net.sleeps());
}

TEST(PowerSave, GroupFramesWaitForTheDtimAndFollowItsBeacon)
{
    auto config = Bss::open_network();
    config.dtim_period = 5;
    Dozing net(config, Bss::open_client(), 1);
    net.inject(bss::ALL, "one");
    net.inject(bss::ALL, "two");
    net.run(SIM_MS(600));
    EXPECT_THAT(net.members[0].texts(), ElementsAre("one", "two"));
    EXPECT_THAT(net.members[1].texts(), ElementsAre("one", "two")) << "those awake get them then, too";
    auto data = net.heard(MPDU_DATA, MPDU_DATA_PLAIN);
    ASSERT_EQ(data.size(), 2u);
    EXPECT_TRUE(data[0].flag(MPDU_FLAG_MORE_DATA));
    EXPECT_FALSE(data[1].flag(MPDU_FLAG_MORE_DATA));
    // The last thing before the first of them is the beacon with DTIM count 0 and the group's bit.
    auto beacons = net.heard(MPDU_MANAGEMENT, MPDU_BEACON);
    size_t dtim = 0;
    while (dtim + 1 < beacons.size() && beacons[dtim + 1].start < data[0].start)
        dtim++;
    auto e = net.beacon(dtim);
    EXPECT_EQ(e.tim[0], 0);
    EXPECT_EQ(e.tim[1], 5);
    EXPECT_TRUE(elements_tim_has_group(&e));
    EXPECT_LT(data[0].start - beacons[dtim].start - beacons[dtim].airtime, SIM_US(500));
}

TEST(PowerSave, WithNobodyDozingGroupFramesGoAtOnce)
{
    Dozing net;
    sta_client_set_power_save(net.members[0].client, false);
    net.run(SIM_MS(20));
    EXPECT_FALSE(net.info(1).dozing);
    net.inject(bss::ALL, "now");
    net.run(SIM_MS(3));
    EXPECT_THAT(net.members[0].texts(), ElementsAre("now"));
}

TEST(PowerSave, WhatNobodyFetchesExpiresAndTheOldestMakesRoom)
{
    auto config = Bss::open_network();
    config.buffer_limit = 4;
    config.buffer_lifetime = SIM_MS(500);
    auto client = Bss::open_client();
    client.listen_interval = 8;
    client.skip_dtim = true;
    Dozing net(config, client);
    for (unsigned n = 0; n < 6; n++)
        net.inject(bss::node_address(1), std::to_string(n));
    EXPECT_EQ(net.info(1).buffered, 4u);
    net.run(SIM_S(1));
    EXPECT_THAT(net.members[0].texts(), testing::AnyOf(ElementsAre("2", "3", "4", "5"), ElementsAre()));
    EXPECT_EQ(net.counts().overflow, 2u);
    net.separate(0, 1);
    net.inject(bss::node_address(1), "too late");
    net.run(SIM_S(1));
    EXPECT_EQ(net.info(1).buffered, 0u);
    EXPECT_GE(net.counts().expired, 1u);
}

TEST(PowerSave, WorksTogetherWithCcmpAndNewGroupKeys)
{
    Dozing net(Bss::secure_network(), Bss::secure_client(), 1);
    for (unsigned round = 0; round < 3; round++) {
        net.inject(bss::node_address(1), "u" + std::to_string(round));
        net.inject(bss::ALL, "g" + std::to_string(round));
        ap_rekey_group(net.ap);
        net.run(SIM_S(2));
    }
    EXPECT_EQ(net.counts().group_rekeys, 3u);
    EXPECT_THAT(net.members[0].texts(), testing::UnorderedElementsAre("u0", "g0", "u1", "g1", "u2", "g2"));
    EXPECT_THAT(net.members[1].texts(), ElementsAre("g0", "g1", "g2"));
    auto *c = sta_client_get_counts(net.members[0].client);
    EXPECT_EQ(c->undecryptable + c->replays, 0u);
    EXPECT_TRUE(net.info(1).dozing);
}

TEST(PowerSave, AClientThatIsTakenForAsleepSaysThatItIsNotWhenTheTimNamesIt)
{
    Bss net(3);
    net.start_ap(Bss::open_network());
    auto &member = net.join(1, Bss::open_client());
    net.run(SIM_S(1));
    // A Null frame with the power bit in the client's name, as if the client had not heard its acknowledgement.
    struct mpdu_header header = {};
    header.type = MPDU_DATA;
    header.subtype = MPDU_DATA_NULL;
    header.flags = MPDU_FLAG_TO_DS | MPDU_FLAG_POWER;
    header.sequence = 1000;
    memcpy(header.address[0], bss::node_address(0).data(), 6);
    memcpy(header.address[1], bss::node_address(1).data(), 6);
    memcpy(header.address[2], bss::node_address(0).data(), 6);
    uint8_t null[MPDU_HEADER];
    mpdu_make_header(null, &header);
    static const struct rf_radio_ops silent = {};
    auto *radio = rf_radio_attach(net.medium, 2, 1, &silent, nullptr);
    rf_radio_transmit(radio, {RF_RATE_OFDM_6, false}, sizeof null + MPDU_FCS, null, 20);
    net.run(SIM_MS(5));
    ASSERT_TRUE(net.info(1).dozing);
    net.inject(bss::node_address(1), "are you there");
    net.run(SIM_MS(5));
    EXPECT_TRUE(member.received.empty());
    net.run(SIM_MS(110)); // the next beacon
    EXPECT_THAT(member.texts(), ElementsAre("are you there"));
    EXPECT_FALSE(net.info(1).dozing);
}
