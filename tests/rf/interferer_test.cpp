// SPDX-License-Identifier: Apache-2.0
// Energy that is no Wi-Fi, as a receiver on channel 6 (2437 MHz) measures it through CCA.
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "rf_channel/interferer.h"

namespace
{

using Edges = std::vector<std::pair<sim_time, bool>>;

struct rf_radio_ops ops()
{
    struct rf_radio_ops o = {};
    o.cca = [](void *ctx, sim_time now, bool busy) { static_cast<Edges *>(ctx)->emplace_back(now, busy); };
    return o;
}

// CCA edges of a receiver 50 dB away during `until`.
Edges heard(const struct rf_interferer_config &config, sim_time until, unsigned channel = 6)
{
    static const struct rf_radio_ops callbacks = ops();
    Edges edges;
    auto path = rf_propagation_defaults();
    path.path = RF_PATH_FIXED;
    path.fixed_loss_db = 50;
    const auto settings = rf_medium_defaults();
    struct evq *q = evq_create();
    struct rf_propagation *air = rf_propagation_create(&path, 2);
    struct rf_error_model *errors = rf_error_model_create(RF_ERROR_TABLE);
    struct rf_medium *medium = rf_medium_create(&settings, q, air, errors);
    rf_radio_attach(medium, 0, channel, &callbacks, &edges);
    struct rf_interferer *source = rf_interferer_create(&config, medium, q);
    EXPECT_NE(source, nullptr);
    evq_run(q, until);
    rf_interferer_destroy(source);
    rf_medium_destroy(medium);
    rf_error_model_destroy(errors);
    rf_propagation_destroy(air);
    evq_destroy(q);
    return edges;
}

sim_time busy_time(const Edges &edges, sim_time until)
{
    sim_time sum = 0;
    for (size_t i = 0; i < edges.size(); i += 2)
        sum += (i + 1 < edges.size() ? edges[i + 1].first : until) - edges[i].first;
    return sum;
}

struct rf_interferer_config jammer(sim_time on)
{
    struct rf_interferer_config c = {};
    c.kind = RF_INTERFERER_JAMMER;
    c.node = 1;
    c.centre_mhz = 2437;
    c.width_mhz = 20;
    c.start = SIM_MS(1);
    c.period = SIM_MS(2);
    c.on = on;
    return c;
}

TEST(Jammer, IsOnForItsPartOfThePeriod)
{
    const Edges expected = {{SIM_MS(1), true}, {SIM_US(1500), false}, {SIM_MS(3), true}, {SIM_US(3500), false}};
    EXPECT_EQ(heard(jammer(SIM_US(500)), SIM_US(4900)), expected);
}

TEST(Jammer, WithoutABreakTheMediumNeverBecomesIdle)
{
    EXPECT_EQ(heard(jammer(SIM_MS(2)), SIM_S(3)), (Edges{{SIM_MS(1), true}}));
}

TEST(Jammer, DoesNotReachADistantChannel)
{
    EXPECT_TRUE(heard(jammer(SIM_US(500)), SIM_S(1), 12).empty());
}

TEST(Ble, HitsAWifiChannelInProportionToItsHops)
{
    // Of 37 data channels ten or so of 2 MHz fall into the 20 MHz of channel 6.
    const sim_time until = SIM_S(30);
    const Edges edges = heard(rf_interferer_ble(1), until);
    const double bursts = static_cast<double>(until / SIM_US(7500));
    EXPECT_NEAR(static_cast<double>(edges.size()) / 2 / bursts, 10.0 / 37, 0.05);
    EXPECT_EQ(edges[1].first - edges[0].first, SIM_US(328));
    EXPECT_EQ(edges, heard(rf_interferer_ble(1), until)) << "the same hops again";
}

TEST(Microwave, OccupiesHalfOfTheTimeWhereItSweeps)
{
    // Channel 11 (2452..2472 MHz) hears the sweep over 2450..2466 but for its first steps; channel 1 nothing.
    const sim_time until = SIM_S(1);
    const double part = static_cast<double>(busy_time(heard(rf_interferer_microwave(1), until, 11), until)) /
                        static_cast<double>(until);
    EXPECT_GT(part, 0.42);
    EXPECT_LE(part, 0.5);
    EXPECT_EQ(heard(rf_interferer_microwave(1), until, 11).size(), 2U * 50) << "one busy time per wave, unbroken";
    EXPECT_TRUE(heard(rf_interferer_microwave(1), until, 1).empty());
}

TEST(Interferer, RefusesNonsense)
{
    auto path = rf_propagation_defaults();
    const auto settings = rf_medium_defaults();
    struct evq *q = evq_create();
    struct rf_propagation *air = rf_propagation_create(&path, 2);
    struct rf_error_model *errors = rf_error_model_create(RF_ERROR_TABLE);
    struct rf_medium *medium = rf_medium_create(&settings, q, air, errors);
    auto longer = jammer(SIM_MS(3));
    auto never = jammer(0);
    auto nowhere = jammer(SIM_MS(1));
    nowhere.node = 2;
    for (const auto &c : {longer, never, nowhere})
        EXPECT_EQ(rf_interferer_create(&c, medium, q), nullptr);
    rf_medium_destroy(medium);
    rf_error_model_destroy(errors);
    rf_propagation_destroy(air);
    evq_destroy(q);
}

} // namespace
