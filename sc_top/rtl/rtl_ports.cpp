// SPDX-License-Identifier: Apache-2.0
#include "sc_top/rtl/rtl_ports.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <sstream>

namespace vesper
{
namespace
{

// --- Verilator's XML: one element a line is not promised, quoted attributes are --------------------------------------

struct element {
    std::string name;
    std::map<std::string, std::string> attributes;
    std::string operator[](const char *key) const
    {
        auto found = attributes.find(key);
        return found == attributes.end() ? std::string{} : found->second;
    }
};

std::string unescape(const std::string &text)
{
    static constexpr std::pair<const char *, char> names[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    std::string result;
    for (std::size_t i = 0; i < text.size(); i++) {
        auto found = std::find_if(std::begin(names), std::end(names), [&](const auto &name) {
            return text.compare(i, std::string(name.first).size(), name.first) == 0;
        });
        result += found == std::end(names) ? text[i] : found->second;
        if (found != std::end(names))
            i += std::string(found->first).size() - 1;
    }
    return result;
}

// The element that begins after `<` at *at, which moves behind it. False at the end of the text.
bool next_element(const std::string &text, std::size_t *at, element *result)
{
    std::size_t open = text.find('<', *at), close = text.find('>', open);
    if (open == std::string::npos || close == std::string::npos)
        return false;
    *result = {};
    std::size_t i = open + 1;
    while (i < close && !std::isspace(static_cast<unsigned char>(text[i])))
        result->name += text[i++];
    while ((i = text.find_first_not_of(" \t\r\n/", i)) < close) {
        std::size_t equals = text.find("=\"", i),
                    end = equals == std::string::npos ? equals : text.find('"', equals + 2);
        if (end == std::string::npos || equals > close)
            break;
        result->attributes[text.substr(i, equals - i)] = unescape(text.substr(equals + 2, end - equals - 2));
        i = end + 1;
    }
    *at = close + 1;
    return true;
}

struct data_type {
    std::string kind, sub, left, right;
};

// 0: not a plain vector of bits.
unsigned width_of(const std::map<std::string, data_type> &types, const std::string &id, unsigned depth = 0)
{
    auto found = types.find(id);
    if (found == types.end() || depth > 8)
        return 0;
    const data_type &type = found->second;
    if (type.kind == "refdtype" || type.kind == "enumdtype")
        return width_of(types, type.sub, depth + 1);
    if (type.kind != "basicdtype")
        return 0;
    if (type.left.empty())
        return 1;
    long left = std::strtol(type.left.c_str(), nullptr, 10), right = std::strtol(type.right.c_str(), nullptr, 10);
    return static_cast<unsigned>(std::labs(left - right)) + 1;
}

// --- names ---------------------------------------------------------------------------------------

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

std::string upper(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
    return text;
}

enum class group { APB, AXI, DMA_WRITE, DMA_READ, SIDE };
enum class direction { INPUT, OUTPUT };

struct pin_row {
    rtl_pin_id id;
    group where;
    const char *name;
    direction way;
    unsigned low, high;
    bool needed;
};

constexpr pin_row pin_rows[] = {
#define RTL_PIN(id, where, name, way, low, high, needed)                                                               \
    {RTL_##id, group::where, name, direction::way, low, high, needed != 0},
#include "verilog/host/rtl_pins.def"
};

std::vector<std::string> prefixes_of(group where)
{
    if (where == group::APB)
        return {"", "s_apb_", "apb_", "s_"};
    if (where == group::AXI)
        return {"", "s_axi_", "s_axil_", "axi_", "axil_", "s00_axi_", "s_"};
    return {"m_axi_", "m_axil_", "m00_axi_", "m_"};
}

const char *group_text(group where)
{
    return where == group::APB ? "APB" : where == group::AXI ? "AXI4-Lite" : "the AXI4-Lite manager (m_axi_...)";
}

bool is_vector(unsigned width)
{
    return width != 1;
}

std::string bits_text(unsigned width)
{
    return width == 0 ? std::string("a struct or array")
                      : std::to_string(width) + (is_vector(width) ? " bits" : " bit");
}

// --- connecting ----------------------------------------------------------------------------------

class connector
{
  public:
    connector(const rtl_design &d, const rtl_build_options &o, struct log *l, rtl_wiring *w)
        : design(d), options(o), log(l), wiring(*w)
    {
    }

    sim_status run()
    {
        wiring.bus = options.bus == "axi4lite" ? RTL_BUS_AXI4LITE : RTL_BUS_APB;
        read_settings();
        connect_group(wiring.bus == RTL_BUS_APB ? group::APB : group::AXI, true);
        connect_group(group::DMA_WRITE, false);
        connect_group(group::DMA_READ, false);
        connect_clock();
        connect_reset();
        connect_bundle(RTL_CLK_REQ, {}, {"clk_req", "clock_request"}, direction::OUTPUT, 1);
        connect_bundle(RTL_IRQ, options.irq, {"irq", "interrupt", "intr"}, direction::OUTPUT, 32);
        connect_bundle(RTL_GPIO_IN, options.gpio_in, {"gpio_in"}, direction::INPUT, 64);
        connect_bundle(RTL_GPIO_OUT, options.gpio_out, {"gpio_out"}, direction::OUTPUT, 64);
        connect_bundle(RTL_GPIO_OE, options.gpio_oe, {"gpio_oe"}, direction::OUTPUT, 64);
        if (!failed) // one missing bus would have said enough
            check_rest();
        return failed ? SIM_BAD_VALUE : SIM_OK;
    }

  private:
    const rtl_design &design;
    const rtl_build_options &options;
    struct log *log;
    rtl_wiring &wiring;
    std::map<std::string, std::string> mapped; // pin, lower case -> port
    std::map<const rtl_verilog_port *, std::string> used;
    bool failed = false;

    void complain(const std::string &place, const std::string &text)
    {
        failed = true;
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, place.empty() ? design.top.c_str() : place.c_str(), "%s",
               text.c_str());
    }

    static bool split(const std::string &text, std::string *name, std::string *value)
    {
        std::size_t equals = text.find('=');
        *name = text.substr(0, equals);
        *value = equals == std::string::npos ? std::string{} : text.substr(equals + 1);
        return equals != std::string::npos && !name->empty() && !value->empty();
    }

    void read_settings()
    {
        std::string name, value;
        for (const std::string &setting : options.map) {
            auto known = [&](const pin_row &row) { return row.where != group::SIDE && map_name(row) == lower(name); };
            if (!split(setting, &name, &value))
                complain("--map", "'" + setting + "': expected PIN=PORT");
            else if (std::none_of(std::begin(pin_rows), std::end(pin_rows), known))
                complain("--map", "'" + name + "' is no signal of a bus; expected e.g. PREADY, AWADDR or M_AWADDR");
            else
                mapped[lower(name)] = value;
        }
        for (const std::string &setting : options.tie) {
            if (!split(setting, &name, &value)) {
                complain("--tie", "'" + setting + "': expected PORT=VALUE");
                continue;
            }
            char *end = nullptr;
            std::uint64_t number = std::strtoull(value.c_str(), &end, 0);
            const rtl_verilog_port *port = find(name);
            if (!port || port->direction != "input" || *end)
                complain("--tie", "'" + setting + "': expected an input of " + design.top + " and a number");
            else if (use(*port, "--tie"))
                wiring.ties.emplace_back(port, number);
        }
    }

    static std::string map_name(const pin_row &row)
    {
        bool manager = row.where == group::DMA_WRITE || row.where == group::DMA_READ;
        return (manager ? "m_" : "") + std::string(row.name);
    }

    // As written, or in another case.
    const rtl_verilog_port *find(const std::string &name) const
    {
        for (const rtl_verilog_port &port : design.ports)
            if (port.name == name)
                return &port;
        for (const rtl_verilog_port &port : design.ports)
            if (lower(port.name) == lower(name))
                return &port;
        return nullptr;
    }

    // Also with _i or _o at its end.
    const rtl_verilog_port *find_usual(const std::string &name) const
    {
        for (const char *suffix : {"", "_i", "_o"})
            if (const rtl_verilog_port *port = find(name + suffix); port && !used.count(port))
                return port;
        return nullptr;
    }

    bool use(const rtl_verilog_port &port, const std::string &as)
    {
        if (used.emplace(&port, as).second)
            return true;
        complain(port.place, "port '" + port.name + "' is taken as " + used[&port] + " and as " + as);
        return false;
    }

    static std::string shape(const pin_row &row)
    {
        std::string width = row.low == row.high ? bits_text(row.low)
                                                : std::to_string(row.low) + " to " + std::to_string(row.high) + " bits";
        return std::string(row.way == direction::INPUT ? "an input" : "an output") + " of " + width;
    }

    static std::string shape(const rtl_verilog_port &port)
    {
        return "an " + port.direction + " of " + bits_text(port.width);
    }

    const rtl_verilog_port *port_of(const pin_row &row)
    {
        auto map = mapped.find(map_name(row));
        if (map != mapped.end()) {
            const rtl_verilog_port *port = find(map->second);
            if (!port)
                complain("--map", design.top + " has no port '" + map->second + "'");
            return port;
        }
        for (const std::string &prefix : prefixes_of(row.where))
            if (const rtl_verilog_port *port = find_usual(prefix + row.name))
                return port;
        return nullptr;
    }

    void connect_pin(const pin_row &row, const rtl_verilog_port &port)
    {
        bool fits = port.direction == (row.way == direction::INPUT ? "input" : "output") && port.width >= row.low &&
                    port.width <= row.high;
        if (!fits)
            complain(port.place, "port '" + port.name + "' does not fit " + group_text(row.where) + ": " +
                                     upper(row.name) + " is " + shape(row) + "; found " + shape(port));
        else if (use(port, upper(row.name)))
            wiring.connections.push_back({row.id, &port, 0});
    }

    void connect_group(group where, bool needed)
    {
        std::vector<const pin_row *> missing;
        unsigned found = 0;
        for (const pin_row &row : pin_rows) {
            if (row.where != where)
                continue;
            if (const rtl_verilog_port *port = port_of(row)) {
                found++;
                connect_pin(row, *port);
            } else if (row.needed) {
                missing.push_back(&row);
            }
        }
        if (!needed && found == 0)
            return;
        if (found == 0) {
            complain("", "has no port of " + std::string(group_text(where)) + "; found " + all_ports());
            return;
        }
        for (const pin_row *row : missing)
            complain("", "has no port for " + upper(row->name) + " of " + group_text(where) + ": expected " +
                             shape(*row) + " called " + prefixes_of(where)[where == group::APB || where == group::AXI] +
                             row->name + " or the like, or --map " + upper(map_name(*row)) + "=PORT");
    }

    std::string all_ports() const
    {
        std::string text;
        for (const rtl_verilog_port &port : design.ports)
            text += (text.empty() ? "" : ", ") + port.name;
        return text.empty() ? "no port at all" : text;
    }

    // A port by the name that the user gave, or by a usual one.
    const rtl_verilog_port *single(const std::string &given, const std::vector<const char *> &usual, const char *option)
    {
        if (!given.empty()) {
            const rtl_verilog_port *port = find(given);
            if (!port)
                complain(option, design.top + " has no port '" + given + "'; found " + all_ports());
            return port;
        }
        for (const char *name : usual)
            if (const rtl_verilog_port *port = find_usual(name))
                return port;
        complain("", std::string("has no ") + (option + 2) + " by a usual name (" + usual[0] + ", " + usual[1] +
                         ", ...); name it with " + option);
        return nullptr;
    }

    bool is_bit_input(const rtl_verilog_port &port, const char *what)
    {
        if (port.direction == "input" && port.width == 1)
            return true;
        complain(port.place, "port '" + port.name + "' cannot be the " + what + ": expected an input of 1 bit; found " +
                                 shape(port));
        return false;
    }

    void connect_clock()
    {
        const rtl_verilog_port *port =
            single(options.clock, {"pclk", "aclk", "s_axi_aclk", "axi_aclk", "clk", "clock"}, "--clock");
        if (port && is_bit_input(*port, "clock") && use(*port, "the clock"))
            wiring.clock = port;
    }

    void connect_reset()
    {
        std::string name = options.reset, level;
        if (std::size_t equals = name.find('='); equals != std::string::npos) {
            level = name.substr(equals + 1);
            name = name.substr(0, equals);
        }
        const rtl_verilog_port *port =
            single(name,
                   {"presetn", "aresetn", "s_axi_aresetn", "axi_aresetn", "rst_n", "resetn", "reset_n", "rstn", "nrst",
                    "nreset", "rst_ni", "rst", "reset", "preset", "areset"},
                   "--reset");
        if (!port || !is_bit_input(*port, "reset") || !use(*port, "the reset"))
            return;
        std::string plain = lower(port->name);
        for (const char *suffix : {"_i", "i"})
            if (plain.size() > 4 &&
                plain.compare(plain.size() - std::string(suffix).size(), std::string::npos, suffix) == 0)
                plain.resize(plain.size() - std::string(suffix).size());
        bool low = plain.back() == 'n' || plain.front() == 'n';
        if (!level.empty() && level != "low" && level != "high")
            complain("--reset", "'" + options.reset + "': expected NAME, NAME=low or NAME=high");
        wiring.reset_is_high = level.empty() ? !low : level == "high";
        wiring.connections.push_back({RTL_RESET, port, 0});
    }

    // The bits of several ports, side by side.
    void connect_bundle(rtl_pin_id pin, const std::vector<std::string> &given, const std::vector<const char *> &usual,
                        direction way, unsigned most)
    {
        std::vector<const rtl_verilog_port *> ports;
        std::string option = "--" + lower(pin_row_of(pin).name);
        std::replace(option.begin(), option.end(), '_', '-');
        for (const std::string &name : given) {
            if (const rtl_verilog_port *port = find(name))
                ports.push_back(port);
            else
                complain(option, design.top + " has no port '" + name + "'; found " + all_ports());
        }
        for (const char *name : usual)
            if (const rtl_verilog_port *port = given.empty() && ports.empty() ? find_usual(name) : nullptr)
                ports.push_back(port);
        unsigned shift = 0;
        const char *expected = way == direction::INPUT ? "input" : "output";
        for (const rtl_verilog_port *port : ports) {
            if (port->direction != expected || port->width == 0 || shift + port->width > most) {
                complain(port->place, "port '" + port->name + "' does not fit " + option + ": expected an " + expected +
                                          ", " + bits_text(most) + " at most in all; found " + shape(*port));
                continue;
            }
            if (use(*port, option))
                wiring.connections.push_back({pin, port, shift});
            shift += port->width;
        }
    }

    static const pin_row &pin_row_of(rtl_pin_id pin)
    {
        return *std::find_if(std::begin(pin_rows), std::end(pin_rows),
                             [&](const pin_row &row) { return row.id == pin; });
    }

    void check_rest()
    {
        for (const rtl_verilog_port &port : design.ports) {
            if (port.direction == "inout")
                complain(port.place, "port '" + port.name +
                                         "' is an inout, which cannot be connected; use an input, an "
                                         "output and an output enable");
            else if (port.direction == "input" && !used.count(&port))
                complain(port.place, "port '" + port.name + "', " + shape(port) + ", belongs neither to " +
                                         (wiring.bus == RTL_BUS_APB ? "APB" : "AXI4-Lite") +
                                         " nor to --irq, --gpio-in, ...; --tie " + port.name + "=0 holds it at 0");
        }
    }
};

const char *pin_id_name(rtl_pin_id pin)
{
    static constexpr const char *names[] = {
#define RTL_PIN(id, where, name, way, low, high, needed) #id,
#include "verilog/host/rtl_pins.def"
    };
    return names[pin];
}

} // namespace

bool rtl_read_xml(const std::string &text, rtl_design *design)
{
    std::map<std::string, std::string> files;
    std::map<std::string, data_type> types;
    std::vector<std::pair<rtl_verilog_port, std::string>> found; // with the type
    std::string module;
    element e;
    for (std::size_t at = 0; next_element(text, &at, &e);) {
        if (e.name == "file") {
            if (files.emplace(e["id"], e["filename"]).second && e["filename"].compare(0, 1, "<") != 0)
                design->files.push_back(e["filename"]);
        } else if (e.name == "cell" && design->top.empty()) {
            design->top = e["submodname"];
        } else if (e.name == "module") {
            module = e["name"];
        } else if (e.name == "/module") {
            module.clear();
        } else if (e.name == "var" && !e["dir"].empty() && module == design->top && !e["pinIndex"].empty()) {
            std::string place = e["loc"]; // file id, line, column, line, column
            std::size_t one = place.find(','), two = place.find(',', one + 1), three = place.find(',', two + 1);
            place = files[place.substr(0, one)] + ":" + place.substr(one + 1, two - one - 1) + ":" +
                    place.substr(two + 1, three - two - 1);
            found.emplace_back(rtl_verilog_port{e["name"], e["origName"], e["dir"], 0, place}, e["dtype_id"]);
        } else if (e.name.size() > 5 && e.name.compare(e.name.size() - 5, 5, "dtype") == 0 && !e["id"].empty()) {
            types[e["id"]] = {e.name, e["sub_dtype_id"], e["left"], e["right"]};
        }
    }
    for (auto &[port, type] : found) {
        port.width = width_of(types, type);
        design->ports.push_back(port);
    }
    return !design->top.empty();
}

sim_status rtl_connect(const rtl_design &design, const rtl_build_options &options, struct log *log, rtl_wiring *wiring)
{
    return connector(design, options, log, wiring).run();
}

std::string rtl_wiring::summary() const
{
    std::map<rtl_pin_id, std::string> names;
    for (const rtl_connection &c : connections)
        names[c.pin] += (names[c.pin].empty() ? "" : " ") + c.port->name;
    std::string text = bus == RTL_BUS_APB ? "APB" : "AXI4-Lite";
    for (const rtl_connection &c : connections)
        if (c.pin == RTL_PADDR || c.pin == RTL_AWADDR)
            text += ", " + std::to_string(c.port->width) + " address bits";
    text += "; clock " + clock->name + "; reset " + names[RTL_RESET] + (reset_is_high ? " (high)" : " (low)");
    const std::pair<rtl_pin_id, const char *> rest[] = {{RTL_CLK_REQ, "clock request"},
                                                        {RTL_IRQ, "irq"},
                                                        {RTL_GPIO_IN, "gpio in"},
                                                        {RTL_GPIO_OUT, "gpio out"},
                                                        {RTL_GPIO_OE, "gpio oe"}};
    for (auto [pin, title] : rest)
        if (names.count(pin))
            text += std::string("; ") + title + " " + names[pin];
    bool writes = names.count(RTL_M_AWVALID), reads = names.count(RTL_M_ARVALID);
    if (writes || reads)
        text += std::string("; DMA ") + (reads ? "reads" : "") + (reads && writes ? " and " : "") +
                (writes ? "writes" : "");
    return text;
}

std::string rtl_ports_text(const rtl_wiring &wiring)
{
    std::ostringstream ports, drive, sample;
    for (const rtl_connection &c : wiring.connections) {
        std::string pin = std::string("RTL_") + pin_id_name(c.pin);
        const rtl_verilog_port &port = *c.port;
        ports << "    {" << pin << ", " << port.width << ", \"" << port.name << "\"},\n";
        if (c.pin == RTL_RESET)
            drive << "    t." << port.member << " = " << (wiring.reset_is_high ? "" : "!") << "pin[RTL_RESET];\n";
        else if (port.direction == "input" && port.width >= 64)
            drive << "    t." << port.member << " = pin[" << pin << "];\n";
        else if (port.direction == "input")
            drive << "    t." << port.member << " = pin[" << pin << "] >> " << c.shift << " & ((UINT64_C(1) << "
                  << port.width << ") - 1);\n";
        else
            sample << "    pin[" << pin << "] " << (c.shift ? "|" : "") << "= static_cast<uint64_t>(t." << port.member
                   << ") << " << c.shift << ";\n";
    }
    for (auto [port, value] : wiring.ties)
        if (value && port->width <= 64)
            drive << "    t." << port->member << " = UINT64_C(" << value << ");\n";
    std::ostringstream all;
    all << "static const rtl_port block_ports[] = {\n"
        << ports.str() << "};\nstatic inline void block_clock(Vblock &t, bool level)\n{\n    t." << wiring.clock->member
        << " = level;\n}\nstatic inline void block_drive(Vblock &t, const uint64_t *pin)\n{\n"
        << drive.str() << "}\nstatic inline void block_sample(const Vblock &t, uint64_t *pin)\n{\n"
        << sample.str() << "}\n";
    return all.str();
}

} // namespace vesper
