// SPDX-License-Identifier: Apache-2.0
// What the access point does with data: between its stations, and between them and the wire.
#include "rf_channel/llc.h"
#include "tests/support/bss_bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using bss::Bss;
using testing::ElementsAre;

namespace
{

struct Pair : Bss {
    explicit Pair(struct ap_config config = open_network(), struct sta_client_config client = open_client()) : Bss(3)
    {
        start_ap(config);
        client.start = SIM_MS(20);
        join(1, client);
        client.start = SIM_MS(40);
        join(2, client);
        run(SIM_S(1));
        EXPECT_EQ(members[0].state(), STA_CLIENT_CONNECTED);
        EXPECT_EQ(members[1].state(), STA_CLIENT_CONNECTED);
        air.clear();
    }
};

} // namespace

TEST(Llc, PutsSnapBeforeEthernetTypesAndTakesItAwayAgain)
{
    auto frame = bss::ethernet(bss::HOST, bss::ALL, "hello");
    uint8_t body[64], back[64];
    size_t size = llc_from_ethernet(frame.data(), frame.size(), body);
    ASSERT_EQ(size, frame.size() - 14 + 8);
    const uint8_t snap[] = {0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00};
    EXPECT_EQ(memcmp(body, snap, sizeof snap), 0);
    ASSERT_EQ(llc_to_ethernet(frame.data(), frame.data() + 6, body, size, back), frame.size());
    EXPECT_EQ(memcmp(back, frame.data(), frame.size()), 0);
}

TEST(Llc, LeavesTheLlcOfFramesWithALengthAndCutsTheirPadding)
{
    auto frame = bss::ethernet(bss::ALL, bss::HOST, std::string("\x42\x42\x03", 3) + "bpdu" + std::string(39, 0), 7);
    uint8_t body[64], back[64];
    ASSERT_EQ(llc_from_ethernet(frame.data(), frame.size(), body), 7u);
    EXPECT_EQ(body[0], 0x42);
    ASSERT_EQ(llc_to_ethernet(frame.data(), frame.data() + 6, body, 7, back), 21u);
    EXPECT_EQ(memcmp(back, frame.data(), 21), 0);
    frame[13] = 47; // longer than there are bytes
    EXPECT_EQ(llc_from_ethernet(frame.data(), frame.size(), body), 0u);
}

TEST(Llc, TunnelsAppleTalkArpAndIpxAsThe802_1HTableSays)
{
    auto frame = bss::ethernet(bss::HOST, bss::ALL, "ipx", 0x8137);
    uint8_t body[64], back[64];
    size_t size = llc_from_ethernet(frame.data(), frame.size(), body);
    EXPECT_EQ(body[5], 0xf8);
    ASSERT_EQ(llc_to_ethernet(frame.data(), frame.data() + 6, body, size, back), frame.size());
    EXPECT_EQ(memcmp(back, frame.data(), frame.size()), 0);
}

TEST(Bridge, CarriesFramesBetweenAStationAndTheWire)
{
    Pair net;
    ASSERT_TRUE(net.members[0].send(bss::HOST, "up"));
    net.inject(bss::node_address(1), "down");
    net.run(SIM_MS(20));
    ASSERT_EQ(net.port.size(), 1u);
    EXPECT_EQ(net.port[0], bss::ethernet(bss::HOST, bss::node_address(1), "up"));
    EXPECT_THAT(net.members[0].texts(), ElementsAre("down"));
    EXPECT_EQ(net.members[0].received[0], bss::ethernet(bss::node_address(1), bss::HOST, "down"));
    EXPECT_TRUE(net.members[1].received.empty());
    EXPECT_EQ(net.members[0].delivered, 1u);
}

TEST(Bridge, SendsDataAtTheDataRateAndGroupFramesAtTheBasicRate)
{
    Pair net;
    net.inject(bss::node_address(1), "one");
    net.inject(bss::ALL, "all");
    net.run(SIM_MS(20));
    auto data = net.heard(MPDU_DATA, MPDU_DATA_PLAIN);
    ASSERT_EQ(data.size(), 2u);
    EXPECT_EQ(data[0].mode.rate, RF_RATE_OFDM_54);
    EXPECT_EQ(data[1].mode.rate, RF_RATE_DSSS_1);
    EXPECT_THAT(net.members[0].texts(), ElementsAre("one", "all"));
    EXPECT_THAT(net.members[1].texts(), ElementsAre("all"));
}

TEST(Bridge, ForwardsBetweenItsStationsWithoutTheWire)
{
    Pair net;
    ASSERT_TRUE(net.members[0].send(bss::node_address(2), "neighbour"));
    net.run(SIM_MS(20));
    EXPECT_THAT(net.members[1].texts(), ElementsAre("neighbour"));
    EXPECT_TRUE(net.port.empty());
    EXPECT_EQ(net.counts().forwarded, 1u);
    auto data = net.heard(MPDU_DATA, MPDU_DATA_PLAIN);
    ASSERT_EQ(data.size(), 2u);
    EXPECT_TRUE(data[0].flag(MPDU_FLAG_TO_DS));
    EXPECT_TRUE(data[1].flag(MPDU_FLAG_FROM_DS));
}

TEST(Bridge, ABroadcastOfAStationReachesTheOthersAndTheWireButNotItself)
{
    Pair net;
    ASSERT_TRUE(net.members[0].send(bss::ALL, "who has"));
    net.run(SIM_MS(20));
    EXPECT_THAT(net.members[1].texts(), ElementsAre("who has"));
    EXPECT_TRUE(net.members[0].received.empty());
    ASSERT_EQ(net.port.size(), 1u);
    EXPECT_EQ(bss::text_of(net.port[0]), "who has");
}

TEST(Bridge, IsolatesItsStationsWhenToldTo)
{
    auto config = Bss::open_network();
    config.isolate = true;
    Pair net(config);
    net.members[0].send(bss::node_address(2), "neighbour");
    net.members[0].send(bss::ALL, "who has");
    net.run(SIM_MS(20));
    EXPECT_TRUE(net.members[1].received.empty());
    EXPECT_EQ(net.port.size(), 1u);
}

TEST(Bridge, DropsWhatTheWireSendsToStrangers)
{
    Pair net;
    net.inject(bss::node_address(77), "nobody");
    const uint8_t runt[5] = {};
    ap_inject(net.ap, runt, sizeof runt);
    net.inject(bss::node_address(1), std::string(1499, '.')); // with its header, a byte more than Ethernet carries
    net.inject(bss::ALL, std::string(1499, '.'));
    net.run(SIM_MS(20));
    EXPECT_EQ(net.counts().no_destination, 1u);
    EXPECT_EQ(net.counts().malformed, 3u);
    EXPECT_TRUE(net.heard(MPDU_DATA, MPDU_DATA_PLAIN).empty());
    net.inject(bss::node_address(1), std::string(1498, '.'));
    net.run(SIM_MS(20));
    EXPECT_EQ(net.members[0].received.size(), 1u);
}

TEST(Bridge, KeepsTheOrderOfManyFramesAndLosesNone)
{
    Pair net(Bss::secure_network(), Bss::secure_client());
    std::vector<std::string> sent;
    for (unsigned n = 0; n < 150; n++) {
        sent.push_back(std::to_string(n) + std::string(n * 9 % 1400, '.'));
        ASSERT_TRUE(net.members[0].send(bss::node_address(2), sent.back()));
    }
    net.run(SIM_S(1));
    EXPECT_EQ(net.members[1].texts(), sent);
}

TEST(Bridge, RefusesMoreThanItsQueueHolds)
{
    auto config = Bss::open_network();
    config.queue_limit = 10;
    Pair net(config);
    for (unsigned n = 0; n < 30; n++)
        net.inject(bss::node_address(1), std::to_string(n));
    net.run(SIM_MS(100));
    EXPECT_EQ(net.members[0].received.size(), 11u) << "one was on its way";
    EXPECT_EQ(net.counts().overflow, 19u);
}

TEST(Wmm, GivesFramesTheQueueAndTheTidOfTheirPriorityAndHtRates)
{
    auto config = Bss::secure_network();
    config.standard = AP_STANDARD_N;
    config.data_mode = {RF_RATE_HT_MCS7, true};
    auto client = Bss::secure_client();
    client.standard = AP_STANDARD_N;
    client.data_mode = {RF_RATE_HT_MCS7, false};
    Pair net(config, client);
    net.inject(bss::node_address(1), "voice", 0xc0); // IP precedence 6
    net.run(SIM_MS(5));
    net.members[0].send(bss::HOST, "background", 0x20);
    net.run(SIM_MS(20));
    auto data = net.heard(MPDU_DATA, MPDU_DATA_QOS);
    ASSERT_EQ(data.size(), 2u);
    for (auto &frame : data) {
        bool down = frame.flag(MPDU_FLAG_FROM_DS);
        EXPECT_EQ(frame.mpdu[MPDU_HEADER] & 0xf, down ? 6 : 1);
        EXPECT_EQ(frame.mode.rate, RF_RATE_HT_MCS7);
        EXPECT_EQ(frame.mode.short_form, down);
    }
    EXPECT_THAT(net.members[0].texts(), ElementsAre("voice"));
    ASSERT_EQ(net.port.size(), 1u);
}

TEST(Wmm, AClientWithoutItGetsPlainFramesAtItsOwnRates)
{
    auto config = Bss::open_network();
    config.standard = AP_STANDARD_N;
    config.data_mode = {RF_RATE_HT_MCS7, false};
    Pair net(config); // g clients
    net.inject(bss::node_address(1), "plain");
    net.run(SIM_MS(20));
    auto data = net.heard(MPDU_DATA, MPDU_DATA_PLAIN);
    ASSERT_EQ(data.size(), 1u);
    EXPECT_EQ(data[0].mode.rate, RF_RATE_OFDM_54);
}
