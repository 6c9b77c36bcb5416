/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet frames as bytes, without preamble and frame check sequence. Source: IEEE 802.3-2022, 3.1 to 3.2. */
#ifndef VESPER_NET_BRIDGE_ETHER_H
#define VESPER_NET_BRIDGE_ETHER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "bus/base/bits.h"
#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    ETHER_ADDRESS = 6,
    ETHER_HEADER = 14,
    ETHER_LINE_MIN = 60, /* senders pad to it */
    ETHER_MAX = 1518,    /* 1500 bytes of payload and a VLAN tag */
    ETHER_FCS = 4,
    ETHER_PREAMBLE = 8, /* with start frame delimiter */
    ETHER_GAP = 12
};

enum ether_type {
    ETHER_TYPE_MIN = 0x0600, /* below: a length */
    ETHER_TYPE_IPV4 = 0x0800,
    ETHER_TYPE_ARP = 0x0806,
    ETHER_TYPE_IPV6 = 0x86DD,
    ETHER_TYPE_CONTROL = 0x8808
};

static inline const uint8_t *ether_source(const uint8_t *frame)
{
    return frame + ETHER_ADDRESS;
}

static inline unsigned ether_type(const uint8_t *frame)
{
    return (unsigned)frame[12] << 8 | frame[13];
}

/* Group addresses, among them broadcast. */
static inline bool ether_is_group(const uint8_t *address)
{
    return address[0] & 1;
}

/* 01-80-C2-00-00-00 to -0F: never forwarded by a switch (IEEE 802.1Q-2022, table 8-1). */
static inline bool ether_is_reserved(const uint8_t *address)
{
    static const uint8_t reserved[5] = {0x01, 0x80, 0xC2, 0, 0};
    return memcmp(address, reserved, sizeof reserved) == 0 && address[5] < 16;
}

/* How long `bytes` bytes take on a line; 0 bits per second: no time at all. */
static inline sim_time ether_line_time(uint64_t bytes, uint64_t bits_per_second)
{
    return bits_per_second ? bits_muldiv_up(8 * bytes, SIM_PS_PER_S, bits_per_second) : 0;
}

/* The same for a frame with preamble, padding and FCS. */
static inline sim_time ether_frame_time(unsigned length, uint64_t bits_per_second)
{
    unsigned padded = length < ETHER_LINE_MIN ? (unsigned)ETHER_LINE_MIN : length;
    return ether_line_time(ETHER_PREAMBLE + padded + ETHER_FCS, bits_per_second);
}

#ifdef __cplusplus
}
#endif
#endif
