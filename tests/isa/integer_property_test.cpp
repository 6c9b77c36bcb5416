// SPDX-License-Identifier: Apache-2.0
// Integer instructions with random operands against host arithmetic that is written from the ISA RM's definitions
// (chapter 6) and shares nothing with cpu_iss. Operands are drawn as much from the corners, which chance never hits, as
// from the whole range.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/xt_bench.h"

namespace
{

constexpr unsigned ROUNDS = 4000;

struct operands {
    uint32_t x, y, z; // in a4, a5 and a6
};

int64_t as_signed(uint32_t value)
{
    return static_cast<int32_t>(value);
}

// Half the operands lie within 2 of a power of two or its negative, where carries, signs and limits are.
uint32_t interesting(std::mt19937 &random)
{
    uint32_t any = static_cast<uint32_t>(random());
    if (random() & 1)
        return any;
    uint32_t near_power = (UINT32_C(1) << (any & 31)) + (any >> 8) % 5 - 2;
    return any & 0x80 ? 0 - near_power : near_power;
}

// Runs `code` once for each triple, in a guest's loop and so in translated blocks; the words that it leaves in a8, a9.
std::vector<std::pair<uint32_t, uint32_t>> execute(const std::string &code, const std::vector<operands> &inputs)
{
    xt_bench bench;
    bench.load("again: l32i a4, a2, 0; l32i a5, a2, 4; l32i a6, a2, 8; " + code +
               "; s32i a8, a3, 0; s32i a9, a3, 4; addi a2, a2, 12; addi a3, a3, 8; addi a7, a7, -1; bnez a7, again"
               "; halt: j halt");
    const uint32_t in = xt_bench::DATA, out = in + 0x20000;
    bench.write(in, inputs.data(), inputs.size() * sizeof inputs[0]);
    bench.set("a2", in);
    bench.set("a3", out);
    bench.set("a7", static_cast<uint32_t>(inputs.size()));
    EXPECT_TRUE(bench.run_to("halt", 200 * inputs.size())) << "stuck at " << std::hex << bench.pc();
    std::vector<std::pair<uint32_t, uint32_t>> results;
    for (uint32_t n = 0; n < inputs.size(); n++)
        results.emplace_back(bench.word(out + 8 * n), bench.word(out + 8 * n + 4));
    return results;
}

std::vector<operands> random_operands(const std::string &seed)
{
    std::seed_seq sequence(seed.begin(), seed.end());
    std::mt19937 random(sequence);
    std::vector<operands> inputs(ROUNDS);
    for (operands &in : inputs)
        in = {interesting(random), interesting(random), interesting(random)};
    return inputs;
}

// --- One result ------------------------------------------------------------------------------------------------------

struct rule {
    std::string code; // result in a8
    std::function<uint32_t(operands)> expected;
    bool divides = false; // by y, which must not be 0 then

    static uint32_t low(int64_t value)
    {
        return static_cast<uint32_t>(value);
    }
};

// Bits from the sign downwards that equal it, without itself: NSA. ISA RM defines it by exactly this count.
uint32_t redundant_signs(uint32_t x)
{
    uint32_t count = 0;
    while (count < 31 && (x >> (30 - count) & 1) == x >> 31)
        count++;
    return count;
}

uint32_t leading_zeros(uint32_t x)
{
    uint32_t count = 0;
    while (count < 32 && !(x >> (31 - count) & 1))
        count++;
    return count;
}

std::vector<rule> rules()
{
    auto low = rule::low;
    auto half = [](uint32_t x) -> int64_t { return static_cast<int16_t>(x); };
    std::vector<rule> all = {
        {"mull a8, a4, a5", [](operands in) { return in.x * in.y; }},
        {"muluh a8, a4, a5", [](operands in) { return static_cast<uint32_t>(uint64_t{in.x} * in.y >> 32); }},
        {"mulsh a8, a4, a5", [=](operands in) { return low((as_signed(in.x) * as_signed(in.y)) >> 32); }},
        {"mul16u a8, a4, a5", [](operands in) { return (in.x & 0xffff) * (in.y & 0xffff); }},
        {"mul16s a8, a4, a5", [=](operands in) { return low(half(in.x) * half(in.y)); }},
        {"quou a8, a4, a5", [](operands in) { return in.x / in.y; }, true},
        {"remu a8, a4, a5", [](operands in) { return in.x % in.y; }, true},
        // 64 bits hold the one quotient that 32 do not.
        {"quos a8, a4, a5", [=](operands in) { return low(as_signed(in.x) / as_signed(in.y)); }, true},
        {"rems a8, a4, a5", [=](operands in) { return low(as_signed(in.x) % as_signed(in.y)); }, true},
        {"nsa a8, a4", [](operands in) { return redundant_signs(in.x); }},
        {"nsau a8, a4", [](operands in) { return leading_zeros(in.x); }},
        {"min a8, a4, a5", [=](operands in) { return low(std::min(as_signed(in.x), as_signed(in.y))); }},
        {"max a8, a4, a5", [=](operands in) { return low(std::max(as_signed(in.x), as_signed(in.y))); }},
        {"minu a8, a4, a5", [](operands in) { return std::min(in.x, in.y); }},
        {"maxu a8, a4, a5", [](operands in) { return std::max(in.x, in.y); }},
        {"abs a8, a4", [=](operands in) { return low(std::abs(as_signed(in.x))); }},
        {"subx8 a8, a4, a5", [=](operands in) { return low(as_signed(in.x) * 8 - as_signed(in.y)); }},
        {"addx4 a8, a4, a5", [=](operands in) { return low(as_signed(in.x) * 4 + as_signed(in.y)); }},
        {"ssl a6; sll a8, a4", [](operands in) { return in.x << (in.z & 31); }},
        {"ssr a6; srl a8, a4", [](operands in) { return in.x >> (in.z & 31); }},
        {"ssr a6; sra a8, a4", [=](operands in) { return low(as_signed(in.x) >> (in.z & 31)); }},
        {"ssr a6; src a8, a4, a5",
         [](operands in) { return static_cast<uint32_t>((uint64_t{in.x} << 32 | in.y) >> (in.z & 31)); }},
        {"ssa8l a6; src a8, a4, a5",
         [](operands in) { return static_cast<uint32_t>((uint64_t{in.x} << 32 | in.y) >> (in.z & 3) * 8); }},
    };
    for (unsigned bit = 7; bit <= 22; bit++) {
        std::string suffix = "s a8, a4, " + std::to_string(bit);
        all.push_back({"clamp" + suffix, [=](operands in) {
                           int64_t limit = int64_t{1} << bit;
                           return low(std::clamp(as_signed(in.x), -limit, limit - 1));
                       }});
        all.push_back({"sext a8, a4, " + std::to_string(bit), [=](operands in) {
                           uint32_t field = in.x & ((UINT32_C(2) << bit) - 1);
                           return field >> bit & 1 ? field - (UINT32_C(2) << bit) : field;
                       }});
    }
    return all;
}

TEST(integer, instructions_agree_with_host_arithmetic)
{
    unsigned long count = 0;
    for (const rule &rule : rules()) {
        std::vector<operands> inputs = random_operands(rule.code);
        for (operands &in : inputs)
            if (rule.divides && in.y == 0)
                in.y = 1;
        auto results = execute(rule.code, inputs);
        for (size_t n = 0; n < inputs.size(); n++, count++)
            ASSERT_EQ(results[n].first, rule.expected(inputs[n]))
                << std::hex << rule.code << ": " << inputs[n].x << ", " << inputs[n].y << ", " << inputs[n].z;
    }
    std::printf("%zu instructions, %lu results\n", rules().size(), count);
}

// --- MAC16 -----------------------------------------------------------------------------------------------------------

int64_t sign_extend_40(int64_t value)
{
    return static_cast<int64_t>(static_cast<uint64_t>(value) << 24) >> 24;
}

// The accumulator before is z in ACCLO and the low byte of y in ACCHI, the factors are x and y: all of them meet.
TEST(mac16, every_form_accumulates_40_bits)
{
    unsigned forms = 0;
    for (std::string what : {"umul", "mul", "mula", "muls"})
        for (std::string where : {"aa", "ad", "da", "dd"})
            for (std::string halves : {"ll", "hl", "lh", "hh"}) {
                if (what == "umul" && where != "aa")
                    continue;
                std::string first = where[0] == 'a' ? "a4" : "m1", second = where[1] == 'a' ? "a5" : "m2";
                std::string code = "wsr.acclo a6; wsr.acchi a5; wsr.m1 a4; wsr.m2 a5; " + what + "." + where + "." +
                                   halves + " " + first + ", " + second + "; rsr.acclo a8; rsr.acchi a9";
                std::vector<operands> inputs = random_operands(code);
                auto results = execute(code, inputs);
                for (size_t n = 0; n < inputs.size(); n++) {
                    operands in = inputs[n];
                    uint32_t x = halves[0] == 'h' ? in.x >> 16 : in.x & 0xffff;
                    uint32_t y = halves[1] == 'h' ? in.y >> 16 : in.y & 0xffff;
                    int64_t product =
                        what == "umul" ? int64_t{x} * y : int64_t{static_cast<int16_t>(x)} * static_cast<int16_t>(y);
                    int64_t before = sign_extend_40(static_cast<int64_t>(uint64_t{in.y & 0xff} << 32 | in.z));
                    int64_t after = sign_extend_40(what == "mula"   ? before + product
                                                   : what == "muls" ? before - product
                                                                    : product);
                    ASSERT_EQ(results[n].first, static_cast<uint32_t>(after)) << code << " round " << n;
                    ASSERT_EQ(results[n].second, static_cast<uint32_t>(after >> 32)) << code << " round " << n;
                }
                forms++;
            }
    EXPECT_EQ(forms, 4u + 3 * 16);
}

} // namespace
