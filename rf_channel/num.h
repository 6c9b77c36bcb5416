/* SPDX-License-Identifier: Apache-2.0 */
/* Elementary functions whose last bit is the same on every host.
 *
 * IEEE 754 fixes + - * / and sqrt, but exp, log and their kin are as exact as each C library pleases. A frame's fate
 * hangs on comparing such a value with a random number, so the radio uses these instead: plain arithmetic in a fixed
 * order, compiled without contraction (-ffp-contract=off). Relative error below 1e-14 over the ranges stated. */
#ifndef VESPER_RF_CHANNEL_NUM_H
#define VESPER_RF_CHANNEL_NUM_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/rng.h"

#ifdef __cplusplus
extern "C" {
#endif

/* e^x; 0 below -700; x at most 700. */
double num_exp(double x);

/* Natural logarithm; x normal and > 0. */
double num_log(double x);

/* Complementary error function, x >= 0 (relative error below 1e-12). */
double num_erfc(double x);

/* Power ratios. dB -> linear and back; linear > 0, |dB| <= 3000. */
double num_from_db(double db);
double num_to_db(double linear);

/* Values of such functions, by argument: where nothing moves, the same few come again and again. An entry holds a value
 * when its key is not 0; a look-up that misses is the entry to be overwritten. Zero-initialised; changes no result. */
enum { NUM_CACHE_ENTRIES = 512 };
struct num_cached {
    double argument, value;
    uint32_t key; /* which function, or which of its curves */
};
struct num_cache {
    struct num_cached entry[NUM_CACHE_ENTRIES];
};
struct num_cached *num_cache_entry(struct num_cache *cache, uint32_t key, double argument);
static inline bool num_cache_hit(const struct num_cached *cached, uint32_t key, double argument)
{
    return cached->key == key && cached->argument == argument;
}

/* Uniform on (0, 1), never 0 or 1: 53 bits, centred. One draw of 64 bits. */
double num_uniform(struct rng *rng);

/* Standard normal deviate (Marsaglia's polar method; the second one of each pair is thrown away so that no state is
 * needed beside the stream). */
double num_normal(struct rng *rng);

#ifdef __cplusplus
}
#endif
#endif
