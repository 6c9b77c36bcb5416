/* SPDX-License-Identifier: Apache-2.0 */
/* A stream socket to one peer on the host that never blocks and never dies: a listener takes the next peer when one has
 * gone, a connector tries again. What the peer does not take in time waits in a buffer, and is refused when that is
 * full. Only touched when its owner calls. */
#ifndef VESPER_NET_BRIDGE_NET_STREAM_H
#define VESPER_NET_BRIDGE_NET_STREAM_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/base/log.h"
#include "bus/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct net_stream;

/* What to open: "tcp:127.0.0.1:5556" or "tcp:5556" (127.0.0.1 then), "unix:/run/x.sock". listen: wait for the peer;
 * else go to it. buffer: bytes that may wait for the peer, > 0. A stale UNIX socket that nobody listens at is replaced.
 * SIM_BAD_FORMAT, SIM_BUSY, SIM_IO with a message, SIM_NO_MEMORY. A peer that is not there yet is no error. */
enum sim_status net_stream_open(const char *address, bool listen, size_t buffer, struct log *log,
                                struct net_stream **stream);
/* Also removes the UNIX socket that it has made. NULL is accepted. */
void net_stream_close(struct net_stream *stream);

/* What to wait for until the peer has something: 0 or 1 descriptor. */
unsigned net_stream_descriptors(const struct net_stream *stream, struct pollfd *fds, unsigned room);

/* Accepts or connects, sends what waits. true: there is a peer. */
bool net_stream_poll(struct net_stream *stream);
bool net_stream_has_peer(const struct net_stream *stream);
/* How often a peer came: bytes from before belong to another one. */
unsigned net_stream_peers(const struct net_stream *stream);

/* Sends the peer away. */
void net_stream_drop_peer(struct net_stream *stream);

/* Bytes that have come, up to size; 0: none now. */
size_t net_stream_read(struct net_stream *stream, uint8_t *bytes, size_t size);

/* All of it or nothing. false: no peer, or the buffer is too full. */
bool net_stream_write(struct net_stream *stream, const uint8_t *bytes, size_t size);

#ifdef __cplusplus
}
#endif
#endif
