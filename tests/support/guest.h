// SPDX-License-Identifier: Apache-2.0
// Small guest programs, assembled from the instruction table itself: no cross-compiler is needed for a test that wants
// a few instructions on a node. The code is position-dependent and knows nothing of a stack.
//
//   guest g;                               // code from 0x40080400 on, the entry point
//   g.li(2, 0x3FF40000);                   // a2 = UART0's FIFO
//   g.op("movi", {3, 'A'});
//   g.op("s32i", {3, 2, 0});
//   guest::label loop = g.here();
//   g.op("j", {loop});
//   image_ptr image = g.image();
#ifndef VESPER_TESTS_SUPPORT_GUEST_H
#define VESPER_TESTS_SUPPORT_GUEST_H

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "cpu_iss/isa.h"
#include "sc_top/load/image.h"
#include "tests/support/captured_log.h"

class guest
{
  public:
    using label = uint32_t;
    static constexpr uint32_t VECTORS = 0x40080000, LITERALS = 0x40080480, CODE = 0x40080800, SIZE = 0x4000;

    guest() : bytes(SIZE), base(VECTORS), at(CODE), literal_at(LITERALS)
    {
    }

    // Code from base + 0x400 on, literals from base + 0x80 on: a mask ROM's layout.
    explicit guest(uint32_t base_address)
        : bytes(SIZE), base(base_address), at(base_address + 0x400), literal_at(base_address + 0x80)
    {
    }

    const std::vector<uint8_t> &raw() const
    {
        return bytes;
    }

    label here() const
    {
        return at;
    }

    // Assembles at another place, e.g. at a vector.
    void org(uint32_t address)
    {
        at = address;
    }

    // One instruction; operands as in assembler syntax, registers by number, targets by address.
    void op(const char *name, std::initializer_list<uint32_t> operands = {})
    {
        uint32_t word = encode(at, name, operands);
        put(at, word, isa_row_at(isa_find(name))->length);
        at += isa_row_at(isa_find(name))->length;
    }

    // A branch or jump whose target comes later: the result goes to land().
    struct pending {
        uint32_t at;
        std::string name;
        std::vector<uint32_t> operands;
    };
    pending ahead(const char *name, std::initializer_list<uint32_t> operands = {})
    {
        pending p{at, name, operands};
        at += isa_row_at(isa_find(name))->length;
        return p;
    }
    void land(const pending &p)
    {
        std::vector<uint32_t> operands = p.operands;
        operands.push_back(at);
        put(p.at, encode(p.at, p.name.c_str(), operands), isa_row_at(isa_find(p.name.c_str()))->length);
    }

    // a[reg] = value, through a literal.
    void li(uint32_t reg, uint32_t value)
    {
        put(literal_at, value, 4);
        op("l32r", {reg, literal_at});
        literal_at += 4;
    }

    // *address = value, through a14 and a15.
    void poke(uint32_t address, uint32_t value)
    {
        li(14, address);
        li(15, value);
        op("s32i", {15, 14, 0});
    }

    void forever()
    {
        label self = here();
        op("j", {self});
    }

    // An ELF file with this code and entry point; NULL and a failure if it is not accepted.
    struct image *image(uint32_t entry = CODE) const
    {
        std::vector<uint8_t> file(84);
        auto put16 = [&](size_t offset, unsigned value) {
            file[offset] = static_cast<uint8_t>(value), file[offset + 1] = static_cast<uint8_t>(value >> 8);
        };
        auto put32 = [&](size_t offset, uint32_t value) {
            put16(offset, value & 0xFFFF), put16(offset + 2, value >> 16);
        };
        const uint8_t ident[] = {0x7F, 'E', 'L', 'F', 1, 1, 1};
        std::copy(std::begin(ident), std::end(ident), file.begin());
        put16(16, 2), put16(18, 94), put32(20, 1), put32(24, entry), put32(28, 52);
        put16(40, 52), put16(42, 32), put16(44, 1), put16(46, 40);
        put32(52, 1), put32(56, 84), put32(60, VECTORS), put32(64, VECTORS), put32(68, SIZE), put32(72, SIZE);
        file.insert(file.end(), bytes.begin(), bytes.end());
        auto *copy = static_cast<uint8_t *>(malloc(file.size()));
        std::copy(file.begin(), file.end(), copy);
        captured_log log;
        struct image *result = nullptr;
        EXPECT_EQ(image_parse("guest.elf", copy, file.size(), nullptr, log, &result), SIM_OK) << log.text();
        return result;
    }

  private:
    std::vector<uint8_t> bytes;
    uint32_t base, at, literal_at;

    void put(uint32_t address, uint32_t value, unsigned length)
    {
        for (unsigned i = 0; i < length; i++)
            bytes.at(address - base + i) = static_cast<uint8_t>(value >> (8 * i));
    }

    static uint32_t encode(uint32_t pc, const char *name, const std::vector<uint32_t> &operands)
    {
        uint32_t word = 0;
        enum isa_row_id row = isa_find(name);
        EXPECT_NE(row, ISA_NONE) << name;
        EXPECT_TRUE(isa_encode(row, operands.data(), static_cast<unsigned>(operands.size()), pc, &word)) << name;
        return word;
    }
};

#endif
