/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/net_stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "net_bridge/net_forward.h"

union any_address {
    struct sockaddr any;
    struct sockaddr_in inet;
    struct sockaddr_un local;
};

struct net_stream {
    union any_address address;
    socklen_t address_size;
    int listener; /* -1: none */
    int peer;     /* -1: none */
    bool connecting;
    unsigned peers;
    size_t capacity, waiting;
    uint8_t *buffer;
};

/* "tcp:ADDRESS:PORT", "tcp:PORT", "unix:PATH". A forward's host end has the same form, so its reader is used. */
static bool parse(const char *text, struct net_stream *stream)
{
    char forward_text[64];
    struct net_forward forward;
    union any_address *address = &stream->address;
    if (strncmp(text, "unix:", 5) == 0) {
        size_t length = strlen(text + 5);
        address->local.sun_family = AF_UNIX;
        stream->address_size = sizeof address->local;
        if (length == 0 || length >= sizeof address->local.sun_path)
            return false;
        memcpy(address->local.sun_path, text + 5, length + 1);
        return true;
    }
    if (strncmp(text, "tcp:", 4) != 0 || strlen(text) > 40 || strchr(text, '-'))
        return false;
    snprintf(forward_text, sizeof forward_text, "%s-0.0.0.0:1", text);
    if (net_forward_parse(forward_text, &forward) != SIM_OK)
        return false;
    address->inet.sin_family = AF_INET;
    address->inet.sin_addr.s_addr = htonl(forward.host_address);
    address->inet.sin_port = htons(forward.host_port);
    stream->address_size = sizeof address->inet;
    return true;
}

static int new_socket(const struct net_stream *stream)
{
    const int yes = 1;
    int fd = socket(stream->address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && stream->address.any.sa_family == AF_INET) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
    return fd;
}

/* A program that was killed leaves its socket behind: a file at which nobody listens. */
static void remove_stale(const struct net_stream *stream)
{
    struct stat status;
    const char *path = stream->address.local.sun_path;
    if (stream->address.any.sa_family != AF_UNIX || stat(path, &status) != 0 || !S_ISSOCK(status.st_mode))
        return;
    int fd = new_socket(stream);
    if (fd >= 0 && connect(fd, &stream->address.any, stream->address_size) != 0 && errno == ECONNREFUSED)
        unlink(path);
    if (fd >= 0)
        close(fd);
}

static enum sim_status start_listening(struct net_stream *stream)
{
    remove_stale(stream);
    stream->listener = new_socket(stream);
    if (stream->listener < 0)
        return SIM_IO;
    if (bind(stream->listener, &stream->address.any, stream->address_size) != 0 || listen(stream->listener, 1) != 0) {
        int error = errno;
        close(stream->listener);
        stream->listener = -1;
        errno = error;
        return error == EADDRINUSE ? SIM_BUSY : SIM_IO;
    }
    return SIM_OK;
}

enum sim_status net_stream_open(const char *address, bool listens, size_t buffer, struct log *log,
                                struct net_stream **stream)
{
    struct net_stream *made = calloc(1, sizeof *made);
    *stream = NULL;
    if (!made || !(made->buffer = malloc(buffer))) {
        free(made);
        return SIM_NO_MEMORY;
    }
    made->capacity = buffer;
    made->listener = made->peer = -1;
    if (!parse(address, made)) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, "socket",
               "\"%s\": expected one like tcp:127.0.0.1:5556 or unix:/run/vesper.sock", address);
        net_stream_close(made);
        return SIM_BAD_FORMAT;
    }
    enum sim_status status = listens ? start_listening(made) : SIM_OK;
    if (status != SIM_OK) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, "socket", "cannot listen at %s: %s", address, strerror(errno));
        net_stream_close(made);
        return status;
    }
    *stream = made;
    return SIM_OK;
}

void net_stream_drop_peer(struct net_stream *stream)
{
    if (stream->peer >= 0)
        close(stream->peer);
    stream->peer = -1;
    stream->connecting = false;
    stream->waiting = 0;
}

void net_stream_close(struct net_stream *stream)
{
    if (!stream)
        return;
    net_stream_drop_peer(stream);
    if (stream->listener >= 0) {
        close(stream->listener);
        if (stream->address.any.sa_family == AF_UNIX)
            unlink(stream->address.local.sun_path);
    }
    free(stream->buffer);
    free(stream);
}

static void accept_peer(struct net_stream *stream)
{
    const int yes = 1;
    stream->peer = accept4(stream->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (stream->peer < 0)
        return;
    if (stream->address.any.sa_family == AF_INET)
        setsockopt(stream->peer, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    stream->peers++;
}

static void connect_peer(struct net_stream *stream)
{
    stream->peer = new_socket(stream);
    if (stream->peer < 0)
        return;
    if (connect(stream->peer, &stream->address.any, stream->address_size) == 0)
        stream->peers++;
    else if (errno == EINPROGRESS)
        stream->connecting = true;
    else
        net_stream_drop_peer(stream);
}

static void finish_connecting(struct net_stream *stream)
{
    struct pollfd fd = {.fd = stream->peer, .events = POLLOUT};
    int error = 0;
    socklen_t size = sizeof error;
    if (poll(&fd, 1, 0) != 1)
        return;
    if (getsockopt(stream->peer, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error) {
        net_stream_drop_peer(stream);
        return;
    }
    stream->connecting = false;
    stream->peers++;
}

static void send_waiting(struct net_stream *stream)
{
    while (stream->waiting) {
        ssize_t sent = send(stream->peer, stream->buffer, stream->waiting, MSG_NOSIGNAL);
        if (sent <= 0) {
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
                net_stream_drop_peer(stream);
            return;
        }
        stream->waiting -= (size_t)sent;
        memmove(stream->buffer, stream->buffer + sent, stream->waiting);
    }
}

bool net_stream_has_peer(const struct net_stream *stream)
{
    return stream->peer >= 0 && !stream->connecting;
}

bool net_stream_poll(struct net_stream *stream)
{
    if (stream->connecting)
        finish_connecting(stream);
    else if (stream->peer < 0 && stream->listener >= 0)
        accept_peer(stream);
    else if (stream->peer < 0)
        connect_peer(stream);
    if (net_stream_has_peer(stream))
        send_waiting(stream);
    return net_stream_has_peer(stream);
}

unsigned net_stream_descriptors(const struct net_stream *stream, struct pollfd *fds, unsigned room)
{
    if (room == 0 || (stream->peer < 0 && stream->listener < 0))
        return 0;
    bool out = stream->connecting || stream->waiting;
    fds[0].fd = stream->peer >= 0 ? stream->peer : stream->listener;
    fds[0].events = (short)(POLLIN | (out ? POLLOUT : 0));
    fds[0].revents = 0;
    return 1;
}

unsigned net_stream_peers(const struct net_stream *stream)
{
    return stream->peers;
}

size_t net_stream_read(struct net_stream *stream, uint8_t *bytes, size_t size)
{
    if (!net_stream_has_peer(stream) || size == 0)
        return 0;
    ssize_t got = recv(stream->peer, bytes, size, 0);
    if (got > 0)
        return (size_t)got;
    if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        net_stream_drop_peer(stream);
    return 0;
}

bool net_stream_write(struct net_stream *stream, const uint8_t *bytes, size_t size)
{
    if (!net_stream_has_peer(stream) || size > stream->capacity - stream->waiting)
        return false;
    memcpy(stream->buffer + stream->waiting, bytes, size);
    stream->waiting += size;
    send_waiting(stream);
    return true;
}
