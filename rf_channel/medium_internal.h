/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by medium.c (who hears what when) and radio.c (what a receiver makes of it); nobody else includes it. */
#ifndef VESPER_RF_CHANNEL_MEDIUM_INTERNAL_H
#define VESPER_RF_CHANNEL_MEDIUM_INTERNAL_H

#include "rf_channel/channels.h"
#include "rf_channel/medium.h"
#include "rf_channel/num.h"

enum { PSDU_MAX = 4095 };

/* A transmission and its users: one for the sender, one per arrival. */
struct air {
    struct rf_frame frame;
    bool is_burst;
    double centre_mhz, width_mhz; /* of a burst */
    sim_time energy;              /* how long there is power */
    unsigned users;
    struct air *next_free;
    uint8_t payload[PSDU_MAX]; /* frame.payload points here */
};

enum stage { STAGE_START, STAGE_POWER_END, STAGE_FRAME_END };

/* One transmission at one receiver. */
struct arrival {
    struct rf_medium *medium;
    struct air *air;
    struct rf_radio *radio;
    struct evq_event event;
    enum stage stage;
    sim_time start;                  /* of its power at this receiver */
    double antenna_dbm;              /* fading included */
    double mw;                       /* behind the receive filter, for the channel tuned to */
    struct arrival *next, *previous; /* on the radio's list while there is power */
    struct arrival *next_free, *next_of_all;
};

struct neighbour {
    float loss_db;
    uint32_t node;
};

/* What a receiver synchronised to a frame has gathered. */
struct reception {
    struct arrival *arrival; /* NULL: not synchronised */
    bool header_done;
    sim_time since; /* up to where hazards are summed */
    double header_hazard, payload_hazard;
    double interference_mw_ps; /* integral of noise and interference */
    sim_time locked_at, heard; /* synchronised since; time integrated over */
};

struct rf_radio {
    struct rf_medium *medium;
    unsigned node, channel;
    const struct rf_radio_ops *ops;
    void *ctx;
    const struct rf_coder_ops *coder; /* NULL: none */
    void *coder_ctx;
    bool listening, busy;
    struct air *sending;
    struct evq_event tx_end;
    struct arrival *first, *last; /* with power, oldest first */
    struct arrival *candidate;    /* strongest preamble of the open window */
    struct evq_event window_end;
    struct evq_event header_end;
    struct reception rx;
    struct neighbour *neighbours; /* reachable static radios, nearest first; NULL until needed */
    unsigned neighbour_count;
    bool some_move; /* among the other radios */
    uint64_t neighbours_version;
};

struct rf_medium {
    struct rf_medium_config config;
    struct evq *q;
    struct rf_propagation *propagation;
    const struct rf_error_model *errors;
    struct rf_leakage leakage;
    struct rf_radio **radio; /* by node, NULL where none is attached */
    unsigned nodes;
    double cull_dbm;   /* receivers that get less on average are left out */
    uint64_t attached; /* counts attachments: neighbour lists must be made anew */
    const struct rf_medium_observer *observer;
    uint64_t frames, deliveries;
    unsigned on_air;
    struct air *free_air;
    struct arrival *free_arrival, *all_arrivals;
    void *chunks;       /* of both pools, for destruction */
    double noise_mw[2]; /* DSSS, OFDM */
    double noise_dbm[2];
    double energy_detect_mw;
    double preamble_snr[2]; /* least ratio at the end of the window; DSSS, OFDM */
    double preamble_mw;
    struct num_cache cache;
};

void radio_init(struct rf_radio *radio);
/* An arrival's power appears and disappears; a frame's time, signal extension included, is over. */
void radio_power_start(struct rf_radio *radio, struct arrival *arrival, sim_time now);
void radio_power_end(struct rf_radio *radio, struct arrival *arrival, sim_time now);
void radio_frame_end(struct rf_radio *radio, struct arrival *arrival, sim_time now);

/* medium.c, for radio.c. */
void medium_deliver(struct rf_medium *medium, struct air *air, sim_time now);
struct air *medium_new_air(struct rf_medium *medium);
void medium_release(struct rf_medium *medium, struct air *air);

#endif
