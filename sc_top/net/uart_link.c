/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/net/uart_link.h"

#include <stdlib.h>

#include "sc_top/node/node.h"

/* A core makes one access a cycle at most, so in the latency, and as much as the queue may be behind, two cores send
 * fewer bytes and take fewer away than this, with the line's timing off. */
enum { NEWS = 2048, WINDOW = 256, FIRST_ORDER = 2 /* in the node's queue, behind its own events and the cable's */ };

/* What the node's side tells q: a byte was sent, or the UART took some. */
struct news {
    sim_time at;
    uint16_t taken; /* 0: sent, then `byte` */
    uint8_t byte;
};

struct arriving {
    sim_time at;
    uint8_t byte;
};

struct uart_link {
    struct uart_link_config config;
    struct uart_link_end end;
    struct evq_event news_due; /* in q */
    struct news news[NEWS];
    unsigned first_news, news_count;
    sim_time last_news;
    struct evq_event bytes_due; /* in the node's queue */
    struct arriving bytes[WINDOW];
    unsigned first, count; /* of bytes: both sides' */
    unsigned on_the_way;   /* as q's side knows */
    bool refused;
};

/* --- from the node ----------------------------------------------------------------------------------------------- */

static void tell(struct uart_link *link, uint8_t byte, unsigned taken, sim_time time)
{
    sim_assert(link->news_count < NEWS);
    struct news *news = &link->news[(link->first_news + link->news_count) % NEWS];
    /* A core may be behind its sibling by a quantum; what was told stays in order. */
    sim_time at = time + UART_LINK_LATENCY > link->last_news ? time + UART_LINK_LATENCY : link->last_news;
    link->last_news = at;
    *news = (struct news){.at = at, .taken = (uint16_t)taken, .byte = byte};
    if (link->news_count++ == 0)
        evq_schedule(link->config.q, &link->news_due, at);
    node_limit(link->config.owner, at);
}

void uart_link_sent(struct uart_link *link, uint8_t byte, sim_time time)
{
    tell(link, byte, 0, time);
}

static void news_due(void *ctx, sim_time now)
{
    struct uart_link *link = ctx;
    while (link->news_count && link->news[link->first_news].at <= now) {
        struct news news = link->news[link->first_news];
        link->first_news = (link->first_news + 1) % NEWS;
        link->news_count--;
        link->on_the_way -= news.taken;
        if (!news.taken)
            link->end.byte(link->end.ctx, news.byte, now);
        else if (link->refused) {
            link->refused = false;
            link->end.room(link->end.ctx, now);
        }
    }
    if (link->news_count)
        evq_schedule(link->config.q, &link->news_due, link->news[link->first_news].at);
}

/* --- to the node ------------------------------------------------------------------------------------------------- */

bool uart_link_put(struct uart_link *link, uint8_t byte, sim_time now)
{
    if (link->on_the_way == WINDOW) {
        link->refused = true;
        return false;
    }
    struct arriving *arriving = &link->bytes[(link->first + link->count) % WINDOW];
    *arriving = (struct arriving){.at = now + UART_LINK_LATENCY, .byte = byte};
    link->on_the_way++;
    if (link->count++ == 0)
        evq_schedule(node_evq(link->config.owner), &link->bytes_due, arriving->at);
    return true;
}

/* What has arrived goes into the UART's queue as far as there is room. */
static void feed(struct uart_link *link, sim_time now)
{
    unsigned taken = 0;
    while (link->count && link->bytes[link->first].at <= now &&
           node_uart_input(link->config.owner, link->config.uart, &link->bytes[link->first].byte, 1, now)) {
        link->first = (link->first + 1) % WINDOW;
        link->count--;
        taken++;
    }
    if (taken)
        tell(link, 0, taken, now);
    bool later = link->count && link->bytes[link->first].at > now; /* else the UART says when */
    evq_arm(node_evq(link->config.owner), &link->bytes_due, later ? link->bytes[link->first].at : SIM_TIME_NEVER);
}

static void bytes_due(void *ctx, sim_time now)
{
    feed(ctx, now);
}

void uart_link_has_room(struct uart_link *link, sim_time time)
{
    feed(link, time);
}

/* --- life -------------------------------------------------------------------------------------------------------- */

struct uart_link *uart_link_create(const struct uart_link_config *config, const struct uart_link_end *end)
{
    struct uart_link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    link->config = *config;
    link->end = *end;
    evq_event_init(&link->news_due, news_due, link, EVQ_PHASE_CLOCK);
    link->news_due.node = config->id;
    evq_event_init(&link->bytes_due, bytes_due, link, EVQ_PHASE_DEVICE);
    link->bytes_due.node = FIRST_ORDER + config->uart;
    return link;
}

void uart_link_destroy(struct uart_link *link)
{
    if (!link)
        return;
    evq_cancel(link->config.q, &link->news_due);
    evq_cancel(node_evq(link->config.owner), &link->bytes_due);
    free(link);
}
