/* SPDX-License-Identifier: Apache-2.0 */
/* For the host: are the results that the guest's self-checking programs know the right ones? C is compiled by another
 * compiler for another machine here, and what is assembler there is C. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "firmware/apps/abi/workload.h"
#include "firmware/apps/bench/inputs.h"
#include "firmware/apps/bench/kernels.h"
#include "firmware/bench_sim/work.h"

static struct inputs inputs;
static uint8_t to[COPY_BYTES + 4];
static uint32_t words[SORT_WORDS];
static unsigned wrong, done;

static void compare(const char *name, uint32_t known, uint32_t found)
{
    done++;
    if (known != found) {
        wrong++;
        printf("%s: the guest knows 0x%08x; it is 0x%08x\n", name, known, found);
    }
}

/* ---- What is assembler in the guest ----------------------------------------------------------------------------- */

uint32_t sum_by_call4(uint32_t n)
{
    return n * (n + 1) / 2;
}

uint32_t sum_by_call12(uint32_t n)
{
    return n * (n + 1) / 2;
}

uint32_t loop_turns(uint32_t n)
{
    return n;
}

static uint32_t zero_overhead_loop(void)
{
    uint32_t sum = 0, step = 1;
    for (unsigned i = 0; i < 10000; i++) {
        sum += step;
        step += 3;
        sum += step;
        step -= 2;
    }
    return sum;
}

static uint32_t mac16(void)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < TAPS; i++)
        sum += (uint32_t)(inputs.samples[0][i] * inputs.samples[1][i]);
    return sum;
}

uint32_t bench_dot_product(const float *a, const float *b, uint32_t count)
{
    float sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum = fmaf(a[i], b[i], sum);
    return float_bits(sum);
}

static uint32_t dot_product(void)
{
    return bench_dot_product(inputs.signals[0], inputs.signals[1], TAPS);
}

/* ---- What is C in both ------------------------------------------------------------------------------------------ */

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

static uint32_t divide(void)
{
    return bench_divide(1000);
}

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

int main(void)
{
    inputs_fill(&inputs);
    for (unsigned i = 0; i < workload_count; i++)
        compare(workloads[i].name, workloads[i].result, workloads[i].run());
#define KERNEL(name, run, result, units, unit) compare(name, result, run());
#include "firmware/apps/bench/kernels.def"
    compare("sim: integer", WORK_INTEGER_RESULT, work_integer());
    compare("sim: recursion", WORK_RECURSION_RESULT, work_recursion());
    compare("sim: memory", WORK_MEMORY_RESULT, work_memory());
    compare("sim: float", WORK_FLOAT_RESULT, work_float());
    compare("sim: mixed", WORK_MIXED_RESULT, work_mixed());
    printf("%u of %u results that the guest knows are right\n", done - wrong, done);
    return wrong != 0;
}
