/* SPDX-License-Identifier: Apache-2.0 */
// An air with stations that have no CPU: the scenes of the reference data, in a few lines each.
#ifndef VESPER_TESTS_SUPPORT_AIR_BENCH_H
#define VESPER_TESTS_SUPPORT_AIR_BENCH_H

#include "rf_channel/traffic.h"

#include <array>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace air
{

enum class standard { b, g, n };
enum class preset { vesper, ns3 };

// Contention parameters of a standard at 2.4 GHz (IEEE 802.11-2020, tables 15-5, 18-5, 9-155), as the reference data
// uses them: short slots for g and n, DCF for b and g, best-effort EDCA for n.
inline struct station_config station_of(standard std, preset kind)
{
    struct station_config c = station_defaults();
    if (std == standard::b)
        c.mac.slot = SIM_US(20);
    for (auto &queue : c.queue) {
        queue.cw_min = std == standard::b ? 31 : 15;
        queue.aifsn = std == standard::n ? 3 : 2;
    }
    c.mac.edca = std == standard::n;
    c.rts_mode = {std == standard::b ? RF_RATE_DSSS_1 : RF_RATE_OFDM_6, false};
    if (kind == preset::ns3) {
        c.retry_limit = c.long_retry_limit = 7; // both, in the reference data
        c.mac.idle_at_rx_end = true;
        c.mac.idle_rule = std == standard::n ? DCF_IDLE_SLOT : DCF_IDLE_WHOLE_IFS;
    }
    return c;
}

inline struct rf_medium_config medium_of(preset kind)
{
    return kind == preset::ns3 ? rf_medium_ns3() : rf_medium_defaults();
}

class Scene
{
  public:
    Scene(unsigned nodes, preset kind, uint64_t run_seed, struct rf_propagation_config path = fixed(70),
          enum rf_error_kind error_kind = RF_ERROR_TABLE)
        : Scene(nodes, medium_of(kind), run_seed, path, error_kind)
    {
    }
    Scene(unsigned nodes, struct rf_medium_config config, uint64_t run_seed, struct rf_propagation_config path,
          enum rf_error_kind error_kind = RF_ERROR_TABLE)
        : seed(run_seed), q(evq_create()), propagation(rf_propagation_create(&path, nodes)),
          errors(rf_error_model_create(error_kind)), addresses(nodes)
    {
        config.seed = seed;
        medium = rf_medium_create(&config, q, propagation, errors);
        for (unsigned n = 0; n < nodes; n++)
            addresses[n] = {0x02, 0, 0, 0, (uint8_t)(n >> 8), (uint8_t)n};
        directory = {nodes, reinterpret_cast<const uint8_t(*)[MPDU_ADDRESS]>(addresses.data())};
        stations.resize(nodes);
    }
    ~Scene()
    {
        for (auto *station : stations)
            traffic_destroy(station);
        rf_medium_destroy(medium);
        rf_error_model_destroy(errors);
        rf_propagation_destroy(propagation);
        evq_destroy(q);
    }
    Scene(const Scene &) = delete;
    Scene &operator=(const Scene &) = delete;

    static struct rf_propagation_config fixed(double loss_db)
    {
        auto config = rf_propagation_defaults();
        config.path = RF_PATH_FIXED;
        config.fixed_loss_db = loss_db;
        return config;
    }
    static struct rf_propagation_config matrix()
    {
        auto config = rf_propagation_defaults();
        config.path = RF_PATH_MATRIX;
        return config;
    }
    void link(unsigned a, unsigned b, double loss_db)
    {
        check(rf_propagation_set_link(propagation, a, b, loss_db));
        check(rf_propagation_set_link(propagation, b, a, loss_db));
    }

    struct traffic *station(unsigned node, struct station_config config)
    {
        static const struct traffic_ops OPS = {
            [](void *ctx, sim_time now, unsigned to, const struct traffic_packet *packet) {
                auto &scene = *static_cast<Scene *>(ctx);
                if (now < scene.measured_from)
                    return;
                auto &sum = scene.got[{packet->from, to}];
                sum.packets++;
                sum.bytes += packet->bytes;
                sum.delays.push_back(now - packet->made);
            },
            [](void *ctx, sim_time now, unsigned from, const struct traffic_packet *, bool) {
                auto &scene = *static_cast<Scene *>(ctx);
                scene.made[from] += now >= scene.measured_from;
            },
            nullptr};
        config.seed = seed;
        memcpy(config.address, addresses[node].data(), MPDU_ADDRESS);
        stations[node] = traffic_create(medium, node, &config, &directory, &OPS, this, observer);
        return stations[node];
    }
    void flow(unsigned node, const struct traffic_flow &config)
    {
        check(traffic_add_flow(stations[node], &config));
    }

    // Lets things settle, then measures for `duration`.
    void measure(sim_time warm_up, sim_time duration)
    {
        measured_from = SIM_TIME_NEVER;
        evq_run(q, warm_up);
        measured_from = warm_up;
        before.clear();
        for (auto *station : stations)
            before.push_back(station ? *station_get_counts(traffic_station(station)) : station_counts{});
        evq_run(q, warm_up + duration);
        seconds = (double)duration / (double)SIM_PS_PER_S;
    }
    struct station_counts counts(unsigned node) const
    {
        struct station_counts c = *station_get_counts(traffic_station(stations[node]));
        const auto &b = before[node];
        c.attempts -= b.attempts;
        c.retries -= b.retries;
        c.delivered -= b.delivered;
        c.dropped -= b.dropped;
        c.no_ack -= b.no_ack;
        c.no_cts -= b.no_cts;
        return c;
    }
    double goodput_mbps(unsigned from, unsigned to) const
    {
        auto it = got.find({from, to});
        return it == got.end() ? 0.0 : 8e-6 * (double)it->second.bytes / seconds;
    }

    struct Got {
        uint64_t packets = 0, bytes = 0;
        std::vector<sim_time> delays;
    };
    uint64_t seed;
    struct evq *q;
    struct rf_propagation *propagation;
    struct rf_error_model *errors;
    struct rf_medium *medium = nullptr;
    const struct dcf_observer *observer = nullptr;
    std::vector<std::array<uint8_t, MPDU_ADDRESS>> addresses;
    struct traffic_directory directory = {};
    std::vector<struct traffic *> stations;
    std::map<std::pair<unsigned, unsigned>, Got> got;
    std::map<unsigned, uint64_t> made;
    sim_time measured_from = SIM_TIME_NEVER;
    double seconds = 0;

  private:
    static void check(enum sim_status status)
    {
        if (status != SIM_OK)
            throw std::runtime_error(sim_status_text(status));
    }
    std::vector<struct station_counts> before;
};

} // namespace air

#endif
