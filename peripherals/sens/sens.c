/* SPDX-License-Identifier: Apache-2.0 */
#include "peripherals/sens/sens.h"

#include <math.h>
#include <string.h>

static void sens_start_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void sens_temperature_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static void sens_dac_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/sens/sens_regs.def"
#define REG_PREFIX SENS
#define REG_TABLE sens_regs
#define REG_BLOCK "SENS"
#define REG_SOURCE "ESP32 TRM, On-Chip Sensors and Analog Signal Processing"
#define REG_SIZE 0x100
#include "bus/reg_expand.h"

/* --- ADC --------------------------------------------------------------------------------------------------------- */

/* Where the two have the same field. */
struct adc_fields {
    uint32_t control, data, done, start, by_software, channels, width, invert, attenuation;
};

static const struct adc_fields adc_fields[SENS_ADCS] = {
    {SENS_SAR_MEAS_START1, SENS_SAR_MEAS_START1_MEAS1_DATA_SAR, SENS_SAR_MEAS_START1_MEAS1_DONE_SAR,
     SENS_SAR_MEAS_START1_MEAS1_START_SAR, SENS_SAR_MEAS_START1_MEAS1_START_FORCE, SENS_SAR_MEAS_START1_SAR1_EN_PAD,
     SENS_SAR_START_FORCE_SAR1_BIT_WIDTH, SENS_SAR_READ_CTRL_SAR1_DATA_INV, SENS_SAR_ATTEN1},
    {SENS_SAR_MEAS_START2, SENS_SAR_MEAS_START2_MEAS2_DATA_SAR, SENS_SAR_MEAS_START2_MEAS2_DONE_SAR,
     SENS_SAR_MEAS_START2_MEAS2_START_SAR, SENS_SAR_MEAS_START2_MEAS2_START_FORCE, SENS_SAR_MEAS_START2_SAR2_EN_PAD,
     SENS_SAR_START_FORCE_SAR2_BIT_WIDTH, SENS_SAR_READ_CTRL2_SAR2_DATA_INV, SENS_SAR_ATTEN2}};

/* TRM, table of ADC channels. */
int sens_channel_pad(unsigned adc, unsigned channel)
{
    static const int8_t pads[SENS_ADCS][10] = {{36, 37, 38, 39, 32, 33, 34, 35, -1, -1},
                                               {4, 0, 2, 15, 13, 12, 14, 27, 25, 26}};
    return adc < SENS_ADCS && channel < 10 ? pads[adc][channel] : -1;
}

/* Full scale behind the attenuator: the reference of 1.1 V and 0, 2.5, 6 and 11 dB. */
static double full_scale(uint32_t attenuation)
{
    static const double volts[4] = {1.1, 1.467, 2.195, 3.903};
    return volts[attenuation & 3];
}

static uint32_t converted(const struct sens *sens, unsigned adc, unsigned channel)
{
    const struct dev *dev = &sens->dev;
    const struct adc_fields *field = &adc_fields[adc];
    int pad = sens_channel_pad(adc, channel);
    double volts = pad >= 0 && sens->port.volts ? sens->port.volts(sens->port.ctx, (unsigned)pad, dev->now) : 0;
    double scale = full_scale(reg_word(dev, field->attenuation) >> 2 * channel);
    unsigned width = 9 + reg_get(dev, field->width);
    uint32_t top = bits_mask(width);
    double code = floor(fmin(fmax(volts, 0), SENS_SUPPLY) / scale * ((double)top + 1));
    uint32_t result = code > (double)top ? top : (uint32_t)code;
    return reg_get(dev, field->invert) ? result : ~result & top;
}

static void conversion_done(void *ctx, sim_time now)
{
    struct sens_adc *adc = ctx;
    struct dev *dev = &adc->sens->dev;
    const struct adc_fields *field = &adc_fields[adc->number];
    uint32_t channels = reg_get(dev, field->channels);
    dev->now = now;
    if (channels == 0)
        dev_say_once(dev, LOG_GUEST, field->control, "ADC started without a channel");
    unsigned channel = 0;
    while (channels && !bits_test(channels, channel))
        channel++;
    reg_put(dev, field->data, converted(adc->sens, adc->number, channel));
    reg_put(dev, field->done, 1);
}

static void sens_start_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct sens *sens = (struct sens *)dev;
    unsigned number = dev->offset == SENS_SAR_MEAS_START2;
    const struct adc_fields *field = &adc_fields[number];
    (void)index;
    if (!reg_field_of(written, field->start) || reg_field_of(old, field->start))
        return;
    if (!reg_field_of(written, field->by_software)) {
        dev_say_once(dev, LOG_UNIMPL, field->control + 1, "ADC conversions for the ULP coprocessor are not modelled");
        return;
    }
    reg_put(dev, field->done, 0);
    evq_schedule(dev->env->evq, &sens->adc[number].done, dev->now + SENS_CONVERSION);
}

/* --- Temperature ------------------------------------------------------------------------------------------------- */

static void sens_temperature_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    const struct sens *sens = (struct sens *)dev;
    (void)index, (void)old;
    bool shown = reg_field_of(written, SENS_SAR_TSENS_CTRL_TSENS_POWER_UP) &&
                 reg_field_of(written, SENS_SAR_TSENS_CTRL_TSENS_DUMP_OUT);
    reg_put(dev, SENS_SAR_SLAVE_ADDR3_TSENS_RDY_OUT, shown);
    if (!shown)
        return;
    double celsius = sens->port.celsius ? sens->port.celsius(sens->port.ctx, dev->now) : 25;
    double count = fmin(fmax(round(celsius * 1.8 + 32), 0), 255);
    reg_put(dev, SENS_SAR_SLAVE_ADDR3_TSENS_OUT, (uint32_t)count);
}

/* --- DAC --------------------------------------------------------------------------------------------------------- */

static void sens_dac_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    (void)index;
    if (reg_field_of(written, SENS_SAR_DAC_CTRL1_SW_TONE_EN) && !reg_field_of(old, SENS_SAR_DAC_CTRL1_SW_TONE_EN))
        ((struct sens *)dev)->tone_start = dev->now;
    if (reg_field_of(written, SENS_SAR_DAC_CTRL1_DAC_DIG_FORCE))
        dev_say_once(dev, LOG_UNIMPL, SENS_SAR_DAC_CTRL1, "DACs fed by I2S are not modelled");
}

/* TRM: frequency is the RTC fast clock * SW_FSTEP / 65536; scale and inversion act on the 8-bit cosine, then the direct
 * part is added. */
static uint8_t cosine(const struct sens *sens, unsigned dac, sim_time now)
{
    static const uint32_t fields[SENS_DACS][3] = {
        {SENS_SAR_DAC_CTRL2_DAC_SCALE1, SENS_SAR_DAC_CTRL2_DAC_INV1, SENS_SAR_DAC_CTRL2_DAC_DC1},
        {SENS_SAR_DAC_CTRL2_DAC_SCALE2, SENS_SAR_DAC_CTRL2_DAC_INV2, SENS_SAR_DAC_CTRL2_DAC_DC2}};
    static const uint8_t inverted[4] = {0x00, 0xFF, 0x80, 0x7F};
    const double turn = 6.283185307179586;
    const struct dev *dev = &sens->dev;
    const struct clock_domain *clock = &dev->env->clocks->clock[CLOCK_RTC_FAST];
    uint64_t steps = clock_cycles(clock, now) - clock_cycles(clock, sens->tone_start);
    uint16_t phase = (uint16_t)(steps * reg_get(dev, SENS_SAR_DAC_CTRL1_SW_FSTEP));
    int wave = (int)round(127 * cos(turn * phase / 65536)) / (1 << reg_get(dev, fields[dac][0]));
    uint8_t shown = (uint8_t)((uint8_t)wave ^ inverted[reg_get(dev, fields[dac][1])]);
    return (uint8_t)(shown + reg_get(dev, fields[dac][2]));
}

double sens_dac_volts(const struct sens *sens, unsigned dac, uint8_t code, sim_time now)
{
    const struct dev *dev = &sens->dev;
    bool tone = reg_get(dev, SENS_SAR_DAC_CTRL1_SW_TONE_EN) &&
                reg_get(dev, dac ? SENS_SAR_DAC_CTRL2_DAC_CW_EN2 : SENS_SAR_DAC_CTRL2_DAC_CW_EN1);
    return SENS_SUPPLY * (tone ? cosine(sens, dac, now) : code) / 255;
}

/* --- Life -------------------------------------------------------------------------------------------------------- */

static void reset(struct dev *dev, enum dev_reset kind)
{
    struct sens *sens = (struct sens *)dev;
    for (unsigned i = 0; i < SENS_ADCS && kind == DEV_RESET_POWER_ON; i++)
        evq_cancel(dev->env->evq, &sens->adc[i].done);
}

static const struct dev_ops ops = {.regs = &sens_regs, .reset = reset};

enum sim_status sens_init(struct sens *sens, const char *name, struct dev_env *env)
{
    memset(sens, 0, sizeof *sens);
    SIM_TRY(dev_init(&sens->dev, &ops, name, env));
    for (unsigned i = 0; i < SENS_ADCS; i++) {
        sens->adc[i].sens = sens;
        sens->adc[i].number = i;
        evq_event_init(&sens->adc[i].done, conversion_done, &sens->adc[i], EVQ_PHASE_DEVICE);
    }
    dev_reset(&sens->dev, DEV_RESET_POWER_ON, 0);
    return SIM_OK;
}

void sens_fini(struct sens *sens)
{
    for (unsigned i = 0; i < SENS_ADCS; i++)
        evq_cancel(sens->dev.env->evq, &sens->adc[i].done);
    dev_fini(&sens->dev);
}
