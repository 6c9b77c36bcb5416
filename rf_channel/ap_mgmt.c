/* SPDX-License-Identifier: Apache-2.0 */
/* Beacons, probes, authentication and association; who is here and who is gone. */
#include "rf_channel/ap_internal.h"

enum {
    TIMESTAMP = 8,
    STATUS_OK = 0,
    STATUS_UNSPECIFIED = 1,
    STATUS_ALGORITHM = 13,
    STATUS_SEQUENCE = 14,
    STATUS_FULL = 17,
    STATUS_RATES = 18,
    STATUS_INVALID_ELEMENT = 40,
    AID_FLAGS = 0xc000,
    GRACE_S = 5 /* to associate after authentication, and to answer a Null frame */
};

static const uint8_t BROADCAST[MPDU_ADDRESS] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static sim_time interval(const struct ap *ap)
{
    return SIM_US(TU_US) * ap->config.beacon_interval;
}

uint64_t ap_tsf(const struct ap *ap, sim_time now)
{
    return now < ap->config.beacon_offset ? 0 : (now - ap->config.beacon_offset) / SIM_US(1);
}

/* ---- The table of stations ---- */

static unsigned hash(const uint8_t *address)
{
    return (address[5] ^ address[4] * 7u ^ address[3] * 31u) % CLIENT_HASH;
}

struct client *ap_client(const struct ap *ap, const uint8_t *address)
{
    struct client *client = ap->hash[hash(address)];
    while (client && memcmp(client->address, address, MPDU_ADDRESS) != 0)
        client = client->hash_next;
    return client;
}

static void on_timer(void *ctx, sim_time now)
{
    struct client *client = ctx;
    (void)now;
    if (client->state == AP_STATION_AUTHENTICATED)
        ap_set_state(client, AP_STATION_GONE, AP_REASON_NOT_VALID);
    else
        ap_wpa_timeout(client);
}

static struct client *new_client(struct ap *ap, const uint8_t *address)
{
    for (unsigned i = 0; i < ap->config.max_stations; i++) {
        struct client *client = &ap->clients[i];
        if (client->state != AP_STATION_GONE)
            continue;
        *client = (struct client){.ap = ap, .aid = i + 1, .mode = ap->config.basic_mode};
        memcpy(client->address, address, MPDU_ADDRESS);
        client->hash_next = ap->hash[hash(address)];
        ap->hash[hash(address)] = client;
        evq_event_init(&client->timer, on_timer, client, EVQ_PHASE_DEVICE);
        client->timer.node = dcf_node(station_dcf(ap->station));
        return client;
    }
    return NULL;
}

static void unlink_client(struct client *client)
{
    struct client **link = &client->ap->hash[hash(client->address)];
    while (*link != client)
        link = &(*link)->hash_next;
    *link = client->hash_next;
}

/* 9.4.2.11: as long as a station without OFDM is here, others protect theirs and slots are long. */
static void update_bss(struct ap *ap)
{
    bool mixed = ap->non_erp > 0;
    const struct station_config *c = &ap->config.station;
    if (ap->config.standard > AP_STANDARD_B)
        station_set_bss(ap->station, c->protect || mixed, mixed ? SIM_US(20) : c->mac.slot);
}

static void leave_bss(struct client *client)
{
    struct ap *ap = client->ap;
    ap->associated--;
    ap->non_erp -= !client->erp;
    ap_ps_forget(client);
    ap_wpa_stop(client);
    ap_drop_frames_of(ap, client);
    update_bss(ap);
}

void ap_set_state(struct client *client, enum ap_station_state state, unsigned reason)
{
    struct ap *ap = client->ap;
    bool was_in = client->state >= AP_STATION_ASSOCIATED;
    bool is_in = state >= AP_STATION_ASSOCIATED;
    if (client->state == state)
        return;
    client->state = state;
    if (was_in && !is_in) {
        ap->counts.departures++;
        leave_bss(client);
    } else if (is_in && !was_in) {
        ap->associated++;
        ap->non_erp += !client->erp;
        evq_cancel(ap->q, &client->timer);
        update_bss(ap);
    }
    if (state == AP_STATION_AUTHENTICATED)
        evq_schedule(ap->q, &client->timer, evq_now(ap->q) + SIM_S(GRACE_S));
    if (state == AP_STATION_GONE) {
        evq_cancel(ap->q, &client->timer);
        ap_drop_frames_of(ap, client);
        unlink_client(client);
    }
    if (ap->events.station)
        ap->events.station(ap->events.ctx, evq_now(ap->q), client->address, state, reason);
    if (was_in && !is_in)
        ap_wpa_settle(ap);
}

/* ---- Frames ---- */

static struct frame *management(struct ap *ap, enum frame_kind kind, enum mpdu_subtype subtype, const uint8_t *to,
                                const struct body *body)
{
    struct mpdu_header header = {.type = MPDU_MANAGEMENT, .subtype = subtype};
    memcpy(header.address[0], to, MPDU_ADDRESS);
    memcpy(header.address[1], ap->bssid, MPDU_ADDRESS);
    memcpy(header.address[2], ap->bssid, MPDU_ADDRESS);
    return ap_new_frame(ap, kind, &header, body->bytes, body->size);
}

static unsigned capabilities(const struct ap *ap)
{
    bool short_slots = ap->config.station.mac.slot < SIM_US(20) && ap->non_erp == 0;
    return CAPABILITY_ESS | (ap->secured ? CAPABILITY_PRIVACY : 0) |
           (short_slots && ap->config.standard > AP_STANDARD_B ? CAPABILITY_SHORT_SLOT : 0);
}

/* Beacon and probe response (tables 9-32 and 9-39); the timestamp is filled in when it goes on the air. */
static void put_description(const struct ap *ap, struct body *body, bool with_tim)
{
    static const uint8_t NO_TIMESTAMP[TIMESTAMP] = {0};
    bool ofdm = ap->config.standard >= AP_STANDARD_G;
    uint8_t channel = (uint8_t)ap->config.station.channel;
    body_put(body, NO_TIMESTAMP, TIMESTAMP);
    body_put_le16(body, ap->config.beacon_interval);
    body_put_le16(body, capabilities(ap));
    body_put_element(body, ELEMENT_SSID, ap->config.ssid, ap->ssid_size);
    body_put_rates(body, ofdm);
    body_put_element(body, ELEMENT_DS, &channel, 1);
    if (with_tim) {
        unsigned period = ap->config.dtim_period;
        unsigned count = (unsigned)((period - ap->beacon % period) % period);
        body_put_tim(body, count, period, count == 0 && ap->group_kept.count + ap->cabs > 0, ap->traffic_map);
    }
    if (ofdm) {
        uint8_t erp = ap->non_erp ? ERP_NON_ERP_PRESENT | ERP_USE_PROTECTION : 0;
        body_put_element(body, ELEMENT_ERP, &erp, 1);
    }
    body_put_extended_rates(body, ofdm);
    if (ap->secured)
        body_put_rsn(body);
    if (ap->config.standard >= AP_STANDARD_N) {
        body_put_ht_capabilities(body);
        body_put_ht_operation(body, channel);
        body_put_wmm_parameters(body);
    }
}

/* 11.1.3.2: the TSF when the first bit of the timestamp leaves the antenna. */
void ap_stamp(struct ap *ap, sim_time now, const struct frame *frame, struct rf_mode mode, uint8_t *mpdu)
{
    if (frame->kind != FRAME_BEACON && frame->kind != FRAME_PROBE_RESPONSE)
        return;
    struct rf_airtime t = rf_ppdu_airtime(mode, (uint32_t)frame->size + MPDU_FCS);
    sim_time before = t.preamble + t.header + MPDU_HEADER * 8 * SIM_PS_PER_S / rf_mode_bps(mode);
    uint64_t tsf = ap_tsf(ap, now + before);
    for (unsigned i = 0; i < TIMESTAMP; i++)
        mpdu[MPDU_HEADER + i] = (uint8_t)(tsf >> 8 * i);
}

/* A station that was silent for long is asked; one that does not answer has gone. */
static void check_presence(struct ap *ap, sim_time now)
{
    for (unsigned i = 0; i < ap->config.max_stations; i++) {
        struct client *client = &ap->clients[i];
        if (client->state < AP_STATION_ASSOCIATED)
            continue;
        sim_time silent = now - client->heard;
        if (silent < ap->config.inactivity) {
            client->asked = false;
        } else if (!client->asked) {
            client->asked = true;
            ap_enqueue(ap, ap_ps_null_frame(client));
        } else if (silent > ap->config.inactivity + SIM_S(GRACE_S) + ap->config.buffer_lifetime) {
            ap_send_away(ap, client->address, AP_REASON_INACTIVITY);
        }
    }
}

static bool beacon_waits(const struct ap *ap)
{
    for (const struct frame *frame = ap->fifo[QUEUE_MANAGEMENT].head; frame; frame = frame->next)
        if (frame->kind == FRAME_BEACON)
            return true;
    return ap->flight[QUEUE_MANAGEMENT] && ap->flight[QUEUE_MANAGEMENT]->kind == FRAME_BEACON;
}

static void on_tbtt(void *ctx, sim_time now)
{
    struct ap *ap = ctx;
    bool is_dtim = ap->beacon % ap->config.dtim_period == 0;
    ap_ps_expire(ap, now);
    if (beacon_waits(ap)) {
        ap->counts.beacons_missed++;
    } else {
        struct body body = {.size = 0};
        put_description(ap, &body, true);
        struct frame *frame = management(ap, FRAME_BEACON, MPDU_BEACON, BROADCAST, &body);
        if (frame) {
            if (is_dtim)
                ap_ps_release_group(ap);
            ap_enqueue_first(ap, frame);
        }
    }
    ap->beacon++;
    if (ap->config.inactivity > 0 && now - ap->checked >= SIM_S(1)) {
        ap->checked = now;
        check_presence(ap, now);
    }
    evq_schedule(ap->q, &ap->tbtt, ap->config.beacon_offset + ap->beacon * interval(ap));
    ap_pump(ap);
}

void ap_mgmt_start(struct ap *ap)
{
    evq_event_init(&ap->tbtt, on_tbtt, ap, EVQ_PHASE_DEVICE);
    ap->tbtt.node = dcf_node(station_dcf(ap->station));
    sim_time now = evq_now(ap->q), first = ap->config.beacon_offset;
    ap->beacon = now > first ? (now - first + interval(ap) - 1) / interval(ap) : 0;
    evq_schedule(ap->q, &ap->tbtt, first + ap->beacon * interval(ap));
}

void ap_send_away(struct ap *ap, const uint8_t *address, unsigned reason)
{
    struct client *client = ap_client(ap, address);
    uint8_t to[MPDU_ADDRESS];
    struct body body = {.size = 0};
    memcpy(to, address, MPDU_ADDRESS);
    if (client)
        ap_set_state(client, AP_STATION_GONE, reason);
    body_put_le16(&body, reason);
    ap_enqueue(ap, management(ap, FRAME_MANAGEMENT, MPDU_DEAUTH, to, &body));
}

/* ---- What stations want ---- */

static void on_probe(struct ap *ap, const struct mpdu *mpdu)
{
    struct elements e;
    if (!elements_parse(mpdu->bytes + mpdu->header, mpdu->size - mpdu->header, &e) || !e.ssid) {
        ap->counts.malformed++;
        return;
    }
    bool for_us =
        e.ssid_size == 0 || (e.ssid_size == ap->ssid_size && memcmp(e.ssid, ap->config.ssid, e.ssid_size) == 0);
    if (!for_us || (e.ds && e.channel != ap->config.station.channel))
        return;
    struct body body = {.size = 0};
    put_description(ap, &body, false);
    ap->counts.probes++;
    ap_enqueue(ap, management(ap, FRAME_PROBE_RESPONSE, MPDU_PROBE_RESPONSE, mpdu->transmitter, &body));
}

static unsigned authenticate(struct ap *ap, sim_time now, const struct dcf_rx *rx)
{
    const uint8_t *body = rx->mpdu.bytes + rx->mpdu.header;
    if (mpdu_le16(body) != 0)
        return STATUS_ALGORITHM; /* open system only */
    if (mpdu_le16(body + 2) != 1)
        return STATUS_SEQUENCE;
    struct client *client = ap_client(ap, rx->mpdu.transmitter);
    if (client) /* begins anew: a station that was switched off and on */
        ap_set_state(client, AP_STATION_GONE, AP_REASON_NOT_VALID);
    client = new_client(ap, rx->mpdu.transmitter);
    if (!client)
        return STATUS_FULL;
    client->heard = now;
    client->rssi_dbm = rx->rx->rssi_dbm;
    ap_set_state(client, AP_STATION_AUTHENTICATED, 0);
    ap->counts.authentications++;
    return STATUS_OK;
}

static void on_authentication(struct ap *ap, sim_time now, const struct dcf_rx *rx)
{
    const struct mpdu *mpdu = &rx->mpdu;
    if (mpdu->size < mpdu->header + 6) {
        ap->counts.malformed++;
        return;
    }
    struct body body = {.size = 0};
    unsigned status = authenticate(ap, now, rx);
    ap->counts.refused += status != STATUS_OK;
    body_put_le16(&body, mpdu_le16(mpdu->bytes + mpdu->header));
    body_put_le16(&body, 2);
    body_put_le16(&body, status);
    ap_enqueue(ap, management(ap, FRAME_MANAGEMENT, MPDU_AUTH, mpdu->transmitter, &body));
}

static unsigned associate(struct client *client, const struct elements *e)
{
    const struct ap *ap = client->ap;
    if (!e->ssid || e->ssid_size != ap->ssid_size || memcmp(e->ssid, ap->config.ssid, ap->ssid_size) != 0)
        return STATUS_UNSPECIFIED;
    if (!(e->rates >> ap->config.basic_mode.rate & 1))
        return STATUS_RATES;
    if (ap->secured && (!elements_rsn_is_ours(e) || e->rsn_size > CLIENT_RSN_MAX))
        return STATUS_INVALID_ELEMENT;
    if (ap->secured) {
        memcpy(client->rsn, e->rsn, e->rsn_size);
        client->rsn_size = e->rsn_size;
    }
    bool n = ap->config.standard >= AP_STANDARD_N;
    client->wmm = n && e->wmm;
    client->ht = client->wmm && e->ht;
    client->erp = (e->rates & ~((2u << RF_RATE_CCK_11) - 1)) != 0;
    client->mode = elements_mode(ap->config.data_mode, e->rates, client->ht);
    return STATUS_OK;
}

static void answer_association(struct client *client, bool again, unsigned status)
{
    struct ap *ap = client->ap;
    struct body body = {.size = 0};
    bool ofdm = ap->config.standard >= AP_STANDARD_G;
    body_put_le16(&body, capabilities(ap));
    body_put_le16(&body, status);
    body_put_le16(&body, status == STATUS_OK ? AID_FLAGS | client->aid : 0);
    body_put_rates(&body, ofdm);
    body_put_extended_rates(&body, ofdm);
    if (client->ht) {
        body_put_ht_capabilities(&body);
        body_put_ht_operation(&body, ap->config.station.channel);
    }
    if (client->wmm)
        body_put_wmm_parameters(&body);
    struct frame *frame = management(ap, status == STATUS_OK ? FRAME_ASSOC_RESPONSE : FRAME_MANAGEMENT,
                                     again ? MPDU_REASSOC_RESPONSE : MPDU_ASSOC_RESPONSE, client->address, &body);
    if (frame && status == STATUS_OK)
        frame->client = client;
    ap_enqueue(ap, frame);
}

static void on_association(struct ap *ap, const struct mpdu *mpdu, bool again)
{
    struct client *client = ap_client(ap, mpdu->transmitter);
    size_t fixed = again ? 10 : 4;
    struct elements e;
    if (!client) {
        ap_send_away(ap, mpdu->transmitter, AP_REASON_CLASS2);
        return;
    }
    if (mpdu->size < mpdu->header + fixed ||
        !elements_parse(mpdu->bytes + mpdu->header + fixed, mpdu->size - mpdu->header - fixed, &e)) {
        ap->counts.malformed++;
        return;
    }
    ap_set_state(client, AP_STATION_AUTHENTICATED, 0); /* keys of before are void */
    client->listen_interval = mpdu_le16(mpdu->bytes + mpdu->header + 2);
    unsigned status = associate(client, &e);
    ap->counts.refused += status != STATUS_OK;
    answer_association(client, again, status);
}

static void on_farewell(struct ap *ap, const struct mpdu *mpdu)
{
    struct client *client = ap_client(ap, mpdu->transmitter);
    if (!client)
        return;
    unsigned reason = mpdu->size >= mpdu->header + 2 ? mpdu_le16(mpdu->bytes + mpdu->header) : AP_REASON_UNSPECIFIED;
    bool all = mpdu->subtype == MPDU_DEAUTH;
    if (all || client->state >= AP_STATION_ASSOCIATED)
        ap_set_state(client, all ? AP_STATION_GONE : AP_STATION_AUTHENTICATED, reason);
}

void ap_mgmt_received(struct ap *ap, sim_time now, const struct dcf_rx *rx)
{
    const struct mpdu *mpdu = &rx->mpdu;
    bool ours = memcmp(mpdu->bssid, ap->bssid, MPDU_ADDRESS) == 0;
    if (mpdu->subtype == MPDU_PROBE_REQUEST) {
        if ((ours || mpdu_is_group(mpdu->bssid)) && !mpdu_is_group(mpdu->transmitter))
            on_probe(ap, mpdu);
        return;
    }
    if (!ours || !rx->match || mpdu_is_group(mpdu->transmitter) || (mpdu->flags & MPDU_FLAG_PROTECTED))
        return;
    switch (mpdu->subtype) {
    case MPDU_AUTH:
        on_authentication(ap, now, rx);
        break;
    case MPDU_ASSOC_REQUEST:
    case MPDU_REASSOC_REQUEST:
        on_association(ap, mpdu, mpdu->subtype == MPDU_REASSOC_REQUEST);
        break;
    case MPDU_DISASSOC:
    case MPDU_DEAUTH:
        on_farewell(ap, mpdu);
        break;
    default:
        break;
    }
}

void ap_mgmt_sent(struct ap *ap, sim_time now, const struct frame *frame, bool delivered)
{
    struct client *client = frame->client;
    (void)now;
    ap->counts.beacons += frame->kind == FRAME_BEACON;
    if (frame->kind != FRAME_ASSOC_RESPONSE || !client || !delivered || client->state != AP_STATION_AUTHENTICATED)
        return;
    ap->counts.associations++;
    ap_set_state(client, AP_STATION_ASSOCIATED, 0);
    if (ap->secured)
        ap_wpa_start(client);
    else
        ap_set_state(client, AP_STATION_AUTHORIZED, 0);
}
