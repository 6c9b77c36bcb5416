// SPDX-License-Identifier: Apache-2.0
// The receiver in RTL at the end of a channel, and what theory says of its errors.
#ifndef VESPER_TESTS_RTL_DSSS_RECEIVER_H
#define VESPER_TESTS_RTL_DSSS_RECEIVER_H

#include <cmath>
#include <random>
#include <unistd.h>
#include <vector>

#include "Vdsss_rx.h"
#include "tests/rtl/dsss_air.h"
#include "tests/rtl/rtl_bench.h"

namespace dsss
{

using bytes = std::vector<std::uint8_t>;

inline bytes random_bytes(unsigned count, unsigned seed)
{
    std::mt19937 random(seed);
    bytes result(count);
    for (auto &b : result)
        b = std::uint8_t(random());
    return result;
}

struct receiver {
    rtl_bench<Vdsss_rx> rtl{"dsss_rx"};
    bytes got;
    std::vector<int> raw; // 1 or 2 bits each
    unsigned delimiters = 0, headers = 0, failures = 0, frames = 0;

    receiver()
    {
        rtl->enable = 1;
    }
    void sample(int i, int q)
    {
        rtl->in_i = std::uint8_t(i);
        rtl->in_q = std::uint8_t(q);
        rtl.clock();
        delimiters += rtl->sfd;
        headers += rtl->header;
        failures += rtl->failed;
        frames += rtl->done;
        if (rtl->header)
            got.clear();
        if (rtl->valid)
            got.push_back(rtl->data);
        if (rtl->raw_valid)
            raw.push_back(rtl->raw);
    }
    void hear(const bytes &psdu, bool two, const channel &c, int before = 100, int after = 60)
    {
        hear(modulate(psdu, two), two, c, before, after);
    }
    void hear(const std::vector<std::complex<double>> &chips, bool two, const channel &c, int before = 100,
              int after = 60)
    {
        transmit(chips, c, two ? 2 : 1, before, after, [&](int i, int q) { sample(i, q); });
    }
};

// Differential detection, Proakis, Digital Communications, 4th ed.: 5.2-69 (DBPSK) and 5.2-70 (DQPSK with Gray code).
inline double theory(bool two, double eb_n0_db)
{
    double g = std::pow(10, eb_n0_db / 10);
    if (!two)
        return 0.5 * std::exp(-g);
    // Q1(a, b) - I0(ab) exp(-(a^2 + b^2) / 2) / 2, as an integral (Simon and Alouini, 8.86):
    // 1/(4 pi) * integral over a turn of (1 - z^2) / (1 + 2 z sin t + z^2) exp(-b^2 (1 + 2 z sin t + z^2) / 2)
    double a = std::sqrt(2 * g * (1 - std::sqrt(0.5))), b = std::sqrt(2 * g * (1 + std::sqrt(0.5))), z = a / b;
    double sum = 0;
    constexpr int STEPS = 20000;
    for (int i = 0; i < STEPS; i++) {
        double t = 2 * M_PI * (i + 0.5) / STEPS, d = 1 + 2 * z * std::sin(t) + z * z;
        sum += (1 - z * z) / d * std::exp(-b * b / 2 * d);
    }
    return sum / STEPS / 2;
}

// What the receiver makes of `symbols` data symbols, noise beginning behind the header.
inline double measured(bool two, double eb_n0_db, unsigned symbols, unsigned seed)
{
    unsigned wrong = 0, total = 0;
    unsigned size = 500;
    for (unsigned done = 0; done < symbols; done += size * (two ? 4 : 8)) {
        receiver rx;
        bytes psdu = random_bytes(size, ++seed);
        channel c;
        c.amplitude = 20;
        c.eb_n0_db = eb_n0_db;
        c.noise_from = 192.5;
        c.seed = seed;
        rx.hear(psdu, two, c);
        bits sent = scrambled(ppdu(psdu, two));
        if (rx.raw.size() != size * (two ? 4 : 8))
            return 1; // not received at all
        for (std::size_t n = 0; n < rx.raw.size(); n++) {
            if (two) {
                wrong += (rx.raw[n] >> 1) != sent[192 + 2 * n];
                wrong += (rx.raw[n] & 1) != sent[192 + 2 * n + 1];
                total += 2;
            } else {
                wrong += rx.raw[n] != sent[192 + n];
                total++;
            }
        }
    }
    return double(wrong) / total;
}

// By how many dB more the theory's receiver would need less.
inline double loss_db(bool two, double eb_n0_db, double rate)
{
    double low = -20, high = 40;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        (theory(two, middle) > rate ? low : high) = middle;
    }
    return eb_n0_db - low;
}

} // namespace dsss
#endif
