/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold for every register of every *_regs.def, whatever the device is: the lists are sound as data, and a
 * plain bank (hooks left out) gives each access kind and reset domain its meaning. The build finds the lists. */
#include "bus/dev.h"

#include <gtest/gtest.h>

#include <deque>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace
{

struct row {
    struct reg_desc desc = {};
    std::vector<struct reg_field> fields;
    std::vector<std::string> field_owner; /* the register that each FIELD row names */
    bool has_read_hook = false, has_write_hook = false;
};

struct list {
    std::string file;
    std::deque<row> rows;
    std::vector<struct reg_desc> descs;
    struct reg_table table = {};
};

/* A line of a list, or the name of the next list. All lists are one constant table: as statements they would be one
 * function of thousands, which takes compilers minutes. */
struct entry {
    enum { LIST_NAME, REGISTER, FIELD_ROW } kind;
    const char *name; /* of the list's file; of the register that a FIELD row names */
    const char *read_hook, *write_hook;
    struct reg_desc desc;
    struct reg_field field;
};

#define LIST(file) {entry::LIST_NAME, file, nullptr, nullptr, {}, {}},
#define REG(name, offset, rd, wr, domain, model, source, text)                                                         \
    REG_ARRAY(name, offset, 1, 0, rd, wr, domain, model, source, text)
#define REG_ARRAY(name, offset, count, stride, rd, wr, domain, model, source, text)                                    \
    {entry::REGISTER,                                                                                                  \
     nullptr,                                                                                                          \
     #rd,                                                                                                              \
     #wr,                                                                                                              \
     {#name, offset, count, stride, nullptr, nullptr, REG_DOMAIN_##domain, REG_MODEL_##model, REG_SOURCE_##source,     \
      text, nullptr, 0},                                                                                               \
     {}},
#define FIELD(reg, name, lsb, width, access, reset, text)                                                              \
    {entry::FIELD_ROW, #reg, nullptr, nullptr, {}, {#name, lsb, width, REG_##access, reset, text}},
#define REG_END(name)

const struct entry entries[] = {
#include "register_lists.inc"
};

#undef LIST
#undef REG
#undef REG_ARRAY
#undef FIELD
#undef REG_END

void finish(list &l)
{
    uint32_t end = 4;
    for (row &r : l.rows) {
        r.desc.fields = r.fields.data();
        r.desc.field_count = (uint16_t)r.fields.size();
        l.descs.push_back(r.desc);
        end = std::max(end, r.desc.offset + (uint32_t)(r.desc.count - 1) * r.desc.stride + 4);
    }
    l.table = {l.file.c_str(), "", end, l.descs.data(), (uint16_t)l.descs.size()};
}

/* Where each list begins among the entries. */
std::vector<size_t> list_places()
{
    std::vector<size_t> places;
    for (size_t i = 0; i < std::size(entries); i++)
        if (entries[i].kind == entry::LIST_NAME)
            places.push_back(i);
    return places;
}

/* A list as a table of its own, without anybody's hooks. */
std::unique_ptr<list> read_list(size_t place)
{
    auto l = std::make_unique<list>();
    l->file = entries[place].name;
    for (size_t i = place + 1; i < std::size(entries) && entries[i].kind != entry::LIST_NAME; i++) {
        const struct entry &e = entries[i];
        if (e.kind == entry::REGISTER) {
            row &r = l->rows.emplace_back();
            r.desc = e.desc;
            r.has_read_hook = std::string(e.read_hook) != "NULL";
            r.has_write_hook = std::string(e.write_hook) != "NULL";
        } else {
            row &r = l->rows.back();
            r.fields.push_back(e.field);
            r.field_owner.push_back(e.name);
        }
    }
    finish(*l);
    return l;
}

class RegisterList : public ::testing::TestWithParam<size_t>
{
  protected:
    const std::unique_ptr<list> own = read_list(GetParam());
    const list &l = *own;
    struct dev_ops ops = {};
    struct dev_env env = {};
    struct dev dev = {};

    void SetUp() override
    {
        ops.regs = &l.table;
    }
    void TearDown() override
    {
        dev_fini(&dev);
    }
    void init()
    {
        ASSERT_EQ(dev_init(&dev, &ops, "dev", &env), SIM_OK);
    }
    template <typename F> void each_element(F body)
    {
        for (const row &r : l.rows)
            for (unsigned i = 0; i < r.desc.count; i++) {
                SCOPED_TRACE(std::string(r.desc.name) + "[" + std::to_string(i) + "]");
                body(r.desc, r.desc.offset + i * r.desc.stride);
            }
    }
    static uint32_t mask(const struct reg_desc &reg, enum reg_access access)
    {
        return reg_access_mask(&reg, access);
    }
};

/* --- Data -----------------------------------------------------------------------------------------------------------
 */

TEST_P(RegisterList, RowsStandInOrderOfOffset)
{
    for (size_t i = 1; i < l.rows.size(); i++)
        EXPECT_LT(l.rows[i - 1].desc.offset, l.rows[i].desc.offset) << l.rows[i].desc.name;
}

TEST_P(RegisterList, EveryWordBelongsToOneRegisterAtMost)
{
    std::set<uint32_t> taken;
    each_element([&](const struct reg_desc &, uint32_t offset) {
        EXPECT_EQ(offset % 4, 0u);
        EXPECT_TRUE(taken.insert(offset).second) << "offset " << offset << " is taken";
    });
}

TEST_P(RegisterList, ArraysHaveElementsAndAStride)
{
    for (const row &r : l.rows) {
        EXPECT_GE(r.desc.count, 1) << r.desc.name;
        if (r.desc.count > 1) {
            EXPECT_GE(r.desc.stride, 4) << r.desc.name;
        }
    }
}

TEST_P(RegisterList, NamesAreUniqueAndTextsAreThere)
{
    std::set<std::string> names;
    for (const row &r : l.rows) {
        EXPECT_TRUE(names.insert(r.desc.name).second) << r.desc.name;
        EXPECT_STRNE(r.desc.text, "") << r.desc.name;
        EXPECT_STRNE(reg_source_name(r.desc.source), "?");
        EXPECT_STRNE(reg_domain_name(r.desc.domain), "?");
        EXPECT_STRNE(reg_model_name(r.desc.model), "?");
    }
}

TEST_P(RegisterList, FieldsFitTheirRegisterAndDoNotOverlap)
{
    for (const row &r : l.rows) {
        uint32_t used = 0;
        std::set<std::string> names;
        EXPECT_FALSE(r.fields.empty()) << r.desc.name << " has no field";
        for (size_t i = 0; i < r.fields.size(); i++) {
            const struct reg_field &f = r.fields[i];
            SCOPED_TRACE(std::string(r.desc.name) + "." + f.name);
            EXPECT_EQ(r.field_owner[i], r.desc.name) << "the row names another register";
            ASSERT_GE(f.width, 1);
            ASSERT_LE(f.lsb + f.width, 32);
            uint32_t bits = bits_mask(f.width) << f.lsb;
            EXPECT_EQ(used & bits, 0u) << "overlaps";
            used |= bits;
            EXPECT_EQ(f.reset & ~bits_mask(f.width), 0u) << "reset value is wider than the field";
            EXPECT_TRUE(names.insert(f.name).second);
            EXPECT_STRNE(reg_access_name(f.access), "?");
        }
    }
}

TEST_P(RegisterList, TriggersHaveSomebodyWhoSeesThem)
{
    for (const row &r : l.rows)
        if (reg_access_mask(&r.desc, REG_WT) && r.desc.model == REG_MODEL_MODELLED) {
            EXPECT_TRUE(r.has_write_hook) << r.desc.name << " has a write trigger but no write hook";
        }
}

TEST_P(RegisterList, TriggersDoNotResetToSomething)
{
    for (const row &r : l.rows)
        EXPECT_EQ(reg_reset_value(&r.desc) & reg_access_mask(&r.desc, REG_WT), 0u) << r.desc.name;
}

/* --- Behaviour of the plain bank ------------------------------------------------------------------------------------
 */

TEST_P(RegisterList, ResetValuesAreThoseOfTheFields)
{
    init();
    each_element([&](const struct reg_desc &reg, uint32_t offset) {
        uint32_t expected = 0;
        for (unsigned i = 0; i < reg.field_count; i++)
            expected |= reg.fields[i].reset << reg.fields[i].lsb;
        EXPECT_EQ(dev_peek(&dev, offset), expected);
    });
}

TEST_P(RegisterList, WritesChangeWhatTheyMay)
{
    init();
    for (uint32_t pattern : {0xFFFFFFFFu, 0u, 0xA5A5A5A5u, 0x5A5A5A5Au})
        each_element([&](const struct reg_desc &reg, uint32_t offset) {
            uint32_t before = dev_peek(&dev, offset);
            dev_write(&dev, offset, 4, pattern, 0);
            uint32_t stored = mask(reg, REG_RW) | mask(reg, REG_WO);
            uint32_t expected = (before & ~stored) | (pattern & stored);
            expected &= ~(pattern & mask(reg, REG_W1C));
            expected |= pattern & mask(reg, REG_W1S);
            EXPECT_EQ(dev_peek(&dev, offset), expected);
        });
}

TEST_P(RegisterList, ReadsShowWhatTheyMayAndClearOnlyReadClearBits)
{
    init();
    each_element([&](const struct reg_desc &reg, uint32_t offset) {
        dev_poke(&dev, offset, UINT32_MAX);
        EXPECT_EQ(dev_read(&dev, offset, 4, 0), ~mask(reg, REG_WO));
        EXPECT_EQ(dev_peek(&dev, offset), ~mask(reg, REG_RC));
    });
}

TEST_P(RegisterList, EveryByteCanBeWrittenAlone)
{
    init();
    each_element([&](const struct reg_desc &reg, uint32_t offset) {
        for (unsigned byte = 0; byte < 4; byte++) {
            uint32_t lane = UINT32_C(0xFF) << (8 * byte);
            dev_poke(&dev, offset, 0x0F0F0F0F);
            dev_write(&dev, offset + byte, 1, 0xF0, 0);
            uint32_t stored = (mask(reg, REG_RW) | mask(reg, REG_WO)) & lane;
            uint32_t expected = (0x0F0F0F0Fu & ~stored) | (0xF0F0F0F0u & stored);
            expected &= ~(0xF0F0F0F0u & lane & mask(reg, REG_W1C));
            expected |= 0xF0F0F0F0u & lane & mask(reg, REG_W1S);
            EXPECT_EQ(dev_peek(&dev, offset), expected) << "byte " << byte;
        }
    });
}

TEST_P(RegisterList, ASystemResetKeepsTheRtcDomainOnly)
{
    init();
    each_element([&](const struct reg_desc &, uint32_t offset) { dev_poke(&dev, offset, 0xC0FFEE11); });
    dev_reset(&dev, DEV_RESET_SYSTEM, 0);
    each_element([&](const struct reg_desc &reg, uint32_t offset) {
        bool kept = reg.domain == REG_DOMAIN_RTC;
        EXPECT_EQ(dev_peek(&dev, offset), kept ? 0xC0FFEE11 : reg_reset_value(&reg));
    });
    dev_reset(&dev, DEV_RESET_POWER_ON, 0);
    each_element(
        [&](const struct reg_desc &reg, uint32_t offset) { EXPECT_EQ(dev_peek(&dev, offset), reg_reset_value(&reg)); });
}

std::string name_of(const ::testing::TestParamInfo<size_t> &info)
{
    std::string file = entries[info.param].name;
    size_t slash = file.rfind('/');
    return file.substr(slash + 1, file.rfind("_regs.def") - slash - 1);
}

INSTANTIATE_TEST_SUITE_P(Of, RegisterList, ::testing::ValuesIn(list_places()), name_of);

TEST(RegisterLists, AreFoundByTheBuild)
{
    std::set<std::string> files;
    for (size_t place : list_places())
        files.insert(entries[place].name);
    EXPECT_TRUE(files.count("bus/mmu_regs.def"));
}

} // namespace
