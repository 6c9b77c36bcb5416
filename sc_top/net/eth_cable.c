/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/net/eth_cable.h"

#include <stdlib.h>
#include <string.h>

#include "sc_top/node/node.h"

/* On their way to the switch: one on the line, and one more while the switch is behind by a quantum. */
enum { FRAMES = 8, FRAME_BYTES = ETHER_MAX + 1 /* shows the switch that it is too long */ };

/* The switch's end follows the PHY's rate a moment later. What the PHY is told until a quantum before that replaces it,
 * so that there are never more changes under way than these. */
enum { RATES = 2 };
#define RATE_LATENCY SIM_US(10)
#define LONGEST_QUANTUM SIM_US(1)

struct cable_frame {
    sim_time end;
    unsigned length;
    uint8_t bytes[FRAME_BYTES];
};

struct cable_rate {
    sim_time at;
    uint64_t bits_per_second;
};

struct eth_cable {
    struct eth_cable_config config;
    struct net_port *port;
    struct evq_event arrival; /* of the first frame, in the switch's queue */
    struct cable_frame frame[FRAMES];
    unsigned first, count;
    struct evq_event rate_due; /* of the first change, in the switch's queue */
    struct cable_rate rate[RATES];
    unsigned first_rate, rates;
    uint64_t runts;
};

static void frame_arrives(void *ctx, sim_time now)
{
    struct eth_cable *cable = ctx;
    const struct cable_frame *frame = &cable->frame[cable->first];
    cable->first = (cable->first + 1) % FRAMES;
    if (--cable->count)
        evq_schedule(cable->config.q, &cable->arrival, cable->frame[cable->first].end);
    net_port_send(cable->port, frame->bytes, frame->length, now);
}

static void to_switch(void *ctx, const uint8_t *bytes, unsigned length, sim_time start, sim_time end)
{
    struct eth_cable *cable = ctx;
    (void)start;
    if (length < ETHER_HEADER) { /* no frame, and maybe on the line for less than a quantum */
        cable->runts++;
        return;
    }
    sim_assert(cable->count < FRAMES);
    struct cable_frame *frame = &cable->frame[(cable->first + cable->count) % FRAMES];
    frame->end = end;
    frame->length = length < FRAME_BYTES ? length : FRAME_BYTES;
    memcpy(frame->bytes, bytes, frame->length);
    if (cable->count++ == 0)
        evq_schedule(cable->config.q, &cable->arrival, end);
    if (cable->config.owner)
        node_limit(cable->config.owner, end);
}

static void rate_due(void *ctx, sim_time now)
{
    struct eth_cable *cable = ctx;
    (void)now;
    net_port_set_rate(cable->port, cable->rate[cable->first_rate].bits_per_second);
    cable->first_rate = (cable->first_rate + 1) % RATES;
    if (--cable->rates)
        evq_schedule(cable->config.q, &cable->rate_due, cable->rate[cable->first_rate].at);
}

static void rate_changed(void *ctx, uint64_t bits_per_second, sim_time now)
{
    struct eth_cable *cable = ctx;
    struct cable_rate *last = &cable->rate[(cable->first_rate + cable->rates + RATES - 1) % RATES];
    if (cable->rates && last->at > now + LONGEST_QUANTUM) {
        last->bits_per_second = bits_per_second;
        return;
    }
    sim_assert(cable->rates < RATES);
    const struct cable_rate change = {.at = now + RATE_LATENCY, .bits_per_second = bits_per_second};
    cable->rate[(cable->first_rate + cable->rates) % RATES] = change;
    if (cable->rates++ == 0)
        evq_schedule(cable->config.q, &cable->rate_due, change.at);
    if (cable->config.owner)
        node_limit(cable->config.owner, change.at);
}

static void to_node(void *ctx, const uint8_t *frame, unsigned length, sim_time start, sim_time end)
{
    struct eth_cable *cable = ctx;
    (void)start;
    open_eth_receive(cable->config.eth, frame, length, end);
}

struct eth_cable *eth_cable_create(const struct eth_cable_config *config)
{
    static const struct net_port_ops ops = {.deliver = to_node};
    struct eth_cable *cable = calloc(1, sizeof *cable);
    if (!cable)
        return NULL;
    struct net_port_config port = net_port_typical(config->name, config->id);
    port.bits_per_second = eth_phy_bits_per_second(&config->eth->phy);
    cable->config = *config;
    cable->port = net_port_create(config->net, &port, &ops, cable);
    if (!cable->port) {
        free(cable);
        return NULL;
    }
    /* First of what happens at its time, so that it does not matter when it was announced. */
    evq_event_init(&cable->arrival, frame_arrives, cable, EVQ_PHASE_CLOCK);
    cable->arrival.node = config->id;
    evq_event_init(&cable->rate_due, rate_due, cable, EVQ_PHASE_CLOCK);
    cable->rate_due.node = config->id;
    const struct open_eth_port end = {.ctx = cable, .send = to_switch, .rate = rate_changed};
    open_eth_connect(config->eth, &end);
    return cable;
}

void eth_cable_destroy(struct eth_cable *cable)
{
    if (!cable)
        return;
    evq_cancel(cable->config.q, &cable->arrival);
    evq_cancel(cable->config.q, &cable->rate_due);
    net_port_destroy(cable->port);
    free(cable);
}

uint64_t eth_cable_runts(const struct eth_cable *cable)
{
    return cable->runts;
}

struct net_port *eth_cable_port(struct eth_cable *cable)
{
    return cable->port;
}
