/* SPDX-License-Identifier: Apache-2.0 */
/* Analog converters as ESP-IDF's adc_oneshot and dac drivers use them: a voltage from outside at ADC1, the chip's own
 * DAC at ADC2. */
#include "firmware/apps/parts/parts.h"
#include "firmware/drivers/regs/rtc_io.h"
#include "firmware/drivers/regs/sens.h"

enum { ADC1_CHANNEL = 6, ADC2_CHANNEL = 8 /* GPIO 25, DAC 1 */, ATTENUATION_11_DB = 3, BITS_12 = 3, DAC_CODE = 128 };

static void set_attenuation(uint32_t reg, unsigned channel)
{
    uint32_t address = BASE_sens + reg;
    hw_write(address, bits_set(hw_read(address), 2 * channel, 2, ATTENUATION_11_DB));
}

static uint32_t convert_adc1(void)
{
    set_attenuation(SENS_SAR_ATTEN1, ADC1_CHANNEL);
    hw_set(BASE_sens, SENS_SAR_START_FORCE_SAR1_BIT_WIDTH, BITS_12);
    hw_set(BASE_sens, SENS_SAR_READ_CTRL_SAR1_SAMPLE_BIT, BITS_12);
    hw_set(BASE_sens, SENS_SAR_READ_CTRL_SAR1_DIG_FORCE, 0);
    hw_set(BASE_sens, SENS_SAR_READ_CTRL_SAR1_DATA_INV, 1);
    hw_set(BASE_sens, SENS_SAR_MEAS_START1_MEAS1_START_FORCE, 1);
    hw_set(BASE_sens, SENS_SAR_MEAS_START1_SAR1_EN_PAD_FORCE, 1);
    hw_set(BASE_sens, SENS_SAR_MEAS_START1_SAR1_EN_PAD, 1u << ADC1_CHANNEL);
    while (hw_get(BASE_sens, SENS_SAR_SLAVE_ADDR1_MEAS_STATUS))
        ;
    hw_set(BASE_sens, SENS_SAR_MEAS_START1_MEAS1_START_SAR, 0);
    hw_set(BASE_sens, SENS_SAR_MEAS_START1_MEAS1_START_SAR, 1);
    while (!hw_get(BASE_sens, SENS_SAR_MEAS_START1_MEAS1_DONE_SAR))
        ;
    return hw_get(BASE_sens, SENS_SAR_MEAS_START1_MEAS1_DATA_SAR);
}

static uint32_t convert_adc2(void)
{
    set_attenuation(SENS_SAR_ATTEN2, ADC2_CHANNEL);
    hw_set(BASE_sens, SENS_SAR_START_FORCE_SAR2_BIT_WIDTH, BITS_12);
    hw_set(BASE_sens, SENS_SAR_READ_CTRL2_SAR2_SAMPLE_BIT, BITS_12);
    hw_set(BASE_sens, SENS_SAR_READ_CTRL2_SAR2_DATA_INV, 1);
    hw_set(BASE_sens, SENS_SAR_MEAS_START2_MEAS2_START_FORCE, 1);
    hw_set(BASE_sens, SENS_SAR_MEAS_START2_SAR2_EN_PAD_FORCE, 1);
    hw_set(BASE_sens, SENS_SAR_MEAS_START2_SAR2_EN_PAD, 1u << ADC2_CHANNEL);
    hw_set(BASE_sens, SENS_SAR_MEAS_START2_MEAS2_START_SAR, 0);
    hw_set(BASE_sens, SENS_SAR_MEAS_START2_MEAS2_START_SAR, 1);
    while (!hw_get(BASE_sens, SENS_SAR_MEAS_START2_MEAS2_DONE_SAR))
        ;
    return hw_get(BASE_sens, SENS_SAR_MEAS_START2_MEAS2_DATA_SAR);
}

static void start_dac(void)
{
    hw_set(BASE_rtc_io, RTC_IO_PAD_DAC1_PDAC1_MUX_SEL, 1);
    hw_set(BASE_rtc_io, RTC_IO_PAD_DAC1_PDAC1_DAC_XPD_FORCE, 1);
    hw_set(BASE_rtc_io, RTC_IO_PAD_DAC1_PDAC1_XPD_DAC, 1);
    hw_set(BASE_sens, SENS_SAR_DAC_CTRL1_SW_TONE_EN, 0);
    hw_set(BASE_sens, SENS_SAR_DAC_CTRL2_DAC_CW_EN1, 0);
    hw_set(BASE_rtc_io, RTC_IO_PAD_DAC1_PDAC1_DAC, DAC_CODE);
}

/* A quarter of full scale, 1.1 V behind 11 dB: 3.903 V. */
void try_analog(struct checks *checks)
{
    uint32_t outside = convert_adc1();
    start_dac();
    uint32_t own = convert_adc2();
    printf("analog: %u at ADC1, %u at ADC2\n", (unsigned)outside, (unsigned)own);
    check_true(checks, "1 V at ADC1", outside > 1040 && outside < 1060);
    check_true(checks, "DAC 1 at ADC2", own > 1700 && own < 1760);
}
