/* SPDX-License-Identifier: Apache-2.0 */
/* Between a node's UART and something that lives in the queue of the networks: a tunnel (net_bridge/tunnel_port.h), a
 * byte bridge. Bytes cross in both directions as events a quantum and a picosecond later, so that it does not matter
 * who runs first. */
#ifndef VESPER_SC_TOP_NET_UART_LINK_H
#define VESPER_SC_TOP_NET_UART_LINK_H

#include "bus/base/evq.h"

#ifdef __cplusplus
extern "C" {
#endif

struct node;

/* Longest quantum with a network, and a picosecond. */
#define UART_LINK_LATENCY (SIM_US(1) + 1)

struct uart_link_config {
    struct node *owner;
    unsigned uart;
    struct evq *q; /* of the other end */
    uint32_t id;   /* orders events of the same time in q */
};

/* The other end; both in q's time. */
struct uart_link_end {
    void *ctx;
    void (*byte)(void *ctx, uint8_t byte, sim_time now); /* the UART has sent it */
    void (*room)(void *ctx, sim_time now);               /* uart_link_put takes bytes again */
};

struct uart_link;

/* config and end are copied. NULL without memory. */
struct uart_link *uart_link_create(const struct uart_link_config *config, const struct uart_link_end *end);
/* When the node runs no more. NULL is accepted. */
void uart_link_destroy(struct uart_link *link);

/* In the node's time, from its UART: a byte was sent; there is room in the receiver's queue again. */
void uart_link_sent(struct uart_link *link, uint8_t byte, sim_time time);
void uart_link_has_room(struct uart_link *link, sim_time time);

/* In q's time: a byte for the UART. false: too many are on their way, and `room` will be called. */
bool uart_link_put(struct uart_link *link, uint8_t byte, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
