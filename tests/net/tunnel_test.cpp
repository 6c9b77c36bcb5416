/* SPDX-License-Identifier: Apache-2.0 */
/* Ethernet over a UART: the form of seed document 004, and how it finds its way back after garbage. */
#include <gtest/gtest.h>

#include <random>

#include "net_bridge/tunnel_port.h"
#include "tests/support/guest_stack.h"

namespace
{

using guest::bytes;

// An IPv4 datagram in a frame; the size is the frame's.
bytes frame(size_t size = 98, uint8_t fill = 0)
{
    bytes made = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00, 0x45, 0};
    guest::put(made, (uint32_t)size - 14, 2);
    while (made.size() < size)
        made.push_back((uint8_t)(fill + made.size()));
    return made;
}
bytes other_type(uint8_t station)
{
    bytes made = frame(60);
    made[11] = station;
    made[12] = 0x88, made[13] = 0xB5;
    return made;
}
bytes encoded(const bytes &data)
{
    uint8_t out[TUNNEL_MAX];
    return bytes(out, out + tunnel_encode(data.data(), (unsigned)data.size(), out));
}

class Tunnel : public ::testing::Test
{
  protected:
    struct tunnel_decoder decoder;
    std::vector<bytes> frames;

    void SetUp() override
    {
        tunnel_decoder_init(
            &decoder,
            [](void *ctx, const uint8_t *data, unsigned length) {
                static_cast<Tunnel *>(ctx)->frames.push_back(bytes(data, data + length));
            },
            this);
    }
    void push(const bytes &data)
    {
        for (uint8_t byte : data)
            tunnel_decoder_push(&decoder, byte);
    }
};

TEST_F(Tunnel, PutsTheLengthInFrontMostSignificantByteFirst)
{
    const bytes out = encoded(frame(98));
    EXPECT_EQ(out.size(), 100u);
    EXPECT_EQ(out[0], 0x00);
    EXPECT_EQ(out[1], 0x62) << "the document's echo request of 98 bytes";
}

TEST_F(Tunnel, GivesBackWhatWasPutIn)
{
    for (size_t size : {34u, 98u, 255u, 256u, 1514u, 1518u})
        push(encoded(frame(size)));
    ASSERT_EQ(frames.size(), 6u);
    EXPECT_EQ(frames[5], frame(1518));
    EXPECT_EQ(decoder.counts.frames, 6u);
    EXPECT_EQ(decoder.counts.garbage_bytes, 0u);
    EXPECT_FALSE(tunnel_decoder_waits(&decoder));
}

TEST_F(Tunnel, TakesOtherTypesFromAStationThatItHasHeard)
{
    push(encoded(frame()));
    push(encoded(other_type(1)));
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[1], other_type(1));
    push(encoded(other_type(9)));
    tunnel_decoder_silence(&decoder);
    EXPECT_EQ(frames.size(), 2u) << "nobody that has been heard of";
}

TEST_F(Tunnel, DropsZeroAndOverlongLengthsAndGoesOn)
{
    push({0, 0});
    push(encoded(frame(60, 1)));
    push({0xFF, 0xFF});
    push(encoded(frame(1000, 2)));
    push({0x05, 0xEF}); // 1519
    push(encoded(frame(1514, 3)));
    ASSERT_EQ(frames.size(), 3u);
    EXPECT_EQ(frames[2], frame(1514, 3));
    EXPECT_GE(decoder.counts.zero_lengths, 1u);
    EXPECT_GE(decoder.counts.long_lengths, 2u);
    EXPECT_EQ(decoder.counts.garbage_bytes, 6u);
    EXPECT_EQ(decoder.counts.resynchronised, 3u);
}

TEST_F(Tunnel, FindsEveryFrameAfterTextThatASerialLineCarriesAtBoot)
{
    const std::string boot = "ets Jun  8 2016 00:22:57\r\n\r\nrst:0x1 (POWERON_RESET),boot:0x13\r\n";
    for (int i = 0; i < 20; i++) {
        push(bytes(boot.begin(), boot.begin() + 1 + i));
        push(encoded(frame(300, (uint8_t)i)));
    }
    ASSERT_EQ(frames.size(), 20u);
    for (uint8_t i = 0; i < 20; i++)
        EXPECT_EQ(frames[i], frame(300, i));
}

TEST_F(Tunnel, FindsEveryFrameAfterRandomGarbageOfAnyLength)
{
    std::mt19937 random(1);
    unsigned sent = 0;
    for (int round = 0; round < 2000; round++) {
        bytes garbage(random() % 40);
        for (uint8_t &byte : garbage)
            byte = (uint8_t)random();
        push(garbage);
        push(encoded(frame(60 + random() % 400, (uint8_t)round)));
        sent++;
    }
    EXPECT_EQ(frames.size(), sent);
}

TEST_F(Tunnel, GivesUpAFrameThatIsCutOffWhenTheLineIsSilent)
{
    const bytes whole = encoded(frame(500));
    push(bytes(whole.begin(), whole.begin() + 200));
    EXPECT_TRUE(tunnel_decoder_waits(&decoder));
    tunnel_decoder_silence(&decoder);
    EXPECT_FALSE(tunnel_decoder_waits(&decoder));
    EXPECT_EQ(decoder.counts.cut_off, 1u);
    push(encoded(frame(500, 7)));
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0], frame(500, 7));
}

TEST_F(Tunnel, FindsAFrameWithinOneThatWasCutOff)
{
    const bytes cut = encoded(frame(1500));
    push(bytes(cut.begin(), cut.begin() + 100));
    push(encoded(frame(200, 7)));
    EXPECT_TRUE(frames.empty()) << "it still looks like the first one's bytes";
    tunnel_decoder_silence(&decoder);
    ASSERT_EQ(frames.size(), 1u);
    EXPECT_EQ(frames[0], frame(200, 7));
}

// --- as a port of a switch

class TunnelPort : public ::testing::Test
{
  protected:
    struct evq *q = evq_create();
    struct net_switch *net = nullptr;
    struct tunnel_port *tunnel = nullptr;
    std::vector<bytes> at_station;
    struct net_port *station = nullptr;
    bytes uart;
    size_t room = SIZE_MAX;

    void SetUp() override
    {
        const auto switch_config = net_switch_typical();
        net = net_switch_create(&switch_config, q);
        const auto config = tunnel_port_typical("uart1", 1);
        const struct tunnel_line line = {this, [](void *ctx, uint8_t byte, sim_time) {
                                             auto *self = static_cast<TunnelPort *>(ctx);
                                             if (self->room == 0)
                                                 return false;
                                             self->room--;
                                             self->uart.push_back(byte);
                                             return true;
                                         }};
        tunnel = tunnel_port_create(net, &config, &line, q);
        static const struct net_port_ops ops = {
            [](void *ctx, const uint8_t *data, unsigned length, sim_time, sim_time) {
                static_cast<TunnelPort *>(ctx)->at_station.push_back(bytes(data, data + length));
            }};
        const auto station_config = net_port_typical("station", 2);
        station = net_port_create(net, &station_config, &ops, this);
    }
    void TearDown() override
    {
        tunnel_port_destroy(tunnel);
        net_switch_destroy(net);
        evq_destroy(q);
    }
};

TEST_F(TunnelPort, CarriesFramesFromTheUartIntoTheNetwork)
{
    for (uint8_t byte : encoded(frame()))
        tunnel_port_byte(tunnel, byte, SIM_US(10));
    evq_run(q, SIM_MS(1));
    ASSERT_EQ(at_station.size(), 1u);
    EXPECT_EQ(at_station[0], frame());
}

TEST_F(TunnelPort, CarriesFramesFromTheNetworkAtTheUartsPace)
{
    room = 10;
    const bytes one = frame(100, 1), two = frame(200, 2);
    net_port_send(station, one.data(), 100, SIM_US(1));
    net_port_send(station, two.data(), 200, SIM_US(2));
    evq_run(q, SIM_MS(1));
    EXPECT_EQ(uart.size(), 10u);
    while (uart.size() < 304) {
        room = 7;
        tunnel_port_room(tunnel, evq_now(q));
    }
    bytes expected = encoded(one);
    guest::append(expected, encoded(two));
    EXPECT_EQ(uart, expected);
}

TEST_F(TunnelPort, DropsFramesThatTheUartCannotKeepUpWith)
{
    room = 0;
    const bytes big = frame(1514);
    for (int i = 0; i < 20; i++)
        net_port_send(station, big.data(), 1514, SIM_US(1) + SIM_US(200) * (unsigned)i);
    evq_run(q, SIM_MS(10));
    room = SIZE_MAX;
    tunnel_port_room(tunnel, evq_now(q));
    const auto counts = tunnel_port_get_counts(tunnel);
    EXPECT_EQ(counts.to_uart, 10u) << "16 KB hold ten of 1516 bytes";
    EXPECT_EQ(counts.dropped_buffer, 10u);
    EXPECT_EQ(uart.size(), 10u * 1516) << "whole frames only";
}

TEST_F(TunnelPort, GivesUpIncompleteFramesAfterASilence)
{
    const bytes cut = encoded(frame(300));
    for (size_t i = 0; i < 100; i++)
        tunnel_port_byte(tunnel, cut[i], SIM_MS(1));
    evq_run(q, SIM_MS(101));
    for (uint8_t byte : encoded(frame(60, 5)))
        tunnel_port_byte(tunnel, byte, SIM_MS(101));
    evq_run(q, SIM_MS(102));
    ASSERT_EQ(at_station.size(), 1u);
    EXPECT_EQ(at_station[0], frame(60, 5));
    EXPECT_EQ(tunnel_port_get_counts(tunnel).from_uart.cut_off, 1u);
    EXPECT_EQ(evq_next_time(q), SIM_TIME_NEVER) << "an idle tunnel costs nothing";
}

} // namespace
