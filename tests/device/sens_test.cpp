/* SPDX-License-Identifier: Apache-2.0 */
/* SENS: voltages to codes as ESP-IDF's one-shot driver asks for them, the cosine generator, the temperature sensor. */
#include "peripherals/sens/sens.h"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/device_bench.h"

namespace
{

#define REG_FILE "peripherals/sens/sens_regs.def"
#define REG_PREFIX SENS
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

const uint32_t done = 1 << 16, start = 1 << 17, by_software = 1 << 18, by_software_pads = 1u << 31;

class Sens : public ::testing::Test
{
  protected:
    device_bench bench;
    struct sens sens;
    std::map<unsigned, double> volts;
    double celsius = 25;

    void SetUp() override
    {
        ASSERT_EQ(sens_init(&sens, "sens", &bench.env), SIM_OK);
        sens.port = {this, [](void *ctx, unsigned pad, sim_time) { return static_cast<Sens *>(ctx)->volts[pad]; },
                     [](void *ctx, sim_time) { return static_cast<Sens *>(ctx)->celsius; }};
        write(SENS_SAR_READ_CTRL, read(SENS_SAR_READ_CTRL) | 1u << 28); // upright data, as ESP-IDF has it
        write(SENS_SAR_READ_CTRL2, read(SENS_SAR_READ_CTRL2) | 1u << 29);
    }
    void TearDown() override
    {
        sens_fini(&sens);
    }
    void write(uint32_t offset, uint32_t value)
    {
        dev_write(&sens.dev, offset, 4, value, bench.now);
    }
    uint32_t read(uint32_t offset)
    {
        return dev_read(&sens.dev, offset, 4, bench.now);
    }
    uint32_t convert(unsigned adc, unsigned channel)
    {
        uint32_t reg = adc ? SENS_SAR_MEAS_START2 : SENS_SAR_MEAS_START1;
        uint32_t setup = by_software | by_software_pads | 1u << (19 + channel);
        write(reg, setup);
        write(reg, setup | start);
        EXPECT_FALSE(read(reg) & done);
        bench.run_for(SENS_CONVERSION);
        EXPECT_TRUE(read(reg) & done);
        return read(reg) & 0xFFFF;
    }
    void attenuate(unsigned channel, uint32_t code)
    {
        write(SENS_SAR_ATTEN1, bits_set(read(SENS_SAR_ATTEN1), 2 * channel, 2, code));
    }
};

TEST_F(Sens, AVoltageBecomesACodeOfFullScale)
{
    volts[34] = 0.55; // channel 6 of ADC1
    attenuate(6, 0);
    EXPECT_EQ(convert(0, 6), 2048u) << "half of 1.1 V, 12 bits";
    attenuate(6, 3);
    EXPECT_NEAR(convert(0, 6), 4096 * 0.55 / 3.903, 1) << "11 dB";
    volts[34] = 3.0;
    attenuate(6, 0);
    EXPECT_EQ(convert(0, 6), 4095u) << "beyond full scale";
    EXPECT_EQ(convert(0, 0), 0u) << "another pad";
}

TEST_F(Sens, NothingMeasuresAboveTheSupply)
{
    volts[35] = 3.6;
    EXPECT_EQ(convert(0, 7), (uint32_t)(4096 * 3.3 / 3.903)) << "attenuation 11 dB after reset";
}

TEST_F(Sens, WidthAndInversionAreTheRegisters)
{
    volts[32] = 0.55;
    attenuate(4, 0);
    write(SENS_SAR_START_FORCE, 0xC); // ADC1: 9 bits
    EXPECT_EQ(convert(0, 4), 256u);
    write(SENS_SAR_READ_CTRL, read(SENS_SAR_READ_CTRL) & ~(1u << 28));
    EXPECT_EQ(convert(0, 4), 255u) << "the converter itself says it inverted";
}

TEST_F(Sens, Adc2HasItsOwnChannels)
{
    volts[26] = 1.0;
    write(SENS_SAR_ATTEN2, 0);
    EXPECT_EQ(convert(1, 9), (uint32_t)(4096 * 1.0 / 1.1));
    EXPECT_EQ(sens_channel_pad(1, 9), 26);
    EXPECT_EQ(sens_channel_pad(0, 8), -1);
}

TEST_F(Sens, AStartForTheUlpIsReportedAndConvertsNothing)
{
    write(SENS_SAR_MEAS_START1, start);
    EXPECT_TRUE(bench.is_idle());
    EXPECT_FALSE(bench.log.lines.empty());
}

TEST_F(Sens, TheTemperatureIsShownOnRequest)
{
    celsius = 53;
    write(SENS_SAR_TSENS_CTRL, 1u << 24);
    EXPECT_FALSE(read(SENS_SAR_SLAVE_ADDR3) & 1u << 30);
    write(SENS_SAR_TSENS_CTRL, 1u << 24 | 1u << 26);
    EXPECT_TRUE(read(SENS_SAR_SLAVE_ADDR3) & 1u << 30);
    EXPECT_EQ(bits_get(read(SENS_SAR_SLAVE_ADDR3), 22, 8), 127u) << "(127 - 32) / 1.8 is 53 degrees";
}

TEST_F(Sens, TheDacShowsItsCodeOrTheCosine)
{
    EXPECT_DOUBLE_EQ(sens_dac_volts(&sens, 0, 255, 0), 3.3);
    EXPECT_DOUBLE_EQ(sens_dac_volts(&sens, 1, 0, 0), 0);
    bench.set_hz(CLOCK_RTC_FAST, 8000000);
    write(SENS_SAR_DAC_CTRL2, 1u << 24 | 2u << 20); // DAC 1: cosine, top bit inverted
    write(SENS_SAR_DAC_CTRL1, 1u << 16 | 8);        // 8 MHz * 8 / 65536 = 976.5625 Hz
    const sim_time period = SIM_US(1024);
    EXPECT_NEAR(sens_dac_volts(&sens, 0, 0, bench.now), 3.3, 0.02);
    EXPECT_NEAR(sens_dac_volts(&sens, 0, 0, bench.now + period / 2), 0, 0.02);
    EXPECT_NEAR(sens_dac_volts(&sens, 0, 0, bench.now + period / 4), 1.65, 0.02);
    EXPECT_DOUBLE_EQ(sens_dac_volts(&sens, 1, 51, bench.now), 0.66) << "DAC 2 has its code";
}

} // namespace
