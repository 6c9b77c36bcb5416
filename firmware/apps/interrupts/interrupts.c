/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts of every level through the interrupt matrix: which masks which, how they nest, and what the core saves.
 * Their source is the cross-core interrupts, raised by the core to itself. */
#include "firmware/apps/check.h"
#include "firmware/drivers/dport.h"

enum { FREE_LEVEL_4 = 24, FREE_LEVEL_5 = 31, NMI = 14, EDGE_LEVEL_1 = 10 };

static struct checks checks;
volatile uint32_t high_counts[8]; /* by level, high.S */
void on_level_4(void);
void on_level_5(void);
void on_level_7(void);

/* ---- Levels 1 to 3, in C ---------------------------------------------------------------------------------------- */

static char order[16]; /* what ran, in letters: begin in capitals */
static volatile unsigned steps;

static void note(char letter)
{
    if (steps < sizeof order - 1)
        order[steps++] = letter;
}

/* Handlers of levels 1 and 2 raise a lower and the next higher one, so that all orders come about. */
static void on_level_3(void *ctx)
{
    (void)ctx;
    cross_core_clear(2);
    note('C');
    check_equal(&checks, "level in the handler of level 3", interrupt_level(), 3);
    note('c');
}

static void on_level_2(void *ctx)
{
    (void)ctx;
    cross_core_clear(1);
    note('B');
    check_equal(&checks, "level in the handler of level 2", interrupt_level(), 2);
    cross_core_raise(0); /* has to wait */
    cross_core_raise(2); /* comes at once */
    note('b');
}

static void on_level_1(void *ctx)
{
    static bool again;
    (void)ctx;
    cross_core_clear(0);
    note('A');
    check_equal(&checks, "level in the handler of level 1", interrupt_level(), 1);
    if (!again)
        cross_core_raise(1);
    again = true;
    note('a');
}

static void check_order(const char *what, const char *want)
{
    order[steps] = 0;
    steps = 0;
    checks.done++;
    for (unsigned i = 0; order[i] == want[i]; i++)
        if (!want[i])
            return;
    checks.failed++;
    printf("FAILED %s: %s, expected %s\n", what, order, want);
}

static void check_nesting(void)
{
    interrupt_connect(SOURCE_FROM_CPU_0, 1, on_level_1, NULL);
    interrupt_connect(SOURCE_FROM_CPU_1, 2, on_level_2, NULL);
    interrupt_connect(SOURCE_FROM_CPU_2, 3, on_level_3, NULL);
    cross_core_raise(0);
    memw();
    check_order("level 1 is interrupted by 2, which is interrupted by 3", "ABCcbaAa");

    uint32_t ps = mask_interrupts();
    cross_core_raise(2);
    cross_core_raise(0);
    note('-');
    restore_interrupts(ps);
    check_order("masked interrupts wait, and the highest is the first", "-CcAa");
    interrupt_disconnect(SOURCE_FROM_CPU_0);
    interrupt_disconnect(SOURCE_FROM_CPU_1);
    interrupt_disconnect(SOURCE_FROM_CPU_2);
}

/* ---- Levels 4, 5 and 7, in assembler ---------------------------------------------------------------------------- */

static void check_high(void)
{
    interrupt_set_high(4, on_level_4);
    interrupt_set_high(5, on_level_5);
    interrupt_set_high(7, on_level_7);
    interrupt_route(SOURCE_FROM_CPU_1, FREE_LEVEL_4);
    interrupt_route(SOURCE_FROM_CPU_2, FREE_LEVEL_5);
    interrupt_route(SOURCE_FROM_CPU_3, NMI);
    interrupt_enable(1u << FREE_LEVEL_4 | 1u << FREE_LEVEL_5);

    uint32_t ps = mask_interrupts(); /* up to level 3, that is */
    cross_core_raise(1);
    cross_core_raise(2);
    memw();
    restore_interrupts(ps);
    check_equal(&checks, "level 4 comes through EXCM_LEVEL", high_counts[4], 1);
    check_equal(&checks, "level 5 comes through EXCM_LEVEL", high_counts[5], 1);

    __asm__ volatile("rsil %0, 15" : "=a"(ps) : : "memory");
    cross_core_raise(1);
    cross_core_raise(3);
    (void)dport_read(BASE_dport);
    uint32_t masked_4 = high_counts[4], not_masked_7 = high_counts[7];
    restore_interrupts(ps);
    check_equal(&checks, "level 4 is masked at level 15", masked_4, 1);
    check_equal(&checks, "the NMI is not", not_masked_7, 1);
    check_equal(&checks, "level 4 afterwards", high_counts[4], 2);
    interrupt_disable(1u << FREE_LEVEL_4 | 1u << FREE_LEVEL_5);
    interrupt_route(SOURCE_FROM_CPU_3, INTERRUPT_TIMER_1);
}

/* ---- Edges ------------------------------------------------------------------------------------------------------ */

static volatile uint32_t edges;

static void on_edge(void *ctx)
{
    (void)ctx;
    edges++;
}

/* The handler leaves the source active: a level would come for ever. */
static void check_edge(void)
{
    interrupt_attach(EDGE_LEVEL_1, on_edge, NULL);
    interrupt_route(SOURCE_FROM_CPU_0, EDGE_LEVEL_1);
    cross_core_raise(0);
    memw();
    check_equal(&checks, "an edge comes once", edges, 1);
    cross_core_clear(0);
    check_equal(&checks, "and not on the way down", edges, 1);
    uint32_t ps = mask_interrupts();
    cross_core_raise(0);
    cross_core_clear(0);
    restore_interrupts(ps);
    check_equal(&checks, "an edge is kept while masked", edges, 2);
    interrupt_detach(EDGE_LEVEL_1);
}

int main(void)
{
    check_nesting();
    check_high();
    check_edge();
    return check_summary(&checks, "interrupts");
}
