/* SPDX-License-Identifier: Apache-2.0 */
/* MAC frames as bytes: IEEE 802.11-2020, 9.2 and 9.3. An MPDU here is a frame without its FCS; lengths called psdu
 * include the 4 bytes of it. */
#ifndef VESPER_RF_CHANNEL_MPDU_H
#define VESPER_RF_CHANNEL_MPDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MPDU_FCS = 4, MPDU_ADDRESS = 6, MPDU_HEADER = 24, MPDU_QOS_HEADER = 26, MPDU_ACK = 10, MPDU_RTS = 16 };

enum mpdu_type { MPDU_MANAGEMENT, MPDU_CONTROL, MPDU_DATA, MPDU_EXTENSION };

/* Table 9-1, those that are used here. */
enum mpdu_subtype {
    MPDU_ASSOC_REQUEST = 0,
    MPDU_ASSOC_RESPONSE = 1,
    MPDU_REASSOC_REQUEST = 2,
    MPDU_REASSOC_RESPONSE = 3,
    MPDU_PROBE_REQUEST = 4,
    MPDU_PROBE_RESPONSE = 5,
    MPDU_BEACON = 8,
    MPDU_ATIM = 9,
    MPDU_DISASSOC = 10,
    MPDU_AUTH = 11,
    MPDU_DEAUTH = 12,
    MPDU_ACTION = 13,
    MPDU_CONTROL_BAR = 8,
    MPDU_CONTROL_BA = 9,
    MPDU_CONTROL_PS_POLL = 10,
    MPDU_CONTROL_RTS = 11,
    MPDU_CONTROL_CTS = 12,
    MPDU_CONTROL_ACK = 13,
    MPDU_CONTROL_CF_END = 14,
    MPDU_DATA_PLAIN = 0,
    MPDU_DATA_NULL = 4,
    MPDU_DATA_QOS = 8,
    MPDU_DATA_QOS_NULL = 12
};

/* Second byte of Frame Control. */
enum {
    MPDU_FLAG_TO_DS = 1 << 0,
    MPDU_FLAG_FROM_DS = 1 << 1,
    MPDU_FLAG_MORE_FRAGMENTS = 1 << 2,
    MPDU_FLAG_RETRY = 1 << 3,
    MPDU_FLAG_POWER = 1 << 4,
    MPDU_FLAG_MORE_DATA = 1 << 5,
    MPDU_FLAG_PROTECTED = 1 << 6
};

static inline uint16_t mpdu_le16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline void mpdu_put_le16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

static inline bool mpdu_is_group(const uint8_t address[MPDU_ADDRESS])
{
    return (address[0] & 1) != 0;
}

/* What is in the header. Addresses point into the frame, or are NULL where the frame has none or is too short. */
struct mpdu {
    const uint8_t *bytes;
    size_t size;
    enum mpdu_type type;
    enum mpdu_subtype subtype;
    uint8_t flags;
    uint16_t duration;          /* us; 0 when bit 15 says that it is none (9.2.4.2) */
    const uint8_t *receiver;    /* address 1 */
    const uint8_t *transmitter; /* address 2 */
    const uint8_t *bssid;       /* of management and data frames, by the DS bits */
    bool has_sequence;
    uint16_t sequence; /* 0..4095 */
    uint8_t fragment;
    bool is_qos;
    uint8_t tid;
    uint8_t ack_policy; /* of QoS data: 0 normal, 1 none, 2 no explicit, 3 block ack */
    size_t header;      /* bytes before the frame body */
};

/* False when the bytes are no frame of protocol version 0 with a whole header of its kind. */
bool mpdu_parse(const uint8_t *bytes, size_t size, struct mpdu *mpdu);

/* "QoS Data", "ACK", ... ; never NULL. */
const char *mpdu_name(enum mpdu_type type, enum mpdu_subtype subtype);

/* The frame demands an immediate answer of its addressee. */
bool mpdu_wants_ack(const struct mpdu *mpdu);

/* 10 bytes. */
void mpdu_make_ack(uint8_t out[MPDU_ACK], const uint8_t receiver[MPDU_ADDRESS], uint16_t duration);
void mpdu_make_cts(uint8_t out[MPDU_ACK], const uint8_t receiver[MPDU_ADDRESS], uint16_t duration);
void mpdu_make_rts(uint8_t out[MPDU_RTS], const uint8_t receiver[MPDU_ADDRESS], const uint8_t transmitter[MPDU_ADDRESS],
                   uint16_t duration);

/* 24 bytes of a data or management header without Duration; sequence 0..4095. */
struct mpdu_header {
    enum mpdu_type type;
    enum mpdu_subtype subtype;
    uint8_t flags;
    uint8_t address[3][MPDU_ADDRESS];
    uint16_t sequence;
};
void mpdu_make_header(uint8_t out[MPDU_HEADER], const struct mpdu_header *header);

#ifdef __cplusplus
}
#endif
#endif
