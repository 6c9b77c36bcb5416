/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/out/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Large enough that system calls do not show in a profile; reached, the buffer goes out whole. */
enum { OUT_FILE_BUFFER = 256 * 1024 };

struct out_file {
    char *path;
    char *part; /* NULL: written directly */
    int fd;
    struct log *log;
    enum sim_status status;
    size_t used;
    char buffer[OUT_FILE_BUFFER];
};

static enum sim_status failed(struct out_file *file, const char *what)
{
    if (file->status == SIM_OK)
        log_at(file->log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, file->path, "%s: %s", what, strerror(errno));
    file->status = SIM_IO;
    return SIM_IO;
}

static void release(struct out_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    free(file->path);
    free(file->part);
    free(file);
}

static bool is_regular_or_absent(const char *path)
{
    struct stat info;
    return stat(path, &info) != 0 ? errno == ENOENT : S_ISREG(info.st_mode);
}

static char *part_name(const char *path)
{
    size_t size = strlen(path) + sizeof ".part";
    char *part = malloc(size);
    if (part)
        snprintf(part, size, "%s.part", path);
    return part;
}

enum sim_status out_file_open(const char *path, struct log *log, struct out_file **result)
{
    struct out_file *file = calloc(1, sizeof *file);
    *result = NULL;
    if (!file)
        return SIM_NO_MEMORY;
    file->fd = -1;
    file->log = log;
    file->path = strdup(path);
    bool named_later = is_regular_or_absent(path);
    if (named_later)
        file->part = part_name(path);
    if (!file->path || (named_later && !file->part)) {
        release(file);
        return SIM_NO_MEMORY;
    }
    /* A file that may not be replaced is an error now, not after the run. */
    if (named_later && access(path, F_OK) == 0 && access(path, W_OK) != 0) {
        failed(file, "cannot be written");
        release(file);
        return SIM_IO;
    }
    file->fd = open(file->part ? file->part : path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file->fd < 0) {
        failed(file, "cannot be opened for writing");
        release(file);
        return SIM_IO;
    }
    *result = file;
    return SIM_OK;
}

void out_file_flush(struct out_file *file)
{
    size_t done = 0;
    while (file->status == SIM_OK && done < file->used) {
        ssize_t n = write(file->fd, file->buffer + done, file->used - done);
        if (n < 0 && errno != EINTR)
            failed(file, "cannot be written");
        else if (n > 0)
            done += (size_t)n;
    }
    file->used = 0;
}

void out_file_write(struct out_file *file, const void *bytes, size_t size)
{
    const char *from = bytes;
    while (size > 0) {
        if (file->used == sizeof file->buffer)
            out_file_flush(file);
        size_t room = sizeof file->buffer - file->used;
        size_t n = size < room ? size : room;
        memcpy(file->buffer + file->used, from, n);
        file->used += n;
        from += n;
        size -= n;
    }
}

void out_file_text(struct out_file *file, const char *text)
{
    out_file_write(file, text, strlen(text));
}

void out_file_format(struct out_file *file, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sim_assert(length >= 0 && (size_t)length < sizeof text);
    out_file_write(file, text, (size_t)length);
}

size_t out_file_pending(const struct out_file *file)
{
    return file->used;
}

enum sim_status out_file_status(const struct out_file *file)
{
    return file->status;
}

enum sim_status out_file_finish(struct out_file *file)
{
    if (!file)
        return SIM_OK;
    out_file_flush(file);
    if (file->status == SIM_OK && close(file->fd) != 0)
        failed(file, "cannot be written");
    if (file->status == SIM_OK)
        file->fd = -1;
    if (file->status == SIM_OK && file->part && rename(file->part, file->path) != 0)
        failed(file, "cannot be given its name");
    enum sim_status status = file->status;
    release(file);
    return status;
}

void out_file_abandon(struct out_file *file)
{
    if (!file)
        return;
    if (file->part)
        unlink(file->part);
    release(file);
}
