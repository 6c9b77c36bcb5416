/* SPDX-License-Identifier: Apache-2.0 */
/* Pads and everything that decides about them: GPIO with its matrix, IO_MUX, RTC_IO. Three register blocks, one model.
 * Source: ESP32 TRM, chapter "IO_MUX and GPIO Matrix"; facts 4.4.
 *
 * Modelled: OUT and ENABLE with their set and clear registers, IN, open drain, pull-ups and pull-downs, input enable,
 * the matrix both ways with inversions, constants and output enables, IO_MUX functions that have signal numbers
 * (gpio_functions.def), edge and level interrupts for both cores and their NMIs, strapping pads, pads under RTC_IO.
 *
 * What a wire shows follows from who drives it, strongest first: the outside (gpio_drive), the chip's output, a board
 * part behind a resistor (gpio_board_wire), a pull resistor outside, the chip's own pulls; a wire that nobody drives is
 * low. An output of the chip against the outside is a guest error.
 *
 * Chosen where no document says: STATUS latches whether INT_ENA has a bit set or not; RTC-capable pads have their pulls
 * from RTC_IO only (that is where ESP-IDF sets them); a pad under RTC_IO is low for GPIO.
 *
 * Held pads (RTC_IO's HOLD bits and DIG_PAD_HOLD, RTC_CNTL) keep their output, pulls and input enable.
 *
 * Not modelled: drive strength, sleep configuration, interrupts of RTC_IO, functions without signal number, the
 * matrix's bypass signals 224 to 228, clock outputs, GPIO_SD. */
#ifndef VESPER_PERIPHERALS_GPIO_GPIO_H
#define VESPER_PERIPHERALS_GPIO_GPIO_H

#include "bus/dev.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { GPIO_PADS = 40, GPIO_SIGNALS = 256 };

/* Interrupt outputs, in the order of PIN.INT_ENA. */
enum gpio_irq { GPIO_IRQ_APP, GPIO_IRQ_APP_NMI, GPIO_IRQ_PRO, GPIO_IRQ_PRO_NMI, GPIO_IRQS };

/* What the outside does to a pad. */
enum gpio_drive { GPIO_RELEASED, GPIO_LOW, GPIO_HIGH, GPIO_PULL_LOW, GPIO_PULL_HIGH };

struct gpio_config {
    uint16_t strap; /* STRAP: 0x13 boots from flash */
};

/* A waveform that costs something to make, such as a UART's bits: its line has edges only while they are wanted. */
struct gpio_source {
    void *ctx;
    bool (*level)(void *ctx, sim_time now);              /* what the line would show */
    void (*watch)(void *ctx, bool wanted, sim_time now); /* edges from now on, or no more */
    const void *owner; /* inputs with this ctx know the waveform already and do not want it; NULL: nobody does */
};

struct gpio;

enum gpio_driver { GPIO_DRIVER_NONE, GPIO_DRIVER_OUT, GPIO_DRIVER_SIGNAL, GPIO_DRIVER_RTC };

/* What the registers make of a pad; only OUT and ENABLE are left to be looked at. */
struct gpio_pad_setup {
    enum gpio_driver driver;
    unsigned signal;
    bool inverted, enabled_by_register, enable_inverted, open_drain;
    bool rtc_level; /* GPIO_DRIVER_RTC */
    bool input_enabled, pull_up, pull_down;
};

struct gpio_pad {
    struct gpio *gpio;
    unsigned number;
    struct line wire; /* as it is, for those who look from outside */
    bool input;       /* as GPIO and the matrix see it */
    struct gpio_pad_setup setup;
    enum gpio_drive outside;
    struct line board;
    bool board_connected;
    struct gpio_source board_source;
    bool board_watched;
    trace_id trace;
};

struct gpio_output {
    struct gpio *gpio;
    struct line level;
    struct line enable;
    bool attached;
    bool watched;
    struct gpio_source source; /* level NULL: the line is always right */
    uint64_t pads;             /* that show it */
};

struct gpio_input {
    line_fn fn;
    void *ctx;
    bool unrouted; /* what it shows when nothing is routed to it */
    bool level;
    int pad; /* from which it comes, -1: none */
    bool inverted;
    bool constant; /* where no pad is: the level before inversion */
};

/* Pads whose changes wake the chip, while it sleeps. */
struct gpio_wake {
    uint64_t pads;
    void (*changed)(void *ctx, sim_time now);
    void *ctx;
};

struct gpio_io_mux {
    struct dev dev;
    struct gpio *gpio;
};

struct gpio_rtc_io {
    struct dev dev;
    struct gpio *gpio;
};

struct gpio {
    struct dev dev;
    struct gpio_io_mux io_mux;
    struct gpio_rtc_io rtc_io;
    struct gpio_config config;
    struct line *irq[GPIO_IRQS]; /* set by the node, NULL: not connected */
    struct gpio_pad pad[GPIO_PADS];
    struct gpio_output output[GPIO_SIGNALS];
    struct gpio_input input[GPIO_SIGNALS];
    uint8_t attached[GPIO_SIGNALS]; /* input signals that somebody takes, in order of arrival */
    unsigned attached_count;
    bool ready;                          /* all three blocks are there */
    uint64_t inputs;                     /* pad[n].input as bits */
    uint64_t unwatched;                  /* pads that show a source which nobody watches */
    uint64_t irq_enabled[GPIO_IRQS + 1]; /* PIN.INT_ENA by output; the last one is that of SDIO */
    uint64_t level_pads;                 /* with level interrupts */
    uint64_t held, force_held;           /* pads that are held now; and those that RTC_CNTL holds */
    struct gpio_wake wake;
};

/* In its power-on state: gpio->dev at 0x3FF44000, gpio->io_mux.dev at 0x3FF49000, gpio->rtc_io.dev at 0x3FF48400, each
 * driven through dev_read, dev_write and dev_reset. config is copied; name and env are borrowed. SIM_NO_MEMORY. */
enum sim_status gpio_init(struct gpio *gpio, const struct gpio_config *config, const char *name, struct dev_env *env);
void gpio_fini(struct gpio *gpio);

/* --- The outside ------------------------------------------------------------------------------------------------- */

/* pad: 0..39, as everywhere. */
void gpio_drive(struct gpio *gpio, unsigned pad, enum gpio_drive drive, sim_time time);
bool gpio_level(struct gpio *gpio, unsigned pad, sim_time time);

/* What the DAC at pad 25 or 26 is set to; false when it has no power. */
bool gpio_dac_code(const struct gpio *gpio, unsigned pad, uint8_t *code);

/* fn is told of every change of the wire; at most LINE_LISTENERS for a pad. */
void gpio_watch(struct gpio *gpio, unsigned pad, line_fn fn, void *ctx);

/* The line of a board part that drives this pad through a resistor, idle high, such as the host end of a console; one
 * for each pad. source: copied; NULL: the line is always right. */
struct line *gpio_board_wire(struct gpio *gpio, unsigned pad, const struct gpio_source *source);

/* --- Peripherals -------------------------------------------------------------------------------------------------- */

/* The line that a peripheral sets for its output signal 0..255, at first at `level`; one peripheral for each signal.
 * source: as above. */
struct line *gpio_signal_out(struct gpio *gpio, unsigned signal, bool level, const struct gpio_source *source);

/* The same signal's output enable, at first on; for buses that turn their direction. */
struct line *gpio_signal_out_enable(struct gpio *gpio, unsigned signal);

/* fn is told of every change of an input signal 0..255, and at once when it is not what `unrouted` says: the level
 * where no pad is routed to it. One peripheral for each signal. */
void gpio_signal_in(struct gpio *gpio, unsigned signal, bool unrouted, line_fn fn, void *ctx);

/* Who is connected with whom, for buses whose transfers do not go over lines bit by bit: the output signal that a pad
 * shows, and the pad from which an input signal comes; -1: none. */
int gpio_signal_at(const struct gpio *gpio, unsigned pad);
int gpio_pad_of(const struct gpio *gpio, unsigned signal);

/* --- Sleep ------------------------------------------------------------------------------------------------------- */

enum { GPIO_RTC_PADS = 18 };

/* Bit n: RTC pad n has its input enabled in RTC_IO, and is high. */
uint32_t gpio_rtc_levels(struct gpio *gpio, sim_time now);

/* These RTC pads by their numbers as pads. */
uint64_t gpio_rtc_pads(uint32_t rtc_pads);

/* RTC_IO's EXT_WAKEUP0: the RTC pad of wake-up source EXT0; GPIO_RTC_PADS and more: none. */
unsigned gpio_ext0_pad(const struct gpio *gpio);

/* Pads with WAKEUP_ENABLE, and whether one of them has the level of its interrupt type, 4 or 5. */
uint64_t gpio_wake_pads(const struct gpio *gpio);
bool gpio_wakes(struct gpio *gpio, sim_time now);

/* changed is called on each change of one of these pads from now on; pads 0: no more. */
void gpio_watch_wake(struct gpio *gpio, const struct gpio_wake *wake, sim_time now);

/* RTC_CNTL holds these RTC pads, and all the others: their state stays as it is, over resets too. */
void gpio_hold(struct gpio *gpio, uint32_t rtc_pads, bool digital, sim_time now);

#ifdef __cplusplus
}
#endif
#endif
