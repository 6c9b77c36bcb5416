/* SPDX-License-Identifier: Apache-2.0 */
/* Joining a network and staying in it: authentication, association, keys, beacons. */
#include <string.h>

#include "firmware/drivers/chip.h"
#include "firmware/net/sta_local.h"

enum {
    ASSOC_REQUEST = 0,
    ASSOC_RESPONSE = 1,
    BEACON = 8,
    DISASSOC = 10,
    AUTH = 11,
    DEAUTH = 12,
    TRIES = 4,
    ANSWER_MS = 100,
    HANDSHAKE_MS = 6000, /* an access point's four messages, a second apart, and to spare */
    MESSAGES_1 = 3,      /* so many first messages, all answered: ours were not understood */
    CHECK_MS = 500,      /* of the network while it is up */
    SILENCE_MS = 1000,   /* then it is asked */
    LOST_MS = 3000,      /* and then given up */
    KEEP_ALIVE_MS = 10000
};

static uint64_t in_ms(unsigned ms)
{
    return wifi_time64_us() + (uint64_t)ms * MS_US;
}

/* ---- Authentication and association ------------------------------------------------------------------------------ */

static void authenticate(void)
{
    static const uint8_t open_system[6] = {0, 0, 1, 0, 0, 0}; /* algorithm, first message, status */
    sta_send_management(AUTH, sta.bss.info.bssid, sta.bss.info.bssid, open_system, sizeof open_system);
    sta_set_state(STA_AUTHENTICATING, in_ms(ANSWER_MS));
}

static void associate(void)
{
    uint8_t body[BSS_BODY_MAX];
    unsigned length = bss_make_association_request(body, &sta.bss);
    sta_send_management(ASSOC_REQUEST, sta.bss.info.bssid, sta.bss.info.bssid, body, length);
    sta_set_state(STA_ASSOCIATING, in_ms(ANSWER_MS));
}

void sta_join_begin(const struct bss *bss)
{
    sta.bss = *bss;
    sta.has_bss = true;
    sta.rssi_x8 = 8 * bss->info.rssi;
    sta.tries = 1;
    wifi_set_channel(bss->info.channel);
    sta_data_join();
    authenticate();
}

static void go_up(void)
{
    sta.heard = sta.beacon = sta.sent = wifi_time64_us();
    sta.counts.connections++;
    sta.pause_ms = 250;
    sta_set_state(STA_UP, in_ms(CHECK_MS));
    sta_tell(&(struct sta_event){.kind = STA_EVENT_UP, .state = STA_UP, .bss = &sta.bss.info});
}

static void begin_handshake(void)
{
    struct supplicant_elements elements = {
        .own = bss_rsn, .own_bytes = BSS_RSN, .theirs = sta.bss.element, .their_bytes = sta.bss.element_bytes};
    supplicant_init(&sta.supplicant, sta.pmk, sta.bss.info.bssid, sta.own, &elements);
    sta_set_state(STA_HANDSHAKE, in_ms(HANDSHAKE_MS));
}

static unsigned handshake_reason(unsigned otherwise)
{
    return sta.supplicant.first_messages > 1 ? STA_REASON_WRONG_PASSPHRASE : otherwise;
}

void sta_join_timeout(void)
{
    if (sta.state == STA_HANDSHAKE) {
        sta_fail(handshake_reason(STA_REASON_HANDSHAKE), STA_GOODBYE_LEAVING);
    } else if (sta.tries++ >= TRIES) {
        sta_fail(STA_REASON_NO_ANSWER, 0);
    } else if (sta.state == STA_AUTHENTICATING) {
        authenticate();
    } else {
        associate();
    }
}

static void on_authentication(const uint8_t *body, unsigned length)
{
    if (sta.state != STA_AUTHENTICATING || length < 6 || get16(body + 2) != 2)
        return;
    if (get16(body) != 0 || get16(body + 4) != 0) {
        sta_fail(STA_REASON_REFUSED, 0);
        return;
    }
    sta.tries = 1;
    associate();
}

static void on_association(const uint8_t *body, unsigned length)
{
    if (sta.state != STA_ASSOCIATING || length < 6)
        return;
    if (get16(body + 2) != 0)
        sta_fail(STA_REASON_REFUSED, 0);
    else if (sta.is_secured)
        begin_handshake();
    else
        go_up();
}

/* ---- Leaving ----------------------------------------------------------------------------------------------------- */

void sta_say_goodbye(unsigned reason)
{
    uint8_t body[2];
    put16(body, reason);
    sta_send_management(DEAUTH, sta.bss.info.bssid, sta.bss.info.bssid, body, sizeof body);
}

static void on_goodbye(const uint8_t *body, unsigned length)
{
    unsigned reason = length >= 2 ? get16(body) & 0xFFu : 1;
    if (sta.state < STA_AUTHENTICATING || sta.state > STA_UP)
        return;
    sta_fail(sta.state == STA_HANDSHAKE ? handshake_reason(reason) : reason, 0);
}

/* ---- Keys -------------------------------------------------------------------------------------------------------- */

static void install_pair(void)
{
    struct wifi_key key = {.key_id = 0};
    memcpy(key.peer, sta.bss.info.bssid, DOT11_ADDRESS);
    memcpy(key.bytes, sta.supplicant.ptk.tk, WIFI_KEY);
    sta.packet_number = 0;
    memset(sta.replay, 0, sizeof sta.replay);
    wifi_set_key(STA_KEY_PAIR, &key);
}

static void install_group(const struct supplicant_group *group)
{
    struct wifi_key key = {.key_id = group->key_id, .is_group = true};
    memcpy(key.peer, sta.bss.info.bssid, DOT11_ADDRESS);
    memcpy(key.bytes, group->key, WIFI_KEY);
    sta.group_replay[group->key_id] = group->packet_number;
    wifi_set_key(group->key_id, &key);
}

static void make_nonce(uint8_t nonce[SUPPLICANT_NONCE])
{
    for (unsigned i = 0; i < SUPPLICANT_NONCE; i += 4)
        put32(nonce + i, chip_random());
}

/* The answer goes out as the question came: before the access point has the key it could not read another. */
void sta_on_eapol(const uint8_t *packet, unsigned length, bool was_protected)
{
    uint8_t nonce[SUPPLICANT_NONCE];
    struct supplicant_answer answer;
    if (!sta.is_secured)
        return;
    make_nonce(nonce);
    enum supplicant_result result = supplicant_take(&sta.supplicant, packet, length, nonce, &answer);
    if (result == SUPPLICANT_ELEMENT_DIFFERS) {
        sta_fail(STA_REASON_HANDSHAKE, STA_GOODBYE_ELEMENT);
        return;
    }
    if (result < SUPPLICANT_ANSWER) {
        sta.counts.unwanted++;
        return;
    }
    if (sta.state == STA_HANDSHAKE && sta.supplicant.first_messages >= MESSAGES_1) {
        sta_fail(STA_REASON_WRONG_PASSPHRASE, STA_GOODBYE_LEAVING);
        return;
    }
    sta_send_eapol(answer.reply, answer.length, was_protected);
    if (result == SUPPLICANT_INSTALL_PAIR)
        install_pair();
    if (answer.group)
        install_group(answer.group);
    if (sta.state == STA_HANDSHAKE && result == SUPPLICANT_INSTALL_PAIR) {
        go_up();
    } else if (result == SUPPLICANT_INSTALL_GROUP) {
        sta.counts.rekeys++;
        sta_tell(&(struct sta_event){.kind = STA_EVENT_REKEYED, .state = sta.state});
    }
}

/* ---- While it is up ---------------------------------------------------------------------------------------------- */

static void on_beacon(void)
{
    enum { TU_US = 1024 };
    if (sta.state != STA_UP)
        return;
    uint64_t now = wifi_time64_us(), interval = (uint64_t)sta.bss.info.beacon_interval * TU_US;
    uint64_t intervals = interval ? (now - sta.beacon + interval / 2) / interval : 1;
    sta.counts.beacons++;
    sta.counts.beacons_lost += intervals > 1 ? (uint32_t)(intervals - 1) : 0;
    sta.beacon = now;
}

void sta_up_timeout(void)
{
    uint64_t now = wifi_time64_us();
    if (now - sta.heard >= (uint64_t)LOST_MS * MS_US) {
        sta_fail(STA_REASON_BEACONS_LOST, 0);
        return;
    }
    if (now - sta.heard >= (uint64_t)SILENCE_MS * MS_US)
        sta_send_probe(sta.bss.info.bssid, sta.ssid, sta.bss.info.channel);
    if (now - sta.sent >= (uint64_t)KEEP_ALIVE_MS * MS_US)
        sta_send_null();
    sta.deadline = now + CHECK_MS * MS_US;
}

void sta_on_management(const struct wifi_received *received)
{
    const struct dot11_frame *header = &received->header;
    const uint8_t *body = received->mpdu + header->header;
    unsigned length = received->length - header->header;
    if (sta.state == STA_SCANNING)
        sta_scan_heard(received);
    if (!sta_is_from_bss(header) || (header->flags & DOT11_PROTECTED))
        return;
    switch (header->subtype) {
    case BEACON:
        on_beacon();
        break;
    case AUTH:
        on_authentication(body, length);
        break;
    case ASSOC_RESPONSE:
        on_association(body, length);
        break;
    case DISASSOC:
    case DEAUTH:
        on_goodbye(body, length);
        break;
    default:
        break;
    }
}
