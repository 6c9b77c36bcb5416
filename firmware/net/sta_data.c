/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the station: where they are kept, how they are made and read. */
#include <string.h>

#include "firmware/net/sta_local.h"
#include "firmware/runtime/xtensa.h"

enum {
    QOS = 2,
    CCMP_HEADER = 8,
    MIC = 8,
    EXT_IV = 0x20,
    NULL_DATA = 4, /* this bit of the subtype: no data */
    A_MSDU = 0x80,
    LARGE = (DOT11_HEADER + QOS + CCMP_HEADER + SNAP + ETHERNET_MAX - ETHERNET_HEADER + MIC + 3) & ~3,
    SMALL = 256, /* management and EAPOL, which data never keep waiting for a buffer */
    LARGE_COUNT = 12,
    SMALL_COUNT = 6
};

enum stage { FREE, QUEUED, DONE };

struct buffer {
    struct wifi_frame frame; /* first: a frame's address is its buffer's */
    volatile enum stage stage;
    bool is_data;
};

static uint8_t large[LARGE_COUNT][LARGE] __attribute__((aligned(4)));
static uint8_t small[SMALL_COUNT][SMALL] __attribute__((aligned(4)));
static struct buffer buffers[LARGE_COUNT + SMALL_COUNT]; /* the large ones first */
static volatile unsigned completions;

/* In the interrupt handler. */
static void on_done(struct wifi_frame *frame)
{
    ((struct buffer *)frame)->stage = DONE;
    completions++;
}

void sta_data_init(void)
{
    for (unsigned i = 0; i < LARGE_COUNT + SMALL_COUNT; i++) {
        buffers[i] = (struct buffer){.stage = FREE};
        buffers[i].frame.mpdu = i < LARGE_COUNT ? large[i] : small[i - LARGE_COUNT];
        buffers[i].frame.done = on_done;
    }
    completions = 0;
}

/* Without QoS the one queue of data contends as DCF does, with DIFS (10.3.3). */
void sta_data_join(void)
{
    uint8_t ladder[BSS_LADDER];
    unsigned count = bss_ladder(&sta.bss, ladder);
    struct contention_config config = wifi_defaults().queue[WIFI_BEST_EFFORT];
    if (count == 0)
        ladder[count++] = RATE_1M;
    rate_control_init(&sta.rates, ladder, count);
    sta.slow_rate = ladder[0];
    config.fallback_after = 2;
    config.aifsn = sta.bss.info.has_wmm ? 3 : 2;
    wifi_set_contention(WIFI_BEST_EFFORT, &config);
}

bool sta_has_completions(void)
{
    return completions != 0;
}

void sta_reap(void)
{
    if (!completions)
        return;
    completions = 0; /* before looking: what completes meanwhile asks again */
    for (unsigned i = 0; i < LARGE_COUNT + SMALL_COUNT; i++) {
        struct buffer *buffer = &buffers[i];
        if (buffer->stage != DONE)
            continue;
        buffer->stage = FREE;
        if (!buffer->is_data)
            continue;
        if (buffer->frame.is_delivered)
            sta.counts.delivered++;
        else
            sta.counts.undelivered++;
        rate_control_sent(&sta.rates, buffer->frame.rate, buffer->frame.is_delivered ? buffer->frame.attempts : 0);
    }
}

static struct buffer *find(unsigned first, unsigned count)
{
    sta_reap();
    for (unsigned i = first; i < first + count; i++)
        if (buffers[i].stage == FREE)
            return &buffers[i];
    return NULL;
}

static void send(struct buffer *buffer, unsigned length, unsigned queue, unsigned rate, bool is_data)
{
    buffer->frame.length = (uint16_t)length;
    buffer->frame.queue = (uint8_t)queue;
    buffer->frame.rate = (uint8_t)rate;
    buffer->frame.key = STA_KEY_PAIR;
    buffer->is_data = is_data;
    buffer->stage = QUEUED;
    wifi_send(&buffer->frame);
}

/* ---- Management -------------------------------------------------------------------------------------------------- */

bool sta_send_management(unsigned subtype, const uint8_t receiver[DOT11_ADDRESS], const uint8_t bssid[DOT11_ADDRESS],
                         const void *body, unsigned length)
{
    struct buffer *buffer = find(LARGE_COUNT, SMALL_COUNT);
    struct dot11_frame header = {.type = DOT11_MANAGEMENT, .subtype = subtype};
    if (!buffer || DOT11_HEADER + length > SMALL)
        return false;
    memcpy(header.receiver, receiver, DOT11_ADDRESS);
    memcpy(header.transmitter, sta.own, DOT11_ADDRESS);
    memcpy(header.address3, bssid, DOT11_ADDRESS);
    dot11_pack(buffer->frame.mpdu, &header);
    memcpy(buffer->frame.mpdu + DOT11_HEADER, body, length);
    send(buffer, DOT11_HEADER + length, WIFI_VOICE, sta.slow_rate, false);
    return true;
}

/* ---- Data to the access point ------------------------------------------------------------------------------------ */

/* To DS: the access point is the receiver, the destination stands in address 3. */
static void put_header(uint8_t *mpdu, const uint8_t destination[DOT11_ADDRESS], unsigned subtype, bool is_protected)
{
    mpdu[0] = (uint8_t)(subtype << 4 | DOT11_DATA << 2);
    mpdu[1] = (uint8_t)(DOT11_TO_DS | (is_protected ? DOT11_PROTECTED : 0));
    memcpy(mpdu + 4, sta.bss.info.bssid, DOT11_ADDRESS);
    memcpy(mpdu + 10, sta.own, DOT11_ADDRESS);
    memcpy(mpdu + 16, destination, DOT11_ADDRESS);
    put16(mpdu + 22, 0);
}

static void put_ccmp_header(uint8_t *out)
{
    uint64_t pn = ++sta.packet_number;
    out[0] = (uint8_t)pn;
    out[1] = (uint8_t)(pn >> 8);
    out[2] = 0;
    out[3] = EXT_IV; /* key 0 */
    put32(out + 4, (uint32_t)(pn >> 16));
}

/* The MPDU of an Ethernet frame; 0: it is none. */
static unsigned make_mpdu(uint8_t *mpdu, const uint8_t *frame, unsigned length, unsigned priority, bool is_protected)
{
    bool has_qos = sta.bss.info.has_wmm;
    unsigned at = DOT11_HEADER;
    put_header(mpdu, frame, has_qos ? DOT11_DATA_QOS : DOT11_DATA_PLAIN, is_protected);
    if (has_qos) {
        put16(mpdu + at, priority);
        at += QOS;
    }
    unsigned ccmp = at;
    at += is_protected ? CCMP_HEADER : 0;
    unsigned body = ethernet_to_body(frame, length, mpdu + at);
    if (body == 0)
        return 0;
    if (is_protected)
        put_ccmp_header(mpdu + ccmp);
    return at + body + (is_protected ? MIC : 0); /* the MIC is the hardware's to write */
}

static unsigned queue_of(unsigned priority)
{
    static const uint8_t queues[8] = {WIFI_BEST_EFFORT, WIFI_BACKGROUND, WIFI_BACKGROUND, WIFI_BEST_EFFORT,
                                      WIFI_VIDEO,       WIFI_VIDEO,      WIFI_VOICE,      WIFI_VOICE};
    return sta.bss.info.has_wmm ? queues[priority & 7] : (unsigned)WIFI_BEST_EFFORT;
}

bool sta_send(const uint8_t *frame, unsigned length)
{
    uint32_t cycles = ccount();
    struct buffer *buffer = sta.state == STA_UP && length <= ETHERNET_MAX ? find(0, LARGE_COUNT) : NULL;
    unsigned priority = ethernet_priority(frame, length);
    unsigned mpdu = buffer ? make_mpdu(buffer->frame.mpdu, frame, length, priority, sta.is_secured) : 0;
    if (mpdu == 0) {
        sta.counts.refused++;
        return false;
    }
    sta.sent = wifi_time64_us();
    sta.counts.sent++;
    send(buffer, mpdu, queue_of(priority), rate_control_rate(&sta.rates), true);
    sta.counts.send_cycles += ccount() - cycles;
    return true;
}

unsigned sta_send_room(void)
{
    unsigned room = 0;
    if (sta.state != STA_UP)
        return 0;
    for (unsigned i = 0; i < LARGE_COUNT; i++)
        room += buffers[i].stage != QUEUED;
    return room;
}

bool sta_send_eapol(const uint8_t *packet, unsigned length, bool is_protected)
{
    enum { PRIORITY = 7 };
    uint8_t frame[ETHERNET_HEADER + SUPPLICANT_REPLY];
    struct buffer *buffer = find(LARGE_COUNT, SMALL_COUNT);
    if (!buffer || length > SUPPLICANT_REPLY)
        return false;
    memcpy(frame, sta.bss.info.bssid, DOT11_ADDRESS);
    memcpy(frame + DOT11_ADDRESS, sta.own, DOT11_ADDRESS);
    frame[12] = ETHERNET_EAPOL >> 8;
    frame[13] = ETHERNET_EAPOL & 0xFF;
    memcpy(frame + ETHERNET_HEADER, packet, length);
    unsigned mpdu = make_mpdu(buffer->frame.mpdu, frame, ETHERNET_HEADER + length, PRIORITY, is_protected);
    send(buffer, mpdu, queue_of(PRIORITY), sta.slow_rate, false);
    return true;
}
_Static_assert(DOT11_HEADER + QOS + CCMP_HEADER + SNAP + SUPPLICANT_REPLY + MIC <= SMALL, "an EAPOL frame fits");

bool sta_send_null(void)
{
    struct buffer *buffer = find(LARGE_COUNT, SMALL_COUNT);
    if (!buffer)
        return false;
    put_header(buffer->frame.mpdu, sta.bss.info.bssid, NULL_DATA, false);
    sta.sent = wifi_time64_us();
    send(buffer, DOT11_HEADER, WIFI_BEST_EFFORT, sta.slow_rate, false);
    return true;
}

/* ---- Data from the access point ---------------------------------------------------------------------------------- */

static uint64_t packet_number(const uint8_t *header)
{
    return get16(header) | (uint64_t)get32(header + 4) << 16;
}

/* Takes the CCMP header off; false: no good. */
static bool unwrap(const struct wifi_received *received, uint8_t **body, unsigned *length)
{
    const struct dot11_frame *header = &received->header;
    if (!received->is_decrypted || *length < CCMP_HEADER) {
        sta.counts.undecryptable++;
        return false;
    }
    unsigned tid = header->subtype & DOT11_DATA_QOS ? (*body)[-QOS] % STA_TIDS : 0u;
    uint64_t *last = dot11_is_group(header->receiver) ? &sta.group_replay[(*body)[3] >> 6] : &sta.replay[tid];
    uint64_t pn = packet_number(*body);
    if (pn <= *last) {
        sta.counts.replays++;
        return false;
    }
    *last = pn;
    *body += CCMP_HEADER;
    *length -= CCMP_HEADER;
    return true;
}

static bool is_whole(const struct dot11_frame *header, const uint8_t *body)
{
    return !(header->flags & DOT11_MORE_FRAGMENTS) && header->fragment == 0 &&
           !(header->subtype & DOT11_DATA_QOS && body[-QOS] & A_MSDU);
}

/* The Ethernet frame in a received frame; NULL: none for us. */
static uint8_t *extract(const struct wifi_received *received, unsigned *length)
{
    const struct dot11_frame *header = &received->header;
    /* The buffer is ours until it is released: the frame is unwrapped in place. */
    uint8_t *body = (uint8_t *)(uintptr_t)received->mpdu + header->header;
    *length = received->length - header->header;
    if (!is_whole(header, body)) {
        sta.counts.malformed++;
        return NULL;
    }
    bool is_protected = header->flags & DOT11_PROTECTED;
    if (is_protected && !unwrap(received, &body, length))
        return NULL;
    uint8_t *frame = ethernet_from_body(body, *length, header->receiver, header->address3, length);
    if (!frame || *length > ETHERNET_MAX) {
        sta.counts.malformed++;
        return NULL;
    }
    if (ethernet_type(frame) == ETHERNET_EAPOL) {
        sta_on_eapol(frame + ETHERNET_HEADER, *length - ETHERNET_HEADER, is_protected);
        return NULL;
    }
    if (sta.state != STA_UP || is_protected != sta.is_secured) {
        sta.counts.unwanted++;
        return NULL;
    }
    return frame;
}

void sta_on_data(const struct wifi_received *received)
{
    uint32_t cycles = ccount();
    const struct dot11_frame *header = &received->header;
    unsigned length;
    bool is_ours = (header->flags & (DOT11_TO_DS | DOT11_FROM_DS)) == DOT11_FROM_DS && sta_is_from_bss(header) &&
                   !(header->subtype & NULL_DATA) && memcmp(header->address3, sta.own, DOT11_ADDRESS) != 0;
    if (!is_ours) /* of another network, without data, or our own broadcast as the access point repeats it */
        return;
    uint8_t *frame = extract(received, &length);
    if (!frame)
        return;
    sta.counts.received++;
    sta.counts.receive_cycles += ccount() - cycles;
    if (sta.config.on_receive)
        sta.config.on_receive(sta.config.receive_ctx, frame, length);
}
