/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, in three classes that never mix.
 *
 *   host   the user's files, options, sockets: what was wrong, where, what was expected
 *   guest  firmware did what hardware ignores or punishes (unmapped address, bad descriptor)
 *   unimpl firmware used a register, field or command that is stored but not modelled; said once for each place
 *
 * There is no process-wide logger: a struct log is created by the program, and everybody who may speak holds a pointer.
 */
#ifndef VESPER_BUS_BASE_LOG_H
#define VESPER_BUS_BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

enum log_class { LOG_HOST, LOG_GUEST, LOG_UNIMPL, LOG_CLASS_COUNT };
enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

struct log_record {
    enum log_class class_;
    enum log_level level;
    sim_time time;      /* SIM_TIME_NEVER where simulated time means nothing */
    const char *source; /* "node0.uart0", a file name, ... */
    const char *text;   /* one line, no newline */
};

/* Receives each record that passes the level; `record` is borrowed for the call. */
typedef void (*log_sink_fn)(void *ctx, const struct log_record *record);

struct log;

/* A log that hands everything up to `level` to sink. NULL without memory. */
struct log *log_create(log_sink_fn sink, void *ctx, enum log_level level);
void log_destroy(struct log *log);

/* Every call accepts log == NULL and then does nothing, so that models can be tested bare. */
void log_at(struct log *log, enum log_class class_, enum log_level level, sim_time time, const char *source,
            const char *format, ...) __attribute__((format(printf, 6, 7)));

/* As log_at at LOG_WARNING, but only the first time for the same (class, source, key); the key is an offset, an
 * address, a command. Repetitions are not counted. */
void log_once(struct log *log, enum log_class class_, sim_time time, const char *source, uint64_t key,
              const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Records seen so far, also those below the level. */
uint64_t log_count(const struct log *log, enum log_class class_);

const char *log_class_name(enum log_class class_);

#ifdef __cplusplus
}
#endif
#endif
