/* SPDX-License-Identifier: Apache-2.0 */
/* Between struct bus_port and TLM-2.0: times, responses, what the generic payload cannot say, and an initiator.
 *
 * Everything also works with plain TLM-2.0 at the other end: the extension is ignorable in both directions. */
#ifndef VESPER_SC_TOP_SC_BUS_H
#define VESPER_SC_TOP_SC_BUS_H

#include <systemc>
#include <tlm>

#include "bus/base/clock.h"
#include "bus/bus_port.h"

namespace vesper
{

/* SystemC's default resolution is Vesper's unit, 1 ps; the first initiator made asserts it. */
inline sim_time sc_to_sim(const sc_core::sc_time &time)
{
    return time.value();
}

inline sc_core::sc_time sc_from_sim(sim_time time)
{
    return sc_core::sc_time::from_value(time);
}

inline sim_time sc_now()
{
    return sc_core::sc_time_stamp().value();
}

tlm::tlm_response_status sc_response(enum bus_result result);

/* TLM knows fewer and other errors; what is not about address or width counts as "the target refuses". */
enum bus_result sc_result(tlm::tlm_response_status status);

/* Who asks, and whether for an instruction; in the answer to get_direct_mem_ptr also what tlm_dmi has no words for:
 * word-only and reversed memory, and the bank in which code is tracked. The initiator owns it with its payload. */
struct sc_bus_extension : tlm::tlm_extension<sc_bus_extension> {
    enum bus_initiator initiator = BUS_DMA;
    bool fetch = false;
    enum bus_result result = BUS_OK; /* when the response is an error: the exact one, BUS_OK if nobody filled it */
    bool dmi_filled = false;
    struct bus_dmi dmi = {};

    tlm::tlm_extension_base *clone() const override
    {
        return new sc_bus_extension(*this);
    }
    void copy_from(const tlm::tlm_extension_base &other) override
    {
        *this = static_cast<const sc_bus_extension &>(other);
    }
};

/* A generic payload with its extension; its destructor takes the extension out before TLM would delete it. */
struct sc_bus_payload : tlm::tlm_generic_payload {
    sc_bus_extension extension;

    sc_bus_payload();
    ~sc_bus_payload() override;

    /* For this access, at `address` of the target; data goes to and comes from access->value. */
    void set(struct bus_access &access, uint32_t target_address);
};

/* Memory that is granted by a bus_dmi in tlm_dmi's words. clock: of the initiator's waits. False: it cannot be said,
 * since words count downwards, narrow accesses must fail, or nothing would remain to be allowed. Plain initiators may
 * not write where code is tracked: their writes must go through the bus. */
bool sc_dmi_to_plain(const struct bus_dmi &dmi, uint64_t hz, tlm::tlm_dmi &plain);

/* The other way round, for memories that know nothing of Vesper. */
struct bus_dmi sc_dmi_from_plain(const tlm::tlm_dmi &plain, uint64_t hz);

/* Asks a target for direct pointers around `address`, in its own addresses, telling it who asks. What buses on the way
 * changed of tlm_dmi (translated or narrowed addresses) counts for the extension's answer too. */
bool sc_ask_dmi(tlm::tlm_fw_transport_if<> &target, uint32_t address, enum bus_initiator who, uint64_t hz,
                struct bus_dmi *dmi);

/* A struct bus_port whose accesses become TLM transactions. The initiator's local time is sc_time_stamp() plus the
 * delay of b_transport; what the delay grows by is the cost. */
class sc_bus_initiator : public sc_core::sc_module, private tlm::tlm_bw_transport_if<>
{
  public:
    tlm::tlm_initiator_socket<> socket;

    /* clock: of the core behind it, for waits of foreign direct pointers; borrowed. */
    sc_bus_initiator(const sc_core::sc_module_name &name, enum bus_initiator who, const struct clock_domain *clock);

    /* Whom a core or a node is given. Belongs to the initiator. */
    struct bus_port *port()
    {
        return &port_;
    }

    /* Called when direct pointers in [first, last] become void. */
    using changed_fn = void (*)(void *ctx, uint32_t first, uint32_t last);
    void on_change(changed_fn fn, void *ctx)
    {
        changed_ = fn;
        changed_ctx_ = ctx;
    }

    uint64_t transactions() const
    {
        return transactions_;
    }

  private:
    static enum bus_result access(void *ctx, struct bus_access *access);
    static bool dmi(void *ctx, uint32_t address, struct bus_dmi *dmi);
    static enum bus_result debug(void *ctx, struct bus_access *access);

    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &, tlm::tlm_phase &, sc_core::sc_time &) override;
    void invalidate_direct_mem_ptr(sc_dt::uint64 first, sc_dt::uint64 last) override;

    sc_bus_payload payload_; /* of accesses: nothing is allocated for one */
    const struct clock_domain *clock_;
    struct bus_port port_;
    changed_fn changed_ = nullptr;
    void *changed_ctx_ = nullptr;
    uint64_t transactions_ = 0;
};

} // namespace vesper

#endif
