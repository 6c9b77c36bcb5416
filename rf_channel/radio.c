/* SPDX-License-Identifier: Apache-2.0 */
/* A receiver: synchronisation, interference piece by piece, fate of header and payload, clear channel assessment. */
#include "rf_channel/medium.h"

#include "rf_channel/medium_internal.h"
#include "rf_channel/mpdu.h"
#include "rf_channel/num.h"

/* Bits of the PLCP header (DSSS: 16.2.2), of SIGNAL (OFDM: 17.3.4) and of L-SIG with HT-SIG (19.3.9.3, 19.3.9.4). */
enum { HEADER_BITS_DSSS = 48, HEADER_BITS_OFDM = 24, HEADER_BITS_HT = 72 };

static bool is_ofdm(struct rf_mode mode)
{
    enum rf_kind kind = rf_rate_of(mode.rate)->kind;
    return kind == RF_KIND_OFDM || kind == RF_KIND_HT;
}

/* ---- Expensive functions, remembered ---- */

enum key { KEY_FROM_DB = 1, KEY_TO_DB, KEY_HAZARD, KEYS };

static double from_db(struct rf_medium *medium, double db)
{
    struct num_cached *cached = num_cache_entry(&medium->cache, KEY_FROM_DB, db);
    if (!num_cache_hit(cached, KEY_FROM_DB, db))
        *cached = (struct num_cached){db, num_from_db(db), KEY_FROM_DB};
    return cached->value;
}

static double to_db(struct rf_medium *medium, double ratio)
{
    struct num_cached *cached = num_cache_entry(&medium->cache, KEY_TO_DB, ratio);
    if (!num_cache_hit(cached, KEY_TO_DB, ratio))
        *cached = (struct num_cached){ratio, num_to_db(ratio), KEY_TO_DB};
    return cached->value;
}

static double hazard(struct rf_medium *medium, enum rf_rate rate, uint32_t psdu, double snr_db)
{
    uint32_t key = (psdu << 8 | (uint32_t)rate) * KEYS + KEY_HAZARD;
    struct num_cached *cached = num_cache_entry(&medium->cache, key, snr_db);
    if (!num_cache_hit(cached, key, snr_db))
        *cached = (struct num_cached){snr_db, rf_error_hazard(medium->errors, rate, psdu, snr_db), key};
    return cached->value;
}

/* ---- Power ---- */

static double filtered_mw(const struct rf_radio *radio, const struct arrival *arrival)
{
    const struct air *air = arrival->air;
    double db;
    if (air->is_burst)
        db = rf_narrowband_db(true, air->centre_mhz - rf_channel_mhz(radio->channel), air->width_mhz);
    else
        db = (double)radio->medium->leakage.db[is_ofdm(air->frame.mode)][true][air->frame.channel][radio->channel];
    return from_db(radio->medium, arrival->antenna_dbm + db);
}

/* Added up anew each time, oldest first: a running sum would keep the rounding errors of what has long gone. */
static double power_without(const struct rf_radio *radio, const struct arrival *except)
{
    double sum = 0;
    for (const struct arrival *a = radio->first; a; a = a->next)
        if (a != except)
            sum += a->mw;
    return sum;
}

static double noise_and_interference(const struct rf_radio *radio, const struct arrival *signal)
{
    return radio->medium->noise_mw[is_ofdm(signal->air->frame.mode)] + power_without(radio, signal);
}

static bool senses_busy(const struct rf_radio *radio)
{
    return radio->listening &&
           (radio->sending || radio->rx.arrival || power_without(radio, NULL) >= radio->medium->energy_detect_mw);
}

static void update_cca(struct rf_radio *radio, sim_time now)
{
    bool busy = senses_busy(radio);
    if (busy == radio->busy)
        return;
    radio->busy = busy;
    if (radio->ops->cca)
        radio->ops->cca(radio->ctx, now, busy);
}

/* After the end of a reception whoever listens is told in any case. */
static void tell_cca(struct rf_radio *radio, sim_time now)
{
    radio->busy = senses_busy(radio);
    if (radio->ops->cca)
        radio->ops->cca(radio->ctx, now, radio->busy);
}

/* ---- Fate of a frame ---- */

static sim_time overlap(sim_time a, sim_time b, sim_time from, sim_time to)
{
    sim_time low = a > from ? a : from;
    sim_time high = b < to ? b : to;
    return high > low ? high - low : 0;
}

static double header_hazard(const struct rf_radio *radio, struct rf_mode mode, double snr_db)
{
    enum rf_kind kind = rf_rate_of(mode.rate)->kind;
    if (kind == RF_KIND_OFDM)
        return HEADER_BITS_OFDM * hazard(radio->medium, RF_RATE_OFDM_6, 0, snr_db);
    if (kind == RF_KIND_HT)
        return HEADER_BITS_HT * hazard(radio->medium, RF_RATE_OFDM_6, 0, snr_db);
    enum rf_rate rate = mode.short_form ? RF_RATE_DSSS_2 : RF_RATE_DSSS_1; /* the short header is sent at 2 Mbit/s */
    return HEADER_BITS_DSSS * hazard(radio->medium, rate, 0, snr_db);
}

/* Accounts for the stretch since the last change; to be called before every change of power. */
static void settle(struct rf_radio *radio, sim_time now)
{
    struct reception *rx = &radio->rx;
    if (!rx->arrival || rx->since == now)
        return;
    const struct rf_frame *frame = &rx->arrival->air->frame;
    sim_time header = rx->arrival->start + frame->airtime.preamble;
    sim_time data = header + frame->airtime.header;
    sim_time end = data + frame->airtime.data;
    sim_time in_header = overlap(rx->since, now, header, data);
    sim_time in_data = overlap(rx->since, now, data, end);
    double others = noise_and_interference(radio, rx->arrival);
    double snr_db = to_db(radio->medium, rx->arrival->mw / others);
    if (in_header > 0)
        rx->header_hazard +=
            header_hazard(radio, frame->mode, snr_db) * ((double)in_header / (double)frame->airtime.header);
    if (in_data > 0)
        rx->payload_hazard += 8.0 * frame->psdu * ((double)in_data / (double)frame->airtime.data) *
                              hazard(radio->medium, frame->mode.rate, frame->psdu, snr_db);
    sim_time heard = overlap(rx->since, now, rx->locked_at, end);
    rx->interference_mw_ps += others * (double)heard;
    rx->heard += heard;
    rx->since = now;
}

enum draw { DRAW_HEADER, DRAW_PAYLOAD };

static bool survives(const struct rf_radio *radio, const struct rf_frame *frame, enum draw draw, double sum)
{
    if (sum < 0x1p-54) /* its exponential is 1 */
        return true;
    struct rng rng;
    rng_init(&rng, radio->medium->config.seed, frame->from << 16 | radio->node, "rf.receive");
    rng.block = frame->number; /* 128 bits: one number for each draw */
    double u = num_uniform(&rng);
    if (draw == DRAW_PAYLOAD)
        u = num_uniform(&rng);
    return u < num_exp(-sum);
}

/* Ends the reception and tells so. The frame is still held by its arrival. */
static void finish(struct rf_radio *radio, enum rf_rx_result result, sim_time now)
{
    const struct arrival *arrival = radio->rx.arrival;
    bool ofdm = is_ofdm(arrival->air->frame.mode);
    double noise = radio->medium->noise_mw[ofdm];
    double others = radio->rx.heard > 0 ? radio->rx.interference_mw_ps / (double)radio->rx.heard : noise;
    struct rf_rx rx = {.frame = &arrival->air->frame,
                       .result = result,
                       .rssi_dbm = to_db(radio->medium, arrival->mw),
                       .snr_db = to_db(radio->medium, arrival->mw / others),
                       .noise_dbm = radio->medium->noise_dbm[ofdm]};
    radio->rx.arrival = NULL;
    evq_cancel(radio->medium->q, &radio->header_end);
    if (radio->coder && radio->coder->received) {
        enum rf_rx_result told = radio->coder->received(radio->coder_ctx, now, &rx);
        if (result == RF_RX_OK)
            rx.result = told;
    }
    if (radio->ops->rx_end)
        radio->ops->rx_end(radio->ctx, now, &rx);
    const struct rf_medium_observer *observer = radio->medium->observer;
    if (observer && observer->received)
        observer->received(observer->ctx, now, radio->node, &rx);
}

static void header_end(void *ctx, sim_time now)
{
    struct rf_radio *radio = ctx;
    struct reception *rx = &radio->rx;
    const struct rf_frame *frame = &rx->arrival->air->frame;
    settle(radio, now);
    if (survives(radio, frame, DRAW_HEADER, rx->header_hazard)) {
        rx->header_done = true;
        if (radio->ops->rx_start)
            radio->ops->rx_start(radio->ctx, now, frame);
        return;
    }
    finish(radio, RF_RX_HEADER_ERROR, now);
    tell_cca(radio, now);
}

/* ---- Synchronisation ---- */

static void window_end(void *ctx, sim_time now)
{
    struct rf_radio *radio = ctx;
    const struct rf_medium *medium = radio->medium;
    struct arrival *best = radio->candidate;
    radio->candidate = NULL;
    struct rf_mode mode = best->air->frame.mode;
    double least = medium->preamble_snr[is_ofdm(mode)];
    if (best->mw < least * noise_and_interference(radio, best) || best->mw < medium->preamble_mw)
        return;
    const struct rf_airtime *t = &best->air->frame.airtime;
    sim_time header = best->start + t->preamble + t->header;
    radio->rx = (struct reception){.arrival = best, .since = now, .locked_at = now};
    evq_schedule(medium->q, &radio->header_end, header);
    if (radio->coder && radio->coder->receiving)
        radio->coder->receiving(radio->coder_ctx, now, &best->air->frame, best->start);
    if (radio->ops->preamble)
        radio->ops->preamble(radio->ctx, now);
    update_cca(radio, now);
}

void radio_power_start(struct rf_radio *radio, struct arrival *arrival, sim_time now)
{
    settle(radio, now);
    arrival->start = now;
    arrival->mw = filtered_mw(radio, arrival);
    arrival->next = NULL;
    arrival->previous = radio->last;
    if (radio->last)
        radio->last->next = arrival;
    else
        radio->first = arrival;
    radio->last = arrival;
    bool may_lock = radio->listening && !radio->sending && !radio->rx.arrival && !arrival->air->is_burst &&
                    arrival->air->frame.channel == radio->channel;
    if (may_lock && !radio->candidate) {
        radio->candidate = arrival;
        evq_schedule(radio->medium->q, &radio->window_end, now + radio->medium->config.preamble_window);
    } else if (may_lock && arrival->mw > radio->candidate->mw) {
        radio->candidate = arrival;
    }
    update_cca(radio, now);
}

static void drop_candidate(struct rf_radio *radio)
{
    radio->candidate = NULL;
    evq_cancel(radio->medium->q, &radio->window_end);
}

void radio_power_end(struct rf_radio *radio, struct arrival *arrival, sim_time now)
{
    settle(radio, now);
    if (arrival->previous)
        arrival->previous->next = arrival->next;
    else
        radio->first = arrival->next;
    if (arrival->next)
        arrival->next->previous = arrival->previous;
    else
        radio->last = arrival->previous;
    if (radio->candidate == arrival)
        drop_candidate(radio);
    update_cca(radio, now);
}

void radio_frame_end(struct rf_radio *radio, struct arrival *arrival, sim_time now)
{
    if (radio->rx.arrival != arrival)
        return;
    bool ok = survives(radio, &arrival->air->frame, DRAW_PAYLOAD, radio->rx.payload_hazard);
    finish(radio, ok ? RF_RX_OK : RF_RX_FCS_ERROR, now);
    tell_cca(radio, now);
}

/* Stops whatever the receiver is doing. */
static void abort_reception(struct rf_radio *radio, sim_time now)
{
    drop_candidate(radio);
    if (!radio->rx.arrival)
        return;
    settle(radio, now);
    if (radio->rx.header_done) {
        finish(radio, RF_RX_ABORTED, now);
    } else {
        radio->rx.arrival = NULL;
        evq_cancel(radio->medium->q, &radio->header_end);
    }
}

/* ---- Sending and controls ---- */

static void tx_end(void *ctx, sim_time now)
{
    struct rf_radio *radio = ctx;
    struct air *air = radio->sending;
    radio->sending = NULL;
    if (radio->ops->tx_end)
        radio->ops->tx_end(radio->ctx, now, &air->frame);
    medium_release(radio->medium, air);
    update_cca(radio, now);
}

void radio_init(struct rf_radio *radio)
{
    radio->listening = true;
    evq_event_init(&radio->tx_end, tx_end, radio, EVQ_PHASE_RADIO_END);
    evq_event_init(&radio->window_end, window_end, radio, EVQ_PHASE_RADIO_START);
    evq_event_init(&radio->header_end, header_end, radio, EVQ_PHASE_RADIO_START);
    radio->tx_end.node = radio->window_end.node = radio->header_end.node = radio->node;
}

void rf_radio_set_coder(struct rf_radio *radio, const struct rf_coder_ops *ops, void *ctx)
{
    radio->coder = ops;
    radio->coder_ctx = ctx;
}

bool rf_radio_transmit(struct rf_radio *radio, struct rf_mode mode, uint32_t psdu, const uint8_t *payload,
                       double power_dbm)
{
    struct rf_medium *medium = radio->medium;
    if (radio->sending || !radio->listening)
        return false;
    sim_time now = evq_now(medium->q);
    struct air *air = medium_new_air(medium);
    radio->sending = air;
    abort_reception(radio, now);
    air->frame = (struct rf_frame){.number = air->frame.number,
                                   .from = radio->node,
                                   .channel = radio->channel,
                                   .mode = mode,
                                   .psdu = psdu,
                                   .payload = payload ? air->payload : NULL,
                                   .power_dbm = power_dbm,
                                   .start = now,
                                   .airtime = rf_ppdu_airtime(mode, psdu)};
    if (payload && psdu > MPDU_FCS)
        memcpy(air->payload, payload, psdu - MPDU_FCS);
    if (radio->coder && radio->coder->sending)
        radio->coder->sending(radio->coder_ctx, now, &air->frame, air->payload);
    const struct rf_airtime *t = &air->frame.airtime;
    sim_time power = t->preamble + t->header + t->data;
    air->energy = medium->config.power_in_extension ? power + t->extension : power;
    evq_schedule(medium->q, &radio->tx_end, now + power + t->extension);
    medium_deliver(medium, air, now);
    if (medium->observer && medium->observer->transmitted)
        medium->observer->transmitted(medium->observer->ctx, now, &air->frame);
    update_cca(radio, now);
    return true;
}

void rf_radio_set_channel(struct rf_radio *radio, unsigned channel)
{
    sim_assert(channel >= RF_CHANNEL_FIRST && channel <= RF_CHANNEL_LAST && !radio->sending);
    if (channel == radio->channel)
        return;
    sim_time now = evq_now(radio->medium->q);
    abort_reception(radio, now);
    radio->channel = channel;
    for (struct arrival *a = radio->first; a; a = a->next)
        a->mw = filtered_mw(radio, a);
    update_cca(radio, now);
}

void rf_radio_set_listening(struct rf_radio *radio, bool listening)
{
    sim_assert(!radio->sending);
    sim_time now = evq_now(radio->medium->q);
    if (!listening)
        abort_reception(radio, now);
    radio->listening = listening;
    update_cca(radio, now);
}

bool rf_radio_cca_busy(const struct rf_radio *radio)
{
    return radio->busy;
}

bool rf_radio_is_sending(const struct rf_radio *radio)
{
    return radio->sending != NULL;
}

unsigned rf_radio_channel(const struct rf_radio *radio)
{
    return radio->channel;
}

double rf_radio_energy_dbm(const struct rf_radio *radio)
{
    return num_to_db(radio->medium->noise_mw[true] + power_without(radio, NULL));
}
