// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/panic.h"

#include <cinttypes>
#include <cstdlib>

#include "sc_top/text.h"

namespace vesper
{
namespace
{

constexpr std::size_t LINE_MAX_BYTES = 4096; // a deep call stack; longer lines are looked at in pieces

} // namespace

panic_watch::event panic_watch::byte(std::uint8_t value)
{
    if (value != '\n' && line.size() < LINE_MAX_BYTES) {
        line += static_cast<char>(value);
        return NOTHING;
    }
    event result = line_complete();
    line.clear();
    return result;
}

panic_watch::event panic_watch::line_complete()
{
    lines.clear();
    for (const std::string &text : *texts)
        if (line.find(text) != std::string::npos) {
            panics++;
            while (!line.empty() && line.back() == '\r')
                line.pop_back();
            lines.push_back(line);
            return PANIC;
        }
    // "Backtrace: 0x400d1234:0x3ffb2000 ..." of ESP-IDF, "backtrace: ..." of Vesper's runtime.
    if (panics && line.find("acktrace:") != std::string::npos)
        name_addresses();
    return lines.empty() ? NOTHING : STACK;
}

void panic_watch::name_addresses()
{
    for (std::size_t at = line.find("0x"); at != std::string::npos; at = line.find(" 0x", at)) {
        at += line[at] == ' ';
        auto pc = static_cast<std::uint32_t>(std::strtoul(line.c_str() + at, nullptr, 16));
        std::uint32_t offset = 0;
        const image_symbol *symbol = image_symbol_at(symbols, pc, &offset);
        std::string place = format("  #%-2zu 0x%08" PRIx32, lines.size(), pc);
        lines.push_back(symbol ? place + format(" %s + 0x%" PRIx32, symbol->name, offset) : place);
    }
}

} // namespace vesper
