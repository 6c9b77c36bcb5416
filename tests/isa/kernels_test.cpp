// SPDX-License-Identifier: Apache-2.0
// Loops of signal processing, of the shapes whose cycles Espressif has published for the ESP32 (esp-dsp's table of
// benchmarks): right results, cycles by both engines as an independent scoreboard has them, and those within 2 % of the
// published ones.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "tests/isa/scoreboard.h"
#include "tests/support/figure.h"
#include "tests/support/xt_bench.h"
#include "tests/support/xt_vectors.h"

namespace
{

// Arguments of kernels are the addresses of three arrays and numbers, from a10 on.
constexpr uint32_t X = xt_bench::DATA, Y = xt_bench::DATA + 0x10000, Z = xt_bench::DATA + 0x20000;

struct kernels : testing::Test {
    xt_bench bench;

    void put(uint32_t address, const std::vector<float> &values)
    {
        bench.write(address, values.data(), values.size() * sizeof(float));
    }
    float get(uint32_t address)
    {
        float value;
        uint32_t bits = bench.word(address);
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }

    void prepare(const std::string &text, const std::vector<uint32_t> &arguments)
    {
        bench.reset();
        bench.load(window_vectors, xt_bench::CODE);
        bench.load(".align 4; begin: rsr.ccount a6; call8 kernel; rsr.ccount a7; halt: j halt; .align 4\n"
                   "kernel: entry a1, 32\n" +
                   text + "\nmovi.n a2, 0; retw.n");
        bench.set("cpenable", 1);
        bench.set("windowstart", 1);
        for (size_t n = 0; n < arguments.size(); n++)
            bench.set("a" + std::to_string(10 + n), arguments[n]);
    }

    // Runs the kernel by steps beside the scoreboard.
    uint32_t cycles_by_scoreboard()
    {
        scoreboard board;
        struct isa_decoder *decoder = isa_decoder_create();
        uint64_t begin = 0, end = 0;
        while (bench.pc() != bench.label("halt")) {
            uint32_t pc = bench.pc(), word = 0, rounds = 0;
            char text[64];
            if (!xt_mem_read(bench.cpu, pc, &word, 3))
                throw std::out_of_range("no code there");
            unsigned length = isa_disassemble(decoder, word, pc, text, sizeof text);
            if (std::strncmp(text, "loop", 4) == 0)
                rounds = bench.a(static_cast<unsigned>(std::strtoul(std::strchr(text, 'a') + 1, nullptr, 10)));
            bench.steps(1);
            uint64_t issued = board.issue(text, pc, length, bench.pc(), rounds);
            if (pc == bench.label("begin"))
                begin = issued;
            end = issued;
        }
        isa_decoder_destroy(decoder);
        return static_cast<uint32_t>(end - begin);
    }

    // `published` 0: nothing comparable was.
    uint32_t check(const char *name, const std::string &text, const std::vector<uint32_t> &arguments,
                   unsigned published, const std::function<void()> &put_data, const std::function<void()> &check_result)
    {
        prepare(text, arguments);
        put_data();
        EXPECT_TRUE(bench.run_to("halt", 4000000));
        uint32_t fast = bench.a(7) - bench.a(6);
        check_result();
        prepare(text, arguments);
        put_data();
        uint32_t board = cycles_by_scoreboard(), steps = bench.a(7) - bench.a(6);
        check_result();
        EXPECT_EQ(fast, board) << "the core against the scoreboard";
        EXPECT_EQ(fast, steps) << "the fast engine against steps";
        if (published) {
            EXPECT_NEAR(fast, published, 0.02 * published);
            print_figure("kernels", name, fast, published, published, "cycles");
        }
        return fast;
    }
};

TEST_F(kernels, dot_product)
{
    check(
        "dot product f32, 256",
        "movi.n a6, 0; wfr f0, a6; loopnez a5, end; lsip f1, a2, 4; lsip f2, a3, 4; madd.s f0, f1, f2\n"
        "end: ssi f0, a4, 0",
        {X, Y, Z, 256}, 1047,
        [&] {
            put(X, std::vector<float>(256, 2));
            put(Y, std::vector<float>(256, 3));
        },
        [&] { EXPECT_EQ(get(Z), 256.0F * 6); });
}

TEST_F(kernels, dot_product_with_steps)
{
    check(
        "dot product f32 with steps, 256",
        "movi.n a8, 0; wfr f0, a8; slli a6, a6, 2; slli a7, a7, 2; loopnez a5, end\n"
        "lsi f1, a2, 0; add a2, a2, a6; lsi f2, a3, 0; madd.s f0, f1, f2; add a3, a3, a7\n"
        "end: ssi f0, a4, 0",
        {X, Y, Z, 256, 1, 1}, 1307,
        [&] {
            put(X, std::vector<float>(256, 2));
            put(Y, std::vector<float>(256, 3));
        },
        [&] { EXPECT_EQ(get(Z), 256.0F * 6); });
}

// Four products in a round, each with a load of two factors for a later one: 6 cycles, since two of the loads come one
// cycle too late. Espressif's function also scales and rounds: 437 cycles in all, of which 64 rounds are 384.
TEST_F(kernels, dot_product_by_mac16)
{
    auto cycles = [this](unsigned count) {
        return check(
            "dot product s16 (MAC16)",
            "movi.n a6, 0; wsr.acclo a6; wsr.acchi a6; srli a5, a5, 2; addi a2, a2, -4; addi a3, a3, -4\n"
            "ldinc m0, a2; ldinc m2, a3; ldinc m3, a3; loopnez a5, end\n"
            "mula.dd.ll.ldinc m1, a2, m0, m2; mula.dd.hh.ldinc m0, a2, m0, m2\n"
            "mula.dd.ll.ldinc m2, a3, m1, m3; mula.dd.hh.ldinc m3, a3, m1, m3\n"
            "end: rsr.acclo a7; s32i a7, a4, 0",
            {X, Y, Z, count}, 0,
            [&] {
                std::vector<int16_t> x(count + 8, 20), y(count + 8, -3);
                x[count - 1] = 21;
                bench.write(X, x.data(), x.size() * 2);
                bench.write(Y, y.data(), y.size() * 2);
            },
            [&] { EXPECT_EQ(bench.word(Z), 0 - (count * 60 + 3)); });
    };
    EXPECT_EQ(cycles(512) - cycles(256), 64 * 6u);
}

// Direct form II: five coefficients, two words of state, both chains of accumulation in one another's shadow.
TEST_F(kernels, biquad_filter)
{
    check(
        "biquad f32, 1024",
        "lsi f0, a5, 0; lsi f1, a5, 4; lsi f2, a5, 8; lsi f3, a5, 12; lsi f4, a5, 16; neg.s f3, f3; neg.s f4, f4\n"
        "lsi f5, a6, 0; lsi f6, a6, 4; lsip f7, a2, 4; loopnez a4, end\n"
        "madd.s f7, f3, f5; mul.s f8, f1, f5; madd.s f7, f4, f6; madd.s f8, f0, f7; madd.s f8, f2, f6\n"
        "mov.s f6, f5; mov.s f5, f7; lsip f7, a2, 4; ssip f8, a3, 4\n"
        "end: ssi f5, a6, 0; ssi f6, a6, 4",
        {X, Y, 1024, Z, Z + 64}, 17442,
        [&] {
            put(X, std::vector<float>(1025, 1));
            put(Z, {0.5F, 0.25F, 0.125F, 0.5F, -0.25F});
            put(Z + 64, {0, 0});
        },
        [&] {
            double w1 = 0, w2 = 0, y = 0;
            for (int n = 0; n < 3; n++) {
                double w0 = 1 - 0.5 * w1 + 0.25 * w2;
                y = 0.5 * w0 + 0.25 * w1 + 0.125 * w2;
                w2 = w1;
                w1 = w0;
            }
            EXPECT_NEAR(get(Y + 8), y, 1e-6) << "third sample";
            EXPECT_NEAR(get(Y + 4 * 1023), 0.875 / 1.25, 1e-5) << "the gain at frequency 0";
        });
}

TEST_F(kernels, product_of_matrices)
{
    check(
        "matrix 16 x 16 x 16 f32",
        "slli a8, a6, 2; slli a9, a7, 2; movi.n a10, 0; movi.n a14, 0\n"
        "row: movi.n a11, 0\n"
        "column: mov.n a12, a2; slli a13, a11, 2; add.n a13, a3, a13; wfr f0, a10; lsi f2, a13, 0; nop; loopnez a6, "
        "end\n"
        "lsi f1, a12, 0; madd.s f0, f1, f2; add.n a13, a13, a9; addi.n a12, a12, 4; lsi f2, a13, 0\n"
        "end: ssi f0, a4, 0; addi a4, a4, 4; addi a11, a11, 1; blt a11, a7, column\n"
        "add.n a2, a2, a8; addi a14, a14, 1; blt a14, a5, row",
        {X, Y, Z, 16, 16, 16}, 24659,
        [&] {
            std::vector<float> left(256), right(256);
            for (unsigned n = 0; n < 256; n++) {
                left[n] = static_cast<float>(n % 16);
                right[n] = static_cast<float>(n / 16);
            }
            put(X, left);
            put(Y, right);
        },
        [&] {
            EXPECT_EQ(get(Z), 1240.0F) << "the squares up to 15";
            EXPECT_EQ(get(Z + 4 * 255), 1240.0F);
        });
}

// A column vector in registers, a row in each round.
TEST_F(kernels, small_products_of_matrices)
{
    check(
        "matrix 3 x 3 x 1 f32",
        "movi a5, 0; movi a6, 3; lsi f5, a3, 0; lsi f6, a3, 4; lsi f7, a3, 8; loopnez a6, end\n"
        "wfr f0, a5; lsi f1, a2, 0; madd.s f0, f1, f5; lsi f2, a2, 4; madd.s f0, f2, f6; lsi f3, a2, 8\n"
        "madd.s f0, f3, f7; addi a2, a2, 12; ssi f0, a4, 0; addi a4, a4, 4\n"
        "end: nop",
        {X, Y, Z}, 70,
        [&] {
            put(X, {1, 2, 3, 4, 5, 6, 7, 8, 9});
            put(Y, {1, 10, 100});
        },
        [&] {
            EXPECT_EQ(get(Z), 321.0F);
            EXPECT_EQ(get(Z + 8), 987.0F);
        });
    check(
        "matrix 4 x 4 x 1 f32",
        "movi a5, 0; movi a6, 4; lsi f5, a3, 0; lsi f6, a3, 4; lsi f7, a3, 8; lsi f8, a3, 12; loopnez a6, end\n"
        "wfr f0, a5; lsi f1, a2, 0; madd.s f0, f1, f5; lsi f2, a2, 4; madd.s f0, f2, f6; lsi f3, a2, 8\n"
        "madd.s f0, f3, f7; lsi f4, a2, 12; madd.s f0, f4, f8; addi a2, a2, 16; ssi f0, a4, 0; addi a4, a4, 4\n"
        "end: nop",
        {X, Y, Z}, 102,
        [&] {
            put(X, {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7});
            put(Y, {1, 10, 100, 1000});
        },
        [&] {
            EXPECT_EQ(get(Z), 4321.0F);
            EXPECT_EQ(get(Z + 12), 7654.0F);
        });
}

// A ring of 256 samples, so that each output takes two loops.
TEST_F(kernels, fir_filter)
{
    check(
        "FIR f32, 1024 samples, 256 taps",
        "movi a7, 256; movi.n a8, 0; movi.n a12, 0\n"
        "sample: lsi f0, a2, 0; addi a2, a2, 4; addx4 a9, a8, a6; ssi f0, a9, 0; addi a8, a8, 1; blt a8, a7, inside\n"
        "movi a8, 0\n"
        "inside: mov.n a10, a5; wfr f2, a12; sub a11, a7, a8; addx4 a9, a8, a6; loopnez a11, end\n"
        "lsip f1, a10, 4; lsip f0, a9, 4; madd.s f2, f0, f1\n"
        "end: mov.n a9, a6; loopnez a8, end2\n"
        "lsip f1, a10, 4; lsip f0, a9, 4; madd.s f2, f0, f1\n"
        "end2: ssi f2, a3, 0; addi a3, a3, 4; addi a4, a4, -1; bnez a4, sample",
        {X, Y, 1024, Z, Z + 1024}, 1078691,
        [&] {
            std::vector<float> impulse(1024), taps(256);
            impulse[0] = 1;
            for (unsigned n = 0; n < 256; n++)
                taps[n] = static_cast<float>(256 - n);
            put(X, impulse);
            put(Z, taps);
            put(Z + 1024, std::vector<float>(256));
        },
        [&] {
            EXPECT_EQ(get(Y), 1.0F) << "the response to an impulse is the taps, last one first";
            EXPECT_EQ(get(Y + 4 * 99), 100.0F);
            EXPECT_EQ(get(Y + 4 * 600), 0.0F);
        });
}

// Radix 2, in place, complex numbers of floats; the order of the results is bit-reversed.
TEST_F(kernels, fast_fourier_transform)
{
    const std::string fft = "srli a5, a3, 1; movi.n a6, 1\n"
                            "stage: movi.n a7, 0; movi.n a8, 0\n"
                            "group: addx8 a9, a7, a4; lsi f0, a9, 0; lsi f1, a9, 4; loopnez a5, end\n"
                            "add.n a10, a8, a5; addx8 a10, a10, a2; lsi f2, a10, 0; lsi f3, a10, 4\n"
                            "mul.s f4, f2, f0; mul.s f5, f3, f0; addx8 a11, a8, a2; lsi f6, a11, 0\n"
                            "madd.s f4, f3, f1; msub.s f5, f2, f1; lsi f7, a11, 4; addi a8, a8, 1\n"
                            "sub.s f8, f6, f4; sub.s f9, f7, f5; add.s f10, f6, f4; add.s f11, f7, f5\n"
                            "ssi f8, a10, 0; ssi f9, a10, 4; ssi f10, a11, 0; ssi f11, a11, 4\n"
                            "end: add.n a8, a8, a5; addi.n a7, a7, 1; bne a7, a6, group\n"
                            "slli a6, a6, 1; srli a5, a5, 1; bnez a5, stage";
    const struct {
        unsigned points, published;
    } sizes[] = {{64, 4544}, {128, 10342}, {256, 23210}, {512, 51503}, {1024, 113205}};
    for (auto size : sizes) {
        unsigned n = size.points, bits = 31 - static_cast<unsigned>(__builtin_clz(n));
        auto reversed = [](unsigned value, unsigned width) {
            unsigned result = 0;
            for (unsigned bit = 0; bit < width; bit++)
                result |= (value >> bit & 1) << (width - 1 - bit);
            return result;
        };
        const std::string name = "FFT radix 2 fc32, " + std::to_string(n);
        check(
            name.c_str(), fft, {X, n, Y}, size.published,
            [&] {
                std::vector<float> wave(2 * n), turns(n);
                for (unsigned k = 0; k < n; k++) {
                    wave[2 * k] = static_cast<float>(std::cos(2 * M_PI * 5 * k / n));
                    wave[2 * k + 1] = static_cast<float>(std::sin(2 * M_PI * 5 * k / n));
                }
                for (unsigned k = 0; k < n / 2; k++) {
                    double angle = M_PI * reversed(k, bits - 1) / (n / 2);
                    turns[2 * k] = static_cast<float>(std::cos(angle));
                    turns[2 * k + 1] = static_cast<float>(std::sin(angle));
                }
                put(X, wave);
                put(Y, turns);
            },
            [&] {
                for (unsigned k = 0; k < n; k++)
                    ASSERT_NEAR(get(X + 8 * reversed(k, bits)), k == 5 ? n : 0, 0.01) << "frequency " << k;
            });
    }
}

} // namespace
