/* SPDX-License-Identifier: Apache-2.0 */
/* Who is heard, how well in both directions, and how the neighbour's clock stands to ours. */
#ifndef VESPER_FIRMWARE_NET_MESH_NEIGHBOURS_H
#define VESPER_FIRMWARE_NET_MESH_NEIGHBOURS_H

#include "firmware/net/dot11.h"
#include "firmware/net/mesh/packet.h"

enum {
    NEIGHBOURS_MAX = MESH_HELLO_MAX,
    NEIGHBOUR_WINDOW = 16,       /* HELLOs over which quality is measured */
    NEIGHBOUR_FIRST = 3,         /* HELLOs before a quality is believed */
    NEIGHBOUR_UP_QUALITY = 128,  /* a link is used from here on, in both directions */
    NEIGHBOUR_DOWN_QUALITY = 64, /* and no more below this */
    NEIGHBOUR_SILENT_HELLOS = 5, /* missed in a row */
    NEIGHBOUR_FAILURES = 3,      /* unicast frames in a row that no attempt brought over */
    NEIGHBOUR_COST_ONE = 256     /* metric of a link that needs one transmission */
};

struct neighbour {
    uint16_t node;
    uint8_t mac[DOT11_ADDRESS];
    bool is_up;
    uint8_t quality_out;    /* as it hears us; 0: does not say */
    uint8_t failures;       /* in a row */
    uint8_t counted;        /* HELLOs due since we know it, up to the window */
    uint32_t received;      /* bit n: the HELLO n before the last was received */
    int16_t rssi_16;        /* dBm * 16, moving average */
    uint16_t last_sequence; /* of its HELLOs */
    uint64_t heard_us;
    uint32_t interval_us;
    bool knows_offset;
    uint32_t offset_us; /* our clock minus its clock, modulo 2^32 */
};

struct neighbours {
    struct neighbour entry[NEIGHBOURS_MAX];
    unsigned count;
};

struct neighbour *neighbours_find(struct neighbours *neighbours, uint16_t node);
struct neighbour *neighbours_find_mac(struct neighbours *neighbours, const uint8_t mac[DOT11_ADDRESS]);

/* A HELLO has come; rx_us is our clock at its end. Finds or makes the neighbour; NULL when the table is full of better
 * ones. `self` is our node, looked for in its list. */
struct neighbour *neighbours_heard(struct neighbours *neighbours, uint16_t self, const struct mesh_hello *hello,
                                   const uint8_t mac[DOT11_ADDRESS], int rssi, uint64_t rx_us);

/* 0..255, of its HELLOs. */
uint8_t neighbour_quality_in(const struct neighbour *neighbour);
int neighbour_rssi(const struct neighbour *neighbour);

/* Expected transmissions, ETX = 1 / (quality there * quality back), times NEIGHBOUR_COST_ONE; at most 16 times that. */
uint16_t neighbour_cost(const struct neighbour *neighbour);

/* Whether the link is good enough: +1 it came up, -1 it went down, 0 no change. Call after each HELLO, after each
 * failure and regularly. */
int neighbour_judge(struct neighbour *neighbour, uint64_t now_us);

/* Forgets those silent for long that are not up. */
void neighbours_expire(struct neighbours *neighbours, uint64_t now_us);

#endif
