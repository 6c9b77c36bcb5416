/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/net/ap_cable.h"

#include <stdlib.h>

struct ap_cable {
    struct ap *ap;
    struct evq *q;
    struct net_port *port;
    uint64_t bits_per_second;
    sim_time free_from;       /* the line to the switch */
    struct evq_event arrival; /* of the one frame that is on the line from it */
    unsigned length;
    uint8_t bytes[ETHER_MAX];
};

static void to_switch(void *ctx, sim_time now, const uint8_t *frame, size_t size)
{
    struct ap_cable *cable = ctx;
    if (!cable->port || size > ETHER_MAX)
        return;
    sim_time start = now > cable->free_from ? now : cable->free_from;
    sim_time end = start + ether_frame_time((unsigned)size, cable->bits_per_second);
    cable->free_from = end + ether_line_time(ETHER_GAP, cable->bits_per_second);
    net_port_send(cable->port, frame, (unsigned)size, end);
}

static void arrives(void *ctx, sim_time now)
{
    struct ap_cable *cable = ctx;
    (void)now;
    ap_inject(cable->ap, cable->bytes, cable->length);
}

static void to_ap(void *ctx, const uint8_t *frame, unsigned length, sim_time start, sim_time end)
{
    struct ap_cable *cable = ctx;
    (void)start;
    sim_assert(!evq_is_scheduled(&cable->arrival) && length <= ETHER_MAX);
    memcpy(cable->bytes, frame, length);
    cable->length = length;
    evq_schedule(cable->q, &cable->arrival, end);
}

struct ap_cable *ap_cable_create(void)
{
    return calloc(1, sizeof(struct ap_cable));
}

void ap_cable_destroy(struct ap_cable *cable)
{
    if (!cable)
        return;
    ap_cable_unplug(cable);
    free(cable);
}

struct ap_port ap_cable_port(struct ap_cable *cable)
{
    const struct ap_port port = {.ctx = cable, .deliver = to_switch};
    return port;
}

enum sim_status ap_cable_plug(struct ap_cable *cable, struct ap *ap, struct net_switch *net, struct evq *q,
                              const char *name, uint32_t id)
{
    static const struct net_port_ops ops = {.deliver = to_ap};
    const struct net_port_config config = net_port_typical(name, id);
    cable->ap = ap;
    cable->q = q;
    cable->bits_per_second = config.bits_per_second;
    evq_event_init(&cable->arrival, arrives, cable, EVQ_PHASE_DEVICE);
    cable->arrival.node = id;
    cable->port = net_port_create(net, &config, &ops, cable);
    return cable->port ? SIM_OK : SIM_NO_MEMORY;
}

void ap_cable_unplug(struct ap_cable *cable)
{
    if (!cable->port)
        return;
    evq_cancel(cable->q, &cable->arrival);
    net_port_destroy(cable->port);
    cable->port = NULL;
}

struct net_port *ap_cable_net_port(struct ap_cable *cable)
{
    return cable->port;
}
