/* SPDX-License-Identifier: Apache-2.0 */
// An access point and clients without a CPU on one air, with what they said and heard.
#ifndef VESPER_TESTS_SUPPORT_BSS_BENCH_H
#define VESPER_TESTS_SUPPORT_BSS_BENCH_H

#include "rf_channel/ap.h"
#include "rf_channel/sta_client.h"

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace bss
{

using bytes = std::vector<uint8_t>;
using address = std::array<uint8_t, MPDU_ADDRESS>;

inline address node_address(unsigned node)
{
    return {0x02, 0, 0, 0, (uint8_t)(node >> 8), (uint8_t)node};
}
constexpr address HOST = {0x02, 0xaa, 0, 0, 0, 1}; // on the wire
constexpr address ALL = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

inline bytes ethernet(const address &to, const address &from, const std::string &text, unsigned type = 0x0800,
                      uint8_t tos = 0)
{
    bytes frame(to.begin(), to.end());
    frame.insert(frame.end(), from.begin(), from.end());
    frame.push_back((uint8_t)(type >> 8));
    frame.push_back((uint8_t)type);
    if (type == 0x0800) {
        frame.push_back(0x45);
        frame.push_back(tos);
    }
    frame.insert(frame.end(), text.begin(), text.end());
    return frame;
}

inline std::string text_of(const bytes &frame)
{
    size_t header = frame[12] == 8 && frame[13] == 0 ? 16u : 14u;
    return std::string(frame.begin() + (long)header, frame.end());
}

// A frame as it was on the air.
struct Heard {
    sim_time start;
    unsigned from;
    struct rf_mode mode;
    bytes mpdu;
    sim_time airtime;
    bool is(enum mpdu_type type, enum mpdu_subtype subtype) const
    {
        return (mpdu[0] >> 2 & 3) == type && mpdu[0] >> 4 == subtype;
    }
    bool flag(unsigned f) const
    {
        return mpdu[1] & f;
    }
};

class Bss
{
  public:
    struct Member {
        Bss *bss = nullptr;
        unsigned node = 0;
        struct sta_client *client = nullptr;
        std::vector<bytes> received;
        std::vector<std::pair<enum sta_client_state, unsigned>> states;
        unsigned delivered = 0;
        enum sta_client_state state() const
        {
            return sta_client_get_state(client);
        }
        bool send(const address &to, const std::string &text, uint8_t tos = 0)
        {
            auto frame = ethernet(to, node_address(node), text, 0x0800, tos);
            return sta_client_send(client, frame.data(), frame.size());
        }
        std::vector<std::string> texts() const
        {
            std::vector<std::string> out;
            for (auto &frame : received)
                out.push_back(text_of(frame));
            return out;
        }
    };

    explicit Bss(unsigned nodes, uint64_t run_seed = 1) : seed(run_seed), q(evq_create())
    {
        auto path = rf_propagation_defaults();
        path.path = RF_PATH_MATRIX;
        propagation = rf_propagation_create(&path, nodes);
        for (unsigned a = 0; a < nodes; a++)
            for (unsigned b = 0; b < nodes; b++)
                if (a != b)
                    loss(a, b, 70);
        errors = rf_error_model_create(RF_ERROR_TABLE);
        auto config = rf_medium_defaults();
        config.seed = seed;
        medium = rf_medium_create(&config, q, propagation, errors);
        observer.ctx = this;
        observer.transmitted = [](void *ctx, sim_time now, const struct rf_frame *frame) {
            auto &self = *static_cast<Bss *>(ctx);
            if (frame->payload)
                self.air.push_back({now, frame->from, frame->mode,
                                    bytes(frame->payload, frame->payload + frame->psdu - MPDU_FCS),
                                    rf_txtime(frame->mode, frame->psdu)});
        };
        rf_medium_observe(medium, &observer);
    }
    ~Bss()
    {
        for (auto &member : members)
            sta_client_destroy(member.client);
        for (auto *each : aps)
            ap_destroy(each);
        rf_medium_destroy(medium);
        rf_error_model_destroy(errors);
        rf_propagation_destroy(propagation);
        evq_destroy(q);
    }
    Bss(const Bss &) = delete;
    Bss &operator=(const Bss &) = delete;

    void loss(unsigned from, unsigned to, double db)
    {
        rf_propagation_set_link(propagation, from, to, db);
    }
    void separate(unsigned a, unsigned b)
    {
        loss(a, b, 300);
        loss(b, a, 300);
    }

    static struct ap_config open_network()
    {
        return ap_defaults();
    }
    static struct ap_config secure_network(const std::string &passphrase = "correct horse")
    {
        auto config = ap_defaults();
        passphrase.copy(config.passphrase, sizeof config.passphrase - 1);
        return config;
    }
    static struct sta_client_config open_client()
    {
        return sta_client_defaults();
    }
    static struct sta_client_config secure_client(const std::string &passphrase = "correct horse")
    {
        auto config = sta_client_defaults();
        passphrase.copy(config.passphrase, sizeof config.passphrase - 1);
        return config;
    }

    struct ap *start_ap(struct ap_config config, unsigned node = 0)
    {
        auto own = node_address(node);
        memcpy(config.station.address, own.data(), own.size());
        config.station.seed = seed;
        struct ap_port wire = {this, [](void *ctx, sim_time, const uint8_t *frame, size_t size) {
                                   static_cast<Bss *>(ctx)->port.emplace_back(frame, frame + size);
                               }};
        struct ap_events told = {this,
                                 [](void *ctx, sim_time, const uint8_t *, enum ap_station_state state,
                                    unsigned reason) { static_cast<Bss *>(ctx)->events.emplace_back(state, reason); }};
        aps.push_back(ap_create(medium, node, &config, &wire, &told, nullptr));
        ap = aps.front();
        return aps.back();
    }
    Member &join(unsigned node, struct sta_client_config config)
    {
        static constexpr struct sta_client_ops OPS = {
            [](void *ctx, sim_time, enum sta_client_state state, unsigned reason) {
                static_cast<Member *>(ctx)->states.emplace_back(state, reason);
            },
            [](void *ctx, sim_time, const uint8_t *frame, size_t size) {
                static_cast<Member *>(ctx)->received.emplace_back(frame, frame + size);
            },
            [](void *ctx, sim_time, bool delivered) { static_cast<Member *>(ctx)->delivered += delivered; }};
        auto own = node_address(node);
        memcpy(config.station.address, own.data(), own.size());
        config.station.seed = seed;
        members.emplace_back();
        auto &member = members.back();
        member.bss = this;
        member.node = node;
        member.client = sta_client_create(medium, node, &config, &OPS, &member, nullptr);
        return member;
    }
    void run(sim_time duration)
    {
        evq_run(q, evq_now(q) + duration);
    }
    void inject(const address &to, const std::string &text, uint8_t tos = 0)
    {
        auto frame = ethernet(to, HOST, text, 0x0800, tos);
        ap_inject(ap, frame.data(), frame.size());
    }
    struct ap_station_info info(unsigned node) const
    {
        struct ap_station_info out = {};
        ap_find_station(ap, node_address(node).data(), &out);
        return out;
    }
    const struct ap_counts &counts() const
    {
        return *ap_get_counts(ap);
    }
    std::vector<Heard> heard(enum mpdu_type type, enum mpdu_subtype subtype) const
    {
        std::vector<Heard> out;
        for (auto &frame : air)
            if (frame.is(type, subtype))
                out.push_back(frame);
        return out;
    }

    uint64_t seed;
    struct evq *q;
    struct rf_propagation *propagation = nullptr;
    struct rf_error_model *errors = nullptr;
    struct rf_medium *medium = nullptr;
    struct rf_medium_observer observer = {};
    struct ap *ap = nullptr; // the first
    std::vector<struct ap *> aps;
    std::deque<Member> members;
    std::vector<Heard> air;
    std::vector<bytes> port;
    std::vector<std::pair<enum ap_station_state, unsigned>> events;
};

} // namespace bss

#endif
