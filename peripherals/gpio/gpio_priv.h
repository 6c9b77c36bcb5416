/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the pad model share: hooks named in the register lists, and calls between its files. */
#ifndef VESPER_PERIPHERALS_GPIO_GPIO_PRIV_H
#define VESPER_PERIPHERALS_GPIO_GPIO_PRIV_H

#include "peripherals/gpio/gpio.h"

/* gpio.c */
void gpio_out_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void gpio_bits_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
uint32_t gpio_in_read(struct dev *dev, unsigned index, uint32_t stored);
void gpio_status_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
uint32_t gpio_int_read(struct dev *dev, unsigned index, uint32_t stored);
void gpio_pin_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void gpio_matrix_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

/* PIN, matrix and OUT registers as the pads need them. */
enum gpio_interrupt { GPIO_INT_OFF, GPIO_INT_RISING, GPIO_INT_FALLING, GPIO_INT_ANY_EDGE, GPIO_INT_LOW, GPIO_INT_HIGH };
bool gpio_wakes_by(const struct gpio *gpio, unsigned pad); /* PIN's WAKEUP_ENABLE */
unsigned gpio_interrupt_type(const struct gpio *gpio, unsigned pad);
bool gpio_is_open_drain(const struct gpio *gpio, unsigned pad);
bool gpio_out_bit(const struct gpio *gpio, unsigned pad);
bool gpio_enable_bit(const struct gpio *gpio, unsigned pad);

struct gpio_out_route {
    unsigned signal; /* >= GPIO_SIGNALS: OUT */
    bool inverted, enabled_by_register, enable_inverted;
};
struct gpio_out_route gpio_out_route_of(const struct gpio *gpio, unsigned pad);

struct gpio_in_route {
    bool matrix; /* else IO_MUX */
    unsigned from;
    bool inverted;
};
struct gpio_in_route gpio_in_route_of(const struct gpio *gpio, unsigned signal);

/* A pad's input changed: edge interrupts, then level interrupts and lines. */
void gpio_input_changed(struct gpio *gpio, unsigned pad, bool level, sim_time now);
void gpio_update_interrupts(struct gpio *gpio, sim_time now);

/* gpio_pads.c */
void gpio_pads_init(struct gpio *gpio);

/* Something about pads that they take from registers other than OUT, ENABLE: all pads and signals follow. */
void gpio_configure(struct gpio *gpio, sim_time now);

/* These pads may show something else now. */
void gpio_refresh(struct gpio *gpio, uint64_t pads, sim_time now);

/* Bit n: what GPIO sees at pad n. */
uint64_t gpio_inputs(struct gpio *gpio, sim_time now);

/* io_mux.c */
enum { IO_MUX_FUNCTION_GPIO = 2 };
struct io_mux_pad {
    bool exists;
    bool input_enabled, pull_up, pull_down;
    unsigned function;
};
enum sim_status io_mux_init(struct gpio *gpio, struct dev_env *env);
struct io_mux_pad io_mux_pad_of(const struct gpio *gpio, unsigned pad);
void io_mux_pad_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

/* rtc_io.c */
struct rtc_io_pad {
    bool exists;   /* the pad is RTC-capable */
    bool selected; /* and belongs to RTC_IO at present */
    bool input_enabled, pull_up, pull_down, output_enabled, level, open_drain;
    bool held;
};
enum sim_status rtc_io_init(struct gpio *gpio, struct dev_env *env);
struct rtc_io_pad rtc_io_pad_of(const struct gpio *gpio, unsigned pad);
/* Bits of DIG_PAD_HOLD as pads. */
uint64_t rtc_io_held_digital_pads(const struct gpio *gpio);
void rtc_io_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
void rtc_io_bits_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
uint32_t rtc_io_in_read(struct dev *dev, unsigned index, uint32_t stored);

#endif
