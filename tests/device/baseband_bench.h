// SPDX-License-Identifier: Apache-2.0
// A baseband on a bench: its blocks by name, and an air that a test decides about.
#ifndef VESPER_TESTS_DEVICE_BASEBAND_BENCH_H
#define VESPER_TESTS_DEVICE_BASEBAND_BENCH_H

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "peripherals/baseband/baseband.h"
#include "tests/support/device_bench.h"

#define REG_FILE "peripherals/baseband/agc_regs.def"
#define REG_PREFIX AGC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/baseband/bb_regs.def"
#define REG_PREFIX BB
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#define REG_FILE "peripherals/baseband/fe_regs.def"
#define REG_PREFIX FE
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

class baseband_bench : public ::testing::Test
{
  protected:
    device_bench bench;
    std::unique_ptr<struct baseband> bb;

    // What is on the air at a time, and the looks that the device took.
    std::function<double(sim_time)> energy = [](sim_time) { return -94.0; };
    std::function<bool(sim_time)> busy = [](sim_time) { return false; };
    std::vector<std::pair<enum baseband_survey_id, sim_time>> looks;

    void SetUp() override
    {
        build();
    }
    void TearDown() override
    {
        baseband_fini(bb.get());
    }
    void build()
    {
        if (bb)
            baseband_fini(bb.get());
        bb = std::make_unique<struct baseband>();
        ASSERT_EQ(baseband_init(bb.get(), "baseband", &bench.env), SIM_OK);
    }

    // An air of its own queue, which answers between two steps of the bench, as the real one between two quanta.
    void connect_air()
    {
        const struct baseband_air air = {this, [](void *ctx, enum baseband_survey_id which, sim_time at) {
                                             auto *self = static_cast<baseband_bench *>(ctx);
                                             EXPECT_GE(at, self->bench.now + BASEBAND_LATENCY);
                                             self->looks.emplace_back(which, at);
                                             for (auto &look : self->pending)
                                                 if (look.first == which) {
                                                     EXPECT_GT(look.second, self->bench.now + BASEBAND_LATENCY);
                                                     look.second = at;
                                                     return;
                                                 }
                                             self->pending.emplace_back(which, at);
                                         }};
        baseband_connect(bb.get(), &air);
    }
    void run_for(sim_time duration)
    {
        for (sim_time end = bench.now + duration; bench.now < end;) {
            bench.run_for(SIM_NS(500));
            std::vector<std::pair<enum baseband_survey_id, sim_time>> still;
            std::swap(still, pending);
            for (auto look : still)
                if (look.second > bench.now)
                    pending.push_back(look);
                else
                    baseband_looked(bb.get(), look.first, energy(look.second), busy(look.second), look.second);
        }
    }

    uint32_t read(struct dev &dev, uint32_t offset)
    {
        return dev_read(&dev, offset, 4, bench.now);
    }
    uint32_t field(struct dev &dev, uint32_t place)
    {
        return reg_field_of(read(dev, REG_PLACE_OFFSET(place)), place);
    }
    void write(struct dev &dev, uint32_t offset, uint32_t value)
    {
        dev_write(&dev, offset, 4, value, bench.now);
    }
    // Read, modify, write, as PHY code does it.
    void put(struct dev &dev, uint32_t place, uint32_t value)
    {
        uint32_t offset = REG_PLACE_OFFSET(place);
        write(dev, offset, bits_set(read(dev, offset), REG_PLACE_LSB(place), REG_PLACE_WIDTH(place), value));
    }
    void pulse(struct dev &dev, uint32_t place)
    {
        put(dev, place, 0);
        put(dev, place, 1);
    }

    // As PHY code drives an analog register: write, wait, take the request away.
    void pbus(unsigned module, unsigned reg, unsigned value)
    {
        put(bb->fe.dev, FE_PBUS_CONTROL_MODULE, module);
        put(bb->fe.dev, FE_PBUS_CONTROL_REG, reg);
        put(bb->fe.dev, FE_PBUS_CONTROL_DATA, value);
        put(bb->fe.dev, FE_PBUS_CONTROL_START, 1);
        while (field(bb->fe.dev, FE_PBUS_STATUS_BUSY))
            bench.run_for(SIM_NS(25));
        put(bb->fe.dev, FE_PBUS_CONTROL_START, 0);
    }

  private:
    std::vector<std::pair<enum baseband_survey_id, sim_time>> pending;
};

#endif
