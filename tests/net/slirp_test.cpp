/* SPDX-License-Identifier: Apache-2.0 */
/* The host's network through libslirp: leases, names, connections both ways, and what is forbidden. */
#include <gtest/gtest.h>

#include "tests/support/net_bench.h"

namespace
{

using guest::bytes;
using guest::ip;

constexpr uint32_t GATEWAY = ip(10, 0, 2, 2), NAMESERVER = ip(10, 0, 2, 3), FIRST_LEASE = ip(10, 0, 2, 15);

class Slirp : public ::testing::Test, public net_bench
{
  protected:
    struct slirp_backend *slirp = nullptr;

    void start(struct slirp_config config = slirp_typical())
    {
        add_host();
        ASSERT_EQ(slirp_backend_create(&config, host, q, log, &slirp), SIM_OK);
    }
    guest::stack &guest_with_lease()
    {
        auto &made = add_guest();
        made.ask_for_lease();
        EXPECT_TRUE(run_until([&] { return made.address != 0; }));
        return made;
    }
    // A forward from a free port of the host; 0 when there is none.
    uint16_t forward(const char *protocol, uint16_t guest_port, const char *guest = "10.0.2.15")
    {
        const uint16_t port = free_port(std::string(protocol) == "udp" ? SOCK_DGRAM : SOCK_STREAM);
        const std::string spec =
            std::string(protocol) + "::" + std::to_string(port) + "-" + guest + ":" + std::to_string(guest_port);
        return slirp_backend_forward(slirp, spec.c_str()) == SIM_OK ? port : (uint16_t)0;
    }
};

// Answers each request line with its length and closes, as a simple web server would.
void serve_once(guest::stack &stack, uint16_t port, const bytes &answer)
{
    stack.listeners[port] = [&stack, answer](guest::tcp &connection) {
        connection.on_data = [&stack, answer](guest::tcp &c) {
            if (c.received.size() >= 4 && !c.fin_wanted) {
                stack.send(c, answer);
                stack.close(c);
            }
        };
    };
}

TEST_F(Slirp, GivesALeaseWithGatewayAndNameServer)
{
    start();
    auto &one = guest_with_lease();
    EXPECT_EQ(one.address, FIRST_LEASE);
    EXPECT_EQ(one.offered.router, GATEWAY);
    EXPECT_EQ(one.offered.dns, NAMESERVER);
    EXPECT_EQ(one.bad_checksums, 0u);
}

TEST_F(Slirp, GivesEachGuestALeaseOfItsOwn)
{
    start();
    auto &one = guest_with_lease(), &two = guest_with_lease();
    EXPECT_EQ(one.address, FIRST_LEASE);
    EXPECT_EQ(two.address, FIRST_LEASE + 1);
    one.ask_for_lease();
    run_for(SIM_MS(50));
    EXPECT_EQ(one.address, FIRST_LEASE) << "the same one again";
}

// libslirp's own server has sixteen leases.
TEST_F(Slirp, GivesLeasesToAHundredGuests)
{
    start();
    for (uint32_t i = 0; i < 100; i++)
        EXPECT_EQ(guest_with_lease().address, FIRST_LEASE + i);
}

TEST_F(Slirp, LeasesNoAddressThatIsItsOwn)
{
    auto config = slirp_typical();
    config.host = "10.0.2.16";
    config.dns = "10.0.2.17";
    start(config);
    EXPECT_EQ(guest_with_lease().address, FIRST_LEASE);
    EXPECT_EQ(guest_with_lease().address, FIRST_LEASE + 3);
}

TEST_F(Slirp, UsesTheNetworkThatItIsTold)
{
    auto config = slirp_typical();
    config.network = "192.168.100.0/24";
    start(config);
    EXPECT_EQ(guest_with_lease().address, ip(192, 168, 100, 15));
}

TEST_F(Slirp, AnswersArpAndPingForTheGateway)
{
    start();
    auto &one = guest_with_lease();
    one.neighbours.clear();
    one.ask_for(GATEWAY);
    ASSERT_TRUE(run_until([&] { return one.neighbours.count(GATEWAY) == 1; }, SIM_S(1)));
    one.ping(GATEWAY);
    EXPECT_TRUE(run_until([&] { return one.pings_answered == 1; }, SIM_S(1)));
}

TEST_F(Slirp, CarriesDatagramsToTheHostAndBack)
{
    start();
    auto &one = guest_with_lease();
    host_socket server(SOCK_DGRAM);
    const uint16_t port = server.bind_anywhere();
    host_programs.push_back([&] { // answers as a name server would: the same identifier, a response
        uint8_t query[512];
        sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t got = recvfrom(server.descriptor(), query, sizeof query, 0, (sockaddr *)&from, &size);
        if (got < 12)
            return;
        query[2] |= 0x80;
        sendto(server.descriptor(), query, (size_t)got, 0, (sockaddr *)&from, size);
    });
    const bytes query = {0xBE, 0xEF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4, 'h', 'o', 's', 't', 0, 0, 1, 0, 1};
    bytes answer;
    one.udp[5353] = [&](uint32_t from, uint16_t from_port, const bytes &data) {
        EXPECT_EQ(from, GATEWAY);
        EXPECT_EQ(from_port, port);
        answer = data;
    };
    one.send_udp(5353, GATEWAY, port, query);
    ASSERT_TRUE(run_until([&] { return !answer.empty(); }));
    bytes expected = query;
    expected[2] |= 0x80;
    EXPECT_EQ(answer, expected);
}

TEST_F(Slirp, ConnectsTheGuestToAServerOfTheHost)
{
    start();
    auto &one = guest_with_lease();
    host_socket listener(SOCK_STREAM);
    const uint16_t port = listener.bind_anywhere();
    ASSERT_EQ(listen(listener.descriptor(), 4), 0);
    bytes big(1000000);
    for (size_t i = 0; i < big.size(); i++)
        big[i] = (uint8_t)(i * 7 + i / 251);
    host_socket peer(-1, true);
    bytes request;
    size_t sent = 0;
    host_programs.push_back([&] {
        if (!peer.is_open()) {
            host_socket next = listener.accept();
            std::swap(const_cast<int &>(peer.descriptor()), const_cast<int &>(next.descriptor()));
            return;
        }
        peer.read(request);
        if (request.size() == 18 && sent < big.size())
            sent += peer.write(big, sent);
        if (sent == big.size())
            peer.finish_writing();
    });
    auto connection = one.connect(GATEWAY, port);
    one.send(*connection, text("GET /big HTTP/1.0\n"));
    ASSERT_TRUE(run_until([&] { return connection->peer_closed; }));
    EXPECT_EQ(connection->received, big);
    EXPECT_EQ(one.bad_checksums, 0u);
}

TEST_F(Slirp, RefusesWhereNobodyListens)
{
    start();
    auto &one = guest_with_lease();
    auto connection = one.connect(GATEWAY, free_port());
    EXPECT_TRUE(run_until([&] { return connection->was_reset; }));
}

TEST_F(Slirp, ForwardsTheHostsConnectionsToTheGuest)
{
    start();
    auto &one = guest_with_lease();
    serve_once(one, 80, text("HTTP/1.0 200 OK\r\n\r\nhello"));
    const uint16_t port = forward("tcp", 80);
    ASSERT_NE(port, 0);
    host_socket client(SOCK_STREAM);
    ASSERT_TRUE(client.connect(port));
    client.write(text("GET /hello\r\n"));
    bytes answer;
    bool is_open = true;
    ASSERT_TRUE(run_until([&] { return !(is_open = client.read(answer)); }));
    EXPECT_EQ(answer, text("HTTP/1.0 200 OK\r\n\r\nhello"));
}

TEST_F(Slirp, ForwardsSeveralPortsToSeveralGuests)
{
    start();
    auto &one = guest_with_lease(), &two = guest_with_lease();
    serve_once(one, 80, text("one"));
    serve_once(two, 8080, text("two"));
    const uint16_t ports[] = {forward("tcp", 80), forward("tcp", 8080, "10.0.2.16")};
    const bytes answers[] = {text("one"), text("two")};
    for (int i = 0; i < 2; i++) {
        host_socket client(SOCK_STREAM);
        ASSERT_TRUE(client.connect(ports[i]));
        client.write(text("GET /"));
        bytes answer;
        ASSERT_TRUE(run_until([&] { return !client.read(answer); }));
        EXPECT_EQ(answer, answers[i]);
    }
}

TEST_F(Slirp, ForwardsDatagrams)
{
    start();
    auto &one = guest_with_lease();
    one.udp[7] = [&](uint32_t from, uint16_t port, const bytes &data) { one.send_udp(7, from, port, data); };
    const uint16_t port = forward("udp", 7);
    ASSERT_NE(port, 0);
    host_socket client(SOCK_DGRAM);
    client.bind_anywhere();
    ASSERT_TRUE(client.connect(port));
    client.write(text("echo"));
    bytes answer;
    EXPECT_TRUE(run_until([&] { return client.read(answer), !answer.empty(); }));
    EXPECT_EQ(answer, text("echo"));
}

TEST_F(Slirp, OpensForwardsOnTheLoopbackAddressOnly)
{
    start();
    const uint16_t port = forward("tcp", 80);
    ASSERT_NE(port, 0);
    int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(ip(127, 0, 0, 2)); // the host too, but another address
    address.sin_port = htons(port);
    EXPECT_NE(connect(other, (sockaddr *)&address, sizeof address), 0);
    close(other);
}

TEST_F(Slirp, SaysWhatIsWrongWithAForward)
{
    start();
    host_socket taken(SOCK_STREAM);
    const uint16_t port = taken.bind_anywhere();
    ASSERT_EQ(listen(taken.descriptor(), 1), 0);
    const std::string busy = "tcp::" + std::to_string(port) + "-10.0.2.15:80";
    EXPECT_EQ(slirp_backend_forward(slirp, busy.c_str()), SIM_BUSY);
    EXPECT_NE(log.text().find("the host's port is in use"), std::string::npos);
    EXPECT_EQ(slirp_backend_forward(slirp, "tcp:8000"), SIM_BAD_FORMAT);
    EXPECT_NE(log.text().find("expected one like tcp:127.0.0.1:8000-10.0.2.15:80"), std::string::npos);
    EXPECT_EQ(slirp_backend_forward(slirp, "tcp::8000-10.0.3.15:80"), SIM_BAD_VALUE);
    EXPECT_NE(log.text().find("outside the network"), std::string::npos);
}

TEST_F(Slirp, RefusesABadNetwork)
{
    add_host();
    auto config = slirp_typical();
    for (const char *bad : {"10.0.2.0", "10.0.2.1/24", "10.0.2.0/31", "ten/8", "10.0.2.0/24x"}) {
        config.network = bad;
        EXPECT_EQ(slirp_backend_create(&config, host, q, log, &slirp), SIM_BAD_FORMAT) << bad;
    }
}

// Whether a guest reaches a service of the host.
bool reaches(net_bench &bench, guest::stack &one, uint16_t port)
{
    auto connection = one.connect(GATEWAY, port);
    bench.run_until([&] { return connection->is_open || connection->was_reset; }, SIM_S(5));
    return connection->is_open;
}

TEST_F(Slirp, KeepsARestrictedGuestFromTheHostButNotFromItsForwards)
{
    host_socket service(SOCK_STREAM);
    const uint16_t port = service.bind_anywhere();
    ASSERT_EQ(listen(service.descriptor(), 4), 0);
    auto config = slirp_typical();
    config.restricted = true;
    start(config);
    auto &one = guest_with_lease();
    EXPECT_FALSE(reaches(*this, one, port));
    host_socket receiver(SOCK_DGRAM);
    const uint16_t datagrams = receiver.bind_anywhere();
    one.send_udp(1000, GATEWAY, datagrams, text("secret"));
    run_for(SIM_MS(100));
    bytes leaked;
    receiver.read(leaked);
    EXPECT_TRUE(leaked.empty());
    serve_once(one, 80, text("hello"));
    host_socket client(SOCK_STREAM);
    ASSERT_TRUE(client.connect(forward("tcp", 80)));
    client.write(text("GET /"));
    bytes answer;
    EXPECT_TRUE(run_until([&] { return !client.read(answer); }));
    EXPECT_EQ(answer, text("hello"));
}

TEST_F(Slirp, CanCloseTheHostsLoopbackAlone)
{
    host_socket service(SOCK_STREAM);
    const uint16_t port = service.bind_anywhere();
    ASSERT_EQ(listen(service.descriptor(), 4), 0);
    auto config = slirp_typical();
    config.no_host_loopback = true;
    start(config);
    EXPECT_FALSE(reaches(*this, guest_with_lease(), port));
}

TEST_F(Slirp, ReachesTheHostsLoopbackUnlessForbidden)
{
    host_socket service(SOCK_STREAM);
    const uint16_t port = service.bind_anywhere();
    ASSERT_EQ(listen(service.descriptor(), 4), 0);
    start();
    EXPECT_TRUE(reaches(*this, guest_with_lease(), port));
}

TEST_F(Slirp, DropsFragmentsWhichTheLibraryIsNotSafeAgainst)
{
    start();
    auto &one = guest_with_lease();
    bytes part = {0x45, 0, 0, 33, 0, 0, 0x00, 0x03, 64, 1, 0, 0, 10, 0, 2, 15, 10, 0, 2, 2};
    part.resize(33);
    one.send_frame({0x52, 0x55, 10, 0, 2, 2}, ETHER_TYPE_IPV4, part);
    run_for(SIM_MS(1));
    EXPECT_EQ(slirp_backend_fragments(slirp), 1u);
}

TEST_F(Slirp, SurvivesAPeerThatIsKilledInTheMiddle)
{
    start();
    auto &one = guest_with_lease();
    serve_once(one, 80, bytes(500000, 'x'));
    const uint16_t port = forward("tcp", 80);
    {
        host_socket client(SOCK_STREAM);
        ASSERT_TRUE(client.connect(port));
        client.write(text("GET /"));
        run_for(SIM_MS(30));
        const struct linger now_ = {1, 0}; // a reset, as when the process is killed
        setsockopt(client.descriptor(), SOL_SOCKET, SO_LINGER, &now_, sizeof now_);
    }
    run_for(SIM_MS(500));
    host_socket client(SOCK_STREAM);
    serve_once(one, 80, text("still here"));
    ASSERT_TRUE(client.connect(port));
    client.write(text("GET /"));
    bytes answer;
    ASSERT_TRUE(run_until([&] { return !client.read(answer); }));
    EXPECT_EQ(answer, text("still here"));
}

// The full 10,000 take a minute; VESPER_CONNECTIONS=10000 asks for them.
TEST_F(Slirp, LeavesNothingBehindAfterManyConnections)
{
    const char *wanted = std::getenv("VESPER_CONNECTIONS");
    const int count = wanted ? std::atoi(wanted) : 400;
    start();
    auto &one = guest_with_lease();
    serve_once(one, 80, text("bye"));
    const uint16_t port = forward("tcp", 80);
    const unsigned before = open_descriptors();
    for (int i = 0; i < count; i++) {
        host_socket client(SOCK_STREAM);
        ASSERT_TRUE(client.connect(port));
        client.write(text("GET /"));
        bytes answer;
        ASSERT_TRUE(run_until([&] { return !client.read(answer); })) << "connection " << i;
        ASSERT_EQ(answer, text("bye"));
        one.forget_finished();
    }
    run_for(SIM_S(120)); // slirp's own waiting times are in simulated time
    one.forget_finished();
    EXPECT_TRUE(one.connections.empty());
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(net_switch_frames(net), 0u);
}

} // namespace
