// SPDX-License-Identifier: Apache-2.0
// What the files of option kinds share. Parsers return an empty string, or what was wrong and expected.
#ifndef VESPER_SC_TOP_SCENARIO_OPTION_PRIV_H
#define VESPER_SC_TOP_SCENARIO_OPTION_PRIV_H

#include "sc_top/scenario/option.h"

namespace vesper
{

std::string quoted(std::string_view text);
std::string parse_factor(std::string_view text, double *value);
std::string parse_with_unit(option_kind kind, std::string_view text, std::uint64_t *value);
std::string format_with_unit(option_kind kind, std::uint64_t value);

// option_space.cpp
std::string parse_position(std::string_view text, rf_position *value);
std::string parse_positions(std::string_view text, std::vector<rf_position> *value);
std::string parse_waypoints(std::string_view text, std::vector<rf_waypoint> *value);
std::string parse_mode(std::string_view text, rf_mode *value);
std::string format_position(const rf_position &value);
std::string format_positions(const std::vector<rf_position> &value);
std::string format_waypoints(const std::vector<rf_waypoint> &value);
std::string format_mode(const rf_mode &value);

} // namespace vesper
#endif
