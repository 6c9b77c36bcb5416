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

#include "net_bridge/net_pcap.h"
#include "net_bridge/network.h"
#include "sc_top/net/eth_cable.h"
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
    sim_status build(const scenario &what, struct evq *q, struct log *log);

    // Plugs a node's Ethernet in, or not, before it is powered on.
    sim_status attach(const scenario &what, const node_options &options, std::uint64_t index, const std::string &name,
                      struct node *model);

    // The host's turn: when next, and now.
    sim_time next_poll() const;
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

  private:
    struct switched {
        std::string name;
        network_options options;
        std::unique_ptr<network, network_deleter> model;
    };
    struct plugged {
        std::string name;
        std::size_t network;
        std::unique_ptr<net_pcap, net_pcap_deleter> capture; // outlives its port
        std::unique_ptr<eth_cable, eth_cable_deleter> cable;
        struct open_eth *eth;
    };
    struct log *said = nullptr;
    struct evq *queue = nullptr;
    std::uint32_t ids = 0;
    std::vector<switched> networks;
    std::vector<std::unique_ptr<plugged>> cables; // go before the networks

    sim_status add_network(const scenario &what, const network_options &options);
    std::size_t find(const std::string &name) const;
};

} // namespace vesper
#endif
