// SPDX-License-Identifier: Apache-2.0
// verilog/channel_access.v in simulated time. A clock of 40 MHz, the ESP32's crystal, runs while the block asks for it;
// a clock that comes early brings each event at its exact picosecond (see the block: dt).
//
// Times must not descend. What the block announces (due) is when its own count ends if nothing comes between; that it
// then decides, and not before, is checked.
#ifndef VESPER_VERILOG_MODELS_RTL_CHANNEL_ACCESS_H
#define VESPER_VERILOG_MODELS_RTL_CHANNEL_ACCESS_H

#include <memory>

#include "verilog/models/rtl_wave.h"

namespace vesper
{

class rtl_channel_access
{
  public:
    struct settings {
        sim_time slot, sifs, turnaround;
        bool edca, whole_ifs;
    };
    struct decision {
        bool decided; // false: it should have
        unsigned winner, losers;
        sim_time boundary;
    };

    rtl_channel_access(const trace_sink *sink, const std::string &scope, std::size_t kept);
    ~rtl_channel_access();
    rtl_channel_access(const rtl_channel_access &) = delete;
    rtl_channel_access &operator=(const rtl_channel_access &) = delete;

    // First, at time 0: resets the block.
    void configure(sim_time now, const settings &settings);
    void carrier(sim_time now, bool busy);
    void restart(sim_time now);
    void nav(sim_time now, sim_time until);
    void eifs(sim_time now, sim_time until);
    void start(sim_time now, unsigned queue, unsigned aifsn, unsigned slots);
    void cancel(sim_time now, unsigned queue);
    void go(sim_time now);
    void stop(sim_time now);
    sim_time due(sim_time now);
    decision decide(sim_time now);
    unsigned left(unsigned queue) const;

    // Brings the clock up to `now`.
    void advance(sim_time now);

    std::uint64_t clocks() const;
    // It has decided when it had not announced to.
    bool has_strayed() const;
    const rtl_wave &wave() const;

  private:
    struct block;
    std::unique_ptr<block> rtl;
};

} // namespace vesper
#endif
