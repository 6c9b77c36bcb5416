/* SPDX-License-Identifier: Apache-2.0 */
/* Wi-Fi MACs on a common medium: registers here, an answer from over there. Each MAC has its own event queue, as nodes
 * have, and the air has one; in which order they are run at the same time must not matter. */
#include "sc_top/node/wifi_port.h"

#include <memory>

#include "tests/device/wifi_mac_bench.h"

namespace
{

enum { WAIT_ACK = 1 << 24, RTS = 1 << 27, CTS_TO_SELF = 1 << 28 };

mac_address address_of(unsigned n)
{
    mac_address a = our_address;
    a[5] = (uint8_t)n;
    return a;
}

// A MAC with memory; the test is its software.
struct station {
    device_bench bench;
    dma_memory memory;
    struct wifi_mac mac = {};
    struct wifi_port *port = nullptr;

    station(struct rf_medium *medium, unsigned n, struct dcf_config dcf)
    {
        bench.env.dma = &memory.port;
        bench.env.node = n;
        wifi_mac_init(&mac, "wifi_mac", &bench.env);
        struct wifi_port_config config = {};
        config.medium = medium;
        config.node = n;
        config.channel = 1;
        config.power_dbm = 20;
        config.dcf = dcf;
        port = wifi_port_create(&mac, &config);
        dev_reset(&mac.dev, DEV_RESET_POWER_ON, 0);
    }
    ~station()
    {
        wifi_port_destroy(port);
        wifi_mac_fini(&mac);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&mac.dev, offset, 4, bench.now);
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&mac.dev, offset, 4, value, bench.now);
    }
    void start(unsigned n, unsigned buffers)
    {
        mac_address a = address_of(n);
        write(WMAC_CTRL, 0);
        write(WMAC_RA_LOW, a[0] | (uint32_t)a[1] << 8 | (uint32_t)a[2] << 16 | (uint32_t)a[3] << 24);
        write(WMAC_RA_HIGH, a[4] | (uint32_t)a[5] << 8);
        write(WMAC_RA_MASK_LOW, 0xFFFFFFFF);
        write(WMAC_RA_MASK_HIGH, 0x1FFFF);
        write(WMAC_FILTER, 1); /* groups are not blocked */
        for (unsigned b = 0; b < buffers; b++) {
            uint32_t at = dma_memory::base + 16 * b;
            memory.put(at, 0x80000000 | 1600);
            memory.put(at + 4, dma_memory::base + 0x8000 + 0x700 * b);
            memory.put(at + 8, b + 1 < buffers ? at + 16 : 0);
        }
        write(WMAC_RX_BASE, buffers ? dma_memory::base : 0);
        write(WMAC_RX_CTRL, 1u << 31);
    }
    void send(unsigned slot, const bytes &mpdu, uint32_t flags, unsigned rate = 0x0C, unsigned power = 0,
              unsigned backoff = 0)
    {
        uint32_t buffer = dma_memory::base + 0x2000 + 0x1000 * slot, descriptor = dma_memory::base + 0x1000 + 16 * slot;
        uint32_t size = (uint32_t)mpdu.size() + 4;
        memory.put_bytes(buffer, mpdu);
        memory.put(descriptor, 0xC0000000 | size << 12 | size);
        memory.put(descriptor + 4, buffer);
        memory.put(descriptor + 8, 0);
        write(0xD1C - 8 * slot, 0x02000000 | backoff << 12);
        write(0x1258 - 0x3C * slot, size | rate << 12);
        write(0x125C - 0x3C * slot, 0x20 | power << 8);
        write(0x1268 - 0x3C * slot, 300u << 16);
        write(0xD20 - 8 * slot, 0xC0600000 | (descriptor & 0xFFFFF) | flags);
    }
    unsigned error(unsigned slot)
    {
        return read(0x1270 - 0x3C * slot) >> 12 & 0xF;
    }
    bool has_received(unsigned b = 0) const
    {
        return memory.get(dma_memory::base + 16 * b) >> 30 & 1;
    }
    int rssi(unsigned b = 0) const
    {
        return (int)(memory.get(dma_memory::base + 0x8000 + 0x700 * b) & 0xFF) - 96;
    }
};

enum class order { air_first, air_last, stations_backwards };

class Ether : public ::testing::Test
{
  protected:
    struct sent {
        unsigned from;
        uint8_t kind; /* first byte of Frame Control */
        enum rf_rate rate;
        sim_time start, end;
    };
    struct evq *q = evq_create();
    struct rf_propagation *propagation = nullptr;
    struct rf_error_model *errors = rf_error_model_create(RF_ERROR_TABLE);
    struct rf_medium *medium = nullptr;
    struct rf_medium_observer observer = {};
    std::vector<std::unique_ptr<station>> stations;
    std::vector<sent> on_air;
    order order_of_queues = order::air_first;
    sim_time now = 0;

    void SetUp() override
    {
        auto path = rf_propagation_defaults();
        path.path = RF_PATH_FIXED;
        path.fixed_loss_db = 70;
        propagation = rf_propagation_create(&path, 3);
        auto config = rf_medium_defaults();
        medium = rf_medium_create(&config, q, propagation, errors);
        observer.ctx = this;
        observer.transmitted = [](void *ctx, sim_time start, const struct rf_frame *frame) {
            static_cast<Ether *>(ctx)->on_air.push_back(
                {frame->from, frame->payload[0], frame->mode.rate, start, start + rf_txtime(frame->mode, frame->psdu)});
        };
        rf_medium_observe(medium, &observer);
    }
    void TearDown() override
    {
        stations.clear();
        rf_medium_destroy(medium);
        rf_error_model_destroy(errors);
        rf_propagation_destroy(propagation);
        evq_destroy(q);
    }
    // Stations with their MACs running, 100 us later.
    void build(unsigned count, unsigned buffers = 3, struct dcf_config dcf = dcf_defaults())
    {
        for (unsigned n = 0; n < count; n++)
            stations.push_back(std::make_unique<station>(medium, n, dcf));
        for (unsigned n = 0; n < count; n++)
            stations[n]->start(n, buffers);
        run_for(SIM_US(100));
    }
    station &operator[](unsigned n)
    {
        return *stations.at(n);
    }
    void run_for(sim_time duration)
    {
        sim_time end = now + duration;
        while (now < end) {
            now = std::min(end, evq_next_time(q));
            for (auto &s : stations)
                now = std::min(now, evq_next_time(s->bench.env.evq));
            if (order_of_queues == order::air_first)
                evq_run(q, now);
            for (size_t i = 0; i < stations.size(); i++)
                stations[order_of_queues == order::stations_backwards ? stations.size() - 1 - i : i]->bench.run_to(now);
            if (order_of_queues != order::air_first)
                evq_run(q, now);
        }
    }
};

TEST_F(Ether, AFrameIsStoredThereAndAcknowledgedAfterSifs)
{
    build(2);
    bytes frame = data_frame(address_of(1), address_of(0), 200);
    (*this)[0].send(2, frame, WAIT_ACK);
    run_for(SIM_MS(1));
    EXPECT_EQ((*this)[0].read(WMAC_TX_COMPLETE), 4u);
    EXPECT_EQ((*this)[0].error(2), 0u);
    EXPECT_EQ((*this)[0].read(0x1270 - 0x3C * 2) >> 24 & 1, 1u) << "with the SNR of the ACK";
    EXPECT_EQ((*this)[0].read(0x1270 - 0x3C * 2) >> 16 & 0xFF, 44u) << "20 - 70 dBm above a floor of -94 dBm";
    ASSERT_TRUE((*this)[1].has_received());
    EXPECT_EQ((*this)[1].memory.get_bytes(dma_memory::base + 0x8000 + 28, (unsigned)frame.size()), frame);
    EXPECT_EQ((*this)[1].rssi(), -50);
    ASSERT_EQ(on_air.size(), 2u);
    EXPECT_EQ(on_air[1].from, 1u);
    EXPECT_EQ(on_air[1].kind, 0xD4) << "ACK";
    EXPECT_EQ(on_air[1].rate, RF_RATE_OFDM_24);
    EXPECT_NEAR((double)(on_air[1].start - on_air[0].end), (double)SIM_US(10), (double)SIM_NS(1)) << "and propagation";
}

TEST_F(Ether, AFrameFor54MbitIsWaitedForByALatencyAndTheIfsOnly)
{
    build(2);
    sim_time asked = now;
    (*this)[0].send(0, data_frame(address_of(1), address_of(0)), WAIT_ACK);
    run_for(SIM_MS(1));
    EXPECT_GE(on_air.at(0).start, asked + WIFI_MAC_LATENCY);
    EXPECT_LE(on_air.at(0).start, asked + WIFI_MAC_LATENCY + SIM_US(9)) << "idle for long: the next slot boundary";
}

TEST_F(Ether, WithoutABufferThereIsNoAcknowledgement)
{
    build(2, 0);
    (*this)[0].send(2, data_frame(address_of(1), address_of(0)), WAIT_ACK);
    run_for(SIM_MS(1));
    EXPECT_EQ((*this)[0].error(2), 5u);
    EXPECT_EQ((*this)[1].read(WMAC_STAT_FULL), 1u);
    EXPECT_EQ(on_air.size(), 1u);
}

TEST_F(Ether, BroadcastsReachEverybodyAndNobodyAnswers)
{
    build(3);
    (*this)[0].send(2, data_frame(everybody, address_of(0)), 0);
    run_for(SIM_MS(1));
    EXPECT_EQ((*this)[0].error(2), 0u);
    EXPECT_TRUE((*this)[1].has_received());
    EXPECT_TRUE((*this)[2].has_received());
    EXPECT_EQ(on_air.size(), 1u);
}

TEST_F(Ether, RtsGoesFirstAndIsAnsweredThoughItIsNotStored)
{
    build(2);
    (*this)[0].send(1, data_frame(address_of(1), address_of(0), 1000), WAIT_ACK | RTS);
    run_for(SIM_MS(2));
    EXPECT_EQ((*this)[0].error(1), 0u);
    std::vector<uint8_t> kinds;
    for (const auto &frame : on_air)
        kinds.push_back(frame.kind);
    EXPECT_EQ(kinds, (std::vector<uint8_t>{0xB4, 0xC4, 0x08, 0xD4}));
    EXPECT_EQ(on_air[0].rate, RF_RATE_OFDM_24);
    EXPECT_TRUE((*this)[1].has_received(0));
    EXPECT_FALSE((*this)[1].has_received(1));
    EXPECT_EQ((*this)[1].read(WMAC_STAT_RTS), 1u);
}

TEST_F(Ether, RtsToNobodyEndsWithoutCts)
{
    build(1);
    (*this)[0].send(1, data_frame(address_of(1), address_of(0)), WAIT_ACK | RTS);
    run_for(SIM_MS(2));
    EXPECT_EQ((*this)[0].error(1), 2u);
    EXPECT_EQ(on_air.size(), 1u);
}

TEST_F(Ether, CtsToSelfGoesFirst)
{
    build(2);
    (*this)[0].send(1, data_frame(address_of(1), address_of(0)), WAIT_ACK | CTS_TO_SELF);
    run_for(SIM_MS(2));
    ASSERT_EQ(on_air.size(), 3u);
    EXPECT_EQ(on_air[0].kind, 0xC4);
    EXPECT_EQ(on_air[0].from, 0u);
}

TEST_F(Ether, OfTwoSlotsWithTheSameBoundaryTheHigherWinsAndBeaconsBeforeAll)
{
    build(2);
    (*this)[0].send(0, data_frame(address_of(1), address_of(0)), WAIT_ACK, 0x0C, 0, 20);
    (*this)[0].send(3, data_frame(address_of(1), address_of(0)), WAIT_ACK, 0x0C, 0, 20);
    (*this)[0].send(4, frame_of(0x80, 0, everybody, address_of(0), address_of(0)), 0, 0x0B, 0, 20);
    run_for(SIM_MS(2));
    EXPECT_EQ(on_air.at(0).kind, 0x80);
    EXPECT_EQ((*this)[0].read(WMAC_TX_COMPLETE), 1u << 4);
    EXPECT_EQ((*this)[0].read(WMAC_TX_ERROR), 1u << 0 | 1u << 3);
}

TEST_F(Ether, PowerIsTheSlots)
{
    build(2);
    (*this)[0].send(2, data_frame(address_of(1), address_of(0)), WAIT_ACK, 0x0B, 4 * 5);
    run_for(SIM_MS(1));
    EXPECT_EQ((*this)[1].rssi(), -65);
}

TEST_F(Ether, ChannelsSeparate)
{
    build(2);
    wifi_mac_tuned(&(*this)[1].mac, 2462, now);
    run_for(SIM_US(10));
    (*this)[0].send(2, data_frame(address_of(1), address_of(0)), WAIT_ACK);
    run_for(SIM_MS(1));
    EXPECT_EQ((*this)[0].error(2), 5u);
    wifi_mac_tuned(&(*this)[0].mac, 2462, now);
    run_for(SIM_US(10));
    (*this)[0].send(2, data_frame(address_of(1), address_of(0)), WAIT_ACK);
    run_for(SIM_MS(1));
    EXPECT_EQ((*this)[0].error(2), 0u);
    EXPECT_EQ((*this)[1].memory.get(dma_memory::base + 0x8000 + 8) >> 16 & 0xF, 11u);
}

TEST_F(Ether, AStoppedMacHearsNothing)
{
    build(2);
    (*this)[1].write(WMAC_CTRL, 0x17FF);
    run_for(SIM_US(10));
    (*this)[0].send(2, data_frame(address_of(1), address_of(0)), WAIT_ACK);
    run_for(SIM_MS(1));
    EXPECT_EQ((*this)[0].error(2), 5u);
    EXPECT_EQ((*this)[1].read(WMAC_STAT_RX_END), 0u);
}

// What the vendor's driver writes.
TEST_F(Ether, AnswerRatesAreThoseOfTheTable)
{
    static const uint32_t table[8] = {0, 0, 0x03020100, 0x07060500, 0x0B0B0B0B, 0x0B0B0B0B, 0x090B0B0B, 0x09090909};
    build(2);
    for (unsigned i = 0; i < 8; i++)
        (*this)[1].write(WMAC_ACK_RATE + 4 * i, table[i]);
    run_for(SIM_US(10));
    static const std::pair<unsigned, enum rf_rate> answers[] = {
        {0x03, RF_RATE_CCK_11}, {0x0C, RF_RATE_OFDM_6}, {0x12, RF_RATE_OFDM_6}, {0x17, RF_RATE_OFDM_24}};
    for (const auto &answer : answers) {
        on_air.clear();
        (*this)[1].start(1, 1);
        (*this)[0].send(2, data_frame(address_of(1), address_of(0)), WAIT_ACK, answer.first);
        run_for(SIM_MS(1));
        EXPECT_EQ((*this)[0].error(2), 0u) << answer.first;
        EXPECT_EQ(on_air.at(1).rate, answer.second) << answer.first;
    }
}

TEST_F(Ether, EveryRateReachesTheOtherSideUnderItsCode)
{
    build(2);
    for (unsigned code = 0; code < 32; code++) {
        if (code == 4)
            continue;
        (*this)[1].start(1, 1);
        (*this)[0].send(2, data_frame(address_of(1), address_of(0)), WAIT_ACK, code);
        run_for(SIM_MS(3));
        EXPECT_EQ((*this)[0].error(2), 0u) << code;
        uint32_t header = (*this)[1].memory.get(dma_memory::base + 0x8000);
        EXPECT_EQ(header >> 8 & 0x1F, code);
    }
}

TEST_F(Ether, ABlockAckTellsWhatWasStored)
{
    build(2);
    auto &receiver = (*this)[1];
    receiver.write(0x254, (*this)[0].read(WMAC_RA_LOW));
    receiver.write(0x258, (*this)[0].read(WMAC_RA_HIGH));
    receiver.write(0x25C, 100);
    receiver.write(0x250, 1u << 31 | 3 << 16); /* TID 3 */
    run_for(SIM_US(10));
    for (unsigned sequence : {100u, 101u, 103u}) {
        bytes qos = frame_of(0x88, 0, address_of(1), address_of(0), everybody, 40);
        qos[22] = (uint8_t)(sequence << 4);
        qos[23] = (uint8_t)(sequence >> 4);
        qos[24] = 3 | 3 << 5; /* to be answered by a BlockAck later */
        qos[25] = 0;
        (*this)[0].send(2, qos, 0);
        run_for(SIM_MS(1));
    }
    EXPECT_EQ(on_air.size(), 3u) << "no ACKs";
    bytes request = frame_of(0x84, 0, address_of(1), address_of(0), everybody, 0);
    request.resize(20);
    request[16] = 0x04; /* compressed */
    request[17] = 3 << 4;
    request[18] = (uint8_t)(100 << 4);
    request[19] = 100 >> 4;
    (*this)[0].send(2, request, WAIT_ACK);
    run_for(SIM_MS(1));
    EXPECT_EQ((*this)[0].error(2), 0u);
    EXPECT_EQ(on_air.back().kind, 0x94) << "BlockAck";
    EXPECT_EQ((*this)[0].read(0x1284 - 0x3C * 2), 100u);
    EXPECT_EQ((*this)[0].read(0x1274 - 0x3C * 2), 0xBu) << "102 is missing";
}

TEST_F(Ether, ATakenBackAttemptIsNotSent)
{
    build(2);
    (*this)[0].send(2, data_frame(address_of(1), address_of(0)), WAIT_ACK, 0x0C, 0, 1000);
    run_for(SIM_US(200));
    (*this)[0].write(0xD20 - 16, 0);
    run_for(SIM_MS(20));
    EXPECT_TRUE(on_air.empty());
    EXPECT_EQ((*this)[0].read(WMAC_TX_COMPLETE) | (*this)[0].read(WMAC_TX_ERROR), 0u);
    EXPECT_EQ(evq_next_time(q), SIM_TIME_NEVER);
}

TEST_F(Ether, AnAccessTimeOutIsReportedWhenSomebodyElseKeepsTheMedium)
{
    build(2);
    (*this)[0].send(2, data_frame(everybody, address_of(0), 1400), 0, 0x00); /* 11.6 ms at 1 Mbit/s */
    run_for(SIM_US(500));
    (*this)[1].send(2, data_frame(everybody, address_of(1)), 0);
    (*this)[1].write(0xD20 - 16, 0);
    run_for(SIM_US(10));
    (*this)[1].write(0xD1C - 16, 0x02000000 | 2); /* 2 x 1024 us */
    (*this)[1].write(0xD20 - 16, 0xC0600000 | ((dma_memory::base + 0x1020) & 0xFFFFF));
    run_for(SIM_MS(4));
    EXPECT_EQ((*this)[1].read(WMAC_TX_ERROR), 1u << (16 + 2));
}

// Two senders and a receiver, three frames each; what is on the air and in the registers at the end.
class EtherOrder : public Ether, public ::testing::WithParamInterface<order>
{
};

TEST_P(EtherOrder, DoesNotMatter)
{
    auto play = [this](order o) {
        order_of_queues = o;
        build(3, 8);
        for (unsigned round = 0; round < 3; round++) {
            for (unsigned n : {0u, 1u})
                (*this)[n].send(2, data_frame(address_of(2), address_of(n), 100 + 50 * n), WAIT_ACK, 0x0C, 0,
                                3 + round * (n + 1));
            run_for(SIM_MS(2));
        }
        std::vector<uint64_t> trace;
        for (const auto &frame : on_air)
            trace.insert(trace.end(), {frame.from, frame.kind, frame.start, frame.end});
        for (unsigned n = 0; n < 3; n++)
            for (uint32_t at : {WMAC_TX_COMPLETE, WMAC_TX_ERROR, WMAC_STAT_RX_END, WMAC_STAT_TX_ACK, WMAC_RX_LAST})
                trace.push_back((*this)[n].read(at));
        return trace;
    };
    std::vector<uint64_t> expected = play(order::air_first);
    EXPECT_GT(on_air.size(), 9u);
    TearDown();
    q = evq_create();
    errors = rf_error_model_create(RF_ERROR_TABLE);
    on_air.clear();
    now = 0;
    SetUp();
    EXPECT_EQ(play(GetParam()), expected);
}

INSTANTIATE_TEST_SUITE_P(Of, EtherOrder, ::testing::Values(order::air_last, order::stations_backwards));

} // namespace
