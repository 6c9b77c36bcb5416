// SPDX-License-Identifier: Apache-2.0
// What was typed.
#ifndef VESPER_SC_TOP_CLI_COMMAND_LINE_H
#define VESPER_SC_TOP_CLI_COMMAND_LINE_H

#include <string>
#include <vector>

#include "sc_top/rtl/rtl_build.h"
#include "sc_top/run/messages.h"
#include "sc_top/scenario/scenario.h"

namespace vesper
{

struct command_line {
    enum { NOTHING, RUN, INFO, RTL_BUILD, RTL_INFO } command = NOTHING;
    int exit_code = 0; // for NOTHING: help was printed, or an error

    // run
    std::string scenario; // empty: --firmware or --flash instead
    std::string firmware;
    scenario_settings settings; // of all options, in the order of options.def and then of --set
    verbosity level = verbosity::normal;

    // info
    std::string topic;
    std::string name; // which block, or empty
    bool json = false;

    // rtl build, rtl info
    rtl_build_options rtl;
};

command_line parse_command_line(int argc, char **argv);

} // namespace vesper
#endif
