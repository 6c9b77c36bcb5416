// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/rtl_radio_report.h"

#include <cinttypes>

#include <nlohmann/json.hpp>

#include "sc_top/run/session.h"
#include "sc_top/text.h"

namespace vesper
{
namespace
{

const rtl_radio *parts_of(const session &run, const session_node &n)
{
    return run.air_scene() ? run.air_scene()->rtl_of(static_cast<unsigned>(n.number)) : nullptr;
}

const char *mode_of(rtl_part part)
{
    return part == rtl_part::both ? " (beside the model)" : "";
}

} // namespace

std::string rtl_radio_lines(const session &run, double host_seconds)
{
    std::string text;
    for (const auto &n : run.nodes()) {
        const rtl_radio *parts = parts_of(run, *n);
        if (!parts)
            continue;
        const rtl_radio::figures f = parts->counts();
        std::string name = "  " + n->name + ".rtl";
        name.resize(17, ' ');
        if (parts->config().backoff != rtl_part::model)
            text += name + format("backoff%s: %" PRIu64 " decisions, %" PRIu64 " clocks\n",
                                  mode_of(parts->config().backoff), f.decisions, f.access_clocks);
        if (parts->config().baseband != rtl_part::model)
            text += name + format("baseband%s: %" PRIu64 " frames sent, %" PRIu64 " received, %" PRIu64
                                  " at rates of the model; %" PRIu64 " clocks\n",
                                  mode_of(parts->config().baseband), f.sent, f.received, f.other_rates,
                                  f.tx_clocks + f.rx_clocks);
        if (parts->config().fcs != rtl_part::model)
            text += name + format("FCS%s: %" PRIu64 " frames, %" PRIu64 " clocks\n", mode_of(parts->config().fcs),
                                  f.checked, f.fcs_clocks);
        text += name + format("%.2f s of the host's %.2f s\n", f.host_seconds, host_seconds);
    }
    return text;
}

nlohmann::ordered_json rtl_radio_json(const session &run)
{
    nlohmann::ordered_json all;
    for (const auto &n : run.nodes()) {
        const rtl_radio *parts = parts_of(run, *n);
        if (!parts)
            continue;
        const rtl_radio::figures f = parts->counts();
        all.push_back({{"node", n->name},
                       {"decisions", f.decisions},
                       {"backoff_clocks", f.access_clocks},
                       {"frames_sent", f.sent},
                       {"frames_received", f.received},
                       {"frames_at_other_rates", f.other_rates},
                       {"tx_clocks", f.tx_clocks},
                       {"rx_clocks", f.rx_clocks},
                       {"fcs_frames", f.checked},
                       {"fcs_clocks", f.fcs_clocks},
                       {"differences", f.differences}});
    }
    return all;
}

} // namespace vesper
