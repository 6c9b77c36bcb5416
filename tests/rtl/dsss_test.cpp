// SPDX-License-Identifier: Apache-2.0
// DSSS in RTL: chips against the standard's text in plain C++, frames through a channel, error rates beside theory.
#include <cmath>
#include <random>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "Vdsss_tx.h"
#include "tests/rtl/dsss_receiver.h"
#include "verilog/models/dsss_chips.h"

namespace
{

using namespace dsss;

struct transmitter {
    rtl_bench<Vdsss_tx> rtl{"dsss_tx"};

    std::vector<std::complex<double>> send(const bytes &psdu, bool two)
    {
        std::vector<std::complex<double>> chips;
        rtl->start = 1;
        rtl->two_mbps = two;
        rtl->length = unsigned(psdu.size());
        rtl.clock();
        rtl->start = 0;
        std::size_t taken = 0;
        do {
            rtl->data = taken < psdu.size() ? psdu[taken] : 0xEE;
            rtl.settle();
            taken += rtl->next;
            rtl.clock();
            if (rtl->busy)
                chips.emplace_back(signed_2(rtl->chip_i), signed_2(rtl->chip_q));
        } while (rtl->busy || chips.empty());
        EXPECT_EQ(taken, psdu.size());
        return chips;
    }
    static double signed_2(unsigned value)
    {
        return value == 3 ? -1 : double(value);
    }
};

TEST(DsssTransmitter, SendsTheChipsOfTheStandard)
{
    transmitter tx;
    for (bool two : {false, true})
        for (unsigned size : {1u, 2u, 14u, 100u}) {
            bytes psdu = random_bytes(size, size);
            auto chips = tx.send(psdu, two), expected = dsss::modulate(psdu, two);
            ASSERT_EQ(chips.size(), (192 + size * (two ? 4 : 8)) * 11); // airtime, 16.3.4
            // The carrier's phase before the first symbol is free: the first frame begins from 0, others where the last
            // one has ended.
            std::complex<double> turn = chips[0] / expected[0];
            for (std::size_t i = 0; i < chips.size(); i++)
                ASSERT_LT(std::abs(chips[i] - turn * expected[i]), 1e-9) << "chip " << i << ", " << size << " bytes";
        }
}

// The far end of a node's air in a run (verilog/models) is held against the same text.
TEST(DsssModel, SendsTheChipsOfTheStandardAndTakesThemBack)
{
    for (bool two : {false, true})
        for (unsigned size : {1u, 37u, 300u}) {
            bytes psdu = random_bytes(size, size);
            std::vector<std::uint8_t> phases(dsss_symbols(size, two)), back(size);
            ASSERT_EQ(dsss_modulate(psdu.data(), size, two, 0, phases.data()), phases.size());
            auto chips = dsss::modulate(psdu, two);
            static const std::complex<double> axis[4] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
            for (std::size_t i = 0; i < chips.size(); i++)
                ASSERT_EQ(chips[i], axis[phases[i / 11]] * double(dsss_barker[i % 11])) << "chip " << i;
            ASSERT_EQ(dsss_demodulate(phases.data(), phases.size(), two, back.data()), size);
            EXPECT_EQ(back, psdu);
        }
}

TEST(DsssTransmitter, SendsTheLongestFrame)
{
    transmitter tx;
    bytes psdu = random_bytes(DSSS_PSDU_MAX, 3);
    auto chips = tx.send(psdu, true), expected = dsss::modulate(psdu, true);
    ASSERT_EQ(chips.size(), expected.size());
    for (std::size_t i = 0; i < chips.size(); i++)
        ASSERT_LT(std::abs(chips[i] - expected[i]), 1e-9) << "chip " << i;
}

TEST(DsssTransmitter, IsSilentBeforeAndAfterAndIgnoresAStartWhileItSends)
{
    transmitter tx;
    EXPECT_EQ(tx.rtl->chip_i, 0);
    EXPECT_EQ(tx.rtl->chip_q, 0);
    tx.rtl->start = 1;
    tx.rtl->length = 1;
    tx.rtl->data = 0x55;
    tx.rtl.clock();
    tx.rtl->length = 99;
    unsigned chips = 0;
    for (int n = 0; n < 2100; n++) {
        tx.rtl.clock();
        chips += tx.rtl->busy;
    }
    tx.rtl->start = 0;
    EXPECT_EQ(chips, 2100u); // still the first: 200 symbols
    for (int n = 0; n < 110; n++)
        tx.rtl.clock();
    EXPECT_FALSE(tx.rtl->busy);
    EXPECT_EQ(tx.rtl->chip_i | tx.rtl->chip_q, 0);
}

TEST(DsssReceiver, DecodesWhatTheTransmitterSends)
{
    transmitter tx;
    receiver rx;
    for (bool two : {false, true})
        for (unsigned size : {1u, 14u, 60u}) {
            bytes psdu = random_bytes(size, size + two);
            rx.hear(tx.send(psdu, two), two, {});
            EXPECT_EQ(rx.got, psdu) << size << " bytes, 2 Mbit/s: " << two;
            EXPECT_EQ(rx.rtl->two_mbps, two);
            EXPECT_EQ(rx.rtl->length, size);
            EXPECT_EQ(rx.rtl->duration, size * (two ? 4 : 8));
        }
    EXPECT_EQ(rx.frames, 6u);
    EXPECT_EQ(rx.failures, 0u);
}

TEST(DsssReceiver, FindsTheSymbolsWhereverTheyBeginAndHoweverTheCarrierStands)
{
    receiver rx;
    bytes psdu = random_bytes(20, 5);
    for (int place = 0; place < 22; place++) {
        dsss::channel c;
        c.angle = place * 0.3;
        rx.got.clear();
        rx.hear(psdu, place % 2, c, 100 + place);
        EXPECT_EQ(rx.got, psdu) << "place " << place;
    }
}

// 40 ppm between the clocks, as the standard allows with 25 ppm each, less a little: 6 samples over this frame.
TEST(DsssReceiver, FollowsATransmitterWhoseClockDiffers)
{
    for (double ppm : {-50.0, 50.0}) {
        receiver rx;
        bytes psdu = random_bytes(700, 6);
        dsss::channel c;
        c.ppm = ppm;
        c.amplitude = 20;
        c.eb_n0_db = 13; // so much that the correlation's side lobes, a tenth of its peak, are of no use
        rx.hear(psdu, false, c);
        EXPECT_EQ(rx.got, psdu) << ppm << " ppm";
    }
}

TEST(DsssReceiver, BearsACarrierThatTurnsSlowly)
{
    receiver rx;
    bytes psdu = random_bytes(100, 7);
    dsss::channel c;
    c.turn = 0.26; // 15 degrees a symbol: 41 kHz
    rx.hear(psdu, true, c);
    EXPECT_EQ(rx.got, psdu);
}

TEST(DsssReceiver, HearsAFrameAfterLongNoise)
{
    receiver rx;
    bytes psdu = random_bytes(40, 8);
    dsss::channel c;
    c.amplitude = 12;
    c.eb_n0_db = 14;
    c.noise_from = -1e9;
    rx.hear(psdu, false, c, 40000);
    EXPECT_EQ(rx.got, psdu);
    EXPECT_EQ(rx.frames, 1u);
}

TEST(DsssReceiver, RefusesAHeaderThatIsWrongOrOfARateItDoesNotKnow)
{
    bytes psdu = random_bytes(20, 9);
    auto symbols = [&](auto change) {
        // The header is changed before the scrambler, and modulated anew by hand at 1 Mbit/s.
        dsss::bits all = dsss::ppdu(psdu, false);
        change(&all);
        std::vector<std::complex<double>> chips;
        static const int barker[11] = {1, -1, 1, 1, -1, 1, 1, 1, -1, -1, -1};
        double sign = 1;
        for (int bit : dsss::scrambled(all)) {
            sign = bit ? -sign : sign;
            for (int chip : barker)
                chips.emplace_back(sign * chip, 0);
        }
        return chips;
    };
    auto with_signal = [&](unsigned signal, unsigned length) {
        return symbols([=](dsss::bits *all) {
            dsss::bits header;
            dsss::append(&header, signal, 8);
            dsss::append(&header, 0, 8);
            dsss::append(&header, length, 16);
            dsss::bits check = dsss::crc16(header);
            header.insert(header.end(), check.begin(), check.end());
            std::copy(header.begin(), header.end(), all->begin() + 144);
        });
    };
    receiver rx;
    unsigned failures = 0;
    for (int flipped : {144, 160, 170, 191}) {
        rx.hear(symbols([=](dsss::bits *all) { (*all)[flipped] ^= 1; }), false, {});
        EXPECT_EQ(rx.failures, ++failures) << "bit " << flipped;
    }
    for (unsigned signal : {0x37u, 0x6Eu, 0x00u}) { // 5.5, 11 Mbit/s, none
        rx.hear(with_signal(signal, 160), false, {});
        EXPECT_EQ(rx.failures, ++failures) << "signal " << signal;
    }
    for (unsigned length : {0u, 7u, 0xffffu}) { // no byte, too many
        rx.hear(with_signal(0x0A, length), false, {});
        EXPECT_EQ(rx.failures, ++failures) << "length " << length;
    }
    EXPECT_EQ(rx.headers, 0u);
    rx.hear(psdu, false, {});
    EXPECT_EQ(rx.got, psdu);
}

TEST(DsssReceiver, BeginsAnewWhenItIsDisabledInAFrame)
{
    receiver rx;
    bytes psdu = random_bytes(20, 10);
    auto chips = dsss::modulate(psdu, false);
    auto half = chips;
    half.resize(chips.size() / 2 + 1000);
    rx.hear(half, false, {}, 100, 0);
    EXPECT_EQ(rx.delimiters, 1u);
    rx.rtl->enable = 0;
    rx.sample(0, 0);
    rx.rtl->enable = 1;
    rx.hear(chips, false, {});
    EXPECT_EQ(rx.got, psdu);
    EXPECT_EQ(rx.frames, 1u);
}

// A preamble whose delimiter never comes is given up, and the next frame is heard.
TEST(DsssReceiver, GivesUpAPreambleWithoutADelimiter)
{
    receiver rx;
    bytes psdu = random_bytes(20, 11);
    std::vector<std::complex<double>> chips;
    static const int barker[11] = {1, -1, 1, 1, -1, 1, 1, 1, -1, -1, -1};
    for (int symbol = 0; symbol < 400; symbol++)
        for (int chip : barker)
            chips.emplace_back(chip, 0);
    rx.hear(chips, false, {});
    EXPECT_EQ(rx.delimiters, 0u);
    rx.hear(psdu, false, {});
    EXPECT_EQ(rx.got, psdu);
}

// ---- Error rates ----

TEST(DsssErrorRate, TheoryIsTheTextbooks)
{
    EXPECT_NEAR(theory(false, 9.34), 0.9e-4, 0.1e-4);
    EXPECT_NEAR(theory(true, 0), 0.1637, 2e-3); // its curve in Proakis, fig. 5.2-13, and MATLAB's berawgn
}

TEST(DsssErrorRate, IsWithinADecibelOfTheory)
{
    for (bool two : {false, true})
        for (double eb_n0_db : {3.0, 5.0, 7.0}) {
            double rate = measured(two, eb_n0_db, 4000, unsigned(eb_n0_db * 100) + two);
            double loss = loss_db(two, eb_n0_db, rate);
            RecordProperty((two ? "dqpsk_" : "dbpsk_") + std::to_string(int(eb_n0_db)), std::to_string(loss));
            std::printf("%d Mbit/s, Eb/N0 %4.1f dB: error rate %.2e, theory %.2e, %+.2f dB\n", two ? 2 : 1, eb_n0_db,
                        rate, theory(two, eb_n0_db), loss);
            EXPECT_LT(std::fabs(loss), 1.0);
        }
}

} // namespace
