/* SPDX-License-Identifier: Apache-2.0 */
// Plays any row of the reference data (shared/reference, made with ns-3's rfref) with the model and prints what came
// out, one line of CSV for each run. scripts/radio_accuracy drives it.
#include "tests/support/air_bench.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace
{

struct Options {
    std::string scene = "sat", standard = "b", mode = "DSSS 1", preset = "vesper";
    unsigned n = 1, payload = 1472, seeds = 1, first_seed = 1;
    bool rts = false;
    double pps = 0, seconds = 10, warm_up = 1, sir = 0;
    int hops = 1;
};

struct rf_mode mode_of(const std::string &name)
{
    for (unsigned rate = 0; rate < RF_RATE_COUNT; rate++)
        if (name == rf_rate_of((enum rf_rate)rate)->name)
            return {(enum rf_rate)rate, false};
    throw CLI::ValidationError("--mode", "no rate named '" + name + "'");
}

struct Result {
    double goodput = 0, lowest = 0, highest = 0, jain = 0, failed = 0, dropped = 0, delivery = 0, delay_us = 0,
           p99_us = 0;
};

class Run
{
  public:
    Run(const Options &options, uint64_t run_seed)
        : o(options), kind(o.preset == "ns3" ? air::preset::ns3 : air::preset::vesper),
          std(o.standard == "b"   ? air::standard::b
              : o.standard == "g" ? air::standard::g
                                  : air::standard::n),
          config(air::station_of(std, kind)), seed(run_seed)
    {
        if (o.rts)
            config.rts_threshold = 1;
        if (o.rts && kind == air::preset::ns3)
            config.retry_limit = 0; // ns-3 3.37 gives up no frame that is sent with RTS
    }
    Result play()
    {
        if (o.scene == "sat" || o.scene == "load" || o.scene == "espnow")
            return star();
        if (o.scene == "hidden")
            return hidden();
        if (o.scene == "bcast")
            return broadcast();
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
        f.mode = mode_of(o.mode);
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
    void go(air::Scene &scene) const
    {
        scene.measure((sim_time)(o.warm_up * 1e12), (sim_time)(o.seconds * 1e12));
    }
    Result sum(air::Scene &scene, const std::vector<unsigned> &senders, unsigned sink) const
    {
        Result r;
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
        r.jain = r.goodput * r.goodput / (double)senders.size() / squares;
        r.failed = attempts ? 1 - (double)acked / (double)attempts : 0;
        r.dropped = acked + dropped ? (double)dropped / (double)(acked + dropped) : 0;
        r.delivery = made ? (double)packets / (double)made : 0;
        for (double d : delays)
            r.delay_us += d / (double)delays.size();
        std::sort(delays.begin(), delays.end());
        if (!delays.empty())
            r.p99_us = delays[(size_t)std::ceil(0.99 * (double)delays.size()) - 1];
        return r;
    }
    Result star()
    {
        air::Scene scene(o.n + 1, kind, seed);
        std::vector<unsigned> senders;
        for (unsigned node = 0; node <= o.n; node++)
            scene.station(node, config);
        for (unsigned node = 1; node <= o.n; node++) {
            scene.flow(node, staggered(0, node));
            senders.push_back(node);
        }
        go(scene);
        return sum(scene, senders, 0);
    }
    // A - B - C: A and C send to B and do not hear each other.
    Result hidden()
    {
        air::Scene scene(3, kind, seed, air::Scene::matrix());
        scene.link(0, 1, 70);
        scene.link(1, 2, 70);
        for (unsigned node = 0; node < 3; node++)
            scene.station(node, config);
        scene.flow(0, staggered(1, 0));
        scene.flow(2, staggered(1, 2));
        go(scene);
        return sum(scene, {0, 2}, 1);
    }
    Result capture()
    {
        air::Scene scene(3, kind, seed, air::Scene::matrix());
        scene.link(0, 1, 70);
        scene.link(0, 2, 70 + o.sir);
        scene.link(1, 2, 70);
        for (unsigned node = 0; node < 3; node++)
            scene.station(node, config);
        scene.flow(1, staggered(0, 1));
        scene.flow(2, staggered(0, 2));
        go(scene);
        return sum(scene, {1, 2}, 0);
    }
    // 0 - 1 - 2 - 3 with static routes; hops: how far a node can be heard.
    Result chain()
    {
        air::Scene scene(4, kind, seed, air::Scene::matrix());
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
        go(scene);
        return sum(scene, {0}, 3);
    }
    Result broadcast()
    {
        air::Scene scene(o.n, kind, seed);
        for (unsigned node = 0; node < o.n; node++)
            scene.station(node, config);
        for (unsigned node = 0; node < o.n; node++)
            scene.flow(node, staggered(TRAFFIC_TO_ALL, node));
        go(scene);
        Result r;
        uint64_t sent = 0, received = 0;
        for (unsigned node = 0; node < o.n; node++) {
            sent += scene.counts(node).delivered;
            for (unsigned other = 0; other < o.n; other++)
                received += scene.got[{node, other}].packets;
        }
        r.delivery = (double)received / (double)sent / (o.n - 1);
        return r;
    }

    const Options &o;
    air::preset kind;
    air::standard std;
    struct station_config config;
    uint64_t seed;
};

} // namespace

int main(int argc, char **argv)
{
    Options o;
    CLI::App app("Plays a row of the radio reference data with the model.");
    app.add_option("--scene", o.scene, "sat, load, hidden, bcast, chain, capture");
    app.add_option("--std", o.standard, "b, g or n");
    app.add_option("--mode", o.mode, "rate, as rate.def names it");
    app.add_option("--preset", o.preset, "vesper or ns3");
    app.add_option("--n", o.n, "senders");
    app.add_option("--payload", o.payload, "bytes of UDP payload");
    app.add_flag("--rts", o.rts, "RTS/CTS for every frame");
    app.add_option("--pps", o.pps, "packets a second of each sender; saturated without");
    app.add_option("--sir", o.sir, "capture: how much weaker the far sender is, dB");
    app.add_option("--hops", o.hops, "chain: how far a node is heard");
    app.add_option("--seeds", o.seeds, "runs");
    app.add_option("--first-seed", o.first_seed, "of the first run");
    app.add_option("--seconds", o.seconds, "measured");
    app.add_option("--warm-up", o.warm_up, "seconds before that");
    CLI11_PARSE(app, argc, argv);
    std::printf("seed,goodput_Mbps,station_min,station_max,jain,fail_ratio,drop_ratio,delivery,delay_us,p99_us\n");
    for (unsigned i = 0; i < o.seeds; i++) {
        Result r = Run(o, o.first_seed + i).play();
        std::printf("%u,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g\n", o.first_seed + i, r.goodput, r.lowest,
                    r.highest, r.jain, r.failed, r.dropped, r.delivery, r.delay_us, r.p99_us);
    }
    return 0;
}
