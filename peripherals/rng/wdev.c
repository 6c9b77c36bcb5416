/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/rng/wdev.h"

#include <string.h>

static uint32_t wdev_random_read(struct dev *dev, unsigned index, uint32_t stored);

#define REG_FILE "peripherals/rng/rng_regs.def"
#define REG_PREFIX RNG
#define REG_TABLE rng_regs
#define REG_BLOCK "RNG"
#define REG_SOURCE "ESP32 TRM, chapter Random Number Generator"
#define REG_SIZE 0x1000
#include "bus/reg_expand.h"

static uint32_t wdev_random_read(struct dev *dev, unsigned index, uint32_t stored)
{
    struct wdev *wdev = (struct wdev *)dev; /* first member */
    (void)index, (void)stored;
    reg_put_word(dev, RNG_DATA, rng_u32(&wdev->random));
    return reg_word(dev, RNG_DATA);
}

static uint32_t read_gap(struct dev *dev, uint32_t offset)
{
    dev_say_once(dev, LOG_UNIMPL, offset, "read of a word of WDEV that is not known: as written, at first 0");
    return reg_word(dev, offset);
}

static void write_gap(struct dev *dev, uint32_t offset, uint32_t value)
{
    dev_say_once(dev, LOG_UNIMPL, offset, "write to a word of WDEV that is not known: kept, without effect");
    reg_put_word(dev, offset, value);
}

static const struct dev_ops ops = {.regs = &rng_regs, .read_gap = read_gap, .write_gap = write_gap};

enum sim_status wdev_init(struct wdev *wdev, const char *name, struct dev_env *env)
{
    memset(wdev, 0, sizeof *wdev);
    SIM_TRY(dev_init(&wdev->dev, &ops, name, env));
    rng_init(&wdev->random, env->seed, env->node, "rng.data");
    return SIM_OK;
}

void wdev_fini(struct wdev *wdev)
{
    dev_fini(&wdev->dev);
}
