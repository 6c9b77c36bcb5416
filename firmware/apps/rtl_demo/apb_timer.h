/* SPDX-License-Identifier: Apache-2.0 */
/* Driver of verilog/apb_timer.v, wherever the scenario has put it. */
#ifndef VESPER_FIRMWARE_APPS_RTL_DEMO_APB_TIMER_H
#define VESPER_FIRMWARE_APPS_RTL_DEMO_APB_TIMER_H

#include "firmware/drivers/dport.h"

#define REG_FILE "firmware/apps/rtl_demo/apb_timer_regs.def"
#define REG_PREFIX APB_TIMER
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY

enum { APB_TIMER_IS_THERE = 0x41505454 };

struct apb_timer {
    uint32_t base;
    enum interrupt_source source;
    interrupt_fn matched; /* at interrupt level 1, once for each period */
    void *ctx;
};

/* False when there is no such block at the address. */
bool apb_timer_probe(const struct apb_timer *timer);

/* A match every `cycles` cycles of the block's clock, from now on. timer: borrowed until apb_timer_stop. */
void apb_timer_start(struct apb_timer *timer, uint32_t cycles);
void apb_timer_stop(struct apb_timer *timer);

/* Rising edges of the capture input leave time stamps, as matches do. */
void apb_timer_capture(const struct apb_timer *timer, bool on);

/* The oldest time stamp; false: there is none. */
bool apb_timer_stamp(const struct apb_timer *timer, uint32_t *cycles);

#endif
