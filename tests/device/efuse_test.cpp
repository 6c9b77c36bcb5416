/* SPDX-License-Identifier: Apache-2.0 */
/* The eFuse controller: what the factory burnt, how software reads it and burns more, and what protection does. */
#include "peripherals/efuse/efuse.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>

#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/efuse/efuse_regs.def"
#define REG_PREFIX EFUSE
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

const uint8_t mac[6] = {0x94, 0xB9, 0x7E, 0x5A, 0x6E, 0x58};
const uint32_t op_read = 0x5AA5, op_program = 0x5A5A, cmd_read = 1, cmd_program = 2;

class Efuse : public ::testing::Test
{
  protected:
    device_bench bench;
    probe irq;
    struct efuse_config config = efuse_typical(mac);
    std::unique_ptr<struct efuse> efuse;

    void SetUp() override
    {
        build();
    }
    void TearDown() override
    {
        efuse_fini(efuse.get());
    }
    void build()
    {
        efuse = std::make_unique<struct efuse>();
        ASSERT_EQ(efuse_init(efuse.get(), &config, "efuse", &bench.env), SIM_OK);
        efuse->irq = &irq.line;
    }
    void rebuild()
    {
        efuse_fini(efuse.get());
        build();
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&efuse->dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&efuse->dev, offset, 4, bench.now);
    }
    uint32_t get(uint32_t place)
    {
        return reg_field_of(read(REG_PLACE_OFFSET(place)), place);
    }
    /* A command from start to end. */
    sim_time command(uint32_t op_code, uint32_t cmd)
    {
        sim_time start = bench.now;
        write(EFUSE_CONF, op_code);
        write(EFUSE_CMD, cmd);
        while (read(EFUSE_CMD) != 0 && !bench.is_idle())
            bench.run_to_next_event();
        EXPECT_EQ(read(EFUSE_CMD), 0u);
        return bench.now - start;
    }
    /* Burns one word, and reads all fuses. */
    void burn(uint32_t wdata, uint32_t bits)
    {
        write(wdata, bits);
        command(op_program, cmd_program);
        write(wdata, 0);
        command(op_read, cmd_read);
    }
};

/* ---- Out of the factory ------------------------------------------------------------------------------------------ */

TEST_F(Efuse, HoldsTheMacAddressBigEndian)
{
    EXPECT_EQ(read(EFUSE_BLK0_RDATA1), 0x7E5A6E58u);
    EXPECT_EQ(get(EFUSE_BLK0_RDATA2_RD_MAC_1), 0x94B9u);
    EXPECT_EQ(get(EFUSE_BLK0_RDATA2_RD_MAC_CRC), 0xE2u);
}

TEST_F(Efuse, TheMacsCrcIsTheOneOfPublishedChips)
{
    /* ESP-IDF's documentation of espefuse shows a real chip's summary, esptool's that of a custom address. */
    const uint8_t factory[6] = {0x94, 0xB9, 0x7E, 0x5A, 0x6E, 0x58}, custom[6] = {0x48, 0x63, 0x92, 0x15, 0x72, 0x16};
    EXPECT_EQ(efuse_mac_crc(factory), 0xE2);
    EXPECT_EQ(efuse_mac_crc(custom), 0x75);
}

TEST_F(Efuse, RevisionThreeHasBothBits)
{
    const unsigned expected[4] = {0, 1, 3, 3};
    for (unsigned revision = 0; revision <= 3; revision++) {
        config.chip_revision = revision;
        rebuild();
        EXPECT_EQ(get(EFUSE_BLK0_RDATA5_RD_CHIP_VER_REV2) << 1 | get(EFUSE_BLK0_RDATA3_RD_CHIP_VER_REV1),
                  expected[revision]);
    }
}

TEST_F(Efuse, HoldsWhatItsConfigurationSays)
{
    config.chip_minor = 2;
    config.package = 10;
    config.single_core = true;
    config.no_bluetooth = true;
    config.adc_vref = 0x13;
    config.fuses[2][7] = 0xDEADBEEF;
    rebuild();
    EXPECT_EQ(get(EFUSE_BLK0_RDATA5_RD_WAFER_VERSION_MINOR), 2u);
    EXPECT_EQ(get(EFUSE_BLK0_RDATA3_RD_CHIP_PACKAGE_4BIT) << 3 | get(EFUSE_BLK0_RDATA3_RD_CHIP_PACKAGE), 10u);
    EXPECT_EQ(get(EFUSE_BLK0_RDATA3_RD_DISABLE_APP_CPU), 1u);
    EXPECT_EQ(get(EFUSE_BLK0_RDATA3_RD_DISABLE_BT), 1u);
    EXPECT_EQ(get(EFUSE_BLK0_RDATA4_RD_CLK8M_FREQ), 85u) << "8.5 MHz, with which the ROM finds a 40 MHz crystal";
    EXPECT_EQ(get(EFUSE_BLK0_RDATA4_RD_ADC_VREF), 0x13u);
    EXPECT_EQ(read(EFUSE_BLK2_RDATA + 4 * 7), 0xDEADBEEFu);
}

/* ---- Commands ---------------------------------------------------------------------------------------------------- */

TEST_F(Efuse, AReadCommandIsSeenOnceAndThenOver)
{
    for (unsigned n = 0; n < 3; n++) { /* as the ROM does it before anything else, three times */
        write(EFUSE_CONF, op_read);
        write(EFUSE_CMD, cmd_read);
        bench.run_for(SIM_NS(500));
        EXPECT_EQ(read(EFUSE_CMD), 1u);
        bench.run_for(SIM_US(10));
        EXPECT_EQ(read(EFUSE_CMD), 0u);
        EXPECT_EQ(read(EFUSE_BLK0_RDATA1), 0x7E5A6E58u);
    }
}

TEST_F(Efuse, CommandsNeedTheirOperationCode)
{
    write(EFUSE_CONF, op_read);
    write(EFUSE_CMD, cmd_program);
    EXPECT_EQ(read(EFUSE_CMD), 0u);
    write(EFUSE_CONF, op_program);
    write(EFUSE_CMD, cmd_read);
    EXPECT_EQ(read(EFUSE_CMD), 0u);
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(Efuse, BurntBitsShowAfterTheNextRead)
{
    write(EFUSE_BLK3_WDATA0, 0x00000F00);
    command(op_program, cmd_program);
    EXPECT_EQ(read(EFUSE_BLK3_RDATA0), 0u);
    command(op_read, cmd_read);
    EXPECT_EQ(read(EFUSE_BLK3_RDATA0), 0xF00u);
}

TEST_F(Efuse, FusesOnlyEverGoToOne)
{
    burn(EFUSE_BLK1_WDATA, 0x0000FFFF);
    burn(EFUSE_BLK1_WDATA, 0x00FF0000);
    EXPECT_EQ(read(EFUSE_BLK1_RDATA), 0x00FFFFFFu);
    dev_reset(&efuse->dev, DEV_RESET_POWER_ON, bench.now);
    EXPECT_EQ(read(EFUSE_BLK1_RDATA), 0x00FFFFFFu) << "no reset brings them back";
}

TEST_F(Efuse, BurningTakesTimeForEachBit)
{
    sim_time nothing = command(op_program, cmd_program);
    write(EFUSE_BLK1_WDATA + 4, 0xFF);
    EXPECT_EQ(command(op_program, cmd_program) - nothing, SIM_US(80));
}

TEST_F(Efuse, ASecondCommandWaitsForNothing)
{
    write(EFUSE_CONF, op_read);
    write(EFUSE_CMD, cmd_read);
    write(EFUSE_CONF, op_program);
    write(EFUSE_BLK1_WDATA, 0xFF);
    write(EFUSE_CMD, cmd_program);
    EXPECT_EQ(read(EFUSE_CMD), cmd_read) << "it is ignored";
    bench.run_for(SIM_MS(10));
    EXPECT_EQ(efuse->fuse[1][0], 0u);
}

TEST_F(Efuse, EndsOfCommandsInterrupt)
{
    write(EFUSE_INT_ENA, 3);
    command(op_read, cmd_read);
    EXPECT_EQ(read(EFUSE_INT_ST), 1u);
    EXPECT_TRUE(irq.level());
    write(EFUSE_INT_CLR, 1);
    EXPECT_FALSE(irq.level());
    command(op_program, cmd_program);
    EXPECT_EQ(read(EFUSE_INT_RAW), 2u);
    EXPECT_TRUE(irq.level());
    write(EFUSE_INT_ENA, 1);
    EXPECT_EQ(read(EFUSE_INT_ST), 0u);
    EXPECT_FALSE(irq.level());
}

TEST_F(Efuse, AResetEndsACommand)
{
    write(EFUSE_BLK1_WDATA, 0xFF);
    write(EFUSE_CONF, op_program);
    write(EFUSE_CMD, cmd_program);
    dev_reset(&efuse->dev, DEV_RESET_SYSTEM, bench.now);
    bench.run_for(SIM_MS(10));
    EXPECT_EQ(efuse->fuse[1][0], 0u);
    EXPECT_EQ(read(EFUSE_CMD), 0u);
}

/* ---- Protection -------------------------------------------------------------------------------------------------- */

struct protection {
    const char *field;
    unsigned wr_dis;
    uint32_t wdata, bits;
};

class EfuseProtection : public Efuse, public ::testing::WithParamInterface<protection>
{
};

TEST_P(EfuseProtection, OfWritingHoldsFromTheNextCommandOn)
{
    const protection &p = GetParam();
    uint32_t rdata = p.wdata <= EFUSE_BLK0_WDATA6  ? p.wdata - EFUSE_BLK0_WDATA0
                     : p.wdata < EFUSE_BLK2_WDATA  ? p.wdata - EFUSE_BLK1_WDATA + EFUSE_BLK1_RDATA
                     : p.wdata < EFUSE_BLK3_WDATA0 ? p.wdata - EFUSE_BLK2_WDATA + EFUSE_BLK2_RDATA
                                                   : p.wdata - EFUSE_BLK3_WDATA0 + EFUSE_BLK3_RDATA0;
    uint32_t lowest = p.bits & (0 - p.bits);
    uint32_t before = read(rdata) & p.bits;
    burn(EFUSE_BLK0_WDATA0, 1u << p.wr_dis);
    burn(p.wdata, p.bits);
    if (p.wr_dis == 1)
        EXPECT_EQ(read(rdata) & p.bits, 2u) << "only the protection itself";
    else
        EXPECT_EQ(read(rdata) & p.bits, before);
    config.fuses[0][0] = 0;
    rebuild();
    burn(p.wdata, p.bits);
    EXPECT_EQ(read(rdata) & lowest, lowest) << "without protection it can be burnt";
}

INSTANTIATE_TEST_SUITE_P(Of, EfuseProtection,
                         ::testing::Values(protection{"RD_DIS", 0, EFUSE_BLK0_WDATA0, 0x00080000},
                                           protection{"WR_DIS", 1, EFUSE_BLK0_WDATA0, 0x0000FFFE},
                                           protection{"FLASH_CRYPT_CNT", 2, EFUSE_BLK0_WDATA0, 0x07F00000},
                                           protection{"MAC", 3, EFUSE_BLK0_WDATA1, 0xFFFFFFFF},
                                           protection{"DISABLE_APP_CPU", 3, EFUSE_BLK0_WDATA3, 1},
                                           protection{"ADC_VREF", 4, EFUSE_BLK0_WDATA4, 0x1F00},
                                           protection{"XPD_SDIO", 5, EFUSE_BLK0_WDATA4, 0x1C000},
                                           protection{"SPI_PADS", 6, EFUSE_BLK0_WDATA5, 0xFFFFF},
                                           protection{"BLOCK1", 7, EFUSE_BLK1_WDATA + 4, 0xFFFFFFFF},
                                           protection{"BLOCK2", 8, EFUSE_BLK2_WDATA + 8, 0xFFFFFFFF},
                                           protection{"BLOCK3", 9, EFUSE_BLK3_WDATA2, 0xFFFFFFFF},
                                           protection{"CODING_SCHEME", 10, EFUSE_BLK0_WDATA6, 3},
                                           protection{"ABS_DONE_0", 12, EFUSE_BLK0_WDATA6, 0x10},
                                           protection{"ABS_DONE_1", 13, EFUSE_BLK0_WDATA6, 0x20},
                                           protection{"JTAG_DISABLE", 14, EFUSE_BLK0_WDATA6, 0x40},
                                           protection{"DISABLE_DL", 15, EFUSE_BLK0_WDATA6, 0x384}),
                         [](const auto &test) { return test.param.field; });

TEST_F(Efuse, ReadProtectedBlocksReadAsZeroButKeepTheirFuses)
{
    config.fuses[1][3] = 0x11111111;
    config.fuses[2][3] = 0x22222222;
    config.fuses[3][3] = 0x33333333;
    rebuild();
    burn(EFUSE_BLK0_WDATA0, 1u << 16 | 1u << 17);
    EXPECT_EQ(read(EFUSE_BLK1_RDATA + 12), 0u);
    EXPECT_EQ(read(EFUSE_BLK2_RDATA + 12), 0u);
    EXPECT_EQ(read(EFUSE_BLK3_RDATA3), 0x33333333u);
    EXPECT_EQ(efuse->fuse[1][3], 0x11111111u) << "the flash decryption unit still has its key";
}

TEST_F(Efuse, RdDisBit3HidesTheCodingScheme)
{
    config.fuses[0][6] = 1;
    rebuild();
    EXPECT_EQ(get(EFUSE_BLK0_RDATA6_RD_CODING_SCHEME), 1u);
    burn(EFUSE_BLK0_WDATA0, 1u << 19);
    EXPECT_EQ(get(EFUSE_BLK0_RDATA6_RD_CODING_SCHEME), 0u);
}

/* ---- Coding ------------------------------------------------------------------------------------------------------ */

/* As espefuse encodes. */
std::array<uint32_t, 8> encode_3_of_4(const std::array<uint8_t, 24> &data)
{
    std::array<uint32_t, 8> words = {};
    for (unsigned group = 0; group < 4; group++) {
        uint8_t all = 0, ones = 0;
        for (unsigned i = 0; i < 6; i++) {
            const uint8_t byte = data[6 * group + i];
            all ^= byte;
            ones = (uint8_t)(ones + (i + 1) * (unsigned)__builtin_popcount(byte));
            words[2 * group + i / 4] |= (uint32_t)byte << 8 * (i % 4);
        }
        words[2 * group + 1] |= (uint32_t)all << 16 | (uint32_t)ones << 24;
    }
    return words;
}

TEST_F(Efuse, ReadsThreeQuartersOfACodedBlock)
{
    std::array<uint8_t, 24> data;
    for (unsigned i = 0; i < 24; i++)
        data[i] = (uint8_t)(17 * i + 3);
    const auto coded = encode_3_of_4(data);
    ASSERT_TRUE(efuse_config_set(&config, "CODING_SCHEME=1"));
    for (unsigned i = 0; i < 8; i++)
        config.fuses[3][i] = coded[i];
    rebuild();
    for (unsigned i = 0; i < 24; i++)
        EXPECT_EQ(read(EFUSE_BLK3_RDATA0 + i / 4 * 4) >> 8 * (i % 4) & 0xFF, data[i]) << i;
    EXPECT_EQ(read(EFUSE_BLK3_RDATA0 + 24), 0u);
    EXPECT_EQ(read(EFUSE_DEC_STATUS), 0u);

    config.fuses[3][2] |= 1u << 31; /* byte 3 of group 1, which is 0x36 + ... and has bit 7 clear */
    config.fuses[3][2] ^= 1u << 30;
    rebuild();
    EXPECT_EQ(read(EFUSE_DEC_STATUS), 1u << 9) << "block 3, group 1";
}

TEST_F(Efuse, AReadProtectedBlockWarnsOfNothing)
{
    ASSERT_TRUE(efuse_config_set(&config, "CODING_SCHEME=1"));
    ASSERT_TRUE(efuse_config_set(&config, "BLK1=0102030405"));
    rebuild();
    EXPECT_EQ(read(EFUSE_DEC_STATUS), 1u);
    ASSERT_TRUE(efuse_config_set(&config, "EFUSE_RD_DIS=1"));
    rebuild();
    EXPECT_EQ(read(EFUSE_DEC_STATUS), 0u);
    EXPECT_EQ(read(EFUSE_BLK1_RDATA), 0u);
}

TEST_F(Efuse, ReadsHalfOfARepeatedBlock)
{
    ASSERT_TRUE(efuse_config_set(&config, "CODING_SCHEME=2"));
    config.fuses[2][0] = config.fuses[2][4] = 0x12345678;
    config.fuses[2][5] = 1;
    rebuild();
    EXPECT_EQ(read(EFUSE_BLK2_RDATA), 0x12345678u);
    EXPECT_EQ(read(EFUSE_BLK2_RDATA + 4), 1u) << "burnt in one half";
    EXPECT_EQ(read(EFUSE_BLK2_RDATA + 16), 0u);
    EXPECT_EQ(read(EFUSE_DEC_STATUS), 1u << 5);
}

TEST_F(Efuse, ContentIsNamedAsInScenarios)
{
    EXPECT_TRUE(efuse_config_set(&config, "FLASH_CRYPT_CNT=0x7F"));
    EXPECT_TRUE(efuse_config_set(&config, "JTAG_DISABLE=1"));
    EXPECT_TRUE(efuse_config_set(&config, "BLK2=000102030405060708090A0b"));
    EXPECT_EQ(config.fuses[0][0], 0x7Fu << 20);
    EXPECT_EQ(config.fuses[0][6], 1u << 6);
    EXPECT_EQ(config.fuses[2][0], 0x03020100u);
    EXPECT_EQ(config.fuses[2][2], 0x0B0A0908u);
    for (const char *wrong : {"", "JTAG_DISABLE", "JTAG_DISABLE=", "JTAG_DISABLE=2", "JTAG_DISABLE=x", "NOTHING=1",
                              "BLK0=00", "BLK4=00", "BLK1=", "BLK1=0", "BLK1=0g", "BLK1= 0",
                              "BLK1=00000000000000000000000000000000000000000000000000000000000000000000"})
        EXPECT_FALSE(efuse_config_set(&config, wrong)) << wrong;
}

} // namespace
