/* SPDX-License-Identifier: Apache-2.0 */
/* A TAP interface of the host. Needs the right to open one: root, or an interface that the administrator made for the
 * user (ip tuntap add dev vesper0 mode tap user NAME). */
#ifndef VESPER_NET_BRIDGE_TAP_BACKEND_H
#define VESPER_NET_BRIDGE_TAP_BACKEND_H

#include "net_bridge/net_host.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tap_counts {
    uint64_t dropped; /* frames that the host did not take: interface down, queue full */
};

struct tap_backend;

/* Hands the interface over to `host`. name: up to 15 characters. SIM_BAD_VALUE (name), SIM_UNSUPPORTED (no TAP device
 * on this host), SIM_BUSY, SIM_IO (not permitted, ...), each with a message that says what to do; SIM_NO_MEMORY. */
enum sim_status tap_backend_create(const char *name, struct net_host *host, struct log *log, struct tap_backend **tap);

const struct tap_counts *tap_backend_get_counts(const struct tap_backend *tap);

#ifdef __cplusplus
}
#endif
#endif
