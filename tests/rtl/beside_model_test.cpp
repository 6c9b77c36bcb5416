// SPDX-License-Identifier: Apache-2.0
// RTL beside the model, and in its place: scenes of all kinds, and a jumble of everything that may happen to an engine.
#include <algorithm>
#include <fstream>
#include <random>
#include <tuple>

#include <gtest/gtest.h>

#include "sc_top/air/rtl_radio.h"
#include "tests/support/air_bench.h"

namespace
{

using vesper::rtl_part;
using vesper::rtl_radio;
using vesper::rtl_radio_config;

struct on_air {
    sim_time start;
    unsigned from, psdu;
    bool operator==(const on_air &o) const
    {
        return std::tie(start, from, psdu) == std::tie(o.start, o.from, o.psdu);
    }
};

struct scene_result {
    std::vector<on_air> frames;
    std::vector<std::string> differences;
    std::uint64_t decisions = 0;
};

struct scene_kind {
    air::standard standard;
    air::preset preset;
    unsigned stations;
    bool rts, hidden;
    std::uint64_t seed;
};

scene_result play(const scene_kind &kind, rtl_part part)
{
    scene_result result;
    {
        std::unique_ptr<rtl_radio> rtl; // outlives the engine
        air::Scene scene(kind.stations + 1, kind.preset, kind.seed, air::Scene::matrix());
        for (unsigned a = 0; a <= kind.stations; a++)
            for (unsigned b = 0; b < a; b++)
                scene.link(a, b, kind.hidden && a + b == 1 ? 300 : 70 + a + b);
        rf_medium_observer observer = {};
        observer.ctx = &result;
        observer.transmitted = [](void *ctx, sim_time now, const rf_frame *frame) {
            static_cast<scene_result *>(ctx)->frames.push_back({now, frame->from, frame->psdu});
        };
        rf_medium_observe(scene.medium, &observer);
        for (unsigned n = 0; n <= kind.stations; n++) {
            station_config c = air::station_of(kind.standard, kind.preset);
            c.rts_threshold = kind.rts ? 0 : 5000;
            traffic *t = scene.station(n, c);
            if (n == 0 && part != rtl_part::model) {
                rtl_radio_config config;
                config.backoff = part;
                config.name = "station0";
                config.differs = [&](sim_time now, const std::string &text, bool) {
                    result.differences.push_back(std::to_string(now) + " ps: " + text);
                };
                rtl = std::make_unique<rtl_radio>(config, station_dcf(traffic_station(t)));
            }
        }
        for (unsigned n = 0; n < kind.stations; n++) {
            traffic_flow flow = {};
            flow.kind = n == 1 ? TRAFFIC_POISSON : TRAFFIC_SATURATED;
            flow.rate = 300;
            flow.to = kind.stations;
            flow.packet = 200 + 100 * n;
            flow.mode = {kind.standard == air::standard::b ? RF_RATE_CCK_11 : RF_RATE_OFDM_24, false};
            flow.queue = n % 4;
            flow.qos = kind.standard == air::standard::n;
            scene.flow(n, flow);
            if (n == 0) { // a second queue, to collide inside
                flow.queue = 3;
                flow.kind = TRAFFIC_POISSON;
                scene.flow(n, flow);
            }
        }
        evq_run(scene.q, SIM_MS(30));
        if (rtl)
            result.decisions = rtl->counts().decisions;
    }
    return result;
}

class InAScene : public ::testing::TestWithParam<scene_kind>
{
};

TEST_P(InAScene, AgreesWithTheModelAtEveryStep)
{
    scene_result model = play(GetParam(), rtl_part::model), both = play(GetParam(), rtl_part::both);
    EXPECT_EQ(both.differences, std::vector<std::string>{});
    EXPECT_EQ(both.frames, model.frames);
    EXPECT_GT(both.decisions, 10u);
}

TEST_P(InAScene, InPlaceOfTheModelGivesTheSameFramesAtTheSamePicoseconds)
{
    scene_result model = play(GetParam(), rtl_part::model), rtl = play(GetParam(), rtl_part::rtl);
    EXPECT_EQ(rtl.frames, model.frames);
    EXPECT_GT(rtl.decisions, 10u);
    EXPECT_EQ(rtl.differences, std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Rtl, InAScene,
                         ::testing::Values(scene_kind{air::standard::g, air::preset::vesper, 3, false, false, 1},
                                           scene_kind{air::standard::b, air::preset::vesper, 3, true, false, 2},
                                           scene_kind{air::standard::n, air::preset::vesper, 4, false, true, 3},
                                           scene_kind{air::standard::g, air::preset::vesper, 2, true, true, 4},
                                           scene_kind{air::standard::g, air::preset::ns3, 3, false, true, 5},
                                           scene_kind{air::standard::n, air::preset::ns3, 2, true, false, 6}));

// ---- Baseband and frame check sequence ----

// Two stations in a noisy place; what the first makes of its frames, and of those of the other.
struct talk {
    std::vector<std::string> differences;
    std::vector<std::pair<sim_time, int>> results; // of receptions
    rtl_radio::figures figures = {};
};

talk play_talk(rtl_part part, rf_rate rate, double loss_db, bool tampers = false, const char *window = nullptr)
{
    talk result;
    std::unique_ptr<rtl_radio> rtl;
    air::Scene scene(2, air::preset::vesper, 7, air::Scene::fixed(loss_db));
    struct eyes {
        talk *seen;
        const rf_frame *on_air;
    } eyes = {&result, nullptr};
    rf_medium_observer observer = {};
    observer.ctx = &eyes;
    observer.received = [](void *ctx, sim_time now, unsigned node, const rf_rx *rx) {
        auto *e = static_cast<struct eyes *>(ctx);
        e->seen->results.emplace_back(now, int(rx->result) * 2 + int(node));
    };
    observer.transmitted = [](void *ctx, sim_time, const rf_frame *frame) {
        static_cast<struct eyes *>(ctx)->on_air = frame->from == 1 && frame->psdu > 100 ? frame : nullptr;
    };
    rf_medium_observe(scene.medium, &observer);
    for (unsigned n = 0; n < 2; n++) {
        traffic *t = scene.station(n, air::station_of(air::standard::b, air::preset::vesper));
        if (n == 0 && part != rtl_part::model) {
            rtl_radio_config config;
            config.baseband = config.fcs = part;
            config.name = "station0";
            config.differs = [&](sim_time now, const std::string &text, bool ends) {
                result.differences.push_back(std::to_string(now) + " ps: " + text);
                EXPECT_EQ(ends, part == rtl_part::both);
            };
            rtl = std::make_unique<rtl_radio>(config, station_dcf(traffic_station(t)));
        }
        traffic_flow flow = {};
        flow.kind = TRAFFIC_SATURATED;
        flow.packet = 100 + 37 * n;
        flow.mode = {rate, false};
        flow.to = 1 - n;
        if (n == 1)
            scene.flow(n, flow);
        else {
            flow.kind = TRAFFIC_POISSON;
            flow.rate = 100;
            scene.flow(n, flow);
        }
    }
    for (sim_time now = 0; now < SIM_MS(120); now += SIM_US(777)) {
        evq_run(scene.q, now);
        if (rtl)
            rtl->advance(now);
        // Somebody else's memory is wrong: a bit changes while the frame is on the air.
        const rf_frame *frame = eyes.on_air;
        if (tampers && frame && now > frame->start + SIM_US(200) && now < frame->start + SIM_US(400)) {
            const_cast<std::uint8_t *>(frame->payload)[50] ^= 1;
            tampers = false;
        }
    }
    if (rtl) {
        result.figures = rtl->counts();
        if (window) {
            EXPECT_EQ(rtl->write_window(window, SIM_MS(120), nullptr), SIM_OK);
        }
    }
    return result;
}

TEST(Baseband, LosesWhatTheModelLosesAndNothingElse)
{
    for (rf_rate rate : {RF_RATE_DSSS_1, RF_RATE_DSSS_2}) {
        double loss = rate == RF_RATE_DSSS_1 ? 117.6 : 114.6; // about one frame in three
        talk model = play_talk(rtl_part::model, rate, loss), rtl = play_talk(rtl_part::rtl, rate, loss),
             both = play_talk(rtl_part::both, rate, loss);
        EXPECT_EQ(rtl.results, model.results);
        EXPECT_EQ(both.results, model.results);
        EXPECT_EQ(rtl.differences, std::vector<std::string>{});
        EXPECT_EQ(both.differences, std::vector<std::string>{});
        EXPECT_GT(rtl.figures.received, 20u);
        EXPECT_GT(rtl.figures.sent, 5u);
        auto lost = std::count_if(model.results.begin(), model.results.end(),
                                  [](const auto &r) { return r.second == RF_RX_FCS_ERROR * 2; });
        EXPECT_GT(lost, 3);
    }
}

TEST(Baseband, LeavesOtherRatesToTheModelAndCountsThem)
{
    talk model = play_talk(rtl_part::model, RF_RATE_CCK_11, 80), rtl = play_talk(rtl_part::rtl, RF_RATE_CCK_11, 80);
    EXPECT_EQ(rtl.results, model.results);
    EXPECT_GT(rtl.figures.other_rates, 20u);
    EXPECT_GT(rtl.figures.checked, 20u); // the FCS does not mind
}

// The bit that changes after the frame has been coded is one that the RTL has not sent.
TEST(Baseband, ADifferenceIsToldOnceAndItsWaveformIsKept)
{
    std::string path = ::testing::TempDir() + "rtl_difference.vcd";
    talk both = play_talk(rtl_part::both, RF_RATE_DSSS_2, 80, true, path.c_str());
    ASSERT_EQ(both.differences.size(), 1u);
    EXPECT_NE(both.differences[0].find("other bits than were sent"), std::string::npos) << both.differences[0];
    std::ifstream file(path);
    std::string vcd{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    EXPECT_NE(vcd.find("dsss_rx"), std::string::npos);
    EXPECT_NE(vcd.find("chip_i"), std::string::npos);
    EXPECT_GT(vcd.size(), 10000u);
}

// Engines to which everything happens at random times: frames in all queues, cancelled, with access limits, with and
// without answers; the radio is retuned and switched off and on.
class Jumble
{
  public:
    explicit Jumble(unsigned seed, bool edca, bool whole_ifs) : random(seed)
    {
        auto path = rf_propagation_defaults();
        path.path = RF_PATH_FIXED;
        path.fixed_loss_db = 75;
        q = evq_create();
        propagation = rf_propagation_create(&path, ENGINES);
        errors = rf_error_model_create(RF_ERROR_TABLE);
        auto config = rf_medium_defaults();
        medium = rf_medium_create(&config, q, propagation, errors);
        auto mac = dcf_defaults();
        mac.edca = edca;
        mac.idle_rule = whole_ifs ? DCF_IDLE_WHOLE_IFS : DCF_IDLE_SLOT;
        static const dcf_ops OPS = {.done = on_done, .received = on_received, .sending = nullptr};
        for (unsigned n = 0; n < ENGINES; n++) {
            engine[n].owner = this;
            engine[n].dcf = dcf_create(medium, n, 1, &mac, &OPS, &engine[n], nullptr);
            const std::uint8_t address[MPDU_ADDRESS] = {2, 0, 0, 0, 0, std::uint8_t(n)};
            dcf_set_address(engine[n].dcf, 0, address, nullptr);
        }
        rtl_radio_config part;
        part.backoff = rtl_part::both;
        part.name = "jumble";
        part.differs = [this](sim_time now, const std::string &text, bool) {
            differences.push_back(std::to_string(now) + " ps: " + text);
        };
        rtl = std::make_unique<rtl_radio>(part, engine[0].dcf);
    }
    ~Jumble()
    {
        for (auto &e : engine)
            dcf_destroy(e.dcf);
        rf_medium_destroy(medium);
        rf_error_model_destroy(errors);
        rf_propagation_destroy(propagation);
        evq_destroy(q);
    }
    void play(unsigned steps)
    {
        sim_time now = 0;
        for (unsigned i = 0; i < steps; i++) {
            // Often enough at times with a fraction, sometimes on a grid of microseconds.
            now += random() % 3 ? random() % 300000000 : random() % 40 * SIM_US(1);
            evq_run(q, now);
            step(engine[random() % 4 ? 0 : random() % ENGINES]);
        }
    }
    std::vector<std::string> differences;
    std::unique_ptr<rtl_radio> rtl;

  private:
    static constexpr unsigned ENGINES = 3;
    struct one {
        Jumble *owner;
        struct dcf *dcf;
        std::uint8_t frame[DCF_SLOTS][200];
    };
    std::mt19937 random;
    one engine[ENGINES];
    evq *q;
    rf_propagation *propagation;
    rf_error_model *errors;
    rf_medium *medium;

    static void on_done(void *ctx, sim_time, unsigned slot, const dcf_outcome *)
    {
        one &e = *static_cast<one *>(ctx);
        if (e.owner->random() % 3)
            e.owner->start(e, slot);
    }
    static void on_received(void *ctx, sim_time, const dcf_rx *rx)
    {
        if (rx->wants != DCF_WANTS_NOTHING)
            dcf_acknowledge(static_cast<one *>(ctx)->dcf);
    }
    void start(one &e, unsigned slot)
    {
        static constexpr rf_rate rates[] = {RF_RATE_OFDM_6, RF_RATE_OFDM_54, RF_RATE_DSSS_2, RF_RATE_CCK_11};
        if (dcf_is_busy(e.dcf, slot))
            return;
        dcf_attempt a = {};
        std::uint8_t *f = e.frame[slot];
        std::fill_n(f, 200, std::uint8_t(0));
        f[0] = 0x08;
        f[2] = std::uint8_t(random() % 256); // Duration, up to a few hundred us
        f[3] = std::uint8_t(random() % 3);
        f[4] = f[10] = 2;
        f[9] = std::uint8_t(random() % (ENGINES + 1)); // the last is nobody
        f[15] = std::uint8_t(&e - engine);
        a.mpdu = random() % 12 ? f : nullptr;
        a.bytes = 24 + random() % 150;
        a.mode = {rates[random() % 4], false};
        a.power_dbm = random() % 5 ? 20 : -25; // hardly heard
        a.aifsn = 1 + random() % 7;
        a.backoff = random() % 4 ? random() % 32 : 0;
        a.answer = random() % 2 ? DCF_ANSWER_ACK : DCF_ANSWER_NONE;
        a.protection = random() % 4 ? DCF_PROTECT_NONE : DCF_PROTECT_RTS;
        a.protection_mode = {RF_RATE_OFDM_6, false};
        a.protection_duration = std::uint16_t(random() % 500);
        a.access_limit = random() % 4 ? 0 : random() % 500 * SIM_US(1);
        dcf_start(e.dcf, slot, &a);
    }
    void step(one &e)
    {
        switch (random() % 12) {
        case 0:
            dcf_cancel(e.dcf, random() % DCF_SLOTS);
            break;
        case 1:
            dcf_set_listening(e.dcf, random() % 4);
            break;
        case 2:
            dcf_set_channel(e.dcf, random() % 3 ? 1 : 2);
            break;
        default:
            start(e, random() % DCF_SLOTS);
            break;
        }
        if (random() % 4)
            dcf_set_listening(e.dcf, true);
    }
};

TEST(ChannelAccessJumble, AgreesWithTheModelWhateverHappens)
{
    std::uint64_t decisions = 0;
    for (unsigned seed = 1; seed <= 6; seed++) {
        Jumble jumble(seed, seed % 2, seed % 3 == 0);
        jumble.play(400);
        ASSERT_EQ(jumble.differences, std::vector<std::string>{}) << "seed " << seed;
        decisions += jumble.rtl->counts().decisions;
    }
    EXPECT_GT(decisions, 400u);
}

} // namespace
