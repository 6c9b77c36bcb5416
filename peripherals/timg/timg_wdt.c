/* SPDX-License-Identifier: Apache-2.0 */
/* The group's main watchdog: registers and actions around peripherals/timing/watchdog.h. */
#include "peripherals/timg/timg_priv.h"

#define REG_FILE "peripherals/timg/timg_regs.def"
#define REG_PREFIX TIMG
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

static bool is_locked(const struct dev *dev)
{
    return reg_word(dev, TIMG_WDTWPROTECT) != WATCHDOG_KEY;
}

static bool in_flash_boot(const struct timg *timg)
{
    return timg->config.flash_boot && timg->config.group == 0 &&
           reg_get(&timg->dev, TIMG_WDTCONFIG0_WDT_FLASHBOOT_MOD_EN);
}

static struct watchdog_setup setup_of(const struct timg *timg)
{
    static const uint32_t action[WATCHDOG_STAGES] = {TIMG_WDTCONFIG0_WDT_STG0, TIMG_WDTCONFIG0_WDT_STG1,
                                                     TIMG_WDTCONFIG0_WDT_STG2, TIMG_WDTCONFIG0_WDT_STG3};
    const struct dev *dev = &timg->dev;
    uint32_t prescale = reg_get(dev, TIMG_WDTCONFIG1_WDT_CLK_PRESCALE);
    struct watchdog_setup setup = {.running = reg_get(dev, TIMG_WDTCONFIG0_WDT_EN) || in_flash_boot(timg),
                                   .divider = prescale ? prescale : 65536};
    for (unsigned stage = 0; stage < WATCHDOG_STAGES; stage++) {
        setup.stage[stage].ticks = reg_word(dev, TIMG_WDTCONFIG2 + 4 * stage);
        setup.stage[stage].action = (enum watchdog_action)reg_get(dev, action[stage]);
    }
    /* TRM: flash boot protection resets the main system when stage 0 expires. */
    if (in_flash_boot(timg) && setup.stage[0].action == WATCHDOG_OFF)
        setup.stage[0].action = WATCHDOG_RESET_SYSTEM;
    return setup;
}

/* An interrupt stage can be noticed when it pulses the edge line, or raises a level that is not up already. */
static unsigned noticed_actions(const struct timg *timg)
{
    const struct dev *dev = &timg->dev;
    unsigned noticed = 1u << WATCHDOG_RESET_CPU | 1u << WATCHDOG_RESET_SYSTEM;
    bool level = reg_get(dev, TIMG_WDTCONFIG0_WDT_LEVEL_INT_EN) && !reg_get(dev, TIMG_INT_RAW_TIMERS_WDT_INT_RAW);
    if (level || reg_get(dev, TIMG_WDTCONFIG0_WDT_EDGE_INT_EN))
        noticed |= 1u << WATCHDOG_INTERRUPT;
    return noticed;
}

static void trace_stage(struct timg *timg)
{
    static const char *const names[] = {"stage 0", "stage 1", "stage 2", "stage 3"};
    const struct dev *dev = &timg->dev;
    uint64_t ticks;
    if (timg->stage_signal)
        trace_change_text(dev->env->trace, timg->stage_signal, dev->now,
                          timg->dog.setup.running ? names[watchdog_stage(&timg->dog, dev->now, &ticks)] : "off");
}

void timg_wdt_schedule(struct timg *timg)
{
    const struct dev *dev = &timg->dev;
    evq_arm(dev->env->evq, &timg->dog_event, watchdog_deadline(&timg->dog, noticed_actions(timg), dev->now));
    trace_stage(timg);
}

static void ask_for_reset(struct timg *timg, enum watchdog_action action)
{
    const struct dev *dev = &timg->dev;
    bool system = action == WATCHDOG_RESET_SYSTEM;
    enum reset_cause system_cause = timg->config.group ? RESET_CAUSE_TG1_WDT_SYSTEM : RESET_CAUSE_TG0_WDT_SYSTEM;
    const struct reset_request request = {
        .kind = system ? RESET_SYSTEM : RESET_CORES,
        .cause = system ? system_cause : RESET_CAUSE_TG_WDT_CPU,
        .cores = timg->config.group ? RESET_CORE_APP : RESET_CORE_PRO, /* TRM: each group resets its own CPU */
        .start = dev->now,
        .length = watchdog_reset_length(
            reg_get(dev, system ? TIMG_WDTCONFIG0_WDT_SYS_RESET_LENGTH : TIMG_WDTCONFIG0_WDT_CPU_RESET_LENGTH)),
    };
    reset_ask(&timg->config.reset, &request);
}

static void stage_ends(void *ctx, sim_time now)
{
    struct timg *timg = ctx;
    struct dev *dev = &timg->dev;
    dev->now = now;
    enum watchdog_action action = watchdog_expire(&timg->dog, now);
    if (action == WATCHDOG_INTERRUPT)
        timg_interrupt(timg, TIMG_WDT, reg_get(dev, TIMG_WDTCONFIG0_WDT_LEVEL_INT_EN),
                       reg_get(dev, TIMG_WDTCONFIG0_WDT_EDGE_INT_EN));
    timg_wdt_schedule(timg);
    if (action == WATCHDOG_RESET_CPU || action == WATCHDOG_RESET_SYSTEM)
        ask_for_reset(timg, action);
}

/* WDTCONFIG0 to WDTCONFIG5. */
void timg_wdt_config_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct timg *timg = timg_of(dev);
    (void)index, (void)written;
    if (is_locked(dev)) {
        reg_put_word(dev, dev->offset, old);
        return;
    }
    struct watchdog_setup setup = setup_of(timg);
    watchdog_configure(&timg->dog, &setup, dev->now);
    timg_wdt_schedule(timg);
}

void timg_wdt_feed_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct timg *timg = timg_of(dev);
    (void)index, (void)old, (void)written;
    if (is_locked(dev))
        return;
    watchdog_feed(&timg->dog, dev->now);
    timg_wdt_schedule(timg);
}

void timg_wdt_reset(struct timg *timg)
{
    watchdog_init(&timg->dog, &timg->dev.env->clocks->clock[CLOCK_APB]);
    struct watchdog_setup setup = setup_of(timg);
    watchdog_configure(&timg->dog, &setup, timg->dev.now);
    timg_wdt_schedule(timg);
}

void timg_wdt_init(struct timg *timg)
{
    evq_event_init(&timg->dog_event, stage_ends, timg, EVQ_PHASE_DEVICE);
}
