/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/net_host.h"

#include <stdlib.h>

struct host_frame {
    sim_time due;
    unsigned length;
    uint8_t bytes[ETHER_MAX];
};

struct net_host {
    struct net_host_config config;
    struct evq *q;
    struct net_port *port;
    struct net_backend backend;
    struct net_host_counts counts;
    struct evq_event enter;
    struct host_frame *queue; /* ring of config.queue */
    unsigned read, count;
    sim_time now;  /* of the poll or input that is being handled */
    sim_time last; /* at which a frame passed, either way; SIM_TIME_NEVER: none yet */
    sim_time free; /* from when on the next frame of the host may enter */
    size_t cursor; /* replay */
    struct net_entry next;
};

struct net_host_config net_host_typical(const char *name, uint32_t id)
{
    const struct net_host_config config = {
        .port = net_port_typical(name, id), .latency = SIM_US(10), .gap = SIM_US(40), .queue = 256};
    return config;
}

/* --- from the host ----------------------------------------------------------------------------------------------- */

static void host_sent(void *ctx, const uint8_t *frame, unsigned length)
{
    struct net_host *host = ctx;
    if (length < ETHER_HEADER || length > ETHER_MAX) {
        host->counts.dropped_length++;
        return;
    }
    if (host->count == host->config.queue) {
        host->counts.dropped_queue_full++;
        return;
    }
    struct host_frame *slot = &host->queue[(host->read + host->count++) % host->config.queue];
    slot->due = host->now + host->config.latency > host->free ? host->now + host->config.latency : host->free;
    host->free = slot->due + host->config.gap;
    slot->length = length;
    memcpy(slot->bytes, frame, length);
    if (host->count == 1)
        evq_schedule(host->q, &host->enter, slot->due);
}

static void put_in(struct net_host *host, const uint8_t *frame, unsigned length, sim_time now)
{
    if (host->config.record)
        net_record_write(host->config.record, now, host->config.port.id, frame, length);
    host->counts.from_host++;
    host->last = now;
    net_port_send(host->port, frame, length, now);
}

static void enter_from_queue(struct net_host *host, sim_time now)
{
    while (host->count && host->queue[host->read].due <= now) {
        const struct host_frame *frame = &host->queue[host->read];
        host->read = (host->read + 1) % host->config.queue;
        host->count--;
        put_in(host, frame->bytes, frame->length, now);
    }
    if (host->count)
        evq_schedule(host->q, &host->enter, host->queue[host->read].due);
}

/* Fetches the next entry; false and nothing scheduled when there is none. */
static bool next_of_replay(struct net_host *host)
{
    bool is_left = net_replay_next(host->config.replay, host->config.port.id, &host->cursor, &host->next);
    if (!is_left)
        host->next.bytes = NULL;
    return is_left;
}

static void enter_from_replay(struct net_host *host, sim_time now)
{
    bool is_left;
    do {
        put_in(host, host->next.bytes, host->next.length, now);
        is_left = next_of_replay(host);
    } while (is_left && host->next.time <= now);
    if (is_left)
        evq_schedule(host->q, &host->enter, host->next.time);
}

static void enter_due(void *ctx, sim_time now)
{
    struct net_host *host = ctx;
    if (host->config.replay)
        enter_from_replay(host, now);
    else
        enter_from_queue(host, now);
}

/* --- to the host ------------------------------------------------------------------------------------------------- */

static void deliver(void *ctx, const uint8_t *frame, unsigned length, sim_time start, sim_time end)
{
    struct net_host *host = ctx;
    (void)start;
    host->last = end;
    if (!host->backend.input) {
        host->counts.dropped_no_backend++;
        return;
    }
    host->counts.to_host++;
    host->now = end;
    host->backend.input(host->backend.ctx, frame, length, end);
}

void net_host_poll(struct net_host *host, sim_time now)
{
    if (!host->backend.poll)
        return;
    host->now = now;
    host->backend.poll(host->backend.ctx, now);
}

unsigned net_host_descriptors(struct net_host *host, struct pollfd *fds, unsigned room)
{
    return host->backend.descriptors ? host->backend.descriptors(host->backend.ctx, fds, room) : 0;
}

/* What waits in the queue is due within the latency, or a gap after a frame that has just passed or will: a replay
 * finds the same. */
bool net_host_is_active(const struct net_host *host, sim_time since, sim_time now)
{
    if (host->config.replay ? host->next.bytes && host->next.time <= now + host->config.latency : host->count > 0)
        return true;
    return host->last != SIM_TIME_NEVER && host->last >= since;
}

/* --- life -------------------------------------------------------------------------------------------------------- */

struct net_host *net_host_create(struct net_switch *net, const struct net_host_config *config, struct evq *q)
{
    static const struct net_port_ops ops = {.deliver = deliver};
    struct net_host *host = calloc(1, sizeof *host);
    struct host_frame *queue = calloc(config->queue, sizeof *queue);
    if (!host || !queue)
        goto no_memory;
    host->last = SIM_TIME_NEVER;
    host->config = *config;
    host->config.port.bits_per_second = 0;
    host->config.port.delay = 0;
    host->q = q;
    host->queue = queue;
    host->port = net_port_create(net, &host->config.port, &ops, host);
    if (!host->port)
        goto no_memory;
    evq_event_init(&host->enter, enter_due, host, EVQ_PHASE_DEVICE);
    host->enter.node = config->port.id;
    if (config->replay && next_of_replay(host))
        evq_schedule(q, &host->enter, host->next.time);
    return host;
no_memory:
    free(host);
    free(queue);
    return NULL;
}

void net_host_destroy(struct net_host *host)
{
    if (!host)
        return;
    if (host->backend.destroy)
        host->backend.destroy(host->backend.ctx);
    evq_cancel(host->q, &host->enter);
    net_port_destroy(host->port);
    free(host->queue);
    free(host);
}

struct net_sink net_host_sink(struct net_host *host)
{
    const struct net_sink sink = {.ctx = host, .frame = host_sent};
    return sink;
}

void net_host_set_backend(struct net_host *host, const struct net_backend *backend)
{
    if (!host->config.replay)
        host->backend = *backend;
    else if (backend->destroy)
        backend->destroy(backend->ctx);
}

struct net_port *net_host_port(struct net_host *host)
{
    return host->port;
}

const struct net_host_counts *net_host_get_counts(const struct net_host *host)
{
    return &host->counts;
}
