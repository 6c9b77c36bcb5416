// SPDX-License-Identifier: Apache-2.0
#include "sc_top/sc_kernel.h"

#include <algorithm>
#include <memory>
#include <vector>

#include <systemc>

#include "sc_top/sc_node.h"

namespace vesper
{
namespace
{

// The host's turn: a process like the nodes', so that the kernel knows when it is due.
class sc_host : public sc_core::sc_module
{
  public:
    SC_HAS_PROCESS(sc_host);

    sc_host(const sc_core::sc_module_name &name, session &owner) : sc_module(name), run(owner)
    {
        SC_THREAD(poll);
    }

    // Up to which others may run ahead of simulated time and not change what the host sees.
    sim_time next_poll() const
    {
        return due;
    }

  private:
    session &run;
    sim_time due = 0;

    void poll()
    {
        sim_time now = 0;
        do {
            now = due = run.next_poll(now);
            if (now > sc_now())
                wait(sc_from_sim(now - sc_now()));
            // Whoever sleeps is taken to the present; the others are there already.
            if (run.shared_queue())
                evq_run(run.shared_queue(), now);
            for (const auto &n : run.nodes())
                node_run(n->model.get(), now);
        } while (run.poll(now));
        sc_core::sc_stop();
    }
};

// The air's process: sleeps until the next event of its queue. Nodes that run ahead see from its time-out that it is
// due. It runs a quantum ahead itself, or with nobody to ask anything of it up to the host's turn.
class sc_air : public sc_core::sc_module
{
  public:
    SC_HAS_PROCESS(sc_air);

    sc_air(const sc_core::sc_module_name &name, const session &owner, const sc_host &host_turn)
        : sc_module(name), run_of(owner), host(host_turn), events(owner.shared_queue())
    {
        evq_watch(events, became_first, this);
        SC_THREAD(run);
    }

  private:
    const session &run_of;
    const sc_host &host;
    struct evq *events;
    sc_core::sc_event earlier;

    static void became_first(void *ctx, sim_time at)
    {
        sim_time now = sc_now();
        static_cast<sc_air *>(ctx)->earlier.notify(sc_from_sim(at > now ? at - now : 0));
    }
    void run()
    {
        for (;;) {
            sim_time now = sc_now();
            sim_time ahead = run_of.nodes().empty() ? SIM_TIME_NEVER : now + run_of.config().run.quantum;
            evq_run(events, std::max(now, std::min(ahead, host.next_poll())));
            sim_time next = evq_next_time(events);
            if (next == SIM_TIME_NEVER)
                wait(earlier);
            else
                wait(sc_from_sim(next - now), earlier);
        }
    }
};

} // namespace

sim_status run_systemc(session &run)
{
    std::vector<std::unique_ptr<sc_node>> nodes;
    sc_core::sc_set_stop_mode(sc_core::SC_STOP_IMMEDIATE);
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING); // "stopped by user"
    sc_host host("host", run);
    std::unique_ptr<sc_air> air;
    if (run.shared_queue())
        air = std::make_unique<sc_air>("air", run, host);
    for (const auto &n : run.nodes()) {
        nodes.push_back(std::make_unique<sc_node>(n->name.c_str(), n->model.get(), run.config().run.quantum));
        n->scheduled = [node = nodes.back().get()](sim_time at) { node->wake(at); };
    }
    SIM_TRY(run.start());
    sc_core::sc_start();
    return SIM_OK;
}

} // namespace vesper
