// SPDX-License-Identifier: Apache-2.0
// Our disassembler beside binutils' objdump, which knows the LX6 by the description that the guest toolchain loads
// (firmware/toolchain): every row of the table with random operands, and random bytes, legal or not.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cpu_iss/isa.h"

namespace
{

struct decoder_deleter {
    void operator()(struct isa_decoder *decoder) const
    {
        isa_decoder_destroy(decoder);
    }
};

struct line {
    uint32_t address;
    std::string text;
};

std::vector<line> by_vesper(const std::vector<uint8_t> &bytes)
{
    std::unique_ptr<struct isa_decoder, decoder_deleter> decoder(isa_decoder_create());
    std::vector<line> lines;
    for (uint32_t at = 0; at < bytes.size();) {
        uint32_t word = 0;
        char text[96];
        std::memcpy(&word, bytes.data() + at, std::min<size_t>(4, bytes.size() - at));
        unsigned size = isa_disassemble(decoder.get(), word, at, text, sizeof text);
        lines.push_back({at, text});
        at += size;
    }
    return lines;
}

// "   1a:\t004136        \tentry\ta1, 32" without what objdump knows besides: "<symbol>", "(content of the literal)".
std::vector<line> by_objdump(const std::vector<uint8_t> &bytes)
{
    std::string path = testing::TempDir() + "disassembly.bin";
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    std::string command =
        std::string("XTENSA_GNU_CONFIG=") + VESPER_LX6 + " " + VESPER_OBJDUMP + " -D -b binary -m xtensa -z " + path;
    std::vector<line> lines;
    FILE *pipe = popen(command.c_str(), "r");
    if (!pipe)
        return lines;
    std::array<char, 512> buffer;
    while (fgets(buffer.data(), buffer.size(), pipe)) {
        std::string text = buffer.data();
        size_t colon = text.find(":\t"), tab = colon == std::string::npos ? colon : text.find('\t', colon + 2);
        if (tab == std::string::npos)
            continue;
        line l = {static_cast<uint32_t>(std::strtoul(text.c_str(), nullptr, 16)), text.substr(tab + 1)};
        for (const char *extra : {" <", " ("})
            l.text = l.text.substr(0, l.text.find(extra));
        while (!l.text.empty() && std::isspace(static_cast<unsigned char>(l.text.back())))
            l.text.pop_back();
        unsigned byte;
        if (std::sscanf(l.text.c_str(), ".byte %x", &byte) == 1) { // it writes 0x4, and 00
            char two_digits[16];
            std::snprintf(two_digits, sizeof two_digits, ".byte 0x%02x", byte & 255);
            l.text = two_digits;
        }
        lines.push_back(l);
    }
    pclose(pipe);
    std::remove(path.c_str());
    return lines;
}

void compare(const std::vector<uint8_t> &bytes)
{
    if (!*VESPER_LX6)
        GTEST_SKIP() << "the guest toolchain is not built: VESPER_FIRMWARE is off";
    std::vector<line> ours = by_vesper(bytes), theirs = by_objdump(bytes);
    unsigned wrong = 0;
    for (size_t n = 0; n < ours.size() && n < theirs.size() && wrong < 10; n++) {
        if (ours[n].address == theirs[n].address && ours[n].text == theirs[n].text)
            continue;
        wrong++;
        ADD_FAILURE() << std::hex << "bytes " << unsigned(bytes[ours[n].address]) << " "
                      << unsigned(bytes.at(ours[n].address + 1)) << " " << unsigned(bytes.at(ours[n].address + 2))
                      << " at 0x" << ours[n].address << ": '" << ours[n].text << "'; objdump at 0x" << theirs[n].address
                      << ": '" << theirs[n].text << "'";
    }
    EXPECT_EQ(ours.size(), theirs.size());
    std::printf("%zu instructions compared\n", ours.size());
}

TEST(disassembly, of_every_row_is_that_of_objdump)
{
    std::mt19937 random(1);
    std::vector<uint8_t> bytes;
    for (unsigned n = 0; n < ISA_ROWS; n++)
        for (unsigned round = 0; round < 40; round++) {
            const struct isa_row *row = isa_row_at(n);
            uint32_t word = row->encoding | (static_cast<uint32_t>(random()) & ~row->mask);
            for (unsigned byte = 0; byte < row->length; byte++)
                bytes.push_back(static_cast<uint8_t>(word >> 8 * byte));
        }
    compare(bytes);
}

TEST(disassembly, of_random_bytes_is_that_of_objdump)
{
    std::mt19937 random(2);
    std::vector<uint8_t> bytes(400'000);
    for (uint8_t &byte : bytes)
        byte = static_cast<uint8_t>(random());
    compare(bytes);
}

} // namespace
