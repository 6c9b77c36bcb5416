/* SPDX-License-Identifier: Apache-2.0 */
/* IEEE 802.11 frames as bytes, as far as a driver and its programs need them: headers, vendor-specific action frames.
 * Plain C without registers; the host's tests use it too. Source: IEEE 802.11-2020, 9.2, 9.3 and 9.6.5. */
#ifndef VESPER_FIRMWARE_NET_DOT11_H
#define VESPER_FIRMWARE_NET_DOT11_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DOT11_ADDRESS = 6,
    DOT11_HEADER = 24, /* of management and plain data frames */
    DOT11_FCS = 4,
    DOT11_ACK = 10, /* CTS too; without FCS */
    DOT11_RTS = 16,
    DOT11_MPDU_MAX = 2346 - DOT11_FCS,
    DOT11_ACTION = 4 /* category and OUI of a vendor-specific action frame */
};

enum dot11_type { DOT11_MANAGEMENT, DOT11_CONTROL, DOT11_DATA };

/* Table 9-1; those that a program here makes or looks for. */
enum {
    DOT11_MANAGEMENT_ACTION = 13,
    DOT11_CONTROL_RTS = 11,
    DOT11_CONTROL_CTS = 12,
    DOT11_CONTROL_ACK = 13,
    DOT11_DATA_PLAIN = 0,
    DOT11_DATA_QOS = 8 /* this bit of the subtype: two bytes of QoS Control follow */
};

/* The second byte of Frame Control. */
enum { DOT11_TO_DS = 1, DOT11_FROM_DS = 2, DOT11_MORE_FRAGMENTS = 4, DOT11_RETRY = 8, DOT11_PROTECTED = 0x40 };

struct dot11_frame {
    enum dot11_type type;
    unsigned subtype; /* 0..15 */
    uint8_t flags;
    uint16_t duration;
    uint8_t receiver[DOT11_ADDRESS];    /* address 1 */
    uint8_t transmitter[DOT11_ADDRESS]; /* address 2; zeros where there is none: CTS, ACK */
    uint8_t address3[DOT11_ADDRESS];    /* zeros in control frames */
    uint16_t sequence;                  /* 0..4095 */
    uint8_t fragment;                   /* 0..15 */
    unsigned header;                    /* bytes before the body */
};

/* Management and plain data frames: writes the 24 bytes of the header. */
void dot11_pack(uint8_t out[DOT11_HEADER], const struct dot11_frame *frame);

/* False when the bytes hold no whole header of protocol version 0. */
bool dot11_parse(const uint8_t *bytes, size_t length, struct dot11_frame *frame);

/* "Data", "ACK", ...; "?" for what is reserved. */
const char *dot11_name(enum dot11_type type, unsigned subtype);

static inline bool dot11_is_group(const uint8_t address[DOT11_ADDRESS])
{
    return (address[0] & 1) != 0;
}

/* What a driver changes in a frame that is ready otherwise. */
void dot11_set_sequence(uint8_t *mpdu, uint16_t sequence);
void dot11_set_duration(uint8_t *mpdu, uint16_t us);
static inline void dot11_set_retry(uint8_t *mpdu)
{
    mpdu[1] |= DOT11_RETRY;
}

/* Vendor-specific action frames (9.6.5): category 127, then the OUI. */
void dot11_pack_vendor_action(uint8_t out[DOT11_ACTION], uint32_t oui);
bool dot11_is_vendor_action(const uint8_t *mpdu, size_t length, const struct dot11_frame *frame, uint32_t oui);

/* Little-endian numbers, anywhere in memory. */
static inline uint16_t get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t get32(const uint8_t *bytes)
{
    return get16(bytes) | (uint32_t)get16(bytes + 2) << 16;
}

static inline void put16(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

static inline void put32(uint8_t *bytes, uint32_t value)
{
    put16(bytes, value);
    put16(bytes + 2, value >> 16);
}

#endif
