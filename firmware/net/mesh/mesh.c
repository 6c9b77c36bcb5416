/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/mesh/mesh.h"

#include <string.h>

#include "firmware/net/mesh/internal.h"

const uint8_t mesh_everybody[DOT11_ADDRESS] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

struct mesh_config mesh_defaults(void)
{
    return (struct mesh_config){.hello_us = 500000,
                                .update_us = 4000000,
                                .news_us = 200000,
                                .timeout_us = 400000,
                                .flood_jitter_us = 30000,
                                .attempts = 4,
                                .ttl = 64,
                                .flood_copies = 3};
}

/* The first HELLO and update come anywhere in a period: nodes that were switched on together do not stay together. The
 * first message has any number, so that what others remember from before a reset does not look like it. */
void mesh_init(struct mesh *mesh, uint16_t node, const struct mesh_config *config, const struct mesh_ops *ops,
               void *ctx, uint64_t now_us)
{
    memset(mesh, 0, sizeof *mesh);
    mesh->config = *config;
    mesh->ops = ops;
    mesh->ctx = ctx;
    mesh->node = node;
    routes_init(&mesh->routes, node);
    mesh->hello_us = now_us + ops->random(ctx) % config->hello_us;
    mesh->update_us = now_us + config->hello_us * NEIGHBOUR_FIRST + ops->random(ctx) % config->update_us;
    mesh->hello_sequence = (uint16_t)ops->random(ctx);
    mesh->message_sequence = (uint16_t)ops->random(ctx);
}

uint64_t mesh_jittered(struct mesh *mesh, uint64_t now_us, uint32_t period_us)
{
    return now_us + period_us - period_us / 4 + mesh->ops->random(mesh->ctx) % (period_us / 2);
}

bool mesh_transmit(struct mesh *mesh, const uint8_t *receiver, bool is_control, const uint8_t *bytes, size_t length)
{
    struct mesh_frame frame = {.is_control = is_control, .bytes = bytes, .length = length};
    memcpy(frame.receiver, receiver, DOT11_ADDRESS);
    return mesh->ops->send(mesh->ctx, &frame);
}

void mesh_receive(struct mesh *mesh, const struct mesh_arrival *arrival, uint64_t now_us)
{
    switch (mesh_kind_of(arrival->bytes, arrival->length)) {
    case MESH_HELLO:
        mesh_hello_heard(mesh, arrival, now_us);
        break;
    case MESH_ROUTES:
        mesh_routes_heard(mesh, arrival, now_us);
        break;
    case MESH_DATA:
    case MESH_ACK:
    case MESH_FLOOD:
        mesh_data_heard(mesh, arrival, now_us);
        break;
    default:
        mesh->counts.damaged++;
    }
}

void mesh_sent(struct mesh *mesh, const struct mesh_departure *departure, uint64_t now_us)
{
    int kind = mesh_kind_of(departure->bytes, departure->length);
    if (kind == MESH_HELLO) {
        mesh->hello_done_us = (uint32_t)departure->done_us;
        return;
    }
    if (dot11_is_group(departure->receiver))
        return;
    mesh->counts.hop_frames++;
    mesh->counts.hop_attempts += departure->attempts;
    struct neighbour *neighbour = neighbours_find_mac(&mesh->neighbours, departure->receiver);
    if (neighbour && departure->is_delivered) {
        neighbour->failures = 0;
    } else if (neighbour) {
        neighbour->failures++;
        mesh_judge(mesh, neighbour, now_us);
    }
    if (!departure->is_delivered)
        mesh_data_failed(mesh, departure);
}

uint64_t mesh_run(struct mesh *mesh, uint64_t now_us)
{
    uint64_t control = mesh_run_control(mesh, now_us), data = mesh_run_data(mesh, now_us);
    return control < data ? control : data;
}
