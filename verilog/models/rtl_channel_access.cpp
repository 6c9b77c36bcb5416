// SPDX-License-Identifier: Apache-2.0
#include "verilog/models/rtl_channel_access.h"

#include <algorithm>

#include "Vchannel_access.h"

namespace vesper
{
namespace
{

constexpr sim_time TICK = SIM_NS(25);
constexpr unsigned SLOT_BITS = 15; // of a backoff

} // namespace

struct rtl_channel_access::block {
    VerilatedContext context;
    Vchannel_access v;
    rtl_wave wave;
    sim_time now = 0;
    std::uint64_t clocks = 0;
    bool is_reset = false, strayed = false;

    block(const trace_sink *sink, const std::string &scope, std::size_t kept)
        : v(&context, "channel_access"), wave(sink, scope, kept)
    {
        wave.add("busy", v.busy, 1);
        wave.add("idle", v.idle, 1);
        wave.add("nav_busy", v.nav_busy, 1);
        wave.add("start", v.start, 5);
        wave.add("cancel", v.cancel, 5);
        wave.add("waiting", v.waiting, 5);
        wave.add("slots", v.slots, SLOT_BITS);
        wave.add("aifsn", v.aifsn, 4);
        wave.add("wait_known", v.wait_known, 1);
        wave.add("ready", v.ready, 1);
        wave.add("grant", v.grant, 1);
        wave.add("granted", v.granted, 5);
        wave.add("collided", v.collided, 5);
        wave.add("clk_request", v.clk_request, 1);
        for (unsigned n = 0; n < 3; n++)
            wave.add(n == 0 ? "left_31_0" : n == 1 ? "left_63_32" : "left_74_64", v.left[n], n < 2 ? 32 : 11);
    }

    void clock(sim_time dt)
    {
        v.dt = static_cast<IData>(dt);
        v.clk = 0;
        v.eval();
        v.clk = 1;
        v.eval();
        now += dt;
        clocks++;
        if (wave.is_wanted())
            wave.sample(now);
    }

    void advance(sim_time to)
    {
        while (now < to) {
            if (!v.clk_request) {
                // Stopped. Nothing goes on but the grid of slots, and that repeats itself.
                if (v.busy) {
                    now = to;
                    return;
                }
                now += (to - now) / v.slot * v.slot;
                if (now < to)
                    clock(to - now);
                return;
            }
            clock(std::min(TICK, to - now));
            strayed = strayed || v.grant;
        }
    }

    // An event at `time`: the inputs that `set` leaves behind are seen by one clock.
    template <typename F> void at(sim_time time, F set)
    {
        advance(time);
        set();
        clock(0);
        v.restart = v.nav_load = v.eifs_load = 0;
        v.start = v.cancel = 0;
        strayed = strayed || v.grant;
    }
};

rtl_channel_access::rtl_channel_access(const trace_sink *sink, const std::string &scope, std::size_t kept)
    : rtl(std::make_unique<block>(sink, scope, kept))
{
}

rtl_channel_access::~rtl_channel_access() = default;

void rtl_channel_access::configure(sim_time now, const settings &s)
{
    rtl->advance(now);
    Vchannel_access &v = rtl->v;
    v.slot = static_cast<IData>(s.slot);
    v.sifs = static_cast<IData>(s.sifs);
    v.turnaround = static_cast<IData>(s.turnaround);
    v.edca = s.edca;
    v.whole_ifs = s.whole_ifs;
    if (rtl->is_reset)
        return;
    rtl->is_reset = true;
    v.rst = 1;
    rtl->clock(0);
    rtl->clock(0);
    v.rst = 0;
    rtl->clock(0);
}

void rtl_channel_access::carrier(sim_time now, bool busy)
{
    rtl->at(now, [&] {
        rtl->v.restart = !busy && !rtl->v.busy;
        rtl->v.busy = busy;
    });
}

void rtl_channel_access::restart(sim_time now)
{
    rtl->at(now, [&] { rtl->v.restart = 1; });
}

void rtl_channel_access::nav(sim_time now, sim_time until)
{
    rtl->at(now, [&] {
        rtl->v.nav_load = 1;
        rtl->v.ahead = until > now ? until - now : 0;
    });
}

void rtl_channel_access::eifs(sim_time now, sim_time until)
{
    rtl->at(now, [&] {
        rtl->v.eifs_load = 1;
        rtl->v.ahead = until > now ? until - now : 0;
    });
}

void rtl_channel_access::start(sim_time now, unsigned queue, unsigned aifsn, unsigned slots)
{
    rtl->at(now, [&] {
        rtl->v.start = static_cast<CData>(1u << queue);
        rtl->v.aifsn = static_cast<CData>(aifsn);
        rtl->v.slots = static_cast<SData>(slots);
    });
}

void rtl_channel_access::cancel(sim_time now, unsigned queue)
{
    rtl->at(now, [&] { rtl->v.cancel = static_cast<CData>(1u << queue); });
}

void rtl_channel_access::go(sim_time now)
{
    rtl->at(now, [&] { rtl->v.idle = 1; });
}

void rtl_channel_access::stop(sim_time now)
{
    rtl->at(now, [&] { rtl->v.idle = 0; });
}

void rtl_channel_access::advance(sim_time now)
{
    rtl->advance(now);
}

sim_time rtl_channel_access::due(sim_time now)
{
    rtl->advance(now);
    if (!rtl->v.wait_known)
        return SIM_TIME_NEVER;
    rtl->v.ask = 1;
    rtl->v.eval();
    sim_time due = now + rtl->v.wait_time;
    rtl->v.ask = 0;
    return due;
}

rtl_channel_access::decision rtl_channel_access::decide(sim_time now)
{
    decision d = {};
    rtl->advance(now);
    rtl->clock(0);
    d.decided = rtl->v.grant;
    while (d.winner < 31 && !(rtl->v.granted >> d.winner & 1))
        d.winner++;
    d.losers = rtl->v.collided;
    d.boundary = now + rtl->v.to_boundary;
    rtl->v.idle = 0;
    rtl->clock(0);
    return d;
}

unsigned rtl_channel_access::left(unsigned queue) const
{
    unsigned bit = queue * SLOT_BITS, word = bit / 32;
    std::uint64_t both = rtl->v.left[word];
    if (word < 2)
        both |= static_cast<std::uint64_t>(rtl->v.left[word + 1]) << 32;
    return static_cast<unsigned>(both >> bit % 32) & ((1u << SLOT_BITS) - 1);
}

std::uint64_t rtl_channel_access::clocks() const
{
    return rtl->clocks;
}

bool rtl_channel_access::has_strayed() const
{
    return rtl->strayed;
}

const rtl_wave &rtl_channel_access::wave() const
{
    return rtl->wave;
}

} // namespace vesper
