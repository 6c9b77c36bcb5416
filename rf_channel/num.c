/* SPDX-License-Identifier: Apache-2.0 */
#include "rf_channel/num.h"

#include <math.h>
#include <string.h>

#include "bus/base/status.h"

/* ln 2 in two parts: the high one has trailing zeros, so that k * LN2_HIGH is exact for |k| < 2^20. */
#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW 1.90821492927058770002e-10
#define LN2_INVERSE 1.44269504088896338700
#define LN10 2.30258509299404568402
#define SQRT_HALF 0.70710678118654752440
#define TWO_OVER_SQRT_PI 1.12837916709551257390

/* Below 2 the series of erf converges without much cancellation; above it the continued fraction is quick. */
#define ERFC_SPLIT 2.0

enum { EXP_TERMS = 14, LOG_TERMS = 12, ERF_TERMS = 60, ERFC_LEVELS = 80, MANTISSA_BITS = 52, EXPONENT_BIAS = 1023 };

/* 2^k for a normal result. */
static double power_of_two(int k)
{
    uint64_t bits = (uint64_t)(k + EXPONENT_BIAS) << MANTISSA_BITS;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Constant expressions, divided by the compiler in the same arithmetic. */
static const double inverse_factorial[EXP_TERMS + 1] = {1.0,
                                                        1.0,
                                                        1.0 / 2,
                                                        1.0 / 6,
                                                        1.0 / 24,
                                                        1.0 / 120,
                                                        1.0 / 720,
                                                        1.0 / 5040,
                                                        1.0 / 40320,
                                                        1.0 / 362880,
                                                        1.0 / 3628800,
                                                        1.0 / 39916800,
                                                        1.0 / 479001600,
                                                        1.0 / 6227020800.0,
                                                        1.0 / 87178291200.0};

double num_exp(double x)
{
    if (x < -700.0)
        return 0.0;
    sim_assert(x <= 700.0);
    double k = floor(x * LN2_INVERSE + 0.5);
    double r = (x - k * LN2_HIGH) - k * LN2_LOW;
    double sum = inverse_factorial[EXP_TERMS];
    for (int n = EXP_TERMS - 1; n >= 0; n--)
        sum = inverse_factorial[n] + sum * r;
    return sum * power_of_two((int)k);
}

double num_log(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int k = (int)(bits >> MANTISSA_BITS) - EXPONENT_BIAS;
    sim_assert(k > -EXPONENT_BIAS && k <= EXPONENT_BIAS); /* normal, positive, finite */
    double m = x * power_of_two(-k / 2) * power_of_two(-(k - k / 2));
    if (m * SQRT_HALF > 1.0) {
        m *= 0.5;
        k++;
    }
    /* ln m = 2 artanh((m - 1) / (m + 1)), the argument below 0.172. */
    double s = (m - 1.0) / (m + 1.0);
    double s2 = s * s;
    double sum = 0.0;
    for (int n = LOG_TERMS; n >= 0; n--)
        sum = sum * s2 + 1.0 / (2 * n + 1);
    return k * LN2_HIGH + (2.0 * s * sum + k * LN2_LOW);
}

double num_erfc(double x)
{
    sim_assert(x >= 0.0);
    if (x < ERFC_SPLIT) {
        double term = x;
        double sum = x;
        for (int n = 1; n < ERF_TERMS; n++) {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 1.0 - TWO_OVER_SQRT_PI * sum;
    }
    double fraction = x;
    for (int n = ERFC_LEVELS; n > 0; n--)
        fraction = x + 0.5 * n / fraction;
    return 0.5 * TWO_OVER_SQRT_PI * num_exp(-x * x) / fraction;
}

double num_from_db(double db)
{
    return num_exp(db * (LN10 / 10.0));
}

double num_to_db(double linear)
{
    return num_log(linear) * (10.0 / LN10);
}

struct num_cached *num_cache_entry(struct num_cache *cache, uint32_t key, double argument)
{
    uint64_t bits;
    memcpy(&bits, &argument, sizeof bits);
    bits = (bits ^ key) * 0x9e3779b97f4a7c15u; /* Fibonacci hashing */
    return &cache->entry[bits >> 55];
}

double num_uniform(struct rng *rng)
{
    return ((double)(rng_u64(rng) >> 11) + 0.5) * 0x1p-53;
}

double num_normal(struct rng *rng)
{
    for (;;) {
        double u = 2.0 * num_uniform(rng) - 1.0;
        double v = 2.0 * num_uniform(rng) - 1.0;
        double s = u * u + v * v;
        if (s > 0.0 && s < 1.0)
            return u * sqrt(-2.0 * num_log(s) / s);
    }
}
