/* SPDX-License-Identifier: Apache-2.0 */
/* The air of a run: one event queue for the medium, the engines of all radios, the stations that have no CPU,
 * interferers, and what changes between them over time. Built once from plain data; a kernel runs its queue.
 *
 * Antennas are numbered through: the radios of virtual ESP32s first, then stations, access points, their clients,
 * interferers. */
#ifndef VESPER_SC_TOP_AIR_AIR_H
#define VESPER_SC_TOP_AIR_AIR_H

#include "rf_channel/ap.h"
#include "rf_channel/interferer.h"
#include "rf_channel/sta_client.h"
#include "rf_channel/traffic.h"

#ifdef __cplusplus
extern "C" {
#endif

struct air_antenna {
    struct rf_movement movement;
    double gain_dbi;
    double shield_db;
    uint8_t address[MPDU_ADDRESS]; /* where packets for it are sent; an interferer has none */
};

struct air_station {
    unsigned antenna;
    struct station_config config; /* address and seed are filled in */
    bool sends;
    struct traffic_flow flow;
};

struct air_ap {
    unsigned antenna;
    struct ap_config config; /* address and seed are filled in */
    struct ap_port port;     /* to the wired network; may be empty */
};

struct air_client {
    unsigned antenna;
    struct sta_client_config config; /* as above */
};

struct air_interferer {
    struct rf_interferer_config config; /* seed is filled in */
    sim_time stop;                      /* SIM_TIME_NEVER: it does not */
};

struct air_route {
    unsigned at, to, next;
};

struct air_link {
    unsigned from, to;
    double loss_db;
};

/* Takes effect at its time. to = from: at the antenna, in place of its shield. */
struct air_change {
    sim_time at;
    unsigned from, to;
    double loss_db;
};

/* Borrowed while the air is made, except lists of times and waypoints, which outlive it. */
struct air_config {
    uint64_t seed;
    struct rf_propagation_config propagation; /* seed is filled in, as in the next */
    struct rf_medium_config medium;
    enum rf_error_kind errors;
    const struct air_antenna *antenna;
    unsigned antennas;
    const struct air_station *station;
    size_t stations;
    const struct air_ap *ap;
    size_t aps;
    const struct air_client *client;
    size_t clients;
    const struct air_interferer *interferer;
    size_t interferers;
    const struct air_route *route;
    size_t routes;
    const struct rf_wall *wall;
    size_t walls;
    const struct air_link *link; /* of the matrix */
    size_t links;
    const struct air_change *change;
    size_t changes;
};

/* Sees the whole air; each part may be NULL. What it points to outlives the air. */
struct air_observer {
    const struct rf_medium_observer *medium;
    const struct dcf_observer *mac;
    const struct traffic_ops *traffic; /* of stations */
    void *traffic_ctx;
};
enum { AIR_OBSERVERS = 4 };

struct air;

/* SIM_BAD_VALUE when something is outside the ranges that the headers of rf_channel state, SIM_NO_MEMORY. */
enum sim_status air_create(const struct air_config *config, struct air **air);
/* Radios of virtual ESP32s are gone before. NULL is accepted. */
void air_destroy(struct air *air);

/* Up to AIR_OBSERVERS, before the first event. */
void air_observe(struct air *air, const struct air_observer *observer);

struct evq *air_evq(const struct air *air);
struct rf_medium *air_medium(const struct air *air);
struct rf_propagation *air_propagation(const struct air *air);
/* To be given to every engine that is made on this medium. */
const struct dcf_observer *air_mac_observer(const struct air *air);

/* The access point or client at an antenna, NULL when there is none. */
struct ap *air_access_point(const struct air *air, unsigned antenna);
struct sta_client *air_network_client(const struct air *air, unsigned antenna);
/* The engine of a station, access point or client. */
const struct dcf *air_engine(const struct air *air, unsigned antenna);

/* The station at an antenna, NULL when there is none. */
struct traffic *air_traffic(const struct air *air, unsigned antenna);

#ifdef __cplusplus
}
#endif
#endif
