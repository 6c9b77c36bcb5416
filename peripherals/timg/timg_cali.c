/* SPDX-License-Identifier: Apache-2.0 */
/* Measures a slow clock in XTAL cycles. It waits for an edge of the slow clock, then counts XTAL cycles over MAX of its
 * cycles; a single measurement takes as long as on the chip, e.g. 6.8 ms for 1024 cycles of 150 kHz, which is a visible
 * part of a boot. A cycling one, on since reset, shows the last whole measurement and is computed when it is read: ROM
 * code recognises the crystal by it.
 * Source: ESP-IDF's rtc_time.c (behaviour); facts 3.2a, 4.6. */
#include "peripherals/timg/timg_priv.h"

#define REG_FILE "peripherals/timg/timg_regs.def"
#define REG_PREFIX TIMG
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

static const struct clock_domain *domain(const struct timg *timg, enum clock_id id)
{
    return &timg->dev.env->clocks->clock[id];
}

static uint64_t measured_cycles(const struct timg *timg, sim_time now)
{
    const struct timg_calibration *calibration = &timg->calibration;
    return clock_cycles(domain(timg, calibration->clock), now) / calibration->divider;
}

static sim_time measured_time(const struct timg *timg, uint64_t cycle)
{
    const struct timg_calibration *calibration = &timg->calibration;
    return clock_deadline(domain(timg, calibration->clock), cycle * calibration->divider);
}

static uint64_t window(const struct timg *timg)
{
    return reg_get(&timg->dev, TIMG_RTCCALICFG_RTC_CALI_MAX);
}

static void put_value(struct timg *timg, uint64_t xtal_cycles)
{
    reg_put(&timg->dev, TIMG_RTCCALICFG1_RTC_CALI_VALUE, (uint32_t)xtal_cycles);
}

static void schedule_end(struct timg *timg)
{
    sim_time at = measured_time(timg, timg->calibration.first + window(timg));
    evq_arm(timg->dev.env->evq, &timg->calibration.done, at);
}

/* From the next edge of the selected clock on. */
static void begin(struct timg *timg)
{
    static const struct {
        enum clock_id clock;
        unsigned divider;
    } selections[] = {{CLOCK_RTC_SLOW, 1}, {CLOCK_OSC_8M, 256}, {CLOCK_OSC_32K, 1}, {CLOCK_RTC_SLOW, 1}};
    struct timg_calibration *calibration = &timg->calibration;
    unsigned selected = reg_get(&timg->dev, TIMG_RTCCALICFG_RTC_CALI_CLK_SEL);
    calibration->clock = selections[selected].clock;
    calibration->divider = selections[selected].divider;
    calibration->first = measured_cycles(timg, timg->dev.now) + 1;
    calibration->xtal_first = clock_cycles(domain(timg, CLOCK_XTAL), measured_time(timg, calibration->first));
}

static void measured(void *ctx, sim_time now)
{
    struct timg *timg = ctx;
    timg->dev.now = now;
    put_value(timg, clock_cycles(domain(timg, CLOCK_XTAL), now) - timg->calibration.xtal_first);
    reg_put(&timg->dev, TIMG_RTCCALICFG_RTC_CALI_RDY, 1);
}

void timg_cali_config_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct timg *timg = timg_of(dev);
    (void)index;
    if (reg_field_of(written, TIMG_RTCCALICFG_RTC_CALI_START)) {
        if (reg_field_of(old, TIMG_RTCCALICFG_RTC_CALI_START))
            return;
        begin(timg);
        reg_put(dev, TIMG_RTCCALICFG_RTC_CALI_RDY, 0);
        schedule_end(timg);
    } else {
        evq_cancel(dev->env->evq, &timg->calibration.done);
        begin(timg);
    }
}

/* While it cycles: the last window of MAX cycles that has ended. */
uint32_t timg_cali_value_read(struct dev *dev, unsigned index, uint32_t stored)
{
    struct timg *timg = timg_of(dev);
    const struct timg_calibration *calibration = &timg->calibration;
    uint64_t cycles = measured_cycles(timg, dev->now), length = window(timg);
    (void)index;
    bool cycles_now = reg_get(dev, TIMG_RTCCALICFG_RTC_CALI_START_CYCLING) &&
                      !reg_get(dev, TIMG_RTCCALICFG_RTC_CALI_START) && length > 0;
    if (!cycles_now || cycles < calibration->first + length)
        return stored;
    uint64_t end = cycles - (cycles - calibration->first) % length;
    const struct clock_domain *xtal = domain(timg, CLOCK_XTAL);
    put_value(timg,
              clock_cycles(xtal, measured_time(timg, end)) - clock_cycles(xtal, measured_time(timg, end - length)));
    return reg_word(dev, TIMG_RTCCALICFG1);
}

void timg_cali_clock_changed(struct timg *timg, enum clock_id id)
{
    if (id == timg->calibration.clock && evq_is_scheduled(&timg->calibration.done))
        schedule_end(timg);
}

void timg_cali_reset(struct timg *timg)
{
    evq_cancel(timg->dev.env->evq, &timg->calibration.done);
    begin(timg);
}

void timg_cali_init(struct timg *timg)
{
    evq_event_init(&timg->calibration.done, measured, timg, EVQ_PHASE_DEVICE);
}
