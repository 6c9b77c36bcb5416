/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet frames in 802.11 data frames and back: LLC/SNAP of RFC 1042, and the bridge-tunnel encapsulation of IEEE
 * 802.1H for AppleTalk ARP and IPX (as IEEE 802.11-2020, annex M, tells). Ethernet frames here have no FCS and need no
 * padding. */
#ifndef VESPER_RF_CHANNEL_LLC_H
#define VESPER_RF_CHANNEL_LLC_H

#include "rf_channel/mpdu.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ETHERNET_HEADER = 14, ETHERNET_MAX = 1514, LLC_SNAP = 8, ETHERTYPE_EAPOL = 0x888e };

static inline uint16_t ethernet_type(const uint8_t *ethernet)
{
    return (uint16_t)(ethernet[12] << 8 | ethernet[13]);
}

/* The frame body for an Ethernet frame into `out` (size + LLC_SNAP bytes): its size, or 0 when the frame is no good
 * (shorter than a header, longer than 1514 bytes, or than its own length field says). */
size_t llc_from_ethernet(const uint8_t *ethernet, size_t size, uint8_t *out);

/* The Ethernet frame of a frame body into `out` (size + ETHERNET_HEADER bytes): its size, or 0 when there is no LLC
 * header. Bodies of another LLC than SNAP become frames with a length field. */
size_t llc_to_ethernet(const uint8_t destination[MPDU_ADDRESS], const uint8_t source[MPDU_ADDRESS], const uint8_t *body,
                       size_t size, uint8_t *out);

/* 802.1D user priority of an Ethernet frame: precedence of IPv4 or IPv6, 7 of EAPOL, else 0. */
unsigned llc_priority(const uint8_t *ethernet, size_t size);
/* Queue of station.h for a user priority (table 10-1: 1, 2 background; 0, 3 best effort; 4, 5 video; 6, 7 voice). */
unsigned llc_queue(unsigned priority);

#ifdef __cplusplus
}
#endif
#endif
