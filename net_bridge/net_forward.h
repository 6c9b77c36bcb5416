/* SPDX-License-Identifier: Apache-2.0 */
/* Port forwards as the user writes them: "tcp:127.0.0.1:8000-10.0.2.15:80". The host's address may be left out, and is
 * 127.0.0.1 then: "udp:5000-10.0.2.15:5000", "tcp::8000-10.0.2.15:80". */
#ifndef VESPER_NET_BRIDGE_NET_FORWARD_H
#define VESPER_NET_BRIDGE_NET_FORWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Addresses are numbers: 127.0.0.1 is 0x7F000001. */
struct net_forward {
    bool udp;
    uint32_t host_address;
    uint16_t host_port; /* > 0 */
    uint32_t guest_address;
    uint16_t guest_port; /* > 0 */
};

/* SIM_BAD_FORMAT. */
enum sim_status net_forward_parse(const char *text, struct net_forward *forward);

/* "10.0.2.0/24": a network with its mask; prefix 8..29. SIM_BAD_FORMAT. */
enum sim_status net_network_parse(const char *text, uint32_t *network, uint32_t *mask);

/* "10.0.2.15". SIM_BAD_FORMAT. */
enum sim_status net_address_parse(const char *text, uint32_t *value);

/* "10.0.2.15". size 16 is enough. */
void net_address_print(uint32_t address, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
