// SPDX-License-Identifier: Apache-2.0
// Blocks that are not modelled yet: their registers have names, keep what is written, and say once that it has no
// effect. That all registers are there is scripts/check_regs.py's to say.
#include "peripherals/stored/stored.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/device_bench.h"

namespace
{

class Stored : public ::testing::TestWithParam<int>
{
  protected:
    device_bench bench;
    struct stored block;
    Stored()
    {
        if (stored_init(&block, (enum stored_block)GetParam(), "block", &bench.env) != SIM_OK)
            std::abort();
    }
    ~Stored() override
    {
        stored_fini(&block);
    }
};

std::string name_of(const ::testing::TestParamInfo<int> &info)
{
    static const char *const names[] = {
#define STORED_BLOCK(id) #id,
#include "peripherals/stored/stored_blocks.def"
#undef STORED_BLOCK
    };
    return names[info.param];
}

TEST_P(Stored, KeepsWhatIsWrittenAndSaysSoOnceForEachRegister)
{
    const reg_table *table = block.dev.ops->regs;
    std::set<std::string> said;
    for (unsigned i = 0; i < table->reg_count; i++) {
        const reg_desc &reg = table->regs[i];
        uint32_t kept = reg_access_mask(&reg, REG_RW);
        bench.log.lines.clear();
        for (int time = 0; time < 2; time++)
            dev_write(&block.dev, reg.offset, 4, UINT32_MAX, bench.now);
        EXPECT_EQ(dev_peek(&block.dev, reg.offset) & kept, kept) << reg.name;
        std::string text = bench.log.text();
        EXPECT_EQ(text.find('|'), std::string::npos) << "more than once: " << text;
        if (kept) {
            EXPECT_NE(text.find(std::string("(") + reg.name), std::string::npos) << reg.name << " is not in " << text;
            said.insert(text);
        }
    }
    EXPECT_GT(said.size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Blocks, Stored, ::testing::Range(0, (int)STORED_BLOCK_COUNT), name_of);

} // namespace
