// SPDX-License-Identifier: Apache-2.0
// Watches a console for firmware that says it has crashed, and names the addresses of the call stack that it prints, as
// `idf.py monitor` does for ESP-IDF's.
#ifndef VESPER_SC_TOP_RUN_PANIC_H
#define VESPER_SC_TOP_RUN_PANIC_H

#include <cstdint>
#include <string>
#include <vector>

#include "sc_top/load/image.h"

namespace vesper
{

class panic_watch
{
  public:
    // texts, symbols: borrowed.
    panic_watch(const std::vector<std::string> *panic_texts, const image *names) : texts(panic_texts), symbols(names)
    {
    }

    enum event {
        NOTHING,
        PANIC, // said() is the line
        STACK  // said() is a call stack that follows a panic: its addresses with their names
    };

    // A byte of the console.
    event byte(std::uint8_t value);

    // What is to be told after an event.
    const std::vector<std::string> &said() const
    {
        return lines;
    }

    bool panicked() const
    {
        return panics > 0;
    }

  private:
    const std::vector<std::string> *texts;
    const image *symbols;
    std::string line;
    std::vector<std::string> lines;
    std::uint64_t panics = 0;

    event line_complete();
    void name_addresses();
};

} // namespace vesper
#endif
