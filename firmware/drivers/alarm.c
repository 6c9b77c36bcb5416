/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/alarm.h"

#include <stddef.h>

#include "firmware/drivers/clock.h"
#include "firmware/runtime/interrupt.h"

enum { LONGEST_US = 10000000, SHORTEST_CYCLES = 64 }; /* so that CCOMPARE0 is not behind CCOUNT when it is written */

static uint32_t cycles_per_us;

/* Half a turn of CCOUNT away: written only to take the request back. */
static void on_alarm(void *ctx)
{
    (void)ctx;
    WSR(ccompare0, ccount() + INT32_MAX);
    esync();
}

void alarm_init(void)
{
    cycles_per_us = clock_cpu_hz() / 1000000;
    WSR(ccompare0, ccount() + INT32_MAX);
    interrupt_attach(INTERRUPT_TIMER_0, on_alarm, NULL);
}

void alarm_set(uint32_t us)
{
    uint32_t cycles = (us < LONGEST_US ? us : LONGEST_US) * cycles_per_us;
    uint32_t ps = mask_interrupts();
    WSR(ccompare0, ccount() + cycles + SHORTEST_CYCLES);
    esync();
    restore_interrupts(ps);
}
