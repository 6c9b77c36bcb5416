/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/sc_bus.h"

#include <algorithm>

#include "bus/base/status.h"

namespace vesper
{

tlm::tlm_response_status sc_response(enum bus_result result)
{
    switch (result) {
    case BUS_OK:
        return tlm::TLM_OK_RESPONSE;
    case BUS_ERROR_ADDRESS:
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    case BUS_ERROR_WIDTH:
        return tlm::TLM_BURST_ERROR_RESPONSE;
    case BUS_ERROR_ACCESS:
        return tlm::TLM_COMMAND_ERROR_RESPONSE;
    }
    return tlm::TLM_GENERIC_ERROR_RESPONSE;
}

enum bus_result sc_result(tlm::tlm_response_status status)
{
    switch (status) {
    case tlm::TLM_OK_RESPONSE:
        return BUS_OK;
    case tlm::TLM_ADDRESS_ERROR_RESPONSE:
        return BUS_ERROR_ADDRESS;
    case tlm::TLM_BURST_ERROR_RESPONSE:
    case tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE:
        return BUS_ERROR_WIDTH;
    default:
        return BUS_ERROR_ACCESS;
    }
}

/* Latencies of tlm_dmi against core cycles; the latter are whole. */
static sc_core::sc_time time_of_cycles(unsigned cycles, uint64_t hz)
{
    return sc_from_sim(bits_muldiv(cycles, SIM_PS_PER_S, hz));
}

static uint8_t cycles_of_time(const sc_core::sc_time &time, uint64_t hz)
{
    uint64_t cycles = bits_muldiv(sc_to_sim(time) + SIM_PS_PER_S / hz / 2, hz, SIM_PS_PER_S);
    return (uint8_t)std::min<uint64_t>(cycles, UINT8_MAX);
}

bool sc_dmi_to_plain(const struct bus_dmi &dmi, uint64_t hz, tlm::tlm_dmi &plain)
{
    if (dmi.reversed || dmi.word_only || !dmi.read)
        return false;
    plain.set_dmi_ptr(dmi.host);
    plain.set_start_address(dmi.first);
    plain.set_end_address(dmi.last);
    plain.set_read_latency(time_of_cycles(dmi.load_wait, hz));
    plain.set_write_latency(time_of_cycles(dmi.store_wait, hz));
    if (dmi.write && !dmi.mem)
        plain.allow_read_write();
    else
        plain.allow_read();
    return true;
}

struct bus_dmi sc_dmi_from_plain(const tlm::tlm_dmi &plain, uint64_t hz)
{
    struct bus_dmi dmi = {};
    dmi.first = (uint32_t)plain.get_start_address();
    dmi.last = (uint32_t)std::min<sc_dt::uint64>(plain.get_end_address(), UINT32_MAX);
    dmi.host = plain.get_dmi_ptr();
    dmi.read = plain.is_read_allowed();
    dmi.write = plain.is_write_allowed();
    dmi.fetch = plain.is_read_allowed();
    dmi.load_wait = cycles_of_time(plain.get_read_latency(), hz);
    dmi.store_wait = cycles_of_time(plain.get_write_latency(), hz);
    dmi.fetch_wait = dmi.load_wait;
    return dmi;
}

sc_bus_payload::sc_bus_payload()
{
    set_extension(&extension);
}

sc_bus_payload::~sc_bus_payload()
{
    clear_extension(&extension);
}

void sc_bus_payload::set(struct bus_access &access, uint32_t target_address)
{
    if (!access.write)
        access.value = 0;
    set_command(access.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    set_address(target_address);
    set_data_ptr(reinterpret_cast<unsigned char *>(&access.value)); /* host and guest are little-endian */
    set_data_length(access.size);
    set_streaming_width(access.size);
    set_byte_enable_ptr(nullptr);
    set_dmi_allowed(false);
    set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    extension.fetch = access.fetch;
    extension.result = BUS_OK;
}

bool sc_ask_dmi(tlm::tlm_fw_transport_if<> &target, uint32_t address, enum bus_initiator who, uint64_t hz,
                struct bus_dmi *dmi)
{
    sc_bus_payload trans;
    tlm::tlm_dmi plain;
    trans.extension.initiator = who;
    trans.set_command(tlm::TLM_READ_COMMAND);
    trans.set_address(address);
    if (!target.get_direct_mem_ptr(trans, plain))
        return false;
    *dmi = sc_dmi_from_plain(plain, hz);
    if (trans.extension.dmi_filled) {
        const struct bus_dmi range = *dmi;
        *dmi = trans.extension.dmi;
        dmi->first = range.first;
        dmi->last = range.last;
        if (range.host) { /* NULL: plain TLM has no words for this memory */
            dmi->offset += (uint32_t)(range.host - dmi->host);
            dmi->host = range.host;
        }
    }
    return dmi->first <= address && address <= dmi->last && dmi->read;
}

sc_bus_initiator::sc_bus_initiator(const sc_core::sc_module_name &name, enum bus_initiator who,
                                   const struct clock_domain *clock)
    : sc_module(name), socket("socket"), clock_(clock), port_{this, access, dmi, debug}
{
    sim_assert(sc_core::sc_get_time_resolution() == sc_core::sc_time(1, sc_core::SC_PS));
    socket.bind(*this);
    payload_.extension.initiator = who;
}

enum bus_result sc_bus_initiator::access(void *ctx, struct bus_access *access)
{
    auto *self = static_cast<sc_bus_initiator *>(ctx);
    self->payload_.set(*access, access->address);
    self->transactions_++;
    sim_time now = sc_now();
    sc_core::sc_time delay = sc_from_sim(access->time > now ? access->time - now : 0);
    sim_time start = now + sc_to_sim(delay);
    self->socket->b_transport(self->payload_, delay);
    access->cost = sc_now() + sc_to_sim(delay) - start; /* a target may have waited instead */
    if (self->payload_.get_response_status() == tlm::TLM_OK_RESPONSE)
        return BUS_OK;
    enum bus_result exact = self->payload_.extension.result;
    return exact != BUS_OK ? exact : sc_result(self->payload_.get_response_status());
}

enum bus_result sc_bus_initiator::debug(void *ctx, struct bus_access *access)
{
    auto *self = static_cast<sc_bus_initiator *>(ctx);
    sc_bus_payload trans; /* a debugger may ask from within a transaction of the same core */
    trans.extension.initiator = self->payload_.extension.initiator;
    trans.set(*access, access->address);
    access->cost = 0;
    return self->socket->transport_dbg(trans) == access->size ? BUS_OK : BUS_ERROR_ADDRESS;
}

bool sc_bus_initiator::dmi(void *ctx, uint32_t address, struct bus_dmi *dmi)
{
    auto *self = static_cast<sc_bus_initiator *>(ctx);
    return sc_ask_dmi(*self->socket.operator->(), address, self->payload_.extension.initiator, self->clock_->hz, dmi);
}

tlm::tlm_sync_enum sc_bus_initiator::nb_transport_bw(tlm::tlm_generic_payload &, tlm::tlm_phase &, sc_core::sc_time &)
{
    SC_REPORT_FATAL(name(), "a target answered a blocking transaction by nb_transport_bw");
    return tlm::TLM_COMPLETED;
}

void sc_bus_initiator::invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last)
{
    if (changed_ && first <= UINT32_MAX)
        changed_(changed_ctx_, (uint32_t)first, (uint32_t)std::min<sc_dt::uint64>(last, UINT32_MAX));
}

} // namespace vesper
