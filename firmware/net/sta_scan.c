/* SPDX-License-Identifier: Apache-2.0 */
/* Finding networks: channel by channel, three probe requests on each, or patience. The first is to all, the others are
 * to our network, whose beacons may not tell its name; their times are random, so that stations that were switched on
 * together do not collide each time. */
#include <string.h>

#include "firmware/drivers/chip.h"
#include "firmware/net/sta_local.h"

enum {
    LAST_CHANNEL = 13,
    STEPS = 3,        /* probe requests on a channel */
    ACTIVE_MS = 16,   /* after each, and up to JITTER_MS more */
    JITTER_MS = 8,    /* a power of two */
    PASSIVE_MS = 120, /* a beacon interval, and to spare */
    PROBE_REQUEST = 4,
    PROBE_RESPONSE = 5,
    BEACON = 8
};

static const uint8_t broadcast[DOT11_ADDRESS] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

void sta_send_probe(const uint8_t receiver[DOT11_ADDRESS], const char *ssid, unsigned channel)
{
    uint8_t body[BSS_BODY_MAX];
    unsigned length = bss_make_probe_request(body, ssid, channel);
    sta_send_management(PROBE_REQUEST, receiver, receiver, body, length);
}

static void step(void)
{
    uint32_t us = PASSIVE_MS * MS_US;
    if (!sta.config.is_passive) {
        us = ACTIVE_MS * MS_US + chip_random() % (JITTER_MS * MS_US);
        sta_send_probe(broadcast, sta.scan_step == 0 ? "" : sta.ssid, sta.scan_channel);
    }
    sta_set_state(STA_SCANNING, wifi_time64_us() + us);
}

static void go_to(unsigned channel)
{
    sta.scan_channel = (uint8_t)channel;
    sta.scan_step = 0;
    wifi_set_channel(channel);
    step();
}

void sta_scan_begin(void)
{
    sta.counts.scans++;
    sta.found_count = 0;
    sta.scan_is_over = false;
    sta.slow_rate = RATE_1M;
    sta.scan_last = sta.config.channel ? sta.config.channel : LAST_CHANNEL;
    go_to(sta.config.channel ? sta.config.channel : 1);
}

/* The strongest first. */
static void sort(void)
{
    for (unsigned i = 1; i < sta.found_count; i++)
        for (unsigned j = i; j > 0 && sta.found[j].info.rssi > sta.found[j - 1].info.rssi; j--) {
            struct bss other = sta.found[j];
            sta.found[j] = sta.found[j - 1];
            sta.found[j - 1] = other;
        }
}

void sta_scan_conclude(void)
{
    sta.scan_is_over = false;
    for (unsigned i = 0; i < sta.found_count; i++)
        if (bss_suits(&sta.found[i], sta.ssid, sta.is_secured)) {
            sta_join_begin(&sta.found[i]);
            return;
        }
    sta_fail(STA_REASON_NO_NETWORK, 0);
}

static void end(void)
{
    sort();
    for (unsigned i = 0; i < sta.found_count; i++)
        sta_tell(&(struct sta_event){.kind = STA_EVENT_FOUND, .state = STA_SCANNING, .bss = &sta.found[i].info});
    if (sta.is_secured && !sta.has_pmk) {
        sta.scan_is_over = true;
        sta.deadline = STA_NEVER;
    } else {
        sta_scan_conclude();
    }
}

void sta_scan_timeout(void)
{
    if (!sta.config.is_passive && ++sta.scan_step < STEPS)
        step();
    else if (sta.scan_channel < sta.scan_last)
        go_to(sta.scan_channel + 1u);
    else
        end();
}

static struct bss *entry_of(const uint8_t bssid[DOT11_ADDRESS], int rssi)
{
    struct bss *weakest = NULL;
    for (unsigned i = 0; i < sta.found_count; i++) {
        if (memcmp(sta.found[i].info.bssid, bssid, DOT11_ADDRESS) == 0)
            return &sta.found[i];
        if (!weakest || sta.found[i].info.rssi < weakest->info.rssi)
            weakest = &sta.found[i];
    }
    if (sta.found_count < STA_FOUND_MAX) {
        sta.found[sta.found_count].info.rssi = INT8_MIN;
        return &sta.found[sta.found_count++];
    }
    return weakest->info.rssi < rssi ? weakest : NULL;
}

/* Frames of a neighbouring channel are heard too: the element says where the network is. */
void sta_scan_heard(const struct wifi_received *received)
{
    const struct dot11_frame *header = &received->header;
    struct bss bss;
    if (header->subtype != BEACON && header->subtype != PROBE_RESPONSE)
        return;
    if (!bss_read(received->mpdu + header->header, received->length - header->header, &bss)) {
        sta.counts.malformed++;
        return;
    }
    if (bss.info.channel == 0)
        bss.info.channel = received->channel;
    struct bss *entry = entry_of(header->address3, received->rssi);
    if (!entry)
        return;
    int8_t best = entry->info.rssi;
    bool is_same = memcmp(entry->info.bssid, header->address3, DOT11_ADDRESS) == 0;
    if (!is_same || bss.info.ssid[0]) /* a beacon without name does not take away what a response has told */
        *entry = bss;
    memcpy(entry->info.bssid, header->address3, DOT11_ADDRESS);
    entry->info.rssi = is_same && best > received->rssi ? best : received->rssi;
}
