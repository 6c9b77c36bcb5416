/* SPDX-License-Identifier: Apache-2.0 */
/* A network of a scenario as one object: the switch, the host behind it, its forwards, a capture file, and the times at
 * which the host is looked at. What a session needs; the parts have headers of their own. */
#ifndef VESPER_NET_BRIDGE_NETWORK_H
#define VESPER_NET_BRIDGE_NETWORK_H

#include "net_bridge/net_host.h"
#include "net_bridge/slirp_backend.h"

#ifdef __cplusplus
extern "C" {
#endif

enum network_backend {
    NETWORK_NONE,
    NETWORK_SLIRP,
    NETWORK_TAP,      /* address: the interface */
    NETWORK_LISTEN,   /* address: as net_stream_open */
    NETWORK_CONNECT,  /* the same, the other end */
    NETWORK_DATAGRAM, /* address, peer: paths of UNIX sockets */
};

/* All strings are borrowed for the call of network_create. */
struct network_config {
    const char *name; /* of the host's port; borrowed for good */
    uint32_t id;      /* of the host's port; ports of nodes and access points have others */
    enum network_backend backend;
    struct slirp_config slirp;
    const char *const *forwards; /* NETWORK_SLIRP: as net_forward.h */
    unsigned forward_count;
    const char *address, *peer;
    const char *pcap;         /* file for what passes the host's port; NULL: none */
    sim_time interval;        /* between looks at the host, > 0 */
    sim_time active_interval; /* the same soon after a frame to or from the host: > 0, and at most the interval */
    struct net_switch_config net;
    struct net_record *record;       /* NULL: not recorded */
    const struct net_replay *replay; /* not NULL: the host is not touched */
};

/* No host; slirp's usual network, 1 ms, 125 us. */
struct network_config network_typical(const char *name, uint32_t id);

struct network;

/* q: of all that is on this network; q, log, record, replay outlive it. Errors are those of the parts, with a message:
 * SIM_BUSY for a port in use. */
enum sim_status network_create(const struct network_config *config, struct evq *q, struct log *log,
                               struct network **network);
/* SIM_IO: the capture file is incomplete. NULL is accepted. Ports that others have made at the switch go with it. */
enum sim_status network_destroy(struct network *network);

/* For the ports of nodes, access points and tunnels. */
struct net_switch *network_switch(struct network *network);
struct net_host *network_host(struct network *network);

/* When the owner must have run everything up to and then call network_poll: a multiple of one of the intervals;
 * SIM_TIME_NEVER when there is no host to look at. */
sim_time network_next_poll(const struct network *network);
/* The next of these that is a multiple of the interval itself. */
sim_time network_next_interval(const struct network *network);
/* now: network_next_poll(), or later. */
void network_poll(struct network *network, sim_time now);

/* What a program that waits for real time may wait for besides (see struct net_backend): then the host's next input is
 * not kept until the interval is over. */
unsigned network_descriptors(struct network *network, struct pollfd *fds, unsigned room);

/* What passed, for reports. */
struct network_counts {
    struct net_host_counts host;
    struct net_port_counts port; /* of the host */
    uint64_t dropped_by_backend; /* frames that the host did not take, or that slirp must not see */
};
void network_get_counts(const struct network *network, struct network_counts *counts);

/* What has been captured so far is in the file. */
void network_flush(struct network *network);

#ifdef __cplusplus
}
#endif
#endif
