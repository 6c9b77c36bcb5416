/* SPDX-License-Identifier: Apache-2.0 */
/* A cable to another process, Vesper or not, through a socket.
 *
 *   stream    frames with a length of 32 bits, most significant byte first, in front: as QEMU's "-netdev stream"
 *   datagram  one frame each, on UNIX sockets: as QEMU's "-netdev dgram"
 *
 * Two processes do not share simulated time: what crosses is host input, with all that follows from it. */
#ifndef VESPER_NET_BRIDGE_LINK_BACKEND_H
#define VESPER_NET_BRIDGE_LINK_BACKEND_H

#include "net_bridge/net_host.h"

#ifdef __cplusplus
extern "C" {
#endif

struct link_counts {
    uint64_t dropped_no_peer; /* frames: nobody there, or it does not keep up */
    uint64_t bad_length;      /* lengths that no frame has; a stream's peer is dropped then */
};

struct link_backend;

/* address: as net_stream_open. Errors too. */
enum sim_status link_backend_create_stream(const char *address, bool listen, struct net_host *host, struct log *log,
                                           struct link_backend **link);
/* UNIX sockets: where we are, where the other one is. SIM_BAD_VALUE (too long), SIM_BUSY, SIM_IO with a message,
 * SIM_NO_MEMORY. */
enum sim_status link_backend_create_datagram(const char *own_path, const char *peer_path, struct net_host *host,
                                             struct log *log, struct link_backend **link);

const struct link_counts *link_backend_get_counts(const struct link_backend *link);

#ifdef __cplusplus
}
#endif
#endif
