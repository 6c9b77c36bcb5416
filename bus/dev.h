/* SPDX-License-Identifier: Apache-2.0 */
/* What every register device is: a register bank with hooks, an environment, and resets. Plain C; the one SystemC
 * wrapper (sc_top/sc_device.h) serves them all, and tests drive them bare.
 *
 * A device embeds struct dev as its first member. It acts only when accessed, when one of its events is due, when an
 * input line changes, or on reset. Hooks never call another device: they set a line or schedule an event. */
#ifndef VESPER_BUS_DEV_H
#define VESPER_BUS_DEV_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/base/evq.h"
#include "bus/base/log.h"
#include "bus/base/rng.h"
#include "bus/base/status.h"
#include "bus/base/trace.h"
#include "bus/bus_port.h"
#include "bus/clock_tree.h"
#include "bus/line.h"
#include "bus/reg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a device gets from its node. Borrowed for the device's life; log, trace and dma may be NULL. */
struct dev_env {
    struct evq *evq;
    struct clock_tree *clocks;
    struct log *log;
    const struct trace_sink *trace;
    struct bus_port *dma;
    uint64_t seed;
    uint32_t node;
    const char *scope; /* "node0" */
};

enum dev_reset {
    DEV_RESET_POWER_ON, /* everything */
    DEV_RESET_SYSTEM    /* digital core: registers of the RTC domain keep their values */
};

/* One access to one register, after it happened: for traces by name. */
struct dev_access_record {
    const struct dev *dev;
    const struct reg_desc *reg; /* NULL: no register there */
    unsigned index;
    uint32_t offset;
    uint32_t value;
    bool write;
    sim_time time;
};

struct dev_observer {
    void *ctx;
    void (*access)(void *ctx, const struct dev_access_record *record);
};

struct dev_ops {
    const struct reg_table *regs;

    /* Registers already hold their reset values (those of the kept domain excepted); now bring everything else to its
     * reset state, cancel events, drop lines. dev->now is set. May be NULL. */
    void (*reset)(struct dev *dev, enum dev_reset kind);

    /* Address space without rows (FIFO RAM, tables): whole words, after merging. NULL: reads 0, writes ignored. */
    uint32_t (*read_gap)(struct dev *dev, uint32_t offset);
    void (*write_gap)(struct dev *dev, uint32_t offset, uint32_t value);
};

/* What the access kinds of a register's fields come to; computed once from the table. */
struct dev_masks {
    uint32_t stored;     /* takes over what is written: RW and WO */
    uint32_t unreadable; /* WO: reads as 0, whatever a read hook says */
    uint32_t write_1_clears;
    uint32_t write_1_sets;
    uint32_t read_clears;
};

struct dev {
    const struct dev_ops *ops;
    const char *name; /* "uart0", borrowed */
    struct dev_env *env;
    sim_time now;           /* local time of the access, event or line change that is being handled */
    uint32_t offset;        /* word of the access that is being handled, for hooks that serve several registers */
    uint32_t *value;        /* one word for each word of address space, as stored; gaps too, for the device's own use */
    uint16_t *row;          /* row + 1 of each word, 0: gap; private to dev.c, see dev_reg_at */
    struct dev_masks *mask; /* of each row */
    const struct dev_observer *observer; /* NULL: nobody looks */
    bool off; /* without clock or held in reset: reads 0, ignores writes, which is reported once; see dev_switch */
};

/* Allocates the bank and gives all registers their reset values; does not call ops->reset. name, env: borrowed. */
enum sim_status dev_init(struct dev *dev, const struct dev_ops *ops, const char *name, struct dev_env *env);
void dev_fini(struct dev *dev);

/* Resets registers of the domains that `kind` covers, then calls ops->reset. */
void dev_reset(struct dev *dev, enum dev_reset kind, sim_time now);

/* Guest accesses of 1, 2 or 4 bytes within one word, at offset < table size. Narrow writes are merged into the stored
 * word; W1C, W1S and WT bits outside the written bytes count as written 0. A narrow read is the word's read: its hook
 * runs and all its RC bits clear. */
uint32_t dev_read(struct dev *dev, uint32_t offset, unsigned size, sim_time now);
void dev_write(struct dev *dev, uint32_t offset, unsigned size, uint32_t value, sim_time now);

/* Whether the block is clocked and out of reset, as whoever gates it says (DPORT): software reads 0 and writes nothing
 * while it is off. The device's own functions and its events are not affected. */
static inline void dev_switch(struct dev *dev, bool on)
{
    dev->off = !on;
}

/* Debugger's accesses: stored words, no hooks, no side effects. */
uint32_t dev_peek(const struct dev *dev, uint32_t offset);
void dev_poke(struct dev *dev, uint32_t offset, uint32_t value);

/* "node0.uart0": the device's place in logs and waveforms. Cut to `size`. */
void dev_path(const struct dev *dev, char *path, size_t size);

/* log_once() at dev->now in the device's name. env or env->log NULL: says nothing. */
void dev_say_once(const struct dev *dev, enum log_class class_, uint64_t key, const char *text);

/* The register at this offset and, for arrays, which element; NULL in a gap. */
const struct reg_desc *dev_reg_at(const struct dev *dev, uint32_t offset, unsigned *index);

/* Stored words and fields for the device's own code. place: a field constant made by reg_expand.h. */
static inline uint32_t reg_word(const struct dev *dev, uint32_t offset)
{
    return dev->value[offset / 4];
}

static inline void reg_put_word(struct dev *dev, uint32_t offset, uint32_t value)
{
    dev->value[offset / 4] = value;
}

static inline uint32_t reg_get(const struct dev *dev, uint32_t place)
{
    return bits_get(dev->value[REG_PLACE_OFFSET(place) / 4], REG_PLACE_LSB(place), REG_PLACE_WIDTH(place));
}

static inline void reg_put(struct dev *dev, uint32_t place, uint32_t field)
{
    uint32_t *word = &dev->value[REG_PLACE_OFFSET(place) / 4];
    *word = bits_set(*word, REG_PLACE_LSB(place), REG_PLACE_WIDTH(place), field);
}

/* As reg_get and reg_put for element `index` of an array with `stride` bytes. */
static inline uint32_t reg_get_at(const struct dev *dev, uint32_t place, unsigned index, unsigned stride)
{
    return reg_get(dev, place + ((uint32_t)(index * stride) << 12));
}

static inline void reg_put_at(struct dev *dev, uint32_t place, unsigned index, unsigned stride, uint32_t field)
{
    reg_put(dev, place + ((uint32_t)(index * stride) << 12), field);
}

/* A field of a raw word, e.g. the `written` argument of a write hook. */
static inline uint32_t reg_field_of(uint32_t word, uint32_t place)
{
    return bits_get(word, REG_PLACE_LSB(place), REG_PLACE_WIDTH(place));
}

static inline uint64_t dev_hz(const struct dev *dev, enum clock_id id)
{
    return dev->env->clocks->clock[id].hz;
}

#ifdef __cplusplus
}
#endif
#endif
