/* SPDX-License-Identifier: Apache-2.0 */
/* A file that a run writes. It grows under the name "<path>.part" and takes its own name when it is complete, so that
 * nothing half-written replaces a good file, and a killed run leaves what was flushed under the other name. What is
 * there and no regular file (/dev/stdout, a pipe) is written directly.
 *
 * The first error is reported once in class "host" and kept; later writes do nothing. */
#ifndef VESPER_SC_TOP_OUT_OUT_FILE_H
#define VESPER_SC_TOP_OUT_OUT_FILE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "bus/base/log.h"
#include "bus/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct out_file;

/* Opens for writing, replacing what a former run left unfinished. On failure *file is NULL and there was a message. */
enum sim_status out_file_open(const char *path, struct log *log, struct out_file **file);

void out_file_write(struct out_file *file, const void *bytes, size_t size);
void out_file_text(struct out_file *file, const char *text);
void out_file_format(struct out_file *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Hands what is buffered to the host. To be called where the content so far is worth having. */
void out_file_flush(struct out_file *file);

/* Bytes waiting for a flush. */
size_t out_file_pending(const struct out_file *file);

/* SIM_OK, or the first error. */
enum sim_status out_file_status(const struct out_file *file);

/* Flushes, gives the file its name, and frees; returns what went wrong first, if anything. NULL is accepted. */
enum sim_status out_file_finish(struct out_file *file);

/* Frees without giving the file its name; the unfinished file is removed. NULL is accepted. */
void out_file_abandon(struct out_file *file);

#ifdef __cplusplus
}
#endif
#endif
