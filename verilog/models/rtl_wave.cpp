// SPDX-License-Identifier: Apache-2.0
#include "verilog/models/rtl_wave.h"

#include <utility>

namespace vesper
{

rtl_wave::rtl_wave(const trace_sink *to, std::string in_scope, std::size_t kept)
    : sink(to), scope(std::move(in_scope)), room(kept), wanted(kept > 0)
{
}

void rtl_wave::add(const char *name, const void *port, unsigned bytes, unsigned width)
{
    trace_id id = trace_declare(sink, scope.c_str(), name, width == 1 ? TRACE_WIRE : TRACE_BITS, width);
    wanted = wanted || id != 0;
    signals.push_back({name, port, bytes, width, id, 0, 0});
    // Every signal begins with 0: the state after reset is told as a change.
    trace_change(sink, id, 0, 0);
}

std::uint64_t rtl_wave::value_of(const signal &s)
{
    switch (s.bytes) {
    case 1:
        return *static_cast<const std::uint8_t *>(s.port);
    case 2:
        return *static_cast<const std::uint16_t *>(s.port);
    case 4:
        return *static_cast<const std::uint32_t *>(s.port);
    default:
        return *static_cast<const std::uint64_t *>(s.port);
    }
}

void rtl_wave::sample(sim_time now)
{
    for (std::size_t i = 0; wanted && i < signals.size(); i++) {
        signal &s = signals[i];
        std::uint64_t value = value_of(s);
        if (value == s.last)
            continue;
        s.last = value;
        trace_change(sink, s.id, now, value);
        if (room == 0)
            continue;
        memory.push_back({now, i, value});
        if (memory.size() > room) {
            signals[memory.front().signal].before = memory.front().value;
            memory.pop_front();
        }
    }
}

void rtl_wave::replay(const trace_sink *to) const
{
    std::vector<trace_id> ids;
    sim_time start = memory.empty() ? 0 : memory.front().time;
    for (const signal &s : signals) {
        ids.push_back(
            trace_declare(to, scope.c_str(), s.name.c_str(), s.width == 1 ? TRACE_WIRE : TRACE_BITS, s.width));
        trace_change(to, ids.back(), start, s.before);
    }
    for (const change &c : memory)
        trace_change(to, ids[c.signal], c.time, c.value);
}

} // namespace vesper
