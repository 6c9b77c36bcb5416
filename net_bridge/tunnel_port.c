/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/tunnel_port.h"

#include <stdlib.h>

struct tunnel_port {
    struct tunnel_port_config config;
    struct tunnel_line line;
    struct evq *q;
    struct net_port *port;
    struct tunnel_decoder decoder;
    struct evq_event silence;
    sim_time now; /* of the byte that is being handled */
    uint64_t to_uart, dropped_buffer;
    uint8_t *buffer; /* ring */
    unsigned read, count;
};

struct tunnel_port_config tunnel_port_typical(const char *name, uint32_t id)
{
    const struct tunnel_port_config config = {
        .port = net_port_typical(name, id), .silence = SIM_MS(100), .buffer = 16384};
    return config;
}

static void decoded(void *ctx, const uint8_t *frame, unsigned length)
{
    struct tunnel_port *tunnel = ctx;
    net_port_send(tunnel->port, frame, length, tunnel->now);
}

static void watch_silence(struct tunnel_port *tunnel)
{
    if (tunnel_decoder_waits(&tunnel->decoder))
        evq_schedule(tunnel->q, &tunnel->silence, tunnel->now + tunnel->config.silence);
    else
        evq_cancel(tunnel->q, &tunnel->silence);
}

static void silence_due(void *ctx, sim_time now)
{
    struct tunnel_port *tunnel = ctx;
    tunnel->now = now;
    tunnel_decoder_silence(&tunnel->decoder);
}

void tunnel_port_byte(struct tunnel_port *tunnel, uint8_t byte, sim_time now)
{
    tunnel->now = now;
    tunnel_decoder_push(&tunnel->decoder, byte);
    watch_silence(tunnel);
}

void tunnel_port_room(struct tunnel_port *tunnel, sim_time now)
{
    while (tunnel->count && tunnel->line.byte(tunnel->line.ctx, tunnel->buffer[tunnel->read], now)) {
        tunnel->read = (tunnel->read + 1) % tunnel->config.buffer;
        tunnel->count--;
    }
}

static void deliver(void *ctx, const uint8_t *frame, unsigned length, sim_time start, sim_time end)
{
    struct tunnel_port *tunnel = ctx;
    uint8_t bytes[TUNNEL_MAX];
    unsigned size = tunnel_encode(frame, length, bytes);
    (void)start;
    if (size > tunnel->config.buffer - tunnel->count) {
        tunnel->dropped_buffer++;
        return;
    }
    bool was_idle = tunnel->count == 0;
    for (unsigned i = 0; i < size; i++)
        tunnel->buffer[(tunnel->read + tunnel->count++) % tunnel->config.buffer] = bytes[i];
    tunnel->to_uart++;
    if (was_idle) /* else it waits for room already */
        tunnel_port_room(tunnel, end);
}

struct tunnel_port *tunnel_port_create(struct net_switch *net, const struct tunnel_port_config *config,
                                       const struct tunnel_line *line, struct evq *q)
{
    static const struct net_port_ops ops = {.deliver = deliver};
    struct tunnel_port *tunnel = calloc(1, sizeof *tunnel);
    if (!tunnel)
        return NULL;
    tunnel->config = *config;
    tunnel->config.port.bits_per_second = 0;
    tunnel->config.port.delay = 0;
    tunnel->line = *line;
    tunnel->q = q;
    tunnel->buffer = malloc(config->buffer);
    tunnel->port = tunnel->buffer ? net_port_create(net, &tunnel->config.port, &ops, tunnel) : NULL;
    if (!tunnel->port) {
        free(tunnel->buffer);
        free(tunnel);
        return NULL;
    }
    tunnel_decoder_init(&tunnel->decoder, decoded, tunnel);
    evq_event_init(&tunnel->silence, silence_due, tunnel, EVQ_PHASE_DEVICE);
    tunnel->silence.node = config->port.id;
    return tunnel;
}

void tunnel_port_destroy(struct tunnel_port *tunnel)
{
    if (!tunnel)
        return;
    evq_cancel(tunnel->q, &tunnel->silence);
    net_port_destroy(tunnel->port);
    free(tunnel->buffer);
    free(tunnel);
}

struct net_port *tunnel_port_port(struct tunnel_port *tunnel)
{
    return tunnel->port;
}

struct tunnel_port_counts tunnel_port_get_counts(const struct tunnel_port *tunnel)
{
    const struct tunnel_port_counts counts = {
        .from_uart = tunnel->decoder.counts, .to_uart = tunnel->to_uart, .dropped_buffer = tunnel->dropped_buffer};
    return counts;
}
