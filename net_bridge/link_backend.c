/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/link_backend.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net_bridge/net_stream.h"

enum {
    LENGTH_BYTES = 4,
    STREAM_BUFFER = 256 * 1024,
    FRAMES_A_POLL = 256 /* or a flood from the peer would hold the simulation */
};

struct link_backend {
    struct net_sink sink;
    struct link_counts counts;
    struct net_stream *stream; /* NULL: datagrams */
    unsigned peers;            /* whose bytes are in `frame` */
    unsigned have;             /* bytes of length and frame so far */
    uint8_t frame[LENGTH_BYTES + ETHER_MAX];
    int fd;
    struct sockaddr_un own, peer;
};

/* --- stream ------------------------------------------------------------------------------------------------------ */

static void stream_input(void *ctx, const uint8_t *frame, unsigned length, sim_time now)
{
    struct link_backend *link = ctx;
    uint8_t bytes[LENGTH_BYTES + ETHER_MAX];
    (void)now;
    bytes[0] = bytes[1] = 0;
    bytes[2] = (uint8_t)(length >> 8);
    bytes[3] = (uint8_t)length;
    memcpy(bytes + LENGTH_BYTES, frame, length);
    if (!net_stream_write(link->stream, bytes, LENGTH_BYTES + length))
        link->counts.dropped_no_peer++;
}

/* Bytes that the frame at hand has, with its length; the length alone while that is not complete. */
static unsigned wanted(const struct link_backend *link)
{
    const uint8_t *bytes = link->frame;
    if (link->have < LENGTH_BYTES)
        return LENGTH_BYTES;
    uint32_t length = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    return length == 0 || length > ETHER_MAX ? 0 : LENGTH_BYTES + length;
}

static void stream_poll(void *ctx, sim_time now)
{
    struct link_backend *link = ctx;
    (void)now;
    net_stream_poll(link->stream);
    if (net_stream_peers(link->stream) != link->peers) { /* half a frame of the last one is worth nothing */
        link->peers = net_stream_peers(link->stream);
        link->have = 0;
    }
    for (unsigned frames = 0; frames < FRAMES_A_POLL;) {
        unsigned want = wanted(link);
        if (!want) { /* out of step, and nothing in the stream says where the next frame begins */
            link->counts.bad_length++;
            link->have = 0;
            net_stream_drop_peer(link->stream);
            return;
        }
        if (link->have == want && want > LENGTH_BYTES) {
            link->sink.frame(link->sink.ctx, link->frame + LENGTH_BYTES, want - LENGTH_BYTES);
            link->have = 0;
            frames++;
            continue;
        }
        size_t got = net_stream_read(link->stream, link->frame + link->have, want - link->have);
        if (!got)
            return;
        link->have += (unsigned)got;
    }
}

/* --- datagrams --------------------------------------------------------------------------------------------------- */

static void datagram_input(void *ctx, const uint8_t *frame, unsigned length, sim_time now)
{
    struct link_backend *link = ctx;
    const struct sockaddr *peer = (const struct sockaddr *)&link->peer;
    (void)now;
    if (sendto(link->fd, frame, length, MSG_DONTWAIT | MSG_NOSIGNAL, peer, sizeof link->peer) != (ssize_t)length)
        link->counts.dropped_no_peer++;
}

static void datagram_poll(void *ctx, sim_time now)
{
    struct link_backend *link = ctx;
    uint8_t frame[ETHER_MAX + 1];
    (void)now;
    for (unsigned i = 0; i < FRAMES_A_POLL; i++) {
        ssize_t length = recv(link->fd, frame, sizeof frame, MSG_DONTWAIT);
        if (length < 0)
            return;
        if (length == 0 || length > ETHER_MAX)
            link->counts.bad_length++;
        else
            link->sink.frame(link->sink.ctx, frame, (unsigned)length);
    }
}

static unsigned descriptors(void *ctx, struct pollfd *fds, unsigned room)
{
    const struct link_backend *link = ctx;
    if (link->stream)
        return net_stream_descriptors(link->stream, fds, room);
    if (room == 0)
        return 0;
    fds[0] = (struct pollfd){.fd = link->fd, .events = POLLIN};
    return 1;
}

/* --- life -------------------------------------------------------------------------------------------------------- */

static void destroy(void *ctx)
{
    struct link_backend *link = ctx;
    net_stream_close(link->stream);
    if (link->fd >= 0) {
        close(link->fd);
        unlink(link->own.sun_path);
    }
    free(link);
}

enum sim_status link_backend_create_stream(const char *address, bool listens, struct net_host *host, struct log *log,
                                           struct link_backend **link)
{
    struct link_backend *made = calloc(1, sizeof *made);
    *link = NULL;
    if (!made)
        return SIM_NO_MEMORY;
    made->fd = -1;
    made->sink = net_host_sink(host);
    enum sim_status status = net_stream_open(address, listens, STREAM_BUFFER, log, &made->stream);
    if (status != SIM_OK) {
        destroy(made);
        return status;
    }
    const struct net_backend backend = {
        .ctx = made, .input = stream_input, .poll = stream_poll, .destroy = destroy, .descriptors = descriptors};
    net_host_set_backend(host, &backend);
    *link = made;
    return SIM_OK;
}

static bool set_path(struct sockaddr_un *address, const char *path)
{
    size_t length = strlen(path);
    address->sun_family = AF_UNIX;
    if (length == 0 || length >= sizeof address->sun_path)
        return false;
    memcpy(address->sun_path, path, length + 1);
    return true;
}

/* Binds; a socket that a killed program has left behind, where nobody receives, gives way. */
static bool bind_own(struct link_backend *link)
{
    const struct sockaddr *own = (const struct sockaddr *)&link->own;
    if (bind(link->fd, own, sizeof link->own) == 0)
        return true;
    if (errno != EADDRINUSE || connect(link->fd, own, sizeof link->own) == 0 || errno != ECONNREFUSED) {
        errno = EADDRINUSE;
        return false;
    }
    unlink(link->own.sun_path);
    return bind(link->fd, own, sizeof link->own) == 0;
}

enum sim_status link_backend_create_datagram(const char *own_path, const char *peer_path, struct net_host *host,
                                             struct log *log, struct link_backend **link)
{
    struct link_backend *made = calloc(1, sizeof *made);
    *link = NULL;
    if (!made)
        return SIM_NO_MEMORY;
    if (!set_path(&made->own, own_path) || !set_path(&made->peer, peer_path)) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, own_path, "a socket's path has 1 to %zu characters",
               sizeof made->own.sun_path - 1);
        free(made);
        return SIM_BAD_VALUE;
    }
    made->sink = net_host_sink(host);
    made->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (made->fd < 0 || !bind_own(made)) {
        int error = errno;
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, own_path, "cannot open the socket: %s", strerror(error));
        if (made->fd >= 0)
            close(made->fd);
        free(made);
        return error == EADDRINUSE ? SIM_BUSY : SIM_IO;
    }
    const struct net_backend backend = {
        .ctx = made, .input = datagram_input, .poll = datagram_poll, .destroy = destroy, .descriptors = descriptors};
    net_host_set_backend(host, &backend);
    *link = made;
    return SIM_OK;
}

const struct link_counts *link_backend_get_counts(const struct link_backend *link)
{
    return &link->counts;
}
