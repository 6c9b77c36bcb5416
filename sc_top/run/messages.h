// SPDX-License-Identifier: Apache-2.0
// What the user reads on standard error: messages of the three classes, and a progress line that is redrawn below them
// when standard error is a terminal.
#ifndef VESPER_SC_TOP_RUN_MESSAGES_H
#define VESPER_SC_TOP_RUN_MESSAGES_H

#include <cstdint>
#include <string>
#include <vector>

#include "bus/base/log.h"

namespace vesper
{

enum class verbosity { quiet, normal, verbose };

class messages
{
  public:
    explicit messages(verbosity level);
    ~messages();
    messages(const messages &) = delete;
    messages &operator=(const messages &) = delete;

    struct log *log() const
    {
        return sink_log;
    }
    bool quiet() const
    {
        return level == verbosity::quiet;
    }
    bool on_terminal() const
    {
        return terminal;
    }

    // A line for people, not a message of a class: the summary, a core's registers.
    void line(const std::string &text);

    // Replaces the progress line; empty: removes it. Nothing when standard error is no terminal, and nothing in the
    // middle of a line of a console on the same terminal.
    void progress(const std::string &text);

    // A byte goes to a console on standard output, before it is written.
    void console_byte(std::uint8_t byte);

    // "node0.uart0: write of offset ...", the registers and commands that are not modelled, in order, at most 1000.
    const std::vector<std::string> &unmodelled() const
    {
        return unmodelled_places;
    }

  private:
    verbosity level;
    bool terminal;
    bool output_too; // standard output is the same terminal, so far as one can know
    bool progress_shown = false;
    bool console_in_line = false;
    std::string progress_text;
    struct log *sink_log;
    std::vector<std::string> unmodelled_places;

    void take(const log_record &record);
    void hide_progress();
    void show_progress();
};

} // namespace vesper
#endif
