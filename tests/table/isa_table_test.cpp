// SPDX-License-Identifier: Apache-2.0
// The instruction table against itself: encodings, masks and operands must fit together, whatever the rows say.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "cpu_iss/isa.h"

namespace
{

struct isa_table : testing::Test {
    std::unique_ptr<isa_decoder, void (*)(isa_decoder *)> decoder{isa_decoder_create(), isa_decoder_destroy};
    std::mt19937 random{1};

    static uint32_t word_mask(const isa_row *row)
    {
        return row->length == 3 ? 0xffffff : 0xffff;
    }
    // A word of this row with random bits wherever the row leaves them free.
    uint32_t any_word(const isa_row *row)
    {
        return row->encoding | (random() & ~row->mask & word_mask(row));
    }
    std::string text(uint32_t word, uint32_t pc = 0x40080000)
    {
        char line[64];
        isa_disassemble(decoder.get(), word, pc, line, sizeof line);
        return line;
    }
};

TEST_F(isa_table, encodings_are_zero_where_operands_are)
{
    for (unsigned n = 0; n < ISA_ROWS; n++)
        EXPECT_EQ(isa_row_at(n)->encoding & ~isa_row_at(n)->mask, 0u) << isa_row_at(n)->name;
}

TEST_F(isa_table, the_first_byte_tells_the_length)
{
    for (unsigned n = 0; n < ISA_ROWS; n++)
        EXPECT_EQ(isa_length(static_cast<uint8_t>(any_word(isa_row_at(n)))), isa_row_at(n)->length)
            << isa_row_at(n)->name;
    EXPECT_EQ(isa_length(0x0e), 0u);
    EXPECT_EQ(isa_length(0xff), 0u);
}

TEST_F(isa_table, no_word_belongs_to_two_rows)
{
    for (unsigned i = 0; i < ISA_ROWS; i++)
        for (unsigned k = i + 1; k < ISA_ROWS; k++) {
            const isa_row *a = isa_row_at(i), *b = isa_row_at(k);
            bool can_differ = a->length != b->length || ((a->encoding ^ b->encoding) & a->mask & b->mask);
            EXPECT_TRUE(can_differ) << a->name << " and " << b->name;
        }
}

TEST_F(isa_table, mnemonics_and_ids_are_unique)
{
    std::set<std::string> names, ids;
    for (unsigned n = 0; n < ISA_ROWS; n++) {
        EXPECT_TRUE(names.insert(isa_row_at(n)->name).second) << isa_row_at(n)->name;
        EXPECT_TRUE(ids.insert(isa_row_at(n)->id).second) << isa_row_at(n)->id;
        EXPECT_EQ(isa_find(isa_row_at(n)->name), static_cast<isa_row_id>(n));
    }
    EXPECT_EQ(isa_find("frobnicate"), ISA_NONE);
}

TEST_F(isa_table, every_row_decodes_to_itself_whatever_its_operands)
{
    for (unsigned n = 0; n < ISA_ROWS; n++)
        for (int i = 0; i < 200; i++) {
            uint32_t word = any_word(isa_row_at(n));
            ASSERT_EQ(isa_decode(decoder.get(), word), static_cast<isa_row_id>(n)) << isa_row_at(n)->name;
            ASSERT_EQ(isa_decode(decoder.get(), word | 0xff000000), static_cast<isa_row_id>(n)) << "bytes behind it";
        }
}

// The index of the decoder must not hide a row, nor make one up.
TEST_F(isa_table, the_decoder_agrees_with_a_search_through_all_rows)
{
    for (int i = 0; i < 300000; i++) {
        uint32_t word = random() & 0xffffff;
        unsigned expected = ISA_ROWS;
        for (unsigned n = 0; n < ISA_ROWS; n++)
            if (isa_length(static_cast<uint8_t>(word)) == isa_row_at(n)->length &&
                (word & isa_row_at(n)->mask) == isa_row_at(n)->encoding)
                expected = n;
        ASSERT_EQ(isa_decode(decoder.get(), word), static_cast<isa_row_id>(expected)) << std::hex << word;
    }
}

TEST_F(isa_table, operands_cover_separate_bits_and_all_free_bits)
{
    for (unsigned n = 0; n < ISA_ROWS; n++) {
        const isa_row *row = isa_row_at(n);
        uint32_t covered = row->mask;
        for (const isa_operand_use &use : row->use) {
            const isa_operand *operand = isa_operand_at(use.operand);
            if (use.operand == ISA_OPERAND_none || operand->is_hidden)
                continue;
            uint32_t bits = isa_field_set(static_cast<isa_field>(operand->field), 0, ~0u);
            EXPECT_EQ(covered & bits, 0u) << row->name << " " << operand->name;
            covered |= bits;
        }
        EXPECT_EQ(covered, word_mask(row)) << row->name;
    }
}

TEST_F(isa_table, values_that_are_decoded_encode_to_the_same_word)
{
    // A coded boolean group keeps fewer bits than its field has.
    const std::set<std::string> groups = {"any4", "all4", "any8", "all8"};
    for (unsigned n = 0; n < ISA_ROWS; n++) {
        const isa_row *row = isa_row_at(n);
        if (groups.count(row->name))
            continue;
        for (int i = 0; i < 100; i++) {
            uint32_t word = any_word(row), pc = random(), again, values[ISA_MAX_OPERANDS];
            unsigned count = 0;
            for (unsigned k = 0; k < ISA_MAX_OPERANDS; k++)
                if (row->use[k].operand != ISA_OPERAND_none && !isa_operand_at(row->use[k].operand)->is_hidden)
                    values[count++] = isa_operand_value(row, k, word, pc);
            ASSERT_TRUE(isa_encode(static_cast<isa_row_id>(n), values, count, pc, &again)) << text(word, pc);
            ASSERT_EQ(again, word) << text(word, pc);
        }
    }
}

TEST_F(isa_table, values_that_do_not_fit_are_refused)
{
    uint32_t word;
    uint32_t unaligned[] = {2, 3, 5}, too_far[] = {2, 3, 1024}, fits[] = {2, 3, 1020};
    EXPECT_FALSE(isa_encode(ISA_l32i, unaligned, 3, 0, &word));
    EXPECT_FALSE(isa_encode(ISA_l32i, too_far, 3, 0, &word));
    EXPECT_TRUE(isa_encode(ISA_l32i, fits, 3, 0, &word));
    EXPECT_FALSE(isa_encode(ISA_l32i, fits, 2, 0, &word)) << "an operand is missing";
}

TEST_F(isa_table, text_is_that_of_objdump)
{
    // What xtensa-lx106-elf-objdump -d prints with the LX6 description; tests/isa compares every row with it.
    const std::map<uint32_t, const char *> lines = {
        {0xf27c, "movi.n\ta2, -1"},
        {0x00a822, "movi\ta2, 0xfffff800"},
        {0x7fd432, "addmi\ta3, a4, 0x7f00"},
        {0xffeb21, "l32r\ta2, 0x4007ffac"},
        {0xdf0226, "beqi\ta2, -1, 0x4007ffe3"},
        {0xdc12b6, "bltui\ta2, 0x10000, 0x4007ffe0"},
        {0x0002e0, "callx8\ta2"},
        {0xf00d, "ret.n"},
        {0x090320, "l32e\ta2, a3, -64"},
        {0x084204, "mula.dd.ll.ldinc\tm0, a2, m1, m2"},
        {0x8a2130, "round.s\ta2, f1, 3"},
        {0x008410, "any4\tb1, b4"},
        {0xf42430, "extui\ta2, a3, 4, 16"},
        {0x00000e, ".byte 0x0e"},
    };
    for (auto &line : lines)
        EXPECT_EQ(text(line.first), line.second);
}

TEST_F(isa_table, text_is_cut_to_the_room_there_is)
{
    for (size_t size = 1; size < 40; size++) {
        char line[41];
        line[size] = '#';
        isa_disassemble(decoder.get(), 0x084204, 0, line, size);
        EXPECT_EQ(line[size], '#');
        EXPECT_EQ(std::string("mula.dd.ll.ldinc\tm0, a2, m1, m2").substr(0, size - 1), line);
    }
}

TEST_F(isa_table, options_and_latencies_are_all_in_use)
{
    std::set<unsigned> options, latencies, kinds;
    for (unsigned n = 0; n < ISA_ROWS; n++) {
        options.insert(isa_row_at(n)->option);
        latencies.insert(isa_row_at(n)->latency);
        kinds.insert(isa_row_at(n)->kind);
        bool transfers = isa_timing_of(static_cast<isa_latency>(isa_row_at(n)->latency))->transfer != 0;
        EXPECT_TRUE(!transfers || isa_kind_ends_block(static_cast<isa_kind>(isa_row_at(n)->kind)))
            << isa_row_at(n)->name;
    }
    for (unsigned n = 0; n < ISA_OPTIONS; n++)
        EXPECT_TRUE(options.count(n)) << isa_option_name(static_cast<isa_option>(n));
    for (unsigned n = 0; n < ISA_LATENCIES; n++)
        EXPECT_TRUE(latencies.count(n)) << isa_timing_of(static_cast<isa_latency>(n))->name;
    EXPECT_EQ(kinds.size(), static_cast<size_t>(ISA_KINDS));
}

} // namespace
