/* SPDX-License-Identifier: Apache-2.0 */
/* What the access kinds, reset domains, arrays and gaps of a register table mean, on a block made for it. */
#include "bus/dev.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace
{

struct hook_call {
    unsigned index;
    uint32_t old, written, stored;
};

struct block {
    struct dev dev; /* first member, as in every device */
    std::vector<hook_call> writes;
    std::vector<enum dev_reset> resets;
    uint32_t ram[4];
    unsigned gap_writes;
};

block *block_of(struct dev *dev)
{
    return reinterpret_cast<block *>(dev);
}

void command_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    block_of(dev)->writes.push_back({index, old, written, reg_word(dev, 0x08)});
}

uint32_t counter_read(struct dev *dev, unsigned, uint32_t)
{
    return (uint32_t)(dev->now / SIM_US(1));
}

uint32_t channel_read(struct dev *, unsigned index, uint32_t stored)
{
    return stored | index << 28;
}

void channel_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    block_of(dev)->writes.push_back({index, old, written, reg_word(dev, 0x20 + index * 8)});
}

#define REG_FILE "tests/unit/dev_test_regs.def"
#define REG_PREFIX BLOCK
#define REG_TABLE block_regs
#define REG_BLOCK "BLOCK"
#define REG_SOURCE "none"
#define REG_SIZE 0x80
#include "bus/reg_expand.h"

const struct dev_ops ops = {
    &block_regs,
    [](struct dev *dev, enum dev_reset kind) { block_of(dev)->resets.push_back(kind); },
    nullptr,
    nullptr,
};

const struct dev_ops ops_with_ram = {
    &block_regs,
    nullptr,
    [](struct dev *dev, uint32_t offset) {
        return offset >= 0x60 && offset < 0x70 ? block_of(dev)->ram[(offset - 0x60) / 4] : 0;
    },
    [](struct dev *dev, uint32_t offset, uint32_t value) {
        block_of(dev)->gap_writes++;
        if (offset >= 0x60 && offset < 0x70)
            block_of(dev)->ram[(offset - 0x60) / 4] = value;
    },
};

class Dev : public ::testing::Test
{
  protected:
    block b = {};
    std::vector<std::string> messages;
    struct dev_env env = {};
    void SetUp() override
    {
        env.scope = "node3";
        env.log = log_create(
            [](void *ctx, const struct log_record *r) {
                static_cast<std::vector<std::string> *>(ctx)->push_back(std::string(log_class_name(r->class_)) + " " +
                                                                        r->source + ": " + r->text);
            },
            &messages, LOG_DEBUG);
        ASSERT_EQ(dev_init(&b.dev, &ops, "block0", &env), SIM_OK);
    }
    void TearDown() override
    {
        dev_fini(&b.dev);
        log_destroy(env.log);
    }
    uint32_t read(uint32_t offset, unsigned size = 4)
    {
        return dev_read(&b.dev, offset, size, 0);
    }
    void write(uint32_t offset, uint32_t value, unsigned size = 4)
    {
        dev_write(&b.dev, offset, size, value, 0);
    }
};

TEST_F(Dev, StartsWithTheResetValuesOfItsFields)
{
    EXPECT_EQ(read(BLOCK_PLAIN), 0xBEEF5012u);
    EXPECT_EQ(read(BLOCK_KEPT), 0x11111111u);
    EXPECT_EQ(reg_get(&b.dev, BLOCK_PLAIN_STATUS), 5u);
    EXPECT_TRUE(b.resets.empty()) << "dev_init does not call the reset hook";
}

TEST_F(Dev, WritesReachOnlyWritableFields)
{
    write(BLOCK_PLAIN, 0xFFFFFFFF);
    EXPECT_EQ(read(BLOCK_PLAIN), 0xFFFF50FFu) << "read-only stays, reserved bits read 0";
    write(BLOCK_PLAIN, 0);
    EXPECT_EQ(read(BLOCK_PLAIN), 0x00005000u);
}

TEST_F(Dev, NarrowWritesAreMergedIntoTheWord)
{
    write(BLOCK_PLAIN + 2, 0x12345678, 2);
    EXPECT_EQ(read(BLOCK_PLAIN), 0x56785012u);
    write(BLOCK_PLAIN, 0xAA, 1);
    EXPECT_EQ(read(BLOCK_PLAIN), 0x567850AAu);
    write(BLOCK_PLAIN + 3, 0x99, 1);
    EXPECT_EQ(read(BLOCK_PLAIN), 0x997850AAu);
}

TEST_F(Dev, NarrowReadsTakeTheirBytes)
{
    EXPECT_EQ(read(BLOCK_PLAIN, 1), 0x12u);
    EXPECT_EQ(read(BLOCK_PLAIN + 1, 1), 0x50u);
    EXPECT_EQ(read(BLOCK_PLAIN + 3, 1), 0xBEu);
    EXPECT_EQ(read(BLOCK_PLAIN + 2, 2), 0xBEEFu);
}

TEST_F(Dev, WritingOneClearsOrSets)
{
    reg_put(&b.dev, BLOCK_RAW_CLEAR, 0xF0);
    write(BLOCK_RAW, 0x00003330);
    EXPECT_EQ(read(BLOCK_RAW), 0x000033C0u);
    write(BLOCK_RAW, 0);
    EXPECT_EQ(read(BLOCK_RAW), 0x000033C0u) << "zeroes do nothing";
}

TEST_F(Dev, ANarrowWriteDoesNotClearFlagsInOtherBytes)
{
    reg_put(&b.dev, BLOCK_RAW_CLEAR, 0xFF);
    write(BLOCK_RAW + 1, 0x01, 1);
    EXPECT_EQ(read(BLOCK_RAW), 0x000001FFu);
}

TEST_F(Dev, ReadingClearsAndWritingDoesNotReach)
{
    reg_put(&b.dev, BLOCK_RAW_COUNT, 0x1234);
    write(BLOCK_RAW, 0xFFFF0000);
    EXPECT_EQ(read(BLOCK_RAW), 0x12340000u);
    EXPECT_EQ(read(BLOCK_RAW), 0u);
    reg_put(&b.dev, BLOCK_RAW_COUNT, 0x1234);
    EXPECT_EQ(read(BLOCK_RAW, 1), 0u);
    EXPECT_EQ(read(BLOCK_RAW), 0u) << "a narrow read is the word's read";
}

TEST_F(Dev, WriteOnlyFieldsAreStoredAndReadAsZero)
{
    write(BLOCK_COMMAND, 0x00007755);
    EXPECT_EQ(read(BLOCK_COMMAND), 0x00007700u);
    EXPECT_EQ(reg_get(&b.dev, BLOCK_COMMAND_SECRET), 0x55u);
}

TEST_F(Dev, ATriggerIsSeenByTheHookAndNotStored)
{
    write(BLOCK_COMMAND, 0x80000100);
    ASSERT_EQ(b.writes.size(), 1u);
    EXPECT_EQ(b.writes[0].old, 0u);
    EXPECT_EQ(reg_field_of(b.writes[0].written, BLOCK_COMMAND_START), 1u);
    EXPECT_EQ(b.writes[0].stored, 0x00000100u) << "the bank already holds the new value, masks applied";
    EXPECT_EQ(read(BLOCK_COMMAND), 0x00000100u);
    write(BLOCK_COMMAND + 1, 0x02, 1);
    EXPECT_EQ(reg_field_of(b.writes[1].written, BLOCK_COMMAND_START), 0u);
    EXPECT_EQ(b.writes[1].old, 0x00000100u);
    EXPECT_EQ(b.writes[1].stored, 0x00000200u);
}

TEST_F(Dev, AReadHookMayComputeFromTheTimeOfTheAccess)
{
    EXPECT_EQ(dev_read(&b.dev, BLOCK_COUNTER, 4, SIM_US(77)), 77u);
    EXPECT_EQ(dev_read(&b.dev, BLOCK_COUNTER, 1, SIM_US(0x1234)), 0x34u);
}

TEST_F(Dev, ArrayElementsKnowTheirIndex)
{
    write(BLOCK_CHANNEL + 2 * 8, 0xFFFFFFFF);
    EXPECT_EQ(read(BLOCK_CHANNEL + 2 * 8), 0x20000FF0u);
    EXPECT_EQ(read(BLOCK_CHANNEL + 3 * 8), 0x30000030u) << "each element has the reset value";
    ASSERT_EQ(b.writes.size(), 1u);
    EXPECT_EQ(b.writes[0].index, 2u);
    EXPECT_EQ(reg_get_at(&b.dev, BLOCK_CHANNEL_LEVEL, 2, 8), 0xFFu);
    reg_put_at(&b.dev, BLOCK_CHANNEL_LEVEL, 1, 8, 0x5A);
    EXPECT_EQ(read(BLOCK_CHANNEL + 8), 0x100005A0u);
}

TEST_F(Dev, FindsTheRegisterAtAnOffset)
{
    unsigned index = 99;
    EXPECT_STREQ(dev_reg_at(&b.dev, BLOCK_RAW, &index)->name, "RAW");
    EXPECT_EQ(index, 0u);
    EXPECT_STREQ(dev_reg_at(&b.dev, 0x38, &index)->name, "CHANNEL");
    EXPECT_EQ(index, 3u);
    EXPECT_EQ(dev_reg_at(&b.dev, 0x24, &index), nullptr) << "between elements of an array";
    EXPECT_EQ(dev_reg_at(&b.dev, 0x18, &index), nullptr);
}

TEST_F(Dev, GapsReadZeroIgnoreWritesAndAreReportedOnce)
{
    write(0x18, 0xFFFFFFFF);
    write(0x18, 0xFFFFFFFF);
    EXPECT_EQ(read(0x18), 0u);
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0], "unimpl node3.block0: write of offset 0x018 (no register), value 0xffffffff: ignored");
}

TEST_F(Dev, StoredRegistersKeepTheirValueAndAreReportedOnce)
{
    for (uint32_t value : {1u, 2u, 3u})
        write(BLOCK_DUMMY, value);
    EXPECT_EQ(read(BLOCK_DUMMY), 3u);
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0],
              "unimpl node3.block0: write of offset 0x014 (DUMMY), value 0x00000001: kept, without effect");
    EXPECT_EQ(log_count(env.log, LOG_UNIMPL), 1u);
}

TEST_F(Dev, ADeviceMayServeItsGapsWithWholeWords)
{
    block with_ram = {};
    ASSERT_EQ(dev_init(&with_ram.dev, &ops_with_ram, "ram", &env), SIM_OK);
    dev_write(&with_ram.dev, 0x64, 4, 0x11223344, 0);
    dev_write(&with_ram.dev, 0x66, 1, 0xAA, 0);
    EXPECT_EQ(with_ram.ram[1], 0x11AA3344u) << "merged before the device sees it";
    EXPECT_EQ(with_ram.gap_writes, 2u);
    EXPECT_EQ(dev_read(&with_ram.dev, 0x66, 2, 0), 0x11AAu);
    EXPECT_TRUE(messages.empty());
    dev_fini(&with_ram.dev);
}

TEST_F(Dev, ASystemResetKeepsTheRtcDomain)
{
    write(BLOCK_PLAIN, 0);
    write(BLOCK_KEPT, 0x22222222);
    dev_reset(&b.dev, DEV_RESET_SYSTEM, SIM_US(5));
    EXPECT_EQ(read(BLOCK_PLAIN), 0xBEEF5012u);
    EXPECT_EQ(read(BLOCK_KEPT), 0x22222222u);
    dev_reset(&b.dev, DEV_RESET_POWER_ON, SIM_US(6));
    EXPECT_EQ(read(BLOCK_KEPT), 0x11111111u);
    EXPECT_EQ(b.resets, (std::vector<enum dev_reset>{DEV_RESET_SYSTEM, DEV_RESET_POWER_ON}));
}

TEST_F(Dev, TheDebuggerSeesStoredWordsAndDisturbsNothing)
{
    reg_put(&b.dev, BLOCK_RAW_COUNT, 0x1234);
    EXPECT_EQ(dev_peek(&b.dev, BLOCK_RAW), 0x12340000u);
    EXPECT_EQ(dev_peek(&b.dev, BLOCK_RAW), 0x12340000u);
    dev_poke(&b.dev, BLOCK_COMMAND, 0x80000000);
    EXPECT_TRUE(b.writes.empty());
    EXPECT_EQ(dev_peek(&b.dev, BLOCK_COMMAND), 0x80000000u);
}

TEST_F(Dev, AnObserverSeesEachAccessByName)
{
    std::vector<std::string> seen;
    const struct dev_observer observer = {&seen, [](void *ctx, const struct dev_access_record *r) {
                                              static_cast<std::vector<std::string> *>(ctx)->push_back(
                                                  std::string(r->write ? "W " : "R ") +
                                                  (r->reg ? r->reg->name : "gap") + "[" + std::to_string(r->index) +
                                                  "]=" + std::to_string(r->value) + "@" + std::to_string(r->time));
                                          }};
    b.dev.observer = &observer;
    dev_write(&b.dev, BLOCK_KEPT, 4, 5, 100);
    dev_read(&b.dev, BLOCK_CHANNEL + 8, 4, 200);
    dev_read(&b.dev, 0x70, 4, 300);
    dev_peek(&b.dev, BLOCK_KEPT);
    EXPECT_EQ(seen, (std::vector<std::string>{"W KEPT[0]=5@100", "R CHANNEL[1]=268435504@200", "R gap[0]=0@300"}));
}

TEST_F(Dev, TheEnvironmentTellsTheFrequencies)
{
    struct clock_tree clocks;
    clock_tree_init(&clocks);
    env.clocks = &clocks;
    EXPECT_EQ(dev_hz(&b.dev, CLOCK_APB), 40000000u);
}

TEST(Line, ListenersHearChangesInOrderAndOnlyChanges)
{
    struct line line = {};
    std::string heard;
    auto listen = [](void *ctx, bool level, sim_time time) {
        *static_cast<std::string *>(ctx) += std::string(level ? "up" : "down") + "@" + std::to_string(time) + " ";
    };
    line_listen(&line, listen, &heard);
    line_set(&line, false, 1);
    line_set(&line, true, 2);
    line_set(&line, true, 3);
    line_set(&line, false, 4);
    EXPECT_EQ(heard, "up@2 down@4 ");
    line_set(nullptr, true, 5);
}

} // namespace
