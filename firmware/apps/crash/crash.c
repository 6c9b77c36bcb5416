/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to end badly. CRASH, a macro, names the one of this program; it says what it is about to do. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/drivers/dport.h"
#include "firmware/drivers/rtc.h"
#include "firmware/drivers/timg.h"
#include "firmware/drivers/uart.h"
#include "firmware/drivers/watchdog.h"
#include "firmware/runtime/panic.h"

#define NOINLINE __attribute__((noinline, noclone))

/* The compiler must not see through it. */
static void *volatile somewhere;

NOINLINE static void jump_to(uint32_t address)
{
    somewhere = (void *)address;
    ((void (*)(void))somewhere)();
}

NOINLINE static void call_null(void)
{
    jump_to(0);
}

/* Mapped, but nothing to execute. */
NOINLINE static void jump_to_nowhere(void)
{
    jump_to(0x3FFB0000);
}

NOINLINE static void load_null(void)
{
    printf("%d\n", *(volatile int *)somewhere);
}

NOINLINE static void illegal_instruction(void)
{
    __asm__ volatile("ill");
}

NOINLINE static void divide_by_zero(void)
{
    __asm__ volatile("movi a8, 0\n\tquos a8, a8, a8" : : : "a8");
}

/* An exception whose handler cannot save anything: the stack is no memory. */
NOINLINE static void double_exception(void)
{
    __asm__ volatile("movi a1, 0x100\n\till");
}

/* Not even the vectors are there any more: the first exception brings the next, for ever. */
NOINLINE static void exception_loop(void)
{
    __asm__ volatile("wsr %0, vecbase\n\tisync\n\till" : : "a"(0x00000000));
}

/* All interrupts off, and then nothing that would ever feed the dog. */
NOINLINE static void hang(enum watchdog dog, enum watchdog_action action)
{
    watchdog_start(dog, 50, action, WATCHDOG_OFF);
    (void)mask_interrupts();
    for (;;)
        ;
}

NOINLINE static uint32_t endless_recursion(uint32_t n)
{
    volatile uint32_t kept = n; /* keeps the compiler from making it a loop */
    return endless_recursion(n + 1) + kept;
}

NOINLINE static void hang_timg0(void)
{
    hang(WATCHDOG_TIMG0, WATCHDOG_SYSTEM);
}

NOINLINE static void hang_rtc(void)
{
    hang(WATCHDOG_RTC, WATCHDOG_CHIP);
}

NOINLINE static void overflow_stack(void)
{
    endless_recursion(0);
}

/* The other core fails while this one is busy; it is stalled meanwhile, or the lines would mix. */
NOINLINE static void fail_on_app_cpu(void)
{
    app_cpu_start(load_null);
    for (unsigned i = 0;; i++)
        printf("core 0 is busy: %u\n", i);
}

static void load_null_in_interrupt(void *ctx)
{
    (void)ctx;
    load_null();
}

NOINLINE static void fail_in_interrupt(void)
{
    timer_every(0, 100, load_null_in_interrupt, NULL);
    for (;;)
        ;
}

static void use_fpu_in_interrupt(void *ctx)
{
    (void)ctx;
    __asm__ volatile("add.s f0, f0, f0");
}

/* Handlers have no floating point: its registers are not saved (firmware/runtime/exception.S). */
NOINLINE static void fpu_in_interrupt(void)
{
    use_fpu_in_interrupt(NULL);
    timer_every(0, 100, use_fpu_in_interrupt, NULL);
    for (;;)
        ;
}

static const struct crash {
    const char *name, *text;
    void (*run)(void);
} crashes[] = {
    {"null-call", "calls address 0", call_null},
    {"nowhere", "jumps into data", jump_to_nowhere},
    {"null-load", "loads from address 0", load_null},
    {"illegal", "executes an illegal instruction", illegal_instruction},
    {"divide", "divides by zero", divide_by_zero},
    {"double", "raises an exception with a1 in no memory", double_exception},
    {"loop", "raises an exception with no vectors", exception_loop},
    {"watchdog", "hangs until the watchdog of TIMG0 resets the system", hang_timg0},
    {"rtc-watchdog", "hangs until the RTC watchdog resets the chip", hang_rtc},
    {"abort", "calls abort", abort},
    {"stack", "calls itself for ever", overflow_stack},
    {"app-cpu", "lets the APP CPU load from address 0", fail_on_app_cpu},
    {"interrupt", "loads from address 0 in an interrupt handler", fail_in_interrupt},
    {"fpu", "uses the FPU in an interrupt handler", fpu_in_interrupt},
    {"reboot", "resets the system", rtc_reset_system},
};

static void crash(const char *name)
{
    for (unsigned i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        if (strcmp(crashes[i].name, name) == 0) {
            printf("crash: %s: %s\n", name, crashes[i].text);
            uart_drain(0); /* a reset takes away what is in the FIFO */
            crashes[i].run();
            printf("crash: still here\n");
            return;
        }
    printf("crash: no such crash: %s\n", name);
}

/* Kept over resets but power-on, so that those who reset do it once. */
static struct {
    uint32_t magic, lives;
} survivor __attribute__((section(".rtc.noinit")));

enum { MAGIC = 0x5EC0DD1E };

int main(void)
{
    if (survivor.magic != MAGIC) {
        survivor.magic = MAGIC;
        survivor.lives = 0;
    }
    unsigned cause = rtc_reset_cause(0);
    printf("crash: life %" PRIu32 ", reset cause %u (%s)\n", ++survivor.lives, cause, rtc_reset_cause_name(cause));
    if (survivor.lives > 1 || cause != 1) {
        printf("crash: survived\n");
        return 0;
    }
    crash(CRASH);
    return 1;
}
