// SPDX-License-Identifier: Apache-2.0
// DSSS as the standard's text says it, in plain C++: independent of the RTL and of its arithmetic. And a channel with
// noise, an offset in time and clocks that differ.
#ifndef VESPER_TESTS_RTL_DSSS_AIR_H
#define VESPER_TESTS_RTL_DSSS_AIR_H

#include <cmath>
#include <complex>
#include <cstdint>
#include <random>
#include <vector>

namespace dsss
{

using bits = std::vector<int>;

inline void append(bits *to, unsigned value, int count) // least significant first
{
    for (int i = 0; i < count; i++)
        to->push_back(value >> i & 1);
}

// 15.2.3.7, by long division of polynomials.
inline bits crc16(const bits &message)
{
    bits work = message;
    work.resize(message.size() + 16);
    for (int i = 0; i < 16; i++)
        work[i] ^= 1;
    for (std::size_t i = 0; i < message.size(); i++)
        if (work[i])
            for (int power : {16, 12, 5, 0})
                work[i + 16 - power] ^= 1;
    bits remainder(work.end() - 16, work.end());
    for (int &bit : remainder)
        bit ^= 1;
    return remainder;
}

inline bits ppdu(const std::vector<std::uint8_t> &psdu, bool two)
{
    bits all(128, 1);
    append(&all, 0xF3A0, 16);
    bits header;
    append(&header, two ? 0x14 : 0x0A, 8);
    append(&header, 0, 8);
    append(&header, unsigned(psdu.size()) * (two ? 4 : 8), 16);
    all.insert(all.end(), header.begin(), header.end());
    bits check = crc16(header);
    all.insert(all.end(), check.begin(), check.end());
    for (std::uint8_t byte : psdu)
        append(&all, byte, 8);
    return all;
}

inline bits scrambled(const bits &plain)
{
    int z[8] = {0, 1, 1, 0, 1, 1, 0, 0}; // 1101100, z^-1 first
    bits out;
    for (int bit : plain) {
        int b = bit ^ z[4] ^ z[7];
        for (int i = 7; i > 1; i--)
            z[i] = z[i - 1];
        z[1] = b;
        out.push_back(b);
    }
    return out;
}

// The chips of a frame at 11 MHz; `header` is 192 symbols at 1 Mbit/s.
inline std::vector<std::complex<double>> modulate(const std::vector<std::uint8_t> &psdu, bool two)
{
    static const int barker[11] = {1, -1, 1, 1, -1, 1, 1, 1, -1, -1, -1};
    static const int quarter[2][2] = {{0, 1}, {3, 2}}; // [first][second] in quarter turns
    bits all = scrambled(ppdu(psdu, two));
    std::vector<std::complex<double>> chips;
    int phase = 0;
    for (std::size_t i = 0; i < all.size();) {
        bool pair = two && i >= 192;
        phase += pair ? quarter[all[i]][all[i + 1]] : 2 * all[i];
        i += pair ? 2 : 1;
        static const std::complex<double> axis[4] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
        for (int chip : barker)
            chips.push_back(axis[phase % 4] * double(chip));
    }
    return chips;
}

// What the receiver's converter makes of it: samples of 22 MHz.
struct channel {
    double amplitude = 40;  // of the signal, in steps of the converter
    double eb_n0_db = 1000; // of the data bits that follow
    double noise_from = 0;  // symbols; before it is quiet
    double offset = 0;      // samples by which the receiver's clock is late
    double ppm = 0;         // by which its clock is fast
    double turn = 0;        // of the carrier, radians a symbol
    double angle = 0;       // at the beginning
    unsigned seed = 1;
};

inline int quantised(double value)
{
    return int(std::lround(std::fmin(127, std::fmax(-128, value))));
}

// feed(i, q) for each sample, with `before` and `after` of no signal around the frame. bits_per_symbol: 1 or 2, for
// Eb/N0: a symbol's energy is that of 22 samples, noise has N0/2 in each dimension.
template <typename F>
void transmit(const std::vector<std::complex<double>> &chips, const channel &c, int bits_per_symbol, int before,
              int after, F feed)
{
    std::mt19937_64 random(c.seed);
    std::normal_distribution<double> normal;
    double eb = 22.0 * c.amplitude * c.amplitude / bits_per_symbol;
    double sigma = std::sqrt(eb / std::pow(10, c.eb_n0_db / 10) / 2);
    double samples = double(chips.size()) * 2;
    for (int n = -before;; n++) {
        double t = (n + c.offset) / (1 + c.ppm * 1e-6);
        if (t >= samples + after)
            return;
        std::complex<double> value = 0;
        if (t >= 0 && t < samples)
            value = chips[std::size_t(t / 2)] * c.amplitude * std::polar(1.0, c.angle + c.turn * t / 22);
        bool noisy = c.eb_n0_db < 500 && t >= c.noise_from * 22;
        double i = value.real() + (noisy ? sigma * normal(random) : 0);
        double q = value.imag() + (noisy ? sigma * normal(random) : 0);
        feed(quantised(i), quantised(q));
    }
}

} // namespace dsss
#endif
