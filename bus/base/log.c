/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/base/status.h"

enum { LOG_TEXT_MAX = 1024, LOG_FIRST_CAPACITY = 64 };

/* What log_once has said; free while used is false. */
struct log_said {
    bool used;
    enum log_class class_;
    uint64_t source_hash;
    uint64_t key;
};

struct log {
    log_sink_fn sink;
    void *ctx;
    enum log_level level;
    uint64_t count[LOG_CLASS_COUNT];
    struct log_said *said; /* open addressing, capacity a power of two, at most half full */
    size_t said_count;
    size_t said_capacity;
};

const char *log_class_name(enum log_class class_)
{
    static const char *const name[LOG_CLASS_COUNT] = {"host", "guest", "unimpl"};
    return (unsigned)class_ < LOG_CLASS_COUNT ? name[class_] : "?";
}

struct log *log_create(log_sink_fn sink, void *ctx, enum log_level level)
{
    struct log *log = calloc(1, sizeof *log);
    if (!log)
        return NULL;
    log->sink = sink;
    log->ctx = ctx;
    log->level = level;
    log->said_capacity = LOG_FIRST_CAPACITY;
    log->said = calloc(log->said_capacity, sizeof *log->said);
    if (!log->said) {
        free(log);
        return NULL;
    }
    return log;
}

void log_destroy(struct log *log)
{
    if (!log)
        return;
    free(log->said);
    free(log);
}

static void log_emit(struct log *log, struct log_record *record, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void log_emit(struct log *log, struct log_record *record, const char *format, va_list args)
{
    char text[LOG_TEXT_MAX];
    log->count[record->class_]++;
    if (record->level > log->level || !log->sink)
        return;
    /* Both callers have started args; clang's analyser loses sight of that across the call. */
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
    int length = vsnprintf(text, sizeof text, format, args);
    if (length >= (int)sizeof text)
        memcpy(text + sizeof text - 4, "...", 4);
    record->text = text;
    log->sink(log->ctx, record);
}

void log_at(struct log *log, enum log_class class_, enum log_level level, sim_time time, const char *source,
            const char *format, ...)
{
    if (!log)
        return;
    struct log_record record = {.class_ = class_, .level = level, .time = time, .source = source};
    va_list args;
    va_start(args, format);
    log_emit(log, &record, format, args);
    va_end(args);
}

static uint64_t log_hash(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001B3); /* FNV-1a */
    return hash;
}

/* The entry equal to `wanted`, or the free one where it belongs. */
static struct log_said *log_find(struct log_said *said, size_t capacity, const struct log_said *wanted)
{
    uint64_t hash = log_hash(wanted->source_hash + (uint64_t)wanted->class_, &wanted->key, sizeof wanted->key);
    for (size_t i = (size_t)hash & (capacity - 1);; i = (i + 1) & (capacity - 1)) {
        const struct log_said *entry = &said[i];
        if (!entry->used ||
            (entry->class_ == wanted->class_ && entry->source_hash == wanted->source_hash && entry->key == wanted->key))
            return &said[i];
    }
}

static void log_grow(struct log *log)
{
    size_t capacity = 2 * log->said_capacity;
    struct log_said *said = calloc(capacity, sizeof *said);
    sim_assert(said != NULL);
    for (size_t i = 0; i < log->said_capacity; i++)
        if (log->said[i].used)
            *log_find(said, capacity, &log->said[i]) = log->said[i];
    free(log->said);
    log->said = said;
    log->said_capacity = capacity;
}

void log_once(struct log *log, enum log_class class_, sim_time time, const char *source, uint64_t key,
              const char *format, ...)
{
    if (!log)
        return;
    const struct log_said wanted = {
        .used = true,
        .class_ = class_,
        .source_hash = log_hash(UINT64_C(0xCBF29CE484222325), source, strlen(source)),
        .key = key,
    };
    struct log_said *entry = log_find(log->said, log->said_capacity, &wanted);
    if (entry->used)
        return;
    *entry = wanted;
    if (2 * ++log->said_count > log->said_capacity)
        log_grow(log);

    struct log_record record = {.class_ = class_, .level = LOG_WARNING, .time = time, .source = source};
    va_list args;
    va_start(args, format);
    log_emit(log, &record, format, args);
    va_end(args);
}

uint64_t log_count(const struct log *log, enum log_class class_)
{
    return log ? log->count[class_] : 0;
}
