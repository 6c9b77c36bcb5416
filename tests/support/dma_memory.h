// SPDX-License-Identifier: Apache-2.0
// RAM that a device's DMA reaches, and nothing else.
#ifndef VESPER_TESTS_SUPPORT_DMA_MEMORY_H
#define VESPER_TESTS_SUPPORT_DMA_MEMORY_H

#include <cstdint>
#include <cstring>
#include <vector>

#include "bus/bus_port.h"

// 64 KB at the place of SRAM 2.
struct dma_memory {
    static constexpr uint32_t base = 0x3FFB0000;
    std::vector<uint8_t> ram = std::vector<uint8_t>(0x10000);
    struct bus_port port = {this, access, nullptr, nullptr};

    uint32_t word(uint32_t address) const
    {
        uint32_t value;
        std::memcpy(&value, &ram[address - base], 4);
        return value;
    }
    void set_word(uint32_t address, uint32_t value)
    {
        std::memcpy(&ram[address - base], &value, 4);
    }

  private:
    static enum bus_result access(void *ctx, struct bus_access *access)
    {
        auto *self = static_cast<dma_memory *>(ctx);
        uint32_t offset = access->address - base;
        if (access->address < base || offset + access->size > self->ram.size())
            return BUS_ERROR_ADDRESS;
        if (access->write)
            std::memcpy(&self->ram[offset], &access->value, access->size);
        else
            std::memcpy(&access->value, &self->ram[offset], access->size);
        return BUS_OK;
    }
};

#endif
