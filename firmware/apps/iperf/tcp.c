/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/apps/iperf/tcp.h"

#include <stdio.h>
#include <stdlib.h>

#include "firmware/lwip/net.h"

#include "lwip/tcp.h"

enum { CHUNK = TCP_MSS, POLL_HALF_SECONDS = 2 };

/* One of either direction. */
struct stream {
    ip_addr_t other;
    uint64_t begin_us, last_us, end_us; /* end_us: when a sender is to stop */
    uint64_t bytes;                     /* received, or acknowledged */
};

/* Zeros: an iperf header with no wishes, and data. */
static const uint8_t zeros[CHUNK];

static void finish(struct stream *stream, struct tcp_pcb *pcb, const char *what)
{
    iperf_report(what, &stream->other, stream->bytes, stream->last_us - stream->begin_us);
    printf("\n");
    free(stream);
    if (pcb) {
        tcp_arg(pcb, NULL);
        tcp_recv(pcb, NULL);
        tcp_sent(pcb, NULL);
        tcp_poll(pcb, NULL, 0);
        tcp_err(pcb, NULL);
    }
}

static void on_error(void *arg, err_t error)
{
    struct stream *stream = arg;
    (void)error;
    finish(stream, NULL, stream->end_us ? "tcp sender reset by" : "tcp receiver reset by");
}

static struct stream *begin(struct tcp_pcb *pcb, const ip_addr_t *other)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return NULL;
    stream->other = *other;
    stream->begin_us = stream->last_us = net_time_us();
    tcp_arg(pcb, stream);
    tcp_err(pcb, on_error);
    return stream;
}

/* ---- Receiving -------------------------------------------------------------------------------------------------- */

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
    struct stream *stream = arg;
    (void)error;
    if (!data) {
        finish(stream, pcb, "tcp from");
        return tcp_close(pcb);
    }
    stream->bytes += data->tot_len;
    stream->last_us = net_time_us();
    tcp_recved(pcb, data->tot_len);
    pbuf_free(data);
    return ERR_OK;
}

static err_t on_accepted(void *arg, struct tcp_pcb *pcb, err_t error)
{
    (void)arg;
    if (error != ERR_OK || !pcb)
        return ERR_VAL;
    if (!begin(pcb, &pcb->remote_ip)) {
        tcp_abort(pcb);
        return ERR_ABRT;
    }
    tcp_recv(pcb, on_received);
    return ERR_OK;
}

bool iperf_tcp_listen(void)
{
    struct tcp_pcb *pcb = tcp_new();
    if (!pcb || tcp_bind(pcb, IP_ANY_TYPE, IPERF_PORT) != ERR_OK)
        return false;
    struct tcp_pcb *listener = tcp_listen(pcb);
    if (listener)
        tcp_accept(listener, on_accepted);
    return listener != NULL;
}

/* ---- Sending ---------------------------------------------------------------------------------------------------- */

static err_t fill(struct stream *stream, struct tcp_pcb *pcb)
{
    if (net_time_us() >= stream->end_us) {
        if (tcp_sndqueuelen(pcb) > 0)
            return ERR_OK; /* the rest is still to be acknowledged */
        finish(stream, pcb, "tcp to");
        return tcp_close(pcb);
    }
    while (tcp_sndbuf(pcb) >= CHUNK && tcp_sndqueuelen(pcb) < TCP_SND_QUEUELEN - 4)
        if (tcp_write(pcb, zeros, CHUNK, 0) != ERR_OK)
            break;
    return tcp_output(pcb);
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
    struct stream *stream = arg;
    stream->bytes += length;
    stream->last_us = net_time_us();
    return fill(stream, pcb);
}

static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
    return fill(arg, pcb);
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t error)
{
    struct stream *stream = arg;
    (void)error;
    stream->end_us += net_time_us() - stream->begin_us;
    stream->begin_us = net_time_us();
    return fill(stream, pcb);
}

/* What the receiver says at the end. */
static err_t on_answer(void *arg, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
    (void)error;
    if (!data) {
        finish(arg, pcb, "tcp to");
        return tcp_close(pcb);
    }
    tcp_recved(pcb, data->tot_len);
    pbuf_free(data);
    return ERR_OK;
}

const char *iperf_tcp_send(const ip_addr_t *to, u16_t port, uint32_t seconds)
{
    struct tcp_pcb *pcb = tcp_new();
    struct stream *stream = pcb ? begin(pcb, to) : NULL;
    if (!stream) {
        if (pcb)
            tcp_abort(pcb);
        return "no memory";
    }
    stream->end_us = stream->begin_us + seconds * UINT64_C(1000000);
    tcp_sent(pcb, on_sent);
    tcp_recv(pcb, on_answer);
    tcp_poll(pcb, on_poll, POLL_HALF_SECONDS);
    if (tcp_connect(pcb, to, port, on_connected) == ERR_OK)
        return NULL;
    tcp_err(pcb, NULL);
    tcp_abort(pcb);
    free(stream);
    return "no way there";
}
