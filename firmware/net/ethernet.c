/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/ethernet.h"

#include <string.h>

enum { FIRST_TYPE = 0x600, APPLETALK_ARP = 0x80F3, IPX = 0x8137 };

/* 802.1H: two protocols have had other SNAP frames before. */
static bool is_tunnelled(unsigned type)
{
    return type == APPLETALK_ARP || type == IPX;
}

unsigned ethernet_to_body(const uint8_t *frame, unsigned length, uint8_t *body)
{
    if (length < ETHERNET_HEADER || length > ETHERNET_MAX)
        return 0;
    unsigned type = ethernet_type(frame), payload = length - ETHERNET_HEADER;
    if (type < FIRST_TYPE) { /* a length: LLC follows */
        if (type > payload)
            return 0;
        memcpy(body, frame + ETHERNET_HEADER, type);
        return type;
    }
    static const uint8_t llc[SNAP - 2] = {0xAA, 0xAA, 0x03, 0x00, 0x00, 0x00};
    memcpy(body, llc, sizeof llc);
    if (is_tunnelled(type))
        body[5] = 0xF8;
    body[6] = frame[12];
    body[7] = frame[13];
    memcpy(body + SNAP, frame + ETHERNET_HEADER, payload);
    return payload + SNAP;
}

static bool is_snap(const uint8_t *body, unsigned length)
{
    static const uint8_t llc[5] = {0xAA, 0xAA, 0x03, 0x00, 0x00};
    if (length < SNAP || memcmp(body, llc, sizeof llc) != 0)
        return false;
    unsigned type = (unsigned)body[6] << 8 | body[7];
    return type >= FIRST_TYPE && (body[5] == 0xF8 || (body[5] == 0x00 && !is_tunnelled(type)));
}

uint8_t *ethernet_from_body(uint8_t *body, unsigned length, const uint8_t destination[DOT11_ADDRESS],
                            const uint8_t source[DOT11_ADDRESS], unsigned *frame_length)
{
    uint8_t addresses[2 * DOT11_ADDRESS], *frame;
    memcpy(addresses, destination, DOT11_ADDRESS); /* they may be where the header goes */
    memcpy(addresses + DOT11_ADDRESS, source, DOT11_ADDRESS);
    if (length < 3)
        return NULL;
    if (is_snap(body, length)) {
        frame = body + SNAP - ETHERNET_HEADER; /* the type is where it belongs */
        *frame_length = length - SNAP + ETHERNET_HEADER;
    } else {
        frame = body - ETHERNET_HEADER;
        frame[12] = (uint8_t)(length >> 8);
        frame[13] = (uint8_t)length;
        *frame_length = length + ETHERNET_HEADER;
    }
    memcpy(frame, addresses, sizeof addresses);
    return frame;
}

unsigned ethernet_priority(const uint8_t *frame, unsigned length)
{
    enum { IPV4 = 0x0800, IPV6 = 0x86DD };
    if (length < ETHERNET_HEADER + 2)
        return 0;
    switch (ethernet_type(frame)) {
    case IPV4:
        return frame[ETHERNET_HEADER + 1] >> 5;
    case IPV6:
        return frame[ETHERNET_HEADER] >> 1 & 7;
    case ETHERNET_EAPOL:
        return 7;
    default:
        return 0;
    }
}
