/* SPDX-License-Identifier: Apache-2.0 */
/* TCP on the host's loopback, and HTTP over it, for tests of guests that are reached through a forward. */
#ifndef VESPER_TESTS_SUPPORT_HOST_SOCKETS_H
#define VESPER_TESTS_SUPPORT_HOST_SOCKETS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

class tcp_socket
{
  public:
    explicit tcp_socket(int fd = -1) : fd_(fd)
    {
        const timeval patience = {60, 0};
        if (fd >= 0)
            setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    ~tcp_socket()
    {
        if (fd_ >= 0)
            close(fd_);
    }
    tcp_socket(tcp_socket &&other) noexcept : fd_(std::exchange(other.fd_, -1))
    {
    }
    tcp_socket(const tcp_socket &) = delete;
    tcp_socket &operator=(const tcp_socket &) = delete;
    tcp_socket &operator=(tcp_socket &&) = delete;

    static sockaddr_in loopback(uint16_t port)
    {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    static tcp_socket connected(uint16_t port)
    {
        tcp_socket made(socket(AF_INET, SOCK_STREAM, 0));
        const sockaddr_in address = loopback(port);
        if (connect(made.fd_, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
            close(made.fd_);
            made.fd_ = -1;
        }
        return made;
    }

    /* At a port that the system chooses. */
    static tcp_socket listening()
    {
        tcp_socket made(socket(AF_INET, SOCK_STREAM, 0));
        const sockaddr_in address = loopback(0);
        if (bind(made.fd_, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
            listen(made.fd_, 8) != 0)
            abort();
        return made;
    }

    /* Whether somebody listens there. By the kernel's table: a connection would count as a client. */
    static bool is_listening(uint16_t port)
    {
        char wanted[32];
        std::snprintf(wanted, sizeof wanted, ":%04X 00000000:0000 0A", port);
        std::ifstream table("/proc/net/tcp");
        for (std::string line; std::getline(table, line);)
            if (line.find(wanted) != std::string::npos)
                return true;
        return false;
    }

    tcp_socket accepted() const
    {
        return tcp_socket(accept(fd_, nullptr, nullptr));
    }

    uint16_t port() const
    {
        sockaddr_in address = {};
        socklen_t size = sizeof address;
        getsockname(fd_, reinterpret_cast<sockaddr *>(&address), &size);
        return ntohs(address.sin_port);
    }

    bool is_open() const
    {
        return fd_ >= 0;
    }

    bool send(const std::string &bytes) const
    {
        size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t count = ::send(fd_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
            if (count <= 0)
                return false;
            done += static_cast<size_t>(count);
        }
        return true;
    }

    /* What has come; "" at the end, or when nothing comes for a long time. */
    std::string receive() const
    {
        std::string bytes(65536, 0);
        const ssize_t count = recv(fd_, bytes.data(), bytes.size(), 0);
        bytes.resize(count > 0 ? static_cast<size_t>(count) : 0);
        return bytes;
    }

  private:
    int fd_;
};

/* A port that nobody uses now. */
inline uint16_t free_port()
{
    return tcp_socket::listening().port();
}

struct http_answer {
    int status = 0; /* 0: none came */
    std::string head, body;
};

/* A connection to a web server, which stays open. */
class http_connection
{
  public:
    explicit http_connection(uint16_t port) : socket_(tcp_socket::connected(port))
    {
    }

    bool send(const std::string &bytes) const
    {
        return socket_.is_open() && socket_.send(bytes);
    }

    /* The next answer. */
    http_answer receive()
    {
        http_answer answer;
        const size_t end = fill([this] { return come_.find("\r\n\r\n"); });
        if (end == std::string::npos)
            return answer;
        answer.head = come_.substr(0, end + 2);
        come_.erase(0, end + 4);
        const size_t length = static_cast<size_t>(field(answer.head, "Content-Length"));
        fill([this, length] { return come_.size() >= length ? length : std::string::npos; });
        if (come_.size() < length)
            return answer;
        answer.status = std::atoi(answer.head.c_str() + strlen("HTTP/1.1 "));
        answer.body = come_.substr(0, length);
        come_.erase(0, length);
        return answer;
    }

    /* Whether the other side has closed, after nothing more. */
    bool is_at_end()
    {
        return come_.empty() && socket_.receive().empty();
    }

  private:
    tcp_socket socket_;
    std::string come_;

    static int field(const std::string &head, const std::string &name)
    {
        const size_t at = head.find("\r\n" + name + ": ");
        return at == std::string::npos ? 0 : std::atoi(head.c_str() + at + name.size() + 4);
    }

    template <class F> size_t fill(F found)
    {
        for (;;) {
            const size_t at = found();
            if (at != std::string::npos)
                return at;
            const std::string more = socket_.receive();
            if (more.empty())
                return at;
            come_ += more;
        }
    }
};

inline http_answer http_get(uint16_t port, const std::string &target)
{
    http_connection connection(port);
    connection.send("GET " + target + " HTTP/1.1\r\nHost: esp32\r\nConnection: close\r\n\r\n");
    return connection.receive();
}

inline http_answer http_post(uint16_t port, const std::string &target, const std::string &body)
{
    http_connection connection(port);
    connection.send("POST " + target + " HTTP/1.1\r\nHost: esp32\r\nContent-Length: " + std::to_string(body.size()) +
                    "\r\n\r\n" + body);
    return connection.receive();
}

/* A web server on the host with one page, for each connection that comes. */
class http_server
{
  public:
    explicit http_server(std::string page) : page_(std::move(page)), thread_([this] { serve(); })
    {
    }
    ~http_server()
    {
        ended_ = true;
        tcp_socket::connected(port());
        thread_.join();
    }
    http_server(const http_server &) = delete;
    http_server &operator=(const http_server &) = delete;

    uint16_t port() const
    {
        return listener_.port();
    }

  private:
    std::string page_;
    tcp_socket listener_ = tcp_socket::listening();
    bool volatile ended_ = false;
    std::thread thread_;

    void serve()
    {
        while (!ended_) {
            const tcp_socket client = listener_.accepted();
            std::string request;
            while (!ended_ && request.find("\r\n\r\n") == std::string::npos) {
                const std::string more = client.receive();
                if (more.empty())
                    break;
                request += more;
            }
            client.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + std::to_string(page_.size()) +
                        "\r\n\r\n" + page_);
        }
    }
};

#endif
