/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/sc_memory.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace vesper
{

sc_memory::sc_memory(const sc_core::sc_module_name &name, uint32_t size, unsigned wait, uint64_t hz)
    : sc_module(name), socket("socket"), wait_(wait), hz_(hz)
{
    if (bus_mem_init(&mem_, this->name(), size) != SIM_OK)
        throw std::bad_alloc();
    socket.register_b_transport(this, &sc_memory::b_transport);
    socket.register_transport_dbg(this, &sc_memory::transport_dbg);
    socket.register_get_direct_mem_ptr(this, &sc_memory::get_direct_mem_ptr);
}

sc_memory::~sc_memory()
{
    bus_mem_fini(&mem_);
}

void sc_memory::copy(tlm::tlm_generic_payload &trans, unsigned length)
{
    uint8_t *bytes = mem_.bytes + trans.get_address();
    if (trans.is_read()) {
        memcpy(trans.get_data_ptr(), bytes, length);
    } else if (trans.is_write() && length > 0) {
        memcpy(bytes, trans.get_data_ptr(), length);
        bus_mem_wrote(&mem_, (uint32_t)trans.get_address(), length);
    }
}

void sc_memory::b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay)
{
    unsigned length = trans.get_data_length();
    if (trans.get_address() >= mem_.size || length > mem_.size - trans.get_address()) {
        trans.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    } else if (trans.get_byte_enable_ptr()) {
        trans.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    } else if (trans.get_streaming_width() < length) {
        trans.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    } else {
        copy(trans, length);
        delay += sc_from_sim(bits_muldiv(wait_, SIM_PS_PER_S, hz_));
        trans.set_dmi_allowed(true);
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
    }
}

unsigned sc_memory::transport_dbg(tlm::tlm_generic_payload &trans)
{
    if (trans.get_address() >= mem_.size)
        return 0;
    auto length = (unsigned)std::min<sc_dt::uint64>(trans.get_data_length(), mem_.size - trans.get_address());
    copy(trans, length);
    return length;
}

bool sc_memory::get_direct_mem_ptr(tlm::tlm_generic_payload &trans, tlm::tlm_dmi &dmi)
{
    struct bus_dmi grant = {};
    auto waits = (uint8_t)std::min(wait_, 255u);
    dmi.init();
    if (trans.get_address() >= mem_.size)
        return false;
    grant.last = mem_.size - 1;
    grant.host = mem_.bytes;
    grant.read = grant.write = grant.fetch = true;
    grant.load_wait = grant.store_wait = grant.fetch_wait = waits;
    grant.mem = &mem_;
    (void)sc_dmi_to_plain(grant, hz_, dmi); /* nothing here is beyond plain TLM's words */
    auto *extension = trans.get_extension<sc_bus_extension>();
    if (!extension)
        return !trans.is_write() || dmi.is_write_allowed();
    extension->dmi = grant;
    extension->dmi_filled = true;
    return true;
}

} // namespace vesper
