/* SPDX-License-Identifier: Apache-2.0 */
/* Is the runtime right? The windowed calling convention in all its forms, setjmp, the exceptions that C may handle;
 * first in peace, then under interrupts of three levels that nest, of which each uses all windows. */
#include <stddef.h>

#include "firmware/apps/abi/storm.h"
#include "firmware/apps/abi/workload.h"
#include "firmware/apps/check.h"
#include "firmware/runtime/interrupt.h"

enum { ROUNDS = 4 };

static struct checks checks;

static void check_in_peace(void)
{
    for (unsigned i = 0; i < workload_count; i++)
        check_equal(&checks, workloads[i].name, workloads[i].run(), workloads[i].result);
}

static void check_under_storm(uint32_t period)
{
    struct storm_counts counts;
    storm_begin(period);
    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned i = 0; i < workload_count; i++)
            check_equal(&checks, workloads[i].name, workloads[i].run(), workloads[i].result);
    storm_end(&counts);
    check_equal(&checks, "result of work in handlers", counts.wrong_result, 0);
    check_equal(&checks, "processor state in handlers", counts.wrong_state, 0);
    check_true(&checks, "interrupts of level 1", counts.level1 > 0);
    check_true(&checks, "interrupts of level 3", counts.level3 > 0);
    check_true(&checks, "interrupts of level 5", counts.level5 > 0);
    check_true(&checks, "software interrupt of level 1", counts.software1 > 0);
    check_true(&checks, "software interrupt of level 3", counts.software3 > 0);
    check_true(&checks, "level 3 interrupts level 1", counts.nested > 0);
    printf("interrupts about every %" PRIu32 " cycles: %" PRIu32 " of level 1, %" PRIu32 " of level 3 (%" PRIu32
           " within level 1), %" PRIu32 " of level 5\n",
           period, counts.level1 + counts.software1, counts.level3 + counts.software3, counts.nested, counts.level5);
}

static volatile uint32_t exceptions, last_cause;

/* Skips the instruction (of three bytes) and leaves 4711 in its a5. */
static void skip(struct interrupt_frame *frame)
{
    exceptions++;
    last_cause = frame->cause;
    frame->a[5] = 4711;
    frame->pc += 3;
}

static void check_exceptions(void)
{
    uint32_t value;
    exception_attach(EXCCAUSE_SYSCALL, skip);
    exception_attach(EXCCAUSE_ILLEGAL, skip);
    exception_attach(EXCCAUSE_DIVIDE, skip);
    __asm__ volatile("movi a5, 1\n\tsyscall\n\tmov %0, a5" : "=a"(value) : : "a5");
    check_equal(&checks, "cause of SYSCALL", last_cause, EXCCAUSE_SYSCALL);
    check_equal(&checks, "register that a handler changed", value, 4711);
    __asm__ volatile("ill" : : : "a5");
    check_equal(&checks, "cause of ILL", last_cause, EXCCAUSE_ILLEGAL);
    __asm__ volatile("movi a5, 0\n\tquou a4, a4, a5" : : : "a4", "a5");
    check_equal(&checks, "cause of division by zero", last_cause, EXCCAUSE_DIVIDE);
    check_equal(&checks, "exceptions", exceptions, 3);
    exception_attach(EXCCAUSE_SYSCALL, NULL);
    exception_attach(EXCCAUSE_ILLEGAL, NULL);
    exception_attach(EXCCAUSE_DIVIDE, NULL);
}

int main(void)
{
    static const uint32_t periods[] = {20000, 7000, 3001};
    check_in_peace();
    check_exceptions();
    for (unsigned i = 0; i < sizeof periods / sizeof periods[0]; i++)
        check_under_storm(periods[i]);
    return check_summary(&checks, "abi");
}
