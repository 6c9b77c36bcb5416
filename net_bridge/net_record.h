/* SPDX-License-Identifier: Apache-2.0 */
/* What came in from the host during a run: a file of (simulated time, who, bytes), from which a later run is fed
 * instead of the host. With it such a run repeats to the same bytes.
 *
 * File: "VESPERIN" and a 32-bit version 1; then records of time in ps (64 bits), id (32 bits), length (32 bits) and
 * that many bytes; all little-endian. Times do not decrease. */
#ifndef VESPER_NET_BRIDGE_NET_RECORD_H
#define VESPER_NET_BRIDGE_NET_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/base/log.h"
#include "bus/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NET_RECORD_MAX = 65536 }; /* bytes of a record */

struct net_record;
struct net_replay;

struct net_entry {
    sim_time time;
    uint32_t id;
    uint32_t length;
    const uint8_t *bytes; /* the replay's */
};

/* Creates a file. SIM_IO with a message, SIM_NO_MEMORY. */
enum sim_status net_record_create(const char *path, struct log *log, struct net_record **record);
/* SIM_IO: it is incomplete. NULL is accepted. */
enum sim_status net_record_close(struct net_record *record);
/* What was written is in the file, whatever happens to the program. */
void net_record_flush(struct net_record *record);
/* length: up to NET_RECORD_MAX. */
void net_record_write(struct net_record *record, sim_time time, uint32_t id, const uint8_t *bytes, uint32_t length);

/* Reads a whole file. SIM_IO, SIM_BAD_FORMAT with a message that says where; SIM_NO_MEMORY. A last entry that is
 * incomplete, since the recording program was killed, is left out with a warning. */
enum sim_status net_replay_open(const char *path, struct log *log, struct net_replay **replay);
/* The same from memory, copied; name is for messages. */
enum sim_status net_replay_parse(const uint8_t *bytes, size_t size, const char *name, struct log *log,
                                 struct net_replay **replay);
void net_replay_close(struct net_replay *replay);

/* The next entry of `id` at or after *cursor, which is 0 at first and is moved behind it. false: none left. */
bool net_replay_next(const struct net_replay *replay, uint32_t id, size_t *cursor, struct net_entry *entry);

#ifdef __cplusplus
}
#endif
#endif
