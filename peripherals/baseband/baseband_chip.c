/* SPDX-License-Identifier: Apache-2.0 */
/* The chip behind the registers, as far as calibration measures it: mixers with direct current that offset DACs remove,
 * and a test tone. Signs and steps are those under which the known calibration loops converge. */
#include "peripherals/baseband/baseband_priv.h"

/* Modules and registers of pbus: receive gain, and the offset DACs of both branches. */
enum { MODULE_GAIN = 1, REG_GAIN = 2, MODULE_DC = 2 /* and the next, for Q */, REG_COARSE = 1, REG_FINE = 2 };

/* Middle of the DACs' range, and how far off a chip may be. */
enum { DAC_MIDDLE = 0x100, DAC_SPREAD = 20 };

static int16_t draw(struct rng *rng)
{
    return (int16_t)(DAC_MIDDLE - DAC_SPREAD + (int)rng_below(rng, 2 * DAC_SPREAD + 1));
}

void baseband_chip_init(struct baseband_chip *chip, const struct dev_env *env)
{
    struct rng rng;
    rng_init(&rng, env->seed, env->node, "baseband.chip");
    for (unsigned branch = 0; branch < BASEBAND_BRANCHES; branch++) {
        chip->rx_coarse[branch] = draw(&rng);
        chip->rx_fine[branch] = draw(&rng);
        chip->tx_coarse[branch] = draw(&rng);
        chip->tx_fine[branch] = draw(&rng);
    }
}

/* The coarse DAC acts before the baseband amplifier: six stages of 6 dB, one bit each, and an index in steps of 1 dB.
 * The fine one has about a sixth of its step. Gains in sixty-fourths, so that libphy's searches, which step by the
 * estimate's difference between two gains and by 1 to 4 times the estimate, have loop gains between 0.3 and 1.4. (Those
 * of ROM take the fine DAC for an inverting one. libphy replaces them.) */
int baseband_rx_dc(const struct baseband *bb, unsigned branch)
{
    static const int16_t index_gain[8] = {64, 72, 82, 92, 104, 118, 133, 150};
    enum { FINE_GAIN = 10, STAGES = 6 };
    const uint16_t *dac = bb->pbus[MODULE_DC + branch];
    unsigned code = bb->pbus[MODULE_GAIN][REG_GAIN], stages = 0;
    for (unsigned bit = 0; bit < STAGES; bit++)
        stages += code >> bit & 1;
    int coarse = index_gain[code >> STAGES & 7] * (dac[REG_COARSE] - bb->chip.rx_coarse[branch]);
    int fine = FINE_GAIN * (dac[REG_FINE] - bb->chip.rx_fine[branch]);
    return (coarse + fine) * (1 << stages);
}

bool baseband_tx_dc_is_high(const struct baseband *bb, unsigned branch)
{
    const uint16_t *dac = bb->pbus[MODULE_DC + branch];
    int coarse = dac[REG_COARSE] - bb->chip.tx_coarse[branch], fine = dac[REG_FINE] - bb->chip.tx_fine[branch];
    return 4 * coarse + fine > 0;
}

/* 24 quarters of a dB are a factor of 2 (6.02 dB). */
static unsigned amplitude_of(int quarters)
{
    static const uint16_t fraction[24] = {1000, 972, 944, 917, 891, 866, 841, 818, 794, 772, 750, 729,
                                          708,  688, 668, 649, 631, 613, 596, 579, 562, 546, 531, 516};
    unsigned down = quarters < 0 ? (unsigned)-quarters : 0;
    return (unsigned)fraction[down % 24] >> (down / 24);
}

unsigned baseband_tone_amplitude(const struct baseband *bb)
{
    unsigned amplitude = 0;
    for (unsigned n = 0; n < 2; n++)
        if (baseband_tone_is_on(bb, n))
            amplitude += amplitude_of(baseband_tone_gain(bb, n));
    return amplitude < BASEBAND_TONE_FULL ? amplitude : BASEBAND_TONE_FULL;
}
