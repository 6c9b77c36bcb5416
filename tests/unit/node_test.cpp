// SPDX-License-Identifier: Apache-2.0
// One ESP32 without SystemC: boot, consoles, two cores and their timing, sleep, resets, death.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sc_top/node/node.h"
#include "sc_top/node/stimulus.h"
#include "tests/support/captured_log.h"
#include "tests/support/guest.h"

namespace
{

constexpr uint32_t UART0_FIFO = 0x3FF40000, UART1_FIFO = 0x3FF50000, DPORT = 0x3FF00000, RTC_CNTL = 0x3FF48000,
                   TIMG0 = 0x3FF5F000, DRAM = 0x3FFB0000;
// A character at the reset divider 0x2B6 of the 40 MHz clock that everything runs from after reset.
constexpr sim_time CHARACTER = 10 * 0x2B6 * SIM_NS(25);

struct board {
    struct sent {
        unsigned uart;
        char byte;
        sim_time end;
    };
    struct end {
        board *owner;
        unsigned uart;
    };

    captured_log log;
    struct image *program;
    struct node *node;
    std::vector<sent> bytes;
    std::vector<std::string> incidents;
    std::string written;
    end ends[NODE_UARTS];

    struct options {
        uint64_t cpu_hz = 40000000;
        unsigned cores = 2;
        int32_t crystal_ppb = 0;
        const struct trace_sink *trace = nullptr;
    };

    explicit board(const guest &g) : board(g, options())
    {
    }
    board(const guest &g, const options &o) : program(g.image())
    {
        struct node_config config = {};
        config.name = "node0";
        config.seed = 1;
        config.image = program;
        config.chip_revision = 3;
        config.strap = 0x13;
        config.cores = o.cores;
        config.cpu_hz = o.cpu_hz;
        config.crystal_ppb = o.crystal_ppb;
        config.flash_size = 4 << 20;
        config.quantum = SIM_US(1);
        config.log = log;
        config.trace = o.trace;
        for (unsigned i = 0; i < NODE_UARTS; i++) {
            ends[i] = {this, i};
            config.console[i].ctx = &ends[i];
            config.console[i].byte = [](void *ctx, uint8_t byte, sim_time time) {
                auto *e = static_cast<end *>(ctx);
                e->owner->bytes.push_back({e->uart, static_cast<char>(byte), time});
            };
        }
        config.observer.ctx = this;
        config.observer.incident = [](void *ctx, enum node_incident, unsigned core, const char *text, sim_time) {
            static_cast<board *>(ctx)->incidents.push_back("cpu" + std::to_string(core) + ": " + text);
        };
        config.observer.text = [](void *ctx, const uint8_t *data, size_t size, sim_time) {
            static_cast<board *>(ctx)->written.append(data, data + size);
        };
        EXPECT_EQ(node_create(&config, &node), SIM_OK) << log.text();
        EXPECT_EQ(node_power_on(node), SIM_OK);
    }
    ~board()
    {
        node_destroy(node);
        image_destroy(program);
    }
    board(const board &) = delete;
    board &operator=(const board &) = delete;

    std::string console(unsigned uart = 0) const
    {
        std::string text;
        for (const sent &s : bytes)
            if (s.uart == uart)
                text += s.byte;
        return text;
    }
    uint32_t word(uint32_t address) const
    {
        uint32_t value = 0;
        EXPECT_TRUE(xt_mem_read(node_core(node, 0), address, &value, 4));
        return value;
    }
    // Runs in steps of `cut`.
    void run(sim_time until, sim_time cut = SIM_MS(1))
    {
        for (sim_time t = node_now(node); t < until;) {
            t = t + cut < until ? t + cut : until;
            node_run(node, t);
        }
    }
    struct xt_stats stats(unsigned core) const
    {
        struct xt_stats s;
        xt_get_stats(node_core(node, core), &s);
        return s;
    }
};

void send(guest &g, char c, uint32_t fifo = UART0_FIFO)
{
    g.poke(fifo, static_cast<uint8_t>(c));
}

// PS.INTLEVEL 15: no interrupt comes before the program is ready for it.
void sleep_forever(guest &g)
{
    guest::label again = g.here();
    g.op("waiti", {0});
    g.op("j", {again});
}

TEST(node, a_program_starts_at_its_entry_and_its_bytes_arrive_at_the_line_rate)
{
    guest g;
    send(g, 'h');
    send(g, 'i');
    g.forever();
    board b(g);
    b.run(SIM_MS(1));
    EXPECT_EQ(b.console(), "hi");
    ASSERT_EQ(b.bytes.size(), 2u);
    EXPECT_EQ(b.bytes[1].end - b.bytes[0].end, CHARACTER);
    EXPECT_GT(b.bytes[0].end, CHARACTER);
    EXPECT_LT(b.bytes[0].end, CHARACTER + SIM_US(5)) << "a few instructions at 40 MHz";
    EXPECT_EQ(node_get_state(b.node), NODE_ACTIVE);
    EXPECT_FALSE(b.stats(1).instructions) << "the APP CPU is held";
    EXPECT_TRUE(b.log.lines.empty()) << b.log.text();
}

TEST(node, a_bootloader_may_have_raised_the_clock)
{
    guest g;
    g.forever();
    for (uint64_t hz : {40000000u, 80000000u, 160000000u, 240000000u}) {
        board::options o;
        o.cpu_hz = hz;
        board b(g, o);
        b.run(SIM_MS(1));
        EXPECT_EQ(node_clocks(b.node)->clock[CLOCK_CPU].hz, hz);
        EXPECT_NEAR(static_cast<double>(xt_cycles(node_core(b.node, 0))), static_cast<double>(hz) / 1000, 100);
    }
}

TEST(node, an_inaccurate_crystal_shows_in_every_clock_that_comes_from_it)
{
    guest g;
    send(g, 'a');
    send(g, 'b');
    g.forever();
    for (uint64_t hz : {40000000u, 240000000u}) {
        board::options o;
        o.cpu_hz = hz;
        o.crystal_ppb = 100000; // 100 ppm
        board b(g, o);
        b.run(SIM_MS(1));
        EXPECT_EQ(node_clocks(b.node)->clock[CLOCK_CPU].hz, hz + hz / 10000);
        double apb = hz == 40000000 ? 40e6 : 80e6;
        double character = static_cast<double>(b.bytes[1].end - b.bytes[0].end);
        EXPECT_NEAR(character / (10 * 0x2B6 / apb * 1e12), 1 - 100e-6, 1e-6);
    }
}

TEST(node, a_sleeping_node_says_that_nothing_will_happen)
{
    guest g;
    g.op("waiti", {0});
    g.forever();
    board b(g);
    b.run(SIM_S(1000), SIM_S(100));
    EXPECT_EQ(node_get_state(b.node), NODE_IDLE);
    EXPECT_EQ(node_next_activity(b.node), SIM_TIME_NEVER);
    EXPECT_EQ(node_now(b.node), SIM_S(1000));
    EXPECT_LT(b.stats(0).instructions, 10u);
    EXPECT_GT(b.stats(0).idle_cycles, 39999999900u);
}

// What follows handles level-1 interrupts: a jump at the user vector, since literals must lie before their use.
guest::pending begin_handler(guest &g)
{
    auto over = g.ahead("j");
    guest::label handler = g.here();
    g.org(guest::VECTORS + 0x340);
    g.op("j", {handler});
    g.org(handler);
    return over;
}

// a2, a3 are the handler's own.
void timer_every(guest &g, uint32_t cycles)
{
    auto over = begin_handler(g);
    g.op("rsr.ccompare0", {2});
    g.li(3, cycles);
    g.op("add", {2, 2, 3});
    g.op("wsr.ccompare0", {2});
    g.li(2, UART0_FIFO);
    g.op("movi", {3, 'T'});
    g.op("s32i", {3, 2, 0});
    g.op("rfe");
    g.land(over);
    g.li(4, guest::VECTORS);
    g.op("wsr.vecbase", {4});
    g.op("rsr.ccount", {4});
    g.li(5, cycles);
    g.op("add", {4, 4, 5});
    g.op("wsr.ccompare0", {4});
    g.op("movi", {4, 1 << 6});
    g.op("wsr.intenable", {4});
    g.op("rsync");
}

TEST(node, a_core_that_sleeps_is_woken_by_its_own_timer_at_the_cycle)
{
    guest g;
    timer_every(g, 400000); // 10 ms
    sleep_forever(g);
    board b(g);
    b.run(SIM_MS(105));
    EXPECT_EQ(b.console(), "TTTTTTTTTT");
    for (size_t i = 1; i < b.bytes.size(); i++)
        EXPECT_EQ(b.bytes[i].end - b.bytes[i - 1].end, SIM_MS(10)) << i;
    EXPECT_LT(b.stats(0).instructions, 200u);
    EXPECT_EQ(node_get_state(b.node), NODE_ACTIVE) << "it will be woken again";
    EXPECT_LE(node_next_activity(b.node), SIM_MS(111));
}

// Starts the APP CPU at `entry` as software does on the chip.
void start_app(guest &g, uint32_t entry)
{
    g.poke(DPORT + 0x038, entry);
    g.poke(DPORT + 0x030, 1);
    g.poke(DPORT + 0x034, 0);
    g.poke(DPORT + 0x02C, 1);
    g.poke(DPORT + 0x02C, 0);
}

TEST(node, the_app_cpu_starts_by_dport_at_its_boot_address)
{
    guest g;
    auto over = g.ahead("j");
    guest::label app = g.here();
    send(g, 'A', UART1_FIFO);
    g.forever();
    g.land(over);
    start_app(g, app);
    send(g, 'P');
    g.forever();
    board b(g);
    b.run(SIM_MS(1));
    EXPECT_EQ(b.console(0), "P");
    EXPECT_EQ(b.console(1), "A");
    struct node_counts counts;
    node_get_counts(b.node, &counts);
    EXPECT_TRUE(counts.core_started[1]);
}

TEST(node, without_a_boot_address_the_app_cpu_waits_for_one)
{
    guest g;
    auto over = g.ahead("j");
    guest::label app = g.here();
    send(g, 'A', UART1_FIFO);
    g.forever();
    g.land(over);
    start_app(g, 0);
    g.li(2, 40000); // 2 ms at least
    guest::label wait = g.here();
    g.op("addi", {2, 2, UINT32_MAX});
    g.op("bnez", {2, wait});
    g.poke(DPORT + 0x038, app);
    g.forever();
    board b(g);
    b.run(SIM_MS(1));
    EXPECT_EQ(b.console(1), "");
    b.run(SIM_MS(10));
    EXPECT_EQ(b.console(1), "A");
}

TEST(node, a_fused_chip_has_no_app_cpu)
{
    guest g;
    auto over = g.ahead("j");
    guest::label app = g.here();
    send(g, 'A', UART1_FIFO);
    g.forever();
    g.land(over);
    start_app(g, app);
    g.forever();
    board::options o;
    o.cores = 1;
    board b(g, o);
    b.run(SIM_MS(1));
    EXPECT_EQ(b.console(1), "");
}

// The PRO CPU interrupts the sleeping APP CPU (FROM_CPU_0), whose handler sets a flag; the PRO CPU counts the cycles
// until it sees it.
TEST(node, a_cross_core_interrupt_reaches_a_sleeping_core_at_once)
{
    guest g;
    auto over = begin_handler(g);
    g.li(2, DPORT + 0x0DC);
    g.op("movi", {3, 0});
    g.op("s32i", {3, 2, 0});
    g.li(2, DRAM);
    g.op("movi", {3, 1});
    g.op("s32i", {3, 2, 0});
    g.op("rfe");
    guest::label app = g.here();
    g.li(2, guest::VECTORS);
    g.op("wsr.vecbase", {2});
    g.op("movi", {2, 1});
    g.op("wsr.intenable", {2});
    g.op("rsync");
    sleep_forever(g);
    g.land(over);
    g.poke(DPORT + 0x218 + 4 * 24, 0); // source FROM_CPU_0 to the APP CPU's input 0
    start_app(g, app);
    g.li(2, 4000);
    guest::label wait = g.here();
    g.op("addi", {2, 2, UINT32_MAX});
    g.op("bnez", {2, wait});
    g.li(4, DRAM);
    g.op("rsr.ccount", {5});
    g.poke(DPORT + 0x0DC, 1);
    guest::label spin = g.here();
    g.op("l32i", {6, 4, 0});
    g.op("beqz", {6, spin});
    g.op("rsr.ccount", {6});
    g.op("sub", {6, 6, 5});
    g.op("s32i", {6, 4, 4});
    g.forever();
    board b(g);
    b.run(SIM_MS(5));
    EXPECT_EQ(b.stats(1).interrupts, 1u);
    uint32_t cycles = b.word(DRAM + 4);
    EXPECT_GT(cycles, 20u) << "the handler's instructions and two accesses to DPORT";
    EXPECT_LT(cycles, 20u + 40u + 60u) << "one quantum of 40 cycles may be added";
}

// On the PRO CPU, at its input 0; INTENABLE wants an RSYNC behind it.
void enable_from_cpu_0(guest &g)
{
    g.poke(DPORT + 0x104 + 4 * 24, 0);
    g.li(2, guest::VECTORS);
    g.op("wsr.vecbase", {2});
    g.op("movi", {2, 1});
    g.op("wsr.intenable", {2});
}

// The PRO CPU is asked first how far it wants to go; asleep, it must not decide that for the busy one.
TEST(node, a_cross_core_interrupt_reaches_the_sleeping_pro_cpu_at_once_too)
{
    guest g;
    auto over = begin_handler(g);
    g.li(2, DPORT + 0x0DC);
    g.op("movi", {3, 0});
    g.op("s32i", {3, 2, 0});
    g.li(2, DRAM);
    g.op("movi", {3, 1});
    g.op("s32i", {3, 2, 0});
    g.op("rfe");
    guest::label app = g.here();
    g.li(2, 4000);
    guest::label wait = g.here();
    g.op("addi", {2, 2, UINT32_MAX});
    g.op("bnez", {2, wait});
    g.li(4, DRAM);
    g.op("rsr.ccount", {5});
    g.poke(DPORT + 0x0DC, 1);
    guest::label spin = g.here();
    g.op("l32i", {6, 4, 0});
    g.op("beqz", {6, spin});
    g.op("rsr.ccount", {6});
    g.op("sub", {6, 6, 5});
    g.op("s32i", {6, 4, 4});
    g.forever();
    g.land(over);
    enable_from_cpu_0(g);
    g.op("rsync");
    start_app(g, app);
    sleep_forever(g);
    board b(g);
    b.run(SIM_MS(5));
    EXPECT_EQ(b.stats(0).interrupts, 1u);
    uint32_t cycles = b.word(DRAM + 4);
    EXPECT_LT(cycles, 20u + 40u + 60u) << "the handler, give or take a quantum of 40 cycles";
}

// The ROM's uart_buff_switch enables an interrupt that waits, and only then notes for its handler which UART it is.
TEST(node, an_interrupt_by_a_core_s_own_store_comes_after_the_next_store)
{
    guest g;
    auto over = begin_handler(g); // copies the word that follows to the next one
    g.li(2, DRAM);
    g.op("l32i", {3, 2, 0});
    g.op("s32i", {3, 2, 4});
    g.li(2, DPORT + 0x0DC);
    g.op("movi", {3, 0});
    g.op("s32i", {3, 2, 0});
    g.op("rfe");
    g.land(over);
    enable_from_cpu_0(g);
    g.op("movi", {2, 1 << 5}); // PS.UM; INTLEVEL 0
    g.op("wsr.ps", {2});
    g.op("rsync");
    g.li(6, DPORT + 0x0DC);
    g.li(7, DRAM);
    g.op("movi", {8, 1});
    g.op("s32i", {8, 6, 0});
    g.op("s32i", {8, 7, 0});
    g.op("movi", {9, 40});
    guest::label wait = g.here();
    g.op("addi", {9, 9, UINT32_MAX});
    g.op("bnez", {9, wait});
    g.op("l32i", {9, 7, 4});
    g.op("s32i", {9, 7, 8}); // by then the handler has run
    g.forever();
    board b(g);
    b.run(SIM_US(100));
    EXPECT_EQ(b.stats(0).interrupts, 1u);
    EXPECT_EQ(b.word(DRAM + 4), 1u);
    EXPECT_EQ(b.word(DRAM + 8), 1u);
}

// Both cores fight for a lock, print, and are interrupted by timers: whatever a change of the scheduler's steps could
// change is in here.
guest busy_pair()
{
    guest g;
    auto over = g.ahead("j");
    auto contend = [&](uint32_t fifo, uint32_t counter) {
        guest::label loop = g.here();
        g.li(8, DRAM);
        g.op("movi", {9, 0});
        g.op("wsr.scompare1", {9});
        g.op("movi", {9, 1});
        guest::label spin = g.here();
        g.op("movi", {10, 1});
        g.op("s32c1i", {10, 8, 0});
        g.op("bnez", {10, spin});
        g.li(11, counter);
        g.op("l32i", {12, 11, 0});
        g.op("addi", {12, 12, 1});
        g.op("s32i", {12, 11, 0});
        g.op("extui", {13, 12, 0, 8});
        auto silent = g.ahead("bnez", {13}); // a character for each 256 rounds, or the FIFO would overflow
        g.li(13, fifo);
        g.op("extui", {12, 12, 8, 4});
        g.op("addi", {12, 12, 'a'});
        g.op("s32i", {12, 13, 0});
        g.land(silent);
        g.op("movi", {10, 0});
        g.op("s32i", {10, 8, 0});
        g.op("j", {loop});
    };
    guest::label app = g.here();
    contend(UART1_FIFO, DRAM + 8);
    g.land(over);
    timer_every(g, 13333);
    start_app(g, app);
    contend(UART0_FIFO, DRAM + 4);
    return g;
}

struct outcome {
    std::string console0, console1;
    std::vector<sim_time> times;
    uint64_t instructions[NODE_CORES], cycles[NODE_CORES];
    uint32_t counters[2];

    bool operator==(const outcome &o) const
    {
        return console0 == o.console0 && console1 == o.console1 && times == o.times &&
               instructions[0] == o.instructions[0] && instructions[1] == o.instructions[1] &&
               cycles[0] == o.cycles[0] && cycles[1] == o.cycles[1] && counters[0] == o.counters[0] &&
               counters[1] == o.counters[1];
    }
};

outcome run_in_steps(const guest &g, sim_time cut)
{
    board b(g);
    outcome o = {};
    b.run(SIM_MS(4), cut);
    o.console0 = b.console(0);
    o.console1 = b.console(1);
    for (const board::sent &s : b.bytes)
        o.times.push_back(s.end);
    for (unsigned i = 0; i < NODE_CORES; i++) {
        o.instructions[i] = b.stats(i).instructions;
        o.cycles[i] = xt_cycles(node_core(b.node, i));
        o.counters[i] = b.word(DRAM + 4 + 4 * i);
    }
    return o;
}

TEST(node, how_a_run_is_cut_into_steps_changes_nothing)
{
    guest g = busy_pair();
    outcome whole = run_in_steps(g, SIM_MS(4));
    EXPECT_GT(whole.counters[0], 100u);
    EXPECT_GT(whole.counters[1], 100u);
    EXPECT_NE(whole.console0.find('T'), std::string::npos);
    for (sim_time cut : {SIM_MS(1), SIM_US(1), SIM_US(7), SIM_US(250)})
        EXPECT_TRUE(run_in_steps(g, cut) == whole) << cut;
}

TEST(node, one_busy_core_may_be_cut_anywhere)
{
    guest g;
    timer_every(g, 3333);
    g.li(8, DRAM);
    guest::label loop = g.here();
    g.op("l32i", {9, 8, 4});
    g.op("addi", {9, 9, 1});
    g.op("s32i", {9, 8, 4});
    g.op("j", {loop});
    outcome whole = run_in_steps(g, SIM_MS(4));
    for (sim_time cut : {SIM_NS(333), SIM_PS(777777), SIM_US(13)})
        EXPECT_TRUE(run_in_steps(g, cut) == whole) << cut;
}

// Who makes something happen outside the node wants it not to be far ahead when an answer comes.
TEST(node, a_limit_from_within_ends_the_run_at_a_multiple_of_the_quantum)
{
    guest g;
    g.li(2, 1000);
    guest::label wait = g.here();
    g.op("addi", {2, 2, UINT32_MAX});
    g.op("bnez", {2, wait});
    send(g, 'x');
    g.forever();
    board b(g);
    sim_time last = 0;
    for (struct node *node = b.node; node_now(node) < SIM_MS(1);) {
        struct evq_event asks; // a device whose request takes effect outside 1.5 us after this
        evq_event_init(
            &asks, [](void *ctx, sim_time now) { node_limit(static_cast<struct node *>(ctx), now + SIM_NS(1500)); },
            node, EVQ_PHASE_DEVICE);
        sim_time at = node_now(node) + SIM_NS(700);
        evq_schedule(node_evq(node), &asks, at);
        node_run(node, SIM_MS(5));
        EXPECT_EQ(node_now(node), (at + SIM_NS(1500)) / SIM_US(1) * SIM_US(1));
        EXPECT_GT(node_now(node), last);
        last = node_now(node);
    }
    b.run(SIM_MS(4));
    EXPECT_EQ(b.console(), "x");
}

// Prints the cause of the last reset as a digit, then goes on.
void print_cause(guest &g)
{
    g.li(2, RTC_CNTL + 0x034);
    g.op("l32i", {2, 2, 0});
    g.op("extui", {2, 2, 0, 6});
    g.op("addi", {2, 2, '0'});
    g.li(3, UART0_FIFO);
    g.op("s32i", {2, 3, 0});
}

TEST(node, a_watchdog_resets_the_system_and_the_program_starts_again)
{
    guest g;
    print_cause(g);
    g.poke(TIMG0 + 0x064, 0x50D83AA1);
    g.poke(TIMG0 + 0x04C, 1 << 16);
    g.poke(TIMG0 + 0x050, 80000);               // 2 ms at 40 MHz
    g.poke(TIMG0 + 0x048, 1u << 31 | 3u << 29); // stage 0: reset the system
    g.forever();
    board b(g);
    b.run(SIM_MS(5));
    EXPECT_EQ(b.console(), "177");
    ASSERT_EQ(b.incidents.size(), 2u);
    EXPECT_EQ(b.incidents[0], "cpu0: reset by a watchdog (cause 7)");
    struct node_counts counts;
    node_get_counts(b.node, &counts);
    EXPECT_EQ(counts.resets, 2u);
}

TEST(node, software_resets_the_system_and_memory_that_is_not_loaded_survives)
{
    guest g;
    print_cause(g);
    g.li(4, DRAM);
    g.op("l32i", {5, 4, 0});
    g.op("addi", {5, 5, 1});
    g.op("s32i", {5, 4, 0});
    g.op("movi", {6, 3});
    auto done = g.ahead("beq", {5, 6});
    g.poke(RTC_CNTL, 0x80000000); // OPTIONS0.SW_SYS_RST
    g.land(done);
    g.forever();
    board b(g);
    b.run(SIM_MS(5));
    EXPECT_EQ(b.console(), "3") << "what the UART had not sent yet is lost";
    EXPECT_EQ(b.word(DRAM), 3u);
    EXPECT_TRUE(b.incidents.empty()) << "the program asked for it";
}

TEST(node, an_endless_exception_loop_kills_the_core_and_nothing_else)
{
    guest g;
    g.li(2, guest::VECTORS); // no handler there: zeros are illegal instructions
    g.op("wsr.vecbase", {2});
    g.op("ill");
    board b(g);
    b.run(SIM_MS(2));
    EXPECT_EQ(node_get_state(b.node), NODE_DEAD);
    ASSERT_EQ(b.incidents.size(), 1u);
    EXPECT_EQ(b.incidents[0], "cpu0: unrecoverable exception loop");
    std::vector<std::string> report;
    node_report_core(
        b.node, 0, [](void *ctx, const char *line) { static_cast<std::vector<std::string> *>(ctx)->push_back(line); },
        &report);
    ASSERT_GT(report.size(), 3u);
    EXPECT_EQ(report[0].substr(0, 11), "node0.cpu0:");
    EXPECT_NE(report[0].find("exccause 0"), std::string::npos) << report[0];
}

TEST(node, a_watchdog_revives_a_dead_core)
{
    guest g;
    print_cause(g);
    g.poke(TIMG0 + 0x064, 0x50D83AA1);
    g.poke(TIMG0 + 0x04C, 1 << 16);
    g.poke(TIMG0 + 0x050, 80000);
    g.poke(TIMG0 + 0x048, 1u << 31 | 3u << 29);
    g.li(2, guest::VECTORS);
    g.op("wsr.vecbase", {2});
    g.op("ill");
    board b(g);
    b.run(SIM_US(1500));
    EXPECT_EQ(node_get_state(b.node), NODE_ACTIVE) << "the watchdog will act";
    b.run(SIM_MS(3));
    EXPECT_EQ(b.console(), "17");
}

TEST(node, a_test_program_may_write_and_exit_by_simcall)
{
    guest g;
    g.op("movi", {2, 4}); // write
    g.op("movi", {3, 1});
    g.li(4, guest::CODE);
    g.op("movi", {5, 3});
    g.op("simcall");
    g.li(6, DRAM);
    g.op("s32i", {2, 6, 0});
    g.op("movi", {2, 19}); // lseek: not served
    g.op("simcall");
    g.op("s32i", {2, 6, 4});
    g.op("s32i", {3, 6, 8});
    g.op("movi", {2, 1}); // exit
    g.op("movi", {3, 42});
    g.op("simcall");
    g.forever();
    board b(g);
    b.run(SIM_S(1));
    EXPECT_EQ(b.written.size(), 3u);
    EXPECT_EQ(b.word(DRAM), 3u);
    EXPECT_EQ(b.word(DRAM + 4), UINT32_MAX);
    EXPECT_EQ(b.word(DRAM + 8), 88u) << "ENOSYS";
    EXPECT_EQ(node_get_state(b.node), NODE_EXITED);
    EXPECT_EQ(node_exit_code(b.node), 42u);
    EXPECT_LT(node_now(b.node), SIM_US(10)) << "time stands where it exited";
}

TEST(node, host_input_reaches_the_receiver_at_its_time)
{
    guest g;
    g.li(2, UART0_FIFO);
    guest::label poll = g.here();
    g.op("l32i", {3, 2, 0x1C}); // STATUS
    g.op("extui", {3, 3, 0, 8});
    g.op("beqz", {3, poll});
    g.op("l32i", {3, 2, 0});
    g.op("s32i", {3, 2, 0});
    g.op("j", {poll});
    board b(g);
    struct stimulus input;
    const char text[] = "echo";
    stimulus_input(&input, b.node, 0, text, 4, SIM_MS(2));
    b.run(SIM_MS(10));
    EXPECT_EQ(b.console(), "echo");
    // One character in, the same one out; the byte is in the FIFO in the middle of its stop bit.
    EXPECT_GT(b.bytes[0].end, SIM_MS(2) + 2 * CHARACTER - CHARACTER / 10);
    EXPECT_LT(b.bytes[0].end, SIM_MS(2) + 2 * CHARACTER + SIM_US(10));
}

TEST(node, flash_text_of_an_elf_file_is_mapped)
{
    struct image_memory memory = node_image_memory;
    EXPECT_TRUE(memory.holds(memory.ctx, 0x400D0020, 0x20000)) << "flash, instructions";
    EXPECT_TRUE(memory.holds(memory.ctx, 0x3F400020, 0x10000)) << "flash, constants";
    EXPECT_TRUE(memory.holds(memory.ctx, 0x3FFAE000, 0x52000)) << "all of DRAM, over a region's bound";
    EXPECT_TRUE(memory.holds(memory.ctx, 0x40080000, 0x20000)) << "IRAM";
    EXPECT_TRUE(memory.holds(memory.ctx, 0x50000000, 0x2000)) << "RTC slow memory";
    EXPECT_FALSE(memory.holds(memory.ctx, 0x3FF40000, 4)) << "a UART";
    EXPECT_FALSE(memory.holds(memory.ctx, 0x40000400, 4)) << "ROM";
    EXPECT_FALSE(memory.holds(memory.ctx, 0x3FFFFFFC, 8)) << "runs into ROM";
    EXPECT_FALSE(memory.holds(memory.ctx, 0x3F800000, 4)) << "no external RAM";
    EXPECT_FALSE(memory.holds(memory.ctx, 0, 4));
}

} // namespace
