// SPDX-License-Identifier: Apache-2.0
// A node in SystemC: its cores are TLM-2.0 initiators, its devices targets, and a router stands between them. One
// thread drives the node's own scheduler and sleeps until the node's next event.
#ifndef VESPER_SC_TOP_SC_NODE_H
#define VESPER_SC_TOP_SC_NODE_H

#include <memory>
#include <vector>

#include <systemc>

#include "sc_top/node/node.h"
#include "sc_top/sc_bus.h"
#include "sc_top/sc_device.h"
#include "sc_top/sc_router.h"

namespace vesper
{

class sc_node : public sc_core::sc_module
{
  public:
    SC_HAS_PROCESS(sc_node);

    // A user's own targets are attached here, before the node is powered on.
    sc_router router;

    // model: borrowed, not yet powered on. quantum: how far the node may run ahead of SystemC while others are due.
    sc_node(const sc_core::sc_module_name &name, struct node *model, sim_time quantum);

    // Something was scheduled for the node from outside its own thread.
    void wake(sim_time at);

    std::uint64_t transactions() const;

  private:
    void run();
    sim_time run_limit() const;
    static void pointers_void(void *ctx, uint32_t first, uint32_t last);

    struct core_ref {
        struct node *node;
        unsigned core;
    };

    struct node *model;
    sim_time quantum;
    core_ref core[NODE_CORES];
    std::unique_ptr<sc_bus_initiator> cpu[NODE_CORES];
    std::vector<std::unique_ptr<sc_device>> devices;
    sc_core::sc_event scheduled;
};

} // namespace vesper
#endif
