/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual ESP32s on the host's network: the program httpd answers requests that come through a forwarded port, and
 * netcheck reaches the host from the inside. Simulated time runs as fast as it goes. */
#include <algorithm>
#include <atomic>
#include <regex>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/host_sockets.h"
#include "tests/support/vesper_process.h"

namespace
{

/* One of the ways between a node and the host's network, and how much to ask of it. */
struct way {
    std::string name;
    std::string node;     /* keys of [[node]] */
    std::string scene;    /* further sections */
    std::string commands; /* what the console is told */
    size_t size;          /* bytes of a long answer */
    unsigned requests;    /* many */
};

std::ostream &operator<<(std::ostream &out, const way &w)
{
    return out << w.name;
}

const way ethernet = {"Ethernet", "ethernet = 'lan'", "", "", 1 << 20, 200};
const way uart = {"Uart", "uart1 = 'tunnel:lan'", "", "uart dhcp\\n", 16384, 40};

/* A run with a network, a port that leads to the first lease, and nodes. */
class networked_run : public vesper_process
{
  public:
    const uint16_t port = free_port();

    void add_node(const way &w, const std::string &name, const std::string &program, const std::string &commands = "")
    {
        nodes_ += "[[node]]\nname = '" + name + "'\nfirmware = '" + firmware(program) +
                  "'\ncpu_clock = '240MHz'\nuart0 = 'log'\n" + w.node + "\n";
        const std::string text = w.commands + commands;
        if (!text.empty())
            nodes_ += "[[input]]\nnode = '" + name + "'\nat = '5ms'\ntext = \"" + text + "\"\n";
        scene_ = w.scene;
    }

    void go(const std::string &network = "")
    {
        start("[run]\nuntil = '1000000s'\nfail_on = ['FAILED']\n[output]\npcap = true\n[[network]]\nname = 'lan'\n"
              "forwards = ['tcp:127.0.0.1:" +
              std::to_string(port) + "-10.0.2.15:80']\n" + network + scene_ + nodes_);
    }

  private:
    std::string nodes_, scene_;
};

/* Of /large: each line begins with its own offset. */
std::string large(size_t size)
{
    std::string text;
    char line[32];
    for (size_t at = 0; at < size; at += 16) {
        snprintf(line, sizeof line, "%08zx-vesper\n", at);
        text += line;
    }
    return text.substr(0, size);
}

std::string some_bytes(size_t size)
{
    std::string bytes;
    for (size_t i = 0; i < size; i++)
        bytes += static_cast<char>(i * 7 + i / 256);
    return bytes;
}

class Http : public testing::TestWithParam<way>
{
  protected:
    networked_run run;

    void start_server()
    {
        run.add_node(GetParam(), "server", "httpd");
        run.go();
        run.wait_for("httpd: http://10.0.2.15/");
    }
};

TEST_P(Http, ServesGetAndPost)
{
    start_server();
    const http_answer hello = http_get(run.port, "/hello");
    EXPECT_EQ(hello.status, 200);
    EXPECT_EQ(hello.body, "Hello from an ESP32\n");
    const std::string body = some_bytes(3000);
    EXPECT_EQ(http_post(run.port, "/echo", body).body, body);
    EXPECT_EQ(run.stop(), 0) << run.printed();
}

TEST_P(Http, SendsALongAnswerWhole)
{
    start_server();
    const http_answer answer = http_get(run.port, "/large?size=" + std::to_string(GetParam().size));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, large(GetParam().size));
}

TEST_P(Http, LosesNoneOfManyRequestsOneAfterTheOther)
{
    start_server();
    unsigned answered = 0;
    for (unsigned i = 0; i < GetParam().requests; i++)
        answered += http_get(run.port, "/hello").status == 200;
    EXPECT_EQ(answered, GetParam().requests);
    const auto stats = nlohmann::json::parse(http_get(run.port, "/stats").body);
    EXPECT_EQ(stats["requests"], GetParam().requests + 1);
    EXPECT_EQ(stats["errors"], 0);
    EXPECT_EQ(stats["ip"]["checksum_errors"], 0);
    EXPECT_EQ(stats["tcp"]["checksum_errors"], 0);
}

TEST_P(Http, LosesNoneOfTwentyRequestsAtOnce)
{
    start_server();
    const size_t size = GetParam().size / 50;
    std::atomic<unsigned> answered = 0;
    std::vector<std::thread> clients;
    for (unsigned i = 0; i < 20; i++)
        clients.emplace_back(
            [&] { answered += http_get(run.port, "/large?size=" + std::to_string(size)).body == large(size); });
    for (std::thread &client : clients)
        client.join();
    EXPECT_EQ(answered, 20u);
}

/* From the inside: a lease, the gateway, another node, and a server on the host. */
TEST_P(Http, NodesAreClientsToo)
{
    const std::string page = some_bytes(5000);
    const http_server server(page);
    run.add_node(GetParam(), "server", "httpd");
    run.add_node(GetParam(), "client", "netcheck",
                 "ping 10.0.2.2 2\\nping 10.0.2.15 1\\nping 10.0.2.16 1\\nget 10.0.2.2:" +
                     std::to_string(server.port()) + "/page\\n");
    run.go();
    run.wait_for("netcheck: get result");
    const std::string &text = run.printed();
    EXPECT_TRUE(
        std::regex_search(text, std::regex("address=10.0.2.1[56] gateway=10.0.2.2 dns=10.0.2.3 lease_s=[1-9]")));
    EXPECT_NE(text.find("ping 10.0.2.2 sent=2 received=2"), std::string::npos) << text;
    /* One of the two is the client itself. */
    EXPECT_TRUE(std::regex_search(text, std::regex("ping 10.0.2.1[56] sent=1 received=1"))) << text;
    EXPECT_NE(text.find("get result=0 error=0 status=200 bytes=5000 "), std::string::npos) << text;
}

/* tshark on all captures: whatever it finds wrong on either side. */
TEST_P(Http, WritesCapturesInWhichNothingIsWrong)
{
    if (system("tshark --version >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "tshark is not installed";
    start_server();
    http_get(run.port, "/large?size=" + std::to_string(GetParam().size / 10));
    http_post(run.port, "/echo", some_bytes(2000));
    EXPECT_EQ(run.stop(), 0);
    unsigned captures = 0;
    for (const auto &file : std::filesystem::directory_iterator(run.path("out"))) {
        if (file.path().extension() != ".pcap")
            continue;
        const std::string command =
            "tshark -r " + file.path().string() +
            " -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE -Y '_ws.malformed || "
            "ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status "
            "== 0' > " +
            run.path("wrong.txt") + " 2>/dev/null";
        EXPECT_EQ(system(command.c_str()), 0);
        EXPECT_EQ(run.content("wrong.txt"), "") << file.path();
        captures++;
    }
    EXPECT_GE(captures, 1u);
}

INSTANTIATE_TEST_SUITE_P(Over, Http, testing::Values(ethernet), [](const auto &made) { return made.param.name; });

/* ---- The far end of the UART tunnel -------------------------------------------------------------------------------
 */

void put16(std::string &to, size_t at, unsigned value)
{
    to[at] = static_cast<char>(value >> 8);
    to[at + 1] = static_cast<char>(value);
}

unsigned get16(const std::string &from, size_t at)
{
    return static_cast<unsigned>(static_cast<uint8_t>(from[at]) << 8 | static_cast<uint8_t>(from[at + 1]));
}

/* RFC 1071 */
unsigned internet_sum(const std::string &bytes, size_t from, size_t to)
{
    unsigned sum = 0;
    for (size_t at = from; at < to; at += 2)
        sum += get16(bytes, at);
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return ~sum & 0xFFFF;
}

/* As the bridge of seed document 004 sends it: 98 bytes of Ethernet, fixed addresses, the length before it. */
std::string echo_request(unsigned number)
{
    std::string f = std::string("\0\x62\2\0\0\0\0\2\2\0\0\0\0\1\x8\0", 16) + '\x45' + std::string(83, 0);
    put16(f, 18, 84);
    f[24] = 64;
    f[25] = 1;
    const uint8_t addresses[] = {192, 168, 100, 1, 192, 168, 100, 2};
    std::copy(addresses, addresses + 8, f.begin() + 28);
    put16(f, 26, internet_sum(f, 16, 36));
    f[36] = 8;
    put16(f, 42, number);
    put16(f, 38, internet_sum(f, 36, f.size()));
    return f;
}

/* Takes frames from the wire until one answers; its number, 0: none came. */
unsigned next_answer(const tcp_socket &wire, std::string &come)
{
    for (;;) {
        if (come.size() >= 2 && come.size() >= 2u + get16(come, 0)) {
            const std::string frame = come.substr(0, 2u + get16(come, 0));
            come.erase(0, frame.size());
            if (frame.size() == 100 && frame[36] == 0)
                return internet_sum(frame, 36, frame.size()) == 0 ? get16(frame, 42) : 0;
            continue;
        }
        const std::string more = wire.receive();
        if (more.empty())
            return 0;
        come += more;
    }
}

TEST(UartTunnel, AnswersTheDocumentsBridgeWhateverElseIsOnTheWire)
{
    networked_run run;
    run.start("[run]\nuntil = '1000000s'\n[[node]]\nfirmware = '" + vesper_process::firmware("httpd") +
              "'\nuart0 = 'log'\nuart1 = 'tcp-listen:0'\n");
    const std::string &text = run.wait_for("httpd: http://192.168.100.2/");
    std::smatch match;
    ASSERT_TRUE(std::regex_search(text, match, std::regex("listening at port (\\d+)")));
    const tcp_socket wire = tcp_socket::connected(static_cast<uint16_t>(std::stoi(match[1])));
    std::string come;
    const std::string noise[] = {"", "ets Jul 29 2019 12:21:46\r\n", std::string("\xFF\xFF\0\0\1", 5),
                                 std::string(200, '\0'), some_bytes(3000)};
    unsigned number = 1;
    for (const std::string &bytes : noise) {
        ASSERT_TRUE(wire.send(bytes + echo_request(number)));
        EXPECT_EQ(next_answer(wire, come), number) << bytes.size() << " bytes before it";
        number++;
    }
}

/* ---- The server itself --------------------------------------------------------------------------------------------
 */

class HttpServer : public testing::Test
{
  protected:
    networked_run run;

    void SetUp() override
    {
        run.add_node(ethernet, "server", "httpd");
        run.go();
        run.wait_for("httpd: http://10.0.2.15/");
    }
};

TEST_F(HttpServer, AnswersRequestsInTheirOrderOnOneConnection)
{
    http_connection connection(run.port);
    const std::string host = " HTTP/1.1\r\nHost: a\r\n";
    connection.send("GET /hello" + host + "\r\nPOST /echo" + host +
                    "Content-Length: 3\r\n\r\nabcGET /large?size=20000" + host + "\r\nHEAD /large" + host +
                    "Connection: close\r\n\r\nGET /hello" + host + "\r\n");
    EXPECT_EQ(connection.receive().body, "Hello from an ESP32\n");
    EXPECT_EQ(connection.receive().body, "abc");
    EXPECT_EQ(connection.receive().body, large(20000));
    EXPECT_NE(connection.receive().head.find("Content-Length: 1048576"), std::string::npos);
    EXPECT_TRUE(connection.is_at_end()) << "the last was not to be answered";
}

TEST_F(HttpServer, EchoesMoreThanItHasMemory)
{
    const std::string body = some_bytes(300000);
    http_connection connection(run.port);
    std::thread sender([&] {
        connection.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
                        "\r\n\r\n" + body);
    });
    EXPECT_TRUE(connection.receive().body == body);
    sender.join();
}

TEST_F(HttpServer, OutlivesEveryKindOfNonsense)
{
    const std::pair<std::string, int> cases[] = {
        {"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", 404},
        {"POST /hello HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 405},
        {"POST /echo HTTP/1.1\r\nHost: a\r\n\r\n", 411},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501},
        {"GET / HTTP/9.9\r\n\r\n", 505},
        {std::string(300, 'A'), 414},
        {std::string(200, '\0') + "\n", 400},
        {"GET /hello HTTP/1.1\r\n" + std::string(10000, 'x'), 431},
    };
    for (const auto &[bytes, status] : cases) {
        http_connection connection(run.port);
        connection.send(bytes);
        EXPECT_EQ(connection.receive().status, status) << bytes.substr(0, 60);
    }
    for (unsigned i = 0; i < 50; i++) /* come and go without a word, or in the middle of one */
        http_connection(run.port).send(std::string("GET /large HTTP/1.1\r\nHost: a\r\n\r\n").substr(0, i));
    EXPECT_EQ(http_get(run.port, "/hello").status, 200);
}

TEST_F(HttpServer, TurnsAwayMoreConnectionsThanItHas)
{
    std::vector<http_connection> crowd;
    crowd.reserve(60);
    for (unsigned i = 0; i < 60; i++)
        crowd.emplace_back(run.port).send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
    crowd.clear();
    http_answer answer;
    for (unsigned i = 0; i < 100 && answer.status == 0; i++)
        answer = http_get(run.port, "/stats");
    EXPECT_EQ(answer.status, 200);
}

} // namespace
