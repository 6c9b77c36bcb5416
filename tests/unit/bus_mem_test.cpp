/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/mem.h"

#include <gtest/gtest.h>

#include <vector>

namespace
{

struct written {
    int who;
    uint32_t offset, length;
    bool operator==(const written &o) const
    {
        return who == o.who && offset == o.offset && length == o.length;
    }
};

class BusMem : public ::testing::Test
{
  protected:
    struct core {
        int who;
        std::vector<written> *heard;
        static void code_written(void *ctx, struct bus_mem *, uint32_t offset, uint32_t length)
        {
            auto *self = static_cast<core *>(ctx);
            self->heard->push_back({self->who, offset, length});
        }
    };
    std::vector<written> heard;
    core core0 = {0, &heard}, core1 = {1, &heard};
    struct bus_mem mem = {};
    void SetUp() override
    {
        ASSERT_EQ(bus_mem_init(&mem, "sram0", 4096), SIM_OK);
        bus_mem_listen(&mem, core::code_written, &core0);
        bus_mem_listen(&mem, core::code_written, &core1);
    }
    void TearDown() override
    {
        bus_mem_fini(&mem);
    }
};

TEST_F(BusMem, StartsZeroedAndWithoutCode)
{
    for (uint32_t i = 0; i < mem.size; i++)
        ASSERT_EQ(mem.bytes[i], 0);
    bus_mem_wrote(&mem, 0, 4096);
    EXPECT_TRUE(heard.empty());
}

TEST_F(BusMem, AWriteToCodeTellsBothCoresWhichLinesAreGone)
{
    bus_mem_mark_code(&mem, 100, 10); /* line 64..127 */
    bus_mem_wrote(&mem, 120, 4);
    EXPECT_EQ(heard, (std::vector<written>{{0, 64, 64}, {1, 64, 64}}));
    bus_mem_wrote(&mem, 120, 4);
    EXPECT_EQ(heard.size(), 2u) << "the mark is gone until the code is translated again";
}

TEST_F(BusMem, ABlockAcrossALineEndMarksBothLines)
{
    bus_mem_mark_code(&mem, 60, 8);
    bus_mem_wrote(&mem, 0, 1);
    bus_mem_wrote(&mem, 127, 1);
    EXPECT_EQ(heard, (std::vector<written>{{0, 0, 64}, {1, 0, 64}, {0, 64, 64}, {1, 64, 64}}));
}

TEST_F(BusMem, AnUnalignedWriteThatReachesIntoCodeCounts)
{
    bus_mem_mark_code(&mem, 128, 64);
    bus_mem_wrote(&mem, 126, 4);
    EXPECT_EQ(heard.size(), 2u);
}

TEST_F(BusMem, DataBesideCodeIsNotCode)
{
    bus_mem_mark_code(&mem, 0, 4);
    bus_mem_mark_code(&mem, 1024, 4);
    bus_mem_wrote(&mem, 64, 960);
    EXPECT_TRUE(heard.empty());
    bus_mem_wrote(&mem, 1088, 3008);
    EXPECT_TRUE(heard.empty());
}

TEST_F(BusMem, ALongWriteReportsOneRangeFromFirstToLastHit)
{
    bus_mem_mark_code(&mem, 256, 64);
    bus_mem_mark_code(&mem, 1024, 64);
    bus_mem_wrote(&mem, 0, 4096);
    EXPECT_EQ(heard, (std::vector<written>{{0, 256, 832}, {1, 256, 832}}));
    EXPECT_GE(mem.code_first, mem.code_end) << "no code is left, so writes cost one test again";
}

TEST_F(BusMem, BoundsShrinkToWhatIsLeft)
{
    bus_mem_mark_code(&mem, 0, 1);
    bus_mem_mark_code(&mem, 2048, 1);
    bus_mem_mark_code(&mem, 4095, 1);
    bus_mem_wrote(&mem, 0, 4);
    EXPECT_EQ(mem.code_first, 2048u);
    bus_mem_wrote(&mem, 4092, 4);
    EXPECT_EQ(mem.code_end, 2112u);
}

TEST_F(BusMem, WhoWritesDirectlyLearnsWhereCodeHasCome)
{
    std::vector<std::pair<uint32_t, uint32_t>> marked;
    bus_mem_listen_marks(
        &mem, [](void *, bus_mem *, uint32_t, uint32_t) {},
        [](void *ctx, bus_mem *, uint32_t offset, uint32_t length) {
            static_cast<std::vector<std::pair<uint32_t, uint32_t>> *>(ctx)->emplace_back(offset, length);
        },
        &marked);
    bus_mem_mark_code(&mem, 100, 40);
    bus_mem_mark_code(&mem, 64, 64);
    EXPECT_EQ(marked, (std::vector<std::pair<uint32_t, uint32_t>>{{64, 128}})) << "only once for the same lines";
    EXPECT_TRUE(bus_mem_has_code(&mem, 127, 4));
    EXPECT_FALSE(bus_mem_has_code(&mem, 0, 64));
    EXPECT_FALSE(bus_mem_has_code(&mem, 192, 64));
    bus_mem_unlisten(&mem, &marked);
    bus_mem_mark_code(&mem, 1024, 1);
    EXPECT_EQ(marked.size(), 1u);
    bus_mem_wrote(&mem, 1024, 1);
    EXPECT_EQ(heard.size(), 2u) << "the others still listen";
}

} // namespace
