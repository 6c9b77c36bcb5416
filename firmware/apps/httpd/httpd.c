/* SPDX-License-Identifier: Apache-2.0 */
/* A web server on lwIP's raw API, over each path that works: Ethernet at once, by DHCP; the tunnel on UART1 at once, as
 * the far end of seed document 004's bridge expects it; Wi-Fi when told a network. Commands: firmware/lwip/net.h.
 *
 *   GET  /hello          a greeting
 *   GET  /stats          counters, as JSON
 *   GET  /large?size=N   N bytes (1 MB): lines of 16, each with its own offset, so that a reader can check them
 *   POST /echo           the body comes back as it goes in
 *
 * Connections stay open and take further requests while answers are on their way (HTTP/1.1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/apps/httpd/request.h"
#include "firmware/apps/httpd/stats.h"
#include "firmware/lwip/net.h"

#include "lwip/stats.h"
#include "lwip/tcp.h"

enum {
    PORT = 80,
    CONNECTIONS = 32,
    TEXT = 1024, /* the longest answer that is written at once, with its head */
    HEAD = 192,
    LARGE_DEFAULT = 1 << 20,
    LARGE_LINE = 16,
    SCRATCH = 1024, /* a multiple of LARGE_LINE */
    POLL_HALF_SECONDS = 2,
    IDLE_POLLS = 15 /* seconds */
};

enum phase {
    HEAD_COMES, /* of a request */
    ANSWER,     /* waits for room in the send buffer */
    LARGE,
    ECHO,
    BODY_COMES, /* of a request that has its answer: thrown away */
    ANSWERED    /* and nothing further is wanted: to be closed */
};

struct connection {
    struct tcp_pcb *pcb; /* NULL: free */
    enum phase phase;
    struct request request;
    struct pbuf *in;     /* came, and was not looked at yet */
    bool in_ended;       /* the other side sends no more */
    uint32_t body_left;  /* of the request, to come */
    uint32_t sent, size; /* of /large */
    unsigned idle_polls;
};

static struct connection connections[CONNECTIONS];
static struct httpd_counts counts;
static uint8_t scratch[SCRATCH];

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

static bool write(struct connection *c, const void *bytes, unsigned length)
{
    return length <= tcp_sndbuf(c->pcb) && tcp_write(c->pcb, bytes, (u16_t)length, TCP_WRITE_FLAG_COPY) == ERR_OK;
}

static const char *reason(unsigned status)
{
    static const struct {
        unsigned status;
        const char *text;
    } reasons[] = {{200, "OK"},
                   {400, "Bad Request"},
                   {404, "Not Found"},
                   {405, "Method Not Allowed"},
                   {411, "Length Required"},
                   {414, "URI Too Long"},
                   {431, "Request Header Fields Too Large"},
                   {501, "Not Implemented"},
                   {505, "HTTP Version Not Supported"}};
    for (unsigned i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].text;
    return "";
}

static int format_head(char *text, const struct connection *c, unsigned status, const char *type, uint32_t length)
{
    return snprintf(text, HEAD,
                    "HTTP/1.1 %u %s\r\nServer: vesper-httpd\r\nContent-Type: %s\r\nContent-Length: %u\r\n%s%s\r\n",
                    status, reason(status), type, (unsigned)length, status == 405 ? "Allow: GET, HEAD, POST\r\n" : "",
                    c->request.keeps_alive ? "" : "Connection: close\r\n");
}

/* Head and body as one; false: no room yet. */
static bool write_answer(struct connection *c, unsigned status, const char *type, const char *body)
{
    char text[TEXT];
    unsigned length = strlen(body);
    unsigned used = (unsigned)format_head(text, c, status, type, length);
    if (c->request.method != REQUEST_HEAD) {
        memcpy(text + used, body, length);
        used += length;
    }
    return write(c, text, used);
}

static bool write_head(struct connection *c, const char *type, uint32_t length)
{
    char text[HEAD];
    return write(c, text, (unsigned)format_head(text, c, 200, type, length));
}

/* Line n of /large: its offset in 8 hexadecimal digits, and "-vesper\n". */
static void fill_large(uint32_t offset, unsigned length)
{
    static const char digit[] = "0123456789abcdef";
    for (unsigned at = 0; at < length; at += LARGE_LINE) {
        uint32_t value = offset + at;
        for (int i = 7; i >= 0; i--, value >>= 4)
            scratch[at + (unsigned)i] = (uint8_t)digit[value & 15];
        memcpy(scratch + at + 8, "-vesper\n", 8);
    }
}

/* ---- Answers ---------------------------------------------------------------------------------------------------- */

static void end_answer(struct connection *c)
{
    counts.answered++;
    c->phase = c->body_left > 0 && c->request.keeps_alive ? BODY_COMES : c->request.keeps_alive ? HEAD_COMES : ANSWERED;
    if (c->phase == HEAD_COMES)
        request_begin(&c->request);
}

static bool answer_large(struct connection *c, const char *query)
{
    c->size = LARGE_DEFAULT;
    if (strncmp(query, "size=", 5) == 0)
        c->size = strtoul(query + 5, NULL, 10);
    c->sent = 0;
    if (!write_head(c, "text/plain", c->size))
        return false;
    c->phase = LARGE;
    if (c->request.method == REQUEST_HEAD)
        end_answer(c);
    return true;
}

static bool answer_echo(struct connection *c)
{
    if (!write_head(c, "application/octet-stream", c->body_left))
        return false;
    c->phase = ECHO;
    return true;
}

static bool answer_text(struct connection *c, unsigned status, const char *type, const char *body)
{
    counts.errors += status >= 400;
    if (!write_answer(c, status, type, body))
        return false;
    end_answer(c);
    return true;
}

/* True: the answer is written, or has begun. */
static bool answer(struct connection *c)
{
    const struct request *r = &c->request;
    const char *query;
    char json[TEXT - HEAD];
    bool reads = r->method == REQUEST_GET || r->method == REQUEST_HEAD;
    if (tcp_sndbuf(c->pcb) < TEXT)
        return false;
    if (r->error)
        return answer_text(c, r->error, "text/plain", "what was sent is no request that this server understands\n");
    if (request_is_for(r, "/echo", NULL) && r->method == REQUEST_POST)
        return r->has_length ? answer_echo(c) : answer_text(c, 411, "text/plain", "how long is it?\n");
    if (request_is_for(r, "/hello", NULL) && reads)
        return answer_text(c, 200, "text/plain", "Hello from an ESP32\n");
    if (request_is_for(r, "/large", &query) && reads)
        return answer_large(c, query);
    if (request_is_for(r, "/stats", NULL) && reads) {
        stats_format(json, sizeof json, &counts);
        return answer_text(c, 200, "application/json", json);
    }
    bool is_known = request_is_for(r, "/echo", NULL) || request_is_for(r, "/hello", NULL) ||
                    request_is_for(r, "/large", NULL) || request_is_for(r, "/stats", NULL);
    return answer_text(c, is_known ? 405 : 404, "text/plain",
                       is_known ? "not with this method\n" : "try /hello, /stats, /large, or POST to /echo\n");
}

/* ---- A connection's progress; each step is true when it has got anywhere ------------------------------------------
 */

static void consume(struct connection *c, unsigned length)
{
    c->in = pbuf_free_header(c->in, (u16_t)length);
    tcp_recved(c->pcb, (u16_t)length);
}

static bool read_head(struct connection *c)
{
    if (!c->in)
        return false;
    consume(c, request_read(&c->request, c->in->payload, c->in->len));
    if (c->request.error || c->request.is_complete) {
        counts.requests++;
        c->body_left = c->request.error ? 0 : c->request.length;
        c->phase = ANSWER;
        if (c->request.is_complete && c->request.expects_continue && c->body_left > 0)
            write(c, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    }
    return true;
}

static bool send_large(struct connection *c)
{
    unsigned at = c->sent % LARGE_LINE, room = tcp_sndbuf(c->pcb);
    uint32_t left = c->size - c->sent;
    unsigned length = left < SCRATCH - at ? left : SCRATCH - at;
    /* Not in crumbs, and not the last of the memory: others want to answer, too. */
    if (length > 0 && (length > room || lwip_stats.mem.used > MEM_SIZE * 3 / 4))
        return false;
    fill_large(c->sent - at, at + length);
    if (length > 0 && !write(c, scratch + at, length))
        return false;
    c->sent += length;
    if (c->sent == c->size)
        end_answer(c);
    return true;
}

static bool send_echo(struct connection *c)
{
    if (c->body_left == 0) {
        end_answer(c);
        return true;
    }
    if (!c->in)
        return false;
    unsigned length = c->in->len, room = tcp_sndbuf(c->pcb);
    length = length < c->body_left ? length : c->body_left;
    length = length < room ? length : room;
    if (length == 0 || !write(c, c->in->payload, length))
        return false;
    c->body_left -= length;
    consume(c, length);
    return true;
}

static bool skip_body(struct connection *c)
{
    if (c->body_left == 0) {
        c->phase = HEAD_COMES;
        request_begin(&c->request);
        return true;
    }
    if (!c->in)
        return false;
    unsigned length = c->in->len < c->body_left ? c->in->len : c->body_left;
    c->body_left -= length;
    consume(c, length);
    return true;
}

static bool step(struct connection *c)
{
    switch (c->phase) {
    case HEAD_COMES:
        return read_head(c);
    case ANSWER:
        return answer(c);
    case LARGE:
        return send_large(c);
    case ECHO:
        return send_echo(c);
    case BODY_COMES:
        return skip_body(c);
    default:
        return false;
    }
}

static void forget(struct connection *c)
{
    if (c->in)
        pbuf_free(c->in);
    *c = (struct connection){.pcb = NULL};
    counts.open--;
}

/* ERR_ABRT when the connection is gone at once, as lwIP's callbacks must say. */
static err_t close(struct connection *c)
{
    struct tcp_pcb *pcb = c->pcb;
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_poll(pcb, NULL, 0);
    tcp_err(pcb, NULL);
    if (c->in) /* else lwIP takes it for data that was lost on the way to us, and resets */
        tcp_recved(pcb, c->in->tot_len);
    forget(c);
    if (tcp_close(pcb) == ERR_OK)
        return ERR_OK;
    tcp_abort(pcb);
    return ERR_ABRT;
}

static err_t advance(struct connection *c)
{
    while (step(c))
        c->idle_polls = 0;
    tcp_output(c->pcb);
    bool needs_more = c->phase == HEAD_COMES || c->phase == BODY_COMES || c->phase == ECHO;
    if (c->phase == ANSWERED || (c->in_ended && !c->in && needs_more))
        return close(c);
    return ERR_OK;
}

/* ---- lwIP's callbacks ------------------------------------------------------------------------------------------- */

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
    struct connection *c = arg;
    (void)pcb;
    (void)error;
    if (!data)
        c->in_ended = true;
    else if (c->in)
        pbuf_cat(c->in, data);
    else
        c->in = data;
    c->idle_polls = 0;
    return advance(c);
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
    struct connection *c = arg;
    (void)pcb;
    (void)length;
    c->idle_polls = 0;
    return advance(c);
}

static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
    struct connection *c = arg;
    if (++c->idle_polls > IDLE_POLLS) {
        counts.timed_out++;
        forget(c);
        tcp_arg(pcb, NULL);
        tcp_err(pcb, NULL);
        tcp_abort(pcb);
        return ERR_ABRT;
    }
    return advance(c);
}

static void on_error(void *arg, err_t error)
{
    (void)error;
    forget(arg);
}

static err_t on_accepted(void *arg, struct tcp_pcb *pcb, err_t error)
{
    (void)arg;
    if (error != ERR_OK || !pcb)
        return ERR_VAL;
    for (struct connection *c = connections; c < connections + CONNECTIONS; c++) {
        if (c->pcb)
            continue;
        c->pcb = pcb;
        request_begin(&c->request);
        tcp_arg(pcb, c);
        tcp_recv(pcb, on_received);
        tcp_sent(pcb, on_sent);
        tcp_err(pcb, on_error);
        tcp_poll(pcb, on_poll, POLL_HALF_SECONDS);
        tcp_nagle_disable(pcb);
        counts.connections++;
        counts.open++;
        return ERR_OK;
    }
    counts.refused++;
    tcp_abort(pcb);
    return ERR_ABRT;
}

static bool listen(void)
{
    struct tcp_pcb *pcb = tcp_new();
    if (!pcb || tcp_bind(pcb, IP_ANY_TYPE, PORT) != ERR_OK)
        return false;
    struct tcp_pcb *listener = tcp_listen_with_backlog(pcb, CONNECTIONS);
    if (listener)
        tcp_accept(listener, on_accepted);
    return listener != NULL;
}

static void on_address(struct netif *netif)
{
    printf("httpd: http://%s/\n", ip4addr_ntoa(netif_ip4_addr(netif)));
}

int main(void)
{
    static const struct command commands[] = {NET_COMMANDS, {NULL, NULL}};
    printf("httpd: starts\n");
    net_init("httpd");
    net_on_address(on_address);
    if (!listen()) {
        printf("httpd: FAILED: no memory\n");
        return 1;
    }
    const char *wrong = net_start_path(NET_ETH, "dhcp");
    if (wrong)
        printf("httpd: eth: %s\n", wrong);
    net_start_path(NET_UART, "bridge");
    net_loop(commands, NULL);
}
