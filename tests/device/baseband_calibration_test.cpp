/* SPDX-License-Identifier: Apache-2.0 */
/* What PHY calibration finds behind the front end and the analog I2C master: a chip with offsets of its own, which the
 * known searches remove. The searches here are our own, with the limits that firmware's have. */
#include <cstdlib>

#include "peripherals/i2c_ana/i2c_ana.h"
#include "tests/device/baseband_bench.h"

#define REG_FILE "peripherals/i2c_ana/i2c_ana_regs.def"
#define REG_PREFIX I2C_ANA
#define REG_CONSTANTS_ONLY
#include "bus/reg_expand.h"

namespace
{

enum { GAIN_MODULE = 1, DC_MODULE = 2, COARSE = 1, FINE = 2, MIDDLE = 0x100 };

class BasebandCalibration : public baseband_bench
{
  protected:
    std::unique_ptr<struct i2c_ana> i2c;

    void SetUp() override
    {
        baseband_bench::SetUp();
        i2c = std::make_unique<struct i2c_ana>();
        ASSERT_EQ(i2c_ana_init(i2c.get(), "i2c_ana", &bench.env), SIM_OK);
        i2c->port.ctx = this;
        i2c->port.tx_dc_is_high = [](void *ctx, unsigned branch) {
            return baseband_tx_dc_is_high(static_cast<BasebandCalibration *>(ctx)->bb.get(), branch);
        };
        i2c->port.tx_amplitude = [](void *ctx) {
            return baseband_tone_amplitude(static_cast<BasebandCalibration *>(ctx)->bb.get());
        };
    }
    void TearDown() override
    {
        i2c_ana_fini(i2c.get());
        baseband_bench::TearDown();
    }

    struct estimate {
        int i, q, power, cosine_i, sine_q, cross;
    };
    // Means over the samples.
    struct estimate estimate(unsigned samples = 4000)
    {
        struct dev &fe = bb->fe.dev;
        put(fe, FE_IQ_CONTROL_COUNT, samples - 1);
        put(fe, FE_IQ_CONTROL_ENABLE, 1);
        put(fe, FE_IQ_CONTROL_START, 1);
        while (!field(fe, FE_IQ_CONTROL_DONE))
            bench.run_for(SIM_US(1));
        auto mean = [&](uint32_t offset) { return (int32_t)read(fe, offset) / (int)samples; };
        struct estimate result = {mean(FE_IQ_DC_I) / 64,   mean(FE_IQ_DC_Q) / 64,        mean(FE_IQ_POWER),
                                  mean(FE_IQ_CORRELATION), mean(FE_IQ_CORRELATION + 12), mean(FE_IQ_CORRELATION + 4)};
        put(fe, FE_IQ_CONTROL_START, 0);
        put(fe, FE_IQ_CONTROL_ENABLE, 0);
        return result;
    }
    void tone(bool on, int quarters)
    {
        put(bb->fe.dev, FE_TONE_GAIN, static_cast<uint8_t>(quarters));
        put(bb->fe.dev, FE_TONE_ENABLE, on);
    }

    // The analog I2C master's registers.
    void compare()
    {
        pulse(i2c->dev, I2C_ANA_TX_DC_START);
        while (!field(i2c->dev, I2C_ANA_TX_DC_DONE))
            bench.run_for(SIM_NS(100));
    }
    std::vector<int> convert()
    {
        std::vector<int> levels;
        pulse(i2c->dev, I2C_ANA_SAR_START);
        while (field(i2c->dev, I2C_ANA_SAR_STATE))
            bench.run_for(SIM_NS(100));
        for (unsigned i = 0; i < 8; i++) { /* as ROM's read_sar_dout: invert, take the lower stage's gain back */
            int code = ~static_cast<int>(read(i2c->dev, I2C_ANA_SAR_RESULT + 4 * i));
            levels.push_back((std::max((code & 0xff) - 21, 0) * 279 >> 8) + (code & 0x700));
        }
        return levels;
    }
};

/* --- pbus -------------------------------------------------------------------------------------------------------- */

TEST_F(BasebandCalibration, PbusTransferTakesItsTime)
{
    put(bb->fe.dev, FE_PBUS_CONTROL_START, 1);
    EXPECT_TRUE(field(bb->fe.dev, FE_PBUS_STATUS_BUSY));
    bench.run_for(BASEBAND_PBUS_TRANSFER);
    EXPECT_FALSE(field(bb->fe.dev, FE_PBUS_STATUS_BUSY));
}

TEST_F(BasebandCalibration, AnalogRegistersReadBackWherePbusReadLooks)
{
    pbus(0, 1, 0x184);
    pbus(1, 1, 0x1f9);
    pbus(1, 2, 0x0aa);
    pbus(2, 1, 0x101);
    pbus(2, 2, 0x102);
    pbus(3, 1, 0x103);
    pbus(3, 2, 0x104);
    pbus(4, 1, 0x07f);
    pbus(5, 1, 0x055);
    EXPECT_EQ(read(bb->fe.dev, FE_PBUS_READ), 0x184u << 9 | 0x1f9);
    EXPECT_EQ(read(bb->fe.dev, FE_PBUS_READ + 4), 0x0aau << 18 | 0x101u << 9 | 0x102);
    EXPECT_EQ(read(bb->fe.dev, FE_PBUS_READ + 8), 0x103u << 18 | 0x104u << 9 | 0x07f);
    EXPECT_EQ(read(bb->fe.dev, FE_PBUS_READ + 12), 0x055u);
}

TEST_F(BasebandCalibration, OneRequestIsOneTransfer)
{
    pbus(2, 1, 0x111);
    put(bb->fe.dev, FE_PBUS_CONTROL_START, 1);
    put(bb->fe.dev, FE_PBUS_CONTROL_DATA, 0x0ff); /* without a new START */
    EXPECT_EQ(bb->pbus[2][1], 0x111);
}

TEST_F(BasebandCalibration, UnknownModulesAreReportedAndEndNevertheless)
{
    pbus(6, 1, 1);
    pbus(15, 3, 1);
    EXPECT_FALSE(field(bb->fe.dev, FE_PBUS_STATUS_BUSY));
    EXPECT_EQ(bench.log.lines.size(), 1u);
}

/* --- Estimation -------------------------------------------------------------------------------------------------- */

TEST_F(BasebandCalibration, EstimationTakesOneSampleAfterTheOther)
{
    struct dev &fe = bb->fe.dev;
    put(fe, FE_IQ_CONTROL_COUNT, 3999);
    put(fe, FE_IQ_CONTROL_ENABLE, 1);
    put(fe, FE_IQ_CONTROL_START, 1);
    bench.run_for(SIM_US(50) - 1);
    EXPECT_FALSE(field(fe, FE_IQ_CONTROL_DONE));
    bench.run_for(1);
    EXPECT_TRUE(field(fe, FE_IQ_CONTROL_DONE));
    put(fe, FE_IQ_CONTROL_START, 0);
    EXPECT_FALSE(field(fe, FE_IQ_CONTROL_DONE));
}

TEST_F(BasebandCalibration, EstimationThatIsSwitchedOffNeverEnds)
{
    struct dev &fe = bb->fe.dev;
    put(fe, FE_IQ_CONTROL_START, 1);
    bench.run_for(SIM_US(500));
    EXPECT_FALSE(field(fe, FE_IQ_CONTROL_DONE));
    put(fe, FE_IQ_CONTROL_ENABLE, 1);
    put(fe, FE_IQ_CONTROL_ENABLE, 0);
    EXPECT_TRUE(bench.is_idle());
}

/* Descent on the estimate, at every gain that firmware uses: with no direct current left at the end. */
TEST_F(BasebandCalibration, OffsetDacsRemoveTheReceiversDirectCurrent)
{
    for (unsigned gain : {0x000u, 0x003u, 0x00fu, 0x0bfu, 0x17fu}) {
        pbus(GAIN_MODULE, 2, gain);
        int dac[2] = {MIDDLE, MIDDLE};
        for (unsigned step = 256; step > 0; step /= 2) {
            for (unsigned branch = 0; branch < 2; branch++) {
                pbus(DC_MODULE + branch, COARSE, static_cast<unsigned>(dac[branch]));
                pbus(DC_MODULE + branch, FINE, MIDDLE);
            }
            struct estimate now = estimate();
            dac[0] = std::min(std::max(dac[0] + (now.i > 0 ? -1 : now.i < 0) * static_cast<int>(step) / 2, 0), 511);
            dac[1] = std::min(std::max(dac[1] + (now.q > 0 ? -1 : now.q < 0) * static_cast<int>(step) / 2, 0), 511);
        }
        struct estimate left = estimate();
        pbus(DC_MODULE, COARSE, static_cast<unsigned>(dac[0]) + 1);
        pbus(DC_MODULE + 1, COARSE, static_cast<unsigned>(dac[1]) + 1);
        struct estimate next = estimate();
        EXPECT_LE(std::abs(left.i), next.i - left.i + 1) << gain; /* no other code is nearer */
        EXPECT_LE(std::abs(left.q), next.q - left.q + 1) << gain;
        EXPECT_NEAR(dac[0], MIDDLE, 60) << gain;
        EXPECT_NEAR(dac[1], MIDDLE, 60) << gain;
    }
}

TEST_F(BasebandCalibration, BothDacsRaiseTheCurrentOfTheirBranch)
{
    pbus(GAIN_MODULE, 2, 0x003);
    for (unsigned branch = 0; branch < 2; branch++) {
        pbus(DC_MODULE + branch, COARSE, MIDDLE);
        pbus(DC_MODULE + branch, FINE, MIDDLE);
    }
    struct estimate before = estimate();
    pbus(DC_MODULE, COARSE, MIDDLE + 40);
    EXPECT_NEAR(estimate().i - before.i, 40 * 4, 1); /* two stages of 6 dB */
    EXPECT_EQ(estimate().q, before.q);
    pbus(DC_MODULE, COARSE, MIDDLE);
    pbus(DC_MODULE, FINE, MIDDLE + 40);
    EXPECT_NEAR(estimate().i - before.i, 40 * 4 / 6.4, 1);
}

TEST_F(BasebandCalibration, EveryChipHasOffsetsOfItsOwnAndKeepsThem)
{
    struct baseband_chip first = bb->chip;
    build();
    EXPECT_EQ(bb->chip.rx_coarse[0], first.rx_coarse[0]);
    EXPECT_EQ(bb->chip.tx_fine[1], first.tx_fine[1]);
    bench.env.node = 1;
    build();
    bool differs = false;
    for (unsigned branch = 0; branch < 2; branch++)
        differs |= bb->chip.rx_coarse[branch] != first.rx_coarse[branch];
    EXPECT_TRUE(differs);
}

/* Firmware turns the test tone down until its mean power is between 512 and 16384. */
TEST_F(BasebandCalibration, ATonesPowerFallsWithItsGain)
{
    pbus(GAIN_MODULE, 2, 0);
    for (unsigned branch = 0; branch < 2; branch++) {
        pbus(DC_MODULE + branch, COARSE, static_cast<unsigned>(bb->chip.rx_coarse[branch]));
        pbus(DC_MODULE + branch, FINE, static_cast<unsigned>(bb->chip.rx_fine[branch]));
    }
    int silence = estimate().power;
    tone(true, 0);
    int full = estimate().power;
    tone(true, -24);
    int less = estimate().power;
    EXPECT_NEAR(static_cast<double>(full) / less, 4.0, 0.05); /* 6 dB */
    EXPECT_GT(full, 16384);
    tone(true, -80);
    EXPECT_GT(estimate().power, 512);
    EXPECT_LT(estimate().power, 16384);
    tone(false, -80);
    EXPECT_EQ(estimate().power, silence);
}

TEST_F(BasebandCalibration, AToneIsBalancedBetweenTheBranches)
{
    tone(true, -40);
    struct estimate balanced = estimate();
    EXPECT_GT(balanced.cosine_i, 0);
    EXPECT_EQ(balanced.cosine_i, balanced.sine_q);
    EXPECT_EQ(balanced.cross, 0);
}

TEST_F(BasebandCalibration, SumsSaturate)
{
    pbus(GAIN_MODULE, 2, 0x1ff);
    pbus(DC_MODULE, COARSE, 511);
    put(bb->fe.dev, FE_IQ_CONTROL_COUNT, 0x7fff);
    put(bb->fe.dev, FE_IQ_CONTROL_ENABLE, 1);
    put(bb->fe.dev, FE_IQ_CONTROL_START, 1);
    bench.run_for(SIM_US(500));
    EXPECT_EQ(read(bb->fe.dev, FE_IQ_POWER), 0x7fffffffu);
    EXPECT_EQ(read(bb->fe.dev, FE_IQ_DC_I), 511u * 64 * 0x8000);
}

/* --- Transmitter ------------------------------------------------------------------------------------------------- */

/* The comparators say above or below; twelve halvings of the step find the code, as in txdc_cal. */
TEST_F(BasebandCalibration, ComparatorsLeadToTheTransmittersOffsets)
{
    int dac[2] = {MIDDLE, MIDDLE};
    for (unsigned branch = 0; branch < 2; branch++)
        pbus(DC_MODULE + branch, FINE, static_cast<unsigned>(bb->chip.tx_fine[branch]));
    put(i2c->dev, I2C_ANA_TX_DC_ENABLE, 1);
    for (int step = 124, n = 0; n < 12; n++, step = step == 2 ? 1 : step / 2 + 1) {
        for (unsigned branch = 0; branch < 2; branch++)
            pbus(DC_MODULE + branch, COARSE, static_cast<unsigned>(dac[branch]));
        compare();
        dac[0] += field(i2c->dev, I2C_ANA_TX_DC_I_HIGH) ? -step : step;
        dac[1] += field(i2c->dev, I2C_ANA_TX_DC_Q_HIGH) ? -step : step;
    }
    EXPECT_NEAR(dac[0], bb->chip.tx_coarse[0], 2);
    EXPECT_NEAR(dac[1], bb->chip.tx_coarse[1], 2);
}

TEST_F(BasebandCalibration, ComparatorsNeedTheirTimeAndANewStart)
{
    pulse(i2c->dev, I2C_ANA_TX_DC_START);
    bench.run_for(I2C_ANA_COMPARISON - 1);
    EXPECT_FALSE(field(i2c->dev, I2C_ANA_TX_DC_DONE));
    bench.run_for(1);
    EXPECT_TRUE(field(i2c->dev, I2C_ANA_TX_DC_DONE));
    put(i2c->dev, I2C_ANA_TX_DC_START, 0);
    EXPECT_FALSE(field(i2c->dev, I2C_ANA_TX_DC_DONE));
}

/* Conversions 2 and 3 are the detector's, 4 and 5 the reference's, 6 and 7 zero. */
TEST_F(BasebandCalibration, PowerDetectorFollowsTheTone)
{
    auto ratio = [this](bool on, int quarters) {
        tone(on, quarters);
        std::vector<int> level = convert();
        return 1024 * (level[2] + level[3] - level[6] - level[7]) / (level[4] + level[5] - level[6] - level[7]);
    };
    EXPECT_EQ(ratio(false, 0), 0);
    EXPECT_NEAR(ratio(true, 0), 3072, 30); /* three times the reference */
    EXPECT_NEAR(ratio(true, -24), 1536, 20);
    EXPECT_NEAR(ratio(true, -48), 768, 15);
}

TEST_F(BasebandCalibration, ConverterMeasuresTheSupply)
{
    put(i2c->dev, I2C_ANA_SAR_SOURCE_SUPPLY, 1);
    for (int level : convert())
        EXPECT_NEAR(level, 1650, 2); /* 3.3 V */
}

TEST_F(BasebandCalibration, EightConversionsTake16Microseconds)
{
    pulse(i2c->dev, I2C_ANA_SAR_START);
    EXPECT_EQ(field(i2c->dev, I2C_ANA_SAR_STATE), 7u);
    bench.run_for(SIM_US(14));
    EXPECT_EQ(field(i2c->dev, I2C_ANA_SAR_STATE), 1u);
    bench.run_for(SIM_US(2));
    EXPECT_EQ(field(i2c->dev, I2C_ANA_SAR_STATE), 0u);
}

TEST_F(BasebandCalibration, WithoutARadioTheConverterSeesNone)
{
    i2c->port = {};
    tone(true, 0);
    compare();
    EXPECT_FALSE(field(i2c->dev, I2C_ANA_TX_DC_I_HIGH));
    std::vector<int> level = convert();
    EXPECT_EQ(level[2], level[6]);
}

/* set_channel() writes the code, sets START and waits for DONE. */
TEST_F(BasebandCalibration, AChannelIsSetWhenItsStartIsSeen)
{
    put(i2c->dev, I2C_ANA_CHANNEL_CODE, 74); /* channel 6 */
    EXPECT_FALSE(field(i2c->dev, I2C_ANA_CHANNEL_DONE));
    put(i2c->dev, I2C_ANA_CHANNEL_START, 1);
    EXPECT_TRUE(field(i2c->dev, I2C_ANA_CHANNEL_DONE));
    put(i2c->dev, I2C_ANA_CHANNEL_START, 0);
    EXPECT_FALSE(field(i2c->dev, I2C_ANA_CHANNEL_DONE));
    EXPECT_EQ(field(i2c->dev, I2C_ANA_CHANNEL_CODE), 74u);
}

} // namespace
