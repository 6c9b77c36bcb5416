// SPDX-License-Identifier: Apache-2.0
// station_bench FIRMWARE [STANDARD [PASSPHRASE [BYTES]]]: how fast an access point can send to a guest. Frames of BYTES
// (1514) for the program `station` enter the access point as if from its wire, faster than the air takes them, for one
// second; the program says what arrived and what a frame cost its core. STANDARD: b, g or n; PASSPHRASE "": open.
#include "sc_top/run/messages.h"
#include "sc_top/run/plain_kernel.h"
#include "sc_top/run/radio_scene.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace
{

constexpr sim_time BEGIN = SIM_S(1), END = SIM_S(2), INTERVAL = SIM_US(100);

struct source {
    struct ap *ap;
    struct evq *q;
    struct evq_event next;
    std::vector<uint8_t> frame;
    uint32_t number = 0;
};

// The type, kind and places are those of firmware/apps/station.
std::vector<uint8_t> filling(size_t size)
{
    std::vector<uint8_t> frame(size);
    const uint8_t header[16] = {0x24, 0x0A, 0xC4, 0, 0, 0, 0x02, 0xAA, 0, 0, 0, 1, 0x88, 0xB5, 3, 0};
    memcpy(frame.data(), header, sizeof header);
    return frame;
}

void send(void *ctx, sim_time now)
{
    auto *s = static_cast<source *>(ctx);
    memcpy(&s->frame[16], &s->number, sizeof s->number);
    s->number++;
    ap_inject(s->ap, s->frame.data(), s->frame.size());
    if (now + INTERVAL < END)
        evq_schedule(s->q, &s->next, now + INTERVAL);
}

std::string scenario_of(const std::string &firmware, const std::string &standard, const std::string &passphrase)
{
    std::string pass = passphrase.empty() ? "" : "pass " + passphrase + "\\n";
    return "[run]\nuntil = '2.3s'\n[radio]\npath_loss = 'fixed'\nloss = 60\n[[ap]]\nssid = 'bench'\nstandard = '" +
           standard + "'\npassphrase = '" + passphrase + "'\n[[node]]\nfirmware = '" + firmware +
           "'\ncpu_clock = '240MHz'\n[[input]]\nat = '5ms'\ntext = \"ssid bench\\nchannel 1\\n" + pass +
           "seconds 2\\njoin\\n\"\n";
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2)
        return fprintf(stderr, "station_bench FIRMWARE [STANDARD [PASSPHRASE [BYTES]]]\n"), 2;
    std::string standard = argc > 2 ? argv[2] : "g", passphrase = argc > 3 ? argv[3] : "";
    size_t size = argc > 4 ? strtoul(argv[4], nullptr, 10) : 1514;
    vesper::messages out(vesper::verbosity::quiet);
    vesper::scenario what;
    if (size < 64 || size > 1514 ||
        vesper::scenario_parse(scenario_of(argv[1], standard, passphrase), "./bench.toml", {}, out.log(), &what) !=
            SIM_OK)
        return 2;
    const volatile std::sig_atomic_t never = 0;
    vesper::session run(what, out, &never);
    if (run.build() != SIM_OK)
        return 2;
    source s = {air_access_point(run.air(), 1), run.shared_queue(), {}, filling(size)};
    evq_event_init(&s.next, send, &s, EVQ_PHASE_DEVICE);
    evq_schedule(s.q, &s.next, BEGIN);
    if (vesper::run_plain(run) != SIM_OK)
        return 1;
    const struct ap_counts *counts = ap_get_counts(s.ap);
    fprintf(stderr, "station_bench: offered=%u accepted=%llu\n", s.number,
            (unsigned long long)(counts->to_air - counts->overflow));
    return 0;
}
