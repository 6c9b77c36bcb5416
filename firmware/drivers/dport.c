/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/dport.h"

#include <stddef.h>

#include "firmware/drivers/regs/dport.h"
#include "firmware/drivers/regs/efuse.h"
#include "firmware/drivers/regs/uart.h"

/* Where a source that goes nowhere points: an interrupt of the core's own, which the matrix does not drive. */
enum { UNROUTED = INTERRUPT_TIMER_1 };

uint32_t dport_read(uint32_t address)
{
    uint32_t ps, value;
    /* Nothing may come between the two loads. */
    __asm__ volatile("rsil %0, 5\n\tl32i %1, %2, 0\n\tl32i %1, %3, 0\n\twsr %0, ps\n\trsync"
                     : "=&a"(ps), "=&a"(value)
                     : "a"(BASE_uart0 + UART_DATE), "a"(address)
                     : "memory");
    return value;
}

/* ---- Interrupts ------------------------------------------------------------------------------------------------- */

static uint32_t map_register(enum interrupt_source source)
{
    return BASE_dport + (core_id() ? DPORT_APP_MAC_INTR_MAP : DPORT_PRO_MAC_INTR_MAP) + 4 * (uint32_t)source;
}

void interrupt_route(enum interrupt_source source, unsigned number)
{
    hw_write(map_register(source), number);
}

int interrupt_connect(enum interrupt_source source, unsigned level, interrupt_fn handler, void *ctx)
{
    if (level > EXCM_LEVEL)
        return INTERRUPT_NONE;
    uint32_t ps = mask_interrupts();
    int number = interrupt_find_free(interrupts_of_level(level) & INTERRUPTS_EXTERNAL & ~INTERRUPTS_EDGE);
    if (number != INTERRUPT_NONE) {
        interrupt_attach((unsigned)number, handler, ctx);
        interrupt_route(source, (unsigned)number);
    }
    restore_interrupts(ps);
    return number;
}

void interrupt_disconnect(enum interrupt_source source)
{
    unsigned number = dport_read(map_register(source)) & 31;
    interrupt_route(source, UNROUTED);
    if (number != UNROUTED)
        interrupt_detach(number);
}

void cross_core_raise(unsigned n)
{
    hw_write(BASE_dport + DPORT_CPU_INTR_FROM_CPU_0 + 4 * n, 1);
}

/* Reads back: the request has left the core's write buffer and the matrix before the handler returns. */
void cross_core_clear(unsigned n)
{
    hw_write(BASE_dport + DPORT_CPU_INTR_FROM_CPU_0 + 4 * n, 0);
    (void)dport_read(BASE_dport + DPORT_CPU_INTR_FROM_CPU_0 + 4 * n);
}

/* ---- APP CPU ---------------------------------------------------------------------------------------------------- */

void start_second_core(void) __attribute__((noreturn)); /* called by start.S, on the APP CPU */
void _start_app(void);

static void (*volatile app_main)(void);

bool app_cpu_exists(void)
{
    return hw_get(BASE_efuse, EFUSE_BLK0_RDATA3_RD_DISABLE_APP_CPU) == 0;
}

void start_second_core(void)
{
    restore_interrupts(PS_WOE | PS_UM);
    app_main();
    for (;;)
        wait_for_interrupt();
}

/* The boot address first; then the clock, and out of stall and reset: the core's ROM code jumps there. Facts 3.5. */
void app_cpu_start(void (*fn)(void))
{
    app_main = fn;
    memw();
    hw_write(BASE_dport + DPORT_APPCPU_CTRL_D, (uint32_t)_start_app);
    hw_set(BASE_dport, DPORT_APPCPU_CTRL_B_APPCPU_CLKGATE_EN, 1);
    hw_set(BASE_dport, DPORT_APPCPU_CTRL_C_APPCPU_RUNSTALL, 0);
    hw_set(BASE_dport, DPORT_APPCPU_CTRL_A_APPCPU_RESETTING, 1);
    hw_set(BASE_dport, DPORT_APPCPU_CTRL_A_APPCPU_RESETTING, 0);
}
