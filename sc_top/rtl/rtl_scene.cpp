// SPDX-License-Identifier: Apache-2.0
#include "sc_top/rtl/rtl_scene.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "peripherals/gpio/gpio.h"
#include "sc_top/text.h"

namespace vesper
{
namespace
{

enum class place_kind { nothing, pad, signal };

// "gpio4", "signal200", "-"
bool parse_place(const std::string &text, place_kind *kind, unsigned *number)
{
    *kind = place_kind::nothing;
    *number = 0;
    if (text == "-")
        return true;
    std::size_t digits = text.find_first_of("0123456789");
    if (digits == std::string::npos || text.size() - digits > 3 ||
        text.find_first_not_of("0123456789", digits) != std::string::npos)
        return false;
    *number = static_cast<unsigned>(std::stoul(text.substr(digits)));
    std::string word = text.substr(0, digits);
    *kind = word == "gpio" ? place_kind::pad : place_kind::signal;
    return (word == "gpio" && *number < GPIO_PADS) || (word == "signal" && *number < GPIO_SIGNALS);
}

bool parse_source(const std::string &text, int *source)
{
    for (int i = 0; i < INTMATRIX_SOURCE_COUNT; i++) {
        auto s = static_cast<intmatrix_source>(i);
        bool number = i < INTMATRIX_NUMBERS && text == std::to_string(intmatrix_source_number(s));
        if (number || text == intmatrix_source_name(s)) {
            *source = i;
            return true;
        }
    }
    return false;
}

std::string hex(std::uint64_t value)
{
    return format("0x%08" PRIX64, value);
}

unsigned width_of(const rtl_abi *abi, std::uint32_t pin)
{
    unsigned width = 0;
    for (std::uint32_t i = 0; i < abi->port_count; i++)
        if (abi->port[i].pin == pin)
            width += abi->port[i].width;
    return width;
}

// What the address port reaches, at least a slot of the map.
std::uint32_t natural_size(const rtl_abi *abi)
{
    unsigned bits = std::max({width_of(abi, RTL_PADDR), width_of(abi, RTL_AWADDR), width_of(abi, RTL_ARADDR)});
    return 1u << std::clamp(bits, 8u, 12u);
}

} // namespace

// One on a node. Pads that follow it, and those that it follows, point here.
struct rtl_scene::block {
    struct pin {
        block *owner;
        unsigned bit;
    };
    std::string node, name;
    std::uint32_t base = 0;
    bool coverage = false;
    const rtl_abi *abi = nullptr;
    struct gpio *gpio = nullptr;
    rtl_dev *dev = nullptr;
    int drives_pad[RTL_PINS];
    line *drives_signal[RTL_PINS] = {};
    pin input[RTL_PINS];

    block()
    {
        std::fill(std::begin(drives_pad), std::end(drives_pad), -1);
    }
    block(const block &) = delete;
    block &operator=(const block &) = delete;
    ~block()
    {
        rtl_dev_destroy(dev);
    }

    static void drive(void *ctx, unsigned bit, int level, sim_time now)
    {
        auto *b = static_cast<block *>(ctx);
        if (b->drives_pad[bit] >= 0)
            gpio_drive(b->gpio, static_cast<unsigned>(b->drives_pad[bit]),
                       level < 0 ? GPIO_RELEASED
                       : level   ? GPIO_HIGH
                                 : GPIO_LOW,
                       now);
        line_set(b->drives_signal[bit], level > 0, now);
    }

    static void changed(void *ctx, bool level, sim_time now)
    {
        auto *p = static_cast<pin *>(ctx);
        if (p->owner->dev)
            rtl_dev_set_input(p->owner->dev, p->bit, level, now);
    }
};

rtl_scene::rtl_scene(struct log *l) : log(l)
{
}

rtl_scene::~rtl_scene() = default;

sim_status rtl_scene::fail(const std::string &source, const std::string &text) const
{
    log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, source.c_str(), "%s", text.c_str());
    return SIM_BAD_VALUE;
}

sim_status rtl_scene::build(const scenario &what)
{
    for (const rtl_options &options : what.rtl) {
        libraries.push_back(std::make_unique<library>());
        library &l = *libraries.back();
        std::string path = options.file;
        if (path.empty()) {
            rtl_build_options build;
            std::string problem;
            build.sources = options.sources;
            build.top = options.top;
            build.bus = options.bus == rtl_bus_kind::apb ? "apb" : "axi4lite";
            build.coverage = options.coverage;
            if (!rtl_parse_arguments(options.build, &build, &problem))
                return fail("rtl.build", problem);
            SIM_TRY(l.built.build(build, log));
            path = l.built.path();
        }
        SIM_TRY(rtl_library_open(path.c_str(), log, &l.opened));
        if (options.coverage && !(rtl_library_abi(l.opened)->flags & RTL_HAS_COVERAGE))
            return fail(path, "counts no coverage; build it with `vesper rtl build --coverage`");
    }
    return SIM_OK;
}

sim_status rtl_scene::attach(const scenario &what, const node_options &node, const std::string &name,
                             struct node *model)
{
    for (std::size_t i = 0; i < what.rtl.size(); i++)
        if (scenario_means_node(what.rtl[i].node, node, name))
            SIM_TRY(attach_one(what.rtl[i], rtl_library_abi(libraries[i]->opened), name, model));
    return SIM_OK;
}

sim_status rtl_scene::connect_interrupts(const rtl_options &options, const block &b, node *model,
                                         rtl_dev_config *config) const
{
    std::string who = b.node + "." + b.name;
    unsigned width = width_of(b.abi, RTL_IRQ);
    if (options.interrupt.size() > width)
        return fail(who, "interrupt: " + std::to_string(options.interrupt.size()) + " sources, and the block has " +
                             std::to_string(width) + " interrupt outputs");
    for (unsigned bit = 0; bit < options.interrupt.size(); bit++) {
        int source = 0;
        const char *taken = nullptr;
        if (options.interrupt[bit] == "-")
            continue;
        if (!parse_source(options.interrupt[bit], &source))
            return fail(who, "interrupt: '" + options.interrupt[bit] +
                                 "' is no source of the interrupt matrix; `vesper info interrupts` lists them");
        config->irq[bit] = node_take_interrupt(model, static_cast<intmatrix_source>(source), b.name.c_str(), &taken);
        if (!config->irq[bit])
            return fail(who, "interrupt: source " + options.interrupt[bit] + " belongs to " + taken);
    }
    return SIM_OK;
}

sim_status rtl_scene::connect_pins(const std::vector<std::string> &list, bool input, block &b)
{
    std::string who = b.node + "." + b.name, option = input ? "gpio_in" : "gpio_out";
    unsigned width = width_of(b.abi, input ? RTL_GPIO_IN : RTL_GPIO_OUT);
    if (list.size() > width)
        return fail(who, option + ": " + std::to_string(list.size()) + " places, and the block has " +
                             std::to_string(width) + " such pins");
    for (unsigned bit = 0; bit < list.size(); bit++) {
        place_kind kind;
        unsigned number;
        if (!parse_place(list[bit], &kind, &number))
            return fail(who, option + ": '" + list[bit] + "': expected gpio0 to gpio39, signal0 to signal255, or -");
        bool full = kind == place_kind::pad && input && b.gpio->pad[number].wire.listeners == LINE_LISTENERS;
        bool taken = kind == place_kind::signal &&
                     (input ? b.gpio->input[number].fn != nullptr : b.gpio->output[number].attached);
        if (full || taken)
            return fail(who, option + ": " + list[bit] + " is taken by a device of the node");
        b.input[bit].owner = &b;
        b.input[bit].bit = bit;
        if (kind == place_kind::pad && input)
            gpio_watch(b.gpio, number, block::changed, &b.input[bit]);
        else if (kind == place_kind::pad)
            b.drives_pad[bit] = static_cast<int>(number);
        else if (kind == place_kind::signal && input)
            gpio_signal_in(b.gpio, number, false, block::changed, &b.input[bit]);
        else if (kind == place_kind::signal)
            b.drives_signal[bit] = gpio_signal_out(b.gpio, number, false, nullptr);
    }
    return SIM_OK;
}

sim_status rtl_scene::attach_one(const rtl_options &options, const rtl_abi *abi, const std::string &node_name,
                                 node *model)
{
    blocks.push_back(std::make_unique<block>());
    block &b = *blocks.back();
    b.node = node_name;
    b.name = options.name.empty() ? abi->top : options.name;
    b.abi = abi;
    b.base = static_cast<std::uint32_t>(options.base);
    b.coverage = options.coverage;
    b.gpio = node_gpio(model);
    std::string who = b.node + "." + b.name;
    rtl_dev_config config{};
    config.abi = abi;
    config.base = b.base;
    config.size = options.size ? static_cast<std::uint32_t>(options.size) : natural_size(abi);
    config.hz = options.clock;
    config.timeout = static_cast<unsigned>(options.timeout);
    config.pins = &b;
    config.drive = block::drive;
    for (const auto &other : blocks)
        if (other.get() != &b && other->node == b.node && other->name == b.name)
            return fail(who, "two blocks of the node have this name; give rtl.name");
    SIM_TRY(connect_interrupts(options, b, model, &config));
    SIM_TRY(connect_pins(options.gpio_in, true, b));
    SIM_TRY(connect_pins(options.gpio_out, false, b));
    b.dev = rtl_dev_create(&config, b.name.c_str(), node_env(model));
    if (!b.dev)
        return SIM_NO_MEMORY;
    for (unsigned bit = 0; bit < options.gpio_in.size(); bit++) { // as they are before anything changes
        place_kind kind;
        unsigned number;
        parse_place(options.gpio_in[bit], &kind, &number);
        if (kind == place_kind::pad)
            rtl_dev_set_input(b.dev, bit, ::gpio_level(b.gpio, number, 0), 0);
        else if (kind == place_kind::signal)
            rtl_dev_set_input(b.dev, bit, b.gpio->input[number].level, 0);
    }
    const node_block attached = {
        b.name.c_str(),      b.base, b.base + config.size - 1,
        rtl_dev_port(b.dev), b.dev,  [](void *dev, sim_time now) { rtl_dev_reset(static_cast<rtl_dev *>(dev), now); }};
    const char *taken = nullptr;
    sim_status status = node_attach(model, &attached, &taken);
    if (status == SIM_OK)
        return SIM_OK;
    std::string range = hex(attached.first) + " to " + hex(attached.last);
    return fail(who, status != SIM_BUSY ? "base: " + range + " does not lie in peripheral space"
                     : taken            ? "base: " + range + " overlaps " + taken
                                        : "there are too many blocks on this node");
}

// "C '\x01f\x02file\x01l\x0212\x01page\x02v_line/module...' 3": Verilator's points of coverage with their counts.
void rtl_scene::read_coverage(const std::string &path, rtl_figures *f)
{
    std::ifstream in(path);
    std::string line;
    while (std::getline(in, line)) {
        std::size_t page = line.find("\x01page\x02"), quote = line.rfind("' ");
        if (line.compare(0, 3, "C '") != 0 || page == std::string::npos || quote == std::string::npos)
            continue;
        rtl_coverage *kind = line.compare(page + 6, 6, "v_line") == 0     ? &f->lines
                             : line.compare(page + 6, 8, "v_branch") == 0 ? &f->branches
                             : line.compare(page + 6, 8, "v_toggle") == 0 ? &f->toggles
                                                                          : nullptr;
        if (!kind)
            continue;
        kind->points++;
        kind->hit += line.compare(quote + 2, std::string::npos, "0") != 0;
    }
}

sim_status rtl_scene::finish(sim_time end, const std::string &folder)
{
    sim_status status = SIM_OK;
    for (const auto &b : blocks) {
        rtl_figures f{};
        f.node = b->node;
        f.name = b->name;
        f.bus = b->abi->bus == RTL_BUS_APB ? "APB" : "AXI4-Lite";
        f.base = b->base;
        rtl_dev_catch_up(b->dev, end);
        rtl_dev_get_counts(b->dev, &f.counts);
        if (b->coverage) {
            f.covered = true;
            f.coverage_file = (std::filesystem::path(folder) / (b->node + "." + b->name + ".coverage.dat")).string();
            if (int problem = rtl_dev_write_coverage(b->dev, f.coverage_file.c_str()))
                status = fail(f.coverage_file, std::string("cannot be written: ") + std::strerror(problem));
            else
                read_coverage(f.coverage_file, &f);
        }
        results.push_back(f);
    }
    return status;
}

std::vector<std::string> rtl_scene::ports() const
{
    std::vector<std::string> result;
    for (const auto &b : blocks)
        for (std::uint32_t i = 0; i < b->abi->port_count; i++)
            result.push_back(b->node + "." + b->name + "." + b->abi->port[i].name);
    return result;
}

std::vector<std::string> rtl_scene::scopes() const
{
    std::vector<std::string> result;
    for (const auto &b : blocks)
        result.push_back(b->node + "." + b->name);
    return result;
}

} // namespace vesper
