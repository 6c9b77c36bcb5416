/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/tap_backend.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { FRAMES_A_POLL = 64 }; /* or a flood from the host would hold the simulation */

struct tap_backend {
    int fd;
    struct net_sink sink;
    struct tap_counts counts;
};

static void input(void *ctx, const uint8_t *frame, unsigned length, sim_time now)
{
    struct tap_backend *tap = ctx;
    (void)now;
    if (write(tap->fd, frame, length) != (ssize_t)length)
        tap->counts.dropped++;
}

static void look_at_host(void *ctx, sim_time now)
{
    struct tap_backend *tap = ctx;
    uint8_t frame[2048];
    (void)now;
    for (unsigned i = 0; i < FRAMES_A_POLL; i++) {
        ssize_t length = read(tap->fd, frame, sizeof frame);
        if (length <= 0)
            return;
        tap->sink.frame(tap->sink.ctx, frame, (unsigned)length);
    }
}

static unsigned descriptors(void *ctx, struct pollfd *fds, unsigned room)
{
    const struct tap_backend *tap = ctx;
    if (room == 0)
        return 0;
    fds[0] = (struct pollfd){.fd = tap->fd, .events = POLLIN};
    return 1;
}

static void destroy(void *ctx)
{
    struct tap_backend *tap = ctx;
    close(tap->fd);
    free(tap);
}

static enum sim_status refuse(struct log *log, const char *name, int error)
{
    const char *advice = "";
    enum sim_status status = SIM_IO;
    if (error == EPERM || error == EACCES)
        advice = "; run as root, or let the administrator run: ip tuntap add dev NAME mode tap user USER";
    if (error == ENOENT || error == ENODEV || error == ENXIO) {
        advice = "; this host has no TAP device, use slirp";
        status = SIM_UNSUPPORTED;
    }
    if (error == EBUSY) {
        advice = "; another program has it open";
        status = SIM_BUSY;
    }
    log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, name, "cannot open the TAP interface: %s%s", strerror(error),
           advice);
    return status;
}

enum sim_status tap_backend_create(const char *name, struct net_host *host, struct log *log, struct tap_backend **tap)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    *tap = NULL;
    if (!*name || strlen(name) >= sizeof request.ifr_name) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, name, "an interface's name has 1 to 15 characters");
        return SIM_BAD_VALUE;
    }
    memcpy(request.ifr_name, name, strlen(name));
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return refuse(log, name, errno);
    if (ioctl(fd, TUNSETIFF, &request) < 0) {
        int error = errno;
        close(fd);
        return refuse(log, name, error);
    }
    struct tap_backend *made = calloc(1, sizeof *made);
    if (!made) {
        close(fd);
        return SIM_NO_MEMORY;
    }
    made->fd = fd;
    made->sink = net_host_sink(host);
    const struct net_backend backend = {
        .ctx = made, .input = input, .poll = look_at_host, .destroy = destroy, .descriptors = descriptors};
    net_host_set_backend(host, &backend);
    *tap = made;
    return SIM_OK;
}

const struct tap_counts *tap_backend_get_counts(const struct tap_backend *tap)
{
    return &tap->counts;
}
