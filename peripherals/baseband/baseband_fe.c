/* SPDX-License-Identifier: Apache-2.0 */
/* The front end: pbus, over which gains and offsets reach the analog blocks, and the estimator that calibration
 * measures with. */
#include "peripherals/baseband/baseband_priv.h"

static void baseband_pbus_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);
static uint32_t baseband_pbus_status(struct dev *dev, unsigned index, uint32_t stored);
static void baseband_iq_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written);

#define REG_FILE "peripherals/baseband/fe_regs.def"
#define REG_PREFIX FE
#define REG_TABLE fe_regs
#define REG_BLOCK "FE"
#define REG_SOURCE "public reverse engineering; facts 5.6"
#define REG_SIZE 0x1000
#include "bus/reg_expand.h"

/* --- pbus -------------------------------------------------------------------------------------------------------- */

/* Where PBUS_READ shows a register of an analog block; as ROM's rom_pbus_rd finds it. */
struct pbus_place {
    uint8_t module, reg, word, lsb;
};
static const struct pbus_place pbus_places[] = {{0, 1, 0, 9},  {1, 1, 0, 0}, {1, 2, 1, 18}, {2, 1, 1, 9}, {2, 2, 1, 0},
                                                {3, 1, 2, 18}, {3, 2, 2, 9}, {4, 1, 2, 0},  {5, 1, 3, 0}};

static void pbus_show(struct baseband *bb, unsigned module, unsigned reg)
{
    for (unsigned i = 0; i < sizeof pbus_places / sizeof pbus_places[0]; i++) {
        const struct pbus_place *place = &pbus_places[i];
        if (place->module == module && place->reg == reg)
            reg_put(&bb->fe.dev, REG_PLACE(FE_PBUS_READ + 4u * place->word, place->lsb, 9), bb->pbus[module][reg]);
    }
}

static void baseband_pbus_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct baseband *bb = baseband_of_part(dev);
    uint32_t module = reg_field_of(written, FE_PBUS_CONTROL_MODULE), reg = reg_field_of(written, FE_PBUS_CONTROL_REG);
    (void)index;
    if (reg_field_of(old, FE_PBUS_CONTROL_START) || !reg_field_of(written, FE_PBUS_CONTROL_START))
        return;
    bb->pbus_ready = dev->now + BASEBAND_PBUS_TRANSFER;
    if (module >= BASEBAND_PBUS_MODULES) {
        dev_say_once(dev, LOG_UNIMPL, FE_PBUS_CONTROL, "pbus transfer to a module that is not known: no effect");
        return;
    }
    bb->pbus[module][reg] = (uint16_t)reg_field_of(written, FE_PBUS_CONTROL_DATA);
    pbus_show(bb, module, reg);
}

static uint32_t baseband_pbus_status(struct dev *dev, unsigned index, uint32_t stored)
{
    const struct baseband *bb = baseband_of_part(dev);
    (void)index;
    return bits_set(stored, REG_PLACE_LSB(FE_PBUS_STATUS_BUSY), 1, dev->now < bb->pbus_ready);
}

/* --- I/Q estimation ---------------------------------------------------------------------------------------------- */

/* Limits of the converter; its noise, in squares of a step; the tone's amplitude there at full gain. Guesses: known
 * calibration turns the tone down until the mean power is between 512 and 16384. */
enum { ADC_MOST = 511, ADC_NOISE_POWER = 4, ADC_TONE_FULL = 400 };

static int limited(int64_t value, int64_t most)
{
    return (int)(value > most ? most : value < -most ? -most : value);
}

static void iq_put(struct dev *dev, uint32_t offset, int64_t sum)
{
    reg_put_word(dev, offset, (uint32_t)limited(sum, INT32_MAX));
}

static void iq_done(void *ctx, sim_time now)
{
    struct baseband *bb = ctx;
    struct dev *fe = &bb->fe.dev;
    int64_t count = (int64_t)reg_get(fe, FE_IQ_CONTROL_COUNT) + 1;
    int64_t tone = (int64_t)baseband_tone_amplitude(bb) * ADC_TONE_FULL / BASEBAND_TONE_FULL;
    int64_t i = limited(baseband_rx_dc(bb, BASEBAND_I), 64 * ADC_MOST);
    int64_t q = limited(baseband_rx_dc(bb, BASEBAND_Q), 64 * ADC_MOST);
    (void)now;
    iq_put(fe, FE_IQ_DC_I, i * count);
    iq_put(fe, FE_IQ_DC_Q, q * count);
    iq_put(fe, FE_IQ_POWER, ((i * i + q * q) / (64 * 64) + tone * tone + ADC_NOISE_POWER) * count);
    /* A tone without imbalance: cosine in phase, sine in quadrature. */
    iq_put(fe, FE_IQ_CORRELATION + 0, tone * count / 2);
    iq_put(fe, FE_IQ_CORRELATION + 4, 0);
    iq_put(fe, FE_IQ_CORRELATION + 8, 0);
    iq_put(fe, FE_IQ_CORRELATION + 12, tone * count / 2);
    reg_put(fe, FE_IQ_CONTROL_DONE, 1);
}

static void baseband_iq_written(struct dev *dev, unsigned index, uint32_t old, uint32_t written)
{
    struct baseband *bb = baseband_of_part(dev);
    bool on = reg_field_of(written, FE_IQ_CONTROL_ENABLE) && reg_field_of(written, FE_IQ_CONTROL_START);
    bool was_on = reg_field_of(old, FE_IQ_CONTROL_ENABLE) && reg_field_of(old, FE_IQ_CONTROL_START);
    sim_time count = (sim_time)reg_field_of(written, FE_IQ_CONTROL_COUNT) + 1;
    (void)index;
    if (on == was_on)
        return;
    reg_put(dev, FE_IQ_CONTROL_DONE, 0);
    evq_arm(dev->env->evq, &bb->iq_done, on ? dev->now + count * BASEBAND_SAMPLE : SIM_TIME_NEVER);
}

/* --- Test tone --------------------------------------------------------------------------------------------------- */

bool baseband_tone_is_on(const struct baseband *bb, unsigned n)
{
    return reg_get_at(&bb->fe.dev, FE_TONE_ENABLE, n, 4) != 0;
}

int baseband_tone_gain(const struct baseband *bb, unsigned n)
{
    return (int8_t)reg_get_at(&bb->fe.dev, FE_TONE_GAIN, n, 4);
}

/* --- The block --------------------------------------------------------------------------------------------------- */

/* The analog blocks lose their settings with the block that drives them; nothing says otherwise. */
static void reset(struct dev *dev, enum dev_reset kind)
{
    struct baseband *bb = baseband_of_part(dev);
    (void)kind;
    for (unsigned module = 0; module < BASEBAND_PBUS_MODULES; module++)
        for (unsigned reg = 0; reg < BASEBAND_PBUS_REGS; reg++)
            bb->pbus[module][reg] = 0;
    bb->pbus_ready = 0;
    evq_cancel(dev->env->evq, &bb->iq_done);
}

static const struct dev_ops ops = {
    .regs = &fe_regs, .reset = reset, .read_gap = baseband_read_gap, .write_gap = baseband_write_gap};

enum sim_status baseband_fe_init(struct baseband *bb, struct dev_env *env)
{
    evq_event_init(&bb->iq_done, iq_done, bb, EVQ_PHASE_DEVICE);
    return dev_init(&bb->fe.dev, &ops, "fe", env);
}
