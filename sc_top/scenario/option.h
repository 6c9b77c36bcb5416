// SPDX-License-Identifier: Apache-2.0
// Kinds of option values: how people write them, how they are kept, what is wrong with a wrong one.
#ifndef VESPER_SC_TOP_SCENARIO_OPTION_H
#define VESPER_SC_TOP_SCENARIO_OPTION_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bus/base/sim_time.h"

namespace vesper
{

enum class gpio_level { release, low, high };
enum class kernel { systemc, plain };

// The C++ type behind each kind.
using option_TIME = sim_time;           // "10ms", "1.5us", "never"
using option_FREQUENCY = std::uint64_t; // "240MHz" -> Hz
using option_SIZE = std::uint64_t;      // "4MB", "512KB" -> bytes, in powers of two
using option_NUMBER = std::uint64_t;    // 19, "0x13"
using option_FACTOR = double;           // 0.5
using option_TEXT = std::string;
using option_NAME = std::string; // letters, digits, _ and -
using option_PATH = std::string; // taken relative to the file that says it
using option_TEXTS = std::vector<std::string>;
using option_MAC = std::string;     // "24:0a:c4:00:00:01", lower case; empty: not given
using option_CONSOLE = std::string; // see sc_top/console/console.h
using option_LEVEL = gpio_level;
using option_KERNEL = kernel;

enum class option_kind { TIME, FREQUENCY, SIZE, NUMBER, FACTOR, TEXT, NAME, PATH, TEXTS, MAC, CONSOLE, LEVEL, KERNEL };

// One row of options.def.
struct option {
    const char *name;
    option_kind kind;
    const char *default_text;
    const char *help;
    void *(*member)(void *section); // where the value lives in the section's struct
};

// What to write for this kind, for help and messages: "a time such as 10ms".
const char *option_kind_text(option_kind kind);

// Parses `text` into *value, which has the kind's type. Returns an empty string, or what was wrong and expected.
std::string option_parse(option_kind kind, std::string_view text, void *value);

// As TOML, such that option_parse and a TOML reader give the same value back.
std::string option_format(option_kind kind, const void *value);

// A quoted TOML string.
std::string toml_quote(std::string_view text);

// The candidate that somebody who typed `word` most likely meant; empty when none is near.
std::string nearest(std::string_view word, const std::vector<std::string> &candidates);

} // namespace vesper
#endif
