/* SPDX-License-Identifier: Apache-2.0 */
/* A timer group on the bench, its interrupts and reset requests recorded; for timg_test and timg_wdt_test. */
#ifndef VESPER_TESTS_SUPPORT_TIMG_BENCH_H
#define VESPER_TESTS_SUPPORT_TIMG_BENCH_H

#include "peripherals/timg/timg.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/device_bench.h"

#define REG_FILE "peripherals/timg/timg_regs.def"
#define REG_PREFIX TIMG
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

/* A timer's registers, counted from its configuration register; the same for T0 (0x00) and T1 (0x24). */
enum timer_base : uint32_t { T0 = 0, T1 = 0x24 };

const uint32_t enable = 1u << 31, up = 1u << 30, autoreload = 1u << 29, edge_int = 1u << 12, level_int = 1u << 11,
               alarm_on = 1u << 10;

inline uint32_t divided_by(uint32_t divider)
{
    return divider << 13;
}

class TimerGroup : public ::testing::Test
{
  protected:
    device_bench bench;
    reset_recorder resets;
    struct timg timg;
    probe level[TIMG_UNITS], edge[TIMG_UNITS];

    void SetUp() override
    {
        build(0, false);
        bench.set_hz(CLOCK_APB, 80000000);
    }
    void build(unsigned group, bool flash_boot)
    {
        const struct timg_config config = {group, flash_boot, resets.port()};
        ASSERT_EQ(timg_init(&timg, &config, group ? "timg1" : "timg0", &bench.env), SIM_OK);
        for (unsigned unit = 0; unit < TIMG_UNITS; unit++) {
            timg.level[unit] = &level[unit].line;
            timg.edge[unit] = &edge[unit].line;
        }
    }
    void rebuild(unsigned group, bool flash_boot)
    {
        timg_fini(&timg);
        build(group, flash_boot);
    }
    void TearDown() override
    {
        timg_fini(&timg);
    }

    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&timg.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&timg.dev, offset, 4, bench.now);
    }
    void load(timer_base timer, uint64_t value)
    {
        write(TIMG_TLOADLO + timer, (uint32_t)value);
        write(TIMG_TLOADHI + timer, (uint32_t)(value >> 32));
        write(TIMG_TLOAD + timer, 1);
    }
    void set_alarm(timer_base timer, uint64_t value)
    {
        write(TIMG_TALARMLO + timer, (uint32_t)value);
        write(TIMG_TALARMHI + timer, (uint32_t)(value >> 32));
    }
    uint64_t count(timer_base timer)
    {
        write(TIMG_TUPDATE + timer, 1);
        return (uint64_t)read(TIMG_THI + timer) << 32 | read(TIMG_TLO + timer);
    }
};

#endif
