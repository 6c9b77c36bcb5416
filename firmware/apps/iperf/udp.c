/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/apps/iperf/udp.h"

#include <stdio.h>
#include <string.h>

#include "firmware/apps/iperf/tcp.h"
#include "firmware/lwip/net.h"

#include "lwip/timeouts.h"
#include "lwip/udp.h"

enum {
    DATAGRAM = 1470,
    LAST_TRIES = 10,
    LAST_MS = 250,
    TICK_MS = 1,
    BURST = 8 /* datagrams before others get a turn */
};
enum { HAS_REPORT = 1u << 31 };

/* The head of a datagram; iperf 2.1 has the number's upper half behind the time. */
struct head {
    uint32_t number, seconds, microseconds, upper;
};

struct report {
    uint32_t flags, bytes_high, bytes_low, seconds, microseconds, lost, reordered, datagrams, jitter_s, jitter_us;
};

static struct {
    struct udp_pcb *pcb;
    ip_addr_t from;
    u16_t port;
    uint64_t begin_us, last_us, bytes;
    int64_t transit_us;
    int32_t highest;
    uint32_t datagrams, lost, reordered;
    uint32_t jitter_16; /* us, times 16: RFC 3550, 6.4.1 */
    bool is_over;
} in;

static struct {
    struct udp_pcb *pcb;
    struct pbuf *payload;
    ip_addr_t to;
    u16_t port;
    uint64_t begin_us, end_us, bytes;
    uint32_t kbits, refused;
    int32_t number;
    unsigned last_tries; /* 0: not over */
} out;

/* ---- Receiving -------------------------------------------------------------------------------------------------- */

static void answer(const struct head *head)
{
    uint64_t us = in.last_us - in.begin_us;
    struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, sizeof *head + sizeof(struct report), PBUF_RAM);
    if (!packet)
        return;
    const struct report report = {.flags = lwip_htonl(HAS_REPORT),
                                  .bytes_high = lwip_htonl((uint32_t)(in.bytes >> 32)),
                                  .bytes_low = lwip_htonl((uint32_t)in.bytes),
                                  .seconds = lwip_htonl((uint32_t)(us / 1000000)),
                                  .microseconds = lwip_htonl((uint32_t)(us % 1000000)),
                                  .lost = lwip_htonl(in.lost),
                                  .reordered = lwip_htonl(in.reordered),
                                  .datagrams = lwip_htonl((uint32_t)in.highest + 1),
                                  .jitter_us = lwip_htonl(in.jitter_16 / 16)};
    pbuf_take(packet, head, sizeof *head);
    pbuf_take_at(packet, &report, sizeof report, sizeof *head);
    udp_sendto(in.pcb, packet, &in.from, in.port);
    pbuf_free(packet);
}

static void print_received(void)
{
    iperf_report("udp from", &in.from, in.bytes, in.last_us - in.begin_us);
    printf(" datagrams=%u lost=%u reordered=%u jitter_us=%u\n", (unsigned)in.datagrams, (unsigned)in.lost,
           (unsigned)in.reordered, (unsigned)(in.jitter_16 / 16));
}

static void begin_session(const ip_addr_t *from, u16_t port, uint64_t now)
{
    struct udp_pcb *pcb = in.pcb;
    memset(&in, 0, sizeof in);
    in.pcb = pcb;
    in.from = *from;
    in.port = port;
    in.begin_us = now;
    in.highest = -1;
}

static void count(int32_t number, const struct head *head, unsigned length, uint64_t now)
{
    int64_t sent_us = (int64_t)lwip_ntohl(head->seconds) * 1000000 + lwip_ntohl(head->microseconds);
    int64_t transit = (int64_t)now - sent_us, change = transit - in.transit_us;
    if (in.datagrams++ > 0)
        in.jitter_16 += (uint32_t)(change < 0 ? -change : change) - (in.jitter_16 + 8) / 16;
    in.transit_us = transit;
    in.bytes += length;
    in.last_us = now;
    if (number > in.highest) {
        in.lost += (uint32_t)(number - in.highest - 1);
        in.highest = number;
    } else {
        in.reordered++;
        in.lost -= in.lost > 0;
    }
}

static void on_received(void *ctx, struct udp_pcb *pcb, struct pbuf *packet, const ip_addr_t *from, u16_t port)
{
    struct head head = {0};
    uint64_t now = net_time_us();
    (void)ctx;
    (void)pcb;
    if (pbuf_copy_partial(packet, &head, sizeof head, 0) >= 12) {
        int32_t number = (int32_t)lwip_ntohl(head.number);
        if (in.port != port || !ip_addr_cmp(&in.from, from) || (in.is_over && number >= 0))
            begin_session(from, port, now);
        if (number >= 0) {
            count(number, &head, packet->tot_len, now);
        } else {
            if (!in.is_over)
                print_received();
            in.is_over = true;
            answer(&head); /* each time: an answer may get lost */
        }
    }
    pbuf_free(packet);
}

bool iperf_udp_listen(void)
{
    in.pcb = udp_new();
    if (!in.pcb || udp_bind(in.pcb, IP_ANY_TYPE, IPERF_PORT) != ERR_OK)
        return false;
    udp_recv(in.pcb, on_received, NULL);
    return true;
}

/* ---- Sending ---------------------------------------------------------------------------------------------------- */

static void end_sending(const char *how)
{
    iperf_report("udp to", &out.to, out.bytes, out.end_us - out.begin_us);
    printf(" datagrams=%d refused=%u %s\n", (int)out.number, (unsigned)out.refused, how);
    udp_remove(out.pcb);
    pbuf_free(out.payload);
    out.pcb = NULL;
}

/* False: no room in the driver. */
static bool send_one(int32_t number, uint64_t now)
{
    const struct head head = {.number = lwip_htonl((uint32_t)number),
                              .seconds = lwip_htonl((uint32_t)(now / 1000000)),
                              .microseconds = lwip_htonl((uint32_t)(now % 1000000)),
                              .upper = number < 0 ? UINT32_MAX : 0};
    /* The driver may still hold the one before, so each has its own head; the rest is shared. */
    struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, sizeof head, PBUF_RAM);
    if (!packet)
        return false;
    pbuf_take(packet, &head, sizeof head);
    pbuf_chain(packet, out.payload);
    err_t error = udp_sendto(out.pcb, packet, &out.to, out.port);
    pbuf_free(packet);
    return error == ERR_OK;
}

static void send_last(void *ctx)
{
    (void)ctx;
    if (!out.pcb)
        return;
    if (out.last_tries++ == LAST_TRIES) {
        end_sending("without an answer");
        return;
    }
    send_one(-out.number, net_time_us());
    sys_timeout(LAST_MS, send_last, NULL);
}

static void tick(void *ctx)
{
    (void)ctx;
    if (out.pcb && out.last_tries == 0)
        sys_timeout(TICK_MS, tick, NULL);
}

void iperf_udp_poll(void)
{
    if (!out.pcb || out.last_tries > 0)
        return;
    uint64_t now = net_time_us();
    for (unsigned i = 0; i < BURST && now < out.end_us; i++, now = net_time_us()) {
        if (out.bytes * 8000 > (now - out.begin_us) * out.kbits)
            return;
        if (!send_one(out.number, now)) {
            out.refused++;
            return;
        }
        out.number++;
        out.bytes += DATAGRAM;
    }
    if (now >= out.end_us) {
        out.end_us = now;
        send_last(NULL);
    }
}

static void on_answered(void *ctx, struct udp_pcb *pcb, struct pbuf *packet, const ip_addr_t *from, u16_t port)
{
    (void)ctx;
    (void)pcb;
    (void)from;
    (void)port;
    pbuf_free(packet);
    if (out.last_tries > 0) {
        sys_untimeout(send_last, NULL);
        end_sending("answered");
    }
}

const char *iperf_udp_send(const ip_addr_t *to, u16_t port, uint32_t seconds, uint32_t kbits)
{
    if (out.pcb)
        return "one at a time";
    memset(&out, 0, sizeof out);
    out.pcb = udp_new();
    out.payload = pbuf_alloc(PBUF_RAW, DATAGRAM - sizeof(struct head), PBUF_RAM);
    if (!out.pcb || !out.payload)
        return "no memory";
    memset(out.payload->payload, 0, out.payload->len); /* an iperf header with no wishes, and data */
    out.to = *to;
    out.port = port;
    out.kbits = kbits;
    out.begin_us = net_time_us();
    out.end_us = out.begin_us + seconds * UINT64_C(1000000);
    udp_recv(out.pcb, on_answered, NULL);
    tick(NULL);
    return NULL;
}
