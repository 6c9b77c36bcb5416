/* SPDX-License-Identifier: Apache-2.0 */
/* What an initiator (a core, a DMA engine) sees of the memory system: single accesses with their cost, and direct
 * pointers to memory. The header belongs to the user of the service; the address map (bus/map.h) and the SystemC
 * initiator (sc_top) provide it. */
#ifndef VESPER_BUS_BUS_PORT_H
#define VESPER_BUS_BUS_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

struct bus_cache;
struct bus_mem;

/* How an access ended. Anything but BUS_OK is the guest's error and had no side effect. */
enum bus_result {
    BUS_OK,
    BUS_ERROR_ADDRESS, /* nothing answers there, or it is closed to this initiator */
    BUS_ERROR_WIDTH,   /* narrow or unaligned access to a bus that only carries aligned 32-bit words */
    BUS_ERROR_ACCESS   /* the target refuses, e.g. a write to ROM */
};

enum bus_initiator { BUS_PRO_CPU, BUS_APP_CPU, BUS_DMA, BUS_DEBUG };

/* One access of 1, 2 or 4 bytes. */
struct bus_access {
    uint32_t address;
    uint8_t size;
    bool write;
    bool fetch;
    uint8_t initiator; /* enum bus_initiator */
    sim_time time;     /* the initiator's local time at which the access starts */
    uint32_t value;    /* in: to write, low bits; out: read, zero-extended */
    sim_time cost;     /* out: how long the target and the buses on the way need, beyond the initiator's own cycle */
};

/* A range of addresses behind which plain memory lies. */
struct bus_dmi {
    uint32_t first, last; /* inclusive; the address asked for lies within */
    uint8_t *host;        /* byte that belongs to `first`; for `reversed`, the word that belongs to first */
    bool read, write, fetch;
    bool word_only;      /* aligned 32-bit data accesses only (instruction bus) */
    bool reversed;       /* words count downwards: address first + 4n is at host - 4n (SRAM1 seen by the fetch bus) */
    uint8_t load_wait;   /* extra core cycles of a load */
    uint8_t store_wait;  /* extra core cycles of a store */
    uint8_t fetch_wait;  /* extra core cycles of each 32-bit word fetched */
    struct bus_mem *mem; /* for code tracking, see bus/mem.h; NULL: a foreign memory without it */
    uint32_t offset;     /* of `first` in mem */
    struct bus_cache *cache; /* each line is asked for there, bus/cache.h; NULL: no cache in between */
};

struct bus_port {
    void *ctx;

    /* Carries out the access, in simulated time. */
    enum bus_result (*access)(void *ctx, struct bus_access *access);

    /* Fills *dmi when `address` is plain memory for this initiator; false otherwise. A grant holds until the
     * initiator is told otherwise (xt_memory_changed). */
    bool (*dmi)(void *ctx, uint32_t address, struct bus_dmi *dmi);

    /* As access, without side effects, cost or time: for debuggers and loaders. Writes reach ROM too. */
    enum bus_result (*debug)(void *ctx, struct bus_access *access);
};

#ifdef __cplusplus
}
#endif
#endif
