/* SPDX-License-Identifier: Apache-2.0 */
/* Captures of the air for Wireshark and its kin: pcap with nanoseconds since the start of the simulation, radiotap
 * headers and frames with their FCS.
 *
 *   radio.<channel>.pcap   every frame sent on the channel, once; made when the first one is
 *   <node>.pcap            what a node sent, and what it received, good or bad
 *
 * A frame's time is that of its start, at the transmitter in what was sent and at the receiver in what was received;
 * records are in that order. A frame received in error has the bytes that were sent and a wrong FCS, and says so in its
 * flags; one whose header was lost, or which was cut off, is none. Frames without bytes (tests of the medium) are left
 * out.
 *
 * Files are those of out_file.h; what is flushed ends with a whole record. */
#ifndef VESPER_SC_TOP_OUT_RADIO_PCAP_H
#define VESPER_SC_TOP_OUT_RADIO_PCAP_H

#include "bus/base/log.h"
#include "bus/base/status.h"
#include "rf_channel/medium.h"

#ifdef __cplusplus
extern "C" {
#endif

struct radio_pcap_config {
    const char *folder;      /* exists */
    unsigned nodes;          /* of the medium */
    const char *const *name; /* by node; NULL: no capture of this one */
    bool channels;           /* those of the channels are wanted, too */
    struct log *log;
};

struct radio_pcap;

/* config is copied, except log. On failure *pcap is NULL and there was a message. */
enum sim_status radio_pcap_create(const struct radio_pcap_config *config, struct radio_pcap **pcap);

/* To be told everything on the medium; valid as long as the captures are. */
const struct rf_medium_observer *radio_pcap_observer(const struct radio_pcap *pcap);

/* Hands what is there to the host. It does so by itself when much has gathered. */
void radio_pcap_flush(struct radio_pcap *pcap);

/* SIM_OK, or the first error of any file. */
enum sim_status radio_pcap_status(const struct radio_pcap *pcap);

/* Records written so far, in all files. */
uint64_t radio_pcap_records(const struct radio_pcap *pcap);

/* Completes the files and frees; returns what went wrong first, if anything. NULL is accepted. */
enum sim_status radio_pcap_finish(struct radio_pcap *pcap);

/* Frees, and removes the unfinished files. NULL is accepted. */
void radio_pcap_abandon(struct radio_pcap *pcap);

#ifdef __cplusplus
}
#endif
#endif
