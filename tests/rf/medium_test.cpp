// SPDX-License-Identifier: Apache-2.0
// The shared medium: who hears what, when, and what interference does to it. Losses are given per link, so that every
// power at every receiver is known; expectations are worked out from the standard's times and the error model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "rf_channel/medium.h"

namespace
{

constexpr struct rf_mode OFDM_54 = {RF_RATE_OFDM_54, false};
constexpr struct rf_mode OFDM_6 = {RF_RATE_OFDM_6, false};
constexpr struct rf_mode DSSS_1 = {RF_RATE_DSSS_1, false};

struct Heard {
    sim_time at;
    unsigned from;
    enum rf_rx_result result;
    double rssi, snr;
};

struct Station {
    struct rf_radio *radio = nullptr;
    std::vector<Heard> heard;
    std::vector<sim_time> starts, preambles, sent;
    std::vector<std::pair<sim_time, bool>> cca;
};

const struct rf_radio_ops OPS = {
    [](void *ctx, sim_time now, bool busy) { static_cast<Station *>(ctx)->cca.emplace_back(now, busy); },
    [](void *ctx, sim_time now) { static_cast<Station *>(ctx)->preambles.push_back(now); },
    [](void *ctx, sim_time now, const struct rf_frame *) { static_cast<Station *>(ctx)->starts.push_back(now); },
    [](void *ctx, sim_time now, const struct rf_rx *rx) {
        static_cast<Station *>(ctx)->heard.push_back({now, rx->frame->from, rx->result, rx->rssi_dbm, rx->snr_db});
    },
    [](void *ctx, sim_time now, const struct rf_frame *) { static_cast<Station *>(ctx)->sent.push_back(now); }};

// Nodes whose links have the losses given; without any, 50 dB everywhere.
class Net
{
  public:
    explicit Net(unsigned nodes, struct rf_medium_config config = rf_medium_defaults(),
                 struct rf_propagation_config path = matrix())
        : stations(nodes), q(evq_create()), air(rf_propagation_create(&path, nodes)),
          errors(rf_error_model_create(RF_ERROR_TABLE)), medium(rf_medium_create(&config, q, air, errors))
    {
        for (unsigned node = 0; node < nodes; node++)
            stations[node].radio = rf_radio_attach(medium, node, 6, &OPS, &stations[node]);
    }
    ~Net()
    {
        rf_medium_destroy(medium);
        rf_error_model_destroy(errors);
        rf_propagation_destroy(air);
        evq_destroy(q);
    }
    Net(const Net &) = delete;
    Net &operator=(const Net &) = delete;

    static struct rf_propagation_config matrix()
    {
        auto config = rf_propagation_defaults();
        config.path = RF_PATH_MATRIX;
        return config;
    }
    // Power at `to` when `from` sends with 0 dBm.
    void link(unsigned from, unsigned to, double dbm)
    {
        ASSERT_EQ(rf_propagation_set_link(air, from, to, -dbm), SIM_OK);
    }
    bool send(unsigned node, struct rf_mode mode, uint32_t psdu)
    {
        return rf_radio_transmit(stations[node].radio, mode, psdu, nullptr, 0);
    }
    void run(sim_time until)
    {
        evq_run(q, until);
    }

    std::vector<Station> stations;
    struct evq *q;
    struct rf_propagation *air;
    struct rf_error_model *errors;
    struct rf_medium *medium;
};

double noise_dbm(enum rf_rate rate)
{
    return rf_noise_floor_dbm(rate, RF_NOISE_FIGURE_DB);
}

double total_dbm(double a, double b)
{
    return 10 * std::log10(std::pow(10, a / 10) + std::pow(10, b / 10));
}

TEST(Medium, DeliversAFrameWithTheStandardsTimesAndThePowerOfTheLink)
{
    Net net(3);
    net.link(0, 1, -60);
    ASSERT_TRUE(net.send(0, OFDM_54, 1000));
    EXPECT_FALSE(net.send(0, OFDM_54, 1000)) << "one frame at a time";
    net.run(SIM_MS(1));
    const Station &rx = net.stations[1];
    const sim_time end = rf_txtime(OFDM_54, 1000);
    ASSERT_EQ(rx.heard.size(), 1U);
    EXPECT_EQ(rx.preambles, std::vector<sim_time>{SIM_US(4)});
    EXPECT_EQ(rx.starts, std::vector<sim_time>{SIM_US(20)});
    EXPECT_EQ(rx.heard[0].at, end);
    EXPECT_EQ(rx.heard[0].result, RF_RX_OK);
    EXPECT_NEAR(rx.heard[0].rssi, -60, 1e-4);
    EXPECT_NEAR(rx.heard[0].snr, -60 - noise_dbm(RF_RATE_OFDM_6), 1e-4);
    EXPECT_EQ(net.stations[0].sent, std::vector<sim_time>{end});
    EXPECT_TRUE(net.stations[2].heard.empty()) << "no link, no frame";
    EXPECT_TRUE(net.stations[2].cca.empty());
    EXPECT_EQ(rf_medium_frames_on_air(net.medium), 0U);
}

TEST(Medium, ArrivesLaterTheFartherItGoes)
{
    Net net(2, rf_medium_defaults(), rf_propagation_defaults());
    struct rf_movement away = {};
    away.start = {299.792458, 0, 0};
    ASSERT_EQ(rf_propagation_move(net.air, 1, &away), SIM_OK);
    rf_radio_transmit(net.stations[0].radio, OFDM_6, 100, nullptr, 20);
    net.run(SIM_MS(1));
    ASSERT_EQ(net.stations[1].heard.size(), 1U);
    EXPECT_EQ(net.stations[1].heard[0].at, rf_txtime(OFDM_6, 100) + SIM_US(1));
    EXPECT_EQ(net.stations[1].preambles, std::vector<sim_time>{SIM_US(5)});
}

TEST(Medium, LosesFramesAsOftenAsTheErrorModelSays)
{
    const int frames = 4000;
    for (auto mode : {OFDM_54, OFDM_6, DSSS_1}) {
        Net net(2);
        // Just where half of the payloads are lost; the header is sent at a lower rate or is much shorter.
        double snr = -10;
        while (rf_frame_success(net.errors, mode.rate, 500, snr) < 0.5)
            snr += 0.01;
        net.link(0, 1, noise_dbm(mode.rate) + snr);
        for (int i = 0; i < frames; i++) {
            ASSERT_TRUE(net.send(0, mode, 500));
            net.run(evq_now(net.q) + SIM_MS(6));
        }
        int ok = 0;
        int header = 0;
        for (const auto &h : net.stations[1].heard) {
            ok += h.result == RF_RX_OK;
            header += h.result == RF_RX_HEADER_ERROR;
        }
        ASSERT_EQ(net.stations[1].heard.size(), static_cast<size_t>(frames)) << "synchronisation does not limit";
        const double expected = 0.5 * (1 - header / double(frames));
        EXPECT_NEAR(ok / double(frames), expected, 4 * std::sqrt(0.25 / frames)) << rf_rate_of(mode.rate)->name;
    }
}

TEST(Medium, CountsInterferenceOnlyForTheBitsItCovers)
{
    // A burst covers the second half of the payload. Hazards add: half the bits at each SNR.
    const int frames = 4000;
    const double signal = -70;
    Net net(3);
    double sinr = 10;
    while (rf_frame_success(net.errors, RF_RATE_OFDM_54, 1000, sinr) < 0.3)
        sinr += 0.01;
    const double disturbance =
        10 * std::log10(std::pow(10, (signal - sinr) / 10) - std::pow(10, noise_dbm(RF_RATE_OFDM_54) / 10));
    net.link(0, 1, signal);
    net.link(2, 1, disturbance);
    const struct rf_airtime t = rf_ppdu_airtime(OFDM_54, 1000);
    for (int i = 0; i < frames; i++) {
        const sim_time start = evq_now(net.q);
        net.send(0, OFDM_54, 1000);
        net.run(start + t.preamble + t.header + t.data / 2);
        rf_medium_burst(net.medium, 2, 2437, 1, 0, SIM_US(500));
        net.run(start + SIM_MS(2));
    }
    int ok = 0;
    for (const auto &h : net.stations[1].heard)
        ok += h.result == RF_RX_OK;
    EXPECT_NEAR(ok / double(frames), std::sqrt(0.3), 4 * std::sqrt(0.25 / frames));
    // The SNR reported is that of the mean interference: about half of the time disturbed.
    EXPECT_NEAR(net.stations[1].heard[0].snr, sinr + 3, 0.6);
}

TEST(Capture, TheStrongerOfTwoPreamblesInTheWindowIsTakenAndLivesIfItsSinrAllows)
{
    for (bool late : {false, true}) {
        Net net(3);
        net.link(0, 2, -70);
        net.link(1, 2, -50);
        net.send(0, OFDM_6, 500);
        net.run(late ? SIM_US(5) : SIM_US(3));
        net.send(1, OFDM_6, 500);
        net.run(SIM_MS(3));
        ASSERT_EQ(net.stations[2].heard.size(), 1U);
        const Heard &h = net.stations[2].heard[0];
        if (late) {
            EXPECT_EQ(h.from, 0U) << "synchronised: no later switch";
            EXPECT_EQ(h.result, RF_RX_HEADER_ERROR);
            EXPECT_TRUE(rf_radio_cca_busy(net.stations[2].radio) == false);
        } else {
            EXPECT_EQ(h.from, 1U);
            EXPECT_EQ(h.result, RF_RX_OK);
            EXPECT_NEAR(h.snr, 20, 0.3);
        }
    }
}

TEST(Capture, WithNs3sDetectionFramesOfEqualPowerAreNeverDetected)
{
    Net net(3, rf_medium_ns3());
    net.link(0, 2, -50);
    net.link(1, 2, -50);
    net.send(0, OFDM_6, 500);
    net.send(1, OFDM_6, 500);
    net.run(SIM_MS(3));
    EXPECT_TRUE(net.stations[2].preambles.empty());
    EXPECT_TRUE(net.stations[2].heard.empty());
    net.link(0, 2, -82.5);
    net.send(0, OFDM_6, 500);
    net.run(SIM_MS(6));
    EXPECT_TRUE(net.stations[2].heard.empty()) << "deaf below -82 dBm";
}

TEST(HalfDuplex, ASenderHearsNothingAndSendingAbortsReception)
{
    Net net(2);
    net.link(0, 1, -50);
    net.link(1, 0, -50);
    net.send(0, OFDM_6, 500);
    net.send(1, OFDM_6, 500);
    net.run(SIM_MS(2));
    EXPECT_TRUE(net.stations[0].heard.empty() && net.stations[1].heard.empty());

    net.send(0, OFDM_6, 500);
    net.run(evq_now(net.q) + SIM_US(100));
    ASSERT_TRUE(net.send(1, OFDM_6, 14));
    ASSERT_EQ(net.stations[1].heard.size(), 1U);
    EXPECT_EQ(net.stations[1].heard[0].result, RF_RX_ABORTED);
    net.run(SIM_MS(4));
    EXPECT_EQ(net.stations[1].heard.size(), 1U) << "the rest of the frame is energy only";
}

TEST(Cca, IsIdleAfterTheLastSymbolOfACollisionAndInNs3AfterTheSignalExtension)
{
    // Two frames of equal power, and ns-3's detector: the bystander synchronises to neither and senses energy only.
    for (const bool through_extension : {false, true}) {
        auto config = rf_medium_ns3();
        config.power_in_extension = through_extension;
        Net net(3, config);
        net.link(0, 2, -50);
        net.link(1, 2, -50);
        ASSERT_TRUE(net.send(0, OFDM_54, 1000) && net.send(1, OFDM_54, 1000));
        net.run(SIM_MS(1));
        const sim_time end = rf_txtime(OFDM_54, 1000) - (through_extension ? 0 : SIM_US(6));
        ASSERT_TRUE(net.stations[2].preambles.empty());
        EXPECT_EQ(net.stations[2].cca.back(), std::make_pair(end, false));
    }
}

TEST(Cca, IsBusyFromSynchronisationForWeakAndAtOnceForStrongSignals)
{
    for (bool strong : {false, true}) {
        Net net(2);
        net.link(0, 1, strong ? -61.9 : -62.1);
        net.send(0, OFDM_6, 100);
        net.run(SIM_MS(1));
        const std::vector<std::pair<sim_time, bool>> expected = {{strong ? 0 : SIM_US(4), true},
                                                                 {rf_txtime(OFDM_6, 100), false}};
        EXPECT_EQ(net.stations[1].cca, expected);
        EXPECT_EQ(net.stations[0].cca.size(), 2U) << "the sender's own CCA is busy while it sends";
    }
}

TEST(Cca, HearsBurstsByEnergyInTheFilterOnly)
{
    Net net(2);
    net.link(0, 1, -50);
    rf_medium_burst(net.medium, 0, 2437, 1, 0, SIM_US(30)); // on channel 6
    net.run(SIM_US(10));
    EXPECT_NEAR(rf_radio_energy_dbm(net.stations[1].radio), -50, 0.01);
    net.run(SIM_US(100));
    rf_medium_burst(net.medium, 0, 2467, 1, 0, SIM_US(30)); // channel 12
    net.run(SIM_MS(1));
    const std::vector<std::pair<sim_time, bool>> expected = {{0, true}, {SIM_US(30), false}};
    EXPECT_EQ(net.stations[1].cca, expected);
    EXPECT_NEAR(rf_radio_energy_dbm(net.stations[1].radio), noise_dbm(RF_RATE_OFDM_6), 1e-6) << "the noise floor";
}

TEST(Channels, ANeighbouringChannelsFrameIsEnergyAndNoFrame)
{
    Net net(2);
    net.link(0, 1, -50);
    rf_radio_set_channel(net.stations[1].radio, 8);
    net.send(0, OFDM_6, 500);
    net.run(SIM_US(50));
    const double leaked = rf_radio_energy_dbm(net.stations[1].radio);
    EXPECT_LT(leaked, -50);
    EXPECT_GT(leaked, -62);
    EXPECT_TRUE(rf_radio_cca_busy(net.stations[1].radio));
    rf_radio_set_channel(net.stations[1].radio, 6);
    EXPECT_NEAR(rf_radio_energy_dbm(net.stations[1].radio), -50, 0.01) << "retuned: the signal is there at once";
    net.run(SIM_MS(2));
    EXPECT_TRUE(net.stations[1].heard.empty()) << "its preamble was missed";
}

TEST(Radio, SwitchedOffHearsNothing)
{
    Net net(2);
    net.link(0, 1, -50);
    rf_radio_set_listening(net.stations[1].radio, false);
    EXPECT_FALSE(net.send(1, OFDM_6, 10));
    net.send(0, OFDM_6, 500);
    net.run(SIM_MS(1));
    EXPECT_TRUE(net.stations[1].heard.empty() && net.stations[1].cca.empty());
    rf_radio_set_listening(net.stations[1].radio, true);
    net.send(0, OFDM_6, 500);
    net.run(SIM_MS(2));
    EXPECT_EQ(net.stations[1].heard.size(), 1U);
}

// Many stations in a line of 100 m steps, all of them sending at times of their own.
std::string history(double cull_db, bool moving, uint64_t *deliveries)
{
    const unsigned nodes = 60;
    auto path = rf_propagation_defaults();
    path.path = RF_PATH_LOG_DISTANCE;
    path.exponent = 3.5;
    path.fading = RF_FADING_RAYLEIGH;
    auto config = rf_medium_defaults();
    config.cull_below_noise_db = cull_db;
    Net net(nodes, config, path);
    const struct rf_waypoint points[] = {{0, {0, 10, 1}}, {SIM_S(1), {3000, 10, 1}}};
    for (unsigned node = 0; node < nodes; node++) {
        struct rf_movement movement = {};
        movement.start = {100.0 * node, 0, 1};
        if (moving && node == 7) {
            movement.kind = RF_MOBILITY_WAYPOINTS;
            movement.waypoint = points;
            movement.waypoints = 2;
        }
        EXPECT_EQ(rf_propagation_move(net.air, node, &movement), SIM_OK);
    }
    struct rng rng;
    rng_init(&rng, 5, 0, "test.times");
    for (int i = 0; i < 3000; i++) {
        net.run(evq_now(net.q) + SIM_US(rng_below(&rng, 300)));
        rf_radio_transmit(net.stations[rng_below(&rng, nodes)].radio, rng_below(&rng, 2) ? OFDM_6 : DSSS_1,
                          rng_below(&rng, 300), nullptr, 15);
    }
    net.run(evq_now(net.q) + SIM_MS(10));
    EXPECT_EQ(rf_medium_frames_on_air(net.medium), 0U);
    *deliveries = rf_medium_deliveries(net.medium);
    std::string text;
    for (unsigned node = 0; node < nodes; node++)
        for (const auto &h : net.stations[node].heard)
            text += std::to_string(node) + " " + std::to_string(h.at) + " " + std::to_string(h.from) + " " +
                    std::to_string(h.result) + "\n";
    return text;
}

std::set<std::string> lines_of(const std::string &text)
{
    std::set<std::string> lines;
    std::stringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.insert(line);
    return lines;
}

TEST(Culling, LeavesOutMostReceiversAndChangesHardlyAnyResult)
{
    uint64_t all = 0;
    uint64_t some = 0;
    const std::string complete = history(std::numeric_limits<double>::infinity(), false, &all);
    const std::string culled = history(20, false, &some);
    EXPECT_LT(some, all / 2) << "cost follows those who can hear it";
    // Each line is one reception: when, from whom, how it ended. What differs is counted, not just how many there are.
    const auto complete_set = lines_of(complete);
    const auto culled_set = lines_of(culled);
    std::vector<std::string> different;
    std::set_symmetric_difference(complete_set.begin(), complete_set.end(), culled_set.begin(), culled_set.end(),
                                  std::back_inserter(different));
    std::printf("%zu receptions, %zu lines differ; %llu of %llu deliveries\n", complete_set.size(), different.size(),
                static_cast<unsigned long long>(some), static_cast<unsigned long long>(all));
    EXPECT_GT(complete_set.size(), 1000U);
    EXPECT_LT(different.size(), complete_set.size() / 50);
}

TEST(Medium, RepeatsItselfToTheBitAlsoWithMovingNodes)
{
    uint64_t a = 0;
    uint64_t b = 0;
    EXPECT_EQ(history(20, true, &a), history(20, true, &b));
    EXPECT_EQ(a, b);
    EXPECT_NE(history(20, true, &a), history(20, false, &b));
}

TEST(Medium, CanBeDestroyedWhileFramesAreOnTheAir)
{
    Net net(3);
    net.link(0, 1, -50);
    net.send(0, OFDM_6, 500);
    net.run(SIM_US(50));
    net.send(2, DSSS_1, 500);
}

TEST(Noise, TwoEqualInterferersAreThreeDecibelsMore)
{
    Net net(3);
    net.link(0, 2, -60);
    net.link(1, 2, -60);
    net.send(0, OFDM_6, 100);
    net.send(1, OFDM_6, 100);
    net.run(SIM_US(10));
    EXPECT_NEAR(rf_radio_energy_dbm(net.stations[2].radio), total_dbm(-60, -60), 0.01);
}

} // namespace
