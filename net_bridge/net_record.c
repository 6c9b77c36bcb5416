/* SPDX-License-Identifier: Apache-2.0 */
#include "net_bridge/net_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_HEADER = 12, ENTRY_HEADER = 16, VERSION = 1 };

static const char magic[8] = {'V', 'E', 'S', 'P', 'E', 'R', 'I', 'N'};

struct net_record {
    FILE *file;
    bool failed;
};

struct net_replay {
    size_t size;
    uint8_t bytes[];
};

static void put(uint8_t *to, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get(const uint8_t *from, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)from[i] << 8 * i;
    return value;
}

static void write_bytes(struct net_record *record, const void *bytes, size_t size)
{
    record->failed = fwrite(bytes, 1, size, record->file) != size || record->failed;
}

enum sim_status net_record_create(const char *path, struct log *log, struct net_record **record)
{
    struct net_record *made = calloc(1, sizeof *made);
    uint8_t version[4];
    *record = NULL;
    if (!made)
        return SIM_NO_MEMORY;
    made->file = fopen(path, "wb");
    if (!made->file) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, path, "cannot write: %s", strerror(errno));
        free(made);
        return SIM_IO;
    }
    put(version, VERSION, sizeof version);
    write_bytes(made, magic, sizeof magic);
    write_bytes(made, version, sizeof version);
    *record = made;
    return SIM_OK;
}

enum sim_status net_record_close(struct net_record *record)
{
    if (!record)
        return SIM_OK;
    bool failed = fclose(record->file) != 0 || record->failed;
    free(record);
    return failed ? SIM_IO : SIM_OK;
}

void net_record_flush(struct net_record *record)
{
    record->failed = fflush(record->file) != 0 || record->failed;
}

void net_record_write(struct net_record *record, sim_time time, uint32_t id, const uint8_t *bytes, uint32_t length)
{
    uint8_t header[ENTRY_HEADER];
    sim_assert(length <= NET_RECORD_MAX);
    put(header, time, 8);
    put(header + 8, id, 4);
    put(header + 12, length, 4);
    write_bytes(record, header, sizeof header);
    write_bytes(record, bytes, length);
}

/* --- replay ------------------------------------------------------------------------------------------------------ */

/* The entry at *offset, which is moved behind it; false at the end or when it is malformed. */
static bool entry_at(const struct net_replay *replay, size_t *offset, struct net_entry *entry)
{
    size_t left = replay->size - *offset;
    if (left < ENTRY_HEADER)
        return false;
    const uint8_t *bytes = replay->bytes + *offset;
    entry->time = get(bytes, 8);
    entry->id = (uint32_t)get(bytes + 8, 4);
    entry->length = (uint32_t)get(bytes + 12, 4);
    entry->bytes = bytes + ENTRY_HEADER;
    if (entry->length > NET_RECORD_MAX || entry->length > left - ENTRY_HEADER || entry->time == SIM_TIME_NEVER)
        return false;
    *offset += ENTRY_HEADER + entry->length;
    return true;
}

/* Whoever wrote the entry at `offset` was killed while doing so. */
static bool is_cut_off(const struct net_replay *replay, size_t offset)
{
    size_t left = replay->size - offset;
    if (left < ENTRY_HEADER)
        return true;
    uint64_t length = get(replay->bytes + offset + 12, 4);
    return length <= NET_RECORD_MAX && length > left - ENTRY_HEADER;
}

static enum sim_status check(struct net_replay *replay, const char *name, struct log *log)
{
    if (replay->size < FILE_HEADER || memcmp(replay->bytes, magic, sizeof magic) != 0 ||
        get(replay->bytes + sizeof magic, 4) != VERSION) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, name, "not a record of host input, or of another version");
        return SIM_BAD_FORMAT;
    }
    size_t offset = FILE_HEADER;
    struct net_entry entry;
    for (sim_time last = 0; offset < replay->size; last = entry.time) {
        size_t begin = offset;
        if (is_cut_off(replay, begin)) {
            log_at(log, LOG_HOST, LOG_WARNING, SIM_TIME_NEVER, name, "cut off at byte %zu, and used up to there",
                   begin);
            replay->size = begin;
            break;
        }
        if (!entry_at(replay, &offset, &entry) || entry.time < last) {
            log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, name, "malformed at byte %zu", begin);
            return SIM_BAD_FORMAT;
        }
    }
    return SIM_OK;
}

static enum sim_status adopt(struct net_replay *made, const char *name, struct log *log, struct net_replay **replay)
{
    enum sim_status status = check(made, name, log);
    if (status == SIM_OK)
        *replay = made;
    else
        free(made);
    return status;
}

enum sim_status net_replay_parse(const uint8_t *bytes, size_t size, const char *name, struct log *log,
                                 struct net_replay **replay)
{
    struct net_replay *made = malloc(sizeof *made + size);
    *replay = NULL;
    if (!made)
        return SIM_NO_MEMORY;
    made->size = size;
    if (size)
        memcpy(made->bytes, bytes, size);
    return adopt(made, name, log, replay);
}

static struct net_replay *read_all(FILE *file)
{
    if (fseek(file, 0, SEEK_END) != 0)
        return NULL;
    long size = ftell(file);
    if (size < 0 || fseek(file, 0, SEEK_SET) != 0)
        return NULL;
    struct net_replay *replay = malloc(sizeof *replay + (size_t)size);
    if (replay)
        replay->size = fread(replay->bytes, 1, (size_t)size, file);
    return replay;
}

enum sim_status net_replay_open(const char *path, struct log *log, struct net_replay **replay)
{
    FILE *file = fopen(path, "rb");
    struct net_replay *made = file ? read_all(file) : NULL;
    *replay = NULL;
    if (!made)
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, path, "cannot read: %s", strerror(errno));
    if (file)
        fclose(file);
    return made ? adopt(made, path, log, replay) : SIM_IO;
}

void net_replay_close(struct net_replay *replay)
{
    free(replay);
}

bool net_replay_next(const struct net_replay *replay, uint32_t id, size_t *cursor, struct net_entry *entry)
{
    if (*cursor < FILE_HEADER)
        *cursor = FILE_HEADER;
    while (entry_at(replay, cursor, entry))
        if (entry->id == id)
            return true;
    return false;
}
