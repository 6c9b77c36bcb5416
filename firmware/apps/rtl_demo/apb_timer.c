/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/apps/rtl_demo/apb_timer.h"

static void on_interrupt(void *ctx)
{
    const struct apb_timer *timer = ctx;
    hw_write(timer->base + APB_TIMER_STATUS, hw_field(APB_TIMER_STATUS_MATCH, 1));
    timer->matched(timer->ctx);
}

bool apb_timer_probe(const struct apb_timer *timer)
{
    return hw_read(timer->base + APB_TIMER_ID) == APB_TIMER_IS_THERE;
}

void apb_timer_start(struct apb_timer *timer, uint32_t cycles)
{
    hw_write(timer->base + APB_TIMER_PRESCALE, 0);
    hw_write(timer->base + APB_TIMER_PERIOD, cycles - 1);
    hw_write(timer->base + APB_TIMER_STATUS, UINT32_MAX);
    interrupt_connect(timer->source, 1, on_interrupt, timer);
    hw_write(timer->base + APB_TIMER_CTRL, hw_field(APB_TIMER_CTRL_ENABLE, 1) | hw_field(APB_TIMER_CTRL_PERIODIC, 1) |
                                               hw_field(APB_TIMER_CTRL_MATCH_IE, 1));
}

void apb_timer_stop(struct apb_timer *timer)
{
    hw_write(timer->base + APB_TIMER_CTRL, 0);
    interrupt_disconnect(timer->source);
}

void apb_timer_capture(const struct apb_timer *timer, bool on)
{
    hw_set(timer->base, APB_TIMER_CTRL_CAPTURE, on);
}

bool apb_timer_stamp(const struct apb_timer *timer, uint32_t *cycles)
{
    if (!hw_get(timer->base, APB_TIMER_STATUS_STAMPED))
        return false;
    *cycles = hw_read(timer->base + APB_TIMER_FIFO);
    return true;
}
