/* SPDX-License-Identifier: Apache-2.0 */
// Plays any row of the reference data (tests/rf/data/ns3_*.csv, made with tests/rf/reference/rfref.cc) with the model
// and prints what came out as CSV. scripts/radio_accuracy drives it.
// With --frames, the first frames on the air instead, one line each.
//
// Scenes:
//   sat, load   n stations and one sink, all in reach of each other; load is sat with --pps
//   hidden      two senders that do not hear each other, and the sink between them
//   capture     two senders that hear each other; at the sink one is --sir dB weaker
//   chain       0 - 1 - 2 - 3 with static routes; --hops: how far a node is heard
//   bcast       n stations that send to all
//   ring        n stations that broadcast, each heard by --reach others: what a frame costs
//   beacon      n access points and nobody else
//   airtime     TXTIME of every form of PPDU with 1..1600 bytes
//   curve       frame success of --mode over SNR, by the three error models
//   sensitivity receive power for 10 % of lost frames of --payload bytes (PSDU), at every rate
#include "rf_channel/ap.h"
#include "tests/support/air_bench.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace
{

struct Options {
    std::string scene = "sat", standard = "b", mode = "DSSS 1", preset = "vesper";
    unsigned n = 1, payload = 1472, seeds = 1, first_seed = 1, frames = 0, reach = 10;
    bool rts = false, short_preamble = false, lock_first = false;
    int retry = -1, slot_us = -1, lifetime_ms = 0;
    double pps = 0, seconds = 10, warm_up = 1, sir = 0;
    double from = -12, to = 34, step = 0.05;
    int hops = 1;
};

struct rf_mode mode_of(const Options &o)
{
    for (unsigned rate = 0; rate < RF_RATE_COUNT; rate++)
        if (o.mode == rf_rate_of((enum rf_rate)rate)->name)
            return {(enum rf_rate)rate, o.short_preamble && rf_rate_of((enum rf_rate)rate)->has_short};
    throw CLI::ValidationError("--mode", "no rate named '" + o.mode + "'");
}

struct Result {
    double goodput = 0, lowest = 0, highest = 0, jain = 0, failed = 0, dropped = 0, delivery = 0, delay_us = 0,
           p99_us = 0, frames_per_s = 0, air_fraction = 0, hop[3] = {};
    uint64_t hop_drops = 0, deliveries = 0;
};

// Counts what is on the air, or prints it.
class Watcher
{
  public:
    Watcher(air::Scene &watched, unsigned print) : scene(watched), left(print)
    {
        observer.ctx = this;
        observer.transmitted = [](void *ctx, sim_time now, const struct rf_frame *frame) {
            static_cast<Watcher *>(ctx)->transmitted(now, *frame);
        };
        rf_medium_observe(watched.medium, &observer);
    }
    uint64_t frames = 0;
    sim_time air = 0;

  private:
    void transmitted(sim_time now, const struct rf_frame &frame)
    {
        const sim_time airtime = rf_txtime(frame.mode, frame.psdu);
        if (now >= scene.measured_from) {
            frames++;
            air += airtime;
        }
        if (left > 0)
            print(now, frame, airtime);
        end = now + airtime;
    }
    void print(sim_time now, const struct rf_frame &frame, sim_time airtime)
    {
        struct mpdu mpdu;
        if (!mpdu_parse(frame.payload, frame.psdu - MPDU_FCS, &mpdu))
            return;
        left--;
        std::printf("%u,%s,%u,%s,%d,%.3f,%.3f,%u,%.3f\n", frame.from, mpdu_name(mpdu.type, mpdu.subtype), frame.psdu,
                    rf_rate_of(frame.mode.rate)->name, frame.mode.short_form, (double)now / 1e6, (double)airtime / 1e6,
                    (unsigned)mpdu.duration, ((double)now - (double)end) / 1e6);
    }

    air::Scene &scene;
    unsigned left;
    sim_time end = 0;
    struct rf_medium_observer observer = {};
};

class Run
{
  public:
    Run(const Options &options, uint64_t run_seed)
        : o(options), kind(o.preset == "ns3" ? air::preset::ns3 : air::preset::vesper),
          std(o.standard == "b"   ? air::standard::b
              : o.standard == "g" ? air::standard::g
                                  : air::standard::n),
          config(air::station_of(std, kind)), medium(air::medium_of(kind)), seed(run_seed)
    {
        if (o.rts)
            config.rts_threshold = 1;
        if (o.rts && kind == air::preset::ns3)
            config.retry_limit = 0; // ns-3 3.37 gives up no frame that is sent with RTS
        if (o.retry >= 0)
            config.retry_limit = config.long_retry_limit = (unsigned)o.retry;
        if (o.slot_us > 0)
            config.mac.slot = SIM_US((unsigned)o.slot_us);
        config.lifetime = SIM_MS((unsigned)o.lifetime_ms);
        if (o.lock_first)
            medium.preamble_dsss_snr_db = medium.preamble_ofdm_snr_db = -100;
    }
    Result play()
    {
        if (o.scene == "sat" || o.scene == "load")
            return star();
        if (o.scene == "hidden")
            return hidden();
        if (o.scene == "bcast")
            return broadcast();
        if (o.scene == "ring")
            return ring();
        if (o.scene == "beacon")
            return beacons();
        if (o.scene == "chain")
            return chain();
        if (o.scene == "capture")
            return capture();
        throw CLI::ValidationError("--scene", "no scene named '" + o.scene + "'");
    }

  private:
    struct traffic_flow flow(uint32_t to) const
    {
        struct traffic_flow f = {};
        f.kind = o.pps > 0 ? TRAFFIC_POISSON : TRAFFIC_SATURATED;
        f.to = to;
        f.rate = o.pps;
        f.packet = o.payload;
        f.mode = mode_of(o);
        f.queue = 2;
        f.qos = std == air::standard::n;
        return f;
    }
    // Not all at once, so that the first frames do not collide.
    struct traffic_flow staggered(uint32_t to, unsigned node) const
    {
        auto f = flow(to);
        f.start = SIM_US(137) * node;
        return f;
    }
    void go(air::Scene &scene, Result &r) const
    {
        Watcher watcher(scene, o.frames);
        scene.measure((sim_time)(o.warm_up * 1e12), (sim_time)(o.seconds * 1e12));
        r.frames_per_s = (double)watcher.frames / scene.seconds;
        r.air_fraction = (double)watcher.air / 1e12 / scene.seconds;
        r.deliveries = rf_medium_deliveries(scene.medium);
        rf_medium_observe(scene.medium, nullptr);
    }
    static void times(Result &r, std::vector<double> &delays)
    {
        for (double d : delays)
            r.delay_us += d / (double)delays.size();
        std::sort(delays.begin(), delays.end());
        if (!delays.empty())
            r.p99_us = delays[(size_t)std::ceil(0.99 * (double)delays.size()) - 1];
    }
    void sum(Result &r, air::Scene &scene, const std::vector<unsigned> &senders, unsigned sink) const
    {
        double squares = 0;
        uint64_t attempts = 0, acked = 0, dropped = 0, made = 0, packets = 0;
        std::vector<double> delays;
        r.lowest = INFINITY;
        for (unsigned node : senders) {
            double rate = scene.goodput_mbps(node, sink);
            r.goodput += rate;
            squares += rate * rate;
            r.lowest = std::min(r.lowest, rate);
            r.highest = std::max(r.highest, rate);
            auto c = scene.counts(node);
            attempts += c.attempts;
            acked += c.delivered;
            dropped += c.dropped;
            made += scene.made[node];
            auto &got = scene.got[{node, sink}];
            packets += got.packets;
            for (sim_time d : got.delays)
                delays.push_back((double)d / 1e6);
        }
        r.jain = squares > 0 ? r.goodput * r.goodput / (double)senders.size() / squares : 0;
        r.failed = attempts ? 1 - (double)acked / (double)attempts : 0;
        r.dropped = acked + dropped ? (double)dropped / (double)(acked + dropped) : 0;
        r.delivery = made ? (double)packets / (double)made : 0;
        times(r, delays);
    }
    Result star()
    {
        air::Scene scene(o.n + 1, medium, seed, air::Scene::fixed(70));
        std::vector<unsigned> senders;
        for (unsigned node = 0; node <= o.n; node++)
            scene.station(node, config);
        for (unsigned node = 1; node <= o.n; node++) {
            scene.flow(node, staggered(0, node));
            senders.push_back(node);
        }
        Result r;
        go(scene, r);
        sum(r, scene, senders, 0);
        return r;
    }
    // A - B - C: A and C send to B and do not hear each other.
    Result hidden()
    {
        air::Scene scene(3, medium, seed, air::Scene::matrix());
        scene.link(0, 1, 70);
        scene.link(1, 2, 70);
        return two_to_one(scene, 0, 2, 1);
    }
    Result capture()
    {
        air::Scene scene(3, medium, seed, air::Scene::matrix());
        scene.link(0, 1, 70);
        scene.link(0, 2, 70 + o.sir);
        scene.link(1, 2, 70);
        return two_to_one(scene, 1, 2, 0);
    }
    Result two_to_one(air::Scene &scene, unsigned a, unsigned b, unsigned sink)
    {
        for (unsigned node = 0; node < 3; node++)
            scene.station(node, config);
        scene.flow(a, staggered(sink, a));
        scene.flow(b, staggered(sink, b));
        Result r;
        go(scene, r);
        sum(r, scene, {a, b}, sink);
        return r;
    }
    // 0 - 1 - 2 - 3 with static routes; hops: how far a node can be heard.
    Result chain()
    {
        air::Scene scene(4, medium, seed, air::Scene::matrix());
        for (unsigned a = 0; a < 4; a++)
            for (unsigned b = a + 1; b < 4; b++)
                if ((int)(b - a) <= o.hops)
                    scene.link(a, b, b - a == 1 ? 70 : 80);
        for (unsigned node = 0; node < 4; node++) {
            auto *station = scene.station(node, config);
            if (node < 3)
                traffic_set_route(station, 3, node + 1);
        }
        scene.flow(0, flow(3));
        Result r;
        go(scene, r);
        sum(r, scene, {0}, 3);
        for (unsigned node = 0; node < 3; node++) {
            auto c = scene.counts(node);
            const uint64_t sent = c.attempts - c.no_cts; // data frames: the reference does not count RTS here
            r.hop[node] = sent ? 1 - (double)c.delivered / (double)sent : 0;
            r.hop_drops += c.dropped;
        }
        return r;
    }
    Result all_to_all(air::Scene &scene, unsigned hearers)
    {
        for (unsigned node = 0; node < o.n; node++)
            scene.station(node, config);
        for (unsigned node = 0; node < o.n; node++)
            scene.flow(node, staggered(TRAFFIC_TO_ALL, node));
        Result r;
        go(scene, r);
        uint64_t sent = 0, received = 0;
        std::vector<double> delays;
        for (unsigned node = 0; node < o.n; node++)
            sent += scene.counts(node).delivered;
        for (auto &[link, got] : scene.got) {
            received += got.packets;
            for (sim_time d : got.delays)
                delays.push_back((double)d / 1e6);
        }
        r.delivery = (double)received / (double)sent / hearers;
        times(r, delays);
        return r;
    }
    Result beacons()
    {
        air::Scene scene(o.n, medium, seed, air::Scene::fixed(70));
        std::vector<struct ap *> points;
        for (unsigned node = 0; node < o.n; node++) {
            auto c = ap_defaults();
            c.station.seed = seed;
            memcpy(c.station.address, scene.addresses[node].data(), MPDU_ADDRESS);
            std::strcpy(c.ssid, "reference"); // nine characters, as ns-3's
            c.standard = std == air::standard::b   ? AP_STANDARD_B
                         : std == air::standard::g ? AP_STANDARD_G
                                                   : AP_STANDARD_N;
            if (c.standard == AP_STANDARD_B)
                c.data_mode = {RF_RATE_CCK_11, false};
            if (c.standard == AP_STANDARD_N)
                c.data_mode = {RF_RATE_HT_MCS7, false};
            c.beacon_offset = SIM_MS(1) + SIM_US(7300) * node;
            points.push_back(ap_create(scene.medium, node, &c, nullptr, nullptr, nullptr));
        }
        Result r;
        go(scene, r);
        for (auto *point : points)
            ap_destroy(point);
        return r;
    }
    Result broadcast()
    {
        air::Scene scene(o.n, medium, seed, air::Scene::fixed(70));
        return all_to_all(scene, o.n - 1);
    }
    Result ring()
    {
        air::Scene scene(o.n, medium, seed, air::Scene::matrix());
        for (unsigned a = 0; a < o.n; a++)
            for (unsigned d = 1; d <= o.reach / 2; d++)
                scene.link(a, (a + d) % o.n, 70);
        return all_to_all(scene, o.reach / 2 * 2);
    }

    const Options &o;
    air::preset kind;
    air::standard std;
    struct station_config config;
    struct rf_medium_config medium;
    uint64_t seed;
};

class Errors
{
  public:
    explicit Errors(enum rf_error_kind kind) : model(rf_error_model_create(kind))
    {
    }
    ~Errors()
    {
        rf_error_model_destroy(model);
    }
    Errors(const Errors &) = delete;
    Errors &operator=(const Errors &) = delete;
    struct rf_error_model *model;
};

void print_curve(const Options &o)
{
    const Errors nist(RF_ERROR_NIST), yans(RF_ERROR_YANS), table(RF_ERROR_TABLE);
    const enum rf_rate rate = mode_of(o).rate;
    std::printf("snr_dB,success_nist,success_yans,success_table\n");
    for (unsigned i = 0; o.from + i * o.step <= o.to + 1e-9; i++) {
        const double snr = o.from + i * o.step;
        std::printf("%.4f,%.8g,%.8g,%.8g\n", snr, rf_frame_success(nist.model, rate, o.payload, snr),
                    rf_frame_success(yans.model, rate, o.payload, snr),
                    rf_frame_success(table.model, rate, o.payload, snr));
    }
}

void print_sensitivities(const Options &o)
{
    const Errors table(RF_ERROR_TABLE);
    std::printf("mode,sensitivity_dBm\n");
    for (unsigned n = 0; n < RF_RATE_COUNT; n++) {
        const auto rate = (enum rf_rate)n;
        double snr = -20;
        while (rf_frame_success(table.model, rate, o.payload, snr) < 0.90)
            snr += 0.01;
        std::printf("%s,%.2f\n", rf_rate_of(rate)->name, snr + rf_noise_floor_dbm(rate, RF_NOISE_FIGURE_DB));
    }
}

void print_airtimes()
{
    std::printf("mode,short,psdu_B,txtime_us\n");
    for (unsigned n = 0; n < RF_RATE_COUNT; n++)
        for (const bool short_form : {false, true})
            for (unsigned psdu = 1; psdu <= 1600 && (!short_form || rf_rate_of((enum rf_rate)n)->has_short); psdu++)
                std::printf("%s,%d,%u,%.3f\n", rf_rate_of((enum rf_rate)n)->name, short_form, psdu,
                            (double)rf_txtime({(enum rf_rate)n, short_form}, psdu) / 1e6);
}

void print_runs(const Options &o)
{
    if (o.frames > 0) {
        std::printf("node,frame,psdu_B,mode,short,start_us,duration_us,nav_us,gap_us\n");
        Run(o, o.first_seed).play();
        return;
    }
    std::printf("seed,goodput_Mbps,station_min,station_max,jain,fail_ratio,drop_ratio,delivery,delay_us,p99_us,"
                "frames_per_s,air_fraction,fail_hop1,fail_hop2,fail_hop3,hop_drops,deliveries\n");
    for (unsigned i = 0; i < o.seeds; i++) {
        const Result r = Run(o, o.first_seed + i).play();
        std::printf("%u,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%llu,%llu\n",
                    o.first_seed + i, r.goodput, r.lowest, r.highest, r.jain, r.failed, r.dropped, r.delivery,
                    r.delay_us, r.p99_us, r.frames_per_s, r.air_fraction, r.hop[0], r.hop[1], r.hop[2],
                    (unsigned long long)r.hop_drops, (unsigned long long)r.deliveries);
    }
}

} // namespace

int main(int argc, char **argv)
{
    Options o;
    CLI::App app("Plays a row of the radio reference data with the model.");
    app.add_option("--scene", o.scene,
                   "sat, load, hidden, capture, chain, bcast, ring, beacon, airtime, curve, sensitivity");
    app.add_option("--std", o.standard, "b, g or n");
    app.add_option("--mode", o.mode, "rate, as rate.def names it");
    app.add_option("--preset", o.preset, "vesper or ns3");
    app.add_option("--n", o.n, "senders");
    app.add_option("--payload", o.payload, "bytes of UDP payload");
    app.add_flag("--rts", o.rts, "RTS/CTS for every frame");
    app.add_option("--pps", o.pps, "packets a second of each sender; saturated without");
    app.add_option("--sir", o.sir, "capture: how much weaker the far sender is, dB");
    app.add_option("--hops", o.hops, "chain: how far a node is heard");
    app.add_option("--reach", o.reach, "ring: how many hear a node");
    app.add_option("--frames", o.frames, "prints the first frames of the run instead");
    app.add_option("--seeds", o.seeds, "runs");
    app.add_option("--first-seed", o.first_seed, "of the first run");
    app.add_option("--seconds", o.seconds, "measured");
    app.add_option("--warm-up", o.warm_up, "seconds before that");
    app.add_flag("--short-preamble", o.short_preamble, "DSSS and CCK with the short preamble");
    app.add_flag("--lock-first", o.lock_first, "the strongest preamble is taken at any SINR");
    app.add_option("--retry", o.retry, "attempts before a frame is given up; 0: never");
    app.add_option("--slot-us", o.slot_us, "slot time");
    app.add_option("--lifetime-ms", o.lifetime_ms, "of a frame in its queue");
    app.add_option("--from", o.from, "curve: first SNR, dB");
    app.add_option("--to", o.to, "curve: last SNR, dB");
    app.add_option("--step", o.step, "curve: dB");
    CLI11_PARSE(app, argc, argv);
    try {
        if (o.scene == "airtime")
            print_airtimes();
        else if (o.scene == "curve")
            print_curve(o);
        else if (o.scene == "sensitivity")
            print_sensitivities(o);
        else
            print_runs(o);
    } catch (const CLI::Error &error) {
        return app.exit(error);
    }
    return 0;
}
