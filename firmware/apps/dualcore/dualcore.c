/* SPDX-License-Identifier: Apache-2.0 */
/* Both cores at work: a spinlock that both want all the time, interrupts from core to core there and back, and a timer
 * for each core. All results are known in advance, but for the times. */
#include <string.h>

#include "firmware/apps/check.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/dport.h"
#include "firmware/runtime/spinlock.h"

enum { ROUNDS = 5000, PINGS = 100, TICKS = 20, TICK_US = 50, PING_LEVEL = 1 };
enum { TO_PRO = 0, TO_APP = 1 }; /* FROM_CPU_n */

static struct checks checks;

/* ---- Meeting points --------------------------------------------------------------------------------------------- */

static uint32_t arrived; /* cores that have come to the meeting points so far */

/* Both cores go on when both have come. */
static void meet(uint32_t which)
{
    __atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < 2 * which)
        ;
}

/* ---- Spinlock --------------------------------------------------------------------------------------------------- */

static struct spinlock lock;
static struct {
    uint32_t total, by_core[2], broken;
    uint32_t pattern[8]; /* all alike, unless somebody else is in here */
    uint32_t wait_longest[2];
} shared;
static uint32_t without_lock; /* counted by atomic operations alone */

static void contend(void)
{
    unsigned core = core_id();
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        uint32_t begin = ccount();
        spinlock_take(&lock);
        uint32_t waited = ccount() - begin;
        if (waited > shared.wait_longest[core])
            shared.wait_longest[core] = waited;
        for (unsigned i = 1; i < 8; i++)
            shared.broken += shared.pattern[i] != shared.pattern[0];
        for (unsigned i = 0; i < 8; i++)
            shared.pattern[i] = core << 24 | round;
        shared.total++;
        shared.by_core[core]++;
        spinlock_give(&lock);
        __atomic_fetch_add(&without_lock, 3, __ATOMIC_RELAXED);
    }
}

static void check_lock(void)
{
    check_equal(&checks, "turns under the lock", shared.total, 2 * ROUNDS);
    check_equal(&checks, "turns of core 0", shared.by_core[0], ROUNDS);
    check_equal(&checks, "turns of core 1", shared.by_core[1], ROUNDS);
    check_equal(&checks, "two cores under the lock at once", shared.broken, 0);
    check_equal(&checks, "atomic additions", without_lock, 2 * ROUNDS * 3);
    check_true(&checks, "cores get in each other's way", shared.wait_longest[0] > 0 && shared.wait_longest[1] > 0);
    printf("spinlock   %u turns of each core; longest wait %" PRIu32 " and %" PRIu32 " cycles\n", ROUNDS,
           shared.wait_longest[0], shared.wait_longest[1]);
}

/* ---- Interrupts from core to core ------------------------------------------------------------------------------- */

static volatile uint32_t pings, pongs;

static void on_ping(void *ctx) /* APP CPU */
{
    (void)ctx;
    cross_core_clear(TO_APP);
    pings++;
    cross_core_raise(TO_PRO);
}

static void on_pong(void *ctx) /* PRO CPU */
{
    (void)ctx;
    cross_core_clear(TO_PRO);
    pongs++;
}

static void check_ping_pong(void)
{
    uint32_t shortest = UINT32_MAX, longest = 0, sum = 0;
    interrupt_connect(SOURCE_FROM_CPU_0, PING_LEVEL, on_pong, NULL);
    for (uint32_t i = 1; i <= PINGS; i++) {
        uint32_t begin = ccount();
        cross_core_raise(TO_APP);
        while (pongs < i)
            ;
        uint32_t cycles = ccount() - begin;
        shortest = cycles < shortest ? cycles : shortest;
        longest = cycles > longest ? cycles : longest;
        sum += cycles;
    }
    interrupt_disconnect(SOURCE_FROM_CPU_0);
    check_equal(&checks, "interrupts to core 1", pings, PINGS);
    check_equal(&checks, "interrupts back to core 0", pongs, PINGS);
    check_true(&checks, "there and back within 10 us", longest < 2400);
    printf("ping-pong  %u times; there and back %" PRIu32 " to %" PRIu32 " cycles, %" PRIu32 " on average\n", PINGS,
           shortest, longest, sum / PINGS);
}

/* ---- A timer for each core -------------------------------------------------------------------------------------- */

static struct {
    volatile uint32_t ticks;
    uint32_t period, late_most, wrong_core;
} timer[2];

static void on_tick(void *ctx)
{
    unsigned core = core_id();
    uint32_t due = RSR(ccompare0), late = ccount() - due;
    timer[core].wrong_core += ctx != &timer[core];
    timer[core].late_most = late > timer[core].late_most ? late : timer[core].late_most;
    WSR(ccompare0, due + timer[core].period);
    esync();
    timer[core].ticks++;
}

/* Each core with a period of its own, by its own CCOMPARE0, asleep in between. Returns the cycles that it took. */
static uint32_t tick(void)
{
    unsigned core = core_id();
    timer[core].period = (TICK_US + 7 * core) * (clock_cpu_hz() / 1000000);
    uint32_t begin = ccount();
    WSR(ccompare0, begin + timer[core].period);
    esync();
    interrupt_attach(INTERRUPT_TIMER_0, on_tick, &timer[core]);
    while (timer[core].ticks < TICKS)
        wait_for_interrupt();
    interrupt_detach(INTERRUPT_TIMER_0);
    return ccount() - begin;
}

static volatile uint32_t app_ticks_took;

static void check_ticks(unsigned core, uint32_t took)
{
    check_equal(&checks, "ticks", timer[core].ticks, TICKS);
    check_equal(&checks, "ticks on the wrong core", timer[core].wrong_core, 0);
    check_true(&checks, "ticks last as long as they should",
               took >= TICKS * timer[core].period && took < TICKS * timer[core].period + timer[core].period / 2);
    printf("timer      core %u: %u ticks of %" PRIu32 " cycles, handler at most %" PRIu32 " cycles late\n", core, TICKS,
           timer[core].period, timer[core].late_most);
}

/* ---- The two programs ------------------------------------------------------------------------------------------- */

static volatile uint32_t app_prid;

static void app_program(void)
{
    app_prid = RSR(prid);
    interrupt_connect(SOURCE_FROM_CPU_1, PING_LEVEL, on_ping, NULL);
    meet(1);
    contend();
    meet(2);
    meet(3); /* meanwhile, pings */
    app_ticks_took = tick();
    meet(4);
}

int main(void)
{
    printf("dualcore: starting the APP CPU\n");
    app_cpu_start(app_program);
    meet(1);
    check_equal(&checks, "processor id of core 0", RSR(prid), 0xCDCD);
    check_equal(&checks, "processor id of core 1", app_prid, 0xABAB);
    contend();
    meet(2);
    check_lock();
    check_ping_pong();
    meet(3);
    uint32_t took = tick();
    meet(4);
    check_ticks(0, took);
    check_ticks(1, app_ticks_took);
    return check_summary(&checks, "dualcore");
}
