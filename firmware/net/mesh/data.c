/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the mesh: sources, hops, destinations, floods. */
#include <string.h>

#include "firmware/net/mesh/internal.h"

enum { LONGEST_HOP_US = 60000000 }; /* more is a clock that was set back */

/* ---- The delay --------------------------------------------------------------------------------------------------- */

/* From when the neighbour had the packet until it ended here, by our clock. */
static uint32_t hop_delay(const struct neighbour *neighbour, const struct mesh_data *data, uint64_t rx_us)
{
    if (!neighbour || !neighbour->knows_offset)
        return MESH_DELAY_UNKNOWN;
    uint32_t hop = (uint32_t)rx_us - (data->stamp_us + neighbour->offset_us);
    return hop < LONGEST_HOP_US ? hop : MESH_DELAY_UNKNOWN;
}

/* The packet as it is now that it is here; returns the delay of its last hop. */
static uint32_t account_hop(struct mesh_data *data, const struct neighbour *neighbour,
                            const struct mesh_arrival *arrival)
{
    uint32_t hop = hop_delay(neighbour, data, arrival->rx_us);
    if (hop == MESH_DELAY_UNKNOWN || data->delay_us == MESH_DELAY_UNKNOWN)
        data->delay_us = MESH_DELAY_UNKNOWN;
    else
        data->delay_us += hop;
    data->hops++;
    data->stamp_us = (uint32_t)arrival->rx_us;
    return hop;
}

static void tell_hop(struct mesh *mesh, const struct mesh_data *data, const struct neighbour *neighbour, uint32_t hop)
{
    struct mesh_hop event = {.kind = data->kind,
                             .from = neighbour ? neighbour->node : MESH_NODE_ALL,
                             .source = data->source,
                             .destination = data->destination,
                             .sequence = data->sequence,
                             .hop_us = hop};
    if (mesh->ops->hop)
        mesh->ops->hop(mesh->ctx, &event);
}

/* ---- One hop further --------------------------------------------------------------------------------------------- */

static bool drop(struct mesh *mesh, enum mesh_drop why)
{
    mesh->counts.drop[why]++;
    return false;
}

static bool pass_on(struct mesh *mesh, const struct mesh_data *data)
{
    const struct route *route = routes_to(&mesh->routes, data->destination);
    const struct neighbour *next = route ? neighbours_find(&mesh->neighbours, route->next) : NULL;
    if (!next)
        return drop(mesh, MESH_NO_ROUTE);
    size_t length = mesh_pack_data(mesh->packet, data);
    if (!mesh_transmit(mesh, next->mac, false, mesh->packet, length))
        return drop(mesh, MESH_QUEUE_FULL);
    return true;
}

static void forward(struct mesh *mesh, struct mesh_data *data)
{
    if (data->ttl <= 1) {
        drop(mesh, MESH_TTL);
        return;
    }
    data->ttl--;
    if (pass_on(mesh, data))
        mesh->counts.forwarded++;
}

/* Once more, by what is the route now: the failure may have changed it. Costs a life, so it ends. */
void mesh_data_failed(struct mesh *mesh, const struct mesh_departure *departure)
{
    struct mesh_data data;
    mesh->counts.drop[MESH_LINK_FAILED]++;
    if (!mesh_parse_data(departure->bytes, departure->length, &data) || data.ttl <= 1)
        return;
    data.ttl--;
    if (pass_on(mesh, &data))
        mesh->counts.drop[MESH_LINK_FAILED]--;
}

/* ---- Source ------------------------------------------------------------------------------------------------------ */

static void send_message(struct mesh *mesh, struct mesh_message *message, uint64_t now_us)
{
    struct mesh_data data = {.kind = MESH_DATA,
                             .ttl = mesh->config.ttl,
                             .attempt = message->attempt,
                             .source = mesh->node,
                             .destination = message->destination,
                             .sequence = message->sequence,
                             .stamp_us = (uint32_t)now_us,
                             .delay_us = (uint32_t)(now_us - message->born_us),
                             .size = message->size,
                             .payload = message->payload};
    pass_on(mesh, &data);
    message->deadline_us = now_us + ((uint64_t)mesh->config.timeout_us << message->attempt);
}

bool mesh_send(struct mesh *mesh, uint16_t destination, const void *payload, unsigned size, uint16_t *sequence,
               uint64_t now_us)
{
    struct mesh_message *message = NULL;
    for (unsigned i = 0; i < MESH_OUTBOX && !message; i++)
        if (!mesh->outbox[i].is_used)
            message = &mesh->outbox[i];
    if (!message || size > MESH_PAYLOAD_MAX || !routes_to(&mesh->routes, destination))
        return false;
    *message = (struct mesh_message){.is_used = true,
                                     .size = (uint8_t)size,
                                     .destination = destination,
                                     .sequence = ++mesh->message_sequence,
                                     .born_us = now_us};
    memcpy(message->payload, payload, size);
    mesh->counts.sent++;
    *sequence = message->sequence;
    send_message(mesh, message, now_us);
    return true;
}

unsigned mesh_under_way(const struct mesh *mesh)
{
    unsigned count = 0;
    for (unsigned i = 0; i < MESH_OUTBOX; i++)
        count += mesh->outbox[i].is_used;
    return count;
}

static void acknowledged(struct mesh *mesh, const struct mesh_data *ack, uint64_t rx_us)
{
    for (unsigned i = 0; i < MESH_OUTBOX; i++) {
        struct mesh_message *message = &mesh->outbox[i];
        if (!message->is_used || message->destination != ack->source || message->sequence != ack->sequence)
            continue;
        message->is_used = false;
        mesh->counts.acknowledged++;
        struct mesh_acknowledgement event = {.destination = ack->source,
                                             .sequence = ack->sequence,
                                             .hops = ack->echo_hops,
                                             .hops_back = ack->hops,
                                             .attempts = (uint8_t)(message->attempt + 1),
                                             .delay_us = ack->echo_us,
                                             .round_trip_us = (uint32_t)(rx_us - message->born_us)};
        if (mesh->ops->acknowledged)
            mesh->ops->acknowledged(mesh->ctx, &event);
    }
}

static void check_message(struct mesh *mesh, struct mesh_message *message, uint64_t now_us)
{
    if (now_us < message->deadline_us)
        return;
    if (message->attempt + 1u < mesh->config.attempts) {
        message->attempt++;
        mesh->counts.resent++;
        send_message(mesh, message, now_us);
        return;
    }
    message->is_used = false;
    mesh->counts.lost++;
    if (mesh->ops->lost)
        mesh->ops->lost(mesh->ctx, message->destination, message->sequence, message->attempt + 1u);
}

/* ---- Destination ------------------------------------------------------------------------------------------------- */

static void deliver(struct mesh *mesh, const struct mesh_data *data)
{
    struct mesh_delivery event = {.source = data->source,
                                  .destination = data->destination,
                                  .sequence = data->sequence,
                                  .hops = data->hops,
                                  .delay_us = data->delay_us,
                                  .payload = data->payload,
                                  .size = data->size};
    mesh->counts.delivered++;
    if (mesh->ops->delivered)
        mesh->ops->delivered(mesh->ctx, &event);
}

/* A repetition is answered too: the acknowledgement may have been what was lost. */
static void arrive(struct mesh *mesh, const struct mesh_data *data, uint64_t rx_us)
{
    struct mesh_data ack = {.kind = MESH_ACK,
                            .ttl = mesh->config.ttl,
                            .attempt = data->attempt,
                            .source = mesh->node,
                            .destination = data->source,
                            .sequence = data->sequence,
                            .stamp_us = (uint32_t)rx_us,
                            .echo_us = data->delay_us,
                            .echo_hops = data->hops};
    bool is_new = seen_is_new(&mesh->seen, data->source, data->sequence);
    pass_on(mesh, &ack); /* before the program takes its time */
    if (is_new)
        deliver(mesh, data);
    else
        mesh->counts.duplicates++;
}

/* ---- Floods ------------------------------------------------------------------------------------------------------ */

bool mesh_flood(struct mesh *mesh, const void *payload, unsigned size, uint16_t *sequence, uint64_t now_us)
{
    if (size > MESH_PAYLOAD_MAX)
        return false;
    struct mesh_data data = {.kind = MESH_FLOOD,
                             .ttl = mesh->config.ttl,
                             .source = mesh->node,
                             .destination = MESH_NODE_ALL,
                             .sequence = ++mesh->message_sequence,
                             .stamp_us = (uint32_t)now_us,
                             .size = (uint8_t)size,
                             .payload = payload};
    *sequence = data.sequence;
    mesh->counts.floods_sent++;
    size_t length = mesh_pack_data(mesh->packet, &data);
    return mesh_transmit(mesh, mesh_everybody, false, mesh->packet, length);
}

static void count_copy(struct mesh *mesh, const struct mesh_data *data)
{
    for (unsigned i = 0; i < MESH_FLOODS; i++)
        if (mesh->flood[i].is_used && mesh->flood[i].source == data->source &&
            mesh->flood[i].sequence == data->sequence && mesh->flood[i].copies < UINT8_MAX)
            mesh->flood[i].copies++;
}

/* Counter-based suppression: Ni, Tseng, Chen, Sheu, "The Broadcast Storm Problem in a Mobile Ad Hoc Network", MobiCom
 * 1999. */
static void flood_heard(struct mesh *mesh, struct mesh_data *data, uint64_t now_us)
{
    if (data->source == mesh->node)
        return;
    if (!seen_is_new(&mesh->seen, data->source, data->sequence)) {
        count_copy(mesh, data);
        return;
    }
    mesh->counts.floods_heard++;
    deliver(mesh, data);
    if (data->ttl <= 1)
        return;
    data->ttl--;
    for (unsigned i = 0; i < MESH_FLOODS; i++) {
        struct mesh_pending_flood *flood = &mesh->flood[i];
        if (flood->is_used)
            continue;
        *flood =
            (struct mesh_pending_flood){.is_used = true,
                                        .copies = 1,
                                        .due_us = now_us + mesh->ops->random(mesh->ctx) % mesh->config.flood_jitter_us,
                                        .source = data->source,
                                        .sequence = data->sequence};
        flood->length = mesh_pack_data(flood->bytes, data);
        return;
    }
    drop(mesh, MESH_QUEUE_FULL);
}

static void check_flood(struct mesh *mesh, struct mesh_pending_flood *flood, uint64_t now_us)
{
    if (now_us < flood->due_us)
        return;
    flood->is_used = false;
    if (flood->copies >= mesh->config.flood_copies) {
        mesh->counts.floods_suppressed++;
        return;
    }
    mesh->counts.floods_passed_on++;
    mesh_transmit(mesh, mesh_everybody, false, flood->bytes, flood->length);
}

/* ---- All --------------------------------------------------------------------------------------------------------- */

void mesh_data_heard(struct mesh *mesh, const struct mesh_arrival *arrival, uint64_t now_us)
{
    struct mesh_data data;
    if (!mesh_parse_data(arrival->bytes, arrival->length, &data)) {
        mesh->counts.damaged++;
        return;
    }
    const struct neighbour *neighbour = neighbours_find_mac(&mesh->neighbours, arrival->transmitter);
    uint32_t hop = account_hop(&data, neighbour, arrival);
    if (data.kind == MESH_FLOOD)
        flood_heard(mesh, &data, now_us);
    else if (data.destination != mesh->node)
        forward(mesh, &data);
    else if (data.kind == MESH_DATA)
        arrive(mesh, &data, arrival->rx_us);
    else
        acknowledged(mesh, &data, arrival->rx_us);
    tell_hop(mesh, &data, neighbour, hop);
}

uint64_t mesh_run_data(struct mesh *mesh, uint64_t now_us)
{
    uint64_t next = UINT64_MAX;
    for (unsigned i = 0; i < MESH_OUTBOX; i++) {
        if (mesh->outbox[i].is_used)
            check_message(mesh, &mesh->outbox[i], now_us);
        if (mesh->outbox[i].is_used && mesh->outbox[i].deadline_us < next)
            next = mesh->outbox[i].deadline_us;
    }
    for (unsigned i = 0; i < MESH_FLOODS; i++) {
        if (mesh->flood[i].is_used)
            check_flood(mesh, &mesh->flood[i], now_us);
        if (mesh->flood[i].is_used && mesh->flood[i].due_us < next)
            next = mesh->flood[i].due_us;
    }
    return next;
}
