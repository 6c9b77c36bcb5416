/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by dcf.c (contention and exchanges) and dcf_rx.c (what arrives); nobody else includes it. */
#ifndef VESPER_RF_CHANNEL_DCF_INTERNAL_H
#define VESPER_RF_CHANNEL_DCF_INTERNAL_H

#include "rf_channel/dcf.h"

enum { NO_SLOT = DCF_SLOTS, BLOCK_ACK_AGREEMENTS = 8, MPDU_BLOCK_ACK = 28, MPDU_BLOCK_ACK_REQUEST = 20 };

enum slot_stage { SLOT_FREE, SLOT_WAITS, SLOT_SENDS };

struct slot {
    struct dcf *dcf;
    struct dcf_attempt attempt;
    enum slot_stage stage;
    sim_time begun;  /* of the attempt */
    sim_time since;  /* counted from; begun, or when the slot time changed */
    sim_time origin; /* while counting: the boundary at which `left` was last right */
    unsigned left;   /* slots to count down from there */
    struct evq_event limit;
};

/* Where the exchange of the slot that has won the medium is. */
enum exchange { EXCHANGE_NONE, EXCHANGE_SENDING, EXCHANGE_SIFS, EXCHANGE_AWAIT_CTS, EXCHANGE_AWAIT_ACK };

enum sending { SENDING_NOTHING, SENDING_RTS, SENDING_CTS_TO_SELF, SENDING_FRAME, SENDING_ANSWER };

struct agreement {
    bool open;
    uint8_t transmitter[MPDU_ADDRESS];
    unsigned tid;
    uint16_t start; /* sequence number of bit 0 */
    uint64_t bitmap;
};

struct interface {
    bool enabled;
    uint8_t address[MPDU_ADDRESS], mask[MPDU_ADDRESS];
};

struct dcf {
    struct evq *q;
    struct rf_radio *radio;
    unsigned node;
    struct dcf_config config;
    const struct dcf_ops *ops;
    void *ctx;
    const struct dcf_observer *observer;
    enum dcf_state told;

    struct interface interface[DCF_ADDRESSES];
    unsigned channel_wanted;
    bool listening, listening_wanted;

    /* The medium as this radio knows it. */
    bool cca_busy, receiving;
    bool telling_rx;     /* within `received` */
    sim_time idle_since; /* CCA */
    sim_time nav_until;
    sim_time eifs_until;  /* after a frame with errors, EIFS less DIFS */
    sim_time timeout_end; /* of our last exchange without an answer */

    /* Contention. */
    struct slot slot[DCF_SLOTS];
    bool counting;
    sim_time boundary;       /* the earliest one */
    struct evq_event access; /* a turnaround before it */
    unsigned committed;      /* decided to send, or NO_SLOT */
    struct evq_event send;
    const struct dcf_access_ops *hardware; /* NULL: none */
    void *hardware_ctx;
    bool only_compared;

    /* Our exchange. */
    unsigned owner;
    enum exchange exchange;
    enum sending sending;
    bool frame_sent, answer_begun;
    sim_time exchange_start;
    struct evq_event timeout;
    uint16_t block_ack_start;
    uint64_t block_ack_bitmap;

    /* Answers to others. */
    struct evq_event answer;
    uint8_t answer_bytes[MPDU_BLOCK_ACK];
    unsigned answer_size;
    struct rf_mode answer_mode;
    struct {
        bool valid;
        enum dcf_wants wants;
        struct rf_mode mode;
        sim_time end;
        uint8_t transmitter[MPDU_ADDRESS];
        uint16_t duration, sequence;
        unsigned tid;
        bool is_qos, more_fragments;
    } pending;
    struct evq_event nav_end;   /* for observers only */
    struct evq_event nav_reset; /* after an RTS that nothing followed */
    struct agreement agreement[BLOCK_ACK_AGREEMENTS];
};

/* dcf.c */
void dcf_state_changed(struct dcf *dcf, sim_time now);
void dcf_freeze(struct dcf *dcf, sim_time now);
void dcf_resume(struct dcf *dcf);
void dcf_finish(struct dcf *dcf, sim_time now, unsigned slot, const struct dcf_outcome *outcome);
void dcf_end_exchange(struct dcf *dcf, sim_time now, enum dcf_result result, const struct rf_rx *answer);
void dcf_send_after_sifs(struct dcf *dcf, sim_time now);
void dcf_apply_pending(struct dcf *dcf);
void dcf_set_eifs(struct dcf *dcf, sim_time now, sim_time until);

/* dcf_rx.c */
void dcf_rx_init(struct dcf *dcf);
struct rf_mode dcf_answer_mode(const struct dcf *dcf, struct rf_mode mode);
void dcf_on_preamble(void *ctx, sim_time now);
void dcf_on_rx_start(void *ctx, sim_time now, const struct rf_frame *frame);
void dcf_on_rx_end(void *ctx, sim_time now, const struct rf_rx *rx);

#endif
