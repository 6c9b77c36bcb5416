/* SPDX-License-Identifier: Apache-2.0 */
/* Radiotap headers: what a capture says about a frame beside its bytes. Fields, their order and alignment as in
 * radiotap.org's list of defined fields. */
#ifndef VESPER_SC_TOP_OUT_RADIOTAP_H
#define VESPER_SC_TOP_OUT_RADIOTAP_H

#include <stddef.h>

#include "rf_channel/rate.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RADIOTAP_MAX = 48 };

struct radiotap_frame {
    struct rf_mode mode;
    unsigned channel; /* 1..14 */
    sim_time mpdu;    /* when its first bit was on the air: TSFT */
    bool received;    /* else sent */

    double signal_dbm, noise_dbm; /* received */
    bool bad_fcs;

    double power_dbm; /* sent */
    unsigned retries; /* how often before */
    bool no_answer;   /* none is wanted */
};

/* The header, little-endian; returns its bytes. An FCS is said to follow the frame. */
size_t radiotap_write(const struct radiotap_frame *frame, uint8_t out[RADIOTAP_MAX]);

#ifdef __cplusplus
}
#endif
#endif
