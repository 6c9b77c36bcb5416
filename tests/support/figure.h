// SPDX-License-Identifier: Apache-2.0
// Figures of accuracy that tests find: printed for scripts/accuracy, which makes the tables of docs/accuracy.md.
#ifndef VESPER_TESTS_SUPPORT_FIGURE_H
#define VESPER_TESTS_SUPPORT_FIGURE_H

#include <cstdio>

// One line, fields by tabs. A published figure that is a range has two ends.
inline void print_figure(const char *group, const char *name, double simulated, double published_low,
                         double published_high, const char *unit)
{
    std::printf("FIGURE\t%s\t%s\t%.10g\t%.10g\t%.10g\t%s\n", group, name, simulated, published_low, published_high,
                unit);
}

#endif
