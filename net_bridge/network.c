/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/network.h"

#include <stdlib.h>

#include "net_bridge/link_backend.h"
#include "net_bridge/net_pcap.h"
#include "net_bridge/tap_backend.h"

struct network {
    struct net_switch *net;
    struct net_host *host;
    struct net_pcap *pcap;
    struct slirp_backend *slirp; /* one of these, or none */
    struct tap_backend *tap;
    struct link_backend *link;
    sim_time interval, active_interval;
    sim_time next_interval, next_poll; /* the latter is the sooner one while frames pass */
};

struct network_config network_typical(const char *name, uint32_t id)
{
    const struct network_config config = {.name = name,
                                          .id = id,
                                          .backend = NETWORK_NONE,
                                          .slirp = slirp_typical(),
                                          .interval = SIM_MS(1),
                                          .active_interval = SIM_US(125),
                                          .net = net_switch_typical()};
    return config;
}

static enum sim_status add_slirp(struct network *network, const struct network_config *config, struct evq *q,
                                 struct log *log)
{
    SIM_TRY(slirp_backend_create(&config->slirp, network->host, q, log, &network->slirp));
    for (unsigned i = 0; i < config->forward_count; i++)
        SIM_TRY(slirp_backend_forward(network->slirp, config->forwards[i]));
    return SIM_OK;
}

static enum sim_status add_backend(struct network *network, const struct network_config *config, struct evq *q,
                                   struct log *log)
{
    bool listens = config->backend == NETWORK_LISTEN;
    switch (config->backend) {
    case NETWORK_SLIRP:
        return add_slirp(network, config, q, log);
    case NETWORK_TAP:
        return tap_backend_create(config->address, network->host, log, &network->tap);
    case NETWORK_LISTEN:
    case NETWORK_CONNECT:
        return link_backend_create_stream(config->address, listens, network->host, log, &network->link);
    case NETWORK_DATAGRAM:
        return link_backend_create_datagram(config->address, config->peer, network->host, log, &network->link);
    case NETWORK_NONE:
        break;
    }
    return SIM_OK;
}

static sim_time next_multiple(sim_time now, sim_time interval)
{
    return now + interval - now % interval;
}

static enum sim_status build(struct network *network, const struct network_config *config, struct evq *q,
                             struct log *log)
{
    struct net_host_config host = net_host_typical(config->name, config->id);
    host.record = config->record;
    host.replay = config->replay;
    network->net = net_switch_create(&config->net, q);
    network->host = network->net ? net_host_create(network->net, &host, q) : NULL;
    if (!network->host)
        return SIM_NO_MEMORY;
    if (config->pcap) {
        SIM_TRY(net_pcap_create(config->pcap, log, &network->pcap));
        net_pcap_observe(network->pcap, net_host_port(network->host));
    }
    /* A replay is looked at as often as the run was: so it ends at the same time, too. */
    bool is_polled = config->backend != NETWORK_NONE;
    bool has_host = is_polled && !config->replay;
    network->interval = config->interval;
    network->active_interval = config->active_interval;
    network->next_interval = is_polled ? next_multiple(evq_now(q), config->interval) : SIM_TIME_NEVER;
    network->next_poll = network->next_interval;
    return has_host ? add_backend(network, config, q, log) : SIM_OK;
}

enum sim_status network_create(const struct network_config *config, struct evq *q, struct log *log,
                               struct network **network)
{
    struct network *made = calloc(1, sizeof *made);
    *network = NULL;
    if (!made)
        return SIM_NO_MEMORY;
    enum sim_status status = build(made, config, q, log);
    if (status == SIM_OK)
        *network = made;
    else
        (void)network_destroy(made);
    return status;
}

enum sim_status network_destroy(struct network *network)
{
    if (!network)
        return SIM_OK;
    net_host_destroy(network->host);
    net_switch_destroy(network->net);
    enum sim_status status = net_pcap_close(network->pcap);
    free(network);
    return status;
}

struct net_switch *network_switch(struct network *network)
{
    return network->net;
}

struct net_host *network_host(struct network *network)
{
    return network->host;
}

sim_time network_next_poll(const struct network *network)
{
    return network->next_poll;
}

sim_time network_next_interval(const struct network *network)
{
    return network->next_interval;
}

/* Frames come in conversations: a request's second segment or a stream's next one must not wait for an interval, in
 * which a connected peer could have sent a dozen. */
void network_poll(struct network *network, sim_time now)
{
    if (now < network->next_poll)
        return;
    net_host_poll(network->host, now);
    sim_time recent = 2 * network->active_interval, soon = next_multiple(now, network->active_interval);
    bool is_active = net_host_is_active(network->host, now > recent ? now - recent : 0, now);
    network->next_interval = next_multiple(now, network->interval);
    network->next_poll = is_active && soon < network->next_interval ? soon : network->next_interval;
}

unsigned network_descriptors(struct network *network, struct pollfd *fds, unsigned room)
{
    return net_host_descriptors(network->host, fds, room);
}

void network_get_counts(const struct network *network, struct network_counts *counts)
{
    counts->host = *net_host_get_counts(network->host);
    counts->port = *net_port_get_counts(net_host_port(network->host));
    counts->dropped_by_backend = network->slirp  ? slirp_backend_fragments(network->slirp)
                                 : network->tap  ? tap_backend_get_counts(network->tap)->dropped
                                 : network->link ? link_backend_get_counts(network->link)->dropped_no_peer
                                                 : 0;
}

void network_flush(struct network *network)
{
    if (network->pcap)
        net_pcap_flush(network->pcap);
}
