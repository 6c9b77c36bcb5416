// SPDX-License-Identifier: Apache-2.0
// Host ends of UARTs: what arrives where, that sockets and pipes lose rather than block, and texts that are waited for.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include "sc_top/console/console.h"
#include "sc_top/console/expect.h"
#include "tests/support/captured_log.h"

namespace
{

struct open_console {
    captured_log log;
    struct console *host = nullptr;
    enum sim_status status;

    explicit open_console(const std::string &spec) : status(console_open(spec.c_str(), "node0.uart0", log, &host))
    {
    }
    ~open_console()
    {
        console_close(host);
    }
    void put(const std::string &text, sim_time time = 0)
    {
        for (char c : text)
            console_put(host, static_cast<uint8_t>(c), time);
    }
    // Output goes out and input comes in, until something was read or patience ends.
    std::string poll(size_t room = 64)
    {
        uint8_t bytes[256];
        for (int i = 0; i < 200; i++) {
            size_t count = console_poll(host, bytes, room);
            if (count)
                return std::string(bytes, bytes + count);
            usleep(1000);
        }
        return "";
    }
};

std::string temporary(const std::string &name)
{
    return testing::TempDir() + "vesper_console_" + std::to_string(getpid()) + "_" + name;
}

std::string read_file(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string read_some(int fd, size_t size)
{
    std::string text;
    char c;
    for (int i = 0; i < 500 && text.size() < size; i++) {
        if (read(fd, &c, 1) == 1)
            text += c;
        else
            usleep(1000);
    }
    return text;
}

int connect_to(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<struct sockaddr *>(&address), sizeof address), 0);
    return fd;
}

TEST(console, a_file_takes_every_byte)
{
    std::string path = temporary("file");
    {
        open_console file("file:" + path);
        ASSERT_EQ(file.status, SIM_OK) << file.log.text();
        EXPECT_FALSE(console_is_live(file.host));
        for (int i = 0; i < 100000; i++)
            file.put("x");
    }
    EXPECT_EQ(read_file(path), std::string(100000, 'x'));
    unlink(path.c_str());
}

TEST(console, a_server_serves_one_client_after_the_other)
{
    open_console server("tcp-listen:0");
    ASSERT_EQ(server.status, SIM_OK) << server.log.text();
    ASSERT_NE(console_port(server.host), 0);
    server.put("nobody hears this");
    uint8_t none[1];
    console_poll(server.host, none, 1);
    for (int round = 0; round < 2; round++) {
        int client = connect_to(console_port(server.host));
        ASSERT_EQ(write(client, "hello", 5), 5);
        EXPECT_EQ(server.poll(), "hello");
        server.put("world");
        console_poll(server.host, none, 0);
        EXPECT_EQ(read_some(client, 5), "world");
        close(client);
        EXPECT_EQ(server.poll(), "") << "the client is gone, the server stays";
        EXPECT_TRUE(console_is_live(server.host));
    }
}

TEST(console, room_limits_what_is_read)
{
    open_console server("tcp-listen:127.0.0.1:0");
    ASSERT_EQ(server.status, SIM_OK) << server.log.text();
    int client = connect_to(console_port(server.host));
    ASSERT_EQ(write(client, "abcdef", 6), 6);
    EXPECT_EQ(server.poll(4), "abcd");
    EXPECT_EQ(server.poll(4), "ef");
    close(client);
}

TEST(console, a_client_that_does_not_read_loses_and_does_not_block)
{
    open_console server("tcp-listen:0");
    int client = connect_to(console_port(server.host));
    ASSERT_EQ(write(client, "x", 1), 1);
    ASSERT_EQ(server.poll(), "x");
    for (int i = 0; i < 20 * 1024 * 1024 && server.log.lines.size() < 3; i++)
        console_put(server.host, 'y', 0);
    EXPECT_NE(server.log.text().find("nobody takes the output; what does not fit is lost"), std::string::npos);
    EXPECT_EQ(console_status(server.host), SIM_OK);
    close(client);
}

TEST(console, a_client_reaches_a_server)
{
    open_console server("tcp-listen:0");
    open_console client("tcp-connect:" + std::to_string(console_port(server.host)));
    ASSERT_EQ(client.status, SIM_OK) << client.log.text();
    client.put("ping");
    uint8_t none[1];
    console_poll(client.host, none, 0);
    EXPECT_EQ(server.poll(), "ping");
    server.put("pong");
    console_poll(server.host, none, 0);
    EXPECT_EQ(client.poll(), "pong");
}

TEST(console, a_pseudo_terminal_is_a_plain_wire)
{
    open_console pty("pty");
    ASSERT_EQ(pty.status, SIM_OK) << pty.log.text();
    std::string line = pty.log.text();
    std::string name = line.substr(line.find("/dev/"));
    uint8_t none[1];
    EXPECT_EQ(console_poll(pty.host, none, 1), 0u) << "nobody has it open yet";
    int peer = open(name.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK);
    ASSERT_GE(peer, 0) << name;
    ASSERT_EQ(write(peer, "in\r\n\x03", 5), 5);
    EXPECT_EQ(pty.poll(), "in\r\n\x03");
    pty.put("out\n");
    console_poll(pty.host, none, 0);
    EXPECT_EQ(read_some(peer, 4), "out\n");
    close(peer);
}

TEST(console, named_pipes_carry_both_directions)
{
    std::string path = temporary("pipe");
    open_console pipe("pipe:" + path);
    ASSERT_EQ(pipe.status, SIM_OK) << pipe.log.text();
    int in = open((path + ".in").c_str(), O_WRONLY | O_NONBLOCK),
        out = open((path + ".out").c_str(), O_RDONLY | O_NONBLOCK);
    ASSERT_GE(in, 0);
    ASSERT_EQ(write(in, "abc", 3), 3);
    EXPECT_EQ(pipe.poll(), "abc");
    pipe.put("def");
    uint8_t none[1];
    console_poll(pipe.host, none, 0);
    EXPECT_EQ(read_some(out, 3), "def");
    close(in);
    close(out);
    unlink((path + ".in").c_str());
    unlink((path + ".out").c_str());
}

TEST(console, what_cannot_be_opened_is_one_message)
{
    EXPECT_EQ(open_console("file:/nowhere/x").log.text(),
              "host /nowhere/x: cannot be opened for writing: No such file or directory");
    EXPECT_EQ(open_console("tcp-listen:99999").log.text(), "host node0.uart0: 99999: expected [HOST:]PORT");
    EXPECT_EQ(open_console("tcp-connect:127.0.0.1:1").log.text(), "host node0.uart0: 127.0.0.1:1: Connection refused");
    EXPECT_EQ(open_console("pipe:/nowhere/x").log.text(), "host node0.uart0: /nowhere/x.in: No such file or directory");
    EXPECT_EQ(open_console("usb").log.text(), "host node0.uart0: unknown console 'usb'");
}

TEST(console, null_takes_everything_and_sends_nothing)
{
    open_console null("null");
    null.put("x");
    uint8_t byte;
    EXPECT_EQ(console_poll(null.host, &byte, 1), 0u);
    EXPECT_FALSE(console_is_live(null.host));
    EXPECT_EQ(console_fd(null.host), -1);
}

int matches(const std::string &text, const std::string &stream)
{
    struct expect expect;
    int count = 0;
    expect_init(&expect, text.data(), text.size());
    for (char c : stream)
        count += expect_byte(&expect, static_cast<uint8_t>(c));
    return count;
}

TEST(expect, finds_texts_wherever_they_begin)
{
    EXPECT_EQ(matches("done", "all is done."), 1);
    EXPECT_EQ(matches("done", "dondone"), 1);
    EXPECT_EQ(matches("aab", "aaaab"), 1) << "falls back without losing what it has";
    EXPECT_EQ(matches("abab", "abababab"), 3) << "overlapping";
    EXPECT_EQ(matches("a\nb", "xa\nby"), 1) << "across lines";
    EXPECT_EQ(matches("x", ""), 0);
    EXPECT_EQ(matches(std::string(256, 'z'), std::string(300, 'z')), 45);
}

TEST(expect, agrees_with_a_search_of_the_whole_text)
{
    srand(1);
    for (int round = 0; round < 2000; round++) {
        std::string text, stream;
        for (int i = rand() % 6 + 1; i > 0; i--)
            text += static_cast<char>('a' + rand() % 2);
        for (int i = 0; i < 60; i++)
            stream += static_cast<char>('a' + rand() % 2);
        int count = 0;
        for (size_t at = stream.find(text); at != std::string::npos; at = stream.find(text, at + 1))
            count++;
        EXPECT_EQ(matches(text, stream), count) << text << " in " << stream;
    }
}

} // namespace
