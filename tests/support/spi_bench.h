// SPDX-License-Identifier: Apache-2.0
// An SPI controller with memory for its DMA, a chip that writes down what it sees, and a flash chip, with the register
// sequences of ESP-IDF's drivers and of the ROM.
#ifndef VESPER_TESTS_SUPPORT_SPI_BENCH_H
#define VESPER_TESTS_SUPPORT_SPI_BENCH_H

#include <cstring>

#include "peripherals/flash_chip/flash_chip.h"
#include "peripherals/spi/spi.h"
#include "tests/support/device_bench.h"
#include "tests/support/dma_memory.h"

namespace spi_registers
{
#define REG_FILE "peripherals/spi/spi_regs.def"
#define REG_PREFIX SPI
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"
#undef REG_CONSTANTS_ONLY
} // namespace spi_registers

using bytes = std::vector<uint8_t>;

// One run of clocks as a chip saw it.
struct seen_transfer {
    bytes out;
    bool reads;
    uint32_t bits;
    unsigned lines;
    sim_time start, period;
};

// Writes down everything, and answers with the bytes of `answer`, or with what it is sent.
struct recorder_chip {
    struct spi_device port = {this, select, transfer, deselect};
    std::vector<seen_transfer> seen;
    std::vector<sim_time> selects, deselects;
    bytes answer;
    size_t answered = 0;
    bool loops_back = false;

  private:
    static void select(void *ctx, sim_time now)
    {
        static_cast<recorder_chip *>(ctx)->selects.push_back(now);
    }
    static void deselect(void *ctx, sim_time now)
    {
        static_cast<recorder_chip *>(ctx)->deselects.push_back(now);
    }
    static void transfer(void *ctx, const struct spi_transfer *transfer)
    {
        auto *self = static_cast<recorder_chip *>(ctx);
        const size_t size = (transfer->bits + 7) / 8;
        self->seen.push_back({transfer->out ? bytes(transfer->out, transfer->out + size) : bytes(),
                              transfer->in != nullptr, transfer->bits, transfer->lines, transfer->start,
                              transfer->period});
        for (size_t i = 0; transfer->in && i < size; i++) {
            if (self->loops_back && transfer->out)
                transfer->in[i] = transfer->out[i];
            else if (self->answered < self->answer.size())
                transfer->in[i] = self->answer[self->answered++];
        }
    }
};

class spi_bench
{
  public:
    device_bench bench;
    dma_memory memory;
    struct spi spi;
    probe irq, dma_irq;
    recorder_chip chip;

    explicit spi_bench(unsigned number = 2)
    {
        bench.set_hz(CLOCK_APB, 80000000);
        bench.env.dma = &memory.port;
        if (spi_init(&spi, number, "spi", &bench.env) != SIM_OK)
            std::abort();
        spi.irq = &irq.line;
        spi.dma_irq = &dma_irq.line;
    }
    ~spi_bench()
    {
        spi_fini(&spi);
    }

    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&spi.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&spi.dev, offset, 4, bench.now);
    }
    void set(uint32_t place, uint32_t field)
    {
        const uint32_t offset = REG_PLACE_OFFSET(place);
        write(offset, bits_set(read(offset), REG_PLACE_LSB(place), REG_PLACE_WIDTH(place), field));
    }
    uint32_t get(uint32_t place)
    {
        return reg_field_of(read(REG_PLACE_OFFSET(place)), place);
    }
    // Starts CMD's command and waits, as all drivers do, until its bit is 0 again; returns how long that took.
    sim_time command(uint32_t place)
    {
        const sim_time start = bench.now;
        write(spi_registers::SPI_CMD, REG_PLACE_MASK(place));
        while (read(spi_registers::SPI_CMD) && !bench.is_idle())
            bench.run_to_next_event();
        return bench.now - start;
    }
    void put_buffer(const bytes &data, unsigned first = 0)
    {
        for (size_t i = 0; i < data.size(); i++) {
            const uint32_t offset = (uint32_t)(spi_registers::SPI_W + (first + i) / 4 * 4);
            write(offset, bits_set(read(offset), 8 * ((first + i) % 4), 8, data[i]));
        }
    }
    bytes buffer(size_t count, unsigned first = 0)
    {
        bytes data;
        for (size_t i = 0; i < count; i++)
            data.push_back(
                (uint8_t)(read((uint32_t)(spi_registers::SPI_W + (first + i) / 4 * 4)) >> 8 * ((first + i) % 4)));
        return data;
    }

    // A user transaction: what is not given has no phase.
    struct user {
        int command = -1;
        unsigned command_bits = 8;
        uint32_t address = 0; // right-aligned
        unsigned address_bits = 0, dummies = 0, mosi_bits = 0, miso_bits = 0;
        bool both = false;
    };
    sim_time transact(const user &what)
    {
        prepare(what);
        return command(spi_registers::SPI_CMD_USR);
    }
    void prepare(const user &what)
    {
        using namespace spi_registers;
        set(SPI_USER_USR_COMMAND, what.command >= 0);
        write(SPI_USER2, (what.command_bits - 1) << 28 | (uint32_t)(what.command & 0xFFFF));
        set(SPI_USER_USR_ADDR, what.address_bits > 0);
        write(SPI_ADDR, what.address_bits ? what.address << (32 - what.address_bits) : 0);
        set(SPI_USER_USR_DUMMY, what.dummies > 0);
        write(SPI_USER1, (what.address_bits - 1) << 26 | ((what.dummies - 1) & 0xFF));
        set(SPI_USER_USR_MOSI, what.mosi_bits > 0);
        set(SPI_USER_USR_MISO, what.miso_bits > 0);
        write(SPI_MOSI_DLEN, what.mosi_bits - 1);
        write(SPI_MISO_DLEN, what.miso_bits - 1);
        set(SPI_USER_DOUTDIN, what.both);
    }
};

// SPI1 with a flash chip at chip select 0.
class flash_bench : public spi_bench
{
  public:
    struct flash_chip flash;
    bytes array;
    std::vector<std::pair<uint32_t, uint32_t>> written;

    explicit flash_bench(const char *part = "GD25Q32") : spi_bench(1)
    {
        const struct flash_part *found = flash_part_named(part);
        array = bytes(size_t(1) << found->size_log2, 0xFF);
        struct flash_chip_config config = {};
        config.part = found;
        config.bytes = array.data();
        for (unsigned i = 0; i < FLASH_UNIQUE_ID_SIZE; i++)
            config.unique_id[i] = (uint8_t)(0xA0 + i);
        config.ctx = this;
        config.written = [](void *ctx, uint32_t offset, uint32_t length) {
            static_cast<flash_bench *>(ctx)->written.emplace_back(offset, length);
        };
        if (flash_chip_init(&flash, &config, "flash", &bench.env) != SIM_OK ||
            spi_attach(&spi, 0, &flash.port) != SIM_OK)
            std::abort();
        set(spi_registers::SPI_CTRL_FASTRD_MODE, 0);
    }
    ~flash_bench()
    {
        flash_chip_fini(&flash);
    }

    uint8_t status(int code = 0x05)
    {
        user what;
        what.command = code;
        what.miso_bits = 8;
        transact(what);
        return buffer(1)[0];
    }
    void code(int byte)
    {
        user what;
        what.command = byte;
        transact(what);
    }
    void write_enable()
    {
        code(0x06);
    }
    void with_address(int byte, uint32_t address)
    {
        user what;
        what.command = byte;
        what.address = address;
        what.address_bits = 24;
        transact(what);
    }
    void program(uint32_t address, const bytes &data)
    {
        write_enable();
        put_buffer(data);
        user what;
        what.command = 0x02;
        what.address = address;
        what.address_bits = 24;
        what.mosi_bits = (unsigned)data.size() * 8;
        transact(what);
    }
    bytes read_flash(uint32_t address, unsigned count)
    {
        user what;
        what.command = 0x03;
        what.address = address;
        what.address_bits = 24;
        what.miso_bits = count * 8;
        transact(what);
        return buffer(count);
    }
    // How long the chip is busy from now on, as polling its status finds.
    sim_time wait_ready()
    {
        const sim_time start = bench.now;
        while (status() & FLASH_STATUS_BUSY)
            bench.run_for(SIM_US(10));
        return bench.now - start;
    }
};

#endif
