/* SPDX-License-Identifier: Apache-2.0 */
/* Event queue of one node, or of the air: what devices have announced to happen, in a total order.
 *
 * Order is (time, phase, node, sequence number). In a node's own queue `node` is 0 for all; in the queue of the air,
 * which all radios share, it is the radio's. The sequence number is the count of evq_schedule calls on this queue, so
 * it depends on nothing outside its owner. So the order of a whole run never depends on pointers, on host threads or on
 * the order in which a kernel runs its processes.
 *
 * Events are intrusive: a device embeds its struct evq_event, and nothing is allocated per event. */
#ifndef VESPER_BUS_BASE_EVQ_H
#define VESPER_BUS_BASE_EVQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/base/sim_time.h"
#include "bus/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What goes first at the same picosecond, and why. */
enum evq_phase {
    EVQ_PHASE_CLOCK,       /* frequencies change before anything counts in them */
    EVQ_PHASE_DEVICE,      /* timers, FIFOs, wires */
    EVQ_PHASE_RADIO_END,   /* a frame ends before the next one starts, or back-to-back frames collide */
    EVQ_PHASE_RADIO_START, /* */
    EVQ_PHASE_CPU,         /* cores see lines as the devices have left them */
    EVQ_PHASE_OBSERVE      /* scripts and probes see what the whole node has become */
};

struct evq;

/* `now` is the event's own time. The handler may schedule and cancel events, also its own. */
typedef void (*evq_fn)(void *ctx, sim_time now);

/* Zero-initialised, then evq_event_init'ed; the owner keeps it alive and in place while it is scheduled. */
struct evq_event {
    evq_fn fn;
    void *ctx;
    enum evq_phase phase;
    uint32_t node; /* 0 after evq_event_init; set it before scheduling where several nodes share a queue */
    sim_time time;
    uint64_t sequence;
    size_t slot; /* place in the heap + 1, 0 when not scheduled */
};

static inline void evq_event_init(struct evq_event *event, evq_fn fn, void *ctx, enum evq_phase phase)
{
    event->fn = fn;
    event->ctx = ctx;
    event->phase = phase;
    event->node = 0;
    event->time = SIM_TIME_NEVER;
    event->sequence = 0;
    event->slot = 0;
}

static inline bool evq_is_scheduled(const struct evq_event *event)
{
    return event->slot != 0;
}

/* An empty queue at time 0, or NULL without memory. */
struct evq *evq_create(void);

/* Events still scheduled are forgotten, not run. NULL is accepted. */
void evq_destroy(struct evq *q);

/* Schedules, or moves, the event to `at`. A time that lies before the queue's present is taken as the present: a core
 * that was behind its sibling may ask for it (design: loosely timed), and order by sequence still holds. */
void evq_schedule(struct evq *q, struct evq_event *event, sim_time at);

/* No effect when the event is not scheduled. */
void evq_cancel(struct evq *q, struct evq_event *event);

/* Schedules, or moves, the event to `at`; with SIM_TIME_NEVER, cancels it. For deadlines that may lie beyond time. */
static inline void evq_arm(struct evq *q, struct evq_event *event, sim_time at)
{
    if (at == SIM_TIME_NEVER)
        evq_cancel(q, event);
    else
        evq_schedule(q, event, at);
}

/* Time of the earliest event, SIM_TIME_NEVER when there is none. */
sim_time evq_next_time(const struct evq *q);

/* Up to which time events have been run. */
sim_time evq_now(const struct evq *q);

/* Runs every event due at or before `until`, also those that handlers add meanwhile, and makes `until` the present. */
void evq_run(struct evq *q, sim_time until);

/* Called after an event became the earliest one of the queue from outside evq_run: whoever sleeps until
 * evq_next_time() must look again. At most one watcher; fn NULL removes it. */
void evq_watch(struct evq *q, void (*fn)(void *ctx, sim_time at), void *ctx);

#ifdef __cplusplus
}
#endif
#endif
