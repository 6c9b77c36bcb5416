// SPDX-License-Identifier: Apache-2.0
// Random programs, executed by Vesper's core and by QEMU's: the whole state must agree after every block of some twenty
// instructions, over more than a million of them. Each row of the table whose option QEMU's core has takes part, except
// those named in `elsewhere`.
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include "cpu_iss/isa.h"

#include "tests/isa/directed.h"

namespace
{

constexpr unsigned BLOCKS = 1000, PASSES = 15, RECORD_WORDS = 41;
constexpr uint32_t BLOCK_BYTES_MAX = 90; // 0x18000 bytes for all

const char *const word_names[RECORD_WORDS] = {
    "a2",  "a3", "a4",     "a5",    "a6",    "a7", "a8",  "a9",  "a10", "a11", "a12", "a13", "a14",   "a15",
    "sar", "ps", "lcount", "acclo", "acchi", "m0", "m1",  "m2",  "m3",  "br",  "f0",  "f1",  "f2",    "f3",
    "f4",  "f5", "f6",     "f7",    "f8",    "f9", "f10", "f11", "f12", "f13", "f14", "f15", "memory"};

// Rows that do not stand in random blocks, and why.
const std::map<std::string, const char *> elsewhere = {
    {"simcall", "the runner's own"},
    {"l32e", "needs a base that points behind the place; directed tests"},
    {"s32e", "as l32e"},
    {"s32nb", "younger than QEMU's cores; directed tests"},
    {"rur.fsr", "QEMU forgets flags; fp_*_test.cpp hold them against the host's"},
    {"wur.fsr", "as rur.fsr"},
    {"wsr.sar", "shifts by more than 32 are undefined; directed tests"},
    {"xsr.sar", "as wsr.sar"},
    {"clamps", "dc233c has another CLAMPS option; directed tests"},
};

struct block {
    uint32_t address;
    std::vector<uint8_t> bytes;
    unsigned always = 0; // instructions that no branch skips
};

class generator
{
  public:
    generator(uint64_t seed, bool has_float) : random(seed)
    {
        for (unsigned row = 0; row < ISA_ROWS; row++)
            if (takes_part(*isa_row_at(row), has_float))
                rows.push_back(static_cast<isa_row_id>(row));
    }

    std::set<unsigned> used;

    block make(uint32_t address, uint32_t collect, uint32_t leaf)
    {
        here = {};
        here.address = address;
        while (here.bytes.size() + 24 < BLOCK_BYTES_MAX) {
            switch (below(24)) {
            case 0:
                call(leaf);
                break;
            case 1:
                loop();
                break;
            default:
                put(any());
            }
        }
        put_row(ISA_j, {collect});
        return here;
    }

  private:
    std::mt19937_64 random;
    std::vector<isa_row_id> rows;
    block here;

    uint32_t below(uint32_t n)
    {
        return static_cast<uint32_t>(random() % n);
    }
    uint32_t pc() const
    {
        return here.address + static_cast<uint32_t>(here.bytes.size());
    }

    static bool is(const isa_row &row, const char *name)
    {
        return std::string(row.id) == name;
    }

    static bool takes_part(const isa_row &row, bool has_float)
    {
        if (elsewhere.count(row.name))
            return false;
        switch (row.option) {
        case ISA_OPTION_CORE:
        case ISA_OPTION_DENSITY:
        case ISA_OPTION_MUL16:
        case ISA_OPTION_MUL32:
        case ISA_OPTION_DIV32:
        case ISA_OPTION_MAC16:
        case ISA_OPTION_NSA:
        case ISA_OPTION_MINMAX:
        case ISA_OPTION_SEXT:
            break;
        case ISA_OPTION_BOOLEAN:
        case ISA_OPTION_FP:
            if (!has_float)
                return false;
            break;
        default:
            return false;
        }
        // Of special registers those that are only data; of MAC16's loads none, since they move their base.
        std::string name = row.name;
        if (name[1] == 's' && name[2] == 'r' && name[3] == '.')
            return name.substr(4) == "sar" || row.option == ISA_OPTION_MAC16 || row.option == ISA_OPTION_BOOLEAN;
        if (row.option == ISA_OPTION_MAC16 && row.kind == ISA_KIND_LOAD)
            return false;
        if (row.option == ISA_OPTION_FP &&
            (row.latency == ISA_LATENCY_fp_step || name == "divn.s" || name == "maddn.s" ||
             row.kind == ISA_KIND_STORE || row.kind == ISA_KIND_LOAD))
            return false;
        return row.kind == ISA_KIND_ALU || row.kind == ISA_KIND_PLAIN || row.kind == ISA_KIND_LOAD ||
               row.kind == ISA_KIND_STORE || row.kind == ISA_KIND_BRANCH || row.option == ISA_OPTION_DIV32;
    }

    void append(uint32_t word, unsigned length)
    {
        for (unsigned n = 0; n < length; n++)
            here.bytes.push_back(static_cast<uint8_t>(word >> 8 * n));
    }

    bool put_row(isa_row_id row, const std::vector<uint32_t> &values)
    {
        uint32_t word;
        if (!isa_encode(row, values.data(), static_cast<unsigned>(values.size()), pc(), &word))
            return false;
        append(word, isa_row_at(row)->length);
        used.insert(row);
        return true;
    }

    isa_row_id any()
    {
        return rows[below(static_cast<uint32_t>(rows.size()))];
    }

    uint32_t any_value(const isa_row &row, const isa_operand_use &use, uint32_t target)
    {
        const isa_operand &operand = *isa_operand_at(use.operand);
        if (operand.is_relative)
            return row.kind == ISA_KIND_BRANCH ? target : (pc() & ~3u) - 64; // L32R reads code: blocks or the runner
        switch (operand.file) {
        case ISA_FILE_AR: {
            bool is_base =
                (row.kind == ISA_KIND_LOAD || row.kind == ISA_KIND_STORE) && std::string(operand.name) == "as";
            return is_base ? 1 : 2 + below(14);
        }
        case ISA_FILE_NONE: {
            static const uint32_t small[] = {0, 1, 2, 3, 4, 8, 12, 16, 31, 32, 60, 64, 128, 252, 0xffffffff};
            if (row.kind == ISA_KIND_LOAD || row.kind == ISA_KIND_STORE)
                return below(253) & ~(below(2) ? 3u : 0u);
            if (is(row, "slli"))
                return 1 + below(31); // by 32 is undefined: ISA RM, SLLI
            return below(2) ? small[below(15)] : static_cast<uint32_t>(random()) >> below(32);
        }
        case ISA_FILE_MR:
            return below(4);
        default:
            return below(16);
        }
    }

    // QEMU keeps M0..M3 and the booleans under several names, and within a block of its own does not see in one what
    // it wrote to another.
    static bool needs_own_block(const isa_row &row)
    {
        std::string name = row.name;
        bool has_boolean = row.option == ISA_OPTION_BOOLEAN;
        for (const isa_operand_use &use : row.use)
            has_boolean = has_boolean || isa_operand_at(use.operand)->file == ISA_FILE_BRF;
        return has_boolean || (name.size() == 6 && name.substr(3, 2) == ".m");
    }
    // put() makes just this instruction of it, and it goes on behind itself.
    static bool is_single(isa_row_id id)
    {
        const isa_row &row = *isa_row_at(id);
        return row.kind != ISA_KIND_BRANCH && row.option != ISA_OPTION_DIV32 && id != ISA_ssl && id != ISA_ssa8b &&
               !needs_own_block(row);
    }
    void jump_to_next()
    {
        put_row(ISA_j, {pc() + 3});
        here.always++;
    }

    // One instruction of this row with random operands; a branch goes over the one behind it.
    void put(isa_row_id id)
    {
        const isa_row &row = *isa_row_at(id);
        if (row.option == ISA_OPTION_DIV32) { // by something else than 0
            put_row(ISA_movi, {15, 1 + below(2000)});
            uint32_t ar = 2 + below(14), as = 2 + below(14);
            put_row(id, {ar, as, 15});
            here.always += 2;
            return;
        }
        if (id == ISA_ssl ||
            id == ISA_ssa8b) { // SAR = 32 makes QEMU's SRL and SRA shift by 0: ISA RM wants 0 or the sign
            put_row(ISA_movi, {15, 1 + below(id == ISA_ssl ? 31 : 3)});
            put_row(id, {15});
            here.always += 2;
            return;
        }
        if (needs_own_block(row)) {
            jump_to_next();
            put_fitting(id);
            jump_to_next();
        } else {
            put_fitting(id);
        }
    }

    void put_fitting(isa_row_id id)
    {
        const isa_row &row = *isa_row_at(id);
        block before = here;
        for (unsigned attempt = 0; attempt < 200; attempt++) {
            here = before;
            uint32_t skipped = 0;
            isa_row_id behind = ISA_NONE;
            if (row.kind == ISA_KIND_BRANCH) {
                do
                    behind = any();
                while (!is_single(behind));
                skipped = isa_row_at(behind)->length;
            }
            std::vector<uint32_t> values;
            for (const isa_operand_use &use : row.use)
                if (use.operand != ISA_OPERAND_none && !isa_operand_at(use.operand)->is_hidden)
                    values.push_back(any_value(row, use, pc() + row.length + skipped));
            if (!put_row(id, values))
                continue;
            here.always++;
            if (behind != ISA_NONE) {
                size_t start = here.bytes.size();
                unsigned always = here.always;
                put(behind);
                here.always = always;
                if (here.bytes.size() - start != skipped)
                    continue;
            }
            return;
        }
        here = before;
        ADD_FAILURE() << "no operands fit " << row.name;
        append(0x20f0, 3); // NOP
    }

    // Register windows turn and come back.
    void call(uint32_t leaf)
    {
        static const isa_row_id calls[] = {ISA_call4, ISA_call8, ISA_call12};
        put_row(calls[below(3)], {leaf});
        here.always += 5;
    }

    // A short loop with one to eight turns.
    void loop()
    {
        static const isa_row_id loops[] = {ISA_loop, ISA_loopnez, ISA_loopgtz};
        uint32_t count = 2 + below(14);
        put_row(ISA_extui, {count, 2 + below(14), below(16), 3});
        put_row(ISA_addi, {count, count, 1});
        size_t at = here.bytes.size();
        isa_row_id id = loops[below(3)];
        append(0, 3);
        unsigned always = here.always;
        for (unsigned n = 1 + below(4); n > 0; n--) {
            isa_row_id row;
            do
                row = any();
            while (!is_single(row));
            put(row);
        }
        uint32_t end = pc(), word = 0;
        const uint32_t values[] = {count, end};
        EXPECT_TRUE(isa_encode(id, values, 2, here.address + static_cast<uint32_t>(at), &word));
        used.insert(id);
        for (unsigned n = 0; n < 3; n++)
            here.bytes[at + n] = static_cast<uint8_t>(word >> 8 * n);
        here.always = always + 3 + (here.always - always);
    }
};

struct program {
    std::string path;
    std::vector<block> blocks;
    unsigned rows = 0;
    uint64_t instructions = 0; // at least, over all passes
};

uint32_t address_of(const struct image *image, const std::string &name)
{
    for (size_t n = 0; n < image->symbol_count; n++)
        if (image->symbols[n].name == name)
            return image->symbols[n].address;
    ADD_FAILURE() << "the runner has no " << name;
    return 0;
}

// The runner with blocks in it.
program make_program(const std::string &target, uint64_t seed)
{
    program p;
    std::string source = directed::program("differential", target);
    directed::image_ptr image = directed::load(source);
    if (!image)
        return p;
    std::vector<uint8_t> file(image->file, image->file + image->file_size);
    auto write = [&](uint32_t address, const void *bytes, size_t size) {
        for (size_t n = 0; n < image->segment_count; n++) {
            const image_segment &s = image->segments[n];
            if (address >= s.address && address - s.address + size <= s.file_size) {
                std::memcpy(file.data() + s.file_offset + (address - s.address), bytes, size);
                return;
            }
        }
        ADD_FAILURE() << "no room at " << address;
    };
    generator g(seed, target == "de233");
    uint32_t at = address_of(image.get(), "blocks"), collect = address_of(image.get(), "collect");
    std::vector<uint32_t> table;
    for (unsigned n = 0; n < BLOCKS; n++) {
        p.blocks.push_back(g.make(at, collect, address_of(image.get(), "leaf")));
        const block &b = p.blocks.back();
        write(at, b.bytes.data(), b.bytes.size());
        table.push_back(at);
        at += static_cast<uint32_t>(b.bytes.size());
        p.instructions += uint64_t(b.always) * PASSES;
    }
    p.rows = static_cast<unsigned>(g.used.size());
    write(address_of(image.get(), "block_table"), table.data(), 4 * table.size());
    std::mt19937_64 random(seed + 1);
    std::vector<uint32_t> words(64);
    for (uint32_t &word : words)
        word = static_cast<uint32_t>(random());
    write(address_of(image.get(), "registers"), words.data(), 64);
    write(address_of(image.get(), "scratch"), words.data(), 256);
    const uint32_t blocks = BLOCKS, passes = PASSES;
    write(address_of(image.get(), "blocks_used"), &blocks, 4);
    write(address_of(image.get(), "passes"), &passes, 4);
    p.path = testing::TempDir() + "differential." + target + "." + std::to_string(seed) + ".elf";
    std::ofstream(p.path, std::ios::binary)
        .write(reinterpret_cast<const char *>(file.data()), std::streamsize(file.size()));
    return p;
}

std::string run_qemu(const std::string &path, const std::string &core)
{
    std::string command = std::string("timeout 60 ") + VESPER_QEMU + " -M sim -cpu " + core +
                          " -semihosting -display none -monitor none -serial none -kernel " + path;
    std::string output;
    FILE *pipe = popen(command.c_str(), "r");
    if (!pipe)
        return output;
    std::array<char, 65536> buffer;
    for (size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        output.append(buffer.data(), n);
    pclose(pipe);
    return output;
}

// The block with the values before it, for a person.
std::string listing(const program &p, size_t number, const uint32_t *before)
{
    std::string text;
    char line[128];
    if (before)
        for (unsigned n = 0; n < RECORD_WORDS; n++) {
            std::snprintf(line, sizeof line, "%s=%08x%s", word_names[n], before[n], n % 8 == 7 ? "\n" : " ");
            text += line;
        }
    const block &b = p.blocks[number];
    struct isa_decoder *decoder = isa_decoder_create();
    for (size_t at = 0; at < b.bytes.size();) {
        uint32_t word = 0;
        std::memcpy(&word, b.bytes.data() + at, std::min<size_t>(3, b.bytes.size() - at));
        char instruction[96];
        unsigned size =
            isa_disassemble(decoder, word, b.address + static_cast<uint32_t>(at), instruction, sizeof instruction);
        std::snprintf(line, sizeof line, "\n%08x  %s", b.address + static_cast<unsigned>(at), instruction);
        text += line;
        at += size;
    }
    isa_decoder_destroy(decoder);
    return text;
}

// What the kit said when it ended in the pass of record n, and the block in which that was.
std::string failure(const program &p, const std::string &output, size_t n)
{
    std::string said = output.substr(std::min(output.size(), n / BLOCKS * BLOCKS * 4 * RECORD_WORDS));
    unsigned vector, cause, pc;
    size_t at = said.find("DEBUGCAUSE) ");
    if (at != std::string::npos && std::sscanf(said.c_str() + at + 12, "%x %x %x", &vector, &cause, &pc) == 3)
        for (size_t b = 0; b < p.blocks.size(); b++)
            if (pc - p.blocks[b].address < p.blocks[b].bytes.size())
                said += listing(p, b, nullptr);
    return said;
}

struct differential : testing::TestWithParam<std::tuple<std::string, unsigned>> {
};

TEST_P(differential, agrees_with_qemu)
{
    auto [target, seed] = GetParam();
    program p = make_program(target, seed);
    ASSERT_FALSE(p.path.empty());
    std::string theirs = run_qemu(p.path, target == "de233" ? "de233_fpu" : target);
    directed::image_ptr image = directed::load(p.path);
    ASSERT_TRUE(image);
    flat_machine machine;
    ASSERT_TRUE(machine.load(*image));
    EXPECT_EQ(machine.run(500'000'000), flat_machine::end::exited) << "pc " << std::hex << xt_pc(machine.cpu());
    const std::string &ours = machine.console;
    constexpr size_t record = 4 * RECORD_WORDS;
    for (size_t n = 0; n < size_t(BLOCKS) * PASSES; n++) {
        ASSERT_GE(ours.size(), (n + 1) * record) << "Vesper: " << failure(p, ours, n);
        ASSERT_GE(theirs.size(), (n + 1) * record) << "QEMU: " << failure(p, theirs, n);
        uint32_t a[RECORD_WORDS], b[RECORD_WORDS], before[RECORD_WORDS];
        std::memcpy(a, ours.data() + n * record, record);
        std::memcpy(b, theirs.data() + n * record, record);
        if (n > 0)
            std::memcpy(before, ours.data() + (n - 1) * record, record);
        for (unsigned word = 0; word < RECORD_WORDS; word++)
            ASSERT_EQ(a[word], b[word]) << std::hex << "Vesper (first) and QEMU differ in " << word_names[word]
                                        << " after this block:\n"
                                        << listing(p, n % BLOCKS, n ? before : nullptr);
    }
    EXPECT_EQ(ours, theirs);
    std::printf("%s seed %u: %llu instructions agree, %u rows of the table\n", target.c_str(), seed,
                static_cast<unsigned long long>(p.instructions), p.rows);
    EXPECT_GE(p.instructions, 150'000u) << "all seeds together are to make a million";
    std::remove(p.path.c_str());
}

std::vector<std::string> targets()
{
    std::vector<std::string> found;
    for (const char *target : {"dc233c", "de233"})
        if (!directed::program("differential", target).empty())
            found.emplace_back(target);
    return found;
}

INSTANTIATE_TEST_SUITE_P(random, differential, testing::Combine(testing::ValuesIn(targets()), testing::Range(1u, 5u)),
                         [](const auto &p) {
                             return std::get<0>(p.param) + "_" + std::to_string(std::get<1>(p.param));
                         });

} // namespace
