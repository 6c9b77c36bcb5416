/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/traffic.h"

#include <stdlib.h>

#include "rf_channel/num.h"

enum {
    LLC = 8,
    IP = 20,
    PORT = 9, /* discard */
    TTL = 64,
    SATURATED_DEPTH = 2, /* one on its way and one behind it */
    DO_NOT_FRAGMENT = 0x40
};

struct flow {
    struct traffic *traffic;
    struct traffic_flow config;
    struct evq_event event;
    struct rng rng;
    size_t listed; /* packets of the list made */
    uint64_t periods;
    struct flow *next;
};

struct traffic {
    struct station *station;
    struct evq *q;
    unsigned node;
    uint64_t seed;
    const struct traffic_directory *directory;
    const struct traffic_ops *ops;
    void *ctx;
    struct flow *flows;
    unsigned flow_count;
    uint32_t *route; /* next node by destination; NULL: all straight */
    bool forwards_in_mode;
    struct rf_mode forward_mode;
    uint32_t sequence;
    uint16_t ip_id;
    struct traffic_counts counts;
    uint8_t mpdu[STATION_FRAME_MAX];
};

/* ---- Packets ---- */

static void put_be16(uint8_t *out, unsigned value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

static void put_be32(uint8_t *out, uint32_t value)
{
    put_be16(out, value >> 16);
    put_be16(out + 2, value & 0xffff);
}

static uint32_t be16(const uint8_t *in)
{
    return (uint32_t)in[0] << 8 | in[1];
}

static uint32_t be32(const uint8_t *in)
{
    return be16(in) << 16 | be16(in + 2);
}

static uint32_t address_of(uint32_t node)
{
    return node == TRAFFIC_TO_ALL ? 0xffffffff : 0x0a010000u + node + 1;
}

static uint32_t node_of(uint32_t address)
{
    return address == 0xffffffff ? TRAFFIC_TO_ALL : address - 0x0a010000u - 1;
}

static uint32_t add_words(uint32_t sum, const uint8_t *bytes, unsigned size)
{
    for (unsigned i = 0; i < size; i += 2)
        sum += i + 1 < size ? be16(bytes + i) : (uint32_t)bytes[i] << 8;
    return sum;
}

static unsigned internet_checksum(uint32_t sum) /* RFC 1071 */
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

/* IPv4 (RFC 791) and UDP (RFC 768) around the payload that follows. */
static void put_ip_udp(struct traffic *traffic, uint8_t *ip, uint32_t to, unsigned payload)
{
    unsigned udp_size = 8 + payload;
    memset(ip, 0, IP + 8);
    ip[0] = 0x45;
    put_be16(ip + 2, IP + udp_size);
    put_be16(ip + 4, traffic->ip_id++);
    ip[6] = DO_NOT_FRAGMENT;
    ip[8] = TTL;
    ip[9] = 17;
    put_be32(ip + 12, address_of(traffic->node));
    put_be32(ip + 16, address_of(to));
    put_be16(ip + 10, internet_checksum(add_words(0, ip, IP)));
    uint8_t *udp = ip + IP;
    put_be16(udp, PORT);
    put_be16(udp + 2, PORT);
    put_be16(udp + 4, udp_size);
    unsigned sum = internet_checksum(add_words(17 + udp_size, ip + 12, 8) + add_words(0, udp, udp_size));
    put_be16(udp + 6, sum ? sum : 0xffff);
}

static const uint8_t *mac_of(const struct traffic *traffic, uint32_t node)
{
    static const uint8_t all[MPDU_ADDRESS] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    return node < traffic->directory->nodes ? traffic->directory->address[node] : all;
}

static uint32_t next_hop(const struct traffic *traffic, uint32_t to)
{
    return traffic->route && to < traffic->directory->nodes ? traffic->route[to] : to;
}

/* MAC header, IBSS: no distribution system between (9.3.2.1). Returns its size. */
static unsigned put_header(struct traffic *traffic, uint32_t to, bool qos, unsigned queue)
{
    /* 802.1D priorities of voice, video, best effort, background (table 10-1). */
    static const uint8_t tid[STATION_QUEUES] = {6, 4, 0, 1};
    static const uint8_t bssid[MPDU_ADDRESS] = {0x02, 'v', 'e', 's', 'p', 'r'};
    struct mpdu_header header = {.type = MPDU_DATA, .subtype = qos ? MPDU_DATA_QOS : MPDU_DATA_PLAIN};
    memcpy(header.address[0], mac_of(traffic, next_hop(traffic, to)), MPDU_ADDRESS);
    memcpy(header.address[1], station_address(traffic->station), MPDU_ADDRESS);
    memcpy(header.address[2], bssid, MPDU_ADDRESS);
    mpdu_make_header(traffic->mpdu, &header);
    if (!qos)
        return MPDU_HEADER;
    put_be16(traffic->mpdu + MPDU_HEADER, (unsigned)tid[queue] << 8);
    return MPDU_QOS_HEADER;
}

static bool send_packet(struct flow *flow, sim_time now)
{
    static const uint8_t snap[LLC] = {0xaa, 0xaa, 3, 0, 0, 0, 0x08, 0x00};
    struct traffic *traffic = flow->traffic;
    const struct traffic_flow *c = &flow->config;
    unsigned header = put_header(traffic, c->to, c->qos, c->queue);
    uint8_t *body = traffic->mpdu + header;
    uint8_t *payload = body + TRAFFIC_ENCAPSULATION;
    memcpy(body, snap, LLC);
    memset(payload, 0, c->packet);
    put_be32(payload, traffic->sequence);
    put_be32(payload + 4, (uint32_t)(now >> 32));
    put_be32(payload + 8, (uint32_t)now);
    put_ip_udp(traffic, body + LLC, c->to, c->packet);
    struct station_frame frame = {
        .mpdu = traffic->mpdu, .bytes = header + TRAFFIC_ENCAPSULATION + c->packet, .queue = c->queue, .mode = c->mode};
    struct traffic_packet packet = {
        .from = traffic->node, .to = c->to, .sequence = traffic->sequence++, .bytes = c->packet, .made = now};
    bool accepted = station_send(traffic->station, &frame);
    traffic->counts.made++;
    traffic->counts.refused += !accepted;
    if (traffic->ops && traffic->ops->made)
        traffic->ops->made(traffic->ctx, now, traffic->node, &packet, accepted);
    return accepted;
}

/* ---- Sources ---- */

static bool is_on(const struct flow *flow, sim_time now)
{
    return now >= flow->config.start && (flow->config.stop == 0 || now < flow->config.stop);
}

static void top_up(struct flow *flow, sim_time now)
{
    while (is_on(flow, now) && station_queued(flow->traffic->station, flow->config.queue) < SATURATED_DEPTH)
        if (!send_packet(flow, now))
            return;
}

static sim_time next_time(struct flow *flow, sim_time now)
{
    const struct traffic_flow *c = &flow->config;
    switch (c->kind) {
    case TRAFFIC_POISSON:
        return now + (sim_time)(-num_log(num_uniform(&flow->rng)) / c->rate * (double)SIM_US(1000000));
    case TRAFFIC_PERIODIC: /* never adds up a rounded period */
        return c->start + (sim_time)((double)++flow->periods / c->rate * (double)SIM_US(1000000));
    case TRAFFIC_LIST:
        return flow->listed < c->list_count ? c->list[flow->listed++] : SIM_TIME_NEVER;
    case TRAFFIC_SATURATED:
        break;
    }
    return SIM_TIME_NEVER;
}

static void source_event(void *ctx, sim_time now)
{
    struct flow *flow = ctx;
    if (flow->config.kind == TRAFFIC_SATURATED) {
        top_up(flow, now);
        return;
    }
    if (flow->config.stop != 0 && now >= flow->config.stop)
        return;
    send_packet(flow, now);
    evq_arm(flow->traffic->q, &flow->event, next_time(flow, now));
}

enum sim_status traffic_add_flow(struct traffic *traffic, const struct traffic_flow *config)
{
    bool timed = config->kind == TRAFFIC_POISSON || config->kind == TRAFFIC_PERIODIC;
    if (config->packet < TRAFFIC_PAYLOAD_MIN || config->packet > TRAFFIC_PAYLOAD_MAX ||
        config->queue >= STATION_QUEUES || (timed && !(config->rate > 0)))
        return SIM_BAD_VALUE;
    if (config->to != TRAFFIC_TO_ALL && (config->to >= traffic->directory->nodes || config->to == traffic->node))
        return SIM_BAD_VALUE;
    struct flow *flow = calloc(1, sizeof *flow);
    if (!flow)
        return SIM_NO_MEMORY;
    *flow = (struct flow){.traffic = traffic, .config = *config};
    /* Each flow of a node has numbers of its own. */
    char purpose[] = "traffic.0000";
    unsigned number = traffic->flow_count++;
    for (unsigned digit = 0; digit < 4; digit++, number /= 10)
        purpose[sizeof purpose - 2 - digit] = (char)('0' + number % 10);
    rng_init(&flow->rng, traffic->seed, traffic->node, purpose);
    evq_event_init(&flow->event, source_event, flow, EVQ_PHASE_DEVICE);
    flow->event.node = traffic->node;
    struct flow **end = &traffic->flows;
    while (*end)
        end = &(*end)->next;
    *end = flow;
    sim_time first = config->start;
    if (config->kind == TRAFFIC_POISSON || config->kind == TRAFFIC_LIST)
        first = next_time(flow, config->start);
    evq_arm(traffic->q, &flow->event, first);
    return SIM_OK;
}

static void on_sent(void *ctx, sim_time now, const struct station_sent *sent)
{
    struct traffic *traffic = ctx;
    if (traffic->ops && traffic->ops->sent)
        traffic->ops->sent(traffic->ctx, now, traffic->node, sent);
    for (struct flow *flow = traffic->flows; flow; flow = flow->next)
        if (flow->config.kind == TRAFFIC_SATURATED && flow->config.queue == sent->queue)
            top_up(flow, now);
}

/* ---- Receiving and forwarding ---- */

static void forward(struct traffic *traffic, const struct mpdu *mpdu, uint32_t to, struct rf_mode mode)
{
    unsigned queue = 2;
    unsigned header = put_header(traffic, to, mpdu->is_qos, queue);
    unsigned body = (unsigned)(mpdu->size - mpdu->header);
    memcpy(traffic->mpdu + header, mpdu->bytes + mpdu->header, body);
    struct station_frame frame = {.mpdu = traffic->mpdu, .bytes = header + body, .queue = queue, .mode = mode};
    if (traffic->forwards_in_mode)
        frame.mode = traffic->forward_mode;
    traffic->counts.forwarded += station_send(traffic->station, &frame);
}

static void on_received(void *ctx, sim_time now, const struct station_received *received)
{
    static const uint8_t ipv4_snap[LLC] = {0xaa, 0xaa, 3, 0, 0, 0, 0x08, 0x00};
    struct traffic *traffic = ctx;
    const struct mpdu *mpdu = &received->rx->mpdu;
    if (received->duplicate || mpdu->type != MPDU_DATA)
        return;
    const uint8_t *body = mpdu->bytes + mpdu->header;
    size_t size = mpdu->size - mpdu->header;
    if (size < TRAFFIC_ENCAPSULATION + TRAFFIC_PAYLOAD_MIN || memcmp(body, ipv4_snap, LLC) != 0 || body[LLC] != 0x45 ||
        be16(body + LLC + IP + 4) != size - LLC - IP) {
        traffic->counts.stray++; /* somebody else's frame */
        return;
    }
    const uint8_t *ip = body + LLC;
    const uint8_t *payload = body + TRAFFIC_ENCAPSULATION;
    uint32_t to = node_of(be32(ip + 16));
    if (to != TRAFFIC_TO_ALL && to != traffic->node) {
        if (to < traffic->directory->nodes)
            forward(traffic, mpdu, to, received->rx->rx->frame->mode);
        else
            traffic->counts.stray++;
        return;
    }
    struct traffic_packet packet = {.from = node_of(be32(ip + 12)),
                                    .to = to,
                                    .sequence = be32(payload),
                                    .bytes = (unsigned)(size - TRAFFIC_ENCAPSULATION),
                                    .made = (sim_time)be32(payload + 4) << 32 | be32(payload + 8),
                                    .rssi_dbm = received->rx->rx->rssi_dbm};
    traffic->counts.delivered++;
    traffic->counts.delivered_bytes += packet.bytes;
    if (traffic->ops && traffic->ops->delivered)
        traffic->ops->delivered(traffic->ctx, now, traffic->node, &packet);
}

/* ---- */

enum sim_status traffic_set_route(struct traffic *traffic, unsigned to, unsigned next)
{
    unsigned nodes = traffic->directory->nodes;
    if (to >= nodes || next >= nodes || next == traffic->node)
        return SIM_BAD_VALUE;
    if (!traffic->route) {
        traffic->route = malloc(nodes * sizeof *traffic->route);
        if (!traffic->route)
            return SIM_NO_MEMORY;
        for (unsigned n = 0; n < nodes; n++)
            traffic->route[n] = n;
    }
    traffic->route[to] = next;
    return SIM_OK;
}

void traffic_set_forward_mode(struct traffic *traffic, struct rf_mode mode)
{
    traffic->forwards_in_mode = true;
    traffic->forward_mode = mode;
}

const struct traffic_counts *traffic_get_counts(const struct traffic *traffic)
{
    return &traffic->counts;
}

struct station *traffic_station(const struct traffic *traffic)
{
    return traffic->station;
}

struct traffic *traffic_create(struct rf_medium *medium, unsigned node, const struct station_config *config,
                               const struct traffic_directory *directory, const struct traffic_ops *ops, void *ctx,
                               const struct dcf_observer *observer)
{
    static const struct station_ops STATION_OPS = {.sent = on_sent, .received = on_received};
    struct traffic *traffic = calloc(1, sizeof *traffic);
    if (!traffic)
        return NULL;
    traffic->q = rf_medium_evq(medium);
    traffic->node = node;
    traffic->seed = config->seed;
    traffic->directory = directory;
    traffic->ops = ops;
    traffic->ctx = ctx;
    traffic->station = station_create(medium, node, config, &STATION_OPS, traffic, observer);
    if (!traffic->station) {
        free(traffic);
        return NULL;
    }
    return traffic;
}

void traffic_destroy(struct traffic *traffic)
{
    if (!traffic)
        return;
    while (traffic->flows) {
        struct flow *flow = traffic->flows;
        traffic->flows = flow->next;
        evq_cancel(traffic->q, &flow->event);
        free(flow);
    }
    free(traffic->route);
    station_destroy(traffic->station);
    free(traffic);
}
