// SPDX-License-Identifier: Apache-2.0
// `vesper rtl build`: Verilog to a shared object that is a block (verilog/host/rtl_abi.h). Runs Verilator and a C++
// compiler; what was built before is taken from a cache, by content.
#ifndef VESPER_SC_TOP_RTL_RTL_BUILD_H
#define VESPER_SC_TOP_RTL_RTL_BUILD_H

#include <map>
#include <string>
#include <vector>

#include "bus/base/log.h"
#include "bus/base/status.h"

namespace CLI
{
class App;
}

namespace vesper
{

struct rtl_build_options {
    std::vector<std::string> sources;
    std::string top;                                          // empty: name of the first source
    std::string bus = "apb";                                  // apb, axi4lite
    std::string output;                                       // empty: <top>.so
    std::string clock, reset;                                 // empty: by usual names; reset: NAME, NAME=low, NAME=high
    std::vector<std::string> irq, gpio_in, gpio_out, gpio_oe; // ports; empty: by usual names
    std::vector<std::string> map;                             // PIN=PORT, for ports with other names
    std::vector<std::string> tie;                             // PORT=VALUE, inputs that stand still
    std::vector<std::string> include, define, parameter;      // -I, -D, -G
    bool coverage = false;
    bool no_trace = false;
};

// The options that both the command line and rtl.build of a scenario take.
void rtl_add_build_options(CLI::App &app, rtl_build_options &options);
// Arguments of rtl.build. False: *problem says what is wrong.
bool rtl_parse_arguments(const std::vector<std::string> &arguments, rtl_build_options *options, std::string *problem);

// Builds options.output. *summary: one line about the block. On failure there were messages.
sim_status rtl_build(const rtl_build_options &options, struct log *log, std::string *summary);

// As rtl_build, without an output: the file in the cache, or in a folder that is removed with the object.
class rtl_built
{
  public:
    rtl_built() = default;
    rtl_built(const rtl_built &) = delete;
    rtl_built &operator=(const rtl_built &) = delete;
    ~rtl_built();
    sim_status build(const rtl_build_options &options, struct log *log);
    const std::string &path() const
    {
        return file;
    }

  private:
    std::string file, folder;
};

} // namespace vesper
#endif
