// SPDX-License-Identifier: Apache-2.0
// The parts of a scenario's boards: [[part]]. Displays write pictures.
#ifndef VESPER_SC_TOP_RUN_BOARD_SETUP_H
#define VESPER_SC_TOP_RUN_BOARD_SETUP_H

#include <memory>
#include <string>
#include <vector>

#include "sc_top/node/node.h"
#include "sc_top/scenario/scenario.h"

namespace vesper
{

// The files of one display. Outlives its node.
struct display_files {
    part_options options;
    std::string prefix; // path up to the time; empty: no output folder
    struct log *said;
    sim_status status = SIM_OK; // the first error
};
using display_list = std::vector<std::unique_ptr<display_files>>;

// Puts on a node what the scenario has for it; says what is wrong with a part.
sim_status attach_parts(const scenario &what, const node_options &options, const std::string &node_name, node *model,
                        display_list *displays, struct log *said);

} // namespace vesper

#endif
