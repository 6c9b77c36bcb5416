/* SPDX-License-Identifier: Apache-2.0 */
/* The bus as TLM-2.0: the same map, results, costs and times as without, and any TLM-2.0 initiator or target with it.
 */
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "bus/base/rng.h"
#include "bus/map.h"
#include "sc_top/sc_bus.h"
#include "sc_top/sc_device.h"
#include "sc_top/sc_memory.h"
#include "sc_top/sc_router.h"
#include "tests/support/sc_bench.h"

using sc_core::SC_NS;
using sc_core::sc_time;
using namespace vesper;

namespace
{

/* --- A C device: an alarm that raises its line a given time after it was written ---------------------------------- */

struct alarm {
    struct dev dev;
    struct evq_event due;
    struct line irq;
    unsigned reads;
};

uint32_t alarm_read(struct dev *dev, unsigned, uint32_t stored)
{
    reinterpret_cast<alarm *>(dev)->reads++;
    return stored;
}

void alarm_written(struct dev *dev, unsigned, uint32_t, uint32_t written)
{
    auto *a = reinterpret_cast<alarm *>(dev);
    line_set(&a->irq, false, dev->now);
    evq_schedule(dev->env->evq, &a->due, dev->now + SIM_NS(written));
}

#define REG_FILE "tests/unit/sc_bus_test_regs.def"
#define REG_PREFIX ALARM
#define REG_TABLE alarm_regs
#define REG_BLOCK "ALARM"
#define REG_SOURCE "none"
#define REG_SIZE 0x40
#include "bus/reg_expand.h"

const struct dev_ops alarm_ops = {&alarm_regs, nullptr, nullptr, nullptr};

void alarm_init(alarm *a, struct dev_env *env)
{
    *a = {};
    sim_assert(dev_init(&a->dev, &alarm_ops, "alarm", env) == SIM_OK);
    evq_event_init(
        &a->due, [](void *ctx, sim_time now) { line_set(&static_cast<alarm *>(ctx)->irq, true, now); }, a,
        EVQ_PHASE_DEVICE);
}

/* --- What a user may have: plain TLM-2.0, nothing of ours --------------------------------------------------------- */

struct user_uart : sc_core::sc_module {
    tlm_utils::simple_target_socket<user_uart> socket;
    std::string seen;
    explicit user_uart(const sc_core::sc_module_name &name) : sc_module(name), socket("socket")
    {
        socket.register_b_transport(this, &user_uart::b_transport);
    }
    void b_transport(tlm::tlm_generic_payload &trans, sc_time &delay)
    {
        seen += trans.is_write() ? "W" : "R";
        seen += std::to_string(trans.get_address()) + "/" + std::to_string(trans.get_data_length()) + " ";
        if (trans.get_address() == 8) { /* a target that is not temporally decoupled */
            wait(delay + sc_time(300, SC_NS));
            delay = sc_core::SC_ZERO_TIME;
        } else {
            delay += sc_time(100, SC_NS);
        }
        if (trans.is_read())
            memset(trans.get_data_ptr(), 0x5A, trans.get_data_length());
        trans.set_response_status(trans.get_address() == 12 ? tlm::TLM_GENERIC_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE);
    }
};

struct user_memory : sc_core::sc_module {
    tlm_utils::simple_target_socket<user_memory> socket;
    std::vector<unsigned char> bytes = std::vector<unsigned char>(0x10000);
    explicit user_memory(const sc_core::sc_module_name &name) : sc_module(name), socket("socket")
    {
        socket.register_b_transport(this, &user_memory::b_transport);
        socket.register_transport_dbg(this, &user_memory::transport_dbg);
        socket.register_get_direct_mem_ptr(this, &user_memory::get_direct_mem_ptr);
    }
    unsigned transport_dbg(tlm::tlm_generic_payload &trans)
    {
        unsigned char *at = &bytes.at(trans.get_address());
        if (trans.is_write())
            memcpy(at, trans.get_data_ptr(), trans.get_data_length());
        else
            memcpy(trans.get_data_ptr(), at, trans.get_data_length());
        return trans.get_data_length();
    }
    void b_transport(tlm::tlm_generic_payload &trans, sc_time &delay)
    {
        transport_dbg(trans);
        delay += sc_time(25, SC_NS);
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
    }
    bool get_direct_mem_ptr(tlm::tlm_generic_payload &, tlm::tlm_dmi &dmi)
    {
        dmi.init();
        dmi.set_dmi_ptr(bytes.data());
        dmi.set_end_address(bytes.size() - 1);
        dmi.set_read_latency(sc_time(25, SC_NS));
        dmi.set_write_latency(sc_time(50, SC_NS));
        dmi.allow_read_write();
        return true;
    }
};

struct user_initiator : sc_core::sc_module {
    tlm_utils::simple_initiator_socket<user_initiator> socket;
    std::vector<std::pair<uint64_t, uint64_t>> invalidated;
    explicit user_initiator(const sc_core::sc_module_name &name) : sc_module(name), socket("socket")
    {
        socket.register_invalidate_direct_mem_ptr(this, &user_initiator::invalidate);
    }
    void invalidate(sc_dt::uint64 first, sc_dt::uint64 last)
    {
        invalidated.emplace_back(first, last);
    }
    tlm::tlm_response_status transfer(tlm::tlm_command command, uint64_t address, void *data, unsigned length,
                                      unsigned char *byte_enables = nullptr)
    {
        tlm::tlm_generic_payload trans;
        delay = sc_core::SC_ZERO_TIME;
        trans.set_command(command);
        trans.set_address(address);
        trans.set_data_ptr(static_cast<unsigned char *>(data));
        trans.set_data_length(length);
        trans.set_streaming_width(length);
        trans.set_byte_enable_ptr(byte_enables);
        trans.set_byte_enable_length(byte_enables ? length : 0);
        trans.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
        socket->b_transport(trans, delay);
        dmi_allowed = trans.is_dmi_allowed();
        EXPECT_EQ(trans.get_address(), address) << "a bus gives the payload back as it was";
        return trans.get_response_status();
    }
    tlm::tlm_response_status write(uint64_t address, uint32_t data, unsigned length = 4)
    {
        return transfer(tlm::TLM_WRITE_COMMAND, address, &data, length);
    }
    tlm::tlm_response_status read(uint64_t address, unsigned length = 4)
    {
        value = 0;
        return transfer(tlm::TLM_READ_COMMAND, address, &value, length);
    }
    bool ask_dmi(uint64_t address, tlm::tlm_command command, tlm::tlm_dmi &dmi)
    {
        tlm::tlm_generic_payload trans;
        trans.set_command(command);
        trans.set_address(address);
        return socket->get_direct_mem_ptr(trans, dmi);
    }
    uint32_t value = 0;
    sc_time delay;
    bool dmi_allowed = false;
};

/* --- The platform ------------------------------------------------------------------------------------------------- */

const uint32_t ALARM_AT = 0x3FF44000, USER_UART = 0x70000000, USER_MEMORY = 0x71000000, OUR_MEMORY = 0x72000000;
const uint32_t DRAM = 0x3FFAE000, SRAM1_CODE = 0x400A0000, IRAM = 0x40080000;

struct changed_range {
    uint32_t first, last;
    bool operator==(const changed_range &o) const
    {
        return first == o.first && last == o.last;
    }
};

/* C parts first: modules point to them. */
struct world {
    struct clock_tree clocks;
    struct evq *q = evq_create();
    std::vector<std::string> messages;
    struct dev_env env = {};
    struct bus_map *map;
    alarm a;          /* attached to the map, bound over TLM */
    alarm standalone; /* in a user's platform: driven by sc_evq */
    struct evq *own_q = evq_create();
    struct dev_env own_env = {};

    world()
    {
        clock_tree_init(&clocks);
        clock_tree_set(&clocks, CLOCK_CPU, 0, 240000000);
        clock_tree_set(&clocks, CLOCK_APB, 0, 80000000);
        env.evq = q;
        env.clocks = &clocks;
        env.scope = "node0";
        env.log = log_create(
            [](void *ctx, const struct log_record *r) {
                static_cast<std::vector<std::string> *>(ctx)->push_back(r->text);
            },
            &messages, LOG_DEBUG);
        struct bus_map_config config = {};
        config.flash_size = 0x100000;
        map = bus_map_create(&config, &env);
        alarm_init(&a, &env);
        sim_assert(bus_map_attach(map, ALARM_AT, &a.dev) == SIM_OK);
        own_env.evq = own_q;
        alarm_init(&standalone, &own_env);
    }
    ~world()
    {
        bus_map_destroy(map);
        dev_fini(&a.dev);
        dev_fini(&standalone.dev);
        log_destroy(env.log);
        evq_destroy(q);
        evq_destroy(own_q);
    }
};

struct platform : world, sc_core::sc_module {
    sc_bench bench{"bench"};
    sc_router router{"router", map, &clocks};
    sc_bus_initiator pro{"pro", BUS_PRO_CPU, &clocks.clock[CLOCK_CPU]};
    sc_bus_initiator app{"app", BUS_APP_CPU, &clocks.clock[CLOCK_CPU]};
    user_initiator user{"user"}, to_standalone{"to_standalone"};
    sc_device alarm_device{"alarm", &a.dev};
    user_uart uart{"uart"};
    user_memory memory{"memory"};
    sc_memory our_memory{"our_memory", 0x10000};
    sc_device standalone_device{"standalone", &standalone.dev, sc_device::synchronised};
    sc_evq own_events{"own_events", own_q};
    sc_line irq_driver{"irq_driver", &standalone.irq};
    sc_core::sc_signal<bool> irq{"irq"};
    std::vector<changed_range> pro_changed, app_changed;

    explicit platform(const sc_core::sc_module_name &name) : sc_module(name)
    {
        pro.socket.bind(router.target);
        app.socket.bind(router.target);
        user.socket.bind(router.target);
        router.bind_device(alarm_device);
        sim_assert(router.attach("uart", USER_UART, USER_UART + 0x1FFF, uart.socket) == SIM_OK);
        sim_assert(router.attach("memory", USER_MEMORY, USER_MEMORY + 0xFFFF, memory.socket) == SIM_OK);
        sim_assert(router.attach("ours", OUR_MEMORY, OUR_MEMORY + 0xFFFF, our_memory.socket) == SIM_OK);
        to_standalone.socket.bind(standalone_device.socket);
        irq_driver.out.bind(irq);
        auto note = [](void *ctx, uint32_t first, uint32_t last) {
            static_cast<std::vector<changed_range> *>(ctx)->push_back({first, last});
        };
        pro.on_change(note, &pro_changed);
        app.on_change(note, &app_changed);
    }
};

platform &the_platform()
{
    static platform p("platform");
    return p;
}

class ScBus : public ::testing::Test
{
  protected:
    platform &p = the_platform();
    struct bus_access a = {};

    void SetUp() override
    {
        p.messages.clear();
        p.uart.seen.clear();
        p.pro_changed.clear();
        p.app_changed.clear();
        p.user.invalidated.clear();
    }
    void in_thread(const std::function<void()> &body)
    {
        p.bench.run(body);
    }
    static enum bus_result carry_out(struct bus_port *port, struct bus_access *access)
    {
        return port->access(port->ctx, access);
    }
    enum bus_result load(sc_bus_initiator &initiator, uint32_t address, unsigned size = 4, sim_time ahead = 0)
    {
        a = {};
        a.address = address;
        a.size = (uint8_t)size;
        a.time = sc_now() + ahead;
        return carry_out(initiator.port(), &a);
    }
    enum bus_result store(sc_bus_initiator &initiator, uint32_t address, uint32_t value, unsigned size = 4,
                          sim_time ahead = 0)
    {
        a = {};
        a.address = address;
        a.size = (uint8_t)size;
        a.write = true;
        a.value = value;
        a.time = sc_now() + ahead;
        return carry_out(initiator.port(), &a);
    }
    enum bus_result debug(sc_bus_initiator &initiator, uint32_t address, unsigned size, bool write, uint32_t value)
    {
        a = {};
        a.address = address;
        a.size = (uint8_t)size;
        a.write = write;
        a.value = value;
        return initiator.port()->debug(initiator.port()->ctx, &a);
    }
    static bool grant(sc_bus_initiator &initiator, uint32_t address, struct bus_dmi *dmi)
    {
        return initiator.port()->dmi(initiator.port()->ctx, address, dmi);
    }
};

/* --- The same as without TLM ----------------------------------------------------------------------------------------
 */

TEST_F(ScBus, EveryAccessEndsAsItDoesWithoutTlm)
{
    in_thread([&] {
        struct rng rng;
        rng_init(&rng, 1, 0, "sc_bus.random");
        const uint32_t bases[] = {0x3FF80000, 0x3FF90000, 0x3FFA0000, DRAM,       0x3FFFFF00, 0x40000000,
                                  IRAM,       SRAM1_CODE, 0x400BFF00, 0x400C0000, 0x400D0000, 0x50001F00,
                                  0x60004000, ALARM_AT,   0x3FF12000, 0x3FF60000, 0x20000000, 0x3F400000};
        for (int i = 0; i < 20000; i++) {
            struct bus_access over_tlm = {}, direct;
            over_tlm.address = bases[rng_below(&rng, 18)] + rng_below(&rng, 0x100);
            over_tlm.size = (uint8_t)(1u << rng_below(&rng, 3));
            over_tlm.write = rng_below(&rng, 2) && (over_tlm.address & ~0x1FFFu) != ALARM_AT;
            over_tlm.fetch = !over_tlm.write && rng_below(&rng, 4) == 0;
            over_tlm.value = rng_u32(&rng);
            over_tlm.time = sc_now() + rng_below(&rng, 1000000);
            bool is_pro = rng_below(&rng, 2);
            direct = over_tlm;
            enum bus_result expected = carry_out(bus_map_port(p.map, is_pro ? BUS_PRO_CPU : BUS_APP_CPU), &direct);
            ASSERT_EQ(carry_out(is_pro ? p.pro.port() : p.app.port(), &over_tlm), expected)
                << std::hex << direct.address;
            ASSERT_EQ(over_tlm.cost, direct.cost);
            if (expected == BUS_OK && !direct.write) {
                ASSERT_EQ(over_tlm.value, direct.value);
            }
        }
    });
}

TEST_F(ScBus, EveryGrantIsTheOneWithoutTlm)
{
    in_thread([&] {
        struct bus_port *direct_port = bus_map_port(p.map, BUS_PRO_CPU);
        unsigned granted = 0;
        for (uint32_t address = 0x3F400000; address < 0x50004000; address += 0x1F04) {
            struct bus_dmi direct, over_tlm;
            bool expected = direct_port->dmi(direct_port->ctx, address, &direct);
            ASSERT_EQ(grant(p.pro, address, &over_tlm), expected) << std::hex << address;
            if (!expected)
                continue;
            granted++;
            ASSERT_EQ(over_tlm.first, direct.first);
            ASSERT_EQ(over_tlm.last, direct.last);
            ASSERT_EQ(over_tlm.host, direct.host);
            ASSERT_EQ(over_tlm.mem, direct.mem);
            ASSERT_EQ(over_tlm.offset, direct.offset);
            ASSERT_EQ(over_tlm.reversed, direct.reversed);
            ASSERT_EQ(over_tlm.word_only, direct.word_only);
            ASSERT_EQ(over_tlm.write, direct.write);
            ASSERT_EQ(over_tlm.fetch, direct.fetch);
            ASSERT_EQ(over_tlm.load_wait, direct.load_wait);
        }
        EXPECT_GT(granted, 100u);
    });
}

TEST_F(ScBus, TheDeviceSeesTheInitiatorsLocalTime)
{
    in_thread([&] {
        wait(sc_time(3, SC_NS));
        EXPECT_EQ(load(p.pro, ALARM_AT + 4, 4, SIM_NS(700)), BUS_OK);
        EXPECT_EQ(p.a.dev.now, sc_now() + SIM_NS(700));
        EXPECT_GT(a.cost, 0u);
        EXPECT_EQ(load(p.app, 0x60004004, 4, SIM_NS(900)), BUS_OK) << "by way of AHB";
        EXPECT_EQ(p.a.dev.now, sc_now() + SIM_NS(900));
    });
}

TEST_F(ScBus, TheMmioHookPutsDeviceAccessesOfTheCBusOnTlm)
{
    in_thread([&] {
        sc_bus_initiator *initiators[] = {&p.pro, &p.app};
        const struct bus_mmio mmio = {initiators, [](void *ctx, struct bus_access *access) {
                                          auto **all = static_cast<sc_bus_initiator **>(ctx);
                                          return carry_out(all[access->initiator]->port(), access);
                                      }};
        bus_map_set_mmio(p.map, &mmio);
        uint64_t before = p.app.transactions();
        struct bus_access access = {};
        access.address = ALARM_AT + 4;
        access.size = 4;
        access.write = true;
        access.value = 77;
        EXPECT_EQ(carry_out(bus_map_port(p.map, BUS_APP_CPU), &access), BUS_OK);
        EXPECT_EQ(p.app.transactions(), before + 1);
        EXPECT_EQ(dev_peek(&p.a.dev, 4), 77u);
        access.address = DRAM;
        EXPECT_EQ(carry_out(bus_map_port(p.map, BUS_APP_CPU), &access), BUS_OK);
        EXPECT_EQ(p.app.transactions(), before + 1) << "memory stays direct";
        bus_map_set_mmio(p.map, nullptr);
    });
}

TEST_F(ScBus, DebugTransportHasNoSideEffects)
{
    in_thread([&] {
        unsigned reads = p.a.reads;
        dev_poke(&p.a.dev, 4, 0x11223344);
        EXPECT_EQ(debug(p.pro, ALARM_AT + 4, 4, false, 0), BUS_OK);
        EXPECT_EQ(a.value, 0x11223344u);
        EXPECT_EQ(debug(p.pro, ALARM_AT + 5, 1, true, 0xAA), BUS_OK);
        EXPECT_EQ(dev_peek(&p.a.dev, 4), 0x1122AA44u);
        EXPECT_EQ(p.a.reads, reads);
        EXPECT_EQ(debug(p.pro, 0x40000400, 4, true, 0xC0DE), BUS_OK) << "a loader fills ROM";
        EXPECT_EQ(load(p.pro, 0x40000400), BUS_OK);
        EXPECT_EQ(a.value, 0xC0DEu);
        EXPECT_EQ(debug(p.pro, 0x20000000, 4, false, 0), BUS_ERROR_ADDRESS);
        EXPECT_EQ(debug(p.pro, USER_MEMORY + 0x10, 4, true, 0x55667788), BUS_OK);
        EXPECT_EQ(p.memory.bytes[0x13], 0x55);
    });
}

/* --- Users' targets -------------------------------------------------------------------------------------------------
 */

TEST_F(ScBus, AUsersTargetGetsItsOwnAddressesAndItsLatencyIsTheCost)
{
    in_thread([&] {
        EXPECT_EQ(store(p.pro, USER_UART + 4, 'x', 1), BUS_OK);
        EXPECT_EQ(a.cost, SIM_NS(100));
        EXPECT_EQ(load(p.app, USER_UART + 16, 2), BUS_OK);
        EXPECT_EQ(a.value, 0x5A5Au);
        EXPECT_EQ(p.uart.seen, "W4/1 R16/2 ");
    });
}

TEST_F(ScBus, ATargetThatWaitsCostsTheTimeThatPassed)
{
    in_thread([&] {
        sim_time before = sc_now();
        EXPECT_EQ(load(p.pro, USER_UART + 8, 4, SIM_NS(50)), BUS_OK);
        EXPECT_EQ(a.cost, SIM_NS(300));
        EXPECT_EQ(sc_now(), before + SIM_NS(350));
    });
}

TEST_F(ScBus, ATargetsErrorIsTheGuestsErrorAndIsReported)
{
    in_thread([&] {
        uint64_t before = bus_map_errors(p.map, BUS_PRO_CPU, BUS_ERROR_ACCESS);
        EXPECT_EQ(load(p.pro, USER_UART + 12), BUS_ERROR_ACCESS);
        EXPECT_EQ(bus_map_errors(p.map, BUS_PRO_CPU, BUS_ERROR_ACCESS), before + 1);
        EXPECT_EQ(p.messages, (std::vector<std::string>{"PRO CPU: load of 4 bytes at 0x7000000c: the target refuses"}));
    });
}

TEST_F(ScBus, ACoreThatUsesTheMapDirectlyReachesTlmTargetsToo)
{
    in_thread([&] {
        struct bus_access access = {};
        access.address = USER_UART + 20;
        access.size = 4;
        access.time = sc_now();
        EXPECT_EQ(carry_out(bus_map_port(p.map, BUS_APP_CPU), &access), BUS_OK);
        EXPECT_EQ(access.value, 0x5A5A5A5Au);
        EXPECT_EQ(access.cost, SIM_NS(100));
    });
}

TEST_F(ScBus, AUsersMemoryIsReachedByDirectPointers)
{
    in_thread([&] {
        struct bus_dmi dmi;
        ASSERT_TRUE(grant(p.pro, USER_MEMORY + 0x1234, &dmi));
        EXPECT_EQ(dmi.first, USER_MEMORY);
        EXPECT_EQ(dmi.last, USER_MEMORY + 0xFFFF);
        EXPECT_EQ(dmi.host, p.memory.bytes.data());
        EXPECT_TRUE(dmi.read && dmi.write && dmi.fetch && !dmi.word_only && !dmi.reversed);
        EXPECT_EQ(dmi.mem, nullptr) << "nobody tracks code there";
        EXPECT_EQ(dmi.load_wait, 6) << "25 ns at 240 MHz";
        EXPECT_EQ(dmi.store_wait, 12);
        EXPECT_FALSE(grant(p.pro, USER_UART, &dmi));
    });
}

TEST_F(ScBus, AMemoryMayTakeItsPointersBack)
{
    in_thread([&] {
        load(p.pro, DRAM);
        load(p.app, DRAM);
        p.memory.socket->invalidate_direct_mem_ptr(0x100, 0x1FF);
        EXPECT_EQ(p.pro_changed, (std::vector<changed_range>{{USER_MEMORY + 0x100, USER_MEMORY + 0x1FF}}));
        EXPECT_EQ(p.app_changed, p.pro_changed);
        p.memory.socket->invalidate_direct_mem_ptr(0, ~sc_dt::uint64(0));
        EXPECT_EQ(p.pro_changed.back(), (changed_range{USER_MEMORY, USER_MEMORY + 0xFFFF}));
    });
}

TEST_F(ScBus, OurMemoryOverTlmTracksCode)
{
    in_thread([&] {
        struct bus_dmi dmi;
        ASSERT_TRUE(grant(p.app, OUR_MEMORY + 0x40, &dmi));
        ASSERT_EQ(dmi.mem, p.our_memory.bank());
        EXPECT_EQ(dmi.first, OUR_MEMORY);
        EXPECT_EQ(dmi.offset, 0u);
        EXPECT_TRUE(dmi.write);
        unsigned heard = 0;
        bus_mem_listen(
            dmi.mem, [](void *ctx, struct bus_mem *, uint32_t, uint32_t) { ++*static_cast<unsigned *>(ctx); }, &heard);
        bus_mem_mark_code(dmi.mem, 0x40, 4);
        EXPECT_EQ(p.user.write(OUR_MEMORY + 0x40, 1), tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(heard, 1u);
        bus_mem_unlisten(dmi.mem, &heard);
    });
}

/* --- Users' initiators ----------------------------------------------------------------------------------------------
 */

TEST_F(ScBus, AnyInitiatorReadsAndWritesMemoryAndDevices)
{
    in_thread([&] {
        EXPECT_EQ(p.user.write(DRAM + 0x100, 0xCAFEF00D), tlm::TLM_OK_RESPONSE);
        EXPECT_TRUE(p.user.dmi_allowed);
        EXPECT_EQ(p.user.read(DRAM + 0x102, 2), tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(p.user.value, 0xCAFEu);
        EXPECT_EQ(p.user.write(ALARM_AT + 4, 5), tlm::TLM_OK_RESPONSE);
        EXPECT_FALSE(p.user.dmi_allowed);
        EXPECT_GT(p.user.delay, sc_core::SC_ZERO_TIME);
        EXPECT_EQ(p.user.read(0x60004004), tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(p.user.value, 5u);
        EXPECT_EQ(p.user.read(0x20000000), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(p.user.read(IRAM, 1), tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(p.user.write(0x40000000, 0), tlm::TLM_COMMAND_ERROR_RESPONSE);
        EXPECT_EQ(p.user.read(UINT64_C(0x13FFAE000)), tlm::TLM_ADDRESS_ERROR_RESPONSE) << "addresses have 32 bits";
    });
}

TEST_F(ScBus, MemoryTakesBursts)
{
    in_thread([&] {
        unsigned char out[64], in[64] = {};
        for (unsigned i = 0; i < 64; i++)
            out[i] = (unsigned char)(i * 7);
        EXPECT_EQ(p.user.transfer(tlm::TLM_WRITE_COMMAND, DRAM + 0x203, out, 64), tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(p.user.transfer(tlm::TLM_READ_COMMAND, DRAM + 0x203, in, 64), tlm::TLM_OK_RESPONSE);
        EXPECT_EQ(memcmp(in, out, 64), 0);
        EXPECT_EQ(p.user.transfer(tlm::TLM_READ_COMMAND, 0x50001FF0, in, 32), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(p.user.transfer(tlm::TLM_READ_COMMAND, ALARM_AT, in, 64), tlm::TLM_BURST_ERROR_RESPONSE)
            << "registers do not";
        EXPECT_EQ(p.user.transfer(tlm::TLM_READ_COMMAND, 0x3FF12000, in, 64), tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(p.user.transfer(tlm::TLM_READ_COMMAND, USER_UART, in, 64), tlm::TLM_OK_RESPONSE)
            << "a user's target decides by itself";
        EXPECT_EQ(p.uart.seen, "R0/64 ");
        EXPECT_EQ(p.user.transfer(tlm::TLM_READ_COMMAND, USER_UART + 0x1FF0, in, 64), tlm::TLM_ADDRESS_ERROR_RESPONSE);
    });
}

TEST_F(ScBus, ByteEnablesAreRefusedAsTlmWants)
{
    in_thread([&] {
        unsigned char enables[4] = {0xFF, 0, 0xFF, 0};
        uint32_t value = 0;
        EXPECT_EQ(p.user.transfer(tlm::TLM_WRITE_COMMAND, DRAM, &value, 4, enables),
                  tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
        EXPECT_EQ(p.user.transfer(tlm::TLM_WRITE_COMMAND, ALARM_AT, &value, 4, enables),
                  tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    });
}

TEST_F(ScBus, PlainInitiatorsGetOnlyPointersThatPlainTlmCanDescribe)
{
    in_thread([&] {
        tlm::tlm_dmi dmi;
        ASSERT_TRUE(p.user.ask_dmi(DRAM + 0x10, tlm::TLM_READ_COMMAND, dmi));
        EXPECT_EQ(dmi.get_start_address(), DRAM);
        EXPECT_EQ(dmi.get_end_address(), 0x3FFFFFFFu);
        EXPECT_TRUE(dmi.is_read_allowed());
        EXPECT_FALSE(dmi.is_write_allowed()) << "a write past the bus would leave stale code in the cores";
        EXPECT_FALSE(p.user.ask_dmi(DRAM, tlm::TLM_WRITE_COMMAND, dmi));
        EXPECT_FALSE(p.user.ask_dmi(SRAM1_CODE, tlm::TLM_READ_COMMAND, dmi)) << "words count downwards";
        EXPECT_FALSE(p.user.ask_dmi(IRAM, tlm::TLM_READ_COMMAND, dmi)) << "bytes must fail";
        EXPECT_FALSE(p.user.ask_dmi(ALARM_AT, tlm::TLM_READ_COMMAND, dmi));
        ASSERT_TRUE(p.user.ask_dmi(USER_MEMORY, tlm::TLM_WRITE_COMMAND, dmi));
        EXPECT_EQ(dmi.get_dmi_ptr(), p.memory.bytes.data());
        EXPECT_EQ(dmi.get_start_address(), USER_MEMORY);
    });
}

TEST_F(ScBus, AChangeOfTheMapReachesThoseWhomItConcerns)
{
    in_thread([&] {
        load(p.pro, DRAM);
        load(p.app, DRAM);
        bus_map_set_remap(p.map, 1, true);
        bus_map_set_remap(p.map, 1, false);
        EXPECT_TRUE(p.pro_changed.empty());
        EXPECT_EQ(p.app_changed.size(), 4u);
        EXPECT_EQ(p.app_changed[0], (changed_range{0x40000000, 0x40007FFF}));
        EXPECT_TRUE(p.user.invalidated.empty()) << "counts as PRO CPU";
        bus_map_set_remap(p.map, 0, true);
        bus_map_set_remap(p.map, 0, false);
        EXPECT_EQ(p.user.invalidated.size(), 4u);
    });
}

TEST_F(ScBus, AnInitiatorMayBeGivenAnotherView)
{
    in_thread([&] {
        p.router.set_view(2, BUS_DMA);
        EXPECT_EQ(p.user.read(ALARM_AT), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(p.user.read(DRAM), tlm::TLM_OK_RESPONSE);
        p.router.set_view(2, BUS_PRO_CPU);
        EXPECT_EQ(p.user.read(ALARM_AT), tlm::TLM_OK_RESPONSE);
    });
}

/* --- One of our devices in a user's platform ------------------------------------------------------------------------
 */

TEST_F(ScBus, ADeviceRefusesWhatRegistersCannotDo)
{
    in_thread([&] {
        unsigned char data[8] = {};
        EXPECT_EQ(p.to_standalone.read(0x40), tlm::TLM_ADDRESS_ERROR_RESPONSE);
        EXPECT_EQ(p.to_standalone.transfer(tlm::TLM_READ_COMMAND, 0, data, 8), tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(p.to_standalone.read(2, 4), tlm::TLM_BURST_ERROR_RESPONSE);
        EXPECT_EQ(p.to_standalone.transfer(tlm::TLM_IGNORE_COMMAND, 0, data, 4), tlm::TLM_COMMAND_ERROR_RESPONSE);
        tlm::tlm_dmi dmi;
        EXPECT_FALSE(p.to_standalone.ask_dmi(0, tlm::TLM_READ_COMMAND, dmi));
    });
}

TEST_F(ScBus, ItsEventsHappenAndItsLineChangesInSystemCsTime)
{
    in_thread([&] {
        sim_time start = sc_now();
        EXPECT_EQ(p.to_standalone.write(0, 250), tlm::TLM_OK_RESPONSE);
        wait(p.irq.posedge_event());
        EXPECT_EQ(sc_now(), start + SIM_NS(250));
        EXPECT_EQ(p.to_standalone.write(0, 100), tlm::TLM_OK_RESPONSE);
        wait(p.irq.negedge_event());
        EXPECT_EQ(sc_now(), start + SIM_NS(250)) << "written: the line falls at once";
        wait(p.irq.posedge_event());
        EXPECT_EQ(sc_now(), start + SIM_NS(350));
    });
}

TEST_F(ScBus, AnAccessInTheFutureWaitsForTheEventsBeforeIt)
{
    in_thread([&] {
        EXPECT_EQ(p.to_standalone.write(0, 100), tlm::TLM_OK_RESPONSE);
        sim_time start = sc_now();
        uint32_t value = 0;
        tlm::tlm_generic_payload trans;
        sc_time ahead(400, SC_NS);
        trans.set_command(tlm::TLM_READ_COMMAND);
        trans.set_data_ptr(reinterpret_cast<unsigned char *>(&value));
        trans.set_data_length(4);
        trans.set_streaming_width(4);
        p.to_standalone.socket->b_transport(trans, ahead);
        EXPECT_EQ(sc_now(), start + SIM_NS(400));
        EXPECT_EQ(ahead, sc_core::SC_ZERO_TIME);
        EXPECT_TRUE(p.standalone.irq.level);
        EXPECT_TRUE(p.irq.read());
    });
}

TEST_F(ScBus, ALineShowsChangesOfAnInitiatorThatRanAheadWhenTheirTimeComes)
{
    in_thread([&] {
        line_set(&p.standalone.irq, false, sc_now());
        wait(sc_time(10, SC_NS));
        sim_time start = sc_now();
        line_set(&p.standalone.irq, true, start + SIM_NS(50));
        line_set(&p.standalone.irq, false, start + SIM_NS(70));
        wait(p.irq.posedge_event());
        EXPECT_EQ(sc_now(), start + SIM_NS(50));
        wait(p.irq.negedge_event());
        EXPECT_EQ(sc_now(), start + SIM_NS(70));
    });
}

} // namespace
