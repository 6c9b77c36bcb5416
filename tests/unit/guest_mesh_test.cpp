/* SPDX-License-Identifier: Apache-2.0 */
/* The mesh protocol of firmware/net/mesh among many nodes, over a toy radio: every frame takes one millisecond to those
 * in range, may be lost, and is repeated up to seven times when it is unicast. Each node's clock starts anywhere. */
extern "C" {
#include "firmware/net/mesh/mesh.h"
}

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <tuple>
#include <vector>

namespace
{

constexpr std::uint64_t ms = 1000, second = 1000 * ms;

struct frame {
    std::uint8_t receiver[6];
    std::vector<std::uint8_t> bytes;
};

struct world;

struct node {
    world *all = nullptr;
    std::uint16_t id = 0;
    std::uint8_t mac[6] = {};
    struct mesh mesh = {};
    std::uint64_t clock_us = 0; /* its clock when the world's is 0 */
    std::deque<frame> queue;
    std::uint64_t next_us = 0;
    bool is_on = true;
    std::vector<mesh_delivery> deliveries;
    std::vector<mesh_acknowledgement> acknowledgements;
    std::map<std::uint16_t, std::uint64_t> lost;
};

/* Steps of a millisecond: what is in the queues at its begin arrives at its end. */
struct world {
    std::vector<std::unique_ptr<node>> nodes;
    std::function<bool(const node &, const node &)> in_range;
    double loss = 0;
    std::mt19937 random{1};
    std::uint64_t now = 0;
    mesh_ops ops = {};

    world(unsigned count, std::function<bool(const node &, const node &)> range) : in_range(std::move(range))
    {
        ops.random = [](void *ctx) { return static_cast<std::uint32_t>(static_cast<node *>(ctx)->all->random()); };
        ops.send = [](void *ctx, const mesh_frame *f) {
            auto *n = static_cast<node *>(ctx);
            if (n->queue.size() >= 16)
                return false;
            frame copy;
            std::copy_n(f->receiver, 6, copy.receiver);
            copy.bytes.assign(f->bytes, f->bytes + f->length);
            n->queue.push_back(copy);
            return true;
        };
        ops.delivered = [](void *ctx, const mesh_delivery *d) { static_cast<node *>(ctx)->deliveries.push_back(*d); };
        ops.acknowledged = [](void *ctx, const mesh_acknowledgement *a) {
            static_cast<node *>(ctx)->acknowledgements.push_back(*a);
        };
        ops.lost = [](void *ctx, std::uint16_t to, std::uint16_t, unsigned) { static_cast<node *>(ctx)->lost[to]++; };
        for (unsigned i = 0; i < count; i++) {
            auto n = std::make_unique<node>();
            n->all = this;
            n->id = static_cast<std::uint16_t>(i);
            n->mac[0] = 0x24;
            n->mac[5] = static_cast<std::uint8_t>(i);
            n->mac[4] = static_cast<std::uint8_t>(i >> 8);
            n->clock_us = random() % 100000000;
            nodes.push_back(std::move(n));
            start(i);
        }
    }

    void start(unsigned i)
    {
        mesh_config config = mesh_defaults();
        node &n = *nodes[i];
        n.is_on = true;
        n.queue.clear();
        n.next_us = 0;
        mesh_init(&n.mesh, n.id, &config, &ops, &n, n.clock_us + now);
    }

    bool arrives()
    {
        return std::uniform_real_distribution<>(0, 1)(random) >= loss;
    }

    void hand_over(node &from, node &to, const frame &f)
    {
        mesh_arrival arrival = {{}, f.bytes.data(), f.bytes.size(), -60, to.clock_us + now};
        std::copy_n(from.mac, 6, arrival.transmitter);
        mesh_receive(&to.mesh, &arrival, to.clock_us + now);
        to.next_us = 0;
    }

    /* Group frames go out once; a unicast frame until it is through, at most seven times. */
    void transmit(node &from, const frame &f)
    {
        mesh_departure departure = {{}, f.bytes.data(),     f.bytes.size(), (f.receiver[0] & 1) != 0,
                                    1,  from.clock_us + now};
        std::copy_n(f.receiver, 6, departure.receiver);
        for (auto &to : nodes) {
            if (!to->is_on || to.get() == &from || !in_range(from, *to))
                continue;
            if (f.receiver[0] & 1) {
                if (arrives())
                    hand_over(from, *to, f);
            } else if (std::equal(f.receiver, f.receiver + 6, to->mac)) {
                while (!(departure.is_delivered = arrives()) && departure.attempts < 7)
                    departure.attempts++;
                if (departure.is_delivered)
                    hand_over(from, *to, f);
            }
        }
        mesh_sent(&from.mesh, &departure, from.clock_us + now);
        from.next_us = 0;
    }

    void run(std::uint64_t duration)
    {
        for (std::uint64_t end = now + duration; now < end;) {
            for (auto &n : nodes)
                if (n->is_on && n->clock_us + now >= n->next_us)
                    n->next_us = mesh_run(&n->mesh, n->clock_us + now);
            std::vector<std::pair<node *, frame>> on_air;
            for (auto &n : nodes)
                if (n->is_on && !n->queue.empty()) {
                    on_air.emplace_back(n.get(), n->queue.front());
                    n->queue.pop_front();
                }
            now += ms;
            for (auto &[n, f] : on_air)
                transmit(*n, f);
        }
    }

    const route *route_of(unsigned from, unsigned to)
    {
        return routes_to(&nodes[from]->mesh.routes, static_cast<std::uint16_t>(to));
    }

    /* Follows next hops; -1: they end, or go in a circle. */
    int hops(unsigned from, unsigned to)
    {
        int count = 0;
        for (unsigned at = from; at != to; count++) {
            const route *r = route_of(at, to);
            if (!r || count > static_cast<int>(nodes.size()))
                return -1;
            at = r->next;
        }
        return count;
    }

    bool has_circle(unsigned to)
    {
        for (unsigned from = 0; from < nodes.size(); from++) {
            std::set<unsigned> visited;
            for (unsigned at = from; at != to && nodes[at]->is_on;) {
                if (!visited.insert(at).second)
                    return true;
                const route *r = route_of(at, to);
                if (!r)
                    break;
                at = r->next;
            }
        }
        return false;
    }

    bool send(unsigned from, unsigned to)
    {
        std::uint16_t sequence;
        nodes[from]->next_us = 0;
        return mesh_send(&nodes[from]->mesh, static_cast<std::uint16_t>(to), "hello", 5, &sequence,
                         nodes[from]->clock_us + now);
    }
};

std::function<bool(const node &, const node &)> line()
{
    return [](const node &a, const node &b) { return std::abs(a.id - b.id) == 1; };
}

std::function<bool(const node &, const node &)> grid(int width)
{
    return [width](const node &a, const node &b) {
        return std::abs(a.id % width - b.id % width) + std::abs(a.id / width - b.id / width) == 1;
    };
}

TEST(Mesh, TwoNodesFindEachOtherAndExchangeAMessage)
{
    world w(2, line());
    w.run(4 * second);
    ASSERT_TRUE(w.send(0, 1));
    w.run(100 * ms);
    ASSERT_EQ(w.nodes[1]->deliveries.size(), 1u);
    EXPECT_EQ(w.nodes[1]->deliveries[0].hops, 1);
    ASSERT_EQ(w.nodes[0]->acknowledgements.size(), 1u);
    EXPECT_EQ(w.nodes[0]->acknowledgements[0].attempts, 1);
}

TEST(Mesh, ALinkIsUsedOnlyWhenBothSidesHearEachOther)
{
    world w(2, [](const node &from, const node &) { return from.id == 0; });
    w.run(20 * second);
    EXPECT_EQ(w.route_of(1, 0), nullptr);
    EXPECT_EQ(w.route_of(0, 1), nullptr);
    EXPECT_GT(w.nodes[1]->mesh.counts.hellos_heard, 20u);
}

TEST(Mesh, TheDelayIsThatOfTheAirAlthoughClocksDiffer)
{
    world w(6, line());
    w.run(20 * second);
    ASSERT_TRUE(w.send(0, 5));
    w.run(100 * ms);
    ASSERT_EQ(w.nodes[5]->deliveries.size(), 1u);
    EXPECT_EQ(w.nodes[5]->deliveries[0].hops, 5);
    EXPECT_EQ(w.nodes[5]->deliveries[0].delay_us, 5 * ms);
    EXPECT_EQ(w.nodes[0]->acknowledgements[0].delay_us, 5 * ms);
    EXPECT_EQ(w.nodes[0]->acknowledgements[0].round_trip_us, 10 * ms);
}

TEST(Mesh, AGridFindsTheShortestWayBetweenAnyTwo)
{
    world w(25, grid(5));
    w.run(15 * second);
    for (unsigned from = 0; from < 25; from++)
        for (unsigned to = 0; to < 25; to++)
            EXPECT_EQ(w.hops(from, to), std::abs(int(from % 5) - int(to % 5)) + std::abs(int(from / 5) - int(to / 5)))
                << from << " to " << to;
}

TEST(Mesh, RoutesNeverGoInCirclesWhileLinksComeAndGo)
{
    world w(16, grid(4));
    w.loss = 0.2;
    auto whole = w.in_range;
    for (int round = 0; round < 40; round++) {
        int broken = static_cast<int>(w.random() % 16);
        w.in_range = [whole, broken](const node &a, const node &b) {
            return a.id != broken && b.id != broken && whole(a, b);
        };
        for (int i = 0; i < 100; i++) {
            w.run(10 * ms);
            for (unsigned to = 0; to < 16; to++)
                ASSERT_FALSE(w.has_circle(to)) << "to " << to << " at " << w.now;
        }
    }
}

TEST(Mesh, EveryMessageArrivesOnceOverLossyLinks)
{
    world w(25, grid(5));
    w.loss = 0.2;
    w.run(20 * second);
    unsigned sent = 0, acknowledged = 0, delivered = 0;
    for (unsigned step = 1; step < 25; step++)
        for (unsigned from = 0; from < 25; from++) {
            sent += w.send(from, (from + step) % 25);
            w.run(40 * ms);
        }
    w.run(10 * second);
    std::set<std::tuple<unsigned, unsigned, unsigned>> messages;
    for (auto &n : w.nodes) {
        acknowledged += n->mesh.counts.acknowledged;
        delivered += n->mesh.counts.delivered;
        for (auto &d : n->deliveries)
            EXPECT_TRUE(messages.insert({d.source, d.destination, d.sequence}).second);
    }
    EXPECT_GE(sent, 595u);
    EXPECT_GE(delivered, sent * 99 / 100);
    EXPECT_GE(acknowledged, sent * 99 / 100);
}

TEST(Mesh, ALostNodeIsRoutedAroundAndMissed)
{
    world w(9, grid(3));
    w.run(15 * second);
    w.nodes[4]->is_on = false; /* the middle */
    w.run(25 * second);
    for (unsigned from = 0; from < 9; from++) {
        if (from != 4) {
            EXPECT_EQ(w.route_of(from, 4), nullptr) << from;
        }
    }
    EXPECT_EQ(w.hops(1, 7), 4);
    EXPECT_FALSE(w.send(0, 4));
}

TEST(Mesh, ANodeThatBeganAnewIsFoundAndHeardAgain)
{
    world w(3, line());
    w.run(60 * second);
    ASSERT_TRUE(w.send(2, 0));
    w.run(1 * second);
    w.nodes[2]->clock_us = 0;
    w.start(2);
    w.run(25 * second);
    ASSERT_EQ(w.hops(0, 2), 2);
    ASSERT_TRUE(w.send(2, 0));
    ASSERT_TRUE(w.send(0, 2));
    w.run(1 * second);
    EXPECT_EQ(w.nodes[0]->deliveries.size(), 2u);
    EXPECT_EQ(w.nodes[2]->deliveries.size(), 1u);
}

TEST(Mesh, AMessageToNobodyThereIsGivenUpAndSaidSo)
{
    world w(3, line());
    w.run(15 * second);
    w.nodes[2]->is_on = false;
    ASSERT_TRUE(w.send(0, 2));
    w.run(10 * second);
    EXPECT_EQ(w.nodes[0]->lost[2], 1u);
    EXPECT_EQ(mesh_under_way(&w.nodes[0]->mesh), 0u);
}

TEST(Mesh, AFloodReachesAllAndMostDoNotRepeatItWhereManyHearEachOther)
{
    world w(30, [](const node &a, const node &b) { return std::abs(a.id - b.id) <= 10; });
    std::uint16_t sequence;
    ASSERT_TRUE(mesh_flood(&w.nodes[0]->mesh, "all", 3, &sequence, w.nodes[0]->clock_us));
    w.run(1 * second);
    unsigned suppressed = 0;
    for (unsigned i = 1; i < 30; i++) {
        EXPECT_EQ(w.nodes[i]->deliveries.size(), 1u) << i;
        suppressed += w.nodes[i]->mesh.counts.floods_suppressed;
    }
    EXPECT_GE(suppressed, 10u);
    EXPECT_EQ(w.nodes[0]->deliveries.size(), 0u);
}

TEST(Mesh, TwoHundredNodesAllKnowEachOther)
{
    world w(200, grid(20));
    w.loss = 0.05;
    w.run(40 * second);
    for (auto &n : w.nodes)
        EXPECT_EQ(routes_reachable(&n->mesh.routes), 199u) << n->id;
    EXPECT_EQ(w.hops(0, 199) > 0, true);
}

TEST(Mesh, AnyBytesAreSurvived)
{
    world w(2, line());
    w.run(5 * second);
    for (int i = 0; i < 200000; i++) {
        std::vector<std::uint8_t> bytes(w.random() % 64);
        for (auto &b : bytes)
            b = static_cast<std::uint8_t>(w.random());
        if (!bytes.empty() && i % 2)
            bytes[0] = static_cast<std::uint8_t>(0x10 | w.random() % 5);
        mesh_arrival arrival = {{0x24, 0, 0, 0, 0, 1}, bytes.data(), bytes.size(), -60, w.now};
        mesh_receive(&w.nodes[0]->mesh, &arrival, w.now);
        w.nodes[0]->queue.clear();
    }
    EXPECT_GT(w.nodes[0]->mesh.counts.damaged, 0u);
}

} // namespace
