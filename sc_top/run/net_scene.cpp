// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/net_scene.h"

#include <algorithm>
#include <cinttypes>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "sc_top/node/node.h"
#include "sc_top/text.h"

namespace vesper
{
namespace
{

// Ports stand behind all antennas in the queue that they may share with an air.
constexpr std::uint32_t FIRST_ID = 1u << 24;

network_backend backend_of(host_backend backend)
{
    static constexpr network_backend kinds[] = {NETWORK_SLIRP,   NETWORK_TAP,      NETWORK_LISTEN,
                                                NETWORK_CONNECT, NETWORK_DATAGRAM, NETWORK_NONE};
    return kinds[static_cast<unsigned>(backend)];
}

const char *backend_word(host_backend backend)
{
    static constexpr const char *words[] = {"slirp", "tap", "listen", "connect", "datagram", "none"};
    return words[static_cast<unsigned>(backend)];
}

std::string in_folder(const scenario &what, const std::string &name)
{
    return (std::filesystem::path(what.run.output) / name).string();
}

// "eth.pcap" of replica 3: "eth.3.pcap".
std::string numbered(const std::string &name, std::uint64_t index)
{
    std::filesystem::path path(name);
    return (path.parent_path() / (path.stem().string() + "." + std::to_string(index) + path.extension().string()))
        .string();
}

std::uint64_t dropped_by_port(const net_port_counts &c)
{
    return c.in_bad_length + c.in_bad_source + c.in_no_buffer + c.out_queue_full;
}

// A multiple of the quantum, as the interval is.
sim_time active_interval(sim_time interval, sim_time quantum)
{
    return std::max(interval / 8, std::min(interval, SIM_US(100))) / quantum * quantum;
}

// A bridge stands beside the switches, and is looked at as often as they are by default.
constexpr sim_time BRIDGE_INTERVAL = SIM_MS(1);

} // namespace

sim_status net_scene::add_network(const scenario &what, const network_options &o)
{
    switched made{scenario_network_name(o, networks.size()), o, nullptr};
    std::vector<const char *> forwards;
    for (const std::string &text : o.forwards)
        forwards.push_back(text.c_str());
    // The switch borrows the port's name for good: that of the scenario, which outlives it.
    network_config c = network_typical("host", FIRST_ID + ids++);
    std::string pcap = !o.pcap.empty()    ? in_folder(what, o.pcap)
                       : what.output.pcap ? in_folder(what, made.name + ".pcap")
                                          : std::string{};
    c.backend = backend_of(o.backend);
    c.slirp.network = o.subnet.c_str();
    c.slirp.host = o.host.c_str();
    c.slirp.dns = o.dns.c_str();
    c.slirp.dhcp_start = o.dhcp_start.c_str();
    c.slirp.restricted = o.restrict;
    c.slirp.no_host_loopback = !o.host_loopback;
    c.slirp.hostname = o.hostname.empty() ? nullptr : o.hostname.c_str();
    c.forwards = forwards.data();
    c.forward_count = static_cast<unsigned>(forwards.size());
    c.address = o.address.c_str();
    c.peer = o.peer.c_str();
    c.pcap = pcap.empty() ? nullptr : pcap.c_str();
    c.interval = o.interval;
    c.active_interval = active_interval(o.interval, what.run.quantum);
    c.record = recorder;
    c.replay = recorded;
    network *result = nullptr;
    SIM_TRY(network_create(&c, queue, said, &result));
    made.model.reset(result);
    networks.push_back(std::move(made));
    return SIM_OK;
}

sim_status net_scene::build(const scenario &what, struct evq *q, net_record *record, const net_replay *replay,
                            struct log *log)
{
    recorder = record;
    recorded = replay;
    said = log;
    queue = q;
    for (const network_options &o : what.network)
        SIM_TRY(add_network(what, o));
    return SIM_OK;
}

std::size_t net_scene::find(const std::string &name) const
{
    auto it = std::find_if(networks.begin(), networks.end(), [&](const switched &n) { return n.name == name; });
    sim_assert(it != networks.end()); // scenario_check has looked
    return static_cast<std::size_t>(it - networks.begin());
}

net_port *net_scene::plugged::port() const
{
    return cable          ? eth_cable_port(cable.get())
           : access_point ? ap_cable_net_port(access_point)
           : tunnel       ? tunnel_port_port(tunnel.get())
                          : nullptr;
}

net_scene::plugged::~plugged()
{
    if (access_point)
        ap_cable_unplug(access_point);
}

sim_status net_scene::capture(const scenario &what, plugged *end, const std::string &file)
{
    net_pcap *made = nullptr;
    if (file.empty())
        return SIM_OK;
    SIM_TRY(net_pcap_create(in_folder(what, file).c_str(), said, &made));
    end->capture.reset(made);
    net_pcap_observe(made, end->port());
    return SIM_OK;
}

sim_status net_scene::attach(const scenario &what, const node_options &o, std::uint64_t index, const std::string &name,
                             struct node *model)
{
    ends.push_back(std::make_unique<plugged>());
    plugged *end = ends.back().get();
    end->name = name;
    end->eth = node_open_eth(model);
    end->network = find(o.ethernet);
    struct net_switch *net = network_switch(networks[end->network].model.get());
    const eth_cable_config config = {end->name.c_str(), FIRST_ID + ids++, net, queue, end->eth, model};
    end->cable.reset(eth_cable_create(&config));
    if (!end->cable)
        return SIM_NO_MEMORY;
    return capture(what, end,
                   o.ethernet_pcap.empty() ? (what.output.pcap ? name + ".eth.pcap" : "")
                   : o.count > 1           ? numbered(o.ethernet_pcap, index)
                                           : o.ethernet_pcap);
}

sim_status net_scene::attach_ap(const scenario &what, const ap_options &o, const std::string &name, struct ap *ap,
                                ap_cable *cable)
{
    ends.push_back(std::make_unique<plugged>());
    plugged *end = ends.back().get();
    end->name = name;
    end->network = find(o.network);
    SIM_TRY(ap_cable_plug(cable, ap, network_switch(networks[end->network].model.get()), queue, end->name.c_str(),
                          FIRST_ID + ids++));
    end->access_point = cable;
    return capture(what, end, what.output.pcap ? name + ".eth.pcap" : "");
}

// --- UARTs ----------------------------------------------------------------------------------------------------------

sim_status net_scene::add_tunnel(const scenario &what, plugged *end, const std::string &network)
{
    end->network = find(network);
    const tunnel_port_config config = tunnel_port_typical(end->name.c_str(), FIRST_ID + ids++);
    const tunnel_line line = {end, [](void *ctx, std::uint8_t byte, sim_time now) {
                                  return uart_link_put(static_cast<plugged *>(ctx)->link.get(), byte, now);
                              }};
    end->tunnel.reset(tunnel_port_create(network_switch(networks[end->network].model.get()), &config, &line, queue));
    return end->tunnel ? capture(what, end, what.output.pcap ? end->name + ".pcap" : "") : SIM_NO_MEMORY;
}

sim_status net_scene::add_bridge(plugged *end, const std::string &address)
{
    byte_bridge *made = nullptr;
    byte_bridge_config config = byte_bridge_typical(FIRST_ID + ids++);
    std::string full = "tcp:" + address;
    config.address = full.c_str();
    config.record = recorder;
    config.replay = recorded;
    const byte_bridge_line line = {end, [](void *ctx, const std::uint8_t *bytes, std::size_t size, sim_time now) {
                                       std::size_t taken = 0;
                                       while (taken < size &&
                                              uart_link_put(static_cast<plugged *>(ctx)->link.get(), bytes[taken], now))
                                           taken++;
                                       return taken;
                                   }};
    SIM_TRY(byte_bridge_create(&config, &line, queue, said, &made));
    end->bridge.reset(made);
    has_bridge = true;
    return SIM_OK;
}

sim_status net_scene::attach_uart(const scenario &what, const std::string &spec, const std::string &name,
                                  struct node *model, unsigned uart, uart_link **link)
{
    ends.push_back(std::make_unique<plugged>());
    plugged *end = ends.back().get();
    end->name = name;
    const uart_link_config config = {model, uart, queue, FIRST_ID + ids++};
    const uart_link_end other = {end,
                                 [](void *ctx, std::uint8_t byte, sim_time now) {
                                     auto *e = static_cast<plugged *>(ctx);
                                     if (e->tunnel)
                                         tunnel_port_byte(e->tunnel.get(), byte, now);
                                     else
                                         byte_bridge_byte(e->bridge.get(), byte);
                                 },
                                 [](void *ctx, sim_time now) {
                                     auto *e = static_cast<plugged *>(ctx);
                                     if (e->tunnel)
                                         tunnel_port_room(e->tunnel.get(), now);
                                     else
                                         byte_bridge_room(e->bridge.get(), now);
                                 }};
    end->link.reset(uart_link_create(&config, &other));
    if (!end->link)
        return SIM_NO_MEMORY;
    *link = end->link.get();
    std::string tunnel = SCENARIO_TUNNEL, bridge = SCENARIO_BRIDGE;
    return spec.rfind(tunnel, 0) == 0 ? add_tunnel(what, end, spec.substr(tunnel.size()))
                                      : add_bridge(end, spec.substr(bridge.size()));
}

// --- the host's turn ------------------------------------------------------------------------------------------------

sim_time net_scene::next_poll() const
{
    sim_time next = has_bridge ? bridge_poll : SIM_TIME_NEVER;
    for (const switched &n : networks)
        next = std::min(next, network_next_poll(n.model.get()));
    return next;
}

sim_time net_scene::next_interval() const
{
    sim_time next = has_bridge ? bridge_poll : SIM_TIME_NEVER;
    for (const switched &n : networks)
        next = std::min(next, network_next_interval(n.model.get()));
    return next;
}

void net_scene::poll(sim_time now)
{
    for (const switched &n : networks)
        if (network_next_poll(n.model.get()) <= now)
            network_poll(n.model.get(), now);
    if (!has_bridge || bridge_poll > now)
        return;
    for (const auto &end : ends)
        if (end->bridge)
            byte_bridge_poll(end->bridge.get(), now);
    bridge_poll = now - now % BRIDGE_INTERVAL + BRIDGE_INTERVAL;
}

bool net_scene::has_host() const
{
    return next_poll() != SIM_TIME_NEVER;
}

void net_scene::add_descriptors(std::vector<pollfd> *fds) const
{
    constexpr unsigned ROOM = 1024;
    auto add = [&](auto &&fill) {
        std::size_t used = fds->size();
        fds->resize(used + ROOM);
        fds->resize(used + fill(fds->data() + used, ROOM));
    };
    for (const switched &n : networks)
        add([&](pollfd *to, unsigned room) { return network_descriptors(n.model.get(), to, room); });
    for (const auto &end : ends)
        if (end->bridge)
            add([&](pollfd *to, unsigned room) { return byte_bridge_descriptors(end->bridge.get(), to, room); });
}

// --- what is told ---------------------------------------------------------------------------------------------------

void net_scene::flush()
{
    for (const switched &n : networks)
        network_flush(n.model.get());
    for (const auto &end : ends)
        if (end->capture)
            net_pcap_flush(end->capture.get());
}

sim_status net_scene::finish()
{
    sim_status status = SIM_OK;
    auto keep_first = [&status](sim_status other) { status = status == SIM_OK ? other : status; };
    for (const auto &end : ends) {
        if (end->port())
            net_port_observe(end->port(), nullptr);
        keep_first(net_pcap_close(end->capture.release()));
    }
    ends.clear();
    for (switched &n : networks)
        keep_first(network_destroy(n.model.release()));
    return status;
}

std::string net_scene::summary() const
{
    std::string text;
    for (std::size_t i = 0; i < networks.size(); i++) {
        const switched &n = networks[i];
        network_counts c;
        network_get_counts(n.model.get(), &c);
        std::uint64_t dropped = dropped_by_port(c.port) + c.host.dropped_queue_full + c.host.dropped_length +
                                c.dropped_by_backend + c.host.dropped_no_backend;
        for (const auto &end : ends)
            dropped += end->port() && end->network == i ? dropped_by_port(*net_port_get_counts(end->port())) : 0;
        text += format("  %-14s %s: to the host %" PRIu64 " frames, %" PRIu64 " bytes; from it %" PRIu64
                       " frames, %" PRIu64 " bytes; %" PRIu64 " dropped\n",
                       n.name.c_str(), backend_word(n.options.backend), c.port.out_frames, c.port.out_bytes,
                       c.port.in_frames, c.port.in_bytes, dropped);
        for (const std::string &forward : n.options.forwards)
            text += "                 " + forward + "\n";
    }
    return text;
}

nlohmann::ordered_json net_scene::port_json(const plugged &end) const
{
    using json = nlohmann::ordered_json;
    const net_port_counts &c = *net_port_get_counts(end.port());
    json port = {{"name", end.name},
                 {"to_network", {{"frames", c.in_frames}, {"bytes", c.in_bytes}}},
                 {"from_network", {{"frames", c.out_frames}, {"bytes", c.out_bytes}}},
                 {"dropped",
                  {{"length", c.in_bad_length},
                   {"source", c.in_bad_source},
                   {"no_buffer", c.in_no_buffer},
                   {"queue_full", c.out_queue_full}}}};
    if (end.cable) {
        const open_eth_counts &eth = end.eth->counts;
        port["dropped"]["runts"] = eth_cable_runts(end.cable.get());
        port["mac"] = {{"sent", eth.tx_frames},
                       {"received", eth.rx_frames},
                       {"no_link", eth.tx_no_link},
                       {"bad_fcs", eth.tx_bad_fcs},
                       {"filtered", eth.rx_filtered},
                       {"off", eth.rx_off},
                       {"no_descriptor", eth.rx_no_descriptor},
                       {"overflow", eth.rx_overflow}};
    }
    if (end.tunnel) {
        tunnel_port_counts t = tunnel_port_get_counts(end.tunnel.get());
        port["tunnel"] = {{"frames", t.from_uart.frames},
                          {"zero_lengths", t.from_uart.zero_lengths},
                          {"long_lengths", t.from_uart.long_lengths},
                          {"short_lengths", t.from_uart.short_lengths},
                          {"garbage_bytes", t.from_uart.garbage_bytes},
                          {"cut_off", t.from_uart.cut_off},
                          {"resynchronised", t.from_uart.resynchronised},
                          {"buffer_full", t.dropped_buffer}};
    }
    return port;
}

// What depends on the host alone, such as frames that it did not take, is not here: a replay gives the same metrics.
nlohmann::ordered_json net_scene::json() const
{
    using json = nlohmann::ordered_json;
    json all = json::array();
    for (std::size_t i = 0; i < networks.size(); i++) {
        const switched &n = networks[i];
        network_counts c;
        network_get_counts(n.model.get(), &c);
        json ports = json::array();
        for (const auto &end : ends)
            if (end->port() && end->network == i)
                ports.push_back(port_json(*end));
        all.push_back({{"name", n.name},
                       {"backend", backend_word(n.options.backend)},
                       {"forwards", n.options.forwards},
                       {"to_host", {{"frames", c.port.out_frames}, {"bytes", c.port.out_bytes}}},
                       {"from_host", {{"frames", c.port.in_frames}, {"bytes", c.port.in_bytes}}},
                       {"dropped", {{"queue_full", c.port.out_queue_full}, {"no_buffer", c.port.in_no_buffer}}},
                       {"ports", ports}});
    }
    return all;
}

nlohmann::ordered_json net_scene::bridges_json() const
{
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const auto &end : ends)
        if (end->bridge) {
            const byte_bridge_counts &c = *byte_bridge_get_counts(end->bridge.get());
            all.push_back({{"name", end->name}, {"from_host_bytes", c.from_host}});
        }
    return all;
}

} // namespace vesper
