/* SPDX-License-Identifier: Apache-2.0 */
/* What a waveform shows of a core: state, interrupt level, and the function that it is in. The core's hooks are set
 * only when a pattern wants one of the signals, since a traced core looks at them at each block. */
#include "sc_top/node/node_priv.h"

static sim_time cycle_time(const struct node_core *core, uint64_t cycle)
{
    return clock_time(&core->node->clocks.clock[CLOCK_CPU], cycle);
}

/* Consecutive blocks of one function, which is nearly all of them, cost one comparison. */
static void on_control(void *ctx, uint32_t pc, uint64_t cycle)
{
    struct node_core *core = ctx;
    struct node_core_trace *trace = &core->trace;
    if (pc - trace->first <= trace->last - trace->first && trace->first <= trace->last)
        return;
    const struct image_symbol *symbol = image_symbol_at(node_symbols(core->node), pc, NULL);
    const char *name = symbol ? symbol->name : "?";
    trace->first = symbol ? symbol->address : pc;
    trace->last = symbol && symbol->size ? symbol->address + symbol->size - 1 : pc;
    trace_change_text(core->node->config.trace, trace->function, cycle_time(core, cycle), name);
}

static void on_state(void *ctx, bool running, unsigned level, uint64_t cycle)
{
    struct node_core *core = ctx;
    const struct trace_sink *sink = core->node->config.trace;
    const char *state = running ? "run" : core->dead ? "dead" : core->hold ? "held" : "sleep";
    trace_change_text(sink, core->trace.state, cycle_time(core, cycle), state);
    trace_change(sink, core->trace.level, cycle_time(core, cycle), level);
}

void node_trace_init(struct node_core *core)
{
    const struct trace_sink *sink = core->node->config.trace;
    struct node_core_trace *trace = &core->trace;
    bool symbols = node_symbols(core->node)->symbol_count > 0;
    trace->state = trace_declare(sink, core->name, "state", TRACE_TEXT, 1);
    trace->level = trace_declare(sink, core->name, "interrupt_level", TRACE_BITS, 3);
    trace->function = symbols ? trace_declare(sink, core->name, "function", TRACE_TEXT, 1) : 0;
    trace->first = 1;
    trace->last = 0;
    trace->hooks = (struct xt_trace){.ctx = core,
                                     .control = trace->function ? on_control : NULL,
                                     .state = trace->state || trace->level ? on_state : NULL};
    trace_change_text(sink, trace->state, 0, "held");
    trace_change(sink, trace->level, 0, xt_interrupt_level(core->cpu));
    if (trace->hooks.control || trace->hooks.state)
        xt_set_trace(core->cpu, &trace->hooks);
}
