/* SPDX-License-Identifier: Apache-2.0 */
/* The station's life: start, states, timers, and the loop's part in it. */
#include <string.h>

#include "firmware/drivers/chip.h"
#include "firmware/net/sta_local.h"

enum { FIRST_PAUSE_MS = 250, LAST_PAUSE_MS = 16000, FRAMES_A_POLL = 16, ROUNDS_A_POLL = 64 };

struct sta sta;

const char *sta_state_name(enum sta_state state)
{
    static const char *const names[] = {"off",       "scanning", "authenticating", "associating",
                                        "handshake", "up",       "pausing"};
    return state <= STA_PAUSING ? names[state] : "?";
}

const char *sta_reason_name(unsigned reason)
{
    static const char *const names[] = {"no such network",  "no answer",    "refused", "wrong passphrase",
                                        "handshake failed", "beacons lost", "stopped"};
    if (reason == STA_REASON_NONE)
        return "none";
    if (reason < STA_REASON_NO_NETWORK)
        return "sent away";
    return reason <= STA_REASON_STOPPED ? names[reason - STA_REASON_NO_NETWORK] : "?";
}

void sta_tell(const struct sta_event *event)
{
    if (sta.config.on_event)
        sta.config.on_event(sta.config.ctx, event);
}

void sta_set_state(enum sta_state state, uint64_t deadline)
{
    bool is_new = state != sta.state;
    sta.state = state;
    sta.deadline = deadline;
    if (is_new)
        sta_tell(&(struct sta_event){.kind = STA_EVENT_STATE, .state = state});
}

/* First the frames, then the keys: what is still queued would go out in the clear (as CVE-2019-15126 has it). */
static void leave(unsigned goodbye)
{
    wifi_flush();
    for (unsigned slot = 0; slot <= STA_KEY_PAIR; slot++)
        wifi_remove_key(slot);
    if (goodbye && sta.has_bss)
        sta_say_goodbye(goodbye);
    sta.has_bss = false;
}

void sta_fail(unsigned reason, unsigned goodbye)
{
    bool was_up = sta.state == STA_UP;
    leave(goodbye);
    sta.counts.disconnections += was_up;
    uint32_t pause_ms = sta.pause_ms;
    sta.pause_ms = 2 * pause_ms < LAST_PAUSE_MS ? 2 * pause_ms : LAST_PAUSE_MS;
    /* Half of it is random: stations that failed together do not try again together. */
    uint32_t us = pause_ms * MS_US / 2;
    sta_set_state(STA_PAUSING, wifi_time64_us() + us + chip_random() % us);
    sta_tell(&(struct sta_event){.kind = STA_EVENT_DOWN, .state = STA_PAUSING, .reason = reason});
}

/* ---- Start ------------------------------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hex(const char *text, uint8_t *bytes, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool take_passphrase(const char *passphrase)
{
    enum { SHORTEST = 8 };
    size_t length = passphrase ? strlen(passphrase) : 0;
    sta.is_secured = length > 0;
    if (!sta.is_secured)
        return true;
    if (length < SHORTEST || length > STA_PASSPHRASE_MAX)
        return false;
    if (length == STA_PASSPHRASE_MAX) {
        sta.has_pmk = read_hex(passphrase, sta.pmk, SUPPLICANT_PMK);
        return sta.has_pmk;
    }
    pbkdf2_begin(&sta.pbkdf2, passphrase, (const uint8_t *)sta.ssid, strlen(sta.ssid));
    return true;
}

bool sta_start(const struct sta_config *config)
{
    size_t ssid = strlen(config->ssid);
    struct wifi_config radio = wifi_defaults();
    if (ssid < 1 || ssid > STA_SSID_MAX || config->channel > 14)
        return false;
    memset(&sta, 0, sizeof sta);
    sta.config = *config;
    memcpy(sta.ssid, config->ssid, ssid);
    sta.pause_ms = FIRST_PAUSE_MS;
    memcpy(sta.own, radio.address, DOT11_ADDRESS);
    if (!take_passphrase(config->passphrase))
        return false;
    sta.config.ssid = sta.ssid;
    sta.config.passphrase = NULL;
    radio.channel = config->channel ? config->channel : 1;
    if (config->power_dbm)
        radio.power_dbm = config->power_dbm;
    if (!wifi_init(&radio))
        return false;
    sta_data_init();
    sta_scan_begin();
    return true;
}

void sta_stop(void)
{
    if (sta.state == STA_OFF)
        return;
    leave(STA_GOODBYE_LEAVING);
    sta_set_state(STA_OFF, STA_NEVER);
    sta_tell(&(struct sta_event){.kind = STA_EVENT_DOWN, .reason = STA_REASON_STOPPED});
}

/* ---- The loop ---------------------------------------------------------------------------------------------------- */

static void take(const struct wifi_received *received)
{
    const struct dot11_frame *header = &received->header;
    if (sta_is_from_bss(header)) {
        sta.heard = wifi_time64_us();
        sta.rssi_x8 += sta.rssi_x8 ? received->rssi - sta.rssi_x8 / 8 : 8 * received->rssi;
    }
    if (header->type == DOT11_MANAGEMENT)
        sta_on_management(received);
    else if (header->type == DOT11_DATA && sta.state >= STA_HANDSHAKE)
        sta_on_data(received);
}

static void take_frames(void)
{
    struct wifi_received received;
    for (unsigned n = 0; n < FRAMES_A_POLL && wifi_receive(&received); n++) {
        if (sta.state != STA_OFF)
            take(&received);
        wifi_release(&received);
    }
}

static bool is_deriving(void)
{
    return sta.state != STA_OFF && sta.is_secured && !sta.has_pmk;
}

static void derive(void)
{
    if (!is_deriving() || !pbkdf2_continue(&sta.pbkdf2, ROUNDS_A_POLL))
        return;
    sta.has_pmk = true;
    memcpy(sta.pmk, sta.pbkdf2.key, SUPPLICANT_PMK);
    if (sta.scan_is_over)
        sta_scan_conclude();
}

static void on_deadline(void)
{
    switch (sta.state) {
    case STA_SCANNING:
        sta_scan_timeout();
        break;
    case STA_AUTHENTICATING:
    case STA_ASSOCIATING:
    case STA_HANDSHAKE:
        sta_join_timeout();
        break;
    case STA_UP:
        sta_up_timeout();
        break;
    case STA_PAUSING:
        sta_scan_begin();
        break;
    default:
        sta.deadline = STA_NEVER;
    }
}

uint32_t sta_poll(void)
{
    sta_reap();
    take_frames();
    derive();
    uint64_t now = wifi_time64_us();
    if (now >= sta.deadline)
        on_deadline();
    now = wifi_time64_us();
    if (is_deriving() || sta_has_work() || now >= sta.deadline)
        return 0;
    uint64_t left = sta.deadline - now;
    return left < STA_POLL_MAX_US ? (uint32_t)left : STA_POLL_MAX_US;
}

bool sta_has_work(void)
{
    return wifi_has_received() || sta_has_completions() || is_deriving();
}

/* ---- What others want to know ------------------------------------------------------------------------------------ */

void sta_on_receive(void (*on_receive)(void *ctx, const uint8_t *frame, unsigned length), void *ctx)
{
    sta.config.on_receive = on_receive;
    sta.config.receive_ctx = ctx;
}

enum sta_state sta_get_state(void)
{
    return sta.state;
}

const uint8_t *sta_address(void)
{
    return sta.own;
}

const struct sta_bss *sta_network(void)
{
    return sta.has_bss ? &sta.bss.info : NULL;
}

int sta_rssi(void)
{
    return sta.has_bss ? sta.rssi_x8 / 8 : 0;
}

unsigned sta_rate(void)
{
    return sta.rates.count ? rate_control_rate(&sta.rates) : 0;
}

struct sta_counts sta_get_counts(void)
{
    return sta.counts;
}
