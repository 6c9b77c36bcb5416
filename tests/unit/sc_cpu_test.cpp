/* SPDX-License-Identifier: Apache-2.0 */
/* The core as a SystemC module: temporal decoupling, direct memory, interrupts, sleep, errors, stops. Two cores share
 * the ESP32's bus; a third one has memory of its own and is driven from outside. */
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "bus/map.h"
#include "cpu_iss/isa.h"
#include "sc_top/sc_cpu.h"
#include "sc_top/sc_memory.h"
#include "sc_top/sc_router.h"
#include "tests/support/sc_bench.h"

using sc_core::SC_NS;
using sc_core::sc_time;
using sc_core::SC_US;
using namespace vesper;

namespace
{

const uint32_t CODE = 0x40081000, VECTORS = 0x40080000, DATA = 0x3FFB0000, MAILBOX = 0x70000000;
const uint32_t KERNEL_VECTOR = VECTORS + 0x300;
const uint64_t HZ = 240000000;

/* What the guest tells the test: each store with the simulated time at which it happened. */
struct mailbox : sc_core::sc_module {
    struct letter {
        uint32_t offset, value;
        sim_time time;  /* local time of the core */
        sim_time ahead; /* of that, how far beyond SystemC */
    };
    tlm_utils::simple_target_socket<mailbox> socket{"socket"};
    std::vector<letter> letters;
    sc_core::sc_event arrived;

    explicit mailbox(const sc_core::sc_module_name &name) : sc_module(name)
    {
        socket.register_b_transport(this, &mailbox::b_transport);
    }
    void b_transport(tlm::tlm_generic_payload &trans, sc_time &delay)
    {
        uint32_t value = 0;
        if (trans.get_address() == 0x100) {
            trans.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
            return;
        }
        if (trans.is_write()) {
            memcpy(&value, trans.get_data_ptr(), trans.get_data_length());
            letters.push_back({(uint32_t)trans.get_address(), value, sc_now() + sc_to_sim(delay), sc_to_sim(delay)});
            arrived.notify(delay);
        } else {
            memset(trans.get_data_ptr(), 0, trans.get_data_length());
        }
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
    }
};

/* A program, put together from mnemonics. Branch targets are addresses. */
struct program {
    uint32_t at;
    std::vector<std::pair<uint32_t, std::vector<uint8_t>>> parts;

    explicit program(uint32_t address)
    {
        org(address);
    }
    void org(uint32_t address)
    {
        at = address;
        parts.emplace_back(address, std::vector<uint8_t>());
    }
    uint32_t op(const char *mnemonic, std::initializer_list<uint32_t> operands = {})
    {
        uint32_t word = 0, start = at;
        enum isa_row_id row = isa_find(mnemonic);
        sim_assert(row != ISA_NONE);
        sim_assert(isa_encode(row, operands.begin(), (unsigned)operands.size(), at, &word));
        for (unsigned i = 0; i < isa_row_at(row)->length; i++)
            parts.back().second.push_back((uint8_t)(word >> (8 * i)));
        at += isa_row_at(row)->length;
        return start;
    }
};

/* --- The platform ---------------------------------------------------------------------------------------------------
 */

struct world {
    struct clock_tree clocks;
    struct dev_env env = {};
    struct bus_map *map;
    world()
    {
        clock_tree_init(&clocks);
        clock_tree_set(&clocks, CLOCK_CPU, 0, HZ);
        clock_tree_set(&clocks, CLOCK_APB, 0, 80000000);
        env.clocks = &clocks;
        env.scope = "node0";
        const struct bus_map_config config = {};
        map = bus_map_create(&config, &env);
    }
    ~world()
    {
        bus_map_destroy(map);
    }
};

struct platform : world, sc_core::sc_module {
    sc_bench bench{"bench"};
    sc_router router{"router", map, &clocks};
    mailbox box{"box"};
    std::vector<enum xt_stop> stops; /* of the PRO CPU */
    sc_cpu pro{"pro", config_of(BUS_PRO_CPU, 0xCDCD)};
    sc_cpu app{"app", config_of(BUS_APP_CPU, 0xABAB)};
    sc_memory own_memory{"own_memory", 0x10000};
    sc_cpu driven{"driven", config_of_driven()};
    tlm_utils::simple_initiator_socket<platform> user{"user"};
    sc_core::sc_signal<bool> irq{"irq"};

    explicit platform(const sc_core::sc_module_name &name) : sc_module(name)
    {
        pro.bus.socket.bind(router.target);
        app.bus.socket.bind(router.target);
        user.bind(router.target);
        driven.bus.socket.bind(own_memory.socket);
        sim_assert(router.attach("box", MAILBOX, MAILBOX + 0x1FFF, box.socket) == SIM_OK);
        pro.interrupt[5].bind(irq);
        for (sc_cpu *cpu : {&pro, &app})
            xt_set_stalled(cpu->core(), true);
    }
    sc_cpu_config config_of(enum bus_initiator who, uint32_t prid)
    {
        sc_cpu_config config;
        config.initiator = who;
        config.prid = prid;
        config.quantum = sc_time(1, SC_US);
        config.on_stop = [this, who](enum xt_stop why) {
            if (who == BUS_PRO_CPU)
                stops.push_back(why);
        };
        return config;
    }
    static sc_cpu_config config_of_driven()
    {
        sc_cpu_config config;
        config.own_thread = false;
        config.reset_pc = 0x1000;
        return config;
    }
};

platform &the_platform()
{
    static platform p("platform");
    return p;
}

class ScCpu : public ::testing::Test
{
  protected:
    platform &p = the_platform();

    static void set(sc_cpu &cpu, const char *reg, uint32_t value)
    {
        sim_assert(xt_reg_set(cpu.core(), (unsigned)xt_reg_number(reg), value));
    }
    static uint32_t get(sc_cpu &cpu, const char *reg)
    {
        uint32_t value = 0;
        sim_assert(xt_reg_get(cpu.core(), (unsigned)xt_reg_number(reg), &value));
        return value;
    }
    /* Interrupts of all levels allowed, vectors at VECTORS, a2 the mailbox, a3 DATA. */
    static void load(sc_cpu &cpu, const program &code, uint32_t vectors = VECTORS)
    {
        for (const auto &part : code.parts)
            sim_assert(xt_mem_write(cpu.core(), part.first, part.second.data(), part.second.size()));
        xt_reset(cpu.core());
        set(cpu, "ps", 0);
        set(cpu, "vecbase", vectors);
        set(cpu, "a2", MAILBOX);
        set(cpu, "a3", DATA);
        xt_set_pc(cpu.core(), code.parts[0].first);
    }
    void start(sc_cpu &cpu, const program &code)
    {
        load(cpu, code);
        cpu.set_stalled(false);
        wait(sc_core::SC_ZERO_TIME); /* its thread has noticed both hold and release */
        p.stops.clear();
    }
    /* Holds a core; its thread notices at its next quantum. */
    static void hold(sc_cpu &cpu)
    {
        cpu.set_stalled(true);
        wait(sc_time(3, SC_US));
    }
    const mailbox::letter &letter(size_t n)
    {
        while (p.box.letters.size() <= n)
            wait(p.box.arrived);
        return p.box.letters[n];
    }
    void in_thread(const std::function<void()> &body)
    {
        p.bench.run([&] {
            p.box.letters.clear();
            body();
            hold(p.pro);
            hold(p.app);
        });
    }
    static sim_time cycles(uint64_t n)
    {
        return bits_muldiv(n, SIM_PS_PER_S, HZ);
    }
};

/* --- Time -----------------------------------------------------------------------------------------------------------
 */

TEST_F(ScCpu, AStoreReachesItsTargetAtTheCoresOwnTime)
{
    in_thread([&] {
        program code(CODE);
        for (int i = 0; i < 2; i++) {
            code.op("rsr.ccount", {4});
            code.op("memw");
            code.op("s32i", {4, 2, 0});
            code.op("memw");
            for (int n = 0; n < 100; n++)
                code.op("nop");
        }
        code.op("waiti", {0});
        start(p.pro, code);
        const mailbox::letter first = letter(0), second = letter(1);
        uint32_t between = second.value - first.value;
        EXPECT_GE(between, 103u);
        EXPECT_LT(between, 130u);
        EXPECT_NEAR((double)(second.time - first.time), (double)cycles(between), 1.0) << "to the picosecond";
    });
}

TEST_F(ScCpu, RunsAheadOfSystemCByAQuantumAtMost)
{
    in_thread([&] {
        program code(CODE);
        uint32_t loop = code.op("s32i", {4, 2, 0});
        code.op("addi", {4, 4, 1});
        code.op("j", {loop});
        start(p.pro, code);
        sim_time begin = sc_now();
        wait(sc_time(20, SC_US));
        hold(p.pro);
        ASSERT_GT(p.box.letters.size(), 200u);
        sim_time most = 0, last = 0;
        for (const auto &l : p.box.letters) {
            most = std::max(most, l.ahead);
            EXPECT_GE(l.time, last) << "a core's own time never goes back";
            last = l.time;
        }
        EXPECT_GT(most, SIM_NS(800)) << "it does run ahead";
        EXPECT_LE(most, SIM_US(1));
        EXPECT_GE(last - begin, SIM_US(18)) << "and it does get on";
    });
}

TEST_F(ScCpu, ATargetsLatencyIsTheCoresWait)
{
    in_thread([&] {
        program code(CODE);
        for (int i = 0; i < 8; i++)
            code.op("l32i", {5, 3, 0}); /* a3: an APB address below */
        code.op("s32i", {4, 2, 0});
        code.op("waiti", {0});
        load(p.pro, code);
        set(p.pro, "a3", 0x3FF60000);
        sim_time begin = sc_now();
        p.pro.set_stalled(false);
        sim_time with_apb = letter(0).time - begin;
        EXPECT_GE(with_apb, 8 * cycles(9)) << "three APB clocks each";
        EXPECT_LE(with_apb, 8 * cycles(14) + SIM_US(1));
    });
}

/* --- Memory ---------------------------------------------------------------------------------------------------------
 */

TEST_F(ScCpu, MemoryIsReachedWithoutTransactions)
{
    in_thread([&] {
        program code(CODE);
        code.op("movi", {6, 2000});
        uint32_t loop = code.op("l32i", {5, 3, 0});
        code.op("addi", {5, 5, 1});
        code.op("s32i", {5, 3, 0});
        code.op("addi", {6, 6, 0xFFFFFFFF});
        code.op("bnez", {6, loop});
        code.op("s32i", {5, 2, 0});
        code.op("waiti", {0});
        uint64_t before = p.pro.bus.transactions();
        uint32_t zero = 0;
        load(p.pro, code);
        xt_mem_write(p.pro.core(), DATA, &zero, 4);
        p.pro.set_stalled(false);
        EXPECT_EQ(letter(0).value, 2000u);
        EXPECT_LE(p.pro.bus.transactions() - before, 2u) << "4000 accesses to memory, one to the mailbox";
    });
}

TEST_F(ScCpu, TwoCoresShareMemory)
{
    in_thread([&] {
        program writer(CODE);
        writer.op("movi", {5, 1234});
        writer.op("s32i", {5, 3, 4});
        writer.op("memw");
        writer.op("movi", {5, 1});
        writer.op("s32i", {5, 3, 0});
        writer.op("waiti", {0});
        program reader(CODE + 0x400);
        uint32_t poll = reader.op("l32i", {5, 3, 0});
        reader.op("beqz", {5, poll});
        reader.op("l32i", {5, 3, 4});
        reader.op("s32i", {5, 2, 0});
        reader.op("waiti", {0});
        uint32_t zeros[2] = {};
        xt_mem_write(p.pro.core(), DATA, zeros, sizeof zeros);
        start(p.pro, reader);
        wait(sc_time(5, SC_US));
        EXPECT_TRUE(p.box.letters.empty());
        start(p.app, writer);
        EXPECT_EQ(letter(0).value, 1234u);
    });
}

TEST_F(ScCpu, CodeThatAnotherInitiatorOverwritesIsNotRunAgain)
{
    in_thread([&] {
        program code(CODE);
        uint32_t patched = code.op("movi", {5, 1});
        code.op("s32i", {5, 2, 0});
        code.op("j", {patched});
        start(p.pro, code);
        wait(sc_time(5, SC_US));
        ASSERT_FALSE(p.box.letters.empty());
        EXPECT_EQ(p.box.letters.back().value, 1u);
        program patch(patched);
        patch.op("movi", {5, 2});
        patch.op("s32i", {5, 2, 0});
        tlm::tlm_generic_payload trans; /* the first word of both instructions */
        sc_time delay;
        trans.set_command(tlm::TLM_WRITE_COMMAND);
        trans.set_address(patched);
        trans.set_data_ptr(patch.parts[0].second.data());
        trans.set_data_length(4);
        trans.set_streaming_width(4);
        p.user->b_transport(trans, delay);
        ASSERT_TRUE(trans.is_response_ok());
        wait(sc_time(5, SC_US));
        EXPECT_EQ(p.box.letters.back().value, 2u);
    });
}

TEST_F(ScCpu, AChangeOfTheMapDropsPointersAndTranslations)
{
    in_thread([&] {
        program in_rom(0x40000500), in_sram(0x40000500);
        for (program *code : {&in_rom, &in_sram}) {
            uint32_t loop = code->op("movi", {5, code == &in_rom ? 10u : 20u});
            code->op("s32i", {5, 2, 0});
            code->op("j", {loop});
        }
        bus_map_set_remap(p.map, 0, true);
        load(p.pro, in_sram);
        bus_map_set_remap(p.map, 0, false);
        start(p.pro, in_rom);
        wait(sc_time(5, SC_US));
        ASSERT_FALSE(p.box.letters.empty());
        EXPECT_EQ(p.box.letters.back().value, 10u);
        bus_map_set_remap(p.map, 0, true);
        wait(sc_time(5, SC_US));
        EXPECT_EQ(p.box.letters.back().value, 20u);
        hold(p.pro);
        bus_map_set_remap(p.map, 0, false);
    });
}

/* --- Errors ---------------------------------------------------------------------------------------------------------
 */

/* A handler that posts EXCCAUSE and EXCVADDR. */
void add_reporting_handler(program &code)
{
    code.org(KERNEL_VECTOR);
    code.op("rsr.exccause", {4});
    code.op("s32i", {4, 2, 0});
    code.op("rsr.excvaddr", {4});
    code.op("s32i", {4, 2, 4});
    code.op("waiti", {0});
}

TEST_F(ScCpu, AnErrorResponseIsTheGuestsException)
{
    in_thread([&] {
        program code(CODE);
        code.op("l32i", {5, 2, 0x100});
        add_reporting_handler(code);
        start(p.pro, code);
        const uint32_t load_store_error = 3, pif_data_error = 13, pif_address_error = 15;
        uint32_t cause = letter(0).value;
        EXPECT_TRUE(cause == load_store_error || cause == pif_data_error || cause == pif_address_error) << cause;
        EXPECT_EQ(letter(1).value, MAILBOX + 0x100);
    });
}

TEST_F(ScCpu, ANarrowAccessToTheInstructionBusIsALoadStoreError)
{
    in_thread([&] {
        program code(CODE);
        code.op("l8ui", {5, 3, 0});
        add_reporting_handler(code);
        load(p.pro, code);
        set(p.pro, "a3", CODE);
        p.pro.set_stalled(false);
        EXPECT_EQ(letter(0).value, 3u);
        EXPECT_EQ(letter(1).value, CODE);
    });
}

/* --- Interrupts and sleep -------------------------------------------------------------------------------------------
 */

TEST_F(ScCpu, ASignalWakesASleepingCore)
{
    in_thread([&] {
        program code(CODE);
        code.op("movi", {4, 1u << 5});
        code.op("wsr.intenable", {4});
        code.op("waiti", {0});
        code.org(KERNEL_VECTOR);
        code.op("s32i", {4, 2, 0});
        code.op("movi", {4, 0});
        code.op("wsr.intenable", {4});
        code.op("waiti", {0});
        start(p.pro, code);
        wait(sc_time(50, SC_US));
        EXPECT_TRUE(p.box.letters.empty());
        EXPECT_TRUE(xt_is_waiting(p.pro.core()));
        wait(sc_time(123, SC_NS));
        sim_time raised = sc_now();
        p.irq.write(true);
        const mailbox::letter woken = letter(0);
        EXPECT_GE(woken.time, raised);
        EXPECT_LT(woken.time - raised, cycles(60)) << "no quantum is waited for";
        p.irq.write(false);
        wait(sc_core::SC_ZERO_TIME);
    });
}

TEST_F(ScCpu, ItsOwnTimerWakesItAtTheExactCycle)
{
    in_thread([&] {
        program code(CODE);
        code.op("movi", {4, 1u << 6});
        code.op("rsr.ccount", {5});
        code.op("add", {5, 5, 6});
        code.op("wsr.ccompare0", {5});
        code.op("wsr.intenable", {4});
        code.op("waiti", {0});
        code.org(KERNEL_VECTOR);
        code.op("rsr.ccount", {7});
        code.op("sub", {7, 7, 5});
        code.op("s32i", {7, 2, 0});
        code.op("movi", {4, 0});
        code.op("wsr.intenable", {4});
        code.op("waiti", {0});
        load(p.pro, code);
        set(p.pro, "a6", 240000); /* 1 ms */
        sim_time begin = sc_now();
        p.pro.set_stalled(false);
        const mailbox::letter woken = letter(0);
        EXPECT_LT(woken.value, 40u) << "cycles from the match to the handler";
        EXPECT_NEAR((double)(woken.time - begin), (double)SIM_MS(1), (double)SIM_US(3));
    });
}

TEST_F(ScCpu, ASleepingCoreCostsNothing)
{
    in_thread([&] {
        program code(CODE);
        code.op("waiti", {0});
        start(p.pro, code);
        wait(sc_time(10, SC_US));
        sc_dt::uint64 deltas = sc_core::sc_delta_count();
        wait(sc_time(1, sc_core::SC_SEC));
        EXPECT_LE(sc_core::sc_delta_count() - deltas, 3u);
    });
}

/* --- Stops ----------------------------------------------------------------------------------------------------------
 */

TEST_F(ScCpu, AStalledCoreStandsStillAndGoesOn)
{
    in_thread([&] {
        program code(CODE);
        uint32_t loop = code.op("addi", {5, 5, 1});
        code.op("j", {loop});
        start(p.pro, code);
        wait(sc_time(10, SC_US));
        hold(p.pro);
        uint32_t before = get(p.pro, "a5");
        EXPECT_GT(before, 100u);
        wait(sc_time(10, SC_US));
        EXPECT_EQ(get(p.pro, "a5"), before);
        p.pro.set_stalled(false);
        wait(sc_time(10, SC_US));
        uint32_t after = get(p.pro, "a5") - before;
        EXPECT_GT(after, 100u);
        EXPECT_LT(after, 11 * 240u) << "the time held is not made up for";
    });
}

TEST_F(ScCpu, AChangeFromOutsideRousesASleepingCore)
{
    in_thread([&] {
        program asleep(CODE), other(CODE + 0x100);
        asleep.op("waiti", {0});
        other.op("s32i", {2, 2, 0});
        other.op("waiti", {0});
        start(p.pro, asleep);
        wait(sc_time(10, SC_US));
        ASSERT_TRUE(xt_is_waiting(p.pro.core()));
        load(p.pro, other);
        p.pro.resume();
        EXPECT_EQ(letter(0).value, MAILBOX);
    });
}

TEST_F(ScCpu, ABreakpointStopsTheCoreUntilResumed)
{
    in_thread([&] {
        program code(CODE);
        code.op("movi", {5, 7});
        uint32_t stop_here = code.op("movi", {5, 8});
        code.op("s32i", {5, 2, 0});
        code.op("waiti", {0});
        ASSERT_EQ(xt_break_add(p.pro.core(), stop_here), SIM_OK);
        start(p.pro, code);
        wait(sc_time(10, SC_US));
        EXPECT_EQ(p.stops, (std::vector<enum xt_stop>{XT_STOP_BREAKPOINT}));
        EXPECT_EQ(xt_pc(p.pro.core()), stop_here);
        EXPECT_EQ(get(p.pro, "a5"), 7u);
        EXPECT_TRUE(p.box.letters.empty());
        EXPECT_EQ(xt_break_remove(p.pro.core(), stop_here), SIM_OK);
        p.pro.resume();
        EXPECT_EQ(letter(0).value, 8u);
    });
}

/* --- Without a thread -----------------------------------------------------------------------------------------------
 */

TEST_F(ScCpu, SomebodyElsesSchedulerMayDriveIt)
{
    in_thread([&] {
        program code(0x1000);
        uint32_t loop = code.op("addi", {5, 5, 1});
        code.op("j", {loop});
        load(p.driven, code, 0x2000);
        for (sim_time until : {SIM_NS(100), SIM_US(1), SIM_US(5)}) {
            EXPECT_EQ(p.driven.run_until(until), XT_STOP_HORIZON);
            EXPECT_GE(p.driven.local_time(), until);
            EXPECT_LT(p.driven.local_time(), until + cycles(10));
        }
        EXPECT_GT(get(p.driven, "a5"), 100u);
        EXPECT_GT(p.own_memory.bank()->code_end, 0x1000u) << "our memory knows that it holds code";
    });
}

TEST_F(ScCpu, ADrivenCoreSleepsUpToWhereItIsTaken)
{
    in_thread([&] {
        program code(0x1000);
        code.op("waiti", {0});
        load(p.driven, code, 0x2000);
        sim_time until = p.driven.local_time() + SIM_MS(3);
        EXPECT_EQ(p.driven.run_until(until), XT_STOP_WAITING);
        EXPECT_GE(p.driven.local_time(), until);
        EXPECT_LT(p.driven.local_time(), until + cycles(2));
    });
}

TEST_F(ScCpu, AChangeOfFrequencyChangesItsTime)
{
    in_thread([&] {
        program code(0x1000);
        uint32_t loop = code.op("addi", {5, 5, 1});
        code.op("j", {loop});
        load(p.driven, code, 0x2000);
        wait(sc_from_sim(p.driven.local_time() > sc_now() ? p.driven.local_time() - sc_now() : 0));
        p.driven.run_until(sc_now() + SIM_US(1));
        wait(sc_from_sim(p.driven.local_time() - sc_now()));
        uint64_t before = xt_cycles(p.driven.core());
        p.driven.set_hz(80000000);
        p.driven.run_until(sc_now() + SIM_US(10));
        EXPECT_NEAR((double)(xt_cycles(p.driven.core()) - before), 800.0, 8.0);
        p.driven.set_hz(HZ);
    });
}

} // namespace
