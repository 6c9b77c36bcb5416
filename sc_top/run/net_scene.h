// SPDX-License-Identifier: Apache-2.0
// The networks of a scenario: switches with the host behind them, and the cables of nodes.
#ifndef VESPER_SC_TOP_RUN_NET_SCENE_H
#define VESPER_SC_TOP_RUN_NET_SCENE_H

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <poll.h>

#include <nlohmann/json_fwd.hpp>

#include "net_bridge/byte_bridge.h"
#include "net_bridge/net_pcap.h"
#include "net_bridge/network.h"
#include "net_bridge/tunnel_port.h"
#include "sc_top/net/ap_cable.h"
#include "sc_top/net/eth_cable.h"
#include "sc_top/net/uart_link.h"
#include "sc_top/scenario/scenario.h"

namespace vesper
{

struct network_deleter {
    void operator()(network *n) const
    {
        (void)network_destroy(n);
    }
};
struct eth_cable_deleter {
    void operator()(eth_cable *c) const
    {
        eth_cable_destroy(c);
    }
};
struct uart_link_deleter {
    void operator()(uart_link *l) const
    {
        uart_link_destroy(l);
    }
};
struct tunnel_port_deleter {
    void operator()(tunnel_port *t) const
    {
        tunnel_port_destroy(t);
    }
};
struct byte_bridge_deleter {
    void operator()(byte_bridge *b) const
    {
        byte_bridge_destroy(b);
    }
};
struct net_pcap_deleter {
    void operator()(net_pcap *p) const
    {
        (void)net_pcap_close(p);
    }
};

class net_scene
{
  public:
    // Opens what the networks need of the host. q: of all networks, and of the air when there is one. Whatever is wrong
    // has been reported.
    // record and replay of host_input.h, or nullptr, outlive it.
    sim_status build(const scenario &what, struct evq *q, net_record *record, const net_replay *replay,
                     struct log *log);

    // Plugs a node's Ethernet in, before it is powered on.
    sim_status attach(const scenario &what, const node_options &options, std::uint64_t index, const std::string &name,
                      struct node *model);

    // The end of a UART that is spelled so: a tunnel into a network, a bridge to a TCP port. To be told of what the
    // UART sends and takes.
    sim_status attach_uart(const scenario &what, const std::string &end, const std::string &name, struct node *model,
                           unsigned uart, uart_link **link);

    // Plugs an access point in. The cable outlives this.
    sim_status attach_ap(const scenario &what, const ap_options &options, const std::string &name, struct ap *ap,
                         ap_cable *cable);

    // The host's turn: when next, and now.
    sim_time next_poll() const;
    sim_time next_interval() const; // without the looks in between, while frames pass
    void poll(sim_time now);
    // Whether the host may send something by itself.
    bool has_host() const;
    // What to wait for until then.
    void add_descriptors(std::vector<pollfd> *fds) const;

    void flush();
    // Completes the captures.
    sim_status finish();

    std::string summary() const;
    nlohmann::ordered_json json() const;
    nlohmann::ordered_json bridges_json() const; // of UARTs, by name

  private:
    struct switched {
        std::string name;
        network_options options;
        std::unique_ptr<network, network_deleter> model;
    };
    // What stands at a network's switch, or, a bridge, beside it.
    struct plugged {
        std::string name;
        std::size_t network = 0;
        std::unique_ptr<net_pcap, net_pcap_deleter> capture; // outlives its port
        std::unique_ptr<eth_cable, eth_cable_deleter> cable;
        struct open_eth *eth = nullptr;
        ap_cable *access_point = nullptr;
        std::unique_ptr<uart_link, uart_link_deleter> link;
        std::unique_ptr<tunnel_port, tunnel_port_deleter> tunnel;
        std::unique_ptr<byte_bridge, byte_bridge_deleter> bridge;

        net_port *port() const; // nullptr: a bridge
        ~plugged();
    };
    struct log *said = nullptr;
    struct evq *queue = nullptr;
    net_record *recorder = nullptr;
    const net_replay *recorded = nullptr;
    std::uint32_t ids = 0;
    std::vector<switched> networks;
    std::vector<std::unique_ptr<plugged>> ends; // go before the networks
    bool has_bridge = false;
    sim_time bridge_poll = 0;

    sim_status add_network(const scenario &what, const network_options &options);
    std::size_t find(const std::string &name) const;
    sim_status capture(const scenario &what, plugged *end, const std::string &file);
    sim_status add_tunnel(const scenario &what, plugged *end, const std::string &network);
    sim_status add_bridge(plugged *end, const std::string &address);
    nlohmann::ordered_json port_json(const plugged &end) const;
};

} // namespace vesper
#endif
