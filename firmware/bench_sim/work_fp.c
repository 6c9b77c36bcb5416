/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/bench_sim/work.h"

#include "firmware/apps/bench/inputs.h"
#include "firmware/apps/bench/kernels.h"

enum { FLOAT_ROUNDS = 100000 };

uint32_t work_float(void)
{
    static struct inputs inputs;
    uint32_t hash = 0;
#ifdef GUEST_sim /* start-up is for cores without floating point */
    __asm__ volatile("wsr %0, cpenable; rsync" : : "a"(1));
#endif
    inputs_fill(&inputs);
    for (uint32_t round = 0; round < FLOAT_ROUNDS; round++) {
        inputs.signals[0][round % TAPS] += 0.25f;
        hash = hash * 31 + bench_dot_product(inputs.signals[0], inputs.signals[1], TAPS);
    }
    return hash;
}
