/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/ledc/ledc.h"

#include <string.h>

static void ledc_conf0_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void ledc_conf1_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void ledc_timer_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void ledc_conf_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void ledc_int_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t ledc_value_read(struct dev *dev, unsigned index, uint32_t stored);
static uint32_t ledc_int_raw_read(struct dev *dev, unsigned index, uint32_t stored);
static uint32_t ledc_int_st_read(struct dev *dev, unsigned index, uint32_t stored);

#define REG_FILE "peripherals/ledc/ledc_regs.def"
#define REG_PREFIX LEDC
#define REG_TABLE ledc_regs
#define REG_BLOCK "LEDC"
#define REG_SOURCE "ESP32 TRM, chapter LED PWM Controller"
#define REG_SIZE 0x200
#include "bus/reg_expand.h"

enum {
    CHANNEL_STRIDE = LEDC_HSCH1_CONF0 - LEDC_HSCH0_CONF0,
    TIMER_STRIDE = LEDC_HSTIMER1_CONF - LEDC_HSTIMER0_CONF,
    FIRST_LOW_SPEED_CHANNEL = 8,
    FIRST_LOW_SPEED_TIMER = 4,
    FIRST_CHANNEL_INTERRUPT = 8,
    MOST_BITS = 20,
    ONE = 256 /* of the divider */
};

static struct ledc *ledc_of(struct dev *dev)
{
    return (struct ledc *)dev; /* first member */
}

static uint32_t channel_get(const struct ledc_channel *channel, uint32_t place)
{
    return reg_get_at(&channel->ledc->dev, place, channel->number, CHANNEL_STRIDE);
}

static void channel_put(struct ledc_channel *channel, uint32_t place, uint32_t value)
{
    reg_put_at(&channel->ledc->dev, place, channel->number, CHANNEL_STRIDE, value);
}

static uint32_t timer_get(const struct ledc_timer *timer, uint32_t place)
{
    return reg_get_at(&timer->ledc->dev, place, timer->number, TIMER_STRIDE);
}

/* ---- Timers ---------------------------------------------------------------------------------------------------- */

static const struct clock_domain *clock_of(const struct ledc_timer *timer)
{
    return &timer->ledc->dev.env->clocks->clock[timer->clock];
}

/* Ticks since the timer was last at 0. A core that lags behind its sibling may look at a time before the origin. */
static uint64_t ticks_at(const struct ledc_timer *timer, sim_time now)
{
    uint64_t cycle = clock_cycles(clock_of(timer), now);
    if (!timer->running || cycle <= timer->origin)
        return timer->ticks;
    return timer->ticks + bits_muldiv(cycle - timer->origin, ONE, timer->divider);
}

static sim_time time_of_tick(const struct ledc_timer *timer, uint64_t tick)
{
    if (!timer->running)
        return SIM_TIME_NEVER;
    sim_u128 cycles = ((sim_u128)(tick - timer->ticks) * timer->divider + (ONE - 1)) / ONE + timer->origin;
    return cycles <= UINT64_MAX ? clock_deadline(clock_of(timer), (uint64_t)cycles) : SIM_TIME_NEVER;
}

static uint64_t period_at(const struct ledc_timer *timer, sim_time now)
{
    return ticks_at(timer, now) >> timer->bits;
}

static sim_time time_of_period(const struct ledc_timer *timer, uint64_t period)
{
    return time_of_tick(timer, period << timer->bits);
}

/* Makes the present tick the origin; what has passed of it stays counted. */
static void settle(struct ledc_timer *timer, sim_time now)
{
    uint64_t passed = ticks_at(timer, now) - timer->ticks, cycle = clock_cycles(clock_of(timer), now);
    if (timer->running && cycle > timer->origin)
        timer->origin += (uint64_t)(((sim_u128)passed * timer->divider + (ONE - 1)) / ONE);
    timer->ticks += passed;
}

/* ---- Interrupts ------------------------------------------------------------------------------------------------ */

static uint32_t raw_at(const struct ledc *ledc, sim_time now)
{
    uint32_t raw = reg_word(&ledc->dev, LEDC_INT_RAW);
    for (unsigned i = 0; i < LEDC_TIMERS; i++)
        raw |= (uint32_t)(period_at(&ledc->timer[i], now) > ledc->timer[i].seen) << i;
    return raw;
}

/* The next overflow is of interest when its interrupt is enabled and not there already. */
static void update_irq(struct ledc *ledc)
{
    struct dev *dev = &ledc->dev;
    uint32_t raw = raw_at(ledc, dev->now), enabled = reg_word(dev, LEDC_INT_ENA);
    line_set(ledc->irq, (raw & enabled) != 0, dev->now);
    for (unsigned i = 0; i < LEDC_TIMERS; i++) {
        struct ledc_timer *timer = &ledc->timer[i];
        bool wanted = (enabled & ~raw) >> i & 1;
        evq_arm(dev->env->evq, &timer->overflow, wanted ? time_of_period(timer, timer->seen + 1) : SIM_TIME_NEVER);
    }
}

static void overflow_due(void *ctx, sim_time now)
{
    struct ledc_timer *timer = ctx;
    timer->ledc->dev.now = now;
    update_irq(timer->ledc);
}

static uint32_t ledc_int_raw_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    return raw_at(ledc_of(dev), dev->now);
}

static uint32_t ledc_int_st_read(struct dev *dev, unsigned index, uint32_t stored)
{
    (void)index, (void)stored;
    return raw_at(ledc_of(dev), dev->now) & reg_word(dev, LEDC_INT_ENA);
}

/* INT_ENA and INT_CLR. */
static void ledc_int_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct ledc *ledc = ledc_of(dev);
    (void)index, (void)old;
    if (dev->offset == LEDC_INT_CLR) {
        reg_put_word(dev, LEDC_INT_RAW, reg_word(dev, LEDC_INT_RAW) & ~written);
        for (unsigned i = 0; i < LEDC_TIMERS; i++)
            if (bits_test(written, i))
                ledc->timer[i].seen = period_at(&ledc->timer[i], dev->now);
    }
    update_irq(ledc);
}

/* ---- Waveforms ------------------------------------------------------------------------------------------------- */

static uint64_t length_in_period(const struct ledc_channel *channel, uint64_t period)
{
    return (channel->duty >> 4) + ((period & 15) < (channel->duty & 15));
}

/* From hpoint on for so many counts, cut at the end of the period. */
static bool is_high(const struct ledc_channel *channel, uint64_t tick)
{
    uint64_t period = tick >> channel->timer->bits, count = tick - (period << channel->timer->bits);
    return count >= channel->hpoint && count < channel->hpoint + length_in_period(channel, period);
}

bool ledc_channel_level(void *ctx, sim_time now)
{
    const struct ledc_channel *channel = ctx;
    return channel->enabled ? is_high(channel, ticks_at(channel->timer, now)) : channel->idle_level;
}

/* The first tick after `tick` at which the level may change: hpoint, the end of the pulse, the end of the period. */
static uint64_t next_edge(const struct ledc_channel *channel, uint64_t tick)
{
    unsigned bits = channel->timer->bits;
    uint64_t period = tick >> bits, start = period << bits, end = start + (UINT64_C(1) << bits);
    uint64_t rise = start + channel->hpoint, fall = rise + length_in_period(channel, period);
    if (tick < rise && rise < end)
        return rise;
    return tick < fall && fall < end ? fall : end;
}

static void show(struct ledc_channel *channel)
{
    struct dev *dev = &channel->ledc->dev;
    sim_time at = SIM_TIME_NEVER;
    if (channel->watched) {
        line_set(channel->out, ledc_channel_level(channel, dev->now), dev->now);
        if (channel->enabled)
            at = time_of_tick(channel->timer, next_edge(channel, ticks_at(channel->timer, dev->now)));
    }
    evq_arm(dev->env->evq, &channel->edge, at);
}

static void edge_due(void *ctx, sim_time now)
{
    struct ledc_channel *channel = ctx;
    channel->ledc->dev.now = now;
    show(channel);
}

void ledc_channel_watch(void *ctx, bool wanted, sim_time now)
{
    struct ledc_channel *channel = ctx;
    channel->ledc->dev.now = now;
    channel->watched = wanted;
    show(channel);
}

/* ---- Duty ------------------------------------------------------------------------------------------------------ */

static void schedule_change(struct ledc_channel *channel)
{
    evq_arm(channel->ledc->dev.env->evq, &channel->change,
            channel->changing ? time_of_period(channel->timer, channel->next_period) : SIM_TIME_NEVER);
}

static void begin_duty(struct ledc_channel *channel)
{
    channel->begun = true;
    channel->hpoint = channel_get(channel, LEDC_HSCH0_HPOINT_HPOINT_HSCH0);
    channel->duty = channel_get(channel, LEDC_HSCH0_DUTY_DUTY_HSCH0);
    channel->steps_left = channel_get(channel, LEDC_HSCH0_CONF1_DUTY_NUM_HSCH0);
}

static void step_duty(struct ledc_channel *channel)
{
    uint32_t scale = channel_get(channel, LEDC_HSCH0_CONF1_DUTY_SCALE_HSCH0) << 4;
    bool up = channel_get(channel, LEDC_HSCH0_CONF1_DUTY_INC_HSCH0);
    channel->duty = (up ? channel->duty + scale : channel->duty - scale) & bits_mask(25);
    channel->steps_left--;
}

static void end_change(struct ledc_channel *channel)
{
    struct dev *dev = &channel->ledc->dev;
    channel->changing = false;
    channel_put(channel, LEDC_HSCH0_CONF1_DUTY_START_HSCH0, 0);
    reg_put_word(dev, LEDC_INT_RAW, reg_word(dev, LEDC_INT_RAW) | 1u << (FIRST_CHANNEL_INTERRUPT + channel->number));
    update_irq(channel->ledc);
}

static void change_due(void *ctx, sim_time now)
{
    struct ledc_channel *channel = ctx;
    uint32_t cycle = channel_get(channel, LEDC_HSCH0_CONF1_DUTY_CYCLE_HSCH0);
    channel->ledc->dev.now = now;
    if (!channel->begun)
        begin_duty(channel);
    else if (channel->steps_left > 0)
        step_duty(channel);
    channel_put(channel, LEDC_HSCH0_DUTY_R_DUTY_HSCH0, channel->duty);
    channel->next_period = period_at(channel->timer, now) + (cycle ? cycle : 1);
    if (channel->steps_left == 0)
        end_change(channel);
    schedule_change(channel);
    show(channel);
}

/* ---- Settings -------------------------------------------------------------------------------------------------- */

/* After whatever a timer's time depends on. */
static void timer_changed(struct ledc_timer *timer)
{
    struct ledc *ledc = timer->ledc;
    for (unsigned i = 0; i < LEDC_CHANNELS; i++)
        if (ledc->channel[i].timer == timer) {
            schedule_change(&ledc->channel[i]);
            show(&ledc->channel[i]);
        }
    update_irq(ledc);
}

static void apply_channel(struct ledc_channel *channel)
{
    unsigned first = channel->number < FIRST_LOW_SPEED_CHANNEL ? 0 : FIRST_LOW_SPEED_TIMER;
    struct ledc_timer *timer = &channel->ledc->timer[first + channel_get(channel, LEDC_HSCH0_CONF0_TIMER_SEL_HSCH0)];
    bool starts = channel_get(channel, LEDC_HSCH0_CONF1_DUTY_START_HSCH0);
    channel->enabled = channel_get(channel, LEDC_HSCH0_CONF0_SIG_OUT_EN_HSCH0);
    channel->idle_level = channel_get(channel, LEDC_HSCH0_CONF0_IDLE_LV_HSCH0);
    if (timer != channel->timer || (starts && !channel->changing))
        channel->next_period = period_at(timer, channel->ledc->dev.now) + 1;
    if (starts && !channel->changing)
        channel->begun = false;
    channel->timer = timer;
    channel->changing = starts;
    schedule_change(channel);
    show(channel);
}

static struct ledc_channel *channel_at(struct dev *dev)
{
    return &ledc_of(dev)->channel[dev->offset / CHANNEL_STRIDE];
}

static void ledc_conf0_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct ledc_channel *channel = channel_at(dev);
    (void)index, (void)old;
    if (channel->number < FIRST_LOW_SPEED_CHANNEL || reg_field_of(written, LEDC_LSCH0_CONF0_PARA_UP_LSCH0))
        apply_channel(channel);
}

/* DUTY_START written anew begins anew, also while a change is under way. */
static void ledc_conf1_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct ledc_channel *channel = channel_at(dev);
    (void)index, (void)old, (void)written;
    channel->changing = false;
    if (channel->number < FIRST_LOW_SPEED_CHANNEL)
        apply_channel(channel);
    else
        schedule_change(channel);
}

/* What waits for another period waits for the next one. */
static void first_period(struct ledc_timer *timer)
{
    for (unsigned i = 0; i < LEDC_CHANNELS; i++)
        if (timer->ledc->channel[i].timer == timer)
            timer->ledc->channel[i].next_period = 1;
}

static enum clock_id clock_selected(const struct ledc_timer *timer)
{
    const struct dev *dev = &timer->ledc->dev;
    if (!timer_get(timer, LEDC_HSTIMER0_CONF_TICK_SEL_HSTIMER0))
        return CLOCK_REF_TICK;
    bool apb = timer->number < FIRST_LOW_SPEED_TIMER || reg_get(dev, LEDC_CONF_APB_CLK_SEL);
    return apb ? CLOCK_APB : CLOCK_OSC_8M;
}

/* A counter of another width goes on with its lower bits, and counts its periods anew. */
static void set_bits(struct ledc_timer *timer, unsigned bits)
{
    struct dev *dev = &timer->ledc->dev;
    if (bits == timer->bits)
        return;
    uint32_t overflowed = (uint32_t)(timer->ticks >> timer->bits > timer->seen) << timer->number;
    reg_put_word(dev, LEDC_INT_RAW, reg_word(dev, LEDC_INT_RAW) | overflowed);
    timer->ticks &= (UINT64_C(1) << (bits < timer->bits ? bits : timer->bits)) - 1;
    timer->bits = bits;
    timer->seen = 0;
    first_period(timer);
}

/* take_over: DUTY_RES and DIV_NUM, too. The period so far counts in ticks of the new length. */
static void apply_timer(struct ledc_timer *timer, bool take_over)
{
    struct dev *dev = &timer->ledc->dev;
    bool held = timer_get(timer, LEDC_HSTIMER0_CONF_HSTIMER0_RST);
    settle(timer, dev->now);
    enum clock_id clock = clock_selected(timer);
    if (clock != timer->clock || !timer->running)
        timer->origin = clock_cycles(&dev->env->clocks->clock[clock], dev->now);
    timer->clock = clock;
    if (take_over) {
        uint32_t bits = timer_get(timer, LEDC_HSTIMER0_CONF_HSTIMER0_DUTY_RES);
        uint32_t divider = timer_get(timer, LEDC_HSTIMER0_CONF_DIV_NUM_HSTIMER0);
        set_bits(timer, bits > MOST_BITS ? MOST_BITS : bits);
        timer->divider = divider < ONE ? ONE : divider;
    }
    if (held) {
        timer->ticks = timer->seen = 0;
        first_period(timer);
    }
    timer->running = !held && !timer_get(timer, LEDC_HSTIMER0_CONF_HSTIMER0_PAUSE);
    timer_changed(timer);
}

static struct ledc_timer *timer_at(struct dev *dev)
{
    return &ledc_of(dev)->timer[(dev->offset - LEDC_HSTIMER0_CONF) / TIMER_STRIDE];
}

static void ledc_timer_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct ledc_timer *timer = timer_at(dev);
    (void)index, (void)old;
    apply_timer(timer,
                timer->number < FIRST_LOW_SPEED_TIMER || reg_field_of(written, LEDC_LSTIMER0_CONF_LSTIMER0_PARA_UP));
}

static void ledc_conf_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    for (unsigned i = FIRST_LOW_SPEED_TIMER; i < LEDC_TIMERS; i++)
        apply_timer(&ledc_of(dev)->timer[i], false);
}

static uint32_t ledc_value_read(struct dev *dev, unsigned index, uint32_t stored)
{
    const struct ledc_timer *timer = timer_at(dev);
    (void)index, (void)stored;
    return (uint32_t)(ticks_at(timer, dev->now) & ((UINT64_C(1) << timer->bits) - 1));
}

/* ---- Device ---------------------------------------------------------------------------------------------------- */

static void clock_changed(void *ctx, enum clock_id id, sim_time at)
{
    struct ledc *ledc = ctx;
    ledc->dev.now = at;
    for (unsigned i = 0; i < LEDC_TIMERS; i++)
        if (ledc->timer[i].clock == id)
            timer_changed(&ledc->timer[i]);
}

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct ledc *ledc = ledc_of(dev);
    (void)kind;
    for (unsigned i = 0; i < LEDC_CHANNELS; i++) {
        struct ledc_channel *channel = &ledc->channel[i];
        channel->hpoint = channel->duty = channel->steps_left = 0;
        channel->changing = false;
    }
    for (unsigned i = 0; i < LEDC_TIMERS; i++)
        apply_timer(&ledc->timer[i], true);
    for (unsigned i = 0; i < LEDC_CHANNELS; i++)
        apply_channel(&ledc->channel[i]);
    update_irq(ledc);
}

static const struct dev_ops ops = {.regs = &ledc_regs, .reset = reset};

enum sim_status ledc_init(struct ledc *ledc, const char *name, struct dev_env *env)
{
    memset(ledc, 0, sizeof *ledc);
    SIM_TRY(dev_init(&ledc->dev, &ops, name, env));
    for (unsigned i = 0; i < LEDC_TIMERS; i++) {
        struct ledc_timer *timer = &ledc->timer[i];
        *timer = (struct ledc_timer){.ledc = ledc, .number = i, .divider = ONE, .clock = CLOCK_REF_TICK};
        evq_event_init(&timer->overflow, overflow_due, timer, EVQ_PHASE_DEVICE);
    }
    for (unsigned i = 0; i < LEDC_CHANNELS; i++) {
        struct ledc_channel *channel = &ledc->channel[i];
        channel->ledc = ledc;
        channel->number = i;
        channel->timer = &ledc->timer[i < FIRST_LOW_SPEED_CHANNEL ? 0 : FIRST_LOW_SPEED_TIMER];
        evq_event_init(&channel->change, change_due, channel, EVQ_PHASE_DEVICE);
        evq_event_init(&channel->edge, edge_due, channel, EVQ_PHASE_DEVICE);
    }
    clock_tree_listen(env->clocks, clock_changed, ledc);
    dev_reset(&ledc->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void ledc_fini(struct ledc *ledc)
{
    struct evq *evq = ledc->dev.env->evq;
    for (unsigned i = 0; i < LEDC_TIMERS; i++)
        evq_cancel(evq, &ledc->timer[i].overflow);
    for (unsigned i = 0; i < LEDC_CHANNELS; i++) {
        evq_cancel(evq, &ledc->channel[i].change);
        evq_cancel(evq, &ledc->channel[i].edge);
    }
    dev_fini(&ledc->dev);
}
