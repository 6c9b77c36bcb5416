/* SPDX-License-Identifier: Apache-2.0 */
/* The frame check sequence of IEEE 802.3. */
#include "bus/base/crc32.h"

#include <gtest/gtest.h>

#include <vector>

namespace
{

const std::vector<uint8_t> digits = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};

TEST(Crc32, OfTheUsualCheckStringIsCbf43926)
{
    EXPECT_EQ(crc32_extend(0, digits.data(), digits.size()), 0xCBF43926u);
}

TEST(Crc32, CanBeTakenPieceByPiece)
{
    for (size_t cut = 0; cut <= digits.size(); cut++)
        EXPECT_EQ(crc32_extend(crc32_extend(0, digits.data(), cut), digits.data() + cut, digits.size() - cut),
                  0xCBF43926u);
}

TEST(Crc32, OverAFrameAndItsCheckSequenceLeavesTheKnownResidue)
{
    std::vector<uint8_t> frame = digits;
    uint32_t crc = crc32_extend(0, frame.data(), frame.size());
    for (int i = 0; i < 4; i++)
        frame.push_back((uint8_t)(crc >> 8 * i));
    EXPECT_EQ(crc32_extend(0, frame.data(), frame.size()), 0x2144DF1Cu) << "IEEE 802.3: residue C704DD7B, complemented";
}

} // namespace
