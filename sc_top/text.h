// SPDX-License-Identifier: Apache-2.0
// Text and figures for people.
#pragma once

#include <cstdarg>
#include <cstdio>
#include <string>

#include "bus/base/sim_time.h"

namespace vesper
{

// As printf would write it, of any length.
__attribute__((format(printf, 1, 2))) inline std::string format(const char *pattern, ...)
{
    va_list values, again;
    va_start(values, pattern);
    va_copy(again, values);
    int size = std::vsnprintf(nullptr, 0, pattern, values);
    va_end(values);
    std::string text(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
    std::vsnprintf(text.data(), text.size() + 1, pattern, again);
    va_end(again);
    return text;
}

inline double seconds_of(sim_time time)
{
    return static_cast<double>(time) / static_cast<double>(SIM_PS_PER_S);
}

} // namespace vesper
