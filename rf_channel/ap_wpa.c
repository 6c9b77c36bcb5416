/* SPDX-License-Identifier: Apache-2.0 */
/* WPA2-PSK as the authenticator: 4-way handshake, group key handshake (IEEE 802.11-2020, 12.7.6 and 12.7.7). */
#include "rf_channel/ap_internal.h"

enum { TRIES = 4 };

/* The time in which a station answers an EAPOL-Key (dot11RSNAConfigPairwiseUpdateTimeOut's usual second). */
#define ANSWER_TIME SIM_S(1)

static void random_bytes(struct ap *ap, uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)rng_u32(&ap->nonces);
}

/* ---- Messages ---- */

static void send_key(struct client *client, const struct wpa_eapol *eapol)
{
    struct ap *ap = client->ap;
    uint8_t ethernet[ETHERNET_HEADER + WPA_EAPOL_MAX];
    struct wpa_eapol message = *eapol;
    message.info |= WPA_INFO_VERSION | WPA_INFO_ACK;
    message.replay = ++client->replay;
    if (client->tries == 0)
        client->first_replay = client->replay;
    memcpy(ethernet, client->address, MPDU_ADDRESS);
    memcpy(ethernet + MPDU_ADDRESS, ap->bssid, MPDU_ADDRESS);
    ethernet[12] = ETHERTYPE_EAPOL >> 8;
    ethernet[13] = ETHERTYPE_EAPOL & 0xff;
    size_t size = wpa_make_eapol(&message, &client->ptk, ethernet + ETHERNET_HEADER);
    sim_assert(size > 0);
    ap_bridge_send(client, ethernet, ETHERNET_HEADER + size);
    evq_schedule(ap->q, &client->timer, evq_now(ap->q) + ANSWER_TIME);
}

static void send_m1(struct client *client)
{
    struct wpa_eapol m1 = {.info = WPA_INFO_PAIRWISE, .key_length = WPA_KEY};
    memcpy(m1.nonce, client->anonce, WPA_NONCE);
    send_key(client, &m1);
}

static void send_m3(struct client *client)
{
    struct ap *ap = client->ap;
    struct body data = {.size = 0};
    uint8_t kde[WPA_GTK_KDE];
    body_put_rsn(&data); /* as in the beacon */
    wpa_put_gtk(kde, ap->gtk_id, ap->gtk);
    body_put(&data, kde, sizeof kde);
    struct wpa_eapol m3 = {.info = WPA_INFO_PAIRWISE | WPA_INFO_INSTALL | WPA_INFO_MIC | WPA_INFO_SECURE |
                                   WPA_INFO_ENCRYPTED,
                           .key_length = WPA_KEY,
                           .rsc = ccmp_packet_number(ap->group),
                           .data = data.bytes,
                           .data_size = data.size};
    memcpy(m3.nonce, client->anonce, WPA_NONCE);
    send_key(client, &m3);
}

static void send_group(struct client *client)
{
    struct ap *ap = client->ap;
    uint8_t kde[WPA_GTK_KDE];
    wpa_put_gtk(kde, 3 - ap->gtk_id, ap->gtk_next);
    struct wpa_eapol g1 = {.info = WPA_INFO_MIC | WPA_INFO_SECURE | WPA_INFO_ENCRYPTED,
                           .rsc = ccmp_packet_number(ap->group_next),
                           .data = kde,
                           .data_size = sizeof kde};
    send_key(client, &g1);
}

static void send_message(struct client *client)
{
    if (client->handshake == HANDSHAKE_M1)
        send_m1(client);
    else if (client->handshake == HANDSHAKE_M3)
        send_m3(client);
    else if (client->handshake == HANDSHAKE_GROUP)
        send_group(client);
}

static void begin(struct client *client, enum handshake handshake)
{
    client->handshake = handshake;
    client->tries = 0;
    send_message(client);
}

void ap_wpa_start(struct client *client)
{
    random_bytes(client->ap, client->anonce, WPA_NONCE);
    begin(client, HANDSHAKE_M1);
}

void ap_wpa_timeout(struct client *client)
{
    struct ap *ap = client->ap;
    if (client->handshake == HANDSHAKE_NONE || client->handshake == HANDSHAKE_DONE)
        return;
    if (client->dozing && client->kept.count > 0) { /* it does not know yet */
        evq_schedule(ap->q, &client->timer, evq_now(ap->q) + ANSWER_TIME);
        return;
    }
    if (++client->tries < TRIES) {
        send_message(client);
        return;
    }
    ap->counts.handshake_failures++;
    bool group = client->handshake == HANDSHAKE_GROUP;
    ap_send_away(ap, client->address, group ? AP_REASON_GROUP_TIMEOUT : AP_REASON_HANDSHAKE_TIMEOUT);
}

void ap_wpa_stop(struct client *client)
{
    evq_cancel(client->ap->q, &client->timer);
    ccmp_destroy(client->key);
    client->key = NULL;
    client->handshake = HANDSHAKE_NONE;
}

/* ---- Answers ---- */

static void on_m2(struct client *client, const uint8_t *packet, size_t size, const struct wpa_eapol *m2)
{
    struct ap *ap = client->ap;
    struct wpa_ptk ptk;
    wpa_derive_ptk(ap->pmk, ap->bssid, client->address, client->anonce, m2->nonce, &ptk);
    if (!wpa_check_mic(packet, size, &ptk)) { /* another passphrase */
        ap->counts.mic_failures++;
        return;
    }
    if (m2->data_size < client->rsn_size || memcmp(m2->data, client->rsn, client->rsn_size) != 0) {
        ap->counts.handshake_failures++;
        ap_send_away(ap, client->address, AP_REASON_ELEMENT_DIFFERS);
        return;
    }
    client->ptk = ptk;
    begin(client, HANDSHAKE_M3);
}

static void on_m4(struct client *client)
{
    struct ap *ap = client->ap;
    client->key = ccmp_create(client->ptk.tk, 0);
    if (!client->key) {
        ap_send_away(ap, client->address, AP_REASON_UNSPECIFIED);
        return;
    }
    client->handshake = HANDSHAKE_DONE;
    evq_cancel(ap->q, &client->timer);
    ap->counts.handshakes++;
    ap_set_state(client, AP_STATION_AUTHORIZED, 0);
    if (ap->rekeying)
        begin(client, HANDSHAKE_GROUP);
}

void ap_wpa_received(struct client *client, const uint8_t *packet, size_t size)
{
    struct ap *ap = client->ap;
    struct wpa_eapol eapol;
    if (!wpa_parse_eapol(packet, size, &eapol)) {
        ap->counts.malformed++;
        return;
    }
    bool answers = (eapol.info & WPA_INFO_MIC) && !(eapol.info & (WPA_INFO_ACK | WPA_INFO_REQUEST | WPA_INFO_ERROR)) &&
                   eapol.replay >= client->first_replay && eapol.replay <= client->replay;
    bool pairwise = eapol.info & WPA_INFO_PAIRWISE;
    bool secure = eapol.info & WPA_INFO_SECURE;
    if (!answers) {
        ap->counts.unwanted++;
        return;
    }
    if (client->handshake == HANDSHAKE_M1 && pairwise && !secure) {
        on_m2(client, packet, size, &eapol);
        return;
    }
    bool expected = (client->handshake == HANDSHAKE_M3 && pairwise && secure) ||
                    (client->handshake == HANDSHAKE_GROUP && !pairwise && secure);
    if (!expected) {
        ap->counts.unwanted++;
    } else if (!wpa_check_mic(packet, size, &client->ptk)) {
        ap->counts.mic_failures++;
    } else if (pairwise) {
        on_m4(client);
    } else {
        client->handshake = HANDSHAKE_DONE;
        evq_cancel(ap->q, &client->timer);
        ap_wpa_settle(ap);
    }
}

/* ---- The group's key ---- */

/* When all have the new group key, it is used. */
void ap_wpa_settle(struct ap *ap)
{
    if (!ap->rekeying)
        return;
    for (unsigned i = 0; i < ap->config.max_stations; i++)
        if (ap->clients[i].state == AP_STATION_AUTHORIZED && ap->clients[i].handshake == HANDSHAKE_GROUP)
            return;
    ccmp_destroy(ap->group);
    ap->group = ap->group_next;
    ap->group_next = NULL;
    memcpy(ap->gtk, ap->gtk_next, WPA_KEY);
    ap->gtk_id = 3 - ap->gtk_id; /* 1 and 2 in turn, so that nobody is without a key meanwhile */
    ap->rekeying = false;
    ap->counts.group_rekeys++;
}

void ap_rekey_group(struct ap *ap)
{
    if (!ap->secured || ap->rekeying)
        return;
    random_bytes(ap, ap->gtk_next, WPA_KEY);
    ap->group_next = ccmp_create(ap->gtk_next, 3 - ap->gtk_id);
    if (!ap->group_next)
        return;
    ap->rekeying = true;
    for (unsigned i = 0; i < ap->config.max_stations; i++)
        if (ap->clients[i].state == AP_STATION_AUTHORIZED)
            begin(&ap->clients[i], HANDSHAKE_GROUP);
    ap_wpa_settle(ap);
}

static void on_rekey(void *ctx, sim_time now)
{
    struct ap *ap = ctx;
    ap_rekey_group(ap);
    evq_schedule(ap->q, &ap->rekey, now + ap->config.group_rekey);
}

bool ap_wpa_init(struct ap *ap, unsigned node)
{
    evq_event_init(&ap->rekey, on_rekey, ap, EVQ_PHASE_DEVICE);
    ap->rekey.node = node;
    ap->secured = ap->config.passphrase[0] != 0;
    if (!ap->secured)
        return true;
    rng_init(&ap->nonces, ap->config.station.seed, node, "ap.keys");
    wpa_psk(ap->config.passphrase, (const uint8_t *)ap->config.ssid, ap->ssid_size, ap->pmk);
    random_bytes(ap, ap->gtk, WPA_KEY);
    ap->gtk_id = 1;
    ap->group = ccmp_create(ap->gtk, ap->gtk_id);
    if (ap->config.group_rekey > 0)
        evq_schedule(ap->q, &ap->rekey, evq_now(ap->q) + ap->config.group_rekey);
    return ap->group != NULL;
}

void ap_wpa_fini(struct ap *ap)
{
    ccmp_destroy(ap->group);
    ccmp_destroy(ap->group_next);
}
