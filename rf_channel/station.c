/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/station.h"

#include <stdlib.h>

enum { SEQUENCES = 4096, TIDS = 17 /* 16, and one for frames without QoS */, FIRST_SENDERS = 16 };

struct entry {
    struct entry *next;
    struct rf_mode mode;
    unsigned attempts;       /* made so far */
    unsigned frame_attempts; /* of them, those that came to the frame after a CTS */
    sim_time queued;
    uint64_t tag;
    unsigned bytes;
    uint8_t mpdu[];
};

struct queue {
    struct entry *head, *tail;
    unsigned count;
    unsigned cw;
    bool counts_only; /* the attempt under way is the backoff after the last frame, without a frame */
    bool has_left;    /* `left` slots of that backoff remain */
    unsigned left;
};

/* Who has sent to us, for duplicates: open addressing by address. */
struct sender {
    bool used;
    uint8_t address[MPDU_ADDRESS];
    uint32_t last[TIDS]; /* sequence << 4 | fragment, plus 1; 0: nothing yet */
};

struct station {
    struct station_config config;
    struct dcf *dcf;
    struct evq *q;
    const struct station_ops *ops;
    void *ctx;
    struct rng backoff;
    struct queue queue[STATION_QUEUES];
    uint16_t sequence;
    bool promiscuous;
    struct sender *senders;
    unsigned senders_capacity, senders_count; /* capacity is a power of two */
    struct station_counts counts;
};

struct station_config station_defaults(void)
{
    struct station_config config = {.channel = 1,
                                    .power_dbm = 20.0,
                                    .mac = dcf_defaults(),
                                    .retry_limit = 7,
                                    .long_retry_limit = 4,
                                    .rts_threshold = 4096,
                                    .rts_mode = {RF_RATE_DSSS_1, false},
                                    .queue_limit = 500};
    for (unsigned n = 0; n < STATION_QUEUES; n++)
        config.queue[n] = (struct station_queue_config){.cw_min = 15, .cw_max = 1023, .aifsn = 2};
    return config;
}

/* ---- Sending ---- */

static uint16_t whole_us(sim_time t)
{
    sim_time us = (t + SIM_US(1) - 1) / SIM_US(1);
    return us < 0x7fff ? (uint16_t)us : 0x7fff; /* 9.2.5: at most 32767 */
}

static bool is_group(const struct entry *entry)
{
    return mpdu_is_group(entry->mpdu + 4);
}

/* PS-Poll: an AID where others have a Duration, no sequence number, and the retry bit stays 0 (9.3.1.5). */
static bool is_control(const struct entry *entry)
{
    return (entry->mpdu[0] >> 2 & 3) == MPDU_CONTROL;
}

static sim_time answer_time(const struct station *station, struct rf_mode mode)
{
    const struct rf_rate_info *info;
    struct rf_mode answer = {rf_response_rate(mode, station->config.mac.basic_rates), false};
    info = rf_rate_of(answer.rate);
    answer.short_form = mode.short_form && info->has_short && info->kind != RF_KIND_HT;
    return rf_txtime(answer, MPDU_ACK + MPDU_FCS);
}

static bool is_ofdm(struct rf_mode mode)
{
    enum rf_kind kind = rf_rate_of(mode.rate)->kind;
    return kind == RF_KIND_OFDM || kind == RF_KIND_HT;
}

/* One step slower in the same family; the slowest stays. */
static struct rf_mode slower(struct rf_mode mode)
{
    enum rf_kind kind = rf_rate_of(mode.rate)->kind;
    if (mode.rate == RF_RATE_DSSS_1 || kind != rf_rate_of(mode.rate - 1)->kind) {
        if (kind != RF_KIND_CCK) /* CCK goes on with DSSS */
            return mode;
    }
    mode.rate--;
    mode.short_form = mode.short_form && rf_rate_of(mode.rate)->has_short;
    return mode;
}

static struct rf_mode mode_now(const struct station *station, const struct entry *entry)
{
    struct rf_mode mode = entry->mode;
    if (station->config.fallback_after > 0)
        for (unsigned n = entry->attempts / station->config.fallback_after; n > 0; n--)
            mode = slower(mode);
    return mode;
}

/* Durations and protection of the head's next attempt (9.2.5.2). */
static struct dcf_attempt attempt_for(const struct station *station, unsigned n, struct entry *entry)
{
    const struct station_config *c = &station->config;
    struct rf_mode mode = mode_now(station, entry);
    bool group = is_group(entry);
    unsigned psdu = entry->bytes + MPDU_FCS;
    sim_time sifs = c->mac.sifs;
    sim_time after = group ? 0 : sifs + answer_time(station, mode);
    struct dcf_attempt a = {.mpdu = entry->mpdu,
                            .bytes = entry->bytes,
                            .mode = mode,
                            .power_dbm = c->power_dbm,
                            .aifsn = c->queue[n].aifsn,
                            .answer = group ? DCF_ANSWER_NONE : DCF_ANSWER_ACK};
    if (!is_control(entry)) {
        mpdu_put_le16(entry->mpdu + 2, whole_us(after));
        if (entry->attempts > 0)
            entry->mpdu[1] |= MPDU_FLAG_RETRY;
    }
    sim_time with_frame = sifs + rf_txtime(mode, psdu) + after;
    if (!group && psdu >= c->rts_threshold) {
        a.protection = DCF_PROTECT_RTS;
        a.protection_mode = c->rts_mode;
        a.protection_duration = whole_us(sifs + answer_time(station, c->rts_mode) + with_frame);
    } else if (c->protect && is_ofdm(mode)) {
        a.protection = DCF_PROTECT_CTS_TO_SELF;
        a.protection_mode = c->rts_mode;
        a.protection_duration = whole_us(with_frame);
    }
    return a;
}

static unsigned draw(struct station *station, const struct queue *queue)
{
    return rng_below(&station->backoff, queue->cw + 1);
}

/* Takes the head off and says what became of it. */
static void finish_head(struct station *station, unsigned n, bool delivered)
{
    struct queue *queue = &station->queue[n];
    struct entry *entry = queue->head;
    sim_time now = evq_now(station->q);
    queue->head = entry->next;
    if (!queue->head)
        queue->tail = NULL;
    queue->count--;
    if (delivered)
        station->counts.delivered++;
    else
        station->counts.dropped++;
    struct station_sent sent = {.delivered = delivered,
                                .attempts = entry->attempts,
                                .queued = entry->queued,
                                .done = now,
                                .queue = n,
                                .tag = entry->tag};
    free(entry);
    if (station->ops->sent)
        station->ops->sent(station->ctx, now, &sent);
}

static void expire(struct station *station, unsigned n)
{
    struct queue *queue = &station->queue[n];
    sim_time lifetime = station->config.lifetime;
    while (lifetime > 0 && queue->head && evq_now(station->q) - queue->head->queued > lifetime) {
        station->counts.expired++;
        finish_head(station, n, false);
    }
}

/* The head's next attempt, or with an empty queue the backoff alone. */
static void start(struct station *station, unsigned n, unsigned backoff)
{
    struct queue *queue = &station->queue[n];
    struct dcf_attempt attempt = {.aifsn = station->config.queue[n].aifsn};
    if (queue->head)
        attempt = attempt_for(station, n, queue->head);
    queue->counts_only = !queue->head;
    attempt.backoff = backoff;
    dcf_start(station->dcf, n, &attempt);
}

/* A failed attempt: a wider window, or the end of the frame. */
static void attempt_failed(struct station *station, unsigned n, bool after_cts)
{
    struct queue *queue = &station->queue[n];
    struct entry *entry = queue->head;
    const struct station_config *c = &station->config;
    unsigned rts_failures = entry->attempts - entry->frame_attempts;
    bool over = after_cts ? c->long_retry_limit > 0 && entry->frame_attempts >= c->long_retry_limit
                          : c->retry_limit > 0 && rts_failures >= c->retry_limit;
    if (over) {
        queue->cw = c->queue[n].cw_min;
        finish_head(station, n, false);
        return;
    }
    unsigned wider = 2 * queue->cw + 1;
    queue->cw = wider < c->queue[n].cw_max ? wider : c->queue[n].cw_max;
}

static void on_done(void *ctx, sim_time now, unsigned n, const struct dcf_outcome *outcome)
{
    struct station *station = ctx;
    struct queue *queue = &station->queue[n];
    (void)now;
    if (queue->counts_only) {
        queue->counts_only = false;
        if (outcome->result == DCF_CANCELLED) {
            queue->left = outcome->left;
            queue->has_left = true;
            return; /* by station_send, which goes on */
        }
        if (queue->head) /* counted down; came too late for the boundary itself */
            start(station, n, 0);
        return;
    }
    struct entry *entry = queue->head;
    if (outcome->result == DCF_CANCELLED)
        return;
    entry->attempts++;
    station->counts.attempts++;
    station->counts.retries += entry->attempts > 1;
    bool after_cts = outcome->sent && entry->bytes + MPDU_FCS >= station->config.rts_threshold && !is_group(entry);
    entry->frame_attempts += after_cts;
    switch (outcome->result) {
    case DCF_OK:
        queue->cw = station->config.queue[n].cw_min;
        finish_head(station, n, true);
        break;
    case DCF_NO_CTS:
        station->counts.no_cts++;
        attempt_failed(station, n, false);
        break;
    case DCF_NO_ACK:
        station->counts.no_ack++;
        attempt_failed(station, n, after_cts);
        break;
    default:
        attempt_failed(station, n, after_cts);
        break;
    }
    expire(station, n);
    if (!dcf_is_busy(station->dcf, n)) /* unless a frame queued from within has started already */
        start(station, n, draw(station, queue));
}

static void on_sending(void *ctx, sim_time now, unsigned n)
{
    struct station *station = ctx;
    struct entry *entry = station->queue[n].head;
    if (station->ops->sending)
        station->ops->sending(station->ctx, now, entry->tag, mode_now(station, entry), entry->mpdu);
}

bool station_send(struct station *station, const struct station_frame *frame)
{
    unsigned n = frame->queue;
    struct queue *queue = &station->queue[n];
    sim_assert(frame->bytes >= MPDU_RTS && frame->bytes <= STATION_FRAME_MAX);
    if (queue->count >= station->config.queue_limit) {
        station->counts.refused++;
        return false;
    }
    struct entry *entry = malloc(sizeof *entry + frame->bytes);
    if (!entry) {
        station->counts.refused++;
        return false;
    }
    *entry =
        (struct entry){.mode = frame->mode, .queued = evq_now(station->q), .tag = frame->tag, .bytes = frame->bytes};
    memcpy(entry->mpdu, frame->mpdu, frame->bytes);
    if (!is_control(entry)) {
        sim_assert(frame->bytes >= MPDU_HEADER);
        mpdu_put_le16(entry->mpdu + 22, (uint16_t)(station->sequence << 4));
        station->sequence = (uint16_t)((station->sequence + 1) % SEQUENCES);
    }
    bool was_empty = !queue->head;
    if (was_empty)
        queue->head = entry;
    else
        queue->tail->next = entry;
    queue->tail = entry;
    queue->count++;
    station->counts.queued++;
    if (!was_empty)
        return true;
    if (queue->counts_only) { /* what is left of the last frame's backoff is this one's */
        queue->has_left = false;
        dcf_cancel(station->dcf, n);
        if (queue->has_left)
            start(station, n, queue->left);
        return true; /* else its boundary is a moment away, and on_done goes on */
    }
    if (dcf_is_busy(station->dcf, n))
        return true; /* called from the end of the frame before, which goes on */
    bool draws = station->config.draw_when_idle || dcf_medium_is_busy(station->dcf);
    start(station, n, draws ? draw(station, queue) : 0);
    return true;
}

unsigned station_queued(const struct station *station, unsigned queue)
{
    return station->queue[queue].count;
}

/* ---- Receiving ---- */

static unsigned hash(const uint8_t *address)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (unsigned i = 0; i < MPDU_ADDRESS; i++)
        h = (h ^ address[i]) * 16777619u;
    return h;
}

static struct sender *find_sender(struct sender *table, unsigned capacity, const uint8_t *address)
{
    for (unsigned i = hash(address);; i++) {
        struct sender *sender = &table[i & (capacity - 1)];
        if (!sender->used || memcmp(sender->address, address, MPDU_ADDRESS) == 0)
            return sender;
    }
}

static bool grow_senders(struct station *station)
{
    unsigned capacity = station->senders_capacity ? 2 * station->senders_capacity : FIRST_SENDERS;
    struct sender *table = calloc(capacity, sizeof *table);
    if (!table)
        return false;
    for (unsigned i = 0; i < station->senders_capacity; i++)
        if (station->senders[i].used)
            *find_sender(table, capacity, station->senders[i].address) = station->senders[i];
    free(station->senders);
    station->senders = table;
    station->senders_capacity = capacity;
    return true;
}

/* 10.3.2.14: the same sequence and fragment number as the last of its sender and TID, with the retry bit set. */
static bool is_duplicate(struct station *station, const struct mpdu *mpdu)
{
    if (2 * (station->senders_count + 1) > station->senders_capacity && !grow_senders(station))
        return false;
    struct sender *sender = find_sender(station->senders, station->senders_capacity, mpdu->transmitter);
    if (!sender->used) {
        sender->used = true;
        memcpy(sender->address, mpdu->transmitter, MPDU_ADDRESS);
        station->senders_count++;
    }
    uint32_t *last = &sender->last[mpdu->is_qos ? mpdu->tid : TIDS - 1];
    uint32_t number = ((uint32_t)mpdu->sequence << 4 | mpdu->fragment) + 1;
    bool same = *last == number && (mpdu->flags & MPDU_FLAG_RETRY);
    *last = number;
    return same;
}

static void on_received(void *ctx, sim_time now, const struct dcf_rx *rx)
{
    struct station *station = ctx;
    if (!rx->parsed)
        return;
    const struct mpdu *mpdu = &rx->mpdu;
    bool group = mpdu->receiver && mpdu_is_group(mpdu->receiver);
    bool ours = rx->match || (group && mpdu->type != MPDU_CONTROL);
    if (rx->wants != DCF_WANTS_NOTHING)
        dcf_acknowledge(station->dcf);
    if (!ours && !station->promiscuous)
        return;
    struct station_received received = {.rx = rx};
    if (ours && mpdu->has_sequence) {
        received.duplicate = is_duplicate(station, mpdu);
        station->counts.received += !received.duplicate;
        station->counts.duplicates += received.duplicate;
        station->counts.bytes_received += received.duplicate ? 0 : mpdu->size;
    }
    if (station->ops->received)
        station->ops->received(station->ctx, now, &received);
}

/* ---- */

void station_set_bss(struct station *station, bool protect, sim_time slot)
{
    station->config.protect = protect;
    if (station->config.mac.slot == slot)
        return;
    station->config.mac.slot = slot;
    dcf_configure(station->dcf, &station->config.mac);
}

void station_set_promiscuous(struct station *station, bool promiscuous)
{
    station->promiscuous = promiscuous;
}

const struct station_counts *station_get_counts(const struct station *station)
{
    return &station->counts;
}

struct dcf *station_dcf(const struct station *station)
{
    return station->dcf;
}

const uint8_t *station_address(const struct station *station)
{
    return station->config.address;
}

struct station *station_create(struct rf_medium *medium, unsigned node, const struct station_config *config,
                               const struct station_ops *ops, void *ctx, const struct dcf_observer *observer)
{
    static const struct dcf_ops DCF_OPS = {.done = on_done, .sending = on_sending, .received = on_received};
    struct station *station = calloc(1, sizeof *station);
    if (!station)
        return NULL;
    station->config = *config;
    station->config.mac.power_dbm = config->power_dbm;
    station->ops = ops;
    station->ctx = ctx;
    station->q = rf_medium_evq(medium);
    rng_init(&station->backoff, config->seed, node, "mac.backoff");
    for (unsigned n = 0; n < STATION_QUEUES; n++)
        station->queue[n].cw = config->queue[n].cw_min;
    station->dcf = dcf_create(medium, node, config->channel, &station->config.mac, &DCF_OPS, station, observer);
    if (!station->dcf) {
        free(station);
        return NULL;
    }
    dcf_set_address(station->dcf, 0, config->address, NULL);
    return station;
}

void station_destroy(struct station *station)
{
    if (!station)
        return;
    dcf_destroy(station->dcf);
    for (unsigned n = 0; n < STATION_QUEUES; n++)
        while (station->queue[n].head) {
            struct entry *entry = station->queue[n].head;
            station->queue[n].head = entry->next;
            free(entry);
        }
    free(station->senders);
    free(station);
}
