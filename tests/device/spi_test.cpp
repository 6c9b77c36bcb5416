// SPDX-License-Identifier: Apache-2.0
// SPI controllers: what goes over the line, how long it takes, and how software and DMA learn of it.
#include <gtest/gtest.h>

#include "tests/support/spi_bench.h"

namespace
{

using namespace spi_registers;

class Spi : public ::testing::Test, public spi_bench
{
  protected:
    Spi()
    {
        spi_attach(&spi, 0, &chip.port);
        set(SPI_CTRL_FASTRD_MODE, 1);
        set(SPI_CLOCK_CLK_EQU_SYSCLK, 1);
    }
    // Clocks of the line between chip select's edges.
    double selected_for() const
    {
        return (double)(chip.deselects.back() - chip.selects.back());
    }
    // spi_ll_set_clock: 80 MHz / (pre + 1) / (n + 1).
    void set_clock(unsigned pre, unsigned n)
    {
        write(SPI_CLOCK, pre << 18 | n << 12 | (n / 2) << 6 | n);
    }
    uint32_t descriptor(unsigned index, uint32_t buffer, unsigned size, unsigned length, bool eof, uint32_t next)
    {
        const uint32_t at = dma_memory::base + 16 * index;
        memory.set_word(at, 1u << 31 | (uint32_t)eof << 30 | length << 12 | size);
        memory.set_word(at + 4, buffer);
        memory.set_word(at + 8, next);
        return at;
    }
    void start_out(uint32_t at)
    {
        write(SPI_DMA_OUT_LINK, 1u << 29 | (at & 0xFFFFF));
    }
    void start_in(uint32_t at)
    {
        write(SPI_DMA_IN_LINK, 1u << 29 | (at & 0xFFFFF));
    }
};

// --- phases

TEST_F(Spi, SendsCommandAddressDummyAndDataInThisOrder)
{
    put_buffer({0x11, 0x22, 0x33});
    transact({.command = 0x9F, .address = 0x123456, .address_bits = 24, .dummies = 5, .mosi_bits = 24});
    ASSERT_EQ(chip.seen.size(), 4u);
    EXPECT_EQ(chip.seen[0].out, bytes({0x9F}));
    EXPECT_EQ(chip.seen[1].out, bytes({0x12, 0x34, 0x56}));
    EXPECT_TRUE(chip.seen[2].out.empty()) << "dummy clocks drive nothing";
    EXPECT_EQ(chip.seen[2].bits, 5u);
    EXPECT_EQ(chip.seen[3].out, bytes({0x11, 0x22, 0x33}));
}

TEST_F(Spi, TakesTheTimeOfItsClocks)
{
    set_clock(0, 1); // 40 MHz
    transact({.command = 1, .mosi_bits = 24});
    EXPECT_EQ(selected_for(), 32.0 * SIM_NS(25));
    set_clock(3, 4); // 4 MHz
    transact({.command = 1, .mosi_bits = 24});
    EXPECT_EQ(selected_for(), 32.0 * SIM_NS(250));
    EXPECT_EQ(chip.seen.back().period, SIM_NS(250));
}

TEST_F(Spi, HoldsChipSelectBeforeAndBehindTheClocks)
{
    set(SPI_USER_CS_SETUP, 1);
    set(SPI_USER_CS_HOLD, 1);
    write(SPI_CTRL2, 3 | 1 << 4);
    set_clock(0, 1);
    transact({.command = 1});
    EXPECT_EQ(selected_for(), (4 + 8 + 2) * (double)SIM_NS(25));
}

TEST_F(Spi, ShowsItsChipSelectsAsLines)
{
    probe select[2];
    for (unsigned n = 0; n < 2; n++) {
        select[n].line.level = true;
        spi.chip_select[n] = &select[n].line;
    }
    set_clock(0, 1); // 40 MHz
    const sim_time start = bench.now;
    transact({.command = 1});
    ASSERT_EQ(select[0].edges.size(), 2u);
    EXPECT_EQ(select[0].edges[0], std::make_pair(start + SPI_START_CYCLES * SIM_PS(12500), false));
    EXPECT_EQ(select[0].edges[1].first, select[0].edges[0].first + 8 * SIM_NS(25));
    EXPECT_TRUE(select[1].edges.empty()) << "CS1_DIS";

    set(SPI_PIN_MASTER_CS_POL, 1);
    EXPECT_FALSE(select[0].level()) << "inactive with the other polarity";
    set(SPI_PIN_CS_KEEP_ACTIVE, 1);
    transact({.command = 1});
    EXPECT_TRUE(select[0].level()) << "and kept active";
    set(SPI_PIN_CS_KEEP_ACTIVE, 0);
    EXPECT_FALSE(select[0].level());
}

TEST_F(Spi, ReceivesIntoTheBuffer)
{
    chip.answer = {0xDE, 0xAD, 0xBE, 0xEF, 0x01};
    transact({.command = 0x9F, .miso_bits = 40});
    EXPECT_EQ(buffer(5), chip.answer);
}

TEST_F(Spi, UsesTheUpperHalfOfTheBufferOnRequest)
{
    set(SPI_USER_USR_MISO_HIGHPART, 1);
    chip.answer = {1, 2, 3, 4};
    put_buffer({0xAA, 0xBB});
    transact({.mosi_bits = 16, .miso_bits = 32});
    EXPECT_EQ(buffer(2), bytes({0xAA, 0xBB}));
    EXPECT_EQ(buffer(4, 32), chip.answer);
}

TEST_F(Spi, SendsAndReceivesAtOnceInFullDuplex)
{
    chip.loops_back = true;
    put_buffer({0x55, 0x66});
    transact({.mosi_bits = 16, .miso_bits = 16, .both = true});
    ASSERT_EQ(chip.seen.size(), 1u);
    EXPECT_TRUE(chip.seen[0].reads);
    EXPECT_EQ(buffer(2), bytes({0x55, 0x66}));
}

TEST_F(Spi, LeavesBitsThatDoNotFillAByteAtItsTop)
{
    chip.answer = {0xFF};
    transact({.miso_bits = 3});
    EXPECT_EQ(buffer(1), bytes({0xE0})) << "so that drivers shift them down";
}

TEST_F(Spi, TurnsBitsRoundWhenAskedTo)
{
    set(SPI_CTRL_WR_BIT_ORDER, 1);
    set(SPI_CTRL_RD_BIT_ORDER, 1);
    chip.answer = {0x80};
    put_buffer({0x01});
    transact({.mosi_bits = 8, .miso_bits = 8});
    EXPECT_EQ(chip.seen[0].out, bytes({0x80}));
    EXPECT_EQ(buffer(1), bytes({0x01}));
}

// --- lines

struct line_mode {
    uint32_t read_field, write_field;
    unsigned address_lines, data_lines;
};

class SpiLines : public Spi, public ::testing::WithParamInterface<line_mode>
{
};

TEST_P(SpiLines, CarryAddressAndDataAsTheModeSays)
{
    const line_mode &mode = GetParam();
    set(mode.read_field, 1);
    transact({.command = 0xEB, .address = 0, .address_bits = 24, .miso_bits = 64});
    EXPECT_EQ(chip.seen[0].lines, 1u) << "commands go out on one line";
    EXPECT_EQ(chip.seen[1].lines, mode.address_lines);
    EXPECT_EQ(chip.seen[2].lines, mode.data_lines);
    EXPECT_EQ(selected_for(), (8.0 + 24 / mode.address_lines + 64 / mode.data_lines) * SIM_PS(12500));
    set(mode.read_field, 0);
    set(mode.write_field, 1);
    chip.seen.clear();
    transact({.command = 0x38, .address = 0, .address_bits = 24, .mosi_bits = 64});
    EXPECT_EQ(chip.seen[1].lines, mode.address_lines);
    EXPECT_EQ(chip.seen[2].lines, mode.data_lines);
}

INSTANTIATE_TEST_SUITE_P(Modes, SpiLines,
                         ::testing::Values(line_mode{SPI_CTRL_FREAD_DUAL, SPI_USER_FWRITE_DUAL, 1, 2},
                                           line_mode{SPI_CTRL_FREAD_DIO, SPI_USER_FWRITE_DIO, 2, 2},
                                           line_mode{SPI_CTRL_FREAD_QUAD, SPI_USER_FWRITE_QUAD, 1, 4},
                                           line_mode{SPI_CTRL_FREAD_QIO, SPI_USER_FWRITE_QIO, 4, 4}));

// --- chip selects

TEST_F(Spi, SelectsTheChipsThatPinEnables)
{
    recorder_chip second;
    spi_attach(&spi, 1, &second.port);
    write(SPI_PIN, 1); // CS0 off, CS1 on
    transact({.command = 1});
    EXPECT_TRUE(chip.seen.empty());
    EXPECT_EQ(second.seen.size(), 1u);
    EXPECT_EQ(spi_attach(&spi, 1, &chip.port), SIM_BUSY);
}

TEST_F(Spi, KeepsTheChipSelectedBetweenTransactionsOnRequest)
{
    set(SPI_PIN_CS_KEEP_ACTIVE, 1);
    transact({.command = 1});
    transact({.command = 2});
    EXPECT_EQ(chip.selects.size(), 1u);
    EXPECT_TRUE(chip.deselects.empty());
    set(SPI_PIN_CS_KEEP_ACTIVE, 0);
    EXPECT_EQ(chip.deselects.size(), 1u);
}

// --- how software learns that it is over

TEST_F(Spi, RaisesTransDoneWhichSoftwareClearsBySettingItToZero)
{
    set(SPI_SLAVE_INT_EN, 1 << 4);
    EXPECT_FALSE(irq.level());
    transact({.command = 1});
    EXPECT_TRUE(irq.level());
    EXPECT_EQ(read(SPI_EXT2), 0u) << "idle";
    set(SPI_SLAVE_TRANS_DONE, 0);
    EXPECT_FALSE(irq.level());
}

TEST_F(Spi, LetsSoftwareSetTransDoneToEnterItsRoutine)
{
    set(SPI_SLAVE_INT_EN, 1 << 4);
    set(SPI_SLAVE_TRANS_DONE, 1); // spi_ll_set_int_stat
    EXPECT_TRUE(irq.level());
}

TEST_F(Spi, IsBusyWhileItsBitIsSet)
{
    prepare({.command = 1});
    write(SPI_CMD, REG_PLACE_MASK(SPI_CMD_USR));
    EXPECT_NE(read(SPI_CMD), 0u);
    EXPECT_NE(read(SPI_EXT2), 0u);
    bench.run_for(SIM_US(10));
    EXPECT_EQ(read(SPI_CMD), 0u);
}

TEST_F(Spi, EndsAtAReset)
{
    prepare({.command = 1, .mosi_bits = 512});
    write(SPI_CMD, REG_PLACE_MASK(SPI_CMD_USR));
    dev_reset(&spi.dev, DEV_RESET_SYSTEM, bench.now);
    EXPECT_EQ(read(SPI_CMD), 0u);
    bench.run_for(SIM_US(100));
    EXPECT_TRUE(chip.seen.empty());
}

// --- DMA

TEST_F(Spi, SendsWhatALinkedListHolds)
{
    const uint32_t data = dma_memory::base + 0x1000;
    for (unsigned i = 0; i < 200; i++)
        memory.ram[0x1000 + i] = (uint8_t)i;
    const uint32_t second = descriptor(1, data + 150, 52, 50, true, 0);
    start_out(descriptor(0, data, 152, 150, false, second));
    transact({.mosi_bits = 1600});
    bytes all;
    for (const auto &one : chip.seen)
        all.insert(all.end(), one.out.begin(), one.out.end());
    EXPECT_EQ(all, bytes(memory.ram.begin() + 0x1000, memory.ram.begin() + 0x1000 + 200));
    EXPECT_EQ(read(SPI_DMA_INT_RAW), 0x1C0u) << "OUT_DONE, OUT_EOF, OUT_TOTAL_EOF";
    EXPECT_EQ(read(SPI_OUT_EOF_DES_ADDR), second);
}

TEST_F(Spi, ReportsDescriptorsWhenTheirLastByteLeaves)
{
    set_clock(7, 9); // 1 MHz
    set(SPI_DMA_INT_ENA_OUT_EOF_INT_ENA, 1);
    start_out(descriptor(0, dma_memory::base + 0x1000, 128, 128, true, 0));
    prepare({.mosi_bits = 2048});
    write(SPI_CMD, REG_PLACE_MASK(SPI_CMD_USR));
    bench.run_for(SIM_US(1020));
    EXPECT_FALSE(dma_irq.level());
    bench.run_for(SIM_US(10));
    EXPECT_TRUE(dma_irq.level()) << "128 bytes at 1 MHz: 1024 us";
    EXPECT_NE(read(SPI_CMD), 0u) << "zeros follow";
    write(SPI_DMA_INT_CLR, 0x1FF);
    EXPECT_FALSE(dma_irq.level());
}

TEST_F(Spi, FillsALinkedListAndSaysHowMuchItHolds)
{
    for (unsigned i = 0; i < 100; i++)
        chip.answer.push_back((uint8_t)(0x80 + i));
    const uint32_t second = descriptor(1, dma_memory::base + 0x2000, 64, 0, false, 0);
    const uint32_t first = descriptor(0, dma_memory::base + 0x1000, 64, 0, false, second);
    start_in(first);
    transact({.command = 3, .miso_bits = 800});
    EXPECT_EQ(bytes(memory.ram.begin() + 0x1000, memory.ram.begin() + 0x1040),
              bytes(chip.answer.begin(), chip.answer.begin() + 64));
    EXPECT_EQ(bytes(memory.ram.begin() + 0x2000, memory.ram.begin() + 0x2024),
              bytes(chip.answer.begin() + 64, chip.answer.end()));
    EXPECT_EQ(memory.word(first), 64u << 12 | 64u) << "owned by software, full";
    EXPECT_EQ(memory.word(second), 1u << 30 | 36u << 12 | 64u) << "the end of the transaction";
    EXPECT_EQ(read(SPI_DMA_INT_RAW), 0x28u) << "IN_DONE, IN_SUC_EOF";
    EXPECT_EQ(read(SPI_IN_SUC_EOF_DES_ADDR), second);
}

TEST_F(Spi, LosesWhatHasNoRoomAndSaysSo)
{
    chip.answer = bytes(100, 7);
    start_in(descriptor(0, dma_memory::base + 0x1000, 32, 0, false, 0));
    transact({.miso_bits = 800});
    EXPECT_TRUE(read(SPI_DMA_INT_RAW) & 1) << "INLINK_DSCR_EMPTY";
    EXPECT_EQ(memory.ram[0x1000 + 31], 7);
    EXPECT_EQ(memory.ram[0x1000 + 32], 0);
}

TEST_F(Spi, MovesBothWaysAtOnceByDma)
{
    chip.loops_back = true;
    for (unsigned i = 0; i < 300; i++)
        memory.ram[0x1000 + i] = (uint8_t)(i * 7);
    start_out(descriptor(0, dma_memory::base + 0x1000, 300, 300, true, 0));
    start_in(descriptor(1, dma_memory::base + 0x2000, 300, 0, false, 0));
    transact({.mosi_bits = 2400, .miso_bits = 2400, .both = true});
    EXPECT_TRUE(std::equal(&memory.ram[0x1000], &memory.ram[0x1000 + 300], &memory.ram[0x2000]));
}

TEST_F(Spi, ReportsADescriptorOutsideMemory)
{
    start_out(0x3FF10000);
    EXPECT_TRUE(read(SPI_DMA_INT_RAW) & 2);
    EXPECT_EQ(log_count(bench.env.log, LOG_GUEST), 1u);
}

// --- what the caches ask SPI0

TEST(SpiForCaches, ALineTakesTheClocksOfTheModeThatSoftwareSet)
{
    spi_bench one(0);
    const double cycle = SIM_PS(12500);
    spi_boot_flash(&one.spi, SPI_FLASH_DIO, 2);
    const double dio_40 = (double)spi_line_time(&one.spi, SPI_LINE_FLASH, 32) / cycle;
    spi_boot_flash(&one.spi, SPI_FLASH_QIO, 1);
    const double qio_80 = (double)spi_line_time(&one.spi, SPI_LINE_FLASH, 32) / cycle;
    EXPECT_NEAR(dio_40 - qio_80, 2 * 152 - 84, 0.01) << "facts 2.4: 152 and 84 clocks";
    EXPECT_GE(qio_80, 84);
    EXPECT_LE(qio_80, 84 + 20) << "10 to 20 for the way to the controller";
}

TEST(SpiForCaches, ExternalRamGoesByItsOwnRegisters)
{
    spi_bench one(0);
    one.set(SPI_CLOCK_CLK_EQU_SYSCLK, 1);
    one.write(SPI_CACHE_SCTRL, 1 << 2 | 1 << 4 | 23 << 22 | 5 << 14); // QIO, idle clocks, 24 bits of address
    one.write(SPI_SRAM_DRD_CMD, 7u << 28 | 0xEB);
    one.write(SPI_SRAM_DWR_CMD, 7u << 28 | 0x38);
    const sim_time read = spi_line_time(&one.spi, SPI_LINE_RAM_READ, 32);
    const sim_time write = spi_line_time(&one.spi, SPI_LINE_RAM_WRITE, 32);
    EXPECT_EQ(read - write, 6 * SIM_PS(12500)) << "the idle clocks; facts 2.4: 78 and 72";
}

} // namespace
