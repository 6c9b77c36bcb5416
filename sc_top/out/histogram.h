/* SPDX-License-Identifier: Apache-2.0 */
/* Counts by whole-numbered bins; memory for the range that occurs. For times there are logarithmic bins. */
#ifndef VESPER_SC_TOP_OUT_HISTOGRAM_H
#define VESPER_SC_TOP_OUT_HISTOGRAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zero-initialised: empty. */
struct histogram {
    int first;       /* bin of count[0] */
    unsigned span;   /* bins */
    uint64_t *count; /* NULL while there is none */
    uint64_t total;
};

/* Grows as needed; a recorder that has no memory left cannot go on (asserted). */
void histogram_add(struct histogram *histogram, int bin);
/* Adds all counts of another one. */
void histogram_merge(struct histogram *histogram, const struct histogram *other);
void histogram_free(struct histogram *histogram);

/* Number in a bin, also one outside the range. */
uint64_t histogram_count(const struct histogram *histogram, int bin);

/* The least and the greatest bin that is not empty; total > 0. */
int histogram_least(const struct histogram *histogram);
int histogram_greatest(const struct histogram *histogram);

/* The bin that holds the value of rank ceil(total * per_mille / 1000), at least 1 (nearest rank); total > 0. */
int histogram_quantile(const struct histogram *histogram, unsigned per_mille);

/* Logarithmic bins: values below 128 are exact, above there are 64 bins to an octave. The middle of a bin differs from
 * every value in it by less than 1/128 of it (0.8 %). */
int histogram_log_bin(uint64_t value);
uint64_t histogram_log_middle(int bin);

#ifdef __cplusplus
}
#endif
#endif
