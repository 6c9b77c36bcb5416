// SPDX-License-Identifier: Apache-2.0
// The memories at SPI1: a serial NOR flash chip, driven as the ROM and ESP-IDF's spi_flash driver do, and external RAM,
// driven as ESP-IDF's PSRAM driver does.
#include <gtest/gtest.h>

#include "peripherals/psram_chip/psram_chip.h"
#include "tests/support/spi_bench.h"

namespace
{

using namespace spi_registers;

class Flash : public ::testing::Test, public flash_bench
{
};

// --- who it is

TEST_F(Flash, AnswersToItsJedecIdByUserAndBuiltInCommand)
{
    transact({.command = 0x9F, .miso_bits = 24});
    EXPECT_EQ(buffer(3), bytes({0xC8, 0x40, 0x16}));
    write(SPI_W, 0);
    command(SPI_CMD_FLASH_RDID);
    EXPECT_EQ(read(SPI_W) & 0xFFFFFF, 0x1640C8u) << "as the ROM turns it round";
}

TEST_F(Flash, HasAUniqueId)
{
    transact({.command = 0x4B, .dummies = 32, .miso_bits = 64});
    EXPECT_EQ(buffer(8), bytes({0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7}));
}

TEST_F(Flash, DescribesItselfBySfdp)
{
    transact({.command = 0x5A, .address = 0, .address_bits = 24, .dummies = 8, .miso_bits = 64});
    EXPECT_EQ(buffer(4), bytes({'S', 'F', 'D', 'P'}));
    transact({.command = 0x5A, .address = 0x14, .address_bits = 24, .dummies = 8, .miso_bits = 32});
    EXPECT_EQ(read(SPI_W), 32u * 1024 * 1024 - 1) << "density: bits less 1";
}

TEST(FlashParts, AreKnownBySizeFromOneToSixteenMegabytes)
{
    for (uint32_t size = 1u << 20; size <= 1u << 24; size *= 2) {
        const struct flash_part *part = flash_part_of_size(size);
        ASSERT_NE(part, nullptr);
        EXPECT_EQ(part->id & 0xFF, part->size_log2) << "the third byte of the id is log2 of the size";
    }
    EXPECT_EQ(flash_part_of_size(3u << 20), nullptr);
    EXPECT_EQ(flash_part_named("w25q128")->id, 0xEF4018u);
    for (unsigned n = 0; flash_part_at(n); n++)
        EXPECT_EQ(flash_part_at(n)->id & 0xFF, flash_part_at(n)->size_log2) << flash_part_at(n)->name;
}

// --- reading

struct read_way {
    int code;
    uint32_t field; // of CTRL, 0: one line
    unsigned address_bits, dummies;
};

class FlashRead : public Flash, public ::testing::WithParamInterface<read_way>
{
};

TEST_P(FlashRead, GivesTheSameBytesOnAnyLines)
{
    for (unsigned i = 0; i < 64; i++)
        array[0x12340 + i] = (uint8_t)(i * 37 + 1);
    const bytes expected(array.begin() + 0x12340, array.begin() + 0x12380);
    const read_way &way = GetParam();
    set(SPI_CTRL_FASTRD_MODE, way.code != 0x03);
    if (way.field)
        set(way.field, 1);
    transact({.command = way.code,
              .address = 0x12340u << (way.address_bits - 24),
              .address_bits = way.address_bits,
              .dummies = way.dummies,
              .miso_bits = 512});
    EXPECT_EQ(buffer(64), expected);

    // The controller's own command reads the same, and extra idle clocks (ESP-IDF adds some at 80 MHz) do no harm.
    write(SPI_ADDR, 64u << 24 | 0x12340);
    command(SPI_CMD_FLASH_READ);
    EXPECT_EQ(buffer(64), expected);
    transact({.command = way.code,
              .address = 0x12340u << (way.address_bits - 24),
              .address_bits = way.address_bits,
              .dummies = way.dummies ? way.dummies + 2 : 0,
              .miso_bits = 512});
    EXPECT_EQ(buffer(64), expected);
}

// Address bits and idle clocks as ESP-IDF's SPI0_R_* have them: DIO sends 4 mode bits, QIO all 8.
INSTANTIATE_TEST_SUITE_P(Ways, FlashRead,
                         ::testing::Values(read_way{0x03, 0, 24, 0}, read_way{0x0B, 0, 24, 8},
                                           read_way{0x3B, SPI_CTRL_FREAD_DUAL, 24, 8},
                                           read_way{0xBB, SPI_CTRL_FREAD_DIO, 28, 2},
                                           read_way{0x6B, SPI_CTRL_FREAD_QUAD, 24, 8},
                                           read_way{0xEB, SPI_CTRL_FREAD_QIO, 32, 4}));

TEST_F(Flash, WrapsAtItsEnd)
{
    array[0x3FFFFF] = 0x11;
    array[0] = 0x22;
    EXPECT_EQ(read_flash(0x3FFFFF, 2), bytes({0x11, 0x22}));
}

TEST_F(Flash, ReadsOnByAddressAloneAfterModeBitsThatSaySo)
{
    array[0x100] = 0x5A;
    set(SPI_CTRL_FASTRD_MODE, 1);
    set(SPI_CTRL_FREAD_QIO, 1);
    transact({.command = 0xEB, .address = 0x20, .address_bits = 32, .dummies = 4, .miso_bits = 8});
    transact({.address = 0x100 << 8, .address_bits = 32, .dummies = 4, .miso_bits = 8});
    EXPECT_EQ(buffer(1)[0], 0x5A);
    set(SPI_CTRL_FREAD_QIO, 0);
    transact({.command = 0x9F, .miso_bits = 8});
    EXPECT_EQ(buffer(1)[0], 0xC8) << "mode bits 0 have ended it";
}

TEST_F(Flash, IgnoresQuadCommandsWithoutQe)
{
    code(0x50);
    put_buffer({0x00});
    transact({.command = 0x31, .mosi_bits = 8});
    set(SPI_CTRL_FASTRD_MODE, 1);
    set(SPI_CTRL_FREAD_QUAD, 1);
    array[0] = 0x12;
    transact({.command = 0x6B, .address = 0, .address_bits = 24, .dummies = 8, .miso_bits = 8});
    EXPECT_EQ(buffer(1)[0], 0xFF);
    EXPECT_EQ(log_count(bench.env.log, LOG_GUEST), 1u);
}

// --- programming

TEST_F(Flash, ProgramsOnlyWhenEnabledAndOnlyClearsBits)
{
    put_buffer({0x0F});
    transact({.command = 0x02, .address = 0x1000, .address_bits = 24, .mosi_bits = 8});
    EXPECT_FALSE(status() & FLASH_STATUS_BUSY) << "no write enable";
    program(0x1000, {0x0F, 0xF0});
    EXPECT_EQ(status() & (FLASH_STATUS_BUSY | FLASH_STATUS_WEL), FLASH_STATUS_BUSY | FLASH_STATUS_WEL);
    wait_ready();
    EXPECT_EQ(status(), 0) << "write enable is used up";
    EXPECT_EQ(read_flash(0x1000, 2), bytes({0x0F, 0xF0}));
    program(0x1000, {0x3C, 0xFF});
    wait_ready();
    EXPECT_EQ(read_flash(0x1000, 2), bytes({0x0C, 0xF0}));
    EXPECT_EQ(written.back(), std::make_pair(0x1000u, 256u)) << "whoever shows the array is told";
}

TEST_F(Flash, WrapsWithinThePage)
{
    program(0x10FE, {1, 2, 3, 4});
    wait_ready();
    EXPECT_EQ(read_flash(0x10FE, 2), bytes({1, 2}));
    EXPECT_EQ(read_flash(0x1000, 2), bytes({3, 4}));
    EXPECT_EQ(read_flash(0x1100, 2), bytes({0xFF, 0xFF}));
}

TEST_F(Flash, ProgramsByTheControllersOwnCommands)
{
    put_buffer({9, 8, 7});
    write(SPI_ADDR, 3u << 24 | 0x2000);
    command(SPI_CMD_FLASH_WREN);
    command(SPI_CMD_FLASH_PP);
    command(SPI_CMD_FLASH_RDSR);
    EXPECT_EQ(get(SPI_RD_STATUS_STATUS) & 1, 1u);
    wait_ready();
    command(SPI_CMD_FLASH_RDSR);
    EXPECT_EQ(get(SPI_RD_STATUS_STATUS), 0u);
    EXPECT_EQ(read_flash(0x2000, 3), bytes({9, 8, 7}));
    command(SPI_CMD_FLASH_WREN);
    write(SPI_ADDR, 0x2000);
    command(SPI_CMD_FLASH_SE);
    wait_ready();
    EXPECT_EQ(read_flash(0x2000, 3), bytes({0xFF, 0xFF, 0xFF}));
}

TEST_F(Flash, LetsTheControllerWaitUntilItIsReady)
{
    set(SPI_CTRL_WAIT_FLASH_IDLE_EN, 1);
    write(SPI_ADDR, 0x2000);
    command(SPI_CMD_FLASH_WREN);
    EXPECT_NEAR((double)command(SPI_CMD_FLASH_SE), (double)SIM_MS(50), (double)SIM_US(20));
    EXPECT_EQ(status(), 0);
}

// --- erasing

struct erase_way {
    int code;
    uint32_t first, length;
    sim_time time;
};

class FlashErase : public Flash, public ::testing::WithParamInterface<erase_way>
{
};

TEST_P(FlashErase, SetsAllBitsOfItsBlockInTheChipsTime)
{
    std::fill(array.begin(), array.end(), 0);
    const erase_way &way = GetParam();
    write_enable();
    if (way.length == array.size())
        code(way.code);
    else
        with_address(way.code, 0x2A9CD3);
    const double busy = (double)wait_ready();
    EXPECT_NEAR(busy / (double)way.time, 1, 0.01);
    EXPECT_EQ((uint32_t)std::count(array.begin(), array.end(), 0xFF), way.length);
    EXPECT_EQ(array[way.first], 0xFF);
    EXPECT_EQ(array[way.first + way.length - 1], 0xFF);
}

INSTANTIATE_TEST_SUITE_P(Ways, FlashErase,
                         ::testing::Values(erase_way{0x20, 0x2A9000, 0x1000, SIM_MS(50)},
                                           erase_way{0x52, 0x2A8000, 0x8000, SIM_MS(150)},
                                           erase_way{0xD8, 0x2A0000, 0x10000, SIM_MS(250)}));

TEST_F(Flash, ErasesTheWholeChip)
{
    std::fill(array.begin(), array.end(), 0);
    write_enable();
    code(0xC7);
    EXPECT_TRUE(status() & FLASH_STATUS_BUSY);
    bench.run_for(SIM_S(15));
    EXPECT_FALSE(status() & FLASH_STATUS_BUSY);
    EXPECT_EQ((size_t)std::count(array.begin(), array.end(), 0xFF), array.size());
}

TEST_F(Flash, AnswersNothingButItsStatusWhileBusy)
{
    array[0] = 0x42;
    write_enable();
    with_address(0x20, 0x1000);
    EXPECT_EQ(read_flash(0, 1), bytes({0xFF}));
    EXPECT_EQ(status() & 1, 1);
    wait_ready();
    EXPECT_EQ(read_flash(0, 1), bytes({0x42}));
}

TEST_F(Flash, SuspendsAndResumes)
{
    array[0] = 0x42;
    array[0x1000] = 0;
    write_enable();
    with_address(0x20, 0x1000);
    bench.run_for(SIM_MS(20));
    code(0x75);
    EXPECT_EQ(status() & FLASH_STATUS_BUSY, 0);
    EXPECT_TRUE(status(0x35) & FLASH_STATUS_SUS);
    EXPECT_EQ(read_flash(0, 1), bytes({0x42}));
    bench.run_for(SIM_MS(100));
    EXPECT_EQ(array[0x1000], 0) << "not erased while suspended";
    code(0x7A);
    EXPECT_NEAR((double)wait_ready(), (double)SIM_MS(30), (double)SIM_US(200)) << "what was left";
    EXPECT_EQ(array[0x1000], 0xFF);
    EXPECT_FALSE(status(0x35) & FLASH_STATUS_SUS);
}

// --- protection and status

TEST_F(Flash, ProtectsWhatItsStatusSays)
{
    write_enable();
    write(SPI_RD_STATUS, 0x04); // BP 1: the top sixty-fourth
    set(SPI_CTRL_WRSR_2B, 0);
    command(SPI_CMD_FLASH_WRSR);
    EXPECT_NEAR((double)wait_ready(), (double)SIM_MS(10), (double)SIM_US(100));
    program(0x3F0000, {0});
    EXPECT_FALSE(status() & FLASH_STATUS_BUSY);
    EXPECT_EQ(read_flash(0x3F0000, 1), bytes({0xFF}));
    program(0x3EFF00, {0});
    wait_ready();
    EXPECT_EQ(read_flash(0x3EFF00, 1), bytes({0}));
    write_enable();
    code(0xC7);
    EXPECT_FALSE(status() & FLASH_STATUS_BUSY) << "no chip erase while anything is protected";
}

TEST_F(Flash, WritesTwoStatusRegistersAtOnceAndKeepsThemOverLossOfPower)
{
    write_enable();
    write(SPI_RD_STATUS, 0x0000); // ESP-IDF's way to clear QE
    set(SPI_CTRL_WRSR_2B, 1);
    command(SPI_CMD_FLASH_WRSR);
    wait_ready();
    EXPECT_EQ(status(0x35) & FLASH_STATUS_QE_2, 0);
    flash_chip_power_cut(&flash, bench.now);
    EXPECT_EQ(status(0x35) & FLASH_STATUS_QE_2, 0);
    code(0x50); // volatile
    put_buffer({FLASH_STATUS_QE_2});
    transact({.command = 0x31, .mosi_bits = 8});
    EXPECT_EQ(status(0x35) & FLASH_STATUS_QE_2, FLASH_STATUS_QE_2) << "at once";
    flash_chip_power_cut(&flash, bench.now);
    EXPECT_EQ(status(0x35) & FLASH_STATUS_QE_2, 0);
}

/* ESP-IDF's boot logs: 10 ms from "compile time" to the next line with a Winbond chip, less than 1 ms with others. */
TEST(FlashStatus, WrittenAgainAsItIsTakesTimeOnWinbondChipsOnly)
{
    for (const char *name : {"GD25Q32", "W25Q32"}) {
        flash_bench one(name);
        auto both = [&one] { return static_cast<unsigned>(one.status(0x35) << 8 | one.status()); };
        unsigned same = both();
        for (unsigned value : {same, same ^ 0x4u, same}) { // the second protects blocks
            bool changes = value != both();
            one.write_enable();
            one.write(SPI_RD_STATUS, value);
            one.set(SPI_CTRL_WRSR_2B, 1);
            one.command(SPI_CMD_FLASH_WRSR);
            EXPECT_TRUE(one.status() & FLASH_STATUS_BUSY);
            one.bench.run_for(SIM_US(1000));
            EXPECT_EQ(one.status() & FLASH_STATUS_BUSY, changes || name[0] == 'W' ? 1u : 0u) << name << value;
            one.wait_ready();
        }
    }
}

TEST(FlashOfMacronix, HasQeInTheFirstStatusRegister)
{
    flash_bench one("MX25L3233");
    EXPECT_EQ(one.status(), FLASH_STATUS_QE_1);
    one.set(SPI_CTRL_FASTRD_MODE, 1);
    one.set(SPI_CTRL_FREAD_QUAD, 1);
    one.array[0] = 0x12;
    one.transact({.command = 0x6B, .address = 0, .address_bits = 24, .dummies = 8, .miso_bits = 8});
    EXPECT_EQ(one.buffer(1)[0], 0x12);
}

// --- power

TEST_F(Flash, SleepsUntilReleased)
{
    code(0xB9);
    transact({.command = 0x9F, .miso_bits = 8});
    EXPECT_EQ(buffer(1)[0], 0xFF);
    code(0xAB);
    bench.run_for(SIM_US(3));
    transact({.command = 0x9F, .miso_bits = 8});
    EXPECT_EQ(buffer(1)[0], 0xC8);
}

TEST_F(Flash, ResetsOnlyByBothCommandsInARow)
{
    write_enable();
    code(0x99);
    EXPECT_TRUE(status() & FLASH_STATUS_WEL);
    code(0x66);
    status();
    code(0x99);
    EXPECT_TRUE(status() & FLASH_STATUS_WEL) << "something came in between";
    code(0x66);
    code(0x99);
    bench.run_for(SIM_US(30));
    EXPECT_EQ(status(), 0);
}

TEST_F(Flash, LosesPowerInTheMiddleOfAProgram)
{
    bytes data(256, 0);
    for (unsigned part = 0; part < 4; part++)
        for (unsigned i = 0; i < 64; i++)
            data[part * 64 + i] = (uint8_t)i;
    write_enable();
    put_buffer(bytes(data.begin(), data.begin() + 64));
    transact({.command = 0x02, .address = 0x1000, .address_bits = 24, .mosi_bits = 2048}); // the buffer, four times
    bench.run_for(SIM_US(300));                                                            // of 600
    flash_chip_power_cut(&flash, bench.now);
    EXPECT_FALSE(status() & FLASH_STATUS_BUSY);
    const bytes page(array.begin() + 0x1000, array.begin() + 0x1100);
    const auto whole = std::mismatch(page.begin(), page.end(), data.begin()).first - page.begin();
    EXPECT_NEAR((double)whole, 128, 4);
    const uint8_t broken = page[(size_t)whole];
    EXPECT_EQ(broken & data[(size_t)whole], data[(size_t)whole]) << "some of its bits are not cleared yet";
    EXPECT_EQ(page.back(), 0xFF);
}

TEST_F(Flash, LosesPowerInTheMiddleOfAnErase)
{
    std::fill(array.begin(), array.begin() + 0x3000, 0xA5);
    write_enable();
    with_address(0x20, 0x1000);
    bench.run_for(SIM_MS(25));
    flash_chip_power_cut(&flash, bench.now);
    const bytes sector(array.begin() + 0x1000, array.begin() + 0x2000);
    EXPECT_NE(sector, bytes(0x1000, 0xA5)) << "neither old";
    EXPECT_NE(sector, bytes(0x1000, 0xFF)) << "nor erased";
    EXPECT_EQ(array[0xFFF], 0xA5);
    EXPECT_EQ(array[0x2000], 0xA5);

    flash_bench again; // the same seed leaves the same
    std::fill(again.array.begin(), again.array.begin() + 0x3000, 0xA5);
    again.write_enable();
    again.with_address(0x20, 0x1000);
    again.bench.run_for(SIM_MS(25));
    flash_chip_power_cut(&again.flash, again.bench.now);
    EXPECT_TRUE(std::equal(sector.begin(), sector.end(), again.array.begin() + 0x1000));

    write_enable(); // and a further erase makes it good
    with_address(0x20, 0x1000);
    wait_ready();
    EXPECT_EQ(bytes(array.begin() + 0x1000, array.begin() + 0x2000), bytes(0x1000, 0xFF));
}

// --- external RAM, at chip select 1

class Psram : public ::testing::Test, public spi_bench
{
  protected:
    struct psram_chip psram = {};
    bytes ram = bytes(8u << 20);

    Psram() : spi_bench(1)
    {
        make(8u << 20);
        set(SPI_CTRL_FASTRD_MODE, 1);
        write(SPI_PIN, 1); // CS1
    }
    void make(uint32_t size)
    {
        struct psram_chip_config config = {};
        config.bytes = ram.data();
        config.size = size;
        EXPECT_EQ(psram_chip_init(&psram, &config, "psram", &bench.env), SIM_OK);
        spi_attach(&spi, 1, nullptr);
        spi_attach(&spi, 1, &psram.port);
    }
    void lines(bool four)
    {
        set(SPI_CTRL_FREAD_QIO, four);
        set(SPI_USER_FWRITE_QIO, four);
    }
};

TEST_F(Psram, IsFoundByTheDriverWithItsTwoClocksOfDelay)
{
    lines(true); // psram_disable_qio_mode, of a chip that is not in QPI mode
    put_buffer({0x00, 0xF5});
    transact({.mosi_bits = 16});
    lines(false);
    transact(
        {.command = 0, .command_bits = 2, .address = 0x9F000000, .address_bits = 32, .dummies = 1, .miso_bits = 64});
    EXPECT_EQ(buffer(2), bytes({0x0D, 0x5D})) << "KGD: a known good die";
    EXPECT_EQ(buffer(3)[2] >> 5, 2) << "64 Mbit";
    make(4u << 20);
    transact({.command = 0x9F, .address = 0, .address_bits = 24, .miso_bits = 64});
    EXPECT_EQ(buffer(3)[2] >> 5, 1);
    EXPECT_NE(buffer(3)[2], 0x20) << "which is an early chip with another clock";
    EXPECT_FALSE(psram_chip_size_is_made(3u << 20));
}

TEST_F(Psram, ReadsAndWritesInQpiMode)
{
    transact({.address = 0x35, .address_bits = 8}); // psram_enable_qio_mode
    lines(true);
    put_buffer({1, 2, 3, 4});
    transact({.address = 0x38000100, .address_bits = 32, .mosi_bits = 32});
    EXPECT_EQ(bytes(&ram[0x100], &ram[0x104]), bytes({1, 2, 3, 4}));
    put_buffer(bytes(4));
    transact({.address = 0xEB000101, .address_bits = 32, .dummies = 7, .miso_bits = 24});
    EXPECT_EQ(buffer(3), bytes({2, 3, 4}));
    put_buffer({0x00, 0xF5});
    transact({.mosi_bits = 16});
    lines(false);
    transact({.command = 0x03, .address = 0x100, .address_bits = 24, .miso_bits = 16});
    EXPECT_EQ(buffer(2), bytes({1, 2})) << "SPI mode again";
}

TEST_F(Psram, WrapsAtItsEndAndIgnoresWhatItDoesNotKnow)
{
    ram[0] = 9;
    ram[(8u << 20) - 1] = 8;
    transact({.command = 0x0B, .address = 0x7FFFFF, .address_bits = 24, .dummies = 8, .miso_bits = 16});
    EXPECT_EQ(buffer(2), bytes({8, 9}));
    transact({.command = 0x77, .miso_bits = 8});
    EXPECT_EQ(buffer(1)[0], 0xFF);
    EXPECT_EQ(log_count(bench.env.log, LOG_GUEST), 1u);
}

} // namespace
