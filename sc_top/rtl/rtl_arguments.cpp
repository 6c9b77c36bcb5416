// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <CLI/CLI.hpp>

#include "sc_top/rtl/rtl_build.h"

namespace vesper
{

void rtl_add_build_options(CLI::App &app, rtl_build_options &o)
{
    auto list = [&app](const char *name, std::vector<std::string> &to, const char *text, const char *value) {
        app.add_option(name, to, text)->option_text(value)->allow_extra_args(false);
    };
    app.add_option("--top", o.top, "the module; default: the first file's name")->option_text("MODULE");
    app.add_option("--bus", o.bus, "apb (APB3 or APB4) or axi4lite (32 bits); default: apb")
        ->check(CLI::IsMember({"apb", "axi4lite"}))
        ->option_text("BUS");
    app.add_option("--clock", o.clock, "clock; default: pclk, aclk, clk, ...")->option_text("PORT");
    app.add_option("--reset", o.reset, "reset; low when its name begins or ends with n; default: presetn, rst_n, ...")
        ->option_text("PORT[=low|high]");
    list("--irq", o.irq, "interrupt output; may be repeated; default: irq, interrupt", "PORT");
    list("--gpio-in", o.gpio_in, "input from pins; may be repeated; default: gpio_in", "PORT");
    list("--gpio-out", o.gpio_out, "output to pins; may be repeated; default: gpio_out", "PORT");
    list("--gpio-oe", o.gpio_oe, "output enable, bit by bit as --gpio-out; default: gpio_oe", "PORT");
    list("--map", o.map, "a bus signal's port, where its name is unusual; may be repeated", "SIGNAL=PORT");
    list("--tie", o.tie, "holds an input at a value; may be repeated", "PORT=VALUE");
    list("-I,--include", o.include, "folder of included files; may be repeated", "DIR");
    list("-D,--define", o.define, "macro; may be repeated", "NAME[=VALUE]");
    list("-G,--parameter", o.parameter, "parameter of the module; may be repeated", "NAME=VALUE");
    app.add_flag("--coverage", o.coverage, "count lines, branches and toggles");
    app.add_flag("--no-trace", o.no_trace, "without waveforms: builds and runs a little faster");
}

bool rtl_parse_arguments(const std::vector<std::string> &arguments, rtl_build_options *options, std::string *problem)
{
    CLI::App app;
    app.set_help_flag();
    rtl_add_build_options(app, *options);
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend()); // CLI11 takes them from the end
    try {
        app.parse(reversed);
        return true;
    } catch (const CLI::ParseError &error) {
        *problem = error.what();
        return false;
    }
}

} // namespace vesper
