// SPDX-License-Identifier: Apache-2.0
// A log whose messages a test reads afterwards, as "class source: text".
#ifndef VESPER_TESTS_SUPPORT_CAPTURED_LOG_H
#define VESPER_TESTS_SUPPORT_CAPTURED_LOG_H

#include <string>
#include <vector>

#include "bus/base/log.h"

struct captured_log {
    std::vector<std::string> lines;
    struct log *log;

    explicit captured_log(enum log_level level = LOG_DEBUG) : log(log_create(take, this, level))
    {
    }
    ~captured_log()
    {
        log_destroy(log);
    }
    captured_log(const captured_log &) = delete;
    captured_log &operator=(const captured_log &) = delete;

    operator struct log *() const
    {
        return log;
    }
    // The only message, or all of them with "|" between.
    std::string text() const
    {
        std::string all;
        for (const std::string &line : lines)
            all += (all.empty() ? "" : "|") + line;
        return all;
    }

  private:
    static void take(void *ctx, const struct log_record *record)
    {
        static_cast<captured_log *>(ctx)->lines.push_back(std::string(log_class_name(record->class_)) + " " +
                                                          record->source + ": " + record->text);
    }
};

#endif
