// SPDX-License-Identifier: Apache-2.0
// Blocks of RTL as devices: bare, with an event queue and a clock tree, and nobody else around.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "bus/base/rng.h"
#include "sc_top/rtl/rtl_ports.h"
#include "verilog/host/rtl_dev.h"
#include "verilog/host/rtl_load.h"

namespace
{

using testing::HasSubstr;

constexpr std::uint32_t BASE = 0x3FF70000;
constexpr sim_time CYCLE = 12500; // of 80 MHz

std::string block_path(const std::string &name)
{
    return std::string(VESPER_BINARY_DIR) + "/rtl/" + name + ".so";
}

// Collects messages.
class notes
{
  public:
    notes()
        : sink(log_create(
              [](void *ctx, const log_record *r) {
                  static_cast<notes *>(ctx)->text += std::string(r->source) + ": " + r->text + "\n";
              },
              this, LOG_DEBUG))
    {
    }
    ~notes()
    {
        log_destroy(sink);
    }
    std::string text;
    struct log *sink;
};

// Guest memory of 4 KB at 0x3FFB0000 as DMA sees it.
struct memory {
    std::map<std::uint32_t, std::uint32_t> words;
    bus_port port{this, access, nullptr, nullptr};
    std::vector<sim_time> times;

    static bus_result access(void *ctx, bus_access *a)
    {
        auto *m = static_cast<memory *>(ctx);
        if (a->address < 0x3FFB0000 || a->address > 0x3FFB0FFF)
            return BUS_ERROR_ADDRESS;
        m->times.push_back(a->time);
        std::uint32_t &word = m->words[a->address & ~3u];
        unsigned shift = (a->address & 3) * 8;
        if (a->write)
            word = bits_set(word, shift, a->size * 8u, a->value);
        else
            a->value = bits_get(word, shift, a->size * 8u);
        return BUS_OK;
    }
};

// A block at BASE with everything that a node would give it. Whatever it does to the outside goes into `events`.
class bench
{
  public:
    explicit bench(const std::string &name, bool step = false, unsigned timeout = 100, std::uint64_t hz = 80000000)
        : queue(evq_create())
    {
        clock_tree_init(&clocks);
        clock_tree_set(&clocks, CLOCK_APB, 0, 80000000);
        env.evq = queue;
        env.clocks = &clocks;
        env.log = said.sink;
        env.dma = &ram.port;
        env.scope = "node0";
        EXPECT_EQ(rtl_library_open(block_path(name).c_str(), said.sink, &library), SIM_OK) << said.text;
        rtl_dev_config config{};
        config.abi = rtl_library_abi(library);
        config.base = BASE;
        config.size = 256;
        config.hz = hz;
        config.timeout = timeout;
        config.step = step;
        config.pins = this;
        config.drive = [](void *ctx, unsigned bit, int level, sim_time when) {
            static_cast<bench *>(ctx)->note("pin" + std::to_string(bit), level, when);
        };
        for (unsigned i = 0; i < 2; i++) {
            irq_of[i] = {this, i};
            line_listen(
                &irq[i],
                [](void *ctx, bool level, sim_time when) {
                    auto *which = static_cast<std::pair<bench *, unsigned> *>(ctx);
                    which->first->note("irq" + std::to_string(which->second), level, when);
                },
                &irq_of[i]);
            config.irq[i] = &irq[i];
        }
        dev = rtl_dev_create(&config, "dut", &env);
        EXPECT_NE(dev, nullptr);
        events.clear();
    }
    ~bench()
    {
        rtl_dev_destroy(dev);
        rtl_library_close(library);
        evq_destroy(queue);
    }
    bench(const bench &) = delete;
    bench &operator=(const bench &) = delete;

    void note(const std::string &what, int level, sim_time when)
    {
        events.push_back(what + "=" + std::to_string(level) + " at " + std::to_string(when));
    }

    // Time passes; accesses take their cost.
    void run_to(sim_time to)
    {
        evq_run(queue, to);
        now = to;
    }
    bus_result access(bus_access *a)
    {
        evq_run(queue, now);
        a->time = now;
        bus_result result = rtl_dev_port(dev)->access(rtl_dev_port(dev)->ctx, a);
        now += 3 * CYCLE + a->cost; // what the bus has charged besides
        return result;
    }
    bus_result write(std::uint32_t offset, std::uint32_t value, unsigned size = 4)
    {
        bus_access a{};
        a.address = BASE + offset;
        a.size = static_cast<std::uint8_t>(size);
        a.write = true;
        a.value = value;
        return access(&a);
    }
    std::uint32_t read(std::uint32_t offset, unsigned size = 4)
    {
        bus_access a{};
        a.address = BASE + offset;
        a.size = static_cast<std::uint8_t>(size);
        EXPECT_EQ(access(&a), BUS_OK);
        return a.value;
    }
    bus_result refused_read(std::uint32_t offset)
    {
        bus_access a{};
        a.address = BASE + offset;
        a.size = 4;
        return access(&a);
    }
    rtl_counts counts() const
    {
        rtl_counts c;
        rtl_dev_get_counts(dev, &c);
        return c;
    }

    notes said;
    memory ram;
    struct evq *queue;
    clock_tree clocks;
    dev_env env{};
    rtl_library *library = nullptr;
    line irq[2] = {};
    std::pair<bench *, unsigned> irq_of[2];
    rtl_dev *dev = nullptr;
    sim_time now = 0;
    std::vector<std::string> events;
};

enum { CTRL = 0x00, PRESCALE = 0x04, PERIOD = 0x08, COUNT = 0x0C, STATUS = 0x10, FIFO = 0x14, STAMP = 0x18, ID = 0x1C };
enum { ENABLE = 1, PERIODIC = 2, MATCH_IE = 4, FIFO_IE = 8, CAPTURE = 16 };

// --- time ----------------------------------------------------------------------------------------

TEST(ApbTimer, InterruptsComeAtTheirCycle)
{
    for (bool step : {false, true}) {
        bench b("apb_timer", step);
        b.write(PERIOD, 99);
        b.write(PRESCALE, 4);
        b.run_to(SIM_US(10));
        b.write(CTRL, ENABLE | PERIODIC | MATCH_IE);
        b.run_to(SIM_US(40));
        // The write is sampled two edges after the one at 10 us. From there 100 ticks of 5 cycles.
        sim_time enabled = SIM_US(10) + 2 * CYCLE;
        ASSERT_GE(b.events.size(), 2u);
        std::string at = std::to_string(enabled + 500 * CYCLE);
        EXPECT_EQ(b.events[0], "irq0=1 at " + at) << "step " << step;
        EXPECT_EQ(b.events[1], "pin0=1 at " + at);
        EXPECT_EQ(b.events[2], "pin0=0 at " + std::to_string(enabled + 1000 * CYCLE))
            << "periodic, and not acknowledged";
    }
}

TEST(ApbTimer, AZeroWaitTransferCostsWhatAnyPeripheralDoes)
{
    bench b("apb_timer");
    bus_access a{};
    a.address = BASE + PERIOD;
    a.size = 4;
    a.write = true;
    b.run_to(SIM_US(1));
    EXPECT_EQ(b.access(&a), BUS_OK);
    EXPECT_EQ(a.cost, 0u) << "at an edge";
    b.run_to(SIM_US(2) + 1);
    EXPECT_EQ(b.access(&a), BUS_OK);
    EXPECT_EQ(a.cost, 0u) << "the wait for the edge is the bus's";
    a.write = false;
    b.run_to(SIM_US(3));
    EXPECT_EQ(b.access(&a), BUS_OK);
    EXPECT_EQ(a.cost, CYCLE) << "reads have one wait state";
}

TEST(ApbTimer, ASlowClockCostsItsCycles)
{
    bench b("apb_timer", false, 100, 10000000);
    bus_access a{};
    a.address = BASE + PERIOD;
    a.size = 4;
    a.write = true;
    b.run_to(SIM_US(1) + 5000);
    EXPECT_EQ(b.access(&a), BUS_OK);
    // The edge at 1.1 us, and two cycles of 100 ns; the bus has paid up to 1.0125 us plus two cycles of 12.5 ns.
    EXPECT_EQ(a.cost, SIM_US(1) + 300000 - (SIM_US(1) + 12500 + 25000));
}

TEST(ApbTimer, TheClockStopsWhileNobodyAsksForIt)
{
    bench b("apb_timer");
    b.read(ID);
    b.run_to(SIM_S(1));
    EXPECT_LT(b.counts().cycles, 50u);
    EXPECT_EQ(evq_next_time(b.queue), SIM_TIME_NEVER) << "an idle block has no events";
    b.write(PERIOD, 1000);
    b.write(CTRL, ENABLE);
    b.run_to(b.now + 100 * CYCLE);
    b.read(STAMP);
    EXPECT_GT(b.counts().cycles, 100u);
}

TEST(ApbTimer, FirstInFirstOutAndOverflow)
{
    bench b("apb_timer");
    b.write(PERIOD, 9);
    b.write(CTRL, ENABLE | PERIODIC);
    b.run_to(b.now + 400 * CYCLE);
    b.write(CTRL, 0);
    std::uint32_t status = b.read(STATUS);
    EXPECT_EQ(status & 0x1F0F, 0x100Fu) << "match, not empty, full with 16, overflow";
    std::uint32_t first = b.read(FIFO);
    for (unsigned i = 1; i < 16; i++)
        EXPECT_EQ(b.read(FIFO), first + 10 * i);
    EXPECT_EQ(b.read(STATUS) & 6, 0u);
    EXPECT_EQ(b.read(FIFO), 0u) << "empty";
    b.write(STATUS, 9);
    EXPECT_EQ(b.read(STATUS), 0u);
}

TEST(ApbTimer, AResetOfTheChipResetsTheBlock)
{
    bench b("apb_timer");
    b.write(PERIOD, 7);
    b.write(CTRL, ENABLE | PERIODIC | MATCH_IE);
    b.run_to(SIM_US(5));
    ASSERT_TRUE(b.irq[0].level);
    rtl_dev_reset(b.dev, SIM_US(5));
    EXPECT_FALSE(b.irq[0].level);
    EXPECT_EQ(b.read(PERIOD), 0u);
    EXPECT_EQ(b.read(CTRL), 0u);
}

// --- against a model -----------------------------------------------------------------------------

// apb_timer in C++, cycle by cycle, from its header comment; when transfers and clocks happen is rtl_dev.h's.
class reference
{
  public:
    void tick()
    {
        std::uint32_t present = stamp++;
        bool rising = (control & CAPTURE) && (seen & 2) && !(seen & 4);
        bool match = false;
        if (control & ENABLE) {
            if (divider == 0) {
                divider = prescale;
                match = count == 0;
                count = match ? period : count - 1;
            } else {
                divider--;
            }
        }
        seen = (seen << 1 & 7) | capture;
        if (match) {
            matched = true;
            out = !out;
            if (!(control & PERIODIC))
                control &= ~static_cast<unsigned>(ENABLE);
        }
        bool had_16 = fifo.size() == 16;
        if (popping && !fifo.empty())
            fifo.erase(fifo.begin());
        else
            popping = false;
        if ((match || rising) && (!had_16 || popping))
            fifo.push_back(present);
        else if (match || rising)
            overflow = true;
        just_matched = match;
        popping = false;
    }

    // The access phase of a write ends with this cycle.
    void write(std::uint32_t offset, std::uint32_t value, std::uint32_t lanes)
    {
        bool was_enabled = control & ENABLE;
        std::size_t before = fifo.size();
        tick();
        switch (offset) {
        case CTRL:
            if (!(lanes & 0xFF))
                break;
            control = value & 31;
            if ((control & ENABLE) && !was_enabled) {
                divider = prescale;
                count = period;
            }
            break;
        case PRESCALE:
            prescale = ((prescale & ~lanes) | (value & lanes)) & 0xFFFF;
            break;
        case PERIOD:
            period = (period & ~lanes) | (value & lanes);
            break;
        case STATUS:
            value &= lanes;
            if ((value & 1) && !just_matched)
                matched = false;
            if (value & 8)
                overflow = false;
            if (value >> 31) // what came in this very cycle stays
                fifo.erase(fifo.begin(), fifo.begin() + static_cast<long>(before));
            break;
        default:
            break;
        }
    }

    std::uint32_t read(std::uint32_t offset)
    {
        std::uint32_t value = offset == CTRL       ? control
                              : offset == PRESCALE ? prescale
                              : offset == PERIOD   ? period
                              : offset == COUNT    ? count
                              : offset == STATUS   ? status()
                              : offset == FIFO     ? (fifo.empty() ? 0 : fifo.front())
                              : offset == STAMP    ? stamp
                                                   : 0x41505454;
        popping = offset == FIFO;
        tick();
        return value;
    }

    std::uint32_t status() const
    {
        return static_cast<std::uint32_t>(fifo.size()) << 8 | unsigned{overflow} << 3 |
               unsigned{fifo.size() == 16} << 2 | unsigned{!fifo.empty()} << 1 | unsigned{matched};
    }
    bool irq() const
    {
        return (matched && (control & MATCH_IE)) || (!fifo.empty() && (control & FIFO_IE));
    }
    bool wants_clock() const
    {
        return (control & ENABLE) || seen != (capture ? 7u : 0u);
    }

    std::uint32_t control = 0, prescale = 0, period = 0, count = 0, divider = 0, stamp = 0;
    unsigned seen = 0;
    bool capture = false, matched = false, overflow = false, out = false, just_matched = false, popping = false;
    std::vector<std::uint32_t> fifo;
};

// The reference in time: edges at multiples of a cycle, a bus as rtl_dev.h describes it.
class timed_reference
{
  public:
    reference block;
    std::vector<std::string> events;

    void run_to(sim_time now) // all edges up to there
    {
        while (next * CYCLE <= now) {
            if (!awake && !block.wants_clock()) {
                next = now / CYCLE + 1;
                break;
            }
            edge([&] { block.tick(); });
        }
    }
    void start(sim_time now)
    {
        run_to(now);
        if ((next - 1) * CYCLE < now)
            edge([&] { block.tick(); });
        edge([&] { block.tick(); }); // setup
    }
    void write(std::uint32_t offset, std::uint32_t value, std::uint32_t lanes, sim_time now)
    {
        start(now);
        edge([&] { block.write(offset, value, lanes); });
        awake = 4;
    }
    std::uint32_t read(std::uint32_t offset, sim_time now)
    {
        std::uint32_t value = 0;
        start(now);
        edge([&] { value = block.read(offset); });
        edge([&] { block.tick(); });
        awake = 4;
        return value;
    }
    void capture(bool level, sim_time now)
    {
        run_to(now);
        block.capture = level;
        awake = 4;
    }
    void reset()
    {
        block = {};
        next = 4;
        awake = 4;
    }

  private:
    std::uint64_t next = 0;
    unsigned awake = 0;

    template <typename F> void edge(F what)
    {
        bool irq = block.irq(), out = block.out;
        what();
        std::string at = " at " + std::to_string(next * CYCLE);
        if (block.irq() != irq)
            events.push_back("irq0=" + std::to_string(block.irq()) + at);
        if (block.out != out)
            events.push_back("pin0=" + std::to_string(block.out) + at);
        next++;
        awake -= awake ? 1 : 0;
    }
};

struct random_source {
    rng stream;
    explicit random_source(std::uint64_t seed)
    {
        rng_init(&stream, seed, 0, "rtl_dev_test");
    }
    std::uint32_t below(std::uint32_t n)
    {
        return rng_below(&stream, n);
    }
};

void play(std::uint64_t seed, bool step, std::vector<std::string> *events)
{
    bench b("apb_timer", step);
    timed_reference r;
    random_source random(seed);
    bool level = false;
    r.reset();
    for (unsigned i = 0; i < 1500; i++) {
        b.run_to(b.now + (random.below(8) ? random.below(30 * CYCLE) : random.below(2000 * CYCLE)));
        std::uint32_t offset = random.below(8) * 4;
        sim_time now = b.now;
        if (random.below(6) == 0) {
            level = !level;
            rtl_dev_set_input(b.dev, 0, level, now);
            r.capture(level, now);
        } else if (random.below(2)) {
            std::uint32_t value = offset == PERIOD     ? random.below(60)
                                  : offset == PRESCALE ? random.below(4)
                                                       : random.below(64);
            unsigned size = 1u << random.below(3), lane = random.below(4) & ~(size - 1);
            if (offset == CTRL && random.below(4))
                value |= ENABLE | PERIODIC;
            value |= offset == STATUS && random.below(4) == 0 ? 0x80000000u : 0;
            b.write(offset + lane, value & bits_mask(size * 8), size);
            std::uint32_t lanes = bits_mask(size * 8) << (lane * 8);
            r.write(offset, (value << (lane * 8)) & lanes, lanes, now);
        } else {
            ASSERT_EQ(b.read(offset), r.read(offset, now)) << "offset " << offset << ", access " << i;
        }
    }
    b.run_to(b.now + SIM_US(100));
    r.run_to(b.now);
    ASSERT_EQ(b.events, r.events);
    *events = b.events;
}

TEST(ApbTimer, AgreesWithAModelUnderRandomAccesses)
{
    for (std::uint64_t seed = 1; seed <= 4; seed++) {
        std::vector<std::string> ahead, stepped;
        play(seed, false, &ahead);
        ASSERT_FALSE(testing::Test::HasFailure());
        play(seed, true, &stepped);
        EXPECT_GT(ahead.size(), 50u);
        EXPECT_EQ(ahead, stepped) << "running ahead and going back leaves no trace";
    }
}

// --- AXI4-Lite, DMA ------------------------------------------------------------------------------

TEST(AxilCopy, CopiesMemoryAndReportsErrors)
{
    bench b("axil_copy");
    std::uint32_t sum = 0;
    for (std::uint32_t i = 0; i < 16; i++)
        sum += b.ram.words[0x3FFB0000 + 4 * i] = i * 0x01234567;
    b.write(0x00, 0x3FFB0000);
    b.write(0x04, 0x3FFB0800);
    b.write(0x08, 16);
    EXPECT_EQ(b.read(0x04), 0x3FFB0800u);
    EXPECT_EQ(b.read(0x05, 1), 0x08u) << "a byte of a word";
    b.write(0x0C, 3);
    sim_time started = b.now;
    b.run_to(b.now + SIM_US(10));
    ASSERT_EQ(b.events.size(), 1u);
    EXPECT_EQ(b.events[0].substr(0, 6), "irq0=1");
    EXPECT_EQ(b.read(0x10), 2u) << "done";
    EXPECT_EQ(b.read(0x14), sum);
    for (std::uint32_t i = 0; i < 16; i++)
        EXPECT_EQ(b.ram.words[0x3FFB0800 + 4 * i], i * 0x01234567);
    EXPECT_EQ(b.counts().dma_reads, 16u);
    EXPECT_EQ(b.counts().dma_writes, 16u);
    EXPECT_LT(b.ram.times.back() - started, 16 * 10 * CYCLE);
    EXPECT_TRUE(std::is_sorted(b.ram.times.begin(), b.ram.times.end()));
    b.write(0x10, 6);
    EXPECT_FALSE(b.irq[0].level);

    b.write(0x00, 0x40000000); // not for DMA
    b.write(0x08, 1);
    b.write(0x0C, 1);
    b.run_to(b.now + SIM_US(1));
    EXPECT_EQ(b.read(0x10), 6u) << "done, error";
    EXPECT_EQ(b.write(0x40, 0), BUS_ERROR_ACCESS) << "SLVERR";
    EXPECT_EQ(evq_next_time(b.queue) == SIM_TIME_NEVER, false) << "awake for a few cycles";
    b.run_to(b.now + SIM_US(1));
    EXPECT_EQ(evq_next_time(b.queue), SIM_TIME_NEVER);
}

TEST(AxilCopy, WritesSingleLanes)
{
    bench b("axil_copy");
    b.write(0x00, 0x11223344);
    b.write(0x02, 0xAB, 1);
    EXPECT_EQ(b.read(0x00), 0x11AB3344u);
    b.write(0x00, 0xCDEF, 2);
    EXPECT_EQ(b.read(0x00), 0x11ABCDEFu);
}

// --- blocks that misbehave -----------------------------------------------------------------------

TEST(OddBlock, AHangIsTimedOutAndNamed)
{
    bench b("odd", false, 64);
    bus_access a{};
    a.address = BASE + 4;
    a.size = 4;
    sim_time before = b.now;
    EXPECT_EQ(b.access(&a), BUS_ERROR_ADDRESS);
    EXPECT_GE(b.now - before, 64 * CYCLE);
    EXPECT_LE(b.now - before, 72 * CYCLE);
    EXPECT_THAT(b.said.text,
                HasSubstr("node0.dut: read of 0x3ff70004 hangs the bus: no PREADY from odd within 64 cycles"));
    EXPECT_EQ(b.counts().hangs, 1u);
    b.write(0, 0x1230);
    EXPECT_EQ(b.read(0), 0x1230u) << "other registers go on";
}

TEST(OddBlock, ErrorsAndWaitStatesReachTheCore)
{
    bench b("odd");
    EXPECT_EQ(b.write(8, 1), BUS_ERROR_ACCESS) << "PSLVERR";
    b.write(12, 20);
    bus_access a{};
    a.address = BASE + 12;
    a.size = 4;
    b.run_to(SIM_US(10));
    EXPECT_EQ(b.access(&a), BUS_OK);
    EXPECT_EQ(a.cost, 20 * CYCLE);
    EXPECT_EQ(b.read(20), 0x5Au) << "--tie";
}

TEST(OddBlock, NarrowWritesNeedStrobes)
{
    bench b("odd");
    b.write(0, 0x11223344);
    EXPECT_EQ(b.write(1, 0xFF, 1), BUS_ERROR_WIDTH);
    EXPECT_EQ(b.read(0), 0x11223344u);
    EXPECT_EQ(b.read(2, 2), 0x1122u) << "narrow reads are lanes of a word";
}

TEST(OddBlock, PinsAndTheirEnables)
{
    bench b("odd");
    rtl_dev_set_input(b.dev, 1, true, b.now); // combinational, but nobody is driven
    b.run_to(SIM_US(1));
    EXPECT_EQ(b.events, std::vector<std::string>{});
    b.write(0, 1);
    b.run_to(SIM_US(2));
    ASSERT_EQ(b.events.size(), 4u);
    EXPECT_EQ(b.events[0].substr(0, 6), "pin0=1");
    EXPECT_EQ(b.events[1].substr(0, 6), "pin1=0");
    b.events.clear();
    rtl_dev_set_input(b.dev, 1, false, b.now);
    b.run_to(SIM_US(3));
    ASSERT_EQ(b.events.size(), 1u);
    EXPECT_EQ(b.events[0].substr(0, 6), "pin1=1");
    b.events.clear();
    b.write(0, 0);
    EXPECT_EQ(b.events[0].substr(0, 7), "pin0=-1") << "not driven any more";
}

TEST(OddBlock, SeveralInterrupts)
{
    bench b("odd");
    b.write(0, 2);
    b.write(0, 4);
    b.write(0, 0);
    ASSERT_EQ(b.events.size(), 4u);
    EXPECT_EQ(b.events[0].substr(0, 6), "irq0=1");
    EXPECT_EQ(b.events[1].substr(0, 6), "irq0=0");
    EXPECT_EQ(b.events[2].substr(0, 6), "irq1=1");
    EXPECT_EQ(b.events[3].substr(0, 6), "irq1=0");
}

TEST(OddBlock, FinishEndsTheBlockAndNotTheProgram)
{
    bench b("odd");
    b.write(0, 0xC0);
    b.write(16, 1);
    EXPECT_THAT(b.said.text, HasSubstr("node0.dut: odd: was told to end, word 000000c0"));
    EXPECT_THAT(b.said.text, HasSubstr("$finish"));
    EXPECT_EQ(b.write(0, 1), BUS_ERROR_ADDRESS);
    b.run_to(SIM_MS(1));
    rtl_dev_reset(b.dev, b.now);
    b.write(0, 8);
    EXPECT_EQ(b.read(0), 8u) << "until a reset";
}

TEST(OddBlock, TwoInstancesShareNothing)
{
    bench a("odd"), b("odd");
    a.write(0, 8);
    b.write(0, 16);
    EXPECT_EQ(a.read(0), 8u);
    EXPECT_EQ(b.read(0), 16u);
}

// --- coverage ------------------------------------------------------------------------------------

TEST(Coverage, OfTheTimerUnderItsTests)
{
    bench b("apb_timer_covered");
    random_source random(7);
    for (unsigned i = 0; i < 1500; i++) {
        b.run_to(b.now + random.below(200 * CYCLE));
        std::uint32_t offset = random.below(9) * 4;
        if (random.below(5) == 0)
            rtl_dev_set_input(b.dev, 0, random.below(2), b.now);
        else if (random.below(2) && offset < 0x20)
            b.write(offset, offset == PERIOD || offset == PRESCALE ? random.below(40)
                                                                   : random.below(1u << 31) * 2 + random.below(2));
        else if (offset < 0x20)
            b.read(offset);
        else
            EXPECT_EQ(random.below(2) ? b.write(offset, 0) : b.refused_read(offset), BUS_ERROR_ACCESS) << "no register";
    }
    std::string path = std::string(VESPER_BINARY_DIR) + "/rtl/apb_timer.coverage.dat";
    ASSERT_EQ(rtl_dev_write_coverage(b.dev, path.c_str()), 0);
    EXPECT_NE(rtl_dev_write_coverage(b.dev, "/nowhere/file"), 0);
    std::ifstream in(path);
    std::map<std::string, std::pair<unsigned, unsigned>> kinds; // hit, points
    for (std::string line; std::getline(in, line);)
        for (const char *kind : {"v_line", "v_branch", "v_toggle"})
            if (line.find(std::string("page\x02") + kind) != std::string::npos) {
                kinds[kind].second++;
                kinds[kind].first += line.compare(line.rfind(' '), std::string::npos, " 0") != 0;
            }
    for (const auto &[kind, counts] : kinds)
        std::printf("apb_timer: %s %u of %u\n", kind.c_str(), counts.first, counts.second);
    EXPECT_EQ(kinds["v_line"].first, kinds["v_line"].second);
    EXPECT_GT(kinds["v_branch"].first, kinds["v_branch"].second * 95 / 100);
    EXPECT_GT(kinds["v_toggle"].first, kinds["v_toggle"].second / 2) << "32-bit counters do not wrap in a test";
}

// --- files ---------------------------------------------------------------------------------------

void expect_rejected(const std::string &path, const std::string &why)
{
    notes said;
    rtl_library *library = nullptr;
    EXPECT_NE(rtl_library_open(path.c_str(), said.sink, &library), SIM_OK);
    EXPECT_EQ(library, nullptr);
    EXPECT_THAT(said.text, HasSubstr(path));
    EXPECT_THAT(said.text, HasSubstr(why));
    EXPECT_EQ(std::count(said.text.begin(), said.text.end(), '\n'), 1);
}

TEST(RtlLibrary, SaysWhatIsWrongWithAFile)
{
    expect_rejected("/nowhere/block.so", "cannot be opened: No such file or directory");
    expect_rejected(std::string(VESPER_SOURCE_DIR) + "/verilog/apb_timer.v", "is no shared object (ELF)");
    expect_rejected(block_path("no_symbol"), "does not export vesper_rtl_abi()");
    expect_rejected(block_path("other_version"),
                    "was built for version 2 of the interface (4 bytes), and this program has version 1");
}

// --- ports ---------------------------------------------------------------------------------------

struct design_text {
    vesper::rtl_design design;
    vesper::rtl_build_options options;
    vesper::rtl_wiring wiring;
    notes said;

    explicit design_text(const char *ports) // "input 8 paddr ..."
    {
        std::istringstream in(ports);
        vesper::rtl_verilog_port port;
        design.top = "block";
        for (unsigned line = 1; in >> port.direction >> port.width >> port.name; line++) {
            port.member = port.name;
            port.place = "block.v:" + std::to_string(line) + ":1";
            design.ports.push_back(port);
        }
    }
    sim_status connect()
    {
        return rtl_connect(design, options, said.sink, &wiring);
    }
};

const char *const apb_ports =
    "input 1 PCLK input 1 PRESETn input 12 s_apb_PADDR input 1 s_apb_PSEL input 1 s_apb_penable "
    "input 1 s_apb_PWRITE input 32 s_apb_PWDATA output 32 s_apb_PRDATA output 1 s_apb_PREADY ";

TEST(RtlPorts, AreFoundWhateverTheirCaseAndPrefix)
{
    design_text d(apb_ports);
    EXPECT_EQ(d.connect(), SIM_OK) << d.said.text;
    EXPECT_EQ(d.wiring.summary(), "APB, 12 address bits; clock PCLK; reset PRESETn (low)");
}

TEST(RtlPorts, ThatDoNotFitAreNamedWithWhatWasExpectedAndFound)
{
    const std::pair<std::string, std::string> cases[] = {
        {"output 16 prdata",
         "port 'prdata' does not fit APB: PRDATA is an output of 32 bits; found an output of 16 bits"},
        {"input 1 pready", "port 'pready' does not fit APB: PREADY is an output of 1 bit; found an input of 1 bit"},
        {"output 1 pclk", "port 'pclk' cannot be the clock: expected an input of 1 bit; found an output of 1 bit"},
        {"input 0 pwdata",
         "port 'pwdata' does not fit APB: PWDATA is an input of 32 bits; found an input of a struct or array"},
    };
    for (const auto &[port, text] : cases) {
        std::string ports = "input 1 presetn input 8 paddr input 1 psel input 1 penable input 1 pwrite ",
                    name = port.substr(port.rfind(' ') + 1);
        for (const char *rest : {"input 1 pclk", "input 32 pwdata", "output 32 prdata", "output 1 pready"})
            if (std::string(rest).substr(std::string(rest).rfind(' ') + 1) != name)
                ports += rest + std::string(" ");
        design_text d((ports + port).c_str());
        EXPECT_EQ(d.connect(), SIM_BAD_VALUE);
        EXPECT_THAT(d.said.text, HasSubstr(text));
        EXPECT_THAT(d.said.text, HasSubstr("block.v:9:1: "));
    }
}

TEST(RtlPorts, ThatAreMissingOrLeftOver)
{
    design_text missing("input 1 clk input 1 rst input 8 paddr input 1 psel");
    EXPECT_EQ(missing.connect(), SIM_BAD_VALUE);
    EXPECT_THAT(missing.said.text, HasSubstr("block: has no port for PENABLE of APB: expected an input of 1 bit"));
    design_text none("input 1 clk input 1 rst");
    EXPECT_EQ(none.connect(), SIM_BAD_VALUE);
    EXPECT_THAT(none.said.text, HasSubstr("block: has no port of APB; found clk, rst"));
    design_text left((std::string(apb_ports) + "input 4 mode inout 1 pad").c_str());
    EXPECT_EQ(left.connect(), SIM_BAD_VALUE);
    EXPECT_THAT(left.said.text, HasSubstr("port 'mode', an input of 4 bits, belongs neither to APB nor to"));
    EXPECT_THAT(left.said.text, HasSubstr("port 'pad' is an inout"));
}

TEST(RtlPorts, OfPinsShareABundle)
{
    design_text d((std::string(apb_ports) + "output 1 low output 2 high input 3 mode output 40 wide").c_str());
    d.options.irq = {"low", "high"};
    d.options.tie = {"mode=5"};
    EXPECT_EQ(d.connect(), SIM_OK) << d.said.text;
    EXPECT_THAT(rtl_ports_text(d.wiring), HasSubstr("pin[RTL_IRQ] |= static_cast<uint64_t>(t.high) << 1;"));
    EXPECT_THAT(rtl_ports_text(d.wiring), HasSubstr("t.mode = UINT64_C(5);"));
    d.options.irq.push_back("wide");
    EXPECT_EQ(d.connect(), SIM_BAD_VALUE);
    EXPECT_THAT(d.said.text, HasSubstr("port 'wide' does not fit --irq: expected an output, 32 bits at most in all"));
}

TEST(RtlPorts, OfOtherNamesAreMapped)
{
    design_text d("input 1 tick input 1 clear input 8 addr input 1 psel input 1 penable input 1 pwrite input 32 pwdata "
                  "output 32 prdata output 1 pready");
    d.options.map = {"PADDR=addr"};
    d.options.clock = "tick";
    d.options.reset = "clear=high";
    EXPECT_EQ(d.connect(), SIM_OK) << d.said.text;
    EXPECT_EQ(d.wiring.summary(), "APB, 8 address bits; clock tick; reset clear (high)");
    d.options.map.push_back("PADDRESS=addr");
    EXPECT_EQ(d.connect(), SIM_BAD_VALUE);
    EXPECT_THAT(d.said.text, HasSubstr("'PADDRESS' is no signal of a bus"));
}

} // namespace
