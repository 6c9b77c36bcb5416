/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/sc_device.h"

#include <cstring>

namespace vesper
{

sc_device::sc_device(const sc_core::sc_module_name &name, struct dev *dev, timing how)
    : sc_module(name), socket("socket"), dev_(dev), timing_(how)
{
    socket.register_b_transport(this, &sc_device::b_transport);
    socket.register_transport_dbg(this, &sc_device::transport_dbg);
}

/* What a register bank cannot do, as TLM wants it named. */
static tlm::tlm_response_status check(const tlm::tlm_generic_payload &trans, uint32_t device_size)
{
    unsigned length = trans.get_data_length();
    if (trans.get_command() == tlm::TLM_IGNORE_COMMAND)
        return tlm::TLM_COMMAND_ERROR_RESPONSE;
    if (trans.get_byte_enable_ptr())
        return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    if ((length != 1 && length != 2 && length != 4) || trans.get_streaming_width() < length)
        return tlm::TLM_BURST_ERROR_RESPONSE;
    if (trans.get_address() >= device_size)
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    if (trans.get_address() % length != 0)
        return tlm::TLM_BURST_ERROR_RESPONSE;
    return tlm::TLM_OK_RESPONSE;
}

void sc_device::b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay)
{
    tlm::tlm_response_status status = check(trans, dev_->ops->regs->size);
    trans.set_response_status(status);
    if (status != tlm::TLM_OK_RESPONSE)
        return;
    if (timing_ == synchronised) {
        sc_core::wait(delay); /* also with no delay: events of this instant come first */
        delay = sc_core::SC_ZERO_TIME;
    }
    auto offset = (uint32_t)trans.get_address();
    unsigned length = trans.get_data_length();
    sim_time now = sc_now() + sc_to_sim(delay);
    uint32_t value = 0;
    if (trans.is_write()) {
        memcpy(&value, trans.get_data_ptr(), length);
        dev_write(dev_, offset, length, value, now);
    } else {
        value = dev_read(dev_, offset, length, now);
        memcpy(trans.get_data_ptr(), &value, length);
    }
}

unsigned sc_device::transport_dbg(tlm::tlm_generic_payload &trans)
{
    unsigned char *data = trans.get_data_ptr();
    unsigned done = 0;
    for (; done < trans.get_data_length(); done++) {
        sc_dt::uint64 address = trans.get_address() + done;
        if (address >= dev_->ops->regs->size)
            break;
        auto word_offset = (uint32_t)address & ~UINT32_C(3);
        unsigned shift = (address & 3) * 8;
        uint32_t word = dev_peek(dev_, word_offset);
        if (trans.is_write())
            dev_poke(dev_, word_offset, bits_set(word, shift, 8, data[done]));
        else
            data[done] = (unsigned char)bits_get(word, shift, 8);
    }
    return done;
}

sc_evq::sc_evq(const sc_core::sc_module_name &name, struct evq *q) : sc_module(name), q_(q), due_("due")
{
    SC_METHOD(run);
    sensitive << due_;
    evq_watch(
        q,
        [](void *ctx, sim_time at) {
            sim_time now = sc_now();
            static_cast<sc_evq *>(ctx)->due_.notify(sc_from_sim(at > now ? at - now : 0));
        },
        this);
}

sc_evq::~sc_evq()
{
    evq_watch(q_, nullptr, nullptr);
}

void sc_evq::run()
{
    evq_run(q_, sc_now());
    sim_time next = evq_next_time(q_);
    if (next != SIM_TIME_NEVER)
        due_.notify(sc_from_sim(next - sc_now()));
}

sc_line::sc_line(const sc_core::sc_module_name &name, struct line *line)
    : sc_module(name), out("out"), line_(line), due_("due")
{
    SC_METHOD(drive);
    sensitive << due_;
    line_listen(line, changed, this);
}

void sc_line::changed(void *ctx, bool level, sim_time time)
{
    auto *self = static_cast<sc_line *>(ctx);
    if (time < sc_now())
        time = sc_now();
    /* One initiator may be behind another: a later call with an earlier time undoes what would follow it. */
    while (!self->pending_.empty() && self->pending_.back().first > time)
        self->pending_.pop_back();
    self->pending_.emplace_back(time, level);
    self->due_.notify(sc_from_sim(self->pending_.front().first - sc_now()));
}

void sc_line::drive()
{
    if (pending_.empty()) { /* the start of simulation */
        out.write(line_->level);
        return;
    }
    bool level = out.read();
    while (!pending_.empty() && pending_.front().first <= sc_now()) {
        level = pending_.front().second;
        pending_.pop_front();
    }
    out.write(level);
    if (!pending_.empty())
        due_.notify(sc_from_sim(pending_.front().first - sc_now()));
}

} // namespace vesper
