/* SPDX-License-Identifier: Apache-2.0 */
/* Contention and exchanges: when an attempt may start, what follows what, how it ends. What arrives is in dcf_rx.c. */
#include "rf_channel/dcf.h"

#include <stdlib.h>

#include "rf_channel/dcf_internal.h"

struct dcf_config dcf_defaults(void)
{
    return (struct dcf_config){.slot = SIM_US(9),
                               .sifs = SIM_US(10),
                               .turnaround = SIM_US(5),
                               .eifs_ack = rf_txtime((struct rf_mode){RF_RATE_DSSS_1, false}, MPDU_ACK + MPDU_FCS),
                               .idle_rule = DCF_IDLE_SLOT,
                               .edca = true,
                               .power_dbm = 20.0};
}

const char *dcf_state_name(enum dcf_state state)
{
    static const char *const name[DCF_STATES] = {"off", "idle", "nav", "backoff", "busy", "rx", "tx"};
    return name[state];
}

const char *dcf_result_name(enum dcf_result result)
{
    static const char *const name[] = {"ok", "no CTS", "no ACK", "internal collision", "access limit", "cancelled"};
    return name[result];
}

/* ---- State, for observers ---- */

static bool some_slot_waits(const struct dcf *dcf)
{
    for (unsigned n = 0; n < DCF_SLOTS; n++)
        if (dcf->slot[n].stage == SLOT_WAITS)
            return true;
    return false;
}

static bool contends(const struct dcf *dcf)
{
    return some_slot_waits(dcf) || dcf->committed != NO_SLOT;
}

enum dcf_state dcf_get_state(const struct dcf *dcf)
{
    if (!dcf->listening)
        return DCF_STATE_OFF;
    if (rf_radio_is_sending(dcf->radio))
        return DCF_STATE_TX;
    if (dcf->receiving)
        return DCF_STATE_RX;
    if (dcf->cca_busy)
        return DCF_STATE_BUSY;
    if (dcf->nav_until > evq_now(dcf->q))
        return DCF_STATE_NAV;
    return contends(dcf) ? DCF_STATE_BACKOFF : DCF_STATE_IDLE;
}

void dcf_state_changed(struct dcf *dcf, sim_time now)
{
    if (!dcf->observer || !dcf->observer->state)
        return;
    enum dcf_state state = dcf_get_state(dcf);
    if (state == dcf->told)
        return;
    dcf->told = state;
    dcf->observer->state(dcf->observer->ctx, now, dcf->node, state);
}

/* ---- When a slot may send ---- */

static sim_time later(sim_time a, sim_time b)
{
    return a > b ? a : b;
}

/* From when on interframe spaces count: the latest of everything that kept the medium. */
static sim_time ifs_start(const struct dcf *dcf)
{
    return later(later(dcf->idle_since, dcf->nav_until), later(dcf->eifs_until, dcf->timeout_end));
}

/* The boundary at which a slot with nothing left to count down may send. */
static sim_time first_boundary(const struct dcf *dcf, const struct slot *slot)
{
    const struct dcf_config *c = &dcf->config;
    sim_time ifs = c->sifs + slot->attempt.aifsn * c->slot;
    sim_time boundary = ifs_start(dcf) + ifs;
    if (slot->since <= boundary)
        return boundary;
    if (c->idle_rule == DCF_IDLE_WHOLE_IFS)
        return later(boundary, slot->since + ifs);
    return boundary + (slot->since - boundary + c->slot - 1) / c->slot * c->slot;
}

static bool may_contend(const struct dcf *dcf)
{
    return dcf->listening && !dcf->cca_busy && dcf->exchange == EXCHANGE_NONE && dcf->committed == NO_SLOT;
}

/* Takes off what has been counted when the medium is busy from boundary `at` on, or from soon after it. */
static void count_down(const struct dcf *dcf, struct slot *slot, sim_time at)
{
    if (at < slot->origin)
        return;
    sim_time gone = (at - slot->origin) / dcf->config.slot + dcf->config.edca;
    slot->left = gone < slot->left ? slot->left - (unsigned)gone : 0;
}

/* ---- Channel access in hardware ---- */

static void compare(const struct dcf *dcf, sim_time now, const char *what, unsigned slot, uint64_t model,
                    uint64_t hardware)
{
    if (model != hardware)
        dcf->hardware->differs(dcf->hardware_ctx, now, what, slot, model, hardware);
}

/* Whether our own count is kept. */
static bool counts_here(const struct dcf *dcf)
{
    return !dcf->hardware || dcf->only_compared;
}

static void compare_left(const struct dcf *dcf, sim_time now)
{
    for (unsigned n = 0; dcf->only_compared && n < DCF_SLOTS; n++)
        if (dcf->slot[n].stage == SLOT_WAITS)
            compare(dcf, now, "slots left", n, dcf->slot[n].left, dcf->hardware->left(dcf->hardware_ctx, n));
}

static void hardware_stops(const struct dcf *dcf, sim_time now)
{
    if (dcf->hardware)
        dcf->hardware->stop(dcf->hardware_ctx, now);
}

static void ifs_restarts(const struct dcf *dcf, sim_time now)
{
    if (dcf->hardware)
        dcf->hardware->restart(dcf->hardware_ctx, now);
}

void dcf_set_eifs(struct dcf *dcf, sim_time now, sim_time until)
{
    if (dcf->hardware && (until > now || dcf->eifs_until > now))
        dcf->hardware->eifs(dcf->hardware_ctx, now, until);
    dcf->eifs_until = until;
}

void dcf_set_access(struct dcf *dcf, const struct dcf_access_ops *ops, void *ctx, bool only_compared)
{
    sim_time now = evq_now(dcf->q);
    sim_assert(now == 0 && !dcf->counting);
    dcf->hardware = ops;
    dcf->hardware_ctx = ctx;
    dcf->only_compared = only_compared;
    ops->configure(ctx, now, &dcf->config);
}

/* ---- Counting ---- */

/* The medium becomes busy. A boundary less than a turnaround ahead has been decided for already. */
void dcf_freeze(struct dcf *dcf, sim_time now)
{
    if (!dcf->counting)
        return;
    dcf->counting = false;
    evq_cancel(dcf->q, &dcf->access);
    hardware_stops(dcf, now);
    for (unsigned n = 0; counts_here(dcf) && n < DCF_SLOTS; n++)
        if (dcf->slot[n].stage == SLOT_WAITS)
            count_down(dcf, &dcf->slot[n], now + dcf->config.turnaround);
    compare_left(dcf, now);
}

static sim_time boundary_of(const struct dcf *dcf, const struct slot *slot)
{
    return slot->origin + slot->left * dcf->config.slot;
}

/* When to decide for the earliest boundary; at once for one that is less than a turnaround ahead. Some slot waits. */
static sim_time decision_due(struct dcf *dcf, sim_time now)
{
    sim_time earliest = SIM_TIME_NEVER;
    for (unsigned n = 0; n < DCF_SLOTS; n++) {
        const struct slot *slot = &dcf->slot[n];
        if (slot->stage == SLOT_WAITS && boundary_of(dcf, slot) < earliest)
            earliest = boundary_of(dcf, slot);
    }
    dcf->boundary = later(earliest, now);
    return later(dcf->boundary, dcf->config.turnaround) - dcf->config.turnaround;
}

/* Waits for the earliest boundary, if any slot waits. */
static void count_on(struct dcf *dcf)
{
    sim_time now = evq_now(dcf->q);
    dcf->counting = some_slot_waits(dcf);
    if (!dcf->counting) {
        evq_cancel(dcf->q, &dcf->access);
        hardware_stops(dcf, now);
        return;
    }
    sim_time due = counts_here(dcf) ? decision_due(dcf, now) : SIM_TIME_NEVER;
    if (dcf->hardware) {
        sim_time there = dcf->hardware->due(dcf->hardware_ctx, now);
        if (dcf->only_compared)
            compare(dcf, now, "time of the next decision", DCF_SLOTS, later(due, now), there);
        else
            due = there;
    }
    evq_arm(dcf->q, &dcf->access, due);
}

/* The medium is idle: counts from the end of each slot's IFS. */
void dcf_resume(struct dcf *dcf)
{
    sim_time now = evq_now(dcf->q);
    if (dcf->counting || !may_contend(dcf) || !some_slot_waits(dcf))
        return;
    for (unsigned n = 0; n < DCF_SLOTS; n++)
        if (dcf->slot[n].stage == SLOT_WAITS) {
            dcf->slot[n].since = later(dcf->slot[n].since, now);
            dcf->slot[n].origin = first_boundary(dcf, &dcf->slot[n]);
        }
    if (dcf->hardware)
        dcf->hardware->go(dcf->hardware_ctx, now);
    count_on(dcf);
}

/* What has been counted of a slot that gives up now. */
static unsigned left_at(const struct dcf *dcf, sim_time now, const struct slot *slot)
{
    sim_time begun = 0;
    if (dcf->counting && now > slot->origin)
        begun = (now - slot->origin + dcf->config.slot - 1) / dcf->config.slot;
    return begun < slot->left ? slot->left - (unsigned)begun : 0;
}

/* A slot gives up before it has sent anything; the others count on. */
static void withdraw(struct dcf *dcf, sim_time now, struct slot *slot, enum dcf_result result)
{
    unsigned n = (unsigned)(slot - dcf->slot);
    struct dcf_outcome outcome = {.result = result, .left = left_at(dcf, now, slot)};
    if (dcf->hardware) {
        dcf->hardware->cancel(dcf->hardware_ctx, now, n);
        unsigned left = dcf->hardware->left(dcf->hardware_ctx, n);
        if (dcf->only_compared)
            compare(dcf, now, "slots left of a cancelled frame", n, outcome.left, left);
        else
            outcome.left = left;
    }
    slot->stage = SLOT_FREE;
    if (dcf->counting)
        count_on(dcf);
    dcf_finish(dcf, now, n, &outcome);
    dcf_state_changed(dcf, now);
}

/* ---- Exchanges ---- */

void dcf_finish(struct dcf *dcf, sim_time now, unsigned n, const struct dcf_outcome *outcome)
{
    struct slot *slot = &dcf->slot[n];
    struct dcf_outcome told = *outcome;
    told.begun = slot->begun;
    slot->stage = SLOT_FREE;
    evq_cancel(dcf->q, &slot->limit);
    if (dcf->observer && dcf->observer->done)
        dcf->observer->done(dcf->observer->ctx, now, dcf->node, n, &slot->attempt, &told);
    if (dcf->ops->done)
        dcf->ops->done(dcf->ctx, now, n, &told);
}

/* The exchange under way is over; the slot gets its result. */
void dcf_end_exchange(struct dcf *dcf, sim_time now, enum dcf_result result, const struct rf_rx *answer)
{
    unsigned n = dcf->owner;
    dcf->exchange = EXCHANGE_NONE;
    evq_cancel(dcf->q, &dcf->timeout);
    struct dcf_outcome outcome = {.result = result, .sent = dcf->frame_sent, .start = dcf->exchange_start};
    if (answer) {
        outcome.rssi_dbm = answer->rssi_dbm;
        outcome.snr_db = answer->snr_db;
        outcome.block_ack_start = dcf->block_ack_start;
        outcome.block_ack_bitmap = dcf->block_ack_bitmap;
    }
    dcf->owner = NO_SLOT;
    dcf_finish(dcf, now, n, &outcome);
    dcf_resume(dcf);
}

static void transmit(struct dcf *dcf, struct rf_mode mode, const uint8_t *mpdu, unsigned bytes, double power_dbm,
                     enum sending sending)
{
    dcf->receiving = false;
    dcf->sending = sending;
    bool sent = rf_radio_transmit(dcf->radio, mode, bytes + MPDU_FCS, mpdu, power_dbm);
    sim_assert(sent);
}

static void send_frame(struct dcf *dcf)
{
    const struct dcf_attempt *a = &dcf->slot[dcf->owner].attempt;
    dcf->frame_sent = true;
    dcf->exchange = EXCHANGE_SENDING;
    if (dcf->ops->sending)
        dcf->ops->sending(dcf->ctx, evq_now(dcf->q), dcf->owner);
    transmit(dcf, a->mode, a->mpdu, a->bytes, a->power_dbm, SENDING_FRAME);
}

/* The boundary of the slot that was decided for. */
static void start_exchange(struct dcf *dcf, sim_time now)
{
    unsigned n = dcf->committed;
    struct slot *slot = &dcf->slot[n];
    const struct dcf_attempt *a = &slot->attempt;
    dcf->committed = NO_SLOT;
    dcf->owner = n;
    dcf->exchange_start = a->mpdu ? now : 0;
    dcf->frame_sent = false;
    evq_cancel(dcf->q, &slot->limit);
    if (!a->mpdu) {
        dcf_end_exchange(dcf, now, DCF_OK, NULL);
        return;
    }
    if (a->protection == DCF_PROTECT_NONE) {
        send_frame(dcf);
        return;
    }
    dcf->exchange = EXCHANGE_SENDING;
    uint8_t control[MPDU_RTS];
    if (a->protection == DCF_PROTECT_RTS) {
        mpdu_make_rts(control, a->mpdu + 4, a->mpdu + 10, a->protection_duration);
        transmit(dcf, a->protection_mode, control, MPDU_RTS, a->power_dbm, SENDING_RTS);
    } else {
        mpdu_make_cts(control, a->mpdu + 10, a->protection_duration); /* to ourselves */
        transmit(dcf, a->protection_mode, control, MPDU_ACK, a->power_dbm, SENDING_CTS_TO_SELF);
    }
}

/* A turnaround before the boundary: decides who sends there, and takes off what the others have counted. */
static struct dcf_access_decision decide_here(struct dcf *dcf)
{
    struct dcf_access_decision d = {.winner = NO_SLOT, .boundary = dcf->boundary};
    for (unsigned n = 0; n < DCF_SLOTS; n++) {
        struct slot *slot = &dcf->slot[n];
        if (slot->stage != SLOT_WAITS)
            continue;
        if (boundary_of(dcf, slot) > dcf->boundary)
            count_down(dcf, slot, dcf->boundary);
        else if (d.winner == NO_SLOT)
            d.winner = n;
        else
            d.losers |= 1u << n;
    }
    sim_assert(d.winner != NO_SLOT);
    return d;
}

static struct dcf_access_decision decide(struct dcf *dcf, sim_time now)
{
    if (!dcf->hardware)
        return decide_here(dcf);
    struct dcf_access_decision there = dcf->hardware->decide(dcf->hardware_ctx, now);
    if (!dcf->only_compared)
        return there;
    struct dcf_access_decision here = decide_here(dcf);
    compare(dcf, now, "slot that sends", NO_SLOT, here.winner, there.winner);
    compare(dcf, now, "slots that collide inside", NO_SLOT, here.losers, there.losers);
    compare(dcf, now, "boundary", NO_SLOT, here.boundary, there.boundary);
    return here;
}

static void access_event(void *ctx, sim_time now)
{
    struct dcf *dcf = ctx;
    struct dcf_access_decision d = decide(dcf, now);
    dcf->counting = false;
    if (d.winner == NO_SLOT)
        return; /* the hardware is broken and has said so */
    dcf->committed = d.winner;
    dcf->slot[d.winner].stage = SLOT_SENDS;
    for (unsigned n = 0; n < DCF_SLOTS; n++)
        if (d.losers >> n & 1)
            dcf->slot[n].stage = SLOT_SENDS; /* until it is told below */
    compare_left(dcf, now);
    evq_schedule(dcf->q, &dcf->send, later(d.boundary, now));
    const struct dcf_outcome collision = {.result = DCF_INTERNAL_COLLISION};
    for (unsigned n = 0; n < DCF_SLOTS; n++)
        if (d.losers >> n & 1)
            dcf_finish(dcf, now, n, &collision);
}

/* What was due after a turnaround or SIFS. */
static void send_event(void *ctx, sim_time now)
{
    struct dcf *dcf = ctx;
    if (!dcf->listening) { /* switched off meanwhile */
        if (dcf->committed != NO_SLOT) {
            dcf->owner = dcf->committed;
            dcf->committed = NO_SLOT;
            dcf->frame_sent = false;
        }
        dcf_end_exchange(dcf, now, DCF_CANCELLED, NULL);
    } else if (dcf->committed != NO_SLOT) {
        start_exchange(dcf, now);
    } else {
        send_frame(dcf);
    }
    dcf_state_changed(dcf, now);
}

void dcf_send_after_sifs(struct dcf *dcf, sim_time now)
{
    dcf->exchange = EXCHANGE_SIFS;
    evq_cancel(dcf->q, &dcf->timeout);
    evq_schedule(dcf->q, &dcf->send, now + dcf->config.sifs);
}

/* The answer to a frame of `mode` must have begun by SIFS, a slot and the time in which a PHY recognises a frame
 * (10.3.2.11). */
static void await(struct dcf *dcf, sim_time now, enum exchange what, struct rf_mode mode)
{
    struct rf_airtime t = rf_ppdu_airtime(dcf_answer_mode(dcf, mode), MPDU_ACK + MPDU_FCS);
    dcf->exchange = what;
    dcf->answer_begun = false;
    evq_schedule(dcf->q, &dcf->timeout, now + dcf->config.sifs + dcf->config.slot + t.preamble + t.header);
}

static void timeout_event(void *ctx, sim_time now)
{
    struct dcf *dcf = ctx;
    if (dcf->answer_begun)
        return; /* its end decides */
    dcf->timeout_end = now;
    ifs_restarts(dcf, now);
    dcf_end_exchange(dcf, now, dcf->exchange == EXCHANGE_AWAIT_CTS ? DCF_NO_CTS : DCF_NO_ACK, NULL);
    dcf_state_changed(dcf, now);
}

static void limit_event(void *ctx, sim_time now)
{
    struct slot *slot = ctx;
    if (slot->stage == SLOT_WAITS)
        withdraw(slot->dcf, now, slot, DCF_ACCESS_LIMIT);
}

/* ---- What the radio tells ---- */

static void on_cca(void *ctx, sim_time now, bool busy)
{
    struct dcf *dcf = ctx;
    dcf->cca_busy = busy;
    if (busy)
        dcf_freeze(dcf, now);
    else
        dcf->idle_since = now;
    if (dcf->hardware)
        dcf->hardware->carrier(dcf->hardware_ctx, now, busy);
    dcf_resume(dcf);
    dcf_state_changed(dcf, now);
}

static void on_tx_end(void *ctx, sim_time now, const struct rf_frame *frame)
{
    struct dcf *dcf = ctx;
    enum sending sending = dcf->sending;
    dcf->sending = SENDING_NOTHING;
    dcf_apply_pending(dcf);
    switch (sending) {
    case SENDING_RTS:
        await(dcf, now, EXCHANGE_AWAIT_CTS, frame->mode);
        break;
    case SENDING_CTS_TO_SELF:
        dcf_send_after_sifs(dcf, now);
        break;
    case SENDING_FRAME:
        if (dcf->slot[dcf->owner].attempt.answer == DCF_ANSWER_NONE)
            dcf_end_exchange(dcf, now, DCF_OK, NULL);
        else
            await(dcf, now, EXCHANGE_AWAIT_ACK, frame->mode);
        break;
    case SENDING_ANSWER:
    case SENDING_NOTHING:
        break;
    }
    /* State and counting follow with the CCA that the medium tells next. */
}

/* ---- The owner's calls ---- */

void dcf_start(struct dcf *dcf, unsigned n, const struct dcf_attempt *attempt)
{
    struct slot *slot = &dcf->slot[n];
    sim_time now = evq_now(dcf->q);
    sim_assert(n < DCF_SLOTS && slot->stage == SLOT_FREE);
    sim_assert(!attempt->mpdu || attempt->bytes >= MPDU_ACK);
    slot->attempt = *attempt;
    slot->left = attempt->backoff;
    slot->begun = slot->since = now;
    slot->stage = SLOT_WAITS;
    if (attempt->access_limit > 0)
        evq_schedule(dcf->q, &slot->limit, now + attempt->access_limit);
    if (dcf->hardware)
        dcf->hardware->start(dcf->hardware_ctx, now, n, attempt->aifsn, attempt->backoff);
    if (dcf->counting) { /* the others' counts stand */
        slot->origin = first_boundary(dcf, slot);
        count_on(dcf);
    } else {
        dcf_resume(dcf);
    }
    dcf_state_changed(dcf, now);
}

bool dcf_cancel(struct dcf *dcf, unsigned n)
{
    struct slot *slot = &dcf->slot[n];
    sim_time now = evq_now(dcf->q);
    if (slot->stage != SLOT_WAITS)
        return false;
    withdraw(dcf, now, slot, DCF_CANCELLED);
    return true;
}

bool dcf_is_busy(const struct dcf *dcf, unsigned n)
{
    return dcf->slot[n].stage != SLOT_FREE;
}

bool dcf_medium_is_busy(const struct dcf *dcf)
{
    if (dcf->telling_rx && dcf->config.idle_at_rx_end)
        return dcf->nav_until > evq_now(dcf->q) || dcf->exchange != EXCHANGE_NONE;
    return dcf->cca_busy || dcf->nav_until > evq_now(dcf->q) || dcf->exchange != EXCHANGE_NONE ||
           evq_is_scheduled(&dcf->answer);
}

/* ---- Settings ---- */

void dcf_apply_pending(struct dcf *dcf)
{
    if (dcf->sending != SENDING_NOTHING)
        return;
    if (dcf->channel_wanted != rf_radio_channel(dcf->radio)) {
        dcf->receiving = false;
        rf_radio_set_channel(dcf->radio, dcf->channel_wanted);
        dcf_state_changed(dcf, evq_now(dcf->q));
    }
    if (dcf->listening_wanted != dcf->listening) {
        sim_time now = evq_now(dcf->q);
        dcf->receiving = false;
        dcf_freeze(dcf, now);
        dcf->listening = dcf->listening_wanted;
        rf_radio_set_listening(dcf->radio, dcf->listening);
        if (dcf->listening && !dcf->cca_busy) {
            dcf->idle_since = now;
            ifs_restarts(dcf, now);
        }
        dcf_resume(dcf);
        dcf_state_changed(dcf, now);
    }
}

void dcf_set_channel(struct dcf *dcf, unsigned channel)
{
    dcf->channel_wanted = channel;
    dcf_apply_pending(dcf);
}

void dcf_set_listening(struct dcf *dcf, bool listening)
{
    dcf->listening_wanted = listening;
    dcf_apply_pending(dcf);
}

void dcf_configure(struct dcf *dcf, const struct dcf_config *config)
{
    sim_assert(config->slot > config->turnaround);
    sim_time now = evq_now(dcf->q);
    dcf_freeze(dcf, now);
    dcf->config = *config;
    if (dcf->hardware)
        dcf->hardware->configure(dcf->hardware_ctx, now, config);
    dcf_resume(dcf); /* what has gone by is counted: on to the next boundary */
}

sim_time dcf_nav(const struct dcf *dcf)
{
    return dcf->nav_until;
}

struct rf_radio *dcf_radio(const struct dcf *dcf)
{
    return dcf->radio;
}

unsigned dcf_node(const struct dcf *dcf)
{
    return dcf->node;
}

/* ---- Birth and death ---- */

static const struct rf_radio_ops RADIO_OPS = {.cca = on_cca,
                                              .preamble = dcf_on_preamble,
                                              .rx_start = dcf_on_rx_start,
                                              .rx_end = dcf_on_rx_end,
                                              .tx_end = on_tx_end};

struct dcf *dcf_create(struct rf_medium *medium, unsigned node, unsigned channel, const struct dcf_config *config,
                       const struct dcf_ops *ops, void *ctx, const struct dcf_observer *observer)
{
    sim_assert(config->slot > config->turnaround);
    struct dcf *dcf = calloc(1, sizeof *dcf);
    if (!dcf)
        return NULL;
    *dcf = (struct dcf){.q = rf_medium_evq(medium),
                        .node = node,
                        .config = *config,
                        .ops = ops,
                        .ctx = ctx,
                        .observer = observer,
                        .channel_wanted = channel,
                        .listening = true,
                        .listening_wanted = true,
                        .told = DCF_STATE_IDLE,
                        .committed = NO_SLOT,
                        .owner = NO_SLOT};
    evq_event_init(&dcf->access, access_event, dcf, EVQ_PHASE_DEVICE);
    evq_event_init(&dcf->send, send_event, dcf, EVQ_PHASE_DEVICE);
    evq_event_init(&dcf->timeout, timeout_event, dcf, EVQ_PHASE_RADIO_START); /* an answer at that instant has ended */
    dcf_rx_init(dcf);
    dcf->access.node = dcf->send.node = dcf->timeout.node = node;
    for (unsigned n = 0; n < DCF_SLOTS; n++) {
        struct slot *slot = &dcf->slot[n];
        slot->dcf = dcf;
        evq_event_init(&slot->limit, limit_event, slot, EVQ_PHASE_DEVICE);
        slot->limit.node = node;
    }
    dcf->radio = rf_radio_attach(medium, node, channel, &RADIO_OPS, dcf);
    if (!dcf->radio) {
        free(dcf);
        return NULL;
    }
    return dcf;
}

void dcf_destroy(struct dcf *dcf)
{
    if (!dcf)
        return;
    struct evq_event *const events[] = {&dcf->access, &dcf->send,    &dcf->timeout,
                                        &dcf->answer, &dcf->nav_end, &dcf->nav_reset};
    for (unsigned i = 0; i < sizeof events / sizeof *events; i++)
        evq_cancel(dcf->q, events[i]);
    for (unsigned n = 0; n < DCF_SLOTS; n++)
        evq_cancel(dcf->q, &dcf->slot[n].limit);
    free(dcf);
}
