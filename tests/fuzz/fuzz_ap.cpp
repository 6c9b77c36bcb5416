// SPDX-License-Identifier: Apache-2.0
// Any bytes as frames on the air, in anybody's name, to an access point and its client: neither crashes, no frame of
// the attacker comes through a secured network, and when the attack is over both work together again.
#include "tests/support/bss_bench.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace
{

using bss::Bss;

constexpr unsigned CLIENT = 1, RAW = 2;

void require(bool condition)
{
    if (!condition)
        abort();
}

// Each frame: delay in units of 100 us, whose name it bears, length, bytes.
class Attacker
{
  public:
    Attacker(Bss &where, const std::uint8_t *bytes, std::size_t count)
        : net(where), data(bytes), size(count), radio(rf_radio_attach(where.medium, RAW, 1, &SILENT, nullptr))
    {
        evq_event_init(
            &event, [](void *ctx, sim_time) { static_cast<Attacker *>(ctx)->fire(); }, this, EVQ_PHASE_DEVICE);
        event.node = RAW;
        next();
    }
    bool done() const
    {
        return size < 3;
    }

  private:
    static constexpr struct rf_radio_ops SILENT = {};

    void next()
    {
        if (!done())
            evq_schedule(net.q, &event, evq_now(net.q) + SIM_US(100) * (1 + data[0]));
    }
    static void put(bss::bytes &mpdu, std::size_t at, const bss::address &address)
    {
        if (mpdu.size() >= at + address.size())
            std::copy(address.begin(), address.end(), mpdu.begin() + (long)at);
    }
    void fire()
    {
        unsigned name = data[1] % 4;
        std::size_t length = std::min<std::size_t>(data[2], size - 3);
        bss::bytes mpdu(data + 3, data + 3 + length);
        data += 3 + length;
        size -= 3 + length;
        const auto ap = bss::node_address(0), client = bss::node_address(CLIENT), self = bss::node_address(RAW);
        if (name == 1 || name == 2) { // to the access point, as its client or as a stranger
            put(mpdu, 4, ap);
            put(mpdu, 10, name == 1 ? client : self);
            put(mpdu, 16, ap);
        } else if (name == 3) { // to the client, as its access point
            put(mpdu, 4, client);
            put(mpdu, 10, ap);
            put(mpdu, 16, ap);
        }
        rf_radio_transmit(radio, {RF_RATE_OFDM_6, false}, (unsigned)mpdu.size() + MPDU_FCS, mpdu.data(), 20);
        next();
    }

    Bss &net;
    struct evq_event event = {};
    const std::uint8_t *data;
    std::size_t size;
    struct rf_radio *radio;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size < 1 || size > 4096)
        return 0;
    bool secure = data[0] & 1;
    Bss net(3);
    auto config = secure ? Bss::secure_network() : Bss::open_network();
    auto client_config = secure ? Bss::secure_client() : Bss::open_client();
    config.standard = client_config.standard = data[0] & 2 ? AP_STANDARD_N : AP_STANDARD_G;
    client_config.power_save = data[0] & 4;
    client_config.start = SIM_MS(20);
    net.start_ap(config);
    auto &member = net.join(CLIENT, client_config);
    if (!(data[0] & 8)) // else it is attacked while it joins
        net.run(SIM_MS(300));
    Attacker attacker(net, data + 1, size - 1);
    while (!attacker.done())
        net.run(SIM_MS(10));
    if (secure) { // nobody has spoken
        require(net.port.empty());
        require(member.received.empty());
    }
    // It may last until a handshake has timed out on both sides, a pause and a scan. A client whose access point was
    // told that it had left learns so by its next frame.
    net.port.clear();
    for (unsigned n = 0; n < 40 && net.port.empty(); n++) {
        member.send(bss::HOST, "knock");
        net.run(SIM_S(1));
    }
    require(member.state() == STA_CLIENT_CONNECTED);
    net.port.clear();
    member.received.clear();
    require(member.send(bss::HOST, "up"));
    net.run(SIM_MS(100));
    require(net.port.size() == 1 && bss::text_of(net.port[0]) == "up");
    net.inject(bss::node_address(CLIENT), "down");
    net.inject(bss::ALL, "all");
    net.run(SIM_S(1));
    require(member.received.size() == 2);
    return 0;
}
