/* SPDX-License-Identifier: Apache-2.0 */
/* What arrives: answers to our frames, frames to be answered, NAV and EIFS from those of others. */
#include "rf_channel/dcf_internal.h"

enum { SEQUENCES = 4096, BAR_COMPRESSED = 1 << 2 };

static bool awaits(const struct dcf *dcf)
{
    return dcf->exchange == EXCHANGE_AWAIT_CTS || dcf->exchange == EXCHANGE_AWAIT_ACK;
}

static void answer_failed(struct dcf *dcf, sim_time now)
{
    dcf_end_exchange(dcf, now, dcf->exchange == EXCHANGE_AWAIT_CTS ? DCF_NO_CTS : DCF_NO_ACK, NULL);
}

struct rf_mode dcf_answer_to(const struct dcf_config *config, struct rf_mode mode)
{
    unsigned own = config->answer_rate[mode.rate];
    enum rf_rate rate = own ? (enum rf_rate)(own - 1) : rf_response_rate(mode, config->basic_rates);
    const struct rf_rate_info *info = rf_rate_of(rate);
    bool has_short_preamble = info->has_short && info->kind != RF_KIND_HT;
    return (struct rf_mode){rate, has_short_preamble && mode.short_form};
}

struct rf_mode dcf_answer_mode(const struct dcf *dcf, struct rf_mode mode)
{
    return dcf_answer_to(&dcf->config, mode);
}

/* ---- Addresses ---- */

void dcf_set_address(struct dcf *dcf, unsigned n, const uint8_t address[MPDU_ADDRESS], const uint8_t mask[MPDU_ADDRESS])
{
    struct interface *interface = &dcf->interface[n];
    interface->enabled = address != NULL;
    if (!address)
        return;
    memcpy(interface->address, address, MPDU_ADDRESS);
    if (mask)
        memcpy(interface->mask, mask, MPDU_ADDRESS);
    else
        memset(interface->mask, 0xff, MPDU_ADDRESS);
}

static unsigned match(const struct dcf *dcf, const uint8_t *receiver)
{
    unsigned found = 0;
    if (!receiver || mpdu_is_group(receiver))
        return 0;
    for (unsigned n = 0; n < DCF_ADDRESSES; n++) {
        const struct interface *interface = &dcf->interface[n];
        unsigned differs = !interface->enabled;
        for (unsigned i = 0; i < MPDU_ADDRESS; i++)
            differs |= (unsigned)((receiver[i] ^ interface->address[i]) & interface->mask[i]);
        if (!differs)
            found |= 1u << n;
    }
    return found;
}

/* ---- NAV ---- */

static void set_nav(struct dcf *dcf, sim_time now, sim_time until)
{
    dcf->nav_until = until;
    if (dcf->hardware)
        dcf->hardware->nav(dcf->hardware_ctx, now, until);
    if (!dcf->observer)
        return;
    if (dcf->observer->nav)
        dcf->observer->nav(dcf->observer->ctx, now, dcf->node, until);
    if (dcf->observer->state)
        evq_schedule(dcf->q, &dcf->nav_end, until);
}

static void nav_end_event(void *ctx, sim_time now)
{
    dcf_state_changed(ctx, now);
}

/* 10.3.2.4: whoever set its NAV by an RTS may reset it when nothing has followed for two SIFS, a CTS, the time in which
 * a PHY recognises a frame, and two slots. */
static void watch_for_cts(struct dcf *dcf, sim_time now, struct rf_mode rts_mode)
{
    struct rf_mode cts = dcf_answer_mode(dcf, rts_mode);
    struct rf_airtime t = rf_ppdu_airtime(cts, MPDU_ACK + MPDU_FCS);
    sim_time wait =
        2 * dcf->config.sifs + rf_txtime(cts, MPDU_ACK + MPDU_FCS) + t.preamble + t.header + 2 * dcf->config.slot;
    evq_schedule(dcf->q, &dcf->nav_reset, now + wait);
}

static void nav_reset_event(void *ctx, sim_time now)
{
    struct dcf *dcf = ctx;
    if (dcf->nav_until <= now)
        return;
    dcf_freeze(dcf, now); /* nothing has been counted yet: the NAV kept it */
    set_nav(dcf, now, now);
    dcf_resume(dcf);
    dcf_state_changed(dcf, now);
}

static void reserve(struct dcf *dcf, sim_time now, const struct mpdu *mpdu, struct rf_mode mode)
{
    sim_time until = now + SIM_US(mpdu->duration);
    if (mpdu->duration == 0 || until <= dcf->nav_until)
        return;
    set_nav(dcf, now, until);
    if (mpdu->type == MPDU_CONTROL && mpdu->subtype == MPDU_CONTROL_RTS)
        watch_for_cts(dcf, now, mode);
    else
        evq_cancel(dcf->q, &dcf->nav_reset);
}

/* ---- Block ack, as recipient (10.25.6) ---- */

static struct agreement *find_agreement(struct dcf *dcf, const uint8_t *transmitter, unsigned tid)
{
    for (unsigned n = 0; n < BLOCK_ACK_AGREEMENTS; n++) {
        struct agreement *a = &dcf->agreement[n];
        if (a->open && a->tid == tid && memcmp(a->transmitter, transmitter, MPDU_ADDRESS) == 0)
            return a;
    }
    return NULL;
}

bool dcf_block_ack_open(struct dcf *dcf, const uint8_t transmitter[MPDU_ADDRESS], unsigned tid, uint16_t start)
{
    struct agreement *a = find_agreement(dcf, transmitter, tid);
    for (unsigned n = 0; n < BLOCK_ACK_AGREEMENTS && !a; n++)
        if (!dcf->agreement[n].open)
            a = &dcf->agreement[n];
    if (!a)
        return false;
    *a = (struct agreement){.open = true, .tid = tid, .start = start % SEQUENCES};
    memcpy(a->transmitter, transmitter, MPDU_ADDRESS);
    return true;
}

void dcf_block_ack_close(struct dcf *dcf, const uint8_t transmitter[MPDU_ADDRESS], unsigned tid)
{
    struct agreement *a = find_agreement(dcf, transmitter, tid);
    if (a)
        a->open = false;
}

static unsigned ahead(const struct agreement *a, uint16_t sequence)
{
    return (unsigned)(sequence + SEQUENCES - a->start) % SEQUENCES;
}

/* Moves the window so that `sequence` is its first. */
static void move_window(struct agreement *a, uint16_t sequence)
{
    unsigned by = ahead(a, sequence);
    a->bitmap = by < DCF_BLOCK_ACK_WINDOW ? a->bitmap >> by : 0;
    a->start = sequence % SEQUENCES;
}

static void enter_in_scoreboard(struct dcf *dcf, const uint8_t *transmitter, unsigned tid, uint16_t sequence)
{
    struct agreement *a = find_agreement(dcf, transmitter, tid);
    if (!a || ahead(a, sequence) >= SEQUENCES / 2) /* older than the window */
        return;
    if (ahead(a, sequence) >= DCF_BLOCK_ACK_WINDOW)
        move_window(a, (uint16_t)((sequence + SEQUENCES - DCF_BLOCK_ACK_WINDOW + 1) % SEQUENCES));
    a->bitmap |= (uint64_t)1 << ahead(a, sequence);
}

/* Compressed BlockAck, 9.3.1.8. */
static unsigned make_block_ack(struct dcf *dcf, const struct agreement *a, const struct interface *self,
                               uint16_t duration)
{
    uint8_t *out = dcf->answer_bytes;
    mpdu_make_rts(out, a->transmitter, self->address, duration);
    out[0] = (uint8_t)((unsigned)MPDU_CONTROL_BA << 4 | MPDU_CONTROL << 2);
    mpdu_put_le16(out + 16, (uint16_t)(a->tid << 12 | BAR_COMPRESSED));
    mpdu_put_le16(out + 18, (uint16_t)(a->start << 4));
    for (unsigned i = 0; i < 8; i++)
        out[20 + i] = (uint8_t)(a->bitmap >> 8 * i);
    return MPDU_BLOCK_ACK;
}

/* ---- Answers ---- */

static void schedule_answer(struct dcf *dcf, sim_time end, struct rf_mode to, unsigned size)
{
    dcf->answer_size = size;
    dcf->answer_mode = dcf_answer_mode(dcf, to);
    evq_schedule(dcf->q, &dcf->answer, end + dcf->config.sifs);
}

static void answer_event(void *ctx, sim_time now)
{
    struct dcf *dcf = ctx;
    if (!dcf->listening || rf_radio_is_sending(dcf->radio))
        return;
    dcf->receiving = false;
    dcf->sending = SENDING_ANSWER;
    bool sent = rf_radio_transmit(dcf->radio, dcf->answer_mode, dcf->answer_size + MPDU_FCS, dcf->answer_bytes,
                                  dcf->config.power_dbm);
    sim_assert(sent);
    dcf_state_changed(dcf, now);
}

/* What an answer reserves: what the frame did, less SIFS and itself (9.2.5.7). */
static uint16_t answer_duration(const struct dcf *dcf, uint16_t duration, struct rf_mode mode, unsigned bytes)
{
    sim_time used = dcf->config.sifs + rf_txtime(dcf_answer_mode(dcf, mode), bytes + MPDU_FCS);
    sim_time us = (used + SIM_US(1) - 1) / SIM_US(1);
    return us < duration ? (uint16_t)(duration - us) : 0;
}

static void answer_rts(struct dcf *dcf, sim_time now, const struct mpdu *rts, struct rf_mode mode)
{
    if (dcf->nav_until > now)
        return; /* 10.3.2.9: not while the NAV says busy */
    mpdu_make_cts(dcf->answer_bytes, rts->transmitter, answer_duration(dcf, rts->duration, mode, MPDU_ACK));
    schedule_answer(dcf, now, mode, MPDU_ACK);
}

static void answer_block_ack_request(struct dcf *dcf, sim_time now, const struct mpdu *bar, unsigned matched,
                                     struct rf_mode mode)
{
    if (bar->size < MPDU_BLOCK_ACK_REQUEST)
        return;
    uint16_t control = mpdu_le16(bar->bytes + 16);
    struct agreement *a = find_agreement(dcf, bar->transmitter, control >> 12);
    if (!a)
        return;
    uint16_t start = mpdu_le16(bar->bytes + 18) >> 4;
    if (ahead(a, start) < SEQUENCES / 2)
        move_window(a, start);
    unsigned n = 0;
    while (!(matched >> n & 1))
        n++;
    uint16_t duration = answer_duration(dcf, bar->duration, mode, MPDU_BLOCK_ACK);
    schedule_answer(dcf, now, mode, make_block_ack(dcf, a, &dcf->interface[n], duration));
}

void dcf_acknowledge(struct dcf *dcf)
{
    if (!dcf->pending.valid || evq_now(dcf->q) > dcf->pending.end + dcf->config.sifs)
        return;
    dcf->pending.valid = false;
    if (dcf->pending.is_qos)
        enter_in_scoreboard(dcf, dcf->pending.transmitter, dcf->pending.tid, dcf->pending.sequence);
    if (dcf->pending.wants != DCF_WANTS_ACK)
        return;
    struct rf_mode mode = dcf->pending.mode;
    uint16_t duration = dcf->pending.more_fragments ? answer_duration(dcf, dcf->pending.duration, mode, MPDU_ACK) : 0;
    mpdu_make_ack(dcf->answer_bytes, dcf->pending.transmitter, duration);
    schedule_answer(dcf, dcf->pending.end, mode, MPDU_ACK);
}

static void remember_for_acknowledgement(struct dcf *dcf, const struct dcf_rx *rx)
{
    dcf->pending.valid = rx->wants != DCF_WANTS_NOTHING;
    if (!dcf->pending.valid)
        return;
    dcf->pending.wants = rx->wants;
    dcf->pending.mode = rx->rx->frame->mode;
    dcf->pending.end = rx->end;
    memcpy(dcf->pending.transmitter, rx->mpdu.transmitter, MPDU_ADDRESS);
    dcf->pending.duration = rx->mpdu.duration;
    dcf->pending.sequence = rx->mpdu.sequence;
    dcf->pending.tid = rx->mpdu.tid;
    dcf->pending.is_qos = rx->mpdu.is_qos;
    dcf->pending.more_fragments = rx->mpdu.flags & MPDU_FLAG_MORE_FRAGMENTS;
}

/* ---- Reception ---- */

void dcf_on_preamble(void *ctx, sim_time now)
{
    struct dcf *dcf = ctx;
    dcf->receiving = true;
    dcf_state_changed(dcf, now);
}

void dcf_on_rx_start(void *ctx, sim_time now, const struct rf_frame *frame)
{
    struct dcf *dcf = ctx;
    (void)now;
    (void)frame;
    dcf->answer_begun = true;
    evq_cancel(dcf->q, &dcf->nav_reset);
}

/* True when the frame is what our exchange waits for. */
static bool is_our_answer(struct dcf *dcf, const struct mpdu *mpdu)
{
    if (mpdu->type != MPDU_CONTROL)
        return false;
    if (dcf->exchange == EXCHANGE_AWAIT_CTS)
        return mpdu->subtype == MPDU_CONTROL_CTS;
    if (dcf->slot[dcf->owner].attempt.answer == DCF_ANSWER_ACK)
        return mpdu->subtype == MPDU_CONTROL_ACK;
    if (mpdu->subtype != MPDU_CONTROL_BA || mpdu->size < MPDU_BLOCK_ACK)
        return false;
    dcf->block_ack_start = mpdu_le16(mpdu->bytes + 18) >> 4;
    dcf->block_ack_bitmap = 0;
    for (unsigned i = 0; i < 8; i++)
        dcf->block_ack_bitmap |= (uint64_t)mpdu->bytes[20 + i] << 8 * i;
    return true;
}

/* An intact frame. */
static void accept(struct dcf *dcf, sim_time now, struct dcf_rx *rx)
{
    const struct mpdu *mpdu = &rx->mpdu;
    struct rf_mode mode = rx->rx->frame->mode;
    rx->match = match(dcf, mpdu->receiver);
    if (awaits(dcf)) {
        if (!rx->match || !is_our_answer(dcf, mpdu))
            answer_failed(dcf, now);
        else if (dcf->exchange == EXCHANGE_AWAIT_CTS)
            dcf_send_after_sifs(dcf, now);
        else
            dcf_end_exchange(dcf, now, DCF_OK, rx->rx);
    }
    if (!rx->match) {
        reserve(dcf, now, mpdu, mode);
    } else if (mpdu->type != MPDU_CONTROL) {
        if (mpdu_wants_ack(mpdu))
            rx->wants = DCF_WANTS_ACK;
        else if (mpdu->is_qos && mpdu->ack_policy == 3)
            rx->wants = DCF_WANTS_SCORE;
    } else if (mpdu->subtype == MPDU_CONTROL_RTS) {
        answer_rts(dcf, now, mpdu, mode);
    } else if (mpdu->subtype == MPDU_CONTROL_BAR) {
        answer_block_ack_request(dcf, now, mpdu, rx->match, mode);
    } else if (mpdu_wants_ack(mpdu)) {
        rx->wants = DCF_WANTS_ACK;
    }
}

void dcf_on_rx_end(void *ctx, sim_time now, const struct rf_rx *received)
{
    struct dcf *dcf = ctx;
    const struct rf_frame *frame = received->frame;
    struct dcf_rx rx = {.rx = received, .start = now - rf_txtime(frame->mode, frame->psdu), .end = now};
    dcf->receiving = false;
    dcf->pending.valid = false;
    switch (received->result) {
    case RF_RX_OK:
        dcf_set_eifs(dcf, now, 0);
        rx.parsed = frame->payload && mpdu_parse(frame->payload, frame->psdu - MPDU_FCS, &rx.mpdu);
        break;
    case RF_RX_HEADER_ERROR:
        rx.start = now - frame->airtime.preamble - frame->airtime.header;
        dcf_set_eifs(dcf, now, dcf->config.eifs_ack ? now + dcf->config.sifs + dcf->config.eifs_ack : 0);
        break;
    case RF_RX_FCS_ERROR:
        dcf_set_eifs(dcf, now, dcf->config.eifs_ack ? now + dcf->config.sifs + dcf->config.eifs_ack : 0);
        break;
    case RF_RX_ABORTED:
        break;
    }
    if (rx.parsed)
        accept(dcf, now, &rx);
    else if (awaits(dcf) && dcf->answer_begun)
        answer_failed(dcf, now);
    dcf->answer_begun = false;
    remember_for_acknowledgement(dcf, &rx);
    if (dcf->observer && dcf->observer->received)
        dcf->observer->received(dcf->observer->ctx, now, dcf->node, &rx);
    dcf->telling_rx = true;
    if (dcf->ops->received)
        dcf->ops->received(dcf->ctx, now, &rx);
    dcf->telling_rx = false;
    /* State and counting follow with the CCA that the medium tells next. */
}

void dcf_rx_init(struct dcf *dcf)
{
    evq_event_init(&dcf->answer, answer_event, dcf, EVQ_PHASE_DEVICE);
    evq_event_init(&dcf->nav_end, nav_end_event, dcf, EVQ_PHASE_OBSERVE);
    evq_event_init(&dcf->nav_reset, nav_reset_event, dcf, EVQ_PHASE_RADIO_START);
    dcf->answer.node = dcf->nav_end.node = dcf->nav_reset.node = dcf->node;
}
