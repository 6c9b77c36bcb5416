/* SPDX-License-Identifier: Apache-2.0 */
// The software half: windows, retries, limits, fallback, duplicates, queues; and what traffic sources make.
#include "rf_channel/station.h"
#include "tests/support/air_bench.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace
{

constexpr struct rf_mode OFDM_54 = {RF_RATE_OFDM_54, false};
constexpr sim_time SLOT = SIM_US(9), DIFS = SIM_US(28);

struct Seen {
    sim_time at, end;
    unsigned from;
    struct rf_mode mode;
    bool retry;
    uint16_t sequence, duration;
    std::string name;
};

// Two stations; node 1 may be out of reach.
class Pair
{
  public:
    explicit Pair(struct station_config config = station_defaults(), bool reachable = true, uint64_t seed = 1)
        : scene(3, air::preset::vesper, seed, air::Scene::matrix())
    {
        if (reachable)
            scene.link(0, 1, 70);
        rf_medium_observe(scene.medium, &observer);
        for (unsigned node = 0; node < 2; node++) {
            auto own = config;
            own.seed = seed;
            memcpy(own.address, scene.addresses[node].data(), MPDU_ADDRESS);
            station[node] = station_create(scene.medium, node, &own, &OPS, this, nullptr);
        }
    }
    ~Pair()
    {
        station_destroy(station[0]);
        station_destroy(station[1]);
    }
    bool send(uint64_t tag = 0, struct rf_mode mode = OFDM_54, bool group = false, unsigned queue = 2)
    {
        uint8_t bytes[200] = {};
        struct mpdu_header header = {};
        header.type = MPDU_DATA;
        memcpy(header.address[0], scene.addresses[1].data(), MPDU_ADDRESS);
        if (group)
            memset(header.address[0], 0xff, MPDU_ADDRESS);
        memcpy(header.address[1], scene.addresses[0].data(), MPDU_ADDRESS);
        mpdu_make_header(bytes, &header);
        struct station_frame frame = {bytes, sizeof bytes, queue, mode, tag};
        return station_send(station[0], &frame);
    }
    void run(sim_time until)
    {
        evq_run(scene.q, until);
    }
    const struct station_counts &counts(unsigned node = 0) const
    {
        return *station_get_counts(station[node]);
    }
    std::vector<Seen> of(unsigned node) const
    {
        std::vector<Seen> list;
        std::copy_if(seen.begin(), seen.end(), std::back_inserter(list), [&](const Seen &s) { return s.from == node; });
        return list;
    }

    air::Scene scene;
    struct station *station[2] = {};
    std::vector<Seen> seen;
    std::vector<struct station_sent> sent;
    unsigned received = 0, duplicates = 0;

  private:
    struct rf_medium_observer observer = {this,
                                          [](void *ctx, sim_time now, const struct rf_frame *frame) {
                                              struct mpdu mpdu;
                                              mpdu_parse(frame->payload, frame->psdu - MPDU_FCS, &mpdu);
                                              static_cast<Pair *>(ctx)->seen.push_back(
                                                  {now, now + rf_txtime(frame->mode, frame->psdu), frame->from,
                                                   frame->mode, (mpdu.flags & MPDU_FLAG_RETRY) != 0, mpdu.sequence,
                                                   mpdu.duration, mpdu_name(mpdu.type, mpdu.subtype)});
                                          },
                                          nullptr};
    static constexpr struct station_ops OPS = {
        [](void *ctx, sim_time, const struct station_sent *sent) { static_cast<Pair *>(ctx)->sent.push_back(*sent); },
        [](void *ctx, sim_time, const struct station_received *received) {
            static_cast<Pair *>(ctx)->received++;
            static_cast<Pair *>(ctx)->duplicates += received->duplicate;
        },
        nullptr};
};

TEST(Retry, AFrameWithoutAnAckIsRepeatedUpToItsLimitWithTheRetryBit)
{
    auto config = station_defaults();
    config.retry_limit = 5;
    Pair net(config, false);
    ASSERT_TRUE(net.send(77));
    net.run(SIM_S(1));
    auto frames = net.of(0);
    ASSERT_EQ(frames.size(), 5u);
    for (size_t n = 0; n < frames.size(); n++) {
        EXPECT_EQ(frames[n].retry, n > 0);
        EXPECT_EQ(frames[n].sequence, frames[0].sequence);
    }
    ASSERT_EQ(net.sent.size(), 1u);
    EXPECT_FALSE(net.sent[0].delivered);
    EXPECT_EQ(net.sent[0].attempts, 5u);
    EXPECT_EQ(net.sent[0].tag, 77u);
    EXPECT_EQ(net.counts().retries, 4u);
    EXPECT_EQ(net.counts().dropped, 1u);
}

TEST(Retry, WithoutALimitItGoesOnForEver)
{
    auto config = station_defaults();
    config.retry_limit = 0;
    Pair net(config, false);
    net.send();
    net.run(SIM_S(2));
    EXPECT_GT(net.of(0).size(), 100u);
    EXPECT_TRUE(net.sent.empty());
}

// Each failure doubles the window up to its maximum: the mean wait grows with it.
TEST(Retry, TheContentionWindowDoublesWithEachFailure)
{
    constexpr unsigned RUNS = 200, ATTEMPTS = 9;
    std::vector<double> slots(ATTEMPTS, 0), most(ATTEMPTS, 0);
    for (unsigned run = 1; run <= RUNS; run++) {
        auto config = station_defaults();
        config.retry_limit = ATTEMPTS;
        Pair net(config, false, run);
        net.send();
        net.run(SIM_S(1));
        auto frames = net.of(0);
        ASSERT_EQ(frames.size(), ATTEMPTS);
        for (unsigned n = 1; n < ATTEMPTS; n++) {
            sim_time timeout = frames[n - 1].end + SIM_US(10) + SLOT + SIM_US(20);
            double waited = (double)(frames[n].at - timeout - DIFS) / (double)SLOT;
            slots[n] += waited / RUNS;
            most[n] = std::max(most[n], waited);
        }
    }
    for (unsigned n = 1; n < ATTEMPTS; n++) {
        double window = std::min(16 << n, 1024) - 1;
        double sigma = window / std::sqrt(12.0 * RUNS);
        EXPECT_NEAR(slots[n], window / 2, 4 * sigma + 0.1) << "attempt " << n;
        EXPECT_LE(most[n], window) << "attempt " << n;
    }
}

TEST(Retry, LongFramesAfterRtsHaveALimitOfTheirOwn)
{
    auto config = station_defaults();
    config.rts_threshold = 100;
    config.retry_limit = 6;
    Pair net(config, false);
    net.send();
    net.run(SIM_S(1));
    auto frames = net.of(0);
    ASSERT_EQ(frames.size(), 6u) << "RTS that nobody answers";
    for (const auto &frame : frames)
        EXPECT_EQ(frame.name, "RTS");
    EXPECT_EQ(net.counts().no_cts, 6u);
}

TEST(Retry, RatesFallBackStepByStep)
{
    auto config = station_defaults();
    config.fallback_after = 2;
    config.retry_limit = 7;
    Pair net(config, false);
    net.send();
    net.run(SIM_S(1));
    std::vector<std::string> rates;
    for (const auto &frame : net.of(0))
        rates.push_back(rf_rate_of(frame.mode.rate)->name);
    EXPECT_EQ(rates,
              (std::vector<std::string>{"OFDM 54", "OFDM 54", "OFDM 48", "OFDM 48", "OFDM 36", "OFDM 36", "OFDM 24"}));
}

TEST(Retry, FallbackEndsAtTheFamilysSlowestRateAndCckGoesOnWithDsss)
{
    auto config = station_defaults();
    config.fallback_after = 1;
    Pair net(config, false);
    net.send(0, {RF_RATE_CCK_11, true});
    net.run(SIM_S(1));
    std::vector<std::string> rates;
    for (const auto &frame : net.of(0))
        rates.push_back(std::string(rf_rate_of(frame.mode.rate)->name) + (frame.mode.short_form ? " short" : ""));
    EXPECT_EQ(rates, (std::vector<std::string>{"CCK 11 short", "CCK 5.5 short", "DSSS 2 short", "DSSS 1", "DSSS 1",
                                               "DSSS 1", "DSSS 1"}));
}

TEST(Duration, CoversTheAnswer)
{
    Pair net;
    net.send();
    net.send(0, OFDM_54, true);
    net.run(SIM_S(1));
    auto frames = net.of(0);
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].duration, 10 + 34) << "SIFS, ACK at 24 Mbit/s with the signal extension";
    EXPECT_EQ(frames[1].duration, 0) << "nobody answers a group frame";
    EXPECT_EQ(net.counts(1).received, 2u);
}

// The ACK is lost: the receiver has the frame, the sender repeats it.
TEST(Duplicates, AFrameThatComesAgainBecauseItsAckWasLostIsToldAsSuch)
{
    Pair net;
    ASSERT_EQ(rf_propagation_set_link(net.scene.propagation, 1, 0, RF_LOSS_NO_LINK_DB), SIM_OK);
    net.send();
    net.run(SIM_S(1));
    EXPECT_EQ(net.received, 7u);
    EXPECT_EQ(net.duplicates, 6u);
    EXPECT_EQ(net.counts(1).received, 1u);
    EXPECT_EQ(net.counts(1).duplicates, 6u);
    EXPECT_EQ(net.counts(0).dropped, 1u);
}

TEST(Duplicates, TheSameNumberWithoutTheRetryBitIsANewFrame)
{
    Pair net;
    for (unsigned n = 0; n < 3 * 4096 + 1; n++) {
        ASSERT_TRUE(net.send());
        if (n % 256 == 255)
            net.run(evq_now(net.scene.q) + SIM_MS(100));
    }
    net.run(evq_now(net.scene.q) + SIM_MS(100));
    EXPECT_EQ(net.duplicates, 0u) << "sequence numbers have wrapped three times";
    EXPECT_EQ(net.counts(1).received, 3 * 4096 + 1u);
}

TEST(Queue, RefusesWhatDoesNotFitAndDropsWhatIsTooOld)
{
    auto config = station_defaults();
    config.queue_limit = 3;
    config.lifetime = SIM_MS(2);
    Pair net(config, false);
    for (unsigned n = 0; n < 3; n++)
        EXPECT_TRUE(net.send());
    EXPECT_FALSE(net.send());
    EXPECT_EQ(station_queued(net.station[0], 2), 3u);
    net.run(SIM_S(1));
    EXPECT_EQ(net.counts().refused, 1u);
    EXPECT_EQ(net.counts().expired, 3u) << "also the one that was being repeated";
    EXPECT_EQ(net.counts().dropped, 3u);
    EXPECT_EQ(station_queued(net.station[0], 2), 0u);
}

TEST(Queue, EachHasItsOwnWindowAndPriority)
{
    auto config = station_defaults();
    config.queue[0] = {3, 7, 2};
    config.queue[3] = {15, 1023, 7};
    Pair net(config);
    for (unsigned n = 0; n < 50; n++) {
        net.send(0, OFDM_54, false, 3);
        net.send(1, OFDM_54, false, 0);
    }
    net.run(SIM_S(1));
    ASSERT_EQ(net.sent.size(), 100u);
    unsigned early = 0;
    for (unsigned n = 0; n < 60; n++)
        early += net.sent[n].queue == 0;
    EXPECT_GE(early, 45u);
}

// After a frame the backoff is counted down although nothing waits: a frame that comes in that time gets what is left
// of it, one that comes later goes without.
TEST(PostBackoff, IsCountedDownWithoutAFrame)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        Pair net(station_defaults(), true, seed);
        net.send();
        net.run(SIM_MS(5));
        net.send();
        net.run(SIM_MS(10));
        auto frames = net.of(0);
        ASSERT_EQ(frames.size(), 2u);
        EXPECT_LT(frames[1].at - SIM_MS(5), SLOT) << "no new backoff on an idle medium";
    }
    unsigned waited = 0;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        Pair net(station_defaults(), true, seed);
        net.send();
        net.run(SIM_US(150)); // 28 DIFS, 52 frame, 44 SIFS and ACK: just over
        ASSERT_EQ(net.sent.size(), 1u);
        net.send();
        net.run(SIM_MS(10));
        auto all = net.seen;
        ASSERT_EQ(all.size(), 4u);
        sim_time slots = (all[2].at - all[1].end - DIFS) / SLOT;
        EXPECT_EQ((all[2].at - all[1].end - DIFS) % SLOT, 0u);
        EXPECT_LE(slots, 15u);
        waited += slots > 1;
    }
    EXPECT_GT(waited, 35u);
}

TEST(Traffic, APoissonSourceHasItsRateAndExponentialGaps)
{
    air::Scene scene(2, air::preset::vesper, 5);
    scene.station(0, station_defaults());
    scene.station(1, station_defaults());
    struct traffic_flow flow = {};
    flow.kind = TRAFFIC_POISSON;
    flow.to = 1;
    flow.rate = 200;
    flow.packet = 100;
    flow.mode = OFDM_54;
    flow.queue = 2;
    scene.flow(0, flow);
    scene.measure(0, SIM_S(50));
    EXPECT_NEAR((double)scene.made[0], 10000, 4 * 100);
    auto packets = scene.got[{0, 1}].packets;
    EXPECT_NEAR((double)packets, (double)scene.made[0], 2) << "an idle air loses nothing";
}

TEST(Traffic, APeriodicSourceKeepsItsGridForEver)
{
    air::Scene scene(2, air::preset::vesper, 5);
    scene.station(0, station_defaults());
    scene.station(1, station_defaults());
    struct traffic_flow flow = {};
    flow.kind = TRAFFIC_PERIODIC;
    flow.to = 1;
    flow.rate = 300;
    flow.packet = 12;
    flow.mode = OFDM_54;
    flow.queue = 2;
    flow.start = SIM_MS(1);
    flow.stop = SIM_MS(10001);
    scene.flow(0, flow);
    scene.measure(0, SIM_S(20));
    EXPECT_EQ(scene.made[0], 3000u);
}

TEST(Traffic, PacketsAreForwardedAlongTheirRoute)
{
    air::Scene scene(3, air::preset::vesper, 5, air::Scene::matrix());
    scene.link(0, 1, 70);
    scene.link(1, 2, 70);
    for (unsigned node = 0; node < 3; node++)
        scene.station(node, station_defaults());
    ASSERT_EQ(traffic_set_route(scene.stations[0], 2, 1), SIM_OK);
    const sim_time times[] = {SIM_MS(1), SIM_MS(2), SIM_MS(50)};
    struct traffic_flow flow = {};
    flow.kind = TRAFFIC_LIST;
    flow.list = times;
    flow.list_count = 3;
    flow.to = 2;
    flow.packet = 500;
    flow.mode = OFDM_54;
    flow.queue = 2;
    scene.flow(0, flow);
    scene.measure(0, SIM_S(1));
    EXPECT_EQ((scene.got[{0, 2}].packets), 3u);
    EXPECT_EQ(traffic_get_counts(scene.stations[1])->forwarded, 3u);
}

TEST(Traffic, ValuesOutOfRangeAreRefused)
{
    air::Scene scene(2, air::preset::vesper, 5);
    auto *station = scene.station(0, station_defaults());
    struct traffic_flow good = {};
    good.kind = TRAFFIC_POISSON;
    good.to = 1;
    good.rate = 1;
    good.packet = 100;
    good.mode = OFDM_54;
    auto expect_refused = [&](void (*spoil)(struct traffic_flow &)) {
        auto flow = good;
        spoil(flow);
        EXPECT_EQ(traffic_add_flow(station, &flow), SIM_BAD_VALUE);
    };
    EXPECT_EQ(traffic_add_flow(station, &good), SIM_OK);
    expect_refused([](struct traffic_flow &f) { f.packet = TRAFFIC_PAYLOAD_MIN - 1; });
    expect_refused([](struct traffic_flow &f) { f.packet = TRAFFIC_PAYLOAD_MAX + 1; });
    expect_refused([](struct traffic_flow &f) { f.rate = 0; });
    expect_refused([](struct traffic_flow &f) { f.rate = std::nan(""); });
    expect_refused([](struct traffic_flow &f) { f.to = 2; });
    expect_refused([](struct traffic_flow &f) { f.to = 0; });
    expect_refused([](struct traffic_flow &f) { f.queue = STATION_QUEUES; });
}

} // namespace
