// SPDX-License-Identifier: Apache-2.0
// RTL beside the model, and in its place: scenes of all kinds, and a jumble of everything that may happen to an engine.
#include <algorithm>
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
    EXPECT_GT(both.decisions, 20u);
}

TEST_P(InAScene, InPlaceOfTheModelGivesTheSameFramesAtTheSamePicoseconds)
{
    scene_result model = play(GetParam(), rtl_part::model), rtl = play(GetParam(), rtl_part::rtl);
    EXPECT_EQ(rtl.frames, model.frames);
    EXPECT_GT(rtl.decisions, 20u);
    EXPECT_EQ(rtl.differences, std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(Rtl, InAScene,
                         ::testing::Values(scene_kind{air::standard::g, air::preset::vesper, 3, false, false, 1},
                                           scene_kind{air::standard::b, air::preset::vesper, 3, true, false, 2},
                                           scene_kind{air::standard::n, air::preset::vesper, 4, false, true, 3},
                                           scene_kind{air::standard::g, air::preset::vesper, 2, true, true, 4},
                                           scene_kind{air::standard::g, air::preset::ns3, 3, false, true, 5},
                                           scene_kind{air::standard::n, air::preset::ns3, 2, true, false, 6}));

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
