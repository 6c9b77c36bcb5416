// SPDX-License-Identifier: Apache-2.0
// A Wi-Fi MAC on a bench: its registers, memory for descriptors, and an air that records what it is asked.
#ifndef VESPER_TESTS_DEVICE_WIFI_MAC_BENCH_H
#define VESPER_TESTS_DEVICE_WIFI_MAC_BENCH_H

#include "peripherals/wifi_mac/wifi_mac.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "tests/support/device_bench.h"

#define REG_FILE "peripherals/wifi_mac/wifi_mac_regs.def"
#define REG_PREFIX WMAC
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

typedef std::vector<uint8_t> bytes;
typedef std::array<uint8_t, 6> mac_address;

const mac_address our_address = {0x24, 0x0A, 0xC4, 0x00, 0x00, 0x01};
const mac_address peer_address = {0x24, 0x0A, 0xC4, 0x00, 0x00, 0x02};
const mac_address access_point = {0x24, 0x0A, 0xC4, 0x00, 0x00, 0x10};
const mac_address everybody = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

// 64 KB of SRAM as DMA sees it.
struct dma_memory {
    static const uint32_t base = 0x3FFB0000, size = 0x10000;
    bytes content = bytes(size);
    struct bus_port port = {this, access, nullptr, nullptr};

    // From now on memory is reached directly, as most of a node's is.
    void give_pointers()
    {
        port.dmi = [](void *ctx, uint32_t at, struct bus_dmi *dmi) {
            auto *self = static_cast<dma_memory *>(ctx);
            *dmi = {};
            dmi->first = base;
            dmi->last = base + size - 1;
            dmi->host = self->content.data();
            dmi->read = dmi->write = true;
            return at >= base && at - base < size;
        };
    }

    void put(uint32_t at, uint32_t value)
    {
        for (unsigned i = 0; i < 4; i++)
            content.at(at - base + i) = (uint8_t)(value >> (8 * i));
    }
    uint32_t get(uint32_t at) const
    {
        uint32_t value = 0;
        for (unsigned i = 0; i < 4; i++)
            value |= (uint32_t)content.at(at - base + i) << (8 * i);
        return value;
    }
    void put_bytes(uint32_t at, const bytes &what)
    {
        std::copy(what.begin(), what.end(), content.begin() + (at - base));
    }
    bytes get_bytes(uint32_t at, unsigned count) const
    {
        auto from = content.begin() + (at - base);
        return bytes(from, from + count);
    }

  private:
    static enum bus_result access(void *ctx, struct bus_access *a)
    {
        auto *self = static_cast<dma_memory *>(ctx);
        if (a->address < base || a->address - base > size - 4)
            return BUS_ERROR_ADDRESS;
        EXPECT_EQ(a->address % 4, 0u) << "DMA moves words";
        if (a->write)
            self->put(a->address, a->value);
        else
            a->value = self->get(a->address);
        return BUS_OK;
    }
};

// What the device asked of the air, in words, and the attempts themselves.
struct air_recorder {
    struct started {
        unsigned slot;
        struct wifi_mac_attempt attempt;
        bytes mpdu;
        sim_time at;
    };
    std::vector<started> starts;
    std::vector<std::pair<sim_time, std::string>> asked;

    struct wifi_mac_air air()
    {
        struct wifi_mac_air air = {};
        air.ctx = this;
        air.start = [](void *ctx, unsigned slot, const struct wifi_mac_attempt *a, sim_time at) {
            self(ctx).starts.push_back({slot, *a, bytes(a->mpdu, a->mpdu + a->bytes), at});
            self(ctx).note(at, "start " + std::to_string(slot));
        };
        air.abort = [](void *ctx, unsigned slot, sim_time at) { self(ctx).note(at, "abort " + std::to_string(slot)); };
        air.acknowledge = [](void *ctx, uint32_t number, sim_time at) {
            self(ctx).note(at, "acknowledge " + std::to_string(number));
        };
        air.set_address = [](void *ctx, unsigned n, const uint8_t *address, const uint8_t *mask, sim_time at) {
            std::string text = "interface " + std::to_string(n) + (address ? " is " + hex(address) : " has no address");
            self(ctx).note(at, address ? text + " where " + hex(mask) : text);
        };
        air.tune = [](void *ctx, unsigned channel, sim_time at) {
            self(ctx).note(at, "channel " + std::to_string(channel));
        };
        air.listen = [](void *ctx, bool on, sim_time at) { self(ctx).note(at, on ? "radio on" : "radio off"); };
        air.set_answer_rates = [](void *ctx, const struct wifi_mac_answer_rate *rates, unsigned count, sim_time at) {
            std::string text = "answers:";
            for (unsigned i = 0; i < count; i++)
                text += " " + std::to_string(wifi_mac_code_of_rate(&rates[i].frame)) + ">" +
                        std::to_string(wifi_mac_code_of_rate(&rates[i].answer));
            self(ctx).note(at, count ? text : "standard answers");
        };
        air.block_ack = [](void *ctx, bool open, const uint8_t *peer, unsigned tid, uint16_t start, sim_time at) {
            std::string who = hex(peer) + " tid " + std::to_string(tid);
            self(ctx).note(at, open ? "block ack with " + who + " from " + std::to_string(start)
                                    : "no block ack with " + who);
        };
        return air;
    }
    std::vector<std::string> words() const
    {
        std::vector<std::string> words;
        for (const auto &a : asked)
            words.push_back(a.second);
        return words;
    }

  private:
    static air_recorder &self(void *ctx)
    {
        return *static_cast<air_recorder *>(ctx);
    }
    static std::string hex(const uint8_t *address)
    {
        char text[13];
        for (unsigned i = 0; i < 6; i++)
            snprintf(text + 2 * i, 3, "%02x", address[i]);
        return text;
    }
    void note(sim_time at, const std::string &what)
    {
        asked.emplace_back(at, what);
    }
};

// A frame's bytes: Frame Control, addresses, a body.
inline bytes frame_of(uint8_t fc0, uint8_t fc1, mac_address a1, mac_address a2, mac_address a3, unsigned body = 20)
{
    bytes frame = {fc0, fc1, 0x30, 0x00};
    for (const auto &a : {a1, a2, a3})
        frame.insert(frame.end(), a.begin(), a.end());
    frame.push_back(0x10);
    frame.push_back(0x00);
    for (unsigned i = 0; i < body; i++)
        frame.push_back((uint8_t)(i + 1));
    return frame;
}
inline bytes data_frame(mac_address to, mac_address from, unsigned body = 20)
{
    return frame_of(0x08, 0x00, to, from, everybody, body);
}

class wifi_mac_bench : public ::testing::Test
{
  protected:
    device_bench bench;
    dma_memory memory;
    air_recorder air;
    probe irq;
    struct wifi_mac mac = {};

    static const unsigned strides[2];
    enum { NONE = 0x3FF00000 };

    void SetUp() override
    {
        bench.env.dma = &memory.port;
        ASSERT_EQ(wifi_mac_init(&mac, "wifi_mac", &bench.env), SIM_OK);
        mac.irq = &irq.line;
        if (connected())
            connect();
        dev_reset(&mac.dev, DEV_RESET_POWER_ON, 0);
    }
    void TearDown() override
    {
        wifi_mac_fini(&mac);
    }
    virtual bool connected() const
    {
        return true;
    }
    void connect()
    {
        struct wifi_mac_air a = air.air();
        wifi_mac_connect(&mac, &a);
    }

    uint32_t read(uint32_t offset)
    {
        return dev_read(&mac.dev, offset, 4, bench.now);
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&mac.dev, offset, 4, value, bench.now);
    }
    void set(uint32_t offset, uint32_t bits)
    {
        write(offset, read(offset) | bits);
    }
    void clear(uint32_t offset, uint32_t bits)
    {
        write(offset, read(offset) & ~bits);
    }

    void run_mac()
    {
        clear(WMAC_CTRL, 0x17FF);
        write(WMAC_INT_ENABLE, 0x01E839E4);
    }

    // --- Sending ----------------------------------------------------------------------------------------------------
    static uint32_t first_page(uint32_t slot0, unsigned slot)
    {
        return slot0 - 8 * slot;
    }
    static uint32_t second_page(uint32_t slot0, unsigned slot)
    {
        return slot0 - 0x3C * slot;
    }
    static uint32_t descriptor_of(unsigned slot)
    {
        return dma_memory::base + 0x1000 + 16 * slot;
    }
    // A frame in memory behind a descriptor of its own, and a slot that is ready for it but for being enabled.
    void prepare(unsigned slot, const bytes &mpdu, uint32_t flags = 0, unsigned rate = 0x0C,
                 uint32_t config = 0x02000000)
    {
        uint32_t buffer = dma_memory::base + 0x2000 + 0x1000 * slot;
        memory.put_bytes(buffer, mpdu);
        uint32_t length = (uint32_t)mpdu.size() + 4;
        put_descriptor(descriptor_of(slot), 0xC0000000 | length << 12 | length, buffer, 0);
        write(first_page(0xD1C, slot), config);
        write(first_page(0xD20, slot), (descriptor_of(slot) & 0xFFFFF) | 0x00600000 | flags);
        write(second_page(0x1258, slot), length | rate << 12 | 1u << 28);
        write(second_page(0x125C, slot), 0x20);
    }
    void enable(unsigned slot)
    {
        set(first_page(0xD20, slot), 0xC0000000);
    }
    bool is_enabled(unsigned slot)
    {
        return read(first_page(0xD20, slot)) >> 31;
    }
    uint32_t pmd(unsigned slot)
    {
        return read(second_page(0x1270, slot));
    }
    void put_descriptor(uint32_t at, uint32_t control, uint32_t buffer, uint32_t next)
    {
        memory.put(at, control);
        memory.put(at + 4, buffer);
        memory.put(at + 8, next);
    }
    // The air is done with an attempt; the device's time follows it.
    void finish(unsigned slot, enum wifi_mac_result result, bool answered = false, double snr_db = 0)
    {
        struct wifi_mac_outcome outcome = {};
        outcome.result = result;
        outcome.answered = answered;
        outcome.snr_db = snr_db;
        wifi_mac_finished(&mac, slot, &outcome, bench.now);
        bench.run_for(WIFI_MAC_LATENCY);
    }

    // --- Receiving --------------------------------------------------------------------------------------------------
    static uint32_t rx_descriptor(unsigned n)
    {
        return dma_memory::base + 16 * n;
    }
    static uint32_t rx_buffer(unsigned n)
    {
        return dma_memory::base + 0x8000 + 0x700 * n;
    }
    void empty_descriptor(unsigned n, uint32_t next)
    {
        put_descriptor(rx_descriptor(n), 0x80000000 | 1600, rx_buffer(n), next);
    }
    // A chain of `count` buffers of 1600 bytes, and reception on.
    void start_reception(unsigned count = 3)
    {
        for (unsigned n = 0; n < count; n++)
            empty_descriptor(n, n + 1 < count ? rx_descriptor(n + 1) : 0);
        write(WMAC_RX_BASE, rx_descriptor(0));
        set(WMAC_RX_CTRL, 1u << 31);
    }
    void set_bank(uint32_t low, unsigned n, const mac_address &a)
    {
        uint32_t at = low + 8 * n;
        write(at, a[0] | (uint32_t)a[1] << 8 | (uint32_t)a[2] << 16 | (uint32_t)a[3] << 24);
        write(at + 4, a[4] | (uint32_t)a[5] << 8);
        write(at + 0x20, 0xFFFFFFFF);
        write(at + 0x24, 0x1FFFF);
    }
    uint32_t frames = 0;
    struct wifi_mac_frame arriving(const bytes &mpdu)
    {
        struct wifi_mac_frame frame = {};
        frame.number = ++frames;
        frame.mpdu = mpdu.data();
        frame.bytes = (unsigned)mpdu.size();
        frame.good = true;
        frame.rate = {WIFI_MAC_OFDM, 7, false};
        frame.rssi_dbm = -60;
        frame.noise_dbm = -95;
        frame.channel = 6;
        frame.end = bench.now;
        return frame;
    }
    void receive(struct wifi_mac_frame frame)
    {
        wifi_mac_received(&mac, &frame, bench.now);
        bench.run_for(WIFI_MAC_LATENCY);
    }
    void receive(const bytes &mpdu)
    {
        receive(arriving(mpdu));
    }
    bool is_filled(unsigned n) const
    {
        return memory.get(rx_descriptor(n)) >> 30 & 1;
    }
    uint32_t length(unsigned n) const
    {
        return memory.get(rx_descriptor(n)) >> 12 & 0xFFF;
    }
    bytes received(unsigned n, size_t size) const
    {
        return memory.get_bytes(rx_buffer(n) + 28, (unsigned)size);
    }
};

#endif
