// SPDX-License-Identifier: Apache-2.0
// The signals of a Verilated block over time: into the run's waveform, and the latest ones kept, to be shown around a
// moment that nobody knew before.
#ifndef VESPER_VERILOG_MODELS_RTL_WAVE_H
#define VESPER_VERILOG_MODELS_RTL_WAVE_H

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "bus/base/trace.h"

namespace vesper
{

class rtl_wave
{
  public:
    // sink: of the run's waveform, or NULL; changes are told under `scope`. kept: how many changes are remembered.
    rtl_wave(const trace_sink *sink, std::string scope, std::size_t kept);

    // A port or register, which outlives the wave.
    template <typename T> void add(const char *name, const T &port, unsigned width)
    {
        add(name, &port, sizeof port, width);
    }

    // Whether anybody looks; sampling costs as much as a clock of a small block.
    bool is_wanted() const
    {
        return wanted;
    }
    void sample(sim_time now);

    // What is remembered, into a sink of its own.
    void replay(const trace_sink *to) const;

  private:
    struct signal {
        std::string name;
        const void *port;
        unsigned bytes, width;
        trace_id id;
        std::uint64_t last, before; // before: value when memory begins
    };
    struct change {
        sim_time time;
        std::size_t signal;
        std::uint64_t value;
    };
    const trace_sink *sink;
    std::string scope;
    std::size_t room;
    bool wanted;
    std::vector<signal> signals;
    std::deque<change> memory;

    void add(const char *name, const void *port, unsigned bytes, unsigned width);
    static std::uint64_t value_of(const signal &s);
};

} // namespace vesper
#endif
