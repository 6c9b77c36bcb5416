// SPDX-License-Identifier: Apache-2.0
// What is said about a run: the progress line, the closing summary for people, metrics.json for programs.
#ifndef VESPER_SC_TOP_RUN_REPORT_H
#define VESPER_SC_TOP_RUN_REPORT_H

#include <string>

#include "bus/base/sim_time.h"

namespace vesper
{

class session;
struct session_node;

// A node's cores: their clock, and for how long they were busy, summed over both; the chip's light and deep sleep.
struct cpu_use {
    std::uint64_t hz;
    sim_time busy;
    sim_time slept[2];
};
cpu_use cpu_use_of(const session_node &n, sim_time end);

// since, seconds: simulated time at the last line, and host time passed since then. until may be SIM_TIME_NEVER.
std::string progress_line(sim_time now, sim_time until, sim_time since, double seconds);

// Several lines; holds figures of the host.
std::string summary_text(const session &run, double host_seconds);

// A function of the simulation alone: two runs of one scenario give the same bytes.
std::string metrics_json(const session &run);

// "1.234 s", "56.7 ms": a time in the unit that reads best.
std::string readable_time(sim_time time);

} // namespace vesper
#endif
