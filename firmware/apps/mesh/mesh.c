/* SPDX-License-Identifier: Apache-2.0 */
/* A node of the mesh of docs/mesh-protocol.md. It joins, and from `start` on sends messages for `seconds`: each
 * `interval` one to the next of all other nodes it knows, in the order of their numbers from its own on, so that the
 * traffic goes everywhere; the node with the lowest number also floods. Then it waits for what is under way, prints its
 * tables and ends with "mesh: done".
 *
 * Its number is that of the chip: the address in eFuse. Everything else is the same in all nodes, and can be changed
 * over the console, a command a line: start S, seconds S, interval MS, size BYTES, to NODE, rate RATE, and report,
 * which prints the tables at once. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware/apps/common/commands.h"
#include "firmware/apps/mesh/radio.h"
#include "firmware/drivers/alarm.h"
#include "firmware/drivers/chip.h"
#include "firmware/drivers/uart.h"
#include "firmware/runtime/xtensa.h"

#ifndef MESH_START_S
#define MESH_START_S 8
#endif
#ifndef MESH_SECONDS
#define MESH_SECONDS 10
#endif
#ifndef MESH_INTERVAL_MS
#define MESH_INTERVAL_MS 500
#endif
#ifndef MESH_CHANNEL
#define MESH_CHANNEL 1
#endif

enum {
    CONSOLE = 0,
    BAUD = 921600, /* a line in less than a millisecond */
    SECOND_US = 1000000,
    FLOOD_US = 2 * SECOND_US,
    DRAIN_US = 3 * SECOND_US, /* more than a message with all its attempts takes, but the last */
    POWER_DBM = 20,
    LOOK_US = SECOND_US /* at the console, at least */
};

struct mean {
    uint32_t count, min, max;
    uint64_t sum;
};

static struct mesh mesh;
static struct {
    uint32_t start_s, seconds, interval_ms, size, to;
} settings = {MESH_START_S, MESH_SECONDS, MESH_INTERVAL_MS, 64, MESH_NODE_ALL};
static struct mean delay, round_trip, hop_delay, hops;
static uint32_t refused; /* messages that had no route at the source */

/* ---- Statistics ------------------------------------------------------------------------------------------------- */

static void enter(struct mean *mean, uint32_t value)
{
    if (value == MESH_DELAY_UNKNOWN)
        return;
    if (mean->count == 0 || value < mean->min)
        mean->min = value;
    if (value > mean->max)
        mean->max = value;
    mean->count++;
    mean->sum += value;
}

static unsigned of(const struct mean *mean)
{
    return mean->count ? (unsigned)((mean->sum + mean->count / 2) / mean->count) : 0;
}

/* ---- What the mesh tells ---------------------------------------------------------------------------------------- */

static uint32_t random_word(void *ctx)
{
    (void)ctx;
    return chip_random();
}

static void on_delivered(void *ctx, const struct mesh_delivery *d)
{
    (void)ctx;
    bool is_flood = d->destination == MESH_NODE_ALL;
    if (!is_flood) {
        enter(&delay, d->delay_us);
        enter(&hops, d->hops);
    }
    printf("mesh: %s src=%u dst=%d seq=%u hops=%u delay_us=%d\n", is_flood ? "flood" : "deliver", d->source,
           is_flood ? -1 : d->destination, d->sequence, d->hops, (int)d->delay_us);
}

static void on_acknowledged(void *ctx, const struct mesh_acknowledgement *a)
{
    (void)ctx;
    enter(&round_trip, a->round_trip_us);
    printf("mesh: acked dst=%u seq=%u hops=%u hops_back=%u delay_us=%d rtt_us=%u attempts=%u\n", a->destination,
           a->sequence, a->hops, a->hops_back, (int)a->delay_us, (unsigned)a->round_trip_us, a->attempts);
}

static void on_lost(void *ctx, uint16_t destination, uint16_t sequence, unsigned attempts)
{
    (void)ctx;
    printf("mesh: lost dst=%u seq=%u attempts=%u\n", destination, sequence, attempts);
}

static void on_hop(void *ctx, const struct mesh_hop *h)
{
    static const char *const kinds[] = {[MESH_DATA] = "data", [MESH_ACK] = "ack", [MESH_FLOOD] = "flood"};
    (void)ctx;
    if (h->kind == MESH_FLOOD)
        return;
    enter(&hop_delay, h->hop_us);
    printf("mesh: hop %s from=%u src=%u dst=%u seq=%u hop_us=%d\n", kinds[h->kind], h->from, h->source, h->destination,
           h->sequence, (int)h->hop_us);
}

static void on_link(void *ctx, const struct neighbour *n, bool is_up)
{
    (void)ctx;
    printf("mesh: link %s node=%u rssi=%d\n", is_up ? "up" : "down", n->node, neighbour_rssi(n));
}

static const struct mesh_ops ops = {.send = radio_send,
                                    .random = random_word,
                                    .delivered = on_delivered,
                                    .acknowledged = on_acknowledged,
                                    .lost = on_lost,
                                    .hop = on_hop,
                                    .link = on_link};

/* ---- Tables ------------------------------------------------------------------------------------------------------ */

static void print_tables(void)
{
    for (unsigned i = 0; i < mesh.neighbours.count; i++) {
        const struct neighbour *n = &mesh.neighbours.entry[i];
        printf("mesh: neighbour node=%u up=%d in=%u%% out=%u%% rssi=%d cost=%u\n", n->node, n->is_up,
               neighbour_quality_in(n) * 100 / 255, n->quality_out * 100 / 255, neighbour_rssi(n), neighbour_cost(n));
    }
    for (unsigned i = 0; i < mesh.routes.count; i++) {
        const struct route *r = &mesh.routes.entry[i];
        if (r->metric != MESH_METRIC_BROKEN)
            printf("mesh: route dst=%u next=%u metric=%u seq=%u\n", r->destination, r->next, r->metric, r->sequence);
    }
}

static void print_summary(void)
{
    const struct mesh_counts *c = &mesh.counts;
    struct wifi_counts w = wifi_get_counts();
    unsigned links = 0;
    for (unsigned i = 0; i < mesh.neighbours.count; i++)
        links += mesh.neighbours.entry[i].is_up;
    printf("mesh: control hellos=%u heard=%u updates=%u heard=%u links_up=%u links_down=%u damaged=%u\n",
           (unsigned)c->hellos_sent, (unsigned)c->hellos_heard, (unsigned)c->updates_sent, (unsigned)c->updates_heard,
           (unsigned)c->links_up, (unsigned)c->links_down, (unsigned)c->damaged);
    printf("mesh: hops frames=%u attempts=%u forwarded=%u no_route=%u ttl=%u queue_full=%u link_failed=%u "
           "mean_us=%u max_us=%u\n",
           (unsigned)c->hop_frames, (unsigned)c->hop_attempts, (unsigned)c->forwarded, (unsigned)c->drop[MESH_NO_ROUTE],
           (unsigned)c->drop[MESH_TTL], (unsigned)c->drop[MESH_QUEUE_FULL], (unsigned)c->drop[MESH_LINK_FAILED],
           of(&hop_delay), (unsigned)hop_delay.max);
    printf("mesh: floods sent=%u heard=%u passed_on=%u suppressed=%u\n", (unsigned)c->floods_sent,
           (unsigned)c->floods_heard, (unsigned)c->floods_passed_on, (unsigned)c->floods_suppressed);
    printf("mesh: wifi sent=%u delivered=%u dropped=%u attempts=%u retries=%u received=%u duplicates=%u interrupts=%u "
           "interrupt_cycles=%u longest=%u send_cycles=%u\n",
           (unsigned)w.sent, (unsigned)w.delivered, (unsigned)w.dropped, (unsigned)w.attempts, (unsigned)w.retries,
           (unsigned)w.received, (unsigned)w.duplicates, (unsigned)w.interrupts,
           w.interrupts ? (unsigned)(w.interrupt_cycles / w.interrupts) : 0, (unsigned)w.longest_interrupt,
           w.sent ? (unsigned)(w.send_cycles / w.sent) : 0);
    printf("mesh: done node=%u neighbours=%u routes=%u sent=%u acked=%u lost=%u resent=%u refused=%u delivered=%u "
           "duplicates=%u mean_hops_10=%u mean_delay_us=%u max_delay_us=%u mean_rtt_us=%u\n",
           mesh.node, links, routes_reachable(&mesh.routes), (unsigned)c->sent, (unsigned)c->acknowledged,
           (unsigned)c->lost, (unsigned)c->resent, (unsigned)refused, delay.count, (unsigned)c->duplicates,
           hops.count ? (unsigned)(hops.sum * 10 / hops.count) : 0, of(&delay), (unsigned)delay.max, of(&round_trip));
}

/* ---- Commands ---------------------------------------------------------------------------------------------------- */

static const char *set(const char *text, uint32_t min, uint32_t max, uint32_t *value)
{
    return command_number(text, min, max, value) ? NULL : "a number out of range";
}

static const char *set_start(const char *text)
{
    return set(text, 0, 3600, &settings.start_s);
}

static const char *set_seconds(const char *text)
{
    return set(text, 0, 3600, &settings.seconds);
}

static const char *set_interval(const char *text)
{
    return set(text, 1, 3600000, &settings.interval_ms);
}

static const char *set_size(const char *text)
{
    return set(text, 0, MESH_PAYLOAD_MAX, &settings.size);
}

static const char *set_to(const char *text)
{
    return set(text, 0, MESH_NODE_ALL, &settings.to);
}

static const char *set_rate(const char *text)
{
    unsigned rate = rate_by_name(text);
    if (rate == RATE_COUNT)
        return "no such rate";
    radio_set_rate(rate);
    return NULL;
}

static const char *report(const char *text)
{
    (void)text;
    print_tables();
    return NULL;
}

static const struct command commands[] = {
    {"start", set_start}, {"seconds", set_seconds}, {"interval", set_interval}, {"size", set_size},
    {"to", set_to},       {"rate", set_rate},       {"report", report},         {NULL, NULL}};

/* ---- Traffic ----------------------------------------------------------------------------------------------------- */

/* The n-th reachable node after ours, in a circle; MESH_NODE_ALL: there is none. */
static uint16_t destination_of(unsigned n)
{
    if (settings.to != MESH_NODE_ALL)
        return settings.to == mesh.node ? MESH_NODE_ALL : (uint16_t)settings.to;
    unsigned reachable = routes_reachable(&mesh.routes), lower = 0;
    if (reachable == 0)
        return MESH_NODE_ALL;
    for (unsigned i = 0; i < mesh.routes.count && mesh.routes.entry[i].destination < mesh.node; i++)
        lower += mesh.routes.entry[i].metric != MESH_METRIC_BROKEN;
    unsigned wanted = (lower + n) % reachable;
    for (unsigned i = 0;; i++)
        if (mesh.routes.entry[i].metric != MESH_METRIC_BROKEN && wanted-- == 0)
            return mesh.routes.entry[i].destination;
}

static bool is_lowest(void)
{
    return mesh.routes.count == 0 || mesh.node < mesh.routes.entry[0].destination;
}

static void send_message(unsigned n, uint64_t now)
{
    uint8_t payload[MESH_PAYLOAD_MAX];
    uint16_t destination = destination_of(n), sequence;
    memset(payload, (uint8_t)n, sizeof payload);
    if (destination == MESH_NODE_ALL)
        return;
    if (mesh_send(&mesh, destination, payload, settings.size, &sequence, now))
        printf("mesh: send dst=%u seq=%u\n", destination, sequence);
    else
        refused++;
}

struct traffic {
    uint64_t message_us, flood_us;
    unsigned messages;
};

/* What is due, and when the next is. */
static uint64_t run_traffic(struct traffic *traffic, uint64_t end, uint64_t now)
{
    uint64_t interval = settings.interval_ms * 1000ull;
    uint16_t sequence;
    if (now >= end)
        return UINT64_MAX;
    if (now >= traffic->message_us) {
        send_message(traffic->messages++, now);
        traffic->message_us += interval;
    }
    if (now >= traffic->flood_us) {
        if (is_lowest() && mesh_flood(&mesh, "to all", 6, &sequence, now))
            printf("mesh: send dst=-1 seq=%u\n", sequence);
        traffic->flood_us += FLOOD_US;
    }
    return traffic->message_us < traffic->flood_us ? traffic->message_us : traffic->flood_us;
}

/* ---- The program ------------------------------------------------------------------------------------------------- */

/* Sleeps until `until`, or until something has come or gone. Masked, so that what comes after the look ends the sleep.
 */
static void sleep_until(uint64_t until)
{
    uint64_t now = wifi_time64_us();
    if (until <= now)
        return;
    alarm_set(until - now < LOOK_US ? (uint32_t)(until - now) : LOOK_US);
    uint32_t ps = mask_interrupts();
    if (!radio_has_work())
        wait_for_interrupt();
    restore_interrupts(ps);
}

/* Nodes that were switched on together do not send together: the first message comes anywhere in an interval. */
static void begin_traffic(struct traffic *traffic)
{
    uint64_t start = (uint64_t)settings.start_s * SECOND_US;
    traffic->message_us = start + chip_random() % (settings.interval_ms * 1000u);
    traffic->flood_us = start + SECOND_US / 2;
}

int main(void)
{
    struct mesh_config config = mesh_defaults();
    struct traffic traffic = {0};
    bool begun = false;
    uart_init(CONSOLE, BAUD);
    alarm_init();
    if (!radio_init(MESH_CHANNEL, POWER_DBM)) {
        printf("mesh: FAILED: the MAC does not answer\n");
        return 1;
    }
    mesh_init(&mesh, radio_node(), &config, &ops, NULL, wifi_time64_us());
    printf("mesh: node=%u channel=%u\n", mesh.node, MESH_CHANNEL);
    for (;;) {
        radio_poll(&mesh);
        commands_poll("mesh", commands);
        uint64_t now = wifi_time64_us(), next = mesh_run(&mesh, now), end;
        end = ((uint64_t)settings.start_s + settings.seconds) * SECOND_US;
        if (now >= end + DRAIN_US)
            break;
        if (now >= (uint64_t)settings.start_s * SECOND_US) {
            if (!begun)
                begin_traffic(&traffic);
            begun = true;
            uint64_t due = run_traffic(&traffic, end, now);
            next = due < next ? due : next;
        } else if ((uint64_t)settings.start_s * SECOND_US < next) {
            next = (uint64_t)settings.start_s * SECOND_US;
        }
        sleep_until(next < end + DRAIN_US ? next : end + DRAIN_US);
    }
    print_tables();
    print_summary();
    return 0;
}
