/* SPDX-License-Identifier: Apache-2.0 */
/* Where networks meet nodes, the air and the host's clock: cables, links of UARTs, the pacer. */
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "sc_top/net/ap_cable.h"
#include "sc_top/net/eth_cable.h"
#include "sc_top/net/uart_link.h"
#include "sc_top/node/node.h"
#include "sc_top/run/pacer.h"
#include "tests/support/bss_bench.h"
#include "tests/support/guest.h"
#include "tests/support/open_eth_bench.h"

namespace
{

using namespace open_eth_bench_registers;

template <auto DESTROY> struct destroyer {
    template <class T> void operator()(T *one) const
    {
        DESTROY(one);
    }
};
template <class T, auto DESTROY> using owned = std::unique_ptr<T, destroyer<DESTROY>>;
using queue = owned<struct evq, evq_destroy>;

constexpr uint64_t FAST = 100000000, SLOW = 10000000;
constexpr sim_time SWITCHED = SIM_US(5); // net_switch_typical

bytes broadcast(size_t size, uint8_t from = 1)
{
    bytes frame = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, from, 0x88, 0xB5};
    frame.resize(size, from);
    return frame;
}

// A switch, and somebody at another port, who has no line.
class lan
{
  public:
    struct arrival {
        bytes frame;
        sim_time at;
    };
    struct evq *q;
    owned<struct net_switch, net_switch_destroy> net;
    struct net_port *other;
    std::vector<arrival> arrived;

    explicit lan(struct evq *of_both) : q(of_both)
    {
        static const struct net_port_ops ops = {
            [](void *ctx, const uint8_t *frame, unsigned length, sim_time, sim_time end) {
                static_cast<lan *>(ctx)->arrived.push_back({bytes(frame, frame + length), end});
            }};
        const auto config = net_switch_typical();
        auto end = net_port_typical("other", 100);
        end.bits_per_second = 0;
        net.reset(net_switch_create(&config, q));
        other = net_port_create(net.get(), &end, &ops, this);
    }
    void send(const bytes &frame)
    {
        net_port_send(other, frame.data(), (unsigned)frame.size(), evq_now(q));
    }
};

// ---- Ethernet -------------------------------------------------------------------------------------------------------

constexpr uint32_t RX_BUFFER = dma_memory::base + 0x4000, TX_BUFFER = dma_memory::base + 0x100;
constexpr uint16_t AT_10 = 0x0100, AT_100 = 0x2100; // BMCR, without negotiation

// A MAC on a cable. Each microsecond one of both queues goes first.
class EthCable : public testing::TestWithParam<bool>
{
  protected:
    queue q{evq_create()};
    lan wires{q.get()};
    open_eth_bench mac;
    owned<struct eth_cable, eth_cable_destroy> cable;
    sim_time now = 0;

    EthCable()
    {
        const struct eth_cable_config config = {"node", 1, wires.net.get(), q.get(), &mac.eth, nullptr};
        cable.reset(eth_cable_create(&config));
        for (unsigned i = 0; i < 8; i++)
            mac.set_descriptor(1 + i, OPEN_ETH_RX_EMPTY | OPEN_ETH_RX_IRQ, RX_BUFFER + 1600 * i);
        mac.write(ETH_TX_BD_NUM, 1);
        mac.set_bits(ETH_MODER, 0x23);
        mac.set_bits(ETH_INT_MASK, OPEN_ETH_INT_RXB);
    }
    void run(sim_time duration)
    {
        for (const sim_time end = now + duration; now < end;) {
            now += SIM_US(1);
            if (GetParam())
                mac.bench.run_to(now);
            evq_run(q.get(), now);
            mac.bench.run_to(now);
        }
    }
    // From the switch to when the MAC says that it is there.
    sim_time time_to_node(size_t size)
    {
        const sim_time begin = now;
        wires.send(broadcast(size));
        mac.write(ETH_INT_SOURCE, 0xFFFFFFFF);
        run(SIM_MS(2));
        return mac.irq.rises().empty() ? 0 : mac.irq.rises().back() - begin;
    }
};

TEST_P(EthCable, CarriesFramesBothWaysAtTheLinesRate)
{
    mac.send(0, broadcast(100), OPEN_ETH_TX_WRAP, TX_BUFFER);
    run(SIM_US(100));
    ASSERT_EQ(wires.arrived.size(), 1u);
    EXPECT_EQ(wires.arrived[0].frame, broadcast(100));
    EXPECT_EQ(wires.arrived[0].at, ether_frame_time(100, FAST) + SWITCHED);
    EXPECT_EQ(time_to_node(200), SWITCHED + ether_frame_time(200, FAST));
    EXPECT_EQ(mac.stored(RX_BUFFER, 200), broadcast(200));
}

TEST_P(EthCable, RunsAtThePhysRateBeforeTheNodeHasSentAnything)
{
    mac.phy_write(ETH_PHY_BMCR, AT_10);
    run(SIM_US(20));
    EXPECT_EQ(time_to_node(200), SWITCHED + ether_frame_time(200, SLOW));
    mac.phy_write(ETH_PHY_BMCR, AT_100);
    run(SIM_US(20));
    EXPECT_EQ(time_to_node(200), SWITCHED + ether_frame_time(200, FAST));
    mac.phy_write(ETH_PHY_BMCR, AT_10);
    run(SIM_US(20));
    dev_reset(&mac.eth.dev, DEV_RESET_POWER_ON, now); // both ends negotiate again
    mac.write(ETH_TX_BD_NUM, 1);
    mac.set_descriptor(1, OPEN_ETH_RX_EMPTY | OPEN_ETH_RX_IRQ, RX_BUFFER);
    mac.set_bits(ETH_MODER, 0x23);
    mac.set_bits(ETH_INT_MASK, OPEN_ETH_INT_RXB);
    run(SIM_US(20));
    EXPECT_EQ(time_to_node(200), SWITCHED + ether_frame_time(200, FAST));
}

TEST_P(EthCable, FollowsAPhyThatChangesItsMind)
{
    for (unsigned i = 0; i <= 100; i++) {
        mac.phy_write(ETH_PHY_BMCR, i % 2 ? AT_100 : AT_10);
        run(i < 50 ? SIM_US(1) : SIM_US(i));
    }
    EXPECT_EQ(time_to_node(200), SWITCHED + ether_frame_time(200, SLOW));
}

TEST_P(EthCable, DropsWhatIsTooShortForAFrame)
{
    mac.write(ETH_MODER, 0x2003); // without padding
    mac.send(0, broadcast(13), OPEN_ETH_TX_WRAP, TX_BUFFER);
    run(SIM_US(100));
    EXPECT_TRUE(wires.arrived.empty());
    EXPECT_EQ(eth_cable_runts(cable.get()), 1u);
}

TEST_P(EthCable, IsGoneWithAFrameOnIt)
{
    mac.send(0, broadcast(1000), OPEN_ETH_TX_WRAP, TX_BUFFER);
    mac.phy_write(ETH_PHY_BMCR, AT_10);
    run(SIM_US(2));
    cable.reset();
    evq_run(q.get(), SIM_MS(1));
    EXPECT_TRUE(wires.arrived.empty());
}

INSTANTIATE_TEST_SUITE_P(WhoeverIsFirst, EthCable, testing::Values(false, true));

// ---- Access points --------------------------------------------------------------------------------------------------

class ApCable : public testing::Test
{
  protected:
    bss::Bss air{2};
    lan wires{air.q};
    owned<struct ap_cable, ap_cable_destroy> cable{ap_cable_create()};

    ApCable()
    {
        auto config = bss::Bss::open_network();
        const auto own = bss::node_address(0);
        memcpy(config.station.address, own.data(), own.size());
        config.station.seed = 1;
        const struct ap_port port = ap_cable_port(cable.get());
        air.ap = ap_create(air.medium, 0, &config, &port, nullptr, nullptr);
        air.aps.push_back(air.ap);
    }
    void plug()
    {
        ASSERT_EQ(ap_cable_plug(cable.get(), air.ap, wires.net.get(), air.q, "ap", 1), SIM_OK);
    }
    bss::Bss::Member &join()
    {
        auto &member = air.join(1, bss::Bss::open_client());
        air.run(SIM_S(2));
        return member;
    }
};

TEST_F(ApCable, JoinsTheAirAndTheSwitch)
{
    plug();
    auto &station = join();
    ASSERT_EQ(station.state(), STA_CLIENT_CONNECTED);
    wires.arrived.clear();
    station.send(bss::HOST, "up");
    air.run(SIM_MS(20));
    ASSERT_EQ(wires.arrived.size(), 1u);
    EXPECT_EQ(bss::text_of(wires.arrived[0].frame), "up");
    wires.send(bss::ethernet(bss::node_address(1), bss::HOST, "down"));
    air.run(SIM_MS(20));
    EXPECT_EQ(station.texts(), std::vector<std::string>{"down"});
}

TEST_F(ApCable, HasALineTowardsTheSwitch)
{
    plug();
    const struct ap_port port = ap_cable_port(cable.get());
    const bytes first = broadcast(1000), second = broadcast(60);
    port.deliver(port.ctx, evq_now(air.q), first.data(), first.size());
    port.deliver(port.ctx, evq_now(air.q), second.data(), second.size());
    air.run(SIM_MS(1));
    ASSERT_EQ(wires.arrived.size(), 2u);
    const sim_time first_end = ether_frame_time(1000, FAST);
    EXPECT_EQ(wires.arrived[0].at, first_end + SWITCHED);
    EXPECT_EQ(wires.arrived[1].at,
              first_end + ether_line_time(ETHER_GAP, FAST) + ether_frame_time(60, FAST) + SWITCHED);
}

TEST_F(ApCable, LeadsNowhereUntilItIsPluggedInAndAfterwards)
{
    auto &station = join();
    station.send(bss::HOST, "nobody is there");
    air.run(SIM_MS(20));
    EXPECT_EQ(ap_cable_net_port(cable.get()), nullptr);
    plug();
    wires.send(bss::ethernet(bss::node_address(1), bss::HOST, "on its way"));
    air.run(SIM_US(6)); // the switch has begun to send
    ap_cable_unplug(cable.get());
    station.send(bss::HOST, "nobody is there again");
    air.run(SIM_MS(20));
    EXPECT_TRUE(wires.arrived.empty());
    EXPECT_TRUE(station.received.empty());
}

// ---- UARTs ----------------------------------------------------------------------------------------------------------

constexpr uint32_t UART1 = 0x3FF50000, UART_STATUS = 0x1C, UART_IDLE_CONF = 0x40;
// 10 bits at the reset divider 0x2B6 of APB's 80 MHz.
constexpr sim_time CHARACTER = 10 * 0x2B6 * SIM_NS(25) / 2;

// A node that sends back what its UART1 gets, and the other end of the link in another queue.
class UartLink : public testing::TestWithParam<bool>
{
  protected:
    struct byte_at {
        char byte;
        sim_time at;
    };
    queue q{evq_create()};
    captured_log log;
    owned<struct image, image_destroy> program;
    owned<struct node, node_destroy> board;
    owned<struct uart_link, uart_link_destroy> link;
    std::vector<byte_at> come;
    unsigned rooms = 0;
    sim_time now = 0;

    static struct image *echo()
    {
        guest g;
        g.poke(UART1 + UART_IDLE_CONF, 0); // no pauses between characters
        g.li(2, UART1);
        const guest::label again = g.here();
        g.op("l32i", {3, 2, UART_STATUS});
        g.op("extui", {3, 3, 0, 8}); // RXFIFO_CNT
        g.op("beqz", {3, again});
        g.op("l32i", {3, 2, 0});
        g.op("s32i", {3, 2, 0});
        g.op("j", {again});
        return g.image();
    }
    void start(bool untimed)
    {
        struct node_config config = {};
        program.reset(echo());
        config.name = "node0";
        config.seed = 1;
        config.image = program.get();
        config.chip_revision = 3;
        config.strap = 0x13;
        config.cores = 2;
        config.cpu_hz = 240000000;
        config.flash_size = 4 << 20;
        config.quantum = SIM_US(1);
        config.log = log;
        config.uarts_untimed = untimed;
        config.console[1] = {
            this,
            [](void *ctx, uint8_t byte, sim_time end) {
                uart_link_sent(static_cast<UartLink *>(ctx)->link.get(), byte, end);
            },
            [](void *ctx, sim_time at) { uart_link_has_room(static_cast<UartLink *>(ctx)->link.get(), at); }};
        struct node *made = nullptr;
        ASSERT_EQ(node_create(&config, &made), SIM_OK) << log.text();
        board.reset(made);
        const struct uart_link_config of_link = {made, 1, q.get(), 1};
        const struct uart_link_end end = {
            this,
            [](void *ctx, uint8_t byte, sim_time at) {
                static_cast<UartLink *>(ctx)->come.push_back({static_cast<char>(byte), at});
            },
            [](void *ctx, sim_time) { static_cast<UartLink *>(ctx)->rooms++; }};
        link.reset(uart_link_create(&of_link, &end));
        ASSERT_EQ(node_power_on(made), SIM_OK);
        run(SIM_US(10)); // it looks at its UART
    }
    void run(sim_time duration)
    {
        for (const sim_time end = now + duration; now < end;) {
            now += SIM_US(1);
            if (GetParam())
                node_run(board.get(), now);
            evq_run(q.get(), now);
            while (node_now(board.get()) < now) // it comes back where an answer may be due
                node_run(board.get(), now);
        }
    }
    std::string text() const
    {
        std::string all;
        for (const byte_at &one : come)
            all += one.byte;
        return all;
    }
};

TEST_P(UartLink, CarriesBytesBothWaysAtTheLinesPace)
{
    start(false);
    const sim_time begin = now;
    for (const char c : std::string("hello"))
        EXPECT_TRUE(uart_link_put(link.get(), (uint8_t)c, now));
    run(SIM_MS(1));
    EXPECT_EQ(text(), "hello");
    ASSERT_EQ(come.size(), 5u);
    const sim_time there_and_back = come[0].at - begin;
    const sim_time least =
        2 * CHARACTER - CHARACTER / 20 + 2 * UART_LINK_LATENCY; // taken in the middle of its stop bit
    EXPECT_GE(there_and_back, least);
    EXPECT_LT(there_and_back, least + SIM_US(2));
    for (size_t i = 1; i < come.size(); i++)
        EXPECT_NEAR(static_cast<double>(come[i].at - come[i - 1].at), CHARACTER, SIM_NS(200));
}

// run.uart_line_timing: what is left is the node's own.
TEST_P(UartLink, TakesNextToNoTimeWithoutLineTiming)
{
    start(true);
    const sim_time begin = now;
    EXPECT_TRUE(uart_link_put(link.get(), 'x', now));
    run(SIM_US(20));
    ASSERT_EQ(text(), "x");
    EXPECT_LT(come[0].at - begin, SIM_US(5));
}

TEST_P(UartLink, MakesWaitWhoSendsFasterThanTheUartTakesAndLosesNothing)
{
    start(true);
    std::string sent;
    unsigned refused = 0;
    while (sent.size() < 5000 && now < SIM_MS(50)) {
        const char next = static_cast<char>('a' + sent.size() % 26);
        if (uart_link_put(link.get(), (uint8_t)next, now)) {
            sent += next;
            continue;
        }
        refused++;
        for (const unsigned before = rooms; rooms == before && now < SIM_MS(50);)
            run(SIM_US(1));
    }
    run(SIM_MS(2));
    EXPECT_EQ(sent.size(), 5000u);
    EXPECT_EQ(text(), sent);
    EXPECT_GT(refused, 0u);
    EXPECT_EQ(rooms, refused) << "once for each time that it refused";
}

INSTANTIATE_TEST_SUITE_P(WhoeverIsFirst, UartLink, testing::Values(false, true));

// ---- The host's clock -----------------------------------------------------------------------------------------------

using vesper::pacer;

TEST(Pacer, SaysByHowMuchSimulatedTimeIsAhead)
{
    EXPECT_FALSE(pacer(0).paced());
    EXPECT_TRUE(pacer(1).paced());
    EXPECT_DOUBLE_EQ(pacer(1).lead(SIM_MS(1500), 1.0), 0.5);
    EXPECT_DOUBLE_EQ(pacer(1).lead(SIM_MS(1500), 2.0), -0.5);
    EXPECT_DOUBLE_EQ(pacer(10).lead(SIM_S(1), 0), 0.1) << "ten simulated seconds in one of the host's";
    EXPECT_DOUBLE_EQ(pacer(0.5).host_seconds(SIM_S(1)), 2);
}

TEST(Pacer, CountsLateness)
{
    pacer clock(1);
    EXPECT_EQ(clock.late().late_share, 0) << "nothing has run yet";
    clock.reached(SIM_S(1), 0.9);   // early is not late
    clock.reached(SIM_S(2), 2.5);   // a second that ended half a second late
    clock.reached(SIM_S(4), 4.004); // two that were late by less than LATE
    const pacer::figures late = clock.late();
    EXPECT_DOUBLE_EQ(late.max_late, 0.5);
    EXPECT_NEAR(late.mean_late, (0.5 * 1 + 0.004 * 2) / 4, 1e-9);
    EXPECT_DOUBLE_EQ(late.late_share, 0.25);
}

} // namespace
