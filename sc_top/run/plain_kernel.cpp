// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/plain_kernel.h"

#include <algorithm>

namespace vesper
{
namespace
{

sim_time next_of(const node *model)
{
    return std::max(node_next_activity(model), node_now(model));
}

// Without an air, nodes exchange nothing between two polls and run one after the other. With one, whoever is earliest
// goes first, and no node runs past the moment at which somebody else has something to do by more than a quantum.
void run_until(session &run, sim_time until)
{
    sim_time quantum = run.config().run.quantum;
    for (struct evq *air = run.shared_queue(); air;) {
        struct node *first = nullptr;
        sim_time earliest = SIM_TIME_NEVER, others = std::min(evq_next_time(air), until);
        for (const auto &n : run.nodes()) {
            sim_time next = next_of(n->model.get());
            if (next < earliest) {
                others = std::min(others, earliest);
                earliest = next;
                first = n->model.get();
            } else {
                others = std::min(others, next);
            }
        }
        if (std::min(earliest, evq_next_time(air)) >= until)
            break;
        // What nodes ask of the air in the quantum that begins now takes effect after it.
        if (sim_time next = evq_next_time(air); next <= earliest)
            evq_run(air, run.nodes().empty() ? until - 1 : std::min(next + quantum, until - 1));
        else
            node_run(first, std::max((earliest / quantum + 1) * quantum, others / quantum * quantum));
    }
    if (run.shared_queue())
        evq_run(run.shared_queue(), until);
    for (const auto &n : run.nodes())
        node_run(n->model.get(), until);
}

} // namespace

sim_status run_plain(session &run)
{
    sim_time now = 0;
    SIM_TRY(run.start());
    do {
        now = run.next_poll(now);
        run_until(run, now);
    } while (run.poll(now));
    return SIM_OK;
}

} // namespace vesper
