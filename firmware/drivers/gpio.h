/* SPDX-License-Identifier: Apache-2.0 */
/* Pads as general inputs and outputs, 0..39 (34 and above: inputs only). */
#ifndef VESPER_FIRMWARE_DRIVERS_GPIO_H
#define VESPER_FIRMWARE_DRIVERS_GPIO_H

#include "firmware/drivers/hw.h"
#include "firmware/runtime/interrupt.h"

enum { GPIO_PADS = 40 };

enum gpio_pull { GPIO_PULL_NONE, GPIO_PULL_UP, GPIO_PULL_DOWN };

/* As PINn.INT_TYPE has them. */
enum gpio_trigger { GPIO_OFF, GPIO_RISING, GPIO_FALLING, GPIO_ANY_EDGE, GPIO_LOW, GPIO_HIGH };

/* The pad shows what gpio_set says. It can be read, too. */
void gpio_make_output(unsigned pad);
void gpio_make_input(unsigned pad, enum gpio_pull pull);
/* Through the matrix: the pad shows a peripheral's output, or the peripheral's input is the pad. Numbers of signals:
 * ESP32 TRM, table "GPIO Matrix Peripheral Signals". */
void gpio_route_output(unsigned pad, unsigned signal);
void gpio_route_input(unsigned pad, unsigned signal, enum gpio_pull pull);
void gpio_set(unsigned pad, bool high);
bool gpio_get(unsigned pad);

/* Interrupts of this core. The handler is told which pad; the driver has cleared its request, so that a level which
 * still holds comes again. */
typedef void (*gpio_fn)(unsigned pad);
void gpio_attach(unsigned pad, enum gpio_trigger trigger, gpio_fn handler);

#endif
