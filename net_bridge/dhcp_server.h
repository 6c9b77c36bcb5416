/* SPDX-License-Identifier: Apache-2.0 */
/* A DHCP server for a network behind libslirp, whose own has sixteen leases and no more. Leases are by MAC address, in
 * the order in which guests ask, so they are the same in every run. Source: RFC 2131 (protocol), RFC 2132 (options).
 *
 * Answered: DISCOVER, REQUEST in all its states, DECLINE, RELEASE, INFORM. A guest keeps its address for good; what a
 * guest declined is given to nobody. */
#ifndef VESPER_NET_BRIDGE_DHCP_SERVER_H
#define VESPER_NET_BRIDGE_DHCP_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Addresses in the host's byte order. */
struct dhcp_server_config {
    uint32_t server, mask, router, dns;
    uint32_t first, last; /* of the leases */
    uint8_t mac[6];       /* the server's */
    const char *hostname; /* the domain of option 15; borrowed; NULL: none */
};

/* Where answers go: Ethernet frames without FCS, borrowed for the call. */
struct dhcp_server_sink {
    void *ctx;
    void (*frame)(void *ctx, const uint8_t *frame, unsigned length);
};

struct dhcp_server;

/* SIM_BAD_VALUE: no leases; SIM_NO_MEMORY. config: copied. */
enum sim_status dhcp_server_create(const struct dhcp_server_config *config, const struct dhcp_server_sink *sink,
                                   struct dhcp_server **server);
/* NULL is accepted. */
void dhcp_server_destroy(struct dhcp_server *server);

/* Any Ethernet frame; true: it was for a DHCP server, and has been dealt with. */
bool dhcp_server_input(struct dhcp_server *server, const uint8_t *frame, unsigned length);

/* Leases given, and requests that got none since all are in use. */
unsigned dhcp_server_leases(const struct dhcp_server *server);
uint64_t dhcp_server_refused(const struct dhcp_server *server);

#ifdef __cplusplus
}
#endif
#endif
