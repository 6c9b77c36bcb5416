/* SPDX-License-Identifier: Apache-2.0 */
/* What rtl_dev.c, rtl_bus.c and rtl_dma.c share. */
#ifndef VESPER_VERILOG_HOST_RTL_DEV_PRIV_H
#define VESPER_VERILOG_HOST_RTL_DEV_PRIV_H

#include "verilog/host/rtl_dev.h"

/* What the block printed while it ran ahead; more is cut. */
enum { RTL_SAID = 4096 };

/* The memory side of the block's AXI4-Lite manager. */
struct rtl_dma {
    bool has_address, has_data; /* of a write: taken, not carried out yet */
    uint32_t address, data;
    unsigned strobe;
};

struct rtl_dev {
    struct rtl_dev_config config;
    struct dev_env *env;
    struct bus_port port;
    char path[96]; /* "node0.timer" */
    const struct rtl_abi *abi;
    void *block;
    uint64_t *pin;
    bool has[RTL_PIN_COUNT];
    uint32_t address_mask;

    struct clock_domain clock;
    uint64_t cycle; /* the next one to run; those before were run, or left out with the clock off */
    unsigned awake; /* so many cycles the clock runs without being asked */
    bool halted;    /* $finish */
    bool traced;
    bool inside;       /* the block is being run: inputs that change now wait for the next cycle */
    bool inputs_moved; /* they did */

    /* Cycles that were run beyond `cycle` since save(), 0: none, and how many to try. */
    uint64_t ahead, lookahead;
    bool running_ahead, halts_ahead;
    char said[RTL_SAID];
    size_t said_length;
    struct evq_event due; /* the last cycle run ahead, or the next one to run */

    uint64_t irq, gpio_out, gpio_oe; /* as told */
    uint64_t before[RTL_PIN_COUNT];  /* pins as the last edge saw them; kept while the block has DMA */
    struct rtl_dma dma;
    struct rtl_counts counts;
};

static inline bool rtl_has_dma(const struct rtl_dev *dev)
{
    return dev->has[RTL_M_AWVALID] || dev->has[RTL_M_ARVALID];
}

/* Time of the last edge that was run, or left out. */
sim_time rtl_now(const struct rtl_dev *dev);

/* Combinational logic follows the pins. */
void rtl_settle(struct rtl_dev *dev);

/* One cycle, with what its outputs bring about. */
void rtl_tick(struct rtl_dev *dev);

/* rtl_bus.c: one transfer on the target bus, from just behind an edge to just behind another. */
enum rtl_answer { RTL_ANSWER_OK, RTL_ANSWER_ERROR, RTL_ANSWER_NONE };
struct rtl_transfer {
    bool write;
    uint32_t offset; /* of the word */
    uint32_t data;   /* in or out, all lanes */
    unsigned strobe; /* lanes to write */
};
enum rtl_answer rtl_bus_transfer(struct rtl_dev *dev, struct rtl_transfer *transfer);
/* Which signal of the block an unanswered transfer waited for. */
const char *rtl_bus_missing(const struct rtl_dev *dev, bool write);

/* rtl_dma.c: after an edge at `now`. */
bool rtl_dma_is_busy(const struct rtl_dev *dev);
void rtl_dma_step(struct rtl_dev *dev, sim_time now);
void rtl_dma_reset(struct rtl_dev *dev);

#endif
