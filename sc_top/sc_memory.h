/* SPDX-License-Identifier: Apache-2.0 */
/* A bank of memory as a TLM-2.0 target, for platforms of a user's own. To initiators of ours it grants the bank itself,
 * so that cores learn when code is overwritten; to others plain direct pointers for reading. */
#ifndef VESPER_SC_TOP_SC_MEMORY_H
#define VESPER_SC_TOP_SC_MEMORY_H

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

#include "bus/mem.h"
#include "sc_top/sc_bus.h"

namespace vesper
{

class sc_memory : public sc_core::sc_module
{
  public:
    tlm_utils::simple_target_socket<sc_memory> socket;

    /* size: multiple of 64 bytes. wait: cycles of `hz` that each access needs. */
    sc_memory(const sc_core::sc_module_name &name, uint32_t size, unsigned wait = 0, uint64_t hz = 240000000);
    ~sc_memory() override;

    struct bus_mem *bank()
    {
        return &mem_;
    }

  private:
    void b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay);
    unsigned transport_dbg(tlm::tlm_generic_payload &trans);
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &trans, tlm::tlm_dmi &dmi);
    void copy(tlm::tlm_generic_payload &trans, unsigned length);

    struct bus_mem mem_;
    unsigned wait_;
    uint64_t hz_;
};

} // namespace vesper

#endif
