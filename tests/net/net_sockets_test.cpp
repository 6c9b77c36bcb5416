/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets and interfaces of the host: a cable to another process, a UART at a TCP port, a TAP interface. Peers come
 * late, go away, send nonsense and do not read; the simulation goes on. */
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "net_bridge/byte_bridge.h"
#include "net_bridge/link_backend.h"
#include "net_bridge/net_stream.h"
#include "net_bridge/tap_backend.h"
#include "net_bridge/tunnel.h"
#include "tests/support/net_bench.h"

namespace
{

using guest::bytes;

std::string socket_path(const char *name)
{
    return "/tmp/vesper_net_" + std::to_string(getpid()) + "_" + name;
}

bytes frame(size_t size, uint8_t number = 1)
{
    bytes made(6, 0xFF);
    guest::append(made, {2, 0, 0, 0, 9, 9, 0x88, 0xB5});
    made.resize(size, number);
    return made;
}

// One end of a cable: a network of its own, with a listener at the switch.
class network : public net_bench
{
  public:
    std::vector<bytes> heard;
    struct net_port *listener;

    network()
    {
        static const struct net_port_ops ops = {
            [](void *ctx, const uint8_t *data, unsigned length, sim_time, sim_time) {
                static_cast<network *>(ctx)->heard.push_back(bytes(data, data + length));
            }};
        const auto config = net_port_typical("listener", 100);
        listener = net_port_create(net, &config, &ops, this);
        add_host();
    }
    void send(const bytes &data)
    {
        net_port_send(listener, data.data(), (unsigned)data.size(), now);
    }
};

bool run_both(network &one, network &two, const std::function<bool()> &condition)
{
    for (int i = 0; i < 100 && !condition(); i++) {
        one.step();
        two.step();
    }
    return condition();
}

TEST(StreamLink, CarriesFramesBothWaysWhoeverCameFirst)
{
    const std::string address = "unix:" + socket_path("link");
    network one, two;
    struct link_backend *a, *b;
    ASSERT_EQ(link_backend_create_stream(address.c_str(), false, two.host, two.log, &b), SIM_OK)
        << "peer not there yet";
    two.run_for(SIM_MS(3));
    ASSERT_EQ(link_backend_create_stream(address.c_str(), true, one.host, one.log, &a), SIM_OK);
    ASSERT_TRUE(run_both(one, two, [&] {
        one.send(frame(60));
        return !two.heard.empty();
    }));
    run_both(one, two, [] { return false; });
    one.heard.clear(), two.heard.clear();
    for (size_t size = 60; size <= 1518; size += 54)
        one.send(frame(size, (uint8_t)size)), two.send(frame(size + 1 > 1518 ? 1518 : size + 1));
    ASSERT_TRUE(run_both(one, two, [&] { return two.heard.size() >= 28 && one.heard.size() >= 28; }));
    EXPECT_EQ(two.heard[27], frame(1518, (uint8_t)1518));
    EXPECT_EQ(one.heard[0], frame(61));
}

TEST(StreamLink, SurvivesAPeerThatIsKilledAndComesBack)
{
    const std::string address = "unix:" + socket_path("killed");
    network one;
    struct link_backend *a;
    ASSERT_EQ(link_backend_create_stream(address.c_str(), true, one.host, one.log, &a), SIM_OK);
    for (int life = 0; life < 3; life++) {
        network two;
        struct link_backend *b;
        ASSERT_EQ(link_backend_create_stream(address.c_str(), false, two.host, two.log, &b), SIM_OK);
        ASSERT_TRUE(run_both(one, two, [&] {
            one.send(frame(100));
            return !two.heard.empty();
        })) << life;
    }
    for (int i = 0; i < 5; i++) {
        one.send(frame(100));
        one.run_for(SIM_MS(2));
    }
    EXPECT_GE(link_backend_get_counts(a)->dropped_no_peer, 4u);
}

TEST(StreamLink, SendsAPeerAwayThatIsOutOfStep)
{
    const uint16_t port = free_port();
    const std::string address = "tcp:" + std::to_string(port);
    network one;
    struct link_backend *a;
    ASSERT_EQ(link_backend_create_stream(address.c_str(), true, one.host, one.log, &a), SIM_OK);
    host_socket peer(SOCK_STREAM);
    ASSERT_TRUE(peer.connect(port));
    one.run_for(SIM_MS(2));
    bytes good = {0, 0, 0, 100};
    guest::append(good, frame(100));
    peer.write(good);
    peer.write({0x10, 0, 0, 0, 1, 2, 3});
    bytes unused;
    EXPECT_TRUE(one.run_until([&] { return !peer.read(unused); }, SIM_S(1)));
    one.run_for(SIM_MS(2));
    EXPECT_EQ(one.heard.size(), 1u);
    EXPECT_EQ(link_backend_get_counts(a)->bad_length, 1u);
    host_socket next(SOCK_STREAM);
    ASSERT_TRUE(next.connect(port));
    next.write(good);
    EXPECT_TRUE(one.run_until([&] { return one.heard.size() == 2; }, SIM_S(1)));
}

TEST(StreamLink, DropsWholeFramesWhenThePeerDoesNotRead)
{
    const uint16_t port = free_port();
    network one;
    struct link_backend *a;
    ASSERT_EQ(link_backend_create_stream(("tcp:" + std::to_string(port)).c_str(), true, one.host, one.log, &a), SIM_OK);
    host_socket peer(SOCK_STREAM);
    ASSERT_TRUE(peer.connect(port));
    one.run_for(SIM_MS(2));
    unsigned sent = 0;
    for (; sent < 20000 && link_backend_get_counts(a)->dropped_no_peer < 10; sent++) {
        one.send(frame(1514));
        one.step();
    }
    const uint64_t dropped = link_backend_get_counts(a)->dropped_no_peer;
    ASSERT_GE(dropped, 10u);
    bytes got;
    const size_t expected = (sent - dropped) * 1518;
    EXPECT_TRUE(one.run_until([&] { return peer.read(got), got.size() >= expected; }, SIM_S(2)));
    EXPECT_EQ(got.size(), expected);
}

TEST(StreamLink, ReplacesASocketThatAKilledProgramLeftBehindAndNothingElse)
{
    const std::string path = socket_path("stale");
    {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        std::copy(path.begin(), path.end(), address.sun_path);
        ASSERT_EQ(bind(fd, (sockaddr *)&address, sizeof address), 0);
        close(fd);
    }
    captured_log log;
    struct net_stream *stream, *second;
    ASSERT_EQ(net_stream_open(("unix:" + path).c_str(), true, 100, log, &stream), SIM_OK);
    EXPECT_EQ(net_stream_open(("unix:" + path).c_str(), true, 100, log, &second), SIM_BUSY) << "somebody listens there";
    net_stream_close(stream);
    EXPECT_NE(access(path.c_str(), F_OK), 0) << "it cleans up";
    int file = open(path.c_str(), O_CREAT | O_WRONLY, 0600);
    close(file);
    EXPECT_EQ(net_stream_open(("unix:" + path).c_str(), true, 100, log, &stream), SIM_BUSY) << "a file is not ours";
    EXPECT_EQ(access(path.c_str(), F_OK), 0);
    unlink(path.c_str());
}

TEST(StreamLink, SaysWhichAddressesItUnderstands)
{
    captured_log log;
    struct net_stream *stream;
    for (const char *bad : {"", "tcp:", "tcp:0", "tcp:99999", "tcp:1.2.3:4", "unix:", "udp:1", "5556", "tcp:5556-1"})
        EXPECT_EQ(net_stream_open(bad, true, 100, log, &stream), SIM_BAD_FORMAT) << bad;
    EXPECT_EQ(net_stream_open(("unix:" + std::string(200, 'x')).c_str(), true, 100, log, &stream), SIM_BAD_FORMAT);
    EXPECT_NE(log.text().find("expected one like tcp:127.0.0.1:5556"), std::string::npos);
    EXPECT_EQ(net_stream_open("unix:/nonexistent/x", true, 100, log, &stream), SIM_IO);
}

TEST(DatagramLink, CarriesOneFrameADatagram)
{
    const std::string at_one = socket_path("one"), at_two = socket_path("two");
    network one, two;
    struct link_backend *a, *b;
    ASSERT_EQ(link_backend_create_datagram(at_one.c_str(), at_two.c_str(), one.host, one.log, &a), SIM_OK);
    one.send(frame(60));
    one.run_for(SIM_MS(2));
    EXPECT_EQ(link_backend_get_counts(a)->dropped_no_peer, 1u);
    ASSERT_EQ(link_backend_create_datagram(at_two.c_str(), at_one.c_str(), two.host, two.log, &b), SIM_OK);
    one.send(frame(1518));
    two.send(frame(77));
    ASSERT_TRUE(run_both(one, two, [&] { return one.heard.size() == 1 && two.heard.size() == 1; }));
    EXPECT_EQ(two.heard[0], frame(1518));
    EXPECT_EQ(one.heard[0], frame(77));
    struct link_backend *c;
    network three;
    EXPECT_EQ(link_backend_create_datagram(at_one.c_str(), at_two.c_str(), three.host, three.log, &c), SIM_BUSY);
    EXPECT_EQ(link_backend_create_datagram("", at_two.c_str(), three.host, three.log, &c), SIM_BAD_VALUE);
}

// --- a UART at a TCP port

class Bytes : public ::testing::Test
{
  protected:
    captured_log log;
    struct evq *q = evq_create();
    struct byte_bridge *bridge = nullptr;
    bytes uart;
    std::vector<sim_time> times;
    size_t room = SIZE_MAX;
    sim_time now = 0;
    uint16_t port = free_port();
    std::string address = "tcp:127.0.0.1:" + std::to_string(port);

    enum sim_status start(struct net_record *record = nullptr, const struct net_replay *replay = nullptr)
    {
        auto config = byte_bridge_typical(3);
        config.address = address.c_str();
        config.record = record;
        config.replay = replay;
        const struct byte_bridge_line line = {this, [](void *ctx, const uint8_t *data, size_t size, sim_time at) {
                                                  auto *self = static_cast<Bytes *>(ctx);
                                                  size = std::min(size, self->room);
                                                  self->room -= size;
                                                  self->uart.insert(self->uart.end(), data, data + size);
                                                  self->times.push_back(at);
                                                  return size;
                                              }};
        return byte_bridge_create(&config, &line, q, log, &bridge);
    }
    void TearDown() override
    {
        byte_bridge_destroy(bridge);
        evq_destroy(q);
    }
    bool run_until(const std::function<bool()> &condition)
    {
        for (int i = 0; i < 500 && !condition(); i++) {
            now += SIM_MS(1);
            evq_run(q, now);
            byte_bridge_poll(bridge, now);
        }
        return condition();
    }
    void send(const bytes &data)
    {
        for (uint8_t byte : data)
            byte_bridge_byte(bridge, byte);
    }
};

TEST_F(Bytes, AreThoseOfTheDocumentsTunBridge)
{
    ASSERT_EQ(start(), SIM_OK);
    host_socket python(SOCK_STREAM);
    ASSERT_TRUE(python.connect(port));
    uint8_t packed[TUNNEL_MAX];
    const bytes echo = frame(98);
    const bytes request(packed, packed + tunnel_encode(echo.data(), 98, packed));
    python.write(request);
    ASSERT_TRUE(run_until([&] { return uart.size() == 100; }));
    EXPECT_EQ(uart, request);
    EXPECT_EQ(times[0] % SIM_MS(1), SIM_US(10)) << "a latency after the poll";
    send(request);
    bytes answer;
    EXPECT_TRUE(run_until([&] { return python.read(answer), answer.size() == 100; }));
    EXPECT_EQ(answer, request);
}

TEST_F(Bytes, WaitForTheUartAndHoldThePeer)
{
    ASSERT_EQ(start(), SIM_OK);
    host_socket peer(SOCK_STREAM);
    ASSERT_TRUE(peer.connect(port));
    bytes data(20000);
    for (size_t i = 0; i < data.size(); i++)
        data[i] = (uint8_t)(i * 13);
    room = 100;
    peer.write(data);
    ASSERT_TRUE(run_until([&] { return uart.size() == 100; }));
    run_until([] { return false; });
    EXPECT_EQ(uart.size(), 100u);
    while (uart.size() < data.size()) {
        room = 777;
        byte_bridge_room(bridge, now);
        run_until([&] { return room == 0; });
        if (uart.size() == data.size())
            break;
    }
    EXPECT_EQ(uart, data);
}

TEST_F(Bytes, GoNowhereWithoutAPeer)
{
    ASSERT_EQ(start(), SIM_OK);
    send(bytes(10000, 'x'));
    run_until([] { return false; });
    EXPECT_EQ(byte_bridge_get_counts(bridge)->dropped, 10000u);
}

TEST_F(Bytes, SayWhenThePortIsInUse)
{
    host_socket taken(SOCK_STREAM);
    port = taken.bind_anywhere();
    ASSERT_EQ(listen(taken.descriptor(), 1), 0);
    address = "tcp:127.0.0.1:" + std::to_string(port);
    EXPECT_EQ(start(), SIM_BUSY);
    EXPECT_NE(log.text().find("cannot listen at tcp:127.0.0.1:" + std::to_string(port)), std::string::npos);
}

TEST_F(Bytes, RepeatFromARecord)
{
    const std::string path = socket_path("bytes.rec");
    struct net_record *record;
    ASSERT_EQ(net_record_create(path.c_str(), log, &record), SIM_OK);
    ASSERT_EQ(start(record), SIM_OK);
    host_socket peer(SOCK_STREAM);
    ASSERT_TRUE(peer.connect(port));
    for (int i = 0; i < 5; i++) {
        const size_t before = uart.size();
        peer.write(bytes(10u + (unsigned)i, (uint8_t)i));
        ASSERT_TRUE(run_until([&] { return uart.size() == before + 10 + (unsigned)i; }));
    }
    byte_bridge_destroy(bridge);
    ASSERT_EQ(net_record_close(record), SIM_OK);
    const bytes first = std::move(uart);
    const auto first_times = std::move(times);
    uart.clear(), times.clear();
    evq_destroy(q);
    q = evq_create();
    struct net_replay *replay;
    ASSERT_EQ(net_replay_open(path.c_str(), log, &replay), SIM_OK);
    ASSERT_EQ(start(nullptr, replay), SIM_OK);
    evq_run(q, now);
    EXPECT_EQ(uart, first);
    EXPECT_EQ(times, first_times);
    net_replay_close(replay);
    unlink(path.c_str());
}

// --- TAP

TEST(Tap, CarriesFramesToAnInterfaceOfTheHostOrSaysWhyNot)
{
    network one;
    struct tap_backend *tap;
    EXPECT_EQ(tap_backend_create("a_name_that_is_too_long", one.host, one.log, &tap), SIM_BAD_VALUE);
    const std::string name = "vsp" + std::to_string(getpid() % 100000);
    const enum sim_status status = tap_backend_create(name.c_str(), one.host, one.log, &tap);
    if (status != SIM_OK) {
        EXPECT_NE(one.log.text().find("cannot open the TAP interface"), std::string::npos);
        EXPECT_NE(one.log.text().find(status == SIM_UNSUPPORTED ? "use slirp" : "run as root"), std::string::npos);
        GTEST_SKIP() << "not permitted here: " << one.log.text();
    }
    one.send(frame(60));
    one.run_for(SIM_MS(2));
    EXPECT_EQ(tap_backend_get_counts(tap)->dropped, 1u) << "the interface is down";
    struct ifreq request = {};
    std::copy(name.begin(), name.end(), request.ifr_name);
    int control = socket(AF_INET, SOCK_DGRAM, 0);
    request.ifr_flags = IFF_UP;
    ASSERT_EQ(ioctl(control, SIOCSIFFLAGS, &request), 0);
    close(control);
    int raw = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(0x88B5));
    sockaddr_ll address = {};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(0x88B5);
    address.sll_ifindex = (int)if_nametoindex(name.c_str());
    ASSERT_EQ(bind(raw, (sockaddr *)&address, sizeof address), 0);
    one.send(frame(1514));
    uint8_t got[2048];
    ssize_t length = -1;
    EXPECT_TRUE(one.run_until([&] { return length > 0 || (length = recv(raw, got, sizeof got, 0)) > 0; }, SIM_S(1)));
    EXPECT_EQ(bytes(got, got + (length > 0 ? length : 0)), frame(1514));
    const bytes back = frame(99, 9);
    ASSERT_EQ(send(raw, back.data(), back.size(), 0), (ssize_t)back.size());
    const auto arrived = [&] { return std::count(one.heard.begin(), one.heard.end(), back) == 1; };
    EXPECT_TRUE(one.run_until(arrived, SIM_S(1)));
    close(raw);
}

} // namespace
