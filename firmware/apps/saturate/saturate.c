/* SPDX-License-Identifier: Apache-2.0 */
/* A station that always has a frame to send, to one peer; the peer, whose own address that is, counts what comes. Two
 * frames go round: while one is with the hardware the other is in the queue, and the interrupt handler starts it before
 * it does anything else, so the driver's time lies within the IFS.
 *
 * The same program runs on all nodes. What is sent can be changed over the console, a command a line:
 *   to ADDRESS   the peer          rate RATE     as in 54M, MCS7, 11M short
 *   size BYTES   behind LLC/SNAP   seconds N     of sending
 *   aifsn N, cwmin N, cwmax N (exponents), retries N, fallback N, rts BYTES
 *   start MS     when sending begins, since the MAC's start */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware/apps/common/commands.h"
#include "firmware/drivers/alarm.h"
#include "firmware/drivers/wifi.h"
#include "firmware/runtime/xtensa.h"

#ifndef SATURATE_TO
#define SATURATE_TO "24:0a:c4:00:00:00"
#endif
#ifndef SATURATE_RATE
#define SATURATE_RATE RATE_54M
#endif
#ifndef SATURATE_SIZE
#define SATURATE_SIZE 1500
#endif
#ifndef SATURATE_CHANNEL
#define SATURATE_CHANNEL 1
#endif

enum {
    LLC = 8, /* LLC and SNAP; the type is 88B5, for local experiments */
    BODY = DOT11_HEADER + LLC,
    LEAST = 4, /* the message's number */
    MOST = 2304 - LLC,
    FRAMES = 2,
    PEERS = 64,
    MS_US = 1000,
    SECOND_US = 1000000
};

static struct {
    uint8_t to[DOT11_ADDRESS];
    uint32_t rate, size, seconds, start_ms;
    struct contention_config contention;
} settings = {.rate = SATURATE_RATE,
              .size = SATURATE_SIZE,
              .seconds = 5,
              .start_ms = 200,
              .contention = {.aifsn = 2, .cw_min_exponent = 4, .cw_max_exponent = 10, .retry_limit = 7}};

static struct wifi_frame frames[FRAMES];
static uint8_t bytes[FRAMES][BODY + MOST] __attribute__((aligned(4)));
static volatile bool is_sending;
static volatile uint32_t in_queue, message_number;
static uint64_t bytes_delivered;

/* ---- Sending ----------------------------------------------------------------------------------------------------- */

static void prepare(struct wifi_frame *frame)
{
    put32(frame->mpdu + BODY, message_number++);
    frame->length = (uint16_t)(BODY + settings.size);
    frame->rate = (uint8_t)settings.rate;
}

/* In the interrupt handler; the other frame is on its way already. */
static void on_done(struct wifi_frame *frame)
{
    if (frame->is_delivered)
        bytes_delivered += frame->length - (uint32_t)BODY;
    if (!is_sending) {
        in_queue--;
        return;
    }
    prepare(frame);
    wifi_send(frame);
}

static void begin_sending(const uint8_t own[DOT11_ADDRESS])
{
    static const uint8_t bss[DOT11_ADDRESS] = {0x02, 0x56, 0x53, 0x50, 0, 0};
    static const uint8_t llc[LLC] = {0xAA, 0xAA, 0x03, 0, 0, 0, 0x88, 0xB5};
    struct dot11_frame header = {.type = DOT11_DATA, .subtype = DOT11_DATA_PLAIN};
    memcpy(header.receiver, settings.to, DOT11_ADDRESS);
    memcpy(header.transmitter, own, DOT11_ADDRESS);
    memcpy(header.address3, bss, DOT11_ADDRESS);
    wifi_set_contention(WIFI_BEST_EFFORT, &settings.contention);
    is_sending = true;
    for (unsigned i = 0; i < FRAMES; i++) {
        frames[i].mpdu = bytes[i];
        frames[i].queue = WIFI_BEST_EFFORT;
        frames[i].done = on_done;
        dot11_pack(bytes[i], &header);
        memcpy(bytes[i] + DOT11_HEADER, llc, LLC);
        prepare(&frames[i]);
        in_queue++;
        wifi_send(&frames[i]);
    }
}

static void report_sender(unsigned second, struct wifi_counts *last, uint64_t *last_bytes)
{
    struct wifi_counts now = wifi_get_counts();
    uint32_t ps = mask_interrupts();
    uint64_t delivered = bytes_delivered;
    restore_interrupts(ps);
    printf("saturate: t=%u frames=%u retries=%u dropped=%u goodput_kbps=%u\n", second,
           (unsigned)(now.delivered - last->delivered), (unsigned)(now.retries - last->retries),
           (unsigned)(now.dropped - last->dropped), (unsigned)((delivered - *last_bytes) * 8 / 1000));
    *last = now;
    *last_bytes = delivered;
}

static void report_end(uint64_t duration_us)
{
    struct wifi_counts c = wifi_get_counts();
    printf("saturate: driver interrupts=%u cycles_per_interrupt=%u longest=%u cycles_per_send=%u\n",
           (unsigned)c.interrupts, c.interrupts ? (unsigned)(c.interrupt_cycles / c.interrupts) : 0,
           (unsigned)c.longest_interrupt, c.sent ? (unsigned)(c.send_cycles / c.sent) : 0);
    printf("saturate: done frames=%u attempts=%u retries=%u dropped=%u no_ack=%u no_cts=%u us=%u goodput_kbps=%u\n",
           (unsigned)c.delivered, (unsigned)c.attempts, (unsigned)c.retries, (unsigned)c.dropped, (unsigned)c.no_ack,
           (unsigned)c.no_cts, (unsigned)duration_us, (unsigned)(bytes_delivered * 8000 / duration_us));
}

/* ---- Receiving --------------------------------------------------------------------------------------------------- */

struct peer {
    uint8_t address[DOT11_ADDRESS];
    uint32_t frames, missing, next;
};

static struct peer peers[PEERS];
static unsigned peer_count;
static uint32_t received_frames;
static uint64_t received_bytes;

static struct peer *peer_of(const uint8_t address[DOT11_ADDRESS])
{
    for (unsigned i = 0; i < peer_count; i++)
        if (memcmp(peers[i].address, address, DOT11_ADDRESS) == 0)
            return &peers[i];
    if (peer_count == PEERS)
        return NULL;
    memcpy(peers[peer_count].address, address, DOT11_ADDRESS);
    return &peers[peer_count++];
}

static void count(const struct wifi_received *received)
{
    if (received->header.type != DOT11_DATA || received->length < BODY + LEAST)
        return;
    uint32_t number = get32(received->mpdu + BODY);
    received_frames++;
    received_bytes += received->length - (uint32_t)BODY;
    struct peer *peer = peer_of(received->header.transmitter);
    if (!peer)
        return;
    if (peer->frames++ > 0)
        peer->missing += number - peer->next;
    peer->next = number + 1;
}

static void report_receiver(unsigned second, uint32_t *last_frames, uint64_t *last_bytes)
{
    printf("saturate: t=%u received=%u goodput_kbps=%u peers=%u\n", second, (unsigned)(received_frames - *last_frames),
           (unsigned)((received_bytes - *last_bytes) * 8 / 1000), peer_count);
    *last_frames = received_frames;
    *last_bytes = received_bytes;
}

static void report_peers(void)
{
    struct wifi_counts c = wifi_get_counts();
    for (unsigned i = 0; i < peer_count; i++)
        printf("saturate: from=%02x:%02x:%02x:%02x:%02x:%02x received=%u missing=%u\n", peers[i].address[0],
               peers[i].address[1], peers[i].address[2], peers[i].address[3], peers[i].address[4], peers[i].address[5],
               (unsigned)peers[i].frames, (unsigned)peers[i].missing);
    printf("saturate: done received=%u bytes=%u duplicates=%u peers=%u\n", (unsigned)received_frames,
           (unsigned)received_bytes, (unsigned)c.duplicates, peer_count);
}

/* ---- Commands ---------------------------------------------------------------------------------------------------- */

static const char *set_to(const char *text)
{
    return command_address(text, settings.to) ? NULL : "an address as 24:0a:c4:00:00:00";
}

static const char *set_rate(const char *text)
{
    unsigned rate = rate_by_name(text);
    if (rate == RATE_COUNT)
        return "no such rate";
    settings.rate = rate;
    return NULL;
}

static const char *set(const char *text, uint32_t min, uint32_t max, uint32_t *value)
{
    return command_number(text, min, max, value) ? NULL : "a number out of range";
}

static const char *set_byte(const char *text, uint32_t min, uint32_t max, uint8_t *value)
{
    uint32_t number = 0;
    const char *wrong = set(text, min, max, &number);
    if (!wrong)
        *value = (uint8_t)number;
    return wrong;
}

static const char *set_size(const char *text)
{
    return set(text, LEAST, MOST, &settings.size);
}

static const char *set_seconds(const char *text)
{
    return set(text, 1, 3600, &settings.seconds);
}

static const char *set_start(const char *text)
{
    return set(text, 0, 60000, &settings.start_ms);
}

static const char *set_aifsn(const char *text)
{
    return set_byte(text, 1, 15, &settings.contention.aifsn);
}

static const char *set_cw_min(const char *text)
{
    return set_byte(text, 0, 10, &settings.contention.cw_min_exponent);
}

static const char *set_cw_max(const char *text)
{
    return set_byte(text, 0, 10, &settings.contention.cw_max_exponent);
}

static const char *set_retries(const char *text)
{
    return set_byte(text, 0, 255, &settings.contention.retry_limit);
}

static const char *set_fallback(const char *text)
{
    return set_byte(text, 0, 255, &settings.contention.fallback_after);
}

static const char *set_rts(const char *text)
{
    uint32_t threshold;
    if (!command_number(text, 0, WIFI_RTS_NEVER, &threshold))
        return "a number out of range";
    wifi_set_rts_threshold(threshold);
    return NULL;
}

static const struct command commands[] = {
    {"to", set_to},           {"rate", set_rate},         {"size", set_size},    {"seconds", set_seconds},
    {"start", set_start},     {"aifsn", set_aifsn},       {"cwmin", set_cw_min}, {"cwmax", set_cw_max},
    {"retries", set_retries}, {"fallback", set_fallback}, {"rts", set_rts},      {NULL, NULL}};

/* ---- The program ------------------------------------------------------------------------------------------------- */

/* Handles what comes until then. */
static void live_until(uint64_t until)
{
    for (;;) {
        struct wifi_received received;
        while (wifi_receive(&received)) {
            count(&received);
            wifi_release(&received);
        }
        uint64_t now = wifi_time64_us();
        if (now >= until)
            return;
        alarm_set((uint32_t)(until - now));
        uint32_t ps = mask_interrupts();
        if (!wifi_has_received())
            wait_for_interrupt();
        restore_interrupts(ps);
    }
}

/* Commands come first; they are looked for every millisecond. */
static void wait_for_start(void)
{
    do {
        commands_poll("saturate", commands);
        live_until(wifi_time64_us() + MS_US);
    } while (wifi_time64_us() < (uint64_t)settings.start_ms * MS_US);
}

static void be_receiver(uint64_t start)
{
    uint32_t last_frames = 0;
    uint64_t last_bytes = 0;
    for (unsigned second = 1; second <= settings.seconds; second++) {
        live_until(start + (uint64_t)second * SECOND_US);
        report_receiver(second, &last_frames, &last_bytes);
    }
    live_until(wifi_time64_us() + SECOND_US / 10); /* what is still under way */
    report_peers();
}

static void be_sender(uint64_t start, const uint8_t own[DOT11_ADDRESS])
{
    struct wifi_counts last = wifi_get_counts();
    uint64_t last_bytes = 0;
    begin_sending(own);
    for (unsigned second = 1; second <= settings.seconds; second++) {
        live_until(start + (uint64_t)second * SECOND_US);
        report_sender(second, &last, &last_bytes);
    }
    is_sending = false;
    while (in_queue)
        live_until(wifi_time64_us() + MS_US);
    report_end(wifi_time64_us() - start);
}

int main(void)
{
    struct wifi_config config = wifi_defaults();
    command_address(SATURATE_TO, settings.to);
    config.channel = SATURATE_CHANNEL;
    alarm_init();
    if (!wifi_init(&config)) {
        printf("saturate: FAILED: the MAC does not answer\n");
        return 1;
    }
    wait_for_start();
    uint64_t start = wifi_time64_us();
    bool is_receiver = memcmp(config.address, settings.to, DOT11_ADDRESS) == 0;
    printf("saturate: %s rate=%s size=%u\n", is_receiver ? "receiver" : "sender", rate_name(settings.rate),
           (unsigned)settings.size);
    if (is_receiver)
        be_receiver(start);
    else
        be_sender(start, config.address);
    return 0;
}
