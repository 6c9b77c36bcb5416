/* SPDX-License-Identifier: Apache-2.0 */
/* RTC_IO: pads that the RTC power domain can take over, and their pulls. */
#include "peripherals/gpio/gpio_priv.h"

#define REG_FILE "peripherals/gpio/rtc_io_regs.def"
#define REG_PREFIX RTC_IO
#define REG_TABLE rtc_io_regs
#define REG_BLOCK "RTC_IO"
#define REG_SOURCE "ESP32 TRM, chapter IO_MUX and GPIO Matrix"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

/* Where each RTC pad has its fields. 0 for pulls: it has none. */
struct place {
    uint8_t gpio;
    uint32_t mux_sel, input_enable, pull_up, pull_down, hold;
};

#define SENSE(n)                                                                                                       \
    RTC_IO_SENSOR_PADS_SENSE##n##_MUX_SEL, RTC_IO_SENSOR_PADS_SENSE##n##_FUN_IE, 0, 0,                                 \
        RTC_IO_SENSOR_PADS_SENSE##n##_HOLD
#define ADC(n) RTC_IO_ADC_PAD_ADC##n##_MUX_SEL, RTC_IO_ADC_PAD_ADC##n##_FUN_IE, 0, 0, RTC_IO_ADC_PAD_ADC##n##_HOLD
#define DAC(n)                                                                                                         \
    RTC_IO_PAD_DAC##n##_PDAC##n##_MUX_SEL, RTC_IO_PAD_DAC##n##_PDAC##n##_FUN_IE, RTC_IO_PAD_DAC##n##_PDAC##n##_RUE,    \
        RTC_IO_PAD_DAC##n##_PDAC##n##_RDE, RTC_IO_PAD_DAC##n##_PDAC##n##_HOLD
#define X32(side)                                                                                                      \
    RTC_IO_XTAL_32K_PAD_X32##side##_MUX_SEL, RTC_IO_XTAL_32K_PAD_X32##side##_FUN_IE,                                   \
        RTC_IO_XTAL_32K_PAD_X32##side##_RUE, RTC_IO_XTAL_32K_PAD_X32##side##_RDE, RTC_IO_XTAL_32K_PAD_X32##side##_HOLD
#define TOUCH(n)                                                                                                       \
    RTC_IO_TOUCH_PAD##n##_MUX_SEL, RTC_IO_TOUCH_PAD##n##_FUN_IE, RTC_IO_TOUCH_PAD##n##_RUE, RTC_IO_TOUCH_PAD##n##_RDE, \
        RTC_IO_TOUCH_PAD##n##_HOLD

/* In the order of RTC pads 0 to 17 (facts 4.4). */
static const struct place places[GPIO_RTC_PADS] = {
    {36, SENSE(1)}, {37, SENSE(2)}, {38, SENSE(3)}, {39, SENSE(4)}, {34, ADC(1)},   {35, ADC(2)},
    {25, DAC(1)},   {26, DAC(2)},   {33, X32(N)},   {32, X32(P)},   {4, TOUCH(0)},  {0, TOUCH(1)},
    {2, TOUCH(2)},  {15, TOUCH(3)}, {13, TOUCH(4)}, {12, TOUCH(5)}, {14, TOUCH(6)}, {27, TOUCH(7)},
};

enum { RTC_PADS = GPIO_RTC_PADS, FIRST_BIT = 14 };

static struct gpio *gpio_of(struct dev *dev)
{
    return ((struct gpio_rtc_io *)dev)->gpio;
}

struct rtc_io_pad rtc_io_pad_of(const struct gpio *gpio, unsigned pad)
{
    const struct dev *dev = &gpio->rtc_io.dev;
    struct rtc_io_pad result = {0};
    for (unsigned n = 0; n < RTC_PADS; n++) {
        const struct place *place = &places[n];
        if (place->gpio != pad)
            continue;
        result.exists = true;
        result.selected = reg_get(dev, place->mux_sel);
        result.input_enabled = reg_get(dev, place->input_enable);
        result.pull_up = place->pull_up && reg_get(dev, place->pull_up);
        result.pull_down = place->pull_down && reg_get(dev, place->pull_down);
        result.output_enabled = bits_test(reg_word(dev, RTC_IO_ENABLE), FIRST_BIT + n);
        result.level = bits_test(reg_word(dev, RTC_IO_OUT), FIRST_BIT + n);
        result.held = reg_get(dev, place->hold);
        result.open_drain = reg_get_at(dev, RTC_IO_PIN_PAD_DRIVER, n, 4);
    }
    return result;
}

bool gpio_dac_code(const struct gpio *gpio, unsigned pad, uint8_t *code)
{
    const struct dev *dev = &gpio->rtc_io.dev;
    bool first = pad == 25;
    *code = (uint8_t)reg_get(dev, first ? RTC_IO_PAD_DAC1_PDAC1_DAC : RTC_IO_PAD_DAC2_PDAC2_DAC);
    return (first || pad == 26) && reg_get(dev, first ? RTC_IO_PAD_DAC1_PDAC1_XPD_DAC : RTC_IO_PAD_DAC2_PDAC2_XPD_DAC);
}

void rtc_io_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    gpio_configure(gpio_of(dev), dev->now);
}

/* OUT, ENABLE and STATUS each have a register that sets and one that clears bits behind them. */
void rtc_io_bits_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    static const struct {
        uint32_t set, clear, target;
    } groups[] = {{RTC_IO_OUT_W1TS, RTC_IO_OUT_W1TC, RTC_IO_OUT},
                  {RTC_IO_ENABLE_W1TS, RTC_IO_ENABLE_W1TC, RTC_IO_ENABLE},
                  {RTC_IO_STATUS_W1TS, RTC_IO_STATUS_W1TC, RTC_IO_STATUS}};
    uint32_t bits = written & bits_mask(RTC_PADS) << FIRST_BIT;
    (void)index, (void)old;
    for (unsigned i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        uint32_t target = groups[i].target;
        if (dev->offset == groups[i].set)
            reg_put_word(dev, target, reg_word(dev, target) | bits);
        if (dev->offset == groups[i].clear)
            reg_put_word(dev, target, reg_word(dev, target) & ~bits);
    }
    gpio_configure(gpio_of(dev), dev->now);
}

/* Which pad a bit of DIG_PAD_HOLD holds: ESP-IDF, GPIO_HOLD_MASK. */
uint64_t rtc_io_held_digital_pads(const struct gpio *gpio)
{
    static const uint8_t pads[] = {3, 1, 6, 7, 8, 9, 10, 11, 5, 16, 17, 18, 19, GPIO_PADS, 21, 22, 23};
    uint32_t held = reg_word(&gpio->rtc_io.dev, RTC_IO_DIG_PAD_HOLD);
    uint64_t result = 0;
    for (unsigned bit = 0; bit < sizeof pads; bit++)
        if (bits_test(held, bit) && pads[bit] < GPIO_PADS)
            result |= UINT64_C(1) << pads[bit];
    return result;
}

uint32_t gpio_rtc_levels(struct gpio *gpio, sim_time now)
{
    uint32_t levels = 0;
    for (unsigned n = 0; n < RTC_PADS; n++)
        if (reg_get(&gpio->rtc_io.dev, places[n].input_enable) && gpio_level(gpio, places[n].gpio, now))
            levels |= 1u << n;
    return levels;
}

uint64_t gpio_rtc_pads(uint32_t rtc_pads)
{
    uint64_t pads = 0;
    for (unsigned n = 0; n < RTC_PADS; n++)
        if (bits_test(rtc_pads, n))
            pads |= UINT64_C(1) << places[n].gpio;
    return pads;
}

unsigned gpio_ext0_pad(const struct gpio *gpio)
{
    return reg_get(&gpio->rtc_io.dev, RTC_IO_EXT_WAKEUP0_SEL);
}

uint32_t rtc_io_in_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    return gpio_rtc_levels(gpio_of(dev), dev->now) << FIRST_BIT;
}

static void reset(struct dev *dev, enum dev_reset kind)
{
    (void)kind;
    gpio_configure(gpio_of(dev), dev->now);
}

static const struct dev_ops ops = {.regs = &rtc_io_regs, .reset = reset};

enum sim_status rtc_io_init(struct gpio *gpio, struct dev_env *env)
{
    gpio->rtc_io.gpio = gpio;
    return dev_init(&gpio->rtc_io.dev, &ops, "rtc_io", env);
}
