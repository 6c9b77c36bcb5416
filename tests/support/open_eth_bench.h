// SPDX-License-Identifier: Apache-2.0
// An Ethernet MAC with memory for its buffers and a cable that records, and the register sequences of its drivers.
#ifndef VESPER_TESTS_SUPPORT_OPEN_ETH_BENCH_H
#define VESPER_TESTS_SUPPORT_OPEN_ETH_BENCH_H

#include <cstring>

#include "peripherals/open_eth/open_eth.h"
#include "tests/support/device_bench.h"
#include "tests/support/dma_memory.h"

namespace open_eth_bench_registers
{
#define REG_FILE "peripherals/open_eth/open_eth_regs.def"
#define REG_PREFIX ETH
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY
} // namespace open_eth_bench_registers

using bytes = std::vector<uint8_t>;

struct sent_frame {
    bytes frame;
    sim_time start, end;
};

class open_eth_bench
{
  public:
    device_bench bench;
    dma_memory memory;
    struct open_eth eth;
    probe irq;
    std::vector<sent_frame> sent;

    explicit open_eth_bench(const struct open_eth_config &config = open_eth_typical())
    {
        bench.set_hz(CLOCK_APB, 80000000);
        bench.env.dma = &memory.port;
        if (open_eth_init(&eth, &config, "open_eth", &bench.env) != SIM_OK)
            std::abort();
        eth.irq = &irq.line;
        const struct open_eth_port port = {
            this,
            [](void *ctx, const uint8_t *frame, unsigned length, sim_time start, sim_time end) {
                static_cast<open_eth_bench *>(ctx)->sent.push_back({bytes(frame, frame + length), start, end});
            },
            nullptr};
        open_eth_connect(&eth, &port);
    }
    ~open_eth_bench()
    {
        open_eth_fini(&eth);
    }

    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&eth.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&eth.dev, offset, 4, bench.now);
    }
    void set_bits(uint32_t offset, uint32_t bits)
    {
        write(offset, read(offset) | bits);
    }
    uint32_t descriptor(unsigned number)
    {
        return read(OPEN_ETH_DESCRIPTOR_BASE + 8 * number);
    }
    void set_descriptor(unsigned number, uint32_t flags, uint32_t buffer)
    {
        write(OPEN_ETH_DESCRIPTOR_BASE + 8 * number + 4, buffer);
        write(OPEN_ETH_DESCRIPTOR_BASE + 8 * number, flags);
    }
    // Hands a frame over in the order of ESP-IDF's driver, which changes flags only.
    void send(unsigned number, const bytes &frame, uint32_t flags, uint32_t buffer)
    {
        std::copy(frame.begin(), frame.end(), memory.ram.begin() + (buffer - dma_memory::base));
        set_descriptor(number, (uint32_t)frame.size() << 16 | flags | OPEN_ETH_TX_READY, buffer);
    }
    bytes stored(uint32_t buffer, size_t size) const
    {
        auto begin = memory.ram.begin() + (buffer - dma_memory::base);
        return bytes(begin, begin + (long)size);
    }
    // Management as ESP-IDF does it: without waiting for BUSY.
    uint16_t phy_read(unsigned reg, unsigned address = 1)
    {
        using namespace open_eth_bench_registers;
        write(ETH_MIIADDRESS, reg << 8 | address);
        set_bits(ETH_MIICOMMAND, 2);
        return (uint16_t)read(ETH_MIIRX_DATA);
    }
    void phy_write(unsigned reg, uint16_t value, unsigned address = 1)
    {
        using namespace open_eth_bench_registers;
        write(ETH_MIIADDRESS, reg << 8 | address);
        write(ETH_MIITX_DATA, value);
        set_bits(ETH_MIICOMMAND, 4);
    }
};

#endif
