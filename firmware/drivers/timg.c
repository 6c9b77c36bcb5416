/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/drivers/timg.h"

#include <stddef.h>

#include "firmware/drivers/clock.h"
#include "firmware/drivers/dport.h"
#include "firmware/drivers/regs/timg.h"

enum { STRIDE = 0x24 }; /* from T0's registers to T1's */

struct timer {
    interrupt_fn handler;
    void *ctx;
};

static struct timer timers[TIMER_COUNT];

static uint32_t group_of(unsigned timer)
{
    return timer < 2 ? BASE_timg0 : BASE_timg1;
}

static uint32_t base_of(unsigned timer)
{
    return group_of(timer) + (timer % 2) * STRIDE;
}

static enum interrupt_source source_of(unsigned timer)
{
    static const enum interrupt_source source[TIMER_COUNT] = {SOURCE_TG0_T0_LEVEL, SOURCE_TG0_T1_LEVEL,
                                                              SOURCE_TG1_T0_LEVEL, SOURCE_TG1_T1_LEVEL};
    return source[timer % TIMER_COUNT];
}

static uint32_t config(void)
{
    return hw_field(TIMG_TCONFIG_DIVIDER, clock_apb_hz() / 1000000) | hw_field(TIMG_TCONFIG_INCREASE, 1) |
           hw_field(TIMG_TCONFIG_EN, 1);
}

static void load_zero(uint32_t base)
{
    hw_write(base + TIMG_TLOADLO, 0);
    hw_write(base + TIMG_TLOADHI, 0);
    hw_write(base + TIMG_TLOAD, 0);
}

void timer_start(unsigned timer)
{
    uint32_t base = base_of(timer);
    timer_stop(timer);
    load_zero(base);
    hw_write(base + TIMG_TCONFIG, config());
}

uint64_t timer_read(unsigned timer)
{
    uint32_t base = base_of(timer);
    hw_write(base + TIMG_TUPDATE, 0);
    uint32_t low = hw_read(base + TIMG_TLO);
    return (uint64_t)hw_read(base + TIMG_THI) << 32 | low;
}

/* The request is taken back first: an alarm while the handler runs comes again. The alarm has disarmed itself. */
static void on_interrupt(void *ctx)
{
    struct timer *timer = ctx;
    unsigned number = (unsigned)(timer - timers);
    hw_write(group_of(number) + TIMG_INT_CLR_TIMERS, 1u << number % 2);
    hw_set(base_of(number), TIMG_TCONFIG_ALARM_EN, 1);
    timer->handler(timer->ctx);
}

void timer_every(unsigned timer, uint32_t us, interrupt_fn handler, void *ctx)
{
    uint32_t base = base_of(timer), group = group_of(timer);
    timer_stop(timer);
    timers[timer] = (struct timer){handler, ctx};
    load_zero(base);
    hw_write(base + TIMG_TALARMLO, us);
    hw_write(base + TIMG_TALARMHI, 0);
    hw_write(group + TIMG_INT_CLR_TIMERS, 1u << timer % 2);
    interrupt_connect(source_of(timer), 1, on_interrupt, &timers[timer]);
    hw_write(group + TIMG_INT_ENA_TIMERS, hw_read(group + TIMG_INT_ENA_TIMERS) | 1u << timer % 2);
    hw_write(base + TIMG_TCONFIG, config() | hw_field(TIMG_TCONFIG_AUTORELOAD, 1) |
                                      hw_field(TIMG_TCONFIG_LEVEL_INT_EN, 1) | hw_field(TIMG_TCONFIG_ALARM_EN, 1));
}

void timer_stop(unsigned timer)
{
    uint32_t group = group_of(timer);
    hw_write(base_of(timer) + TIMG_TCONFIG, 0);
    hw_write(group + TIMG_INT_ENA_TIMERS, hw_read(group + TIMG_INT_ENA_TIMERS) & ~(1u << timer % 2));
    if (timers[timer].handler) {
        interrupt_disconnect(source_of(timer));
        timers[timer].handler = NULL;
    }
}
