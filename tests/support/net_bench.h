// SPDX-License-Identifier: Apache-2.0
// A network with the host behind slirp, run in steps of a simulated millisecond, and host programs for the other end.
#ifndef VESPER_TESTS_SUPPORT_NET_BENCH_H
#define VESPER_TESTS_SUPPORT_NET_BENCH_H

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <list>

#include "net_bridge/net_host.h"
#include "net_bridge/slirp_backend.h"
#include "tests/support/captured_log.h"
#include "tests/support/guest_stack.h"

// A non-blocking socket of the host at 127.0.0.1.
class host_socket
{
  public:
    explicit host_socket(int kind) : fd(socket(AF_INET, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
    {
    }
    explicit host_socket(int accepted, bool) : fd(accepted)
    {
    }
    ~host_socket()
    {
        close();
    }
    host_socket(host_socket &&other) : fd(other.fd)
    {
        other.fd = -1;
    }
    host_socket(const host_socket &) = delete;

    void close()
    {
        if (fd >= 0)
            ::close(fd);
        fd = -1;
    }
    // Binds to a free port and says which.
    uint16_t bind_anywhere()
    {
        sockaddr_in address = at(0);
        socklen_t size = sizeof address;
        if (::bind(fd, (sockaddr *)&address, size) != 0 || getsockname(fd, (sockaddr *)&address, &size) != 0)
            return 0;
        return ntohs(address.sin_port);
    }
    bool connect(uint16_t port)
    {
        sockaddr_in address = at(port);
        return ::connect(fd, (sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS;
    }
    host_socket accept()
    {
        return host_socket(accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC), true);
    }
    // Appends what has come; false: the other end has closed.
    bool read(guest::bytes &to)
    {
        uint8_t chunk[4096];
        for (;;) {
            ssize_t got = recv(fd, chunk, sizeof chunk, 0);
            if (got < 0)
                return errno == EAGAIN || errno == EINPROGRESS;
            if (got == 0)
                return false;
            to.insert(to.end(), chunk, chunk + got);
        }
    }
    size_t write(const guest::bytes &data, size_t from = 0)
    {
        ssize_t sent = ::send(fd, data.data() + from, data.size() - from, MSG_NOSIGNAL);
        return sent > 0 ? (size_t)sent : 0;
    }
    void finish_writing()
    {
        shutdown(fd, SHUT_WR);
    }
    bool is_open() const
    {
        return fd >= 0;
    }
    const int &descriptor() const
    {
        return fd;
    }

  private:
    int fd;
    static sockaddr_in at(uint16_t port)
    {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        return address;
    }
};

inline uint16_t free_port(int kind = SOCK_STREAM)
{
    return host_socket(kind).bind_anywhere();
}

inline unsigned open_descriptors()
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

inline guest::bytes text(const std::string &s)
{
    return guest::bytes(s.begin(), s.end());
}

class net_bench
{
  public:
    captured_log log;
    struct evq *q = evq_create();
    struct net_switch *net;
    struct net_host *host = nullptr;
    std::list<guest::stack> guests;
    std::vector<std::function<void()>> host_programs; // run at each poll
    sim_time now = 0;

    net_bench()
    {
        const auto config = net_switch_typical();
        net = net_switch_create(&config, q);
    }
    ~net_bench()
    {
        net_host_destroy(host);
        net_switch_destroy(net);
        evq_destroy(q);
    }
    net_bench(const net_bench &) = delete;

    struct net_host *add_host(struct net_record *record = nullptr, const struct net_replay *replay = nullptr)
    {
        auto config = net_host_typical("host", 0);
        config.record = record;
        config.replay = replay;
        return host = net_host_create(net, &config, q);
    }
    guest::stack &add_guest()
    {
        const auto id = (uint32_t)guests.size() + 1;
        guests.emplace_back(net, q, id, guest::mac_address{0x24, 0x0A, 0xC4, 0, 0, (uint8_t)id});
        return guests.back();
    }
    void step()
    {
        now += SIM_MS(1);
        evq_run(q, now);
        if (host)
            net_host_poll(host, now);
        for (auto &program : host_programs)
            program();
    }
    void run_for(sim_time duration)
    {
        for (const sim_time end = now + duration; now < end;)
            step();
    }
    // At most `limit` of simulated time; gives the host a moment now and then.
    bool run_until(const std::function<bool()> &condition, sim_time limit = SIM_S(60))
    {
        unsigned steps = 0;
        for (const sim_time end = now + limit; now < end && !condition();) {
            step();
            if (++steps % 16 == 0)
                poll(nullptr, 0, 1);
        }
        return condition();
    }
};

#endif
