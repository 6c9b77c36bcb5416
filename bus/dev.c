/* SPDX-License-Identifier: Apache-2.0 */
/* Register banks: what the access kinds of a table mean, done once for all devices. */
#include "bus/dev.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* dev->row holds row + 1 in its low bits; the top bit remembers that the word was reported as not modelled, so that a
 * loop over such a register does not format a message each time. */
enum { ROW_REPORTED = 0x8000, ROW_MASK = 0x7FFF };

static void fill_masks(struct dev_masks *mask, const struct reg_desc *reg)
{
    mask->stored = reg_access_mask(reg, REG_RW) | reg_access_mask(reg, REG_WO);
    mask->unreadable = reg_access_mask(reg, REG_WO);
    mask->write_1_clears = reg_access_mask(reg, REG_W1C);
    mask->write_1_sets = reg_access_mask(reg, REG_W1S);
    mask->read_clears = reg_access_mask(reg, REG_RC);
}

static uint32_t element_offset(const struct reg_desc *reg, unsigned index)
{
    return reg->offset + (uint32_t)index * reg->stride;
}

static void reset_registers(struct dev *dev, enum dev_reset kind)
{
    const struct reg_table *table = dev->ops->regs;
    if (kind == DEV_RESET_POWER_ON)
        memset(dev->value, 0, table->size);
    for (unsigned row = 0; row < table->reg_count; row++) {
        const struct reg_desc *reg = &table->regs[row];
        if (kind == DEV_RESET_SYSTEM && reg->domain != REG_DOMAIN_CORE)
            continue;
        uint32_t value = reg_reset_value(reg);
        for (unsigned i = 0; i < reg->count; i++)
            dev->value[element_offset(reg, i) / 4] = value;
    }
}

/* A table is written by us, hence promises rather than errors; tests/table checks them for all tables at once. */
static void index_rows(struct dev *dev)
{
    const struct reg_table *table = dev->ops->regs;
    sim_assert(table->reg_count < ROW_MASK);
    for (unsigned row = 0; row < table->reg_count; row++) {
        const struct reg_desc *reg = &table->regs[row];
        fill_masks(&dev->mask[row], reg);
        for (unsigned i = 0; i < reg->count; i++) {
            uint32_t offset = element_offset(reg, i);
            sim_assert(offset % 4 == 0 && offset < table->size && dev->row[offset / 4] == 0);
            dev->row[offset / 4] = (uint16_t)(row + 1);
        }
    }
}

enum sim_status dev_init(struct dev *dev, const struct dev_ops *ops, const char *name, struct dev_env *env)
{
    const struct reg_table *table = ops->regs;
    sim_assert(table->size % 4 == 0 && table->size > 0);
    dev->ops = ops;
    dev->name = name;
    dev->env = env;
    dev->now = 0;
    dev->offset = 0;
    dev->off = false;
    dev->observer = NULL;
    dev->value = calloc(table->size / 4, sizeof *dev->value);
    dev->row = calloc(table->size / 4, sizeof *dev->row);
    dev->mask = calloc(table->reg_count + 1u, sizeof *dev->mask);
    if (!dev->value || !dev->row || !dev->mask) {
        dev_fini(dev);
        return SIM_NO_MEMORY;
    }
    index_rows(dev);
    reset_registers(dev, DEV_RESET_POWER_ON);
    return SIM_OK;
}

void dev_fini(struct dev *dev)
{
    free(dev->value);
    free(dev->row);
    free(dev->mask);
    dev->value = NULL;
    dev->row = NULL;
    dev->mask = NULL;
}

void dev_reset(struct dev *dev, enum dev_reset kind, sim_time now)
{
    dev->now = now;
    reset_registers(dev, kind);
    if (dev->ops->reset)
        dev->ops->reset(dev, kind);
}

void dev_path(const struct dev *dev, char *path, size_t size)
{
    const char *scope = dev->env ? dev->env->scope : NULL;
    snprintf(path, size, "%s%s%s", scope ? scope : "", scope ? "." : "", dev->name);
}

void dev_say_once(const struct dev *dev, enum log_class class_, uint64_t key, const char *text)
{
    char path[96];
    if (!dev->env || !dev->env->log)
        return;
    dev_path(dev, path, sizeof path);
    log_once(dev->env->log, class_, dev->now, path, key, "%s", text);
}

const struct reg_desc *dev_reg_at(const struct dev *dev, uint32_t offset, unsigned *index)
{
    unsigned row = dev->row[offset / 4] & ROW_MASK;
    *index = 0;
    if (row == 0)
        return NULL;
    const struct reg_desc *reg = &dev->ops->regs->regs[row - 1];
    if (reg->count > 1)
        *index = (offset - reg->offset) / reg->stride;
    return reg;
}

static void observe(const struct dev *dev, const struct reg_desc *reg, unsigned index, uint32_t offset, uint32_t value,
                    bool write)
{
    if (!dev->observer)
        return;
    const struct dev_access_record record = {
        .dev = dev, .reg = reg, .index = index, .offset = offset, .value = value, .write = write, .time = dev->now};
    dev->observer->access(dev->observer->ctx, &record);
}

/* Says once for each word that its meaning is not modelled. */
static void report_unmodelled(struct dev *dev, uint32_t offset, const char *what, uint32_t value)
{
    uint16_t *row = &dev->row[offset / 4];
    if (*row & ROW_REPORTED || !dev->env || !dev->env->log)
        return;
    char source[96], reg_name[64] = "no register";
    unsigned index;
    const struct reg_desc *reg = dev_reg_at(dev, offset, &index);
    if (reg && reg->count > 1)
        snprintf(reg_name, sizeof reg_name, "%s[%u]", reg->name, index);
    else if (reg)
        snprintf(reg_name, sizeof reg_name, "%s", reg->name);
    dev_path(dev, source, sizeof source);
    log_at(dev->env->log, LOG_UNIMPL, LOG_WARNING, dev->now, source, "%s of offset 0x%03x (%s), value 0x%08x: %s", what,
           (unsigned)offset, reg_name, (unsigned)value, reg ? "kept, without effect" : "ignored");
    *row = (uint16_t)(*row | ROW_REPORTED);
}

static uint32_t read_word(struct dev *dev, uint32_t offset)
{
    unsigned index;
    const struct reg_desc *reg = dev_reg_at(dev, offset, &index);
    uint32_t value = 0;
    if (reg) {
        uint32_t *stored = &dev->value[offset / 4];
        const struct dev_masks *mask = &dev->mask[reg - dev->ops->regs->regs];
        value = (reg->read ? reg->read(dev, index, *stored) : *stored) & ~mask->unreadable;
        *stored &= ~mask->read_clears;
    } else if (dev->ops->read_gap) {
        value = dev->ops->read_gap(dev, offset);
    } else {
        report_unmodelled(dev, offset, "read", 0);
    }
    observe(dev, reg, index, offset, value, false);
    return value;
}

static void report_off(const struct dev *dev)
{
    dev_say_once(dev, LOG_GUEST, UINT64_MAX, "accessed without clock or in reset: reads 0, writes are lost");
}

uint32_t dev_read(struct dev *dev, uint32_t offset, unsigned size, sim_time now)
{
    unsigned shift = (offset & 3) * 8;
    sim_assert(offset < dev->ops->regs->size && (offset & 3) + size <= 4);
    dev->now = now;
    dev->offset = offset & ~UINT32_C(3);
    if (dev->off) {
        report_off(dev);
        return 0;
    }
    return bits_get(read_word(dev, dev->offset), shift, size * 8);
}

static void write_register(struct dev *dev, const struct reg_desc *reg, unsigned index, uint32_t offset, uint32_t value,
                           uint32_t lanes)
{
    uint32_t *stored = &dev->value[offset / 4];
    const struct dev_masks *mask = &dev->mask[reg - dev->ops->regs->regs];
    uint32_t old = *stored;
    /* Lanes that were not written keep what is stored and trigger nothing. */
    uint32_t written = (old & mask->stored & ~lanes) | (value & lanes);
    uint32_t word = (old & ~mask->stored) | (written & mask->stored);
    word &= ~(written & mask->write_1_clears);
    word |= written & mask->write_1_sets;
    *stored = word;
    if (reg->model == REG_MODEL_STORED)
        report_unmodelled(dev, offset, "write", written);
    if (reg->write)
        reg->write(dev, index, old, written);
    observe(dev, reg, index, offset, written, true);
}

static void write_gap(struct dev *dev, uint32_t offset, uint32_t value, uint32_t lanes)
{
    uint32_t written = value & lanes;
    if (dev->ops->write_gap) {
        if (lanes != UINT32_MAX)
            written |= (dev->ops->read_gap ? dev->ops->read_gap(dev, offset) : dev->value[offset / 4]) & ~lanes;
        dev->ops->write_gap(dev, offset, written);
    } else {
        report_unmodelled(dev, offset, "write", written);
    }
    observe(dev, NULL, 0, offset, written, true);
}

void dev_write(struct dev *dev, uint32_t offset, unsigned size, uint32_t value, sim_time now)
{
    unsigned shift = (offset & 3) * 8, index;
    uint32_t word_offset = offset & ~UINT32_C(3);
    uint32_t lanes = bits_mask(size * 8) << shift;
    sim_assert(offset < dev->ops->regs->size && (offset & 3) + size <= 4);
    dev->now = now;
    dev->offset = word_offset;
    if (dev->off) {
        report_off(dev);
        return;
    }
    const struct reg_desc *reg = dev_reg_at(dev, word_offset, &index);
    if (reg)
        write_register(dev, reg, index, word_offset, value << shift, lanes);
    else
        write_gap(dev, word_offset, value << shift, lanes);
}

uint32_t dev_peek(const struct dev *dev, uint32_t offset)
{
    return dev->value[offset / 4];
}

void dev_poke(struct dev *dev, uint32_t offset, uint32_t value)
{
    dev->value[offset / 4] = value;
}
