/* SPDX-License-Identifier: Apache-2.0 */
/* A binary heap of borrowed events. Each event knows its place in the heap, so that moving and cancelling one costs
 * O(log n) and no search. */
#include "bus/base/evq.h"

#include <stdlib.h>

enum { EVQ_FIRST_CAPACITY = 64 };

struct evq {
    struct evq_event **heap; /* heap[0] is the earliest */
    size_t count;
    size_t capacity;
    uint64_t scheduled; /* evq_schedule calls so far: the last sequence number */
    sim_time now;
    bool running;
    void (*watch)(void *ctx, sim_time at);
    void *watch_ctx;
};

static bool evq_before(const struct evq_event *a, const struct evq_event *b)
{
    if (a->time != b->time)
        return a->time < b->time;
    if (a->phase != b->phase)
        return a->phase < b->phase;
    if (a->node != b->node)
        return a->node < b->node;
    return a->sequence < b->sequence;
}

static void evq_put(struct evq *q, size_t slot, struct evq_event *event)
{
    q->heap[slot] = event;
    event->slot = slot + 1;
}

static void evq_sift_up(struct evq *q, size_t slot)
{
    struct evq_event *event = q->heap[slot];
    while (slot > 0) {
        size_t parent = (slot - 1) / 2;
        if (!evq_before(event, q->heap[parent]))
            break;
        evq_put(q, slot, q->heap[parent]);
        slot = parent;
    }
    evq_put(q, slot, event);
}

static void evq_sift_down(struct evq *q, size_t slot)
{
    struct evq_event *event = q->heap[slot];
    for (;;) {
        size_t child = 2 * slot + 1;
        if (child >= q->count)
            break;
        if (child + 1 < q->count && evq_before(q->heap[child + 1], q->heap[child]))
            child++;
        if (!evq_before(q->heap[child], event))
            break;
        evq_put(q, slot, q->heap[child]);
        slot = child;
    }
    evq_put(q, slot, event);
}

struct evq *evq_create(void)
{
    struct evq *q = calloc(1, sizeof *q);
    if (!q)
        return NULL;
    q->capacity = EVQ_FIRST_CAPACITY;
    q->heap = malloc(q->capacity * sizeof(struct evq_event *));
    if (!q->heap) {
        free(q);
        return NULL;
    }
    return q;
}

void evq_destroy(struct evq *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < q->count; i++)
        q->heap[i]->slot = 0;
    free(q->heap);
    free(q);
}

/* The heap grows to the most events that ever stood in it at once, a number that the model bounds. */
static void evq_append(struct evq *q, struct evq_event *event)
{
    if (q->count == q->capacity) {
        struct evq_event **heap = realloc(q->heap, 2 * q->capacity * sizeof(struct evq_event *));
        sim_assert(heap != NULL);
        q->heap = heap;
        q->capacity *= 2;
    }
    evq_put(q, q->count++, event);
}

void evq_schedule(struct evq *q, struct evq_event *event, sim_time at)
{
    bool was_first = event->slot == 1;
    sim_time old = event->time;
    sim_assert(event->fn != NULL);
    if (!evq_is_scheduled(event))
        evq_append(q, event);
    event->time = at < q->now ? q->now : at;
    event->sequence = ++q->scheduled;
    evq_sift_up(q, event->slot - 1);
    evq_sift_down(q, event->slot - 1);
    if (q->watch && !q->running && event->slot == 1 && (!was_first || event->time < old))
        q->watch(q->watch_ctx, event->time);
}

void evq_cancel(struct evq *q, struct evq_event *event)
{
    if (!evq_is_scheduled(event))
        return;
    size_t slot = event->slot - 1;
    sim_assert(slot < q->count && q->heap[slot] == event);
    event->slot = 0;
    struct evq_event *last = q->heap[--q->count];
    if (last == event)
        return;
    evq_put(q, slot, last);
    evq_sift_up(q, slot);
    evq_sift_down(q, last->slot - 1);
}

sim_time evq_next_time(const struct evq *q)
{
    return q->count ? q->heap[0]->time : SIM_TIME_NEVER;
}

sim_time evq_now(const struct evq *q)
{
    return q->now;
}

void evq_run(struct evq *q, sim_time until)
{
    sim_assert(!q->running);
    q->running = true;
    while (q->count && q->heap[0]->time <= until) {
        struct evq_event *event = q->heap[0];
        q->now = event->time;
        evq_cancel(q, event);
        event->fn(event->ctx, q->now);
    }
    if (q->now < until)
        q->now = until;
    q->running = false;
}

void evq_watch(struct evq *q, void (*fn)(void *ctx, sim_time at), void *ctx)
{
    q->watch = fn;
    q->watch_ctx = ctx;
}
