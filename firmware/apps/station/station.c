/* SPDX-License-Identifier: Apache-2.0 */
/* A Wi-Fi station by itself: joins a network and says what it finds and does on the way; then sends echo requests to
 * another station through the access point, answers those of others, and counts what it is sent. The station to whom
 * all send, whose own address that is, sends nothing itself. Its frames are Ethernet's type for local experiments,
 * 88B5: a kind, a number, a time, and filling.
 *
 * Commands over the console, a line each, the last of them `join`:
 *   ssid NAME, pass PHRASE, channel N (0: all), passive N (1: listen only), power DBM
 *   to ADDRESS      whom to send to           pings N     echo requests, one each `interval MS`
 *   burst N         then so many frames as fast as they go
 *   size BYTES      of a frame, 64 to 1514    seconds N   until the report; then it only answers
 *   off MS, on MS   leaves the network, and joins it again, so long after the start */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware/apps/common/commands.h"
#include "firmware/drivers/alarm.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/wifi.h"
#include "firmware/net/rate.h"
#include "firmware/net/sta.h"
#include "firmware/runtime/xtensa.h"

enum {
    TYPE = 0x88B5,
    REQUEST = 1,
    REPLY = 2,
    FILLING = 3,
    AT_KIND = STA_ETHERNET_HEADER,
    AT_NUMBER = AT_KIND + 2,
    AT_TIME = AT_NUMBER + 4,
    AT_FILLING = AT_TIME + 4,
    LEAST = 64,
    MS_US = 1000,
    SECOND_US = 1000000,
    SETTLE_US = 300000 /* the others may still be joining */
};

static struct {
    char ssid[STA_SSID_MAX + 1], pass[STA_PASSPHRASE_MAX + 1];
    uint32_t channel, passive, power, pings, interval, burst, size, seconds, off, on;
    uint8_t to[DOT11_ADDRESS];
    bool is_joining;
} settings = {.ssid = "vesper", .power = 20, .interval = 100, .size = 98, .seconds = 5};

static uint8_t frame[STA_ETHERNET_MAX];
static uint64_t start, settled, next_ping;
static uint32_t ping_number, burst_number, replies, rtt_sum, rtt_least = UINT32_MAX, rtt_most;
static uint32_t sink_frames, sink_first_us, sink_last_us;
static uint64_t sink_bytes, burst_began;
static bool has_reported, has_left, is_back;

#define ADDRESS "%02x:%02x:%02x:%02x:%02x:%02x"
#define ADDRESS_OF(a) (a)[0], (a)[1], (a)[2], (a)[3], (a)[4], (a)[5]

static unsigned ms_since_start(void)
{
    return (unsigned)((wifi_time64_us() - start) / MS_US);
}

/* ---- What the station says --------------------------------------------------------------------------------------- */

static void on_event(void *ctx, const struct sta_event *event)
{
    const struct sta_bss *bss = event->bss;
    (void)ctx;
    printf("station: %5u ms ", ms_since_start());
    switch (event->kind) {
    case STA_EVENT_FOUND:
        printf("found ssid=%s bssid=" ADDRESS " ch=%u rssi=%d %s%s\n", bss->ssid, ADDRESS_OF(bss->bssid), bss->channel,
               bss->rssi,
               bss->has_wpa2_psk ? "wpa2"
               : bss->is_private ? "other"
                                 : "open",
               bss->has_ht ? " 11n" : "");
        break;
    case STA_EVENT_STATE:
        printf("%s\n", sta_state_name(event->state));
        break;
    case STA_EVENT_UP:
        next_ping = settled = wifi_time64_us() + SETTLE_US;
        printf("joined bssid=" ADDRESS " ch=%u rssi=%d\n", ADDRESS_OF(bss->bssid), bss->channel, sta_rssi());
        break;
    case STA_EVENT_DOWN:
        printf("down reason=%u (%s)\n", event->reason, sta_reason_name(event->reason));
        break;
    case STA_EVENT_REKEYED:
        printf("new group key\n");
        break;
    }
}

static void report(void)
{
    struct sta_counts c = sta_get_counts();
    struct wifi_counts w = wifi_get_counts();
    printf("station: pings sent=%u replies=%u rtt_us least=%u mean=%u most=%u\n", (unsigned)ping_number,
           (unsigned)replies, replies ? (unsigned)rtt_least : 0, replies ? (unsigned)(rtt_sum / replies) : 0,
           (unsigned)rtt_most);
    uint32_t took = sink_last_us - sink_first_us;
    printf("station: sink frames=%u bytes=%u us=%u kbps=%u\n", (unsigned)sink_frames, (unsigned)sink_bytes,
           (unsigned)took, took ? (unsigned)(sink_bytes * 8000 / took) : 0);
    printf("station: driver interrupts=%u cycles_per_interrupt=%u cycles_per_send=%u cycles_per_receive=%u\n",
           (unsigned)w.interrupts, w.interrupts ? (unsigned)(w.interrupt_cycles / w.interrupts) : 0,
           c.sent ? (unsigned)(c.send_cycles / c.sent) : 0, c.received ? (unsigned)(c.receive_cycles / c.received) : 0);
    printf("station: done connections=%u disconnections=%u rekeys=%u beacons=%u lost=%u sent=%u delivered=%u "
           "received=%u undecryptable=%u replays=%u malformed=%u unwanted=%u retries=%u rate=%s\n",
           (unsigned)c.connections, (unsigned)c.disconnections, (unsigned)c.rekeys, (unsigned)c.beacons,
           (unsigned)c.beacons_lost, (unsigned)c.sent, (unsigned)c.delivered, (unsigned)c.received,
           (unsigned)c.undecryptable, (unsigned)c.replays, (unsigned)c.malformed, (unsigned)c.unwanted,
           (unsigned)w.retries, rate_name(sta_rate()));
}

/* ---- Frames ------------------------------------------------------------------------------------------------------ */

static void put_frame(uint8_t *out, const uint8_t to[DOT11_ADDRESS], unsigned kind, uint32_t number)
{
    memcpy(out, to, DOT11_ADDRESS);
    memcpy(out + DOT11_ADDRESS, sta_address(), DOT11_ADDRESS);
    out[12] = TYPE >> 8;
    out[13] = TYPE & 0xFF;
    put16(out + AT_KIND, kind);
    put32(out + AT_NUMBER, number);
    put32(out + AT_TIME, wifi_time_us());
}

/* Echoes have all lengths from `size` to three more, and are filled with something to be recognised by. */
static unsigned ping_length(uint32_t number)
{
    unsigned length = settings.size + number % 4;
    return length < STA_ETHERNET_MAX ? length : (unsigned)STA_ETHERNET_MAX;
}

static uint8_t ping_byte(uint32_t number, unsigned at)
{
    return (uint8_t)(number * 37 + at);
}

static bool is_whole(const uint8_t *bytes, unsigned length)
{
    uint32_t number = get32(bytes + AT_NUMBER);
    for (unsigned at = AT_FILLING; at < length; at++)
        if (bytes[at] != ping_byte(number, at))
            return false;
    return length == ping_length(number);
}

static void on_reply(const uint8_t *bytes, unsigned length)
{
    if (!is_whole(bytes, length)) {
        printf("station: FAILED: a reply of %u bytes is not what was sent\n", length);
        return;
    }
    uint32_t us = wifi_time_us() - get32(bytes + AT_TIME);
    replies++;
    rtt_sum += us;
    rtt_least = us < rtt_least ? us : rtt_least;
    rtt_most = us > rtt_most ? us : rtt_most;
}

static void on_receive(void *ctx, const uint8_t *bytes, unsigned length)
{
    (void)ctx;
    if (length < LEAST || bytes[12] != TYPE >> 8 || bytes[13] != (TYPE & 0xFF))
        return;
    switch (get16(bytes + AT_KIND)) {
    case REQUEST:
        memcpy(frame, bytes, length);
        memcpy(frame, bytes + DOT11_ADDRESS, DOT11_ADDRESS);
        memcpy(frame + DOT11_ADDRESS, sta_address(), DOT11_ADDRESS);
        put16(frame + AT_KIND, REPLY);
        sta_send(frame, length);
        break;
    case REPLY:
        on_reply(bytes, length);
        break;
    case FILLING:
        sink_last_us = wifi_time_us();
        if (sink_frames++ == 0)
            sink_first_us = sink_last_us;
        else
            sink_bytes += length;
        break;
    default:
        break;
    }
}

static void send_pings(uint64_t now)
{
    if (ping_number >= settings.pings || now < next_ping)
        return;
    unsigned length = ping_length(ping_number);
    put_frame(frame, settings.to, REQUEST, ping_number);
    for (unsigned at = AT_FILLING; at < length; at++)
        frame[at] = ping_byte(ping_number, at);
    if (sta_send(frame, length))
        ping_number++;
    next_ping = now + (uint64_t)settings.interval * MS_US;
}

static void send_burst(void)
{
    if (burst_number == 0 && settings.burst > 0)
        burst_began = wifi_time64_us();
    while (burst_number < settings.burst && sta_send_room() > 0) {
        put_frame(frame, settings.to, FILLING, burst_number);
        sta_send(frame, settings.size);
        if (++burst_number == settings.burst)
            printf("station: burst frames=%u us=%u\n", (unsigned)burst_number,
                   (unsigned)(wifi_time64_us() - burst_began));
    }
}

/* ---- Commands ---------------------------------------------------------------------------------------------------- */

static const char *set(const char *text, uint32_t min, uint32_t max, uint32_t *value)
{
    return command_number(text, min, max, value) ? NULL : "a number out of range";
}

static const char *set_text(const char *text, char *to, size_t size)
{
    if (strlen(text) >= size)
        return "too long";
    strcpy(to, text);
    return NULL;
}

static const char *set_ssid(const char *text)
{
    return set_text(text, settings.ssid, sizeof settings.ssid);
}

static const char *set_pass(const char *text)
{
    return set_text(text, settings.pass, sizeof settings.pass);
}

static const char *set_to(const char *text)
{
    return command_address(text, settings.to) ? NULL : "an address as 24:0a:c4:00:00:00";
}

static const char *join(const char *text)
{
    (void)text;
    settings.is_joining = true;
    return NULL;
}

#define NUMBER(name, min, max)                                                                                         \
    static const char *set_##name(const char *text)                                                                    \
    {                                                                                                                  \
        return set(text, min, max, &settings.name);                                                                    \
    }
NUMBER(channel, 0, 14)
NUMBER(passive, 0, 1)
NUMBER(power, 2, 20)
NUMBER(pings, 0, 100000)
NUMBER(interval, 1, 60000)
NUMBER(burst, 0, 1000000)
NUMBER(size, LEAST, STA_ETHERNET_MAX)
NUMBER(seconds, 1, 3600)
NUMBER(off, 1, 3600000)
NUMBER(on, 1, 3600000)

static const struct command commands[] = {{"ssid", set_ssid},
                                          {"pass", set_pass},
                                          {"channel", set_channel},
                                          {"passive", set_passive},
                                          {"power", set_power},
                                          {"pings", set_pings},
                                          {"to", set_to},
                                          {"interval", set_interval},
                                          {"burst", set_burst},
                                          {"size", set_size},
                                          {"off", set_off},
                                          {"on", set_on},
                                          {"seconds", set_seconds},
                                          {"join", join},
                                          {NULL, NULL}};

/* ---- The program ------------------------------------------------------------------------------------------------- */

static bool begin(void)
{
    const struct sta_config config = {.ssid = settings.ssid,
                                      .passphrase = settings.pass,
                                      .channel = (uint8_t)settings.channel,
                                      .is_passive = settings.passive,
                                      .power_dbm = (int8_t)settings.power,
                                      .on_event = on_event,
                                      .on_receive = on_receive};
    if (!sta_start(&config)) {
        printf("station: FAILED: cannot start\n");
        return false;
    }
    return true;
}

static void leave_and_return(unsigned ms)
{
    if (settings.off && ms >= settings.off && !has_left) {
        has_left = true;
        sta_stop();
    }
    if (settings.on && ms >= settings.on && has_left && !is_back)
        is_back = begin();
}

static bool sends(void)
{
    return sta_is_up() && memcmp(settings.to, sta_address(), DOT11_ADDRESS) != 0;
}

static void act(void)
{
    unsigned ms = ms_since_start();
    leave_and_return(ms);
    if (sends()) {
        send_pings(wifi_time64_us());
        if (ping_number >= settings.pings && wifi_time64_us() >= settled)
            send_burst();
    }
    if (!has_reported && ms >= settings.seconds * 1000) {
        has_reported = true;
        report();
    }
}

static void sleep_at_most(uint32_t us)
{
    if (us == 0)
        return;
    alarm_set(us);
    uint32_t ps = mask_interrupts();
    if (!sta_has_work())
        wait_for_interrupt();
    restore_interrupts(ps);
}

/* Until the next thing that this program has to do by itself; sta_poll has its own time. */
static uint32_t own_time(void)
{
    uint64_t now = wifi_time64_us(), next = now + 10 * MS_US;
    if (has_reported)
        next = now + SECOND_US;
    else if (sends() && ping_number < settings.pings && next_ping < next)
        next = next_ping;
    return next > now ? (uint32_t)(next - now) : 0;
}

int main(void)
{
    alarm_init();
    while (!settings.is_joining) {
        commands_poll("station", commands);
        alarm_set(MS_US);
        wait_for_interrupt();
    }
    if (!begin())
        return 1;
    start = wifi_time64_us();
    for (;;) {
        uint32_t us = sta_poll();
        act();
        uint32_t own = own_time();
        sleep_at_most(us < own ? us : own);
    }
}
