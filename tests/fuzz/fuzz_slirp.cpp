/* SPDX-License-Identifier: Apache-2.0 */
// Any Ethernet frames from a guest that knows its checksums: switch, ARP, IP, ICMP, UDP, DHCP and TCP of the restricted
// host survive them, and another guest still gets its lease afterwards. Restricted, or the fuzzer would talk to the
// machine that it runs on.
#include <cstdlib>

#include "tests/support/net_bench.h"

namespace
{

void require(bool condition)
{
    if (!condition)
        abort();
}

void put_checksum(guest::bytes &frame, std::size_t at, std::uint16_t sum)
{
    frame[at] = (std::uint8_t)(sum >> 8);
    frame[at + 1] = (std::uint8_t)sum;
}

// Makes lengths and checksums right where there is an IPv4 header, so that what lies behind them is reached.
void repair(guest::bytes &frame)
{
    if (frame.size() < 34 || frame[12] != 8 || frame[13] != 0)
        return;
    const std::size_t header = (frame[14] & 15u) * 4, size = frame.size() - 14;
    if (header < 20 || header > size)
        return;
    put_checksum(frame, 16, (std::uint16_t)size);
    put_checksum(frame, 24, 0);
    put_checksum(frame, 24, guest::checksum(guest::bytes(frame.begin() + 14, frame.begin() + 14 + (long)header)));
    const unsigned protocol = frame[23];
    const std::size_t start = 14 + header, field = protocol == 6 ? 16 : protocol == 17 ? 6 : 2;
    if ((protocol != 1 && protocol != 6 && protocol != 17) || frame.size() < start + field + 2)
        return;
    put_checksum(frame, start + field, 0);
    const guest::bytes segment(frame.begin() + (long)start, frame.end());
    const auto pseudo =
        guest::pseudo_header(guest::get(&frame[26], 4), guest::get(&frame[30], 4), protocol, segment.size());
    put_checksum(frame, start + field, guest::checksum(segment, protocol == 1 ? 0 : pseudo));
}

} // namespace

// Input: for each frame flags (1: leave it as it is, 2: wait a while after it), a length of 2 bytes, the frame.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    net_bench network;
    network.add_host();
    auto config = slirp_typical();
    config.restricted = true;
    struct slirp_backend *slirp;
    require(slirp_backend_create(&config, network.host, network.q, nullptr, &slirp) == SIM_OK);
    auto &raw = network.add_guest();
    raw.address = guest::ip(10, 0, 2, 15);
    for (unsigned frames = 0; size > 3 && frames < 12 /* fewer than slirp has leases */; frames++) {
        const std::uint8_t flags = data[0];
        const std::size_t length = std::min<std::size_t>((data[1] << 8 | data[2]) % 1600u, size - 3);
        guest::bytes frame(data + 3, data + 3 + length);
        data += 3 + length;
        size -= 3 + length;
        if (!(flags & 1))
            repair(frame);
        net_port_send(raw.port, frame.data(), (unsigned)frame.size(), network.now);
        network.run_for(flags & 2 ? SIM_MS(600) : SIM_MS(1));
    }
    network.run_for(SIM_MS(5));
    auto &other = network.add_guest();
    other.ask_for_lease();
    network.run_for(SIM_MS(10));
    require(other.address != 0);
    require(other.bad_checksums == 0);
    require(net_switch_frames(network.net) == 0);
    return 0;
}
