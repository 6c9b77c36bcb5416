/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/mesh/seen.h"

#include <stddef.h>

static struct seen_source *start_source(struct seen *seen, uint16_t source)
{
    struct seen_source *entry = &seen->entry[0];
    if (seen->count < SEEN_SOURCES) {
        entry = &seen->entry[seen->count++];
    } else {
        for (unsigned i = 1; i < SEEN_SOURCES; i++)
            if (seen->entry[i].used < entry->used)
                entry = &seen->entry[i];
    }
    *entry = (struct seen_source){.source = source};
    return entry;
}

static struct seen_source *find(struct seen *seen, uint16_t source)
{
    for (unsigned i = 0; i < seen->count; i++)
        if (seen->entry[i].source == source)
            return &seen->entry[i];
    return NULL;
}

bool seen_is_new(struct seen *seen, uint16_t source, uint16_t sequence)
{
    struct seen_source *entry = find(seen, source);
    if (!entry)
        entry = start_source(seen, source);
    entry->used = ++seen->uses;
    int ahead = (int16_t)(uint16_t)(sequence - entry->newest);
    if (entry->window == 0 || ahead >= SEEN_WINDOW || ahead <= -SEEN_WINDOW) {
        entry->newest = sequence;
        entry->window = 1;
        return true;
    }
    if (ahead > 0) {
        entry->newest = sequence;
        entry->window = entry->window << ahead | 1;
        return true;
    }
    bool is_new = (entry->window >> -ahead & 1) == 0;
    entry->window |= 1u << -ahead;
    return is_new;
}
