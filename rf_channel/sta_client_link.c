/* SPDX-License-Identifier: Apache-2.0 */
/* Finding a network, joining it, losing it. */
#include "rf_channel/sta_client_internal.h"

enum {
    CHANNELS = 14,
    TIMESTAMP = 8,
    BEACON_FIXED = TIMESTAMP + 4,
    TRIES = 3,
    AID_MASK = 0x3fff,
    HANDSHAKE_S = 6 /* longer than an access point tries */
};

#define ANSWER_TIME SIM_MS(300)

static const uint8_t BROADCAST[MPDU_ADDRESS] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static void set_state(struct sta_client *client, enum sta_client_state state, unsigned reason)
{
    if (client->state == state)
        return;
    client->state = state;
    if (client->ops->state)
        client->ops->state(client->ctx, evq_now(client->q), state, reason);
}

static void arm(struct sta_client *client, sim_time wait)
{
    evq_schedule(client->q, &client->timer, evq_now(client->q) + wait);
}

/* ---- Scanning ---- */

static bool is_wanted(const struct sta_client *client, unsigned channel)
{
    if (client->config.channels == 0)
        return channel == client->config.station.channel;
    return client->config.channels >> (channel - 1) & 1;
}

static void put_abilities(const struct sta_client *client, struct body *body)
{
    bool ofdm = client->config.standard >= AP_STANDARD_G;
    body_put_element(body, ELEMENT_SSID, client->config.ssid, client->ssid_size);
    body_put_rates(body, ofdm);
    body_put_extended_rates(body, ofdm);
}

static void visit(struct sta_client *client, unsigned channel)
{
    client->scan_channel = channel;
    dcf_set_channel(station_dcf(client->station), channel);
    if (client->config.active) {
        struct body body = {.size = 0};
        put_abilities(client, &body);
        client_send_management(client, MPDU_PROBE_REQUEST, BROADCAST, &body);
    }
    arm(client, client->config.dwell);
}

/* The next wanted channel after this one; 0: that was the last. */
static unsigned channel_after(const struct sta_client *client, unsigned channel)
{
    for (channel++; channel <= CHANNELS; channel++)
        if (is_wanted(client, channel))
            return channel;
    return 0;
}

static void scan(struct sta_client *client)
{
    client->network = (struct network){.found = false};
    client->counts.scans++;
    set_state(client, STA_CLIENT_SCANNING, 0);
    visit(client, channel_after(client, 0));
}

/* A beacon or probe response of our network; the strongest is kept. */
static void consider(struct sta_client *client, const struct dcf_rx *rx, const struct elements *e)
{
    const uint8_t *body = rx->mpdu.bytes + rx->mpdu.header;
    unsigned channel = e->channel ? e->channel : client->scan_channel;
    bool ours = e->ssid && e->ssid_size == client->ssid_size && memcmp(e->ssid, client->config.ssid, e->ssid_size) == 0;
    bool same_kind = client->secured ? elements_rsn_is_ours(e) && e->rsn_size <= CLIENT_RSN_KEPT
                                     : !(mpdu_le16(body + 10) & CAPABILITY_PRIVACY);
    if (!ours || !same_kind || mpdu_le16(body + TIMESTAMP) == 0 || channel < 1 || channel > CHANNELS)
        return;
    if (client->network.found && client->network.rssi_dbm >= rx->rx->rssi_dbm)
        return;
    client->network = (struct network){.found = true,
                                       .channel = channel,
                                       .rssi_dbm = rx->rx->rssi_dbm,
                                       .interval = mpdu_le16(body + TIMESTAMP),
                                       .capabilities = mpdu_le16(body + 10),
                                       .erp = e->erp,
                                       .rates = e->rates,
                                       .ht = e->ht && e->wmm,
                                       .wmm = e->wmm};
    memcpy(client->network.bssid, rx->mpdu.bssid, MPDU_ADDRESS);
    if (client->secured) {
        memcpy(client->network.rsn, e->rsn, e->rsn_size);
        client->network.rsn_size = e->rsn_size;
    }
}

/* ---- Joining ---- */

static void send_authentication(struct sta_client *client)
{
    struct body body = {.size = 0};
    body_put_le16(&body, 0); /* open system */
    body_put_le16(&body, 1);
    body_put_le16(&body, 0);
    client_send_management(client, MPDU_AUTH, client->network.bssid, &body);
    arm(client, ANSWER_TIME);
}

static void send_association(struct sta_client *client)
{
    struct body body = {.size = 0};
    bool n = client->config.standard >= AP_STANDARD_N;
    body_put_le16(&body, CAPABILITY_ESS | CAPABILITY_SHORT_SLOT | (client->secured ? CAPABILITY_PRIVACY : 0));
    body_put_le16(&body, client->config.listen_interval);
    put_abilities(client, &body);
    if (client->secured)
        body_put_rsn(&body);
    if (n) {
        body_put_ht_capabilities(&body);
        body_put_wmm_information(&body);
    }
    client_send_management(client, MPDU_ASSOC_REQUEST, client->network.bssid, &body);
    arm(client, ANSWER_TIME);
}

static void follow_bss(struct sta_client *client)
{
    const struct station_config *c = &client->config.station;
    bool short_slot = client->network.capabilities & CAPABILITY_SHORT_SLOT;
    if (client->config.standard > AP_STANDARD_B)
        station_set_bss(client->station, c->protect || (client->network.erp & ERP_USE_PROTECTION),
                        short_slot ? c->mac.slot : SIM_US(20));
}

static void join(struct sta_client *client)
{
    bool n = client->config.standard >= AP_STANDARD_N;
    client->wmm = n && client->network.wmm;
    client->mode = elements_mode(client->config.data_mode, client->network.rates, n && client->network.ht);
    client->scan_channel = client->network.channel;
    client->tries = 0;
    dcf_set_channel(station_dcf(client->station), client->network.channel);
    follow_bss(client);
    set_state(client, STA_CLIENT_AUTHENTICATING, 0);
    send_authentication(client);
}

static void on_authentication(struct sta_client *client, const uint8_t *body, size_t size)
{
    if (client->state != STA_CLIENT_AUTHENTICATING)
        return;
    if (size < 6 || mpdu_le16(body) != 0 || mpdu_le16(body + 2) != 2) {
        client->counts.malformed++;
        return;
    }
    if (mpdu_le16(body + 4) != 0) {
        client_fall(client, AP_REASON_UNSPECIFIED);
        return;
    }
    client->tries = 0;
    set_state(client, STA_CLIENT_ASSOCIATING, 0);
    send_association(client);
}

static void on_association(struct sta_client *client, const uint8_t *body, size_t size)
{
    if (client->state != STA_CLIENT_ASSOCIATING)
        return;
    unsigned aid = size < 6 ? 0 : mpdu_le16(body + 4) & AID_MASK;
    if (size < 6 || (mpdu_le16(body + 2) == 0 && (aid == 0 || aid > AP_STATIONS_MAX))) {
        client->counts.malformed++;
        return;
    }
    if (mpdu_le16(body + 2) != 0) {
        client_fall(client, AP_REASON_UNSPECIFIED);
        return;
    }
    client->aid = aid;
    if (!client->secured) {
        client_connected(client);
        return;
    }
    set_state(client, STA_CLIENT_HANDSHAKE, 0);
    arm(client, SIM_S(HANDSHAKE_S));
}

void client_connected(struct sta_client *client)
{
    evq_cancel(client->q, &client->timer);
    if (client->state == STA_CLIENT_CONNECTED)
        return;
    client->counts.connections++;
    client_ps_begin(client);
    set_state(client, STA_CLIENT_CONNECTED, 0);
}

/* ---- Losing ---- */

static void let_go(struct sta_client *client)
{
    client->counts.handshake_failures += client->state == STA_CLIENT_HANDSHAKE;
    client->counts.disconnections += client->state == STA_CLIENT_CONNECTED;
    client_ps_end(client);
    client_wpa_reset(client);
    client->network = (struct network){.found = false};
}

void client_fall(struct sta_client *client, unsigned reason)
{
    let_go(client);
    set_state(client, STA_CLIENT_SCANNING, reason);
    client->scan_channel = 0; /* not begun */
    arm(client, client->config.retry_pause);
}

void client_say_goodbye(struct sta_client *client, unsigned reason)
{
    struct body body = {.size = 0};
    body_put_le16(&body, reason);
    client_send_management(client, MPDU_DEAUTH, client->network.bssid, &body);
}

void client_stop(struct sta_client *client)
{
    if (client->state == STA_CLIENT_OFF)
        return;
    if (client->state >= STA_CLIENT_ASSOCIATING) {
        client_ps_active(client);
        client_say_goodbye(client, AP_REASON_LEAVING);
    }
    let_go(client);
    evq_cancel(client->q, &client->timer);
    set_state(client, STA_CLIENT_OFF, AP_REASON_LEAVING);
}

void sta_client_disconnect(struct sta_client *client)
{
    client_stop(client);
}

void sta_client_connect(struct sta_client *client)
{
    if (client->state == STA_CLIENT_OFF)
        scan(client);
}

/* ---- Time and frames ---- */

static void on_scan_timer(struct sta_client *client)
{
    unsigned next = client->scan_channel ? channel_after(client, client->scan_channel) : 0;
    if (client->scan_channel == 0)
        scan(client);
    else if (next)
        visit(client, next);
    else if (client->network.found)
        join(client);
    else
        client_fall(client, 0);
}

static void on_timer(void *ctx, sim_time now)
{
    struct sta_client *client = ctx;
    (void)now;
    bool again = ++client->tries < TRIES;
    switch (client->state) {
    case STA_CLIENT_OFF: /* switched on */
        scan(client);
        break;
    case STA_CLIENT_SCANNING:
        on_scan_timer(client);
        break;
    case STA_CLIENT_AUTHENTICATING:
        if (again)
            send_authentication(client);
        else
            client_fall(client, 0);
        break;
    case STA_CLIENT_ASSOCIATING:
        if (again)
            send_association(client);
        else
            client_fall(client, 0);
        break;
    case STA_CLIENT_HANDSHAKE:
        client_say_goodbye(client, AP_REASON_HANDSHAKE_TIMEOUT);
        client_fall(client, AP_REASON_HANDSHAKE_TIMEOUT);
        break;
    case STA_CLIENT_CONNECTED:
        break;
    }
}

static void on_beacon(struct sta_client *client, const struct dcf_rx *rx)
{
    const struct mpdu *mpdu = &rx->mpdu;
    struct elements e;
    if (mpdu->size < mpdu->header + BEACON_FIXED ||
        !elements_parse(mpdu->bytes + mpdu->header + BEACON_FIXED, mpdu->size - mpdu->header - BEACON_FIXED, &e)) {
        client->counts.malformed++;
        return;
    }
    bool joined = client->network.found && memcmp(mpdu->bssid, client->network.bssid, MPDU_ADDRESS) == 0;
    if (client->state == STA_CLIENT_SCANNING && client->scan_channel != 0) {
        consider(client, rx, &e);
    } else if (client->state == STA_CLIENT_CONNECTED && joined && mpdu->subtype == MPDU_BEACON) {
        const uint8_t *fixed = mpdu->bytes + mpdu->header;
        if (mpdu_le16(fixed + TIMESTAMP) != 0)
            client->network.interval = mpdu_le16(fixed + TIMESTAMP);
        client->network.capabilities = mpdu_le16(fixed + 10);
        client->network.erp = e.erp;
        follow_bss(client);
        client_ps_beacon(client, rx, &e);
    }
}

static void on_farewell(struct sta_client *client, const uint8_t *body, size_t size)
{
    unsigned reason = size >= 2 ? mpdu_le16(body) : AP_REASON_UNSPECIFIED;
    if (client->state >= STA_CLIENT_AUTHENTICATING)
        client_fall(client, reason);
}

void client_link_received(struct sta_client *client, sim_time now, const struct dcf_rx *rx)
{
    const struct mpdu *mpdu = &rx->mpdu;
    const uint8_t *body = mpdu->bytes + mpdu->header;
    size_t size = mpdu->size - mpdu->header;
    (void)now;
    if (mpdu->subtype == MPDU_BEACON || mpdu->subtype == MPDU_PROBE_RESPONSE) {
        on_beacon(client, rx);
        return;
    }
    bool from_ap = client->network.found && client->state >= STA_CLIENT_AUTHENTICATING &&
                   memcmp(mpdu->transmitter, client->network.bssid, MPDU_ADDRESS) == 0;
    if (!from_ap)
        return;
    switch (mpdu->subtype) {
    case MPDU_AUTH:
        on_authentication(client, body, size);
        break;
    case MPDU_ASSOC_RESPONSE:
    case MPDU_REASSOC_RESPONSE:
        on_association(client, body, size);
        break;
    case MPDU_DISASSOC:
    case MPDU_DEAUTH:
        on_farewell(client, body, size);
        break;
    default:
        break;
    }
}

void client_link_init(struct sta_client *client)
{
    evq_event_init(&client->timer, on_timer, client, EVQ_PHASE_DEVICE);
    client->timer.node = dcf_node(station_dcf(client->station));
    evq_schedule(client->q, &client->timer, client->config.start);
}
