/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/llc.h"

enum {
    TYPE_MIN = 0x600, /* below: a length (IEEE 802.3) */
    TYPE_IPV4 = 0x0800,
    TYPE_IPV6 = 0x86dd,
    TYPE_APPLETALK_ARP = 0x80f3,
    TYPE_IPX = 0x8137,
    PREFIX = 6
};

static const uint8_t RFC_1042[PREFIX] = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0x00};
static const uint8_t BRIDGE_TUNNEL[PREFIX] = {0xaa, 0xaa, 0x03, 0x00, 0x00, 0xf8};

static bool is_tunnelled(uint16_t type)
{
    return type == TYPE_APPLETALK_ARP || type == TYPE_IPX;
}

size_t llc_from_ethernet(const uint8_t *ethernet, size_t size, uint8_t *out)
{
    if (size < ETHERNET_HEADER || size > ETHERNET_MAX)
        return 0;
    uint16_t type = ethernet_type(ethernet);
    if (type < TYPE_MIN) { /* LLC is there already; padding goes */
        if (type < 3 || (size_t)type + ETHERNET_HEADER > size)
            return 0;
        memcpy(out, ethernet + ETHERNET_HEADER, type);
        return type;
    }
    memcpy(out, is_tunnelled(type) ? BRIDGE_TUNNEL : RFC_1042, PREFIX);
    memcpy(out + PREFIX, ethernet + 12, size - 12); /* type and payload */
    return size - 12 + PREFIX;
}

size_t llc_to_ethernet(const uint8_t destination[MPDU_ADDRESS], const uint8_t source[MPDU_ADDRESS], const uint8_t *body,
                       size_t size, uint8_t *out)
{
    if (size < 3)
        return 0;
    memcpy(out, destination, MPDU_ADDRESS);
    memcpy(out + MPDU_ADDRESS, source, MPDU_ADDRESS);
    if (size >= LLC_SNAP) {
        uint16_t type = (uint16_t)(body[PREFIX] << 8 | body[PREFIX + 1]);
        bool plain = memcmp(body, RFC_1042, PREFIX) == 0 && !is_tunnelled(type);
        if (type >= TYPE_MIN && (plain || memcmp(body, BRIDGE_TUNNEL, PREFIX) == 0)) {
            memcpy(out + 12, body + PREFIX, size - PREFIX);
            return size - PREFIX + 12;
        }
    }
    if (size >= TYPE_MIN)
        return 0;
    out[12] = (uint8_t)(size >> 8);
    out[13] = (uint8_t)size;
    memcpy(out + ETHERNET_HEADER, body, size);
    return size + ETHERNET_HEADER;
}

unsigned llc_priority(const uint8_t *ethernet, size_t size)
{
    if (size < ETHERNET_HEADER + 2)
        return 0;
    switch (ethernet_type(ethernet)) {
    case ETHERTYPE_EAPOL:
        return 7;
    case TYPE_IPV4:
        return ethernet[ETHERNET_HEADER + 1] >> 5;
    case TYPE_IPV6:
        return (ethernet[ETHERNET_HEADER] & 0xf) >> 1;
    default:
        return 0;
    }
}

unsigned llc_queue(unsigned priority)
{
    static const uint8_t QUEUE[8] = {2, 3, 3, 2, 1, 1, 0, 0};
    return QUEUE[priority & 7];
}
