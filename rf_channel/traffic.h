/* SPDX-License-Identifier: Apache-2.0 */
/* Stations without a CPU that send, receive and forward: background load, and the model's way to be compared with ns-3
 * and Bianchi. Packets are UDP in IPv4 in LLC/SNAP, so that a capture reads like any other; each carries its sequence
 * number and the time at which it was made, from which the receiver knows delay and loss.
 *
 * Node n has the address 10.1.0.0 + n + 1. An MPDU is the payload and 60 bytes (62 with QoS), 64 (66) with its FCS. */
#ifndef VESPER_RF_CHANNEL_TRAFFIC_H
#define VESPER_RF_CHANNEL_TRAFFIC_H

#include "rf_channel/station.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TRAFFIC_ENCAPSULATION = 36, /* LLC/SNAP 8, IPv4 20, UDP 8 */
    TRAFFIC_PAYLOAD_MIN = 12,   /* sequence number and time */
    TRAFFIC_PAYLOAD_MAX = STATION_FRAME_MAX - MPDU_QOS_HEADER - TRAFFIC_ENCAPSULATION
};

#define TRAFFIC_TO_ALL UINT32_MAX

enum traffic_kind {
    TRAFFIC_SATURATED, /* a packet always waits */
    TRAFFIC_POISSON,
    TRAFFIC_PERIODIC,
    TRAFFIC_LIST /* at given times */
};

struct traffic_flow {
    enum traffic_kind kind;
    uint32_t to;     /* node, or TRAFFIC_TO_ALL */
    double rate;     /* Poisson, periodic: packets per second, > 0 */
    unsigned packet; /* UDP payload, bytes; TRAFFIC_PAYLOAD_MIN..MAX */
    struct rf_mode mode;
    unsigned queue;
    bool qos;             /* QoS data frames: AC by `queue` */
    sim_time start, stop; /* stop 0: never */
    const sim_time *list; /* ascending; borrowed */
    size_t list_count;
};

struct traffic_packet {
    unsigned from, to;
    uint32_t sequence; /* of its flow's sender */
    unsigned bytes;    /* UDP payload */
    sim_time made;
    double rssi_dbm; /* of the last hop */
};

struct traffic_ops {
    /* A packet arrived where it was to go (each receiver of a packet to all tells). */
    void (*delivered)(void *ctx, sim_time now, unsigned node, const struct traffic_packet *packet);
    /* A source made a packet; accepted: it went into the queue. */
    void (*made)(void *ctx, sim_time now, unsigned node, const struct traffic_packet *packet, bool accepted);
    /* The MAC is done with a frame of this node. */
    void (*sent)(void *ctx, sim_time now, unsigned node, const struct station_sent *sent);
};

struct traffic_counts {
    uint64_t made, refused, delivered, delivered_bytes, forwarded, stray;
};

/* Where the MAC of each node is found; addresses outlive the traffic. */
struct traffic_directory {
    unsigned nodes;
    const uint8_t (*address)[MPDU_ADDRESS];
};

struct traffic;

/* ops may be NULL, as may each function. The station's config is copied; flows are added before the first event.
 * NULL without memory. */
struct traffic *traffic_create(struct rf_medium *medium, unsigned node, const struct station_config *config,
                               const struct traffic_directory *directory, const struct traffic_ops *ops, void *ctx,
                               const struct dcf_observer *observer);
void traffic_destroy(struct traffic *traffic);

/* A source at this node; copied. SIM_BAD_VALUE outside the ranges above, SIM_NO_MEMORY. */
enum sim_status traffic_add_flow(struct traffic *traffic, const struct traffic_flow *flow);

/* A packet for `to` goes by way of node `next` (static routes; by default straight). Packets for others that arrive are
 * forwarded as they came, in the mode given. */
enum sim_status traffic_set_route(struct traffic *traffic, unsigned to, unsigned next);
void traffic_set_forward_mode(struct traffic *traffic, struct rf_mode mode);

const struct traffic_counts *traffic_get_counts(const struct traffic *traffic);
struct station *traffic_station(const struct traffic *traffic);

#ifdef __cplusplus
}
#endif
#endif
