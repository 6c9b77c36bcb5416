/* SPDX-License-Identifier: Apache-2.0 */
/* Channels 1 to 14 of the 2.4 GHz band, and how much of a signal on one gets into a receiver on another. */
#ifndef VESPER_RF_CHANNEL_CHANNELS_H
#define VESPER_RF_CHANNEL_CHANNELS_H

#include <stdbool.h>

#include "rf_channel/rate.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RF_CHANNEL_FIRST = 1, RF_CHANNEL_LAST = 14 };

/* Centre in MHz: 2407 + 5 n, 2484 for 14 (IEEE 802.11-2020, 15.4.4.3). channel in 1..14. */
unsigned rf_channel_mhz(unsigned channel);

/* Fraction of the power, dB <= 0, that passes an ideal receive filter `offset_mhz` away from the transmitter's centre.
 *
 * Transmitter: DSSS and CCK as the spectrum of the chips, sinc^2 with nulls at 11 MHz, and beyond 11 MHz not below the
 * mask (-30 dBr, from 22 MHz -50 dBr: 15.4.5.5); OFDM and HT flat and then along the mask (0 dBr to 9 MHz, -20 at 11,
 * -28 at 20, -45 at 30: 19.3.18.1). Masks are limits: real transmitters leak less, seldom more.
 * Receiver: rectangular, 22 MHz for DSSS and CCK, 20 MHz for OFDM and HT.
 * The value is relative to that at offset 0, which counts as 0 dB. */
double rf_leakage_db(bool tx_is_ofdm, bool rx_is_ofdm, double offset_mhz);

/* The same for narrow energy (a carrier, Bluetooth's 1 MHz, a microwave oven): what part of `width_mhz` around
 * `offset_mhz` from the receiver's centre lies in its filter; -60 dB outside (stop band). width_mhz > 0. */
double rf_narrowband_db(bool rx_is_ofdm, double offset_mhz, double width_mhz);

/* All of it between channels, worked out once. */
struct rf_leakage {
    float db[2][2][RF_CHANNEL_LAST + 1][RF_CHANNEL_LAST + 1]; /* [tx OFDM][rx OFDM][tx channel][rx channel] */
};
void rf_leakage_init(struct rf_leakage *leakage);

#ifdef __cplusplus
}
#endif
#endif
