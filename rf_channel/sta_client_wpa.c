/* SPDX-License-Identifier: Apache-2.0 */
/* WPA2-PSK as the supplicant (IEEE 802.11-2020, 12.7.6 and 12.7.7). */
#include "rf_channel/sta_client_internal.h"

void client_wpa_init(struct sta_client *client, unsigned node)
{
    client->secured = client->config.passphrase[0] != 0;
    if (!client->secured)
        return;
    rng_init(&client->nonces, client->config.station.seed, node, "sta.keys");
    wpa_psk(client->config.passphrase, (const uint8_t *)client->config.ssid, client->ssid_size, client->pmk);
}

void client_wpa_reset(struct sta_client *client)
{
    ccmp_destroy(client->key);
    client->key = NULL;
    for (unsigned id = 0; id < CLIENT_GROUP_KEYS; id++) {
        ccmp_destroy(client->group[id]);
        client->group[id] = NULL;
    }
    client->installed = client->have_nonces = client->have_replay = false;
}

/* Answers go as the question came: an access point that repeats message 3 in the clear has no key yet. */
static void answer(struct sta_client *client, const struct wpa_eapol *question, const struct wpa_eapol *message,
                   bool protect)
{
    uint8_t ethernet[ETHERNET_HEADER + WPA_EAPOL_MAX];
    struct wpa_eapol out = *message;
    out.info |= WPA_INFO_VERSION | WPA_INFO_MIC;
    out.replay = question->replay;
    memcpy(ethernet, client->network.bssid, MPDU_ADDRESS);
    memcpy(ethernet + MPDU_ADDRESS, station_address(client->station), MPDU_ADDRESS);
    ethernet[12] = ETHERTYPE_EAPOL >> 8;
    ethernet[13] = ETHERTYPE_EAPOL & 0xff;
    size_t size = wpa_make_eapol(&out, &client->ptk, ethernet + ETHERNET_HEADER);
    client_ps_active(client);
    client_send_ethernet(client, ethernet, ETHERNET_HEADER + size, TAG_EAPOL, protect && client->key);
}

static void on_m1(struct sta_client *client, const struct wpa_eapol *m1, bool was_protected)
{
    struct body rsn = {.size = 0};
    if (client->installed)
        return; /* keys in use are not replaced at the word of an unsigned frame */
    if (!client->have_nonces || memcmp(client->anonce, m1->nonce, WPA_NONCE) != 0) {
        for (unsigned i = 0; i < WPA_NONCE; i++)
            client->snonce[i] = (uint8_t)rng_u32(&client->nonces);
        memcpy(client->anonce, m1->nonce, WPA_NONCE);
        client->have_nonces = true;
        wpa_derive_ptk(client->pmk, client->network.bssid, station_address(client->station), client->anonce,
                       client->snonce, &client->ptk);
    }
    body_put_rsn(&rsn);
    struct wpa_eapol m2 = {.info = WPA_INFO_PAIRWISE, .data = rsn.bytes, .data_size = rsn.size};
    memcpy(m2.nonce, client->snonce, WPA_NONCE);
    answer(client, m1, &m2, was_protected);
}

/* The same key again does not begin its packet numbers anew. */
static bool install_group(struct sta_client *client, unsigned id, const uint8_t gtk[WPA_KEY], uint64_t rsc)
{
    if (client->group[id] && memcmp(client->gtk[id], gtk, WPA_KEY) == 0)
        return true;
    struct ccmp *key = ccmp_create(gtk, id);
    if (!key)
        return false;
    ccmp_set_received(key, rsc);
    ccmp_destroy(client->group[id]);
    client->group[id] = key;
    memcpy(client->gtk[id], gtk, WPA_KEY);
    return true;
}

/* Key data of a signed message, decrypted; 0 when they are no good. */
static size_t open_data(const struct sta_client *client, const struct wpa_eapol *message, uint8_t out[WPA_KEY_DATA_MAX])
{
    bool encrypted = message->info & WPA_INFO_ENCRYPTED;
    if (!encrypted || !wpa_unwrap(client->ptk.kek, message->data, message->data_size, out))
        return 0;
    return message->data_size - 8;
}

static void on_m3(struct sta_client *client, const struct wpa_eapol *m3, bool was_protected)
{
    uint8_t data[WPA_KEY_DATA_MAX], gtk[WPA_KEY];
    unsigned id = 0;
    const struct network *network = &client->network;
    size_t size = open_data(client, m3, data);
    if (memcmp(m3->nonce, client->anonce, WPA_NONCE) != 0 || !wpa_find_gtk(data, size, &id, gtk)) {
        client->counts.malformed++;
        return;
    }
    if (size < network->rsn_size || memcmp(data, network->rsn, network->rsn_size) != 0) {
        client_say_goodbye(client, AP_REASON_ELEMENT_DIFFERS); /* the beacon was not this access point's word */
        client_fall(client, AP_REASON_ELEMENT_DIFFERS);
        return;
    }
    struct wpa_eapol m4 = {.info = WPA_INFO_PAIRWISE | WPA_INFO_SECURE};
    answer(client, m3, &m4, was_protected);
    if (!client->installed) {
        client->key = ccmp_create(client->ptk.tk, 0);
        client->installed = client->key != NULL;
    }
    if (client->installed && install_group(client, id, gtk, m3->rsc))
        client_connected(client);
}

static void on_group(struct sta_client *client, const struct wpa_eapol *g1, bool was_protected)
{
    uint8_t data[WPA_KEY_DATA_MAX], gtk[WPA_KEY];
    unsigned id = 0;
    size_t size = open_data(client, g1, data);
    if (!client->installed || !was_protected || !wpa_find_gtk(data, size, &id, gtk) ||
        !install_group(client, id, gtk, g1->rsc)) {
        client->counts.malformed++;
        return;
    }
    struct wpa_eapol g2 = {.info = WPA_INFO_SECURE};
    answer(client, g1, &g2, was_protected);
}

void client_wpa_received(struct sta_client *client, const uint8_t *packet, size_t size, bool was_protected)
{
    struct wpa_eapol eapol;
    if (!wpa_parse_eapol(packet, size, &eapol) || !(eapol.info & WPA_INFO_ACK)) {
        client->counts.malformed++;
        return;
    }
    bool is_pairwise = eapol.info & WPA_INFO_PAIRWISE;
    bool is_signed = eapol.info & WPA_INFO_MIC;
    if (client->have_replay && eapol.replay <= client->replay) {
        client->counts.replays++;
        return;
    }
    if (is_pairwise && !is_signed) {
        on_m1(client, &eapol, was_protected);
        return;
    }
    if (!client->have_nonces || !wpa_check_mic(packet, size, &client->ptk)) {
        client->counts.undecryptable++;
        return;
    }
    client->replay = eapol.replay;
    client->have_replay = true;
    if (is_pairwise)
        on_m3(client, &eapol, was_protected);
    else
        on_group(client, &eapol, was_protected);
}
