/* SPDX-License-Identifier: Apache-2.0 */
/* A scenario's network as one object, driven as a session drives it. */
#include "net_bridge/network.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "tests/support/net_bench.h"

namespace
{

using guest::bytes;

std::string temporary(const char *name)
{
    return testing::TempDir() + "/vesper_network_" + std::to_string(getpid()) + "_" + name;
}

bytes contents(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    return bytes(std::istreambuf_iterator<char>(file), {});
}

// A session: events up to the next look at the host, and then that look.
struct session {
    captured_log log;
    struct evq *q = evq_create();
    struct network *network = nullptr;
    std::list<guest::stack> guests;

    enum sim_status open(const struct network_config &config)
    {
        return network_create(&config, q, log, &network);
    }
    ~session()
    {
        EXPECT_EQ(network_destroy(network), SIM_OK);
        evq_destroy(q);
    }
    guest::stack &add_guest(uint8_t group = 0)
    {
        const auto id = (uint32_t)guests.size() + 1;
        guests.emplace_back(network_switch(network), q, id, guest::mac_address{2, 0, 0, 0, group, (uint8_t)id});
        return guests.back();
    }
    void run(
        sim_time until, const std::function<void()> &host_program = [] {})
    {
        while (evq_now(q) < until) {
            const sim_time poll = network_next_poll(network);
            evq_run(q, std::min(poll, until));
            if (poll <= until) {
                network_poll(network, poll);
                host_program();
            }
        }
    }
};

TEST(Network, WithoutAHostNeedsNoLook)
{
    session one;
    ASSERT_EQ(one.open(network_typical("host", 0)), SIM_OK);
    EXPECT_EQ(network_next_poll(one.network), SIM_TIME_NEVER);
}

TEST(Network, LooksAtTheHostAtMultiplesOfItsInterval)
{
    session one;
    auto config = network_typical("host", 0);
    config.backend = NETWORK_SLIRP;
    config.interval = SIM_US(250);
    evq_run(one.q, SIM_US(600));
    ASSERT_EQ(one.open(config), SIM_OK);
    EXPECT_EQ(network_next_poll(one.network), SIM_US(750));
    network_poll(one.network, SIM_US(750));
    EXPECT_EQ(network_next_poll(one.network), SIM_US(1000));
    evq_run(one.q, SIM_US(1100));
    network_poll(one.network, SIM_US(1100)); // late
    EXPECT_EQ(network_next_poll(one.network), SIM_US(1250));
}

TEST(Network, LooksSoonAgainAfterAFrame)
{
    session one;
    auto config = network_typical("host", 0);
    config.backend = NETWORK_SLIRP;
    ASSERT_EQ(one.open(config), SIM_OK);
    guest::stack &guest = one.add_guest();
    one.run(SIM_MS(10) + SIM_US(900));
    EXPECT_EQ(network_next_poll(one.network), SIM_MS(11));
    guest.ask_for(0x0A000202); // slirp answers a moment later
    for (sim_time look : {SIM_US(11000), SIM_US(11125), SIM_US(11250), SIM_US(12000)}) {
        EXPECT_EQ(network_next_poll(one.network), look);
        EXPECT_EQ(network_next_interval(one.network), look > SIM_MS(11) ? SIM_MS(12) : SIM_MS(11));
        one.run(look);
    }
    EXPECT_EQ(network_next_poll(one.network), SIM_MS(13));
}

TEST(Network, ReportsAPortInUseAndLeavesNothingOpen)
{
    host_socket taken(SOCK_STREAM);
    const std::string forward = "tcp::" + std::to_string(taken.bind_anywhere()) + "-10.0.2.15:80";
    ASSERT_EQ(listen(taken.descriptor(), 1), 0);
    const char *const forwards[] = {forward.c_str()};
    const unsigned before = open_descriptors();
    session one;
    auto config = network_typical("host", 0);
    config.backend = NETWORK_SLIRP;
    config.forwards = forwards;
    config.forward_count = 1;
    EXPECT_EQ(one.open(config), SIM_BUSY);
    EXPECT_NE(one.log.text().find("port is in use"), std::string::npos);
    EXPECT_EQ(open_descriptors(), before);
}

TEST(Network, RepeatsARecordedRunWithoutTheHostToTheSameCapture)
{
    const std::string record_path = temporary("input"), pcap_paths[] = {temporary("1.pcap"), temporary("2.pcap")};
    const uint16_t port = free_port();
    const std::string forward = "tcp::" + std::to_string(port) + "-10.0.2.15:80";
    const char *const forwards[] = {forward.c_str()};
    struct net_record *record = nullptr;
    struct net_replay *replay = nullptr;
    captured_log log;
    for (int run = 0; run < 2; run++) {
        session one;
        auto config = network_typical("host", 0);
        config.backend = NETWORK_SLIRP;
        config.forwards = forwards;
        config.forward_count = 1;
        config.pcap = pcap_paths[run].c_str();
        if (run == 0)
            ASSERT_EQ(net_record_create(record_path.c_str(), log, &record), SIM_OK);
        else
            ASSERT_EQ(net_replay_open(record_path.c_str(), log, &replay), SIM_OK);
        config.record = run == 0 ? record : nullptr;
        config.replay = replay;
        ASSERT_EQ(one.open(config), SIM_OK);
        auto &server = one.add_guest();
        server.listeners[80] = [&](guest::tcp &c) {
            c.on_data = [&](guest::tcp &connection) {
                if (connection.fin_wanted || connection.received.size() < 5)
                    return;
                server.send(connection, bytes(20000, 'x'));
                server.close(connection);
            };
        };
        server.ask_for_lease();
        one.run(SIM_MS(20));
        ASSERT_EQ(server.address, guest::ip(10, 0, 2, 15));
        host_socket client(SOCK_STREAM);
        bytes answer;
        if (run == 0) {
            ASSERT_TRUE(client.connect(port));
            client.write(text("GET /"));
        }
        one.run(SIM_MS(300), [&] { client.read(answer); });
        EXPECT_EQ(answer.size(), run == 0 ? 20000u : 0u);
        EXPECT_EQ(server.connections.size(), 1u) << "also in the replay, where no host is";
        if (run == 0) {
            ASSERT_EQ(network_destroy(one.network), SIM_OK);
            one.network = nullptr;
            one.guests.clear();
            ASSERT_EQ(net_record_close(record), SIM_OK);
        }
    }
    net_replay_close(replay);
    EXPECT_GT(contents(pcap_paths[0]).size(), 20000u);
    EXPECT_EQ(contents(pcap_paths[0]), contents(pcap_paths[1]));
    for (const std::string &path : {record_path, pcap_paths[0], pcap_paths[1]})
        std::remove(path.c_str());
}

TEST(Network, JoinsTwoProcessesByASocket)
{
    const std::string address = "unix:/tmp/vesper_network_" + std::to_string(getpid());
    session one, two;
    auto config = network_typical("link", 0);
    config.address = address.c_str();
    config.backend = NETWORK_LISTEN;
    ASSERT_EQ(one.open(config), SIM_OK);
    config.backend = NETWORK_CONNECT;
    ASSERT_EQ(two.open(config), SIM_OK);
    auto &a = one.add_guest(1), &b = two.add_guest(2);
    a.address = guest::ip(10, 0, 0, 1);
    b.address = guest::ip(10, 0, 0, 2);
    for (int i = 1; i < 200 && !a.neighbours.count(b.address); i++) {
        if (i % 20 == 5)
            a.ask_for(b.address);
        one.run(SIM_MS(1) * (unsigned)i);
        two.run(SIM_MS(1) * (unsigned)i);
    }
    EXPECT_EQ(a.neighbours.count(b.address), 1u);
}

} // namespace
