/* SPDX-License-Identifier: Apache-2.0 */
/* The host at a port of a switch. Between the two stands time: the host is looked at only when the owner calls
 * net_host_poll(), and what it sends enters the network at that simulated time plus a fixed latency, is recorded there,
 * and can be replayed without the host.
 *
 * A back end (slirp_backend.h, tap_backend.h, link_backend.h) is a struct net_backend; without one frames to the host
 * are counted and dropped. */
#ifndef VESPER_NET_BRIDGE_NET_HOST_H
#define VESPER_NET_BRIDGE_NET_HOST_H

#include <poll.h>

#include "net_bridge/net_record.h"
#include "net_bridge/net_switch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where a back end puts the host's frames. May be called from within its poll and input. */
struct net_sink {
    void *ctx;
    void (*frame)(void *ctx, const uint8_t *frame, unsigned length);
};

struct net_backend {
    void *ctx;
    /* A frame for the host. */
    void (*input)(void *ctx, const uint8_t *frame, unsigned length, sim_time now);
    /* Looks at the host without waiting. */
    void (*poll)(void *ctx, sim_time now);
    void (*destroy)(void *ctx);
    /* Descriptors at which something may come from the host, and what to wait for; up to room. How many. NULL: none. */
    unsigned (*descriptors)(void *ctx, struct pollfd *fds, unsigned room);
};

struct net_host_config {
    struct net_port_config port;     /* bits_per_second and delay have no effect: the host has no line */
    sim_time latency;                /* of the host's frames */
    sim_time gap;                    /* from one of them to the next, at least */
    unsigned queue;                  /* frames from the host that wait for their time, > 0 */
    struct net_record *record;       /* NULL: not recorded */
    const struct net_replay *replay; /* not NULL: frames come from here and nothing else */
};

/* 10 us; 40 us, since what a look brings at once, such as a request on each of many connections, is more than the few
 * receive buffers of a small device hold; 256 frames. */
struct net_host_config net_host_typical(const char *name, uint32_t id);

struct net_host_counts {
    uint64_t to_host, from_host; /* frames */
    uint64_t dropped_queue_full; /* of the host's */
    uint64_t dropped_length;     /* of the host's: not Ethernet frames */
    uint64_t dropped_no_backend; /* of the network's */
};

struct net_host;

/* record and replay, if any, outlive it. NULL without memory. */
struct net_host *net_host_create(struct net_switch *net, const struct net_host_config *config, struct evq *q);
/* Destroys the back end and leaves the switch. Before the switch is destroyed. NULL is accepted. */
void net_host_destroy(struct net_host *host);

/* Hands to a back end that is being created. */
struct net_sink net_host_sink(struct net_host *host);
/* Takes a back end over. In a replay it is destroyed at once: the host is not to be touched. */
void net_host_set_backend(struct net_host *host, const struct net_backend *backend);

/* Looks at the host now: not before evq_now(). A run is reproducible only from its record, and only if these
 * times depend on nothing else than what is in the record. */
void net_host_poll(struct net_host *host, sim_time now);

/* Whether a frame has passed at `since` or later, or one of the host's waits to enter. In a replay it is the same. */
bool net_host_is_active(const struct net_host *host, sim_time since, sim_time now);

/* As the back end's. */
unsigned net_host_descriptors(struct net_host *host, struct pollfd *fds, unsigned room);

struct net_port *net_host_port(struct net_host *host);
const struct net_host_counts *net_host_get_counts(const struct net_host *host);

#ifdef __cplusplus
}
#endif
#endif
