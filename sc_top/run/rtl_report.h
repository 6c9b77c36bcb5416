// SPDX-License-Identifier: Apache-2.0
// What the summary and metrics.json say about blocks of RTL.
#ifndef VESPER_SC_TOP_RUN_RTL_REPORT_H
#define VESPER_SC_TOP_RUN_RTL_REPORT_H

#include <string>

#include <nlohmann/json.hpp>

#include "sc_top/run/session.h"

namespace vesper
{

// A line for each block, the first few.
std::string rtl_lines(const session &run);

// All of them.
nlohmann::ordered_json rtl_json(const session &run);

} // namespace vesper
#endif
