/* SPDX-License-Identifier: Apache-2.0 */
/* The one SystemC wrapper of all C devices, and two small modules for those who use a C device in a platform of their
 * own: a driver for its event queue, and a wire. Inside a node neither is needed; its scheduler does both. */
#ifndef VESPER_SC_TOP_SC_DEVICE_H
#define VESPER_SC_TOP_SC_DEVICE_H

#include <deque>
#include <utility>

#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

#include "bus/dev.h"
#include "sc_top/sc_bus.h"

namespace vesper
{

/* Addresses count from the device's base. Words and parts of a word; anything else is a burst error. */
class sc_device : public sc_core::sc_module
{
  public:
    tlm_utils::simple_target_socket<sc_device> socket;

    /* Whether an access first waits until SystemC has reached the initiator's local time. */
    enum timing {
        ahead,       /* the initiator's scheduler keeps it from overtaking events (sc_node) */
        synchronised /* events are driven by sc_evq: they must have happened before the access */
    };

    /* dev: borrowed. */
    sc_device(const sc_core::sc_module_name &name, struct dev *dev, timing how = ahead);

    struct dev *dev() const
    {
        return dev_;
    }

  private:
    void b_transport(tlm::tlm_generic_payload &trans, sc_core::sc_time &delay);
    unsigned transport_dbg(tlm::tlm_generic_payload &trans);

    struct dev *dev_;
    timing timing_;
};

/* Runs the events of a queue when SystemC's time reaches them. */
class sc_evq : public sc_core::sc_module
{
  public:
    SC_HAS_PROCESS(sc_evq);

    /* q: borrowed; the module becomes its watcher. */
    sc_evq(const sc_core::sc_module_name &name, struct evq *q);
    ~sc_evq() override;

  private:
    void run();

    struct evq *q_;
    sc_core::sc_event due_;
};

/* A C line as a SystemC signal. Changes that a device made in an initiator's local time appear when SystemC gets there.
 */
class sc_line : public sc_core::sc_module
{
  public:
    SC_HAS_PROCESS(sc_line);

    sc_core::sc_out<bool> out;

    sc_line(const sc_core::sc_module_name &name, struct line *line);

  private:
    static void changed(void *ctx, bool level, sim_time time);
    void drive();

    struct line *line_;
    std::deque<std::pair<sim_time, bool>> pending_; /* in order of time */
    sc_core::sc_event due_;
};

} // namespace vesper

#endif
