/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/medium.h"

#include <stddef.h>
#include <stdlib.h>

#include "rf_channel/medium_internal.h"
#include "rf_channel/num.h"

enum { CHUNK_OBJECTS = 64 };

/* The shortest preamble, OFDM's: a header must not have ended before its frame is synchronised to. */
#define PREAMBLE_WINDOW_MAX SIM_US(16)

struct rf_medium_config rf_medium_defaults(void)
{
    return (struct rf_medium_config){.noise_figure_db = RF_NOISE_FIGURE_DB,
                                     .preamble_window = SIM_US(4),
                                     .preamble_dsss_snr_db = -7.0,
                                     .preamble_ofdm_snr_db = -2.0,
                                     .preamble_rssi_dbm = -200.0,
                                     .energy_detect_dbm = -62.0,
                                     .cull_below_noise_db = 20.0};
}

struct rf_medium_config rf_medium_ns3(void)
{
    struct rf_medium_config config = rf_medium_defaults();
    config.preamble_dsss_snr_db = 4.0;
    config.preamble_ofdm_snr_db = 4.0;
    config.preamble_rssi_dbm = -82.0;
    config.power_in_extension = true;
    return config;
}

struct rf_medium *rf_medium_create(const struct rf_medium_config *config, struct evq *q,
                                   struct rf_propagation *propagation, const struct rf_error_model *errors)
{
    sim_assert(config->preamble_window > 0 && config->preamble_window <= PREAMBLE_WINDOW_MAX);
    struct rf_medium *medium = calloc(1, sizeof *medium);
    if (!medium)
        return NULL;
    medium->config = *config;
    medium->q = q;
    medium->propagation = propagation;
    medium->errors = errors;
    medium->nodes = rf_propagation_nodes(propagation);
    medium->radio = calloc(medium->nodes, sizeof(struct rf_radio *));
    if (!medium->radio) {
        free(medium);
        return NULL;
    }
    rf_leakage_init(&medium->leakage);
    medium->noise_mw[false] = num_from_db(rf_noise_floor_dbm(RF_RATE_DSSS_1, config->noise_figure_db));
    medium->noise_mw[true] = num_from_db(rf_noise_floor_dbm(RF_RATE_OFDM_6, config->noise_figure_db));
    medium->noise_dbm[false] = num_to_db(medium->noise_mw[false]);
    medium->noise_dbm[true] = num_to_db(medium->noise_mw[true]);
    medium->preamble_snr[false] = num_from_db(config->preamble_dsss_snr_db);
    medium->preamble_snr[true] = num_from_db(config->preamble_ofdm_snr_db);
    medium->preamble_mw = num_from_db(config->preamble_rssi_dbm);
    medium->cull_dbm = num_to_db(medium->noise_mw[true]) - config->cull_below_noise_db;
    medium->energy_detect_mw = num_from_db(config->energy_detect_dbm);
    return medium;
}

/* A pool's chunk starts with the link to the one before. */
static void *new_chunk(struct rf_medium *medium, size_t object)
{
    /* Pools grow to what is on the air at once and are kept; a simulation without memory for that cannot go on. */
    void **chunk = calloc(1, sizeof(max_align_t) + CHUNK_OBJECTS * object);
    sim_assert(chunk != NULL);
    *chunk = medium->chunks;
    medium->chunks = chunk;
    return (char *)chunk + sizeof(max_align_t);
}

void rf_medium_destroy(struct rf_medium *medium)
{
    if (!medium)
        return;
    for (unsigned node = 0; node < medium->nodes; node++)
        if (medium->radio[node]) {
            struct rf_radio *radio = medium->radio[node];
            evq_cancel(medium->q, &radio->tx_end);
            evq_cancel(medium->q, &radio->window_end);
            evq_cancel(medium->q, &radio->header_end);
            free(radio->neighbours);
            free(radio);
        }
    for (struct arrival *arrival = medium->all_arrivals; arrival; arrival = arrival->next_of_all)
        evq_cancel(medium->q, &arrival->event);
    while (medium->chunks) {
        void *chunk = medium->chunks;
        medium->chunks = *(void **)chunk;
        free(chunk);
    }
    free(medium->radio);
    free(medium);
}

void rf_medium_observe(struct rf_medium *medium, const struct rf_medium_observer *observer)
{
    medium->observer = observer;
}

struct evq *rf_medium_evq(const struct rf_medium *medium)
{
    return medium->q;
}

struct rf_radio *rf_radio_attach(struct rf_medium *medium, unsigned node, unsigned channel,
                                 const struct rf_radio_ops *ops, void *ctx)
{
    sim_assert(node < medium->nodes && !medium->radio[node]);
    sim_assert(channel >= RF_CHANNEL_FIRST && channel <= RF_CHANNEL_LAST);
    struct rf_radio *radio = calloc(1, sizeof *radio);
    if (!radio)
        return NULL;
    *radio = (struct rf_radio){.medium = medium, .node = node, .channel = channel, .ops = ops, .ctx = ctx};
    radio_init(radio);
    medium->radio[node] = radio;
    medium->attached++;
    return radio;
}

/* ---- Pools ---- */

struct air *medium_new_air(struct rf_medium *medium)
{
    if (!medium->free_air) {
        struct air *chunk = new_chunk(medium, sizeof *chunk);
        for (unsigned i = 0; i < CHUNK_OBJECTS; i++) {
            chunk[i].next_free = medium->free_air;
            medium->free_air = &chunk[i];
        }
    }
    struct air *air = medium->free_air;
    medium->free_air = air->next_free;
    air->frame = (struct rf_frame){.number = ++medium->frames};
    air->is_burst = false;
    air->users = 1;
    medium->on_air++;
    return air;
}

void medium_release(struct rf_medium *medium, struct air *air)
{
    sim_assert(air->users > 0);
    if (--air->users > 0)
        return;
    air->next_free = medium->free_air;
    medium->free_air = air;
    medium->on_air--;
}

static struct arrival *new_arrival(struct rf_medium *medium)
{
    if (!medium->free_arrival) {
        struct arrival *chunk = new_chunk(medium, sizeof *chunk);
        for (unsigned i = 0; i < CHUNK_OBJECTS; i++) {
            chunk[i].next_of_all = medium->all_arrivals;
            medium->all_arrivals = &chunk[i];
            chunk[i].next_free = medium->free_arrival;
            medium->free_arrival = &chunk[i];
        }
    }
    struct arrival *arrival = medium->free_arrival;
    medium->free_arrival = arrival->next_free;
    return arrival;
}

/* ---- Who hears it ---- */

static int by_loss(const void *left, const void *right)
{
    const struct neighbour *a = left;
    const struct neighbour *b = right;
    if (a->loss_db != b->loss_db)
        return a->loss_db < b->loss_db ? -1 : 1;
    return a->node < b->node ? -1 : a->node > b->node;
}

/* Static radios by rising loss; the moving ones are looked up for each frame. */
static void list_neighbours(struct rf_radio *radio)
{
    struct rf_medium *medium = radio->medium;
    if (!radio->neighbours)
        radio->neighbours = malloc(medium->nodes * sizeof *radio->neighbours);
    sim_assert(radio->neighbours != NULL);
    unsigned count = 0;
    radio->some_move = false;
    for (unsigned node = 0; node < medium->nodes; node++) {
        if (node == radio->node || !medium->radio[node])
            continue;
        if (rf_propagation_moves(medium->propagation, node)) {
            radio->some_move = true;
            continue;
        }
        double loss = rf_propagation_loss_db(medium->propagation, radio->node, node, 0);
        if (loss < RF_LOSS_NO_LINK_DB)
            radio->neighbours[count++] = (struct neighbour){(float)loss, node};
    }
    qsort(radio->neighbours, count, sizeof *radio->neighbours, by_loss);
    radio->neighbour_count = count;
    radio->neighbours_version = rf_propagation_version(medium->propagation) + medium->attached;
}

static void arrival_event(void *ctx, sim_time now)
{
    struct arrival *arrival = ctx;
    struct rf_medium *medium = arrival->medium;
    const struct rf_airtime *t = &arrival->air->frame.airtime;
    arrival->event.phase = EVQ_PHASE_RADIO_END;
    switch (arrival->stage) {
    case STAGE_START:
        arrival->stage = STAGE_POWER_END;
        evq_schedule(medium->q, &arrival->event, now + arrival->air->energy);
        radio_power_start(arrival->radio, arrival, now);
        return;
    case STAGE_POWER_END:
        radio_power_end(arrival->radio, arrival, now);
        if (t->extension > 0 && !medium->config.power_in_extension) {
            arrival->stage = STAGE_FRAME_END;
            evq_schedule(medium->q, &arrival->event, now + t->extension);
            return;
        }
        break;
    case STAGE_FRAME_END:
        break;
    }
    radio_frame_end(arrival->radio, arrival, now);
    medium_release(medium, arrival->air);
    arrival->next_free = medium->free_arrival;
    medium->free_arrival = arrival;
}

/* False when the receiver is too far to matter. */
static bool deliver_to(struct rf_medium *medium, struct air *air, unsigned node, double loss_db, sim_time now)
{
    const struct rf_frame *frame = &air->frame;
    double mean_dbm = frame->power_dbm - loss_db;
    if (loss_db >= RF_LOSS_NO_LINK_DB || mean_dbm < medium->cull_dbm)
        return false;
    struct arrival *arrival = new_arrival(medium);
    arrival->medium = medium;
    arrival->air = air;
    arrival->radio = medium->radio[node];
    arrival->stage = STAGE_START;
    arrival->antenna_dbm = mean_dbm + rf_propagation_fading_db(medium->propagation, frame->from, node, frame->number);
    air->users++;
    medium->deliveries++;
    evq_event_init(&arrival->event, arrival_event, arrival, EVQ_PHASE_RADIO_START);
    arrival->event.node = node;
    evq_schedule(medium->q, &arrival->event, now + rf_propagation_delay(medium->propagation, frame->from, node, now));
    return true;
}

static void deliver_by_search(struct rf_medium *medium, struct air *air, sim_time now, bool moving_only)
{
    unsigned from = air->frame.from;
    for (unsigned node = 0; node < medium->nodes; node++)
        if (node != from && medium->radio[node] && (!moving_only || rf_propagation_moves(medium->propagation, node)))
            deliver_to(medium, air, node, rf_propagation_loss_db(medium->propagation, from, node, now), now);
}

void medium_deliver(struct rf_medium *medium, struct air *air, sim_time now)
{
    struct rf_radio *radio = medium->radio[air->frame.from];
    if (!radio || rf_propagation_moves(medium->propagation, air->frame.from)) {
        deliver_by_search(medium, air, now, false);
        return;
    }
    if (!radio->neighbours ||
        radio->neighbours_version != rf_propagation_version(medium->propagation) + medium->attached)
        list_neighbours(radio);
    for (unsigned i = 0; i < radio->neighbour_count; i++)
        if (!deliver_to(medium, air, radio->neighbours[i].node, (double)radio->neighbours[i].loss_db, now))
            break; /* those behind it are farther */
    if (radio->some_move)
        deliver_by_search(medium, air, now, true);
}

void rf_medium_burst(struct rf_medium *medium, unsigned node, double centre_mhz, double width_mhz, double power_dbm,
                     sim_time duration)
{
    sim_assert(node < medium->nodes && width_mhz > 0);
    sim_time now = evq_now(medium->q);
    struct air *air = medium_new_air(medium);
    air->frame.from = node;
    air->frame.power_dbm = power_dbm;
    air->frame.start = now;
    air->is_burst = true;
    air->centre_mhz = centre_mhz;
    air->width_mhz = width_mhz;
    air->energy = duration;
    medium_deliver(medium, air, now);
    medium_release(medium, air); /* the sender itself needs it no more */
}

unsigned rf_medium_nodes(const struct rf_medium *medium)
{
    return medium->nodes;
}

unsigned rf_medium_frames_on_air(const struct rf_medium *medium)
{
    return medium->on_air;
}

uint64_t rf_medium_deliveries(const struct rf_medium *medium)
{
    return medium->deliveries;
}
