/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime's platform on the ESP32: crystal to 240 MHz, UART0 at 115200 baud as the console of both cores. */
#include "firmware/drivers/clock.h"
#include "firmware/drivers/rtc.h"
#include "firmware/drivers/uart.h"
#include "firmware/drivers/watchdog.h"
#include "firmware/runtime/platform.h"
#include "firmware/runtime/xtensa.h"

enum { CONSOLE_UART = 0, CONSOLE_BAUD = 115200, CPU_MHZ = 240 };

static volatile uint32_t console_owner; /* 0, or core + 1 */
static volatile bool console_without_lock;

void platform_init(void)
{
    watchdog_end_flash_boot();
    uart_drain(CONSOLE_UART); /* what the ROM or a life before has said */
    clock_set_cpu_mhz(CPU_MHZ);
    uart_init(CONSOLE_UART, CONSOLE_BAUD);
}

/* One core at a time, for the length of a printf. An interrupt handler may come in between on the core that has the
 * console already: better mixed than waiting for ever. */
void platform_console_write(const char *text, size_t length)
{
    uint32_t me = core_id() + 1;
    bool take = !console_without_lock && console_owner != me;
    while (take && compare_and_set(&console_owner, 0, me) != 0)
        ;
    uart_write(CONSOLE_UART, text, length);
    if (take)
        console_owner = 0;
}

static void __attribute__((noreturn)) stand_still(void)
{
    for (;;)
        __asm__ volatile("waiti 15" : : : "memory");
}

/* Interrupts go on on this core and programs on the other one, if they like. */
void platform_exit(int status)
{
    (void)status;
    uart_drain(CONSOLE_UART);
    for (;;)
        wait_for_interrupt();
}

void platform_panic_begin(void)
{
    rtc_stall_core(core_id() ^ 1, true);
    console_without_lock = true;
}

void platform_panic_end(void)
{
    uart_drain(CONSOLE_UART);
    stand_still();
}
