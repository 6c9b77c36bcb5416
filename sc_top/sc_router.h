/* SPDX-License-Identifier: Apache-2.0 */
/* The ESP32's bus as a TLM-2.0 router. It decodes with the same map as the C bus (bus/map.h), adds the same costs, and
 * forwards to whatever target is bound: sc_device for C devices, or any TLM-2.0 target of a user's. Memory, and devices
 * that nobody bound, are served by the map itself.
 *
 * Initiators may be sc_bus_initiator, which says for each access who asks, or any TLM-2.0 initiator. */
#ifndef VESPER_SC_TOP_SC_ROUTER_H
#define VESPER_SC_TOP_SC_ROUTER_H

#include <memory>
#include <string>
#include <vector>

#include <systemc>
#include <tlm>
#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/multi_passthrough_target_socket.h>

#include "bus/map.h"
#include "sc_top/sc_bus.h"
#include "sc_top/sc_device.h"

namespace vesper
{

class sc_router : public sc_core::sc_module
{
  public:
    tlm_utils::multi_passthrough_target_socket<sc_router> target;       /* initiators bind here */
    tlm_utils::multi_passthrough_initiator_socket<sc_router> initiator; /* bound by the functions below only */

    /* map, clocks: borrowed. */
    sc_router(const sc_core::sc_module_name &name, struct bus_map *map, const struct clock_tree *clocks);

    /* What an initiator that does not say who it is counts as: by default the PRO CPU's view of the map, since a user's
     * initiator wants to reach devices. n: in the order of binding. */
    void set_view(unsigned n, enum bus_initiator who);

    /* Accesses to the device, which is attached to the map already, go over TLM from now on. */
    void bind_device(sc_device &device);

    /* A TLM-2.0 target at [first, last], as bus_map_attach_port wants it; it gets addresses from its own 0 on, debug
     * transport and DMI requests included. Cores that use the map without TLM reach it as well. */
    enum sim_status attach(const std::string &name, uint32_t first, uint32_t last,
                           tlm::tlm_base_target_socket_b<> &socket);

  private:
    /* A user's target as the map sees it. */
    struct foreign {
        sc_router *router;
        std::string name;
        uint32_t first, last;
        unsigned socket;
        struct bus_port port;
    };

    void start_of_simulation() override;
    void b_transport(int id, tlm::tlm_generic_payload &trans, sc_core::sc_time &delay);
    unsigned transport_dbg(int id, tlm::tlm_generic_payload &trans);
    bool get_direct_mem_ptr(int id, tlm::tlm_generic_payload &trans, tlm::tlm_dmi &dmi);
    void target_invalidates(int id, sc_dt::uint64 first, sc_dt::uint64 last);
    static void map_changed(void *ctx, enum bus_initiator who, uint32_t first, uint32_t last);

    struct request;
    enum bus_initiator view_of(int id, const sc_bus_extension *extension);
    void word_access(request &r);
    void burst(request &r);
    void forward(request &r, unsigned socket, const struct bus_hit &hit);
    int route(int target_number) const;

    static enum bus_result foreign_access(void *ctx, struct bus_access *access);
    static bool foreign_dmi(void *ctx, uint32_t address, struct bus_dmi *dmi);
    static enum bus_result foreign_debug(void *ctx, struct bus_access *access);

    struct bus_map *map_;
    const struct clock_tree *clocks_;
    std::vector<enum bus_initiator> view_;
    std::vector<int> route_; /* of each target of the map: socket, or -1 */
    std::vector<std::unique_ptr<foreign>> foreign_;
    unsigned bound_ = 0;
    bool running_ = false;
};

} // namespace vesper

#endif
