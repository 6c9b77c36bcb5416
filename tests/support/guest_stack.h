// SPDX-License-Identifier: Apache-2.0
// A guest of a network for tests: just enough ARP, IPv4, ICMP, UDP, TCP and DHCP to talk to a real stack over a line
// that loses nothing. It checks every checksum that it receives.
#ifndef VESPER_TESTS_SUPPORT_GUEST_STACK_H
#define VESPER_TESTS_SUPPORT_GUEST_STACK_H

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "net_bridge/net_switch.h"

namespace guest
{

using bytes = std::vector<uint8_t>;
using mac_address = std::array<uint8_t, 6>;

constexpr uint32_t ip(unsigned a, unsigned b, unsigned c, unsigned d)
{
    return a << 24 | b << 16 | c << 8 | d;
}

inline uint32_t get(const uint8_t *at, unsigned count)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value = value << 8 | at[i];
    return value;
}
inline void put(bytes &to, uint32_t value, unsigned count)
{
    while (count--)
        to.push_back((uint8_t)(value >> 8 * count));
}
inline void append(bytes &to, const bytes &more)
{
    to.insert(to.end(), more.begin(), more.end());
}

inline uint16_t checksum(const bytes &data, uint32_t sum = 0)
{
    for (size_t i = 0; i < data.size(); i += 2)
        sum += (uint32_t)data[i] << 8 | (i + 1 < data.size() ? data[i + 1] : 0u);
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    return (uint16_t)~sum;
}
inline uint32_t pseudo_header(uint32_t from, uint32_t to, unsigned protocol, size_t length)
{
    return (from >> 16) + (from & 0xFFFF) + (to >> 16) + (to & 0xFFFF) + protocol + (uint32_t)length;
}

enum tcp_flag { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

struct tcp {
    uint32_t peer = 0;
    uint16_t port = 0, peer_port = 0;
    uint32_t next = 0, acknowledged = 0, expected = 0, window = 0;
    bool is_open = false, peer_closed = false, was_reset = false, fin_wanted = false, fin_sent = false;
    bytes received, to_send; // to_send: from `acknowledged` on
    std::function<void(tcp &)> on_data;
    bool is_done() const
    {
        return was_reset || (peer_closed && fin_sent && acknowledged == next);
    }
};

class stack
{
  public:
    const mac_address mac;
    uint32_t address = 0;
    struct lease {
        uint32_t address = 0, router = 0, dns = 0, server = 0;
    } offered;
    std::map<uint32_t, mac_address> neighbours;
    std::map<uint16_t, std::function<void(uint32_t from, uint16_t port, const bytes &)>> udp;
    std::map<uint16_t, std::function<void(tcp &)>> listeners; // called when a connection is open
    std::vector<std::shared_ptr<tcp>> connections;
    unsigned pings_answered = 0, bad_checksums = 0, frames = 0, unreachable = 0;
    struct net_port *port = nullptr;

    stack(struct net_switch *net, struct evq *queue, uint32_t id, mac_address own) : mac(own), q(queue)
    {
        static const struct net_port_ops ops = {deliver};
        const auto config = net_port_typical("guest", id);
        port = net_port_create(net, &config, &ops, this);
    }
    stack(const stack &) = delete;

    void send_frame(const mac_address &to, unsigned type, const bytes &payload)
    {
        bytes frame(to.begin(), to.end());
        frame.insert(frame.end(), mac.begin(), mac.end());
        put(frame, type, 2);
        append(frame, payload);
        free_from = std::max(free_from, evq_now(q)) + ether_frame_time((unsigned)frame.size(), 100000000);
        net_port_send(port, frame.data(), (unsigned)frame.size(), free_from);
    }
    void ask_for(uint32_t who)
    {
        send_frame(broadcast, ETHER_TYPE_ARP, arp(1, {}, who));
    }
    void send_udp(uint16_t from, uint32_t to, uint16_t to_port, const bytes &data)
    {
        bytes segment;
        put(segment, from, 2);
        put(segment, to_port, 2);
        put(segment, (uint32_t)data.size() + 8, 2);
        put(segment, 0, 2);
        append(segment, data);
        const uint16_t sum = checksum(segment, pseudo_header(address, to, 17, segment.size()));
        segment[6] = (uint8_t)(sum >> 8), segment[7] = (uint8_t)sum;
        send_ip(to, 17, segment);
    }
    void ping(uint32_t to)
    {
        bytes echo = {8, 0, 0, 0, 0x12, 0x34, 0, 1, 'h', 'e', 'l', 'l', 'o', '!'};
        const uint16_t sum = checksum(echo);
        echo[2] = (uint8_t)(sum >> 8), echo[3] = (uint8_t)sum;
        send_ip(to, 1, echo);
    }
    // DHCP: discover, then request what is offered.
    void ask_for_lease()
    {
        udp[68] = [this](uint32_t, uint16_t, const bytes &reply) { take_dhcp(reply); };
        send_dhcp(1);
    }
    std::shared_ptr<tcp> connect(uint32_t to, uint16_t to_port)
    {
        auto made = std::make_shared<tcp>();
        made->peer = to;
        made->peer_port = to_port;
        made->port = next_port++;
        made->next = made->acknowledged = 1000u * made->port;
        connections.push_back(made);
        send_tcp(*made, SYN, {});
        made->next++;
        return made;
    }
    void send(tcp &connection, const bytes &data)
    {
        append(connection.to_send, data);
        push(connection);
    }
    void close(tcp &connection)
    {
        connection.fin_wanted = true;
        push(connection);
    }
    void forget_finished()
    {
        for (size_t i = connections.size(); i-- > 0;)
            if (connections[i]->is_done())
                connections.erase(connections.begin() + (long)i);
    }
    // What a frame from the network does; tests and fuzzers may call it.
    void take_frame(const uint8_t *frame, size_t length)
    {
        frames++;
        if (length < ETHER_HEADER + 20)
            return;
        const bytes payload(frame + ETHER_HEADER, frame + length);
        if (ether_type(frame) == ETHER_TYPE_ARP && payload.size() >= 28)
            take_arp(payload);
        else if (ether_type(frame) == ETHER_TYPE_IPV4)
            take_ip(frame + ETHER_ADDRESS, payload);
    }

  private:
    static constexpr mac_address broadcast = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    struct evq *q;
    sim_time free_from = 0;
    uint16_t next_port = 49152;

    static void deliver(void *ctx, const uint8_t *frame, unsigned length, sim_time, sim_time)
    {
        static_cast<stack *>(ctx)->take_frame(frame, length);
    }
    bytes arp(unsigned operation, const mac_address &to, uint32_t who)
    {
        bytes packet;
        put(packet, 1, 2), put(packet, ETHER_TYPE_IPV4, 2), put(packet, 6, 1), put(packet, 4, 1);
        put(packet, operation, 2);
        packet.insert(packet.end(), mac.begin(), mac.end());
        put(packet, address, 4);
        packet.insert(packet.end(), to.begin(), to.end());
        put(packet, who, 4);
        return packet;
    }
    void take_arp(const bytes &packet)
    {
        mac_address sender;
        std::copy_n(packet.begin() + 8, 6, sender.begin());
        neighbours[get(&packet[14], 4)] = sender;
        if (get(&packet[6], 2) == 1 && get(&packet[24], 4) == address && address)
            send_frame(sender, ETHER_TYPE_ARP, arp(2, sender, get(&packet[14], 4)));
    }
    // slirp answers ARP for all that it stands for with one address, so the gateway's will do.
    mac_address next_hop(uint32_t to)
    {
        if (to == 0xFFFFFFFF)
            return broadcast;
        auto known = neighbours.find(to);
        if (known == neighbours.end())
            return mac_address{0x52, 0x55, 10, 0, 2, 2};
        return known->second;
    }
    void send_ip(uint32_t to, unsigned protocol, const bytes &payload)
    {
        bytes packet = {0x45, 0};
        put(packet, (uint32_t)payload.size() + 20, 2);
        put(packet, 0x4000, 4); // identification 0, don't fragment
        put(packet, 64, 1), put(packet, protocol, 1), put(packet, 0, 2);
        put(packet, address, 4), put(packet, to, 4);
        const uint16_t sum = checksum(packet);
        packet[10] = (uint8_t)(sum >> 8), packet[11] = (uint8_t)sum;
        append(packet, payload);
        send_frame(next_hop(to), ETHER_TYPE_IPV4, packet);
    }
    void take_ip(const uint8_t *sender, const bytes &packet)
    {
        const size_t header = (packet[0] & 15u) * 4, total = get(&packet[2], 2);
        if (packet[0] >> 4 != 4 || header < 20 || header > total || total > packet.size())
            return;
        if (checksum(bytes(packet.begin(), packet.begin() + (long)header)) != 0) {
            bad_checksums++;
            return;
        }
        const uint32_t from = get(&packet[12], 4), to = get(&packet[16], 4);
        if (to != address && to != 0xFFFFFFFF)
            return;
        if (to == address)
            std::copy_n(sender, 6, neighbours[from].begin());
        const bytes payload(packet.begin() + (long)header, packet.begin() + (long)total);
        const uint32_t sum = pseudo_header(from, to, packet[9], payload.size());
        if (packet[9] == 1 && payload.size() >= 8)
            take_icmp(from, payload);
        else if (packet[9] == 17 && payload.size() >= 8)
            take_udp(from, payload, sum);
        else if (packet[9] == 6 && payload.size() >= 20)
            take_tcp(from, payload, sum);
    }
    void take_icmp(uint32_t from, bytes echo)
    {
        bad_checksums += checksum(echo) != 0;
        pings_answered += echo[0] == 0;
        unreachable += echo[0] == 3;
        if (echo[0] != 8)
            return;
        echo[0] = echo[2] = echo[3] = 0;
        const uint16_t sum = checksum(echo);
        echo[2] = (uint8_t)(sum >> 8), echo[3] = (uint8_t)sum;
        send_ip(from, 1, echo);
    }
    void take_udp(uint32_t from, const bytes &segment, uint32_t sum)
    {
        if (get(&segment[6], 2) && checksum(segment, sum) != 0) {
            bad_checksums++;
            return;
        }
        auto handler = udp.find((uint16_t)get(&segment[2], 2));
        if (handler != udp.end())
            handler->second(from, (uint16_t)get(&segment[0], 2), bytes(segment.begin() + 8, segment.end()));
    }

    // --- DHCP (RFC 2131)

    void send_dhcp(unsigned type)
    {
        // Without an address it takes nothing that is not broadcast, and says so (RFC 2131, 4.1).
        bytes message = {1, 1, 6, 0, 0x56, 0x45, 0x53, 0x50, 0, 0, 0x80};
        message.resize(28);
        message.insert(message.end(), mac.begin(), mac.end());
        message.resize(236);
        put(message, 0x63825363, 4);
        append(message, {53, 1, (uint8_t)type});
        if (type == 3) {
            append(message, {50, 4}), put(message, offered.address, 4);
            append(message, {54, 4}), put(message, offered.server, 4);
        }
        message.push_back(255);
        message.resize(300);
        const uint32_t own = address;
        address = 0;
        send_udp(68, 0xFFFFFFFF, 67, message);
        address = own;
    }
    void take_dhcp(const bytes &reply)
    {
        unsigned type = 0;
        if (reply.size() < 240 || !std::equal(mac.begin(), mac.end(), reply.begin() + 28))
            return;
        offered.address = get(&reply[16], 4);
        for (size_t at = 240; at + 1 < reply.size() && reply[at] != 255; at += reply[at] ? 2u + reply[at + 1] : 1u) {
            if (at + 2 + reply[at + 1] > reply.size())
                return;
            const uint8_t *value = &reply[at] + 2;
            type = reply[at] == 53 ? value[0] : type;
            offered.router = reply[at] == 3 ? get(value, 4) : offered.router;
            offered.dns = reply[at] == 6 ? get(value, 4) : offered.dns;
            offered.server = reply[at] == 54 ? get(value, 4) : offered.server;
        }
        if (type == 2)
            send_dhcp(3);
        else if (type == 5)
            address = offered.address;
    }

    // --- TCP (RFC 9293), without retransmission

    void send_tcp(tcp &c, unsigned flags, const bytes &data)
    {
        bytes segment;
        put(segment, c.port, 2), put(segment, c.peer_port, 2);
        put(segment, c.next, 4), put(segment, flags & ACK ? c.expected : 0, 4);
        put(segment, 5u << 12 | flags, 2), put(segment, 16384, 2), put(segment, 0, 4);
        append(segment, data);
        const uint16_t sum = checksum(segment, pseudo_header(address, c.peer, 6, segment.size()));
        segment[16] = (uint8_t)(sum >> 8), segment[17] = (uint8_t)sum;
        send_ip(c.peer, 6, segment);
    }
    void push(tcp &c)
    {
        while (c.is_open && !c.fin_sent) {
            const uint32_t flying = c.next - c.acknowledged;
            const size_t left = c.to_send.size() - flying;
            const size_t room = c.window > flying ? c.window - flying : 0;
            const size_t size = std::min({left, room, (size_t)1460});
            if (left == 0 && c.fin_wanted) {
                send_tcp(c, FIN | ACK, {});
                c.next++;
                c.fin_sent = true;
            }
            if (size == 0)
                return;
            const auto begin = c.to_send.begin() + (long)flying;
            send_tcp(c, PSH | ACK, bytes(begin, begin + (long)size));
            c.next += (uint32_t)size;
        }
    }
    std::shared_ptr<tcp> find(uint16_t own_port, uint32_t from, uint16_t from_port)
    {
        for (auto &c : connections)
            if (c->port == own_port && c->peer == from && c->peer_port == from_port)
                return c;
        return nullptr;
    }
    void accept(uint16_t own_port, uint32_t from, uint16_t from_port, const bytes &segment)
    {
        auto made = std::make_shared<tcp>();
        made->peer = from;
        made->peer_port = from_port;
        made->port = own_port;
        made->next = made->acknowledged = 7777;
        made->expected = get(&segment[4], 4) + 1;
        made->window = get(&segment[14], 2);
        connections.push_back(made);
        send_tcp(*made, SYN | ACK, {});
        made->next++;
    }
    void take_tcp(uint32_t from, const bytes &segment, uint32_t sum)
    {
        const size_t header = segment[12] / 16u * 4;
        if (checksum(segment, sum) != 0 || header < 20 || header > segment.size()) {
            bad_checksums++;
            return;
        }
        const unsigned flags = segment[13];
        const auto from_port = (uint16_t)get(&segment[0], 2), own_port = (uint16_t)get(&segment[2], 2);
        auto c = find(own_port, from, from_port);
        if (!c) {
            if ((flags & (SYN | ACK)) == SYN && listeners.count(own_port))
                accept(own_port, from, from_port, segment);
            return;
        }
        if (flags & RST) {
            c->was_reset = true;
            return;
        }
        take_segment(*c, flags, segment, header);
        push(*c);
    }
    void take_segment(tcp &c, unsigned flags, const bytes &segment, size_t header)
    {
        const uint32_t sequence = get(&segment[4], 4);
        if (flags & ACK)
            take_acknowledgement(c, get(&segment[8], 4));
        c.window = get(&segment[14], 2);
        if (flags & SYN)
            c.expected = sequence + 1;
        if (!c.is_open && c.acknowledged == c.next) {
            c.is_open = true;
            auto listener = listeners.find(c.port);
            if (listener != listeners.end() && !(flags & SYN))
                listener->second(c);
        }
        const bool in_order = sequence == c.expected;
        const size_t size = segment.size() - header;
        if (in_order && size) {
            c.received.insert(c.received.end(), segment.begin() + (long)header, segment.end());
            c.expected += (uint32_t)size;
        }
        if ((flags & FIN) && in_order && !c.peer_closed) {
            c.peer_closed = true;
            c.expected++;
        }
        if (size || (flags & (FIN | SYN)))
            send_tcp(c, ACK, {});
        if (in_order && (size || (flags & FIN)) && c.on_data)
            c.on_data(c);
    }
    void take_acknowledgement(tcp &c, uint32_t acknowledged)
    {
        const uint32_t more = acknowledged - c.acknowledged;
        if (more == 0 || more > c.next - c.acknowledged)
            return;
        const size_t data = std::min<size_t>(more, c.is_open ? c.to_send.size() : 0);
        c.to_send.erase(c.to_send.begin(), c.to_send.begin() + (long)data);
        c.acknowledged = acknowledged;
    }
};

} // namespace guest

#endif
