/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/apps/abi/storm.h"

#include <stddef.h>

#include "firmware/apps/abi/workload.h"
#include "firmware/runtime/interrupt.h"

enum { HANDLER_DEPTH = 25 };

extern volatile uint32_t storm_level_5_count, storm_level_5_period;
volatile uint32_t storm_level_5_count, storm_level_5_period;
void storm_level_5(void);

static volatile struct storm_counts counts;
static volatile uint32_t period, random_state, in_level1, expected;

/* Between half and one and a half times the period, never the same phase twice. */
static uint32_t next_interval(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return period / 2 + random_state % period;
}

/* Deep enough to throw out every window of what was interrupted, and with what else C code changes. */
static void work(uint32_t level)
{
    static uint32_t atomic;
    if (interrupt_level() != level || (RSR(ps) & (PS_EXCM | PS_WOE)) != PS_WOE)
        counts.wrong_state++;
    if (loop_turns(1) != 1 || loop_turns(5) != 5)
        counts.wrong_result++;
    __atomic_fetch_add(&atomic, level, __ATOMIC_SEQ_CST);
    if (recurse(HANDLER_DEPTH, 1, 2, 3) != expected)
        counts.wrong_result++;
}

static void on_level1(void *ctx)
{
    (void)ctx;
    in_level1 = 1;
    counts.level1++;
    if (counts.level1 % 5 == 0)
        WSR(intset, 1u << INTERRUPT_SOFTWARE_3);
    work(1);
    WSR(ccompare0, ccount() + next_interval());
    esync();
    in_level1 = 0;
}

static void on_level3(void *ctx)
{
    (void)ctx;
    counts.level3++;
    counts.nested += in_level1;
    if (counts.level3 % 3 == 0)
        WSR(intset, 1u << INTERRUPT_SOFTWARE_1);
    work(3);
    WSR(ccompare1, ccount() + next_interval());
    esync();
}

static void on_software(void *ctx)
{
    volatile uint32_t *count = ctx;
    (*count)++;
    work(interrupt_level());
}

void storm_begin(uint32_t cycles)
{
    counts = (struct storm_counts){0};
    period = cycles;
    random_state = cycles * 2654435761u | 1;
    expected = recurse(HANDLER_DEPTH, 1, 2, 3);
    storm_level_5_count = 0;
    storm_level_5_period = cycles / 3 | 1;
    interrupt_set_high(5, storm_level_5);
    uint32_t now = ccount();
    WSR(ccompare0, now + 1000);
    WSR(ccompare1, now + 1700);
    WSR(ccompare2, now + 2900);
    esync();
    interrupt_attach(INTERRUPT_SOFTWARE_1, on_software, (void *)&counts.software1);
    interrupt_attach(INTERRUPT_SOFTWARE_3, on_software, (void *)&counts.software3);
    interrupt_attach(INTERRUPT_TIMER_0, on_level1, NULL);
    interrupt_attach(INTERRUPT_TIMER_1, on_level3, NULL);
    interrupt_enable(1u << INTERRUPT_TIMER_2);
}

void storm_end(struct storm_counts *result)
{
    interrupt_disable(1u << INTERRUPT_TIMER_2);
    interrupt_detach(INTERRUPT_TIMER_0);
    interrupt_detach(INTERRUPT_TIMER_1);
    interrupt_detach(INTERRUPT_SOFTWARE_1);
    interrupt_detach(INTERRUPT_SOFTWARE_3);
    counts.level5 = storm_level_5_count;
    *result = counts;
}
