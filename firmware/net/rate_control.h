/* SPDX-License-Identifier: Apache-2.0 */
/* Which rate the next frame gets: AARF, with a difference. Two frames in a row that failed at their rate lead one step
 * down; enough in a row that needed no repetition lead one step up, on trial: if the next frame fails there, the step
 * is taken back and twice as many are needed for the next. A frame that needed one repetition is neither: that is what
 * a collision looks like, of which the rate is not to blame. Source: Lacage, Manshaei, Turletti, "IEEE 802.11 Rate
 * Adaptation: A Practical Approach", MSWiM 2004. */
#ifndef VESPER_FIRMWARE_NET_RATE_CONTROL_H
#define VESPER_FIRMWARE_NET_RATE_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

enum { RATE_CONTROL_RATES = 12 };

struct rate_control {
    uint8_t rates[RATE_CONTROL_RATES]; /* slowest first */
    uint8_t count, at;
    uint8_t good, bad; /* in a row */
    uint8_t needed;
    bool is_trial;
};

/* Begins with the fastest: `count` from 1. */
void rate_control_init(struct rate_control *control, const uint8_t *rates, unsigned count);
static inline unsigned rate_control_rate(const struct rate_control *control)
{
    return control->rates[control->at];
}
/* A frame that began with this rate was delivered after so many attempts; 0: not at all. */
void rate_control_sent(struct rate_control *control, unsigned rate, unsigned attempts);

#endif
