/* SPDX-License-Identifier: Apache-2.0 */
/* IO_MUX: one register for each pad. */
#include "peripherals/gpio/gpio_priv.h"

#define REG_FILE "peripherals/gpio/io_mux_regs.def"
#define REG_PREFIX IO_MUX
#define REG_TABLE io_mux_regs
#define REG_BLOCK "IO_MUX"
#define REG_SOURCE "ESP32 TRM, chapter IO_MUX and GPIO Matrix"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

/* Where each pad's register is; the chip has no other pads. */
static const uint8_t register_of[GPIO_PADS] = {
    [0] = IO_MUX_GPIO0,   [1] = IO_MUX_GPIO1,   [2] = IO_MUX_GPIO2,   [3] = IO_MUX_GPIO3,   [4] = IO_MUX_GPIO4,
    [5] = IO_MUX_GPIO5,   [6] = IO_MUX_GPIO6,   [7] = IO_MUX_GPIO7,   [8] = IO_MUX_GPIO8,   [9] = IO_MUX_GPIO9,
    [10] = IO_MUX_GPIO10, [11] = IO_MUX_GPIO11, [12] = IO_MUX_GPIO12, [13] = IO_MUX_GPIO13, [14] = IO_MUX_GPIO14,
    [15] = IO_MUX_GPIO15, [16] = IO_MUX_GPIO16, [17] = IO_MUX_GPIO17, [18] = IO_MUX_GPIO18, [19] = IO_MUX_GPIO19,
    [21] = IO_MUX_GPIO21, [22] = IO_MUX_GPIO22, [23] = IO_MUX_GPIO23, [25] = IO_MUX_GPIO25, [26] = IO_MUX_GPIO26,
    [27] = IO_MUX_GPIO27, [32] = IO_MUX_GPIO32, [33] = IO_MUX_GPIO33, [34] = IO_MUX_GPIO34, [35] = IO_MUX_GPIO35,
    [36] = IO_MUX_GPIO36, [37] = IO_MUX_GPIO37, [38] = IO_MUX_GPIO38, [39] = IO_MUX_GPIO39,
};

/* All pads have the fields of GPIO0. */
struct io_mux_pad io_mux_pad_of(const struct gpio *gpio, unsigned pad)
{
    uint32_t word = register_of[pad] ? reg_word(&gpio->io_mux.dev, register_of[pad]) : 0;
    return (struct io_mux_pad){
        .exists = register_of[pad] != 0,
        .input_enabled = reg_field_of(word, IO_MUX_GPIO0_FUN_IE),
        .pull_up = reg_field_of(word, IO_MUX_GPIO0_FUN_WPU),
        .pull_down = reg_field_of(word, IO_MUX_GPIO0_FUN_WPD),
        .function = reg_field_of(word, IO_MUX_GPIO0_MCU_SEL),
    };
}

void io_mux_pad_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    gpio_configure(((struct gpio_io_mux *)dev)->gpio, dev->now);
}

static void reset(struct dev *dev, enum dev_reset kind)
{
    (void)kind;
    gpio_configure(((struct gpio_io_mux *)dev)->gpio, dev->now);
}

static const struct dev_ops ops = {.regs = &io_mux_regs, .reset = reset};

enum sim_status io_mux_init(struct gpio *gpio, struct dev_env *env)
{
    gpio->io_mux.gpio = gpio;
    return dev_init(&gpio->io_mux.dev, &ops, "io_mux", env);
}
