/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/sc_cpu.h"

#include <new>

namespace vesper
{

enum { INTERRUPTS = 32 };

sc_cpu::sc_cpu(const sc_core::sc_module_name &name, const sc_cpu_config &config)
    : sc_module(name), bus("bus", config.initiator, &clock_), interrupt("interrupt", INTERRUPTS), config_(config),
      wake_("wake"), resume_("resume")
{
    clock_init(&clock_, config.hz);
    struct xt_config core_config = {};
    core_config.prid = config.prid;
    core_config.initiator = (uint8_t)config.initiator;
    core_config.reset_pc = config.reset_pc;
    core_config.pool = config.pool;
    struct xt_host host = {};
    host.bus = bus.port();
    host.clock = &clock_;
    host.log = config.log;
    host.name = this->name();
    host.ctx = this;
    host.simcall = config_.simcall ? simcall : nullptr;
    core_.reset(xt_create(&core_config, &host));
    if (!core_)
        throw std::bad_alloc();
    bus.on_change([](void *ctx, uint32_t first,
                     uint32_t last) { xt_memory_changed(static_cast<sc_cpu *>(ctx)->core(), first, last); },
                  this);
    if (config_.own_thread)
        SC_THREAD(thread);
}

/* Only now do ports know which of them are bound. */
void sc_cpu::end_of_elaboration()
{
    SC_METHOD(sample_interrupts);
    for (auto &port : interrupt)
        if (port.size() > 0)
            sensitive << port->value_changed_event();
}

void sc_cpu::sample_interrupts()
{
    uint32_t levels = 0;
    for (unsigned i = 0; i < INTERRUPTS; i++)
        if (interrupt[i].size() > 0 && interrupt[i]->read())
            levels |= UINT32_C(1) << i;
    xt_set_interrupts(core(), levels);
    wake_.notify();
}

bool sc_cpu::simcall(void *ctx, const uint32_t argument[4], uint32_t *result, uint32_t *error)
{
    return static_cast<sc_cpu *>(ctx)->config_.simcall(argument, result, error);
}

sim_time sc_cpu::quantum() const
{
    sim_time own = sc_to_sim(config_.quantum);
    sim_time global = sc_to_sim(tlm::tlm_global_quantum::instance().get());
    return own ? own : global ? global : SIM_US(1);
}

/* The first cycle that begins at or after a time: a core that has begun it is there. */
static uint64_t cycle_at(const struct clock_domain *clock, sim_time time)
{
    uint64_t cycle = clock_cycles(clock, time);
    return clock_time(clock, cycle) < time ? cycle + 1 : cycle;
}

enum xt_stop sc_cpu::run_until(sim_time until)
{
    uint64_t horizon = cycle_at(&clock_, until);
    enum xt_stop why = xt_run(core(), horizon, horizon);
    while (why == XT_STOP_WAITING && xt_cycles(core()) < horizon) {
        uint64_t wake = xt_wake_cycle(core());
        xt_skip_to(core(), wake < horizon ? wake : horizon);
        why = xt_run(core(), horizon, horizon);
    }
    return why;
}

void sc_cpu::thread()
{
    for (;;) {
        /* To the end of the running quantum, so that cores which started apart meet again. */
        sim_time now = sc_now(), step = quantum(), target = (now / step + 1) * step;
        enum xt_stop why = XT_STOP_HORIZON;
        if (local_time() < target) {
            uint64_t horizon = cycle_at(&clock_, target);
            why = xt_run(core(), horizon, horizon);
        }
        sim_time local = local_time();
        if (why == XT_STOP_WAITING) {
            sleep();
        } else if (why != XT_STOP_HORIZON) {
            stop(why);
        } else if (local > sc_now()) {
            wait(sc_from_sim(local - sc_now()));
        }
    }
}

/* WAITI: costs nothing until an input changes or the core's own timer matches. */
void sc_cpu::sleep()
{
    uint64_t cycle = xt_wake_cycle(core());
    sim_time now = sc_now();
    if (cycle == UINT64_MAX) {
        wait(wake_ | resume_);
    } else {
        sim_time at = clock_time(&clock_, cycle);
        wait(sc_from_sim(at > now ? at - now : 0), wake_ | resume_);
    }
    /* The core may have gone to sleep ahead of SystemC; its time never goes back. */
    xt_skip_to(core(), cycle_at(&clock_, sc_now()));
}

void sc_cpu::stop(enum xt_stop why)
{
    if (local_time() > sc_now()) /* what led here has then happened for everybody */
        wait(sc_from_sim(local_time() - sc_now()));
    if (config_.on_stop)
        config_.on_stop(why);
    else if (why == XT_STOP_EXIT)
        sc_core::sc_stop();
    wait(resume_);
    xt_skip_to(core(), cycle_at(&clock_, sc_now()));
}

void sc_cpu::set_stalled(bool stalled)
{
    xt_set_stalled(core(), stalled);
    resume_.notify(sc_core::SC_ZERO_TIME);
}

void sc_cpu::resume()
{
    resume_.notify(sc_core::SC_ZERO_TIME);
}

void sc_cpu::set_hz(uint64_t hz)
{
    sim_time now = sc_now();
    clock_set_hz(&clock_, now < clock_.epoch_time ? clock_.epoch_time : now, hz);
}

} // namespace vesper
