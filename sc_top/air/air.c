/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/air/air.h"

#include <stdlib.h>
#include <string.h>

struct change {
    struct air *air;
    struct air_change what;
    struct evq_event event;
};

struct noise {
    struct rf_interferer *interferer;
    struct evq_event stop;
};

struct air {
    struct evq *q;
    struct rf_propagation *propagation;
    struct rf_error_model *errors;
    struct rf_medium *medium;

    unsigned antennas;
    uint8_t (*address)[MPDU_ADDRESS];
    struct traffic_directory directory;
    struct traffic **traffic; /* by antenna, as the next */
    struct ap **ap;
    struct sta_client **client;
    struct noise *noise;
    size_t noises;
    struct change *change;
    size_t changes;

    struct air_observer observer[AIR_OBSERVERS];
    unsigned observers;
    struct rf_medium_observer medium_observer;
    struct dcf_observer mac_observer;
};

/* --- One observer for all ---------------------------------------------------------------------------------------- */

static void transmitted(void *ctx, sim_time now, const struct rf_frame *frame)
{
    struct air *air = ctx;
    for (unsigned i = 0; i < air->observers; i++) {
        const struct rf_medium_observer *o = air->observer[i].medium;
        if (o && o->transmitted)
            o->transmitted(o->ctx, now, frame);
    }
}

static void heard(void *ctx, sim_time now, unsigned node, const struct rf_rx *rx)
{
    struct air *air = ctx;
    for (unsigned i = 0; i < air->observers; i++) {
        const struct rf_medium_observer *o = air->observer[i].medium;
        if (o && o->received)
            o->received(o->ctx, now, node, rx);
    }
}

static void mac_state(void *ctx, sim_time now, unsigned node, enum dcf_state state)
{
    struct air *air = ctx;
    for (unsigned i = 0; i < air->observers; i++) {
        const struct dcf_observer *o = air->observer[i].mac;
        if (o && o->state)
            o->state(o->ctx, now, node, state);
    }
}

static void mac_nav(void *ctx, sim_time now, unsigned node, sim_time until)
{
    struct air *air = ctx;
    for (unsigned i = 0; i < air->observers; i++) {
        const struct dcf_observer *o = air->observer[i].mac;
        if (o && o->nav)
            o->nav(o->ctx, now, node, until);
    }
}

static void mac_done(void *ctx, sim_time now, unsigned node, unsigned slot, const struct dcf_attempt *attempt,
                     const struct dcf_outcome *outcome)
{
    struct air *air = ctx;
    for (unsigned i = 0; i < air->observers; i++) {
        const struct dcf_observer *o = air->observer[i].mac;
        if (o && o->done)
            o->done(o->ctx, now, node, slot, attempt, outcome);
    }
}

static void mac_received(void *ctx, sim_time now, unsigned node, const struct dcf_rx *rx)
{
    struct air *air = ctx;
    for (unsigned i = 0; i < air->observers; i++) {
        const struct dcf_observer *o = air->observer[i].mac;
        if (o && o->received)
            o->received(o->ctx, now, node, rx);
    }
}

static void packet_delivered(void *ctx, sim_time now, unsigned node, const struct traffic_packet *packet)
{
    struct air *air = ctx;
    for (unsigned i = 0; i < air->observers; i++) {
        const struct air_observer *o = &air->observer[i];
        if (o->traffic && o->traffic->delivered)
            o->traffic->delivered(o->traffic_ctx, now, node, packet);
    }
}

static void packet_made(void *ctx, sim_time now, unsigned node, const struct traffic_packet *packet, bool accepted)
{
    struct air *air = ctx;
    for (unsigned i = 0; i < air->observers; i++) {
        const struct air_observer *o = &air->observer[i];
        if (o->traffic && o->traffic->made)
            o->traffic->made(o->traffic_ctx, now, node, packet, accepted);
    }
}

static void packet_sent(void *ctx, sim_time now, unsigned node, const struct station_sent *sent)
{
    struct air *air = ctx;
    for (unsigned i = 0; i < air->observers; i++) {
        const struct air_observer *o = &air->observer[i];
        if (o->traffic && o->traffic->sent)
            o->traffic->sent(o->traffic_ctx, now, node, sent);
    }
}

static const struct traffic_ops packet_ops = {.delivered = packet_delivered, .made = packet_made, .sent = packet_sent};

void air_observe(struct air *air, const struct air_observer *observer)
{
    sim_assert(air->observers < AIR_OBSERVERS);
    air->observer[air->observers++] = *observer;
}

/* --- What changes ------------------------------------------------------------------------------------------------ */

static enum sim_status apply(struct air *air, const struct air_change *what)
{
    if (what->from == what->to)
        return rf_propagation_set_shield(air->propagation, what->from, what->loss_db);
    return rf_propagation_set_attenuator(air->propagation, what->from, what->to, what->loss_db);
}

static void change_due(void *ctx, sim_time now)
{
    struct change *change = ctx;
    (void)now;
    enum sim_status status = apply(change->air, &change->what);
    sim_assert(status == SIM_OK); /* checked by add_changes */
}

static enum sim_status add_changes(struct air *air, const struct air_config *config)
{
    air->change = calloc(config->changes + 1, sizeof *air->change);
    if (!air->change)
        return SIM_NO_MEMORY;
    for (size_t i = 0; i < config->changes; i++) {
        struct change *change = &air->change[i];
        *change = (struct change){.air = air, .what = config->change[i]};
        if (change->what.from >= air->antennas || change->what.to >= air->antennas || !(change->what.loss_db >= 0))
            return SIM_BAD_VALUE;
        /* Before frames of the same instant start; those that are due at the same time in their order. */
        evq_event_init(&change->event, change_due, change, EVQ_PHASE_CLOCK);
        evq_schedule(air->q, &change->event, change->what.at);
        air->changes++;
    }
    return SIM_OK;
}

static void noise_stops(void *ctx, sim_time now)
{
    struct noise *noise = ctx;
    (void)now;
    rf_interferer_destroy(noise->interferer);
    noise->interferer = NULL;
}

static enum sim_status add_interferers(struct air *air, const struct air_config *config)
{
    air->noise = calloc(config->interferers + 1, sizeof *air->noise);
    if (!air->noise)
        return SIM_NO_MEMORY;
    for (size_t i = 0; i < config->interferers; i++) {
        struct noise *noise = &air->noise[i];
        struct rf_interferer_config c = config->interferer[i].config;
        c.seed = config->seed;
        noise->interferer = rf_interferer_create(&c, air->medium, air->q);
        if (!noise->interferer)
            return SIM_BAD_VALUE;
        evq_event_init(&noise->stop, noise_stops, noise, EVQ_PHASE_CLOCK);
        noise->stop.node = c.node;
        evq_arm(air->q, &noise->stop, config->interferer[i].stop);
        air->noises++;
    }
    return SIM_OK;
}

/* --- Life -------------------------------------------------------------------------------------------------------- */

static enum sim_status make_places(struct air *air, const struct air_config *config)
{
    struct rf_propagation_config c = config->propagation;
    c.seed = config->seed;
    air->propagation = rf_propagation_create(&c, config->antennas);
    air->address = calloc(config->antennas, sizeof *air->address);
    if (!air->propagation || !air->address)
        return SIM_BAD_VALUE;
    air->directory = (struct traffic_directory){config->antennas, (const uint8_t(*)[MPDU_ADDRESS])air->address};
    for (unsigned n = 0; n < config->antennas; n++) {
        const struct air_antenna *a = &config->antenna[n];
        memcpy(air->address[n], a->address, MPDU_ADDRESS);
        SIM_TRY(rf_propagation_move(air->propagation, n, &a->movement));
        SIM_TRY(rf_propagation_set_antenna(air->propagation, n, a->gain_dbi));
        SIM_TRY(rf_propagation_set_shield(air->propagation, n, a->shield_db));
    }
    for (size_t i = 0; i < config->walls; i++)
        SIM_TRY(rf_propagation_add_wall(air->propagation, &config->wall[i]));
    for (size_t i = 0; i < config->links; i++)
        SIM_TRY(rf_propagation_set_link(air->propagation, config->link[i].from, config->link[i].to,
                                        config->link[i].loss_db));
    return SIM_OK;
}

static enum sim_status make_medium(struct air *air, const struct air_config *config)
{
    struct rf_medium_config c = config->medium;
    c.seed = config->seed;
    air->errors = rf_error_model_create(config->errors);
    if (!air->errors)
        return SIM_NO_MEMORY;
    air->medium = rf_medium_create(&c, air->q, air->propagation, air->errors);
    if (!air->medium)
        return SIM_BAD_VALUE;
    air->medium_observer = (struct rf_medium_observer){.ctx = air, .transmitted = transmitted, .received = heard};
    rf_medium_observe(air->medium, &air->medium_observer);
    air->mac_observer = (struct dcf_observer){
        .ctx = air, .state = mac_state, .nav = mac_nav, .done = mac_done, .received = mac_received};
    return SIM_OK;
}

static enum sim_status add_stations(struct air *air, const struct air_config *config)
{
    air->traffic = calloc(config->antennas, sizeof(struct traffic *));
    if (!air->traffic)
        return SIM_NO_MEMORY;
    for (size_t i = 0; i < config->stations; i++) {
        const struct air_station *s = &config->station[i];
        struct station_config c = s->config;
        if (s->antenna >= config->antennas || air->traffic[s->antenna])
            return SIM_BAD_VALUE;
        c.seed = config->seed;
        memcpy(c.address, air->address[s->antenna], MPDU_ADDRESS);
        air->traffic[s->antenna] =
            traffic_create(air->medium, s->antenna, &c, &air->directory, &packet_ops, air, &air->mac_observer);
        if (!air->traffic[s->antenna])
            return SIM_NO_MEMORY;
        if (s->sends)
            SIM_TRY(traffic_add_flow(air->traffic[s->antenna], &s->flow));
    }
    for (size_t i = 0; i < config->routes; i++) {
        const struct air_route *route = &config->route[i];
        if (route->at >= config->antennas || !air->traffic[route->at])
            return SIM_BAD_VALUE;
        SIM_TRY(traffic_set_route(air->traffic[route->at], route->to, route->next));
    }
    return SIM_OK;
}

static bool is_taken(const struct air *air, unsigned antenna)
{
    return antenna >= air->antennas || air->traffic[antenna] || air->ap[antenna] || air->client[antenna];
}

static enum sim_status add_networks(struct air *air, const struct air_config *config)
{
    air->ap = calloc(config->antennas, sizeof(struct ap *));
    air->client = calloc(config->antennas, sizeof(struct sta_client *));
    if (!air->ap || !air->client)
        return SIM_NO_MEMORY;
    for (size_t i = 0; i < config->aps; i++) {
        unsigned antenna = config->ap[i].antenna;
        struct ap_config c = config->ap[i].config;
        if (is_taken(air, antenna))
            return SIM_BAD_VALUE;
        c.station.seed = config->seed;
        memcpy(c.station.address, air->address[antenna], MPDU_ADDRESS);
        if (ap_config_error(&c))
            return SIM_BAD_VALUE;
        air->ap[antenna] = ap_create(air->medium, antenna, &c, &config->ap[i].port, NULL, &air->mac_observer);
        if (!air->ap[antenna])
            return SIM_NO_MEMORY;
    }
    for (size_t i = 0; i < config->clients; i++) {
        unsigned antenna = config->client[i].antenna;
        struct sta_client_config c = config->client[i].config;
        if (is_taken(air, antenna))
            return SIM_BAD_VALUE;
        c.station.seed = config->seed;
        memcpy(c.station.address, air->address[antenna], MPDU_ADDRESS);
        if (sta_client_config_error(&c))
            return SIM_BAD_VALUE;
        air->client[antenna] = sta_client_create(air->medium, antenna, &c, NULL, NULL, &air->mac_observer);
        if (!air->client[antenna])
            return SIM_NO_MEMORY;
    }
    return SIM_OK;
}

static enum sim_status build(struct air *air, const struct air_config *config)
{
    SIM_TRY(make_places(air, config));
    SIM_TRY(make_medium(air, config));
    SIM_TRY(add_changes(air, config));
    SIM_TRY(add_stations(air, config));
    SIM_TRY(add_networks(air, config));
    return add_interferers(air, config);
}

enum sim_status air_create(const struct air_config *config, struct air **result)
{
    struct air *air = calloc(1, sizeof *air);
    if (!air)
        return SIM_NO_MEMORY;
    air->antennas = config->antennas;
    air->q = evq_create();
    enum sim_status status = air->q ? build(air, config) : SIM_NO_MEMORY;
    if (status != SIM_OK) {
        air_destroy(air);
        return status;
    }
    *result = air;
    return SIM_OK;
}

void air_destroy(struct air *air)
{
    if (!air)
        return;
    for (unsigned n = 0; air->traffic && n < air->antennas; n++)
        traffic_destroy(air->traffic[n]);
    for (unsigned n = 0; air->ap && n < air->antennas; n++)
        ap_destroy(air->ap[n]);
    for (unsigned n = 0; air->client && n < air->antennas; n++)
        sta_client_destroy(air->client[n]);
    for (size_t i = 0; i < air->noises; i++)
        rf_interferer_destroy(air->noise[i].interferer);
    rf_medium_destroy(air->medium);
    rf_error_model_destroy(air->errors);
    rf_propagation_destroy(air->propagation);
    evq_destroy(air->q);
    free(air->traffic);
    free(air->ap);
    free(air->client);
    free(air->noise);
    free(air->change);
    free(air->address);
    free(air);
}

struct evq *air_evq(const struct air *air)
{
    return air->q;
}

struct rf_medium *air_medium(const struct air *air)
{
    return air->medium;
}

struct rf_propagation *air_propagation(const struct air *air)
{
    return air->propagation;
}

const struct dcf_observer *air_mac_observer(const struct air *air)
{
    return &air->mac_observer;
}

struct traffic *air_traffic(const struct air *air, unsigned antenna)
{
    return antenna < air->antennas ? air->traffic[antenna] : NULL;
}

struct ap *air_access_point(const struct air *air, unsigned antenna)
{
    return antenna < air->antennas ? air->ap[antenna] : NULL;
}

struct sta_client *air_network_client(const struct air *air, unsigned antenna)
{
    return antenna < air->antennas ? air->client[antenna] : NULL;
}

const struct dcf *air_engine(const struct air *air, unsigned antenna)
{
    const struct station *station = air_traffic(air, antenna)        ? traffic_station(air_traffic(air, antenna))
                                    : air_access_point(air, antenna) ? ap_radio(air_access_point(air, antenna))
                                    : air_network_client(air, antenna)
                                        ? sta_client_radio(air_network_client(air, antenna))
                                        : NULL;
    return station ? station_dcf(station) : NULL;
}
