// SPDX-License-Identifier: Apache-2.0
// Building a run: images, outputs, consoles, nodes. What happens while it runs is in session_poll.cpp.
#include "sc_top/run/session.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "peripherals/efuse/efuse.h"
#include "sc_top/out/out_file.h"
#include "sc_top/run/board_setup.h"
#include "sc_top/run/rom_files.h"

namespace vesper
{
namespace
{

int level_of(gpio_level level)
{
    return level == gpio_level::release ? -1 : level == gpio_level::high ? 1 : 0;
}

// A chip that holds all of its file, and as large as the header of the bootloader in it says: software relies on that.
std::uint32_t chip_size(const image &content, std::uint32_t least)
{
    constexpr std::size_t SIZE_BYTE = 0x1003; // bits 7:4, 1 MB << n; shared facts, 3.3
    std::uint64_t size = least;
    bool has_header = content.kind == IMAGE_CHIP && content.file_size > SIZE_BYTE && content.file[0x1000] == 0xE9;
    unsigned shift = has_header ? content.file[SIZE_BYTE] >> 4 : 0;
    if (shift <= 4)
        size = std::max<std::uint64_t>(size, std::uint64_t{1} << (20 + shift));
    while (size < content.file_size && size < (16u << 20))
        size *= 2;
    return static_cast<std::uint32_t>(size);
}

bool is_link(const std::string &uart_end)
{
    return uart_end.rfind(SCENARIO_TUNNEL, 0) == 0 || uart_end.rfind(SCENARIO_BRIDGE, 0) == 0;
}

void add_expects(session_uart &u, const std::vector<std::string> &texts)
{
    for (const std::string &text : texts) {
        u.expects.emplace_back();
        expect_init(&u.expects.back(), text.data(), text.size());
    }
}

} // namespace

session::session(scenario s, messages &out, const volatile std::sig_atomic_t *flag)
    : what(std::move(s)), said(out), interrupted(flag), clock(what.run.pace),
      host_start(std::chrono::steady_clock::now()), progress_due(host_start)
{
}

session::~session() = default;

std::string session::output_path(const std::string &name) const
{
    return (std::filesystem::path(what.run.output) / name).string();
}

sim_status session::load_image(const std::string &path, image **result)
{
    for (const image_ptr &known : images)
        if (path == known->path && known->kind != IMAGE_CHIP) {
            *result = known.get();
            return SIM_OK;
        }
    SIM_TRY(::image_load(path.c_str(), &node_image_memory, said.log(), result));
    images.emplace_back(*result);
    return SIM_OK;
}

sim_status session::make_flash(const image &firmware, std::uint32_t size, const flash_content **result)
{
    for (const auto &known : flash_chips)
        if (flash_content_image(known.get()) == &firmware && flash_content_size(known.get()) == size) {
            *result = known.get();
            return SIM_OK;
        }
    flash_content *made = nullptr;
    SIM_TRY(flash_content_create(&firmware, size, said.log(), &made));
    flash_chips.emplace_back(made);
    *result = made;
    return SIM_OK;
}

sim_status session::load_chip(const std::string &path, image **result)
{
    for (const image_ptr &known : images)
        if (path == known->path && known->kind == IMAGE_CHIP) {
            *result = known.get();
            return SIM_OK;
        }
    SIM_TRY(::image_load_chip(path.c_str(), said.log(), result));
    images.emplace_back(*result);
    return SIM_OK;
}

// An empty path: what stands in for a ROM that is not there.
sim_status session::load_rom(const std::string &path, struct rom **result)
{
    for (const auto &known : roms)
        if (path == (known->file ? known->file->path : "")) {
            *result = known.get();
            return SIM_OK;
        }
    if (!path.empty())
        SIM_TRY(::rom_load(path.c_str(), said.log(), result));
    else
        *result = rom_create_missing();
    roms.emplace_back(*result);
    return *result ? SIM_OK : SIM_NO_MEMORY;
}

// A program that Vesper loads needs no ROM, and gets one only when it is named: what a machine happens to have
// installed must not change what a scenario does.
sim_status session::choose_rom(const node_options &options, struct rom **result)
{
    bool refused = std::filesystem::path(options.rom).filename() == "none";
    if (!options.rom.empty() && !refused)
        return load_rom(options.rom, result);
    std::vector<std::string> looked_at;
    std::string found;
    if (!refused && !options.flash.empty())
        found = find_rom(static_cast<unsigned>(options.chip_revision), &looked_at);
    if (found.empty() && !looked_at.empty())
        log_at(said.log(), LOG_HOST, LOG_WARNING, SIM_TIME_NEVER, options.flash.c_str(),
               "no mask ROM: give --rom FILE or VESPER_ROM, or install ESP-IDF's tool esp-rom-elfs (looked for %s); "
               "starting the application without it",
               looked_at.front().c_str());
    return load_rom(found, result);
}

sim_status session::load_program(const node_options &options, session_node *program)
{
    SIM_TRY(choose_rom(options, &program->rom));
    program->boot_rom = program->rom->file && !options.flash.empty();
    if (program->boot_rom)
        SIM_TRY(load_chip(options.flash, &program->firmware));
    else
        SIM_TRY(load_image(options.flash.empty() ? options.firmware : options.flash, &program->firmware));
    std::uint32_t size = chip_size(*program->firmware, static_cast<std::uint32_t>(options.flash_size));
    SIM_TRY(make_flash(*program->firmware, size, &program->flash));
    if (!options.symbols.empty())
        SIM_TRY(load_image(options.symbols, &program->symbols));
    return SIM_OK;
}

sim_status session::load_images()
{
    std::uint64_t number = 0;
    for (const node_options &options : what.node) {
        session_node program;
        SIM_TRY(load_program(options, &program));
        for (std::uint64_t i = 0; i < options.count; i++, number++) {
            auto n = std::make_unique<session_node>();
            n->owner = this;
            n->number = number;
            n->index = i;
            n->name = scenario_node_name(options, i, number);
            n->options = options;
            n->firmware = program.firmware;
            n->symbols = program.symbols;
            n->flash = program.flash;
            n->rom = program.rom;
            n->boot_rom = program.boot_rom;
            all_nodes.push_back(std::move(n));
        }
    }
    return SIM_OK;
}

std::string session::waveform_path() const
{
    bool chosen = !what.trace.patterns.empty() || !what.trace.gtkw.empty();
    return what.trace.vcd.empty() && chosen && !what.run.output.empty() ? output_path("wave.vcd") : what.trace.vcd;
}

sim_status session::open_outputs()
{
    if (!what.run.output.empty()) {
        std::error_code error;
        std::filesystem::create_directories(what.run.output, error);
        if (error || !std::filesystem::is_directory(what.run.output)) {
            log_at(said.log(), LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, what.run.output.c_str(),
                   "output folder cannot be made: %s", error.message().c_str());
            return SIM_IO;
        }
    }
    std::string path = waveform_path();
    if (path.empty() && !what.trace.gtkw.empty()) {
        log_at(said.log(), LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, "trace.gtkw",
               "there is no waveform to look at; give --vcd FILE or -o DIR");
        return SIM_BAD_VALUE;
    }
    if (path.empty() && !what.trace.patterns.empty())
        log_at(said.log(), LOG_HOST, LOG_WARNING, SIM_TIME_NEVER, "trace.patterns",
               "signals were chosen, but no waveform is written; give --vcd FILE or -o DIR");
    if (path.empty())
        return SIM_OK;
    std::vector<const char *> patterns;
    for (const std::string &pattern : what.trace.patterns)
        patterns.push_back(pattern.c_str());
    vcd *opened = nullptr;
    SIM_TRY(vcd_create(path.c_str(), patterns.data(), patterns.size(), said.log(), &opened));
    waveform.reset(opened);
    return SIM_OK;
}

sim_status session::open_uart(session_node &n, unsigned number, const std::string &spec)
{
    session_uart &u = n.uart[number];
    u.owner = this;
    u.node = n.number;
    u.number = number;
    u.name = n.name + ".uart" + std::to_string(number);
    add_expects(u, what.run.expect);
    add_expects(u, what.run.stop_on);
    add_expects(u, what.run.fail_on);
    u.panic = std::make_unique<panic_watch>(&what.run.panic_on, n.symbols ? n.symbols : n.firmware);
    console *opened = nullptr;
    std::string kind = spec != "auto" ? spec : all_nodes.size() == 1 ? "stdio" : "log";
    // Replicas of one entry need ends of their own.
    bool is_terminal = kind.rfind("tcp-", 0) == 0 || kind.rfind("pipe:", 0) == 0 || kind == "pty";
    if (is_link(kind) || (is_terminal && input.replay()))
        kind = "null";
    if (n.options.count > 1 && (kind.rfind("file:", 0) == 0 || kind.rfind("pipe:", 0) == 0))
        kind += "." + std::to_string(n.index);
    SIM_TRY(console_open(kind.c_str(), u.name.c_str(), said.log(), &opened));
    u.host.reset(opened);
    u.by_line = kind == "log";
    u.on_output = u.by_line || kind == "stdio";
    if (what.run.output.empty() || is_link(spec) || (kind == "null" && number != 0))
        return SIM_OK;
    out_file *copy = nullptr;
    SIM_TRY(out_file_open(output_path(u.name + ".txt").c_str(), said.log(), &copy));
    u.copy.reset(copy);
    return SIM_OK;
}

sim_status session::burn_fuses(const session_node &n, node_config &config)
{
    efuse_config fuses{};
    for (const std::string &text : n.options.fuses)
        if (!efuse_config_set(&fuses, text.c_str())) {
            log_at(said.log(), LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, n.name.c_str(), "fuses: no such eFuse or value: %s",
                   text.c_str());
            return SIM_BAD_VALUE;
        }
    static_assert(sizeof config.fuses == sizeof fuses.fuses, "blocks of words");
    std::memcpy(config.fuses, fuses.fuses, sizeof config.fuses);
    return SIM_OK;
}

sim_status session::build_node(session_node &n)
{
    node_config config{};
    config.number = static_cast<std::uint32_t>(n.number);
    config.name = n.name.c_str();
    config.seed = what.run.seed;
    config.image = n.firmware;
    config.symbols = n.symbols;
    config.rom = n.rom;
    config.boot_rom = n.boot_rom;
    scenario_node_mac(n.options, n.index, n.number, config.mac);
    config.chip_revision = static_cast<unsigned>(n.options.chip_revision);
    config.strap = static_cast<std::uint32_t>(n.options.strap);
    config.cores = static_cast<unsigned>(n.options.cores);
    config.cpu_hz = n.options.cpu_clock;
    SIM_TRY(burn_fuses(n, config));
    config.crystal_ppb = static_cast<std::int32_t>(n.options.crystal_ppm * 1000);
    config.flash = n.flash;
    config.flash_part = n.options.flash_chip.c_str();
    config.psram_size = static_cast<std::uint32_t>(n.options.psram_size);
    config.quantum = what.run.quantum;
    config.pool = pool.get();
    config.log = said.log();
    config.trace = waveform ? vcd_sink(waveform.get()) : nullptr;
    for (unsigned i = 0; i < NODE_UARTS; i++)
        config.console[i] = {&n.uart[i],
                             [](void *ctx, std::uint8_t byte, sim_time time) {
                                 auto *u = static_cast<session_uart *>(ctx);
                                 if (u->link)
                                     uart_link_sent(u->link, byte, time);
                                 else
                                     u->owner->uart_byte(*u, byte, time);
                             },
                             [](void *ctx, sim_time now) {
                                 auto *u = static_cast<session_uart *>(ctx);
                                 if (u->link)
                                     uart_link_has_room(u->link, now);
                             }};
    config.uarts_untimed = !n.options.uart_line_timing;
    config.observer.ctx = &n;
    config.observer.incident = [](void *ctx, node_incident kind, unsigned core, const char *text, sim_time time) {
        auto *node = static_cast<session_node *>(ctx);
        node->owner->incident(*node, kind, core, text, time);
    };
    config.observer.text = [](void *ctx, const std::uint8_t *bytes, std::size_t size, sim_time time) {
        auto *node = static_cast<session_node *>(ctx);
        for (std::size_t i = 0; i < size; i++)
            node->owner->uart_byte(node->uart[0], bytes[i], time);
    };
    config.observer.scheduled = [](void *ctx, sim_time at) {
        auto *node = static_cast<session_node *>(ctx);
        if (node->scheduled)
            node->scheduled(at);
    };
    node *made = nullptr;
    SIM_TRY(node_create(&config, &made));
    n.model.reset(made);
    SIM_TRY(attach_parts(what, n.options, n.name, made, &n.displays, said.log()));
    return rtl ? rtl->attach(what, n.options, n.name, made) : SIM_OK;
}

void session::add_stimuli(session_node &n)
{
    for (const input_options &typed : what.input) {
        if (!scenario_means_node(typed.node, n.options, n.name))
            continue;
        n.stimuli.push_back(std::make_unique<stimulus>());
        stimulus_input(n.stimuli.back().get(), n.model.get(), static_cast<unsigned>(typed.uart), typed.text.data(),
                       typed.text.size(), typed.at + n.index * typed.stagger);
    }
    for (const gpio_options &gpio : what.gpio) {
        if (!scenario_means_node(gpio.node, n.options, n.name))
            continue;
        n.stimuli.push_back(std::make_unique<stimulus>());
        stimulus_drive(n.stimuli.back().get(), n.model.get(), static_cast<unsigned>(gpio.pad), level_of(gpio.level),
                       gpio.at);
    }
    for (const supply_options &supply : what.supply) {
        if (!scenario_means_node(supply.node, n.options, n.name))
            continue;
        n.stimuli.push_back(std::make_unique<stimulus>());
        stimulus_supply(n.stimuli.back().get(), n.model.get(), supply.volts, supply.at);
    }
    for (const analog_options &analog : what.analog) {
        if (!scenario_means_node(analog.node, n.options, n.name))
            continue;
        n.stimuli.push_back(std::make_unique<stimulus>());
        stimulus_volts(n.stimuli.back().get(), n.model.get(), static_cast<unsigned>(analog.pad), analog.volts,
                       analog.at);
    }
}

sim_status session::connect_air()
{
    if (!radio)
        return SIM_OK;
    radio->set_rtl(waveform ? vcd_sink(waveform.get()) : nullptr,
                   [this](std::size_t number, sim_time now, const std::string &text, bool ends) {
                       rtl_differs(number, now, text, ends);
                   });
    for (auto &n : all_nodes)
        SIM_TRY(radio->attach(what, n->options, static_cast<unsigned>(n->number), n->model.get()));
    radio_out = std::make_unique<radio_outputs>();
    return radio_out->open(*radio, what.output.pcap ? what.run.output : "",
                           waveform ? vcd_sink(waveform.get()) : nullptr, said.log());
}

sim_status session::open_host_input()
{
    std::vector<std::string> programs;
    for (const node_options &node : what.node)
        programs.push_back(node.firmware);
    return input.open(what, programs, said.log());
}

sim_status session::build_networks()
{
    if (!scenario_has_networks(what))
        return SIM_OK;
    if (!radio)
        own_queue.reset(evq_create());
    if (!shared_queue())
        return SIM_NO_MEMORY;
    net = std::make_unique<net_scene>();
    return net->build(what, shared_queue(), input.record(), input.replay(), said.log());
}

// A node whose cable nobody has plugged in sees no link.
sim_status session::connect_networks()
{
    for (auto &n : all_nodes) {
        if (n->options.ethernet.empty())
            open_eth_plug(node_open_eth(n->model.get()), false, 0);
        else
            SIM_TRY(net->attach(what, n->options, n->index, n->name, n->model.get()));
        const std::string *const uart_ends[NODE_UARTS] = {&n->options.uart0, &n->options.uart1, &n->options.uart2};
        for (session_uart &u : n->uart)
            if (const std::string &spec = *uart_ends[u.number]; is_link(spec))
                SIM_TRY(net->attach_uart(what, spec, u.name, n->model.get(), u.number, &u.link));
    }
    for (std::size_t i = 0; i < what.ap.size(); i++)
        if (!what.ap[i].network.empty())
            SIM_TRY(net->attach_ap(what, what.ap[i], scenario_ap_name(what.ap[i], i), radio->access_point(i),
                                   radio->cable(i)));
    return SIM_OK;
}

sim_status session::build()
{
    expect_seen.assign(what.run.expect.size(), false);
    SIM_TRY(load_images());
    if (!what.rtl.empty()) {
        rtl = std::make_unique<rtl_scene>(said.log());
        SIM_TRY(rtl->build(what));
    }
    if (scenario_has_air(what)) {
        radio = std::make_unique<radio_scene>();
        SIM_TRY(radio->build(what, said.log()));
    }
    SIM_TRY(open_outputs());
    SIM_TRY(open_host_input());
    SIM_TRY(build_networks());
    for (auto &n : all_nodes) {
        SIM_TRY(open_uart(*n, 0, n->options.uart0));
        SIM_TRY(open_uart(*n, 1, n->options.uart1));
        SIM_TRY(open_uart(*n, 2, n->options.uart2));
    }
    pool.reset(xt_pool_create());
    for (auto &n : all_nodes)
        SIM_TRY(build_node(*n));
    SIM_TRY(connect_networks());
    return pool ? connect_air() : SIM_NO_MEMORY;
}

sim_status session::start()
{
    for (auto &n : all_nodes) {
        SIM_TRY(node_power_on(n->model.get()));
        add_stimuli(*n);
    }
    if (waveform)
        vcd_advance(waveform.get(), 0);
    host_start = progress_due = std::chrono::steady_clock::now();
    return SIM_OK;
}

double session::host_seconds() const
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - host_start).count();
}

} // namespace vesper
