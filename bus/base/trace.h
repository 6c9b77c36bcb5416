/* SPDX-License-Identifier: Apache-2.0 */
/* Signals over time: what a waveform shows. Models declare signals once and report changes; a sink (the VCD writer, a
 * test's recorder) decides which it wants. A signal that nobody wants costs one predictable branch.
 *
 * Changes may arrive out of order within a quantum, since a core runs ahead of its siblings; the sink orders them by
 * (time, signal, arrival), which is a function of the model alone. */
#ifndef VESPER_BUS_BASE_TRACE_H
#define VESPER_BUS_BASE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/sim_time.h"

#ifdef __cplusplus
extern "C" {
#endif

enum trace_kind {
    TRACE_WIRE, /* one bit */
    TRACE_BITS, /* `width` bits, 2..64 */
    TRACE_TEXT  /* a name, e.g. of a state or a function */
};

/* 0: not wanted. */
typedef uint32_t trace_id;

struct trace_sink {
    void *ctx;
    /* scope: dotted path such as "node0.uart0". All strings are borrowed for the call. */
    trace_id (*declare)(void *ctx, const char *scope, const char *name, enum trace_kind kind, unsigned width);
    void (*change)(void *ctx, trace_id id, sim_time time, uint64_t value);
    void (*change_text)(void *ctx, trace_id id, sim_time time, const char *text);
};

/* sink NULL: nobody looks. */
static inline trace_id trace_declare(const struct trace_sink *sink, const char *scope, const char *name,
                                     enum trace_kind kind, unsigned width)
{
    return sink ? sink->declare(sink->ctx, scope, name, kind, width) : 0;
}

static inline void trace_change(const struct trace_sink *sink, trace_id id, sim_time time, uint64_t value)
{
    if (id)
        sink->change(sink->ctx, id, time, value);
}

static inline void trace_change_text(const struct trace_sink *sink, trace_id id, sim_time time, const char *text)
{
    if (id)
        sink->change_text(sink->ctx, id, time, text);
}

#ifdef __cplusplus
}
#endif
#endif
