// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/plain_kernel.h"

namespace vesper
{

// Nodes exchange nothing between two polls, so they may run one after the other.
sim_status run_plain(session &run)
{
    sim_time now = 0;
    SIM_TRY(run.start());
    do {
        now = run.next_poll(now);
        for (const auto &n : run.nodes())
            node_run(n->model.get(), now);
    } while (run.poll(now));
    return SIM_OK;
}

} // namespace vesper
