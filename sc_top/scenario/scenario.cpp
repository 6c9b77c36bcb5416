// SPDX-License-Identifier: Apache-2.0
// TOML and --set into structs, driven by the rows of options.def alone: no option is named here, except where options
// depend on each other (check_*).
#include "sc_top/scenario/scenario.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include <toml++/toml.h>

namespace vesper
{
namespace
{

// What is wrong and where; becomes the one message.
struct scenario_error {
    std::string where;
    std::string text;
};

// --- the rows -------------------------------------------------------------------------------------------------------

#define SECTION(id, key, times, text) constexpr option id##_rows[] = {
#define OPTION(section, name, kind, default_text, help)                                                                \
    {#name, option_kind::kind, default_text, help,                                                                     \
     [](void *s) -> void * { return &static_cast<section##_options *>(s)->name; }},
#define SECTION_END(id)                                                                                                \
    }                                                                                                                  \
    ;
#include "sc_top/scenario/options.def"

constexpr bool ONE = false, MANY = true;

} // namespace

option_section_list option_sections()
{
    static constexpr option_section sections[] = {
#define SECTION(id, key, times, text) {key, times, text, id##_rows, std::size(id##_rows)},
#include "sc_top/scenario/options.def"
    };
    return {std::begin(sections), std::end(sections)};
}

namespace
{

template <typename T, std::size_t N> T with_defaults(const option (&rows)[N])
{
    T section;
    for (const option &row : rows)
        if (*row.default_text)
            option_parse(row.kind, row.default_text, row.member(&section));
    return section;
}

scenario empty_scenario()
{
    scenario s;
    s.run = with_defaults<run_options>(run_rows);
    s.trace = with_defaults<trace_options>(trace_rows);
    return s;
}

// A table of the scenario by its key and, for [[key]], index; appends entry `index` when it is the next one. NULL when
// there is no such section or the index leaves a gap.
void *section_at(scenario *s, const std::string &key, std::size_t index)
{
    auto entry = [index](auto &list, const auto &rows) -> void * {
        using T = typename std::decay_t<decltype(list)>::value_type;
        if (index == list.size())
            list.push_back(with_defaults<T>(rows));
        return index < list.size() ? &list[index] : nullptr;
    };
    if (key == "run")
        return &s->run;
    if (key == "trace")
        return &s->trace;
    if (key == "node")
        return entry(s->node, node_rows);
    if (key == "gpio")
        return entry(s->gpio, gpio_rows);
    if (key == "input")
        return entry(s->input, input_rows);
    return nullptr;
}

const option_section *find_section(const std::string &key)
{
    for (const option_section &section : option_sections())
        if (key == section.key)
            return &section;
    return nullptr;
}

const option *find_option(const option_section &section, const std::string &name)
{
    for (std::size_t i = 0; i < section.count; i++)
        if (name == section.options[i].name)
            return &section.options[i];
    return nullptr;
}

std::string did_you_mean(const std::string &word, const std::vector<std::string> &candidates)
{
    std::string best = nearest(word, candidates);
    return best.empty() ? std::string{} : "; did you mean '" + best + "'?";
}

std::string unknown_section(const std::string &key)
{
    std::vector<std::string> names;
    for (const option_section &section : option_sections())
        names.emplace_back(section.key);
    std::string suggestion = did_you_mean(key, names);
    if (suggestion.empty())
        for (const std::string &name : names)
            suggestion += (suggestion.empty() ? "; expected " : ", ") + name;
    return "unknown section '" + key + "'" + suggestion;
}

// Looks in the section first and then in the others: most mistakes are a typo or the wrong table.
std::string unknown_option(const option_section &section, const std::string &name)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < section.count; i++)
        names.emplace_back(section.options[i].name);
    std::string suggestion = did_you_mean(name, names);
    for (const option_section &other : option_sections())
        if (suggestion.empty() && find_option(other, name))
            suggestion = "; '" + name + "' belongs to [" + other.key + "]";
    return "unknown key '" + name + "' in [" + section.key + "]" + suggestion;
}

// --- TOML -----------------------------------------------------------------------------------------------------------

class toml_reader
{
  public:
    toml_reader(const std::string &file, scenario *result)
        : path(file), directory(std::filesystem::path(file).parent_path()), target(result)
    {
    }

    void read(const toml::table &root)
    {
        for (auto &&[key, value] : root) {
            std::string name(key.str());
            const option_section *section = find_section(name);
            if (!section)
                fail(key.source(), unknown_section(name));
            if (section->many)
                read_many(*section, value);
            else
                read_one(*section, value, 0);
        }
    }

    std::string place(const toml::source_region &at) const
    {
        return path + ":" + std::to_string(at.begin.line) + ":" + std::to_string(at.begin.column);
    }

  private:
    std::string path;
    std::filesystem::path directory;
    scenario *target;

    [[noreturn]] void fail(const toml::source_region &at, const std::string &text) const
    {
        throw scenario_error{place(at), text};
    }

    void read_many(const option_section &section, const toml::node &value)
    {
        const toml::array *list = value.as_array();
        std::string key = section.key;
        if (!list)
            fail(value.source(), "[" + key + "] may occur many times; write [[" + key + "]]");
        for (std::size_t i = 0; i < list->size(); i++)
            read_one(section, (*list)[i], i);
    }

    void read_one(const option_section &section, const toml::node &value, std::size_t index)
    {
        const toml::table *table = value.as_table();
        std::string key = section.key;
        if (!table && value.is_array())
            fail(value.source(), "[[" + key + "]] occurs once only; write [" + key + "]");
        if (!table)
            fail(value.source(),
                 "'" + key + "' is a section; write " + (section.many ? "[[" + key + "]]" : "[" + key + "]"));
        void *data = section_at(target, key, index);
        for (auto &&[name, item] : *table) {
            const option *row = find_option(section, std::string(name.str()));
            if (!row)
                fail(name.source(), unknown_option(section, std::string(name.str())));
            assign(*row, item, row->member(data));
        }
    }

    void assign(const option &row, const toml::node &item, void *value) const
    {
        std::string problem = row.kind == option_kind::TEXTS ? take_list(item, value) : take(row, item, value);
        if (!problem.empty())
            fail(item.source(), std::string(row.name) + ": " + problem);
        if (row.kind == option_kind::PATH)
            make_relative(static_cast<std::string *>(value));
        if (row.kind == option_kind::CONSOLE)
            make_console_relative(static_cast<std::string *>(value));
    }

    static std::string wrong_type(const option &row, const toml::node &item)
    {
        std::ostringstream type;
        type << item.type();
        return "found " + type.str() + "; expected " + option_kind_text(row.kind);
    }

    // Strings hold whatever has a unit; numbers may be written bare.
    static std::string take(const option &row, const toml::node &item, void *value)
    {
        bool numeric = row.kind == option_kind::NUMBER || row.kind == option_kind::FACTOR;
        bool scaled =
            row.kind == option_kind::TIME || row.kind == option_kind::FREQUENCY || row.kind == option_kind::SIZE;
        if (const toml::value<std::string> *text = item.as_string())
            return row.kind == option_kind::FACTOR ? wrong_type(row, item) : option_parse(row.kind, text->get(), value);
        if (const toml::value<std::int64_t> *number = item.as_integer()) {
            if (row.kind == option_kind::FACTOR) {
                *static_cast<double *>(value) = static_cast<double>(number->get());
                return {};
            }
            if (numeric || scaled)
                return option_parse(row.kind, std::to_string(number->get()), value);
        }
        if (const toml::value<double> *number = item.as_floating_point(); number && row.kind == option_kind::FACTOR) {
            *static_cast<double *>(value) = number->get();
            return std::isfinite(number->get()) ? std::string{} : "not a finite number";
        }
        return wrong_type(row, item);
    }

    static std::string take_list(const toml::node &item, void *value)
    {
        auto *texts = static_cast<std::vector<std::string> *>(value);
        texts->clear();
        if (const toml::value<std::string> *text = item.as_string()) {
            texts->push_back(text->get());
            return {};
        }
        const toml::array *list = item.as_array();
        if (!list)
            return "expected a text or a list of texts";
        for (const toml::node &element : *list) {
            if (!element.is_string())
                return "the list holds something that is no text";
            texts->push_back(element.as_string()->get());
        }
        return {};
    }

    void make_relative(std::string *path_text) const
    {
        if (!path_text->empty() && std::filesystem::path(*path_text).is_relative())
            *path_text = (directory / *path_text).lexically_normal().string();
    }

    void make_console_relative(std::string *console) const
    {
        for (const std::string prefix : {"file:", "pipe:"}) {
            if (console->compare(0, prefix.size(), prefix) != 0)
                continue;
            std::string rest = console->substr(prefix.size());
            make_relative(&rest);
            *console = prefix + rest;
        }
    }
};

// --- --set ----------------------------------------------------------------------------------------------------------

std::vector<std::string> split_path(const std::string &key)
{
    std::vector<std::string> parts;
    std::istringstream in(key);
    for (std::string part; std::getline(in, part, '.');)
        parts.push_back(part);
    return parts;
}

void parse_setting(const option &row, const std::string &text, void *value, const std::string &where)
{
    std::string problem;
    // A list may be typed as in the file when a text holds a comma.
    if (row.kind == option_kind::TEXTS && !text.empty() && text.front() == '[') {
        try {
            toml::table list = toml::parse("v = " + text);
            auto *texts = static_cast<std::vector<std::string> *>(value);
            texts->clear();
            const toml::array *array = list["v"].as_array();
            for (std::size_t i = 0; array && i < array->size(); i++) {
                if (!(*array)[i].is_string())
                    throw scenario_error{where, "the list holds something that is no text"};
                texts->push_back((*array)[i].as_string()->get());
            }
        } catch (const toml::parse_error &error) {
            problem = std::string(error.description());
        }
    } else {
        problem = option_parse(row.kind, text, value);
    }
    if (!problem.empty())
        throw scenario_error{where, problem};
}

void apply_setting(scenario *s, const std::string &key, const std::string &text)
{
    std::string where = "--set " + key;
    std::vector<std::string> parts = split_path(key);
    const option_section *section = parts.empty() ? nullptr : find_section(parts[0]);
    if (!section)
        throw scenario_error{where, unknown_section(parts.empty() ? "" : parts[0])};
    std::size_t wanted_parts = section->many ? 3 : 2;
    if (parts.size() != wanted_parts)
        throw scenario_error{where, std::string("expected ") + section->key + (section->many ? ".NUMBER.KEY" : ".KEY")};
    std::uint64_t index = 0;
    if (section->many && !option_parse(option_kind::NUMBER, parts[1], &index).empty())
        throw scenario_error{where, "'" + parts[1] + "' is not the number of a [[" + section->key + "]] entry"};
    const option *row = find_option(*section, parts.back());
    if (!row)
        throw scenario_error{where, unknown_option(*section, parts.back())};
    void *data = section_at(s, section->key, index);
    if (!data)
        throw scenario_error{where, "there is no [[" + std::string(section->key) + "]] entry " + parts[1]};
    parse_setting(*row, text, row->member(data), where);
}

// --- checks that concern several options ----------------------------------------------------------------------------

[[noreturn]] void reject(const std::string &path, const std::string &text)
{
    throw scenario_error{path, text};
}

void check_range(const std::string &path, const char *key, std::uint64_t value, std::uint64_t low, std::uint64_t high)
{
    if (value < low || value > high)
        reject(path, std::string(key) + " = " + std::to_string(value) + "; expected " + std::to_string(low) + " to " +
                         std::to_string(high));
}

void check_node(const std::string &path, const node_options &node)
{
    check_range(path, "node.count", node.count, 1, 10000);
    check_range(path, "node.chip_revision", node.chip_revision, 0, 3);
    check_range(path, "node.strap", node.strap, 0, 0x3F);
    check_range(path, "node.cores", node.cores, 1, 2);
    check_range(path, "node.flash_size", node.flash_size, 1u << 20, 16u << 20);
    if ((node.flash_size & (node.flash_size - 1)) != 0)
        reject(path, "node.flash_size is not a power of two");
    if (node.firmware.empty())
        reject(path, "node.firmware is missing: every [[node]] needs a program to run");
    if (node.cpu_clock != 40000000 && node.cpu_clock != 80000000 && node.cpu_clock != 160000000 &&
        node.cpu_clock != 240000000)
        reject(path, "node.cpu_clock: expected 40MHz, 80MHz, 160MHz or 240MHz");
    if (!(node.crystal_ppm >= -1000 && node.crystal_ppm <= 1000))
        reject(path, "node.crystal_ppm: expected -1000 to 1000");
}

void check_names(const std::string &path, const scenario &s)
{
    std::set<std::string> names;
    std::uint64_t number = 0;
    for (const node_options &node : s.node)
        for (std::uint64_t i = 0; i < node.count; i++)
            if (std::string name = scenario_node_name(node, i, number++); !names.insert(name).second)
                reject(path, "two nodes are called '" + name + "'");
    auto known = [&](const std::string &name, const char *key) {
        if (!name.empty() && !names.count(name))
            reject(path, std::string(key) + ": there is no node '" + name + "'" +
                             did_you_mean(name, {names.begin(), names.end()}));
    };
    for (const gpio_options &gpio : s.gpio)
        known(gpio.node, "gpio.node");
    for (const input_options &input : s.input)
        known(input.node, "input.node");
}

void check_stdio(const std::string &path, const scenario &s)
{
    std::uint64_t users = 0;
    for (const node_options &node : s.node)
        for (const std::string *console : {&node.uart0, &node.uart1, &node.uart2})
            users += *console == "stdio" ? node.count : 0;
    if (users > 1)
        reject(path, "stdio is the console of " + std::to_string(users) + " UARTs; it can serve one");
}

void check(const std::string &path, const scenario &s)
{
    if (s.node.empty())
        reject(path, "no [[node]]: there is nothing to simulate");
    check_range(path, "number of [[node]] entries", s.node.size(), 1, 10000);
    for (const node_options &node : s.node)
        check_node(path, node);
    for (const gpio_options &gpio : s.gpio)
        check_range(path, "gpio.pad", gpio.pad, 0, 39);
    for (const input_options &input : s.input)
        check_range(path, "input.uart", input.uart, 0, 2);
    if (s.run.quantum < 1000 || s.run.quantum > SIM_MS(1))
        reject(path, "run.quantum: expected 1ns to 1ms");
    if (!(s.run.pace >= 0))
        reject(path, "run.pace: expected 0 or more");
    for (const auto *texts : {&s.run.expect, &s.run.stop_on, &s.run.fail_on, &s.run.panic_on})
        for (const std::string &text : *texts)
            if (text.empty() || text.size() > 256)
                reject(path, "run.expect, stop_on, fail_on and panic_on: expected texts of 1 to 256 bytes");
    check_names(path, s);
    check_stdio(path, s);
}

// Runs `build` on an empty scenario, then the settings and the checks; turns errors into the one message.
sim_status finish(const std::string &path, const scenario_settings &settings, struct log *log, scenario *result,
                  const std::function<void(scenario *)> &build)
{
    try {
        scenario s = empty_scenario();
        build(&s);
        for (const auto &[key, text] : settings)
            apply_setting(&s, key, text);
        check(path, s);
        *result = std::move(s);
        return SIM_OK;
    } catch (const scenario_error &error) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, error.where.c_str(), "%s", error.text.c_str());
        return SIM_BAD_FORMAT;
    }
}

template <typename T, std::size_t N>
void write_section(std::string *out, const char *head, const option (&rows)[N], const T &section)
{
    *out += std::string(out->empty() ? "" : "\n") + head + "\n";
    for (const option &row : rows)
        *out += std::string(row.name) + " = " + option_format(row.kind, row.member(const_cast<T *>(&section))) + "\n";
}

} // namespace

sim_status scenario_parse(const std::string &text, const std::string &path, const scenario_settings &settings,
                          struct log *log, scenario *result)
{
    return finish(path, settings, log, result, [&](scenario *s) {
        toml_reader reader(path, s);
        try {
            reader.read(toml::parse(text, path));
        } catch (const toml::parse_error &error) {
            throw scenario_error{reader.place(error.source()), std::string(error.description())};
        }
    });
}

sim_status scenario_load(const std::string &path, const scenario_settings &settings, struct log *log, scenario *result)
{
    std::error_code error;
    bool missing = !std::filesystem::exists(path, error);
    std::ifstream file;
    if (!missing && !std::filesystem::is_directory(path, error))
        file.open(path, std::ios::binary);
    if (!file.is_open()) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, path.c_str(), "%s",
               missing ? "no such file" : "cannot be read; expected a scenario file");
        return missing ? SIM_NOT_FOUND : SIM_IO;
    }
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return scenario_parse(text, path, settings, log, result);
}

sim_status scenario_default(const std::string &firmware, const scenario_settings &settings, struct log *log,
                            scenario *result)
{
    return finish("command line", settings, log, result, [&](scenario *s) {
        auto *node = static_cast<node_options *>(section_at(s, "node", 0));
        node->firmware = firmware;
    });
}

std::string scenario_effective(const scenario &s)
{
    std::string out;
    write_section(&out, "[run]", run_rows, s.run);
    write_section(&out, "[trace]", trace_rows, s.trace);
    for (const node_options &node : s.node)
        write_section(&out, "[[node]]", node_rows, node);
    for (const gpio_options &gpio : s.gpio)
        write_section(&out, "[[gpio]]", gpio_rows, gpio);
    for (const input_options &input : s.input)
        write_section(&out, "[[input]]", input_rows, input);
    return out;
}

std::string scenario_node_name(const node_options &node, std::uint64_t index, std::uint64_t number)
{
    if (node.name.empty())
        return "node" + std::to_string(number);
    return node.count > 1 ? node.name + std::to_string(index) : node.name;
}

} // namespace vesper
