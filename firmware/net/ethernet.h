/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet frames and the bodies of 802.11 data frames: LLC/SNAP (RFC 1042; IEEE 802.11-2020, annex M). Plain C. */
#ifndef VESPER_FIRMWARE_NET_ETHERNET_H
#define VESPER_FIRMWARE_NET_ETHERNET_H

#include "firmware/net/dot11.h"

enum {
    ETHERNET_HEADER = 14,
    ETHERNET_MAX = 1514,
    ETHERNET_EAPOL = 0x888E,
    SNAP = 8 /* what comes before the payload of a frame with a type, with its type */
};

static inline unsigned ethernet_type(const uint8_t *frame)
{
    return (unsigned)frame[12] << 8 | frame[13];
}

/* Writes the body of a data frame for an Ethernet frame: at most length - ETHERNET_HEADER + SNAP bytes. Returns how
 * many; 0: the frame is none. */
unsigned ethernet_to_body(const uint8_t *frame, unsigned length, uint8_t *body);

/* Makes an Ethernet frame of a body in place: its header goes where the end of the LLC header was, and before. Needs
 * ETHERNET_HEADER - SNAP bytes of room before `body`, which the MAC header has. NULL: no LLC header. */
uint8_t *ethernet_from_body(uint8_t *body, unsigned length, const uint8_t destination[DOT11_ADDRESS],
                            const uint8_t source[DOT11_ADDRESS], unsigned *frame_length);

/* User priority 0..7: precedence of IPv4 or IPv6, 7 of EAPOL, else 0 (IEEE 802.11-2020, table 10-1 makes queues of
 * them: 1 and 2 background, 0 and 3 best effort, 4 and 5 video, 6 and 7 voice). */
unsigned ethernet_priority(const uint8_t *frame, unsigned length);

#endif
