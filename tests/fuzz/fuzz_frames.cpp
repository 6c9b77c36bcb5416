/* SPDX-License-Identifier: Apache-2.0 */
// Any bytes as frames on the air, at any time and rate, into a station with a queue of its own: it neither crashes nor
// hangs, answers nothing that it must not, and still does its work afterwards.
#include "tests/support/air_bench.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace
{

constexpr unsigned SENDER = 0, TARGET = 1, RAW = 2;

void require(bool condition)
{
    if (!condition)
        abort();
}

// Each frame: delay in units of 3 us, rate and form, length, bytes. The first byte of the flags may ask for the
// addresses to be those of the target, or the fuzzer would rarely be heard.
struct Injector {
    struct evq_event event = {};
    struct evq *q = nullptr;
    struct rf_radio *radio = nullptr;
    const std::uint8_t *data = nullptr;
    std::size_t size = 0;

    void next()
    {
        if (size < 4)
            return;
        evq_schedule(q, &event, evq_now(q) + SIM_US(3) * (1 + data[0]));
    }
    void fire()
    {
        unsigned rate = data[1] % RF_RATE_COUNT;
        bool short_form = (data[1] & 0x80) && rf_rate_of((enum rf_rate)rate)->has_short;
        bool aimed = data[2] & 1;
        std::size_t length = std::min<std::size_t>(data[3], size - 4);
        std::vector<std::uint8_t> bytes(data + 4, data + 4 + length);
        data += 4 + length;
        size -= 4 + length;
        if (aimed && bytes.size() >= 10) {
            const std::uint8_t target[] = {0x02, 0, 0, 0, 0, TARGET};
            std::memcpy(bytes.data() + 4, target, sizeof target);
            if (bytes.size() >= 16)
                bytes[15] = 3;
        }
        rf_radio_transmit(radio, {(enum rf_rate)rate, short_form}, (unsigned)bytes.size() + MPDU_FCS, bytes.data(), 20);
        next();
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    air::Scene scene(3, air::preset::vesper, 1);
    auto config = station_defaults();
    config.rts_threshold = size % 2 ? 100 : 4096;
    scene.station(SENDER, config);
    scene.station(TARGET, config);
    dcf_block_ack_open(station_dcf(traffic_station(scene.stations[TARGET])), scene.addresses[SENDER].data(), 0, 0);
    station_set_promiscuous(traffic_station(scene.stations[TARGET]), size % 3 == 0);
    struct traffic_flow flow = {};
    flow.kind = TRAFFIC_POISSON;
    flow.rate = 500;
    flow.to = TARGET;
    flow.packet = 200;
    flow.mode = {RF_RATE_OFDM_24, false};
    flow.queue = 2;
    flow.stop = SIM_MS(300);
    scene.flow(SENDER, flow);

    static const struct rf_radio_ops silent = {};
    Injector injector;
    injector.q = scene.q;
    injector.radio = rf_radio_attach(scene.medium, RAW, 1, &silent, nullptr);
    injector.data = data;
    injector.size = size;
    evq_event_init(
        &injector.event, [](void *ctx, sim_time) { static_cast<Injector *>(ctx)->fire(); }, &injector,
        EVQ_PHASE_DEVICE);
    injector.next();
    scene.measure(0, SIM_S(3));

    // Everything is over: nothing in queues, and one more packet goes through.
    auto *sender = traffic_station(scene.stations[SENDER]);
    require(injector.size < 4);
    require(station_queued(sender, 2) == 0);
    const struct station_counts *c = station_get_counts(sender);
    require(c->queued == c->delivered + c->dropped);
    require(rf_medium_frames_on_air(scene.medium) == 0);
    auto before = traffic_get_counts(scene.stations[TARGET])->delivered;
    const sim_time again[] = {SIM_S(3) + SIM_MS(50)};
    flow = {};
    flow.kind = TRAFFIC_LIST;
    flow.list = again;
    flow.list_count = 1;
    flow.to = TARGET;
    flow.packet = 50;
    flow.mode = {RF_RATE_OFDM_6, false};
    flow.queue = 1;
    scene.flow(SENDER, flow);
    scene.measure(SIM_S(3), SIM_MS(200));
    require(traffic_get_counts(scene.stations[TARGET])->delivered == before + 1);
    return 0;
}
