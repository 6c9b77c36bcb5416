/* SPDX-License-Identifier: Apache-2.0 */
/* A switch's port whose line is a UART that carries the tunnel's form (tunnel.h). The UART sets the pace: bytes go to
 * it while it takes them, frames that find the buffer full are dropped. */
#ifndef VESPER_NET_BRIDGE_TUNNEL_PORT_H
#define VESPER_NET_BRIDGE_TUNNEL_PORT_H

#include "net_bridge/net_switch.h"
#include "net_bridge/tunnel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The UART's receiver. */
struct tunnel_line {
    void *ctx;
    /* A byte for the guest, at `now` in the switch's queue; false: no room, and tunnel_port_room() will be called. */
    bool (*byte)(void *ctx, uint8_t byte, sim_time now);
};

struct tunnel_port_config {
    struct net_port_config port; /* bits_per_second and delay have no effect */
    sim_time silence;            /* after which an incomplete frame is given up, > 0 */
    unsigned buffer;             /* bytes that wait for the UART, at least TUNNEL_MAX */
};

/* 100 ms, which is many characters even at 1200 baud; 16 KB. */
struct tunnel_port_config tunnel_port_typical(const char *name, uint32_t id);

struct tunnel_port_counts {
    struct tunnel_counts from_uart;
    uint64_t to_uart;        /* frames */
    uint64_t dropped_buffer; /* frames for the UART that found no room */
};

struct tunnel_port;

/* line: copied. NULL without memory. */
struct tunnel_port *tunnel_port_create(struct net_switch *net, const struct tunnel_port_config *config,
                                       const struct tunnel_line *line, struct evq *q);
/* Before its switch. NULL is accepted. */
void tunnel_port_destroy(struct tunnel_port *tunnel);

/* A byte that the guest's UART has sent, at `now` in the switch's queue. */
void tunnel_port_byte(struct tunnel_port *tunnel, uint8_t byte, sim_time now);
/* The UART takes bytes again. */
void tunnel_port_room(struct tunnel_port *tunnel, sim_time now);

struct net_port *tunnel_port_port(struct tunnel_port *tunnel);
struct tunnel_port_counts tunnel_port_get_counts(const struct tunnel_port *tunnel);

#ifdef __cplusplus
}
#endif
#endif
