/* SPDX-License-Identifier: Apache-2.0 */
/* The switch: who gets a frame, and exactly when. */
#include "net_bridge/net_switch.h"

#include <gtest/gtest.h>

#include <array>
#include <list>
#include <vector>

namespace
{

using bytes = std::vector<uint8_t>;

const sim_time bit = SIM_NS(10); // at 100 Mbit/s
const sim_time latency = SIM_US(5);

bytes address(uint8_t number)
{
    return {2, 0, 0, 0, 0, number};
}
const bytes everybody(6, 0xFF), group = {0x01, 0x00, 0x5E, 0, 0, 0xFB};

bytes frame(const bytes &to, const bytes &from, size_t size = 100, unsigned type = 0x88B5)
{
    bytes made = to;
    made.insert(made.end(), from.begin(), from.end());
    made.push_back((uint8_t)(type >> 8));
    made.push_back((uint8_t)type);
    for (uint8_t fill = 0; made.size() < size; fill++)
        made.push_back(fill);
    return made;
}

struct delivery {
    bytes frame;
    sim_time start, end;
};

struct station {
    struct net_port *port = nullptr;
    std::vector<delivery> got;

    static void deliver(void *ctx, const uint8_t *data, unsigned length, sim_time start, sim_time end)
    {
        static_cast<station *>(ctx)->got.push_back({bytes(data, data + length), start, end});
    }
};

class Switch : public ::testing::Test
{
  protected:
    struct evq *q = evq_create();
    struct net_switch *net = nullptr;
    std::list<station> stations;

    void start(const struct net_switch_config &config = net_switch_typical())
    {
        net = net_switch_create(&config, q);
    }
    void SetUp() override
    {
        start();
    }
    void TearDown() override
    {
        net_switch_destroy(net);
        evq_destroy(q);
    }
    station &add(uint64_t rate = 100000000, unsigned queue = 64)
    {
        static const struct net_port_ops ops = {station::deliver};
        auto config = net_port_typical("port", (uint32_t)stations.size());
        config.bits_per_second = rate;
        config.queue = queue;
        stations.emplace_back();
        stations.back().port = net_port_create(net, &config, &ops, &stations.back());
        return stations.back();
    }
    void send(station &from, const bytes &data, sim_time arrival)
    {
        net_port_send(from.port, data.data(), (unsigned)data.size(), arrival);
    }
    void run()
    {
        evq_run(q, evq_now(q) + SIM_MS(100));
    }
};

TEST_F(Switch, FloodsWhatItDoesNotKnowAndLearnsWhoSpoke)
{
    auto &a = add(), &b = add(), &c = add();
    send(a, frame(address(2), address(1)), SIM_US(1));
    run();
    EXPECT_TRUE(a.got.empty());
    EXPECT_EQ(b.got.size(), 1u);
    EXPECT_EQ(c.got.size(), 1u);
    send(b, frame(address(1), address(2)), SIM_MS(101));
    run();
    EXPECT_EQ(a.got.size(), 1u);
    EXPECT_EQ(c.got.size(), 1u) << "address 1 is known by now";
    EXPECT_EQ(net_switch_where(net, address(2).data(), evq_now(q)), b.port);
}

TEST_F(Switch, SendsGroupFramesToAllOthers)
{
    auto &a = add(), &b = add(), &c = add();
    send(a, frame(everybody, address(1)), 0);
    send(b, frame(group, address(2)), 0);
    run();
    EXPECT_EQ(a.got.size(), 1u);
    EXPECT_EQ(b.got.size(), 1u);
    EXPECT_EQ(c.got.size(), 2u);
    EXPECT_EQ(net_switch_frames(net), 0u) << "all buffers are free again";
}

TEST_F(Switch, TellsTheEndOfAFrameWhenItsFirstBitLeaves)
{
    auto &a = add(), &b = add();
    send(a, frame(everybody, address(1), 1000), SIM_US(123));
    evq_run(q, SIM_US(123) + latency - 1);
    EXPECT_TRUE(b.got.empty());
    evq_run(q, SIM_US(123) + latency);
    ASSERT_EQ(b.got.size(), 1u);
    EXPECT_EQ(b.got[0].start, SIM_US(123) + latency);
    EXPECT_EQ(b.got[0].end, b.got[0].start + 8 * (8 + 1000 + 4) * bit);
}

TEST_F(Switch, CountsPaddingOnTheLine)
{
    auto &a = add(), &b = add();
    send(a, frame(everybody, address(1), 42), 0);
    run();
    EXPECT_EQ(b.got[0].end - b.got[0].start, 8 * (8 + 60 + 4) * bit);
    EXPECT_EQ(b.got[0].frame.size(), 42u);
}

TEST_F(Switch, SendsOneFrameAfterAnotherWithAGap)
{
    auto &a = add(), &b = add(10000000);
    for (int i = 0; i < 3; i++)
        send(a, frame(everybody, address(1), 100 + (size_t)i), SIM_US(10));
    run();
    ASSERT_EQ(b.got.size(), 3u);
    for (size_t i = 1; i < 3; i++) {
        EXPECT_EQ(b.got[i].frame.size(), 100 + i);
        EXPECT_EQ(b.got[i].start, b.got[i - 1].end + 96 * SIM_NS(100));
    }
}

TEST_F(Switch, HandsFramesOnAtOnceWhereThereIsNoLine)
{
    auto &a = add(), &b = add(0);
    send(a, frame(everybody, address(1)), SIM_US(10));
    run();
    EXPECT_EQ(b.got[0].start, SIM_US(10) + latency);
    EXPECT_EQ(b.got[0].end, b.got[0].start);
}

TEST_F(Switch, KeepsFramesThatTheirOwnPortHasSeen)
{
    auto &a = add(), &b = add();
    send(a, frame(everybody, address(1)), 0);
    send(a, frame(address(1), address(9)), SIM_US(50));
    run();
    EXPECT_EQ(b.got.size(), 1u);
    EXPECT_EQ(net_port_get_counts(a.port)->in_filtered, 1u);
}

TEST_F(Switch, FollowsAnAddressThatMoves)
{
    auto &a = add(), &b = add(), &c = add();
    send(a, frame(everybody, address(1)), 0);
    send(b, frame(everybody, address(1)), SIM_US(100));
    send(c, frame(address(1), address(3)), SIM_US(200));
    run();
    EXPECT_EQ(a.got.size(), 1u) << "b's broadcast only";
    EXPECT_EQ(b.got.size(), 2u);
}

TEST_F(Switch, ForgetsAnAddressAfterItsTime)
{
    auto &a = add(), &b = add(), &c = add();
    send(a, frame(everybody, address(1)), 0);
    evq_run(q, SIM_S(300));
    EXPECT_EQ(net_switch_where(net, address(1).data(), SIM_S(300)), a.port);
    EXPECT_EQ(net_switch_where(net, address(1).data(), SIM_S(300) + 1), nullptr);
    send(b, frame(address(1), address(2)), SIM_S(300) + SIM_US(1));
    run();
    EXPECT_EQ(c.got.size(), 2u) << "flooded again";
}

TEST_F(Switch, RemembersTheLastThousandAddressesOrSo)
{
    auto &a = add();
    add();
    for (unsigned i = 0; i < 5000; i++) {
        bytes from = {2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i};
        send(a, frame(everybody, from), SIM_US(20) * i);
        evq_run(q, SIM_US(20) * i);
    }
    unsigned known = 0;
    for (unsigned i = 0; i < 5000; i++) {
        bytes from = {2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i};
        known += net_switch_where(net, from.data(), evq_now(q)) != nullptr;
    }
    EXPECT_GT(known, 900u);
    EXPECT_LE(known, 1024u);
    bytes last = {2, 0, 0, 0, 4999 >> 8, 4999 & 255};
    EXPECT_EQ(net_switch_where(net, last.data(), evq_now(q)), a.port);
}

TEST_F(Switch, DropsWhatIsNoFrame)
{
    auto &a = add(), &b = add();
    const bytes good = frame(everybody, address(1), 1518);
    net_port_send(a.port, good.data(), 13, 0);
    bytes long_frame = frame(everybody, address(1), 1519);
    send(a, long_frame, 0);
    send(a, frame(everybody, group), 0);
    send(a, frame(everybody, bytes(6, 0)), 0);
    send(a, good, 0);
    run();
    EXPECT_EQ(b.got.size(), 1u);
    EXPECT_EQ(net_port_get_counts(a.port)->in_bad_length, 2u);
    EXPECT_EQ(net_port_get_counts(a.port)->in_bad_source, 2u);
    EXPECT_EQ(net_port_get_counts(a.port)->in_frames, 1u);
}

TEST_F(Switch, KeepsReservedAddressesToItself)
{
    auto &a = add(), &b = add();
    send(a, frame({0x01, 0x80, 0xC2, 0, 0, 0x0E}, address(1), 60, 0x88CC), 0); // LLDP
    run();
    EXPECT_TRUE(b.got.empty());
    EXPECT_EQ(net_port_get_counts(a.port)->in_reserved, 1u);
}

TEST_F(Switch, PausesForADeviceThatAsks)
{
    auto &a = add(), &b = add();
    bytes pause = frame({0x01, 0x80, 0xC2, 0, 0, 1}, address(2), 60, 0x8808);
    pause[14] = 0, pause[15] = 1, pause[16] = 0, pause[17] = 100;
    send(b, pause, SIM_US(10));
    send(a, frame(everybody, address(1)), SIM_US(11));
    run();
    ASSERT_EQ(b.got.size(), 1u);
    EXPECT_EQ(b.got[0].start, SIM_US(10) + 100 * 512 * bit);
}

TEST_F(Switch, DropsWhatFindsAFullQueue)
{
    auto &a = add(), &b = add(10000000, 4);
    for (int i = 0; i < 10; i++)
        send(a, frame(everybody, address(1), 1000), SIM_US(10));
    run();
    EXPECT_EQ(b.got.size(), 4u) << "the first leaves when its time has come, so four is what fits";
    EXPECT_EQ(net_port_get_counts(b.port)->out_queue_full, 6u);
    EXPECT_EQ(net_switch_frames(net), 0u);
}

TEST_F(Switch, DropsWhatFindsNoBuffer)
{
    net_switch_destroy(net);
    auto config = net_switch_typical();
    config.buffers = 3;
    start(config);
    auto &a = add(), &b = add();
    for (int i = 0; i < 5; i++)
        send(a, frame(everybody, address(1)), SIM_US(10));
    run();
    EXPECT_EQ(b.got.size(), 3u);
    EXPECT_EQ(net_port_get_counts(a.port)->in_no_buffer, 2u);
    send(a, frame(everybody, address(1)), evq_now(q));
    run();
    EXPECT_EQ(b.got.size(), 4u) << "buffers come back";
}

TEST_F(Switch, OrdersFramesOfTheSameTimeByPortAndNotByCall)
{
    auto &a = add(), &b = add(), &c = add();
    send(b, frame(everybody, address(2)), SIM_US(10)); // asked first, but the later port
    send(a, frame(everybody, address(1)), SIM_US(10));
    run();
    ASSERT_EQ(c.got.size(), 2u);
    EXPECT_EQ(c.got[0].frame, frame(everybody, address(1)));
}

TEST_F(Switch, LosesAPortWithAllThatIsOnItsWay)
{
    auto &a = add(), &b = add(), &c = add();
    send(b, frame(everybody, address(2)), 0);
    evq_run(q, SIM_US(50));
    send(b, frame(everybody, address(2)), SIM_US(100)); // has not arrived
    send(a, frame(address(2), address(1)), SIM_US(50)); // waits for b's line
    evq_run(q, SIM_US(50));
    net_port_destroy(b.port);
    run();
    EXPECT_EQ(c.got.size(), 1u);
    EXPECT_EQ(net_switch_frames(net), 0u);
    send(a, frame(address(2), address(1)), evq_now(q));
    run();
    EXPECT_EQ(c.got.size(), 2u) << "what was known of the port is forgotten";
}

TEST_F(Switch, ShowsAPortsFramesToAnObserver)
{
    struct seen {
        bool into;
        sim_time time;
    };
    std::vector<seen> list;
    auto &a = add();
    add();
    const struct net_observer observer = {&list, [](void *ctx, bool into, const uint8_t *, unsigned, sim_time time) {
                                              static_cast<std::vector<seen> *>(ctx)->push_back({into, time});
                                          }};
    net_port_observe(a.port, &observer);
    send(a, frame(everybody, address(1)), SIM_US(10));
    send(stations.back(), frame(everybody, address(2)), SIM_US(20));
    run();
    ASSERT_EQ(list.size(), 2u);
    EXPECT_TRUE(list[0].into && list[0].time == SIM_US(10));
    EXPECT_TRUE(!list[1].into && list[1].time == SIM_US(20) + latency);
    net_port_observe(a.port, nullptr);
    send(a, frame(everybody, address(1)), evq_now(q));
    run();
    EXPECT_EQ(list.size(), 2u);
}

} // namespace
