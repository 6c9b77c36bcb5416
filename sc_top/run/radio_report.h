// SPDX-License-Identifier: Apache-2.0
// What is said about the radio after a run: the "radio" part of metrics.json and the closing tables. What the figures
// mean: docs/outputs.md.
#ifndef VESPER_SC_TOP_RUN_RADIO_REPORT_H
#define VESPER_SC_TOP_RUN_RADIO_REPORT_H

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "sc_top/out/radio_stats.h"

namespace vesper
{

struct radio_party {
    std::string name;
    std::uint8_t address[MPDU_ADDRESS]; // all zero: has none
    bool is_interferer;
};

// parties: by node of the stats, which are finished.
nlohmann::ordered_json radio_json(const radio_stats *stats, const std::vector<radio_party> &parties);

// Lines of text, each with its end: a table of the nodes, the busiest links, totals. Functions of the simulation alone.
std::string radio_summary(const radio_stats *stats, const std::vector<radio_party> &parties);

} // namespace vesper
#endif
