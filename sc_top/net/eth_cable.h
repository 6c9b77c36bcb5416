/* SPDX-License-Identifier: Apache-2.0 */
/* The cable between a node's Ethernet MAC and a port of a switch (net_bridge/net_switch.h), which live in different
 * event queues. A frame crosses with the time at which its last bit arrives, 5.7 us ahead or more: who runs first
 * within a quantum changes nothing. */
#ifndef VESPER_SC_TOP_NET_ETH_CABLE_H
#define VESPER_SC_TOP_NET_ETH_CABLE_H

#include "net_bridge/net_switch.h"
#include "peripherals/open_eth/open_eth.h"

#ifdef __cplusplus
extern "C" {
#endif

struct node;

struct eth_cable_config {
    const char *name; /* of the port; borrowed */
    uint32_t id;      /* of the port: orders events of the same time */
    struct net_switch *net;
    struct evq *q; /* of the switch */
    struct open_eth *eth;
    struct node
        *owner; /* goes no further than its frames until the switch has caught up; NULL in tests of the device */
};

struct eth_cable;

/* config is copied, what it points to borrowed. Before the node's power-on. NULL without memory. */
struct eth_cable *eth_cable_create(const struct eth_cable_config *config);
/* When the node runs no more, and before the switch goes. NULL is accepted. */
void eth_cable_destroy(struct eth_cable *cable);

struct net_port *eth_cable_port(struct eth_cable *cable);
/* Frames of the node that were too short to be any; dropped. */
uint64_t eth_cable_runts(const struct eth_cable *cable);

#ifdef __cplusplus
}
#endif
#endif
