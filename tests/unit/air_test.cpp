// SPDX-License-Identifier: Apache-2.0
// The air as one object: what is given as plain data happens, changes come at their time, and all observers see it.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "sc_top/air/air.h"

namespace
{

struct air_destroyer {
    void operator()(struct air *air) const
    {
        air_destroy(air);
    }
};
using air_ptr = std::unique_ptr<struct air, air_destroyer>;

// Two stations 70 dB apart; the first sends a packet each millisecond to the second.
class Air : public ::testing::Test
{
  protected:
    Air()
    {
        antennas.resize(3);
        for (unsigned n = 0; n < 3; n++) {
            antennas[n].movement.kind = RF_MOBILITY_STATIC;
            antennas[n].address[0] = 2;
            antennas[n].address[5] = (uint8_t)n;
        }
        stations.resize(2);
        for (unsigned n = 0; n < 2; n++) {
            stations[n].antenna = n;
            stations[n].config = station_defaults();
        }
        stations[0].sends = true;
        stations[0].flow.kind = TRAFFIC_PERIODIC;
        stations[0].flow.to = 1;
        stations[0].flow.rate = 1000;
        stations[0].flow.packet = 100;
        stations[0].flow.mode = {RF_RATE_OFDM_6, false};
        stations[0].flow.queue = 2;
        config.seed = 1;
        config.propagation = rf_propagation_defaults();
        config.propagation.path = RF_PATH_FIXED;
        config.propagation.fixed_loss_db = 70;
        config.medium = rf_medium_defaults();
    }

    enum sim_status create(air_ptr *made)
    {
        struct air *result = nullptr;
        config.antenna = antennas.data();
        config.antennas = (unsigned)antennas.size();
        config.station = stations.data();
        config.stations = stations.size();
        config.change = changes.data();
        config.changes = changes.size();
        config.interferer = interferers.data();
        config.interferers = interferers.size();
        config.route = routes.data();
        config.routes = routes.size();
        enum sim_status status = air_create(&config, &result);
        made->reset(result);
        return status;
    }

    // Packets that arrived at the second station until then.
    uint64_t arrived(sim_time until)
    {
        air_ptr air;
        EXPECT_EQ(create(&air), SIM_OK);
        evq_run(air_evq(air.get()), until);
        return traffic_get_counts(air_traffic(air.get(), 1))->delivered;
    }

    struct air_config config = {};
    std::vector<struct air_antenna> antennas;
    std::vector<struct air_station> stations;
    std::vector<struct air_change> changes;
    std::vector<struct air_interferer> interferers;
    std::vector<struct air_route> routes;
};

TEST_F(Air, CarriesPacketsOfStations)
{
    EXPECT_EQ(arrived(SIM_MS(100) - 1), 100u);
}

TEST_F(Air, AnAttenuatorComesAndGoesAtItsTime)
{
    changes = {{SIM_US(20500), 0, 1, 60}, {SIM_US(60500), 0, 1, 0}};
    EXPECT_EQ(arrived(SIM_MS(60)), 21u);
    EXPECT_GE(arrived(SIM_MS(100)), 80u) << "most of what had waited, and all that came after";
}

TEST_F(Air, AShieldAtTheAntennaIsAnAttenuatorToItself)
{
    changes = {{SIM_US(20500), 1, 1, 60}};
    EXPECT_EQ(arrived(SIM_MS(100)), 21u);
}

TEST_F(Air, AJammerThatEndsLeavesTheRestInPeace)
{
    struct rf_interferer_config jammer = {};
    jammer.kind = RF_INTERFERER_JAMMER;
    jammer.node = 2;
    jammer.power_dbm = 20;
    jammer.start = SIM_US(20500);
    jammer.period = jammer.on = SIM_MS(1);
    jammer.on = SIM_US(999);
    jammer.centre_mhz = 2412;
    jammer.width_mhz = 20;
    interferers = {{jammer, SIM_US(60500)}};
    uint64_t while_it_lasts = arrived(SIM_MS(60));
    EXPECT_LE(while_it_lasts, 21u);
    EXPECT_GE(arrived(SIM_MS(100)), 90u) << "the medium was busy, nothing was lost: packets waited";
}

TEST_F(Air, RoutesLeadOverOtherStations)
{
    antennas.resize(3);
    stations.push_back(stations[1]);
    stations[2].antenna = 2;
    stations[0].flow.to = 2;
    routes = {{0, 2, 1}};
    air_ptr air;
    ASSERT_EQ(create(&air), SIM_OK);
    evq_run(air_evq(air.get()), SIM_MS(50));
    EXPECT_GE(traffic_get_counts(air_traffic(air.get(), 1))->forwarded, 50u);
    EXPECT_GE(traffic_get_counts(air_traffic(air.get(), 2))->delivered, 50u);
}

TEST_F(Air, EveryObserverSeesEverything)
{
    struct seen {
        unsigned frames = 0, receptions = 0, states = 0, attempts = 0, packets = 0;
    } first, second;
    auto medium_of = [](struct seen *s) {
        struct rf_medium_observer o = {};
        o.ctx = s;
        o.transmitted = [](void *ctx, sim_time, const struct rf_frame *) { static_cast<seen *>(ctx)->frames++; };
        o.received = [](void *ctx, sim_time, unsigned, const struct rf_rx *) {
            static_cast<seen *>(ctx)->receptions++;
        };
        return o;
    };
    struct dcf_observer mac = {};
    mac.ctx = &second;
    mac.state = [](void *ctx, sim_time, unsigned, enum dcf_state) { static_cast<seen *>(ctx)->states++; };
    mac.done = [](void *ctx, sim_time, unsigned, unsigned, const struct dcf_attempt *, const struct dcf_outcome *) {
        static_cast<seen *>(ctx)->attempts++;
    };
    struct traffic_ops packets = {};
    packets.delivered = [](void *ctx, sim_time, unsigned, const struct traffic_packet *) {
        static_cast<seen *>(ctx)->packets++;
    };
    struct rf_medium_observer medium[] = {medium_of(&first), medium_of(&second)};
    air_ptr air;
    ASSERT_EQ(create(&air), SIM_OK);
    struct air_observer one = {&medium[0], nullptr, nullptr, nullptr}, other = {&medium[1], &mac, &packets, &second};
    air_observe(air.get(), &one);
    air_observe(air.get(), &other);
    evq_run(air_evq(air.get()), SIM_MS(10) - 1);
    EXPECT_EQ(first.frames, 20u) << "ten packets and their acknowledgements";
    EXPECT_EQ(second.frames, first.frames);
    EXPECT_EQ(second.receptions, first.receptions);
    EXPECT_EQ(second.packets, 10u);
    EXPECT_GE(second.attempts, 10u);
    EXPECT_GT(second.states, 40u);
}

TEST_F(Air, WhatIsOutOfRangeMakesNoAir)
{
    air_ptr air;
    auto refused = [&] { return create(&air) == SIM_BAD_VALUE && !air; };
    changes = {{0, 0, 3, 10}};
    EXPECT_TRUE(refused()) << "nobody is there";
    changes = {{0, 0, 1, -1}};
    EXPECT_TRUE(refused()) << "an attenuator does not amplify";
    changes.clear();
    routes = {{2, 1, 0}};
    EXPECT_TRUE(refused()) << "an antenna without a station has no routes";
    routes.clear();
    stations[0].flow.to = 0;
    EXPECT_TRUE(refused()) << "to itself";
    stations[0].flow.to = 1;
    stations[1].antenna = 0;
    EXPECT_TRUE(refused()) << "two stations at one antenna";
    stations[1].antenna = 1;
    EXPECT_EQ(create(&air), SIM_OK);
}

} // namespace
