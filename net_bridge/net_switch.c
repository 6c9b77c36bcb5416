/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/net_switch.h"

#include <stdlib.h>

#include "bus/base/crc32.h"

enum { TABLE_SETS = 256, TABLE_WAYS = 4 };

/* A frame in the switch: on its way in, then waiting at one or several ports. */
struct net_frame {
    struct evq_event arrival;
    struct net_port *from;
    unsigned holders; /* queues it stands in; 0 and not arriving: free */
    sim_time ready;   /* when it may leave */
    struct net_frame *next_free;
    unsigned length;
    uint8_t bytes[ETHER_MAX];
};

struct learned {
    uint8_t address[ETHER_ADDRESS];
    struct net_port *port; /* NULL: empty */
    sim_time seen;
};

struct net_port {
    struct net_switch *net;
    struct net_port *next;
    struct net_port_config config;
    const struct net_port_ops *ops;
    void *ctx;
    struct net_observer observer;
    struct net_port_counts counts;
    struct evq_event leave;
    struct net_frame **queue; /* ring of config.queue frames */
    unsigned read, count;
    sim_time free_from; /* the line */
};

struct net_switch {
    struct net_switch_config config;
    struct evq *q;
    struct net_port *ports; /* in order of creation */
    struct net_frame *frames;
    struct net_frame *free;
    unsigned used;
    struct learned table[TABLE_SETS][TABLE_WAYS];
};

struct net_switch_config net_switch_typical(void)
{
    const struct net_switch_config config = {.latency = SIM_US(5), .buffers = 512, .ageing = SIM_S(300)};
    return config;
}

struct net_port_config net_port_typical(const char *name, uint32_t id)
{
    const struct net_port_config config = {.name = name, .id = id, .bits_per_second = 100000000, .queue = 64};
    return config;
}

/* --- frames ------------------------------------------------------------------------------------------------------ */

static struct net_frame *frame_take(struct net_switch *net)
{
    struct net_frame *frame = net->free;
    if (frame) {
        net->free = frame->next_free;
        net->used++;
    }
    return frame;
}

static void frame_free(struct net_switch *net, struct net_frame *frame)
{
    frame->next_free = net->free;
    net->free = frame;
    net->used--;
}

static void frame_release(struct net_switch *net, struct net_frame *frame)
{
    if (--frame->holders == 0)
        frame_free(net, frame);
}

/* --- addresses --------------------------------------------------------------------------------------------------- */

static struct learned *set_of(struct net_switch *net, const uint8_t *address)
{
    return net->table[crc32_extend(0, address, ETHER_ADDRESS) % TABLE_SETS];
}

static bool is_valid(const struct net_switch *net, const struct learned *entry, sim_time now)
{
    return entry->port && now - entry->seen <= net->config.ageing;
}

static struct learned *find(struct net_switch *net, const uint8_t *address, sim_time now)
{
    struct learned *set = set_of(net, address);
    for (unsigned i = 0; i < TABLE_WAYS; i++)
        if (is_valid(net, &set[i], now) && memcmp(set[i].address, address, ETHER_ADDRESS) == 0)
            return &set[i];
    return NULL;
}

static void learn(struct net_switch *net, const uint8_t *address, struct net_port *port, sim_time now)
{
    struct learned *entry = find(net, address, now);
    if (!entry) { /* takes the place of an invalid one, else of the one that was silent longest */
        struct learned *set = set_of(net, address);
        entry = set;
        for (unsigned i = 0; i < TABLE_WAYS && is_valid(net, entry, now); i++)
            if (!is_valid(net, &set[i], now) || set[i].seen < entry->seen)
                entry = &set[i];
        memcpy(entry->address, address, ETHER_ADDRESS);
    }
    entry->port = port;
    entry->seen = now;
}

const struct net_port *net_switch_where(const struct net_switch *net, const uint8_t *address, sim_time now)
{
    struct learned *entry = find((struct net_switch *)net, address, now); /* looks only */
    return entry ? entry->port : NULL;
}

/* --- out --------------------------------------------------------------------------------------------------------- */

static void schedule_leave(struct net_port *port)
{
    if (!port->count)
        return;
    sim_time ready = port->queue[port->read]->ready;
    evq_schedule(port->net->q, &port->leave, ready > port->free_from ? ready : port->free_from);
}

static void leave_due(void *ctx, sim_time now)
{
    struct net_port *port = ctx;
    struct net_frame *frame = port->queue[port->read];
    uint64_t rate = port->config.bits_per_second;
    sim_time line = ether_frame_time(frame->length, rate);
    port->read = (port->read + 1) % port->config.queue;
    port->count--;
    port->free_from = now + line + ether_line_time(ETHER_GAP, rate);
    port->counts.out_frames++;
    port->counts.out_bytes += frame->length;
    if (port->observer.frame)
        port->observer.frame(port->observer.ctx, false, frame->bytes, frame->length, now);
    port->ops->deliver(port->ctx, frame->bytes, frame->length, now, now + line + port->config.delay);
    frame_release(port->net, frame);
    schedule_leave(port);
}

static void enqueue(struct net_port *port, struct net_frame *frame)
{
    if (port->count == port->config.queue) {
        port->counts.out_queue_full++;
        return;
    }
    port->queue[(port->read + port->count++) % port->config.queue] = frame;
    frame->holders++;
    if (port->count == 1)
        schedule_leave(port);
}

/* --- in ---------------------------------------------------------------------------------------------------------- */

/* The device at a port asks for silence: its line, and only it, waits. */
static void take_pause(struct net_port *port, const struct net_frame *frame, sim_time now)
{
    const uint8_t *bytes = frame->bytes;
    if (frame->length < 18 || ether_type(bytes) != ETHER_TYPE_CONTROL || bytes[14] != 0 || bytes[15] != 1)
        return;
    unsigned quanta = (unsigned)bytes[16] << 8 | bytes[17];
    port->free_from = now + ether_line_time(64 * (uint64_t)quanta, port->config.bits_per_second);
    schedule_leave(port);
}

static void forward(struct net_switch *net, struct net_frame *frame, sim_time now)
{
    struct net_port *from = frame->from;
    const struct learned *entry = ether_is_group(frame->bytes) ? NULL : find(net, frame->bytes, now);
    if (entry) {
        if (entry->port == from)
            from->counts.in_filtered++;
        else
            enqueue(entry->port, frame);
        return;
    }
    for (struct net_port *port = net->ports; port; port = port->next)
        if (port != from)
            enqueue(port, frame);
}

static void arrived(void *ctx, sim_time now)
{
    struct net_frame *frame = ctx;
    struct net_port *from = frame->from;
    struct net_switch *net = from->net;
    from->counts.in_frames++;
    from->counts.in_bytes += frame->length;
    if (from->observer.frame)
        from->observer.frame(from->observer.ctx, true, frame->bytes, frame->length, now);
    learn(net, ether_source(frame->bytes), from, now);
    frame->ready = now + net->config.latency;
    frame->holders = 1; /* us */
    if (ether_is_reserved(frame->bytes)) {
        from->counts.in_reserved++;
        take_pause(from, frame, now);
    } else {
        forward(net, frame, now);
    }
    frame_release(net, frame);
}

void net_port_send(struct net_port *port, const uint8_t *bytes, unsigned length, sim_time arrival)
{
    static const uint8_t nobody[ETHER_ADDRESS] = {0};
    if (length < ETHER_HEADER || length > ETHER_MAX) {
        port->counts.in_bad_length++;
        return;
    }
    const uint8_t *source = ether_source(bytes);
    if (ether_is_group(source) || memcmp(source, nobody, ETHER_ADDRESS) == 0) {
        port->counts.in_bad_source++;
        return;
    }
    struct net_frame *frame = frame_take(port->net);
    if (!frame) {
        port->counts.in_no_buffer++;
        return;
    }
    frame->from = port;
    frame->length = length;
    memcpy(frame->bytes, bytes, length);
    frame->arrival.node = port->config.id;
    evq_schedule(port->net->q, &frame->arrival, arrival);
}

/* --- life -------------------------------------------------------------------------------------------------------- */

struct net_switch *net_switch_create(const struct net_switch_config *config, struct evq *q)
{
    struct net_switch *net = calloc(1, sizeof *net);
    if (!net)
        return NULL;
    net->config = *config;
    net->q = q;
    net->frames = calloc(config->buffers, sizeof *net->frames);
    if (!net->frames) {
        free(net);
        return NULL;
    }
    net->used = config->buffers;
    for (unsigned i = config->buffers; i-- > 0;) {
        evq_event_init(&net->frames[i].arrival, arrived, &net->frames[i], EVQ_PHASE_DEVICE);
        frame_free(net, &net->frames[i]);
    }
    return net;
}

void net_switch_destroy(struct net_switch *net)
{
    if (!net)
        return;
    while (net->ports)
        net_port_destroy(net->ports);
    free(net->frames);
    free(net);
}

struct net_port *net_port_create(struct net_switch *net, const struct net_port_config *config,
                                 const struct net_port_ops *ops, void *ctx)
{
    struct net_port *port = calloc(1, sizeof *port);
    struct net_frame **queue = calloc(config->queue, sizeof *queue);
    if (!port || !queue) {
        free(port);
        free(queue);
        return NULL;
    }
    port->net = net;
    port->config = *config;
    port->ops = ops;
    port->ctx = ctx;
    port->queue = queue;
    evq_event_init(&port->leave, leave_due, port, EVQ_PHASE_DEVICE);
    port->leave.node = config->id;
    struct net_port **last = &net->ports;
    while (*last)
        last = &(*last)->next;
    *last = port;
    return port;
}

void net_port_destroy(struct net_port *port)
{
    if (!port)
        return;
    struct net_switch *net = port->net;
    struct net_port **link = &net->ports;
    while (*link != port)
        link = &(*link)->next;
    *link = port->next;
    evq_cancel(net->q, &port->leave);
    for (; port->count; port->count--, port->read = (port->read + 1) % port->config.queue)
        frame_release(net, port->queue[port->read]);
    for (unsigned i = 0; i < net->config.buffers; i++)
        if (evq_is_scheduled(&net->frames[i].arrival) && net->frames[i].from == port) {
            evq_cancel(net->q, &net->frames[i].arrival);
            frame_free(net, &net->frames[i]);
        }
    for (unsigned i = 0; i < TABLE_SETS * TABLE_WAYS; i++)
        if (net->table[i / TABLE_WAYS][i % TABLE_WAYS].port == port)
            net->table[i / TABLE_WAYS][i % TABLE_WAYS].port = NULL;
    free(port->queue);
    free(port);
}

void net_port_observe(struct net_port *port, const struct net_observer *observer)
{
    static const struct net_observer nobody = {0};
    port->observer = observer ? *observer : nobody;
}

void net_port_set_rate(struct net_port *port, uint64_t bits_per_second)
{
    port->config.bits_per_second = bits_per_second;
}

const char *net_port_name(const struct net_port *port)
{
    return port->config.name;
}

const struct net_port_counts *net_port_get_counts(const struct net_port *port)
{
    return &port->counts;
}

unsigned net_switch_frames(const struct net_switch *net)
{
    return net->used;
}
