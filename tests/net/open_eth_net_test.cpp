/* SPDX-License-Identifier: Apache-2.0 */
/* The Ethernet MAC on a switch with the host behind it: a driver's descriptors at one end, slirp at the other, and two
 * event queues between them. Shows how sc_top connects a node. */
#include <gtest/gtest.h>

#include "tests/support/net_bench.h"
#include "tests/support/open_eth_bench.h"

namespace
{

using namespace open_eth_bench_registers;
using guest::ip;
using guest::put;

constexpr uint32_t RX_BUFFER = dma_memory::base + 0x4000, TX_BUFFER = dma_memory::base + 0x100;

// A node: its own queue, up to a quantum ahead of the network's.
class node : public open_eth_bench
{
  public:
    struct net_port *port;

    node(struct net_switch *net, uint32_t id)
    {
        static const struct net_port_ops ops = {
            [](void *ctx, const uint8_t *frame, unsigned length, sim_time, sim_time end) {
                open_eth_receive(&static_cast<node *>(ctx)->eth, frame, length, end);
            }};
        const auto config = net_port_typical("node", id);
        port = net_port_create(net, &config, &ops, this);
        const struct open_eth_port cable = {
            port,
            [](void *ctx, const uint8_t *frame, unsigned length, sim_time, sim_time end) {
                net_port_send((struct net_port *)ctx, frame, length, end);
            },
            nullptr};
        open_eth_connect(&eth, &cable);
        for (unsigned i = 0; i < 8; i++)
            set_descriptor(1 + i, OPEN_ETH_RX_EMPTY | OPEN_ETH_RX_IRQ, RX_BUFFER + 1600 * i);
        write(ETH_TX_BD_NUM, 1);
        set_bits(ETH_MODER, 0x23);
        set_bits(ETH_INT_MASK, OPEN_ETH_INT_RXB);
    }
    // The bytes of the n-th frame received, without FCS.
    bytes received(unsigned n)
    {
        return stored(RX_BUFFER + 1600 * n, (descriptor(1 + n) >> 16) - 4);
    }
};

TEST(OpenEthOnANetwork, GetsItsArpAnsweredByTheHost)
{
    net_bench network;
    network.add_host();
    struct slirp_backend *slirp;
    const auto config = slirp_typical();
    ASSERT_EQ(slirp_backend_create(&config, network.host, network.q, network.log, &slirp), SIM_OK);
    node one(network.net, 1);

    bytes arp(6, 0xFF);
    const bytes own = {0x24, 0x0A, 0xC4, 0, 0, 1};
    guest::append(arp, own);
    put(arp, 0x0806, 2), put(arp, 1, 2), put(arp, 0x0800, 2), put(arp, 0x0604, 2), put(arp, 1, 2);
    guest::append(arp, own);
    put(arp, ip(10, 0, 2, 15), 4), put(arp, 0, 4), put(arp, 0, 2), put(arp, ip(10, 0, 2, 2), 4);
    one.send(0, arp, OPEN_ETH_TX_WRAP, TX_BUFFER);

    // Each in turn, the node a quantum ahead: whatever crosses is known before its time has come.
    for (sim_time now = 0; now < SIM_MS(1); now += SIM_US(1)) {
        one.bench.run_to(now + SIM_US(1));
        evq_run(network.q, now);
    }
    ASSERT_EQ(one.irq.rises().size(), 1u);
    const bytes reply = one.received(0);
    EXPECT_EQ(guest::get(&reply[20], 2), 2u) << "an ARP reply";
    EXPECT_EQ(guest::get(&reply[28], 4), ip(10, 0, 2, 2));

    const sim_time line = ether_frame_time(60, 100000000);
    EXPECT_EQ(one.irq.rises()[0],
              line + SIM_US(5) + SIM_US(10) + SIM_US(5) + ether_frame_time((unsigned)reply.size(), 100000000))
        << "line, switch, host, switch, line";
}

TEST(OpenEthOnANetwork, HearsOtherNodesWhicheverRunsFirst)
{
    std::vector<sim_time> times[2];
    for (int order = 0; order < 2; order++) {
        net_bench network;
        node one(network.net, 1), two(network.net, 2);
        bytes hello(6, 0xFF);
        guest::append(hello, {2, 0, 0, 0, 0, 1, 0x88, 0xB5});
        hello.resize(60);
        for (int i = 0; i < 3; i++)
            one.send(0, hello, OPEN_ETH_TX_WRAP, TX_BUFFER);
        for (sim_time now = 0; now < SIM_US(100); now += SIM_US(1)) {
            (order ? two : one).bench.run_to(now + SIM_US(1));
            evq_run(network.q, now);
            (order ? one : two).bench.run_to(now + SIM_US(1));
        }
        EXPECT_EQ(two.eth.counts.rx_frames, 3u);
        EXPECT_EQ(one.eth.counts.rx_frames, 0u);
        times[order] = two.irq.rises();
        EXPECT_EQ(two.received(2), hello);
    }
    EXPECT_EQ(times[0], times[1]);
}

} // namespace
