// SPDX-License-Identifier: Apache-2.0
// The program `vesper`.
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>

#include <systemc>

#include "sc_top/cli/command_line.h"
#include "sc_top/cli/info.h"
#include "sc_top/cli/rtl_info.h"
#include "sc_top/run/plain_kernel.h"
#include "sc_top/run/session.h"
#include "sc_top/sc_kernel.h"

namespace
{

// The one mutable global: a signal handler has no other way to say anything.
volatile std::sig_atomic_t interrupted = 0;

// The first Ctrl-C asks the run to end and complete its outputs; a second one kills, since handlers are reset.
void on_signal(int)
{
    interrupted = 1;
}

void handle_signals()
{
    struct sigaction action = {};
    action.sa_handler = on_signal;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGHUP, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN); // a closed pipe is an error of writing, said like all others
}

int run(const vesper::command_line &line)
{
    vesper::messages messages(line.level);
    vesper::scenario scenario;
    sim_status status = line.scenario.empty()
                            ? scenario_default(line.firmware, line.settings, messages.log(), &scenario)
                            : scenario_load(line.scenario, line.settings, messages.log(), &scenario);
    if (status != SIM_OK)
        return vesper::EXIT_USER_ERROR;
    handle_signals();
    vesper::session session(scenario, messages, &interrupted);
    if (session.build() != SIM_OK)
        return vesper::EXIT_USER_ERROR;
    if (scenario.run.kernel == vesper::kernel::systemc)
        status = vesper::run_systemc(session);
    else
        status = vesper::run_plain(session);
    return status == SIM_OK ? session.finish() : vesper::EXIT_USER_ERROR;
}

int build_rtl(const vesper::command_line &line)
{
    vesper::messages messages(line.level);
    std::string summary;
    if (rtl_build(line.rtl, messages.log(), &summary) != SIM_OK)
        return vesper::EXIT_USER_ERROR;
    if (!messages.quiet())
        std::cout << summary << "\n";
    return vesper::EXIT_OK;
}

} // namespace

int sc_main(int argc, char **argv)
{
    try {
        vesper::command_line line = vesper::parse_command_line(argc, argv);
        switch (line.command) {
        case vesper::command_line::RUN:
            return run(line);
        case vesper::command_line::INFO:
            return vesper::print_info(line.topic, line.name, line.json);
        case vesper::command_line::RTL_BUILD:
            return build_rtl(line);
        case vesper::command_line::RTL_INFO:
            return vesper::print_rtl_info(line.name);
        default:
            return line.exit_code;
        }
    } catch (const std::exception &error) {
        std::cerr << "vesper: error: " << error.what() << "\n";
        return vesper::EXIT_USER_ERROR;
    }
}

// SystemC's own main() would print its banner before anybody can ask it not to.
int main(int argc, char **argv)
{
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
    return sc_core::sc_elab_and_sim(argc, argv);
}
