/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the guest's Wi-Fi driver that are plain C: frames, rates, contention, duplicates. */
extern "C" {
#include "firmware/net/contention.h"
#include "firmware/net/dot11.h"
#include "firmware/net/duplicates.h"
#include "firmware/net/mesh/packet.h"
#include "firmware/net/mesh/routes.h"
#include "firmware/net/mesh/seen.h"
#include "firmware/net/rate.h"
}

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace
{

dot11_frame action_frame()
{
    dot11_frame frame = {};
    frame.type = DOT11_MANAGEMENT;
    frame.subtype = DOT11_MANAGEMENT_ACTION;
    frame.duration = 60;
    std::memcpy(frame.receiver, "\x24\x0a\xc4\x00\x00\x04", 6);
    std::memcpy(frame.transmitter, "\x24\x0a\xc4\x00\x00\x08", 6);
    std::memset(frame.address3, 0xFF, 6);
    frame.sequence = 0xABC;
    frame.fragment = 5;
    return frame;
}

TEST(Dot11, AHeaderReadsAsItWasWritten)
{
    dot11_frame frame = action_frame(), read;
    std::uint8_t bytes[DOT11_HEADER];
    dot11_pack(bytes, &frame);
    EXPECT_EQ(bytes[0], 0xD0); /* action */
    EXPECT_EQ(get16(bytes + 22), 0xABC5);
    ASSERT_TRUE(dot11_parse(bytes, sizeof bytes, &read));
    EXPECT_EQ(read.subtype, frame.subtype);
    EXPECT_EQ(read.sequence, 0xABC);
    EXPECT_EQ(read.fragment, 5);
    EXPECT_EQ(std::memcmp(read.transmitter, frame.transmitter, 6), 0);
    EXPECT_EQ(read.header, DOT11_HEADER + 0u);
}

TEST(Dot11, HeadersThatAreCutShortAreRefusedAtEveryLength)
{
    struct {
        std::uint8_t control, flags;
        unsigned header;
    } kinds[] = {{0xD0, 0, 24}, {0x08, 0, 24}, {0x88, 0, 26}, {0x08, 3, 30},
                 {0x88, 3, 32}, {0xD4, 0, 10}, {0xB4, 0, 16}};
    for (auto &kind : kinds)
        for (unsigned length = 0; length < 40; length++) {
            std::vector<std::uint8_t> bytes(length);
            if (length > 1) {
                bytes[0] = kind.control;
                bytes[1] = kind.flags;
            }
            dot11_frame frame;
            EXPECT_EQ(dot11_parse(bytes.data(), length, &frame), length >= kind.header) << length;
        }
}

TEST(Dot11, TheDriverSetsSequenceRetryAndDurationInPlace)
{
    dot11_frame frame = action_frame(), read;
    std::uint8_t bytes[DOT11_HEADER];
    dot11_pack(bytes, &frame);
    dot11_set_sequence(bytes, 0x123);
    dot11_set_retry(bytes);
    dot11_set_duration(bytes, 314);
    ASSERT_TRUE(dot11_parse(bytes, sizeof bytes, &read));
    EXPECT_EQ(read.sequence, 0x123);
    EXPECT_EQ(read.fragment, 5);
    EXPECT_EQ(read.flags, DOT11_RETRY);
    EXPECT_EQ(read.duration, 314);
}

/* By hand from the standard's formulas; the model's own times are checked against reference/airtimes.csv elsewhere. */
TEST(Rate, AirtimesAreThoseOfTheStandard)
{
    EXPECT_EQ(rate_airtime_us(RATE_1M, 14), 304u);
    EXPECT_EQ(rate_airtime_us(RATE_2M_SHORT, 14), 152u);
    EXPECT_EQ(rate_airtime_us(RATE_11M, 1536), 192u + 1118u); /* 1117.09 */
    EXPECT_EQ(rate_airtime_us(RATE_6M, 14), 50u);
    EXPECT_EQ(rate_airtime_us(RATE_24M, 14), 34u);
    EXPECT_EQ(rate_airtime_us(RATE_54M, 1536), 254u); /* 57 symbols */
    EXPECT_EQ(rate_airtime_us(RATE_MCS0 + 7, 1536), 36u + 48 * 4 + 6);
    EXPECT_EQ(rate_airtime_us(RATE_MCS0_SHORT + 7, 1536), 36u + 44 * 4 + 6); /* 48 * 3.6 = 172.8 */
}

TEST(Rate, AnswersComeAtTheHighestMandatoryRateNotAbove)
{
    EXPECT_EQ(rate_of_answer(RATE_54M), RATE_24M + 0u);
    EXPECT_EQ(rate_of_answer(RATE_18M), RATE_12M + 0u);
    EXPECT_EQ(rate_of_answer(RATE_9M), RATE_6M + 0u);
    EXPECT_EQ(rate_of_answer(RATE_11M), RATE_11M + 0u);
    EXPECT_EQ(rate_of_answer(RATE_MCS0 + 7), RATE_24M + 0u);
    EXPECT_EQ(rate_ack_duration_us(RATE_54M), 10u + 34u);
}

TEST(Rate, EveryRateHasANameAndAWayDown)
{
    for (unsigned rate = 0; rate < RATE_COUNT; rate++) {
        if (!rate_is_known(rate))
            continue;
        EXPECT_EQ(rate_by_name(rate_name(rate)), rate);
        unsigned at = rate;
        for (int steps = 0; rate_below(at) != at; steps++) {
            ASSERT_LT(steps, 10);
            EXPECT_LT(rate_100k(rate_below(at)), rate_100k(at));
            at = rate_below(at);
        }
    }
    EXPECT_FALSE(rate_is_known(4));
    EXPECT_EQ(rate_by_name("0x0b"), RATE_6M + 0u);
    EXPECT_EQ(rate_by_name("7G"), RATE_COUNT + 0u);
}

TEST(Contention, TheWindowDoublesToItsEndAndBeginsAnew)
{
    const contention_config config = {2, 4, 6, 5, 0};
    contention c;
    contention_init(&c, &config);
    contention_begin(&c, RATE_54M);
    std::vector<unsigned> windows;
    do
        windows.push_back(c.window);
    while (contention_failed(&c));
    EXPECT_EQ(windows, (std::vector<unsigned>{15, 31, 63, 63, 63}));
    EXPECT_EQ(c.window, 15u);
    contention_begin(&c, RATE_54M);
    contention_failed(&c);
    contention_succeeded(&c);
    EXPECT_EQ(c.window, 15u);
}

TEST(Contention, TheDrawIsUniformOverTheWindow)
{
    const contention_config config = {2, 3, 10, 7, 0};
    contention c;
    contention_init(&c, &config);
    std::vector<unsigned> drawn(8);
    for (std::uint32_t random = 0; random < 0x10000; random++)
        drawn.at(contention_draw(&c, random))++;
    for (unsigned count : drawn)
        EXPECT_EQ(count, 0x10000u / 8);
}

TEST(Contention, ARateThatFailsTwiceGivesWayToTheNextLower)
{
    const contention_config config = {2, 4, 10, 0, 2};
    contention c;
    contention_init(&c, &config);
    contention_begin(&c, RATE_54M);
    std::vector<unsigned> rates;
    for (int i = 0; i < 6; i++) {
        rates.push_back(c.rate);
        EXPECT_TRUE(contention_failed(&c));
    }
    EXPECT_EQ(rates, (std::vector<unsigned>{RATE_54M, RATE_54M, RATE_48M, RATE_48M, RATE_36M, RATE_36M}));
    contention_collided_inside(&c);
    contention_collided_inside(&c);
    EXPECT_EQ(c.rate, RATE_24M + 0u) << "a collision inside the station says nothing about the rate";
}

TEST(Duplicates, ARepetitionNeedsTheRetryBitAndTheSameNumber)
{
    duplicates cache = {};
    dot11_frame frame = action_frame();
    EXPECT_FALSE(duplicates_check(&cache, &frame));
    EXPECT_FALSE(duplicates_check(&cache, &frame)) << "without the retry bit it is another frame";
    frame.flags = DOT11_RETRY;
    EXPECT_TRUE(duplicates_check(&cache, &frame));
    frame.fragment++;
    EXPECT_FALSE(duplicates_check(&cache, &frame));
    frame.transmitter[5]++;
    EXPECT_FALSE(duplicates_check(&cache, &frame)) << "another station";
    frame.receiver[0] = 0xFF;
    EXPECT_FALSE(duplicates_check(&cache, &frame)) << "group frames are not repeated";
}

TEST(Duplicates, TheStationUnheardForLongestIsForgotten)
{
    duplicates cache = {};
    dot11_frame frame = action_frame();
    frame.flags = DOT11_RETRY;
    for (unsigned i = 0; i <= DUPLICATES_ENTRIES; i++) {
        frame.transmitter[5] = static_cast<std::uint8_t>(i);
        duplicates_check(&cache, &frame);
    }
    EXPECT_TRUE(duplicates_check(&cache, &frame));
    frame.transmitter[5] = 0;
    EXPECT_FALSE(duplicates_check(&cache, &frame));
}

TEST(MeshPacket, WhatIsPackedIsParsed)
{
    std::uint8_t bytes[MESH_PACKET_MAX];
    mesh_hello hello = {7, 0xFFFE, 500, 0x12345678, 2, {{1, 255, -40}, {300, 12, -91}}}, hello_read;
    std::size_t length = mesh_pack_hello(bytes, &hello);
    EXPECT_EQ(mesh_kind_of(bytes, length), MESH_HELLO);
    ASSERT_TRUE(mesh_parse_hello(bytes, length, &hello_read));
    EXPECT_EQ(hello_read.previous_us, 0x12345678u);
    EXPECT_EQ(hello_read.entry[1].node, 300);
    EXPECT_EQ(hello_read.entry[1].rssi, -91);
    EXPECT_FALSE(mesh_parse_hello(bytes, length - 1, &hello_read));

    mesh_data data = {}, data_read;
    data.kind = MESH_ACK;
    data.ttl = 9;
    data.source = 0x102;
    data.destination = 0x304;
    data.sequence = 0x506;
    data.stamp_us = 0xDEADBEEF;
    data.echo_us = 1234567;
    data.size = 3;
    data.payload = reinterpret_cast<const std::uint8_t *>("abc");
    length = mesh_pack_data(bytes, &data);
    ASSERT_TRUE(mesh_parse_data(bytes, length, &data_read));
    EXPECT_EQ(data_read.kind, MESH_ACK);
    EXPECT_EQ(data_read.stamp_us, 0xDEADBEEFu);
    EXPECT_EQ(data_read.echo_us, 1234567u);
    EXPECT_EQ(std::memcmp(data_read.payload, "abc", 3), 0);
    EXPECT_FALSE(mesh_parse_data(bytes, length - 1, &data_read));
    bytes[0] ^= 0x20;
    EXPECT_EQ(mesh_kind_of(bytes, length), -1) << "another version";
}

TEST(MeshSeen, NumbersAreNewOnceInAnyOrderAndAcrossTheWrap)
{
    seen memory = {};
    EXPECT_TRUE(seen_is_new(&memory, 1, 0xFFFE));
    EXPECT_TRUE(seen_is_new(&memory, 1, 1));
    EXPECT_TRUE(seen_is_new(&memory, 1, 0xFFFF));
    EXPECT_FALSE(seen_is_new(&memory, 1, 0xFFFF));
    EXPECT_FALSE(seen_is_new(&memory, 1, 0xFFFE));
    EXPECT_TRUE(seen_is_new(&memory, 2, 0xFFFE));
    EXPECT_TRUE(seen_is_new(&memory, 1, 0x8000)) << "far away: the source began anew";
}

class MeshRoutes : public ::testing::Test
{
  protected:
    enum { SELF = 1, A = 2, B = 3, FAR = 9, COST = 256 };
    struct routes table;
    MeshRoutes()
    {
        routes_init(&table, SELF);
    }
    void hear(std::uint16_t neighbour, std::uint16_t sequence, std::uint16_t metric, std::uint64_t now = 0)
    {
        mesh_routes_entry entry = {FAR, sequence, metric};
        routes_heard(&table, neighbour, COST, &entry, now);
    }
    int next()
    {
        const route *r = routes_to(&table, FAR);
        return r ? r->next : -1;
    }
};

TEST_F(MeshRoutes, TheNewestNumberWinsThenTheLeastMetric)
{
    hear(A, 2, 512);
    EXPECT_EQ(next(), A);
    hear(B, 2, 256);
    EXPECT_EQ(next(), B);
    hear(A, 2, 512);
    EXPECT_EQ(next(), B);
    hear(B, 4, 600);
    EXPECT_EQ(next(), B) << "the way that we go";
    hear(A, 2, 256);
    EXPECT_EQ(next(), B) << "old";
}

TEST_F(MeshRoutes, ADearerNewRouteOfAnotherNeighbourWaitsForBetterOnes)
{
    hear(A, 2, 256);
    hear(B, 4, 512, 1000);
    EXPECT_EQ(next(), A);
    EXPECT_EQ(routes_next_settling(&table), 1000u + ROUTE_SETTLE_US);
    routes_age(&table, 1000 + ROUTE_SETTLE_US, 1000000000);
    EXPECT_EQ(next(), B);
}

TEST_F(MeshRoutes, WhenALinkBreaksANearerNeighbourStandsIn)
{
    hear(A, 2, 256);
    hear(B, 2, 400); /* less than our 512: it does not go by us */
    routes_link_down(&table, A);
    EXPECT_EQ(next(), B);
}

TEST_F(MeshRoutes, ANeighbourThatMayGoByUsDoesNotStandIn)
{
    hear(A, 2, 256);
    hear(B, 2, 512); /* our own metric and more */
    EXPECT_EQ(routes_link_down(&table, A), 1u);
    EXPECT_EQ(next(), -1);
    hear(B, 2, 300);
    EXPECT_EQ(next(), -1) << "the break has a newer number";
    hear(B, 4, 768);
    EXPECT_EQ(next(), B);
}

TEST_F(MeshRoutes, OnlyTheNextHopCanBreakARoute)
{
    hear(A, 2, 256);
    hear(B, 3, MESH_METRIC_BROKEN);
    EXPECT_EQ(next(), A);
    hear(A, 3, MESH_METRIC_BROKEN);
    EXPECT_EQ(next(), -1);
    EXPECT_TRUE(table.has_news);
}

TEST_F(MeshRoutes, ANodeSaidToBeLostTopsTheNumber)
{
    mesh_routes_entry lost = {SELF, 7, MESH_METRIC_BROKEN};
    routes_heard(&table, A, COST, &lost, 0);
    EXPECT_EQ(table.sequence, 8);
}

TEST_F(MeshRoutes, AnnouncementsTellEverythingOnceOverAsManyPacketsAsItTakes)
{
    for (unsigned i = 0; i < ROUTES_MAX; i++) {
        mesh_routes_entry entry = {static_cast<std::uint16_t>(1000 - 2 * i), 2, 256};
        routes_heard(&table, A, COST, &entry, 0);
    }
    std::vector<unsigned> told;
    unsigned from = 0, packets = 0;
    do {
        mesh_routes out;
        from = routes_tell_all(&table, from, &out);
        packets++;
        for (unsigned i = 0; i < out.count; i++)
            told.push_back(out.entry[i].destination);
    } while (from != 0);
    EXPECT_EQ(packets, 2u);
    ASSERT_EQ(told.size(), ROUTES_MAX + 1u);
    EXPECT_EQ(told[0], SELF + 0u);
    EXPECT_FALSE(table.has_news);
    mesh_routes news;
    routes_tell_news(&table, 0, &news);
    EXPECT_EQ(news.count, 1u) << "nothing but ourselves";
}

} // namespace
