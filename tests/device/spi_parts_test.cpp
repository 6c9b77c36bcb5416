// SPDX-License-Identifier: Apache-2.0
// SPI parts at a controller: what drivers of displays, EEPROMs and thermocouples send, and what comes of it.
#include <array>
#include <memory>

#include <gtest/gtest.h>

#include "peripherals/parts/at25.h"
#include "peripherals/parts/lcd.h"
#include "peripherals/parts/max31855.h"
#include "tests/support/spi_bench.h"

namespace
{

using namespace spi_registers;

// --- displays

class Lcd : public ::testing::Test, public spi_bench
{
  protected:
    enum : int { SWRESET = 0x01, SLPOUT = 0x11, INVON = 0x21, DISPON = 0x29, CASET = 0x2A, RASET = 0x2B, RAMWR = 0x2C };
    enum : int { RAMRD = 0x2E, PTLAR = 0x30, VSCRDEF = 0x33, MADCTL = 0x36, VSCRSADD = 0x37, COLMOD = 0x3A };
    std::unique_ptr<struct lcd> lcd = std::make_unique<struct lcd>();
    bool data_pin = false;
    unsigned changes = 0;

    Lcd() : spi_bench(3)
    {
        make(LCD_ST7789);
        spi_attach(&spi, 0, &lcd->port);
        set(SPI_CLOCK_CLK_EQU_SYSCLK, 1);
    }
    void make(enum lcd_chip kind)
    {
        const lcd_config config = {kind, this, [](void *ctx, sim_time) { return static_cast<Lcd *>(ctx)->data_pin; },
                                   [](void *ctx, sim_time) { static_cast<Lcd *>(ctx)->changes++; }};
        lcd_init(lcd.get(), &config);
    }
    void raw(const bytes &sent)
    {
        for (size_t at = 0; at < sent.size(); at += 64) {
            const bytes piece(sent.begin() + (long)at, sent.begin() + (long)std::min(at + 64, sent.size()));
            put_buffer(piece);
            user what;
            what.mosi_bits = (unsigned)piece.size() * 8;
            transact(what);
        }
    }
    void send(int command, const bytes &parameters = {})
    {
        data_pin = false;
        raw({(uint8_t)command});
        data_pin = true;
        raw(parameters);
    }
    void window(unsigned x0, unsigned x1, unsigned y0, unsigned y1)
    {
        send(CASET, {(uint8_t)(x0 >> 8), (uint8_t)x0, (uint8_t)(x1 >> 8), (uint8_t)x1});
        send(RASET, {(uint8_t)(y0 >> 8), (uint8_t)y0, (uint8_t)(y1 >> 8), (uint8_t)y1});
    }
    // As drivers for IPS modules begin: true colours need inversion.
    void start()
    {
        send(SWRESET);
        send(SLPOUT);
        send(COLMOD, {0x55});
        send(INVON);
        send(DISPON);
    }
    bytes answer(int command, unsigned count, unsigned dummies = 0)
    {
        data_pin = false;
        user what;
        what.command = command;
        what.dummies = dummies;
        what.miso_bits = 8 * count;
        transact(what);
        return buffer(count);
    }
    uint32_t at(unsigned x, unsigned y) const
    {
        return lcd_shown(lcd.get(), x, y);
    }
};

TEST_F(Lcd, ShowsWhatIsWrittenIntoItsWindowRowByRow)
{
    start();
    window(10, 11, 300, 301);
    send(RAMWR, {0xF8, 0x00, 0x07, 0xE0, 0x00, 0x1F, 0xFF, 0xFF});
    EXPECT_EQ(at(10, 300), 0xFF0000u);
    EXPECT_EQ(at(11, 300), 0x00FF00u);
    EXPECT_EQ(at(10, 301), 0x0000FFu);
    EXPECT_EQ(at(11, 301), 0xFFFFFFu);
    EXPECT_EQ(at(12, 300), 0u);
}

TEST_F(Lcd, WrapsInItsWindowAndContinuesWhereItStopped)
{
    start();
    window(0, 0, 0, 1);
    send(RAMWR, {0xFF, 0xFF, 0, 0, 0xF8, 0x00});
    EXPECT_EQ(at(0, 0), 0xFF0000u) << "the third pixel is the first again";
    send(0x3C, {0x07, 0xE0});
    EXPECT_EQ(at(0, 1), 0x00FF00u);
}

TEST_F(Lcd, IsDarkUntilItIsAwakeAndOn)
{
    send(COLMOD, {0x55});
    send(INVON);
    window(0, 0, 0, 0);
    send(RAMWR, {0xFF, 0xFF});
    EXPECT_EQ(at(0, 0), 0u);
    send(SLPOUT);
    EXPECT_EQ(at(0, 0), 0u);
    send(DISPON);
    EXPECT_EQ(at(0, 0), 0xFFFFFFu);
}

struct format {
    uint8_t colmod;
    bytes pixels;
    uint32_t first;
};
class LcdFormats : public Lcd, public ::testing::WithParamInterface<format>
{
};
TEST_P(LcdFormats, OfTwelveSixteenAndEighteenBits)
{
    start();
    send(COLMOD, {GetParam().colmod});
    window(0, 1, 0, 0);
    send(RAMWR, GetParam().pixels);
    EXPECT_EQ(at(0, 0), GetParam().first);
    EXPECT_EQ(at(1, 0), 0xFFFFFFu);
}
INSTANTIATE_TEST_SUITE_P(Colmod, LcdFormats,
                         ::testing::Values(format{0x53, {0xA5, 0x0F, 0xFF}, 0xAA5500},
                                           format{0x55, {0x84, 0x10, 0xFF, 0xFF}, 0x848284},
                                           format{0x66, {0x80, 0x40, 0xFC, 0xFC, 0xFC, 0xFC}, 0x8241FF}));

// What drivers call rotations: pixel (1, 0) of the turned picture.
TEST_F(Lcd, TurnsThePictureAsMadctlSays)
{
    const std::array<std::array<unsigned, 3>, 4> turned = {
        {{0x00, 1, 0}, {0x60, 239, 1}, {0xC0, 238, 319}, {0xA0, 0, 318}}};
    for (const auto &[madctl, x, y] : turned) {
        start();
        send(MADCTL, {(uint8_t)madctl});
        window(0, 1, 0, 0);
        send(RAMWR, {0, 0, 0xFF, 0xFF});
        EXPECT_EQ(at(x, y), 0xFFFFFFu) << "MADCTL " << madctl;
        send(MADCTL, {(uint8_t)madctl});
        window(1, 1, 0, 0);
        send(RAMWR, {0, 0});
    }
}

TEST_F(Lcd, OfModulesWithIli9341IsMirroredAndHasBlueFirst)
{
    make(LCD_ILI9341);
    send(SLPOUT);
    send(DISPON);
    send(COLMOD, {0x55});
    send(MADCTL, {0x48}); // MX and BGR, as all drivers write it
    window(0, 0, 0, 0);
    send(RAMWR, {0xF8, 0x00});
    EXPECT_EQ(at(0, 0), 0xFF0000u);
    send(MADCTL, {0x40});
    EXPECT_EQ(at(0, 0), 0x0000FFu);
}

TEST_F(Lcd, ScrollsBetweenItsFixedAreas)
{
    start();
    window(0, 0, 0, 319);
    bytes rows;
    for (unsigned y = 0; y < 320; y++)
        rows.insert(rows.end(), {(uint8_t)(y == 100 ? 0xFF : 0), (uint8_t)(y == 100 ? 0xFF : 0)});
    send(RAMWR, rows);
    send(VSCRDEF, {0, 20, 0, 200, 0, 100});
    send(VSCRSADD, {0, 100});
    EXPECT_EQ(at(0, 20), 0xFFFFFFu);
    EXPECT_EQ(at(0, 100), 0u);
}

TEST_F(Lcd, ShowsOnlyItsPartialArea)
{
    start();
    window(0, 0, 0, 1);
    send(RAMWR, {0xFF, 0xFF, 0xFF, 0xFF});
    send(PTLAR, {0, 1, 0, 9});
    send(0x12);
    EXPECT_EQ(at(0, 0), 0u);
    EXPECT_EQ(at(0, 1), 0xFFFFFFu);
    send(0x13);
    EXPECT_EQ(at(0, 0), 0xFFFFFFu);
}

TEST_F(Lcd, SaysWhichChipItIs)
{
    EXPECT_EQ(answer(0x04, 3, 1), bytes({0x85, 0x85, 0x52})) << "behind one idle clock";
    EXPECT_EQ(answer(0x04, 3), bytes({0xC2, 0xC2, 0xA9})) << "without it all is a bit late";
    make(LCD_ILI9341);
    EXPECT_EQ(answer(0xD3, 4), bytes({0xFF, 0x00, 0x93, 0x41}));
    send(0xD9, {0x13});
    EXPECT_EQ(answer(0xD3, 1), bytes({0x41})) << "one byte of it by the index that drivers give";
}

TEST_F(Lcd, TellsItsStateAndItsPixels)
{
    start();
    EXPECT_EQ(answer(0x0A, 1), bytes({0x9C})) << "booster, awake, normal mode, on";
    EXPECT_EQ(answer(0x0C, 1), bytes({0x55}));
    send(MADCTL, {0x60});
    EXPECT_EQ(answer(0x0B, 1), bytes({0x60}));
    EXPECT_EQ(answer(0x09, 4, 1), bytes({0xB0, 0x53, 0x24, 0x00}));
    send(MADCTL, {0});
    window(0, 1, 0, 0);
    send(RAMWR, {0xF8, 0x00, 0x07, 0xE0});
    EXPECT_EQ(answer(RAMRD, 6, 8), bytes({0xFC, 0, 0, 0, 0xFC, 0}));
}

TEST_F(Lcd, TakesBytesByDmaAndTellsOnceOfEachPieceThatItDraws)
{
    start();
    window(0, 239, 0, 319);
    send(RAMWR);
    memory.set_word(dma_memory::base, 1u << 31 | 1u << 30 | 960u << 12 | 960);
    memory.set_word(dma_memory::base + 4, dma_memory::base + 0x100);
    memory.set_word(dma_memory::base + 8, 0);
    for (unsigned i = 0; i < 960; i += 4)
        memory.set_word(dma_memory::base + 0x100 + i, 0x00F800F8);
    changes = 0;
    write(SPI_DMA_OUT_LINK, 1u << 29 | (dma_memory::base & 0xFFFFF));
    user what;
    what.mosi_bits = 960 * 8;
    transact(what);
    EXPECT_EQ(at(0, 0), 0xFF0000u);
    EXPECT_EQ(at(239, 1), 0xFF0000u);
    EXPECT_EQ(at(0, 2), 0u);
    EXPECT_EQ(changes, 960u / SPI_CHUNK);
}

TEST_F(Lcd, ForgetsBitsThatDoNotFillAByteWhenItIsDeselected)
{
    start();
    data_pin = false;
    put_buffer({0xFF});
    user what;
    what.mosi_bits = 3;
    transact(what);
    send(0x28);
    EXPECT_EQ(answer(0x0A, 1), bytes({0x98}));
}

// --- EEPROM

class At25 : public ::testing::Test, public spi_bench
{
  protected:
    enum : int { WRSR = 1, WRITE = 2, READ = 3, RDSR = 5, WREN = 6 };
    bytes array = bytes(32768, 0xFF);
    struct at25 part;

    At25() : spi_bench(2)
    {
        const at25_config config = {array.data(), 32768, 64};
        at25_init(&part, &config);
        spi_attach(&spi, 0, &part.port);
        set(SPI_CLOCK_CLK_EQU_SYSCLK, 1);
    }
    void code(int command)
    {
        user what;
        what.command = command;
        transact(what);
    }
    void program(uint32_t address, const bytes &data)
    {
        code(WREN);
        put_buffer(data);
        user what;
        what.command = WRITE;
        what.address = address;
        what.address_bits = 16;
        what.mosi_bits = (unsigned)data.size() * 8;
        transact(what);
    }
    bytes read_array(uint32_t address, unsigned count)
    {
        user what;
        what.command = READ;
        what.address = address;
        what.address_bits = 16;
        what.miso_bits = 8 * count;
        transact(what);
        return buffer(count);
    }
    uint8_t status()
    {
        user what;
        what.command = RDSR;
        what.miso_bits = 8;
        transact(what);
        return buffer(1)[0];
    }
};

TEST_F(At25, IsBusyForAWriteAndHasTheDataThen)
{
    program(0x1234, {1, 2, 3});
    EXPECT_EQ(status(), 1) << "busy, and no longer enabled for writing";
    EXPECT_EQ(read_array(0x1234, 1), bytes({0xFF})) << "it answers nothing else";
    bench.run_for(AT25_WRITE);
    EXPECT_EQ(status(), 0);
    EXPECT_EQ(read_array(0x1234, 4), bytes({1, 2, 3, 0xFF}));
}

TEST_F(At25, WrapsWritesInAPageAndReadsAtTheEnd)
{
    program(63, {0xA0, 0xA1});
    bench.run_for(AT25_WRITE);
    EXPECT_EQ(array[63], 0xA0);
    EXPECT_EQ(array[0], 0xA1);
    EXPECT_EQ(read_array(32767, 2), bytes({0xFF, 0xA1}));
}

TEST_F(At25, WritesNothingWithoutWriteEnableAndNothingThatIsProtected)
{
    program(0, {0x55});
    bench.run_for(AT25_WRITE);
    put_buffer({0});
    user what;
    what.command = WRITE;
    what.address = 0;
    what.address_bits = 16;
    what.mosi_bits = 8;
    transact(what);
    EXPECT_EQ(array[0], 0x55);

    code(WREN);
    put_buffer({0x04}); // the upper quarter
    what = {};
    what.command = WRSR;
    what.mosi_bits = 8;
    transact(what);
    bench.run_for(AT25_WRITE);
    EXPECT_EQ(status(), 0x04);
    program(0x6000, {0x11});
    bench.run_for(AT25_WRITE);
    EXPECT_EQ(array[0x6000], 0xFF);
    program(0x5FFF, {0x11});
    EXPECT_EQ(array[0x5FFF], 0x11);
}

// --- thermocouple

class Max31855 : public ::testing::Test, public spi_bench
{
  protected:
    double celsius = 25;
    struct max31855 part;

    Max31855() : spi_bench(2)
    {
        const max31855_config config = {this, [](void *ctx, sim_time) { return static_cast<Max31855 *>(ctx)->celsius; },
                                        [](void *, sim_time) { return -0.0625; }};
        max31855_init(&part, &config);
        spi_attach(&spi, 0, &part.port);
    }
    bytes value()
    {
        user what;
        what.miso_bits = 32;
        transact(what);
        return buffer(4);
    }
};

// The data sheet's tables 4 and 5.
TEST_F(Max31855, CountsQuartersAndSixteenthsOfADegree)
{
    celsius = 1600;
    EXPECT_EQ(value(), bytes({0x64, 0x00, 0xFF, 0xF0}));
    celsius = 100.75;
    EXPECT_EQ(value(), bytes({0x06, 0x4C, 0xFF, 0xF0}));
    celsius = -250;
    EXPECT_EQ(value(), bytes({0xF0, 0x60, 0xFF, 0xF0}));
}

TEST_F(Max31855, ReportsAnOpenCircuit)
{
    celsius = 5000;
    EXPECT_EQ(value()[1] & 1, 1);
    EXPECT_EQ(value()[3] & 7, 1);
}

} // namespace
