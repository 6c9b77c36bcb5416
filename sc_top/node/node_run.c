/* SPDX-License-Identifier: Apache-2.0 */
/* The scheduler of a node: both cores up to a common horizon, then the events due there.
 *
 * The horizon is the next event, and, while both cores are busy, the next multiple of the quantum. Multiples rather
 * than "now plus a quantum", so that the cores take turns at the same times however a run is cut into calls of
 * node_run.
 *
 * A core never starts an instruction at or after the next event (hard horizon), and so meets interrupts from devices at
 * their cycle. What one core does to the other's inputs takes effect at its own time when the other is behind, and at
 * once when the other is ahead, by at most a quantum. */
#include "sc_top/node/node_priv.h"

static sim_time earlier(sim_time a, sim_time b)
{
    return a < b ? a : b;
}

static sim_time later(sim_time a, sim_time b)
{
    return a > b ? a : b;
}

/* The first cycle that begins at or after `time`. */
uint64_t node_cycle_at(const struct node *node, sim_time time)
{
    const struct clock_domain *clock = &node->clocks.clock[CLOCK_CPU];
    if (clock->hz == 0) /* the chip sleeps: nothing to run until it wakes */
        return clock->epoch_cycle;
    if (time == SIM_TIME_NEVER)
        return UINT64_MAX;
    uint64_t cycle = clock_cycles(clock, time);
    return clock_time(clock, cycle) < time ? cycle + 1 : cycle;
}

sim_time node_core_time(const struct node *node, unsigned core)
{
    const struct clock_domain *clock = &node->clocks.clock[CLOCK_CPU];
    return clock->hz ? clock_time(clock, xt_cycles(node->core[core].cpu)) : node->now;
}

static bool core_is_off(const struct node_core *core)
{
    return core->held || core->dead;
}

static bool core_is_busy(const struct node_core *core)
{
    return !core_is_off(core) && (core->poked || !xt_is_waiting(core->cpu));
}

/* When a sleeping core's own timers wake it. */
static sim_time core_wake_time(const struct node_core *core)
{
    uint64_t cycle = core_is_off(core) ? UINT64_MAX : xt_wake_cycle(core->cpu);
    return cycle == UINT64_MAX ? SIM_TIME_NEVER : clock_deadline(&core->node->clocks.clock[CLOCK_CPU], cycle);
}

/* --- inputs of cores ------------------------------------------------------------------------------------------------
 */

static void apply_inputs(struct node_core *core)
{
    core->held = core->hold != 0;
    if (!core->cpu) /* not powered on yet */
        return;
    xt_set_interrupts(core->cpu, core->levels);
    if (xt_is_stalled(core->cpu) != core->held)
        xt_set_stalled(core->cpu, core->held);
    core->poked = true;
}

static void inputs_due(void *ctx, sim_time now)
{
    (void)now;
    apply_inputs(ctx);
}

/* Something changed at `time` what a core is to see. */
static void inputs_changed(struct node_core *core, sim_time time)
{
    struct node *node = core->node;
    bool other_runs = node->running && node->running != core;
    if (other_runs && node_core_time(node, core->index) < time)
        evq_schedule(node->evq, &core->inputs, time);
    else
        apply_inputs(core);
}

/* An interrupt that a core's own store raises reaches it when the next instructions are under way: the store crosses
 * the bus, the interrupt the matrix and the core's synchroniser. In cycles of APB from the start of the store; chosen,
 * the bus needs 3 of them. The ROM relies on it: uart_buff_switch enables an interrupt that may be waiting, and only
 * then stores for its handler which UART it is. */
enum { OWN_INTERRUPT_CYCLES = 6 };

static sim_time own_interrupt_delay(const struct node *node)
{
    uint64_t hz = node->clocks.clock[CLOCK_APB].hz;
    return hz ? bits_muldiv(OWN_INTERRUPT_CYCLES, SIM_PS_PER_S, hz) : 0;
}

static bool raised_by_itself(const struct node_core *core, uint32_t levels)
{
    return core->node->running == core && (levels & ~core->levels);
}

void node_core_set_levels(struct node_core *core, uint32_t levels, sim_time time)
{
    struct node *node = core->node;
    bool waits = raised_by_itself(core, levels);
    core->levels = levels;
    if (waits && evq_is_scheduled(&core->inputs))
        return;
    if (waits)
        evq_schedule(node->evq, &core->inputs, time + own_interrupt_delay(node));
    else
        inputs_changed(core, time);
}

void node_core_set_hold(struct node_core *core, unsigned reason, bool hold, sim_time time)
{
    unsigned holds = hold ? core->hold | reason : core->hold & ~reason;
    if (holds == core->hold)
        return;
    core->hold = holds;
    inputs_changed(core, time);
}

/* --- horizons
 * --------------------------------------------------------------------------------------------------------- */

/* An access of the running core made an event that is earlier than the horizon. */
static void event_became_first(void *ctx, sim_time at)
{
    struct node *node = ctx;
    node->horizon = earlier(node->horizon, at);
    if (node->running)
        xt_limit(node->running->cpu, node_cycle_at(node, at));
    else if (node->config.observer.scheduled)
        node->config.observer.scheduled(node->config.observer.ctx, at);
}

/* Cycles mean other times from here on: the running core comes back, and its limits are computed anew. */
static void clock_changed(void *ctx, enum clock_id id, sim_time at)
{
    struct node *node = ctx;
    (void)at;
    if (id == CLOCK_CPU && node->running)
        xt_limit(node->running->cpu, xt_cycles(node->running->cpu));
}

static sim_time choose_horizon(const struct node *node, sim_time until)
{
    sim_time horizon = earlier(until, evq_next_time(node->evq));
    unsigned busy = 0;
    for (unsigned i = 0; i < NODE_CORES; i++) {
        const struct node_core *core = &node->core[i];
        if (core_is_busy(core))
            busy++;
        else
            horizon = earlier(horizon, core_wake_time(core));
    }
    if (busy == NODE_CORES)
        horizon = earlier(horizon, (node->now / node->config.quantum + 1) * node->config.quantum);
    return horizon > node->now ? horizon : node->now;
}

/* --- running
 * ---------------------------------------------------------------------------------------------------------- */

static void core_died(struct node_core *core)
{
    const struct node_observer *observer = &core->node->config.observer;
    core->dead = true;
    if (observer->incident)
        observer->incident(observer->ctx, NODE_CORE_DEAD, core->index, "unrecoverable exception loop",
                           node_core_time(core->node, core->index));
}

/* Lets idle time pass, up to the core's own wake-up at most. */
static void core_sleep(struct node_core *core, uint64_t target)
{
    uint64_t wake = core_is_off(core) ? UINT64_MAX : xt_wake_cycle(core->cpu);
    uint64_t cycle = wake < target ? wake : target;
    if (cycle > xt_cycles(core->cpu))
        xt_skip_to(core->cpu, cycle);
    core->poked = core->poked || cycle == wake;
}

static void core_stopped(struct node_core *core, enum xt_stop reason, uint64_t target)
{
    struct node *node = core->node;
    switch (reason) {
    case XT_STOP_WAITING:
        core_sleep(core, target);
        break;
    case XT_STOP_HALTED:
        if (!xt_is_stalled(core->cpu))
            core_died(core);
        break;
    case XT_STOP_EXIT:
        node->exited = true;
        node->exit_code = xt_exit_code(core->cpu);
        node->stop = true;
        node->now = later(node->now, node_core_time(node, core->index));
        break;
    default: /* horizon; break- and watchpoints are the debugger's, who drives cores himself */
        break;
    }
}

/* The horizon may come nearer while the core runs, and the clock may change: both are looked at anew each time. */
static void core_run(struct node_core *core)
{
    struct node *node = core->node;
    for (;;) {
        uint64_t target = node_cycle_at(node, node->horizon);
        if (xt_cycles(core->cpu) >= target || node->stop)
            return;
        if (core_is_off(core)) {
            core_sleep(core, target);
            continue;
        }
        uint64_t hard = node_cycle_at(node, evq_next_time(node->evq));
        core->poked = false;
        node->running = core;
        enum xt_stop reason = xt_run(core->cpu, target, hard > target ? hard : target);
        node->running = NULL;
        core_stopped(core, reason, node_cycle_at(node, node->horizon));
    }
}

/* Cores that sleep go last: the busy ones may still bring the horizon nearer, and nobody sleeps past it. */
static void run_cores(struct node *node)
{
    for (unsigned i = 0; i < NODE_CORES; i++)
        if (core_is_busy(&node->core[i]))
            core_run(&node->core[i]);
    for (unsigned i = 0; i < NODE_CORES; i++)
        core_run(&node->core[i]);
}

void node_run(struct node *node, sim_time until)
{
    node->stop = node->exited;
    node->until = until;
    while (node->now < node->until && !node->stop) {
        node->horizon = choose_horizon(node, node->until);
        run_cores(node);
        if (node->stop)
            break;
        node->now = node->horizon;
        evq_run(node->evq, node->now);
    }
}

void node_stop(struct node *node)
{
    node->stop = true;
}

/* At multiples of the quantum a run may be cut without a trace. */
void node_limit(struct node *node, sim_time time)
{
    sim_time end = later(time / node->config.quantum * node->config.quantum, node->now);
    node->until = earlier(node->until, end);
    node->horizon = earlier(node->horizon, end);
    if (node->running)
        xt_limit(node->running->cpu, node_cycle_at(node, node->horizon));
}

void node_run_init(struct node *node)
{
    for (unsigned i = 0; i < NODE_CORES; i++)
        evq_event_init(&node->core[i].inputs, inputs_due, &node->core[i], EVQ_PHASE_CPU);
    evq_watch(node->evq, event_became_first, node);
    clock_tree_listen(&node->clocks, clock_changed, node);
}

/* --- what the driver asks
 * --------------------------------------------------------------------------------------------- */

sim_time node_now(const struct node *node)
{
    return node->now;
}

sim_time node_next_activity(const struct node *node)
{
    sim_time next = evq_next_time(node->evq);
    if (node->exited)
        return SIM_TIME_NEVER;
    for (unsigned i = 0; i < NODE_CORES; i++) {
        const struct node_core *core = &node->core[i];
        next = earlier(next, core_is_busy(core) ? node->now : core_wake_time(core));
    }
    return next > node->now ? next : node->now;
}

enum node_state node_get_state(const struct node *node)
{
    bool alive = false;
    if (node->exited)
        return NODE_EXITED;
    if (node_next_activity(node) != SIM_TIME_NEVER)
        return NODE_ACTIVE;
    for (unsigned i = 0; i < NODE_CORES; i++)
        alive = alive || (!core_is_off(&node->core[i]) && node->core[i].started);
    return alive || node->is_off || rtc_cntl_sleeps(&node->devices.rtc_cntl) ? NODE_IDLE : NODE_DEAD;
}

uint32_t node_exit_code(const struct node *node)
{
    return node->exit_code;
}
