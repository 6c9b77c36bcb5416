// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/radio_outputs.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace vesper
{

sim_status radio_outputs::open(radio_scene &scene, const std::string &pcap_folder, const trace_sink *sink,
                               struct log *log)
{
    std::vector<const char *> names;
    std::vector<std::array<std::uint8_t, MPDU_ADDRESS>> addresses;
    for (const radio_scene::who &p : scene.antennas()) {
        parties.push_back({p.name, {}, p.kind == radio_scene::who::INTERFERER});
        std::copy_n(p.address, MPDU_ADDRESS, parties.back().address);
        addresses.emplace_back();
        std::copy_n(p.address, MPDU_ADDRESS, addresses.back().begin());
    }
    for (const radio_party &p : parties)
        names.push_back(p.is_interferer ? nullptr : p.name.c_str());
    auto count = static_cast<unsigned>(parties.size());
    auto *address = reinterpret_cast<const std::uint8_t(*)[MPDU_ADDRESS]>(addresses.data());

    radio_stats_config stats_config = {count, address};
    stats.reset(radio_stats_create(&stats_config));
    if (!stats)
        return SIM_NO_MEMORY;
    scene.observe({radio_stats_medium_observer(stats.get()), radio_stats_mac_observer(stats.get()),
                   radio_stats_traffic_ops(stats.get()), stats.get()});
    if (sink) {
        radio_trace_config trace_config = {sink, count, names.data(), address};
        trace.reset(radio_trace_create(&trace_config));
        if (!trace)
            return SIM_NO_MEMORY;
        scene.observe(
            {radio_trace_medium_observer(trace.get()), radio_trace_mac_observer(trace.get()), nullptr, nullptr});
    }
    if (pcap_folder.empty())
        return SIM_OK;
    radio_pcap_config pcap_config = {pcap_folder.c_str(), count, names.data(), true, log};
    radio_pcap *made = nullptr;
    SIM_TRY(radio_pcap_create(&pcap_config, &made));
    pcap.reset(made);
    scene.observe({radio_pcap_observer(made), nullptr, nullptr, nullptr});
    return SIM_OK;
}

void radio_outputs::flush()
{
    if (pcap)
        radio_pcap_flush(pcap.get());
}

sim_status radio_outputs::status() const
{
    return pcap ? radio_pcap_status(pcap.get()) : SIM_OK;
}

void radio_outputs::set_cpu(unsigned number, std::uint64_t hz, sim_time busy, const sim_time slept[2])
{
    radio_stats_set_cpu(stats.get(), number, hz, busy);
    radio_stats_set_sleep(stats.get(), number, slept[0], slept[1]);
}

void radio_outputs::close(sim_time end)
{
    radio_stats_finish(stats.get(), end);
}

sim_status radio_outputs::finish()
{
    return radio_pcap_finish(pcap.release());
}

std::string radio_outputs::summary() const
{
    // Firmware that never touched its radio has nothing to report.
    bool quiet = true;
    for (unsigned n = 0; n < radio_stats_nodes(stats.get()); n++)
        quiet = quiet && radio_stats_node(stats.get(), n)->tx_frames == 0;
    if (quiet)
        return {};
    return radio_summary(stats.get(), parties);
}

nlohmann::ordered_json radio_outputs::json() const
{
    return radio_json(stats.get(), parties);
}

} // namespace vesper
