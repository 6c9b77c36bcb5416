/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/net/contention.h"

#include "firmware/net/rate.h"

static uint16_t window_of(unsigned exponent)
{
    return (uint16_t)((1u << exponent) - 1);
}

void contention_init(struct contention *contention, const struct contention_config *config)
{
    *contention = (struct contention){.config = config, .window = window_of(config->cw_min_exponent)};
}

void contention_begin(struct contention *contention, unsigned rate)
{
    contention->attempts = 0;
    contention->rate = (uint8_t)rate;
    contention->failed_at_rate = 0;
}

void contention_succeeded(struct contention *contention)
{
    contention->window = window_of(contention->config->cw_min_exponent);
}

/* The window doubles up to its end, and begins anew when the frame is given up. */
static bool widen(struct contention *contention)
{
    const struct contention_config *config = contention->config;
    contention->attempts++;
    if (config->retry_limit && contention->attempts >= config->retry_limit) {
        contention->window = window_of(config->cw_min_exponent);
        return false;
    }
    uint16_t last = window_of(config->cw_max_exponent), wider = (uint16_t)(contention->window * 2 + 1);
    contention->window = wider < last ? wider : last;
    return true;
}

bool contention_failed(struct contention *contention)
{
    const struct contention_config *config = contention->config;
    if (config->fallback_after && ++contention->failed_at_rate >= config->fallback_after) {
        contention->rate = (uint8_t)rate_below(contention->rate);
        contention->failed_at_rate = 0;
    }
    return widen(contention);
}

bool contention_collided_inside(struct contention *contention)
{
    return widen(contention);
}
