/* SPDX-License-Identifier: Apache-2.0 */
/* One LX6 core as a SystemC module: a TLM-2.0 initiator with temporal decoupling, direct memory access and interrupt
 * inputs. It knows nothing of the ESP32's map; bind its socket to sc_router or to any TLM-2.0 bus.
 *
 * The core runs in its own thread, or somebody else's scheduler calls run_until(). sc_top/examples/
 * sc_own_platform.cpp shows the former, in a platform of one page. */
#ifndef VESPER_SC_TOP_SC_CPU_H
#define VESPER_SC_TOP_SC_CPU_H

#include <functional>
#include <memory>

#include <systemc>
#include <tlm>

#include "cpu_iss/xt.h"
#include "sc_top/sc_bus.h"

namespace vesper
{

struct sc_cpu_config {
    uint32_t prid = 0xCDCD; /* 0xCDCD: PRO CPU, 0xABAB: APP CPU */
    enum bus_initiator initiator = BUS_PRO_CPU;
    uint32_t reset_pc = 0x40000400;
    uint64_t hz = 240000000;
    /* How far the core may run ahead of SystemC; zero: the global quantum of TLM, or 1 us if that is zero too. */
    sc_core::sc_time quantum = sc_core::SC_ZERO_TIME;
    bool own_thread = true;
    struct xt_pool *pool = nullptr; /* borrowed */
    struct log *log = nullptr;      /* borrowed */
    /* SIMCALL, as in struct xt_host; without it the instruction does nothing. */
    std::function<bool(const uint32_t argument[4], uint32_t *result, uint32_t *error)> simcall;
    /* The core stopped for a reason that is not time (exit, death, break- or watchpoint). The thread then sleeps until
     * resume(). Default: sc_stop() on exit. */
    std::function<void(enum xt_stop)> on_stop;
};

class sc_cpu : public sc_core::sc_module
{
  public:
    using interrupt_port = sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

    SC_HAS_PROCESS(sc_cpu);

    sc_bus_initiator bus;
    sc_core::sc_vector<interrupt_port> interrupt; /* the 32 inputs of the core; those of internal sources are ignored */

    sc_cpu(const sc_core::sc_module_name &name, const sc_cpu_config &config = sc_cpu_config());

    struct xt_cpu *core() const
    {
        return core_.get();
    }

    /* Runs the core to at least `until`, less far when it stops for another reason. Only without a thread of its own.
     * A sleeping core is taken to `until`, or woken on the way by its own timers. */
    enum xt_stop run_until(sim_time until);

    /* The core's local time. */
    sim_time local_time() const
    {
        return clock_time(&clock_, xt_cycles(core_.get()));
    }

    /* Holds the core (RUNSTALL), or lets it go. */
    void set_stalled(bool stalled);

    /* After a stop, a reset or a change of registers from outside. */
    void resume();

    /* From SystemC's present on the core runs at hz. */
    void set_hz(uint64_t hz);

  private:
    void end_of_elaboration() override;
    void sample_interrupts();
    void thread();
    void sleep();
    void stop(enum xt_stop why);
    sim_time quantum() const;
    static bool simcall(void *ctx, const uint32_t argument[4], uint32_t *result, uint32_t *error);

    struct free_core {
        void operator()(struct xt_cpu *cpu) const
        {
            xt_destroy(cpu);
        }
    };
    sc_cpu_config config_;
    struct clock_domain clock_;
    std::unique_ptr<struct xt_cpu, free_core> core_;
    sc_core::sc_event wake_;   /* an interrupt input changed */
    sc_core::sc_event resume_; /* somebody changed the core from outside: stopped or asleep, it looks again */
};

} // namespace vesper

#endif
