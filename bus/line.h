/* SPDX-License-Identifier: Apache-2.0 */
/* A wire between models: a level, and who looks at it, in a fixed order. */
#ifndef VESPER_BUS_LINE_H
#define VESPER_BUS_LINE_H

#include <stdbool.h>

#include "bus/base/sim_time.h"
#include "bus/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LINE_LISTENERS = 4 };

/* level: the new one; time: when it changed, in the local time of whoever caused it. */
typedef void (*line_fn)(void *ctx, bool level, sim_time time);

struct line {
    bool level;
    unsigned listeners;
    struct {
        line_fn fn;
        void *ctx;
    } listener[LINE_LISTENERS];
};

static inline void line_listen(struct line *line, line_fn fn, void *ctx)
{
    sim_assert(line->listeners < LINE_LISTENERS);
    line->listener[line->listeners].fn = fn;
    line->listener[line->listeners++].ctx = ctx;
}

/* Listeners are called on changes only. line NULL: not connected. */
static inline void line_set(struct line *line, bool level, sim_time time)
{
    if (!line || line->level == level)
        return;
    line->level = level;
    for (unsigned i = 0; i < line->listeners; i++)
        line->listener[i].fn(line->listener[i].ctx, level, time);
}

#ifdef __cplusplus
}
#endif
#endif
