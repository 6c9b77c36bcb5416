/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/node/baseband_port.h"

#include <stdlib.h>

#include "sc_top/node/node.h"

struct look {
    struct baseband_port *port;
    enum baseband_survey_id which;
    struct evq_event event;
};

struct baseband_port {
    struct baseband *bb;
    struct node *owner;
    struct rf_radio *radio;
    struct evq *q;
    struct look look[BASEBAND_SURVEYS];
};

static void look_due(void *ctx, sim_time now)
{
    const struct look *look = ctx;
    struct rf_radio *radio = look->port->radio;
    baseband_looked(look->port->bb, look->which, rf_radio_energy_dbm(radio), rf_radio_cca_busy(radio), now);
}

static void on_look(void *ctx, enum baseband_survey_id which, sim_time at)
{
    struct baseband_port *port = ctx;
    evq_schedule(port->q, &port->look[which].event, at);
    if (port->owner)
        node_limit(port->owner, at);
}

struct baseband_port *baseband_port_create(struct baseband *bb, struct node *owner, struct rf_medium *medium,
                                           struct rf_radio *radio, unsigned number)
{
    struct baseband_port *port = calloc(1, sizeof *port);
    if (!port)
        return NULL;
    port->bb = bb;
    port->owner = owner;
    port->radio = radio;
    port->q = rf_medium_evq(medium);
    for (unsigned i = 0; i < BASEBAND_SURVEYS; i++) {
        port->look[i].port = port;
        port->look[i].which = (enum baseband_survey_id)i;
        evq_event_init(&port->look[i].event, look_due, &port->look[i], EVQ_PHASE_OBSERVE);
        port->look[i].event.node = number;
    }
    baseband_connect(bb, &(struct baseband_air){.ctx = port, .look = on_look});
    return port;
}

void baseband_port_destroy(struct baseband_port *port)
{
    if (!port)
        return;
    for (unsigned i = 0; i < BASEBAND_SURVEYS; i++)
        evq_cancel(port->q, &port->look[i].event);
    free(port);
}
