// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/report.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>

#include <nlohmann/json.hpp>

#include "sc_top/run/rtl_radio_report.h"
#include "sc_top/run/rtl_report.h"
#include "sc_top/run/session.h"
#include "sc_top/text.h"

namespace vesper
{
namespace
{

double share(std::uint64_t part, std::uint64_t whole)
{
    return whole ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

struct core_figures {
    bool started;
    std::uint64_t cycles;
    xt_stats stats;
    std::uint64_t busy() const
    {
        return cycles > stats.idle_cycles ? cycles - stats.idle_cycles : 0;
    }
};

core_figures figures_of(const session_node &n, unsigned core)
{
    node_counts counts;
    core_figures f{};
    xt_cpu *cpu = node_core(n.model.get(), core);
    node_get_counts(n.model.get(), &counts);
    f.started = counts.core_started[core];
    f.cycles = xt_cycles(cpu);
    xt_get_stats(cpu, &f.stats);
    return f;
}

std::uint64_t total_instructions(const session &run)
{
    std::uint64_t total = 0;
    for (const auto &n : run.nodes())
        for (unsigned core = 0; core < NODE_CORES; core++)
            total += figures_of(*n, core).stats.instructions;
    return total;
}

std::string core_line(const session_node &n, unsigned core)
{
    core_figures f = figures_of(n, core);
    std::string name = n.name + ".cpu" + std::to_string(core);
    if (!f.started)
        return format("  %-14s not started\n", name.c_str());
    return format("  %-14s %12" PRIu64 " instructions  %12" PRIu64 " cycles  CPI %5.2f  idle %5.1f %%\n", name.c_str(),
                  f.stats.instructions, f.cycles, share(f.busy(), f.stats.instructions),
                  100 * share(f.stats.idle_cycles, f.cycles));
}

std::string node_lines(const session_node &n)
{
    // Two cores of each of the first nodes; a thousand nodes are for metrics.json.
    std::string text;
    node_counts counts;
    node_get_counts(n.model.get(), &counts);
    bool all_said = n.owner->nodes().size() == 1;
    for (unsigned core = 0; core < NODE_CORES; core++)
        if (all_said || counts.core_started[core])
            text += core_line(n, core);
    if (counts.resets)
        text += format("  %-14s %12" PRIu64 " resets after power-on\n", n.name.c_str(), counts.resets);
    if (counts.sleeps[0] + counts.sleeps[1])
        text += format("  %-14s %12" PRIu64 " sleeps: %s light, %s deep\n", n.name.c_str(),
                       counts.sleeps[0] + counts.sleeps[1], readable_time(counts.slept[0]).c_str(),
                       readable_time(counts.slept[1]).c_str());
    return text;
}

std::string end_line(const session &run)
{
    return format("ended at %s: %s", readable_time(run.end_time()).c_str(), run_end_text(run.ended()));
}

std::string pace_line(const session &run)
{
    pacer::figures late = run.pace().late();
    return format(
        "  pace             %.6g x real time held; late by %.3g ms at most, %.3g ms on average, by more than 10 ms "
        "in %.2g %% of the time\n",
        run.config().run.pace, late.max_late * 1e3, late.mean_late * 1e3, late.late_share * 100);
}

// The blocks that these messages come from, each once: "node0.rmt, node0.i2s0".
std::string blocks_of(const std::vector<std::string> &messages)
{
    constexpr std::size_t SHOWN = 8;
    std::vector<std::string> blocks;
    for (const std::string &message : messages) {
        std::string block = message.substr(0, message.find(": "));
        if (std::find(blocks.begin(), blocks.end(), block) == blocks.end())
            blocks.push_back(block);
    }
    std::string text;
    for (std::size_t i = 0; i < blocks.size() && i < SHOWN; i++)
        text += (i ? ", " : "") + blocks[i];
    return blocks.size() > SHOWN ? text + format(" and %zu more", blocks.size() - SHOWN) : text;
}

std::string message_lines(const session &run)
{
    std::string text;
    std::uint64_t guest = log_count(run.out().log(), LOG_GUEST);
    const auto &unmodelled = run.out().unmodelled();
    if (guest)
        text += format("  guest errors     %" PRIu64 "\n", guest);
    if (unmodelled.empty())
        return text;
    text += format("  not modelled     %zu places were used (-v lists them), of %s\n", unmodelled.size(),
                   blocks_of(unmodelled).c_str());
    return text;
}

} // namespace

cpu_use cpu_use_of(const session_node &n, sim_time end)
{
    // By share, not by cycles: the clock may have changed.
    const clock_domain *clock = node_clocks(n.model.get())->clock;
    node_counts counts;
    node_get_counts(n.model.get(), &counts);
    std::uint64_t hz = clock[CLOCK_CPU].hz ? clock[CLOCK_CPU].hz : clock[CLOCK_XTAL].hz; /* it may sleep */
    sim_time slept = counts.slept[0] + counts.slept[1], awake = end > slept ? end - slept : 0;
    cpu_use use = {hz, 0, {counts.slept[0], counts.slept[1]}};
    for (unsigned core = 0; core < NODE_CORES; core++) {
        core_figures f = figures_of(n, core);
        if (f.started)
            use.busy += static_cast<sim_time>(share(f.busy(), f.cycles) * static_cast<double>(awake));
    }
    return use;
}

std::string readable_time(sim_time time)
{
    double s = seconds_of(time);
    if (time >= SIM_S(1) || time == 0)
        return format("%.6g s", s);
    if (time >= SIM_MS(1))
        return format("%.6g ms", s * 1e3);
    if (time >= SIM_US(1))
        return format("%.6g us", s * 1e6);
    return format("%.6g ns", s * 1e9);
}

std::string progress_line(sim_time now, sim_time until, sim_time since, double seconds)
{
    double speed = seconds > 0 ? seconds_of(now - since) / seconds : 0;
    std::string text = format("%.3f s simulated, %.2f x real time", seconds_of(now), speed);
    if (until != SIM_TIME_NEVER && speed > 0) {
        auto left = static_cast<unsigned long>(std::lround(seconds_of(until - now) / speed));
        text += format(", %.0f %%, %lu:%02lu left", 100 * share(now, until), left / 60, left % 60);
    }
    return text;
}

std::string summary_text(const session &run, double host_seconds)
{
    constexpr std::size_t NODES_SHOWN = 8;
    std::uint64_t instructions = total_instructions(run);
    std::string text = end_line(run) + "\n";
    text += format("  simulated        %s in %.2f s of host time: %.2f x real time, %.1f MIPS\n",
                   readable_time(run.end_time()).c_str(), host_seconds,
                   host_seconds > 0 ? seconds_of(run.end_time()) / host_seconds : 0,
                   host_seconds > 0 ? static_cast<double>(instructions) / host_seconds / 1e6 : 0);
    if (run.pace().paced())
        text += pace_line(run);
    for (std::size_t i = 0; i < run.nodes().size() && i < NODES_SHOWN; i++)
        text += node_lines(*run.nodes()[i]);
    if (run.nodes().size() > NODES_SHOWN)
        text += format("  ... and %zu more nodes, see metrics.json\n", run.nodes().size() - NODES_SHOWN);
    text += rtl_lines(run);
    text += rtl_radio_lines(run, host_seconds);
    if (run.networks())
        text += run.networks()->summary();
    text += message_lines(run);
    if (!run.config().run.output.empty())
        text += "  written to       " + run.config().run.output + "\n";
    if (run.air_outputs())
        text += run.air_outputs()->summary();
    text.pop_back();
    return text;
}

std::string metrics_json(const session &run)
{
    using json = nlohmann::ordered_json;
    json nodes = json::array();
    for (const auto &n : run.nodes()) {
        node_counts counts;
        node_get_counts(n->model.get(), &counts);
        json cores = json::array();
        for (unsigned core = 0; core < NODE_CORES; core++) {
            core_figures f = figures_of(*n, core);
            cores.push_back({{"started", f.started},
                             {"cycles", f.cycles},
                             {"idle_cycles", f.stats.idle_cycles},
                             {"stall_cycles", f.stats.stall_cycles},
                             {"wait_cycles", f.stats.wait_cycles},
                             {"instructions", f.stats.instructions},
                             {"exceptions", f.stats.exceptions},
                             {"interrupts", f.stats.interrupts},
                             {"window_overflows", f.stats.window_overflows},
                             {"window_underflows", f.stats.window_underflows}});
        }
        json uarts = json::array();
        for (std::uint64_t bytes : counts.uart_bytes)
            uarts.push_back({{"sent_bytes", bytes}});
        nodes.push_back({{"name", n->name}, {"cores", cores}, {"uarts", uarts}, {"resets", counts.resets}});
        if (counts.sleeps[0] + counts.sleeps[1])
            nodes.back()["sleeps"] = {{"light", counts.sleeps[0]},
                                      {"light_s", seconds_of(counts.slept[0])},
                                      {"deep", counts.sleeps[1]},
                                      {"deep_s", seconds_of(counts.slept[1])}};
    }
    json root = {{"vesper", VESPER_VERSION},
                 {"seed", run.config().run.seed},
                 {"simulated_ps", run.end_time()},
                 {"end", run_end_text(run.ended())},
                 {"missing_texts", run.missing_texts()},
                 {"guest_errors", log_count(run.out().log(), LOG_GUEST)},
                 {"not_modelled", run.out().unmodelled()},
                 {"nodes", nodes}};
    if (run.rtl_blocks())
        root["rtl"] = rtl_json(run);
    if (json parts = rtl_radio_json(run); !parts.is_null())
        root["rtl_radios"] = parts;
    if (run.networks())
        root["networks"] = run.networks()->json();
    if (run.networks() && !run.networks()->bridges_json().empty())
        root["uart_bridges"] = run.networks()->bridges_json();
    if (run.pace().paced()) { // of the host, and so the one thing here that is not the same in each run
        pacer::figures late = run.pace().late();
        root["pace"] = {{"factor", run.config().run.pace},
                        {"late_max_s", late.max_late},
                        {"late_mean_s", late.mean_late},
                        {"late_share_10ms", late.late_share}};
    }
    if (run.air_outputs())
        root["radio"] = run.air_outputs()->json();
    return root.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace vesper
