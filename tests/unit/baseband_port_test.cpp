/* SPDX-License-Identifier: Apache-2.0 */
/* Basebands on a common medium: what their registers say about who else is on the air. Node and air have queues of
 * their own; which of them is run first must not matter. */
#include "sc_top/node/baseband_port.h"

#include <algorithm>
#include <memory>

#include "rf_channel/propagation.h"
#include "tests/device/baseband_bench.h"

namespace
{

enum { INTERFERER, LISTENER, NODES };
enum class order { air_first, node_first };

class BasebandPort : public baseband_bench
{
  protected:
    struct evq *air = nullptr;
    struct rf_propagation *propagation = nullptr;
    struct rf_error_model *errors = nullptr;
    struct rf_medium *medium = nullptr;
    struct rf_radio *sender = nullptr, *radio = nullptr;
    struct baseband_port *port = nullptr;
    sim_time quantum = SIM_US(1);
    order order_of_queues = order::air_first;

    void SetUp() override
    {
        static const struct rf_radio_ops ops = {};
        baseband_bench::SetUp();
        auto path = rf_propagation_defaults();
        path.path = RF_PATH_FIXED;
        path.fixed_loss_db = 70;
        auto config = rf_medium_defaults();
        air = evq_create();
        propagation = rf_propagation_create(&path, NODES);
        errors = rf_error_model_create(RF_ERROR_TABLE);
        medium = rf_medium_create(&config, air, propagation, errors);
        sender = rf_radio_attach(medium, INTERFERER, 6, &ops, nullptr);
        radio = rf_radio_attach(medium, LISTENER, 6, &ops, nullptr);
        port = baseband_port_create(bb.get(), nullptr, medium, radio, LISTENER);
    }
    void TearDown() override
    {
        baseband_port_destroy(port);
        rf_medium_destroy(medium);
        rf_error_model_destroy(errors);
        rf_propagation_destroy(propagation);
        evq_destroy(air);
        baseband_bench::TearDown();
    }

    void run_both_for(sim_time duration)
    {
        for (sim_time end = bench.now + duration; bench.now < end;) {
            sim_time next = std::min(bench.now + quantum, end);
            if (order_of_queues == order::air_first)
                evq_run(air, next);
            bench.run_to(next);
            if (order_of_queues == order::node_first)
                evq_run(air, next);
        }
    }
    double noise_floor()
    {
        pulse(bb->agc.dev, AGC_NOISE_START);
        run_both_for(SIM_US(82));
        EXPECT_TRUE(field(bb->agc.dev, AGC_NOISE_READY));
        return (static_cast<int>(field(bb->agc.dev, AGC_NOISE_FLOOR_VALUE)) - 1024) / 4.0;
    }
    // Part of a millisecond.
    double busy_part()
    {
        put(bb->dev, BB_CCA_CONTROL_PERIOD, 80000);
        pulse(bb->dev, BB_CCA_CONTROL_START);
        run_both_for(SIM_US(1001));
        EXPECT_TRUE(field(bb->dev, BB_CCA_COUNT_DONE));
        return field(bb->dev, BB_CCA_COUNT_BUSY) / 80000.0;
    }
};

TEST_F(BasebandPort, AnEmptyChannelHasThermalNoise)
{
    EXPECT_NEAR(noise_floor(), -94.0, 0.25);
    EXPECT_EQ(busy_part(), 0.0);
}

TEST_F(BasebandPort, AnInterfererOnTheChannelRaisesTheNoiseFloor)
{
    rf_medium_burst(medium, INTERFERER, 2437, 20, 0, SIM_US(2000));
    EXPECT_NEAR(noise_floor(), -70.0, 0.3); /* 0 dBm less 70 dB */
    run_both_for(SIM_US(2000));
    EXPECT_NEAR(noise_floor(), -94.0, 0.25);
}

TEST_F(BasebandPort, AnInterfererOnAnotherChannelDoesNot)
{
    rf_medium_burst(medium, INTERFERER, 2472, 20, 0, SIM_US(2000));
    EXPECT_NEAR(noise_floor(), -94.0, 0.25);
}

/* 54 bytes at 1 Mbit/s are 624 us with preamble and header. */
TEST_F(BasebandPort, AFramesTimeIsBusy)
{
    ASSERT_TRUE(rf_radio_transmit(sender, {RF_RATE_DSSS_1, false}, 54, nullptr, 20));
    EXPECT_NEAR(busy_part(), 0.624, 0.02);
}

/* Energy changes at any picosecond; the queues are run in either order, and with the longest quantum allowed. */
TEST_F(BasebandPort, WhichQueueIsRunFirstDoesNotMatter)
{
    std::vector<std::pair<double, double>> results;
    for (order o : {order::air_first, order::node_first}) {
        TearDown();
        bench.now = 0;
        bench.env.evq = (evq_destroy(bench.env.evq), evq_create());
        bb.reset();
        SetUp();
        order_of_queues = o;
        rf_medium_burst(medium, INTERFERER, 2437, 20, -5, SIM_NS(30333));
        double floor = noise_floor();
        rf_radio_transmit(sender, {RF_RATE_DSSS_2, false}, 99, nullptr, 20);
        results.emplace_back(floor, busy_part());
    }
    EXPECT_EQ(results[0], results[1]);
}

} // namespace
