/* SPDX-License-Identifier: Apache-2.0 */
/* What the ESP32 leaves to its software in the contention for the medium: the window, the random backoff, when to
 * repeat a frame, when to give it up, when to try a lower rate. The hardware only counts slots down.
 * Source: IEEE 802.11-2020, 10.3.4.3 (window and backoff), 10.3.4.4 (retry limits); the division of work: facts 5.4. */
#ifndef VESPER_FIRMWARE_NET_CONTENTION_H
#define VESPER_FIRMWARE_NET_CONTENTION_H

#include <stdbool.h>
#include <stdint.h>

/* Of one queue. */
struct contention_config {
    uint8_t aifsn;
    uint8_t cw_min_exponent, cw_max_exponent; /* the window is 2^n - 1 */
    uint8_t retry_limit;                      /* attempts of a frame; 0: without end */
    uint8_t fallback_after; /* failed attempts of a frame at one rate before the next lower; 0: never */
};

struct contention {
    const struct contention_config *config;
    uint16_t window;
    uint16_t attempts; /* of the frame at hand, those that failed */
    uint8_t rate;      /* of the frame at hand, now */
    uint8_t failed_at_rate;
};

void contention_init(struct contention *contention, const struct contention_config *config);

/* A new frame at this rate; the window stays as the last one has left it. */
void contention_begin(struct contention *contention, unsigned rate);

/* Slots to count down before the next attempt, uniform over 0..window; `random` are at least 16 random bits. */
static inline unsigned contention_draw(const struct contention *contention, uint32_t random)
{
    return random & contention->window; /* one less than a power of two */
}

/* The frame was delivered, or sent to a group. */
void contention_succeeded(struct contention *contention);

/* No answer. False: the frame has had its attempts and is to be dropped. */
bool contention_failed(struct contention *contention);

/* Another queue of this station had the same slot (10.23.2.4): a collision that nobody heard. The window grows; the
 * frame was not on the air, so its rate is not to blame. False as above. */
bool contention_collided_inside(struct contention *contention);

#endif
