/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/sc_router.h"

#include <cstring>

namespace vesper
{

/* One transaction on its way. */
struct sc_router::request {
    enum bus_initiator who;
    tlm::tlm_generic_payload &trans;
    sc_core::sc_time &delay;
    sc_bus_extension *extension; /* nullptr: a plain initiator */

    struct bus_access access(sc_dt::uint64 address, unsigned size) const
    {
        struct bus_access a = {};
        a.address = (uint32_t)address;
        a.size = (uint8_t)size;
        a.write = trans.is_write();
        a.fetch = extension && extension->fetch;
        a.initiator = (uint8_t)who;
        a.time = sc_now() + sc_to_sim(delay);
        return a;
    }
    void finish(enum bus_result result)
    {
        trans.set_response_status(sc_response(result));
        if (extension)
            extension->result = result;
    }
};

sc_router::sc_router(const sc_core::sc_module_name &name, struct bus_map *map, const struct clock_tree *clocks)
    : sc_module(name), target("target"), initiator("initiator"), map_(map), clocks_(clocks)
{
    target.register_b_transport(this, &sc_router::b_transport);
    target.register_transport_dbg(this, &sc_router::transport_dbg);
    target.register_get_direct_mem_ptr(this, &sc_router::get_direct_mem_ptr);
    initiator.register_invalidate_direct_mem_ptr(this, &sc_router::target_invalidates);
    bus_map_listen(map, map_changed, this);
}

void sc_router::start_of_simulation()
{
    view_.resize(target.size(), BUS_PRO_CPU);
    running_ = true;
}

void sc_router::set_view(unsigned n, enum bus_initiator who)
{
    if (view_.size() <= n)
        view_.resize(n + 1, BUS_PRO_CPU);
    view_[n] = who;
}

void sc_router::bind_device(sc_device &device)
{
    for (unsigned n = 0; n < bus_map_target_count(map_); n++) {
        if (bus_map_target(map_, n)->dev != device.dev())
            continue;
        if (route_.size() <= n)
            route_.resize(n + 1, -1);
        route_[n] = (int)bound_;
    }
    initiator.bind(device.socket);
    bound_++;
}

enum sim_status sc_router::attach(const std::string &name, uint32_t first, uint32_t last,
                                  tlm::tlm_base_target_socket_b<> &socket)
{
    auto f = std::make_unique<foreign>();
    *f = {this, name, first, last, bound_, {f.get(), foreign_access, foreign_dmi, foreign_debug}};
    SIM_TRY(bus_map_attach_port(map_, f->name.c_str(), first, last, &f->port));
    unsigned n = bus_map_target_count(map_) - 1;
    if (route_.size() <= n)
        route_.resize(n + 1, -1);
    route_[n] = (int)bound_;
    foreign_.push_back(std::move(f));
    initiator.bind(socket);
    bound_++;
    return SIM_OK;
}

int sc_router::route(int target_number) const
{
    return target_number >= 0 && (size_t)target_number < route_.size() ? route_[(size_t)target_number] : -1;
}

/* Remembered, so that changes of the map reach only those whom they concern. */
enum bus_initiator sc_router::view_of(int id, const sc_bus_extension *extension)
{
    auto n = (size_t)id;
    if (view_.size() <= n)
        view_.resize(n + 1, BUS_PRO_CPU);
    if (extension)
        view_[n] = extension->initiator;
    return view_[n];
}

/* --- Accesses -------------------------------------------------------------------------------------------------------
 */

void sc_router::b_transport(int id, tlm::tlm_generic_payload &trans, sc_core::sc_time &delay)
{
    auto *extension = trans.get_extension<sc_bus_extension>();
    request r = {view_of(id, extension), trans, delay, extension};
    unsigned length = trans.get_data_length();
    if (trans.get_command() == tlm::TLM_IGNORE_COMMAND) {
        r.finish(BUS_OK);
    } else if (trans.get_address() > UINT32_MAX) {
        r.finish(BUS_ERROR_ADDRESS);
    } else if (length == 1 || length == 2 || length == 4) {
        word_access(r);
    } else {
        burst(r);
    }
}

void sc_router::word_access(request &r)
{
    struct bus_access access = r.access(r.trans.get_address(), r.trans.get_data_length());
    struct bus_hit hit;
    enum bus_result result = bus_map_decode(map_, r.who, &access, &hit);
    int socket = route(hit.target);
    if (result == BUS_OK && socket >= 0) {
        forward(r, (unsigned)socket, hit);
        return;
    }
    if (r.trans.get_byte_enable_ptr()) {
        r.trans.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
        return;
    }
    if (r.trans.get_streaming_width() < access.size) {
        r.trans.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
        return;
    }
    if (access.write)
        memcpy(&access.value, r.trans.get_data_ptr(), access.size);
    result = bus_map_access(map_, r.who, &access);
    if (!access.write && result == BUS_OK)
        memcpy(r.trans.get_data_ptr(), &access.value, access.size);
    r.delay += sc_from_sim(access.cost);
    r.trans.set_dmi_allowed(hit.mem != nullptr);
    r.finish(result);
}

/* The bus's cost follows the target's: a device must see the same local time with TLM as without it. */
void sc_router::forward(request &r, unsigned socket, const struct bus_hit &hit)
{
    sc_dt::uint64 address = r.trans.get_address();
    struct bus_access access = r.access(address, r.trans.get_data_length());
    r.trans.set_address(hit.offset);
    initiator[(int)socket]->b_transport(r.trans, r.delay);
    r.trans.set_address(address);
    r.delay += sc_from_sim(hit.cost);
    if (r.trans.is_response_ok())
        return;
    enum bus_result result = sc_result(r.trans.get_response_status());
    if (r.extension)
        r.extension->result = result;
    bus_map_note_error(map_, r.who, &access, result);
}

/* Bursts are for memory, word by word as this bus carries them, and for users' targets, which may take them whole. */
void sc_router::burst(request &r)
{
    unsigned length = r.trans.get_data_length();
    struct bus_access first = r.access(r.trans.get_address(), 1);
    struct bus_hit hit;
    enum bus_result result = bus_map_decode(map_, r.who, &first, &hit);
    int socket = route(hit.target);
    if (result == BUS_OK && socket >= 0) {
        const struct bus_target *t = bus_map_target(map_, (unsigned)hit.target);
        if (length == 0 || length - 1 > t->last - t->first - hit.offset) {
            r.finish(BUS_ERROR_ADDRESS);
            return;
        }
        forward(r, (unsigned)socket, hit);
        return;
    }
    if (length == 0 || r.trans.get_byte_enable_ptr() || r.trans.get_streaming_width() < length ||
        (result == BUS_OK && !hit.mem)) {
        r.finish(result == BUS_OK ? BUS_ERROR_WIDTH : result);
        return;
    }
    for (unsigned done = 0; done < length;) {
        sc_dt::uint64 address = r.trans.get_address() + done;
        unsigned size = address % 4 == 0 && length - done >= 4 ? 4 : 1;
        struct bus_access access = r.access(address, size);
        unsigned char *data = r.trans.get_data_ptr() + done;
        if (access.write)
            memcpy(&access.value, data, size);
        result = address > UINT32_MAX ? BUS_ERROR_ADDRESS : bus_map_access(map_, r.who, &access);
        if (result != BUS_OK)
            break;
        if (!access.write)
            memcpy(data, &access.value, size);
        r.delay += sc_from_sim(access.cost);
        done += size;
    }
    r.finish(result);
}

unsigned sc_router::transport_dbg(int id, tlm::tlm_generic_payload &trans)
{
    enum bus_initiator who = view_of(id, trans.get_extension<sc_bus_extension>());
    struct bus_port *port = bus_map_port(map_, who);
    unsigned done = 0;
    for (; done < trans.get_data_length(); done++) {
        struct bus_access byte = {};
        if (trans.get_address() + done > UINT32_MAX)
            break;
        byte.address = (uint32_t)(trans.get_address() + done);
        byte.size = 1;
        byte.write = trans.is_write();
        byte.value = trans.get_data_ptr()[done];
        if (port->debug(port->ctx, &byte) != BUS_OK)
            break;
        trans.get_data_ptr()[done] = (unsigned char)byte.value;
    }
    return done;
}

/* --- Direct pointers ------------------------------------------------------------------------------------------------
 */

bool sc_router::get_direct_mem_ptr(int id, tlm::tlm_generic_payload &trans, tlm::tlm_dmi &dmi)
{
    auto *extension = trans.get_extension<sc_bus_extension>();
    struct bus_port *port = bus_map_port(map_, view_of(id, extension));
    struct bus_dmi grant = {};
    dmi.init();
    if (trans.get_address() > UINT32_MAX || !port->dmi(port->ctx, (uint32_t)trans.get_address(), &grant))
        return false;
    bool can_be_said = sc_dmi_to_plain(grant, clocks_->clock[CLOCK_CPU].hz, dmi);
    dmi.set_start_address(grant.first);
    dmi.set_end_address(grant.last);
    if (!extension)
        return can_be_said && (!trans.is_write() || dmi.is_write_allowed());
    extension->dmi = grant;
    extension->dmi_filled = true;
    return true;
}

void sc_router::map_changed(void *ctx, enum bus_initiator who, uint32_t first, uint32_t last)
{
    auto *self = static_cast<sc_router *>(ctx);
    if (!self->running_)
        return; /* nobody has been granted anything before */
    for (unsigned n = 0; n < self->view_.size(); n++)
        if (self->view_[n] == who)
            self->target[(int)n]->invalidate_direct_mem_ptr(first, last);
}

void sc_router::target_invalidates(int id, sc_dt::uint64 first, sc_dt::uint64 last)
{
    for (const auto &f : foreign_) {
        uint32_t size = f->last - f->first;
        if (f->socket == (unsigned)id && first <= size)
            bus_map_invalidate(map_, f->first + (uint32_t)first, f->first + (uint32_t)(last < size ? last : size));
    }
}

/* --- Users' targets as the map sees them ----------------------------------------------------------------------------
 */

enum bus_result sc_router::foreign_access(void *ctx, struct bus_access *access)
{
    auto *f = static_cast<foreign *>(ctx);
    sc_bus_payload trans;
    trans.extension.initiator = (enum bus_initiator)access->initiator;
    trans.set(*access, access->address - f->first);
    sim_time now = sc_now();
    sc_core::sc_time delay = sc_from_sim(access->time > now ? access->time - now : 0);
    sim_time start = now + sc_to_sim(delay);
    f->router->initiator[(int)f->socket]->b_transport(trans, delay);
    access->cost = sc_now() + sc_to_sim(delay) - start;
    return sc_result(trans.get_response_status());
}

enum bus_result sc_router::foreign_debug(void *ctx, struct bus_access *access)
{
    auto *f = static_cast<foreign *>(ctx);
    sc_bus_payload trans;
    trans.extension.initiator = (enum bus_initiator)access->initiator;
    trans.set(*access, access->address - f->first);
    return f->router->initiator[(int)f->socket]->transport_dbg(trans) == access->size ? BUS_OK : BUS_ERROR_ADDRESS;
}

bool sc_router::foreign_dmi(void *ctx, uint32_t address, struct bus_dmi *dmi)
{
    auto *f = static_cast<foreign *>(ctx);
    uint64_t hz = f->router->clocks_->clock[CLOCK_CPU].hz;
    uint32_t size = f->last - f->first;
    if (!sc_ask_dmi(*f->router->initiator[(int)f->socket], address - f->first, BUS_PRO_CPU, hz, dmi))
        return false;
    dmi->last = f->first + (dmi->last < size ? dmi->last : size);
    dmi->first += f->first;
    return true;
}

} // namespace vesper
