// SPDX-License-Identifier: Apache-2.0
// Any instructions in any state: the fast engine, in slices, and a second core that steps through every instruction
// must agree at the end of each slice: registers, cycles, counts, at last memory. Nothing may crash, hang or leave
// memory.
//
// Input: bytes of a program, behind a header that says how it is run; see `header`.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "cpu_iss/block.h"
#include "tests/support/xt_bench.h"
#include "tests/support/xt_vectors.h"

namespace
{

enum mode : std::uint8_t {
    RAW = 0x01,           // the input is code as it stands; otherwise each four bytes choose a row and its operands
    OWN_VECTORS = 0x02,   // the program lies at VECBASE, in place of the handlers
    ANY_REGISTERS = 0x04, // special registers are random, too
    NO_POINTERS = 0x08,   // memory is reached over the bus only, and code translated each time
    SAVES = 0x10,         // the second core is saved and restored at the end of each slice
    SLOW_FETCH = 0x20,    // code comes through a wait state
    SHARED_POOL = 0x40,   // both cores have the same translations
    USER = 0x80           // PS.UM
};

struct header {
    std::uint8_t mode, slices, slice_cycles, seed, lines[4];
};

// Of `slices`: code and data come through a cache.
constexpr unsigned CACHED = 0x80;
constexpr unsigned MAX_CODE = 4096, MAX_CYCLES = 10000, POOL_SIZE = 32768;

// Skips what raised the exception, so that the program goes on.
const char *const handlers = ".org 0x40080300\n"
                             "wsr.excsave1 a3; rsr.epc1 a3; addi a3, a3, 3; wsr.epc1 a3; rsr.excsave1 a3; rfe\n"
                             ".org 0x40080340\n"
                             "wsr.excsave1 a3; rsr.epc1 a3; addi a3, a3, 3; wsr.epc1 a3; rsr.excsave1 a3; rfe\n"
                             ".org 0x400803c0\n"
                             "wsr.excsave1 a3; rsr.depc a3; addi a3, a3, 2; wsr.depc a3; rsr.excsave1 a3; rfde\n";

// One of the two sides.
struct side {
    xt_bench bench;
    std::uint32_t device_state = 0;
    struct bus_cache cache = {};

    explicit side(struct xt_pool *pool) : bench(nullptr, pool)
    {
        bench.device = [this](bus_access &access) {
            device_state = device_state * 1664525 + access.address + (access.write ? access.value : 1013904223);
            if (!access.write)
                access.value = access.size == 4 ? device_state : device_state & ((1u << access.size * 8) - 1);
            access.cost = access.address >> 4 & 0x3ff;
            if (access.address & 0x800)
                xt_limit(bench.cpu, xt_cycles(bench.cpu) + (access.address & 15));
            if (access.address & 0x400)
                xt_set_interrupts(bench.cpu, device_state);
            return access.address & 0x8000 ? BUS_ERROR_ACCESS : BUS_OK;
        };
        cache.fill = [](void *, std::uint32_t address, std::uint32_t evicted, sim_time) {
            return SIM_NS(40) * (1 + (address >> BUS_CACHE_LINE_SHIFT) % 8 + (evicted ? 2 : 0));
        };
    }
};

[[noreturn]] void differ(const char *what, unsigned long long fast, unsigned long long slow, const side &a,
                         const side &b)
{
    std::fprintf(stderr, "%s: fast 0x%llx, stepping 0x%llx; pc 0x%x and 0x%x, cycle %llu and %llu\n", what, fast, slow,
                 a.bench.pc(), b.bench.pc(), static_cast<unsigned long long>(a.bench.cycles()),
                 static_cast<unsigned long long>(b.bench.cycles()));
    std::abort();
}

void compare_registers(side &a, side &b)
{
    for (unsigned number = 0; const char *name = xt_reg_name(number); number++) {
        std::uint32_t fast = 0, slow = 0;
        bool is_one = xt_reg_get(a.bench.cpu, number, &fast);
        if (is_one != xt_reg_get(b.bench.cpu, number, &slow) || fast != slow)
            differ(name, fast, slow, a, b);
    }
    xt_stats fast = a.bench.stats(), slow = b.bench.stats();
#define COMPARE(field)                                                                                                 \
    if (fast.field != slow.field)                                                                                      \
    differ(#field, fast.field, slow.field, a, b)
    COMPARE(instructions);
    COMPARE(window_overflows);
    COMPARE(window_underflows);
    COMPARE(exceptions);
    COMPARE(interrupts);
    COMPARE(stall_cycles);
    COMPARE(wait_cycles);
    COMPARE(idle_cycles);
#undef COMPARE
    if (a.device_state != b.device_state)
        differ("device", a.device_state, b.device_state, a, b);
}

void compare_memory(side &a, side &b)
{
    for (auto [fast, slow, name] :
         {std::tuple{&a.bench.code, &b.bench.code, "code"}, std::tuple{&a.bench.data, &b.bench.data, "data"}})
        if (std::memcmp(fast->bytes, slow->bytes, fast->size))
            for (std::uint32_t at = 0; at < fast->size; at++)
                if (fast->bytes[at] != slow->bytes[at])
                    differ(name, at, slow->bytes[at], a, b);
}

std::vector<std::uint8_t> make_code(const std::uint8_t *data, std::size_t size, bool is_raw)
{
    std::vector<std::uint8_t> code;
    if (is_raw) {
        code.assign(data, data + std::min<std::size_t>(size, MAX_CODE));
        return code;
    }
    for (; size >= 4 && code.size() + 3 <= MAX_CODE; data += 4, size -= 4) {
        const isa_row &row = *isa_row_at((data[0] | (data[3] & 1u) << 8) % ISA_ROWS);
        std::uint32_t operands = data[1] | data[2] << 8 | static_cast<std::uint32_t>(data[3] & 0xfe) << 15;
        // Operand bits as they stand, all 24; most branches and calls get a short way, so that they stay in the
        // program.
        std::uint32_t word = (operands & ~row.mask) | row.encoding;
        if (row.kind == ISA_KIND_CALL || row.kind == ISA_KIND_JUMP)
            word = (word & 0x3ff) | row.encoding;
        for (unsigned n = 0; n < row.length; n++)
            code.push_back(static_cast<std::uint8_t>(word >> 8 * n));
    }
    return code;
}

std::uint32_t any_value(std::mt19937 &random)
{
    std::uint32_t value = static_cast<std::uint32_t>(random());
    switch (value >> 28) {
    case 0:
    case 1:
    case 2:
    case 3:
        return xt_bench::DATA + value % xt_bench::DATA_SIZE;
    case 4:
    case 5:
        return (xt_bench::DATA + value % xt_bench::DATA_SIZE) & ~3u;
    case 6:
        return xt_bench::START + value % 0x400;
    case 7:
        return xt_bench::DEVICE + value % xt_bench::DEVICE_SIZE;
    case 8:
    case 9:
        return value & 31;
    case 10:
        return 0 - (value & 31);
    default:
        return static_cast<std::uint32_t>(random());
    }
}

void prepare(side &s, const header &h, const std::vector<std::uint8_t> &code)
{
    xt_bench &bench = s.bench;
    bench.code_fetch_wait = h.mode & SLOW_FETCH ? 2 : 0;
    bench.cache = h.slices & CACHED ? &s.cache : nullptr;
    static const std::vector<std::uint8_t> vectors = xt_assembler().assemble(window_vectors, xt_bench::CODE),
                                           exceptions = xt_assembler().assemble(handlers, xt_bench::CODE + 0x300);
    bench.write(xt_bench::CODE, vectors.data(), vectors.size());
    bench.write(xt_bench::CODE + 0x300, exceptions.data(), exceptions.size());
    bench.write(h.mode & OWN_VECTORS ? xt_bench::CODE : xt_bench::START, code.data(), code.size());
    if (h.mode & USER)
        bench.set("ps", 0x40020);
    std::mt19937 random(h.seed);
    unsigned last = static_cast<unsigned>(xt_reg_number(h.mode & ANY_REGISTERS ? "a15" : "ar63"));
    for (unsigned number = 1; number <= last; number++)
        xt_reg_set(bench.cpu, number, any_value(random)); /* those that are read-only stay */
    if (!(h.mode & ANY_REGISTERS))
        bench.set("a1", xt_bench::DATA + xt_bench::DATA_SIZE);
}

// Until the second core is where the first is.
void catch_up(side &fast, side &slow)
{
    std::uint64_t cycle = fast.bench.cycles();
    while (slow.bench.cycles() < cycle) {
        std::uint64_t before = slow.bench.cycles();
        enum xt_stop stop = xt_step(slow.bench.cpu);
        if (stop != XT_STOP_STEPPED && slow.bench.cycles() == before)
            differ("stopped", cycle, static_cast<unsigned>(stop), fast, slow);
    }
}

void save_and_restore(side &s)
{
    std::vector<std::uint8_t> bytes(xt_save(s.bench.cpu, nullptr, 0));
    xt_save(s.bench.cpu, bytes.data(), bytes.size());
    if (xt_restore(s.bench.cpu, bytes.data(), bytes.size()) != SIM_OK)
        std::abort();
}

void run(side &fast, side &slow, const header &h)
{
    std::uint64_t end = MAX_CYCLES;
    for (unsigned n = 0; n <= h.slices % CACHED && fast.bench.cycles() < end; n++) {
        std::uint64_t now = fast.bench.cycles(), soft = now + 1 + h.slice_cycles * (1u + n % 5);
        enum xt_stop stop = xt_run(fast.bench.cpu, soft, n & 1 ? soft : UINT64_MAX);
        // Once more, since a run may also end within a wait for the next instruction, which a step never does.
        if (stop == XT_STOP_HORIZON)
            stop = xt_step(fast.bench.cpu);
        catch_up(fast, slow);
        compare_registers(fast, slow);
        if (h.mode & SAVES)
            save_and_restore(slow);
        if (stop == XT_STOP_EXIT || (stop == XT_STOP_HALTED))
            return;
        std::uint32_t lines = static_cast<std::uint32_t>(h.lines[n % 4]) << n % 25;
        for (side *s : {&fast, &slow}) {
            if (stop == XT_STOP_WAITING)
                xt_skip_to(s->bench.cpu, std::min(xt_wake_cycle(s->bench.cpu), s->bench.cycles() + 100));
            xt_set_interrupts(s->bench.cpu, lines);
            if (n % 7 == 6)
                s->bench.set_word(xt_bench::START + 4 * (n % 64), lines); // as a debugger writes
            if (n % 7 == 5)
                s->bench.memory_changed();
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    header h;
    if (size < sizeof h)
        return 0;
    std::memcpy(&h, data, sizeof h);
    std::vector<std::uint8_t> code = make_code(data + sizeof h, size - sizeof h, h.mode & RAW);
    // Small pools, so that they overflow.
    struct xt_pool *pool = xt_pool_create_sized(POOL_SIZE);
    struct xt_pool *other = h.mode & SHARED_POOL ? nullptr : xt_pool_create_sized(POOL_SIZE);
    {
        side fast(pool), slow(other ? other : pool);
        fast.bench.gives_pointers = slow.bench.gives_pointers = !(h.mode & NO_POINTERS);
        prepare(fast, h, code);
        prepare(slow, h, code);
        run(fast, slow, h);
        compare_memory(fast, slow);
    }
    xt_pool_destroy(pool);
    xt_pool_destroy(other);
    return 0;
}
