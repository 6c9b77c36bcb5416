/* SPDX-License-Identifier: Apache-2.0 */
/* What work of each kind costs, in cycles: run with interrupts masked, code in IRAM, data in SRAM, each kernel once to
 * see that its result is right and once more for the time. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firmware/apps/bench/inputs.h"
#include "firmware/apps/bench/kernels.h"
#include "firmware/apps/check.h"
#include "firmware/runtime/xtensa.h"

static struct checks checks;
static struct inputs inputs;
static uint8_t to[COPY_BYTES + 4] __attribute__((aligned(4)));
static uint32_t words[SORT_WORDS];

static uint32_t integer(void)
{
    return bench_integer(10000);
}

static uint32_t copy_words(void)
{
    memcpy(to, inputs.from, COPY_BYTES);
    return bench_crc(to, 64);
}

static uint32_t copy_bytes(void)
{
    memcpy(to + 1, inputs.from + 2, COPY_BYTES / 4);
    return bench_crc(to + 1, 64);
}

static uint32_t recursion(void)
{
    return bench_recursion(17);
}

static uint32_t zero_overhead_loop(void)
{
    return bench_zero_overhead_loop(10000);
}

static uint32_t mac16(void)
{
    return (uint32_t)bench_mac16(inputs.samples[0], inputs.samples[1], TAPS);
}

static uint32_t dot_product(void)
{
    return bench_dot_product(inputs.signals[0], inputs.signals[1], TAPS);
}

static uint32_t divide(void)
{
    return bench_divide(1000);
}

/* By libgcc's division, which is the FPU's DIV0.S, MADDN.S and their kin. */
static uint32_t float_divide(void)
{
    return float_quotients();
}

static uint32_t sort(void)
{
    return bench_sort(words, SORT_WORDS, 42);
}

static uint32_t text(void)
{
    return bench_text(20);
}

static const struct {
    const char *name;
    uint32_t (*run)(void);
    uint32_t result, units;
    const char *unit;
} kernels[] = {
#define KERNEL(name, run, result, units, unit) {name, run, result, units, unit},
#include "firmware/apps/bench/kernels.def"
};

int main(void)
{
    inputs_fill(&inputs);
    for (unsigned i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        check_equal(&checks, kernels[i].name, kernels[i].run(), kernels[i].result);
        uint32_t ps = mask_interrupts();
        uint32_t begin = ccount();
        (void)kernels[i].run();
        uint32_t cycles = ccount() - begin;
        restore_interrupts(ps);
        printf("%-20s %8" PRIu32 " cycles, %7.2f a %s\n", kernels[i].name, cycles, (double)cycles / kernels[i].units,
               kernels[i].unit);
    }
    return check_summary(&checks, "bench");
}
