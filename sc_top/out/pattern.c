/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/out/pattern.h"

/* Linear in practice: only the last `*` is ever tried again. A pattern that is used up at a dot covers what is below.
 */
bool pattern_covers(const char *pattern, const char *name)
{
    const char *star = NULL, *star_name = NULL;
    for (;;) {
        if (*pattern == '*') {
            star = pattern++;
            star_name = name;
        } else if (*pattern == '\0' && (*name == '\0' || *name == '.')) {
            return true;
        } else if (*name != '\0' && (*pattern == *name || *pattern == '?')) {
            pattern++;
            name++;
        } else if (star && *star_name != '\0') {
            pattern = star + 1;
            name = ++star_name;
        } else {
            return false;
        }
    }
}

bool pattern_chooses(const char *const *patterns, size_t count, const char *name)
{
    bool some_include = false, included = false;
    for (size_t i = 0; i < count; i++) {
        if (patterns[i][0] == '!') {
            if (pattern_covers(patterns[i] + 1, name))
                return false;
            continue;
        }
        some_include = true;
        included = included || pattern_covers(patterns[i], name);
    }
    return included || !some_include;
}
