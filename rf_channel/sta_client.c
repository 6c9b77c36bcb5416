/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/sta_client.h"

#include <stdlib.h>

#include "rf_channel/sta_client_internal.h"

enum { QOS = 2, A_MSDU = 1 << 7 };

struct sta_client_config sta_client_defaults(void)
{
    return (struct sta_client_config){.station = station_defaults(),
                                      .ssid = "vesper",
                                      .active = true,
                                      .dwell = SIM_MS(120),
                                      .standard = AP_STANDARD_G,
                                      .basic_mode = {RF_RATE_DSSS_1, false},
                                      .data_mode = {RF_RATE_OFDM_54, false},
                                      .queue_limit = 200,
                                      .lost_beacons = 10,
                                      .retry_pause = SIM_S(1),
                                      .listen_interval = 3,
                                      .idle = SIM_MS(100)};
}

const char *sta_client_config_error(const struct sta_client_config *c)
{
    size_t passphrase = strlen(c->passphrase);
    if (c->ssid[0] == 0)
        return "the SSID is empty";
    if (passphrase > 0 && passphrase < AP_PASSPHRASE_MIN)
        return "a passphrase has 8 to 63 characters";
    if (mpdu_is_group(c->station.address))
        return "the station's address is a group address";
    if (c->station.channel < 1 || c->station.channel > 14 || c->channels >> 14)
        return "the channel is none of 1 to 14";
    if (c->listen_interval < 1 || c->listen_interval > 65535)
        return "the listen interval is none of 1 to 65535 beacons";
    if (c->lost_beacons < 1 || c->queue_limit < 1 || c->dwell == 0)
        return "a limit of 0";
    enum rf_kind kind = rf_rate_of(c->data_mode.rate)->kind;
    if ((kind == RF_KIND_HT && c->standard < AP_STANDARD_N) || (kind == RF_KIND_OFDM && c->standard < AP_STANDARD_G))
        return "the data rate is not one of the standard";
    return NULL;
}

const char *sta_client_state_name(enum sta_client_state state)
{
    static const char *const NAMES[] = {"off", "scanning", "authenticating", "associating", "handshake", "connected"};
    return NAMES[state];
}

/* ---- Sending ---- */

static bool send(struct sta_client *client, const uint8_t *mpdu, size_t size, unsigned queue, struct rf_mode mode,
                 enum client_tag tag)
{
    struct station_frame frame = {
        .mpdu = mpdu, .bytes = (unsigned)size, .queue = queue, .mode = mode, .tag = (uint64_t)tag};
    return station_send(client->station, &frame);
}

bool client_send_management(struct sta_client *client, enum mpdu_subtype subtype, const uint8_t *to,
                            const struct body *body)
{
    uint8_t mpdu[MPDU_HEADER + ELEMENTS_BODY_MAX];
    struct mpdu_header header = {.type = MPDU_MANAGEMENT, .subtype = subtype};
    memcpy(header.address[0], to, MPDU_ADDRESS);
    memcpy(header.address[1], station_address(client->station), MPDU_ADDRESS);
    memcpy(header.address[2], to, MPDU_ADDRESS);
    mpdu_make_header(mpdu, &header);
    memcpy(mpdu + MPDU_HEADER, body->bytes, body->size);
    return send(client, mpdu, MPDU_HEADER + body->size, CLIENT_MANAGEMENT_QUEUE, client->config.basic_mode,
                TAG_MANAGEMENT);
}

static void to_ds(const struct sta_client *client, enum mpdu_subtype subtype, const uint8_t *destination, uint8_t *out)
{
    struct mpdu_header header = {.type = MPDU_DATA, .subtype = subtype, .flags = MPDU_FLAG_TO_DS};
    memcpy(header.address[0], client->network.bssid, MPDU_ADDRESS);
    memcpy(header.address[1], station_address(client->station), MPDU_ADDRESS);
    memcpy(header.address[2], destination, MPDU_ADDRESS);
    mpdu_make_header(out, &header);
}

bool client_send_ethernet(struct sta_client *client, const uint8_t *ethernet, size_t size, enum client_tag tag,
                          bool protect)
{
    uint8_t mpdu[MPDU_QOS_HEADER + ETHERNET_MAX + LLC_SNAP];
    unsigned priority = llc_priority(ethernet, size);
    size_t header = client->wmm ? MPDU_QOS_HEADER : MPDU_HEADER;
    to_ds(client, client->wmm ? MPDU_DATA_QOS : MPDU_DATA_PLAIN, ethernet, mpdu);
    if (client->wmm) {
        mpdu[MPDU_HEADER] = (uint8_t)priority;
        mpdu[MPDU_HEADER + 1] = 0;
    }
    size_t body = llc_from_ethernet(ethernet, size, mpdu + header);
    if (body == 0)
        return false;
    unsigned queue = client->wmm ? llc_queue(priority) : CLIENT_PLAIN_QUEUE;
    if (station_queued(client->station, queue) >= client->config.queue_limit)
        return false; /* before a packet number is spent */
    const uint8_t *bytes = mpdu;
    size_t all = header + body;
    if (protect) {
        all = ccmp_encrypt(client->key, mpdu, all, client->sealed);
        bytes = client->sealed;
    }
    return send(client, bytes, all, queue, client->mode, tag);
}

bool client_send_null(struct sta_client *client, enum client_tag tag)
{
    uint8_t mpdu[MPDU_HEADER];
    to_ds(client, MPDU_DATA_NULL, client->network.bssid, mpdu);
    return send(client, mpdu, sizeof mpdu, CLIENT_PLAIN_QUEUE, client->mode, tag);
}

bool client_send_poll(struct sta_client *client)
{
    uint8_t poll[MPDU_RTS]; /* a PS-Poll has an RTS's fields; the AID with both top bits set (9.3.1.5) */
    mpdu_make_rts(poll, client->network.bssid, station_address(client->station), (uint16_t)(0xc000 | client->aid));
    poll[0] = (uint8_t)(MPDU_CONTROL_PS_POLL << 4 | MPDU_CONTROL << 2);
    client->counts.polls++;
    return send(client, poll, sizeof poll, CLIENT_PLAIN_QUEUE, client->config.basic_mode, TAG_POLL);
}

bool sta_client_send(struct sta_client *client, const uint8_t *ethernet, size_t size)
{
    bool sent = client->state == STA_CLIENT_CONNECTED && size >= ETHERNET_HEADER && size <= ETHERNET_MAX;
    if (sent) {
        client_ps_active(client);
        sent = client_send_ethernet(client, ethernet, size, TAG_DATA, client->secured);
    }
    client->counts.refused += !sent;
    return sent;
}

static void on_sent(void *ctx, sim_time now, const struct station_sent *sent)
{
    struct sta_client *client = ctx;
    enum client_tag tag = (enum client_tag)sent->tag;
    if (tag == TAG_DATA) {
        client->counts.sent += sent->delivered;
        client->counts.undelivered += !sent->delivered;
        if (client->ops->sent)
            client->ops->sent(client->ctx, now, sent->delivered);
    }
    client_ps_sent(client, tag, sent->delivered);
}

/* Whether it dozes afterwards is said in every frame (9.2.4.1.7), and known when it is sent. */
static void on_sending(void *ctx, sim_time now, uint64_t tag, struct rf_mode mode, uint8_t *mpdu)
{
    struct sta_client *client = ctx;
    (void)now;
    (void)mode;
    bool dozes = client->power_saving || tag == TAG_DOZE;
    if ((mpdu[0] >> 2 & 3) != MPDU_DATA || client->state != STA_CLIENT_CONNECTED)
        return;
    if (dozes)
        mpdu[1] |= MPDU_FLAG_POWER;
    else
        mpdu[1] &= (uint8_t)~MPDU_FLAG_POWER;
}

/* ---- Receiving ---- */

static const uint8_t *open_frame(struct sta_client *client, const struct mpdu *mpdu, size_t *size)
{
    *size = mpdu->size;
    if (!(mpdu->flags & MPDU_FLAG_PROTECTED))
        return mpdu->bytes;
    int id = ccmp_key_id(mpdu);
    struct ccmp *key = client->key;
    if (mpdu_is_group(mpdu->receiver))
        key = id < 0 ? NULL : client->group[id];
    enum ccmp_result result = key ? ccmp_decrypt(key, mpdu, client->plain, size) : CCMP_BAD_MIC;
    if (result == CCMP_OK)
        return client->plain;
    client->counts.replays += result == CCMP_REPLAY;
    client->counts.undecryptable += result != CCMP_REPLAY;
    return NULL;
}

static void take(struct sta_client *client, sim_time now, const struct mpdu *mpdu)
{
    size_t size;
    const uint8_t *plain = open_frame(client, mpdu, &size);
    if (!plain)
        return;
    bool was_protected = mpdu->flags & MPDU_FLAG_PROTECTED;
    size_t made = llc_to_ethernet(plain + 4, plain + 16, plain + mpdu->header, size - mpdu->header, client->ethernet);
    if (made == 0 || made > ETHERNET_MAX) {
        client->counts.malformed++;
        return;
    }
    if (ethernet_type(client->ethernet) == ETHERTYPE_EAPOL && client->secured) {
        if (!mpdu_is_group(mpdu->receiver))
            client_wpa_received(client, client->ethernet + ETHERNET_HEADER, made - ETHERNET_HEADER, was_protected);
        return;
    }
    if (client->state != STA_CLIENT_CONNECTED || (client->secured && !was_protected)) {
        client->counts.unwanted++;
        return;
    }
    client->counts.received++;
    if (client->ops->received)
        client->ops->received(client->ctx, now, client->ethernet, made);
}

static void on_data(struct sta_client *client, sim_time now, const struct mpdu *mpdu)
{
    bool from_ap = (mpdu->flags & (MPDU_FLAG_TO_DS | MPDU_FLAG_FROM_DS)) == MPDU_FLAG_FROM_DS &&
                   memcmp(mpdu->transmitter, client->network.bssid, MPDU_ADDRESS) == 0;
    if (!from_ap || client->state < STA_CLIENT_HANDSHAKE)
        return;
    bool has_data = !((unsigned)mpdu->subtype & MPDU_DATA_NULL);
    bool whole = !(mpdu->flags & MPDU_FLAG_MORE_FRAGMENTS) && mpdu->fragment == 0 &&
                 !(mpdu->is_qos && (mpdu->bytes[mpdu->header - QOS] & A_MSDU));
    bool echo = memcmp(mpdu->bytes + 16, station_address(client->station), MPDU_ADDRESS) == 0;
    if (has_data && !whole)
        client->counts.malformed++;
    else if (has_data && !echo) /* our own broadcast comes back from the access point */
        take(client, now, mpdu);
    if (client->state == STA_CLIENT_CONNECTED)
        client_ps_received(client, mpdu);
}

static void on_received(void *ctx, sim_time now, const struct station_received *received)
{
    struct sta_client *client = ctx;
    const struct mpdu *mpdu = &received->rx->mpdu;
    if (received->duplicate || client->state == STA_CLIENT_OFF)
        return;
    if (mpdu->type == MPDU_MANAGEMENT)
        client_link_received(client, now, received->rx);
    else if (mpdu->type == MPDU_DATA)
        on_data(client, now, mpdu);
}

/* ---- Birth, death, questions ---- */

struct sta_client *sta_client_create(struct rf_medium *medium, unsigned node, const struct sta_client_config *config,
                                     const struct sta_client_ops *ops, void *ctx, const struct dcf_observer *observer)
{
    static const struct station_ops OPS = {.sent = on_sent, .sending = on_sending, .received = on_received};
    static const struct sta_client_ops NONE = {0};
    sim_assert(!sta_client_config_error(config));
    struct sta_client *client = calloc(1, sizeof *client);
    if (!client)
        return NULL;
    client->config = *config;
    client->config.station.queue_limit = config->queue_limit + 8; /* Null frames and polls find room, too */
    client->ops = ops ? ops : &NONE;
    client->ctx = ctx;
    client->q = rf_medium_evq(medium);
    client->ssid_size = strlen(config->ssid);
    client->station = station_create(medium, node, &client->config.station, &OPS, client, observer);
    if (!client->station) {
        free(client);
        return NULL;
    }
    client_wpa_init(client, node);
    client_ps_init(client);
    client_link_init(client);
    return client;
}

void sta_client_destroy(struct sta_client *client)
{
    if (!client)
        return;
    evq_cancel(client->q, &client->timer);
    evq_cancel(client->q, &client->wake);
    evq_cancel(client->q, &client->await);
    evq_cancel(client->q, &client->doze);
    client_wpa_reset(client);
    station_destroy(client->station);
    free(client);
}

enum sta_client_state sta_client_get_state(const struct sta_client *client)
{
    return client->state;
}

unsigned sta_client_aid(const struct sta_client *client)
{
    return client->state >= STA_CLIENT_HANDSHAKE ? client->aid : 0;
}

const uint8_t *sta_client_bssid(const struct sta_client *client)
{
    return client->state >= STA_CLIENT_HANDSHAKE ? client->network.bssid : NULL;
}

const struct sta_client_counts *sta_client_get_counts(const struct sta_client *client)
{
    return &client->counts;
}

struct station *sta_client_radio(const struct sta_client *client)
{
    return client->station;
}
