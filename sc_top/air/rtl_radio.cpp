// SPDX-License-Identifier: Apache-2.0
#include "sc_top/air/rtl_radio.h"

#include <algorithm>
#include <cinttypes>

#include "bus/base/crc32.h"
#include "sc_top/out/vcd.h"
#include "sc_top/text.h"
#include "verilog/models/dsss_chips.h"

namespace vesper
{
namespace
{

// Changes that are remembered of each block in mode both: some milliseconds.
constexpr std::size_t REMEMBERED = 100000;
constexpr sim_time SYMBOL = SIM_US(1);

// Adds the time until it goes.
class stopwatch
{
  public:
    explicit stopwatch(std::chrono::steady_clock::duration *total) : sum(total), begun(std::chrono::steady_clock::now())
    {
    }
    ~stopwatch()
    {
        *sum += std::chrono::steady_clock::now() - begun;
    }
    stopwatch(const stopwatch &) = delete;
    stopwatch &operator=(const stopwatch &) = delete;

  private:
    std::chrono::steady_clock::duration *sum;
    std::chrono::steady_clock::time_point begun;
};

bool is_dsss(const rf_mode &mode)
{
    return (mode.rate == RF_RATE_DSSS_1 || mode.rate == RF_RATE_DSSS_2) && !mode.short_form;
}

bool is_fast(const rf_mode &mode)
{
    return mode.rate == RF_RATE_DSSS_2;
}

} // namespace

rtl_radio::rtl_radio(rtl_radio_config c, struct dcf *engine) : what(std::move(c))
{
    auto kept = [](rtl_part part) { return part == rtl_part::both ? REMEMBERED : 0; };
    if (what.backoff != rtl_part::model) {
        access = std::make_unique<rtl_channel_access>(what.sink, what.name + ".rtl.channel_access", kept(what.backoff));
        join_access(engine);
    }
    if (what.baseband != rtl_part::model)
        baseband = std::make_unique<rtl_baseband>(what.sink, what.name + ".rtl", kept(what.baseband));
    // Not in the run's waveform: it takes a frame's bytes in a burst when all have come.
    if (what.fcs != rtl_part::model)
        fcs = std::make_unique<rtl_fcs>(nullptr, what.name + ".rtl.fcs", kept(what.fcs));
    if (baseband || fcs)
        join_radio(dcf_radio(engine));
}

void rtl_radio::differs(sim_time now, rtl_part part, const std::string &text, bool ends)
{
    bool both = part == rtl_part::both;
    count.differences++;
    if (what.differs && (count.differences == 1 || ends))
        what.differs(now, text, both || ends);
}

// --- Channel access -------------------------------------------------------------------------------------------------

dcf_access_decision rtl_radio::decide(sim_time now)
{
    rtl_channel_access::decision d = access->decide(now);
    count.decisions++;
    if (!d.decided || access->has_strayed()) {
        differs(now, what.backoff, "channel access: the RTL did not decide at the time that it had announced", true);
        return {DCF_SLOTS, 0, now};
    }
    return {d.winner, d.losers, d.boundary};
}

void rtl_radio::join_access(struct dcf *engine)
{
    // Everything goes to the block as it is, with a stopwatch.
#define TELL(name, parameters, ...)                                                                                    \
    access_ops.name = [] parameters {                                                                                  \
        auto *self = static_cast<rtl_radio *>(ctx);                                                                    \
        stopwatch time(&self->spent);                                                                                  \
        return self->access->name(__VA_ARGS__);                                                                        \
    }
    TELL(carrier, (void *ctx, sim_time now, bool busy), now, busy);
    TELL(restart, (void *ctx, sim_time now), now);
    TELL(nav, (void *ctx, sim_time now, sim_time until), now, until);
    TELL(eifs, (void *ctx, sim_time now, sim_time until), now, until);
    TELL(start, (void *ctx, sim_time now, unsigned slot, unsigned aifsn, unsigned backoff), now, slot, aifsn, backoff);
    TELL(cancel, (void *ctx, sim_time now, unsigned slot), now, slot);
    TELL(go, (void *ctx, sim_time now), now);
    TELL(stop, (void *ctx, sim_time now), now);
    TELL(due, (void *ctx, sim_time now), now);
    TELL(left, (void *ctx, unsigned slot), slot);
#undef TELL
    access_ops.configure = [](void *ctx, sim_time now, const dcf_config *c) {
        static_cast<rtl_radio *>(ctx)->access->configure(
            now, {c->slot, c->sifs, c->turnaround, c->edca, c->idle_rule == DCF_IDLE_WHOLE_IFS});
    };
    access_ops.decide = [](void *ctx, sim_time now) {
        auto *self = static_cast<rtl_radio *>(ctx);
        stopwatch time(&self->spent);
        return self->decide(now);
    };
    access_ops.differs = [](void *ctx, sim_time now, const char *text, unsigned slot, std::uint64_t model,
                            std::uint64_t hardware) {
        std::string queue = slot < DCF_SLOTS ? format(", queue %u", slot) : std::string{};
        auto *self = static_cast<rtl_radio *>(ctx);
        self->differs(
            now, self->what.backoff,
            format("channel access, %s%s: model %" PRIu64 ", RTL %" PRIu64, text, queue.c_str(), model, hardware));
    };
    dcf_set_access(engine, &access_ops, this, what.backoff == rtl_part::both);
}

// --- Baseband and frame check sequence ------------------------------------------------------------------------------

void rtl_radio::join_radio(struct rf_radio *radio)
{
    coder_ops.sending = [](void *ctx, sim_time now, const rf_frame *frame, std::uint8_t *payload) {
        auto *self = static_cast<rtl_radio *>(ctx);
        stopwatch time(&self->spent);
        self->sending(now, *frame, payload);
    };
    coder_ops.receiving = [](void *ctx, sim_time now, const rf_frame *frame, sim_time start) {
        auto *self = static_cast<rtl_radio *>(ctx);
        stopwatch time(&self->spent);
        self->receiving(now, *frame, start);
    };
    coder_ops.received = [](void *ctx, sim_time now, const rf_rx *result) {
        auto *self = static_cast<rtl_radio *>(ctx);
        stopwatch time(&self->spent);
        return self->received(now, *result);
    };
    rf_radio_set_coder(radio, &coder_ops, this);
}

std::uint32_t rtl_radio::sequence_of(sim_time now, const std::uint8_t *bytes, std::size_t size)
{
    std::uint32_t model = crc32_extend(0, bytes, size);
    if (!fcs)
        return model;
    std::uint32_t sequence = fcs->of(now, bytes, size);
    count.checked++;
    if (sequence != model)
        differs(now, what.fcs,
                format("frame check sequence of %zu bytes sent: model %08" PRIx32 ", RTL %08" PRIx32, size, model,
                       sequence));
    return what.fcs == rtl_part::both ? model : sequence;
}

// Whether the frame is intact; `expected` by the model.
bool rtl_radio::is_good(sim_time now, const std::vector<std::uint8_t> &psdu, bool expected)
{
    bool model = psdu.size() >= MPDU_FCS;
    if (model) {
        std::uint32_t sequence = crc32_extend(0, psdu.data(), psdu.size() - MPDU_FCS);
        for (unsigned i = 0; i < MPDU_FCS; i++)
            model = model && psdu[psdu.size() - MPDU_FCS + i] == static_cast<std::uint8_t>(sequence >> 8 * i);
    }
    bool good = model;
    if (fcs) {
        bool there = fcs->is_good(now, psdu.data(), psdu.size());
        count.checked++;
        if (there != model)
            differs(now, what.fcs,
                    format("frame check sequence of %zu bytes received: model %s, RTL %s", psdu.size(),
                           model ? "good" : "bad", there ? "good" : "bad"));
        good = what.fcs == rtl_part::both ? model : there;
    }
    if (good != expected)
        differs(now, fcs ? what.fcs : what.baseband,
                format("a frame of %zu bytes: %s on the model's air, %s by its frame check sequence", psdu.size(),
                       expected ? "intact" : "lost", good ? "intact" : "bad"));
    return good;
}

static std::vector<std::uint8_t> with_sequence(const rf_frame &frame, std::uint32_t sequence)
{
    std::vector<std::uint8_t> psdu(frame.psdu, 0);
    if (frame.payload)
        std::copy_n(frame.payload, frame.psdu - MPDU_FCS, psdu.begin());
    for (unsigned i = 0; i < MPDU_FCS; i++)
        psdu[psdu.size() - MPDU_FCS + i] = static_cast<std::uint8_t>(sequence >> 8 * i);
    return psdu;
}

// Chips against the model's; without one that holds, what they really say is what goes on the air.
void rtl_radio::compare_chips(sim_time now, const std::vector<std::uint8_t> &phases, bool two_mbps,
                              std::uint8_t *payload)
{
    std::vector<std::uint8_t> model(dsss_symbols(frame_bytes.size(), two_mbps));
    dsss_modulate(frame_bytes.data(), frame_bytes.size(), two_mbps, 0, model.data());
    bool same = phases.size() == model.size();
    std::size_t n = 0;
    while (same && n < model.size() && phases[n] < 4 && ((phases[n] - model[n] - phases[0] + model[0]) & 3) == 0)
        n++;
    if (same && n == model.size())
        return;
    differs(now, what.baseband,
            format("baseband, a frame of %zu bytes sent: symbol %zu of %zu is another one than the model's",
                   frame_bytes.size(), n, model.size()));
    std::vector<std::uint8_t> said(DSSS_PSDU_MAX);
    if (what.baseband == rtl_part::rtl && same &&
        dsss_demodulate(phases.data(), phases.size(), two_mbps, said.data()) == frame_bytes.size())
        std::copy_n(said.begin(), frame_bytes.size() - MPDU_FCS, payload);
}

void rtl_radio::sending(sim_time now, const rf_frame &frame, std::uint8_t *payload)
{
    if (frame.psdu <= MPDU_FCS || !frame.payload)
        return;
    frame_bytes = with_sequence(frame, sequence_of(now, frame.payload, frame.psdu - MPDU_FCS));
    if (!baseband)
        return;
    if (!is_dsss(frame.mode)) {
        count.other_rates++;
        return;
    }
    count.sent++;
    compare_chips(now, baseband->modulate(now, frame_bytes, is_fast(frame.mode)), is_fast(frame.mode), payload);
}

void rtl_radio::receiving(sim_time now, const rf_frame &frame, sim_time start)
{
    if (!baseband || frame.psdu <= MPDU_FCS)
        return;
    if (rx.on)
        baseband->deafen(); // cut short in its header
    rx.on = is_dsss(frame.mode);
    if (!rx.on) {
        count.other_rates++;
        return;
    }
    // Of whatever sends there: the model's chips.
    std::size_t size = frame.psdu - MPDU_FCS;
    std::vector<std::uint8_t> psdu = with_sequence(frame, frame.payload ? crc32_extend(0, frame.payload, size) : 0);
    rx.phases.resize(dsss_symbols(psdu.size(), is_fast(frame.mode)));
    dsss_modulate(psdu.data(), psdu.size(), is_fast(frame.mode), 0, rx.phases.data());
    rx.start = start;
    rx.heard = static_cast<std::size_t>((now - start + SYMBOL - 1) / SYMBOL);
    baseband->listen(start + rx.heard * SYMBOL);
}

void rtl_radio::hear_until(std::size_t symbols)
{
    if (symbols <= rx.heard)
        return;
    baseband->hear(rx.phases.data() + rx.heard, symbols - rx.heard);
    rx.heard = symbols;
}

// The last symbol before a verdict is only heard with it: see received().
void rtl_radio::advance(sim_time now)
{
    stopwatch time(&spent);
    if (access)
        access->advance(now);
    if (!rx.on || now < rx.start + SYMBOL)
        return;
    hear_until(std::min<std::size_t>((now - rx.start - SYMBOL) / SYMBOL, rx.phases.size() - 1));
}

rf_rx_result rtl_radio::baseband_result(sim_time now, const rf_rx &result)
{
    const rf_frame &frame = *result.frame;
    std::size_t last = rx.phases.size();
    if (result.result == RF_RX_HEADER_ERROR)
        last = DSSS_OVERHEAD;
    if (result.result != RF_RX_OK)
        rx.phases[last - 1] = (rx.phases[last - 1] + 2) & 3; // half a turn
    hear_until(last);
    rtl_baseband::received got = baseband->deafen();
    rx.on = false;
    count.received++;
    bool header =
        got.header && got.two_mbps == is_fast(frame.mode) && got.duration == frame.psdu * (is_fast(frame.mode) ? 4 : 8);
    if (header != (result.result != RF_RX_HEADER_ERROR))
        differs(now, what.baseband,
                format("baseband, a header received: model %s, RTL %s", header ? "lost" : "intact",
                       header ? "intact" : "lost"));
    if (!header)
        return RF_RX_HEADER_ERROR;
    if (result.result == RF_RX_HEADER_ERROR)
        return result.result;
    if (!got.done || got.psdu.size() != frame.psdu) {
        differs(now, what.baseband,
                format("baseband, a frame of %u bytes: the RTL receives %zu", frame.psdu, got.psdu.size()));
        return RF_RX_FCS_ERROR;
    }
    bool intact = result.result == RF_RX_OK;
    if (intact && frame.payload && !std::equal(got.psdu.begin(), got.psdu.end() - MPDU_FCS, frame.payload))
        differs(now, what.baseband,
                format("baseband, a frame of %u bytes: the RTL receives other bits than were sent", frame.psdu));
    // Without bytes there is no sequence that could be right.
    return !frame.payload || is_good(now, got.psdu, intact) ? RF_RX_OK : RF_RX_FCS_ERROR;
}

rf_rx_result rtl_radio::received(sim_time now, const rf_rx &result)
{
    if (result.result == RF_RX_ABORTED) {
        if (rx.on)
            baseband->deafen();
        rx.on = false;
        return result.result;
    }
    if (rx.on) {
        rf_rx_result there = baseband_result(now, result);
        return what.baseband == rtl_part::both ? result.result : there;
    }
    const rf_frame &frame = *result.frame;
    if (!fcs || !frame.payload || frame.psdu <= MPDU_FCS || result.result == RF_RX_HEADER_ERROR)
        return result.result;
    std::vector<std::uint8_t> psdu = with_sequence(frame, crc32_extend(0, frame.payload, frame.psdu - MPDU_FCS));
    bool intact = result.result == RF_RX_OK;
    if (!intact)
        psdu[frame.number % psdu.size()] ^= 1; // some bit
    bool good = is_good(now, psdu, intact);
    return good || what.fcs == rtl_part::both ? result.result : RF_RX_FCS_ERROR;
}

// --- What is told ---------------------------------------------------------------------------------------------------

rtl_radio::figures rtl_radio::counts() const
{
    figures f = count;
    f.access_clocks = access ? access->clocks() : 0;
    f.tx_clocks = baseband ? baseband->tx_clocks() : 0;
    f.rx_clocks = baseband ? baseband->rx_clocks() : 0;
    f.fcs_clocks = fcs ? fcs->clocks() : 0;
    f.host_seconds = std::chrono::duration<double>(spent).count();
    return f;
}

sim_status rtl_radio::write_window(const std::string &path, sim_time end, struct log *log) const
{
    vcd *file = nullptr;
    SIM_TRY(vcd_create(path.c_str(), nullptr, 0, log, &file));
    const trace_sink *sink = vcd_sink(file);
    if (access)
        access->wave().replay(sink);
    if (baseband) {
        baseband->tx_wave().replay(sink);
        baseband->rx_wave().replay(sink);
    }
    if (fcs)
        fcs->wave().replay(sink);
    return vcd_finish(file, end);
}

} // namespace vesper
