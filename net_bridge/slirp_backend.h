/* SPDX-License-Identifier: Apache-2.0 */
/* The host's network without privileges: libslirp's user-mode NAT, with DHCP, DNS and port forwards.
 *
 * Its clock is simulated time, its timers stand in the event queue, and its sockets are looked at only in poll.
 * Addresses in a network such as 10.0.2.0/24, unless told otherwise: gateway and host at .2, DNS at .3, leases from .15
 * on, one for each MAC address.
 *
 * libslirp keeps one process-wide variable, the time in ms as of the last poll of any instance: several instances in a
 * process are fine when they share simulated time. */
#ifndef VESPER_NET_BRIDGE_SLIRP_BACKEND_H
#define VESPER_NET_BRIDGE_SLIRP_BACKEND_H

#include "net_bridge/net_host.h"

#ifdef __cplusplus
extern "C" {
#endif

struct slirp_config {
    const char *network;                 /* "10.0.2.0/24" */
    const char *host, *dns, *dhcp_start; /* addresses in it; NULL: .2, .3, .15 on */
    bool restricted;                     /* the guest reaches nothing but the forwards' peers */
    bool no_host_loopback;               /* the guest does not reach services on the host's 127.0.0.1 */
    const char *hostname;                /* of the DHCP server; NULL: none */
};

struct slirp_backend;

struct slirp_config slirp_typical(void);

/* Hands the new instance over to `host`, which destroys it. SIM_BAD_FORMAT (network) and SIM_IO with a message,
 * SIM_NO_MEMORY. q, log: borrowed. */
enum sim_status slirp_backend_create(const struct slirp_config *config, struct net_host *host, struct evq *q,
                                     struct log *log, struct slirp_backend **slirp);

/* Opens a port on the host (net_forward.h). SIM_BAD_FORMAT, SIM_BAD_VALUE (guest outside the network), SIM_BUSY (port
 * in use), SIM_IO; each with a message. */
enum sim_status slirp_backend_forward(struct slirp_backend *slirp, const char *text);

/* Fragments of IPv4 datagrams from guests, which are dropped: libslirp 4.7 is not safe against malformed ones. */
uint64_t slirp_backend_fragments(const struct slirp_backend *slirp);

/* Sockets that were open at the last poll. */
unsigned slirp_backend_sockets(const struct slirp_backend *slirp);

#ifdef __cplusplus
}
#endif
#endif
