/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/syscon/syscon.h"

#include <string.h>

static void syscon_sysclk_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void syscon_tick_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/syscon/syscon_regs.def"
#define REG_PREFIX SYSCON
#define REG_TABLE syscon_regs
#define REG_BLOCK "APB_CTRL"
#define REG_SOURCE "ESP32 TRM, chapter Reset and Clock"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

static void set_ref_tick(struct syscon *syscon)
{
    static const uint32_t tick[] = {
        [CLOCK_FROM_XTAL] = SYSCON_XTAL_TICK_CONF_XTAL_TICK_NUM,
        [CLOCK_FROM_PLL] = SYSCON_PLL_TICK_CONF_PLL_TICK_NUM,
        [CLOCK_FROM_8M] = SYSCON_CK8M_TICK_CONF_CK8M_TICK_NUM,
        [CLOCK_FROM_APLL] = SYSCON_APLL_TICK_CONF_APLL_TICK_NUM,
    };
    struct clock_tree *clocks = syscon->dev.env->clocks;
    uint64_t divider = reg_get(&syscon->dev, tick[clocks->select.source]) + UINT64_C(1);
    clock_tree_set(clocks, CLOCK_REF_TICK, syscon->dev.now, clocks->clock[CLOCK_APB].hz / divider);
}

static void set_cpu_divider(struct syscon *syscon)
{
    struct clock_tree *clocks = syscon->dev.env->clocks;
    clocks->select.pre_div = (uint16_t)reg_get(&syscon->dev, SYSCON_SYSCLK_CONF_PRE_DIV_CNT);
    clock_tree_select(clocks, syscon->dev.now);
}

static void clock_changed(void *ctx, enum clock_id id, sim_time at)
{
    struct syscon *syscon = ctx;
    if (id != CLOCK_APB)
        return;
    syscon->dev.now = at;
    set_ref_tick(syscon);
}

static void syscon_sysclk_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    set_cpu_divider((struct syscon *)dev); /* first member */
}

static void syscon_tick_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index, (void)old, (void)written;
    set_ref_tick((struct syscon *)dev);
}

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct syscon *syscon = (struct syscon *)dev;
    (void)kind;
    if (syscon->config.chip_revision >= 3)
        reg_put_word(dev, SYSCON_DATE, reg_word(dev, SYSCON_DATE) | UINT32_C(1) << 31);
    set_cpu_divider(syscon);
    set_ref_tick(syscon);
}

static const struct dev_ops ops = {.regs = &syscon_regs, .reset = reset};

enum sim_status syscon_init(struct syscon *syscon, const struct syscon_config *config, const char *name,
                            struct dev_env *env)
{
    memset(syscon, 0, sizeof *syscon);
    syscon->config = *config;
    SIM_TRY(dev_init(&syscon->dev, &ops, name, env));
    clock_tree_listen(env->clocks, clock_changed, syscon);
    dev_reset(&syscon->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void syscon_fini(struct syscon *syscon)
{
    dev_fini(&syscon->dev);
}
