// SPDX-License-Identifier: Apache-2.0
// A bare machine around one LX6 core: memories, a place for a device, and an assembler made from the instruction
// table, so that tests read as programs.
//
//   xt_bench bench;
//   bench.load("movi a2, 5; loop: addi a2, a2, -1; bnez a2, loop; halt: j halt");
//   bench.steps(3);
//   EXPECT_EQ(bench.a(2), 4u);
//
// Memory: 0x40080000 256 KB for vectors and code (VECBASE is there), 0x3FFB0000 320 KB for data. Programs start at
// 0x40081000 in ring 0 with PS = WOE, level 0, no EXCM; a1 is the end of the data memory.
#ifndef VESPER_TESTS_SUPPORT_XT_BENCH_H
#define VESPER_TESTS_SUPPORT_XT_BENCH_H

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "bus/cache.h"
#include "bus/mem.h"
#include "cpu_iss/isa.h"
#include "cpu_iss/xt.h"

// Two passes over text: "label: mnemonic operand, operand ; ..." with newlines or semicolons between instructions,
// // comments, .word, .byte, .space n, .align n, .org address. Operands are registers, numbers, labels, and
// label+number; branches take addresses. All is absolute: there is no relocation and no relaxation.
class xt_assembler
{
  public:
    std::map<std::string, uint32_t> labels;

    // Bytes of the text assembled at `origin`. Throws std::invalid_argument with the line.
    std::vector<uint8_t> assemble(const std::string &text, uint32_t origin)
    {
        std::vector<uint8_t> bytes;
        for (int pass = 0; pass < 2; pass++) {
            bytes.clear();
            is_final_ = pass == 1;
            for (size_t start = 0; start <= text.size();) {
                size_t end = text.find_first_of("\n;", start);
                end = end == std::string::npos ? text.size() : end;
                line_ = text.substr(start, end - start);
                line(bytes, origin);
                start = end + 1;
            }
        }
        return bytes;
    }

    // One instruction word; operands as the disassembler has them, labels as absolute addresses.
    static uint32_t word(const std::string &mnemonic, std::initializer_list<uint32_t> operands, uint32_t pc = 0)
    {
        std::vector<uint32_t> values(operands);
        uint32_t word;
        isa_row_id row = isa_find(mnemonic.c_str());
        if (row == ISA_NONE || !isa_encode(row, values.data(), static_cast<unsigned>(values.size()), pc, &word))
            throw std::invalid_argument("cannot encode " + mnemonic);
        return word;
    }

  private:
    std::string line_;
    bool is_final_ = false;

    static std::string trim(const std::string &text)
    {
        size_t first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
        return first == std::string::npos ? "" : text.substr(first, last - first + 1);
    }
    [[noreturn]] void fail(const std::string &what) const
    {
        throw std::invalid_argument(what + " in \"" + line_ + "\"");
    }

    void line(std::vector<uint8_t> &bytes, uint32_t origin)
    {
        std::string rest = trim(line_.substr(0, line_.find("//")));
        for (size_t colon; (colon = rest.find(':')) != std::string::npos; rest = trim(rest.substr(colon + 1)))
            labels[trim(rest.substr(0, colon))] = origin + static_cast<uint32_t>(bytes.size());
        if (rest.empty())
            return;
        size_t space = rest.find_first_of(" \t");
        std::string name = rest.substr(0, space);
        std::vector<std::string> operands;
        if (space != std::string::npos) {
            std::string list = rest.substr(space) + ",";
            for (size_t start = 0, comma; (comma = list.find(',', start)) != std::string::npos; start = comma + 1)
                operands.push_back(trim(list.substr(start, comma - start)));
        }
        if (name[0] == '.')
            directive(name, operands, bytes, origin);
        else
            instruction(name, operands, bytes, origin + static_cast<uint32_t>(bytes.size()));
    }

    void directive(const std::string &name, const std::vector<std::string> &operands, std::vector<uint8_t> &bytes,
                   uint32_t origin)
    {
        for (const std::string &operand : operands) {
            uint32_t number = value(operand), here = origin + static_cast<uint32_t>(bytes.size());
            if (name == ".word")
                append(bytes, number, 4);
            else if (name == ".byte")
                append(bytes, number, 1);
            else if (name == ".space")
                bytes.resize(bytes.size() + number);
            else if (name == ".align")
                bytes.resize(bytes.size() + (number - here % number) % number);
            else if (name == ".org")
                bytes.resize(number - origin);
            else
                fail("unknown directive");
        }
    }

    void instruction(const std::string &name, const std::vector<std::string> &operands, std::vector<uint8_t> &bytes,
                     uint32_t pc)
    {
        isa_row_id id = isa_find(name.c_str());
        if (id == ISA_NONE)
            fail("unknown instruction");
        const isa_row *row = isa_row_at(id);
        std::vector<uint32_t> values;
        for (const isa_operand_use &use : row->use) {
            const isa_operand *operand = isa_operand_at(use.operand);
            if (use.operand == ISA_OPERAND_none || operand->is_hidden)
                continue;
            if (values.size() == operands.size())
                fail("operand missing");
            const std::string &text = operands[values.size()];
            values.push_back(operand->file == ISA_FILE_NONE ? value(text) : value(text.substr(1)));
        }
        if (values.size() != operands.size())
            fail("too many operands");
        uint32_t word = row->encoding;
        bool fits = isa_encode(id, values.data(), static_cast<unsigned>(values.size()), pc, &word);
        if (is_final_ && !fits)
            fail("operand out of range");
        append(bytes, word, row->length);
    }

    uint32_t value(const std::string &text) const
    {
        size_t plus = text.find('+', 1);
        if (plus != std::string::npos)
            return value(trim(text.substr(0, plus))) + value(trim(text.substr(plus + 1)));
        if (text.empty())
            fail("operand missing");
        if (std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '-')
            return static_cast<uint32_t>(std::strtoll(text.c_str(), nullptr, 0));
        auto label = labels.find(text);
        if (label != labels.end())
            return label->second;
        if (is_final_)
            fail("unknown label " + text);
        return 0;
    }

    static void append(std::vector<uint8_t> &bytes, uint32_t value, unsigned count)
    {
        for (unsigned n = 0; n < count; n++)
            bytes.push_back(static_cast<uint8_t>(value >> (8 * n)));
    }
};

struct xt_bench {
    static constexpr uint32_t CODE = 0x40080000, CODE_SIZE = 0x40000;
    static constexpr uint32_t DATA = 0x3FFB0000, DATA_SIZE = 0x50000;
    static constexpr uint32_t START = 0x40081000;
    static constexpr uint32_t DEVICE = 0x3FF40000, DEVICE_SIZE = 0x10000;

    struct bus_mem code {
    }, data{};
    struct clock_domain clock {
    };
    struct bus_port port {
    };
    struct xt_host host {
    };
    struct xt_config config {
    };
    struct xt_cpu *cpu = nullptr;
    xt_assembler assembler;

    // What a test may change before, or call memory_changed() after.
    bool gives_pointers = true;     // false: every access goes over the bus
    bool code_is_word_only = false; // as the ESP32's instruction RAM
    uint8_t code_fetch_wait = 0;
    struct bus_cache *cache = nullptr; // before code and data
    // Answers at DEVICE; without it the place is empty.
    std::function<bus_result(bus_access &)> device;
    uint64_t device_accesses = 0;

    explicit xt_bench(struct log *log = nullptr, struct xt_pool *pool = nullptr)
    {
        if (bus_mem_init(&code, "code", CODE_SIZE) != SIM_OK || bus_mem_init(&data, "data", DATA_SIZE) != SIM_OK)
            throw std::bad_alloc();
        clock_init(&clock, 240000000);
        port.ctx = this;
        port.access = [](void *ctx, bus_access *access) {
            return static_cast<xt_bench *>(ctx)->access(*access, false);
        };
        port.debug = [](void *ctx, bus_access *access) { return static_cast<xt_bench *>(ctx)->access(*access, true); };
        port.dmi = [](void *ctx, uint32_t address, bus_dmi *dmi) {
            return static_cast<xt_bench *>(ctx)->dmi(address, *dmi);
        };
        host.bus = &port;
        host.clock = &clock;
        host.log = log;
        host.name = "cpu";
        config.prid = 0xCDCD;
        config.reset_pc = START;
        config.pool = pool;
        cpu = xt_create(&config, &host);
        reset();
    }
    ~xt_bench()
    {
        xt_destroy(cpu);
        bus_mem_fini(&code);
        bus_mem_fini(&data);
    }
    xt_bench(const xt_bench &) = delete;
    xt_bench &operator=(const xt_bench &) = delete;

    // As after the first instructions of any start-up code.
    void reset()
    {
        xt_reset(cpu);
        set("vecbase", CODE);
        set("ps", 0x40000);
        set("a1", DATA + DATA_SIZE);
    }

    // Assembles text and puts it at `address`; labels of earlier texts are known.
    void load(const std::string &text, uint32_t address = START)
    {
        std::vector<uint8_t> bytes = assembler.assemble(text, address);
        write(address, bytes.data(), bytes.size());
    }
    uint32_t label(const std::string &name) const
    {
        return assembler.labels.at(name);
    }

    uint32_t get(const std::string &name) const
    {
        uint32_t value = 0;
        if (!xt_reg_get(cpu, static_cast<unsigned>(xt_reg_number(name.c_str())), &value))
            throw std::invalid_argument("no register " + name);
        return value;
    }
    void set(const std::string &name, uint32_t value)
    {
        if (!xt_reg_set(cpu, static_cast<unsigned>(xt_reg_number(name.c_str())), value))
            throw std::invalid_argument("no register " + name);
    }
    uint32_t a(unsigned n) const
    {
        return get("a" + std::to_string(n));
    }
    uint32_t pc() const
    {
        return xt_pc(cpu);
    }
    uint64_t cycles() const
    {
        return xt_cycles(cpu);
    }
    xt_stats stats() const
    {
        xt_stats stats;
        xt_get_stats(cpu, &stats);
        return stats;
    }

    void write(uint32_t address, const void *bytes, size_t length)
    {
        if (!xt_mem_write(cpu, address, bytes, length))
            throw std::out_of_range("no memory there");
    }
    uint32_t word(uint32_t address)
    {
        uint32_t value = 0;
        if (!xt_mem_read(cpu, address, &value, 4))
            throw std::out_of_range("no memory there");
        return value;
    }
    void set_word(uint32_t address, uint32_t value)
    {
        write(address, &value, 4);
    }

    xt_stop run(uint64_t cycles)
    {
        uint64_t end = xt_cycles(cpu) + cycles;
        return xt_run(cpu, end, UINT64_MAX);
    }
    void steps(unsigned count)
    {
        while (count-- > 0)
            xt_step(cpu);
    }
    // By the fast engine until control is at the label; false: it did not get there in time.
    bool run_to(const std::string &name, uint64_t max_cycles = 1000000)
    {
        uint64_t end = xt_cycles(cpu) + max_cycles;
        uint32_t goal = label(name);
        while (xt_pc(cpu) != goal && xt_cycles(cpu) < end)
            if (xt_run(cpu, xt_cycles(cpu) + 1, UINT64_MAX) != XT_STOP_HORIZON)
                break;
        return xt_pc(cpu) == goal;
    }
    void memory_changed()
    {
        xt_memory_changed(cpu, 0, UINT32_MAX);
    }

  private:
    struct bus_mem *mem_at(uint32_t address, uint32_t &offset)
    {
        struct bus_mem *mem = address - CODE < CODE_SIZE ? &code : address - DATA < DATA_SIZE ? &data : nullptr;
        offset = mem == &code ? address - CODE : address - DATA;
        return mem;
    }

    bus_result access(bus_access &access, bool is_debug)
    {
        uint32_t offset;
        struct bus_mem *mem = mem_at(access.address, offset);
        if (!mem) {
            if (access.address - DEVICE >= DEVICE_SIZE || !device || is_debug)
                return BUS_ERROR_ADDRESS;
            device_accesses++;
            return device(access);
        }
        if (offset + access.size > mem->size)
            return BUS_ERROR_ADDRESS;
        if (mem == &code && code_is_word_only && !is_debug && (access.size < 4 || access.address & 3))
            return BUS_ERROR_WIDTH;
        if (access.write) {
            std::memcpy(mem->bytes + offset, &access.value, access.size);
            bus_mem_wrote(mem, offset, access.size);
        } else {
            access.value = 0;
            std::memcpy(&access.value, mem->bytes + offset, access.size);
        }
        return BUS_OK;
    }

    bool dmi(uint32_t address, bus_dmi &dmi)
    {
        uint32_t offset;
        struct bus_mem *mem = mem_at(address, offset);
        if (!mem || !gives_pointers)
            return false;
        dmi = bus_dmi{};
        dmi.first = mem == &code ? CODE : DATA;
        dmi.last = dmi.first + mem->size - 1;
        dmi.host = mem->bytes;
        dmi.read = dmi.write = true;
        dmi.fetch = mem == &code;
        dmi.word_only = mem == &code && code_is_word_only;
        dmi.fetch_wait = mem == &code ? code_fetch_wait : 0;
        dmi.mem = mem;
        dmi.cache = cache;
        return true;
    }
};

#endif
