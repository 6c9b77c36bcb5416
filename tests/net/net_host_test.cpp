/* SPDX-License-Identifier: Apache-2.0 */
/* The host enters a simulation at simulated times only, and a record of what came in makes a run repeat. */
#include "net_bridge/net_host.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "net_bridge/net_pcap.h"
#include "tests/support/net_bench.h"

namespace
{

using guest::bytes;

std::string temporary(const char *name)
{
    return testing::TempDir() + "/vesper_net_" + std::to_string(getpid()) + "_" + name;
}
bytes contents(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    return bytes(std::istreambuf_iterator<char>(file), {});
}

// A back end whose host side is the test.
struct scripted_host {
    struct net_sink sink = {};
    std::vector<bytes> to_send, got;
    std::vector<sim_time> polled;
    bool is_destroyed = false;

    struct net_backend backend()
    {
        return {this,
                [](void *ctx, const uint8_t *frame, unsigned length, sim_time) {
                    static_cast<scripted_host *>(ctx)->got.push_back(bytes(frame, frame + length));
                },
                [](void *ctx, sim_time now) {
                    auto *self = static_cast<scripted_host *>(ctx);
                    self->polled.push_back(now);
                    for (const bytes &frame : self->to_send)
                        self->sink.frame(self->sink.ctx, frame.data(), (unsigned)frame.size());
                    self->to_send.clear();
                },
                [](void *ctx) { static_cast<scripted_host *>(ctx)->is_destroyed = true; }, nullptr};
    }
};

bytes frame(uint8_t number, size_t size = 100)
{
    bytes made(6, 0xFF);
    guest::append(made, {2, 0, 0, 0, 9, 9, 0x88, 0xB5});
    made.resize(size, number);
    return made;
}

struct arrival {
    bytes frame;
    sim_time time;
    bool operator==(const arrival &other) const
    {
        return frame == other.frame && time == other.time;
    }
};

// A network with the host at port 7 and a listener.
class network
{
  public:
    captured_log log;
    struct evq *q = evq_create();
    struct net_switch *net;
    struct net_host *host;
    scripted_host outside;
    std::vector<arrival> heard;
    struct net_port *listener;

    explicit network(struct net_record *record = nullptr, const struct net_replay *replay = nullptr)
    {
        const auto switch_config = net_switch_typical();
        net = net_switch_create(&switch_config, q);
        auto config = net_host_typical("host", 7);
        config.record = record;
        config.replay = replay;
        config.queue = 8;
        host = net_host_create(net, &config, q);
        outside.sink = net_host_sink(host);
        const auto backend = outside.backend();
        net_host_set_backend(host, &backend);
        static const struct net_port_ops ops = {
            [](void *ctx, const uint8_t *data, unsigned length, sim_time, sim_time end) {
                static_cast<network *>(ctx)->heard.push_back({bytes(data, data + length), end});
            }};
        const auto port_config = net_port_typical("listener", 8);
        listener = net_port_create(net, &port_config, &ops, this);
    }
    ~network()
    {
        net_host_destroy(host);
        net_switch_destroy(net);
        evq_destroy(q);
    }
    void poll_at(sim_time time)
    {
        evq_run(q, time);
        net_host_poll(host, time);
    }
};

TEST(Host, IsLookedAtOnlyWhenAskedAndComesInALatencyLater)
{
    network one;
    one.outside.to_send = {frame(1), frame(2)};
    evq_run(one.q, SIM_MS(3));
    EXPECT_TRUE(one.outside.polled.empty());
    one.poll_at(SIM_MS(3));
    evq_run(one.q, SIM_MS(4));
    ASSERT_EQ(one.heard.size(), 2u);
    const sim_time first = SIM_MS(3) + SIM_US(10) + SIM_US(5) + ether_frame_time(100, 100000000);
    EXPECT_EQ(one.heard[0].time, first);
    EXPECT_EQ(one.heard[1].frame, frame(2));
    EXPECT_EQ(evq_next_time(one.q), SIM_TIME_NEVER) << "nothing polls by itself";
}

TEST(Host, HasAGapBetweenItsFramesSoThatASmallDeviceKeepsUp)
{
    network one;
    one.outside.to_send = {frame(1), frame(2), frame(3)};
    one.poll_at(SIM_MS(3));
    one.outside.to_send = {frame(4)};
    one.poll_at(SIM_MS(3) + SIM_US(50)); // the third has not entered yet
    evq_run(one.q, SIM_MS(4));
    ASSERT_EQ(one.heard.size(), 4u);
    for (size_t i = 1; i < 4; i++)
        EXPECT_EQ(one.heard[i].time - one.heard[i - 1].time, SIM_US(40)) << i;
}

TEST(Host, IsActiveWhileFramesWaitToEnterAndAfterEachThatPassed)
{
    network one;
    evq_run(one.q, SIM_MS(2));
    EXPECT_FALSE(net_host_is_active(one.host, 0, SIM_MS(2)));
    one.outside.to_send = {frame(1)};
    one.poll_at(SIM_MS(3));
    EXPECT_TRUE(net_host_is_active(one.host, SIM_MS(3), SIM_MS(3))) << "from the host";
    evq_run(one.q, SIM_MS(4));
    const sim_time passed = SIM_MS(3) + SIM_US(10);
    EXPECT_TRUE(net_host_is_active(one.host, passed, SIM_MS(4)));
    EXPECT_FALSE(net_host_is_active(one.host, passed + 1, SIM_MS(4)));
    const bytes data = frame(2);
    net_port_send(one.listener, data.data(), (unsigned)data.size(), SIM_MS(4));
    evq_run(one.q, SIM_MS(5));
    EXPECT_TRUE(net_host_is_active(one.host, SIM_MS(4), SIM_MS(5))) << "to the host";
}

TEST(Host, GetsTheNetworksFrames)
{
    network one;
    const bytes data = frame(5);
    net_port_send(one.listener, data.data(), (unsigned)data.size(), SIM_US(1));
    evq_run(one.q, SIM_MS(1));
    ASSERT_EQ(one.outside.got.size(), 1u);
    EXPECT_EQ(one.outside.got[0], data);
}

TEST(Host, CountsWhatItCannotTake)
{
    network one;
    for (uint8_t i = 0; i < 12; i++)
        one.outside.to_send.push_back(frame(i));
    one.outside.to_send.push_back(bytes(13, 0xFF));
    one.outside.to_send.push_back(bytes(1519, 0xFF));
    one.poll_at(SIM_MS(1));
    EXPECT_EQ(net_host_get_counts(one.host)->dropped_queue_full, 4u);
    EXPECT_EQ(net_host_get_counts(one.host)->dropped_length, 2u);
}

TEST(Host, MayBeNobody)
{
    captured_log log;
    struct evq *q = evq_create();
    const auto switch_config = net_switch_typical();
    struct net_switch *net = net_switch_create(&switch_config, q);
    const auto config = net_host_typical("none", 0);
    struct net_host *host = net_host_create(net, &config, q);
    static const struct net_port_ops ops = {[](void *, const uint8_t *, unsigned, sim_time, sim_time) {}};
    const auto port_config = net_port_typical("port", 1);
    struct net_port *port = net_port_create(net, &port_config, &ops, nullptr);
    const bytes data = frame(1);
    net_port_send(port, data.data(), (unsigned)data.size(), 0);
    evq_run(q, SIM_MS(1));
    net_host_poll(host, SIM_MS(1));
    EXPECT_EQ(net_host_get_counts(host)->dropped_no_backend, 1u);
    net_host_destroy(host);
    net_switch_destroy(net);
    evq_destroy(q);
}

TEST(Record, MakesARunRepeatWithoutTheHost)
{
    const std::string path = temporary("record"), again_path = temporary("again");
    captured_log log;
    struct net_record *record;
    ASSERT_EQ(net_record_create(path.c_str(), log, &record), SIM_OK);
    std::vector<arrival> heard;
    std::vector<bool> active; // which says when the host is looked at next
    {
        network one(record);
        for (uint8_t round = 0; round < 50; round++) {
            for (uint8_t i = 0; i < round % 4; i++)
                one.outside.to_send.push_back(frame((uint8_t)(round * 4 + i), 60 + 7u * round));
            one.poll_at(SIM_US(77) * round);
            active.push_back(
                net_host_is_active(one.host, SIM_US(77) * round - (round ? SIM_US(50) : 0), evq_now(one.q)));
        }
        evq_run(one.q, SIM_MS(100));
        heard = one.heard;
    }
    ASSERT_EQ(net_record_close(record), SIM_OK);
    ASSERT_GT(heard.size(), 50u);
    EXPECT_NE(std::count(active.begin(), active.end(), true), 50);
    EXPECT_NE(std::count(active.begin(), active.end(), true), 0);

    struct net_replay *replay;
    ASSERT_EQ(net_replay_open(path.c_str(), log, &replay), SIM_OK);
    ASSERT_EQ(net_record_create(again_path.c_str(), log, &record), SIM_OK);
    {
        network two(record, replay);
        EXPECT_TRUE(two.outside.is_destroyed) << "the host is not to be touched";
        two.outside.to_send = {frame(99)};
        for (unsigned round = 0; round < 50; round++) {
            two.poll_at(SIM_US(77) * round); // to no effect
            EXPECT_EQ(net_host_is_active(two.host, SIM_US(77) * round - (round ? SIM_US(50) : 0), evq_now(two.q)),
                      active[round])
                << round;
        }
        evq_run(two.q, SIM_MS(100));
        EXPECT_TRUE(two.heard == heard);
        EXPECT_TRUE(two.outside.polled.empty());
    }
    ASSERT_EQ(net_record_close(record), SIM_OK);
    net_replay_close(replay);
    EXPECT_EQ(contents(path), contents(again_path));
    std::remove(path.c_str());
    std::remove(again_path.c_str());
}

TEST(Record, GivesEachPortItsOwn)
{
    const std::string path = temporary("ports");
    captured_log log;
    struct net_record *record;
    ASSERT_EQ(net_record_create(path.c_str(), log, &record), SIM_OK);
    const bytes a = {1, 2, 3}, b = {4};
    net_record_write(record, 10, 1, a.data(), 3);
    net_record_write(record, 10, 2, b.data(), 1);
    net_record_write(record, 20, 1, b.data(), 0);
    ASSERT_EQ(net_record_close(record), SIM_OK);
    struct net_replay *replay;
    ASSERT_EQ(net_replay_open(path.c_str(), log, &replay), SIM_OK);
    size_t cursor = 0;
    struct net_entry entry;
    ASSERT_TRUE(net_replay_next(replay, 1, &cursor, &entry));
    EXPECT_EQ(bytes(entry.bytes, entry.bytes + entry.length), a);
    ASSERT_TRUE(net_replay_next(replay, 1, &cursor, &entry));
    EXPECT_EQ(entry.time, 20u);
    EXPECT_EQ(entry.length, 0u);
    EXPECT_FALSE(net_replay_next(replay, 1, &cursor, &entry));
    cursor = 0;
    ASSERT_TRUE(net_replay_next(replay, 2, &cursor, &entry));
    EXPECT_EQ(entry.bytes[0], 4);
    net_replay_close(replay);
    std::remove(path.c_str());
}

// What the file of two entries with the same data holds.
bytes record_of_two(const bytes &data, captured_log &log)
{
    const std::string path = temporary("two");
    struct net_record *record;
    EXPECT_EQ(net_record_create(path.c_str(), log, &record), SIM_OK);
    for (sim_time time : {10, 20})
        net_record_write(record, time, 1, data.data(), (unsigned)data.size());
    EXPECT_EQ(net_record_close(record), SIM_OK);
    bytes content = contents(path);
    std::remove(path.c_str());
    return content;
}

TEST(Record, IsGoodUpToWhereItsWriterWasKilled)
{
    captured_log log;
    const bytes data = {1, 2, 3};
    const bytes whole = record_of_two(data, log);
    ASSERT_EQ(whole.size(), 12u + 2 * 19);
    for (size_t size = 12; size <= whole.size(); size++) {
        struct net_replay *replay;
        struct net_entry entry;
        const size_t messages = log.lines.size();
        ASSERT_EQ(net_replay_parse(whole.data(), size, "cut", log, &replay), SIM_OK) << size;
        size_t cursor = 0, found = 0;
        for (; net_replay_next(replay, 1, &cursor, &entry); found++)
            EXPECT_EQ(bytes(entry.bytes, entry.bytes + entry.length), data);
        EXPECT_EQ(found, (size - 12) / 19) << size;
        EXPECT_EQ(log.lines.size() - messages, (size - 12) % 19 ? 1u : 0u) << size;
        net_replay_close(replay);
    }
}

TEST(Record, RefusesFilesThatAreNone)
{
    captured_log log;
    const bytes good = record_of_two({1, 2, 3}, log);
    ASSERT_EQ(good.size(), 12u + 2 * 19);
    struct net_replay *replay;
    for (size_t size = 0; size < 12; size++)
        EXPECT_EQ(net_replay_parse(good.data(), size, "cut", log, &replay), SIM_BAD_FORMAT) << size;
    bytes bad = good;
    bad[31] = 9; // earlier than the one before
    EXPECT_EQ(net_replay_parse(bad.data(), bad.size(), "order", log, &replay), SIM_BAD_FORMAT);
    bad = good;
    bad[12 + 12 + 3] = 0x7F; // a length of 2 GB
    EXPECT_EQ(net_replay_parse(bad.data(), bad.size(), "length", log, &replay), SIM_BAD_FORMAT);
    EXPECT_NE(log.text().find("malformed at byte 12"), std::string::npos);
    EXPECT_EQ(net_replay_open(temporary("missing").c_str(), log, &replay), SIM_IO);
    struct net_record *record;
    EXPECT_EQ(net_record_create("/nonexistent/record", log, &record), SIM_IO);
}

TEST(Pcap, HoldsAPortsFramesWithNanoseconds)
{
    const std::string path = temporary("port.pcap");
    captured_log log;
    struct net_pcap *pcap;
    ASSERT_EQ(net_pcap_create(path.c_str(), log, &pcap), SIM_OK);
    {
        network one;
        net_pcap_observe(pcap, one.listener);
        one.outside.to_send = {frame(1)};
        one.poll_at(SIM_S(2) + SIM_NS(123456789));
        evq_run(one.q, SIM_S(3));
    }
    ASSERT_EQ(net_pcap_close(pcap), SIM_OK);
    const bytes file = contents(path);
    ASSERT_EQ(file.size(), 24u + 16 + 100);
    const auto word = [&](size_t at) { return *(const uint32_t *)&file[at]; };
    EXPECT_EQ(word(0), 0xA1B23C4Du) << "nanoseconds";
    EXPECT_EQ(word(20), 1u) << "Ethernet";
    EXPECT_EQ(word(24), 2u);
    EXPECT_EQ(word(28), 123456789u + 10000 + 5000) << "host's latency, then the switch's";
    EXPECT_EQ(bytes(file.begin() + 40, file.end()), frame(1));
    std::remove(path.c_str());
    EXPECT_EQ(net_pcap_create("/nonexistent/x.pcap", log, &pcap), SIM_IO);
    EXPECT_NE(log.text().find("cannot write"), std::string::npos);
}

// What a command prints.
std::string output_of(const std::string &command)
{
    std::string all;
    FILE *pipe = popen(command.c_str(), "r");
    for (int c; pipe && (c = fgetc(pipe)) != EOF;)
        all += (char)c;
    if (pipe)
        pclose(pipe);
    return all;
}

TEST(Pcap, SatisfiesTshark)
{
    if (std::system("command -v tshark >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "tshark is not installed";
    const std::string path = temporary("tshark.pcap");
    struct net_pcap *pcap;
    net_bench bench;
    ASSERT_EQ(net_pcap_create(path.c_str(), bench.log, &pcap), SIM_OK);
    bench.add_host();
    struct slirp_backend *slirp;
    const auto config = slirp_typical();
    ASSERT_EQ(slirp_backend_create(&config, bench.host, bench.q, bench.log, &slirp), SIM_OK);
    net_pcap_observe(pcap, net_host_port(bench.host));
    auto &one = bench.add_guest();
    one.ask_for_lease();
    ASSERT_TRUE(bench.run_until([&] { return one.address != 0; }));
    one.ask_for(one.offered.router);
    one.ping(one.offered.router);
    host_socket listener(SOCK_STREAM);
    const uint16_t port = listener.bind_anywhere();
    listen(listener.descriptor(), 1);
    auto connection = one.connect(one.offered.router, port);
    one.send(*connection, text("hello"));
    bench.run_for(SIM_MS(200));
    net_port_observe(net_host_port(bench.host), nullptr);
    ASSERT_EQ(net_pcap_close(pcap), SIM_OK);
    const std::string read = "tshark -r " + path +
                             " -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE "
                             "-o udp.check_checksum:TRUE 2>/dev/null ";
    const std::string all = output_of(read);
    for (const char *what : {"DHCP Discover", "DHCP ACK", "ARP", "Echo (ping) reply", "[SYN, ACK]"})
        EXPECT_NE(all.find(what), std::string::npos) << what << " in\n" << all;
    const std::string bad = "'_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || "
                            "udp.checksum.status == 0 || icmp.checksum.status == 0'";
    EXPECT_EQ(output_of(read + "-Y " + bad), "");
    for (const char *good : {"ip", "tcp", "udp", "icmp"}) // or the line above could not fail
        EXPECT_NE(output_of(read + "-Y " + good + ".checksum.status==1"), "") << good;
    std::remove(path.c_str());
}

} // namespace
