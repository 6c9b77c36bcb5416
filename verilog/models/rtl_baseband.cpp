// SPDX-License-Identifier: Apache-2.0
#include "verilog/models/rtl_baseband.h"

#include <utility>

#include "Vdsss_rx.h"
#include "Vdsss_tx.h"
#include "Vfcs.h"
#include "verilog/models/dsss_chips.h"

namespace vesper
{
namespace
{

constexpr int AMPLITUDE = 40;         // of a sample
constexpr unsigned SAMPLES = 2;       // of a chip
constexpr unsigned FLUSHED = 8;       // samples behind a frame, until the last byte is out
constexpr std::uint8_t NO_SYMBOL = 4; // its chips are no Barker sequence

template <typename V> void clock_of(V *v)
{
    v->clk = 0;
    v->eval();
    v->clk = 1;
    v->eval();
}

template <typename V> void reset(V *v)
{
    v->rst = 1;
    clock_of(v);
    clock_of(v);
    v->rst = 0;
}

int signed_2(unsigned value)
{
    return value == 3 ? -1 : static_cast<int>(value);
}

// Clock n of a frequency of so many MHz, from the frame's start.
sim_time at_clock(sim_time start, std::uint64_t n, unsigned mhz)
{
    return start + n * SIM_US(1) / mhz;
}

// Chips of one symbol to its phase.
std::uint8_t phase_of(const int (&i)[DSSS_CHIPS], const int (&q)[DSSS_CHIPS])
{
    for (unsigned phase = 0; phase < 4; phase++) {
        int sign = phase < 2 ? 1 : -1;
        bool all = true;
        for (unsigned n = 0; n < DSSS_CHIPS; n++)
            all = all && i[n] == (phase & 1 ? 0 : sign * dsss_barker[n]) &&
                  q[n] == (phase & 1 ? sign * dsss_barker[n] : 0);
        if (all)
            return static_cast<std::uint8_t>(phase);
    }
    return NO_SYMBOL;
}

} // namespace

struct rtl_baseband::blocks {
    VerilatedContext context;
    Vdsss_tx tx;
    Vdsss_rx rx;
    rtl_wave tx_wave, rx_wave;
    std::uint64_t tx_clocks = 0, rx_clocks = 0;
    received heard;
    sim_time rx_start = 0;
    std::uint64_t rx_samples = 0;

    blocks(const trace_sink *sink, const std::string &scope, std::size_t kept)
        : tx(&context, "dsss_tx"), rx(&context, "dsss_rx"), tx_wave(sink, scope + ".dsss_tx", kept),
          rx_wave(sink, scope + ".dsss_rx", kept)
    {
        tx_wave.add("start", tx.start, 1);
        tx_wave.add("busy", tx.busy, 1);
        tx_wave.add("two_mbps", tx.two_mbps, 1);
        tx_wave.add("next", tx.next, 1);
        tx_wave.add("data", tx.data, 8);
        tx_wave.add("chip_i", tx.chip_i, 2);
        tx_wave.add("chip_q", tx.chip_q, 2);
        rx_wave.add("enable", rx.enable, 1);
        rx_wave.add("in_i", rx.in_i, 8);
        rx_wave.add("in_q", rx.in_q, 8);
        rx_wave.add("locked", rx.locked, 1);
        rx_wave.add("sfd", rx.sfd, 1);
        rx_wave.add("header", rx.header, 1);
        rx_wave.add("failed", rx.failed, 1);
        rx_wave.add("length", rx.length, 12);
        rx_wave.add("valid", rx.valid, 1);
        rx_wave.add("data", rx.data, 8);
        rx_wave.add("done", rx.done, 1);
        reset(&tx);
        reset(&rx);
    }
    void tx_clock(sim_time now)
    {
        clock_of(&tx);
        tx_clocks++;
        if (tx_wave.is_wanted())
            tx_wave.sample(now);
    }
    void rx_sample(sim_time now, int i, int q)
    {
        rx.in_i = static_cast<CData>(i);
        rx.in_q = static_cast<CData>(q);
        clock_of(&rx);
        rx_clocks++;
        if (rx_wave.is_wanted())
            rx_wave.sample(now);
    }
    void hear_sample(int i, int q)
    {
        rx_sample(at_clock(rx_start, rx_samples++, 22), i, q);
        if (rx.header) {
            heard.header = true;
            heard.two_mbps = rx.two_mbps;
            heard.duration = rx.duration;
        }
        if (rx.valid)
            heard.psdu.push_back(rx.data);
        heard.done = heard.done || rx.done;
    }
};

rtl_baseband::rtl_baseband(const trace_sink *sink, const std::string &scope, std::size_t kept)
    : rtl(std::make_unique<blocks>(sink, scope, kept))
{
}

rtl_baseband::~rtl_baseband() = default;

std::vector<std::uint8_t> rtl_baseband::modulate(sim_time now, const std::vector<std::uint8_t> &psdu, bool two_mbps)
{
    Vdsss_tx &tx = rtl->tx;
    std::vector<std::uint8_t> phases;
    std::size_t taken = 0, limit = (dsss_symbols(psdu.size(), two_mbps) + 2) * DSSS_CHIPS;
    int i[DSSS_CHIPS], q[DSSS_CHIPS];
    unsigned chip = 0;
    tx.start = 1;
    tx.two_mbps = two_mbps;
    tx.length = static_cast<SData>(psdu.size());
    for (std::size_t n = 0; n < limit; n++) {
        tx.data = taken < psdu.size() ? psdu[taken] : 0;
        tx.clk = 0;
        tx.eval();
        taken += tx.next;
        rtl->tx_clock(at_clock(now, n, 11));
        tx.start = 0;
        if (!tx.busy && n > 1)
            break;
        if (!tx.busy)
            continue;
        i[chip] = signed_2(tx.chip_i);
        q[chip] = signed_2(tx.chip_q);
        if (++chip == DSSS_CHIPS) {
            phases.push_back(phase_of(i, q));
            chip = 0;
        }
    }
    return phases;
}

void rtl_baseband::listen(sim_time start)
{
    rtl->rx.enable = 0;
    rtl->rx_sample(start, 0, 0);
    rtl->rx.enable = 1;
    rtl->heard = {};
    rtl->rx_start = start;
    rtl->rx_samples = 0;
}

void rtl_baseband::hear(const std::uint8_t *phases, std::size_t symbols)
{
    for (std::size_t n = 0; n < symbols; n++)
        for (std::int8_t chip : dsss_barker) {
            int level = (phases[n] < 2 ? AMPLITUDE : -AMPLITUDE) * chip;
            for (unsigned s = 0; s < SAMPLES; s++)
                rtl->hear_sample(phases[n] & 1 ? 0 : level, phases[n] & 1 ? level : 0);
        }
}

rtl_baseband::received rtl_baseband::deafen()
{
    for (unsigned s = 0; s < FLUSHED; s++)
        rtl->hear_sample(0, 0);
    rtl->rx.enable = 0;
    rtl->rx_sample(at_clock(rtl->rx_start, rtl->rx_samples, 22), 0, 0);
    return std::move(rtl->heard);
}

std::uint64_t rtl_baseband::tx_clocks() const
{
    return rtl->tx_clocks;
}

std::uint64_t rtl_baseband::rx_clocks() const
{
    return rtl->rx_clocks;
}

const rtl_wave &rtl_baseband::tx_wave() const
{
    return rtl->tx_wave;
}

const rtl_wave &rtl_baseband::rx_wave() const
{
    return rtl->rx_wave;
}

struct rtl_fcs::block {
    VerilatedContext context;
    Vfcs v;
    rtl_wave wave;
    std::uint64_t clocks = 0;

    block(const trace_sink *sink, const std::string &scope, std::size_t kept)
        : v(&context, "fcs"), wave(sink, scope, kept)
    {
        wave.add("init", v.init, 1);
        wave.add("valid", v.valid, 1);
        wave.add("data", v.data, 8);
        wave.add("check", v.check, 32);
        wave.add("good", v.good, 1);
        reset(&v);
    }
    // At 11 MHz, a byte a clock.
    void run(sim_time now, const std::uint8_t *bytes, std::size_t count)
    {
        for (std::size_t n = 0; n <= count + 1; n++) {
            v.init = n == 0;
            v.valid = n > 0 && n <= count;
            if (v.valid)
                v.data = bytes[n - 1];
            clock_of(&v);
            clocks++;
            if (wave.is_wanted())
                wave.sample(at_clock(now, n, 11));
        }
    }
};

rtl_fcs::rtl_fcs(const trace_sink *sink, const std::string &scope, std::size_t kept)
    : rtl(std::make_unique<block>(sink, scope, kept))
{
}

rtl_fcs::~rtl_fcs() = default;

std::uint32_t rtl_fcs::of(sim_time now, const std::uint8_t *bytes, std::size_t count)
{
    rtl->run(now, bytes, count);
    return rtl->v.check;
}

bool rtl_fcs::is_good(sim_time now, const std::uint8_t *bytes, std::size_t count)
{
    rtl->run(now, bytes, count);
    return rtl->v.good;
}

std::uint64_t rtl_fcs::clocks() const
{
    return rtl->clocks;
}

const rtl_wave &rtl_fcs::wave() const
{
    return rtl->wave;
}

} // namespace vesper
