/* SPDX-License-Identifier: Apache-2.0 */
/* The software half of a MAC for stations that have no CPU: queues, contention windows, the random backoff, retries
 * with limits, rate fallback, sequence numbers and duplicate detection, above the engine of dcf.h. What a guest's
 * driver does for itself on a virtual ESP32.
 *
 * Source: IEEE 802.11-2020, 10.3.3 (backoff procedure), 10.3.4.4 (retry limits), 10.3.2.14 (duplicates), 10.23.2
 * (EDCA). Limits count attempts as in the standard: a frame is given up when its counter reaches the limit. */
#ifndef VESPER_RF_CHANNEL_STATION_H
#define VESPER_RF_CHANNEL_STATION_H

#include "bus/base/rng.h"
#include "rf_channel/dcf.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { STATION_QUEUES = DCF_SLOTS - 1, STATION_FRAME_MAX = 4091 };

struct station_queue_config {
    unsigned cw_min, cw_max; /* 2^n - 1 */
    unsigned aifsn;
};

struct station_config {
    uint8_t address[MPDU_ADDRESS];
    unsigned channel;
    double power_dbm;
    struct dcf_config mac;
    struct station_queue_config queue[STATION_QUEUES]; /* by slot: 0 voice, 1 video, 2 best effort, 3 background */
    /* Attempts of a frame sent without RTS, or of an RTS (dot11ShortRetryLimit), and of a frame after its CTS
     * (dot11LongRetryLimit). 0: never given up. */
    unsigned retry_limit, long_retry_limit;
    unsigned rts_threshold; /* bytes of PSDU from which RTS is used; 4096: never */
    struct rf_mode rts_mode;
    bool protect;            /* CTS-to-self at rts_mode before OFDM and HT frames (802.11g protection) */
    unsigned fallback_after; /* failed attempts of a frame before it goes down one step of its rates; 0: never */
    unsigned queue_limit;    /* frames waiting in a queue; one more is refused */
    sim_time lifetime;       /* frames older than this are dropped when their turn comes; 0: never */
    /* Also a frame that finds no backoff pending and the medium idle draws one; 10.3.4.2 lets it go without. */
    bool draw_when_idle;
    uint64_t seed;
};

/* DCF with the retry limit of 7, window 15..1023, AIFSN 2 in all queues. */
struct station_config station_defaults(void);

/* What happens to a frame that was queued, and what arrived. */
struct station_sent {
    bool delivered;    /* acknowledged, or sent when no answer was wanted */
    unsigned attempts; /* transmissions of its data or RTS */
    sim_time queued, done;
    unsigned queue;
    uint64_t tag;
};

struct station_received {
    const struct dcf_rx *rx;
    bool duplicate; /* told, acknowledged, and to be ignored */
};

struct station_ops {
    /* Head of the queue is gone; the next may be queued from within. */
    void (*sent)(void *ctx, sim_time now, const struct station_sent *sent);
    /* An intact frame to us or to a group, or any when `promiscuous`. */
    void (*received)(void *ctx, sim_time now, const struct station_received *received);
    /* A frame goes on the air now, in this mode; its bytes may still be filled in (a beacon's timestamp). May be NULL.
     */
    void (*sending)(void *ctx, sim_time now, uint64_t tag, struct rf_mode mode, uint8_t *mpdu);
};

struct station_counts {
    uint64_t queued, refused, expired;
    uint64_t delivered, dropped; /* frames */
    uint64_t attempts, retries;  /* of the data frame or its RTS; retries are those beyond a frame's first */
    uint64_t no_ack, no_cts;     /* failed attempts */
    uint64_t received, duplicates, bytes_received;
};

struct station;

/* config is copied. NULL without memory. */
struct station *station_create(struct rf_medium *medium, unsigned node, const struct station_config *config,
                               const struct station_ops *ops, void *ctx, const struct dcf_observer *observer);
void station_destroy(struct station *station);

/* A frame to send. The MPDU (without FCS; up to 4091 bytes) is copied; its sequence number, Duration and retry bit are
 * filled in by the station, except in a PS-Poll, which has none of them. Group addresses are neither acknowledged nor
 * repeated. */
struct station_frame {
    const uint8_t *mpdu;
    unsigned bytes;
    unsigned queue;
    struct rf_mode mode;
    uint64_t tag; /* handed back in struct station_sent */
};
/* False when the queue is full. */
bool station_send(struct station *station, const struct station_frame *frame);
/* What a BSS demands of its members: protection of OFDM and HT frames, and the slot time. */
void station_set_bss(struct station *station, bool protect, sim_time slot);
/* Frames in the queue, the one under way included. */
unsigned station_queued(const struct station *station, unsigned queue);

void station_set_promiscuous(struct station *station, bool promiscuous);
const struct station_counts *station_get_counts(const struct station *station);
struct dcf *station_dcf(const struct station *station);
const uint8_t *station_address(const struct station *station);

#ifdef __cplusplus
}
#endif
#endif
