/* SPDX-License-Identifier: Apache-2.0 */
/* The shared medium: carries each transmission to the radios in reach, adds up interference piece by piece and decides
 * what every receiver makes of it. Time is that of one event queue; powers are dBm at the antenna connector.
 *
 * A receiver synchronises within a window after the first preamble; the strongest preamble of the window is taken if
 * its SINR suffices. Then header and payload each survive with the probability that the error model gives for their
 * bits at the SINR of each stretch between two changes of interference. All random draws are functions of (seed,
 * transmitter, receiver, frame number), so leaving out far receivers shifts nobody's luck.
 *
 * Callbacks come from evq_run in phases RADIO_END and RADIO_START (frames that start and end, in that order at the same
 * time) except where noted; they may transmit and retune. Whoever decides to send at a slot boundary does so in phase
 * DEVICE and therefore without having heard frames that start at the same instant: that is a collision, as on air. */
#ifndef VESPER_RF_CHANNEL_MEDIUM_H
#define VESPER_RF_CHANNEL_MEDIUM_H

#include "bus/base/evq.h"
#include "rf_channel/error_model.h"
#include "rf_channel/propagation.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rf_medium_config {
    double noise_figure_db;
    /* Synchronisation: from the first preamble's start; the strongest preamble in it is taken. */
    sim_time preamble_window;    /* above 0, at most 16 us */
    double preamble_dsss_snr_db; /* least SINR at the end of the window */
    double preamble_ofdm_snr_db;
    double preamble_rssi_dbm; /* least power */
    /* CCA by energy: busy at or above this (IEEE 802.11-2020, 17.3.10.6: 20 dB above the -82 dBm of OFDM 6). CCA by
     * preamble: busy from synchronisation to the end of the frame, signal extension included. */
    double energy_detect_dbm;
    /* Receivers are left out when a frame's mean power there is this far below the noise floor. Each frame left out
     * would have raised the noise by 10 log10(1 + 10^(-x/10)) dB: 0.043 dB for 20 dB. INFINITY: nobody is left out. */
    double cull_below_noise_db;
    /* Power lasts through the signal extension of OFDM and HT, as in ns-3. On air those 6 us are silent: whoever has
     * not synchronised, as in a collision, finds the medium idle that much earlier. */
    bool power_in_extension;
    uint64_t seed;
};

/* The ESP32's sensitivity is reached: synchronisation does not limit it (DSSS 1 works down to -5 dB, OFDM 6 to -1 dB),
 * 4 us window, energy at -62 dBm, culling 20 dB below noise. */
struct rf_medium_config rf_medium_defaults(void);

/* ns-3 3.37's ThresholdPreambleDetectionModel: 4 dB, -82 dBm and no signal below either is received. */
struct rf_medium_config rf_medium_ns3(void);

/* A transmission as receivers see it; valid during the callback. */
struct rf_frame {
    uint64_t number; /* of the medium, ascending from 1 */
    unsigned from;   /* node */
    unsigned channel;
    struct rf_mode mode;
    uint32_t psdu;          /* bytes */
    const uint8_t *payload; /* the MPDU: psdu less the FCS's 4 bytes; NULL when none was given */
    double power_dbm;
    sim_time start; /* at the transmitter's antenna */
    struct rf_airtime airtime;
};

enum rf_rx_result {
    RF_RX_OK,
    RF_RX_HEADER_ERROR, /* PLCP header or SIGNAL lost; told when it should have ended */
    RF_RX_FCS_ERROR,    /* header intact, payload not; told at the end of the frame */
    RF_RX_ABORTED       /* the receiver was retuned, switched off or made to transmit */
};

struct rf_rx {
    const struct rf_frame *frame;
    enum rf_rx_result result;
    double rssi_dbm;  /* of the frame itself, fading included */
    double snr_db;    /* of the frame to noise and interference, averaged over the time received so far */
    double noise_dbm; /* noise floor of the receiver */
};

/* Every callback may be NULL. */
struct rf_radio_ops {
    /* Clear channel assessment changed, or a reception has ended (rx_end). Called by rf_radio_transmit and the other
     * setters before they return, too. */
    void (*cca)(void *ctx, sim_time now, bool busy);
    /* Synchronised to a preamble; what follows is not known yet. */
    void (*preamble)(void *ctx, sim_time now);
    /* Header decoded: rate, length and thus the end are known (PHY-RXSTART). */
    void (*rx_start)(void *ctx, sim_time now, const struct rf_frame *frame);
    /* After rx_start or a header error: how it ended; before CCA becomes idle by it. After the signal extension: SIFS
     * counts from here. */
    void (*rx_end)(void *ctx, sim_time now, const struct rf_rx *rx);
    /* Own frame is over, signal extension included. */
    void (*tx_end)(void *ctx, sim_time now, const struct rf_frame *frame);
};

/* A baseband in hardware, such as RTL, that really codes and decodes: it works on what the model has decided, in the
 * same instant. Each function may be NULL. */
struct rf_coder_ops {
    /* A frame goes on the air; the bytes of its payload, if it has one, may be changed: others receive those. */
    void (*sending)(void *ctx, sim_time now, const struct rf_frame *frame, uint8_t *payload);
    /* Synchronised to a frame that began at `start`. */
    void (*receiving)(void *ctx, sim_time now, const struct rf_frame *frame, sim_time start);
    /* A reception is over, or was cut short behind its header; returns the result that holds. A frame that the model
     * has lost stays lost. */
    enum rf_rx_result (*received)(void *ctx, sim_time now, const struct rf_rx *rx);
};

/* Sees everything on the medium (traces, pcap, statistics); each function may be NULL. */
struct rf_medium_observer {
    void *ctx;
    /* A transmission starts. */
    void (*transmitted)(void *ctx, sim_time now, const struct rf_frame *frame);
    /* What a node that had synchronised to a frame made of it. */
    void (*received)(void *ctx, sim_time now, unsigned node, const struct rf_rx *rx);
};

struct rf_medium;
struct rf_radio;

/* propagation, errors and q stay the caller's and outlive the medium. NULL without memory. */
struct rf_medium *rf_medium_create(const struct rf_medium_config *config, struct evq *q,
                                   struct rf_propagation *propagation, const struct rf_error_model *errors);
/* Radios go with it. NULL is accepted. */
void rf_medium_destroy(struct rf_medium *medium);
/* observer outlives the medium; NULL: none. */
void rf_medium_observe(struct rf_medium *medium, const struct rf_medium_observer *observer);
struct evq *rf_medium_evq(const struct rf_medium *medium);

/* One radio per node (node < nodes of the propagation, not attached yet), listening on `channel`. ops and ctx outlive
 * the medium. NULL without memory. */
struct rf_radio *rf_radio_attach(struct rf_medium *medium, unsigned node, unsigned channel,
                                 const struct rf_radio_ops *ops, void *ctx);

/* ops and ctx outlive the radio. */
void rf_radio_set_coder(struct rf_radio *radio, const struct rf_coder_ops *ops, void *ctx);

/* Sends now; a reception in progress is aborted. False, and nothing happens, while the radio sends already or is
 * switched off. payload (psdu - 4 bytes, or NULL) is copied. psdu 0..4095. */
bool rf_radio_transmit(struct rf_radio *radio, struct rf_mode mode, uint32_t psdu, const uint8_t *payload,
                       double power_dbm);

/* Retunes; what is on the air there counts as energy at once. Not while sending (asserted). */
void rf_radio_set_channel(struct rf_radio *radio, unsigned channel);
/* Switches the receiver off and on again: off, CCA is idle and nothing is heard. */
void rf_radio_set_listening(struct rf_radio *radio, bool listening);

bool rf_radio_cca_busy(const struct rf_radio *radio);
bool rf_radio_is_sending(const struct rf_radio *radio);
unsigned rf_radio_channel(const struct rf_radio *radio);

/* Power in the receive filter now, noise included (20 MHz), dBm: what a noise-floor measurement would read. */
double rf_radio_energy_dbm(const struct rf_radio *radio);

/* Energy that is no frame: `power_dbm` spread over `width_mhz` around `centre_mhz`, for `duration`, from a node's
 * place. The node needs no radio; one that has one does not hear itself. */
void rf_medium_burst(struct rf_medium *medium, unsigned node, double centre_mhz, double width_mhz, double power_dbm,
                     sim_time duration);

/* Nodes of the propagation. */
unsigned rf_medium_nodes(const struct rf_medium *medium);

/* Transmissions not yet over at every receiver, and how many (frame, receiver) pairs have been worked on in all. */
unsigned rf_medium_frames_on_air(const struct rf_medium *medium);
uint64_t rf_medium_deliveries(const struct rf_medium *medium);

#ifdef __cplusplus
}
#endif
#endif
