/* SPDX-License-Identifier: Apache-2.0 */
/* Port forwards and networks as users write them. */
#include "net_bridge/net_forward.h"

#include <gtest/gtest.h>

namespace
{

TEST(Forward, ReadsProtocolAndBothEnds)
{
    struct net_forward f;
    ASSERT_EQ(net_forward_parse("tcp:127.0.0.1:8000-10.0.2.15:80", &f), SIM_OK);
    EXPECT_FALSE(f.udp);
    EXPECT_EQ(f.host_address, 0x7F000001u);
    EXPECT_EQ(f.host_port, 8000);
    EXPECT_EQ(f.guest_address, 0x0A00020Fu);
    EXPECT_EQ(f.guest_port, 80);
    ASSERT_EQ(net_forward_parse("udp:0.0.0.0:65535-192.168.1.2:1", &f), SIM_OK);
    EXPECT_TRUE(f.udp);
    EXPECT_EQ(f.host_address, 0u) << "every address of the host, but only when asked for";
}

TEST(Forward, StaysOnTheLoopbackAddressUnlessTold)
{
    struct net_forward f;
    for (const char *text : {"tcp::8000-10.0.2.15:80", "tcp:8000-10.0.2.15:80"}) {
        ASSERT_EQ(net_forward_parse(text, &f), SIM_OK) << text;
        EXPECT_EQ(f.host_address, 0x7F000001u);
        EXPECT_EQ(f.host_port, 8000);
    }
}

TEST(Forward, RefusesEverythingElse)
{
    struct net_forward f;
    for (const char *text : {"",
                             "tcp",
                             "tcp:",
                             "tcp::",
                             "http:8000-10.0.2.15:80",
                             "tcp:8000",
                             "tcp:8000-",
                             "tcp:8000-10.0.2.15",
                             "tcp:8000-10.0.2.15:",
                             "tcp:8000-10.0.2.15:0",
                             "tcp:0-10.0.2.15:80",
                             "tcp:65536-10.0.2.15:80",
                             "tcp:8000-10.0.2:80",
                             "tcp:8000-10.0.2.256:80",
                             "tcp:8000-10.0.2.15:80 ",
                             "tcp: 8000-10.0.2.15:80",
                             "tcp:-1-10.0.2.15:80",
                             "tcp:1.2.3.4-10.0.2.15:80",
                             "tcp:localhost:80-10.0.2.15:80",
                             "TCP:80-10.0.2.15:80",
                             "tcp:99999999999999999999-10.0.2.15:80",
                             "tcp:8000-10.0.2.15:80:80",
                             "tcp:8000-10.0.2.15.1:80"})
        EXPECT_EQ(net_forward_parse(text, &f), SIM_BAD_FORMAT) << text;
}

TEST(Network, HasAPrefixThatLeavesRoomForHosts)
{
    uint32_t network, mask;
    ASSERT_EQ(net_network_parse("10.0.2.0/24", &network, &mask), SIM_OK);
    EXPECT_EQ(network, 0x0A000200u);
    EXPECT_EQ(mask, 0xFFFFFF00u);
    ASSERT_EQ(net_network_parse("172.16.0.0/12", &network, &mask), SIM_OK);
    EXPECT_EQ(mask, 0xFFF00000u);
    for (const char *text :
         {"10.0.2.0", "10.0.2.0/", "10.0.2.0/30", "10.0.2.0/7", "10.0.2.1/24", "10.0.2.0/24/", "/24"})
        EXPECT_EQ(net_network_parse(text, &network, &mask), SIM_BAD_FORMAT) << text;
}

TEST(Address, PrintsWithDots)
{
    char text[16];
    net_address_print(0xFFFEFDFC, text, sizeof text);
    EXPECT_STREQ(text, "255.254.253.252");
}

} // namespace
