// SPDX-License-Identifier: Apache-2.0
#include "sc_top/cli/command_line.h"

#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>

namespace vesper
{
namespace
{

// Raw strings as typed; they become settings, so that every value is checked in one place.
struct typed {
    std::string flash, rom, output, until, seed, vcd, gtkw, pace, record, replay;
    std::vector<std::string> set, trace, forward;
    bool quiet = false, verbose = false, pcap = false;
};

void add_run(CLI::App &app, command_line &result, typed &t)
{
    CLI::App *run = app.add_subcommand("run", "Run a scenario, or one ESP32 with a program");
    run->footer(
        "Every option of the scenario file can be given with --set; `vesper info params` lists them.\n"
        "While standard input is a terminal, Ctrl-A x ends the run, as Ctrl-C does.\n\n"
        "Exit status: 0 the run ended well; 1 the firmware failed (dead cores, a text of run.fail_on, a missing "
        "text\nof run.expect, a nonzero exit code); 2 wrong input, or an output that could not be written.");
    run->add_option("scenario", result.scenario, "scenario file (TOML)")->option_text("SCENARIO.toml");
    run->add_option("--firmware", result.firmware, "instead of a scenario: run this program on one node")
        ->option_text("FILE");
    run->add_option("--flash", t.flash,
                    "instead of a scenario: one node with this in its flash chip from address 0 on (as `esptool "
                    "merge_bin` writes it), booted by the mask ROM")
        ->option_text("FILE");
    run->add_option("--rom", t.rom,
                    "the mask ROM: ELF file as ESP-IDF installs it, or raw binary; none: boot without it; default: "
                    "$VESPER_ROM, then where ESP-IDF keeps it")
        ->option_text("FILE");
    run->add_option("-o,--output", t.output, "folder for metrics, waveform and console texts")->option_text("DIR");
    run->add_option("--until", t.until, "end of the run in simulated time, e.g. 2s")->option_text("TIME");
    run->add_option("--seed", t.seed, "seed of all random streams")->option_text("N");
    run->add_option("--set", t.set, "change an option of the scenario, e.g. node.0.uart0=pty; may be repeated")
        ->option_text("KEY=VALUE")
        ->allow_extra_args(false);
    run->add_option("--forward", t.forward,
                    "a port of the host that leads to a node, e.g. tcp:127.0.0.1:8000-10.0.2.15:80; may be repeated; "
                    "without a [[network]] one is made and every node's Ethernet plugged in")
        ->option_text("SPEC")
        ->allow_extra_args(false);
    run->add_option("--pace", t.pace, "realtime: as fast as the host's clock; max: as fast as it goes; or a factor")
        ->option_text("PACE");
    run->add_option("--record", t.record, "write all input from the host to this file")->option_text("FILE");
    run->add_option("--replay", t.replay, "take it from such a file: the run repeats to the same bytes")
        ->option_text("FILE");
    run->add_option("--vcd", t.vcd, "write a waveform to this file")->option_text("FILE");
    run->add_option("--gtkw", t.gtkw,
                    "write a view of the waveform for GTKWave: firmware, bus, RTL and radio in groups")
        ->option_text("FILE");
    run->add_option("--trace", t.trace,
                    "signals in the waveform, e.g. node0.uart0 or '!*.cpu1'; may be repeated; default: all")
        ->option_text("PATTERN")
        ->allow_extra_args(false);
    run->add_flag("--pcap", t.pcap, "write captures of the air to the output folder, for Wireshark");
    run->add_flag("-q,--quiet", t.quiet, "errors only: no summary, no progress");
    run->add_flag("-v,--verbose", t.verbose, "also say what firmware uses that is not modelled");
    run->callback([&result] { result.command = command_line::RUN; });
}

void add_info(CLI::App &app, command_line &result)
{
    CLI::App *info = app.add_subcommand("info", "Reference: registers, instructions, address map, options");
    info->add_option("topic", result.topic, "regs, isa, map, interrupts or params")
        ->required()
        ->check(CLI::IsMember({"regs", "isa", "map", "interrupts", "params"}))
        ->option_text("TOPIC");
    info->add_option("name", result.name, "one block, instruction or section, e.g. uart0")->option_text("NAME");
    info->add_flag("--json", result.json, "for programs");
    info->callback([&result] { result.command = command_line::INFO; });
}

void add_rtl(CLI::App &app, command_line &result, typed &t)
{
    CLI::App *rtl = app.add_subcommand("rtl", "Verilog as a device of a node: docs/rtl.md");
    rtl->require_subcommand(1);
    CLI::App *build = rtl->add_subcommand("build", "Make a shared object from Verilog, for [[rtl]] of a scenario");
    build->footer("What was built before is taken from a cache: $VESPER_CACHE, $XDG_CACHE_HOME/vesper or "
                  "~/.cache/vesper.");
    build->add_option("sources", result.rtl.sources, "Verilog or SystemVerilog files")
        ->required()
        ->option_text("FILE.v...");
    build->add_option("-o,--output", result.rtl.output, "file to write; default: MODULE.so")->option_text("FILE.so");
    rtl_add_build_options(*build, result.rtl);
    build->add_flag("-q,--quiet", t.quiet, "errors only");
    build->callback([&result] { result.command = command_line::RTL_BUILD; });
    CLI::App *info = rtl->add_subcommand("info", "What a shared object has: module, bus, ports");
    info->add_option("file", result.name, "output of rtl build")->required()->option_text("FILE.so");
    info->callback([&result] { result.command = command_line::RTL_INFO; });
}

// A relative path that is typed means the present folder already.
void collect_settings(const typed &t, command_line &result)
{
    if (!t.flash.empty())
        result.settings.emplace_back("node.0.flash", t.flash);
    if (!t.rom.empty())
        result.settings.emplace_back("node.0.rom", t.rom);
    if (!t.output.empty())
        result.settings.emplace_back("run.output", t.output);
    if (!t.until.empty())
        result.settings.emplace_back("run.until", t.until);
    if (!t.seed.empty())
        result.settings.emplace_back("run.seed", t.seed);
    if (!t.vcd.empty())
        result.settings.emplace_back("trace.vcd", t.vcd);
    if (!t.record.empty())
        result.settings.emplace_back("run.record", t.record);
    if (!t.replay.empty())
        result.settings.emplace_back("run.replay", t.replay);
    if (!t.pace.empty())
        result.settings.emplace_back("run.pace", t.pace);
    if (!t.gtkw.empty())
        result.settings.emplace_back("trace.gtkw", t.gtkw);
    std::string patterns;
    for (const std::string &pattern : t.trace)
        patterns += (patterns.empty() ? "" : ", ") + toml_quote(pattern);
    if (!patterns.empty())
        result.settings.emplace_back("trace.patterns", "[" + patterns + "]");
    if (t.pcap)
        result.settings.emplace_back("output.pcap", "true");
    for (const std::string &setting : t.set) {
        std::size_t equals = setting.find('=');
        if (equals == std::string::npos)
            throw CLI::ValidationError("--set", "'" + setting + "': expected KEY=VALUE");
        result.settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
    }
    for (const std::string &forward : t.forward)
        result.settings.emplace_back(SCENARIO_FORWARD, forward);
}

} // namespace

command_line parse_command_line(int argc, char **argv)
{
    command_line result;
    typed t;
    CLI::App app{"Vesper, a virtual ESP32 with everything around it", "vesper"};
    app.set_help_all_flag("--help-all", "Print the help of all subcommands");
    app.set_version_flag("--version", "vesper " VESPER_VERSION);
    app.require_subcommand(1);
    add_run(app, result, t);
    add_info(app, result);
    add_rtl(app, result, t);
    try {
        app.parse(argc, argv);
        int programs = !result.scenario.empty() + !result.firmware.empty() + !t.flash.empty();
        if (result.command == command_line::RUN && programs != 1)
            throw CLI::RequiredError("one of SCENARIO.toml, --firmware FILE and --flash FILE");
        collect_settings(t, result);
        result.level = t.quiet ? verbosity::quiet : t.verbose ? verbosity::verbose : verbosity::normal;
    } catch (const CLI::ParseError &error) {
        result.command = command_line::NOTHING;
        if (error.get_exit_code() == 0) {
            app.exit(error); // help or version
        } else {
            std::cerr << "vesper: error: " << error.what() << "\nRun with --help for more information.\n";
            result.exit_code = 2;
        }
    }
    return result;
}

} // namespace vesper
