// SPDX-License-Identifier: Apache-2.0
#include "sc_top/scenario/option.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <locale>
#include <sstream>

#include "sc_top/scenario/option_priv.h"

namespace vesper
{
namespace
{

struct unit {
    const char *name;
    std::uint64_t factor;
};

// Largest first: the order in which a value is tried when it is written out.
constexpr unit time_units[] = {
    {"min", 60 * SIM_PS_PER_S}, {"s", SIM_PS_PER_S}, {"ms", 1000000000}, {"us", 1000000}, {"ns", 1000}, {"ps", 1}};
constexpr unit frequency_units[] = {{"GHz", 1000000000}, {"MHz", 1000000}, {"kHz", 1000}, {"Hz", 1}};
constexpr unit size_units[] = {{"GB", 1u << 30}, {"MB", 1u << 20}, {"KB", 1u << 10}, {"B", 1}};

struct units {
    const unit *first;
    std::size_t count;
    const char *what;
};

units units_of(option_kind kind)
{
    switch (kind) {
    case option_kind::FREQUENCY:
        return {frequency_units, std::size(frequency_units), "frequency"};
    case option_kind::SIZE:
        return {size_units, std::size(size_units), "size"};
    default:
        return {time_units, std::size(time_units), "time"};
    }
}

std::string unit_names(const units &table)
{
    std::string names;
    for (std::size_t i = 0; i < table.count; i++)
        names += (i == 0 ? "" : i + 1 == table.count ? " or " : ", ") + std::string(table.first[i].name);
    return names;
}

// "12.5" x factor, exactly: the digits behind the point must come out whole.
bool scale_decimal(std::string_view digits, std::uint64_t factor, std::uint64_t *value)
{
    unsigned __int128 sum = 0, scale = 1;
    bool behind_point = false;
    for (char c : digits) {
        if (c == '.') {
            behind_point = true;
            continue;
        }
        if (sum > ((unsigned __int128)1 << 90) || scale > 1000000000000000000u)
            return false;
        sum = sum * 10 + static_cast<unsigned>(c - '0');
        scale *= behind_point ? 10 : 1;
    }
    unsigned __int128 product = sum * factor;
    if (product % scale != 0 || product / scale >= UINT64_MAX)
        return false;
    *value = static_cast<std::uint64_t>(product / scale);
    return true;
}

std::string parse_number(std::string_view text, std::uint64_t *value)
{
    bool hex = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    std::string_view digits = hex ? text.substr(2) : text;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), *value, hex ? 16 : 10);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size())
        return quoted(text) + " is not a number; expected 0 to 18446744073709551615, or 0x...";
    return {};
}

std::string parse_name(std::string_view text, std::string *value)
{
    for (char c : text)
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_' && c != '-')
            return quoted(text) + " is not a name; expected letters, digits, _ and -";
    *value = text;
    return {};
}

std::string parse_mac(std::string_view text, std::string *value)
{
    bool good = text.size() == 17;
    std::string lower;
    for (std::size_t i = 0; good && i < text.size(); i++) {
        char c = text[i] >= 'A' && text[i] <= 'F' ? static_cast<char>(text[i] - 'A' + 'a') : text[i];
        good = i % 3 == 2 ? c == ':' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        lower += c;
    }
    if (!good && !text.empty())
        return quoted(text) + " is not a MAC address; expected e.g. 24:0a:c4:00:00:01";
    if (good && (std::stoi(lower.substr(0, 2), nullptr, 16) & 1))
        return quoted(text) + " is a group address; the lowest bit of the first byte must be 0";
    *value = lower;
    return {};
}

std::string parse_console(std::string_view text, std::string *value)
{
    static constexpr const char *plain[] = {"auto", "stdio", "pty", "null", "log"};
    static constexpr const char *with_rest[] = {"file:", "pipe:", "tcp-listen:", "tcp-connect:", "tunnel:", "bridge:"};
    bool known = std::any_of(std::begin(plain), std::end(plain), [&](const char *p) { return text == p; });
    for (const char *p : with_rest)
        known = known || (text.substr(0, std::string_view(p).size()) == p && text.size() > std::string_view(p).size());
    if (!known)
        return quoted(text) +
               " is not a console; expected stdio, log, null, pty, file:PATH, pipe:PATH, tcp-listen:[HOST:]PORT, "
               "tcp-connect:[HOST:]PORT, tunnel:NETWORK or bridge:[ADDRESS:]PORT";
    *value = text;
    return {};
}

// "a,b,c", as one types it on a command line. Lists in files come as TOML arrays, element by element.
std::string parse_texts(std::string_view text, std::vector<std::string> *value)
{
    value->clear();
    while (!text.empty()) {
        std::size_t comma = text.find(',');
        value->emplace_back(text.substr(0, comma));
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
    return {};
}

// The words of each set, in the order of their enumerators.
#define CHOICES(kind, type) constexpr const char *type##_words[] = {
#define CHOICE(kind, type, word) #word,
#define CHOICES_END(kind, type)                                                                                        \
    }                                                                                                                  \
    ;
#include "sc_top/scenario/choices.def"

template <std::size_t N> std::string choice_names(const char *const (&words)[N])
{
    std::string names;
    for (std::size_t i = 0; i < N; i++)
        names += (i == 0 ? "" : i + 1 == N ? " or " : ", ") + std::string(words[i]);
    return names;
}

template <typename T, std::size_t N>
std::string parse_choice(const char *const (&words)[N], std::string_view text, T *value)
{
    for (std::size_t i = 0; i < N; i++) {
        if (text == words[i]) {
            *value = static_cast<T>(i);
            return {};
        }
    }
    return quoted(text) + " is not known here; expected " + choice_names(words);
}

std::string parse_flag(std::string_view text, bool *value)
{
    *value = text == "true";
    return text == "true" || text == "false" ? std::string{} : quoted(text) + " is neither true nor false";
}

std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); j++)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); i++) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); j++) {
            std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

} // namespace

std::string quoted(std::string_view text)
{
    return "'" + std::string(text) + "'";
}

std::string parse_with_unit(option_kind kind, std::string_view text, std::uint64_t *value)
{
    units table = units_of(kind);
    if (kind == option_kind::TIME && text == "never") {
        *value = SIM_TIME_NEVER;
        return {};
    }
    std::size_t end = text.find_first_not_of("0123456789.");
    std::string_view digits = text.substr(0, end);
    std::string_view name = end == std::string_view::npos ? std::string_view{} : text.substr(end);
    while (!name.empty() && name.front() == ' ')
        name.remove_prefix(1);
    if (digits.empty() || digits == "." || std::count(digits.begin(), digits.end(), '.') > 1)
        return quoted(text) + " is not a " + table.what + "; expected " + option_kind_text(kind);
    if (name.empty() && digits == "0") {
        *value = 0;
        return {};
    }
    if (name.empty())
        return quoted(text) + " has no unit; expected " + unit_names(table);
    for (std::size_t i = 0; i < table.count; i++) {
        if (name != table.first[i].name)
            continue;
        if (!scale_decimal(digits, table.first[i].factor, value))
            return quoted(text) + " is too large or too fine";
        return {};
    }
    return quoted(text) + " has the unknown unit " + quoted(name) + "; expected " + unit_names(table);
}

std::string format_with_unit(option_kind kind, std::uint64_t value)
{
    units table = units_of(kind);
    if (kind == option_kind::TIME && value == SIM_TIME_NEVER)
        return "never";
    if (value == 0)
        return "0" + std::string(kind == option_kind::TIME ? "s" : table.first[table.count - 1].name);
    for (std::size_t i = 0; i < table.count; i++)
        if (value % table.first[i].factor == 0 && std::string_view("min") != table.first[i].name)
            return std::to_string(value / table.first[i].factor) + table.first[i].name;
    return std::to_string(value);
}

std::string parse_factor(std::string_view text, double *value)
{
    // A stream of the classic locale: neither the user's decimal comma nor what strtod takes besides ("inf", "0x1p3").
    std::istringstream in{std::string(text)};
    in.imbue(std::locale::classic());
    bool plain = !text.empty() && text.find_first_not_of("0123456789.-+eE") == std::string_view::npos;
    if (!plain || !(in >> *value) || in.peek() != EOF || !std::isfinite(*value))
        return quoted(text) + " is not a number; expected e.g. 0, 1 or 0.5";
    return {};
}

std::string parse_pace(std::string_view text, double *value)
{
    if (text == "realtime" || text == "max") {
        *value = text == "realtime" ? 1 : 0;
        return {};
    }
    return parse_factor(text, value).empty() ? std::string{}
                                             : quoted(text) + " is no pace; expected realtime, max or a number";
}

std::string format_pace(double pace)
{
    return pace == 0 ? toml_quote("max") : pace == 1 ? toml_quote("realtime") : option_format_factor(pace);
}

std::string option_format_factor(double value)
{
    char text[32];
    auto [end, error] = std::to_chars(text, text + sizeof text, value);
    std::string result(text, end);
    // An integer would be another type in TOML.
    return error == std::errc{} && result.find_first_of(".e") == std::string::npos ? result + ".0" : result;
}

std::string option_kind_text(option_kind kind)
{
    switch (kind) {
    case option_kind::TIME:
        return "a time such as 10ms";
    case option_kind::FREQUENCY:
        return "a frequency such as 240MHz";
    case option_kind::SIZE:
        return "a size such as 4MB";
    case option_kind::NUMBER:
        return "a whole number";
    case option_kind::FACTOR:
        return "a number";
    case option_kind::PACE:
        return "realtime, max or a number";
    case option_kind::TEXT:
        return "a text";
    case option_kind::NAME:
        return "a name";
    case option_kind::NODE:
        return "the name of a node or station";
    case option_kind::NETWORK:
        return "the name of a [[network]]";
    case option_kind::FLAG:
        return "true or false";
    case option_kind::PATH:
        return "a path";
    case option_kind::TEXTS:
        return "a list of texts";
    case option_kind::PATHS:
        return "a list of paths";
    case option_kind::MAC:
        return "a MAC address";
    case option_kind::CONSOLE:
        return "stdio, log, null, pty, file:PATH, pipe:PATH, tcp-listen:[HOST:]PORT, tcp-connect:[HOST:]PORT, "
               "tunnel:NETWORK or bridge:[ADDRESS:]PORT";
    case option_kind::POSITION:
        return "a place in metres such as '12,3.5'";
    case option_kind::POSITIONS:
        return "a list of places";
    case option_kind::WAYPOINTS:
        return "a list of waypoints such as '10s 12,3.5'";
    case option_kind::MODE:
        return "a rate such as 'OFDM 54'";
#define CHOICES(kind, type)                                                                                            \
    case option_kind::kind:                                                                                            \
        return choice_names(type##_words);
#include "sc_top/scenario/choices.def"
    }
    return "?";
}

std::string option_value_text(const option &row)
{
    std::string text = option_kind_text(row.kind), low = row.low, high = row.high;
    if (!low.empty() && !high.empty())
        return text + ", " + low + " to " + high;
    return low.empty() && high.empty() ? text : low.empty() ? text + ", up to " + high : text + ", at least " + low;
}

std::string option_parse(option_kind kind, std::string_view text, void *value)
{
    switch (kind) {
    case option_kind::TIME:
    case option_kind::FREQUENCY:
    case option_kind::SIZE:
        return parse_with_unit(kind, text, static_cast<std::uint64_t *>(value));
    case option_kind::NUMBER:
        return parse_number(text, static_cast<std::uint64_t *>(value));
    case option_kind::FACTOR:
        return parse_factor(text, static_cast<double *>(value));
    case option_kind::TEXT:
    case option_kind::PATH:
        *static_cast<std::string *>(value) = text;
        return {};
    case option_kind::PACE:
        return parse_pace(text, static_cast<double *>(value));
    case option_kind::FLAG:
        return parse_flag(text, static_cast<bool *>(value));
    case option_kind::NAME:
    case option_kind::NODE:
    case option_kind::NETWORK:
        return parse_name(text, static_cast<std::string *>(value));
    case option_kind::TEXTS:
    case option_kind::PATHS:
        return parse_texts(text, static_cast<std::vector<std::string> *>(value));
    case option_kind::MAC:
        return parse_mac(text, static_cast<std::string *>(value));
    case option_kind::CONSOLE:
        return parse_console(text, static_cast<std::string *>(value));
    case option_kind::POSITION:
        return parse_position(text, static_cast<rf_position *>(value));
    case option_kind::POSITIONS:
        return parse_positions(text, static_cast<std::vector<rf_position> *>(value));
    case option_kind::WAYPOINTS:
        return parse_waypoints(text, static_cast<std::vector<rf_waypoint> *>(value));
    case option_kind::MODE:
        return parse_mode(text, static_cast<rf_mode *>(value));
#define CHOICES(kind, type)                                                                                            \
    case option_kind::kind:                                                                                            \
        return parse_choice(type##_words, text, static_cast<type *>(value));
#include "sc_top/scenario/choices.def"
    }
    return "kind not known";
}

namespace
{

template <typename T> std::string check_range(const option &row, const T &value)
{
    T limit{};
    bool low = *row.low && option_parse(row.kind, row.low, &limit).empty() && value < limit;
    bool high = *row.high && option_parse(row.kind, row.high, &limit).empty() && value > limit;
    if (!low && !high)
        return {};
    std::string expected = !*row.high  ? row.low + std::string(" or more")
                           : !*row.low ? row.high + std::string(" or less")
                                       : row.low + std::string(" to ") + row.high;
    return option_format(row.kind, &value) + " is out of range; expected " + expected;
}

} // namespace

std::string option_check_range(const option &row, const void *value)
{
    switch (row.kind) {
    case option_kind::TIME:
    case option_kind::FREQUENCY:
    case option_kind::SIZE:
    case option_kind::NUMBER:
        return check_range(row, *static_cast<const std::uint64_t *>(value));
    case option_kind::FACTOR:
    case option_kind::PACE:
        return check_range(row, *static_cast<const double *>(value));
    default:
        return {};
    }
}

void option_clear(option_kind kind, void *value)
{
    if (kind == option_kind::FACTOR)
        *static_cast<double *>(value) = std::numeric_limits<double>::quiet_NaN();
}

bool option_is_given(option_kind kind, const void *value)
{
    return kind != option_kind::FACTOR || !std::isnan(*static_cast<const double *>(value));
}

const char *option_list_separator(option_kind kind)
{
    bool list = kind == option_kind::POSITIONS || kind == option_kind::WAYPOINTS;
    return kind == option_kind::POSITION ? "," : list ? ";" : nullptr;
}

std::string toml_quote(std::string_view text)
{
    std::string result = "\"";
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        char escape[8];
        if (c == '"' || c == '\\') {
            result += {'\\', c};
        } else if (byte < 0x20 || byte == 0x7F) {
            std::snprintf(escape, sizeof escape, "\\u%04x", byte);
            result += escape;
        } else {
            result += c;
        }
    }
    return result + "\"";
}

std::string option_format(option_kind kind, const void *value)
{
    std::string list;
    switch (kind) {
    case option_kind::TIME:
    case option_kind::FREQUENCY:
    case option_kind::SIZE:
        return toml_quote(format_with_unit(kind, *static_cast<const std::uint64_t *>(value)));
    case option_kind::NUMBER: {
        std::uint64_t number = *static_cast<const std::uint64_t *>(value);
        // TOML's integers are signed.
        return number > INT64_MAX ? toml_quote(std::to_string(number)) : std::to_string(number);
    }
    case option_kind::FACTOR:
        return option_format_factor(*static_cast<const double *>(value));
    case option_kind::PACE:
        return format_pace(*static_cast<const double *>(value));
    case option_kind::TEXTS:
    case option_kind::PATHS:
        for (const std::string &text : *static_cast<const std::vector<std::string> *>(value))
            list += (list.empty() ? "" : ", ") + toml_quote(text);
        return "[" + list + "]";
    case option_kind::FLAG:
        return *static_cast<const bool *>(value) ? "true" : "false";
    case option_kind::POSITION:
        return format_position(*static_cast<const rf_position *>(value));
    case option_kind::POSITIONS:
        return format_positions(*static_cast<const std::vector<rf_position> *>(value));
    case option_kind::WAYPOINTS:
        return format_waypoints(*static_cast<const std::vector<rf_waypoint> *>(value));
    case option_kind::MODE:
        return format_mode(*static_cast<const rf_mode *>(value));
#define CHOICES(kind, type)                                                                                            \
    case option_kind::kind:                                                                                            \
        return toml_quote(type##_words[static_cast<std::size_t>(*static_cast<const type *>(value))]);
#include "sc_top/scenario/choices.def"
    default:
        return toml_quote(*static_cast<const std::string *>(value));
    }
}

std::string nearest(std::string_view word, const std::vector<std::string> &candidates)
{
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string &candidate : candidates) {
        std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

} // namespace vesper
