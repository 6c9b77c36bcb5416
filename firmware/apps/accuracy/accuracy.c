/* SPDX-License-Identifier: Apache-2.0 */
/* Measures what was measured on silicon, too, and prints it for scripts/accuracy (fields by tabs: FIGURE, group, name,
 * simulated, published, unit). Sources of what is published: docs/accuracy.md. */
#include <stdio.h>

#include "firmware/apps/check.h"
#include "firmware/drivers/clock.h"
#include "firmware/drivers/gpio.h"
#include "firmware/drivers/regs/gpio.h"
#include "firmware/drivers/regs/uart.h"
#include "firmware/drivers/uart.h"
#include "firmware/runtime/xtensa.h"

typedef uint32_t loop_fn(uint32_t rounds, uint32_t argument);
loop_fn loop_add, loop_multiply, loop_divide, loop_multiply_add, loop_float_add, loop_float_multiply,
    loop_float_multiply_add, loop_set_and_clear, loop_read;

enum { ROUNDS = 1000, PAD = 4, CHARACTERS = 100 };

static struct checks checks;

static uint32_t cycles_of(loop_fn *loop, uint32_t argument)
{
    uint32_t ps = mask_interrupts();
    uint32_t cycles = loop(ROUNDS, argument);
    restore_interrupts(ps);
    return cycles;
}

static void print_figure(const char *group, const char *name, double simulated, double published, const char *unit)
{
    printf("FIGURE\t%s\t%s\t%.2f\t%.2f\t%.2f\t%s\n", group, name, simulated, published, published, unit);
}

/* Millions of operations a second. */
static void print_throughput(const char *name, loop_fn *loop, unsigned operations, double published)
{
    double cycles = (double)cycles_of(loop, 0);
    print_figure("throughput", name, (double)clock_cpu_hz() * operations * ROUNDS / cycles / 1e6, published, "MOPS");
}

static void print_round(const char *name, loop_fn *loop, uint32_t address, double published)
{
    print_figure("GPIO", name, (double)cycles_of(loop, address) / ROUNDS, published, "cycles");
}

static uint32_t waiting(void)
{
    return hw_get(BASE_uart0, UART_STATUS_TXFIFO_CNT);
}

/* From the moment when one character is taken from the FIFO until CHARACTERS more were. */
static uint32_t cycles_of_characters(void)
{
    uart_drain(0);
    for (unsigned n = 0; n < CHARACTERS + 2; n++)
        hw_write(HW_AHB(BASE_uart0) + UART_FIFO, n == CHARACTERS + 1 ? '\n' : '.');
    while (waiting() > CHARACTERS)
        continue;
    uint32_t begin = ccount();
    while (waiting() > 0)
        continue;
    return ccount() - begin;
}

int main(void)
{
    print_throughput("int32 add", loop_add, 64, 237.76);
    print_throughput("int32 multiply", loop_multiply, 64, 237.05);
    print_throughput("int32 divide", loop_divide, 64, 118.94);
    print_throughput("int32 multiply and add", loop_multiply_add, 64, 158.49);
    print_throughput("float add", loop_float_add, 64, 237.55);
    print_throughput("float multiply", loop_float_multiply, 64, 237.69);
    print_throughput("float multiply and add", loop_float_multiply_add, 128, 474.85);
    gpio_make_output(PAD);
    print_round("set and clear a pin", loop_set_and_clear, BASE_gpio + GPIO_OUT_W1TS, 24.2);
    print_round("read the pins", loop_read, BASE_gpio + GPIO_IN, 12.1);
    uint32_t ps = mask_interrupts();
    double microseconds = (double)cycles_of_characters() / CHARACTERS / (clock_cpu_hz() / 1e6);
    restore_interrupts(ps);
    print_figure("UART", "a character at 115200 Bd", microseconds, 86.8, "us");
    check_equal(&checks, "set and clear are neighbours", GPIO_OUT_W1TC, GPIO_OUT_W1TS + 4);
    return check_summary(&checks, "accuracy");
}
