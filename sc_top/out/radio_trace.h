/* SPDX-License-Identifier: Apache-2.0 */
/* The air in the waveform. Signals, for a node called `mesh3` and for channel 6:
 *
 *   mesh3.radio.state    off, idle, nav, backoff, busy, rx, tx (dcf.h)
 *   mesh3.radio.nav      1 while its NAV reserves the medium
 *   mesh3.radio.tx       what it sends: "QoS Data OFDM 54 1000B ->mesh4", "-" when nothing; " retry" at the end of a
 *                        repetition
 *   mesh3.radio.tx_frame its number, the medium's; 0 when nothing
 *   mesh3.radio.rx       what became of the frame that it received last: "ok", "fcs error", ...
 *   mesh3.radio.rx_frame its number
 *   air.ch6.on_air       how many frames are on the channel, wherever in the scene
 *   air.ch6.frame        the last one that began: "mesh3 QoS Data ..."; "-" when there is none
 *   air.ch6.frame_number its number; 0 when there is none
 *
 * In a VCD blanks stand as "_", since a string ends at the first one there. Numbers are signals of their own because
 * sinks keep every text. */
#ifndef VESPER_SC_TOP_OUT_RADIO_TRACE_H
#define VESPER_SC_TOP_OUT_RADIO_TRACE_H

#include "bus/base/trace.h"
#include "rf_channel/dcf.h"

#ifdef __cplusplus
extern "C" {
#endif

struct radio_trace_config {
    const struct trace_sink *sink;
    unsigned nodes;
    const char *const *name;                /* by node; NULL: not shown */
    const uint8_t (*address)[MPDU_ADDRESS]; /* by node, to show names for addresses; may be NULL */
};

struct radio_trace;

/* Declares the signals. What config points to is copied, except the sink. NULL without memory. */
struct radio_trace *radio_trace_create(const struct radio_trace_config *config);
void radio_trace_destroy(struct radio_trace *trace); /* NULL is accepted */

/* To be told everything. An engine that exists already is told by `state` as it is. */
const struct rf_medium_observer *radio_trace_medium_observer(const struct radio_trace *trace);
const struct dcf_observer *radio_trace_mac_observer(const struct radio_trace *trace);

#ifdef __cplusplus
}
#endif
#endif
