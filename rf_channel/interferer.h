/* SPDX-License-Identifier: Apache-2.0 */
/* Sources of energy that are no Wi-Fi: jammer, Bluetooth-LE-like hopper, microwave oven. Each one sends bursts from the
 * place of a node of the propagation and never listens. */
#ifndef VESPER_RF_CHANNEL_INTERFERER_H
#define VESPER_RF_CHANNEL_INTERFERER_H

#include "rf_channel/medium.h"

#ifdef __cplusplus
extern "C" {
#endif

enum rf_interferer_kind {
    RF_INTERFERER_JAMMER, /* `on` of every `period` at a fixed frequency; on = period: without a break */
    /* `on` of every `period` on one of LE's 37 data channels, 2 MHz wide, drawn anew each time (Bluetooth Core 5.4,
     * vol 6 part B, 1.4.1: 2404..2424 and 2428..2478 MHz in steps of 2). */
    RF_INTERFERER_BLE,
    /* A magnetron on half of the mains' wave: `on` of every `period`; the carrier drifts across the sweep during each
     * burst, in steps (Kamerman and Erkocevic, "Microwave oven interference on wireless LANs", PIMRC 1997). */
    RF_INTERFERER_MICROWAVE
};

struct rf_interferer_config {
    enum rf_interferer_kind kind;
    unsigned node;
    double power_dbm;
    sim_time start, period, on; /* 1 us <= on <= period */
    double centre_mhz;          /* jammer: of its energy; microwave: of the sweep */
    double width_mhz;           /* > 0; BLE: not used; microwave: of the energy at any instant */
    double sweep_mhz;           /* microwave, >= 0 */
    uint64_t seed;
};

/* LE connection with 7.5 ms interval and frames of 328 us (data of 37 bytes at 1 Mbit/s) at 0 dBm. */
struct rf_interferer_config rf_interferer_ble(unsigned node);
/* 10 of 20 ms (50 Hz mains), 2 MHz around 2450..2466 MHz, 23 dBm leaking out of the door. */
struct rf_interferer_config rf_interferer_microwave(unsigned node);

struct rf_interferer;

/* Runs from config->start. medium and q outlive it. NULL when a value is out of range or without memory. */
struct rf_interferer *rf_interferer_create(const struct rf_interferer_config *config, struct rf_medium *medium,
                                           struct evq *q);
/* Silent from now on, but for the burst on the air. NULL is accepted. */
void rf_interferer_destroy(struct rf_interferer *interferer);

#ifdef __cplusplus
}
#endif
#endif
