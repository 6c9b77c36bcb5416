// SPDX-License-Identifier: Apache-2.0
// Frame check sequence, PLCP header CRC, scrambler: against other people's arithmetic and the standard's example.
#include <random>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

#include "Vfcs.h"
#include "Vplcp_crc16.h"
#include "Vscrambler.h"
#include "bus/base/crc32.h"
#include "tests/rtl/dsss_air.h"
#include "tests/rtl/rtl_bench.h"

namespace
{

class FrameCheckSequence : public ::testing::Test
{
  protected:
    rtl_bench<Vfcs> rtl{"fcs"};

    void begin()
    {
        rtl->init = 1;
        rtl.clock();
        rtl->init = 0;
    }
    void byte(std::uint8_t value)
    {
        rtl->valid = 1;
        rtl->data = value;
        rtl.clock();
        rtl->valid = 0;
    }
    std::uint32_t of(const std::vector<std::uint8_t> &frame)
    {
        begin();
        for (std::uint8_t b : frame)
            byte(b);
        return rtl->check;
    }
};

TEST_F(FrameCheckSequence, IsZlibsCrc32)
{
    std::mt19937 random(1);
    for (int size : {0, 1, 2, 10, 24, 1500}) {
        std::vector<std::uint8_t> frame(size);
        for (auto &b : frame)
            b = std::uint8_t(random());
        EXPECT_EQ(of(frame), crc32(0, frame.data(), uInt(size))) << size << " bytes";
        EXPECT_EQ(of(frame), crc32_extend(0, frame.data(), frame.size()));
    }
}

TEST_F(FrameCheckSequence, OfTheCheckStringIsTheCataloguedValue)
{
    EXPECT_EQ(of({'1', '2', '3', '4', '5', '6', '7', '8', '9'}), 0xCBF43926u);
}

TEST_F(FrameCheckSequence, IsGoodBehindItsOwnFrameAndNowhereElse)
{
    std::mt19937 random(2);
    for (int round = 0; round < 200; round++) {
        std::vector<std::uint8_t> frame(10 + random() % 50);
        for (auto &b : frame)
            b = std::uint8_t(random());
        std::uint32_t check = of(frame);
        for (int i = 0; i < 4; i++)
            frame.push_back(std::uint8_t(check >> 8 * i));
        of(frame);
        EXPECT_TRUE(rtl->good);
        frame[random() % frame.size()] ^= std::uint8_t(1u << random() % 8);
        of(frame);
        EXPECT_FALSE(rtl->good);
    }
}

TEST_F(FrameCheckSequence, KeepsItsStateWhileNoByteComes)
{
    std::uint32_t check = of({1, 2, 3});
    rtl->data = 0xff;
    for (int i = 0; i < 5; i++)
        rtl.clock();
    EXPECT_EQ(rtl->check, check);
}

class HeaderCrc : public ::testing::Test
{
  protected:
    rtl_bench<Vplcp_crc16> rtl{"plcp_crc16"};

    void begin()
    {
        rtl->init = 1;
        rtl.clock();
        rtl->init = 0;
    }
    void take(const dsss::bits &message)
    {
        rtl->valid = 1;
        for (int bit : message) {
            rtl->data = bit;
            rtl.clock();
        }
        rtl->valid = 0;
    }
};

// SIGNAL 0x0A, SERVICE 0, LENGTH 192 us: IEEE 802.11-2020, figure 15-4.
const dsss::bits EXAMPLE = {0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                            0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0};

TEST_F(HeaderCrc, OfTheStandardsExampleIsTheStandards)
{
    begin();
    take(EXAMPLE);
    EXPECT_EQ(rtl->crc, 0x5B57);
    dsss::bits sent;
    rtl->shift = 1;
    for (int i = 0; i < 16; i++) {
        rtl.settle();
        sent.push_back(rtl->crc_bit);
        rtl.clock();
    }
    EXPECT_EQ(sent, (dsss::bits{0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1}));
}

TEST_F(HeaderCrc, IsTheRemainderOfADivisionAndFindsEverySingleError)
{
    std::mt19937 random(3);
    for (int round = 0; round < 200; round++) {
        dsss::bits message;
        for (int i = 0; i < 32; i++)
            message.push_back(int(random() % 2));
        dsss::bits check = dsss::crc16(message);
        begin();
        take(message);
        for (int i = 0; i < 16; i++)
            EXPECT_EQ(rtl->crc >> (15 - i) & 1, check[i]);
        message.insert(message.end(), check.begin(), check.end());
        begin();
        take(message);
        EXPECT_TRUE(rtl->good);
        message[random() % message.size()] ^= 1;
        begin();
        take(message);
        EXPECT_FALSE(rtl->good);
    }
}

class Scrambler : public ::testing::Test
{
  protected:
    rtl_bench<Vscrambler> rtl{"scrambler"};

    void preset(bool is_short)
    {
        rtl->short_preset = is_short;
        rtl->load = 1;
        rtl.clock();
        rtl->load = 0;
    }
    int bit(int in)
    {
        rtl->valid = 1;
        rtl->in = in;
        rtl.settle();
        int out = rtl->out;
        rtl.clock();
        rtl->valid = 0;
        return out;
    }
};

// The feedback worked out by hand from the presets 1101100 and 0011011 (z^-1 first), input all zeros (short SYNC).
TEST_F(Scrambler, GivesTheRecursionsSequence)
{
    for (bool is_short : {false, true}) {
        preset(is_short);
        std::vector<int> line =
            is_short ? std::vector<int>{0, 0, 1, 1, 0, 1, 1} : std::vector<int>{1, 1, 0, 1, 1, 0, 0};
        for (int n = 0; n < 300; n++) {
            int expected = line[3] ^ line[6];
            ASSERT_EQ(bit(0), expected) << n;
            line.insert(line.begin(), expected);
            line.resize(7);
        }
    }
}

TEST_F(Scrambler, RepeatsAfter127Bits)
{
    preset(false);
    std::vector<int> sequence;
    for (int n = 0; n < 254; n++)
        sequence.push_back(bit(0));
    for (int n = 0; n < 127; n++)
        EXPECT_EQ(sequence[n], sequence[n + 127]);
    int ones = 0;
    for (int n = 0; n < 127; n++)
        ones += sequence[n];
    EXPECT_EQ(ones, 64); // of a maximal sequence
}

TEST_F(Scrambler, WaitsWhenThereIsNoBit)
{
    preset(false);
    int first = bit(1);
    preset(false);
    for (int n = 0; n < 9; n++)
        rtl.clock();
    EXPECT_EQ(bit(1), first);
}

TEST_F(Scrambler, IsUndoneByALineOfSevenBits)
{
    std::mt19937 random(4);
    preset(false);
    std::vector<int> sent, got, plain;
    for (int n = 0; n < 500; n++) {
        plain.push_back(int(random() % 2));
        sent.push_back(bit(plain.back()));
    }
    // What a receiver that came late by 20 bits makes of it.
    for (std::size_t n = 20; n < sent.size(); n++) {
        got.push_back(n < 27 ? 2 : sent[n] ^ sent[n - 4] ^ sent[n - 7]);
        if (n >= 27) {
            EXPECT_EQ(got.back(), plain[n]);
        }
    }
}

} // namespace
