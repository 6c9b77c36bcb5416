/* SPDX-License-Identifier: Apache-2.0 */
/* A UART's bytes at a socket of the host, as they are: for programs that expect QEMU's "-serial
 * tcp::5556,server,nowait", such as the TUN bridge of seed document 004. As with net_host.h, the host is looked at only
 * in byte_bridge_poll(), its bytes come in at that time plus a latency, are recorded there, and can be replayed. */
#ifndef VESPER_NET_BRIDGE_BYTE_BRIDGE_H
#define VESPER_NET_BRIDGE_BYTE_BRIDGE_H

#include <poll.h>

#include "bus/base/evq.h"
#include "net_bridge/net_record.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The UART's receiver. */
struct byte_bridge_line {
    void *ctx;
    /* Bytes from the host at `now` in the bridge's queue. Returns how many were taken; when not all, byte_bridge_room()
     * will be called. */
    size_t (*bytes)(void *ctx, const uint8_t *bytes, size_t size, sim_time now);
};

struct byte_bridge_config {
    const char *address; /* where to listen, as net_stream_open: "tcp:127.0.0.1:5556" */
    uint32_t id;         /* orders events of the same time; in the record */
    sim_time latency;    /* of the host's bytes */
    struct net_record *record;
    const struct net_replay *replay; /* not NULL: no socket is opened */
};

/* Port 5556 of 127.0.0.1, 10 us. */
struct byte_bridge_config byte_bridge_typical(uint32_t id);

struct byte_bridge_counts {
    uint64_t to_host, from_host; /* bytes */
    uint64_t dropped;            /* for the host, with nobody there or not fast enough */
};

struct byte_bridge;

/* Errors as net_stream_open. line: copied; log, q, record, replay: borrowed. */
enum sim_status byte_bridge_create(const struct byte_bridge_config *config, const struct byte_bridge_line *line,
                                   struct evq *q, struct log *log, struct byte_bridge **bridge);
void byte_bridge_destroy(struct byte_bridge *bridge);

/* A byte that the UART has sent. It leaves for the host at the next poll. */
void byte_bridge_byte(struct byte_bridge *bridge, uint8_t byte);
/* The UART takes bytes again. */
void byte_bridge_room(struct byte_bridge *bridge, sim_time now);
/* Looks at the host now: not before evq_now(). */
void byte_bridge_poll(struct byte_bridge *bridge, sim_time now);

/* What to wait for until the host has something. */
unsigned byte_bridge_descriptors(const struct byte_bridge *bridge, struct pollfd *fds, unsigned room);

const struct byte_bridge_counts *byte_bridge_get_counts(const struct byte_bridge *bridge);

#ifdef __cplusplus
}
#endif
#endif
