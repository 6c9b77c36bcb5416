// SPDX-License-Identifier: Apache-2.0
// What a signal loses on its way, and that no part of it depends on who asks first.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "rf_channel/channels.h"
#include "rf_channel/num.h"
#include "rf_channel/propagation.h"

namespace
{

struct Destroy {
    void operator()(struct rf_propagation *p) const
    {
        rf_propagation_destroy(p);
    }
};
using Air = std::unique_ptr<struct rf_propagation, Destroy>;

Air air(const struct rf_propagation_config &config, unsigned nodes)
{
    return Air(rf_propagation_create(&config, nodes));
}

void place(const Air &a, unsigned node, double x, double y, double z)
{
    struct rf_movement movement = {};
    movement.kind = RF_MOBILITY_STATIC;
    movement.start = {x, y, z};
    ASSERT_EQ(rf_propagation_move(a.get(), node, &movement), SIM_OK);
}

double loss_at(enum rf_path_loss path, double distance, double height = 1.5)
{
    auto config = rf_propagation_defaults();
    config.path = path;
    auto a = air(config, 2);
    place(a, 0, 0, 0, height);
    place(a, 1, distance, 0, height);
    return rf_propagation_loss_db(a.get(), 0, 1, 0);
}

TEST(PathLoss, FreeSpaceIsFriis)
{
    // 20 log10(d) + 20 log10(f) - 147.55 dB
    for (double d : {1.0, 10.0, 100.0, 1234.5})
        EXPECT_NEAR(loss_at(RF_PATH_FREE_SPACE, d), 20 * std::log10(d) + 20 * std::log10(2442e6) - 147.552, 1e-3);
    EXPECT_GE(loss_at(RF_PATH_FREE_SPACE, 0), 0) << "never a gain, however near";
}

TEST(PathLoss, LogDistanceAddsTenTimesTheExponentPerDecade)
{
    const double first = loss_at(RF_PATH_LOG_DISTANCE, 1);
    EXPECT_NEAR(first, loss_at(RF_PATH_FREE_SPACE, 1), 1e-4);
    EXPECT_NEAR(loss_at(RF_PATH_LOG_DISTANCE, 10) - first, 30, 1e-4);
    EXPECT_NEAR(loss_at(RF_PATH_LOG_DISTANCE, 100) - first, 60, 1e-4);
    EXPECT_EQ(loss_at(RF_PATH_LOG_DISTANCE, 0.2), first);
}

TEST(PathLoss, TwoRayFallsWithTheFourthPowerBeyondTheCrossover)
{
    const double crossover = 4 * M_PI * 1.5 * 1.5 * 2442e6 / 299792458.0; // 230 m
    EXPECT_NEAR(loss_at(RF_PATH_TWO_RAY, 100), loss_at(RF_PATH_FREE_SPACE, 100), 1e-4);
    EXPECT_NEAR(loss_at(RF_PATH_TWO_RAY, 1.001 * crossover), loss_at(RF_PATH_FREE_SPACE, crossover), 0.05)
        << "continuous at the crossover";
    EXPECT_NEAR(loss_at(RF_PATH_TWO_RAY, 10000) - loss_at(RF_PATH_TWO_RAY, 1000), 40, 1e-4);
}

TEST(PathLoss, AntennasShieldsAndAttenuatorsAddUp)
{
    auto config = rf_propagation_defaults();
    config.path = RF_PATH_FIXED;
    config.fixed_loss_db = 50;
    auto a = air(config, 3);
    rf_propagation_set_antenna(a.get(), 0, 3);
    rf_propagation_set_shield(a.get(), 1, 40);
    rf_propagation_set_attenuator(a.get(), 0, 1, 10);
    EXPECT_EQ(rf_propagation_loss_db(a.get(), 0, 1, 0), 50 - 3 + 40 + 10);
    EXPECT_EQ(rf_propagation_loss_db(a.get(), 1, 0, 0), 50 - 3 + 40) << "an attenuator has a direction";
    rf_propagation_set_shield(a.get(), 1, 0);
    EXPECT_EQ(rf_propagation_loss_db(a.get(), 0, 1, 0), 50 - 3 + 10) << "the lid is open: losses kept are forgotten";
    EXPECT_EQ(rf_propagation_loss_db(a.get(), 1, 2, 0), 50);
    EXPECT_EQ(rf_propagation_set_shield(a.get(), 3, 1), SIM_BAD_VALUE);
    EXPECT_EQ(rf_propagation_set_attenuator(a.get(), 1, 1, 1), SIM_BAD_VALUE);
}

TEST(PathLoss, AWallStandsOnlyInTheWayOfRaysThroughIt)
{
    auto a = air(rf_propagation_defaults(), 4);
    place(a, 0, 0, 0, 1);
    place(a, 1, 10, 0, 1);
    place(a, 2, 10, 30, 1);
    place(a, 3, 0, 0, 5);
    const double before = rf_propagation_loss_db(a.get(), 0, 1, 0);
    const double aside = rf_propagation_loss_db(a.get(), 1, 2, 0);
    const double above = rf_propagation_loss_db(a.get(), 3, 1, 0);
    const struct rf_wall lower = {5, -5, 5, 0, 0, 2.5, 12};
    const struct rf_wall upper = {5, 0, 5, 5, 0, 2.5, 12}; // joint exactly on the ray
    ASSERT_EQ(rf_propagation_add_wall(a.get(), &lower), SIM_OK);
    ASSERT_EQ(rf_propagation_add_wall(a.get(), &upper), SIM_OK);
    EXPECT_NEAR(rf_propagation_loss_db(a.get(), 0, 1, 0) - before, 12, 1e-4) << "once, not twice and not never";
    EXPECT_EQ(rf_propagation_loss_db(a.get(), 0, 1, 0), rf_propagation_loss_db(a.get(), 1, 0, 0));
    EXPECT_EQ(rf_propagation_loss_db(a.get(), 1, 2, 0), aside);
    EXPECT_EQ(rf_propagation_loss_db(a.get(), 3, 1, 0), above) << "the ray is at 3 m where the wall ends at 2.5 m";
}

TEST(Matrix, IsReadFromCsvPerDirection)
{
    auto config = rf_propagation_defaults();
    config.path = RF_PATH_MATRIX;
    auto a = air(config, 3);
    unsigned line = 0;
    ASSERT_EQ(rf_propagation_read_matrix(a.get(), "# measured\nfrom,to,loss_db\n0,1,71.5\r\n1, 0, 73\n\n", &line),
              SIM_OK);
    EXPECT_EQ(rf_propagation_loss_db(a.get(), 0, 1, 0), 71.5);
    EXPECT_EQ(rf_propagation_loss_db(a.get(), 1, 0, 0), 73);
    EXPECT_GE(rf_propagation_loss_db(a.get(), 0, 2, 0), RF_LOSS_NO_LINK_DB);
}

TEST(Matrix, NamesTheLineThatIsWrong)
{
    auto config = rf_propagation_defaults();
    config.path = RF_PATH_MATRIX;
    auto a = air(config, 3);
    unsigned line = 0;
    EXPECT_EQ(rf_propagation_read_matrix(a.get(), "0,1,70\n0;2;70\n", &line), SIM_BAD_FORMAT);
    EXPECT_EQ(line, 2U);
    for (const char *bad : {"0,1", "0,1,", "a,1,2", "0,1,70x", "-1,0,3", "0,1,70\nfrom,to,loss_db\n"})
        EXPECT_EQ(rf_propagation_read_matrix(a.get(), bad, &line), SIM_BAD_FORMAT) << bad;
    for (const char *bad : {"0,3,70", "4294967296,1,70", "1,1,70", "0,1,nan", "0,1,inf"})
        EXPECT_EQ(rf_propagation_read_matrix(a.get(), bad, &line), SIM_BAD_VALUE) << bad;
    EXPECT_EQ(rf_propagation_read_matrix(a.get(), std::string(5000, '7').c_str(), &line), SIM_BAD_FORMAT);
}

TEST(Shadowing, IsLogNormalPerLinkReciprocalAndIndependentOfOtherNodes)
{
    auto config = rf_propagation_defaults();
    config.path = RF_PATH_FIXED;
    config.shadowing_sigma_db = 6;
    config.seed = 42;
    const unsigned nodes = 200;
    auto many = air(config, nodes);
    auto few = air(config, 3);
    double sum = 0;
    double squares = 0;
    for (unsigned i = 0; i < nodes; i++)
        for (unsigned j = i + 1; j < nodes; j++) {
            const double db = rf_propagation_loss_db(many.get(), i, j, 0);
            ASSERT_EQ(db, rf_propagation_loss_db(many.get(), j, i, 0));
            sum += db;
            squares += db * db;
        }
    const double links = nodes * (nodes - 1) / 2;
    EXPECT_NEAR(sum / links, 0, 4 * 6 / std::sqrt(links));
    EXPECT_NEAR(std::sqrt(squares / links), 6, 4 * 6 / std::sqrt(2 * links));
    EXPECT_EQ(rf_propagation_loss_db(few.get(), 1, 2, 0), rf_propagation_loss_db(many.get(), 1, 2, 0));
}

class Fading : public testing::TestWithParam<double>
{
};

TEST_P(Fading, HasUnitMeanPowerAndTheDistributionOfItsName)
{
    auto config = rf_propagation_defaults();
    const double k_db = GetParam();
    const bool rayleigh = k_db <= -100;
    config.fading = rayleigh ? RF_FADING_RAYLEIGH : RF_FADING_RICIAN;
    config.rician_k_db = k_db;
    auto a = air(config, 2);
    const int frames = 100000;
    double sum = 0;
    double squares = 0;
    int deep = 0;
    for (int frame = 0; frame < frames; frame++) {
        const double power = std::pow(10, rf_propagation_fading_db(a.get(), 0, 1, frame) / 10);
        sum += power;
        squares += power * power;
        deep += power < 0.1;
    }
    const double k = rayleigh ? 0 : std::pow(10, k_db / 10);
    const double variance = (1 + 2 * k) / ((1 + k) * (1 + k)); // of the power of a Rician channel
    EXPECT_NEAR(sum / frames, 1, 4 * std::sqrt(variance / frames));
    EXPECT_NEAR(squares / frames - 1, variance, 0.05 * variance + 0.01);
    if (rayleigh) {
        EXPECT_NEAR(deep / double(frames), 1 - std::exp(-0.1), 0.004) << "fades of 10 dB";
    }
    EXPECT_EQ(rf_propagation_fading_db(a.get(), 0, 1, 77), rf_propagation_fading_db(a.get(), 0, 1, 77))
        << "a function of link and frame, not of the order of questions";
    EXPECT_NE(rf_propagation_fading_db(a.get(), 0, 1, 77), rf_propagation_fading_db(a.get(), 1, 0, 77));
}

INSTANTIATE_TEST_SUITE_P(RayleighAndRician, Fading, testing::Values(-100, 0, 6, 15));

TEST(Delay, IsDistanceOverTheSpeedOfLight)
{
    auto a = air(rf_propagation_defaults(), 2);
    place(a, 1, 299.792458, 0, 0);
    EXPECT_EQ(rf_propagation_delay(a.get(), 0, 1, 0), SIM_US(1));
}

TEST(Mobility, FollowsWaypointsInStraightLines)
{
    const struct rf_waypoint points[] = {{SIM_S(1), {0, 0, 0}}, {SIM_S(3), {10, 20, 2}}, {SIM_S(4), {10, 20, 0}}};
    struct rf_movement movement = {};
    movement.kind = RF_MOBILITY_WAYPOINTS;
    movement.waypoint = points;
    movement.waypoints = 3;
    struct rf_mobility m;
    ASSERT_TRUE(rf_mobility_init(&m, &movement, 1, 0));
    EXPECT_EQ(rf_mobility_at(&m, 0).x, 0);
    EXPECT_EQ(rf_mobility_at(&m, SIM_S(2)).y, 10);
    EXPECT_EQ(rf_mobility_at(&m, SIM_MS(3500)).z, 1);
    EXPECT_EQ(rf_mobility_at(&m, SIM_S(100)).x, 10);
    movement.waypoints = 0;
    EXPECT_FALSE(rf_mobility_init(&m, &movement, 1, 0));
}

TEST(Mobility, RandomWaypointStaysInItsBoxAndNeverExceedsItsSpeed)
{
    struct rf_movement movement = {};
    movement.kind = RF_MOBILITY_RANDOM_WAYPOINT;
    movement.box_high = {100, 50, 0};
    movement.speed_low = 1;
    movement.speed_high = 3;
    movement.pause = SIM_S(2);
    struct rf_mobility m;
    ASSERT_TRUE(rf_mobility_init(&m, &movement, 7, 0));
    auto before = rf_mobility_at(&m, 0);
    double travelled = 0;
    for (sim_time t = 0; t < SIM_S(1000); t += SIM_MS(100)) {
        const auto now = rf_mobility_at(&m, t);
        ASSERT_TRUE(now.x >= 0 && now.x <= 100 && now.y >= 0 && now.y <= 50 && now.z == 0);
        ASSERT_LE(rf_distance(before, now), 0.3 + 1e-9);
        travelled += rf_distance(before, now);
        before = now;
    }
    EXPECT_GT(travelled, 1000);
    movement.speed_low = 0;
    EXPECT_FALSE(rf_mobility_init(&m, &movement, 7, 0));
}

TEST(Mobility, ChangesTheLossOfItsLinksOnly)
{
    auto a = air(rf_propagation_defaults(), 3);
    place(a, 1, 10, 0, 0);
    const struct rf_waypoint points[] = {{0, {10, 0, 0}}, {SIM_S(1), {100, 0, 0}}};
    struct rf_movement movement = {};
    movement.kind = RF_MOBILITY_WAYPOINTS;
    movement.waypoint = points;
    movement.waypoints = 2;
    ASSERT_EQ(rf_propagation_move(a.get(), 2, &movement), SIM_OK);
    const double start = rf_propagation_loss_db(a.get(), 0, 2, 0);
    EXPECT_EQ(start, rf_propagation_loss_db(a.get(), 0, 1, 0));
    EXPECT_NEAR(rf_propagation_loss_db(a.get(), 0, 2, SIM_S(1)) - start, 20, 1e-4);
    EXPECT_EQ(rf_propagation_loss_db(a.get(), 0, 1, SIM_S(1)), start);
}

TEST(Channels, LieFiveMegahertzApartButForTheLast)
{
    EXPECT_EQ(rf_channel_mhz(1), 2412U);
    EXPECT_EQ(rf_channel_mhz(13), 2472U);
    EXPECT_EQ(rf_channel_mhz(14), 2484U);
}

TEST(Channels, LeakLessTheFartherAwayAndNotIntoOneSixEleven)
{
    for (bool tx : {false, true})
        for (bool rx : {false, true}) {
            EXPECT_EQ(rf_leakage_db(tx, rx, 0), 0);
            double before = 0;
            for (double offset = 5; offset <= 60; offset += 5) {
                const double db = rf_leakage_db(tx, rx, offset);
                ASSERT_LE(db, before + 1e-9) << offset;
                ASSERT_NEAR(db, rf_leakage_db(tx, rx, -offset), 1e-9);
                before = db;
            }
            EXPECT_LT(rf_leakage_db(tx, rx, 25), -25) << "five channels apart";
            EXPECT_GT(rf_leakage_db(tx, rx, 5), -4) << "the neighbour hears most of it";
        }
    struct rf_leakage leakage;
    rf_leakage_init(&leakage);
    EXPECT_FLOAT_EQ(leakage.db[1][1][6][7], static_cast<float>(rf_leakage_db(true, true, 5)));
    EXPECT_FLOAT_EQ(leakage.db[0][1][13][14], static_cast<float>(rf_leakage_db(false, true, 12)));
}

TEST(Channels, NarrowEnergyCountsByThePartInsideTheFilter)
{
    EXPECT_NEAR(rf_narrowband_db(true, 0, 1), 0, 1e-9);
    EXPECT_NEAR(rf_narrowband_db(true, 10, 1), -3.0103, 1e-3);
    EXPECT_NEAR(rf_narrowband_db(true, 0, 40), -3.0103, 1e-3);
    EXPECT_NEAR(rf_narrowband_db(true, 30, 1), -60, 1e-9);
}

} // namespace
