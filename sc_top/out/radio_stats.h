/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of the radio, by node, by link and by channel, gathered from what the medium, the MAC engines and the traffic
 * of CPU-less stations tell their observers. Virtual ESP32s and CPU-less stations are counted alike. What each figure
 * means for a reader: docs/outputs.md.
 *
 * Two views of the same frames:
 * - the sender's: attempts as the MAC engine ended them. Attempts of one frame belong together when, in the same slot,
 *   receiver, sequence and fragment number stay the same and the frame was not finished before. It is dropped when
 *   another frame takes the slot. Its delay runs from the first request to send it to the end of its acknowledgement.
 * - the receivers': what became of each transmission there.
 * Which node an address belongs to is known from the configuration, or learnt from frames that were sent. */
#ifndef VESPER_SC_TOP_OUT_RADIO_STATS_H
#define VESPER_SC_TOP_OUT_RADIO_STATS_H

#include <stddef.h>

#include "rf_channel/channels.h"
#include "rf_channel/dcf.h"
#include "rf_channel/traffic.h"
#include "sc_top/out/histogram.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RADIO_RX_RESULTS = RF_RX_ABORTED + 1, RADIO_MPDU_TYPES = MPDU_EXTENSION + 1 };

/* Times in a logarithmic histogram (histogram_log_bin) of picoseconds. */
struct radio_delay {
    struct histogram bins;
    uint64_t sum_ns;
    sim_time greatest;
};
/* Seconds; 0 when there is none. per_mille 500 is the median. */
double radio_delay_mean(const struct radio_delay *delay);
double radio_delay_quantile(const struct radio_delay *delay, unsigned per_mille);

/* The sender's view, of frames that want an answer unless it says otherwise. */
struct radio_sent {
    uint64_t frames;   /* asked for */
    uint64_t attempts; /* on the air, with an RTS at least */
    uint64_t retries;  /* attempts beyond the first of their frame */
    uint64_t delivered, dropped;
    uint64_t no_ack, no_cts;       /* attempts that got no answer */
    uint64_t unanswered, group;    /* frames that want no answer: to one, to a group */
    uint64_t internal_collisions;  /* attempts that gave way to a slot of higher priority */
    uint64_t cancelled, timed_out; /* attempts, before they sent anything */
    struct radio_delay delay;      /* of frames delivered */
};

/* Why a frame to one receiver was not received there. */
enum radio_loss {
    RADIO_LOSS_INTERFERENCE, /* lost with other frames or bursts in it: collisions */
    RADIO_LOSS_SENDING,      /* the receiver sent meanwhile */
    RADIO_LOSS_WEAK,         /* noise, distance, another channel, switched off */
    RADIO_LOSSES
};
const char *radio_loss_name(enum radio_loss loss);

struct radio_link_stats {
    unsigned from, to;
    struct radio_sent sent;       /* frames from -> to */
    uint64_t addressed, received; /* transmissions from -> to, any type; received intact there */
    uint64_t lost[RADIO_LOSSES];
    uint64_t heard[RADIO_RX_RESULTS]; /* frames of `from` that `to` had synchronised to, whoever they were for */
    uint64_t group_received;          /* intact frames to a group; of how many: radio_node_stats.group_transmissions */
    double rssi_sum_db;
    struct histogram rssi, sinr; /* of `heard`; bin n: n <= dB < n + 1 */
    /* Packets of CPU-less stations from end to end. */
    uint64_t packets_made, packets_refused, packets_delivered, packet_bytes;
    struct radio_delay packet_delay;
};

struct radio_node_stats {
    uint64_t tx_frames, tx_bytes; /* transmissions; bytes with FCS */
    uint64_t tx_of_type[RADIO_MPDU_TYPES];
    uint64_t group_transmissions;
    sim_time tx_airtime;                   /* signal extension excluded */
    double tx_ma_s;                        /* charge drawn while sending */
    struct radio_sent sent;                /* all links together, and unknown addresses */
    uint64_t rx_results[RADIO_RX_RESULTS]; /* of frames that it had synchronised to */
    uint64_t rx_interfered;                /* header or payload lost, with interference in it */
    uint64_t rx_for_us;                    /* intact, addressed to this node */
    struct histogram rssi, sinr;
    sim_time in_state[DCF_STATES];
    sim_time nav_time; /* reserved by the NAV, whatever else happened */
    uint64_t packets_made, packets_refused;
    bool has_cpu;
    uint64_t cpu_hz;
    sim_time cpu_busy; /* of all cores together */
    sim_time slept[2]; /* light, deep; the radio is off */
};

struct radio_energy {
    double tx_j, rx_j, off_j, cpu_j, sleep_j, total_j, mean_ma;
};

struct radio_channel_stats {
    uint64_t frames, bytes;
    uint64_t overlapped;    /* frames that met another one on the channel, wherever that was */
    sim_time airtime, used; /* of all frames; of the channel: overlaps count once */
};

struct radio_stats_config {
    unsigned nodes;
    const uint8_t (*address)[MPDU_ADDRESS]; /* by node; all zero: none. NULL: none is known. Copied */
};

struct radio_stats;

/* NULL without memory. */
struct radio_stats *radio_stats_create(const struct radio_stats_config *config);
void radio_stats_destroy(struct radio_stats *stats); /* NULL is accepted */

/* To be told everything. A radio counts as switched off until its first state: whoever connects the observer of an
 * engine that exists already tells `state` how it is. traffic's context is the stats. */
const struct rf_medium_observer *radio_stats_medium_observer(const struct radio_stats *stats);
const struct dcf_observer *radio_stats_mac_observer(const struct radio_stats *stats);
const struct traffic_ops *radio_stats_traffic_ops(const struct radio_stats *stats);

/* How busy the cores of a node were, for its energy; without it the node has none. */
void radio_stats_set_cpu(struct radio_stats *stats, unsigned node, uint64_t hz, sim_time busy);

/* How long its chip slept, while its radio was off; 0 at first. */
void radio_stats_set_sleep(struct radio_stats *stats, unsigned node, sim_time light, sim_time deep);

/* Closes what is open; the figures are those up to `end`. Frames that are still on the air or on their way are neither
 * delivered nor lost. Before that, figures are not complete; after it, nothing more is told. */
void radio_stats_finish(struct radio_stats *stats, sim_time end);

sim_time radio_stats_end(const struct radio_stats *stats);
unsigned radio_stats_nodes(const struct radio_stats *stats);
const struct radio_node_stats *radio_stats_node(const struct radio_stats *stats, unsigned node);
/* NULL when there was nothing between the two. */
const struct radio_link_stats *radio_stats_link(const struct radio_stats *stats, unsigned from, unsigned to);
const struct radio_channel_stats *radio_stats_channel(const struct radio_stats *stats, unsigned channel);
struct radio_energy radio_stats_energy(const struct radio_stats *stats, unsigned node);

#ifdef __cplusplus
}
#endif
#endif
