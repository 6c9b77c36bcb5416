// SPDX-License-Identifier: Apache-2.0
// TOML and --set into structs and back, driven by the rows of options.def alone: no option is named here.
#include "sc_top/scenario/scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include <toml++/toml.h>

#include "sc_top/scenario/scenario_priv.h"

namespace vesper
{
namespace
{

// --- the rows -------------------------------------------------------------------------------------------------------

#define SECTION(id, key, times, text) constexpr option id##_rows[] = {
#define RANGED(section, name, kind, default_text, low, high, help)                                                     \
    {#name, option_kind::kind, default_text, low, high, help, [](void *s) -> void * {                                  \
         return &static_cast<section##_options *>(s)->name;                                                            \
     }},
#define SECTION_END(id, times)                                                                                         \
    }                                                                                                                  \
    ;
#include "sc_top/scenario/options.def"

template <typename T, std::size_t N> void set_defaults(const option (&rows)[N], T *section)
{
    for (const option &row : rows)
        if (*row.default_text)
            option_parse(row.kind, row.default_text, row.member(section));
        else
            option_clear(row.kind, row.member(section));
}

template <typename T, std::size_t N> void *entry_of(std::vector<T> *list, const option (&rows)[N], std::size_t index)
{
    if (index == list->size()) {
        list->emplace_back();
        set_defaults(rows, &list->back());
    }
    return index < list->size() ? &(*list)[index] : nullptr;
}

template <typename T, std::size_t N> void *entry_of(T *section, const option (&)[N], std::size_t)
{
    return section;
}

template <typename T> std::size_t entries_of(const std::vector<T> &list)
{
    return list.size();
}

template <typename T> std::size_t entries_of(const T &)
{
    return 1;
}

constexpr bool ONE = false, MANY = true;

} // namespace

option_section_list option_sections()
{
    static constexpr option_section sections[] = {
#define SECTION(id, key, times, text)                                                                                  \
    {key,                                                                                                              \
     times,                                                                                                            \
     text,                                                                                                             \
     id##_rows,                                                                                                        \
     std::size(id##_rows),                                                                                             \
     [](scenario *s, std::size_t index) { return entry_of(&s->id, id##_rows, index); },                                \
     [](const scenario *s) { return entries_of(s->id); }},
#include "sc_top/scenario/options.def"
    };
    return {std::begin(sections), std::end(sections)};
}

std::string did_you_mean(const std::string &word, const std::vector<std::string> &candidates)
{
    std::string best = nearest(word, candidates);
    return best.empty() ? std::string{} : "; did you mean '" + best + "'?";
}

const std::string &option_places::find(const std::string &section, std::size_t index, const std::string &name) const
{
    for (const auto &key : {std::make_tuple(section, index, name), std::make_tuple(section, index, std::string{})})
        if (auto place = places.find(key); place != places.end())
            return place->second;
    return path;
}

namespace
{

scenario empty_scenario()
{
    scenario s;
#define SECTION_ONE(id) set_defaults(id##_rows, &s.id);
#define SECTION_MANY(id)
#define SECTION(id, key, times, text) SECTION_##times(id)
#include "sc_top/scenario/options.def"
    return s;
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
    toml_reader(const std::string &file, scenario *result, option_places *given)
        : path(file), directory(std::filesystem::path(file).parent_path()), target(result), places(given)
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
    option_places *places;

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
        void *data = section.entry(target, index);
        places->put(key, index, "", place(value.source()));
        for (auto &&[name, item] : *table) {
            const option *row = find_option(section, std::string(name.str()));
            if (!row)
                fail(name.source(), unknown_option(section, std::string(name.str())));
            places->put(key, index, row->name, place(item.source()));
            assign(*row, item, row->member(data));
        }
    }

    void assign(const option &row, const toml::node &item, void *value) const
    {
        std::string problem = is_list(row.kind) ? take_list(item, value)
                              : item.is_array() ? take_array(row, *item.as_array(), value)
                                                : take(row, item, value);
        if (problem.empty())
            problem = option_check_range(row, value);
        if (!problem.empty())
            fail(item.source(), std::string(row.name) + ": " + problem);
        if (row.kind == option_kind::PATH)
            make_relative(static_cast<std::string *>(value));
        if (row.kind == option_kind::PATHS)
            for (std::string &path_text : *static_cast<std::vector<std::string> *>(value))
                make_relative(&path_text);
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
            if (row.kind == option_kind::FACTOR || row.kind == option_kind::PACE) {
                *static_cast<double *>(value) = static_cast<double>(number->get());
                return {};
            }
            if (numeric || scaled)
                return option_parse(row.kind, std::to_string(number->get()), value);
        }
        if (const toml::value<double> *number = item.as_floating_point();
            number && (row.kind == option_kind::FACTOR || row.kind == option_kind::PACE)) {
            *static_cast<double *>(value) = number->get();
            return std::isfinite(number->get()) ? std::string{} : "not a finite number";
        }
        if (const toml::value<bool> *flag = item.as_boolean(); flag && row.kind == option_kind::FLAG) {
            *static_cast<bool *>(value) = flag->get();
            return {};
        }
        return wrong_type(row, item);
    }

    // A list of texts or numbers for a kind that has one.
    static std::string take_array(const option &row, const toml::array &list, void *value)
    {
        const char *separator = option_list_separator(row.kind);
        std::string text;
        if (!separator)
            return wrong_type(row, list);
        for (const toml::node &element : list) {
            text += text.empty() ? "" : separator;
            if (const toml::value<std::string> *word = element.as_string())
                text += word->get();
            else if (element.is_number())
                text += option_format_factor(element.value<double>().value_or(0));
            else
                return "the list holds something that is neither text nor number";
        }
        return option_parse(row.kind, text, value);
    }

    static bool is_list(option_kind kind)
    {
        return kind == option_kind::TEXTS || kind == option_kind::PATHS;
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
    if ((row.kind == option_kind::TEXTS || row.kind == option_kind::PATHS) && !text.empty() && text.front() == '[') {
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
    if (problem.empty())
        problem = option_check_range(row, value);
    if (!problem.empty())
        throw scenario_error{where, problem};
}

void apply_setting(scenario *s, option_places *places, const std::string &key, const std::string &text)
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
    void *data = section->entry(s, index);
    if (!data)
        throw scenario_error{where, "there is no [[" + std::string(section->key) + "]] entry " + parts[1]};
    places->put(section->key, index, row->name, where);
    parse_setting(*row, text, row->member(data), where);
}

// To the only network of the right kind; where there is none at all, one is made and every node plugged in.
void add_forward(scenario *s, option_places *places, const std::string &text)
{
    std::vector<std::size_t> fitting;
    if (s->network.empty()) {
        entry_of(&s->network, network_rows, 0);
        for (node_options &node : s->node)
            node.ethernet = node.ethernet.empty() ? scenario_network_name(s->network[0], 0) : node.ethernet;
    }
    for (std::size_t i = 0; i < s->network.size(); i++)
        if (s->network[i].backend == host_backend::slirp)
            fitting.push_back(i);
    if (fitting.size() != 1)
        throw scenario_error{SCENARIO_FORWARD,
                             fitting.empty() ? "no [[network]] has backend = \"slirp\""
                                             : "several networks could be meant; give `forwards` in the scenario"};
    places->put("network", fitting[0], "forwards", SCENARIO_FORWARD);
    s->network[fitting[0]].forwards.push_back(text);
}

// Runs `build` on an empty scenario, then the settings and the checks; turns errors into the one message.
sim_status finish(const std::string &path, const scenario_settings &settings, struct log *log, scenario *result,
                  const std::function<void(scenario *, option_places *)> &build)
{
    try {
        scenario s = empty_scenario();
        option_places places(path);
        build(&s, &places);
        for (const auto &[key, text] : settings)
            if (key == SCENARIO_FORWARD)
                add_forward(&s, &places, text);
            else
                apply_setting(&s, &places, key, text);
        scenario_check(s, places);
        *result = std::move(s);
        return SIM_OK;
    } catch (const scenario_error &error) {
        log_at(log, LOG_HOST, LOG_ERROR, SIM_TIME_NEVER, error.where.c_str(), "%s", error.text.c_str());
        return SIM_BAD_FORMAT;
    }
}

void write_entry(std::string *out, const option_section &section, void *data)
{
    std::string key = section.key;
    *out += (out->empty() ? "" : "\n") + (section.many ? "[[" + key + "]]" : "[" + key + "]") + "\n";
    for (std::size_t i = 0; i < section.count; i++) {
        const option &row = section.options[i];
        if (const void *value = row.member(data); option_is_given(row.kind, value))
            *out += std::string(row.name) + " = " + option_format(row.kind, value) + "\n";
    }
}

} // namespace

sim_status scenario_parse(const std::string &text, const std::string &path, const scenario_settings &settings,
                          struct log *log, scenario *result)
{
    return finish(path, settings, log, result, [&](scenario *s, option_places *places) {
        toml_reader reader(path, s, places);
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
    return finish("command line", settings, log, result, [&](scenario *s, option_places *) {
        s->node.emplace_back();
        set_defaults(node_rows, &s->node.back());
        s->node.back().firmware = firmware; // empty: node.flash is among the settings
    });
}

std::string scenario_effective(const scenario &s)
{
    std::string out;
    auto *source = const_cast<scenario *>(&s); // rows hand out members for reading and writing
    for (const option_section &section : option_sections())
        for (std::size_t i = 0, count = section.entries(&s); i < count; i++)
            write_entry(&out, section, section.entry(source, i));
    return out;
}

std::string scenario_fingerprint(const scenario &s)
{
    static constexpr const char *left_out[] = {
        "run.pace",        "run.until",    "run.kernel",       "run.expect",        "run.stop_on",
        "run.fail_on",     "run.panic_on", "network.forwards", "network.restrict",  "network.host_loopback",
        "network.address", "network.peer", "network.pcap",     "node.ethernet_pcap"};
    auto is_left_out = [](const std::string &name) {
        return std::find(std::begin(left_out), std::end(left_out), name) != std::end(left_out);
    };
    std::string out;
    auto *source = const_cast<scenario *>(&s); // rows hand out members for reading and writing
    for (const option_section &section : option_sections()) {
        std::string key = section.key;
        if (key == "trace" || key == "output")
            continue;
        for (std::size_t i = 0, count = section.entries(&s); i < count; i++)
            for (std::size_t k = 0; k < section.count; k++) {
                const option &row = section.options[k];
                const void *value = row.member(section.entry(source, i));
                bool of_host = row.kind == option_kind::PATH || row.kind == option_kind::PATHS ||
                               row.kind == option_kind::CONSOLE || is_left_out(key + "." + row.name);
                if (!of_host && option_is_given(row.kind, value))
                    out += key + "." + (section.many ? std::to_string(i) + "." : "") + row.name + " = " +
                           option_format(row.kind, value) + "\n";
            }
    }
    return out;
}

namespace
{

std::string name_of(const std::string &name, const char *kind, std::uint64_t count, std::uint64_t index,
                    std::uint64_t number)
{
    if (name.empty())
        return kind + std::to_string(number);
    return count > 1 ? name + std::to_string(index) : name;
}

} // namespace

std::string scenario_node_name(const node_options &node, std::uint64_t index, std::uint64_t number)
{
    return name_of(node.name, "node", node.count, index, number);
}

bool scenario_means_node(const std::string &option, const node_options &node, const std::string &name)
{
    return option.empty() || option == name || (node.count > 1 && option == node.name);
}

std::string scenario_station_name(const station_options &station, std::uint64_t index, std::uint64_t number)
{
    return name_of(station.name, "station", station.count, index, number);
}

std::string scenario_ap_name(const ap_options &ap, std::uint64_t number)
{
    return name_of(ap.name, "ap", 1, 0, number);
}

std::string scenario_client_name(const client_options &client, std::uint64_t index, std::uint64_t number)
{
    return name_of(client.name, "client", client.count, index, number);
}

std::string scenario_network_name(const network_options &network, std::uint64_t number)
{
    return name_of(network.name, "net", 1, 0, number);
}

std::string scenario_interferer_name(const interferer_options &interferer, std::uint64_t number)
{
    return name_of(interferer.name, "interferer", 1, 0, number);
}

namespace
{

// given: as an option holds it, or empty; then `base` and the number among all count.
void make_mac(const std::string &given, std::uint64_t base, std::uint64_t step, std::uint64_t index,
              std::uint64_t number, std::uint8_t mac[6])
{
    std::uint64_t address = base + step * number;
    if (!given.empty()) {
        address = step * index;
        for (std::size_t i = 0; i < 6; i++)
            address += std::uint64_t{std::stoul(given.substr(3 * i, 2), nullptr, 16)} << 8 * (5 - i);
    }
    for (int i = 5; i >= 0; i--, address >>= 8)
        mac[i] = static_cast<std::uint8_t>(address);
}

} // namespace

void scenario_node_mac(const node_options &node, std::uint64_t index, std::uint64_t number, std::uint8_t mac[6])
{
    make_mac(node.mac, 0x240AC4000000, 4, index, number, mac);
}

void scenario_station_mac(const std::string &mac, std::uint64_t index, std::uint64_t number, std::uint8_t result[6])
{
    make_mac(mac, 0x020000000000, 1, index, number, result);
}

bool scenario_has_networks(const scenario &s)
{
    return !s.network.empty() || std::any_of(s.node.begin(), s.node.end(), [](const node_options &n) {
        return n.uart0.rfind(SCENARIO_BRIDGE, 0) == 0 || n.uart1.rfind(SCENARIO_BRIDGE, 0) == 0 ||
               n.uart2.rfind(SCENARIO_BRIDGE, 0) == 0;
    });
}

bool scenario_has_air(const scenario &s)
{
    std::uint64_t users = s.interferer.size();
    for (const node_options &node : s.node)
        users += node.count;
    bool others = !s.station.empty() || !s.ap.empty() || !s.client.empty();
    return s.radio.use == air_use::on || (s.radio.use == air_use::automatic && (users > 1 || others));
}

} // namespace vesper
