/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/slirp_backend.h"

#include <errno.h>
#include <poll.h>
#include <slirp/libslirp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net_bridge/dhcp_server.h"
#include "net_bridge/net_forward.h"

enum { GATEWAY = 2, NAMESERVER = 3, FIRST_LEASE = 15, CLIENTS_WAITING = 128 };

struct slirp_timer {
    struct slirp_backend *owner;
    struct evq_event event;
    SlirpTimerId id;
    void *cookie;
    struct slirp_timer *next;
};

struct slirp_backend {
    Slirp *slirp;
    struct evq *q;
    struct log *log;
    struct net_sink sink;
    sim_time now; /* of the last entry */
    uint32_t network, mask;
    struct slirp_timer *timers;
    struct pollfd *fds;
    unsigned fd_count, fd_capacity;
    struct dhcp_server *dhcp; /* libslirp's own has 16 leases */
    uint64_t fragments;
};

struct slirp_config slirp_typical(void)
{
    const struct slirp_config config = {.network = "10.0.2.0/24", .hostname = "vesper"};
    return config;
}

/* --- what libslirp calls ----------------------------------------------------------------------------------------- */

static ssize_t send_packet(const void *bytes, size_t length, void *ctx)
{
    struct slirp_backend *slirp = ctx;
    slirp->sink.frame(slirp->sink.ctx, bytes, (unsigned)length);
    return (ssize_t)length;
}

static void guest_error(const char *message, void *ctx)
{
    struct slirp_backend *slirp = ctx;
    log_at(slirp->log, LOG_GUEST, LOG_WARNING, slirp->now, "slirp", "%s", message);
}

static int64_t clock_get_ns(void *ctx)
{
    const struct slirp_backend *slirp = ctx;
    return (int64_t)(slirp->now / 1000);
}

static void timer_due(void *ctx, sim_time now)
{
    struct slirp_timer *timer = ctx;
    timer->owner->now = now;
    slirp_handle_timer(timer->owner->slirp, timer->id, timer->cookie);
}

static void *timer_new(SlirpTimerId id, void *cookie, void *ctx)
{
    struct slirp_backend *slirp = ctx;
    struct slirp_timer *timer = calloc(1, sizeof *timer);
    sim_assert(timer); /* libslirp takes no failure either */
    timer->owner = slirp;
    timer->id = id;
    timer->cookie = cookie;
    timer->next = slirp->timers;
    slirp->timers = timer;
    evq_event_init(&timer->event, timer_due, timer, EVQ_PHASE_DEVICE);
    return timer;
}

static void timer_free(void *handle, void *ctx)
{
    struct slirp_backend *slirp = ctx;
    struct slirp_timer **link = &slirp->timers;
    while (*link && *link != handle)
        link = &(*link)->next;
    if (!*link)
        return;
    struct slirp_timer *timer = *link;
    *link = timer->next;
    evq_cancel(slirp->q, &timer->event);
    free(timer);
}

static void timer_mod(void *handle, int64_t milliseconds, void *ctx)
{
    struct slirp_backend *slirp = ctx;
    struct slirp_timer *timer = handle;
    evq_schedule(slirp->q, &timer->event, SIM_MS(milliseconds < 0 ? 0 : milliseconds));
}

static void ignore_fd(int fd, void *ctx)
{
    (void)fd, (void)ctx;
}

static void ignore_notice(void *ctx)
{
    (void)ctx;
}

static const SlirpCb callbacks = {.send_packet = send_packet,
                                  .guest_error = guest_error,
                                  .clock_get_ns = clock_get_ns,
                                  .timer_free = timer_free,
                                  .timer_mod = timer_mod,
                                  .register_poll_fd = ignore_fd,
                                  .unregister_poll_fd = ignore_fd,
                                  .notify = ignore_notice,
                                  .timer_new_opaque = timer_new};

/* --- polling ----------------------------------------------------------------------------------------------------- */

static int add_fd(int fd, int events, void *ctx)
{
    struct slirp_backend *slirp = ctx;
    if (slirp->fd_count == slirp->fd_capacity) {
        unsigned capacity = slirp->fd_capacity ? 2 * slirp->fd_capacity : 32;
        struct pollfd *fds = realloc(slirp->fds, capacity * sizeof *fds);
        if (!fds)
            return -1; /* not looked at this time */
        slirp->fds = fds;
        slirp->fd_capacity = capacity;
    }
    int wanted = (events & SLIRP_POLL_IN ? POLLIN : 0) | (events & SLIRP_POLL_OUT ? POLLOUT : 0) |
                 (events & SLIRP_POLL_PRI ? POLLPRI : 0);
    slirp->fds[slirp->fd_count] = (struct pollfd){.fd = fd, .events = (short)wanted};
    return (int)slirp->fd_count++;
}

static int fd_events(int index, void *ctx)
{
    const struct slirp_backend *slirp = ctx;
    int got = index >= 0 ? slirp->fds[index].revents : 0;
    return (got & POLLIN ? SLIRP_POLL_IN : 0) | (got & POLLOUT ? SLIRP_POLL_OUT : 0) |
           (got & POLLPRI ? SLIRP_POLL_PRI : 0) | (got & POLLERR ? SLIRP_POLL_ERR : 0) |
           (got & POLLHUP ? SLIRP_POLL_HUP : 0);
}

static void look_at_host(void *ctx, sim_time now)
{
    struct slirp_backend *slirp = ctx;
    uint32_t timeout = 0;
    slirp->now = now;
    slirp->fd_count = 0;
    slirp_pollfds_fill(slirp->slirp, &timeout, add_fd, slirp);
    int result = poll(slirp->fds, slirp->fd_count, 0);
    slirp_pollfds_poll(slirp->slirp, result < 0, fd_events, slirp);
}

static unsigned descriptors(void *ctx, struct pollfd *fds, unsigned room)
{
    struct slirp_backend *slirp = ctx;
    uint32_t timeout = 0;
    slirp->fd_count = 0;
    slirp_pollfds_fill(slirp->slirp, &timeout, add_fd, slirp);
    unsigned count = slirp->fd_count < room ? slirp->fd_count : room;
    if (count) /* else there may be no array yet */
        memcpy(fds, slirp->fds, count * sizeof *fds);
    return count;
}

/* A part of a datagram, "more fragments" or an offset: libslirp 4.7's reassembly writes over its own list when it meets
 * certain malformed ones (found by tests/fuzz/fuzz_slirp), so it gets none. */
static bool is_fragment(const uint8_t *frame, unsigned length)
{
    const uint8_t *offset = frame + ETHER_HEADER + 6;
    return length >= ETHER_HEADER + 20 && ether_type(frame) == ETHER_TYPE_IPV4 && (offset[0] & 0x3F || offset[1]);
}

static void input(void *ctx, const uint8_t *frame, unsigned length, sim_time now)
{
    struct slirp_backend *slirp = ctx;
    slirp->now = now;
    if (is_fragment(frame, length)) {
        slirp->fragments++;
        return;
    }
    if (!dhcp_server_input(slirp->dhcp, frame, length))
        slirp_input(slirp->slirp, frame, (int)length);
}

unsigned slirp_backend_sockets(const struct slirp_backend *slirp)
{
    return slirp->fd_count;
}

uint64_t slirp_backend_fragments(const struct slirp_backend *slirp)
{
    return slirp->fragments;
}

/* --- life -------------------------------------------------------------------------------------------------------- */

static void destroy(void *ctx)
{
    struct slirp_backend *slirp = ctx;
    if (slirp->slirp)
        slirp_cleanup(slirp->slirp);
    dhcp_server_destroy(slirp->dhcp);
    while (slirp->timers)
        timer_free(slirp->timers, slirp);
    free(slirp->fds);
    free(slirp);
}

/* The address as given, else that with the number. Outside of the network or the same as another: libslirp refuses. */
static bool chosen(const struct slirp_backend *slirp, const char *text, unsigned number, uint32_t *address)
{
    *address = slirp->network + number;
    if (!text || !*text)
        return true;
    return net_address_parse(text, address) == SIM_OK && (*address & slirp->mask) == slirp->network;
}

struct addresses {
    uint32_t host, dns, dhcp_start;
};

static enum sim_status start_dhcp(struct slirp_backend *slirp, const struct slirp_config *config,
                                  const struct addresses *own)
{
    const struct dhcp_server_sink sink = {slirp->sink.ctx, slirp->sink.frame};
    const struct dhcp_server_config settings = {.server = own->host,
                                                .mask = slirp->mask,
                                                .router = own->host,
                                                .dns = own->dns,
                                                .first = own->dhcp_start,
                                                .last = slirp->network + ~slirp->mask - 1,
                                                /* libslirp's address for its host */
                                                .mac = {0x52, 0x55, (uint8_t)(own->host >> 24),
                                                        (uint8_t)(own->host >> 16), (uint8_t)(own->host >> 8),
                                                        (uint8_t)own->host},
                                                .hostname = config->hostname};
    return dhcp_server_create(&settings, &sink, &slirp->dhcp);
}

static enum sim_status start(struct slirp_backend *slirp, const struct slirp_config *config)
{
    struct addresses own;
    if (!chosen(slirp, config->host, GATEWAY, &own.host) || !chosen(slirp, config->dns, NAMESERVER, &own.dns) ||
        !chosen(slirp, config->dhcp_start, ~slirp->mask > 2 * FIRST_LEASE ? FIRST_LEASE : 4, &own.dhcp_start))
        return SIM_BAD_VALUE;
    const SlirpConfig settings = {.version = 4,
                                  .restricted = config->restricted,
                                  .in_enabled = true,
                                  .vnetwork.s_addr = htonl(slirp->network),
                                  .vnetmask.s_addr = htonl(slirp->mask),
                                  .vhost.s_addr = htonl(own.host),
                                  .vhostname = config->hostname,
                                  .vdhcp_start.s_addr = htonl(own.dhcp_start),
                                  .vnameserver.s_addr = htonl(own.dns),
                                  .disable_host_loopback = config->no_host_loopback};
    slirp->slirp = slirp_new(&settings, &callbacks, slirp);
    return slirp->slirp ? start_dhcp(slirp, config, &own) : SIM_IO;
}

enum sim_status slirp_backend_create(const struct slirp_config *config, struct net_host *host, struct evq *q,
                                     struct log *log, struct slirp_backend **slirp)
{
    struct slirp_backend *made = calloc(1, sizeof *made);
    *slirp = NULL;
    if (!made)
        return SIM_NO_MEMORY;
    made->q = q;
    made->log = log;
    made->now = evq_now(q);
    made->sink = net_host_sink(host);
    enum sim_status status = net_network_parse(config->network, &made->network, &made->mask);
    if (status == SIM_OK)
        status = start(made, config);
    if (status != SIM_OK) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, "slirp", "network \"%s\": %s, expected one like 10.0.2.0/24",
               config->network, sim_status_text(status));
        destroy(made);
        return status;
    }
    const struct net_backend backend = {
        .ctx = made, .input = input, .poll = look_at_host, .destroy = destroy, .descriptors = descriptors};
    net_host_set_backend(host, &backend);
    *slirp = made;
    return SIM_OK;
}

static enum sim_status complain(const struct slirp_backend *slirp, const char *text, enum sim_status status,
                                const char *what)
{
    log_at(slirp->log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, "slirp", "forward \"%s\": %s", text, what);
    return status;
}

/* libslirp lets one connection wait to be accepted, and accepts one at a look: of clients that come together the kernel
 * would make all others try again after a second. */
static void let_clients_wait(struct slirp_backend *slirp)
{
    uint32_t timeout = 0;
    slirp->fd_count = 0;
    slirp_pollfds_fill(slirp->slirp, &timeout, add_fd, slirp);
    for (unsigned i = 0; i < slirp->fd_count; i++) {
        int is_listening = 0;
        socklen_t size = sizeof is_listening;
        if (getsockopt(slirp->fds[i].fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) == 0 && is_listening)
            listen(slirp->fds[i].fd, CLIENTS_WAITING);
    }
}

enum sim_status slirp_backend_forward(struct slirp_backend *slirp, const char *text)
{
    struct net_forward forward;
    if (net_forward_parse(text, &forward) != SIM_OK)
        return complain(slirp, text, SIM_BAD_FORMAT, "expected one like tcp:127.0.0.1:8000-10.0.2.15:80");
    if ((forward.guest_address & slirp->mask) != slirp->network)
        return complain(slirp, text, SIM_BAD_VALUE, "the guest's address is outside the network");
    const struct in_addr host = {.s_addr = htonl(forward.host_address)};
    const struct in_addr guest = {.s_addr = htonl(forward.guest_address)};
    if (slirp_add_hostfwd(slirp->slirp, forward.udp, host, forward.host_port, guest, forward.guest_port) == 0) {
        let_clients_wait(slirp);
        return SIM_OK;
    }
    int error = errno;
    return complain(slirp, text, error == EADDRINUSE ? SIM_BUSY : SIM_IO,
                    error == EADDRINUSE ? "the host's port is in use" : strerror(error));
}
