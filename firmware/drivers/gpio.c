/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/gpio.h"

#include <stddef.h>

#include "firmware/drivers/dport.h"
#include "firmware/drivers/regs/gpio.h"
#include "firmware/drivers/regs/io_mux.h"

enum { FUNCTION_GPIO = 2, SIGNAL_OUT = 256 }; /* IO_MUX.MCU_SEL, FUNC_OUT_SEL */
enum { TO_APP = 1, TO_PRO = 4 };              /* PINn.INT_ENA */

static gpio_fn handlers[CORE_COUNT][GPIO_PADS];

/* The pads' registers in IO_MUX stand in no order: facts 4.4. 0: there is no such pad. */
static uint32_t io_mux_of(unsigned pad)
{
    static const uint8_t offset[GPIO_PADS] = {0x44, 0x88, 0x40, 0x84, 0x48, 0x6C, 0x60, 0x64, 0x68, 0x54,
                                              0x58, 0x5C, 0x34, 0x38, 0x30, 0x3C, 0x4C, 0x50, 0x70, 0x74,
                                              0,    0x7C, 0x80, 0x8C, 0,    0x24, 0x28, 0x2C, 0,    0,
                                              0,    0,    0x1C, 0x20, 0x14, 0x18, 0x04, 0x08, 0x0C, 0x10};
    return pad < GPIO_PADS && offset[pad] ? BASE_io_mux + offset[pad] : 0;
}

/* All pads' registers have the layout of GPIO0's. */
static void set_mux(unsigned pad, uint32_t place, uint32_t value)
{
    uint32_t address = io_mux_of(pad);
    if (address)
        hw_set(address - REG_PLACE_OFFSET(place), place, value);
}

static void write_bit(unsigned pad, uint32_t low, uint32_t high)
{
    hw_write(BASE_gpio + (pad < 32 ? low : high), 1u << pad % 32);
}

void gpio_make_output(unsigned pad)
{
    gpio_make_input(pad, GPIO_PULL_NONE);
    hw_write(BASE_gpio + GPIO_FUNC_OUT_SEL_CFG + 4 * pad, hw_field(GPIO_FUNC_OUT_SEL_CFG_FUNC_OUT_SEL, SIGNAL_OUT) |
                                                              hw_field(GPIO_FUNC_OUT_SEL_CFG_FUNC_OEN_SEL, 1));
    write_bit(pad, GPIO_ENABLE_W1TS, GPIO_ENABLE1_W1TS);
}

void gpio_make_input(unsigned pad, enum gpio_pull pull)
{
    write_bit(pad, GPIO_ENABLE_W1TC, GPIO_ENABLE1_W1TC);
    set_mux(pad, IO_MUX_GPIO0_MCU_SEL, FUNCTION_GPIO);
    set_mux(pad, IO_MUX_GPIO0_FUN_IE, 1);
    set_mux(pad, IO_MUX_GPIO0_FUN_WPU, pull == GPIO_PULL_UP);
    set_mux(pad, IO_MUX_GPIO0_FUN_WPD, pull == GPIO_PULL_DOWN);
}

void gpio_route_output(unsigned pad, unsigned signal)
{
    gpio_make_input(pad, GPIO_PULL_NONE);
    hw_write(BASE_gpio + GPIO_FUNC_OUT_SEL_CFG + 4 * pad, hw_field(GPIO_FUNC_OUT_SEL_CFG_FUNC_OUT_SEL, signal));
    write_bit(pad, GPIO_ENABLE_W1TS, GPIO_ENABLE1_W1TS);
}

void gpio_route_input(unsigned pad, unsigned signal, enum gpio_pull pull)
{
    gpio_make_input(pad, pull);
    hw_write(BASE_gpio + GPIO_FUNC_IN_SEL_CFG + 4 * signal,
             hw_field(GPIO_FUNC_IN_SEL_CFG_FUNC_IN_SEL, pad) | hw_field(GPIO_FUNC_IN_SEL_CFG_SIG_IN_SEL, 1));
}

void gpio_set(unsigned pad, bool high)
{
    if (high)
        write_bit(pad, GPIO_OUT_W1TS, GPIO_OUT1_W1TS);
    else
        write_bit(pad, GPIO_OUT_W1TC, GPIO_OUT1_W1TC);
}

bool gpio_get(unsigned pad)
{
    return hw_read(BASE_gpio + (pad < 32 ? GPIO_IN : GPIO_IN1)) >> pad % 32 & 1;
}

static void serve(unsigned first, uint32_t pending)
{
    while (pending) {
        unsigned bit = 31u - (unsigned)__builtin_clz(pending), pad = first + bit;
        pending &= ~(1u << bit);
        write_bit(pad, GPIO_STATUS_W1TC, GPIO_STATUS1_W1TC);
        if (pad < GPIO_PADS && handlers[core_id()][pad])
            handlers[core_id()][pad](pad);
    }
}

static void on_interrupt(void *ctx)
{
    (void)ctx;
    serve(0, hw_read(BASE_gpio + (core_id() ? GPIO_ACPU_INT : GPIO_PCPU_INT)));
    serve(32, hw_read(BASE_gpio + (core_id() ? GPIO_ACPU_INT1 : GPIO_PCPU_INT1)));
}

void gpio_attach(unsigned pad, enum gpio_trigger trigger, gpio_fn handler)
{
    static bool connected[CORE_COUNT];
    uint32_t pin = BASE_gpio + 4 * pad;
    handlers[core_id()][pad % GPIO_PADS] = handler;
    if (!connected[core_id()]) {
        connected[core_id()] = true;
        interrupt_connect(core_id() ? SOURCE_GPIO_APP : SOURCE_GPIO_PRO, 1, on_interrupt, NULL);
    }
    hw_set(pin, GPIO_PIN_INT_TYPE, trigger);
    write_bit(pad, GPIO_STATUS_W1TC, GPIO_STATUS1_W1TC);
    hw_set(pin, GPIO_PIN_INT_ENA, handler ? (core_id() ? TO_APP : TO_PRO) : 0);
}
