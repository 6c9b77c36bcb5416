/* SPDX-License-Identifier: Apache-2.0 */
/* A block of RTL (rtl_abi.h) as a device of a node: a bus_port for its address range, interrupt lines, pins, DMA.
 *
 * Time. The clock has a frequency of its own and rising edges at multiples of its period. An access starts at the first
 * edge that is not before it, and takes as many cycles as the block's protocol does. It costs the core what an access
 * to any peripheral costs (bus/access_cost.def), and what the transfer needs beyond the two APB cycles that are part of
 * that.
 *
 * Between accesses the clock runs while the block has CLK_REQ high, or always when it has no such port. The device runs
 * the block ahead of the node, to the cycle after which an output changes, and schedules an event for that edge: so
 * interrupts come at their cycle, and cores run undisturbed until then. When something reaches the block before, it
 * goes back to where it was (RTL_CAN_SAVE) and runs up to there. While signals are recorded, and with coverage, which
 * nothing can take back, it runs cycle by cycle instead; the results are the same. With CLK_REQ low nothing runs, and
 * an idle block costs nothing. */
#ifndef VESPER_VERILOG_HOST_RTL_DEV_H
#define VESPER_VERILOG_HOST_RTL_DEV_H

#include "bus/dev.h"
#include "verilog/host/rtl_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RTL_IRQS = 32, RTL_PINS = 64 };

struct rtl_dev_config {
    const struct rtl_abi *abi;  /* borrowed */
    uint32_t base, size;        /* address range; the block sees offsets from base. size: a power of two */
    uint64_t hz;                /* of the clock */
    unsigned timeout;           /* cycles after which a transfer is given up, > 0 */
    bool step;                  /* never run ahead */
    struct line *irq[RTL_IRQS]; /* where bit n of IRQ goes; NULL: nowhere */
    /* Bit n of GPIO_OUT changed: 0, 1, or -1 for not driven (GPIO_OE low). May be NULL. */
    void *pins;
    void (*drive)(void *pins, unsigned bit, int level, sim_time now);
};

struct rtl_counts {
    uint64_t reads, writes, errors, hangs;
    uint64_t cycles; /* of the clock, that the block has seen */
    uint64_t again;  /* cycles that were run once more after something came in between */
    uint64_t dma_reads, dma_writes;
    uint64_t interrupts; /* rising edges of IRQ's bits */
};

struct rtl_dev;

/* In reset, and out of it after four cycles. config is copied; name and env are borrowed; env->dma serves the block's
 * own reads and writes, env->trace gets its signals. NULL without memory. */
struct rtl_dev *rtl_dev_create(const struct rtl_dev_config *config, const char *name, struct dev_env *env);
void rtl_dev_destroy(struct rtl_dev *dev);

/* For bus_map_attach_port: absolute addresses of base..base + size - 1, also by way of AHB. */
struct bus_port *rtl_dev_port(struct rtl_dev *dev);

/* Asserts the block's reset for four cycles from `now` on. */
void rtl_dev_reset(struct rtl_dev *dev, sim_time now);

/* Bit n of GPIO_IN. */
void rtl_dev_set_input(struct rtl_dev *dev, unsigned bit, bool level, sim_time now);

/* Cycles up to `now` are run, for who looks at counts or coverage at the end. */
void rtl_dev_catch_up(struct rtl_dev *dev, sim_time now);

void rtl_dev_get_counts(const struct rtl_dev *dev, struct rtl_counts *counts);

/* As struct rtl_abi has it; ENOTSUP without RTL_HAS_COVERAGE. */
int rtl_dev_write_coverage(struct rtl_dev *dev, const char *path);

#ifdef __cplusplus
}
#endif
#endif
