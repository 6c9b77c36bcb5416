/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/intmatrix.h"

#include <stdio.h>
#include <string.h>

enum { CORES_PRO = 1, CORES_APP = 2, CORES_BOTH = 3 };

struct source_row {
    const char *name;
    uint8_t number;
    uint8_t cores;
};

static const struct source_row rows[INTMATRIX_SOURCE_COUNT] = {
#define INTMATRIX_SOURCE(name, number, cores) {#name, number, CORES_##cores},
#include "bus/intmatrix.def"
#undef INTMATRIX_SOURCE
};

const char *intmatrix_source_name(enum intmatrix_source source)
{
    return (unsigned)source < INTMATRIX_SOURCE_COUNT ? rows[source].name : "?";
}

unsigned intmatrix_source_number(enum intmatrix_source source)
{
    return rows[source].number;
}

bool intmatrix_source_reaches(enum intmatrix_source source, unsigned core)
{
    return rows[source].cores >> core & 1;
}

/* One source more or less on an input; true when that changed the input's level. */
static bool count(struct intmatrix *matrix, unsigned core, unsigned input, bool raised)
{
    if (INTMATRIX_INTERNAL_INPUTS >> input & 1)
        return false;
    uint8_t *active = &matrix->active[core][input];
    bool was = *active != 0;
    *active = (uint8_t)(raised ? *active + 1 : *active - 1);
    bool is = *active != 0;
    if (was == is)
        return false;
    matrix->levels[core] ^= UINT32_C(1) << input;
    return true;
}

static void announce(struct intmatrix *matrix, unsigned core, sim_time time)
{
    trace_change(matrix->trace, matrix->levels_signal[core], time, matrix->levels[core]);
    if (matrix->out.levels)
        matrix->out.levels(matrix->out.ctx, core, matrix->levels[core], time);
}

static void source_changed(void *ctx, bool level, sim_time time)
{
    struct intmatrix_wire *wire = ctx;
    struct intmatrix *matrix = wire->matrix;
    unsigned number = rows[wire->source].number;
    trace_change(matrix->trace, wire->signal, time, level);
    for (unsigned core = 0; core < INTMATRIX_CORES; core++) {
        if (!intmatrix_source_reaches(wire->source, core))
            continue;
        matrix->status[core][number / 32] ^= UINT32_C(1) << (number % 32);
        if (count(matrix, core, matrix->map[core][number], level))
            announce(matrix, core, time);
    }
}

static void declare_signals(struct intmatrix *matrix, const char *scope)
{
    char path[96], name[16];
    snprintf(path, sizeof path, "%s.intmatrix", scope);
    for (unsigned i = 0; i < INTMATRIX_SOURCE_COUNT; i++)
        matrix->wire[i].signal = trace_declare(matrix->trace, path, rows[i].name, TRACE_WIRE, 1);
    for (unsigned core = 0; core < INTMATRIX_CORES; core++) {
        snprintf(name, sizeof name, "cpu%u_inputs", core);
        matrix->levels_signal[core] = trace_declare(matrix->trace, path, name, TRACE_BITS, 32);
    }
}

void intmatrix_init(struct intmatrix *matrix, const struct intmatrix_out *out, const struct trace_sink *trace,
                    const char *scope)
{
    memset(matrix, 0, sizeof *matrix);
    if (out)
        matrix->out = *out;
    matrix->trace = trace;
    memset(matrix->map, INTMATRIX_RESET_INPUT, sizeof matrix->map);
    for (unsigned i = 0; i < INTMATRIX_SOURCE_COUNT; i++) {
        matrix->wire[i].matrix = matrix;
        matrix->wire[i].source = (enum intmatrix_source)i;
        line_listen(&matrix->wire[i].line, source_changed, &matrix->wire[i]);
    }
    declare_signals(matrix, scope);
}

struct line *intmatrix_input(struct intmatrix *matrix, enum intmatrix_source source)
{
    sim_assert((unsigned)source < INTMATRIX_SOURCE_COUNT);
    return &matrix->wire[source].line;
}

void intmatrix_route(struct intmatrix *matrix, unsigned core, unsigned number, unsigned input, sim_time time)
{
    sim_assert(core < INTMATRIX_CORES && number < INTMATRIX_NUMBERS && input < 32);
    unsigned old = matrix->map[core][number];
    if (old == input)
        return;
    matrix->map[core][number] = (uint8_t)input;
    if (!(matrix->status[core][number / 32] >> (number % 32) & 1))
        return;
    bool changed = count(matrix, core, old, false);
    changed |= count(matrix, core, input, true);
    if (changed)
        announce(matrix, core, time);
}

unsigned intmatrix_routed(const struct intmatrix *matrix, unsigned core, unsigned number)
{
    sim_assert(core < INTMATRIX_CORES && number < INTMATRIX_NUMBERS);
    return matrix->map[core][number];
}

void intmatrix_reset(struct intmatrix *matrix, sim_time time)
{
    for (unsigned core = 0; core < INTMATRIX_CORES; core++)
        for (unsigned number = 0; number < INTMATRIX_NUMBERS; number++)
            intmatrix_route(matrix, core, number, INTMATRIX_RESET_INPUT, time);
}

uint32_t intmatrix_status(const struct intmatrix *matrix, unsigned core, unsigned word)
{
    sim_assert(core < INTMATRIX_CORES && word < INTMATRIX_STATUS_WORDS);
    return matrix->status[core][word];
}

uint32_t intmatrix_levels(const struct intmatrix *matrix, unsigned core)
{
    sim_assert(core < INTMATRIX_CORES);
    return matrix->levels[core];
}
