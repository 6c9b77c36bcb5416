/* SPDX-License-Identifier: Apache-2.0 */
/* The mesh's packets as bytes: docs/mesh-protocol.md has the layouts. What is packed is the body of a vendor-specific
 * action frame after its OUI. */
#ifndef VESPER_FIRMWARE_NET_MESH_PACKET_H
#define VESPER_FIRMWARE_NET_MESH_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MESH_OUI = 0x565350, /* locally administered (IEEE 802c): nobody's */
    MESH_VERSION = 1,
    MESH_NODE_ALL = 0xFFFF,
    MESH_METRIC_BROKEN = 0xFFFF,
    MESH_HELLO_MAX = 64,   /* neighbours in a HELLO */
    MESH_ROUTES_MAX = 200, /* entries in a ROUTES packet */
    MESH_PAYLOAD_MAX = 200,
    MESH_PACKET_MAX = 4 + 6 * MESH_ROUTES_MAX
};

#define MESH_DELAY_UNKNOWN UINT32_MAX

enum mesh_kind { MESH_HELLO, MESH_ROUTES, MESH_DATA, MESH_ACK, MESH_FLOOD };

struct mesh_hello_entry {
    uint16_t node;
    uint8_t quality; /* how many of its HELLOs we receive, 255 = all */
    int8_t rssi;     /* dBm */
};

struct mesh_hello {
    uint16_t node, sequence;
    uint16_t interval_ms;
    uint32_t previous_us; /* sender's clock at the end of its HELLO before this one; 0: unknown */
    unsigned count;
    struct mesh_hello_entry entry[MESH_HELLO_MAX];
};

struct mesh_routes_entry {
    uint16_t destination, sequence, metric;
};

struct mesh_routes {
    uint16_t node;
    unsigned count;
    struct mesh_routes_entry entry[MESH_ROUTES_MAX];
};

/* DATA, ACK and FLOOD. Changed by each hop: ttl, hops, stamp_us, delay_us. */
struct mesh_data {
    enum mesh_kind kind;
    uint8_t ttl, hops;
    uint8_t attempt; /* of the source, from 0 */
    uint16_t source, destination, sequence;
    uint32_t stamp_us; /* transmitter's clock when the packet came to it */
    uint32_t delay_us; /* since its birth, up to stamp_us */
    uint32_t echo_us;  /* ACK: the delay of the DATA */
    uint8_t echo_hops; /* ACK: its hops */
    uint8_t size;
    const uint8_t *payload;
};

/* All return the length, at most MESH_PACKET_MAX. */
size_t mesh_pack_hello(uint8_t *out, const struct mesh_hello *hello);
size_t mesh_pack_routes(uint8_t *out, const struct mesh_routes *routes);
size_t mesh_pack_data(uint8_t *out, const struct mesh_data *data);

/* Its kind, or -1 for what is no packet of this version. */
int mesh_kind_of(const uint8_t *bytes, size_t length);
/* False when it is damaged. The payload points into the bytes. */
bool mesh_parse_hello(const uint8_t *bytes, size_t length, struct mesh_hello *hello);
bool mesh_parse_routes(const uint8_t *bytes, size_t length, struct mesh_routes *routes);
bool mesh_parse_data(const uint8_t *bytes, size_t length, struct mesh_data *data);

#endif
