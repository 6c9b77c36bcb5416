// SPDX-License-Identifier: Apache-2.0
// What is counted of the air: both views of a frame, why frames were lost, times, delays and energy.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sc_top/out/energy.h"
#include "sc_top/out/radio_stats.h"
#include "tests/support/air_bench.h"

namespace
{

constexpr struct rf_mode OFDM_54 = {RF_RATE_OFDM_54, false}, DSSS_1 = {RF_RATE_DSSS_1, false};
constexpr sim_time SLOT = SIM_US(9), SIFS = SIM_US(10), DIFS = SIM_US(28);

class Air
{
  public:
    explicit Air(unsigned nodes, struct rf_propagation_config path = air::Scene::matrix())
        : scene(nodes, air::preset::vesper, 1, path)
    {
        struct radio_stats_config config = {nodes, scene.directory.address};
        stats = radio_stats_create(&config);
        rf_medium_observe(scene.medium, radio_stats_medium_observer(stats));
    }
    ~Air()
    {
        radio_stats_destroy(stats);
    }
    void station(unsigned node, struct station_config config = station_defaults())
    {
        config.seed = 1;
        memcpy(config.address, scene.addresses[node].data(), MPDU_ADDRESS);
        scene.stations[node] = traffic_create(scene.medium, node, &config, &scene.directory,
                                              radio_stats_traffic_ops(stats), stats, radio_stats_mac_observer(stats));
        tell_state(node);
    }
    void tell_state(unsigned node)
    {
        const struct dcf_observer *mac = radio_stats_mac_observer(stats);
        mac->state(mac->ctx, 0, node, dcf_get_state(station_dcf(traffic_station(scene.stations[node]))));
    }
    void flow(unsigned from, uint32_t to, enum traffic_kind kind, double rate = 0, struct rf_mode mode = OFDM_54,
              sim_time start = 0)
    {
        struct traffic_flow flow = {};
        flow.kind = kind;
        flow.to = to;
        flow.rate = rate;
        flow.packet = 500;
        flow.mode = mode;
        flow.queue = 2;
        flow.start = start;
        scene.flow(from, flow);
    }
    void run(sim_time end)
    {
        evq_run(scene.q, end);
        radio_stats_finish(stats, end);
    }
    const struct radio_node_stats &node(unsigned n) const
    {
        return *radio_stats_node(stats, n);
    }
    const struct radio_link_stats &link(unsigned from, unsigned to) const
    {
        const struct radio_link_stats *found = radio_stats_link(stats, from, to);
        if (!found)
            throw std::runtime_error("no such link");
        return *found;
    }
    air::Scene scene;
    struct radio_stats *stats;
};

// A radio without MAC, and frames put on the air by hand.
struct Radios : Air {
    explicit Radios(unsigned nodes) : Air(nodes)
    {
        for (unsigned n = 0; n < nodes; n++)
            radio.push_back(rf_radio_attach(scene.medium, n, 6, &OPS, nullptr));
    }
    void send(sim_time at, unsigned from, unsigned to, unsigned bytes = 500)
    {
        std::vector<uint8_t> mpdu(bytes);
        struct mpdu_header header = {};
        header.type = MPDU_DATA;
        memcpy(header.address[0], scene.addresses[to].data(), MPDU_ADDRESS);
        memcpy(header.address[1], scene.addresses[from].data(), MPDU_ADDRESS);
        mpdu_make_header(mpdu.data(), &header);
        evq_run(scene.q, at);
        ASSERT_TRUE(rf_radio_transmit(radio[from], OFDM_54, bytes + MPDU_FCS, mpdu.data(), 20));
    }
    static constexpr struct rf_radio_ops OPS = {};
    std::vector<struct rf_radio *> radio;
};

TEST(Sender, AFrameThatIsAcknowledgedIsDeliveredAndItsDelayIsThatOfTheExchange)
{
    Air air(2);
    air.scene.link(0, 1, 70);
    air.station(0);
    air.station(1);
    air.flow(0, 1, TRAFFIC_PERIODIC, 100);
    air.run(SIM_MS(100));
    const auto &sent = air.node(0).sent;
    EXPECT_EQ(sent.frames, 10u);
    EXPECT_EQ(sent.attempts, 10u);
    EXPECT_EQ(sent.delivered, 10u);
    EXPECT_EQ(sent.retries + sent.dropped + sent.no_ack, 0u);
    uint32_t psdu = 500 + TRAFFIC_ENCAPSULATION + MPDU_HEADER + MPDU_FCS;
    sim_time exchange = rf_txtime(OFDM_54, psdu) + SIFS + rf_txtime({RF_RATE_OFDM_24, false}, MPDU_ACK + MPDU_FCS);
    auto mean = radio_delay_mean(&sent.delay) * (double)SIM_PS_PER_S;
    EXPECT_GE(mean, (double)exchange);
    EXPECT_LE(mean, (double)(exchange + DIFS + SLOT)) << "an idle medium keeps nobody waiting";
    EXPECT_EQ(air.link(0, 1).sent.delivered, 10u) << "the link has it, too";
    EXPECT_EQ(air.link(0, 1).addressed, 10u);
    EXPECT_EQ(air.link(0, 1).received, 10u);
    EXPECT_EQ(air.link(1, 0).received, 10u) << "the ACKs";
    EXPECT_EQ(air.node(1).rx_for_us, 10u);
}

TEST(Sender, AFrameThatNobodyAnswersIsRepeatedAndGivenUp)
{
    Air air(2);
    auto config = station_defaults();
    config.retry_limit = 5;
    air.station(0, config);
    air.station(1);
    air.flow(0, 1, TRAFFIC_PERIODIC, 10);
    air.run(SIM_MS(350)); // 4 frames; the last one is given up when nothing follows: it counts as neither
    const auto &sent = air.link(0, 1).sent;
    EXPECT_EQ(sent.frames, 4u);
    EXPECT_EQ(sent.attempts, 20u);
    EXPECT_EQ(sent.retries, 16u);
    EXPECT_EQ(sent.no_ack, 20u);
    EXPECT_EQ(sent.dropped, 3u);
    EXPECT_EQ(sent.delivered, 0u);
    EXPECT_EQ(air.link(0, 1).lost[RADIO_LOSS_WEAK], 20u) << "out of reach";
}

TEST(Sender, FramesToAGroupWantNoAnswer)
{
    Air air(3);
    air.scene.link(0, 1, 70);
    air.station(0);
    air.station(1);
    air.station(2); // out of reach
    air.flow(0, TRAFFIC_TO_ALL, TRAFFIC_PERIODIC, 100);
    air.run(SIM_MS(100));
    EXPECT_EQ(air.node(0).sent.group, 10u);
    EXPECT_EQ(air.node(0).sent.frames, 0u);
    EXPECT_EQ(air.node(0).group_transmissions, 10u);
    EXPECT_EQ(air.link(0, 1).group_received, 10u);
    EXPECT_EQ(radio_stats_link(air.stats, 0, 2), nullptr);
}

// The station counts for itself; every figure that both have must agree.
TEST(Sender, AgreesWithTheStationsOwnCounts)
{
    Air air(4, air::Scene::fixed(70));
    for (unsigned n = 0; n < 4; n++)
        air.station(n);
    for (unsigned n = 1; n < 4; n++)
        air.flow(n, 0, TRAFFIC_SATURATED);
    air.run(SIM_MS(500));
    for (unsigned n = 1; n < 4; n++) {
        const auto &counts = *station_get_counts(traffic_station(air.scene.stations[n]));
        const auto &sent = air.node(n).sent;
        EXPECT_GT(counts.retries, 10u) << "three saturated stations collide";
        EXPECT_EQ(sent.attempts, counts.delivered + counts.no_ack);
        EXPECT_EQ(sent.delivered, counts.delivered);
        EXPECT_EQ(sent.no_ack, counts.no_ack);
        EXPECT_LE(sent.dropped, counts.dropped);
        EXPECT_GE(sent.dropped + 1, counts.dropped);
        EXPECT_EQ(sent.retries, sent.attempts - sent.frames) << "each begun frame has one first attempt";
        EXPECT_GE(air.link(n, 0).packets_delivered, sent.delivered) << "each frame carries a packet";
        EXPECT_LE(air.link(n, 0).packets_delivered, sent.delivered + 1) << "the last ACK may be under way";
    }
}

TEST(Loss, FramesThatBeginInTheSameSlotCollide)
{
    Air air(3, air::Scene::fixed(70));
    for (unsigned n = 0; n < 3; n++)
        air.station(n);
    air.flow(1, 0, TRAFFIC_SATURATED);
    air.flow(2, 0, TRAFFIC_SATURATED);
    air.run(SIM_MS(500));
    uint64_t collided = 0, failed = 0;
    for (unsigned n = 1; n < 3; n++) {
        const auto &link = air.link(n, 0);
        EXPECT_EQ(link.lost[RADIO_LOSS_WEAK], 0u) << "at 20 dB and more above noise nothing else is lost";
        EXPECT_EQ(link.lost[RADIO_LOSS_SENDING], 0u);
        EXPECT_EQ(link.addressed, link.received + link.lost[RADIO_LOSS_INTERFERENCE]);
        collided += link.lost[RADIO_LOSS_INTERFERENCE];
        failed += air.node(n).sent.no_ack;
    }
    EXPECT_GT(collided, 50u);
    EXPECT_EQ(collided, failed);
    EXPECT_EQ(radio_stats_channel(air.stats, station_defaults().channel)->overlapped, collided);
}

TEST(Loss, AReceiverThatSendsIsDeaf)
{
    Radios air(3);
    air.scene.link(0, 1, 70);
    air.scene.link(1, 2, 70);
    air.send(SIM_MS(1), 1, 2);
    air.send(SIM_MS(1) + SIM_US(20), 0, 1);
    air.run(SIM_MS(2));
    EXPECT_EQ(air.link(0, 1).lost[RADIO_LOSS_SENDING], 1u);
    EXPECT_EQ(air.link(1, 2).received, 1u);
}

TEST(Loss, AFrameThatArrivesDuringAnotherOneIsLostToIt)
{
    Radios air(3);
    air.scene.link(0, 1, 60);
    air.scene.link(2, 1, 90); // 30 dB weaker: does no harm, and comes too late
    air.send(SIM_MS(1), 0, 1);
    air.send(SIM_MS(1) + SIM_US(40), 2, 1, 60);
    air.run(SIM_MS(2));
    EXPECT_EQ(air.link(0, 1).received, 1u);
    EXPECT_EQ(air.link(2, 1).lost[RADIO_LOSS_INTERFERENCE], 1u);
}

TEST(Loss, WhatNoiseDestroysIsWeak)
{
    Radios air(2);
    air.scene.link(0, 1, 110); // 54 Mbit/s at -90 dBm: synchronised, and lost
    for (unsigned n = 1; n <= 5; n++)
        air.send(SIM_MS(n), 0, 1);
    air.run(SIM_MS(10));
    EXPECT_EQ(air.link(0, 1).lost[RADIO_LOSS_WEAK], 5u);
    EXPECT_EQ(air.node(1).rx_interfered, 0u);
    EXPECT_GT(air.link(0, 1).heard[RF_RX_FCS_ERROR] + air.link(0, 1).heard[RF_RX_HEADER_ERROR], 0u);
}

TEST(Loss, AFrameInABurstOfEnergyIsLostToInterference)
{
    Radios air(3);
    air.scene.link(0, 1, 70);
    air.scene.link(2, 1, 60);
    air.send(SIM_MS(1), 0, 1);
    evq_run(air.scene.q, SIM_MS(1) + SIM_US(50));
    rf_medium_burst(air.scene.medium, 2, rf_channel_mhz(6), 10, 20, SIM_MS(1));
    air.run(SIM_MS(3));
    EXPECT_EQ(air.link(0, 1).lost[RADIO_LOSS_INTERFERENCE], 1u);
    EXPECT_EQ(air.node(1).rx_interfered, 1u);
}

TEST(Loss, WhatIsStillOnItsWayAtTheEndIsNeitherReceivedNorLost)
{
    Radios air(2);
    air.scene.link(0, 1, 70);
    air.send(SIM_MS(1), 0, 1, 1500);
    air.run(SIM_MS(1) + SIM_US(100));
    EXPECT_EQ(radio_stats_link(air.stats, 0, 1), nullptr);
    EXPECT_EQ(air.node(0).tx_airtime, SIM_US(100)) << "what lies beyond the end does not count";
    EXPECT_EQ(radio_stats_channel(air.stats, 6)->used, SIM_US(100));
}

TEST(Levels, HistogramsHoldTheDecibelsOfEachLink)
{
    Radios air(3);
    air.scene.link(0, 1, 70.5);
    air.scene.link(2, 1, 80);
    air.send(SIM_MS(1), 0, 1);
    air.send(SIM_MS(3), 2, 1);
    air.run(SIM_MS(5));
    EXPECT_EQ(histogram_count(&air.link(0, 1).rssi, -51), 1u) << "20 dBm - 70.5 dB, rounded down";
    EXPECT_EQ(histogram_count(&air.link(2, 1).rssi, -60), 1u);
    EXPECT_EQ(air.node(1).rssi.total, 2u);
    double noise = -174 + 10 * std::log10(20e6) + rf_medium_defaults().noise_figure_db;
    EXPECT_EQ(histogram_count(&air.link(0, 1).sinr, (int)std::floor(-50.5 - noise)), 1u);
    EXPECT_NEAR(air.link(0, 1).rssi_sum_db, -50.5, 1e-6);
}

TEST(Channels, OverlapsCountOnceInWhatAChannelWasUsed)
{
    Radios air(4);
    sim_time length = rf_txtime(OFDM_54, 504) - SIM_US(6); // without signal extension
    air.send(SIM_MS(1), 0, 3);
    air.send(SIM_MS(1) + SIM_US(10), 1, 3);
    air.send(SIM_MS(2), 2, 3);
    air.run(SIM_MS(3));
    const auto &channel = *radio_stats_channel(air.stats, 6);
    EXPECT_EQ(channel.frames, 3u);
    EXPECT_EQ(channel.bytes, 3u * 504);
    EXPECT_EQ(channel.airtime, 3 * length);
    EXPECT_EQ(channel.used, 2 * length + SIM_US(10));
    EXPECT_EQ(channel.overlapped, 2u);
}

TEST(Addresses, OthersThanTheConfiguredAreLearntFromWhatIsSent)
{
    Radios air(2);
    air.scene.link(0, 1, 70);
    air.scene.addresses[1][0] = 0x06; // its second interface
    air.send(SIM_MS(1), 0, 1);        // nobody knows yet whose that is
    air.send(SIM_MS(2), 1, 0);
    air.send(SIM_MS(3), 0, 1);
    air.run(SIM_MS(5));
    EXPECT_EQ(air.link(0, 1).addressed, 1u);
    EXPECT_EQ(air.link(1, 0).addressed, 1u);
}

TEST(Packets, DelaysFromEndToEndAreThoseThatTheReceiversSee)
{
    Air air(2, air::Scene::fixed(70));
    air.station(0);
    air.station(1);
    air.flow(0, 1, TRAFFIC_POISSON, 100, DSSS_1);
    air.run(SIM_S(2));
    const auto &link = air.link(0, 1);
    EXPECT_NEAR((double)link.packets_made, 200, 60);
    EXPECT_LE(link.packets_made - link.packets_delivered, 5u);
    EXPECT_EQ(link.packet_bytes, 500 * link.packets_delivered);
    double packet = radio_delay_mean(&link.packet_delay), frame = radio_delay_mean(&link.sent.delay);
    double ack = (double)(SIFS + rf_txtime(DSSS_1, MPDU_ACK + MPDU_FCS)) / (double)SIM_PS_PER_S;
    EXPECT_GT(packet, frame - ack) << "a packet waits in the queue, too";
    EXPECT_LE(radio_delay_quantile(&link.packet_delay, 500), radio_delay_quantile(&link.packet_delay, 990));
    EXPECT_LE(radio_delay_quantile(&link.packet_delay, 990),
              (double)link.packet_delay.greatest / (double)SIM_PS_PER_S * (1 + 1.0 / 128));
}

TEST(Time, StatesOfEveryRadioAddUpToTheRun)
{
    Air air(4, air::Scene::fixed(70));
    for (unsigned n = 0; n < 3; n++)
        air.station(n); // node 3 has no radio
    air.flow(1, 0, TRAFFIC_SATURATED);
    air.run(SIM_MS(300));
    for (unsigned n = 0; n < 4; n++) {
        const auto &t = air.node(n).in_state;
        EXPECT_EQ(std::accumulate(t, t + DCF_STATES, sim_time(0)), SIM_MS(300)) << n;
    }
    EXPECT_EQ(air.node(3).in_state[DCF_STATE_OFF], SIM_MS(300));
    EXPECT_EQ(air.node(0).in_state[DCF_STATE_OFF], 0u);
    EXPECT_GE(air.node(1).in_state[DCF_STATE_TX], air.node(1).tx_airtime);
    EXPECT_GT(air.node(1).in_state[DCF_STATE_BACKOFF], SIM_MS(10));
    EXPECT_GT(air.node(2).nav_time, SIM_MS(10)) << "a third one is kept off by the Duration of frames";
    EXPECT_GT(air.node(2).in_state[DCF_STATE_RX], SIM_MS(100));
}

TEST(Energy, CurrentsAreThoseOfTheDataSheet)
{
    // 50 % duty cycle between sending and receiving gives what is stated.
    EXPECT_NEAR((energy_tx_ma(19.5) + ENERGY_RX_MA) / 2, 240, 1e-9);
    EXPECT_NEAR((energy_tx_ma(16) + ENERGY_RX_MA) / 2, 190, 1e-9);
    EXPECT_NEAR((energy_tx_ma(14) + ENERGY_RX_MA) / 2, 180, 1e-9);
    EXPECT_NEAR((energy_tx_ma(0) + ENERGY_RX_MA) / 2, 130, 1e-9);
    EXPECT_EQ(energy_tx_ma(-10), energy_tx_ma(0));
    for (double dbm = 0; dbm < 20; dbm += 0.25)
        EXPECT_LT(energy_tx_ma(dbm), energy_tx_ma(dbm + 0.25)) << dbm;
    for (auto [mhz, idle, busy] : {std::array{240, 30, 68}, std::array{160, 27, 44}, std::array{80, 20, 31}}) {
        auto hz = (uint64_t)mhz * 1000000;
        EXPECT_NEAR(energy_idle_ma(hz), idle, 1e-9);
        EXPECT_NEAR(energy_idle_ma(hz) + 2 * energy_core_ma(hz), busy, 1e-9);
    }
}

TEST(Energy, IsTheSumOverWhatANodeDid)
{
    Radios air(3);
    const struct dcf_observer *mac = radio_stats_mac_observer(air.stats);
    mac->state(mac->ctx, 0, 0, DCF_STATE_IDLE);
    mac->state(mac->ctx, SIM_MS(600), 0, DCF_STATE_OFF);
    air.send(SIM_MS(100), 0, 1);
    sim_time length = rf_txtime(OFDM_54, 504) - SIM_US(6);
    radio_stats_set_cpu(air.stats, 0, 160000000, SIM_MS(250));
    air.run(SIM_S(1));
    auto energy = radio_stats_energy(air.stats, 0);
    double sending = (double)length / (double)SIM_PS_PER_S;
    EXPECT_NEAR(energy.tx_j, 3.3e-3 * energy_tx_ma(20) * sending, 1e-12);
    EXPECT_NEAR(energy.rx_j, 3.3e-3 * 100 * (0.6 - sending), 1e-12);
    EXPECT_NEAR(energy.off_j, 3.3e-3 * 27 * 0.4, 1e-12);
    EXPECT_NEAR(energy.cpu_j, 3.3e-3 * 8.5 * 0.25, 1e-12);
    EXPECT_NEAR(energy.total_j, energy.tx_j + energy.rx_j + energy.off_j + energy.cpu_j, 1e-12);
    EXPECT_NEAR(energy.mean_ma, energy.total_j / 3.3e-3, 1e-9) << "over a second";
    EXPECT_EQ(radio_stats_energy(air.stats, 2).total_j, 0) << "no radio, no CPU";
}

TEST(Energy, SleepTakesThePlaceOfAnIdleCpu)
{
    Radios air(1);
    radio_stats_set_cpu(air.stats, 0, 80000000, 0);
    radio_stats_set_sleep(air.stats, 0, SIM_MS(100), SIM_MS(700));
    air.run(SIM_S(1));
    auto energy = radio_stats_energy(air.stats, 0);
    EXPECT_NEAR(energy.off_j, 3.3e-3 * 20 * 0.2, 1e-12);
    EXPECT_NEAR(energy.sleep_j, 3.3e-3 * (0.8 * 0.1 + 0.01 * 0.7), 1e-12);
    EXPECT_NEAR(energy.total_j, energy.off_j + energy.sleep_j, 1e-12);
}

} // namespace
