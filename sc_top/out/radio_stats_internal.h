/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by radio_stats.c (what there is, and the results), radio_stats_air.c (transmissions and what becomes of them)
 * and radio_stats_mac.c (states and attempts); nobody else includes it. */
#ifndef VESPER_SC_TOP_OUT_RADIO_STATS_INTERNAL_H
#define VESPER_SC_TOP_OUT_RADIO_STATS_INTERNAL_H

#include "sc_top/out/radio_stats.h"

enum { NOBODY = -1 };

/* The frame that a slot is at. */
struct pending {
    bool open;
    uint8_t receiver[MPDU_ADDRESS];
    uint16_t sequence;
    uint8_t fragment;
    enum mpdu_type type;
    int to;
    sim_time begun;
    unsigned tries;
};

/* The transmission of a node that is on the air, or was last. */
struct flight {
    bool open; /* to one receiver, whose result is awaited */
    uint64_t number;
    int to;
    unsigned channel;
    sim_time start, end;
    bool met;    /* another frame on the same channel */
    bool marred; /* met one that the receiver can hear, or energy that it hears already */
    bool told;   /* the receiver had synchronised */
    enum rf_rx_result result;
    double raised_db; /* by interference */
};

struct place {
    struct radio_node_stats figures;
    struct pending slot[DCF_SLOTS];
    struct flight flight;
    sim_time tx_start, tx_end; /* of its last transmission */
    sim_time rx_start, rx_end; /* of the frame that it synchronised to last */
    enum dcf_state state;
    sim_time state_since;
    sim_time nav_until;
    double power_dbm, power_ma; /* of the last frame: the same few come again and again */
};

struct known_address {
    uint8_t address[MPDU_ADDRESS];
    int node; /* NOBODY: free */
};

struct radio_stats {
    unsigned nodes;
    struct place *place;
    struct radio_link_stats ***link; /* [from][to]; a row when `from` has any */
    struct known_address *known;     /* open addressing */
    size_t known_count, known_capacity;
    unsigned *on_air; /* nodes with a frame on the air */
    unsigned on_air_count;
    struct radio_channel_stats channel[RF_CHANNEL_LAST + 1];
    sim_time channel_until[RF_CHANNEL_LAST + 1];
    sim_time end;
    struct rf_medium_observer medium_observer;
    struct dcf_observer mac_observer;
};

/* radio_stats.c */
void radio_stats_add_delay(struct radio_delay *delay, sim_time value);
struct radio_link_stats *radio_stats_make_link(struct radio_stats *stats, unsigned from, unsigned to);
/* A node keeps the addresses that it was first to use; there is an end to what is learnt. */
void radio_stats_learn(struct radio_stats *stats, const uint8_t address[MPDU_ADDRESS], unsigned node);
int radio_stats_node_of(const struct radio_stats *stats, const uint8_t address[MPDU_ADDRESS]); /* or NOBODY */

/* radio_stats_air.c: observers of the medium. */
void radio_stats_transmitted(void *ctx, sim_time now, const struct rf_frame *frame);
void radio_stats_received(void *ctx, sim_time now, unsigned node, const struct rf_rx *rx);
/* The end: a node's last transmission gets its result, if there is one; what reaches beyond does not count. */
void radio_stats_cut(struct radio_stats *stats, unsigned node, sim_time end);

/* radio_stats_mac.c: observers of the engines. */
void radio_stats_change_state(void *ctx, sim_time now, unsigned node, enum dcf_state state);
void radio_stats_change_nav(void *ctx, sim_time now, unsigned node, sim_time until);
void radio_stats_attempt_done(void *ctx, sim_time now, unsigned node, unsigned slot, const struct dcf_attempt *attempt,
                              const struct dcf_outcome *outcome);

#endif
