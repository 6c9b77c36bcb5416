/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels work on; the same for the guest and for reference.c. */
#ifndef VESPER_FIRMWARE_APPS_BENCH_INPUTS_H
#define VESPER_FIRMWARE_APPS_BENCH_INPUTS_H

#include <stdint.h>

enum { COPY_BYTES = 8192, SORT_WORDS = 256, TAPS = 256 };

struct inputs {
    uint8_t from[COPY_BYTES + 4] __attribute__((aligned(4)));
    int16_t samples[2][TAPS + 4] __attribute__((aligned(4))); /* 4: the kernel loads ahead */
    float signals[2][TAPS];
};

static inline void inputs_fill(struct inputs *inputs)
{
    uint32_t state = 1;
    for (unsigned i = 0; i < sizeof inputs->from; i++)
        inputs->from[i] = (uint8_t)(i * 7 + (i >> 8));
    for (unsigned i = 0; i < TAPS; i++) {
        state = state * 1664525 + 1013904223;
        inputs->samples[0][i] = (int16_t)(state >> 16);
        inputs->samples[1][i] = (int16_t)(state >> 4);
        inputs->signals[0][i] = (float)(int16_t)(state >> 16) / 3000;
        inputs->signals[1][i] = (float)(int16_t)(state >> 4) / 7000;
    }
}

static inline uint32_t float_bits(float value)
{
    union {
        float value;
        uint32_t bits;
    } both = {.value = value};
    return both.bits;
}

/* 1 / 1, 1 / 2, ... by whatever divides floats on this machine. */
static inline uint32_t float_quotients(void)
{
    uint32_t hash = 0;
    volatile float one = 1, divisor = 1;
    for (uint32_t i = 0; i < 200; i++) {
        hash = hash * 31 + float_bits(one / divisor);
        divisor = divisor + 1;
    }
    return hash;
}

#endif
