// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/net_scene.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "sc_top/node/node.h"

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

nlohmann::ordered_json port_json(const std::string &name, const net_port_counts &c)
{
    return {{"name", name},
            {"to_network", {{"frames", c.in_frames}, {"bytes", c.in_bytes}}},
            {"from_network", {{"frames", c.out_frames}, {"bytes", c.out_bytes}}},
            {"dropped",
             {{"length", c.in_bad_length},
              {"source", c.in_bad_source},
              {"no_buffer", c.in_no_buffer},
              {"queue_full", c.out_queue_full}}}};
}

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
    c.slirp.restricted = o.restrict;
    c.slirp.no_host_loopback = !o.host_loopback;
    c.slirp.hostname = o.hostname.empty() ? nullptr : o.hostname.c_str();
    c.forwards = forwards.data();
    c.forward_count = static_cast<unsigned>(forwards.size());
    c.address = o.address.c_str();
    c.peer = o.peer.c_str();
    c.pcap = pcap.empty() ? nullptr : pcap.c_str();
    c.interval = o.interval;
    network *result = nullptr;
    SIM_TRY(network_create(&c, queue, said, &result));
    made.model.reset(result);
    networks.push_back(std::move(made));
    return SIM_OK;
}

sim_status net_scene::build(const scenario &what, struct evq *q, struct log *log)
{
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

sim_status net_scene::attach(const scenario &what, const node_options &o, std::uint64_t index, const std::string &name,
                             struct node *model)
{
    auto made = std::make_unique<plugged>();
    made->name = name;
    made->eth = node_open_eth(model);
    made->network = find(o.ethernet);
    struct net_switch *net = network_switch(networks[made->network].model.get());
    const eth_cable_config config = {made->name.c_str(), FIRST_ID + ids++, net, queue, made->eth, model};
    made->cable.reset(eth_cable_create(&config));
    if (!made->cable)
        return SIM_NO_MEMORY;
    std::string pcap = o.ethernet_pcap.empty() ? (what.output.pcap ? name + ".eth.pcap" : "")
                       : o.count > 1           ? numbered(o.ethernet_pcap, index)
                                               : o.ethernet_pcap;
    if (!pcap.empty()) {
        net_pcap *capture = nullptr;
        SIM_TRY(net_pcap_create(in_folder(what, pcap).c_str(), said, &capture));
        made->capture.reset(capture);
        net_pcap_observe(capture, eth_cable_port(made->cable.get()));
    }
    cables.push_back(std::move(made));
    return SIM_OK;
}

// --- the host's turn ------------------------------------------------------------------------------------------------

sim_time net_scene::next_poll() const
{
    sim_time next = SIM_TIME_NEVER;
    for (const switched &n : networks)
        next = std::min(next, network_next_poll(n.model.get()));
    return next;
}

void net_scene::poll(sim_time now)
{
    for (const switched &n : networks)
        if (network_next_poll(n.model.get()) <= now)
            network_poll(n.model.get(), now);
}

bool net_scene::has_host() const
{
    return next_poll() != SIM_TIME_NEVER;
}

void net_scene::add_descriptors(std::vector<pollfd> *fds) const
{
    constexpr std::size_t ROOM = 1024;
    for (const switched &n : networks) {
        std::size_t used = fds->size();
        fds->resize(used + ROOM);
        fds->resize(used + network_descriptors(n.model.get(), fds->data() + used, ROOM));
    }
}

// --- what is told ---------------------------------------------------------------------------------------------------

void net_scene::flush()
{
    for (const switched &n : networks)
        network_flush(n.model.get());
    for (const auto &c : cables)
        if (c->capture)
            net_pcap_flush(c->capture.get());
}

sim_status net_scene::finish()
{
    sim_status status = SIM_OK;
    auto keep_first = [&status](sim_status other) { status = status == SIM_OK ? other : status; };
    for (const auto &c : cables) {
        c->cable.reset();
        keep_first(net_pcap_close(c->capture.release()));
    }
    for (switched &n : networks)
        keep_first(network_destroy(n.model.release()));
    return status;
}

std::string net_scene::summary() const
{
    std::string text;
    char line[256];
    for (std::size_t i = 0; i < networks.size(); i++) {
        const switched &n = networks[i];
        network_counts c;
        network_get_counts(n.model.get(), &c);
        std::uint64_t dropped = dropped_by_port(c.port) + c.host.dropped_queue_full + c.host.dropped_length +
                                c.dropped_by_backend + c.host.dropped_no_backend;
        for (const auto &p : cables)
            dropped += p->network == i ? dropped_by_port(*net_port_get_counts(eth_cable_port(p->cable.get()))) : 0;
        std::snprintf(line, sizeof line,
                      "  %-14s %s: to the host %" PRIu64 " frames, %" PRIu64 " bytes; from it %" PRIu64
                      " frames, %" PRIu64 " bytes; %" PRIu64 " dropped\n",
                      n.name.c_str(), backend_word(n.options.backend), c.port.out_frames, c.port.out_bytes,
                      c.port.in_frames, c.port.in_bytes, dropped);
        text += line;
        for (const std::string &forward : n.options.forwards)
            text += "                 " + forward + "\n";
    }
    return text;
}

nlohmann::ordered_json net_scene::json() const
{
    using json = nlohmann::ordered_json;
    json all = json::array();
    for (std::size_t i = 0; i < networks.size(); i++) {
        const switched &n = networks[i];
        network_counts c;
        network_get_counts(n.model.get(), &c);
        json ports = json::array();
        for (const auto &p : cables) {
            if (p->network != i)
                continue;
            json port = port_json(p->name, *net_port_get_counts(eth_cable_port(p->cable.get())));
            port["dropped"]["runts"] = eth_cable_runts(p->cable.get());
            const open_eth_counts &eth = p->eth->counts;
            port["mac"] = {{"sent", eth.tx_frames},
                           {"received", eth.rx_frames},
                           {"no_link", eth.tx_no_link},
                           {"bad_fcs", eth.tx_bad_fcs},
                           {"filtered", eth.rx_filtered},
                           {"off", eth.rx_off},
                           {"no_descriptor", eth.rx_no_descriptor},
                           {"overflow", eth.rx_overflow}};
            ports.push_back(port);
        }
        all.push_back({{"name", n.name},
                       {"backend", backend_word(n.options.backend)},
                       {"forwards", n.options.forwards},
                       {"to_host", {{"frames", c.port.out_frames}, {"bytes", c.port.out_bytes}}},
                       {"from_host", {{"frames", c.port.in_frames}, {"bytes", c.port.in_bytes}}},
                       {"dropped",
                        {{"for_host", c.dropped_by_backend + c.host.dropped_no_backend},
                         {"queue_full", c.host.dropped_queue_full + c.port.out_queue_full},
                         {"length", c.host.dropped_length},
                         {"no_buffer", c.port.in_no_buffer}}},
                       {"ports", ports}});
    }
    return all;
}

} // namespace vesper
