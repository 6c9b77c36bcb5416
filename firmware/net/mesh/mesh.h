/* SPDX-License-Identifier: Apache-2.0 */
/* A mesh of nodes that reach each other over several hops: neighbours by HELLOs, routes by distance vectors, messages
 * with acknowledgement end to end, floods with suppression, and the delay of each hop without common time. The
 * protocol: docs/mesh-protocol.md.
 *
 * Plain C that knows neither radio nor clock: the program hands in what came and what time it is, and gives functions
 * to send and to be told. Times are microseconds of the node's own clock. */
#ifndef VESPER_FIRMWARE_NET_MESH_MESH_H
#define VESPER_FIRMWARE_NET_MESH_MESH_H

#include "firmware/net/mesh/neighbours.h"
#include "firmware/net/mesh/packet.h"
#include "firmware/net/mesh/routes.h"
#include "firmware/net/mesh/seen.h"

enum { MESH_OUTBOX = 8, MESH_FLOODS = 8 };

struct mesh_config {
    uint32_t hello_us;        /* between two HELLOs, +-1/4 at random */
    uint32_t update_us;       /* between two full announcements of routes, +-1/4 */
    uint32_t news_us;         /* least time between two announcements of changes */
    uint32_t timeout_us;      /* for an acknowledgement; doubles with each attempt */
    uint32_t flood_jitter_us; /* a flood is passed on after up to this */
    uint8_t attempts;         /* of the source to bring a message over */
    uint8_t ttl;
    uint8_t flood_copies; /* so many heard copies make our own needless */
};

struct mesh_config mesh_defaults(void);

enum mesh_drop { MESH_NO_ROUTE, MESH_TTL, MESH_QUEUE_FULL, MESH_LINK_FAILED, MESH_DROPS };

struct mesh_counts {
    uint32_t hellos_sent, hellos_heard, updates_sent, updates_heard;
    uint32_t sent, acknowledged, lost, resent; /* messages of ours; resent: attempts beyond the first */
    uint32_t delivered, duplicates;            /* messages for us */
    uint32_t forwarded, drop[MESH_DROPS];      /* packets of others; drops also of ours */
    uint32_t floods_sent, floods_heard, floods_passed_on, floods_suppressed;
    uint32_t hop_frames, hop_attempts; /* unicast frames over one hop, and what the MAC needed for them */
    uint32_t links_up, links_down, damaged;
};

/* A message is here: `delay_us` since mesh_send at its source, `hop_us` of it for the last hop; either may be
 * MESH_DELAY_UNKNOWN. */
struct mesh_delivery {
    uint16_t source, destination, sequence;
    uint8_t hops;
    uint32_t delay_us;
    const uint8_t *payload;
    unsigned size;
};

/* The source has its acknowledgement. */
struct mesh_acknowledgement {
    uint16_t destination, sequence;
    uint8_t hops, hops_back, attempts;
    uint32_t delay_us, round_trip_us;
};

/* A packet, whoever it is for, came over one hop. */
struct mesh_hop {
    enum mesh_kind kind;
    uint16_t from, source, destination, sequence;
    uint32_t hop_us; /* since it was in the neighbour's hands */
};

/* A frame for the radio: the body of an action frame after its OUI. */
struct mesh_frame {
    uint8_t receiver[DOT11_ADDRESS];
    bool is_control; /* HELLO, ROUTES: goes before data */
    const uint8_t *bytes;
    size_t length;
};

struct mesh_ops {
    /* Copies the frame into a queue; false: it is full. Each frame taken ends in a mesh_sent. */
    bool (*send)(void *ctx, const struct mesh_frame *frame);
    uint32_t (*random)(void *ctx);
    /* May be NULL. */
    void (*delivered)(void *ctx, const struct mesh_delivery *delivery);
    void (*acknowledged)(void *ctx, const struct mesh_acknowledgement *acknowledgement);
    void (*lost)(void *ctx, uint16_t destination, uint16_t sequence, unsigned attempts);
    void (*hop)(void *ctx, const struct mesh_hop *hop);
    void (*link)(void *ctx, const struct neighbour *neighbour, bool is_up);
};

struct mesh_message {
    bool is_used;
    uint8_t attempt, size;
    uint16_t destination, sequence;
    uint64_t born_us, deadline_us;
    uint8_t payload[MESH_PAYLOAD_MAX];
};

struct mesh_pending_flood {
    bool is_used;
    uint8_t copies;
    uint64_t due_us;
    size_t length;
    uint16_t source, sequence;
    uint8_t bytes[32 + MESH_PAYLOAD_MAX];
};

struct mesh {
    struct mesh_config config;
    const struct mesh_ops *ops;
    void *ctx;
    uint16_t node;
    struct neighbours neighbours;
    struct routes routes;
    struct seen seen;
    struct mesh_message outbox[MESH_OUTBOX];
    struct mesh_pending_flood flood[MESH_FLOODS];
    struct mesh_counts counts;
    uint64_t hello_us, update_us, news_us; /* when due; news_us: 0 none */
    uint64_t update_from_us, news_from_us; /* not before */
    uint16_t hello_sequence, message_sequence;
    uint32_t hello_done_us; /* end of our last HELLO, 0: not known */
    uint8_t packet[MESH_PACKET_MAX];
};

/* config is copied. */
void mesh_init(struct mesh *mesh, uint16_t node, const struct mesh_config *config, const struct mesh_ops *ops,
               void *ctx, uint64_t now_us);

/* The body of a vendor action frame with our OUI, whose end was at rx_us. */
struct mesh_arrival {
    uint8_t transmitter[DOT11_ADDRESS];
    const uint8_t *bytes;
    size_t length;
    int rssi;
    uint64_t rx_us;
};
void mesh_receive(struct mesh *mesh, const struct mesh_arrival *arrival, uint64_t now_us);

/* A frame has left: acknowledged if it was unicast, or given up. done_us: its end, without an answer. */
struct mesh_departure {
    uint8_t receiver[DOT11_ADDRESS];
    const uint8_t *bytes;
    size_t length;
    bool is_delivered;
    unsigned attempts;
    uint64_t done_us;
};
void mesh_sent(struct mesh *mesh, const struct mesh_departure *departure, uint64_t now_us);

/* Does what is due; returns when to call again at the latest. */
uint64_t mesh_run(struct mesh *mesh, uint64_t now_us);

/* A message for a node; false: no route, or too many are under way. Its number in *sequence. */
bool mesh_send(struct mesh *mesh, uint16_t destination, const void *payload, unsigned size, uint16_t *sequence,
               uint64_t now_us);
/* A message for all nodes, without acknowledgement. */
bool mesh_flood(struct mesh *mesh, const void *payload, unsigned size, uint16_t *sequence, uint64_t now_us);
unsigned mesh_under_way(const struct mesh *mesh);

#endif
