// SPDX-License-Identifier: Apache-2.0
// Kinds of option values: how people write them, how they are kept, what is wrong with a wrong one.
#ifndef VESPER_SC_TOP_SCENARIO_OPTION_H
#define VESPER_SC_TOP_SCENARIO_OPTION_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bus/base/sim_time.h"
#include "rf_channel/mobility.h"
#include "rf_channel/rate.h"

namespace vesper
{

// The C++ type behind each kind.
using option_TIME = sim_time;           // "10ms", "1.5us", "never"
using option_FREQUENCY = std::uint64_t; // "240MHz" -> Hz
using option_SIZE = std::uint64_t;      // "4MB", "512KB" -> bytes, in powers of two
using option_NUMBER = std::uint64_t;    // 19, "0x13"
using option_FACTOR = double;           // 0.5; NaN: not given
using option_PACE = double;             // 1, "realtime"; 0, "max"
using option_FLAG = bool;
using option_TEXT = std::string;
using option_NAME = std::string;    // letters, digits, _ and -
using option_NODE = std::string;    // name of something that the scenario makes; checked when all are known
using option_NETWORK = std::string; // name of a [[network]]
using option_PATH = std::string;    // taken relative to the file that says it
using option_TEXTS = std::vector<std::string>;
using option_PATHS = std::vector<std::string>;     // each as option_PATH
using option_MAC = std::string;                    // "24:0a:c4:00:00:01", lower case; empty: not given
using option_CONSOLE = std::string;                // see sc_top/console/console.h
using option_POSITION = rf_position;               // "12,3.5" or "12,3.5,1": metres
using option_POSITIONS = std::vector<rf_position>; // a list of them
using option_WAYPOINTS = std::vector<rf_waypoint>; // "10s 12,3.5"
using option_MODE = rf_mode;                       // "OFDM 54", "HT MCS7 short": rf_channel/rate.def

// enum class kernel { systemc, plain }; using option_KERNEL = kernel; and so on.
#define CHOICES(kind, type) enum class type {
#define CHOICE(kind, type, word) word,
#define CHOICES_END(kind, type)                                                                                        \
    }                                                                                                                  \
    ;                                                                                                                  \
    using option_##kind = type;
#include "sc_top/scenario/choices.def"

enum class option_kind {
    TIME,
    FREQUENCY,
    SIZE,
    NUMBER,
    FACTOR,
    PACE,
    FLAG,
    TEXT,
    NAME,
    NODE,
    NETWORK,
    PATH,
    TEXTS,
    PATHS,
    MAC,
    CONSOLE,
    POSITION,
    POSITIONS,
    WAYPOINTS,
    MODE,
#define CHOICES(kind, type) kind,
#include "sc_top/scenario/choices.def"
};

// One row of options.def.
struct option {
    const char *name;
    option_kind kind;
    const char *default_text;
    const char *low, *high; // range, as a user would write it; empty: open
    const char *help;
    void *(*member)(void *section); // where the value lives in the section's struct
};

// What to write for this kind, for help and messages: "a time such as 10ms".
std::string option_kind_text(option_kind kind);
// The same with the range: "a whole number, 1 to 14".
std::string option_value_text(const option &row);

// Parses `text` into *value, which has the kind's type. Returns an empty string, or what was wrong and expected.
std::string option_parse(option_kind kind, std::string_view text, void *value);

// Whether the value lies in the row's range; returns as option_parse does.
std::string option_check_range(const option &row, const void *value);

// A value that was not given, of a kind whose default is empty.
void option_clear(option_kind kind, void *value);
bool option_is_given(option_kind kind, const void *value);

// As TOML, such that option_parse and a TOML reader give the same value back.
std::string option_format(option_kind kind, const void *value);

// Whether a TOML array is a way to write it; its elements go to option_parse one behind the other, with this between.
const char *option_list_separator(option_kind kind);

// A number as TOML and option_parse read it, without loss.
std::string option_format_factor(double value);

// A quoted TOML string.
std::string toml_quote(std::string_view text);

// The candidate that somebody who typed `word` most likely meant; empty when none is near.
std::string nearest(std::string_view word, const std::vector<std::string> &candidates);

} // namespace vesper
#endif
