/* SPDX-License-Identifier: Apache-2.0 */
/* Between the simulator and a block of RTL in a shared object: plain C, so that the object depends neither on our build
 * nor on our compiler. `vesper rtl build` makes such objects with Verilator; anything else that exports the one symbol
 *
 *   const struct rtl_abi *vesper_rtl_abi(void);
 *
 * may take the place of it, e.g. a model in C or another simulator's. The struct is constant; all state is in what
 * create() returns, so that one object serves any number of instances. Nothing is called from two threads at once for
 * the same instance.
 *
 * An instance has a value for each row of rtl_pins.def, and time is cut into cycles of its clock: cycle n begins with
 * its rising edge, at ceil(n * 10^12 / hz) picoseconds. Between calls the block stands just after a rising edge. */
#ifndef VESPER_VERILOG_HOST_RTL_ABI_H
#define VESPER_VERILOG_HOST_RTL_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RTL_ABI_SYMBOL "vesper_rtl_abi"
#define RTL_ABI_MAGIC UINT32_C(0x4C545256) /* "VRTL" */
enum { RTL_ABI_VERSION = 1 };

enum rtl_bus { RTL_BUS_APB, RTL_BUS_AXI4LITE };

enum rtl_pin_id {
#define RTL_PIN(id, group, name, direction, low, high, needed) RTL_##id,
#include "rtl_pins.def"
    RTL_PIN_COUNT
};

enum {
    RTL_HAS_TRACE = 1,    /* trace() works */
    RTL_HAS_COVERAGE = 2, /* write_coverage() works */
    RTL_CAN_SAVE = 4      /* save() and restore() work */
};

/* A port that the block has. */
struct rtl_port {
    uint32_t pin;     /* enum rtl_pin_id; several ports may share IRQ, GPIO_... */
    uint32_t width;   /* bits */
    const char *name; /* in the Verilog text */
};

/* What an instance may ask of the simulator. Strings are borrowed for the call. */
struct rtl_host {
    void *ctx;
    /* A line that the RTL printed ($display), without newline. */
    void (*say)(void *ctx, const char *text);
    /* $finish, $stop, $fatal, a failed assertion: the block runs no more. */
    void (*halted)(void *ctx, const char *text);
    /* trace(): a signal of `width` bits (64 at most) in a dotted scope below the block, "" for its ports. Returns the
     * number for change(), 0: nobody wants it. */
    uint32_t (*declare)(void *ctx, const char *scope, const char *name, uint32_t width);
    void (*change)(void *ctx, uint32_t signal, uint64_t time_ps, uint64_t value);
};

struct rtl_abi {
    uint32_t magic;   /* RTL_ABI_MAGIC */
    uint32_t version; /* RTL_ABI_VERSION, of the rows of rtl_pins.def too */
    uint32_t size;    /* sizeof(struct rtl_abi) */
    uint32_t bus;     /* enum rtl_bus */
    uint32_t flags;   /* RTL_HAS_... */
    uint32_t port_count;
    const struct rtl_port *port; /* without the clock */
    const char *top;             /* name of the module */
    const char *builder;         /* "Vesper 0.1.0, Verilator 5.006 ..." */

    /* Before the first cycle, all inputs 0. hz: of the clock. NULL without memory. host is copied. */
    void *(*create)(const struct rtl_host *host, uint64_t hz);
    void (*destroy)(void *block);

    /* The values of all pins, RTL_PIN_COUNT of them; bits above a port's width are ignored. Inputs are the caller's to
     * write, followed by settle(); outputs are valid after settle(), run() and restore(). */
    uint64_t *(*pins)(void *block);

    /* Combinational logic follows the inputs. time_ps: present time, for $time and traces. */
    void (*settle)(void *block, uint64_t time_ps);

    /* Runs cycles `first`, `first` + 1, ... with the inputs as they are: `count` of them, or fewer, through the first
     * one after which an output other than those of the target bus has changed: CLK_REQ, IRQ, GPIO_..., M_..VALID.
     * Returns how many, at least one. */
    uint64_t (*run)(void *block, uint64_t first, uint64_t count);

    /* One copy of the whole state, to come back to. Without RTL_CAN_SAVE: NULL. */
    void (*save)(void *block);
    void (*restore)(void *block);

    /* Declares all signals and reports their changes from now on. Call it once, before the first cycle. */
    void (*trace)(void *block);

    /* Writes a file for verilator_coverage. Returns 0, or an errno. */
    int (*write_coverage)(void *block, const char *path);
};

typedef const struct rtl_abi *(*rtl_abi_fn)(void);

#ifdef __cplusplus
}
#endif
#endif
