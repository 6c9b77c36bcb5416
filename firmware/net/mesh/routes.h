/* SPDX-License-Identifier: Apache-2.0 */
/* The table of routes: destination-sequenced distance vectors. Each destination numbers its own announcements; a route
 * with a newer number replaces an older one, of equally new ones the cheaper is taken, so no loops form. A broken route
 * is announced with an odd number, which only the destination itself can top. A neighbour whose own metric is below
 * every one that we had under this number cannot go by us: it stands by for when the present way breaks.
 * Sources: Perkins and Bhagwat, "Highly Dynamic Destination-Sequenced Distance-Vector Routing (DSDV)", SIGCOMM 1994;
 * with the metric of De Couto et al., "A High-Throughput Path Metric for Multi-Hop Wireless Routing", MobiCom 2003; the
 * feasibility condition of EIGRP (RFC 7868, 3.5) and Babel (RFC 8966, 2.4). */
#ifndef VESPER_FIRMWARE_NET_MESH_ROUTES_H
#define VESPER_FIRMWARE_NET_MESH_ROUTES_H

#include "firmware/net/mesh/packet.h"

enum { ROUTES_MAX = 256, ROUTE_SETTLE_US = 1500000 };

struct route {
    uint16_t destination, next;
    uint16_t sequence, metric; /* MESH_METRIC_BROKEN: leads nowhere now */
    uint16_t feasible;         /* the least metric under this number */
    bool is_news;              /* to be told at once */
    /* Another neighbour that cannot go by us; counts while its number is the route's. */
    bool has_backup;
    uint16_t backup_next, backup_sequence, backup_metric, backup_told; /* told: its own metric */
    /* A newer but dearer route by another neighbour: taken when nothing better came until settle_us. */
    bool has_candidate;
    uint16_t candidate_next, candidate_sequence, candidate_metric;
    uint64_t settle_us;
    uint64_t heard_us;
};

struct routes {
    uint16_t self;
    uint16_t sequence; /* of ourselves: even */
    bool has_news;
    uint64_t next_settling_us; /* not later than the first candidate's settle_us */
    unsigned count;
    struct route entry[ROUTES_MAX]; /* by destination, ascending */
};

void routes_init(struct routes *routes, uint16_t self);

/* An entry of a neighbour's ROUTES, over a link that costs `cost`. */
void routes_heard(struct routes *routes, uint16_t neighbour, uint16_t cost, const struct mesh_routes_entry *entry,
                  uint64_t now_us);

/* A link came up: its end is a destination one hop away. */
void routes_link_up(struct routes *routes, uint16_t neighbour, uint16_t cost, uint64_t now_us);
/* Everything that went by this neighbour is broken; the number of routes. */
unsigned routes_link_down(struct routes *routes, uint16_t neighbour);

/* Candidates that have settled are taken; routes not heard of for `lifetime_us` break, broken ones are forgotten. */
void routes_age(struct routes *routes, uint64_t now_us, uint64_t lifetime_us);
/* When to call routes_age for the sake of candidates; UINT64_MAX: there are none. */
uint64_t routes_next_settling(const struct routes *routes);

/* A route that leads somewhere, or NULL. */
const struct route *routes_to(const struct routes *routes, uint16_t destination);
unsigned routes_reachable(const struct routes *routes);

/* Fills a ROUTES packet with what is to be told, from entry `from` on, ourselves first when from is 0: everything with
 * a new number of our own, or the news only. Returns where to go on, or 0 when all are in. */
unsigned routes_tell_all(struct routes *routes, unsigned from, struct mesh_routes *out);
unsigned routes_tell_news(struct routes *routes, unsigned from, struct mesh_routes *out);

#endif
