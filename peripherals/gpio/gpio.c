/* SPDX-License-Identifier: Apache-2.0 */
/* GPIO as a device: output and input registers, interrupts, reset. */
#include "peripherals/gpio/gpio.h"

#include <string.h>

#include "peripherals/gpio/gpio_priv.h"

#define REG_FILE "peripherals/gpio/gpio_regs.def"
#define REG_PREFIX GPIO
#define REG_TABLE gpio_regs
#define REG_BLOCK "GPIO"
#define REG_SOURCE "ESP32 TRM, chapter IO_MUX and GPIO Matrix"
#define REG_SIZE 0x600
#include "bus/reg_expand.h"

static struct gpio *gpio_of(struct dev *dev)
{
    return (struct gpio *)dev; /* first member */
}

/* Registers about pads 0 to 31 and 32 to 39 as one word of pads. */
static uint64_t pair(const struct gpio *gpio, uint32_t low, uint32_t high)
{
    return (uint64_t)reg_word(&gpio->dev, high) << 32 | reg_word(&gpio->dev, low);
}

/* ---- What the pads ask for --------------------------------------------------------------------------------------- */

unsigned gpio_interrupt_type(const struct gpio *gpio, unsigned pad)
{
    return reg_get_at(&gpio->dev, GPIO_PIN_INT_TYPE, pad, 4);
}

bool gpio_wakes_by(const struct gpio *gpio, unsigned pad)
{
    return reg_get_at(&gpio->dev, GPIO_PIN_WAKEUP_ENABLE, pad, 4);
}

bool gpio_is_open_drain(const struct gpio *gpio, unsigned pad)
{
    return reg_get_at(&gpio->dev, GPIO_PIN_PAD_DRIVER, pad, 4);
}

bool gpio_out_bit(const struct gpio *gpio, unsigned pad)
{
    return pair(gpio, GPIO_OUT, GPIO_OUT1) >> pad & 1;
}

bool gpio_enable_bit(const struct gpio *gpio, unsigned pad)
{
    return pair(gpio, GPIO_ENABLE, GPIO_ENABLE1) >> pad & 1;
}

struct gpio_out_route gpio_out_route_of(const struct gpio *gpio, unsigned pad)
{
    uint32_t word = reg_word(&gpio->dev, GPIO_FUNC_OUT_SEL_CFG + 4 * pad);
    return (struct gpio_out_route){
        .signal = reg_field_of(word, GPIO_FUNC_OUT_SEL_CFG_FUNC_OUT_SEL),
        .inverted = reg_field_of(word, GPIO_FUNC_OUT_SEL_CFG_FUNC_OUT_INV_SEL),
        .enabled_by_register = reg_field_of(word, GPIO_FUNC_OUT_SEL_CFG_FUNC_OEN_SEL),
        .enable_inverted = reg_field_of(word, GPIO_FUNC_OUT_SEL_CFG_FUNC_OEN_INV_SEL),
    };
}

struct gpio_in_route gpio_in_route_of(const struct gpio *gpio, unsigned signal)
{
    uint32_t word = reg_word(&gpio->dev, GPIO_FUNC_IN_SEL_CFG + 4 * signal);
    return (struct gpio_in_route){
        .matrix = reg_field_of(word, GPIO_FUNC_IN_SEL_CFG_SIG_IN_SEL),
        .from = reg_field_of(word, GPIO_FUNC_IN_SEL_CFG_FUNC_IN_SEL),
        .inverted = reg_field_of(word, GPIO_FUNC_IN_SEL_CFG_FUNC_IN_INV_SEL),
    };
}

/* ---- Interrupts -------------------------------------------------------------------------------------------------- */

static uint64_t status(const struct gpio *gpio)
{
    return pair(gpio, GPIO_STATUS, GPIO_STATUS1);
}

static void put_status(struct gpio *gpio, uint64_t value)
{
    reg_put_word(&gpio->dev, GPIO_STATUS, (uint32_t)value);
    reg_put_word(&gpio->dev, GPIO_STATUS1, (uint32_t)(value >> 32) & 0xff);
}

/* Level interrupts come back after they were cleared for as long as the level is there. */
static uint64_t active_levels(const struct gpio *gpio)
{
    uint64_t active = 0;
    for (uint64_t pads = gpio->level_pads; pads; pads &= pads - 1) {
        unsigned pad = (unsigned)__builtin_ctzll(pads);
        bool high = gpio_interrupt_type(gpio, pad) == GPIO_INT_HIGH;
        if (gpio->pad[pad].input == high)
            active |= UINT64_C(1) << pad;
    }
    return active;
}

void gpio_update_interrupts(struct gpio *gpio, sim_time now)
{
    put_status(gpio, status(gpio) | active_levels(gpio));
    for (unsigned irq = 0; irq < GPIO_IRQS; irq++)
        line_set(gpio->irq[irq], (status(gpio) & gpio->irq_enabled[irq]) != 0, now);
}

void gpio_input_changed(struct gpio *gpio, unsigned pad, bool level, sim_time now)
{
    unsigned type = gpio_interrupt_type(gpio, pad);
    if (type == GPIO_INT_OFF)
        return;
    if (type == GPIO_INT_ANY_EDGE || type == (level ? GPIO_INT_RISING : GPIO_INT_FALLING))
        put_status(gpio, status(gpio) | UINT64_C(1) << pad);
    gpio_update_interrupts(gpio, now);
}

static void note_pin(struct gpio *gpio, unsigned pad)
{
    uint64_t bit = UINT64_C(1) << pad;
    uint32_t enables = reg_get_at(&gpio->dev, GPIO_PIN_INT_ENA, pad, 4);
    unsigned type = gpio_interrupt_type(gpio, pad);
    for (unsigned irq = 0; irq <= GPIO_IRQS; irq++)
        gpio->irq_enabled[irq] = bits_test(enables, irq) ? gpio->irq_enabled[irq] | bit : gpio->irq_enabled[irq] & ~bit;
    bool by_level = type == GPIO_INT_LOW || type == GPIO_INT_HIGH;
    gpio->level_pads = by_level ? gpio->level_pads | bit : gpio->level_pads & ~bit;
}

void gpio_pin_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct gpio *gpio = gpio_of(dev);
    (void)old, (void)written;
    note_pin(gpio, index);
    gpio_configure(gpio, dev->now);
    gpio_update_interrupts(gpio, dev->now);
}

void gpio_status_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    gpio_update_interrupts(gpio_of(dev), dev->now);
}

uint32_t gpio_int_read(struct dev *dev, unsigned index, uint32_t stored)
{
    const struct gpio *gpio = gpio_of(dev);
    bool high = dev->offset >= GPIO_ACPU_INT1;
    unsigned irq = (dev->offset - (high ? GPIO_ACPU_INT1 : GPIO_ACPU_INT)) / 4;
    (void)index, (void)stored;
    return (uint32_t)((status(gpio) & gpio->irq_enabled[irq]) >> (high ? 32 : 0));
}

/* ---- Levels ------------------------------------------------------------------------------------------------------ */

/* OUT, ENABLE, STATUS and their second words each have a register that sets and one that clears bits behind them. */
void gpio_bits_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    uint32_t first = dev->offset < GPIO_ENABLE ? GPIO_OUT : dev->offset < GPIO_STATUS ? GPIO_ENABLE : GPIO_STATUS;
    uint32_t place = dev->offset - first, target = first + place / 12 * 12;
    uint32_t before = reg_word(dev, target), bits = written & (place / 12 ? 0xff : UINT32_MAX);
    reg_put_word(dev, target, place % 12 == 4 ? before | bits : before & ~bits);
    if (first == GPIO_STATUS)
        gpio_status_written(dev, index, old, written);
    else
        gpio_out_written(dev, place / 12, before, reg_word(dev, target));
}

/* Also called for the registers themselves, whose index is 0: then the offset says which pads. */
void gpio_out_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    bool high = index || dev->offset == GPIO_OUT1 || dev->offset == GPIO_ENABLE1;
    uint64_t changed = old ^ written;
    if (high)
        changed = (changed & 0xff) << 32;
    gpio_refresh(gpio_of(dev), changed, dev->now);
}

uint32_t gpio_in_read(struct dev *dev, unsigned index, uint32_t stored)
{
    uint64_t inputs = gpio_inputs(gpio_of(dev), dev->now);
    (void)index, (void)stored;
    return (uint32_t)(dev->offset == GPIO_IN ? inputs : inputs >> 32);
}

void gpio_matrix_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    gpio_configure(gpio_of(dev), dev->now);
}

/* ---- Device ------------------------------------------------------------------------------------------------------ */

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct gpio *gpio = gpio_of(dev);
    (void)kind;
    reg_put(dev, GPIO_STRAP_STRAPPING, gpio->config.strap);
    for (unsigned pad = 0; pad < GPIO_PADS; pad++)
        note_pin(gpio, pad);
    gpio_configure(gpio, dev->now);
    gpio_update_interrupts(gpio, dev->now);
}

static const struct dev_ops ops = {.regs = &gpio_regs, .reset = reset};

enum sim_status gpio_init(struct gpio *gpio, const struct gpio_config *config, const char *name, struct dev_env *env)
{
    memset(gpio, 0, sizeof *gpio);
    gpio->config = *config;
    enum sim_status status_ = dev_init(&gpio->dev, &ops, name, env);
    if (status_ == SIM_OK)
        status_ = io_mux_init(gpio, env);
    if (status_ == SIM_OK)
        status_ = rtc_io_init(gpio, env);
    if (status_ != SIM_OK) {
        gpio_fini(gpio);
        return status_;
    }
    gpio_pads_init(gpio);
    dev_reset(&gpio->rtc_io.dev, DEV_RESET_POWER_ON, 0);
    dev_reset(&gpio->io_mux.dev, DEV_RESET_POWER_ON, 0);
    dev_reset(&gpio->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void gpio_fini(struct gpio *gpio)
{
    dev_fini(&gpio->dev);
    dev_fini(&gpio->io_mux.dev);
    dev_fini(&gpio->rtc_io.dev);
}
