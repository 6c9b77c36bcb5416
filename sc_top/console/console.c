/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* accept4 */
#include "sc_top/console/console_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CTRL_A = 1 };

/* --- output --- */

static bool wait_writable(int fd, int milliseconds)
{
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    return poll(&ready, 1, milliseconds) > 0 && (ready.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}

static void output_failed(struct console *console)
{
    if (console->status == SIM_OK)
        log_at(console->log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, console->name, "console cannot be written: %s",
               strerror(errno));
    console->status = SIM_IO;
    console->used = 0;
}

static void client_gone(struct console *console)
{
    close(console->out);
    console->in = console->out = -1;
    console->used = 0;
    log_at(console->log, LOG_HOST, LOG_INFO, SIM_TIME_NEVER, console->name, "client disconnected");
}

/* One write of what is buffered; false when the other side takes nothing at present. */
static bool write_some(struct console *console)
{
    bool is_socket = console->listener >= 0 || (console->lossy && console->in == console->out);
    ssize_t n = is_socket ? send(console->out, console->buffer, console->used, MSG_NOSIGNAL | MSG_DONTWAIT)
                          : write(console->out, console->buffer, console->used);
    if (n < 0 && errno == ENOTSOCK)
        n = write(console->out, console->buffer, console->used);
    if (n > 0) {
        console->used -= (size_t)n;
        memmove(console->buffer, console->buffer + n, console->used);
        return true;
    }
    if (n < 0 && errno == EINTR)
        return true;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return false;
    if (console->listener >= 0)
        client_gone(console);
    else if (!console->lossy)
        output_failed(console);
    else
        console->used = 0;
    return true;
}

static void flush(struct console *console)
{
    if (console->out < 0)
        console->used = 0;
    while (console->used > 0 && console->status == SIM_OK && console->out >= 0) {
        if (write_some(console))
            continue;
        if (console->lossy)
            return;
        wait_writable(console->out, 1000);
    }
}

static void append(struct console *console, const void *bytes, size_t size)
{
    if (console->file) {
        out_file_write(console->file, bytes, size);
        return;
    }
    if (console->used + size > sizeof console->buffer)
        flush(console);
    if (console->used + size > sizeof console->buffer) {
        if (!console->lost)
            log_at(console->log, LOG_HOST, LOG_WARNING, SIM_TIME_NEVER, console->name,
                   "nobody takes the output; what does not fit is lost");
        console->lost = true;
        return;
    }
    memcpy(console->buffer + console->used, bytes, size);
    console->used += size;
}

static void end_line(struct console *console)
{
    char head[96];
    sim_time us = console->line_time / SIM_US(1);
    int length =
        snprintf(head, sizeof head, "[%5" PRIu64 ".%06" PRIu64 "] %s: ", us / 1000000, us % 1000000, console->name);
    append(console, head, (size_t)length < sizeof head ? (size_t)length : sizeof head - 1);
    append(console, console->line, console->line_used);
    append(console, "\n", 1);
    console->line_used = 0;
}

/* A line is stamped with the time of its first byte. Carriage returns only matter to terminals. */
static void put_by_line(struct console *console, uint8_t byte, sim_time time)
{
    if (byte == '\r')
        return;
    if (console->line_used == 0)
        console->line_time = time;
    if (byte != '\n')
        console->line[console->line_used++] = (char)byte;
    if (byte == '\n' || console->line_used == sizeof console->line)
        end_line(console);
}

void console_put(struct console *console, uint8_t byte, sim_time time)
{
    if (console->by_line)
        put_by_line(console, byte, time);
    else if (console->out >= 0 || console->file)
        append(console, &byte, 1);
}

/* --- input --- */

static void accept_client(struct console *console)
{
    struct pollfd ready = {.fd = console->listener, .events = POLLIN};
    if (console->out >= 0 || poll(&ready, 1, 0) <= 0)
        return;
    int fd = accept4(console->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    console->in = console->out = fd;
    log_at(console->log, LOG_HOST, LOG_INFO, SIM_TIME_NEVER, console->name, "client connected");
}

/* Takes Ctrl-A sequences out of what a person typed; returns how many bytes are left. */
static size_t filter_escapes(struct console *console, uint8_t *bytes, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t byte = bytes[i];
        if (!console->escape && byte == CTRL_A) {
            console->escape = true;
            continue;
        }
        if (console->escape && (byte == 'x' || byte == 'X'))
            console->quit = true;
        else if (!console->escape || byte == CTRL_A || byte == 'a')
            bytes[kept++] = console->escape ? CTRL_A : byte;
        console->escape = false;
    }
    return kept;
}

static size_t read_input(struct console *console, uint8_t *bytes, size_t room)
{
    struct pollfd ready = {.fd = console->in, .events = POLLIN};
    if (console->in < 0 || console->input_ended || room == 0 || poll(&ready, 1, 0) <= 0)
        return 0;
    ssize_t n = read(console->in, bytes, room);
    if (n > 0)
        return console->raw ? filter_escapes(console, bytes, (size_t)n) : (size_t)n;
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (console->listener >= 0)
        client_gone(console);
    else if (n == 0 || !console->lossy || console->in == console->out)
        console->input_ended = n == 0 || errno != EIO; /* EIO: a pty that nobody has open yet */
    return 0;
}

size_t console_poll(struct console *console, uint8_t *bytes, size_t room)
{
    if (console->listener >= 0)
        accept_client(console);
    if (console->file)
        out_file_flush(console->file);
    else
        flush(console);
    return read_input(console, bytes, room);
}

/* --- state --- */

enum sim_status console_status(const struct console *console)
{
    return console->file ? out_file_status(console->file) : console->status;
}

bool console_is_live(const struct console *console)
{
    return console->live && !console->input_ended;
}

int console_fd(const struct console *console)
{
    if (console->input_ended)
        return -1;
    return console->in >= 0 ? console->in : console->listener;
}

bool console_wants_quit(const struct console *console)
{
    return console->quit;
}

uint16_t console_port(const struct console *console)
{
    return console->port;
}

enum sim_status console_close(struct console *console)
{
    if (!console)
        return SIM_OK;
    if (console->by_line && console->line_used)
        end_line(console);
    flush(console);
    enum sim_status status = console->file ? out_file_finish(console->file) : console->status;
    console_close_descriptors(console);
    free(console->name);
    free(console);
    return status;
}
