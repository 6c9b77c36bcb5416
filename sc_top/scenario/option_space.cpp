// SPDX-License-Identifier: Apache-2.0
// Kinds of the radio: places, ways, and rates.
#include <cctype>
#include <cmath>

#include "sc_top/scenario/option_priv.h"

namespace vesper
{
namespace
{

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

// Takes the part before the separator off the text.
std::string_view next_part(std::string_view *text, char separator)
{
    std::size_t end = text->find(separator);
    std::string_view part = text->substr(0, end);
    *text = end == std::string_view::npos ? std::string_view{} : text->substr(end + 1);
    return trimmed(part);
}

template <typename T>
std::string parse_list(std::string_view text, std::vector<T> *value, std::string (*parse)(std::string_view, T *))
{
    value->clear();
    while (!trimmed(text).empty()) {
        T element{};
        if (std::string problem = parse(next_part(&text, ';'), &element); !problem.empty())
            return problem;
        value->push_back(element);
    }
    return {};
}

std::string parse_waypoint(std::string_view text, rf_waypoint *value)
{
    std::size_t space = text.find(' ');
    if (space == std::string_view::npos)
        return quoted(text) + " is not a waypoint; expected a time and a place such as '10s 12,3.5'";
    std::string problem = parse_with_unit(option_kind::TIME, text.substr(0, space), &value->time);
    return problem.empty() ? parse_position(trimmed(text.substr(space)), &value->position) : problem;
}

std::string position_text(const rf_position &p)
{
    auto number = [](double v) {
        std::string text = option_format_factor(v);
        return text.size() > 2 && text.compare(text.size() - 2, 2, ".0") == 0 ? text.substr(0, text.size() - 2) : text;
    };
    return number(p.x) + "," + number(p.y) + "," + number(p.z);
}

template <typename T, typename F> std::string format_list(const std::vector<T> &value, F element)
{
    std::string list;
    for (const T &v : value)
        list += (list.empty() ? "" : ", ") + toml_quote(element(v));
    return "[" + list + "]";
}

std::string lower(std::string_view text)
{
    std::string result;
    for (char c : text)
        result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

constexpr const char *SHORT_FORM = " short";

} // namespace

// Within a continent: beyond that, squares of distances lose the metre.
std::string parse_position(std::string_view text, rf_position *value)
{
    constexpr double FARTHEST = 1e7;
    double *coordinate[] = {&value->x, &value->y, &value->z};
    std::string_view rest = text;
    value->z = 0;
    for (unsigned i = 0; i < 3 && (i < 2 || !rest.empty()); i++) {
        std::string problem = parse_factor(next_part(&rest, ','), coordinate[i]);
        if (!problem.empty() || std::fabs(*coordinate[i]) > FARTHEST)
            return quoted(text) + " is not a place; expected metres x,y or x,y,z such as '12,3.5', up to 1e7";
    }
    return rest.empty() ? std::string{} : quoted(text) + " is not a place; it has more than three coordinates";
}

std::string parse_positions(std::string_view text, std::vector<rf_position> *value)
{
    return parse_list(text, value, parse_position);
}

std::string parse_waypoints(std::string_view text, std::vector<rf_waypoint> *value)
{
    std::string problem = parse_list(text, value, parse_waypoint);
    for (std::size_t i = 1; problem.empty() && i < value->size(); i++)
        if ((*value)[i].time <= (*value)[i - 1].time)
            problem = "times of waypoints must ascend";
    if (problem.empty() && !value->empty() && value->back().time == SIM_TIME_NEVER)
        problem = "a waypoint cannot be at 'never'";
    return problem;
}

std::string parse_mode(std::string_view text, rf_mode *value)
{
    std::string name = lower(text), names;
    std::size_t form = name.size() > 6 ? name.rfind(SHORT_FORM) : std::string::npos;
    bool wants_short = form != std::string::npos && form + 6 == name.size();
    if (wants_short)
        name.resize(form);
    for (unsigned rate = 0; rate < RF_RATE_COUNT; rate++) {
        const rf_rate_info *info = rf_rate_of(static_cast<rf_rate>(rate));
        names += (names.empty() ? "" : ", ") + std::string(info->name);
        if (name != lower(info->name))
            continue;
        if (wants_short && !info->has_short)
            return quoted(text) + ": " + info->name + " has no short form";
        *value = {static_cast<rf_rate>(rate), wants_short};
        return {};
    }
    return quoted(text) + " is not a rate; expected " + names + ", with 'short' behind for the short preamble (DSSS " +
           "2, CCK) or guard interval (HT)";
}

std::string format_position(const rf_position &value)
{
    return toml_quote(position_text(value));
}

std::string format_positions(const std::vector<rf_position> &value)
{
    return format_list(value, position_text);
}

std::string format_waypoints(const std::vector<rf_waypoint> &value)
{
    return format_list(value, [](const rf_waypoint &w) {
        return format_with_unit(option_kind::TIME, w.time) + " " + position_text(w.position);
    });
}

std::string format_mode(const rf_mode &value)
{
    return toml_quote(rf_rate_of(value.rate)->name + std::string(value.short_form ? SHORT_FORM : ""));
}

} // namespace vesper
