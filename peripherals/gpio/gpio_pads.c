/* SPDX-License-Identifier: Apache-2.0 */
/* Pads, the signals that they carry, and who needs to know. Configuration is worked out when it changes, so that a
 * level that changes costs little. */
#include <stdio.h>

#include "peripherals/gpio/gpio_priv.h"

enum direction { OUT = 1, IN = 2, BOTH = 3 };

static const struct function {
    uint8_t pad, function, signal;
    enum direction direction;
} functions[] = {
#define PAD_FUNCTION(pad, function, name, signal, direction) {pad, function, signal, direction},
#include "peripherals/gpio/gpio_functions.def"
#undef PAD_FUNCTION
};

/* Constants that FUNC_IN_SEL offers besides pads. */
enum { IN_SEL_LOW = 0x30, IN_SEL_HIGH = 0x38 };

enum { FIRST_INPUT_ONLY_PAD = 34 };

static const struct function *function_of(unsigned pad, unsigned function)
{
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (functions[i].pad == pad && functions[i].function == function)
            return &functions[i];
    return NULL;
}

/* Function 0 of pads without a purpose of their own is GPIO as well: all but U0TXD, U0RXD, flash and JTAG pads. */
static bool is_plain_pad(unsigned pad)
{
    return pad != 1 && pad != 3 && !(pad >= 6 && pad <= 15);
}

static bool is_gpio_function(unsigned pad, unsigned function)
{
    return function == IO_MUX_FUNCTION_GPIO || (function == 0 && is_plain_pad(pad));
}

/* ---- Levels ------------------------------------------------------------------------------------------------------ */

/* live: sources that nobody watches are asked, else their lines count, which then stand at idle. */
static bool output_level(const struct gpio_output *output, bool live, sim_time now)
{
    if (live && output->source.level && !output->watched)
        return output->source.level(output->source.ctx, now);
    return output->level.level;
}

static bool board_level(const struct gpio_pad *pad, bool live, sim_time now)
{
    if (live && pad->board_source.level && !pad->board_watched)
        return pad->board_source.level(pad->board_source.ctx, now);
    return pad->board.level;
}

/* Whether the chip drives the pad, and where to. */
static bool chip_drives(const struct gpio_pad *pad, bool live, sim_time now, bool *level)
{
    const struct gpio *gpio = pad->gpio;
    const struct gpio_pad_setup *setup = &pad->setup;
    bool enabled = false;
    switch (setup->driver) {
    case GPIO_DRIVER_NONE:
        return false;
    case GPIO_DRIVER_RTC:
        *level = setup->rtc_level;
        return !(setup->open_drain && *level);
    case GPIO_DRIVER_OUT:
        *level = gpio_out_bit(gpio, pad->number) != setup->inverted;
        enabled = gpio_enable_bit(gpio, pad->number);
        break;
    case GPIO_DRIVER_SIGNAL:
        *level = output_level(&gpio->output[setup->signal], live, now) != setup->inverted;
        enabled =
            setup->enabled_by_register ? gpio_enable_bit(gpio, pad->number) : gpio->output[setup->signal].enable.level;
        break;
    }
    return enabled != setup->enable_inverted && !(setup->open_drain && *level);
}

static void note_conflict(const struct gpio_pad *pad, sim_time now)
{
    const struct dev *dev = &pad->gpio->dev;
    char path[96];
    if (!dev->env->log)
        return;
    dev_path(dev, path, sizeof path);
    log_once(dev->env->log, LOG_GUEST, now, path, pad->number,
             "pad %u is an output and is driven from outside to the other level", pad->number);
}

static bool resolve(const struct gpio_pad *pad, bool live, sim_time now)
{
    bool level = false;
    bool driven = chip_drives(pad, live, now, &level);
    if (pad->outside == GPIO_LOW || pad->outside == GPIO_HIGH) {
        bool outside = pad->outside == GPIO_HIGH;
        if (driven && level != outside)
            note_conflict(pad, now);
        return outside;
    }
    if (driven)
        return level;
    if (pad->board_connected)
        return board_level(pad, live, now);
    if (pad->outside == GPIO_PULL_LOW || pad->outside == GPIO_PULL_HIGH)
        return pad->outside == GPIO_PULL_HIGH;
    return pad->setup.pull_up && !pad->setup.pull_down;
}

static void follow_input(struct gpio *gpio, unsigned signal, sim_time now)
{
    struct gpio_input *input = &gpio->input[signal];
    bool from = input->pad >= 0 ? gpio->pad[input->pad].input : input->constant;
    bool level = from != input->inverted;
    if (level == input->level)
        return;
    input->level = level;
    input->fn(input->ctx, level, now);
}

/* What GPIO and the matrix see of the wire. */
static void take_input(struct gpio *gpio, struct gpio_pad *pad, sim_time now)
{
    bool input = pad->wire.level && pad->setup.input_enabled;
    if (input == pad->input)
        return;
    pad->input = input;
    gpio->inputs ^= UINT64_C(1) << pad->number;
    for (unsigned i = 0; i < gpio->attached_count; i++)
        if (gpio->input[gpio->attached[i]].pad == (int)pad->number)
            follow_input(gpio, gpio->attached[i], now);
    gpio_input_changed(gpio, pad->number, input, now);
}

static void refresh_pad(struct gpio *gpio, unsigned number, sim_time now)
{
    struct gpio_pad *pad = &gpio->pad[number];
    bool level = resolve(pad, false, now), changed = level != pad->wire.level;
    if (changed) {
        trace_change(gpio->dev.env->trace, pad->trace, now, level);
        line_set(&pad->wire, level, now);
    }
    take_input(gpio, pad, now);
    if (changed && gpio->wake.pads >> number & 1)
        gpio->wake.changed(gpio->wake.ctx, now);
}

void gpio_refresh(struct gpio *gpio, uint64_t pads, sim_time now)
{
    for (; pads; pads &= pads - 1)
        refresh_pad(gpio, (unsigned)__builtin_ctzll(pads), now);
}

uint64_t gpio_inputs(struct gpio *gpio, sim_time now)
{
    uint64_t inputs = gpio->inputs;
    for (uint64_t pads = gpio->unwatched; pads; pads &= pads - 1) {
        unsigned number = (unsigned)__builtin_ctzll(pads);
        const struct gpio_pad *pad = &gpio->pad[number];
        bool input = pad->setup.input_enabled && resolve(pad, true, now);
        inputs = (inputs & ~(UINT64_C(1) << number)) | (uint64_t)input << number;
    }
    return inputs;
}

/* ---- Configuration ----------------------------------------------------------------------------------------------- */

static struct gpio_pad_setup setup_of_function(struct gpio *gpio, unsigned pad, unsigned function)
{
    struct gpio_pad_setup setup = {.driver = GPIO_DRIVER_NONE, .open_drain = gpio_is_open_drain(gpio, pad)};
    const struct function *native = function_of(pad, function);
    if (is_gpio_function(pad, function)) {
        struct gpio_out_route route = gpio_out_route_of(gpio, pad);
        setup.driver = route.signal < GPIO_SIGNALS ? GPIO_DRIVER_SIGNAL : GPIO_DRIVER_OUT;
        setup.signal = route.signal;
        setup.inverted = route.inverted;
        setup.enabled_by_register = route.enabled_by_register;
        setup.enable_inverted = route.enable_inverted;
    } else if (native && native->direction & OUT) {
        setup.driver = GPIO_DRIVER_SIGNAL;
        setup.signal = native->signal;
    } else if (!native && function != 0) {
        dev_say_once(&gpio->io_mux.dev, LOG_UNIMPL, pad << 8 | function, "a pad's function has no model behind it");
    }
    return setup;
}

static struct gpio_pad_setup setup_of(struct gpio *gpio, unsigned pad)
{
    struct io_mux_pad mux = io_mux_pad_of(gpio, pad);
    struct rtc_io_pad rtc = rtc_io_pad_of(gpio, pad);
    struct gpio_pad_setup setup = {.driver = GPIO_DRIVER_NONE};
    if (!mux.exists)
        return setup;
    if (!rtc.selected) {
        setup = setup_of_function(gpio, pad, mux.function);
        setup.input_enabled = mux.input_enabled;
    } else if (rtc.output_enabled) {
        setup.driver = GPIO_DRIVER_RTC;
        setup.rtc_level = rtc.level;
        setup.open_drain = rtc.open_drain;
    }
    if (pad >= FIRST_INPUT_ONLY_PAD)
        setup.driver = GPIO_DRIVER_NONE;
    setup.pull_up = rtc.exists ? rtc.pull_up : mux.pull_up;
    setup.pull_down = rtc.exists ? rtc.pull_down : mux.pull_down;
    return setup;
}

static uint64_t held_pads(const struct gpio *gpio)
{
    uint64_t held = gpio->force_held | rtc_io_held_digital_pads(gpio);
    for (unsigned number = 0; number < GPIO_PADS; number++)
        if (rtc_io_pad_of(gpio, number).held)
            held |= UINT64_C(1) << number;
    return held;
}

/* What a pad drives when it begins to be held, it drives from then on. */
static void hold_or_follow(struct gpio_pad *pad, bool hold, sim_time now)
{
    struct gpio *gpio = pad->gpio;
    uint64_t bit = UINT64_C(1) << pad->number;
    bool was_held = gpio->held & bit, level = false;
    gpio->held = hold ? gpio->held | bit : gpio->held & ~bit;
    if (!hold) {
        pad->setup = setup_of(gpio, pad->number);
    } else if (!was_held) {
        bool driven = chip_drives(pad, true, now, &level);
        pad->setup.driver = driven ? GPIO_DRIVER_RTC : GPIO_DRIVER_NONE;
        pad->setup.rtc_level = level;
        pad->setup.open_drain = false;
    }
}

/* The pad that IO_MUX connects to an input signal, -1: none. */
static int native_pad(const struct gpio *gpio, unsigned signal)
{
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        const struct function *row = &functions[i];
        if (row->signal == signal && row->direction & IN && io_mux_pad_of(gpio, row->pad).function == row->function)
            return row->pad;
    }
    return -1;
}

static void route_input(struct gpio *gpio, unsigned signal)
{
    struct gpio_input *input = &gpio->input[signal];
    struct gpio_in_route route = gpio_in_route_of(gpio, signal);
    if (!route.matrix) {
        input->pad = native_pad(gpio, signal);
        input->inverted = false;
        input->constant = input->unrouted;
    } else {
        input->pad = route.from < GPIO_PADS ? (int)route.from : -1;
        input->inverted = route.inverted;
        input->constant = route.from == IN_SEL_HIGH;
    }
}

/* Whether anybody but `owner` needs to know when the pad changes. */
static bool is_observed(const struct gpio *gpio, unsigned pad, const void *owner)
{
    if (gpio->wake.pads >> pad & 1)
        return true;
    if (gpio->pad[pad].trace || gpio->pad[pad].wire.listeners || gpio_interrupt_type(gpio, pad) != GPIO_INT_OFF)
        return true;
    for (unsigned i = 0; i < gpio->attached_count; i++) {
        const struct gpio_input *input = &gpio->input[gpio->attached[i]];
        if (input->pad == (int)pad && !(owner && input->ctx == owner))
            return true;
    }
    return false;
}

static void watch(const struct gpio_source *source, bool *watched, bool wanted, sim_time now)
{
    if (!source->watch || *watched == wanted)
        return;
    *watched = wanted;
    source->watch(source->ctx, wanted, now);
}

static void watch_output(struct gpio *gpio, struct gpio_output *output, sim_time now)
{
    bool wanted = false;
    for (uint64_t pads = output->pads; pads && !wanted; pads &= pads - 1)
        wanted = is_observed(gpio, (unsigned)__builtin_ctzll(pads), output->source.owner);
    watch(&output->source, &output->watched, wanted, now);
    if (output->source.level && !output->watched)
        gpio->unwatched |= output->pads;
}

static void watch_board(struct gpio *gpio, struct gpio_pad *pad, sim_time now)
{
    watch(&pad->board_source, &pad->board_watched, is_observed(gpio, pad->number, pad->board_source.owner), now);
    if (pad->board_source.level && !pad->board_watched)
        gpio->unwatched |= UINT64_C(1) << pad->number;
}

void gpio_configure(struct gpio *gpio, sim_time now)
{
    if (!gpio->ready)
        return;
    uint64_t held = held_pads(gpio);
    for (unsigned signal = 0; signal < GPIO_SIGNALS; signal++)
        gpio->output[signal].pads = 0;
    for (unsigned number = 0; number < GPIO_PADS; number++) {
        struct gpio_pad *pad = &gpio->pad[number];
        hold_or_follow(pad, held >> number & 1, now);
        if (pad->setup.driver == GPIO_DRIVER_SIGNAL)
            gpio->output[pad->setup.signal].pads |= UINT64_C(1) << number;
    }
    for (unsigned i = 0; i < gpio->attached_count; i++)
        route_input(gpio, gpio->attached[i]);
    gpio->unwatched = 0;
    for (unsigned signal = 0; signal < GPIO_SIGNALS; signal++)
        if (gpio->output[signal].source.level)
            watch_output(gpio, &gpio->output[signal], now);
    for (unsigned number = 0; number < GPIO_PADS; number++)
        watch_board(gpio, &gpio->pad[number], now);
    gpio_refresh(gpio, (UINT64_C(1) << GPIO_PADS) - 1, now);
    for (unsigned i = 0; i < gpio->attached_count; i++)
        follow_input(gpio, gpio->attached[i], now);
}

/* ---- Sleep ------------------------------------------------------------------------------------------------------- */

uint64_t gpio_wake_pads(const struct gpio *gpio)
{
    uint64_t pads = 0;
    for (unsigned number = 0; number < GPIO_PADS; number++)
        if (gpio_wakes_by(gpio, number))
            pads |= UINT64_C(1) << number;
    return pads;
}

bool gpio_wakes(struct gpio *gpio, sim_time now)
{
    uint64_t inputs = gpio_inputs(gpio, now);
    for (uint64_t pads = gpio_wake_pads(gpio); pads; pads &= pads - 1) {
        unsigned number = (unsigned)__builtin_ctzll(pads);
        bool high = inputs >> number & 1;
        if (gpio_interrupt_type(gpio, number) == (high ? GPIO_INT_HIGH : GPIO_INT_LOW))
            return true;
    }
    return false;
}

void gpio_watch_wake(struct gpio *gpio, const struct gpio_wake *wake, sim_time now)
{
    gpio->wake = *wake;
    gpio_configure(gpio, now);
}

void gpio_hold(struct gpio *gpio, uint32_t rtc_pads, bool digital, sim_time now)
{
    uint64_t rtc = gpio_rtc_pads(bits_mask(GPIO_RTC_PADS));
    uint64_t held = gpio_rtc_pads(rtc_pads) | (digital ? ~rtc & ((UINT64_C(1) << GPIO_PADS) - 1) : 0);
    if (held == gpio->force_held)
        return;
    gpio->force_held = held;
    gpio_configure(gpio, now);
}

/* ---- The outside ------------------------------------------------------------------------------------------------- */

void gpio_drive(struct gpio *gpio, unsigned pad, enum gpio_drive drive, sim_time time)
{
    sim_assert(pad < GPIO_PADS);
    gpio->pad[pad].outside = drive;
    gpio_refresh(gpio, UINT64_C(1) << pad, time);
}

bool gpio_level(struct gpio *gpio, unsigned pad, sim_time time)
{
    sim_assert(pad < GPIO_PADS);
    return resolve(&gpio->pad[pad], true, time);
}

void gpio_watch(struct gpio *gpio, unsigned pad, line_fn fn, void *ctx)
{
    sim_assert(pad < GPIO_PADS);
    line_listen(&gpio->pad[pad].wire, fn, ctx);
    gpio_configure(gpio, gpio->dev.now);
}

static void board_changed(void *ctx, bool level, sim_time time)
{
    struct gpio_pad *pad = ctx;
    (void)level;
    refresh_pad(pad->gpio, pad->number, time);
}

struct line *gpio_board_wire(struct gpio *gpio, unsigned pad, const struct gpio_source *source)
{
    sim_assert(pad < GPIO_PADS && !gpio->pad[pad].board_connected);
    struct gpio_pad *place = &gpio->pad[pad];
    place->board_connected = true;
    place->board.level = true;
    line_listen(&place->board, board_changed, place);
    if (source)
        place->board_source = *source;
    gpio_configure(gpio, gpio->dev.now);
    return &place->board;
}

/* ---- Peripherals ------------------------------------------------------------------------------------------------- */

static void output_changed(void *ctx, bool level, sim_time time)
{
    const struct gpio_output *output = ctx;
    (void)level;
    gpio_refresh(output->gpio, output->pads, time);
}

struct line *gpio_signal_out(struct gpio *gpio, unsigned signal, bool level, const struct gpio_source *source)
{
    sim_assert(signal < GPIO_SIGNALS && !gpio->output[signal].attached);
    struct gpio_output *output = &gpio->output[signal];
    output->attached = true;
    output->level.level = level;
    output->enable.level = true;
    line_listen(&output->level, output_changed, output);
    line_listen(&output->enable, output_changed, output);
    if (source)
        output->source = *source;
    gpio_configure(gpio, gpio->dev.now);
    return &output->level;
}

struct line *gpio_signal_out_enable(struct gpio *gpio, unsigned signal)
{
    sim_assert(signal < GPIO_SIGNALS && gpio->output[signal].attached);
    return &gpio->output[signal].enable;
}

void gpio_signal_in(struct gpio *gpio, unsigned signal, bool unrouted, line_fn fn, void *ctx)
{
    sim_assert(signal < GPIO_SIGNALS && !gpio->input[signal].fn);
    struct gpio_input *input = &gpio->input[signal];
    input->fn = fn;
    input->ctx = ctx;
    input->unrouted = input->level = unrouted;
    gpio->attached[gpio->attached_count++] = (uint8_t)signal;
    gpio_configure(gpio, gpio->dev.now);
}

int gpio_signal_at(const struct gpio *gpio, unsigned pad)
{
    sim_assert(pad < GPIO_PADS);
    const struct gpio_pad_setup *setup = &gpio->pad[pad].setup;
    return setup->driver == GPIO_DRIVER_SIGNAL ? (int)setup->signal : -1;
}

int gpio_pad_of(const struct gpio *gpio, unsigned signal)
{
    struct gpio_in_route route = gpio_in_route_of(gpio, signal);
    int pad = route.matrix ? (int)route.from : native_pad(gpio, signal);
    return pad >= 0 && pad < GPIO_PADS && gpio->pad[pad].setup.input_enabled ? pad : -1;
}

void gpio_pads_init(struct gpio *gpio)
{
    const struct dev_env *env = gpio->dev.env;
    char scope[96], name[16];
    dev_path(&gpio->dev, scope, sizeof scope);
    for (unsigned signal = 0; signal < GPIO_SIGNALS; signal++)
        gpio->output[signal].gpio = gpio;
    for (unsigned number = 0; number < GPIO_PADS; number++) {
        struct gpio_pad *pad = &gpio->pad[number];
        pad->gpio = gpio;
        pad->number = number;
        if (!io_mux_pad_of(gpio, number).exists)
            continue;
        snprintf(name, sizeof name, "gpio%u", number);
        pad->trace = trace_declare(env->trace, scope, name, TRACE_WIRE, 1);
        trace_change(env->trace, pad->trace, 0, false);
    }
    gpio->ready = true;
}
