// SPDX-License-Identifier: Apache-2.0
// The air as a waveform shows it.
#include <gtest/gtest.h>

#include <map>

#include "sc_top/out/radio_trace.h"
#include "tests/support/air_bench.h"

namespace
{

constexpr struct rf_mode OFDM_54 = {RF_RATE_OFDM_54, false};

// A sink that knows every signal's value at every time, as a viewer would.
class Waveform
{
  public:
    trace_sink sink = {this,
                       [](void *ctx, const char *scope, const char *name, enum trace_kind, unsigned) {
                           auto &w = *static_cast<Waveform *>(ctx);
                           w.names.push_back(std::string(scope) + "." + name);
                           w.changes.emplace_back();
                           return (trace_id)w.names.size();
                       },
                       [](void *ctx, trace_id id, sim_time time, uint64_t value) {
                           static_cast<Waveform *>(ctx)->changes[id - 1][time] = std::to_string(value);
                       },
                       [](void *ctx, trace_id id, sim_time time, const char *text) {
                           static_cast<Waveform *>(ctx)->changes[id - 1][time] = text;
                       }};
    // Of several changes at one time the last one counts.
    std::string at(const std::string &name, sim_time time) const
    {
        for (size_t i = 0; i < names.size(); i++)
            if (names[i] == name) {
                auto next = changes[i].upper_bound(time);
                return next == changes[i].begin() ? "?" : std::prev(next)->second;
            }
        return "no such signal";
    }

  private:
    std::vector<std::string> names;
    std::vector<std::map<sim_time, std::string>> changes;
};

class Traced : public testing::Test
{
  protected:
    void make(unsigned nodes)
    {
        scene = std::make_unique<air::Scene>(nodes, air::preset::vesper, 1, air::Scene::matrix());
        static const char *const NAMES[] = {"alice", "bob", "carol"};
        struct radio_trace_config config = {&wave.sink, nodes, NAMES, scene->directory.address};
        trace = radio_trace_create(&config);
        ASSERT_NE(trace, nullptr);
        rf_medium_observe(scene->medium, radio_trace_medium_observer(trace));
        scene->observer = radio_trace_mac_observer(trace);
    }
    ~Traced() override
    {
        scene.reset();
        radio_trace_destroy(trace);
    }
    void radios()
    {
        for (unsigned n = 0; n < scene->addresses.size(); n++)
            radio.push_back(rf_radio_attach(scene->medium, n, 6, &OPS, nullptr));
    }
    void send(sim_time at, unsigned from, unsigned to, unsigned bytes, uint8_t flags = 0)
    {
        std::vector<uint8_t> mpdu(bytes);
        struct mpdu_header header = {};
        header.type = MPDU_DATA;
        header.flags = flags;
        memcpy(header.address[0], scene->addresses[to].data(), MPDU_ADDRESS);
        mpdu_make_header(mpdu.data(), &header);
        evq_run(scene->q, at);
        ASSERT_TRUE(rf_radio_transmit(radio[from], OFDM_54, bytes + MPDU_FCS, mpdu.data(), 20));
    }
    static sim_time length(unsigned bytes)
    {
        return rf_txtime(OFDM_54, bytes + MPDU_FCS) - SIM_US(6); // without the silence after it
    }

    static constexpr struct rf_radio_ops OPS = {};
    Waveform wave;
    std::unique_ptr<air::Scene> scene;
    std::vector<struct rf_radio *> radio;
    struct radio_trace *trace = nullptr;
};

TEST_F(Traced, AFrameHasItsNumberAtTheSenderOnTheChannelAndAtTheReceiver)
{
    make(2);
    radios();
    scene->link(0, 1, 70);
    send(SIM_MS(1), 0, 1, 96);
    evq_run(scene->q, SIM_MS(2));
    sim_time end = SIM_MS(1) + length(96);
    EXPECT_EQ(wave.at("alice.radio.tx", SIM_MS(1) - 1), "-");
    EXPECT_EQ(wave.at("alice.radio.tx", SIM_MS(1)), "data OFDM 54 100B ->bob");
    EXPECT_EQ(wave.at("alice.radio.tx", end - 1), "data OFDM 54 100B ->bob");
    EXPECT_EQ(wave.at("alice.radio.tx", end), "-");
    EXPECT_EQ(wave.at("air.ch6.frame", SIM_MS(1)), "alice data OFDM 54 100B ->bob");
    EXPECT_EQ(wave.at("air.ch6.frame", end), "-");
    EXPECT_EQ(wave.at("bob.radio.rx", end + SIM_US(5)), "-");
    EXPECT_EQ(wave.at("bob.radio.rx", end + SIM_US(6)), "ok");
    EXPECT_EQ(wave.at("alice.radio.tx_frame", end - 1), "1");
    EXPECT_EQ(wave.at("alice.radio.tx_frame", end), "0");
    EXPECT_EQ(wave.at("air.ch6.frame_number", end - 1), "1");
    EXPECT_EQ(wave.at("bob.radio.rx_frame", end + SIM_US(6)), "1");
    EXPECT_EQ(wave.at("air.ch1.frame", SIM_MS(1)), "-") << "another channel";
}

TEST_F(Traced, WhatIsLostSaysHow)
{
    make(2);
    radios();
    scene->link(0, 1, 110);
    send(SIM_MS(1), 0, 1, 1000, MPDU_FLAG_RETRY);
    EXPECT_EQ(wave.at("alice.radio.tx", SIM_MS(1)), "data OFDM 54 1004B ->bob retry");
    evq_run(scene->q, SIM_MS(2));
    EXPECT_EQ(wave.at("bob.radio.rx", SIM_MS(2)), "fcs error");
}

TEST_F(Traced, AChannelCountsTheFramesThatAreOnIt)
{
    make(3);
    radios();
    send(SIM_MS(1), 0, 1, 1000);              // until 1 + length(1000)
    send(SIM_MS(1) + SIM_US(20), 1, 0, 60);   // ends first
    send(SIM_MS(1) + SIM_US(30), 2, 0, 1400); // ends last
    evq_run(scene->q, SIM_MS(2));
    auto on_air = [&](sim_time at) { return wave.at("air.ch6.on_air", at); };
    auto frame = [&](sim_time at) {
        return "#" + wave.at("air.ch6.frame_number", at) + wave.at("air.ch6.frame", at).substr(0, 1);
    };
    sim_time second = SIM_MS(1) + SIM_US(20) + length(60), first = SIM_MS(1) + length(1000),
             third = SIM_MS(1) + SIM_US(30) + length(1400);
    ASSERT_LT(second, first);
    ASSERT_LT(first, third);
    EXPECT_EQ(on_air(SIM_MS(1)), "1");
    EXPECT_EQ(on_air(SIM_MS(1) + SIM_US(20)), "2");
    EXPECT_EQ(on_air(SIM_MS(1) + SIM_US(30)), "3");
    EXPECT_EQ(on_air(second), "2");
    EXPECT_EQ(on_air(first), "1");
    EXPECT_EQ(on_air(third), "0");
    EXPECT_EQ(frame(SIM_MS(1)), "#1a");
    EXPECT_EQ(frame(SIM_MS(1) + SIM_US(25)), "#2b");
    EXPECT_EQ(frame(second), "#3c") << "the last one that began";
    EXPECT_EQ(frame(third - 1), "#3c");
    EXPECT_EQ(frame(third), "#0-");
}

TEST_F(Traced, StatesAndTheNavFollowAnExchange)
{
    make(3);
    for (auto [a, b] : {std::pair{0, 1}, {0, 2}, {1, 2}})
        scene->link((unsigned)a, (unsigned)b, 70);
    for (unsigned n = 0; n < 3; n++)
        scene->station(n, station_defaults());
    struct traffic_flow flow = {};
    flow.kind = TRAFFIC_LIST;
    const sim_time at[] = {SIM_MS(1)};
    flow.list = at;
    flow.list_count = 1;
    flow.to = 1;
    flow.packet = 500;
    flow.mode = OFDM_54;
    flow.queue = 2;
    scene->flow(0, flow);
    evq_run(scene->q, SIM_MS(3));
    unsigned mpdu = 500 + TRAFFIC_ENCAPSULATION + MPDU_HEADER;
    sim_time start = SIM_MS(1);
    while (wave.at("alice.radio.state", start) != "tx" && start < SIM_MS(2))
        start += SIM_US(1) / 2;
    sim_time middle = start + length(mpdu) / 2;
    EXPECT_EQ(wave.at("alice.radio.state", middle), "tx");
    EXPECT_EQ(wave.at("bob.radio.state", middle), "rx");
    EXPECT_EQ(wave.at("carol.radio.state", middle), "rx");
    EXPECT_EQ(wave.at("carol.radio.nav", middle), "0");
    sim_time answer = start + length(mpdu) + SIM_US(6 + 10 + 10); // SIFS, and some of the ACK
    EXPECT_EQ(wave.at("bob.radio.state", answer), "tx");
    EXPECT_EQ(wave.at("carol.radio.nav", answer), "1") << "reserved by the frame's Duration";
    EXPECT_EQ(wave.at("carol.radio.nav", SIM_MS(2)), "0");
    EXPECT_EQ(wave.at("alice.radio.state", SIM_MS(2)), "idle");
}

TEST_F(Traced, ANavThatIsShortenedAndLengthenedShowsNoOldEnds)
{
    make(1);
    const struct dcf_observer *mac = radio_trace_mac_observer(trace);
    auto reserve = [&](unsigned now, unsigned until) { mac->nav(mac->ctx, SIM_US(now), 0, SIM_US(until)); };
    reserve(10, 100);
    reserve(20, 20); // reset
    reserve(30, 60);
    reserve(40, 200);
    reserve(150, 180); // resets to a shorter one
    std::string shown; // at 5, 15, 25 us, ...
    for (unsigned us = 5; us < 220; us += 10)
        shown += wave.at("alice.radio.nav", SIM_US(us));
    EXPECT_EQ(shown, "0101111111111111110000") << "from 10 to 20, and from 30 to 180";
}

TEST_F(Traced, WhatNobodyWantsIsNotMade)
{
    scene = std::make_unique<air::Scene>(2, air::preset::vesper, 1, air::Scene::fixed(70));
    struct trace_sink deaf = {
        nullptr, [](void *, const char *, const char *, enum trace_kind, unsigned) { return (trace_id)0; },
        [](void *, trace_id, sim_time, uint64_t) { FAIL(); }, [](void *, trace_id, sim_time, const char *) { FAIL(); }};
    const char *names[] = {"a", "b"};
    struct radio_trace_config config = {&deaf, 2, names, nullptr};
    trace = radio_trace_create(&config);
    rf_medium_observe(scene->medium, radio_trace_medium_observer(trace));
    scene->observer = radio_trace_mac_observer(trace);
    scene->station(0, station_defaults());
    scene->station(1, station_defaults());
    struct traffic_flow flow = {};
    flow.kind = TRAFFIC_SATURATED;
    flow.to = 1;
    flow.packet = 500;
    flow.mode = OFDM_54;
    scene->flow(0, flow);
    evq_run(scene->q, SIM_MS(10));
}

} // namespace
