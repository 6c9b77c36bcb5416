/* SPDX-License-Identifier: Apache-2.0 */
/* Frames that arrive twice because their ACK was lost: a cache of the last sequence and fragment number of each
 * transmitter. Source: IEEE 802.11-2020, 10.3.2.14.2 (RC1). */
#ifndef VESPER_FIRMWARE_NET_DUPLICATES_H
#define VESPER_FIRMWARE_NET_DUPLICATES_H

#include "firmware/net/dot11.h"

enum { DUPLICATES_ENTRIES = 64 };

struct duplicates {
    struct {
        uint8_t transmitter[DOT11_ADDRESS];
        uint16_t number; /* sequence and fragment as in the frame */
        uint32_t used;   /* serial number of the last use; 0: free */
    } entry[DUPLICATES_ENTRIES];
    uint32_t uses;
};

/* Zeros are an empty cache. True: the frame is a repetition of the last one of its transmitter. Only individually
 * addressed data and management frames with the retry bit can be; the one unused for longest makes room. */
bool duplicates_check(struct duplicates *duplicates, const struct dot11_frame *frame);

#endif
