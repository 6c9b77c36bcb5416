/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/mesh/packet.h"

#include <string.h>

#include "firmware/net/dot11.h"

enum { HELLO_HEADER = 12, HELLO_ENTRY = 4, ROUTES_HEADER = 4, ROUTES_ENTRY = 6, DATA_HEADER = 26, COUNT = 1 };

static void put_kind(uint8_t *out, enum mesh_kind kind)
{
    out[0] = (uint8_t)(MESH_VERSION << 4 | (unsigned)kind);
}

int mesh_kind_of(const uint8_t *bytes, size_t length)
{
    if (length < ROUTES_HEADER || bytes[0] >> 4 != MESH_VERSION || (bytes[0] & 15) > MESH_FLOOD)
        return -1;
    return bytes[0] & 15;
}

size_t mesh_pack_hello(uint8_t *out, const struct mesh_hello *hello)
{
    put_kind(out, MESH_HELLO);
    out[COUNT] = (uint8_t)hello->count;
    put16(out + 2, hello->node);
    put16(out + 4, hello->sequence);
    put16(out + 6, hello->interval_ms);
    put32(out + 8, hello->previous_us);
    uint8_t *to = out + HELLO_HEADER;
    for (unsigned i = 0; i < hello->count; i++, to += HELLO_ENTRY) {
        put16(to, hello->entry[i].node);
        to[2] = hello->entry[i].quality;
        to[3] = (uint8_t)hello->entry[i].rssi;
    }
    return (size_t)(to - out);
}

bool mesh_parse_hello(const uint8_t *bytes, size_t length, struct mesh_hello *hello)
{
    unsigned count = bytes[COUNT];
    if (length < HELLO_HEADER || count > MESH_HELLO_MAX || length < HELLO_HEADER + count * HELLO_ENTRY)
        return false;
    hello->node = get16(bytes + 2);
    hello->sequence = get16(bytes + 4);
    hello->interval_ms = get16(bytes + 6);
    hello->previous_us = get32(bytes + 8);
    hello->count = count;
    const uint8_t *from = bytes + HELLO_HEADER;
    for (unsigned i = 0; i < count; i++, from += HELLO_ENTRY)
        hello->entry[i] = (struct mesh_hello_entry){get16(from), from[2], (int8_t)from[3]};
    return true;
}

size_t mesh_pack_routes(uint8_t *out, const struct mesh_routes *routes)
{
    put_kind(out, MESH_ROUTES);
    out[COUNT] = (uint8_t)routes->count;
    put16(out + 2, routes->node);
    uint8_t *to = out + ROUTES_HEADER;
    for (unsigned i = 0; i < routes->count; i++, to += ROUTES_ENTRY) {
        put16(to, routes->entry[i].destination);
        put16(to + 2, routes->entry[i].sequence);
        put16(to + 4, routes->entry[i].metric);
    }
    return (size_t)(to - out);
}

bool mesh_parse_routes(const uint8_t *bytes, size_t length, struct mesh_routes *routes)
{
    unsigned count = bytes[COUNT];
    if (length < ROUTES_HEADER || count > MESH_ROUTES_MAX || length < ROUTES_HEADER + count * ROUTES_ENTRY)
        return false;
    routes->node = get16(bytes + 2);
    routes->count = count;
    const uint8_t *from = bytes + ROUTES_HEADER;
    for (unsigned i = 0; i < count; i++, from += ROUTES_ENTRY)
        routes->entry[i] = (struct mesh_routes_entry){get16(from), get16(from + 2), get16(from + 4)};
    return true;
}

size_t mesh_pack_data(uint8_t *out, const struct mesh_data *data)
{
    put_kind(out, data->kind);
    out[1] = data->ttl;
    out[2] = data->hops;
    out[3] = data->attempt;
    put16(out + 4, data->source);
    put16(out + 6, data->destination);
    put16(out + 8, data->sequence);
    put32(out + 10, data->stamp_us);
    put32(out + 14, data->delay_us);
    put32(out + 18, data->echo_us);
    out[22] = data->echo_hops;
    out[23] = 0;
    out[24] = 0;
    out[25] = data->size;
    /* A packet that is passed on may already be where it goes. */
    if (data->size)
        memmove(out + DATA_HEADER, data->payload, data->size);
    return (size_t)DATA_HEADER + data->size;
}

bool mesh_parse_data(const uint8_t *bytes, size_t length, struct mesh_data *data)
{
    if (length < DATA_HEADER || bytes[25] > MESH_PAYLOAD_MAX || length < (size_t)DATA_HEADER + bytes[25])
        return false;
    *data = (struct mesh_data){.kind = (enum mesh_kind)(bytes[0] & 15),
                               .ttl = bytes[1],
                               .hops = bytes[2],
                               .attempt = bytes[3],
                               .source = get16(bytes + 4),
                               .destination = get16(bytes + 6),
                               .sequence = get16(bytes + 8),
                               .stamp_us = get32(bytes + 10),
                               .delay_us = get32(bytes + 14),
                               .echo_us = get32(bytes + 18),
                               .echo_hops = bytes[22],
                               .size = bytes[25],
                               .payload = bytes + DATA_HEADER};
    return true;
}
