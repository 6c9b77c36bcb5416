// SPDX-License-Identifier: Apache-2.0
#include "sc_top/run/messages.h"

#include <cinttypes>
#include <cstdio>
#include <new>

#include <unistd.h>

#include "sc_top/text.h"

namespace vesper
{
namespace
{

constexpr std::size_t UNMODELLED_MAX = 1000;

// "[   12.003456] ", or nothing where simulated time means nothing.
std::string stamp(sim_time time)
{
    if (time == SIM_TIME_NEVER)
        return {};
    std::uint64_t us = time / SIM_US(1);
    return format("[%5" PRIu64 ".%06" PRIu64 "] ", us / 1000000, us % 1000000);
}

const char *level_word(log_level level)
{
    switch (level) {
    case LOG_ERROR:
        return "error: ";
    case LOG_WARNING:
        return "warning: ";
    default:
        return "";
    }
}

} // namespace

messages::messages(verbosity v)
    : level(v), terminal(isatty(STDERR_FILENO) != 0), output_too(terminal && isatty(STDOUT_FILENO) != 0)
{
    sink_log = log_create([](void *ctx, const log_record *record) { static_cast<messages *>(ctx)->take(*record); },
                          this, LOG_DEBUG);
    if (!sink_log)
        throw std::bad_alloc();
}

messages::~messages()
{
    hide_progress();
    log_destroy(sink_log);
}

// The user's own errors always; what the guest does wrong unless quiet; what is not modelled when asked for, since real
// firmware touches a hundred such registers and the summary counts them.
void messages::take(const log_record &record)
{
    if (record.class_ == LOG_UNIMPL && unmodelled_places.size() < UNMODELLED_MAX)
        unmodelled_places.push_back(std::string(record.source) + ": " + record.text);
    bool shown = level == verbosity::verbose || record.level == LOG_ERROR ||
                 (level == verbosity::normal && record.class_ != LOG_UNIMPL && record.level != LOG_DEBUG);
    if (!shown)
        return;
    std::string head =
        record.class_ == LOG_HOST ? level_word(record.level) : log_class_name(record.class_) + std::string(": ");
    line((record.class_ == LOG_HOST ? "vesper: " : stamp(record.time)) + head + record.source + ": " + record.text);
}

void messages::line(const std::string &text)
{
    hide_progress();
    if (console_in_line)
        std::fputc('\n', stderr);
    console_in_line = false;
    std::fprintf(stderr, "%s\n", text.c_str());
    show_progress();
}

void messages::progress(const std::string &text)
{
    if (!terminal)
        return;
    hide_progress();
    progress_text = text;
    show_progress();
}

void messages::console_byte(std::uint8_t byte)
{
    if (!output_too)
        return;
    hide_progress();
    console_in_line = byte != '\n';
}

void messages::hide_progress()
{
    if (progress_shown)
        std::fputs("\r\033[K", stderr); // unbuffered, as standard error is
    progress_shown = false;
}

void messages::show_progress()
{
    if (progress_text.empty() || !terminal || console_in_line)
        return;
    std::fputs(progress_text.c_str(), stderr);
    std::fflush(stderr);
    progress_shown = true;
}

} // namespace vesper
