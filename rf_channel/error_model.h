/* SPDX-License-Identifier: Apache-2.0 */
/* Error models: how likely bits of a rate survive at a signal-to-noise ratio.
 *
 * The unit is the hazard: -ln(probability that one bit survives). A stretch of n bits at a constant SNR survives with
 * exp(-n * hazard), and hazards of stretches at different SNRs add up, which is all that a frame with interference over
 * parts of it needs. Curves are tabulated at creation (log of the hazard against dB), so a query is a look-up. */
#ifndef VESPER_RF_CHANNEL_ERROR_MODEL_H
#define VESPER_RF_CHANNEL_ERROR_MODEL_H

#include "rf_channel/rate.h"

#ifdef __cplusplus
extern "C" {
#endif

enum rf_error_kind {
    /* Link-level simulations of BCC-coded frames of 32 and 1458 bytes, as ns-3's table-based model; OFDM 9 Mbit/s, for
     * which there is no table, as YANS. Closest to the ESP32's data sheet: the default. */
    RF_ERROR_TABLE,
    /* Miller, "Validation of OFDM Error Rate Models for 802.11 in ns-3", NIST 2010: 3 to 4.5 dB pessimistic. */
    RF_ERROR_NIST,
    /* Lacage and Henderson, "Yet Another Network Simulator", WNS2 2006. */
    RF_ERROR_YANS,
    RF_ERROR_KINDS
};

/* Noise figure of the receiver that, with RF_ERROR_TABLE, gives the data sheet's sensitivities within 2.5 dB. */
#define RF_NOISE_FIGURE_DB 7.0

struct rf_error_model;

/* About 100 KiB; shared by all receivers, read only. NULL without memory. */
struct rf_error_model *rf_error_model_create(enum rf_error_kind kind);

/* NULL is accepted. */
void rf_error_model_destroy(struct rf_error_model *model);

/* Hazard of one bit of a PSDU of `psdu` bytes. The table has one curve for frames below 400 bytes and one above.
 * snr_db: signal over noise plus interference in the bandwidth of rf_noise_bandwidth(rate); any finite value. */
double rf_error_hazard(const struct rf_error_model *model, enum rf_rate rate, uint32_t psdu, double snr_db);

/* Probability that a PSDU of `psdu` bytes arrives intact at a constant SNR; preamble and PLCP header not included. */
double rf_frame_success(const struct rf_error_model *model, enum rf_rate rate, uint32_t psdu, double snr_db);

/* Hz: 22 MHz for DSSS and CCK, 20 MHz for OFDM and HT. */
double rf_noise_bandwidth(enum rf_rate rate);

/* Thermal noise kT in that bandwidth at 290 K, raised by the noise figure. */
double rf_noise_floor_dbm(enum rf_rate rate, double noise_figure_db);

#ifdef __cplusplus
}
#endif
#endif
