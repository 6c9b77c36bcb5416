/* SPDX-License-Identifier: Apache-2.0 */
#include "sc_top/out/histogram.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bus/base/status.h"

enum { GRAIN = 16, SUB_BITS = 6, EXACT = 2 << SUB_BITS };

static int floor_grain(int bin)
{
    int rest = bin % GRAIN;
    return bin - rest - (rest < 0 ? GRAIN : 0);
}

/* Covers the bin, by whole grains. */
static void cover(struct histogram *histogram, int bin)
{
    int first = floor_grain(bin), end = first + GRAIN;
    if (histogram->span) {
        int old_end = histogram->first + (int)histogram->span;
        first = first < histogram->first ? first : histogram->first;
        end = end > old_end ? end : old_end;
    }
    uint64_t *count = calloc((size_t)(end - first), sizeof *count);
    sim_assert(count != NULL);
    if (histogram->span)
        memcpy(count + (histogram->first - first), histogram->count, histogram->span * sizeof *count);
    free(histogram->count);
    histogram->count = count;
    histogram->first = first;
    histogram->span = (unsigned)(end - first);
}

static void add(struct histogram *histogram, int bin, uint64_t count)
{
    if (bin < histogram->first || bin - histogram->first >= (int)histogram->span)
        cover(histogram, bin);
    histogram->count[bin - histogram->first] += count;
    histogram->total += count;
}

void histogram_add(struct histogram *histogram, int bin)
{
    add(histogram, bin, 1);
}

void histogram_merge(struct histogram *histogram, const struct histogram *other)
{
    for (unsigned i = 0; i < other->span; i++)
        if (other->count[i])
            add(histogram, other->first + (int)i, other->count[i]);
}

void histogram_free(struct histogram *histogram)
{
    free(histogram->count);
    *histogram = (struct histogram){0};
}

uint64_t histogram_count(const struct histogram *histogram, int bin)
{
    bool outside = bin < histogram->first || bin - histogram->first >= (int)histogram->span;
    return outside ? 0 : histogram->count[bin - histogram->first];
}

int histogram_least(const struct histogram *histogram)
{
    sim_assert(histogram->total > 0);
    unsigned i = 0;
    while (!histogram->count[i])
        i++;
    return histogram->first + (int)i;
}

int histogram_greatest(const struct histogram *histogram)
{
    sim_assert(histogram->total > 0);
    unsigned i = histogram->span - 1;
    while (!histogram->count[i])
        i--;
    return histogram->first + (int)i;
}

int histogram_quantile(const struct histogram *histogram, unsigned per_mille)
{
    sim_assert(histogram->total > 0 && per_mille <= 1000);
    uint64_t rank = (histogram->total * per_mille + 999) / 1000, below = 0;
    for (unsigned i = 0; i < histogram->span; i++) {
        below += histogram->count[i];
        if (below >= rank && below > 0)
            return histogram->first + (int)i;
    }
    return histogram_greatest(histogram);
}

static int highest_bit(uint64_t value)
{
    return 63 - __builtin_clzll(value);
}

int histogram_log_bin(uint64_t value)
{
    if (value < EXACT)
        return (int)value;
    int shift = highest_bit(value) - SUB_BITS;
    return (shift << SUB_BITS) + (int)(value >> shift);
}

uint64_t histogram_log_middle(int bin)
{
    if (bin < EXACT)
        return (uint64_t)bin;
    int shift = (bin >> SUB_BITS) - 1;
    uint64_t lower = (uint64_t)((bin & ((1 << SUB_BITS) - 1)) | 1 << SUB_BITS) << shift;
    return lower + (UINT64_C(1) << shift) / 2;
}
