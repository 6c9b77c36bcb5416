/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing signals by their dotted names.
 *
 *   node0.uart0.tx     this signal
 *   node0.uart0        everything below
 *   node*.gpio.gpio2   `*` stands for any characters, dots too; `?` for one
 *   !node0.cpu1        not these; an exclusion wins over every other pattern
 *
 * Without a pattern that includes, everything is chosen that is not excluded. */
#ifndef VESPER_SC_TOP_OUT_PATTERN_H
#define VESPER_SC_TOP_OUT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether one pattern, without its `!`, covers the name. */
bool pattern_covers(const char *pattern, const char *name);

/* Whether a list of patterns chooses the name. */
bool pattern_chooses(const char *const *patterns, size_t count, const char *name);

#ifdef __cplusplus
}
#endif
#endif
