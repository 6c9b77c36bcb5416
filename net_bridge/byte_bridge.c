/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/byte_bridge.h"

#include <stdlib.h>
#include <string.h>

#include "net_bridge/net_stream.h"

enum { CHUNK = 4096, OUT = 4096, STREAM_BUFFER = 64 * 1024 };

struct byte_bridge {
    struct byte_bridge_config config;
    struct byte_bridge_line line;
    struct evq *q;
    struct net_stream *stream; /* NULL in a replay */
    struct byte_bridge_counts counts;
    struct evq_event enter;
    size_t cursor; /* replay */
    struct net_entry next;
    size_t in_read, in_count; /* from the host: on its way in, then as much as the UART has not taken */
    size_t out_count;
    uint8_t in[NET_RECORD_MAX]; /* a replayed record may be of any size */
    uint8_t out[OUT];
};

struct byte_bridge_config byte_bridge_typical(uint32_t id)
{
    const struct byte_bridge_config config = {.address = "tcp:127.0.0.1:5556", .id = id, .latency = SIM_US(10)};
    return config;
}

void byte_bridge_room(struct byte_bridge *bridge, sim_time now)
{
    if (!bridge->in_count || evq_is_scheduled(&bridge->enter))
        return; /* nothing, or not yet */
    size_t taken = bridge->line.bytes(bridge->line.ctx, bridge->in + bridge->in_read, bridge->in_count, now);
    bridge->in_read += taken;
    bridge->in_count -= taken;
}

static void schedule_replay(struct byte_bridge *bridge)
{
    if (net_replay_next(bridge->config.replay, bridge->config.id, &bridge->cursor, &bridge->next))
        evq_schedule(bridge->q, &bridge->enter, bridge->next.time);
}

/* In a recorded run a chunk was read only when the one before had been taken, so there is always room for it; a record
 * that somebody else made may lose bytes. */
static void load_replayed(struct byte_bridge *bridge)
{
    bridge->in_read = 0;
    bridge->in_count = bridge->next.length;
    memcpy(bridge->in, bridge->next.bytes, bridge->next.length);
}

static void enter_due(void *ctx, sim_time now)
{
    struct byte_bridge *bridge = ctx;
    if (bridge->config.replay)
        load_replayed(bridge);
    if (bridge->config.record)
        net_record_write(bridge->config.record, now, bridge->config.id, bridge->in, (uint32_t)bridge->in_count);
    bridge->counts.from_host += bridge->in_count;
    byte_bridge_room(bridge, now);
    if (bridge->config.replay)
        schedule_replay(bridge);
}

static void send_out(struct byte_bridge *bridge)
{
    if (net_stream_write(bridge->stream, bridge->out, bridge->out_count))
        bridge->counts.to_host += bridge->out_count;
    else
        bridge->counts.dropped += bridge->out_count;
    bridge->out_count = 0;
}

void byte_bridge_byte(struct byte_bridge *bridge, uint8_t byte)
{
    if (!bridge->stream) {
        bridge->counts.dropped++;
        return;
    }
    bridge->out[bridge->out_count++] = byte;
    if (bridge->out_count == OUT)
        send_out(bridge);
}

void byte_bridge_poll(struct byte_bridge *bridge, sim_time now)
{
    if (!bridge->stream)
        return;
    net_stream_poll(bridge->stream);
    if (bridge->out_count)
        send_out(bridge);
    if (bridge->in_count)
        return; /* the UART sets the pace, and the socket passes it on to the peer */
    bridge->in_read = 0;
    bridge->in_count = net_stream_read(bridge->stream, bridge->in, CHUNK);
    if (bridge->in_count)
        evq_schedule(bridge->q, &bridge->enter, now + bridge->config.latency);
}

enum sim_status byte_bridge_create(const struct byte_bridge_config *config, const struct byte_bridge_line *line,
                                   struct evq *q, struct log *log, struct byte_bridge **bridge)
{
    struct byte_bridge *made = calloc(1, sizeof *made);
    *bridge = NULL;
    if (!made)
        return SIM_NO_MEMORY;
    made->config = *config;
    made->line = *line;
    made->q = q;
    evq_event_init(&made->enter, enter_due, made, EVQ_PHASE_DEVICE);
    made->enter.node = config->id;
    if (config->replay) {
        schedule_replay(made);
    } else {
        enum sim_status status = net_stream_open(config->address, true, STREAM_BUFFER, log, &made->stream);
        if (status != SIM_OK) {
            free(made);
            return status;
        }
    }
    *bridge = made;
    return SIM_OK;
}

void byte_bridge_destroy(struct byte_bridge *bridge)
{
    if (!bridge)
        return;
    evq_cancel(bridge->q, &bridge->enter);
    net_stream_close(bridge->stream);
    free(bridge);
}

unsigned byte_bridge_descriptors(const struct byte_bridge *bridge, struct pollfd *fds, unsigned room)
{
    bool takes = bridge->stream && !bridge->in_count; /* else the UART is to go on first */
    return takes ? net_stream_descriptors(bridge->stream, fds, room) : 0;
}

const struct byte_bridge_counts *byte_bridge_get_counts(const struct byte_bridge *bridge)
{
    return &bridge->counts;
}
