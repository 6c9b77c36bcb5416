// SPDX-License-Identifier: Apache-2.0
// Any registers, commands, lists of descriptors and moments without power: SPI controller, flash chip and external RAM
// neither crash nor hang nor leave their memories, a transaction ends, and flash only ever changes by erase or towards
// 0.
#include <cstdint>
#include <cstring>

#include "peripherals/psram_chip/psram_chip.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/spi_bench.h"

namespace
{

using namespace spi_registers;

struct board : flash_bench {
    struct psram_chip psram = {};
    bytes ram = bytes(2u << 20);

    board() : flash_bench("W25Q80")
    {
        struct psram_chip_config config = {};
        config.bytes = ram.data();
        config.size = static_cast<std::uint32_t>(ram.size());
        require(psram_chip_init(&psram, &config, "psram", &bench.env) == SIM_OK);
        require(spi_attach(&spi, 1, &psram.port) == SIM_OK);
        write(SPI_PIN, 0);
    }
    void wait()
    {
        for (unsigned n = 0; read(SPI_CMD) && n < 100000; n++)
            bench.run_to_next_event();
        require(read(SPI_CMD) == 0 || get(SPI_SLAVE_MODE));
    }
};

void act(board &one, reader &in)
{
    const std::uint32_t action = in.take(1);
    switch (action % 8) {
    case 0: // any register, but for slave mode, in which nothing ends
        one.write(in.take(2) % 0x150 & ~3u, in.take(4) & ~(1u << 30));
        one.set(SPI_CTRL_WAIT_FLASH_IDLE_EN, 0);
        break;
    case 1: { // a command that mostly exists
        static const int codes[] = {0x06, 0x02, 0x20, 0x52, 0xD8, 0xC7, 0x03, 0x0B, 0x3B, 0xBB, 0x6B, 0xEB,
                                    0x01, 0x31, 0x75, 0x7A, 0x66, 0x99, 0xB9, 0xAB, 0x9F, 0x5A, 0x35, 0x38};
        spi_bench::user what;
        what.command = action & 0x80 ? static_cast<int>(in.take(1)) : codes[in.take(1) % 24];
        what.address = in.take(3);
        what.address_bits = in.take(1) % 33;
        what.dummies = in.take(1) % 40;
        what.mosi_bits = in.take(2) % 2100;
        what.miso_bits = in.take(2) % 2100;
        what.both = action & 0x40;
        one.prepare(what);
        one.set(SPI_CTRL_WAIT_FLASH_IDLE_EN, 0); // without a chip, that is for ever
        one.write(SPI_CMD, REG_PLACE_MASK(SPI_CMD_USR));
        one.wait();
        break;
    }
    case 2: // the controller's own commands
        one.set(SPI_CTRL_WAIT_FLASH_IDLE_EN, 0);
        one.write(SPI_CMD, 1u << (16 + in.take(1) % 16));
        one.wait();
        break;
    case 3: { // a descriptor that mostly exists
        const std::uint32_t at = dma_memory::base + in.take(2) % 0xFFF0 / 4 * 4;
        one.memory.set_word(at, in.take(4));
        one.memory.set_word(at + 4, dma_memory::base + in.take(2));
        one.memory.set_word(at + 8, action & 0x80 ? at : in.take(1) ? 0 : dma_memory::base);
        one.write(action & 0x40 ? SPI_DMA_IN_LINK : SPI_DMA_OUT_LINK, 1u << 29 | (at & 0xFFFFF));
        break;
    }
    case 4:
        one.bench.run_for(SIM_US(in.take(2)));
        break;
    case 5:
        flash_chip_power_cut(&one.flash, one.bench.now);
        psram_chip_power_cut(&one.psram);
        break;
    case 6:
        dev_reset(&one.spi.dev, DEV_RESET_SYSTEM, one.bench.now);
        break;
    default: // lines of all kinds
        one.write(SPI_CTRL, in.take(4));
        one.set(SPI_USER_FWRITE_QIO, action >> 3 & 1);
        break;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    board one;
    reader in(data, size);
    for (unsigned n = 0; n < 300 && !in.is_done(); n++) {
        const bytes before(one.array.begin(), one.array.begin() + 0x1000);
        const std::uint64_t erases = one.flash.erases;
        const bool may_break = one.flash.busy;
        act(one, in);
        if (one.flash.erases == erases && !may_break)
            for (std::size_t i = 0; i < before.size(); i++)
                require((one.array[i] & ~before[i]) == 0 || one.flash.busy);
    }
    // It works again.
    dev_reset(&one.spi.dev, DEV_RESET_POWER_ON, one.bench.now);
    flash_chip_power_cut(&one.flash, one.bench.now);
    one.transact({.command = 0x9F, .miso_bits = 24});
    require(one.buffer(3) == bytes({0xEF, 0x40, 0x14}));
    return 0;
}
