// SPDX-License-Identifier: Apache-2.0
#include "sc_top/sc_node.h"

#include <algorithm>
#include <string>

namespace vesper
{
namespace
{

constexpr const char *core_names[NODE_CORES] = {"pro_cpu", "app_cpu"};

} // namespace

sc_node::sc_node(const sc_core::sc_module_name &name, struct node *n, sim_time run_ahead)
    : sc_module(name), router("router", node_map(n), node_clocks(n)), model(n), quantum(run_ahead)
{
    for (unsigned i = 0; i < NODE_CORES; i++) {
        cpu[i] = std::make_unique<sc_bus_initiator>(core_names[i], i == 0 ? BUS_PRO_CPU : BUS_APP_CPU,
                                                    &node_clocks(n)->clock[CLOCK_CPU]);
        cpu[i]->socket.bind(router.target);
        core[i] = {n, i};
        cpu[i]->on_change(pointers_void, &core[i]);
        node_set_core_bus(n, i, cpu[i]->port());
    }
    for (unsigned i = 0; struct dev *dev = node_device(n, i); i++) {
        devices.push_back(std::make_unique<sc_device>(dev->name, dev));
        router.bind_device(*devices.back());
    }
    SC_THREAD(run);
}

void sc_node::pointers_void(void *ctx, uint32_t first, uint32_t last)
{
    auto *ref = static_cast<core_ref *>(ctx);
    if (xt_cpu *core = node_core(ref->node, ref->core))
        xt_memory_changed(core, first, last);
}

void sc_node::wake(sim_time at)
{
    sim_time now = sc_now();
    scheduled.notify(sc_from_sim(at > now ? at - now : 0));
}

// As far as nothing else in the simulation is due, at least to the next multiple of the quantum: a node alone runs from
// one poll of the host to the next without a switch of threads.
sim_time sc_node::run_limit() const
{
    sim_time now = sc_now();
    sim_time least = (now / quantum + 1) * quantum;
    sim_time pending = sc_to_sim(sc_core::sc_time_to_pending_activity(sc_core::sc_get_curr_simcontext()));
    if (pending >= SIM_S(1000))
        return least; // nobody else is there: somebody must still get a chance to stop the run
    return std::max(least, (now + pending) / quantum * quantum);
}

void sc_node::run()
{
    for (;;) {
        sim_time limit = run_limit();
        node_run(model, limit); // comes back earlier when it has asked something of the air
        sim_time next = node_next_activity(model);
        if (next == SIM_TIME_NEVER)
            wait(scheduled);
        else
            wait(sc_from_sim(std::max({next, node_now(model), sc_now()}) - sc_now()), scheduled);
    }
}

std::uint64_t sc_node::transactions() const
{
    return cpu[0]->transactions() + cpu[1]->transactions();
}

} // namespace vesper
