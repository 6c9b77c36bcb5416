// SPDX-License-Identifier: Apache-2.0
// What is told of radios that have parts in RTL.
#ifndef VESPER_SC_TOP_RUN_RTL_RADIO_REPORT_H
#define VESPER_SC_TOP_RUN_RTL_RADIO_REPORT_H

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace vesper
{

class session;

// Lines of the summary, the only place that says how long the host was at it; empty when no radio has any.
std::string rtl_radio_lines(const session &run, double host_seconds);
// Of metrics.json; null when no radio has any.
nlohmann::ordered_json rtl_radio_json(const session &run);

} // namespace vesper
#endif
