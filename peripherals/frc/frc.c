/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/frc/frc.h"

#include <string.h>

static void frc_load_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t frc_count_read(struct dev *dev, unsigned index, uint32_t stored);
static void frc_ctrl_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void frc_int_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void frc_alarm_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/frc/frc_regs.def"
#define REG_PREFIX FRC
#define REG_TABLE frc_regs
#define REG_BLOCK "FRC_TIMER"
#define REG_SOURCE "ESP-IDF, soc/frc_timer_reg.h"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

enum { TIMER_STRIDE = FRC_TIMER2_LOAD - FRC_TIMER1_LOAD };

static unsigned number_of(const struct frc_timer *timer)
{
    return (unsigned)(timer - timer->frc->timer);
}

static struct frc_timer *accessed_timer(struct dev *dev)
{
    return &((struct frc *)dev)->timer[dev->offset / TIMER_STRIDE];
}

/* A register of this timer that both have, named as timer 1's. */
static uint32_t word_of(const struct frc_timer *timer, uint32_t timer1_offset)
{
    return reg_word(&timer->frc->dev, timer1_offset + number_of(timer) * TIMER_STRIDE);
}

static void put_pending(struct frc_timer *timer, bool pending)
{
    reg_put_at(&timer->frc->dev, FRC_TIMER1_CTRL_INT_STATUS, number_of(timer), TIMER_STRIDE, pending);
}

static void update_level(struct frc_timer *timer)
{
    uint32_t ctrl = word_of(timer, FRC_TIMER1_CTRL);
    bool level = reg_field_of(ctrl, FRC_TIMER1_CTRL_LEVEL_INT) && reg_field_of(ctrl, FRC_TIMER1_CTRL_INT_STATUS);
    line_set(timer->frc->irq[number_of(timer)], level || evq_is_scheduled(&timer->pulse_end), timer->frc->dev.now);
}

static void interrupt(struct frc_timer *timer)
{
    const struct dev *dev = &timer->frc->dev;
    put_pending(timer, true);
    if (!reg_field_of(word_of(timer, FRC_TIMER1_CTRL), FRC_TIMER1_CTRL_LEVEL_INT)) {
        const struct clock_domain *apb = &dev->env->clocks->clock[CLOCK_APB];
        evq_schedule(dev->env->evq, &timer->pulse_end, clock_time(apb, clock_cycles(apb, dev->now) + 1));
    }
    update_level(timer);
}

static void pulse_ends(void *ctx, sim_time now)
{
    struct frc_timer *timer = ctx;
    timer->frc->dev.now = now;
    update_level(timer);
}

static void trace_count(struct frc_timer *timer)
{
    const struct dev *dev = &timer->frc->dev;
    if (timer->count_signal)
        trace_change(dev->env->trace, timer->count_signal, dev->now, tick_counter_value(&timer->counter, dev->now));
}

/* Ticks until the count becomes what interrupts; it stands there already: a full turn. */
static uint64_t ticks_to_alarm(const struct frc_timer *timer)
{
    const struct dev *dev = &timer->frc->dev;
    uint64_t count = tick_counter_value(&timer->counter, dev->now);
    uint64_t ticks = timer->counter.up ? reg_word(dev, FRC_TIMER2_ALARM) - count : count;
    ticks &= timer->counter.mask;
    return ticks ? ticks : timer->counter.mask + 1;
}

static void schedule_alarm(struct frc_timer *timer)
{
    const struct dev *dev = &timer->frc->dev;
    evq_arm(dev->env->evq, &timer->alarm, tick_counter_after(&timer->counter, ticks_to_alarm(timer), dev->now));
    trace_count(timer);
}

static void alarm_due(void *ctx, sim_time now)
{
    struct frc_timer *timer = ctx;
    timer->frc->dev.now = now;
    if (reg_field_of(word_of(timer, FRC_TIMER1_CTRL), FRC_TIMER1_CTRL_AUTOLOAD))
        tick_counter_load(&timer->counter, word_of(timer, FRC_TIMER1_LOAD), now);
    schedule_alarm(timer);
    interrupt(timer);
}

static void frc_load_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct frc_timer *timer = accessed_timer(dev);
    (void)index, (void)old, (void)written;
    tick_counter_load(&timer->counter, word_of(timer, FRC_TIMER1_LOAD), dev->now);
    schedule_alarm(timer);
}

static uint32_t frc_count_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    return (uint32_t)tick_counter_value(&accessed_timer(dev)->counter, dev->now);
}

static void configure(struct frc_timer *timer)
{
    static const uint32_t divider[4] = {1, 16, 256, 256};
    const struct dev *dev = &timer->frc->dev;
    uint32_t ctrl = word_of(timer, FRC_TIMER1_CTRL);
    tick_counter_divide(&timer->counter, divider[reg_field_of(ctrl, FRC_TIMER1_CTRL_PRESCALER) >> 1], dev->now);
    tick_counter_run(&timer->counter, reg_field_of(ctrl, FRC_TIMER1_CTRL_ENABLE), dev->now);
    schedule_alarm(timer);
    update_level(timer);
}

static void frc_ctrl_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    configure(accessed_timer(dev));
}

static void frc_int_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct frc_timer *timer = accessed_timer(dev);
    (void)index, (void)old;
    if (reg_field_of(written, FRC_TIMER1_INT_CLR))
        put_pending(timer, false);
    update_level(timer);
}

static void frc_alarm_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    schedule_alarm(accessed_timer(dev));
}

static void clock_changed(void *ctx, enum clock_id id, sim_time at)
{
    struct frc *frc = ctx;
    frc->dev.now = at;
    for (unsigned i = 0; i < FRC_TIMERS && id == CLOCK_APB; i++)
        schedule_alarm(&frc->timer[i]);
}

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct frc *frc = (struct frc *)dev;
    (void)kind;
    for (unsigned i = 0; i < FRC_TIMERS; i++) {
        struct frc_timer *timer = &frc->timer[i];
        tick_counter_init(&timer->counter, &dev->env->clocks->clock[CLOCK_APB], i == 0 ? 23 : 32);
        tick_counter_direction(&timer->counter, i == 1, dev->now);
        evq_cancel(dev->env->evq, &timer->pulse_end);
        configure(timer);
    }
}

static const struct dev_ops ops = {.regs = &frc_regs, .reset = reset};

enum sim_status frc_init(struct frc *frc, const char *name, struct dev_env *env)
{
    static const char *const signals[FRC_TIMERS] = {"timer1_count", "timer2_count"};
    char scope[96];
    memset(frc, 0, sizeof *frc);
    SIM_TRY(dev_init(&frc->dev, &ops, name, env));
    dev_path(&frc->dev, scope, sizeof scope);
    for (unsigned i = 0; i < FRC_TIMERS; i++) {
        struct frc_timer *timer = &frc->timer[i];
        timer->frc = frc;
        evq_event_init(&timer->alarm, alarm_due, timer, EVQ_PHASE_DEVICE);
        evq_event_init(&timer->pulse_end, pulse_ends, timer, EVQ_PHASE_DEVICE);
        timer->count_signal = trace_declare(env->trace, scope, signals[i], TRACE_BITS, 32);
    }
    clock_tree_listen(env->clocks, clock_changed, frc);
    dev_reset(&frc->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void frc_fini(struct frc *frc)
{
    for (unsigned i = 0; i < FRC_TIMERS; i++) {
        evq_cancel(frc->dev.env->evq, &frc->timer[i].alarm);
        evq_cancel(frc->dev.env->evq, &frc->timer[i].pulse_end);
    }
    dev_fini(&frc->dev);
}
