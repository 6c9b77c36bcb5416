/* SPDX-License-Identifier: Apache-2.0 */
/* Rates of 802.11b/g/n and how long a PPDU is on the air. The rates stand in rate.def and nowhere else. */
#ifndef VESPER_RF_CHANNEL_RATE_H
#define VESPER_RF_CHANNEL_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

enum rf_rate {
#define RATE(id, ...) RF_RATE_##id,
#include "rf_channel/rate.def"
#undef RATE
    RF_RATE_COUNT
};

enum rf_kind { RF_KIND_DSSS, RF_KIND_CCK, RF_KIND_OFDM, RF_KIND_HT };

enum rf_modulation {
    RF_MODULATION_DBPSK,
    RF_MODULATION_DQPSK,
    RF_MODULATION_CCK_4,
    RF_MODULATION_CCK_8,
    RF_MODULATION_BPSK,
    RF_MODULATION_QPSK,
    RF_MODULATION_QAM_16,
    RF_MODULATION_QAM_64
};

struct rf_rate_info {
    const char *name;
    enum rf_kind kind;
    uint32_t kbps;       /* with the long guard interval */
    uint16_t coded_bits; /* N_CBPS; 0 for DSSS and CCK */
    uint16_t data_bits;  /* N_DBPS; 0 for DSSS and CCK */
    enum rf_modulation modulation;
    bool has_short; /* short preamble (DSSS, CCK) or short guard interval (HT) exists */
};

/* rate < RF_RATE_COUNT. */
const struct rf_rate_info *rf_rate_of(enum rf_rate rate);

/* The form of a PPDU: its rate and whether it is the short one (rate_info.has_short). */
struct rf_mode {
    enum rf_rate rate;
    bool short_form;
};

/* Bits a second of the data field, with the guard interval taken into account. */
uint64_t rf_mode_bps(struct rf_mode mode);

/* The parts of a PPDU's time on the air. A receiver of DSSS hears energy for preamble + header + data; OFDM and HT at
 * 2.4 GHz are followed by 6 us of silence, the signal extension, after which SIFS starts. */
struct rf_airtime {
    sim_time preamble;  /* until a receiver has synchronised */
    sim_time header;    /* PLCP header or SIGNAL fields, HT training included */
    sim_time data;      /* PSDU with service, tail and padding */
    sim_time extension; /* signal extension: medium counts as used, nothing is sent */
};

/* psdu: bytes of the PSDU, FCS included, 0..4095. IEEE 802.11-2020: 15.2.7/16.2.2 and 16.3.4 (DSSS, CCK), 18.5.3 with
 * 17.4.3 (ERP-OFDM), equation 19-90 (HT-mixed), 19.3.21 and 18.3.2.4 (signal extension). */
struct rf_airtime rf_ppdu_airtime(struct rf_mode mode, uint32_t psdu);

/* Sum of the parts: TXTIME. */
sim_time rf_txtime(struct rf_mode mode, uint32_t psdu);

/* The rate at which a frame of `mode` is answered with ACK, CTS or BlockAck: the highest rate of the basic set that is
 * not above it and of the same class; HT counts as its OFDM counterpart (IEEE 802.11-2020, 10.6.6.5.2). basic: bit n =
 * enum rf_rate n; when no basic rate fits, the highest mandatory one: DSSS 1, 2, CCK 5.5, 11, OFDM 6, 12, 24. */
enum rf_rate rf_response_rate(struct rf_mode mode, uint32_t basic);

#ifdef __cplusplus
}
#endif
#endif
