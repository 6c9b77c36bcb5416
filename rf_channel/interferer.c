/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/interferer.h"

#include <stdlib.h>

enum { BLE_CHANNELS = 37, BLE_FIRST_MHZ = 2404, BLE_BELOW_ADVERTISING = 11, BLE_WIDTH_MHZ = 2, SWEEP_STEPS = 16 };

/* A jammer without a break is one long burst: pieces end to end would let CCA flicker between them. */
#define ENDLESS SIM_S(1000000)

struct rf_interferer {
    struct rf_interferer_config config;
    struct rf_medium *medium;
    struct evq *q;
    struct evq_event event;
    struct rng rng;
    sim_time period_start;
    unsigned step; /* of the sweep */
};

struct rf_interferer_config rf_interferer_ble(unsigned node)
{
    return (struct rf_interferer_config){.kind = RF_INTERFERER_BLE,
                                         .node = node,
                                         .period = SIM_US(7500),
                                         .on = SIM_US(328),
                                         .centre_mhz = 2441,
                                         .width_mhz = BLE_WIDTH_MHZ};
}

struct rf_interferer_config rf_interferer_microwave(unsigned node)
{
    return (struct rf_interferer_config){.kind = RF_INTERFERER_MICROWAVE,
                                         .node = node,
                                         .power_dbm = 23,
                                         .period = SIM_MS(20),
                                         .on = SIM_MS(10),
                                         .centre_mhz = 2458,
                                         .width_mhz = 2,
                                         .sweep_mhz = 16};
}

/* Data channels 0..10 lie below the advertising channel at 2426 MHz, the others above it. */
static double ble_mhz(unsigned channel)
{
    return BLE_FIRST_MHZ + 2 * (channel < BLE_BELOW_ADVERTISING ? channel : channel + 1);
}

/* One step of the magnetron's drift; the last one ends with `on`. */
static void sweep(struct rf_interferer *i, sim_time now)
{
    const struct rf_interferer_config *c = &i->config;
    double mhz = c->centre_mhz + c->sweep_mhz * ((i->step + 0.5) / SWEEP_STEPS - 0.5);
    /* Steps overlap by a picosecond, or CCA would be idle for no time at all between them. */
    sim_time end = i->period_start + c->on / SWEEP_STEPS * (i->step + 1);
    sim_time overlap = SIM_PS(1);
    if (++i->step == SWEEP_STEPS) {
        i->step = 0;
        end = i->period_start + c->on;
        overlap = 0;
        i->period_start += c->period;
        evq_schedule(i->q, &i->event, i->period_start);
    } else {
        evq_schedule(i->q, &i->event, end);
    }
    rf_medium_burst(i->medium, c->node, mhz, c->width_mhz, c->power_dbm, end - now + overlap);
}

static void fire(void *ctx, sim_time now)
{
    struct rf_interferer *i = ctx;
    const struct rf_interferer_config *c = &i->config;
    if (c->kind == RF_INTERFERER_MICROWAVE) {
        sweep(i, now);
        return;
    }
    bool endless = c->kind == RF_INTERFERER_JAMMER && c->on == c->period;
    double mhz = c->kind == RF_INTERFERER_BLE ? ble_mhz(rng_below(&i->rng, BLE_CHANNELS)) : c->centre_mhz;
    double width = c->kind == RF_INTERFERER_BLE ? BLE_WIDTH_MHZ : c->width_mhz;
    rf_medium_burst(i->medium, c->node, mhz, width, c->power_dbm, endless ? ENDLESS : c->on);
    evq_schedule(i->q, &i->event, now + (endless ? ENDLESS : c->period));
}

struct rf_interferer *rf_interferer_create(const struct rf_interferer_config *config, struct rf_medium *medium,
                                           struct evq *q)
{
    if ((unsigned)config->kind > RF_INTERFERER_MICROWAVE || config->on < SIM_US(1) || config->on > config->period ||
        !(config->width_mhz > 0) || !(config->sweep_mhz >= 0) || config->node >= rf_medium_nodes(medium))
        return NULL;
    struct rf_interferer *i = calloc(1, sizeof *i);
    if (!i)
        return NULL;
    i->config = *config;
    i->medium = medium;
    i->q = q;
    i->period_start = config->start;
    rng_init(&i->rng, config->seed, config->node, "rf.interferer");
    evq_event_init(&i->event, fire, i, EVQ_PHASE_DEVICE);
    evq_schedule(q, &i->event, config->start);
    return i;
}

void rf_interferer_destroy(struct rf_interferer *interferer)
{
    if (!interferer)
        return;
    evq_cancel(interferer->q, &interferer->event);
    free(interferer);
}
