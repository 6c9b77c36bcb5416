// SPDX-License-Identifier: Apache-2.0
// The parts of a scenario's boards: [[part]].
#ifndef VESPER_SC_TOP_RUN_BOARD_SETUP_H
#define VESPER_SC_TOP_RUN_BOARD_SETUP_H

#include <string>

#include "sc_top/node/node.h"
#include "sc_top/scenario/scenario.h"

namespace vesper
{

// Puts on a node what the scenario has for it; says what is wrong with a part.
sim_status attach_parts(const scenario &what, const node_options &options, const std::string &node_name, node *model,
                        struct log *said);

} // namespace vesper

#endif
