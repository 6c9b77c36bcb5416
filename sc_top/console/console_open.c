/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* posix_openpt and friends */
/* Opening each kind of console. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sc_top/console/console_priv.h"

static enum sim_status failed(const struct console *console, const char *what, const char *why)
{
    log_at(console->log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, console->name, "%s: %s", what, why);
    return SIM_IO;
}

/* --- stdio --- */

/* Character mode: bytes reach the guest as they are typed, and the guest echoes. Ctrl-C stays the user's own. */
static void enter_character_mode(struct console *console)
{
    struct termios mode;
    if (tcgetattr(STDIN_FILENO, &console->saved) != 0)
        return;
    mode = console->saved;
    mode.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
    mode.c_iflag &= (tcflag_t) ~(ICRNL | IXON);
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    console->raw = tcsetattr(STDIN_FILENO, TCSANOW, &mode) == 0;
    console->live = console->raw;
}

static enum sim_status open_stdio(struct console *console)
{
    console->in = STDIN_FILENO;
    console->out = STDOUT_FILENO;
    if (isatty(STDIN_FILENO))
        enter_character_mode(console);
    return SIM_OK;
}

static enum sim_status open_log(struct console *console)
{
    console->out = STDOUT_FILENO;
    console->by_line = true;
    return SIM_OK;
}

/* --- sockets --- */

/* "host:port" or "port". */
static bool split_address(const char *text, char *host, size_t host_size, const char **port)
{
    const char *colon = strrchr(text, ':');
    if (!colon) {
        snprintf(host, host_size, "127.0.0.1");
        *port = text;
        return *text != '\0';
    }
    if ((size_t)(colon - text) >= host_size || colon == text)
        return false;
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    *port = colon + 1;
    return **port != '\0';
}

static bool is_port(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    return *end == '\0' && value >= 0 && value <= 65535;
}

static enum sim_status resolve(const struct console *console, const char *text, struct addrinfo **list)
{
    char host[256];
    const char *port;
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    if (!split_address(text, host, sizeof host, &port) || !is_port(port))
        return failed(console, text, "expected [HOST:]PORT");
    int error = getaddrinfo(host, port, &hints, list);
    return error ? failed(console, text, gai_strerror(error)) : SIM_OK;
}

static void note_port(struct console *console, int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return;
    if (address.ss_family == AF_INET)
        console->port = ntohs(((const struct sockaddr_in *)&address)->sin_port);
    else if (address.ss_family == AF_INET6)
        console->port = ntohs(((const struct sockaddr_in6 *)&address)->sin6_port);
    log_at(console->log, LOG_HOST, LOG_INFO, SIM_TIME_NEVER, console->name, "listening at port %u", console->port);
}

static enum sim_status open_listener(struct console *console, const char *text)
{
    struct addrinfo *list;
    int one = 1;
    SIM_TRY(resolve(console, text, &list));
    int fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool listening = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
                     bind(fd, list->ai_addr, list->ai_addrlen) == 0 && listen(fd, 1) == 0;
    int error = errno;
    freeaddrinfo(list);
    console->listener = fd;
    console->lossy = console->live = true;
    if (!listening)
        return failed(console, text, strerror(error));
    note_port(console, fd);
    return SIM_OK;
}

static enum sim_status open_client(struct console *console, const char *text)
{
    struct addrinfo *list;
    SIM_TRY(resolve(console, text, &list));
    int fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = fd >= 0 && connect(fd, list->ai_addr, list->ai_addrlen) == 0;
    int error = errno;
    freeaddrinfo(list);
    console->in = console->out = fd;
    console->lossy = console->live = true;
    return connected ? SIM_OK : failed(console, text, strerror(error));
}

/* --- pseudo-terminals and pipes --- */

static enum sim_status open_pty(struct console *console)
{
    char name[128];
    struct termios mode;
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    console->in = console->out = fd;
    console->lossy = console->live = true;
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0 || ptsname_r(fd, name, sizeof name) != 0)
        return failed(console, "pty", strerror(errno));
    if (tcgetattr(fd, &mode) == 0) { /* a wire: no echo, no translation */
        cfmakeraw(&mode);
        tcsetattr(fd, TCSANOW, &mode);
    }
    log_at(console->log, LOG_HOST, LOG_INFO, SIM_TIME_NEVER, console->name, "pseudo-terminal %s", name);
    return SIM_OK;
}

/* Opened for both directions, so that it neither blocks without a peer nor ends when one goes away. */
static int open_fifo(const struct console *console, const char *path, const char *suffix)
{
    char name[4096];
    int length = snprintf(name, sizeof name, "%s.%s", path, suffix);
    if (length < 0 || (size_t)length >= sizeof name)
        errno = ENAMETOOLONG;
    else if (mkfifo(name, 0666) == 0 || errno == EEXIST) {
        struct stat info;
        int fd = open(name, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0 && fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode))
            return fd;
        if (fd >= 0) {
            close(fd);
            failed(console, name, "not a named pipe");
            return -1;
        }
    }
    failed(console, name, strerror(errno));
    return -1;
}

static enum sim_status open_pipes(struct console *console, const char *path)
{
    console->lossy = console->live = true;
    console->in = open_fifo(console, path, "in");
    if (console->in < 0)
        return SIM_IO;
    console->out = open_fifo(console, path, "out");
    return console->out < 0 ? SIM_IO : SIM_OK;
}

/* --- all --- */

static bool has_prefix(const char *spec, const char *prefix, const char **rest)
{
    size_t length = strlen(prefix);
    *rest = spec + length;
    return strncmp(spec, prefix, length) == 0;
}

static enum sim_status open_kind(struct console *console, const char *spec)
{
    const char *rest;
    if (strcmp(spec, "null") == 0)
        return SIM_OK;
    if (strcmp(spec, "stdio") == 0)
        return open_stdio(console);
    if (strcmp(spec, "log") == 0)
        return open_log(console);
    if (strcmp(spec, "pty") == 0)
        return open_pty(console);
    if (has_prefix(spec, "file:", &rest))
        return out_file_open(rest, console->log, &console->file);
    if (has_prefix(spec, "tcp-listen:", &rest))
        return open_listener(console, rest);
    if (has_prefix(spec, "tcp-connect:", &rest))
        return open_client(console, rest);
    if (has_prefix(spec, "pipe:", &rest))
        return open_pipes(console, rest);
    log_at(console->log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, console->name, "unknown console '%s'", spec);
    return SIM_BAD_VALUE;
}

enum sim_status console_open(const char *spec, const char *name, struct log *log, struct console **result)
{
    struct console *console = calloc(1, sizeof *console);
    *result = NULL;
    if (console)
        console->name = strdup(name);
    if (!console || !console->name) {
        free(console);
        return SIM_NO_MEMORY;
    }
    console->log = log;
    console->in = console->out = console->listener = -1;
    enum sim_status status = open_kind(console, spec);
    if (status != SIM_OK) {
        console_close_descriptors(console);
        free(console->name);
        free(console);
        return status;
    }
    *result = console;
    return SIM_OK;
}

void console_close_descriptors(struct console *console)
{
    if (console->raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &console->saved);
    if (console->in > STDERR_FILENO)
        close(console->in);
    if (console->out > STDERR_FILENO && console->out != console->in)
        close(console->out);
    if (console->listener >= 0)
        close(console->listener);
}
