/* SPDX-License-Identifier: Apache-2.0 */
/* A learning Ethernet switch: one for each network. Store and forward, full duplex, one queue for each port's line.
 * Source: IEEE 802.1Q-2022, 8.6 to 8.8 (filtering, learning, ageing); IEEE 802.3, annex 31B (PAUSE).
 *
 * Everything happens in one event queue, at simulated times; events of the same time go by the ports' `id`. A frame is
 * handed to the other end of a line when it starts to be sent, with the time at which its last bit arrives: at 100
 * Mbit/s that is 5.7 us ahead or more, so that a node whose cores run ahead by a quantum is never too late. */
#ifndef VESPER_NET_BRIDGE_NET_SWITCH_H
#define VESPER_NET_BRIDGE_NET_SWITCH_H

#include <stddef.h>

#include "bus/base/evq.h"
#include "net_bridge/ether.h"

#ifdef __cplusplus
extern "C" {
#endif

struct net_switch;
struct net_port;

struct net_switch_config {
    sim_time latency; /* from a frame's last bit to when it could leave */
    unsigned buffers; /* frames in the whole switch, > 0 */
    sim_time ageing;  /* after which an address is forgotten */
};

/* 5 us, 512 frames, 300 s: an office switch (802.1Q recommends the ageing time). */
struct net_switch_config net_switch_typical(void);

struct net_port_ops {
    /* The switch begins to send; the last bit arrives at `end`. frame is borrowed for the call. May call
     * net_port_send(). */
    void (*deliver)(void *ctx, const uint8_t *frame, unsigned length, sim_time start, sim_time end);
};

struct net_port_config {
    const char *name;         /* borrowed */
    uint32_t id;              /* orders events of the same time; one of its own for each port of an event queue */
    uint64_t bits_per_second; /* of the line from the switch; 0: no line, frames arrive as they are sent */
    sim_time delay;           /* of the line */
    unsigned queue;           /* frames that wait for the line, > 0 */
};

/* 100 Mbit/s, no delay, 64 frames. */
struct net_port_config net_port_typical(const char *name, uint32_t id);

struct net_port_counts {
    uint64_t in_frames, in_bytes;   /* into the switch */
    uint64_t out_frames, out_bytes; /* out of it */
    uint64_t in_bad_length;         /* below 14 or above 1518 bytes */
    uint64_t in_bad_source;         /* a group address, or all zeros */
    uint64_t in_no_buffer;
    uint64_t in_filtered; /* destination is on the port that it came from */
    uint64_t in_reserved; /* not to be forwarded */
    uint64_t out_queue_full;
};

/* Sees each frame of a port that was taken in (time: its last bit) or is sent (time: its first bit). */
struct net_observer {
    void *ctx;
    void (*frame)(void *ctx, bool into_switch, const uint8_t *frame, unsigned length, sim_time time);
};

/* q outlives it. NULL without memory. */
struct net_switch *net_switch_create(const struct net_switch_config *config, struct evq *q);
/* Also destroys its ports. NULL is accepted. */
void net_switch_destroy(struct net_switch *net);

/* NULL without memory. */
struct net_port *net_port_create(struct net_switch *net, const struct net_port_config *config,
                                 const struct net_port_ops *ops, void *ctx);
/* What is queued for it is lost. Not from within deliver. NULL is accepted. */
void net_port_destroy(struct net_port *port);

/* The line runs at another rate from the next frame on. */
void net_port_set_rate(struct net_port *port, uint64_t bits_per_second);

/* A frame whose last bit reaches the switch at `arrival`; copied. */
void net_port_send(struct net_port *port, const uint8_t *frame, unsigned length, sim_time arrival);

/* observer: copied; NULL: nobody. */
void net_port_observe(struct net_port *port, const struct net_observer *observer);

const char *net_port_name(const struct net_port *port);
const struct net_port_counts *net_port_get_counts(const struct net_port *port);

/* Behind which port an address was last seen, NULL when that is not known at `now`. */
const struct net_port *net_switch_where(const struct net_switch *net, const uint8_t *address, sim_time now);
/* Frames that are in the switch. */
unsigned net_switch_frames(const struct net_switch *net);

#ifdef __cplusplus
}
#endif
#endif
