/* SPDX-License-Identifier: Apache-2.0 */
/* Baseband and receive control: what firmware learns about the air by looking, not by receiving. */
#include "tests/device/baseband_bench.h"

namespace
{

class Baseband : public baseband_bench
{
  protected:
    // What check_noise_floor() does before it waits.
    void start_noise_measurement()
    {
        put(bb->agc.dev, AGC_NOISE_START, 0);
        put(bb->agc.dev, AGC_NOISE_CLEAR, 1);
        put(bb->agc.dev, AGC_NOISE_CLEAR, 0);
        put(bb->agc.dev, AGC_NOISE_START, 1);
    }
    bool is_ready()
    {
        return field(bb->agc.dev, AGC_NOISE_READY);
    }
    // As ROM code reads it.
    double noise_floor_dbm()
    {
        return (static_cast<int>(field(bb->agc.dev, AGC_NOISE_FLOOR_VALUE)) - 1024) / 4.0;
    }
    void measure_cca(unsigned samples)
    {
        put(bb->dev, BB_CCA_CONTROL_PERIOD, samples);
        pulse(bb->dev, BB_CCA_CONTROL_START);
    }
};

TEST_F(Baseband, HearsThermalNoiseWithoutAnAir)
{
    EXPECT_EQ(noise_floor_dbm(), -94.0); /* -174 dBm/Hz, 20 MHz, 7 dB */
    start_noise_measurement();
    run_for(SIM_US(200));
    EXPECT_TRUE(is_ready());
    EXPECT_EQ(noise_floor_dbm(), -94.0);
}

TEST_F(Baseband, MeasuresTheNoiseFloorIn81Microseconds)
{
    start_noise_measurement();
    EXPECT_FALSE(is_ready());
    bench.run_for(SIM_US(81) - 1);
    EXPECT_FALSE(is_ready());
    bench.run_for(1);
    EXPECT_TRUE(is_ready());
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(Baseband, TakesWhatIsBetweenFramesForTheNoiseFloor)
{
    connect_air();
    energy = [](sim_time at) { return at / SIM_US(20) % 2 ? -40.0 : -91.25; };
    start_noise_measurement();
    run_for(SIM_US(100));
    EXPECT_TRUE(is_ready());
    EXPECT_EQ(noise_floor_dbm(), -91.25);
}

TEST_F(Baseband, NoiseFloorRisesUnderAnInterferer)
{
    connect_air();
    energy = [](sim_time) { return -71.4; };
    start_noise_measurement();
    run_for(SIM_US(100));
    EXPECT_EQ(noise_floor_dbm(), -71.5); /* to a quarter of a dB */
}

TEST_F(Baseband, ReportsNoMoreThanTheRegisterHolds)
{
    connect_air();
    energy = [](sim_time) { return 10.0; };
    start_noise_measurement();
    run_for(SIM_US(100));
    EXPECT_EQ(noise_floor_dbm(), -0.25);
    energy = [](sim_time) { return -1000.0; };
    start_noise_measurement();
    run_for(SIM_US(100));
    EXPECT_EQ(noise_floor_dbm(), -256.0);
}

TEST_F(Baseband, ClearGivesAMeasurementUp)
{
    start_noise_measurement();
    bench.run_for(SIM_US(30));
    put(bb->agc.dev, AGC_NOISE_CLEAR, 1);
    bench.run_for(SIM_US(500));
    EXPECT_FALSE(is_ready());
    EXPECT_TRUE(bench.is_idle());
}

TEST_F(Baseband, StartedAgainItMeasuresTheWholeTimeAgain)
{
    connect_air();
    energy = [](sim_time at) { return at < SIM_US(40) ? -94.0 : -60.0; };
    start_noise_measurement();
    run_for(SIM_US(40));
    start_noise_measurement();
    run_for(SIM_US(70));
    EXPECT_FALSE(is_ready());
    run_for(SIM_US(20));
    EXPECT_TRUE(is_ready());
    EXPECT_EQ(noise_floor_dbm(), -60.0);
}

/* noise_check_loop() does not wait: it reads the estimate at hand, and the next one is fresher. */
TEST_F(Baseband, LatchUpdatesTheEstimateInTheBackground)
{
    connect_air();
    energy = [](sim_time) { return -88.0; };
    pulse(bb->agc.dev, AGC_NOISE_LATCH);
    EXPECT_EQ(noise_floor_dbm(), -94.0);
    run_for(SIM_US(100));
    pulse(bb->agc.dev, AGC_NOISE_LATCH);
    EXPECT_EQ(noise_floor_dbm(), -88.0);
}

/* Node and air have queues of their own; the bench checks that each look is asked for in time. */
TEST_F(Baseband, LooksAtTheAirEvery5Microseconds)
{
    connect_air();
    run_for(SIM_US(10));
    start_noise_measurement();
    run_for(SIM_US(100));
    ASSERT_EQ(looks.size(), static_cast<size_t>(BASEBAND_NOISE_LOOKS));
    for (size_t i = 0; i < looks.size(); i++)
        EXPECT_EQ(looks[i], std::make_pair(BASEBAND_SURVEY_NOISE, SIM_US(10) + (i + 1) * BASEBAND_NOISE_INTERVAL));
}

TEST_F(Baseband, CountsHowLongTheChannelIsBusy)
{
    connect_air();
    busy = [](sim_time at) { return at % SIM_US(400) < SIM_US(100); };
    measure_cca(1600 * 80); /* samples at 80 MHz: 1600 us */
    run_for(SIM_US(1600));
    EXPECT_FALSE(field(bb->dev, BB_CCA_COUNT_DONE));
    run_for(BASEBAND_LATENCY);
    EXPECT_TRUE(field(bb->dev, BB_CCA_COUNT_DONE));
    EXPECT_EQ(field(bb->dev, BB_CCA_COUNT_BUSY), 400u * 80);
}

TEST_F(Baseband, ShortCcaMeasurementsHaveFewerLooks)
{
    connect_air();
    busy = [](sim_time) { return true; };
    measure_cca(1);
    run_for(SIM_US(4));
    EXPECT_TRUE(field(bb->dev, BB_CCA_COUNT_DONE));
    EXPECT_EQ(field(bb->dev, BB_CCA_COUNT_BUSY), 1u);
    EXPECT_EQ(looks.size(), 1u);
    measure_cca(0);
    run_for(SIM_US(4));
    EXPECT_TRUE(field(bb->dev, BB_CCA_COUNT_DONE));
    EXPECT_EQ(field(bb->dev, BB_CCA_COUNT_BUSY), 0u);
}

TEST_F(Baseband, AShortMeasurementDoesNotWaitForALongOne)
{
    for (bool has_air : {false, true}) {
        if (has_air)
            connect_air();
        measure_cca(80000000); /* a second */
        run_for(SIM_US(10));
        measure_cca(20 * 80);
        run_for(SIM_US(21));
        EXPECT_TRUE(field(bb->dev, BB_CCA_COUNT_DONE)) << has_air;
    }
}

TEST_F(Baseband, BothMeasurementsRunAtATime)
{
    connect_air();
    start_noise_measurement();
    measure_cca(80 * 80);
    run_for(SIM_US(90));
    EXPECT_TRUE(is_ready());
    EXPECT_TRUE(field(bb->dev, BB_CCA_COUNT_DONE));
}

TEST_F(Baseband, ResetEndsMeasurementsAndForgetsTheirResults)
{
    connect_air();
    energy = [](sim_time) { return -60.0; };
    start_noise_measurement();
    run_for(SIM_US(100));
    start_noise_measurement();
    measure_cca(8000);
    run_for(SIM_US(10));
    dev_reset(&bb->dev, DEV_RESET_SYSTEM, bench.now);
    dev_reset(&bb->agc.dev, DEV_RESET_SYSTEM, bench.now);
    run_for(SIM_US(200));
    EXPECT_FALSE(is_ready());
    EXPECT_EQ(noise_floor_dbm(), -94.0);
    EXPECT_FALSE(field(bb->dev, BB_CCA_COUNT_DONE));
}

/* set_channel() asks which way leads to a frequency; the channel code of peripherals/i2c_ana is what tunes the radio.
 */
TEST_F(Baseband, TheSynthesiserFollowsTheChannelCode)
{
    EXPECT_TRUE(field(bb->dev, BB_STATUS_HW_FREQ));
    write(bb->dev, BB_STATUS, 0);
    EXPECT_TRUE(field(bb->dev, BB_STATUS_HW_FREQ));
}

TEST_F(Baseband, KeepsRegistersThatNobodyUnderstandsAndSaysSoOnce)
{
    const uint32_t unlisted = 0xffc;
    for (struct dev *dev : {&bb->dev, &bb->fe.dev, &bb->fe2.dev, &bb->chipv7.dev}) {
        EXPECT_EQ(read(*dev, unlisted), 0u);
        write(*dev, unlisted, 0x12345678);
        write(*dev, unlisted, 0x87654321);
        EXPECT_EQ(read(*dev, unlisted), 0x87654321u);
    }
    EXPECT_EQ(bench.log.lines.size(), 4u) << bench.log.text();
    write(bb->agc.dev, AGC_CCA, 0xffffffff);
    EXPECT_EQ(read(bb->agc.dev, AGC_CCA), 0xffffffffu);
    write(bb->nrx.dev, 0x004, 0xfffffe2f);
    write(bb->nrx.dev, 0x004, 0xfffffe2f);
    EXPECT_EQ(read(bb->nrx.dev, 0x004), 0xfffffe2fu);
    EXPECT_EQ(bench.log.lines.size(), 6u) << bench.log.text();
}

/* Whatever software writes: nothing asserts, and what was started ends. */
TEST_F(Baseband, AnyWritesAreSurvived)
{
    struct rng rng;
    rng_init(&rng, 1, 0, "test.baseband");
    struct dev *const blocks[] = {&bb->dev, &bb->agc.dev, &bb->nrx.dev, &bb->fe.dev, &bb->fe2.dev, &bb->chipv7.dev};
    const uint32_t lively[] = {AGC_NOISE, BB_CCA_CONTROL, FE_PBUS_CONTROL, FE_IQ_CONTROL, FE_TONE, FE_TONE + 4};
    for (bool has_air : {false, true}) {
        if (has_air)
            connect_air();
        for (unsigned n = 0; n < 20000; n++) {
            struct dev &dev = *blocks[rng_below(&rng, 6)];
            uint32_t offset = rng_below(&rng, 2) ? lively[rng_below(&rng, 6)] : 4 * rng_below(&rng, 0x100);
            unsigned size = 1u << rng_below(&rng, 3);
            dev_write(&dev, offset, size, rng_u32(&rng), bench.now);
            dev_read(&dev, offset, 4, bench.now);
            if (n % 16 == 0)
                run_for(SIM_US(rng_below(&rng, 100)));
        }
        write(bb->dev, BB_CCA_CONTROL, 0);
        measure_cca(80);
        start_noise_measurement();
        run_for(SIM_US(450));
        EXPECT_TRUE(is_ready());
        EXPECT_TRUE(field(bb->dev, BB_CCA_COUNT_DONE));
    }
}

} // namespace
