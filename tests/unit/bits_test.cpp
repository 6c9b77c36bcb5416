/* SPDX-License-Identifier: Apache-2.0 */
/* Every width and position is tried; the expected values are computed the slow way, in 64-bit or bit by bit. */
#include "bus/base/bits.h"

#include <gtest/gtest.h>

namespace
{

const uint32_t patterns[] = {0, 1, 0x80000000, 0x7fffffff, 0xffffffff, 0xa5a5a5a5, 0x5a5a5a5a, 0x12345678, 0xfedcba98};

TEST(Bits, MaskHasWidthOnes)
{
    for (unsigned width = 0; width <= 32; width++)
        EXPECT_EQ(bits_mask(width), (uint32_t)((UINT64_C(1) << width) - 1)) << width;
}

TEST(Bits, GetReadsEachFieldAtEachPlace)
{
    for (uint32_t value : patterns)
        for (unsigned lsb = 0; lsb < 32; lsb++)
            for (unsigned width = 0; width <= 32 - lsb; width++) {
                uint32_t expected = 0;
                for (unsigned i = 0; i < width; i++)
                    expected |= ((value >> (lsb + i)) & 1u) << i;
                ASSERT_EQ(bits_get(value, lsb, width), expected) << value << ' ' << lsb << ' ' << width;
            }
}

TEST(Bits, SetChangesTheFieldAndNothingElse)
{
    for (uint32_t value : patterns)
        for (uint32_t field : patterns)
            for (unsigned lsb = 0; lsb < 32; lsb++)
                for (unsigned width = 0; width <= 32 - lsb; width++) {
                    uint32_t result = bits_set(value, lsb, width, field);
                    for (unsigned bit = 0; bit < 32; bit++) {
                        bool inside = bit >= lsb && bit < lsb + width;
                        bool expected = inside ? bits_test(field, bit - lsb) : bits_test(value, bit);
                        ASSERT_EQ(bits_test(result, bit), expected);
                    }
                }
}

TEST(Bits, SignExtensionOfEveryWidth)
{
    for (unsigned width = 1; width <= 32; width++)
        for (uint32_t value : patterns) {
            int64_t expected = (int64_t)(value & bits_mask(width));
            if (expected >> (width - 1) & 1)
                expected -= INT64_C(1) << width;
            EXPECT_EQ(bits_sext(value, width), expected) << width;
        }
}

TEST(Bits, EveryByteSignExtends)
{
    for (int byte = -128; byte < 128; byte++)
        EXPECT_EQ(bits_sext((uint32_t)byte & 0xff, 8), byte);
}

TEST(Bits, ArithmeticShiftFloorsLikeDivision)
{
    for (uint32_t value : patterns)
        for (unsigned shift = 0; shift < 32; shift++) {
            int64_t wide = (int32_t)value, divisor = INT64_C(1) << shift;
            int64_t floor = wide >= 0 ? wide / divisor : -((-wide + divisor - 1) / divisor);
            EXPECT_EQ((int32_t)bits_sra(value, shift), floor) << value << " >> " << shift;
        }
}

TEST(Bits, MuldivKeepsAll128Bits)
{
    EXPECT_EQ(bits_muldiv(UINT64_MAX, UINT64_MAX, UINT64_MAX), UINT64_MAX);
    EXPECT_EQ(bits_muldiv(UINT64_MAX, 6, 7), UINT64_C(15811494920322472812));
    EXPECT_EQ(bits_muldiv(7, 3, 10), 2u);
    EXPECT_EQ(bits_muldiv_up(7, 3, 10), 3u);
    EXPECT_EQ(bits_muldiv_up(10, 3, 10), 3u) << "an exact quotient is not rounded";
    EXPECT_EQ(bits_muldiv_up(0, 3, 10), 0u);
}

} // namespace
